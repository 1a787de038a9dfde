"""How an end of an interval follows from counts: rules of a breakdown on rates."""

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar, Literal

import attrs

from salesperf.errors import InvalidValueError
from salesperf.kernels.numeric import Interval
from salesperf.kernels.proportion import newcombe, wilson
from salesperf.model.rule import BreakdownValue, Combination, Defined
from salesperf.model.validators import as_python, finite, one_of

if TYPE_CHECKING:
    from salesperf.model.breakdown import Breakdown

__all__ = ["IntervalEnd", "NewcombeEnd", "WilsonEnd"]


def _as_level(value: float) -> float:
    return as_python(value)


@attrs.frozen
class IntervalEnd(Combination):
    """One end of an interval, from the counts behind it."""

    end: Literal["low", "high"] = attrs.field(validator=one_of("low", "high"))
    level: float = attrs.field(default=0.95, converter=_as_level, validator=finite)

    def __attrs_post_init__(self) -> None:
        """Check the level."""
        if not 0 < self.level < 1:
            raise InvalidValueError("between", path=(type(self).__name__, "level"), low=0, high=1, value=self.level)

    def combine(self, values: list[Defined], node: "Breakdown") -> BreakdownValue:  # noqa: ARG002 - as the others
        """Compute the interval, and choose."""
        interval = self._interval(*map(float, self._numbers(values)))
        return interval.low if self.end == "low" else interval.high

    @abstractmethod
    def _interval(self, *counts: float) -> Interval[float]:
        """Return the interval."""


@attrs.frozen
class WilsonEnd(IntervalEnd):
    """One end of the interval of a proportion: of two parts, how many had the property, and how many there were.

    Parameters
    ----------
    end
        ``"low"`` or ``"high"``.
    level
        The share of such intervals that hold the truth, within (0, 1).

    Raises
    ------
    InvalidValueError
        If the end has another name, or the level lies outside (0, 1).

    References
    ----------
    :func:`salesperf.kernels.proportion.wilson`.

    Examples
    --------
    >>> from salesperf import Breakdown, Message
    >>> parts = [Breakdown(label=Message("Won"), value=3), Breakdown(label=Message("Decided"), value=10)]
    >>> Breakdown(label=Message("Win rate, at least"), value=0.10779126740630105, rule=WilsonEnd("low"), parts=parts).holds()
    True
    """

    key: ClassVar[str] = "rule.wilson"
    count: ClassVar[int | None] = 2

    def _interval(self, *counts: float) -> Interval[float]:
        return wilson(*counts, level=self.level)


@attrs.frozen
class NewcombeEnd(IntervalEnd):
    """One end of the interval of a difference between two proportions: of four parts, the two counts of each.

    It takes, and refuses, what :class:`WilsonEnd` does.

    References
    ----------
    :func:`salesperf.kernels.proportion.newcombe`.

    Examples
    --------
    >>> from salesperf import Breakdown, Message
    >>> counts = {"Won": 56, "Decided": 70, "Won before": 48, "Decided before": 80}
    >>> parts = [Breakdown(label=Message(name), value=value) for name, value in counts.items()]
    >>> Breakdown(label=Message("Better by at least"), value=0.0524314724023, rule=NewcombeEnd("low"), parts=parts).holds()
    True
    """

    key: ClassVar[str] = "rule.newcombe"
    count: ClassVar[int | None] = 4

    def _interval(self, *counts: float) -> Interval[float]:
        return newcombe(*counts, level=self.level)

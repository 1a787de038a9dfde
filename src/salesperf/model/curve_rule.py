"""How the points of a curve over time follow from who was followed and who left: rules of a breakdown."""

import math
from typing import TYPE_CHECKING, ClassVar

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.kernels.numeric import Interval
from salesperf.kernels.survival import EventTable, aalen_johansen
from salesperf.model.interval_rule import IntervalEnd
from salesperf.model.rule import BreakdownValue, Combination, Defined

if TYPE_CHECKING:
    from salesperf.model.breakdown import Breakdown

__all__ = ["IncidenceEnd", "ProductLimit"]

_OWN = 1
"""The cause of which a curve tells, where any other competes with it."""


@attrs.frozen
class ProductLimit(Combination):
    """The share that is still there: of two parts for each time, how many were followed, and how many of these left then.

    Notes
    -----
    The product over the times of 1 - left / followed, by Kaplan and Meier.

    References
    ----------
    :func:`salesperf.kernels.survival.kaplan_meier`.

    Examples
    --------
    >>> from salesperf import Breakdown, Message
    >>> counts = {"Followed on day 3": 10, "Won on day 3": 2, "Followed on day 7": 5, "Won on day 7": 1}
    >>> parts = [Breakdown(label=Message(name), value=value) for name, value in counts.items()]
    >>> Breakdown(label=Message("Still open"), value=0.64, rule=ProductLimit(), parts=parts).holds()
    True
    """

    key: ClassVar[str] = "rule.product_limit"

    def combine(self, values: list[Defined], node: "Breakdown") -> BreakdownValue:  # noqa: ARG002 - as the others
        """Multiply."""
        numbers = self._numbers(values)
        if len(numbers) % 2:
            raise self._misfit()
        steps = list(zip(numbers[::2], numbers[1::2], strict=True))
        if any(not 0 <= left <= followed or not followed for followed, left in steps):
            raise self._misfit()
        return math.prod((float(1 - left / followed) for followed, left in steps), start=1.0)


@attrs.frozen
class IncidenceEnd(IntervalEnd):
    """One end of the interval of a share that left by a cause, read from a curve by time.

    Of three parts for each time: how many were followed, how many of these left by the cause then, and how many otherwise.

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

    Notes
    -----
    That of the curve by Aalen and Johansen after the last of the times; it never lies beyond the share itself.

    References
    ----------
    :func:`salesperf.kernels.survival.aalen_johansen`.

    Examples
    --------
    >>> from salesperf import Breakdown, Message
    >>> counts = {"Followed on day 3": 6, "Won on day 3": 2, "Lost on day 3": 1, "Followed on day 7": 3, "Won on day 7": 1}
    >>> parts = [Breakdown(label=Message(name), value=value) for name, value in {**counts, "Lost on day 7": 0}.items()]
    >>> Breakdown(label=Message("Won, at least"), value=0.11094826035, rule=IncidenceEnd("low"), parts=parts).holds()
    True
    """

    key: ClassVar[str] = "rule.incidence"

    def _interval(self, *counts: float) -> Interval[float]:
        if not counts or len(counts) % 3 or any(count < 0 or count % 1 for count in counts):
            raise self._misfit()
        followed, own, others = np.array(counts, dtype=np.int64).reshape(-1, 3).T
        if (own + others > followed).any():
            raise self._misfit()
        curve = aalen_johansen(_table(followed, own, others), _OWN, level=self.level)
        share = float(curve.incidence[-1])
        return Interval(min(float(curve.low[-1]), share), max(float(curve.high[-1]), share), self.level)


def _table(followed: NDArray[np.int64], own: NDArray[np.int64], others: NDArray[np.int64]) -> EventTable:
    """Count as many as make up those followed: who is missing the next time was censored, and who is more came then."""
    missing = followed - own - others - np.append(followed[1:], 0)
    counts = np.stack([np.maximum(missing, 0), own, others])
    return EventTable(np.arange(1.0, followed.size + 1), counts, np.maximum(-missing, 0))

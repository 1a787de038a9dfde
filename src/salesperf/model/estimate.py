"""An estimate: a value that was inferred, with how sure we are and from how much."""

import math
from typing import Any

import attrs

from salesperf.errors import InvalidValueError
from salesperf.kernels.numeric import INT64_MAX, Interval
from salesperf.kernels.proportion import wilson
from salesperf.model.message import Message
from salesperf.model.validators import as_python, finite, of_type, optional, text, whole

__all__ = ["Estimate"]


def _as_float(value: float | None) -> float | None:
    return as_python(value)


def _as_level(value: float) -> float:
    return as_python(value)


def _end(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    if value is not None and not (isinstance(value, float) and math.isinf(value)):
        finite(instance, attribute, value)


@attrs.frozen(kw_only=True)
class Estimate:
    """A number that was inferred from data, with its interval and sample size.

    Parameters
    ----------
    value
        The estimate; ``None`` where it is undefined, and then ``reason`` says why. Missing is not zero.
    low, high
        The interval; infinite where it is unbounded, ``None`` where there is not enough data for one.
    n
        How many observations it rests on.
    level
        The share of such intervals that hold the truth, within (0, 1).
    unit
        What is measured: ``""`` for a bare ratio, ``"days"``, a currency code.
    reason
        Why the value or its interval is missing, or what weakens it.

    Raises
    ------
    InvalidValueError
        If the value lies outside its interval, only one end is given, or a value is missing without a reason.

    Examples
    --------
    >>> rate = Estimate(value=0.3, low=0.11, high=0.6, n=10)
    >>> print(rate)
    0.3 [0.11, 0.6], n = 10
    """

    value: float | None = attrs.field(converter=_as_float, validator=optional(finite))
    low: float | None = attrs.field(default=None, converter=_as_float, validator=_end)
    high: float | None = attrs.field(default=None, converter=_as_float, validator=_end)
    n: int = attrs.field(validator=whole(0, INT64_MAX))
    level: float = attrs.field(default=0.95, converter=_as_level, validator=finite)
    unit: str = attrs.field(default="", validator=text)
    reason: Message | None = attrs.field(default=None, validator=optional(of_type(Message)))

    def __attrs_post_init__(self) -> None:
        """Check that value, interval and reason agree."""
        if not 0 < self.level < 1:
            raise InvalidValueError("between", path=("Estimate", "level"), low=0, high=1, value=self.level)
        if (self.low is None) != (self.high is None) or (self.value is None and self.low is not None):
            raise InvalidValueError("interval_half", path=("Estimate",))
        if self.value is None and self.reason is None:
            raise InvalidValueError("reason_missing", path=("Estimate", "reason"))
        if self.value is not None and self.low is not None and self.high is not None:
            if self.low > self.high:
                raise InvalidValueError("interval_reversed", path=("Estimate",), low=self.low, high=self.high)
            if not self.low <= self.value <= self.high:
                raise InvalidValueError(
                    "out_of_range",
                    path=("Estimate", "value"),
                    low=self.low,
                    high=self.high,
                    value=self.value,
                )

    @classmethod
    def undefined(cls, reason: Message, *, n: int = 0, unit: str = "") -> "Estimate":
        """Say that there is no estimate, and why.

        Examples
        --------
        >>> Estimate.undefined(Message("reason.no_target")).value is None
        True
        """
        return cls(value=None, n=n, unit=unit, reason=reason)

    @classmethod
    def of_counts(cls, k: int, n: int) -> "Estimate":
        """Tell which share of some things had a property, with Wilson's interval.

        Parameters
        ----------
        k, n
            How many had it, of how many; at least one of them.

        Examples
        --------
        >>> print(Estimate.of_counts(1, 4))
        0.25 [0.0455873, 0.699358], n = 4
        """
        interval = wilson(k, n)
        return cls(value=k / n, low=interval.low, high=interval.high, n=n, level=interval.level)

    @property
    def interval(self) -> Interval[float] | None:
        """The interval at its level, or ``None``."""
        if self.low is None or self.high is None:
            return None
        return Interval(self.low, self.high, self.level)

    def __str__(self) -> str:
        """Return value, interval and sample size in one line."""
        value = "undefined" if self.value is None else f"{self.value:.6g}"
        interval = "" if self.low is None else f" [{self.low:.6g}, {self.high:.6g}]"
        unit = f" {self.unit}" if self.unit else ""
        return f"{value}{unit}{interval}, n = {self.n}"

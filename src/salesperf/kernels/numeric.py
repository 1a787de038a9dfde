"""Numbers and columns: the one place where a number-or-column is told apart, divided, averaged and rounded.

A *number* is a float, an int or a numpy scalar and gives a ``float``; a *column* is a numpy array and gives an array.
Both take the same numpy path, so they agree to the bit.
"""

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from fractions import Fraction
from numbers import Rational
from types import MappingProxyType
from typing import Any, Final, Generic, Literal, TypeAlias, TypeVar, cast, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError

__all__ = [
    "INT64_MAX",
    "ROUNDINGS",
    "AnyColumn",
    "Bounds",
    "Column",
    "Interval",
    "Number",
    "Rounding",
    "as_result",
    "is_column",
    "ratio",
    "round_fraction",
    "weighted_mean",
]

Number: TypeAlias = float | np.integer[Any] | np.floating[Any]
"""One number, of Python's own or of numpy's."""
Column: TypeAlias = NDArray[np.float64]
"""A column of floats: what a kernel returns."""
AnyColumn: TypeAlias = NDArray[Any]
"""A column of numbers of any kind: what a kernel accepts."""
Rounding: TypeAlias = Literal["half_up", "half_even", "floor", "ceiling"]

INT64_MAX: Final = 2**63 - 1
"""The largest count of minor units; the smallest is its negative, so that every amount has a mirror image."""

_ValueT = TypeVar("_ValueT", bound=float | AnyColumn)


def _as_end(value: _ValueT) -> _ValueT:
    """Take numbers as floats and columns as read-only ones; whatever else comes is handed on to be refused."""
    end: Any = value
    if isinstance(end, np.ndarray) and end.dtype.kind in "iuf":
        end = np.asarray(end, dtype=np.float64).view()
        end.flags.writeable = False
    elif isinstance(end, int | float | np.integer | np.floating) and not isinstance(end, bool):
        with suppress(OverflowError):  # an int beyond every float is refused as it stands
            end = float(end)
    return cast("_ValueT", end)


def _end(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    if not isinstance(value, float) and not (isinstance(value, np.ndarray) and value.dtype == np.float64):
        raise InvalidValueError("not_numeric", path=(type(instance).__name__, attribute.name), value=value)


def _as_level(value: float) -> float:
    return _as_end(value)


def _level(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    path = (type(instance).__name__, attribute.name)
    if not isinstance(value, float):
        raise InvalidValueError("wrong_type", path=path, expected=float, value=value)
    if not 0 < value < 1:
        raise InvalidValueError("between", path=path, low=0, high=1, value=value)


class _Range(Generic[_ValueT]):
    """What an interval and bounds share: two ends, compared by content; hashable unless they are columns."""

    __slots__ = ()

    low: _ValueT
    high: _ValueT

    def __attrs_post_init__(self) -> None:
        """Check the order of the ends."""
        name = type(self).__name__
        try:
            low, high = np.broadcast_arrays(self.low, self.high)
        except ValueError:
            raise InvalidValueError(
                "length", path=(name, "high"), expected=np.shape(self.low), value=np.shape(self.high)
            ) from None
        if np.any(low > high):
            position = tuple(int(step) for step in np.argwhere(low > high)[0])
            ends = {"low": float(low[position]), "high": float(high[position])}
            raise InvalidValueError("interval_reversed", path=(name, *position), **ends)

    def __contains__(self, value: float) -> bool:
        """Tell whether a number lies within; both ends belong to the range."""
        return bool(np.all((self.low <= value) & (value <= self.high)))

    @property
    def width(self) -> _ValueT:
        """The high end less the low end."""
        return self.high - self.low  # type: ignore[operator,return-value] # two of one shape, by construction

    def __eq__(self, other: object) -> bool:
        """Compare by content; an undefined end (``nan``) equals another."""
        if type(other) is not type(self):
            return NotImplemented
        return all(map(_same, _content(self), _content(other)))

    def __hash__(self) -> int:
        """Return the hash of the content; like a list, a range of columns has none."""
        content = _content(self)
        if is_column(*content):
            message = f"unhashable type: {type(self).__name__} of columns"
            raise TypeError(message)
        return hash((type(self), *(None if math.isnan(value) else value for value in content)))

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by content: numpy would forget that columns are read-only."""
        return type(self), _content(self)


def _content(value: object) -> tuple[Any, ...]:
    return attrs.astuple(value, recurse=False)  # type: ignore[arg-type] # the subclasses are made by attrs


def _same(left: float | AnyColumn, right: float | AnyColumn) -> bool:
    return is_column(left) == is_column(right) and bool(np.array_equal(left, right, equal_nan=True))


@attrs.frozen(eq=False)
class Interval(_Range[_ValueT]):
    """A confidence or credible range of an estimate.

    Parameters
    ----------
    low, high
        The ends; a number or a column each, in the unit of what is estimated.
    level
        The share of such intervals that hold the truth, within (0, 1).

    Raises
    ------
    InvalidValueError
        If an end is no number and no column, lies on the wrong side, or the level outside (0, 1).

    Examples
    --------
    >>> interval = Interval(0.2, 0.5, 0.95)
    >>> 0.3 in interval, round(interval.width, 12)
    (True, 0.3)
    """

    low: _ValueT = attrs.field(converter=_as_end, validator=_end)
    high: _ValueT = attrs.field(converter=_as_end, validator=_end)
    level: float = attrs.field(default=0.95, converter=_as_level, validator=_level)


@attrs.frozen(eq=False)
class Bounds(_Range[_ValueT]):
    """A range that provably contains a computed number: numerical, not statistical.

    Parameters
    ----------
    low, high
        The ends; a number or a column each.

    Raises
    ------
    InvalidValueError
        If an end is no number and no column, or lies on the wrong side.

    Examples
    --------
    >>> Bounds(0.25, 0.25 + 1e-12).width < 1e-11
    True
    """

    low: _ValueT = attrs.field(converter=_as_end, validator=_end)
    high: _ValueT = attrs.field(converter=_as_end, validator=_end)


def is_column(*values: object) -> bool:
    """Tell whether any of the values is a column, so that the result is one.

    Examples
    --------
    >>> is_column(1.0, np.float64(2)), is_column(1.0, np.zeros(3))
    (False, True)
    """
    return any(isinstance(value, np.ndarray) for value in values)


def as_result(value: float | AnyColumn, *inputs: object) -> float | Column:
    """Give a computed value the shape of its inputs: a column where one of them is a column, else a float.

    Examples
    --------
    >>> as_result(np.float64(0.5), 1, 2)
    0.5
    """
    return np.asarray(value, dtype=np.float64) if is_column(*inputs) else float(value)


@overload
def ratio(numerator: Number, denominator: Number) -> float: ...
@overload
def ratio(numerator: AnyColumn, denominator: AnyColumn) -> Column: ...
def ratio(numerator: Number | AnyColumn, denominator: Number | AnyColumn) -> float | Column:
    """Divide, and say ``nan`` where there is nothing to divide by: undefined is not zero.

    Parameters
    ----------
    numerator, denominator
        Numbers, or columns of one shape (a number beside a column is spread over it).

    Returns
    -------
    float or Column
        The quotient; ``nan`` where the denominator is 0.

    Examples
    --------
    >>> ratio(3, 4), ratio(3, 0)
    (0.75, nan)
    >>> ratio(np.array([3, 1]), np.array([4, 0])).tolist()
    [0.75, nan]
    """
    top, bottom = np.float64(numerator), np.float64(denominator)
    defined = bottom != 0
    with np.errstate(all="ignore"):  # inf says itself that a quotient is beyond every float
        quotient = np.true_divide(top, np.where(defined, bottom, 1.0))
    return as_result(np.where(defined, quotient, np.nan), numerator, denominator)


def weighted_mean(values: AnyColumn, weights: AnyColumn) -> float:
    """Average of values under weights; ``nan`` where the weights sum to 0.

    Parameters
    ----------
    values, weights
        Columns of one length; weights not negative, in any common unit.

    Notes
    -----
    sum(w x) / sum(w)

    Examples
    --------
    >>> weighted_mean(np.array([80.0, 100.0]), np.array([3, 1]))
    85.0
    """
    return ratio(float(np.dot(values, weights)), float(np.sum(weights)))


def _half_up(numerator: int, denominator: int) -> int:
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return magnitude if numerator >= 0 else -magnitude


def _half_even(numerator: int, denominator: int) -> int:
    return round(Fraction(numerator, denominator))


def _floor(numerator: int, denominator: int) -> int:
    return numerator // denominator


def _ceiling(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)


ROUNDINGS: Final[Mapping[str, Callable[[int, int], int]]] = MappingProxyType(
    {"half_up": _half_up, "half_even": _half_even, "floor": _floor, "ceiling": _ceiling},
)
"""Ways to round numerator / denominator (denominator > 0) to a whole number; ``half_up`` goes away from zero."""


def round_fraction(value: Fraction, rounding: Rounding = "half_up") -> int:
    """Round an exact number to a whole one.

    Parameters
    ----------
    value
        An exact rational number.
    rounding
        A name in :data:`ROUNDINGS`.

    Raises
    ------
    InvalidValueError
        If the value is no rational number, or no rounding bears the name.

    Examples
    --------
    >>> [round_fraction(Fraction(-5, 2), name) for name in ("half_up", "half_even", "floor", "ceiling")]
    [-3, -2, -3, -2]
    """
    if not isinstance(value, Rational):
        raise InvalidValueError("wrong_type", path=("value",), expected=Fraction, value=value)
    if not isinstance(rounding, str) or rounding not in ROUNDINGS:
        raise InvalidValueError("choice", path=("rounding",), choices=tuple(ROUNDINGS), value=rounding)
    return ROUNDINGS[rounding](value.numerator, value.denominator)

"""Columns of whole numbers multiplied by exact fractions, each rounded once."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError
from salesperf.kernels.numeric import INT64_MAX, ROUNDINGS, Rounding, round_fraction

__all__ = ["scale_integers"]

Integers: TypeAlias = NDArray[np.int64]
Upward: TypeAlias = Callable[[Integers, Integers, Integers], NDArray[np.bool_]]

_SMALL: Final = 2**31
"""The product of two numbers below it, doubled, is an int64."""


def scale_integers(values: Integers, ratios: Sequence[Fraction], place: Integers, rounding: Rounding = "half_up") -> Integers:
    """Multiply each number by a fraction and round once, with no float on the way.

    Parameters
    ----------
    values
        Shape (n,), whole numbers.
    ratios
        The distinct fractions, not negative.
    place
        Shape (n,), the position in ``ratios`` of the fraction of each number.
    rounding
        A name in :data:`salesperf.kernels.numeric.ROUNDINGS`.

    Returns
    -------
    array of int64, shape (n,)

    Raises
    ------
    InvalidValueError
        If no rounding bears the name, or a product is beyond 64 bits; the path names the first row of those.

    Notes
    -----
    With value = w d + r the product by n / d is w n + r n / d, of which every term fits an int64 while n and d are below
    2^31 and the result is. The few other rows go through Python's integers.

    Examples
    --------
    >>> scale_integers(np.array([5, -5, 3]), [Fraction(1, 2), Fraction(2)], np.array([0, 0, 1])).tolist()
    [3, -3, 6]
    """
    if rounding not in _UPWARD:
        raise InvalidValueError("choice", path=("rounding",), choices=tuple(ROUNDINGS), value=rounding)
    if not values.size:
        return np.zeros(0, dtype=np.int64)
    largest = max(int(values.max()), -int(values.min()))
    is_quick = np.array([_is_quick(ratio, largest) for ratio in ratios])
    pairs = [(ratio.numerator, ratio.denominator) if quick else (0, 1) for ratio, quick in zip(ratios, is_quick, strict=True)]
    numerators, denominators = np.array(pairs, dtype=np.int64).T
    scaled = _scale(values, numerators[place], denominators[place], _UPWARD[rounding])
    for row in np.flatnonzero(~is_quick[place]).tolist():
        exact = round_fraction(int(values[row]) * ratios[int(place[row])], rounding)
        if abs(exact) > INT64_MAX:
            raise InvalidValueError("amount_overflow", path=("minor", row), value=exact)
        scaled[row] = exact
    return scaled


def _is_quick(ratio: Fraction, largest: int) -> bool:
    """Tell whether no number of the column leaves the int64 on its way through :func:`_scale`."""
    numerator, denominator = ratio.numerator, ratio.denominator
    return max(numerator, denominator) < _SMALL and (largest // denominator + 2) * numerator <= INT64_MAX


def _scale(values: Integers, numerators: Integers, denominators: Integers, upward: Upward) -> Integers:
    whole, rest = np.divmod(values, denominators)
    carried, rest = np.divmod(rest * numerators, denominators)
    below = whole * numerators + carried
    return below + upward(below, 2 * rest, denominators)


def _half_up(below: Integers, twice: Integers, denominators: Integers) -> NDArray[np.bool_]:
    # What lies between two whole numbers is negative where the lower one is: its half goes down, away from zero.
    return np.asarray((twice > denominators) | ((twice == denominators) & (below >= 0)))


def _half_even(below: Integers, twice: Integers, denominators: Integers) -> NDArray[np.bool_]:
    return np.asarray((twice > denominators) | ((twice == denominators) & (below % 2 == 1)))


def _floor(below: Integers, twice: Integers, denominators: Integers) -> NDArray[np.bool_]:
    del twice, denominators
    return np.zeros(below.shape, dtype=np.bool_)


def _ceiling(below: Integers, twice: Integers, denominators: Integers) -> NDArray[np.bool_]:
    del below, denominators
    return twice > 0


_UPWARD: Final[Mapping[Rounding, Upward]] = MappingProxyType(
    {"half_up": _half_up, "half_even": _half_even, "floor": _floor, "ceiling": _ceiling}
)
"""Name of each rounding to where it goes up from the whole number below, given twice the rest."""

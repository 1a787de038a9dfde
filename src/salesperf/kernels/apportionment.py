"""Whole units divided exactly: parts that sum to the total, whatever the weights.

Two ways lead to each answer. Short or unusual input goes through Python integers, which are exact at any size. Long
columns go through floats with an error bound on each remainder; the few elements whose order the bounds leave open are
settled in Python integers too. Both ways give the same parts, always.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InfeasibleError, InvalidValueError, UnknownNameError
from salesperf.kernels.numeric import INT64_MAX, AnyColumn, Column

__all__ = ["METHODS", "Numbers", "Parts", "apportion", "round_to_total"]

Numbers: TypeAlias = AnyColumn | Sequence[float | Decimal | Fraction]
"""Numbers to divide by or to round: a column, or any sequence of Python's exact or binary numbers."""
Parts: TypeAlias = NDArray[np.int64]
"""Whole parts of a total."""

_Method: TypeAlias = Callable[[int, AnyColumn | list[int]], Parts]

_NUMBERS: Final = (int, float, Decimal, Fraction)
_SHORT: Final = 200
"""Up to this length Python integers are faster than the fixed cost of some thirty numpy calls."""
_BLOCK: Final = 32_768
"""Elements worked on at a time, so that scratch stays in the cache."""
_SLACK: Final = 5 * 2.0**-53
"""Relative error of a share in floats: weight, rate and product are rounded once each, and so is the bound itself."""
_WIDEST: Final = 1e250
"""Weights up to this size, the largest not under its inverse, keep the rate and each share far from overflow."""


def apportion(total: int, weights: Numbers, *, method: str = "largest_remainder") -> Parts:
    """Divide a whole total in proportion to weights, into whole parts that sum to it exactly.

    Parts that have an equal claim to a unit are served by position: the first gets it.

    Parameters
    ----------
    total
        Whole units to divide, between -2**63 and 2**63, both excluded. A negative total gives the mirror image:
        ``apportion(-total, weights)`` is ``-apportion(total, weights)``.
    weights
        Shape (n,), finite and not negative, in any common unit. Integers, Decimals and Fractions count exactly at any
        size; a float counts as the binary fraction that it holds.
    method
        A name in :data:`METHODS`.

    Returns
    -------
    NDArray[np.int64]
        Shape (n,): the parts, in the order of the weights. A weight of 0 gets 0; no weights share a total of 0.

    Raises
    ------
    InvalidValueError
        If the total is no integer or beyond int64, or if a weight is negative, nan, infinite or no number (the path
        tells the position), or if all weights are 0, whatever the total.
    InfeasibleError
        If there are no weights for a total other than 0.
    UnknownNameError
        If no method bears the name.

    Notes
    -----
    ``largest_remainder`` (Hamilton, Hare-Niemeyer): part i is floor(total w_i / sum(w)), and the units still missing go
    to the largest fractional parts, one each. Each part is within quota: its exact share rounded down or up. The method
    is not house-monotone: a larger total may shrink a part, as the example shows.

    References
    ----------
    M. L. Balinski and H. P. Young, *Fair Representation: Meeting the Ideal of One Man, One Vote*, 2nd edition,
    Brookings, 2001.

    Examples
    --------
    >>> apportion(10, [6, 6, 2]).tolist(), apportion(11, [6, 6, 2]).tolist()
    ([4, 4, 2], [5, 5, 1])
    >>> apportion(-100, np.array([1.0, 1.0, 1.0])).tolist()
    [-34, -33, -33]
    """
    if method not in METHODS:
        raise UnknownNameError("choice", path=("method",), choices=tuple(METHODS), value=method)
    units = _read_total(total)
    proportions = _read_weights(weights)
    if len(proportions) == 0:
        if units != 0:
            raise InfeasibleError("no_weights", path=("weights",), total=units)
        return np.zeros(0, dtype=np.int64)
    parts = METHODS[method](abs(units), proportions)
    return parts if units >= 0 else -parts


def round_to_total(values: Numbers, total: int) -> Parts:
    """Round signed values, each down or up, so that they sum to a whole total.

    Parameters
    ----------
    values
        Shape (n,), finite, of either sign, each between -2**63 and 2**63, in the unit of the total. Integers, Decimals
        and Fractions count exactly; a float counts as the binary fraction that it holds.
    total
        The whole sum to reach, between -2**63 and 2**63, both excluded.

    Returns
    -------
    NDArray[np.int64]
        Shape (n,): each value rounded down or up; a value that is whole already stays as it is.

    Raises
    ------
    InvalidValueError
        If the total is no integer, or if a value is nan, infinite or no number, or if one of them is beyond int64.
    InfeasibleError
        If no such rounding sums to the total; the message tells how far from it the nearest one stays.

    Notes
    -----
    Part i is floor(x_i); the units still missing go to the largest fractional parts x_i - floor(x_i), one each, ties by
    position. Among all such roundings that sum to the total, this one has the least sum of absolute changes.

    References
    ----------
    L. H. Cox and L. R. Ernst, "Controlled rounding", *INFOR* 20(4), 1982, for the aim in one dimension.

    Examples
    --------
    >>> round_to_total([0.4, -1.3, 2.9], 2).tolist()
    [0, -1, 3]
    """
    wanted = _read_total(total)
    numbers = _read_numbers("values", values)
    if isinstance(numbers, np.ndarray) and numbers.dtype == np.int64:
        numbers = numbers.tolist()
    if isinstance(numbers, list):
        numerators, denominator = _over_common_denominator("values", numbers, "not_finite")
        for position, numerator in enumerate(numerators):
            if abs(numerator) > INT64_MAX * denominator:
                raise InvalidValueError("beyond_int64", path=("values", position), value=numbers[position])
        return _round_fractions(numerators, denominator, wanted)
    return _round_floats(numbers, wanted)


def _largest_remainder(total: int, weights: AnyColumn | list[int]) -> Parts:
    if isinstance(weights, list):
        return _round_fractions([weight * total for weight in weights], sum(weights), total)
    return _largest_remainder_of_column(total, weights)


METHODS: Final[Mapping[str, _Method]] = MappingProxyType({"largest_remainder": _largest_remainder})
"""Name of each method to the function that divides a total >= 0 by weights that were checked."""


def _read_total(total: int) -> int:
    if isinstance(total, bool | np.timedelta64) or not isinstance(total, int | np.integer):
        raise InvalidValueError("wrong_type", path=("total",), expected=int, value=type(total))
    if abs(int(total)) > INT64_MAX:
        raise InvalidValueError("beyond_int64", path=("total",), value=int(total))
    return int(total)


def _read_weights(weights: Numbers) -> AnyColumn | list[int]:
    """Check weights; integers in their proportion where the column is short or beyond what its floats can bear."""
    numbers = _read_numbers("weights", weights)
    if isinstance(numbers, list):
        return _read_short_weights(numbers)
    _check_column("weights", numbers, (numbers >= 0) & (numbers < np.inf), "weights_invalid")
    largest = numbers.max()
    if largest == 0:
        raise InvalidValueError("weights_all_zero", path=("weights",))
    return numbers if 1 / _WIDEST <= largest <= _WIDEST else _read_short_weights(numbers.tolist())


def _read_short_weights(numbers: list[Any]) -> list[int]:
    proportions, _ = _over_common_denominator("weights", numbers, "weights_invalid")
    for position, proportion in enumerate(proportions):
        if proportion < 0:
            raise InvalidValueError("weights_invalid", path=("weights", position), value=numbers[position])
    if numbers and not any(proportions):
        raise InvalidValueError("weights_all_zero", path=("weights",))
    return proportions


def _read_numbers(name: str, numbers: object) -> AnyColumn | list[Any]:
    """Give long homogeneous input as a column of int64 or float64, and all else as a list that is still to be checked."""
    if isinstance(numbers, np.ndarray):
        if numbers.ndim != 1:
            raise InvalidValueError("dimensions", path=(name,), value=numbers.ndim)
        if numbers.dtype.kind not in "iufO":
            raise InvalidValueError("wrong_type", path=(name,), expected=_NUMBERS, value=numbers.dtype.type)
        column = _narrow(numbers) if len(numbers) > _SHORT else None
        return numbers.tolist() if column is None else column
    if isinstance(numbers, str | bytes | bytearray) or not isinstance(numbers, Sequence):
        raise InvalidValueError("wrong_type", path=(name,), expected=(np.ndarray, Sequence), value=type(numbers))
    values = list(numbers)
    kinds = set(map(type, values)) if len(values) > _SHORT else set()
    if kinds == {float}:
        return np.array(values)
    if kinds == {int} and max(map(abs, values)) <= INT64_MAX:
        return np.array(values, dtype=np.int64)
    return values


def _narrow(numbers: AnyColumn) -> AnyColumn | None:
    """Convert to int64 or float64 where that keeps each value."""
    if numbers.dtype.kind == "f" and numbers.itemsize <= np.dtype(np.float64).itemsize:
        return numbers.astype(np.float64, copy=False)
    if numbers.dtype.kind in "iu" and numbers.max() <= INT64_MAX:
        return numbers.astype(np.int64, copy=False)
    return None


def _over_common_denominator(name: str, numbers: list[Any], fault: str) -> tuple[list[int], int]:
    """Write numbers exactly as whole numerators over one denominator."""
    if set(map(type, numbers)) <= {int}:
        return numbers, 1
    ratios = []
    for position, number in enumerate(numbers):
        if isinstance(number, bool | np.timedelta64) or not isinstance(number, (*_NUMBERS, np.integer, np.floating)):
            raise InvalidValueError("wrong_type", path=(name, position), expected=_NUMBERS, value=number)
        try:
            ratios.append((int(number), 1) if isinstance(number, np.integer) else number.as_integer_ratio())
        except (ValueError, OverflowError):
            raise InvalidValueError(fault, path=(name, position), value=number) from None
    common = math.lcm(*{denominator for _, denominator in ratios})
    return [numerator * (common // denominator) for numerator, denominator in ratios], common


def _check_column(name: str, column: AnyColumn, right: NDArray[np.bool_], fault: str) -> None:
    if not right.all():
        position = int(np.argmin(right))
        raise InvalidValueError(fault, path=(name, position), value=column[position].item())


def _round_fractions(numerators: list[int], denominator: int, total: int) -> Parts:
    """Round numerators / denominator down, then up by largest remainder until they sum to the total."""
    floors = []
    remainders = []
    for numerator in numerators:
        floor, remainder = divmod(numerator, denominator)
        floors.append(floor)
        remainders.append(remainder)
    missing = _missing_units(total, sum(floors), len(remainders) - remainders.count(0))
    # A reversed sort keeps the order of equal items, so that ties go to the first.
    for position in sorted(range(len(floors)), key=remainders.__getitem__, reverse=True)[:missing]:
        floors[position] += 1
    return np.array(floors, dtype=np.int64)


def _missing_units(total: int, sum_of_floors: int, fractional_count: int) -> int:
    missing = total - sum_of_floors
    if not 0 <= missing <= fractional_count:
        excess = -missing if missing < 0 else missing - fractional_count
        raise InfeasibleError("infeasible_sum", path=("values",), total=total, excess=excess)
    return missing


def _round_floats(values: Column, total: int) -> Parts:
    """Do as `_round_fractions` does, for a column; no arithmetic here rounds."""
    _check_column("values", values, np.isfinite(values), "not_finite")
    _check_column("values", values, np.abs(values) < 2.0**63, "beyond_int64")
    floors = np.floor(values).astype(np.int64)
    missing = _missing_units(total, _sum_of_integers(floors), int(np.count_nonzero(floors != values)))
    if missing:
        claims = _order_of_fractions(values)
        sure, level = _separate(claims, claims, missing)
        floors += sure
        floors[level[: missing - np.count_nonzero(sure)]] += 1
    return floors


def _order_of_fractions(values: Column) -> Parts:
    """Give integers that stand in the order of the fractional parts; 0 for whole values."""
    # A value less its floor may round (-1e-20 would give 1), but a value less its nearest integer never does. Those
    # just under an integer, the largest fractional parts, come out negative, the nearest to 0 first in rank. The bits
    # of positive floats are in the order of the floats, and those of infinity stand above them all.
    offset = values - np.rint(values)
    offset[offset == -0.5] = 0.5  # noqa: PLR2004 - a half, wherever it was rounded to
    bits = np.abs(offset).view(np.int64)
    return np.where(offset < 0, np.float64(np.inf).view(np.int64) - bits, bits)


def _largest_remainder_of_column(total: int, weights: AnyColumn) -> Parts:
    whole = _sum_of_integers(weights) if weights.dtype == np.int64 else _sum_of_floats(weights)
    parts, low, high = _bounded_shares(float(total / Fraction(whole)), weights)
    blurred = np.flatnonzero((low < 0) | (high >= 1))
    if len(blurred):
        parts[blurred], nearest, _ = _exact_shares(total, whole, weights[blurred])
        low[blurred] = np.nextafter(nearest, -1)
        high[blurred] = np.nextafter(nearest, 2)
    missing = total - int(parts.sum())
    if missing:
        sure, level = _separate(low, high, missing)
        parts += sure
        *_, ranks = _exact_shares(total, whole, weights[level])
        winners = np.argsort(ranks, kind="stable")[: missing - np.count_nonzero(sure)]
        parts[level[winners]] += 1
    return parts


def _bounded_shares(rate: float, weights: AnyColumn) -> tuple[Parts, Column, Column]:
    """Round each share (weight times rate) down, and bound what is left: exact remainders lie from low to high.

    A share whose bounds reach another integer has low < 0 or high >= 1; its part is not to be trusted. A share that
    underflows breaks its bounds by less than 1e-300, which is far from the cut: as n fractional parts have a whole sum,
    the smallest one that gets a unit is at least 1 / n.
    """
    count = len(weights)
    parts = np.empty(count, dtype=np.int64)
    low, high = np.empty(count), np.empty(count)
    share, floor = np.empty(_BLOCK), np.empty(_BLOCK)
    for start in range(0, count, _BLOCK):
        block = slice(start, start + _BLOCK)
        size = len(parts[block])
        np.multiply(weights[block], rate, out=share[:size])
        # Beyond 2**53 all shares are blurred; held under 2**63, they can be cast without overflow.
        np.minimum(share[:size], 2.0**62, out=share[:size])
        np.floor(share[:size], out=floor[:size])
        parts[block] = floor[:size]
        np.subtract(share[:size], floor[:size], out=floor[:size])
        np.multiply(share[:size], _SLACK, out=share[:size])
        np.subtract(floor[:size], share[:size], out=low[block])
        np.add(floor[:size], share[:size], out=high[block])
    return parts, low, high


def _separate(low: AnyColumn, high: AnyColumn, count: int) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Tell those surely among the ``count`` largest from those whose bounds leave it open, in order of position."""
    # The count-th largest lower bound: who stays under it altogether has count others above.
    cut = np.partition(low, len(low) - count)[len(low) - count]
    reaching = high >= cut
    # Less than count elements lie above the cut altogether, and only they can beat one that lies above all others.
    sure = low > np.max(high[reaching & (low <= cut)])
    return sure, np.flatnonzero(reaching & ~sure)


def _exact_shares(total: int, whole: int | Fraction, weights: AnyColumn) -> tuple[Parts, Column, NDArray[np.intp]]:
    """Give floors, nearest floats of the remainders, and ranks of the remainders (0 for the largest), all exact."""
    distinct, inverse = np.unique(weights, return_inverse=True)
    (*numerators, denominator), _ = _over_common_denominator("weights", [*distinct.tolist(), whole], "weights_invalid")
    shares = [divmod(numerator * total, denominator) for numerator in numerators]
    rank = {remainder: place for place, remainder in enumerate(sorted({rest for _, rest in shares}, reverse=True))}
    floors = np.array([floor for floor, _ in shares], dtype=np.int64)
    nearest = np.array([remainder / denominator for _, remainder in shares])
    ranks = np.array([rank[remainder] for _, remainder in shares], dtype=np.intp)
    return floors[inverse], nearest[inverse], ranks[inverse]


def _sum_of_integers(column: AnyColumn) -> int:
    """Add exactly: the upper and the lower halves of the words, neither of which can overflow."""
    return (int((column >> 32).sum()) << 32) + int((column & 0xFFFFFFFF).sum())


def _sum_of_floats(column: Column) -> Fraction:
    """Add floats from 0 to 1e250 exactly.

    Each round takes from every element its leading bits, down to one common place, by adding and taking away an anchor
    so large that the sum is rounded to that place. Neither these pieces nor their sum over a block need more than 53
    bits, so nothing is lost; what is left of the elements is 2**38 times smaller and goes through the next round.

    References
    ----------
    S. M. Rump, T. Ogita and S. Oishi, "Accurate floating-point summation, part I", *SIAM J. Sci. Comput.* 31(1), 2008.
    """
    total = Fraction(0)
    for start in range(0, len(column), _BLOCK):
        rest = column[start : start + _BLOCK].copy()
        exponent = math.frexp(rest.max())[1] + _BLOCK.bit_length() - 1
        piece = np.empty_like(rest)
        while rest.any():
            # Three halves of a power of two keep their binade, whatever the sign of what is added.
            anchor = math.ldexp(1.5, exponent)
            np.subtract(np.add(rest, anchor, out=piece), anchor, out=piece)
            np.subtract(rest, piece, out=rest)
            total += Fraction(float(piece.sum()))
            exponent += _BLOCK.bit_length() - 54
    return total

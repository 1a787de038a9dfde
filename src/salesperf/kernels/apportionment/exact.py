"""What numbers hold exactly: read, checked, brought over one denominator and added without rounding."""

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError
from salesperf.kernels.numeric import INT64_MAX, AnyColumn, Column, Number

Numbers: TypeAlias = AnyColumn | Sequence[Number | Decimal | Fraction]
"""Numbers to divide by or to round: a column, or a sequence of integers, floats, Decimals and Fractions."""

BLOCK: Final = 32_768
"""Elements worked on at a time, so that scratch stays in the cache; a power of two."""
_BLOCK_BITS: Final = BLOCK.bit_length() - 1
_FLOAT_BITS: Final = 53
_SHORT: Final = 64
"""Up to this length Python integers cost less than the many calls that a numpy column takes."""
_WIDEST: Final = 1e250
"""Columns whose largest weight lies from 1 / _WIDEST to _WIDEST neither overflow nor lose a share that matters."""
_KINDS: Final = (int, float, Decimal, Fraction)


def read_total(total: object) -> int:
    """Check a total: an integer whose mirror image fits int64 too."""
    if isinstance(total, bool | np.timedelta64) or not isinstance(total, int | np.integer):
        raise InvalidValueError("wrong_type", path=("total",), expected=int, value=type(total))
    if abs(int(total)) > INT64_MAX:
        raise InvalidValueError("beyond_int64", path=("total",), value=int(total))
    return int(total)


def read_weights(weights: Numbers, name: str = "weights") -> AnyColumn | list[int]:
    """Check weights: int64 where a long column holds integers, else float64, or integers in the same proportion."""
    numbers = read_numbers(name, weights)
    if isinstance(numbers, list):
        return _in_proportion(name, numbers)
    check_column(name, numbers, (numbers >= 0) & (numbers < np.inf), "weights_invalid")
    largest = numbers.max()
    if largest == 0:
        raise InvalidValueError("weights_all_zero", path=(name,))
    if numbers.dtype == np.float64 and largest < 2.0**_FLOAT_BITS and _holds_integers(numbers):
        return numbers.astype(np.int64)
    return fit_for_floats(numbers)


def fit_for_floats(column: AnyColumn) -> AnyColumn | list[int]:
    """Give a checked column as it is, or integers in the same proportion where products might overflow or vanish."""
    return column if 1 / _WIDEST <= column.max() <= _WIDEST else whole_proportions(column)


def _holds_integers(column: Column) -> bool:
    blocks = (column[start : start + BLOCK] for start in range(0, len(column), BLOCK))
    return all(np.array_equal(block, np.rint(block)) for block in blocks)


def _in_proportion(name: str, numbers: list[Any]) -> list[int]:
    proportions, _ = over_common_denominator(name, numbers, "weights_invalid")
    for position, proportion in enumerate(proportions):
        if proportion < 0:
            raise InvalidValueError("weights_invalid", path=(name, position), value=numbers[position])
    if numbers and not any(proportions):
        raise InvalidValueError("weights_all_zero", path=(name,))
    return proportions


def read_numbers(name: str, numbers: object) -> AnyColumn | list[Any]:
    """Give long input of one kind as a column of int64 or float64, all else as a list whose items are unchecked."""
    if isinstance(numbers, np.ndarray):
        if numbers.ndim != 1:
            raise InvalidValueError("dimensions", path=(name,), value=numbers.ndim)
        if numbers.dtype.kind not in "iufO":
            raise InvalidValueError("wrong_type", path=(name,), expected=_KINDS, value=numbers.dtype.type)
        return _column_of_array(numbers) if len(numbers) > _SHORT else numbers.tolist()
    if isinstance(numbers, str | bytes | bytearray) or not isinstance(numbers, Sequence):
        raise InvalidValueError("wrong_type", path=(name,), expected=(np.ndarray, Sequence), value=type(numbers))
    return _column_of_list(list(numbers)) if len(numbers) > _SHORT else list(numbers)


def _column_of_array(numbers: AnyColumn) -> AnyColumn | list[Any]:
    if numbers.dtype.kind == "f" and numbers.itemsize <= np.dtype(np.float64).itemsize:
        return numbers.astype(np.float64, copy=False)
    if numbers.dtype.kind in "iu" and numbers.max() <= INT64_MAX:
        return numbers.astype(np.int64, copy=False)
    items: list[Any] = numbers.tolist()
    return items


def _column_of_list(numbers: list[Any]) -> AnyColumn | list[Any]:
    kinds = set(map(type, numbers))
    if kinds == {float}:
        return np.array(numbers, dtype=np.float64)
    if kinds == {int} and max(map(abs, numbers)) <= INT64_MAX:
        return np.array(numbers, dtype=np.int64)
    return numbers


def check_column(name: str, column: AnyColumn, right: NDArray[np.bool_], fault: str) -> None:
    """Refuse a column by its first element that is not right."""
    if not right.all():
        position = int(np.argmin(right))
        raise InvalidValueError(fault, path=(name, position), value=column[position].item())


def over_common_denominator(name: str, numbers: list[Any], fault: str) -> tuple[list[int], int]:
    """Check numbers and write them exactly, as whole numerators over one denominator."""
    if set(map(type, numbers)) <= {int}:
        return numbers, 1
    ratios = []
    for position, number in enumerate(numbers):
        if isinstance(number, bool | np.timedelta64) or not isinstance(number, (*_KINDS, np.integer, np.floating)):
            raise InvalidValueError("wrong_type", path=(name, position), expected=_KINDS, value=number)
        try:
            ratios.append((int(number), 1) if isinstance(number, np.integer) else number.as_integer_ratio())
        except (ValueError, OverflowError):
            raise InvalidValueError(fault, path=(name, position), value=number) from None
    return scale(ratios)


def scale(ratios: list[tuple[int, int]]) -> tuple[list[int], int]:
    """Bring ratios over their least common denominator."""
    common = math.lcm(*{denominator for _, denominator in ratios})
    return [numerator * (common // denominator) for numerator, denominator in ratios], common


def whole_proportions(weights: AnyColumn | list[int]) -> list[int]:
    """Give checked weights as Python integers in the same proportion."""
    if isinstance(weights, list):
        return weights
    return over_common_denominator("weights", weights.tolist(), "weights_invalid")[0]


def sum_of_weights(weights: AnyColumn) -> int | Fraction:
    """Add a checked column of either kind exactly."""
    return sum_of_floats(weights) if weights.dtype == np.float64 else sum_of_integers(weights)


def sum_of_integers(column: AnyColumn) -> int:
    """Add an int64 column exactly, by the upper and the lower halves of its words, neither of which can overflow."""
    return (int((column >> 32).sum()) << 32) + int((column & 0xFFFFFFFF).sum())


def sum_of_floats(column: Column) -> Fraction:
    """Add a float64 column exactly; its elements lie from 0 to 1e250.

    Notes
    -----
    Each round takes the leading bits of every element, down to one common place, by adding and taking away an anchor
    so large that the sum is rounded to that place. Neither these pieces nor their sum over a block need more bits than
    a float has, so nothing is lost; what is left is smaller by 38 bits and goes through the next round.

    References
    ----------
    S. M. Rump, T. Ogita and S. Oishi, "Accurate floating-point summation, part I", *SIAM J. Sci. Comput.* 31(1), 2008.
    """
    total = Fraction(0)
    piece_scratch = np.empty(BLOCK)
    for start in range(0, len(column), BLOCK):
        rest = column[start : start + BLOCK].copy()
        piece = piece_scratch[: len(rest)]
        exponent = math.frexp(rest.max())[1] + _BLOCK_BITS
        while rest.any():
            # Three halves of a power of two: what is added, of either sign, leaves the sum between the same two powers.
            anchor = math.ldexp(1.5, exponent)
            np.subtract(np.add(rest, anchor, out=piece), anchor, out=piece)
            np.subtract(rest, piece, out=rest)
            total += Fraction(float(piece.sum()))
            exponent += _BLOCK_BITS - _FLOAT_BITS
    return total

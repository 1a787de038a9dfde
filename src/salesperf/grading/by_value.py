"""ABC: classes by the share of the whole that the larger ones make up."""

from collections.abc import Sequence
from string import ascii_uppercase
from typing import Final

import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError
from salesperf.kernels.elementwise import refuse_where
from salesperf.kernels.numeric import AnyColumn, Column
from salesperf.model.codes import numbers_of
from salesperf.model.validators import as_tuple, check_number

__all__ = ["abc"]

_BLOCK: Final = 32_768
"""Values worked on at a time, so that scratch stays in the cache."""
_PART: Final = 8192
"""Values summed at a time: only the parts in which a cut lies are looked at one by one."""
_MOST: Final = 1e280
_DIGITS: Final = 9
"""Digits after the point to which shares are rounded before they are held against a cut, as scores are."""


def abc(values: AnyColumn | Sequence[float], cuts: Sequence[float] = (0.80, 0.95)) -> NDArray[np.str_]:
    """Class by value: A for those that together make up most of the whole, then B, then C.

    Parameters
    ----------
    values
        Shape (n,), what each is worth, in any common unit; not negative.
    cuts
        Shares of the whole, rising within (0, 1), one fewer than there are classes; at most 25.

    Returns
    -------
    NDArray of str
        Shape (n,): a letter each.

    Raises
    ------
    InvalidValueError
        If a value is negative, nan or infinite, there are values and all are 0, or the cuts do not rise within (0, 1).

    Notes
    -----
    With the largest first, the share of the whole that stands *before* an item decides: below the first cut it is an A, below
    the second a B. So the item that crosses a cut is included in the better class. Equal values share the better class, so
    the order in which they are given never matters. Shares are rounded to nine digits after the point before they are
    compared with a cut.

    References
    ----------
    H. F. Dickie, "ABC inventory analysis shoots for dollars, not pennies", *Factory Management and Maintenance* 109 (1951)
    92-94.

    Examples
    --------
    >>> abc([35, 17, 26, 8, 18]).tolist()
    ['A', 'A', 'A', 'B', 'A']
    >>> abc([10, 20, 20, 0, 20]).tolist()
    ['B', 'A', 'A', 'C', 'A']
    """
    shares = _checked_cuts(cuts)
    column = numbers_of(values, "values")
    ascending = np.sort(column)
    # Sorted, the worst stand at the ends: nan comes last.
    if column.size and not 0 <= ascending[0] <= ascending[-1] < np.inf:
        refuse_where(~np.isfinite(column), "not_finite", "values", column)
        refuse_where(column < 0, "out_of_range", "values", column, low=0, high=np.inf)
    return _letters(column, _least_of_each(ascending, shares))


def _checked_cuts(cuts: Sequence[float]) -> tuple[float, ...]:
    shares = as_tuple(cuts)
    if not isinstance(shares, tuple):
        raise InvalidValueError("wrong_type", path=("cuts",), expected=tuple, value=cuts)
    if not 1 <= len(shares) < len(ascii_uppercase):
        raise InvalidValueError("out_of_range", path=("cuts",), low=1, high=len(ascii_uppercase) - 1, value=len(shares))
    previous = 0.0
    for position, share in enumerate(shares):
        check_number(share, ("cuts", position))
        if not previous < share < 1:
            raise InvalidValueError("between", path=("cuts", position), low=previous, high=1, value=share)
        previous = float(share)
    return tuple(map(float, shares))


def _least_of_each(ascending: Column, shares: tuple[float, ...]) -> list[float]:
    """Return for each class but the last the least value that belongs to it or to a better one."""
    if not ascending.size:
        return []
    greatest = float(ascending[-1])
    if not greatest:
        raise InvalidValueError("nothing_to_class", path=("values",))
    descending = ascending[::-1]
    # In units of the greatest no sum is beyond the floats; below that the division would be time lost.
    amounts = descending / greatest if greatest > _MOST else descending
    starts = range(0, amounts.size, _PART)
    sums = np.array([float(np.sum(amounts[start : start + _PART])) for start in starts])
    before, total = np.concatenate(([0.0], np.cumsum(sums)[:-1])), float(np.sum(sums))
    return [float(descending[_last_before(amounts, before, total, share)]) for share in shares]


def _last_before(amounts: Column, before: Column, total: float, cut: float) -> int:
    """Return the last place that has less than the cut before it, given the sum before each part."""
    part = int(np.count_nonzero(np.round(before / total, _DIGITS) < cut)) - 1
    start = part * _PART
    sums = before[part] + np.concatenate(([0.0], np.cumsum(amounts[start : start + _PART])[:-1]))
    return start + int(np.count_nonzero(np.round(sums / total, _DIGITS) < cut)) - 1


def _letters(column: Column, least: list[float]) -> NDArray[np.str_]:
    """Return the letter of each value: it has passed as many classes as there are least values above it."""
    letters = np.empty(column.size, dtype="<U1")
    codes = letters.view("<u4")  # a letter is a number of four bytes: to write numbers is many times faster
    for start in range(0, column.size, _BLOCK):
        rows = slice(start, start + _BLOCK)
        block = column[rows]
        passed = np.full(block.size, ord("A"), dtype=np.uint8)
        for value in least:
            np.add(passed, (block < value).view(np.uint8), out=passed)
        codes[rows] = passed
    return letters

"""Rows that come more than once, found without sorting all of them."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from salesperf.quality.table import Mask

__all__ = ["repeated_rows"]

_MULTIPLIER: Final = np.uint64(0x9E3779B97F4A7C15)
_SHIFT: Final = np.uint64(32)
_SLOTS_A_ROW: Final = 4
"""So many places for each row: of rows that come once, one in six or so shares a place and is looked at twice."""


def repeated_rows(columns: Sequence[NDArray[Any]]) -> Mask:
    """Tell of each row whether another has the same values.

    Parameters
    ----------
    columns
        At least one, each of shape (n,), of eight bytes an item; each ``nan`` is like every other, and each ``NaT``.

    Notes
    -----
    Each row is sent to a place by a hash. Whoever is alone there is alone; the few others are sorted by it and compared
    exactly, so a collision costs time and changes nothing.
    """
    size = len(columns[0])
    found = np.zeros(size, dtype=np.bool_)
    if not size:
        return found
    bits = [_as_bits(column) for column in columns]
    hashed = _hashed(bits, size)
    slots = (hashed & np.uint64((1 << (size * _SLOTS_A_ROW).bit_length()) - 1)).view(np.int64)
    candidates = np.flatnonzero(_is_shared(slots)[slots])
    rows = [column[candidates] for column in bits]
    order = np.argsort(hashed[candidates])
    same = _like_the_next(rows, order)
    if not np.array_equal(same, _like_the_next([hashed[candidates]], order)):
        # Unlike rows of one hash may stand between like ones; rows in their own order cannot.
        order = np.lexsort(rows)
        same = _like_the_next(rows, order)
    among = np.zeros(len(order), dtype=np.bool_)
    among[1:] |= same
    among[:-1] |= same
    found[candidates[order[among]]] = True
    return found


def _as_bits(column: NDArray[Any]) -> NDArray[np.uint64]:
    """Return eight bytes an item, equal where the values are; 0.0 and -0.0 are."""
    plain = column + 0.0 if column.dtype.kind == "f" else column
    return np.ascontiguousarray(plain).view(np.uint64)


def _like_the_next(rows: Sequence[NDArray[np.uint64]], order: NDArray[np.int64]) -> Mask:
    """Tell of each row in an order, but the last, whether the next one has the same values."""
    same = np.ones(max(len(order) - 1, 0), dtype=np.bool_)
    for column in rows:
        ordered = column[order]
        same &= ordered[1:] == ordered[:-1]
    return same


def _hashed(columns: Sequence[NDArray[np.uint64]], size: int) -> NDArray[np.uint64]:
    hashed = np.zeros(size, dtype=np.uint64)
    for column in columns:
        hashed ^= column
        hashed *= _MULTIPLIER
        hashed ^= hashed >> _SHIFT
    return hashed


def _is_shared(slots: NDArray[np.int64]) -> Mask:
    """Tell of each place whether more than one row is sent there.

    Whoever writes last is who is read: a row that does not read itself shares its place, without a count of all places.
    """
    places = int(slots.max()) + 1
    last = np.empty(places, dtype=np.int32 if len(slots) < 2**31 else np.int64)
    numbers = np.arange(len(slots), dtype=last.dtype)
    last[slots] = numbers
    is_shared = np.zeros(places, dtype=np.bool_)
    is_shared[slots[last[slots] != numbers]] = True
    return is_shared

"""Times counted by kind: whole days into a table, any other times by sorting."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from salesperf.kernels.events.counts import AnyIntegers, Integers, event_counts
from salesperf.kernels.events.scratch import BLOCK
from salesperf.kernels.numeric import AnyColumn, Column

__all__ = ["count_by_time"]

_WORD: Final = 64
"""Bits of a key, which is sorted as one number."""


def count_by_time(times: AnyColumn, codes: AnyIntegers, kinds: int, *, ends: tuple[float, float]) -> tuple[Column, Integers]:
    """Count what happened at each time, by kind.

    Parameters
    ----------
    times
        Shape (n,), finite and not negative; at least one.
    codes
        Shape (n,), the kind of each, from 0 up to ``kinds``.
    kinds
        How many kinds there are.
    ends
        The least time and the greatest.

    Returns
    -------
    distinct : Column
        Shape (times,), the different times, in ascending order.
    counts : array of int64
        Shape (kinds, times).
    """
    # A table that stays in the cache, or else none.
    days = _whole_days(times) if (ends[1] + 1) * kinds <= BLOCK else None
    if days is None:
        return _counted_in_order(*_sorted(np.asarray(times, dtype=np.float64), codes, kinds, ends), kinds)
    counts = event_counts(codes, days, shape=(kinds, int(ends[1]) + 1))
    present = np.flatnonzero(counts.any(axis=0))
    return present.astype(np.float64), counts[:, present]


def _whole_days(times: AnyColumn) -> AnyIntegers | None:
    """Return the times as whole numbers; nothing where they are none."""
    if times.dtype.kind != "f":
        return times
    days = np.empty(times.size, dtype=np.int64)
    # A block at a time, since of times that are not whole the first few tell.
    for start in range(0, times.size, BLOCK):
        block = slice(start, start + BLOCK)
        days[block] = times[block]
        if not np.array_equal(days[block], times[block]):
            return None
    return days


def _sorted(times: Column, codes: AnyIntegers, kinds: int, ends: tuple[float, float]) -> tuple[Column, AnyIntegers]:
    """Return times in ascending order, each with its code."""
    width = (kinds - 1).bit_length()
    lowest, highest = ends
    least, most = _bits(lowest if lowest > 0 else times[times > 0].min(initial=np.inf)), _bits(highest)
    if (most - least + 1).bit_length() + width > _WORD:
        order = np.argsort(times, kind="stable")
        return times[order] + 0.0, codes[order]  # -0.0 is 0.0 and no other time
    # Positive floats are in the order of their bits, of which times leave some free at the top: shifted up by as many as
    # a code takes, time and code are one number, and to sort numbers is several times faster than to sort positions.
    keys, before = np.empty(times.size, dtype=np.uint64), np.uint64(least - 1)
    for start in range(0, times.size, BLOCK):
        block = slice(start, start + BLOCK)
        key = keys[block]
        np.abs(times[block], out=key.view(np.float64))  # -0.0 has a bit that 0.0 lacks
        np.maximum(key, before, out=key)
        key -= before
        key <<= np.uint64(width)
        key |= codes[block].astype(np.uint64)
    keys.sort()
    return _unpacked(keys, width, before)


def _unpacked(keys: NDArray[np.uint64], width: int, before: np.uint64) -> tuple[Column, AnyIntegers]:
    zeros = int(np.searchsorted(keys, np.uint64(1 << width)))
    codes, mask = np.empty(keys.size, dtype=np.uint8), np.uint64((1 << width) - 1)
    for start in range(0, keys.size, BLOCK):
        block = slice(start, start + BLOCK)
        key = keys[block]
        codes[block] = key & mask
        key >>= np.uint64(width)
        key += before
    times = keys.view(np.float64)
    times[:zeros] = 0.0
    return times, codes


def _bits(value: float) -> int:
    return int(np.float64(value).view(np.uint64))


def _counted_in_order(times: Column, codes: AnyIntegers, kinds: int) -> tuple[Column, Integers]:
    is_new = np.empty(times.size, dtype=bool)
    is_new[0] = True
    np.not_equal(times[1:], times[:-1], out=is_new[1:])
    size = int(np.count_nonzero(is_new))
    if size == times.size:
        counts = np.empty((kinds, size), dtype=np.int64)
        for kind in range(kinds):
            np.equal(codes, kind, out=counts[kind], casting="unsafe")
        return times, counts
    cells = np.cumsum(is_new) - 1 + codes.astype(np.int64) * size
    return times[is_new], np.bincount(cells, minlength=kinds * size).reshape(kinds, size)

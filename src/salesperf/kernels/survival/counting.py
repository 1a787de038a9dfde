"""Times counted by kind: whole days into a table, any other times by sorting."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from salesperf.kernels.events.counts import AnyIntegers, Integers, checked_counts
from salesperf.kernels.events.scratch import BLOCK
from salesperf.kernels.numeric import AnyColumn, Column
from salesperf.kernels.survival.buffers import Blocks

__all__ = ["count_by_time"]

_ENDLESS: Final = 0x7FF
"""What the bits of a float above its fraction say where it is no finite number; its sign is above them."""
_LEAST_EXPONENT: Final = -1022
"""That of the least float of full precision."""


def count_by_time(times: AnyColumn, codes: AnyIntegers, kinds: int, *, ends: tuple[float, float]) -> tuple[Column, Integers]:
    """Count what happened at each time, by kind.

    Parameters
    ----------
    times
        Shape (n,), finite and not negative; at least one.
    codes
        Shape (n,), the kind of each, from 0 up to ``kinds``, which has been checked.
    kinds
        How many kinds there are.
    ends
        A time that none is below, and the greatest.

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
    counts = checked_counts(codes, days, shape=(kinds, int(ends[1]) + 1))
    present = np.flatnonzero(counts.any(axis=0))
    return present.astype(np.float64), counts[:, present]


def _whole_days(times: AnyColumn) -> AnyIntegers | None:
    """Return the times as whole numbers; nothing where they are none."""
    if times.dtype.kind != "f":
        return times
    days = np.empty(times.size, dtype=np.int64)
    # A block at a time, since of times that are not whole the first few tell.
    for block in Blocks(times.size):
        days[block] = times[block]
        if not np.array_equal(days[block], times[block]):
            return None
    return days


def _sorted(times: Column, codes: AnyIntegers, kinds: int, ends: tuple[float, float]) -> tuple[Column, AnyIntegers]:
    """Return times in ascending order, each with its code."""
    width = max((kinds - 1).bit_length(), 1)
    least = ends[0] if ends[0] > 0 else float(times[times > 0].min())
    power = _LEAST_EXPONENT - min(_exponent(least), 0)
    largest = _exponent(ends[1]) + power - _LEAST_EXPONENT + 1
    if (largest + 1) << width > _ENDLESS:
        order = np.argsort(times, kind="stable")
        return times[order] + 0.0, codes[order]  # -0.0 is 0.0 and no other time
    # Floats are in the order of their bits, of which small ones leave some free at the top: shifted up by as many as a code
    # takes, time and code are one number, and to sort numbers is several times faster than to sort positions. The sign goes,
    # which only -0.0 has; powers of two scale without rounding.
    keys = np.empty(times.size, dtype=np.uint64)
    for block in Blocks(times.size):
        key = keys[block]
        np.multiply(times[block], 2.0**power, out=key.view(np.float64))
        key <<= np.uint64(width)
        key |= codes[block].astype(np.uint64)
    # Read as floats, they are in the same order, and floats are sorted faster than whole numbers.
    keys.view(np.float64).sort()
    return _unpacked(keys, width, 2.0**-power)


def _exponent(value: float) -> int:
    return math.frexp(value)[1] - 1


def _unpacked(keys: NDArray[np.uint64], width: int, scale: float) -> tuple[Column, AnyIntegers]:
    times, codes = keys.view(np.float64), np.empty(keys.size, dtype=np.uint8)
    mask = np.uint64((1 << width) - 1)
    for block in Blocks(keys.size):
        key = keys[block]
        np.bitwise_and(key, mask, out=codes[block], casting="unsafe")
        key >>= np.uint64(width)
        times[block] *= scale
    return times, codes


def _counted_in_order(times: Column, codes: AnyIntegers, kinds: int) -> tuple[Column, Integers]:
    is_new = np.empty(times.size, dtype=bool)
    is_new[0] = True
    np.not_equal(times[1:], times[:-1], out=is_new[1:])
    size = int(np.count_nonzero(is_new))
    if size == times.size:
        counts = np.empty((kinds, size), dtype=np.int64)
        for kind in range(kinds):
            counts[kind] = codes == kind
        return times, counts
    cells = np.cumsum(is_new) - 1 + codes.astype(np.int64) * size
    return times[is_new], np.bincount(cells, minlength=kinds * size).reshape(kinds, size)

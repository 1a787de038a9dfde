"""Keys counted as they come, a block at a time."""

from typing import Final, Protocol

import numpy as np

from salesperf.kernels.events.counts import Integers
from salesperf.kernels.events.runs import Runs

__all__ = ["KeyCounter", "key_counter"]

_DENSE: Final = 4
"""Counting into a table is faster than sorting while the table has at most so many cells a key."""


class KeyCounter(Protocol):
    """Counts of keys, which are whole numbers from 0 up."""

    def add(self, keys: Integers) -> None:
        """Count some keys."""

    def counted(self) -> tuple[Integers, Integers]:
        """Return the different keys in order, and how often each came."""


def key_counter(size: int, most: int) -> KeyCounter:
    """Return what counts at most so many keys, all below a size."""
    return _Table(size, most) if size <= _DENSE * most else _Listed(most)


class _Table:
    """A table with a cell for each key that there can be."""

    def __init__(self, size: int, most: int) -> None:
        # The narrower the cells, the more of them are in the cache.
        self._counts = np.zeros(size, dtype=np.min_scalar_type(-1 - most))
        # Of the type of the table, since to cast it at each key takes several times as long.
        self._one = self._counts.dtype.type(1)

    def add(self, keys: Integers) -> None:
        """Count some keys."""
        np.add.at(self._counts, keys, self._one)

    def counted(self) -> tuple[Integers, Integers]:
        """Return the different keys in order, and how often each came."""
        distinct = np.flatnonzero(self._counts > 0)
        return distinct, self._counts.take(distinct).astype(np.int64)


class _Listed:
    """A list of all keys, to be sorted in the end, where most cells of a table would stay empty."""

    def __init__(self, most: int) -> None:
        self._keys, self._filled = np.empty(most, dtype=np.int64), 0

    def add(self, keys: Integers) -> None:
        """Keep some keys."""
        self._keys[self._filled : self._filled + keys.size] = keys
        self._filled += keys.size

    def counted(self) -> tuple[Integers, Integers]:
        """Return the different keys in order, and how often each came."""
        keys = self._keys[: self._filled]
        keys.sort()
        runs = Runs.of(keys)
        return keys.take(runs.first), runs.lengths

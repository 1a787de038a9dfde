"""Rows of small whole numbers, counted as they come."""

from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from salesperf.kernels.events.counts import AnyIntegers, Integers
from salesperf.kernels.events.keys import key_counter
from salesperf.kernels.events.scratch import BLOCK

__all__ = ["RowCounter", "grouped", "row_counter"]

_WORD: Final = 62
"""Bits of a key, so that no size of a table of keys is beyond 64 bits."""


class RowCounter(Protocol):
    """Counts of rows, each of which has as many numbers as the others."""

    def add(self, columns: Sequence[AnyIntegers], kept: NDArray[np.bool_]) -> None:
        """Count some rows, given the numbers in each place.

        Parameters
        ----------
        columns
            Each of a shape that spreads to that of ``kept``.
        kept
            Which rows count; the numbers of others may be any.
        """

    def counted(self) -> tuple[Integers, Integers]:
        """Return the different rows in increasing order, and how often each came."""


def row_counter(most: Sequence[int], rows: int) -> RowCounter:
    """Return what counts at most so many rows, of numbers from 0 up to the most that is told for each place.

    Examples
    --------
    >>> counter = row_counter((9, 500), 3)
    >>> counter.add((np.array([2, 0, 2]), np.array([365, 7, 365])), np.array([True, True, True]))
    >>> [column.tolist() for column in counter.counted()]
    [[[0, 7], [2, 365]], [1, 2]]
    """
    bits = [number.bit_length() for number in most]
    return _Packed(bits, rows) if sum(bits) <= _WORD else _Listed(len(bits))


class _Packed:
    """Rows packed into words, which are counted: sorting words is what sorts fastest, and of few there is a table."""

    def __init__(self, bits: Sequence[int], rows: int) -> None:
        self._bits, self._words = bits, key_counter(1 << sum(bits), rows)

    def add(self, columns: Sequence[AnyIntegers], kept: NDArray[np.bool_]) -> None:
        """Count some rows."""
        words = np.zeros(kept.shape, dtype=np.int64)
        shift = sum(self._bits)
        for column, bits in zip(columns, self._bits, strict=True):
            shift -= bits
            if bits:
                words += np.left_shift(column, shift, dtype=np.int64)
        # Flat, since a table as it is takes some times as long.
        self._words.add(words.ravel().compress(kept.ravel()))

    def counted(self) -> tuple[Integers, Integers]:
        """Return the different rows, and how often each came."""
        words, counts = self._words.counted()
        # Column by column, as whoever reads them does, and a block at a time, so that its words stay in the cache.
        columns = np.empty((len(self._bits), words.size), dtype=np.int64)
        for start in range(0, words.size, BLOCK):
            block = words[start : start + BLOCK]
            for column, bits in zip(columns[::-1], self._bits[::-1], strict=True):
                np.bitwise_and(block, (1 << bits) - 1, out=column[start : start + BLOCK])
                block >>= bits
        return columns.T, counts


class _Listed:
    """Rows kept as they are, where their numbers do not fit one word."""

    def __init__(self, width: int) -> None:
        self._parts = [np.zeros((0, width), dtype=np.int64)]

    def add(self, columns: Sequence[AnyIntegers], kept: NDArray[np.bool_]) -> None:
        """Keep some rows."""
        self._parts.append(np.stack([np.broadcast_to(column, kept.shape)[kept] for column in columns], axis=1))

    def counted(self) -> tuple[Integers, Integers]:
        """Return the different rows, and how often each came."""
        rows = np.concatenate(self._parts)
        return grouped(rows, np.ones(len(rows), dtype=np.int64))


def grouped(rows: Integers, counts: Integers) -> tuple[Integers, Integers]:
    """Return the different rows in increasing order, and how often each comes.

    Examples
    --------
    >>> rows, counts = grouped(np.array([[2, 1], [0, 7], [2, 1]]), np.array([1, 1, 3]))
    >>> rows.tolist(), counts.tolist()
    ([[0, 7], [2, 1]], [1, 4])
    """
    order = np.lexsort(rows.T[::-1])
    rows, counts = rows[order], counts[order]
    is_new = np.ones(len(rows), dtype=bool)
    is_new[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    first = np.flatnonzero(is_new)
    return rows[first], np.add.reduceat(counts, first) if first.size else counts

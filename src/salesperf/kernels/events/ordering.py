"""Events put in order of sequence, day and row, and read a block of whole sequences at a time."""

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

import attrs
import numpy as np

from salesperf.kernels.events.counts import BLOCK, AnyIntegers, Integers
from salesperf.kernels.numeric import AnyColumn

__all__ = ["WORD", "Block", "Columns", "Ordered", "Packed", "Scratch", "packed", "sorted_columns"]

WORD: Final = 63
"""Bits of a word that a key may take: the sign stays 0."""


class Scratch:
    """Memory that each block uses again: fresh memory for each would cost more than the work done in it."""

    def __init__(self) -> None:
        self._buffers: dict[str, AnyColumn] = {}

    def __call__(self, name: str, size: int, dtype: type = np.int64) -> AnyColumn:
        """Return the memory of a name, which holds whatever it held."""
        buffer = self._buffers.get(name)
        if buffer is None or buffer.size < size:
            buffer = self._buffers[name] = np.empty(max(size, BLOCK), dtype=dtype)
        return buffer[:size]

    def rows(self, size: int) -> Integers:
        """Return the numbers 1, 2, ..., which are never overwritten."""
        rows = self._buffers.get("rows")
        if rows is None or rows.size < size:
            rows = self._buffers["rows"] = np.arange(1, max(size, BLOCK) + 1)
        return rows[:size]


class Block(NamedTuple):
    """Sequence, state and day of the events of some whole sequences, in order; good until the next block is read."""

    sequence: Integers
    state: Integers
    day: Integers
    scratch: Scratch


class Ordered(Protocol):
    """Events in order of sequence, day and row, however they are kept."""

    @property
    def size(self) -> int:
        """How many there are."""

    def end_of(self, row: int) -> int:
        """Return the first row after the sequence that a row belongs to."""

    def read(self, rows: slice, scratch: Scratch) -> Block:
        """Return some rows."""


@attrs.frozen(eq=False)
class Packed:
    """Sequence, day, row and state of each event in one sorted word: sorting words is what sorts fastest."""

    words: Integers
    first_day: int
    day_bits: int
    row_bits: int
    state_bits: int

    @property
    def size(self) -> int:
        """How many events there are."""
        return self.words.size

    @property
    def _low_bits(self) -> int:
        return self.day_bits + self.row_bits + self.state_bits

    def end_of(self, row: int) -> int:
        """Return the first row after the sequence that a row belongs to."""
        following = (int(self.words[row]) >> self._low_bits) + 1
        return int(np.searchsorted(self.words, following << self._low_bits))

    def read(self, rows: slice, scratch: Scratch) -> Block:
        """Unpack some rows."""
        words = self.words[rows]
        sequence, state, day = (scratch(name, words.size) for name in ("sequence", "state", "day"))
        np.right_shift(words, self._low_bits, out=sequence)
        np.bitwise_and(words, (1 << self.state_bits) - 1, out=state)
        np.right_shift(words, self.row_bits + self.state_bits, out=day)
        day &= (1 << self.day_bits) - 1
        day += self.first_day
        return Block(sequence, state, day, scratch)


@attrs.frozen(eq=False)
class Columns:
    """Events in three sorted columns, for those whose parts do not fit one word."""

    sequence: Integers
    state: Integers
    day: Integers

    @property
    def size(self) -> int:
        """How many events there are."""
        return self.sequence.size

    def end_of(self, row: int) -> int:
        """Return the first row after the sequence that a row belongs to."""
        return int(np.searchsorted(self.sequence, self.sequence[row], side="right"))

    def read(self, rows: slice, scratch: Scratch) -> Block:
        """Return some rows."""
        return Block(self.sequence[rows], self.state[rows], self.day[rows], scratch)


def packed(sequence: AnyIntegers, state: AnyIntegers, day: Integers, until: int, first: int, bits: Sequence[int]) -> Packed:
    """Pack and sort events up to a day, given the bits that sequence, day, row and state take."""
    _, day_bits, row_bits, state_bits = bits
    has_later = bool(day.max(initial=until) > until)
    words, filled = np.empty(day.size, dtype=np.int64), 0
    scratch = np.empty(min(day.size, BLOCK), dtype=np.int64)
    rows = np.arange(scratch.size)
    for start in range(0, day.size, BLOCK):
        block = slice(start, start + BLOCK)
        count = day[block].size
        word, part = words[filled : filled + count], scratch[:count]
        np.left_shift(sequence[block], day_bits, out=word, dtype=np.int64, casting="same_kind")
        np.subtract(day[block], first, out=part)
        word |= part
        word <<= row_bits
        np.add(rows[:count], start, out=part)
        word |= part
        word <<= state_bits
        np.bitwise_or(word, state[block], out=word, dtype=np.int64, casting="same_kind")
        if has_later:
            kept = word.take(np.flatnonzero(day[block] <= until))
            count = kept.size
            words[filled : filled + count] = kept
        filled += count
    words = words[:filled]
    words.sort()
    return Packed(words, first, day_bits, row_bits, state_bits)


def sorted_columns(sequence: AnyIntegers, state: AnyIntegers, day: Integers, until: int) -> Columns:
    """Sort events up to a day, whatever their size."""
    known = np.flatnonzero(day <= until)
    order = known[np.lexsort((day[known], sequence[known]))]
    return Columns(sequence[order].astype(np.int64), state[order].astype(np.int64), day[order])

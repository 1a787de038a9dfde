"""Events put in order of sequence, day and row, whole or in part."""

from collections.abc import Sequence
from typing import Final, Protocol, Self

import attrs
import numpy as np

from salesperf.kernels.events.counts import AnyIntegers, Integers
from salesperf.kernels.events.scratch import BLOCK, Scratch

__all__ = ["WORD", "Columns", "Ordered", "Packed", "packed", "sorted_columns"]

WORD: Final = 61
"""Bits of a word that a key may take."""
_KNOWN: Final = 1 << WORD
"""The bit above them, set while words are sorted."""


class Ordered(Protocol):
    """Events in order of sequence, day and row, however they are kept.

    What they are is asked a column at a time, and may be written to memory that is given.
    """

    @property
    def size(self) -> int:
        """How many there are."""

    def part(self, rows: slice | Integers) -> Self:
        """Return some rows, in the same order."""

    def sequence(self, out: Integers | None = None) -> Integers:
        """Return the sequence of each."""

    def state(self, out: Integers | None = None) -> Integers:
        """Return the state that each enters."""

    def day(self) -> Integers:
        """Return the day of each."""

    def clock(self, out: Integers | None = None) -> Integers:
        """Return numbers that differ, within a sequence, as the days do."""

    def days_to(self, day: int, clock: Integers) -> Integers:
        """Return how many days lie between each of some clocks, which may be overwritten, and a day."""


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

    def part(self, rows: slice | Integers) -> "Packed":
        """Return some rows."""
        return Packed(self.words[rows], self.first_day, self.day_bits, self.row_bits, self.state_bits)

    def sequence(self, out: Integers | None = None) -> Integers:
        """Unpack the sequence of each."""
        return np.right_shift(self.words, self.day_bits + self.row_bits + self.state_bits, out=out)

    def state(self, out: Integers | None = None) -> Integers:
        """Unpack the state of each."""
        return np.bitwise_and(self.words, (1 << self.state_bits) - 1, out=out)

    def day(self) -> Integers:
        """Unpack the day of each."""
        day = self.clock()
        day &= (1 << self.day_bits) - 1
        day += self.first_day
        return day

    def clock(self, out: Integers | None = None) -> Integers:
        """Unpack sequence and day of each, in one number."""
        return np.right_shift(self.words, self.row_bits + self.state_bits, out=out)

    def days_to(self, day: int, clock: Integers) -> Integers:
        """Return how many days lie between each of some clocks, which are overwritten, and a day."""
        clock &= (1 << self.day_bits) - 1
        return np.subtract(day - self.first_day, clock, out=clock)


@attrs.frozen(eq=False)
class Columns:
    """Events in three sorted columns, for those whose parts do not fit one word: they stand ready, and need no memory."""

    _sequence: Integers
    _state: Integers
    _day: Integers

    @property
    def size(self) -> int:
        """How many events there are."""
        return self._sequence.size

    def part(self, rows: slice | Integers) -> "Columns":
        """Return some rows."""
        return Columns(self._sequence[rows], self._state[rows], self._day[rows])

    def sequence(self, out: Integers | None = None) -> Integers:  # noqa: ARG002 - as of Ordered
        """Return the sequence of each."""
        return self._sequence

    def state(self, out: Integers | None = None) -> Integers:  # noqa: ARG002 - as of Ordered
        """Return the state of each."""
        return self._state

    def day(self) -> Integers:
        """Return the day of each."""
        return self._day

    def clock(self, out: Integers | None = None) -> Integers:  # noqa: ARG002 - as of Ordered
        """Return the day of each."""
        return self._day

    def days_to(self, day: int, clock: Integers) -> Integers:
        """Return how many days lie between each of some clocks and a day."""
        return day - clock


def packed(sequence: AnyIntegers, state: AnyIntegers, day: Integers, until: int, first: int, bits: Sequence[int]) -> Packed:
    """Pack and sort events up to a day, given the bits that sequence, day, row and state take."""
    _, day_bits, row_bits, state_bits = bits
    words, scratch = np.empty(day.size, dtype=np.int64), Scratch()
    # What depends on the row alone, and takes the first day off: a step may wrap around, but their sum does not.
    rows = np.full(min(day.size, BLOCK), -first, dtype=np.int64)
    rows <<= row_bits
    rows += np.arange(rows.size)
    rows <<= state_bits
    rows += _KNOWN
    for start in range(0, day.size, BLOCK):
        block = slice(start, start + BLOCK)
        word = words[block]
        np.left_shift(sequence[block], day_bits, out=word, dtype=np.int64, casting="same_kind")
        word += day[block]
        word <<= row_bits + state_bits
        word += rows[: word.size]
        np.add(word, state[block], out=word, dtype=np.int64, casting="same_kind")
        is_later = np.greater(day[block], until, out=scratch("is_later", word.size, np.bool_))
        if is_later.any():
            # Without the bit that all others have, what is too late is sorted before them, and cut off.
            word *= np.logical_not(is_later, out=is_later).view(np.int8)
        rows += BLOCK << state_bits
    # Read as floats, words are in the same order, and floats are sorted faster than whole numbers. Those that have the bit
    # are none too small for a float of full precision, which some machines take for 0, and with the next bit free none is nan.
    words.view(np.float64).sort()
    words = words[np.searchsorted(words, _KNOWN) :]
    words -= _KNOWN
    return Packed(words, first, day_bits, row_bits, state_bits)


def sorted_columns(sequence: AnyIntegers, state: AnyIntegers, day: Integers, until: int) -> Columns:
    """Sort events up to a day, whatever their size."""
    known = np.flatnonzero(day <= until)
    order = known[np.lexsort((day[known], sequence[known]))]
    return Columns(sequence[order].astype(np.int64), state[order].astype(np.int64), day[order])

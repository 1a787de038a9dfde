"""Runs of rows that have a value in common, and what the values of each run come to."""

from collections.abc import Callable
from functools import cached_property
from typing import TypeAlias

import attrs
import numpy as np

from salesperf.kernels.events.counts import AnyIntegers, Integers
from salesperf.kernels.events.scratch import Scratch

__all__ = ["Runs"]

Operation: TypeAlias = Callable[..., AnyIntegers]


@attrs.frozen(eq=False)
class Runs:
    """Rows of a column that follow each other and are equal: the first and the last row of each run."""

    first: Integers
    last: Integers

    @classmethod
    def ending(cls, last: Integers) -> "Runs":
        """Return the runs that end at some rows, of which the last is that of the column."""
        first = np.empty_like(last)
        first[:1] = 0
        np.add(last[:-1], 1, out=first[1:])
        return cls(first, last)

    @classmethod
    def of(cls, column: Integers) -> "Runs":
        """Find the runs of a column."""
        is_last = np.ones(column.size, dtype=bool)
        np.not_equal(column[1:], column[:-1], out=is_last[:-1])
        return cls.ending(np.flatnonzero(is_last))

    @cached_property
    def lengths(self) -> Integers:
        """How many rows each run has."""
        lengths: Integers = self.last - self.first
        lengths += 1
        return lengths

    @cached_property
    def _windows(self) -> tuple[int, Integers, Integers]:
        """How many levels of windows there are, and where, all of them in a row, the two stand that make up each run."""
        # By length, of which there are few, rather than by run.
        length = np.arange(int(self.lengths.max()) + 1)
        level = np.frexp(length)[1].astype(np.int64) - 1
        late = level * (int(self.last[-1]) + 1)
        early = late - length + (1 << np.maximum(level, 0))
        late, early = late.take(self.lengths), early.take(self.lengths)
        late += self.last
        early += self.last
        return int(level[-1]) + 1, early, late

    def folded(self, values: AnyIntegers, operation: Operation, scratch: Scratch) -> AnyIntegers:
        """Return what each run comes to under an operation, of which there is at least one.

        Parameters
        ----------
        values
            Shape (rows,): the narrower their type, the faster.
        operation
            One that may meet the same rows twice, such as a maximum: first the earlier values, then the later.

        Notes
        -----
        Row i of level k holds what the 2^k rows up to i come to. Two such windows, which may overlap, make up a run: for
        short runs some times as fast as ``accumulate``, in which each step waits for the one before.

        References
        ----------
        M. A. Bender and M. Farach-Colton, "The LCA problem revisited", *LATIN 2000: Theoretical Informatics*, 88-94.
        """
        levels, early, late = self._windows
        table = scratch("windows", levels * values.size, values.dtype)
        windows = table.reshape(levels, values.size)
        windows[0] = values
        for level in range(1, levels):
            # Windows that would begin before the first row stay unwritten: no run asks for them.
            half = 1 << (level - 1)
            operation(windows[level - 1, :-half], windows[level - 1, half:], out=windows[level, half:])
        return operation(table.take(early), table.take(late))

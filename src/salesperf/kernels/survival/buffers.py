"""Scratch for work that goes over the rows a block at a time."""

from collections.abc import Iterator

import numpy as np

from salesperf.kernels.events.counts import Integers
from salesperf.kernels.events.scratch import BLOCK, Scratch
from salesperf.kernels.numeric import AnyColumn, Column

__all__ = ["Buffers", "blocks"]


def blocks(size: int) -> Iterator[slice]:
    """Yield runs of rows, each of which stays in the cache."""
    return (slice(start, min(start + BLOCK, size)) for start in range(0, size, BLOCK))


class Buffers:
    """Columns of scratch by name, all of the length of the block that was begun last."""

    def __init__(self) -> None:
        self._scratch = Scratch()
        self._size = 0

    def __getitem__(self, name: str) -> Column:
        """Return the column of a name, which holds whatever it held."""
        return self._scratch(name, self._size, np.float64)

    def begin(self, size: int) -> None:
        """Begin a block of a length."""
        self._size = size

    def floats(self, name: str, counts: Integers) -> Column:
        """Return counts as floats."""
        self.begin(counts.size)
        column = self[name]
        column[:] = counts
        return column

    def pairs(self, name: str) -> AnyColumn:
        """Return a column of complex numbers."""
        return self._scratch(name, self._size, np.complex128)

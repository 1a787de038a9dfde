"""Room to look up a block of a column, made once for all its blocks."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["MOST_COUNTED", "Scratch"]

MOST_COUNTED: Final = 250
"""So many comparisons a byte can count; up to so many they are faster than a search, as far as there is one."""

_LARGE_PAGE: Final = 2**21
_LEAST: Final = 2**18
"""Fewer bytes fit in any cache wherever they lie."""
_ALIGNED: Final = 64
"""Bytes of a line of the cache."""


class Scratch:
    """Room for a block: to get it anew from the system takes as long as to work in it.

    Parameters
    ----------
    size
        How many elements a block has at most.

    Attributes
    ----------
    found : Column
        For what is looked up; shape (size,).
    passed : NDArray of bool
        For a comparison; shape (size,).
    few : NDArray of uint8
        For a count of few; shape (size,).
    places : NDArray of intp
        For positions in a table; shape (size,).
    of_segment : Column
        For what stands there; shape (size,).

    Examples
    --------
    >>> scratch = Scratch(1000)
    >>> np.multiply([2, 4], 10, out=scratch.found[:2]).tolist()
    [20.0, 40.0]
    """

    def __init__(self, size: int) -> None:
        few = size + -size % _ALIGNED
        room = _room(26 * few)
        self.found = room[: 8 * size].view(np.float64)
        self.of_segment = room[8 * few :][: 8 * size].view(np.float64)
        self.places = room[16 * few :][: 8 * size].view(np.intp)
        self.passed = room[24 * few :][:size].view(np.bool_)
        self.few = room[25 * few :][:size]

    def count(self, size: int, comparisons: Iterable[tuple[NDArray[Any], NDArray[Any] | float]]) -> NDArray[np.intp]:
        """Count for each row in how many of some comparisons the first is not below the second.

        A search branches at random, and a processor that guesses wrong loses more time than a few comparisons take.

        Parameters
        ----------
        size
            How many rows there are.
        comparisons
            Columns of so many rows, each with what it is compared with. Each is made when those before it are counted.

        Returns
        -------
        NDArray of intp
            Shape (size,); in the room, until something else is counted.

        Examples
        --------
        >>> x = np.array([4.0, 5.0, 9.0, np.nan])
        >>> Scratch(4).count(4, [(x, 5.0), (x, 8.0)]).tolist()
        [0, 1, 2, 0]
        """
        left, places, few = iter(comparisons), self.places[:size], self.few[:size]
        self._count(few, islice(left, MOST_COUNTED))
        np.copyto(places, few)
        for another in left:
            self._count(few, chain([another], islice(left, MOST_COUNTED - 1)))
            np.add(places, few, out=places)
        return places

    def _count(self, few: NDArray[np.uint8], comparisons: Iterator[tuple[NDArray[Any], NDArray[Any] | float]]) -> None:
        """Count as many as a byte counts."""
        passed, first = self.passed[: few.size], next(comparisons, None)
        if first is None:
            few.fill(0)
        else:
            np.greater_equal(*first, out=few.view(np.bool_))  # a comparison leaves 0 or 1 in each byte
        for reached, edge in comparisons:
            np.greater_equal(reached, edge, out=passed)
            np.add(few, passed.view(np.uint8), out=few)


def _room(size: int) -> NDArray[np.uint8]:
    """Return so many bytes, on one large page if they fit.

    Scattered over small ones, some of them may fall on the same lines of the cache, so that a process is faster than the next
    by a third, as luck has it. numpy asks for large pages from 4 MiB on, where the system has them; what is not used of these
    takes no memory.
    """
    if not _LEAST <= size <= _LARGE_PAGE:
        return np.empty(size, dtype=np.uint8)
    room = np.empty(2 * _LARGE_PAGE, dtype=np.uint8)
    start = -room.ctypes.data % _LARGE_PAGE
    return room[start : start + size]

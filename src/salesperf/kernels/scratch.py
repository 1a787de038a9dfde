"""Room to look up a block of a column, made once for all its blocks."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Scratch"]

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

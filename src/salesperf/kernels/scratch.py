"""Room to look up a block of a column, made once for all its blocks."""

import numpy as np

__all__ = ["Scratch"]


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
        self.found = np.empty(size)
        self.passed = np.empty(size, dtype=np.bool_)
        self.few = np.empty(size, dtype=np.uint8)
        self.places = np.empty(size, dtype=np.intp)
        self.of_segment = np.empty(size)

"""Counts at the door: how many of how many."""

import numpy as np

from salesperf.kernels.elementwise import refuse_where, spread
from salesperf.kernels.numeric import AnyColumn, Column, Number

__all__ = ["counts_of_wholes"]


def counts_of_wholes(values: dict[str, Number | AnyColumn]) -> dict[str, Column]:
    """Return counts as floats of one shape; names and values alternate between a part and its whole.

    Raises
    ------
    InvalidValueError
        If a count is negative, nan, infinite or not whole, a part exceeds its whole, or the shapes differ.
    """
    counts = spread(values)
    for name, column in counts.items():
        if not _are_counts(values[name], column):
            refuse_where(~(column >= 0) | (column != np.floor(column)) | np.isinf(column), "not_a_count", name, column)
    names = list(counts)
    for part, whole in zip(names[::2], names[1::2], strict=True):
        refuse_where(counts[part] > counts[whole], "more_than_all", part, counts[part])
    return counts


def _are_counts(given: Number | AnyColumn, column: Column) -> bool:
    """Tell at little cost whether all are counts: of whole numbers the least one tells."""
    if isinstance(given, np.ndarray) and given.dtype.kind in "bu":
        return True
    if isinstance(given, np.ndarray) and given.dtype.kind == "i":
        return bool(given.min(initial=0) >= 0)
    return bool(np.all(column == np.floor(column))) and bool(np.all((column >= 0) & (column < np.inf)))

"""Events counted by two codes at once, and the middle of values that come in counts."""

from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError
from salesperf.kernels.events.scratch import BLOCK
from salesperf.kernels.numeric import Interval
from salesperf.kernels.proportion import wilson

__all__ = ["AnyIntegers", "Integers", "check_codes", "checked_counts", "event_counts", "median_of_counts"]

Integers: TypeAlias = NDArray[np.int64]
AnyIntegers: TypeAlias = NDArray[np.integer[Any]]

_HALF: Final = 0.5


def event_counts(first: AnyIntegers, second: AnyIntegers, *, shape: tuple[int, int]) -> Integers:
    """Count events by two codes that each of them bears.

    Parameters
    ----------
    first, second
        Shape (n,), whole numbers from 0 up to the lengths that ``shape`` tells: an owner and a stage, say.
    shape
        How many codes there are of the first kind, and of the second.

    Returns
    -------
    array of int64
        Of the shape asked for.

    Raises
    ------
    InvalidValueError
        If the columns differ in length, or a code lies outside; the path names the column and the row.

    Examples
    --------
    >>> event_counts(np.array([0, 1, 1]), np.array([2, 0, 2]), shape=(2, 3)).tolist()
    [[0, 0, 1], [1, 0, 1]]
    """
    check_codes("first", first, first.size, shape[0])
    check_codes("second", second, first.size, shape[1])
    return checked_counts(first, second, shape=shape)


def checked_counts(first: AnyIntegers, second: AnyIntegers, *, shape: tuple[int, int]) -> Integers:
    """Count as :func:`event_counts` does, codes that have been checked."""
    counts = np.zeros(shape[0] * shape[1], dtype=np.int64)
    # Narrow codes are put together in a type just wide enough, which is faster than to widen each of them.
    is_wide = max(first.itemsize, second.itemsize) == counts.itemsize
    dtype = counts.dtype if is_wide else np.result_type(first, second, np.min_scalar_type(-1 - counts.size))
    cells = np.empty(min(first.size, BLOCK), dtype=dtype)
    for start in range(0, first.size, BLOCK):
        rows = slice(start, start + BLOCK)
        cell = cells[: first[rows].size]
        np.multiply(first[rows], shape[1], out=cell, dtype=dtype, casting="same_kind")
        np.add(cell, second[rows], out=cell, dtype=dtype, casting="same_kind")
        counts += np.bincount(cell, minlength=counts.size)
    return counts.reshape(shape)


def check_codes(name: str, codes: AnyIntegers, length: int, count: int) -> int:
    """Return the largest code, 0 for none; refuse another length, or a code that is negative or not below the count."""
    if codes.ndim != 1 or codes.dtype.kind not in "iu":
        raise InvalidValueError("wrong_type", path=(name,), expected=int, value=codes)
    if codes.size != length:
        raise InvalidValueError("length", path=(name,), expected=length, value=codes.size)
    # A negative code, read without its sign, is beyond any count too: one look suffices.
    largest = int(codes.view(f"u{codes.itemsize}").max(initial=0))
    if codes.size and largest >= count:
        row = int(np.flatnonzero((codes < 0) | (codes >= count))[0])
        raise InvalidValueError("out_of_range", path=(name, row), low=0, high=count - 1, value=int(codes[row]))
    return largest


def median_of_counts(values: Integers, counts: Integers, *, level: float = 0.95) -> tuple[float, Interval[float]]:
    """Median of values that come in counts, with its interval.

    Parameters
    ----------
    values
        Shape (n,), different and increasing.
    counts
        Shape (n,), how often each comes; at least one above 0.
    level
        The share of such intervals that hold the true median, within (0, 1).

    Returns
    -------
    median : float
        The value in the middle; the mean of the two where their number is even.
    interval : Interval
        In the unit of the values; its high end is infinite where there are too few.

    Raises
    ------
    InvalidValueError
        If there is nothing to count.

    Notes
    -----
    A value belongs to the interval where one half lies within the Wilson interval of the share that is at most as large.

    References
    ----------
    R. Brookmeyer and J. Crowley, "A confidence interval for the median survival time", *Biometrics* 38 (1982) 29-41,
    which does the same with another interval.

    Examples
    --------
    >>> median, interval = median_of_counts(np.array([2, 5, 9]), np.array([10, 10, 1]))
    >>> median, interval.low, interval.high
    (5.0, 2.0, 5.0)
    """
    total = int(counts.sum())
    if not total:
        raise InvalidValueError("not_positive", path=("counts",), value=total)
    up_to = np.cumsum(counts)
    middle = np.searchsorted(up_to, [(total + 1) // 2, total // 2 + 1])
    share = wilson(up_to, np.full_like(up_to, total), level=level)
    low = values[int(np.argmax(share.high >= _HALF))]
    is_beyond = share.low >= _HALF
    high = float(values[int(np.argmax(is_beyond))]) if is_beyond.any() else np.inf
    return float(values[middle].mean()), Interval(float(low), high, level)

"""The difference between two shares of one sample, such as promoters and detractors among all who answered."""

from typing import Final, overload

import numpy as np

from salesperf.kernels.elementwise import elementwise, refuse_where
from salesperf.kernels.numeric import AnyColumn, Column, Interval, Number, as_result
from salesperf.kernels.proportion.counts import counts_of_wholes
from salesperf.kernels.special import two_sided_quantile

__all__ = ["tango"]

_HALVINGS: Final = 60
"""Bisections of [-1, 1], after which the end is known to the last bit but one."""


@overload
def tango(k1: Number, k2: Number, n: Number, *, level: float = 0.95) -> Interval[float]: ...
@overload
def tango(k1: AnyColumn, k2: AnyColumn, n: AnyColumn, *, level: float = 0.95) -> Interval[Column]: ...
def tango(
    k1: Number | AnyColumn, k2: Number | AnyColumn, n: Number | AnyColumn, *, level: float = 0.95
) -> Interval[float] | Interval[Column]:
    """Confidence interval of the difference between two shares of one sample by Tango's score method.

    Parameters
    ----------
    k1, k2
        How many were of the one kind and of the other, which exclude each other: whole numbers; numbers or columns.
    n
        How many there were, those of neither kind among them: whole numbers, 0 or more, of the same shape.
    level
        The share of such intervals that hold the true difference, within (0, 1).

    Returns
    -------
    Interval
        Within [-1, 1], and around k1 / n - k2 / n; [-1, 1] where n is 0, since nothing is known.

    Raises
    ------
    InvalidValueError
        If a count is negative, nan, infinite or not whole, the two together exceed n, or the level lies outside (0, 1).

    Notes
    -----
    The differences d for which abs(k1 - k2 - n d) <= z sqrt(n (2 p + d (1 - d))), where p is the likeliest share of the second
    kind, were d true: (sqrt(B^2 - 8 n C) - B) / (4 n) with B = (2 n - k1 + k2) d - k1 - k2 and C = -k2 d (1 - d). The ends are
    found by bisection. Unlike the interval of Wald it never leaves [-1, 1], and it says something where all are of one kind.

    References
    ----------
    T. Tango, "Equivalence test and confidence interval for the difference in proportions for the paired-sample design",
    *Statistics in Medicine* 17 (1998) 891-908. B. Rocks, "Interval estimation for the net promoter score", *The American
    Statistician* 70(4) (2016) 365-372, on which intervals hold what they promise.

    Examples
    --------
    >>> interval = tango(60, 10, 100)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.3557, 0.6188)
    """
    counts = counts_of_wholes({"k1": k1, "n": n}), counts_of_wholes({"k2": k2, "n": n})
    first, second, whole = counts[0]["k1"], counts[1]["k2"], counts[0]["n"]
    refuse_where(first + second > whole, "out_of_range", "k2", second, low=0, high="n - k1")
    z = two_sided_quantile(level)
    high = _high_end(first, second, whole, z)
    low = -np.asarray(_high_end(second, first, whole, z))
    return Interval(as_result(low, k1, k2, n), as_result(high, k1, k2, n), level)  # type: ignore[return-value] # two ends of one shape


@elementwise()
def _high_end(k1: Column, k2: Column, n: Column, z: Column) -> Column:
    """Find the greatest difference that is not told from what was seen."""
    low, high = np.where(n > 0, (k1 - k2) / np.where(n > 0, n, 1), 1.0), np.ones(k1.size)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        linear = (2 * n - k1 + k2) * middle - k1 - k2
        share = (np.sqrt(np.maximum(linear**2 + 8 * n * k2 * middle * (1 - middle), 0)) - linear) / (4 * n)
        spread = n * np.maximum(2 * share + middle * (1 - middle), 0)
        is_within = n * middle - (k1 - k2) <= z * np.sqrt(spread)
        low, high = np.where(is_within, middle, low), np.where(is_within, high, middle)
    return low

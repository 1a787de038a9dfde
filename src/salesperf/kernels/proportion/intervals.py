"""Confidence intervals of a proportion, and of the difference between two."""

from typing import Final, overload

import numpy as np

from salesperf.kernels.elementwise import elementwise
from salesperf.kernels.numeric import AnyColumn, Column, Interval, Number, as_result
from salesperf.kernels.proportion.counts import counts_of_wholes
from salesperf.kernels.special import two_sided_quantile

__all__ = ["newcombe", "wilson"]

_BLOCK: Final = 8192
"""Rows worked on at a time, so that scratch stays in the cache."""


@overload
def wilson(k: Number, n: Number, *, level: float = 0.95) -> Interval[float]: ...
@overload
def wilson(k: AnyColumn, n: AnyColumn, *, level: float = 0.95) -> Interval[Column]: ...
def wilson(
    k: Number | AnyColumn,
    n: Number | AnyColumn,
    *,
    level: float = 0.95,
) -> Interval[float] | Interval[Column]:
    """Confidence interval of a proportion by Wilson's score method.

    Parameters
    ----------
    k
        How many had the property: whole numbers, from 0 to n; a number or a column.
    n
        How many there were: whole numbers, 0 or more; a number or a column of the same shape.
    level
        The share of such intervals that hold the true proportion, within (0, 1).

    Returns
    -------
    Interval
        Fractions within [0, 1], which always hold k / n; [0, 1] where n is 0, since nothing is known.

    Raises
    ------
    InvalidValueError
        If a count is negative, nan, infinite or not whole, k exceeds n, or the level lies outside (0, 1).

    Notes
    -----
    The proportions p for which abs(k / n - p) <= z sqrt(p (1 - p) / n), with z the normal quantile of (1 + level) / 2.
    Their upper end is u = (k + z^2 / 2 + z sqrt(z^2 / 4 + k (n - k) / n)) / (n + z^2); the lower one follows from the
    product of the two, k^2 / (n (n + z^2)), which keeps it at 0 for k = 0 and loses no digits to a difference.

    References
    ----------
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", *Journal of the American
    Statistical Association* 22 (1927) 209-212. R. G. Newcombe, "Two-sided confidence intervals for the single
    proportion: comparison of seven methods", *Statistics in Medicine* 17 (1998) 857-872, method 3.

    Examples
    --------
    >>> interval = wilson(81, 263)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.2553, 0.3662)
    >>> wilson(np.array([0, 0]), np.array([0, 10])).high.round(4).tolist()
    [1.0, 0.2775]
    """
    counts = counts_of_wholes({"k": k, "n": n})
    low, high = _score_ends(counts["k"], counts["n"], two_sided_quantile(level))
    return Interval(as_result(low, k, n), as_result(high, k, n), level)  # type: ignore[return-value] # two ends of one shape


def _score_ends(k: Column, n: Column, z: float) -> tuple[Column, Column]:
    low, high = np.empty(k.size), np.empty(k.size)
    flat_k, flat_n = np.ravel(k), np.ravel(n)
    with np.errstate(all="ignore"):
        for start in range(0, k.size, _BLOCK):
            block = slice(start, start + _BLOCK)
            _score_ends_of(flat_k[block], flat_n[block], z, low[block], high[block])
    return low.reshape(k.shape), high.reshape(k.shape)


def _score_ends_of(k: Column, n: Column, z: float, low: Column, high: Column) -> None:
    share = k / n
    root = np.subtract(n, k, out=low)
    root *= share
    root += 0.25 * z * z
    np.sqrt(root, out=root)
    root *= z
    root += k
    root += 0.5 * z * z
    whole = np.add(n, z * z, out=high)
    root /= whole
    # The product of the ends is k^2 / (n (n + z^2)); none of them may lie on the wrong side of k / n by rounding.
    lower = share * k
    lower /= whole
    lower /= root
    np.minimum(np.maximum(root, share, out=high), 1, out=high)
    np.minimum(lower, share, out=low)
    empty = n == 0
    low[empty], high[empty] = 0.0, 1.0


@overload
def newcombe(k1: Number, n1: Number, k2: Number, n2: Number, *, level: float = 0.95) -> Interval[float]: ...
@overload
def newcombe(k1: AnyColumn, n1: AnyColumn, k2: AnyColumn, n2: AnyColumn, *, level: float = 0.95) -> Interval[Column]: ...
def newcombe(
    k1: Number | AnyColumn,
    n1: Number | AnyColumn,
    k2: Number | AnyColumn,
    n2: Number | AnyColumn,
    *,
    level: float = 0.95,
) -> Interval[float] | Interval[Column]:
    """Confidence interval of the difference between two proportions, by Newcombe's hybrid score method.

    Parameters
    ----------
    k1, k2
        How many had the property in each group: whole numbers, from 0 to n1 and n2; numbers or columns.
    n1, n2
        How many there were: whole numbers, 0 or more; numbers or columns of one shape.
    level
        The share of such intervals that hold the true difference, within (0, 1).

    Returns
    -------
    Interval
        Of the first proportion less the second, within [-1, 1]; it always holds k1 / n1 - k2 / n2. An empty group may
        have any proportion, so the interval then reaches from one end of what the other leaves open to the other end.

    Raises
    ------
    InvalidValueError
        If a count is negative, nan, infinite or not whole, k exceeds n, or the level lies outside (0, 1).

    Notes
    -----
    d - sqrt((p1 - l1)^2 + (u2 - p2)^2) to d + sqrt((u1 - p1)^2 + (p2 - l2)^2), with d = p1 - p2 and l, u the ends of
    :func:`wilson` of each group.

    References
    ----------
    R. G. Newcombe, "Interval estimation for the difference between independent proportions: comparison of eleven
    methods", *Statistics in Medicine* 17 (1998) 873-890, method 10.

    Examples
    --------
    >>> interval = newcombe(56, 70, 48, 80)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.0524, 0.3339)
    """
    counts = counts_of_wholes({"k1": k1, "n1": n1, "k2": k2, "n2": n2})
    z = two_sided_quantile(level)
    ends = [*_score_ends(counts["k1"], counts["n1"], z), *_score_ends(counts["k2"], counts["n2"], z)]
    low1, high1, low2, high2 = (as_result(end, k1, n1, k2, n2) for end in ends)
    low = _low_of_difference(k1, n1, k2, n2, low1, high2)
    high = _low_of_difference(k2, n2, k1, n1, low2, high1)
    return Interval(low, -high, level)  # type: ignore[return-value] # two ends of one shape


@elementwise()
def _low_of_difference(k1: Column, n1: Column, k2: Column, n2: Column, low1: Column, high2: Column) -> Column:
    difference = (k1 * n2 - k2 * n1) / (n1 * n2)
    reach = np.hypot(k1 / n1 - low1, high2 - k2 / n2)
    return np.where((n1 == 0) | (n2 == 0), low1 - high2, np.clip(difference - reach, -1, difference))

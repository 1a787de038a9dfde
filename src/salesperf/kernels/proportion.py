"""Proportions from counts: k of n, told with how sure one can be."""

from functools import lru_cache
from typing import overload

import numpy as np

from salesperf.errors import InvalidValueError
from salesperf.kernels.elementwise import elementwise, refuse_where, spread
from salesperf.kernels.numeric import AnyColumn, Column, Interval, Number
from salesperf.kernels.special import normal_quantile

__all__ = ["wilson"]


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
    counts = spread({"k": k, "n": n})
    for name, column in counts.items():
        refuse_where(~(column >= 0) | (column != np.floor(column)) | np.isinf(column), "not_a_count", name, column)
    refuse_where(counts["k"] > counts["n"], "more_than_all", "k", counts["k"])
    if not 0 < level < 1:
        raise InvalidValueError("out_of_range", path=("level",), low=0, high=1, value=level)
    z = _standard_errors(level)
    return Interval(_low_end(k, n, z), _high_end(k, n, z), level)  # type: ignore[return-value] # two ends of one shape


@lru_cache(maxsize=16)
def _standard_errors(level: float) -> float:
    # Kept, since few levels are ever asked for, and a quantile costs far more than the rest of one interval.
    return -normal_quantile((1 - level) / 2)


@elementwise()
def _low_end(k: Column, n: Column, z: Column) -> Column:
    low = k * k / (n * (n + z * z) * _score_root(k, n, z))
    return np.where(n == 0, 0.0, np.minimum(low, k / n))


@elementwise()
def _high_end(k: Column, n: Column, z: Column) -> Column:
    return np.where(n == 0, 1.0, np.clip(_score_root(k, n, z), k / n, 1))


def _score_root(k: Column, n: Column, z: Column) -> Column:
    return (k + 0.5 * z * z + z * np.sqrt(0.25 * z * z + k * (n - k) / n)) / (n + z * z)

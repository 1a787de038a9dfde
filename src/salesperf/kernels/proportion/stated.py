"""A test of whether a proportion differs from a rate that is stated."""

from typing import overload

import numpy as np

from salesperf.kernels.elementwise import elementwise, refuse_where, spread
from salesperf.kernels.numeric import AnyColumn, Column, Number
from salesperf.kernels.proportion.counts import counts_of_wholes
from salesperf.kernels.special import incomplete_beta

__all__ = ["binomial_test"]


@overload
def binomial_test(k: Number, n: Number, rate: Number) -> float: ...
@overload
def binomial_test(k: AnyColumn, n: AnyColumn, rate: AnyColumn) -> Column: ...
def binomial_test(k: Number | AnyColumn, n: Number | AnyColumn, rate: Number | AnyColumn) -> float | Column:
    """How likely a proportion would differ this much from a rate by chance: the exact binomial test, two-sided.

    Parameters
    ----------
    k
        How many had the property: whole numbers, from 0 to n; a number or a column.
    n
        How many there were: whole numbers, 0 or more; a number or a column of the same shape.
    rate
        The rate that is stated, within [0, 1]; a number or a column of the same shape.

    Returns
    -------
    float or Column
        The p-value, within [0, 1]; ``nan`` where n is 0. Where the rate is true, it is at most a with a probability of at
        most a.

    Raises
    ------
    InvalidValueError
        If a count is negative, nan, infinite or not whole, k exceeds n, or a rate is nan or lies outside [0, 1].

    Notes
    -----
    Twice the smaller of P(X <= k) and P(X >= k), at most 1, with X binomial: it is below a where the rate lies outside
    the interval of Clopper and Pearson of level 1 - a.

    References
    ----------
    C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial",
    *Biometrika* 26 (1934) 404-413.

    Examples
    --------
    >>> round(binomial_test(3, 15, 0.5), 6), binomial_test(np.array([0, 4]), np.array([9, 4]), np.zeros(2)).tolist()
    (0.035156, [1.0, 0.0])
    """
    counts_of_wholes({"k": k, "n": n})
    rates = spread({"rate": rate})["rate"]
    refuse_where(~((rates >= 0) & (rates <= 1)), "out_of_range", "rate", rates, low=0, high=1)
    return _p_value(k, n, rate)


@elementwise()
def _p_value(k: Column, n: Column, rate: Column) -> Column:
    # P(X <= k) and P(X >= k) as tails of a beta distribution; at the ends, where it has none, they are certain.
    at_most = np.where(k == n, 1.0, incomplete_beta(np.where(k == n, 1, n - k), k + 1, 1 - rate))
    at_least = np.where(k == 0, 1.0, incomplete_beta(np.where(k == 0, 1, k), n - k + 1, rate))
    return np.where(n == 0, np.nan, np.minimum(2 * np.minimum(at_most, at_least), 1))

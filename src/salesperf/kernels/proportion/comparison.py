"""Tests of whether two proportions differ: by the normal approximation, and exactly."""

from typing import Final, overload

import numpy as np

from salesperf.kernels.elementwise import elementwise
from salesperf.kernels.numeric import AnyColumn, Column, Number, as_result
from salesperf.kernels.proportion.counts import counts_of_wholes
from salesperf.kernels.special import log_binomial_probability, normal_cdf

__all__ = ["fisher_exact", "two_proportion_test"]

_SAME: Final = 1e-7
"""Relative difference up to which two probabilities count as equal: rounding would else tear ties apart."""
_STEPS: Final = 4096
"""Terms of a tail that are summed at a time."""
_NEGLIGIBLE: Final = 1e-20
"""Share of the sum below which a term, and the ever smaller ones that follow, change nothing."""


@overload
def two_proportion_test(k1: Number, n1: Number, k2: Number, n2: Number) -> float: ...
@overload
def two_proportion_test(k1: AnyColumn, n1: AnyColumn, k2: AnyColumn, n2: AnyColumn) -> Column: ...
def two_proportion_test(
    k1: Number | AnyColumn,
    n1: Number | AnyColumn,
    k2: Number | AnyColumn,
    n2: Number | AnyColumn,
) -> float | Column:
    """How likely two proportions of one rate would differ this much by chance: the pooled score test, two-sided.

    Parameters
    ----------
    k1, k2
        How many had the property in each group: whole numbers, from 0 to n1 and n2; numbers or columns.
    n1, n2
        How many there were: whole numbers, 0 or more; numbers or columns of one shape.

    Returns
    -------
    float or Column
        The p-value, within [0, 1]: 1 where all or none had the property, ``nan`` where a group is empty.

    Raises
    ------
    InvalidValueError
        If a count is negative, nan, infinite or not whole, or k exceeds n.

    Notes
    -----
    2 Phi(-abs(z)), with z = (k1 / n1 - k2 / n2) / sqrt(p (1 - p) (1 / n1 + 1 / n2)) and p = (k1 + k2) / (n1 + n2). It is
    an approximation: trust it where n1 p, n1 (1 - p), n2 p and n2 (1 - p) are all at least 5, else take
    :func:`fisher_exact`.

    References
    ----------
    R. G. Newcombe, "Interval estimation for the difference between independent proportions: comparison of eleven
    methods", *Statistics in Medicine* 17 (1998) 873-890. A. Agresti, *Categorical Data Analysis*, 2nd edition, 2002, 3.2.

    Examples
    --------
    >>> round(two_proportion_test(30, 100, 45, 110), 6)
    0.0994
    >>> two_proportion_test(np.array([5, 0, 0]), np.array([20, 9, 0]), np.array([9, 0, 1]), np.array([22, 9, 4])).round(6)
    array([0.274689, 1.      ,      nan])
    """
    counts_of_wholes({"k1": k1, "n1": n1, "k2": k2, "n2": n2})
    return _score_p_value(k1, n1, k2, n2)


@elementwise()
def _score_p_value(k1: Column, n1: Column, k2: Column, n2: Column) -> Column:
    had, n = k1 + k2, n1 + n2
    # Of two products of counts, so that equal proportions differ by 0 exactly.
    distance = np.abs(k1 * n2 - k2 * n1) * np.sqrt(n / (n1 * n2 * had * (n - had)))
    p_value = 2 * normal_cdf(-np.where((had == 0) | (had == n), 0, distance))
    return np.where((n1 == 0) | (n2 == 0), np.nan, p_value)


@overload
def fisher_exact(k1: Number, n1: Number, k2: Number, n2: Number) -> float: ...
@overload
def fisher_exact(k1: AnyColumn, n1: AnyColumn, k2: AnyColumn, n2: AnyColumn) -> Column: ...
def fisher_exact(
    k1: Number | AnyColumn,
    n1: Number | AnyColumn,
    k2: Number | AnyColumn,
    n2: Number | AnyColumn,
) -> float | Column:
    """How likely two proportions of one rate would differ this much by chance: Fisher's exact test, two-sided.

    Parameters
    ----------
    k1, k2
        How many had the property in each group: whole numbers, from 0 to n1 and n2; numbers or columns.
    n1, n2
        How many there were: whole numbers, 0 or more; numbers or columns of one shape.

    Returns
    -------
    float or Column
        The p-value, within (0, 1]; ``nan`` where a group is empty. Whatever the common rate, it is at most a with a
        probability of at most a.

    Raises
    ------
    InvalidValueError
        If a count is negative, nan, infinite or not whole, or k exceeds n.

    Notes
    -----
    The sum of the hypergeometric probabilities, given both groups and k1 + k2, of all outcomes that are no likelier than
    the one seen. Each tail is summed outward from its likeliest outcome until the terms vanish, which takes some
    9 standard deviations, however large the groups.

    References
    ----------
    R. A. Fisher, *Statistical Methods for Research Workers*, 5th edition, 1934, 21.02. A. Agresti, *Categorical Data
    Analysis*, 2nd edition, 2002, 3.5.

    Examples
    --------
    >>> round(fisher_exact(30, 100, 45, 110), 6), fisher_exact(3, 3, 0, 0)
    (0.113687, nan)
    """
    counts = counts_of_wholes({"k1": k1, "n1": n1, "k2": k2, "n2": n2})
    p_values = _exact_p_values(*(np.ravel(column) for column in counts.values()))
    return as_result(p_values.reshape(counts["k1"].shape), k1, n1, k2, n2)


def _exact_p_values(k1: Column, n1: Column, k2: Column, n2: Column) -> Column:
    p_values = np.where((n1 == 0) | (n2 == 0), np.nan, 1.0)
    open_rows = np.flatnonzero((n1 > 0) & (n2 > 0) & (k1 + k2 > 0) & (k1 + k2 < n1 + n2))
    k1, n1, k2, n2 = (column[open_rows] for column in (k1, n1, k2, n2))
    had = k1 + k2
    # The groups change places where the first has more than expected, so that what was seen lies in the lower tail.
    is_more = k1 > _likeliest(n1, n2, had)
    seen, group, other = np.where(is_more, k2, k1), np.where(is_more, n2, n1), np.where(is_more, n1, n2)
    across = _first_as_unlikely(seen, group, other, had)
    has_upper = across <= np.minimum(had, group)
    lower = _log_probability(seen, group, other, had)
    upper = _log_probability(np.where(has_upper, across, seen), group, other, had)
    for row, position in enumerate(open_rows):
        size, rest, all_had = float(group[row]), float(other[row]), float(had[row])
        p_value = np.exp(lower[row]) * _tail(float(seen[row]), size, rest, all_had)
        if has_upper[row]:
            # What the first group has more, the other has less: the upper tail of one is the lower tail of the other.
            p_value += np.exp(upper[row]) * _tail(all_had - float(across[row]), rest, size, all_had)
        p_values[position] = min(p_value, 1.0)
    return p_values


def _likeliest(group: Column, other: Column, had: Column) -> Column:
    """Return how many of those who had the property are likeliest to be in the group."""
    return np.floor((group + 1) * (had + 1) / (group + other + 2))


def _log_probability(k: Column, group: Column, other: Column, had: Column) -> Column:
    """Log of the hypergeometric probability that k of those who had the property are in the group."""
    rate = had / (group + other)
    apart = log_binomial_probability(k, group, rate) + log_binomial_probability(had - k, other, rate)
    return apart - log_binomial_probability(had, group + other, rate)


def _first_as_unlikely(seen: Column, group: Column, other: Column, had: Column) -> Column:
    """Return the first outcome above what was seen and the likeliest that is no likelier than what was seen, by halving."""
    limit = _log_probability(seen, group, other, had) + _SAME
    below, above = np.maximum(seen, _likeliest(group, other, had) - 1), np.minimum(had, group) + 1
    while np.any(is_open := above - below > 1):
        middle = np.floor((below + above) / 2)
        is_unlikely = _log_probability(middle, group, other, had) <= limit
        below, above = np.where(is_open & ~is_unlikely, middle, below), np.where(is_open & is_unlikely, middle, above)
    return above


def _tail(k: float, group: float, other: float, had: float) -> float:
    """Sum the probabilities of k and fewer in the group, k being no more than the likeliest, over that of k."""
    total = term = 1.0
    least = max(0.0, had - other)
    while k > least and term > _NEGLIGIBLE * total:
        steps = np.arange(k, max(least, k - _STEPS), -1)
        terms = term * np.cumprod(steps * (other - had + steps) / ((group - steps + 1) * (had - steps + 1)))
        total, term = total + float(terms.sum()), float(terms[-1])
        k -= _STEPS
    return total

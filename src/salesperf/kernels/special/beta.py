"""The beta distribution, and the binomial one, of which it is the mirror image."""

import math
from typing import Final, overload

import numpy as np

from salesperf.kernels.elementwise import elementwise
from salesperf.kernels.numeric import AnyColumn, Column, Number
from salesperf.kernels.special.domains import require_count, require_fraction, require_shape
from salesperf.kernels.special.gamma import stirling_error
from salesperf.kernels.special.normal import distance_of_tail

__all__ = [
    "incomplete_beta",
    "incomplete_beta_inverse",
    "log_beta_tail",
    "log_binomial_probability",
    "log_scale",
    "logit_of_beta_tail",
]

_SETTLED: Final = 4 * np.finfo(np.float64).eps
"""Relative change that ends a continued fraction."""
_NEWTON_GAP: Final = 1e-8
"""A relative error that one more Newton step squares, and so ends."""


@overload
def incomplete_beta(a: Number, b: Number, x: Number) -> float: ...
@overload
def incomplete_beta(a: AnyColumn, b: AnyColumn, x: AnyColumn) -> Column: ...
@elementwise(a=require_shape, b=require_shape, x=require_fraction)
def incomplete_beta(a: Column, b: Column, x: Column) -> Column:
    """Probability that a beta-distributed share is at most x: the regularised incomplete beta function.

    Parameters
    ----------
    a, b
        The two shapes, from 1e-4 to 1e12, such as one more than the successes and one more than the failures seen;
        numbers or columns.
    x
        A share, within [0, 1]; a number or a column.

    Returns
    -------
    float or Column
        Within [0, 1]; ``nan`` where any argument is.

    Raises
    ------
    InvalidValueError
        If a or b lies outside [1e-4, 1e12], or x lies outside [0, 1].

    Notes
    -----
    I_x(a, b) = 1 / B(a, b) times the integral of t^(a-1) (1-t)^(b-1) from 0 to x, by a continued fraction on the side
    of the mean where it converges, so that the smaller tail keeps its digits. The fraction takes some sqrt(max(a, b))
    steps near the mean.

    References
    ----------
    A. R. DiDonato and A. H. Morris, "Algorithm 708: Significant digit computation of the incomplete beta function
    ratios", *ACM Transactions on Mathematical Software* 18 (1992) 360-373.

    Examples
    --------
    >>> round(incomplete_beta(2, 3, 0.5), 12), incomplete_beta(1, 1, np.array([0.0, 1.0])).tolist()
    (0.6875, [0.0, 1.0])
    """
    return np.exp(log_beta_tail(a, b, np.log(x) - np.log1p(-x), log_scale(a, b)))


@overload
def incomplete_beta_inverse(a: Number, b: Number, p: Number) -> float: ...
@overload
def incomplete_beta_inverse(a: AnyColumn, b: AnyColumn, p: AnyColumn) -> Column: ...
@elementwise(a=require_shape, b=require_shape, p=require_fraction)
def incomplete_beta_inverse(a: Column, b: Column, p: Column) -> Column:
    """Inverse of the incomplete beta function: what a beta-distributed share stays below with probability p.

    Parameters
    ----------
    a, b
        The two shapes, from 1e-4 to 1e12; numbers or columns.
    p
        A probability, within [0, 1]; a number or a column.

    Returns
    -------
    float or Column
        The x at which :func:`incomplete_beta` is p; ``nan`` where any argument is.

    Raises
    ------
    InvalidValueError
        If a or b lies outside [1e-4, 1e12], or p lies outside [0, 1].

    Notes
    -----
    Newton's method on log I_x as a function of logit x. That function is concave, so each step but the first ends at
    or below the root, and the steps rise to it from any start.

    Examples
    --------
    >>> round(incomplete_beta_inverse(2, 3, 0.6875), 12), incomplete_beta_inverse(2, 3, np.array([0.0, 1.0])).tolist()
    (0.5, [0.0, 1.0])
    """
    above = p > 0.5  # noqa: PLR2004 - the smaller tail is the one to solve
    logit = logit_of_beta_tail(np.where(above, b, a), np.where(above, a, b), np.where(above, 1 - p, p))
    return np.exp(-np.logaddexp(0, np.where(above, logit, -logit)))


@overload
def log_binomial_probability(k: Number, n: Number, p: Number) -> float: ...
@overload
def log_binomial_probability(k: AnyColumn, n: AnyColumn, p: AnyColumn) -> Column: ...
@elementwise(k=require_count, n=require_count, p=require_fraction)
def log_binomial_probability(k: Column, n: Column, p: Column) -> Column:
    """Logarithm of the probability that k of n have a property that each has with probability p.

    Parameters
    ----------
    k, n
        Whole numbers, 0 or more; numbers or columns.
    p
        A probability, within [0, 1]; a number or a column.

    Returns
    -------
    float or Column
        The natural logarithm: ``-inf`` where it cannot be, as for k > n; ``nan`` where any argument is.

    Raises
    ------
    InvalidValueError
        If a count is negative, infinite or not whole, or p lies outside [0, 1].

    Notes
    -----
    log(n! / (k! (n - k)!) p^k (1 - p)^(n - k)), written as a difference from k = n p, so that the large logarithms of
    factorials, which would cancel, never arise.

    References
    ----------
    C. Loader, "Fast and accurate computation of binomial probabilities", 2000.

    Examples
    --------
    >>> round(float(np.exp(log_binomial_probability(2, 4, 0.5))), 12), log_binomial_probability(5, 4, 0.5)
    (0.375, -inf)
    """
    inner = (k > 0) & (k < n) & (p > 0) & (p < 1)
    # Elsewhere no term is used, but some number must stand.
    a, b = np.where(inner, k, 1), np.where(inner, n - k, 1)
    logit = np.log(p) - np.log1p(-p)
    result = log_density(a, b, np.where(inner, logit, 0), log_scale(a, b)) - np.log(a * (b / (a + b)))
    none_has, all_have = np.where(n > 0, n * np.log1p(-p), 0), np.where(n > 0, n * np.log(p), 0)
    result = np.where(inner, result, np.where(k == 0, none_has, np.where(k == n, all_have, -np.inf)))
    return np.where(np.isnan(k) | np.isnan(n) | np.isnan(p), np.nan, result)


# Below, a point x of the unit interval is given by z = logit x = log(x / (1 - x)), which spares the digits at both ends.


def log_scale(a: Column, b: Column) -> Column:
    """Log of x^a (1-x)^b / B(a, b) at the mean x = a / (a + b): without the large terms that cancel."""
    n = a + b
    stirling = stirling_error(n) - stirling_error(a) - stirling_error(b)
    return 0.5 * np.log(a / n * b / (2 * math.pi)) + stirling


def log_density(a: Column, b: Column, z: Column, scale: Column) -> Column:
    """Log of x^a (1-x)^b / B(a, b), the slope of I_x(a, b) along z."""
    log_x, log_y = -np.logaddexp(0, -z), -np.logaddexp(0, z)
    above_mean = b * np.exp(log_x) - a * np.exp(log_y)
    return scale + a * _log_ratio(above_mean / a, log_x, b / a) + b * _log_ratio(-above_mean / b, log_y, a / b)


def _log_ratio(excess: Column, log_x: Column, odds_against: Column) -> Column:
    """Log of x / mean, where the excess is x / mean - 1: from whichever of the two keeps more digits."""
    return np.where(excess > -0.5, np.log1p(excess), log_x + np.log1p(odds_against))  # noqa: PLR2004 - halfway


def log_beta_tail(a: Column, b: Column, z: Column, scale: Column) -> Column:
    """Log of I_x(a, b)."""
    mirrored = z > np.log((a + 1) / (b + 1))
    a, b, z = np.where(mirrored, b, a), np.where(mirrored, a, b), np.where(mirrored, -z, z)
    log_tail = log_density(a, b, z, scale) - np.log(_beta_fraction(a, b, z))
    # Rounding may carry a tail of 1 just past it.
    return np.where(mirrored, np.log1p(-np.minimum(np.exp(log_tail), 1)), log_tail)


def _beta_fraction(a: Column, b: Column, z: Column) -> Column:
    """x^a (1-x)^b / (B(a, b) I_x(a, b)), for x up to (a + 1) / (a + b + 2), by Lentz's method."""
    x, y = np.exp(-np.logaddexp(0, -z)), np.exp(-np.logaddexp(0, z))
    margin = a * y - b * x + 1
    value = a * margin / (a + 1)
    ahead, behind = value, np.zeros_like(value)
    result = np.empty_like(value)
    left = np.arange(value.size)
    n = 0
    while left.size:
        n += 1
        odd = a + 2 * n - 1
        # (a + n) - 1 would lose the digits of a small a.
        numerator = (a + (n - 1)) / odd * ((a + b + (n - 1)) / odd) * n * (b - n) * x * x
        denominator = n + n * (b - n) * x / odd + (a + n) * (margin + n * (2 - x)) / (odd + 2)
        behind = 1 / (denominator + numerator * behind)
        ahead = denominator + numerator / ahead
        change = ahead * behind
        value = value * change
        # What has settled is put aside at once, so that no element depends on how long its neighbours take.
        moving = np.abs(change - 1) > _SETTLED
        result[left[~moving]] = value[~moving]
        left, a, b, x, margin = left[moving], a[moving], b[moving], x[moving], margin[moving]
        value, ahead, behind = value[moving], ahead[moving], behind[moving]
    return result


def logit_of_beta_tail(a: Column, b: Column, p: Column) -> Column:
    """Logit of the x at which I_x(a, b) is p, for p up to 1/2."""
    scale = log_scale(a, b)
    log_beta = -a * np.log1p(b / a) - b * np.log1p(a / b) - scale
    # I_x(a, b) < (x / (1 - x))^a / (a B(a, b)), so the root lies above.
    lowest = (np.log(p) + np.log(a) + log_beta) / a
    z = np.maximum(np.log(a / b) - distance_of_tail(p) * np.sqrt(1 / a + 1 / b), lowest)
    z = np.maximum(_newton(a, b, p, z, scale)[0], lowest)
    result = np.empty_like(z)
    left = np.arange(z.size)
    while left.size:
        higher, gap = _newton(a, b, p, z, scale)
        rising = (gap > _NEWTON_GAP) & (higher > z)
        result[left[~rising]] = higher[~rising]
        left, a, b, p, z, scale = left[rising], a[rising], b[rising], p[rising], higher[rising], scale[rising]
    return np.where(lowest == -np.inf, -np.inf, result)


def _newton(a: Column, b: Column, p: Column, z: Column, scale: Column) -> tuple[Column, Column]:
    """Take a step along z; also give by how much log I_x(a, b) lay below log p before it."""
    log_tail = log_beta_tail(a, b, z, scale)
    gap = np.log(p) - log_tail
    return z + gap * np.exp(log_tail - log_density(a, b, z, scale)), gap

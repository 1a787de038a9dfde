"""Fisher's F distribution, of a ratio of two variances."""

from typing import overload

import numpy as np

from salesperf.kernels.elementwise import elementwise
from salesperf.kernels.numeric import AnyColumn, Column, Number
from salesperf.kernels.special.beta import log_beta_tail, log_scale, logit_of_beta_tail
from salesperf.kernels.special.domains import require_fraction, require_not_negative, require_shape

__all__ = ["fisher_f_cdf", "fisher_f_quantile"]


@overload
def fisher_f_cdf(x: Number, numerator_degrees: Number, denominator_degrees: Number) -> float: ...
@overload
def fisher_f_cdf(x: AnyColumn, numerator_degrees: AnyColumn, denominator_degrees: AnyColumn) -> Column: ...
@elementwise(x=require_not_negative, numerator_degrees=require_shape, denominator_degrees=require_shape)
def fisher_f_cdf(x: Column, numerator_degrees: Column, denominator_degrees: Column) -> Column:
    """Probability that a number of Fisher's F distribution is at most x.

    Parameters
    ----------
    x
        A ratio of two variances, 0 or more; a number or a column, infinite too.
    numerator_degrees, denominator_degrees
        Degrees of freedom of the two, from 1e-4 to 1e12; numbers or columns.

    Returns
    -------
    float or Column
        Within [0, 1]; ``nan`` where any argument is.

    Raises
    ------
    InvalidValueError
        If x is negative, or degrees lie outside [1e-4, 1e12].

    Notes
    -----
    I_s(m / 2, n / 2) with m and n degrees and s = m x / (m x + n).

    References
    ----------
    M. Abramowitz and I. A. Stegun, *Handbook of Mathematical Functions*, 1964, 26.6.2.

    Examples
    --------
    >>> round(fisher_f_cdf(3.325835, 5, 10), 6), fisher_f_cdf(np.array([0.0, np.inf]), 5, 10).tolist()
    (0.95, [0.0, 1.0])
    """
    a, b = 0.5 * numerator_degrees, 0.5 * denominator_degrees
    logit = np.log(x) + np.log(numerator_degrees) - np.log(denominator_degrees)
    return np.exp(log_beta_tail(a, b, logit, log_scale(a, b)))


@overload
def fisher_f_quantile(p: Number, numerator_degrees: Number, denominator_degrees: Number) -> float: ...
@overload
def fisher_f_quantile(p: AnyColumn, numerator_degrees: AnyColumn, denominator_degrees: AnyColumn) -> Column: ...
@elementwise(p=require_fraction, numerator_degrees=require_shape, denominator_degrees=require_shape)
def fisher_f_quantile(p: Column, numerator_degrees: Column, denominator_degrees: Column) -> Column:
    """Inverse of Fisher's F distribution function: what a number of that distribution stays below with probability p.

    Parameters
    ----------
    p
        A probability, within [0, 1]; a number or a column.
    numerator_degrees, denominator_degrees
        Degrees of freedom, from 1e-4 to 1e12; numbers or columns.

    Returns
    -------
    float or Column
        A ratio of two variances; 0 for 0, infinite for 1 and beyond the largest float, ``nan`` where any argument is.

    Raises
    ------
    InvalidValueError
        If p lies outside [0, 1], or degrees lie outside [1e-4, 1e12].

    Notes
    -----
    From the inverse of the incomplete beta function: n s / (m (1 - s)), with s as in :func:`fisher_f_cdf`.

    Examples
    --------
    >>> round(fisher_f_quantile(0.95, 5, 10), 6), fisher_f_quantile(np.array([0.0]), 5, 10).tolist()
    (3.325835, [0.0])
    """
    a, b = 0.5 * numerator_degrees, 0.5 * denominator_degrees
    above = p > 0.5  # noqa: PLR2004 - the smaller tail is the one to solve
    logit = logit_of_beta_tail(np.where(above, b, a), np.where(above, a, b), np.where(above, 1 - p, p))
    return denominator_degrees / numerator_degrees * np.exp(np.where(above, -logit, logit))

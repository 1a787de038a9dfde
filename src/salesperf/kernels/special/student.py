"""Student's t distribution."""

from typing import overload

import numpy as np

from salesperf.kernels.elementwise import elementwise
from salesperf.kernels.numeric import AnyColumn, Column, Number
from salesperf.kernels.special.beta import log_beta_tail, log_scale, logit_of_beta_tail
from salesperf.kernels.special.domains import require_fraction, require_shape

__all__ = ["student_t_cdf", "student_t_quantile"]


@overload
def student_t_cdf(x: Number, degrees: Number) -> float: ...
@overload
def student_t_cdf(x: AnyColumn, degrees: AnyColumn) -> Column: ...
@elementwise(degrees=require_shape)
def student_t_cdf(x: Column, degrees: Column) -> Column:
    """Probability that a number of Student's t distribution is at most x.

    Parameters
    ----------
    x
        Standard errors from the mean; a number or a column, infinite too.
    degrees
        Degrees of freedom, from 1e-4 to 1e12; a number or a column.

    Returns
    -------
    float or Column
        Within [0, 1]; ``nan`` where any argument is.

    Raises
    ------
    InvalidValueError
        If the degrees lie outside [1e-4, 1e12].

    Notes
    -----
    I_s(n / 2, 1 / 2) / 2 for x < 0, with n degrees and s = n / (n + x^2).

    References
    ----------
    M. Abramowitz and I. A. Stegun, *Handbook of Mathematical Functions*, 1964, 26.7.1.

    Examples
    --------
    >>> round(student_t_cdf(2.228139, 10), 6), student_t_cdf(np.array([0.0]), 10).tolist()
    (0.975, [0.5])
    """
    half, a = np.full_like(degrees, 0.5), 0.5 * degrees
    logit = np.log(degrees) - 2 * np.log(np.abs(x))
    tail = 0.5 * np.exp(log_beta_tail(a, half, logit, log_scale(a, half)))
    return np.where(x < 0, tail, 1 - tail)


@overload
def student_t_quantile(p: Number, degrees: Number) -> float: ...
@overload
def student_t_quantile(p: AnyColumn, degrees: AnyColumn) -> Column: ...
@elementwise(p=require_fraction, degrees=require_shape)
def student_t_quantile(p: Column, degrees: Column) -> Column:
    """Inverse of Student's t distribution function: what a number of that distribution stays below with probability p.

    Parameters
    ----------
    p
        A probability, within [0, 1]; a number or a column.
    degrees
        Degrees of freedom, from 1e-4 to 1e12; a number or a column.

    Returns
    -------
    float or Column
        Standard errors from the mean; infinite for 0 and 1, ``nan`` where any argument is.

    Raises
    ------
    InvalidValueError
        If p lies outside [0, 1], or the degrees lie outside [1e-4, 1e12].

    Notes
    -----
    From the inverse of the incomplete beta function: x^2 = n (1 - s) / s, with s as in :func:`student_t_cdf`.

    Examples
    --------
    >>> round(student_t_quantile(0.975, 10), 6), student_t_quantile(np.array([0.5]), 10).tolist()
    (2.228139, [0.0])
    """
    half, a = np.full_like(degrees, 0.5), 0.5 * degrees
    offset = np.abs(p - 0.5)
    outer = offset >= 0.25  # noqa: PLR2004 - whichever of the two probabilities is the smaller
    logit = logit_of_beta_tail(
        np.where(outer, a, half),
        np.where(outer, half, a),
        2 * np.where(outer, np.minimum(p, 1 - p), offset),
    )
    distance: Column = np.sqrt(degrees) * np.exp(0.5 * np.where(outer, -logit, logit))
    return np.copysign(distance, p - 0.5)

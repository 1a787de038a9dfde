"""The special functions that the statistics need: normal, log-gamma, incomplete beta, Student's t.

Each takes numbers or columns, by one path. The relative error is within 1e-9, far into the lower tail too, for shapes
and degrees up to 1e8 (some 1e-13 for those of ordinary size): a small probability is never found as 1 less a large one.
"""

import math
from typing import Final, overload

import numpy as np

from salesperf.kernels.elementwise import elementwise, refuse_where
from salesperf.kernels.numeric import AnyColumn, Column, Number

__all__ = [
    "incomplete_beta",
    "incomplete_beta_inverse",
    "log_gamma",
    "normal_cdf",
    "normal_quantile",
    "student_t_cdf",
    "student_t_quantile",
]

_MIDDLE: Final = 2.5
"""Standard deviations up to which the normal distribution is summed from its middle, and beyond from its tail."""
_MIDDLE_TERMS: Final = 28
_TAIL_TERMS: Final = 30
_NORMAL_STEPS: Final = 5
"""Newton steps after which the normal quantile has settled, whatever the probability."""
_SETTLED: Final = 4 * np.finfo(np.float64).eps
"""Relative change that ends a continued fraction."""
_NEWTON_GAP: Final = 1e-8
"""A relative error that one more Newton step squares, and so ends."""
_SHAPES: Final = (1e-4, 1e12)
"""Smaller, all is at the ends, beyond the smallest float; larger, x is too coarse to tell probabilities apart."""


def _fraction(name: str, values: Column) -> None:
    refuse_where((values < 0) | (values > 1), "out_of_range", name, values, low=0, high=1)


def _positive(name: str, values: Column) -> None:
    refuse_where((values <= 0) | np.isinf(values), "not_positive", name, values)


def _shape(name: str, values: Column) -> None:
    refuse_where((values < _SHAPES[0]) | (values > _SHAPES[1]), "not_a_shape", name, values)


@overload
def normal_cdf(x: Number) -> float: ...
@overload
def normal_cdf(x: AnyColumn) -> Column: ...
@elementwise()
def normal_cdf(x: Column) -> Column:
    """Probability that a standard normal number is at most x.

    Parameters
    ----------
    x
        Standard deviations from the mean; a number or a column, infinite too.

    Returns
    -------
    float or Column
        Within [0, 1]; ``nan`` for ``nan``.

    Notes
    -----
    Phi(x) = 1/2 + phi(x) (x + x^3 / 3 + x^5 / (3 5) + ...) near the middle; phi(x) / (x + 1 / (x + 2 / (x + ...)))
    beyond x in the upper tail, and the mirror image in the lower one.

    References
    ----------
    M. Abramowitz and I. A. Stegun, *Handbook of Mathematical Functions*, 1964, 26.2.11 and 26.2.14.

    Examples
    --------
    >>> round(normal_cdf(1.96), 6), normal_cdf(-37.0) > 0, normal_cdf(np.array([0.0])).tolist()
    (0.975002, True, [0.5])
    """
    tail = _normal_density(x) * _mills_ratio(np.abs(x))
    return np.where(x < 0, tail, 1 - tail)


@overload
def normal_quantile(p: Number) -> float: ...
@overload
def normal_quantile(p: AnyColumn) -> Column: ...
@elementwise(p=_fraction)
def normal_quantile(p: Column) -> Column:
    """Inverse of the normal distribution function: what a standard normal number stays below with probability p.

    Parameters
    ----------
    p
        A probability, within [0, 1]; a number or a column.

    Returns
    -------
    float or Column
        Standard deviations from the mean; infinite for 0 and 1, ``nan`` for ``nan``.

    Raises
    ------
    InvalidValueError
        If p lies outside [0, 1].

    Notes
    -----
    Newton's method on Phi(x) - 1/2 in the middle and on log Phi(x) in the tails. Both are concave, and both starts lie
    below the root: Phi(x) - 1/2 < phi(0) x, and Phi(x) < exp(-x^2 / 2) / 2 for x < 0. So the steps never overshoot.

    References
    ----------
    M. Abramowitz and I. A. Stegun, *Handbook of Mathematical Functions*, 1964, 26.2.

    Examples
    --------
    >>> round(normal_quantile(0.975), 6), normal_quantile(0.5), normal_quantile(np.array([0.0, 1.0])).tolist()
    (1.959964, 0.0, [-inf, inf])
    """
    # Near 1/2 the difference is exact, and above it so is 1 - p: no end loses digits.
    offset, tail = np.abs(p - 0.5), np.minimum(p, 1 - p)
    in_middle = offset < 0.25  # noqa: PLR2004 - halfway; either way serves around it
    distance = np.empty_like(p)
    distance[in_middle] = _distance_of_offset(offset[in_middle])
    distance[~in_middle] = _distance_of_tail(tail[~in_middle])
    return np.copysign(distance, p - 0.5)


def _distance_of_offset(offset: Column) -> Column:
    """Solve for the x at which Phi(x) - 1/2 is the offset."""
    x = offset * math.sqrt(2 * math.pi)
    for _ in range(_NORMAL_STEPS):
        x = x + offset / _normal_density(x) - _middle_ratio(x)
    return x


def _distance_of_tail(tail: Column) -> Column:
    """Solve for the x at which 1 - Phi(x) is the tail."""
    x = np.sqrt(-2 * np.log(2 * tail))
    for _ in range(_NORMAL_STEPS):
        ratio = _mills_ratio(x)
        log_tail = np.log(ratio) - 0.5 * x * x - 0.5 * math.log(2 * math.pi)
        x = x - (np.log(tail) - log_tail) * ratio
    return np.where(tail == 0, np.inf, x)


def _normal_density(x: Column) -> Column:
    return np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)


def _middle_ratio(x: Column) -> Column:
    """(Phi(x) - 1/2) / phi(x), with all its digits near 0."""
    term = x
    total = x
    for k in range(1, _MIDDLE_TERMS):
        term = term * x * x / (2 * k + 1)
        total = total + term
    return total


def _mills_ratio(x: Column) -> Column:
    """(1 - Phi(x)) / phi(x) for x >= 0."""
    ratio = np.empty_like(x)
    near = x < _MIDDLE
    ratio[near] = 0.5 / _normal_density(x[near]) - _middle_ratio(x[near])
    far = x[~near]
    # The terms left out hardly differ from one another: their fraction is about r = x + n / r.
    fraction = 0.5 * (far + np.sqrt(far * far + 4 * _TAIL_TERMS + 2))
    for k in range(_TAIL_TERMS, 0, -1):
        fraction = far + k / fraction
    ratio[~near] = 1 / fraction
    return ratio


# zeta(k) - 1 for k = 2, 3, ...: Abramowitz and Stegun, table 23.3.
# fmt: off
_ZETA_LESS_ONE: Final = (
    0.6449340668482264, 0.2020569031595943, 0.08232323371113819, 0.03692775514336993,
    0.01734306198444914, 0.008349277381922827, 0.00407735619794434, 0.0020083928260822143,
    0.0009945751278180853, 0.0004941886041194645, 0.0002460865533080483, 0.00012271334757848915,
    6.124813505870483e-05, 3.058823630702049e-05, 1.528225940865187e-05, 7.637197637899763e-06,
    3.81729326499984e-06, 1.908212716553939e-06, 9.539620338727962e-07, 4.769329867878064e-07,
    2.38450502727733e-07, 1.1921992596531106e-07, 5.960818905125948e-08, 2.980350351465228e-08,
)
# fmt: on
_EULER_GAMMA: Final = 0.5772156649015329
_LOG_GAMMA_SERIES: Final = (
    1 - _EULER_GAMMA,
    *((-1) ** k * zeta / k for k, zeta in enumerate(_ZETA_LESS_ONE, start=2)),
)
"""log Gamma(2 + z) / z in powers of z."""


@overload
def log_gamma(x: Number) -> float: ...
@overload
def log_gamma(x: AnyColumn) -> Column: ...
@elementwise(x=_positive)
def log_gamma(x: Column) -> Column:
    """Logarithm of the gamma function, which continues the factorials: Gamma(n + 1) = n!.

    Parameters
    ----------
    x
        Finite, above 0; a number or a column.

    Returns
    -------
    float or Column
        The natural logarithm; ``nan`` for ``nan``.

    Raises
    ------
    InvalidValueError
        If x is 0, negative or infinite.

    Notes
    -----
    Stirling's series, and near the zeros at 1 and 2, where the value is small, the Taylor series about 2.

    References
    ----------
    M. Abramowitz and I. A. Stegun, *Handbook of Mathematical Functions*, 1964, 6.1.33
    and 6.1.41.

    Examples
    --------
    >>> round(log_gamma(11), 9) == round(math.log(math.factorial(10)), 9), log_gamma(np.array([1.0, 2.0])).tolist()
    (True, [0.0, 0.0])
    """
    below = x < 1.5  # noqa: PLR2004 - halfway between the zeros
    z = np.where(below, x - 1, x - 2)
    series = z * np.polynomial.polynomial.polyval(z, _LOG_GAMMA_SERIES)
    near = np.where(below, series - np.log1p(z), series)
    far = (x - 0.5) * np.log(x) - x + 0.5 * math.log(2 * math.pi) + _stirling_error(x)
    return np.where(np.abs(z) <= 0.5, near, far)  # noqa: PLR2004 - as far as the Taylor series needs no more terms


_STIRLING: Final = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360)
"""Abramowitz and Stegun, 6.1.41, in powers of 1 / x**2."""
_STIRLING_FROM: Final = 10


def _stirling_error(x: Column) -> Column:
    """Give what Stirling's formula lacks: log Gamma(x) - ((x - 1/2) log x - x + log(2 pi) / 2)."""
    lifted = x
    total = np.zeros_like(x)
    for _ in range(_STIRLING_FROM):
        small = lifted < _STIRLING_FROM
        total = np.where(small, total + (lifted + 0.5) * np.log1p(1 / lifted) - 1, total)
        lifted = np.where(small, lifted + 1, lifted)
    inverse = 1 / lifted
    return total + inverse * np.polynomial.polynomial.polyval(inverse * inverse, _STIRLING)


@overload
def incomplete_beta(a: Number, b: Number, x: Number) -> float: ...
@overload
def incomplete_beta(a: AnyColumn, b: AnyColumn, x: AnyColumn) -> Column: ...
@elementwise(a=_shape, b=_shape, x=_fraction)
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
    return np.exp(_log_beta_tail(a, b, np.log(x) - np.log1p(-x), _log_scale(a, b)))


@overload
def incomplete_beta_inverse(a: Number, b: Number, p: Number) -> float: ...
@overload
def incomplete_beta_inverse(a: AnyColumn, b: AnyColumn, p: AnyColumn) -> Column: ...
@elementwise(a=_shape, b=_shape, p=_fraction)
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
    logit = _logit_of_beta_tail(np.where(above, b, a), np.where(above, a, b), np.where(above, 1 - p, p))
    return np.exp(-np.logaddexp(0, np.where(above, logit, -logit)))


@overload
def student_t_cdf(x: Number, degrees: Number) -> float: ...
@overload
def student_t_cdf(x: AnyColumn, degrees: AnyColumn) -> Column: ...
@elementwise(degrees=_shape)
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
    tail = 0.5 * np.exp(_log_beta_tail(a, half, logit, _log_scale(a, half)))
    return np.where(x < 0, tail, 1 - tail)


@overload
def student_t_quantile(p: Number, degrees: Number) -> float: ...
@overload
def student_t_quantile(p: AnyColumn, degrees: AnyColumn) -> Column: ...
@elementwise(p=_fraction, degrees=_shape)
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
    logit = _logit_of_beta_tail(
        np.where(outer, a, half),
        np.where(outer, half, a),
        2 * np.where(outer, np.minimum(p, 1 - p), offset),
    )
    distance: Column = np.sqrt(degrees) * np.exp(0.5 * np.where(outer, -logit, logit))
    return np.copysign(distance, p - 0.5)


# Below, a point x of the unit interval is given by z = logit x = log(x / (1 - x)), which spares the digits at both ends.


def _log_scale(a: Column, b: Column) -> Column:
    """Log of x^a (1-x)^b / B(a, b) at the mean x = a / (a + b): without the large terms that cancel."""
    n = a + b
    stirling = _stirling_error(n) - _stirling_error(a) - _stirling_error(b)
    return 0.5 * np.log(a / n * b / (2 * math.pi)) + stirling


def _log_density(a: Column, b: Column, z: Column, scale: Column) -> Column:
    """Log of x^a (1-x)^b / B(a, b), the slope of I_x(a, b) along z."""
    log_x, log_y = -np.logaddexp(0, -z), -np.logaddexp(0, z)
    above_mean = b * np.exp(log_x) - a * np.exp(log_y)
    return scale + a * _log_ratio(above_mean / a, log_x, b / a) + b * _log_ratio(-above_mean / b, log_y, a / b)


def _log_ratio(excess: Column, log_x: Column, odds_against: Column) -> Column:
    """Log of x / mean, where the excess is x / mean - 1: from whichever of the two keeps more digits."""
    return np.where(excess > -0.5, np.log1p(excess), log_x + np.log1p(odds_against))  # noqa: PLR2004 - halfway


def _log_beta_tail(a: Column, b: Column, z: Column, scale: Column) -> Column:
    """Log of I_x(a, b)."""
    mirrored = z > np.log((a + 1) / (b + 1))
    a, b, z = np.where(mirrored, b, a), np.where(mirrored, a, b), np.where(mirrored, -z, z)
    log_tail = _log_density(a, b, z, scale) - np.log(_beta_fraction(a, b, z))
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


def _logit_of_beta_tail(a: Column, b: Column, p: Column) -> Column:
    """Logit of the x at which I_x(a, b) is p, for p up to 1/2."""
    scale = _log_scale(a, b)
    log_beta = -a * np.log1p(b / a) - b * np.log1p(a / b) - scale
    # I_x(a, b) < (x / (1 - x))^a / (a B(a, b)), so the root lies above.
    lowest = (np.log(p) + np.log(a) + log_beta) / a
    z = np.maximum(np.log(a / b) - _distance_of_tail(p) * np.sqrt(1 / a + 1 / b), lowest)
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
    log_tail = _log_beta_tail(a, b, z, scale)
    gap = np.log(p) - log_tail
    return z + gap * np.exp(log_tail - _log_density(a, b, z, scale)), gap

"""The normal distribution."""

import math
from functools import lru_cache
from typing import Final, overload

import numpy as np

from salesperf.errors import InvalidValueError
from salesperf.kernels.elementwise import elementwise
from salesperf.kernels.numeric import AnyColumn, Column, Number
from salesperf.kernels.special.domains import require_fraction

__all__ = ["distance_of_tail", "mills_ratio", "normal_cdf", "normal_density", "normal_quantile", "two_sided_quantile"]

_MIDDLE: Final = 2.5
"""Standard deviations up to which the normal distribution is summed from its middle, and beyond from its tail."""
_MIDDLE_TERMS: Final = 28
_TAIL_TERMS: Final = 30
_NORMAL_STEPS: Final = 5
"""Newton steps after which the normal quantile has settled, whatever the probability."""


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
    tail = normal_density(x) * mills_ratio(np.abs(x))
    return np.where(x < 0, tail, 1 - tail)


@overload
def normal_quantile(p: Number) -> float: ...
@overload
def normal_quantile(p: AnyColumn) -> Column: ...
@elementwise(p=require_fraction)
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
    distance[~in_middle] = distance_of_tail(tail[~in_middle])
    return np.copysign(distance, p - 0.5)


def _distance_of_offset(offset: Column) -> Column:
    """Solve for the x at which Phi(x) - 1/2 is the offset."""
    x = offset * math.sqrt(2 * math.pi)
    for _ in range(_NORMAL_STEPS):
        x = x + offset / normal_density(x) - _middle_ratio(x)
    return x


def distance_of_tail(tail: Column) -> Column:
    """Solve for the x at which 1 - Phi(x) is the tail."""
    x = np.sqrt(-2 * np.log(2 * tail))
    for _ in range(_NORMAL_STEPS):
        ratio = mills_ratio(x)
        log_tail = np.log(ratio) - 0.5 * x * x - 0.5 * math.log(2 * math.pi)
        x = x - (np.log(tail) - log_tail) * ratio
    return np.where(tail == 0, np.inf, x)


def two_sided_quantile(level: float) -> float:
    """Return how many standard errors an interval of a level reaches to either side.

    Parameters
    ----------
    level
        The share of such intervals that hold the truth, within (0, 1).

    Returns
    -------
    float
        The normal quantile of (1 + level) / 2.

    Raises
    ------
    InvalidValueError
        If the level lies outside (0, 1).

    Examples
    --------
    >>> round(two_sided_quantile(0.95), 6)
    1.959964
    """
    if not 0 < level < 1:
        raise InvalidValueError("between", path=("level",), low=0, high=1, value=level)
    return _upper_quantile(level)


@lru_cache(maxsize=16)
def _upper_quantile(level: float) -> float:
    # Kept, since few levels are ever asked for, and a quantile costs far more than the rest of one interval.
    return -normal_quantile((1 - level) / 2)


def normal_density(x: Column) -> Column:
    """phi(x), the slope of the distribution function."""
    return np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)


def _middle_ratio(x: Column) -> Column:
    """(Phi(x) - 1/2) / phi(x), with all its digits near 0."""
    term = x
    total = x
    for k in range(1, _MIDDLE_TERMS):
        term = term * x * x / (2 * k + 1)
        total = total + term
    return total


def mills_ratio(x: Column) -> Column:
    """(1 - Phi(x)) / phi(x) for x >= 0."""
    ratio = np.empty_like(x)
    near = x < _MIDDLE
    ratio[near] = 0.5 / normal_density(x[near]) - _middle_ratio(x[near])
    far = x[~near]
    # The terms left out hardly differ from one another: their fraction is about r = x + n / r.
    fraction = 0.5 * (far + np.sqrt(far * far + 4 * _TAIL_TERMS + 2))
    for k in range(_TAIL_TERMS, 0, -1):
        fraction = far + k / fraction
    ratio[~near] = 1 / fraction
    return ratio

"""Means of many groups, each drawn toward what the groups have in common as far as its own error is large."""

import math
from typing import Final

import attrs
import numpy as np

from salesperf.errors import InvalidValueError
from salesperf.kernels.elementwise import refuse_where, spread
from salesperf.kernels.numeric import AnyColumn, Column, Interval
from salesperf.kernels.special import two_sided_quantile

__all__ = ["ShrunkMeans", "shrink_means"]

_SHARES: Final = np.polynomial.legendre.leggauss(24)
"""Points of [-1, 1], and their weights, at which the share of error in what groups differ by is tried."""
_ROUNDS: Final = 4
"""Times, at least, that the shares tried are drawn together around the likely ones."""
_MOST_ROUNDS: Final = 200
"""Times at most: each takes two digits off the share of errors that are nothing beside what groups differ by."""
_KNOWN: Final = 1e-200
"""Squared error, of the largest difference or error, that moves nothing: its group is as good as known."""
_STEP: Final = 8
"""Powers of two from one share to the next, where it is looked for how near to 0 the likely ones are."""
_LIKELY: Final = 25.0
"""Log of how many times likelier the likeliest share may be than one that still counts."""


@attrs.frozen(kw_only=True, eq=False)
class ShrunkMeans:
    """Means of groups, shrunk toward one another: made by :func:`shrink_means`.

    Attributes
    ----------
    value : Column, shape (groups,)
        The shrunk mean.
    deviation : Column, shape (groups,)
        Its posterior standard deviation.
    interval : Interval of Column
        Its credible interval.
    prior_mean : float
        The mean toward which the groups are drawn.

    Examples
    --------
    >>> shrunk = shrink_means(np.array([1.0, 2.0, 9.0]), np.array([1.0, 1.0, 5.0]))
    >>> bool(2 < shrunk.value[2] < 9)
    True
    """

    value: Column
    deviation: Column
    interval: Interval[Column]
    prior_mean: float


def shrink_means(values: AnyColumn, errors: AnyColumn, *, level: float = 0.95) -> ShrunkMeans:
    """Estimate the means of many groups together, so that an uncertain one borrows from the others.

    Parameters
    ----------
    values
        Shape (groups,), the mean of each, in any unit.
    errors
        Shape (groups,), the standard error of each, 0 or more.
    level
        The share of such intervals that hold the truth of their group, within (0, 1).

    Returns
    -------
    ShrunkMeans
        Between a group's own mean and that of all, nearer to its own the smaller its error, and the more the groups differ.

    Raises
    ------
    InvalidValueError
        If the columns are empty or of unlike lengths, a value is not finite, an error is negative or not finite, or the level
        lies outside (0, 1).

    Notes
    -----
    The means of the groups are taken to be normal about a mean with a variance v, and what is measured normal about them.
    Before any data the mean may be anything, and so may the share e / (e + v) within (0, 1), with e the typical squared error
    of Higgins and Thompson: this is the prior that is uniform in I². Value and deviation are those of the mixture over all
    shares, so the uncertainty of v is within them.

    With weights w, the inverses of the squared errors, e = (k - 1) sum(w) / (sum(w)² - sum(w²)). Of equal errors it is their
    square, as the harmonic mean is. But that is at most k times the least square, and so one group that is measured almost
    exactly would make it nothing, and draw all the others together, though a single group tells nothing of how groups differ;
    e goes to half the harmonic mean of the others' squares then.

    References
    ----------
    C. N. Morris, "Parametric empirical Bayes inference", *Journal of the American Statistical Association* 78 (1983) 47-55.
    M. J. Daniels, "A prior for the variance in hierarchical models", *Canadian Journal of Statistics* 27 (1999) 567-578.
    J. P. T. Higgins and S. G. Thompson, "Quantifying heterogeneity in a meta-analysis", *Statistics in Medicine* 21 (2002)
    1539-1558.
    C. Röver, "Bayesian random-effects meta-analysis using the bayesmeta R package", *Journal of Statistical Software* 93
    (2020) 6, where it is the prior "I2".

    Examples
    --------
    >>> shrunk = shrink_means(np.array([28.0, 8, -3, 7, -1, 1, 18, 12]), np.array([15.0, 10, 16, 11, 9, 11, 10, 18]))
    >>> shrunk.value.round(1).tolist(), round(shrunk.prior_mean, 1)
    ([11.5, 7.9, 6.1, 7.7, 4.9, 6.0, 10.9, 8.5], 7.9)
    """
    columns = spread({"values": values, "errors": errors})
    means, errors = columns["values"], columns["errors"]
    if means.ndim != 1:
        raise InvalidValueError("dimensions", path=("values",), value=means.ndim)
    if not means.size:
        raise InvalidValueError("too_few", path=("values",), low=1, value=0)
    for name, column in columns.items():
        refuse_where(~np.isfinite(column), "not_finite", name, column)
    refuse_where(errors < 0, "out_of_range", "errors", errors, low=0, high=np.inf)
    z = two_sided_quantile(level)
    power = _power(means, errors)
    scaled = np.ldexp(means, -power)
    middle = float(np.sort(scaled).mean())
    value, deviation, centre = means.copy(), errors.copy(), float(np.ldexp(middle, power))
    # One group has nothing to borrow from, and known ones need not.
    if means.size > 1 and errors.any():
        rest, spread_of = scaled - middle, np.ldexp(errors, -power)
        finer = _power(rest, spread_of)
        squares = np.ldexp(spread_of, -finer) ** 2
        squares[squares < _KNOWN] = 0.0
        if squares.any():
            found, around, common = _mixture(np.ldexp(rest, -finer), squares)
            value = np.ldexp(np.ldexp(found, finer) + middle, power)
            centre = float(np.ldexp(np.ldexp(common, finer) + middle, power))
            deviation = np.where(squares > 0, np.ldexp(around, finer + power), errors)
    return ShrunkMeans(
        value=value,
        deviation=deviation,
        interval=Interval(value - z * deviation, value + z * deviation, level),
        prior_mean=centre,
    )


def _power(means: Column, errors: Column) -> int:
    """Return by which power of two numbers are divided so that the largest is about 1, and no square is beyond all floats."""
    return int(np.frexp(max(float(np.abs(means).max()), float(errors.max())))[1])


def _mixture(means: Column, squares: Column) -> tuple[Column, Column, float]:
    typical = _typical(squares)
    # In an order of their own, so that sums do not depend, even in the last digit, on that of the groups.
    order = np.lexsort((squares, means))
    low, high = 0.0, _highest(means[order], squares[order], typical)
    turn = counted = 0
    while turn < _ROUNDS or (counted <= _SHARES[0].size // 2 and turn < _MOST_ROUNDS):
        turn += 1
        shares = (low + high) / 2 + (high - low) / 2 * _SHARES[0]
        variances = typical * (1 - shares) / shares
        centres, precisions, likely = _given(means[order], squares[order], variances)
        log_weights = likely + np.log(_SHARES[1])
        counting = np.flatnonzero(log_weights >= log_weights.max() - _LIKELY)
        counted = counting.size
        ends = np.array([low, *shares, high])
        low, high = float(ends[counting[0]]), float(ends[counting[-1] + 2])
    weights = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    # Shifts and not means are averaged, in two passes, so that an error of any size beside them keeps its digits.
    shift, square = np.zeros(means.size), np.zeros(means.size)
    for weight, variance, centre in zip(weights, variances, centres, strict=True):
        shift += weight * squares / (squares + variance) * (centre - means)
    for weight, variance, centre, precision in zip(weights, variances, centres, precisions, strict=True):
        pull = squares / (squares + variance)
        square += weight * (pull * variance + pull * pull / precision + (pull * (centre - means) - shift) ** 2)
    return means + shift, np.sqrt(square), float(np.dot(weights, centres))


def _typical(squares: Column) -> float:
    """Return the typical squared error; what is known exactly counts as its limit, of a single group, and else not at all."""
    positive = np.sort(squares[squares > 0])
    weights = positive[0] / positive  # falling from 1, so that none is beyond all floats
    known = squares.size - positive.size
    if known == 1:
        return float(positive[0] * positive.size / (2 * weights.sum()))
    if positive.size == 1:
        return float(positive[0])
    # Twice the sum over pairs is the square of the sum less the sum of squares, without their difference.
    pairs = float(np.dot(weights[:-1], weights[::-1].cumsum()[::-1][1:]))
    return float(positive[0] * (positive.size - 1) * weights.sum() / (2 * pairs))


def _highest(means: Column, squares: Column, typical: float) -> float:
    """Return up to which share it may be: far below 1 where errors are nothing beside what groups differ by.

    Points laid evenly over all shares would not see a peak that near to 0.
    """
    steps = np.arange(1, max(-math.log2(typical), 0) + 2 * _STEP, _STEP)
    shares = np.exp2(-steps)
    masses = _given(means, squares, typical * (1 - shares) / shares)[2] + np.log(shares)
    first = int(np.flatnonzero(masses >= masses.max() - _LIKELY)[0])
    return float(shares[first - 1]) if first else 1.0


def _given(means: Column, squares: Column, variances: Column) -> tuple[Column, Column, Column]:
    """Return the mean of all, its precision, and the log-likelihood, for each variance of the groups."""
    inverse = 1 / (squares + variances[:, np.newaxis])
    precisions = inverse.sum(axis=1)
    centres = (inverse @ means) / precisions
    rest = means - centres[:, np.newaxis]
    log_likelihood = 0.5 * (np.log(inverse).sum(axis=1) - np.log(precisions) - (inverse * rest * rest).sum(axis=1))
    return centres, precisions, log_likelihood

"""Proportions of many groups, each drawn toward what the groups have in common as far as its own count is small."""

from typing import Final

import attrs
import numpy as np

from salesperf.errors import InvalidValueError
from salesperf.kernels.numeric import AnyColumn, Column, Interval
from salesperf.kernels.proportion.counts import counts_of_wholes
from salesperf.kernels.special import incomplete_beta_inverse, log_gamma, two_sided_quantile

__all__ = ["Shrunk", "shrink"]

_SHARES: Final = np.polynomial.legendre.leggauss(24)
"""Points of [-1, 1], and their weights, at which the prior's share is tried."""
_MEANS: Final = np.polynomial.legendre.leggauss(9)
"""The same for the prior's mean, at each of its shares."""
_ROUNDS: Final = 3
"""Times that the shares tried are drawn together around the likely ones; more groups tell the share more closely."""
_LIKELY: Final = 25.0
"""Log of how many times likelier the likeliest share may be than one that still counts."""
_SHAPES: Final = (1e-4, 1e12)
"""What the incomplete beta function takes."""


@attrs.frozen(kw_only=True, eq=False)
class Shrunk:
    """Proportions of groups, shrunk toward one another: made by :func:`shrink`.

    Attributes
    ----------
    value : Column, shape (groups,)
        The shrunk proportion: (k + prior_size prior_mean) / (n + prior_size); ``nan`` where no group has anybody.
    deviation : Column, shape (groups,)
        Its posterior standard deviation.
    interval : Interval of Column
        Its credible interval, which holds the value.
    prior_mean : float
        The proportion toward which the groups are drawn; ``nan`` where no group has anybody.
    prior_size : float
        As how many of its own a group counts what the others tell of it.

    Examples
    --------
    >>> shrunk = shrink(np.array([3, 30]), np.array([4, 100]))
    >>> bool(0.3 < shrunk.value[1] < shrunk.value[0] < 0.75)
    True
    """

    value: Column
    deviation: Column
    interval: Interval[Column]
    prior_mean: float
    prior_size: float


def shrink(k: AnyColumn, n: AnyColumn, *, level: float = 0.95) -> Shrunk:
    """Estimate the proportions of many groups together, so that a small group borrows from the others.

    Parameters
    ----------
    k
        Shape (groups,), how many had the property: whole numbers, from 0 to n.
    n
        Shape (groups,), how many there were: whole numbers, 0 or more.
    level
        The share of such intervals that hold the truth of their group, within (0, 1).

    Returns
    -------
    Shrunk
        Between the group's own proportion and that of all, nearer to its own the larger the group, and the more the groups
        differ. A group of none gets what the others tell of it.

    Raises
    ------
    InvalidValueError
        If k and n are no columns of one length, a count is negative, nan, infinite or not whole, k exceeds n, or the level
        lies outside (0, 1).

    Notes
    -----
    The proportions of the groups are taken to be beta-distributed with mean m and size s, and given them the counts to be
    binomial. What m and s are is learnt from the groups: before any data, m and the share s / (s + n), with n the harmonic
    mean of the groups' sizes, may be anything within (0, 1) alike. The value takes m and the share at their means given
    the data. The interval has the quantiles of the beta distribution with this mean and with the variance that the
    uncertainty of m and s leaves: given m and s the posterior is beta, and their spread is added to its variance. To take
    m and s for certain would make intervals too narrow where groups are few.

    References
    ----------
    C. N. Morris, "Parametric empirical Bayes inference", *Journal of the American Statistical Association* 78 (1983)
    47-55. R. E. Kass and D. Steffey, "Approximate Bayesian inference in conditionally independent hierarchical models",
    the same, 84 (1989) 717-726. M. J. Daniels, "A prior for the variance in hierarchical models", *Canadian Journal of
    Statistics* 27 (1999) 567-578.

    Examples
    --------
    >>> shrunk = shrink(np.array([1, 0, 9, 42]), np.array([2, 3, 30, 120]))
    >>> shrunk.value.round(2).tolist(), round(shrunk.prior_mean, 2)
    ([0.36, 0.27, 0.31, 0.35], 0.33)
    """
    counts = counts_of_wholes({"k": k, "n": n})
    if counts["k"].ndim != 1:
        raise InvalidValueError("dimensions", path=("k",), value=counts["k"].ndim)
    two_sided_quantile(level)
    k, n = counts["k"], counts["n"]
    if not n.any():
        nothing = np.full(n.size, np.nan)
        everything = Interval(np.zeros(n.size), np.ones(n.size), level)
        return Shrunk(value=nothing, deviation=nothing, interval=everything, prior_mean=np.nan, prior_size=np.nan)
    return _shrunk(k, n, level)


def _shrunk(k: Column, n: Column, level: float) -> Shrunk:
    priors = _priors(k, n)
    size, mean = priors.expected()
    value = (k + size * mean) / (n + size)
    variance = np.zeros(k.size)
    for probability, prior_size, prior_mean in zip(priors.probability, priors.size, priors.mean, strict=True):
        posterior_size = n + prior_size
        posterior_mean = (k + prior_size * prior_mean) / posterior_size
        spread_of_mean = (posterior_mean - value) ** 2
        variance += probability * (posterior_mean * (1 - posterior_mean) / (posterior_size + 1) + spread_of_mean)
    sizes = value * (1 - value) / variance - 1
    shapes = np.clip(value * sizes, *_SHAPES), np.clip((1 - value) * sizes, *_SHAPES)
    low, high = (incomplete_beta_inverse(*shapes, np.full(k.size, p)) for p in ((1 - level) / 2, (1 + level) / 2))
    interval = Interval(np.minimum(low, value), np.maximum(high, value), level)
    return Shrunk(value=value, deviation=np.sqrt(variance), interval=interval, prior_mean=mean, prior_size=size)


@attrs.frozen(eq=False)
class _Priors:
    """Beta distributions of which one may be that of the groups, and how probable each is given the counts."""

    share: Column
    size: Column
    mean: Column
    probability: Column
    typical: float
    """The size of which the shares are shares, beside that of the prior."""

    def expected(self) -> tuple[float, float]:
        """Return the size and the mean to go by."""
        share = float(np.dot(self.probability, self.share))
        return self.typical * share / (1 - share), float(np.dot(self.probability, self.mean))


def _priors(k: Column, n: Column) -> _Priors:
    # In an order of their own, so that the sums below do not depend, even in the last digit, on that of the groups.
    order = np.lexsort((k, n))[np.count_nonzero(n == 0) :]
    k, n = k[order], n[order]
    typical = n.size / float(np.sum(1 / n))
    low, high = 0.0, 1.0
    for _ in range(_ROUNDS):
        middle, half = (low + high) / 2, (high - low) / 2
        shares = middle + half * _SHARES[0]
        means, log_weights = _means_given_sizes(k, n, typical * shares / (1 - shares))
        log_weights = log_weights + np.log(_SHARES[1])[:, np.newaxis]
        likely = np.flatnonzero(log_weights.max(axis=1) > log_weights.max() - _LIKELY)
        ends = np.array([low, *shares, high])
        low, high = float(ends[likely[0]]), float(ends[likely[-1] + 2])
    probability = np.exp(log_weights - log_weights.max()).ravel()
    share = np.repeat(shares, means.shape[1])
    return _Priors(share, typical * share / (1 - share), means.ravel(), probability / probability.sum(), typical)


def _means_given_sizes(k: Column, n: Column, sizes: Column) -> tuple[Column, Column]:
    """Return means that a prior of each size may have, and the log of the weight of each: a row for each size."""
    # Counts of a group go together, so that it tells as much of the mean as some fewer independent ones.
    weights = n * (sizes[:, np.newaxis] + 1) / (sizes[:, np.newaxis] + n)
    shape = sizes.size, _MEANS[0].size
    a, b, size = (
        np.broadcast_to(column[:, np.newaxis], shape).copy()
        for column in (1 + (weights * (k / n)).sum(axis=1), 1 + (weights * ((n - k) / n)).sum(axis=1), sizes)
    )
    means = incomplete_beta_inverse(a, b, np.broadcast_to((1 + _MEANS[0]) / 2, shape).copy())
    # Points are dense where the means are about as likely as a beta distribution says, and weigh the less for it.
    log_density = (a - 1) * np.log(means) + (b - 1) * np.log1p(-means) - log_gamma(a) - log_gamma(b) + log_gamma(a + b)
    likelihood = _log_rise(k, size * means) + _log_rise(n - k, size * (1 - means)) - _log_rise(n, size)
    return means, likelihood - log_density + np.log(_MEANS[1])


def _log_rise(counts: Column, shapes: Column) -> Column:
    """Sum log(Gamma(count + shape) / Gamma(shape)) over the counts, for each shape."""
    values, times = np.unique(counts, return_counts=True)
    rise = np.zeros(shapes.shape)
    for value, count in zip(values, times, strict=True):
        rise += count * log_gamma(shapes + value)
    return rise - counts.size * log_gamma(shapes)

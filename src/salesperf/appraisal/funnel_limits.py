"""Between what values chance alone would leave those who are as all the others: the limits of a funnel plot."""

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.kernels.numeric import Column, Interval, ratio
from salesperf.kernels.special import incomplete_beta

__all__ = ["FunnelLimits", "binomial_limit"]


@attrs.frozen(kw_only=True, eq=False)
class FunnelLimits:
    """Between what values chance alone would leave each of them: made by :meth:`Ranking.funnel`.

    Attributes
    ----------
    centre
        What all have in common.
    limits
        Shape (n,) each: wide for whoever has few trials or a large error; nan for whoever has no trial.
    side
        Shape (n,): 1 for whoever lies above, -1 below, 0 within.

    Examples
    --------
    >>> from salesperf.appraisal import rank_rates
    >>> ranking = rank_rates(np.array([3, 60, 160]), np.array([4, 200, 200]))
    >>> ranking.funnel().side.tolist()
    [0, -1, 1]
    """

    centre: float
    limits: Interval[Column]
    side: NDArray[np.int64]


def binomial_limit(trials: Column, share: float, p: float) -> Column:
    """Return what share of so many trials chance stays below with a probability, interpolated between counts.

    Parameters
    ----------
    trials
        Shape (n,), whole numbers of 0 or more.
    share
        Of successes, within [0, 1].
    p
        The probability.

    Returns
    -------
    Column
        Shape (n,); nan where there is no trial.
    """
    low, high = np.full(trials.size, -1.0), trials.copy()  # the count is above the one, and at most the other
    for _ in range(int(np.log2(trials.max() + 1)) + 1):
        middle = np.floor((low + high) / 2)
        is_enough = _binomial(middle, trials, share) >= p
        low, high = np.where(is_enough, low, middle), np.where(is_enough, middle, high)
        high = np.maximum(high, low + 1)
    reached, before = _binomial(high, trials, share), _binomial(high - 1, trials, share)
    part = (reached - p) / np.where(reached > before, reached - before, 1.0)
    return np.where(trials > 0, np.clip(ratio(high - part, trials), 0, 1), np.nan)


def _binomial(counts: Column, trials: Column, share: float) -> Column:
    """Return the probability of so many successes or fewer."""
    inside = (counts >= 0) & (counts < trials)
    rest = incomplete_beta(
        np.where(inside, trials - counts, 1.0), np.where(inside, counts + 1, 1.0), np.full(counts.size, 1 - share)
    )
    return np.where(inside, rest, (counts >= 0).astype(np.float64))

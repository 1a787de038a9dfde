"""Counts of two times as long, held against each other."""

from salesperf.kernels.proportion import wilson
from salesperf.model.estimate import Estimate

__all__ = ["count_ratio"]


def count_ratio(now: int, before: int) -> Estimate:
    """Tell how many times as many there are as before, of things that come one by one, in times of one length.

    Parameters
    ----------
    now, before
        The counts; at least one before.

    Returns
    -------
    Estimate
        now / before. Given how many there are in all, the number of now is binomial: its share p has Wilson's interval, and the
        ratio is p / (1 - p).

    References
    ----------
    J. Przyborowski and H. Wilenski, "Homogeneity of results in testing samples from Poisson series", *Biometrika* 31 (1940)
    313-323.

    Examples
    --------
    >>> print(count_ratio(30, 60))
    0.5 [0.323688, 0.772348], n = 90
    """
    share = wilson(now, now + before)
    low, high = share.low / (1 - share.low), share.high / (1 - share.high)
    ratio = now / before
    # At the ends of the range rounding may leave the ratio a hair outside.
    return Estimate(value=ratio, low=min(low, ratio), high=max(high, ratio), n=now + before)

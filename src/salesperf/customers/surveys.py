"""What customers say: the net promoter score and satisfaction, as estimates with intervals."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from salesperf.customers.purchases import listed
from salesperf.customers.stages_of_life import rate_of
from salesperf.errors import InvalidValueError
from salesperf.formulas import net_promoter_score
from salesperf.kernels.numeric import AnyColumn
from salesperf.kernels.proportion import tango
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.validators import check_whole, named

__all__ = ["nps", "nps_of_counts", "satisfaction"]

_TOP: Final = 10
_PROMOTES: Final = 9
_DETRACTS: Final = 6
_POINTS: Final = 100
_MOST: Final = 2**53


def nps(ratings: AnyColumn | Sequence[int], *, level: float = 0.95) -> Estimate:
    """Estimate the net promoter score (净推荐值) of answers to how likely one is to recommend us.

    Parameters
    ----------
    ratings
        Whole numbers from 0 to 10, shape (n,).
    level
        That of the interval, within (0, 1).

    Returns
    -------
    Estimate
        Points from -100 to 100; undefined where nobody answered.

    Raises
    ------
    InvalidValueError
        If a rating is no whole number from 0 to 10, or the level lies outside (0, 1).

    Notes
    -----
    100 x (share of 9 and 10 - share of 0 to 6), :func:`salesperf.formulas.net_promoter_score`. The two shares are of one
    sample, and vary against each other: the interval is Tango's, :func:`salesperf.kernels.proportion.tango`, which holds what
    it promises for few answers too. It is of those who would have answered as these did: who stays silent may think
    otherwise.

    References
    ----------
    F. F. Reichheld, "The one number you need to grow", *Harvard Business Review* 81(12) (2003) 46-54. B. Rocks, "Interval
    estimation for the net promoter score", *The American Statistician* 70(4) (2016) 365-372.

    Examples
    --------
    >>> print(nps([10, 9, 9, 7, 8, 3, 10, 6]))
    25 points [-32.8069, 68.3249], n = 8
    """
    given = _ratings(ratings, 0, _TOP)
    promoters, detractors = int((given >= _PROMOTES).sum()), int((given <= _DETRACTS).sum())
    return nps_of_counts(promoters, given.size - promoters - detractors, detractors, level=level)


def nps_of_counts(promoters: int, passives: int, detractors: int, *, level: float = 0.95) -> Estimate:
    """Estimate the net promoter score where only the numbers of answers are known.

    Parameters
    ----------
    promoters, passives, detractors
        How many answered 9 or 10, 7 or 8, and 0 to 6.
    level
        That of the interval, within (0, 1).

    Returns
    -------
    Estimate
        As of :func:`nps`.

    Raises
    ------
    InvalidValueError
        If a number is negative or no whole one, or the level lies outside (0, 1).

    Examples
    --------
    >>> print(nps_of_counts(60, 30, 10))
    50 points [35.5692, 61.8762], n = 100
    """
    counts = {"promoters": promoters, "passives": passives, "detractors": detractors}
    for name, count in counts.items():
        check_whole(count, (name,), 0, _MOST)
    n = sum(counts.values())
    interval = tango(promoters, detractors, n, level=level)
    if not n:
        return Estimate.undefined(Message("customers.reason.no_answers"), unit="points")
    value = net_promoter_score(promoters, detractors, n)
    low, high = min(_POINTS * interval.low, value), max(_POINTS * interval.high, value)
    return Estimate(value=value, low=low, high=high, n=n, level=level, unit="points")


def satisfaction(
    ratings: AnyColumn | Sequence[int], *, scale: int = 5, satisfied_from: int = 4, level: float = 0.95
) -> Estimate:
    """Estimate the satisfaction of customers (客户满意度, CSAT): the share of answers in the top boxes.

    Parameters
    ----------
    ratings
        Whole numbers from 1 to ``scale``, shape (n,).
    scale
        The best rating, 2 or more.
    satisfied_from
        The least rating that is satisfied.
    level
        That of the interval, within (0, 1).

    Returns
    -------
    Estimate
        A fraction with Wilson's interval; undefined where nobody answered.

    Raises
    ------
    InvalidValueError
        If a rating is no whole number from 1 to ``scale``, or an argument is malformed.

    References
    ----------
    P. W. Farris et al., *Marketing Metrics*, chapter 2: the top two of five boxes.

    Examples
    --------
    >>> print(satisfaction([5, 4, 4, 2, 3, 5]))
    0.666667 [0.299993, 0.903229], n = 6
    """
    check_whole(scale, ("scale",), 2, _MOST)
    check_whole(satisfied_from, ("satisfied_from",), 1, scale)
    given = _ratings(ratings, 1, scale)
    return rate_of(int((given >= satisfied_from).sum()), given.size, Message("customers.reason.no_answers"), level)


def _ratings(ratings: AnyColumn | Iterable[int], low: int, high: int) -> AnyColumn:
    """Check ratings, which are whole numbers within a range."""
    if isinstance(ratings, np.ndarray):
        if ratings.ndim != 1:
            raise InvalidValueError("dimensions", path=("ratings",), value=ratings.ndim)
        given: Iterable[object] = ratings.tolist()
    else:
        given = listed(ratings, "ratings")
    checked = []
    for position, rating in enumerate(given):
        # A float is right where it is whole: columns with gaps hold their numbers as floats.
        whole = int(rating) if isinstance(rating, float) and rating.is_integer() else rating
        whole = int(whole) if isinstance(whole, np.integer) else whole
        if type(whole) is not int:
            raise InvalidValueError("wrong_type", path=("ratings", position), expected=int, value=named(rating))
        check_whole(whole, ("ratings", position), low, high)
        checked.append(whole)
    return np.array(checked, dtype=np.int64)

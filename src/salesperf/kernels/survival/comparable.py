"""Shares of those followed until a time, told as counts, so that intervals and tests for counts can compare two groups."""

from typing import Final, NamedTuple

import numpy as np

from salesperf.kernels.proportion import fisher_exact, newcombe, two_proportion_test
from salesperf.kernels.special import two_sided_quantile
from salesperf.kernels.survival.incidence_curve import IncidenceCurve, aalen_johansen
from salesperf.kernels.survival.survival_curve import kaplan_meier
from salesperf.kernels.survival.table import EventTable

__all__ = ["CountedDifference", "ShareByTime", "counted_difference", "last_followed", "share_by_time"]

_LEAST_EXPECTED: Final = 5
"""Where fewer are expected in any cell, the score test is too bold, and the exact one is taken."""
_ROUNDING: Final = 1e-6
"""What rounding may take from a count."""
_ALMOST: Final = 1e-12
"""What rounding may put on a share."""


class ShareByTime(NamedTuple):
    """The share that left by a cause until a time, ``nan`` where nobody was followed so long, and of how many it could be.

    ``events`` of ``size`` would tell as much had none been censored.
    """

    value: float
    low: float
    high: float
    events: int
    size: int


class CountedDifference(NamedTuple):
    """Between two proportions: the ends of its interval, how likely it is by chance, and whether it could have been any."""

    low: float
    high: float
    p_value: float
    is_open: bool


def last_followed(table: EventTable, minimum: int) -> float | None:
    """Return the last time for which so many were followed, or would have been had they not left before.

    That is the number at risk over the share that is left, so that who left early is no reason to look at less time: of each
    who is left, as many were watched in vain as the share tells. ``None`` where there never were so many, or nobody is
    censored from then on, so that there is no last time.

    Examples
    --------
    >>> table = EventTable.of(np.array([1, 4, 6, 9]), np.array([1, 1, 0, 0]))
    >>> last_followed(table, 3), last_followed(table, 2), last_followed(table, 5)
    (6.0, 9.0, None)
    """
    left = np.concatenate(([1.0], kaplan_meier(table).survival[:-1]))[: table.times.size]
    times = np.flatnonzero((table.at_risk > 0) & (table.at_risk >= (minimum - _ROUNDING) * left))
    if not times.size:
        return None
    last = int(times[-1])
    # Where all that are left come to their end, that is all there is, however long one looks.
    return float(table.times[last]) if table.counts[0, last:].any() else None


def share_by_time(table: EventTable, cause: int, time: float, level: float) -> ShareByTime:
    """Tell which share leaves by a cause until a time: other causes compete, and those not seen to end are censored.

    Examples
    --------
    >>> share_by_time(EventTable.of(np.array([1, 4, 6, 9]), np.array([1, 2, 1, 2])), 1, 5, 0.95)[-2:]
    (1, 4)
    """
    curve = aalen_johansen(table, cause, level=level)
    value, interval = curve.at(time), curve.interval_at(time)
    if np.isnan(value):
        return ShareByTime(value, interval.low, interval.high, 0, 0)
    size = _effective_size(curve, value, time, level)
    return ShareByTime(value, interval.low, interval.high, min(size, round(value * size)), size)


def _effective_size(curve: IncidenceCurve, value: float, time: float, level: float) -> int:
    """Return how many, none of them censored, would tell a share as surely; all of them where none was censored."""
    row = int(np.searchsorted(curve.times, time, side="right")) - 1
    if row >= 0 and _ALMOST < value < 1 - _ALMOST:
        return int(value * (1 - value) / float(curve.standard_error[row]) ** 2 + _ROUNDING)
    # Of none or all the interval is Wilson's, which tells its number.
    z, interval = two_sided_quantile(level), curve.interval_at(time)
    unknown = interval.high if value <= _ALMOST else 1 - interval.low
    return int(z * z * (1 - unknown) / unknown + _ROUNDING)


def counted_difference(k1: int, n1: int, k2: int, n2: int, level: float) -> CountedDifference:
    """Compare two proportions: by Newcombe's interval, and the score test where enough are expected, else Fisher's.

    Examples
    --------
    >>> counted_difference(0, 9, 0, 4, 0.95).is_open, round(counted_difference(3, 9, 4, 4, 0.95).p_value, 3)
    (False, 0.07)
    """
    interval = newcombe(k1, n1, k2, n2, level=level)
    had, n = k1 + k2, n1 + n2
    is_expected = min(n1, n2) * min(had, n - had) >= _LEAST_EXPECTED * n
    test = two_proportion_test if is_expected else fisher_exact
    # Where all had the property on both sides, or none, no course of things could have told the two apart.
    return CountedDifference(interval.low, interval.high, test(k1, n1, k2, n2), 0 < had < n)

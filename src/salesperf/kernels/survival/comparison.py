"""Whether events come sooner in one group than in another: the log-rank test."""

import attrs
import numpy as np

from salesperf.errors import InvalidValueError
from salesperf.kernels.numeric import Column
from salesperf.kernels.special import chi_square_tail
from salesperf.kernels.survival.steps import read_only
from salesperf.kernels.survival.table import EventTable, require_table

__all__ = ["LogRank", "log_rank"]


@attrs.frozen(kw_only=True, eq=False)
class LogRank:
    """What the log-rank test found: made by :func:`log_rank`.

    Attributes
    ----------
    statistic : float
        Chi-square, 0 or more; ``nan`` where nothing could be compared.
    degrees : int
        Degrees of freedom: one less than the groups that could be compared.
    p_value : float
        How likely groups of one course would differ this much by chance; ``nan`` where nothing could be compared.
    observed : Column, shape (tables,)
        Events seen in each group.
    expected : Column, shape (tables,)
        Events that each would have had, had all had the same course: fewer than observed, and they came sooner there.

    Examples
    --------
    >>> first = EventTable.of(np.array([8, 1, 1]), np.array([1, 0, 1]))
    >>> second = EventTable.of(np.array([3, 9, 2]), np.array([1, 1, 0]))
    >>> test = log_rank(first, second)
    >>> test.degrees, test.observed.tolist(), test.expected.round(2).tolist()
    (1, [2.0, 2.0], [1.33, 2.67])
    """

    statistic: float
    degrees: int
    p_value: float
    observed: Column
    expected: Column


def log_rank(*tables: EventTable) -> LogRank:
    """Test whether events come at the same pace in two or more groups.

    Parameters
    ----------
    *tables
        The durations of each group; all causes count as one event.

    Returns
    -------
    LogRank
        Undefined (``nan``) where no two groups were ever at risk at the time of an event.

    Raises
    ------
    InvalidValueError
        If there are fewer than two tables, or one is none.

    Notes
    -----
    With d events at a time, n at risk, and n_g of these in group g, d n_g / n are expected there, with the covariance
    d (n - d) / (n - 1) n_g / n (1[g = h] - n_h / n). The statistic is Z' V^- Z, with Z the sum over all times of observed
    less expected and V that of the covariances. It is at its strongest where one pace is a constant multiple of the other,
    and may miss curves that cross.

    References
    ----------
    N. Mantel, "Evaluation of survival data and two new rank order statistics arising in its consideration", *Cancer
    Chemotherapy Reports* 50 (1966) 163-170. J. P. Klein and M. L. Moeschberger, *Survival Analysis*, 2nd edition, 2003,
    7.3.

    Examples
    --------
    >>> east, west = np.array([10, 12, 15, 20, 31]), np.array([30, 42, 45, 50, 60])
    >>> round(log_rank(EventTable.of(east, np.ones(5, dtype=int)), EventTable.of(west, np.ones(5, dtype=int))).p_value, 4)
    0.0064
    """
    if len(tables) < 2:  # noqa: PLR2004 - a comparison takes two
        raise InvalidValueError("too_few", path=("tables",), low=2, value=len(tables))
    for position, table in enumerate(tables):
        require_table(table, "tables", position)
    times = np.unique(np.concatenate([table.times[table.events > 0] for table in tables]))
    events = np.stack([_events_at(table, times) for table in tables])
    at_risk = np.stack([_at_risk_at(table, times) for table in tables])
    total, everybody = events.sum(axis=0), at_risk.sum(axis=0)
    shares = at_risk / everybody
    expected = shares @ total
    # Of one alone, the event says nothing.
    spread_of_events = total * (everybody - total) / np.maximum(everybody - 1, 1)
    weighted = shares * spread_of_events
    covariance = np.diag(weighted.sum(axis=1)) - weighted @ shares.T
    observed = events.sum(axis=1).astype(np.float64)
    statistic, degrees = _squared_length(observed - expected, covariance)
    return LogRank(
        statistic=statistic,
        degrees=degrees,
        p_value=chi_square_tail(statistic, degrees) if degrees else np.nan,
        observed=read_only(observed),
        expected=read_only(expected),
    )


def _events_at(table: EventTable, times: Column) -> Column:
    found = np.zeros(times.size)
    events = table.events
    has_some = events > 0
    found[np.searchsorted(times, table.times[has_some])] = events[has_some]
    return found


def _at_risk_at(table: EventTable, times: Column) -> Column:
    # Between two times of the table nobody comes or goes, so that as many are at risk as at the second.
    return np.append(table.at_risk, 0)[np.searchsorted(table.times, times)].astype(np.float64)


def _squared_length(distance: Column, covariance: Column) -> tuple[float, int]:
    """Return Z' V^- Z and the rank of V: without directions in which nothing varies, such as that all groups are meant."""
    variances, directions = np.linalg.eigh(covariance)
    varies = variances > len(variances) * np.finfo(np.float64).eps * np.max(np.trace(covariance))
    if not varies.any():
        return np.nan, 0
    along = directions[:, varies].T @ distance
    return float(np.sum(along * along / variances[varies])), int(varies.sum())

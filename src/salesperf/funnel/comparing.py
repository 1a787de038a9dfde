"""Two funnels side by side: how many deals are won, from end to end and by stage, and how soon."""

import attrs
import numpy as np

from salesperf.funnel.chances import FEWEST_DEALS
from salesperf.funnel.following import BEGINNING, CAUSES
from salesperf.funnel.outcome_tally import OutcomeTally
from salesperf.funnel.restoring import check_same_stages
from salesperf.funnel.stage_rates import common_horizon, compared, event_table, followed_rate
from salesperf.funnel.tally import check_within
from salesperf.kernels.numeric import INT64_MAX
from salesperf.kernels.survival import EventTable, log_rank
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.result import Result, Row
from salesperf.model.stage import Stage
from salesperf.model.validators import check_whole, require

__all__ = ["FunnelComparison", "StageComparison", "compare"]


@attrs.frozen(kw_only=True)
class StageComparison:
    """One stage of two funnels, or both from end to end.

    Attributes
    ----------
    stage : Stage or None
        The stage; ``None`` for from the beginning of a deal to its win.
    horizon : int
        Days within which deals were to get beyond the stage, or to be won: as long as enough of both were followed.
    rate, other : Estimate
        Which share did, in either funnel.
    difference : Estimate
        The rate less the other.
    p_value : float or None
        How likely the two would differ this much by chance.
    pace_p_value : float or None
        How likely deals would differ this much in how soon they move on, or are won, of those that are still to.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import STANDARD_PROCESSES, funnel
    >>> nothing = funnel.OutcomeTally.empty(STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30))
    >>> funnel.compare(nothing, nothing).stages[0].difference.reason.text()
    'not enough data: 0 deals on record, and it takes 10'
    """

    stage: Stage | None
    horizon: int
    rate: Estimate
    other: Estimate
    difference: Estimate
    p_value: float | None
    pace_p_value: float | None


@attrs.frozen(kw_only=True)
class FunnelComparison(Result):
    """Two funnels side by side: made by :func:`compare`.

    Attributes
    ----------
    end_to_end : StageComparison
        From the beginning of a deal to its win.
    stages : tuple of StageComparison
        Stage by stage.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import STANDARD_PROCESSES, funnel
    >>> nothing = funnel.OutcomeTally.empty(STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30))
    >>> len(funnel.compare(nothing, nothing).rows())
    5
    """

    end_to_end: StageComparison
    stages: tuple[StageComparison, ...]

    def rows(self) -> list[Row]:
        """Return a row for each stage, and after them one from end to end, without a stage."""
        return [
            {
                "stage": None if each.stage is None else each.stage.key,
                "horizon": each.horizon,
                "rate": each.rate.value,
                "other": each.other.value,
                "difference": each.difference.value,
                "difference_low": each.difference.low,
                "difference_high": each.difference.high,
                "p_value": each.p_value,
                "pace_p_value": each.pace_p_value,
            }
            for each in (*self.stages, self.end_to_end)
        ]


def compare(
    tally: OutcomeTally,
    other: OutcomeTally,
    *,
    segment: int | None = None,
    other_segment: int | None = None,
    horizon: int | None = None,
    level: float = 0.95,
    minimum: int = FEWEST_DEALS,
) -> FunnelComparison:
    """Compare two funnels: from end to end and by stage, in how many get through and how soon.

    Parameters
    ----------
    tally, other
        Deals counted by :func:`outcomes`, over the same stages; the two of different deals.
    segment, other_segment
        The position of the segment of either; ``None`` for all of it.
    horizon
        Days after coming to a stage, or after the beginning, within which a deal is to get through; ``None`` for as long as
        enough deals of both were followed.
    level
        That of the intervals, within (0, 1).
    minimum
        Deals that each side must have; with fewer nothing is said.

    Returns
    -------
    FunnelComparison
        Its p-values are each taken by itself: :func:`bottlenecks` allows for having looked at several stages.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, or the two have other stages.

    Notes
    -----
    Shares are those of :func:`bottlenecks` by outcomes. The pace is tested by the log-rank test of moving on, or of winning,
    with deals that ended otherwise censored: whether those that are still there get through as soon. Of a tally that was
    watched ``since`` a day the shares read low where on some days of age no deal was watched: nothing is taken to have
    happened on them.

    References
    ----------
    N. Mantel, "Evaluation of survival data and two new rank order statistics arising in its consideration", *Cancer
    Chemotherapy Reports* 50 (1966) 163-170.

    Examples
    --------
    >>> from datetime import date, timedelta
    >>> from salesperf import STANDARD_PROCESSES, Change, Opportunity, funnel
    >>> def counted(pace):
    ...     begin, days = date(2026, 1, 1), [timedelta(pace * number) for number in range(1, 31)]
    ...     deals = [
    ...         Opportunity(id=str(each), history=[Change(begin, stage="lead"), Change(begin + each, stage="closed")])
    ...         for each in days
    ...     ]
    ...     return funnel.outcomes(deals, STANDARD_PROCESSES["basic"], as_of=date(2026, 12, 31))
    >>> wins = funnel.compare(counted(2), counted(4), horizon=60).end_to_end
    >>> round(wins.rate.value, 6), round(wins.other.value, 6), wins.pace_p_value < 0.01
    (1.0, 0.5, True)
    """
    sides = (("tally", tally, "segment", segment), ("other", other, "other_segment", other_segment))
    for name, value, _, _ in sides:
        require(value, OutcomeTally, path=(name,))
    check_same_stages(tally, other, "other")
    for _, value, name, place in sides:
        if place is not None:
            check_whole(place, (name,), 0, len(value.segments) - 1)
    if horizon is not None:
        check_whole(horizon, ("horizon",), 1, INT64_MAX)
    check_whole(minimum, ("minimum",), 1, INT64_MAX)
    check_within(level, "level")
    lines = {}
    for step in (BEGINNING, *range(len(tally.stages))):
        tables = [
            event_table(value, range(len(value.segments)) if place is None else [place], step) for _, value, _, place in sides
        ]
        stage = None if step == BEGINNING else tally.stages[step]
        lines[step] = _compared(stage, tables[0], tables[1], horizon, level, minimum)
    return FunnelComparison(end_to_end=lines.pop(BEGINNING), stages=tuple(lines.values()))


def _compared(
    stage: Stage | None, table: EventTable, other: EventTable, horizon: int | None, level: float, minimum: int
) -> StageComparison:
    days = common_horizon((table, other), minimum) if horizon is None else horizon
    rate, another = (followed_rate(each, days, level) for each in (table, other))
    fewest = min(rate.decided, another.decided)
    test = compared(rate, another, level) if fewest >= minimum else None
    few = Message.of("funnel.reason.too_few", n=fewest, minimum=minimum)
    pace = log_rank(_of_cause(table), _of_cause(other)).p_value if test is not None else np.nan
    return StageComparison(
        stage=stage,
        horizon=days,
        rate=rate.estimate(level),
        other=another.estimate(level),
        difference=Estimate.undefined(few, n=fewest) if test is None else test.difference,
        p_value=None if test is None else test.p_value,
        pace_p_value=None if np.isnan(pace) else pace,
    )


def _of_cause(table: EventTable) -> EventTable:
    """Take all ends but the first cause, to move on or to be won, as censored."""
    through = CAUSES["won"]
    counts = np.stack((table.counts.sum(axis=0) - table.counts[through], table.counts[through]))
    return EventTable(table.times, counts, table.entered)

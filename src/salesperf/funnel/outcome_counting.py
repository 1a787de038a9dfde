"""Deals followed to their end, or to the last day that counts, and told by what became of them."""

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np

from salesperf.funnel.following import Following, Passage, Stay
from salesperf.funnel.labelling import labels_of
from salesperf.funnel.outcome_tally import OutcomeTally, check_outcome_question, grouped
from salesperf.funnel.tally import Labels, in_order
from salesperf.model.codes import Integers
from salesperf.model.opportunity import Opportunity
from salesperf.model.people import Org
from salesperf.model.period import Period
from salesperf.model.process import SalesProcess
from salesperf.model.validators import require

__all__ = ["outcomes"]


def outcomes(
    opportunities: Iterable[Opportunity],
    process: SalesProcess,
    *,
    as_of: date,
    period: Period | None = None,
    since: date | None = None,
    by: Sequence[str] = (),
    org: Org | None = None,
) -> OutcomeTally:
    """Count deals by what became of them, and how long that took, from each stage and from the beginning.

    Parameters
    ----------
    opportunities
        Deals of one process, in any order; one that comes twice is counted twice.
    process
        The process.
    as_of
        The day to whose end the deals are followed: what is later is not known, and what is open then is censored.
    period
        The days on which the deals began; ``None`` for all, with those of which nobody knows when.
    since
        The first day that was watched. Deals that ended before it are left out, and of those that were open then only what
        came later counts, each from the age that it had. State it where a source holds no deal that ended before some day,
        or to hear of recent days alone; ``None`` where all deals were watched from their beginning.
    by
        What to count apart, as of :func:`count`.
    org
        Who was in which team; needed where ``by`` names ``"team"``.

    Returns
    -------
    OutcomeTally
        Deals by days and cause; it tells chances to win, and :func:`time_to_win`, :func:`time_in_stage`,
        :func:`bottlenecks` and :func:`compare` take it.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, the first day lies after the last, ``by`` names a column of the result, or a deal is of
        another process: the path has its id.
    UnknownNameError
        If a deal is in a stage that the process does not have, or its owner is not in the org: the path has its id.

    Notes
    -----
    An open deal is not lost: it is known to have lasted so long, and no more. Won, lost and cancelled compete: a deal that
    is lost can no more be won.

    A deal counts once in each stage that it entered, from its first day there; returning to it is part of what follows. To
    count from the last time there would choose by what came later. It ends as its last stage says, on the first day of the
    changes in a row that say so: one opened again is open, and one then won was won on the later day. A stage that was left
    out holds nothing of it, but was passed at once.

    Examples
    --------
    >>> from salesperf import STANDARD_PROCESSES, Change
    >>> def deal(id, *stages):
    ...     return Opportunity(id=id, history=[Change(date(2026, 9, day), stage=stage) for day, stage in enumerate(stages, 1)])
    >>> deals = [deal("o-1", "lead", "proposal", "closed"), deal("o-2", "lead", "opportunity", "lost"), deal("o-3", "lead")]
    >>> print(outcomes(deals, STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30)))
    stage        deals  won  lost  cancelled  open  undated  never_open
    lead             3    1     1          0     1
    opportunity      1    0     1          0     0
    proposal         1    1     0          0     0
    negotiation      0    0     0          0     0
                     3    1     1          0     1        0           0
    """
    by = check_outcome_question(process, as_of=as_of, period=period, since=since, by=by)
    require(opportunities, Iterable, path=("opportunities",))
    if org is not None or "team" in by:
        require(org, Org, path=("org",))
    until = as_of.toordinal()
    watched = 0 if since is None else since.toordinal()
    following = Following(process, until)
    first, end = (0, 0) if period is None else (period.start.toordinal(), period.end.toordinal())
    place: dict[Labels, int] = {} if by else {(): 0}
    stays: list[tuple[int, ...]] = []
    passages: list[tuple[int, ...]] = []
    undated: list[int] = []
    never_open: list[int] = []
    for position, opportunity in enumerate(opportunities):
        process.require(opportunity, "opportunities", position)
        course = following.course(opportunity.history)
        if course is None or (period is not None and (course.begin is None or not first <= course.begin < end)):
            continue
        segment = place.setdefault(_labels(opportunity, as_of, by, org, position), len(place))
        if course.begin is None:
            undated.append(segment)
        elif not course.visits:
            never_open.append(segment)
        if course.visits:
            stays += [(segment, *stay) for stay in course.stays(until, watched)]
            passages += [(segment, *passage) for passage in course.passages(len(process.open_stages), watched)]
    segments = sorted(place, key=in_order)
    moved = np.zeros(len(place), dtype=np.int64)
    moved[[place[labels] for labels in segments]] = np.arange(len(segments))
    cells, counts = _counted(stays, moved, 1 + len(Stay._fields))
    passage_cells, passage_counts = _counted(passages, moved, 1 + len(Passage._fields))
    return OutcomeTally(
        process=process,
        as_of=as_of,
        period=period,
        since=since,
        by=by,
        segments=tuple(segments),
        cells=cells,
        counts=counts,
        passages=passage_cells,
        passage_counts=passage_counts,
        undated=_tallied(undated, moved),
        never_open=_tallied(never_open, moved),
    )


def _labels(opportunity: Opportunity, as_of: date, by: Sequence[str], org: Org | None, position: int) -> Labels:
    """Return the value of each name in ``by`` for a deal."""
    names = [name for name in by if name != "month"]
    values = iter(labels_of(opportunity, as_of, names, org, position))
    return tuple(_month(opportunity) if name == "month" else next(values) for name in by)


def _month(opportunity: Opportunity) -> str | None:
    return None if opportunity.created is None else f"{opportunity.created:%Y-%m}"


def _counted(rows: list[tuple[int, ...]], moved: Integers, width: int) -> tuple[Integers, Integers]:
    """Count rows that are equal, having given their segments other positions."""
    table = np.array(rows, dtype=np.int64).reshape(-1, width)
    table[:, 0] = moved[table[:, 0]]
    return grouped(table, np.ones(len(table), dtype=np.int64))


def _tallied(segments: list[int], moved: Integers) -> Integers:
    """Count deals by segment, having given those other positions."""
    return np.bincount(moved[np.array(segments, dtype=np.int64)], minlength=moved.size)

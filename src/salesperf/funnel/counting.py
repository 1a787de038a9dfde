"""Deals counted, from objects or from columns of their changes of stage."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.funnel.histories import Histories, check_labels, where
from salesperf.funnel.labelling import labels_of
from salesperf.funnel.rules import CANCELLED, LOST, OPEN, RULES, WON, Deals, RuleName
from salesperf.funnel.segmenting import counted_by, looked_up
from salesperf.funnel.tally import FunnelTally, check_question
from salesperf.model.codes import Codes
from salesperf.model.opportunity import Opportunity
from salesperf.model.people import Org
from salesperf.model.period import Period
from salesperf.model.process import SalesProcess
from salesperf.model.stage import StageKind
from salesperf.model.validators import require

__all__ = ["count", "count_columns"]

_OUTCOME: Final[Mapping[StageKind, int]] = {"open": OPEN, "won": WON, "post_won": WON, "lost": LOST, "cancelled": CANCELLED}


def count(
    opportunities: Iterable[Opportunity],
    process: SalesProcess,
    *,
    as_of: date,
    rule: RuleName = "cohort",
    period: Period | None = None,
    by: Sequence[str] = (),
    org: Org | None = None,
) -> FunnelTally:
    """Count deals by the stage that they reached and how they stand.

    Parameters
    ----------
    opportunities
        Deals of one process, in any order; one that comes twice is counted twice.
    process
        The process, whose open stages are counted.
    as_of
        The day to whose end the deals are followed: what is later is not known, and a deal begun later is no deal.
    rule
        A name in :data:`RULES`.
    period
        The days on which the deals began; ``None`` for all.
    by
        What to count apart, in any combination: ``"owner"``, ``"team"``, ``"grade"``, ``"month"``, ``"customer"``,
        ``"lead"``, or the name of a fact, such as ``"product"`` or ``"region"``. Values are those of the day, but the month
        is that in which the deal began, and the team that of its owner on the day it began.
    org
        Who was in which team; needed where ``by`` names ``"team"``.

    Returns
    -------
    FunnelTally
        Numerators and denominators; :func:`analyze` makes rates of them.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, ``by`` names a column of the result, or a deal is of another process: the path has its id.
    UnknownNameError
        If a deal is in a stage that the process does not have, or its owner is not in the org: the path has its id; or if
        ``by`` names what no deal bears and is easily mistaken for what one does, such as ``"owners"``.

    Notes
    -----
    A deal counts once, however often it came back or was opened again. It stands as its last stage says: one opened again is
    open, after-sales service is won. Its outcome is booked at the furthest open stage that it entered, a won one beyond the
    last; a win that was undone counts as no win. ``died`` tells beside it in which stage a lost or cancelled deal was last.

    A deal without a first day is in no cohort, whatever its later days: it is counted as undated, whatever the period.

    Under ``strict`` a deal that left out a stage belongs to the rate of none. To book it as moved on would make the later
    stages larger than what came through the earlier ones, to book it as lost or open would be untrue. So it is left out as a
    whole, and counted as nonconforming. The rates are then those of the deals that keep to the process; where many do not,
    ``cohort`` tells more.

    Examples
    --------
    >>> from salesperf import STANDARD_PROCESSES, Change
    >>> def deal(id, *stages):
    ...     return Opportunity(id=id, history=[Change(date(2026, 9, day), stage=stage) for day, stage in enumerate(stages, 1)])
    >>> deals = [deal("o-1", "lead", "proposal", "closed"), deal("o-2", "lead", "opportunity", "lost"), deal("o-3", "lead")]
    >>> print(count(deals, STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30)))
    stage        entered  moved_on  lost  cancelled  open  died
    lead               3         2     0          0     1     0
    opportunity        2         1     1          0     0     1
    proposal           1         1     0          0     0     0
    negotiation        1         1     0          0     0     0
    """
    by = check_question(process, as_of=as_of, rule=rule, period=period, by=by)
    require(opportunities, Iterable, path=("opportunities",))
    items = opportunities if isinstance(opportunities, Sequence) else tuple(opportunities)
    histories = Histories.of_deals(items, process, as_of)
    labels = labels_of(items, by, as_of=as_of, org=org)
    return _counted(histories, labels, as_of=as_of, rule=rule, period=period, by=by)


def count_columns(
    process: SalesProcess,
    *,
    deal: Codes[str],
    stage: Codes[str],
    on: NDArray[np.datetime64],
    as_of: date,
    rule: RuleName = "cohort",
    period: Period | None = None,
    by: Sequence[str] = (),
    segments: Mapping[str, Codes[str | None]] | None = None,
) -> FunnelTally:
    """Count deals whose changes of stage stand in columns, without making an object of each.

    Parameters
    ----------
    process, as_of, rule, period
        As of :func:`count`.
    deal, stage
        Dictionary-encoded columns of n rows: the ids of deals, and the keys of the stages that they entered.
    on
        Shape (n,), days as ``datetime64[D]``, in any order; of one deal on one day, the rows are in order. ``NaT`` where the
        day is not known: at most once for a deal, as its first.
    by
        What to count apart: names in ``segments``, and ``"month"``, that in which the deal began.
    segments
        By name, a code and a label for each deal, in the order of the labels of ``deal``.

    Returns
    -------
    FunnelTally
        The same as :func:`count` gives for the same deals.

    Raises
    ------
    InvalidValueError
        If columns differ in length, days are no days, or a deal lacks the day of more than one change.
    UnknownNameError
        If a row enters a stage that the process does not have, or ``by`` names what ``segments`` has not.

    Notes
    -----
    A row that names the stage in which its deal is changes nothing.

    Examples
    --------
    >>> from salesperf import STANDARD_PROCESSES
    >>> counted = count_columns(
    ...     STANDARD_PROCESSES["basic"],
    ...     deal=Codes(np.array([0, 1, 0]), ("o-1", "o-2")),
    ...     stage=Codes(np.array([0, 0, 1]), ("lead", "closed")),
    ...     on=np.array(["2026-09-01", "2026-09-05", "2026-09-20"], dtype="datetime64[D]"),
    ...     as_of=date(2026, 9, 30),
    ... )
    >>> counted.entered.tolist(), counted.outcomes.tolist()
    ([[2, 1, 1, 1]], [[1, 0, 0, 1]])
    """
    by = check_question(process, as_of=as_of, rule=rule, period=period, by=by)
    histories = Histories.of_columns(process, deal=deal, stage=stage, on=on, as_of=as_of)
    labels = {} if segments is None else segments
    check_labels(by, labels, histories.deals)
    return _counted(histories, labels, as_of=as_of, rule=rule, period=period, by=by)


def _counted(
    histories: Histories,
    labels: Mapping[str, Codes[str | None]],
    *,
    as_of: date,
    rule: RuleName,
    period: Period | None,
    by: tuple[str, ...],
) -> FunnelTally:
    """Count deals, given their histories, and a label for each by name."""
    events, courses, is_undated = histories.events, histories.courses, histories.is_undated
    asked = where(is_undated | histories.is_within(courses.begin, period))
    segment, segments = histories.segmented(by, labels, asked)
    begun = where(~is_undated[asked])
    known = Deals(
        events=events,
        courses=courses,
        rank=histories.rank,
        stages=histories.stages,
        chosen=asked if isinstance(begun, slice) else np.arange(is_undated.size)[asked][begun],
        segment=segment[begun],
        segments=len(segments),
        outcome=looked_up(histories.by_kind(_OUTCOME), courses.last[asked][begun]),
    )
    followed, nonconforming = known, np.zeros(len(segments), dtype=np.int64)
    if RULES[rule].in_order:
        is_followed = known.is_in_order()
        followed, nonconforming = known.only(is_followed), counted_by(known.segment, ~is_followed, len(segments))
    counts = RULES[rule].book(followed)
    group = np.full(histories.deals, -1, dtype=np.min_scalar_type(-1 - len(segments)))
    group[courses.sequence[followed.chosen]] = followed.segment
    cells, visits = events.stay_counts(group, histories.rank)
    return FunnelTally(
        process=histories.process,
        as_of=as_of,
        rule=rule,
        period=period,
        by=by,
        segments=segments,
        **attrs.asdict(counts, recurse=False),
        nonconforming=nonconforming,
        undated=counted_by(segment, is_undated[asked], len(segments)),
        cells=cells,
        visits=visits,
    )

"""Deals counted, from objects or from columns of their changes of stage."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError, UnknownNameError
from salesperf.funnel.labelling import labels_of
from salesperf.funnel.rules import CANCELLED, LOST, OPEN, RULES, WON, Deals, RuleName
from salesperf.funnel.segmenting import UNDATED, in_order, looked_up, months, segmented
from salesperf.funnel.tally import FunnelTally, check_question
from salesperf.kernels.events import Events
from salesperf.kernels.events.counts import AnyIntegers
from salesperf.model.codes import EPOCH, Codes, Integers, days_and_ends
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
        If a deal is in a stage that the process does not have, or its owner is not in the org: the path has its id.

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
    if org is not None or "team" in by:
        require(org, Org, path=("org",))
    items = opportunities if isinstance(opportunities, Sequence) else tuple(opportunities)
    deals: list[int] = []
    stages: list[int] = []
    days: list[int] = []
    for position, opportunity in enumerate(items):
        process.require(opportunity, "opportunities", position)
        for change in opportunity.history:
            if change.stage is not None:
                deals.append(position)
                stages.append(process.position[change.stage])
                days.append(UNDATED if change.on is None else change.on.toordinal() - EPOCH)
    question = _Question(process=process, as_of=as_of, rule=rule, period=period, by=by)
    names = [name for name in by if name != "month"]
    labels = [labels_of(opportunity, as_of, names, org, position) for position, opportunity in enumerate(items)]
    deal = np.array(deals, dtype=np.int64)
    return question.answer(
        deal=deal,
        stage=Codes(np.array(stages, dtype=np.int64), tuple(process.position)),
        days=_dated(deal, np.array(days, dtype=np.int64), question.until),
        segments={name: Codes.of([each[place] for each in labels]) for place, name in enumerate(names)},
        deals=len(items),
    )


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
    require(deal, Codes, path=("deal",))
    require(stage, Codes, path=("stage",))
    require(on, np.ndarray, path=("on",))
    rows = len(deal.codes)
    for name, column in (("stage", stage.codes), ("on", on)):
        if column.shape != (rows,):
            raise InvalidValueError("length", path=(name,), expected=rows, value=column.size)
    given = {} if segments is None else segments
    for position, name in enumerate(by):
        if name != "month" and name not in given:
            raise UnknownNameError("choice", path=("by", position), choices=(*given, "month"), value=name)
    for name, codes in given.items():
        require(codes, Codes, path=("segments", name))
        if len(codes.codes) != len(deal.labels):
            raise InvalidValueError("length", path=("segments", name), expected=len(deal.labels), value=len(codes.codes))
    question = _Question(process=process, as_of=as_of, rule=rule, period=period, by=by)
    days = _days_or_none(on, deal.codes, question.until)
    return question.answer(deal=deal.codes, stage=stage, days=days, segments=given, deals=len(deal.labels))


@attrs.frozen
class _Days:
    """The day of each change, as numpy counts days; which of them stands for one that is not known; what none is before."""

    column: Integers
    unknown: int
    first: int


def _days_or_none(on: NDArray[np.datetime64], deal: Integers, until: int) -> _Days:
    """Read days, of which some may not be known."""
    try:
        days, ends = days_and_ends(on, "on")
    except InvalidValueError:
        # Looked for only now, since where all are known it would be one more look at each.
        if on.dtype.kind != "M" or not np.isnat(on).any():
            raise
    else:
        return _Days(days, UNDATED, until if ends is None else ends[0])
    unknown = np.isnat(on)
    known: NDArray[np.datetime64] = np.where(unknown, np.datetime64(0, "D"), on)
    return _dated(deal, np.where(unknown, UNDATED, days_and_ends(known, "on")[0]), until)


@attrs.frozen(kw_only=True)
class _Question:
    """What is asked of the deals, however they are given."""

    process: SalesProcess
    as_of: date
    rule: RuleName
    period: Period | None
    by: tuple[str, ...]

    @property
    def until(self) -> int:
        """The last day that counts, as numpy counts days."""
        return self.as_of.toordinal() - EPOCH

    def answer(
        self,
        *,
        deal: Integers,
        stage: Codes[str],
        days: _Days,
        segments: Mapping[str, Codes[str | None]],
        deals: int,
    ) -> FunnelTally:
        """Count so many deals, given the columns of their changes of stage."""
        place = self._places(stage)
        # The codes of both columns have been checked against their labels.
        most = (deals - 1, len(stage.labels) - 1)
        events = Events.of_checked(deal, stage.codes, days.column, until=self.until, most=most, since=days.first)
        stages = len(self.process.open_stages)
        rank = np.where(place < stages, place, -1)
        courses = events.courses(rank)
        is_undated = courses.begin == days.unknown
        asked = _where(is_undated | self._is_within(courses.begin))
        begin, sequence = courses.begin[asked], courses.sequence[asked]
        columns = [
            months(begin, days.unknown) if name == "month" else in_order(segments[name].codes[sequence], segments[name].labels)
            for name in self.by
        ]
        segment, labels = segmented(columns, begin.size)
        outcome = np.array([_OUTCOME[each.kind] for each in self.process.stages], dtype=np.int8)[place]
        begun = _where(~is_undated[asked])
        known = Deals(
            events=events,
            courses=courses,
            rank=rank,
            stages=stages,
            chosen=asked if isinstance(begun, slice) else np.arange(is_undated.size)[asked][begun],
            segment=segment[begun],
            segments=len(labels),
            outcome=looked_up(outcome, courses.last[asked][begun]),
        )
        rule = RULES[self.rule]
        followed, nonconforming = known, np.zeros(len(labels), dtype=np.int64)
        if rule.in_order:
            is_followed = known.is_in_order()
            followed, nonconforming = known.only(is_followed), _counted(known.segment, ~is_followed, len(labels))
        counts = rule.book(followed)
        group = np.full(deals, -1, dtype=np.min_scalar_type(-1 - len(labels)))
        group[courses.sequence[followed.chosen]] = followed.segment
        cells, visits = events.stay_counts(group, rank)
        return FunnelTally(
            **attrs.asdict(self, recurse=False),
            segments=labels,
            **attrs.asdict(counts, recurse=False),
            nonconforming=nonconforming,
            undated=_counted(segment, is_undated[asked], len(labels)),
            cells=cells,
            visits=visits,
        )

    def _places(self, stage: Codes[str]) -> Integers:
        """Return the position of each label among the stages of the process; refuse one that it does not have."""
        position = self.process.position
        place = np.array([position.get(label, -1) for label in stage.labels], dtype=np.int64)
        if (place < 0).any():
            unknown = np.flatnonzero(place[stage.codes] < 0)
            if unknown.size:
                row = int(unknown[0])
                raise UnknownNameError(
                    "unknown_stage",
                    path=("stage", row),
                    choices=tuple(position),
                    value=stage.labels[int(stage.codes[row])],
                )
        return place

    def _is_within(self, begin: Integers) -> NDArray[np.bool_]:
        """Tell which deals began in the period."""
        if self.period is None:
            return np.ones(begin.size, dtype=bool)
        start, end = (day.toordinal() - EPOCH for day in (self.period.start, self.period.end))
        return (begin >= start) & (begin < end)


def _where(kept: NDArray[np.bool_]) -> Integers | slice:
    """Return the positions that are kept: a slice where all are, so that nothing needs to be copied."""
    return slice(None) if kept.all() else np.flatnonzero(kept)


def _counted(segment: AnyIntegers, kept: NDArray[np.bool_], segments: int) -> Integers:
    """Count those deals by segment that are kept."""
    return np.bincount(segment[np.flatnonzero(kept)], minlength=segments)


def _dated(deal: Integers, day: Integers, until: int) -> _Days:
    """Put what has no day before all that has one."""
    first = int(day.min(where=day != UNDATED, initial=until))
    undated = np.flatnonzero(day == UNDATED)
    if not undated.size:
        return _Days(day, UNDATED, first)
    _, once = np.unique(deal[undated], return_index=True)
    if once.size < undated.size:
        again = np.setdiff1d(np.arange(undated.size), once)
        raise InvalidValueError("history_undated", path=("on", int(undated[again[0]])))
    before = first - 1
    return _Days(np.where(day == UNDATED, before, day), before, before)

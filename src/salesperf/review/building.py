"""Building a review: from everything known to what a meeting should look at."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Final, cast

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.attainment import Attainment, Owed, TargetBook, tally
from salesperf.attainment.judging import Question, judge
from salesperf.attainment.ledger import Ledger
from salesperf.errors import InvalidValueError
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown
from salesperf.model.calendar import Calendar
from salesperf.model.finding import Finding
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.metric import STANDARD_METRICS, Metric
from salesperf.model.people import Org, Rep
from salesperf.model.period import Grain, Period
from salesperf.model.records import Records
from salesperf.model.result import Result, Row
from salesperf.model.validators import check_date, require
from salesperf.review.audience import Audience, PeopleResults
from salesperf.review.channels import ChannelSection, channel_section
from salesperf.review.deals import DealSection, deal_sections
from salesperf.review.findings import find
from salesperf.review.leads import LeadSection, lead_section
from salesperf.review.objectives import ObjectiveSection, objective_section
from salesperf.review.people import PeopleSection, people_section, require_people
from salesperf.review.quality import Audited, QualitySection
from salesperf.review.sections import DataSection, Member, MetricSection, Note, RecordedFlow, TrendPart
from salesperf.review.standing import standing_of

__all__ = ["Review", "build"]

_FINER: Final[Mapping[str, Grain]] = {"year": "quarter", "half": "month", "quarter": "month", "month": "week"}


@attrs.frozen(kw_only=True)
class Review(Result):
    """A sales review (述职): made by :func:`build`.

    Attributes
    ----------
    owner : str or None
        Whose; ``None`` for the company.
    period : Period
        Of which days.
    as_of : date
        The day at whose end it was looked at; nothing later was known.
    org : Org
        The people as known then.
    calendar : Calendar
    data : DataSection
        What it rests on.
    metrics : tuple of MetricSection
        Each metric that is owed, revenue first.
    objectives : ObjectiveSection or None
        The objectives; ``None`` where there are none in the period.
    deals : tuple of DealSection
        The deals of each sales process that has any.
    leads : LeadSection or None
        The leads; ``None`` where there are none.
    channels : ChannelSection or None
        The channels that they came by, and what these cost; ``None`` where neither is known.
    quality : QualitySection
        What is wrong with the records that it rests on. What weakens a number stands in its section too.
    people : PeopleSection or None
        Pay, appraisals and feedback, as far as the audience may see them; ``None`` where no result of people under the
        owner was handed over.
    recorded : tuple of RecordedFlow
        What was recorded though nobody owes it.
    unmet : tuple of Attainment
        Agreed targets of the owner and below that ended within the period and were missed, the largest gap first.
    notes : tuple of str
        What a reader should know of the owner, if a rep, before judging: of :data:`NOTES`.
    findings : tuple of Finding
        What is missing from the data, or weakens or explains a number; the gravest first.

    Examples
    --------
    >>> from salesperf.io.folder import read_sample
    >>> review = build(read_sample(), owner=None, period=Period.quarter(2026, 3), as_of=date(2026, 9, 16))
    >>> len(review.metrics), len(review.unmet), all(tree.holds() for tree in review.breakdowns)
    (4, 27, True)
    """

    owner: str | None
    period: Period
    as_of: date
    org: Org = attrs.field(repr=False)
    calendar: Calendar = attrs.field(repr=False)
    data: DataSection
    metrics: tuple[MetricSection, ...]
    objectives: ObjectiveSection | None
    deals: tuple[DealSection, ...]
    leads: LeadSection | None
    channels: ChannelSection | None
    quality: QualitySection
    people: PeopleSection | None
    recorded: tuple[RecordedFlow, ...]
    unmet: tuple[Attainment, ...]
    notes: tuple[Note, ...]
    findings: tuple[Finding, ...]

    @property
    def is_partial(self) -> bool:
        """Whether the period had not ended."""
        return self.as_of < self.period.last

    @property
    def is_about_more(self) -> bool:
        """Whether there is anything to look at beside targets: deals, leads or objectives."""
        return bool(self.deals) or self.leads is not None or self.objectives is not None

    @property
    def breakdowns(self) -> tuple[Breakdown, ...]:
        """The trees of all numbers owed, gaps, objectives, pipelines, of what channels cost and bring, and of data quality."""
        attained = [each.attainment for each in self.metrics]
        attained += [member.attainment for each in self.metrics for member in each.members]
        attained += [part.attainment for each in self.metrics for part in each.trend]
        owed = [each.owed for each in self.metrics]
        owed += [member.owed for each in self.metrics for member in each.members]
        deals = [tree for each in self.deals for tree in (each.pipeline.breakdown, each.bridge.breakdown)]
        deals += [each.pipeline.weighted_breakdown for each in self.deals]
        if self.objectives is not None:
            deals += [each.breakdown for score in self.objectives.scores for each in score.walk()]
        if self.channels is not None:
            report = self.channels.report
            deals += [report.breakdown, *(line.breakdown for line in (*report.lines, report.total))]
            deals += [line.acquisition_breakdown for line in (*report.lines, report.total)]
        deals.append(self.quality.report.breakdown)
        if self.people is not None:
            deals += self.people.breakdowns
        return (*(each.breakdown for each in (*attained, *self.unmet)), *(each.breakdown for each in owed), *deals)

    def rows(self) -> list[Row]:
        """Return a row for each attainment: its section, and all that :meth:`salesperf.attainment.Attainment.rows` gives."""
        rows: list[Row] = []
        for each in self.metrics:
            rows += [{"section": "attainment", **row} for row in each.attainment.rows()]
            rows += [{"section": "trend", **row} for part in each.trend for row in part.attainment.rows()]
            rows += [{"section": "member", **row} for member in each.members for row in member.attainment.rows()]
        rows += [{"section": "unmet", **row} for each in self.unmet for row in each.rows()]
        return rows


def build(
    records: Records,
    *,
    owner: str | None,
    period: Period,
    as_of: date,
    audience: Audience | None = None,
    people: PeopleResults | None = None,
) -> Review:
    """Review an owner's sales over a period, as known at the end of a day.

    Parameters
    ----------
    records
        Everything known; what is later than ``as_of`` is forgotten first.
    owner
        A rep, a team, or ``None`` for the company.
    period
        Any run of days: a month, a quarter, a year.
    as_of
        The day at whose end the review looks back; within or after the period.
    audience
        Who reads it; ``None`` for nobody in particular, who sees nobody's pay, appraisal or feedback.
    people
        Statements of pay, appraisals and feedback, of which the review takes what the audience may see, and counts the rest.

    Returns
    -------
    Review
        The same for any order of the records.

    Raises
    ------
    InvalidValueError
        If the period had not begun.
    UnknownNameError
        If the owner was not known then, or the reader of the audience never.
    InvalidInputError
        If there are results of people who are not known: all of them.
    UnitMismatchError
        If actuals that count are in another unit than the target.

    Examples
    --------
    >>> from salesperf import COUNT, Actual, Target
    >>> visits, september = STANDARD_METRICS["visits"], Period.month(2026, 9)
    >>> records = Records(
    ...     org=Org(reps=[Rep(id="ada")]),
    ...     targets=[Target(owner="ada", metric=visits, amount=Amount.of(40, COUNT), period=september)],
    ...     actuals=[Actual(owner="ada", metric=visits, amount=Amount.of(24, COUNT), on=date(2026, 9, 8))],
    ... )
    >>> review = build(records, owner=None, period=september, as_of=date(2026, 9, 15))
    >>> review.metrics[0].attainment.ratio, review.is_partial
    (0.6, True)
    """
    require(records, Records, path=("records",))
    require(period, Period, path=("period",))
    check_date(as_of, ("as_of",))
    if as_of < period.start:
        raise InvalidValueError("review_not_begun", path=("as_of",), start=period.start, value=as_of)
    if audience is not None:
        require(audience, Audience, path=("audience",))
    if people is not None:
        require(people, PeopleResults, path=("people",))
    require_people(people or PeopleResults(), audience, records.org)
    known = records.as_of(as_of)
    known.org.require_owner(owner)
    review = _Builder(known, owner, period, as_of).build()
    if people is None:
        return review
    section = people_section(people, audience, known.org, owner=owner, passed=period.until(as_of) or period, as_of=as_of)
    return attrs.evolve(review, people=section)


class _Builder:
    """One review in the making: what every section needs, computed once."""

    def __init__(self, records: Records, owner: str | None, period: Period, as_of: date) -> None:
        self.records, self.org, self.calendar = records, records.org, records.calendar
        self.owner, self.period, self.as_of = owner, period, as_of
        self.passed = period.until(as_of) or period
        self.book = TargetBook(records.targets, self.org, self.calendar)
        self.ledger = Ledger(tally(records.actuals), self.org)
        self.under = self._owners_under()

    def _owners_under(self) -> frozenset[str | None]:
        if self.owner is None:
            return frozenset({None, *self.org.team_by_id, *self.org.rep_by_id})
        teams = self.org.teams_under(self.owner) if self.owner in self.org.team_by_id else ()
        return frozenset({self.owner, *teams, *self.org.members(self.owner, self.period)})

    def build(self) -> Review:
        metrics = tuple(self._metric_sections())
        unmet = self._unmet()
        # Whatever became of deals, leads and objectives after the period is no part of its review.
        then = self.records if self.passed.last == self.as_of else self.records.as_of(self.passed.last)
        deals = tuple(deal_sections(then, owner=self.owner, period=self.period, as_of=self.passed.last))
        leads = lead_section(then, owner=self.owner, passed=self.passed)
        known, unled = () if leads is None else leads.leads, chain.from_iterable(section.deals for section in deals)
        channels = channel_section(then, known, unled, owner=self.owner, passed=self.passed)
        audited = Audited(then, owner=self.owner, passed=self.passed)
        rep = self.org.rep_by_id.get(self.owner or "")
        draft = Review(
            owner=self.owner,
            period=self.period,
            as_of=self.as_of,
            org=self.org,
            calendar=self.calendar,
            data=self._data(),
            metrics=tuple(map(audited.metric, metrics)),
            objectives=objective_section(then, owner=self.owner, period=self.period, passed=self.passed),
            deals=tuple(map(audited.deals, deals)),
            leads=None if leads is None else audited.leads(leads),
            channels=None if channels is None else audited.channels(channels),
            quality=audited.section(deals, leads),
            people=None,
            recorded=tuple(self._recorded(metrics)),
            unmet=unmet,
            notes=tuple(self._notes_on_rep(rep)) if rep is not None else (),
            findings=(),
        )
        # First by all that they hold, so that those of one rank stand in one order, whatever that of the records.
        findings = sorted(self.records.findings, key=repr)
        findings += find(draft, self.records, self.book, self.ledger, self.under)
        return attrs.evolve(draft, findings=tuple(sorted(findings, key=lambda finding: finding.rank)))

    def _data(self) -> DataSection:
        counted, chosen = self.ledger.tally, self._counted_cells()
        days = counted.day[chosen]
        members = self.org.members(self.owner, self.period)
        is_team = self.owner is None or self.owner in self.org.team_by_id
        targets = (target for target in self.records.targets if target.owner in self.under)
        return DataSection(
            reps=len(members),
            teams=len(self.org.teams_under(self.owner)) if is_team else 0,
            targets=sum(target.period.overlap(self.period) is not None for target in targets),
            entries=int(counted.entries[chosen].sum()),
            first_day=date.fromordinal(int(days.min())) if days.size else None,
            last_day=date.fromordinal(int(days.max())) if days.size else None,
        )

    def _counted_cells(self) -> NDArray[np.bool_]:
        """Tell which cells of the tally count toward the owner in the days passed."""
        counted, spans = self.ledger.tally, self.ledger.spans_of(self.owner, self.passed)
        filled = spans.end > spans.start
        # Owner and day in one number. The spans of an owner do not overlap: only the last that begins by a day can hold it.
        stride = date.max.toordinal() + 2
        openings, ends = (spans.owner[filled] * stride + edge[filled] for edge in (spans.start, spans.end))
        order = np.argsort(openings)
        cells = counted.owner * stride + counted.day
        return np.asarray(cells < np.append(0, ends[order])[np.searchsorted(openings[order], cells, side="right")])

    def _metric_sections(self) -> Iterator[MetricSection]:
        for metric in sorted(self.book.metrics, key=_metric_order):
            for scope in self.book.scopes(metric):
                # One who changed team may come twice.
                for owner, owed in dict(self._whole(self.owner, metric, scope)).items():
                    yield self._metric_section(owner, metric, scope, owed)

    def _whole(self, owner: str | None, metric: Metric, scope: FrozenMap[str, str]) -> Iterator[tuple[str | None, Owed]]:
        """Find whose actuals may be held against what is owed: not those of many against what a few owe.

        A sum over members stands for the owner only if everybody below has a part in it; otherwise each of those who have
        stands alone. Single reps without a target are let pass, and told, where all products are meant.
        """
        owed = self.book.owed(owner, metric, self.period, scope)
        if owed is None:
            return
        teams = [child.id for child in self.org.children(owner) if self.org.members(child.id, self.period)]
        missing = (
            bool(owed.without_target)
            if scope
            else any(self.book.owed(team, metric, self.period, scope) is None for team in teams)
        )
        if owed.basis != "rolled_up" or not missing:
            yield owner, owed
            return
        reps = [member.target.owner for member in self.book.owed_by_members(owner, metric, self.period, scope)]
        for below in (*teams, *reps):
            yield from self._whole(below, metric, scope)

    def _metric_section(
        self,
        owner: str | None,
        metric: Metric,
        scope: FrozenMap[str, str],
        owed: Owed,
    ) -> MetricSection:
        attainment = self._judge([owed])[0]
        members = tuple(self._members(owner, metric, scope))
        teams = [member for member in members if member.is_team and member.level == 0]
        reps = [member for member in members if not member.is_team]
        return MetricSection(
            owner=owner,
            metric=metric,
            scope=scope,
            attainment=attainment,
            owed=owed,
            trend=self._trend(owner, metric, scope),
            members=members,
            best_teams=standing_of(teams),
            best_reps=standing_of(reps),
        )

    def _judge(self, owed: list[Owed]) -> tuple[Attainment, ...]:
        return judge([Question.of(each) for each in owed], self.ledger, as_of=self.as_of, calendar=self.calendar)

    def _trend(self, owner: str | None, metric: Metric, scope: FrozenMap[str, str]) -> tuple[TrendPart, ...]:
        name = self.period.name_in(self.calendar)
        grain = _FINER.get(name.grain) if name else "month"
        if grain is None:
            return ()
        parts = [part for part in self.period.split(grain, self.calendar) if part.start <= self.as_of]
        if parts == [self.period]:
            return ()
        asked = (self.book.owed(owner, metric, part, scope) for part in parts)
        owed = [each for each in asked if each is not None]
        pairs = zip(self._judge(owed), owed, strict=True)
        return tuple(TrendPart(attainment=attainment, owed=each) for attainment, each in pairs)

    def _members(self, owner: str | None, metric: Metric, scope: FrozenMap[str, str]) -> Iterator[Member]:
        places = list(self._tree(owner, 0, metric, scope))
        attained = self._judge([owed for _, owed in places])
        for (level, owed), attainment in zip(places, attained, strict=True):
            member = cast("str", owed.target.owner)
            yield Member(
                owner=member,
                is_team=member in self.org.team_by_id,
                level=level,
                attainment=attainment,
                owed=owed,
                notes=tuple(self._notes(member, owed)),
            )

    def _tree(
        self,
        team: str | None,
        level: int,
        metric: Metric,
        scope: FrozenMap[str, str],
    ) -> Iterator[tuple[int, Owed]]:
        """Go down the tree, each team before what is under it, and find what each owes."""
        if team in self.org.rep_by_id:
            return
        for child in self.org.children(team):
            owed = self.book.owed(child.id, metric, self.period, scope)
            if owed is not None:
                yield level, owed
            yield from self._tree(child.id, level + 1, metric, scope)
        for owed in self.book.owed_by_members(team, metric, self.period, scope):
            yield level, owed

    def _notes(self, member: str, owed: Owed) -> Iterator[Note]:
        rep = self.org.rep_by_id.get(member)
        if rep is not None:
            yield from self._notes_on_rep(rep)
        if not all(self.period.covers(part.target.period) for part in owed.parts):
            yield "prorated"
        if owed.is_partial and (rep is None or self._owes_part(rep, owed)):
            yield "partial"

    def _owes_part(self, rep: Rep, owed: Owed) -> bool:
        """Tell whether a rep serves on days of those asked for, for which it owes nothing."""
        held = [part.period for part in owed.parts]
        served = (stint.within(owed.asked) for stint in self.org.stints(rep.id))
        return any(days.without(held) for days in served if days is not None)

    def _notes_on_rep(self, rep: Rep) -> Iterator[Note]:
        if rep.hired is not None and rep.hired in self.period and rep.hired > self.period.start:
            yield "joined"
        if rep.left is not None and rep.left in self.period:
            yield "left"
        if len({stint.team for stint in self.org.stints(rep.id) if stint.within(self.period)}) > 1:
            yield "moved"
        if rep.hired is not None and rep.ramp and _months_between(rep.hired, self.passed.start) < len(rep.ramp):
            yield "ramping"
        if any(absence.overlap(self.passed) for absence in rep.absences):
            yield "absent"
        if rep.kind != "employee":
            yield rep.kind

    def _recorded(self, metrics: Iterable[MetricSection]) -> Iterator[RecordedFlow]:
        owed = {each.metric.key for each in metrics} | {part.key for each in metrics for part in each.metric.recorded}
        everything: FrozenMap[str, str] = FrozenMap()
        known = {actual.metric.key: actual.metric for actual in self.records.actuals}
        spans = self.ledger.spans_of(self.owner, self.passed)
        for metric in sorted(known.values(), key=_metric_order):
            if metric.key in owed or not metric.is_additive:
                continue
            for unit in self.ledger.units(metric, everything):
                minor, entries = self.ledger.sums(metric, unit, everything, spans)
                if entries.any():
                    amount = Amount(minor=int(minor.sum()), unit=unit)
                    yield RecordedFlow(
                        metric=metric.key,
                        title=Message(metric.title),
                        amount=amount,
                        entries=int(entries.sum()),
                    )

    def _unmet(self) -> tuple[Attainment, ...]:
        ended = [
            target
            for target in self.records.targets
            if target.owner in self.under and self.period.covers(target.period) and target.period.last <= self.as_of
        ]
        ended.sort(key=lambda target: target.key.order)
        attained = judge([Question(each) for each in ended], self.ledger, as_of=self.as_of, calendar=self.calendar)
        missed = (each for each in attained if each.status == "missed")
        return tuple(sorted(missed, key=lambda each: (*_metric_order(each.target.metric), -_size(each.gap))))


def _metric_order(metric: Metric) -> tuple[int, str]:
    """Put the ready-made metrics first, in their own order, so that revenue leads."""
    standard = list(STANDARD_METRICS)
    return (standard.index(metric.key) if metric.key in standard else len(standard), metric.key)


def _size(gap: Amount | Decimal | None) -> Decimal:
    return Decimal(0) if gap is None else (gap.decimal if isinstance(gap, Amount) else gap).copy_abs()


def _months_between(earlier: date, later: date) -> int:
    return max(0, (later.year - earlier.year) * 12 + later.month - earlier.month)

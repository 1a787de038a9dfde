"""What is missing from the data of a review, or weakens or explains one of its numbers."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from salesperf.attainment import Codes
from salesperf.attainment.judging import DAYS_OF_GRACE
from salesperf.model.amount import Amount
from salesperf.model.finding import Finding, Severity
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.metric import Band, Metric
from salesperf.model.people import Rep
from salesperf.model.period import Period
from salesperf.model.target import EVERYTHING
from salesperf.review.deal_findings import find_in_deals, find_without_deals
from salesperf.review.grounds import Grounds
from salesperf.review.lead_findings import find_in_channels, find_in_leads
from salesperf.review.objective_findings import find_in_objectives

if TYPE_CHECKING:
    from salesperf.review.sections import MetricSection
    from salesperf.review.whole import Review

__all__ = ["find"]

OwnerT = TypeVar("OwnerT", str, str | None)

_ENOUGH_WORKDAYS: Final = 20
_FEW_DAYS: Final = 3
"""Entries on fewer than one workday in so many make the ranges doubtful."""
_STALE_WORKDAYS: Final = 5
"""So many workdays without any entry at the end say that the data may not be up to date."""


def find(review: "Review", grounds: Grounds) -> Iterator[Finding]:
    """Go through what a reader of the review should know of its data."""
    finder = _Finder(review, grounds)
    yield from finder.nothing_owed()
    yield from finder.last_entry()
    yield from finder.without_a_single_target()
    yield from finder.in_no_line()
    for section in review.metrics[:1]:
        yield from finder.members_without_entries(section)
        yield from finder.parts_without_entries(section)
    for section in review.metrics:
        yield from finder.members_without_target(section)
        yield from finder.partly_covered(section)
        yield from finder.outside_targets(section)
        yield from finder.prorated_targets(section)
        yield from finder.sums_that_differ(section)
        yield from finder.hidden_by_season(section)
        yield from finder.few_days(section)
        yield from finder.growth_unknown(section)
        yield from finder.undefined(section)
    if review.objectives is not None:
        yield from find_in_objectives(review.objectives, review.org)
    for deals in review.deals:
        yield from find_in_deals(deals, review.org)
    yield from find_without_deals(review.deals, review.org, review.owner, finder.passed)
    if review.leads is not None:
        yield from find_in_leads(review.leads, review.org)
    if review.channels is not None:
        yield from find_in_channels(review.channels)


class _Finder:
    def __init__(self, review: "Review", grounds: Grounds) -> None:
        self.review, self.records, self.book, self.ledger = review, grounds.records, grounds.book, grounds.ledger
        self.under, self.passed = grounds.under, grounds.passed

    def _finding(
        self,
        rule: str,
        severity: Severity,
        record: str | None = None,
        count: int = 1,
        **arguments: object,
    ) -> Finding:
        message = Message.of(f"finding.{rule}", **arguments)
        return Finding(rule=rule, severity=severity, message=message, record=record, count=count)

    def _title(self, section: "MetricSection") -> Message:
        """Return the title of a section, with its owner where that is not the review's."""
        if section.owner == self.review.owner:
            return section.title
        return Message.of("report.of", owner=self.review.org.called(section.owner), metric=section.title)

    def _entries(
        self,
        metrics: Iterable[Metric],
        scope: FrozenMap[str, str],
        asked: Iterable[tuple[OwnerT, Period]],
    ) -> Counter[OwnerT]:
        """Count entries by owner within the days passed of the periods asked for."""
        clipped = [(owner, period.overlap(self.passed)) for owner, period in asked]
        within = [(owner, days.start.toordinal(), days.end.toordinal()) for owner, days in clipped if days is not None]
        owners = [owner for owner, _, _ in within]
        starts, ends = (np.array([each[edge] for each in within], dtype=np.int64) for edge in (1, 2))
        spans = self.ledger.spans(Codes.of(owners), starts, ends)
        counts: Counter[OwnerT] = Counter()
        for metric in metrics:
            for owner, count in zip(owners, self.ledger.entries(metric, scope, spans).tolist(), strict=True):
                counts[owner] += count
        return counts

    def _reps(self, section: "MetricSection") -> list[str]:
        """Return the reps who owe something under a section's owner, each once though it may have changed team."""
        return list(dict.fromkeys(member.owner for member in section.members if not member.is_team))

    def nothing_owed(self) -> Iterator[Finding]:
        """Notice that nobody under the owner has a target."""
        if not self.review.metrics:
            yield self._finding("nothing_owed", "info" if self.review.is_about_more else "serious")

    def last_entry(self) -> Iterator[Finding]:
        """Notice data that end long before the day of the review, unless the rep reviewed was away or had left."""
        rep = self.review.org.rep_by_id.get(self.review.owner or "")
        if rep is not None and (
            rep.service[1] <= self.passed.last or any(absence.overlap(self.passed) for absence in rep.absences)
        ):
            return
        last = self.review.data.last_day
        if last is None:
            # Whoever owes nothing and keeps nothing but deals, leads and objectives has no entries to miss.
            if self.records.actuals or self.review.metrics or not self.review.is_about_more:
                yield self._finding("no_entries", "serious")
            return
        after = Period.day(last).end
        workdays = self.review.calendar.workdays(Period(after, self.passed.end)) if after < self.passed.end else 0
        if workdays > _STALE_WORKDAYS:
            yield self._finding("stale", "serious", last=last, workdays=workdays)

    def members_without_target(self, section: "MetricSection") -> Iterator[Finding]:
        """Notice a rep who serves and owes nothing while another rep does."""
        reps = self.review.org.rep_by_id
        owing = {part.target.owner for part in section.owed.parts} | {member.owner for member in section.members}
        if section.scope or owing.isdisjoint(reps):
            return
        without = [
            rep
            for rep in self.review.org.members(section.owner, self.passed)
            if rep not in owing
            and reps[rep].kind != "house"
            and self.book.owed(rep, section.metric, self.review.period) is None
        ]
        entries = self._entries(section.metric.recorded, EVERYTHING, [(rep, self.passed) for rep in without])
        for rep in without:
            yield self._finding(
                "no_target",
                "warning",
                rep,
                owner=self.review.org.called(rep),
                metric=section.title,
                entries=entries[rep],
            )

    def members_without_entries(self, section: "MetricSection") -> Iterator[Finding]:
        """Notice a rep who owes something and of whom nothing at all is recorded: not sold, or not entered.

        Of a day or a few, most who sell have nothing to enter: nothing is to be noticed then.
        """
        if not section.metric.is_additive or self.review.calendar.workdays(self.passed) < _STALE_WORKDAYS:
            return
        reps = self._reps(section)
        entries = self._entries([section.metric], section.scope, [(rep, self.passed) for rep in reps])
        for rep in reps:
            if not entries[rep]:
                yield self._finding("no_entries_of", "warning", rep, owner=self.review.org.called(rep), metric=section.title)

    def parts_without_entries(self, section: "MetricSection") -> Iterator[Finding]:
        """Notice a rep who sold in the period and has, in service and not away, a whole month of it without any entry.

        Where nothing is owed for the whole month, as before the first target, nothing need be entered in it.
        """
        if not section.metric.is_additive or section.scope:
            return
        reps = {rep: self.review.org.rep_by_id[rep] for rep in self._reps(section)}
        entries = self._entries([section.metric], EVERYTHING, [(rep, self.passed) for rep in reps])
        empty: dict[str, list[Period]] = {rep: [] for rep in reps if entries[rep]}
        for month in self.passed.split("month"):
            if not month.start.day == month.end.day == 1:
                continue
            within = self._entries([section.metric], EVERYTHING, [(rep, month) for rep in empty])
            for rep, periods in empty.items():
                if within[rep] or not _is_there(reps[rep], month):
                    continue
                owed = self.book.owed(rep, section.metric, month)
                if owed is not None and not owed.is_partial:
                    periods.append(month)
        for rep, periods in empty.items():
            if periods:
                yield self._finding(
                    "empty_months",
                    "warning",
                    rep,
                    len(periods),
                    owner=self.review.org.called(rep),
                    metric=section.title,
                    periods=tuple(periods),
                )

    def outside_targets(self, section: "MetricSection") -> Iterator[Finding]:
        """Notice whoever has targets, and sold on days that none of them holds: like is held against like."""
        if not section.metric.is_additive:
            return
        org, owner = self.review.org, section.owner
        reps = org.rep_by_id if owner is None else org.members(owner, self.review.period)
        asked: list[tuple[str | None, Period]] = []
        for each in dict.fromkeys((owner, *self._teams_under(owner), *reps)):
            held = [target.period for target in self.book.targets_of(each, section.metric, section.scope)]
            if any(period.overlap(self.review.period) for period in held):
                asked += [(each, gap) for gap in self.passed.without(held)]
        for each, entries in self._entries([section.metric], section.scope, asked).items():
            if entries:
                yield self._finding(
                    "outside_targets",
                    "warning",
                    each,
                    entries,
                    owner=self.review.org.called(each),
                    metric=section.title,
                    entries=entries,
                )

    def _teams_under(self, owner: str | None) -> tuple[str, ...]:
        return self.review.org.teams_under(owner) if owner is None or owner in self.review.org.team_by_id else ()

    def in_no_line(self) -> Iterator[Finding]:
        """Notice what was done by those who owe nothing, where only others below the owner do: no line holds it."""
        standing: dict[Metric, set[str | None]] = {}
        for section in self.review.metrics:
            if section.metric.is_additive and not section.scope:
                standing.setdefault(section.metric, set()).add(section.owner)
        for metric, owners in standing.items():
            for owner in () if self.review.owner in owners else self._beside(self.review.owner, owners):
                yield from self._left_over(metric, owner)

    def _beside(self, owner: str | None, standing: set[str | None]) -> Iterator[str]:
        """Go down to those under an owner who do not stand in a line, nor has anybody below them one."""
        org = self.review.org
        for child in org.children(owner):
            if standing.isdisjoint((*org.teams_under(child.id), *org.members(child.id, self.review.period))):
                yield child.id
            elif child.id not in standing:
                yield from self._beside(child.id, standing)
        for rep in org.members(owner, self.passed):
            if rep not in standing and org.team_on(rep, self._last_day_in(rep)) == owner:
                yield rep

    def _last_day_in(self, rep: str) -> date:
        """Return the last day passed on which a rep was in service."""
        served = [days for stint in self.review.org.stints(rep) if (days := stint.within(self.passed)) is not None]
        return served[-1].last

    def _left_over(self, metric: Metric, owner: str) -> Iterator[Finding]:
        spans = self.ledger.spans_of(owner, self.passed)
        for unit in self.ledger.units(metric, EVERYTHING):
            minor, entries = (int(column[0]) for column in self.ledger.sums(metric, unit, EVERYTHING, spans))
            if entries:
                yield self._finding(
                    "in_no_line",
                    "warning",
                    owner,
                    entries,
                    owner=self.review.org.called(owner),
                    metric=Message(metric.title),
                    entries=entries,
                    amount=Amount(minor=minor, unit=unit),
                )

    def partly_covered(self, section: "MetricSection") -> Iterator[Finding]:
        """Notice that something is owed for a part of the period only; what was done on other days is left out."""
        owed = [section.owed, *(member.owed for member in section.members if member.is_team)]
        for each in owed:
            beyond = each.asked.without([each.target.period])
            if any(self._is_served(each.target.owner, days) for days in beyond):
                yield self._finding(
                    "partly_covered",
                    "warning",
                    each.target.owner,
                    owner=self.review.org.called(each.target.owner),
                    metric=section.title,
                    period=each.target.period,
                )

    def _is_served(self, owner: str | None, days: Period) -> bool:
        """Tell whether anybody under an owner is in service on any of some days: before the first joined nothing is owed."""
        return bool(self.review.org.members(owner, days))

    def without_a_single_target(self) -> Iterator[Finding]:
        """Notice a metric whose targets for parts of the period cannot be added up to one for all of it."""
        told = {section.metric.key for section in self.review.metrics}
        for metric in self.book.metrics:
            if metric.key in told or metric.is_additive:
                continue
            parts = (
                target
                for scope in self.book.scopes(metric)
                for target in self.book.targets_of(self.review.owner, metric, scope)
            )
            if any(target.period.overlap(self.review.period) for target in parts):
                yield self._finding("no_single_target", "info", metric=Message(metric.title))

    def prorated_targets(self, section: "MetricSection") -> Iterator[Finding]:
        """Notice targets that reach beyond the period and count by their share of workdays."""
        targets = {part.target.key for part in section.owed.parts if not self.review.period.covers(part.target.period)}
        if targets:
            yield self._finding("prorated", "info", count=len(targets), metric=self._title(section), number=len(targets))

    def sums_that_differ(self, section: "MetricSection") -> Iterator[Finding]:
        """Notice that what was agreed for the owner differs from the sum of its months, or of its members."""
        amount = section.owed.target.amount
        if section.owed.basis != "stated" or not isinstance(amount, Amount):
            return
        finer = self.book.finer_total(section.owner, section.metric, self.review.period, section.scope)
        below = self.book.below_total(section.owner, section.metric, self.review.period, section.scope)
        title = self._title(section)
        for rule, total in (("finer_differs", finer), ("below_differs", below)):
            if total is not None and total != amount:
                yield self._finding(rule, "info", metric=title, stated=amount, total=total, difference=total - amount)

    def hidden_by_season(self, section: "MetricSection") -> Iterator[Finding]:
        """Notice the owner, or a team, that looks ahead by time passed and is behind by its plan, or the other way round."""
        rank = {"behind": 0, "on_track": 1, "ahead": 2}
        for each in (section.attainment, *(member.attainment for member in section.members)):
            direction, pace, progress = each.target.metric.direction, each.pace.value, each.time_progress
            if isinstance(direction, Band) or each.profile is None or each.ratio is None or pace is None or not progress:
                continue
            true, naive = each.status, each.thresholds.status(each.ratio / progress, direction)
            if true in rank and naive != true:
                yield self._finding(
                    "season_flatters" if rank[naive] > rank[true] else "season_hides",
                    "info",
                    each.target.owner,
                    owner=self.review.org.called(each.target.owner),
                    metric=section.title,
                    ratio=each.ratio,
                    progress=progress,
                    pace=pace,
                )

    def few_days(self, section: "MetricSection") -> Iterator[Finding]:
        """Notice sales on so few days that ranges, which take days as independent of each other, say little."""
        target, pace = section.attainment.target, section.attainment.pace
        if pace.low is None or not isinstance(target.amount, Amount):
            return
        spans = self.ledger.spans_of(section.owner, self.passed, gaps=section.owed.gaps)
        days = self.ledger.by_day(section.metric, target.amount.unit, section.scope, spans)[0].size
        workdays = self.review.calendar.workdays(self.passed)
        if workdays >= _ENOUGH_WORKDAYS and days * _FEW_DAYS < workdays:
            yield self._finding("few_days", "info", metric=self._title(section), days=days, workdays=workdays)

    def growth_unknown(self, section: "MetricSection") -> Iterator[Finding]:
        """Notice records that begin within last year's days, so that there is nothing whole to compare with."""
        began = self.ledger.first_day(section.metric)
        if not section.metric.is_additive or began is None or self.passed.start.year == date.min.year:
            return
        before = self.review.period.same_days_last_year(self.passed)
        if before.start + timedelta(days=DAYS_OF_GRACE) < began < before.end:
            yield self._finding("growth_unknown", "info", metric=self._title(section), began=began)

    def undefined(self, section: "MetricSection") -> Iterator[Finding]:
        """Notice that the actual cannot be told, and why."""
        if section.attainment.reason is not None:
            yield self._finding("undefined", "warning", metric=self._title(section), reason=section.attainment.reason)


def _is_there(rep: Rep, month: Period) -> bool:
    """Tell whether a rep is in service for a whole month, and not away for all of it."""
    return Period(*rep.service).covers(month) and not any(absence.covers(month) for absence in rep.absences)

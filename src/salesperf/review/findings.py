"""What is missing from the data of a review, or weakens or explains one of its numbers."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Final

from salesperf.attainment import TargetBook
from salesperf.attainment.ledger import Ledger, Span
from salesperf.model.amount import Amount
from salesperf.model.finding import Finding, Severity
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.metric import Metric
from salesperf.model.period import Period
from salesperf.model.records import Records
from salesperf.model.target import EVERYTHING, Target

if TYPE_CHECKING:
    from salesperf.review.building import Review
    from salesperf.review.sections import MetricSection

__all__ = ["find"]

_STALE_WORKDAYS: Final = 5
"""So many workdays without any entry at the end say that the data may not be up to date."""


def find(
    review: "Review",
    records: Records,
    book: TargetBook,
    ledger: Ledger,
    under: frozenset[str | None],
) -> Iterator[Finding]:
    """Go through what a reader of the review should know of its data."""
    finder = _Finder(review, records, book, ledger, under)
    yield from finder.nothing_owed()
    yield from finder.last_entry()
    yield from finder.outside_service()
    for section in review.metrics:
        yield from finder.members_without_target(section)
        yield from finder.members_without_entries(section)
        yield from finder.parts_without_entries(section)
        yield from finder.outside_targets(section)
        yield from finder.prorated_targets(section)
        yield from finder.sums_that_differ(section)
        yield from finder.hidden_by_season(section)
        yield from finder.undefined(section)


class _Finder:
    def __init__(
        self,
        review: "Review",
        records: Records,
        book: TargetBook,
        ledger: Ledger,
        under: frozenset[str | None],
    ) -> None:
        self.review, self.records, self.book, self.ledger, self.under = review, records, book, ledger, under
        self.passed = review.period.until(review.as_of) or review.period

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

    def _label(self, owner: str | None) -> object:
        return self.review.org.label(owner) or Message("review.company")

    def nothing_owed(self) -> Iterator[Finding]:
        """Notice that nobody under the owner has a target."""
        if not self.review.metrics:
            yield self._finding("nothing_owed", "serious")

    def last_entry(self) -> Iterator[Finding]:
        """Notice data that end long before the day of the review."""
        last = self.review.data.last_day
        if last is None:
            yield self._finding("no_entries", "serious")
            return
        after = Period(last, self.passed.end).days - 1
        workdays = self.review.calendar.workdays(Period(last, self.passed.end)) if after else 0
        if workdays > _STALE_WORKDAYS:
            yield self._finding("stale", "warning", last=last, workdays=workdays)

    def outside_service(self) -> Iterator[Finding]:
        """Notice sales by somebody who did not serve that day; they count for the company and for no team."""
        for rep in self.review.org.reps:
            if rep.id not in self.under or rep.id not in self.ledger.tally.owners:
                continue
            first, last = rep.service
            gaps = [Period(date.min, first)] if first > date.min else []
            gaps += [Period(last, date.max)] if last < date.max else []
            spans = [span for gap in gaps for span in self._within(rep.id, gap)]
            entries = sum(self._entries(metric, EVERYTHING, spans) for metric in self._recorded_metrics())
            if entries:
                yield self._finding("outside_service", "warning", rep.id, entries, owner=self._label(rep.id), entries=entries)

    def _recorded_metrics(self) -> list[Metric]:
        known = {actual.metric.key: actual.metric for actual in self.records.actuals}
        return [known[key] for key in sorted(known)]

    def _within(self, owner: str, days: Period) -> list[Span]:
        common = days.overlap(self.passed)
        return self.ledger.spans(owner, common) if common else []

    def _entries(self, metric: Metric, scope: FrozenMap[str, str], spans: list[Span]) -> int:
        return sum(int(self.ledger.sums(metric, unit, scope, spans)[1].sum()) for unit in self.ledger.units(metric, scope))

    def members_without_target(self, section: "MetricSection") -> Iterator[Finding]:
        """Notice a member who serves and owes nothing while others do."""
        owing = {part.target.owner for part in section.owed.parts}
        owing |= {member.owner for member in section.members}
        for rep in self.review.org.members(self.review.owner, self.passed):
            if section.scope or rep in owing or self.review.org.rep_by_id[rep].kind == "house" or len(owing) <= 1:
                continue
            if self.book.owed(rep, section.metric, self.review.period) is None:
                yield self._finding("no_target", "warning", rep, owner=self._label(rep), metric=Message(section.metric.title))

    def members_without_entries(self, section: "MetricSection") -> Iterator[Finding]:
        """Notice a rep who owes something and of whom nothing at all is recorded: not sold, or not entered."""
        for member in section.members:
            if section.metric.is_additive and not member.is_team and not member.attainment.entries:
                yield self._finding(
                    "no_entries_of",
                    "warning",
                    member.owner,
                    owner=self._label(member.owner),
                    metric=section.title,
                )

    def parts_without_entries(self, section: "MetricSection") -> Iterator[Finding]:
        """Notice a rep who sold in the period and has a whole month of it without any entry."""
        if not section.metric.is_additive or section.scope:
            return
        months = [month for month in self.passed.split("month") if month.end <= self.passed.end and month.days >= 28]  # noqa: PLR2004 - whole months
        for member in section.members:
            if member.is_team or not member.attainment.entries:
                continue
            service = Period(*self.review.org.rep_by_id[member.owner].service)
            empty = tuple(
                month
                for month in months
                if service.covers(month) and not self._entries(section.metric, EVERYTHING, self._within(member.owner, month))
            )
            if empty:
                yield self._finding(
                    "empty_months",
                    "warning",
                    member.owner,
                    len(empty),
                    owner=self._label(member.owner),
                    metric=section.title,
                    periods=empty,
                )

    def outside_targets(self, section: "MetricSection") -> Iterator[Finding]:
        """Notice a rep who has targets, and sold on days that none of them holds."""
        if not section.metric.is_additive:
            return
        for rep in self.review.org.reps:
            own = [target for target in self.records.targets if self._is_about(target, rep.id, section)]
            if not own or rep.id not in self.under:
                continue
            spans = [span for gap in _gaps(own, self.passed) for span in self._within(rep.id, gap)]
            entries = self._entries(section.metric, section.scope, spans)
            if entries:
                yield self._finding(
                    "outside_targets",
                    "warning",
                    rep.id,
                    entries,
                    owner=self._label(rep.id),
                    metric=section.title,
                    entries=entries,
                )

    @staticmethod
    def _is_about(target: Target, owner: str | None, section: "MetricSection") -> bool:
        return (target.owner, target.metric, target.scope) == (owner, section.metric, section.scope)

    def prorated_targets(self, section: "MetricSection") -> Iterator[Finding]:
        """Notice targets that reach beyond the period and count by their share of workdays."""
        prorated = [part for part in section.owed.parts if part.is_prorated]
        if prorated:
            yield self._finding("prorated", "info", count=len(prorated), metric=section.title, number=len(prorated))

    def sums_that_differ(self, section: "MetricSection") -> Iterator[Finding]:
        """Notice that what was agreed for the owner differs from the sum of its months, or of its members."""
        amount = section.owed.target.amount
        if section.owed.basis != "stated" or not isinstance(amount, Amount):
            return
        finer = self.book.finer_total(self.review.owner, section.metric, self.review.period, section.scope)
        below = self.book.below_total(self.review.owner, section.metric, self.review.period, section.scope)
        for rule, total in (("finer_differs", finer), ("below_differs", below)):
            if total is not None and total != amount:
                yield self._finding(rule, "info", metric=section.title, stated=amount, total=total, difference=total - amount)

    def hidden_by_season(self, section: "MetricSection") -> Iterator[Finding]:
        """Notice an owner who looks ahead by time passed and is behind by its plan, or the other way round."""
        attained = [section.attainment, *(member.attainment for member in section.members)]
        for each in attained:
            pace, progress = each.pace.value, each.time_progress
            if each.profile is None or each.is_over or pace is None or not progress or each.ratio is None:
                continue
            naive, true = each.thresholds.status(each.ratio / progress), each.thresholds.status(pace)
            rank = {"behind": 0, "on_track": 1, "ahead": 2}
            if naive != true:
                rule = "season_flatters" if rank[naive] > rank[true] else "season_hides"
                yield self._finding(
                    rule,
                    "info",
                    each.target.owner,
                    owner=self._label(each.target.owner),
                    metric=section.title,
                    ratio=each.ratio,
                    progress=progress,
                    pace=pace,
                )

    def undefined(self, section: "MetricSection") -> Iterator[Finding]:
        """Notice that the actual cannot be told, and why."""
        if section.attainment.reason is not None:
            yield self._finding("undefined", "warning", metric=section.title, reason=section.attainment.reason)


def _gaps(targets: list[Target], period: Period) -> Iterator[Period]:
    """Return the runs of days of a period that no target holds."""
    day = period.start
    for target in sorted(targets, key=lambda target: target.period):
        if day < target.period.start and day < period.end:
            yield Period(day, min(target.period.start, period.end))
        day = max(day, target.period.end)
    if day < period.end:
        yield Period(day, period.end)

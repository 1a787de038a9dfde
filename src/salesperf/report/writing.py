"""A review written as Markdown: one section after the other."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

import attrs

from salesperf.attainment import Attainment
from salesperf.kernels.numeric import INT64_MAX
from salesperf.messages import Catalogs
from salesperf.model.amount import Amount
from salesperf.model.message import Message
from salesperf.model.target import scoped_title
from salesperf.model.validators import require
from salesperf.report.actions import ActionWriter, PlanWriter
from salesperf.report.agenda import AgendaWriter
from salesperf.report.cases import CaseWriter
from salesperf.report.causes import CauseWriter
from salesperf.report.channels import ChannelWriter
from salesperf.report.customers import CustomerWriter
from salesperf.report.deals import DealWriter
from salesperf.report.leads import LeadWriter
from salesperf.report.market import MarketWriter
from salesperf.report.objectives import ObjectiveWriter
from salesperf.report.outlook import OutlookWriter
from salesperf.report.people import PeopleWriter
from salesperf.report.previous import PreviousWriter
from salesperf.report.quality import QualityWriter
from salesperf.report.risks import RiskWriter
from salesperf.report.team import TeamWriter
from salesperf.report.variance import VarianceWriter
from salesperf.report.words import Words, escape_start
from salesperf.review import Member, MetricSection, Review, Standing
from salesperf.review.listed import (
    listed_findings,
    listed_flows,
    listed_members,
    listed_metrics,
    listed_not_compared,
    listed_unmet,
)
from salesperf.review.places import REST

__all__ = ["LEAST_DAYS", "markdown"]

LEAST_DAYS: Final[Mapping[str, int]] = MappingProxyType(
    {"variance": 2, "outlook": 2, "objectives": 2, "channels": 8, "customers": 8, "market": 8, "team": 8}
)
"""Name of a section to how many days a period must have at least for a report to write it: of a day or a week nothing is to be
said of what takes months to come about, as the segments and cohorts of customers, who leaves, and whether targets are fair.
Sections that are not named are always written. The review has the numbers of all, and explains them."""

_BEFORE_ANY_VERDICT: Final = frozenset({"no_entries", "stale"})
"""Findings that stand above all numbers: entries may be missing, not sales."""


def markdown(review: Review, *, lang: str = "en", catalogs: Catalogs | None = None) -> str:
    """Write a review as Markdown.

    Parameters
    ----------
    review
        Made by :func:`salesperf.review.build`.
    lang
        The reader's language, ``"en"`` or ``"zh"``.
    catalogs
        Templates of the caller's own, before ours: language to message key to template.

    Returns
    -------
    str
        Text that ends with a line break. Money is shown in whole units; ``review.rows()`` has every digit. Names, and all
        else that comes from the data, are escaped.

    Raises
    ------
    UnknownNameError
        If there is no catalog for the language.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import COUNT, STANDARD_METRICS, Actual, Org, Period, Records, Rep, Target
    >>> from salesperf.review import build
    >>> visits, september = STANDARD_METRICS["visits"], Period.month(2026, 9)
    >>> records = Records(
    ...     org=Org(reps=[Rep(id="ada")]),
    ...     targets=[Target(owner="ada", metric=visits, amount=Amount.of(40, COUNT), period=september)],
    ...     actuals=[Actual(owner="ada", metric=visits, amount=Amount.of(24, COUNT), on=date(2026, 9, 8))],
    ... )
    >>> text = markdown(build(records, owner=None, period=september, as_of=date(2026, 9, 15)))
    >>> print(text.splitlines()[0])
    # Sales review: the company, 2026-09
    """
    require(review, Review, path=("review",))
    return "\n".join(_Writer(review, lang, catalogs).lines()).rstrip("\n") + "\n"


class _Writer(Words):
    """One report in the making: the review, and how its reader reads."""

    def __init__(self, review: Review, lang: str, catalogs: Catalogs | None) -> None:
        super().__init__(review.org, lang, catalogs)
        self.review, self.metrics = review, listed_metrics(review)

    def lines(self) -> Iterator[str]:
        yield from self._opening()
        yield from self._in_short()
        for first in (AgendaWriter, PreviousWriter):
            yield from first(self.review, self.lang, self.catalogs).lines()
        yield from self._attainment()
        for section in self.metrics.shown:
            yield from self._trend(section)
            yield from self._members(section)
        left_out = []
        for name, writer in (
            ("variance", VarianceWriter),
            ("causes", CauseWriter),
            ("outlook", OutlookWriter),
            ("objectives", ObjectiveWriter),
            ("deals", DealWriter),
            ("leads", LeadWriter),
            ("channels", ChannelWriter),
            ("customers", CustomerWriter),
            ("market", MarketWriter),
            ("team", TeamWriter),
            ("people", PeopleWriter),
            ("plans", PlanWriter),
            ("cases", CaseWriter),
            ("risks", RiskWriter),
            ("actions", ActionWriter),
        ):
            lines = writer(self.review, self.lang, self.catalogs).lines()
            if self.review.period.days >= LEAST_DAYS.get(name, 1):
                yield from lines
            elif any(lines):
                left_out.append(name)
        if left_out:
            yield from self._left_out_for_days(left_out)
        if self.review.metrics or not self.review.is_about_more:
            yield from self._unmet()
        yield from self._recorded()
        yield from self._data()

    def _left_out_for_days(self, names: list[str]) -> Iterator[str]:
        """Write which sections say nothing of so few days, and where to find them."""
        titles = self.say("report.list").join(self.say(f"report.{name}.title") for name in names)
        yield from self.prose("", self.say("report.left_out_for_days", sections=titles))

    def _title(self, section: MetricSection) -> str:
        """Return the title of a section, with its owner where that is not the review's."""
        title = section.title.text(self.lang, self.catalogs)
        if section.owner == self.review.owner:
            return title
        return self.say("report.of", owner=self.name(section.owner), metric=title)

    def _status(self, attainment: Attainment) -> str:
        return self.say(f"status.{attainment.status}")

    def _opening(self) -> Iterator[str]:
        review = self.review
        period = review.period.text(self.lang, self.catalogs, calendar=review.calendar)
        yield from self.prose("# ", self.say("report.title", owner=self.name(review.owner), period=period))
        key = "report.as_of_partial" if review.is_partial else "report.as_of"
        words = {"elapsed": review.elapsed_workdays, "total": review.workdays, "share": review.elapsed_share}
        yield from self.prose("", self.say(key, as_of=review.as_of, **words))
        if review.notes:
            notes = self.say("report.list").join(self.say(f"note.{note}") for note in review.notes)
            yield from self.prose("", self.say("report.notes", owner=self.name(review.owner), notes=notes))

    def _in_short(self) -> Iterator[str]:
        yield from self.prose("## ", self.say("report.in_short"))
        # What is not entered yet looks like what was not done: whoever reads a verdict has to know first.
        for finding in self.review.findings:
            if self.review.metrics and finding.rule in _BEFORE_ANY_VERDICT:
                yield self.item(finding.text(self.lang, self.catalogs))
        for section in self.metrics.shown:
            yield self.item(self._sentence(section))
        if self.metrics.rest:
            yield self.item(self.say("report.more_metrics", count=len(self.metrics.rest)))
        if not self.review.metrics:
            yield escape_start(self.say("report.nothing_owed"))
        yield ""

    def _sentence(self, section: MetricSection) -> str:
        attained = section.attainment
        is_nothing_due = attained.ratio is None and attained.status == "met" and section.metric.direction == "higher"
        head = self.say(
            "report.sentence.nothing_due" if is_nothing_due else "report.sentence.actual",
            metric=self._title(section),
            actual=self.measure(attained.actual, section.metric, attained.unit),
            target=self.measure(attained.target.amount, section.metric, attained.unit),
            ratio=self.percent(attained.ratio),
            status=Message(f"status.{attained.status}"),
        )
        parts = [head]
        if section.owed.target.period != section.owed.asked:
            covered = section.owed.target.period.text(self.lang, self.catalogs, calendar=self.review.calendar)
            parts.append(self.say("report.sentence.covered", period=covered))
        if attained.is_flow and not attained.is_over and attained.pace.value is not None:
            parts.append(self.say("report.sentence.pace", pace=attained.pace.value))
            parts += [*self._projected(section), *self._required(section)]
        if attained.growth_rate is not None:
            by_weekday = "_by_weekday" if attained.target.period.is_compared_by_weekday else ""
            parts.append(self.say(f"report.sentence.growth{by_weekday}", growth=attained.growth_rate))
        elif attained.last_year_reason is not None:
            parts.append(self.say("report.sentence.growth_untold", reason=attained.last_year_reason))
        return self.say("report.sentence.joiner").join(parts) + self.say("report.sentence.end")

    def _projected(self, section: MetricSection) -> Iterator[str]:
        amount, projection = section.attainment.target.amount, section.attainment.projection
        ends = [None if end is None else round(end) for end in (projection.value, projection.low, projection.high)]
        if not isinstance(amount, Amount) or any(abs(end or 0) > INT64_MAX for end in ends):
            return
        # In whole units, as it is shown: an estimate may lie where the smallest units no longer fit 64 bits.
        unit = attrs.evolve(amount.unit, digits=0)
        shown = [self.measure(None if end is None else Amount(minor=end, unit=unit), section.metric) for end in ends]
        key = "report.sentence.projection" if projection.low is None else "report.sentence.projection_range"
        values = {"value": shown[0], "low": shown[1], "high": shown[2], "level": projection.level}
        yield self.say(key, reason=projection.reason or "", **values)

    def _required(self, section: MetricSection) -> Iterator[str]:
        attained, gap = section.attainment, section.attainment.gap
        if attained.required_per_workday is not None and attained.required_per_workday.minor > 0:
            missing = self.measure(-gap if isinstance(gap, Amount) else None, section.metric)
            yield self.say("report.sentence.required", missing=missing, workdays=attained.remaining_workdays)

    def _attainment(self) -> Iterator[str]:
        if not self.review.metrics:
            return
        yield from self.prose("## ", self.say("report.attainment"))
        heads = ["metric", "target", "actual", "ratio", "gap", "planned", "pace", "last_year", "status"]
        yield from self.table(heads, (self._attainment_row(section) for section in self.metrics.shown))
        yield from self.prose("", self.say("report.units_note"))
        quality = QualityWriter(self.review, self.lang, self.catalogs)
        for section in self.metrics.shown:
            yield from quality.beside(section.weakened_by, "attainment", self._title(section))

    def _attainment_row(self, section: MetricSection) -> list[str]:
        attained, metric = section.attainment, section.metric
        return [
            self._title(section),
            self.measure(attained.target.amount, metric, attained.unit),
            self.measure(attained.actual, metric, attained.unit),
            self.percent(attained.ratio),
            self.measure(attained.gap, metric, attained.unit),
            self.measure(attained.planned, metric, attained.unit),
            self.percent(attained.pace.value),
            self.measure(attained.last_year, metric, attained.unit),
            self._status(attained),
        ]

    def _trend(self, section: MetricSection) -> Iterator[str]:
        if not section.trend:
            return
        yield from self.prose("## ", self.say("report.trend", metric=self._title(section)))
        heads = ["period", "target", "actual", "ratio", "gap", "pace", "growth", "status", "notes"]
        rows = (
            [
                part.target.period.text(self.lang, self.catalogs, calendar=self.review.calendar),
                self.measure(part.target.amount, section.metric, part.unit),
                self.measure(part.actual, section.metric, part.unit),
                self.percent(part.ratio),
                self.measure(part.gap, section.metric, part.unit),
                self.percent(part.pace.value),
                self.show(part.growth_rate, "+.1%" if part.growth_rate is not None else ""),
                self._status(part),
                self.say("note.prorated") if owed.is_prorated else "",
            ]
            for part, owed in ((each.attainment, each.owed) for each in section.trend)
        )
        yield from self.table(heads, rows)

    def _members(self, section: MetricSection) -> Iterator[str]:
        if not section.members:
            return
        yield from self.prose("## ", self.say("report.members", metric=self._title(section)))
        heads = ["owner", "target", "actual", "ratio", "gap", "pace", "pace_range", "entries", "status", "notes"]
        members = listed_members(section, self.review)
        rows = [self._member_row(member, section) for member in members.shown]
        yield from self.table(heads, [*rows, *self._rest_row(section)])
        yield from self.left_out(members)
        for key, standing in (("teams", section.best_teams), ("reps", section.best_reps)):
            if standing is not None:
                yield from self._standing(key, standing)

    def _member_row(self, member: Member, section: MetricSection) -> list[str]:
        attained, metric = member.attainment, section.metric
        notes = [self.say(f"note.{note}") for note in member.notes]
        return [
            "· " * member.level + self.show(self.name(member.owner)),
            self.measure(attained.target.amount, metric, attained.unit),
            self.measure(attained.actual, metric, attained.unit),
            self.percent(attained.ratio),
            self.measure(attained.gap, metric, attained.unit),
            self.percent(attained.pace.value),
            self.range(attained.pace),
            self.show(attained.entries),
            self._status(attained),
            self.say("report.list").join(notes),
        ]

    def _rest_row(self, section: MetricSection) -> Iterator[list[str]]:
        """Write what is in the line of nobody directly below: with it the lines sum to the whole."""
        rest, unit = section.rest, section.attainment.unit
        if rest is not None:
            target, actual, gap = (self.measure(each, section.metric, unit) for each in (rest.target, rest.actual, rest.gap))
            nothing = self.show(None)
            yield [self.show(REST), target, actual, nothing, gap, *[nothing] * 4, ""]

    def _ends(self, key: str, standing: Standing) -> Iterator[str]:
        """Write who is ahead, who is behind, and whether that is more than chance."""
        for place, attained in (("best", standing.best), ("weakest", standing.weakest)):
            pace = attained.pace
            arguments = {
                "owner": self.name(attained.target.owner),
                "pace": pace.value,
                "range": self.range(pace),
                "level": pace.level,
                "workdays": pace.n,
                "entries": attained.entries,
                "reason": pace.reason,
            }
            suffix = "" if pace.low is None else "_range"
            yield self.item(self.say(f"report.{place}_{key}{suffix}", **arguments))
        verdict = {True: "clear", False: "not_clear", None: "cannot_tell"}[standing.is_clear]
        yield self.item(self.say(f"report.standing.{verdict}", compared=standing.compared))

    def _standing(self, key: str, standing: Standing) -> Iterator[str]:
        if standing.best.pace.value == standing.weakest.pace.value:
            yield self.item(self.say(f"report.standing.level_{key}", compared=standing.compared, pace=standing.best.pace.value))
        else:
            yield from self._ends(key, standing)
        for why, owners in (("few_entries", standing.few_entries), ("unlike", standing.unlike)):
            if owners:
                named = listed_not_compared(owners)
                names = self.say("report.list").join(self.show(self.name(owner)) for owner in named.shown)
                if named.rest:
                    names = self.say("report.standing.and_more", owners=names, count=len(named.rest))
                yield self.item(self.say(f"report.standing.{why}", owners=names))
        yield ""

    def _unmet(self) -> Iterator[str]:
        yield from self.prose("## ", self.say("report.unmet"))
        unmet = listed_unmet(self.review)
        if not unmet.shown:
            yield from self.prose("", self.say("report.none_unmet"))
            return
        heads = ["owner", "metric", "period", "target", "actual", "ratio", "gap"]
        rows = (
            [
                self.show(self.name(each.target.owner)),
                self.show(scoped_title(each.target.metric, each.target.scope)),
                each.target.period.text(self.lang, self.catalogs, calendar=self.review.calendar),
                self.measure(each.target.amount, each.target.metric, each.unit),
                self.measure(each.actual, each.target.metric, each.unit),
                self.percent(each.ratio),
                self.measure(each.gap, each.target.metric, each.unit),
            ]
            for each in unmet.shown
        )
        yield from self.table(heads, rows)
        if unmet.rest:
            yield from self.prose("", self.say("report.more_unmet", count=len(unmet.rest)))

    def _recorded(self) -> Iterator[str]:
        flows = listed_flows(self.review)
        if not flows.shown:
            return
        yield from self.prose("## ", self.say("report.recorded"))
        rows = (
            [self.show(each.title), each.amount.rounded_text(0, self.lang, self.catalogs), self.show(each.entries)]
            for each in flows.shown
        )
        yield from self.table(["metric", "actual", "entries"], rows)
        if flows.rest:
            yield from self.prose("", self.say("report.more_recorded", count=len(flows.rest)))

    def _data(self) -> Iterator[str]:
        data = self.review.data
        yield from self.prose("## ", self.say("report.data"))
        key = "report.rests_on" if data.entries else "report.rests_on_nothing"
        counts = {"entries": data.entries, "reps": data.reps, "teams": data.teams, "targets": data.targets}
        yield from self.prose("", self.say(key, first=data.first_day, last=data.last_day, **counts))
        findings = listed_findings(self.review)
        yield from map(self.item, map(self.finding, findings.shown))
        if findings.rest:
            yield self.item(self.say("report.more_findings", count=len(findings.rest)))
        if not findings.shown and not self.review.quality.faults:
            yield escape_start(self.say("report.nothing_missing"))
        yield from QualityWriter(self.review, self.lang, self.catalogs).lines()

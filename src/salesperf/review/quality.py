"""The data quality of a review: what is wrong with the records that its numbers rest on, and which number that weakens."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from itertools import chain
from typing import TypeAlias

import attrs
import numpy as np

from salesperf.model.codes import Codes, Integers
from salesperf.model.finding import SEVERITIES, Finding
from salesperf.model.frozen import FrozenMap
from salesperf.model.metric import Metric
from salesperf.model.period import Period
from salesperf.model.records import Records
from salesperf.quality import (
    DEFAULT_RULES,
    DIMENSIONS,
    Dimension,
    Number,
    QualityReport,
    QualityRule,
    QualityTally,
    RecordKind,
    RuleCount,
    quality_card,
)
from salesperf.quality.counting import Counting
from salesperf.quality.reading import READERS, Rows, read_actuals
from salesperf.quality.table import Mask
from salesperf.quality.tally import as_rules
from salesperf.review.channels import ChannelSection
from salesperf.review.deals import DealSection
from salesperf.review.leads import LeadSection
from salesperf.review.places import Places
from salesperf.review.sections import MetricSection, Weaknesses

__all__ = ["Audited", "Named", "QualitySection", "RowsOfKinds"]

_Chosen: TypeAlias = Mask | Integers
"""Which rows are looked at: a truth for each, or where they stand."""
RowsOfKinds: TypeAlias = Mapping[RecordKind, _Chosen]
"""Of each kind of records, which are looked at."""
Named: TypeAlias = tuple[tuple[str, str | None], ...]
"""What records are called, each with whose it is."""
_OF_DEALS: tuple[Number, ...] = ("pipeline", "win_rate", "cycle_days", "funnel")


@attrs.frozen(kw_only=True)
class QualitySection:
    """What is wrong with the records that a review rests on, at the end of the last day of the period so far.

    They are the deals and leads of its sections, the entries of the period so far, and the reps, customers and contacts under
    the owner. What weakens a number stands in the section of that number too, counted of the records of that section alone.

    Attributes
    ----------
    report : QualityReport
        The counts of each rule and owner, and the score. Without a finding for each record: :func:`salesperf.quality.audit`
        tells which they are.

    Examples
    --------
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> review = build(read_sample(), owner=None, period=Period.quarter(2026, 3), as_of=date(2026, 9, 16))
    >>> fault = review.quality.faults[0]
    >>> fault.rule.key, fault.found, fault.checked
    ('deal_overdue', 13, 92)
    >>> [finding.rule for finding in review.deals[0].weakened_by["funnel"]]
    ['deal_undated']
    """

    report: QualityReport

    @property
    def score(self) -> float | None:
        """The score of all records, of 100; ``None`` where nothing could be judged."""
        return None if self.report.score is None else self.report.score.value

    @property
    def score_by_dimension(self) -> FrozenMap[Dimension, float | None]:
        """The score of each dimension, of 100; ``None`` where none of its rules could be asked."""
        parts = () if self.report.score is None else self.report.score.criteria
        points = {part.criterion.key: part.points for part in parts}
        return FrozenMap({dimension: points[dimension] for dimension in DIMENSIONS if dimension in points})

    @property
    def faults(self) -> tuple[RuleCount, ...]:
        """The rules that found something, gravest first."""
        return tuple(count for count in self.report.counts if count.found)

    @property
    def untold(self) -> tuple[RuleCount, ...]:
        """The rules that could not be asked of any record, since no record has what they look at, or that day knew of none."""
        return tuple(count for count in self.report.counts if _is_untold(count))

    def most(self, count: RuleCount) -> tuple[str | None, int] | None:
        """Return who has most of what a rule found, and how many; ``None`` where several have as many.

        Parameters
        ----------
        count
            One of :attr:`faults`.

        Examples
        --------
        >>> from salesperf.io.folder import read_sample
        >>> from salesperf.review import build
        >>> review = build(read_sample(), owner=None, period=Period.quarter(2026, 3), as_of=date(2026, 9, 16))
        >>> {count.rule.key: review.quality.most(count) for count in review.quality.faults}["deal_of_departed"]
        ('r-10', 7)
        """
        found = self.report.tally.found[self.report.tally.rules.index(count.rule)]
        first = int(found.argmax())
        is_alone = np.count_nonzero(found == found[first]) == 1
        return (self.report.tally.owners[first], int(found[first])) if is_alone else None


def _is_untold(count: RuleCount) -> bool:
    return bool(count.unasked) and not count.checked


class Audited:
    """The rules of :data:`salesperf.quality.DEFAULT_RULES`, asked once, to be counted for each section of a review.

    Parameters
    ----------
    records
        What was known at the end of the last of the days.
    owner
        A rep, a team, or ``None`` for the company.
    passed
        The days of the period so far.
    """

    def __init__(self, records: Records, *, owner: str | None, passed: Period) -> None:
        self.records, self.owner, self.passed = records, owner, passed
        self.rules = as_rules(DEFAULT_RULES)
        self.card = quality_card(self.rules)
        self.places = Places(records.org)
        # Entries of one day are compared with each other alone, so those of other days need not be looked at.
        self.actuals = [actual for actual in records.actuals if actual.on in passed]
        self.rows: dict[RecordKind, Rows] = {"actual": read_actuals(self.actuals, records.org)}
        self.rows |= {kind: read(records, passed.last) for kind, read in READERS.items() if kind not in self.rows}
        self.countings = {kind: self._counting(rows) for kind, rows in self.rows.items()}
        self._recorded: dict[tuple[str, FrozenMap[str, str]], Mask] = {}

    def _counting(self, rows: Rows) -> Counting:
        return Counting.of(rows.table, self.rules, self.passed.last, lenient=True)

    def section(self, deals: Iterable[DealSection], leads: LeadSection | None) -> QualitySection:
        """Count all that the review rests on."""
        return QualitySection(report=self._report(self.rows_of_all(deals, leads)))

    def metric(self, section: MetricSection) -> MetricSection:
        """Say in a section on a metric what weakens it: among the entries that it sums."""
        return attrs.evolve(section, weakened_by=self._weaknesses(self.rows_of_metric(section), ["attainment"]))

    def deals(self, section: DealSection) -> DealSection:
        """Say in a section on deals what weakens each of its numbers."""
        return attrs.evolve(section, weakened_by=self._weaknesses(self.rows_of_deals(section), _OF_DEALS))

    def leads(self, section: LeadSection) -> LeadSection:
        """Say in the section on leads what weakens the following up."""
        return attrs.evolve(section, weakened_by=self._weaknesses(self.rows_of_leads(section), ["follow_up"]))

    def channels(self, section: ChannelSection) -> ChannelSection:
        """Say in the section on channels what weakens it."""
        return attrs.evolve(section, weakened_by=self._weaknesses(self.rows_of_channels(section), ["channels"]))

    def behind(self, rule: QualityRule, picked: RowsOfKinds) -> tuple[Named, Named]:
        """Name the records of which a rule could tell, and those in which it found something, each with its owner.

        Parameters
        ----------
        rule
            One of :data:`salesperf.quality.DEFAULT_RULES`.
        picked
            Which rows are looked at, as a method of this picks them.
        """
        counting, names = self.countings[rule.kind], self.rows[rule.kind].names
        owners = counting.owners
        checked, found = (
            tuple((names[row], owners.labels[owners.codes[row]] or None) for row in rows.tolist())
            for rows in counting.behind(rule, picked[rule.kind])
        )
        return checked, found

    def _weaknesses(self, rows: RowsOfKinds, numbers: Sequence[Number]) -> Weaknesses:
        report = self._report(rows)
        found = {number: tuple(_weakening(report, number)) for number in numbers}
        return FrozenMap({number: findings for number, findings in found.items() if findings})

    def _report(self, rows: RowsOfKinds) -> QualityReport:
        tally = QualityTally.empty(as_of=self.passed.last, rules=self.rules)
        for kind, chosen in rows.items():
            tally += self.countings[kind].among(chosen).tally()
        return QualityReport.of_tally(tally, self.card)

    # Which rows

    def rows_of_all(self, deals: Iterable[DealSection], leads: LeadSection | None) -> RowsOfKinds:
        """Pick all that the review rests on."""
        deal_ids = {deal.id for section in deals for deal in section.deals}
        lead_ids = {lead.id for lead in leads.leads} if leads is not None else set[str]()
        customers = self._customers(deal_ids)
        return {
            "opportunity": self._named("opportunity", deal_ids),
            "lead": self._named("lead", lead_ids),
            "customer": self._named("customer", customers),
            "contact": self._contacts(customers | deal_ids | lead_ids),
            "actual": self._entries(self.owner),
            "rep": self._reps(self.owner),
        }

    def rows_of_metric(self, section: MetricSection) -> RowsOfKinds:
        """Pick the entries that a metric sums, and whose they may be."""
        entries = self._entries(section.owner)
        is_counted = self._is_recorded(section.metric, section.scope)[entries]
        return {"actual": entries[is_counted], "rep": self._reps(section.owner)}

    def rows_of_deals(self, section: DealSection) -> RowsOfKinds:
        """Pick the deals of one sales process, and whose they may be."""
        deals = self._named("opportunity", {deal.id for deal in section.deals})
        return {"opportunity": deals, "rep": self._reps(self.owner)}

    def rows_of_leads(self, section: LeadSection) -> RowsOfKinds:
        """Pick the leads, and the people they are of."""
        ids = {lead.id for lead in section.leads}
        return {"lead": self._named("lead", ids), "contact": self._contacts(ids)}

    def rows_of_channels(self, section: ChannelSection) -> RowsOfKinds:
        """Pick the leads whose channels are compared."""
        return {"lead": self._named("lead", {lead.id for lead in section.leads})}

    def _named(self, kind: RecordKind, ids: Collection[str]) -> Mask:
        return np.array([name in ids for name in self.rows[kind].names], dtype=np.bool_)

    def _is_under(self, owner: str | None, whose: str | None, on: date) -> bool:
        return whose is None or whose in self.places.above(owner, on)

    def _entries(self, whose: str | None) -> Integers:
        """Pick entries by the team of the day, or the nearest before or after service."""
        if whose is None:
            return np.arange(len(self.actuals))
        return self._entries_under.get(whose, np.zeros(0, dtype=np.int64))

    @cached_property
    def _entries_under(self) -> Mapping[str, Integers]:
        """The entries of everybody, and of every team: found in one pass, since a metric may be told of each rep apart."""
        rows: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for row, actual in enumerate(self.actuals):
            rows[self.places.above(actual.owner, actual.on)].append(row)
        under: dict[str, list[list[int]]] = defaultdict(list)
        for above, of_holder in rows.items():
            for whose in above:
                under[whose].append(of_holder)
        return {whose: np.array(list(chain.from_iterable(parts)), dtype=np.int64) for whose, parts in under.items()}

    def _is_recorded(self, metric: Metric, scope: FrozenMap[str, str]) -> Mask:
        """Tell which entries a metric sums within a scope: asked once for each metric and scope."""
        if (metric.key, scope) not in self._recorded:
            keys = {each.key for each in metric.recorded}
            is_counted = [key in keys and narrow.contains(scope) for key, narrow in self._flows.labels]
            self._recorded[metric.key, scope] = np.array(is_counted, dtype=np.bool_)[self._flows.codes]
        return self._recorded[metric.key, scope]

    @cached_property
    def _flows(self) -> Codes[tuple[str, FrozenMap[str, str]]]:
        """Of which metric and scope each entry is."""
        return Codes.of([(actual.metric.key, actual.scope) for actual in self.actuals])

    def _reps(self, whose: str | None) -> Integers:
        # Whoever joins after the period owes nothing in it, and is not known yet.
        is_known = whose is None or self.records.org.knows(whose)
        members = dict.fromkeys(self.records.org.members(whose, self.passed)) if is_known else ()
        return np.array([self._place_of_rep[rep] for rep in members], dtype=np.int64)

    @cached_property
    def _place_of_rep(self) -> Mapping[str, int]:
        return {rep: row for row, rep in enumerate(self.rows["rep"].names)}

    def _customers(self, deals: Collection[str]) -> set[str]:
        """Name the customers under the owner: its own, and those of its deals."""
        held = {deal.customer for deal in self.records.opportunities if deal.id in deals and deal.customer is not None}
        own = (each.id for each in self.records.customers if self._is_under(each.owner, self.owner, self.passed.last))
        return held.union(own)

    def _contacts(self, holders: Collection[str]) -> Mask:
        rows = self.rows["contact"]
        held = rows.table.texts("holder") if rows.names else []
        return np.array([holder in holders for holder in held], dtype=np.bool_)


def _weakening(report: QualityReport, number: Number) -> Iterator[Finding]:
    """Yield what weakens a number, and what may and cannot be told, since no record has it; the gravest first."""
    untold = [
        Finding(
            rule=count.rule.key,
            message=count.message,
            severity=count.rule.severity,
            field=count.rule.field,
            count=count.unasked,
        )
        for count in report.counts
        if _is_untold(count) and number in count.rule.weakens
    ]
    yield from sorted((*report.weakening(number), *untold), key=lambda finding: SEVERITIES.index(finding.severity))

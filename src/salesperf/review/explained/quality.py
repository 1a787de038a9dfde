"""The numbers on the quality of the data of a review, down to the records in which a fault was found."""

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from functools import cached_property, partial
from typing import TypeAlias, cast

import attrs

from salesperf.model.breakdown import Breakdown, Sum
from salesperf.model.message import Message
from salesperf.model.records import Records
from salesperf.quality import DEFAULT_RULES, QualityReport, QualityRule, RuleCount
from salesperf.review.explained.addresses import metric_address, process_address
from salesperf.review.explained.growing import Numbered, counted, grown, leaf, more_of, named, rate_of
from salesperf.review.listed import listed_faults, listed_weaknesses
from salesperf.review.quality import Audited, Named, RowsOfKinds
from salesperf.review.sections import Weaknesses
from salesperf.review.whole import Review
from salesperf.scorecard import CriterionScore

__all__ = ["numbers_of_quality"]

_Picked: TypeAlias = Callable[[Audited], RowsOfKinds]
"""Picks the rows that a section rests on."""
_Parts: TypeAlias = Callable[[str], tuple[Breakdown, ...]]
"""Returns what makes up how many records have a fault, ``"found"``, or of how many it could be told, ``"checked"``."""


def numbers_of_quality(review: Review, records: Records | None) -> Numbered:
    """Yield the score, how many records have each fault, and of the faults told beside a number how many of its section do.

    Parameters
    ----------
    review
        The review.
    records
        What was known: with them counts come apart into single records; without, those of the whole review into owners.
    """
    section, again = review.quality, None if records is None else _Again(review, records)
    everything = partial(Audited.rows_of_all, deals=review.deals, leads=review.leads)
    yield "quality/score", partial(_score, section.report)
    for dimension in _dimensions(section.report):
        yield f"quality/score/{dimension.criterion.key}", partial(_of_dimension, section.report, dimension)
    yield "quality/faults", lambda: counted(named("faults"), (count.rule.label for count in section.faults))
    yield from more_of("quality/faults", listed_faults(section).rest, lambda count: count.rule.label)
    for count in section.faults:
        parts = partial(_owners, section.report, count) if again is None else partial(again.records, count.rule, everything)
        address = f"quality/{count.rule.key}"
        yield from _fault(count, address, parts)
        most = section.most(count)
        if most is not None:
            behind = None if again is None else partial(again.behind, count.rule, everything, "found")
            yield f"{address}/most", partial(_most, count.rule, *most, behind)
    for address, weakened_by, picked in _sections(review):
        yield from _weaknesses(weakened_by, f"{address}/weakened", picked, again)


class _Again:
    """The audit behind a review once more: a review keeps what it counted, and not in which records."""

    def __init__(self, review: Review, known: Records) -> None:
        self.review, self.known = review, known

    @cached_property
    def audited(self) -> Audited:
        """The records as known at the end of the last day of the period so far."""
        passed = self.review.period.until(self.review.as_of) or self.review.period
        return Audited(self.known.as_of(passed.last), owner=self.review.owner, passed=passed)

    def behind(self, rule: QualityRule, picked: _Picked, name: str) -> Named:
        """Return the records behind a count of a rule."""
        checked, found = self.audited.behind(rule, picked(self.audited))
        return found if name == "found" else checked

    def records(self, rule: QualityRule, picked: _Picked, name: str) -> tuple[Breakdown, ...]:
        """Return them as leaves."""
        return _records(self.behind(rule, picked, name))


# The score


def _dimensions(report: QualityReport) -> tuple[CriterionScore, ...]:
    parts = () if report.score is None else report.score.criteria
    return tuple(part for part in parts if part.points is not None)


def _score(report: QualityReport) -> Breakdown:
    """Return the tree of the score, in which each share of records is one of two counts."""
    tree, dimensions = report.breakdown, _dimensions(report)
    return attrs.evolve(tree, parts=map(partial(_shared, report), dimensions, tree.parts))


def _of_dimension(report: QualityReport, dimension: CriterionScore) -> Breakdown:
    place = _dimensions(report).index(dimension)
    return _shared(report, dimension, report.breakdown.parts[place])


def _shared(report: QualityReport, dimension: CriterionScore, tree: Breakdown) -> Breakdown:
    """Return the tree of a dimension, in which each share of records is one of two counts."""
    counts = {count.rule.key: count for count in report.counts}
    rules = () if dimension.score is None else dimension.score.criteria
    known = (counts[rule.criterion.key] for rule in rules if rule.points is not None)
    parts = (attrs.evolve(points, parts=(_plain_share(count),)) for count, points in zip(known, tree.parts, strict=True))
    return attrs.evolve(tree, parts=tuple(parts))


def _plain_share(count: RuleCount) -> Breakdown:
    found, checked = (leaf(_label(count.rule, name), getattr(count, name)) for name in ("found", "checked"))
    return rate_of(_label(count.rule, "share"), _as_float(count.found_share), found, checked)


def _label(rule: QualityRule, name: str) -> Message:
    return named(f"fault_{name}", title=rule.label)


def _as_float(share: Fraction | None) -> float | None:
    return None if share is None else float(share)


# The faults


def _fault(count: RuleCount, address: str, parts: _Parts | None) -> Numbered:
    """Yield of how many records a rule could tell, in how many it found something, and which share that is."""
    found, checked = (partial(_counted, count, name, parts) for name in ("found", "checked"))
    yield f"{address}/found", found
    yield f"{address}/checked", checked
    yield f"{address}/share", lambda: rate_of(_label(count.rule, "share"), _as_float(count.found_share), found(), checked())


def _counted(count: RuleCount, name: str, parts: _Parts | None) -> Breakdown:
    label, value = _label(count.rule, name), getattr(count, name)
    return leaf(label, value) if parts is None else grown(label, value, Sum(), parts(name))


def _owners(report: QualityReport, count: RuleCount, name: str) -> tuple[Breakdown, ...]:
    """Return how many of the records behind a count each owner has."""
    of_rule = getattr(report.tally, name)[report.tally.rules.index(count.rule)].tolist()
    counts = zip(report.tally.owners, of_rule, strict=True)
    return tuple(leaf(_owner(owner), number) for owner, number in counts if number)


def _owner(owner: str | None) -> Message:
    return named("nobody") if owner is None else named("rep", rep=owner)


def _most(rule: QualityRule, owner: str | None, found: int, behind: Callable[[], Named] | None) -> Breakdown:
    label = named("fault_most", title=rule.label, owner=_owner(owner))
    if behind is None:
        return leaf(label, found)
    return grown(label, found, Sum(), _records((record, whose) for record, whose in behind() if whose == owner))


def _records(behind: Iterable[tuple[str, str | None]]) -> tuple[Breakdown, ...]:
    return tuple(leaf(named("record", record=record), 1) for record, _ in behind)


# Beside the numbers that they weaken


def _sections(review: Review) -> Iterator[tuple[str, Weaknesses, _Picked]]:
    """Yield the address of each section that faults may stand beside, these faults, and which records it rests on."""
    for metric in review.metrics:
        yield metric_address(metric, review.owner), metric.weakened_by, partial(Audited.rows_of_metric, section=metric)
    for deals in review.deals:
        address = process_address(deals, review.deals)
        yield address, deals.weakened_by, partial(Audited.rows_of_deals, section=deals)
    if review.leads is not None:
        yield "leads", review.leads.weakened_by, partial(Audited.rows_of_leads, section=review.leads)
    if review.channels is not None:
        yield "channels", review.channels.weakened_by, partial(Audited.rows_of_channels, section=review.channels)


def _weaknesses(weakened_by: Weaknesses, address: str, picked: _Picked, again: _Again | None) -> Numbered:
    """Yield the faults beside each number of a section; a rule that could be asked of no record has no counts."""
    for number, findings in weakened_by.items():
        yield from more_of(
            f"{address}/{number}", listed_weaknesses(findings).rest, lambda fault: DEFAULT_RULES[fault.rule].label
        )
        for finding in findings:
            told = finding.message.arguments
            if "found" in told:
                rule, (found, checked) = DEFAULT_RULES[finding.rule], (cast("int", told[name]) for name in ("found", "checked"))
                count = RuleCount(rule=rule, found=found, checked=checked, unasked=0)
                parts = None if again is None else partial(again.records, rule, picked)
                yield from _fault(count, f"{address}/{number}/{finding.rule}", parts)

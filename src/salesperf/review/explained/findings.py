"""The numbers in what a review finds missing or noteworthy in its data, as other sections have them, or down to entries."""

from collections.abc import Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Sum
from salesperf.model.finding import Finding
from salesperf.model.message import Message
from salesperf.model.target import Actual
from salesperf.review.explained.elsewhere import Elsewhere, numbers_said
from salesperf.review.explained.growing import Numbered, Tree, grown, leaf, named
from salesperf.review.explained.quality import address_of
from salesperf.review.grounds import Grounds
from salesperf.review.sections import MetricSection
from salesperf.review.whole import Review

__all__ = ["label_of", "numbers_of_findings"]

_ELSEWHERE: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "channel_does_not_pay": {
            "number": "channels/{channel}/leads",
            "won": "channels/{channel}/won",
            "value": "channels/{channel}/value",
            "cost": "channels/{channel}/cost",
            "return_on_investment": "channels/{channel}/return_on_investment",
            "horizon": "channels/{channel}/horizon",
            "reached": "channels/{channel}/won_within",
            "break_even": "channels/{channel}/break_even_rate",
        },
        "objective_coverage": {"share": "objectives/{record}/coverage"},
        "objective_off_track": {"score": "objectives/{record}", "expected": "objectives/{record}/expected"},
        "slipping": {"whole": "deals/{process}/slip_rate"},
        "stuck_stage": {
            "over": "deals/{process}/{stage}/over_limit",
            "median": "deals/{process}/{stage}/median_days",
            "max_days": "deals/{process}/{stage}/limit",
        },
    }
)
"""By the rule of a finding, at which address another section has a number that stands in it, by the name that it has there."""
_BY_SEASON: Final = frozenset({"season_flatters", "season_hides"})
_OF_ENTRIES: Final = frozenset({"no_target", "outside_targets", "in_no_line"})


def label_of(entry: Actual) -> Message:
    """Return what a reader sees of an entry."""
    key = "entry" if entry.ref is None else "entry_ref"
    return named(key, on=entry.on, owner=entry.owner, ref=entry.ref)


def numbers_of_findings(review: Review, grounds: Grounds | None, elsewhere: Elsewhere) -> Numbered:
    """Yield the numbers that stand in each finding.

    Parameters
    ----------
    review
        The review.
    grounds
        The records that it was built from; ``None`` where none are at hand.
    elsewhere
        Finds the numbers that other sections have.
    """
    for place, finding in enumerate(review.findings, 1):
        known = dict(_known(finding, review, grounds, elsewhere))
        yield from numbers_said(f"data/findings/{place}/{finding.rule}", finding.message, known)


def _known(finding: Finding, review: Review, grounds: Grounds | None, elsewhere: Elsewhere) -> Iterator[tuple[str, Tree]]:
    """Yield the names of numbers in a finding of which more may be known: a tree that comes to another is not shown."""
    arguments = finding.message.arguments
    keys = {name: value.key.rpartition(".")[2] for name, value in arguments.items() if isinstance(value, Message)}
    for name, there in _ELSEWHERE.get(finding.rule, {}).items():
        yield name, partial(_elsewhere, elsewhere, there.format(**keys, record=finding.record))
    titled = [section for section in review.metrics if section.title == arguments.get("metric")]
    if finding.rule in _BY_SEASON:
        for section in titled:
            address = address_of(section, review.owner)
            whose = address if finding.record == section.owner else f"{address}/{finding.record}"
            told = {"ratio": f"{whose}/ratio", "pace": f"{whose}/pace", "progress": "time/elapsed_share"}
            yield from ((name, partial(_elsewhere, elsewhere, there)) for name, there in told.items())
    elif finding.rule in _OF_ENTRIES and grounds is not None:
        for section in titled[:1]:
            yield "entries", partial(_counted, finding, section, grounds)
            yield "amount", partial(_summed, finding, section, grounds)


def _elsewhere(elsewhere: Elsewhere, address: str) -> Breakdown:
    """Return the tree at an address; where there is none, nothing that any number comes to."""
    return elsewhere(address) or leaf(Message(address), None)


def _counted(finding: Finding, section: MetricSection, grounds: Grounds) -> Breakdown:
    parts = tuple(leaf(label_of(entry), 1) for entry in _entries(finding, section, grounds))
    return grown(named("entries"), len(parts), Sum(), parts)


def _summed(finding: Finding, section: MetricSection, grounds: Grounds) -> Breakdown:
    entries = _entries(finding, section, grounds)
    total = Amount.total((entry.amount for entry in entries), entries[0].amount.unit)
    return grown(named("entries"), total, Sum(), (leaf(label_of(entry), entry.amount) for entry in entries))


def _entries(finding: Finding, section: MetricSection, grounds: Grounds) -> list[Actual]:
    """Return the entries of whoever a finding is about: on days without a target, where it is about these."""
    targets = grounds.book.targets_of(finding.record, section.metric, section.scope)
    held = [target.period for target in targets] if finding.rule == "outside_targets" else []
    days = grounds.passed.without(held)
    keys, amount = {metric.key for metric in section.metric.recorded}, finding.message.arguments.get("amount")
    found = [entry for entry in grounds.entries_of(finding.record, *days) if entry.metric.key in keys]
    return [
        entry
        for entry in found
        if entry.scope.contains(section.scope) and (not isinstance(amount, Amount) or entry.amount.unit == amount.unit)
    ]

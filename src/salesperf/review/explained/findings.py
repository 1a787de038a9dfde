"""The numbers in what a review finds missing or noteworthy in its data, as other sections have them, or down to entries."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, partial
from itertools import dropwhile, takewhile
from types import MappingProxyType
from typing import Final

from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Difference, Maximum, Quotient, Sum
from salesperf.model.finding import Finding
from salesperf.model.message import Message
from salesperf.model.metric import Metric
from salesperf.model.target import Actual
from salesperf.pipeline import DueDeal
from salesperf.review.deal_findings import find_in_deals
from salesperf.review.deals import DealSection
from salesperf.review.explained.addresses import channel_address, member_addresses, metric_address, process_address
from salesperf.review.explained.behind import total
from salesperf.review.explained.elsewhere import Elsewhere, MaybeTree, computed, is_same, numbers_said
from salesperf.review.explained.entries import entry_named
from salesperf.review.explained.growing import Numbered, counted, counted_days, grown, leaf, more_of, named, summed
from salesperf.review.grounds import Grounds
from salesperf.review.leads import OpenLead
from salesperf.review.listed import listed_findings, listed_noticed
from salesperf.review.objectives import ObjectiveLine
from salesperf.review.risks import DealShare, coverages
from salesperf.review.sections import MetricSection
from salesperf.review.whole import Review

__all__ = ["numbers_of_findings"]

_OF_CHANNEL: Final = MappingProxyType(
    {
        "number": "leads",
        "won": "won",
        "value": "value",
        "cost": "cost",
        "return_on_investment": "return_on_investment",
        "horizon": "horizon",
        "reached": "won_within",
        "break_even": "break_even_rate",
    }
)
"""At which address a channel has a number that stands in the finding that it does not pay, by the name that it has there."""
_OF_OBJECTIVE: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "objective_coverage": {"share": "/coverage"},
        "objective_off_track": {"score": "", "expected": "/expected"},
    }
)
"""The same of objectives, by the rule of the finding."""


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
    yield from more_of("data/findings", listed_findings(review).rest, lambda finding: finding.message)
    yield from more_of("causes/noticed", listed_noticed(review).rest, lambda finding: finding.message)
    there = _There(review, grounds, elsewhere)
    for place, finding in enumerate(review.findings, 1):
        yield from numbers_said(f"data/findings/{place}/{finding.rule}", finding.message, dict(there.known(finding)))


class _There:
    """Where the numbers of findings stand elsewhere, or what they count."""

    def __init__(self, review: Review, grounds: Grounds | None, elsewhere: Elsewhere) -> None:
        self.review, self.grounds, self.elsewhere = review, grounds, elsewhere
        self.in_deals: dict[Finding, deque[DealSection]] = defaultdict(deque)
        for section in review.deals:
            for finding in find_in_deals(section, review.org):
                self.in_deals[finding].append(section)
        self.by_rule = {
            "channel_does_not_pay": self._of_channel,
            "few_days": self._of_days,
            "leads_untouched": self._of_untouched,
            "objectives_silent": self._of_silent,
            **dict.fromkeys(_OF_OBJECTIVE, self._of_objective),
            **dict.fromkeys(("season_flatters", "season_hides"), self._of_season),
            "pipeline_untold": self._of_coverage,
            **dict.fromkeys(("no_target", "outside_targets", "in_no_line"), self._of_entries),
        }

    def at(self, address: str) -> MaybeTree:
        """Return what grows the tree at an address."""
        return partial(self.elsewhere, address)

    def known(self, finding: Finding) -> Iterator[tuple[str, MaybeTree]]:
        """Yield the names of numbers in a finding of which more may be known: a tree that comes to another is not shown."""
        if self.in_deals.get(finding):
            # Two units of a process may have findings that read alike: each has its own section.
            yield from self._of_deals(finding, self.in_deals[finding].popleft())
        elif finding.rule in self.by_rule:
            yield from self.by_rule[finding.rule](finding)

    def _of_deals(self, finding: Finding, section: DealSection) -> Iterator[tuple[str, MaybeTree]]:
        address, told = process_address(section, self.review.deals), finding.message.arguments
        if finding.rule == "slipping":
            due = [deal for deal in section.slips.deals if deal.owner == finding.record]
            yield "due", partial(_deals, "due", due)
            yield "slipped", partial(_deals, "slipped", [deal for deal in due if deal.has_slipped])
            yield "whole", self.at(f"{address}/slip_rate")
        for age in section.pipeline.ages if finding.rule == "stuck_stage" else ():
            label = section.process.stage_by_key[age.stage].label
            if (Message(label), age.over, age.median_days) == (told["stage"], told["over"], told["median"]):
                within = f"{address}/{age.stage}"
                yield "over", self.at(f"{within}/over_limit")
                yield "median", self.at(f"{within}/median_days")
                yield "max_days", self.at(f"{within}/limit")
                yield "number", partial(self._dated, within)

    def _of_coverage(self, finding: Finding) -> Iterator[tuple[str, MaybeTree]]:
        yield "share", partial(self._deal_share, finding)

    def _deal_share(self, finding: Finding) -> Breakdown | None:
        """Return what won deals were worth over what was booked in the same days."""
        told, grounds = finding.message.arguments["share"], self.grounds
        if grounds is None:
            return None
        shares = ((each.attained.target.metric, each.share) for each in coverages(grounds, self.review))
        trees = (_deals_in_sales(grounds, metric, share) for metric, share in shares if share is not None)
        return next((tree for tree in trees if is_same(tree.value, told)), None)

    def _dated(self, within: str) -> Breakdown | None:
        """Return the open deals of a stage of which it is known since when they have been there."""
        deals, undated = (self.elsewhere(f"{within}/{name}") for name in ("deals", "undated"))
        if deals is None or undated is None or not undated.value:
            return deals
        return computed(deals.label, Difference(), (deals, undated))

    def _of_channel(self, finding: Finding) -> Iterator[tuple[str, MaybeTree]]:
        name = finding.message.arguments.get("channel")
        lines = () if self.review.channels is None else self.review.channels.report.not_paying
        for address in [channel_address(line) for line in lines if line.name == name][:1]:
            yield from ((place, self.at(f"{address}/{there}")) for place, there in _OF_CHANNEL.items())

    def _of_objective(self, finding: Finding) -> Iterator[tuple[str, MaybeTree]]:
        for name, rest in _OF_OBJECTIVE[finding.rule].items():
            yield name, self.at(f"objectives/{finding.record}{rest}")
        if finding.rule == "objective_coverage" and self.review.objectives is not None:
            below = self._leaves_of(finding.record, self.review.objectives.lines)
            yield "leaves", partial(counted, named("together"), [line.score.label for line in below])
            known = [line.score.label for line in below if line.score.value is not None]
            yield "scored", partial(counted, named("together"), known)

    @staticmethod
    def _leaves_of(objective: str | None, lines: Iterable[ObjectiveLine]) -> list[ObjectiveLine]:
        """Return the lines that stand below an objective and have none below themselves."""
        after = list(dropwhile(lambda line: line.score.noun.id != objective, lines))
        below = takewhile(lambda line: line.level > after[0].level, after[1:])
        return [line for line in below if line.is_leaf]

    def _of_silent(self, finding: Finding) -> Iterator[tuple[str, MaybeTree]]:
        section, owner = self.review.objectives, finding.record
        silent, lines = ((), ()) if section is None else (section.silent, section.lines)
        days = [(line.score.label, line.silent_days) for line in silent if line.owner == owner]
        whole = [line.score.label for line in lines if line.is_leaf and line.owner == owner]
        yield "number", partial(counted, named("together"), [label for label, _ in days])
        yield "of", partial(counted, named("together"), whole)
        yield "longest", lambda: computed(named("together"), Maximum(), (leaf(label, number) for label, number in days))

    def _of_untouched(self, _: Finding) -> Iterator[tuple[str, MaybeTree]]:
        untouched = () if self.review.leads is None else self.review.leads.untouched
        yield "untouched", partial(_leads, untouched)
        yield "number", partial(_leads, [lead for lead in untouched if lead.is_overdue])

    def _of_days(self, finding: Finding) -> Iterator[tuple[str, MaybeTree]]:
        yield "workdays", self.at("time/elapsed_workdays")
        section, grounds = self._section_of(finding), self.grounds
        if section is not None and grounds is not None:
            owned = grounds.entries_of(section.owner, grounds.passed)
            scoped = [entry for entry in owned if entry.metric == section.metric and entry.scope.contains(section.scope)]
            yield "days", partial(counted_days, named("days_with_entries"), sorted({entry.on for entry in scoped}))

    def _of_entries(self, finding: Finding) -> Iterator[tuple[str, MaybeTree]]:
        section = self._section_of(finding)
        if section is not None and self.grounds is not None:
            yield "entries", partial(_counted, finding, section, self.grounds)
            yield "amount", partial(_summed, finding, section, self.grounds)

    def _section_of(self, finding: Finding) -> MetricSection | None:
        """Return the section whose title a finding tells, with its owner where that is not the review's."""
        metric, org = finding.message.arguments.get("metric"), self.review.org
        titles = (
            (section, Message.of("report.of", owner=org.called(section.owner), metric=section.title))
            for section in self.review.metrics
        )
        return next((section for section, told in titles if metric in (section.title, told)), None)

    def _of_season(self, finding: Finding) -> Iterator[tuple[str, MaybeTree]]:
        """Yield what was attained by the owner of a section, or by a member."""
        told = finding.message.arguments
        address = self._attained.get((told.get("metric"), finding.record, told.get("ratio")), "")
        yield "progress", self.at("time/elapsed_share")
        yield "ratio", self.at(f"{address}/ratio")
        yield "pace", self.at(f"{address}/pace")

    @cached_property
    def _attained(self) -> Mapping[tuple[object, str | None, object], str]:
        """The address of what was attained, by metric, whose it is, and how much: whoever changed team has several."""
        found: dict[tuple[object, str | None, object], str] = {}
        owner = self.review.owner
        for section in self.review.metrics:
            own = (section.attainment, metric_address(section, owner))
            members = ((member.attainment, address) for member, address in member_addresses(section, owner))
            for attained, address in (own, *members):
                found[section.title, attained.target.owner, attained.ratio] = address
        return found


def _leads(leads: Iterable[OpenLead]) -> Breakdown:
    return counted(named("together"), (named("lead", lead=lead.id) for lead in leads))


def _deals(key: str, deals: Iterable[DueDeal]) -> Breakdown:
    return counted(named(key), (named("deal", deal=deal.id) for deal in deals))


def _counted(finding: Finding, section: MetricSection, grounds: Grounds) -> Breakdown:
    parts = tuple(leaf(entry_named(entry), 1) for entry in _entries(finding, section, grounds))
    return grown(named("entries"), len(parts), Sum(), parts)


def _deals_in_sales(grounds: Grounds, metric: Metric, share: DealShare) -> Breakdown:
    """Return what won deals were worth over all that was booked, each down to the records."""
    won = total(named("won_value"), ((named("deal_on", deal=deal.id, on=deal.on), deal.amount) for deal in share.won))
    entries = (
        (entry_named(entry), entry.amount)
        for entry in grounds.entries_of(grounds.owner, share.days)
        if entry.metric.key == metric.key and entry.amount.unit == share.booked.unit
    )
    nothing = leaf(named("won_value"), Amount.zero(share.booked.unit))
    return computed(named("rate"), Quotient(), (won or nothing, summed(Message(metric.title), share.booked, entries)))


def _summed(finding: Finding, section: MetricSection, grounds: Grounds) -> Breakdown | None:
    entries = ((entry_named(entry), entry.amount) for entry in _entries(finding, section, grounds))
    return total(named("entries"), entries)


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

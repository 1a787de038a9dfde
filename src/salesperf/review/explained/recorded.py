"""The numbers on what a review rests on, and on what was recorded though nobody owes it, down to targets and entries."""

from collections.abc import Iterable, Iterator
from functools import cached_property, partial

from salesperf.model.breakdown import Breakdown, Sum
from salesperf.model.message import Message
from salesperf.model.records import Records
from salesperf.model.target import Actual, Target, scoped_title
from salesperf.review.explained.elsewhere import Elsewhere
from salesperf.review.explained.entries import entry_named
from salesperf.review.explained.findings import numbers_of_findings
from salesperf.review.explained.growing import Numbered, grown, leaf, more_of, named
from salesperf.review.grounds import Grounds
from salesperf.review.listed import listed_flows
from salesperf.review.sections import RecordedFlow
from salesperf.review.whole import Review

__all__ = ["numbers_of_recorded", "target_named"]


def numbers_of_recorded(review: Review, records: Records | None, elsewhere: Elsewhere) -> Numbered:
    """Yield what was recorded of each metric that nobody owes, what the review rests on, and the numbers in its findings.

    Parameters
    ----------
    review
        The review.
    records
        What was known; ``None`` where no targets and entries are at hand.
    elsewhere
        Finds the numbers that other sections have.
    """
    grounds = (
        None if records is None else Grounds(records=records, owner=review.owner, period=review.period, as_of=review.as_of)
    )
    behind = None if grounds is None else _Behind(grounds)
    yield from more_of("recorded", listed_flows(review).rest, lambda flow: flow.title)
    keys = [flow.metric for flow in review.recorded]
    for flow in review.recorded:
        unit = f"~{flow.amount.unit.code}" if keys.count(flow.metric) > 1 else ""
        address = f"recorded/{flow.metric}{unit}"
        yield f"{address}/actual", partial(_actual, flow, behind)
        yield f"{address}/entries", partial(_entries, flow, behind)
    yield from _data(review, behind)
    yield from numbers_of_findings(review, grounds, elsewhere)


class _Behind:
    """What is behind the numbers of a review: looked for once, when the first is asked for."""

    def __init__(self, grounds: Grounds) -> None:
        self.grounds = grounds

    @cached_property
    def entries(self) -> tuple[Actual, ...]:
        """The entries of the period so far, by day."""
        return self.grounds.entries_of(self.grounds.owner, self.grounds.passed)

    def of(self, flow: RecordedFlow) -> Iterator[Actual]:
        """Yield those that a flow sums."""
        return (entry for entry in self.entries if (entry.metric.key, entry.amount.unit) == (flow.metric, flow.amount.unit))


# What nobody owes


def _actual(flow: RecordedFlow, behind: _Behind | None) -> Breakdown:
    label = Message("breakdown.actual")
    if behind is None:
        return leaf(label, flow.amount)
    return grown(label, flow.amount, Sum(), (leaf(entry_named(entry), entry.amount) for entry in behind.of(flow)))


def _entries(flow: RecordedFlow, behind: _Behind | None) -> Breakdown:
    items = None if behind is None else map(entry_named, behind.of(flow))
    return _counted(named("entries_of", metric=flow.title), flow.entries, items)


def _counted(label: Message, number: int, items: Iterable[Message] | None) -> Breakdown:
    """Return a number of things, each of them a leaf where they are at hand."""
    return leaf(label, number) if items is None else grown(label, number, Sum(), (leaf(item, 1) for item in items))


# What it rests on


def _data(review: Review, behind: _Behind | None) -> Numbered:
    org, owner, data = review.org, review.owner, review.data
    reps = org.members(owner, review.period)
    teams = org.teams_under(owner) if owner is None or owner in org.team_by_id else ()
    yield "data/entries", partial(_all_entries, data.entries, behind)
    yield "data/reps", lambda: _counted(named("reps"), data.reps, (named("rep", rep=rep) for rep in reps))
    yield "data/teams", lambda: _counted(named("teams"), data.teams, (named("team", team=team) for team in teams))
    yield "data/targets", partial(_targets, data.targets, behind)


def _all_entries(number: int, behind: _Behind | None) -> Breakdown:
    if behind is None:
        return leaf(named("entries"), number)
    items = (named("entry_of", metric=Message(entry.metric.title), entry=entry_named(entry)) for entry in behind.entries)
    return _counted(named("entries"), number, items)


def _targets(number: int, behind: _Behind | None) -> Breakdown:
    return _counted(named("targets"), number, None if behind is None else map(target_named, behind.grounds.targets))


def target_named(target: Target) -> Message:
    """Return how a target is called: by whose it is, its metric, and its days."""
    title = scoped_title(target.metric, target.scope)
    if target.owner is None:
        return named("target_of_company", metric=title, period=target.period)
    return named("target_in", owner=target.owner, metric=title, period=target.period)

"""What changed since the review before: each number then and now, and the change, down to the records that are at hand."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import partial
from typing import Final, TypeAlias

import attrs

from salesperf.attainment import Attainment
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Difference, Quotient
from salesperf.model.message import Message
from salesperf.model.progress import PROGRESS_STATUSES
from salesperf.model.rule import BreakdownValue
from salesperf.model.target import Target, scoped_title
from salesperf.pipeline import ClosedDeals
from salesperf.review.comparing import Comparison, DealChange, MetricChange
from salesperf.review.explained.addresses import code_among
from salesperf.review.explained.decided import count_of, won_or_lost
from salesperf.review.explained.elsewhere import Elsewhere, computed, numbers_said, shown, verbatim
from salesperf.review.explained.growing import (
    Numbered,
    Tree,
    bracketed,
    counted,
    ends_of,
    grown,
    leaf,
    more_of,
    named,
    rate_with_ends,
)
from salesperf.review.listed import listed_changed, listed_changes, listed_risks_gone, listed_then
from salesperf.review.whole import Review

__all__ = ["numbers_of_changes"]

_ATTAINED: Final = ("actual", "ratio", "pace")
_Found: TypeAlias = tuple[str, str | None]
"""The rule of a finding and the record that it is about: by these the findings of two reviews are held together."""


def numbers_of_changes(
    review: Review, comparison: Comparison, elsewhere: Elsewhere, before: Review, elsewhere_then: Elsewhere
) -> Numbered:
    """Yield what changed since the review before: each number then and now, and now less then.

    Parameters
    ----------
    review
        The review.
    comparison
        The review beside the one before.
    elsewhere
        Finds the trees of numbers that stand in other sections as well.
    before
        The review before.
    elsewhere_then
        Finds the trees of its numbers.
    """
    sides = _Side("now", review, elsewhere), _Side("then", before, elsewhere_then)
    yield from more_of("previous/metrics", listed_changes(comparison).rest, _title)
    for change in comparison.metrics:
        yield from _metric(change, *sides)
    for deals in comparison.deals:
        units = [each.unit for each in comparison.deals if each.process == deals.process and each.unit is not None]
        unit = "-" if deals.unit is None else code_among(deals.unit, units)
        yield from _deals(deals, sides, f"previous/{deals.process.key}/{unit}")
    scores = [partial(side.shown, side.review.quality.score, "quality/score") for side in sides]
    yield from _then_and_now("previous/quality", named("quality"), *scores)
    yield from _then_and_now("previous/unmet", named("unmet"), *(partial(_missed, side) for side in sides))
    gone = listed_risks_gone(comparison).rest
    yield from more_of("previous/risks", gone, lambda risk: Message(risk.title))
    yield from _agreed(comparison)
    yield from _found(comparison, *sides)


@attrs.frozen(eq=False)
class _Side:
    """One of the two reviews, what it is called, and where the trees of its numbers are found."""

    key: str
    review: Review
    elsewhere: Elsewhere

    @property
    def label(self) -> Message:
        return named(self.key)

    def shown(self, value: BreakdownValue, address: str, *others: Breakdown) -> Breakdown:
        """Return a number as another section has it; where that has none, others that come to it."""
        tree = self.elsewhere(address)
        # What is known today of the days until then need not be what was known then: entries come late.
        return shown(self.label, value, tree if tree is not None and tree.holds() else None, *others)


def _missed(side: _Side) -> Breakdown:
    return counted(side.label, [_named(each.target) for each in side.review.unmet])


def _then_and_now(address: str, label: Message, now: Tree, then: Tree) -> Numbered:
    """Yield a number now and then, below the change from then."""
    yield address, partial(_less, _change_of(label), now, then)
    yield f"{address}/now", now
    yield f"{address}/then", then


def _change_of(thing: Message) -> Message:
    return named("change_of", thing=thing)


def _less(label: Message, now: Tree, then: Tree) -> Breakdown:
    """Return a change; undefined where either number is."""
    parts = (now(), then())
    first, second = (part.value for part in parts)
    if isinstance(first, Amount) and isinstance(second, Amount) and first.unit == second.unit:
        return grown(label, first - second, Difference(), parts)
    if first is None or second is None or isinstance(first, Amount) or isinstance(second, Amount):
        return grown(label, None, Difference(), parts)
    if isinstance(first, int) and isinstance(second, int):
        return grown(label, first - second, Difference(), parts)
    return grown(label, float(first) - float(second), Difference(), parts)


def _named(target: Target) -> Message:
    title = scoped_title(target.metric, target.scope)
    return named("unmet_of", metric=title, owner=_owner(target.owner), period=target.period)


def _owner(owner: str | None) -> Message | str:
    return Message("review.company") if owner is None else owner


# Attained


def _metric(change: MetricChange, now: _Side, then: _Side) -> Numbered:
    whose = "" if change.owner == now.review.owner else f"/{change.owner}"
    within = f"{change.metric.key}{bracketed(change.scope)}{whose}"
    for name in _ATTAINED:
        trees = [partial(_attained, name, *side, within) for side in ((change.now, now), (change.then, then))]
        address, label = f"previous/{within}/{name}", Message("breakdown.actual") if name == "actual" else named(name)
        yield f"{address}/now", trees[0]
        yield f"{address}/then", trees[1]
        if name != "actual" or change.amount_change is not None:
            yield address, partial(_less, _change_of(label), *trees)


def _title(change: MetricChange) -> Message:
    return named("metric_of", metric=change.title, owner=_owner(change.owner))


def _attained(name: str, attained: Attainment | None, side: _Side, within: str) -> Breakdown:
    """Return what was attained: what was done, over what was owed, or over what was planned by then."""
    if attained is None:
        return leaf(side.label, None)
    there = f"attainment/{within}/{name}"
    done, owed = attained.breakdown.parts
    if name == "actual":
        actual = attained.actual
        # A ratio is kept with 28 digits, of which a reader wants few.
        return side.shown(float(actual) if isinstance(actual, Decimal) else actual, there, done)
    if name == "ratio":
        # Over a target that is not above 0 there is no ratio, though there is a quotient.
        return side.shown(attained.ratio, there, computed(side.label, Quotient(), (done, owed)))
    return side.shown(attained.pace.value, there)


# Deals


def _deals(deals: DealChange, sides: Iterable[_Side], address: str) -> Numbered:
    rates = {"now": (deals.win_rate_now, deals.closed_now), "then": (deals.win_rate_then, deals.closed_then)}
    for side, (rate, closed) in rates.items():
        within = f"{address}/win_rate/{side}"
        yield f"{within}/decided", partial(won_or_lost, closed)
        yield from rate_with_ends(within, named(side), rate, partial(count_of, closed, "won"), partial(won_or_lost, closed))
    yield f"{address}/win_rate", partial(_change_of_rate, deals)
    both = [closed for _, closed in rates.values()]
    yield from ends_of(
        f"{address}/win_rate",
        deals.difference,
        lambda: [tree for closed in both for tree in (count_of(closed, "won"), won_or_lost(closed))],
    )
    counts, worths = zip(*(_standing(deals, side) for side in sides), strict=True)
    yield from _then_and_now(f"{address}/open", named("deals_then"), *counts)
    yield from _then_and_now(f"{address}/open_value", named("open_value"), *worths)


def _standing(deals: DealChange, side: _Side) -> tuple[Tree, Tree]:
    """Return how many deals were open at the end of either review, and what they are worth."""
    pipeline = next(
        each.pipeline for each in side.review.deals if (each.process.key, each.unit) == (deals.process.key, deals.unit)
    )
    named_deals = [named("deal", deal=deal.id) for deal in pipeline.deals]
    return (
        partial(counted, side.label, named_deals),
        partial(shown, side.label, pipeline.total.amount, pipeline.breakdown),
    )


def _change_of_rate(deals: DealChange) -> Breakdown:
    sides = (("now", deals.win_rate_now, deals.closed_now), ("then", deals.win_rate_then, deals.closed_then))
    return _less(
        _change_of(named("win_rate")), *(partial(_rate, named(key), rate.value, closed) for key, rate, closed in sides)
    )


def _rate(label: Message, value: float | None, closed: ClosedDeals) -> Breakdown:
    return grown(label, value, Quotient(), (count_of(closed, "won"), won_or_lost(closed)))


# What was agreed, and what was found


def _agreed(comparison: Comparison) -> Numbered:
    """Yield how many actions were open then, and how many of these are now in each status."""
    if not comparison.actions:
        return
    yield from more_of("previous/actions", listed_then(comparison).rest, lambda change: verbatim(change.then.title))
    yield "previous/actions", partial(counted, named("open_then"), [verbatim(each.then.title) for each in comparison.actions])
    for status in (*PROGRESS_STATUSES, "gone"):
        titles = [verbatim(each.then.title) for each in comparison.actions if each.status == status]
        word = "report.previous.action_gone" if status == "gone" else f"action.status.{status}"
        if titles:
            yield f"previous/actions/{status}", partial(counted, Message(word), titles)


def _found(comparison: Comparison, now: _Side, then: _Side) -> Numbered:
    """Yield how many findings are gone, new and still so, and the numbers that the gone and new ones tell."""
    found = comparison.findings
    for key, findings in {"gone": found.gone, "new": found.new, "still": found.still}.items():
        yield f"previous/findings/{key}", partial(counted, named(f"found_{key}"), [each.message for each in findings])
    for key, findings in (("gone", found.gone), ("new", found.new)):
        yield from more_of(f"previous/findings/{key}", listed_changed(findings).rest, lambda finding: finding.message)
    for key, findings, side in (("gone", found.gone, then), ("new", found.new, now)):
        told = _where_told(side.review)
        for number, finding in enumerate(findings, 1):
            address, there = f"previous/findings/{key}/{number}", told[finding.rule, finding.record]
            for name, said in numbers_said(address, finding.message):
                yield name, partial(_told_again, said, side, f"{there}{name.removeprefix(address)}")


def _where_told(review: Review) -> Mapping[_Found, str]:
    """Return below which address the numbers of a finding stand, the gravest of each rule and record as they are compared."""
    places = {"causes": review.causes, "data/findings": review.findings}
    told: dict[_Found, str] = {}
    for section, findings in places.items():
        for place, finding in enumerate(findings, 1):
            if not finding.is_untold:
                told.setdefault((finding.rule, finding.record), f"{section}/{place}/{finding.rule}")
    return told


def _told_again(said: Tree, side: _Side, there: str) -> Breakdown:
    """Return a number that is told, as the section has it that tells it first."""
    alone = said()
    return attrs.evolve(side.shown(alone.value, there), label=alone.label)

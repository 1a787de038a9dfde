"""What changed since the review before: each number then and now, and the change, down to the records that are at hand."""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Final, TypeAlias

from salesperf.attainment import Attainment
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Difference, Quotient
from salesperf.model.message import Message
from salesperf.model.progress import PROGRESS_STATUSES
from salesperf.model.rule import BreakdownValue
from salesperf.model.target import Target, scoped_title
from salesperf.pipeline import ClosedDeals, Pipeline
from salesperf.review.comparing import Comparison, DealChange, MetricChange
from salesperf.review.explained.addresses import code_among
from salesperf.review.explained.decided import count_of, won_or_lost
from salesperf.review.explained.elsewhere import Elsewhere, MaybeTree, computed, numbers_said, shown, verbatim
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
from salesperf.review.listed import listed_changes
from salesperf.review.whole import Review

__all__ = ["numbers_of_changes"]

_ATTAINED: Final = ("actual", "ratio", "pace")
_Found: TypeAlias = tuple[str, str | None]
"""The rule of a finding and the record that it is about: by these the findings of two reviews are held together."""


def numbers_of_changes(review: Review, elsewhere: Elsewhere) -> Numbered:
    """Yield what changed since the review before: each number then and now, and now less then.

    Parameters
    ----------
    review
        The review.
    elsewhere
        Finds the trees of numbers that stand in other sections as well.
    """
    comparison = review.previous
    if comparison is None:
        return
    yield from more_of("previous/metrics", listed_changes(comparison).rest, _title)
    for change in comparison.metrics:
        yield from _metric(change, review.owner, elsewhere)
    pipelines = {(each.process.key, each.unit): each.pipeline for each in review.deals}
    for deals in comparison.deals:
        units = [each.unit for each in comparison.deals if each.process == deals.process and each.unit is not None]
        unit = "-" if deals.unit is None else code_among(deals.unit, units)
        yield from _deals(deals, pipelines[deals.process.key, deals.unit], f"previous/{deals.process.key}/{unit}")
    quality = partial(_as_elsewhere, named("now"), comparison.quality_now, partial(elsewhere, "quality/score"))
    yield from _then_and_now("previous/quality", named("quality"), quality, comparison.quality_then)
    unmet = partial(counted, named("now"), [_named(each.target) for each in review.unmet])
    yield from _then_and_now("previous/unmet", named("unmet"), unmet, comparison.unmet_then)
    yield from _agreed(comparison)
    yield from _found(comparison, _where_told(review), elsewhere)


def _as_elsewhere(label: Message, value: BreakdownValue, elsewhere: MaybeTree) -> Breakdown:
    """Return a number of now as another section has it."""
    return shown(label, value, elsewhere())


def _then_and_now(address: str, label: Message, now: Tree, then: BreakdownValue) -> Numbered:
    """Yield a number now and then, below the change from then; of then the number alone."""
    before = partial(leaf, named("then"), then)
    yield address, partial(_less, _change_of(label), now, before)
    yield f"{address}/now", now
    yield f"{address}/then", before


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


def _metric(change: MetricChange, owner: str | None, elsewhere: Elsewhere) -> Numbered:
    whose = "" if change.owner == owner else f"/{change.owner}"
    within = f"{change.metric.key}{bracketed(change.scope)}{whose}"
    for name in _ATTAINED:
        now = partial(_attained, named("now"), name, change.now, partial(elsewhere, f"attainment/{within}/{name}"))
        then = partial(_attained, named("then"), name, change.then, _nothing)
        address, label = f"previous/{within}/{name}", Message("breakdown.actual") if name == "actual" else named(name)
        yield f"{address}/now", now
        yield f"{address}/then", then
        if name != "actual" or change.amount_change is not None:
            yield address, partial(_less, _change_of(label), now, then)


def _nothing() -> None:
    """Return no tree: nothing of the review before is at hand but its numbers."""


def _title(change: MetricChange) -> Message:
    return named("metric_of", metric=change.title, owner=_owner(change.owner))


def _attained(label: Message, name: str, attained: Attainment | None, elsewhere: MaybeTree) -> Breakdown:
    """Return what was attained: what was done, over what was owed, or over what was planned by then."""
    if attained is None:
        return leaf(label, None)
    done, owed = attained.breakdown.parts
    trees = [elsewhere()]
    if name == "actual":
        actual = attained.actual
        # A ratio is kept with 28 digits, of which a reader wants few.
        return shown(label, float(actual) if isinstance(actual, Decimal) else actual, *trees, done)
    if name == "ratio":
        # Over a target that is not above 0 there is no ratio, though there is a quotient.
        return shown(label, attained.ratio, *trees, computed(label, Quotient(), (done, owed)))
    return shown(label, attained.pace.value, *trees)


# Deals


def _deals(deals: DealChange, pipeline: Pipeline, address: str) -> Numbered:
    sides = {"now": (deals.win_rate_now, deals.closed_now), "then": (deals.win_rate_then, deals.closed_then)}
    for side, (rate, closed) in sides.items():
        within = f"{address}/win_rate/{side}"
        yield f"{within}/decided", partial(won_or_lost, closed)
        yield from rate_with_ends(within, named(side), rate, partial(count_of, closed, "won"), partial(won_or_lost, closed))
    yield f"{address}/win_rate", partial(_change_of_rate, deals)
    both = [closed for _, closed in sides.values()]
    yield from ends_of(
        f"{address}/win_rate",
        deals.difference,
        lambda: [tree for closed in both for tree in (count_of(closed, "won"), won_or_lost(closed))],
    )
    standing = partial(counted, named("now"), [named("deal", deal=deal.id) for deal in pipeline.deals])
    yield from _then_and_now(f"{address}/open", named("deals_then"), standing, deals.open_then.count)
    worth = partial(shown, named("now"), deals.open_now.amount, pipeline.breakdown)
    yield from _then_and_now(f"{address}/open_value", named("open_value"), worth, deals.open_then.amount)


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
    yield "previous/actions", partial(counted, named("open_then"), [verbatim(each.then.title) for each in comparison.actions])
    for status in (*PROGRESS_STATUSES, "gone"):
        titles = [verbatim(each.then.title) for each in comparison.actions if each.status == status]
        word = "report.previous.action_gone" if status == "gone" else f"action.status.{status}"
        if titles:
            yield f"previous/actions/{status}", partial(counted, Message(word), titles)


def _found(comparison: Comparison, told: Mapping[_Found, str], elsewhere: Elsewhere) -> Numbered:
    """Yield how many findings are gone, new and still so, and the numbers that the gone and new ones tell."""
    found = comparison.findings
    for key, findings in {"gone": found.gone, "new": found.new, "still": found.still}.items():
        yield f"previous/findings/{key}", partial(counted, named(f"found_{key}"), [each.message for each in findings])
    for number, finding in enumerate(found.gone, 1):
        yield from numbers_said(f"previous/findings/gone/{number}", finding.message)
    for number, finding in enumerate(found.new, 1):
        address, there = f"previous/findings/new/{number}", told.get((finding.rule, finding.record), "")
        for name, said in numbers_said(address, finding.message):
            yield name, partial(_told_again, said, partial(elsewhere, f"{there}{name.removeprefix(address)}"))


def _where_told(review: Review) -> Mapping[_Found, str]:
    """Return below which address the numbers of a finding stand, the gravest of each rule and record as they are compared."""
    places = {"causes": review.causes, "data/findings": review.findings}
    told: dict[_Found, str] = {}
    for section, findings in places.items():
        for place, finding in enumerate(findings, 1):
            if not finding.is_untold:
                told.setdefault((finding.rule, finding.record), f"{section}/{place}/{finding.rule}")
    return told


def _told_again(said: Tree, elsewhere: MaybeTree) -> Breakdown:
    """Return a number that is told, as the section has it that tells it first."""
    alone = said()
    return _as_elsewhere(alone.label, alone.value, elsewhere)

"""What changed since the review before: each number then and now, and the change, down to the records that are at hand."""

from collections.abc import Callable
from functools import partial

from salesperf.attainment import Attainment
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Difference, Quotient
from salesperf.model.message import Message
from salesperf.model.progress import PROGRESS_STATUSES
from salesperf.model.rule import BreakdownValue
from salesperf.model.target import Target, scoped_title
from salesperf.pipeline import ClosedDeals, Pipeline
from salesperf.review.comparing import Comparison, DealChange, MetricChange
from salesperf.review.explained.elsewhere import Elsewhere, numbers_said, shown, verbatim
from salesperf.review.explained.growing import Numbered, Tree, bracketed, counted, ends_of, grown, leaf, named, rate_with_ends
from salesperf.review.whole import Review

__all__ = ["numbers_of_changes"]

_ATTAINED = ("actual", "ratio", "pace")


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
    for change in comparison.metrics:
        yield from _metric(change, review.owner, elsewhere)
    pipelines = {(each.process.key, each.unit): each.pipeline for each in review.deals}
    for deals in comparison.deals:
        yield from _deals(deals, pipelines[deals.process.key, deals.unit])
    quality = partial(shown, named("now"), comparison.quality_now, review.quality.report.breakdown)
    yield from _then_and_now("previous/quality", named("quality"), quality, comparison.quality_then)
    unmet = partial(counted, named("now"), [_named(each.target) for each in review.unmet])
    yield from _then_and_now("previous/unmet", named("unmet"), unmet, comparison.unmet_then)
    yield from _agreed(comparison)
    yield from _found(comparison)


def _then_and_now(address: str, label: Message, now: Tree, then: BreakdownValue) -> Numbered:
    """Yield a number now and then, below the change from then; of then the number alone."""
    before = partial(leaf, named("then"), then)
    yield address, partial(_less, label, now, before)
    yield f"{address}/now", now
    yield f"{address}/then", before


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
    owner = Message("review.company") if target.owner is None else target.owner
    return named("unmet_of", metric=scoped_title(target.metric, target.scope), owner=owner, period=target.period)


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
            yield address, partial(_less, label, now, then)


def _nothing() -> None:
    """Return no tree: nothing of the review before is at hand but its numbers."""


def _attained(label: Message, name: str, attained: Attainment | None, elsewhere: Callable[[], Breakdown | None]) -> Breakdown:
    """Return what was attained: what was done, over what was owed, or over what was planned by then."""
    if attained is None:
        return leaf(label, None)
    done, owed = attained.breakdown.parts
    trees = [elsewhere()]
    if name == "actual":
        return shown(label, attained.actual, *trees, done)
    if name == "ratio":
        return shown(label, attained.ratio, *trees, grown(label, attained.ratio, Quotient(), (done, owed)))
    return shown(label, attained.pace.value, *trees)


# Deals


def _deals(deals: DealChange, pipeline: Pipeline) -> Numbered:
    address = f"previous/{deals.process.key}/{'-' if deals.unit is None else deals.unit.code}"
    sides = {"now": (deals.win_rate_now, deals.closed_now), "then": (deals.win_rate_then, deals.closed_then)}
    for side, (rate, closed) in sides.items():
        within = f"{address}/win_rate/{side}"
        yield f"{within}/decided", partial(_decided, closed)
        yield from rate_with_ends(within, named(side), rate, partial(_won, closed), partial(_decided, closed))
    yield f"{address}/win_rate", partial(_change_of_rate, deals)
    counts = [partial(grow, closed) for _, closed in sides.values() for grow in (_won, _decided)]
    yield from ends_of(f"{address}/win_rate", deals.difference, lambda: [grow() for grow in counts])
    standing = partial(counted, named("now"), [named("deal", deal=deal.id) for deal in pipeline.deals])
    yield from _then_and_now(f"{address}/open", named("open"), standing, deals.open_then.count)
    worth = partial(shown, named("now"), deals.open_now.amount, pipeline.breakdown)
    yield from _then_and_now(f"{address}/open_value", named("open_value"), worth, deals.open_then.amount)


def _won(closed: ClosedDeals) -> Breakdown:
    return counted(named("won"), (named("deal_on", deal=deal.id, on=deal.on) for deal in closed.of("won")))


def _decided(closed: ClosedDeals) -> Breakdown:
    decided = (deal for deal in closed.deals if deal.outcome != "cancelled")
    return counted(named("won_or_lost"), (named("deal_on", deal=deal.id, on=deal.on) for deal in decided))


def _change_of_rate(deals: DealChange) -> Breakdown:
    sides = (("now", deals.win_rate_now, deals.closed_now), ("then", deals.win_rate_then, deals.closed_then))
    return _less(named("win_rate"), *(partial(_rate, named(key), rate.value, closed) for key, rate, closed in sides))


def _rate(label: Message, value: float | None, closed: ClosedDeals) -> Breakdown:
    return grown(label, value, Quotient(), (_won(closed), _decided(closed)))


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


def _found(comparison: Comparison) -> Numbered:
    """Yield how many findings are gone, new and still so, and the numbers that the gone and new ones tell."""
    found = comparison.findings
    for key, findings in {"gone": found.gone, "new": found.new, "still": found.still}.items():
        yield f"previous/findings/{key}", partial(counted, named(f"found_{key}"), [each.message for each in findings])
        for number, finding in enumerate(findings if key != "still" else (), 1):
            yield from numbers_said(f"previous/findings/{key}/{number}", finding.message)

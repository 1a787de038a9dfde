"""The numbers on deals of a review, down to the deals behind each."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cache, cached_property, partial
from typing import Final, TypeVar, cast

import attrs

from salesperf.funnel import FunnelSegment, FunnelTally, analyze, count
from salesperf.model.breakdown import Breakdown, Difference, Maximum, Sum
from salesperf.model.message import Message
from salesperf.model.people import Org
from salesperf.model.rule import BreakdownValue
from salesperf.pipeline import Bridge, BridgeStep, ClosedDeal, ClosedDeals, Flag, OpenDeal, Pipeline, snapshot
from salesperf.pipeline.deals import Outcome
from salesperf.review.deals import DealSection, above_of, without_members
from salesperf.review.explained.decided import average_won_value, count_of, on_day, won_or_lost, won_value
from salesperf.review.explained.elsewhere import computed, numbers_said, shown
from salesperf.review.explained.growing import (
    Numbered,
    addressed,
    counted,
    counted_days,
    grown,
    leaf,
    median_of,
    more_of,
    named,
    rate_with_ends,
    rep_named,
    summed,
)
from salesperf.review.listed import listed_deals, listed_lines, listed_lost_deals
from salesperf.review.places import Place, Places, places_of, tree

__all__ = ["numbers_of_deals"]

DealT = TypeVar("DealT", ClosedDeal, OpenDeal)

_OUTCOMES: Final[tuple[Outcome, ...]] = ("won", "lost", "cancelled")
_MOVED: Final = ("entered", "moved_on", "lost", "cancelled", "open")


def numbers_of_deals(section: DealSection, org: Org, owner: str | None, address: str) -> Numbered:
    """Yield the numbers of a section: of all its deals, of each stage, of those due, of the funnel, and of each member.

    Parameters
    ----------
    section
        The deals of one sales process.
    org, owner
        Of the review.
    address
        What the address of each begins with.
    """
    yield from _decided(section.closed, address)
    yield f"{address}/undated", lambda: leaf(named("decided_undated"), section.closed.undated)
    yield from _open(section.pipeline, address)
    yield f"{address}/open_value", lambda: section.pipeline.breakdown
    yield f"{address}/weighted_value", lambda: section.pipeline.weighted_breakdown
    yield from _hands(section, address)
    yield from _ends_of_bridge(section, address)
    yield from _moved(section.bridge, address)
    yield from _stages(section.pipeline, address)
    yield from _to_look_at(section.pipeline, address)
    yield from _lost(section, address)
    yield from _due(section, address)
    if section.funnel.segments[0].deals:
        yield from _funnel(section, address)
    yield from more_of(f"{address}/members", listed_lines(section.members).rest, lambda member: rep_named(member.owner))
    yield from _members(section, org, owner, address)


def _decided(closed: ClosedDeals, address: str) -> Numbered:
    for outcome in _OUTCOMES:
        yield f"{address}/{outcome}", partial(count_of, closed, outcome)
    yield f"{address}/won_value", lambda: won_value(closed)
    yield f"{address}/average_won_value", lambda: average_won_value(closed)
    won, decided = partial(count_of, closed, "won"), partial(won_or_lost, closed)
    yield f"{address}/won_or_lost", decided
    yield from rate_with_ends(f"{address}/win_rate", named("win_rate"), closed.win_rate, won, decided)
    yield f"{address}/median_cycle_days", lambda: _cycle(closed)
    yield f"{address}/with_cycle", lambda: counted(named("with_cycle"), (deal for deal, _ in _cycles(closed)))


def _cycle(closed: ClosedDeals) -> Breakdown:
    return median_of(named("cycle_days"), closed.median_cycle_days, _cycles(closed))


def _cycles(closed: ClosedDeals) -> Iterator[tuple[Message, int]]:
    return ((on_day(deal), deal.cycle_days) for deal in closed.of("won") if deal.cycle_days is not None)


def _open(pipeline: Pipeline, address: str) -> Numbered:
    yield f"{address}/open", partial(_all_open, pipeline)
    yield f"{address}/without_amount", partial(_without, pipeline)
    without_chance = [each for each in pipeline.deals if each.probability is None]
    yield f"{address}/without_probability", lambda: _standing("without_probability", without_chance)
    yield f"{address}/of_nobody", lambda: _standing("of_nobody", (each for each in pipeline.deals if each.owner is None))
    flagged: dict[Flag, list[OpenDeal]] = {flag: [] for flag in pipeline.flag_counts}
    for deal in pipeline.deals:
        for flag in deal.flags:
            flagged[flag].append(deal)
    for flag, deals in flagged.items():
        yield f"{address}/flag/{flag}", partial(_flagged, Message(f"pipeline.flag.{flag}"), deals)


def _standing(key: str, deals: Iterable[OpenDeal]) -> Breakdown:
    return _flagged(named(key), deals)


def _flagged(label: Message, deals: Iterable[OpenDeal]) -> Breakdown:
    return counted(label, (named("deal", deal=deal.id) for deal in deals))


def _hands(section: DealSection, address: str) -> Numbered:
    """Yield the deals that came from others and went to others since the day before the period."""
    now, then = ({deal.id for deal in deals} for deals in (section.deals, section.held_before))
    taken = [deal.id for deal in section.deals if deal.id not in then and deal.as_of(section.bridge.start) is not None]
    if section.taken_over or section.handed_over:
        for name, ids in (("taken_over", taken), ("handed_over", sorted(then - now))):
            yield f"{address}/{name}", partial(_listed, name, ids)


def _listed(key: str, ids: Iterable[str]) -> Breakdown:
    return counted(named(key), (named("deal", deal=deal) for deal in ids))


def _ends_of_bridge(section: DealSection, address: str) -> Numbered:
    """Yield what was open at the beginning and at the end, with its deals."""
    bridge = section.bridge
    opening = cache(partial(snapshot, section.deals, section.process, as_of=bridge.start))
    for name, line, at in (("opening", bridge.opening, opening), ("closing", bridge.closing, lambda: section.pipeline)):
        within = f"{address}/bridge/{name}"
        yield f"{within}/deals", partial(_then, named("deals_then"), line.count, at, _all_open)
        yield f"{within}/value", partial(_then, named("open_value"), line.amount, at, _open_value)
        yield f"{within}/without_amount", partial(_then, named("without_amount"), line.without_value, at, _without)


def _then(
    label: Message, value: BreakdownValue, at: Callable[[], Pipeline], grow: Callable[[Pipeline], Breakdown]
) -> Breakdown:
    # Deals of which only a later export tells the value make it differ: then it stands alone.
    return shown(label, value, grow(at()))


def _all_open(pipeline: Pipeline) -> Breakdown:
    return _standing("open", pipeline.deals)


def _open_value(pipeline: Pipeline) -> Breakdown:
    return pipeline.breakdown


def _without(pipeline: Pipeline) -> Breakdown:
    return _standing("without_amount", (each for each in pipeline.deals if each.amount is None))


def _moved(bridge: Bridge, address: str) -> Numbered:
    """Yield how the open value changed: each movement with its deals."""
    yield f"{address}/bridge", lambda: bridge.breakdown
    for movement, line in bridge.movements.items():
        if line.count:
            steps = [step for step in bridge.steps if step.movement == movement]
            label = Message(f"pipeline.movement.{movement}")
            within = f"{address}/bridge/{movement}"
            yield f"{within}/deals", partial(_steps, label, line.count, steps)
            amounts = [(_step(step), step.amount) for step in steps]
            yield f"{within}/value", partial(summed, label, line.amount, amounts)
            without = [_step(step) for step in steps if step.amount is None]
            yield f"{within}/without_amount", partial(counted, named("without_amount"), without)
    yield f"{address}/bridge/withheld", lambda: leaf(named("withheld"), bridge.withheld)


def _step(step: BridgeStep) -> Message:
    return named("deal_on", deal=step.id, on=step.on)


def _steps(label: Message, count: int, steps: Iterable[BridgeStep]) -> Breakdown:
    """Return a count of changes; of deals that come in or leave, each counts as many times as it did so."""
    return grown(label, count, Sum(), (leaf(_step(step), abs(step.deals) or 1) for step in steps))


def _to_look_at(pipeline: Pipeline, address: str) -> Numbered:
    """Yield the open deals that something is amiss with, and what tells it of each."""
    yield f"{address}/actionable", lambda: _flagged(named("actionable"), pipeline.actionable)
    yield from more_of(f"{address}/actionable", listed_deals(pipeline).rest, lambda deal: named("deal", deal=deal.id))
    for deal in pipeline.actionable:
        for flag, reason in deal.flags.items():
            known = {"over": partial(_over_limit, deal), "days": partial(_days_in_stage, deal)} if flag == "stalled" else None
            yield from numbers_said(f"{address}/deal/{deal.id}/{flag}", reason, known)
        yield f"{address}/deal/{deal.id}/value", partial(leaf, named("deal", deal=deal.id), deal.amount)


def _over_limit(deal: OpenDeal) -> Breakdown:
    """Return by how much a deal is longer in its stage than it should be."""
    return computed(named("over_limit"), Difference(), (_days_in_stage(deal), leaf(named("limit"), deal.max_days)))


def _days_in_stage(deal: OpenDeal) -> Breakdown:
    """Return how many days a deal has been in its stage, each of them a leaf."""
    days = (deal.as_of - timedelta(days=day) for day in reversed(range(cast("int", deal.stage_days))))
    return counted_days(named("days_in_stage"), days)


def _lost(section: DealSection, address: str) -> Numbered:
    """Yield what the deals lost that are told of were worth, and the numbers in what changed before."""
    lost = listed_lost_deals(section)
    yield from more_of(f"{address}/lost", lost.rest, lambda deal: named("deal", deal=deal.id))
    for deal in lost.shown:
        yield f"{address}/deal/{deal.id}/value", partial(leaf, named("deal", deal=deal.id), deal.amount)
        for place, one in enumerate(section.post_mortem(deal.id).evidence, 1):
            yield from numbers_said(f"{address}/deal/{deal.id}/changed/{place}/{one.kind}", one.message)


def _stages(pipeline: Pipeline, address: str) -> Numbered:
    for group, age in zip(pipeline.by_stage, pipeline.ages, strict=True):
        deals = tuple(deal for deal in pipeline.deals if deal.stage == group.key)
        within = f"{address}/{group.key}"
        yield f"{within}/deals", partial(_standing, "open", deals)
        amounts = tuple((named("deal", deal=deal.id), deal.amount) for deal in deals)
        yield f"{within}/open_value", partial(summed, named("open_value"), group.amount, amounts)
        days = tuple((named("deal", deal=deal.id), deal.stage_days) for deal in deals if deal.stage_days is not None)
        yield f"{within}/median_days", partial(median_of, named("median_days"), age.median_days, days)
        over = tuple(deal for deal in deals if "stalled" in deal.flags)
        yield f"{within}/over_limit", partial(_standing, "over_limit", over)
        weighted = tuple((named("deal", deal=deal.id), deal.weighted) for deal in deals)
        yield f"{within}/weighted_value", partial(summed, named("weighted_value"), group.weighted, weighted)
        yield f"{within}/longest_days", partial(_longest, age.longest_days, days)
        yield f"{within}/limit", partial(leaf, named("limit"), age.max_days)
        yield f"{within}/undated", partial(_standing, "stage_undated", [deal for deal in deals if deal.stage_days is None])


def _longest(value: int | None, days: Iterable[tuple[Message, int]]) -> Breakdown:
    return grown(named("longest_days"), value, Maximum(), (leaf(deal, number) for deal, number in days))


def _due(section: DealSection, address: str) -> Numbered:
    slips = section.slips
    due, slipped = ([named("deal", deal=deal.id) for deal in deals] for deals in (slips.deals, slips.slipped_deals))
    yield f"{address}/due", lambda: counted(named("due"), due)
    yield f"{address}/slipped", lambda: counted(named("slipped"), slipped)
    pending = [each for each in slips.deals if each.standing == "open" and not each.has_slipped]
    yield f"{address}/still_due", lambda: _listed("still_due", (deal.id for deal in pending))
    settled = [each for each in slips.deals if each.standing != "open" and not each.has_slipped]
    yield f"{address}/due_and_decided", lambda: _listed("due_and_decided", (deal.id for deal in settled))
    yield f"{address}/slips_withheld", lambda: leaf(named("withheld"), slips.withheld)
    if slips.total.slip_rate.value is not None:
        parts = (partial(counted, named(key), deals) for key, deals in (("slipped", slipped), ("due", due)))
        yield from rate_with_ends(f"{address}/slip_rate", named("slip_rate"), slips.total.slip_rate, *parts)


def _funnel(section: DealSection, address: str) -> Numbered:
    funnel = _Funnel(section)
    for place, stage in enumerate(section.funnel.segments[0].stages):
        for name in _MOVED:
            yield f"{address}/funnel/{stage.stage.key}/{name}", partial(funnel.grow, place, name)
        within = f"{address}/funnel/{stage.stage.key}"
        if stage.has_been_left:
            both = partial(funnel.grow, place, "moved_on"), partial(funnel.grow, place, "entered")
            yield from rate_with_ends(f"{within}/conversion_rate", named("conversion_rate"), stage.conversion_rate, *both)
        if stage.median_days.value is not None:
            yield f"{within}/median_days", partial(funnel.median_days, place, stage.median_days.value)
    yield f"{address}/funnel/open", funnel.still_open


class _Funnel:
    """The funnel of a section, deal by deal: a tally of many is the sum of the tallies of each."""

    def __init__(self, section: DealSection) -> None:
        self.section = section

    @cached_property
    def of_each(self) -> tuple[tuple[str, FunnelTally, FunnelSegment], ...]:
        """Each deal that is in the funnel, with its own."""
        closed = self.section.closed
        found = []
        for deal in self.section.deals:
            tally = count([deal], self.section.process, as_of=closed.as_of, period=closed.period)
            segment = analyze(tally).segments[0]
            if segment.deals:
                found.append((deal.id, tally, segment))
        return tuple(found)

    def grow(self, place: int, name: str) -> Breakdown:
        """Return the deals that did something in a stage."""
        did = (named("deal", deal=deal) for deal, _, segment in self.of_each if getattr(segment.stages[place], name))
        return counted(named(name), did)

    def still_open(self) -> Breakdown:
        """Return the deals that are not decided."""
        return counted(named("open"), (named("deal", deal=deal) for deal, _, segment in self.of_each if segment.open))

    def median_days(self, place: int, value: float) -> Breakdown:
        """Return the middle one of the visits that have ended."""
        visits = (
            (named("deal", deal=deal), days)
            for deal, tally, _ in self.of_each
            for days, times in zip(*(column.tolist() for column in tally.days_spent(0, place)), strict=True)
            for _ in range(times)
        )
        return median_of(named("median_days"), value, visits)


def _members(section: DealSection, org: Org, owner: str | None, address: str) -> Numbered:
    """Yield the numbers of each member, found as the section has found them."""
    places = Places(org)
    above = {deal.id: above_of(deal, section.process, places, section.closed.as_of) for deal in section.deals}
    ended, standing = _by_place(section.closed.deals, above), _by_place(section.pipeline.deals, above)
    found = sorted(ended.keys() | standing.keys(), key=lambda place: place[0])
    for place, name in addressed([place for place, _ in tree(org, owner, found)]):
        closed = attrs.evolve(section.closed, deals=tuple(ended.get(place, ())))
        pipeline = attrs.evolve(section.pipeline, deals=tuple(standing.get(place, ())))
        yield from _member(closed, pipeline, f"{address}/{name}")
    if section.rest is not None:
        yield from _member(*without_members(owner, section.closed, section.pipeline, above), f"{address}/{section.rest.owner}")


def _member(closed: ClosedDeals, pipeline: Pipeline, address: str) -> Numbered:
    yield from _decided(closed, address)
    yield from _open(pipeline, address)
    yield f"{address}/open_value", partial(getattr, pipeline, "breakdown")


def _by_place(deals: Iterable[DealT], above: Mapping[str, Sequence[str]]) -> Mapping[Place, list[DealT]]:
    """Return the deals of each owner and each team above."""
    found: dict[Place, list[DealT]] = {}
    for deal in deals:
        for place in places_of(above[deal.id]):
            found.setdefault(place, []).append(deal)
    return found

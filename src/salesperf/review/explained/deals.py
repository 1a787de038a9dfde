"""The numbers on deals of a review, down to the deals behind each."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property, partial
from typing import Final, TypeVar

import attrs

from salesperf.funnel import FunnelSegment, analyze, count
from salesperf.model.breakdown import Breakdown, Product, Quotient
from salesperf.model.message import Message
from salesperf.model.people import Org
from salesperf.pipeline import ClosedDeal, ClosedDeals, OpenDeal, Pipeline
from salesperf.pipeline.deals import Outcome
from salesperf.review.deals import DealSection, above_of
from salesperf.review.explained.growing import Numbered, addressed, counted, grown, leaf, median_of, named, rate_of, summed
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
    yield from _open(section.pipeline, address)
    yield f"{address}/open_value", lambda: section.pipeline.breakdown
    yield f"{address}/weighted_value", lambda: section.pipeline.weighted_breakdown
    yield f"{address}/bridge", lambda: section.bridge.breakdown
    yield from _stages(section.pipeline, address)
    yield from _due(section, address)
    if section.funnel.segments[0].deals:
        yield from _funnel(section, address)
    yield from _members(section, org, owner, address)


def _decided(closed: ClosedDeals, address: str) -> Numbered:
    for outcome in _OUTCOMES:
        yield f"{address}/{outcome}", partial(_count_of, closed, outcome)
    yield f"{address}/won_value", lambda: _won_value(closed)
    yield f"{address}/average_won_value", lambda: _average(closed)
    yield f"{address}/win_rate", lambda: _win_rate(closed)
    yield f"{address}/median_cycle_days", lambda: _cycle(closed)


def _on(deal: ClosedDeal) -> Message:
    return named("deal_on", deal=deal.id, on=deal.on)


def _count_of(closed: ClosedDeals, outcome: Outcome) -> Breakdown:
    return counted(named(outcome), map(_on, closed.of(outcome)))


def _won_value(closed: ClosedDeals) -> Breakdown:
    amounts = ((_on(deal), deal.amount) for deal in closed.of("won"))
    return summed(named("won_value"), closed.won_value, amounts)


def _average(closed: ClosedDeals) -> Breakdown:
    label, value = named("average_won_value"), closed.average_won_value
    with_amount = [deal for deal in closed.of("won") if deal.amount is not None]
    if value is None:
        return leaf(label, None)
    one = grown(
        named("one_of"),
        Fraction(1, len(with_amount)),
        Quotient(),
        (leaf(named("one"), 1), counted(named("won_with_amount"), map(_on, with_amount))),
    )
    return grown(label, value, Product("half_up"), (_won_value(closed), one))


def _win_rate(closed: ClosedDeals) -> Breakdown:
    won, decided = _count_of(closed, "won"), (*closed.of("won"), *closed.of("lost"))
    return rate_of(named("win_rate"), closed.win_rate.value, won, counted(named("won_or_lost"), map(_on, decided)))


def _cycle(closed: ClosedDeals) -> Breakdown:
    days = ((_on(deal), deal.cycle_days) for deal in closed.of("won"))
    return median_of(named("cycle_days"), closed.median_cycle_days, ((deal, each) for deal, each in days if each is not None))


def _open(pipeline: Pipeline, address: str) -> Numbered:
    yield f"{address}/open", partial(_standing, "open", pipeline.deals)
    for flag, number in pipeline.flag_counts.items():
        if number:
            flagged = tuple(deal for deal in pipeline.deals if flag in deal.flags)
            yield f"{address}/flag/{flag}", partial(_flagged, Message(f"pipeline.flag.{flag}"), flagged)


def _standing(key: str, deals: Iterable[OpenDeal]) -> Breakdown:
    return _flagged(named(key), deals)


def _flagged(label: Message, deals: Iterable[OpenDeal]) -> Breakdown:
    return counted(label, (named("deal", deal=deal.id) for deal in deals))


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


def _due(section: DealSection, address: str) -> Numbered:
    slips = section.slips
    due, slipped = ([named("deal", deal=deal.id) for deal in deals] for deals in (slips.deals, slips.slipped_deals))
    yield f"{address}/due", lambda: counted(named("due"), due)
    yield f"{address}/slipped", lambda: counted(named("slipped"), slipped)
    if slips.total.slip_rate.value is not None:
        rate = slips.total.slip_rate.value
        yield (
            f"{address}/slip_rate",
            lambda: rate_of(named("slip_rate"), rate, counted(named("slipped"), slipped), counted(named("due"), due)),
        )


def _funnel(section: DealSection, address: str) -> Numbered:
    funnel = _Funnel(section)
    for place, stage in enumerate(section.funnel.segments[0].stages):
        for name in _MOVED:
            yield f"{address}/funnel/{stage.stage.key}/{name}", partial(funnel.grow, place, name)
        yield f"{address}/funnel/{stage.stage.key}/conversion_rate", partial(funnel.rate, place)


class _Funnel:
    """The funnel of a section, deal by deal: a tally of many is the sum of the tallies of each."""

    def __init__(self, section: DealSection) -> None:
        self.section = section

    @cached_property
    def of_each(self) -> tuple[tuple[str, FunnelSegment], ...]:
        """Each deal that is in the funnel, with its own."""
        section = self.section
        alone = (
            (deal.id, analyze(count([deal], section.process, as_of=section.closed.as_of, period=section.closed.period)))
            for deal in section.deals
        )
        return tuple((deal, report.segments[0]) for deal, report in alone if report.segments[0].deals)

    def grow(self, place: int, name: str) -> Breakdown:
        """Return the deals that did something in a stage."""
        did = (named("deal", deal=deal) for deal, segment in self.of_each if getattr(segment.stages[place], name))
        return counted(named(name), did)

    def rate(self, place: int) -> Breakdown:
        """Return the rate of those that moved on."""
        value = self.section.funnel.segments[0].stages[place].conversion_rate.value
        return rate_of(named("conversion_rate"), value, self.grow(place, "moved_on"), self.grow(place, "entered"))


def _members(section: DealSection, org: Org, owner: str | None, address: str) -> Numbered:
    """Yield the numbers of each member, found as the section has found them."""
    places = Places(org)
    above = {deal.id: above_of(deal, section.process, places, section.closed.as_of) for deal in section.deals}
    ended, standing = _by_place(section.closed.deals, above), _by_place(section.pipeline.deals, above)
    found = sorted(ended.keys() | standing.keys(), key=lambda place: place[0])
    for place, name in addressed([place for place, _ in tree(org, owner, found)]):
        closed = attrs.evolve(section.closed, deals=tuple(ended.get(place, ())))
        pipeline = attrs.evolve(section.pipeline, deals=tuple(standing.get(place, ())))
        yield from _decided(closed, f"{address}/{name}")
        yield from _open(pipeline, f"{address}/{name}")
        yield f"{address}/{name}/open_value", partial(getattr, pipeline, "breakdown")


def _by_place(deals: Iterable[DealT], above: Mapping[str, Sequence[str]]) -> Mapping[Place, list[DealT]]:
    """Return the deals of each owner and each team above."""
    found: dict[Place, list[DealT]] = {}
    for deal in deals:
        for place in places_of(above[deal.id]):
            found.setdefault(place, []).append(deal)
    return found

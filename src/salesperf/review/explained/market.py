"""The numbers on competitors of a review, and on why deals were lost, down to the deals."""

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import chain
from typing import cast

from salesperf.customers import MarketLine, MarketShare
from salesperf.model.amount import Amount, Unit
from salesperf.model.breakdown import Breakdown, Difference, Sum
from salesperf.model.change import reason_title
from salesperf.model.message import Message
from salesperf.pipeline import ClosedDeal
from salesperf.review.explained.decided import each_of, on_day
from salesperf.review.explained.growing import (
    Numbered,
    counted,
    ends_of,
    grown,
    named,
    rate_of,
    rate_with_ends,
    summed,
)
from salesperf.review.listed import listed_competitors, listed_reasons, listed_sellers
from salesperf.review.market import CompetitorLine, MarketSection, ReasonLine
from salesperf.review.whole import Review

__all__ = ["numbers_of_market"]


def numbers_of_market(review: Review) -> Numbered:
    """Yield what was won and lost where a competitor is named and where none is, against each, and for which reason.

    Parameters
    ----------
    review
        The review.
    """
    market = review.market
    if market is None:
        return
    closed = chain.from_iterable(section.closed.deals for section in review.deals)
    deals = [deal for deal in closed if deal.outcome != "cancelled"]
    yield "market/decided", partial(_decided, deals)
    yield from _with_and_without(market, deals)
    yield from _competitors(market, deals)
    if market.shares is not None:
        yield from _shares(market.shares, deals)
    yield from _reasons(market, deals)


def _of(outcome: str, deals: Iterable[ClosedDeal]) -> list[ClosedDeal]:
    return [deal for deal in deals if deal.outcome == outcome]


def _with_and_without(market: MarketSection, deals: Sequence[ClosedDeal]) -> Numbered:
    """Yield what came of deals on which a competitor is named, and of the others, and how far apart these are."""
    named_on, others = ([deal for deal in deals if bool(deal.competitors) == is_named] for is_named in (True, False))
    yield from _line("market/named", market.named, named_on)
    yield from _line("market/unnamed", market.unnamed, others)
    if market.difference.value is not None:
        yield "market/difference", lambda: _difference(market, named_on, others)
        yield from ends_of("market/difference", market.difference, lambda: chain(_counts(named_on), _counts(others)))


def _line(address: str, line: CompetitorLine, deals: Sequence[ClosedDeal]) -> Numbered:
    won, decided = partial(_won, deals), partial(_decided, deals)
    yield f"{address}/decided", decided
    yield f"{address}/won", won
    yield f"{address}/lost", partial(_lost, deals)
    yield from rate_with_ends(f"{address}/win_rate", named("win_rate"), line.win_rate, won, decided)
    yield from _lost_values(address, line.lost_value, deals)


def _won(deals: Sequence[ClosedDeal]) -> Breakdown:
    return each_of(named("won"), _of("won", deals))


def _lost(deals: Sequence[ClosedDeal]) -> Breakdown:
    return each_of(named("lost"), _of("lost", deals))


def _decided(deals: Sequence[ClosedDeal]) -> Breakdown:
    return each_of(named("won_or_lost"), deals)


def _counts(deals: Sequence[ClosedDeal]) -> tuple[Breakdown, Breakdown]:
    return _won(deals), _decided(deals)


def _lost_values(address: str, amounts: Sequence[Amount], deals: Sequence[ClosedDeal]) -> Numbered:
    """Yield what the lost ones among some deals were worth; in several units, each under its own address."""
    for amount in amounts:
        unit = f"~{amount.unit.code}" if len(amounts) > 1 else ""
        yield f"{address}/lost_value{unit}", partial(_worth, named("lost_value"), amount, _of("lost", deals))


def _worth(label: Message, value: Amount, deals: Iterable[ClosedDeal]) -> Breakdown:
    return summed(label, value, ((on_day(deal), deal.amount) for deal in deals if _is_in(deal, value.unit)))


def _is_in(deal: ClosedDeal, unit: Unit) -> bool:
    return deal.amount is not None and deal.amount.unit == unit


def _difference(market: MarketSection, named_on: Sequence[ClosedDeal], others: Sequence[ClosedDeal]) -> Breakdown:
    rates = (
        rate_of(named(key), line.win_rate.value, *_counts(deals))
        for key, line, deals in (
            ("win_rate_named", market.named, named_on),
            ("win_rate_unnamed", market.unnamed, others),
        )
    )
    return grown(named("difference"), market.difference.value, Difference(), rates)


def _competitors(market: MarketSection, deals: Sequence[ClosedDeal]) -> Numbered:
    against: dict[str | None, list[ClosedDeal]] = {}
    for deal in deals:
        for competitor in deal.competitors:
            against.setdefault(competitor, []).append(deal)
    rest = listed_competitors(market).rest
    if rest:
        names = [named("told", text=line.competitor) for line in rest]
        yield "market/more_competitors", lambda: counted(named("more_competitors"), names)
    for line in market.competitors:
        yield from _line(f"market/competitor/{line.competitor}", line, against[line.competitor])


def _shares(shares: MarketShare, deals: Sequence[ClosedDeal]) -> Numbered:
    """Yield the value of what was decided, by who got it, and the share of each; those not told one by one with the others."""
    sold = _Sold(shares, deals)
    yield "market/shares", sold.all
    for line in shares.lines:
        address = "market/own_share" if line.seller is None else f"market/share/{line.seller}"
        yield address, partial(sold.share, line)
    yield "market/others_share", sold.share_of_others


class _Sold:
    """Who got the value of the deals that were decided, deal by deal."""

    def __init__(self, shares: MarketShare, deals: Sequence[ClosedDeal]) -> None:
        self.shares = shares
        self.by_seller: dict[str | None, list[ClosedDeal]] = {}
        self.to_others: list[ClosedDeal] = []
        for deal in deals:
            if not _is_in(deal, shares.market.unit):
                continue
            if deal.outcome == "won":
                self.by_seller.setdefault(None, []).append(deal)
            elif len(deal.competitors) == 1:
                self.by_seller.setdefault(deal.competitors[0], []).append(deal)
            else:
                self.to_others.append(deal)

    def all(self) -> Breakdown:
        """Return the value of all, as the sum of what each got."""
        whole = self.shares.breakdown
        return grown(whole.label, whole.value, whole.rule, (*map(self._of, self.shares.lines), self._rest()))

    def share(self, line: MarketLine) -> Breakdown:
        """Return the share of one."""
        return self._share(_seller(line), self._of(line))

    def share_of_others(self) -> Breakdown:
        """Return the share of all who are not told one by one."""
        label, others = Message("customers.market.others"), (*map(self._of, listed_sellers(self.shares).rest), self._rest())
        value = Amount.total([cast("Amount", each.value) for each in others], self.shares.market.unit)
        return self._share(label, grown(label, value, Sum(), others) if len(others) > 1 else others[0])

    def _share(self, label: Message, part: Breakdown) -> Breakdown:
        amount = cast("Amount", part.value)
        return rate_of(named("share_of_decided", seller=label), amount.minor / self.shares.market.minor, part, self.all())

    def _of(self, line: MarketLine) -> Breakdown:
        return _worth(_seller(line), line.amount, self.by_seller.get(line.seller, ()))

    def _rest(self) -> Breakdown:
        return _worth(Message("customers.market.others"), self.shares.rest, self.to_others)


def _seller(line: MarketLine) -> Message:
    return Message("customers.market.we") if line.seller is None else named("told", text=line.seller)


def _reasons(market: MarketSection, deals: Sequence[ClosedDeal]) -> Numbered:
    lost = _of("lost", deals)
    because: dict[str | None, list[ClosedDeal]] = {}
    for deal in lost:
        because.setdefault(deal.reason, []).append(deal)
    rest = listed_reasons(market).rest
    if rest:
        yield "market/more_reasons", lambda: counted(named("more_reasons"), (_reason(line) for line in rest))
    for line in market.reasons:
        address, deals_lost = f"market/reason/{line.reason or '-'}", because[line.reason]
        yield address, partial(_share_of_lost, line, deals_lost, lost)
        yield f"{address}/lost", partial(_lost, deals_lost)
        yield from _lost_values(address, line.lost_value, deals_lost)


def _reason(line: ReasonLine) -> Message:
    return named("no_reason") if line.reason is None else reason_title(line.reason)


def _share_of_lost(line: ReasonLine, part: Sequence[ClosedDeal], whole: Sequence[ClosedDeal]) -> Breakdown:
    return rate_of(named("share_of_lost"), line.share, _lost(part), _lost(whole))

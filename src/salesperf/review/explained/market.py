"""The numbers on competitors of a review, and on why deals were lost, down to the deals."""

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import chain

from salesperf.model.breakdown import Breakdown
from salesperf.model.message import Message
from salesperf.pipeline import ClosedDeal
from salesperf.review.explained.growing import Numbered, counted, named, rate_of
from salesperf.review.market import CompetitorLine
from salesperf.review.whole import Review

__all__ = ["numbers_of_market"]


def numbers_of_market(review: Review) -> Numbered:
    """Yield what was won and lost against each competitor, and for which reason.

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
    lines: list[tuple[str, CompetitorLine, Sequence[ClosedDeal]]] = [
        ("named", market.named, [deal for deal in deals if deal.competitors]),
        ("unnamed", market.unnamed, [deal for deal in deals if not deal.competitors]),
        *(
            (f"competitor/{line.competitor}", line, [deal for deal in deals if line.competitor in deal.competitors])
            for line in market.competitors
        ),
    ]
    for address, line, against in lines:
        won, lost = ([deal for deal in against if deal.outcome == outcome] for outcome in ("won", "lost"))
        yield f"market/{address}/won", partial(_counted, named("won"), won)
        yield f"market/{address}/lost", partial(_counted, named("lost"), lost)
        yield f"market/{address}/win_rate", partial(_win_rate, line, won, against)
    if market.shares is not None:
        yield "market/shares", partial(getattr, market.shares, "breakdown")
    lost = [deal for deal in deals if deal.outcome == "lost"]
    for reason in market.reasons:
        because = [deal for deal in lost if deal.reason == reason.reason]
        yield f"market/reason/{reason.reason or '-'}", partial(_share, reason.share, because, lost)


def _counted(label: Message, deals: Iterable[ClosedDeal]) -> Breakdown:
    return counted(label, (named("deal_on", deal=deal.id, on=deal.on) for deal in deals))


def _win_rate(line: CompetitorLine, won: Sequence[ClosedDeal], decided: Sequence[ClosedDeal]) -> Breakdown:
    whole = _counted(named("won_or_lost"), decided)
    return rate_of(named("win_rate"), line.win_rate.value, _counted(named("won"), won), whole)


def _share(share: float, part: Sequence[ClosedDeal], whole: Sequence[ClosedDeal]) -> Breakdown:
    return rate_of(named("share_of_lost"), share, _counted(named("lost"), part), _counted(named("lost"), whole))

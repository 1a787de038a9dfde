"""The numbers on deals that were decided, down to the deals: several sections tell them of different times."""

from collections.abc import Iterable
from fractions import Fraction

from salesperf.model.breakdown import Breakdown, Product, Quotient
from salesperf.model.message import Message
from salesperf.pipeline import ClosedDeal, ClosedDeals
from salesperf.pipeline.deals import Outcome
from salesperf.review.explained.growing import counted, grown, leaf, named, summed

__all__ = ["average_won_value", "count_of", "each_of", "on_day", "won_or_lost", "won_value", "won_with_amount"]


def on_day(deal: ClosedDeal) -> Message:
    """Return how a deal that was decided is called: by its id and the day."""
    return named("deal_on", deal=deal.id, on=deal.on)


def each_of(label: Message, deals: Iterable[ClosedDeal]) -> Breakdown:
    """Return how many there are, each of them a leaf."""
    return counted(label, map(on_day, deals))


def count_of(closed: ClosedDeals, outcome: Outcome) -> Breakdown:
    """Return how many ended in a way."""
    return each_of(named(outcome), closed.of(outcome))


def won_or_lost(closed: ClosedDeals) -> Breakdown:
    """Return how many were won or lost."""
    return each_of(named("won_or_lost"), (deal for deal in closed.deals if deal.outcome != "cancelled"))


def won_value(closed: ClosedDeals) -> Breakdown:
    """Return what the won ones are worth."""
    return summed(named("won_value"), closed.won_value, ((on_day(deal), deal.amount) for deal in closed.of("won")))


def won_with_amount(closed: ClosedDeals) -> Breakdown:
    """Return how many of the won ones have an amount."""
    return each_of(named("won_with_amount"), (deal for deal in closed.of("won") if deal.amount is not None))


def average_won_value(closed: ClosedDeals) -> Breakdown:
    """Return what a won deal is worth on average: what they are worth together, times one over how many have an amount."""
    label, value = named("average_won_value"), closed.average_won_value
    if value is None:
        return leaf(label, None)
    deals = won_with_amount(closed)
    one = grown(named("one_of"), Fraction(1, len(deals.parts)), Quotient(), (leaf(named("one"), 1), deals))
    return grown(label, value, Product("half_up"), (won_value(closed), one))

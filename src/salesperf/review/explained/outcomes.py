"""What is read off the distribution of a forecast, down to what is certain and to each amount that may come."""

from collections.abc import Iterator
from typing import Literal

from salesperf.forecast import Forecast, ForecastDeal
from salesperf.forecast.creation import NewDeals, NewDealsOfWorth
from salesperf.forecast.explaining import weighted_tree
from salesperf.model.amount import Amount
from salesperf.model.breakdown import (
    Breakdown,
    ChanceOfSum,
    Minimum,
    Product,
    QuantileOfSum,
    Quotient,
    UncertainAmount,
)
from salesperf.model.message import Message
from salesperf.review.explained.elsewhere import computed
from salesperf.review.explained.growing import Tree, grown, leaf, named
from salesperf.review.outlook import OUTCOME_SHARE

__all__ = ["chance_to_reach", "least_known", "outcome"]


def outcome(forecast: Forecast, label: Message, value: Amount, end: Literal["low", "high"], won: Tree) -> Breakdown:
    """Return one of the two amounts between which most outcomes lie.

    Parameters
    ----------
    forecast
        Of which it is an outcome.
    label, value
        What it is called, and comes to.
    end
        Which of the two.
    won
        Grows what is certain.
    """
    terms, below = forecast.terms, (1 - OUTCOME_SHARE) / 2
    rule = QuantileOfSum(
        probability=below if end == "low" else 1 - below,
        end=end,
        level=terms.level,
        correlation=float(terms.correlation),
        strata=terms.strata,
    )
    return grown(label, value, rule, (won(), *_may_come(forecast)))


def chance_to_reach(
    forecast: Forecast, label: Message, value: float, end: Literal["value", "low", "high"], needed: Tree, won: Tree
) -> Breakdown:
    """Return how likely a forecast reaches an amount, or what that would be if all chances were off.

    Parameters
    ----------
    forecast
        Which is to reach it.
    label, value
        What the number is called, and comes to.
    end
        The chance itself, or an end of its range.
    needed, won
        Grow what is to be reached, and what is certain of it.
    """
    terms = forecast.terms
    rule = ChanceOfSum(end=end, level=terms.level, correlation=float(terms.correlation), strata=terms.strata)
    return grown(label, value, rule, (needed(), won(), *_may_come(forecast)))


def least_known(forecast: Forecast) -> Breakdown:
    """Return of how many earlier deals the chance was learnt that was learnt of fewest; 0 where none was.

    Parameters
    ----------
    forecast
        With the chances.
    """
    label = named("least_known")
    of_deals = [leaf(named("deal", deal=deal.id), deal.observed) for deal in forecast.counted if deal.source != "stated"]
    new = forecast.new_deals
    of_new = [] if new is None else [leaf(Message("forecast.line.new_business"), new.observed)]
    learnt = of_deals + of_new
    return computed(label, Minimum(), learnt) if learnt else leaf(label, 0)


def _may_come(forecast: Forecast) -> Iterator[Breakdown]:
    """Yield each amount that may come: of open deals, and of those that do not exist yet."""
    for deal in forecast.counted:
        yield _deal(deal, forecast.terms.level)
    new = forecast.new_deals
    if new is not None and forecast.unit is not None:
        for kind in new.slots_by_worth():
            yield _new(new, kind, Amount(minor=kind.worth, unit=forecast.unit), forecast.terms.level)


def _deal(deal: ForecastDeal, level: float) -> Breakdown:
    plain = weighted_tree(deal)
    if deal.low is None or deal.high is None:  # a chance that is stated has no range
        return grown(plain.label, deal.weighted, UncertainAmount(), plain.parts)
    _, chance = plain.parts
    ends = (leaf(_end_of(chance.label, "low", level), deal.low), leaf(_end_of(chance.label, "high", level), deal.high))
    return grown(plain.label, deal.weighted, UncertainAmount(), (*plain.parts, *ends, _learnt_of(deal.observed)))


def _new(new: NewDeals, kind: NewDealsOfWorth, worth: Amount, level: float) -> Breakdown:
    """Return the deals yet to come of one worth: many small chances, each of which is a part of how many are expected."""
    label, slots = Message("forecast.new_count"), leaf(named("new_slots"), kind.slots)
    share = leaf(named("share_of_worth"), kind.share)
    parts = [leaf(Message("pipeline.amount"), worth)]
    for name, count, value in (
        (label, new.expected_count, kind.chance),
        (_end_of(label, "low", level), new.low_count, kind.low),
        (_end_of(label, "high", level), new.high_count, kind.high),
    ):
        of_worth = computed(named("new_of_worth"), Product(), (leaf(name, count), share))
        parts.append(grown(named("slot_chance", name=name), value, Quotient(), (of_worth, slots)))
    return computed(named("new_deals_worth", worth=worth), UncertainAmount(), (*parts, _learnt_of(new.observed), slots))


def _learnt_of(observed: int) -> Breakdown:
    return leaf(named("learnt_of"), observed)


def _end_of(name: Message, end: Literal["low", "high"], level: float) -> Message:
    return named("end_of", name=name, end=named(end, level=level))

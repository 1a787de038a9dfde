"""What was won in the days of a review against the time before, taken apart: how many deals, how many won, how large."""

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple, Self

import attrs
import numpy as np

from salesperf.customers import Purchases
from salesperf.model.amount import Amount, Unit
from salesperf.model.lead import Lead
from salesperf.model.opportunity import Opportunity
from salesperf.model.period import Period
from salesperf.pipeline import ClosedDeal, ClosedDeals, closed
from salesperf.pipeline.deals import decision_of
from salesperf.review.deals import DealSection
from salesperf.review.earlier import earlier_days
from salesperf.review.grounds import Grounds
from salesperf.review.leads import LeadSection, came_within, decided_within
from salesperf.variance import Variance, decompose

__all__ = ["WonChange", "bought_change", "won_changes"]


class WonChange(NamedTuple):
    """What changed about the won value of one sales process, and the deals decided in the time before."""

    section: DealSection
    before: ClosedDeals
    variance: Variance[Amount] | None
    from_leads: Variance[Amount] | None
    decided_from_leads: tuple[ClosedDeals, ...]
    """Of the deals decided before and now those that came from leads of the owner's."""

    @property
    def decided(self) -> tuple[ClosedDeals, ...]:
        """The deals decided before and now."""
        return (self.before, self.section.closed)


def won_changes(grounds: Grounds, sections: Iterable[DealSection], leads: LeadSection | None) -> Iterator[WonChange]:
    """Compare each section of deals with the time before; a process of which nothing earlier is known is passed over.

    The time before is chosen by all deals of the process, whoever had them, so that teams are compared with the same days as
    the company. Both times are looked at on the same day, and so by the same rules.
    """
    days: dict[str, Period | None] = {}
    for section in sections:
        key = section.process.key
        if key not in days:
            days[key] = _days_before(grounds, section)
        earlier = days[key]
        if earlier is None:
            continue
        before = closed(section.deals, section.process, as_of=section.closed.as_of, period=earlier)
        variance = _variance(section.unit, before.deals, section.closed.deals)
        led = tuple(_from_leads(decided, section, leads) for decided in (before, section.closed))
        from_leads = None if leads is None else _variance_from_leads(section.unit, leads, led)
        if from_leads is not None and led == (before, section.closed):
            variance = None  # it would tell the same sum again, and less of how it came about
        yield WonChange(section, before, variance, from_leads, led)


def _days_before(grounds: Grounds, section: DealSection) -> Period | None:
    """Choose the time before by the deals of a process, whoever had them."""
    decided, first = [], date.max
    for deal in grounds.deals_by_process[section.process.key]:
        decision = decision_of(deal, section.process)
        if decision is not None and decision.on is not None and decision.outcome != "cancelled":
            decided.append(decision.on.toordinal())
        first = min(first, _first_day(deal) or first)
    began = None if first == date.max else first
    return earlier_days(grounds.period, grounds.passed, np.array(decided, dtype=np.int64), began, grounds.calendar)


def _first_day(deal: Opportunity) -> date | None:
    """Return the first day of which anything about a deal is known."""
    return next((change.on for change in deal.history if change.on is not None), None)


@attrs.frozen
class _Decided:
    """Deals won or lost in some days: how many, how many won, how many of these with an amount, and what they were worth."""

    count: int
    won: int
    priced: int
    value: Amount

    @classmethod
    def of(cls, deals: Iterable[ClosedDeal], unit: Unit) -> Self:
        """Count deals; cancelled ones are neither won nor lost."""
        ended = [deal for deal in deals if deal.outcome != "cancelled"]
        won = [deal for deal in ended if deal.outcome == "won"]
        amounts = [deal.amount for deal in won if deal.amount is not None]
        return cls(len(ended), len(won), len(amounts), Amount.total(amounts, unit))

    @property
    def is_told(self) -> bool:
        """Whether the won value can be told: nothing was won, or something that has an amount."""
        return not self.won or self.priced > 0

    def factors(self, *, with_known: bool) -> Mapping[str, float]:
        """Return what the won value is the product of."""
        known = {"amounts_known": _over(self.priced, self.won)} if with_known else {}
        average = _over(float(self.value.decimal), self.priced)
        return {"opportunities": float(self.count), "win_rate": _over(self.won, self.count), **known, "deal_size": average}

    @property
    def cases(self) -> Mapping[str, int]:
        """Over how many cases those are that are rates or averages."""
        return {"win_rate": self.count, "amounts_known": self.won, "deal_size": self.priced}


def _over(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator else math.nan


def _variance(unit: Unit | None, before: Iterable[ClosedDeal], after: Iterable[ClosedDeal]) -> Variance[Amount] | None:
    """Take the change of the won value apart; ``None`` where it cannot be told, or nothing was won either time."""
    if unit is None:
        return None
    first, second = _Decided.of(before, unit), _Decided.of(after, unit)
    if not (first.is_told and second.is_told) or not (first.won or second.won):
        return None
    with_known = any(side.priced < side.won for side in (first, second))
    factors = [side.factors(with_known=with_known) for side in (first, second)]
    return decompose(*factors, cases=_pairs(factors[0], first.cases, second.cases)).as_amounts(first.value, second.value)


def _pairs(names: Iterable[str], before: Mapping[str, int], after: Mapping[str, int]) -> Mapping[str, tuple[int, int]]:
    """Return the cases before and after of those factors that are over cases."""
    return {name: (before[name], after[name]) for name in names if name in before}


def bought_change(before: Purchases, after: Purchases) -> Variance[Amount] | None:
    """Take the change of what customers bought apart: how many of them bought, how often each, and for how much at a time.

    Parameters
    ----------
    before, after
        What was bought in some days, in one unit. What came back takes from what a purchase brings on average.

    Returns
    -------
    Variance or None
        ``None`` where nobody bought in either time, or only returns are known of one: an average over nothing tells nothing.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import CNY
    >>> from salesperf.customers import Codes
    >>> days = np.array(["2026-09-01", "2026-09-02"], dtype="datetime64[D]")
    >>> one, two = (
    ...     Purchases.of(Codes.of(who), days, np.array([500, 700]), unit=CNY, as_of=date(2026, 9, 30))
    ...     for who in (["k-1", "k-1"], ["k-1", "k-2"])
    ... )
    >>> [(line.name, str(line.value)) for line in bought_change(one, two).lines]
    [('customers', '9.00 CNY'), ('purchases_per_customer', '-9.00 CNY'), ('average_purchase', '0.00 CNY')]
    """
    unit = before.unit or after.unit
    sides = [_Bought.of(each) for each in (before, after)]
    if unit is None or not any(side.purchases for side in sides) or any(side.minor and not side.purchases for side in sides):
        return None
    cases = {"purchases_per_customer": "customers", "average_purchase": "purchases"}
    pairs = {name: (getattr(sides[0], over), getattr(sides[1], over)) for name, over in cases.items()}
    ends = [Amount(minor=side.minor, unit=unit) for side in sides]
    first, second = (side.factors(unit) for side in sides)
    return decompose(first, second, cases=pairs).as_amounts(*ends)


class _Bought(NamedTuple):
    """How many customers bought, how often they all did, and for how much less what came back."""

    customers: int
    purchases: int
    minor: int

    @classmethod
    def of(cls, purchases: Purchases) -> "_Bought":
        codes, _ = purchases.bought
        return cls(int(np.unique(codes).size), int(codes.size), sum(purchases.minor.tolist()))

    def factors(self, unit: Unit) -> Mapping[str, float]:
        return {
            "customers": float(self.customers),
            "purchases_per_customer": _over(self.purchases, self.customers),
            "average_purchase": _over(self.minor / unit.scale, self.purchases),
        }


@attrs.frozen
class _FromLeads:
    """Leads of some days, and the deals decided in them that came from leads."""

    came: int
    converted: int
    deals: _Decided

    @classmethod
    def of(cls, leads: Iterable[Lead], deals: Iterable[ClosedDeal], days: Period, unit: Unit) -> Self:
        """Count both."""
        known = tuple(leads)
        return cls(came_within(known, days), decided_within(known, days, "converted"), _Decided.of(deals, unit))

    def factors(self, *, with_known: bool) -> Mapping[str, float]:
        """Return what the value won from leads is the product of."""
        factors = dict(self.deals.factors(with_known=with_known))
        count = factors.pop("opportunities")
        led = {"leads": float(self.came), "conversion_rate": _over(self.converted, self.came)}
        return led | {"deals_per_lead": _over(count, self.converted)} | factors

    @property
    def cases(self) -> Mapping[str, int]:
        """Over how many cases those are that are rates or averages."""
        return {"conversion_rate": self.came, "deals_per_lead": self.converted, **self.deals.cases}


def _from_leads(decided: ClosedDeals, section: DealSection, leads: LeadSection | None) -> ClosedDeals:
    """Return of some decided deals those that came from leads of the owner's."""
    known = set() if leads is None else {lead.id for lead in leads.leads}
    led = {deal.id for deal in section.deals if deal.lead in known}
    return attrs.evolve(decided, deals=tuple(deal for deal in decided.deals if deal.id in led))


def _variance_from_leads(unit: Unit | None, leads: LeadSection, led: Iterable[ClosedDeals]) -> Variance[Amount] | None:
    """Take the change of what was won from leads apart, further back: by the leads that came and those converted.

    ``None`` where leads and deals cannot be held together: in either time no lead came or none was converted; or where in
    neither a deal was won that came from a lead of the owner's.
    """
    if unit is None:
        return None
    sides = [_FromLeads.of(leads.leads, decided.deals, decided.period, unit) for decided in led]
    if any(not (side.came and side.converted and side.deals.is_told) for side in sides):
        return None
    if not any(side.deals.won for side in sides):
        return None
    with_known = any(side.deals.priced < side.deals.won for side in sides)
    factors = [side.factors(with_known=with_known) for side in sides]
    cases = _pairs(factors[0], sides[0].cases, sides[1].cases)
    return decompose(*factors, cases=cases).as_amounts(sides[0].deals.value, sides[1].deals.value)

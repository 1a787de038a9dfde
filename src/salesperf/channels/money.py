"""What leads bring and cost, with how sure one can be."""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from salesperf.channels.channel_line import return_breakdown
from salesperf.kernels.proportion import wilson
from salesperf.kernels.special import two_sided_quantile
from salesperf.model.amount import Amount
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message

__all__ = ["WonValues", "acquisition_cost", "break_even_rate", "return_on_investment"]


class WonValues(NamedTuple):
    """What leads brought that are won: how many, their sum, the sum of squares, and the least, in smallest units."""

    leads: int
    total: int
    squares: int
    least: int

    @classmethod
    def of(cls, minor: Sequence[int], counts: Sequence[int]) -> "WonValues":
        """Sum amounts, each of which so many leads brought."""
        pairs = list(zip(minor, counts, strict=True))
        return cls(
            sum(counts),
            sum(value * n for value, n in pairs),
            sum(value * value * n for value, n in pairs),
            min(minor, default=0),
        )

    def factor_among(self, everybody: int, level: float) -> float:
        """Return by what factor the sum may be off, were as many leads to come again: those not won bring 0."""
        share = Fraction(self.squares, self.total**2) - Fraction(1, everybody)
        spread = math.sqrt(share * everybody / (everybody - 1))
        return math.exp(two_sided_quantile(level) * spread)

    @property
    def mean(self) -> Fraction:
        """What a lead that is won brought on average."""
        return Fraction(self.total, self.leads)

    def margin(self, level: float) -> float:
        """Return how far the average may be off."""
        error = math.sqrt((Fraction(self.squares, self.leads) - self.mean**2) / (self.leads - 1))
        return two_sided_quantile(level) * error


def acquisition_cost(cost: Amount | None, leads: int, won: int, open_leads: int, level: float) -> Estimate:
    """Tell what it cost to win a lead; the cost of a lead is known, and which share of them is won varies."""
    if cost is None:
        return Estimate.undefined(Message("channels.reason.no_cost"))
    unit = str(cost.unit)
    if not leads:
        return Estimate.undefined(Message("channels.reason.no_leads"), unit=unit)
    rate, per_lead = wilson(won, leads, level=level), Fraction(cost.decimal) / leads
    if not won:
        least = cost.times(Fraction(1) / (leads * Fraction(rate.high)))
        return Estimate.undefined(Message.of("channels.reason.none_won", least=least), n=leads, unit=unit)
    value = float(per_lead * leads / won)
    low, high = float(per_lead) / rate.high, float(per_lead) / rate.low
    # Where all are won, the end of the interval is the value but for rounding.
    return Estimate(
        value=value, low=min(low, value), high=max(high, value), n=leads, level=level, unit=unit, reason=_open(open_leads)
    )


def return_on_investment(
    value: Amount | None,
    cost: Amount | None,
    won: WonValues,
    *,
    leads: int,
    unvalued: int,
    open_leads: int,
    level: float,
    minimum: int,
) -> Estimate:
    """Tell what spending brought beyond itself; the interval is that of the value, taken as log-normal."""
    if cost is None:
        return Estimate.undefined(Message("channels.reason.no_cost"))
    if not cost.minor:
        return Estimate.undefined(Message("channels.reason.nothing_spent"))
    exact = return_breakdown(value, cost).value
    if value is None or not isinstance(exact, Fraction):
        return Estimate.undefined(Message("channels.reason.no_value"))
    rate, reason = float(exact), _open(open_leads)
    if won.leads < max(minimum, 2):
        too_few = Message.of("channels.reason.too_few_won", n=won.leads, minimum=minimum)
        return Estimate(value=rate, n=won.leads, level=level, reason=too_few)
    if unvalued:
        reason = Message.of("channels.reason.unvalued", count=unvalued)
    if won.total <= 0 or won.least < 0:
        return Estimate(value=rate, n=won.leads, level=level, reason=Message("channels.reason.below_zero"))
    factor, times = won.factor_among(leads, level), float(Fraction(value.minor, cost.minor))
    low, high = times / factor - 1, times * factor - 1
    return Estimate(value=rate, low=min(low, rate), high=max(high, rate), n=won.leads, level=level, reason=reason)


def break_even_rate(
    cost: Amount | None, leads: int, own: WonValues, all_won: WonValues, level: float, minimum: int
) -> Estimate:
    """Tell which share of the leads must be won for their value to be the cost.

    By the average value of own leads that are won, or where these are too few, of the leads of all channels.
    """
    if cost is None or not cost.minor:
        return Estimate.undefined(Message("channels.reason.no_cost"))
    if not leads:
        return Estimate.undefined(Message("channels.reason.no_leads"))
    won, reason = (
        (own, None) if own.leads >= minimum else (all_won, Message.of("channels.reason.value_of_all", n=all_won.leads))
    )
    if won.leads < max(minimum, 2):
        return Estimate.undefined(Message.of("channels.reason.too_few_won", n=won.leads, minimum=minimum), n=won.leads)
    mean = won.mean
    if mean <= 0:
        return Estimate.undefined(Message("channels.reason.no_value_above_zero"), n=won.leads)
    reach, per_lead = won.margin(level), Fraction(cost.minor, leads)
    value, least = float(per_lead / mean), float(mean) - reach
    low, high = float(per_lead) / (float(mean) + reach), float(per_lead) / least if least > 0 else math.inf
    return Estimate(value=value, low=min(low, value), high=max(high, value), n=won.leads, level=level, reason=reason)


def _open(leads: int) -> Message | None:
    """Return what weakens a number that counts what was won by now."""
    return Message.of("channels.reason.open", open=leads) if leads else None

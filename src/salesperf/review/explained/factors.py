"""The factors of a change, down to deals, leads, purchases, and what was planned and attained."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import cached_property
from typing import Protocol, cast

from salesperf.customers import Purchases
from salesperf.model.amount import Amount, Unit
from salesperf.model.breakdown import Breakdown, Quotient
from salesperf.model.lead import Lead
from salesperf.model.message import Message
from salesperf.model.rule import BreakdownValue
from salesperf.pipeline import ClosedDeals
from salesperf.review.explained.decided import average_won_value, count_of, won_or_lost, won_value, won_with_amount
from salesperf.review.explained.elsewhere import computed
from salesperf.review.explained.growing import counted, leaf, named, summed
from salesperf.review.leads import came_within, decided_within
from salesperf.review.sections import MetricSection
from salesperf.review.steps import Steps

__all__ = ["BoughtFactors", "Factors", "StepFactors", "WonFactors"]


class Factors(Protocol):
    """The factors of one side of a change."""

    def told(self, name: str) -> BreakdownValue:
        """Return what a reader is told of a factor, where that is not the number that it is: an amount, or a whole number."""

    def grow(self, name: str) -> Breakdown:
        """Return a factor as a reader is told it."""

    def exact(self, name: str) -> Breakdown:
        """Return a factor as an exact number; without a value where it is a rate over nothing."""

    def cases(self, name: str) -> Breakdown:
        """Return over how many cases a factor is that is a rate or an average."""


class WonFactors:
    """The factors of what was won in some days, down to the deals and leads."""

    def __init__(self, decided: ClosedDeals, leads: Iterable[Lead]) -> None:
        self.decided, self.leads = decided, leads

    def told(self, name: str) -> BreakdownValue:
        """Return how large a deal is in whole smallest units, and things that are counted as a whole number."""
        if name == "deal_size":
            return self.decided.average_won_value
        return self.exact(name).value if name in {"opportunities", "leads"} else None

    def grow(self, name: str) -> Breakdown:
        """Return a factor as a reader is told it: how large a deal is, in whole smallest units."""
        return average_won_value(self.decided) if name == "deal_size" else self.exact(name)

    def exact(self, name: str) -> Breakdown:
        """Return a factor as an exact number; without a value where it is a rate over nothing."""
        match name:
            case "opportunities":
                return self._ended
            case "leads":
                return self._came
            case _:
                return computed(named("rate"), Quotient(), self._ratio(name))

    def cases(self, name: str) -> Breakdown:
        """Return over how many cases a factor is that is a rate or an average."""
        return self._ratio(name)[1]

    def _ratio(self, name: str) -> tuple[Breakdown, Breakdown]:
        """Return what a rate or an average is the quotient of."""
        match name:
            case "win_rate":
                return self._won, self._ended
            case "amounts_known":
                return self._priced, self._won
            case "deal_size":
                return won_value(self.decided), self._priced
            case "conversion_rate":
                return self._converted, self._came
            case _:
                return self._ended, self._converted

    @cached_property
    def _ended(self) -> Breakdown:
        return won_or_lost(self.decided)

    @cached_property
    def _won(self) -> Breakdown:
        return count_of(self.decided, "won")

    @cached_property
    def _priced(self) -> Breakdown:
        return won_with_amount(self.decided)

    @cached_property
    def _came(self) -> Breakdown:
        days = self.decided.period
        return counted(named("came"), (named("lead", lead=lead.id) for lead in self.leads if came_within((lead,), days)))

    @cached_property
    def _converted(self) -> Breakdown:
        days = self.decided.period
        found = (lead for lead in self.leads if decided_within((lead,), days, "converted"))
        return counted(named("converted"), (named("lead", lead=lead.id) for lead in found))


class BoughtFactors:
    """The factors of what customers bought in some days, down to the days on which each of them did."""

    def __init__(self, purchases: Purchases) -> None:
        self.purchases = purchases

    @cached_property
    def whole(self) -> Breakdown:
        """What they bought, less what came back."""
        bought, unit = self.purchases, cast("Unit", self.purchases.unit)  # a change is one of amounts
        columns = zip(bought.codes.tolist(), bought.days.tolist(), bought.minor.tolist(), strict=True)
        items = [(_purchase(bought.customers[code], day), Amount(minor=minor, unit=unit)) for code, day, minor in columns]
        return summed(named("bought_by_named"), Amount.total((amount for _, amount in items), unit), items)

    def told(self, name: str) -> BreakdownValue:
        """Return how many customers bought as a whole number."""
        return self._buyers.value if name == "customers" else None

    def grow(self, name: str) -> Breakdown:
        """Return a factor as a reader is told it."""
        return self.exact(name)

    def exact(self, name: str) -> Breakdown:
        """Return a factor as an exact number; without a value where it is a rate over nothing."""
        if name == "customers":
            return self._buyers
        over = self.cases(name)
        return computed(named("rate"), Quotient(), (self.whole if name == "average_purchase" else self._times, over))

    def cases(self, name: str) -> Breakdown:
        """Return over how many customers or purchases an average is."""
        return self._times if name == "average_purchase" else self._buyers

    @cached_property
    def _buyers(self) -> Breakdown:
        codes = dict.fromkeys(self.purchases.bought[0].tolist())
        return counted(named("named_buyers"), (named("customer", customer=self.purchases.customers[code]) for code in codes))

    @cached_property
    def _times(self) -> Breakdown:
        pairs = zip(*(column.tolist() for column in self.purchases.bought), strict=True)
        return counted(named("times_bought"), (_purchase(self.purchases.customers[code], day) for code, day in pairs))


def _purchase(customer: str, day: int) -> Message:
    return named("customer_on", customer=customer, days=(date.fromordinal(day),))


class StepFactors:
    """What was planned of each step toward an amount, or with a place of 1 came of it, down to targets and entries."""

    def __init__(self, steps: Steps, place: int, grow: Callable[[MetricSection, int], Breakdown]) -> None:
        self.steps, self.place, self._grow = steps, place, grow

    def told(self, name: str) -> BreakdownValue:
        """Return how many were planned as a whole number where they are one."""
        value = self.exact(name).value
        return value if isinstance(value, int) else None

    def grow(self, name: str) -> Breakdown:
        """Return a factor as a reader is told it."""
        return self.exact(name)

    def exact(self, name: str) -> Breakdown:
        """Return a factor as an exact number; without a value where it is a rate over nothing."""
        place = self.steps.names.index(name)
        if place == 0:
            return self._number(self.steps.keys[0])
        if self.steps.rate is not None and name == self.steps.names[-1]:
            rate = self._grow(self.steps.rate, self.place)
            return computed(rate.label, Quotient(), (rate, leaf(named("one"), 1)))
        whole = self._grow(self.steps.whole, self.place)
        above = whole if place == len(self.steps.keys) else self._number(self.steps.keys[place])
        return computed(named("rate"), Quotient(), (above, self.cases(name)))

    def cases(self, name: str) -> Breakdown:
        """Return over how many of the step before a rate or an average is."""
        return self._number(self.steps.keys[self.steps.names.index(name) - 1])

    def _number(self, key: str) -> Breakdown:
        """Return a number of things: what was counted, plain, or an amount for what one of them brings."""
        for section in self.steps.counts:
            if section.metric.key == key:
                number = self._grow(section, self.place)
                unit = cast("Amount", number.value).unit
                one = leaf(named("one"), Amount(minor=unit.scale, unit=unit))
                return computed(number.label, Quotient(), (number, one))
        both = (self.steps.whole, cast("MetricSection", self.steps.rate))
        whole, rate = (self._grow(section, self.place) for section in both)
        return computed(named("implied_number", whole=whole.label), Quotient(), (whole, rate))

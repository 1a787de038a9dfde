"""What the customers of a review bought, item by item: won deals, entries, or days where no entries are at hand."""

from collections.abc import Container, Iterable, Iterator
from datetime import date
from functools import cached_property
from typing import NamedTuple

from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Sum
from salesperf.model.message import Message
from salesperf.model.opportunity import Opportunity
from salesperf.model.records import Records
from salesperf.pipeline.deals import decision_of
from salesperf.review.customer_sales import own_entries
from salesperf.review.customers import CustomerSection
from salesperf.review.explained.entries import entry_named, place_of
from salesperf.review.explained.growing import counted, grown, leaf, named, summed
from salesperf.review.grounds import Grounds
from salesperf.review.whole import Review

__all__ = ["Sales"]


class _Item(NamedTuple):
    """Something that was sold; of a won deal without an amount nobody knows for how much."""

    day: int
    label: Message
    amount: Amount | None


class Sales:
    """What the owner of a review sold, by customer. Days are ordinals.

    Parameters
    ----------
    review
        The review.
    section
        Its customers.
    records
        What was known; ``None`` where no entries are at hand.
    """

    def __init__(self, review: Review, section: CustomerSection, records: Records | None) -> None:
        self.review, self.section, self.records = review, section, records

    @property
    def are_single(self) -> bool:
        """Whether each item is a deal or an entry; else it is a day of one customer, and what names none is not known."""
        return self.section.basis == "deals" or self.records is not None

    def of(self, label: Message, value: Amount, customer: str | None, days: Container[int]) -> Breakdown:
        """Return what a customer, or nobody named, bought on some days, in the unit of the section."""
        if customer is None and not self.are_single:
            return leaf(label, value)
        return summed(label, value, self._priced(customer, days))

    def of_all(self, label: Message, value: Amount, customers: Iterable[str], days: Container[int]) -> Breakdown:
        """Return what several customers bought on some days, each by itself."""
        return grown(label, value, Sum(), (self.of_one(customer, days) for customer in customers))

    def of_one(self, customer: str, days: Container[int]) -> Breakdown:
        """Return what a customer bought on some days, under the customer's id."""
        value = Amount.total([amount for _, amount in self._priced(customer, days)], self.section.revenue.unit)
        return self.of(named("customer", customer=customer), value, customer, days)

    def minor_by_customer(self, days: range) -> dict[str, int]:
        """Return what each customer bought on some days, less what came back, in smallest units."""
        purchases = self.section.purchases
        rows = (purchases.days >= days.start) & (purchases.days < days.stop)
        sums: dict[str, int] = {}
        for code, minor in zip(purchases.codes[rows].tolist(), purchases.minor[rows].tolist(), strict=True):
            name = purchases.customers[code]
            sums[name] = sums.get(name, 0) + minor
        return sums

    def unnamed(self, label: Message, days: Container[int]) -> Breakdown:
        """Return how many items of some days name no customer, in whatever unit."""
        if not self.are_single:
            return leaf(label, self.section.unnamed)
        return counted(label, (each.label for each in self._by_customer.get(None, ()) if each.day in days))

    def without_amount(self, label: Message, days: Container[int]) -> Breakdown:
        """Return how many won deals of some days have no amount."""
        items = (each for items in self._by_customer.values() for each in items)
        return counted(label, (each.label for each in items if each.amount is None and each.day in days))

    def undated(self, label: Message) -> Breakdown:
        """Return how many deals were won on a day that nobody knows."""
        return counted(label, (named("deal", deal=deal.id) for deal, on in self._won() if on is None))

    def _priced(self, customer: str | None, days: Container[int]) -> Iterator[tuple[Message, Amount]]:
        for each in self._by_customer.get(customer, ()):
            if each.amount is not None and each.amount.unit == self.section.revenue.unit and each.day in days:
                yield each.label, each.amount

    @cached_property
    def _by_customer(self) -> dict[str | None, list[_Item]]:
        found: dict[str | None, list[_Item]] = {}
        for customer, item in self._items():
            found.setdefault(customer, []).append(item)
        return found

    def _items(self) -> Iterator[tuple[str | None, _Item]]:
        if self.section.basis == "deals":
            for deal, on in self._won():
                if on is not None:
                    yield deal.customer, _Item(on.toordinal(), named("deal_on", deal=deal.id, on=on), deal.amount)
        elif self.records is not None:
            review = self.review
            grounds = Grounds(records=self.records, owner=review.owner, period=review.period, as_of=review.as_of)
            for customer, entry in sorted(own_entries(grounds), key=lambda each: place_of(each[1])):
                yield customer, _Item(entry.on.toordinal(), entry_named(entry), entry.amount)
        else:
            purchases, unit = self.section.purchases, self.section.revenue.unit
            columns = (purchases.codes.tolist(), purchases.days.tolist(), purchases.minor.tolist())
            for code, day, minor in zip(*columns, strict=True):
                label = named("day", on=date.fromordinal(day))
                yield purchases.customers[code], _Item(day, label, Amount(minor=minor, unit=unit))

    def _won(self) -> Iterator[tuple[Opportunity, date | None]]:
        for section in self.review.deals:
            for deal in section.deals:
                decision = decision_of(deal, section.process)
                if decision is not None and decision.outcome == "won":
                    yield deal, decision.on

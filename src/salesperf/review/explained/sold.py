"""What was sold of each product before and now, and what prices, volume and mix did, down to entries."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Final, TypeAlias

from salesperf.attainment.entries import is_within
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Difference, Quotient, Sum
from salesperf.model.message import Message
from salesperf.model.period import Period
from salesperf.model.target import Actual
from salesperf.review.explained.effects import shared_out
from salesperf.review.explained.elsewhere import computed, shown, verbatim
from salesperf.review.explained.entries import entry_named, in_order
from salesperf.review.explained.growing import grown, leaf, named, summed
from salesperf.review.grounds import Grounds
from salesperf.review.products import ORDER_VALUE
from salesperf.review.variance import VarianceLine
from salesperf.variance import Effect

__all__ = ["SoldProducts"]

_REVENUE: Final = "revenue"
_QUANTITIES: Final = ("units_sold", "orders")
_FACTORS: Final[Mapping[str, int]] = MappingProxyType({"volume": 0, "mix": 1, "price": 2, ORDER_VALUE: 2})
"""Which of the three factors of the value of a product an effect is of."""
_SIDES: Final = ("before", "after")

_Entries: TypeAlias = Mapping[tuple[str, str], Sequence[Actual]]
"""Entries by metric and product."""


class SoldProducts:
    """What is behind a change of what was sold.

    Parameters
    ----------
    line
        The change.
    grounds
        ``None`` where no entries are at hand.
    """

    def __init__(self, line: VarianceLine, grounds: Grounds | None) -> None:
        self.line, self.grounds = line, grounds

    # Before, and now

    def whole(self, place: int, label: Message, value: Amount) -> Breakdown:
        """Return what was sold of all products together: before, or with a place of 1 now."""
        return grown(label, value, Sum(), (self._amount(place, name, verbatim(name)) for name in self.line.sold[place]))

    def quantity(self, place: int) -> Breakdown:
        """Return how much was sold of all products of which something was sold both before and now."""
        return computed(self._all(place), Sum(), (self._quantity(place, name, verbatim(name)) for name in self._both))

    def _all(self, place: int) -> Message:
        return named(f"quantity_{_SIDES[place]}")

    @cached_property
    def _both(self) -> tuple[str, ...]:
        """The products of which there is a price before and now."""
        before, after = self.line.sold
        names = (name for name in before if name in after)
        return tuple(name for name in names if before[name].price is not None and after[name].price is not None)

    def _amount(self, place: int, name: str, label: Message) -> Breakdown:
        """Return for how much was sold of a product."""
        sold = self.line.sold[place].get(name)
        zero = Amount.zero(self.line.variance.before.unit)
        amount = zero if sold is None else sold.amount
        entries = [each for each in self._found[place].get((_REVENUE, name), ()) if each.amount.unit == amount.unit]
        whole = Amount.total([entry.amount for entry in entries], amount.unit)
        return shown(label, amount, summed(label, whole, ((entry_named(entry), entry.amount) for entry in entries)))

    def _quantity(self, place: int, name: str, label: Message) -> Breakdown:
        """Return how much was sold of a product, as a number."""
        entries = (self._found[place].get((metric, name), ()) for metric in _QUANTITIES)
        trees = (_number_of(label, each) for each in entries if each)
        return shown(label, computed(label, Sum(), (leaf(label, self.line.sold[place][name].quantity),)).value, *trees)

    @cached_property
    def _found(self) -> tuple[_Entries, _Entries]:
        """The entries that name a product, before and now."""
        grounds, before = self.grounds, self.line.before
        if grounds is None or before is None:
            return {}, {}
        return _by_product(grounds, before), _by_product(grounds, grounds.passed)

    # What made the change

    def effect(self, effect: Effect[Amount], label: Message) -> Breakdown:
        """Return what volume, mix or prices changed, or new products or those that are gone, product by product."""
        return grown(label, effect.value, Sum(), self._by_item(effect))

    def _by_item(self, effect: Effect[Amount]) -> Iterator[Breakdown]:
        variance = self.line.variance
        row = variance.segment_effects[variance.lines.index(effect)].tolist()
        for name, minor in zip(variance.segments, row, strict=True):
            value = Amount(minor=minor, unit=effect.value.unit)
            if minor and effect.name in _FACTORS:
                factors = (factor for place in (0, 1) for factor in self._factors(place, name))
                label = named("factor_of_product", factor=effect.label, product=name)
                yield shared_out(label, value, _FACTORS[effect.name], factors)
            elif minor:
                sides = (self._amount(place, name, named(_SIDES[place])) for place in (1, 0))
                yield grown(verbatim(name), value, Difference(), sides)

    def _factors(self, place: int, name: str) -> Iterator[Breakdown]:
        """Yield what the value of a product is the product of: the quantity of all, its share of that, and its price."""
        side, totals = _SIDES[place], self._totals[place]
        quantity = self._quantity(place, name, named("quantity"))
        amount = self._amount(place, name, named("sold"))
        yield totals
        yield computed(named(f"share_{side}"), Quotient(), (quantity, totals))
        yield computed(named(f"price_{side}"), Quotient(), (amount, quantity))

    @cached_property
    def _totals(self) -> tuple[Breakdown, Breakdown]:
        """The quantities of all products, which would make a tree of each as large as all of them."""
        before, after = (leaf(self._all(place), self.quantity(place).value) for place in (0, 1))
        return before, after


def _by_product(grounds: Grounds, days: Period) -> _Entries:
    """Find the entries of some days that name a product, in their order."""
    runs = grounds.ledger.days_by_owner(grounds.ledger.spans_of(grounds.owner, days))
    asked = {_REVENUE, *_QUANTITIES}
    found: dict[tuple[str, str], list[Actual]] = defaultdict(list)
    for entry in grounds.records.actuals:
        product = entry.scope.get("product")
        if product is not None and entry.metric.key in asked and is_within(entry.on, runs.get(entry.owner, ())):
            found[entry.metric.key, product].append(entry)
    return {key: in_order(entries) for key, entries in found.items()}


def _number_of(label: Message, entries: Iterable[Actual]) -> Breakdown:
    """Return how many pieces some entries tell, as a number: in whichever unit they count, it is the same of all."""
    return computed(label, Sum(), (leaf(entry_named(entry), entry.amount.decimal) for entry in entries))

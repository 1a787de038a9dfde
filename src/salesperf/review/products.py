"""What was sold in the days of a review against the time before, product by product: prices, volume and mix."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Final, NamedTuple, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.attainment import ActualTally
from salesperf.model.amount import Amount, Unit
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.metric import STANDARD_METRICS, Metric
from salesperf.model.period import Period
from salesperf.review.earlier import earlier_days
from salesperf.review.grounds import Grounds
from salesperf.variance import Sold, Variance, price_volume_mix

__all__ = ["ORDER_VALUE", "ProductChange", "product_changes"]

ORDER_VALUE: Final = "order_value"
"""What the effect of a price is called where the price is what an order of a product brings."""

_SCOPE: Final = "product"
_REVENUE: Final = STANDARD_METRICS["revenue"]
_QUANTITIES: Final = (STANDARD_METRICS["units_sold"], STANDARD_METRICS["orders"])
"""What tells how much was sold of a product, the best first: of orders a price is the value of an order."""

_Sums: TypeAlias = dict[Unit, dict[str, int]]
"""Smallest units by unit and product."""


class ProductChange(NamedTuple):
    """What changed about the revenue of products in one unit, what was sold, and what names no product with a quantity."""

    quantity: Metric
    before: Period
    variance: Variance[Amount]
    sold: tuple[FrozenMap[str, Sold], FrozenMap[str, Sold]]
    left_out_before: Amount
    left_out: Amount


def product_changes(grounds: Grounds) -> Iterator[ProductChange]:
    """Compare the revenue of the days with that of the time before, by product, in each unit.

    There is nothing to compare unless revenue and a quantity are recorded by product. The time before is chosen by all
    that was recorded, by whomever, so that teams are compared with the same days as the company.
    """
    sales = _Sales.of(grounds.tally)
    earlier = None if sales is None else _days_before(grounds, sales)
    if sales is None or earlier is None:
        return
    spans = [grounds.cells_within(days) for days in (earlier, grounds.passed)]
    amounts = [sales.sums(_REVENUE, cells) for cells in spans]
    quantities = [sales.sums(sales.quantity, cells) for cells in spans]
    totals = [sales.totals(cells) for cells in spans]
    for unit in sorted(amounts[0].keys() & amounts[1].keys(), key=str):
        for counted in sorted(quantities[0].keys() & quantities[1].keys(), key=str):
            before, after = (
                _sold(unit, counted, amount, quantity) for amount, quantity in zip(amounts, quantities, strict=True)
            )
            only = _counted_in(counted, quantities)
            before, after = ({name: side[name] for name in side if name in only} for side in (before, after))
            if not (before and after):
                continue
            variance = price_volume_mix(before, after)
            left_out = [
                Amount(minor=total[unit], unit=unit) - whole
                for total, whole in zip(totals, (variance.before, variance.after), strict=True)
            ]
            sold = (FrozenMap(before), FrozenMap(after))
            yield ProductChange(sales.quantity, earlier, _renamed(variance, sales.quantity), sold, left_out[0], left_out[1])


def _days_before(grounds: Grounds, sales: "_Sales") -> Period | None:
    tally = grounds.tally
    recorded, began = tally.day[sales.cells_of(_REVENUE)], grounds.ledger.first_day(_REVENUE)
    return earlier_days(grounds.period, grounds.passed, recorded, began, grounds.calendar)


def _counted_in(counted: Unit, quantities: list[_Sums]) -> set[str]:
    """Return the products that are counted in one unit and in no other."""
    elsewhere = {name for sums in quantities for unit, by_name in sums.items() if unit != counted for name in by_name}
    return {name for sums in quantities for name in sums.get(counted, ())} - elsewhere


def _sold(unit: Unit, counted: Unit, amounts: _Sums, quantities: _Sums) -> dict[str, Sold]:
    """Return what was sold of each product: how much, and for how much."""
    by_name, number = amounts[unit], quantities[counted]
    return {
        name: Sold(Fraction(number.get(name, 0), counted.scale), Amount(minor=by_name.get(name, 0), unit=unit))
        for name in sorted({*by_name, *number})
    }


def _renamed(variance: Variance[Amount], quantity: Metric) -> Variance[Amount]:
    """Call the price what it is where the quantity is a number of orders: the average order of one product.

    It falls when customers order less at a time, which nobody should take for a discount.
    """
    if quantity.key != "orders":
        return variance
    title = Message(f"variance.effect.{ORDER_VALUE}")
    lines = [attrs.evolve(line, name=ORDER_VALUE, title=title) if line.name == "price" else line for line in variance.lines]
    return attrs.evolve(variance, lines=tuple(lines))


@attrs.frozen(eq=False)
class _Sales:
    """The cells of a tally by product: revenue, and what tells how much was sold."""

    tally: ActualTally
    quantity: Metric
    names: tuple[str, ...]
    product: NDArray[np.int64]
    """Of each scope the position of its product; -1 where it names none."""

    @classmethod
    def of(cls, tally: ActualTally) -> "_Sales | None":
        """Read a tally; ``None`` where revenue or every quantity is recorded without products."""
        named = [scope.get(_SCOPE) for scope in tally.scopes]
        names = tuple(sorted({name for name in named if name is not None}))
        place: Mapping[str | None, int] = {None: -1} | {name: number for number, name in enumerate(names)}
        product = np.array([place[name] for name in named], dtype=np.int64)
        for quantity in _QUANTITIES:
            sales = cls(tally, quantity, names, product)
            if sales.cells_of(_REVENUE).any() and sales.cells_of(quantity).any():
                return sales
        return None

    def cells_of(self, metric: Metric) -> NDArray[np.bool_]:
        """Tell which cells are of a metric and name a product."""
        if metric.key not in self.tally.metrics:
            return np.zeros(len(self.tally), dtype=bool)
        of_metric = self.tally.metric == self.tally.metrics.index(metric.key)
        return np.asarray(of_metric & (self.product[self.tally.scope] >= 0))

    def sums(self, metric: Metric, cells: NDArray[np.bool_]) -> _Sums:
        """Sum the cells of a metric by unit and product."""
        chosen = np.flatnonzero(cells & self.cells_of(metric))
        count = len(self.names)
        places, row = np.unique(self.tally.unit[chosen] * count + self.product[self.tally.scope[chosen]], return_inverse=True)
        sums = np.zeros(places.size, dtype=np.int64)
        np.add.at(sums, row.reshape(-1), self.tally.minor[chosen])
        found: _Sums = {}
        for place, minor in zip(places.tolist(), sums.tolist(), strict=True):
            found.setdefault(self.tally.units[place // count], {})[self.names[place % count]] = minor
        return found

    def totals(self, cells: NDArray[np.bool_]) -> dict[Unit, int]:
        """Sum revenue by unit, whether it names a product or not."""
        chosen = cells & (self.tally.metric == self.tally.metrics.index(_REVENUE.key))
        sums = np.zeros(len(self.tally.units), dtype=np.int64)
        np.add.at(sums, self.tally.unit[chosen], self.tally.minor[chosen])
        return dict(zip(self.tally.units, sums.tolist(), strict=True))

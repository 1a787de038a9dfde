"""What was sold to whom, in columns: read from entries that name their customers, or from won deals."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Final, Literal, TypeAlias, TypeVar

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.customers import Purchases
from salesperf.model.amount import Amount, Unit
from salesperf.model.codes import EPOCH, Codes, Integers
from salesperf.model.period import Period
from salesperf.model.records import Records
from salesperf.model.target import Actual
from salesperf.pipeline.deals import decision_of
from salesperf.review.grounds import Grounds

__all__ = ["NOBODY", "SALES_BASES", "CustomerSales", "SalesBasis", "own_entries", "sales_to_customers"]

SalesBasis: TypeAlias = Literal["actuals", "deals"]
SALES_BASES: Final[tuple[SalesBasis, ...]] = ("actuals", "deals")
"""What tells who bought: entries whose scope names a customer, or won deals. Never both, since nobody can tell which entry and
which deal are the same sale."""

NOBODY: Final = -1
"""Stands for a customer that is not named, and for the unit of an amount that is not known."""

_LabelT = TypeVar("_LabelT", str, Unit)

_METRIC: Final = "revenue"
_DIMENSION: Final = "customer"
_DAYS_OF_TIME: Final = date.max.toordinal() + 1

_Won: TypeAlias = tuple[str | None, date, Amount | None, bool]
"""Customer, day and amount of a won deal, and whether the owner sold it."""


@attrs.frozen(kw_only=True, eq=False)
class CustomerSales:
    """All sales of the company up to a day, a row for each: columns of one length.

    Attributes
    ----------
    basis : str
        One of :data:`SALES_BASES`.
    names : tuple of str
        Customers, in any order.
    units : tuple of Unit
        In any order.
    customer, unit : array of int64, shape (n,)
        Positions in ``names`` and ``units``; :data:`NOBODY` where a customer is not named or an amount not known.
    day : array of int64, shape (n,)
        As ordinals.
    minor : array of int64, shape (n,)
        In smallest units; negative for a return.
    entries : array of int64, shape (n,)
        How many entries or deals a row stands for.
    is_own : array of bool, shape (n,)
        Whether the owner of the review sold it.
    undated : int
        Won deals of the owner of which nobody knows when they were won; they are in no row.
    """

    basis: SalesBasis
    names: tuple[str, ...]
    units: tuple[Unit, ...]
    customer: Integers
    unit: Integers
    day: Integers
    minor: Integers
    entries: Integers
    is_own: NDArray[np.bool_]
    undated: int

    @property
    def is_named(self) -> NDArray[np.bool_]:
        """Which rows name a customer."""
        return np.asarray(self.customer != NOBODY)

    def of(self, customers: Collection[str]) -> "CustomerSales":
        """Leave the names of others than these customers, in their order; rows of others are left out."""
        places = {name: place for place, name in enumerate(customers)}
        moved = np.array([*(places.get(name, NOBODY) for name in self.names), NOBODY], dtype=np.int64)
        customer = moved[self.customer]
        kept = (customer != NOBODY) | ~self.is_named
        columns = {name: getattr(self, name)[kept] for name in ("unit", "day", "minor", "entries", "is_own")}
        return attrs.evolve(self, names=tuple(customers), customer=customer[kept], **columns)

    def bought(self, chosen: NDArray[np.bool_]) -> tuple[Integers, Integers]:
        """Return customer and day of each purchase in any unit, among rows chosen, of which there are some.

        Those without an amount count too.
        """
        rows = chosen & self.is_named
        keys = (self.customer[rows] * (len(self.units) + 1) + self.unit[rows] + 1) * _DAYS_OF_TIME + self.day[rows]
        order = np.argsort(keys)
        keys, minor = keys[order], np.where(self.unit[rows] == NOBODY, 1, self.minor[rows])[order]
        begins = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
        is_purchase = np.add.reduceat(minor, begins) > 0
        labels, days = np.divmod(keys[begins][is_purchase], _DAYS_OF_TIME)
        return labels // (len(self.units) + 1), days

    def purchases(self, unit: Unit, chosen: NDArray[np.bool_], as_of: date) -> Purchases:
        """Return the purchases in a unit among rows chosen; all customers are known."""
        of_unit = chosen & (self.unit == self.units.index(unit))
        rows = of_unit & self.is_named
        return Purchases.of(
            Codes(self.customer[rows], self.names),
            (self.day[rows] - EPOCH).view("datetime64[D]"),
            self.minor[rows],
            unit=unit,
            as_of=as_of,
            unassigned=int(self.entries[of_unit & ~self.is_named].sum()),
        )


def sales_to_customers(grounds: Grounds, own_deals: Collection[str]) -> CustomerSales | None:
    """Read the sales of the company up to the last day of the period so far; ``None`` where none names a customer.

    Where at least half of the entries of revenue name a customer, they tell who bought: each stands for a sale, whatever
    became of deals. Else won deals do, if any names a customer.

    Parameters
    ----------
    grounds
        What the review looks at.
    own_deals
        Ids of the deals that the owner has, or had when they were decided.
    """
    entries = _of_entries(grounds)
    named = int(entries.entries[entries.is_named].sum())
    if named and 2 * named >= int(entries.entries.sum()):
        return entries
    deals = _of_deals(grounds.then, own_deals)
    return deals if np.any(deals.is_named & (deals.unit != NOBODY)) else entries if named else None


def _of_entries(grounds: Grounds) -> CustomerSales:
    tally = grounds.tally
    rows = _is_sale(grounds)
    names: dict[str, int] = {}
    of_scope = [
        NOBODY if (name := scope.get(_DIMENSION)) is None else names.setdefault(name, len(names)) for scope in tally.scopes
    ]
    return CustomerSales(
        basis="actuals",
        names=tuple(names),
        units=tally.units,
        customer=np.array(of_scope, dtype=np.int64)[tally.scope[rows]],
        unit=tally.unit[rows],
        day=tally.day[rows],
        minor=tally.minor[rows],
        entries=tally.entries[rows],
        is_own=_is_own(grounds)[rows],
        undated=0,
    )


def _is_sale(grounds: Grounds) -> NDArray[np.bool_]:
    """Tell which cells of the tally are of sales up to the last day of the period so far."""
    tally = grounds.tally
    place = tally.metrics.index(_METRIC) if _METRIC in tally.metrics else len(tally.metrics)
    return np.asarray((tally.metric == place) & (tally.day <= grounds.passed.last.toordinal()))


def _is_own(grounds: Grounds) -> NDArray[np.bool_]:
    return grounds.cells_within(Period(date.min, grounds.passed.end))


def own_entries(grounds: Grounds) -> Iterator[tuple[str | None, Actual]]:
    """Yield the owner's entries of sales up to the last day of the period so far, each with its customer, if it names one.

    Parameters
    ----------
    grounds
        What the review looks at.
    """
    tally, chosen = grounds.tally, _is_sale(grounds) & _is_own(grounds)
    cells = set(zip(*(column[chosen].tolist() for column in (tally.owner, tally.scope, tally.day)), strict=True))
    owners, scopes = ({label: place for place, label in enumerate(labels)} for labels in (tally.owners, tally.scopes))
    for entry in grounds.records.actuals:
        cell = (owners[entry.owner], scopes[entry.scope], entry.on.toordinal())
        if entry.metric.key == _METRIC and cell in cells:
            yield entry.scope.get(_DIMENSION), entry


def _of_deals(records: Records, own_deals: Collection[str]) -> CustomerSales:
    won: list[_Won] = []
    undated = 0
    for deal in records.opportunities:
        decision = decision_of(deal, records.process_of(deal))
        if decision is None or decision.outcome != "won":
            continue
        is_own = deal.id in own_deals
        if decision.on is None:
            undated += is_own
        else:
            won.append((deal.customer, decision.on, deal.amount, is_own))
    names = _numbers(customer for customer, *_ in won)
    units = _numbers(None if amount is None else amount.unit for _, _, amount, _ in won)
    return CustomerSales(
        basis="deals",
        names=tuple(names),
        units=tuple(units),
        customer=np.array([NOBODY if name is None else names[name] for name, *_ in won], dtype=np.int64),
        unit=np.array([NOBODY if amount is None else units[amount.unit] for _, _, amount, _ in won], dtype=np.int64),
        day=np.array([on.toordinal() for _, on, _, _ in won], dtype=np.int64),
        minor=np.array([0 if amount is None else amount.minor for _, _, amount, _ in won], dtype=np.int64),
        entries=np.ones(len(won), dtype=np.int64),
        is_own=np.array([is_own for *_, is_own in won], dtype=np.bool_),
        undated=undated,
    )


def _numbers(labels: Iterable[_LabelT | None]) -> dict[_LabelT, int]:
    """Give distinct labels numbers, in order of first appearance."""
    numbers: dict[_LabelT, int] = {}
    for label in labels:
        if label is not None:
            numbers.setdefault(label, len(numbers))
    return numbers

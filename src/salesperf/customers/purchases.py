"""Purchases: who bought on which day for how much, read from actuals or won deals, in columns that merge."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Final, Literal, Self, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError, UnitMismatchError, UnknownNameError
from salesperf.kernels.numeric import INT64_MAX, Column
from salesperf.model.amount import Amount, Unit
from salesperf.model.codes import EPOCH, Codes, Integers, days_of, read_only, same_content
from salesperf.model.opportunity import Opportunity
from salesperf.model.process import SalesProcess
from salesperf.model.result import Result, Row
from salesperf.model.target import Actual
from salesperf.model.validators import ItemT, as_tuple, check_date, is_identifier, repeated, require

__all__ = ["NOBODY", "Purchases", "by_key_of", "collect", "ended_as", "ended_on", "listed", "process_of"]

NOBODY: Final = 0
"""Stands for a day where there was no purchase: ordinals of dates begin at 1."""

_DAYS_OF_TIME: Final = date.max.toordinal() + 1

_Event: TypeAlias = tuple[str, int, int]
"""Customer, day as an ordinal, smallest units."""


def _as_column(value: Integers) -> Integers:
    return read_only(np.asarray(value, dtype=np.int64))


@attrs.frozen(kw_only=True, eq=False)
class Purchases(Result):
    """Who bought on which day for how much: made by :func:`collect`, or of columns.

    What a customer bought on one day is one purchase, however many entries or deals it is made of. A day on which more came
    back than was bought counts toward the value and is no purchase. Parts merge with ``+``; the partition key is the entry.
    Merging is associative and commutative, and :meth:`empty` changes nothing.

    Attributes
    ----------
    as_of : date
        The day to whose end purchases are known.
    unit : Unit or None
        Of all amounts; ``None`` where there is none.
    customers : tuple of str
        All customers known, sorted; those who never bought among them.
    codes, days, minor : array of int64, shape (n,)
        The number of the customer, the day as an ordinal and what was bought in smallest units; by customer and day,
        increasing, each pair once.
    unassigned : int
        Entries and won deals that are left out, since they name no customer, or no day, or no amount.

    Examples
    --------
    >>> Purchases.empty(as_of=date(2026, 9, 30)).customers
    ()
    """

    as_of: date
    unit: Unit | None
    customers: tuple[str, ...]
    codes: Integers = attrs.field(converter=_as_column)
    days: Integers = attrs.field(converter=_as_column)
    minor: Integers = attrs.field(converter=_as_column)
    unassigned: int

    @classmethod
    def empty(cls, *, as_of: date) -> Self:
        """Return no purchases, to which others may be added."""
        return cls.of(Codes.of(()), np.zeros(0, "datetime64[D]"), np.zeros(0, np.int64), unit=None, as_of=as_of)

    @classmethod
    def of(
        cls,
        customers: Codes[str],
        on: NDArray[np.datetime64],
        minor: Integers,
        *,
        unit: Unit | None,
        as_of: date,
        unassigned: int = 0,
    ) -> Self:
        """Make purchases of columns, a row for each entry, in any order.

        Parameters
        ----------
        customers
            The customer of each row; labels that no row bears are customers who never bought.
        on
            Shape (n,), ``datetime64[D]``: the day of each.
        minor
            Shape (n,), int64: what was bought in smallest units; negative for a return.
        unit
            Of the amounts.
        as_of
            The day to whose end purchases are known; later rows are refused.
        unassigned
            How many entries were left out.

        Raises
        ------
        InvalidValueError
            If columns are malformed or of unlike lengths, a row is later than ``as_of``, or a sum is beyond 64 bits.

        Examples
        --------
        >>> from salesperf import CNY
        >>> from salesperf.customers import Codes
        >>> days = np.array(["2026-03-01", "2026-03-01", "2026-09-09"], dtype="datetime64[D]")
        >>> who = Codes.of(["k-1", "k-1", "k-2"])
        >>> bought = Purchases.of(who, days, np.array([500, 700, 900]), unit=CNY, as_of=date(2026, 9, 30))
        >>> bought.minor.tolist()
        [1200, 900]
        """
        check_date(as_of, ("as_of",))
        require(customers, Codes, path=("customers",))
        ordinals = days_of(on, "on") + EPOCH
        amounts: object = minor
        if not isinstance(amounts, np.ndarray) or amounts.dtype.kind not in "iu":
            raise InvalidValueError("not_integers", path=("minor",), value=type(amounts))
        for name, column in (("on", ordinals), ("minor", minor)):
            if column.shape != customers.codes.shape:
                raise InvalidValueError("length", path=(name,), expected=customers.codes.size, value=column.size)
        late = np.flatnonzero(ordinals > as_of.toordinal())
        if late.size:
            day = date.fromordinal(int(ordinals[late[0]]))
            raise InvalidValueError("purchase_later", path=("on", int(late[0])), last=as_of, value=day)
        for position, label in enumerate(customers.labels):
            if not is_identifier(label):
                raise InvalidValueError("wrong_type", path=("customers", position), expected=str, value=label)
        names = tuple(sorted(customers.labels))
        place = {name: number for number, name in enumerate(names)}
        renumbered = np.array([place[label] for label in customers.labels], dtype=np.int64)[customers.codes.astype(np.int64)]
        codes, days, sums = _summed(renumbered, ordinals, np.asarray(minor, dtype=np.int64))
        return cls(as_of=as_of, unit=unit, customers=names, codes=codes, days=days, minor=sums, unassigned=unassigned)

    def __add__(self, other: "Purchases") -> "Purchases":
        """Merge with the purchases of another part.

        Raises
        ------
        InvalidValueError
            If the two are as of unlike days.
        UnitMismatchError
            If the two are in unlike units.
        """
        if not isinstance(other, Purchases):
            return NotImplemented
        if other.as_of != self.as_of:
            raise InvalidValueError("tally_mismatch", path=("Purchases",), field="as_of", left=self.as_of, right=other.as_of)
        if self.unit is not None and other.unit is not None and self.unit != other.unit:
            raise UnitMismatchError("unit_mismatch", path=("Purchases",), left=str(self.unit), right=str(other.unit))
        names = tuple(sorted({*self.customers, *other.customers}))
        place = {name: number for number, name in enumerate(names)}
        codes = [np.array([place[name] for name in part.customers], dtype=np.int64)[part.codes] for part in (self, other)]
        merged = _summed(
            np.concatenate(codes), np.concatenate((self.days, other.days)), np.concatenate((self.minor, other.minor))
        )
        return Purchases(
            as_of=self.as_of,
            unit=self.unit or other.unit,
            customers=names,
            codes=merged[0],
            days=merged[1],
            minor=merged[2],
            unassigned=self.unassigned + other.unassigned,
        )

    def __eq__(self, other: object) -> bool:
        """Compare by content."""
        return same_content(self, other) if isinstance(other, Purchases) else NotImplemented

    __hash__ = None  # type: ignore[assignment] # like a list, it holds columns

    def until(self, day: date) -> "Purchases":
        """Forget what was bought later than a day; customers stay known, as such who had not bought yet.

        Raises
        ------
        InvalidValueError
            If the day is none, or later than the purchases are known.

        Examples
        --------
        >>> Purchases.empty(as_of=date(2026, 9, 30)).until(date(2026, 6, 30)).as_of
        datetime.date(2026, 6, 30)
        """
        check_date(day, ("day",))
        if day > self.as_of:
            raise InvalidValueError("purchase_later", path=("day",), last=self.as_of, value=day)
        known = self.days <= day.toordinal()
        return attrs.evolve(self, as_of=day, codes=self.codes[known], days=self.days[known], minor=self.minor[known])

    # By customer

    @cached_property
    def bought(self) -> tuple[Integers, Integers]:
        """Customer and day of each purchase: the rows whose amount is above 0."""
        rows = self.minor > 0
        return read_only(self.codes[rows]), read_only(self.days[rows])

    @cached_property
    def counts(self) -> Integers:
        """How many purchases each customer made."""
        return read_only(np.bincount(self.bought[0], minlength=len(self.customers)).astype(np.int64))

    @cached_property
    def first(self) -> Integers:
        """The ordinal of each customer's first purchase; 0 where there is none."""
        return read_only(self._at_ends(np.concatenate(([True], np.diff(self.bought[0]) > 0))))

    @cached_property
    def last(self) -> Integers:
        """The ordinal of each customer's last purchase; 0 where there is none."""
        return read_only(self._at_ends(np.concatenate((np.diff(self.bought[0]) > 0, [True]))))

    def _at_ends(self, ends: NDArray[np.bool_]) -> Integers:
        codes, days = self.bought
        found = np.full(len(self.customers), NOBODY, dtype=np.int64)
        chosen = ends[: codes.size]
        found[codes[chosen]] = days[chosen]
        return found

    @cached_property
    def values(self) -> Column:
        """What each customer bought altogether, less what came back, in the currency."""
        scale = 1 if self.unit is None else self.unit.scale
        return np.bincount(self.codes, weights=self.minor, minlength=len(self.customers)) / scale

    def rows(self) -> list[Row]:
        """Return a row for each customer: purchases, first and last day, value; no days of whoever never bought."""
        columns = zip(self.customers, self.counts.tolist(), self.first.tolist(), self.last.tolist(), strict=True)
        return [
            {
                "customer": name,
                "purchases": count,
                "first": date.fromordinal(first) if count else None,
                "last": date.fromordinal(last) if count else None,
                "value": float(value),
                "unit": "" if self.unit is None else str(self.unit),
            }
            for (name, count, first, last), value in zip(columns, self.values.tolist(), strict=True)
        ]


def _summed(codes: Integers, days: Integers, minor: Integers) -> tuple[Integers, Integers, Integers]:
    """Sort entries by customer and day, and add up those of one day."""
    if not codes.size:
        return codes, days, minor
    if float(np.abs(minor.astype(np.float64)).sum()) > INT64_MAX:
        raise InvalidValueError("overflow", path=("minor",))
    keys = codes * _DAYS_OF_TIME + days
    order = np.argsort(keys)
    keys = keys[order]
    begins = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    codes, days = np.divmod(keys[begins], _DAYS_OF_TIME)
    return codes, days, np.add.reduceat(minor[order], begins)


def collect(
    actuals: Iterable[Actual] = (),
    opportunities: Iterable[Opportunity] = (),
    *,
    as_of: date,
    processes: Iterable[SalesProcess] = (),
    customers: Iterable[str] = (),
    metric: str = "revenue",
    dimension: str = "customer",
) -> Purchases:
    """Read purchases from entries of sales, or from won deals.

    Parameters
    ----------
    actuals
        Entries; those of the metric count, each for the customer that its scope names.
    opportunities
        Deals; those that are won count with their last amount on the day on which they were won, for their customer. Give
        either the entries or the deals of one sale, since nobody can tell which of them are the same.
    as_of
        The day to whose end entries and deals are known.
    processes
        The sales processes of the deals.
    customers
        Ids of customers, who are known even if they never bought.
    metric
        The key of the metric that tells what was bought.
    dimension
        The name in the scope of an entry under which its customer stands.

    Returns
    -------
    Purchases
        What names no customer, and won deals without a day or an amount, are counted as unassigned.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, or a deal comes twice.
    UnknownNameError
        If a deal is of no process of these.
    UnitMismatchError
        If amounts differ in unit.

    Examples
    --------
    >>> from salesperf import CNY, STANDARD_METRICS
    >>> def sale(customer, on, amount):
    ...     scope = {"customer": customer}
    ...     return Actual(owner="ada", metric=STANDARD_METRICS["revenue"], amount=Amount.of(amount, CNY), on=on, scope=scope)
    >>> sales = [sale("k-1", date(2026, 3, 1), 500), sale("k-1", date(2026, 9, 1), 700)]
    >>> bought = collect(sales, as_of=date(2026, 9, 30), customers=["k-1", "k-2"])
    >>> [(row["customer"], row["purchases"]) for row in bought.rows()]
    [('k-1', 2), ('k-2', 0)]
    """
    check_date(as_of, ("as_of",))
    known = listed(customers, "customers")
    gathered = _Gathering(as_of)
    gathered.add_actuals(actuals, metric, dimension)
    gathered.add_deals(opportunities, processes)
    names = [*(customer for customer, _, _ in gathered.events), *known]
    codes = Codes.of(names)
    count = len(gathered.events)
    return Purchases.of(
        Codes(codes.codes[:count], codes.labels),
        np.array([day - EPOCH for _, day, _ in gathered.events], dtype=np.int64).view("datetime64[D]"),
        np.array([minor for _, _, minor in gathered.events], dtype=np.int64),
        unit=gathered.unit,
        as_of=as_of,
        unassigned=gathered.unassigned,
    )


class _Gathering:
    """Gathers what was bought, and counts what cannot be told."""

    def __init__(self, as_of: date) -> None:
        self._as_of = as_of
        self.unit: Unit | None = None
        self.events: list[_Event] = []
        self.unassigned = 0

    def add_actuals(self, actuals: Iterable[Actual], metric: str, dimension: str) -> None:
        for position, actual in enumerate(listed(actuals, "actuals")):
            require(actual, Actual, path=("actuals", position))
            if actual.metric.key == metric and actual.on <= self._as_of:
                self._add(actual.scope.get(dimension), actual.on, actual.amount, ("actuals", position, "amount"))

    def add_deals(self, opportunities: Iterable[Opportunity], processes: Iterable[SalesProcess]) -> None:
        deals = listed(opportunities, "opportunities")
        by_key = by_key_of(processes)
        for position, deal in enumerate(deals):
            require(deal, Opportunity, path=("opportunities", position))
        for position, again in repeated(deal.id for deal in deals):
            raise InvalidValueError("not_unique", path=("opportunities", position, "id"), value=again)
        for position, deal in enumerate(deals):
            process = process_of(deal, by_key, position)
            known = deal.as_of(self._as_of)
            if known is not None and ended_as(known, process) == "won":
                path = ("opportunities", position, deal.id, "amount")
                self._add(deal.customer, ended_on(known, process), known.amount, path)

    def _add(self, customer: str | None, on: date | None, amount: Amount | None, path: tuple[str | int, ...]) -> None:
        if customer is None or on is None or amount is None:
            self.unassigned += 1
            return
        self.unit = self.unit or amount.unit
        if amount.unit != self.unit:
            raise UnitMismatchError("unit_mismatch", path=path, left=str(self.unit), right=str(amount.unit))
        self.events.append((customer, on.toordinal(), amount.minor))


def listed(items: Iterable[ItemT], name: str) -> tuple[ItemT, ...]:
    """Take what an argument lists as a tuple, and refuse what lists nothing."""
    listing = as_tuple(items)
    if not isinstance(listing, tuple):
        raise InvalidValueError("wrong_type", path=(name,), expected=tuple, value=type(listing))
    return listing


def by_key_of(processes: Iterable[SalesProcess]) -> Mapping[str | None, SalesProcess]:
    """Return processes by their keys; the only one there is also for deals that name none."""
    items = listed(processes, "processes")
    for position, process in enumerate(items):
        require(process, SalesProcess, path=("processes", position))
    by_key: dict[str | None, SalesProcess] = {process.key: process for process in items}
    if len(items) == 1:
        by_key[None] = items[0]
    return by_key


def process_of(deal: Opportunity, by_key: Mapping[str | None, SalesProcess], position: int) -> SalesProcess:
    """Return the process of a deal, which there must be."""
    process = by_key.get(deal.process)
    if process is None:
        path = ("opportunities", position, deal.id, "process")
        choices = tuple(key for key in by_key if key is not None)
        raise UnknownNameError("unknown_process", path=path, choices=choices, value=deal.process)
    process.require(deal, "opportunities", position)
    return process


_Ending: TypeAlias = Literal["won", "lost", "cancelled", "open"]


def ended_as(deal: Opportunity, process: SalesProcess) -> _Ending:
    """Return how a deal stands: after-sales service is of a won one."""
    kind = process.stage_of(deal).kind
    return "won" if kind == "post_won" else kind


def ended_on(deal: Opportunity, process: SalesProcess) -> date | None:
    """Return the day on which a decided deal came to its end, however long its after-sales service has lasted since."""
    ending, on = ended_as(deal, process), None
    for change in reversed(deal.history):
        if change.stage is not None:
            kind = process.stage_by_key[change.stage].kind
            if (kind if kind != "post_won" else "won") != ending:
                break
            on = change.on
    return on

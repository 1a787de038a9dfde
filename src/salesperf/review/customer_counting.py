"""Computing the section on customers of a review."""

import heapq
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from functools import cached_property
from itertools import chain
from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.customers import CohortTally, Lifecycle, Purchases, Segment, cohorts, lifecycle, lost_customer, repurchase, rfm
from salesperf.customers.health import quiet_ratio
from salesperf.customers.worth import channels_of_new
from salesperf.model.amount import Amount, Unit
from salesperf.model.codes import EPOCH, Codes, Integers
from salesperf.model.estimate import Estimate
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.opportunity import Opportunity
from salesperf.model.period import Period
from salesperf.pipeline import Concentration
from salesperf.review.customer_sales import NOBODY, CustomerSales, sales_to_customers
from salesperf.review.customers import QUIET_STATES, YEAR, CustomerLine, CustomerSection, LostCustomer
from salesperf.review.deals import DealSection
from salesperf.review.grounds import Grounds
from salesperf.review.key_accounts import KeyAccount, trend_of
from salesperf.review.places import Places

__all__ = ["customer_section"]

_MOST_LARGEST: Final = 5
_MOST_LOST: Final = 3
_KEY_SHARE: Final = 0.8
_FEWEST_KEYS: Final = 3
"""Of fewer customers in a year none is a key account among them: as the diagnosis has it."""
_FEWEST_BUYERS: Final = 25
"""RFM parts buyers into five times five: of fewer it would tell single customers apart, not kinds of them."""
_QUARTER: Final = 90
"""The shortest quarter has so many days."""
_QUARTERS: Final = 8
_NEVER: Final = date.max.toordinal() + 1


def customer_section(grounds: Grounds, sections: Iterable[DealSection]) -> CustomerSection | None:
    """Look at the customers of the owner.

    Parameters
    ----------
    grounds
        What the review looks at.
    sections
        Its sections of deals, which know whose each deal is.

    Returns
    -------
    CustomerSection or None
        ``None`` where the owner has sold nothing with an amount to a customer who is named.

    Examples
    --------
    >>> from salesperf.io.folder import read_sample
    >>> grounds = Grounds(records=read_sample(), owner=None, period=Period.month(2026, 8), as_of=date(2026, 9, 16))
    >>> customer_section(grounds, ()) is None
    True
    """
    deals = tuple(chain.from_iterable(section.deals for section in sections))
    sales = sales_to_customers(grounds, frozenset(deal.id for deal in deals))
    if sales is None or not np.any(sales.is_own & sales.is_named & (sales.unit != NOBODY)):
        return None
    return _Counting(grounds, sales, deals).section()


class _Counting:
    """Counts what a section tells; each thing once."""

    def __init__(self, grounds: Grounds, sales: CustomerSales, deals: Sequence[Opportunity]) -> None:
        self._grounds, self._deals = grounds, deals
        self._passed = grounds.passed
        self._start, self._last = self._passed.start.toordinal(), self._passed.last.toordinal()
        self._begins = int(sales.day[sales.is_named].min())
        followed = self._looked_after()
        own = np.unique(sales.customer[sales.is_own & sales.is_named]).tolist()
        self._customers = tuple(sorted({*followed, *(sales.names[place] for place in own)}))
        self._is_followed = np.array([name in followed for name in self._customers], dtype=np.bool_)
        self._sales = sales.of(self._customers)
        self._by_unit = self._own_purchases()
        self._purchases = self._by_unit[0]

    def _looked_after(self) -> Collection[str]:
        known, owner = self._grounds.then, self._grounds.owner
        places = Places(known.org)
        return {
            customer.id
            for customer in known.customers
            if owner is None or owner in places.above(customer.owner, self._passed.last)
        }

    def _own_purchases(self) -> list[Purchases]:
        """Return the owner's purchases in each unit: first those of most purchases in the period, then of most in all."""
        units = [self._sales.units[place] for place in np.unique(self._sales.unit[self._own & self._named]) if place != NOBODY]
        found = [self._sales.purchases(unit, self._own, self._passed.last) for unit in units]
        return sorted(found, key=lambda each: (-int((each.days >= self._start).sum()), -each.days.size, str(each.unit)))

    def section(self) -> CustomerSection:
        """Put all together."""
        sales, parts = self._sales, self._revenue
        codes, days = self._own_bought
        buyers = np.unique(codes[days >= self._start])
        in_period = self._own & (sales.day >= self._start)
        return CustomerSection(
            basis=sales.basis,
            period=self._passed,
            begins=date.fromordinal(self._begins),
            purchases=self._purchases,
            others=tuple(self._by_unit[1:]),
            history=self._history,
            own_history=self._own_history,
            lifecycle=self._lifecycle,
            retention=self._retention(self._passed.last),
            retention_before=self._retention(self._grounds.eve),
            repurchase=repurchase(self._history, self._year_to(self._last)),
            buyers=int(buyers.size),
            new_customers=int(self._is_new[buyers].sum()),
            newcomers=tuple(self._customers[place] for place in np.flatnonzero(self._is_new).tolist()),
            came_by=self._came_by([self._customers[place] for place in buyers[self._is_new[buyers]].tolist()]),
            revenue=self._amount(sum(parts.values())),
            new_revenue=self._amount(parts["new"]),
            existing_revenue=self._amount(parts["existing"]),
            unnamed_revenue=self._amount(parts["unnamed"]),
            unnamed=int(sales.entries[in_period & ~self._named].sum()),
            without_amount=int((in_period & (sales.unit == NOBODY)).sum()),
            undated=sales.undated,
            concentration=Concentration.of(self._amounts(self._sold), left_out=int((self._sold < 0).sum())),
            largest=tuple(self._lines(self._sold, _largest(self._sold, self._customers, _MOST_LARGEST))),
            key_names=tuple(self._customers[place] for place in self._keys),
            accounts=tuple(self._accounts()),
            quiet=tuple(self._quiet()),
            segments=self._segments(),
            cohorts=self._cohorts(),
            lost_in_period=int(self._is_lost.sum()),
            lost=tuple(self._lost()),
        )

    # Whose sales, and of whom

    @property
    def _own(self) -> NDArray[np.bool_]:
        return self._sales.is_own

    @property
    def _named(self) -> NDArray[np.bool_]:
        return self._sales.is_named

    @property
    def _unit(self) -> Unit:
        unit = self._purchases.unit
        assert unit is not None  # noqa: S101 - it was made of one
        return unit

    def _amount(self, minor: int) -> Amount:
        return Amount(minor=minor, unit=self._unit)

    @cached_property
    def _own_bought(self) -> tuple[Integers, Integers]:
        """Customer and day of each purchase from the owner, in any unit."""
        return self._sales.bought(self._own)

    @cached_property
    def _all_bought(self) -> tuple[Integers, Integers]:
        """Customer and day of each purchase of these customers from anybody, in any unit."""
        return self._own_bought if self._own.all() else self._sales.bought(np.ones_like(self._own))

    @cached_property
    def _is_new(self) -> NDArray[np.bool_]:
        """Tell which customers first bought from the company in the period."""
        first = self._first_days(*self._all_bought)
        return (first >= self._start) & (first <= self._last)

    def _came_by(self, customers: Sequence[str]) -> FrozenMap[str, str | None]:
        """Tell by which channel new customers came: that of the lead of the first deal that each gave anybody."""
        known, new = self._grounds.then, set(customers)
        deals = tuple(deal for deal in known.opportunities if deal.customer in new)
        came = channels_of_new(deals, known.leads, processes=known.processes, as_of=self._passed.last)
        return FrozenMap({name: came.get(name) for name in customers})

    def _first_days(self, codes: Integers, days: Integers) -> Integers:
        first = np.full(len(self._customers), _NEVER, dtype=np.int64)
        np.minimum.at(first, codes, days)
        return first

    @cached_property
    def _history(self) -> Purchases:
        """What these customers bought in any unit from anybody since the owner's first sale to each: days, and no amounts."""
        codes, days = self._all_bought
        since = np.where(self._is_followed, 1, self._first_days(*self._own_bought))
        kept = days >= since[codes]
        return self._days_of(codes[kept], days[kept])

    @cached_property
    def _own_history(self) -> Purchases:
        """What these customers bought in any unit from the owner: days, and no amounts."""
        return self._history if self._own.all() else self._days_of(*self._own_bought)

    def _days_of(self, codes: Integers, days: Integers) -> Purchases:
        return Purchases.of(
            Codes(codes, self._customers),
            (days - EPOCH).view("datetime64[D]"),
            np.ones(codes.size, dtype=np.int64),
            unit=None,
            as_of=self._passed.last,
        )

    # Who stayed

    @cached_property
    def _lifecycle(self) -> Lifecycle:
        return lifecycle(self._history, since=self._grounds.eve)

    def _retention(self, until: date | None) -> Estimate:
        """Tell who stayed over as many days up to a day as have passed of the period."""
        days = self._passed.days
        if until is None or until.toordinal() <= days:
            return Estimate.undefined(Message("customers.reason.no_earlier_day"))
        lost_after = self._lifecycle.policy.lost_after
        if until.toordinal() - self._begins < lost_after:
            return Estimate.undefined(Message.of("review.customers.too_young", days=lost_after))
        if until == self._passed.last:
            return self._lifecycle.retention
        return lifecycle(self._history.until(until), since=until - timedelta(days=days)).retention

    @staticmethod
    def _year_to(last: int) -> Period:
        return Period(date.fromordinal(max(last - YEAR + 1, 1)), Period.day(date.fromordinal(last)).end)

    def _segments(self) -> FrozenMap[Segment, int] | None:
        if int((self._purchases.counts > 0).sum()) < _FEWEST_BUYERS:
            return None
        return FrozenMap(rfm(self._purchases).counts)

    def _cohorts(self) -> CohortTally | None:
        if self._grounds.period.days < _QUARTER:
            return None
        history = self._history
        opening = max(_quarter_before(self._passed.last, _QUARTERS - 1), _next_quarter(date.fromordinal(self._begins)))
        followed = (history.first >= opening.toordinal())[history.codes]
        if not followed.any():
            return None
        columns = {name: getattr(history, name)[followed] for name in ("codes", "days", "minor")}
        return cohorts(attrs.evolve(history, **columns), grain="quarter")

    # How much

    @cached_property
    def _revenue(self) -> dict[str, int]:
        """What the owner sold in the period, in smallest units, to new, other and unnamed customers."""
        sales = self._sales
        rows = self._own & (sales.unit == sales.units.index(self._unit)) & (sales.day >= self._start)
        customer, minor = sales.customer[rows], sales.minor[rows]
        # The last place stands for nobody.
        is_new, is_unnamed = np.append(self._is_new, False)[customer], customer == NOBODY
        masks = {"new": is_new, "existing": ~is_new & ~is_unnamed, "unnamed": is_unnamed}
        return {key: int(minor[mask].sum()) for key, mask in masks.items()}

    def _sums(self, after: int, until: int) -> Integers:
        """Return what each customer bought from the owner after a day and until another, less what came back."""
        rows = (self._purchases.days > after) & (self._purchases.days <= until)
        sums = np.zeros(len(self._customers), dtype=np.int64)
        np.add.at(sums, self._purchases.codes[rows], self._purchases.minor[rows])
        return sums

    @cached_property
    def _sold(self) -> Integers:
        return self._sums(self._start - 1, self._last)

    def _amounts(self, sums: Integers) -> dict[str, Amount]:
        places = np.flatnonzero(sums > 0).tolist()
        return {self._customers[place]: self._amount(int(sums[place])) for place in places}

    def _lines(self, sums: Integers, places: Iterable[int]) -> Iterable[CustomerLine]:
        whole = sum(sums[sums > 0].tolist())
        names = self._names
        for place in places:
            name, last = self._customers[place], int(self._history.last[place])
            yield CustomerLine(
                customer=name,
                name=names.get(name, ""),
                amount=self._amount(int(sums[place])),
                share=int(sums[place]) / whole,
                state=self._lifecycle.state_by_customer[name],
                last=date.fromordinal(last) if last else None,
            )

    @cached_property
    def _names(self) -> dict[str, str]:
        return {customer.id: customer.name for customer in self._grounds.then.customers}

    # Who has gone

    @cached_property
    def _before(self) -> Integers:
        return self._sums(self._start - 1 - YEAR, self._start - 1)

    @cached_property
    def _keys(self) -> list[int]:
        """Return the customers who made up most of the year before, the largest first."""
        sums = self._before
        places = np.flatnonzero(sums > 0)
        if places.size < _FEWEST_KEYS:
            return []
        # Customers stand by name: a stable sort leaves equals so.
        ordered = places[np.argsort(-sums[places], kind="stable")]
        reached = np.cumsum(sums[ordered])
        before = reached - sums[ordered]
        return [int(place) for place in ordered[before < _KEY_SHARE * int(reached[-1])]]

    def _accounts(self) -> Iterable[KeyAccount]:
        """Tell what there is to tell of how key accounts stand: from their own purchases and contacts alone."""
        contacts = {customer.id: customer.contacts for customer in self._grounds.then.customers}
        usual_from = self._lifecycle.policy.new_for
        for place in self._keys:
            name = self._customers[place]
            roles = {contact.role for contact in contacts.get(name, ()) if contact.role is not None}
            yield KeyAccount(
                customer=name,
                name=self._names.get(name, ""),
                quiet_ratio=quiet_ratio(self._history, name) if self._bought_for(place) >= usual_from else None,
                purchase_trend=trend_of(self._purchases, self._history, name),
                known_roles=len(roles) or None,
            )

    def _bought_for(self, place: int) -> int:
        """Return the days between the first purchase of a customer and the last."""
        return int(self._history.last[place] - self._history.first[place])

    def _quiet(self) -> Iterable[CustomerLine]:
        states = self._lifecycle.state_by_customer
        quiet = [place for place in self._keys if states[self._customers[place]] in QUIET_STATES]
        return self._lines(self._before, quiet)

    @cached_property
    def _is_lost(self) -> NDArray[np.bool_]:
        """Tell which customers were lost within the period."""
        lost_on = self._history.last + self._lifecycle.policy.lost_after
        return (self._history.last > 0) & (lost_on >= self._start) & (lost_on <= self._last)

    def _lost(self) -> Iterable[LostCustomer]:
        """Tell what changed before, of those who bought last from the owner: of others somebody else has the history."""
        purchases = self._purchases
        last = purchases.last
        of_last_year = purchases.days > (last - YEAR)[purchases.codes]
        sums = np.zeros(len(self._customers), dtype=np.int64)
        np.add.at(sums, purchases.codes[of_last_year], purchases.minor[of_last_year])
        sums = np.where(self._is_lost & (last == self._history.last), sums, 0)
        for line in self._lines(sums, _largest(sums, self._customers, _MOST_LOST)):
            deals = [deal for deal in self._deals if deal.customer == line.customer]
            told = lost_customer(purchases, line.customer, opportunities=deals, processes=self._grounds.then.processes)
            yield LostCustomer(line=line, post_mortem=told)


def _largest(sums: Integers, names: Sequence[str], most: int) -> list[int]:
    """Return the places of the largest sums above nothing; of equals the first by name."""
    places = np.flatnonzero(sums > 0).tolist()
    return heapq.nsmallest(most, places, key=lambda place: (-int(sums[place]), names[place]))


def _quarter_before(day: date, quarters: int) -> date:
    """Return the first day of the quarter so many before that of a day, or of the first of all."""
    number = max((day.year - 1) * 4 + (day.month - 1) // 3 - quarters, 0)
    return date(number // 4 + 1, number % 4 * 3 + 1, 1)


def _next_quarter(day: date) -> date:
    """Return the first day of the quarter after that of a day, or the last day of all."""
    number = (day.year - 1) * 4 + (day.month - 1) // 3 + 1
    return date(number // 4 + 1, number % 4 * 3 + 1, 1) if number // 4 < date.max.year else date.max

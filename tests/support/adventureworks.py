"""The rows of the AdventureWorks sample database, and what follows from them, counted in plain Python without the library."""

import csv
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from statistics import NormalDist, fmean
from typing import Final, NamedTuple

from scipy.special import stdtrit

__all__ = ["AFTER", "LAST", "START", "Attained", "Range", "Rows", "gini", "t_quantile", "total", "wilson", "workdays"]

START: Final = date(2013, 1, 1)
LAST: Final = date(2013, 12, 31)
AFTER: Final = date(2014, 1, 1)
"""The year that is reviewed, on its last day, and the day after."""

_NO_QUOTA_SINCE: Final = date(2014, 7, 1)
_GROUP_OF_TITLE: Final = {
    "North American Sales Manager": "North America",
    "European Sales Manager": "Europe",
    "Pacific Sales Manager": "Pacific",
}
_LEVEL: Final = 0.9

Days = Mapping[date, Fraction]
"""What falls on each day."""


class Order(NamedTuple):
    rep: str
    customer: str
    on: date
    amount: Fraction


class Quota(NamedTuple):
    """What a rep owes from a day on, until the next quota begins."""

    rep: str
    start: date
    end: date
    amount: Fraction

    @property
    def straddles(self) -> bool:
        """Whether it reaches beyond the year."""
        return self.start < START < self.end or self.start < AFTER < self.end


class Range(NamedTuple):
    """Ends of an interval, and the standard error and days behind it."""

    low: float
    high: float
    error: float
    days: int


class Attained(NamedTuple):
    """What an owner owed and sold within some days."""

    target: Fraction
    sold: Fraction
    entries: int

    @property
    def gap(self) -> Fraction:
        """How much more was sold than owed."""
        return self.sold - self.target

    @property
    def ratio(self) -> Fraction:
        """What was sold over what was owed."""
        return self.sold / self.target


class Rows:
    """What the files say."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        people = self._read("Employee")
        territories = {row["TerritoryID"]: row["Name"] for row in self._read("SalesTerritory")}
        self.hired = {row["BusinessEntityID"]: _day(row["HireDate"]) for row in people}
        self.group_of = {row["Name"]: row["Group"] for row in self._read("SalesTerritory")}
        self.manager_of = {
            _GROUP_OF_TITLE[row["JobTitle"]]: row["BusinessEntityID"] for row in people if row["JobTitle"] in _GROUP_OF_TITLE
        }
        self._places = {rep: [(self.hired[rep], group)] for group, rep in self.manager_of.items()}
        for row in self._read("SalesTerritoryHistory"):
            since = _day(row["StartDate"]), territories[row["TerritoryID"]]
            self._places.setdefault(row["BusinessEntityID"], []).append(since)
        self.orders = [
            Order(row["SalesPersonID"], row["CustomerID"], _day(row["OrderDate"]), Fraction(row["SubTotal"]))
            for row in self._read("ResellerOrders")
        ]
        self.quotas = list(self._read_quotas())

    def _read(self, name: str) -> list[dict[str, str]]:
        with (self._folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def _read_quotas(self) -> Iterator[Quota]:
        of_rep: dict[str, list[tuple[date, Fraction]]] = defaultdict(list)
        for row in self._read("SalesPersonQuotaHistory"):
            of_rep[row["BusinessEntityID"]].append((_day(row["QuotaDate"]), Fraction(row["SalesQuota"])))
        for rep, own in of_rep.items():
            for (start, amount), (end, _) in pairwise([*sorted(own), (_NO_QUOTA_SINCE, Fraction(0))]):
                yield Quota(rep, start, end, amount)

    # Whose

    def team_on(self, rep: str, on: date) -> str:
        """Return the territory, or for a manager the group, of a rep on a day."""
        return [team for since, team in sorted(self._places[rep]) if since <= on][-1]

    def owners_of(self, rep: str, on: date) -> tuple[str | None, ...]:
        """Return to whom counts what a rep does on a day: the rep, the territory, the group, the company."""
        team = self.team_on(rep, on)
        return (rep, *dict.fromkeys((team, self.group_of.get(team, team))), None)

    def members_of(self, team: str) -> list[str]:
        """Return the reps of a team itself at the end of the year, in which nobody moved."""
        return sorted(rep for rep in self.hired if self.team_on(rep, LAST) == team)

    @cached_property
    def tree(self) -> list[tuple[int, str]]:
        """Each group, its territories with their reps, and its manager, in this order, with how deep it stands."""
        found = []
        for group in sorted(self.manager_of):
            found.append((0, group))
            for team in sorted(name for name, above in self.group_of.items() if above == group and self.members_of(name)):
                found += [(1, team), *((2, rep) for rep in self.members_of(team))]
            found.append((1, self.manager_of[group]))
        return found

    # How much

    @cached_property
    def plan(self) -> Mapping[str | None, Days]:
        """What each owner owed on each workday: the same on every workday of a quota.

        Every move falls on the first day of a quota; that of a seat filled within it is owed by the team of whoever came.
        """
        plan: dict[str | None, dict[date, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
        for quota in self.quotas:
            days = workdays(quota.start, quota.end)
            for owner in self.owners_of(quota.rep, max(quota.start, self.hired[quota.rep])):
                for day in days:
                    plan[owner][day] += quota.amount / len(days)
        return plan

    @cached_property
    def _sales(self) -> Mapping[str | None, list[Order]]:
        sales: dict[str | None, list[Order]] = defaultdict(list)
        for order in self.orders:
            for owner in self.owners_of(order.rep, order.on):
                sales[owner].append(order)
        return sales

    def sold(self, owner: str | None, start: date = START, end: date = AFTER) -> list[Order]:
        """Return the orders of an owner from a day until the day before another."""
        return [order for order in self._sales[owner] if start <= order.on < end]

    def attained(self, owner: str | None, start: date = START, end: date = AFTER) -> Attained:
        """Hold what was sold from a day until the day before another against what was owed on its workdays."""
        orders = self.sold(owner, start, end)
        target = total(owed for day, owed in self.plan[owner].items() if start <= day < end)
        return Attained(target, total(order.amount for order in orders), len(orders))

    def pace_range(self, owner: str | None) -> Range:
        """Return the interval of the pace in the year: sales of a workday vary as what was owed on it.

        What was sold on a day off, or on one on which nothing was owed, counts with the workday before, or else the first.
        """
        plan = {day: float(owed) for day, owed in sorted(self.plan[owner].items()) if START <= day < AFTER}
        sold = dict.fromkeys(plan, 0.0)
        for order in self.sold(owner):
            sold[max((day for day in plan if day <= order.on), default=min(plan))] += float(order.amount)
        pace, freedom = sum(sold.values()) / sum(plan.values()), len(plan) - 1
        variance = sum((sold[day] - pace * owed) ** 2 / owed for day, owed in plan.items()) / freedom
        error = math.sqrt(variance / sum(plan.values()))
        margin = t_quantile(0.5 + _LEVEL / 2, freedom) * error
        return Range(max(pace - margin, 0.0), pace + margin, error, len(plan))

    # To whom

    @cached_property
    def bought(self) -> Mapping[str, Days]:
        """What each customer bought on each day up to the end of the year."""
        bought: dict[str, dict[date, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
        for order in self.orders:
            if order.on <= LAST:
                bought[order.customer][order.on] += order.amount
        return {customer: dict(sorted(bought[customer].items())) for customer in sorted(bought)}

    def bought_within(self, days: int, last: date) -> dict[str, Fraction]:
        """Return what each customer bought in so many days up to one, of those who did, the largest first."""
        first = last - timedelta(days=days - 1)
        sums = {
            customer: total(amount for day, amount in own.items() if first <= day <= last)
            for customer, own in self.bought.items()
        }
        return dict(sorted(((name, amount) for name, amount in sums.items() if amount), key=lambda pair: -pair[1]))

    def state(self, customer: str, on: date) -> str:
        """Tell where a customer stands on a day, by the days since purchases."""
        days = [day for day in self.bought[customer] if day <= on]
        if not days:
            return "never bought"
        quiet = (on - days[-1]).days
        if quiet >= 180:
            return "lost" if quiet >= 365 else "at risk"
        returned = [later for earlier, later in pairwise(days) if (later - earlier).days >= 365]
        if returned and (on - returned[-1]).days < 90:
            return "won back"
        return "new" if (on - days[0]).days < 90 else "active"


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])


def total(amounts: Iterable[Fraction]) -> Fraction:
    """Add up amounts exactly."""
    return sum(amounts, Fraction(0))


def workdays(start: date, end: date) -> list[date]:
    """Return Mondays to Fridays from a day until the day before another."""
    days = (start + timedelta(days=number) for number in range((end - start).days))
    return [day for day in days if day.isoweekday() <= 5]


def t_quantile(chance: float, freedom: int) -> float:
    """Return the quantile of Student's t, by scipy."""
    return float(stdtrit(freedom, chance))


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Return the 95% interval of a share, by the closed form of Wilson (1927)."""
    z = NormalDist().inv_cdf(0.975)
    share = part / whole
    middle = share + z * z / (2 * whole)
    reach = z * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    low, high = ((middle + sign * reach) / (1 + z * z / whole) for sign in (-1, 1))
    return max(low, 0.0), min(high, 1.0)


def gini(values: Sequence[float]) -> float:
    """Return half the mean difference between two of some values, over their mean."""
    return fmean(abs(one - other) for one in values for other in values) / (2 * fmean(values))

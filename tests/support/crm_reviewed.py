"""What the published reviews of the CRM Sales Opportunities are about, counted from the rows without the library."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from typing import Final

import attrs
from crm_forecast import Outlook, open_on, outlook
from crm_rows import Agent, CrmFiles, Row

__all__ = [
    "EVE",
    "FIRST",
    "LAST",
    "LIMIT",
    "SEGMENT_ORDER",
    "YEAR",
    "Buyers",
    "Reviewed",
    "age",
    "listed",
    "purchase_days",
    "quarter",
    "worth",
]

FIRST, LAST, EVE = date(2017, 10, 1), date(2017, 12, 31), date(2017, 9, 30)
"""The quarter that is reviewed, and the day before it."""
LIMIT: Final = 90
"""Days after which an open deal is stalled."""
YEAR: Final = timedelta(365)


@attrs.frozen(slots=False)
class Reviewed:
    """What a review is about: its rows among those of all, and counts that several sections use."""

    name: str
    crm: CrmFiles

    @cached_property
    def rows(self) -> list[Row]:
        return self.crm.of() if not self.name else self.crm.of(office=self.name) or self.crm.of(agent=self.name)

    @cached_property
    def agents(self) -> list[Agent]:
        return [agent for agent in self.crm.agents if self.name in ("", agent.office, agent.name)]

    @property
    def is_rep(self) -> bool:
        return len(self.agents) == 1

    def decided(self, start: date, last: date) -> list[Row]:
        """Return the deals that were won or lost from a day to another."""
        return [row for row in self.rows if row.closed is not None and start <= row.closed <= last]

    def won(self, start: date = date.min, last: date = LAST) -> list[Row]:
        """Return the deals that were won from a day to another."""
        return [row for row in self.decided(start, last) if row.is_won]

    @cached_property
    def undated(self) -> list[Row]:
        return [row for row in self.rows if row.engaged is None]

    @cached_property
    def engaging(self) -> list[Row]:
        """The open deals that were engaged: those that matter most first."""
        return sorted(open_on(self.rows, LAST), key=lambda row: (-row.price, -age(row), row.id))

    @cached_property
    def stalled(self) -> list[Row]:
        return [row for row in self.engaging if age(row) > LIMIT]

    @cached_property
    def repeated(self) -> tuple[list[Row], int]:
        """The deals that are like another one, and how many could be compared."""
        known = [row for row in self.rows if row.account and row.engaged is not None]
        like = Counter(map(likeness, self.crm.rows))
        return [row for row in known if like[likeness(row)] > 1], len(known)

    @cached_property
    def idle(self) -> list[Agent]:
        """The agents of whom there is no row."""
        sellers = {row.agent for row in self.rows}
        return [agent for agent in self.agents if agent.name not in sellers]

    @cached_property
    def outlook(self) -> Outlook:
        """The next quarter, as of the last day."""
        return outlook(self.rows, self.crm.rows, LAST, (date(2018, 3, 31) - LAST).days)

    @cached_property
    def outlook_then(self) -> Outlook:
        """The quarter, as it looked when it began."""
        return outlook(self.rows, self.crm.rows, EVE, (LAST - EVE).days)


def age(deal: Row) -> int:
    """Return the days since a deal was engaged."""
    assert deal.engaged is not None
    return (LAST - deal.engaged).days


def likeness(deal: Row) -> tuple[object, ...]:
    """Return in what deals are alike that may be one, entered twice."""
    return deal.account, deal.agent, deal.engaged, deal.worth, deal.product


def worth(rows: Sequence[Row]) -> int:
    return sum(row.worth for row in rows)


def listed(rows: Sequence[Row]) -> int:
    return sum(row.price for row in rows)


@attrs.frozen(slots=False)
class Buyers:
    """Who bought of the owner, and on which days: of those customers also from others, since the owner first sold to them."""

    of: Reviewed

    @cached_property
    def sums(self) -> dict[str, int]:
        """What each bought in the quarter, the largest first."""
        return bought(self.of.won(FIRST))

    @cached_property
    def days(self) -> dict[str, list[date]]:
        own = purchase_days(self.of.won())
        everybody = purchase_days(deal for deal in self.of.crm.rows if deal.is_won)
        return {name: [day for day in everybody[name] if day >= own[name][0]] for name in own}

    def state(self, name: str, on: date) -> str:
        """Tell how a customer stood at the end of a day, as far as these records go."""
        known = [day for day in self.days[name] if day <= on]
        assert (on - known[-1]).days < 180
        return "new" if (on - known[0]).days < 90 else "active"

    @cached_property
    def keys(self) -> list[str]:
        """The largest who made up 80% of the 365 days before the quarter."""
        before = bought(self.of.won(FIRST - YEAR, EVE))
        whole_value, reached, keys = sum(before.values()), 0, []
        for name, value in before.items():
            if reached < Fraction(4, 5) * whole_value:
                keys.append(name)
            reached += value
        return keys

    @cached_property
    def segments(self) -> Counter[str]:
        """How many are of each kind by how lately and how often they bought from the owner: fifths, equals being alike."""
        days = purchase_days(self.of.won())
        lately = fifths({name: each[-1].toordinal() for name, each in days.items()})
        often = fifths({name: len(each) for name, each in days.items()})
        return Counter(SEGMENTS[lately[name]][often[name]] for name in days)


SEGMENTS: Final = (
    *[("Hibernating", "Hibernating", "At risk", "At risk", "Cannot lose them")] * 2,
    ("About to sleep", "About to sleep", "Need attention", "Loyal customers", "Loyal customers"),
    ("Promising", "Potential loyalists", "Potential loyalists", "Loyal customers", "Loyal customers"),
    ("New customers", "Potential loyalists", "Potential loyalists", "Champions", "Champions"),
)
"""What a customer is called, by the fifth of recency, the worst first, and that of frequency."""

SEGMENT_ORDER: Final = (
    "Champions",
    "Loyal customers",
    "Potential loyalists",
    "New customers",
    "Promising",
    "Need attention",
    "About to sleep",
    "Cannot lose them",
    "At risk",
    "Hibernating",
)


def bought(rows: Sequence[Row]) -> dict[str, int]:
    """Return what each customer bought, the largest first, of equals the first by name."""
    sums: Counter[str] = Counter()
    for deal in rows:
        if deal.account:
            sums[deal.account] += deal.worth
    return dict(sorted(sums.items(), key=lambda each: (-each[1], each[0])))


def purchase_days(rows: Iterable[Row]) -> dict[str, list[date]]:
    """Return the days on which each customer bought for more than nothing, in order."""
    sums: Counter[tuple[str, date]] = Counter()
    for deal in rows:
        if deal.account and deal.closed is not None:
            sums[deal.account, deal.closed] += deal.worth
    days: dict[str, list[date]] = {}
    for (name, day), value in sorted(sums.items()):
        if value > 0:
            days.setdefault(name, []).append(day)
    return days


def fifths(measures: dict[str, int]) -> dict[str, int]:
    """Return in which fifth each is, from 0, the worst: by the share of those that did worse."""
    return {name: 5 * sum(other < own for other in measures.values()) // len(measures) for name, own in measures.items()}


def quarter(day: date) -> int:
    return day.year * 4 + (day.month - 1) // 3

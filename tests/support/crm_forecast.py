"""What the open deals of the CRM Sales Opportunities, and those to come, may bring: computed from the rows, day by day.

Chances are those of Aalen and Johansen, with losses competing and open deals censored, of the deals that stood as long. It is
the model that the documentation states, written a second time without the library.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import accumulate
from statistics import NormalDist, fmean, variance
from typing import Final, NamedTuple

import attrs
from crm_rows import Row
from page_lines import TWO_SIDED, whole

__all__ = ["Chance", "Ends", "NewDeals", "Outlook", "open_on", "outlook"]

FEWEST: Final = 10
"""Earlier deals below which no chance is told."""


def open_on(rows: Iterable[Row], day: date) -> list[Row]:
    """Return the deals that were engaged by the end of a day, and were not closed then."""
    return [row for row in rows if row.engaged is not None and row.engaged <= day and (row.closed is None or row.closed > day)]


class Chance(NamedTuple):
    """To be won within some days, its 95% range, and of how many deals it was learnt."""

    value: float
    low: float
    high: float
    observed: int


@attrs.frozen
class Ends:
    """How many deals were won, and ended in any way, so many days after they were engaged; and how many lasted so long."""

    won: Counter[int]
    ended: Counter[int]
    lasted: list[int]

    @classmethod
    def of(cls, rows: Iterable[Row], day: date) -> "Ends":
        """Follow deals to the end of a day."""
        won: Counter[int] = Counter()
        ended: Counter[int] = Counter()
        seen: Counter[int] = Counter()
        for row in rows:
            if row.engaged is None or row.engaged > day:
                continue
            is_closed = row.closed is not None and row.closed <= day
            days = ((row.closed if is_closed and row.closed else day) - row.engaged).days
            seen[days] += 1
            ended[days] += is_closed
            won[days] += is_closed and row.is_won
        from_the_last = accumulate(seen[days] for days in range(max(seen), -1, -1))
        return cls(won, ended, list(from_the_last)[::-1])

    def shares(self) -> list[float]:
        """Return the share that is won within 0, 1, 2, ... days."""
        share, staying, shares = 0.0, 1.0, []
        for days, present in enumerate(self.lasted):
            share += staying * self.won[days] / present
            staying *= 1 - self.ended[days] / present
            shares.append(share)
        return shares

    def chance(self, age: int, last: int) -> Chance | None:
        """Tell the chance to be won within so many days, of a deal of some age; ``None`` where too little is known."""
        horizon = range(age + 1, age + last + 1)
        if horizon[-1] >= len(self.lasted) or self.lasted[age + 1] < FEWEST:
            return None
        share, otherwise, staying, left = 0.0, 0.0, 1.0, 1.0
        steps: list[tuple[int, int, int, float, float]] = []
        for days in horizon:
            present, won = self.lasted[days], self.won[days]
            lost = self.ended[days] - won
            before = otherwise
            share += staying * won / present
            otherwise += staying * lost / present
            left, staying = staying, staying * (1 - (won + lost) / present)
            steps.append((present, won, lost, share, before))
        observed = self.lasted[age + 1]
        if not share:
            # Wilson's of none, of as many as would be there at last if none had been censored.
            return Chance(0.0, 0.0, TWO_SIDED**2 / (self.lasted[horizon[-1]] / left + TWO_SIDED**2), observed)
        squares = math.fsum(
            won / (present * (present - won)) * (staying + otherwise - before) ** 2
            + lost / ((present - won) * (present - won - lost)) * (share - then) ** 2
            for present, won, lost, then, before in steps
        )
        reach = math.exp(TWO_SIDED * math.sqrt(squares) / (share * math.log(share)))
        low, high = sorted((share**reach, share ** (1 / reach)))
        return Chance(share, low, high, observed)

    def chance_of_the_oldest(self, last: int) -> Chance:
        """Tell that of the greatest age of which enough is known."""
        ages = range(len(self.lasted) - 1, -1, -1)
        return next(chance for age in ages if (chance := self.chance(age, last)) is not None)


@attrs.frozen
class NewDeals:
    """How many deals that do not exist yet are won in time, what each may be worth, and the range of what they bring."""

    count: float
    worth: list[int]
    low: float
    high: float

    @property
    def expected(self) -> float:
        return self.count * fmean(self.worth)

    @classmethod
    def learnt(cls, rows: Sequence[Row], day: date, last: int) -> "NewDeals":
        """Learn from the deals of the twelve months up to a day, or of as many as there are."""
        begun = min(row.engaged for row in rows if row.engaged is not None)
        start = max(day.replace(year=day.year - 1) + timedelta(days=1), begun)
        created = [row for row in rows if row.engaged is not None and start <= row.engaged <= day]
        ends = Ends.of(created, day)
        shares = ends.shares()
        worth = [row.worth for row in created if row.is_won and row.closed is not None and row.closed <= day]
        left = [min(days, len(shares) - 1) for days in range(last)]
        per_day = Fraction(len(created), (day - start).days + 1)
        count = float(per_day) * math.fsum(shares[days] for days in left)
        wins = _equal_wins(ends, shares, left, worth)
        low, high = (number * _byar(number, side) / wins for number, side in ((wins, -1), (wins + 1, 1)))
        return cls(count, worth, count * low, count * high)


def _equal_wins(ends: Ends, shares: list[float], left: list[int], worth: list[int]) -> float:
    """Return as how many wins of one weight and one worth those count that were seen: Fay and Feuer, 1997."""
    leaving = Counter(left)
    leaves_time = list(accumulate(leaving[days] for days in range(len(shares) - 1, -1, -1)))[::-1]
    steps = [share - before for share, before in zip(shares, [0.0, *shares], strict=False)]
    weights = [time * step for time, step in zip(leaves_time, steps, strict=True)]
    squares = math.fsum(weight**2 / ends.won[days] for days, weight in enumerate(weights) if ends.won[days])
    spread = variance(worth) / fmean(worth) ** 2 / len(worth)
    return 1 / (squares / math.fsum(weights) ** 2 + spread)


def _byar(count: float, side: int) -> float:
    """Return one end of the range of a Poisson mean over the count, by Byar's approximation."""
    return (1 - 1 / (9 * count) + side * TWO_SIDED / (3 * math.sqrt(count))) ** 3


@attrs.frozen
class Outlook:
    """What open deals, and deals to come, bring within some days: each open one with its chance."""

    chances: dict[Row, Chance]
    stale: list[Row]
    """Those whose chance is that of the greatest age of which enough is known, since too little is of their own."""
    new: NewDeals

    @property
    def weighted(self) -> dict[Row, Fraction]:
        """What each open deal counts for, to the cent."""
        return {row: Fraction(whole(Fraction(chance.value) * row.price * 100), 100) for row, chance in self.chances.items()}

    @property
    def expected(self) -> float:
        return float(sum(self.weighted.values())) + self.new.expected

    def share_between(self, low: float, high: float) -> float:
        """Tell which share of the outcomes lies between two amounts.

        Open deals come each whole or not at all, new ones as by a Poisson process; the error of the chances is counted in,
        two of them being correlated by the square root of the share of the deals that they have in common. The sum of so
        many is normal but for its skewness, for which the first term of Edgeworth makes up.
        """
        new = self.new
        cumulants = [
            math.fsum(row.price**2 * p * (1 - p) for row, (p, *_) in self.chances.items())
            + new.count * fmean(each**2 for each in new.worth),
            math.fsum(row.price**3 * p * (1 - p) * (1 - 2 * p) for row, (p, *_) in self.chances.items())
            + new.count * fmean(each**3 for each in new.worth),
        ]
        deviation = math.sqrt(cumulants[0] + self._error() ** 2)
        skewness = cumulants[1] / deviation**3

        def reached(amount: float) -> float:
            z = (amount - self.expected) / deviation
            return NormalDist().cdf(z) - skewness / 6 * (z**2 - 1) * NormalDist().pdf(z)

        return reached(high) - reached(low)

    def _error(self) -> float:
        """Return the standard deviation of what is expected, as far as chances are known."""
        widths: dict[int, float] = defaultdict(float)
        for row, chance in self.chances.items():
            if chance.value:  # what has never been won brings nothing, whatever its range
                widths[chance.observed] += row.price * (chance.high - chance.low)
        widths[len(self.new.worth)] += fmean(self.new.worth) * (self.new.high - self.new.low)
        total = math.fsum(
            one * other * math.sqrt(min(m, n) / max(m, n)) for m, one in widths.items() for n, other in widths.items()
        )
        return math.sqrt(total) / (2 * TWO_SIDED)


def outlook(rows: Sequence[Row], everybody: Sequence[Row], day: date, last: int) -> Outlook:
    """Look ahead from a day, so many days: chances are learnt from everybody's deals, new ones from one's own."""
    ends = Ends.of(everybody, day)
    of_the_oldest = ends.chance_of_the_oldest(last)
    ages = {row: (day - row.engaged).days for row in open_on(rows, day) if row.engaged is not None}
    by_age = {age: ends.chance(age, last) for age in set(ages.values())}
    return Outlook(
        {row: by_age[age] or of_the_oldest for row, age in ages.items()},
        [row for row, age in ages.items() if by_age[age] is None],
        NewDeals.learnt(rows, day, last),
    )

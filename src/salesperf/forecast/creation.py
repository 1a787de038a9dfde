"""Business not yet created: how many deals come into being, how many of them are won in time, and for how much."""

import math
from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Final, NamedTuple

import attrs
import numpy as np

from salesperf.errors import InvalidValueError
from salesperf.forecast.terms import ForecastTerms
from salesperf.kernels.numeric import Column
from salesperf.kernels.special import two_sided_quantile
from salesperf.kernels.survival import EventTable, aalen_johansen
from salesperf.model.amount import COUNT, Amount, Unit
from salesperf.model.codes import Integers
from salesperf.model.opportunity import Opportunity
from salesperf.model.period import Period
from salesperf.model.process import SalesProcess
from salesperf.model.result import Result, Row
from salesperf.model.validators import check_date, require
from salesperf.pipeline.deals import OUTCOMES, Placed, common_unit, decision_of, in_order

__all__ = ["NewBusiness", "NewDeals", "learn_new_business"]

_CAUSES: Final = {outcome: cause for cause, outcome in enumerate(OUTCOMES, 1)}
_MOST_AMOUNTS: Final = 64
"""Different amounts of new deals that a distribution tells apart; of more, neighbours are taken together."""
_MOST_CHANCE: Final = 0.02
"""Of a deal that may come: the variance of their number is smaller by this share than that of what it stands for. The same for
few deals and for many, since how strongly a common factor moves a chance depends on its size."""
_MOST_SLOTS: Final = 16_384
_LARGEST_CHANCE: Final = 0.1
"""The same where that would take more of them."""


@attrs.frozen(kw_only=True)
class NewBusiness(Result):
    """How deals come into being and are won, learnt from a window of time: made by :func:`learn_new_business`.

    Attributes
    ----------
    window : Period
        The days on which the deals came into being that are learnt from.
    as_of : date
        The day to whose end they were followed.
    created : int
        How many there were.
    won : int
        How many of them were won by then.
    win_shares : tuple of float
        The share that is won within so many days of its creation: 0, 1, 2, ...; deals still open are censored.
    win_counts : tuple of int
        How many were seen to be won within so many days, which tells how sure the shares are.
    amounts : tuple of Amount
        What those won were worth, as far as it is known; in order.
    factor : float
        How many times as many are assumed to be won, for :meth:`Forecast.what_if`.

    Examples
    --------
    >>> from salesperf import CNY, STANDARD_PROCESSES, Change
    >>> def deal(id, day, *more):
    ...     amount = Amount.of(600, CNY)
    ...     return Opportunity(id=id, history=[Change(date(2026, 1, day), stage="lead", amount=amount), *more])
    >>> deals = [deal("o-1", 5, Change(date(2026, 1, 25), stage="closed")), deal("o-2", 9)]
    >>> window = Period.month(2026, 1)
    >>> found = learn_new_business(deals, STANDARD_PROCESSES["basic"], as_of=date(2026, 2, 28), window=window)
    >>> found.created, found.won, found.win_shares[19:21], round(found.per_day, 4)
    (2, 1, (0.0, 0.5), 0.0645)
    """

    window: Period
    as_of: date
    created: int
    won: int
    win_shares: tuple[float, ...]
    win_counts: tuple[int, ...]
    amounts: tuple[Amount, ...]
    factor: float = 1.0

    @property
    def per_day(self) -> float:
        """Creation rate: deals a calendar day."""
        return self.created / self.window.days

    @property
    def unit(self) -> Unit | None:
        """Of the amounts; ``None`` where there is none."""
        return self.amounts[0].unit if self.amounts else None

    def rows(self) -> list[Row]:
        """Return one row: how many came into being, how many were won, and for how much."""
        return [
            {
                "window": self.window.label,
                "as_of": self.as_of,
                "created": self.created,
                "per_day": self.per_day,
                "won": self.won,
                "with_amount": len(self.amounts),
                "factor": self.factor,
            }
        ]

    def within(self, terms: ForecastTerms) -> "NewDeals":
        """Tell how many deals that do not exist yet will be won within what is left of a period.

        Notes
        -----
        With c deals created a day, and a share F(k) of them won within k days, those created on day d and won from day f to
        day l number c (F(l - d) - F(f - 1 - d)); over all d that sums to c (F(f - 1) + ... + F(l - 1)).

        That is a weighted sum of the wins that were seen: one after k days counts for as many days of creation as leave it
        so long, and for those who were censored before. Sums of w and of w squared over the wins tell as how many that all
        weigh alike they count; the spread of what they were worth makes them count for fewer still.

        References
        ----------
        M. P. Fay and E. J. Feuer, "Confidence intervals for directly standardized rates: a method based on the gamma
        distribution", *Statistics in Medicine* 16 (1997) 791-801.
        """
        first, last = terms.days_left
        days = np.rint(np.arange(first - 1, max(last, first - 1)) / float(terms.cycle_factor)).astype(np.int64)
        days = np.minimum(days, len(self.win_shares) - 1)
        shares = np.minimum(np.array(self.win_shares) * float(terms.win_rate_factor), 1)
        wins = self.factor * self.per_day * float(shares[days].sum())
        amounts = (Amount(minor=1, unit=COUNT),) if terms.measure == "count" else self.amounts
        low, high = _poisson_range(self._equal_wins(days, amounts), terms.level)
        return NewDeals(
            expected_count=wins if amounts else 0.0,
            low_count=wins * low,
            high_count=wins * high,
            observed=self.won,
            amounts=amounts,
        )

    def _equal_wins(self, days: Integers, amounts: tuple[Amount, ...]) -> float:
        """Return as how many wins of one weight and one worth those count that were seen, for so many days left each."""
        # How many of the days leave a win its time.
        leaving = np.cumsum(np.bincount(days, minlength=len(self.win_shares))[::-1])[::-1]
        weights = leaving * np.diff(np.array(self.win_shares), prepend=0.0)
        counts = np.diff(np.array(self.win_counts), prepend=0)
        squares = float(np.sum(weights**2 / np.maximum(counts, 1)))
        if not squares or not amounts:
            return 0.0
        worth = np.array([amount.minor for amount in amounts], dtype=np.float64)
        spread = float(worth.var(ddof=1)) / worth.mean() ** 2 / worth.size if worth.size > 1 and worth.any() else 0.0
        return 1 / (squares / float(weights.sum()) ** 2 + spread)


def _poisson_range(count: float, level: float) -> tuple[float, float]:
    """Return the range of a Poisson mean over its estimate, a count above 0, by Byar's approximation."""
    if not count:
        return 0.0, 0.0
    z = two_sided_quantile(level)
    low, high = (
        number * (1 - 1 / (9 * number) + side * z / (3 * math.sqrt(number))) ** 3
        for number, side in ((count, -1), (count + 1, 1))
    )
    return max(low, 0.0) / count, high / count


@attrs.frozen(kw_only=True)
class NewDeals:
    """How many deals that do not exist yet will be won within a period, and for how much: a part of a :class:`Forecast`.

    Attributes
    ----------
    expected_count : float
        How many are to be expected.
    low_count, high_count : float
        The range of what they bring, as a number of deals of average worth: as far as those won so far tell how many there
        will be, and what one is worth.
    observed : int
        How many won deals it rests on.
    amounts : tuple of Amount
        What each may be worth, all equally likely.

    Examples
    --------
    >>> from salesperf import CNY
    >>> amounts = (Amount.of(100, CNY), Amount.of(300, CNY))
    >>> print(NewDeals(expected_count=4.0, low_count=3.0, high_count=5.0, observed=60, amounts=amounts).expected)
    800.00 CNY
    """

    expected_count: float
    low_count: float
    high_count: float
    observed: int
    amounts: tuple[Amount, ...]

    @cached_property
    def average(self) -> Amount | None:
        """What one of them is worth on average, rounded half up; ``None`` where nobody knows."""
        return None if self.known_worth is None else self.known_worth.times(Fraction(1, len(self.amounts)))

    @property
    def known_worth(self) -> Amount | None:
        """What those were worth together of which the amounts are; ``None`` where nobody knows."""
        return Amount.total(self.amounts, self.amounts[0].unit) if self.amounts else None

    @property
    def for_each(self) -> float:
        """Expected count / number of amounts: how many are to be expected for each of which one is known; 0 where none is."""
        return self.expected_count / len(self.amounts) if self.amounts else 0.0

    @cached_property
    def expected(self) -> Amount | None:
        """Expected count x average, rounded half up once, at the end; ``None`` where no amount is known."""
        return None if self.known_worth is None else self.known_worth.times(Fraction(self.for_each))

    def slots(self) -> tuple[Integers, Column, Column, Column]:
        """Return deals that come or do not, each with a small chance and its range, that stand for those to come."""
        kinds = self.slots_by_worth()
        slots = np.array([kind.slots for kind in kinds], dtype=np.int64)
        worth = np.repeat(np.array([kind.worth for kind in kinds], dtype=np.int64), slots)
        ranges = np.array([(kind.low, kind.chance, kind.high) for kind in kinds], dtype=np.float64).reshape(-1, 3)
        low, chance, high = np.repeat(ranges, slots, axis=0).T.copy()
        return worth, chance, low, high

    def slots_by_worth(self) -> "tuple[NewDealsOfWorth, ...]":
        """Return the same, those of one worth together; none where no deal is to be expected.

        Notes
        -----
        Deals come as by a Poisson process, independently of what they are worth, so those of each worth come as by one of
        their own. The number of these that come is replaced by that of many deals each of which comes with a small chance
        p: the expected number is the same, the variance smaller by the share p.
        """
        if not self.expected_count:
            return ()
        worth, shares = _representatives(np.array(sorted(amount.minor for amount in self.amounts), dtype=np.int64))
        most = max(self.high_count, self.expected_count)
        wanted = max(min(most / _MOST_CHANCE, _MOST_SLOTS), most / _LARGEST_CHANCE)
        # As many as a power of 2: equal terms of a sum are squared together.
        each = 2 ** np.ceil(np.log2(np.maximum(wanted * shares, 1))).astype(np.int64)
        low, chance, high = (count * shares / each for count in (self.low_count, self.expected_count, self.high_count))
        columns = (worth, shares, each, chance, np.minimum(low, chance), np.maximum(high, chance))
        return tuple(NewDealsOfWorth(*row) for row in zip(*(column.tolist() for column in columns), strict=True))


class NewDealsOfWorth(NamedTuple):
    """Deals that may come of one worth: many slots, each of which comes with a small chance."""

    worth: int
    share: float
    slots: int
    chance: float
    low: float
    high: float


def _representatives(amounts: Integers) -> tuple[Integers, Column]:
    """Return the different ones of sorted amounts, and the share of all that each stands for.

    Where they are many, neighbours are taken together, to their mean: of each group the squares sum to about as much, so that
    few large ones, on which the spread of a sum depends, are told apart as well as many small ones.
    """
    distinct, group = np.unique(amounts, return_inverse=True)
    if distinct.size > _MOST_AMOUNTS:
        squares = np.cumsum(amounts.astype(np.float64) ** 2)
        cuts = squares[-1] * np.arange(1, _MOST_AMOUNTS) / _MOST_AMOUNTS
        # By the last place at which an amount stands, so that equal ones stay together.
        ends = np.searchsorted(amounts, amounts, side="right") - 1
        _, group = np.unique(np.searchsorted(cuts, squares[ends]), return_inverse=True)
    sizes = np.bincount(group)
    parts = np.split(amounts, np.cumsum(sizes)[:-1])
    means = [round(Fraction(sum(part.tolist()), part.size)) for part in parts]
    return np.array(means, dtype=np.int64), sizes / amounts.size


def learn_new_business(
    opportunities: Iterable[Opportunity], process: SalesProcess, *, as_of: date, window: Period | None = None
) -> NewBusiness:
    """Learn how often deals come into being, how many of them are won how soon, and for how much.

    Parameters
    ----------
    opportunities
        Deals of one process, each id once, in any order: of whoever the forecast is about.
    process
        Their sales process.
    as_of
        The day to whose end they are followed.
    window
        The days of creation that count, none later than ``as_of``; ``None`` for the twelve months up to it, or for as much of
        them as there is on record: from the day on which the first deal was created, where that is later.

    Returns
    -------
    NewBusiness
        For the argument ``new_business`` of :func:`project`.

    Raises
    ------
    InvalidValueError
        If the window ends later than ``as_of``, no deal was created in it, one was won for a negative amount, or as of
        :func:`project`.
    UnknownNameError, UnitMismatchError
        As of :func:`project`.

    Notes
    -----
    The chance to be won within so many days of creation is the incidence of Aalen and Johansen, in which lost and cancelled
    deals compete and open ones are censored. It is carried forward beyond the last day that was observed, so a window that
    is shorter than what is left of the period says too little. The creation rate is taken to stay as it was: no trend, no
    season. A window that begins with a deal holds one for certain, so of records that are young and hold few deals the rate
    reads high: where it is known since when deals have been recorded, state the window.

    Examples
    --------
    >>> from salesperf import STANDARD_PROCESSES, Change
    >>> deals = [Opportunity(id="o-1", history=[Change(date(2026, 1, 5), stage="lead")])]
    >>> print(learn_new_business(deals, STANDARD_PROCESSES["basic"], as_of=date(2026, 2, 28)))
    window       2026-01-05..2026-02-28
    as_of        2026-02-28
    created      1
    per_day      0.0181818
    won          0
    with_amount  0
    factor       1
    """
    check_date(as_of, ("as_of",))
    require(window, Period, type(None), path=("window",))
    if window is not None and window.last > as_of:
        raise InvalidValueError("history_later", path=("window",), as_of=as_of, value=window.last)
    dated = list(_dated(opportunities, process, as_of))
    days = _recorded_year((created for created, _ in dated), as_of) if window is None else window
    durations, causes = [], []
    amounts: list[tuple[Placed, Amount | None]] = []
    for created, placed in dated:
        if created not in days:
            continue
        known = placed.opportunity
        decision = decision_of(known, process)
        ended = (None if decision is None else decision.on) or as_of
        durations.append((ended - created).days)
        causes.append(0 if decision is None else _CAUSES[decision.outcome])
        if decision is not None and decision.outcome == "won":
            _refuse_negative(placed.position, known)
            amounts.append((placed, known.amount))
    if not durations:
        raise InvalidValueError("nothing_created", path=("opportunities",), value=str(days))
    common_unit(amounts)
    lasted, cause = np.array(durations), np.array(causes)
    is_won = cause == _CAUSES["won"]
    return NewBusiness(
        window=days,
        as_of=as_of,
        created=len(durations),
        won=int(is_won.sum()),
        win_shares=_win_shares(lasted, cause),
        win_counts=tuple(np.cumsum(np.bincount(lasted[is_won], minlength=int(lasted.max()) + 1)).tolist()),
        amounts=tuple(sorted((amount for _, amount in amounts if amount is not None), key=lambda amount: amount.minor)),
    )


def _dated(opportunities: Iterable[Opportunity], process: SalesProcess, as_of: date) -> Iterator[tuple[date, Placed]]:
    """Yield the day on which each deal was created, and what was known of it; no deal that came later or has no such day."""
    for placed in in_order(opportunities, process):
        known = placed.opportunity.as_of(as_of)
        if known is not None and known.created is not None:
            yield known.created, Placed(placed.position, known)


def _recorded_year(created: Iterable[date], as_of: date) -> Period:
    """Return the twelve months up to a day, as far as there are records of them: before these no deal could be created."""
    year = Period.rolling(as_of)
    return Period(max(year.start, min(created, default=year.start)), year.end)


def _refuse_negative(position: int, known: Opportunity) -> None:
    if known.amount is not None and known.amount.minor < 0:
        path = ("opportunities", position, known.id, "amount")
        raise InvalidValueError("negative_amount", path=path, value=known.amount.minor)


def _win_shares(durations: Integers, causes: Integers) -> tuple[float, ...]:
    """Return the share won within 0, 1, 2, ... days, up to the longest time that was observed."""
    curve = aalen_johansen(EventTable.of(durations, causes, cause_count=len(_CAUSES)), _CAUSES["won"])
    return tuple(curve.at(np.arange(float(durations.max()) + 1)).tolist())

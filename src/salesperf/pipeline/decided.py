"""Deals that were decided in a period: won, lost and cancelled, how often, for how much, how fast and why."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from functools import cached_property
from statistics import fmean, median

import attrs

from salesperf import formulas
from salesperf.kernels.numeric import round_fraction
from salesperf.model.amount import Amount, Unit
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.opportunity import Opportunity
from salesperf.model.period import Period
from salesperf.model.process import SalesProcess
from salesperf.model.result import Result, Row
from salesperf.model.validators import check_date, require
from salesperf.pipeline.deals import (
    Decision,
    Outcome,
    common_unit,
    decision_of,
    holder,
    in_order,
    known_total,
    last_named,
    withheld_fields,
)
from salesperf.pipeline.rates import rate_by_count, rate_by_value

__all__ = ["ClosedDeal", "ClosedDeals", "Counted", "closed"]


@attrs.frozen
class Counted:
    """How often something was named: made by :func:`closed`.

    Attributes
    ----------
    key : str or None
        What: the key of a reason, the name of a competitor; ``None`` where nothing was named.
    count : int
        How often.

    Examples
    --------
    >>> Counted("price", 3)
    Counted(key='price', count=3)
    """

    key: str | None
    count: int


@attrs.frozen(kw_only=True)
class ClosedDeal:
    """A deal that was decided: made by :func:`closed`.

    Attributes
    ----------
    id : str
        Of the deal.
    customer : str or None
        The id of the customer.
    owner : str or None
        Who had it when it was decided.
    outcome : str
        How it ended: won, lost, cancelled.
    on : date
        The day on which it was decided, for the last time.
    amount : Amount or None
        What it was worth, as far as is known.
    cycle_days : int or None
        Calendar days from its creation to the decision; ``None`` where the day of creation is not known.
    reason : str or None
        The key of why, where the change that decided it, or one since, gives it.
    competitors : tuple of str
        Who wanted it too.

    Examples
    --------
    >>> from salesperf import STANDARD_PROCESSES, Change
    >>> history = [Change(date(2026, 7, 1), stage="proposal"), Change(date(2026, 9, 1), stage="lost", reason="price")]
    >>> deals, autumn = [Opportunity(id="o-1", history=history)], Period.quarter(2026, 3)
    >>> deal = closed(deals, STANDARD_PROCESSES["solution"], as_of=date(2026, 9, 30), period=autumn).deals[0]
    >>> deal.outcome, deal.cycle_days, deal.reason
    ('lost', 62, 'price')
    """

    id: str
    customer: str | None
    owner: str | None
    outcome: Outcome
    on: date
    amount: Amount | None
    cycle_days: int | None
    reason: str | None
    competitors: tuple[str, ...]


@attrs.frozen(kw_only=True)
class ClosedDeals(Result):
    """The deals decided in a period: made by :func:`closed`.

    Attributes
    ----------
    period : Period
        Within which they were decided.
    as_of : date
        The day at whose end one looks: a deal that was opened again by then is not decided.
    deals : tuple of ClosedDeal
        Sorted by id.
    unit : Unit or None
        Of all amounts; ``None`` where there is no amount.
    open_deals : int
        How many deals are open at the end of ``as_of``.
    undated : int
        How many deals were decided on a day that nobody knows, perhaps within the period; they are left out.
    withheld : int
        Of how many decided deals an export of a later day tells the values, which are withheld.

    Examples
    --------
    >>> from salesperf import CNY, STANDARD_PROCESSES, Change
    >>> deals = [
    ...     Opportunity(
    ...         id=id,
    ...         history=[
    ...             Change(date(2026, 7, 1), stage="proposal", amount=Amount.of(amount, CNY)),
    ...             Change(date(2026, 9, day), stage=stage),
    ...         ],
    ...     )
    ...     for id, day, stage, amount in (("o-1", 1, "won", 600), ("o-2", 8, "lost", 200), ("o-3", 9, "won", 400))
    ... ]
    >>> found = closed(deals, STANDARD_PROCESSES["solution"], as_of=date(2026, 9, 30), period=Period.quarter(2026, 3))
    >>> print(found.win_rate)
    0.666667 [0.20766, 0.938508], n = 3
    >>> str(found.won_value), str(found.average_won_value), found.average_cycle_days, round(found.win_rate_by_value.value, 3)
    ('1,000.00 CNY', '500.00 CNY', 66.0, 0.833)
    """

    period: Period
    as_of: date
    deals: tuple[ClosedDeal, ...]
    unit: Unit | None
    open_deals: int
    undated: int
    withheld: int

    def of(self, outcome: Outcome) -> tuple[ClosedDeal, ...]:
        """Return the deals that ended so."""
        return tuple(deal for deal in self.deals if deal.outcome == outcome)

    @cached_property
    def won(self) -> int:
        """How many were won."""
        return len(self.of("won"))

    @cached_property
    def lost(self) -> int:
        """How many were lost."""
        return len(self.of("lost"))

    @cached_property
    def cancelled(self) -> int:
        """How many were cancelled: the customer decided nothing."""
        return len(self.of("cancelled"))

    @cached_property
    def won_value(self) -> Amount | None:
        """What the won deals with an amount are worth; ``None`` where there are won deals and none has one."""
        return self._value("won")

    @cached_property
    def lost_value(self) -> Amount | None:
        """What the lost deals with an amount were worth."""
        return self._value("lost")

    @cached_property
    def cancelled_value(self) -> Amount | None:
        """What the cancelled deals with an amount were worth."""
        return self._value("cancelled")

    def _value(self, outcome: Outcome) -> Amount | None:
        return known_total([deal.amount for deal in self.of(outcome)], self.unit)

    @cached_property
    def without_amount(self) -> int:
        """How many of the deals have no amount."""
        return sum(deal.amount is None for deal in self.deals)

    @cached_property
    def win_rate(self) -> Estimate:
        """Won / (won + lost), by number, with Wilson's interval; cancelled deals are neither."""
        decided = self.won + self.lost
        rate = formulas.win_rate(self.won, self.lost)
        return rate_by_count(rate, self.won, decided, nothing=Message("pipeline.reason.none_decided"))

    @cached_property
    def win_rate_by_value(self) -> Estimate:
        """Won value / (won value + lost value), with the number of equal deals that would say as much instead of an interval.

        Notes
        -----
        Undefined where deals were lost and their value is missing or 0: many systems blank the amount of a lost deal, and all
        the money would seem to have been won.
        """
        decided = (*self.of("won"), *self.of("lost"))
        if not decided:
            return Estimate.undefined(Message("pipeline.reason.none_decided"))
        won, lost = (0 if value is None else value.minor for value in (self.won_value, self.lost_value))
        if self.lost and not lost:
            return Estimate.undefined(Message("pipeline.reason.lost_without_value"))
        return rate_by_value(formulas.win_rate_by_value(won, lost), [deal.amount for deal in decided])

    @property
    def average_won_value(self) -> Amount | None:
        """What a won deal is worth on average, of those with an amount, rounded half up; ``None`` where there is none."""
        if self.unit is None or self._mean_won is None:
            return None
        return Amount(minor=round_fraction(self._mean_won), unit=self.unit)

    @cached_property
    def _mean_won(self) -> Fraction | None:
        """The average in smallest units, exactly."""
        amounts = [deal.amount.minor for deal in self.of("won") if deal.amount is not None]
        return Fraction(sum(amounts), len(amounts)) if amounts else None

    @cached_property
    def _cycles(self) -> list[int]:
        return [deal.cycle_days for deal in self.of("won") if deal.cycle_days is not None]

    @cached_property
    def average_cycle_days(self) -> float | None:
        """Days from creation to the win, on average over the won deals whose beginning is known."""
        return fmean(self._cycles) if self._cycles else None

    @cached_property
    def median_cycle_days(self) -> float | None:
        """Days from creation to the win, of the won deal in the middle."""
        return float(median(self._cycles)) if self._cycles else None

    @cached_property
    def without_cycle(self) -> int:
        """How many won deals have no known beginning, and so no cycle."""
        return self.won - len(self._cycles)

    @cached_property
    def sales_velocity(self) -> Estimate:
        """Open deals x win rate x average won value / average cycle days, in whole units a day.

        Notes
        -----
        It rests on the won and lost deals; there is no interval, which would have to hold of three averages at once.
        """
        rate = self.win_rate.value
        if rate is None:
            return Estimate.undefined(Message("pipeline.reason.none_decided"))
        if self.unit is None or self._mean_won is None:
            return Estimate.undefined(Message("pipeline.reason.no_won_value"))
        value, days = float(self._mean_won / self.unit.scale), self.average_cycle_days
        if not days:
            return Estimate.undefined(Message("pipeline.reason.no_cycle"), unit=self.unit.code)
        velocity = formulas.sales_velocity(self.open_deals, rate, value, days)
        reason = Message("pipeline.reason.several_averages")
        return Estimate(value=velocity, n=self.win_rate.n, unit=self.unit.code, reason=reason)

    @cached_property
    def loss_reason_counts(self) -> tuple[Counted, ...]:
        """Why deals were lost, the most frequent first; ``None`` for those lost without a reason given."""
        return _by_frequency(deal.reason for deal in self.of("lost"))

    @cached_property
    def competitor_counts(self) -> tuple[Counted, ...]:
        """On how many lost deals each competitor was named, the most frequent first; ``None`` for deals that name none."""
        return _by_frequency(name for deal in self.of("lost") for name in deal.competitors or (None,))

    def rows(self) -> list[Row]:
        """Return one row: counts and values by outcome, rates with their ranges, cycle and velocity."""
        values = {"won": self.won_value, "lost": self.lost_value, "cancelled": self.cancelled_value}
        return [
            {
                "period": self.period.label,
                "as_of": self.as_of,
                "won": self.won,
                "lost": self.lost,
                "cancelled": self.cancelled,
                "undated": self.undated,
                "without_amount": self.without_amount,
                "unit": None if self.unit is None else str(self.unit),
                **{f"{name}_value": None if value is None else value.decimal for name, value in values.items()},
                "win_rate": self.win_rate.value,
                "win_rate_low": self.win_rate.low,
                "win_rate_high": self.win_rate.high,
                "win_rate_by_value": self.win_rate_by_value.value,
                "average_won_value": None if self.average_won_value is None else self.average_won_value.decimal,
                "average_cycle_days": self.average_cycle_days,
                "median_cycle_days": self.median_cycle_days,
                "without_cycle": self.without_cycle,
                "open_deals": self.open_deals,
                "sales_velocity": self.sales_velocity.value,
            }
        ]

    def deal_rows(self) -> list[Row]:
        """Return a row for each deal."""
        return [
            {
                "id": deal.id,
                "customer": deal.customer,
                "owner": deal.owner,
                "outcome": deal.outcome,
                "on": deal.on,
                "amount": None if deal.amount is None else deal.amount.decimal,
                "unit": None if deal.amount is None else str(deal.amount.unit),
                "cycle_days": deal.cycle_days,
                "reason": deal.reason,
                "competitors": "; ".join(deal.competitors),
            }
            for deal in self.deals
        ]


def closed(opportunities: Iterable[Opportunity], process: SalesProcess, *, as_of: date, period: Period) -> ClosedDeals:
    """Look at the deals that were decided in a period.

    Parameters
    ----------
    opportunities
        Deals of one process, each id once, in any order. Each is looked at as of the day.
    process
        Their sales process.
    as_of
        The day at whose end one looks. A deal counts on the day of its last decision; one that was opened again is open.
    period
        Within which a deal was decided.

    Returns
    -------
    ClosedDeals
        With the rates of won and lost deals by the day of the decision, not by that of creation.

    Raises
    ------
    InvalidValueError, UnknownNameError, UnitMismatchError
        As of :func:`snapshot`.

    Notes
    -----
    Win rate: won / (won + lost). Sales velocity: open deals x win rate x average won value / average cycle days.

    References
    ----------
    D. Kellogg, "Win rates, close rates and milestone vs. cohort analysis", Kellblog.

    Examples
    --------
    >>> from salesperf import STANDARD_PROCESSES, Change
    >>> history = [Change(date(2026, 7, 1), stage="proposal"), Change(date(2026, 9, 1), stage="won")]
    >>> deals, process = [Opportunity(id="o-1", history=history)], STANDARD_PROCESSES["solution"]
    >>> [closed(deals, process, as_of=date(2026, 9, 30), period=month).won for month in Period.quarter(2026, 3).split("month")]
    [0, 0, 1]
    """
    check_date(as_of, ("as_of",))
    placed_deals = in_order(opportunities, process)
    require(period, Period, path=("period",))
    found, open_deals, undated, withheld = [], 0, 0, 0
    for placed in placed_deals:
        known = placed.opportunity.as_of(as_of)
        if known is None:
            continue
        decision = decision_of(known, process)
        if decision is None:
            open_deals += 1
        elif decision.on is None:
            undated += 1
        elif decision.on in period:
            withheld += bool(withheld_fields(known, as_of))
            found.append((placed, _closed_deal(known, decision, decision.on)))
    return ClosedDeals(
        period=period,
        as_of=as_of,
        deals=tuple(deal for _, deal in found),
        unit=common_unit((placed, deal.amount) for placed, deal in found),
        open_deals=open_deals,
        undated=undated,
        withheld=withheld,
    )


def _closed_deal(known: Opportunity, decision: Decision, on: date) -> ClosedDeal:
    since = known.history[decision.position :]
    return ClosedDeal(
        id=known.id,
        customer=known.customer,
        owner=holder(known, decision),
        outcome=decision.outcome,
        on=on,
        amount=known.amount,
        cycle_days=None if known.created is None else (on - known.created).days,
        # A reason from before the decision, such as why the deal slipped, says nothing about it.
        reason=last_named(change.reason for change in since),
        competitors=known.competitors,
    )


def _by_frequency(keys: Iterable[str | None]) -> tuple[Counted, ...]:
    found = Counter(keys)
    return tuple(Counted(key, found[key]) for key in sorted(found, key=lambda key: (-found[key], key is None, key or "")))

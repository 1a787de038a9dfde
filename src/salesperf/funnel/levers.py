"""Sales velocity, and its four levers: what each would add, and what each did between two periods."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from math import exp, prod, sqrt
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import attrs
import numpy as np

from salesperf.errors import UnitMismatchError
from salesperf.formulas import sales_velocity
from salesperf.funnel.chances import FEWEST_DEALS
from salesperf.funnel.following import CAUSES, Following
from salesperf.funnel.histories import Histories
from salesperf.funnel.tally import check_within
from salesperf.kernels.numeric import INT64_MAX, Column
from salesperf.kernels.proportion import wilson
from salesperf.kernels.shapley import exact_product_effects
from salesperf.kernels.special import two_sided_quantile
from salesperf.model.amount import Amount, Unit
from salesperf.model.breakdown import Breakdown, Product, Quotient, Sum
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.opportunity import Opportunity
from salesperf.model.period import Period
from salesperf.model.process import SalesProcess
from salesperf.model.result import Result, Row
from salesperf.model.validators import check_date, check_whole, require

__all__ = ["LEVERS", "Velocity", "VelocityChange", "velocity", "velocity_change"]

LeverName: TypeAlias = Literal["open_deals", "win_rate", "average_won_value", "average_cycle_days"]
LEVERS: Final[tuple[LeverName, ...]] = ("open_deals", "win_rate", "average_won_value", "average_cycle_days")
"""What makes up the velocity: the first three raise it, the last one lowers it."""

_WON, _LOST = CAUSES["won"], CAUSES["lost"]


@attrs.frozen(kw_only=True)
class Velocity(Result):
    """The money that the pipeline turns out a day: made by :func:`velocity`.

    Attributes
    ----------
    as_of : date
        The day to whose end deals are known.
    period : Period or None
        The days on which the deals were decided that rate, value and cycle are of; ``None`` for all.
    unit : Unit or None
        The currency; ``None`` where no won deal has an amount.
    open_deals : int
        Deals open at the end of the day.
    win_rate : Estimate
        won / (won + lost), a fraction.
    average_won_value : Estimate
        Of the won deals whose amount is known, in the currency.
    average_cycle_days : Estimate
        Days from the beginning to the win, of the won deals whose beginning is known.
    value : Estimate
        Money a day, in the currency.

    Examples
    --------
    >>> from salesperf import STANDARD_PROCESSES, funnel
    >>> print(funnel.velocity([], STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30)).value.reason.text())
    no deal has been won or lost
    """

    as_of: date
    period: Period | None
    unit: Unit | None
    open_deals: int
    win_rate: Estimate
    average_won_value: Estimate
    average_cycle_days: Estimate
    value: Estimate
    _exact: tuple[Fraction, ...] | None

    @property
    def breakdown(self) -> Breakdown:
        """How the velocity follows from its levers, exactly."""
        exact = self._exact or (Fraction(self.open_deals), None, None, None)
        deals, rate, value, days = (
            Breakdown(label=Message(f"funnel.lever.{name}"), value=lever) for name, lever in zip(LEVERS, exact, strict=True)
        )
        turned_out = prod(self._exact[:3]) if self._exact else None
        parts = (deals, rate, value)
        product = Breakdown(label=Message("funnel.lever.turned_out"), value=turned_out, rule=Product(), parts=parts)
        total = _velocity_of(self._exact) if self._exact else None
        return Breakdown(label=Message("funnel.lever.velocity"), value=total, rule=Quotient(), parts=(product, days))

    def gains(self, share: float = 0.1) -> Mapping[LeverName, float | None]:
        """Tell what each lever would add, were it better by a share and the others as they are.

        Parameters
        ----------
        share
            Within (0, 1): so much more deals, rate or value, and so much shorter a cycle.

        Returns
        -------
        Mapping of str to float or None
            Money a day, by the name of the lever; ``None`` where the velocity is undefined.

        Raises
        ------
        InvalidValueError
            If the share lies outside (0, 1).

        Notes
        -----
        share x velocity for the first three, and velocity x share / (1 - share) for the cycle. A win rate cannot pass 1: its
        gain ends there.

        Examples
        --------
        >>> from salesperf import STANDARD_PROCESSES, funnel
        >>> funnel.velocity([], STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30)).gains()["win_rate"] is None
        True
        """
        check_within(share, "share")
        if self.value.value is None or self.win_rate.value is None:
            return MappingProxyType(dict.fromkeys(LEVERS))
        room = 1 / self.win_rate.value - 1 if self.win_rate.value else share
        factors = (share, min(share, room), share, share / (1 - share))
        return MappingProxyType({name: self.value.value * factor for name, factor in zip(LEVERS, factors, strict=True)})

    def rows(self) -> list[Row]:
        """Return a row for each lever, and after them one for the velocity: value, interval, and what 10 % more would add."""
        gains = self.gains()
        deals = {"value": float(self.open_deals), "low": None, "high": None, "n": self.open_deals, "unit": "deals"}
        return [
            {"lever": "open_deals", **deals, "gain": gains["open_deals"]},
            *({"lever": name, **_columns(getattr(self, name)), "gain": gains[name]} for name in LEVERS[1:]),
            {"lever": "velocity", **_columns(self.value), "gain": None},
        ]


def _columns(estimate: Estimate) -> Row:
    return {
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "n": estimate.n,
        "unit": estimate.unit,
    }


@attrs.frozen(kw_only=True)
class VelocityChange(Result):
    """By how much the velocity changed, and by which lever: made by :func:`velocity_change`.

    Attributes
    ----------
    before, after : Velocity
        The two.
    effects : Mapping of str to Fraction or None
        Money a day, by the name of the lever; they sum exactly to the change. ``None`` where a velocity is undefined.

    Examples
    --------
    >>> from salesperf import STANDARD_PROCESSES, funnel
    >>> nothing = funnel.velocity([], STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30))
    >>> funnel.velocity_change(nothing, nothing).change is None
    True
    """

    before: Velocity
    after: Velocity
    effects: Mapping[LeverName, Fraction] | None

    @property
    def change(self) -> float | None:
        """The velocity after, less that before: money a day."""
        return None if self.effects is None else float(sum(self.effects.values()))

    @property
    def breakdown(self) -> Breakdown:
        """The effects and their sum, exactly."""
        effects = {} if self.effects is None else self.effects
        parts = [Breakdown(label=Message(f"funnel.lever.{name}"), value=effects.get(name)) for name in LEVERS]
        total = sum(effects.values(), Fraction(0)) if effects else None
        return Breakdown(label=Message("funnel.lever.change"), value=total, rule=Sum(), parts=parts)

    def rows(self) -> list[Row]:
        """Return a row for each lever: before, after, and by how much it changed the velocity."""
        return [
            {
                "lever": name,
                "before": _level_of(self.before, name),
                "after": _level_of(self.after, name),
                "effect": None if self.effects is None else float(self.effects[name]),
            }
            for name in LEVERS
        ]


def _level_of(measured: Velocity, name: LeverName) -> float | None:
    lever = getattr(measured, name)
    return lever.value if isinstance(lever, Estimate) else float(lever)


def velocity(
    opportunities: Iterable[Opportunity],
    process: SalesProcess,
    *,
    as_of: date,
    period: Period | None = None,
    level: float = 0.95,
    minimum: int = FEWEST_DEALS,
) -> Velocity:
    """Measure the sales velocity (销售速度), and its four levers.

    Parameters
    ----------
    opportunities
        Deals of one process, in any order.
    process
        The process.
    as_of
        The day to whose end deals are known; those open then are the first lever.
    period
        The days on which the deals were decided that the other levers are of; ``None`` for all.
    level
        That of the intervals, within (0, 1).
    minimum
        Won deals below which there is no interval.

    Returns
    -------
    Velocity
        Undefined, with the reason, where no deal was decided, none was won, or a won deal has no amount or no beginning.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, or a deal is of another process: the path has its id.
    UnknownNameError
        If a deal is in a stage that the process does not have: the path has its id.
    UnitMismatchError
        If amounts of won deals differ in unit: the path has the id.

    Notes
    -----
    :func:`salesperf.formulas.sales_velocity`: open deals x win rate x average won value / average cycle days. The interval
    of the rate is Wilson's; those of the two means, and of the velocity, are on the scale of logarithms by the delta method,
    with value and cycle of a deal taken together, since large deals take long. The number of open deals is known. It is a
    figure of pace, no forecast: the cycle of deals that were won says nothing of those that are open for longer.

    Examples
    --------
    >>> from datetime import timedelta
    >>> from salesperf import STANDARD_PROCESSES, USD, Amount, Change, Opportunity, funnel
    >>> def deal(number, end):
    ...     begin, amount = date(2026, 1, 1), Amount.of(900 + 100 * number, USD)
    ...     history = [Change(begin, stage="lead", amount=amount)]
    ...     history += [Change(begin + timedelta(20 + number), stage=end)] if end else []
    ...     return Opportunity(id=f"o-{number}", history=history)
    >>> deals = [deal(number, ("closed", "lost", None)[number % 3]) for number in range(60)]
    >>> measured = funnel.velocity(deals, STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30))
    >>> print(measured.value)
    773.196 USD [565.146, 1057.84], n = 20
    """
    require(opportunities, Iterable, path=("opportunities",))
    require(process, SalesProcess, path=("process",))
    check_date(as_of, ("as_of",))
    if period is not None:
        require(period, Period, path=("period",))
    check_within(level, "level")
    check_whole(minimum, ("minimum",), 1, INT64_MAX)
    items = opportunities if isinstance(opportunities, Sequence) else tuple(opportunities)
    histories = Histories.of_deals(items, process, as_of)
    following = Following(histories)
    is_asked = histories.is_within(following.end, period)
    is_won = is_asked & (following.cause == _WON)
    amounts: list[Amount | None] = []
    unit: Unit | None = None
    for position in histories.courses.sequence[is_won].tolist():
        known = items[position].as_of(as_of)
        amount = None if known is None else known.amount
        if amount is not None:
            unit = unit or amount.unit
            if amount.unit != unit:
                path = ("opportunities", position, items[position].id, "amount")
                raise UnitMismatchError("unit_mismatch", path=path, left=str(unit), right=str(amount.unit))
        amounts.append(amount)
    days = (following.end - histories.courses.begin)[is_won].tolist()
    is_undated = histories.is_undated[is_won].tolist()
    return _measured(
        _Won(
            amounts=tuple(amounts),
            days=tuple(None if unknown else each for each, unknown in zip(days, is_undated, strict=True)),
            unit=unit,
        ),
        lost=int(np.count_nonzero(is_asked & (following.cause == _LOST))),
        open_deals=int(np.count_nonzero(following.cause == 0)),
        as_of=as_of,
        period=period,
        level=level,
        minimum=minimum,
    )


@attrs.frozen(kw_only=True)
class _Won:
    """The won deals: the amount and the days of each, as far as known."""

    amounts: tuple[Amount | None, ...]
    days: tuple[int | None, ...]
    unit: Unit | None

    @property
    def mean_value(self) -> Fraction | None:
        """In the currency, exactly."""
        known = [Fraction(amount.decimal) for amount in self.amounts if amount is not None]
        return sum(known, Fraction(0)) / len(known) if known else None

    @property
    def mean_days(self) -> Fraction | None:
        known = [days for days in self.days if days is not None]
        return Fraction(sum(known), len(known)) if known else None

    def spreads(self) -> tuple[Column, Column]:
        """Return how far each deal takes the logarithm of either mean, 0 where it is not known."""
        amounts = [np.nan if amount is None else float(amount.decimal) for amount in self.amounts]
        days = [np.nan if days is None else float(days) for days in self.days]
        return _spread(np.array(amounts)), _spread(np.array(days))


def _spread(values: Column) -> Column:
    known = values[~np.isnan(values)]
    if not known.sum() > 0:
        return np.zeros(values.size)
    return np.where(np.isnan(values), 0.0, (values / known.mean() - 1) / known.size)


@attrs.frozen(kw_only=True)
class _Teller:
    """Tells the levers and the velocity as estimates."""

    wins: int
    level: float
    minimum: int

    def rate(self, decided: int) -> Estimate:
        if not decided:
            return Estimate.undefined(Message("funnel.reason.none_decided"))
        interval = wilson(self.wins, decided, level=self.level)
        return Estimate(value=self.wins / decided, low=interval.low, high=interval.high, n=decided, level=self.level)

    def mean(self, value: Fraction | None, spread: Column, n: int, unit: str, nothing: str) -> Estimate:
        if value is None:
            return Estimate.undefined(Message(f"funnel.reason.{nothing}"), unit=unit)
        return self.number(float(value), spread, n, unit)

    def number(self, value: float, spread: Column, n: int, unit: str, variance: float = 0.0) -> Estimate:
        """Tell a value whose logarithm each deal takes so far, and which has such a variance besides."""
        if n < self.minimum:
            few = Message.of("funnel.reason.too_few", n=n, minimum=self.minimum)
            return Estimate(value=value, n=n, level=self.level, unit=unit, reason=few)
        if not value > 0:
            return Estimate(value=value, n=n, level=self.level, unit=unit, reason=Message("funnel.reason.not_above_zero"))
        # About a mean that was not known, n deals scatter like n - 1 about one that is.
        variance += float(np.sum(spread**2)) * n / max(n - 1, 1)
        reach = exp(two_sided_quantile(self.level) * sqrt(variance))
        return Estimate(value=value, low=value / reach, high=value * reach, n=n, level=self.level, unit=unit)


def _measured(
    won: _Won,
    *,
    lost: int,
    open_deals: int,
    as_of: date,
    period: Period | None,
    level: float,
    minimum: int,
) -> Velocity:
    wins = len(won.amounts)
    decided = wins + lost
    teller = _Teller(wins=wins, level=level, minimum=minimum)
    rate = Fraction(wins, decided) if decided else None
    exact = _defined((Fraction(open_deals), rate, won.mean_value, won.mean_days))
    by_value, by_days = won.spreads()
    code = "" if won.unit is None else won.unit.code
    if exact is None:
        missing = "none_decided" if rate is None else "none_won_yet" if not wins else "no_velocity"
        value = Estimate.undefined(Message(f"funnel.reason.{missing}"), n=wins, unit=code)
    else:
        of_rate = float((1 - exact[1]) / (exact[1] * decided))
        value = teller.number(sales_velocity(*map(float, exact)), by_value - by_days, wins, code, of_rate)
    amounts, days = (sum(each is not None for each in known) for known in (won.amounts, won.days))
    return Velocity(
        as_of=as_of,
        period=period,
        unit=won.unit,
        open_deals=open_deals,
        win_rate=teller.rate(decided),
        average_won_value=teller.mean(won.mean_value, by_value, amounts, code, "no_amount"),
        average_cycle_days=teller.mean(won.mean_days, by_days, days, "days", "no_beginning"),
        value=value,
        exact=exact,
    )


def _defined(levers: tuple[Fraction | None, ...]) -> tuple[Fraction, ...] | None:
    """Return the levers, if each is known and the velocity is defined."""
    known = tuple(lever for lever in levers if lever is not None)
    return known if len(known) == len(levers) and known[-1] > 0 else None


def _velocity_of(levers: tuple[Fraction, ...]) -> Fraction:
    return prod(levers[:3], start=Fraction(1)) / levers[3]


def velocity_change(before: Velocity, after: Velocity) -> VelocityChange:
    """Tell by which lever the velocity changed.

    Parameters
    ----------
    before, after
        Two results of :func:`velocity`: of two periods, or of two teams.

    Returns
    -------
    VelocityChange
        Its effects sum exactly to the change.

    Raises
    ------
    InvalidValueError
        If an argument is none.
    UnitMismatchError
        If the two are in unlike units.

    Notes
    -----
    Shapley's value: the effect of a lever is the mean of what its change does to the velocity over all orders in which the
    four could have changed. It favours no order, is exact in fractions, and holds where a lever is 0.

    References
    ----------
    L. S. Shapley, "A value for n-person games", in *Contributions to the Theory of Games II*, 1953, 307-317. J. Albrecht,
    D. François and K. Schoors, "A Shapley decomposition of carbon emissions without residuals", *Energy Policy* 30 (2002)
    727-736.

    Examples
    --------
    >>> from salesperf import STANDARD_PROCESSES, USD, Amount, Change, Opportunity, funnel
    >>> def measured(value, days):
    ...     begin = Change(date(2026, 1, 1), stage="lead", amount=Amount.of(value, USD))
    ...     won = Opportunity(id="o-1", history=[begin, Change(date(2026, 1, 1 + days), stage="closed")])
    ...     deals = [won, Opportunity(id="o-2", history=[begin])]
    ...     return funnel.velocity(deals, STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30))
    >>> change = funnel.velocity_change(measured(100, 10), measured(300, 5))
    >>> change.change, {name: float(effect) for name, effect in change.effects.items() if effect}
    (50.0, {'average_won_value': 30.0, 'average_cycle_days': 20.0})
    """
    require(before, Velocity, path=("before",))
    require(after, Velocity, path=("after",))
    if before.unit is not None and after.unit is not None and before.unit != after.unit:
        raise UnitMismatchError("unit_mismatch", path=("after",), left=str(before.unit), right=str(after.unit))
    first, second = before._exact, after._exact  # noqa: SLF001 - of this module
    effects = None if first is None or second is None else _effects(first, second)
    return VelocityChange(before=before, after=after, effects=effects)


def _effects(before: tuple[Fraction, ...], after: tuple[Fraction, ...]) -> Mapping[LeverName, Fraction]:
    """Share out the change of a velocity, the product of three levers and of the inverse of the last one, over them."""
    first, second = ((*levers[:3], 1 / levers[3]) for levers in (before, after))
    return MappingProxyType(dict(zip(LEVERS, exact_product_effects(first, second), strict=True)))

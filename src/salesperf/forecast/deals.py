"""The deals of a forecast: those won within the period, and those open at the end of a day, each with its chance."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Final, Literal, NamedTuple, TypeAlias

import attrs

from salesperf.errors import InvalidValueError
from salesperf.model.amount import COUNT, Amount, Unit
from salesperf.model.change import ForecastCategory
from salesperf.model.opportunity import Opportunity
from salesperf.model.people import Org
from salesperf.model.period import Period
from salesperf.model.process import SalesProcess
from salesperf.model.result import Row
from salesperf.pipeline.deals import Placed, common_unit, decision_of, holder, in_order, withheld_fields

__all__ = [
    "CHANCE_SOURCES",
    "MEASURES",
    "STANDINGS",
    "AnyDeal",
    "ChanceSource",
    "ForecastDeal",
    "KnownDeals",
    "Measure",
    "Standing",
    "WonDeal",
    "known_deals",
    "known_total",
]

Measure: TypeAlias = Literal["amount", "count"]
MEASURES: Final[tuple[Measure, ...]] = ("amount", "count")
"""What is forecast: the money of the deals that are won, or their number."""

Standing: TypeAlias = Literal[
    "counted", "outside", "omitted", "no_amount", "no_expected_close", "no_probability", "insufficient_history"
]
STANDINGS: Final[tuple[Standing, ...]] = (
    "counted",
    "outside",
    "omitted",
    "no_amount",
    "no_expected_close",
    "no_probability",
    "insufficient_history",
)
"""Whether an open deal counts in a forecast, and if not why: it is expected outside the period; its owner leaves it out; it
lacks an amount, an expected close or a stated probability; too few earlier deals stood where it stands."""

ChanceSource: TypeAlias = Literal["stated", "learnt", "learnt_at_longest", "learnt_by_stage"]
CHANCE_SOURCES: Final[tuple[ChanceSource, ...]] = ("stated", "learnt", "learnt_at_longest", "learnt_by_stage")
"""Where the chance of a deal comes from: stated for its stage; learnt from deals that stood in it as long; from those that
stood in it the longest of which one can learn; or from all that entered it."""


@attrs.frozen(kw_only=True)
class WonDeal:
    """A deal won within the period of a forecast: a part of a :class:`Forecast`.

    Attributes
    ----------
    id : str
        Of the deal.
    owner, team : str or None
        Who had it when it was won, and the team in which that rep served on that day.
    on : date
        The day on which it was won.
    amount : Amount or None
        What it was won for; of a forecast of numbers, 1. ``None`` where nobody said.

    Examples
    --------
    >>> from salesperf import CNY
    >>> WonDeal(id="o-1", owner="ada", team=None, on=date(2026, 9, 1), amount=Amount.of(600, CNY)).amount.minor
    60000
    """

    id: str
    owner: str | None
    team: str | None
    on: date
    amount: Amount | None


@attrs.frozen(kw_only=True)
class ForecastDeal:
    """An open deal and its chance to be won within the period: a part of a :class:`Forecast`.

    Attributes
    ----------
    id : str
        Of the deal.
    owner, team : str or None
        Who has it, and the team in which that rep serves on the day.
    stage : str
        Key of the stage.
    stage_days : int or None
        Days since it entered the stage; ``None`` where that day is not known.
    category : str or None
        How sure its owner is, one of :data:`FORECAST_CATEGORIES`; ``None`` where nobody said.
    expected_close : date or None
        When its owner expects to win it.
    amount : Amount or None
        What it is worth; of a forecast of numbers, 1. ``None`` where nobody said.
    standing : str
        Whether it counts, one of :data:`STANDINGS`.
    probability : Decimal, float or None
        The chance that it is won within the period; ``None`` where it does not count.
    low, high : float or None
        The range of the chance, as far as earlier deals tell; ``None`` where it is stated.
    observed : int
        Of how many earlier deals the chance was learnt.
    source : str or None
        Where the chance comes from, one of :data:`CHANCE_SOURCES`.
    presence : Fraction
        The chance that the deal exists at all: below 1 only where a what-if supposes that there are fewer, or a part more.

    Examples
    --------
    >>> from salesperf import CNY
    >>> deal = ForecastDeal(
    ...     id="o-1",
    ...     owner="ada",
    ...     team=None,
    ...     stage="proposal",
    ...     stage_days=12,
    ...     category="commit",
    ...     expected_close=date(2026, 9, 20),
    ...     amount=Amount.of(600, CNY),
    ...     standing="counted",
    ...     probability=Decimal("0.5"),
    ...     low=None,
    ...     high=None,
    ...     observed=0,
    ...     source="stated",
    ... )
    >>> print(deal.weighted)
    300.00 CNY
    """

    id: str
    owner: str | None
    team: str | None
    stage: str
    stage_days: int | None
    category: ForecastCategory | None
    expected_close: date | None
    amount: Amount | None
    standing: Standing
    probability: Decimal | float | None
    low: float | None
    high: float | None
    observed: int
    source: ChanceSource | None
    presence: Fraction = Fraction(1)

    @property
    def is_counted(self) -> bool:
        """Whether the deal has a chance to be won within the period, and an amount."""
        return self.standing == "counted"

    @cached_property
    def weighted(self) -> Amount | None:
        """Amount x probability, rounded half up once; ``None`` where the deal does not count."""
        if self.amount is None or self.probability is None:
            return None
        return self.amount.times(Fraction(self.probability))

    def row(self) -> Row:
        """Return the deal as a row of plain values."""
        return {
            "id": self.id,
            "owner": self.owner,
            "team": self.team,
            "stage": self.stage,
            "stage_days": self.stage_days,
            "category": self.category,
            "expected_close": self.expected_close,
            "amount": None if self.amount is None else self.amount.decimal,
            "standing": self.standing,
            "probability": self.probability,
            "low": self.low,
            "high": self.high,
            "observed": self.observed,
            "source": self.source,
            "weighted": None if self.weighted is None else self.weighted.decimal,
        }


AnyDeal: TypeAlias = ForecastDeal | WonDeal


class KnownDeals(NamedTuple):
    """What is known of some deals at the end of a day: the open ones without chances yet, and those won within the period."""

    open: tuple[ForecastDeal, ...]
    won: tuple[WonDeal, ...]
    unit: Unit | None
    undated: int
    withheld: int


def known_deals(
    opportunities: Iterable[Opportunity],
    process: SalesProcess,
    *,
    as_of: date,
    period: Period,
    measure: Measure,
    org: Org | None,
) -> KnownDeals:
    """Read deals as of a day, sorted by id; none of the open ones counts until somebody gives it a chance.

    Raises
    ------
    InvalidValueError, UnknownNameError
        As of :func:`salesperf.pipeline.snapshot`; or if an open deal has a negative amount.
    UnitMismatchError
        If amounts are in two units; the path names the deal.
    """
    reader = _Reader(as_of=as_of, period=period, measure=measure, org=org)
    open_deals: list[ForecastDeal] = []
    won_deals: list[WonDeal] = []
    amounts: list[tuple[Placed, Amount | None]] = []
    undated = withheld = 0
    for placed in in_order(opportunities, process):
        known = placed.opportunity.as_of(as_of)
        if known is None:
            continue
        here, decision = Placed(placed.position, known), decision_of(known, process)
        if decision is None:
            open_deals.append(reader.open_deal(here))
            amounts.append((here, open_deals[-1].amount))
        elif decision.outcome == "won" and decision.on is not None and decision.on in period:
            won_deals.append(reader.won_deal(here, holder(known, decision), decision.on))
            amounts.append((here, won_deals[-1].amount))
        else:
            undated += decision.outcome == "won" and decision.on is None
            continue
        withheld += bool(withheld_fields(placed.opportunity, as_of))
    return KnownDeals(tuple(open_deals), tuple(won_deals), common_unit(amounts), undated, withheld)


@attrs.frozen(kw_only=True)
class _Reader:
    """What is the same for every deal that is read."""

    as_of: date
    period: Period
    measure: Measure
    org: Org | None

    def open_deal(self, placed: Placed) -> ForecastDeal:
        """Read a deal that is open at the end of the day."""
        known = placed.opportunity
        amount = self._amount(known)
        if amount is not None and amount.minor < 0:
            path = ("opportunities", placed.position, known.id, "amount")
            raise InvalidValueError("negative_amount", path=path, value=amount.minor)
        entered = next(change.on for change in reversed(known.history) if change.stage is not None)
        return ForecastDeal(
            id=known.id,
            owner=known.owner,
            team=self._team(placed, known.owner, self.as_of),
            stage=known.stage,
            stage_days=None if entered is None else (self.as_of - entered).days,
            category=known.category,
            expected_close=known.expected_close,
            amount=amount,
            standing="insufficient_history",
            probability=None,
            low=None,
            high=None,
            observed=0,
            source=None,
        )

    def won_deal(self, placed: Placed, owner: str | None, on: date) -> WonDeal:
        """Read a deal that was won within the period."""
        known = placed.opportunity
        return WonDeal(id=known.id, owner=owner, team=self._team(placed, owner, on), on=on, amount=self._amount(known))

    def _amount(self, known: Opportunity) -> Amount | None:
        return Amount(minor=1, unit=COUNT) if self.measure == "count" else known.amount

    def _team(self, placed: Placed, owner: str | None, on: date) -> str | None:
        """Return the team of an owner on a day; a team that owns deals is its own."""
        if self.org is None or owner is None:
            return None
        self.org.require_owner(owner, "opportunities", placed.position, placed.opportunity.id, "owner")
        return owner if owner in self.org.team_by_id else self.org.team_on(owner, on)


def known_total(amounts: Iterable[Amount | None], unit: Unit | None) -> Amount | None:
    """Sum the amounts that are known: none to zero, and without a unit to nothing that could be told."""
    return None if unit is None else Amount.total([amount for amount in amounts if amount is not None], unit)

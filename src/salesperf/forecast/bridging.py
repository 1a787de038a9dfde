"""How the expected value of a period came about from that of an earlier forecast."""

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import attrs

from salesperf.errors import InvalidValueError, UnitMismatchError
from salesperf.forecast.deals import AnyDeal, ForecastDeal, WonDeal
from salesperf.model.amount import Amount, Unit
from salesperf.model.breakdown import Breakdown, Sum
from salesperf.model.message import Message
from salesperf.model.period import Period
from salesperf.model.result import Result, Row

if TYPE_CHECKING:
    from salesperf.forecast.projected import Forecast

__all__ = ["FORECAST_MOVEMENTS", "ForecastBridge", "ForecastLine", "ForecastMovement", "ForecastStep", "bridge"]

ForecastMovement: TypeAlias = Literal[
    "created", "transferred", "revalued", "rescheduled", "reconsidered", "reassessed", "won", "lost", "new_business"
]
FORECAST_MOVEMENTS: Final[tuple[ForecastMovement, ...]] = (
    "created",
    "transferred",
    "revalued",
    "rescheduled",
    "reconsidered",
    "reassessed",
    "won",
    "lost",
    "new_business",
)
"""What changes an expected value: a deal comes and is open; passes from or to another owner or team; is worth more or less; is
expected within the period or no longer; counts or no longer for another reason; has another chance; is won, though it may have
come since; is lost, cancelled or won outside the period; and what is expected of deals that do not exist yet."""


@attrs.frozen(kw_only=True)
class ForecastStep:
    """What one deal changed in an expected value, of one kind: a part of a :class:`ForecastBridge`.

    Attributes
    ----------
    id : str or None
        Of the deal; ``None`` for new business.
    movement : str
        One of :data:`FORECAST_MOVEMENTS`.
    amount : Amount
        By how much the expected value rose.

    Examples
    --------
    >>> from salesperf import CNY
    >>> ForecastStep(id="o-1", movement="lost", amount=Amount.of(-60, CNY)).movement
    'lost'
    """

    id: str | None
    movement: ForecastMovement
    amount: Amount


@attrs.frozen(kw_only=True)
class ForecastLine:
    """All changes of one kind: a part of a :class:`ForecastBridge`.

    Attributes
    ----------
    count : int
        How many deals changed the expected value so.
    amount : Amount
        By how much it rose.

    Examples
    --------
    >>> from salesperf import CNY
    >>> ForecastLine(count=2, amount=Amount.of(-60, CNY)).count
    2
    """

    count: int
    amount: Amount


@attrs.frozen(kw_only=True)
class ForecastBridge(Result):
    """How an expected value came about from an earlier one: made by :meth:`Forecast.since`.

    Attributes
    ----------
    start, end : date
        The days of the two forecasts.
    period : Period
        The period of both.
    opening, closing : Amount
        The two expected values.
    steps : tuple of ForecastStep
        The changes, sorted by deal; what changes nothing is left out.

    Examples
    --------
    >>> from salesperf import CNY, STANDARD_PROCESSES, Change, Opportunity, forecast
    >>> opened = Change(date(2026, 8, 1), stage="proposal", amount=Amount.of(200, CNY), expected_close=date(2026, 9, 20))
    >>> deals = [Opportunity(id="o-1", history=[opened, Change(date(2026, 9, 9), stage="lost")])]
    >>> then, now = (
    ...     forecast.project(deals, STANDARD_PROCESSES["basic"], as_of=day, period=Period.quarter(2026, 3))
    ...     for day in (date(2026, 8, 31), date(2026, 9, 15))
    ... )
    >>> print(now.since(then).breakdown.text())
    expected value at the end of 2026-09-15: CNY 0.00 = sum of
      expected value at the end of 2026-08-31: CNY 100.00
      lost, cancelled or won outside the period: CNY -100.00 = sum of
        o-1: CNY -100.00
    """

    start: date
    end: date
    period: Period
    opening: Amount
    closing: Amount
    steps: tuple[ForecastStep, ...]

    @cached_property
    def movements(self) -> Mapping[ForecastMovement, ForecastLine]:
        """The changes by kind, in the order of :data:`FORECAST_MOVEMENTS`."""
        return MappingProxyType({movement: self._line(movement) for movement in FORECAST_MOVEMENTS})

    def _line(self, movement: ForecastMovement) -> ForecastLine:
        amounts = [step.amount for step in self.steps if step.movement == movement]
        return ForecastLine(count=len(amounts), amount=Amount.total(amounts, self.opening.unit))

    @cached_property
    def breakdown(self) -> Breakdown:
        """The later expected value as the earlier one and all changes since."""
        parts = [Breakdown(label=Message.of("forecast.expected_on", on=self.start), value=self.opening)]
        parts += [
            Breakdown(
                label=Message(f"forecast.movement.{movement}"), value=line.amount, rule=Sum(), parts=list(self._nodes(movement))
            )
            for movement, line in self.movements.items()
            if line.count
        ]
        return Breakdown(label=Message.of("forecast.expected_on", on=self.end), value=self.closing, rule=Sum(), parts=parts)

    def _nodes(self, movement: ForecastMovement) -> Iterator[Breakdown]:
        for step in self.steps:
            if step.movement == movement:
                label = Message("forecast.line.new_business")
                if step.id is not None:
                    label = Message.of("pipeline.deal", id=step.id)
                yield Breakdown(label=label, value=step.amount)

    def rows(self) -> list[Row]:
        """Return a row for the start, for each kind of change, and for the end."""
        lines: list[tuple[str, int | None, Amount]] = [("opening", None, self.opening)]
        lines += [(movement, line.count, line.amount) for movement, line in self.movements.items()]
        lines.append(("closing", None, self.closing))
        return [
            {"line": name, "count": count, "amount": amount.decimal, "unit": str(amount.unit)} for name, count, amount in lines
        ]

    def step_rows(self) -> list[Row]:
        """Return a row for each change."""
        return [
            {"id": step.id, "movement": step.movement, "amount": step.amount.decimal, "unit": str(step.amount.unit)}
            for step in self.steps
        ]


def bridge(earlier: "Forecast", later: "Forecast") -> ForecastBridge:
    """Tell apart what changed between two forecasts of one thing."""
    _check_alike(earlier, later)
    unit = later.unit or earlier.unit
    if unit is None:
        raise InvalidValueError("no_amounts", path=("Forecast", "unit"))
    zero = Amount.zero(unit)
    return ForecastBridge(
        start=earlier.as_of,
        end=later.as_of,
        period=later.period,
        opening=earlier.expected or zero,
        closing=later.expected or zero,
        steps=tuple(
            ForecastStep(id=id, movement=movement, amount=amount)
            for id, movement, amount in _steps(earlier, later, unit)  # noqa: A001 - the name of the field
            if amount.minor
        ),
    )


def _check_alike(earlier: "Forecast", later: "Forecast") -> None:
    asked = {"period": str(earlier.period), "measure": earlier.terms.measure, "process": earlier.terms.process.key}
    wanted = {"period": str(later.period), "measure": later.terms.measure, "process": later.terms.process.key}
    asked["owner"], wanted["owner"] = earlier.owner or "", later.owner or ""
    for name, value in asked.items():
        if value != wanted[name]:
            raise InvalidValueError("other_forecast", path=("earlier", name), expected=wanted[name], value=value)
    if earlier.as_of > later.as_of:
        raise InvalidValueError("days_reversed", path=("earlier", "as_of"), first=earlier.as_of, last=later.as_of)
    if None not in (earlier.unit, later.unit) and earlier.unit != later.unit:
        raise UnitMismatchError("unit_mismatch", path=("earlier",), left=str(later.unit), right=str(earlier.unit))


_Change: TypeAlias = tuple[str | None, ForecastMovement, Amount]


def _steps(earlier: "Forecast", later: "Forecast", unit: Unit) -> Iterator[_Change]:
    zero = Amount.zero(unit)
    before, after = _by_id(earlier), _by_id(later)
    for id in sorted({*before, *after}):  # noqa: A001 - the name of the field
        old, new = before.get(id), after.get(id)
        if (old is None and id in earlier.known_ids) or (new is None and id in later.known_ids):
            yield id, "transferred", _worth(new, zero) - _worth(old, zero)
            continue
        for movement, amount in _changes(old, new, zero):
            yield id, movement, amount
    then, now = (zero if forecast.new_deals is None else forecast.new_deals.expected or zero for forecast in (earlier, later))
    yield None, "new_business", now - then


def _by_id(forecast: "Forecast") -> dict[str, AnyDeal]:
    deals: list[AnyDeal] = [*forecast.deals, *forecast.won]
    return {deal.id: deal for deal in deals}


def _changes(old: AnyDeal | None, new: AnyDeal | None, zero: Amount) -> Iterator[tuple[ForecastMovement, Amount]]:
    """Tell apart what changed about one deal: first what it is worth, then its chance."""
    was, now = _worth(old, zero), _worth(new, zero)
    if new is None:
        yield "lost", -was
    elif old is None:
        yield ("won" if isinstance(new, WonDeal) else "created"), now
    elif isinstance(old, WonDeal):
        yield ("revalued" if isinstance(new, WonDeal) else "reconsidered"), now - was
    elif old.is_counted and (isinstance(new, WonDeal) or new.is_counted):
        between = _revalued(old, new)
        yield "revalued", between - was
        yield ("won" if isinstance(new, WonDeal) else "reassessed"), now - between
    elif isinstance(new, WonDeal):
        yield "won", now
    else:
        standings = {old.standing, new.standing}
        kind: ForecastMovement = "rescheduled" if "outside" in standings else "reconsidered"
        yield ("revalued" if "no_amount" in standings else kind), now - was


def _worth(deal: AnyDeal | None, zero: Amount) -> Amount:
    """Return what a deal adds to the expected value."""
    if deal is None:
        return zero
    return (deal.amount if isinstance(deal, WonDeal) else deal.weighted) or zero


def _revalued(old: ForecastDeal, new: AnyDeal) -> Amount:
    """Return the weighted amount with the new worth and the old chance; the old worth holds where nobody says a new one."""
    amounts = [amount for amount in (new.amount, old.amount) if amount is not None]
    return amounts[0].times(Fraction(old.probability or 0))

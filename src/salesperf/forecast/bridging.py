"""How the expected value of a period came about from that of an earlier forecast."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import attrs

from salesperf.errors import InvalidValueError, UnitMismatchError
from salesperf.forecast.creation import NewDeals
from salesperf.forecast.deals import AnyDeal, ForecastDeal, WonDeal
from salesperf.forecast.distribution import ForecastNumbers
from salesperf.forecast.explaining import expected_tree, new_business_tree, weighted_tree
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Difference, Sum
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

_Source: TypeAlias = ForecastDeal | WonDeal | NewDeals
"""What an expected value is made of."""


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
    _before: _Source | None = attrs.field(default=None, eq=False, repr=False)
    _after: _Source | None = attrs.field(default=None, eq=False, repr=False)
    """From what and to what; of a deal with another worth and another chance, one in between has the chance of before."""

    @property
    def breakdown(self) -> Breakdown:
        """The amount as what is expected after the change less what was before, each the product of worth and chance."""
        label = Message("forecast.line.new_business") if self.id is None else Message.of("pipeline.deal", id=self.id)
        if self._before is None and self._after is None:
            return Breakdown(label=label, value=self.amount)
        zero = Amount.zero(self.amount.unit)
        sides = {"after": self._after, "before": self._before}
        parts = (_source_tree(Message(f"forecast.{side}_change"), source, zero) for side, source in sides.items())
        return Breakdown(label=label, value=self.amount, rule=Difference(), parts=tuple(parts))


def _source_tree(label: Message, source: _Source | None, zero: Amount) -> Breakdown:
    """Return what a deal, or new business, adds to the expected value."""
    if isinstance(source, ForecastDeal) and source.weighted is not None:
        return attrs.evolve(weighted_tree(source), label=label)
    if isinstance(source, NewDeals) and source.expected is not None:
        return attrs.evolve(new_business_tree(source), label=label)
    return Breakdown(label=label, value=_worth(source, zero))


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
      expected value at the end of 2026-08-31: CNY 100.00 = sum of
        won so far: CNY 0.00
        Proposal: CNY 100.00 = sum of
          o-1: CNY 100.00 = product of
            amount: CNY 200.00
            chance to be won in the period: 0.5
      lost, cancelled or won outside the period: CNY -100.00 = sum of
        o-1: CNY -100.00 = difference of
          after: CNY 0.00
          before: CNY 100.00 = product of
            amount: CNY 200.00
            chance to be won in the period: 0.5
    """

    start: date
    end: date
    period: Period
    opening: Amount
    closing: Amount
    steps: tuple[ForecastStep, ...]
    _earlier: ForecastNumbers | None = attrs.field(default=None, eq=False, repr=False)
    """Of which the opening is the expected value, without what its chances were learnt from."""

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
        opening = Breakdown(label=Message.of("forecast.expected_on", on=self.start), value=self.opening)
        if self._earlier is not None and self._earlier.expected is not None:
            opening = attrs.evolve(expected_tree(self._earlier), label=opening.label)
        parts = [opening]
        parts += [
            Breakdown(label=Message(f"forecast.movement.{movement}"), value=line.amount, rule=Sum(), parts=self._of(movement))
            for movement, line in self.movements.items()
            if line.count
        ]
        return Breakdown(label=Message.of("forecast.expected_on", on=self.end), value=self.closing, rule=Sum(), parts=parts)

    def _of(self, movement: ForecastMovement) -> tuple[Breakdown, ...]:
        return tuple(step.breakdown for step in self.steps if step.movement == movement)

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
        steps=tuple(step for step in _steps(earlier, later, zero) if step.amount.minor),
        earlier=attrs.evolve(earlier, terms=attrs.evolve(earlier.terms, history=None), org=None, whole_ids=None),
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


_Change: TypeAlias = tuple[ForecastMovement, _Source | None, _Source | None]


def _steps(earlier: "Forecast", later: "Forecast", zero: Amount) -> Iterator[ForecastStep]:
    before, after = _by_id(earlier), _by_id(later)
    for id in sorted({*before, *after}):  # noqa: A001 - the name of the field
        old, new = before.get(id), after.get(id)
        if (old is None and id in earlier.known_ids) or (new is None and id in later.known_ids):
            yield _step(id, ("transferred", old, new), zero)
            continue
        for change in _changes(old, new):
            yield _step(id, change, zero)
    yield _step(None, ("new_business", earlier.new_deals, later.new_deals), zero)


def _step(id: str | None, change: _Change, zero: Amount) -> ForecastStep:  # noqa: A002 - the name of the field
    movement, before, after = change
    amount = _worth(after, zero) - _worth(before, zero)
    return ForecastStep(id=id, movement=movement, amount=amount, before=before, after=after)


def _by_id(forecast: "Forecast") -> dict[str, AnyDeal]:
    deals: list[AnyDeal] = [*forecast.deals, *forecast.won]
    return {deal.id: deal for deal in deals}


def _changes(old: AnyDeal | None, new: AnyDeal | None) -> Iterator[_Change]:
    """Tell apart what changed about one deal: first what it is worth, then its chance."""
    if new is None:
        yield "lost", old, None
    elif old is None:
        yield ("won" if isinstance(new, WonDeal) else "created"), None, new
    elif isinstance(old, WonDeal):
        yield ("revalued" if isinstance(new, WonDeal) else "reconsidered"), old, new
    elif old.is_counted and (isinstance(new, WonDeal) or new.is_counted):
        # The old worth holds where nobody says a new one.
        between = attrs.evolve(old, amount=old.amount if new.amount is None else new.amount)
        yield "revalued", old, between
        yield ("won" if isinstance(new, WonDeal) else "reassessed"), between, new
    elif isinstance(new, WonDeal):
        yield "won", old, new
    else:
        standings = {old.standing, new.standing}
        kind: ForecastMovement = "rescheduled" if "outside" in standings else "reconsidered"
        yield ("revalued" if "no_amount" in standings else kind), old, new


def _worth(source: _Source | None, zero: Amount) -> Amount:
    """Return what a deal, or new business, adds to the expected value."""
    if source is None:
        return zero
    if isinstance(source, NewDeals):
        return source.expected or zero
    return (source.amount if isinstance(source, WonDeal) else source.weighted) or zero

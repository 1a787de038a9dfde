"""The bridge: how the open pipeline at the end of one day became that at the end of another."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from types import MappingProxyType

import attrs

from salesperf.errors import InvalidValueError
from salesperf.model.amount import Amount, Unit
from salesperf.model.breakdown import Breakdown, Sum
from salesperf.model.message import Message
from salesperf.model.opportunity import Opportunity
from salesperf.model.period import Period
from salesperf.model.process import SalesProcess
from salesperf.model.result import Result, Row
from salesperf.model.validators import check_date, require
from salesperf.pipeline.deals import Placed, common_unit, in_order, withheld_fields
from salesperf.pipeline.replaying import (
    ENTERING,
    LEAVING,
    MOVEMENTS,
    OF_DATES,
    OF_STAGES,
    BridgeStep,
    Movement,
    Replay,
    View,
    Worth,
)

__all__ = ["Bridge", "BridgeLine", "bridge"]


@attrs.frozen(kw_only=True)
class BridgeLine:
    """One end of a bridge, or all changes of one kind: a part of a :class:`Bridge`.

    Attributes
    ----------
    count : int
        How many deals there are, came in, or left; of movements that do neither, how many changes there were.
    amount : Amount or None
        What the open deals with a value are worth, or by how much that rises or falls; ``None`` where no deal of the bridge
        has a value.
    without_value : int
        How many of those counted have no known value, and add nothing.

    Examples
    --------
    >>> BridgeLine(count=2, amount=None, without_value=2).count
    2
    """

    count: int
    amount: Amount | None
    without_value: int


@attrs.frozen(kw_only=True)
class Bridge(Result):
    """How the open pipeline at the end of one day became that at the end of another: made by :func:`bridge`.

    Attributes
    ----------
    start, end : date
        The two days; the changes are those of the days after the first, up to the end of the second.
    is_weighted : bool
        Whether values are amounts x probabilities.
    period : Period or None
        Where only deals count that are expected to close within it.
    unit : Unit or None
        Of all amounts; ``None`` where there is no amount.
    opening, closing : BridgeLine
        The pipeline at the end of the two days.
    steps : tuple of BridgeStep
        The changes, sorted by deal and day.
    withheld : int
        How many deals there are whose values only an export after ``start`` tells: until then they have none, and on its day
        these become known.

    Examples
    --------
    >>> from salesperf import CNY, STANDARD_PROCESSES, Change
    >>> history = [
    ...     Change(date(2026, 7, 1), stage="proposal", amount=Amount.of(600, CNY)),
    ...     Change(date(2026, 9, 9), stage="won", amount=Amount.of(550, CNY)),
    ... ]
    >>> deals = [Opportunity(id="o-1", history=history)]
    >>> found = bridge(deals, STANDARD_PROCESSES["solution"], start=date(2026, 8, 31), end=date(2026, 9, 30))
    >>> print(found.breakdown.text())
    open value at the end of 2026-09-30: CNY 0.00 = sum of
      open value at the end of 2026-08-31: CNY 600.00
      revalued: CNY -50.00 = sum of
        o-1, 2026-09-09: CNY -50.00
      won: CNY -550.00 = sum of
        o-1, 2026-09-09: CNY -550.00
    """

    start: date
    end: date
    is_weighted: bool
    period: Period | None
    unit: Unit | None
    opening: BridgeLine
    closing: BridgeLine
    steps: tuple[BridgeStep, ...]
    withheld: int

    @cached_property
    def movements(self) -> Mapping[Movement, BridgeLine]:
        """The changes by kind: of :data:`MOVEMENTS` those that can change what is asked about."""
        lines: dict[Movement, BridgeLine] = {
            movement: self._line(movement) for movement in MOVEMENTS if self._can_occur(movement)
        }
        return MappingProxyType(lines)

    def _can_occur(self, movement: Movement) -> bool:
        if movement in OF_STAGES:
            return self.is_weighted
        return self.period is not None or movement not in OF_DATES

    def _line(self, movement: Movement) -> BridgeLine:
        steps = [step for step in self.steps if step.movement == movement]
        return BridgeLine(
            count=abs(sum(step.deals for step in steps)) if movement in ENTERING | LEAVING else len(steps),
            amount=_sum([step.amount for step in steps], self.unit),
            without_value=sum(step.amount is None for step in steps),
        )

    @cached_property
    def breakdown(self) -> Breakdown:
        """The value at the end as that at the start and all changes since."""
        held: dict[Movement, list[Breakdown]] = defaultdict(list)
        for step in self.steps:
            if step.amount is not None:
                held[step.movement].append(
                    Breakdown(label=Message.of("pipeline.step", id=step.id, on=step.on), value=step.amount)
                )
        parts = [Breakdown(label=self._label(self.start), value=self.opening.amount)]
        parts += [
            Breakdown(label=Message(f"pipeline.movement.{movement}"), value=line.amount, rule=Sum(), parts=held[movement])
            for movement, line in self.movements.items()
            if held[movement]
        ]
        return Breakdown(label=self._label(self.end), value=self.closing.amount, rule=Sum(), parts=parts)

    def _label(self, on: date) -> Message:
        return Message.of("pipeline.weighted_value_on" if self.is_weighted else "pipeline.open_value_on", on=on)

    def rows(self) -> list[Row]:
        """Return a row for the start, for each kind of change, and for the end."""
        lines = [("opening", self.opening), *self.movements.items(), ("closing", self.closing)]
        return [
            {
                "line": name,
                "count": line.count,
                "amount": None if line.amount is None else line.amount.decimal,
                "without_value": line.without_value,
                "unit": None if self.unit is None else str(self.unit),
            }
            for name, line in lines
        ]

    def step_rows(self) -> list[Row]:
        """Return a row for each change."""
        return [
            {
                "id": step.id,
                "on": step.on,
                "movement": step.movement,
                "amount": None if step.amount is None else step.amount.decimal,
                "deals": step.deals,
                "unit": None if self.unit is None else str(self.unit),
            }
            for step in self.steps
        ]


def bridge(
    opportunities: Iterable[Opportunity],
    process: SalesProcess,
    *,
    start: date,
    end: date,
    weighted: bool = False,
    period: Period | None = None,
) -> Bridge:
    """Tell how the open pipeline at the end of one day became that at the end of another.

    Parameters
    ----------
    opportunities
        Deals of one process, each id once, in any order.
    process
        Their sales process.
    start, end
        The two days.
    weighted
        Whether to count amounts x probabilities, each product rounded half up once.
    period
        Only deals that are expected to close within it; ``None`` for all.

    Returns
    -------
    Bridge
        Start and changes sum to the end exactly, in money and in deals.

    Raises
    ------
    InvalidValueError
        If the end comes before the start, or as of :func:`snapshot`.
    UnknownNameError, UnitMismatchError
        As of :func:`snapshot`.

    Notes
    -----
    Every change of a history is told apart in one order: first its amount, then its expected close, then its stage. So a deal
    is revalued up to what it is won for, and ``won`` is what it was worth on the day it was won: a later correction changes no
    open value. What changes on the day of creation belongs to the creation. Since each change stands by itself, the movements
    of two bridges that meet add up to those of the whole.

    References
    ----------
    Also called a pipeline waterfall, or pipeline flow.

    Examples
    --------
    >>> from salesperf import CNY, STANDARD_PROCESSES, Change
    >>> history = [Change(date(2026, 9, 1), stage="proposal", amount=Amount.of(600, CNY))]
    >>> deals = [Opportunity(id="o-1", history=history)]
    >>> print(bridge(deals, STANDARD_PROCESSES["basic"], start=date(2026, 8, 31), end=date(2026, 9, 30)))
    line       count  amount  without_value  unit
    opening        0    0.00              0  CNY
    created        1  600.00              0  CNY
    reopened       0    0.00              0  CNY
    revalued       0    0.00              0  CNY
    won            0    0.00              0  CNY
    lost           0    0.00              0  CNY
    cancelled      0    0.00              0  CNY
    closing        1  600.00              0  CNY
    """
    check_date(start, ("start",))
    check_date(end, ("end",))
    placed_deals = in_order(opportunities, process)
    require(weighted, bool, path=("weighted",))
    require(period, Period, type(None), path=("period",))
    if end < start:
        raise InvalidValueError("days_reversed", path=("end",), first=start, last=end)
    view = View(process=process, is_weighted=weighted, period=period)
    replays = [(placed, view.replay(placed.opportunity, start, end)) for placed in placed_deals]
    unit = common_unit(pair for placed, replay in replays for pair in _amounts(placed, replay))
    return Bridge(
        start=start,
        end=end,
        is_weighted=weighted,
        period=period,
        unit=unit,
        opening=_end([replay.opening for _, replay in replays], unit),
        closing=_end([replay.closing for _, replay in replays], unit),
        steps=tuple(step for _, replay in replays for step in replay.steps),
        withheld=sum(bool(withheld_fields(placed.opportunity, start)) for placed, replay in replays if replay.is_known),
    )


def _amounts(placed: Placed, replay: Replay) -> Iterator[tuple[Placed, Amount | None]]:
    yield placed, replay.opening.value
    yield placed, replay.closing.value
    yield from ((placed, step.amount) for step in replay.steps)


def _sum(amounts: Iterable[Amount | None], unit: Unit | None) -> Amount | None:
    return None if unit is None else Amount.total([amount for amount in amounts if amount is not None], unit)


def _end(worths: Iterable[Worth], unit: Unit | None) -> BridgeLine:
    held = [worth for worth in worths if worth.deals]
    return BridgeLine(
        count=len(held),
        amount=_sum([worth.value for worth in held], unit),
        without_value=sum(worth.value is None for worth in held),
    )

"""Whether the open pipeline of a period is enough for what is still to be won in it."""

import math
from collections.abc import Iterable
from datetime import date
from functools import cached_property

import attrs

from salesperf import formulas
from salesperf.errors import UnitMismatchError
from salesperf.model.amount import Amount
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.opportunity import Opportunity
from salesperf.model.period import Period
from salesperf.model.process import SalesProcess
from salesperf.model.result import Result, Row
from salesperf.model.validators import as_tuple, require
from salesperf.pipeline.decided import ClosedDeals, closed
from salesperf.pipeline.open_pipeline import Pipeline, snapshot

__all__ = ["Coverage", "coverage"]


@attrs.frozen(kw_only=True)
class Coverage(Result):
    """The open pipeline of a period against what is still to be won in it: made by :func:`coverage`.

    Attributes
    ----------
    target : Amount
        What is to be won in the period.
    period : Period
        The period.
    as_of : date
        The day at whose end one looks.
    pipeline : Pipeline
        The open deals that are expected to close within the period, also those whose day has passed.
    closed : ClosedDeals
        The deals decided within the period so far.
    win_rate_by_value : Estimate
        The share of the decided money that is won, from which follows how much pipeline is needed.

    Examples
    --------
    >>> from salesperf import CNY, STANDARD_PROCESSES, Change
    >>> due = date(2026, 9, 30)
    >>> deals = [
    ...     Opportunity(
    ...         id=id,
    ...         history=[Change(date(2026, 7, 1), stage=stage, amount=Amount.of(amount, CNY), expected_close=due)],
    ...     )
    ...     for id, stage, amount in (("o-1", "won", 300_000), ("o-2", "proposal", 600_000))
    ... ]
    >>> found = coverage(
    ...     deals,
    ...     STANDARD_PROCESSES["solution"],
    ...     target=Amount.of(500_000, CNY),
    ...     period=Period.quarter(2026, 3),
    ...     as_of=date(2026, 8, 31),
    ...     win_rate_by_value=Estimate(value=0.25, n=80),
    ... )
    >>> found.ratio, found.gross_ratio, found.needed.value, found.shortfall.value
    (3.0, 1.2, 800000.0, 200000.0)
    """

    target: Amount
    period: Period
    as_of: date
    pipeline: Pipeline
    closed: ClosedDeals
    win_rate_by_value: Estimate

    @property
    def open_value(self) -> Amount | None:
        """What the open deals with an amount are worth; ``None`` where there are deals and none has one."""
        return Amount.zero(self.target.unit) if not self.pipeline.deals else self.pipeline.total.amount

    @property
    def won_value(self) -> Amount | None:
        """What the deals won so far are worth; ``None`` where there are won deals and none has an amount."""
        return Amount.zero(self.target.unit) if not self.closed.won else self.closed.won_value

    @property
    def remaining(self) -> Amount | None:
        """Target less won value: what is still to be won; negative where more was."""
        return None if self.won_value is None else self.target - self.won_value

    @property
    def ratio(self) -> float | None:
        """Pipeline coverage: open value / (target - won value), times; ``None`` where :attr:`reason` says why."""
        if self.reason is not None or self.open_value is None or self.won_value is None:
            return None
        return formulas.pipeline_coverage(self.open_value.minor, self.target.minor, self.won_value.minor)

    @property
    def gross_ratio(self) -> float | None:
        """Gross coverage: open value / target, times; ``None`` where :attr:`gross_reason` says why."""
        if self.gross_reason is not None or self.open_value is None:
            return None
        return formulas.gross_coverage(self.open_value.minor, self.target.minor)

    @property
    def reason(self) -> Message | None:
        """Why there is no coverage."""
        if self.target.minor <= 0:
            return Message("reason.no_target")
        if self.remaining is None:
            return Message("pipeline.reason.no_won_value")
        if self.remaining.minor <= 0:
            return Message("pipeline.reason.target_met")
        return self.gross_reason

    @property
    def gross_reason(self) -> Message | None:
        """Why there is no gross coverage."""
        if self.target.minor <= 0:
            return Message("reason.no_target")
        return Message("pipeline.reason.no_open_value") if self.open_value is None else None

    @cached_property
    def needed(self) -> Estimate:
        """Pipeline needed: max(target - won value, 0) / win rate by value, in whole units; 0 once the target is met."""
        unit, rate, n = self.target.unit.code, self.win_rate_by_value, self.win_rate_by_value.n
        if self.target.minor <= 0:
            return Estimate.undefined(Message("reason.no_target"), unit=unit)
        if self.remaining is None:
            return Estimate.undefined(Message("pipeline.reason.no_won_value"), unit=unit)
        if self.remaining.minor <= 0:
            return Estimate(value=0.0, low=0.0, high=0.0, n=n, level=rate.level, unit=unit)
        if not rate.value:
            return Estimate.undefined(rate.reason or Message("pipeline.reason.nothing_won"), n=n, unit=unit)
        low, high = (None, None) if rate.low is None else (self._needed_at(rate.high), self._needed_at(rate.low))
        return Estimate(
            value=self._needed_at(rate.value), low=low, high=high, n=n, level=rate.level, unit=unit, reason=rate.reason
        )

    def _needed_at(self, rate: float | None) -> float:
        """Return what a win rate asks for: without end where nothing is ever won."""
        won = 0.0 if self.won_value is None else float(self.won_value.decimal)
        needed = formulas.pipeline_needed(float(self.target.decimal), won, rate or 0.0)
        return math.inf if math.isnan(needed) else needed

    @cached_property
    def shortfall(self) -> Estimate:
        """Pipeline shortfall: pipeline needed - open value, in whole units; negative where there is more than is needed."""
        needed = self.needed
        if needed.value is None:
            return needed
        if self.open_value is None:
            return Estimate.undefined(Message("pipeline.reason.no_open_value"), unit=needed.unit)
        held = float(self.open_value.decimal)
        low, high = (None, None) if needed.low is None or needed.high is None else (needed.low - held, needed.high - held)
        return attrs.evolve(needed, value=needed.value - held, low=low, high=high)

    def rows(self) -> list[Row]:
        """Return one row: what there is, what is needed, and how much one is of the other."""
        return [
            {
                "period": self.period.label,
                "as_of": self.as_of,
                "unit": str(self.target.unit),
                "target": self.target.decimal,
                "won_value": None if self.won_value is None else self.won_value.decimal,
                "open_value": None if self.open_value is None else self.open_value.decimal,
                "open_deals": len(self.pipeline.deals),
                "without_amount": self.pipeline.total.without_amount,
                "ratio": self.ratio,
                "gross_ratio": self.gross_ratio,
                "needed": self.needed.value,
                "needed_low": self.needed.low,
                "needed_high": self.needed.high,
                "shortfall": self.shortfall.value,
            }
        ]


def coverage(
    opportunities: Iterable[Opportunity],
    process: SalesProcess,
    *,
    target: Amount,
    period: Period,
    as_of: date,
    win_rate_by_value: Estimate | None = None,
) -> Coverage:
    """Hold the open pipeline of a period against what is still to be won in it.

    Parameters
    ----------
    opportunities
        Deals of one process, each id once, in any order: those of whoever owes the target. Each is looked at as of the day.
    process
        Their sales process.
    target
        What is to be won in the period.
    period
        The period: open deals count that are expected to close within it, won ones that were won within it.
    as_of
        The day at whose end one looks.
    win_rate_by_value
        Of earlier deals, such as :attr:`ClosedDeals.win_rate_by_value`; without it nobody can say how much pipeline is needed.

    Returns
    -------
    Coverage
        Coverage, gross coverage, pipeline needed and shortfall; each may be undefined, and says why.

    Raises
    ------
    InvalidValueError, UnknownNameError
        As of :func:`snapshot`.
    UnitMismatchError
        If deals, or the target, are in another unit.

    Notes
    -----
    Coverage: open value / (target - won value). Gross coverage: open value / target. Needed:
    max(target - won value, 0) / win rate by value. Shortfall: needed - open value.

    References
    ----------
    Petavue, *Pipeline coverage*; MetricKit, *Pipeline coverage*.

    Examples
    --------
    >>> from salesperf import CNY, STANDARD_PROCESSES
    >>> third, goal = Period.quarter(2026, 3), Amount.of(100, CNY)
    >>> found = coverage([], STANDARD_PROCESSES["solution"], target=goal, period=third, as_of=date(2026, 8, 31))
    >>> found.ratio, found.needed.value, found.needed.reason.text()
    (0.0, None, 'no win rate by value is given')
    """
    require(target, Amount, path=("target",))
    require(win_rate_by_value, Estimate, type(None), path=("win_rate_by_value",))
    require(period, Period, path=("period",))
    deals = as_tuple(opportunities)
    found = Coverage(
        target=target,
        period=period,
        as_of=as_of,
        pipeline=snapshot(deals, process, as_of=as_of, period=period),
        closed=closed(deals, process, as_of=as_of, period=period),
        win_rate_by_value=win_rate_by_value or Estimate.undefined(Message("pipeline.reason.no_win_rate")),
    )
    for unit in (found.pipeline.unit, found.closed.unit):
        if unit not in (None, target.unit):
            raise UnitMismatchError("unit_mismatch", path=("target",), left=str(target.unit), right=str(unit))
    return found

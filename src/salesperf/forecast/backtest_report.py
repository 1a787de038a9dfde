"""What a backtest found: how far past forecasts were off, and how far the reps' own dates were."""

import math
from collections.abc import Callable
from datetime import date
from functools import cached_property
from statistics import fmean, stdev

import attrs

from salesperf.forecast.projected import Forecast
from salesperf.kernels.proportion import wilson
from salesperf.kernels.special import student_t_quantile
from salesperf.messages import Catalogs
from salesperf.model.amount import Amount
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.period import Period
from salesperf.model.result import Result, Row

__all__ = ["BacktestLine", "BacktestReport", "RepOptimism"]


@attrs.frozen(kw_only=True)
class BacktestLine:
    """A past forecast beside what happened: a part of a :class:`BacktestReport`.

    Attributes
    ----------
    forecast : Forecast
        What was forecast, from what was known on its day.
    low, high : Amount
        Between which the named share of the outcomes was to lie.
    actual : Amount
        What was won in the period.
    won_ids : frozenset of str
        Which of the deals that were open on the day were won in it.

    Examples
    --------
    >>> from salesperf import COUNT, STANDARD_PROCESSES, forecast
    >>> nothing = forecast.project(
    ...     [], STANDARD_PROCESSES["basic"], as_of=date(2026, 8, 31), period=Period.quarter(2026, 3), measure="count"
    ... )
    >>> one, three = Amount.of(1, COUNT), Amount.of(3, COUNT)
    >>> line = BacktestLine(forecast=nothing, low=one, high=three, actual=three, won_ids=frozenset())
    >>> line.is_within, line.error
    (True, -1.0)
    """

    forecast: Forecast
    low: Amount
    high: Amount
    actual: Amount
    won_ids: frozenset[str]

    @property
    def as_of(self) -> date:
        """The day at whose end one looked."""
        return self.forecast.as_of

    @property
    def period(self) -> Period:
        """The period that was forecast."""
        return self.forecast.period

    @property
    def expected(self) -> Amount:
        """What was expected."""
        return self.forecast.expected or Amount.zero(self.actual.unit)

    @property
    def is_within(self) -> bool:
        """Whether what happened lies within the interval."""
        return self.low <= self.actual <= self.high

    @property
    def error(self) -> float | None:
        """Relative error: (expected - actual) / actual; ``None`` where nothing was won."""
        return (self.expected - self.actual).minor / self.actual.minor if self.actual.minor > 0 else None

    @property
    def brier(self) -> float | None:
        """Brier score of the open deals that counted: mean of (probability - won)^2; ``None`` where there were none."""
        squares = [
            (float(deal.probability) - (deal.id in self.won_ids)) ** 2
            for deal in self.forecast.counted
            if deal.probability is not None
        ]
        return fmean(squares) if squares else None

    def row(self) -> Row:
        """Return the line as a row of plain values."""
        return {
            "as_of": self.as_of,
            "period": self.period.label,
            "expected": self.expected.decimal,
            "low": self.low.decimal,
            "high": self.high.decimal,
            "actual": self.actual.decimal,
            "is_within": self.is_within,
            "error": self.error,
            "brier": self.brier,
            "unit": str(self.actual.unit),
        }


@attrs.frozen(kw_only=True)
class RepOptimism:
    """How a rep's dates and categories compare with what happened: a part of a :class:`BacktestReport`.

    Attributes
    ----------
    owner : str or None
        Whose deals they were on the day of each forecast; ``None`` for nobody's.
    due : Estimate
        Of the open deals that were to close within the period, the share that was not won in it: 0 is for who keeps all
        dates.
    committed : Estimate
        The same of those among them that were in the category commit.

    Examples
    --------
    >>> from salesperf import Estimate
    >>> RepOptimism(owner="ada", due=Estimate(value=0.5, n=10), committed=Estimate(value=0.2, n=5)).due.value
    0.5
    """

    owner: str | None
    due: Estimate
    committed: Estimate

    def row(self) -> Row:
        """Return the rep as a row of plain values."""
        return {
            "owner": self.owner,
            "due": self.due.n,
            "not_won": self.due.value,
            "not_won_low": self.due.low,
            "not_won_high": self.due.high,
            "committed": self.committed.n,
            "committed_not_won": self.committed.value,
            "committed_not_won_low": self.committed.low,
            "committed_not_won_high": self.committed.high,
        }


@attrs.frozen(kw_only=True)
class BacktestReport(Result):
    """How far past forecasts were off: made by :func:`backtest`.

    Attributes
    ----------
    lines : tuple of BacktestLine
        The forecasts, by day.
    share : float
        Of the outcomes, those that the stated intervals were to hold.
    until : date
        The last day of which the records know.

    Examples
    --------
    >>> from salesperf import CNY, STANDARD_PROCESSES, Change, Opportunity, Org, Records, Rep, forecast
    >>> due, won = date(2026, 3, 20), date(2026, 3, 15)
    >>> opened = Change(date(2026, 1, 5), stage="proposal", amount=Amount.of(600, CNY), owner="ada", expected_close=due)
    >>> deals = [
    ...     Opportunity(id="o-1", history=[opened, Change(won, stage="closed")]),
    ...     Opportunity(id="o-2", history=[opened, Change(date(2026, 4, 9), stage="lost", reason="price")]),
    ... ]
    >>> records = Records(org=Org(reps=[Rep(id="ada")]), opportunities=deals, processes=[STANDARD_PROCESSES["basic"]])
    >>> found = forecast.backtest(records, [date(2026, 1, 31)], learnt=False, new_business=False)
    >>> found.bias.value, found.brier.value, found.optimism[0].due.value
    (0.0, 0.25, 0.5)
    """

    lines: tuple[BacktestLine, ...]
    share: float
    until: date

    @cached_property
    def bias(self) -> Estimate:
        """Mean of (expected - actual) / actual: above 0 forecasts were too high."""
        return self._mean(lambda line: line.error, least=-1)

    @cached_property
    def absolute_percentage_error(self) -> Estimate:
        """Mean of |expected - actual| / actual."""
        return self._mean(lambda line: None if line.error is None else abs(line.error))

    @cached_property
    def brier(self) -> Estimate:
        """Mean of the Brier scores: 0 is for who knows, 0.25 for who says one half of each deal."""
        return self._mean(lambda line: line.brier, most=1)

    def _mean(self, value: Callable[[BacktestLine], float | None], *, least: float = 0, most: float = math.inf) -> Estimate:
        """Average over the forecasts, with the interval of Student's t within what is possible.

        The deals of one forecast are not independent.
        """
        values = [found for line in self.lines if (found := value(line)) is not None]
        n = len(values)
        if not n:
            return Estimate.undefined(Message("forecast.reason.nothing_to_compare"))
        mean = fmean(values)
        if n == 1:
            return Estimate(value=mean, n=n, reason=Message("forecast.reason.one_forecast"))
        half = student_t_quantile(0.975, n - 1) * stdev(values) / math.sqrt(n)
        # Where less was to be won than nothing, an error may lie beyond its end.
        low, high = min(max(mean - half, least), mean), max(min(mean + half, most), mean)
        return Estimate(value=mean, low=low, high=high, n=n)

    @cached_property
    def coverage(self) -> Estimate:
        """The share of the forecasts whose interval held what happened, with Wilson's interval; it should be :attr:`share`."""
        within, n = sum(line.is_within for line in self.lines), len(self.lines)
        interval = wilson(within, n)
        return Estimate(value=within / n, low=interval.low, high=interval.high, n=n, level=interval.level)

    @cached_property
    def optimism(self) -> tuple[RepOptimism, ...]:
        """How far each rep's dates and categories were too good, sorted by id; nobody's deals last."""
        owners = {deal.owner for line in self.lines for deal in line.forecast.deals}
        return tuple(
            RepOptimism(owner=owner, due=self._not_won(owner), committed=self._not_won(owner, "commit"))
            for owner in sorted(owners, key=lambda owner: (owner is None, owner or ""))
        )

    def _not_won(self, owner: str | None, category: str | None = None) -> Estimate:
        """Return the share of the deals of an owner that were due in the period and not won in it, with Wilson's interval."""
        won = [
            deal.id in line.won_ids
            for line in self.lines
            for deal in line.forecast.deals
            if deal.owner == owner
            and deal.expected_close is not None
            and line.as_of < deal.expected_close <= line.period.last
            and category in (None, deal.category)
        ]
        if not won:
            return Estimate.undefined(Message("forecast.reason.nothing_due"))
        kept = wilson(won.count(False), len(won))
        return Estimate(value=won.count(False) / len(won), low=kept.low, high=kept.high, n=len(won), level=kept.level)

    def rows(self) -> list[Row]:
        """Return a row for each forecast."""
        return [line.row() for line in self.lines]

    def optimism_rows(self) -> list[Row]:
        """Return a row for each rep."""
        return [each.row() for each in self.optimism]

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write how far to trust the forecasts, a line for each measure."""
        messages = [
            Message.of("forecast.backtest.forecasts", count=len(self.lines), until=self.until),
            _measure("bias", self.bias),
            _measure("absolute_percentage_error", self.absolute_percentage_error),
            _measure("brier", self.brier),
            Message.of(
                "forecast.backtest.coverage",
                share=self.share,
                value=self.coverage.value,
                low=self.coverage.low,
                high=self.coverage.high,
                n=self.coverage.n,
            ),
        ]
        return "\n".join(message.text(lang, catalogs) for message in messages)


def _measure(name: str, found: Estimate) -> Message:
    if found.value is None:
        return Message.of(f"forecast.backtest.{name}_unknown", reason=found.reason)
    if found.low is None:
        return Message.of(f"forecast.backtest.{name}", value=found.value, n=found.n, certainty=found.reason)
    certainty = Message.of(f"forecast.backtest.{name}_range", low=found.low, high=found.high)
    return Message.of(f"forecast.backtest.{name}", value=found.value, n=found.n, certainty=certainty)

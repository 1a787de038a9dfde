"""Backtesting: forecasts of past days, from what was known on them, beside what happened."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import attrs

from salesperf.errors import InvalidValueError, SalesperfError, UnknownNameError
from salesperf.forecast.backtest_report import BacktestLine, BacktestReport
from salesperf.forecast.creation import NewBusiness, learn_new_business
from salesperf.forecast.deals import Measure, known_deals
from salesperf.forecast.projecting import project
from salesperf.forecast.terms import Fallback, LearntBy, check_level, check_rules, refuse
from salesperf.funnel import outcomes
from salesperf.funnel.chances import FEWEST_DEALS
from salesperf.model.amount import Amount
from salesperf.model.opportunity import Opportunity
from salesperf.model.period import GRAINS, Grain, Period
from salesperf.model.process import SalesProcess
from salesperf.model.records import Records
from salesperf.model.validators import as_tuple, check_choice, check_date, require

__all__ = ["backtest"]


def backtest(
    records: Records,
    dates: Iterable[date],
    *,
    process: str | None = None,
    grain: Grain = "quarter",
    since: date | None = None,
    until: date | None = None,
    learnt: bool = True,
    new_business: bool = True,
    correlation: float = 0.0,
    measure: Measure = "amount",
    learnt_by: LearntBy = "stage_and_age",
    minimum: int = FEWEST_DEALS,
    fallback: Fallback = "leave_out",
    share: float = 0.8,
) -> BacktestReport:
    """Forecast as on past days, from what was known on them, and hold that against what happened.

    Parameters
    ----------
    records
        Everything known by now. Of each day :meth:`Records.as_of` forgets what came later.
    dates
        The days, each once, in any order. On each the period is forecast that holds the day after: what is still to come.
    process
        The key of the sales process; ``None`` where there is only one.
    grain
        Of the periods, one of :data:`GRAINS`.
    since
        The first day that was watched, where the records hold no deal that ended before it: chances are learnt as of
        :func:`salesperf.funnel.outcomes`, and business to come from deals created from then on. ``None`` where all were
        watched from their beginning.
    until
        The last day of which the records know; ``None`` for that of the last change of a deal.
    learnt
        Whether chances are learnt from how the deals ended that were known by then, or taken as stated.
    new_business
        Whether to reckon with deals that did not exist yet, as they came in the twelve months before, or in as much of them
        as there is on record.
    correlation, measure, learnt_by, minimum, fallback
        As of :func:`project`.
    share
        Of the outcomes, those that the intervals are to hold, within (0, 1).

    Returns
    -------
    BacktestReport

    Raises
    ------
    InvalidValueError
        If an argument is malformed, or there are no days, or one comes twice; no deal was known on a day, nothing was watched
        by then, its period is not over, or the history was too small to learn from: the path tells which day.
    InvalidInputError
        If there are faults of several days: it holds them all.
    UnknownNameError
        If there is no such process.
    UnitMismatchError
        If amounts are in two units.

    Notes
    -----
    What is won counts by the day it was won, as known on ``until``; so does what it was worth. Fields of which only an
    export tells the last value are withheld on days before it (:class:`Opportunity`): deals then have no amounts, and
    ``measure="count"`` is what can be tested.

    The intervals of bias, error and coverage take the forecasts as independent. Those of one period share what happened in
    it, so there they are too narrow.

    References
    ----------
    G. W. Brier, "Verification of forecasts expressed in terms of probability", *Monthly Weather Review* 78 (1950) 1-3.

    Examples
    --------
    >>> from salesperf import CNY, STANDARD_PROCESSES, Change, Org
    >>> opened = Change(date(2026, 1, 5), stage="proposal", amount=Amount.of(600, CNY), expected_close=date(2026, 3, 20))
    >>> deals = [Opportunity(id="o-1", history=[opened, Change(date(2026, 4, 2), stage="closed")])]
    >>> records = Records(org=Org(), opportunities=deals, processes=[STANDARD_PROCESSES["basic"]])
    >>> print(backtest(records, [date(2026, 1, 31)], learnt=False, new_business=False))
    as_of      2026-01-31
    period     2026-Q1
    expected   300.00
    low        0.00
    high       600.00
    actual     0.00
    is_within  True
    error
    brier      0.25
    unit       CNY
    """
    require(records, Records, path=("records",))
    check_choice(grain, GRAINS, ("grain",))
    check_level(share, ("share",))
    for name, flag in (("learnt", learnt), ("new_business", new_business)):
        require(flag, bool, path=(name,))
    check_rules(measure, learnt_by, fallback, minimum, correlation)
    days = _checked_days(dates)
    chosen = _process_named(records, process)
    last = _last_day(records) if until is None else until
    check_date(last, ("until",))
    if since is not None:
        check_date(since, ("since",))
    past = _Past(
        records=records,
        process=chosen,
        grain=grain,
        since=since,
        until=last,
        learnt=learnt,
        new_business=new_business,
        correlation=correlation,
        measure=measure,
        learnt_by=learnt_by,
        minimum=minimum,
        fallback=fallback,
        share=share,
    )
    lines, faults = [], []
    for position, day in days:
        try:
            lines.append(past.line(day))
        except SalesperfError as error:
            faults.append((position, error.within("dates", position)))
    refuse(fault for _, fault in sorted(faults, key=lambda found: found[0]))
    return BacktestReport(lines=tuple(lines), share=share, until=last)


def _checked_days(dates: Iterable[date]) -> list[tuple[int, date]]:
    """Return the days in order, each with its position."""
    given = as_tuple(dates)
    require(given, tuple, path=("dates",))
    if not given:
        raise InvalidValueError("too_few", path=("dates",), low=1, value=0)
    refuse(_faults_of_days(given))
    return sorted(enumerate(given), key=lambda pair: pair[1])


def _faults_of_days(days: tuple[date, ...]) -> Iterator[SalesperfError]:
    for position, day in enumerate(days):
        try:
            check_date(day, ("dates", position))
        except SalesperfError as fault:
            yield fault
            continue
        if day == date.max:
            yield InvalidValueError("date_too_late", path=("dates", position), value=day)
        if day in days[:position]:
            yield InvalidValueError("not_unique", path=("dates", position), value=day)


def _process_named(records: Records, key: str | None) -> SalesProcess:
    found = [process for process in records.processes if key in (None, process.key)]
    if len(found) != 1:
        choices = tuple(process.key for process in records.processes)
        raise UnknownNameError("unknown_process", path=("process",), choices=choices, value=key)
    return found[0]


def _last_day(records: Records) -> date:
    """Return the day of the last change of any deal."""
    days = [deal.last_change for deal in records.opportunities]
    return max((day for day in days if day is not None), default=date.min)


@attrs.frozen(kw_only=True)
class _Past:
    """What is the same for every day of a backtest."""

    records: Records
    process: SalesProcess
    grain: Grain
    since: date | None
    until: date
    learnt: bool
    new_business: bool
    correlation: float
    measure: Measure
    learnt_by: LearntBy
    minimum: int
    fallback: Fallback
    share: float

    def _deals(self, records: Records) -> list[Opportunity]:
        only = len(records.processes) == 1
        return [deal for deal in records.opportunities if deal.process == self.process.key or (only and deal.process is None)]

    def _to_come(self, known: list[Opportunity], day: date) -> NewBusiness:
        """Learn how deals come into being from the twelve months before, as far as they were watched or are on record."""
        window, year = None, Period.rolling(day)
        if self.since is not None and self.since > year.start:
            window = Period(self.since, year.end)
        return learn_new_business(known, self.process, as_of=day, window=window)

    def line(self, day: date) -> BacktestLine:
        """Forecast as on a day, and look at what happened."""
        period = Period.holding(day + timedelta(days=1), self.grain, self.records.calendar)
        if period.last > self.until:
            raise InvalidValueError("backtest_unfinished", until=self.until, value=str(period))
        known = self._deals(self.records.as_of(day))
        if not known:
            raise InvalidValueError("backtest_before_data", value=day)
        if self.since is not None and self.since > day:
            raise InvalidValueError("since_too_late", path=("since",), last=day, value=self.since)
        found = project(
            known,
            self.process,
            as_of=day,
            period=period,
            history=outcomes(known, self.process, as_of=day, since=self.since) if self.learnt else None,
            new_business=self._to_come(known, day) if self.new_business else None,
            correlation=self.correlation,
            measure=self.measure,
            learnt_by=self.learnt_by,
            minimum=self.minimum,
            fallback=self.fallback,
        )
        later = known_deals(
            self._deals(self.records), self.process, as_of=self.until, period=period, measure=self.measure, org=None
        )
        low, high = found.outcomes(self.share)
        open_ids = {deal.id for deal in found.deals}
        return BacktestLine(
            forecast=found,
            low=low,
            high=high,
            actual=Amount.total((deal.amount for deal in later.won if deal.amount is not None), low.unit),
            won_ids=frozenset(deal.id for deal in later.won if deal.id in open_ids),
        )

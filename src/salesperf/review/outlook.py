"""The outlook of a review (展望): what open deals may bring by the end of the period or in the next, against the target."""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final

import attrs

from salesperf.errors import InvalidValueError
from salesperf.forecast import STANDINGS, Forecast
from salesperf.model.amount import Amount, Unit
from salesperf.model.breakdown import Breakdown
from salesperf.model.calendar import Calendar
from salesperf.model.estimate import Estimate
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.metric import STANDARD_METRICS, Metric
from salesperf.model.period import Period
from salesperf.model.process import SalesProcess
from salesperf.model.result import Result, Row
from salesperf.review.deals import DealSection
from salesperf.review.forecasts import Forecasts
from salesperf.review.grounds import Grounds
from salesperf.review.sections import MetricSection

__all__ = ["OUTCOME_SHARE", "OutlookLine", "outlook_lines"]

OUTCOME_SHARE: Final = 0.8
"""Of the outcomes of a forecast, those between the two amounts that are told."""

_METRICS: Final = ("total_contract_value", "revenue")
"""Metrics whose targets won deals count toward, the nearest first."""

_UNKNOWN: Final = frozenset({"no_amount", "no_expected_close", "no_probability", "insufficient_history"})
"""Why deals do not count in a forecast that may be won all the same."""

_MOSTLY: Final = 0.9
"""Where deals brought less than this share of a metric, what they will bring does not say how likely its target is reached."""


@attrs.frozen(kw_only=True)
class OutlookLine(Result):
    """What the deals of one sales process may bring, and how likely that reaches the target.

    Attributes
    ----------
    process : SalesProcess
    unit : Unit
        Of the amounts. Deals in several units make several lines.
    is_next : bool
        Whether it is about the period after that of the review, which is over.
    forecast : Forecast
        What the period may bring: its deals, its chances, its notes, and the tree of its expected value.
    low, high : Amount
        Between which :data:`OUTCOME_SHARE` of the outcomes lie.
    metric : Metric or None
        Toward whose target won deals count: total contract value or revenue; ``None`` where neither is owed for just this
        period in this unit.
    target : Amount or None
        What is owed of it.
    otherwise : Amount or None
        What came toward it so far otherwise than by these deals: what was recorded, less what these were won for, 0 at least.
    reached : Estimate
        The probability that what came otherwise and what deals bring reach the target together. Undefined where there is no
        target, and where deals cannot tell: more than a tenth of what came so far came otherwise, which nobody forecasts.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> line = build(read_sample(), owner=None, period=Period.quarter(2026, 3), as_of=date(2026, 9, 16)).outlook[0]
    >>> line.process.key, line.forecast.period.label, line.metric.key, line.low < line.forecast.expected < line.high
    ('solution', '2026-Q3', 'revenue', True)
    """

    process: SalesProcess
    unit: Unit
    is_next: bool
    forecast: Forecast
    low: Amount
    high: Amount
    metric: Metric | None
    target: Amount | None
    otherwise: Amount | None
    reached: Estimate

    @property
    def won(self) -> Amount:
        """What the deals won in the period so far are worth, as far as that is known."""
        return self.forecast.won_value or Amount.zero(self.unit)

    @property
    def expected(self) -> Amount:
        """What the deals of the period are to be expected to bring, those won so far among them."""
        return self.forecast.expected or Amount.zero(self.unit)

    @property
    def missing(self) -> Amount | None:
        """What deals have yet to bring to reach the target; nothing where it is met, ``None`` where there is none."""
        return None if self.left_to_deals is None else max(self.left_to_deals - self.won, Amount.zero(self.unit))

    @property
    def left_to_deals(self) -> Amount | None:
        """What deals have to bring in all, won and open: the target less what came otherwise, below 0 where that is more."""
        return None if self.target is None or self.otherwise is None else self.target - self.otherwise

    @property
    def deal_share(self) -> float | None:
        """Which share of what came toward the target so far these deals made up; ``None`` where none came, or nobody knows."""
        if self.otherwise is None or self.is_next:
            return None
        came = self.otherwise.minor + self.won.minor
        return self.won.minor / came if came > 0 else None

    @cached_property
    def left_out(self) -> FrozenMap[str, int]:
        """How many open deals do not count, by why not: one of :data:`salesperf.forecast.STANDINGS`."""
        counts: Counter[str] = Counter(deal.standing for deal in self.forecast.deals if not deal.is_counted)
        order: tuple[str, ...] = STANDINGS
        return FrozenMap({standing: counts[standing] for standing in order if counts[standing]})

    @cached_property
    def breakdown(self) -> Breakdown:
        """What is expected as the sum of what was won, of weighted open deals by stage, and of deals yet to come."""
        return self.forecast.breakdown

    def rows(self) -> list[Row]:
        """Return one row."""
        return [
            {
                "process": self.process.key,
                "unit": str(self.unit),
                "period": self.forecast.period.label,
                "as_of": self.forecast.as_of,
                "won": self.won.decimal,
                "expected": self.expected.decimal,
                "low": self.low.decimal,
                "high": self.high.decimal,
                "metric": None if self.metric is None else self.metric.key,
                "target": None if self.target is None else self.target.decimal,
                "otherwise": None if self.otherwise is None else self.otherwise.decimal,
                "deal_share": self.deal_share,
                "missing": None if self.missing is None else self.missing.decimal,
                "reached": self.reached.value,
                "reached_low": self.reached.low,
                "reached_high": self.reached.high,
                "n": self.reached.n,
                "counted": len(self.forecast.counted),
                "left_out": sum(self.left_out.values()),
            }
        ]


@attrs.frozen(kw_only=True)
class _Goal:
    """A target that won deals count toward, and what came toward it otherwise."""

    metric: Metric
    target: Amount
    otherwise: Amount
    untold: Message | None
    """Why deals do not tell how likely it is reached; ``None`` where they do: they bring nearly all of it, or it is met."""


def outlook_lines(grounds: Grounds, metrics: Iterable[MetricSection], deals: Iterable[DealSection]) -> Iterator[OutlookLine]:
    """Look ahead: by the end of the period, or where it is over at the next one of its kind.

    Parameters
    ----------
    grounds
        What the review looks at.
    metrics, deals
        Its other sections.

    Yields
    ------
    OutlookLine
        For each section of deals with an amount, as long as any of its deals is open.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf.io.folder import read_sample
    >>> grounds = Grounds(records=read_sample(), owner=None, period=Period.year(2026), as_of=date(2026, 9, 16))
    >>> list(outlook_lines(grounds, (), ()))
    []
    """
    is_next = grounds.passed == grounds.period
    period = _next_period(grounds.period, grounds.calendar) if is_next else grounds.period
    if period is None:
        return
    sections, owed = tuple(deals), tuple(metrics)
    for section in sections:
        if section.unit is None or not section.pipeline.deals:
            continue
        forecast = Forecasts(grounds).of(section, period)
        if forecast.unit is None:  # none of them has an amount
            continue
        goal = _goal(grounds, owed, section, period if is_next else None)
        is_alone = sum(each.unit == section.unit for each in sections) == 1
        low, high = forecast.outcomes(OUTCOME_SHARE)
        yield OutlookLine(
            process=section.process,
            unit=section.unit,
            is_next=is_next,
            forecast=forecast,
            low=low,
            high=high,
            metric=None if goal is None else goal.metric,
            target=None if goal is None else goal.target,
            otherwise=None if goal is None or (is_next and goal.untold is not None) else goal.otherwise,
            reached=_reached(forecast, goal, is_alone=is_alone),
        )


def _next_period(period: Period, calendar: Calendar) -> Period | None:
    """Return the next month after a month, the next quarter after a quarter; after any other days as many more."""
    name = period.name_in(calendar)
    try:
        if name is not None:
            return Period.holding(period.end, name.grain, calendar)
        return Period(period.end, period.end + (period.end - period.start))
    except (InvalidValueError, OverflowError):  # the end of the calendar
        return None


def _goal(grounds: Grounds, metrics: Iterable[MetricSection], section: DealSection, next_period: Period | None) -> _Goal | None:
    """Find the target that the deals of a section count toward; ``None`` where none is owed for just the days asked for."""
    known = {each.metric.key: each for each in metrics if each.owner == grounds.owner and not each.scope}
    for key in _METRICS:
        now = known.get(key)
        goal = _goal_now(now, section) if next_period is None else _goal_next(grounds, key, now, section, next_period)
        if goal is not None and goal.target.unit == section.unit:
            return goal
    return None


def _goal_now(now: MetricSection | None, section: DealSection) -> _Goal | None:
    if now is None or now.owed.is_partial:
        return None
    target, actual = now.attainment.target.amount, now.attainment.actual
    if not isinstance(target, Amount) or not isinstance(actual, Amount):
        return None
    beyond = _otherwise(actual, section)
    is_told = _is_mostly_by_deals(actual, beyond) or actual.minor >= target.minor
    untold = None if is_told else Message("review.outlook.not_forecast")
    return _Goal(metric=now.metric, target=target, otherwise=beyond, untold=untold)


def _goal_next(grounds: Grounds, key: str, now: MetricSection | None, section: DealSection, period: Period) -> _Goal | None:
    """Find the target of the next period; deals are held against it if they brought nearly all of what this one has."""
    metric = STANDARD_METRICS[key] if now is None else now.metric
    owed = grounds.book_then.owed(grounds.owner, metric, period)
    if owed is None or owed.is_partial or not isinstance(owed.target.amount, Amount):
        return None
    untold: Message | None = Message("review.outlook.other_sources")
    actual = None if now is None else now.attainment.actual
    if isinstance(actual, Amount) and actual.unit == section.unit:
        beyond = _otherwise(actual, section)
        if _is_mostly_by_deals(actual, beyond):
            untold = None
        else:
            share = (actual.minor - beyond.minor) / actual.minor
            untold = Message.of("review.outlook.other_sources_share", share=share)
    target = owed.target.amount
    return _Goal(metric=metric, target=target, otherwise=Amount.zero(target.unit), untold=untold)


def _is_mostly_by_deals(actual: Amount, otherwise: Amount) -> bool:
    """Tell whether deals brought nearly all of what was recorded, or nothing was."""
    return otherwise.minor <= (1 - _MOSTLY) * max(actual.minor, 0)


def _otherwise(actual: Amount, section: DealSection) -> Amount:
    """Return what was recorded beyond what the deals of a section were won for in the same days."""
    zero = Amount.zero(actual.unit)
    won = section.closed.won_value
    return max(actual - (won if won is not None and won.unit == actual.unit else zero), zero)


def _reached(forecast: Forecast, goal: _Goal | None, *, is_alone: bool) -> Estimate:
    """Tell how likely the target is reached, or why that cannot be told."""
    if goal is None:
        return Estimate.undefined(Message("reason.no_target"))
    if goal.untold is not None:
        return Estimate.undefined(goal.untold)
    if not is_alone:
        return Estimate.undefined(Message("review.outlook.several_processes"))
    reached = forecast.at_least(goal.target - goal.otherwise)
    is_blind = not forecast.counted and not reached.n and any(deal.standing in _UNKNOWN for deal in forecast.deals)
    if is_blind and reached.value == 0:  # what nobody knows of is not impossible
        return Estimate.undefined(Message("forecast.reason.none_open"))
    return reached

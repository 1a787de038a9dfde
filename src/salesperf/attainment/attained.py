"""Attainment: an actual against its target, how far it should be by now, and where it is heading."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Final

import attrs

from salesperf import formulas
from salesperf.attainment.entries import entries_behind
from salesperf.attainment.growth import WorkdayGrowth, compare_by_workdays
from salesperf.attainment.ledger import Ledger
from salesperf.attainment.owed import Gap, gaps_year_before
from salesperf.attainment.shares import share_tree
from salesperf.attainment.standing import decimal_of, gap_between, status_of
from salesperf.attainment.statuses import SHORT, Status, Thresholds
from salesperf.attainment.variation import DayPlan, Integers, Variation, Workday
from salesperf.model.amount import Amount, Unit
from salesperf.model.breakdown import Breakdown, Difference, Product, Sum
from salesperf.model.calendar import Calendar
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.metric import Band
from salesperf.model.period import Period
from salesperf.model.profile import Profile, Schedule
from salesperf.model.result import Result, Row, Scalar
from salesperf.model.target import Actual, Target

__all__ = ["LEAST_WORKDAYS", "Attainment"]

LEAST_WORKDAYS: Final = 5
"""Fewer workdays than this say too little about the variation from day to day for an interval."""

_LEVEL: Final = 0.9
"""The level of the intervals of pace and projection."""


@attrs.frozen(kw_only=True)
class Attainment(Result):
    """An actual against its target at the end of a day: made by :func:`attain` and :func:`roll_up`.

    Attributes
    ----------
    target : Target
        What was owed.
    as_of : date
        The day at whose end the actuals are counted.
    actual : Amount, Decimal or None
        What was done within the period so far: an amount, or a Decimal for a ratio. ``None`` where it is undefined; then
        ``reason`` says why. A flow without entries is 0: no sales is a gap of the whole target.
    entries : int
        How many actuals it rests on; a ratio on as many as that part of it that has more.
    ratio : float or None
        Actual over target (达成率); ``None`` where the target is not above 0 or the actual is undefined.
    last_year : Amount or None
        For a flow, what was done in the same days of the year before; ``None`` where nothing was recorded then, some of
        it is in another unit, or the records of the metric begin more than a week into those days.
    last_year_reason : Message or None
        Why what was recorded then cannot be compared with; ``None`` where it can, or nothing was.
    reason : Message or None
        Why ``actual`` is undefined.
    calendar : Calendar
        Whose workdays time is measured in.
    profile : Profile, Schedule or None
        How the target is spread over its period; ``None`` for evenly over workdays.
    thresholds : Thresholds
        What pace is called ahead, on track or behind.
    gaps : tuple of Gap
        What within the period is left out, because nothing is owed for it.

    Examples
    --------
    >>> from salesperf import COUNT, STANDARD_METRICS, Actual, Period
    >>> from salesperf.attainment import attain, tally
    >>> visits = STANDARD_METRICS["visits"]
    >>> done = [Actual(owner="ada", metric=visits, amount=Amount.of(30, COUNT), on=date(2026, 9, 8))]
    >>> goal = Target(owner="ada", metric=visits, amount=Amount.of(44, COUNT), period=Period.month(2026, 9))
    >>> result = attain(goal, tally(done), as_of=date(2026, 9, 15))
    >>> print(result.breakdown.text())
    gap: -14 = difference of
      actual: 30 = sum of
        within 2026-09-01 to 2026-09-15: 30
      target: 44
    >>> str(result.planned), str(result.required_per_workday), result.status
    ('22', '2', 'ahead')
    """

    target: Target
    as_of: date
    actual: Amount | Decimal | None
    entries: int
    ratio: float | None
    last_year: Amount | None
    last_year_reason: Message | None
    reason: Message | None
    calendar: Calendar
    profile: Profile | Schedule | None
    thresholds: Thresholds
    gaps: tuple[Gap, ...]
    _ledger: Ledger = attrs.field(repr=False, eq=False)

    @property
    def is_over(self) -> bool:
        """Whether the period has ended at ``as_of``."""
        return self.as_of >= self.target.period.last

    @property
    def is_flow(self) -> bool:
        """Whether what should be done grows with time: for a flow."""
        return self.target.metric.is_additive

    @cached_property
    def unit(self) -> Unit | None:
        """Of what is owed: of a ratio of money the one in which the money is recorded; ``None`` for any other, or several."""
        if isinstance(self.target.amount, Amount):
            return self.target.amount.unit
        metric, (numerator, *_) = self.target.metric, self.target.metric.recorded
        if {metric.dimension, numerator.dimension} != {"money"}:
            return None
        units = self._ledger.units(numerator, self.target.scope)
        return units[0] if len(units) == 1 else None

    @cached_property
    def planned_share(self) -> Fraction | None:
        """The share of the target that was planned to be done by now; 1 for what is no flow, ``None`` if undefined."""
        if not self.is_flow:
            return Fraction(1)
        passed = self.target.period.until(self.as_of)
        if passed is None:
            return Fraction(0)
        if self.profile is None:
            share = self.calendar.elapsed_share(self.target.period, self.as_of)
            return self.calendar.elapsed_share(self.target.period, self.as_of, by="days") if share is None else share
        whole = self.profile.weigh(self.target.period, self.calendar)
        return self.profile.weigh(passed, self.calendar) / whole if whole else None

    @property
    def planned(self) -> Amount | Decimal | None:
        """What should be done by now: the target's planned share, rounded once."""
        if not isinstance(self.target.amount, Amount):
            return self.target.amount
        return None if self.planned_share is None else self.target.amount.times(self.planned_share)

    @property
    def achievement(self) -> float | None:
        """How well the target is reached, higher being better: the ratio, or 2 less the ratio where lower is better.

        For a metric that should stay within a band it is 1 within and 0 outside.
        """
        direction = self.target.metric.direction
        if isinstance(direction, Band):
            return None if self.actual is None else float(decimal_of(self.actual) in direction)
        if self.ratio is None or direction == "higher":
            return self.ratio
        return 2 - self.ratio

    @property
    def gap(self) -> Amount | Decimal | None:
        """Actual less target: falling short is negative."""
        return gap_between(self.actual, self.target.amount)

    @property
    def gap_by_now(self) -> Amount | Decimal | None:
        """Actual less what was planned by now: falling short is negative."""
        planned = self.planned
        return None if planned is None else gap_between(self.actual, planned)

    @property
    def is_short(self) -> bool:
        """Whether it falls short: behind what was planned by now, or missed."""
        return self.status in SHORT

    @property
    def time_progress(self) -> float | None:
        """The share of the workdays that count that has passed (时间进度); ``None`` where there is none.

        All workdays of the period count but those on which everybody leaves out what is done (:attr:`gaps`).
        """
        workdays = self._workdays_counted(self.target.period)
        return (workdays - self.remaining_workdays) / workdays if workdays else None

    @property
    def remaining_workdays(self) -> int:
        """How many of the workdays that count are still to come."""
        passed = self.target.period.until(self.as_of)
        return self._workdays_counted(self.target.period) - (self._workdays_counted(passed) if passed else 0)

    def _workdays_counted(self, days: Period) -> int:
        common = (run.overlap(days) for run in self._days_counted)
        return sum(self.calendar.workdays(run) for run in common if run is not None)

    @cached_property
    def _days_counted(self) -> tuple[Period, ...]:
        return self._ledger.days_counted(self.target.owner, self.target.period, self.gaps)

    @property
    def progress_gap(self) -> float | None:
        """Ratio less time progress, as a difference of fractions: what a glance without the season says."""
        if self.ratio is None or self.time_progress is None:
            return None
        return self.ratio - self.time_progress

    @cached_property
    def pace(self) -> Estimate:
        """Actual over what was planned by now, with an interval from the variation between days so far.

        What was planned is not rounded here, as it is in :attr:`planned`: a target of 10 visits a month is not 0 on the
        first day.

        Notes
        -----
        The sales of workday d are modelled as pace x planned(d) with a variance in proportion to planned(d); what is sold
        on days off, and on days for which nothing was planned, counts with the planned day before. The interval is that of
        Student's t with workdays - 1 degrees of freedom; it does not go below 0 where no day was ever negative. There is
        none below :data:`LEAST_WORKDAYS` workdays with a plan, and none for what is no flow.
        """
        value = self._pace
        if value is None:
            return Estimate.undefined(self._why_undefined(), n=0)
        days = self.variation
        if days is None:
            return Estimate(value=value, n=self.entries, reason=Message("reason.no_variation"))
        if days.count < LEAST_WORKDAYS:
            return Estimate(value=value, n=days.count, reason=Message.of("reason.few_workdays", least=LEAST_WORKDAYS))
        if not days.deviation:
            return Estimate(value=value, n=days.count, reason=Message("reason.no_variation_seen"))
        margin = days.quantile(_LEVEL) * days.deviation / days.planned**0.5
        low = value - margin if days.any_negative else max(value - margin, 0.0)
        return Estimate(value=value, low=low, high=value + margin, n=days.count, level=_LEVEL)

    @property
    def _pace(self) -> float | None:
        return self.ratio / float(self.planned_share) if self.ratio is not None and self.planned_share else None

    @cached_property
    def projection(self) -> Estimate:
        """Where a flow ends if the pace so far goes on, in whole units, with a prediction interval.

        Notes
        -----
        actual + pace x (planned - planned by now), plus and minus t x s x sqrt(R + R^2 / E), where E and R are the planned
        amounts of the days passed and remaining and s the standard deviation of a day's sales over the root of its plan.
        Where no day was ever negative the interval does not go below what is already sold.

        References
        ----------
        The prediction interval of a ratio model: Cochran, Sampling Techniques, 3rd edition, section 6.
        """
        unit = self.target.amount.unit.code if isinstance(self.target.amount, Amount) else ""
        if not isinstance(self.actual, Amount) or not self.is_flow:
            return Estimate.undefined(Message("reason.not_projected"), unit=unit)
        actual, scale = float(self.actual.decimal), self.actual.unit.scale
        if self.is_over:
            return Estimate(value=actual, low=actual, high=actual, n=self.entries, level=_LEVEL, unit=unit)
        days = self.variation
        if self.ratio is None or not self.planned_share or days is None:
            return Estimate.undefined(self._why_undefined(), unit=unit)
        # Until the last day counts as the whole, the actual is that share of where it ends.
        rest = actual * float(1 / self.planned_share - 1)
        if self.pace.low is None:
            return Estimate(value=actual + rest, n=days.count, unit=unit, reason=self.pace.reason)
        spread = (days.remaining + days.remaining**2 / days.planned) ** 0.5
        margin = days.quantile(_LEVEL) * days.deviation * spread / scale
        low = actual + rest - margin
        return Estimate(
            value=actual + rest,
            low=low if days.any_negative else max(low, min(actual, actual + rest)),
            high=actual + rest + margin,
            n=days.count,
            level=_LEVEL,
            unit=unit,
        )

    def _why_undefined(self) -> Message:
        if self.reason is not None:
            return self.reason
        if self.as_of < self.target.period.start:
            return Message("reason.not_started")
        return Message("reason.no_target" if not _is_positive(self.target.amount) else "reason.nothing_planned")

    @cached_property
    def variation(self) -> Variation | None:
        """How the sales of the days so far differ around their plan: what the intervals rest on; ``None`` for no flow."""
        measured = self._measured()
        return None if measured is None else Variation.of(*measured)

    @property
    def workdays_measured(self) -> tuple[Workday, ...]:
        """The days on which :attr:`variation` rests, each with what was sold and planned; none where there is none."""
        measured = self._measured()
        return () if measured is None else Variation.by_workday(*measured)

    def _measured(self) -> tuple[DayPlan, Integers, Integers] | None:
        target = self.target
        passed = target.period.until(self.as_of)
        if not self.is_flow or passed is None or not isinstance(target.amount, Amount):
            return None
        plan = DayPlan(
            period=target.period,
            passed=passed,
            total=float(abs(target.amount.minor)),
            profile=self.profile,
            calendar=self.calendar,
        )
        spans = self._ledger.spans_of(target.owner, passed, gaps=self.gaps)
        return plan, *self._ledger.by_day(target.metric, target.amount.unit, target.scope, spans)

    @property
    def required_per_workday(self) -> Amount | None:
        """What each remaining workday must bring to reach a flow's target, rounded up; 0 when it is reached.

        ``None`` where no workday remains that counts, the metric is no flow, or lower is better.
        """
        if not isinstance(self.gap, Amount) or not self.is_flow or self.target.metric.direction != "higher":
            return None
        workdays = self.remaining_workdays
        if not workdays:
            return None
        return max(Amount.zero(self.gap.unit), (-self.gap).times(Fraction(1, workdays), rounding="ceiling"))

    @property
    def growth_rate(self) -> float | None:
        """Change from the same days of the year before; ``None`` where nothing, or less than nothing, was sold then.

        Which days these are, :meth:`~salesperf.Period.same_days_last_year` tells. It is ``None``, too, where
        :attr:`last_year_reason` says why the two cannot be compared.
        """
        if not isinstance(self.actual, Amount) or self.last_year is None or self.last_year.minor <= 0:
            return None
        return formulas.growth_rate(self.actual.minor, self.last_year.minor)

    @cached_property
    def growth_by_workdays(self) -> WorkdayGrowth:
        """Change of what a workday brought from the same days of the year before, or why there is none to tell."""
        passed = self.target.period.until(self.as_of)
        if not isinstance(self.actual, Amount) or not self.is_flow or passed is None:
            why_not = Message("reason.not_started" if passed is None else "reason.not_compared")
            return WorkdayGrowth(actual=None, last_year=None, workdays=0, workdays_last_year=0, reason=why_not)
        days = self._ledger.days_counted(self.target.owner, passed, self.gaps)
        days_last_year = tuple(map(self.target.period.same_days_last_year, days)) if passed.start.year > 1 else ()
        return compare_by_workdays(self.actual, self.last_year, days, days_last_year, self.calendar, self.last_year_reason)

    @property
    def status(self) -> Status:
        """What to call it: met, ahead, on track, behind, missed, not started, or undefined.

        Notes
        -----
        A flow of which more is better is met once the target is reached; a limit (lower is better), or the upper end of a
        band, is missed once it is passed. Otherwise an ended period is met or missed, and an open one goes by the pace: of a
        limit, 2 less the pace. Within a band only "on track" and "behind" are told apart: whether the actual lies within the
        planned share of the band. Where there is no pace, since nothing was due by now, whatever is as good as that is on
        track. Only what cannot be told is undefined.
        """
        return status_of(self)

    @cached_property
    def breakdown(self) -> Breakdown:
        """The gap as actual less target; a flow's actual as the sum of its months."""
        if isinstance(self.actual, Amount) and self.is_flow:
            parts = tuple(self._months(self.actual.unit))
            actual = Breakdown(label=Message("breakdown.actual"), value=self.actual, rule=Sum(), parts=parts)
        else:
            actual = Breakdown(label=Message("breakdown.actual"), value=self.actual)
        target = Breakdown(label=Message("breakdown.target"), value=self.target.amount)
        return Breakdown(label=Message("breakdown.gap"), value=self.gap, rule=Difference(), parts=(actual, target))

    def _months(self, unit: Unit) -> Iterable[Breakdown]:
        passed = self.target.period.until(self.as_of)
        for month in passed.split("month") if passed else ():
            spans = self._ledger.spans_of(self.target.owner, month, gaps=self.gaps)
            minor, _ = self._ledger.sums(self.target.metric, unit, self.target.scope, spans)
            label = Message.of("breakdown.within", period=month)
            yield Breakdown(label=label, value=Amount(minor=int(minor[0]), unit=unit))

    def entries_among(self, actuals: Iterable[Actual]) -> tuple[Actual, ...]:
        """Return those of some actuals that it sums: the rows behind the number.

        Parameters
        ----------
        actuals
            Those that were counted for it, in any order; others are no part of it.

        Notes
        -----
        Of a flow they sum to the actual, and there are as many as its entries. Of a ratio they are those of the numerator and
        of the denominator, of a stock those of the last day of each owner and scope that stand to the end.

        Examples
        --------
        >>> from salesperf import COUNT, STANDARD_METRICS, Actual, Period
        >>> from salesperf.attainment import attain, tally
        >>> visits = STANDARD_METRICS["visits"]
        >>> done = [
        ...     Actual(owner=owner, metric=visits, amount=Amount.of(30, COUNT), on=date(2026, 9, 8), ref=ref)
        ...     for owner, ref in (("ada", "v-1"), ("bo", "v-2"))
        ... ]
        >>> goal = Target(owner="ada", metric=visits, amount=Amount.of(44, COUNT), period=Period.month(2026, 9))
        >>> [entry.ref for entry in attain(goal, tally(done), as_of=date(2026, 9, 15)).entries_among(done)]
        ['v-1']
        """
        passed = self.target.period.until(self.as_of)
        return () if passed is None else self._entries_within(passed, self.gaps, actuals)

    def entries_last_year_among(self, actuals: Iterable[Actual]) -> tuple[Actual, ...]:
        """Return those of some actuals of which :attr:`last_year` is the sum; none where it is ``None``.

        Parameters
        ----------
        actuals
            Those that were counted for it, in any order; others are no part of it.

        Examples
        --------
        >>> from salesperf import COUNT, STANDARD_METRICS, Actual, Period
        >>> from salesperf.attainment import attain, tally
        >>> visits = STANDARD_METRICS["visits"]
        >>> done = [
        ...     Actual(owner="ada", metric=visits, amount=Amount.of(30, COUNT), on=date(year, 9, 8), ref=f"v-{year}")
        ...     for year in (2025, 2026)
        ... ]
        >>> goal = Target(owner="ada", metric=visits, amount=Amount.of(44, COUNT), period=Period.month(2026, 9))
        >>> result = attain(goal, tally(done), as_of=date(2026, 9, 15))
        >>> result.last_year.minor, [entry.ref for entry in result.entries_last_year_among(done)]
        (30, ['v-2025'])
        """
        passed = self.target.period.until(self.as_of)
        if passed is None or self.last_year is None:
            return ()
        return self._entries_within(*self._year_before(passed), actuals)

    @property
    def recorded_owners(self) -> frozenset[str]:
        """Whose entries count: those who serve under the owner in the period so far, and in the same days a year before."""
        passed = self.target.period.until(self.as_of)
        if passed is None:
            return frozenset()
        before = [self._year_before(passed)] if self.last_year is not None else []
        spans = (self._ledger.spans_of(self.target.owner, days, gaps=gaps) for days, gaps in ((passed, self.gaps), *before))
        return frozenset(owner for each in spans for owner in self._ledger.days_by_owner(each))

    def _year_before(self, passed: Period) -> tuple[Period, tuple[Gap, ...]]:
        whole = self.target.period
        return whole.same_days_last_year(passed), gaps_year_before(self.gaps, whole)

    def _entries_within(self, days: Period, gaps: tuple[Gap, ...], actuals: Iterable[Actual]) -> tuple[Actual, ...]:
        runs = self._ledger.days_by_owner(self._ledger.spans_of(self.target.owner, days, gaps=gaps))
        return entries_behind(self.target, runs, days.last, actuals)

    @property
    def planned_breakdown(self) -> Breakdown:
        """What should be done by now as the target times its planned share, which follows from workdays or weights."""
        whole = self.target.period
        passed = whole.until(self.as_of) if self.is_flow else None
        parts = (
            Breakdown(label=Message("breakdown.target"), value=self.target.amount),
            share_tree(self.planned_share, whole, passed, self.profile, self.calendar),
        )
        return Breakdown(label=Message("breakdown.planned"), value=self.planned, rule=Product(), parts=parts)

    def rows(self) -> list[Row]:
        """Return one row: owner, metric, scope, period, target, actual, unit and all that follows from them."""
        amount = self.target.amount
        return [
            {
                "owner": self.target.owner,
                "metric": self.target.metric.key,
                "scope": "; ".join(f"{key}={value}" for key, value in self.target.scope.items()),
                "period": self.target.period.label,
                "as_of": self.as_of,
                "unit": str(amount.unit) if isinstance(amount, Amount) else "",
                "target": _scalar(amount),
                "actual": _scalar(self.actual),
                "gap": _scalar(self.gap),
                "ratio": self.ratio,
                "planned": _scalar(self.planned),
                "pace": self.pace.value,
                "pace_low": self.pace.low,
                "pace_high": self.pace.high,
                "time_progress": self.time_progress,
                "projection": self.projection.value,
                "projection_low": self.projection.low,
                "projection_high": self.projection.high,
                "required_per_workday": _scalar(self.required_per_workday),
                "growth_rate": self.growth_rate,
                "growth_rate_by_workdays": self.growth_by_workdays.rate,
                "status": self.status,
                "entries": self.entries,
            },
        ]


def _scalar(value: Amount | Decimal | None) -> Scalar:
    return value.decimal if isinstance(value, Amount) else value


def _is_positive(value: Amount | Decimal) -> bool:
    return (value.minor if isinstance(value, Amount) else value) > 0

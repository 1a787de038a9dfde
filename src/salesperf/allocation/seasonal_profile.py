"""Seasonality: how a year of sales is spread over its parts, learnt from the years on record."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from types import NoneType
from typing import Final, TypeAlias

import attrs
import numpy as np

from salesperf.allocation.bases import only_unit, read_owners
from salesperf.allocation.parts import Weight, refuse
from salesperf.allocation.season import Seasonality, SeasonalPart
from salesperf.allocation.seasonal_years import DailySales, SeasonYear, YearLayout, lay_out
from salesperf.attainment.counting import ActualTally, Codes
from salesperf.attainment.judging import DAYS_OF_GRACE
from salesperf.attainment.ledger import Ledger
from salesperf.errors import InvalidValueError, SalesperfError
from salesperf.model.calendar import Calendar
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.metric import Metric
from salesperf.model.period import Period
from salesperf.model.profile import PARTS_PER_YEAR, Profile, ProfileGrain
from salesperf.model.target import EVERYTHING
from salesperf.model.validators import (
    as_frozen_map,
    as_int,
    as_tuple,
    check_choice,
    check_number,
    check_whole,
    require,
)

__all__ = ["seasonal_indices", "seasonality"]

Holidays: TypeAlias = Mapping[str, Mapping[int, Period]]
"""The name of a moving holiday to the days that it takes in each calendar year."""

_LAST_YEAR: Final = date.max.year - 1
_MOST_YEARS: Final = 1_000_000
_GRACE: Final = timedelta(days=DAYS_OF_GRACE)


def seasonality(
    tally: ActualTally,
    *,
    metric: Metric,
    grain: ProfileGrain,
    year: int | None = None,
    calendar: Calendar | None = None,
    owners: Iterable[str] | None = None,
    scope: Mapping[str, str] = EVERYTHING,
    prior_years: Weight = 1,
    holidays: Holidays | None = None,
    on_record: Iterable[Period] | None = None,
) -> Profile:
    """Learn from the years on record how a year is spread, as a profile to plan with.

    Parameters
    ----------
    tally, metric, grain, year, calendar, owners, scope, prior_years, holidays, on_record
        As for :func:`seasonal_indices`, which shows what this rests on.

    Raises
    ------
    InvalidValueError
        As :func:`seasonal_indices`, or if a share comes out negative.

    Examples
    --------
    >>> from salesperf import COUNT, STANDARD_METRICS, Actual, Amount
    >>> from salesperf.attainment import tally
    >>> orders = STANDARD_METRICS["orders"]
    >>> sales = tally(
    ...     Actual(owner="ada", metric=orders, amount=Amount.of(count, COUNT), on=on)
    ...     for count, on in ((30, date(2025, 1, 2)), (70, date(2025, 12, 30)))
    ... )
    >>> seasonality(sales, metric=orders, grain="half", prior_years=0)
    Profile(grain='half', weights=(Fraction(3, 10), Fraction(7, 10)))
    """
    return seasonal_indices(
        tally,
        metric=metric,
        grain=grain,
        year=year,
        calendar=calendar,
        owners=owners,
        scope=scope,
        prior_years=prior_years,
        holidays=holidays,
        on_record=on_record,
    ).profile


def seasonal_indices(
    tally: ActualTally,
    *,
    metric: Metric,
    grain: ProfileGrain,
    year: int | None = None,
    calendar: Calendar | None = None,
    owners: Iterable[str] | None = None,
    scope: Mapping[str, str] = EVERYTHING,
    prior_years: Weight = 1,
    holidays: Holidays | None = None,
    on_record: Iterable[Period] | None = None,
) -> Seasonality:
    """Learn from the years on record how a year is spread over its parts.

    Parameters
    ----------
    tally
        The actuals, counted, in one unit. All years in it are used, so to judge an old plan count only what was known then.
    metric
        Of what; it must be a flow.
    grain
        ``"half"``, ``"quarter"`` or ``"month"``.
    year
        The year that the season is for; a fiscal one goes by the year in which it ends. Moving holidays need it.
    calendar
        Fiscal years and workdays; ``None`` means January, and Monday to Friday.
    owners
        Whose actuals to learn from; ``None`` for all.
    scope
        Of what; those whose scope contains it count.
    prior_years
        How many years the flat one, in which workdays are all that counts, stands for: 0 or more.
    holidays
        Of holidays that move between the parts, such as the Spring Festival (春节), by name and calendar year the days for
        which sales differ: the days off and as much before and after as the caller knows to matter, as windows of their own
        where these differ too.
    on_record
        The days of which all actuals are on record; years with any other day are left out. ``None``: those from the first
        actual to the last, and a week more on either side.

    Returns
    -------
    Seasonality
        Shares that sum to 1.

    Raises
    ------
    NotAdditiveError
        If the metric is not a flow.
    UnitMismatchError
        If the actuals are in more than one unit.
    InvalidValueError
        If no full year is on record, a holiday lacks the dates of a year that is used, windows overlap, or an argument is
        malformed; several faults of holidays together in one :class:`salesperf.InvalidInputError`.

    Notes
    -----
    share = (n mean + k flat) / (n + k), where mean is that of the part's shares in n full years, each year counting the
    same, and flat the part's share of the workdays: of the year, or, for any year, the mean over the years used. So few years
    tell little, and many are believed; k is ``prior_years``. Growth within a year is part of its shares, as it will be of the
    next year's if growth goes on.

    A year counts as full if all of its days are on record; where nobody says which are, if the records of those asked about
    begin no more than a week into it, and end no more than a week before its end. Others are left out, and named, as are those
    whose sum is not above 0. A month without any actual is a month in which nothing was sold, unless ``on_record`` lacks it.

    With holidays, each year is first laid out as the year planned: what was sold in a part outside the windows, times the
    workdays planned there outside the windows over those it had; and what was sold in a window, by the share of the window's
    days that fall into each part. So a history that repeats the same sales a workday in each month and the same a day in each
    window, at whatever level, is found exactly. A year that had no day of a kind that the year planned has is left out. Within
    a part the profile goes by workdays.

    References
    ----------
    The mean of ratios to the year is the average percentage method: Spiegel, Theory and Problems of Statistics, chapter on
    time series. Drawing seasonal factors toward 1: Miller and Williams (2003), Shrinkage estimators of time series seasonal
    factors and their effect on forecasting accuracy, International Journal of Forecasting 19. Windows of moving holidays, of
    which the effect is the same for each day: Bell and Hillmer (1983), Modeling time series with calendar variation, Journal
    of the American Statistical Association 78; for the Chinese New Year, with windows before, during and after: Lin and Liu
    (2003), Modeling lunar calendar holiday effects in Taiwan, and the Genhol program of X-13ARIMA-SEATS, U.S. Census Bureau.

    Examples
    --------
    >>> from salesperf import COUNT, STANDARD_METRICS, Actual, Amount
    >>> from salesperf.attainment import tally
    >>> orders = STANDARD_METRICS["orders"]
    >>> sold = {date(2024, 1, 2): 30, date(2024, 12, 30): 70, date(2025, 1, 2): 50, date(2025, 12, 30): 50}
    >>> sales = tally(
    ...     Actual(owner="ada", metric=orders, amount=Amount.of(count, COUNT), on=on) for on, count in sold.items()
    ... )
    >>> season = seasonal_indices(sales, metric=orders, grain="half", year=2026)
    >>> season.prior_share, [round(part.index, 2) for part in season.parts]
    (Fraction(1, 3), [0.87, 1.12])
    """
    require(tally, ActualTally, path=("tally",))
    require(metric, Metric, path=("metric",))
    metric.require_additive("metric")
    check_choice(grain, tuple(PARTS_PER_YEAR), ("grain",))
    require(calendar, Calendar, NoneType, path=("calendar",))
    if year is not None:
        year = as_int(year)
        check_whole(year, ("year",), 1, _LAST_YEAR)
    prior_years = as_int(prior_years)
    check_number(prior_years, ("prior_years",))
    if not 0 <= prior_years <= _MOST_YEARS:
        raise InvalidValueError("out_of_range", path=("prior_years",), low=0, high=_MOST_YEARS, value=prior_years)
    learner = _Learner(
        metric=metric,
        grain=grain,
        year=year,
        calendar=calendar or Calendar(),
        holidays=_read_holidays(holidays),
        on_record=_read_periods(on_record),
        sales=_sales(tally, metric, owners, as_frozen_map(scope)),
    )
    return learner.learn(Fraction(prior_years))


@attrs.frozen(kw_only=True, eq=False)
class _Learner:
    """What a season is learnt from."""

    metric: Metric
    grain: ProfileGrain
    year: int | None
    calendar: Calendar
    holidays: Holidays
    on_record: tuple[Period, ...] | None
    sales: DailySales

    def learn(self, prior_years: Fraction) -> Seasonality:
        """Lay out all full years, and take the mean of their shares."""
        years = dict(self._years())
        left_out = {number: reason for number, year in years.items() if (reason := self._why_not_full(year)) is not None}
        full = {number: self._lay_out(year) for number, year in years.items() if number not in left_out}
        self._check_holidays(full)
        planned = None if self.year is None else self._lay_out(Period.year(self.year, calendar=self.calendar))
        found = {number: self._read_year(number, layout, planned) for number, layout in full.items()}
        history = tuple(each for each in found.values() if isinstance(each, SeasonYear))
        left_out |= {number: each for number, each in found.items() if isinstance(each, Message)}
        if not history:
            raise InvalidValueError("season_unknown", path=("tally",), metric=self.metric.key, value=tuple(sorted(left_out)))
        flats = [self._flat(layout) for layout in ([planned] if planned else [full[year.number] for year in history])]
        return Seasonality(
            metric=self.metric,
            grain=self.grain,
            year=self.year,
            parts=tuple(_parts(history, flats, prior_years)),
            years=tuple(year.number for year in history),
            left_out=FrozenMap(sorted(left_out.items())),
            history=history,
        )

    def _years(self) -> Iterator[tuple[int, Period]]:
        """Go through the years with records; a fiscal one may end in the calendar year after its days."""
        first, last = self.sales.first, self.sales.last
        for number in range(max(first.year - 1, 2), min(last.year + 1, _LAST_YEAR) + 1):
            year = Period.year(number, calendar=self.calendar)
            if year.start <= last and first < year.end:
                yield number, year

    def _why_not_full(self, year: Period) -> Message | None:
        if self.on_record is not None:
            missing = year.without(self.on_record)
            return Message.of("season.not_on_record", days=missing[0]) if missing else None
        if self.sales.first > year.start + _GRACE:
            return Message.of("season.begins", began=self.sales.first)
        if self.sales.last < year.last - _GRACE:
            return Message.of("season.ends", ended=self.sales.last)
        return None

    def _check_holidays(self, years: Iterable[int]) -> None:
        """Refuse holidays without the dates of a year that is used, all together, and those of no year planned."""
        if not self.holidays:
            return
        if self.year is None:
            raise InvalidValueError("season_year_missing", path=("year",))
        # Of a fiscal year that begins in the calendar year before, the holidays of both may lie within.
        back = self.calendar.fiscal_year_start > 1
        needed = sorted({key for number in (*years, self.year) for key in range(number - back, number + 1)})
        refuse(
            InvalidValueError("season_holiday_year", path=("holidays", name), value=key)
            for name, by_year in sorted(self.holidays.items())
            for key in needed
            if key not in by_year
        )

    def _lay_out(self, year: Period) -> YearLayout:
        return lay_out(year, self.grain, self.calendar, self.holidays)

    def _read_year(self, number: int, layout: YearLayout, planned: YearLayout | None) -> SeasonYear | Message:
        """Return a year's sales, or why they tell nothing."""
        if planned is not None and self.holidays:
            found = SeasonYear.moved(number, layout, self.sales, planned)
        else:
            found = SeasonYear.plain(number, layout, self.sales)
        if isinstance(found, SeasonYear) and found.total <= 0:
            return Message("season.no_sum")
        return found

    def _flat(self, layout: YearLayout) -> tuple[Fraction, ...]:
        """Return the share of each part in a year's workdays; in its days where it has no workday."""
        counts = [self.calendar.workdays(part) for part in layout.parts]
        if not any(counts):
            counts = [part.days for part in layout.parts]
        return tuple(Fraction(count, sum(counts)) for count in counts)


def _parts(
    history: Sequence[SeasonYear], flats: Sequence[tuple[Fraction, ...]], prior_years: Fraction
) -> Iterator[SeasonalPart]:
    for place in range(len(flats[0])):
        yield SeasonalPart(
            number=place + 1,
            by_year=tuple(year.shares[place] for year in history),
            flat=sum((flat[place] for flat in flats), Fraction(0)) / len(flats),
            prior_share=prior_years / (prior_years + len(history)),
        )


def _read_holidays(holidays: Holidays | None) -> Holidays:
    """Take the windows of holidays, if they are such, each in its year and no two on one day."""
    if holidays is None:
        return {}
    require(holidays, Mapping, path=("holidays",))
    found: dict[str, dict[int, Period]] = {}
    for name, by_year in holidays.items():
        require(name, str, path=("holidays",))
        require(by_year, Mapping, path=("holidays", name))
        found[name] = {as_int(year): window for year, window in by_year.items()}
        for year, window in found[name].items():
            check_whole(year, ("holidays", name), 1, _LAST_YEAR)
            require(window, Period, path=("holidays", name, year))
    refuse(_faults_of_windows([(window, name, year) for name in found for year, window in found[name].items()]))
    return found


def _read_periods(on_record: Iterable[Period] | None) -> tuple[Period, ...] | None:
    if on_record is None:
        return None
    periods = as_tuple(on_record)
    require(periods, tuple, path=("on_record",))
    for position, period in enumerate(periods):
        require(period, Period, path=("on_record", position))
    return periods


def _faults_of_windows(windows: list[tuple[Period, str, int]]) -> Iterator[SalesperfError]:
    for window, name, year in windows:
        if not window.overlap(Period.year(year)):
            yield InvalidValueError("season_holiday_elsewhere", path=("holidays", name, year), value=str(window))
    for (earlier, _, _), (later, name, year) in pairwise(sorted(windows)):
        if later.start < earlier.end:
            yield InvalidValueError("period_overlap", path=("holidays", name, year), value=str(later))


def _sales(tally: ActualTally, metric: Metric, owners: Iterable[str] | None, scope: FrozenMap[str, str]) -> DailySales:
    """Sum by day what those asked about did, and refuse more than one unit."""
    require(scope, FrozenMap, path=("scope",))
    ids: tuple[str | None, ...] = (None,) if owners is None else read_owners(owners, None)
    ledger = Ledger(tally, None)
    always = np.zeros(len(ids), dtype=np.int64)
    spans = ledger.spans(Codes(np.arange(len(ids)), ids), always, always + date.max.toordinal() + 1)
    found = {unit: ledger.by_day(metric, unit, scope, spans) for unit in ledger.units(metric, scope)}
    unit = only_unit({unit: days.size for unit, (days, _) in found.items()}, metric)
    return DailySales(*found[unit], unit)

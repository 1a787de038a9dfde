"""Periods: half-open runs of days, with labels that parse back."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Self

import attrs

from salesperf.errors import InvalidValueError
from salesperf.messages import Catalogs, display, render
from salesperf.model import validators
from salesperf.model.boundaries import (
    GRAINS,
    MONTHS,
    Grain,
    as_day,
    boundary_after,
    first_of_month,
    months_after,
    opening_day,
    opening_month,
    week_years,
)
from salesperf.model.period_name import GRAIN_OF_LETTER, PeriodName, fiscal_label, name_of
from salesperf.model.validators import AnyInt

if TYPE_CHECKING:
    from salesperf.model.calendar import Calendar

__all__ = ["GRAINS", "Grain", "Period"]

_ONE_DAY: Final = timedelta(days=1)
_ONE_WEEK: Final = timedelta(days=7)
_WEEKS_OF_A_YEAR: Final = 52 * _ONE_WEEK
_LABEL: Final = re.compile(
    r"((?P<fiscal>FY)(?!\d{4}-\d)|(?!\d{4}-M))(?P<year>\d{4})(-(?P<part>[HQMW])(?P<number>\d{1,2})|-(?P<month>\d{2}))?\Z",
    re.ASCII,
)
_DAYS: Final = re.compile(r"(?=(?P<first>\d{4}-\d\d-\d\d))(.{10}\.\.)?(?P<last>\d{4}-\d\d-\d\d)\Z", re.ASCII)
"""One day, which is the first and the last, or two."""


@attrs.frozen(order=True, cache_hash=True)
class Period:
    """A run of days from ``start`` up to, and without, ``end``.

    Parameters
    ----------
    start
        The first day.
    end
        The first day after the period.

    Raises
    ------
    InvalidValueError
        If an end is no plain date (a datetime is refused: its day depends on a time zone), or the period has no day.

    Examples
    --------
    >>> third = Period.quarter(2026, 3)
    >>> third
    Period(start=datetime.date(2026, 7, 1), end=datetime.date(2026, 10, 1))
    >>> third.label, [month.label for month in third.split("month")]
    ('2026-Q3', ['2026-07', '2026-08', '2026-09'])
    """

    start: date = attrs.field(validator=validators.day)
    end: date = attrs.field(validator=validators.day)

    def __attrs_post_init__(self) -> None:
        """Refuse a period without a day."""
        if self.end <= self.start:
            raise InvalidValueError("period_reversed", path=("Period",), start=self.start, end=self.end)

    @classmethod
    def year(cls, year: AnyInt, *, calendar: "Calendar | None" = None) -> Self:
        """Return a year: of the calendar, or the fiscal year that ends in it.

        Parameters
        ----------
        year
            The year, up to 9998; of a fiscal year the one in which its last month lies, though a year of whole weeks may
            end up to three days later.
        calendar
            Whose fiscal year is meant; ``None`` means January to December.

        Examples
        --------
        >>> from salesperf.model.calendar import Calendar
        >>> Period.year(2026, calendar=Calendar(fiscal_year_start=4)).start
        datetime.date(2025, 4, 1)
        >>> retail = Calendar(fiscal_year_start=2, week_start=6, week_pattern="4-5-4")
        >>> print(Period.year(2024, calendar=retail), Period.year(2024, calendar=retail).days // 7)
        2023-01-29..2024-02-03 53
        """
        return cls._part(year, "year", 1, calendar)

    @classmethod
    def half(cls, year: AnyInt, half: AnyInt, *, calendar: "Calendar | None" = None) -> Self:
        """Return the first or second half of a year; see :meth:`year`."""
        return cls._part(year, "half", half, calendar)

    @classmethod
    def quarter(cls, year: AnyInt, quarter: AnyInt, *, calendar: "Calendar | None" = None) -> Self:
        """Return a quarter, 1 to 4, of a year; see :meth:`year`."""
        return cls._part(year, "quarter", quarter, calendar)

    @classmethod
    def month(cls, year: AnyInt, month: AnyInt, *, calendar: "Calendar | None" = None) -> Self:
        """Return a month, 1 to 12, of a calendar year; or of a fiscal year of whole weeks, counted from its first.

        Parameters
        ----------
        year
            The calendar year, or the fiscal year.
        month
            1 for January, or for the first month of the fiscal year.
        calendar
            Whose months are meant: only one with a week pattern has months of its own.

        Examples
        --------
        >>> Period.month(2026, 2).days
        28
        >>> from salesperf.model.calendar import Calendar
        >>> retail = Calendar(fiscal_year_start=2, week_start=6, week_pattern="4-5-4")
        >>> print(Period.month(2026, 1, calendar=retail))
        2025-02-02..2025-03-01
        """
        return cls._part(year, "month", month, calendar if week_years(calendar) else None)

    @classmethod
    def week(cls, year: AnyInt, week: AnyInt, *, calendar: "Calendar | None" = None) -> Self:
        """Return a week of ISO 8601, Monday to Sunday, of an ISO year; or of a fiscal year of whole weeks.

        Parameters
        ----------
        year
            The ISO year, or the fiscal year.
        week
            From 1 to 52 or 53.
        calendar
            Whose weeks are meant: only those of a calendar with a week pattern have numbers of their own.

        Examples
        --------
        >>> Period.week(2026, 1).start
        datetime.date(2025, 12, 29)
        >>> from salesperf.model.calendar import Calendar
        >>> retail = Calendar(fiscal_year_start=2, week_start=6, week_pattern="4-5-4")
        >>> Period.week(2026, 1, calendar=retail).start
        datetime.date(2025, 2, 2)
        """
        if week_years(calendar):
            return cls._part(year, "week", week, calendar)
        year, week = validators.as_int(year), validators.as_int(week)
        validators.check_whole(year, ("Period", "year"), 1, date.max.year)
        last = date(year, 12, 28).isocalendar().week  # the 28th of December always lies in the last week
        validators.check_whole(week, ("Period", "week"), 1, last)
        return cls.holding(date.fromisocalendar(year, week, 1), "week")

    @classmethod
    def day(cls, on: date) -> Self:
        """Return a period of one day."""
        return cls.holding(on, "day")

    @classmethod
    def holding(cls, on: date, grain: Grain, calendar: "Calendar | None" = None) -> Self:
        """Return the whole year, quarter, week, ... that holds a day.

        Parameters
        ----------
        on
            The day.
        grain
            One of :data:`GRAINS`.
        calendar
            Sets where fiscal years and weeks begin, and whether months are made of weeks; ``None`` means January, Monday,
            and no.

        Raises
        ------
        InvalidValueError
            If the grain is unknown, or the period reaches beyond the years 1 to 9999.

        Examples
        --------
        >>> Period.holding(date(2026, 9, 16), "quarter").label
        '2026-Q3'
        """
        validators.check_date(on, ("Period", "on"))
        validators.check_choice(grain, GRAINS, ("Period", "grain"))
        try:
            return cls(opening_day(on, grain, calendar, 0), opening_day(on, grain, calendar, 1))
        except OverflowError:
            raise InvalidValueError("period_beyond_time", path=("Period", grain), value=on) from None

    @classmethod
    def to_date(cls, as_of: date, grain: Grain = "year", calendar: "Calendar | None" = None) -> Self:
        """Return the year, quarter, month, ... so far (本年至今): from its first day to the end of a day.

        Parameters
        ----------
        as_of
            The last day.
        grain, calendar
            As for :meth:`holding`.

        Examples
        --------
        >>> Period.to_date(date(2026, 8, 14)).label, Period.to_date(date(2026, 8, 14), "quarter").label
        ('2026-01-01..2026-08-14', '2026-07-01..2026-08-14')
        """
        whole = cls.holding(as_of, grain, calendar)
        return cls(whole.start, as_of + _ONE_DAY)

    @classmethod
    def rolling(cls, as_of: date, months: AnyInt = 12) -> Self:
        """Return the last so many months up to the end of a day (滚动十二个月).

        Parameters
        ----------
        as_of
            The last day.
        months
            1 or more.

        Raises
        ------
        InvalidValueError
            If the period reaches beyond the years 1 to 9999.

        Notes
        -----
        It begins on the day of the month after that on which it ends, and where that month has no such day on the first of
        the next; so at the end of a month it is whole months, and that of the year before ends where it begins.

        Examples
        --------
        >>> Period.rolling(date(2026, 8, 14)).label, Period.rolling(date(2026, 2, 28), 3).label
        ('2025-08-15..2026-08-14', '2025-12-01..2026-02-28')
        """
        end, months = cls.day(as_of).end, validators.as_int(months)
        validators.check_whole(months, ("Period", "months"), 1, 12 * date.max.year)
        try:
            start = months_after(end, -months)
        except ValueError:
            raise InvalidValueError("period_beyond_time", path=("Period", "rolling"), value=as_of) from None
        return cls(start + _ONE_DAY if start.day < end.day else start, end)

    @classmethod
    def _part(cls, year: AnyInt, grain: Grain, number: AnyInt, calendar: "Calendar | None") -> Self:
        year, number = validators.as_int(year), validators.as_int(number)
        opening, years = opening_month(calendar), week_years(calendar)
        earlier = opening > 1
        validators.check_whole(year, ("Period", "year"), 1 + earlier, date.max.year)
        validators.check_whole(number, ("Period", grain), 1, years.parts(year, grain) if years else 12 // MONTHS[grain])
        if years is None:
            return cls.holding(first_of_month(year - earlier, opening + MONTHS[grain] * (number - 1)), grain, calendar)
        part = years.part(year, grain, number)
        try:
            return cls(as_day(part.start), as_day(part.end))
        except OverflowError:
            raise InvalidValueError("period_beyond_time", path=("Period", grain), value=fiscal_label(grain, part)) from None

    @classmethod
    def parse(cls, label: str, *, calendar: "Calendar | None" = None) -> Self:
        """Read a label.

        Parameters
        ----------
        label
            ``2026``, ``2026-H2``, ``2026-Q3``, ``2026-09``, ``2026-W38`` of the calendar; ``FY2026``, ``FY2026-Q4`` of a
            fiscal year, named by the year in which it ends; ``FY2026-M09``, ``FY2026-W38`` of a fiscal year of whole weeks,
            counted from its first; ``2026-09-30``, or ``2026-09-01..2026-09-30`` with both days included.
        calendar
            Whose fiscal year a fiscal label means.

        Raises
        ------
        InvalidValueError
            If the label is none of these, the last day is before the first, a fiscal label comes without a calendar, or one
            of a month or week with a calendar whose years are not of whole weeks.

        Examples
        --------
        >>> Period.parse("2026-09-01..2026-09-30") == Period.parse("2026-09")
        True
        """
        if not isinstance(label, str):
            raise InvalidValueError("wrong_type", path=("Period", "parse"), expected=str, value=label)
        match = _LABEL.match(label)
        if match is None:
            return cls._parse_dates(label)
        within = calendar if match["fiscal"] else None
        if match["fiscal"] and within is None:
            raise InvalidValueError("period_label_fiscal", path=("Period", "parse"), value=label)
        year = int(match["year"])
        if match["month"]:
            return cls.month(year, int(match["month"]))
        grain: Grain = GRAIN_OF_LETTER[match["part"] or ""]
        if match["fiscal"] and grain in {"month", "week"} and not week_years(within):
            raise InvalidValueError("period_label_weeks", path=("Period", "parse"), value=label)
        if grain == "week":
            return cls.week(year, int(match["number"]), calendar=within)
        return cls._part(year, grain, int(match["number"] or 1), within)

    @classmethod
    def _parse_dates(cls, label: str) -> Self:
        match = _DAYS.match(label)
        days = match.group("first", "last") if match else ()
        try:
            first, last = map(date.fromisoformat, days)
        except ValueError:  # there are no two, or they are in no calendar
            raise InvalidValueError("period_label", path=("Period", "parse"), value=label) from None
        if last < first:
            raise InvalidValueError("days_reversed", path=("Period", "parse"), first=first, last=last)
        return cls(first, cls.day(last).end)

    @property
    def label(self) -> str:
        """The label by the calendar year: ``2026``, ``2026-Q3``, ``2026-09-01..2026-09-12``."""
        return self.label_in(None)

    def label_in(self, calendar: "Calendar | None") -> str:
        """Return the label in a calendar: fiscal years, halves and quarters as ``FY2026-Q4``.

        Months and weeks of fiscal years that are made of whole weeks read ``FY2026-M09`` and ``FY2026-W38``.

        Examples
        --------
        >>> from salesperf.model.calendar import Calendar
        >>> Period.quarter(2026, 1).label_in(Calendar(fiscal_year_start=4))
        'FY2026-Q4'
        >>> retail = Calendar(fiscal_year_start=2, week_start=6, week_pattern="4-5-4")
        >>> [month.label_in(retail) for month in Period.quarter(2026, 3, calendar=retail).split("month", retail)]
        ['FY2026-M07', 'FY2026-M08', 'FY2026-M09']
        """
        name = self.name_in(calendar)
        return name.label if name else f"{self.start.isoformat()}..{self.last.isoformat()}"

    def name_in(self, calendar: "Calendar | None") -> PeriodName | None:
        """Recognise the period as a year, half, quarter, month, week or day of a calendar.

        Returns
        -------
        PeriodName or None
            Grain, label, year and number within the year; ``None`` for any other run of days.

        Examples
        --------
        >>> Period.quarter(2026, 3).name_in(None)
        PeriodName(grain='quarter', label='2026-Q3', year=2026, number=3)
        """
        return name_of(self.start, self.end, calendar)

    def __str__(self) -> str:
        """Return the label."""
        return self.label

    def text(self, lang: str = "en", catalogs: Catalogs | None = None, *, calendar: "Calendar | None" = None) -> str:
        """Write the period for a reader.

        Examples
        --------
        >>> Period.quarter(2026, 3).text(), Period.quarter(2026, 3).text("zh")
        ('Q3 2026', '2026年第3季度')
        """
        name = self.name_in(calendar)
        if name is None or name.grain == "day":
            first, last = (display(each, lang=lang, catalogs=catalogs) for each in (self.start, self.last))
            if self.days == 1:
                return first
            return render("period.dates", {"first": first, "last": last}, lang=lang, catalogs=catalogs)
        key = f"period.fiscal_{name.grain}" if name.label.startswith("FY") else f"period.{name.grain}"
        if name.grain == "half":  # Chinese has a word for each of the two
            key = f"{key}_{name.number}"
        return render(key, {"year": f"{name.year:04d}", "number": name.number}, lang=lang, catalogs=catalogs)

    @property
    def last(self) -> date:
        """The last day."""
        return self.end - _ONE_DAY

    @property
    def days(self) -> int:
        """The number of days."""
        return (self.end - self.start).days

    def __contains__(self, on: date) -> bool:
        """Tell whether a day lies within."""
        if type(on) is not date:  # as it is of hundreds of thousands: a call takes as long as the answer
            validators.check_date(on, ("Period",))
        return self.start <= on < self.end

    def covers(self, other: "Period") -> bool:
        """Tell whether every day of the other is one of ours."""
        return self.start <= other.start and other.end <= self.end

    def overlap(self, other: "Period") -> "Period | None":
        """Return the days in common, or ``None``.

        Examples
        --------
        >>> Period.quarter(2026, 3).overlap(Period.parse("2026-08-30..2026-11-29")).label
        '2026-08-30..2026-09-30'
        """
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Period(start, end) if start < end else None

    def without(self, others: Iterable["Period"]) -> tuple["Period", ...]:
        """Return the runs of days that none of some other periods holds, in order.

        Examples
        --------
        >>> [rest.label for rest in Period.quarter(2026, 3).without([Period.month(2026, 8)])]
        ['2026-07', '2026-09']
        """
        rest, day = [], self.start
        for other in sorted(others):
            if day < other.start and day < self.end:
                rest.append(Period(day, min(other.start, self.end)))
            day = max(day, other.end)
        if day < self.end:
            rest.append(Period(day, self.end))
        return tuple(rest)

    def until(self, as_of: date) -> "Period | None":
        """Return the days up to the end of a day, or ``None`` where the period has not begun.

        Examples
        --------
        >>> Period.quarter(2026, 3).until(date(2026, 8, 15)).days
        46
        """
        validators.check_date(as_of, ("as_of",))
        if as_of < self.start:
            return None
        return self if as_of >= self.last else Period(self.start, as_of + _ONE_DAY)

    def year_before(self) -> "Period":
        """Return the same period of the year before.

        Notes
        -----
        The 29th of February becomes the 28th as a first day and the 1st of March as an end, so that a whole February
        stays whole.

        Examples
        --------
        >>> Period.month(2024, 2).year_before().label, Period.month(2025, 2).year_before().label
        ('2023-02', '2024-02')
        """
        leap = (self.end.month, self.end.day) == (2, 29)
        end = self.end + _ONE_DAY if leap else self.end
        if self.start.year == 1:
            raise InvalidValueError("period_beyond_time", path=("Period", "year_before"), value=self.start)
        return Period(months_after(self.start, -12), months_after(end, -12))

    @property
    def is_compared_by_weekday(self) -> bool:
        """Whether :meth:`same_days_last_year` holds it against the same days of the week, as it does a week or less.

        Examples
        --------
        >>> Period.week(2026, 38).is_compared_by_weekday, Period.month(2026, 9).is_compared_by_weekday
        (True, False)
        """
        return self.end - self.start <= _ONE_WEEK

    def same_days_last_year(self, part: "Period | None" = None) -> "Period":
        """Return the days of the year before against which days of this period are held (同比).

        Parameters
        ----------
        part
            The days, which are some of this period's; ``None`` for all of them.

        Raises
        ------
        InvalidValueError
            If there is no year before, or the part is no period.

        Notes
        -----
        The same dates. Of a week, or less, the days 52 weeks before: a date falls on another day of the week each year, and a
        Monday held against a Sunday tells of nothing but that.

        Examples
        --------
        >>> month, week = Period.month(2026, 9), Period.week(2026, 38)
        >>> str(month.same_days_last_year(Period.parse("2026-09-01..2026-09-16")))
        '2025-09-01..2025-09-16'
        >>> week.label, week.same_days_last_year().label, str(week.same_days_last_year(Period.day(date(2026, 9, 16))))
        ('2026-W38', '2025-W38', '2025-09-17')
        """
        days = self if part is None else part
        validators.require(days, Period, path=("part",))
        if days.start.year == 1 or not self.is_compared_by_weekday:
            return days.year_before()
        return Period(days.start - _WEEKS_OF_A_YEAR, days.end - _WEEKS_OF_A_YEAR)

    def split(self, grain: Grain, calendar: "Calendar | None" = None) -> "tuple[Period, ...]":
        """Cut the period at the boundaries of a grain; the parts tile it, the first and the last may be clipped.

        Parameters
        ----------
        grain
            One of :data:`GRAINS`.
        calendar
            Sets where fiscal years and weeks begin, and whether months are made of weeks; ``None`` means January, Monday,
            and no.

        Raises
        ------
        InvalidValueError
            If the grain is unknown.

        Examples
        --------
        >>> [str(part) for part in Period.parse("2026-08-30..2026-09-12").split("month")]
        ['2026-08-30..2026-08-31', '2026-09-01..2026-09-12']
        """
        validators.check_choice(grain, GRAINS, ("grain",))
        cuts = list(self._cuts(lambda on: boundary_after(on, grain, calendar)))
        return tuple(Period(start, end) for start, end in pairwise(cuts))

    def _cuts(self, following: Callable[[date], date]) -> Iterator[date]:
        on = self.start
        while on < self.end:
            yield on
            on = following(on)
        yield self.end

"""Boundaries: the days on which years, halves, quarters, months and weeks of a calendar begin."""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from dateutil.relativedelta import relativedelta

from salesperf.errors import InvalidValueError
from salesperf.model.week_year import WeekYears

if TYPE_CHECKING:
    from salesperf.model.calendar import Calendar

__all__ = [
    "GRAINS",
    "MONTHS",
    "Grain",
    "as_day",
    "boundary_after",
    "first_of_month",
    "months_after",
    "named_month",
    "opening_day",
    "opening_month",
    "week_years",
]

Grain: TypeAlias = Literal["year", "half", "quarter", "month", "week", "day"]
GRAINS: Final[tuple[Grain, ...]] = ("year", "half", "quarter", "month", "week", "day")
"""The grains of time, coarse to fine."""
MONTHS: Final[Mapping[str, int]] = MappingProxyType({"year": 12, "half": 6, "quarter": 3, "month": 1})
"""How many months each grain has that is made of months."""

_WEEK: Final = 7


def months_after(on: date, months: int) -> date:
    """Return the same day so many months later, or before; the last of a month that has no such day."""
    return on + relativedelta(months=months)


def boundary_after(on: date, grain: Grain, calendar: "Calendar | None") -> date:
    """Return the first day after ``on`` at which a new year, quarter, ... of the grain begins, or the end of time."""
    try:
        return opening_day(on, grain, calendar, 1)
    except OverflowError:
        return date.max


def named_month(on: date, calendar: "Calendar") -> int:
    """Return the month, 1 to 12, that a day counts to: a month of weeks goes by the name of the one that it stands for."""
    years = week_years(calendar)
    if years is None:
        return on.month
    return (calendar.fiscal_year_start + years.part_holding(on.toordinal(), "month").number - 2) % 12 + 1


def opening_day(on: date, grain: Grain, calendar: "Calendar | None", ahead: Literal[0, 1]) -> date:
    """Return the first day of the year, quarter, ... that holds a day, or of the next."""
    if grain == "day":
        return on + timedelta(days=ahead)
    if grain == "week":
        first = 0 if calendar is None else _checked(calendar).week_start
        return on + timedelta(days=_WEEK * ahead - (on.weekday() - first) % _WEEK)
    years = week_years(calendar)
    if years is not None:
        part = years.part_holding(on.toordinal(), grain)
        return as_day(part.end if ahead else part.start)
    months = MONTHS[grain]
    return first_of_month(on.year, on.month + months * ahead - (on.month - opening_month(calendar)) % months)


def first_of_month(year: int, month: int) -> date:
    """Return the first day of a month, which may be counted from a year before or after its own.

    Some ten times faster than adding a ``relativedelta``, which matters to whoever splits thousands of periods.
    """
    years, month = divmod(month - 1, 12)
    if not date.min.year <= year + years <= date.max.year:
        raise OverflowError
    return date(year + years, month + 1, 1)


def as_day(ordinal: int) -> date:
    """Return the day of an ordinal; an ``OverflowError`` tells that there is none, as of a day and a duration."""
    if not date.min.toordinal() <= ordinal <= date.max.toordinal():
        raise OverflowError
    return date.fromordinal(ordinal)


def week_years(calendar: "Calendar | None") -> WeekYears | None:
    """Return the years of a calendar that are made of whole weeks, if they are."""
    pattern = None if calendar is None else _checked(calendar).week_pattern
    if calendar is None or pattern is None:
        return None
    return WeekYears(
        pattern=pattern,
        month=calendar.fiscal_year_start,
        weekday=calendar.week_start,
        year_end=calendar.year_end,
    )


def opening_month(calendar: "Calendar | None") -> int:
    """Return the month in which the fiscal year begins."""
    return 1 if calendar is None else _checked(calendar).fiscal_year_start


def _checked(calendar: "Calendar") -> "Calendar":
    """Refuse what is no calendar; by what it offers, since its class stands in a module above this one."""
    if isinstance(calendar, type) or not hasattr(calendar, "fiscal_year_start"):
        raise InvalidValueError("wrong_type", path=("calendar",), expected="Calendar", value=calendar)
    return calendar

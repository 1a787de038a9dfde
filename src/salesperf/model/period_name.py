"""Names of runs of days: the year, half, quarter, month, week or day of a calendar that they are, if any."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from salesperf.model.boundaries import GRAINS, MONTHS, Grain, opening_month, week_years
from salesperf.model.week_year import WeekYearPart, WeekYears

if TYPE_CHECKING:
    from salesperf.model.calendar import Calendar

__all__ = ["GRAIN_OF_LETTER", "PeriodName", "fiscal_label", "name_of"]

_WEEK: Final = 7
_LETTER_OF_GRAIN: Final[Mapping[str, str]] = MappingProxyType({"half": "H", "quarter": "Q", "month": "M", "week": "W"})
GRAIN_OF_LETTER: Final[Mapping[str, Grain]] = MappingProxyType(
    {"": "year", "H": "half", "Q": "quarter", "M": "month", "W": "week"}
)
"""What the letter in a label stands for; a year has none."""


class PeriodName(NamedTuple):
    """What a run of days is called.

    Attributes
    ----------
    grain : str
        What it is: a year, half, quarter, month, week or day.
    label : str
        As :meth:`Period.parse` reads it.
    year, number : int
        The year, fiscal where the label is, and the number within it.
    """

    grain: Grain
    label: str
    year: int
    number: int


def name_of(start: date, end: date, calendar: "Calendar | None") -> PeriodName | None:
    """Recognise the days from the start up to, and without, the end; ``None`` where they have no name."""
    if end.toordinal() - start.toordinal() == 1:
        return PeriodName("day", start.isoformat(), start.year, start.timetuple().tm_yday)
    years = week_years(calendar)
    return _by_weeks(start, end, years) if years else _by_months(start, end, calendar)


def _by_weeks(start: date, end: date, years: WeekYears) -> PeriodName | None:
    """Name a part of a year of weeks."""
    days = start.toordinal(), end.toordinal()
    for grain in GRAINS[:-1]:
        part = years.part_holding(days[0], grain)
        if (part.start, part.end) == days and date.min.year <= part.year <= date.max.year:
            return PeriodName(grain, fiscal_label(grain, part), part.year, part.number)
    return None


def _by_months(start: date, end: date, calendar: "Calendar | None") -> PeriodName | None:
    if start.day == 1 == end.day:
        months = 12 * (end.year - start.year) + end.month - start.month
        for grain in ("year", "half", "quarter"):
            if MONTHS[grain] == months:
                return _of_part(start, grain, calendar)
        if months == 1:
            return PeriodName("month", f"{start.year:04d}-{start.month:02d}", start.year, start.month)
    iso = start.isocalendar()
    if end.toordinal() - start.toordinal() == _WEEK and iso.weekday == 1:
        return PeriodName("week", f"{iso.year:04d}-W{iso.week:02d}", iso.year, iso.week)
    return None


def _of_part(start: date, grain: Literal["year", "half", "quarter"], calendar: "Calendar | None") -> PeriodName | None:
    """Name a run of so many whole months, unless it begins in the midst of a half or quarter of the calendar."""
    opening = opening_month(calendar)
    number, into = divmod((start.month - opening) % 12, MONTHS[grain])
    year = start.year + (1 < opening <= start.month)
    if into or year > date.max.year:
        return None
    number += 1
    part = "" if grain == "year" else f"-{_LETTER_OF_GRAIN[grain]}{number}"
    return PeriodName(grain, f"{'FY' if opening > 1 else ''}{year:04d}{part}", year, number)


def fiscal_label(grain: Grain, part: WeekYearPart) -> str:
    """Label a part of a year of weeks, months and weeks with two digits so that they sort as they follow each other."""
    width = 2 if grain in {"month", "week"} else 1
    return f"FY{part.year:04d}" + ("" if grain == "year" else f"-{_LETTER_OF_GRAIN[grain]}{part.number:0{width}d}")

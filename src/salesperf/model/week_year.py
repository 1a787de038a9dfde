"""Years of whole weeks: 52 of them, or 53, in quarters of 4-4-5, 4-5-4 or 5-4-4."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from functools import cache
from itertools import accumulate
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypeAlias

import attrs

__all__ = ["WEEK_PATTERNS", "YEAR_ENDS", "WeekPattern", "WeekYearPart", "WeekYears", "YearEnd"]

WeekPattern: TypeAlias = Literal["4-4-5", "4-5-4", "5-4-4"]
YearEnd: TypeAlias = Literal["last", "nearest"]
WEEK_PATTERNS: Final[tuple[WeekPattern, ...]] = ("4-4-5", "4-5-4", "5-4-4")
YEAR_ENDS: Final[tuple[YearEnd, ...]] = ("last", "nearest")

_WEEK: Final = 7
_QUARTERS: Final = 4
_QUARTER_WEEKS: Final = 13
_CYCLE_YEARS: Final = 400
_CYCLE_DAYS: Final = 146_097
"""The calendar repeats itself after 400 years, which are so many days, and whole weeks."""
_DAYS_INTO_MONTH: Final[Mapping[YearEnd, int]] = MappingProxyType({"last": 0, "nearest": 3})
"""How far into the month after its own a year may end."""


class WeekYearPart(NamedTuple):
    """A year, half, quarter, month or week of a year of weeks, from a day up to, and without, another, as ordinals."""

    year: int
    number: int
    start: int
    end: int


@attrs.frozen(kw_only=True)
class WeekYears:
    """Years that end on one weekday, the last of a month or the one nearest its end.

    Parameters
    ----------
    pattern
        The weeks of the three months of each quarter. The 53rd week is added to the last month of the year.
    month
        The month, 1 to 12, after the one that the year ends with.
    weekday
        The weekday on which weeks and years begin, 0 for Monday to 6 for Sunday.
    year_end
        ``"last"`` or ``"nearest"``.

    References
    ----------
    26 CFR 1.441-2, Election of taxable year consisting of 52-53 weeks. National Retail Federation, 4-5-4 Calendar.

    Examples
    --------
    >>> retail = WeekYears(pattern="4-5-4", month=2, weekday=6, year_end="nearest")
    >>> retail.year_of(date(2024, 2, 3).toordinal()), retail.weeks(2024)
    (2024, 53)
    """

    pattern: WeekPattern
    month: int
    weekday: int
    year_end: YearEnd

    def opening(self, year: int) -> int:
        """Return the first day of the year that is named by the one in which its last month lies."""
        cycles, within = divmod(year - (self.month > 1) - 1, _CYCLE_YEARS)
        first = date(within + 1, self.month, 1).toordinal() + cycles * _CYCLE_DAYS
        return self._week_start(first + _DAYS_INTO_MONTH[self.year_end])

    def _week_start(self, ordinal: int) -> int:
        return ordinal - (ordinal - 1 - self.weekday) % _WEEK

    def weeks(self, year: int) -> int:
        """Return how many weeks a year has: 52 or 53."""
        return (self.opening(year + 1) - self.opening(year)) // _WEEK

    def year_of(self, ordinal: int) -> int:
        """Return the year that holds a day.

        Notes
        -----
        As in ISO 8601 one day of each week decides: its last, or for ``"nearest"`` its fourth. Its week belongs to the year
        of months that this day lies in.
        """
        deciding = self._week_start(ordinal) + _WEEK - 1 - _DAYS_INTO_MONTH[self.year_end]
        cycles, within = divmod(deciding - 1, _CYCLE_DAYS)
        day = date.fromordinal(within + 1)
        return day.year + cycles * _CYCLE_YEARS + (1 < self.month <= day.month)

    def parts(self, year: int, grain: str) -> int:
        """Return how many parts of a grain a year has."""
        return len(self._edges(year, grain)[1]) - 1

    def part(self, year: int, grain: str, number: int) -> WeekYearPart:
        """Return a part of a year by its number, from 1 on."""
        return _part(year, number, *self._edges(year, grain))

    def part_holding(self, ordinal: int, grain: str) -> WeekYearPart:
        """Return the part of a grain that holds a day."""
        year = self.year_of(ordinal)
        opening, weeks_before = self._edges(year, grain)
        return _part(year, bisect_right(weeks_before, (ordinal - opening) // _WEEK), opening, weeks_before)

    def _edges(self, year: int, grain: str) -> tuple[int, tuple[int, ...]]:
        """Return the first day of a year, and how many weeks of it lie before each of its parts, and in all."""
        opening = self.opening(year)
        return opening, _weeks_before(self.pattern, (self.opening(year + 1) - opening) // _WEEK, grain)


def _part(year: int, number: int, opening: int, weeks_before: tuple[int, ...]) -> WeekYearPart:
    return WeekYearPart(year, number, opening + _WEEK * weeks_before[number - 1], opening + _WEEK * weeks_before[number])


@cache
def _weeks_before(pattern: WeekPattern, weeks: int, grain: str) -> tuple[int, ...]:
    """Return the weeks of a year before each of its parts, and last those of all the year."""
    by_grain = {
        "year": range(1),
        "half": range(0, _QUARTERS * _QUARTER_WEEKS, 2 * _QUARTER_WEEKS),
        "quarter": range(0, _QUARTERS * _QUARTER_WEEKS, _QUARTER_WEEKS),
        "month": list(accumulate((int(count) for count in pattern.split("-") * _QUARTERS), initial=0))[:-1],
        "week": range(weeks),
    }
    return (*by_grain[grain], weeks)

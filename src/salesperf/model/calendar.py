"""Calendars: fiscal years, weeks, and which days are worked."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias, cast

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError
from salesperf.model.frozen import FrozenMap
from salesperf.model.period import Period
from salesperf.model.validators import (
    as_frozen_map,
    as_sorted_tuple,
    as_tuple,
    check_choice,
    check_date,
    check_whole,
    day,
    each,
    frozen_map,
    is_tuple_of,
    one_of,
    optional,
    text,
    whole,
)
from salesperf.model.week_year import WEEK_PATTERNS, YEAR_ENDS, WeekPattern, YearEnd

__all__ = ["Calendar"]

ElapsedBy: TypeAlias = Literal["workdays", "days"]

_WEEK: Final = 7


def _as_named_days(value: Mapping[date, str] | Iterable[date]) -> FrozenMap[date, str]:
    if isinstance(value, Mapping):
        return as_frozen_map(value)
    days = as_tuple(value)
    return as_frozen_map(dict.fromkeys(days, "")) if is_tuple_of(days, date) else cast("FrozenMap[date, str]", days)


def _named_days(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    if isinstance(value, tuple | Mapping):
        each(day)(instance, attribute, tuple(value))
    frozen_map(day, text)(instance, attribute, value)


def _as_weekdays(value: Iterable[int]) -> tuple[int, ...]:
    items = as_sorted_tuple(value, int, int)
    return tuple(dict.fromkeys(items)) if is_tuple_of(items, int) else items


@attrs.frozen(kw_only=True)
class Calendar:
    """Where years and weeks begin, and which days are workdays.

    Parameters
    ----------
    fiscal_year_start
        The month, 1 to 12, in which the fiscal year begins; one of whole weeks may begin up to six days before it, or three
        days into it.
    week_start
        The weekday on which a week begins, 0 for Monday to 6 for Sunday.
    weekend
        The weekdays that are not worked.
    holidays
        Days off, with their names, or just the days.
    extra_workdays
        Days worked although they fall on a weekend (调休), with names or without.
    week_pattern
        ``"4-4-5"``, ``"4-5-4"`` or ``"5-4-4"`` for fiscal years of 52 or 53 whole weeks: how many weeks the three months of
        each quarter have. The 53rd week is added to the last month. ``None`` for years of whole months.
    year_end
        On which day such a year ends, always the one before ``week_start``: the ``"nearest"`` to the end of the month before
        ``fiscal_year_start``, or the ``"last"`` within it.

    Raises
    ------
    InvalidValueError
        If a number is out of range, no weekday is left to work, a day is both holiday and extra workday, or the end of the
        year is set without a week pattern.

    Notes
    -----
    The 4-5-4 calendar of retail is ``Calendar(fiscal_year_start=2, week_start=6, week_pattern="4-5-4")``: its years end on
    the Saturday nearest 31 January. Retailers mostly call a year by the one in which it begins; here, as every fiscal year,
    it goes by the one in which it ends: their 2023 is ``FY2024``.

    References
    ----------
    26 CFR 1.441-2, Election of taxable year consisting of 52-53 weeks. National Retail Federation, 4-5-4 Calendar.

    Examples
    --------
    >>> china = Calendar(
    ...     holidays={date(2026, 10, day): "National Day" for day in range(1, 8)},
    ...     extra_workdays=[date(2026, 9, 20), date(2026, 10, 10)],
    ... )
    >>> china.workdays(Period.month(2026, 10)), china.is_workday(date(2026, 10, 10))
    (18, True)
    >>> weekly = Calendar(week_start=6, week_pattern="4-4-5", year_end="last")
    >>> [month.days // 7 for month in Period.quarter(2022, 4, calendar=weekly).split("month", weekly)]
    [4, 4, 6]
    """

    fiscal_year_start: int = attrs.field(default=1, validator=whole(1, 12))
    week_start: int = attrs.field(default=0, validator=whole(0, 6))
    weekend: tuple[int, ...] = attrs.field(default=(5, 6), converter=_as_weekdays, validator=each(whole(0, 6)))
    holidays: FrozenMap[date, str] = attrs.field(default=FrozenMap(), converter=_as_named_days, validator=_named_days)
    extra_workdays: FrozenMap[date, str] = attrs.field(default=FrozenMap(), converter=_as_named_days, validator=_named_days)
    week_pattern: WeekPattern | None = attrs.field(default=None, validator=optional(one_of(*WEEK_PATTERNS)))
    year_end: YearEnd = attrs.field(default="nearest", validator=one_of(*YEAR_ENDS))

    def __attrs_post_init__(self) -> None:
        """Check that some day is worked, none is both off and on, and only a year of whole weeks has a rule for its end."""
        if len(self.weekend) >= _WEEK:
            raise InvalidValueError("calendar_no_workdays", path=("Calendar", "weekend"), value=self.weekend)
        for position, on in enumerate(self.holidays):
            if on in self.extra_workdays:
                raise InvalidValueError("calendar_conflict", path=("Calendar", "holidays", position), value=on)
        if self.week_pattern is None and self.year_end != "nearest":
            raise InvalidValueError("calendar_year_end", path=("Calendar", "year_end"), value=self.year_end)

    @cached_property
    def _prefix(self) -> tuple[int, ...]:
        """Workdays of a plain week before each weekday; the last entry is those of a whole week."""
        counts = [0]
        for weekday in range(_WEEK):
            counts.append(counts[-1] + (weekday not in self.weekend))
        return tuple(counts)

    @cached_property
    def _off(self) -> tuple[int, ...]:
        return tuple(on.toordinal() for on in self.holidays if on.weekday() not in self.weekend)

    @cached_property
    def _on(self) -> tuple[int, ...]:
        return tuple(on.toordinal() for on in self.extra_workdays if on.weekday() in self.weekend)

    def workdays_before(self, ordinal: int) -> int:
        """Count the workdays before a day since the year 1, so that a period's are a difference.

        Parameters
        ----------
        ordinal
            The day as ``date.toordinal()``.

        Examples
        --------
        >>> plain = Calendar()
        >>> start, end = date(2026, 9, 1).toordinal(), date(2026, 10, 1).toordinal()
        >>> plain.workdays_before(end) - plain.workdays_before(start)
        22
        """
        weeks, weekday = divmod(ordinal - 1, _WEEK)
        plain = weeks * self._prefix[_WEEK] + self._prefix[weekday]
        return plain - bisect_left(self._off, ordinal) + bisect_left(self._on, ordinal)

    def workdays_before_columns(self, ordinals: NDArray[np.int64]) -> NDArray[np.int64]:
        """Count the workdays before each of many days; see :meth:`workdays_before`.

        Parameters
        ----------
        ordinals
            Days as ``date.toordinal()``, any shape.
        """
        weeks, weekday = np.divmod(ordinals - 1, _WEEK)
        plain = weeks * self._prefix[_WEEK] + np.asarray(self._prefix, dtype=np.int64)[weekday]
        off = np.searchsorted(np.asarray(self._off, dtype=np.int64), ordinals)
        on = np.searchsorted(np.asarray(self._on, dtype=np.int64), ordinals)
        return np.asarray(plain - off + on, dtype=np.int64)

    def is_workday(self, on: date) -> bool:
        """Tell whether a day is worked."""
        check_date(on, ("on",))
        return self.workdays_before(on.toordinal() + 1) > self.workdays_before(on.toordinal())

    def workdays(self, period: Period) -> int:
        """Count the workdays of a period; they add over any split of it.

        Examples
        --------
        >>> Calendar().workdays(Period.quarter(2026, 3))
        66
        """
        return self.workdays_before(period.end.toordinal()) - self.workdays_before(period.start.toordinal())

    def workday_after(self, on: date, n: int) -> date:
        """Return the n-th workday after a day.

        Parameters
        ----------
        on
            Any day; it does not count itself.
        n
            1 or more.

        Raises
        ------
        InvalidValueError
            If ``n`` is below 1, or there are not so many workdays left up to the year 9999.

        Examples
        --------
        >>> Calendar().workday_after(date(2026, 9, 4), 1)
        datetime.date(2026, 9, 7)
        """
        check_date(on, ("on",))
        before = self.workdays_before(on.toordinal() + 1)
        check_whole(n, ("n",), 1, self.workdays_before(date.max.toordinal() + 1) - before)
        # A week has a workday at least, unless holidays fall on it.
        reach = _WEEK * (n + len(self._off) + 1)
        days = range(on.toordinal() + 1, min(on.toordinal() + reach, date.max.toordinal()))
        position = bisect_left(days, before + n, key=lambda ordinal: self.workdays_before(ordinal + 1))
        return date.fromordinal(on.toordinal() + 1 + position)

    def elapsed_share(self, period: Period, as_of: date, *, by: ElapsedBy = "workdays") -> Fraction | None:
        """Return the share of a period that has passed at the end of a day (时间进度).

        Parameters
        ----------
        period
            The period.
        as_of
            The day; its end counts.
        by
            ``"workdays"`` or ``"days"``.

        Returns
        -------
        Fraction or None
            From 0 to 1, exactly; ``None`` where the period has no workday.

        Examples
        --------
        >>> Calendar().elapsed_share(Period.quarter(2026, 3), date(2026, 8, 14))
        Fraction(1, 2)
        """
        check_choice(by, ("workdays", "days"), ("by",))
        passed = period.until(as_of)
        if by == "days":
            return Fraction(passed.days if passed else 0, period.days)
        total = self.workdays(period)
        return Fraction(self.workdays(passed) if passed else 0, total) if total else None

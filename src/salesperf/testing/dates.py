"""Strategies for time: days, periods, calendars, and how the work of a year is spread."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from salesperf import GRAINS, Calendar, Period, Profile, Schedule
from salesperf.model.week_year import WEEK_PATTERNS, YEAR_ENDS
from salesperf.testing.values import built_once, weights

__all__ = ["calendars", "days", "periods", "profiles", "schedules"]

FIRST_DAY: Final = date(2024, 1, 1)
LAST_DAY: Final = date(2029, 12, 31)

_WEEKENDS: Final = ((5, 6), (6,), (4, 5), ())
_DAYS_OFF: Final = ("", "National Day", "国庆节")
_LENGTHS: Final = {"half": 2, "quarter": 4, "month": 12}


@built_once
def days(first: date = FIRST_DAY, last: date = LAST_DAY) -> SearchStrategy[date]:
    """Draw days.

    Parameters
    ----------
    first, last
        The limits, both included.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(days(), lambda day: True)
    datetime.date(2024, 1, 1)
    """
    return st.dates(first, last)


@built_once
def periods() -> SearchStrategy[Period]:
    """Draw periods: whole years, quarters, weeks, ..., and runs of days up to two years.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(periods(), lambda period: True).label
    '2024'
    """
    return st.one_of(
        st.builds(Period.holding, days(), st.sampled_from(GRAINS)),
        st.builds(lambda start, length: Period(start, start + timedelta(days=length)), days(), st.integers(1, 731)),
    )


@built_once
@st.composite
def calendars(draw: DrawFn) -> Calendar:
    """Draw calendars: fiscal years of months or of weeks, weekends, holidays and extra workdays.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(calendars(), lambda calendar: calendar.fiscal_year_start > 1).fiscal_year_start
    2
    """
    marked = draw(_marked_days())
    week_pattern = draw(st.sampled_from((None, *WEEK_PATTERNS)))
    return Calendar(
        fiscal_year_start=draw(st.integers(1, 12)),
        week_start=draw(st.sampled_from((0, 6))),
        weekend=draw(st.sampled_from(_WEEKENDS)),
        holidays={on: name for on, (works, name) in marked.items() if not works},
        extra_workdays={on: name for on, (works, name) in marked.items() if works},
        week_pattern=week_pattern,
        year_end=draw(st.sampled_from(YEAR_ENDS)) if week_pattern else "nearest",
    )


@built_once
def _marked_days() -> SearchStrategy[dict[date, tuple[bool, str]]]:
    return st.dictionaries(days(), st.tuples(st.booleans(), st.sampled_from(_DAYS_OFF)), max_size=6)


@built_once
@st.composite
def profiles(draw: DrawFn) -> Profile:
    """Draw seasons.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(profiles(), lambda profile: profile.grain == "month").grain
    'month'
    """
    grain: Any = draw(st.sampled_from(tuple(_LENGTHS)))
    return Profile(grain=grain, weights=draw(weights(_LENGTHS[grain], _LENGTHS[grain])))


@built_once
@st.composite
def schedules(draw: DrawFn) -> Schedule:
    """Draw dated plans.

    Examples
    --------
    >>> from hypothesis import given, settings
    >>> @settings(max_examples=10, deadline=None)
    ... @given(schedules())
    ... def test_a_part_weighs_what_was_planned(schedule):
    ...     for part, weight in schedule.parts:
    ...         assert schedule.weigh(part, Calendar()) == weight
    >>> test_a_part_weighs_what_was_planned()
    """
    cuts = sorted(draw(st.lists(days(), min_size=2, max_size=7, unique=True)))
    parts = [Period(start, end) for start, end in pairwise(cuts)]
    return Schedule(parts=zip(parts, draw(weights(len(parts), len(parts))), strict=True))

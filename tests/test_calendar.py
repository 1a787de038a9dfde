"""Calendars: which days are worked, counted and found again."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf import Calendar, InvalidValueError, Period
from salesperf.testing import calendars, days, periods

Oracle = Callable[[str], Any]

OCTOBER_1 = date(2026, 10, 1)


def run(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


# The notice of the General Office of the State Council on the public holidays of 2026, of 4 November 2025:
# https://politics.gmw.cn/2025-11/04/content_38391083.htm
CHINA = Calendar(
    holidays={
        **dict.fromkeys(run(date(2026, 1, 1), date(2026, 1, 3)), "元旦"),
        **dict.fromkeys(run(date(2026, 2, 15), date(2026, 2, 23)), "春节"),
        **dict.fromkeys(run(date(2026, 4, 4), date(2026, 4, 6)), "清明节"),
        **dict.fromkeys(run(date(2026, 5, 1), date(2026, 5, 5)), "劳动节"),
        **dict.fromkeys(run(date(2026, 6, 19), date(2026, 6, 21)), "端午节"),
        **dict.fromkeys(run(date(2026, 9, 25), date(2026, 9, 27)), "中秋节"),
        **dict.fromkeys(run(date(2026, 10, 1), date(2026, 10, 7)), "国庆节"),
    },
    extra_workdays=[
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    ],
)


def code_and_path(call: Callable[[], object]) -> tuple[object, ...]:
    with pytest.raises(InvalidValueError) as caught:
        call()
    return (caught.value.code, *caught.value.path)


def each_day(period: Period) -> list[date]:
    return [period.start + timedelta(days=number) for number in range(period.days)]


def is_worked(calendar: Calendar, on: date) -> bool:
    """Tell by the definition, a day at a time."""
    return on in calendar.extra_workdays or (on.weekday() not in calendar.weekend and on not in calendar.holidays)


@given(calendars(), periods())
def test_workdays_are_the_days_that_are_worked(calendar: Calendar, period: Period) -> None:
    worked = [on for on in each_day(period) if calendar.is_workday(on)]
    assert worked == [on for on in each_day(period) if is_worked(calendar, on)]
    assert calendar.workdays(period) == len(worked)


@given(calendars(), periods(), st.sampled_from(("year", "quarter", "month", "week", "day")))
def test_workdays_add_over_a_split(calendar: Calendar, period: Period, grain: Any) -> None:  # noqa: ANN401 - a grain by name
    assert sum(map(calendar.workdays, period.split(grain, calendar))) == calendar.workdays(period)


@given(calendars(), st.lists(st.dates(), min_size=1))
def test_many_days_at_once_are_counted_like_one_by_one(calendar: Calendar, several: list[date]) -> None:
    ordinals = np.array([on.toordinal() for on in several])
    assert calendar.workdays_before_columns(ordinals).tolist() == [calendar.workdays_before(on.toordinal()) for on in several]


@given(calendars(), days(), st.integers(1, 300))
def test_the_nth_workday_after_a_day_is_worked_and_has_n_since(calendar: Calendar, on: date, n: int) -> None:
    found = calendar.workday_after(on, n)
    assert calendar.is_workday(found)
    assert calendar.workdays(Period(on + timedelta(days=1), found + timedelta(days=1))) == n


@given(calendars(), periods(), days())
def test_the_elapsed_share_counts_what_has_passed(calendar: Calendar, period: Period, on: date) -> None:
    passed = [each for each in each_day(period) if each <= on]
    assert calendar.elapsed_share(period, on, by="days") == Fraction(len(passed), period.days)
    share = calendar.elapsed_share(period, on)
    if share is None:
        assert calendar.workdays(period) == 0
    else:
        assert share * calendar.workdays(period) == sum(is_worked(calendar, each) for each in passed)


def test_workdays_agree_with_numpy(oracle: Oracle) -> None:
    # numpy 2.4.6, busday_count: Monday to Friday, no holidays.
    for case in oracle("periods.json")["month_splits"]:
        period = Period(date.fromisoformat(case["start"]), date.fromisoformat(case["end_exclusive"]))
        assert Calendar().workdays(period) == case["busdays"]


@given(calendars(), periods(), st.integers(1, 50))
def test_without_extra_workdays_numpy_counts_and_finds_the_same(calendar: Calendar, period: Period, n: int) -> None:
    plain = Calendar(weekend=calendar.weekend, holidays=calendar.holidays)
    weekmask = [weekday not in plain.weekend for weekday in range(7)]
    holidays = [np.datetime64(on) for on in plain.holidays]
    start = np.datetime64(period.start)
    assert plain.workdays(period) == np.busday_count(start, np.datetime64(period.end), weekmask, holidays)
    found = np.busday_offset(start, n, roll="preceding", weekmask=weekmask, holidays=holidays)
    assert np.datetime64(plain.workday_after(period.start, n)) == found


def test_a_chinese_year_is_its_days_less_its_weekends_and_thirteen_holidays() -> None:
    # Since 2025 there are 13 holidays by law; what else is off is worked on a weekend.
    assert CHINA.workdays(Period.year(2026)) == 365 - 104 - 13


def test_the_national_day_of_2026_and_the_weekends_worked_for_it() -> None:
    assert CHINA.workdays(Period.month(2026, 9)) == 22  # 22 from Monday to Friday, less the 25th, and Sunday the 20th
    assert CHINA.workdays(Period.month(2026, 10)) == 18  # 22, less five of the seven days off, and Saturday the 10th
    assert CHINA.is_workday(date(2026, 9, 20))
    assert not CHINA.is_workday(OCTOBER_1)
    assert CHINA.workday_after(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert CHINA.workday_after(date(2026, 9, 30), 3) == date(2026, 10, 10)
    assert CHINA.elapsed_share(Period.month(2026, 10), date(2026, 10, 7)) == 0
    assert CHINA.elapsed_share(Period.month(2026, 10), date(2026, 10, 10)) == Fraction(3, 18)


def test_a_holiday_on_a_weekend_takes_nothing_and_an_extra_workday_in_a_week_gives_nothing() -> None:
    calendar = Calendar(holidays=[date(2026, 10, 3)], extra_workdays=[date(2026, 10, 5)])
    assert calendar.workdays(Period.month(2026, 10)) == Calendar().workdays(Period.month(2026, 10))


def test_days_may_be_named_or_not_and_weekdays_come_in_any_order() -> None:
    assert Calendar(holidays=[OCTOBER_1, OCTOBER_1]) == Calendar(holidays={OCTOBER_1: ""})
    assert Calendar(weekend=[6, 5, 6]) == Calendar()
    assert CHINA.holidays[OCTOBER_1] == "国庆节"


def test_the_end_of_time_is_a_friday() -> None:
    assert Calendar().workday_after(date(9999, 12, 30), 1) == date.max
    assert Calendar().is_workday(date.max)
    with pytest.raises(InvalidValueError, match="from 1 to 1, got 2"):
        Calendar().workday_after(date(9999, 12, 30), 2)


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"fiscal_year_start": 0}, ("out_of_range", "Calendar", "fiscal_year_start")),
        ({"fiscal_year_start": 13}, ("out_of_range", "Calendar", "fiscal_year_start")),
        ({"fiscal_year_start": "April"}, ("wrong_type", "Calendar", "fiscal_year_start")),
        ({"week_start": 7}, ("out_of_range", "Calendar", "week_start")),
        ({"weekend": 6}, ("wrong_type", "Calendar", "weekend")),
        ({"weekend": "56"}, ("wrong_type", "Calendar", "weekend")),
        ({"weekend": [5, 7]}, ("out_of_range", "Calendar", "weekend", 1)),
        ({"weekend": [True]}, ("wrong_type", "Calendar", "weekend", 0)),
        ({"weekend": range(7)}, ("calendar_no_workdays", "Calendar", "weekend")),
        ({"week_pattern": "4-4-4"}, ("choice", "Calendar", "week_pattern")),
        ({"week_pattern": (4, 4, 5)}, ("choice", "Calendar", "week_pattern")),
        ({"week_pattern": "4-4-5", "year_end": "first"}, ("choice", "Calendar", "year_end")),
        ({"week_pattern": "4-4-5", "year_end": None}, ("choice", "Calendar", "year_end")),
        ({"year_end": "last"}, ("calendar_year_end", "Calendar", "year_end")),
        ({"holidays": OCTOBER_1}, ("wrong_type", "Calendar", "holidays")),
        ({"holidays": "2026-10-01"}, ("wrong_type", "Calendar", "holidays")),
        ({"holidays": [OCTOBER_1, "2026-10-02"]}, ("wrong_type", "Calendar", "holidays", 1)),
        ({"holidays": [OCTOBER_1, datetime(2026, 10, 2, tzinfo=UTC)]}, ("date_is_datetime", "Calendar", "holidays", 1)),
        ({"holidays": {OCTOBER_1: None}}, ("wrong_type", "Calendar", "holidays", 0)),
        ({"holidays": {OCTOBER_1: []}}, ("unhashable", "Calendar", "holidays", 0)),
        ({"extra_workdays": [[OCTOBER_1]]}, ("wrong_type", "Calendar", "extra_workdays", 0)),
        (
            {"holidays": [date(2026, 9, 1), OCTOBER_1], "extra_workdays": [OCTOBER_1]},
            ("calendar_conflict", "Calendar", "holidays", 1),
        ),
    ],
)
def test_a_malformed_calendar_is_refused(arguments: Mapping[str, Any], found: tuple[str | int, ...]) -> None:
    assert code_and_path(lambda: Calendar(**arguments)) == found


@pytest.mark.parametrize(
    ("call", "arguments", "found"),
    [
        (CHINA.is_workday, (datetime(2026, 10, 1, tzinfo=UTC),), ("date_is_datetime", "on")),
        (CHINA.workday_after, ("2026-10-01", 1), ("wrong_type", "on")),
        (CHINA.workday_after, (OCTOBER_1, 0), ("out_of_range", "n")),
        (CHINA.workday_after, (OCTOBER_1, 10**7), ("out_of_range", "n")),
        (CHINA.workday_after, (OCTOBER_1, 1.0), ("wrong_type", "n")),
        (CHINA.elapsed_share, (Period.year(2026), None), ("wrong_type", "as_of")),
    ],
)
def test_a_malformed_question_is_refused(
    call: Callable[..., object], arguments: tuple[object, ...], found: tuple[str, ...]
) -> None:
    assert code_and_path(lambda: call(*arguments)) == found


def test_time_passes_by_days_or_workdays_alone() -> None:
    assert code_and_path(lambda: CHINA.elapsed_share(Period.year(2026), OCTOBER_1, by="hours")) == ("choice", "by")  # type: ignore[arg-type] # the fault

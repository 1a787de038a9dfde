"""Periods: half-open runs of days that split, overlap, and are read back from their labels."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import chain, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf import GRAINS, Calendar, InvalidValueError, Period
from salesperf.model.boundaries import boundary_after, months_after
from salesperf.model.period import Grain
from salesperf.testing import assert_tiles, calendars, days, periods

Oracle = Callable[[str], Any]

FEBRUARY, APRIL = Calendar(fiscal_year_start=2), Calendar(fiscal_year_start=4)
RETAIL = Calendar(fiscal_year_start=2, week_start=6, week_pattern="4-5-4")
MONDAYS = Calendar(week_pattern="4-4-5")
LAST_SATURDAY = Calendar(fiscal_year_start=10, week_start=6, week_pattern="5-4-4", year_end="last")
LAST_DAY = date(9999, 12, 30)
"""The last day that a period can hold: its end is the first day after it."""

NESTED: tuple[tuple[Grain, Grain], ...] = (
    ("year", "half"),
    ("half", "quarter"),
    ("quarter", "month"),
    ("month", "day"),
    ("week", "day"),
)
"""A week alone may reach over the end of what is coarser."""

grains = st.sampled_from(GRAINS)
all_days = st.dates(max_value=LAST_DAY)


def code_and_path(call: Callable[[], object]) -> tuple[object, ...]:
    with pytest.raises(InvalidValueError) as caught:
        call()
    return (caught.value.code, *caught.value.path)


@given(periods(), grains, calendars())
def test_a_split_tiles_the_period(period: Period, grain: Grain, calendar: Calendar) -> None:
    parts = period.split(grain, calendar)
    assert_tiles(parts, period)
    assert sum(part.days for part in parts) == period.days


@given(periods(), grains, calendars())
def test_each_part_of_a_split_is_whole_but_for_the_first_and_the_last(period: Period, grain: Grain, calendar: Calendar) -> None:
    parts = period.split(grain, calendar)
    for part in parts:
        assert Period.holding(part.start, grain, calendar).overlap(period) == part


@given(periods(), calendars(), st.sampled_from(NESTED))
def test_a_finer_split_of_the_parts_is_a_finer_split_of_the_whole(
    period: Period, calendar: Calendar, nested: tuple[Grain, Grain]
) -> None:
    coarse, fine = nested
    parts = (part.split(fine, calendar) for part in period.split(coarse, calendar))
    assert tuple(chain.from_iterable(parts)) == period.split(fine, calendar)


@given(periods(), calendars())
def test_a_label_is_read_back(period: Period, calendar: Calendar) -> None:
    assert Period.parse(period.label) == period
    assert Period.parse(str(period)) == period
    assert Period.parse(period.label_in(calendar), calendar=calendar) == period


@given(all_days, grains, st.sampled_from((None, FEBRUARY, APRIL, RETAIL, MONDAYS, LAST_SATURDAY)))
def test_a_label_is_read_back_in_every_year_that_a_calendar_has(on: date, grain: Grain, calendar: Calendar | None) -> None:
    try:
        period = Period.holding(on, grain, calendar)
    except InvalidValueError as error:
        assert error.code == "period_beyond_time"  # noqa: PT017 - only at the ends of time
        assert on.year in {1, 9999}
    else:
        assert on in period
        assert Period.parse(period.label_in(calendar), calendar=calendar) == period


@given(all_days, all_days, st.sampled_from((APRIL, RETAIL)))
def test_any_run_of_days_can_be_split_labelled_and_looked_back_from_or_is_refused(
    one: date, other: date, calendar: Calendar
) -> None:
    period = Period(min(one, other), max(one, other) + timedelta(days=1))
    assert Period.parse(period.label) == period
    assert_tiles(period.split("year", calendar), period)
    if period.start.year > 1:
        assert period.year_before().start.year == period.start.year - 1
    else:
        assert code_and_path(period.year_before) == ("period_beyond_time", "Period", "year_before")


@given(periods(), days())
def test_a_day_lies_within_from_the_start_up_to_the_end(period: Period, on: date) -> None:
    assert (on in period) == (period.start <= on <= period.last)
    assert (on in period) == period.covers(Period.day(on))
    assert (on in period) == (period.overlap(Period.day(on)) is not None)


@given(periods(), periods())
def test_an_overlap_is_what_both_cover(one: Period, other: Period) -> None:
    common = one.overlap(other)
    assert common == other.overlap(one)
    assert (common == one) == other.covers(one)
    if common is not None:
        assert one.covers(common)
        assert other.covers(common)


@given(periods(), st.dates(date(2020, 1, 1), date(2035, 1, 1)))
def test_until_is_what_has_passed_at_the_end_of_a_day(period: Period, on: date) -> None:
    passed = period.until(on)
    if on < period.start:
        assert passed is None
    else:
        assert passed == Period(period.start, min(period.end, on + timedelta(days=1)))


@given(st.integers(2, 9998), st.integers(1, 12), st.integers(1, 12))
def test_whole_months_stay_whole_a_year_before(year: int, month: int, length: int) -> None:
    months = Period(date(year, month, 1), date(year + (month + length > 12), (month + length - 1) % 12 + 1, 1))
    before = months.year_before()
    assert [part.label[4:] for part in before.split("month")] == [part.label[4:] for part in months.split("month")]


@given(st.lists(periods(), min_size=2, max_size=5))
def test_periods_are_ordered_by_start_and_then_by_end(several: list[Period]) -> None:
    for earlier, later in pairwise(sorted(several)):
        assert (earlier.start, earlier.end) <= (later.start, later.end)


def test_months_agree_with_pandas_and_dateutil(oracle: Oracle) -> None:
    # Computed with pandas 3.1.1, python-dateutil 4.0.0 and numpy 2.4.6.
    for case in oracle("periods.json")["month_splits"]:
        period = Period(date.fromisoformat(case["start"]), date.fromisoformat(case["end_exclusive"]))
        months = [[part.start.replace(day=1).isoformat(), part.days] for part in period.split("month")]
        assert months == case["months"]


def test_fiscal_quarters_and_iso_weeks_agree_with_pandas(oracle: Oracle) -> None:
    for case in oracle("periods.json")["month_splits"]:
        on = date.fromisoformat(case["start"])
        assert Period.holding(on, "quarter", FEBRUARY).label_in(FEBRUARY).replace("-", " ") == case["fiscal_quarter_start_feb"]
        week = Period.holding(on, "week").name_in(None)
        assert week is not None
        assert list(week[2:]) == case["iso_week"]


def test_months_after_and_a_year_before_agree_with_pandas(oracle: Oracle) -> None:
    cases = oracle("periods.json")["add_months_clamped"]
    assert {case["months"] for case in cases} >= {-13, -12, -1, 1, 6, 12, 13}
    for case in cases:
        on = date.fromisoformat(case["start"])
        assert months_after(on, case["months"]).isoformat() == case["result"]
        if case["months"] == -12:
            assert Period.day(on).year_before().start.isoformat() == case["result"]


@pytest.mark.parametrize(
    ("period", "before"),
    [
        (Period.year(2025), "2024"),
        (Period.month(2024, 2), "2023-02"),
        (Period.month(2025, 2), "2024-02"),
        (Period.day(date(2024, 2, 29)), "2023-02-28"),
        (Period(date(2024, 2, 1), date(2024, 2, 29)), "2023-02"),
        (Period(date(2024, 2, 29), date(2024, 3, 8)), "2023-02-28..2023-03-07"),
    ],
)
def test_a_leap_day_a_year_before(period: Period, before: str) -> None:
    assert period.year_before().label == before


@pytest.mark.parametrize(
    ("label", "start", "end"),
    [
        ("2026", date(2026, 1, 1), date(2027, 1, 1)),
        ("0001", date(1, 1, 1), date(2, 1, 1)),
        ("2026-H2", date(2026, 7, 1), date(2027, 1, 1)),
        ("2026-Q3", date(2026, 7, 1), date(2026, 10, 1)),
        ("2026-09", date(2026, 9, 1), date(2026, 10, 1)),
        ("2026-W38", date(2026, 9, 14), date(2026, 9, 21)),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 5)),
        ("2020-W53", date(2020, 12, 28), date(2021, 1, 4)),
        ("2026-09-30", date(2026, 9, 30), date(2026, 10, 1)),
        ("2026-09-01..2026-09-12", date(2026, 9, 1), date(2026, 9, 13)),
        ("9999-12-30", date(9999, 12, 30), date(9999, 12, 31)),
        ("FY2026", date(2025, 4, 1), date(2026, 4, 1)),
        ("FY2026-H1", date(2025, 4, 1), date(2025, 10, 1)),
        ("FY2026-Q4", date(2026, 1, 1), date(2026, 4, 1)),
    ],
)
def test_a_label_is_read(label: str, start: date, end: date) -> None:
    assert Period.parse(label, calendar=APRIL) == Period(start, end)


@pytest.mark.parametrize(
    ("label", "found"),
    [
        ("", ("period_label", "Period", "parse")),
        ("soon", ("period_label", "Period", "parse")),
        ("26-Q3", ("period_label", "Period", "parse")),
        ("2026-Q", ("period_label", "Period", "parse")),
        ("2026Q3", ("period_label", "Period", "parse")),
        ("FY2026-09", ("period_label", "Period", "parse")),
        ("2026-M09", ("period_label", "Period", "parse")),
        ("FY2026-M09", ("period_label_fiscal", "Period", "parse")),
        ("FY2026-W38", ("period_label_fiscal", "Period", "parse")),
        ("20260930", ("period_label", "Period", "parse")),
        ("2026-02-30", ("period_label", "Period", "parse")),
        ("2026-09-01..", ("period_label", "Period", "parse")),
        ("2026-09-01..2026-09-12..2026-09-13", ("period_label", "Period", "parse")),
        ("２０２６", ("period_label", "Period", "parse")),
        (2026, ("wrong_type", "Period", "parse")),
        (None, ("wrong_type", "Period", "parse")),
        ("FY2026-Q4", ("period_label_fiscal", "Period", "parse")),
        ("2026-09-12..2026-09-01", ("days_reversed", "Period", "parse")),
        ("0000", ("out_of_range", "Period", "year")),
        ("2026-Q5", ("out_of_range", "Period", "quarter")),
        ("2026-H0", ("out_of_range", "Period", "half")),
        ("2026-13", ("out_of_range", "Period", "month")),
        ("2026-W54", ("out_of_range", "Period", "week")),
        ("2025-W53", ("out_of_range", "Period", "week")),
        ("9999", ("period_beyond_time", "Period", "year")),
        ("9999-12-31", ("period_beyond_time", "Period", "day")),
    ],
)
def test_a_label_that_names_no_period_is_refused(label: str, found: tuple[str, ...]) -> None:
    assert code_and_path(lambda: Period.parse(label)) == found


@pytest.mark.parametrize(
    ("label", "calendar", "found"),
    [
        ("FY2026-M09", APRIL, ("period_label_weeks", "Period", "parse")),
        ("FY2026-W38", APRIL, ("period_label_weeks", "Period", "parse")),
        ("FY2026-09", RETAIL, ("period_label", "Period", "parse")),
        ("FY2026-M13", RETAIL, ("out_of_range", "Period", "month")),
        ("FY2026-W53", RETAIL, ("out_of_range", "Period", "week")),
        ("FY2024-W54", RETAIL, ("out_of_range", "Period", "week")),
        ("FY2024-Q5", RETAIL, ("out_of_range", "Period", "quarter")),
        ("FY0001-Q1", RETAIL, ("out_of_range", "Period", "year")),
        ("FY0001-Q1", Calendar(week_start=6, week_pattern="4-5-4"), ("period_beyond_time", "Period", "quarter")),
        ("FY9999-Q4", MONDAYS, ("period_beyond_time", "Period", "quarter")),
    ],
)
def test_a_label_that_names_no_period_of_a_calendar_is_refused(label: str, calendar: Calendar, found: tuple[str, ...]) -> None:
    assert code_and_path(lambda: Period.parse(label, calendar=calendar)) == found


@pytest.mark.parametrize("calendar", [None, APRIL])
def test_months_and_weeks_have_numbers_of_their_own_only_in_years_of_weeks(calendar: Calendar | None) -> None:
    assert Period.month(2026, 9, calendar=calendar) == Period.month(2026, 9)
    assert Period.week(2026, 38, calendar=calendar) == Period.week(2026, 38)
    assert Period.month(2026, 9, calendar=RETAIL) == Period.parse("FY2026-M09", calendar=RETAIL)
    assert Period.week(2026, 38, calendar=RETAIL) == Period.parse("FY2026-W38", calendar=RETAIL)


def test_an_integer_of_numpy_s_counts_as_one() -> None:
    year, number = np.int64(2026), np.uint8(2)
    assert Period.year(year) == Period.year(2026)
    for make in (Period.half, Period.quarter, Period.month, Period.week):
        assert make(year, number) == make(2026, 2)


def test_the_number_of_weeks_of_a_year_is_told() -> None:
    with pytest.raises(InvalidValueError, match="expected a number from 1 to 52, got 53"):
        Period.week(2025, 53)


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (date(2026, 9, 30), date(2026, 9, 1), ("period_reversed", "Period")),
        (date(2026, 9, 1), date(2026, 9, 1), ("period_reversed", "Period")),
        (datetime(2026, 9, 1, tzinfo=UTC), date(2026, 10, 1), ("date_is_datetime", "Period", "start")),
        (date(2026, 9, 1), datetime(2026, 10, 1, tzinfo=UTC), ("date_is_datetime", "Period", "end")),
        ("2026-09-01", date(2026, 10, 1), ("wrong_type", "Period", "start")),
        (date(2026, 9, 1), None, ("wrong_type", "Period", "end")),
    ],
)
def test_a_malformed_period_is_refused(start: date, end: date, found: tuple[str, ...]) -> None:
    assert code_and_path(lambda: Period(start, end)) == found


@pytest.mark.parametrize(
    ("call", "arguments", "found"),
    [
        (Period.year, (0,), ("out_of_range", "Period", "year")),
        (Period.year, (10000,), ("out_of_range", "Period", "year")),
        (Period.year, (True,), ("wrong_type", "Period", "year")),
        (Period.year, (np.timedelta64(2026),), ("wrong_type", "Period", "year")),
        (partial(Period.year, calendar=APRIL), (1,), ("out_of_range", "Period", "year")),
        (Period.month, (2026, 0), ("out_of_range", "Period", "month")),
        (Period.quarter, (2026, 3.0), ("wrong_type", "Period", "quarter")),
        (Period.week, (2026, None), ("wrong_type", "Period", "week")),
        (Period.week, (9999, 52), ("period_beyond_time", "Period", "week")),
        (Period.day, (date.max,), ("period_beyond_time", "Period", "day")),
        (Period.day, (datetime(2026, 9, 1, tzinfo=UTC),), ("date_is_datetime", "Period", "on")),
        (Period.holding, (date.min, "week", Calendar(week_start=6)), ("period_beyond_time", "Period", "week")),
        (Period.holding, (date.min, "half", FEBRUARY), ("period_beyond_time", "Period", "half")),
        (Period.holding, (date(2026, 1, 1), "decade"), ("choice", "Period", "grain")),
        (Period.year(2026).split, ("decade",), ("choice", "grain")),
        (Period.year(2026).split, (["week"],), ("choice", "grain")),
        (Period.year(2026).split, ("week", "april"), ("wrong_type", "calendar")),
        (Period.year(2026).split, ("month", Calendar), ("wrong_type", "calendar")),
        (Period.year(2026).__contains__, (datetime(2026, 9, 1, tzinfo=UTC),), ("date_is_datetime", "Period")),
        (Period.year(2026).until, ("2026-09-01",), ("wrong_type", "as_of")),
        (Period.month(1, 5).year_before, (), ("period_beyond_time", "Period", "year_before")),
    ],
)
def test_a_period_that_there_is_not_is_refused(
    call: Callable[..., object], arguments: tuple[object, ...], found: tuple[str, ...]
) -> None:
    assert code_and_path(lambda: call(*arguments)) == found


@pytest.mark.parametrize(
    ("period", "calendar", "label", "english", "chinese"),
    [
        (Period.year(2026), None, "2026", "2026", "2026年"),
        (Period.half(2026, 1), None, "2026-H1", "H1 2026", "2026年上半年"),
        (Period.quarter(2026, 3), None, "2026-Q3", "Q3 2026", "2026年第3季度"),
        (Period.month(2026, 9), None, "2026-09", "2026-09", "2026年9月"),
        (Period.month(999, 1), None, "0999-01", "0999-01", "0999年1月"),
        (Period.week(2026, 38), None, "2026-W38", "week 38 of 2026", "2026年第38周"),
        (Period.day(date(2026, 9, 30)), None, "2026-09-30", "2026-09-30", "2026年9月30日"),
        (
            Period.parse("2026-09-01..2026-09-12"),
            None,
            "2026-09-01..2026-09-12",
            "2026-09-01 to 2026-09-12",
            "2026年9月1日至2026年9月12日",
        ),
        (Period.year(2026, calendar=APRIL), APRIL, "FY2026", "FY2026", "2026财年"),
        (Period.half(2026, 2, calendar=APRIL), APRIL, "FY2026-H2", "H2 FY2026", "2026财年下半年"),
        (Period.quarter(2026, 1), APRIL, "FY2026-Q4", "Q4 FY2026", "2026财年第4季度"),
        (Period.month(2026, 9), APRIL, "2026-09", "2026-09", "2026年9月"),
        (Period.year(2026, calendar=MONDAYS), MONDAYS, "FY2026", "FY2026", "2026财年"),
        (Period.quarter(2026, 4, calendar=RETAIL), RETAIL, "FY2026-Q4", "Q4 FY2026", "2026财年第4季度"),
        (Period.month(2026, 9, calendar=RETAIL), RETAIL, "FY2026-M09", "month 9 of FY2026", "2026财年第9月"),
        (Period.week(2026, 38, calendar=RETAIL), RETAIL, "FY2026-W38", "week 38 of FY2026", "2026财年第38周"),
        (Period.day(date(2026, 9, 30)), RETAIL, "2026-09-30", "2026-09-30", "2026年9月30日"),
        (Period.month(2026, 9), RETAIL, "2026-09-01..2026-09-30", "2026-09-01 to 2026-09-30", None),
        (Period.week(2026, 38), RETAIL, "2026-09-14..2026-09-20", "2026-09-14 to 2026-09-20", None),
        (Period.month(2026, 9, calendar=RETAIL), None, "2025-10-05..2025-11-01", "2025-10-05 to 2025-11-01", None),
        (Period.quarter(2026, 1), FEBRUARY, "2026-01-01..2026-03-31", "2026-01-01 to 2026-03-31", None),
        (Period.quarter(9999, 3), APRIL, "9999-07-01..9999-09-30", "9999-07-01 to 9999-09-30", None),
        (Period(date(9999, 1, 1), date.max), None, "9999-01-01..9999-12-30", "9999-01-01 to 9999-12-30", None),
    ],
)
def test_a_period_is_labelled_for_programs_and_written_for_readers(
    period: Period, calendar: Calendar | None, label: str, english: str, chinese: str | None
) -> None:
    assert period.label_in(calendar) == label
    assert period.text(calendar=calendar) == english
    if chinese is not None:
        assert period.text("zh", calendar=calendar) == chinese


def test_a_week_begins_where_the_calendar_says() -> None:
    sundays = Period.month(2026, 9).split("week", Calendar(week_start=6))
    assert [part.start.day for part in sundays] == [1, 6, 13, 20, 27]


@pytest.mark.parametrize("grain", GRAINS)
def test_nothing_begins_after_the_end_of_time(grain: Grain) -> None:
    assert boundary_after(date.max, grain, None) == boundary_after(date.max, grain, RETAIL) == date.max
    assert boundary_after(date.min, grain, APRIL) > date.min
    assert date.min < boundary_after(date.min, grain, RETAIL) < date(2, 3, 1)


def test_years_of_weeks_are_cut_at_the_ends_of_time_too() -> None:
    first, last = Period(date.min, date(1, 3, 1)), Period(date(9999, 10, 1), date.max)
    assert [part.start.isoformat() for part in first.split("month", MONDAYS)] == ["0001-01-01", "0001-01-29", "0001-02-26"]
    starts = ["9999-10-01", "9999-10-04", "9999-11-01", "9999-11-29"]
    assert [part.start.isoformat() for part in last.split("month", MONDAYS)] == starts

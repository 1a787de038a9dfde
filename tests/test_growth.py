"""Growth by workdays, and attainment over the year to date and over rolling months: worked examples and what is undefined."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf import (
    COUNT,
    STANDARD_METRICS,
    Actual,
    Amount,
    Calendar,
    InvalidValueError,
    Metric,
    Org,
    Period,
    Rep,
    Target,
    testing,
)
from salesperf.attainment import Attainment, TargetBook, WorkdayGrowth, attain, tally

VISITS, HEADCOUNT = STANDARD_METRICS["visits"], STANDARD_METRICS["headcount"]


def goal(number: int, period: Period, metric: Metric = VISITS) -> Target:
    return Target(owner="ada", metric=metric, amount=Amount.of(number, COUNT), period=period)


def done(number: int, on: date, metric: Metric = VISITS) -> Actual:
    return Actual(owner="ada", metric=metric, amount=Amount.of(number, COUNT), on=on)


def grown(before: int, now: int, period: Period, **rest: Any) -> Attainment:  # noqa: ANN401 - arguments of attain
    actuals = [done(before, period.year_before().start), done(now, period.start)]
    return attain(goal(100, period), tally(actuals), **{"as_of": period.last, **rest})


# The days it is held against


@given(st.tuples(testing.days(), st.integers(1, 7)), st.data())
def test_days_of_a_week_or_less_are_held_against_the_same_weekdays(found: tuple[date, int], data: st.DataObject) -> None:
    period = Period(found[0], found[0] + timedelta(days=found[1]))
    part = data.draw(st.sampled_from(period.split("day")))
    before = period.same_days_last_year(part)
    assert (part.start - before.start, before.days) == (timedelta(weeks=52), 1)
    assert before.start.weekday() == part.start.weekday()
    assert period.same_days_last_year().start <= before.start < before.end <= period.same_days_last_year().end


@given(st.tuples(testing.days(), st.integers(8, 800)))
def test_longer_periods_are_held_against_the_same_dates(found: tuple[date, int]) -> None:
    period = Period(found[0], found[0] + timedelta(days=found[1]))
    part = Period.day(period.start)
    assert period.same_days_last_year() == period.year_before()
    assert period.same_days_last_year(part) == part.year_before()


def test_what_is_no_part_of_a_period_is_refused() -> None:
    with pytest.raises(InvalidValueError) as caught:
        Period.week(2026, 38).same_days_last_year("2026-09-16")  # type: ignore[arg-type] # refused at run time
    assert (caught.value.code, caught.value.path) == ("wrong_type", ("part",))


def test_a_wednesday_is_held_against_a_wednesday_and_a_month_so_far_against_the_same_dates() -> None:
    # 16 September is a Wednesday in 2026, and a Tuesday in 2025.
    actuals = [done(1, date(2025, 8, 1)), done(4, date(2025, 9, 16)), done(10, date(2025, 9, 17)), done(12, date(2026, 9, 16))]
    by_period = {
        period.label: attain(goal(100, period), tally(actuals), as_of=date(2026, 9, 16))
        for period in (Period.day(date(2026, 9, 16)), Period.week(2026, 38), Period.month(2026, 9))
    }
    assert {label: found.last_year.minor for label, found in by_period.items() if found.last_year} == {
        "2026-09-16": 10,
        "2026-W38": 14,
        "2026-09": 4,
    }
    day = by_period["2026-09-16"]
    assert day.growth_rate == pytest.approx(0.2)
    assert day.entries_last_year_among(actuals) == (actuals[2],)
    assert day.growth_by_workdays.workdays_last_year == 1


# Growth by workdays


def test_growth_by_workdays_leaves_out_what_a_workday_more_brings() -> None:
    # May has 20 workdays in 2023 with the first off, and 22 in 2024: as much a workday is no growth.
    calendar = Calendar(holidays=[date(2023, 5, 1), date(2023, 5, 2), date(2023, 5, 3), date(2024, 5, 1)])
    found = grown(200, 220, Period.month(2024, 5), calendar=calendar)
    assert (found.growth_rate, found.growth_by_workdays.rate) == (0.1, 0.0)
    assert (found.growth_by_workdays.workdays, found.growth_by_workdays.workdays_last_year) == (22, 20)


def test_a_spring_festival_that_moved_is_no_growth() -> None:
    # State Council: off 21 to 27 January 2023, and 10 to 17 February 2024, with weekends worked instead.
    calendar = Calendar(
        holidays=[
            *(day.start for day in Period.parse("2023-01-21..2023-01-27").split("day")),
            date(2023, 1, 2),
            date(2024, 1, 1),
            *(day.start for day in Period.parse("2024-02-10..2024-02-17").split("day")),
        ],
        extra_workdays=[date(2023, 1, 28), date(2023, 1, 29), date(2024, 2, 4), date(2024, 2, 18)],
    )
    january = grown(180, 220, Period.month(2024, 1), calendar=calendar)
    assert (january.growth_by_workdays.workdays, january.growth_by_workdays.workdays_last_year) == (22, 18)
    assert january.growth_rate == pytest.approx(0.2222, abs=1e-4)
    assert january.growth_by_workdays.rate == 0.0
    february = grown(200, 180, Period.month(2024, 2), calendar=calendar)
    assert (february.growth_by_workdays.workdays, february.growth_by_workdays.workdays_last_year) == (18, 20)
    assert (february.growth_rate, february.growth_by_workdays.rate) == (-0.1, 0.0)


def test_a_period_that_is_not_over_is_compared_up_to_the_day() -> None:
    found = grown(10, 11, Period.quarter(2026, 3), as_of=date(2026, 8, 14)).growth_by_workdays
    # July to mid-August has 33 workdays in both years.
    assert (found.workdays, found.workdays_last_year) == (33, 33)
    assert found.rate == pytest.approx(0.1, abs=1e-15)


def test_growth_by_workdays_explains_itself() -> None:
    found = grown(200, 231, Period.month(2026, 6)).growth_by_workdays
    testing.assert_breakdowns_hold(found)
    assert found.breakdown.value == Fraction(231, 22) / Fraction(200, 21) - 1
    assert "a workday of the year before: 9.524 = quotient of" in found.breakdown.text()
    assert "去年每工作日" in found.breakdown.text("zh")
    assert found.rows() == [
        {"actual": 231, "last_year": 200, "workdays": 22, "workdays_last_year": 21, "growth_rate": found.rate},
    ]


def test_a_row_of_an_attainment_has_both_growths() -> None:
    (row,) = grown(200, 231, Period.month(2026, 6)).rows()
    assert row["growth_rate"] == 0.155
    assert row["growth_rate_by_workdays"] == pytest.approx(0.1025, abs=1e-12)


@given(
    st.integers(1, 10**9), st.integers(0, 10**9), testing.calendars(), st.sampled_from(list(Period.year(2026).split("month")))
)
def test_growth_by_workdays_is_growth_times_what_workdays_make(
    before: int, now: int, calendar: Calendar, month: Period
) -> None:
    found = grown(before, now, month, calendar=attrs.evolve(calendar, holidays=[], extra_workdays=[]))
    assert found.growth_rate is not None
    workdays = found.growth_by_workdays
    assert workdays.rate is not None
    factor = workdays.workdays_last_year / workdays.workdays
    assert 1 + workdays.rate == pytest.approx((1 + found.growth_rate) * factor, rel=1e-12)


# Where it is undefined


def reason_of(found: Attainment) -> str:
    growth = found.growth_by_workdays
    assert growth.rate is None
    assert growth.reason is not None
    assert growth.breakdown.value is None
    testing.assert_breakdowns_hold(growth)
    assert growth.reason.text("zh") != growth.reason.text()
    return growth.reason.text()


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        ([], "nothing was recorded in the same days of the year before"),
        ([done(0, date(2025, 6, 2))], "what was recorded in the same days of the year before is not above zero"),
        (
            [done(9, date(2025, 6, 2)), done(-9, date(2025, 6, 3))],
            "what was recorded in the same days of the year before is not above zero",
        ),
        ([done(9, date(2025, 6, 20))], "the records begin on 2025-06-20"),
    ],
    ids=["nothing", "zero", "returns", "records begin later"],
)
def test_growth_over_nothing_says_why_it_is_undefined(before: list[Actual], reason: str) -> None:
    june = Period.month(2026, 6)
    assert reason_of(attain(goal(9, june), tally([*before, done(9, june.start)]), as_of=june.last)) == reason


def test_days_off_are_not_compared_by_workdays() -> None:
    sunday = Period.day(date(2026, 6, 7))
    actuals = [done(5, date(2025, 6, 8)), done(5, sunday.start)]
    assert reason_of(attain(goal(9, sunday), tally(actuals), as_of=sunday.last)) == "there is no workday to compare by"


@pytest.mark.parametrize(("known", "unknown"), [("2026", "2025"), ("2025", "2026")])
def test_a_calendar_with_the_holidays_of_one_year_compares_no_workdays(known: str, unknown: str) -> None:
    calendar = Calendar(holidays=[date(int(known), 10, 1)])
    found = grown(9, 9, Period.month(2026, 10), calendar=calendar)
    assert found.growth_rate == 0
    assert reason_of(found) == f"the calendar names holidays of {known}, and none of {unknown}"


def test_what_is_no_flow_or_has_not_begun_is_not_compared() -> None:
    june = Period.month(2026, 6)
    heads = attain(goal(9, june, HEADCOUNT), tally([done(9, june.start, HEADCOUNT)]), as_of=june.last)
    assert reason_of(heads) == "only what adds up over time is compared by workdays"
    later = attain(goal(9, june), tally([done(9, date(2025, 6, 2))]), as_of=date(2026, 5, 31))
    assert reason_of(later) == "the period has not started"


def test_the_first_year_of_all_has_none_before_it() -> None:
    first = Period(date(1, 3, 1), date(1, 4, 1))
    found = attain(goal(9, first), tally([done(9, first.start)]), as_of=first.last)
    assert reason_of(found) == "nothing was recorded in the same days of the year before"


def test_a_growth_without_its_parts_is_undefined() -> None:
    empty = WorkdayGrowth(actual=None, last_year=None, workdays=0, workdays_last_year=0, reason=None)
    assert (empty.rate, empty.breakdown.value) == (None, None)
    assert empty.rows()[0]["actual"] is None


# Year to date, and rolling months


MONTHS = Period(date(2025, 1, 1), date(2027, 1, 1)).split("month")
BOOK = TargetBook([goal(22, month) for month in MONTHS], Org(reps=[Rep(id="ada")]), Calendar())
DAILY = tally(
    [done(1, day.start) for day in Period(date(2025, 1, 1), date(2027, 1, 1)).split("day") if Calendar().is_workday(day.start)]
)


def test_the_year_to_date_owes_the_months_so_far_and_a_share_of_the_last() -> None:
    so_far = Period.to_date(date(2026, 8, 14))
    found = BOOK.owed("ada", VISITS, so_far)
    assert found is not None
    # Seven months of 22, and ten of the 21 workdays of August: 10.47..., rounded.
    assert (found.basis, found.asked) == ("prorated", so_far)
    assert found.target.amount == Amount.of(7 * 22 + 10, COUNT)
    result = attain(found, DAILY, as_of=so_far.last)
    assert result.actual == Amount.of(Calendar().workdays(so_far), COUNT)
    assert result.is_over


def test_at_the_end_of_a_month_the_year_to_date_owes_its_months() -> None:
    found = BOOK.owed("ada", VISITS, Period.to_date(date(2026, 8, 31)))
    assert found is not None
    assert (found.basis, found.target.amount) == ("finer", Amount.of(8 * 22, COUNT))


def test_twelve_rolling_months_owe_twelve_months_and_cross_the_year() -> None:
    year = Period.rolling(date(2026, 8, 31))
    found = BOOK.owed("ada", VISITS, year)
    assert found is not None
    assert (found.basis, len(found.parts), found.target.amount) == ("finer", 12, Amount.of(12 * 22, COUNT))
    result = attain(found, DAILY, as_of=year.last)
    assert result.actual == Amount.of(Calendar().workdays(year), COUNT)
    # Of the twelve months before, the eight of 2025 alone are on record, so nothing is compared.
    assert (result.last_year, result.growth_by_workdays.rate) == (None, None)


def test_rolling_months_that_cut_months_owe_shares_of_them() -> None:
    found = BOOK.owed("ada", VISITS, Period.rolling(date(2026, 8, 14)))
    assert found is not None
    assert found.basis == "prorated"
    assert [part.period.label for part in found.parts if part.is_prorated] == [
        "2025-08-15..2025-08-31",
        "2026-08-01..2026-08-14",
    ]


def test_months_before_the_first_year_and_no_months_are_refused() -> None:
    for as_of, months, code, path in (
        (date(1, 6, 1), 12, "period_beyond_time", ("Period", "rolling")),
        (date(2026, 6, 1), 30_000, "period_beyond_time", ("Period", "rolling")),
        (date(2026, 6, 1), 0, "out_of_range", ("Period", "months")),
        (date(2026, 6, 1), True, "wrong_type", ("Period", "months")),
        (date.max, 1, "period_beyond_time", ("Period", "day")),
    ):
        with pytest.raises(InvalidValueError) as caught:
            Period.rolling(as_of, months)
        assert (caught.value.code, caught.value.path) == (code, path)


def test_rolling_months_begin_after_a_day_that_their_month_lacks() -> None:
    assert str(Period.rolling(date(2024, 2, 28))) == "2023-03-01..2024-02-28"
    assert str(Period.rolling(date(2024, 2, 29))) == "2023-03-01..2024-02-29"
    assert str(Period.rolling(date(2026, 5, 30), 3)) == "2026-03-01..2026-05-30"


days = testing.days()


@given(days)
def test_twelve_rolling_months_begin_where_those_of_the_year_before_end(as_of: date) -> None:
    year = Period.rolling(as_of)
    assert year.last == as_of
    assert year.year_before().end == year.start
    assert year.days in {365, 366}


@given(days, st.integers(1, 30))
def test_rolling_months_up_to_the_end_of_a_month_are_whole(day: date, months: int) -> None:
    month = Period.holding(day, "month")
    rolling = Period.rolling(month.last, months)
    parts = rolling.split("month")
    assert len(parts) == months
    assert parts[-1] == month
    assert parts[0] == Period.holding(parts[0].start, "month")


@given(days, testing.calendars(), st.sampled_from(["year", "half", "quarter", "month", "week", "day"]))
def test_a_period_to_date_begins_where_its_whole_does(as_of: date, calendar: Calendar, grain: Any) -> None:  # noqa: ANN401 - a grain
    so_far = Period.to_date(as_of, grain, calendar)
    assert so_far == Period.holding(as_of, grain, calendar).until(as_of)
    assert so_far.end == as_of + timedelta(days=1)

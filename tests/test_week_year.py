"""Years of whole weeks: where they begin and end, and how quarters and months share the weeks."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf import Calendar, Period, Profile
from salesperf.model.week_year import WEEK_PATTERNS, YEAR_ENDS, WeekPattern, WeekYears, YearEnd
from salesperf.testing import days

NRF = Calendar(fiscal_year_start=2, week_start=6, week_pattern="4-5-4")
"""The 4-5-4 calendar of the National Retail Federation: years end on the Saturday nearest 31 January."""

years_of_weeks = st.builds(
    WeekYears,
    pattern=st.sampled_from(WEEK_PATTERNS),
    month=st.integers(1, 12),
    weekday=st.integers(0, 6),
    year_end=st.sampled_from(YEAR_ENDS),
)
grains = st.sampled_from(("year", "half", "quarter", "month", "week"))


def weeks(years: WeekYears, year: int, grain: str) -> list[int]:
    """Return the weeks of each part of a year."""
    parts = [years.part(year, grain, number) for number in range(1, years.parts(year, grain) + 1)]
    assert all(earlier.end == later.start for earlier, later in pairwise(parts))
    assert (parts[0].start, parts[-1].end) == (years.opening(year), years.opening(year + 1))
    return [(part.end - part.start) // 7 for part in parts]


@given(years_of_weeks, st.integers(1, 9998))
def test_a_year_has_52_or_53_weeks_and_the_53rd_is_added_to_its_last_month(years: WeekYears, year: int) -> None:
    extra = years.weeks(year) - 52
    assert extra in {0, 1}
    assert weeks(years, year, "week") == [1] * (52 + extra)
    assert weeks(years, year, "month") == [*([int(count) for count in years.pattern.split("-")] * 4)[:-1], _last(years) + extra]
    assert weeks(years, year, "quarter") == [13, 13, 13, 13 + extra]
    assert weeks(years, year, "half") == [26, 26 + extra]
    assert weeks(years, year, "year") == [52 + extra]


def _last(years: WeekYears) -> int:
    return int(years.pattern[-1])


@given(years_of_weeks, st.integers(2, 9997))
def test_a_year_begins_where_the_one_before_ends_on_the_weekday_that_the_rule_names(years: WeekYears, year: int) -> None:
    end = date.fromordinal(years.opening(year + 1) - 1)
    assert end.weekday() == (years.weekday - 1) % 7
    following = date(year + (years.month == 1), years.month, 1)
    # 26 CFR 1.441-2(a)(2): up to six days before the end of the month; or up to three before or after it.
    before = (following - timedelta(days=1) - end).days
    assert before in (range(7) if years.year_end == "last" else range(-3, 4))


@given(years_of_weeks, st.dates(), grains)
def test_every_day_lies_in_the_part_that_holds_it(years: WeekYears, on: date, grain: str) -> None:
    part = years.part_holding(on.toordinal(), grain)
    assert part.start <= on.toordinal() < part.end
    assert part == years.part(part.year, grain, part.number)


@given(days(), st.sampled_from(("year", "quarter", "month", "week")))
def test_what_the_calendar_holds_is_what_it_numbers(on: date, grain: Any) -> None:  # noqa: ANN401 - a grain by name
    period = Period.holding(on, grain, NRF)
    name = period.name_in(NRF)
    assert name is not None
    make: dict[str, Any] = {"quarter": Period.quarter, "month": Period.month, "week": Period.week}
    _, _, year, number = name
    again = Period.year(year, calendar=NRF) if grain == "year" else make[grain](year, number, calendar=NRF)
    assert (name[0], again) == (grain, period)


def test_the_words_are_those_of_the_types() -> None:
    assert get_args(WeekPattern) == WEEK_PATTERNS
    assert get_args(YearEnd) == YEAR_ENDS


def test_the_calendar_of_retail_has_53_weeks_in_the_years_that_its_federation_names() -> None:
    # https://www.nrf.com/resources/4-5-4-calendar and its earlier editions: 2000, 2006, 2012, 2017 and 2023, each named by
    # the year in which it begins. We name a fiscal year by the one in which it ends.
    long = [year - 1 for year in range(2000, 2028) if Period.year(year, calendar=NRF).days == 53 * 7]
    assert long == [2000, 2006, 2012, 2017, 2023]


@pytest.mark.parametrize(
    ("label", "first", "last"),
    [
        # The 4-5-4 calendars of 2006 (its February and March), 2012, 2017 and 2023 as published by the federation.
        ("FY2007-M01", "2006-01-29", "2006-02-25"),
        ("FY2007-M02", "2006-02-26", "2006-04-01"),
        ("FY2013-W52", "2013-01-20", "2013-01-26"),
        ("FY2013-W53", "2013-01-27", "2013-02-02"),
        ("FY2018", "2017-01-29", "2018-02-03"),
        ("FY2024", "2023-01-29", "2024-02-03"),
        ("FY2024-Q4", "2023-10-29", "2024-02-03"),
        ("FY2024-M12", "2023-12-31", "2024-02-03"),
        ("FY2025", "2024-02-04", "2025-02-01"),
    ],
)
def test_the_calendar_of_retail_has_the_days_that_its_federation_publishes(label: str, first: str, last: str) -> None:
    period = Period.parse(label, calendar=NRF)
    assert (period.start.isoformat(), period.last.isoformat()) == (first, last)
    assert period.label_in(NRF) == label


def test_a_4_4_5_year_from_the_manual_of_an_accounting_system() -> None:
    # Certinia (FinancialForce), Revenue Management, "What is a 4,4,5 Calendar?": the periods of 2010, and "the extra week in
    # a 53-week year is added to the last period of Q4", which then has six.
    # https://help.financialforce.com/main/2024.1/Content/RevenueManagement/Features/YearsPeriods/Whatis445.htm
    calendar = Calendar(week_start=6, week_pattern="4-4-5")
    months = Period.year(2010, calendar=calendar).split("month", calendar)
    assert [month.last.isoformat() for month in months] == [
        "2010-01-30",
        "2010-02-27",
        "2010-04-03",
        "2010-05-01",
        "2010-05-29",
        "2010-07-03",
        "2010-07-31",
        "2010-08-28",
        "2010-10-02",
        "2010-10-30",
        "2010-11-27",
        "2011-01-01",
    ]
    assert months[0].start.isoformat() == "2010-01-03"
    long = Period.year(2014, calendar=calendar)
    assert (long.days, Period.month(2014, 12, calendar=calendar).days) == (53 * 7, 6 * 7)


@pytest.mark.parametrize(
    ("week_pattern", "last_quarter"),
    [("4-4-5", [4, 4, 6]), ("5-4-4", [5, 4, 5]), ("4-5-4", [4, 5, 5])],
)
def test_the_53rd_week_goes_to_the_last_month_of_every_pattern(week_pattern: WeekPattern, last_quarter: list[int]) -> None:
    # Planon, Lease Accounting, "4-4-5 calendar": "always the last month of the year (4-4-6, 5-4-5 or 4-5-5 weeks)".
    # https://webhelp.planoncloud.com/en/Lease%20Accounting/c_445_calendar.html
    calendar = Calendar(fiscal_year_start=2, week_start=6, week_pattern=week_pattern)
    quarter = Period.quarter(2024, 4, calendar=calendar)
    assert [month.days // 7 for month in quarter.split("month", calendar)] == last_quarter


# pandas 3.1.1, FY5253Quarter(weekday, startingMonth, variation, qtr_with_extra_week=4): the ends of the years from 2003 to
# 2016, of which each that is marked closes one of 53 weeks. (Its starting month is the one that the year ends with.)
PANDAS = (
    (8, 5, "last", "0830 0828 0827 0826 0825 0830* 0829 0828 0827 0825 0831* 0830 0829 0827"),
    (8, 5, "nearest", "0830 0828 0903* 0902 0901 0830 0829 0828 0903* 0901 0831 0830 0829 0903*"),
    (9, 5, "last", "0927 0925 0924 0930* 0929 0927 0926 0925 0924 0929* 0928 0927 0926 0924"),
    (12, 6, "nearest", "1228 0102* 0101 1231 1230 1228 0103* 0102 0101 1230 1229 1228 0103* 0101"),
    (12, 4, "last", "1226 1231* 1230 1229 1228 1226 1225 1231* 1230 1228 1227 1226 1225 1230*"),
)


@pytest.mark.parametrize(("month", "weekday", "year_end", "ends"), PANDAS)
def test_years_and_quarters_agree_with_pandas(month: int, weekday: int, year_end: YearEnd, ends: str) -> None:
    calendar = Calendar(fiscal_year_start=month % 12 + 1, week_start=(weekday + 1) % 7, week_pattern="4-4-5", year_end=year_end)
    years = [Period.year(year, calendar=calendar) for year in range(2003, 2017)]
    found = [f"{year.last:%m%d}{'*' if year.days == 53 * 7 else ''}" for year in years]
    assert found == ends.split()
    lengths = [[quarter.days // 7 for quarter in year.split("quarter", calendar)] for year in years]
    assert lengths == [[13, 13, 13, 14 if end.endswith("*") else 13] for end in ends.split()]


def test_a_season_by_months_knows_a_month_of_weeks_by_the_one_that_it_stands_for() -> None:
    season = Profile(grain="month", weights=range(1, 13))
    retail_year = Period.year(2024, calendar=NRF).split("month", NRF)
    assert [season.weigh(month, NRF) for month in retail_year] == [*range(2, 13), 1]
    quarterly = Profile(grain="quarter", weights=(1, 2, 3, 4))
    assert [quarterly.weigh(quarter, NRF) for quarter in Period.year(2024, calendar=NRF).split("quarter", NRF)] == [1, 2, 3, 4]


def test_workdays_of_a_year_of_weeks_add_up() -> None:
    year = Period.year(2024, calendar=NRF)
    assert NRF.workdays(year) == 53 * 5 == sum(NRF.workdays(month) for month in year.split("month", NRF))

"""Profiles and schedules: how the work of a year is spread, and what a part of it weighs."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf import Calendar, InvalidValueError, Period, Profile, Schedule
from salesperf.testing import calendars, periods, profiles, schedules

APRIL = Calendar(fiscal_year_start=4)
NO_WORK = Calendar(holidays=[date(2026, 7, 1) + timedelta(days=number) for number in range(31)])
"""A July in which nobody works."""

splits = st.sampled_from(("quarter", "month", "week", "day"))


@given(profiles(), periods(), calendars(), splits)
def test_the_weights_of_a_split_add_to_that_of_the_period(
    profile: Profile,
    period: Period,
    calendar: Calendar,
    grain: Any,  # noqa: ANN401 - a grain by name
) -> None:
    parts = period.split(grain, calendar)
    assert sum(profile.weigh(part, calendar) for part in parts) == profile.weigh(period, calendar)


@given(schedules(), periods(), calendars(), splits)
def test_the_weights_of_a_split_add_to_that_of_the_period_by_a_schedule_too(
    schedule: Schedule,
    period: Period,
    calendar: Calendar,
    grain: Any,  # noqa: ANN401 - a grain by name
) -> None:
    parts = period.split(grain, calendar)
    assert sum(schedule.weigh(part, calendar) for part in parts) == schedule.weigh(period, calendar)


@given(profiles(), st.integers(2000, 2100), calendars())
def test_a_year_weighs_all_of_its_parts(profile: Profile, year: int, calendar: Calendar) -> None:
    starts_in_january = profile.grain == "month" and calendar.week_pattern is None
    whole = Period.year(year) if starts_in_january else Period.year(year, calendar=calendar)
    assert profile.weigh(whole, calendar) == sum(Fraction(weight) for weight in profile.weights)


@given(schedules(), calendars())
def test_a_whole_schedule_weighs_what_was_planned(schedule: Schedule, calendar: Calendar) -> None:
    whole = Period(schedule.parts[0][0].start, schedule.parts[-1][0].end)
    assert schedule.weigh(whole, calendar) == sum(Fraction(weight) for _, weight in schedule.parts)
    assert schedule.weigh(Period(date(1999, 1, 1), date(2000, 1, 1)), calendar) == 0


@given(schedules())
def test_a_schedule_may_be_given_in_any_order(schedule: Schedule) -> None:
    assert Schedule(parts=schedule.parts[::-1]) == schedule


@pytest.mark.parametrize(
    ("grain", "weights", "period", "weight"),
    [
        ("month", range(1, 13), Period.month(2026, 9), 9),
        ("month", range(1, 13), Period.quarter(2026, 3), 7 + 8 + 9),
        ("quarter", (1, 2, 3, 4), Period.quarter(2026, 1), 4),
        ("quarter", (1, 2, 3, 4), Period.quarter(2026, 2), 1),
        # 64 of the 130 workdays from October 2025 to March 2026, and 65 of the 131 from April to September 2026.
        ("half", (1, 2), Period.half(2026, 1), 2 * Fraction(64, 130) + Fraction(65, 131)),
    ],
)
def test_halves_and_quarters_are_those_of_the_fiscal_year_and_months_begin_with_january(
    grain: Any,  # noqa: ANN401 - a grain by name
    weights: Any,  # noqa: ANN401 - any numbers
    period: Period,
    weight: Fraction,
) -> None:
    assert Profile(grain=grain, weights=weights).weigh(period, APRIL) == weight


def test_where_nobody_works_days_are_weighed_instead() -> None:
    flat = Profile(grain="month", weights=[31] * 12)
    assert flat.weigh(Period.parse("2026-07-01..2026-07-10"), NO_WORK) == 10


def test_a_float_counts_as_the_binary_fraction_that_it_holds() -> None:
    profile = Profile(grain="half", weights=np.array([0.1, 0.2]))
    assert profile.weigh(Period.half(2026, 1), Calendar()) == Fraction(0.1)
    assert repr(profile) == "Profile(grain='half', weights=(0.1, 0.2))"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"grain": "week"}, ("choice", "Profile", "grain")),
        ({"weights": 1}, ("wrong_type", "Profile", "weights")),
        ({"weights": np.array(7)}, ("wrong_type", "Profile", "weights")),
        ({"weights": [1, 2, 3]}, ("profile_length", "Profile", "weights")),
        ({"weights": [0, 0, Decimal(0), 0.0]}, ("weights_all_zero", "Profile", "weights")),
        ({"weights": [1, 1, 1, -1]}, ("weights_invalid", "Profile", "weights", 3)),
        ({"weights": [1, Decimal("-0.1"), 1, 1]}, ("weights_invalid", "Profile", "weights", 1)),
        ({"weights": [1, 1, float("nan"), 1]}, ("not_finite", "Profile", "weights", 2)),
        ({"weights": [1, 1, Decimal("Infinity"), 1]}, ("not_finite", "Profile", "weights", 2)),
        ({"weights": [1, 1, 1, "1"]}, ("wrong_type", "Profile", "weights", 3)),
        ({"weights": [True, 1, 1, 1]}, ("wrong_type", "Profile", "weights", 0)),
        ({"weights": [Decimal("1E-999999999"), 1, 1, 1]}, ("decimal_scale", "Profile", "weights", 0)),
        ({"weights": [1, Fraction(1, 10**101), 1, 1]}, ("decimal_scale", "Profile", "weights", 1)),
        ({"weights": [1, 1, 1e102, 1]}, ("decimal_scale", "Profile", "weights", 2)),
    ],
)
def test_a_malformed_profile_is_refused(changes: Mapping[str, Any], found: tuple[str | int, ...]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        Profile(**{"grain": "quarter", "weights": (1, 2, 3, 4), **changes})
    assert (caught.value.code, *caught.value.path) == found


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        (7, ("wrong_type", "Schedule", "parts")),
        ([Period.year(2026)], ("wrong_type", "Schedule", "parts", 0)),
        ([(Period.year(2026),)], ("wrong_type", "Schedule", "parts", 0)),
        ([(Period.year(2026), 1), ("2027", 1)], ("wrong_type", "Schedule", "parts", 1)),
        ([(Period.year(2026), 1), (Period.year(2027), "1")], ("wrong_type", "Schedule", "parts", 1)),
        ([(Period.year(2026), -1)], ("weights_invalid", "Schedule", "parts", 0)),
        ([(Period.year(2026), float("inf"))], ("not_finite", "Schedule", "parts", 0)),
        ([(Period.year(2026), 1), (Period.year(2027), Fraction(1, 10**400))], ("decimal_scale", "Schedule", "parts", 1)),
        ([(Period.year(2026), 10**101)], ("decimal_scale", "Schedule", "parts", 0)),
        ([(Period.year(2026), 0)], ("weights_all_zero", "Schedule", "parts")),
        ([], ("weights_all_zero", "Schedule", "parts")),
        ([(Period.month(2026, 12), 1), (Period.year(2026), 1)], ("period_overlap", "Schedule", "parts", 1)),
    ],
)
def test_a_malformed_schedule_is_refused(parts: Any, found: tuple[str | int, ...]) -> None:  # noqa: ANN401 - the fault
    with pytest.raises(InvalidValueError) as caught:
        Schedule(parts=parts)
    assert (caught.value.code, *caught.value.path) == found

"""Workdays of service, of presence and at a ramp's share, against counting them day by day."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from dateutil.relativedelta import relativedelta
from examples import at_most
from hypothesis import given, settings
from hypothesis import strategies as st

from salesperf import Calendar, Org, Period, Rep, Stint, testing
from salesperf.allocation.availability import Availability, measure, month_of_service, stint_of

YEAR = Period.year(2026)
FAR = Period(date(9999, 11, 1), date(9999, 12, 31))


def of_one(rep: Rep, *periods: Period, calendar: Calendar | None = None) -> Availability:
    return measure([stint_of(rep)], {rep.id: rep}, periods, calendar)


def count(rep: Rep, period: Period, calendar: Calendar) -> tuple[int, int, Fraction, Fraction]:
    """Count workdays in service, workdays there, and both kinds of ramped ones, a day at a time."""
    served, worked, ramped, to_full = 0, 0, Fraction(0), Fraction(0)
    for number in range(period.days):
        on = period.start + timedelta(number)
        if calendar.is_workday(on) and rep.service[0] <= on < rep.service[1]:
            served += 1
            if not any(on in absence for absence in rep.absences):
                worked += 1
                share = share_on(rep, on)
                ramped, to_full = ramped + share, to_full + min(share, Fraction(1))
    return served, worked, ramped, to_full


def share_on(rep: Rep, on: date) -> Fraction:
    if rep.hired is None:
        return Fraction(1)
    starts = [rep.hired + relativedelta(months=months) for months in range(len(rep.ramp) + 1)]
    past = sum(start <= on for start in starts)
    return Fraction(rep.ramp[past - 1]) if past <= len(rep.ramp) else Fraction(1)


@settings(max_examples=at_most(30))
@given(
    testing.reps(),
    st.lists(testing.periods().filter(lambda period: period.days < 130), min_size=1, max_size=2),
    testing.calendars(),
)
def test_the_counts_are_those_of_a_walk_through_the_days(rep: Rep, periods: list[Period], calendar: Calendar) -> None:
    found = of_one(rep, *periods, calendar=calendar)
    for column, period in enumerate(periods):
        cell = (0, column)
        counted = (
            int(found.served[cell]),
            int(found.worked[cell]),
            Fraction(int(found.ramped[cell]), found.denominator),
            Fraction(int(found.ramped_to_full[cell]), found.denominator),
        )
        assert counted == count(rep, period, calendar)
        assert found.workdays[column] == calendar.workdays(period)


@settings(max_examples=at_most(40))
@given(testing.orgs(max_reps=3))
def test_the_stints_of_a_rep_add_up_to_the_service(org: Org) -> None:
    months = YEAR.split("quarter")
    for rep in org.reps:
        apart = measure(org.stints(rep.id), org.rep_by_id, months)
        whole = of_one(rep, *months)
        scale = whole.denominator
        assert apart.served.sum(axis=0).tolist() == whole.served[0].tolist()
        assert [Fraction(int(days), apart.denominator) for days in apart.ramped.sum(axis=0)] == [
            Fraction(int(days), scale) for days in whole.ramped[0]
        ]


@given(st.dates(date(1990, 1, 1), date(2030, 12, 31)), st.integers(0, 40))
def test_a_month_of_service_begins_where_a_relativedelta_says(hired: date, months: int) -> None:
    assert date.fromordinal(month_of_service(hired, months)) == hired + relativedelta(months=months)


def test_a_month_of_service_beyond_time_begins_at_its_end() -> None:
    assert month_of_service(date(9999, 12, 5), 1) == date.max.toordinal()


def test_months_of_service_begin_on_the_last_day_where_a_month_is_short() -> None:
    # Hired on 31 January: the second month begins on 28 February and the third on 31 March.
    rep = Rep(id="ada", hired=date(2026, 1, 31), ramp=(Decimal("0.2"), Decimal("0.5")))
    found = of_one(rep, *(Period.day(date(2026, *on)) for on in ((2, 27), (3, 2), (3, 30), (3, 31))))
    assert (found.ramped[0] / found.denominator).tolist() == [0.2, 0.5, 0.5, 1.0]


def test_days_outside_the_service_count_nowhere() -> None:
    rep = Rep(id="ada", hired=date(2026, 3, 2), left=date(2026, 6, 1))
    always = Stint(rep="ada", start=date.min, end=date.max)
    found = measure([always], {"ada": rep}, YEAR.split("quarter"))
    assert found.served.tolist() == of_one(rep, *YEAR.split("quarter")).served.tolist() == [[22, 43, 0, 0]]


def test_nobody_and_no_period_are_counted_too() -> None:
    rep = Rep(id="ada")
    assert measure([], {}, [YEAR]).worked.shape == (0, 1)
    assert of_one(rep).ramped.shape == (1, 0)
    assert measure([], {}, []).served.shape == (0, 0)


def test_a_ramp_that_is_long_over_is_not_looked_at() -> None:
    rep = Rep(id="ada", hired=date(2020, 1, 1), ramp=(Decimal("0.5"),))
    assert of_one(rep, YEAR).denominator == 1


def test_a_ramp_of_many_digits_is_exact() -> None:
    rep = Rep(id="ada", hired=date(2026, 1, 1), ramp=(Decimal("1e-99"),))
    found = of_one(rep, *YEAR.split("month")[:2])
    assert {column.dtype for column in (found.workdays, found.served, found.worked, found.ramped)} == {np.dtype(object)}
    assert (found.workdays * found.denominator).tolist() == [22 * 10**99, 20 * 10**99]
    assert [Fraction(days, found.denominator) for days in found.ramped[0].tolist()] == [Fraction(22, 10**99), 20]


def test_a_ramp_at_the_end_of_time_ends_with_it() -> None:
    rep = Rep(id="ada", hired=date(9999, 11, 30), ramp=(Decimal("0.5"), Decimal("0.5"), Decimal("0.5")))
    assert of_one(rep, FAR).served.tolist() == [[23]]


@pytest.mark.parametrize("reps", [0, 3])
def test_the_counts_are_columns_of_whole_numbers(reps: int) -> None:
    everybody = {f"r{number}": Rep(id=f"r{number}") for number in range(reps)}
    found = measure([stint_of(rep) for rep in everybody.values()], everybody, YEAR.split("month"))
    assert all(column.dtype == np.int64 for column in (found.workdays, found.served, found.worked, found.ramped))

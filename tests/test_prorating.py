"""A seat's quota over those who shared it: worked examples, what is left over, and what is refused."""

import pickle
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from salesperf import (
    COUNT,
    STANDARD_METRICS,
    Amount,
    Calendar,
    InvalidValueError,
    NotAdditiveError,
    Org,
    Period,
    Rep,
    SalesperfError,
    Target,
    Team,
    testing,
)
from salesperf.allocation import Proration, cascade, prorate

VISITS, QUARTER = STANDARD_METRICS["visits"], Period.quarter(2026, 3)
AUGUST_1, SEPTEMBER_1 = date(2026, 8, 1), date(2026, 9, 1)


def seat(number: int, owner: str = "seat-7", period: Period = QUARTER, **rest: Any) -> Target:  # noqa: ANN401 - fields of Target
    return Target(owner=owner, metric=VISITS, amount=Amount.of(number, COUNT), period=period, **rest)


def minors(prorated: Proration) -> tuple[dict[str | None, int], tuple[int, int, int]]:
    testing.assert_breakdowns_hold(prorated)
    parts = {part.owner: part.amount.minor for part in prorated.targets if isinstance(part.amount, Amount)}
    return parts, (prorated.vacancy.minor, prorated.absence.minor, prorated.ramp_shortfall.minor)


def test_who_serves_throughout_has_the_whole_quota() -> None:
    assert minors(prorate(seat(66), [Rep(id="ada")])) == ({"ada": 66}, (0, 0, 0))


def test_days_on_which_nobody_serves_are_vacant() -> None:
    # The quarter has 66 workdays: 23 in July, 21 in August, 22 in September.
    prorated = prorate(seat(66), [Rep(id="ada", left=AUGUST_1), Rep(id="bo", hired=SEPTEMBER_1)])
    assert minors(prorated) == ({"ada": 23, "bo": 22}, (21, 0, 0))
    assert [part.period.label for part in prorated.targets] == ["2026-07", "2026-09"]
    assert {part.parent for part in prorated.targets} == {seat(66).key}


def test_days_on_which_several_serve_count_in_equal_parts() -> None:
    # Both serve in August, half of it each.
    prorated = prorate(seat(132), [Rep(id="ada", left=SEPTEMBER_1), Rep(id="bo", hired=AUGUST_1)])
    assert minors(prorated) == ({"ada": 67, "bo": 65}, (0, 0, 0))


def test_a_seat_of_a_cascade_is_divided_month_by_month_over_those_who_shared_it() -> None:
    org = Org(teams=[Team(id="east")], reps=[Rep(id="seat-7", team="east", kind="house"), Rep(id="cy", team="east")])
    plan = cascade(seat(660, owner="east"), org, {"seat-7": 2, "cy": 1}, grain="month")
    shared = [Rep(id="ada", left=date(2026, 8, 10)), Rep(id="bo", hired=SEPTEMBER_1, ramp=(Decimal("0.5"),))]
    months = [prorate(part, shared) for part in plan.targets if part.owner == "seat-7"]
    # 440 for the seat: 146 or 147 a month. Ada serves for 5 of 21 workdays in August, and bo for half of September.
    assert [minors(month) for month in months] == [
        ({"ada": 146}, (0, 0, 0)),
        ({"ada": 35}, (112, 0, 0)),
        ({"bo": 74}, (0, 0, 73)),
    ]


def test_absences_and_ramps_are_left_over() -> None:
    away = Period.parse("2026-08-03..2026-08-07")
    prorated = prorate(seat(660), [Rep(id="ada", hired=QUARTER.start, ramp=(Decimal("0.4"),), absences=[away])])
    assert minors(prorated) == ({"ada": 92 + 160 + 220}, (0, 50, 138))


def test_a_ramped_quota_and_a_prorated_one_are_those_of_a_commission_program(oracle: Any) -> None:  # noqa: ANN401 - a fixture
    # A public commission program, its integration tests: a quota at half productivity, and 17 of 31 days of it. It counts
    # days of the calendar, which are workdays where no day is off.
    cases = {case["id"]: case for case in oracle("commission_ramp_draw_proration.json")["cases"]}
    always, january = Calendar(weekend=()), Period.month(2026, 1)
    for name in ("cc-ramp-draw", "cc-ramp-prorated"):
        given, expected = cases[name]["inputs"], cases[name]["expected"]["quota"]
        hired = date(2026, 1, 32 - given.get("active_days", 31))
        rep = Rep(id="ada", hired=hired, ramp=(Decimal(str(given["ramp_quota_share"])),))
        (part,) = prorate(seat(100 * given["quota"], period=january), [rep], calendar=always).targets
        assert isinstance(part.amount, Amount)
        assert part.amount.minor / 100 == pytest.approx(expected, abs=cases[name]["tolerance"])


def test_an_absent_one_of_two_leaves_over_half_a_day() -> None:
    away = Period.parse("2026-07-01..2026-07-31")
    prorated = prorate(seat(132), [Rep(id="ada", absences=[away]), Rep(id="bo")])
    assert minors(prorated) == ({"ada": 43, "bo": 66}, (0, 23, 0))


def test_a_ramp_above_full_counts_as_full() -> None:
    assert minors(prorate(seat(66), [Rep(id="ada", hired=QUARTER.start, ramp=(Decimal(2),))])) == ({"ada": 66}, (0, 0, 0))


def test_a_ramp_of_many_digits_is_exact() -> None:
    slow = Rep(id="ada", hired=QUARTER.start, ramp=(Decimal("1e-99"),))
    assert minors(prorate(seat(66), [slow])) == ({"ada": 43}, (0, 0, 23))


def test_an_empty_seat_is_all_vacancy() -> None:
    assert minors(prorate(seat(66), [])) == ({}, (66, 0, 0))


def test_whoever_served_on_no_day_has_no_part() -> None:
    assert minors(prorate(seat(66), [Rep(id="ada"), Rep(id="bo", left=QUARTER.start)])) == ({"ada": 66}, (0, 0, 0))


def test_the_calendar_sets_the_workdays() -> None:
    calendar = Calendar(holidays=[date(2026, 7, day) for day in range(1, 32)])
    assert minors(prorate(seat(43), [Rep(id="ada", left=AUGUST_1)], calendar=calendar)) == ({"ada": 0}, (43, 0, 0))


def test_a_quota_of_ones_own_stays_in_its_place() -> None:
    above = seat(100, "east").key
    away = Period.parse("2026-08-03..2026-08-07")
    (part,) = prorate(seat(66, "ada", parent=above), [Rep(id="ada", absences=[away])]).targets
    assert (part.key, part.parent, part.amount) == (seat(66, "ada").key, above, Amount.of(61, COUNT))


def test_rows_tell_the_workdays_of_each_part_and_of_what_is_left_over() -> None:
    prorated = prorate(seat(66), [Rep(id="ada", left=AUGUST_1)])
    assert prorated.rows()[0] == {
        "owner": "ada",
        "part": "rep",
        "metric": "visits",
        "period": "2026-07",
        "amount": Decimal(23),
        "unit": "count",
        "workdays": 23.0,
    }
    assert [(row["part"], row["workdays"]) for row in prorated.rows()[1:]] == [
        ("vacancy", 43.0),
        ("absence", 0.0),
        ("ramp_shortfall", 0.0),
    ]
    assert prorated.fixed == frozenset()
    assert pickle.loads(pickle.dumps(prorated)) == prorated  # noqa: S301 - our own bytes


def assert_refused(kind: type[SalesperfError], code: str, path: tuple[str | int, ...], call: Callable[[], object]) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert (caught.value.code, caught.value.path) == (code, path)


def test_what_cannot_be_prorated_is_refused() -> None:
    bad: Any = 7
    rate = Target(owner="ada", metric=STANDARD_METRICS["win_rate"], amount=Decimal("0.3"), period=QUARTER)
    sunday = Period.day(date(2026, 9, 6))
    assert_refused(InvalidValueError, "wrong_type", ("target",), lambda: prorate(bad, []))
    assert_refused(NotAdditiveError, "not_additive", ("target", "metric"), lambda: prorate(rate, []))
    assert_refused(InvalidValueError, "wrong_type", ("calendar",), lambda: prorate(seat(1), [], calendar=bad))
    assert_refused(InvalidValueError, "wrong_type", ("reps",), lambda: prorate(seat(1), bad))
    assert_refused(InvalidValueError, "wrong_type", ("reps", 0), lambda: prorate(seat(1), [bad]))
    assert_refused(InvalidValueError, "not_unique", ("reps", 1), lambda: prorate(seat(1), [Rep(id="ada"), Rep(id="ada")]))
    assert_refused(
        InvalidValueError, "no_workdays", ("target", "period"), lambda: prorate(seat(1, period=sunday), [Rep(id="ada")])
    )

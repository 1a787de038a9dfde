"""Attainment and pace: what every status means, worked examples, intervals against scipy, and what is refused."""

import copy
import math
import pickle
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, Inexact, localcontext
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from salesperf import (
    CNY,
    COUNT,
    STANDARD_METRICS,
    USD,
    Actual,
    Amount,
    Band,
    Calendar,
    FrozenMap,
    InvalidValueError,
    Metric,
    Move,
    NotAdditiveError,
    Org,
    Period,
    Profile,
    Rep,
    SalesperfError,
    Schedule,
    Target,
    Team,
    Unit,
    UnitMismatchError,
    UnknownNameError,
    formulas,
    testing,
)
from salesperf.attainment import (
    LEAST_WORKDAYS,
    STATUSES,
    Attainment,
    Codes,
    TargetBook,
    Thresholds,
    attain,
    roll_up,
    roll_up_columns,
    tally,
)
from salesperf.model.metric import Accumulation, Direction
from salesperf.model.result import Scalar

VISITS, REVENUE, ORDERS, CUSTOMERS = (STANDARD_METRICS[key] for key in ("visits", "revenue", "orders", "customers"))
THIRD = Period.quarter(2026, 3)
JULY, AUGUST, SEPTEMBER = THIRD.split("month")  # 23, 21 and 22 workdays
HALFWAY = date(2026, 8, 14)  # 33 of 66 workdays
BEFORE, AFTER = date(2026, 6, 30), date(2026, 10, 1)
BAND = Band(Decimal(80), Decimal(120))


def done(metric: Metric, number: int, on: date, owner: str = "ada", unit: Unit = COUNT, **scope: str) -> Actual:
    return Actual(owner=owner, metric=metric, amount=Amount.of(number, unit), on=on, scope=scope)


def goal(
    metric: Metric,
    number: int,
    period: Period = THIRD,
    owner: str | None = "ada",
    unit: Unit = COUNT,
    **rest: Any,  # noqa: ANN401 - fields of Target
) -> Target:
    return Target(owner=owner, metric=metric, amount=Amount.of(number, unit), period=period, **rest)


def daily(numbers: list[int], start: date = JULY.start, metric: Metric = VISITS) -> list[Actual]:
    """Do so much on each workday from a day on."""
    days = [start] if Calendar().is_workday(start) else []
    while len(days) < len(numbers):
        days.append(Calendar().workday_after(days[-1] if days else start, 1))
    return [done(metric, number, on) for number, on in zip(numbers, days, strict=True)]


def single_row(found: Attainment) -> Mapping[str, Scalar]:
    (row,) = found.rows()
    return row


# Status: every direction, every way of adding up, before, within and after the period


def measured(accumulation: Accumulation, direction: Direction) -> tuple[Metric, ...]:
    """Make a metric, and the recorded metrics from which its actual is made."""
    if accumulation != "ratio":
        metric = Metric("measured", "count", accumulation, direction, "Measured")
        return metric, metric
    return Metric("measured", "ratio", "ratio", direction, "Measured", VISITS, ORDERS), VISITS, ORDERS


WITHIN_OF_FLOW: dict[str, dict[int, str]] = {
    "higher": {
        -5: "behind",
        0: "behind",
        40: "behind",
        48: "on_track",
        50: "on_track",
        52: "on_track",
        53: "ahead",
        99: "ahead",
        100: "met",
    },
    "lower": {-5: "ahead", 0: "ahead", 47: "ahead", 48: "on_track", 52: "on_track", 53: "behind", 100: "behind", 101: "missed"},
    "band": {0: "behind", 39: "behind", 40: "on_track", 60: "on_track", 61: "behind", 120: "behind", 121: "missed"},
}
WITHIN_OF_OTHERS: dict[str, dict[int, str]] = {
    "higher": {0: "behind", 94: "behind", 95: "on_track", 100: "on_track", 104: "on_track", 105: "ahead", 300: "ahead"},
    "lower": {0: "ahead", 95: "ahead", 96: "on_track", 105: "on_track", 106: "behind"},
    "band": {79: "behind", 80: "on_track", 120: "on_track", 121: "behind"},
}
AT_THE_END: dict[str, dict[int, str]] = {
    "higher": {0: "missed", 99: "missed", 100: "met", 101: "met"},
    "lower": {0: "met", 99: "met", 100: "met", 101: "missed"},
    "band": {79: "missed", 80: "met", 120: "met", 121: "missed"},
}
DIRECTIONS: dict[str, Direction] = {"higher": "higher", "lower": "lower", "band": BAND}
CASES = [
    (accumulation, direction, as_of, number, status)
    for accumulation in ("flow", "stock", "ratio")
    for as_of, table in (
        (BEFORE, {name: dict.fromkeys((0, 100, 300), "not_started") for name in DIRECTIONS}),
        (HALFWAY, WITHIN_OF_FLOW if accumulation == "flow" else WITHIN_OF_OTHERS),
        (THIRD.last, AT_THE_END),
        (AFTER, AT_THE_END),
    )
    for direction, statuses in table.items()
    for number, status in statuses.items()
]


@pytest.mark.parametrize(("accumulation", "direction", "as_of", "number", "status"), CASES)
def test_the_status_says_what_a_reader_would(
    accumulation: Accumulation, direction: str, as_of: date, number: int, status: str
) -> None:
    metric, *parts = measured(accumulation, DIRECTIONS[direction])
    on = min(as_of, THIRD.start)
    actuals = [done(part, value, on) for part, value in zip(parts, (number, 1), strict=False)]
    amount = Decimal(100) if accumulation == "ratio" else Amount.of(100, COUNT)
    found = attain(Target(owner="ada", metric=metric, amount=amount, period=THIRD), tally(actuals), as_of=as_of)
    assert found.status == status
    assert status in STATUSES


@pytest.mark.parametrize(
    ("direction", "target", "number", "within", "after"),
    [
        ("higher", 0, 0, "met", "met"),
        ("higher", 0, -1, "behind", "missed"),
        ("lower", 0, 0, "on_track", "met"),  # no complaint: a target that is often set
        ("lower", 0, 1, "missed", "missed"),
        ("lower", 0, -1, "on_track", "met"),
        ("lower", -100, -60, "missed", "missed"),
        ("lower", -100, -150, "on_track", "met"),
        ("higher", -100, -101, "behind", "missed"),
    ],
)
def test_a_target_of_nothing_or_less_has_a_status_but_no_ratio(
    direction: Direction, target: int, number: int, within: str, after: str
) -> None:
    metric, _ = measured("flow", direction)
    actuals = tally([done(metric, number, THIRD.start)])
    for as_of, status in ((HALFWAY, within), (AFTER, after)):
        found = attain(goal(metric, target), actuals, as_of=as_of)
        assert (found.status, found.ratio, found.achievement, found.pace.value, found.progress_gap) == (
            status,
            None,
            None,
            None,
            None,
        )
        assert found.pace.reason is not None
        assert found.pace.reason.key == "reason.no_target"
        assert found.gap == Amount.of(number - target, COUNT)


def test_what_is_not_recorded_is_undefined_and_no_sales_are_a_gap() -> None:
    for accumulation in ("stock", "ratio"):
        metric, *_ = measured(accumulation, "higher")
        amount = Decimal(100) if accumulation == "ratio" else Amount.of(100, COUNT)
        for as_of in (HALFWAY, AFTER):
            found = attain(Target(owner="ada", metric=metric, amount=amount, period=THIRD), tally([]), as_of=as_of)
            assert (found.actual, found.gap, found.status, found.entries) == (None, None, "undefined", 0)
            assert found.reason is not None
            assert found.reason.key == ("reason.over_nothing" if accumulation == "ratio" else "reason.not_recorded")
            assert found.pace.reason == found.reason
    flow = attain(goal(VISITS, 100), tally([]), as_of=HALFWAY)
    assert (flow.actual, flow.gap, flow.status, flow.pace.value) == (Amount.of(0, COUNT), Amount.of(-100, COUNT), "behind", 0.0)


def test_achievement_is_higher_where_better() -> None:
    cases: tuple[tuple[Direction, int, float], ...] = (
        ("higher", 60, 0.6),
        ("lower", 60, 1.4),
        ("lower", 250, -0.5),
        (BAND, 100, 1.0),
        (BAND, 60, 0.0),
    )
    for direction, number, expected in cases:
        metric, _ = measured("flow", direction)
        found = attain(goal(metric, 100), tally([done(metric, number, JULY.start)]), as_of=AFTER)
        assert found.achievement == pytest.approx(expected, rel=1e-12)
    stock, _ = measured("stock", BAND)
    assert attain(goal(stock, 100), tally([]), as_of=AFTER).achievement is None


def test_thresholds_are_the_reader_s_own() -> None:
    actuals = tally([done(VISITS, 48, THIRD.start)])
    lenient, strict = Thresholds(ahead=1.5, on_track=0.5), Thresholds(ahead=1.0, on_track=1.0)
    assert attain(goal(VISITS, 100), actuals, as_of=HALFWAY, thresholds=lenient).status == "on_track"
    assert attain(goal(VISITS, 100), actuals, as_of=HALFWAY, thresholds=strict).status == "behind"
    assert attain(goal(VISITS, 96), actuals, as_of=HALFWAY, thresholds=strict).status == "ahead"


def test_a_float_just_below_a_threshold_is_on_it() -> None:
    assert Thresholds().status(0.95 - 1e-12) == "on_track"
    assert Thresholds().status(0.95 - 1e-8) == "behind"
    assert Thresholds().status(2 - 1.05, "lower") == "ahead"


# Plan, pace and projection


def test_the_textbook_run_rate() -> None:
    # CodingAce, "Quarterly run rate": 96,000 in 12 of 30 days ends at 240,000; every day is worked here.
    april = Period.month(2026, 4)
    sold = [done(REVENUE, 8_000, april.start + timedelta(days=day), unit=CNY) for day in range(12)]
    found = attain(goal(REVENUE, 200_000, april, unit=CNY), tally(sold), as_of=date(2026, 4, 12), calendar=Calendar(weekend=()))
    assert found.projection.value == pytest.approx(240_000, rel=1e-12)
    assert found.projection.value == pytest.approx(formulas.run_rate(96_000, 12, 30), rel=1e-12)
    assert found.projection.unit == "CNY"
    required = formulas.required_run_rate(96_000, 200_000, 18)
    assert found.required_per_workday is not None
    # Rounded up to the fen, so that as much each day does reach the target.
    assert 0 <= float(found.required_per_workday.decimal) - required < 0.01
    assert found.planned == Amount.of(80_000, CNY)
    assert found.pace.value == pytest.approx(formulas.pace(96_000, 80_000), rel=1e-12)
    assert found.time_progress == pytest.approx(formulas.time_progress(12, 30), rel=1e-12)
    assert found.progress_gap is not None
    assert 100 * found.progress_gap == pytest.approx(formulas.time_progress_gap(0.48, 0.4), rel=1e-9)


def test_variance_is_actual_less_target(oracle: Callable[[str], Any]) -> None:
    # ERPNext, "Sales Person Target Variance": half of 20 sold against a target of 50.
    cases = {case["id"]: case for case in oracle("targets_and_contribution.json")["cases"]}
    for name in ("variance-person", "variance-partner"):
        given_, expected = cases[name]["inputs"], cases[name]["expected"]
        sold = given_.get("order_qty", given_.get("invoice_qty")) * given_["contribution_pct"] // 100
        found = attain(
            goal(ORDERS, given_["annual_qty"], Period.year(2026)),
            tally([done(ORDERS, sold, HALFWAY)]),
            as_of=date(2026, 12, 31),
        )
        assert found.actual == Amount.of(expected["achieved"], COUNT)
        assert found.gap == Amount.of(expected["variance"], COUNT)
    credited = cases["split-credit"]
    shares = [done(ORDERS, quantity * percent // 100, HALFWAY) for quantity, percent in credited["inputs"]["orders"]]
    assert attain(goal(ORDERS, 50), tally(shares), as_of=AFTER).actual == Amount.of(credited["expected"]["achieved"], COUNT)


def test_the_season_turns_the_judgement_round() -> None:
    # By the end of July 23 of 66 workdays have passed: 34.8 percent of the time.
    def quarter(*months: int) -> Schedule:
        return Schedule(parts=tuple(zip(THIRD.split("month"), months, strict=True)))

    late, early = quarter(20, 30, 50), quarter(50, 30, 20)
    for sold, plan, naive, planned, pace, seasonal in (
        (25, late, "behind", 20, 1.25, "ahead"),
        (40, early, "ahead", 50, 0.8, "behind"),
    ):
        actuals = tally([done(VISITS, sold, JULY.start)])
        assert attain(goal(VISITS, 100), actuals, as_of=JULY.last).status == naive
        found = attain(goal(VISITS, 100), actuals, as_of=JULY.last, profile=plan)
        assert (found.planned, found.status) == (Amount.of(planned, COUNT), seasonal)
        assert found.pace.value == pytest.approx(pace, rel=1e-12)
        assert found.projection.value == pytest.approx(sold * 100 / planned, rel=1e-12)


def test_the_plan_is_not_rounded_where_the_pace_is_measured() -> None:
    # 10 visits in the 22 workdays of September: 1.36 by the third day, which is shown as 1.
    found = attain(goal(VISITS, 10, SEPTEMBER), tally([done(VISITS, 1, SEPTEMBER.start)]), as_of=date(2026, 9, 3))
    assert found.planned == Amount.of(1, COUNT)
    assert found.pace.value == pytest.approx(22 / 30, rel=1e-12)
    assert found.projection.value == pytest.approx(22 / 3, rel=1e-12)
    assert found.status == "behind"
    first = attain(goal(VISITS, 10, SEPTEMBER), tally([done(VISITS, 1, SEPTEMBER.start)]), as_of=SEPTEMBER.start)
    assert first.planned == Amount.of(0, COUNT)
    assert first.pace.value == pytest.approx(2.2, rel=1e-12)


def scipy_interval(sold: list[float], plan: list[float], rest: float) -> tuple[float, float, float]:
    """Compute by weighted least squares through the origin: the slope, its margin, and that of a prediction of the rest."""
    x, w = np.array(sold), np.array(plan)
    slope = x.sum() / w.sum()
    variance = ((x - slope * w) ** 2 / w).sum() / (len(x) - 1)
    t = stats.t.ppf(0.95, len(x) - 1)
    return slope, t * np.sqrt(variance / w.sum()), t * np.sqrt(variance * rest + variance / w.sum() * rest**2)


@given(st.lists(st.integers(0, 40), min_size=LEAST_WORKDAYS, max_size=40).filter(lambda sold: len(set(sold)) > 1))
def test_the_intervals_are_those_of_student_s_t(sold: list[int]) -> None:
    actuals = daily(sold)
    found = attain(goal(VISITS, 660), tally(actuals), as_of=actuals[-1].on)
    pace, margin, spread = scipy_interval([float(number) for number in sold], [10.0] * len(sold), 10.0 * (66 - len(sold)))
    assert found.pace.value == pytest.approx(pace, rel=1e-9)
    assert (found.pace.n, found.pace.level) == (len(sold), 0.9)
    assert found.pace.low == pytest.approx(max(pace - margin, 0), rel=1e-9, abs=1e-12)
    assert found.pace.high == pytest.approx(pace + margin, rel=1e-9)
    end = sum(sold) + pace * 10 * (66 - len(sold))
    assert found.projection.value == pytest.approx(end, rel=1e-9)
    assert found.projection.low == pytest.approx(max(end - spread, sum(sold)), rel=1e-9)
    assert found.projection.high == pytest.approx(end + spread, rel=1e-9)


@pytest.mark.parametrize(
    "profile",
    [
        Profile(grain="month", weights=(0, 0, 0, 0, 0, 0, 46, 42, 12, 0, 0, 0)),
        Schedule(parts=((JULY, 46), (AUGUST, 42), (SEPTEMBER, 12))),
    ],
    ids=["Profile", "Schedule"],
)
def test_the_intervals_follow_the_season(profile: Profile | Schedule) -> None:
    # 2 a workday in July and in August, 12 / 22 in September.
    sold = [3, 1, 2, 4, 0, 5] * 4 + [2] * 6
    actuals = daily(sold)
    found = attain(goal(VISITS, 100), tally(actuals), as_of=actuals[-1].on, profile=profile)
    pace, margin, spread = scipy_interval([float(number) for number in sold], [2.0] * 30, 100 - 60)
    assert (found.pace.value, found.pace.low, found.pace.high) == pytest.approx((pace, pace - margin, pace + margin), rel=1e-9)
    end = sum(sold) + pace * 40
    assert (found.projection.value, found.projection.high) == pytest.approx((end, end + spread), rel=1e-9)


def test_what_is_sold_on_days_off_counts_with_the_workday_before() -> None:
    friday, saturday = date(2026, 7, 3), date(2026, 7, 4)
    sold = daily([5, 5, 5, 9, 1, 7])
    weekend = tally([*sold, done(VISITS, 4, saturday)])
    on_friday = tally([*sold, done(VISITS, 4, friday)])
    assert (
        attain(goal(VISITS, 660), weekend, as_of=date(2026, 7, 10)).pace
        == attain(goal(VISITS, 660), on_friday, as_of=date(2026, 7, 10)).pace
    )


def test_what_is_sold_before_the_first_workday_counts_with_it() -> None:
    # August 2026 begins on a Saturday.
    sold = daily([5, 8, 5, 9, 1], date(2026, 8, 3))
    before = tally([*sold, done(VISITS, 4, date(2026, 8, 1))])
    on_monday = tally([*sold, done(VISITS, 4, date(2026, 8, 3))])
    as_of = date(2026, 8, 7)
    assert (
        attain(goal(VISITS, 210, AUGUST), before, as_of=as_of).pace
        == attain(goal(VISITS, 210, AUGUST), on_monday, as_of=as_of).pace
    )


def test_days_for_which_nothing_was_planned_are_days_off() -> None:
    # Nothing is planned for August; what is sold then counts with the last day of July.
    plan = Schedule(parts=((JULY, 50), (AUGUST, 0), (SEPTEMBER, 50)))
    sold = daily([2, 3] * 10)
    august = attain(goal(VISITS, 100), tally([*sold, done(VISITS, 6, date(2026, 8, 20))]), as_of=AUGUST.last, profile=plan)
    july = attain(goal(VISITS, 100), tally([*sold, done(VISITS, 6, date(2026, 7, 31))]), as_of=AUGUST.last, profile=plan)
    assert august.planned == Amount.of(50, COUNT)
    assert august.pace == july.pace
    assert august.pace.n == 23
    assert august.projection == july.projection


def test_returns_may_take_the_interval_below_nothing() -> None:
    sold = daily([9, -8, 7, -9, 8, -6])
    found = attain(goal(VISITS, 660), tally(sold), as_of=sold[-1].on)
    assert found.pace.low is not None
    assert found.pace.low < 0
    assert found.projection.low is not None
    assert found.projection.low < 1


def test_a_total_below_nothing_is_projected_too() -> None:
    found = attain(goal(VISITS, 660), tally([done(VISITS, -66, THIRD.start)]), as_of=HALFWAY)
    assert (found.ratio, found.pace.value, found.projection.value, found.status) == (-0.1, -0.2, -132.0, "behind")


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [
        ([5, 6, 7, 8], "reason.few_workdays"),
        ([5, 5, 5, 5, 5], "reason.no_variation_seen"),
        ([0, 0, 0, 0, 0, 0], "reason.no_variation_seen"),
    ],
)
def test_too_little_to_tell_gives_a_value_without_an_interval(numbers: list[int], reason: str) -> None:
    actuals = daily(numbers)
    found = attain(goal(VISITS, 660), tally(actuals), as_of=actuals[-1].on)
    assert found.pace.value == pytest.approx(sum(numbers) / len(numbers) / 10, rel=1e-12)
    for estimate in (found.pace, found.projection):
        assert (estimate.low, estimate.high, estimate.n) == (None, None, len(numbers))
        assert estimate.reason is not None
        assert estimate.reason.key == reason


def test_before_the_first_workday_nothing_is_due() -> None:
    # Saturday, 1 August.
    for sold, status in ((0, "on_track"), (3, "on_track"), (-3, "behind")):
        found = attain(goal(VISITS, 21, AUGUST), tally([done(VISITS, sold, AUGUST.start)]), as_of=date(2026, 8, 2))
        assert (found.planned, found.pace.value, found.projection.value, found.status) == (
            Amount.of(0, COUNT),
            None,
            None,
            status,
        )
        assert found.pace.reason is not None
        assert found.pace.reason.key == "reason.nothing_planned"


def test_a_period_that_has_not_begun_has_nothing_done() -> None:
    found = attain(goal(VISITS, 66), tally([done(VISITS, 5, BEFORE)]), as_of=BEFORE)
    assert (found.actual, found.entries, found.planned, found.time_progress) == (
        Amount.of(0, COUNT),
        0,
        Amount.of(0, COUNT),
        0.0,
    )
    assert (found.gap, found.required_per_workday, found.last_year) == (Amount.of(-66, COUNT), Amount.of(1, COUNT), None)
    for estimate in (found.pace, found.projection):
        assert estimate.value is None
        assert estimate.reason is not None
        assert estimate.reason.key == "reason.not_started"
    stock, _ = measured("stock", "higher")
    assert attain(goal(stock, 66), tally([done(stock, 5, BEFORE)]), as_of=BEFORE).actual is None


def test_a_period_without_workdays_is_measured_in_days() -> None:
    weekend = Period(date(2026, 9, 5), date(2026, 9, 7))
    found = attain(goal(VISITS, 10, weekend), tally([done(VISITS, 6, weekend.start)]), as_of=weekend.start)
    assert (found.planned, found.pace.value, found.projection.value) == (Amount.of(5, COUNT), 1.2, 12.0)
    assert (found.time_progress, found.progress_gap, found.required_per_workday) == (None, None, None)
    assert found.status == "ahead"
    assert attain(goal(VISITS, 10, weekend), tally([]), as_of=AFTER).status == "missed"


def test_a_plan_for_days_off_plans_no_workday() -> None:
    # The weight of the first weekend of August is planned, and done, on no workday.
    opening = Period(AUGUST.start, date(2026, 8, 3))
    plan = Schedule(parts=((opening, 21), (Period(opening.end, AUGUST.end), 21)))
    found = attain(goal(VISITS, 42, AUGUST), tally(daily([1, 2, 3, 2, 1], opening.end)), as_of=date(2026, 8, 7), profile=plan)
    assert (found.planned, found.pace.n) == (Amount.of(26, COUNT), 5)
    assert found.pace.value == pytest.approx(9 / 26, rel=1e-12)


def test_a_plan_for_other_days_says_nothing_of_these() -> None:
    elsewhere = Schedule(parts=((Period.year(2025), 1),))
    found = attain(goal(VISITS, 10), tally([done(VISITS, 6, THIRD.start)]), as_of=HALFWAY, profile=elsewhere)
    assert (found.planned_share, found.planned, found.pace.value, found.projection.value) == (None, None, None, None)
    assert found.status == "undefined"
    testing.assert_breakdowns_hold(found.planned_breakdown)
    assert attain(goal(VISITS, 10), tally([]), as_of=AFTER, profile=elsewhere).status == "missed"


def test_an_ended_period_ends_where_it_is() -> None:
    found = attain(goal(VISITS, 100), tally(daily([2] * 60)), as_of=AFTER)
    assert (found.projection.value, found.projection.low, found.projection.high) == (120.0, 120.0, 120.0)
    assert (found.is_over, found.time_progress, found.required_per_workday) == (True, 1.0, None)


def test_what_remains_is_asked_of_the_workdays_that_remain() -> None:
    actuals = tally([done(VISITS, 34, THIRD.start)])
    assert attain(goal(VISITS, 100), actuals, as_of=HALFWAY).required_per_workday == Amount.of(2, COUNT)
    assert attain(goal(VISITS, 101), actuals, as_of=HALFWAY).required_per_workday == Amount.of(3, COUNT)
    assert attain(goal(VISITS, 30), actuals, as_of=HALFWAY).required_per_workday == Amount.of(0, COUNT)
    for direction in ("lower", BAND):
        metric, _ = measured("flow", direction)
        assert attain(goal(metric, 100), tally([]), as_of=HALFWAY).required_per_workday is None


def without_august(owner: str) -> list[Target]:
    return [goal(VISITS, 10, JULY, owner), goal(VISITS, 440, SEPTEMBER, owner)]


def remaining(org: Org, targets: list[Target], owner: str | None, as_of: date) -> tuple[int, float | None]:
    owed = TargetBook(targets, org, Calendar()).owed(owner, VISITS, THIRD)
    assert owed is not None
    found = attain(owed, tally([]), as_of=as_of, org=org)
    return found.remaining_workdays, found.time_progress


def test_workdays_on_which_nothing_counts_ask_for_nothing_and_are_no_time() -> None:
    org = Org(teams=[Team(id="east")], reps=[Rep(id="ada", team="east")])
    book = TargetBook(without_august("ada"), org, Calendar())
    for owner in ("ada", "east", None):
        owed = book.owed(owner, VISITS, THIRD)
        assert owed is not None
        for as_of in (JULY.last, HALFWAY, AUGUST.last):
            found = attain(owed, tally([done(VISITS, 10, JULY.start)]), as_of=as_of, org=org)
            # 440 in the 22 workdays of September; 23 of 45 have passed.
            assert (found.required_per_workday, found.remaining_workdays) == (Amount.of(20, COUNT), 22)
            assert found.time_progress == pytest.approx(23 / 45, rel=1e-12)


def test_a_workday_asks_for_something_as_long_as_anybody_s_sales_count() -> None:
    ada, bo, cy = (Rep(id=rep, team="east") for rep in ("ada", "bo", "cy"))
    both = [*without_august("ada"), *without_august("bo")]
    east = Team(id="east")
    assert remaining(Org(teams=[east], reps=[ada, bo]), both, "east", JULY.last)[0] == 22
    # Who has no target at all leaves no gap; nor does a team without reps, toward which somebody may enter sales.
    assert remaining(Org(teams=[east], reps=[ada, bo, cy]), both, "east", JULY.last)[0] == 43
    west = goal(VISITS, 66, owner="west")
    assert remaining(Org(teams=[east, Team(id="west")], reps=[ada, bo]), [*both, west], None, JULY.last)[0] == 43
    # One who leaves, or moves on, leaves nobody whose sales count.
    gone = attrs.evolve(cy, left=date(2026, 8, 10))
    assert remaining(Org(teams=[east], reps=[ada, bo, gone]), both, "east", JULY.last)[0] == 22 + 5
    moved = Org(teams=[east, Team(id="west")], reps=[ada, bo, cy], moves=[Move(rep="cy", on=date(2026, 8, 10), team="west")])
    assert remaining(moved, both, "east", JULY.last)[0] == 22 + 5
    # The team's own targets hold for everybody in it.
    assert remaining(Org(teams=[east], reps=[ada, cy]), without_august("east"), "east", JULY.last)[0] == 22
    assert remaining(Org(teams=[east], reps=[ada, cy]), without_august("east"), None, JULY.last)[0] == 22


def test_without_an_organisation_the_gaps_are_all_that_is_left_out() -> None:
    org = Org(reps=[Rep(id="ada")])
    owed = TargetBook(without_august("ada"), org, Calendar()).owed("ada", VISITS, THIRD)
    assert owed is not None
    assert attain(owed, tally([]), as_of=JULY.last).remaining_workdays == 22


def test_what_is_no_flow_has_a_ratio_and_no_projection() -> None:
    stock, _ = measured("stock", "higher")
    found = attain(goal(stock, 10), tally([done(stock, 8, THIRD.start)]), as_of=HALFWAY)
    assert (found.planned, found.pace.value, found.required_per_workday) == (Amount.of(10, COUNT), 0.8, None)
    assert found.planned_share == 1
    assert found.pace.reason is not None
    assert (found.pace.low, found.pace.reason.key) == (None, "reason.no_variation")
    assert found.projection.reason is not None
    assert (found.projection.value, found.projection.reason.key) == (None, "reason.not_projected")


@pytest.mark.parametrize("weights", [(1e-100, 1e100, 1e100), (1e100, 1e-100, 0)], ids=["nearly nothing yet", "nearly all"])
def test_the_most_lopsided_plan_still_gives_numbers(weights: tuple[float, ...]) -> None:
    plan = Schedule(parts=tuple(zip(THIRD.split("month"), weights, strict=True)))
    most = daily([-(2**40), 2**62 // 23, *[0] * 21])
    for target in (goal(VISITS, 1), goal(VISITS, 2**62)):
        found = attain(target, tally(most), as_of=JULY.last, profile=plan)
        for number in (found.pace.value, found.pace.low, found.pace.high, found.projection.value, found.projection.high):
            assert number is not None
            assert math.isfinite(number)


# Last year


def test_growth_compares_the_same_days_of_last_year() -> None:
    last_year = [
        done(VISITS, 10, date(2025, 7, 1)),
        done(VISITS, 30, HALFWAY.replace(year=2025)),
        done(VISITS, 99, date(2025, 8, 15)),
    ]
    found = attain(goal(VISITS, 100), tally([*last_year, done(VISITS, 50, HALFWAY)]), as_of=HALFWAY)
    assert (found.last_year, found.growth_rate) == (Amount.of(40, COUNT), 0.25)


@pytest.mark.parametrize(
    "before",
    [
        [],
        [(0, date(2025, 7, 1))],
        [(-5, date(2025, 7, 1))],
        [(10, date(2025, 7, 9))],  # more than a week after last year's days began
    ],
    ids=["nothing recorded", "zero", "returns", "records begin later"],
)
def test_growth_over_nothing_is_undefined(before: list[tuple[int, date]]) -> None:
    actuals = [done(VISITS, number, on) for number, on in before]
    assert attain(goal(VISITS, 100), tally([*actuals, done(VISITS, 50, HALFWAY)]), as_of=HALFWAY).growth_rate is None


def test_records_that_begin_within_a_week_are_compared() -> None:
    actuals = [done(VISITS, 10, date(2025, 7, 8)), done(VISITS, 50, HALFWAY)]
    assert attain(goal(VISITS, 100), tally(actuals), as_of=HALFWAY).growth_rate == 4.0


def test_last_year_in_another_currency_is_compared_with_nothing_and_says_why() -> None:
    this_year, last_year = done(REVENUE, 100, HALFWAY, unit=CNY), done(REVENUE, 10, date(2025, 7, 2), unit=CNY)
    dollars = done(REVENUE, 990, date(2025, 8, 10), unit=USD)
    target = goal(REVENUE, 100, unit=CNY)
    for before in ([last_year, dollars], [dollars]):
        found = attain(target, tally([this_year, *before]), as_of=HALFWAY)
        assert (found.last_year, found.growth_rate) == (None, None)
        assert found.last_year_reason is not None
        assert found.last_year_reason.text() == "some of what was recorded then is in USD"
    # What is of other days, or of another product, is no part of the comparison.
    later = done(REVENUE, 990, date(2025, 8, 15), unit=USD)
    found = attain(target, tally([this_year, last_year, later]), as_of=HALFWAY)
    assert (found.last_year, found.last_year_reason, found.growth_rate) == (Amount.of(10, CNY), None, 9.0)


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        ([], None),
        ([done(VISITS, 10, date(2025, 7, 8))], None),
        ([done(VISITS, 10, date(2025, 7, 9))], "the records begin on 2025-07-09"),
    ],
    ids=["nothing recorded", "within a week", "later"],
)
def test_records_that_begin_too_late_to_be_compared_with_say_so(before: list[Actual], reason: str | None) -> None:
    found = attain(goal(VISITS, 100), tally([*before, done(VISITS, 50, HALFWAY)]), as_of=HALFWAY)
    assert (found.last_year_reason and found.last_year_reason.text()) == reason


def test_the_first_year_of_all_has_none_before_it() -> None:
    first = Period(date(1, 1, 1), date(1, 4, 1))
    found = attain(goal(VISITS, 100, first), tally([done(VISITS, 5, date(1, 1, 1))]), as_of=date(1, 4, 1))
    assert (found.actual, found.last_year) == (Amount.of(5, COUNT), None)


# Who and what counts

EAST = Org(
    teams=[Team(id="east", manager="bo"), Team(id="west")],
    reps=[Rep(id="ada", team="east"), Rep(id="bo", team="east"), Rep(id="cy", left=date(2026, 8, 1), team="west")],
    moves=[Move(rep="ada", on=date(2026, 8, 1), team="west")],
)


@pytest.mark.parametrize(
    ("owner", "expected"),
    [(None, 1111), ("east", 1 + 100), ("west", 10 + 1000), ("ada", 11), ("bo", 100), ("cy", 0)],
)
def test_a_team_is_its_members_by_days_served_and_managers_sell_too(owner: str | None, expected: int) -> None:
    actuals = [
        done(VISITS, 1, JULY.start),
        done(VISITS, 10, AUGUST.start),
        done(VISITS, 100, AUGUST.start, "bo"),
        done(VISITS, 1000, AUGUST.start, "west"),  # recorded for the team itself
    ]
    found = attain(goal(VISITS, 100, owner=owner), tally(actuals), as_of=AFTER, org=EAST)
    assert found.actual == Amount.of(expected, COUNT)


def test_without_an_org_an_owner_is_itself_and_the_company_everybody() -> None:
    actuals = tally([done(VISITS, 1, JULY.start), done(VISITS, 10, JULY.start, "east")])
    for owner, expected in ((None, 11), ("ada", 1), ("east", 10), ("nobody", 0)):
        assert attain(goal(VISITS, 9, owner=owner), actuals, as_of=AFTER).actual == Amount.of(expected, COUNT)


def test_what_is_sold_out_of_service_counts_for_the_company_and_the_rep_alone() -> None:
    actuals = tally([done(VISITS, 7, AUGUST.start, "cy")])
    for owner, expected in ((None, 7), ("cy", 7), ("west", 0)):
        assert attain(goal(VISITS, 9, owner=owner), actuals, as_of=AFTER, org=EAST).actual == Amount.of(expected, COUNT)


def test_an_actual_counts_toward_every_target_whose_scope_it_contains() -> None:
    actuals = tally(
        [
            done(VISITS, 1, JULY.start, product="A", region="East"),
            done(VISITS, 10, JULY.start, product="A"),
            done(VISITS, 100, JULY.start),
        ]
    )
    for scope, expected in (
        ({}, 111),
        ({"product": "A"}, 11),
        ({"product": "A", "region": "East"}, 1),
        ({"region": "West"}, 0),
    ):
        assert attain(goal(VISITS, 9, scope=scope), actuals, as_of=AFTER).actual == Amount.of(expected, COUNT)


def test_a_stock_goes_along_with_whom_it_belongs_to() -> None:
    stock, _ = measured("stock", "higher")
    actuals = tally([done(stock, 5, date(2026, 5, 1)), done(stock, 3, JULY.start), done(stock, 2, JULY.start, "bo")])
    for owner, as_of, expected in (
        ("east", JULY.last, 5),
        ("west", JULY.last, None),
        ("east", AUGUST.last, 2),  # ada has moved, and taken along what stood last
        ("west", AUGUST.last, 3),
        (None, AUGUST.last, 5),
        ("ada", AUGUST.last, 3),
    ):
        found = attain(goal(stock, 9, owner=owner), actuals, as_of=as_of, org=EAST)
        assert found.actual == (None if expected is None else Amount.of(expected, COUNT))


def test_a_stock_stands_from_before_the_period_on() -> None:
    stock, _ = measured("stock", "higher")
    assert attain(goal(stock, 9), tally([done(stock, 5, date(2020, 1, 1))]), as_of=HALFWAY).actual == Amount.of(5, COUNT)


def test_distinct_counts_do_not_add_up() -> None:
    one = attain(goal(CUSTOMERS, 9), tally([done(CUSTOMERS, 5, JULY.start)]), as_of=AFTER)
    assert (one.actual, one.status) == (Amount.of(5, COUNT), "missed")
    two = attain(goal(CUSTOMERS, 9), tally([done(CUSTOMERS, 5, JULY.start), done(CUSTOMERS, 5, AUGUST.start)]), as_of=AFTER)
    assert two.reason is not None
    assert (two.actual, two.entries, two.reason.key, two.status) == (None, 2, "reason.distinct", "undefined")


# Ratios


def rate(number: str, key: str = "win_rate", owner: str | None = "ada") -> Target:
    return Target(owner=owner, metric=STANDARD_METRICS[key], amount=Decimal(number), period=THIRD)


WON, CLOSED = STANDARD_METRICS["won_deals"], STANDARD_METRICS["closed_deals"]


def test_a_ratio_of_money_has_the_unit_in_which_the_money_is_recorded() -> None:
    order, dear = done(ORDERS, 1, JULY.start), done(REVENUE, 9, JULY.start, unit=CNY)
    other = done(REVENUE, 9, JULY.start, owner="bo", unit=USD)
    for key, actuals, unit in (
        ("average_order_value", [order, dear], CNY),
        ("average_order_value", [order], None),  # no money is recorded
        ("average_order_value", [order, dear, other], None),  # which of the two nobody says
        ("market_share", [dear], None),
    ):
        assert attain(rate("4", key), tally(actuals), as_of=AFTER).unit == unit
    assert attain(goal(REVENUE, 4, unit=USD), tally([]), as_of=AFTER).unit == USD
    counted = Metric("price", "money", "ratio", "higher", "Price", ORDERS, CUSTOMERS)
    assert attain(attrs.evolve(rate("4", "win_rate"), metric=counted), tally([order]), as_of=AFTER).unit is None


def test_a_ratio_is_its_two_parts_rolled_up_and_not_a_mean_of_ratios() -> None:
    actuals = [
        done(WON, 1, JULY.start),
        done(CLOSED, 2, JULY.start),
        done(WON, 1, JULY.start, "bo"),
        done(CLOSED, 8, JULY.start, "bo"),
    ]
    found = attain(rate("0.25", owner=None), tally(actuals), as_of=AFTER)
    assert (found.actual, found.gap, found.ratio, found.status, found.entries) == (
        Decimal("0.2"),
        Decimal("-0.05"),
        0.8,
        "missed",
        2,  # each of the two parts was entered twice
    )
    assert single_row(found)["unit"] == ""


def test_no_deal_won_is_a_rate_of_nothing_and_no_deal_closed_is_no_rate() -> None:
    none_won = attain(rate("0.25"), tally([done(CLOSED, 5, JULY.start)]), as_of=AFTER)
    assert (none_won.actual, none_won.status) == (Decimal(0), "missed")
    none_closed = attain(rate("0.25"), tally([done(CLOSED, 5, JULY.start, "bo")]), as_of=AFTER)
    assert none_closed.reason is not None
    assert (none_closed.actual, none_closed.reason.key) == (None, "reason.over_nothing")


def test_a_ratio_of_distinct_counts_says_which_cannot_be_told() -> None:
    repeat, customers = STANDARD_METRICS["repurchase_rate"].recorded
    both = [done(repeat, 5, JULY.start), done(customers, 9, JULY.start)]
    assert attain(rate("0.5", "repurchase_rate"), tally(both), as_of=AFTER).ratio == pytest.approx(10 / 9, rel=1e-12)
    more = attain(rate("0.5", "repurchase_rate"), tally([*both, done(customers, 9, AUGUST.start)]), as_of=AFTER)
    assert more.reason is not None
    assert (more.reason.key, more.entries) == ("reason.distinct", 2)
    fewer = attain(rate("0.5", "repurchase_rate"), tally(both[1:]), as_of=AFTER)
    assert fewer.reason is not None
    assert fewer.reason.arguments["metric"].key == repeat.title


def test_a_ratio_in_money_is_that_of_the_owner_s_own_currency() -> None:
    # Somebody else sells in a currency that comes first in the alphabet.
    actuals = [done(REVENUE, 70, JULY.start, unit=USD), done(ORDERS, 2, JULY.start), done(REVENUE, 9, JULY.start, "bo", CNY)]
    found = attain(rate("40", "average_order_value"), tally(actuals), as_of=AFTER)
    assert (found.actual, found.status) == (Decimal(35), "missed")


def test_a_ratio_is_the_same_in_any_decimal_context() -> None:
    actuals = tally([done(WON, 1, JULY.start), done(CLOSED, 3, JULY.start)])
    expected = attain(rate("12.5"), actuals, as_of=AFTER)
    with localcontext() as context:
        context.prec = 2
        context.traps[Inexact] = True
        found = attain(rate("12.5"), actuals, as_of=AFTER)
        assert (found.actual, found.gap) == (expected.actual, expected.gap)
        assert found.status == "missed"
    # The gap of a ratio with many digits is exact too.
    testing.assert_breakdowns_hold(
        attain(rate("12.5"), tally([done(WON, 1, JULY.start), done(CLOSED, 31, JULY.start)]), as_of=AFTER)
    )


# What the result says of itself


def test_an_attainment_explains_its_gap_by_months() -> None:
    actuals = [done(VISITS, 10, JULY.start), done(VISITS, 5, AUGUST.start), done(VISITS, 5, HALFWAY)]
    found = attain(goal(VISITS, 100), tally(actuals), as_of=HALFWAY)
    assert found.breakdown.text().splitlines() == [
        "gap: -80 = difference of",
        "  actual: 20 = sum of",
        "    within 2026-07: 10",
        "    within 2026-08-01 to 2026-08-14: 10",
        "  target: 100",
    ]
    assert found.planned_breakdown.text().splitlines() == [
        "planned by now: 50 = product of",
        "  target: 100",
        "  share planned by now: 1/2 = quotient of",
        "    workdays, 2026-07-01 to 2026-08-14: 33",
        "    workdays, Q3 2026: 66",
    ]


def test_a_planned_share_comes_apart_into_the_weights_of_a_season_and_workdays() -> None:
    season = Profile(grain="month", weights=(1, 1, 1, 1, 1, 1, 2, 3, 4, 1, 1, 1))
    found = attain(goal(VISITS, 90), tally([]), as_of=HALFWAY, profile=season)
    # All of July, of August 10 of its 21 workdays: 2 and 10/7 of 9.
    assert found.planned_breakdown.text().splitlines()[2:] == [
        "  share planned by now: 8/21 = quotient of",
        "    weight, 2026-07-01 to 2026-08-14: 24/7 = sum of",
        "      weight, 2026-07: 2",
        "      weight, 2026-08-01 to 2026-08-14: 10/7 = product of",
        "        weight, 2026-08: 3",
        "        share, 2026-08-01 to 2026-08-14: 10/21 = quotient of",
        "          workdays, 2026-08-01 to 2026-08-14: 10",
        "          workdays, 2026-08: 21",
        "    weight, Q3 2026: 9 = sum of",
        "      weight, 2026-07: 2",
        "      weight, 2026-08: 3",
        "      weight, 2026-09: 4",
    ]
    assert found.planned_breakdown.holds()


def test_a_planned_share_of_days_off_comes_apart_into_days_and_there_is_none_of_it_before_they_begin() -> None:
    weekend = Period(date(2026, 8, 1), date(2026, 8, 3))
    found = attain(goal(VISITS, 10, weekend), tally([]), as_of=weekend.start)
    share = found.planned_breakdown.parts[1]
    assert [part.label.text() for part in share.parts] == ["days, 2026-08-01", "days, 2026-08-01 to 2026-08-02"]
    assert ([part.value for part in share.parts], share.holds()) == ([1, 2], True)
    early = attain(goal(VISITS, 10, weekend), tally([]), as_of=date(2026, 7, 31)).planned_breakdown
    assert (early.parts[1].value, early.parts[1].parts, early.holds()) == (0, (), True)
    # What is no flow is owed all the time.
    stock, _ = measured("stock", "higher")
    standing = attain(goal(stock, 10), tally([]), as_of=HALFWAY).planned_breakdown.parts[1]
    assert (standing.value, standing.parts) == (1, ())


def test_an_attainment_is_a_row() -> None:
    found = attain(goal(VISITS, 100, scope={"product": "A", "region": "East"}), tally([]), as_of=HALFWAY)
    row = single_row(found)
    assert (row["owner"], row["scope"], row["period"], row["as_of"], row["unit"]) == (
        "ada",
        "product=A; region=East",
        "2026-Q3",
        HALFWAY,
        "count",
    )
    assert (row["target"], row["actual"], row["gap"], row["planned"], row["status"]) == (100, 0, -100, 50, "behind")
    assert str(found).splitlines()[0].split()[0] == "owner"


def test_an_attainment_is_a_value() -> None:
    found = attain(goal(VISITS, 100), tally(daily([3, 4, 5, 6, 7, 8])), as_of=date(2026, 7, 8), org=EAST)
    for other in (copy.copy(found), copy.deepcopy(found), pickle.loads(pickle.dumps(found))):  # noqa: S301 - our own bytes
        assert other == found
        assert hash(other) == hash(found)
        assert other.rows() == found.rows()
    assert "cy" not in repr(found)


# Refusals


def assert_refused(kind: type[SalesperfError], code: str, path: tuple[str | int, ...], call: Callable[[], object]) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.path) == (code, path)


def test_actuals_in_another_currency_are_refused() -> None:
    actuals = tally([done(REVENUE, 5, JULY.start, unit=USD), done(REVENUE, 5, JULY.start, "bo", CNY)])
    mine, theirs = goal(REVENUE, 9, unit=CNY), goal(REVENUE, 9, owner="bo", unit=CNY)
    assert_refused(UnitMismatchError, "unit_mismatch", ("targets", 0, "amount"), lambda: attain(mine, actuals, as_of=AFTER))
    # In order of the keys bo comes second of three.
    targets = [theirs, mine, goal(REVENUE, 9, owner=None, unit=USD)]
    reps = Org(reps=[Rep(id="ada"), Rep(id="bo")])
    assert_refused(
        UnitMismatchError, "unit_mismatch", ("targets", 0, "amount"), lambda: roll_up(targets, actuals, reps, as_of=AFTER)
    )
    assert attain(theirs, actuals, as_of=AFTER).actual == Amount.of(5, CNY)
    # What is sold later, or last year, may be in any.
    assert attain(mine, actuals, as_of=BEFORE).actual == Amount.of(0, CNY)


def test_a_stock_or_a_ratio_in_two_currencies_is_refused() -> None:
    recurring = STANDARD_METRICS["annual_recurring_revenue"]
    two = tally(
        [
            done(metric, 5, on, unit=unit)
            for metric in (recurring, REVENUE)
            for on, unit in ((JULY.start, CNY), (AUGUST.start, USD))
        ]
    )
    both = tally([*(done(ORDERS, 1, JULY.start),)]) + two
    assert_refused(
        UnitMismatchError, "unit_mismatch", ("targets", 0), lambda: attain(goal(recurring, 9, unit=CNY), two, as_of=AFTER)
    )
    assert_refused(
        UnitMismatchError, "unit_mismatch", ("targets", 0), lambda: attain(rate("9", "average_order_value"), both, as_of=AFTER)
    )


def test_an_owner_whom_the_org_does_not_know_is_refused() -> None:
    stranger = goal(VISITS, 9, owner="stranger")
    assert_refused(
        UnknownNameError, "unknown_owner", ("targets", 0, "owner"), lambda: attain(stranger, tally([]), as_of=AFTER, org=EAST)
    )
    assert_refused(
        UnknownNameError,
        "unknown_owner",
        ("targets", 1, "owner"),
        lambda: roll_up([stranger, goal(VISITS, 9)], tally([]), EAST, as_of=AFTER),
    )


def test_a_day_is_a_date() -> None:
    noon: Any = datetime(2026, 8, 14, 12)  # noqa: DTZ001 - naive or not, it is refused
    word: Any = "today"
    for call in (lambda on: attain(goal(VISITS, 9), tally([]), as_of=on), lambda on: roll_up([], tally([]), EAST, as_of=on)):
        assert_refused(InvalidValueError, "date_is_datetime", ("as_of",), lambda: call(noon))  # noqa: B023 - called at once
        assert_refused(InvalidValueError, "wrong_type", ("as_of",), lambda: call(word))  # noqa: B023 - as above


@pytest.mark.parametrize(
    ("thresholds", "code", "path"),
    [
        ({"ahead": 0.9}, "interval_reversed", ("Thresholds",)),
        ({"on_track": 0.0}, "not_positive", ("Thresholds", "on_track")),
        ({"on_track": -1.0}, "not_positive", ("Thresholds", "on_track")),
        ({"ahead": float("inf")}, "not_finite", ("Thresholds", "ahead")),
        ({"on_track": float("nan")}, "not_finite", ("Thresholds", "on_track")),
        ({"ahead": "1.05"}, "wrong_type", ("Thresholds", "ahead")),
    ],
)
def test_thresholds_out_of_order_are_refused(thresholds: dict[str, Any], code: str, path: tuple[str, ...]) -> None:
    assert_refused(InvalidValueError, code, path, lambda: Thresholds(**thresholds))


# Columns of targets


def columns(**other: Any) -> Any:  # noqa: ANN401 - what is to be refused
    arguments: dict[str, Any] = {
        "owner": Codes.of(["ada", None]),
        "metric": Codes.of([VISITS, VISITS]),
        "unit": Codes.of([COUNT, COUNT]),
        "start": np.array(["2026-07-01", "2026-07-01"], dtype="datetime64[D]"),
        "end": np.array(["2026-10-01", "2026-10-01"], dtype="datetime64[D]"),
        "minor": np.array([10, 0]),
        "as_of": AFTER,
        "org": EAST,
    }
    return roll_up_columns(tally([done(VISITS, 5, JULY.start)]), **(arguments | other))


def test_targets_in_columns_are_judged_as_objects_are() -> None:
    found = columns()
    assert (found.actual.tolist(), found.entries.tolist(), found.ratio.tolist()[0]) == ([5, 5], [1, 1], 0.5)
    assert np.isnan(found.ratio[1])
    assert columns(org=None, owner=Codes.of(["nobody", "ada"])).actual.tolist() == [0, 5]
    none: dict[str, Codes[str]] = {name: Codes.of([]) for name in ("owner", "metric", "unit")}
    days = np.array([], dtype="datetime64[D]")
    assert columns(**none, start=days, end=days, minor=np.array([], dtype=int)).actual.tolist() == []


def test_targets_of_several_scopes_and_units_may_stand_in_one_column() -> None:
    products = [FrozenMap({"product": name}) for name in ("A", "B")]
    assert columns(scope=Codes.of(products)).actual.tolist() == [0, 0]
    assert columns(scope=Codes.of([FrozenMap(), products[0]])).actual.tolist() == [5, 0]
    # Of the metric of which there are boxes nothing is recorded: nothing is mixed.
    metrics, units = Codes.of([VISITS, STANDARD_METRICS["orders"]]), Codes.of([COUNT, Unit("box", 0, "count")])
    assert columns(metric=metrics, unit=units).actual.tolist() == [5, 0]


@pytest.mark.parametrize(
    ("other", "kind", "code", "path"),
    [
        ({"minor": np.array([1])}, InvalidValueError, "length", ("minor",)),
        (
            {"metric": Codes.of([VISITS, STANDARD_METRICS["win_rate"]])},
            NotAdditiveError,
            "not_additive",
            ("metric", "labels", 1),
        ),
        ({"unit": Codes.of([COUNT, Unit("box", 0, "count")])}, UnitMismatchError, "unit_mismatch", ("targets", 1, "amount")),
        ({"start": np.array(["2026-07-01", "NaT"], dtype="datetime64[D]")}, InvalidValueError, "wrong_type", ("start", 1)),
        ({"end": np.array([1, 2])}, InvalidValueError, "not_days", ("end",)),
        ({"owner": Codes.of(["ada", "stranger"])}, UnknownNameError, "unknown_owner", ("owner", "labels", 1)),
    ],
)
def test_columns_that_do_not_fit_are_refused(
    other: dict[str, Any], kind: type[SalesperfError], code: str, path: tuple[str | int, ...]
) -> None:
    assert_refused(kind, code, path, lambda: columns(**other))


def test_before_a_period_begins_nothing_is_summed() -> None:
    visit = Actual(owner="ada", metric=VISITS, amount=Amount.of(1, COUNT), on=date(2026, 9, 8))
    goal = Target(owner="ada", metric=VISITS, amount=Amount.of(5, COUNT), period=Period.month(2026, 9))
    before = attain(goal, tally([visit]), as_of=date(2026, 8, 31))
    assert (before.entries_among([visit]), before.entries_last_year_among([visit]), before.recorded_owners) == (
        (),
        (),
        frozenset(),
    )


def test_the_days_on_which_a_range_rests_are_told_with_what_was_done_and_planned() -> None:
    # One visit is planned for each of the 66 workdays; that of Saturday counts with Friday.
    actuals = [done(VISITS, number, date(2026, 7, day)) for day, number in ((1, 3), (3, 2), (4, 1))]
    found = attain(goal(VISITS, 66), tally(actuals), as_of=date(2026, 7, 5))
    assert found.workdays_measured == (
        (date(2026, 7, 1), 3.0, 1.0),
        (date(2026, 7, 2), 0.0, 1.0),
        (date(2026, 7, 3), 3.0, 1.0),
    )
    assert found.variation is not None
    assert found.variation.deviation == pytest.approx(3**0.5, rel=1e-12)  # (1 + 4 + 1) / (3 - 1), around a pace of 2
    stock, _ = measured("stock", "higher")
    assert attain(goal(stock, 66), tally([done(stock, 5, JULY.start)]), as_of=JULY.last).workdays_measured == ()

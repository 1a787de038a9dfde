"""Dividing a target: worked examples from outside, what each part says of itself, and what is refused."""

import pickle
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from salesperf import (
    CNY,
    COUNT,
    STANDARD_METRICS,
    USD,
    Amount,
    Calendar,
    InfeasibleError,
    InvalidInputError,
    InvalidValueError,
    NotAdditiveError,
    Period,
    Profile,
    SalesperfError,
    Schedule,
    Target,
    UnitMismatchError,
    UnknownNameError,
    testing,
)
from salesperf.allocation import Allocation, TargetChange, allocate, equal, split

VISITS, REVENUE, WIN_RATE = (STANDARD_METRICS[key] for key in ("visits", "revenue", "win_rate"))
YEAR, SEPTEMBER = Period.year(2026), Period.month(2026, 9)


def visits(number: int, period: Period = YEAR, **rest: Any) -> Target:  # noqa: ANN401 - fields of Target
    return Target(owner=None, metric=VISITS, amount=Amount.of(number, COUNT), period=period, **rest)


def minors(divided: Allocation) -> list[int]:
    return [part.amount.minor for part in divided.targets if isinstance(part.amount, Amount)]


# Worked examples


def test_a_thousand_over_twelve_months_is_divided_without_a_remainder(oracle: Any) -> None:  # noqa: ANN401 - a fixture
    # ERPNext, monthly distribution: 83.33 a month, never reconciled. The parts here sum to the year.
    cases = {case["id"]: case for case in oracle("targets_and_contribution.json")["cases"]}
    case = cases["equal-sum-proof"]
    divided = split(visits(case["inputs"]["annual"]), "month")
    assert minors(divided) == case["expected"]["exact_months"]
    assert sum(minors(divided)) == case["expected"]["sum"]
    month = cases["equal-month"]
    revenue = Target(owner=None, metric=REVENUE, amount=Amount.of(month["inputs"]["annual"], CNY), period=YEAR)
    # To the fen: four months of 83.34 and eight of 83.33.
    unrounded = 100 * month["inputs"]["annual"] / month["inputs"]["months"]
    assert all(abs(part - unrounded) < 1 for part in minors(split(revenue, "month")))
    assert unrounded / 100 == pytest.approx(month["expected"]["month_unrounded"], abs=month["tolerance"])


def test_december_gets_its_percentage_of_the_year(oracle: Any) -> None:  # noqa: ANN401 - a fixture
    # ERPNext's documentation: 10 percent of 50 in December.
    (case,) = (case for case in oracle("targets_and_contribution.json")["cases"] if case["id"] == "december-10pct")
    percent = case["inputs"]["month_pct"]
    profile = Profile(grain="month", weights=(*[Fraction(100 - percent, 11)] * 11, percent))
    assert minors(split(visits(case["inputs"]["annual"]), "month", profile=profile))[-1] == case["expected"]["target"]


def test_a_hundred_a_month_is_four_or_five_a_workday() -> None:
    # September 2026 has 22 workdays: 12 of them get 5 and 10 get 4; a day off gets nothing.
    parts = minors(split(visits(100, SEPTEMBER), "day", profile="workdays"))
    assert (parts.count(5), parts.count(4), parts.count(0), sum(parts)) == (12, 10, 8, 100)


def test_a_clipped_part_gets_the_share_of_its_days() -> None:
    # Half of September, the whole of October.
    divided = split(visits(90, Period.parse("2026-09-16..2026-10-31")), "month")
    assert [(part.period.label, minor) for part, minor in zip(divided.targets, minors(divided), strict=True)] == [
        ("2026-09-16..2026-09-30", 30),
        ("2026-10", 60),
    ]


def test_workdays_know_holidays_and_days_worked_instead() -> None:
    calendar = Calendar(holidays=[date(2026, 9, 1)], extra_workdays=[date(2026, 9, 6)])
    # Tuesday 1 is off and Sunday 6 is worked: four days in the first week, five in the second.
    divided = split(visits(9, Period.parse("2026-09-01..2026-09-13")), "week", profile="workdays", calendar=calendar)
    assert minors(divided) == [4, 5]


def test_fiscal_quarters_are_those_of_the_calendar() -> None:
    calendar = Calendar(fiscal_year_start=2)
    divided = split(visits(12), "quarter", calendar=calendar)
    assert [part.period.label_in(calendar) for part in divided.targets][1:-1] == ["FY2027-Q1", "FY2027-Q2", "FY2027-Q3"]
    # January is a third of a quarter, November and December two.
    assert minors(divided) == [1, 3, 3, 3, 2]


def test_a_season_and_a_plan_are_followed() -> None:
    quarters = Profile(grain="quarter", weights=(1, 2, 3, 4))
    assert minors(split(visits(100), "quarter", profile=quarters)) == [10, 20, 30, 40]
    plan = Schedule(parts=((Period.month(2026, 7), 300), (Period.month(2026, 8), 100), (Period.month(2026, 9), 0)))
    assert minors(split(visits(8, Period.quarter(2026, 3)), "month", profile=plan)) == [6, 2, 0]


def test_equal_shares_of_what_does_not_divide_go_by_id() -> None:
    divided = allocate(visits(100), equal(["cy", "ada", "bo"]))
    assert [(part.owner, part.amount) for part in divided.targets] == [
        ("ada", Amount.of(34, COUNT)),
        ("bo", Amount.of(33, COUNT)),
        ("cy", Amount.of(33, COUNT)),
    ]


@pytest.mark.parametrize(
    "basis",
    [
        {"ada": 1, "bo": 3},
        {"ada": 0.25, "bo": 0.75},
        {"ada": Decimal("0.1"), "bo": Decimal("0.3")},
        {"ada": Fraction(1, 7), "bo": Fraction(3, 7)},
        {"ada": np.int64(1), "bo": np.float64(3)},
        {"ada": 10**30, "bo": 3 * 10**30},
        {"ada": Amount.of("0.10", CNY), "bo": Amount.of("0.30", CNY)},
    ],
    ids=["int", "float", "Decimal", "Fraction", "numpy", "huge", "Amount"],
)
def test_weights_may_be_numbers_of_any_kind(basis: dict[str, Any]) -> None:
    divided = allocate(visits(8), basis)
    assert minors(divided) == [2, 6]
    assert [row["share"] for row in divided.rows()] == [0.25, 0.75]
    testing.assert_breakdowns_hold(divided)


def test_a_target_below_zero_is_divided_as_its_mirror_image() -> None:
    divided = allocate(visits(-100), equal(["a", "b", "c"]))
    assert minors(divided) == [-34, -33, -33]
    testing.assert_breakdowns_hold(divided)


def test_nothing_over_nobody_is_nothing() -> None:
    divided = allocate(visits(0), {})
    assert (divided.targets, divided.rows()) == ((), [])
    testing.assert_breakdowns_hold(divided)


# What the parts say


def test_parts_keep_what_the_target_said_and_name_it_as_parent() -> None:
    total = visits(
        100,
        SEPTEMBER,
        scope={"product": "A"},
        agreed=date(2026, 8, 1),
        floor=Amount.of(80, COUNT),
        stretch=Amount.of(120, COUNT),
        rationale="because",
    )
    for part in (*allocate(total, {"ada": 1}).targets, *split(total, "week").targets):
        assert (part.metric, part.scope, part.agreed, part.parent) == (VISITS, total.scope, total.agreed, total.key)
        assert (part.floor, part.stretch, part.rationale) == (None, None, "")


def test_a_grain_that_does_not_cut_leaves_the_target_as_it_is() -> None:
    total = visits(100, SEPTEMBER, floor=Amount.of(80, COUNT))
    assert split(total, "quarter").targets == (total,)


def test_rows_and_text_are_readable() -> None:
    divided = allocate(visits(10, SEPTEMBER), {"bo": 2, "ada": 1})
    assert divided.rows()[0] == {
        "owner": "ada",
        "metric": "visits",
        "period": "2026-09",
        "amount": Decimal(3),
        "unit": "count",
        "share": 1 / 3,
    }
    assert str(divided).splitlines()[1].split() == ["ada", "visits", "2026-09", "3", "count", "0.333333"]
    assert "<td>ada</td>" in divided._repr_html_()  # what a notebook calls


def test_a_division_is_a_value() -> None:
    divided = allocate(visits(10), {"bo": 2, "ada": Decimal(1)})
    assert pickle.loads(pickle.dumps(divided)) == divided  # noqa: S301 - our own bytes
    assert hash(divided) == hash(allocate(visits(10), {"ada": Decimal(1), "bo": 2}))


def test_a_diff_tells_who_is_new_who_is_gone_and_whose_part_changed() -> None:
    before, after = allocate(visits(9), {"ada": 1, "bo": 2}), allocate(visits(9), {"bo": 1, "cy": 2})
    assert before.diff(after) == (
        TargetChange(owner="ada", period=YEAR, before=Amount.of(3, COUNT), after=None),
        TargetChange(owner="bo", period=YEAR, before=Amount.of(6, COUNT), after=Amount.of(3, COUNT)),
        TargetChange(owner="cy", period=YEAR, before=None, after=Amount.of(6, COUNT)),
    )
    assert before.diff(before) == ()
    nothing = allocate(visits(0), {})
    assert [change.after for change in before.diff(nothing)] == [None, None]
    assert [change.before for change in nothing.diff(before)] == [None, None]


def test_plans_of_two_metrics_or_units_are_not_compared() -> None:
    plan = allocate(visits(9), {"ada": 1})
    calls = Target(owner=None, metric=STANDARD_METRICS["orders"], amount=Amount.of(9, COUNT), period=YEAR)
    money, dollars = (
        Target(owner=None, metric=STANDARD_METRICS["revenue"], amount=Amount.of(9, unit), period=YEAR) for unit in (CNY, USD)
    )
    with pytest.raises(InvalidValueError) as caught:
        plan.diff(allocate(calls, {"ada": 1}))
    assert "expected a plan of 'visits/count', got one of 'orders/count'" in str(caught.value)
    for left, right in ((visits(9), calls), (money, dollars)):
        plans = [allocate(target, {"ada": 1}) for target in (left, right)]
        assert_refused(InvalidValueError, "diff_mixed", ("other",), lambda: plans[0].diff(plans[1]))  # noqa: B023 - called at once


# Refusals


def assert_refused(kind: type[SalesperfError], code: str, path: tuple[str | int, ...], call: Any) -> None:  # noqa: ANN401 - any call
    with pytest.raises(kind) as caught:
        call()
    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.path) == (code, path)


def test_a_ratio_is_not_divided() -> None:
    rate = Target(owner=None, metric=WIN_RATE, amount=Decimal("0.3"), period=YEAR)
    for call in (lambda: allocate(rate, {"ada": 1}), lambda: split(rate, "month")):
        assert_refused(NotAdditiveError, "not_additive", ("target", "metric"), call)


def test_a_stock_is_not_divided() -> None:
    heads = Target(owner=None, metric=STANDARD_METRICS["headcount"], amount=Amount.of(7, COUNT), period=YEAR)
    assert_refused(NotAdditiveError, "not_additive", ("target", "metric"), lambda: split(heads, "month"))


def test_an_owner_gets_no_part_of_its_own_target() -> None:
    east = Target(owner="east", metric=VISITS, amount=Amount.of(7, COUNT), period=YEAR)
    assert_refused(InvalidValueError, "allocated_to_itself", ("basis",), lambda: allocate(east, {"ada": 1, "east": 1}))
    company: Any = {None: 1}
    assert_refused(InvalidValueError, "allocated_to_itself", ("basis",), lambda: allocate(visits(7), company))


@pytest.mark.parametrize("owner", [None, 7, ("ada",)], ids=["the company", "a number", "a tuple"])
def test_a_part_goes_to_an_id(owner: Any) -> None:  # noqa: ANN401 - the fault
    east = Target(owner="east", metric=VISITS, amount=Amount.of(7, COUNT), period=YEAR)
    basis: Any = {"ada": 1, owner: 1}
    assert_refused(InvalidValueError, "wrong_type", ("basis", 1), lambda: allocate(east, basis))


@pytest.mark.parametrize("owners", ["abc", b"abc", 7], ids=["text", "bytes", "a number"])
def test_equal_shares_are_not_for_the_letters_of_a_word(owners: Any) -> None:  # noqa: ANN401 - the fault
    assert_refused(InvalidValueError, "wrong_type", ("owners",), lambda: equal(owners))


def test_equal_shares_are_for_ids_that_come_once() -> None:
    number: Any = 7
    assert_refused(InvalidValueError, "not_unique", ("owners", 1), lambda: equal(["a", "a"]))
    assert_refused(InvalidValueError, "wrong_type", ("owners", 1), lambda: equal(["a", number]))


@pytest.mark.parametrize(
    ("basis", "kind", "code", "path"),
    [
        ({}, InfeasibleError, "no_weights", ("basis",)),
        ({"ada": 0, "bo": 0}, InvalidValueError, "weights_all_zero", ("basis",)),
        ({"bo": -1, "ada": 1}, InvalidValueError, "weights_invalid", ("basis", "bo")),
        ({"bo": 1, "ada": float("nan")}, InvalidValueError, "weights_invalid", ("basis", "ada")),
        ({"ada": float("inf")}, InvalidValueError, "weights_invalid", ("basis", "ada")),
        ({"ada": 1, "bo": Decimal("sNaN")}, InvalidValueError, "weights_invalid", ("basis", "bo")),
        ({"ada": 1, "bo": "2"}, InvalidValueError, "wrong_type", ("basis", "bo")),
        ({"ada": 1, "bo": [2]}, InvalidValueError, "wrong_type", ("basis", "bo")),
        ({"ada": 1, "Bo Li": -2}, InvalidValueError, "weights_invalid", ("basis", "text of 5 characters")),
    ],
    ids=["none", "zero", "negative", "nan", "infinite", "signalling", "text", "list", "a name for an id"],
)
def test_weights_that_divide_nothing_are_refused(
    basis: dict[str, Any], kind: type[SalesperfError], code: str, path: tuple[str | int, ...]
) -> None:
    assert_refused(kind, code, path, lambda: allocate(visits(7), basis))


def test_everything_that_is_wrong_with_weights_and_terms_is_told_at_once() -> None:
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({"ada": -1, "bo": float("nan"), "cy": 1}, ["weights_invalid", "weights_invalid"]),
        ({"ada": Amount.of(1, CNY), "bo": Amount.of(1, USD), "cy": 3}, ["unit_mismatch", "wrong_type"]),
    ]
    for basis, codes in cases:
        with pytest.raises(InvalidInputError) as caught:
            allocate(visits(7), basis, floors={"ada": Amount.of(3, COUNT)}, keep={"ada": Amount.of(2, COUNT)})
        faults = [fault for fault in caught.value.exceptions if isinstance(fault, SalesperfError)]
        assert [fault.code for fault in faults] == [*codes, "below_floor"]
        assert faults[0].path[0] == "basis"
        with pytest.raises(InvalidInputError) as caught:
            allocate(visits(7), basis, caps={"eve": Amount.of(3, COUNT), "Ada": Amount.of(2, COUNT)})
        faults = [fault for fault in caught.value.exceptions if isinstance(fault, SalesperfError)]
        assert [fault.code for fault in faults] == [*codes, "unknown_part", "misspelt_owner"]


@pytest.mark.parametrize(
    ("basis", "kind", "code", "owner"),
    [
        ({"ada": Amount.of(1, CNY), "bo": Amount.of(1, USD)}, UnitMismatchError, "unit_mismatch", "bo"),
        ({"ada": Amount.of(1, CNY), "bo": 1}, InvalidValueError, "wrong_type", "bo"),
        ({"ada": 1, "bo": Amount.of(1, CNY)}, InvalidValueError, "wrong_type", "ada"),
    ],
    ids=["two currencies", "an amount and a number", "a number and an amount"],
)
def test_weights_of_unlike_units_are_refused(basis: dict[str, Any], kind: type[SalesperfError], code: str, owner: str) -> None:
    assert_refused(kind, code, ("basis", owner), lambda: allocate(visits(7), basis))


def test_what_is_no_target_and_what_is_no_basis_are_refused() -> None:
    none: Any = None
    owners: Any = ["ada", "bo"]
    assert_refused(InvalidValueError, "wrong_type", ("target",), lambda: allocate(none, {"ada": 1}))
    assert_refused(InvalidValueError, "wrong_type", ("target",), lambda: split(none, "month"))
    assert_refused(InvalidValueError, "basis_no_mapping", ("basis",), lambda: allocate(visits(7), owners))


def test_a_profile_without_weight_in_the_period_is_refused() -> None:
    plan = Schedule(parts=((Period.month(2026, 1), 1), (SEPTEMBER, 0)))
    assert_refused(
        InvalidValueError, "weights_all_zero", ("profile",), lambda: split(visits(7, SEPTEMBER), "week", profile=plan)
    )
    sunday = Period.day(date(2026, 9, 6))
    assert_refused(
        InvalidValueError, "weights_all_zero", ("profile",), lambda: split(visits(7, sunday), "day", profile="workdays")
    )


def test_a_plan_over_time_with_months_missing_is_refused_with_all_of_them() -> None:
    # The first and the second of August 2026 are a weekend: nobody misses them.
    months = (Period.month(2026, 7), Period.parse("2026-08-03..2026-08-31"), Period.month(2026, 10))
    plan = Schedule(parts=[(month, 1) for month in months])
    with pytest.raises(InvalidInputError) as caught:
        split(visits(100, Period.half(2026, 2)), "month", profile=plan)
    assert [str(fault) for fault in caught.value.exceptions] == [
        f"profile: expected a schedule of the whole time, got none of {gap}"
        " (hint: days on which nothing is planned have a weight of 0)"
        for gap in ("'2026-09'", "'2026-11-01..2026-12-31'")
    ]


def test_a_total_too_small_for_a_method_is_that_of_the_target() -> None:
    basis = {"ada": 1, "bo": 1, "cy": 1}
    assert_refused(
        InfeasibleError, "total_below_one_each", ("target", "amount"), lambda: allocate(visits(1), basis, method="hill")
    )


def test_unknown_names_are_refused() -> None:
    bad: Any = "decade"
    assert_refused(InvalidValueError, "wrong_type", ("calendar",), lambda: split(visits(7), "month", calendar=bad))
    assert_refused(UnknownNameError, "choice", ("method",), lambda: allocate(visits(7), {"ada": 1}, method=bad))
    assert_refused(InvalidValueError, "choice", ("grain",), lambda: split(visits(7), bad))
    profiles: tuple[Any, ...] = (bad, None, 3, np.zeros(3))
    for profile in profiles:
        assert_refused(InvalidValueError, "choice", ("profile",), lambda: split(visits(7), "month", profile=profile))  # noqa: B023 - called at once

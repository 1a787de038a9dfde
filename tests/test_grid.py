"""Grids of owners and periods: worked examples by hand, what they say of themselves, and what is refused."""

import pickle
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from salesperf import (
    COUNT,
    STANDARD_METRICS,
    Amount,
    FrozenMap,
    InfeasibleError,
    InvalidInputError,
    InvalidValueError,
    NotAdditiveError,
    Org,
    Period,
    Profile,
    Rep,
    SalesperfError,
    Target,
    Team,
    UnknownNameError,
    testing,
)
from salesperf.allocation import PlanGrid, allocate, equal, grid, split

VISITS = STANDARD_METRICS["visits"]
THIRD = Period.quarter(2026, 3)


def visits(count: int, period: Period = THIRD, owner: str | None = None, **scope: str) -> Target:
    return Target(owner=owner, metric=VISITS, amount=Amount.of(count, COUNT), period=period, scope=scope)


def cells(plan: PlanGrid) -> dict[str | None, list[int]]:
    found: dict[str | None, list[int]] = {}
    for part in plan.targets:
        assert isinstance(part.amount, Amount)
        found.setdefault(part.owner, []).append(part.amount.minor)
    return found


def scope(**content: str) -> FrozenMap[str, str]:
    return FrozenMap(content)


# Worked examples


def test_a_hundred_visits_over_two_reps_and_three_months_are_exact_both_ways() -> None:
    plan = grid(visits(100), {"ada": 1, "bo": 2}, "month")
    # Rows 33 and 67, months 34, 33 and 33: a third of each month is 11.3, 11 and 11.
    assert cells(plan) == {"ada": [11, 11, 11], "bo": [23, 22, 22]}
    assert [part.key for part in plan.column_plan.targets] == [visits(0, month).key for month in THIRD.split("month")]
    testing.assert_breakdowns_hold(plan)


def test_whole_visits_a_workday_a_rep_are_exact_in_both_directions() -> None:
    # 20 reps, 500 visits in September 2026 with its 22 workdays: 25 a rep, 22 or 23 a day, 1 or 2 a rep and day.
    owners = [f"r{number:02}" for number in range(20)]
    september = Period.month(2026, 9)
    plan = grid(visits(500, september), equal(owners), "day", profile="workdays")
    table = cells(plan)
    assert {sum(row) for row in table.values()} == {25}
    days = [sum(column) for column in zip(*table.values(), strict=True)]
    assert (days.count(22), days.count(23), days.count(0), sum(days)) == (6, 16, 8, 500)
    assert {cell for row in table.values() for cell in row} == {0, 1, 2}


def test_a_season_is_followed_by_every_owner() -> None:
    season = Profile(grain="quarter", weights=(10, 20, 30, 40))
    plan = grid(visits(1000, Period.year(2026)), {"ada": 3, "bo": 7}, "quarter", profile=season)
    assert cells(plan) == {"ada": [30, 60, 90, 120], "bo": [70, 140, 210, 280]}


def test_who_joins_ramps_leaves_or_is_away_counts_for_the_days_of_full_work() -> None:
    # 23, 21 and 22 workdays. Bo joins on 1 August at half, cy leaves after July, di is away all September.
    org = Org(
        reps=[
            Rep(id="ada"),
            Rep(id="bo", hired=date(2026, 8, 1), ramp=(Decimal("0.5"),)),
            Rep(id="cy", left=date(2026, 8, 1)),
            Rep(id="di", absences=[Period.month(2026, 9)]),
        ]
    )
    plan = grid(visits(300), equal(["ada", "bo", "cy", "di"]), "month", org=org)
    # July is shared by three, August by two and a half, September by two.
    assert cells(plan) == {"ada": [34, 40, 50], "bo": [20, 50], "cy": [33], "di": [33, 40, 0]}
    assert [(part.period.label, part.amount) for part in plan.targets if part.owner == "bo"] == [
        ("2026-08", Amount.of(20, COUNT)),
        ("2026-09", Amount.of(50, COUNT)),
    ]
    assert [sum(column) for column in zip(*plan.cells, strict=True)] == [100, 100, 100]
    assert plan.shares[0] == (Fraction(1, 9), Fraction(2, 15), Fraction(1, 6))
    testing.assert_breakdowns_hold(plan)


def test_a_part_is_cut_to_the_days_of_service() -> None:
    org = Org(teams=[Team(id="east")], reps=[Rep(id="ada", hired=date(2026, 7, 15), left=date(2026, 9, 11)), Rep(id="bo")])
    plan = grid(visits(90), {"ada": 1, "bo": 1, "east": 1}, "month", org=org)
    assert [part.period.label for part in plan.targets if part.owner == "ada"] == [
        "2026-07-15..2026-07-31",
        "2026-08",
        "2026-09-01..2026-09-10",
    ]
    # A team is there all the time.
    assert len(cells(plan)["east"]) == 3


def test_an_allocation_gives_the_sums_of_the_rows_with_its_floors_and_what_is_held() -> None:
    by_owner = allocate(visits(100), {"ada": 1, "bo": 3}, floors={"ada": Amount.of(40, COUNT)})
    plan = grid(visits(100), by_owner, "month")
    assert [sum(row) for row in plan.cells] == [40, 60]
    kept = allocate(visits(100), {"ada": 1, "bo": 3}, keep={"bo": Amount.of(70, COUNT)})
    held = grid(visits(100), kept, "month")
    assert {place.owner for place in held.fixed} == {"bo"}
    assert len(held.fixed) == 3


def test_a_given_row_is_divided_whatever_the_weight_and_its_cells_are_shares_of_its_sum() -> None:
    # Ada has a floor of 145 and no weight to speak of; the halves of the year bring 75 and 75.
    year = visits(150, Period.year(2026))
    rows = allocate(year, {"ada": 1, "bo": 14}, floors={"ada": Amount.of(145, COUNT)})
    plan = grid(year, rows, "half")
    assert plan.shares == ((Fraction(29, 60),) * 2, (Fraction(1, 60),) * 2)
    assert plan.breakdown.text().splitlines()[1:8] == [
        "  ada, 2026: 145 = sum of",
        "    ada, H1 2026: 72 = sum of",
        "      exact share, rounded toward zero: 72 = product of",
        "        ada, 2026: 145 = sum of",
        "          held at its floor: 145",
        "        share: 1/2",
        "      smallest units handed out beyond it: 0",
    ]
    testing.assert_breakdowns_hold(plan)
    # Whoever has no weight gets the floor, and has it in each period.
    floored = grid(visits(90), allocate(visits(90), {"ada": 0, "bo": 1}, floors={"ada": Amount.of(30, COUNT)}), "month")
    assert floored.cells == ((10, 10, 10), (20, 20, 20))
    testing.assert_breakdowns_hold(floored)


def test_a_given_row_is_shared_by_the_days_of_work() -> None:
    # 23, 21 and 22 workdays, each month 30; bo works in September alone, and is given all 15 there.
    org = Org(reps=[Rep(id="ada"), Rep(id="bo", hired=date(2026, 9, 1))])
    plan = grid(visits(90), allocate(visits(90), {"ada": 5, "bo": 1}), "month", org=org)
    assert plan.cells == ((30, 30, 15), (0, 0, 15))
    # A half of September's third is what ada shares with bo there: 2, 2 and 1 of 5 thirds of a half.
    assert plan.shares == ((Fraction(1, 3), Fraction(1, 3), Fraction(1, 6)), (Fraction(0), Fraction(0), Fraction(1, 6)))
    testing.assert_breakdowns_hold(plan)


def test_a_grid_of_nobody_or_of_nothing_is_empty() -> None:
    org = Org(reps=[Rep(id="ada")])
    for plan in (grid(visits(0), {}, "month"), grid(visits(0), {}, "month", org=org)):
        assert (plan.targets, plan.shares, plan.cells, plan.rows()) == ((), (), (), [])
        assert str(plan).splitlines() == [
            "owner  2026-07  2026-08  2026-09  total",
            "total        0        0        0      0",
        ]
        testing.assert_breakdowns_hold(plan)
    across = grid(visits(0), {"ada": 1}, {})
    assert (across.targets, across.cells) == ((), ((),))
    assert str(across).splitlines() == ["owner  total", "ada        0", "total      0"]
    testing.assert_breakdowns_hold(across)


def test_products_are_crossed_with_regions() -> None:
    plan = grid(
        visits(100, owner="ada"),
        {scope(product="A"): 1, scope(product="B"): 3},
        {scope(region="east"): 2, scope(region="west"): 3},
    )
    assert next((dict(part.scope), part.owner, part.period) for part in plan.targets) == (
        {"product": "A", "region": "east"},
        "ada",
        THIRD,
    )
    assert plan.cells == ((10, 15), (30, 45))
    assert str(plan).splitlines() == [
        "scope      region:east  region:west  total",
        "product:A           10           15     25",
        "product:B           30           45     75",
        "total               40           60    100",
    ]
    assert plan.rows()[0]["scope"] == "product:A/region:east"
    testing.assert_breakdowns_hold(plan)


def test_three_dimensions_are_divided_one_after_the_other() -> None:
    # Channel by product by region: each channel is exact both ways, and all of them are the whole.
    channels = allocate(visits(101), {scope(channel="shop"): 1, scope(channel="web"): 2})
    products, regions = {scope(product=name): 1 for name in "ABC"}, {scope(region=name): 1 for name in ("east", "west")}
    plans = [grid(channel, products, regions) for channel in channels.targets]
    assert [sum(map(sum, plan.cells)) for plan in plans] == [34, 67]
    keys = [part.key for plan in plans for part in plan.targets]
    assert len(set(keys)) == len(keys) == 12
    assert dict(keys[-1].scope) == {"channel": "web", "product": "C", "region": "west"}


def test_a_target_below_zero_is_the_mirror_image_and_nothing_is_nothing() -> None:
    basis = {"ada": 1, "bo": 2}
    assert grid(visits(-100), basis, "month").cells == tuple(
        tuple(-cell for cell in row) for row in grid(visits(100), basis, "month").cells
    )
    org = Org(reps=[Rep(id="ada"), Rep(id="bo")])
    nothing = grid(visits(0), basis, "month", org=org)
    assert nothing.cells == ((0, 0, 0), (0, 0, 0))
    testing.assert_breakdowns_hold(nothing)


# What a grid says of itself


def test_a_grid_can_be_read_compared_and_kept() -> None:
    plan = grid(visits(100), {"ada": 1, "bo": 2}, "month")
    assert plan.rows()[1] == {
        "owner": "ada",
        "scope": "",
        "metric": "visits",
        "period": "2026-08",
        "amount": Decimal(11),
        "unit": "count",
    }
    assert "<td>ada</td>" in plan._repr_html_()  # what a notebook calls
    assert pickle.loads(pickle.dumps(plan)) == plan  # noqa: S301 - our own bytes
    other = grid(visits(100), {"ada": 1, "bo": 1}, "month")
    assert [change.owner for change in plan.diff(other)] == ["ada"] * 3 + ["bo"] * 3
    assert all(part.parent == visits(100).key for part in plan.targets)
    controlled = grid(visits(100), {"ada": 1, "bo": 2}, "month", method="controlled")
    assert [sum(row) for row in controlled.cells] == [33, 67]


# Refusals


def assert_refused(kind: type[SalesperfError], code: str, path: tuple[str | int, ...], call: Callable[[], object]) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.path) == (code, path)


def test_a_period_with_something_to_bring_and_nobody_there_is_named() -> None:
    org = Org(reps=[Rep(id="ada", hired=date(2026, 9, 1))])
    with pytest.raises(InvalidInputError) as caught:
        grid(visits(90), {"ada": 1}, "month", org=org)
    assert [(fault.code, fault.path) for fault in caught.value.exceptions if isinstance(fault, InfeasibleError)] == [
        ("nobody_there", ("grain", "2026-07")),
        ("nobody_there", ("grain", "2026-08")),
    ]


def test_sums_that_leave_no_way_are_refused_by_names_and_amounts() -> None:
    # Bo is to bring 60 of 90, and is there in September alone, which brings 30.
    org = Org(reps=[Rep(id="ada"), Rep(id="bo", hired=date(2026, 9, 1))])
    rows = allocate(visits(90), {"ada": 1, "bo": 2})
    with pytest.raises(InfeasibleError) as caught:
        grid(visits(90), rows, "month", org=org)
    assert (caught.value.code, caught.value.path) == ("grid_short", ("basis",))
    assert "'bo' need 60 and can bring 30 less, 30 in all" in str(caught.value)
    # Ada and bo are there until August, which brings 50 + 25, and are to bring 90 together.
    season = Profile(grain="month", weights=(*[0] * 6, 2, 1, 1, *[0] * 3))
    leaving = Org(reps=[*(Rep(id=owner, left=date(2026, 9, 1)) for owner in ("ada", "bo")), Rep(id="cy")])
    sums = allocate(visits(100), {"ada": 45, "bo": 45, "cy": 10})
    with pytest.raises(InfeasibleError) as caught:
        grid(visits(100), sums, "month", org=leaving, profile=season)
    assert caught.value.code == "grid_clash"
    assert "'ada', 'bo' need 90 and can bring 15 less: 75 in '2026-07', '2026-08', and 0 at other" in str(caught.value)


def test_who_has_a_weight_and_no_day_of_work_is_named() -> None:
    org = Org(reps=[Rep(id="ada"), Rep(id="bo", hired=date(2026, 10, 1))])
    assert_refused(
        InvalidValueError, "no_capacity", ("basis", "bo"), lambda: grid(visits(9), equal(["ada", "bo"]), "month", org=org)
    )
    assert cells(grid(visits(9), {"ada": 1, "bo": 0}, "month", org=org)) == {"ada": [3, 3, 3]}


def test_what_does_not_fit_together_is_refused() -> None:
    ratio = Target(owner=None, metric=STANDARD_METRICS["win_rate"], amount=Decimal("0.3"), period=THIRD)
    assert_refused(NotAdditiveError, "not_additive", ("target", "metric"), lambda: grid(ratio, {"ada": 1}, "month"))
    other = allocate(visits(99), {"ada": 1, "bo": 2})
    assert_refused(InvalidValueError, "other_target", ("basis",), lambda: grid(visits(100), other, "month"))
    products = {scope(product="A"): 1}
    assert_refused(InvalidValueError, "scope_crossed", ("grain",), lambda: grid(visits(9), products, products))
    org = Org(reps=[Rep(id="ada")])
    assert_refused(
        UnknownNameError, "unknown_owner", ("basis", "eve"), lambda: grid(visits(9), {"ada": 1, "eve": 1}, "month", org=org)
    )
    none: Any = None
    assert_refused(InvalidValueError, "wrong_type", ("target",), lambda: grid(none, {"ada": 1}, "month"))
    assert_refused(InvalidValueError, "wrong_type", ("org",), lambda: grid(visits(9), {"ada": 1}, "month", org=7))  # type: ignore[arg-type] # the fault
    assert_refused(InvalidValueError, "wrong_type", ("calendar",), lambda: grid(visits(9), {"ada": 1}, "month", calendar=7))  # type: ignore[arg-type] # the fault
    assert_refused(InvalidValueError, "weights_all_zero", ("basis",), lambda: grid(visits(9), {"ada": 0}, "month"))
    assert_refused(
        InvalidValueError, "weights_all_zero", ("grain",), lambda: grid(visits(9), {"ada": 1}, {scope(product="A"): 0})
    )
    assert_refused(UnknownNameError, "choice", ("method",), lambda: grid(visits(9), {"ada": 1}, "month", method="hope"))
    owners: Any = {scope(product="A"): 1, "x": 1}
    assert_refused(InvalidValueError, "wrong_type", ("grain", 1), lambda: grid(visits(9), {"ada": 1}, owners))
    owners = {"x": 1, "y": 3}
    assert_refused(InvalidValueError, "wrong_type", ("grain", 0), lambda: grid(visits(9), {"ada": 1}, owners))
    gain_and_loss = allocate(visits(10), {"ada": 1, "bo": 1}, keep={"ada": Amount.of(-5, COUNT)})
    assert_refused(InvalidValueError, "totals_of_both_signs", ("basis",), lambda: grid(visits(10), gain_and_loss, "month"))
    months = split(visits(9), "month")
    assert_refused(InvalidValueError, "allocation_over_time", ("basis",), lambda: grid(visits(9), months, "quarter"))
    assert_refused(InvalidValueError, "choice", ("grain",), lambda: grid(visits(9), {"ada": 1}, "decade"))  # type: ignore[arg-type] # the fault


@pytest.mark.parametrize("org", [None, Org(reps=[Rep(id="ada")])], ids=["without an org", "with one"])
def test_a_target_too_large_for_a_grid_is_refused_with_the_limit(org: Org | None) -> None:
    assert grid(visits(2**48), {"ada": 1}, "month", org=org).target == visits(2**48)
    with pytest.raises(InvalidValueError) as caught:
        grid(visits(2**48 + 3), {"ada": 1}, "month", org=org)
    assert (caught.value.code, caught.value.path) == ("target_too_large", ("target", "amount"))
    assert "at most 281,474,976,710,656, got 281,474,976,710,659" in str(caught.value)

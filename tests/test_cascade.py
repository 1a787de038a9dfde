"""Cascades down a tree: worked examples by hand, what they say of themselves, and what is refused."""

import pickle
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from salesperf import (
    COUNT,
    STANDARD_METRICS,
    Amount,
    InvalidInputError,
    InvalidValueError,
    Move,
    NotAdditiveError,
    Org,
    Period,
    Rep,
    SalesperfError,
    Target,
    Team,
    UnknownNameError,
    testing,
)
from salesperf.allocation import Cascade, cascade, equal

VISITS = STANDARD_METRICS["visits"]
THIRD = Period.quarter(2026, 3)
TEAMS = [Team(id="china"), Team(id="east", parent="china"), Team(id="west", parent="china")]
REPS = ["ada", "bo", "cy"]
ORG = Org(teams=TEAMS, reps=[Rep(id="ada", team="east"), Rep(id="bo", team="east"), Rep(id="cy", team="west"), Rep(id="house")])
BASIS: Mapping[str, Any] = {"ada": 1, "bo": 2, "cy": 3, "house": 0}


def visits(count: int, owner: str | None = None, period: Period = THIRD) -> Target:
    return Target(owner=owner, metric=VISITS, amount=Amount.of(count, COUNT), period=period)


def sums(plan: Cascade) -> dict[str | None, tuple[int, int | None, int | None]]:
    """Return the three numbers of each."""

    def minor(amount: Amount | None) -> int | None:
        return None if amount is None else amount.minor

    return {node.owner: (node.owed.minor, minor(node.children), minor(node.cushion)) for node in plan.nodes}


def parts(plan: Cascade, owner: str) -> list[tuple[str, int]]:
    return [
        (part.period.label, part.amount.minor)
        for part in plan.targets
        if part.owner == owner and isinstance(part.amount, Amount)
    ]


# Worked examples


def test_every_level_sums_to_the_one_above() -> None:
    plan = cascade(visits(600), ORG, BASIS)
    none = Amount.zero(COUNT)
    assert [(node.owner, node.parent, node.owed.minor, node.cushion) for node in plan.nodes] == [
        (None, None, 600, none),
        ("china", None, 600, none),
        ("house", None, 0, None),
        ("east", "china", 300, none),
        ("west", "china", 300, none),
        ("ada", "east", 100, None),
        ("bo", "east", 200, None),
        ("cy", "west", 300, None),
    ]
    assert [part.parent and part.parent.owner for part in plan.targets] == [
        None,
        None,
        "china",
        "china",
        "east",
        "east",
        "west",
    ]
    testing.assert_breakdowns_hold(plan)


def test_over_assignment_keeps_owed_children_and_cushion_apart() -> None:
    # 5 % at every node: 630 below the company, 661.5 below china, and so on; a half is rounded up.
    plan = cascade(visits(600), ORG, BASIS, over_assign=Decimal("0.05"))
    assert sums(plan) == {
        None: (600, 630, 30),
        "china": (630, 662, 32),
        "house": (0, None, None),
        "east": (331, 348, 17),
        "west": (331, 348, 17),
        "ada": (116, None, None),
        "bo": (232, None, None),
        "cy": (348, None, None),
    }
    testing.assert_breakdowns_hold(plan)
    one = cascade(visits(600), ORG, BASIS, over_assign={"east": Decimal("0.1"), None: Decimal(0)})
    assert sums(one)["east"] == (300, 330, 30)
    assert sums(one)["west"] == (300, 300, 0)


def test_months_and_owners_are_exact_at_once_at_every_level() -> None:
    plan = cascade(visits(100), ORG, BASIS, grain="month", over_assign={"east": Decimal("0.1")})
    by_key = {(row["owner"], row["period"]): row for row in plan.rows()}
    months = ("2026-07", "2026-08", "2026-09")
    assert [by_key[None, month]["owed"] for month in months] == [34, 33, 33]
    for row in plan.rows():
        below = [each["owed"] for each in plan.rows() if (each["parent"], each["period"]) == (row["owner"], row["period"])]
        if row["owner"] in (None, "china", "west"):
            assert row["cushion"] == 0
            continue
        if row["children"] is not None:
            assert row["children"] == sum(Decimal(str(each)) for each in below)
    assert sum(Decimal(str(by_key["east", month]["children"])) for month in months) == 55
    assert sum(count for _, count in parts(plan, "ada")) + sum(count for _, count in parts(plan, "bo")) == 55
    testing.assert_breakdowns_hold(plan)


def test_who_is_there_shares_what_a_month_is_to_bring() -> None:
    # Cy joins west on 1 September; until then east brings all of it.
    org = Org(teams=TEAMS, reps=[Rep(id="ada", team="east"), Rep(id="cy", team="west", hired=date(2026, 9, 1))])
    plan = cascade(visits(90, "china"), org, equal(["ada", "cy"]), grain="month")
    assert parts(plan, "east") == [("2026-07", 30), ("2026-08", 30), ("2026-09", 15)]
    assert parts(plan, "west") == [("2026-07", 0), ("2026-08", 0), ("2026-09", 15)]
    assert parts(plan, "cy") == [("2026-09", 15)]


def test_who_changes_team_has_a_part_in_each() -> None:
    org = Org(
        teams=TEAMS,
        reps=[Rep(id="ada", team="east"), Rep(id="bo", team="west"), Rep(id="cy", team="east")],
        moves=[Move(rep="cy", on=date(2026, 9, 1), team="west")],
    )
    plan = cascade(visits(90), org, equal(REPS), grain="month")
    # A third each month: cy brings hers in east until August, in west in September.
    assert parts(plan, "east") == [("2026-07", 20), ("2026-08", 20), ("2026-09", 10)]
    assert [(part.parent and part.parent.owner, part.period.label) for part in plan.targets if part.owner == "cy"] == [
        ("east", "2026-07"),
        ("east", "2026-08"),
        ("west", "2026-09"),
    ]
    assert len({part.key for part in plan.targets}) == len(plan.targets)


def test_what_vacancies_and_ramps_leave_over_lowers_the_cushion_or_goes_to_a_named_rep() -> None:
    # July to September have 23, 21 and 22 workdays. Bo joins on 1 August at half for a month, cy is away all September.
    org = Org(
        teams=[Team(id="east")],
        reps=[
            Rep(id="ada", team="east"),
            Rep(id="bo", team="east", hired=date(2026, 8, 1), ramp=(Decimal("0.5"),)),
            Rep(id="cy", team="east", absences=[Period.month(2026, 9)]),
        ],
    )
    goal = visits(300, "east")
    plan = cascade(goal, org, equal(REPS), grain="month", shortfall_to="cushion")
    # A seat owes a third of each month, 33 or 34.
    assert parts(plan, "ada") == [("2026-07", 34), ("2026-08", 33), ("2026-09", 33)]
    assert parts(plan, "bo") == [("2026-08", 17), ("2026-09", 33)]
    assert parts(plan, "cy") == [("2026-07", 33), ("2026-08", 33), ("2026-09", 0)]
    assert sums(plan)["east"] == (300, 216, -84)
    testing.assert_breakdowns_hold(plan)
    taken = cascade(goal, org, equal(REPS), grain="month", shortfall_to={"east": "ada"})
    assert sums(taken)["east"] == (300, 300, 0)
    assert sum(count for _, count in parts(taken, "ada")) == 100 + 84


def test_a_ramp_above_full_fills_no_more_than_the_seat() -> None:
    org = Org(
        teams=[Team(id="east")],
        reps=[Rep(id="ada", team="east", hired=date(2026, 7, 1), ramp=(Decimal(2),) * 3), Rep(id="bo", team="east")],
    )
    members = cascade(visits(300, "east"), org, equal(["ada", "bo"]))
    assert sums(members)["ada"] == (200, None, None)
    cut = cascade(visits(300, "east"), org, equal(["ada", "bo"]), shortfall_to="cushion")
    assert sums(cut)["ada"] == (150, None, None)


def test_a_team_may_have_a_weight_of_its_own_and_be_divided_no_further() -> None:
    plan = cascade(visits(100), ORG, {"china": 1, "east": 3, "west": 1, "house": 0})
    assert sums(plan) == {
        None: (100, 100, 0),
        "china": (100, 100, 0),
        "house": (0, None, None),
        "east": (75, None, None),
        "west": (25, None, None),
    }
    # With members named too, its own weight decides what it gets, and theirs how they share it.
    deeper = cascade(visits(100, "china"), ORG, {"east": 3, "west": Decimal("1.0"), "ada": 1, "bo": 2, "cy": 9})
    assert {owner: three[0] for owner, three in sums(deeper).items()} == {
        "china": 100,
        "east": 75,
        "west": 25,
        "ada": 25,
        "bo": 50,
        "cy": 25,
    }


def test_a_team_whose_own_weight_is_zero_gets_nothing_whatever_its_members_weigh() -> None:
    plan = cascade(visits(90, None), ORG, dict.fromkeys(ORG.rep_by_id, 1) | {"east": 0})
    owed = {node.owner: node.owed.minor for node in plan.nodes}
    assert (owed["east"], owed["ada"], owed["bo"]) == (0, 0, 0)
    assert sum(owed[name] for name in ORG.rep_by_id) == 90


def test_a_dealer_and_a_vacant_seat_are_divided_to_like_anybody() -> None:
    org = Org(
        teams=[Team(id="east")],
        reps=[
            Rep(id="ada", team="east"),
            Rep(id="dealer", team="east", kind="dealer"),
            Rep(id="seat-3", team="east", kind="house"),
        ],
    )
    plan = cascade(visits(100, "east"), org, {"ada": 2, "dealer": 2, "seat-3": 1}, grain="month")
    assert {node.owner: node.owed.minor for node in plan.nodes} == {"east": 100, "ada": 40, "dealer": 40, "seat-3": 20}


def test_weights_may_be_amounts_or_very_large() -> None:
    amounts = {owner: Amount.of(weight, COUNT) for owner, weight in BASIS.items()}
    huge = {owner: weight * 10**30 for owner, weight in BASIS.items()}
    expected = cascade(visits(601), ORG, BASIS, grain="month")
    for basis in (amounts, huge):
        assert cascade(visits(601), ORG, basis, grain="month") == expected


def test_a_team_may_have_a_weight_that_fits_64_bits_while_its_product_with_workdays_does_not() -> None:
    basis = {**BASIS, "east": 2, "west": 5}
    large = {owner: weight * 10**17 for owner, weight in basis.items()}
    assert cascade(visits(601), ORG, large, grain="month") == cascade(visits(601), ORG, basis, grain="month")


def test_a_target_below_zero_is_the_mirror_image_and_nothing_is_nothing() -> None:
    plan, mirror = (cascade(visits(count), ORG, BASIS, grain="month", over_assign=Decimal("0.1")) for count in (100, -100))
    assert (mirror.owed == -plan.owed).all()
    assert not cascade(visits(0), ORG, BASIS, grain="month").owed.any()


# What a cascade says of itself


def test_a_cascade_can_be_read_compared_and_kept() -> None:
    plan = cascade(visits(600), ORG, BASIS, grain="month")
    assert plan.rows()[3] == {
        "owner": "east",
        "parent": "china",
        "period": "2026-07",
        "owed": 100,
        "children": 100,
        "cushion": 0,
        "unit": "count",
    }
    assert "减缓冲" in plan.breakdown.text("zh")
    assert pickle.loads(pickle.dumps(plan)) == plan  # noqa: S301 - our own bytes
    assert plan != cascade(visits(600), ORG, BASIS)
    assert plan != 7
    with pytest.raises(TypeError):
        hash(plan)
    other = cascade(visits(600), ORG, {**BASIS, "cy": 2}, grain="month")
    assert {change.owner for change in plan.diff(other)} == {"east", "west", "ada", "bo", "cy"}
    assert not plan.owed.flags.writeable
    # The months of the company are parts of the target; without a grain the target itself stands for them.
    assert [part.owner for part in plan.targets[:3]] == [None] * 3
    assert None not in {part.owner for part in cascade(visits(600), ORG, BASIS).targets}


def test_each_number_can_be_asked_why() -> None:
    org = Org(
        teams=[Team(id="east")],
        reps=[Rep(id="ada", team="east"), Rep(id="bo", team="east", hired=date(2026, 8, 1), ramp=(Decimal("0.5"),))],
    )
    months = cascade(
        visits(300, "east"), org, equal(["ada", "bo"]), grain="month", over_assign=Decimal("0.1"), shortfall_to="cushion"
    )
    august = months.explain("bo", Period.month(2026, 8))
    # Half of 110, and of that a half; a half of a visit goes up.
    assert august.text().splitlines() == [
        "bo, 2026-08: 28 = sum of",
        "  exact share, rounded toward zero: 55 = product of",
        "    owed together: 110 = sum of",
        "      east, 2026-08: 100",
        "      cushion: 10",
        "    share: 1/2",
        "  smallest units handed out beyond it: 0",
        "  cut to the days and the ramp, or taken over: -27",
    ]
    for node in months.nodes:
        why = months.explain(node.owner)
        assert why.value == node.owed
        assert why.holds()
    assert months.explain("east", Period.month(2026, 8)).value == Amount.of(100, COUNT)
    moved = Org(
        teams=TEAMS,
        reps=[Rep(id="ada", team="east"), Rep(id="bo", team="west")],
        moves=[Move(rep="ada", on=date(2026, 9, 1), team="west")],
    )
    both = cascade(visits(90), moved, {"ada": 1, "bo": 0}, grain="month").explain("ada")
    assert (both.value, both.holds()) == (Amount.of(90, COUNT), True)
    nobody = cascade(visits(0), moved, {"ada": 0, "bo": 1}, grain="month").explain("ada")
    assert nobody.holds()
    for owner, period, path in (("eve", None, "owner"), ("ada", THIRD, "period")):
        with pytest.raises(UnknownNameError) as caught:
            months.explain(owner, period)
        assert (caught.value.code, caught.value.path) == ("unknown_in_plan", (path,))


# Refusals


def faults_of(call: Callable[[], object]) -> list[tuple[type[SalesperfError], str, tuple[str | int, ...]]]:
    with pytest.raises(SalesperfError) as caught:
        call()
    faults = caught.value.exceptions if isinstance(caught.value, InvalidInputError) else (caught.value,)
    return [(type(fault), fault.code, fault.path) for fault in faults if isinstance(fault, SalesperfError)]


def test_whoever_is_missing_unknown_or_elsewhere_is_named_at_once() -> None:
    gone = Org(teams=TEAMS, reps=[*ORG.reps, Rep(id="old", team="east", left=date(2026, 1, 1))])
    with pytest.raises(InvalidInputError) as caught:
        cascade(visits(9, "east"), gone, {"ada": -1, "cy": 1, "eve": 1, "old": 1, "Bo": float("nan")})
    assert [
        (fault.code, fault.path, dict(fault.params).get("value"))
        for fault in caught.value.exceptions
        if isinstance(fault, SalesperfError)
    ] == [
        ("basis_misses", ("basis",), "'bo'"),
        ("basis_elsewhere", ("basis", "cy"), "'2026-Q3'"),
        ("unknown_owner", ("basis", "eve"), "'eve'"),
        ("basis_elsewhere", ("basis", "old"), "'2026-Q3'"),
        ("misspelt_owner", ("basis", "Bo"), "'Bo'"),
        ("weights_invalid", ("basis", "ada"), "-1"),
        ("weights_invalid", ("basis", "Bo"), "nan"),
    ]


def test_a_month_in_which_nobody_is_there_is_named() -> None:
    org = Org(reps=[Rep(id="ada", hired=date(2026, 9, 1))])
    faults = faults_of(lambda: cascade(visits(90), org, {"ada": 1}, grain="month"))
    assert [fault[1:] for fault in faults] == [("nobody_there", ("target", "2026-07")), ("nobody_there", ("target", "2026-08"))]


def test_who_has_a_weight_and_no_day_of_work_is_named() -> None:
    away = Rep(id="bo", absences=[THIRD])
    org = Org(reps=[Rep(id="ada"), away, Rep(id="cy", hired=THIRD.start, ramp=(Decimal(0),) * 3)])
    assert [fault[1:] for fault in faults_of(lambda: cascade(visits(90), org, equal(REPS)))] == [
        ("no_capacity", ("basis", "bo")),
        ("no_capacity", ("basis", "cy")),
    ]
    assert sums(cascade(visits(90), org, {"ada": 1, "bo": 0, "cy": 0}))["ada"] == (90, None, None)
    # As seats they owe their part all the same, which then lowers the cushion.
    assert sums(cascade(visits(90), org, equal(REPS), shortfall_to="cushion"))[None] == (90, 30, -60)


def test_who_is_not_there_takes_nothing_over() -> None:
    reps = [Rep(id="ada", team="east", hired=date(2026, 8, 1)), Rep(id="bo", team="east")]
    org = Org(teams=[Team(id="east")], reps=reps)
    faults = faults_of(
        lambda: cascade(visits(90, "east"), org, equal(["ada", "bo"]), grain="month", shortfall_to={"east": "ada"})
    )
    assert [fault[1:] for fault in faults] == [("taker_absent", ("shortfall_to", "ada", "2026-07"))]


def test_a_house_seat_of_no_weight_takes_what_is_left_over_and_nothing_of_its_own() -> None:
    reps = [Rep(id="ada", team="east", left=date(2026, 9, 1)), Rep(id="seat", team="east", kind="house")]
    org = Org(teams=[Team(id="east")], reps=reps)
    plan = cascade(visits(90, "east"), org, {"ada": 1, "seat": 0}, grain="month", shortfall_to={"east": "seat"})
    assert parts(plan, "ada") == [("2026-07", 30), ("2026-08", 30)]
    assert parts(plan, "seat") == [("2026-07", 0), ("2026-08", 0), ("2026-09", 30)]
    testing.assert_breakdowns_hold(plan)
    assert plan.explain("seat").holds()


@pytest.mark.parametrize(
    ("change", "kind", "code", "path"),
    [
        ({"target": None}, InvalidValueError, "wrong_type", ("target",)),
        ({"target": visits(9, "ada")}, UnknownNameError, "unknown_team", ("target", "owner")),
        ({"org": None}, InvalidValueError, "wrong_type", ("org",)),
        ({"calendar": 7}, InvalidValueError, "wrong_type", ("calendar",)),
        ({"basis": ["ada"]}, InvalidValueError, "basis_no_mapping", ("basis",)),
        ({"basis": {**BASIS, "ada": -1}}, InvalidValueError, "weights_invalid", ("basis", "ada")),
        ({"basis": dict.fromkeys(BASIS, 0)}, InvalidValueError, "weights_all_zero", ("basis",)),
        ({"over_assign": ""}, InvalidValueError, "wrong_type", ("over_assign",)),
        ({"over_assign": Decimal(-1)}, InvalidValueError, "out_of_range", ("over_assign",)),
        ({"over_assign": 0.05}, InvalidValueError, "rate_float", ("over_assign",)),
        ({"over_assign": {"eve": Decimal(1)}}, UnknownNameError, "unknown_team", ("over_assign", "eve")),
        ({"over_assign": {"east": "5 %"}}, InvalidValueError, "wrong_type", ("over_assign", "east")),
        ({"shortfall_to": "me"}, InvalidValueError, "choice", ("shortfall_to",)),
        ({"shortfall_to": {"east": "cy"}}, UnknownNameError, "unknown_member", ("shortfall_to", "east")),
        ({"grain": "decade"}, InvalidValueError, "choice", ("grain",)),
    ],
)
def test_what_makes_no_sense_is_refused(
    change: dict[str, Any], kind: type[SalesperfError], code: str, path: tuple[str | int, ...]
) -> None:
    arguments: dict[str, Any] = {"target": visits(600), "org": ORG, "basis": BASIS}
    assert faults_of(lambda: cascade(**(arguments | change))) == [(kind, code, path)]


def test_a_target_beyond_what_tables_hold_is_told_by_amounts() -> None:
    with pytest.raises(InvalidValueError) as caught:
        cascade(visits(2**48), ORG, BASIS, over_assign=Decimal("0.1"))
    assert (caught.value.code, caught.value.path) == ("target_too_large", ("target", "amount"))
    assert "281,474,976,710,656, got 309,622,474,381,722" in str(caught.value)


def test_a_ratio_is_not_cascaded() -> None:
    rate = Target(owner=None, metric=STANDARD_METRICS["win_rate"], amount=Decimal("0.3"), period=THIRD)
    assert faults_of(lambda: cascade(rate, ORG, BASIS)) == [(NotAdditiveError, "not_additive", ("target", "metric"))]

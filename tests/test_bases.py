"""Bases of a division: history, capacity and blends of them."""

from collections.abc import Callable
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
    Actual,
    Amount,
    Calendar,
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
    UnitMismatchError,
    UnknownNameError,
)
from salesperf.allocation import allocate, blend, capacity, history
from salesperf.attainment import ActualTally, tally

ORDERS, REVENUE = STANDARD_METRICS["orders"], STANDARD_METRICS["revenue"]
YEAR, SEPTEMBER = Period.year(2025), Period.month(2026, 9)
JULY_1 = date(2025, 7, 1)


def order(owner: str, number: int, on: date = JULY_1, **rest: Any) -> Actual:  # noqa: ANN401 - fields of Actual
    return Actual(owner=owner, metric=ORDERS, amount=Amount.of(number, COUNT), on=on, **rest)


def sale(owner: str, amount: Amount) -> Actual:
    return Actual(owner=owner, metric=REVENUE, amount=amount, on=JULY_1)


def assert_refused(kind: type[SalesperfError], code: str, path: tuple[str | int, ...], call: Callable[[], object]) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.path) == (code, path)


# History

DONE = tally(
    [
        order("ada", 5, date(2024, 12, 31)),
        order("ada", 7),
        order("ada", 9, date(2025, 8, 1), scope={"product": "A"}),
        order("ada", -1, date(2025, 12, 31)),
        order("bo", 4, date(2025, 1, 1)),
        order("bo", 3, date(2026, 1, 1)),
        sale("ada", Amount.of(10, CNY)),
    ]
)
ORG = Org(
    teams=[Team(id="east"), Team(id="west")],
    reps=[Rep(id="ada", team="east"), Rep(id="bo", team="west"), Rep(id="cy", team="west")],
    moves=[Move(rep="ada", on=date(2025, 8, 1), team="west")],
)


def numbers(basis: Any) -> dict[str, int]:  # noqa: ANN401 - a basis of amounts
    return {owner: amount.minor for owner, amount in basis.items()}


def test_history_is_what_was_done_within_the_period() -> None:
    assert numbers(history(DONE, ["bo", "ada", "cy"], metric=ORDERS, period=YEAR)) == {"ada": 15, "bo": 4, "cy": 0}


def test_history_may_be_narrowed_to_a_scope() -> None:
    narrowed = history(DONE, ["ada", "bo"], metric=ORDERS, period=YEAR, scope={"product": "A"})
    assert numbers(narrowed) == {"ada": 9, "bo": 0}


def test_a_team_did_what_its_members_did_while_they_served_there() -> None:
    assert numbers(history(DONE, ["east", "west"], metric=ORDERS, period=YEAR, org=ORG)) == {"east": 7, "west": 12}


def test_history_divides_a_target() -> None:
    target = Target(owner=None, metric=ORDERS, amount=Amount.of(38, COUNT), period=Period.year(2026))
    divided = allocate(target, history(DONE, ["ada", "bo"], metric=ORDERS, period=YEAR))
    assert [part.amount for part in divided.targets] == [Amount.of(30, COUNT), Amount.of(8, COUNT)]


def test_history_of_nothing_is_refused() -> None:
    nothing = lambda: history(DONE, ["ada"], metric=ORDERS, period=Period.year(2023))  # noqa: E731 - called below
    assert_refused(InvalidValueError, "no_history", ("tally",), nothing)
    never = lambda: history(DONE, ["ada"], metric=STANDARD_METRICS["visits"], period=YEAR)  # noqa: E731 - called below
    assert_refused(InvalidValueError, "no_history", ("tally",), never)


def test_history_in_several_units_is_refused_but_where_others_alone_have_them() -> None:
    mixed = tally([sale("ada", Amount.of(10, CNY)), sale("bo", Amount.of(10, USD))])
    assert_refused(
        UnitMismatchError, "unit_mismatch", ("tally",), lambda: history(mixed, ["ada", "bo"], metric=REVENUE, period=YEAR)
    )
    assert history(mixed, ["bo", "cy"], metric=REVENUE, period=YEAR)["cy"] == Amount.zero(USD)


def test_returns_that_outweigh_sales_are_refused_with_all_owners() -> None:
    returned = tally([order("ada", -3), order("bo", -2), order("cy", 9)])
    with pytest.raises(InvalidInputError) as caught:
        history(returned, ["ada", "bo", "cy"], metric=ORDERS, period=YEAR)
    faults = [(fault.code, fault.path) for fault in caught.value.exceptions if isinstance(fault, SalesperfError)]
    assert faults == [("history_negative", ("owners", "ada")), ("history_negative", ("owners", "bo"))]


def test_history_of_a_stock_is_refused() -> None:
    heads = STANDARD_METRICS["headcount"]
    assert_refused(NotAdditiveError, "not_additive", ("metric",), lambda: history(DONE, ["ada"], metric=heads, period=YEAR))


@pytest.mark.parametrize(
    ("argument", "value"),
    [("tally", 7), ("owners", "ada"), ("metric", "orders"), ("period", "2025"), ("scope", 7)],
)
def test_arguments_of_history_are_of_their_kind(argument: str, value: Any) -> None:  # noqa: ANN401 - the fault
    given: dict[str, Any] = {"tally": DONE, "owners": ["ada"], "metric": ORDERS, "period": YEAR}
    assert_refused(InvalidValueError, "wrong_type", (argument,), lambda: history(**given | {argument: value}))


def test_owners_that_are_unknown_or_come_twice_are_refused_at_once() -> None:
    with pytest.raises(InvalidInputError) as caught:
        history(DONE, ["ada", "zed", "ada", "", "yan"], metric=ORDERS, period=YEAR, org=ORG)
    faults = [(fault.code, fault.path) for fault in caught.value.exceptions if isinstance(fault, SalesperfError)]
    assert faults == [
        ("unknown_owner", ("owners", 1)),
        ("wrong_type", ("owners", 3)),
        ("unknown_owner", ("owners", 4)),
        ("not_unique", ("owners", 2)),
    ]
    empty = ActualTally.empty()
    assert_refused(InvalidValueError, "no_history", ("tally",), lambda: history(empty, [], metric=ORDERS, period=YEAR))


# Capacity

CREW = Org(
    teams=[Team(id="east"), Team(id="north", parent="east"), Team(id="west")],
    reps=[
        Rep(id="ada", team="east", absences=[Period.parse("2026-09-07..2026-09-11")]),
        Rep(id="bo", team="north", hired=date(2026, 9, 1), fte=Decimal("0.8"), ramp=(Decimal("0.5"),)),
        Rep(id="cy", team="west", left=date(2026, 9, 1)),
        Rep(id="dee", team="west", kind="dealer", hired=date(2026, 9, 1)),
        Rep(id="eve", team="east", hired=date(2026, 8, 3), ramp=(Decimal("0.5"), Decimal("1.5"))),
    ],
    moves=[Move(rep="ada", on=date(2026, 9, 16), team="west")],
)


def test_capacity_is_workdays_there_times_full_time_equivalents_times_ramp() -> None:
    # September 2026 has 22 workdays. Ada is away on 5. Bo: 22 x 0.8 x 0.5. A dealer has no ramp unless one is given.
    # Eve: 2 days of her first month, 20 of her second.
    assert capacity(CREW, ["ada", "bo", "cy", "dee", "eve"], SEPTEMBER) == {
        "ada": 17,
        "bo": Fraction(44, 5),
        "cy": 0,
        "dee": 22,
        "eve": 31,
    }


def test_a_team_has_the_capacity_of_its_members_by_days_served() -> None:
    # Ada serves 11 workdays in the east, less 5, and 11 in the west; the north is a part of the east.
    found = capacity(CREW, ["east", "west", "north"], SEPTEMBER)
    assert found == {"east": 6 + Fraction(44, 5) + 31, "north": Fraction(44, 5), "west": 11 + 22}


def test_capacity_knows_the_calendar() -> None:
    assert capacity(CREW, ["dee"], SEPTEMBER, calendar=Calendar(holidays=[date(2026, 9, 1)])) == {"dee": 21}


def test_a_plan_for_nobody_who_can_work_is_refused_when_it_is_made() -> None:
    nobody = capacity(CREW, ["cy"], SEPTEMBER)
    target = Target(owner=None, metric=ORDERS, amount=Amount.of(3, COUNT), period=SEPTEMBER)
    assert_refused(InvalidValueError, "weights_all_zero", ("basis",), lambda: allocate(target, nobody))


def test_arguments_of_capacity_are_of_their_kind() -> None:
    bad: Any = 7
    assert_refused(InvalidValueError, "wrong_type", ("org",), lambda: capacity(bad, ["ada"], SEPTEMBER))
    assert_refused(InvalidValueError, "wrong_type", ("period",), lambda: capacity(CREW, ["ada"], bad))
    assert_refused(UnknownNameError, "unknown_owner", ("owners", 0), lambda: capacity(CREW, ["zed"], SEPTEMBER))
    assert_refused(InvalidValueError, "wrong_type", ("calendar",), lambda: capacity(CREW, ["ada"], SEPTEMBER, calendar=bad))


# Blends


def test_a_blend_counts_each_basis_by_its_own_total() -> None:
    last_year = {"ada": Amount.of(300, CNY), "bo": Amount.of(100, CNY)}
    potential: dict[str, Any] = {"ada": np.int64(1), "bo": 1}
    mixed = blend((last_year, 70), (potential, Decimal(30)))
    assert mixed == {"ada": Fraction(27, 40), "bo": Fraction(13, 40)}


def test_a_basis_without_a_share_counts_for_nothing() -> None:
    assert blend(({"ada": 1, "bo": 3}, 1), ({"ada": 9, "bo": 0}, 0)) == {"ada": Fraction(1, 4), "bo": Fraction(3, 4)}


def test_bases_that_lack_owners_are_refused_with_all_of_them() -> None:
    with pytest.raises(InvalidInputError) as caught:
        blend(({"ada": 1, "bo": 3}, 1), ({"bo": 1, "cy": 1}, 1))
    faults = [
        (fault.code, fault.path, fault.params["value"])
        for fault in caught.value.exceptions
        if isinstance(fault, SalesperfError)
    ]
    assert faults == [("basis_lacks", ("parts", 0), "'cy'"), ("basis_lacks", ("parts", 1), "'ada'")]


@pytest.mark.parametrize(
    ("parts", "code", "path"),
    [
        ([7], "wrong_type", ("parts", 0)),
        ([({"ada": 1},)], "length", ("parts", 0)),
        ([(["ada"], 1)], "basis_no_mapping", ("parts", 0)),
        ([({7: 1}, 1)], "wrong_type", ("parts", 0)),
        ([({"ada": 0}, 1)], "weights_all_zero", ("parts", 0)),
        ([({"ada": 1}, 1), ({"ada": -1}, 1)], "weights_invalid", ("parts", 1, "ada")),
        ([({"ada": "1"}, 1)], "wrong_type", ("parts", 0, "ada")),
        ([({"ada": 1}, -1)], "weights_invalid", ("parts", 0)),
        ([({"ada": 1}, 0)], "weights_all_zero", ("parts",)),
        ([({"ada": Amount.of(1, CNY), "bo": 1}, 1)], "wrong_type", ("parts", 0, "bo")),
    ],
)
def test_what_cannot_be_blended_is_refused(parts: list[Any], code: str, path: tuple[str | int, ...]) -> None:
    assert_refused(InvalidValueError, code, path, lambda: blend(*parts))


def test_a_blend_of_nothing_is_refused() -> None:
    assert_refused(InvalidValueError, "too_few", ("parts",), blend)


def test_a_basis_in_two_units_is_refused() -> None:
    basis = {"ada": Amount.of(1, CNY), "bo": Amount.of(1, USD)}
    assert_refused(UnitMismatchError, "unit_mismatch", ("parts", 0, "bo"), lambda: blend((basis, 1)))

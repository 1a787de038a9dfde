"""Floors, caps, amounts that hold, steps, overrides and scopes: worked examples, what each part says, what is refused."""

import pickle
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from salesperf import (
    CNY,
    COUNT,
    STANDARD_METRICS,
    USD,
    Amount,
    FrozenMap,
    InfeasibleError,
    InvalidInputError,
    InvalidValueError,
    Override,
    Period,
    SalesperfError,
    Target,
    UnitMismatchError,
    UnknownNameError,
    testing,
)
from salesperf.allocation import Allocation, allocate
from salesperf.messages import describe_error

VISITS, YEAR = STANDARD_METRICS["visits"], Period.year(2026)
WEIGHTS = {"ada": 3, "bo": 2, "cy": 1}


def visits(number: int, **rest: Any) -> Target:  # noqa: ANN401 - fields of Target
    return Target(owner=None, metric=VISITS, amount=Amount.of(number, COUNT), period=YEAR, **rest)


def of(number: int) -> Amount:
    return Amount.of(number, COUNT)


def each(**numbers: int) -> dict[str, Amount]:
    return {owner: of(number) for owner, number in numbers.items()}


def set_to(number: int, owner: str | None = "bo", **rest: Any) -> Override:  # noqa: ANN401 - fields of Override
    return Override(owner=owner, amount=of(number), reason="new territory", author="r-1", **rest)


def parts(divided: Allocation) -> dict[str | None, int]:
    testing.assert_breakdowns_hold(divided)
    return {part.owner: part.amount.minor for part in divided.targets if isinstance(part.amount, Amount)}


# Worked examples


def test_a_floor_lifts_a_part_and_the_others_share_what_it_leaves() -> None:
    divided = allocate(visits(60), WEIGHTS, floors=each(cy=20, ada=5))
    # 40 are left to 3 : 2; the floor of 5 does not matter.
    assert parts(divided) == {"ada": 24, "bo": 16, "cy": 20}
    assert [row["held"] for row in divided.rows()] == [None, None, "floor"]


def test_a_cap_cuts_a_part_and_the_others_share_what_it_leaves() -> None:
    divided = allocate(visits(60), WEIGHTS, caps=each(ada=21, bo=60))
    assert parts(divided) == {"ada": 21, "bo": 26, "cy": 13}
    assert [row["held"] for row in divided.rows()] == ["cap", None, None]


def test_a_part_that_reaches_its_floor_by_its_share_is_not_held_there() -> None:
    divided = allocate(visits(60), WEIGHTS, floors=each(cy=10))
    assert parts(divided) == {"ada": 30, "bo": 20, "cy": 10}
    assert [row["held"] for row in divided.rows()] == [None, None, None]


def test_floor_and_cap_of_one_amount_hold_it() -> None:
    divided = allocate(visits(60), WEIGHTS, floors=each(ada=12), caps=each(ada=12))
    assert parts(divided) == {"ada": 12, "bo": 32, "cy": 16}
    assert divided.rows()[0]["held"] == "floor"


def test_bounds_of_a_part_that_is_kept_hold_no_other() -> None:
    divided = allocate(visits(60), WEIGHTS, floors=each(ada=12), keep=each(ada=12))
    assert parts(divided) == {"ada": 12, "bo": 32, "cy": 16}
    assert [row["held"] for row in divided.rows()] == ["kept", None, None]


def test_whoever_has_no_weight_gets_the_floor() -> None:
    assert parts(allocate(visits(60), {"ada": 1, "bo": 0, "cy": 0}, floors=each(bo=7))) == {"ada": 53, "bo": 7, "cy": 0}


def test_what_is_kept_holds_and_what_is_not_given_does_not() -> None:
    divided = allocate(visits(60), WEIGHTS, keep={"ada": of(0), "bo": None})
    # An amount of 0 holds at 0; None is no amount.
    assert parts(divided) == {"ada": 0, "bo": 40, "cy": 20}
    assert [row["held"] for row in divided.rows()] == ["kept", None, None]


def test_what_is_given_is_kept_and_the_rest_shared_evenly(oracle: Callable[[str], Any]) -> None:
    # What a planning suite documents of spreading a total over what is given from below: 101 with 30 and 0 given.
    cases = [
        case["inputs"] | case["expected"]
        for case in oracle("allocation_exact_sum.json")["cases"]
        if case["inputs"]["method"] == "preserve_given_then_even"
    ]
    assert cases
    for case in cases:
        owners = [f"owner-{place}" for place in range(len(case["given"]))]
        keep = {owner: None if amount is None else of(amount) for owner, amount in zip(owners, case["given"], strict=True)}
        divided = allocate(visits(case["total"]), dict.fromkeys(owners, 1), keep=keep)
        assert list(parts(divided).values()) == case["shares"]


def test_all_may_be_kept_if_they_sum_to_the_total() -> None:
    assert parts(allocate(visits(60), WEIGHTS, keep=each(ada=10, bo=20, cy=30))) == {"ada": 10, "bo": 20, "cy": 30}


def test_a_kept_amount_may_have_the_other_sign() -> None:
    # A territory that is known to lose ten leaves 70 to the others.
    assert parts(allocate(visits(60), WEIGHTS, keep=each(cy=-10))) == {"ada": 42, "bo": 28, "cy": -10}


def test_nothing_left_goes_to_nobody_even_without_weights() -> None:
    assert parts(allocate(visits(60), {"ada": 1, "bo": 0, "cy": 0}, keep=each(ada=60))) == {"ada": 60, "bo": 0, "cy": 0}


def test_parts_are_multiples_of_a_step_and_the_largest_takes_the_rest() -> None:
    divided = allocate(visits(1_234), {"ada": 1, "bo": 1, "cy": 1}, step=of(100))
    # 12 steps are 4 each; 34 are beyond, and go to the first of the largest.
    assert parts(divided) == {"ada": 434, "bo": 400, "cy": 400}
    assert "to whole steps of 100" in divided.breakdown.text()


def test_the_rest_beyond_steps_goes_to_the_largest_part_that_may_take_it() -> None:
    divided = allocate(visits(1_234), {"ada": 2, "bo": 1, "cy": 0}, step=of(100), caps=each(ada=800))
    assert parts(divided) == {"ada": 800, "bo": 434, "cy": 0}


def test_floors_are_rounded_up_to_steps_and_caps_down() -> None:
    divided = allocate(visits(1_000), WEIGHTS, step=of(100), floors=each(cy=210), caps=each(ada=399))
    assert parts(divided) == {"ada": 300, "bo": 400, "cy": 300}
    assert [row["held"] for row in divided.rows()] == ["cap", None, "floor"]


def test_amounts_that_hold_are_not_rounded_to_steps() -> None:
    assert parts(allocate(visits(1_000), WEIGHTS, step=of(100), keep=each(ada=333))) == {"ada": 333, "bo": 467, "cy": 200}


def test_a_negative_total_is_divided_by_steps_too() -> None:
    divided = allocate(visits(-1_234), {"ada": 1, "bo": 1, "cy": 1}, step=of(100))
    assert parts(divided) == {"ada": -434, "bo": -400, "cy": -400}


def test_a_negative_total_has_the_bounds_as_they_are_written() -> None:
    divided = allocate(visits(-60), WEIGHTS, floors=each(ada=-21), caps=each(cy=-15))
    # Ada owes at least -21, which is less of a burden than her share of -30; cy at most -15.
    assert parts(divided) == {"ada": -21, "bo": -24, "cy": -15}
    assert [row["held"] for row in divided.rows()] == ["floor", None, "cap"]


def test_an_override_holds_and_the_plan_remembers_what_it_replaced() -> None:
    divided = allocate(visits(60), WEIGHTS, overrides=[set_to(5)])
    assert parts(divided) == {"ada": 41, "bo": 5, "cy": 14}
    assert [amount.minor for amount in divided.computed] == [30, 20, 10]
    assert divided.rows()[1] == {
        "owner": "bo",
        "metric": "visits",
        "period": "2026",
        "amount": Decimal(5),
        "unit": "count",
        "share": 1 / 3,
        "held": "override",
        "computed": Decimal(20),
        "reason": "new territory",
        "author": "r-1",
    }
    assert divided.rows()[0]["reason"] is None
    lines = divided.breakdown.text().splitlines()
    assert "  bo, 2026: 5 = sum of" in lines
    assert "    computed: 20" in lines
    assert "    set by r-1: new territory: -15" in lines
    assert [place.owner for place in divided.fixed] == ["bo"]


def test_what_is_computed_without_overrides_keeps_to_the_other_terms() -> None:
    divided = allocate(visits(60), WEIGHTS, keep=each(cy=0), overrides=[set_to(5)])
    assert parts(divided) == {"ada": 55, "bo": 5, "cy": 0}
    assert [amount.minor for amount in divided.computed] == [36, 24, 0]


def test_without_terms_what_is_computed_is_what_there_is() -> None:
    divided = allocate(visits(60), WEIGHTS)
    assert [amount.minor for amount in divided.computed] == [30, 20, 10]
    assert divided.fixed == frozenset()


def test_a_division_on_terms_is_a_value() -> None:
    divided = allocate(visits(60), WEIGHTS, floors=each(cy=20), step=of(5), overrides=[set_to(5)])
    assert pickle.loads(pickle.dumps(divided)) == divided  # noqa: S301 - our own bytes
    assert hash(divided) == hash(allocate(visits(60), WEIGHTS, floors=each(cy=20), step=of(5), overrides=[set_to(5)]))


@pytest.mark.parametrize("method", ["webster", "jefferson", "adams", "hill"])
def test_every_method_that_takes_bounds_keeps_to_them(method: str) -> None:
    divided = allocate(visits(60), WEIGHTS, method=method, floors=each(cy=20), caps=each(ada=22))
    assert parts(divided) == {"ada": 22, "bo": 18, "cy": 20}


# Scopes

A, B = FrozenMap({"product": "A"}), FrozenMap({"product": "B", "region": "east"})


def test_a_target_is_divided_over_scopes_that_narrow_its_own() -> None:
    total = visits(90, scope={"channel": "web"})
    divided = allocate(total, {B: 1, A: 2}, floors={B: of(40)}, overrides=[])
    testing.assert_breakdowns_hold(divided)
    assert [(part.owner, dict(part.scope), part.amount) for part in divided.targets] == [
        (None, {"channel": "web", "product": "A"}, of(50)),
        (None, {"channel": "web", "product": "B", "region": "east"}, of(40)),
    ]
    assert [part.parent for part in divided.targets] == [total.key] * 2
    assert [row["scope.region"] for row in divided.rows()] == [None, "east"]
    assert "channel:web/product:A" in divided.breakdown.text()


def test_an_override_of_a_scope_names_the_owner_of_the_target() -> None:
    east = Target(owner="east", metric=VISITS, amount=of(90), period=YEAR)
    divided = allocate(east, {A: 2, B: 1}, overrides=[set_to(10, "east", scope=A)])
    assert [part.amount for part in divided.targets] == [of(10), of(80)]


# Refusals


def refused(call: Callable[[], object]) -> SalesperfError:
    with pytest.raises(SalesperfError) as caught:
        call()
    assert describe_error(caught.value, lang="zh") != str(caught.value)
    return caught.value


def assert_refused(kind: type[SalesperfError], code: str, path: tuple[str | int, ...], call: Callable[[], object]) -> str:
    error = refused(call)
    assert type(error) is kind
    assert (error.code, error.path) == (code, path)
    return str(error)


def test_floors_beyond_the_total_are_told_by_how_much_and_whose() -> None:
    text = assert_refused(
        InfeasibleError,
        "floors_above_total",
        ("floors",),
        lambda: allocate(visits(60), WEIGHTS, floors=each(ada=50, cy=20, bo=0)),
    )
    assert text == (
        "floors: expected floors with a sum of at most 60, got 70, which is 10 more (hint: lower those of 'ada', 'cy')"
    )


def test_caps_below_the_total_are_told_by_how_much_and_whose() -> None:
    caps = each(ada=20, bo=20, cy=10)
    text = assert_refused(InfeasibleError, "caps_below_total", ("caps",), lambda: allocate(visits(60), WEIGHTS, caps=caps))
    assert "at least 60, got 50, which is 10 less (hint: raise those of 'ada', 'bo', 'cy';" in text


def test_caps_count_only_for_whoever_has_a_weight() -> None:
    weights = {"ada": 1, "bo": 0}
    assert_refused(
        InfeasibleError, "caps_below_total", ("caps",), lambda: allocate(visits(60), weights, caps=each(ada=50, bo=50))
    )


def test_bounds_of_a_negative_total_that_cannot_be_met_are_refused() -> None:
    floors, caps = each(ada=-10, bo=-10, cy=-10), each(ada=-50, bo=-50)
    assert_refused(InfeasibleError, "floors_above_total", ("floors",), lambda: allocate(visits(-60), WEIGHTS, floors=floors))
    assert_refused(InfeasibleError, "caps_below_total", ("caps",), lambda: allocate(visits(-60), WEIGHTS, caps=caps))


def test_bounds_that_fail_only_in_steps_say_so() -> None:
    floors, caps = each(ada=41, bo=1), each(ada=39, bo=19, cy=9)
    few: dict[str, Any] = {"step": of(10), "floors": floors}
    text = assert_refused(
        InfeasibleError, "floors_above_total_in_steps", ("floors",), lambda: allocate(visits(50), WEIGHTS, **few)
    )
    assert "floors, rounded up to steps of 10, with a sum of at most 50, got 60" in text
    many: dict[str, Any] = {"step": of(10), "caps": caps}
    assert_refused(InfeasibleError, "caps_below_total_in_steps", ("caps",), lambda: allocate(visits(60), WEIGHTS, **many))


def test_a_floor_and_a_cap_without_a_step_between_them_are_refused() -> None:
    bounds: dict[str, Any] = {"floors": each(ada=11, bo=21), "caps": each(ada=19, bo=29)}
    error = refused(lambda: allocate(visits(60), WEIGHTS, step=of(10), **bounds))
    assert isinstance(error, InvalidInputError)
    assert [(fault.code, fault.path) for fault in error.exceptions if isinstance(fault, SalesperfError)] == [
        ("no_step_between", ("step", "ada")),
        ("no_step_between", ("step", "bo")),
    ]


def test_a_rest_beyond_steps_that_nobody_may_take_is_refused() -> None:
    caps = each(ada=30, bo=20, cy=10)
    assert_refused(
        InfeasibleError, "step_leaves_rest", ("step",), lambda: allocate(visits(63), WEIGHTS, step=of(10), caps=caps)
    )


def test_a_step_too_coarse_for_a_step_each_is_refused() -> None:
    assert_refused(
        InfeasibleError, "step_too_coarse", ("step",), lambda: allocate(visits(60), WEIGHTS, step=of(30), method="adams")
    )
    assert_refused(
        InfeasibleError,
        "total_below_one_each",
        ("target", "amount"),
        lambda: allocate(visits(2), WEIGHTS, method="adams", caps=each(ada=60)),
    )


def test_amounts_that_hold_beyond_the_total_are_refused() -> None:
    text = assert_refused(
        InfeasibleError,
        "held_above_total",
        ("target", "amount"),
        lambda: allocate(visits(60), WEIGHTS, keep=each(ada=61, bo=0)),
    )
    assert "got a sum of 61, which is 1 beyond it (hint: those of 'ada' hold)" in text
    assert_refused(
        InfeasibleError, "held_above_total", ("target", "amount"), lambda: allocate(visits(0), WEIGHTS, overrides=[set_to(1)])
    )


def test_amounts_that_hold_for_all_and_fall_short_are_refused() -> None:
    keep = each(ada=10, bo=20, cy=29)
    assert_refused(InfeasibleError, "held_below_total", ("target", "amount"), lambda: allocate(visits(60), WEIGHTS, keep=keep))


def test_contradictions_are_told_all_at_once() -> None:
    error = refused(
        lambda: allocate(
            visits(60),
            WEIGHTS,
            floors=each(ada=30, bo=20),
            caps=each(ada=20, cy=5),
            keep=each(cy=6, bo=25),
            overrides=[set_to(19)],
        )
    )
    assert isinstance(error, InvalidInputError)
    assert [(fault.code, fault.path) for fault in error.exceptions if isinstance(fault, SalesperfError)] == [
        ("floor_above_cap", ("floors", "ada")),
        ("kept_and_overridden", ("keep", "bo")),
        ("below_floor", ("overrides", "bo")),
        ("above_cap", ("keep", "cy")),
    ]


def test_names_that_the_basis_lacks_are_told_all_at_once() -> None:
    error = refused(
        lambda: allocate(
            visits(60),
            WEIGHTS,
            floors={"ada": of(1), "di": of(1)},
            caps={"bo": of(60), "edd": of(1)},
            keep={"flo": of(1), "gus": None},
            overrides=[set_to(1, "hal"), set_to(1, "ada", scope={"product": "A"})],
        )
    )
    assert isinstance(error, InvalidInputError)
    assert [(fault.code, fault.path) for fault in error.exceptions if isinstance(fault, SalesperfError)] == [
        ("unknown_part", ("floors", 1)),
        ("unknown_part", ("caps", 1)),
        ("unknown_part", ("keep", 0)),
        ("unknown_part", ("overrides", 0)),
        ("unknown_part", ("overrides", 1)),
    ]
    assert_refused(UnknownNameError, "unknown_part", ("floors", 0), lambda: allocate(visits(60), {A: 1}, floors={B: of(1)}))


def test_a_part_is_set_by_hand_once() -> None:
    assert_refused(
        InvalidValueError,
        "not_unique",
        ("overrides", 1),
        lambda: allocate(visits(60), WEIGHTS, overrides=[set_to(1), set_to(2)]),
    )


def test_amounts_are_in_the_unit_of_the_target() -> None:
    other, none = Amount.of(1, USD), None
    calls: list[tuple[tuple[str | int, ...], Any]] = [
        (("floors", "ada"), {"floors": {"ada": other}}),
        (("caps", "ada"), {"caps": {"ada": other}}),
        (("keep", "ada"), {"keep": {"ada": other}}),
        (("step",), {"step": other}),
        (("overrides", 0, "amount"), {"overrides": [Override(owner="bo", amount=other, reason="x", author="r-1")]}),
    ]
    for path, terms in calls:
        assert_refused(UnitMismatchError, "unit_mismatch", path, lambda: allocate(visits(60), WEIGHTS, **terms))  # noqa: B023 - called at once
    bad: list[tuple[tuple[str | int, ...], Any]] = [
        (("floors", "ada"), {"floors": {"ada": 7}}),
        (("caps", "ada"), {"caps": {"ada": none}}),
        (("floors",), {"floors": [1]}),
        (("step",), {"step": 7}),
        (("overrides",), {"overrides": "abc"}),
        (("overrides", 0), {"overrides": [7]}),
    ]
    for path, terms in bad:
        assert_refused(InvalidValueError, "wrong_type", path, lambda: allocate(visits(60), WEIGHTS, **terms))  # noqa: B023 - called at once


@pytest.mark.parametrize("step", [0, -5])
def test_a_step_is_above_zero(step: int) -> None:
    assert_refused(InvalidValueError, "not_positive", ("step",), lambda: allocate(visits(60), WEIGHTS, step=of(step)))


def test_a_method_without_bounds_says_so_by_our_names() -> None:
    assert_refused(
        InvalidValueError,
        "bounds_not_taken",
        ("floors",),
        lambda: allocate(visits(60), WEIGHTS, method="quota", floors=each(ada=1)),
    )


def test_bounds_of_the_other_sign_are_refused_by_whose_they_are() -> None:
    assert_refused(InfeasibleError, "bound_sign", ("caps", "ada"), lambda: allocate(visits(60), WEIGHTS, caps=each(ada=-1)))
    error = refused(lambda: allocate(visits(60), WEIGHTS, caps=each(ada=-1, cy=-2)))
    assert isinstance(error, InvalidInputError)
    assert [fault.path for fault in error.exceptions if isinstance(fault, SalesperfError)] == [("caps", "ada"), ("caps", "cy")]


def test_a_weight_that_counts_for_nothing_is_refused_too() -> None:
    weights = {"ada": -1, "bo": 1}
    assert_refused(
        InvalidValueError, "weights_invalid", ("basis", "ada"), lambda: allocate(visits(60), weights, keep=each(ada=1))
    )
    nobody = dict.fromkeys(weights, 0)
    assert_refused(InvalidValueError, "weights_all_zero", ("basis",), lambda: allocate(visits(60), nobody, keep=each(ada=1)))


def test_what_is_left_to_parts_that_all_weigh_nothing_is_told() -> None:
    weights = {"ada": 1, "bo": 0, "cy": 0}
    text = assert_refused(
        InfeasibleError, "nobody_to_take", ("basis",), lambda: allocate(visits(60), weights, keep=each(ada=1))
    )
    assert "a weight above 0 to take the 59 that is left, got nobody" in text


def test_scopes_beside_the_target_or_again_are_refused() -> None:
    web = visits(90, scope={"channel": "web", "product": "A"})
    assert_refused(InvalidValueError, "scope_beside_target", ("basis", "product:B/region:east"), lambda: allocate(web, {B: 1}))
    assert_refused(InvalidValueError, "scope_again", ("basis", "product:A"), lambda: allocate(web, {A: 1}))
    again = {FrozenMap({"product": "A", "region": "x"}): 1, FrozenMap({"region": "x"}): 1}
    assert_refused(InvalidValueError, "scope_again", ("basis", "region:x"), lambda: allocate(web, again))


def test_scopes_that_have_sales_in_common_are_refused() -> None:
    # What is sold of A in the east would count toward two parts; of B in the east and of A in the west it would not.
    east, west = FrozenMap({"region": "east"}), FrozenMap({"product": "A", "region": "west"})
    assert_refused(InvalidValueError, "scope_overlap", ("basis", "region:east"), lambda: allocate(visits(90), {A: 1, east: 1}))
    assert len(allocate(visits(90), {east: 1, west: 1}).targets) == 2


def test_owners_and_scopes_do_not_mix() -> None:
    mixed: Any = {"ada": 1, A: 1}
    assert_refused(InvalidValueError, "wrong_type", ("basis", 0), lambda: allocate(visits(90), mixed))


def test_amounts_in_messages_stand_in_full() -> None:
    revenue = Target(owner=None, metric=STANDARD_METRICS["revenue"], amount=Amount.of(1_000_000, CNY), period=YEAR)
    floors = {"ada": Amount.of(1_200_000, CNY)}
    text = assert_refused(InfeasibleError, "floors_above_total", ("floors",), lambda: allocate(revenue, WEIGHTS, floors=floors))
    assert "got 1,200,000.00 CNY, which is 200,000.00 CNY more" in text


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [("reason", "", "empty"), ("author", " r", "empty"), ("owner", "", "empty"), ("amount", 7, "wrong_type")],
)
def test_an_override_has_an_amount_a_reason_and_an_author(field: str, value: Any, code: str) -> None:  # noqa: ANN401 - the fault
    given: dict[str, Any] = {"owner": "ada", "amount": of(1), "reason": "agreed", "author": "r-1"}
    with pytest.raises(InvalidValueError) as caught:
        Override(**given | {field: value})
    assert (caught.value.code, caught.value.path) == (code, ("Override", field))

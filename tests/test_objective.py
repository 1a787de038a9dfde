"""Objectives and key results: what each kind has and is answered with, their history, their tree, and what is refused."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import pytest

from salesperf import (
    CNY,
    COUNT,
    KEY_RESULT_KINDS,
    STANDARD_METRICS,
    USD,
    Amount,
    Band,
    CheckIn,
    InvalidInputError,
    InvalidValueError,
    KeyResult,
    Milestone,
    Objective,
    Period,
    SalesperfError,
)
from salesperf.model.key_result import KeyResultKind
from salesperf.model.objective import MOST_LEVELS

JULY_1, AUGUST_1, AUGUST_2 = date(2026, 7, 1), date(2026, 8, 1), date(2026, 8, 2)
QUARTER: Final = Period.quarter(2026, 3)
REVENUE: Final = STANDARD_METRICS["revenue"]
STEPS: Final = (Milestone("pilot"), Milestone("live", "Live everywhere", 2))
# For arguments that are wrong on purpose.
any_key_result: Any = KeyResult
any_objective: Any = Objective
any_check_in: Any = CheckIn
any_trees: Any = Objective.trees


def code_and_path(call: Callable[[], object]) -> tuple[object, ...]:
    with pytest.raises(SalesperfError) as caught:
        call()
    return (caught.value.code, *caught.value.path)


def key_result(**fields: Any) -> KeyResult:  # noqa: ANN401 - fields of a key result
    return any_key_result(**{"id": "k", "start": 0, "target": 10} | fields)  # type: ignore[no-any-return] # as above


def objective(id_: str = "o", **fields: Any) -> Objective:  # noqa: ANN401 - fields of an objective
    return Objective(id=id_, period=QUARTER, **fields)


# What they are


def test_direction_follows_from_start_and_target() -> None:
    assert key_result().direction == "higher"
    assert key_result(start=Amount.of(10, CNY), target=Amount.of(4, CNY)).direction == "lower"
    assert key_result(kind="band", start=None, target=None, band=Band(1, 2)).direction == Band(1, 2)
    assert key_result(kind="yes_no", start=None, target=None).direction is None


def test_the_last_check_in_that_answers_is_the_current_one() -> None:
    said = [CheckIn(AUGUST_1, value=3, confidence=1), CheckIn(AUGUST_1, value=4), CheckIn(AUGUST_2, note="on leave")]
    part = key_result(check_ins=said)
    assert (part.current, part.confidence, part.last_check_in) == (said[1], Decimal(1), AUGUST_2)
    assert part.as_of(AUGUST_1).last_check_in == AUGUST_1
    assert part.as_of(JULY_1).current is None
    assert part.as_of(AUGUST_2) is part


def test_titles_are_shown_and_ids_where_there_is_none() -> None:
    assert [step.label for step in STEPS] == ["pilot", "Live everywhere"]
    assert (key_result().label, key_result(title="Pilots").label) == ("k", "Pilots")
    assert (objective().label, objective(title="Grow").label) == ("o", "Grow")


def test_an_objective_knows_what_was_said_of_it_and_when_below_it() -> None:
    below = objective("below", key_results=[key_result(check_ins=[CheckIn(AUGUST_2, value=4)])])
    above = objective(children=[below], check_ins=[CheckIn(AUGUST_1, score=Decimal("0.5")), CheckIn(AUGUST_1, confidence=0)])
    assert (above.stated, above.confidence, above.last_check_in) == (Decimal("0.5"), Decimal(0), AUGUST_2)
    assert (above.parts, below.parts) == ((below,), below.key_results)
    assert objective().last_check_in is None


# What is refused of a key result


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"target": 0}, ("key_result_flat", "k", "target")),
        ({"target": Decimal("1e-400")}, ("decimal_scale", "target")),
        ({"start": Decimal(10**17), "target": 10**17 + 1}, ("key_result_flat", "k", "target")),
        ({"target": None}, ("key_result_lacks", "k", "target")),
        ({"start": 0.5}, ("rate_float", "start")),
        ({"target": True}, ("wrong_type", "target")),
        ({"target": Amount.of(10, CNY)}, ("wrong_type", "k", "start")),
        ({"start": Amount.of(0, USD), "target": Amount.of(10, CNY)}, ("unit_mismatch", "k", "start")),
        ({"metric": REVENUE}, ("unit_dimension", "k", "start")),
        ({"metric": REVENUE, "start": Amount.of(0, COUNT), "target": Amount.of(1, COUNT)}, ("unit_dimension", "k", "start")),
        ({"band": Band(1, 2)}, ("key_result_field", "k", "band")),
        ({"kind": "number"}, ("choice", "kind")),
        ({"kind": "yes_no"}, ("key_result_field", "k", "start")),
        ({"kind": "milestones", "start": None, "target": None}, ("key_result_lacks", "k", "milestones")),
        ({"weight": 0}, ("not_positive", "weight")),
        ({"weight": Decimal(-1)}, ("not_positive", "weight")),
        ({"weight": Decimal("1e-12")}, ("out_of_range", "weight")),
        ({"weight": 0.3}, ("rate_float", "weight")),
        ({"check_ins": [CheckIn(AUGUST_2, value=1), CheckIn(AUGUST_1, value=2)]}, ("history_order", "k", "check_ins", 1, "on")),
        ({"check_ins": [CheckIn(AUGUST_1, score=1)]}, ("check_in_kind", "k", "check_ins", 0, "score")),
        ({"check_ins": [CheckIn(AUGUST_1, value=Amount.of(3, CNY))]}, ("wrong_type", "k", "check_ins", 0, "value")),
        ({"check_ins": [AUGUST_1]}, ("wrong_type", "check_ins", 0)),
    ],
)
def test_a_key_result_that_is_none_is_refused(fields: dict[str, Any], expected: tuple[object, ...]) -> None:
    code, *path = expected
    assert code_and_path(lambda: key_result(**fields)) == (code, "KeyResult", *path)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"kind": "band", "band": Band(1, 2), "tolerance": 0}, ("out_of_range", "k", "tolerance")),
        ({"kind": "band", "band": Band(1, 10**9), "tolerance": Decimal("0.5")}, ("out_of_range", "k", "tolerance")),
        (
            {"kind": "band", "band": Band(1, 2), "check_ins": [CheckIn(AUGUST_1, value=Amount.of(1, CNY))]},
            ("wrong_type", "k", "check_ins", 0, "value"),
        ),
        ({"kind": "milestones", "milestones": [*STEPS, STEPS[0]]}, ("not_unique", "k", "milestones", 2, "key")),
        (
            {"kind": "milestones", "milestones": STEPS, "check_ins": [CheckIn(AUGUST_1, reached=["pilot", "end"])]},
            ("unknown_milestone", "k", "check_ins", 0, "reached", 0),  # sorted, since their order means nothing
        ),
        ({"kind": "scored", "check_ins": [CheckIn(AUGUST_1, value=1)]}, ("check_in_kind", "k", "check_ins", 0, "value")),
    ],
)
def test_a_key_result_of_another_kind_is_refused(fields: dict[str, Any], expected: tuple[object, ...]) -> None:
    code, *path = expected
    assert code_and_path(lambda: KeyResult(id="k", **fields)) == (code, "KeyResult", *path)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ("check_in_empty",)),
        ({"on": datetime(2026, 8, 1), "note": "x"}, ("date_is_datetime", "on")),  # noqa: DTZ001 - the fault
        ({"score": Decimal("-0.1")}, ("out_of_range", "score")),
        ({"score": 70}, ("score_not_fraction", "score")),
        ({"score": Decimal("nan")}, ("not_finite", "score")),
        ({"confidence": 70}, ("out_of_range", "confidence")),
        ({"is_done": 1}, ("wrong_type", "is_done")),
        ({"reached": "pilot"}, ("wrong_type", "reached")),
    ],
)
def test_a_check_in_that_says_nothing_or_too_much_is_refused(fields: dict[str, Any], expected: tuple[object, ...]) -> None:
    code, *path = expected
    assert code_and_path(lambda: any_check_in(**{"on": AUGUST_1} | fields)) == (code, "CheckIn", *path)


@pytest.mark.parametrize("kind", KEY_RESULT_KINDS)
def test_every_kind_is_answered_in_one_way(kind: KeyResultKind) -> None:
    own: dict[str, dict[str, Any]] = {
        "metric": {"start": 0, "target": 2},
        "band": {"band": Band(1, 2)},
        "milestones": {"milestones": STEPS},
    }

    def is_taken(answer: dict[str, Any]) -> bool:
        with suppress(InvalidValueError):
            return (
                KeyResult(id="k", kind=kind, **own.get(kind, {}), check_ins=[CheckIn(AUGUST_1, **answer)]).current is not None
            )
        return False

    answers: tuple[dict[str, Any], ...] = ({"value": 1}, {"reached": ["pilot"]}, {"is_done": True}, {"score": 1})
    assert sum(map(is_taken, answers)) == 1


# What is refused of an objective


def test_a_node_with_key_results_and_children_is_refused() -> None:
    assert code_and_path(lambda: objective(key_results=[key_result()], children=[objective("p")])) == (
        "objective_of_both",
        "Objective",
        "o",
        "children",
    )


def test_an_id_comes_once_in_a_tree() -> None:
    twice = [objective("p"), objective("q", key_results=[key_result(id="p")])]
    assert code_and_path(lambda: objective(children=twice)) == ("not_unique", "Objective", "o", "id")
    assert code_and_path(lambda: objective(key_results=[key_result(id="o")])) == ("not_unique", "Objective", "o", "id")
    steps = KeyResult(id="k", kind="milestones", milestones=STEPS)
    clash = KeyResult(id="k/pilot", kind="yes_no")
    assert code_and_path(lambda: objective(key_results=[steps, clash])) == ("not_unique", "Objective", "o", "id")


def test_an_objective_is_answered_with_a_score_alone_and_in_order() -> None:
    said = [CheckIn(AUGUST_2, confidence=1), CheckIn(AUGUST_1, confidence=1)]
    assert code_and_path(lambda: objective(check_ins=said))[:4] == ("history_order", "Objective", "o", "check_ins")
    assert code_and_path(lambda: objective(check_ins=[CheckIn(AUGUST_1, is_done=True)])) == (
        "check_in_of_objective",
        "Objective",
        "o",
        "check_ins",
        0,
        "is_done",
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"period": None}, ("wrong_type", "period")),
        ({"children": [key_result()]}, ("wrong_type", "children", 0)),
        ({"key_results": [objective("p")]}, ("wrong_type", "key_results", 0)),
        ({"weight": 0}, ("not_positive", "weight")),
        ({"id": ""}, ("empty", "id")),
    ],
)
def test_an_objective_that_is_none_is_refused(fields: dict[str, Any], expected: tuple[object, ...]) -> None:
    code, *path = expected
    assert code_and_path(lambda: any_objective(**{"id": "o", "period": QUARTER} | fields)) == (code, "Objective", *path)


def chain(levels: int) -> tuple[list[Objective], dict[str, str | None]]:
    """Make objectives each of which is below the one before."""
    ids = [f"o{number}" for number in range(levels)]
    return [objective(id_) for id_ in ids], dict(zip(ids, [None, *ids[:-1]], strict=True))


def test_a_tree_has_no_more_levels_than_python_goes_down() -> None:
    (root,) = Objective.trees(*chain(MOST_LEVELS))
    assert root.levels == MOST_LEVELS
    assert code_and_path(lambda: objective("above", children=[root])) == ("objective_levels", "Objective", "above", "children")
    assert code_and_path(lambda: Objective.trees(*chain(2000)))[:2] == ("objective_levels", "parents")


def test_every_fault_of_a_tree_is_told() -> None:
    flat = [objective(id_) for id_ in ("a", "b", "c", "c")]
    with pytest.raises(InvalidInputError) as caught:
        Objective.trees(flat, {"a": "b", "b": "a", "c": "z", "y": None})
    faults = [(fault.code, *fault.path) for fault in caught.value.exceptions if isinstance(fault, SalesperfError)]
    assert faults == [
        ("not_unique", "objectives", 3, "id"),
        ("unknown_objective", "parents", "c"),
        ("unknown_objective", "parents"),
        ("objective_cycle", "parents", "a"),
        ("objective_cycle", "parents", "b"),
    ]


def test_a_tree_of_anything_else_is_refused() -> None:
    assert code_and_path(lambda: any_trees(["a"], {})) == ("wrong_type", "objectives")
    assert code_and_path(lambda: any_trees([], ["a"])) == ("wrong_type", "parents")
    assert code_and_path(lambda: any_trees([], {1: "a"})) == ("wrong_type", "parents")
    assert code_and_path(lambda: any_trees([objective("a")], {"a": 1})) == ("wrong_type", "parents", "a")
    both = [objective("a", key_results=[key_result()]), objective("b")]
    assert code_and_path(lambda: Objective.trees(both, {"b": "a"}))[0] == "objective_of_both"

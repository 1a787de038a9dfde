"""What would lift a score: the cheapest change and set of changes, by example, with costs, gates and limits."""

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pytest

from salesperf import Categories, Curve, Flag, InvalidInputError, InvalidValueError, SalesperfError, Steps, UnknownNameError
from salesperf.scorecard import Bands, ChangeSet, Criterion, Gate, Scorecard, what_if

PERCENT: Final = Curve([(0, 0), (100, 100)])
LETTERS: Final = Bands([("A", 80), ("B", 50), ("C", 0)], margin=2)
SIZE: Final = Criterion("size", Categories({"large": 100, "medium": 60, "small": 20}))
CARD: Final = Scorecard([Criterion("visits", Curve([(0, 0), (10, 100)]), 2), SIZE, Criterion("has_budget", Flag(100))])
FACTS: Final[dict[str, object]] = {"visits": 4, "size": "small", "has_budget": False}


def changes(found: ChangeSet | None) -> dict[str, object]:
    """Return what becomes of each fact that changes."""
    assert found is not None
    return {change.key: change.after for change in found.changes}


def test_the_cheapest_change_goes_as_far_as_is_needed() -> None:
    # 25 points as it stands, with 50 needed: 2 / 4 of a point for each of the visits', 1 / 4 for each of the others'.
    lifted = what_if(CARD, FACTS, LETTERS)
    assert lifted.target == "B"
    assert changes(lifted.single) == {"visits": 9}
    assert changes(lifted.cheapest) == {"visits": 9}
    assert lifted.is_exact
    assert lifted.cheapest is not None
    assert (lifted.cheapest.cost, lifted.cheapest.score.value) == (0.5, 50.0)
    assert lifted.rows() == [{"fact": "visits", "before": 4, "after": 9, "cost": 0.5}]
    assert lifted.text() == "The cheapest single change that would make it B: visits from 4 to 9 (score 50.00)."


def test_a_higher_band_takes_more_than_one_change() -> None:
    lifted = what_if(CARD, FACTS, LETTERS, target="A")
    assert lifted.single is None
    assert changes(lifted.cheapest) == {"has_budget": True, "visits": 10}
    assert lifted.text() == (
        "No single change makes it A. What would make it A: has_budget from no to yes, visits from 4 to 10 (score 80.00)."
    )
    assert lifted.text("zh") == (
        "没有任何单项改变可以达到 A。要达到 A：has_budget 由 否 变为 是、visits 由 4 变为 10（得分 80.00）。"
    )


def test_what_costs_more_is_changed_less_and_what_nobody_can_change_not_at_all() -> None:
    dear = what_if(CARD, FACTS, LETTERS, costs={"visits": 10})
    assert changes(dear.single) == {"has_budget": True}
    assert what_if(CARD, FACTS, LETTERS, target="A", costs={"has_budget": math.inf}).cheapest is None
    stuck = what_if(CARD, FACTS, LETTERS, costs=dict.fromkeys(FACTS, math.inf))
    assert (stuck.single, stuck.cheapest, stuck.rows()) == (None, None, [])
    assert stuck.text() == "Nothing that may change makes it B."


def test_what_is_reached_takes_nothing() -> None:
    best = {"visits": 10, "size": "large", "has_budget": True}
    lifted = what_if(CARD, best, LETTERS)
    assert (lifted.target, changes(lifted.cheapest), lifted.is_exact) == ("A", {}, True)
    assert lifted.text() == "It is A as it stands."


def test_a_number_that_is_no_whole_one_ends_on_few_digits() -> None:
    lifted = what_if(Scorecard([Criterion("share", Curve([(0, 0), (0.3, 100)]))]), {"share": 0.1}, LETTERS, target="A")
    assert changes(lifted.single) == {"share": 0.24}
    third = what_if(Scorecard([Criterion("share", Curve([(0, 0), (7, 240)]))]), {"share": 0.1}, LETTERS, target="A")
    (after,) = changes(third.single).values()
    assert isinstance(after, float)
    assert after == pytest.approx(7 / 3, rel=1e-6)


def test_less_may_be_what_is_needed() -> None:
    days = Curve([(0, 100), (50, 0)])
    lifted = what_if(Scorecard([Criterion("days", days)]), {"days": 30}, LETTERS, target="A")
    assert changes(lifted.single) == {"days": 10}


def test_steps_are_taken_whole() -> None:
    card = Scorecard([Criterion("visits", Steps([(5, 50), (10, 100)])), Criterion("delays", Steps([(3, 40), (6, 0)], 100))])
    assert changes(what_if(card, {"visits": 1, "delays": 7}, LETTERS).cheapest) == {"visits": 10}
    assert changes(what_if(card, {"visits": 6, "delays": 7}, LETTERS, target="A").cheapest) == {"visits": 10, "delays": 2}
    exact = what_if(card, {"visits": 6.0, "delays": 7.0}, LETTERS, target="A")
    assert changes(exact.cheapest) == {"visits": 10, "delays": 2.99}
    assert "delays from 7.00 to 2.99, visits from 6.00 to 10.00 (score 100.00)." in exact.text()


def test_a_number_ends_on_few_digits_within_its_step_and_at_no_higher_cost() -> None:
    # From 3 on it is worth 80, at 3/4 of the range; below it 50, which is enough, at 3/8.
    card = Scorecard([Criterion("x", Steps([(3, 80), (4, 100), (6, 20)], below=50))])
    lifted = what_if(card, {"x": 6.0}, LETTERS, target="B")
    assert lifted.cheapest is not None
    assert (changes(lifted.cheapest), lifted.cheapest.cost, lifted.is_exact) == ({"x": 2.99}, 0.375, True)


@pytest.mark.parametrize(
    ("scale", "fact", "after", "written"),
    [
        (Steps([(24, 0)], below=100), 30.0, 23.99, "from 30.00 to 23.99 "),
        (Steps([(24, 0)], below=100), None, 23.9, "from not known to 23.90 "),
        (Steps([(0, 0)], below=100), 3.0, -0.01, "from 3.00 to -0.01 "),
        (Curve([(0, 0), (1e-9, 100)]), 0.0, 8e-10, "from 0.00 to 0.0000000008 "),
        (Curve([(0, 0), (0.05, 100)]), 0.031, 0.04, "from 0.031 to 0.04 "),
        (Curve([(0, 0), (2e6, 100)]), 1234567.891, 1.6e6, "from 1,234,567.89 to 1,600,000.00 "),
    ],
)
def test_what_is_written_is_what_reaches_the_band(scale: Any, fact: float | None, after: float, written: str) -> None:  # noqa: ANN401 - a scale
    card = Scorecard([Criterion("x", scale, missing="points")])
    lifted = what_if(card, {"x": fact}, LETTERS, target="A")
    assert changes(lifted.single) == {"x": after}
    assert written in lifted.text()


def test_a_whole_number_never_ends_between_two() -> None:
    # At 2.5 it would be an A, and at 3 not any more: so it is 5.
    card = Scorecard([Criterion("x", Curve([(0, 0), (2.5, 90), (2.7, 0), (5, 100)]))])
    assert changes(what_if(card, {"x": 0}, LETTERS, target="A").single) == {"x": 5}


def test_a_category_is_one_that_every_scale_takes() -> None:
    lenient = Categories({"small": 0}, unknown="points", unknown_points=100)
    gate = Categories({"large": 0}, unknown="as_missing")
    card = Scorecard(
        [Criterion("size", lenient)],
        gates=[Gate("size", gate, least=1, missing="leave_out"), Gate("size", SIZE.scale, least=1)],  # type: ignore[arg-type] # a scale
    )
    assert changes(what_if(card, {"size": "small"}, LETTERS, target="A").single) == {"size": "medium"}
    strict = Scorecard([Criterion("size", lenient)], gates=[Gate("size", gate, least=0)])
    assert changes(what_if(strict, {"size": "large"}, LETTERS, target="A").cheapest) == {}


def test_a_margin_is_to_be_passed() -> None:
    card = Scorecard([Criterion("share", PERCENT)])
    assert changes(what_if(card, {"share": 70}, LETTERS, previous="B").single) == {"share": 82}
    assert changes(what_if(card, {"share": 70}, LETTERS, target="A", previous="A").single) == {"share": 78}


def test_a_gate_has_to_be_opened_too() -> None:
    met = Gate("manager_met", Flag(1), least=1, cap=79)
    card = Scorecard([Criterion("share", PERCENT)], gates=[met])
    lifted = what_if(card, {"share": 85.0, "manager_met": False}, LETTERS)
    assert changes(lifted.single) == {"manager_met": True}
    assert lifted.is_exact


def test_a_number_that_a_gate_asks_for_too_is_found_by_search() -> None:
    card = Scorecard(
        [Criterion("visits", Curve([(0, 0), (10, 100)]))], gates=[Gate("visits", Steps([(9, 1)]), least=1, cap=50)]
    )
    lifted = what_if(card, {"visits": 6.0}, LETTERS)
    assert (changes(lifted.single), lifted.is_exact) == ({"visits": 9.0}, False)


def test_what_is_not_known_may_be_found_out() -> None:
    card = Scorecard([Criterion("share", PERCENT), Criterion("fit", SIZE.scale, missing="points", missing_points=20)])
    lifted = what_if(card, {"share": 60.0}, LETTERS)
    assert changes(lifted.single) == {"share": 80.0}
    asked = what_if(card, {"share": 60.0}, LETTERS, costs={"share": math.inf})
    assert changes(asked.single) == {"fit": "large"}
    unknown = Scorecard([Criterion("share", PERCENT, missing="leave_out")])
    found = what_if(unknown, {}, LETTERS)
    assert (found.target, found.score.value) == ("C", None)
    assert found.cheapest is not None
    assert found.cheapest.cost == 1.0


def test_a_curve_with_a_peak_and_a_product_are_searched_and_that_is_said() -> None:
    peak = Scorecard([Criterion("discount", Curve([(0, 20), (5, 100), (10, 0)]))])
    lifted = what_if(peak, {"discount": 9.0}, LETTERS, target="A")
    assert (changes(lifted.single), lifted.is_exact) == ({"discount": 6.0}, False)
    shares = Curve([(0, 0), (10, 10)])
    product = Scorecard([Criterion("a", shares), Criterion("b", shares)], "product")
    risky = what_if(product, {"a": 5.0, "b": 5.0}, LETTERS)
    assert (changes(risky.single), risky.is_exact) == ({"a": 10.0}, False)


def test_a_fact_of_one_worth_for_all_is_not_changed() -> None:
    flat = Scorecard([Criterion("share", PERCENT), Criterion("flat", Categories({"a": 5, "b": 5}))])
    assert changes(what_if(flat, {"share": 50.0, "flat": "a"}, LETTERS).cheapest) == {"share": 95.0}


def test_a_large_card_is_searched_by_the_most_points_for_the_cost() -> None:
    many = Scorecard([Criterion(f"c{place}", Steps([(1, 40), (2, 70), (3, 100)]), place + 1) for place in range(12)])
    facts = {f"c{place}": 0 for place in range(12)}
    lifted = what_if(many, facts, LETTERS)
    assert not lifted.is_exact
    assert lifted.single is None
    assert lifted.cheapest is not None
    assert lifted.cheapest.score.value >= 50  # type: ignore[operator] # it is defined
    stuck = what_if(many, facts, Bands([("A", 100), ("B", 0)]), costs={"c0": math.inf})
    assert stuck.cheapest is None
    alone = Scorecard([*many.criteria, Criterion("share", PERCENT, 500)])
    assert changes(what_if(alone, facts | {"share": 1.0}, LETTERS, target="B").single)["share"] == pytest.approx(57.8)


def test_a_change_that_the_next_one_makes_needless_is_left_out() -> None:
    small = [Criterion(f"c{place}", Flag(100), 1) for place in range(12)]
    card = Scorecard([*small, Criterion("large", Flag(100), 60)])
    facts: dict[str, object] = dict.fromkeys(card.fact_keys(), False)
    lifted = what_if(card, facts, LETTERS, costs={"c0": 0.001})
    assert changes(lifted.cheapest) == {"large": True}


def test_a_set_may_cost_less_than_any_single_change() -> None:
    lifted = what_if(CARD, FACTS, LETTERS, costs={"visits": 1.5, "size": 0.1, "has_budget": 0.4})
    assert lifted.single is not None
    assert lifted.cheapest is not None
    assert (changes(lifted.single), lifted.single.cost) == ({"has_budget": True}, 0.4)
    assert changes(lifted.cheapest) == {"visits": 5, "size": "large"}
    assert lifted.cheapest.cost == pytest.approx(0.25, abs=1e-12)
    assert lifted.text() == (
        "The cheapest single change that would make it B: has_budget from no to yes (score 50.00). "
        "What would make it B: visits from 4 to 5, size from small to large (score 50.00)."
    )


def test_a_whole_number_becomes_a_whole_number_wherever_the_knots_stand() -> None:
    card = Scorecard([Criterion("visits", Steps([(4.5, 50), (9.5, 100)]))])
    assert changes(what_if(card, {"visits": 1}, LETTERS, target="A").single) == {"visits": 10}
    curve = Scorecard([Criterion("visits", Curve([(0.5, 0), (9.5, 80)]))])
    assert changes(what_if(curve, {"visits": 1}, LETTERS, target="A").single) == {"visits": 10}


def test_a_category_that_counts_as_missing_may_become_known() -> None:
    scale = Categories({"large": 100, "small": 20}, unknown="as_missing")
    card = Scorecard([Criterion("size", scale, missing="leave_out"), Criterion("share", PERCENT)])
    lifted = what_if(card, {"size": "?", "share": 70.0}, LETTERS, costs={"share": math.inf})
    assert changes(lifted.single) == {"size": "large"}


def test_facts_of_numpy_are_facts() -> None:
    assert changes(what_if(CARD, FACTS | {"visits": Decimal("4.5")}, LETTERS).single) == {"visits": 9.0}
    facts = {"visits": np.int64(4), "size": np.str_("small"), "has_budget": np.False_}
    assert changes(what_if(CARD, facts, LETTERS).single) == {"visits": 9}


@pytest.mark.parametrize(
    ("make", "error", "code", "path"),
    [
        (lambda: what_if(3, FACTS, LETTERS), InvalidValueError, "wrong_type", ("card",)),  # type: ignore[arg-type] # the fault
        (lambda: what_if(CARD, FACTS, 3), InvalidValueError, "wrong_type", ("bands",)),  # type: ignore[arg-type] # the fault
        (lambda: what_if(CARD, FACTS, LETTERS, target="D"), UnknownNameError, "unknown_band", ("target",)),
        (lambda: what_if(CARD, FACTS, LETTERS, costs=3), InvalidValueError, "wrong_type", ("costs",)),  # type: ignore[arg-type] # the fault
        (lambda: what_if(CARD, FACTS, LETTERS, costs={"x": 1}), UnknownNameError, "unknown_fact", ("costs",)),
        (lambda: what_if(CARD, FACTS, LETTERS, costs=[]), InvalidValueError, "wrong_type", ("costs",)),  # type: ignore[arg-type] # the fault
        (lambda: what_if(CARD, FACTS, LETTERS, costs={"size": []}), InvalidValueError, "wrong_type", ("costs", "size")),  # type: ignore[dict-item] # the fault
        (lambda: what_if(CARD, FACTS, LETTERS, costs={"size": 0}), InvalidValueError, "not_positive", ("costs", "size")),
        (lambda: what_if(CARD, FACTS, LETTERS, costs={"size": math.nan}), InvalidValueError, "not_finite", ("costs", "size")),
        (lambda: what_if(CARD, {}, LETTERS), InvalidInputError, "invalid_input", ()),
    ],
)
def test_a_question_that_is_none_is_refused(
    make: Callable[[], Any], error: type[SalesperfError], code: str, path: tuple[str | int, ...]
) -> None:
    with pytest.raises(error) as caught:
        make()
    assert (caught.value.code, caught.value.path) == (code, path)

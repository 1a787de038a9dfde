"""Breakdowns: trees that recompute what they explain."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import pytest
from examples import at_most
from hypothesis import given, settings

from salesperf import (
    CNY,
    COUNT,
    USD,
    Amount,
    Breakdown,
    ChanceOfSum,
    Clip,
    Curve,
    DeviationFromPlan,
    Difference,
    Given,
    IncidenceEnd,
    InvalidValueError,
    Maximum,
    Median,
    Message,
    Minimum,
    NewcombeEnd,
    OnCurve,
    OnSteps,
    Product,
    ProductLimit,
    QuantileOfSum,
    Quotient,
    Rounded,
    SalesperfError,
    ShapleyEffect,
    SquareRoot,
    Steps,
    Sum,
    UncertainAmount,
    UnitMismatchError,
    WeightedMean,
    WilsonEnd,
)
from salesperf.messages import LANGUAGES, catalog
from salesperf.model.rule import BreakdownValue, Number, Rule
from salesperf.testing import assert_breakdowns_hold, breakdowns

few = settings(max_examples=at_most(40))

RULES: list[Rule] = [
    Given(),
    Sum(),
    Difference(),
    Quotient(),
    WeightedMean(),
    Product(),
    Maximum(),
    Median(),
    Minimum(),
    Rounded(),
    Clip(),
    OnCurve(Curve([(0, 0), (1, 80)])),
    OnSteps(Steps([(5, 50)])),
    WilsonEnd("low"),
    NewcombeEnd("high", level=0.9),
    ShapleyEffect(1),
    DeviationFromPlan(),
    SquareRoot(),
    ProductLimit(),
    IncidenceEnd("high", level=0.9),
    UncertainAmount(),
    QuantileOfSum(probability=0.1, end="low"),
    ChanceOfSum(end="high", correlation=0.1),
]


def yuan(text: str) -> Amount:
    return Amount.of(text, CNY)


def tree(value: BreakdownValue, rule: Rule, *parts: BreakdownValue, weights: tuple[Number, ...] = ()) -> Breakdown:
    """Return a tree of a rule and the values of its parts."""
    given = [*weights, *[None] * (len(parts) - len(weights))]
    leaves = [
        Breakdown(label=Message(f"part {number}"), value=part, weight=weight)
        for number, (part, weight) in enumerate(zip(parts, given, strict=True))
    ]
    return Breakdown(label=Message("whole"), value=value, rule=rule, parts=leaves)


def code_and_path(call: Callable[[], object], kind: type[SalesperfError] = InvalidValueError) -> tuple[object, ...]:
    with pytest.raises(kind) as caught:
        call()
    return (caught.value.code, *caught.value.path)


@few
@given(breakdowns())
def test_a_tree_made_by_its_rules_holds(drawn: Breakdown) -> None:
    assert drawn.holds()
    assert_breakdowns_hold(drawn)


@few
@given(breakdowns())
def test_a_tree_with_another_value_at_its_root_does_not_hold(drawn: Breakdown) -> None:
    other = Amount.of(7, COUNT) if drawn.value == Amount.of(3, COUNT) else Amount.of(3, COUNT)
    changed = attrs.evolve(drawn, value=other)
    assert changed.holds() == (isinstance(drawn.rule, Given) or changed.value == drawn.value)


@few
@given(breakdowns())
def test_a_tree_does_not_differ_from_itself(drawn: Breakdown) -> None:
    assert drawn.diff(drawn) == ()


@few
@given(breakdowns(), breakdowns())
def test_a_difference_read_backwards_is_the_difference_backwards(one: Breakdown, other: Breakdown) -> None:
    forth = {(change.path, change.before, change.after) for change in one.diff(other)}
    back = {(change.path, change.after, change.before) for change in other.diff(one)}
    assert forth == back


@few
@given(breakdowns())
def test_there_is_a_row_and_a_line_for_each_node(drawn: Breakdown) -> None:
    nodes = list(drawn.walk())
    assert nodes[0] is drawn
    for lang in LANGUAGES:
        rows = drawn.rows(lang)
        assert [row["label"] for row in rows] == [node.label.text(lang) for node in nodes]
        assert rows[0]["level"] == 0
        text = drawn.text(lang)
        assert sum(row["level"] == 0 for row in rows) == 1
        assert all(str(row["label"]) in text for row in rows)


@pytest.mark.parametrize(
    ("value", "rule", "parts"),
    [
        (7, Given(), ()),
        (None, Given(), ()),
        (yuan("3.50"), Sum(), (yuan("1"), yuan("2.50"))),
        (yuan("0"), Sum(), ()),
        (0, Sum(), ()),
        (Decimal("0.3"), Sum(), (Decimal("0.1"), Decimal("0.2"))),
        (0.3, Sum(), (0.1, 0.2)),
        (Fraction(5, 6), Sum(), (Fraction(1, 2), Fraction(1, 3))),
        (1.0, Sum(), (0.5, Decimal("0.5"))),
        (None, Sum(), (1, None)),
        (yuan("-1.50"), Difference(), (yuan("1"), yuan("2.50"))),
        (Decimal("0.1"), Difference(), (Decimal("0.3"), Decimal("0.2"))),
        (None, Difference(), (None, 1)),
        (Fraction(1, 3), Quotient(), (1, 3)),
        (0.25, Quotient(), (yuan("1"), yuan("4"))),
        (Decimal("12.5"), Quotient(), (yuan("25"), Amount.of(2, COUNT))),
        (Decimal("2.5"), Quotient(), (Amount.of(5, COUNT), Amount.of(2, Amount.zero(COUNT).unit))),
        (None, Quotient(), (1, 0)),
        (None, Quotient(), (yuan("1"), yuan("0"))),
        (None, Quotient(), (1.0, -0.0)),
        (Fraction(2, 3), Product(), (2, Fraction(1, 3))),
        (yuan("0.03"), Product(), (yuan("0.05"), Fraction(1, 2))),
        (yuan("0.02"), Product("floor"), (Fraction(1, 2), yuan("0.05"))),
        (yuan("0.05"), Product(), (yuan("0.05"),)),
        (yuan("10.00"), Product(), (yuan("100"), 0.1)),
        (1, Product(), ()),
        (yuan("1"), Minimum(), (yuan("2"), yuan("1"))),
        (Decimal("0.5"), Minimum(), (1.0, Decimal("0.5"), Fraction(2, 3))),
        (None, Minimum(), ()),
        (3, Median(), (9, 3, 1)),
        (Fraction(5, 2), Median(), (1, 4, Decimal(3), 2)),
        (2.5, Median(), (1.0, 4, 2.0, 3)),
        (None, Median(), ()),
        (None, Median(), (1, None)),
        (None, Minimum(), (None,)),
        (9, Maximum(), (4, 9, 2)),
        (yuan("3"), Maximum(), (yuan("1"), yuan("3"))),
        (None, Maximum(), ()),
        (None, Maximum(), (1, None)),
        (5, Rounded(), (Fraction(9, 2),)),
        (4, Rounded("half_even"), (Fraction(9, 2),)),
        (2, Rounded(), (2.5 - 2**-50,)),
        (None, Rounded(), (None,)),
        (1.5, Clip(low=0, high=Decimal("1.5")), (1.7,)),
        (0, Clip(low=0), (-3,)),
        (yuan("2"), Clip(low=yuan("1"), high=yuan("3")), (yuan("2"),)),
        (yuan("3"), Clip(high=yuan("3")), (yuan("9"),)),
        (7, Clip(), (7,)),
        (40.0, OnCurve(Curve([(0, 0), (1, 80)])), (Fraction(1, 2),)),
        (50.0, OnSteps(Steps([(5, 50)])), (5,)),
        (None, OnSteps(Steps([(5, 50)])), (None,)),
        (None, Clip(low=0), (None,)),
        (None, WilsonEnd("high"), (3, None)),
        (2, ShapleyEffect(0), (3, 5)),
        (90, ShapleyEffect(0), (4, 50, 6, 40)),
        (-50, ShapleyEffect(1), (4, 50, 6, 40)),
        (0, ShapleyEffect(0), (4, 50, 4, 40)),
        # Of 1 x 1 x 1 to 2 x 2 x 2 each factor made a third of the change.
        (Fraction(7, 3), ShapleyEffect(2), (1, 1, 1, 2, 2, 2)),
        (7 / 3, ShapleyEffect(2), (1, 1, 1.0, 2, 2, Decimal(2))),
        (None, ShapleyEffect(0), (4, None, 6, 40)),
        # 3 and 1 where 4 and 4 were planned: at a pace of a half each is 1 off, over a plan of 4, and there are 2 days less 1.
        (0.5**0.5, DeviationFromPlan(), (3, 1, 4, 4)),
        (0.0, DeviationFromPlan(), (2, 4, 1, 2)),
        (None, DeviationFromPlan(), (3, None, 4, 4)),
        (1.5, SquareRoot(), (2.25,)),
        (0.0, SquareRoot(), (0,)),
        (None, SquareRoot(), (None,)),
        # Of 10 and then of 5 one fifth left each time.
        (0.64, ProductLimit(), (10, 2, 5, 1)),
        (1.0, ProductLimit(), ()),
        (0.0, ProductLimit(), (3, 3)),
        (None, ProductLimit(), (3, None)),
        (None, IncidenceEnd("low"), (3, None, 0)),
        (yuan("50"), UncertainAmount(), (yuan("200"), Fraction(1, 4))),
        (yuan("50"), UncertainAmount(), (yuan("200"), Decimal("0.25"), Fraction(1, 5), 0.5, 12)),
        (yuan("100"), UncertainAmount(), (yuan("200"), 0.25, 0.2, 0.5, 12, 2)),
        (None, UncertainAmount(), (yuan("200"), None)),
        (yuan("7"), QuantileOfSum(probability=0.5, end="high"), (yuan("7"),)),
        (1.0, ChanceOfSum(), (yuan("7"), yuan("7"))),
        (0.0, ChanceOfSum(end="low"), (yuan("8"), yuan("7"))),
        (None, ChanceOfSum(), (yuan("8"), None)),
    ],
)
def test_a_rule_recomputes_its_value(value: BreakdownValue, rule: Rule, parts: tuple[BreakdownValue, ...]) -> None:
    assert tree(value, rule, *parts).holds()


@pytest.mark.parametrize(
    ("value", "rule", "parts"),
    [
        (yuan("3.51"), Sum(), (yuan("1"), yuan("2.50"))),
        (yuan("0"), Sum(), (5,)),
        (0, Sum(), (yuan("5"),)),
        (yuan("0"), Sum(), (yuan("1"), None)),
        (yuan("1"), Sum(), (yuan("1"), 0)),
        (Amount.of(1, USD), Sum(), (yuan("1"),)),
        (yuan("2"), Sum(), (yuan("1"), Amount.of(1, USD))),
        (0.3 + 1e-8, Sum(), (0.1, 0.2)),
        (Decimal("0.30000000001"), Sum(), (Decimal("0.1"), Decimal("0.2"))),
        (yuan("1"), Sum(), (0.5, 0.5)),
        (1.0, Sum(), (yuan("1"),)),
        (None, Sum(), (1.0,)),
        (1e308, Sum(), (1e308, 1e308)),
        (40.0, OnCurve(Curve([(0, 0), (1, 80)])), (0.6,)),
        (50.0, OnSteps(Steps([(5, 50)])), (4,)),
        (50.0, OnSteps(Steps([(5, 50)])), (yuan("5"),)),
        (1, Difference(), (2,)),
        (1, Difference(), (3, 1, 1)),
        (yuan("1"), Difference(), (yuan("2"), 1)),
        (0, Quotient(), (1, 0)),
        (1, Quotient(), (yuan("1"), Amount.of(1, USD))),
        (Decimal("0.3333"), Quotient(), (1, 3)),
        (yuan("0.05"), Product(), (yuan("0.05"), 0.5)),
        (yuan("1"), Product(), (yuan("1"), yuan("1"))),
        (yuan("1"), Minimum(), (yuan("1"), 2)),
        (4, Maximum(), (4, 9)),
        (4, Rounded(), (Fraction(9, 2),)),
        (1, Rounded(), (yuan("1"),)),
        (1, Rounded(), (1, 1)),
        (1.7, Clip(high=1.5), (1.7,)),
        (yuan("1"), Clip(low=0), (yuan("1"),)),
        (1, Clip(low=yuan("0")), (1,)),
        (0.2553, WilsonEnd("low"), (81.5, 263)),
        (0.0, WilsonEnd("low"), (3, 2)),
        (0.5, NewcombeEnd("low"), (yuan("1"), 2, 1, 2)),
        (80, ShapleyEffect(0), (4, 50, 6, 40)),
        (6, ShapleyEffect(0), (4, 5, 6)),
        (2, ShapleyEffect(1), (3, 5)),
        (0, ShapleyEffect(0), ()),
        (90, ShapleyEffect(0), (4, yuan("50"), 6, yuan("40"))),
        (1.0, ShapleyEffect(0), (1e308, 1e308, -1e308, 1e308)),
        (0.5, DeviationFromPlan(), (3, 1, 4, 4)),
        (0.0, DeviationFromPlan(), (3, 1, 4)),
        (0.0, DeviationFromPlan(), (3, 4)),
        (0.0, DeviationFromPlan(), (3, 1, 4, 0)),
        (0.0, DeviationFromPlan(), (yuan("3"), 1, 4, 4)),
        (1.0, SquareRoot(), (-1,)),
        (1.0, SquareRoot(), (1, 1)),
        (0.64 + 1e-8, ProductLimit(), (10, 2, 5, 1)),
        (1.0, ProductLimit(), (10,)),
        (0.0, ProductLimit(), (2, 3)),
        (1.5, ProductLimit(), (2, -1)),
        (1.0, ProductLimit(), (0, 0)),
        (0.0, IncidenceEnd("low"), ()),
        (0.0, IncidenceEnd("low"), (3, 1)),
        (0.0, IncidenceEnd("low"), (3, 2, 2)),
        (0.0, IncidenceEnd("low"), (3, -1, 2)),
        (0.0, IncidenceEnd("low"), (3, 0.5, 2)),
        (yuan("0"), UncertainAmount(), ()),
        (yuan("50"), UncertainAmount(), (yuan("200"),)),
        (yuan("50"), UncertainAmount(), (200, 0.25)),
        (yuan("50"), UncertainAmount(), (yuan("200"), yuan("0.25"))),
        (yuan("50"), UncertainAmount(), (yuan("200"), 0.25, 0.2)),
        (yuan("50"), UncertainAmount(), (yuan("200"), 0.25, 0.3, 0.5, 12)),
        (yuan("300"), UncertainAmount(), (yuan("200"), 1.5)),
        (yuan("50"), UncertainAmount(), (yuan("200"), 0.25, 0.2, 0.5, 1.5)),
        (yuan("50"), UncertainAmount(), (yuan("200"), 0.25, 0.2, 0.5, -1)),
        (yuan("75"), UncertainAmount(), (yuan("200"), 0.25, 0.2, 0.5, 12, 1.5)),
        (yuan("0"), QuantileOfSum(probability=0.5, end="high"), ()),
        (7, QuantileOfSum(probability=0.5, end="high"), (7,)),
        (yuan("7"), QuantileOfSum(probability=0.5, end="high"), (yuan("7"), yuan("7"))),
        (1.0, ChanceOfSum(), (yuan("7"),)),
        (1.0, ChanceOfSum(), (yuan("7"), 7)),
        (1.0, ChanceOfSum(), (yuan("7"), Amount.of(7, USD))),
    ],
)
def test_a_rule_finds_what_does_not_follow(value: BreakdownValue, rule: Rule, parts: tuple[BreakdownValue, ...]) -> None:
    assert not tree(value, rule, *parts).holds()


@pytest.mark.parametrize(
    ("rule", "counts", "end"),
    [
        # R. G. Newcombe, Statistics in Medicine 17 (1998): pages 857-872, table I, method 3; 873-890, table II, method 10.
        (WilsonEnd("low"), (81, 263), 0.2553),
        (WilsonEnd("high"), (81, 263), 0.3662),
        (NewcombeEnd("low"), (56, 70, 48, 80), 0.0524),
        (NewcombeEnd("high"), (56, 70, 48, 80), 0.3339),
    ],
)
def test_the_end_of_an_interval_follows_from_the_counts(rule: Rule, counts: tuple[int, ...], end: float) -> None:
    assert rule(tree(None, rule, *counts)) == pytest.approx(end, abs=5e-5)


def test_the_end_of_an_interval_is_one_of_two_and_its_level_lies_between_none_and_all() -> None:
    with pytest.raises(InvalidValueError) as caught:
        WilsonEnd("middle")  # type: ignore[arg-type] # wrong on purpose
    assert (caught.value.code, caught.value.path) == ("choice", ("WilsonEnd", "end"))
    with pytest.raises(InvalidValueError) as caught:
        NewcombeEnd("low", level=1)
    assert (caught.value.code, caught.value.path) == ("between", ("NewcombeEnd", "level"))


@pytest.mark.parametrize(("place", "code"), [(-1, "out_of_range"), (1.0, "wrong_type"), (True, "wrong_type")])
def test_the_place_of_a_factor_counts_from_the_first(place: int, code: str) -> None:
    assert code_and_path(lambda: ShapleyEffect(place)) == (code, "ShapleyEffect", "place")


def test_a_weighted_mean_is_that_of_the_parts_with_a_weight() -> None:
    assert tree(85.0, WeightedMean(), 80, 100, 7, weights=(3, Decimal(1))).holds()
    assert tree(None, WeightedMean(), 80, 100).holds()
    assert tree(None, WeightedMean(), 80, None, weights=(1, 1)).holds()
    assert not tree(90.0, WeightedMean(), 80, 100, weights=(3, 1)).holds()
    assert not tree(1.0, WeightedMean(), yuan("1"), weights=(1,)).holds()


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.87671, "0.8767"), (0.004716981, "0.004717"), (0.7 - 1e-16, "0.70"), (8.0, "8.00"), (1234.5678, "1,234.57"), (7, "7")],
)
def test_a_small_number_is_written_with_the_digits_that_tell_it(value: float, written: str) -> None:
    assert Breakdown(label=Message("rate"), value=value).text() == f"rate: {written}"


def test_one_node_that_does_not_hold_is_enough() -> None:
    wrong = tree(6, Sum(), 2, 3)
    above = Breakdown(label=Message("above"), value=6, rule=Sum(), parts=[wrong])
    assert above.holds_itself()
    assert not above.holds()


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_a_word_for_the_reader_and_rebuilds_from_its_repr(rule: Rule) -> None:
    assert all(rule.key in catalog(lang) for lang in LANGUAGES)
    assert eval(repr(rule)) == rule  # noqa: S307 - our own repr
    assert hash(eval(repr(rule))) == hash(rule)  # noqa: S307 - our own repr


def test_a_changed_a_new_and_a_lost_leaf_are_told() -> None:
    before, after = tree(6, Sum(), 1, 2, 3), tree(5, Sum(), 1, 4)
    assert [(change.path[-1].key, change.before, change.after) for change in before.diff(after)] == [
        ("part 1", 2, 4),
        ("part 2", 3, None),
    ]
    assert [(change.path[-1].key, change.before, change.after) for change in after.diff(before)][-1] == ("part 2", None, 3)


def test_leaves_with_one_label_are_matched_in_order() -> None:
    def twice(first: int, second: int) -> Breakdown:
        leaves = [Breakdown(label=Message("visit"), value=value) for value in (first, second)]
        return Breakdown(label=Message("visits"), value=first + second, rule=Sum(), parts=leaves)

    assert [(change.before, change.after) for change in twice(1, 2).diff(twice(1, 5))] == [(2, 5)]


def test_a_tree_is_written_in_two_languages() -> None:
    drawn = Breakdown(
        label=Message("metric.revenue"),
        value=yuan("3.50"),
        rule=Sum(),
        parts=[
            Breakdown(label=Message("metric.orders"), value=yuan("3.50"), weight=Fraction(1, 2)),
            Breakdown(label=Message("metric.visits"), value=yuan("0")),
        ],
    )
    assert drawn.text("zh").splitlines() == [
        "销售额：3.50 元 = 以下各项之和",
        "  订单数：3.50 元",
        "  拜访量：0.00 元",
    ]
    assert drawn.rows()[1] == {
        "level": 1,
        "label": "Orders",
        "value": Decimal("3.50"),
        "unit": "CNY",
        "rule": "given",
        "weight": 0.5,
    }


def test_a_float_of_numpy_becomes_one_of_python() -> None:
    drawn = Breakdown(label=Message("x"), value=np.float64(0.5), weight=np.float64(2))
    assert repr(drawn.value) == "0.5"
    assert repr(drawn.weight) == "2.0"
    assert repr(Clip(low=np.float64(0))) == "Clip(low=0.0, high=None)"


@attrs.define
class Changing:
    """A rule that can change: not hashable."""

    key: str = "rule.changing"

    def __call__(self, node: Breakdown) -> BreakdownValue:
        return node.value


@attrs.frozen
class Doubled:
    """A rule of a program's own."""

    key: str = "rule.doubled"

    def __call__(self, node: Breakdown) -> BreakdownValue:
        (part,) = node.parts
        return None if part.value is None or isinstance(part.value, Amount) else 2 * Fraction(part.value)


def test_a_program_may_bring_a_rule_of_its_own() -> None:
    assert tree(4, Doubled(), 2).holds()
    assert not tree(5, Doubled(), 2).holds()
    assert tree(4, Doubled(), 2).text().splitlines()[0] == "whole: 4 = rule.doubled"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"label": "Total"}, ("wrong_type", "Breakdown", "label")),
        ({"value": "5"}, ("wrong_type", "Breakdown", "value")),
        ({"value": True}, ("wrong_type", "Breakdown", "value")),
        ({"value": float("nan")}, ("not_finite", "Breakdown", "value")),
        ({"value": float("inf")}, ("not_finite", "Breakdown", "value")),
        ({"value": 10**400}, ("not_finite", "Breakdown", "value")),
        ({"value": Decimal("sNaN")}, ("not_finite", "Breakdown", "value")),
        ({"value": Decimal("1E-999999999")}, ("decimal_scale", "Breakdown", "value")),
        ({"weight": "1"}, ("wrong_type", "Breakdown", "weight")),
        ({"weight": float("nan")}, ("not_finite", "Breakdown", "weight")),
        ({"rule": "sum"}, ("wrong_type", "Breakdown", "rule")),
        ({"rule": None}, ("wrong_type", "Breakdown", "rule")),
        ({"rule": Sum}, ("wrong_type", "Breakdown", "rule")),
        ({"rule": len}, ("wrong_type", "Breakdown", "rule")),
        ({"rule": Changing()}, ("unhashable", "Breakdown", "rule")),
        ({"parts": 5}, ("wrong_type", "Breakdown", "parts")),
        ({"parts": [tree(1, Given()), 5]}, ("wrong_type", "Breakdown", "parts", 1)),
    ],
)
def test_a_malformed_breakdown_is_refused(changes: Mapping[str, Any], found: tuple[str | int, ...]) -> None:
    assert code_and_path(lambda: Breakdown(**{"label": Message("Total"), "value": 5, **changes})) == found


@pytest.mark.parametrize(
    ("call", "found"),
    [
        (lambda: Product("up"), ("choice", "Product", "rounding")),  # type: ignore[arg-type] # the fault
        (lambda: Rounded("up"), ("choice", "Rounded", "rounding")),  # type: ignore[arg-type] # the fault
        (lambda: Clip(low="0"), ("wrong_type", "Clip", "low")),  # type: ignore[arg-type] # the fault
        (lambda: Clip(high=float("inf")), ("not_finite", "Clip", "high")),
        (lambda: Clip(low=2, high=1), ("interval_reversed", "Clip")),
        (lambda: Clip(low=yuan("2"), high=yuan("1")), ("interval_reversed", "Clip")),
        (lambda: Clip(low=0, high=yuan("1")), ("wrong_type", "Amount")),
    ],
)
def test_a_malformed_rule_is_refused(call: Callable[[], object], found: tuple[str, ...]) -> None:
    assert code_and_path(call) == found


def test_limits_in_two_currencies_are_refused() -> None:
    assert code_and_path(lambda: Clip(low=yuan("1"), high=Amount.of(2, USD)), UnitMismatchError) == ("unit_mismatch", "Amount")


def test_a_rule_says_that_parts_do_not_fit_it() -> None:
    wrong = tree(1, Difference(), 2)
    assert code_and_path(lambda: wrong.rule(wrong)) == ("breakdown_parts", "Breakdown", "parts")


def test_a_name_with_a_line_break_begins_no_line_of_its_own() -> None:
    tree = Breakdown(label=Message("Zhou\ngap: CNY 0.00\x1b[31m"), value=2)
    assert tree.text() == "Zhou gap: CNY 0.00 [31m: 2"


def test_a_fraction_that_is_no_plain_one_is_told_as_a_decimal() -> None:
    told = [
        Breakdown(label=Message("n"), value=Fraction(*pair)).text()
        for pair in ((1, 3), (99, 98), (856, 1045), (-100, 7), (300, 1))
    ]
    assert told == ["n: 1/3", "n: 99/98", "n: 0.8191", "n: -14.29", "n: 300"]

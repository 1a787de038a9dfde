"""Strategies for the trees that explain numbers."""

from typing import Any, Final

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from salesperf import (
    Amount,
    Breakdown,
    ChanceOfSum,
    Clip,
    Curve,
    DeviationFromPlan,
    Difference,
    IncidenceEnd,
    Maximum,
    Median,
    Minimum,
    NewcombeEnd,
    OnCurve,
    OnSteps,
    Product,
    ProductLimit,
    QuantileOfSum,
    Quotient,
    Rounded,
    ShapleyEffect,
    SquareRoot,
    Steps,
    Sum,
    UncertainAmount,
    Unit,
    WeightedMean,
    WilsonEnd,
)
from salesperf.kernels.numeric import Rounding
from salesperf.model.rule import Rule
from salesperf.testing.values import amounts, built_once, messages, rates, readable_floats, units

__all__ = ["breakdowns"]

_ROUNDINGS: Final[tuple[Rounding, ...]] = ("half_up", "half_even", "floor", "ceiling")


@built_once
@st.composite
def breakdowns(draw: DrawFn) -> Breakdown:
    """Draw trees that hold, of amounts or of numbers, with every rule.

    Examples
    --------
    >>> from hypothesis import given, settings
    >>> @settings(max_examples=10, deadline=None)
    ... @given(breakdowns())
    ... def test_a_tree_has_a_line_for_each_node(tree):
    ...     assert len(tree.rows()) == len(list(tree.walk()))
    >>> test_a_tree_has_a_line_for_each_node()
    """
    if draw(st.booleans()):
        return draw(_trees(_number_leaves(), _number_rules()))
    unit = draw(units())
    leaves = _leaves(amounts(unit, min_minor=-(10**9), max_minor=10**9))
    return draw(_trees(leaves, _amount_rules(unit)))


@built_once
def _leaves(values: SearchStrategy[Any]) -> SearchStrategy[Breakdown]:
    some_weights = st.none() | st.integers(0, 5) | st.decimals(0, 1, places=2)
    return st.builds(Breakdown, label=messages(), value=values, weight=some_weights)


@built_once
def _number_leaves() -> SearchStrategy[Breakdown]:
    return _leaves(st.none() | st.integers(-999, 999) | rates() | readable_floats())


@built_once
def _trees(leaves: SearchStrategy[Breakdown], rules: SearchStrategy[tuple[Rule, int]]) -> SearchStrategy[Breakdown]:
    return st.recursive(leaves, lambda trees: _nodes(trees, rules), max_leaves=6)


@st.composite
def _nodes(draw: DrawFn, trees: SearchStrategy[Breakdown], rules: SearchStrategy[tuple[Rule, int]]) -> Breakdown:
    """Draw a tree whose value its rule computes from so many parts, or, for 0, from any number of them."""
    rule, count = draw(rules)
    parts = draw(st.lists(trees, min_size=count or 1, max_size=count or 3))
    if isinstance(rule, Product) and isinstance(parts[0].value, Amount):
        parts[1:] = draw(st.lists(_leaves(rates()), max_size=1))
    if isinstance(rule, (WilsonEnd, NewcombeEnd)):
        parts = draw(_counts(count))
    if isinstance(rule, (ProductLimit, IncidenceEnd)):
        parts = draw(_times(count // 2 if isinstance(rule, ProductLimit) else count // 3, count))
    if isinstance(rule, ChanceOfSum):
        parts = draw(_sums(draw(units()), 2))
    if isinstance(rule, QuantileOfSum) and isinstance(parts[0].value, Amount):
        parts = draw(_sums(parts[0].value.unit, 1))
    if isinstance(rule, (DeviationFromPlan, SquareRoot)):
        parts = [Breakdown(label=draw(messages()), value=draw(st.integers(1, 99))) for _ in range(count)]
    blank = Breakdown(label=draw(messages()), value=None, rule=rule, parts=parts, weight=draw(_weights_of_trees()))
    return attrs.evolve(blank, value=rule(blank))


@st.composite
def _counts(draw: DrawFn, count: int) -> list[Breakdown]:
    """Draw the counts of an interval: of each group how many had the property, and how many there were."""
    groups = draw(
        st.lists(st.lists(st.integers(0, 99), min_size=2, max_size=2).map(sorted), min_size=count // 2, max_size=count // 2)
    )
    return [Breakdown(label=draw(messages()), value=number) for group in groups for number in group]


@st.composite
def _times(draw: DrawFn, times: int, count: int) -> list[Breakdown]:
    """Draw of each of some times how many were followed, and how many of these left, by each of one or two causes."""
    numbers = []
    for _ in range(times):
        left = draw(st.lists(st.integers(0, 9), min_size=count // times - 1, max_size=count // times - 1))
        numbers += [sum(left) + draw(st.integers(1, 9)), *left]
    return [Breakdown(label=draw(messages()), value=number) for number in numbers]


@st.composite
def _sums(draw: DrawFn, unit: Unit, certain: int) -> list[Breakdown]:
    """Draw what is certain, before it what is to be reached where two are asked, and amounts that may come."""
    some = amounts(unit, min_minor=0, max_minor=10**6)
    first = draw(st.lists(some, min_size=certain, max_size=certain))
    parts = [Breakdown(label=draw(messages()), value=amount) for amount in first]
    for amount in draw(st.lists(some, max_size=3)):
        chance = draw(st.floats(0, 1))
        values = (amount, chance, *draw(st.sampled_from([(), (0.5 * chance, 1.0, 40), (chance, chance, 9, 2)])))
        leaves = [Breakdown(label=draw(messages()), value=value) for value in values]
        node = Breakdown(label=draw(messages()), value=None, rule=UncertainAmount(), parts=leaves)
        parts.append(attrs.evolve(node, value=UncertainAmount()(node)))
    return parts


@built_once
def _weights_of_trees() -> SearchStrategy[int | None]:
    return st.none() | st.integers(1, 5)


@built_once
def _number_rules() -> SearchStrategy[tuple[Rule, int]]:
    limits = st.tuples(st.integers(-99, 99), st.integers(-99, 99)).map(sorted)
    return st.one_of(
        st.sampled_from(
            [
                (Sum(), 0),
                (WeightedMean(), 0),
                (Median(), 0),
                (Minimum(), 0),
                (Maximum(), 0),
                (Product(), 0),
                (Difference(), 2),
                (Quotient(), 2),
            ]
        ),
        st.sampled_from(_ROUNDINGS).map(lambda rounding: (Rounded(rounding), 1)),
        limits.map(lambda ends: (Clip(low=ends[0], high=ends[1]), 1)),
        limits.map(lambda ends: (OnCurve(Curve([(-10, ends[0]), (10, ends[1])])), 1)),
        limits.map(lambda ends: (OnSteps(Steps([(0, ends[1])], ends[0])), 1)),
        st.sampled_from(
            [(WilsonEnd("low"), 2), (WilsonEnd("high", 0.9), 2), (NewcombeEnd("low"), 4), (NewcombeEnd("high"), 4)]
        ),
        st.sampled_from([(ShapleyEffect(0), 2), (ShapleyEffect(1), 4), (DeviationFromPlan(), 4), (SquareRoot(), 1)]),
        st.sampled_from([(ProductLimit(), 4), (IncidenceEnd("low"), 6), (IncidenceEnd("high", 0.9), 3)]),
        st.sampled_from([(ChanceOfSum(), 0), (ChanceOfSum(end="high", strata=4), 0)]),
    )


@built_once
def _amount_rules(unit: Unit) -> SearchStrategy[tuple[Rule, int]]:
    limits = st.tuples(amounts(unit), amounts(unit)).map(sorted)
    return st.one_of(
        st.sampled_from([(Sum(), 0), (Minimum(), 0), (Maximum(), 0), (Difference(), 2)]),
        st.sampled_from(_ROUNDINGS).map(lambda rounding: (Product(rounding), 1)),
        limits.map(lambda ends: (Clip(low=ends[0], high=ends[1]), 1)),
        st.just((QuantileOfSum(probability=0.1, end="low", strata=4), 0)),
    )

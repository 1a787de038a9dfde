"""Shapley's value of the factors of a product: exact fractions, columns beside them, and substitution in order."""

from fractions import Fraction
from itertools import pairwise, permutations
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf.errors import InvalidValueError
from salesperf.kernels.shapley import exact_product_effects, product_effects, substitution_effects

EXACT = st.fractions(min_value=-9, max_value=9, max_denominator=12)
PAIRS = st.lists(st.tuples(EXACT, EXACT), min_size=1, max_size=5)
POSITIVE = st.floats(min_value=1e-6, max_value=1e6)


def by_permutations(before: tuple[Fraction, ...], after: tuple[Fraction, ...]) -> list[Fraction]:
    """Do what the definition says: the mean over all orders."""
    places = range(len(before))
    effects = [Fraction(0) for _ in places]
    orders = list(permutations(places))
    for order in orders:
        state = list(before)
        for place in order:
            value = prod(state)
            state[place] = after[place]
            effects[place] += prod(state) - value
    return [effect / len(orders) for effect in effects]


@given(pairs=PAIRS)
def test_the_exact_effects_are_the_mean_over_all_orders_of_change(pairs: list[tuple[Fraction, Fraction]]) -> None:
    before, after = zip(*pairs, strict=True)
    effects = exact_product_effects(before, after)
    assert list(effects) == by_permutations(before, after)
    assert sum(effects) == prod(after) - prod(before)


@given(pairs=st.lists(st.tuples(POSITIVE, POSITIVE), min_size=1, max_size=12))
def test_effects_of_columns_are_within_the_stated_error_of_the_exact_ones(pairs: list[tuple[float, float]]) -> None:
    before, after = np.array(pairs).T
    effects = product_effects(before[:, np.newaxis], after[:, np.newaxis])[:, 0]
    exact = exact_product_effects([Fraction(value) for value in before], [Fraction(value) for value in after])
    for effect, truth in zip(effects.tolist(), exact, strict=True):
        assert abs(Fraction(effect) - truth) <= abs(truth) * Fraction(1e-15) * (len(pairs) + 2)


@given(pairs=st.lists(st.tuples(*[st.floats(min_value=-1e3, max_value=1e3)] * 2), min_size=1, max_size=7))
def test_where_factors_change_their_sign_the_error_is_within_that_of_their_sizes(pairs: list[tuple[float, float]]) -> None:
    before, after = np.array(pairs).T
    effects = product_effects(before[:, np.newaxis], after[:, np.newaxis])[:, 0]
    exact = exact_product_effects([Fraction(value) for value in before], [Fraction(value) for value in after])
    largest = [Fraction(max(map(abs, pair))) for pair in pairs]
    for place, (effect, truth) in enumerate(zip(effects.tolist(), exact, strict=True)):
        size = abs(Fraction(after[place]) - Fraction(before[place])) * prod(largest[:place] + largest[place + 1 :])
        # What is below the smallest normal float has no digits left to be exact in.
        assert abs(Fraction(effect) - truth) <= size * Fraction(1e-15) * (len(pairs) + 2) + Fraction(1e-300)


@given(pairs=PAIRS)
def test_substitution_changes_one_factor_after_the_other(pairs: list[tuple[Fraction, Fraction]]) -> None:
    before, after = zip(*pairs, strict=True)
    states = [prod(after[:place]) * prod(before[place:]) for place in range(len(pairs) + 1)]
    assert substitution_effects(before, after) == [later - earlier for earlier, later in pairwise(states)]


def test_a_column_longer_than_a_block_is_that_of_its_parts() -> None:
    generator = np.random.default_rng(8)
    before, after = generator.lognormal(size=(2, 3, 9000))
    effects = product_effects(before, after)
    assert np.array_equal(effects[:, 4090:4100], product_effects(before[:, 4090:4100], after[:, 4090:4100]))


def test_a_factor_that_stays_has_no_effect_even_where_the_others_are_beyond_the_floats() -> None:
    effects = product_effects(np.array([[2.0], [1e300], [1e300]]), np.array([[2.0], [1e300], [2e300]]))
    assert effects[:2, 0].tolist() == [0.0, 0.0]


def test_tables_of_unlike_shape_are_refused() -> None:
    table = np.ones((2, 3))
    with pytest.raises(InvalidValueError, match="after: expected") as caught:
        product_effects(table, np.ones((3, 3)))
    assert caught.value.code == "length"
    with pytest.raises(InvalidValueError, match="before: expected") as caught:
        product_effects(np.ones(2), np.ones(2))
    assert caught.value.code == "table_dimensions"
    with pytest.raises(InvalidValueError, match="after: expected 1 items") as caught:
        exact_product_effects([Fraction(1)], [])
    assert caught.value.path == ("after",)

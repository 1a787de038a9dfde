"""Shapley's value of the factors of many products, beside the loop over orders and over sets of factors."""

from collections.abc import Callable, Iterator
from itertools import combinations, islice, permutations
from math import comb

import numpy as np
import pytest

from salesperf import CNY, Amount
from salesperf.kernels.apportionment import round_to_margins, round_to_total
from salesperf.kernels.numeric import Column
from salesperf.kernels.shapley import product_effects
from salesperf.variance import decompose

RatioInTurn = Callable[[str, Callable[[], object], Callable[[], object], int], None]

SEGMENTS = 10_000


def drawn(factors: int, segments: int) -> tuple[Column, Column]:
    generator = np.random.default_rng(factors)
    before, after = generator.lognormal(size=(2, factors, segments))
    return before, after


def over_orders(before: Column, after: Column, orders: Iterator[tuple[int, ...]]) -> tuple[Column, int]:
    """Do what the definition says, for some of the orders: change one factor after the other, for all segments at once."""
    effects, count = np.zeros_like(before), 0
    for order in orders:
        state = before.copy()
        value = np.prod(state, axis=0)
        for place in order:
            state[place] = after[place]
            following = np.prod(state, axis=0)
            effects[place] += following - value
            value = following
        count += 1
    return effects / count, count


def over_sets(before: Column, after: Column) -> Column:
    """Do it for each set of factors that may have changed before, which are fewer than the orders."""
    factors = len(before)
    effects = np.zeros_like(before)
    for place in range(factors):
        others = [other for other in range(factors) if other != place]
        for size in range(factors):
            weight = 1 / (factors * comb(factors - 1, size))
            for changed in combinations(others, size):
                rows = [after[other] if other in changed else before[other] for other in others]
                effects[place] += weight * np.prod(rows, axis=0)
    return effects * (after - before)


@pytest.mark.benchmark(group="variance: kernel")
@pytest.mark.parametrize("factors", [4, 6, 8])
def test_the_kernel_beside_the_loop_over_all_orders(ratio_in_turn: RatioInTurn, factors: int) -> None:
    of = drawn(factors, 100)
    assert np.allclose(product_effects(*of), over_orders(*of, permutations(range(factors)))[0], rtol=1e-9)
    ratio_in_turn("ours / orders", lambda: product_effects(*of), lambda: over_orders(*of, permutations(range(factors))), 3)


@pytest.mark.benchmark(group="variance: kernel")
def test_ten_factors_of_ten_thousand_segments_beside_one_in_ten_thousand_of_the_orders(ratio_in_turn: RatioInTurn) -> None:
    of = drawn(10, SEGMENTS)
    some = list(islice(permutations(range(10)), 363))
    ratio_in_turn("ours / 363 of 3,628,800 orders", lambda: product_effects(*of), lambda: over_orders(*of, iter(some)), 3)


@pytest.mark.benchmark(group="variance: kernel")
def test_ten_factors_of_ten_thousand_segments_beside_the_loop_over_sets(ratio_in_turn: RatioInTurn) -> None:
    of = drawn(10, SEGMENTS)
    assert np.allclose(product_effects(*of), over_sets(*of), rtol=1e-9)
    ratio_in_turn("ours / sets", lambda: product_effects(*of), lambda: over_sets(*of), 3)


@pytest.mark.benchmark(group="variance: kernel")
@pytest.mark.parametrize("size", [10_000, 100_000, 1_000_000])
def test_four_factors_beside_one_product(ratio_in_turn: RatioInTurn, size: int) -> None:
    of = drawn(4, size)
    ratio_in_turn("ours / np.prod", lambda: product_effects(*of), lambda: np.prod(of[0], axis=0), 9)


@pytest.mark.benchmark(group="variance: result")
def test_a_result_beside_its_kernel(ratio_in_turn: RatioInTurn) -> None:
    of = drawn(10, SEGMENTS)
    sides = [{f"factor-{place}": column for place, column in enumerate(side)} for side in of]
    ratio_in_turn("ours / kernel", lambda: decompose(*sides), lambda: product_effects(*of), 5)


@pytest.mark.benchmark(group="variance: whole units")
@pytest.mark.parametrize("segments", [1_000, SEGMENTS])
def test_both_margins_of_whole_units_beside_each_effect_rounded_by_itself(ratio_in_turn: RatioInTurn, segments: int) -> None:
    cells = 100 * product_effects(*drawn(10, segments)).T
    total = round(cells.sum())
    columns = [column.copy() for column in cells.T]
    sums = [round(column.sum()) for column in columns]
    parts = round_to_margins(cells, total)
    assert (np.abs(parts - cells) < 1).all()
    ratio_in_turn(
        "both margins / one margin",
        lambda: round_to_margins(cells, total),
        lambda: [round_to_total(column, whole) for column, whole in zip(columns, sums, strict=True)],
        3,
    )


@pytest.mark.benchmark(group="variance: whole units")
def test_exact_amounts_of_ten_thousand_segments_beside_the_loop_over_sets(ratio_in_turn: RatioInTurn) -> None:
    of = drawn(10, SEGMENTS)
    change = decompose(*({f"factor-{place}": column for place, column in enumerate(side)} for side in of))
    ends = Amount.zero(CNY), Amount(minor=round(100 * change.total), unit=CNY)
    ratio_in_turn("ours / sets", lambda: change.as_amounts(*ends), lambda: over_sets(*of), 3)

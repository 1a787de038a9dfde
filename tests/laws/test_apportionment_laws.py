"""Laws of dividing a total: each holds for every method of the registry that it names, for every total and weights."""

from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from salesperf.kernels.apportionment import METHODS, Numbers, Parts, apportion, is_divisor_result, within_quota
from salesperf.kernels.numeric import INT64_MAX

Weights: TypeAlias = Sequence[int] | Sequence[float]
Divide: TypeAlias = Callable[[int, Weights], list[int]]

WITHIN_QUOTA = ("largest_remainder", "quota")
DIVISOR_METHODS = ("webster", "hill", "jefferson", "adams")
ONE_EACH = ("hill", "adams")
LONG = 200


def can_divide(method: str, total: int, weights: Weights) -> bool:
    """Tell whether a total reaches for a unit each, where a method gives that, and is divided in short time."""
    exact = [Fraction(weight) for weight in weights if weight]
    steps = min(Fraction(abs(total)), sum(exact) / min(exact))
    return (method not in ONE_EACH or total == 0 or abs(total) >= len(exact)) and (method != "quota" or steps <= LONG)


def divide_short(method: str) -> Divide:
    def divide(total: int, weights: Weights) -> list[int]:
        assume(can_divide(method, total, weights))
        return as_list(apportion(total, weights, method=method))

    return divide


def as_list(parts: Parts) -> list[int]:
    items: list[int] = parts.tolist()
    return items


def divide_long(method: str) -> Divide:
    """Lengthen the weights by zeros, whose parts are 0, so that the way of long columns is taken."""

    def divide(total: int, weights: Weights) -> list[int]:
        assume(can_divide(method, total, weights))
        parts = as_list(apportion(total, np.array([*weights, *[0] * LONG]), method=method))
        assert parts[len(weights) :] == [0] * LONG
        return parts[: len(weights)]

    return divide


def both_ways(methods: Sequence[str]) -> pytest.MarkDecorator:
    cases = [
        pytest.param(way(method), id=f"{method}-{name}")
        for method in methods
        for name, way in (("short", divide_short), ("long", divide_long))
    ]
    return pytest.mark.parametrize("divide", cases)


totals = st.one_of(st.integers(-200, 200), st.integers(-INT64_MAX, INT64_MAX), st.integers(INT64_MAX - 99, INT64_MAX))
whole_weights = st.lists(st.one_of(st.integers(0, 9), st.integers(0, 2**59)), min_size=1, max_size=12).filter(any)
float_weights = st.lists(
    st.one_of(st.floats(0, 1), st.floats(0, 1.7e308), st.sampled_from([0.0, 0.1, 0.2, 0.3, 5e-324, 1e-300, 1e300])),
    min_size=1,
    max_size=12,
).filter(any)
weights_of_any_kind = whole_weights | float_weights


def exact_shares(total: int, weights: Weights) -> list[Fraction]:
    exact = [Fraction(weight) for weight in weights]
    return [total * weight / sum(exact) for weight in exact]


@both_ways(tuple(METHODS))
@given(total=totals, weights=weights_of_any_kind)
def test_parts_sum_to_the_total(divide: Divide, total: int, weights: Weights) -> None:
    assert sum(divide(total, weights)) == total


@both_ways(tuple(METHODS))
@given(total=totals, weights=weights_of_any_kind)
def test_equal_weights_differ_by_at_most_one_unit_and_the_first_gets_it(divide: Divide, total: int, weights: Weights) -> None:
    doubled = [*weights, *weights]
    sign = -1 if total < 0 else 1
    parts = [sign * part for part in divide(total, doubled)]
    for (left, left_part), (right, right_part) in combinations(zip(doubled, parts, strict=True), 2):
        if left == right:
            assert left_part - right_part in (0, 1)


@both_ways(tuple(METHODS))
@given(total=totals, weights=weights_of_any_kind)
def test_a_total_and_its_negative_are_mirror_images(divide: Divide, total: int, weights: Weights) -> None:
    assert divide(-total, weights) == [-part for part in divide(total, weights)]


@both_ways(tuple(METHODS))
@given(total=totals, weights=weights_of_any_kind)
def test_a_weight_of_zero_gets_nothing(divide: Divide, total: int, weights: Weights) -> None:
    parts = divide(total, [0, *weights, 0])
    assert parts == [0, *divide(total, weights), 0]


@both_ways(tuple(METHODS))
@given(total=totals, weights=weights_of_any_kind)
def test_no_part_has_another_sign_than_the_total(divide: Divide, total: int, weights: Weights) -> None:
    assert all(0 <= part * (-1 if total < 0 else 1) <= abs(total) for part in divide(total, weights))


@both_ways(tuple(METHODS))
@given(total=totals, weights=whole_weights, factor=st.integers(1, 2**40))
def test_a_common_factor_of_whole_weights_changes_nothing(divide: Divide, total: int, weights: list[int], factor: int) -> None:
    scaled = [weight * factor for weight in weights]
    if max(scaled) <= INT64_MAX:
        assert divide(total, scaled) == divide(total, weights)


@both_ways(tuple(METHODS))
@given(total=totals, weights=float_weights.filter(lambda weights: 1e-200 < max(weights) < 1e200), power=st.integers(0, 99))
def test_a_common_power_of_two_of_float_weights_changes_nothing(
    divide: Divide, total: int, weights: list[float], power: int
) -> None:
    assert divide(total, [weight * 2.0**power for weight in weights]) == divide(total, weights)


@both_ways(WITHIN_QUOTA)
@given(total=totals, weights=weights_of_any_kind)
def test_each_part_is_its_exact_share_rounded_down_or_up(divide: Divide, total: int, weights: Weights) -> None:
    parts = divide(total, weights)
    assert all(abs(part - share) < 1 for part, share in zip(parts, exact_shares(total, weights), strict=True))
    assert within_quota(parts, total, weights)


@both_ways(("largest_remainder",))
@given(total=totals, weights=weights_of_any_kind, data=st.data())
def test_permuting_weights_permutes_parts_up_to_ties(divide: Divide, total: int, weights: Weights, data: st.DataObject) -> None:
    # Up to ties: the deviations of parts from exact shares are the same multiset, as only owners whose remainders are
    # equal can change places; and where no two remainders are equal, the parts themselves are permuted.
    order = data.draw(st.permutations(range(len(weights))))
    shares = exact_shares(total, weights)
    parts = divide(total, weights)
    permuted = divide(total, [weights[place] for place in order])
    deviations = Counter(part - share for part, share in zip(parts, shares, strict=True))
    permuted_deviations = Counter(part - shares[place] for part, place in zip(permuted, order, strict=True))
    assert permuted_deviations == deviations
    if len({share % 1 for share in shares}) == len(shares):
        assert permuted == [parts[place] for place in order]


@pytest.mark.parametrize("method", DIVISOR_METHODS)
@given(total=totals, weights=weights_of_any_kind, data=st.data())
def test_a_divisor_leads_to_the_parts_in_whatever_order_weights_come(
    method: str, total: int, weights: Weights, data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(weights))))
    parts = divide_short(method)(total, [weights[place] for place in order])
    assert is_divisor_result(parts, [weights[place] for place in order], method=method)
    back = dict(zip(order, parts, strict=True))
    assert is_divisor_result([back[place] for place in range(len(weights))], weights, method=method)


@pytest.mark.parametrize("method", METHODS)
@given(total=totals, weights=whole_weights)
def test_kinds_of_whole_numbers_agree(method: str, total: int, weights: list[int]) -> None:
    assume(can_divide(method, total, weights))
    parts = apportion(total, weights, method=method).tolist()
    same_weights: list[Numbers] = [
        tuple(weights),
        np.array(weights),
        np.array(weights, dtype=np.uint64),
        np.array(weights, dtype=object),
        [np.int64(weight) for weight in weights],
        [Fraction(weight) for weight in weights],
        [Decimal(weight) for weight in weights],
        [Fraction(weight, 7) for weight in weights],
        [weight << 100 for weight in weights],
    ]
    for same in same_weights:
        assert apportion(total, same, method=method).tolist() == parts


@pytest.mark.parametrize("method", METHODS)
@given(total=totals, weights=float_weights)
def test_a_float_counts_as_the_binary_fraction_that_it_holds(method: str, total: int, weights: list[float]) -> None:
    assume(can_divide(method, total, weights))
    parts = apportion(total, [Fraction(weight) for weight in weights], method=method).tolist()
    same_weights: list[Numbers] = [
        weights,
        np.array(weights),
        np.array(weights, dtype=">f8"),
        np.array(weights, dtype=np.longdouble),
        [np.float64(weight) for weight in weights],
        [Decimal(weight) for weight in weights],
        [*weights[:-1], Fraction(weights[-1])],
    ]
    for same in same_weights:
        assert apportion(total, same, method=method).tolist() == parts

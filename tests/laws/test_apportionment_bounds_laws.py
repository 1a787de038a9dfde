"""Laws of dividing a total within bounds, for every method that takes them."""

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf.kernels.apportionment import METHODS, apportion, is_divisor_result, within_bounds, within_quota

WITH_BOUNDS = tuple(method for method in METHODS if method != "quota")
DIVISOR_METHODS = ("webster", "hill", "jefferson", "adams")
ONE_EACH = ("hill", "adams")
LONG = 100


class Bounded(NamedTuple):
    """What is to be divided within bounds, and can be by every method."""

    total: int
    weights: list[Any]
    lower: list[int]
    upper: list[int | None]

    def divide(self, method: str) -> list[int]:
        parts = apportion(self.total, self.weights, method=method, lower=self.lower, upper=self.upper)
        return [int(part) for part in parts]

    def divide_long(self, method: str) -> list[int]:
        """Lengthen by weights of 0, so that the way of long columns is taken."""
        weights = np.array([*self.weights, *[0] * LONG])
        lower = np.array([*self.lower, *[1] * LONG])
        upper = [*self.upper, *[None] * LONG]
        parts = apportion(self.total + LONG, weights, method=method, lower=lower, upper=upper).tolist()
        assert parts[len(self.weights) :] == [1] * LONG
        return [int(part) for part in parts[: len(self.weights)]]

    def limits(self, method: str = "largest_remainder") -> tuple[list[int], list[int]]:
        """Give the least and the largest part of each, as the definition says."""
        least = list(self.lower)
        most = [self.total if bound is None else bound for bound in self.upper]
        for place, weight in enumerate(self.weights):
            if not weight:
                most[place] = least[place]
            elif method in ONE_EACH and self.total:
                least[place] = max(least[place], min(1, most[place]))
        return least, most


@st.composite
def bounded(draw: st.DrawFn, units: int = 60) -> Bounded:
    kinds = [
        st.integers(0, 9),
        st.integers(0, 10**12),
        st.sampled_from([0.0, 0.1, 0.2, 0.3, math.nextafter(0.1, 1), 1e-300, 1e200]),
        st.floats(0, 1),
    ]
    weights = draw(st.lists(st.one_of(*kinds), min_size=1, max_size=6).filter(any))
    lower = [draw(st.just(0) | st.integers(0, 5)) for _ in weights]
    upper: list[int | None] = [draw(st.none() | st.integers(least, least + 9)) for least in lower]
    widest = Bounded(units, weights, lower, upper).limits("adams")
    total = draw(st.integers(sum(widest[0]), max(sum(widest[0]), min(sum(widest[1]), units))))
    return Bounded(total, weights, lower, upper)


@pytest.mark.parametrize("method", WITH_BOUNDS)
@given(case=bounded())
def test_parts_sum_to_the_total_within_bounds(method: str, case: Bounded) -> None:
    parts = case.divide(method)
    assert sum(parts) == case.total
    assert within_bounds(parts, lower=case.lower, upper=case.upper)


@pytest.mark.parametrize("method", WITH_BOUNDS)
@given(case=bounded())
def test_a_weight_of_zero_gets_its_lower_bound(method: str, case: Bounded) -> None:
    for weight, part, least in zip(case.weights, case.divide(method), case.lower, strict=True):
        assert weight or part == least


@pytest.mark.parametrize("method", WITH_BOUNDS)
@given(case=bounded())
def test_bounds_are_mirrored_with_the_total(method: str, case: Bounded) -> None:
    lower = [None if bound is None else -bound for bound in case.upper]
    mirrored = apportion(-case.total, case.weights, method=method, lower=lower, upper=[-bound for bound in case.lower])
    assert mirrored.tolist() == [-part for part in case.divide(method)]


@pytest.mark.parametrize("method", WITH_BOUNDS)
@given(case=bounded())
def test_both_ways_lead_to_the_same_parts(method: str, case: Bounded) -> None:
    assert case.divide_long(method) == case.divide(method)


@pytest.mark.parametrize("method", WITH_BOUNDS)
@given(case=bounded(), factor=st.integers(2, 10**6))
def test_bounds_that_do_not_bind_change_nothing(method: str, case: Bounded, factor: int) -> None:
    total = max(case.total, len(case.weights))
    free = apportion(total, case.weights, method=method).tolist()
    assert apportion(total, case.weights, method=method, lower=0, upper=total).tolist() == free
    assert apportion(total, case.weights, method=method, lower=-factor, upper=total * factor).tolist() == free
    exact = [Fraction(weight) * factor for weight in case.weights]
    assert apportion(case.total, exact, method=method, lower=case.lower, upper=case.upper).tolist() == case.divide(method)


def signpost_square(method: str, units: int) -> Fraction:
    if method == "hill":
        return Fraction(units * (units + 1))
    return (units + {"webster": Fraction(1, 2), "jefferson": Fraction(1), "adams": Fraction(0)}[method]) ** 2


@pytest.mark.parametrize("method", DIVISOR_METHODS)
@given(case=bounded())
def test_units_beyond_the_lower_bounds_go_to_the_highest_claims_within_the_upper(method: str, case: Bounded) -> None:
    parts, most = case.limits(method)
    exact = [Fraction(weight) for weight in case.weights]
    for _ in range(case.total - sum(parts)):
        places = [place for place, bound in enumerate(most) if parts[place] < bound]
        chosen = min(places, key=lambda place: (signpost_square(method, parts[place]) / exact[place] ** 2, place))
        parts[chosen] += 1
    assert case.divide(method) == parts
    assert is_divisor_result(parts, case.weights, method=method, lower=case.lower, upper=case.upper)


@pytest.mark.parametrize("method", DIVISOR_METHODS)
@given(case=bounded())
def test_no_part_falls_when_the_total_rises(method: str, case: Bounded) -> None:
    divide = partial(apportion, weights=case.weights, method=method, lower=case.lower, upper=case.upper)
    _, most = case.limits(method)
    if case.total < sum(most) and case.total:
        assert (divide(case.total + 1) >= divide(case.total)).all()


def clipped_shares(case: Bounded) -> Sequence[Fraction]:
    """Find the shares by all multipliers at which a share meets a bound, between two of which sums lie on a line."""
    least, most = case.limits()
    exact = [Fraction(weight) for weight in case.weights]

    def shares(multiplier: Fraction) -> list[Fraction]:
        cut = zip(exact, least, most, strict=True)
        return [min(max(multiplier * weight, Fraction(low)), Fraction(high)) for weight, low, high in cut]

    bends = sorted({bound / weight for bounds in (least, most) for bound, weight in zip(bounds, exact, strict=True) if weight})
    low = max((bend for bend in bends if sum(shares(bend)) <= case.total), default=Fraction(0))
    high = min((bend for bend in bends if sum(shares(bend)) >= case.total), default=low)
    below, above = sum(shares(low)), sum(shares(high))
    return shares(low if above == below else low + (high - low) * (case.total - below) / (above - below))


@given(case=bounded())
def test_largest_remainder_rounds_the_clipped_shares(case: Bounded) -> None:
    shares = clipped_shares(case)
    assert sum(shares) == case.total
    expected = [math.floor(share) for share in shares]
    order = sorted(range(len(shares)), key=lambda place: (expected[place] - shares[place], place))
    for place in order[: case.total - sum(expected)]:
        expected[place] += 1
    assert case.divide("largest_remainder") == expected
    assert within_quota(expected, case.total, case.weights, lower=case.lower, upper=case.upper)

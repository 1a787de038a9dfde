"""The methods beside their definitions, and beside results from outside."""

import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from salesperf.errors import InvalidValueError
from salesperf.kernels.apportionment import (
    METHODS,
    apportion,
    is_divisor_result,
    is_house_monotone,
    round_to_total,
    within_quota,
)
from salesperf.kernels.numeric import INT64_MAX, AnyColumn

LONG = 200
"""More elements than Python integers are used for, so that a column of them goes through numpy."""

SIGNPOST_SQUARES: dict[str, Callable[[int], Fraction]] = {
    "webster": lambda units: Fraction(2 * units + 1, 2) ** 2,
    "hill": lambda units: Fraction(units * (units + 1)),
    "jefferson": lambda units: Fraction(units + 1) ** 2,
    "adams": lambda units: Fraction(units) ** 2,
}
DIVISOR_METHODS = tuple(SIGNPOST_SQUARES)


def by_highest_claims(method: str, total: int, weights: Sequence[Any]) -> list[int]:
    """Hand out unit after unit: to the largest weight / signpost, ties by position; squares keep hill's rational."""
    exact = [Fraction(weight) for weight in weights]
    parts = [0] * len(exact)
    for _ in range(total):
        claims = [
            (SIGNPOST_SQUARES[method](part) / weight**2, place)
            for place, (part, weight) in enumerate(zip(parts, exact, strict=True))
            if weight
        ]
        parts[min(claims)[1]] += 1
    return parts


def by_quota(total: int, weights: Sequence[Any]) -> list[int]:
    """Hand out unit after unit: to the largest weight / (part + 1) of those below their upper quota."""
    exact = [Fraction(weight) for weight in weights]
    parts = [0] * len(exact)
    for house in range(1, total + 1):
        eligible = [place for place, weight in enumerate(exact) if parts[place] < house * weight / sum(exact)]
        parts[min(eligible, key=lambda place: ((parts[place] + 1) / exact[place], place))] += 1
    return parts


def apportion_long(total: int, weights: Sequence[Any], method: str) -> list[int]:
    parts = apportion(total, np.array([*weights, *[0] * LONG]), method=method).tolist()
    assert parts[len(weights) :] == [0] * LONG
    return [int(part) for part in parts[: len(weights)]]


small_weights = st.lists(
    st.one_of(
        st.integers(0, 6),
        st.integers(0, 10**6),
        st.integers(0, 2**62),
        st.sampled_from([0.1, 0.2, 0.3, math.nextafter(0.1, 1)]),
    ),
    min_size=1,
    max_size=8,
).filter(any)
exact_weights = st.lists(
    st.one_of(st.integers(0, 9), st.fractions(0, 9), st.decimals(0, 9, places=2), st.integers(0, 10**60)),
    min_size=1,
    max_size=8,
).filter(any)


class TestDefinitions:
    @pytest.mark.parametrize("method", DIVISOR_METHODS)
    @given(total=st.integers(0, 40), weights=small_weights)
    def test_methods_of_divisors_give_units_to_the_highest_claims(self, method: str, total: int, weights: list[Any]) -> None:
        assume(total == 0 or SIGNPOST_SQUARES[method](0) > 0 or total >= sum(map(bool, weights)))
        expected = by_highest_claims(method, total, weights)
        assert apportion(total, weights, method=method).tolist() == expected
        assert apportion_long(total, weights, method) == expected

    @pytest.mark.parametrize("method", DIVISOR_METHODS)
    @given(total=st.integers(9, 40), weights=exact_weights)
    def test_numbers_of_any_kind_and_size_give_units_to_the_highest_claims(
        self, method: str, total: int, weights: list[Any]
    ) -> None:
        assert apportion(total, weights, method=method).tolist() == by_highest_claims(method, total, weights)

    @given(total=st.integers(0, 60), weights=small_weights)
    def test_quota_gives_units_within_upper_quota(self, total: int, weights: list[Any]) -> None:
        assert apportion(total, weights, method="quota").tolist() == by_quota(total, weights)

    @given(total=st.integers(0, 60), weights=exact_weights)
    def test_quota_takes_numbers_of_any_kind_and_size(self, total: int, weights: list[Any]) -> None:
        assert apportion(total, weights, method="quota").tolist() == by_quota(total, weights)

    @given(total=st.integers(0, 2_000), weights=st.lists(st.integers(1, 40), min_size=1, max_size=6))
    def test_quota_begins_anew_at_each_multiple_of_the_sum_of_reduced_weights(self, total: int, weights: list[int]) -> None:
        whole = sum(weights)
        parts = apportion(total % whole, weights, method="quota")
        expected = [part + total // whole * weight for part, weight in zip(parts.tolist(), weights, strict=True)]
        assert apportion(total, weights, method="quota").tolist() == expected


CRITERIA: dict[str, Callable[[int, Fraction], Fraction]] = {
    "largest_remainder": lambda part, share: abs(part - share),
    "webster": lambda part, share: (part - share) ** 2 / share,
    "hill": lambda part, share: (part - share) ** 2 / part,
}
"""What a sum of is least: Balinski and Young, Fair Representation, appendix A, propositions on optimality."""


class TestOptimality:
    @pytest.mark.parametrize("method", CRITERIA)
    @given(total=st.integers(3, 9), weights=st.lists(st.integers(1, 30), min_size=1, max_size=3))
    def test_no_other_parts_are_nearer_to_the_exact_shares(self, method: str, total: int, weights: list[int]) -> None:
        shares = [Fraction(total * weight, sum(weights)) for weight in weights]

        def cost(parts: Sequence[int]) -> Fraction:
            return sum(map(CRITERIA[method], parts, shares), start=Fraction(0))

        least = 1 if method == "hill" else 0
        others = [parts for parts in product(range(least, total + 1), repeat=len(weights)) if sum(parts) == total]
        assert cost(apportion(total, weights, method=method).tolist()) == min(map(cost, others))

    @pytest.mark.parametrize(("method", "better"), [("jefferson", min), ("adams", max)])
    @given(total=st.integers(3, 9), weights=st.lists(st.integers(1, 30), min_size=1, max_size=3))
    def test_jefferson_has_the_smallest_largest_part_per_weight_and_adams_the_largest_smallest(
        self, method: str, better: Callable[..., Fraction], total: int, weights: list[int]
    ) -> None:
        # Balinski and Young, appendix A: Jefferson minimises max a_i / w_i, Adams maximises min a_i / w_i.
        worst = max if better is min else min

        def extreme(parts: Sequence[int]) -> Fraction:
            return worst(Fraction(part, weight) for part, weight in zip(parts, weights, strict=True))

        every = [parts for parts in product(range(total + 1), repeat=len(weights)) if sum(parts) == total]
        assert extreme(apportion(total, weights, method=method).tolist()) == better(map(extreme, every))


def columns(kind: str, size: int) -> AnyColumn:
    generator = np.random.default_rng(size)
    whole: AnyColumn = {
        "integers": generator.integers(0, 10**9, size),
        "floats": generator.random(size),
        "equal": np.full(size, 0.1),
        "few": generator.integers(0, 4, size),
        "odd": 2 * np.arange(size) + 1,
        "halves": np.arange(1, size + 1) / 2,
        "near_ties": np.array([0.1, math.nextafter(0.1, 1), math.nextafter(0.1, 0)])[generator.integers(0, 3, size)],
        "heavy_tail": generator.pareto(0.8, size),
        "unlike_sizes": generator.random(size) * 10.0 ** generator.integers(-300, 200, size),
        "large": generator.integers(2**60, 2**62, size),
    }[kind]
    return whole


KINDS = ("integers", "floats", "equal", "few", "odd", "halves", "near_ties", "heavy_tail", "unlike_sizes", "large")


class TestColumns:
    @pytest.mark.parametrize("method", DIVISOR_METHODS)
    @pytest.mark.parametrize("kind", KINDS)
    def test_columns_are_divided_like_the_fractions_that_they_hold(self, kind: str, method: str) -> None:
        column = columns(kind, 150)
        exact = [Fraction(weight) for weight in column.tolist()]
        for total in (150, 151, 225, 7_000, 10**9 + 7, 2**52, 2**52 + 1, INT64_MAX):
            assert apportion(total, column, method=method).tolist() == apportion(total, exact, method=method).tolist()

    @pytest.mark.parametrize("method", DIVISOR_METHODS)
    @pytest.mark.parametrize(("kind", "size"), [("integers", 32_768), ("floats", 32_769), ("few", 32_769), ("odd", 32_768)])
    def test_columns_of_about_a_block_are_divided_by_a_divisor(self, size: int, kind: str, method: str) -> None:
        column = columns(kind, size)
        parts = apportion(10**6 + 3, column, method=method)
        assert parts.sum() == 10**6 + 3
        assert is_divisor_result(parts, column, method=method)

    def test_ties_of_a_column_go_to_the_first(self) -> None:
        # 2k + 1 at divisor 2 lie all on a half: each second unit is given by position alone.
        column = 2 * np.arange(1_000) + 1
        least = np.arange(1_000)
        for left in (1, 499, 999):
            parts = apportion(int(least.sum()) + left, column, method="webster")
            assert (parts - least).tolist() == [1] * left + [0] * (1_000 - left)

    def test_ties_of_floats_of_very_unlike_sizes_go_to_the_first(self) -> None:
        # By Jefferson, 2**j units of a weight 0.1 * 2**j end on one claim, whatever j is.
        units = 2 ** (np.arange(LONG) % 20)
        parts = apportion(int(units.sum()) - 7, 0.1 * units, method="jefferson")
        assert (units - parts).tolist() == [0] * (LONG - 7) + [1] * 7

    @pytest.mark.parametrize("spread", [0, 15])
    def test_quota_reads_floats_as_the_fractions_that_they_hold(self, spread: int) -> None:
        weights = (np.random.default_rng(3).random(20) + 0.01) * 2.0 ** np.arange(20).clip(0, spread)
        assert apportion(200, weights, method="quota").tolist() == by_quota(200, weights.tolist())

    def test_quota_divides_exactly_where_floats_cannot_tell_the_step(self) -> None:
        # The sum is a multiple of the larger weights, so that releases fall on whole steps, beyond 62 bits.
        weights = [10**30, 10**30, 2 * 10**30, 10**28 + 1]
        weights.append(5 * 10**30 - sum(weights))
        assert apportion(390, weights, method="quota").tolist() == by_quota(390, weights)

    def test_the_smallest_shares_may_underflow(self) -> None:
        column = np.array([1e200, *[5e-324] * LONG])
        parts = apportion(10**6, column, method="hill")
        assert parts.tolist() == [10**6 - LONG, *[1] * LONG]


ALIASES = {
    "hamilton": "largest_remainder",
    "largest_remainder_ties_first": "largest_remainder",
    # What is left goes to the largest weights first; in the cases that are published those have the largest remainders too.
    "floor_then_largest_weight_first": "largest_remainder",
    "huntington_hill": "hill",
    "dhondt": "jefferson",
    "saintelague": "webster",
}


def our_name(method: str) -> str | None:
    """Return our name of a method; ``None`` for those that we do not have."""
    name = ALIASES.get(method, method)
    return name if name in METHODS else None


class TestOracles:
    def test_peers_agree_where_tie_free(self, oracle: Callable[[str], Any]) -> None:
        compared = 0
        for case in oracle("allocation.json")["cases"]:
            for name, expected in case["results"].items():
                if method := our_name(name):
                    assert apportion(case["total"], case["weights"], method=method).tolist() == expected
                    compared += 1
        assert compared > 300

    def test_bounded_cases_come_out(self, oracle: Callable[[str], Any]) -> None:
        cases = oracle("allocation.json")["bounded_cases"]
        assert cases
        for case in cases:
            divide = partial(apportion, case["total"], case["weights"], lower=case["lower"], upper=case["upper"])
            for method, expected in case["results"].items():
                assert divide(method=method).tolist() == expected

    def test_published_elections_and_censuses_come_out(self, oracle: Callable[[str], Any]) -> None:
        seen = set()
        for case in oracle("allocation_elections.json")["cases"]:
            method = our_name(case["method"])
            if method == "hill" and case["name"] == "fewer_units_than_parts":
                # Each weight above 0 has a claim to a first unit before any other: there are not enough for all.
                with pytest.raises(ValueError, match="which is 3 less"):
                    apportion(case["total"], case["weights"], method=method)
            elif method:
                assert apportion(case["total"], case["weights"], method=method).tolist() == case["expected"], case["name"]
                seen.add(method)
        assert seen == set(METHODS)

    def test_the_house_of_representatives_comes_out(self, oracle: Callable[[str], Any]) -> None:
        years = oracle("allocation_us_house.json")["years"].values()
        assert years
        for year in years:
            divide = partial(apportion, 435, year["population_used_for_apportionment"])
            assert divide(method="hill").tolist() == year["official_seats"] == year["exact_hill"]
            assert divide(method="webster", lower=1).tolist() == year["exact_webster_min1"]
            assert divide().tolist() == year["hamilton"]

    def test_published_allocations_of_money_and_seats_come_out(self, oracle: Callable[[str], Any]) -> None:
        seen = set()
        for case in oracle("allocation_exact_sum.json")["cases"]:
            inputs, expected = case["inputs"], case["expected"]
            if method := our_name(inputs["method"]):
                assert apportion(inputs["total"], inputs["weights"], method=method).tolist() == expected["shares"], case["id"]
                seen.add(method)
            elif inputs["method"] == "within_quota":
                assert within_quota(inputs["shares"], inputs["total"], inputs["weights"]) is expected["within"]
            else:
                # The one is mirrored here, on purpose; the other is what allocation.allocate does with amounts that are kept.
                assert inputs["method"] in {"moneyphp_negative", "preserve_given_then_even"}
        assert seen == {"largest_remainder", "quota", "jefferson", "webster"}


# Tenth Census of the United States, 1880: population for the apportionment, 38 states in alphabetical order; their sum is
# the published 49,371,340.
STATES_1880 = {
    "Alabama": 1262505, "Arkansas": 802525, "California": 864694, "Colorado": 194327, "Connecticut": 622700,
    "Delaware": 146608, "Florida": 269493, "Georgia": 1542180, "Illinois": 3077871, "Indiana": 1978301, "Iowa": 1624615,
    "Kansas": 996096, "Kentucky": 1648690, "Louisiana": 939946, "Maine": 648936, "Maryland": 934943,
    "Massachusetts": 1783085, "Michigan": 1636937, "Minnesota": 780773, "Mississippi": 1131597, "Missouri": 2168380,
    "Nebraska": 452402, "Nevada": 62266, "New Hampshire": 346991, "New Jersey": 1131116, "New York": 5082871,
    "North Carolina": 1399750, "Ohio": 3198062, "Oregon": 174768, "Pennsylvania": 4282891, "Rhode Island": 276531,
    "South Carolina": 995577, "Tennessee": 1542359, "Texas": 1591749, "Vermont": 332286, "Virginia": 1512565,
    "West Virginia": 618457, "Wisconsin": 1315497,
}  # fmt: skip


class TestParadoxes:
    def test_the_alabama_paradox_of_1880(self) -> None:
        # C. W. Seaton, chief clerk of the Census Office, 1881, after Balinski and Young, chapter 5: of 299 seats Alabama
        # gets 8, Illinois 18 and Texas 9; of 300 seats 7, 19 and 10. Nevada has the one seat that each state must have.
        people = list(STATES_1880.values())
        assert sum(people) == 49_371_340
        seats = {}
        for house in (299, 300):
            shares = [max(Fraction(house * population, sum(people)), Fraction(1)) for population in people]
            parts = dict(zip(STATES_1880, round_to_total(shares, house).tolist(), strict=True))
            seats[house] = [parts[state] for state in ("Alabama", "Illinois", "Texas")]
        assert seats == {299: [8, 18, 9], 300: [7, 19, 10]}

    def test_house_monotone_methods_have_no_alabama_paradox(self) -> None:
        people = list(STATES_1880.values())
        houses = range(275, 351)
        assert not is_house_monotone(apportion, people, houses)
        for method in ("quota", *DIVISOR_METHODS):
            assert is_house_monotone(partial(apportion, method=method), people, houses)

    def test_its_smallest_form(self) -> None:
        divided = {method: [apportion(total, [6, 6, 2], method=method).tolist() for total in (10, 11)] for method in METHODS}
        assert divided["largest_remainder"] == [[4, 4, 2], [5, 5, 1]]
        # By hand: nine units give [4, 4, 1], and then 6 / 4.5, 6 / 4.5 and 2 / 1.5 tie.
        assert divided["webster"] == [[5, 4, 1], [5, 5, 1]]
        assert divided["jefferson"] == [[5, 4, 1], [5, 5, 1]]


class TestQuotaCost:
    def test_more_steps_than_ten_million_are_refused_with_a_hint(self) -> None:
        with pytest.raises(InvalidValueError, match=r"up to 200 times as many \(hint: divide in a coarser unit") as caught:
            apportion(10**12, [10**9, 10**9 + 1, 1], method="quota")
        assert (caught.value.code, caught.value.path) == ("quota_too_long", ("total",))

    def test_a_large_total_of_few_steps_is_divided(self) -> None:
        assert apportion(10**18 + 2, [1, 2, 3], method="quota").tolist() == [
            (10**18 + 2) // 6, (10**18 + 2) // 3, (10**18 + 2) // 2
        ]  # fmt: skip

    def test_weights_of_a_decimal_kind_count_exactly(self) -> None:
        assert apportion(7, [Decimal("0.1"), Decimal("0.2"), Decimal("0.4")], method="quota").tolist() == [1, 2, 4]

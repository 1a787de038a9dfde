import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf.errors import InfeasibleError, InvalidValueError, SalesperfError, UnknownNameError
from salesperf.kernels.apportionment import METHODS, Numbers, apportion, round_to_total
from salesperf.kernels.apportionment.exact import sum_of_floats, sum_of_integers
from salesperf.kernels.numeric import INT64_MAX, AnyColumn

LONG = 200
"""More elements than Python integers are used for, so that a column of them goes through numpy."""


def rounded_by_definition(shares: Sequence[Fraction], total: int) -> list[int]:
    """Round down and give the missing units to the largest fractional parts, in exact rationals."""
    floors = [math.floor(share) for share in shares]
    order = sorted(range(len(shares)), key=lambda place: (floors[place] - shares[place], place))
    for place in order[: total - sum(floors)]:
        floors[place] += 1
    return floors


def divided_by_definition(total: int, weights: Sequence[float]) -> list[int]:
    exact = [Fraction(weight) for weight in weights]
    whole = sum(exact)
    parts = rounded_by_definition([abs(total) * weight / whole for weight in exact], abs(total))
    return parts if total >= 0 else [-part for part in parts]


def is_divided_by_definition(total: int, weights: Sequence[float], parts: Sequence[int]) -> bool:
    """Check parts of a total >= 0 in whole numbers, without fractions that would have to be reduced."""
    ratios = [weight.as_integer_ratio() for weight in weights]
    common = math.lcm(*{denominator for _, denominator in ratios})
    proportions = [numerator * (common // denominator) for numerator, denominator in ratios]
    whole = sum(proportions)
    # From largest to smallest remainder, ties by position: first all that got a unit more than their floor.
    claims = [
        (-(proportion * total % whole), place, part - proportion * total // whole)
        for place, (proportion, part) in enumerate(zip(proportions, parts, strict=True))
    ]
    extra = [unit for _, _, unit in sorted(claims)]
    return sum(parts) == total and extra == sorted(extra, reverse=True) and set(extra) <= {0, 1}


totals = st.one_of(
    st.integers(-99, 99), st.integers(-INT64_MAX, INT64_MAX), st.integers(0, 99).map(lambda less: INT64_MAX - less)
)
int64_weights = st.lists(
    st.one_of(
        st.integers(0, 3),
        st.integers(0, 10**6),
        st.integers(0, INT64_MAX),
        st.integers(0, 3).map(lambda less: INT64_MAX - less),
        st.integers(0, 60).map(lambda power: 2**power),
    ),
    min_size=1,
    max_size=25,
).filter(any)


@st.composite
def near_ties(draw: st.DrawFn) -> list[float]:
    """Floats that differ from a few others by a few units in the last place."""
    anchors = draw(st.lists(st.floats(1e-300, 1e240), min_size=1, max_size=3))
    steps = st.tuples(st.sampled_from(anchors), st.integers(-2, 2))
    return [anchor + step * math.ulp(anchor) for anchor, step in draw(st.lists(steps, min_size=1, max_size=25))]


float_weights = st.one_of(
    near_ties(),
    st.lists(
        st.one_of(
            st.sampled_from([0.0, -0.0, 5e-324, 2.5e-310, 1e-300, 0.1, 0.25, 0.3, 1.0, 3.0, 1e16, 1e249, 1e308]),
            st.floats(0, 100),
            st.floats(0, 1.7e308),
        ),
        min_size=1,
        max_size=25,
    ).filter(any),
)


class TestLargestRemainder:
    @given(total=totals, weights=int64_weights | float_weights)
    def test_short_input_is_divided_by_the_definition(self, total: int, weights: list[float]) -> None:
        assert apportion(total, weights).tolist() == divided_by_definition(total, weights)

    @given(total=totals, weights=int64_weights | float_weights)
    def test_long_columns_are_divided_by_the_definition(self, total: int, weights: list[float]) -> None:
        column = np.array([*weights, *[0] * LONG])
        assert apportion(total, column).tolist() == divided_by_definition(total, weights) + [0] * LONG

    @given(total=totals.map(abs), weights=int64_weights | near_ties(), repeats=st.integers(10, 30))
    def test_long_columns_of_ties_are_divided_by_the_definition(self, total: int, weights: list[float], repeats: int) -> None:
        column = np.tile(np.array(weights), repeats)
        parts = apportion(total, column).tolist()
        assert is_divided_by_definition(total, column.tolist(), parts)

    @given(numerator=st.integers(1, 40), denominator=st.integers(1, 20), weights=int64_weights)
    def test_long_columns_are_divided_by_the_definition_when_shares_are_simple_fractions(
        self, numerator: int, denominator: int, weights: list[int]
    ) -> None:
        # A total in a simple proportion to the sum of the weights makes remainders equal although weights differ.
        total = min(sum(weights) * numerator // denominator, INT64_MAX)
        expected = divided_by_definition(total, weights) + [0] * LONG
        assert apportion(total, np.array([*weights, *[0] * LONG])).tolist() == expected
        eighths = [weight / 8 for weight in weights]
        expected = divided_by_definition(total, eighths) + [0] * LONG
        assert apportion(total, np.array([*eighths, *[0] * LONG])).tolist() == expected

    @given(total=totals, weights=st.lists(st.fractions(0) | st.integers(0) | st.decimals(0, 10**30), min_size=1).filter(any))
    def test_numbers_of_mixed_kinds_and_any_size_are_divided_by_the_definition(self, total: int, weights: list[Any]) -> None:
        assert apportion(total, weights).tolist() == divided_by_definition(total, weights)

    @pytest.mark.parametrize("total", [10**3, 10**15, INT64_MAX])
    @pytest.mark.parametrize(
        "kind", ["uniform", "heavy_tail", "equal", "cents", "small", "large", "beyond_int64", "unlike_sizes"]
    )
    def test_columns_of_several_blocks_are_divided_by_the_definition(self, kind: str, total: int) -> None:
        generator = np.random.default_rng(7)
        size = 33_000
        column = {
            "uniform": generator.random(size),
            "heavy_tail": generator.pareto(1.1, size),
            "equal": np.full(size, 0.1),
            "cents": np.round(generator.random(size) * 9, 2),
            "small": generator.integers(0, 4, size),
            "large": generator.integers(0, 10**12, size),
            "beyond_int64": generator.integers(2**62, 2**64, size, dtype=np.uint64),
            "unlike_sizes": generator.random(size) * 10.0 ** generator.integers(-320, 200, size),
        }[kind]
        parts = apportion(total, column).tolist()
        assert is_divided_by_definition(total, column.tolist(), parts)

    def test_one_unit_in_the_last_place_decides_a_near_tie(self) -> None:
        # In floats all shares are 1/3 to the last digit; exactly, the one weight that is larger gets the unit.
        for place in range(3):
            weights = [0.1, 0.1, 0.1]
            weights[place] = math.nextafter(0.1, 1)
            expected = [int(other == place) for other in range(3)]
            assert apportion(1, weights).tolist() == expected
            assert apportion(1, np.array([*weights, *[0.0] * LONG])).tolist() == expected + [0] * LONG

    def test_a_share_that_floats_take_for_whole_is_rounded_down(self) -> None:
        # Exactly, the share of the first is 2**53 less something, and the something is the larger remainder.
        weights = [float(2**53), 2.0**-40, 2.0**-41]
        expected = divided_by_definition(2**53, weights)
        assert expected == [2**53, 0, 0]
        assert apportion(2**53, np.array([*weights, *[0.0] * LONG])).tolist() == expected + [0] * LONG

    def test_it_is_not_house_monotone(self) -> None:
        # The Alabama paradox: Balinski and Young, Fair Representation, chapter 5, in its smallest form.
        assert apportion(10, [6, 6, 2]).tolist() == [4, 4, 2]
        assert apportion(11, [6, 6, 2]).tolist() == [5, 5, 1]

    @pytest.mark.parametrize("weight", [1e300, 5e-324])
    def test_long_columns_of_the_largest_and_smallest_floats_are_divided_by_the_definition(self, weight: float) -> None:
        weights = [weight] * LONG
        assert apportion(LONG + 1, np.array(weights)).tolist() == divided_by_definition(LONG + 1, weights)

    def test_long_columns_whose_sum_is_beyond_62_bits_are_divided_by_the_definition(self) -> None:
        weights = [2**62 // LONG + 1] * LONG
        assert apportion(LONG + 1, np.array(weights)).tolist() == divided_by_definition(LONG + 1, weights)

    def test_the_largest_total_goes_to_a_single_owner(self) -> None:
        for weights in ([3], [0.3], np.array([0.3, *[0.0] * LONG]), np.array([3, *[0] * LONG])):
            assert apportion(INT64_MAX, weights)[0] == INT64_MAX
            assert apportion(-INT64_MAX, weights)[0] == -INT64_MAX


class TestOracles:
    def test_peers_agree_where_tie_free(self, oracle: Callable[[str], Any]) -> None:
        cases = oracle("allocation.json")["cases"]
        assert len(cases) > 50
        for case in cases:
            assert apportion(case["total"], case["weights"]).tolist() == case["results"]["hamilton"]

    def test_published_elections_come_out(self, oracle: Callable[[str], Any]) -> None:
        cases = [case for case in oracle("allocation_elections.json")["cases"] if case["method"] == "hamilton"]
        assert cases
        for case in cases:
            assert apportion(case["total"], case["weights"]).tolist() == case["expected"], case["name"]

    def test_published_allocations_of_money_come_out(self, oracle: Callable[[str], Any]) -> None:
        methods = ("largest_remainder_ties_first", "largest_remainder")
        cases = [
            case["inputs"] | case["expected"]
            for case in oracle("allocation_exact_sum.json")["cases"]
            if case["inputs"]["method"] in methods
        ]
        assert cases
        for case in cases:
            assert apportion(case["total"], case["weights"]).tolist() == case["shares"]

    def test_a_negative_total_is_mirrored_where_moneyphp_is_not(self) -> None:
        # moneyphp/money tests/MoneyTest.php gives [-3, -2] for -5 by 7:3, and [4, 1] for 5.
        assert apportion(-5, [7, 3]).tolist() == [-4, -1]
        assert apportion(5, [7, 3]).tolist() == [4, 1]


class TestApportion:
    def test_no_weights_share_nothing(self) -> None:
        kinds_of_nothing: list[Numbers] = [[], (), np.zeros(0), np.zeros(0, dtype=np.int64)]
        for nothing in kinds_of_nothing:
            parts = apportion(0, nothing)
            assert parts.shape == (0,)
            assert parts.dtype == np.int64

    def test_the_total_may_be_an_integer_of_numpy(self) -> None:
        assert apportion(np.int32(-7), [1, 2, 3]).tolist() == [-1, -2, -4]
        assert apportion(np.uint64(7), [1, 2, 3]).tolist() == [1, 2, 4]

    @pytest.mark.parametrize("dtype", [np.int64, np.float64, np.uint8, np.float16, np.longdouble, object])
    @pytest.mark.parametrize("repeats", [1, LONG])
    def test_weights_are_left_alone_and_parts_are_new_int64(self, dtype: type, repeats: int) -> None:
        weights: AnyColumn = np.tile(np.array([3, 1, 2], dtype=dtype), repeats)
        before = weights.copy()
        parts = apportion(7 * repeats, weights)
        assert weights.tolist() == before.tolist()
        assert parts.dtype == np.int64
        assert not np.shares_memory(parts, weights)
        assert parts.tolist() == divided_by_definition(7 * repeats, [3, 1, 2] * repeats)

    def test_long_lists_are_divided_like_columns(self) -> None:
        whole = list(range(LONG))
        for weights in (whole, [weight / 7 for weight in whole], [weight << 64 for weight in whole], [*whole, 0.1]):
            assert apportion(10**6, weights).tolist() == divided_by_definition(10**6, weights)

    def test_the_registry_is_read_only(self) -> None:
        assert tuple(METHODS) == ("largest_remainder", "quota", "webster", "hill", "jefferson", "adams")
        with pytest.raises(TypeError):
            METHODS["mine"] = METHODS["largest_remainder"]  # type: ignore[index] # that it cannot be is the point

    @pytest.mark.parametrize("total", [1, 0, -1])
    def test_all_zero_weights_are_refused_whatever_the_total(self, total: int) -> None:
        kinds_of_zeros: list[Numbers] = [[0, 0], [0.0], [Fraction(0)], np.zeros(LONG), np.zeros(LONG, dtype=np.int64)]
        for zeros in kinds_of_zeros:
            check_refusal(partial(apportion, total, zeros), InvalidValueError, "weights_all_zero", ("weights",))

    def test_no_weights_for_a_total_are_infeasible(self) -> None:
        check_refusal(lambda: apportion(1, []), InfeasibleError, "no_weights", ("weights",))

    @pytest.mark.parametrize("method", ["hamilton", None, ["largest_remainder"]])
    def test_an_unknown_method_is_refused(self, method: Any) -> None:  # noqa: ANN401 - of any wrong type
        check_refusal(lambda: apportion(1, [1], method=method), UnknownNameError, "choice", ("method",))

    @pytest.mark.parametrize("total", [1.0, True, np.bool_(1), "1", None, Decimal(1), np.timedelta64(1), np.array([1])])
    def test_a_total_that_is_no_integer_is_refused(self, total: Any) -> None:  # noqa: ANN401 - of any wrong type
        check_refusal(lambda: apportion(total, [1]), InvalidValueError, "wrong_type", ("total",))
        check_refusal(lambda: round_to_total([1], total), InvalidValueError, "wrong_type", ("total",))

    @pytest.mark.parametrize("total", [2**63, -(2**63), 10**40, np.uint64(2**63)])
    def test_a_total_beyond_int64_is_refused(self, total: int) -> None:
        check_refusal(lambda: apportion(total, [1]), InvalidValueError, "beyond_int64", ("total",))

    @pytest.mark.parametrize("weight", [-1, -1e-300, math.nan, math.inf, -math.inf])
    def test_a_weight_that_is_negative_or_not_finite_is_refused_with_its_position(self, weight: float) -> None:
        items = [1, 1, weight, weight]
        kinds_of_weights: list[Numbers] = [items, np.array(items), np.array(items + [1] * LONG)]
        for weights in kinds_of_weights:
            check_refusal(partial(apportion, 1, weights), InvalidValueError, "weights_invalid", ("weights", 2))

    @pytest.mark.parametrize("weight", [Fraction(-1, 3), Decimal(-1), Decimal("nan"), Decimal("-inf"), np.float32("inf")])
    def test_an_exact_weight_that_is_negative_or_not_finite_is_refused_with_its_position(
        self, weight: Fraction | Decimal | np.float32
    ) -> None:
        check_refusal(lambda: apportion(1, [1, weight]), InvalidValueError, "weights_invalid", ("weights", 1))


NO_NUMBERS = ["1", True, np.bool_(0), None, 1j, np.timedelta64(1), np.datetime64("2026-01-01"), [1], np.array([1])]


class TestNumbers:
    @pytest.mark.parametrize("item", NO_NUMBERS)
    @pytest.mark.parametrize("length", [1, LONG])
    def test_an_item_that_is_no_number_is_refused_with_its_position(self, item: object, length: int) -> None:
        items: list[Any] = [1] * length + [item]
        check_refusal(lambda: apportion(1, items), InvalidValueError, "wrong_type", ("weights", length))
        check_refusal(lambda: round_to_total(items, 1), InvalidValueError, "wrong_type", ("values", length))

    @pytest.mark.parametrize("dtype", ["U2", "S2", "?", "m8[D]", "M8[D]", "c16", "V4"])
    def test_a_column_of_no_numbers_is_refused(self, dtype: str) -> None:
        column = np.zeros(3, dtype=dtype)
        check_refusal(lambda: apportion(1, column), InvalidValueError, "wrong_type", ("weights",))
        check_refusal(lambda: round_to_total(column, 1), InvalidValueError, "wrong_type", ("values",))

    @pytest.mark.parametrize("numbers", ["12", b"12", bytearray(b"12"), {1: 2}, {1, 2}, iter([1]), 3, None])
    def test_what_is_no_sequence_of_numbers_is_refused(self, numbers: Any) -> None:  # noqa: ANN401 - of any wrong type
        check_refusal(lambda: apportion(1, numbers), InvalidValueError, "wrong_type", ("weights",))
        check_refusal(lambda: round_to_total(numbers, 1), InvalidValueError, "wrong_type", ("values",))

    @pytest.mark.parametrize("shape", [(), (2, 2), (0, 1)])
    def test_an_array_of_other_than_one_dimension_is_refused(self, shape: tuple[int, ...]) -> None:
        check_refusal(lambda: apportion(1, np.ones(shape)), InvalidValueError, "dimensions", ("weights",))
        check_refusal(lambda: round_to_total(np.ones(shape), 1), InvalidValueError, "dimensions", ("values",))

    def test_no_message_shows_what_may_be_personal(self) -> None:
        with pytest.raises(InvalidValueError) as caught:
            apportion(1, ["ada@example.org"])  # type: ignore[list-item] # bad input is the point
        assert "ada" not in str(caught.value)


signed_values = st.lists(
    st.one_of(
        st.integers(-9, 9).map(float),
        st.sampled_from([-0.5, 0.5, 1.5, -1e-20, 1e-20, -5e-324, 0.1, -0.1, 2.0**52 + 0.5, -0.0]),
        st.floats(-1, 1),
        st.floats(-(2.0**57), 2.0**57),
    ),
    max_size=25,
)


class TestRoundToTotal:
    @given(values=signed_values, data=st.data())
    def test_values_are_rounded_by_the_definition(self, values: list[float], data: st.DataObject) -> None:
        exact = [Fraction(value) for value in values]
        lowest, highest = sum(map(math.floor, exact)), sum(map(math.ceil, exact))
        total = data.draw(st.integers(lowest, highest))
        expected = rounded_by_definition(exact, total)
        assert round_to_total(values, total).tolist() == expected
        assert round_to_total(exact, total).tolist() == expected
        assert round_to_total(np.array([*values, *[0.0] * LONG]), total).tolist() == expected + [0] * LONG

    @given(quarters=st.lists(st.integers(-9, 9), min_size=1, max_size=9), data=st.data())
    def test_ties_go_to_the_first_in_long_columns_too(self, quarters: list[int], data: st.DataObject) -> None:
        exact = [Fraction(quarter, 4) for quarter in quarters] * 30
        total = data.draw(st.integers(sum(map(math.floor, exact)), sum(map(math.ceil, exact))))
        expected = rounded_by_definition(exact, total)
        assert round_to_total(np.array(exact, dtype=np.float64), total).tolist() == expected

    @given(values=signed_values)
    def test_each_value_is_rounded_down_or_up_and_whole_values_stay(self, values: list[float]) -> None:
        total = round(sum(map(Fraction, values)))
        for value, part in zip(values, round_to_total(values, total).tolist(), strict=True):
            assert part in (math.floor(value), math.ceil(value))

    @given(total=totals.map(abs), weights=int64_weights)
    def test_it_turns_exact_shares_into_the_parts_of_largest_remainder(self, total: int, weights: list[int]) -> None:
        shares = [Fraction(total * weight, sum(weights)) for weight in weights]
        assert round_to_total(shares, total).tolist() == apportion(total, weights).tolist()

    @given(values=st.lists(st.integers(-INT64_MAX, INT64_MAX), max_size=5))
    def test_whole_numbers_come_back(self, values: list[int]) -> None:
        total = sum(values)
        if abs(total) <= INT64_MAX:
            assert round_to_total(values, total).tolist() == values
            column = np.array([*values, *[0] * LONG], dtype=np.int64)
            assert round_to_total(column, total).tolist() == column.tolist()

    def test_worked_examples(self) -> None:
        # By hand. The first: floors 0, -2, 2 sum to 0; fractional parts 0.4, 0.7, 0.9, and two units are missing.
        assert round_to_total([0.4, -1.3, 2.9], 2).tolist() == [0, -1, 3]
        assert round_to_total([0.5, 0.5, -0.5, -0.5], 0).tolist() == [1, 1, -1, -1]
        assert round_to_total([0.5] * LONG, LONG).tolist() == [1] * LONG
        # Halves are ties, whatever integer they are next to: the first half of them goes up.
        assert round_to_total([0.5, 1.5, -0.5, -1.5] * LONG, 0).tolist() == [1, 2, 0, -1] * (LONG // 2) + [0, 1, -1, -2] * (
            LONG // 2
        )
        assert round_to_total([Decimal("33.333"), Decimal("33.333"), Decimal("33.334")], 100).tolist() == [33, 33, 34]
        assert round_to_total([], 0).tolist() == []

    @pytest.mark.parametrize(
        ("values", "total", "excess"),
        [([0.5, 1.0], 3, 1), ([0.5, 1.0], 0, 1), ([7], 9, 2), ([], -4, 4), ([0.25] * LONG, LONG + 3, 3)],
    )
    def test_a_total_that_rounding_cannot_reach_is_refused_and_the_distance_told(
        self, values: list[float], total: int, excess: int
    ) -> None:
        error = check_refusal(lambda: round_to_total(values, total), InfeasibleError, "infeasible_sum", ("values",))
        assert error.params["excess"] == str(excess)

    @pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
    def test_a_value_that_is_not_finite_is_refused_with_its_position(self, value: float) -> None:
        for values in ([0.5, value], np.array([0.5, value] + [0.5] * LONG)):
            check_refusal(partial(round_to_total, values, 1), InvalidValueError, "not_finite", ("values", 1))

    @pytest.mark.parametrize("value", [2.0**63, -(2.0**63), 1e300])
    def test_a_value_beyond_int64_is_refused_with_its_position(self, value: float) -> None:
        column = np.array([0.5, value] + [0.5] * LONG)
        kinds_of_values: list[Numbers] = [[0.5, value], column, [Fraction(1, 2), int(value)]]
        for values in kinds_of_values:
            check_refusal(partial(round_to_total, values, 1), InvalidValueError, "beyond_int64", ("values", 1))


class TestExactSums:
    @given(st.lists(st.floats(0, 1e250) | st.sampled_from([5e-324, 1e-310, 1e250]), min_size=1))
    def test_floats_add_without_rounding(self, items: list[float]) -> None:
        assert sum_of_floats(np.array(items)) == sum(map(Fraction, items))

    @pytest.mark.parametrize("high", [1.0, 1e250])
    def test_floats_add_without_rounding_over_several_blocks(self, high: float) -> None:
        items = np.random.default_rng(5).random(70_000) * high
        items[::2] = np.nextafter(high, 0)
        assert sum_of_floats(items) == sum(map(Fraction, items.tolist()))

    def test_floats_add_without_rounding_when_a_whole_block_leaves_the_largest_rest(self) -> None:
        # 32,768 times half a unit of the first round's last place, and the last place of one float far below.
        items = np.full(32_768, 1 + 2.0**-37 - 2.0**-52)
        items[0] = 2.0**-24 * (1 + 2.0**-52)
        assert sum_of_floats(items) == sum(map(Fraction, items.tolist()))

    @given(st.lists(st.integers(-INT64_MAX, INT64_MAX)))
    def test_integers_add_without_overflow(self, items: list[int]) -> None:
        assert sum_of_integers(np.array(items, dtype=np.int64)) == sum(items)


def check_refusal(
    call: Callable[[], object], kind: type[SalesperfError], code: str, path: tuple[str | int, ...]
) -> SalesperfError:
    with pytest.raises(kind) as caught:
        call()
    assert (caught.value.code, caught.value.path) == (code, path)
    return caught.value

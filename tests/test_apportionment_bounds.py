"""Bounds of parts: how they are read and refused, and long columns within them."""

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from salesperf.errors import InfeasibleError, InvalidInputError, InvalidValueError, SalesperfError
from salesperf.kernels.apportionment import METHODS, PartBounds, apportion, is_divisor_result
from salesperf.kernels.numeric import INT64_MAX, AnyColumn

LONG = 200
WITH_BOUNDS = tuple(method for method in METHODS if method != "quota")
DIVISOR_METHODS = ("webster", "hill", "jefferson", "adams")


class TestExamples:
    def test_water_is_filled_up_to_the_bounds(self) -> None:
        # By hand: shares of 20 as 5 : 3 : 2 are 10, 6, 4; a cap of 7 leaves 13 to share as 3 : 2, which is 7.8 and 5.2.
        assert apportion(20, [5, 3, 2], upper=[7, None, None]).tolist() == [7, 8, 5]
        # A floor of 6 leaves 14 as 5 : 3, which is 8.75 and 5.25.
        assert apportion(20, [5, 3, 2], lower=[None, None, 6]).tolist() == [9, 5, 6]

    def test_a_cap_may_lift_another_to_its_floor_no_more(self) -> None:
        # By hand: 12 as 6 : 3 : 1 within 3..4, 2..5 and 1..9: the first is capped, then 8 as 3 : 1 caps the second too.
        parts = apportion(12, [6, 3, 1], lower=[3, 2, 1], upper=[4, 5, 9])
        assert parts.tolist() == [4, 5, 3]

    @pytest.mark.parametrize("method", WITH_BOUNDS)
    def test_bounds_that_leave_one_answer_give_it(self, method: str) -> None:
        for repeats in (1, LONG):
            weights, parts = np.tile([9, 1, 0], repeats), np.tile([2, 8, 5], repeats)
            total = int(parts.sum())
            assert apportion(total, weights, method=method, lower=parts).tolist() == parts.tolist()
            upper = np.tile([2, 8, 7], repeats)
            assert apportion(total, weights, method=method, lower=[0, 0, 5] * repeats, upper=upper).tolist() == parts.tolist()

    @pytest.mark.parametrize("method", WITH_BOUNDS)
    def test_a_bound_of_the_other_sign_says_nothing(self, method: str) -> None:
        for total in (10, 0, -10):
            free = apportion(total, [5, 3, 2], method=method).tolist()
            assert apportion(total, [5, 3, 2], method=method, lower=-10, upper=10).tolist() == free

    @pytest.mark.parametrize("method", ["hill", "adams"])
    def test_a_first_unit_is_given_where_the_upper_bound_allows(self, method: str) -> None:
        assert apportion(3, [1, 10**9, 0, 10**9], method=method).tolist() == [1, 1, 0, 1]
        assert apportion(2, [1, 10**9, 0, 10**9], method=method, upper=[0, 5, 5, 5]).tolist() == [0, 1, 0, 1]
        assert apportion(0, [1, 2], method=method).tolist() == [0, 0]

    def test_the_kind_in_which_bounds_come_does_not_matter(self) -> None:
        expected = apportion(20, [5, 3, 2], lower=1, upper=[7, 9, 9]).tolist()
        kinds: list[PartBounds] = [
            (7, 9, 9),
            np.array([7, 9, 9], dtype=np.uint8),
            np.array([7, 9, 9], dtype=np.uint64),
            np.array([7, 9, 9], dtype=object),
            [np.int32(7), 9, 9],
        ]
        for upper in kinds:
            assert apportion(20, [5, 3, 2], lower=np.int64(1), upper=upper).tolist() == expected

    def test_no_parts_have_no_bounds(self) -> None:
        for method in WITH_BOUNDS:
            assert apportion(0, [], method=method, lower=[], upper=np.zeros(0, dtype=np.int64)).tolist() == []

    def test_bounds_are_left_alone(self) -> None:
        bounds = np.full(LONG, 3)
        for method in WITH_BOUNDS:
            parts = apportion(3 * LONG, np.ones(LONG), method=method, lower=bounds, upper=bounds)
            parts += 1
            assert bounds.tolist() == [3] * LONG


def columns(kind: str, size: int) -> AnyColumn:
    generator = np.random.default_rng(size)
    column: AnyColumn = {
        "integers": generator.integers(0, 10**9, size),
        "floats": generator.random(size),
        "equal": np.full(size, 0.1),
        "few": generator.integers(0, 4, size),
        "heavy_tail": generator.pareto(0.8, size),
        "unlike_sizes": generator.random(size) * 10.0 ** generator.integers(-300, 200, size),
    }[kind]
    return column


KINDS = ("integers", "floats", "equal", "few", "heavy_tail", "unlike_sizes")


def random_bounds(weights: AnyColumn, total: int, pattern: str) -> dict[str, NDArray[np.int64]]:
    """Draw bounds about the exact shares, so that some bind."""
    generator = np.random.default_rng(total % 1_000)
    exact = [Fraction(weight) for weight in weights.tolist()]
    unit = total / sum(exact)
    shares = [unit * weight for weight in exact]
    lower = np.array(
        [int(share * Fraction(factor)) for share, factor in zip(shares, generator.random(len(exact)), strict=True)]
    )
    upper = np.array(
        [int(share * Fraction(1 + factor)) + 1 for share, factor in zip(shares, generator.random(len(exact)), strict=True)]
    )
    sparse = np.where(generator.random(len(exact)) < 0.1, (2 * lower).clip(max=total // len(exact) // 2), 0)
    patterns: dict[str, dict[str, NDArray[np.int64]]] = {
        "lower": {"lower": lower},
        "upper": {"upper": upper},
        "both": {"lower": lower, "upper": upper},
        "few_lower": {"lower": sparse},
    }
    return patterns[pattern]


class TestColumns:
    @pytest.mark.parametrize("method", WITH_BOUNDS)
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("pattern", ["lower", "upper", "both", "few_lower"])
    def test_columns_are_divided_like_the_fractions_that_they_hold(self, pattern: str, kind: str, method: str) -> None:
        column = columns(kind, 100)
        exact = [Fraction(weight) for weight in column.tolist()]
        for total in (600, 10**7 + 7, 2**53):
            bounds: dict[str, Any] = {**random_bounds(column, total, pattern)}
            parts = apportion(total, column, method=method, **bounds)
            assert parts.tolist() == apportion(total, exact, method=method, **bounds).tolist()

    @pytest.mark.parametrize("size", [32_768, 40_000])
    def test_columns_of_several_blocks_are_filled_alike(self, size: int) -> None:
        generator = np.random.default_rng(size)
        weights = generator.random(size)
        total = 10 * size + 3
        shares = weights / weights.sum() * total
        lower, upper = np.floor(shares * 0.9).astype(np.int64), np.ceil(shares * 1.05).astype(np.int64) + 1
        lower[:9] += 20
        upper[:9] += 30
        for method in DIVISOR_METHODS:
            parts = apportion(total, weights, method=method, lower=lower, upper=upper)
            assert parts.sum() == total
            assert is_divisor_result(parts, weights, method=method, lower=lower, upper=upper)
        parts = apportion(total, weights, lower=lower, upper=upper)
        assert (
            parts.tolist()
            == apportion(total, [Fraction(weight) for weight in weights.tolist()], lower=lower, upper=upper).tolist()
        )

    def test_weights_at_their_bounds_for_just_one_multiplier_are_told_exactly(self) -> None:
        # The multiplier is 1; at it, half of the weights lie on their floors, exactly, and floats cannot tell which side.
        weights = np.arange(1, 301)
        lower = np.where(weights % 2, weights, 0)
        total = int(weights.sum())
        assert apportion(total, weights, lower=lower).tolist() == weights.tolist()
        assert apportion(total, weights / 7, lower=lower).tolist() == weights.tolist()
        more = apportion(total + 1, weights, lower=lower)
        assert more.sum() == total + 1
        assert (more >= weights).all()

    def test_where_all_are_at_a_bound_any_multiplier_in_a_range_will_do(self) -> None:
        # The light are at their floors and the heavy at their caps, and nobody is between.
        weights = np.array([1] * 100 + [1_000] * 100)
        lower, upper = np.array([5] * 100 + [0] * 100), np.array([99] * 100 + [50] * 100)
        for method in WITH_BOUNDS:
            parts = apportion(5_500, weights, method=method, lower=lower, upper=upper)
            assert parts.tolist() == [5] * 100 + [50] * 100

    def test_the_light_take_what_caps_leave_of_the_heavy(self) -> None:
        for heavy, light in ((1e200, 1e-300), (1e250, 5e-324), (1.0, 5e-324), (2.0**52, 1.0)):
            weights = np.array([heavy] * 100 + [light] * 100)
            upper = [3] * 100 + [None] * 100
            for method in WITH_BOUNDS:
                parts = apportion(10_350, weights, method=method, upper=upper)
                assert parts.tolist() == [3] * 100 + [101] * 50 + [100] * 50


def check_refusal(
    call: Callable[[], object], kind: type[SalesperfError], code: str, path: tuple[str | int, ...]
) -> SalesperfError:
    with pytest.raises(kind) as caught:
        call()
    assert (caught.value.code, caught.value.path) == (code, path)
    return caught.value


class TestRefusals:
    @pytest.mark.parametrize("name", ["lower", "upper"])
    @pytest.mark.parametrize("bound", [1.0, True, "1", Fraction(1), np.timedelta64(1), np.float64(1)])
    def test_a_bound_that_is_no_integer_is_refused(self, name: str, bound: object) -> None:
        refused = partial(check_refusal, kind=InvalidValueError, code="wrong_type")
        one: dict[str, Any] = {name: [0, bound]}
        refused(partial(apportion, 1, [1, 1], **one), path=(name, 1))
        for_all: dict[str, Any] = {name: bound}
        path = (name,)
        refused(partial(apportion, 1, [1, 1], **for_all), path=path)

    @pytest.mark.parametrize("bounds", [{1: 2}, {1, 2}, np.ones(2), np.ones(2, dtype=bool), b"12", iter([1])])
    def test_what_holds_no_integers_is_refused(self, bounds: Any) -> None:  # noqa: ANN401 - of any wrong type
        check_refusal(lambda: apportion(1, [1, 1], lower=bounds), InvalidValueError, "wrong_type", ("lower",))

    def test_bounds_of_another_shape_are_refused(self) -> None:
        check_refusal(lambda: apportion(1, [1, 1], lower=[1]), InvalidValueError, "length", ("lower",))
        check_refusal(lambda: apportion(1, [1], upper=np.ones(2, dtype=int)), InvalidValueError, "length", ("upper",))
        square = np.ones((1, 1), dtype=int)
        check_refusal(lambda: apportion(1, [1], upper=square), InvalidValueError, "dimensions", ("upper",))

    @pytest.mark.parametrize("bound", [2**63, -(2**63), 10**40])
    def test_a_bound_beyond_int64_is_refused(self, bound: int) -> None:
        check_refusal(lambda: apportion(1, [1], lower=bound), InvalidValueError, "beyond_int64", ("lower",))
        column = np.array([1, 2**63], dtype=np.uint64)
        check_refusal(lambda: apportion(1, [1, 1], upper=column), InvalidValueError, "beyond_int64", ("upper", 1))

    def test_bounds_in_the_wrong_order_are_refused_all_at_once(self) -> None:
        error = check_refusal(
            lambda: apportion(9, [1, 1], lower=[3, 0], upper=[2, 9]), InvalidValueError, "interval_reversed", ("upper", 0)
        )
        assert dict(error.params) == {"low": "3", "high": "2"}
        with pytest.raises(InvalidInputError) as caught:
            apportion(9, [1, 1, 1], lower=[3, 0, 5], upper=[2, 9, 4])
        assert [fault.path for fault in caught.value.exceptions] == [("upper", 0), ("upper", 2)]  # type: ignore[union-attr] # ours

    def test_bounds_of_several_wrong_kinds_are_refused_all_at_once(self) -> None:
        with pytest.raises(InvalidInputError) as caught:
            apportion(9, [1, 1, 1], lower=["a", 0, 2**63])  # type: ignore[list-item] # bad input is the point
        assert [fault.code for fault in caught.value.exceptions] == ["wrong_type", "beyond_int64"]  # type: ignore[union-attr] # ours

    def test_of_very_many_wrong_bounds_a_thousand_are_told(self) -> None:
        with pytest.raises(InvalidInputError) as caught:
            apportion(9, np.ones(5_000), lower=2, upper=1)
        assert len(caught.value.exceptions) == 1_000

    @pytest.mark.parametrize(("total", "bounds"), [(9, {"upper": -1}), (-9, {"lower": 1}), (0, {"upper": -1})])
    def test_a_bound_that_leaves_no_part_of_the_sign_of_the_total_is_infeasible(
        self, total: int, bounds: dict[str, int]
    ) -> None:
        (name,) = bounds
        check_refusal(lambda: apportion(total, [1], **bounds), InfeasibleError, "bound_sign", (name, 0))  # type: ignore[arg-type] # bounds only

    @pytest.mark.parametrize("method", WITH_BOUNDS)
    def test_lower_bounds_above_the_total_are_infeasible_by_their_excess(self, method: str) -> None:
        divide = partial(apportion, weights=[1, 2, 0], method=method)
        error = check_refusal(lambda: divide(9, lower=[0, 6, 5]), InfeasibleError, "lower_above_total", ("lower",))
        assert dict(error.params) == {"total": "9", "value": "11", "excess": "2", "positions": "1, 2"}
        error = check_refusal(lambda: divide(-9, upper=[0, -6, -5]), InfeasibleError, "upper_below_total", ("upper",))
        assert dict(error.params) == {"total": "-9", "value": "-11", "excess": "2", "positions": "1, 2"}

    @pytest.mark.parametrize("method", WITH_BOUNDS)
    def test_upper_bounds_below_the_total_are_infeasible_by_what_lacks(self, method: str) -> None:
        # A weight of 0 gets its lower bound, whatever its upper bound allows.
        divide = partial(apportion, weights=[1, 2, 0], method=method)
        error = check_refusal(
            lambda: divide(9, lower=[0, 0, 1], upper=[2, 3, 50]), InfeasibleError, "upper_below_total", ("upper",)
        )
        assert dict(error.params) == {"total": "9", "value": "6", "excess": "3", "positions": "0, 1, 2"}
        error = check_refusal(
            lambda: divide(-9, lower=[-2, -3, -50], upper=[0, 0, -1]), InfeasibleError, "lower_above_total", ("lower",)
        )
        assert dict(error.params) == {"total": "-9", "value": "-6", "excess": "3", "positions": "0, 1, 2"}

    @pytest.mark.parametrize("method", ["hill", "adams"])
    @pytest.mark.parametrize("repeats", [1, LONG])
    def test_a_total_too_small_for_a_unit_each_is_infeasible(self, method: str, repeats: int) -> None:
        weights = [5, 3, 0, 2] * repeats
        error = check_refusal(
            lambda: apportion(-2, weights, method=method), InfeasibleError, "total_below_one_each", ("total",)
        )
        assert error.params["excess"] == str(3 * repeats - 2)
        check_refusal(
            lambda: apportion(4, weights[:4], method=method, lower=[3, 0, 0, 0]),
            InfeasibleError,
            "total_below_one_each",
            ("total",),
        )

    @pytest.mark.parametrize("name", ["lower", "upper"])
    def test_quota_takes_no_bounds(self, name: str) -> None:
        bounds: dict[str, Any] = {name: 0}
        refused = partial(apportion, 1, [1], method="quota", **bounds)
        check_refusal(refused, InvalidValueError, "bounds_not_taken", (name,))

    def test_the_largest_numbers_are_no_bounds(self) -> None:
        assert apportion(INT64_MAX, [1, 1], upper=INT64_MAX).tolist() == [2**62, 2**62 - 1]
        assert apportion(-INT64_MAX, [1, 1], lower=-INT64_MAX, method="hill").tolist() == [-(2**62), -(2**62) + 1]

"""The axioms, on answers that obey them and on answers that do not."""

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from salesperf.errors import InfeasibleError, InvalidValueError, SalesperfError, UnknownNameError
from salesperf.kernels.apportionment import (
    METHODS,
    apportion,
    is_anonymous,
    is_balanced,
    is_concordant,
    is_divisor_result,
    is_exact,
    is_house_monotone,
    is_population_monotone,
    is_scale_invariant,
    sums_to_total,
    within_bounds,
    within_quota,
)

DIVISOR_METHODS = ("webster", "hill", "jefferson", "adams")
# Balinski and Young, Fair Representation, appendix A: 100 seats for five states, by four methods.
FIVE = [5117, 4400, 162, 161, 160]
BY_METHOD = {
    "largest_remainder": [51, 44, 2, 2, 1],
    "webster": [51, 43, 2, 2, 2],
    "jefferson": [52, 45, 1, 1, 1],
    "quota": [52, 44, 2, 1, 1],
}

weights = st.lists(st.integers(1, 50), min_size=1, max_size=6)


class TestOurMethods:
    @pytest.mark.parametrize("method", METHODS)
    @given(total=st.integers(6, 99), weights=weights)
    def test_every_method_obeys_what_all_must(self, method: str, total: int, weights: list[int]) -> None:
        divide = partial(apportion, method=method)
        parts = divide(total, weights)
        assert sums_to_total(parts, total)
        assert is_balanced(parts, weights)
        assert is_concordant(parts, weights)
        assert is_exact(divide(sum(weights), weights), sum(weights), weights)
        assert is_exact(parts, total, weights)
        assert is_scale_invariant(divide, total, weights, Fraction(7, 3))

    @pytest.mark.parametrize("method", ["quota", *DIVISOR_METHODS])
    @given(weights=weights, totals=st.lists(st.integers(6, 60), min_size=2))
    def test_quota_and_the_methods_of_divisors_are_house_monotone(
        self, method: str, weights: list[int], totals: list[int]
    ) -> None:
        assert is_house_monotone(partial(apportion, method=method), weights, [*totals, *(-total for total in totals)])

    @pytest.mark.parametrize("method", DIVISOR_METHODS)
    @given(
        totals=st.tuples(st.integers(6, 60), st.integers(6, 60)),
        pairs=st.lists(st.tuples(*[st.integers(0, 50)] * 2), max_size=6),
    )
    def test_the_methods_of_divisors_are_population_monotone(
        self, method: str, totals: tuple[int, int], pairs: list[tuple[int, int]]
    ) -> None:
        before, after = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        assume(any(before) and any(after))
        parts = [apportion(total, each, method=method) for total, each in zip(totals, (before, after), strict=True)]
        assert is_population_monotone(parts[0], before, parts[1], after)

    @given(weights=weights, total=st.integers(1, 40), data=st.data())
    def test_webster_is_anonymous_where_no_unlike_weights_tie(
        self, weights: list[int], total: int, data: st.DataObject
    ) -> None:
        claims = {(Fraction(2 * unit + 1, weight), weight) for weight in weights for unit in range(total + 1)}
        assume(len({claim for claim, _ in claims}) == len(claims))
        order = data.draw(st.permutations(range(len(weights))))
        assert is_anonymous(partial(apportion, method="webster"), total, weights, order)


class TestVerdicts:
    def test_a_sum_that_is_off_is_found(self) -> None:
        assert sums_to_total(np.array([2**62, 2**62 - 1]), 2**63 - 1)
        assert not sums_to_total([1, 2], -3)
        assert sums_to_total([], 0)

    def test_bounds_are_checked_on_both_sides(self) -> None:
        assert within_bounds([1, 2], lower=[1, None], upper=np.array([1, 2]))
        assert not within_bounds([1, 2], lower=2)
        assert not within_bounds([1, 2], upper=1)
        assert within_bounds([-5, 10**30])

    def test_published_answers_are_told_apart_by_quota(self) -> None:
        verdicts = {method: within_quota(parts, 100, FIVE) for method, parts in BY_METHOD.items()}
        assert verdicts == {"largest_remainder": True, "webster": False, "jefferson": False, "quota": True}
        for method, parts in BY_METHOD.items():
            assert apportion(100, FIVE, method=method).tolist() == parts
            assert within_quota([-part for part in parts], -100, FIVE) is verdicts[method]

    def test_quota_within_bounds_is_that_of_the_clipped_shares(self) -> None:
        # By hand: the first is capped at 2, so the others share 8 as 3 to 1.
        assert within_quota([2, 6, 2], 10, [6, 3, 1], upper=[2, None, None])
        assert not within_quota([2, 5, 3], 10, [6, 3, 1], upper=[2, None, None])
        assert not within_quota([6, 3, 1], 10, [6, 3, 1], upper=[2, None, None])

    @pytest.mark.parametrize("method", DIVISOR_METHODS)
    def test_exactly_the_answers_of_a_method_of_divisors_have_a_divisor(self, method: str) -> None:
        answers = {other: apportion(100, FIVE, method=other).tolist() for other in METHODS}
        for other, parts in answers.items():
            assert is_divisor_result(parts, FIVE, method=method) is (parts == answers[method]), other

    def test_ties_may_be_broken_in_any_way(self) -> None:
        for parts in ([2, 1, 1], [1, 2, 1], [1, 1, 2]):
            assert is_divisor_result(parts, [1, 1, 1], method="webster")
        assert not is_divisor_result([2, 2, 0], [1, 1, 1], method="webster")

    def test_bounds_explain_what_weights_do_not(self) -> None:
        assert not is_divisor_result([1, 9], [1, 1], method="jefferson")
        assert is_divisor_result([1, 9], [1, 1], method="jefferson", upper=[1, None])
        assert is_divisor_result([-1, -9], [1, 1], method="jefferson", lower=[-1, None])
        assert not is_divisor_result([2, 8], [1, 1], method="jefferson", upper=[1, None])
        assert not is_divisor_result([3, -1], [1, 1], method="jefferson")
        assert not is_divisor_result([1, 1], [1, 0], method="jefferson")

    def test_parts_that_bounds_fix_have_a_divisor(self) -> None:
        assert is_divisor_result([0, 0], [1, 2], method="webster")
        assert is_divisor_result([3, 4], [1, 1], method="webster", lower=[3, 4])
        assert is_divisor_result([3, 4], [1, 1], method="webster", upper=[3, 4])

    def test_shares_that_are_whole_must_be_kept(self) -> None:
        assert is_exact([1, 2], 3, [1, 2])
        assert not is_exact([2, 1], 3, [1, 2])
        assert is_exact([4, 0], 4, [1, 2])

    def test_equal_weights_must_get_nearly_the_same(self) -> None:
        assert is_balanced([1, 2, 7], [3, 3, 9])
        assert not is_balanced([1, 3, 7], [3, 3, 9])

    def test_larger_weights_must_not_get_less(self) -> None:
        assert is_concordant([1, 2, 2], [3, 3, 9])
        assert not is_concordant([1, 3, 2], [3, 3, 9])

    def test_whoever_grows_less_must_not_win_from_whoever_grows_more(self) -> None:
        assert is_population_monotone([1, 1], [1, 1], [2, 0], [2, 1])
        assert not is_population_monotone([1, 1], [1, 1], [0, 2], [2, 1])
        assert not is_population_monotone([1, 1], [1, 1], [0, 2], [2, 2])
        # Nothing grows faster than what was not there; what is not there at either time does not count.
        assert is_population_monotone([2, 0], [1, 0], [1, 1], [9, 1])
        assert is_population_monotone([2, 1], [1, 0], [3, 0], [1, 0])

    def test_a_fall_of_a_part_is_found_in_whatever_order_totals_come(self) -> None:
        assert not is_house_monotone(apportion, [6, 6, 2], [11, 10])
        assert is_house_monotone(apportion, [6, 6, 2], [])
        assert is_house_monotone(apportion, [6, 6, 2], [11])

    def test_rules_of_any_origin_are_judged(self) -> None:
        def first_takes_all(total: int, weights: list[int]) -> list[int]:
            return [total, *[0] * (len(weights) - 1)]

        assert is_house_monotone(first_takes_all, [1, 2], range(9))
        assert is_scale_invariant(first_takes_all, 5, [1, 2], 3)
        assert not is_anonymous(first_takes_all, 5, [1, 2], [1, 0])
        assert is_anonymous(first_takes_all, 5, [1, 1], [1, 0])


REFUSALS: list[tuple[Callable[[], object], type[SalesperfError], str, tuple[str | int, ...]]] = [
    (lambda: sums_to_total([1.0], 1), InvalidValueError, "wrong_type", ("parts", 0)),  # type: ignore[list-item] # the point
    (lambda: sums_to_total([1, True], 1), InvalidValueError, "wrong_type", ("parts", 1)),
    (lambda: sums_to_total("1", 1), InvalidValueError, "wrong_type", ("parts",)),  # type: ignore[arg-type] # the point
    (lambda: sums_to_total([1], 1.0), InvalidValueError, "wrong_type", ("total",)),  # type: ignore[arg-type] # the point
    (lambda: within_bounds([1], lower=[1, 2]), InvalidValueError, "length", ("lower",)),
    (lambda: within_quota([1], 1, [1, 2]), InvalidValueError, "length", ("parts",)),
    (lambda: within_quota([1], 1, [1], upper=0), InfeasibleError, "upper_below_total", ("upper",)),
    (lambda: is_balanced([1], [-1]), InvalidValueError, "weights_invalid", ("weights", 0)),
    (lambda: is_divisor_result([1], [1], method="quota"), UnknownNameError, "choice", ("method",)),
    (lambda: is_divisor_result([2**63], [1], method="hill"), InvalidValueError, "beyond_int64", ("total",)),
    (lambda: is_population_monotone([1], [1], [1], [1, 2]), InvalidValueError, "length", ("later_weights",)),
    (lambda: is_population_monotone([1], [1], [1, 2], [1]), InvalidValueError, "length", ("later_parts",)),
    (lambda: is_population_monotone([1], [1], [1], [0]), InvalidValueError, "weights_all_zero", ("later_weights",)),
    (lambda: is_house_monotone(lambda total, _: [total] * total, [1], [1, 2]), InvalidValueError, "length", ("parts",)),
    (lambda: is_anonymous(apportion, 1, [1, 2], [0, 0]), InvalidValueError, "no_permutation", ("order",)),
]


@pytest.mark.parametrize(("call", "kind", "code", "path"), REFUSALS)
def test_what_cannot_be_judged_is_refused(
    call: Callable[[], Any], kind: type[SalesperfError], code: str, path: tuple[str | int, ...]
) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert (caught.value.code, caught.value.path) == (code, path)

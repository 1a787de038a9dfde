"""Proportions: intervals of one and of differences, tests, several tests at once, and groups shrunk toward each other."""

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from examples import at_most
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from salesperf.errors import InvalidValueError
from salesperf.kernels.numeric import Interval
from salesperf.kernels.proportion import ADJUSTMENTS, adjust, fisher_exact, newcombe, shrink, two_proportion_test, wilson
from salesperf.kernels.special import incomplete_beta, log_binomial_probability

levels = st.floats(1e-6, 1 - 1e-9) | st.sampled_from([0.8, 0.9, 0.95, 0.99])


@st.composite
def counts(draw: st.DrawFn, most: int = 10**9) -> tuple[int, int]:
    n = draw(st.integers(0, most if draw(st.booleans()) else 30))
    return draw(st.sampled_from([0, n]) if draw(st.booleans()) else st.integers(0, n)), n


# Laws


@given(counts(2**53), levels)
def test_an_interval_holds_its_own_proportion_and_stays_a_fraction(of: tuple[int, int], level: float) -> None:
    k, n = of
    interval = wilson(k, n, level=level)
    assert 0 <= interval.low <= interval.high <= 1
    assert interval.level == level
    assert n == 0 or k / n in interval


@given(st.integers(1, 10**9), st.floats(0.01, 0.999))
def test_none_and_all_reach_the_ends_exactly(n: int, level: float) -> None:
    assert wilson(0, n, level=level).low == 0
    assert wilson(n, n, level=level).high == 1
    assert 0 < wilson(0, n, level=level).high < 1
    assert 0 < wilson(n, n, level=level).low < 1


@given(counts(), levels)
def test_what_has_the_property_mirrors_what_lacks_it(of: tuple[int, int], level: float) -> None:
    k, n = of
    had, lacked = wilson(k, n, level=level), wilson(n - k, n, level=level)
    assert had.low == pytest.approx(1 - lacked.high, abs=1e-15)
    assert had.high == pytest.approx(1 - lacked.low, abs=1e-15)


@given(counts(), levels)
def test_the_ends_lie_at_the_normal_quantile_from_the_proportion(of: tuple[int, int], level: float) -> None:
    k, n = of
    assume(0 < k < n)
    interval = wilson(k, n, level=level)
    z = -NormalDist().inv_cdf((1 - level) / 2)
    for end in (interval.low, interval.high):
        assert abs(k / n - end) == pytest.approx(z * math.sqrt(end * (1 - end) / n), rel=1e-6, abs=1e-15)


@given(counts(), levels, levels)
def test_more_certainty_takes_a_wider_interval(of: tuple[int, int], one: float, other: float) -> None:
    narrow, wide = (wilson(*of, level=level) for level in sorted((one, other)))
    assert wide.low <= narrow.low
    assert narrow.high <= wide.high


@given(counts(10**6), st.integers(2, 1000))
def test_more_of_the_same_narrows_the_interval(of: tuple[int, int], times: int) -> None:
    k, n = of
    assume(n > 0)
    assert wilson(k * times, n * times).width < wilson(k, n).width


@given(st.lists(counts(), min_size=1, max_size=20), levels)
def test_numbers_and_columns_agree_to_the_bit(rows: list[tuple[int, int]], level: float) -> None:
    columns = wilson(*(np.array(column) for column in zip(*rows, strict=True)), level=level)
    singles = [wilson(k, n, level=level) for k, n in rows]
    assert columns.low.tolist() == [single.low for single in singles]
    assert columns.high.tolist() == [single.high for single in singles]


# Worked examples


def test_the_published_comparison() -> None:
    # Newcombe (1998), table I, method 3: four examples at 95 %.
    examples = {(81, 263): (0.2553, 0.3662), (15, 148): (0.0624, 0.1605), (0, 20): (0, 0.1611), (1, 29): (0.0061, 0.1718)}
    for (k, n), ends in examples.items():
        interval = wilson(k, n)
        assert (round(interval.low, 4), round(interval.high, 4)) == ends


def test_the_intervals_of_statsmodels_and_scipy(oracle: Callable[[str], Any]) -> None:
    for case in oracle("intervals.json")["cases"]:
        interval = wilson(case["k"], case["n"], level=1 - case["alpha"])
        assert [interval.low, interval.high] == pytest.approx(case["wilson"], abs=1e-12)
        assert [interval.low, interval.high] == pytest.approx(case["scipy_wilson"], abs=1e-12)


def test_nothing_seen_is_nothing_known() -> None:
    assert wilson(0, 0) == Interval(0.0, 1.0, 0.95)


def test_counts_may_come_in_any_kind_of_numbers() -> None:
    k, n = np.array([0, 1]), np.array([1, 4])
    for kind in (bool, np.uint8, np.int32, np.float32):
        assert wilson(k.astype(kind), n) == wilson(k, n)


def test_a_number_beside_a_column_stands_for_each_of_its_elements() -> None:
    assert wilson(np.array([1, 2]), 5) == wilson(np.array([1, 2]), np.array([5, 5]))  # type: ignore[call-overload] # mixed at run time


# Refusals


@pytest.mark.parametrize(
    ("k", "n", "code", "path"),
    [
        (-1, 5, "not_a_count", ("k",)),
        (1.5, 5, "not_a_count", ("k",)),
        (math.nan, 5, "not_a_count", ("k",)),
        (1, math.nan, "not_a_count", ("n",)),
        (1, math.inf, "not_a_count", ("n",)),
        (0, -1, "not_a_count", ("n",)),
        (6, 5, "more_than_all", ("k",)),
        (np.array([1, 2, 3]), np.array([2, 2, 2]), "more_than_all", ("k", 2)),
        (np.array([1.0, 0.5]), np.array([2, 2]), "not_a_count", ("k", 1)),
        (np.array([1, 1]), np.array([2, 2, 2]), "length", ("n",)),
        ("1", 5, "not_numeric", ("k",)),
    ],
)
def test_what_is_no_count_of_a_whole_is_refused(k: Any, n: Any, code: str, path: tuple[str | int, ...]) -> None:  # noqa: ANN401 - any wrong value
    with pytest.raises(InvalidValueError) as caught:
        wilson(k, n)
    assert (caught.value.code, caught.value.path) == (code, path)


@pytest.mark.parametrize("level", [0, 1, -0.5, 95, math.nan])
def test_a_level_outside_zero_and_one_is_refused(level: float) -> None:
    with pytest.raises(InvalidValueError) as caught:
        wilson(1, 2, level=level)
    assert (caught.value.code, caught.value.path) == ("between", ("level",))


# Differences of two proportions


@st.composite
def two_groups(draw: st.DrawFn, least: int = 0, most: int = 10**6) -> tuple[int, int, int, int]:
    n1, n2 = (draw(st.integers(least, most if draw(st.booleans()) else max(least, 30))) for _ in range(2))
    return draw(st.integers(0, n1)), n1, draw(st.integers(0, n2)), n2


@given(two_groups(least=1), levels)
def test_the_interval_of_a_difference_holds_it_and_stays_within_one(of: tuple[int, int, int, int], level: float) -> None:
    k1, n1, k2, n2 = of
    interval = newcombe(*of, level=level)
    assert -1 <= interval.low <= interval.high <= 1
    assert interval.level == level
    # The difference of the two quotients, in floats, may miss the exact one by a rounding or two.
    assert interval.low - 3e-16 <= k1 / n1 - k2 / n2 <= interval.high + 3e-16


@given(two_groups(), levels)
def test_the_groups_change_places_and_the_difference_its_sign(of: tuple[int, int, int, int], level: float) -> None:
    k1, n1, k2, n2 = of
    forth, back = newcombe(*of, level=level), newcombe(k2, n2, k1, n1, level=level)
    assert (forth.low, forth.high) == (-back.high, -back.low)
    for test in (two_proportion_test, fisher_exact):
        assert test(*of) == pytest.approx(test(k2, n2, k1, n1), rel=1e-9, nan_ok=True)


@given(two_groups(least=1, most=1000), st.integers(2, 100))
def test_more_of_the_same_narrows_the_interval_of_a_difference(of: tuple[int, int, int, int], times: int) -> None:
    assert newcombe(*(count * times for count in of)).width < newcombe(*of).width


@given(two_groups(), levels)
def test_an_empty_group_leaves_the_difference_as_open_as_its_proportion(of: tuple[int, int, int, int], level: float) -> None:
    k2, n2 = of[2:]
    other = wilson(k2, n2, level=level)
    interval = newcombe(0, 0, k2, n2, level=level)
    assert (interval.low, interval.high) == (-other.high, 1 - other.low)


@given(two_groups())
def test_a_p_value_is_a_probability_and_equal_proportions_give_one(of: tuple[int, int, int, int]) -> None:
    k1, n1, k2, n2 = of
    for test in (two_proportion_test, fisher_exact):
        p_value = test(*of)
        if n1 == 0 or n2 == 0:
            assert math.isnan(p_value)
        else:
            assert 0 <= p_value <= 1
            assert k1 * n2 != k2 * n1 or p_value == pytest.approx(1, abs=1e-9)


@given(st.lists(two_groups(most=500), min_size=1, max_size=8))
def test_numbers_and_columns_of_two_groups_agree_to_the_bit(rows: list[tuple[int, int, int, int]]) -> None:
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    for test in (two_proportion_test, fisher_exact):
        assert np.array_equal(test(*columns), [test(*row) for row in rows], equal_nan=True)
    intervals = newcombe(*columns)
    assert intervals.low.tolist() == [newcombe(*row).low for row in rows]
    assert intervals.high.tolist() == [newcombe(*row).high for row in rows]


def all_pairs(n1: int, n2: int) -> list[Any]:
    """Return every outcome of two groups, as columns."""
    k1, k2 = (column.ravel() for column in np.meshgrid(np.arange(n1 + 1), np.arange(n2 + 1), indexing="ij"))
    return [k1, np.full_like(k1, n1), k2, np.full_like(k2, n2)]


def probabilities(pairs: list[Any], p1: float, p2: float) -> Any:  # noqa: ANN401 - an array
    """Return how likely each outcome is."""
    k1, n1, k2, n2 = pairs
    return np.exp(log_binomial_probability(k1, n1, p1) + log_binomial_probability(k2, n2, p2))


@pytest.mark.parametrize(("n1", "n2"), [(1, 1), (3, 9), (8, 8), (12, 20), (25, 25)])
def test_the_exact_test_raises_no_more_false_alarms_than_its_limit(n1: int, n2: int) -> None:
    pairs = all_pairs(n1, n2)
    p_values = fisher_exact(*pairs)
    for rate in (0.02, 0.1, 0.3, 0.5, 0.8):
        likely = probabilities(pairs, rate, rate)
        for limit in (0.001, 0.01, 0.05, 0.1, 0.5, *np.unique(p_values)[:40]):
            assert likely[p_values <= limit].sum() <= limit * (1 + 1e-9)


@pytest.mark.parametrize(("n1", "n2"), [(20, 20), (20, 35), (40, 40), (60, 100), (150, 150)])
def test_the_score_test_raises_about_as_many_false_alarms_as_its_limit(n1: int, n2: int) -> None:
    pairs = all_pairs(n1, n2)
    p_values = two_proportion_test(*pairs)
    for rate in np.linspace(0.01, 0.5, 20):  # beyond one half all is the same, with won and lost exchanged
        if min(n1, n2) * min(rate, 1 - rate) >= 5:
            assert probabilities(pairs, rate, rate)[p_values <= 0.05].sum() == pytest.approx(0.05, abs=0.02)


@pytest.mark.parametrize("n", [5, 10, 30, 100, 400])
def test_wilson_covers_on_average_as_often_as_it_says(n: int) -> None:
    k = np.arange(n + 1)
    interval = wilson(k, np.full_like(k, n))
    # The chance of each k, averaged over all rates within the interval, is a difference of beta probabilities.
    held = incomplete_beta(k + 1, n - k + 1, interval.high) - incomplete_beta(k + 1, n - k + 1, interval.low)
    assert held.sum() / (n + 1) == pytest.approx(0.95, abs=0.01)


@pytest.mark.parametrize(("n1", "n2"), [(10, 10), (10, 30), (40, 40)])
def test_newcombe_covers_on_average_as_often_as_it_says(n1: int, n2: int) -> None:
    pairs = all_pairs(n1, n2)
    interval = newcombe(*pairs)
    rates = (np.arange(16) + 0.5) / 16
    covered = [
        probabilities(pairs, p1, p2)[(interval.low <= p1 - p2) & (p1 - p2 <= interval.high)].sum()
        for p1 in rates
        for p2 in rates
    ]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.01)


def test_the_tests_and_intervals_of_statsmodels_and_scipy(oracle: Callable[[str], Any]) -> None:
    for case in oracle("hypothesis_tests.json")["two_proportions"]:
        of = case["k1"], case["n1"], case["k2"], case["n2"]
        assert two_proportion_test(*of) == pytest.approx(case["pooled_two-sided"][1], rel=1e-12)
        assert fisher_exact(*of) == pytest.approx(case["fisher_two_sided_p"], rel=1e-12)
        interval = newcombe(*of)
        assert [interval.low, interval.high] == pytest.approx(case["ci_diff_newcomb"], abs=1e-14)


def test_the_published_comparison_of_differences() -> None:
    # Newcombe (1998), table II, method 10: five examples at 95 %.
    examples = {
        (56, 70, 48, 80): (0.0524, 0.3339),
        (9, 10, 3, 10): (0.1705, 0.8090),
        (6, 7, 2, 7): (0.0582, 0.8062),
        (5, 56, 0, 29): (-0.0381, 0.1926),
        (10, 10, 0, 10): (0.6075, 1.0),
    }
    for of, ends in examples.items():
        interval = newcombe(*of)
        assert (round(interval.low, 4), round(interval.high, 4)) == ends


def test_the_lady_who_tasted_tea() -> None:
    # Agresti (2002), 3.5.2, after Fisher (1935): three of four guessed right, 34 / 70 two-sided.
    assert fisher_exact(3, 4, 1, 4) == pytest.approx(34 / 70, rel=1e-12)


def test_the_exact_test_agrees_with_scipy_far_into_the_tail() -> None:
    rng = np.random.default_rng(5)
    for most in (10, 1000, 100_000):
        for _ in range(12):
            n1, n2 = (int(n) for n in rng.integers(1, most + 1, 2))
            k1, k2 = int(rng.binomial(n1, rng.random())), int(rng.binomial(n2, rng.random()))
            expected = stats.fisher_exact([[k1, n1 - k1], [k2, n2 - k2]])[1]
            if expected > 1e-250:
                assert fisher_exact(k1, n1, k2, n2) == pytest.approx(expected, rel=1e-9)


def test_the_exact_test_takes_groups_of_a_billion() -> None:
    # There the score test is as good as exact: the two differ by some 1 / sqrt(n).
    of = 500_000_000, 10**9, 499_960_000, 10**9
    assert fisher_exact(*of) == pytest.approx(two_proportion_test(*of), abs=1e-4)


# Several tests at once


p_columns = st.lists(st.floats(0, 1) | st.sampled_from([0.01, 0.04]), max_size=20).map(np.array)
METHODS = pytest.mark.parametrize("method", ADJUSTMENTS)


@METHODS
@given(p_columns)
def test_adjusted_p_values_are_no_smaller_and_in_the_same_order(method: Any, p_values: Any) -> None:  # noqa: ANN401 - drawn
    adjusted = adjust(p_values, method=method)
    assert np.all(adjusted >= p_values)
    assert np.all(adjusted <= 1)
    order = np.argsort(p_values)
    assert np.all(np.diff(adjusted[order]) >= 0)


@METHODS
@given(p_columns, st.randoms())
def test_the_order_of_the_tests_does_not_matter(method: Any, p_values: Any, random: Any) -> None:  # noqa: ANN401 - drawn
    order = np.array(random.sample(range(len(p_values)), len(p_values)), dtype=int)
    assert adjust(p_values[order], method=method).tolist() == adjust(p_values, method=method)[order].tolist()


@given(p_columns)
def test_holm_is_the_stricter_of_the_two(p_values: Any) -> None:  # noqa: ANN401 - drawn
    assert np.all(adjust(p_values) >= adjust(p_values, method="benjamini_hochberg") - 1e-15)


@METHODS
def test_a_single_test_stays_as_it_is(method: Any) -> None:  # noqa: ANN401 - a name
    assert adjust(np.array([0.03]), method=method).tolist() == [0.03]
    assert adjust(np.zeros(0), method=method).tolist() == []


def test_the_adjusted_p_values_of_statsmodels(oracle: Callable[[str], Any]) -> None:
    for case in oracle("hypothesis_tests.json")["multiple"]:
        assert adjust(np.array(case["p"])).tolist() == pytest.approx(case["holm"], rel=1e-14)
        adjusted = adjust(np.array(case["p"]), method="benjamini_hochberg")
        assert adjusted.tolist() == pytest.approx(case["fdr_bh"], rel=1e-14)


# Groups that borrow from each other


@st.composite
def many_groups(draw: st.DrawFn) -> tuple[Any, Any]:
    n = draw(st.lists(st.integers(0, 60), min_size=1, max_size=6).filter(any))
    return np.array([draw(st.integers(0, size)) for size in n]), np.array(n)


@settings(max_examples=at_most(15))
@given(many_groups(), st.sampled_from([0.5, 0.8, 0.95]))
def test_a_shrunk_proportion_lies_between_its_own_and_that_of_all(of: tuple[Any, Any], level: float) -> None:
    k, n = of
    shrunk = shrink(k, n, level=level)
    assert 0 < shrunk.prior_mean < 1
    assert shrunk.prior_size > 0
    assert np.all((shrunk.interval.low <= shrunk.value) & (shrunk.value <= shrunk.interval.high))
    assert np.all((shrunk.interval.low >= 0) & (shrunk.interval.high <= 1))
    own = np.where(n > 0, k / np.maximum(n, 1), shrunk.prior_mean)
    expected = own + shrunk.prior_size / (n + shrunk.prior_size) * (shrunk.prior_mean - own)
    assert shrunk.value.tolist() == pytest.approx(expected.tolist(), abs=1e-12)


@settings(max_examples=10)
@given(many_groups(), st.randoms())
def test_the_order_of_the_groups_does_not_matter(of: tuple[Any, Any], random: Any) -> None:  # noqa: ANN401 - drawn
    k, n = of
    order = np.array(random.sample(range(len(k)), len(k)), dtype=int)
    shuffled, shrunk = shrink(k[order], n[order]), shrink(k, n)
    assert (shuffled.prior_mean, shuffled.prior_size) == (shrunk.prior_mean, shrunk.prior_size)
    assert shuffled.value.tolist() == shrunk.value[order].tolist()


@settings(max_examples=10)
@given(many_groups())
def test_what_has_and_what_lacks_the_property_shrink_alike(of: tuple[Any, Any]) -> None:
    k, n = of
    had, lacked = shrink(k, n), shrink(n - k, n)
    assert had.value.tolist() == pytest.approx((1 - lacked.value).tolist(), abs=1e-6)


def test_groups_that_differ_keep_what_is_their_own_and_groups_that_do_not_share() -> None:
    n = np.full(8, 40)
    apart, alike = shrink(np.array([2, 6, 10, 16, 22, 28, 34, 38]), n), shrink(np.array([19, 20, 21, 20, 19, 21, 20, 20]), n)
    assert apart.prior_size < 10
    assert alike.prior_size > 100


def test_a_small_group_borrows_more() -> None:
    shrunk = shrink(np.array([0, 0, 12, 18, 30]), np.array([2, 100, 40, 40, 80]))
    assert shrunk.value[0] > 5 * shrunk.value[1]
    assert shrunk.interval.width[0] > shrunk.interval.width[1]


@pytest.mark.parametrize(("groups", "size", "a", "b"), [(8, 20, 3, 7), (8, 20, 30, 70), (20, 50, 2, 2)])
def test_shrunk_intervals_hold_the_truth_about_as_often_as_they_say(groups: int, size: int, a: float, b: float) -> None:
    # 20 draws of the groups: the standard error of what is counted is some 0.02 for 8 groups.
    rng = np.random.default_rng(20261122)
    held, own_error, shrunk_error = [], [], []
    for _ in range(20):
        truth, n = rng.beta(a, b, groups), rng.poisson(size, groups) + 1
        k = rng.binomial(n, truth)
        shrunk = shrink(k, n)
        held += ((shrunk.interval.low <= truth) & (truth <= shrunk.interval.high)).tolist()
        shrunk_error += ((shrunk.value - truth) ** 2).tolist()
        own_error += ((k / n - truth) ** 2).tolist()
    assert np.mean(held) == pytest.approx(0.95, abs=0.05)
    assert np.mean(shrunk_error) < np.mean(own_error)


def test_groups_of_nobody_tell_nothing() -> None:
    shrunk = shrink(np.zeros(2), np.zeros(2))
    assert np.isnan(shrunk.value).all()
    assert math.isnan(shrunk.prior_mean)
    assert math.isnan(shrunk.prior_size)
    assert shrunk.interval == Interval(np.zeros(2), np.ones(2), 0.95)


# Refusals of the above


@pytest.mark.parametrize(
    ("call", "code", "path"),
    [
        (lambda: newcombe(1, 2, 3, 2), "more_than_all", ("k2",)),
        (lambda: newcombe(1, 2, 1, 2, level=1.0), "between", ("level",)),
        (
            lambda: two_proportion_test(np.array([1, 3]), np.array([2, 2]), np.array([0, 0]), np.array([1, 1])),
            "more_than_all",
            ("k1", 1),
        ),
        (lambda: two_proportion_test(1, 2, math.nan, 2), "not_a_count", ("k2",)),
        (lambda: fisher_exact(1, 2, -1, 2), "not_a_count", ("k2",)),
        (lambda: fisher_exact(0.5, 2, 1, 2), "not_a_count", ("k1",)),
        (lambda: adjust(np.array([0.5, math.nan])), "out_of_range", ("p_values", 1)),
        (lambda: adjust(np.array([0.5, 1.5])), "out_of_range", ("p_values", 1)),
        (lambda: adjust(np.ones((2, 2))), "dimensions", ("p_values",)),
        (lambda: adjust(np.ones(2), method="bonferroni"), "choice", ("method",)),  # type: ignore[arg-type] # no such method
        (lambda: shrink(np.ones((2, 2)), np.ones((2, 2))), "dimensions", ("k",)),
        (lambda: shrink(np.array([1, 3]), np.array([2, 2])), "more_than_all", ("k", 1)),
        (lambda: shrink(np.ones(2), np.ones(2), level=0), "between", ("level",)),
    ],
)
def test_what_cannot_be_compared_is_refused(call: Callable[[], object], code: str, path: tuple[str | int, ...]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        call()
    assert (caught.value.code, caught.value.path) == (code, path)

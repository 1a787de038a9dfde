"""Proportions with intervals: Wilson's score interval."""

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from salesperf.errors import InvalidValueError
from salesperf.kernels.numeric import Interval
from salesperf.kernels.proportion import wilson

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
    assert (caught.value.code, caught.value.path) == ("out_of_range", ("level",))

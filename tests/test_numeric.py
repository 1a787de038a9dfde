"""Numbers and columns: divided, averaged and rounded by one path, and the ranges that they lie in."""

import copy
import math
import pickle
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf import Bounds, Interval, InvalidValueError
from salesperf.kernels.numeric import ROUNDINGS, as_result, is_column, ratio, round_fraction, weighted_mean
from salesperf.testing import assert_value, bounds, intervals

numbers = st.floats(-1e12, 1e12)
columns = st.lists(st.tuples(numbers, numbers | st.just(0.0)), min_size=1, max_size=9)


def code_and_path(call: Callable[[], object]) -> tuple[object, ...]:
    with pytest.raises(InvalidValueError) as caught:
        call()
    return (caught.value.code, *caught.value.path)


@given(columns)
def test_numbers_and_columns_agree_to_the_bit(pairs: list[tuple[float, float]]) -> None:
    tops, bottoms = (np.array(side) for side in zip(*pairs, strict=True))
    one_by_one = [ratio(top, bottom) for top, bottom in pairs]
    assert np.array_equal(ratio(tops, bottoms), one_by_one, equal_nan=True)
    assert all(type(quotient) is float for quotient in one_by_one)


@given(columns)
def test_a_ratio_over_nothing_is_undefined_and_any_other_is_the_quotient(pairs: list[tuple[float, float]]) -> None:
    for top, bottom in pairs:
        if bottom:
            assert ratio(top, bottom) == top / bottom
        else:
            assert math.isnan(ratio(top, bottom))


@given(st.lists(st.tuples(st.integers(-(10**6), 10**6), st.integers(0, 1000)), min_size=1, max_size=9))
def test_a_mean_lies_among_what_it_averages(pairs: list[tuple[int, int]]) -> None:
    values, weights = (np.array(side, dtype=float) for side in zip(*pairs, strict=True))
    mean = weighted_mean(values, weights)
    if weights.any():
        assert mean == pytest.approx(sum(value * weight for value, weight in pairs) / weights.sum(), rel=1e-12)
        assert values.min() - 1e-6 <= mean <= values.max() + 1e-6
    else:
        assert math.isnan(mean)


@given(st.fractions(max_denominator=1000), st.sampled_from(sorted(ROUNDINGS)))
def test_rounding_goes_to_a_neighbour_and_leaves_whole_numbers_alone(value: Fraction, name: Any) -> None:  # noqa: ANN401 - a name
    rounded = round_fraction(value, name)
    assert isinstance(rounded, int)
    assert math.floor(value) <= rounded <= math.ceil(value)
    assert round_fraction(Fraction(rounded), name) == rounded


@given(st.fractions(max_denominator=1000))
def test_each_rounding_does_what_its_name_says(value: Fraction) -> None:
    assert round_fraction(value, "floor") == math.floor(value)
    assert round_fraction(value, "ceiling") == math.ceil(value)
    assert round_fraction(value, "half_even") == round(value)
    away = math.floor(abs(value) + Fraction(1, 2))
    assert round_fraction(value) == (away if value >= 0 else -away)
    assert round_fraction(-value) == -round_fraction(value)


@given(intervals(), st.floats(allow_nan=False))
def test_both_ends_belong_to_an_interval(interval: Interval[float], value: float) -> None:
    assert interval.low in interval
    assert interval.high in interval
    assert (value in interval) == (interval.low <= value <= interval.high)
    assert_value(interval)


@given(bounds())
def test_bounds_are_no_interval(range_: Bounds[float]) -> None:
    assert range_ != Interval(range_.low, range_.high)
    assert range_.width >= 0 or math.isnan(range_.width)


@given(st.lists(st.tuples(numbers, numbers), min_size=1))
def test_an_interval_of_columns_is_read_only_and_stays_so(pairs: list[tuple[float, float]]) -> None:
    low, high = (np.array(side) for side in zip(*map(sorted, pairs), strict=True))
    interval = Interval(low, high, 0.9)
    low[0] = -math.inf  # the caller's array stays the caller's
    twins = [copy.copy(interval), copy.deepcopy(interval), pickle.loads(pickle.dumps(interval))]  # noqa: S301 - our own bytes
    for twin in (interval, *twins):
        assert twin == interval
        with pytest.raises(ValueError, match="read-only"):
            twin.low[0] = 0.0
        with pytest.raises(TypeError, match="unhashable"):
            hash(twin)
    assert np.array_equal(interval.width, interval.high - interval.low)


def test_ranges_are_equal_by_content() -> None:
    ends = np.array([0.0, math.nan])
    assert Interval(ends, ends) == Interval(ends.copy(), ends.copy())
    assert Interval(ends, ends) != Interval(ends, ends, 0.9)
    assert Interval(np.array([1.0]), np.array([1.0])) != Interval(1.0, 1.0)
    assert Interval(1.0, 2.0) != (1.0, 2.0)
    undefined = Interval(math.nan, math.nan)
    assert undefined == Interval(math.nan, math.nan)
    assert hash(undefined) == hash(Interval(math.nan, math.nan))


def test_numbers_of_any_kind_become_floats() -> None:
    interval: Interval[Any] = Interval(np.int64(1), np.float32(1.5))
    assert repr(interval) == "Interval(low=1.0, high=1.5, level=0.95)"
    assert repr(Bounds(1, np.float64(2))) == "Bounds(low=1.0, high=2.0)"
    assert Interval(np.array([1, 2]), np.array([3, 4])).low.dtype == np.float64


def test_a_number_may_stand_beside_a_column() -> None:
    one_sided = Interval(np.array([0.1, 0.2]), 1.0)
    assert 0.5 in one_sided
    assert 0.15 not in one_sided


@pytest.mark.parametrize(
    ("call", "arguments", "found"),
    [
        (
            Interval,
            (
                "0",
                1.0,
            ),
            ("not_numeric", "Interval", "low"),
        ),
        (
            Interval,
            (
                0.0,
                None,
            ),
            ("not_numeric", "Interval", "high"),
        ),
        (
            Interval,
            (
                True,
                1.0,
            ),
            ("not_numeric", "Interval", "low"),
        ),
        (
            Interval,
            (
                [0.0],
                [1.0],
            ),
            ("not_numeric", "Interval", "low"),
        ),
        (
            Interval,
            (
                np.array(["0"]),
                1.0,
            ),
            ("not_numeric", "Interval", "low"),
        ),
        (
            Interval,
            (
                10**400,
                10**401,
            ),
            ("not_numeric", "Interval", "low"),
        ),
        (
            Interval,
            (
                2.0,
                1.0,
            ),
            ("interval_reversed", "Interval"),
        ),
        (
            Interval,
            (
                np.array([0.0, 2.0]),
                np.array([1.0, 1.0]),
            ),
            ("interval_reversed", "Interval", 1),
        ),
        (
            Interval,
            (
                np.zeros((2, 2)),
                np.array([[0, 0], [-1, 0]]),
            ),
            ("interval_reversed", "Interval", 1, 0),
        ),
        (
            Interval,
            (
                np.zeros(2),
                np.zeros(3),
            ),
            ("length", "Interval", "high"),
        ),
        (
            Interval,
            (
                0.0,
                1.0,
                0,
            ),
            ("between", "Interval", "level"),
        ),
        (
            Interval,
            (
                0.0,
                1.0,
                1.0,
            ),
            ("between", "Interval", "level"),
        ),
        (
            Interval,
            (
                0.0,
                1.0,
                math.nan,
            ),
            ("between", "Interval", "level"),
        ),
        (
            Interval,
            (
                0.0,
                1.0,
                "95%",
            ),
            ("wrong_type", "Interval", "level"),
        ),
        (
            Interval,
            (
                0.0,
                1.0,
                np.array([0.9]),
            ),
            ("wrong_type", "Interval", "level"),
        ),
        (
            Bounds,
            (
                1.0,
                0.0,
            ),
            ("interval_reversed", "Bounds"),
        ),
        (
            Bounds,
            (
                1j,
                0.0,
            ),
            ("not_numeric", "Bounds", "low"),
        ),
        (round_fraction, (0.5,), ("wrong_type", "value")),
        (
            round_fraction,
            (
                Fraction(1, 2),
                "up",
            ),
            ("choice", "rounding"),
        ),
        (
            round_fraction,
            (
                Fraction(1, 2),
                [],
            ),
            ("choice", "rounding"),
        ),
    ],
)
def test_what_is_no_number_and_no_range_is_refused(
    call: Callable[..., object], arguments: tuple[object, ...], found: tuple[str | int, ...]
) -> None:
    assert code_and_path(lambda: call(*arguments)) == found


def test_a_result_has_the_shape_of_what_it_was_made_of() -> None:
    assert is_column(1.0, np.zeros(2))
    assert not is_column(1.0, np.float64(2), [1.0])
    assert type(as_result(np.float64(0.5), 1, 2)) is float
    assert isinstance(as_result(np.float64(0.5), np.zeros(1)), np.ndarray)


def test_halves_go_away_from_zero() -> None:
    # 四舍五入, the convention of the house: half up, away from zero.
    halves = (Fraction(-5, 2), Fraction(-1, 2), Fraction(1, 2), Fraction(5, 2))
    assert [round_fraction(half) for half in halves] == [-3, -1, 1, 3]
    assert [round_fraction(half, "half_even") for half in halves] == [-2, 0, 0, 2]

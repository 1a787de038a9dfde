"""Look-ups by knots: exact at a knot, within the values, monotone where the knots are, a number as a column."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf import InvalidValueError
from salesperf.kernels.interpolation import Line, StepFunction, count_passed
from salesperf.kernels.numeric import Column
from salesperf.kernels.scratch import Scratch

Knots = tuple[list[float], list[float]]

DECIMALS = st.integers(-(10**5), 10**5).map(lambda number: number / 1000)
"""As people write them: no binary fraction, and so prone to rounding errors."""
AWKWARD = st.one_of(DECIMALS, st.floats(-1e300, 1e300), st.sampled_from((0.0, 5e-324, -1e300, 1e300, 1e-310, 2.0**-1022)))


@st.composite
def knots(draw: st.DrawFn, numbers: st.SearchStrategy[float] = AWKWARD, *, is_rising: bool = False) -> Knots:
    points = sorted(draw(st.sets(numbers, min_size=1, max_size=7)))
    values = draw(st.lists(numbers, min_size=len(points), max_size=len(points)))
    return points, sorted(values) if is_rising else values


def around(points: Column) -> Column:
    """Return the knots, the floats beside them, and numbers between, before and after."""
    beside = [points]
    for direction in (-np.inf, np.inf):
        nearby = points
        for _ in range(4):
            nearby = np.nextafter(nearby, direction)
            beside.append(nearby)
    between = [low + (high - low) * share for low, high in pairwise(points.tolist()) for share in (0.1, 0.5, 0.9)]
    return np.sort(np.concatenate([*beside, between, [-np.inf, np.inf]]))


@given(knots())
def test_a_line_has_the_value_of_a_knot_at_the_knot(given_knots: Knots) -> None:
    points, values = given_knots
    assert np.array_equal(Line(points, values)(np.array(points)), values)


@given(knots())
def test_a_line_never_leaves_the_range_of_the_values(given_knots: Knots) -> None:
    points, values = given_knots
    line = Line(points, values)
    found = line(around(line.points))
    assert min(values) <= found.min() <= found.max() <= max(values)


@given(knots(is_rising=True))
def test_a_line_rises_where_its_knots_do(given_knots: Knots) -> None:
    line = Line(*given_knots)
    assert np.all(np.diff(line(around(line.points))) >= 0)


@given(knots(DECIMALS))
def test_a_line_is_that_of_numpy_but_for_a_rounding_error(given_knots: Knots) -> None:
    points, values = given_knots
    x = around(np.array(points))[1:-1]
    assert np.abs(Line(points, values)(x) - np.interp(x, points, values)).max() <= 1e-15 * 4 * max(map(abs, values))


@given(knots())
def test_steps_have_the_value_of_the_last_knot_that_is_not_above(given_knots: Knots) -> None:
    points, values = given_knots
    x = around(np.array(points))
    expected = [next((value for point, value in zip(points[::-1], values[::-1], strict=True) if point <= at), 7.0) for at in x]
    assert np.array_equal(StepFunction(points, values, below=7)(x), expected)


@given(knots(), st.lists(st.floats(), max_size=5))
def test_a_number_and_a_column_agree_to_the_bit(given_knots: Knots, others: list[float]) -> None:
    points, values = given_knots
    for look_up in (Line(points, values), StepFunction(points, values, below=-3)):
        x = np.concatenate([around(look_up.points), others])
        one_by_one = [look_up(number) for number in x.tolist()]
        assert np.array_equal(look_up(x), one_by_one, equal_nan=True)
        assert all(type(number) is float for number in one_by_one)


def test_a_segment_does_not_pass_its_end_where_it_would_for_numpy() -> None:
    start, end = -0.003, 0.0
    segments = [(low / 1000, high / 1000) for low in range(-9, 0) for high in range(1, 10)]
    run = math.nextafter(end, start) - start
    passing = [(low, high) for low, high in segments if (high - low) / (end - start) * run + low > high]
    assert passing
    for low, high in passing:
        assert Line([start, end], [low, high])(math.nextafter(end, start)) <= high


def test_a_line_so_steep_that_no_float_holds_its_slope_is_a_jump() -> None:
    line = Line([0.0, 1e-310], [0.0, 1e300])
    assert line(np.array([0.0, 5e-324, 1e-310])).tolist() == [0.0, 0.0, 1e300]


def test_nan_stays_nan_and_infinity_lies_beyond_the_last_knot() -> None:
    x = np.array([np.nan, -np.inf, np.inf])
    for look_up in (Line([0, 1], [5, 6]), StepFunction([0, 1], [5, 6], below=5)):
        assert np.array_equal(look_up(x), [np.nan, 5, 6], equal_nan=True)
        assert math.isnan(look_up(math.nan))


@given(knots(), st.lists(st.floats(allow_infinity=False), max_size=5))
def test_a_block_of_finite_numbers_is_looked_up_in_room_that_is_there_with_the_same_outcome(
    given_knots: Knots, others: list[float]
) -> None:
    points, values = given_knots
    x = np.concatenate([around(np.array(points))[1:-1], others])
    scratch = Scratch(x.size + 1)
    found = scratch.found[: x.size]
    for look_up in (Line(points, values), StepFunction(points, values, below=-3)):
        look_up.into(x, found, scratch)
        assert np.array_equal(found, look_up(x), equal_nan=True)


@pytest.mark.parametrize("count", [1, 2, 250, 251, 252, 300])
def test_many_knots_are_searched_and_few_compared_with_the_same_outcome(count: int) -> None:
    points = np.linspace(0, 1, count) if count > 1 else np.array([0.5])
    values = np.cos(points * 9)
    x = np.append(np.linspace(-0.1, 1.1, 70_000), np.nan)
    found = Line(points, values)(x)
    assert np.allclose(found[:-1], np.interp(x[:-1], points, values), rtol=0, atol=1e-13)
    assert math.isnan(found[-1])
    below = np.append(-5.0, values)[np.searchsorted(points, x[:-1], side="right")]
    assert np.array_equal(StepFunction(points, values, below=-5)(x), np.append(below, np.nan), equal_nan=True)


@given(knots(), st.lists(st.floats(allow_nan=False)))
def test_as_many_points_are_counted_as_a_search_passes(given_knots: Knots, x: list[float]) -> None:
    points = np.array(given_knots[0])
    assert np.array_equal(count_passed(np.array(x), points), np.searchsorted(points, np.array(x), side="right"))


def test_columns_of_any_shape_and_kind_are_looked_up() -> None:
    line = Line([0, 4], [0, 8])
    assert line(np.array([[1, 2], [3, 9]])).tolist() == [[2, 4], [6, 8]]
    assert line(np.array([], dtype=np.int64)).tolist() == []
    assert line(np.array([1.5], dtype=np.float32)).tolist() == [3.0]
    assert (line(True), line(np.float32(0.5)), line(np.int8(2))) == (2.0, 1.0, 4.0)  # noqa: FBT003 - a number too


def test_what_is_looked_up_cannot_be_changed() -> None:
    line, steps = Line([0, 1], [0, 1]), StepFunction([0], [1], below=0)
    for column in (line.points, line.values, steps.points, steps.values):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 9


@pytest.mark.parametrize(
    ("points", "values", "code", "path"),
    [
        ([], [], "no_knots", ("points",)),
        ([0, 1], [0], "length", ("values",)),
        ([0, 2, 1], [0, 1, 2], "points_not_rising", ("points", 2)),
        ([0, 0], [0, 1], "points_not_rising", ("points", 1)),
        ([0, math.nan], [0, 1], "out_of_range", ("points", 1)),
        ([0, 1], [math.inf, 1], "out_of_range", ("values", 0)),
        ([0, 1], ["a", 1], "not_numeric", ("values",)),
        ([[0, 1]], [0], "dimensions", ("points",)),
        ([0, 10**400], [0, 1], "not_numeric", ("points",)),
    ],
)
def test_knots_that_are_none_are_refused_with_their_position(
    points: list[float], values: list[float], code: str, path: tuple[str | int, ...]
) -> None:
    for make in (lambda: Line(points, values), lambda: StepFunction(points, values, below=0)):
        with pytest.raises(InvalidValueError) as caught:
            make()
        assert (caught.value.code, caught.value.path) == (code, path)


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(InvalidValueError) as caught:
        Line([0, 1], [0, 1])("a")  # type: ignore[call-overload] # that is the fault
    assert caught.value.code == "not_numeric"
    with pytest.raises(InvalidValueError) as caught:
        Line([0, 1], [0, 1])(np.array(["a"]))
    assert caught.value.code == "not_numeric"
    with pytest.raises(InvalidValueError) as caught:
        StepFunction([0], [1], below=math.nan)
    assert (caught.value.code, caught.value.path) == ("out_of_range", ("below", 0))

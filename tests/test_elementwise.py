"""Numbers and columns by one path: spread, checked, taken in blocks."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from salesperf.errors import InvalidValueError
from salesperf.kernels.elementwise import elementwise, refuse_where, spread
from salesperf.kernels.numeric import Column


@elementwise()
def growth(current: Column, previous: Column) -> Column:
    rate: Column = np.exp(np.log(current) - np.log(previous))
    return rate


def test_a_number_gives_a_float_and_a_column_a_column_of_its_shape() -> None:
    assert type(growth(3, 2)) is float
    assert type(growth(np.float32(3), np.int64(2))) is float
    result = growth(np.array([[3, 2], [4, 1]]), 2)
    assert isinstance(result, np.ndarray)
    assert result.shape == (2, 2)
    assert result.dtype == np.float64


@given(npst.arrays(np.float64, st.integers(0, 60), elements=st.floats(1e-300, 1e300)), st.integers(1, 4))
def test_an_element_does_not_depend_on_its_neighbours_or_its_place_in_memory(values: Column, step: int) -> None:
    whole = growth(values[::step], 7.0)
    assert np.array_equal(whole, np.array([growth(float(value), 7.0) for value in values[::step]]))


def test_a_column_longer_than_a_block_is_the_column_of_its_parts() -> None:
    values = np.arange(1.0, 100_000.0)
    parts = [growth(part, 3.0) for part in np.split(values, [1, 32_769, 70_001])]
    assert np.array_equal(growth(values, 3.0), np.concatenate(parts))


def test_an_empty_column_stays_empty() -> None:
    assert np.array_equal(growth(np.array([]), 2.0), np.array([]))


def test_nothing_warns_since_nan_and_infinity_say_it() -> None:
    rates = growth(np.array([-1.0, 0.0, 1.0]), np.array([1.0, 0.0, 0.0]))
    assert np.array_equal(rates, [np.nan, np.nan, np.inf], equal_nan=True)


def test_arguments_by_name_are_the_arguments_by_position() -> None:
    assert growth(previous=4.0, current=8.0) == growth(8.0, 4.0)


def test_whole_numbers_and_truths_count_as_numbers() -> None:
    columns = spread({"won": np.array([True, False]), "n": np.array([2, 3], dtype=np.int8)})
    assert [column.tolist() for column in columns.values()] == [[1.0, 0.0], [2.0, 3.0]]


def test_small_integers_do_not_wrap() -> None:
    @elementwise()
    def total(left: Column, right: Column) -> Column:
        return left + right

    assert total(np.array([100], dtype=np.int8), np.array([100], dtype=np.int8)).tolist() == [200.0]  # type: ignore[union-attr] # a column gives a column


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("12", "not_numeric"),
        (None, "not_numeric"),
        ([1.0, 2.0], "not_numeric"),
        (1j, "not_numeric"),
        (np.array(["12"]), "not_numeric"),
        (np.array([1j]), "not_numeric"),
        (np.array([None]), "not_numeric"),
        (np.ma.array([1.0], mask=[True]), "masked"),
        (10**400, "not_finite"),
    ],
)
def test_what_is_neither_number_nor_column_of_numbers_is_refused(value: Any, code: str) -> None:  # noqa: ANN401 - any wrong value
    with pytest.raises(InvalidValueError) as caught:
        growth(1.0, value)
    assert (caught.value.code, caught.value.path) == (code, ("previous",))


@pytest.mark.parametrize("shape", [(1,), (2,), (3, 1), (1, 3), ()])
def test_columns_of_unlike_shapes_are_refused_not_stretched(shape: tuple[int, ...]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        growth(np.ones(3), np.ones(shape))
    assert (caught.value.code, caught.value.path) == ("length", ("previous",))


def test_the_first_wrong_element_is_told_by_its_position() -> None:
    values = np.array([[0.0, 1.0], [-1.0, -2.0]])
    with pytest.raises(InvalidValueError) as caught:
        refuse_where(values < 0, "not_positive", "values", values)
    assert caught.value.path == ("values", 1, 0)
    assert str(caught.value) == "values:1:0: expected a finite number above 0, got -1.0"


def test_a_wrong_number_has_no_position() -> None:
    with pytest.raises(InvalidValueError) as caught:
        refuse_where(np.array([True])[0], "not_positive", "value", np.array(-1.0))
    assert caught.value.path == ("value",)

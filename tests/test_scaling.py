"""Columns of whole numbers times exact fractions: each as Python's integers give it, whatever the way."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from salesperf import InvalidValueError
from salesperf.kernels.numeric import INT64_MAX, ROUNDINGS, Rounding, round_fraction
from salesperf.kernels.scaling import scale_integers

SMALL, LARGE = st.integers(0, 20), st.integers(0, 2**62)
fractions = st.builds(Fraction, SMALL, st.integers(1, 20)) | st.builds(Fraction, LARGE, st.integers(1, 2**62))
wholes = st.integers(-30, 30) | st.integers(-INT64_MAX, INT64_MAX)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[int], list[Fraction], list[int]]:
    """Numbers, fractions, and which goes with which."""
    ratios = draw(st.lists(fractions, min_size=1, max_size=3))
    rows = draw(st.lists(st.tuples(wholes, st.integers(0, len(ratios) - 1)), max_size=6))
    return [value for value, _ in rows], ratios, [place for _, place in rows]


@example(([1, 2**62], [Fraction(3)], [0, 0]), "floor")
@given(cases(), st.sampled_from(list(ROUNDINGS)))
def test_each_product_is_exact_and_rounded_once(case: tuple[list[int], list[Fraction], list[int]], rounding: Rounding) -> None:
    values, ratios, places = case
    exact = [round_fraction(value * ratios[place], rounding) for value, place in zip(values, places, strict=True)]
    columns = (np.array(values, dtype=np.int64), ratios, np.array(places, dtype=np.int64))
    beyond = [row for row, product in enumerate(exact) if abs(product) > INT64_MAX]
    if beyond:
        with pytest.raises(InvalidValueError) as caught:
            scale_integers(*columns, rounding)
        assert (caught.value.code, caught.value.path) == ("amount_overflow", ("minor", beyond[0]))
    else:
        assert scale_integers(*columns, rounding).tolist() == exact


@given(st.integers(1, 2**31), st.integers(1, 2**31), st.integers(0, 2**63 - 1), st.sampled_from(list(ROUNDINGS)))
def test_nothing_wraps_at_the_edge_of_what_is_quick(top: int, bottom: int, value: int, rounding: Rounding) -> None:
    ratio = Fraction(top, bottom)
    value = min(value, INT64_MAX * bottom // top - bottom)
    column = np.array([value, -value])
    expected = [round_fraction(value * ratio, rounding), round_fraction(-value * ratio, rounding)]
    assert scale_integers(column, [ratio], np.zeros(2, dtype=np.int64), rounding).tolist() == expected


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [
        ("half_up", [1, -1, 2, -2, 1, -1]),
        ("half_even", [0, 0, 2, -2, 1, -1]),
        ("floor", [0, -1, 1, -2, 0, -1]),
        ("ceiling", [1, 0, 2, -1, 1, 0]),
    ],
)
def test_halves_go_where_the_rounding_says(rounding: Rounding, expected: list[int]) -> None:
    values, places = np.array([1, -1, 3, -3, 1, -1]), np.array([0, 0, 0, 0, 1, 1])
    assert scale_integers(values, [Fraction(1, 2), Fraction(2, 3)], places, rounding).tolist() == expected


def test_a_rounding_that_there_is_not_is_refused() -> None:
    rounding: Any = "up"
    with pytest.raises(InvalidValueError) as caught:
        scale_integers(np.array([1]), [Fraction(1)], np.array([0]), rounding)
    assert (caught.value.code, caught.value.path) == ("choice", ("rounding",))

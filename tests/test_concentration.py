"""Concentration: Herfindahl and Gini of what parts have of a whole."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from salesperf import InvalidValueError
from salesperf.kernels.concentration import gini, herfindahl
from salesperf.kernels.numeric import Column

columns = arrays(np.float64, st.integers(1, 20), elements=st.floats(0, 1e12))
MEASURES = pytest.mark.parametrize("measure", [gini, herfindahl])
TOLERANCE = 1e-12
"""Absolute: sums of at most 20 shares, each within [0, 1]."""


@given(columns.filter(np.any))
def test_both_lie_between_equal_parts_and_one_part_that_has_everything(values: Column) -> None:
    n = values.size
    assert 1 / n - TOLERANCE <= herfindahl(values) <= 1 + TOLERANCE
    assert -TOLERANCE <= gini(values) <= 1 - 1 / n + TOLERANCE


@MEASURES
@given(values=columns.filter(np.any), seed=st.integers(0, 99))
def test_neither_order_nor_unit_matters(measure: Callable[[Column], float], values: Column, seed: int) -> None:
    shuffled = np.random.default_rng(seed).permutation(values)
    assert measure(shuffled) == pytest.approx(measure(values), abs=TOLERANCE)
    assert measure(values * 1024.0) == pytest.approx(measure(values), abs=TOLERANCE)


@given(columns.filter(np.any), st.integers(2, 5))
def test_copies_of_a_whole_divide_the_herfindahl_index_and_leave_the_gini_coefficient(values: Column, copies: int) -> None:
    many = np.tile(values, copies)
    assert herfindahl(many) == pytest.approx(herfindahl(values) / copies, abs=TOLERANCE)
    assert gini(many) == pytest.approx(gini(values), abs=TOLERANCE)


@MEASURES
@pytest.mark.parametrize("values", [[], [0.0], [0.0, 0.0]])
def test_nothing_to_divide_is_undefined_not_equal(measure: Callable[[Column], float], values: list[float]) -> None:
    assert math.isnan(measure(np.array(values)))


@pytest.mark.parametrize("n", [1, 2, 7])
def test_the_two_extremes(n: int) -> None:
    one_has_everything = np.eye(1, n)[0]
    assert herfindahl(np.ones(n)) == pytest.approx(1 / n, rel=TOLERANCE)
    assert gini(one_has_everything) == pytest.approx(1 - 1 / n, rel=TOLERANCE)
    assert (gini(np.ones(n)), herfindahl(one_has_everything)) == (0.0, 1.0)


def test_published_cases(oracle: Callable[[str], Any]) -> None:
    # concentration.json: exact arithmetic over fractions, rounded once.
    cases = oracle("concentration.json")["concentration"]
    assert cases
    for case in cases:
        values = np.array(case["x"], dtype=np.float64)
        for found, expected in ((gini(values), case["gini_population"]), (herfindahl(values), case["hhi"])):
            assert math.isnan(found) if expected is None else found == pytest.approx(expected, rel=1e-12, abs=1e-15)


@MEASURES
@pytest.mark.parametrize(
    ("values", "code", "path"),
    [
        (np.array([1.0, -1.0]), "out_of_range", ("values", 1)),
        (np.array([math.nan]), "not_finite", ("values", 0)),
        (np.array([1.0, math.inf]), "not_finite", ("values", 1)),
        (np.ones((2, 2)), "dimensions", ("values",)),
        (3.0, "dimensions", ("values",)),
        ([1.0], "not_numeric", ("values",)),
    ],
)
def test_what_cannot_be_divided_is_refused(
    measure: Callable[[Any], float],
    values: object,
    code: str,
    path: tuple[str | int, ...],
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        measure(values)
    assert (caught.value.code, caught.value.path) == (code, path)

"""Worked examples of a signed table that is rounded, and what is refused; the laws stand among the laws."""

from fractions import Fraction

import numpy as np
import pytest

from salesperf import InvalidValueError
from salesperf.errors import InfeasibleError
from salesperf.kernels.apportionment import round_to_margins, round_to_total

HALVES = [[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.5, 0.5]]


def test_margins_that_clash_give_way_to_margins_of_a_table() -> None:
    # Each column by itself would be rounded by position, down for both columns of the second row, which is 1.
    assert round_to_total([0.5] * 4, 2).tolist() == [1, 1, 0, 0]
    for table in (HALVES, [list(column) for column in zip(*HALVES, strict=True)]):
        parts = round_to_margins(table, 2)
        assert min((parts.sum(axis=1).tolist(), parts.sum(axis=0).tolist()), key=len) == [1, 1]
        assert parts.max() == 1


def test_numbers_of_any_kind_count_exactly() -> None:
    assert round_to_margins(np.array([[0.5, 0.5], [0.25, -1.25]]), 0).tolist() == [[1, 0], [0, -1]]
    # Nothing is lost of a number that is less than a float can be, nor beside one that is as large as may be.
    least = Fraction(1, 10**400)
    assert round_to_margins([[least, 2**62], [1 - least, -(2**62)]], 1).tolist() == [[0, 2**62], [1, -(2**62)]]
    assert round_to_margins([[3, -4]], -1).tolist() == [[3, -4]]


def test_a_table_of_nothing_is_nothing() -> None:
    assert round_to_margins([], 0).shape == (0, 0)
    assert round_to_margins([[], []], 0).shape == (2, 0)


@pytest.mark.parametrize(
    ("values", "code", "path"),
    [
        ([[1, 2], [3]], "length", ("values", 1)),
        ([[1, 2], [3, float("nan")]], "not_finite", ("values", 1, 1)),
        ([[1, "2"]], "wrong_type", ("values", 0, 1)),
        ([[1, 2**63]], "beyond_int64", ("values", 0, 1)),
    ],
)
def test_what_is_no_table_of_numbers_is_refused(values: list[list[float]], code: str, path: tuple[str, int]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        round_to_margins(values, 3)
    assert (caught.value.code, caught.value.path) == (code, path)


@pytest.mark.parametrize("total", [0, 3])
def test_a_total_that_is_not_the_sum_down_or_up_is_refused(total: int) -> None:
    with pytest.raises(InfeasibleError):
        round_to_margins([[0.5], [0.75]], total)

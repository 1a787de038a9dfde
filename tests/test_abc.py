"""ABC: classes by value."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf import InvalidValueError
from salesperf.grading import abc

whole_values = st.lists(st.integers(0, 50), max_size=30).filter(any)


def by_the_book(values: list[int], cuts: tuple[Fraction, ...]) -> list[str]:
    """Class in exact numbers, one value after the other, the largest first; equals share the class of their first."""
    total, before = sum(values), 0
    letters: dict[int, str] = {}
    for value in sorted(values, reverse=True):
        letters.setdefault(value, "ABCDEF"[sum(Fraction(before, total) >= cut for cut in cuts)])
        before += value
    return [letters[value] for value in values]


@given(whole_values)
def test_the_classes_are_those_of_exact_numbers(values: list[int]) -> None:
    assert abc(np.array(values)).tolist() == by_the_book(values, (Fraction(80, 100), Fraction(95, 100)))
    cuts = (Fraction(1, 10), Fraction(1, 4), Fraction(1, 2), Fraction(3, 4))
    assert abc(values, [0.1, 0.25, 0.5, 0.75]).tolist() == by_the_book(values, cuts)


@given(whole_values, st.randoms(use_true_random=False))
def test_the_order_in_which_values_are_given_never_matters(values: list[int], random: Any) -> None:  # noqa: ANN401 - random.Random
    shuffled = list(range(len(values)))
    random.shuffle(shuffled)
    letters = abc(values)
    assert abc([values[place] for place in shuffled]).tolist() == letters[shuffled].tolist()


@given(whole_values, st.integers(1, 1000))
def test_the_unit_never_matters_and_more_is_never_worse(values: list[int], unit: int) -> None:
    letters = abc(values)
    assert abc([value * unit for value in values]).tolist() == letters.tolist()
    order = np.argsort(values)[::-1]
    assert letters[order].tolist() == sorted(letters.tolist())
    assert letters[order[0]] == "A"


def test_the_classes_are_those_of_the_exact_oracle(oracle: Callable[[str], Any]) -> None:
    # concentration.json, by exact fractions, the item that crosses a cut included; of zeros alone nothing is a share
    compared = 0
    for case in oracle("concentration.json")["concentration"]:
        expected = case["abc_item_that_crosses_is_included"]
        if expected is not None:
            assert abc(case["x"]).tolist() == expected
            compared += 1
    assert compared > 5


def test_blocks_do_not_show() -> None:
    # 100,000 equal values share the first class; of 100,000 that fall, exact sums of whole numbers tell
    assert set(abc(np.ones(100_000)).tolist()) == {"A"}
    values = np.arange(100_000)
    descending = values[::-1]
    before = np.concatenate(([0], np.cumsum(descending)[:-1]))
    expected = np.where(before * 100 < 80 * values.sum(), "A", np.where(before * 100 < 95 * values.sum(), "B", "C"))
    assert (abc(descending) == expected).all()


def test_values_near_the_end_of_the_floats_have_shares_too() -> None:
    assert abc([1.7e308, 1.7e308, 1e300]).tolist() == ["A", "A", "C"]
    assert abc([5e-324]).tolist() == ["A"]
    assert abc([]).tolist() == []
    assert abc(np.array([3], dtype=np.uint8)).dtype == np.dtype("<U1")


@pytest.mark.parametrize(
    ("arguments", "code", "path"),
    [
        (([1.0, -1.0],), "out_of_range", ("values", 1)),
        (([1.0, float("nan")],), "not_finite", ("values", 1)),
        (([1.0, float("inf")],), "not_finite", ("values", 1)),
        (([0, 0],), "nothing_to_class", ("values",)),
        ((np.ones((1, 1)),), "dimensions", ("values",)),
        ((["a"],), "not_a_number", ("values", 0)),
        (("abc",), "not_numbers", ("values",)),
        ((np.ma.array([1.0], mask=[True]),), "masked", ("values",)),
        (([Decimal("sNaN")],), "not_finite", ("values", 0)),
        (([10**400],), "not_finite", ("values", 0)),
        (([1], (0.8, 0.8)), "between", ("cuts", 1)),
        (([1], (0.0,)), "between", ("cuts", 0)),
        (([1], (1,)), "between", ("cuts", 0)),
        (([1], ()), "out_of_range", ("cuts",)),
        (([1], 0.8), "wrong_type", ("cuts",)),
        (([1], ("a",)), "wrong_type", ("cuts", 0)),
    ],
)
def test_malformed_arguments_are_refused(arguments: Any, code: str, path: tuple[object, ...]) -> None:  # noqa: ANN401 - malformed
    with pytest.raises(InvalidValueError) as caught:
        abc(*arguments)
    assert (caught.value.code, caught.value.path) == (code, path)


def test_rows_of_unlike_lengths_are_refused() -> None:
    wrong: Any = [1, []]
    with pytest.raises(InvalidValueError) as caught:
        abc(wrong)
    assert (caught.value.code, caught.value.path) == ("not_a_number", ("values", 1))

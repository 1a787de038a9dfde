"""Columns by codes, and columns of numbers: whatever makes none is refused in its row, by an error of ours."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from salesperf import Curve, Lead, LeadChange, SalesperfError
from salesperf.grading import Codes
from salesperf.model.codes import numbers_of

any_codes: Any = Codes
NO_NUMBER = Decimal("sNaN")


def refusal(call: Any, *arguments: Any) -> tuple[str, tuple[str | int, ...]]:  # noqa: ANN401 - whatever refuses
    with pytest.raises(SalesperfError) as caught:
        call(*arguments)
    return caught.value.code, caught.value.path


@pytest.mark.parametrize(
    ("codes", "labels", "code", "path"),
    [
        (None, ("a",), "not_codes", ("codes",)),
        ([0], ("a",), "not_codes", ("codes",)),
        (np.array([0.0]), ("a",), "not_codes", ("codes",)),
        (np.array([[0]]), ("a",), "not_codes", ("codes",)),
        (np.array([0]), None, "wrong_type", ("labels",)),
        (np.array([0]), ("a", "a"), "not_unique", ("labels",)),
        (np.array([0]), ("a", []), "unhashable", ("labels", 1)),
        (np.array([0]), (NO_NUMBER,), "not_finite", ("labels", 0)),
        (np.array([0, 1]), ("a",), "out_of_range", ("codes", 1)),
    ],
)
def test_what_makes_no_codes_is_refused(codes: object, labels: object, code: str, path: tuple[object, ...]) -> None:
    assert refusal(any_codes, codes, labels) == (code, path)


@pytest.mark.parametrize(
    ("values", "code", "path"),
    [
        (None, "wrong_type", ("values",)),
        (np.array(3), "wrong_type", ("values",)),
        (["a", ["b"]], "unhashable", ("values", 1)),
        ([1, NO_NUMBER], "not_finite", ("values", 1)),
        ([True, "a", 1], "flags_beside_numbers", ("values", 2)),
        ([0.0, 2, False], "flags_beside_numbers", ("values", 2)),
    ],
)
def test_values_that_no_codes_can_stand_for_are_refused(values: object, code: str, path: tuple[object, ...]) -> None:
    assert refusal(any_codes.of, values) == (code, path)


def test_yes_and_no_stand_beside_numbers_that_they_do_not_equal() -> None:
    assert any_codes.of(iter([True, 2, None, True])).labels == (True, 2, None)
    assert Codes(np.array([0]), ["a"]).labels == ("a",)


def test_numbers_of_any_kind_make_a_column() -> None:
    assert numbers_of([1, 0.5, Decimal("0.25"), Fraction(1, 8), np.float32(2), True], "x").tolist() == [
        1,
        0.5,
        0.25,
        0.125,
        2,
        1,
    ]
    whole = np.arange(3)
    assert numbers_of(whole, "x").dtype == np.float64


@pytest.mark.parametrize(
    ("values", "code", "path"),
    [
        ("0.5", "not_numbers", ("x",)),
        (None, "not_numbers", ("x",)),
        (["a"], "not_a_number", ("x", 0)),
        ([1, [2]], "not_a_number", ("x", 1)),
        ([[1]], "dimensions", ("x",)),
        ([1, NO_NUMBER], "not_finite", ("x", 1)),
        ([10**400], "not_finite", ("x", 0)),
    ],
)
def test_what_makes_no_column_of_numbers_is_refused(values: object, code: str, path: tuple[object, ...]) -> None:
    assert refusal(numbers_of, values, "x") == (code, path)


def test_an_array_where_a_number_or_a_date_was_expected_is_told_as_one() -> None:
    any_curve: Any = Curve
    with pytest.raises(SalesperfError, match=r"got an array of float64"):
        any_curve([(np.array([1.0, 2.0]), 3)])
    any_lead: Any = Lead(id="l-1", history=[LeadChange(date(2026, 9, 1), status="new")])
    with pytest.raises(SalesperfError, match=r"day: expected a date such as date\(2026, 9, 30\), got None"):
        any_lead.as_of(None)

"""Scales: values into points, the same for a number, a category and a column."""

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf import Categories, Curve, Flag, InvalidValueError, Steps, UnknownNameError
from salesperf.model.scale import Points, Scale
from salesperf.testing import curves, scales, steps

LOOKED_UP = st.floats(-100, 1100)


@given(scales())
def test_a_scale_reaches_both_ends_of_its_range(scale: Scale) -> None:
    if isinstance(scale, Flag):
        given_points = [scale.points(True), scale.points(False)]  # noqa: FBT003 - the one thing that is asked
    elif isinstance(scale, Categories):
        given_points = [scale.points(name) for name in scale.worth]
        given_points += [scale.points("nobody")] if scale.unknown == "points" else []
    else:
        values = [float(value) for value, _ in scale.knots]
        given_points = [scale.points(value) for value in (-1e9, *values)]
    assert (min(given_points), max(given_points)) == (scale.low, scale.high)


@given(curves(is_rising=True) | steps(is_rising=True), st.lists(LOOKED_UP))
def test_a_rising_scale_gives_rising_points(scale: Curve | Steps, values: list[float]) -> None:
    assert np.all(np.diff(scale.points(np.sort(values))) >= 0)


@given(curves() | steps(), st.lists(LOOKED_UP))
def test_the_points_of_a_number_are_those_in_a_column(scale: Curve | Steps, values: list[float]) -> None:
    assert scale.points(np.array(values)).tolist() == [scale.points(value) for value in values]


def test_knots_are_kept_as_they_are_given() -> None:
    knots = ((0, Decimal("0.5")), (Fraction(1, 3), 2.5))
    assert Curve(knots).knots == knots
    assert Curve([[*knot] for knot in knots]) == Curve(knots)
    assert repr(Curve([(np.float64(0.5), 1)])) == "Curve(knots=((0.5, 1),))"
    assert repr(Categories({"a": np.float64(0.5)}).worth["a"]) == "0.5"


def test_an_unknown_category_is_what_the_policy_says() -> None:
    worth: dict[str, Points] = {"a": 1, "b": Decimal("2.5")}
    assert Categories(worth).points("b") == 2.5
    assert math.isnan(Categories(worth, unknown="as_missing").points("c"))
    assert Categories(worth, unknown="points", unknown_points=7).points("c") == 7.0
    assert (Categories(worth, unknown="points", unknown_points=7).high, Categories(worth, unknown_points=7).high) == (7.0, 2.5)
    with pytest.raises(UnknownNameError) as caught:
        Categories(worth).points("c")
    assert (caught.value.code, caught.value.params["choices"]) == ("unknown_category", "'a', 'b'")


@pytest.mark.parametrize(
    ("make", "code", "path"),
    [
        (lambda: Curve([]), "no_knots", ("Curve", "knots")),
        (lambda: Curve([(0, 1), (0, 2)]), "points_not_rising", ("Curve", "knots", 1)),
        (lambda: Steps([(1, 1), (0, 2)]), "points_not_rising", ("Steps", "knots", 1)),
        (lambda: Curve([(0, 1), (1, 2, 3)]), "length", ("Curve", "knots", 1)),
        (lambda: Curve([(0, 1), 3]), "wrong_type", ("Curve", "knots", 1)),  # type: ignore[list-item] # the fault
        (lambda: Curve(3), "wrong_type", ("Curve", "knots")),  # type: ignore[arg-type] # the fault
        (lambda: Curve([(0, math.nan)]), "not_finite", ("Curve", "knots", 0)),
        (lambda: Curve([("a", 1)]), "wrong_type", ("Curve", "knots", 0)),
        (lambda: Curve([(0, 10**9 + 1)]), "out_of_range", ("Curve", "knots", 0)),
        (lambda: Curve([(10**301, 1)]), "out_of_range", ("Curve", "knots", 0)),
        (lambda: Steps([(0, 1)], below=Decimal(-(10**10))), "out_of_range", ("Steps", "below")),
        (lambda: Categories({}), "no_categories", ("Categories", "worth")),
        (lambda: Categories({"a": 10**10}), "out_of_range", ("Categories", "worth", 0)),
        (lambda: Categories({"a": "b"}), "wrong_type", ("Categories", "worth", 0)),  # type: ignore[dict-item] # the fault
        (lambda: Categories(3), "wrong_type", ("Categories", "worth")),  # type: ignore[arg-type] # the fault
        (lambda: Categories({"a": 1}, unknown="guess"), "choice", ("Categories", "unknown")),  # type: ignore[arg-type] # the fault
        (lambda: Flag(True), "wrong_type", ("Flag", "yes")),  # noqa: FBT003 - that is the fault
        (lambda: Flag(1, -(10**10)), "out_of_range", ("Flag", "no")),
    ],
)
def test_a_scale_that_is_none_is_refused(make: Callable[[], Any], code: str, path: tuple[str | int, ...]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        make()
    assert (caught.value.code, caught.value.path) == (code, path)


def test_what_is_no_category_and_no_flag_is_refused() -> None:
    wrong: Any = []
    for ask, path in ((Categories({"a": 1}).points, ("category",)), (Flag(1).points, ("is_so",))):
        with pytest.raises(InvalidValueError) as caught:
            ask(wrong)
        assert (caught.value.code, caught.value.path) == ("wrong_type", path)

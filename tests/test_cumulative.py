"""Dividing over time with amounts to be reached on the way: laws, worked examples, refusals."""

from fractions import Fraction
from itertools import accumulate
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf import InfeasibleError, InvalidValueError, SalesperfError
from salesperf.kernels.apportionment import apportion, apportion_cumulative


@st.composite
def tasks(draw: st.DrawFn) -> tuple[int, list[int], list[int]]:
    """Draw a total, weights, and amounts to be reached that can be."""
    weights = draw(st.lists(st.integers(0, 20), min_size=1, max_size=8).filter(any))
    total = draw(st.integers(0, 60))
    reach = [
        draw(st.integers(-3, total)) if any(weights[: position + 1]) and draw(st.booleans()) else 0
        for position in range(len(weights))
    ]
    return total, weights, reach


def majorant(total: int, weights: list[int], reach: list[int]) -> list[Fraction]:
    """Return the sums so far of the taut string, as the least concave curve over all points to be reached.

    At each place it is the greatest height of a chord between a point before it and one after, found by trying all.
    """
    sums = [0, *accumulate(weights)]
    points = [(0, 0), *((at, max(least, 0)) for at, least in zip(sums[1:], reach, strict=True)), (sums[-1], total)]
    heights = []
    for at in sums[1:]:
        chords = [
            Fraction(low * (right - at) + high * (at - left), right - left)
            for left, low in points
            for right, high in points
            if left <= at <= right and left < right
        ]
        heights.append(max(chords))
    return heights


@given(tasks())
def test_all_is_divided_and_what_is_to_be_reached_is(task: tuple[int, list[int], list[int]]) -> None:
    total, weights, reach = task
    parts = apportion_cumulative(total, weights, reach).tolist()
    assert sum(parts) == total
    assert min(parts) >= 0
    assert all(done >= least for done, least in zip(accumulate(parts), reach, strict=True))


@given(tasks())
def test_the_sums_so_far_are_those_of_the_taut_string_but_for_rounding(task: tuple[int, list[int], list[int]]) -> None:
    total, weights, reach = task
    parts = apportion_cumulative(total, weights, reach).tolist()
    # Each part is within a unit of its share between two bends; so the sums so far are within as many as there are parts.
    assert all(
        abs(done - height) < len(parts) for done, height in zip(accumulate(parts), majorant(total, weights, reach), strict=True)
    )
    scaled = 10**9
    fine = apportion_cumulative(total * scaled, weights, [least * scaled for least in reach]).tolist()
    assert all(
        abs(Fraction(done, scaled) - height) < Fraction(len(parts), scaled)
        for done, height in zip(accumulate(fine), majorant(total, weights, reach), strict=True)
    )


@given(tasks())
def test_what_does_not_bind_changes_nothing(task: tuple[int, list[int], list[int]]) -> None:
    total, weights, _ = task
    parts = apportion(total, weights)
    assert apportion_cumulative(total, weights, list(accumulate(parts.tolist()))).tolist() == parts.tolist()
    assert apportion_cumulative(total, np.array(weights), [0] * len(weights)).tolist() == parts.tolist()


def test_a_checkpoint_pulls_work_forward_and_leaves_the_rest_in_proportion() -> None:
    # 120 over four quarters, 80 by the half year: 40 and 40, then 20 and 20; by hand.
    assert apportion_cumulative(120, [1, 1, 1, 1], [0, 80, 0, 0]).tolist() == [40, 40, 20, 20]
    # 10 by thirds, 7 after two: the first two share 7.
    assert apportion_cumulative(10, [1, 1, 1], [4, 7, 0]).tolist() == [4, 3, 3]
    # The later point asks for the steeper start: 90 by the third part lifts the first three alike.
    assert apportion_cumulative(100, np.array([1.0, 1.0, 1.0, 1.0]), [0, 40, 90, 0]).tolist() == [30, 30, 30, 10]


def test_rounding_alone_never_falls_short_of_what_is_to_be_reached() -> None:
    # Shares of 5/3, 5/3, 5/3 reach 10/3 by the second, so that 4 binds only after rounding [2, 2, 1]; here it is the first
    # that rounding leaves at 1 where 2 are asked for.
    assert apportion_cumulative(4, [1, 1, 1], [0, 0, 0]).tolist() == [2, 1, 1]
    assert apportion_cumulative(5, [2, 3, 2], [0, 4, 0]).tolist() == [2, 2, 1]


def test_a_string_may_bend_at_every_part() -> None:
    # Each part is to reach all that is left but for one less than before: the parts fall by one, and each point binds.
    parts = list(range(1500, 0, -1))
    assert apportion_cumulative(sum(parts), [1] * 1500, list(accumulate(parts))).tolist() == parts


@pytest.mark.parametrize(
    ("total", "weights", "reach", "kind", "code", "path"),
    [
        (-1, [1], [0], InvalidValueError, "not_a_count", ("total",)),
        ("7", [1], [0], InvalidValueError, "wrong_type", ("total",)),
        (2.0, [1], [0], InvalidValueError, "wrong_type", ("total",)),
        (2**63, [1], [0], InvalidValueError, "beyond_int64", ("total",)),
        (1, 5, [0], InvalidValueError, "wrong_type", ("weights",)),
        (1, "1", [0], InvalidValueError, "wrong_type", ("weights",)),
        (1, [1], 5, InvalidValueError, "wrong_type", ("reach",)),
        (1, [1, 1], [0], InvalidValueError, "length", ("reach",)),
        (1, [1, 1], [0, None], InvalidValueError, "wrong_type", ("reach", 1)),
        (1, [1, 1], [0, "x"], InvalidValueError, "wrong_type", ("reach", 1)),
        (1, [1, 1], [0, float("nan")], InvalidValueError, "wrong_type", ("reach", 1)),
        (1, [1, 1], [0, 5.5], InvalidValueError, "wrong_type", ("reach", 1)),
        (9, [1, 1], np.array([0, 5.5]), InvalidValueError, "wrong_type", ("reach",)),
        (1, [1, -1], [0, 0], InvalidValueError, "weights_invalid", ("weights", 1)),
        (5, [1, 1], [0, 6], InfeasibleError, "reach_above_total", ("reach", 1)),
        (5, [0, 1], [1, 0], InfeasibleError, "reach_without_weight", ("reach", 0)),
    ],
)
def test_what_cannot_be_reached_is_refused(
    total: Any,  # noqa: ANN401 - the fault
    weights: Any,  # noqa: ANN401 - the fault
    reach: Any,  # noqa: ANN401 - the fault
    kind: type[SalesperfError],
    code: str,
    path: tuple[str | int, ...],
) -> None:
    with pytest.raises(kind) as caught:
        apportion_cumulative(total, weights, reach)
    assert (caught.value.code, caught.value.path) == (code, path)

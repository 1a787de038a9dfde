"""Tables whose columns are given: rows share them by their claims, whole in both directions, whatever is 0."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from salesperf.allocation.tables import divide_columns, in_whole_numbers


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[list[int]], list[list[list[int]]], int]:
    """Draw tables of the same columns, one or several, with many claims of 0; and a sign."""
    width = draw(st.integers(1, 4))
    columns, claims = [], []
    for _ in range(draw(st.integers(1, 3))):
        rows = [draw(st.lists(st.integers(0, 3), min_size=width, max_size=width)) for _ in range(draw(st.integers(1, 5)))]
        claims.append(rows)
        columns.append([draw(st.integers(0, 4)) if any(cells) else 0 for cells in zip(*rows, strict=True)])
    return columns, claims, draw(st.sampled_from((1, -1)))


@given(tables())
def test_columns_are_exact_rows_are_their_shares_rounded_and_nobody_has_what_is_not_claimed(
    drawn: tuple[list[list[int]], list[list[list[int]]], int],
) -> None:
    columns, claims, sign = drawn
    group = np.repeat(np.arange(len(claims)), [len(rows) for rows in claims])
    together = np.array([row for rows in claims for row in rows])
    cells = divide_columns(sign * np.array(columns), together, group)
    for table, rows in enumerate(claims):
        own = sign * cells[group == table]
        assert own.sum(axis=0).tolist() == columns[table]
        assert (own >= 0).all()
        assert not own[np.array(rows) == 0].any()
        sums = [sum(column) for column in zip(*rows, strict=True)]
        for row, parts in zip(rows, own.tolist(), strict=True):
            share = sum(
                (Fraction(column * claim, sum_) for column, claim, sum_ in zip(columns[table], row, sums, strict=True) if sum_),
                Fraction(0),
            )
            assert abs(sum(parts) - share) < 1


def test_who_is_rounded_up_is_who_can_be() -> None:
    # Two rows share the one unit of the first column, two others that of the second: ties by position alone would give both
    # units to the first two, who have no claim to the second column.
    claims = np.array([[1, 0], [1, 0], [0, 1], [0, 1]])
    cells = divide_columns(np.array([[1, 1]]), claims, np.zeros(4, dtype=np.int64))
    assert cells.sum(axis=0).tolist() == [1, 1]
    assert cells[:2, 0].sum() == cells[2:, 1].sum() == 1


def test_weights_of_all_kinds_are_whole_numbers_in_the_same_proportion() -> None:
    assert in_whole_numbers([Fraction(1, 2), 0.25, 3]) == (2, 1, 12)

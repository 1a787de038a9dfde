"""Laws of rounding a signed table: cells, rows and columns all go down or up, and as little as can be."""

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from math import ceil, floor

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from salesperf.kernels.apportionment import round_to_margins, round_to_total


@st.composite
def tables(draw: st.DrawFn, largest: int = 6) -> list[list[Fraction]]:
    rows, columns = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    unit = draw(st.sampled_from([2, 3, 4, 10, 1000]))
    number = (st.just(0) | st.integers(-3 * unit, 3 * unit)).map(lambda whole: Fraction(whole, unit))
    return draw(st.lists(st.lists(number, min_size=columns, max_size=columns), min_size=rows, max_size=rows))


def ends(number: Fraction) -> set[int]:
    return {floor(number), ceil(number)}


def sums(table: list[list[Fraction]]) -> tuple[list[Fraction], list[Fraction]]:
    return [sum(row, Fraction(0)) for row in table], [sum(column, Fraction(0)) for column in zip(*table, strict=True)]


@given(table=tables(), towards=st.sampled_from([floor, ceil]))
def test_numbers_and_sums_of_rows_and_columns_are_rounded_down_or_up(
    table: list[list[Fraction]], towards: Callable[[Fraction], int]
) -> None:
    total = towards(sum((number for row in table for number in row), Fraction(0)))
    parts = round_to_margins(table, total)
    assert parts.sum() == total
    for row, rounded in zip(table, parts.tolist(), strict=True):
        assert all(part in ends(number) for number, part in zip(row, rounded, strict=True))
    for exact, rounded in zip(sums(table), (parts.sum(axis=1), parts.sum(axis=0)), strict=True):
        assert all(part in ends(number) for number, part in zip(exact, rounded.tolist(), strict=True))


@given(table=tables(largest=3))
def test_where_margins_by_largest_remainder_have_a_table_it_is_the_nearest_of_them(table: list[list[Fraction]]) -> None:
    total = floor(sum((number for row in table for number in row), Fraction(0)))
    margins = [round_to_total(exact, total).tolist() for exact in sums(table)]
    numbers = [number for row in table for number in row]
    nearest = min(
        (
            sum(abs(part - number) for part, number in zip(parts, numbers, strict=True))
            for parts in product(*(sorted(ends(number)) for number in numbers))
            if [each.tolist() for each in margins_of(parts, len(table))] == margins
        ),
        default=None,
    )
    parts = round_to_margins(table, total)
    found = sum(abs(part - number) for part, number in zip(parts.ravel().tolist(), numbers, strict=True))
    assert nearest is None or ([each.tolist() for each in margins_of(parts, len(table))], found) == (margins, nearest)


def margins_of(parts: object, rows: int) -> tuple[np.ndarray, np.ndarray]:
    table = np.array(parts).reshape(rows, -1)
    return table.sum(axis=1), table.sum(axis=0)

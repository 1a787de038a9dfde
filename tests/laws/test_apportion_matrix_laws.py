"""Laws of dividing a table: each holds for every method that it names, for every table that can be divided."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import Any, TypeAlias

import attrs
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from salesperf.errors import InfeasibleError
from salesperf.kernels.apportionment import (
    MATRIX_METHODS,
    apportion_matrices,
    apportion_matrix,
    is_biproportional,
)

Table: TypeAlias = list[list[int]]

EVERY_METHOD = pytest.mark.parametrize("method", MATRIX_METHODS)
HUGE = 10**40


@attrs.frozen
class Question:
    row_totals: list[int]
    column_totals: list[int]
    weights: list[list[Any]]
    lower: Table | None
    upper: Table | None

    def answer(self, method: str = "webster") -> Table:
        parts: Table = apportion_matrix(
            self.row_totals, self.column_totals, self.weights, method=method, lower=self.lower, upper=self.upper
        ).tolist()
        return parts

    def bounds(self) -> tuple[Table, Table]:
        """Write what each cell may hold."""
        whole = sum(self.row_totals) + 1
        lower = self.lower or [[0] * len(row) for row in self.weights]
        upper = self.upper or [[whole] * len(row) for row in self.weights]
        most = [
            [high if weight else low for weight, low, high in zip(*lines, strict=True)]
            for lines in zip(self.weights, lower, upper, strict=True)
        ]
        return lower, most


kinds_of_weights = st.sampled_from(
    [
        st.integers(1, 20),
        st.integers(1, 2),
        st.just(0.1),
        st.floats(0.01, 100),
        st.integers(0, 3),
        st.sampled_from([1.0, 1.0 + 2**-52, 1.0 - 2**-53]),
        st.sampled_from([HUGE, HUGE + 1, HUGE + 2]),
    ]
)


@st.composite
def questions(draw: st.DrawFn, most_lines: int = 3, *, feasible: bool = True, bounded: bool | None = None) -> Question:
    """Draw a table to divide; a feasible one is made from an answer."""
    height, width = draw(st.integers(1, most_lines)), draw(st.integers(1, most_lines))

    def table(cells: st.SearchStrategy[Any]) -> list[list[Any]]:
        return draw(st.lists(st.lists(cells, min_size=width, max_size=width), min_size=height, max_size=height))

    weights = table(draw(kinds_of_weights))
    lower = upper = None
    parts = table(st.integers(0, 3))
    if draw(st.booleans()) if bounded is None else bounded:
        lower = table(st.integers(0, 1))
        upper = [
            [low + more for low, more in zip(*rows, strict=True)] for rows in zip(lower, table(st.integers(0, 3)), strict=True)
        ]
    if feasible:
        low, high = Question([sum(map(sum, parts))], [], weights, lower, upper).bounds()
        parts = np.clip(parts, low, high).tolist()
    return Question([sum(row) for row in parts], [sum(column) for column in zip(*parts, strict=True)], weights, lower, upper)


def all_tables(question: Question) -> Iterator[Table]:
    """Yield all whole tables with the margins and within the bounds, by brute force."""
    lower, upper = question.bounds()

    def rows_from(row: int, left: tuple[int, ...]) -> Iterator[Table]:
        if row == len(lower):
            if not any(left):
                yield []
            return
        choices = [range(low, min(high, rest) + 1) for low, high, rest in zip(lower[row], upper[row], left, strict=True)]
        for cells in product(*choices):
            if sum(cells) == question.row_totals[row]:
                rest = tuple(had - cell for had, cell in zip(left, cells, strict=True))
                for others in rows_from(row + 1, rest):
                    yield [list(cells), *others]

    return rows_from(0, tuple(question.column_totals))


def has_multipliers(question: Question, parts: Table) -> bool:
    """Tell by exact shortest paths whether rows and columns have multipliers at which each cell is a valid rounding."""
    lower, upper = question.bounds()
    height, width = len(parts), len(parts[0])
    steps = []
    for row, column in product(range(height), range(width)):
        part, weight = parts[row][column], Fraction(question.weights[row][column])
        if part < upper[row][column]:
            steps.append((height + column, row, (part + Fraction(1, 2)) / weight))
        if lower[row][column] < part and weight:
            steps.append((row, height + column, weight / (part - Fraction(1, 2))))
    # Row multiplier <= limit / column multiplier: distances hold the one and the inverse of the other.
    distances = [Fraction(1)] * (height + width)
    for _ in range(height + width + 1):
        before = list(distances)
        for start, end, factor in steps:
            distances[end] = min(distances[end], distances[start] * factor)
        if distances == before:
            return True
    return False


@EVERY_METHOD
@given(question=questions())
def test_both_margins_are_exact_and_bounds_and_zeros_hold(method: str, question: Question) -> None:
    parts = np.array(question.answer(method))
    lower, upper = question.bounds()
    assert parts.sum(axis=1).tolist() == question.row_totals
    assert parts.sum(axis=0).tolist() == question.column_totals
    assert (parts >= lower).all()
    assert (parts <= upper).all()


@given(question=questions())
def test_webster_parts_have_multipliers(question: Question) -> None:
    parts = question.answer()
    assert has_multipliers(question, parts)
    assert is_biproportional(parts, question.weights, question.lower, question.upper)


@given(question=questions(), data=st.data())
def test_the_checker_knows_all_tables_that_have_multipliers(question: Question, data: st.DataObject) -> None:
    parts = data.draw(st.sampled_from(list(all_tables(question))))
    assert is_biproportional(parts, question.weights, question.lower, question.upper) == has_multipliers(question, parts)


@EVERY_METHOD
@given(question=questions(feasible=False))
def test_a_table_is_infeasible_only_if_there_is_none(method: str, question: Question) -> None:
    exists = next(all_tables(question), None) is not None
    try:
        question.answer(method)
    except InfeasibleError:
        assert not exists
    else:
        assert exists


def positions(text: str) -> list[int]:
    return [] if text == "nothing" else [int(word) for word in text.split(", ")]


@st.composite
def clashes(draw: st.DrawFn) -> Question:
    """Close some columns to some rows, and promise the others all that they hold of the columns left to these."""
    question = draw(questions(most_lines=5, bounded=False))
    height, width = len(question.row_totals), len(question.column_totals)
    parts = draw(st.lists(st.lists(st.integers(1, 3), min_size=width, max_size=width), min_size=height, max_size=height))
    rows, columns = draw(st.integers(1, height)), draw(st.integers(0, width - 1))
    return Question(
        [sum(row) for row in parts],
        [sum(column) for column in zip(*parts, strict=True)],
        [[int(row >= rows or column < columns) for column in range(width)] for row in range(height)],
        [[parts[row][column] * (row >= rows and column < columns) for column in range(width)] for row in range(height)],
        None,
    )


@given(question=clashes())
def test_the_clash_that_is_named_is_one(question: Question) -> None:
    with pytest.raises(InfeasibleError) as caught:
        question.answer()
    clash = caught.value
    lower, upper = map(np.array, question.bounds())
    if clash.code == "total_above_bounds":
        name, line = clash.path
        axis = 1 if name == "row_totals" else 0
        reachable = np.minimum(upper, np.minimum.outer(question.row_totals, question.column_totals))
        assert reachable.sum(axis=axis)[line] < [question.column_totals, question.row_totals][axis][int(line)]
        return
    assert clash.code == "margins_clash"
    rows, columns = positions(clash.params["rows"]), positions(clash.params["columns"])
    others = [row for row in range(len(question.weights)) if row not in rows]
    elsewhere = int(np.delete(upper[rows], columns, axis=1).sum())
    held = sum(question.column_totals[column] for column in columns) - int(lower[np.ix_(others, columns)].sum())
    need = sum(question.row_totals[row] for row in rows)
    assert need > held + elsewhere
    figures = {"need": need, "held": held, "elsewhere": elsewhere, "short": need - held - elsewhere}
    assert {name: int(clash.params[name]) for name in figures} == figures


def fitted(question: Question) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Fit weights above 0 by plain alternating scaling."""
    fit = np.array(question.weights, dtype=np.float64)
    for _ in range(300):
        fit *= (np.array(question.row_totals) / fit.sum(axis=1))[:, np.newaxis]
        fit *= np.array(question.column_totals) / fit.sum(axis=0)
    return fit


@given(question=questions(bounded=False))
def test_controlled_parts_are_the_fit_rounded_with_the_least_sum_of_changes(question: Question) -> None:
    assume(all(question.row_totals) and all(question.column_totals) and all(all(row) for row in question.weights))
    fit = fitted(question)
    parts = np.array(question.answer("controlled"))
    near = [
        np.array(table)
        for table in all_tables(question)
        if (np.array(table) >= np.floor(fit + 1e-9)).all() and (np.array(table) <= np.ceil(fit - 1e-9)).all()
    ]
    assert parts.tolist() in [table.tolist() for table in near]
    assert np.abs(parts - fit).sum() <= min(np.abs(table - fit).sum() for table in near) + 1e-6


def answers(question: Question) -> list[Table]:
    return [parts for parts in all_tables(question) if has_multipliers(question, parts)]


@given(question=questions(), data=st.data())
def test_permuting_rows_permutes_parts_where_nothing_ties(question: Question, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(question.row_totals))))

    def permuted(rows: Sequence[Any] | None) -> Any:  # noqa: ANN401 - whatever the rows hold
        return None if rows is None else [rows[place] for place in order]

    other = Question(
        permuted(question.row_totals),
        question.column_totals,
        permuted(question.weights),
        permuted(question.lower),
        permuted(question.upper),
    )
    assume(len(answers(question)) == 1)
    assert other.answer() == permuted(question.answer())


@given(question=questions())
def test_transposing_a_table_transposes_parts_where_nothing_ties(question: Question) -> None:
    def transposed(rows: list[list[Any]] | None) -> Any:  # noqa: ANN401 - whatever the rows hold
        return None if rows is None else [list(column) for column in zip(*rows, strict=True)]

    assume(len(answers(question)) == 1)
    other = Question(
        question.column_totals, question.row_totals, *map(transposed, (question.weights, question.lower, question.upper))
    )
    assert other.answer() == transposed(question.answer())


@given(question=questions(), data=st.data())
def test_factors_of_rows_and_columns_change_nothing_where_nothing_ties(question: Question, data: st.DataObject) -> None:
    factors = st.integers(1, 9)
    by_row = [data.draw(factors) for _ in question.row_totals]
    by_column = [data.draw(factors) for _ in question.column_totals]
    scaled = [
        [Fraction(weight) * one * other for weight, other in zip(row, by_column, strict=True)]
        for row, one in zip(question.weights, by_row, strict=True)
    ]
    assume(len(answers(question)) == 1)
    assert attrs.evolve(question, weights=scaled).answer() == question.answer()


@EVERY_METHOD
@given(question=questions())
def test_a_table_and_its_negative_are_mirror_images(method: str, question: Question) -> None:
    def negated(rows: Table | None) -> Table | None:
        return None if rows is None else [[-cell for cell in row] for row in rows]

    mirrored = Question(
        [-total for total in question.row_totals],
        [-total for total in question.column_totals],
        question.weights,
        negated(question.upper),
        negated(question.lower),
    )
    assert mirrored.answer(method) == negated(question.answer(method))


@EVERY_METHOD
@given(columns=st.lists(st.integers(0, 40), min_size=1, max_size=6))
def test_a_table_of_one_row_is_its_column_totals(method: str, columns: list[int]) -> None:
    assert apportion_matrix([sum(columns)], columns, [[1] * len(columns)], method=method).tolist() == [columns]


@EVERY_METHOD
@given(drawn=st.lists(questions(bounded=False), min_size=1, max_size=4), data=st.data())
def test_many_tables_at_once_are_each_divided_by_itself(method: str, drawn: list[Question], data: st.DataObject) -> None:
    width = len(drawn[0].column_totals)
    tables = [table for table in drawn if len(table.column_totals) == width]
    if method == "webster":
        assume(all(len(answers(table)) == 1 for table in tables))
    lines = [(number, row) for number, table in enumerate(tables) for row in range(len(table.row_totals))]
    lines = data.draw(st.permutations(lines))
    parts = apportion_matrices(
        [tables[number].row_totals[row] for number, row in lines],
        [table.column_totals for table in tables],
        [tables[number].weights[row] for number, row in lines],
        [number for number, _ in lines],
        method=method,
    )
    for number, table in enumerate(tables):
        places = [place for place, (other, _) in enumerate(lines) if other == number]
        rows = [lines[place][1] for place in places]
        found = np.empty((len(rows), width), dtype=np.int64)
        found[rows] = parts[places]
        if method == "webster":
            assert found.tolist() == table.answer()
        else:
            assert found.sum(axis=0).tolist() == table.column_totals
            assert found.sum(axis=1).tolist() == table.row_totals

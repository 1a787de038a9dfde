"""Multipliers of rows and columns, and the exact test that parts are the weights times them, rounded."""

from collections import deque
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.kernels.apportionment.rounding import Parts
from salesperf.kernels.apportionment.two_margins.tables import Matrix, Positions, Tables
from salesperf.kernels.numeric import Column

Place: TypeAlias = tuple[int, int]
"""A column of a table, or a column and a row."""

_CLOSE: Final = 2.0**-48
"""Relative error of a weight times two multipliers in floats, with room to spare."""


@attrs.frozen(eq=False)
class Multipliers:
    """A multiplier for each row, and for each column of each table.

    Attributes
    ----------
    row_floats
        Shape (rows,).
    column_floats
        Shape (columns, tables).
    exact_rows, exact_columns
        Where a multiplier is not just the binary fraction that its float holds.
    """

    row_floats: Column
    column_floats: Matrix
    exact_rows: Mapping[int, Fraction]
    exact_columns: Mapping[Place, Fraction]

    def of_row(self, row: int) -> Fraction:
        """Give the exact multiplier of a row."""
        return self.exact_rows.get(row) or Fraction(self.row_floats.item(row))

    def of_column(self, column: int, table: int) -> Fraction:
        """Give the exact multiplier of a column."""
        return self.exact_columns.get((column, table)) or Fraction(self.column_floats.item(column, table))

    def product(self, tables: Tables, column: int, row: int) -> tuple[int, int]:
        """Give numerator and denominator of a weight times its multipliers."""
        numerator, denominator = tables.exact_weight(column, row)
        by_row, by_column = self.of_row(row), self.of_column(column, tables.table_of_row.item(row))
        return (
            numerator * by_row.numerator * by_column.numerator,
            denominator * by_row.denominator * by_column.denominator,
        )

    def replaced(self, exact_rows: Mapping[int, Fraction], exact_columns: Mapping[Place, Fraction]) -> "Multipliers":
        """Put others in the place of some."""
        row_floats, column_floats = self.row_floats.copy(), self.column_floats.copy()
        for row, factor in exact_rows.items():
            row_floats[row] = float(factor)
        for place, factor in exact_columns.items():
            column_floats[place] = float(factor)
        return Multipliers(
            row_floats, column_floats, {**self.exact_rows, **exact_rows}, {**self.exact_columns, **exact_columns}
        )

    def times(self, row_prices: Column, column_prices: Matrix) -> "Multipliers":
        """Move multipliers by prices, which are logarithms too small for floats to hold the result."""
        rows = np.flatnonzero(row_prices).tolist()
        places = [(int(column), int(table)) for column, table in np.argwhere(column_prices)]
        return self.replaced(
            {row: self.of_row(row) * (1 + Fraction(np.expm1(row_prices).item(row))) for row in rows},
            {place: self.of_column(*place) * (1 + Fraction(np.expm1(column_prices).item(*place))) for place in places},
        )


class _Ties:
    """Multipliers on their way along the cells that lie half-way between two integers."""

    def __init__(self, tables: Tables, near: Multipliers, signposts: Parts) -> None:
        self._tables, self._near, self._signposts = tables, near, signposts
        self._is_tied = signposts != 0
        self._branching = self._is_tied.sum(axis=0) > 1
        self.rows: dict[int, Fraction] = {}
        self.columns: dict[Place, Fraction] = {}

    def follow_all(self) -> None:
        for column, table in np.argwhere(self._tables.sums(self._is_tied.astype(np.int64))).tolist():
            if (column, table) not in self.columns:
                self.columns[column, table] = self._near.of_column(column, table)
                self._follow(column, table)

    def _follow(self, start: int, table: int) -> None:
        queue = deque([start])
        rows_here = self._tables.rows_of_table(table)
        while queue:
            column = queue.popleft()
            for row in (rows_here.start + np.flatnonzero(self._is_tied[column, rows_here])).tolist():
                if row in self.rows:
                    continue
                self.rows[row] = self._counterpart(column, row, self.columns[column, table])
                if self._branching[row]:
                    for other in np.flatnonzero(self._is_tied[:, row]).tolist():
                        if (other, table) not in self.columns:
                            self.columns[other, table] = self._counterpart(other, row, self.rows[row])
                            queue.append(other)

    def _counterpart(self, column: int, row: int, multiplier: Fraction) -> Fraction:
        """Give the other multiplier of a cell whose product is its signpost."""
        numerator, denominator = self._tables.exact_weight(column, row)
        signpost = self._signposts.item(column, row)
        return Fraction(signpost * denominator * multiplier.denominator, 2 * numerator * multiplier.numerator)


def through_ties(tables: Tables, near: Multipliers, signposts: Parts) -> Multipliers:
    """Choose multipliers near to others at which tied cells lie exactly half-way between two integers.

    Parameters
    ----------
    tables
        The tables.
    near
        Where to begin: a connected set of ties fixes all multipliers but one, and that one is taken from here.
    signposts
        Shape (columns, rows): twice the half-way point of a tied cell, 0 of all others. Where ties form a cycle, one
        of them may be missed; whether it is has to be tested.
    """
    ties = _Ties(tables, near, signposts)
    ties.follow_all()
    return near.replaced(ties.rows, ties.columns)


def first_misplaced(tables: Tables, parts: Parts, multipliers: Multipliers) -> Place | None:
    """Find a cell whose part is not its weight times its multipliers, rounded to a nearest integer within its bounds.

    A product half-way between integers may go either way. Floats tell where it is clear; the rest is compared exactly.
    """
    products = tables.fitted(multipliers.row_floats, multipliers.column_floats)
    may_grow, may_shrink = parts < tables.upper, parts > tables.lower
    room = _CLOSE * products
    clear = (~may_grow | (products + room < parts + 0.5)) & (~may_shrink | (products - room > parts - 0.5))
    columns, rows = np.nonzero(~clear)
    for place in _distinct(tables, parts, multipliers, columns, rows).tolist():
        column, row = columns.item(place), rows.item(place)
        numerator, denominator = multipliers.product(tables, column, row)
        part = parts.item(column, row)
        is_short = may_grow[column, row] and 2 * numerator > (2 * part + 1) * denominator
        if is_short or (may_shrink[column, row] and 2 * numerator < (2 * part - 1) * denominator):
            return column, row
    return None


def _distinct(tables: Tables, parts: Parts, multipliers: Multipliers, columns: Positions, rows: Positions) -> Positions:
    """Find one cell of each kind: cells of one weight, part, openness and pair of multipliers are alike."""
    which_rows, row = np.unique(rows, return_inverse=True)
    nodes, node = np.unique(columns * len(tables.first_rows) + tables.table_of_row[rows], return_inverse=True)
    by_row = [multipliers.exact_rows.get(item, multipliers.row_floats[item]) for item in which_rows.tolist()]
    places = [divmod(item, len(tables.first_rows)) for item in nodes.tolist()]
    by_column = [multipliers.exact_columns.get(place, multipliers.column_floats[place]) for place in places]
    labels = [
        parts[columns, rows],
        2 * (parts < tables.upper)[columns, rows] + (parts > tables.lower)[columns, rows],
        _numbered(tables.exact[columns, rows].tolist()),
        _numbered(by_row)[row],
        _numbered(by_column)[node],
    ]
    first: Positions = np.unique(np.stack(labels), axis=1, return_index=True)[1]
    return first


def _numbered(items: list[Any]) -> NDArray[np.int64]:
    """Give equal items one number, in the order of their first appearance."""
    numbers: dict[Any, int] = {}
    return np.array([numbers.setdefault(item, len(numbers)) for item in items], dtype=np.int64)

"""Multipliers of rows and columns, and the exact test that parts are the weights times them, rounded."""

from collections import deque
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.kernels.apportionment.rounding import Parts
from salesperf.kernels.apportionment.two_margins.tables import Matrix, Positions, Tables, ratios
from salesperf.kernels.numeric import Column

Place: TypeAlias = tuple[int, int]
"""A column of a table, or a column and a row."""

_CLOSE: Final = 2.0**-48
"""Relative error of a weight times two multipliers in floats, with room to spare."""
_BLOCK: Final = 1024
"""Cells compared exactly at a time: where multipliers prove nothing, a misplaced one is among the first as a rule."""


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

    def products(self, tables: Tables, columns: Positions, rows: Positions) -> tuple[NDArray[Any], NDArray[Any]]:
        """Give numerators and denominators of some weights times their multipliers, as arrays of Python integers."""
        table_count = len(tables.first_rows)
        numerators, denominators = tables.exact_weights(columns, rows)
        which_rows, row = np.unique(rows, return_inverse=True)
        nodes, node = np.unique(columns * table_count + tables.table_of_row[rows], return_inverse=True)
        by_row = ratios([self.ratio_of_row(item) for item in which_rows.tolist()])
        by_column = ratios([self.ratio_of_column(*divmod(item, table_count)) for item in nodes.tolist()])
        return numerators * by_row[0][row] * by_column[0][node], denominators * by_row[1][row] * by_column[1][node]

    def ratio_of_row(self, row: int) -> tuple[int, int]:
        """Give numerator and denominator of the exact multiplier of a row."""
        return (self.exact_rows.get(row) or self.row_floats.item(row)).as_integer_ratio()

    def ratio_of_column(self, column: int, table: int) -> tuple[int, int]:
        """Give numerator and denominator of the exact multiplier of a column."""
        return (self.exact_columns.get((column, table)) or self.column_floats.item(column, table)).as_integer_ratio()

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
        by_row, by_column = np.expm1(row_prices), np.expm1(column_prices)
        rows = np.flatnonzero(row_prices).tolist()
        places = [(int(column), int(table)) for column, table in np.argwhere(column_prices)]
        return self.replaced(
            {row: _raised(self.ratio_of_row(row), by_row.item(row)) for row in rows},
            {place: _raised(self.ratio_of_column(*place), by_column.item(*place)) for place in places},
        )


def _raised(ratio: tuple[int, int], share: float) -> Fraction:
    """Raise a multiplier by a share of it."""
    numerator, denominator = share.as_integer_ratio()
    return Fraction(ratio[0] * (denominator + numerator), ratio[1] * denominator)


class _Ties:
    """Multipliers on their way along the cells that lie half-way between two integers."""

    def __init__(self, tables: Tables, near: Multipliers, signposts: Parts) -> None:
        self._tables, self._near, self._signposts = tables, near, signposts
        self._table_count = len(tables.first_rows)
        columns, rows = np.nonzero(signposts)
        self._rows_of_node = _grouped(columns * self._table_count + tables.table_of_row[rows], rows)
        self._columns_of_row = _grouped(rows, columns)
        self.rows: dict[int, Fraction] = {}
        self.columns: dict[Place, Fraction] = {}

    def follow_all(self) -> None:
        for node in self._rows_of_node:
            column, table = divmod(node, self._table_count)
            if (column, table) not in self.columns:
                self.columns[column, table] = Fraction(*self._near.ratio_of_column(column, table))
                self._follow(column, table)

    def _follow(self, start: int, table: int) -> None:
        queue = deque([start])
        while queue:
            column = queue.popleft()
            for row in self._new_rows(column, table):
                for other in self._columns_of_row[row]:
                    if (other, table) not in self.columns:
                        self.columns[other, table] = self._counterpart(*self._tie(other, row), self.rows[row])
                        queue.append(other)

    def _new_rows(self, column: int, table: int) -> Iterator[int]:
        """Give rows that are tied to a column their multipliers, and yield those that had none."""
        multiplier = self.columns[column, table]
        # Rows alike have the same ties, and fractions take long to make.
        made: dict[tuple[int, Any], Fraction] = {}
        for row in self._rows_of_node[column * self._table_count + table]:
            if row not in self.rows:
                tie = self._tie(column, row)
                if tie not in made:
                    made[tie] = self._counterpart(*tie, multiplier)
                self.rows[row] = made[tie]
                yield row

    def _tie(self, column: int, row: int) -> tuple[int, Any]:
        return self._signposts.item(column, row), self._tables.exact.item(column, row)

    def _counterpart(self, signpost: int, weight: Any, multiplier: Fraction) -> Fraction:  # noqa: ANN401 - numbers of any kind
        """Give the other multiplier of a cell whose product is its signpost."""
        numerator, denominator = self._tables.ratio_of(weight)
        return Fraction(signpost * denominator * multiplier.denominator, 2 * numerator * multiplier.numerator)


def _grouped(keys: Positions, items: Positions) -> dict[int, list[int]]:
    """Collect the items of each key, in ascending order of keys."""
    order = keys.argsort(kind="stable")
    which, starts = np.unique(keys[order], return_index=True)
    in_order, bounds = items[order].tolist(), [*starts.tolist(), len(items)]
    return {key: in_order[bounds[place] : bounds[place + 1]] for place, key in enumerate(which.tolist())}


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
    some = _distinct(tables, parts, multipliers, columns, rows)
    for start in range(0, len(some), _BLOCK):
        block = some[start : start + _BLOCK]
        column, row = columns[block], rows[block]
        numerators, denominators = multipliers.products(tables, column, row)
        twice = 2 * parts[column, row].astype(object)
        is_short = may_grow[column, row] & (2 * numerators > (twice + 1) * denominators).astype(np.bool_)
        is_long = may_shrink[column, row] & (2 * numerators < (twice - 1) * denominators).astype(np.bool_)
        misplaced = np.flatnonzero(is_short | is_long)
        if len(misplaced):
            return column.item(misplaced[0]), row.item(misplaced[0])
    return None


def _distinct(tables: Tables, parts: Parts, multipliers: Multipliers, columns: Positions, rows: Positions) -> Positions:
    """Find one cell of each kind: cells of one weight, part, openness and pair of multipliers are alike."""
    table_count = len(tables.first_rows)
    which_rows, row = np.unique(rows, return_inverse=True)
    nodes, node = np.unique(columns * table_count + tables.table_of_row[rows], return_inverse=True)
    kinds = 2 * (parts < tables.upper)[columns, rows] + (parts > tables.lower)[columns, rows]
    for labels in (
        _numbered([multipliers.ratio_of_row(item) for item in which_rows.tolist()])[row],
        _numbered([multipliers.ratio_of_column(*divmod(item, table_count)) for item in nodes.tolist()])[node],
        np.unique(parts[columns, rows], return_inverse=True)[1],
        _labels(tables.exact[columns, rows]),
    ):
        kinds = np.unique(kinds * (labels.max(initial=0) + 1) + labels, return_inverse=True)[1]
    first: Positions = np.unique(kinds, return_index=True)[1]
    return first


def _labels(weights: NDArray[Any]) -> NDArray[np.int64]:
    """Give equal weights one number."""
    if weights.dtype == object:
        return _numbered(weights.tolist())
    labels: NDArray[np.int64] = np.unique(weights, return_inverse=True)[1]
    return labels


def _numbered(items: list[Any]) -> NDArray[np.int64]:
    """Give equal items one number, in the order of their first appearance."""
    numbers: dict[Any, int] = {}
    return np.array([numbers.setdefault(item, len(numbers)) for item in items], dtype=np.int64)

"""Tables to divide, as their kernels see them: all tables of a batch side by side, columns first."""

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.kernels.apportionment.rounding import Parts
from salesperf.kernels.numeric import Column

Matrix: TypeAlias = NDArray[np.float64]
"""Floats of shape (columns, rows), or (columns, tables) for what belongs to a column of each table."""
Positions: TypeAlias = NDArray[np.intp]


def ratios(pairs: Sequence[tuple[int, int]]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Give arrays of numerators and of denominators that stay Python integers: exact, and quicker than a loop."""
    table = np.array(pairs, dtype=object).reshape(len(pairs), 2)
    return table[:, 0], table[:, 1]


@attrs.frozen(eq=False)
class Tables:
    """Tables of the same columns, each with rows of its own that stand together.

    Arrays are (columns, rows) since there are few columns as a rule, and numpy is quick along a long last axis.
    What belongs to a column differs from table to table: such arrays are (columns, tables).

    Attributes
    ----------
    row_totals
        Shape (rows,).
    column_totals
        Shape (columns, tables).
    weights
        Shape (columns, rows): floats, in any common unit, not all powers apart (see ``matrix_input``).
    exact
        Shape (columns, rows): the numbers from which the weights were made, see :meth:`ratio_of`.
    unit
        What a weight of 1 stands for, a power of two.
    lower, upper
        Shape (columns, rows): what a cell can hold, 0 or more. Both are equal where the weight is 0.
    table_of_row
        Shape (rows,), in ascending order.
    first_rows
        Shape (tables,): where the rows of each table begin.
    is_bounded
        Whether some bound keeps a cell from a value that its totals allow.
    """

    row_totals: Parts
    column_totals: Parts
    weights: Matrix
    exact: NDArray[Any]
    unit: Fraction
    lower: Parts
    upper: Parts
    table_of_row: Positions
    first_rows: Positions
    is_bounded: bool

    @property
    def has_one(self) -> bool:
        """Tell whether there is but one table."""
        return len(self.first_rows) == 1

    def ratio_of(self, exact: Any) -> tuple[int, int]:  # noqa: ANN401 - numbers of any kind
        """Give numerator and denominator of a weight, of which the float may be but the nearest, from its exact number."""
        numerator, denominator = exact.as_integer_ratio()
        return numerator * self.unit.denominator, denominator * self.unit.numerator

    def exact_weights(self, columns: Positions, rows: Positions) -> tuple[NDArray[Any], NDArray[Any]]:
        """Give numerators and denominators of some weights, as arrays of Python integers."""
        numerators, denominators = ratios([item.as_integer_ratio() for item in self.exact[columns, rows].tolist()])
        return numerators * self.unit.denominator, denominators * self.unit.numerator

    def rows_of_table(self, table: int) -> slice:
        """Give where the rows of a table stand."""
        ends = [*self.first_rows[1:].tolist(), len(self.row_totals)]
        return slice(int(self.first_rows[table]), ends[table])

    def spread(self, by_column: NDArray[Any]) -> NDArray[Any]:
        """Give each row the values of its table's columns: (columns, tables) to what broadcasts to (columns, rows)."""
        return by_column if self.has_one else by_column[:, self.table_of_row]

    def sums(self, cells: NDArray[Any]) -> NDArray[Any]:
        """Add the rows of each table: (columns, rows) to (columns, tables)."""
        if self.has_one:
            summed: NDArray[Any] = cells.sum(axis=1, keepdims=True)
            return summed
        added: NDArray[Any] = np.add.reduceat(cells, self.first_rows, axis=1)
        return added

    def least(self, cells: Matrix) -> Matrix:
        """Find the least of each table's rows: (columns, rows) to (columns, tables)."""
        if self.has_one:
            lowest: Matrix = cells.min(axis=1, keepdims=True)
            return lowest
        found: Matrix = np.minimum.reduceat(cells, self.first_rows, axis=1)
        return found

    def first_least(self, cells: Matrix, columns: Positions, tables: Positions) -> Positions:
        """Find the first row of the least value, for each of some columns of tables."""
        if self.has_one or not len(columns):
            rows: Positions = cells[columns].argmin(axis=1)
            return rows
        # As a rule few are asked for: their cells are put side by side, and no others are looked at.
        lengths = self._row_counts[tables]
        begins = lengths.cumsum() - lengths
        beside: Positions = np.repeat(self.first_rows[tables] - begins, lengths)
        beside += np.arange(len(beside))
        values = cells[np.repeat(columns, lengths), beside]
        hits = np.flatnonzero(values == np.repeat(np.minimum.reduceat(values, begins), lengths))
        found: Positions = beside[hits[np.searchsorted(hits, begins)]]
        return found

    @cached_property
    def _row_counts(self) -> Positions:
        """How many rows each table has."""
        return np.diff(self.first_rows, append=len(self.row_totals))

    def fitted(self, row_factors: Column, column_factors: Matrix) -> Matrix:
        """Multiply the weights by the factors of their rows and columns."""
        scaled: Matrix = self.weights * row_factors
        scaled *= self.spread(column_factors)
        return scaled

    def row_sums(self, column_factors: Matrix) -> Column:
        """Add each row of the weights, times the factors of the columns."""
        if self.has_one:
            return column_factors[:, 0] @ self.weights
        added: Column = np.einsum("cr,cr->r", self.weights, self.spread(column_factors))
        return added

    def column_sums(self, row_factors: Column) -> Matrix:
        """Add each column of the weights, times the factors of the rows."""
        if self.has_one:
            return (self.weights @ row_factors)[:, np.newaxis]
        return np.asarray(self.sums(self.weights * row_factors), dtype=np.float64)

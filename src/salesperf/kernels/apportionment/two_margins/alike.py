"""Rows and columns that are alike, taken as one: a table of few cells instead of many, and then its parts dealt out."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.kernels.apportionment.rounding import Parts
from salesperf.kernels.apportionment.two_margins.tables import Matrix, Positions, Tables
from salesperf.kernels.apportionment.two_margins.transfers import Division, Prices
from salesperf.kernels.apportionment.two_margins.ways import ClashError
from salesperf.kernels.numeric import Column

_FEWEST: Final = 100
"""Tables of fewer cells are divided as quickly as they are."""
_WORTH: Final = 2
"""Dividing a table of blocks first is worth its time if it has so many times fewer cells."""


def begin_division(
    tables: Tables, prices_of: Callable[[Matrix], Prices], fitted: Matrix, parts: Parts, lower: Parts, upper: Parts
) -> Division:
    """Begin to divide tables near some parts; where many cells are alike, begin at the end, which then has but to be proved.

    Notes
    -----
    Cells alike cost the same, so in some of the cheapest divisions none of them has two units more than another one. The
    units of a block of such cells therefore cost what the units of one cell do, each of them as often as there are cells,
    and a table of blocks is divided in place of a table of cells.
    """
    alike = Alike.of(tables)
    if alike is not None:
        few, copies = alike.one_of_each, alike.copies
        blocks = few(parts) * copies, few(lower) * copies, few(upper) * copies
        division = Division(alike.tables, prices_of(few(fitted)), *blocks, copies=copies)
        with suppress(ClashError):  # what clashes is found again, line by line
            division.solve()
            # To the bit the same prices as in the table of blocks, so that ties stay ties.
            prices = prices_of(alike.for_all(few(fitted)))
            offered = alike.prices_for_all(division.row_prices, division.column_prices)
            return Division(tables, prices, alike.deal(division.parts), lower, upper, offered=offered)
    return Division(tables, prices_of(fitted), parts, lower, upper)


@attrs.frozen(eq=False)
class _Kinds:
    """Which lines, rows or columns, are of a kind.

    Attributes
    ----------
    of_line
        Shape (lines,): the kind of each line.
    rank
        Shape (lines,): how many lines of its kind stand before each line.
    first
        Shape (kinds,): the first line of each kind.
    count
        Shape (kinds,): the lines of each kind.
    """

    of_line: Positions
    rank: Positions
    first: Positions
    count: Positions

    @classmethod
    def of(cls, features: NDArray[Any]) -> "_Kinds":
        """Find lines that have all features, of shape (lines, features), in common."""
        kind_of: dict[bytes, int] = {}
        of_line = np.array([kind_of.setdefault(line.tobytes(), len(kind_of)) for line in features], dtype=np.intp)
        order = of_line.argsort(kind="stable")
        _, first, count = np.unique(of_line, return_index=True, return_counts=True)
        rank = np.empty_like(of_line)
        rank[order] = np.arange(len(order)) - np.repeat(count.cumsum() - count, count)
        return cls(of_line, rank, first, count)


@attrs.frozen(eq=False)
class Alike:
    """A table of blocks: each of its rows and columns stands for all that are alike, and each of its cells for cells alike.

    Attributes
    ----------
    tables
        The table of blocks, as far as a division asks for it: totals are those of all rows or columns alike.
    copies
        Shape (columns, rows) of that table: for how many cells each cell stands.
    """

    _rows: _Kinds
    _columns: _Kinds
    tables: Tables
    copies: Parts

    @classmethod
    def of(cls, tables: Tables) -> "Alike | None":
        """Take rows and columns of one table as one where it has many cells and that leaves a fraction of them."""
        if not tables.has_one or tables.weights.size < _FEWEST:
            return None
        cells = [tables.weights, tables.lower, tables.upper] if tables.is_bounded else [tables.weights]
        rows = _Kinds.of(_features(tables.row_totals, *(cell.T for cell in cells)))
        columns = _Kinds.of(_features(tables.column_totals[:, 0], *cells))
        copies = columns.count[:, np.newaxis] * rows.count
        if _WORTH * copies.size > tables.weights.size:
            return None
        few = np.ix_(columns.first, rows.first)
        blocks = attrs.evolve(
            tables,
            row_totals=tables.row_totals[rows.first] * rows.count,
            column_totals=tables.column_totals[columns.first] * columns.count[:, np.newaxis],
            weights=tables.weights[few],
            exact=tables.exact[few],
            lower=tables.lower[few] * copies,
            upper=tables.upper[few] * copies,
            table_of_row=np.zeros(len(rows.first), dtype=np.intp),
        )
        return cls(rows, columns, blocks, copies)

    def one_of_each(self, cells: NDArray[Any]) -> NDArray[Any]:
        """Take the first of cells that are alike."""
        some: NDArray[Any] = cells[np.ix_(self._columns.first, self._rows.first)]
        return some

    def for_all(self, cells: NDArray[Any]) -> NDArray[Any]:
        """Give all cells that are alike the same."""
        every: NDArray[Any] = cells[np.ix_(self._columns.of_line, self._rows.of_line)]
        return every

    def prices_for_all(self, row_prices: Column, column_prices: Matrix) -> tuple[Column, Matrix]:
        """Give all rows and all columns that are alike the same price."""
        return row_prices[self._rows.of_line], column_prices[self._columns.of_line]

    def deal(self, parts: Parts) -> Parts:
        """Deal the parts of blocks out to their cells: in a block they differ by at most one, and all lines get their totals.

        Notes
        -----
        What cannot be dealt evenly goes round in circles. Among the rows of a kind, each kind of columns begins where the one
        before it ended, so that each of these rows comes to the same total; then among the columns of a kind, each row
        begins where the one before it ended, so that each of these columns does.
        """
        rows, columns = self._rows, self._columns
        even, odd = np.divmod(parts, self.copies)
        # Shape (column kinds, rows): the odd units that a row has in all columns of a kind.
        each, more = np.divmod(odd, rows.count)
        turn = (rows.rank - (odd.cumsum(axis=0) - odd)[:, rows.of_line]) % rows.count[rows.of_line]
        of_row = each[:, rows.of_line] + (turn < more[:, rows.of_line])
        in_order = rows.of_line.argsort(kind="stable")
        start = np.empty_like(of_row)
        start[:, in_order] = of_row[:, in_order].cumsum(axis=1) - of_row[:, in_order]
        turn = (columns.rank[:, np.newaxis] - start[columns.of_line]) % columns.count[columns.of_line][:, np.newaxis]
        parts_of_cells: Parts = self.for_all(even) + (turn < of_row[columns.of_line])
        return parts_of_cells


def _features(totals: Parts, *cells: NDArray[Any]) -> NDArray[Any]:
    """Put the totals of lines, and their cells of shape (lines, ...), side by side, as bytes."""
    blocks = [np.ascontiguousarray(block).view(np.uint8) for block in (totals[:, np.newaxis], *cells)]
    return np.concatenate(blocks, axis=1)

"""The cheapest ways of a unit from columns that hold too many to columns that hold too few, in all tables at once."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from salesperf.kernels.apportionment.rounding import Parts
from salesperf.kernels.apportionment.two_margins.tables import Matrix, Positions, Tables
from salesperf.kernels.numeric import Column


class ClashError(Exception):
    """No table has these margins: these rows of one table get too little from the cells that are open to them."""

    def __init__(self, table: int, rows: Positions, columns: Positions) -> None:
        super().__init__()
        self.table, self.rows, self.columns = table, rows, columns


class Ways:
    """Distances of rows and columns from the columns that hold too many, and the way back.

    A unit leaves a column for another one within a row: one cell is lowered, another one raised. All rows and columns
    are relaxed at once, in turns; the turn of its last improvement leads back from each of them, since what improved it
    had itself improved before, and no later.

    References
    ----------
    R. Bellman, "On a routing problem", *Quarterly of Applied Mathematics* 16(1), 1958.
    """

    def __init__(self, tables: Tables, lowering: Matrix, raising: Matrix, missing: Parts, tolerance: float) -> None:
        self._tables = tables
        self._lowering, self._raising = np.maximum(lowering, 0.0), np.maximum(raising, 0.0)
        # As units move, this array of the caller's tells which columns have none left to give.
        self._missing = missing
        self.column_distances: Matrix = np.where(missing < 0, 0.0, np.inf)
        self.row_distances: Column = np.full(len(tables.row_totals), np.inf)
        self.column_turns: Positions = np.zeros(missing.shape, dtype=np.intp)
        self._row_turns: Positions = np.zeros(len(tables.row_totals), dtype=np.intp)
        self._relax(tolerance)

    def _relax(self, tolerance: float) -> None:
        turn, columns = 0, self._missing < 0
        while True:
            turn += 1
            # Only what has improved can improve others.
            some = np.flatnonzero(columns.any(axis=1))
            by_row = (self._lowering[some] + self._tables.spread(self.column_distances[some])).min(axis=0, initial=np.inf)
            rows = by_row < self.row_distances - tolerance
            if not rows.any():
                return
            self.row_distances[rows] = by_row[rows]
            self._row_turns[rows] = turn
            by_column = self._least_through(rows)
            columns = by_column < self.column_distances - tolerance
            self.column_distances[columns] = by_column[columns]
            self.column_turns[columns] = turn

    def _least_through(self, rows: NDArray[np.bool_]) -> Matrix:
        if not self._tables.has_one:
            return self._tables.least(self._raising + self.row_distances)
        some = np.flatnonzero(rows)
        least: Matrix = (self._raising[:, some] + self.row_distances[some]).min(axis=1, keepdims=True)
        return least

    def clash(self) -> ClashError | None:
        """Tell whether a column that holds too few cannot be reached, and what stands in between."""
        lost = (self._missing > 0) & np.isinf(self.column_distances)
        if not lost.any():
            return None
        table = int(np.flatnonzero(lost.any(axis=0))[0])
        rows = np.flatnonzero(np.isfinite(self.row_distances) & (self._tables.table_of_row == table))
        return ClashError(table, rows, np.flatnonzero(np.isfinite(self.column_distances[:, table])))

    def farthest(self) -> Column:
        """Give the distance of each table's farthest column that holds too few; 0 where none does."""
        distances: Column = np.where(self._missing > 0, self.column_distances, 0.0).max(axis=0)
        return distances

    def targets(self) -> Iterator[tuple[Positions, Positions]]:
        """Yield tables and their nearest columns that hold too few, then their second nearest, and so on."""
        distances = np.where(self._missing > 0, self.column_distances, np.inf)
        order = distances.argsort(axis=0, kind="stable")
        counts = np.isfinite(distances).sum(axis=0)
        for place in range(int(counts.max())):
            tables = np.flatnonzero(counts > place)
            yield tables, order[place, tables]

    def back(self, tables: Positions, columns: Positions) -> tuple[Positions, NDArray[np.bool_]]:
        """Step back from one column of each table (in ascending order): the column from which a unit comes, if any is left."""
        rows = self._rows_before(tables, columns)
        turns, missing = self.column_turns[:, tables], self._missing[:, tables]
        distances = self.column_distances[:, tables] + self._lowering[:, rows]
        distances[(turns >= self._row_turns[rows]) | ((turns == 0) & (missing >= 0))] = np.inf
        before: Positions = distances.argmin(axis=0)
        return before, np.isfinite(distances[before, np.arange(len(tables))])

    def _rows_before(self, tables: Positions, columns: Positions) -> Positions:
        rows, place = rows_of(self._tables, tables)
        column = columns[place]
        distances = self.row_distances[rows] + self._raising[column, rows]
        distances[self._row_turns[rows] > self.column_turns[column, tables[place]]] = np.inf
        distances[self._row_turns[rows] == 0] = np.inf
        if len(tables) == 1:
            return rows[[distances.argmin()]]
        starts = np.searchsorted(place, np.arange(len(tables)))
        hits = np.flatnonzero(distances == np.minimum.reduceat(distances, starts)[place])
        return rows[hits[np.searchsorted(place[hits], np.arange(len(tables)))]]


def rows_of(tables: Tables, some: Positions) -> tuple[Positions, Positions]:
    """Give the rows of some tables, in ascending order, and the place of each row's table among them."""
    if len(some) == len(tables.first_rows):
        return np.arange(len(tables.table_of_row)), tables.table_of_row
    place = np.full(len(tables.first_rows), -1, dtype=np.intp)
    place[some] = np.arange(len(some))
    by_row = place[tables.table_of_row]
    rows = np.flatnonzero(by_row >= 0)
    return rows, by_row[rows]


def shared_out(place: Positions, units: Parts, most: Parts) -> Parts:
    """Cut the units of items down to so many at each place, the first ones last; places stand in ascending order."""
    before = units.cumsum() - units
    starts = np.searchsorted(place, np.arange(len(most)))
    cut: Parts = np.clip(most[place] - (before - before[starts[place]]), 0, units)
    return cut

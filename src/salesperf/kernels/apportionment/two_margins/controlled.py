"""Controlled rounding of the proportional fit: each cell down or up, with the least sum of absolute changes."""

from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.kernels.apportionment.rounding import Parts
from salesperf.kernels.apportionment.two_margins.alike import begin_division
from salesperf.kernels.apportionment.two_margins.fit import fit
from salesperf.kernels.apportionment.two_margins.tables import Matrix, Positions, Tables
from salesperf.kernels.apportionment.two_margins.transfers import Division
from salesperf.kernels.apportionment.two_margins.ways import ClashError
from salesperf.kernels.apportionment.two_margins.webster import divide_by_webster
from salesperf.kernels.numeric import Column

_ACCURACY: Final = 2.0**-44
_GRAIN: Final = 2.0**-30
"""About 1e-9 units: the fit is taken to so much, so that what is whole or tied but for rounding in floats is so."""


class RoundingPrices:
    """By how much one unit more changes the distance of a cell from its fitted value.

    Parameters
    ----------
    fitted
        Shape (columns, rows): those values.
    """

    def __init__(self, fitted: Matrix) -> None:
        self._fitted = fitted

    def __call__(self, columns: Positions, rows: Positions, units: Parts) -> Column:
        """Price the unit of this number (the first is 1) in some cells."""
        return np.clip(2 * (units - self._fitted[columns, rows]) - 1, -1.0, 1.0)


def divide_by_rounding(tables: Tables) -> Parts:
    """Round the proportional fit of each table."""
    fitted = proportional_fit(tables)
    start, lower, upper = (ends(fitted).astype(np.int64) for ends in (np.rint, np.floor, np.ceil))
    division = begin_division(tables, RoundingPrices, fitted, start, lower, upper)
    try:
        division.solve()
    except ClashError:
        # The fit was not reached within a unit, and cells have to go further than up or down to make up for it.
        division = Division(tables, RoundingPrices(fitted), division.parts, tables.lower, tables.upper)
        division.solve()
    return division.parts


def proportional_fit(tables: Tables) -> Matrix:
    """Fit tables to their margins, in multiples of 2**-30 units; where a fit exists only as a limit, take the limit."""
    free = np.ones(tables.weights.shape, dtype=np.bool_)
    fixed = np.zeros(tables.weights.shape, dtype=np.int64)
    totals_are_open = tables.row_totals.all() and tables.column_totals.all()
    if tables.is_bounded or not totals_are_open or not tables.weights.all():
        # Alternating scaling nears a limit only as slowly as 1 / steps; without the cells that it cannot move, it is quick.
        parts, _ = divide_by_webster(tables)
        free = _movable(tables, parts)
        fixed = np.where(free, 0, parts)
    rest = attrs.evolve(
        tables,
        weights=np.where(free, tables.weights, 0.0),
        lower=np.where(free, tables.lower, 0),
        upper=np.where(free, tables.upper, 0),
    )
    row_totals = (tables.row_totals - fixed.sum(axis=0)).astype(np.float64)
    column_totals = (tables.column_totals - tables.sums(fixed)).astype(np.float64)
    fitted = rest.fitted(*fit(rest, row_totals, column_totals, _ACCURACY * column_totals.sum(axis=0)))
    if tables.is_bounded:
        np.clip(fitted, rest.lower, rest.upper, out=fitted)
    return fixed + np.rint(fitted / _GRAIN) * _GRAIN


def _movable(tables: Tables, parts: Parts) -> NDArray[np.bool_]:
    """Mark the cells within their bounds, and those at a bound that leave it in another table with these margins."""
    may_shrink, may_grow = parts > tables.lower, parts < tables.upper
    movable = may_shrink & may_grow
    ends = [*tables.first_rows[1:].tolist(), parts.shape[1]]
    for first, end in zip(tables.first_rows.tolist(), ends, strict=True):
        rows = slice(first, end)
        shrink, grow = may_shrink[:, rows].astype(np.float32), may_grow[:, rows].astype(np.float32)
        reach = _closure(shrink @ grow.T > 0).astype(np.float32)
        # A cell grows if its row takes the unit from another column, and its own column can pass one on to that.
        movable[:, rows] |= (grow > 0) & (reach @ shrink > 0)
        movable[:, rows] |= (shrink > 0) & (reach.T @ grow > 0)
    return movable


def _closure(steps: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which columns can be reached from which in any number of steps."""
    reach = steps
    while True:
        further = reach | (reach.astype(np.float32) @ reach.astype(np.float32) > 0)
        if np.array_equal(further, reach):
            return reach
        reach = further

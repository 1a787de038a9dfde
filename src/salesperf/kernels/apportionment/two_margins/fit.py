"""The proportional fit of a table: its weights times factors of rows and columns, so that both margins hold."""

from typing import Final

import numpy as np

from salesperf.kernels.apportionment.two_margins.tables import Matrix, Tables
from salesperf.kernels.numeric import Column

_FURTHEST: Final = 2.0**300
"""Factors stay within, so that no product of a weight and two of them leaves the floats."""
_FURTHEST_LOGARITHM: Final = 207.0
_SCALINGS: Final = 30
"""Alternating scaling takes a few steps, or too many."""
_NEWTON_STEPS: Final = 60
_ENOUGH: Final = 0.9
"""What a step of Newton's may leave of the error."""
_DAMPING: Final = 1e-10
_LONGEST_STEP: Final = 5.0
_NEAR: Final = 2.0**-46


def fit(tables: Tables, row_totals: Column, column_totals: Matrix, allowed: Column) -> tuple[Column, Matrix]:
    """Find factors of the rows, and of each table's columns, that give all of them their totals.

    Where there are bounds, the products clipped to them have the totals. ``allowed``, of shape (tables,), is by how much
    the columns of a table may be out in all; rows hold up to rounding. A fit that exists only as a limit stays further away.

    Notes
    -----
    Alternating scaling comes first. What it leaves is solved by Newton's method in the logarithms of the column factors,
    where the rows hold throughout: each step gains there what many scalings gain.

    References
    ----------
    W. E. Deming and F. F. Stephan, "On a least squares adjustment of a sampled frequency table when the expected
    marginal totals are known", *Annals of Mathematical Statistics* 11(4), 1940.
    """
    row_factors: Column = np.ones(len(row_totals))
    column_factors: Matrix = np.ones(column_totals.shape)
    for _ in range(_SCALINGS):
        row_factors = _factors(row_totals, tables.row_sums(column_factors))
        reached = tables.column_sums(row_factors)
        left = np.abs(reached * column_factors - column_totals).sum(axis=0) > allowed
        if not left.any():
            break
        column_factors = _factors(column_totals, reached)
    if tables.is_bounded:
        cells = tables.fitted(row_factors, column_factors)
        outside = np.abs(np.clip(cells, tables.lower, tables.upper) - cells).sum(axis=0)
        left |= np.add.reduceat(outside, tables.first_rows) > allowed
    for table in np.flatnonzero(left).tolist():
        rows = tables.rows_of_table(table)
        fitter = _Newton(tables, rows, row_totals[rows], column_totals[:, table], column_factors[:, table])
        row_factors[rows], column_factors[:, table] = fitter.solve(float(allowed[table]))
    return row_factors, column_factors


def _factors(totals: Matrix, sums: Matrix) -> Matrix:
    factors = np.divide(totals, sums, out=np.ones_like(sums), where=sums > 0)
    return np.clip(factors, 1 / _FURTHEST, _FURTHEST, out=factors)


class _Newton:
    """One table on its way to its fit, which may lie against bounds."""

    def __init__(self, tables: Tables, rows: slice, row_totals: Column, column_totals: Column, column_factors: Column) -> None:
        self._weights = tables.weights[:, rows]
        bounded = tables.is_bounded
        self._lower = tables.lower[:, rows].astype(np.float64) if bounded else np.zeros(self._weights.shape)
        self._upper = tables.upper[:, rows].astype(np.float64) if bounded else np.full(self._weights.shape, np.inf)
        self._row_totals, self._column_totals = row_totals, column_totals
        self._logarithms: Column = np.log(column_factors)
        self._row_factors = np.ones(len(row_totals))

    def solve(self, allowed: float) -> tuple[Column, Column]:
        """Give the factors of the rows and of the columns."""
        cells, excess = self._fill(self._logarithms)
        for _ in range(_NEWTON_STEPS):
            error = float(np.abs(excess).sum())
            if error <= allowed:
                break
            logarithms = self._logarithms - self._step(cells, excess)
            new_cells, new_excess = self._fill(logarithms)
            if float(np.abs(new_excess).sum()) > _ENOUGH * error:
                # Where cells stand at their bounds, a slope tells little; scaling the columns one by one always helps.
                logarithms = self._logarithms + np.log(_level(cells.T, self._lower.T, self._upper.T, self._column_totals))
                new_cells, new_excess = self._fill(logarithms)
            self._logarithms, cells, excess = logarithms, new_cells, new_excess
        return self._row_factors, np.exp(self._logarithms)

    def _fill(self, logarithms: Column) -> tuple[Matrix, Column]:
        """Fill the rows for some factors of the columns: the cells, and by how much each column has too much."""
        np.clip(logarithms, -_FURTHEST_LOGARITHM, _FURTHEST_LOGARITHM, out=logarithms)
        scaled = self._weights * np.exp(logarithms)[:, np.newaxis]
        self._row_factors = _level(scaled, self._lower, self._upper, self._row_totals)
        scaled *= self._row_factors
        return scaled, np.clip(scaled, self._lower, self._upper).sum(axis=1) - self._column_totals

    def _step(self, cells: Matrix, excess: Column) -> Column:
        free = np.where((self._lower < cells) & (cells < self._upper), cells, 0.0)
        row_sums, slopes = free.sum(axis=0), free.sum(axis=1)
        hessian = -(free / np.where(row_sums > 0, row_sums, 1.0)) @ free.T
        # A factor common to all columns changes nothing; a trace of damping settles it, and columns that cannot move.
        hessian[np.diag_indices(len(slopes))] += slopes * (1 + _DAMPING) + _DAMPING * (slopes.mean() + _DAMPING)
        return np.clip(np.linalg.solve(hessian, excess), -_LONGEST_STEP, _LONGEST_STEP)


def _level(cells: Matrix, lower: Matrix, upper: Matrix, totals: Column) -> Column:
    """Find factors at which the cells of each row, clipped, have its total: Newton's steps within a bracket."""
    level = _factors(totals, cells.sum(axis=0))
    if not np.isfinite(upper).any():
        return level
    low, high = np.full_like(totals, 1 / _FURTHEST), np.full_like(totals, _FURTHEST)
    # A row that its bounds fill has no factor of its own.
    settled = (totals <= lower.sum(axis=0)) | (totals >= upper.sum(axis=0))
    while True:
        scaled = cells * level
        excess = np.clip(scaled, lower, upper).sum(axis=0) - totals
        settled |= (np.abs(excess) <= _NEAR * totals) | (high <= low * (1 + _NEAR))
        if settled.all():
            return level
        high[excess > 0] = level[excess > 0]
        low[excess < 0] = level[excess < 0]
        free = np.where((lower < scaled) & (scaled < upper), scaled, 0.0).sum(axis=0)
        newton = level * (1 - np.divide(excess, free, out=np.full_like(totals, np.inf), where=free > 0))
        inside = (low < newton) & (newton < high)
        level = np.where(settled, level, np.where(inside, newton, np.sqrt(low * high)))

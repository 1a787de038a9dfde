"""Two-way additive fits: a level for each row and an effect for each column, from whichever of the cells are there."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError
from salesperf.kernels.elementwise import refuse_where
from salesperf.kernels.numeric import AnyColumn, Column

__all__ = ["TwoWayFit", "components", "fit_two_way"]

_SETTLED: Final = 1e-14
"""A residual, relative to the right-hand side, that is rounding alone."""


class TwoWayFit(NamedTuple):
    """Levels of rows and effects of columns: made by :func:`fit_two_way`.

    Parameters
    ----------
    levels
        Shape (rows,), what the values of a row would average if all columns were alike.
    effects
        Shape (columns,), how far above that a column stands; over all values of a component they sum to 0.
    row_components, column_components
        The number of the component of each: levels and effects compare within one alone.

    Examples
    --------
    >>> fit_two_way(np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([3.0, 5.0, 4.0])).row_components.tolist()
    [0, 0]
    """

    levels: Column
    effects: Column
    row_components: NDArray[np.int64]
    column_components: NDArray[np.int64]


def fit_two_way(rows: AnyColumn, columns: AnyColumn, values: AnyColumn) -> TwoWayFit:
    """Fit value = level of the row + effect of the column by least squares.

    Parameters
    ----------
    rows, columns
        Shape (values,), the number of each value's row and column: whole numbers from 0, each of which comes.
    values
        Shape (values,), in any unit; finite.

    Returns
    -------
    TwoWayFit

    Raises
    ------
    InvalidValueError
        If the columns are of unlike lengths, a number is no whole one from 0 or is left out, or a value is no finite number.

    Notes
    -----
    Rows and columns that values link, directly or through others, are a component; between components nothing can be told, so
    each has its effects sum to 0 over its values by itself. The columns are eliminated, and the normal equations of the rows
    are solved by conjugate gradients, scaled by the counts. Adding a constant to the values of one column shifts all levels of
    its component alike.

    References
    ----------
    M. R. Hestenes and E. Stiefel, "Methods of conjugate gradients for solving linear systems", *Journal of Research of the
    National Bureau of Standards* 49 (1952) 409-436. J. M. Abowd, R. H. Creecy and F. Kramarz, "Computing person and firm
    effects using linked longitudinal employer-employee data", 2002.

    Examples
    --------
    >>> fit = fit_two_way(np.array([0, 0, 1, 2]), np.array([0, 1, 1, 2]), np.array([3.0, 5.0, 4.0, 1.0]))
    >>> fit.levels.round(6).tolist(), fit.effects.round(6).tolist(), fit.row_components.tolist()
    ([4.333333, 3.333333, 1.0], [-1.333333, 0.666667, 0.0], [0, 0, 1])
    """
    if not isinstance(values, np.ndarray) or values.dtype.kind not in "iuf" or values.ndim != 1:
        raise InvalidValueError("not_numeric", path=("values",), value=type(values))
    points = values.astype(np.float64)
    refuse_where(~np.isfinite(points), "not_finite", "values", points)
    row_of, column_of = _codes("rows", rows, points.size), _codes("columns", columns, points.size)
    if not points.size:
        return TwoWayFit(points, points.copy(), row_of, column_of)
    system = _System(row_of, column_of, np.bincount(row_of), np.bincount(column_of))
    row_components, column_components = components(row_of, column_of)
    middle = float(points.mean())
    points -= middle
    levels = system.solve(points)
    effects = system.effects(points, levels)
    weights = system.column_counts
    sizes = np.bincount(column_components, weights)
    shifts = np.bincount(column_components, weights * effects) / sizes
    return TwoWayFit(
        levels + shifts[row_components] + middle, effects - shifts[column_components], row_components, column_components
    )


def _codes(name: str, numbers: AnyColumn, size: int) -> NDArray[np.int64]:
    if not isinstance(numbers, np.ndarray) or numbers.dtype.kind not in "iu" or numbers.ndim != 1:
        raise InvalidValueError("wrong_type", path=(name,), expected=int, value=type(numbers))
    if numbers.size != size:
        raise InvalidValueError("length", path=(name,), expected=size, value=numbers.size)
    if size and (int(numbers.min()) < 0 or int(numbers.max()) >= size or not np.bincount(numbers).all()):
        raise InvalidValueError("not_numbered", path=(name,))
    return numbers.astype(np.int64)


def components(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count through the components that links between rows and columns make, in order of their first row.

    Parameters
    ----------
    rows, columns
        Shape (links,), the number of each link's row and column, from 0.

    Returns
    -------
    tuple of two arrays
        The component of each row, and of each column.

    Notes
    -----
    Every node points at the least that it is known to be linked with, and pointers are followed to their end; each round at
    least halves the number of ends in a component.

    Examples
    --------
    >>> of_rows, of_columns = components(np.array([0, 1, 1, 2]), np.array([1, 1, 0, 2]))
    >>> of_rows.tolist(), of_columns.tolist()
    ([0, 0, 1], [0, 0, 1])
    """
    row_count = int(rows.max()) + 1
    pointer = np.arange(row_count + int(columns.max()) + 1)
    left, right = rows, columns + row_count
    while left.size:
        ends = np.sort([pointer[left], pointer[right]], axis=0)
        is_apart = ends[0] != ends[1]
        left, right, ends = left[is_apart], right[is_apart], ends[:, is_apart]
        np.minimum.at(pointer, ends[1], ends[0])
        while not np.array_equal(pointer, further := pointer[pointer]):
            pointer = further
    numbers = np.unique(pointer, return_inverse=True)[1].ravel()
    return numbers[:row_count], numbers[row_count:]


class _System(NamedTuple):
    """The normal equations of the rows, from which the columns are eliminated."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    row_counts: NDArray[np.int64]
    column_counts: NDArray[np.int64]

    def effects(self, points: Column, levels: Column) -> Column:
        """Return the effects that suit given levels best."""
        rest = points - levels[self.rows]
        return np.bincount(self.columns, rest, self.column_counts.size) / self.column_counts

    def _times(self, levels: Column) -> Column:
        means = np.bincount(self.columns, levels[self.rows], self.column_counts.size) / self.column_counts
        return self.row_counts * levels - np.bincount(self.rows, means[self.columns], self.row_counts.size)

    def solve(self, points: Column) -> Column:
        """Return levels that suit the points best; those of a component are known up to a constant."""
        aim = self.effects(points, np.zeros(self.row_counts.size))
        right = np.bincount(self.rows, points - aim[self.columns], self.row_counts.size)
        levels = np.zeros(self.row_counts.size)
        rest = np.asarray(right, np.float64)
        distance, before = float(np.abs(rest).max()), np.inf
        enough = _SETTLED * distance
        # Begun anew from the true residual, which rounding has led away from, for as long as that helps.
        while enough < distance <= before / 2:
            levels += self._gradients(rest, enough)
            rest = right - self._times(levels)
            distance, before = float(np.abs(rest).max()), distance
        return levels

    def _gradients(self, rest: Column, enough: float) -> Column:
        """Solve for a right-hand side by conjugate gradients."""
        levels = np.zeros(rest.size)
        scaled = rest / self.row_counts
        direction, image = scaled, self._times(scaled)
        size, curve = float(np.dot(rest, scaled)), float(np.dot(direction, image))
        steps = 0
        # Where there is no curve left, there is nothing but rounding.
        while steps < rest.size and curve > 0 and float(np.abs(rest).max()) > enough:
            levels += size / curve * direction
            rest = rest - size / curve * image
            scaled = rest / self.row_counts
            size, previous = float(np.dot(rest, scaled)), size
            direction = scaled + size / previous * direction
            image = self._times(direction)
            curve = float(np.dot(direction, image))
            steps += 1
        return levels

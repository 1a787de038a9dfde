"""Whole units divided over the cells of a table, so that its rows and its columns both have their totals.

Both methods place the units by one min-cost flow: successive shortest paths with convex prices, in numpy over all rows
and columns at once, from a start that alternating scaling has brought within a few units of the end. Of a table with many
rows and columns alike, a small table of its blocks comes first, and is dealt out to the cells. The methods differ in the
price of a unit: the logarithm of its half-way point over the weight, or the change that it makes to the fit.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from salesperf.errors import InfeasibleError, UnknownNameError
from salesperf.kernels.apportionment.rounding import Parts
from salesperf.kernels.apportionment.two_margins.controlled import divide_by_rounding
from salesperf.kernels.apportionment.two_margins.questions import (
    BoundMatrix,
    Clash,
    Question,
    Totals,
    WeightMatrix,
    read_integers,
    read_question,
)
from salesperf.kernels.apportionment.two_margins.tables import Tables
from salesperf.kernels.apportionment.two_margins.ways import ClashError
from salesperf.kernels.apportionment.two_margins.webster import divide_by_webster


def _webster(tables: Tables) -> Parts:
    parts, _ = divide_by_webster(tables)
    return parts


MATRIX_METHODS: Final[Mapping[str, Callable[[Tables], Parts]]] = MappingProxyType(
    {"controlled": divide_by_rounding, "webster": _webster},
)
"""Name of each method to the function that divides checked tables."""


def apportion_matrix(
    row_totals: Totals,
    column_totals: Totals,
    weights: WeightMatrix,
    *,
    method: str = "webster",
    lower: BoundMatrix | None = None,
    upper: BoundMatrix | None = None,
) -> Parts:
    """Divide whole totals of rows and columns over the cells of a table, so that both margins are exact.

    Parameters
    ----------
    row_totals
        Shape (n,): whole units, all of one sign. Totals of 0 or less give the mirror image: bounds and parts change sign.
    column_totals
        Shape (m,): whole units, of the same sign and the same sum, which is at most 2**48 in size.
    weights
        Shape (n, m), finite, not negative, in any common unit, within a factor of 2**300 of each other where not 0.
        Integers, Decimals and Fractions count exactly at any size, a float as the binary fraction that it holds.
    method
        A name in :data:`MATRIX_METHODS`.
    lower, upper
        Shape (n, m), whole: the least and the largest part of each cell; without them, 0 and no bound.

    Returns
    -------
    NDArray[np.int64]
        Shape (n, m): the parts. A cell of weight 0 gets its lower bound (of negative totals its upper bound), or 0.

    Raises
    ------
    InvalidValueError
        If a total or a bound is no integer, sums differ (the message tells by how much), a weight is negative or not
        finite, or a shape is wrong; the path tells the position.
    InfeasibleError
        If bounds and weights of 0 leave no way: the message names rows, what they need, and from which columns they can
        get how much. A single row or column that cannot have its total is named by the path.
    UnknownNameError
        If no method bears the name.

    Notes
    -----
    ``webster`` (biproportional apportionment, Balinski and Demange): part = clip(round(weight x row multiplier x column
    multiplier), lower, upper), where what lies half-way between two integers may go either way. Such parts are unique
    unless some lie half-way for all such multipliers; which of them go up is then decided by position, and always in the
    same way. Multipliers are found by floats and verified in exact arithmetic before anything is returned.

    ``controlled`` (controlled rounding, Cox and Ernst): the proportional fit, each cell rounded down or up so that the sum of
    absolute changes is least. The fit is weight x row factor x column factor with the totals as its margins, with bounds
    that product clipped to them. Where a fit exists only as a limit, since weights of 0 force other cells to 0 or to a
    bound, the limit is rounded. The fit is taken in floats to 2**-30 units, so that whole numbers stay as they are.

    With more than two margins there may be no integer solution, even where fractional ones abound; a third dimension is
    to be divided level by level (:func:`apportion_matrices`).

    References
    ----------
    M. L. Balinski and G. Demange, "Algorithms for proportional matrices in reals and integers", *Mathematical
    Programming* 45, 1989. L. H. Cox and L. R. Ernst, "Controlled rounding", *INFOR* 20(4), 1982.

    Examples
    --------
    >>> apportion_matrix([6, 4], [5, 3, 2], [[50, 30, 20], [50, 30, 20]]).tolist()
    [[3, 2, 1], [2, 1, 1]]
    >>> apportion_matrix([2, 2], [3, 1], [[1, 0], [1, 1]])
    array([[2, 0],
           [1, 1]])
    """
    return _divide(read_question(row_totals, column_totals, weights, lower, upper, None), method)


def apportion_matrices(
    row_totals: Totals,
    column_totals: BoundMatrix,
    weights: WeightMatrix,
    groups: Totals,
    *,
    method: str = "webster",
    lower: BoundMatrix | None = None,
    upper: BoundMatrix | None = None,
) -> Parts:
    """Divide many tables of the same columns at once: what :func:`apportion_matrix` gives for each, in a fraction of the time.

    Parameters
    ----------
    row_totals
        Shape (n,): whole units of the rows of all tables, in any order; each table has a sign of its own.
    column_totals
        Shape (tables, m): whole units of the columns of each table.
    weights
        Shape (n, m), as for :func:`apportion_matrix`; the factor of 2**300 holds for all tables together.
    groups
        Shape (n,): the table to which each row belongs, from 0. A table without rows has totals of 0.
    method, lower, upper
        As for :func:`apportion_matrix`.

    Returns
    -------
    NDArray[np.int64]
        Shape (n, m): the parts, in the order of the rows. Where parts of a table are tied, they may go to other cells than
        in a table divided by itself.

    Raises
    ------
    InvalidValueError, InfeasibleError, UnknownNameError
        As by :func:`apportion_matrix`; positions of rows are those among all rows.

    Examples
    --------
    >>> teams = apportion_matrix([70, 30], [20, 30, 30, 20], [[1, 1, 1, 1], [1, 2, 2, 1]])
    >>> reps = apportion_matrices([40, 30, 30], teams, [[2, 3, 3, 2], [1, 1, 1, 1], [1, 1, 1, 1]], [0, 0, 1])
    >>> reps.sum(axis=1).tolist(), bool((reps[:2].sum(axis=0) == teams[0]).all())
    ([40, 30, 30], True)
    """
    return _divide(read_question(row_totals, column_totals, weights, lower, upper, groups), method)


def _divide(question: Question, method: str) -> Parts:
    choices = tuple(MATRIX_METHODS)
    if method not in choices:
        raise UnknownNameError("choice", path=("method",), choices=choices, value=method)
    tables = question.tables
    if not tables.weights.size:
        return question.answer(np.zeros(tables.weights.shape, dtype=np.int64))
    try:
        parts = MATRIX_METHODS[method](tables)
    except ClashError as error:
        clash = question.cut(error)
        path = ("row_totals", clash.rows[0])
        raise InfeasibleError("margins_clash", path=path, **clash._asdict(), short=clash.short) from None
    return question.answer(parts)


def find_clash(row_totals: Totals, column_totals: Totals, weights: WeightMatrix) -> Clash | None:
    """Find rows that need more than they can get, for whoever knows what rows and columns are called.

    Parameters
    ----------
    row_totals, column_totals, weights
        As for :func:`apportion_matrix`, which is to be asked without bounds.

    Returns
    -------
    Clash or None
        The positions of such rows and of the columns that hold too little for them; ``None`` where the table can be divided.

    Raises
    ------
    InvalidValueError
        As by :func:`apportion_matrix`.

    Notes
    -----
    A cut of the flow of units from rows to columns: by Gale's theorem there is one exactly where no table has these totals and
    0 in the cells of weight 0.

    References
    ----------
    D. Gale, "A theorem on flows in networks", *Pacific Journal of Mathematics* 7, 1957.

    Examples
    --------
    >>> find_clash([30, 60], [30, 30, 30], [[1, 1, 1], [0, 0, 1]])
    Clash(rows=(1,), columns=(), need=60, held=0, elsewhere=30)
    """
    margins = (("row_totals", row_totals), ("column_totals", column_totals))
    by_row, by_column = (np.abs(read_integers(name, totals, 1)) for name, totals in margins)
    most = np.where(np.asarray(weights) > 0, np.minimum.outer(by_row, by_column), 0)
    try:
        question = read_question(row_totals, column_totals, weights, None, None, None)
    except InfeasibleError:
        return _trimmed(_clash_of_line(by_row, by_column, most), by_row, by_column, most)
    try:
        divide_by_webster(question.tables)
    except ClashError as error:
        return _trimmed(question.cut(error), by_row, by_column, most)
    return None


def _trimmed(clash: Clash, by_row: Parts, by_column: Parts, most: Parts) -> Clash:
    """Leave out rows and columns that have no part in a clash: without them it is no smaller."""
    inside = np.isin(np.arange(len(by_column)), clash.columns)
    rows = [row for row in clash.rows if by_row[row] > most[row, ~inside].sum()]
    columns = [column for column in clash.columns if by_column[column] < most[rows, column].sum()]
    outside = np.isin(np.arange(len(by_column)), columns, invert=True)
    held, elsewhere = int(by_column[columns].sum()), int(most[rows][:, outside].sum())
    return Clash(tuple(rows), tuple(columns), int(by_row[rows].sum()), held, elsewhere)


def _clash_of_line(by_row: Parts, by_column: Parts, most: Parts) -> Clash:
    """Find the clash of a single row or column, of which some is known to need more than all its cells can have."""
    short = by_row - most.sum(axis=1)
    if (short > 0).any():
        row = int(np.argmax(short > 0))
        return Clash((row,), (), int(by_row[row]), 0, int(most[row].sum()))
    column = int(np.argmax(by_column - most.sum(axis=0) > 0))
    others = tuple(place for place in range(len(by_column)) if place != column)
    held = int(by_column.sum() - by_column[column])
    return Clash(tuple(range(len(by_row))), others, int(by_row.sum()), held, int(most[:, column].sum()))

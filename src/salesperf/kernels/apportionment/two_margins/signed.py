"""Signed numbers of a table rounded, each down or up, so that its rows, its columns and the whole have whole sums."""

from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import zip_longest
from math import ceil
from typing import Any, Final, TypeAlias

import numpy as np

from salesperf.errors import InvalidValueError
from salesperf.kernels.apportionment.exact import over_common_denominator, read_total, sum_of_integers
from salesperf.kernels.apportionment.one_margin import round_to_total
from salesperf.kernels.apportionment.rounding import Parts
from salesperf.kernels.apportionment.two_margins.alike import begin_division
from salesperf.kernels.apportionment.two_margins.controlled import RoundingPrices
from salesperf.kernels.apportionment.two_margins.questions import WeightMatrix
from salesperf.kernels.apportionment.two_margins.tables import Matrix, Tables
from salesperf.kernels.apportionment.two_margins.ways import ClashError
from salesperf.kernels.numeric import INT64_MAX

__all__ = ["round_to_margins"]

_Ratios: TypeAlias = tuple[list[int], int]
"""Numbers of a row, as whole numerators over one denominator."""

_LEAST: Final = 2.0**-1000
"""What a fractional part counts that is less than a float can be."""


def round_to_margins(values: WeightMatrix, total: int | np.integer[Any]) -> Parts:
    """Round the signed values of a table, each down or up, so that its rows and its columns have whole sums, and it a total.

    Parameters
    ----------
    values
        Shape (n, m), finite, of either sign, each between -2**63 and 2**63, in the unit of the total. Integers, Decimals and
        Fractions count exactly; a float counts as the binary fraction that it holds.
    total
        The whole sum of the table: that of the values rounded down or up.

    Returns
    -------
    NDArray[np.int64]
        Shape (n, m): each value rounded down or up, and so is the sum of each row and of each column. What is whole already,
        a value or a sum, stays as it is.

    Raises
    ------
    InvalidValueError
        If the total is no integer, rows are of unlike lengths, a value is nan, infinite or no number, or one is beyond int64.
    InfeasibleError
        If the total is neither the sum rounded down nor up.

    Notes
    -----
    Sums of rows and of columns are those of :func:`round_to_total`, by largest remainder, where a table has them; where none
    does, as is seldom, those of a table that exists: there always is one. Among all tables with these margins, the sum of
    absolute changes is least, by the min-cost flow of :func:`apportion_matrix`. The time grows about like the number of cells.

    References
    ----------
    L. H. Cox and L. R. Ernst, "Controlled rounding", *INFOR* 20(4), 1982. M. Bacharach, "Matrix rounding problems",
    *Management Science* 12(9), 1966, for the flow.

    Examples
    --------
    >>> round_to_margins([[0.5, 0.5], [0.25, -1.25]], 0)
    array([[ 1,  0],
           [ 0, -1]])
    """
    wanted = read_total(total)
    table = _read(values)
    width = len(table[0][0]) if table else 0
    downs = np.array([[number // unit for number in row] for row, unit in table], dtype=np.int64).reshape(len(table), width)
    beyond = [([number % unit for number in row], unit) for row, unit in table]
    by_row = [Fraction(sum(row), unit) for row, unit in beyond]
    by_column = [_sum([Fraction(row[place], unit) for row, unit in beyond]) for place in range(width)]
    missing = wanted - sum(sum_of_integers(row) for row in downs)
    round_to_total([_sum(by_row)], missing)  # it is refused where it is neither the sum down nor up
    fractions = _floats(beyond, width)
    if not fractions.any():
        return downs
    # There are few columns as a rule: they lie along the first axis.
    if len(table) < width:
        return downs + _raised(fractions, by_column, by_row, missing)
    return downs + _raised(fractions.T, by_row, by_column, missing).T


def _read(values: WeightMatrix) -> list[_Ratios]:
    table: list[_Ratios] = []
    for place, row in enumerate(values):
        numbers = row.tolist() if isinstance(row, np.ndarray) else list(row)
        try:
            numerators, denominator = over_common_denominator("values", numbers, "not_finite")
        except InvalidValueError as error:
            raise error.at("values", place, *error.path[1:]) from None
        if table and len(numbers) != len(table[0][0]):
            raise InvalidValueError("length", path=("values", place), expected=len(table[0][0]), value=len(numbers))
        for position, numerator in enumerate(numerators):
            if abs(numerator) > INT64_MAX * denominator:
                raise InvalidValueError("beyond_int64", path=("values", place, position), value=numbers[position])
        table.append((numerators, denominator))
    return table


def _floats(beyond: list[_Ratios], width: int) -> Matrix:
    """Write fractional parts as floats; of none that is above 0 it becomes 0."""
    rows = [[max(number / unit, _LEAST) if number else 0.0 for number in row] for row, unit in beyond]
    return np.array(rows, dtype=np.float64).reshape(len(beyond), width)


def _sum(numbers: Sequence[Fraction]) -> Fraction:
    """Add numbers two by two: one after the other would carry ever larger denominators along."""
    while len(numbers) > 1:
        pairs = zip_longest(numbers[::2], numbers[1::2], fillvalue=Fraction(0))
        numbers = [first + second for first, second in pairs]
    return numbers[0] if numbers else Fraction(0)


def _raised(beyond: Matrix, by_row: list[Fraction], by_column: list[Fraction], total: int) -> Parts:
    """Tell which numbers from 0 to 1 are rounded up, in a table of shape (columns, rows).

    Notes
    -----
    Margins rounded by themselves may clash: of two rows, each of which is whole, the halves of the one may lie in columns that
    are all rounded down. Then a row and a column are added that hold what each sum is rounded up by, and so leave open which
    are: that table has whole margins before it is rounded, and by the integrality of flows a rounding of which they are kept.
    """
    rows, columns = (round_to_total(sums, total) for sums in (by_row, by_column))
    with suppress(ClashError):
        return _rounded(beyond, rows, columns)
    above = [[ceil(number) for number in sums] for sums in (by_row, by_column)]
    gaps = [
        np.array([float(up - number) for up, number in zip(*both, strict=True)])
        for both in zip(above, (by_row, by_column), strict=True)
    ]
    open_table = np.block([[beyond, gaps[1][:, np.newaxis]], [gaps[0], np.zeros((1, 1))]])
    rows, columns = (np.array([*ups, sum(others) - total]) for ups, others in (above, above[::-1]))
    return _rounded(open_table, rows, columns)[:-1, :-1]


def _rounded(beyond: Matrix, rows: Parts, columns: Parts) -> Parts:
    upper = (beyond > 0).astype(np.int64)
    tables = Tables(
        row_totals=rows,
        column_totals=columns[:, np.newaxis],
        weights=beyond,
        exact=beyond,
        unit=Fraction(1),
        lower=np.zeros_like(upper),
        upper=upper,
        table_of_row=np.zeros(len(rows), dtype=np.intp),
        first_rows=np.zeros(1, dtype=np.intp),
        is_bounded=True,
    )
    start = np.minimum(np.rint(beyond).astype(np.int64), upper)
    division = begin_division(tables, RoundingPrices, beyond, start, tables.lower, upper)
    division.solve()
    return division.parts

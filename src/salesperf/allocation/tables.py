"""Tables of owners by periods whose columns are given: how much each row is to bring, and the cells that sum both ways."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from math import ceil, lcm
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from salesperf.allocation.parts import Weight
from salesperf.errors import InfeasibleError
from salesperf.kernels.apportionment import apportion, apportion_matrices
from salesperf.kernels.numeric import INT64_MAX
from salesperf.model.codes import Integers

__all__ = ["Claims", "divide_columns", "in_whole_numbers"]

Claims: TypeAlias = NDArray[Any]
"""By what rows share in columns: integers of numpy's, or of Python's where they are too large for those."""


def in_whole_numbers(weights: Sequence[Weight]) -> tuple[int, ...]:
    """Return weights as integers in the same proportion.

    Examples
    --------
    >>> in_whole_numbers([0.5, 1, Fraction(1, 3)])
    (3, 6, 2)
    """
    exact = [Fraction(weight) for weight in weights]
    common = lcm(*{weight.denominator for weight in exact})
    return tuple(int(weight * common) for weight in exact)


def divide_columns(columns: Integers, claims: Claims, group: Integers, *, method: str = "webster") -> Integers:
    """Let the rows of each table share its columns by their claims, so that both sums are whole.

    Parameters
    ----------
    columns
        Shape (tables, periods): what the rows of each table bring together in each period.
    claims
        Shape (rows, periods), not negative; in a column that brings something, some row of the table has a claim above 0.
    group
        Shape (rows,): the table of each row, increasing, each with some.
    method
        A name in :data:`salesperf.kernels.apportionment.MATRIX_METHODS`.

    Returns
    -------
    array of int64, shape (rows, periods)
        The cells; 0 where there is no claim.

    Notes
    -----
    A row brings the sum of its exact shares in the columns, rounded so that all rows of a table add up. Where claims of 0
    leave no such cells, other rows are rounded up: those that the exact shares, each rounded down or up, allow. There always
    are some, since a flow with whole bounds has a whole solution where it has one at all.

    Examples
    --------
    >>> divide_columns(np.array([[30, 31]]), np.array([[1, 1], [0, 1]]), np.array([0, 0])).tolist()
    [[30, 16], [0, 15]]
    """
    claims = _reduced_in_columns(claims, group)
    plain = _reduced_in_rows(claims)
    shares = list(_shares(columns, claims, group))
    try:
        return apportion_matrices(_rounded(columns, shares), columns, plain, group, method=method)
    except InfeasibleError:
        rows = _rounded_by_cells(columns, claims, shares, group)
        return apportion_matrices(rows, columns, plain, group, method=method)


class _Shares(NamedTuple):
    """What the rows of a table bring before they are rounded, as numerators over one denominator."""

    numerators: list[int]
    denominator: int


def _shares(columns: Integers, claims: Claims, group: Integers) -> Iterator[_Shares]:
    """Sum the exact shares of each row, without their sign, one table after the other.

    The share of a row in a column is its claim over all claims; over the common multiple of these, all are whole numbers.
    """
    starts = np.searchsorted(group, np.arange(len(columns)))
    sums, owed = np.add.reduceat(claims, starts, axis=0).tolist(), np.abs(columns).tolist()
    largest = int(claims.max(initial=0))
    for place, edges in enumerate(pairwise([*starts.tolist(), len(claims)])):
        common = lcm(*filter(None, sums[place]))
        factors = [column * (common // sum_) if sum_ else 0 for column, sum_ in zip(owed[place], sums[place], strict=True)]
        rows = claims[slice(*edges)]
        if claims.dtype != object and sum(factors) * largest <= INT64_MAX:
            yield _Shares((rows @ np.array(factors, dtype=np.int64)).tolist(), common)
        else:
            yield _Shares(
                [sum(factor * claim for factor, claim in zip(factors, row, strict=True)) for row in rows.tolist()], common
            )


def _rounded(columns: Integers, shares: Sequence[_Shares]) -> Integers:
    """Round the sums of rows by their remainders; those with an equal claim to a unit are served by position."""
    totals = columns.sum(axis=1).tolist()
    rows = [
        apportion(total, table.numerators) if total else np.zeros(len(table.numerators), dtype=np.int64)
        for total, table in zip(totals, shares, strict=True)
    ]
    return np.concatenate(rows)


def _rounded_by_cells(columns: Integers, claims: Claims, shares: Sequence[_Shares], group: Integers) -> Integers:
    """Round the sums of rows as their cells allow: one column more takes what rounding all of them up has too much."""
    exact = [Fraction(numerator, table.denominator) for table in shares for numerator in table.numerators]
    up = np.array(list(map(ceil, exact)), dtype=np.int64)
    sums = np.zeros(columns.shape, dtype=claims.dtype)
    np.add.at(sums, group, claims)
    cells = np.abs(columns)[group] * np.asarray(claims / np.where(sums == 0, 1, sums)[group], dtype=np.float64)
    over = [float(most - share) for most, share in zip(up.tolist(), exact, strict=True)]
    together = np.bincount(group, up, len(columns)).astype(np.int64) - np.abs(columns).sum(axis=1)
    wider = apportion_matrices(
        up, np.column_stack((np.abs(columns), together)), np.column_stack((cells, over)), group, method="controlled"
    )
    return np.asarray((up - wider[:, -1]) * np.sign(columns.sum(axis=1))[group], dtype=np.int64)


def _reduced_in_columns(claims: Claims, group: Integers) -> Claims:
    """Divide the columns of each table by their common divisors: no share depends on these, and numbers stay small."""
    divisors = np.gcd.reduceat(claims, np.flatnonzero(np.diff(group, prepend=-1)), axis=0)
    return np.asarray(claims // np.where(divisors == 0, 1, divisors)[group])


def _reduced_in_rows(claims: Claims) -> Claims:
    """Divide rows by their common divisors: no cell depends on these where rows are given, and ties are plain."""
    divisors = np.gcd.reduce(claims, axis=1)[:, np.newaxis]
    return np.asarray(claims // np.where(divisors == 0, 1, divisors))

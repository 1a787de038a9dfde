"""Totals, weights and bounds of tables: read, checked, and brought to the form in which they are divided."""

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, NamedTuple, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InfeasibleError, InvalidValueError
from salesperf.kernels.apportionment.rounding import Parts
from salesperf.kernels.apportionment.two_margins.tables import Matrix, Positions, Tables
from salesperf.kernels.apportionment.two_margins.ways import ClashError
from salesperf.kernels.numeric import INT64_MAX, Number

WeightMatrix: TypeAlias = NDArray[Any] | Sequence[NDArray[Any] | Sequence[Number | Decimal | Fraction]]
"""Weights of a table: an array of two dimensions, or a sequence of rows."""
Totals: TypeAlias = NDArray[Any] | Sequence[int | np.integer[Any]]
"""Whole numbers, one for each row or column."""
BoundMatrix: TypeAlias = NDArray[Any] | Sequence[NDArray[Any] | Sequence[int | np.integer[Any]]]
"""Whole numbers, one for each cell."""

LARGEST_SUM: Final = 2**48
"""About 2.8 trillion in cents: so far a float of a cell is within a fraction of a unit, and floats leave few units open."""
_WIDEST: Final = 300
"""Binary orders of magnitude that weights may lie apart."""
_KINDS: Final = (int, float, Decimal, Fraction)


class Clash(NamedTuple):
    """Rows that need more than they can get: why a table cannot be divided.

    Of a table whose totals are below 0 these are the numbers of its mirror image.

    Parameters
    ----------
    rows, columns
        The positions of the rows, and of the columns that hold too little for them.
    need
        The sum of the totals of these rows.
    held
        What these columns have for them.
    elsewhere
        What the cells of these rows can have in the other columns.

    Examples
    --------
    >>> Clash((1,), (0, 1), 60, 0, 30).short
    30
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    need: int
    held: int
    elsewhere: int

    @property
    def short(self) -> int:
        """How much they can get less than they need."""
        return self.need - self.held - self.elsewhere


@attrs.frozen(eq=False)
class Question:
    """Tables as they were asked for: rows first, in the order and with the signs in which they came.

    Attributes
    ----------
    tables
        What is to be divided.
    order
        Shape (rows,): which row each row of the tables was.
    signs
        Shape (tables,): -1 where the table is the mirror image of what was asked for.
    is_transposed
        Whether rows and columns of the one table have changed places.
    """

    tables: Tables
    order: Positions
    signs: Parts
    is_transposed: bool

    def answer(self, parts: Parts) -> Parts:
        """Bring parts, which are (columns, rows), to the order, the signs and the shape asked for."""
        answer = np.empty(parts.T.shape, dtype=np.int64)
        answer[self.order] = (parts * self.signs[self.tables.table_of_row]).T
        return np.ascontiguousarray(answer.T) if self.is_transposed else answer

    def asked(self, answer: Parts) -> Parts:
        """Bring parts that answer the question to the form in which the tables are divided."""
        rows = answer.T if self.is_transposed else answer
        parts: Parts = rows[self.order].T * self.signs[self.tables.table_of_row]
        return parts

    def cut(self, clash: ClashError) -> Clash:
        """Find which rows need more than they can get, in the order asked for."""
        tables = self.tables
        in_table = tables.table_of_row == clash.table
        taking = np.zeros(len(in_table), dtype=np.bool_)
        taking[clash.rows] = True
        giving = np.zeros(len(tables.column_totals), dtype=np.bool_)
        giving[clash.columns] = True
        elsewhere = int(tables.upper[np.ix_(~giving, taking)].sum())
        others = int(tables.lower[np.ix_(giving, in_table & ~taking)].sum())
        if self.is_transposed:
            # The same cut, seen from its other side: what the columns hold too little for, other rows ask too much of.
            rows, columns = np.flatnonzero(~giving), np.flatnonzero(in_table & ~taking)
            need, held = int(tables.column_totals[~giving, clash.table].sum()), int(tables.row_totals[columns].sum())
        else:
            rows, columns = np.sort(self.order[clash.rows]), clash.columns
            need, held = int(tables.row_totals[clash.rows].sum()), int(tables.column_totals[columns, clash.table].sum())
        return Clash(tuple(rows.tolist()), tuple(columns.tolist()), need, held - others, elsewhere)


def read_question(
    row_totals: Totals,
    column_totals: Totals | BoundMatrix,
    weights: WeightMatrix,
    lower: BoundMatrix | None,
    upper: BoundMatrix | None,
    groups: Totals | None,
) -> Question:
    """Check all that describes tables, and lay them side by side."""
    by_row = read_integers("row_totals", row_totals, 1)
    by_column = read_integers("column_totals", column_totals, 1 if groups is None else 2)
    by_column = by_column[np.newaxis] if groups is None else by_column
    shape = (len(by_row), by_column.shape[1])
    exact = _read_weights(weights, shape)
    table_of_row = _read_groups(groups, len(by_row), len(by_column))
    signs = _signs(by_row, by_column, table_of_row, is_batch=groups is not None)
    by_row, by_column = by_row * signs[table_of_row], by_column * signs[:, np.newaxis]
    _check_sums(by_row, by_column, table_of_row, is_batch=groups is not None)
    reachable = np.minimum(by_row[:, np.newaxis], by_column[table_of_row])
    least, most = _read_bounds(lower, upper, reachable, signs[table_of_row])
    floats, unit = _scale(exact)
    is_bounded = bool((least > 0).any() or (most < reachable).any())
    most = np.where(floats > 0, most, least)
    _check_lines(by_row, by_column, table_of_row, (least, most), is_batch=groups is not None)
    order = np.argsort(table_of_row, kind="stable")
    present, tables_in_order = np.unique(table_of_row[order], return_inverse=True)
    is_transposed = groups is None and shape[0] < shape[1]
    tables = Tables(
        row_totals=by_row[order],
        column_totals=np.ascontiguousarray(by_column[present].T),
        weights=np.ascontiguousarray(floats[order].T),
        exact=exact[order].T,
        unit=unit,
        lower=np.ascontiguousarray(least[order].T),
        upper=np.ascontiguousarray(most[order].T),
        table_of_row=tables_in_order,
        first_rows=np.searchsorted(tables_in_order, np.arange(len(present))),
        is_bounded=is_bounded,
    )
    if is_transposed:
        tables = _transpose(tables)
    return Question(tables, np.arange(shape[1]) if is_transposed else order, signs, is_transposed)


def _transpose(tables: Tables) -> Tables:
    """Change the places of the rows and columns of one table."""
    count = len(tables.column_totals)
    return attrs.evolve(
        tables,
        row_totals=tables.column_totals[:, 0],
        column_totals=tables.row_totals[:, np.newaxis],
        weights=np.ascontiguousarray(tables.weights.T),
        exact=tables.exact.T,
        lower=np.ascontiguousarray(tables.lower.T),
        upper=np.ascontiguousarray(tables.upper.T),
        table_of_row=np.zeros(count, dtype=np.intp),
        first_rows=np.zeros(1, dtype=np.intp),
    )


def read_integers(name: str, numbers: object, dimensions: int) -> Parts:
    """Read whole numbers within int64 as an array of so many dimensions."""
    if not isinstance(numbers, np.ndarray):
        if isinstance(numbers, str | bytes | bytearray) or not isinstance(numbers, Sequence):
            raise InvalidValueError("wrong_type", path=(name,), expected=(np.ndarray, Sequence), value=type(numbers))
        if dimensions > 1:
            rows = [_integers_of_list((name, place), row) for place, row in enumerate(numbers)]
            widths = [len(row) for row in rows]
            if len(set(widths)) > 1:
                place = next(place for place, width in enumerate(widths) if width != widths[0])
                raise InvalidValueError("length", path=(name, place), expected=widths[0], value=widths[place])
            return np.array(rows, dtype=np.int64).reshape(len(rows), widths[0] if widths else 0)
        return np.array(_integers_of_list((name,), numbers), dtype=np.int64)
    if numbers.ndim != dimensions:
        raise InvalidValueError("table_dimensions", path=(name,), expected=dimensions, value=numbers.ndim)
    if numbers.dtype.kind not in "iu":
        raise InvalidValueError("wrong_type", path=(name,), expected=int, value=numbers.dtype.type)
    _refuse_first((name,), numbers > INT64_MAX, numbers, "beyond_int64")
    _refuse_first((name,), numbers.astype(np.int64) < -INT64_MAX, numbers, "beyond_int64")
    return numbers.astype(np.int64)


def _integers_of_list(path: tuple[str | int, ...], numbers: object) -> list[int]:
    if isinstance(numbers, str | bytes | bytearray) or not isinstance(numbers, Sequence | np.ndarray):
        raise InvalidValueError("wrong_type", path=path, expected=(np.ndarray, Sequence), value=type(numbers))
    items = list(numbers)
    for place, item in enumerate(items):
        if isinstance(item, bool | np.timedelta64) or not isinstance(item, int | np.integer):
            raise InvalidValueError("wrong_type", path=(*path, place), expected=int, value=type(item))
        if abs(int(item)) > INT64_MAX:
            raise InvalidValueError("beyond_int64", path=(*path, place), value=int(item))
    return items


def _refuse_first(path: tuple[str | int, ...], wrong: NDArray[np.bool_], values: NDArray[Any], code: str) -> None:
    """Refuse an array by its first element that is wrong."""
    if wrong.any():
        position = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
        raise InvalidValueError(code, path=(*path, *map(int, position)), value=values[position])


def _read_weights(weights: object, shape: tuple[int, int]) -> NDArray[Any]:
    """Read weights as an array whose items give their exact value."""
    if isinstance(weights, np.ndarray):
        if weights.ndim != len(shape):
            raise InvalidValueError("table_dimensions", path=("weights",), expected=len(shape), value=weights.ndim)
        if weights.dtype.kind not in "iufO":
            raise InvalidValueError("wrong_type", path=("weights",), expected=_KINDS, value=weights.dtype.type)
        if weights.dtype.kind != "O" and weights.itemsize <= np.dtype(np.float64).itemsize:
            if weights.shape != shape:
                raise InvalidValueError("table_shape", path=("weights",), expected=shape, value=weights.shape)
            _refuse_first(("weights",), ~((weights >= 0) & (weights < np.inf)), weights, "weights_invalid")
            return weights
    rows = _items(("weights",), weights, shape[0])
    exact = np.empty(shape, dtype=object)
    for row, items in enumerate(rows):
        exact[row] = [_weight(row, column, item) for column, item in enumerate(_items(("weights", row), items, shape[1]))]
    return exact


def _items(path: tuple[str | int, ...], items: object, count: int) -> list[object]:
    if isinstance(items, str | bytes | bytearray) or not isinstance(items, Sequence | np.ndarray):
        raise InvalidValueError("wrong_type", path=path, expected=(np.ndarray, Sequence), value=type(items))
    if len(items) != count:
        raise InvalidValueError("length", path=path, expected=count, value=len(items))
    return list(items)


def _weight(row: int, column: int, item: object) -> Fraction:
    path = ("weights", row, column)
    if isinstance(item, bool | np.timedelta64) or not isinstance(item, (*_KINDS, np.integer, np.floating)):
        raise InvalidValueError("wrong_type", path=path, expected=_KINDS, value=item)
    try:
        exact = Fraction(int(item)) if isinstance(item, np.integer) else Fraction(*item.as_integer_ratio())
    except (ValueError, OverflowError):
        raise InvalidValueError("weights_invalid", path=path, value=item) from None
    if exact < 0:
        raise InvalidValueError("weights_invalid", path=path, value=item)
    return exact


def _scale(exact: NDArray[Any]) -> tuple[Matrix, Fraction]:
    """Give weights as floats, in a unit that makes the largest nearly 1, and that unit."""
    largest = exact.max() if exact.size else 0
    if largest == 0:
        return np.zeros(exact.shape), Fraction(1)
    numerator, denominator = (largest.item() if isinstance(largest, np.generic) else largest).as_integer_ratio()
    exponent = numerator.bit_length() - denominator.bit_length()
    unit = Fraction(2) ** exponent
    if exact.dtype == object:
        floats = np.array([float(item / unit) for item in exact.ravel().tolist()], dtype=np.float64).reshape(exact.shape)
    else:
        # In two steps, since the power of two that the least floats need is beyond the largest.
        halves = math.ldexp(1.0, -exponent // 2), math.ldexp(1.0, -exponent - -exponent // 2)
        floats = exact.astype(np.float64) * halves[0] * halves[1]
    _refuse_first(("weights",), (floats < 2.0**-_WIDEST) & (exact > 0), exact, "weights_far_apart")
    return floats, unit


def _read_groups(groups: Totals | None, row_count: int, table_count: int) -> Positions:
    if groups is None:
        return np.zeros(row_count, dtype=np.intp)
    tables = read_integers("groups", groups, 1)
    if len(tables) != row_count:
        raise InvalidValueError("length", path=("groups",), expected=row_count, value=len(tables))
    outside = np.flatnonzero((tables < 0) | (tables >= table_count))
    if len(outside):
        place = int(outside[0])
        raise InvalidValueError("out_of_range", path=("groups", place), low=0, high=table_count - 1, value=int(tables[place]))
    return tables.astype(np.intp)


def _signs(by_row: Parts, by_column: Parts, table_of_row: Positions, *, is_batch: bool) -> Parts:
    """Find the one sign of each table's totals."""
    negative = np.minimum(by_column.min(axis=1, initial=0), _over_rows(np.minimum, by_row, table_of_row, len(by_column)))
    positive = np.maximum(by_column.max(axis=1, initial=0), _over_rows(np.maximum, by_row, table_of_row, len(by_column)))
    mixed = np.flatnonzero((negative < 0) & (positive > 0))
    if len(mixed):
        table = int(mixed[0])
        path: tuple[str | int, ...] = ("column_totals", table) if is_batch else ("column_totals",)
        raise InvalidValueError("totals_of_both_signs", path=path, low=int(negative[table]), high=int(positive[table]))
    return np.where(negative < 0, -1, 1)


def _over_rows(combine: np.ufunc, by_row: Parts, table_of_row: Positions, table_count: int) -> Parts:
    combined = np.zeros(table_count, dtype=np.int64)
    combine.at(combined, table_of_row, by_row)
    return combined


def _check_sums(by_row: Parts, by_column: Parts, table_of_row: Positions, *, is_batch: bool) -> None:
    for table, (row_sum, column_sum) in enumerate(
        zip(
            # Floats hold all sums up to the largest that is allowed, and do not wrap around beyond.
            np.bincount(table_of_row, by_row.astype(np.float64), minlength=len(by_column)).tolist(),
            by_column.astype(np.float64).sum(axis=1).tolist(),
            strict=True,
        )
    ):
        step = (table,) if is_batch else ()
        for name, total in (("row_totals", row_sum), ("column_totals", column_sum)):
            if total > LARGEST_SUM:
                raise InvalidValueError("totals_too_large", path=(name, *step), value=int(total))
        if row_sum != column_sum:
            raise InvalidValueError(
                "margins_differ",
                path=("column_totals", *step),
                rows=int(row_sum),
                columns=int(column_sum),
                excess=int(column_sum - row_sum),
            )


def _read_bounds(lower: BoundMatrix | None, upper: BoundMatrix | None, reachable: Parts, signs: Parts) -> tuple[Parts, Parts]:
    """Read bounds, mirrored where the totals are; ``reachable`` is the smaller total of each cell's row and column."""
    if lower is None and upper is None:
        return np.zeros_like(reachable), reachable + 1
    low, high = (
        np.full(reachable.shape, default) if bound is None else read_integers(name, bound, 2)
        for name, bound, default in (("lower", lower, -INT64_MAX), ("upper", upper, INT64_MAX))
    )
    for name, bound in (("lower", low), ("upper", high)):
        if bound.shape != reachable.shape:
            raise InvalidValueError("table_shape", path=(name,), expected=reachable.shape, value=bound.shape)
    reversed_at = np.argwhere(low > high)
    if len(reversed_at):
        row, column = map(int, reversed_at[0])
        raise InvalidValueError(
            "interval_reversed", path=("upper", row, column), low=int(low[row, column]), high=int(high[row, column])
        )
    mirrored = signs[:, np.newaxis] < 0
    least, most = np.where(mirrored, -high, low), np.where(mirrored, -low, high)
    for is_mirrored, name, bound in ((False, "upper", high), (True, "lower", low)):
        _refuse_first((name,), (most < 0) & (mirrored == is_mirrored), bound, "bound_sign")
    beyond = np.argwhere(least > reachable)
    if len(beyond):
        row, column = map(int, beyond[0])
        name, bound = ("upper", high) if mirrored[row, 0] else ("lower", low)
        raise InfeasibleError(
            "bound_beyond_totals",
            path=(name, row, column),
            total=int(reachable[row, column] * signs[row]),
            value=int(bound[row, column]),
        )
    # More than its row and its column have cannot come to a cell; that keeps sums of bounds within int64.
    return np.maximum(least, 0), np.minimum(most, reachable + 1)


def _check_lines(
    by_row: Parts, by_column: Parts, table_of_row: Positions, bounds: tuple[Parts, Parts], *, is_batch: bool
) -> None:
    """Refuse a row or column whose own bounds leave no way to its total."""
    for code, bound, sign in (("total_below_bounds", bounds[0], 1), ("total_above_bounds", bounds[1], -1)):
        of_columns = np.zeros_like(by_column)
        np.add.at(of_columns, table_of_row, bound)
        for name, totals, limits in (("row_totals", by_row, bound.sum(axis=1)), ("column_totals", by_column, of_columns)):
            wrong = np.argwhere(sign * (limits - totals) > 0)
            if len(wrong):
                position = tuple(wrong[0].tolist())
                raise InfeasibleError(
                    code,
                    path=(name, *(position if is_batch else position[-1:])),
                    limit=int(limits[position]),
                    value=int(totals[position]),
                    excess=abs(int(totals[position]) - int(limits[position])),
                )

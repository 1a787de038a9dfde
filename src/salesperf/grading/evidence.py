"""Columns of categories as codes, and how many won and lost cases have each value."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError
from salesperf.kernels.numeric import AnyColumn
from salesperf.model.codes import Codes, Integers
from salesperf.model.frozen import FrozenMap
from salesperf.model.validators import as_tuple, is_identifier, is_tuple_of, named, repeated

__all__ = ["CategoryColumn", "Counts", "Encoded", "Label", "Truths", "count_values", "encode", "names_of", "signed", "truths"]

Label: TypeAlias = str | int
"""A value of a fact: text, a whole number, or yes and no."""
Counts: TypeAlias = tuple[int, int]
"""Won and lost cases."""
Truths: TypeAlias = NDArray[np.bool_]
"""A column of yes and no."""
CategoryColumn: TypeAlias = Codes[Any] | AnyColumn | Sequence[Any]
"""A column of values: as codes, which is by far the fastest, as an array, or as a sequence; a row may be a tuple of several."""

_BLOCK: Final = 32_768
"""Rows worked on at a time, so that scratch stays in the cache."""
_FLAGS: Final = (bool, int, float, np.bool_, np.number)


@attrs.frozen(eq=False)
class Encoded:
    """A column by codes: for each code the values that it stands for, none where nothing is known."""

    name: str
    codes: Integers
    values: tuple[tuple[Label, ...], ...]

    def first_row(self, codes: Collection[int]) -> int | None:
        """Return the first row with one of some codes; ``None`` where no row has one."""
        if not codes:
            return None
        is_one = np.zeros(len(self.values), dtype=np.bool_)
        is_one[list(codes)] = True
        rows = np.flatnonzero(is_one[self.codes])
        return int(rows[0]) if rows.size else None


def encode(columns: Mapping[str, CategoryColumn], size: int | None = None) -> tuple[Encoded, ...]:
    """Give the rows of each column codes.

    Raises
    ------
    InvalidValueError
        If a column is longer or shorter than the size, or than the first, or holds what is no category; the path names the
        column and the row.
    """
    encoded = []
    for name, column in columns.items():
        codes, labels = _codes_and_labels(name, column)
        size = codes.size if size is None else size
        if codes.size != size:
            raise InvalidValueError("length", path=("columns", name), expected=size, value=codes.size)
        encoded.append(Encoded(name, codes, _values(name, codes, labels)))
    return tuple(encoded)


def _codes_and_labels(name: str, column: CategoryColumn) -> tuple[Integers, tuple[Any, ...]]:
    if isinstance(column, Codes):
        return signed(column.codes), column.labels
    given: object = column
    if isinstance(given, np.ndarray):
        if given.ndim != 1:
            raise InvalidValueError("dimensions", path=("columns", name), value=given.ndim)
        given = given.tolist()
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise InvalidValueError("wrong_type", path=("columns", name), expected=(list, np.ndarray, Codes), value=column)
    try:
        found = Codes.of(given)
    except InvalidValueError as error:
        raise error.at("columns", name, *error.path[1:]) from None
    return found.codes, found.labels


def signed(codes: Integers) -> Integers:
    """Return codes of which numpy accepts that they are positions: not those without a sign that are as wide as these."""
    return codes.view(np.int64) if codes.dtype == np.uint64 else codes


def _values(name: str, codes: Integers, labels: tuple[Any, ...]) -> tuple[tuple[Label, ...], ...]:
    values = []
    for code, label in enumerate(labels):
        several = tuple(dict.fromkeys(label if isinstance(label, tuple) else (label,)))
        known = tuple(value for value in several if not _is_missing(value))
        for value in known:
            if not isinstance(value, str | int):
                rows = np.flatnonzero(codes == code)
                path = ("columns", name, *rows[:1].tolist())
                raise InvalidValueError("not_a_label", path=path, value=named(value))
        values.append(known)
    return tuple(values)


def _is_missing(value: object) -> bool:
    """Tell whether a value says that nothing is known: ``None``, empty text, or nan, as pandas says it."""
    return value is None or value == "" or value != value  # noqa: PLR0124 - nan alone differs from itself


def names_of(by: Iterable[str]) -> tuple[str, ...]:
    """Return names of facts, each once.

    Raises
    ------
    InvalidValueError
        If they are no names, or one comes twice.
    """
    names = as_tuple(by)
    if not is_tuple_of(names, str) or not all(map(is_identifier, names)):
        raise InvalidValueError("wrong_type", path=("by",), expected=tuple, value=by)
    for position, again in repeated(names):
        raise InvalidValueError("not_unique", path=("by", position), value=again)
    return names


def truths(won: object) -> Truths:
    """Return a column of yes and no, which may come as 1 and 0.

    Raises
    ------
    InvalidValueError
        If it is no column, or holds anything else; the path names the row.
    """
    given: object = won if isinstance(won, np.ndarray) else as_tuple(won)  # type: ignore[arg-type] # or it is refused
    if not isinstance(given, np.ndarray | tuple):
        raise InvalidValueError("not_flags", path=("won",), value=won)
    if isinstance(given, np.ma.MaskedArray):
        raise InvalidValueError("masked", path=("won",))
    try:
        column = np.asarray(given)
    except ValueError:  # rows of unlike lengths
        raise InvalidValueError("not_flags", path=("won",), value=won) from None
    if column.ndim != 1:
        raise InvalidValueError("dimensions", path=("won",), value=column.ndim)
    if column.dtype == np.bool_:
        return column
    if column.dtype.kind not in "iuf":
        # Element by element, since to compare objects may raise whatever they like.
        is_yes = (float(value == 1) if isinstance(value, _FLAGS) and value in (0, 1) else np.nan for value in column.tolist())
        column = np.array([*is_yes])
    is_flag = (column == 0) | (column == 1)
    if not is_flag.all():
        row = int(np.flatnonzero(~is_flag)[0])
        raise InvalidValueError("not_a_flag", path=("won", row), value=named(given[row]))
    return np.asarray(column == 1)


def count_values(column: Encoded, won: Truths) -> FrozenMap[Label, Counts]:
    """Count the won and the lost cases with each value; a value without a case is none."""
    by_code = _count_codes(column.codes, won, len(column.values))
    counts: dict[Label, Counts] = {}
    for values, (lost_count, won_count) in zip(column.values, by_code.tolist(), strict=True):
        for value in values:
            before = counts.get(value, (0, 0))
            counts[value] = before[0] + won_count, before[1] + lost_count
    return FrozenMap({value: pair for value, pair in counts.items() if any(pair)})


def _count_codes(codes: Integers, won: Truths, count: int) -> Integers:
    """Return how many lost and won cases have each code: shape (count, 2)."""
    counts = np.zeros(2 * count, dtype=np.int64)
    block = max(_BLOCK, 2 * count)  # or else to add up the counts of each block would take longer than to count
    scratch = np.empty(min(block, codes.size), dtype=np.int64)
    for start in range(0, codes.size, block):
        rows = slice(start, start + block)
        keys = scratch[: codes[rows].size]
        np.left_shift(codes[rows], 1, out=keys, dtype=np.int64, casting="same_kind")
        np.add(keys, won[rows].view(np.uint8), out=keys)
        counts += np.bincount(keys, minlength=counts.size)
    return counts.reshape(count, 2)

"""Columns of rows without objects: labels as codes, days as numbers; and what results made of columns have in common."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, Generic, Self, TypeAlias, TypeVar

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError
from salesperf.kernels.numeric import Column
from salesperf.model.validators import as_tuple, require

__all__ = ["EPOCH", "Codes", "Integers", "days_and_ends", "days_of", "extremes", "numbers_of", "read_only", "same_content"]

Integers: TypeAlias = NDArray[np.int64]
LabelT = TypeVar("LabelT", bound=Hashable)

EPOCH: Final = date(1970, 1, 1).toordinal()
"""The day from which numpy counts, as an ordinal."""
_BLOCK: Final = 65_536
_DAYS: Final = np.dtype("datetime64[D]")
_LONGER_THAN_A_DAY: Final = frozenset({"Y", "M", "W", "generic"})
"""Units of time in which a column does not say which day it means."""
_FLAGS: Final = frozenset({bool, np.bool_})
_NUMBERS: Final = (int, float, np.number, np.bool_)


def _as_labels(value: Iterable[LabelT]) -> tuple[LabelT, ...]:
    return as_tuple(value)


@attrs.frozen(eq=False)
class Codes(Generic[LabelT]):
    """A column of few distinct labels: a whole number for each row, and what the numbers stand for.

    Parameters
    ----------
    codes
        Shape (n,), whole numbers from 0 up to the number of labels.
    labels
        The distinct labels.

    Raises
    ------
    InvalidValueError
        If a label comes twice, or a code has no label; the path names the row.

    Examples
    --------
    >>> Codes(np.array([1, 0, 1]), ("ada", "bo")).codes.tolist()
    [1, 0, 1]
    """

    codes: Integers
    labels: tuple[LabelT, ...] = attrs.field(converter=_as_labels)

    def __attrs_post_init__(self) -> None:
        """Check that every code has its label."""
        given: object = self.codes
        if not isinstance(given, np.ndarray) or given.ndim != 1 or given.dtype.kind not in "iu":
            raise InvalidValueError("not_codes", path=("codes",), value=given)
        require(self.labels, tuple, path=("labels",))
        try:
            is_distinct = len(set(self.labels)) == len(self.labels)
        except TypeError:
            raise _without_hash(self.labels, "labels") from None
        if not is_distinct:
            repeated = next(label for place, label in enumerate(self.labels) if label in self.labels[:place])
            raise InvalidValueError("not_unique", path=("labels",), value=repeated)
        # A negative code, read without its sign, is beyond any label too: one look suffices.
        if self.codes.size and int(self.codes.view(f"u{self.codes.itemsize}").max()) >= len(self.labels):
            row = int(np.flatnonzero((self.codes < 0) | (self.codes >= len(self.labels)))[0])
            last = len(self.labels) - 1
            raise InvalidValueError("out_of_range", path=("codes", row), low=0, high=last, value=int(self.codes[row]))

    @classmethod
    def of(cls, values: Iterable[LabelT]) -> Self:
        """Give the distinct values numbers, in order of first appearance.

        Raises
        ------
        InvalidValueError
            If it is nothing to go through, a value could change, or yes and no stand beside numbers, since True and 1 are
            equal and would be one label; the path names the row.

        Examples
        --------
        >>> Codes.of(["bo", "ada", "bo"]).labels
        ('bo', 'ada')
        """
        rows: object = values
        if not isinstance(rows, Iterable) or (isinstance(rows, np.ndarray) and not rows.ndim):
            raise InvalidValueError("wrong_type", path=("values",), expected=Iterable, value=rows)
        rows = rows if isinstance(rows, Sequence) else tuple(rows)
        numbers: dict[LabelT, int] = {}
        try:
            codes = [numbers.setdefault(value, len(numbers)) for value in rows]
        except TypeError:
            raise _without_hash(rows, "values") from None
        _refuse_flags_beside_numbers(rows, numbers)
        return cls(np.array(codes, dtype=np.int64), tuple(numbers))


def _without_hash(values: Iterable[object], name: str) -> InvalidValueError:
    """Return the error for the first of some values that could change, or that is a signalling nan."""
    position, value = next((position, value) for position, value in enumerate(values) if not _has_hash(value))
    if isinstance(value, Decimal):
        return InvalidValueError("not_finite", path=(name, position), value=value)
    return InvalidValueError("unhashable", path=(name, position), value=type(value))


def _has_hash(value: object) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _refuse_flags_beside_numbers(values: Sequence[object], labels: Mapping[Any, int]) -> None:
    """Refuse True beside 1, and False beside 0: their order alone would say which of the two became the label."""
    if 1 not in labels and 0 not in labels:
        return
    kinds = set(map(type, values))
    if not kinds & _FLAGS or not any(issubclass(kind, _NUMBERS) for kind in kinds - _FLAGS):
        return
    first: dict[object, object] = {}
    for position, value in enumerate(values):
        if isinstance(value, _NUMBERS):
            other = first.setdefault(value, value)
            if (type(value) in _FLAGS) != (type(other) in _FLAGS):
                raise InvalidValueError("flags_beside_numbers", path=("values", position), other=other, value=value)


def days_of(column: NDArray[np.datetime64], name: str) -> Integers:
    """Return days as whole numbers; :data:`EPOCH` more are what ``date.toordinal()`` has.

    Raises
    ------
    InvalidValueError
        If the column holds no days, or one is missing, beyond the years of a date, or has a time of day, whose day depends on
        a time zone; the path names it.
    """
    return days_and_ends(column, name)[0]


def days_and_ends(column: NDArray[np.datetime64], name: str) -> tuple[Integers, tuple[int, int] | None]:
    """Return days as :func:`days_of` does, and the first and the last of them: ``None`` where there is no day.

    Examples
    --------
    >>> days_and_ends(np.array(["1970-01-03", "1970-01-02"], dtype="datetime64[D]"), "on")
    (array([2, 1]), (1, 2))
    """
    if column.dtype.kind != "M" or np.datetime_data(column.dtype)[0] in _LONGER_THAN_A_DAY:
        raise InvalidValueError("not_days", path=(name,), value=column.dtype.type.__name__)
    days = column.astype(_DAYS, copy=False).view(np.int64)
    if not days.size:
        return days, None
    first, last = extremes(days)
    if first < 1 - EPOCH or last > date.max.toordinal() - EPOCH:
        wrong = np.flatnonzero((days < 1 - EPOCH) | (days > date.max.toordinal() - EPOCH))
        raise InvalidValueError("wrong_type", path=(name, int(wrong[0])), expected=date, value=None)
    if column.dtype != _DAYS:
        instants = np.flatnonzero(days.view(_DAYS) != column)
        if instants.size:
            raise InvalidValueError("date_is_datetime", path=(name, int(instants[0])))
    return days, (first, last)


def numbers_of(values: object, name: str) -> Column:
    """Return a column of floats, made of an array or of any other sequence of numbers.

    Raises
    ------
    InvalidValueError
        If it is neither, has not one dimension, or holds what is no number; the path names the row.

    Examples
    --------
    >>> numbers_of([1, Decimal("0.25")], "probability")
    array([1.  , 0.25])
    """
    given: object = values if isinstance(values, np.ndarray) else as_tuple(values)  # type: ignore[arg-type] # or it is refused
    if not isinstance(given, np.ndarray | tuple):
        raise InvalidValueError("not_numbers", path=(name,), value=values)
    if isinstance(given, np.ma.MaskedArray):
        raise InvalidValueError("masked", path=(name,))
    try:
        column = np.asarray(given)
    except ValueError:  # rows of unlike lengths
        column = np.empty(len(given), dtype=object)
        column[:] = given
    if column.ndim != 1:
        raise InvalidValueError("dimensions", path=(name,), value=column.ndim)
    if column.dtype.kind in "buif":
        return column.astype(np.float64, copy=False)
    return np.array([_float_of(value, (name, row)) for row, value in enumerate(given)], dtype=np.float64)


def _float_of(value: object, path: tuple[str | int, ...]) -> float:
    if not isinstance(value, (*_NUMBERS, Decimal, Fraction)):
        raise InvalidValueError("not_a_number", path=path, value=value if isinstance(value, str) else type(value))
    try:
        return float(value)
    except (OverflowError, ValueError):  # beyond any float; a signalling nan
        raise InvalidValueError("not_finite", path=path, value=value) from None


def extremes(column: NDArray[np.integer[Any]]) -> tuple[int, int]:
    """Return the least and the greatest number of a column that is not empty, reading it from memory once.

    Examples
    --------
    >>> extremes(np.array([3, -1, 2]))
    (-1, 3)
    """
    blocks = [column[start : start + _BLOCK] for start in range(0, column.size, _BLOCK)]
    ends = [(int(block.min()), int(block.max())) for block in blocks]
    return min(low for low, _ in ends), max(high for _, high in ends)


def read_only(column: Integers) -> Integers:
    """Return a column that cannot be written to."""
    column = column.view()
    column.flags.writeable = False
    return column


def same_content(left: "attrs.AttrsInstance", right: "attrs.AttrsInstance") -> bool:
    """Tell whether two objects of one class have the same fields, columns among them.

    Examples
    --------
    >>> same_content(Codes.of("aab"), Codes.of("aab")), same_content(Codes.of("aab"), Codes.of("aba"))
    (True, False)
    """
    names = [field.name for field in attrs.fields(type(left))]
    return all(_same(getattr(left, name), getattr(right, name)) for name in names)


def _same(left: object, right: object) -> bool:
    return bool(np.array_equal(left, right)) if isinstance(left, np.ndarray) else left == right  # type: ignore[arg-type] # two of a kind

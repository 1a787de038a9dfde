"""Columns of rows without objects: labels as codes, days as numbers; and what results made of columns have in common."""

from collections.abc import Hashable, Iterable
from datetime import date
from typing import Any, Final, Generic, Self, TypeAlias, TypeVar

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError

__all__ = ["EPOCH", "Codes", "Integers", "days_and_ends", "days_of", "extremes", "read_only", "same_content"]

Integers: TypeAlias = NDArray[np.int64]
LabelT = TypeVar("LabelT", bound=Hashable)

EPOCH: Final = date(1970, 1, 1).toordinal()
"""The day from which numpy counts, as an ordinal."""
_BLOCK: Final = 65_536
_DAYS: Final = np.dtype("datetime64[D]")
_LONGER_THAN_A_DAY: Final = frozenset({"Y", "M", "W", "generic"})
"""Units of time in which a column does not say which day it means."""


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
    labels: tuple[LabelT, ...]

    def __attrs_post_init__(self) -> None:
        """Check that every code has its label."""
        if self.codes.ndim != 1 or self.codes.dtype.kind not in "iu":
            raise InvalidValueError("wrong_type", path=("codes",), expected=int, value=self.codes)
        if len(set(self.labels)) < len(self.labels):
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

        Examples
        --------
        >>> Codes.of(["bo", "ada", "bo"]).labels
        ('bo', 'ada')
        """
        numbers: dict[LabelT, int] = {}
        codes = [numbers.setdefault(value, len(numbers)) for value in values]
        return cls(np.array(codes, dtype=np.int64), tuple(numbers))


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

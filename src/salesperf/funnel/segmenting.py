"""Deals in segments: a number for each combination of labels that they bear."""

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.funnel.tally import Labels
from salesperf.kernels.events.counts import AnyIntegers
from salesperf.kernels.events.scratch import BLOCK
from salesperf.model.codes import Integers, extremes

__all__ = ["UNDATED", "counted_by", "looked_up", "months", "segmented"]

Column: TypeAlias = tuple[AnyIntegers, Sequence[str | None]]
"""A code for each deal, and the label of each code."""

UNDATED: Final = np.iinfo(np.int64).min
"""How numpy writes a day that is not known."""
_DENSE: Final = 4
"""Values are numbered through a table while it has at most so many cells a row."""


def months(begin: Integers, before: int) -> Column:
    """Return the month in which each deal began, as a code and its label; ``None`` before all days."""
    days = _Distinct.of(begin)
    known = np.where(days.values == before, UNDATED, days.values).view("datetime64[D]")
    begun = _Distinct.of(known.astype("datetime64[M]").view(np.int64))
    labels = np.datetime_as_string(begun.values.view("datetime64[M]")).tolist()
    return days.spread(begun.places), [None if label == "NaT" else label for label in labels]


def segmented(columns: Sequence[Column], deals: int) -> tuple[AnyIntegers, tuple[Labels, ...]]:
    """Give a number to each combination of labels that deals bear, in order of the labels."""
    if not columns:
        return np.zeros(deals, dtype=np.int8), ((),)
    segment, names = columns[0]
    segments: list[Labels] = [(name,) for name in names]
    for place, names in columns[1:]:
        # Numbered anew after each column, so that no product of their lengths is beyond 64 bits.
        pairs = np.multiply(segment, len(names), dtype=np.int64)
        pairs += place
        used = _Distinct.of(pairs)
        segment = used.places
        before, last = (part.tolist() for part in divmod(used.values, len(names)))
        segments = [(*segments[each], names[label]) for each, label in zip(before, last, strict=True)]
    return segment, tuple(segments)


def counted_by(segment: AnyIntegers, kept: NDArray[np.bool_], segments: int) -> Integers:
    """Count those deals by segment that are kept."""
    return np.bincount(segment[np.flatnonzero(kept)], minlength=segments)


def looked_up(table: AnyIntegers, codes: AnyIntegers, *, first: int = 0) -> AnyIntegers:
    """Return what a table that begins at a code says of each code."""
    # A block at a time, since codes of a narrow type would be widened all at once.
    told = np.empty(codes.size, dtype=table.dtype)
    for rows, place in _places(codes, first):
        # Any mode but "raise" writes to the memory itself; the codes are those of the table.
        np.take(table, place, out=told[rows], mode="clip")
    return told


def _places(codes: AnyIntegers, first: int) -> Iterator[tuple[slice, Integers]]:
    """Yield blocks of rows, and how far their codes are from the first."""
    scratch = np.empty(min(codes.size, BLOCK), dtype=np.int64)
    for start in range(0, codes.size, BLOCK):
        rows = slice(start, min(start + BLOCK, codes.size))
        place = scratch[: rows.stop - start]
        yield rows, np.subtract(codes[rows], first, out=place, dtype=np.int64, casting="same_kind")


def in_order(codes: AnyIntegers, labels: Sequence[str | None]) -> tuple[AnyIntegers, list[str | None]]:
    """Give numbers to the labels that deals bear, in order; return the number for each deal, and the labels."""
    used = _Distinct.of(codes)
    names = [labels[code] for code in used.values.tolist()]
    order = sorted(range(len(names)), key=lambda place: (names[place] is not None, names[place] or ""))
    return used.spread(_narrow(np.argsort(order))), [names[place] for place in order]


def _narrow(numbers: Integers) -> AnyIntegers:
    """Return numbers from 0 up in the narrowest signed type that holds them."""
    return numbers.astype(np.min_scalar_type(-1 - int(numbers.max(initial=0))))


@attrs.frozen(eq=False)
class _Distinct:
    """The different values of a column, in order.

    Of values that lie close together there is a table that tells which are used; of others, the position of each row's.
    """

    values: Integers
    _column: AnyIntegers
    _first: int
    _is_used: NDArray[np.bool_] | None

    @classmethod
    def of(cls, column: AnyIntegers) -> "_Distinct":
        """Find the different values of a column."""
        low, high = extremes(column) if column.size else (0, -1)
        if high - low >= _DENSE * column.size:
            values, places = np.unique(column, return_inverse=True)
            return cls(values.astype(np.int64), places, 0, None)
        is_used = np.zeros(high - low + 1, dtype=bool)
        for _, place in _places(column, low):
            is_used[place] = True
        return cls(np.flatnonzero(is_used) + low, column, low, is_used)

    @property
    def places(self) -> AnyIntegers:
        """The position of each row's value among them."""
        return self.spread(_narrow(np.arange(self.values.size)))

    def spread(self, told: AnyIntegers) -> AnyIntegers:
        """Return for each row what is told of its value."""
        if self._is_used is None:
            return told.take(self._column)
        table = np.zeros(self._is_used.size, dtype=told.dtype)
        table[self._is_used] = told
        return looked_up(table, self._column, first=self._first)

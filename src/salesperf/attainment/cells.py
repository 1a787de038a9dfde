"""Cells: exact sums of many rows, each by its key, listed or in a table."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final, Self

import attrs
import numpy as np

from salesperf.attainment.words import Words
from salesperf.errors import InvalidValueError
from salesperf.kernels.numeric import INT64_MAX
from salesperf.model.codes import Integers, read_only, same_content

__all__ = ["Cells", "ListedCells", "RowKeys", "TabledCells", "sum_rows"]

_DENSE: Final = 16
"""Counting into a table is faster than sorting while the table has at most so many cells a row."""
_TIGHT: Final = 8
"""A table is kept as it is, and not listed, while it has at most so many cells a row: beyond, it is mostly empty memory."""
_BLOCK: Final = 32_768


class Cells(ABC):
    """Sums of amounts and of entries, known by keys; only cells with entries count, whatever form they are held in."""

    __slots__ = ()

    @property
    @abstractmethod
    def listed(self) -> "ListedCells":
        """The cells one behind the other: in this form equal content is equal."""

    @abstractmethod
    def between(self, first: Integers, last: Integers) -> tuple[Integers, Integers]:
        """Return the sum of the amounts and of the entries over runs of keys, each up to, and without, the last."""

    @abstractmethod
    def runs_with_entries(self, length: int) -> Integers:
        """Cut the keys into runs of one length, and return which of them have entries, in order: there have to be cells."""

    def __eq__(self, other: object) -> bool:
        """Compare by content, whatever the form."""
        return same_content(self.listed, other.listed) if isinstance(other, Cells) else NotImplemented

    __hash__ = None  # type: ignore[assignment] # they hold arrays


@attrs.frozen(eq=False)
class ListedCells(Cells):
    """Cells one behind the other.

    Attributes
    ----------
    key : array of int64, shape (cells,)
        Increasing.
    minor, entries : array of int64, shape (cells,)
        The sum, and how many rows it sums.

    Examples
    --------
    >>> cells = ListedCells(np.array([3, 7]), np.array([500, -20]), np.array([2, 1]))
    >>> [column.tolist() for column in cells.between(np.array([0, 4]), np.array([9, 7]))]
    [[480, 0], [3, 0]]
    """

    key: Integers = attrs.field(converter=read_only)
    minor: Integers = attrs.field(converter=read_only)
    entries: Integers = attrs.field(converter=read_only)

    @property
    def listed(self) -> "ListedCells":
        """Themselves."""
        return self

    @cached_property
    def _running(self) -> tuple[Integers, Integers]:
        """Sums over the first 0, 1, 2, ... cells."""
        return _running(self.minor), _running(self.entries)

    def between(self, first: Integers, last: Integers) -> tuple[Integers, Integers]:
        """Search the ends of each run."""
        start, end = np.searchsorted(self.key, first), np.searchsorted(self.key, last)
        minor, entries = (running[end] - running[start] for running in self._running)
        return minor, entries

    def runs_with_entries(self, length: int) -> Integers:
        """Search the ends of each run, or look at each cell where there are fewer of these."""
        runs = int(self.key[-1]) // length + 1
        if runs < self.key.size:
            return np.flatnonzero(np.diff(np.searchsorted(self.key, np.arange(runs + 1) * length)))
        return np.unique(self.key // length)


@attrs.frozen(eq=False)
class TabledCells(Cells):
    """Cells in a table with a place for every key, from 0 on: nothing is searched, and nothing listed until it is asked for.

    Attributes
    ----------
    layout : Words
        How an amount and its entries share a word.
    words : array of int64, shape (keys,)
        The word of each key; 0 where it has no entries.

    Examples
    --------
    >>> layout = Words(bits=2)
    >>> cells = TabledCells(layout, np.array([0, *layout.joined(np.array([500, -20]), np.array([2, 1]))]))
    >>> [column.tolist() for column in cells.between(np.array([0, 2]), np.array([3, 3]))]
    [[480, -20], [3, 1]]
    >>> cells.listed.key.tolist()
    [1, 2]
    """

    layout: Words
    words: Integers = attrs.field(converter=read_only)

    @cached_property
    def listed(self) -> ListedCells:
        """The cells that have entries."""
        # Of booleans the places are found four times as fast as of numbers.
        key = np.flatnonzero(self.words != 0)
        return ListedCells(key, *self.layout.parted(self.words[key]))

    @cached_property
    def _running(self) -> Integers:
        """Sums of the words of the first 0, 1, 2, ... keys."""
        return _running(self.words)

    def between(self, first: Integers, last: Integers) -> tuple[Integers, Integers]:
        """Look up the ends of each run."""
        return self.layout.parted(self._running[last] - self._running[first])

    def runs_with_entries(self, length: int) -> Integers:
        """Sum each run: words never sum to 0 where there are entries, as those are counted in the lower bits."""
        return np.flatnonzero(self.words.reshape(-1, length).sum(axis=1))


def _running(column: Integers) -> Integers:
    """Return the sums of the first 0, 1, 2, ... numbers of a column."""
    sums = np.empty(column.size + 1, dtype=np.int64)
    sums[0] = 0
    np.cumsum(column, out=sums[1:])
    return sums


@attrs.frozen(eq=False)
class _Axes:
    """Axes that are looked up together: the number of a combination of their codes, and one look, instead of one for each."""

    columns: tuple[tuple[Integers, int], ...]
    """The codes of each axis, and how many labels it has."""
    keys: Integers
    """What each combination adds to a key."""

    @classmethod
    def of(cls, codes: Integers, keys: Integers) -> Self:
        """Look up one axis by itself."""
        return cls(((codes, keys.size),), keys)

    def with_axis(self, codes: Integers, keys: Integers) -> Self:
        """Take one more axis along."""
        return attrs.evolve(self, columns=(*self.columns, (codes, keys.size)), keys=np.add.outer(self.keys, keys).ravel())

    def look_up(self, rows: slice, *, place: Integers, out: Integers) -> Integers:
        """Write what the codes of some rows add to their keys; the numbers of the combinations need a place too."""
        (combination, _), *others = ((codes[rows], size) for codes, size in self.columns)
        for codes, size in others:
            # The type has to be said: that of the codes may be too narrow for combinations.
            np.multiply(combination, size, out=place, dtype=np.int64)
            combination = np.add(place, codes, out=place, dtype=np.int64)
        # Every combination has its key: any mode but the default spares numpy a copy that guards against one that has none.
        return np.take(self.keys, combination, out=out, mode="clip")


class RowKeys:
    """The key of each row, block by block: keys in full would not stay in the cache.

    Parameters
    ----------
    axes
        The codes of each axis but the days, and where each code stands among the sorted labels.
    day, first
        The day of each row, and the first of all.
    shape
        How many labels each axis has, and how many days there are.

    Raises
    ------
    InvalidValueError
        If there are more combinations than 64 bits number.
    """

    def __init__(self, axes: Sequence[tuple[Integers, Integers]], day: Integers, first: int, shape: Sequence[int]) -> None:
        self.size = math.prod(shape)
        if self.size > INT64_MAX:
            raise InvalidValueError("overflow", path=("tally",))
        self.day = day
        strides = np.cumprod((1, *reversed(shape[1:])))[:0:-1]
        keys = [(codes, place * stride) for (codes, place), stride in zip(axes, strides, strict=True)]
        # An axis of one label adds nothing; but the first day has to be taken off somewhere.
        (codes, offsets), *others = [axis for axis in keys if axis[1].size > 1] or keys[:1]
        self.axes = [_Axes.of(codes, offsets - first)]
        # Looking up combinations saves work only while they stay in the cache, and are no more than rows.
        few = min(_BLOCK, day.size)
        for codes, offsets in others:
            if self.axes[-1].keys.size * offsets.size <= few:
                self.axes[-1] = self.axes[-1].with_axis(codes, offsets)
            else:
                self.axes.append(_Axes.of(codes, offsets))

    def __iter__(self) -> Iterator[tuple[slice, Integers]]:
        """Yield rows and their keys; each block's stand where those of the block before stood."""
        scratch = np.empty((3, _BLOCK), dtype=np.int64)
        first, *others = self.axes
        for start in range(0, self.day.size, _BLOCK):
            rows = slice(start, min(start + _BLOCK, self.day.size))
            key, offset, place = scratch[:, : rows.stop - start]
            first.look_up(rows, place=place, out=key)
            key += self.day[rows]
            for axes in others:
                key += axes.look_up(rows, place=place, out=offset)
            yield rows, key


def sum_rows(keys: RowKeys, minor: Integers, entries: Integers | None, bound: int) -> Cells:
    """Sum the rows of each key.

    Parameters
    ----------
    keys
        Of n rows.
    minor
        Shape (n,), their amounts.
    entries
        Shape (n,), how many entries each of them sums; one, where left out.
    bound
        No sum of any of the amounts is further from 0.
    """
    if keys.size <= _DENSE * minor.size + _DENSE * _BLOCK:
        return _sum_in_table(keys, minor, entries, bound)
    distinct, place = np.unique(np.concatenate([key.copy() for _, key in keys]), return_inverse=True)
    sums, counts = np.zeros(distinct.size, dtype=np.int64), np.zeros(distinct.size, dtype=np.int64)
    np.add.at(sums, place, minor)
    np.add.at(counts, place, 1 if entries is None else entries)
    return ListedCells(distinct, sums, counts)


def _sum_in_table(keys: RowKeys, minor: Integers, entries: Integers | None, bound: int) -> Cells:
    """Sum into a table with a place for every key.

    Adding at scattered places is what takes the time, so a sum and its count share a word where both fit.
    """
    layout = Words.fitting(bound=bound, entries=minor.size if entries is None else int(entries.sum()))
    if layout:
        words, scratch = np.zeros(keys.size, dtype=np.int64), np.empty(_BLOCK, dtype=np.int64)
        for rows, key in keys:
            added = layout.joined(minor[rows], 1 if entries is None else entries[rows], out=scratch[: key.size])
            np.add.at(words, key, added)
        table = TabledCells(layout, words)
        return table if keys.size <= _TIGHT * minor.size else table.listed
    sums, counts = np.zeros(keys.size, dtype=np.int64), np.zeros(keys.size, dtype=np.int64)
    for rows, key in keys:
        np.add.at(sums, key, minor[rows])
        np.add.at(counts, key, 1 if entries is None else entries[rows])
    present = np.flatnonzero(counts != 0)
    return ListedCells(present, sums[present], counts[present])

"""The event table: how many left at each time, and why, and how many had entered by then."""

from functools import cached_property
from typing import Final

import attrs
import numpy as np

from salesperf.errors import InvalidValueError
from salesperf.kernels.elementwise import refuse_where, spread
from salesperf.kernels.events.counts import AnyIntegers, Integers, check_codes
from salesperf.kernels.numeric import AnyColumn, Column
from salesperf.kernels.survival.counting import count_by_time

__all__ = ["EventTable", "require_table"]

_MOST_CAUSES: Final = 255


def _as_times(value: AnyColumn) -> Column:
    column = np.asarray(value, dtype=np.float64).view()
    column.flags.writeable = False
    return column


def _as_counts(value: AnyColumn) -> Integers:
    column = np.asarray(value, dtype=np.int64).view()
    column.flags.writeable = False
    return column


@attrs.frozen(eq=False)
class EventTable:
    """How many left at each time, by cause, and how many entered: made by :meth:`of`.

    All that the curves need of any number of durations. Tables of parts merge with ``+``, in any order and grouping;
    :meth:`empty` changes nothing. Partition key: the duration, each of which must be in one part.

    Attributes
    ----------
    times : Column, shape (times,)
        When somebody left or entered, in ascending order; in the unit of the durations.
    counts : array of int64, shape (causes + 1, times)
        How many left, by cause. Cause 0 is none: they were not seen to end, and are censored.
    entered : array of int64, shape (times,)
        How many came under observation at a time later than 0.

    Examples
    --------
    >>> table = EventTable.of(np.array([3, 5, 5]), np.array([1, 0, 2]))
    >>> table.times.tolist(), table.counts.tolist(), table.at_risk.tolist()
    ([3.0, 5.0], [[0, 1], [1, 0], [0, 1]], [3, 2])
    >>> table + EventTable.empty() == table
    True
    """

    times: Column = attrs.field(converter=_as_times)
    counts: Integers = attrs.field(converter=_as_counts)
    entered: Integers = attrs.field(converter=_as_counts)
    _known_at_risk: Integers | None = attrs.field(default=None, init=False, repr=False)

    @classmethod
    def of(
        cls,
        durations: AnyColumn,
        causes: AnyIntegers,
        *,
        entry: AnyColumn | None = None,
        cause_count: int | None = None,
    ) -> "EventTable":
        """Count durations.

        Parameters
        ----------
        durations
            Shape (n,), how long each lasted, or has lasted so far; finite, not negative, in any one unit. Whole numbers
            that are not too large (days, say) are counted, anything else is sorted.
        causes
            Shape (n,), why each ended: whole numbers from 1, or 0 for those that have not ended. Booleans tell of a single
            cause.
        entry
            Shape (n,), from when each was under observation: known only because it had lasted so long already (left
            truncation). Before the duration; 0, as is everything without ``entry``, for from the beginning.
        cause_count
            How many causes there are, at most 255; ``None`` for as many as the largest that occurs. State it where a cause
            may happen not to occur.

        Returns
        -------
        EventTable
            The same whatever the order of the rows.

        Raises
        ------
        InvalidValueError
            If the columns differ in length or kind, a duration or an entry is negative, nan or infinite, an entry is not
            before its duration, or a cause is negative, not whole or beyond the count. The path names column and row.

        Examples
        --------
        >>> table = EventTable.of(np.array([2.5, 4.0]), np.array([1, 1]), entry=np.array([0.0, 3.0]))
        >>> table.times.tolist(), table.entered.tolist(), table.at_risk.tolist()
        ([2.5, 3.0, 4.0], [0, 1, 0], [1, 0, 1])
        """
        ends = _checked_ends("durations", durations)
        codes = causes.view(np.uint8) if isinstance(causes, np.ndarray) and causes.dtype == bool else causes
        kinds = _kinds(codes, durations.size, cause_count)
        if not durations.size:
            return cls(np.zeros(0), np.zeros((kinds, 0)), np.zeros(0))
        times, counts = count_by_time(durations, codes, kinds, ends=ends)
        # One zero, seen as many: less memory to be written.
        table = cls(times, counts, np.broadcast_to(np.int64(0), times.shape))
        if times.size == durations.size:
            # Each left alone, and there is nothing to add up.
            object.__setattr__(table, "_known_at_risk", np.arange(times.size, 0, -1))
        return table if entry is None else table + cls._entries(entry, durations)

    @classmethod
    def _entries(cls, entry: AnyColumn, durations: AnyColumn) -> "EventTable":
        """Count entries that are later than the beginning, and nothing else."""
        _checked_ends("entry", entry)
        if entry.shape != durations.shape:
            raise InvalidValueError("length", path=("entry",), expected=durations.shape, value=entry.shape)
        is_late = entry > 0
        too_late = np.flatnonzero(is_late & (entry >= durations))
        if too_late.size:
            row = int(too_late[0])
            path, left = ("entry", row), float(durations[row])
            raise InvalidValueError("entry_not_before_exit", path=path, exit=left, value=float(entry[row]))
        late = entry[is_late]
        if not late.size:
            return cls.empty()
        times, counts = count_by_time(late, np.zeros(late.size, dtype=np.int64), 1, ends=(float(late.min()), float(late.max())))
        return cls(times, np.zeros((1, times.size), dtype=np.int64), counts[0])

    @classmethod
    def empty(cls) -> "EventTable":
        """Return the table of no durations, which changes nothing when it is added.

        Examples
        --------
        >>> EventTable.empty().size
        0
        """
        return cls(np.zeros(0), np.zeros((1, 0)), np.zeros(0))

    def __add__(self, other: "EventTable") -> "EventTable":
        """Merge two tables; of unlike numbers of causes, the larger one holds."""
        if not isinstance(other, EventTable):
            return NotImplemented
        times = np.union1d(self.times, other.times)
        counts = np.zeros((max(len(self.counts), len(other.counts)), times.size), dtype=np.int64)
        entered = np.zeros(times.size, dtype=np.int64)
        for part in (self, other):
            places = np.searchsorted(times, part.times)
            counts[: len(part.counts), places] += part.counts
            entered[places] += part.entered
        return EventTable(times, counts, entered)

    def after(self, time: float) -> "EventTable":
        """Keep what was still there after a time: of it, the curves tell what is to come, given that it lasted so long.

        Parameters
        ----------
        time
            Not negative, in the unit of the durations.

        Returns
        -------
        EventTable
            With the same clock: its times are later than ``time``.

        Raises
        ------
        InvalidValueError
            If the time is negative or nan.

        Examples
        --------
        >>> EventTable.of(np.array([3, 5, 8]), np.array([1, 0, 1])).after(4).at_risk.tolist()
        [2, 1]
        """
        if not time >= 0:
            raise InvalidValueError("out_of_range", path=("time",), low=0, high=np.inf, value=time)
        rest = slice(int(np.searchsorted(self.times, time, side="right")), None)
        return EventTable(self.times[rest], self.counts[:, rest], self.entered[rest])

    @property
    def size(self) -> int:
        """How many durations were counted."""
        return int(self.counts.sum())

    @property
    def cause_count(self) -> int:
        """How many causes there are."""
        return len(self.counts) - 1

    @cached_property
    def events(self) -> Integers:
        """Shape (times,), how many left by any cause."""
        return self.counts[1] if self.cause_count == 1 else _as_counts(self.counts[1:].sum(axis=0))

    @cached_property
    def at_risk(self) -> Integers:
        """Shape (times,), how many had entered before each time and not left before it."""
        if self._known_at_risk is not None:
            return _as_counts(self._known_at_risk)
        return _as_counts(np.cumsum((self.counts.sum(axis=0) - self.entered)[::-1])[::-1])

    def __eq__(self, other: object) -> bool:
        """Compare by content."""
        if not isinstance(other, EventTable):
            return NotImplemented
        return all(np.array_equal(mine, theirs) for mine, theirs in zip(self._content(), other._content(), strict=True))

    def __hash__(self) -> int:
        """Refuse: like a list, what holds columns has no hash."""
        message = "unhashable type: EventTable"
        raise TypeError(message)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by content: numpy would forget that columns are read-only."""
        return EventTable, self._content()

    def _content(self) -> tuple[Column, Integers, Integers]:
        return self.times, self.counts, self.entered


def _checked_ends(name: str, values: AnyColumn) -> tuple[float, float]:
    """Return what none is below, and the greatest; refuse what is no column of finite numbers that are not negative."""
    if not isinstance(values, np.ndarray) or values.dtype.kind not in "uif":
        raise InvalidValueError("not_numeric", path=(name,), value=values)
    if values.ndim != 1:
        raise InvalidValueError("dimensions", path=(name,), value=values.ndim)
    if not values.size:
        return 0.0, 0.0
    if values.dtype.kind == "f":
        # The two tell whether to look at each: both are nan where any value is.
        least, greatest = float(values.min()), float(values.max())
    else:
        # A negative number, read without its sign, is beyond all others: one look suffices.
        greatest = float(values.view(f"u{values.itemsize}").max())
        least = 0.0 if greatest <= np.iinfo(values.dtype).max else -np.inf
    if not (least >= 0 and greatest < np.inf):
        column = spread({name: values})[name]
        refuse_where(~np.isfinite(column), "not_finite", name, column)
        refuse_where(column < 0, "out_of_range", name, column, low=0, high=np.inf)
    return least, greatest


def _kinds(codes: AnyIntegers, length: int, cause_count: int | None) -> int:
    """Return how many kinds of leaving there are: the causes, and none."""
    if not isinstance(codes, np.ndarray):
        raise InvalidValueError("not_numeric", path=("causes",), value=codes)
    if cause_count is None:
        return check_codes("causes", codes, length, _MOST_CAUSES + 1) + 1
    if not isinstance(cause_count, int) or not 0 <= cause_count <= _MOST_CAUSES:
        raise InvalidValueError("out_of_range", path=("cause_count",), low=0, high=_MOST_CAUSES, value=cause_count)
    check_codes("causes", codes, length, cause_count + 1)
    return cause_count + 1


def require_table(table: object, *path: str | int) -> None:
    """Refuse what is no event table."""
    if not isinstance(table, EventTable):
        raise InvalidValueError("wrong_type", path=path, expected=EventTable, value=table)

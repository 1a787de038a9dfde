"""Sequences of events: how far each came, in which order, and how long it stayed in each state."""

import math
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError
from salesperf.kernels.events.counts import BLOCK, AnyIntegers, Integers, check_codes
from salesperf.kernels.events.ordering import WORD, Block, Ordered, Scratch, packed, sorted_columns
from salesperf.kernels.numeric import INT64_MAX, AnyColumn

__all__ = ["Courses", "Events", "Stays"]

_DENSE: Final = 4
"""Counting into a table is faster than sorting while the table has at most so many cells an event."""


@attrs.frozen(kw_only=True, eq=False)
class Courses:
    """How far each sequence came: made by :meth:`Events.courses`.

    All arrays are of shape (sequences with an event,), in order of their codes.

    Attributes
    ----------
    sequence : array of int64
        The code of the sequence.
    begin : array of int64
        The day of its first event.
    last : array of int64
        The state that its last event entered.
    furthest : array of int64
        The highest rank that it reached; -1 where it entered no state that has one.
    last_ranked : array of int64
        The rank of the last state with one that it entered; -1 where it entered none.

    Examples
    --------
    >>> zeros = np.zeros(3, dtype=int)
    >>> events = Events.of(zeros, np.array([2, 1, 0]), np.array([9, 5, 6]), until=9)
    >>> courses = events.courses(np.array([0, 1, -1]))
    >>> courses.begin.tolist(), courses.last.tolist(), courses.furthest.tolist(), courses.last_ranked.tolist()
    ([5], [2], [1], [0])
    """

    sequence: Integers
    begin: Integers
    last: Integers
    furthest: Integers
    last_ranked: Integers


@attrs.frozen(kw_only=True, eq=False)
class Stays:
    """Unbroken times of sequences in one state: made by :meth:`Events.stays`.

    All arrays are of shape (stays,), by sequence and then in order of time.

    Attributes
    ----------
    sequence : array of int64
        The code of the sequence.
    state : array of int64
        The code of the state.
    days : array of int64
        How long it lasted, in days; where it has not ended, how long it has lasted so far.
    is_open : array of bool
        Whether it has not ended: its days are a lower bound (censored), and no duration to average with the others.

    Examples
    --------
    >>> zeros = np.zeros(2, dtype=int)
    >>> stays = Events.of(zeros, np.array([1, 0]), np.array([8, 5]), until=12).stays()
    >>> stays.state.tolist(), stays.days.tolist(), stays.is_open.tolist()
    ([0, 1], [3, 4], [False, True])
    """

    sequence: Integers
    state: Integers
    days: Integers
    is_open: NDArray[np.bool_]


@attrs.frozen(eq=False)
class Events:
    """Events of many sequences in order of time, those after a day left out: made by :meth:`of`.

    Attributes
    ----------
    until : int
        The last day that counts.
    since : int
        The first day with an event; ``until`` where there is none.

    Examples
    --------
    >>> sequence, state, day = np.array([1, 0, 1]), np.array([0, 0, 1]), np.array([3, 4, 9])
    >>> len(Events.of(sequence, state, day, until=8))
    2
    """

    until: int
    since: int
    _ordered: Ordered

    @classmethod
    def of(cls, sequence: AnyIntegers, state: AnyIntegers, day: Integers, *, until: int) -> "Events":
        """Put events in order.

        Parameters
        ----------
        sequence, state
            Shape (n,), codes from 0 up: the sequence that each event belongs to, and the state that it enters.
        day
            Shape (n,), the day on which it does, counted from any day; of one sequence on one day, the rows are in order.
        until
            The last day that counts.

        Raises
        ------
        InvalidValueError
            If the columns differ in length or type, or a code is negative.

        Notes
        -----
        Sequence, day, row and state are packed into the 63 bits of a word, and the words sorted. Where they do not fit, an
        indirect sort does the same in some twenty times the time.

        Examples
        --------
        >>> zeros = np.zeros(3, dtype=int)
        >>> Events.of(zeros, np.array([2, 0, 1]), np.array([8, 5, 5]), until=9).stays().state.tolist()
        [0, 1, 2]
        """
        check_codes("sequence", sequence, sequence.size, INT64_MAX)
        check_codes("state", state, sequence.size, INT64_MAX)
        if day.shape != sequence.shape:
            raise InvalidValueError("length", path=("day",), expected=sequence.size, value=day.size)
        if day.dtype != np.int64:
            raise InvalidValueError("wrong_type", path=("day",), expected=np.int64, value=day)
        since = min(int(day.min(initial=until)), until)
        largest = (sequence.max(initial=0), until - since, sequence.size, state.max(initial=0))
        bits = [int(number).bit_length() for number in largest]
        if sum(bits) > WORD:
            return cls(until, since, sorted_columns(sequence, state, day, until))
        return cls(until, since, packed(sequence, state, day, until, since, bits))

    def __len__(self) -> int:
        """Return the number of events."""
        return self._ordered.size

    def _blocks(self) -> Iterator[Block]:
        """Yield whole sequences, few or one at a time."""
        start, scratch = 0, Scratch()
        while start < len(self):
            stop = self._ordered.end_of(min(start + BLOCK, len(self)) - 1)
            yield self._ordered.read(slice(start, stop), scratch)
            start = stop

    def courses(self, rank: Integers) -> Courses:
        """Tell how far each sequence came along states that have a rank.

        Parameters
        ----------
        rank
            Shape (states,): the rank of each state, from 0 up; -1 for a state that has none.

        Returns
        -------
        Courses
            One for each sequence that has an event.

        Examples
        --------
        >>> events = Events.of(np.array([7, 7]), np.array([0, 2]), np.array([1, 2]), until=2)
        >>> courses = events.courses(np.array([0, 1, 2]))
        >>> courses.sequence.tolist(), courses.furthest.tolist()
        ([7], [2])
        """
        return Courses(**_gathered((_course(block, rank) for block in self._blocks()), _COURSE, len(self)))

    def is_in_order(self, rank: Integers) -> NDArray[np.bool_]:
        """Tell which sequences entered rank 0 before any other, and each rank above only after the one below.

        Parameters
        ----------
        rank
            As of :meth:`courses`.

        Returns
        -------
        array of bool
            Shape (sequences with an event,), in order of their codes; to enter a rank again breaks no order.

        Examples
        --------
        >>> events = Events.of(np.array([7, 7, 8, 8]), np.array([0, 2, 0, 1]), np.array([1, 2, 1, 2]), until=2)
        >>> events.is_in_order(np.array([0, 1, 2])).tolist()
        [False, True]
        """
        none = np.zeros(0, dtype=bool)
        return np.concatenate([none, *(_is_in_order(block, rank) for block in self._blocks())])

    def visited(self, rank: Integers, *, ranks: int) -> NDArray[np.bool_]:
        """Tell which ranks each sequence ever entered.

        Parameters
        ----------
        rank
            As of :meth:`courses`.
        ranks
            How many ranks there are.

        Returns
        -------
        array of bool
            Shape (sequences with an event, ranks), in order of the codes of the sequences.

        Examples
        --------
        >>> events = Events.of(np.array([7, 7]), np.array([0, 2]), np.array([1, 2]), until=2)
        >>> events.visited(np.array([0, 1, 2]), ranks=3).tolist()
        [[True, False, True]]
        """
        none = np.zeros((0, ranks), dtype=bool)
        return np.concatenate([none, *(_visited(block, rank, ranks) for block in self._blocks())])

    def stays(self) -> Stays:
        """Tell how long each sequence stayed in each state that it entered.

        Returns
        -------
        Stays
            An event that enters the state in which its sequence is continues the stay.

        Examples
        --------
        >>> events = Events.of(np.array([0, 0, 0]), np.array([3, 3, 4]), np.array([1, 2, 9]), until=9)
        >>> events.stays().days.tolist()
        [8, 0]
        """
        return Stays(**_gathered((_stay(block, self.until) for block in self._blocks()), _STAY, len(self)))

    def stay_counts(self, group: Integers, rank: Integers) -> tuple[Integers, Integers]:
        """Count how often a stay in a state lasted how many days, without keeping the stays.

        Parameters
        ----------
        group
            Shape (sequences,): a number for each sequence, from 0 up, by which its stays are counted apart; -1 to leave it out.
        rank
            Shape (states,): the rank of each state, from 0 up; -1 to leave it out.

        Returns
        -------
        cells : array of int64
            Shape (cells, 4): group, rank, whether the stay is open, and days; in this order increasing.
        counts : array of int64
            Shape (cells,): how many stays there are of each.

        Examples
        --------
        >>> events = Events.of(np.array([0, 0, 1]), np.array([0, 1, 0]), np.array([1, 4, 6]), until=9)
        >>> cells, counts = events.stay_counts(np.array([0, 0]), np.array([0, 1]))
        >>> cells.tolist(), counts.tolist()
        ([[0, 0, 0, 3], [0, 0, 1, 3], [0, 1, 1, 5]], [1, 1, 1])
        """
        # What is left out is counted as well, as group or rank 0: to drop it at the end costs less than in each block.
        shape = (int(group.max(initial=-1)) + 2, int(rank.max(initial=-1)) + 2, 2, self.until - self.since + 1)
        of_group = (group + 1) * math.prod(shape[1:])
        of_state = (rank + 1) * math.prod(shape[2:])
        keys, filled = np.empty(len(self), dtype=np.int64), 0
        for block in self._blocks():
            stay = _stay(block, self.until)
            key = keys[filled : filled + stay["days"].size]
            _stay_keys(stay, of_group, of_state, shape[3], scratch=block.scratch, out=key)
            filled += key.size
        distinct, counts = _counted(keys[:filled], math.prod(shape))
        cells = np.stack(np.unravel_index(distinct, shape), axis=1).astype(np.int64, copy=False)
        cells[:, :2] -= 1
        is_asked = (cells[:, :2] >= 0).all(axis=1)
        return cells[is_asked], counts[is_asked]


def _stay_keys(
    stay: Mapping[str, AnyColumn], of_group: Integers, of_state: Integers, span: int, *, scratch: Scratch, out: Integers
) -> None:
    """Write a number for each stay: its place among all groups, ranks, open or not, and days."""
    # Any mode but "raise" writes to the buffer itself; the codes have been checked.
    np.take(of_group, stay["sequence"], out=out, mode="clip")
    out += np.take(of_state, stay["state"], out=scratch("key", out.size), mode="clip")
    out += np.multiply(stay["is_open"], span, out=scratch("key", out.size))
    out += stay["days"]


def _counted(keys: Integers, size: int) -> tuple[Integers, Integers]:
    """Return the different keys in order, all below a size, and how often each comes."""
    if size <= _DENSE * keys.size:
        counts = np.bincount(keys)
        distinct = np.flatnonzero(counts)
        return distinct, counts[distinct]
    return np.unique(keys, return_counts=True)


def _gathered(parts: Iterable[Mapping[str, AnyColumn]], dtypes: Mapping[str, type], most: int) -> dict[str, Any]:
    """Put the columns of blocks one behind the other, of which at most so many rows will come."""
    # The blocks are copied as they come: kept until their number is known, each would be fresh memory.
    columns: dict[str, AnyColumn] = {name: np.empty(most, dtype=dtype) for name, dtype in dtypes.items()}
    filled = 0
    for part in parts:
        for name, column in part.items():
            columns[name][filled : filled + column.size] = column
        filled += column.size
    return {name: column[:filled] for name, column in columns.items()}


_COURSE: Final = MappingProxyType(dict.fromkeys(("sequence", "begin", "last", "furthest", "last_ranked"), np.int64))
_STAY: Final = MappingProxyType({"sequence": np.int64, "state": np.int64, "days": np.int64, "is_open": np.bool_})


def _course(block: Block, rank: Integers) -> dict[str, AnyColumn]:
    """Tell how far each of some whole sequences came."""
    starts, ends = _bounds(block)
    entered, size = _entered(block, rank), block.state.size
    is_ranked = np.greater_equal(entered, 0, out=block.scratch("is_ranked", size, np.bool_))
    last_row = np.multiply(block.scratch.rows(size), is_ranked, out=block.scratch("last_row", size))
    last = np.maximum.accumulate(last_row, out=last_row).take(ends)
    last -= 1
    return {
        "sequence": block.sequence.take(starts),
        "begin": block.day.take(starts),
        "last": block.state.take(ends),
        "last_ranked": np.where(last >= starts, entered.take(last), -1),
        "furthest": _reached(block, entered, rank).take(ends),
    }


def _entered(block: Block, rank: Integers) -> Integers:
    """Return the rank that each event enters."""
    # Any mode but "raise" writes to the buffer itself; the codes have been checked.
    entered: Integers = block.scratch("entered", block.state.size)
    np.take(rank, block.state, out=entered, mode="clip")
    return entered


def _reached(block: Block, entered: Integers, rank: Integers) -> Integers:
    """Return the highest rank that a sequence has reached by each of its events."""
    # Every sequence counts from a height of its own, above all that the one before can reach, so that one running
    # maximum over all is the running maximum within each.
    height = np.subtract(block.sequence, block.sequence[0], out=block.scratch("height", entered.size))
    height *= int(rank.max(initial=0)) + 2
    reached: Integers = np.add(entered, height, out=block.scratch("reached", entered.size))
    np.maximum.accumulate(reached, out=reached)
    reached -= height
    return reached


def _is_in_order(block: Block, rank: Integers) -> NDArray[np.bool_]:
    """Tell of some whole sequences whether each entered no rank before the one below it."""
    starts, _ = _bounds(block)
    entered = _entered(block, rank)
    next_rank = block.scratch("next_rank", entered.size)
    np.add(_reached(block, entered, rank)[:-1], 1, out=next_rank[1:])
    next_rank[starts] = 0
    return ~np.logical_or.reduceat(entered > next_rank, starts)


def _visited(block: Block, rank: Integers, ranks: int) -> NDArray[np.bool_]:
    """Tell of some whole sequences which ranks each ever entered."""
    starts, ends = _bounds(block)
    place, entered = np.repeat(np.arange(starts.size), ends - starts + 1), _entered(block, rank)
    table = np.zeros((starts.size, ranks), dtype=bool)
    table[place[entered >= 0], entered[entered >= 0]] = True
    return table


def _bounds(block: Block) -> tuple[Integers, Integers]:
    """Return the first and the last row of each sequence."""
    is_last = block.scratch("is_last", block.sequence.size - 1, np.bool_)
    np.not_equal(block.sequence[1:], block.sequence[:-1], out=is_last)
    last = np.flatnonzero(is_last)
    return np.concatenate(([0], last + 1)), np.append(last, block.sequence.size - 1)


def _stay(block: Block, until: int) -> dict[str, AnyColumn]:
    """Tell how long each of some whole sequences stayed in each state."""
    sequence, state, day, scratch = block
    is_first = scratch("is_first", sequence.size, np.bool_)
    is_first[0] = True
    np.not_equal(sequence[1:], sequence[:-1], out=is_first[1:])
    is_new = np.not_equal(state[1:], state[:-1], out=scratch("is_new", sequence.size - 1, np.bool_))
    is_new |= is_first[1:]
    if not is_new.all():
        rows = np.concatenate(([0], np.flatnonzero(is_new) + 1))
        sequence, state, day, is_first = (column.take(rows) for column in (sequence, state, day, is_first))
    is_open = scratch("is_open", sequence.size, np.bool_)
    is_open[:-1], is_open[-1] = is_first[1:], True
    days = scratch("days", sequence.size)
    days[:-1] = day[1:]
    np.putmask(days, is_open, until)
    days -= day
    return {"sequence": sequence, "state": state, "days": days, "is_open": is_open}

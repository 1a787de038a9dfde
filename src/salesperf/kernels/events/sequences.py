"""Sequences of events: how far each came, in which order, and how long it stayed in each state."""

import math
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

import attrs
import numpy as np
from numpy.typing import DTypeLike, NDArray

from salesperf.errors import InvalidValueError
from salesperf.kernels.events.arrivals import Arrivals, arrivals_of, settled_of
from salesperf.kernels.events.counts import AnyIntegers, Integers, check_codes
from salesperf.kernels.events.keys import key_counter
from salesperf.kernels.events.ordering import WORD, Ordered, packed, sorted_columns
from salesperf.kernels.events.runs import Runs
from salesperf.kernels.events.scratch import BLOCK, Scratch
from salesperf.kernels.events.stays import COLUMNS, Stays, cells_of, changes_of, days_of_changes, stays_of
from salesperf.kernels.numeric import INT64_MAX, AnyColumn

__all__ = ["Courses", "Events"]


@attrs.frozen(kw_only=True, eq=False)
class Courses:
    """How far each sequence came: made by :meth:`Events.courses`.

    All arrays are of shape (sequences with an event,), in order of their codes. States and ranks are few, and of the
    narrowest type that holds them.

    Attributes
    ----------
    sequence : array of int64
        The code of the sequence.
    begin : array of int64
        The day of its first event.
    last : array of whole numbers
        The state that its last event entered.
    furthest : array of whole numbers
        The highest rank that it reached; -1 where it entered no state that has one.
    last_ranked : array of whole numbers
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
    last: AnyIntegers
    furthest: AnyIntegers
    last_ranked: AnyIntegers


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
        last_sequence = check_codes("sequence", sequence, sequence.size, INT64_MAX)
        last_state = check_codes("state", state, sequence.size, INT64_MAX)
        if day.shape != sequence.shape:
            raise InvalidValueError("length", path=("day",), expected=sequence.size, value=day.size)
        if day.dtype != np.int64:
            raise InvalidValueError("wrong_type", path=("day",), expected=np.int64, value=day)
        most = (last_sequence, last_state)
        return cls.of_checked(sequence, state, day, until=until, most=most, since=int(day.min(initial=until)))

    @classmethod
    def of_checked(
        cls, sequence: AnyIntegers, state: AnyIntegers, day: Integers, *, until: int, most: tuple[int, int], since: int
    ) -> "Events":
        """Put events in order that are known to be well-formed, without looking at them once more.

        Parameters
        ----------
        sequence, state, day, until
            As of :meth:`of`.
        most
            What no sequence, and no state, is beyond.
        since
            What no day is before.

        Examples
        --------
        >>> zeros = np.zeros(2, dtype=int)
        >>> len(Events.of_checked(zeros, np.array([2, 0]), np.array([8, 5]), until=6, most=(0, 2), since=5))
        1
        """
        since = min(since, until)
        bits = [number.bit_length() for number in (most[0], until - since, sequence.size, most[1])]
        if sum(bits) > WORD:
            return cls(until, since, sorted_columns(sequence, state, day, until))
        return cls(until, since, packed(sequence, state, day, until, since, bits))

    def __len__(self) -> int:
        """Return the number of events."""
        return self._ordered.size

    @property
    def _sequences(self) -> int:
        """The most sequences that can have an event."""
        last = self._ordered.part(slice(-1, None)).sequence()
        return min(len(self), int(last.max(initial=-1)) + 1)

    @cached_property
    def _last(self) -> Integers:
        """The last row of each sequence."""
        last, filled, part = np.empty(self._sequences, dtype=np.int64), 0, np.empty(BLOCK + 1, dtype=np.int64)
        for start in range(0, len(self), BLOCK):
            # One row more than a block tells whether its last row is the last of a sequence.
            rows = self._ordered.part(slice(start, start + BLOCK + 1))
            sequence = rows.sequence(part[: rows.size])
            found = np.flatnonzero(sequence[1:] != sequence[:-1])
            np.add(found, start, out=last[filled : filled + found.size])
            filled += found.size
        last[filled:] = len(self) - 1
        return last[: filled + 1]

    def _blocks(self) -> Iterator[tuple[Ordered, Runs, Scratch]]:
        """Yield whole sequences, few or one at a time, with memory that is used again for each."""
        start, begun, scratch = 0, 0, Scratch()
        while start < len(self):
            done = max(begun + 1, int(np.searchsorted(self._last, start + BLOCK)))
            last = self._last[begun:done] - start
            stop = start + int(last[-1]) + 1
            yield self._ordered.part(slice(start, stop)), Runs.ending(last), scratch
            start, begun = stop, done

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
        narrow = _narrow(rank)
        dtypes: dict[str, DTypeLike] = {"sequence": np.int64, "begin": np.int64, "last": np.min_scalar_type(rank.size)}
        dtypes |= dict.fromkeys(("furthest", "last_ranked"), narrow.dtype)
        return Courses(**_gathered((_course(*block, narrow) for block in self._blocks()), dtypes, self._sequences))

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
        return np.concatenate([none, *(_is_in_order(*block, rank) for block in self._blocks())])

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
        return np.concatenate([none, *(_visited(*block, rank, ranks) for block in self._blocks())])

    def settled(self, kind: AnyIntegers) -> Integers:
        """Tell since when each sequence has been in states of the kind of its last.

        Parameters
        ----------
        kind
            Shape (states,): a number for each state, alike for those of a kind.

        Returns
        -------
        array of int64
            Shape (sequences with an event,), days, in order of the codes of the sequences.

        Examples
        --------
        >>> events = Events.of(np.zeros(4, dtype=int), np.array([2, 0, 1, 2]), np.array([1, 3, 5, 8]), until=9)
        >>> events.settled(np.array([0, 1, 1])).tolist()
        [5]
        """
        days = (settled_of(*block, kind) for block in self._blocks())
        since: Integers = _gathered(days, {"since": np.int64}, self._sequences)["since"]
        return since

    def arrivals(self, rank: Integers, *, ranks: int) -> Iterator[Arrivals]:
        """Tell when each sequence first came to each rank, and when it left it.

        Parameters
        ----------
        rank
            As of :meth:`courses`.
        ranks
            How many ranks there are.

        Yields
        ------
        Arrivals
            Those of few sequences at a time, in order of their codes.

        Examples
        --------
        >>> events = Events.of(np.array([7, 7, 8]), np.array([0, 1, 1]), np.array([1, 2, 1]), until=2)
        >>> [arrivals.left.tolist() for arrivals in events.arrivals(np.array([0, 1]), ranks=2)]
        [[[2, 3], [3, 3]]]
        """
        begun = 0
        for block in self._blocks():
            arrivals = arrivals_of(*block, rank, ranks=ranks, until=self.until, begun=begun)
            yield arrivals
            begun = arrivals.sequences.stop

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
        return Stays(**_gathered((stays_of(*block, self.until) for block in self._blocks()), COLUMNS, len(self)))

    def stay_counts(self, group: AnyIntegers, rank: Integers) -> tuple[Integers, Integers]:
        """Count how often a stay in a state lasted how many days, without keeping the stays.

        Parameters
        ----------
        group
            Shape (sequences,): a number for each sequence, from 0 up, by which its stays are counted apart; -1 to leave it
            out. The narrower the type, the faster.
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
        span = self.until - self.since + 1
        shape = (int(group.max(initial=-1)) + 2, int(rank.max(initial=-1)) + 2, 2)
        each_group = math.prod(shape[1:]) * span
        of_state = (rank + 1) * (shape[2] * span) + each_group
        counter = key_counter(math.prod(shape) * span, len(self))
        for block, runs, scratch in self._blocks():
            changes, state, last = changes_of(block, runs, scratch)
            key, part = scratch("key", changes.size), scratch("part", changes.size)
            # Any mode but "raise" writes to the buffer itself; the codes have been checked.
            np.take(of_state, state, out=key, mode="clip")
            groups = np.take(group, changes.sequence(part), out=scratch("group", key.size, group.dtype), mode="clip")
            key += np.multiply(groups, each_group, out=part, dtype=np.int64)
            # An open stay takes so many days more than there are: its key is none that one which has ended can have.
            key += days_of_changes(changes, last, self.until + span, scratch)
            counter.add(key)
        keys, counts = counter.counted()
        return cells_of(keys, counts, shape, span)


def _gathered(parts: Iterable[Mapping[str, AnyColumn]], dtypes: Mapping[str, DTypeLike], most: int) -> dict[str, Any]:
    """Put the columns of blocks one behind the other, of which at most so many rows will come."""
    # The blocks are copied as they come: kept until their number is known, each would be fresh memory.
    columns: dict[str, AnyColumn] = {name: np.empty(most, dtype=dtype) for name, dtype in dtypes.items()}
    filled = 0
    for part in parts:
        for name, column in part.items():
            columns[name][filled : filled + column.size] = column
        filled += column.size
    return {name: column[:filled] for name, column in columns.items()}


def _course(block: Ordered, runs: Runs, scratch: Scratch, rank: AnyIntegers) -> dict[str, AnyColumn]:
    """Tell how far each of some whole sequences came."""
    first, state = block.part(runs.first), block.state(scratch("state", block.size))
    entered = _entered(state, scratch, rank)
    return {
        "sequence": first.sequence(),
        "begin": first.day(),
        "last": state.take(runs.last),
        "last_ranked": runs.folded(entered, _last_ranked, scratch),
        "furthest": runs.folded(entered, np.maximum, scratch),
    }


def _entered(state: Integers, scratch: Scratch, rank: AnyIntegers) -> AnyIntegers:
    """Return the rank that each event enters."""
    entered: AnyIntegers = scratch("entered", state.size, rank.dtype)
    # Any mode but "raise" writes to the buffer itself; the codes have been checked.
    np.take(rank, state, out=entered, mode="clip")
    return entered


def _narrow(rank: Integers) -> AnyIntegers:
    """Return ranks in the narrowest type that holds them, and -1."""
    # A signed type holds one more below 0 than above.
    return rank.astype(np.min_scalar_type(-1 - int(rank.max(initial=0))))


def _last_ranked(earlier: AnyIntegers, later: AnyIntegers, *, out: AnyIntegers | None = None) -> AnyIntegers:
    """Return the later rank, or where that is -1 the earlier."""
    # Shifted over all bits, the sign of -1 is all ones and that of a rank all zeros; np.where takes ten times as long.
    is_rank: AnyIntegers = ~(later >> (8 * later.itemsize - 1))
    is_rank |= earlier
    known: AnyIntegers = np.bitwise_and(is_rank, later, out=out)
    return known


def _is_in_order(block: Ordered, runs: Runs, scratch: Scratch, rank: Integers) -> NDArray[np.bool_]:
    """Tell of some whole sequences whether each entered no rank before the one below it."""
    entered = _entered(block.state(scratch("state", block.size)), scratch, rank)
    sequence = block.sequence(scratch("part", block.size))
    # Every sequence counts from a height of its own, above all that the one before can reach, so that one running
    # maximum over all is the running maximum within each.
    height = np.subtract(sequence, sequence[0], out=scratch("height", block.size))
    height *= int(rank.max(initial=0)) + 2
    reached = np.add(entered, height, out=scratch("reached", block.size))
    np.maximum.accumulate(reached, out=reached)
    reached -= height
    next_rank = scratch("next_rank", block.size)
    np.add(reached[:-1], 1, out=next_rank[1:])
    next_rank[runs.first] = 0
    return ~np.logical_or.reduceat(entered > next_rank, runs.first)


def _visited(block: Ordered, runs: Runs, scratch: Scratch, rank: Integers, ranks: int) -> NDArray[np.bool_]:
    """Tell of some whole sequences which ranks each ever entered."""
    entered = _entered(block.state(scratch("state", block.size)), scratch, rank)
    place = np.repeat(np.arange(runs.first.size), runs.lengths)
    table = np.zeros((runs.first.size, ranks), dtype=bool)
    table[place[entered >= 0], entered[entered >= 0]] = True
    return table

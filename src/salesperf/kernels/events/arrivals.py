"""When sequences first came to ranked states, and when they left them: of a block of whole sequences, all of them."""

import attrs
import numpy as np

from salesperf.kernels.events.counts import AnyIntegers, Integers
from salesperf.kernels.events.ordering import Ordered
from salesperf.kernels.events.runs import Runs
from salesperf.kernels.events.scratch import Scratch
from salesperf.kernels.events.stays import changes_of

__all__ = ["Arrivals", "arrivals_of", "settled_of"]


@attrs.frozen(kw_only=True, eq=False)
class Arrivals:
    """When some sequences first came to each rank, and left it: made by :meth:`Events.arrivals`.

    All arrays are of shape (ranks, sequences), and hold days: what has not come up to the last day that counts is put on
    the day after it.

    Attributes
    ----------
    sequences : slice
        Which they are among all sequences with an event.
    entered : array of int64
        The first day in a state of the rank.
    left : array of int64
        The day on which that state was left, the first time.
    reached : array of int64
        The first day in a state of the rank, or of one above.

    Examples
    --------
    >>> from salesperf.kernels.events import Events
    >>> events = Events.of(np.zeros(3, dtype=int), np.array([0, 2, 0]), np.array([1, 4, 6]), until=9)
    >>> (arrivals,) = events.arrivals(np.array([0, 1, 2]), ranks=3)
    >>> arrivals.entered.tolist(), arrivals.left.tolist(), arrivals.reached.tolist()
    ([[1], [10], [4]], [[4], [10], [6]], [[1], [4], [4]])
    """

    sequences: slice
    entered: Integers
    left: Integers
    reached: Integers


def arrivals_of(
    block: Ordered, runs: Runs, scratch: Scratch, rank: Integers, *, ranks: int, until: int, begun: int
) -> Arrivals:
    """Tell when each of some whole sequences, before which so many were, came to each rank."""
    changes, state, last = changes_of(block, runs, scratch)
    rows, sequences = changes.size, last.size
    # The row after the last stands for what has not come.
    days, next_days = np.empty(rows + 1, dtype=np.int64), np.empty(rows + 1, dtype=np.int64)
    days[:-1], days[-1] = changes.day(), until + 1
    next_days[:-1] = days[1:]
    next_days[last], next_days[-1] = until + 1, until + 1
    first = _first_rows(rank, state, Runs.ending(last), (ranks + 1, sequences))[1:]
    reached = first.copy()
    for below in range(ranks - 2, -1, -1):
        np.minimum(reached[below], reached[below + 1], out=reached[below])
    return Arrivals(
        sequences=slice(begun, begun + sequences),
        entered=days.take(first),
        left=next_days.take(first),
        reached=days.take(reached),
    )


def _first_rows(rank: Integers, state: Integers, runs: Runs, shape: tuple[int, int]) -> Integers:
    """Return the first row of each rank, and before them of no rank, in each run; the number of rows where there is none."""
    cell = ((rank + 1) * shape[1]).take(state)
    cell += np.repeat(np.arange(shape[1]), runs.lengths)
    first = np.full(shape[0] * shape[1], state.size, dtype=np.int64)
    np.minimum.at(first, cell, np.arange(state.size))
    return first.reshape(shape)


def settled_of(block: Ordered, runs: Runs, scratch: Scratch, kind: AnyIntegers) -> dict[str, Integers]:
    """Tell since which day each of some whole sequences has been in states of the kind of its last."""
    state = block.state(scratch("state", block.size))
    kinds = np.take(kind, state, out=scratch("kinds", state.size, kind.dtype), mode="clip")
    is_last = np.zeros(state.size, dtype=bool)
    is_last[runs.last] = True
    is_new = np.ones(state.size, dtype=bool)
    np.not_equal(kinds[1:], kinds[:-1], out=is_new[1:])
    is_new[1:] |= is_last[:-1]
    first = np.flatnonzero(is_new)
    # Rows of a kind end where the next ones begin: of those that end with their sequence, the first is asked for.
    ends_sequence = is_last.take(np.append(first[1:], state.size) - 1)
    return {"since": block.part(first.compress(ends_sequence)).day()}

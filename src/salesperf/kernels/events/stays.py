"""Unbroken times of sequences in one state: of a block of whole sequences, all of them."""

from types import MappingProxyType
from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.kernels.events.counts import Integers
from salesperf.kernels.events.ordering import Ordered
from salesperf.kernels.events.runs import Runs
from salesperf.kernels.events.scratch import Scratch
from salesperf.kernels.numeric import AnyColumn

__all__ = ["COLUMNS", "Stays", "cells_of", "changes_of", "days_of_changes", "stays_of"]

COLUMNS: Final = MappingProxyType({"sequence": np.int64, "state": np.int64, "days": np.int64, "is_open": np.bool_})
"""The columns of stays, and the type of each."""


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
    >>> from salesperf.kernels.events import Events
    >>> zeros = np.zeros(2, dtype=int)
    >>> stays = Events.of(zeros, np.array([1, 0]), np.array([8, 5]), until=12).stays()
    >>> stays.state.tolist(), stays.days.tolist(), stays.is_open.tolist()
    ([0, 1], [3, 4], [False, True])
    """

    sequence: Integers
    state: Integers
    days: Integers
    is_open: NDArray[np.bool_]


def changes_of(block: Ordered, runs: Runs, scratch: Scratch) -> tuple[Ordered, Integers, Integers]:
    """Leave out events that enter the state in which their sequence is.

    Returns the rest, the states that they enter, and the last row of each sequence among them.
    """
    state = block.state(scratch("state", block.size))
    goes_on = np.equal(state[1:], state[:-1], out=scratch("goes_on", block.size - 1, np.bool_))
    borders = runs.last[:-1]
    # Where another sequence begins nothing goes on. To count these rows is faster than to clear them, which is seldom needed.
    if np.count_nonzero(goes_on) == np.count_nonzero(goes_on.take(borders)):
        return block, state, runs.last
    goes_on[borders] = False
    rows = np.concatenate(([0], np.flatnonzero(~goes_on) + 1))
    changes = block.part(rows)
    return changes, state.take(rows), Runs.of(changes.sequence(scratch("part", changes.size))).last


def days_of_changes(changes: Ordered, last: Integers, until: int, scratch: Scratch) -> Integers:
    """Tell how many days pass from each change to the next, and from the last of each sequence until a day."""
    clock, days = changes.clock(scratch("part", changes.size)), scratch("term", changes.size)
    np.subtract(clock[1:], clock[:-1], out=days[:-1])
    days[last] = changes.days_to(until, clock.take(last))
    return days


def stays_of(block: Ordered, runs: Runs, scratch: Scratch, until: int) -> dict[str, AnyColumn]:
    """Tell how long each of some whole sequences stayed in each state."""
    changes, state, last = changes_of(block, runs, scratch)
    is_open = np.zeros(changes.size, dtype=bool)
    is_open[last] = True
    days = days_of_changes(changes, last, until, scratch)
    return {"sequence": changes.sequence(), "state": state, "days": days, "is_open": is_open}


def cells_of(keys: Integers, counts: Integers, shape: tuple[int, ...], span: int) -> tuple[Integers, Integers]:
    """Take apart the keys of stays; leave out those of no group or rank."""
    # Few kinds of stay have many keys each: the kinds are taken apart, and repeated.
    kind = keys // span
    runs = Runs.of(kind)
    # The last column is for the days.
    kinds = np.stack(np.unravel_index(kind.take(runs.first), (*shape, 1)), axis=1)
    kinds[:, :2] -= 1
    is_asked = (kinds[:, :2] >= 0).all(axis=1)
    rows = np.repeat(is_asked, runs.lengths)
    cells = np.repeat(kinds[is_asked], runs.lengths[is_asked], axis=0)
    kind *= span
    keys -= kind
    cells[:, -1] = keys.compress(rows)
    return cells, counts.compress(rows)

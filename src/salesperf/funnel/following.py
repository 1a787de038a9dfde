"""Deals followed from day to day: when each came to its stages, when it left them, and how it ended."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.funnel.histories import Histories
from salesperf.funnel.segmenting import looked_up
from salesperf.kernels.events import Arrivals
from salesperf.kernels.events.counts import AnyIntegers
from salesperf.kernels.events.rows import row_counter
from salesperf.model.codes import Integers
from salesperf.model.stage import StageKind

__all__ = ["BEGINNING", "CAUSES", "PASSAGE", "PASSAGES", "STAY", "Following"]

CAUSES: Final[Mapping[str, int]] = {"won": 1, "lost": 2, "cancelled": 3}
"""How a deal ends, each way competing with the others; 0 is a deal that is open, and censored."""
PASSAGES: Final[Mapping[str, int]] = {"moved_on": 1, "lost": 2, "cancelled": 3}
"""How a deal gets done with a stage; 0 is one that is open there, and censored."""
BEGINNING: Final = -1
"""What stands for a stage where days count from the beginning of a deal."""

STAY: Final = ("segment", "stage", "entry", "stay", "is_left", "days", "cause")
"""What is told of a stage that a deal entered, its first time there.

The segment; the position among the open stages, or :data:`BEGINNING`; the days after it entered from which it was watched, 0
for from then on; the days that it stood there, or has so far, and whether it has left; the days from then to its end, or to the
last day that counts, and how it ended: a number in :data:`CAUSES`, or 0.
"""
PASSAGE: Final = ("segment", "stage", "entry", "days", "cause")
"""How a deal got done with a stage: the way of the ``cohort`` rule, by which a stage left out is passed at once.

The segment; the position among the open stages; the days after it came so far from which it was watched, 0 for from then on;
the days from the first on which it came to this stage or beyond, to that on which it got beyond or ended; and a number in
:data:`PASSAGES`, or 0.
"""

_CAUSE_OF: Final[Mapping[StageKind, int]] = {"open": 0, "won": 1, "post_won": 1, "lost": 2, "cancelled": 3}
_WON: Final = CAUSES["won"]
_MOVED_ON: Final = PASSAGES["moved_on"]

Counted: TypeAlias = tuple[Integers, Integers]
"""Different rows in increasing order, and how many deals have each."""


@attrs.frozen(eq=False)
class Following:
    """What became of deals up to the end of a day.

    Parameters
    ----------
    histories
        Their changes of stage.

    Attributes
    ----------
    histories
        As given. All columns below are of the deals that have begun, in the order of its courses.
    """

    histories: Histories

    @cached_property
    def cause(self) -> AnyIntegers:
        """How each deal stands, as its last stage says: a number in :data:`CAUSES`, or 0 for open."""
        return looked_up(self._cause_of, self.histories.courses.last)

    @cached_property
    def end(self) -> Integers:
        """The day on which each came to stand so, which may not be known, or the last that counts for one that is open.

        It is the first of the changes in a row that say so: after-sales service is won on the day of the win, and a deal that
        was opened again is open.
        """
        events = self.histories.events
        return np.where(self.cause > 0, events.settled(self._cause_of), events.until)

    @property
    def _cause_of(self) -> AnyIntegers:
        """Shape (labels of stages,)."""
        return self.histories.by_kind(_CAUSE_OF)

    def counted(self, segment: Integers, segments: int, *, watched: int) -> tuple[Counted, Counted]:
        """Count stays and passages.

        Parameters
        ----------
        segment
            The segment of each deal; -1 to leave it out.
        segments
            How many there are.
        watched
            The first day that was watched: what ended before it is left out.
        """
        histories, events = self.histories, self.histories.events
        days, entry = events.until - events.since, max(0, watched - events.since)
        begun = self.end.size
        last = segments - 1
        stays = row_counter((last, histories.stages, entry, days, 1, days, len(CAUSES)), begun + len(events))
        passages = row_counter((last, histories.stages, entry, days, len(PASSAGES)), begun * histories.stages)
        for arrivals in events.arrivals(histories.rank, ranks=histories.stages):
            few = _Few(
                arrivals=arrivals,
                begin=histories.courses.begin[arrivals.sequences],
                end=self.end[arrivals.sequences],
                cause=self.cause[arrivals.sequences],
                segment=segment[arrivals.sequences],
                first=max(watched, events.since),
                until=events.until,
                unknown=histories.unknown,
            )
            stays.add(*few.stays())
            passages.add(*few.passages())
        rows, deals = stays.counted()
        # The beginning was counted as the stage before all others.
        rows[:, STAY.index("stage")] += BEGINNING
        return (rows, deals), passages.counted()


Rows: TypeAlias = tuple[Sequence[AnyIntegers], NDArray[np.bool_]]
"""The numbers in each place of a row, a table by stage and deal; and which of the rows count."""


@attrs.frozen(kw_only=True, eq=False)
class _Few:
    """Some deals, and when each came to its stages."""

    arrivals: Arrivals
    begin: Integers
    end: Integers
    cause: AnyIntegers
    segment: Integers
    first: int
    until: int
    unknown: int

    def stays(self) -> Rows:
        """Tell of the stages that each deal entered, and before them of the beginning, as far as the days are known."""
        is_over = self.cause > 0
        entered = np.vstack((self.begin, self.arrivals.entered))
        left = np.vstack((np.where(is_over, self.end, self.until + 1), self.arrivals.left))
        is_left = left <= self.until
        stay = np.minimum(left, self.until) - entered
        days: Integers = self.end - entered
        numbers = (self.segment, _numbered(entered), self._entry(entered), stay, is_left.view(np.int8), days, self.cause)
        return numbers, self._is_told(entered, self.end)

    def passages(self) -> Rows:
        """Tell how each deal got done with the stages that it came to: one that was won has come beyond them all."""
        beyond = np.where(self.cause == _WON, self.end, self.until + 1)
        reached = np.minimum(np.vstack((self.arrivals.reached, beyond)), beyond)
        arrived, following = reached[:-1], reached[1:]
        # Each stage is passed on the day on which the next one is reached.
        done = np.minimum(following, self.end)
        cause = np.where(following <= self.until, _MOVED_ON, self.cause)
        numbers = (self.segment, _numbered(arrived), self._entry(arrived), done - arrived, cause)
        return numbers, self._is_told(arrived, done)

    def _entry(self, begun: Integers) -> Integers:
        """Tell after how many days of each stay, or passage, it was watched."""
        return np.maximum(self.first - begun, 0)

    def _is_told(self, begun: Integers, done: Integers) -> NDArray[np.bool_]:
        """Tell which came to be, on a day that is known, and were not over before they were watched."""
        is_known = (begun <= self.until) & (begun != self.unknown)
        is_told: NDArray[np.bool_] = is_known & (done >= self.first) & (self.segment >= 0)
        return is_told


def _numbered(table: Integers) -> Integers:
    """Return the number of each row of a table, to be spread over it."""
    return np.arange(len(table))[:, np.newaxis]

"""The counting rules by name: which deals count, where each is booked, and which stages it passed."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.kernels.events import Courses, Events, event_counts
from salesperf.kernels.events.counts import AnyIntegers
from salesperf.model.codes import Integers

__all__ = ["OUTCOMES", "RULES", "Deals", "Rule", "RuleName", "StageCounts"]

RuleName: TypeAlias = Literal["cohort", "strict", "any_order", "snapshot"]
Outcome: TypeAlias = Literal["won", "lost", "cancelled", "open"]
OUTCOMES: Final[tuple[Outcome, ...]] = ("won", "lost", "cancelled", "open")
"""How a deal stands at the end of the day: decided in one of three ways, or not yet."""

WON, LOST, CANCELLED, OPEN = range(len(OUTCOMES))


@attrs.frozen(kw_only=True, eq=False)
class Deals:
    """What a rule is asked about: deals with the day on which they began, each in its segment.

    Attributes
    ----------
    events
        All changes of stage of all deals.
    courses
        How far each deal of those came along the open stages.
    rank
        Shape (stages of the process,): the rank of each open stage; -1 for the others.
    stages
        How many open stages there are.
    chosen
        Which of the courses count: their positions, or all.
    segment
        Shape (chosen,): the segment of each.
    segments
        How many there are.
    outcome
        Shape (chosen,): a position in :data:`OUTCOMES`.
    """

    events: Events
    courses: Courses
    rank: Integers
    stages: int
    chosen: Integers | slice
    segment: AnyIntegers
    segments: int
    outcome: AnyIntegers

    @property
    def furthest(self) -> AnyIntegers:
        """The furthest open stage that each deal entered; -1 for none."""
        return self.courses.furthest[self.chosen]

    @property
    def last(self) -> AnyIntegers:
        """The last open stage in which each deal was; -1 for none."""
        return self.courses.last_ranked[self.chosen]

    def visited(self) -> NDArray[np.bool_]:
        """Return which open stages each deal ever entered: shape (chosen, stages)."""
        return self.events.visited(self.rank, ranks=self.stages)[self.chosen]

    def is_in_order(self) -> NDArray[np.bool_]:
        """Tell of each deal whether it entered the open stages in order, leaving none out."""
        # A deal won from an earlier stage than the last has left out those between; one in no open stage, the first.
        least = np.where(self.outcome == WON, self.stages - 1, 0)
        return self.events.is_in_order(self.rank)[self.chosen] & (self.furthest >= least)

    def only(self, kept: NDArray[np.bool_]) -> "Deals":
        """Leave out some deals."""
        chosen = np.arange(self.courses.sequence.size)[self.chosen][kept]
        return attrs.evolve(self, chosen=chosen, segment=self.segment[kept], outcome=self.outcome[kept])


@attrs.frozen(kw_only=True, eq=False)
class StageCounts:
    """What a rule answers: deals by segment and open stage, each array of shape (segments, stages)."""

    moved_on: Integers
    lost: Integers
    cancelled: Integers
    open: Integers
    died: Integers
    outcomes: Integers


@attrs.frozen(eq=False)
class Rule:
    """A counting rule.

    Parameters
    ----------
    book
        Counts the deals that it follows.
    in_order
        Whether it follows only deals that entered the stages in order and left none out.
    """

    book: Callable[[Deals], StageCounts]
    in_order: bool = False


def _by_outcome(deals: Deals, stage: AnyIntegers) -> Integers:
    """Count deals by segment, stage and outcome; those in no stage, at -1, come first."""
    shape = (deals.segments, deals.stages + 1, len(OUTCOMES))
    cell: AnyIntegers = np.add(stage, 1, dtype=np.min_scalar_type(-shape[1] * shape[2]))
    cell *= len(OUTCOMES)
    cell += deals.outcome
    return event_counts(deals.segment, cell, shape=(shape[0], shape[1] * shape[2])).reshape(shape)


def _answer(booked: Integers, stood: Integers, moved_on: Integers) -> StageCounts:
    """Take from deals by outcome at the stage where they are booked, and at that where they stood last, what is asked."""
    return StageCounts(
        outcomes=booked.sum(axis=1),
        moved_on=moved_on,
        lost=booked[:, 1:, LOST],
        cancelled=booked[:, 1:, CANCELLED],
        open=booked[:, 1:, OPEN],
        died=stood[:, 1:, LOST] + stood[:, 1:, CANCELLED],
    )


def _cohort(deals: Deals) -> StageCounts:
    """Follow deals to where they came furthest: all stages before count as passed, whether entered or not."""
    booked, stood = _by_outcome(deals, deals.furthest), _by_outcome(deals, deals.last)
    # A deal that is known only since it was decided was in the funnel all the same: in its first stage at least.
    booked[:, 1] += booked[:, 0]
    booked[:, 0] = 0
    stood[:, 1] += stood[:, 0]
    won = booked[:, 1:, WON].sum(axis=1, keepdims=True)
    reached = booked[:, 1:, WON + 1 :].sum(axis=2)
    up_to = np.cumsum(reached, axis=1)
    return _answer(booked, stood, up_to[:, -1:] - up_to + won)


def _any_order(deals: Deals) -> StageCounts:
    """Count each stage that a deal entered, whenever that was; it moved on from all but the furthest."""
    visited, furthest = deals.visited(), deals.furthest
    reached = np.where(deals.outcome == WON, np.int64(deals.stages), furthest)
    columns = [
        np.bincount(deals.segment[visited[:, stage] & (reached > stage)], minlength=deals.segments)
        for stage in range(deals.stages)
    ]
    return _answer(_by_outcome(deals, furthest), _by_outcome(deals, deals.last), np.stack(columns, axis=1))


def _snapshot(deals: Deals) -> StageCounts:
    """Count each deal where it stands, or stood when it was decided."""
    stood = _by_outcome(deals, deals.last)
    return _answer(stood, stood, stood[:, 1:, WON])


RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "cohort": Rule(_cohort),
        "strict": Rule(_cohort, in_order=True),
        "any_order": Rule(_any_order),
        "snapshot": Rule(_snapshot),
    }
)
"""Counting rules by name.

``cohort``: deals that began in the period, followed to the day; stages that they skipped count as passed.
``strict``: those of them that entered the stages in order and skipped none; the others are counted as nonconforming.
``any_order``: a stage counts where a deal entered it, whenever that was.
``snapshot``: each deal counts once, where it stands, or stood when it was decided.
"""

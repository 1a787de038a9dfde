"""One deal followed from day to day: when it came to each stage, when it left it, and how it ended."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

import attrs

from salesperf.model.change import Change
from salesperf.model.process import SalesProcess
from salesperf.model.stage import StageKind

__all__ = ["BEGINNING", "CAUSES", "PASSAGES", "Course", "Following", "Passage", "Stay"]

CAUSES: Final[Mapping[str, int]] = {"won": 1, "lost": 2, "cancelled": 3}
"""How a deal ends, each way competing with the others; 0 is a deal that is open, and censored."""
PASSAGES: Final[Mapping[str, int]] = {"moved_on": 1, "lost": 2, "cancelled": 3}
"""How a deal gets done with a stage; 0 is one that is open there, and censored."""
BEGINNING: Final = -1
"""What stands for a stage where days count from the beginning of a deal."""

_CAUSE_OF: Final[Mapping[StageKind, int]] = {"open": 0, "won": 1, "post_won": 1, "lost": 2, "cancelled": 3}
_WON: Final = CAUSES["won"]
_MOVED_ON: Final = PASSAGES["moved_on"]

Day: TypeAlias = int
"""An ordinal, as of ``date.toordinal()``."""


class Stay(NamedTuple):
    """A stage that a deal entered, its first time there, and what came of the deal.

    Parameters
    ----------
    stage
        The position among the open stages, or :data:`BEGINNING`.
    entry
        Days after it entered from which it was watched; 0 for from then on.
    stay
        Days that it stood there, or has so far.
    is_left
        Whether it has left.
    days
        Days from then to its end, or to the last day that counts.
    cause
        How it ended: a number in :data:`CAUSES`, or 0.
    """

    stage: int
    entry: int
    stay: int
    is_left: bool
    days: int
    cause: int


class Passage(NamedTuple):
    """How a deal got done with a stage: the way of the ``cohort`` rule, by which a stage left out is passed at once.

    Parameters
    ----------
    stage
        The position among the open stages.
    entry
        Days after it came so far from which it was watched; 0 for from then on.
    days
        Days from the first day on which it came to this stage or beyond, to that on which it got beyond or ended.
    cause
        A number in :data:`PASSAGES`, or 0.
    """

    stage: int
    entry: int
    days: int
    cause: int


@attrs.frozen(kw_only=True)
class Course:
    """What became of a deal up to the end of a day.

    Attributes
    ----------
    begin
        The day on which it began; ``None`` where nobody knows.
    visits
        By open stage, the first time there: the days on which it was entered and left, ``None`` where one is not known or
        has not come.
    reached
        For each open stage up to the furthest, the day on which the deal came to it or beyond; ``None`` where it is not known.
    cause
        How the deal stands: a number in :data:`CAUSES`, or 0 for open.
    end
        The day on which it came to stand so, or the last that counts.
    """

    begin: Day | None
    visits: Mapping[int, tuple[Day | None, Day | None]]
    reached: Sequence[Day | None]
    cause: int
    end: Day

    def stays(self, until: Day, since: Day) -> Iterator[Stay]:
        """Yield the stages that the deal entered, and before them the beginning, as far as their days are known.

        Parameters
        ----------
        until
            The last day that counts.
        since
            The first day that was watched: what ended before it is left out.
        """
        if self.begin is not None and self.end >= since:
            days = self.end - self.begin
            yield Stay(BEGINNING, max(0, since - self.begin), days, self.cause > 0, days, self.cause)
        for stage, (entered, left) in self.visits.items():
            if entered is not None and self.end >= since:
                stay = (until if left is None else left) - entered
                yield Stay(stage, max(0, since - entered), stay, left is not None, self.end - entered, self.cause)

    def passages(self, stages: int, since: Day) -> Iterator[Passage]:
        """Yield how the deal got done with each stage that it came to.

        Parameters
        ----------
        stages
            How many open stages there are: a deal that was won has passed them all.
        since
            The first day that was watched: what ended before it is left out.
        """
        arrivals: list[Day | None] = list(self.reached)
        last = self.cause
        if self.cause == _WON:
            arrivals += [self.end] * (stages - len(arrivals))
            last = _MOVED_ON
        # Each stage is passed on the day on which the next one is reached.
        for stage, (arrived, done) in enumerate(zip(arrivals, [*arrivals[1:], self.end], strict=True)):
            if arrived is not None and done is not None and done >= since:
                cause = last if stage == len(arrivals) - 1 else _MOVED_ON
                yield Passage(stage, max(0, since - arrived), done - arrived, cause)


class Following:
    """What it takes to follow the deals of a process up to the end of a day.

    Parameters
    ----------
    process
        The process.
    until
        The last day that counts.
    """

    def __init__(self, process: SalesProcess, until: Day) -> None:
        self._until = until
        self._rank = {stage.key: rank for rank, stage in enumerate(process.open_stages)}
        self._cause = {stage.key: _CAUSE_OF[stage.kind] for stage in process.stages}

    def course(self, history: Sequence[Change]) -> Course | None:
        """Follow a deal through its history; ``None`` where it began later.

        It stands as its last stage says, since the first of the changes in a row that say so: after-sales service is won
        on the day of the win, and a deal that was opened again is open.
        """
        entered = [(change.stage, None if change.on is None else change.on.toordinal()) for change in history if change.stage]
        known = [(stage, day) for stage, day in entered if day is None or day <= self._until]
        if not known:
            return None
        visits: dict[int, tuple[Day | None, Day | None]] = {}
        reached: list[Day | None] = []
        cause, end = 0, None
        for (stage, day), (_, left) in zip(known, [*known[1:], (None, None)], strict=True):
            if self._cause[stage] != cause:
                cause, end = self._cause[stage], day
            rank = self._rank.get(stage)
            if rank is not None:
                visits.setdefault(rank, (day, left))
                reached += [day] * (rank + 1 - len(reached))
        # A deal without the day of its end was never seen open, and of it nobody asks.
        end = self._until if not cause or end is None else end
        return Course(begin=known[0][1], visits=visits, reached=reached, cause=cause, end=end)

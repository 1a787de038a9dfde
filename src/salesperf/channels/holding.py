"""A channel beside all others: the shares of both that are won within some days, and how they differ."""

from collections.abc import Sequence
from typing import Final

import attrs
import numpy as np

from salesperf.channels.tally import CAUSES, ChannelTally, Labels
from salesperf.kernels.survival import EventTable
from salesperf.kernels.survival.comparable import (
    CountedDifference,
    ShareByTime,
    counted_difference,
    last_followed,
    share_by_time,
)

__all__ = ["Held", "held_against_rest"]

_EVERYBODY: Final[Labels] = ()
_NOBODY: Final[tuple[int, ...]] = ()


@attrs.frozen
class Held:
    """A group, or all, with the share that is won within a horizon, and that of the groups that it is held against.

    Attributes
    ----------
    groups : tuple of int
        Positions in the tally.
    labels : tuple of str or None
        The values of the group; none for all.
    table : EventTable
        Days until its leads ended.
    horizon : int or None
        Days within which the shares are; ``None`` where no lead of the group has a day.
    share, rest : ShareByTime or None
        Its own, and that of the others; ``None`` where there are no leads.
    is_compared : bool
        Whether it is held against anything.
    """

    groups: tuple[int, ...]
    labels: Labels
    table: EventTable
    horizon: int | None
    share: ShareByTime | None
    rest: ShareByTime | None
    is_compared: bool

    @property
    def fewest(self) -> int:
        """The leads of whichever side tells of fewer."""
        return min(0 if side is None else side.size for side in (self.share, self.rest))

    def test(self, level: float, minimum: int) -> CountedDifference | None:
        """Compare the two shares; ``None`` where there is too little to compare."""
        if self.share is None or self.rest is None or self.fewest < minimum:
            return None
        return counted_difference(self.share.events, self.share.size, self.rest.events, self.rest.size, level)


def held_against_rest(tally: ChannelTally, group: int | None, horizon: int | None, level: float, minimum: int) -> Held:
    """Return a group beside all others; all groups, where none is named, beside nothing."""
    everybody = range(len(tally.groups))
    own, labels, rest = tuple(everybody), _EVERYBODY, _NOBODY
    if group is not None:
        own, labels = (group,), tally.groups[group]
        known = [each for each in everybody if not _is_apart(tally, each)]
        rest = tuple(each for each in known if each != group) if group in known else ()
    table, others = (_table(tally, groups) for groups in (own, rest))
    days = _horizon([each for each in (table, others) if each.size], minimum) if horizon is None else horizon
    share, beside = (share_by_time(each, CAUSES["won"], days, level) if each.size else None for each in (table, others))
    return Held(own, labels, table, days if table.size else None, share, beside, is_compared=bool(rest))


def _is_apart(tally: ChannelTally, group: int) -> bool:
    """Tell whether nobody knows the channel of a group."""
    return "channel" in tally.by and tally.groups[group][tally.by.index("channel")] is None


def _table(tally: ChannelTally, groups: Sequence[int]) -> EventTable:
    """Count the days until leads of some groups ended."""
    rows = np.isin(tally.cells[:, 0], list(groups))
    _, days, cause = tally.cells[rows].T
    counts = tally.counts[rows]
    return EventTable.of(np.repeat(days, counts), np.repeat(cause, counts), cause_count=len(CAUSES))


def _horizon(tables: Sequence[EventTable], minimum: int) -> int:
    """Return the days for which enough leads of each table were followed; a table that never had enough says nothing."""
    limits = [limit for table in tables if (limit := last_followed(table, minimum)) is not None]
    return int(min(limits)) if limits else max((int(table.times[-1]) for table in tables), default=0)

"""The rate at which deals get beyond a stage, open ones being no failures, and how two such rates differ."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final, NamedTuple, TypeAlias, cast

import attrs
import numpy as np

from salesperf.funnel.chances import curve_table
from salesperf.funnel.following import BEGINNING, CAUSES, PASSAGES
from salesperf.funnel.outcome_tally import OutcomeTally, passed, standing
from salesperf.funnel.tally import FunnelTally
from salesperf.kernels.proportion import binomial_test, wilson
from salesperf.kernels.survival import EventTable
from salesperf.kernels.survival.comparable import counted_difference, share_by_time
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message

__all__ = [
    "Compared",
    "StageRate",
    "common_horizon",
    "compared",
    "compared_to_stated",
    "counted_rate",
    "event_table",
    "followed_rate",
]

Value: TypeAlias = Fraction | float

_ALMOST: Final = 1e-12
"""What rounding may put on a share."""


@attrs.frozen(kw_only=True)
class StageRate:
    """A rate, and of how many deals it could be.

    Attributes
    ----------
    moved_on, decided : int
        Of so many deals so many got beyond the stage. Where some are censored: of as many as would tell as much had none
        been, so that intervals and tests for counts hold.
    value : Fraction, float or None
        Exact where it is one count over another.
    low, high : float
        Its interval.
    entered : int
        Deals that came to the stage.
    open : int
        How many of these are open there.
    """

    moved_on: int
    decided: int
    value: Value | None
    low: float
    high: float
    entered: int
    open: int

    def estimate(self, level: float) -> Estimate:
        """Tell the rate."""
        if self.value is None:
            return Estimate.undefined(Message("funnel.reason.none_decided_there"))
        value = float(self.value)
        return Estimate(value=value, low=min(self.low, value), high=max(self.high, value), n=self.decided, level=level)


class Compared(NamedTuple):
    """How a rate differs from another: by how much, how likely it would by chance, and whether it could have at all."""

    difference: Estimate
    p_value: float
    is_open: bool


def counted_rate(tally: FunnelTally, segments: Sequence[int], stage: int, level: float) -> StageRate:
    """Tell the rate of some segments of a tally: of the deals that got beyond the stage or ended there."""
    places = list(segments)
    moved_on, lost, cancelled, is_open = (
        int(getattr(tally, name)[places, stage].sum()) for name in ("moved_on", "lost", "cancelled", "open")
    )
    decided = moved_on + lost + cancelled
    interval = wilson(moved_on, decided, level=level)
    return StageRate(
        moved_on=moved_on,
        decided=decided,
        value=Fraction(moved_on, decided) if decided else None,
        low=interval.low,
        high=interval.high,
        entered=decided + is_open,
        open=is_open,
    )


def event_table(tally: OutcomeTally, segments: Sequence[int], stage: int) -> EventTable:
    """Count the days until deals of some segments got done with a stage; at -1, those until they ended."""
    if stage == BEGINNING:
        known = [standing(tally, segment, stage) for segment in segments]
        columns = [(each.entry, each.days, each.cause) for each in known]
    else:
        columns = [passed(tally, segment, stage) for segment in segments]
    nobody = np.zeros((3, 0), dtype=np.int64)
    entry, days, cause = np.concatenate([nobody, *(np.stack(column) for column in columns)], axis=1)
    return curve_table(days, cause, entry, cause_count=len(CAUSES))


def common_horizon(tables: Sequence[EventTable], minimum: int) -> int:
    """Return the days for which enough deals of each table were followed.

    A young group has had less time to move on than an old one: over the same days after coming to a stage they are alike.
    Tables that never had enough say nothing of this.
    """
    limits = [limit for table in tables if (limit := _followed(table, minimum)) is not None]
    return min(limits) if limits else max(int(table.times.max(initial=0)) for table in tables)


def _followed(table: EventTable, minimum: int) -> int | None:
    """Return the last day on which enough deals were at risk; ``None`` where none of them is censored from then on."""
    days = np.flatnonzero(table.at_risk >= minimum)
    if not days.size:
        return None
    last = int(days[-1])
    # Where all that are left come to their end, that is all there is, over any days.
    return int(table.times[last]) if table.counts[0, last:].any() else None


def followed_rate(table: EventTable, horizon: int, level: float) -> StageRate:
    """Tell which share gets beyond a stage within some days of coming to it: losses compete, open deals are censored."""
    share = share_by_time(table, PASSAGES["moved_on"], horizon, level)
    return StageRate(
        moved_on=share.events,
        decided=share.size,
        value=None if np.isnan(share.value) else share.value,
        low=share.low,
        high=share.high,
        entered=table.size,
        open=int(table.counts[0].sum()),
    )


def compared(rate: StageRate, baseline: StageRate, level: float) -> Compared:
    """Compare the rates of different deals, some of which were decided on either side."""
    counts = (rate.moved_on, rate.decided, baseline.moved_on, baseline.decided)
    test = counted_difference(*counts, level)
    difference = _difference(rate, baseline.value, test.low, test.high, rate.decided + baseline.decided, level)
    return Compared(difference, test.p_value, test.is_open)


def compared_to_stated(rate: StageRate, stated: Fraction, level: float) -> Compared:
    """Compare the rate of deals, some of which were decided, with one that is stated."""
    low, high = rate.low - float(stated), rate.high - float(stated)
    p_value = binomial_test(rate.moved_on, rate.decided, float(stated))
    return Compared(_difference(rate, stated, low, high, rate.decided, level), p_value, is_open=True)


def _difference(rate: StageRate, other: Value | None, low: float, high: float, n: int, level: float) -> Estimate:
    value = float(cast("Value", rate.value) - cast("Value", other))
    # Shares that are equal differ by rounding at most, which is no side to be on.
    value = 0.0 if abs(value) < _ALMOST else value
    # Effective counts are whole, and their shares a little beside the rates.
    return Estimate(value=value, low=min(low, value), high=max(high, value), n=n, level=level)

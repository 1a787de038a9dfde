"""What may be said of a channel, and of all together."""

import math
from fractions import Fraction
from functools import cached_property
from typing import Final

import attrs
import numpy as np

from salesperf.channels.channel_line import ChannelLine, ReturnVerdict, Verdict
from salesperf.channels.holding import Held
from salesperf.channels.money import WonValues, acquisition_cost, break_even_rate, return_on_investment
from salesperf.channels.tally import CAUSES, ChannelTally, summed
from salesperf.kernels.proportion import wilson
from salesperf.kernels.survival.comparable import CountedDifference, ShareByTime, share_by_time
from salesperf.model.amount import Amount
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message

__all__ = ["Asked"]

_USUAL: Final = 0.9
"""Where a channel was followed for less time than so many of all wins took, it is too early to say that it does not pay."""
_ALMOST: Final = 1e-12
"""What rounding may put on a share."""


@attrs.frozen(slots=False)
class Asked:
    """What all lines of a report have in common.

    Attributes
    ----------
    tally : ChannelTally
        The leads.
    level : float
        That of the intervals.
    minimum : int
        Leads with fewer of which nothing is said.
    compared : int
        How many groups were compared with the others.
    """

    tally: ChannelTally
    level: float
    minimum: int
    compared: int

    def line(self, held: Held, test: CountedDifference | None, adjusted: float | None) -> ChannelLine:
        """Tell of a group what can be told."""
        tally, groups = self.tally, list(held.groups)
        won, lost, cancelled, is_open = tally.outcomes[groups].sum(axis=0).tolist()
        leads, qualified = won + lost + cancelled + is_open, int(tally.qualified[groups].sum())
        unvalued, without = int(tally.unvalued[groups].sum()), tally.without_lead[groups].sum(axis=0)
        value, cost = tally.value_of(groups), summed(tally.costs[group] for group in groups)
        values = WonValues.of(*tally.values_of(groups))
        share, reached = self._share(held, self.level), self._share(held, self._wide)
        difference = self._difference(held, test)
        break_even = break_even_rate(cost, leads, values, self._all_values, self._wide, self.minimum)
        return ChannelLine(
            by=tally.by if held.labels else (),
            labels=held.labels,
            leads=leads,
            qualified=qualified,
            won=won,
            lost=lost,
            cancelled=cancelled,
            open=is_open,
            undated=int(tally.undated[groups].sum()),
            value=value,
            unvalued=unvalued,
            cost=cost,
            deals_without_lead=int(without.sum()),
            won_without_lead=int(without[0]),
            value_without_lead=summed(tally.value_without_lead[group] for group in groups),
            qualification_rate=self._rate(qualified, leads, "no_leads"),
            conversion_rate=self._rate(won, leads, "no_leads", is_open),
            won_share=self._rate(won, int(tally.won.sum()), "nobody_won"),
            horizon=held.horizon,
            conversion_within=share,
            rest_within=self._estimate(held.rest, held, self.level),
            difference=difference,
            p_value=None if test is None else test.p_value,
            adjusted_p_value=adjusted,
            verdict=self._verdict(held, difference, adjusted),
            cost_per_lead=cost.times(Fraction(1, leads)) if cost is not None and leads else None,
            acquisition_cost=acquisition_cost(cost, leads, won, is_open, self.level),
            return_on_investment=return_on_investment(
                value, cost, values, leads=leads, unvalued=unvalued, open_leads=is_open, level=self.level, minimum=self.minimum
            ),
            break_even_rate=break_even,
            return_verdict=self._return_verdict(held, leads, reached, break_even, cost, value),
            reached=reached,
            compared=self.compared,
            judged=self._judged,
            usual_days=self._usual_days,
            fewest=held.fewest,
            minimum=self.minimum,
        )

    @cached_property
    def _all_values(self) -> WonValues:
        return WonValues.of(*self.tally.values_of(range(len(self.tally.groups))))

    @cached_property
    def _judged(self) -> int:
        """How many groups are judged by what they cost."""
        pairs = zip(self.tally.costs, self.tally.leads.tolist(), strict=True)
        judged = sum(1 for cost, leads in pairs if cost and cost.minor and leads >= self.minimum)
        return max(judged, 1)

    @property
    def _wide(self) -> float:
        """The level of intervals all of which hold the truth at the level that was asked for."""
        return 1 - (1 - self.level) / self._judged

    @cached_property
    def _usual_days(self) -> int:
        """Within how many days most wins came."""
        wins = self.tally.cells[:, 2] == CAUSES["won"]
        days = np.sort(np.repeat(self.tally.cells[wins, 1], self.tally.counts[wins]))
        place = math.ceil(_USUAL * days.size) - 1
        return int(days[place]) if days.size else 0

    def _rate(self, part: int, whole: int, nothing: str, open_leads: int = 0) -> Estimate:
        if not whole:
            return Estimate.undefined(Message(f"channels.reason.{nothing}"))
        interval = wilson(part, whole, level=self.level)
        reason = Message.of("channels.reason.open", open=open_leads) if open_leads else None
        return Estimate(value=part / whole, low=interval.low, high=interval.high, n=whole, level=self.level, reason=reason)

    def _share(self, held: Held, level: float) -> Estimate:
        """Tell which share of a group is won within the horizon."""
        known = None if held.horizon is None else share_by_time(held.table, CAUSES["won"], held.horizon, level)
        return self._estimate(known, held, level)

    def _estimate(self, share: ShareByTime | None, held: Held, level: float) -> Estimate:
        if share is None:
            return Estimate.undefined(Message("channels.reason.no_leads"))
        if math.isnan(share.value):
            return Estimate.undefined(Message.of("channels.reason.not_followed", horizon=held.horizon))
        low, high = min(share.low, share.value), max(share.high, share.value)
        return Estimate(value=share.value, low=low, high=high, n=share.size, level=level)

    def _difference(self, held: Held, test: CountedDifference | None) -> Estimate:
        if test is None or held.share is None or held.rest is None:
            few = Message.of("channels.reason.too_few", n=held.fewest, minimum=self.minimum)
            return Estimate.undefined(few if held.is_compared else Message("channels.reason.not_compared"))
        value = held.share.value - held.rest.value
        # Shares that are equal differ by rounding at most, which is no side to be on.
        value = 0.0 if abs(value) < _ALMOST else value
        # The counts that would tell a share are whole, and theirs a little beside it.
        low, high = min(test.low, value), max(test.high, value)
        return Estimate(value=value, low=low, high=high, n=held.share.size + held.rest.size, level=self.level)

    def _verdict(self, held: Held, difference: Estimate, adjusted: float | None) -> Verdict:
        if not held.is_compared:
            return "not_compared"
        if difference.value is None or adjusted is None:
            return "not_enough_data"
        if adjusted > 1 - self.level:
            return "within_chance"
        return "higher" if difference.value > 0 else "lower"

    def _return_verdict(
        self, held: Held, leads: int, reached: Estimate, needed: Estimate, cost: Amount | None, value: Amount | None
    ) -> ReturnVerdict:
        """Judge by two intervals: the share that is won, and the one that must be."""
        if cost is None or not cost.minor:
            return "no_cost"
        won, least = reached.interval, needed.interval
        if leads < self.minimum or won is None or least is None:
            return "not_enough_data"
        is_repaid, is_borrowed = value is not None and value.minor >= cost.minor, needed.reason is not None
        if won.low > least.high:
            # Wins of others say what its own may bring, and not that they did.
            return "pays" if is_repaid or not is_borrowed else "cannot_tell"
        # What brought its cost by now, though later than the horizon, cannot be said not to pay.
        if won.high >= least.low or is_repaid:
            return "cannot_tell"
        return "too_young" if (held.horizon or 0) < self._usual_days else "does_not_pay"

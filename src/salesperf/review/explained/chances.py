"""The chance of an open deal, down to the earlier deals that stood as it does: who was followed each day, and who won."""

from collections.abc import Sequence
from functools import cached_property

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.forecast import ForecastDeal
from salesperf.forecast.chances import longest_ages
from salesperf.forecast.explaining import weighted_tree
from salesperf.funnel import OutcomeTally, outcomes
from salesperf.funnel.chances import WON_IN_TIME, Standing, ends_within
from salesperf.kernels.numeric import Column
from salesperf.kernels.survival import EventTable, aalen_johansen
from salesperf.model.breakdown import Breakdown, Product, ProductLimit, Quotient, Sum
from salesperf.model.codes import Integers
from salesperf.model.message import Message
from salesperf.model.opportunity import Opportunity
from salesperf.review.explained.elsewhere import computed, shown
from salesperf.review.explained.growing import grown, leaf, named
from salesperf.review.outlook import OutlookLine

__all__ = ["Chances"]


@attrs.frozen(eq=False)
class Chances:
    """The chances of a forecast, each with the earlier deals that tell it.

    Parameters
    ----------
    line
        The outlook.
    deals
        All deals of the process as the forecast knew them; ``None`` where none are at hand.
    """

    line: OutlookLine
    deals: Sequence[Opportunity] | None
    _known: dict[tuple[str, int], Breakdown] = attrs.field(factory=dict, init=False)
    """By stage and age the chances that were grown already: many deals stand alike."""

    def weighted(self, deal: ForecastDeal) -> Breakdown:
        """Return what a deal adds to what is expected: its amount times its chance."""
        plain = weighted_tree(deal)
        amount, chance = plain.parts
        return attrs.evolve(plain, parts=(amount, shown(chance.label, deal.probability, self._chance(deal))))

    def _chance(self, deal: ForecastDeal) -> Breakdown | None:
        """Return the share of earlier deals that, having stood as this one does, were won as soon; ``None`` if it is stated."""
        age, earlier = self._age(deal), self._earlier
        if age is None or earlier is None:
            return None
        known = self._known.get((deal.stage, age))
        if known is None:
            known = self._known[deal.stage, age] = self._won_of(
                _Stood.of(*earlier, self._place(deal), age, self._asked), deal.stage, age
            )
        return known

    @property
    def _asked(self) -> tuple[int, int]:
        return self.line.forecast.terms.days_asked

    def _won_of(self, stood: "_Stood", stage: str, age: int) -> Breakdown:
        label = Message("forecast.chance")
        days = [self._won_on(stood, stage, age, row) for row in np.flatnonzero(stood.table.counts[WON_IN_TIME]).tolist()]
        if days:
            return computed(label, Sum(), days)
        followed = stood.counted(self._followed(stage, age, 1), stood.entry == 0)
        return computed(label, Quotient(), (leaf(named("deals_won"), 0), followed))

    def _won_on(self, stood: "_Stood", stage: str, age: int, row: int) -> Breakdown:
        """Return the share not decided before a day, times that of the deals still followed which was won then."""
        day = int(stood.table.times[row])
        won = stood.counted(named("deals_won_on", day=day), stood.is_won & (stood.days == day))
        followed = leaf(self._followed(stage, age, day), int(stood.table.at_risk[row]))
        rate = computed(named("deals_won_of_followed", day=day), Quotient(), (won, followed))
        undecided = grown(named("undecided_before", day=day), float(stood.undecided[row]), ProductLimit(), stood.ended(row))
        return computed(named("share_on", day=day), Product(), (undecided, rate))

    def _followed(self, stage: str, age: int, day: int) -> Message:
        title = Message(self.line.process.stage_by_key[stage].label)
        return named("deals_followed_on", stage=title, age=age, day=day)

    def _place(self, deal: ForecastDeal) -> int:
        return [stage.key for stage in self.line.process.open_stages].index(deal.stage)

    def _age(self, deal: ForecastDeal) -> int | None:
        """Return for how long the earlier deals stood in the stage that tell a chance; ``None`` where it is stated."""
        terms, source = self.line.forecast.terms, deal.source
        if source == "stated" or terms.history is None:
            return None
        if source == "learnt_by_stage" or deal.stage_days is None:
            return 0
        if source == "learnt":
            return deal.stage_days
        stages, ages = np.array([self._place(deal)]), np.array([deal.stage_days])
        return int(longest_ages(stages, ages, np.array([True]), terms, terms.history)[0])

    @cached_property
    def _earlier(self) -> tuple[OutcomeTally, Sequence[Breakdown]] | None:
        """What became of the deals, each alone in a segment that has its id, and the leaf of each: many trees have it."""
        if self.deals is None:
            return None
        forecast = self.line.forecast
        alone = [attrs.evolve(deal, facts={"deal": deal.id}) for deal in self.deals]
        tally = outcomes(alone, self.line.process, as_of=forecast.as_of, by=("deal",))
        return tally, [leaf(named("deal", deal=deal), 1) for (deal,) in tally.segments]


@attrs.frozen(eq=False)
class _Stood:
    """Earlier deals that stood in a stage for some days, and how each went on from then."""

    leaves: Sequence[Breakdown]
    """One for each."""
    days: Integers
    """Until each ended, or was last seen."""
    is_won: NDArray[np.bool_]
    """Whether that was a win on one of the days asked for."""
    entry: Integers
    """From which each was first watched."""
    table: EventTable
    undecided: Column
    """Which share was not decided before each of the times of the table, as if all had been followed."""

    @classmethod
    def of(cls, tally: OutcomeTally, leaves: Sequence[Breakdown], place: int, age: int, window: tuple[int, int]) -> "_Stood":
        rows = tally.cells[(tally.cells[:, 1] == place) & (tally.cells[:, 3] > age)]
        segment, _, entry, stay, is_left, days, cause = rows.T
        standing = Standing(entry=entry, stay=stay, is_left=is_left, days=days, cause=cause)
        days, codes, entry = ends_within(standing, age, *window)
        watched = entry < days
        table = EventTable.of(days[watched], codes[watched], entry=entry[watched], cause_count=WON_IN_TIME + 1)
        undecided = np.append(1.0, aalen_johansen(table, WON_IN_TIME).survival)
        own = [leaves[number] for number in segment.tolist()]
        return cls(own, days, watched & (codes == WON_IN_TIME), entry, table, undecided)

    def ended(self, row: int) -> tuple[Breakdown, ...]:
        """Return how many were followed and how many ended, of each time before one at which any ended."""
        return self._ended[: 2 * np.count_nonzero(self.table.events[:row])]

    @cached_property
    def _ended(self) -> tuple[Breakdown, ...]:
        """The same of all times, made once: each day on which any was won rests on all before it."""
        return tuple(
            leaf(named(key, day=int(self.table.times[row])), int(count[row]))
            for row in np.flatnonzero(self.table.events).tolist()
            for key, count in (("deals_still_followed", self.table.at_risk), ("deals_ended_on", self.table.events))
        )

    def counted(self, label: Message, chosen: NDArray[np.bool_]) -> Breakdown:
        """Return how many of the deals are chosen."""
        parts = tuple(self.leaves[number] for number in np.flatnonzero(chosen).tolist())
        return grown(label, len(parts), Sum(), parts)

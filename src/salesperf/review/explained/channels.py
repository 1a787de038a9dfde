"""The numbers on channels of a review, down to the leads, deals and costs behind each."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property, partial
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import attrs
import numpy as np

from salesperf.channels import OUTCOMES, ChannelLine, ChannelReport, ChannelTally, count
from salesperf.channels.money import WonValues
from salesperf.channels.tally import CAUSES
from salesperf.kernels.survival import EventTable, IncidenceCurve, aalen_johansen
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Difference, IncidenceEnd, Product, ProductLimit, Quotient, Rule, Sum, WilsonEnd
from salesperf.model.channel_cost import ChannelCost
from salesperf.model.codes import Integers
from salesperf.model.estimate import Estimate
from salesperf.model.lead import Lead
from salesperf.model.message import Message
from salesperf.model.opportunity import Opportunity
from salesperf.review.channels import ChannelSection
from salesperf.review.explained.addresses import channel_address
from salesperf.review.explained.growing import Numbered, counted, grown, in_unit, leaf, more_of, named, summed
from salesperf.review.listed import listed_channels
from salesperf.review.whole import Review

__all__ = ["numbers_of_channels"]

_End: TypeAlias = Literal["low", "high"]
_OTHER: Final[Mapping[_End, _End]] = MappingProxyType({"low": "high", "high": "low"})


_COUNTS: Final = ("leads", "qualified", *OUTCOMES, "unvalued")
"""What is counted of the leads of a line."""


def numbers_of_channels(review: Review) -> Numbered:
    """Yield the numbers on channels: of each, and of all together.

    Parameters
    ----------
    review
        The review.
    """
    section = review.channels
    if section is None:
        return
    report = section.report
    yield "channels/value", partial(getattr, report, "breakdown")
    yield from more_of("channels", listed_channels(section).rest, lambda line: named("told", text=line.name))
    one_by_one = _OneByOne(section)
    for line in (*report.lines, report.total):
        yield from _Line(one_by_one, line, report).numbers(channel_address(line))
    for name in ("compared", "judged", "usual_days", "minimum"):
        yield f"channels/{name}", partial(leaf, named(f"channels_{name}"), getattr(report.total, name))


class _OneByOne:
    """The leads, deals and costs of a section, one by one: a tally of many is the sum of the tallies of each."""

    def __init__(self, section: ChannelSection) -> None:
        self.section = section

    def count(self, leads: Iterable[Lead], deals: Iterable[Opportunity]) -> ChannelTally:
        """Count as the section did."""
        section = self.section
        return count(leads, deals, as_of=section.report.as_of, period=section.period, processes=section.processes)

    @cached_property
    def tally(self) -> ChannelTally:
        """All leads with their deals, each lead a channel of its own."""
        alone = [attrs.evolve(lead, channel=lead.id) for lead in self.section.leads]
        return self.count(alone, (deal for deals in self._deals.values() for deal in deals))

    @cached_property
    def unled(self) -> tuple[tuple[Opportunity, ChannelTally], ...]:
        """Each deal that no lead began, with its tally; what began on other days has no group in it."""
        alone = ((deal, self.count((), (deal,))) for deal in self.section.deals if deal.lead is None)
        return tuple((deal, tally) for deal, tally in alone if tally.groups)

    @cached_property
    def _deals(self) -> Mapping[str, Sequence[Opportunity]]:
        found = defaultdict(list)
        for deal in self.section.deals:
            if deal.lead is not None:
                found[deal.lead].append(deal)
        return found

    @cached_property
    def _places(self) -> Mapping[str | None, Sequence[int]]:
        """Where the leads of each channel stand in the tally."""
        channels, found = {lead.id: lead.channel for lead in self.section.leads}, defaultdict(list)
        for place, (lead,) in enumerate(self.tally.groups):
            found[channels[str(lead)]].append(place)
        return found

    def places(self, line: ChannelLine) -> Sequence[int]:
        """Return where the leads of a line stand in the tally."""
        return self._places.get(line.labels[0], ()) if line.labels else range(len(self.tally.groups))

    def named(self, line: ChannelLine, column: Integers) -> Iterator[str]:
        """Yield the leads of a line of which a column of the tally counts one."""
        yield from (str(self.tally.groups[place][0]) for place in self.places(line) if column[place])

    def unled_of(self, line: ChannelLine) -> Sequence[tuple[Opportunity, ChannelTally]]:
        """Return the deals without a lead: in the line of all, and in that of which nobody knows the channel."""
        return self.unled if line.labels in ((), (None,)) else ()

    def worth(self, line: ChannelLine) -> Iterator[tuple[Message, Amount | None]]:
        """Yield the deals won of the leads of a line, each with what it brought."""
        leads = {lead.id: lead for lead in self.section.leads}
        for lead in self.named(line, self.tally.won):
            for deal in self._deals[lead]:
                yield named("deal_of_lead", deal=deal.id, lead=lead), self.count((leads[lead],), (deal,)).value_of((0,))

    def values(self, line: ChannelLine) -> WonValues:
        """Return what the leads of a line brought."""
        return WonValues.of(*self.tally.values_of(self.places(line)))

    def valued(self, line: ChannelLine) -> Iterator[str]:
        """Yield the leads of a line of which it is known what they brought."""
        yield from self.named(line, np.isin(np.arange(len(self.tally.groups)), self.tally.values[:, 0]).astype(np.int64))

    def curve(self, places: Sequence[int]) -> IncidenceCurve:
        """Return by which day which share of some leads is won, as the section found it."""
        _, days, causes = self.tally.cells[np.isin(self.tally.cells[:, 0], places)].T
        return aalen_johansen(EventTable.of(days, causes, cause_count=len(CAUSES)), CAUSES["won"])

    def ended_on(self, places: Sequence[int], day: float, *, is_won: bool) -> Iterator[str]:
        """Yield those of some leads that were won, or lost or given up, so many days after they began."""
        cells = self.tally.cells
        has_ended = cells[:, 2] == CAUSES["won"] if is_won else (cells[:, 2] > 0) & (cells[:, 2] != CAUSES["won"])
        chosen = np.isin(cells[:, 0], places) & (cells[:, 1] == day) & has_ended
        yield from (str(self.tally.groups[place][0]) for place in cells[chosen, 0].tolist())

    def costs(self, line: ChannelLine) -> Iterator[ChannelCost]:
        """Yield what was spent on a line."""
        yield from (cost for cost in self.section.costs if not line.labels or cost.channel == line.labels[0])


@attrs.frozen
class _Line:
    """The numbers of one line, each with its tree."""

    one_by_one: _OneByOne
    line: ChannelLine
    report: ChannelReport

    def numbers(self, address: str) -> Numbered:
        """Yield them."""
        line = self.line
        for name in _COUNTS:
            yield f"{address}/{name}", partial(self._leads, name)
        yield f"{address}/undated", self._undated
        yield f"{address}/value", self._value
        yield f"{address}/cost", self._cost
        yield f"{address}/deals_without_lead", self._unled
        yield f"{address}/won_without_lead", self._unled_won
        yield f"{address}/value_without_lead", self._unled_value
        yield f"{address}/acquisition_cost", self._acquisition
        yield from _ends(f"{address}/acquisition_cost", line.acquisition_cost, self._acquisition_end)
        yield f"{address}/return_on_investment", self._return
        yield from _ends(f"{address}/return_on_investment", line.return_on_investment, self._return_end)
        yield from self._shares(address)
        if line.break_even_rate.value is not None:
            yield f"{address}/break_even_rate", self._break_even
            yield from _ends(f"{address}/break_even_rate", line.break_even_rate, self._break_even_end)

    # Counts and sums

    def _leads(self, name: str) -> Breakdown:
        tally = self.one_by_one.tally
        column = tally.outcomes[:, OUTCOMES.index(name)] if name in OUTCOMES else getattr(tally, name)
        return _listed(named(name), self.one_by_one.named(self.line, column))

    def _undated(self) -> Breakdown:
        one_by_one = self.one_by_one
        leads = (named("lead", lead=lead) for lead in one_by_one.named(self.line, one_by_one.tally.undated))
        deals = (named("deal", deal=deal.id) for deal, tally in one_by_one.unled_of(self.line) if tally.undated.any())
        return counted(named("undated"), (*leads, *deals))

    def _value(self) -> Breakdown:
        return summed(Message("channels.value"), self.line.value, self.one_by_one.worth(self.line))

    def _cost(self) -> Breakdown:
        costs = ((named("spent", on=cost.on, what=_what(cost)), cost.amount) for cost in self.one_by_one.costs(self.line))
        return summed(Message("channels.cost"), self.line.cost, costs)

    def _unled(self) -> Breakdown:
        deals = (deal.id for deal, tally in self.one_by_one.unled_of(self.line) if tally.without_lead.any())
        return counted(named("deals_without_lead"), (named("deal", deal=deal) for deal in deals))

    def _unled_won(self) -> Breakdown:
        deals = (deal.id for deal, tally in self.one_by_one.unled_of(self.line) if tally.without_lead[:, 0].any())
        return counted(named("won_without_lead"), (named("deal", deal=deal) for deal in deals))

    def _unled_value(self) -> Breakdown:
        deals = self.one_by_one.unled_of(self.line)
        amounts = ((named("deal", deal=deal.id), tally.value_without_lead[0]) for deal, tally in deals)
        return summed(named("value_without_lead"), self.line.value_without_lead, amounts)

    # What a win costs: over which share of the leads is won goes its interval

    def _acquisition(self) -> Breakdown:
        tree, value = self.line.acquisition_breakdown, self.line.acquisition_cost.value
        label = tree.label if self.line.cost is None else in_unit(tree.label, self.line.cost.unit)
        return attrs.evolve(tree, label=label, value=value, parts=(self._cost(), self._leads("won")))

    def _acquisition_end(self, end: _End) -> Breakdown:
        """Spend the same on each lead, and win most of them, or fewest."""
        rate, other = self.line.conversion_rate, _OTHER[end]
        counts = (self._leads("won"), self._leads("leads"))
        won = grown(_end_of(named("won_share"), other, rate), getattr(rate, other), WilsonEnd(other, rate.level), counts)
        return _end(end, self.line.acquisition_cost, Quotient(), (self._cost_per_lead(), won))

    def _cost_per_lead(self) -> Breakdown:
        return _computed(named("cost_per_lead"), Quotient(), (self._cost(), self._leads("leads")))

    # What spending brought beyond itself

    def _return(self) -> Breakdown:
        tree, cost = self.line.breakdown, self._cost()
        gain = attrs.evolve(tree.parts[0], parts=(self._value(), cost))
        return attrs.evolve(tree, value=self.line.return_on_investment.value, parts=(gain, cost))

    def _return_end(self, end: _End) -> Breakdown:
        """Take as much less or more of the value as the sum may be off."""
        gain, one = self.line.return_on_investment, leaf(named("one"), 1)
        times = _computed(named("value_over_cost"), Quotient(), (self._value(), self._cost()))
        off_by = self.one_by_one.values(self.line).factor_among(self.line.leads, gain.level)
        factor = leaf(named("factor_of_sum", n=gain.n, level=gain.level), off_by)
        rule = Quotient() if end == "low" else Product()
        parts = (_computed(_end_of(named("value_over_cost"), end, gain), rule, (times, factor)), one)
        return _end(end, gain, Difference(), parts)

    # Which share is won, beside others and beside what it must be

    def _shares(self, address: str) -> Numbered:
        line = self.line
        if line.horizon is not None:
            yield f"{address}/horizon", partial(leaf, named("horizon"), line.horizon)
        own, rest = named("won_within", horizon=line.horizon), named("rest_within", horizon=line.horizon)
        if line.reached.value is not None:
            yield f"{address}/won_within", partial(self._won_by, own, line.reached, (line,))
        yield from _ends(f"{address}/won_within", line.reached, partial(self._end_by_curve, own))
        if line.rest_within.value is not None:
            others = [each for each in self.report.lines if each.labels not in (line.labels, (None,))]
            yield f"{address}/rest_within", partial(self._won_by, rest, line.rest_within, others)
        if line.adjusted_p_value is not None:
            p_value = named("p_value", looked_at=line.compared)
            yield f"{address}/p_value", partial(leaf, p_value, line.adjusted_p_value)
        if line.verdict != "not_compared":
            yield f"{address}/fewest", partial(leaf, named("fewest_followed"), line.fewest)

    def _won_by(self, label: Message, share: Estimate, lines: Iterable[ChannelLine]) -> Breakdown:
        """Add up the days: which share was neither won nor lost before each, and which of those still followed was won then."""
        places = [place for line in lines for place in self.one_by_one.places(line)]
        curve = self.one_by_one.curve(places)
        table, before = curve.table, np.append(1.0, curve.survival)
        days = table.times.searchsorted(self.line.horizon or 0, side="right")
        parts = []
        for row in np.flatnonzero(table.counts[CAUSES["won"], :days]).tolist():
            day = int(table.times[row])
            followed = leaf(named("followed_on", day=day), int(table.at_risk[row]))
            won = _listed(named("won_on", day=day), self.one_by_one.ended_on(places, day, is_won=True))
            rate = _computed(named("won_of_followed", day=day), Quotient(), (won, followed))
            standing = grown(named("undecided_before", day=day), float(before[row]), ProductLimit(), _left(table, row))
            parts.append(_computed(named("share_on", day=day), Product(), (standing, rate)))
        return grown(label, share.value, Sum(), parts)

    def _end_by_curve(self, name: Message, end: _End) -> Breakdown:
        """Tell of each day who was followed, who was won and who was lost or given up: that is all the curve is made of."""
        share, one_by_one = self.line.reached, self.one_by_one
        places = one_by_one.places(self.line)
        table = one_by_one.curve(places).table
        days = int(table.times.searchsorted(self.line.horizon or 0, side="right"))
        label = named("end_by_curve", name=_end_of(name, end, share), n=share.n)
        if not days:  # nothing has happened yet, and nobody has left
            followed = leaf(named("followed_on", day=self.line.horizon), int(table.at_risk[0]))
            parts = (leaf(named("won"), 0), followed)
            return grown(label, getattr(share, end), WilsonEnd(end, share.level), parts)
        counts = []
        for row in range(days):
            # On a day on which nobody left as won or otherwise no more is told than how many were followed at last.
            if table.events[row] or row == days - 1:
                day = int(table.times[row])
                counts.append(leaf(named("followed_on", day=day), int(table.at_risk[row])))
                counts.append(_listed(named("won_on", day=day), one_by_one.ended_on(places, day, is_won=True)))
                counts.append(_listed(named("lost_on", day=day), one_by_one.ended_on(places, day, is_won=False)))
        return grown(label, getattr(share, end), IncidenceEnd(end, share.level), counts)

    def _break_even(self) -> Breakdown:
        parts = (self._cost_per_lead(), self._mean())
        return grown(named("must_be_won"), self.line.break_even_rate.value, Quotient(), parts)

    @property
    def _told_by(self) -> ChannelLine:
        """Whose value is taken: that of all channels where the estimate says that too few leads of this one are won."""
        return self.line if self.line.break_even_rate.reason is None else self.report.total

    def _mean(self) -> Breakdown:
        told_by, one_by_one = self._told_by, self.one_by_one
        value = summed(Message("channels.value"), told_by.value, one_by_one.worth(told_by))
        return _computed(
            named("value_per_win"), Quotient(), (value, _listed(named("won_with_amount"), one_by_one.valued(told_by)))
        )

    def _break_even_end(self, end: _End) -> Breakdown:
        """Take the average value as far up or down as it may be off: the more a win brings, the fewer it takes."""
        rate, values = self.line.break_even_rate, self.one_by_one.values(self._told_by)
        margin, mean_value = values.margin(rate.level), float(values.mean)
        off_by = (mean_value + (margin if end == "low" else -margin)) / mean_value
        factor = leaf(named("factor_of_mean", n=rate.n, level=rate.level), off_by)
        mean = _computed(_end_of(named("value_per_win"), _OTHER[end], rate), Product(), (self._mean(), factor))
        return _end(end, rate, Quotient(), (self._cost_per_lead(), mean))


def _ends(address: str, estimate: Estimate, grow: Callable[[_End], Breakdown]) -> Numbered:
    """Yield the ends of an interval below its address; one that is unbounded is no number."""
    for end in _OTHER:
        value = getattr(estimate, end)
        if value is not None and math.isfinite(value):
            yield f"{address}/{end}", partial(grow, end)


def _end(end: _End, estimate: Estimate, rule: Rule, parts: Iterable[Breakdown]) -> Breakdown:
    return grown(named(end, level=estimate.level), getattr(estimate, end), rule, parts)


def _end_of(name: Message, end: _End, estimate: Estimate) -> Message:
    return named("end_of", name=name, end=named(end, level=estimate.level))


def _left(table: EventTable, row: int) -> Iterator[Breakdown]:
    """Yield how many were followed and how many left, of each time before one at which any left."""
    for before in np.flatnonzero(table.events[:row]).tolist():
        day = int(table.times[before])
        yield leaf(named("followed_on", day=day), int(table.at_risk[before]))
        yield leaf(named("left_on", day=day), int(table.events[before]))


def _computed(label: Message, rule: Rule, parts: Iterable[Breakdown]) -> Breakdown:
    """Return the number that a rule makes of its parts."""
    node = grown(label, None, rule, parts)
    value = rule(node)
    # A fraction of many digits tells a reader nothing.
    return attrs.evolve(node, value=float(value) if isinstance(value, Fraction) else value)


def _listed(label: Message, leads: Iterable[str]) -> Breakdown:
    return counted(label, (named("lead", lead=lead) for lead in leads))


def _what(cost: ChannelCost) -> str:
    return " / ".join(each for each in (cost.channel, cost.campaign, cost.owner) if each is not None)

"""What came of a target, pulled apart: what was done down to its entries, what was owed down to the targets agreed."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import starmap
from typing import cast

import attrs

from salesperf.attainment import Attainment, Owed, OwedPart
from salesperf.attainment.shares import share_of
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Difference, Maximum, Product, Quotient, Sum
from salesperf.model.message import Message
from salesperf.model.period import Period
from salesperf.model.target import Actual
from salesperf.review.explained.elsewhere import computed, shown
from salesperf.review.explained.entries import Entries, entry_named, in_order
from salesperf.review.explained.growing import counted, grown, in_unit, leaf, named, summed

__all__ = ["Attained"]


@attrs.frozen(eq=False)
class Attained:
    """What somebody attained, with what is behind it.

    Parameters
    ----------
    attained
        What came of a target.
    owed
        How the target was found; ``None`` where it is one that was agreed.
    entries
        ``None`` where none are at hand.
    """

    attained: Attainment
    owed: Owed | None
    entries: Entries | None

    # What was done, and what was owed

    def actual(self) -> Breakdown:
        """Return what was done: a flow as the sum of its months, a ratio as the quotient of two sums, each down to entries."""
        if self.entries is None or self.attained.actual is None:
            return self.attained.breakdown.parts[0]
        return self.entries.kept(self.attained, self._actual)

    def _actual(self) -> Breakdown:
        months, found, value = self.attained.breakdown.parts[0], self._found(), self.attained.actual
        if isinstance(value, Decimal):
            # It is written with 28 digits, so as a float it agrees with the quotient, which has them all.
            return grown(months.label, float(value), Quotient(), self._sums(found))
        if months.parts:
            return attrs.evolve(months, parts=tuple(self._by_month(months, found)))
        return grown(months.label, value, Sum(), map(_of_entry, found))

    def _sums(self, found: Sequence[Actual]) -> Iterator[Breakdown]:
        """Yield the sum of the entries of each metric of which a ratio is made."""
        for metric in self.attained.target.metric.recorded:
            entries = [each for each in found if each.metric.key == metric.key]
            value = Amount.total([each.amount for each in entries], entries[0].amount.unit) if entries else 0
            yield grown(Message(metric.title), value, Sum(), map(_of_entry, entries))

    def _by_month(self, months: Breakdown, found: Sequence[Actual]) -> Iterator[Breakdown]:
        """Yield each month as the sum of its entries, which are in the order of days."""
        passed = cast("Period", self.attained.target.period.until(self.attained.as_of))
        place = 0
        for month, tree in zip(passed.split("month"), months.parts, strict=True):
            first = place
            while place < len(found) and found[place].on in month:
                place += 1
            yield attrs.evolve(tree, rule=Sum(), parts=tuple(map(_of_entry, found[first:place])))

    def counted_entries(self) -> Breakdown:
        """Return how many entries there are, each of them a leaf; of a ratio, of that part of it that has more."""
        if len(self.attained.target.metric.recorded) == 1:
            return counted(named("entries"), map(entry_named, self._found()))
        parts = [counted(tree.label, (each.label for each in tree.parts)) for tree in self._sums(self._found())]
        return grown(named("entries"), self.attained.entries, Maximum(), parts)

    def _found(self) -> list[Actual]:
        """Return the entries that were counted, in their order; some must be at hand."""
        entries = cast("Entries", self.entries)
        return in_order(self.attained.entries_among(entries.near(self.attained)))

    def target(self) -> Breakdown:
        """Return what was owed: the sum of the targets of which it is made, or of shares of them."""
        if self.owed is None:
            return self.attained.breakdown.parts[1]
        if not self.owed.is_prorated:
            return self.owed.breakdown
        pairs = zip(self.owed.breakdown.parts, self.owed.parts, strict=True)
        return attrs.evolve(self.owed.breakdown, parts=tuple(starmap(self._part, pairs)))

    def _part(self, plain: Breakdown, part: OwedPart) -> Breakdown:
        """Return a part of what was owed: the share of a target by the workdays up to its end, less that before it begins."""
        if not part.is_prorated:
            return plain
        whole, some = part.target.period, part.period
        until = self._share_of(part, Period(whole.start, some.end))
        if some.start > whole.start:
            before = self._share_of(part, Period(whole.start, some.start))
            until = computed(plain.label, Difference(), (until, before))
        # Of one who changed team it is the share of the days served there, which may be another.
        return shown(plain.label, plain.value, until, self._share_of(part, some))

    def _share_of(self, part: OwedPart, days: Period) -> Breakdown:
        """Return how much of a target is owed for some of its days."""
        agreed = leaf(_label(part, part.target.period), part.target.amount)
        if days == part.target.period:
            return agreed
        share = share_of(days, part.target.period, self.attained.calendar)
        return computed(_label(part, days), Product(), (agreed, share))

    def gap(self) -> Breakdown:
        """Return what was done less what was owed."""
        plain = self.attained.breakdown
        tree = attrs.evolve(plain, parts=(self.actual(), self.target()))
        # A ratio that almost equals its target differs from it by less than its quotient is exact.
        return tree if tree.holds_itself() else plain

    def ratio(self) -> Breakdown:
        """Return what was done over what was owed."""
        return grown(named("ratio"), self.attained.ratio, Quotient(), (self.actual(), self.target()))

    # Against the plan

    def planned(self) -> Breakdown:
        """Return what was planned by now: the target times the share of it that was."""
        plain = self.attained.planned_breakdown
        return attrs.evolve(plain, parts=(self.target(), *plain.parts[1:]))

    def share(self) -> Breakdown:
        """Return the share of the target that was planned by now."""
        return self.attained.planned_breakdown.parts[1]

    def pace(self) -> Breakdown:
        """Return what was done over what was planned by now."""
        return grown(named("pace"), self.attained.pace.value, Quotient(), (self.ratio(), self.share()))

    def projection(self) -> Breakdown:
        """Return where it ends at this pace."""
        label = in_unit(named("projection"), cast("Amount", self.attained.actual).unit)
        return grown(label, self.attained.projection.value, Quotient(), (self.actual(), self.share()))

    # Against the year before

    def last_year(self) -> Breakdown:
        """Return what was done in the same days of the year before."""
        label = named("last_year")
        if self.entries is None:
            return leaf(label, self.attained.last_year)
        found = in_order(self.attained.entries_last_year_among(self.entries.near(self.attained)))
        return summed(label, self.attained.last_year, ((entry_named(each), each.amount) for each in found))

    def growth(self) -> Breakdown:
        """Return by which part more was done than in the year before."""
        before = self.last_year()
        gained = cast("Amount", self.attained.actual) - cast("Amount", self.attained.last_year)
        more = grown(named("more"), gained, Difference(), (self.actual(), before))
        return grown(named("growth"), self.attained.growth_rate, Quotient(), (more, before))


def _label(part: OwedPart, days: Period) -> Message:
    return Message.of("breakdown.part", owner=part.target.owner or Message("review.company"), period=days)


def _of_entry(entry: Actual) -> Breakdown:
    return leaf(entry_named(entry), entry.amount)

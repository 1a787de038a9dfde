"""What made the difference: each change, what was before and after, and of each effect the factor, down to the deals."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, partial
from typing import Final

from salesperf.attainment import Attainment
from salesperf.model.amount import Amount, Unit
from salesperf.model.breakdown import Breakdown, Difference, Quotient, Sum
from salesperf.model.lead import Lead
from salesperf.model.message import Message
from salesperf.model.records import Records
from salesperf.model.rule import BreakdownValue
from salesperf.model.target import Actual
from salesperf.pipeline import ClosedDeals
from salesperf.review.explained.addresses import member_addresses, metric_address
from salesperf.review.explained.decided import average_won_value, count_of, won_or_lost, won_value, won_with_amount
from salesperf.review.explained.elsewhere import Elsewhere, computed, numbers_said, shown, verbatim
from salesperf.review.explained.entries import entry_named
from salesperf.review.explained.growing import Numbered, counted, grown, leaf, named, summed
from salesperf.review.leads import came_within, decided_within
from salesperf.review.sections import MetricSection
from salesperf.review.variance import VarianceLine
from salesperf.review.whole import Review
from salesperf.variance import Effect

__all__ = ["numbers_of_variance"]

_COUNTS: Final = frozenset({"opportunities", "leads"})
"""Factors that count things; any other but the size of a deal is a share of one count in another."""


def numbers_of_variance(review: Review, records: Records | None, elsewhere: Elsewhere) -> Numbered:
    """Yield each variance of a review: the change, what was before and after, each effect, and its factor before and after.

    Parameters
    ----------
    review
        The review.
    records
        What was known; ``None`` where no entries are at hand.
    elsewhere
        Finds the trees of numbers that stand in other sections as well.
    """
    for place, line in enumerate(() if review.variance is None else review.variance.lines, 1):
        address = f"variance/{place}"
        yield f"{address}/{line.kind}", partial(getattr, line.variance, "breakdown")
        numbers = _Line(review, line, () if records is None else records.actuals, elsewhere)
        for side in ("before", "after"):
            yield f"{address}/{side}", partial(numbers.whole, side)
        for effect in line.variance.lines:
            yield f"{address}/{effect.name}/effect", partial(numbers.effect, effect)
            for side in ("before", "after"):
                if getattr(effect, side) is not None:
                    yield f"{address}/{effect.name}/{side}", partial(numbers.level, effect, side)
        for number, note in enumerate((*line.variance.notes, *line.notes), 1):
            yield from numbers_said(f"{address}/note/{number}", note)


class _Line:
    """What is behind a variance of a review."""

    def __init__(self, review: Review, line: VarianceLine, actuals: Sequence[Actual], elsewhere: Elsewhere) -> None:
        self.review, self.line, self.actuals, self.elsewhere = review, line, actuals, elsewhere

    def whole(self, side: str) -> Breakdown:
        """Return what was before, or came after."""
        place, value = int(side == "after"), getattr(self.line.variance, side)
        if self.line.bridge is not None and place == 0:
            return self.line.bridge.breakdown.parts[0]
        return shown(named(side), value, self._whole(place, value))

    def _whole(self, place: int, value: Amount) -> Breakdown | None:
        if self.line.decided:
            return won_value(self.line.decided[place])
        if self.line.sold:
            return grown(named("sold"), value, Sum(), self._products(place))
        if self.line.bridge is not None:
            return self.line.bridge.breakdown
        section = self._section
        if section is None:
            return None
        return self._attained(place, section.attainment, f"{metric_address(section, self.review.owner)}/actual")

    def _products(self, place: int) -> Iterator[Breakdown]:
        """Yield what was sold of each product, where its entries are at hand as their sum."""
        entries = self._entries(place)
        for product, sold in self.line.sold[place].items():
            unit = sold.amount.unit
            of_it = [each for each in entries if each.scope.get("product") == product and each.amount.unit == unit]
            whole = Amount.total([entry.amount for entry in of_it], unit)
            parts = ((entry_named(entry), entry.amount) for entry in of_it)
            yield shown(verbatim(product), sold.amount, summed(named("sold"), whole, parts))

    def _entries(self, place: int) -> Sequence[Actual]:
        """Return the entries of revenue now, or of the year before where that is the time before."""
        found = (each.attainment for each in self.review.metrics if each.metric.key == "revenue" and not each.scope)
        attained = next((each for each in found if each.target.owner == self.line.owner), None)
        if attained is None:
            return ()
        return attained.entries_among(self.actuals) if place else attained.entries_last_year_among(self.actuals)

    def effect(self, effect: Effect[Amount]) -> Breakdown:
        """Return what an effect changed; of factors the mean over all orders of them, for which there is no simpler sum."""
        if self.line.decided:
            return leaf(named("effect_of", factor=effect.label), effect.value)
        label = named("changed_by", factor=effect.label)
        if self.line.bridge is not None:
            parts = self.line.bridge.breakdown.parts
            return shown(label, effect.value, *(part for part in parts if part.label == effect.title))
        if self.line.sold:
            return shown(label, effect.value, self.line.variance.breakdown.parts[self.line.variance.lines.index(effect)])
        return shown(label, effect.value, self._of_member(effect))

    def level(self, effect: Effect[Amount], side: str) -> Breakdown:
        """Return a factor before, or after: things that are counted as a whole number, and money as an amount."""
        decided, value = self.line.decided[int(side == "after")], getattr(effect, side)
        if effect.name == "deal_size":
            value = decided.average_won_value
        elif effect.name in _COUNTS:
            value = int(value)
        return shown(effect.title, value, _Factors(decided, self._leads).grow(effect.name))

    @property
    def _leads(self) -> tuple[Lead, ...]:
        return () if self.review.leads is None else self.review.leads.leads

    # Against plan

    @cached_property
    def _section(self) -> MetricSection | None:
        """The section of the metric of which the gap is: metrics may be called alike, and then the amounts tell."""
        line = self.line
        alike = (each for each in self.review.metrics if (each.title, each.owner) == (line.title, line.owner))
        gap = (line.variance.before, line.variance.after)
        return next((each for each in alike if (each.attainment.planned, each.attainment.actual) == gap), None)

    def _attained(self, place: int, attained: Attainment, address: str) -> Breakdown:
        """Return what was planned, or with a place of 1 what was done, as it stands at an address."""
        if place == 0:
            return attained.planned_breakdown
        return shown(Message("breakdown.actual"), attained.actual, self.elsewhere(address), attained.breakdown.parts[0])

    def _of_member(self, effect: Effect[Amount]) -> Breakdown | None:
        """Return what a member did less what was planned for it; for what is in no line, all less what is in one."""
        section = self._section
        if section is None:
            return None
        owner, unit = self.review.owner, effect.value.unit
        direct = [each for each in _direct(section, owner) if _is_in(each[0], unit)]
        chosen = [each for each in direct if each[0].target.owner == effect.name]
        sides = []
        for place in (1, 0):
            parts = [self._attained(place, each, address) for each, address in chosen or direct]
            whole = _total(parts, unit)
            if not chosen:
                everything = self._attained(place, section.attainment, f"{metric_address(section, owner)}/actual")
                whole = grown(named("rest"), _less(everything, whole), Difference(), (everything, whole))
            sides.append(whole)
        return grown(effect.label, _less(*sides), Difference(), sides)


def _direct(section: MetricSection, owner: str | None) -> Iterator[tuple[Attainment, str]]:
    """Yield what each directly below attained, and at which address stands what was done."""
    times: Counter[str] = Counter()
    for member, within in member_addresses(section, owner):
        if member.level == 0:
            times[within] += 1
            # Whoever left a team and came back stands there more than once, under one name.
            again = "" if times[within] == 1 else f"~{times[within]}"
            yield member.attainment, f"{within}/actual{again}"


def _is_in(attained: Attainment, unit: Unit) -> bool:
    both = (attained.planned, attained.actual)
    return all(isinstance(amount, Amount) and amount.unit == unit for amount in both)


def _total(parts: Sequence[Breakdown], unit: Unit) -> Breakdown:
    """Return the one part, or the sum of several, such as of whoever left and came back."""
    if len(parts) == 1:
        return parts[0]
    amounts = [part.value for part in parts if isinstance(part.value, Amount)]
    return grown(named("members"), Amount.total(amounts, unit), Sum(), parts)


def _less(first: Breakdown, second: Breakdown) -> BreakdownValue:
    both = (first.value, second.value)
    return both[0] - both[1] if isinstance(both[0], Amount) and isinstance(both[1], Amount) else None


# By factor


class _Factors:
    """The factors of what was won in some days, down to the deals and leads."""

    def __init__(self, decided: ClosedDeals, leads: Iterable[Lead]) -> None:
        self.decided, self.leads = decided, leads

    def grow(self, name: str) -> Breakdown:
        """Return a factor."""
        if name == "opportunities":
            return won_or_lost(self.decided)
        if name == "leads":
            return self._came
        if name == "deal_size":
            return average_won_value(self.decided)
        pairs = {
            "win_rate": (count_of(self.decided, "won"), won_or_lost(self.decided)),
            "amounts_known": (won_with_amount(self.decided), count_of(self.decided, "won")),
            "conversion_rate": (self._converted, self._came),
            "deals_per_lead": (won_or_lost(self.decided), self._converted),
        }
        return computed(named("rate"), Quotient(), pairs[name])

    @property
    def _came(self) -> Breakdown:
        days = self.decided.period
        return counted(named("came"), (named("lead", lead=lead.id) for lead in self.leads if came_within((lead,), days)))

    @property
    def _converted(self) -> Breakdown:
        days = self.decided.period
        found = (lead for lead in self.leads if decided_within((lead,), days, "converted"))
        return counted(named("converted"), (named("lead", lead=lead.id) for lead in found))

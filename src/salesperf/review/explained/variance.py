"""What made the difference: each change, what was before and after, and of each effect the factor, down to the deals."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, partial

from salesperf.attainment import Attainment
from salesperf.model.amount import Amount, Unit
from salesperf.model.breakdown import Breakdown, Difference, Sum
from salesperf.model.lead import Lead
from salesperf.model.message import Message
from salesperf.model.records import Records
from salesperf.model.rule import BreakdownValue
from salesperf.model.target import Actual
from salesperf.pipeline import ClosedDeal, ClosedDeals
from salesperf.review.explained.elsewhere import Elsewhere, numbers_said, shown, verbatim
from salesperf.review.explained.growing import Numbered, bracketed, counted, grown, leaf, named, rate_of, summed
from salesperf.review.leads import came_within, decided_within
from salesperf.review.sections import MetricSection
from salesperf.review.variance import VarianceLine
from salesperf.review.whole import Review
from salesperf.variance import Effect

__all__ = ["numbers_of_variance"]


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

    def _whole(self, place: int, value: Amount) -> Breakdown:
        if self.line.decided:
            return _won_value(self.line.decided[place])
        if self.line.sold:
            return grown(named("sold"), value, Sum(), self._products(place))
        if self.line.bridge is not None:
            return self.line.bridge.breakdown
        return self._attained(place, self._section.attainment, _address(self._section, self.review.owner))

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
        """Return a factor before, or after."""
        decided, value = self.line.decided[int(side == "after")], getattr(effect, side)
        return shown(effect.title, value, _Factors(decided, self._leads).grow(effect.name))

    @property
    def _leads(self) -> tuple[Lead, ...]:
        return () if self.review.leads is None else self.review.leads.leads

    # Against plan

    @cached_property
    def _section(self) -> MetricSection:
        """The section of the metric of which the gap is."""
        found = (each for each in self.review.metrics if (each.title, each.owner) == (self.line.title, self.line.owner))
        return next(found)

    def _attained(self, place: int, attained: Attainment, address: str) -> Breakdown:
        """Return what was planned, or with a place of 1 what was done."""
        if place == 0:
            return attained.planned_breakdown
        return shown(
            Message("breakdown.actual"), attained.actual, self.elsewhere(f"{address}/actual"), attained.breakdown.parts[0]
        )

    def _of_member(self, effect: Effect[Amount]) -> Breakdown:
        """Return what a member did less what was planned for it; for what is in no line, all less what is in one."""
        section = self._section
        address, unit = _address(section, self.review.owner), effect.value.unit
        direct = [each.attainment for each in section.members if each.level == 0 and _is_in(each.attainment, unit)]
        chosen = [each for each in direct if each.target.owner == effect.name]
        sides = []
        for place in (1, 0):
            parts = [self._attained(place, each, f"{address}/{each.target.owner}") for each in chosen or direct]
            whole = _total(parts, unit)
            if not chosen:
                everything = self._attained(place, section.attainment, address)
                whole = grown(named("rest"), _less(everything, whole), Difference(), (everything, whole))
            sides.append(whole)
        return grown(effect.label, _less(*sides), Difference(), sides)


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


def _address(section: MetricSection, owner: str | None) -> str:
    whose = "" if section.owner == owner else f"/{section.owner}"
    return f"attainment/{section.metric.key}{bracketed(section.scope)}{whose}"


# By factor


def _won_value(decided: ClosedDeals) -> Breakdown:
    amounts = ((on_day(deal), deal.amount) for deal in decided.of("won"))
    return summed(named("won_value"), decided.won_value, amounts)


class _Factors:
    """The factors of what was won in some days, down to the deals and leads."""

    def __init__(self, decided: ClosedDeals, leads: Iterable[Lead]) -> None:
        self.decided, self.leads = decided, leads

    def grow(self, name: str) -> Breakdown:
        """Return a factor."""
        if name == "opportunities":
            return self._ended
        if name == "leads":
            return self._came
        pairs = {
            "win_rate": (self._won, self._ended),
            "amounts_known": (self._priced, self._won),
            "deal_size": (_won_value(self.decided), self._priced),
            "conversion_rate": (self._converted, self._came),
            "deals_per_lead": (self._ended, self._converted),
        }
        part, whole = pairs[name]
        return rate_of(named("ratio"), _over(part, whole), part, whole)

    @property
    def _ended(self) -> Breakdown:
        return counted(named("won_or_lost"), (on_day(deal) for deal in self.decided.deals if deal.outcome != "cancelled"))

    @property
    def _won(self) -> Breakdown:
        return counted(named("won"), map(on_day, self.decided.of("won")))

    @property
    def _priced(self) -> Breakdown:
        deals = (deal for deal in self.decided.of("won") if deal.amount is not None)
        return counted(named("won_with_amount"), map(on_day, deals))

    @property
    def _came(self) -> Breakdown:
        days = self.decided.period
        return counted(named("came"), (named("lead", lead=lead.id) for lead in self.leads if came_within((lead,), days)))

    @property
    def _converted(self) -> Breakdown:
        days = self.decided.period
        found = (lead for lead in self.leads if decided_within((lead,), days, "converted"))
        return counted(named("converted"), (named("lead", lead=lead.id) for lead in found))


def entry_named(entry: Actual) -> Message:
    """Return how an entry is called: by its day, whose it is, and its reference."""
    return named("entry" if entry.ref is None else "entry_ref", on=entry.on, owner=entry.owner, ref=entry.ref)


def on_day(deal: ClosedDeal) -> Message:
    """Return how a deal that was decided is called: by its id and the day."""
    return named("deal_on", deal=deal.id, on=deal.on)


def _over(part: Breakdown, whole: Breakdown) -> float | None:
    values = [value.decimal if isinstance(value, Amount) else value for value in (part.value, whole.value)]
    first, second = (float(value or 0) for value in values)
    return first / second if second else None

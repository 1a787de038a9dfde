"""What made the difference: each change, what was before and after, and of each effect the factor, down to the deals."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from typing import Final, cast

import attrs

from salesperf.attainment import Attainment
from salesperf.model.amount import Amount, Unit
from salesperf.model.breakdown import Breakdown, Difference, Sum
from salesperf.model.lead import Lead
from salesperf.model.records import Records
from salesperf.model.rule import BreakdownValue
from salesperf.review.explained.addresses import member_addresses, metric_address
from salesperf.review.explained.decided import won_value
from salesperf.review.explained.effects import effect_of_factor
from salesperf.review.explained.elsewhere import Elsewhere, numbers_said, shown
from salesperf.review.explained.factors import BoughtFactors, Factors, StepFactors, WonFactors
from salesperf.review.explained.growing import Numbered, grown, named
from salesperf.review.explained.sold import SoldProducts
from salesperf.review.grounds import Grounds
from salesperf.review.sections import MetricSection
from salesperf.review.variance import VarianceLine
from salesperf.review.whole import Review
from salesperf.variance import Effect

__all__ = ["numbers_of_variance"]

_SIDES: Final = ("before", "after")


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
    grounds = (
        None if records is None else Grounds(records=records, owner=review.owner, period=review.period, as_of=review.as_of)
    )
    for place, line in enumerate(() if review.variance is None else review.variance.lines, 1):
        address = f"variance/{place}"
        numbers = _Line(review, line, SoldProducts(line, grounds), elsewhere)
        yield f"{address}/{line.kind}", numbers.change
        for side in _SIDES:
            yield f"{address}/{side}", partial(numbers.whole, side)
            if line.sold:
                yield f"{address}/quantity/{side}", partial(numbers.products.quantity, _SIDES.index(side))
        for effect in line.variance.lines:
            yield f"{address}/{effect.name}/effect", partial(numbers.effect, effect)
            for side in _SIDES:
                if getattr(effect, side) is not None:
                    yield f"{address}/{effect.name}/{side}", partial(numbers.level, effect, side)
                if effect.cases is not None and line.steps is None:  # a plan has none, and is told none
                    yield f"{address}/{effect.name}/cases/{side}", partial(numbers.cases, effect, side)
        for number, note in enumerate((*line.variance.notes, *line.notes), 1):
            yield from numbers_said(f"{address}/note/{number}", note)


class _Line:
    """What is behind a variance of a review."""

    def __init__(self, review: Review, line: VarianceLine, products: SoldProducts, elsewhere: Elsewhere) -> None:
        self.review, self.line, self.products, self.elsewhere = review, line, products, elsewhere

    def change(self) -> Breakdown:
        """Return the change as the sum of the effects.

        Those of factors each rest on all factors, and so come apart at an address of their own, lest all be told of each.
        """
        plain = self.line.variance.breakdown
        if self.line.sold or self._factors is not None:
            return plain
        effects = zip(self.line.variance.lines, plain.parts, strict=True)
        parts = (attrs.evolve(self.effect(effect), label=part.label) for effect, part in effects)
        return attrs.evolve(plain, parts=tuple(parts))

    def whole(self, side: str) -> Breakdown:
        """Return what was before, or came after."""
        place, value = _SIDES.index(side), getattr(self.line.variance, side)
        if self.line.bridge is not None and place == 0:
            return self.line.bridge.breakdown.parts[0]
        return shown(named(side), value, self._whole(place, value))

    def _whole(self, place: int, value: Amount) -> Breakdown | None:
        if self.line.decided:
            return won_value(self.line.decided[place])
        if self.line.sold:
            return self.products.whole(place, named("sold"), value)
        if self.line.bought:
            return BoughtFactors(self.line.bought[place]).whole
        if self.line.bridge is not None:
            return self.line.bridge.breakdown
        section = self._section
        if section is None:
            return None
        return self._attained(place, section.attainment, metric_address(section, self.review.owner))

    def effect(self, effect: Effect[Amount]) -> Breakdown:
        """Return what an effect changed."""
        if self._factors is not None:
            return effect_of_factor(effect, self.line.variance.lines, tuple(side.exact for side in self._factors))
        label = named("changed_by", factor=effect.label)
        if self.line.bridge is not None:
            parts = self.line.bridge.breakdown.parts
            return shown(label, effect.value, *(part for part in parts if part.label == effect.title))
        if self.line.sold:
            return self.products.effect(effect, label)
        return shown(label, effect.value, self._of_member(effect))

    def level(self, effect: Effect[Amount], side: str) -> Breakdown:
        """Return a factor before, or after: things that are counted as a whole number, and money as an amount."""
        factors = self._of_side(side)
        value = factors.told(effect.name)
        return shown(effect.title, getattr(effect, side) if value is None else value, factors.grow(effect.name))

    def cases(self, effect: Effect[Amount], side: str) -> Breakdown:
        """Return over how many cases a factor was, with those that are counted with it over the fewest."""
        factors = self._of_side(side)
        trees = (factors.cases(name) for name in (effect.name, *effect.merged))
        value = None if effect.cases is None else effect.cases[_SIDES.index(side)]
        return next(tree for tree in trees if tree.value == value)

    def _of_side(self, side: str) -> Factors:
        return cast("tuple[Factors, Factors]", self._factors)[_SIDES.index(side)]

    @cached_property
    def _factors(self) -> tuple[Factors, Factors] | None:
        """The factors before and after, where the change is one of factors."""
        line = self.line
        if line.steps is not None:
            return StepFactors(line.steps, 0, self._step), StepFactors(line.steps, 1, self._step)
        if line.bought:
            return BoughtFactors(line.bought[0]), BoughtFactors(line.bought[1])
        if line.decided:
            return WonFactors(line.decided[0], self._leads), WonFactors(line.decided[1], self._leads)
        return None

    def _step(self, section: MetricSection, place: int) -> Breakdown:
        return self._attained(place, section.attainment, metric_address(section, self.review.owner))

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

    def _attained(self, place: int, attained: Attainment, within: str, again: str = "") -> Breakdown:
        """Return what was planned, or with a place of 1 what was done, as it stands below an address."""
        name, plain = ("actual", attained.breakdown.parts[0]) if place else ("planned", attained.planned_breakdown)
        return shown(plain.label, plain.value, self.elsewhere(f"{within}/{name}{again}"), plain)

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
            parts = [self._attained(place, *each) for each in chosen or direct]
            whole = _total(parts, unit)
            if not chosen:
                everything = self._attained(place, section.attainment, metric_address(section, owner))
                whole = grown(named("rest"), _less(everything, whole), Difference(), (everything, whole))
            sides.append(whole)
        return grown(effect.label, _less(*sides), Difference(), sides)


def _direct(section: MetricSection, owner: str | None) -> Iterator[tuple[Attainment, str, str]]:
    """Yield what each directly below attained, below which address that stands, and what tells it from one of the same name."""
    times: Counter[str] = Counter()
    for member, within in member_addresses(section, owner):
        if member.level == 0:
            times[within] += 1
            # Whoever left a team and came back stands there more than once, under one name.
            again = "" if times[within] == 1 else f"~{times[within]}"
            yield member.attainment, within, again


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

"""The numbers on metrics of a review, down to the entries behind each where the records are at hand."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, cast

import attrs

from salesperf.attainment import Attainment
from salesperf.attainment.variation import Variation
from salesperf.model.breakdown import (
    Breakdown,
    Clip,
    DeviationFromPlan,
    Difference,
    Product,
    Quotient,
    Rule,
    SquareRoot,
    Sum,
)
from salesperf.model.calendar import Calendar
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.period import Period
from salesperf.review.explained.addresses import member_addresses, metric_address
from salesperf.review.explained.attained import Attained
from salesperf.review.explained.elsewhere import computed, shown
from salesperf.review.explained.entries import Entries
from salesperf.review.explained.growing import (
    Numbered,
    Tree,
    bracketed,
    counted,
    counted_days,
    grown,
    in_unit,
    leaf,
    named,
    planned_workdays,
)
from salesperf.review.places import nobody
from salesperf.review.sections import MetricSection
from salesperf.review.whole import Review

if TYPE_CHECKING:
    from salesperf.model.amount import Amount, Unit

__all__ = ["numbers_of_metrics", "numbers_of_time", "numbers_of_unmet"]


def numbers_of_time(review: Review) -> Numbered:
    """Yield how much of the period has passed.

    Parameters
    ----------
    review
        The review.
    """
    passed = review.period.until(review.as_of)
    workdays = partial(_workdays, named("workdays"), review.period, review.calendar)
    elapsed = partial(_workdays, named("elapsed_workdays", as_of=review.as_of), passed, review.calendar)
    yield "time/workdays", workdays
    yield "time/elapsed_workdays", elapsed
    if review.elapsed_share is not None:
        yield (
            "time/elapsed_share",
            lambda: grown(named("elapsed_share"), review.elapsed_share, Quotient(), (elapsed(), workdays())),
        )


def _workdays(label: Message, days: Period | None, calendar: Calendar) -> Breakdown:
    """Return the workdays of some days, each of them a leaf."""
    ordinals = () if days is None else range(days.start.toordinal(), days.end.toordinal())
    return counted_days(label, filter(calendar.is_workday, map(date.fromordinal, ordinals)))


def _remaining_workdays(attained: Attainment) -> Breakdown:
    """Return the workdays to come; where everybody leaves out some of them, how many there are."""
    period, label = attained.target.period, named("remaining_workdays")
    to_come = _workdays(label, Period(attained.as_of + timedelta(days=1), period.end), attained.calendar)
    return shown(label, attained.remaining_workdays, to_come)


def numbers_of_metrics(section: MetricSection, review: Review, entries: Entries | None) -> Numbered:
    """Yield the numbers of a section: of the owner, of each part of the period, of each member, and of who was compared.

    Parameters
    ----------
    section
        One metric.
    review
        Whose it is.
    entries
        ``None`` where none are at hand.
    """
    address = metric_address(section, review.owner)
    yield from _with_target(address, Attained(section.attainment, section.owed, entries))
    for part in section.trend:
        within = f"{address}/{part.attainment.target.period.label}"
        yield from _with_target(within, Attained(part.attainment, part.owed, entries))
    for member, below in member_addresses(section, review.owner):
        yield from _with_target(below, Attained(member.attainment, member.owed, entries))
    yield from _of_nobody(section, f"{address}/{nobody(review.org)}", review.owner, entries)
    for key, standing in (("teams", section.best_teams), ("reps", section.best_reps)):
        if standing is not None:
            yield f"{address}/compared_{key}", partial(_named_each, named("compared"), standing.ranked)


def _of_nobody(section: MetricSection, below: str, owner: str | None, entries: Entries | None) -> Numbered:
    """Yield what is owed and done in the line of nobody directly below: the whole less all those lines."""
    if section.rest is None:
        return
    whole = Attained(section.attainment, section.owed, entries)
    direct = [member for member, _ in member_addresses(section, owner) if member.level == 0]
    lines = [Attained(member.attainment, member.owed, entries) for member in direct]

    left = partial(_left, whole, lines)
    yield f"{below}/target", partial(left, Attained.target)
    yield f"{below}/actual", partial(left, Attained.actual)
    yield f"{below}/gap", lambda: computed(named("gap_of_rest"), Difference(), map(left, (Attained.actual, Attained.target)))


def _left(whole: Attained, lines: Sequence[Attained], grow: Callable[[Attained], Breakdown]) -> Breakdown:
    together = computed(named("members"), Sum(), map(grow, lines))
    return computed(named("rest"), Difference(), (grow(whole), together))


def _named_each(label: Message, owners: Sequence[str | None]) -> Breakdown:
    return counted(label, (named("rep", rep=owner) for owner in owners))


def _with_target(address: str, numbers: Attained) -> Numbered:
    yield from _attained(address, numbers)
    yield f"{address}/target", numbers.target


def numbers_of_unmet(unmet: tuple[Attainment, ...], entries: Entries | None) -> Numbered:
    """Yield the numbers of missed targets.

    Parameters
    ----------
    unmet
        What came of each.
    entries
        ``None`` where none are at hand.
    """
    for each in unmet:
        target = each.target
        whose = "" if target.owner is None else f"/{target.owner}"
        address = f"unmet/{target.metric.key}{bracketed(target.scope)}{whose}/{target.period.label}"
        yield from _with_target(address, Attained(each, None, entries))


def _attained(address: str, numbers: Attained) -> Numbered:
    attained = numbers.attained
    yield f"{address}/gap", numbers.gap
    if numbers.entries is not None:
        yield f"{address}/actual", numbers.actual
        yield f"{address}/entries", numbers.counted_entries
    if attained.ratio is not None:
        yield f"{address}/ratio", numbers.ratio
    yield f"{address}/planned", numbers.planned
    if attained.pace.value is not None:
        yield f"{address}/pace", numbers.pace
        yield from _range_of_pace(numbers).ends(f"{address}/pace")
    if attained.is_flow and not attained.is_over and attained.projection.value is not None:
        yield f"{address}/projection", numbers.projection
        yield from _range_of_projection(numbers).ends(f"{address}/projection")
        yield f"{address}/remaining_workdays", partial(_remaining_workdays, attained)
    if attained.last_year is not None:
        yield f"{address}/last_year", numbers.last_year
        if attained.growth_rate is not None:
            yield f"{address}/growth", numbers.growth


@attrs.frozen(kw_only=True)
class _Range:
    """A range that rests on how much the days so far differ."""

    attained: Attainment
    estimate: Estimate
    middle: Tree
    """Grows the tree of the estimate."""
    root: Tree
    """Grows what makes the deviation of a day one of the whole."""
    rule: Rule
    """How it does so."""
    floor: float
    """What the range does not go below where no day was negative."""
    unit: "Unit | None" = None
    """Of the estimate, where it is no ratio."""

    def ends(self, address: str) -> Numbered:
        """Yield both ends, and on how many workdays they rest; nothing where there are none."""
        if self.estimate.low is not None:
            yield f"{address}/low", self._low
            yield f"{address}/high", self._high
            yield f"{address}/workdays", partial(planned_workdays, named("workdays_planned"), self.attained)

    def _high(self) -> Breakdown:
        label, estimate = self._label("high"), self.estimate
        return grown(label, estimate.high, Sum(), (self.middle(), self._margin()))

    def _low(self) -> Breakdown:
        label, margin = self._label("low"), self._margin()
        below = self._value - self._reach
        without_floor = grown(label, below, Difference(), (self.middle(), margin))
        if self._days.any_negative:
            return without_floor
        return grown(label, self.estimate.low, Clip(low=self.floor), (without_floor,))

    def _label(self, end: str) -> Message:
        label = named(end, level=self.estimate.level)
        return label if self.unit is None else in_unit(label, self.unit)

    def _margin(self) -> Breakdown:
        """Return how far it reaches: Student's t, times how much a day differs, times what makes it one of the whole."""
        days, level = self._days, self.estimate.level
        quantile = leaf(named("student_t", level=level, degrees=days.count - 1), days.quantile(level))
        deviation = _deviation(self.attained)
        both = grown(named("reach_of_days"), days.quantile(level) * days.deviation, Product(), (quantile, deviation))
        return grown(named("margin"), self._reach, self.rule, (both, self.root()))

    @property
    def _value(self) -> float:
        return cast("float", self.estimate.value)

    @property
    def _reach(self) -> float:
        return cast("float", self.estimate.high) - self._value

    @property
    def _days(self) -> Variation:
        return cast("Variation", self.attained.variation)


def _range_of_pace(numbers: Attained) -> _Range:
    attained = numbers.attained
    root = partial(_root_of_planned, attained)
    return _Range(attained=attained, estimate=attained.pace, middle=numbers.pace, root=root, rule=Quotient(), floor=0.0)


def _deviation(attained: Attainment) -> Breakdown:
    """Return how much a day differs from its plan, by what was done and planned on each."""
    days = attained.workdays_measured
    done = (leaf(named("done_on", on=day.on), day.sold) for day in days)
    planned = (leaf(named("planned_on", on=day.on), day.planned) for day in days)
    deviation = cast("Variation", attained.variation).deviation
    return grown(named("deviation_of_days", count=len(days)), deviation, DeviationFromPlan(), (*done, *planned))


def _planned_by_now(attained: Attainment) -> Breakdown:
    return leaf(named("planned_so_far"), cast("Variation", attained.variation).planned)


def _root_of_planned(attained: Attainment) -> Breakdown:
    planned = _planned_by_now(attained)
    return computed(named("root_of_planned"), SquareRoot(), (planned,))


def _range_of_projection(numbers: Attained) -> _Range:
    attained = numbers.attained
    actual, value = cast("Amount", attained.actual), cast("float", attained.projection.value)
    return _Range(
        attained=attained,
        estimate=attained.projection,
        middle=numbers.projection,
        root=partial(_root_of_rest, attained),
        rule=Product(),
        floor=min(float(actual.decimal), value),
        unit=actual.unit,
    )


def _root_of_rest(attained: Attainment) -> Breakdown:
    """Return the root of what is planned for the rest, and of its square over what was planned by now, in whole units."""
    days = cast("Variation", attained.variation)
    rest = leaf(named("planned_for_rest"), days.remaining)
    square = computed(named("square_of_rest"), Product(), (rest, rest))
    over = computed(named("square_over_planned"), Quotient(), (square, _planned_by_now(attained)))
    both = computed(named("rest_and_square"), Sum(), (rest, over))
    root = computed(named("root_of_rest"), SquareRoot(), (both,))
    scale = leaf(named("smallest_units"), cast("Amount", attained.actual).unit.scale)
    return computed(named("root_in_units"), Quotient(), (root, scale))

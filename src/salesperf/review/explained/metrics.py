"""The numbers on metrics of a review, down to the entries behind each where the records are at hand."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias, cast

import attrs

from salesperf.attainment import Attainment
from salesperf.attainment.variation import Variation
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Clip, Difference, Product, Quotient, Rule, Sum
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.target import Actual
from salesperf.review.explained.addresses import member_addresses, metric_address
from salesperf.review.explained.entries import Entries, entry_named, in_order
from salesperf.review.explained.growing import Numbered, bracketed, counted, grown, leaf, named, summed
from salesperf.review.sections import MetricSection
from salesperf.review.whole import Review

__all__ = ["numbers_of_metrics", "numbers_of_time", "numbers_of_unmet"]

_Grown: TypeAlias = Callable[[Attainment], Breakdown]


def numbers_of_time(review: Review) -> Numbered:
    """Yield how much of the period has passed.

    Parameters
    ----------
    review
        The review.
    """
    workdays = leaf(named("workdays"), review.workdays)
    elapsed = leaf(named("elapsed_workdays", as_of=review.as_of), review.elapsed_workdays)
    yield "time/workdays", lambda: workdays
    yield "time/elapsed_workdays", lambda: elapsed
    if review.elapsed_share is not None:
        yield "time/elapsed_share", lambda: grown(named("elapsed_share"), review.elapsed_share, Quotient(), (elapsed, workdays))


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
    yield from _attained(section.attainment, address, entries)
    yield f"{address}/target", lambda: section.owed.breakdown
    for part in section.trend:
        within = f"{address}/{part.attainment.target.period.label}"
        yield from _attained(part.attainment, within, entries)
        yield f"{within}/target", partial(getattr, part.owed, "breakdown")
    for member, below in member_addresses(section, review.owner):
        yield from _attained(member.attainment, below, entries)
        yield f"{below}/target", partial(getattr, member.owed, "breakdown")
    for key, standing in (("teams", section.best_teams), ("reps", section.best_reps)):
        if standing is not None:
            yield f"{address}/compared_{key}", partial(_named_each, named("compared"), standing.ranked)


def _named_each(label: Message, owners: Sequence[str | None]) -> Breakdown:
    return counted(label, (named("rep", rep=owner) for owner in owners))


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
        yield from _attained(each, f"unmet/{target.metric.key}{bracketed(target.scope)}{whose}/{target.period.label}", entries)


def _attained(attained: Attainment, address: str, entries: Entries | None) -> Numbered:
    yield f"{address}/gap", lambda: attained.breakdown
    if entries is not None:
        yield f"{address}/actual", lambda: _actual(attained, entries)
        yield f"{address}/entries", lambda: _entries(attained, entries)
    if attained.ratio is not None:
        yield f"{address}/ratio", lambda: _ratio(attained)
    if attained.is_flow and attained.planned is not None:
        yield f"{address}/planned", lambda: attained.planned_breakdown
    if attained.pace.value is not None:
        yield f"{address}/pace", lambda: _pace(attained)
        yield from _range_of_pace(attained).ends(f"{address}/pace")
    if attained.is_flow and not attained.is_over and attained.projection.value is not None:
        yield f"{address}/projection", lambda: _projection(attained)
        yield from _range_of_projection(attained).ends(f"{address}/projection")
        yield f"{address}/remaining_workdays", lambda: leaf(named("remaining_workdays"), attained.remaining_workdays)
    if attained.last_year is not None:
        yield f"{address}/last_year", lambda: _last_year(attained, entries)
        if attained.growth_rate is not None:
            yield f"{address}/growth", lambda: _growth(attained, entries)


def _ratio(attained: Attainment) -> Breakdown:
    actual, target = attained.breakdown.parts
    return grown(named("ratio"), attained.ratio, Quotient(), (actual, target))


def _actual(attained: Attainment, entries: Entries) -> Breakdown:
    """Return what was done as the sum of its entries; of a ratio as the quotient of two such sums."""
    found = attained.entries_among(entries.near(attained))
    metrics = attained.target.metric.recorded
    label = Message("breakdown.actual")
    sums = [_sum_of(Message(metric.title), [each for each in found if each.metric.key == metric.key]) for metric in metrics]
    if attained.actual is None:
        return leaf(label, None)
    if isinstance(attained.actual, Amount):
        return grown(label, attained.actual, Sum(), sums[0].parts)
    # It is written with 28 digits, so as a float it agrees with the quotient, which has them all.
    return grown(label, float(attained.actual), Quotient(), sums)


def _sum_of(label: Message, entries: Sequence[Actual]) -> Breakdown:
    parts = tuple(leaf(entry_named(each), each.amount) for each in in_order(entries))
    value = Amount.total([each.amount for each in entries], entries[0].amount.unit) if entries else 0
    return grown(label, value, Sum(), parts)


def _entries(attained: Attainment, entries: Entries) -> Breakdown:
    return counted(named("entries"), map(entry_named, in_order(attained.entries_among(entries.near(attained)))))


def _share(attained: Attainment) -> Breakdown:
    return leaf(Message("breakdown.planned_share"), attained.planned_share)


def _pace(attained: Attainment) -> Breakdown:
    return grown(named("pace"), attained.pace.value, Quotient(), (_ratio(attained), _share(attained)))


def _projection(attained: Attainment) -> Breakdown:
    actual = attained.breakdown.parts[0]
    return grown(named("projection"), attained.projection.value, Quotient(), (actual, _share(attained)))


@attrs.frozen(kw_only=True)
class _Range:
    """A range that rests on how much the days so far differ."""

    attained: Attainment
    estimate: Estimate
    middle: _Grown
    """Grows the tree of the estimate."""
    root: _Grown
    """Grows what makes the deviation of a day one of the whole."""
    rule: Rule
    """How it does so."""
    floor: float
    """What the range does not go below where no day was negative."""

    def ends(self, address: str) -> Numbered:
        """Yield both ends; nothing where there is none."""
        if self.estimate.low is not None:
            yield f"{address}/low", self._low
            yield f"{address}/high", self._high

    def _high(self) -> Breakdown:
        label, estimate = named("high", level=self.estimate.level), self.estimate
        return grown(label, estimate.high, Sum(), (self.middle(self.attained), self._margin()))

    def _low(self) -> Breakdown:
        label, margin = named("low", level=self.estimate.level), self._margin()
        below = self._value - self._reach
        without_floor = grown(label, below, Difference(), (self.middle(self.attained), margin))
        if self._days.any_negative:
            return without_floor
        return grown(label, self.estimate.low, Clip(low=self.floor), (without_floor,))

    def _margin(self) -> Breakdown:
        """Return how far it reaches: Student's t, times how much a day differs, times what makes it one of the whole."""
        days, level = self._days, self.estimate.level
        quantile = leaf(named("student_t", level=level, degrees=days.count - 1), days.quantile(level))
        deviation = leaf(named("deviation_of_days", count=days.count), days.deviation)
        both = grown(named("reach_of_days"), days.quantile(level) * days.deviation, Product(), (quantile, deviation))
        return grown(named("margin"), self._reach, self.rule, (both, self.root(self.attained)))

    @property
    def _value(self) -> float:
        return cast("float", self.estimate.value)

    @property
    def _reach(self) -> float:
        return cast("float", self.estimate.high) - self._value

    @property
    def _days(self) -> Variation:
        return cast("Variation", self.attained.variation)


def _root_of_planned(attained: Attainment) -> Breakdown:
    return leaf(named("root_of_planned"), cast("Variation", attained.variation).planned ** 0.5)


def _range_of_pace(attained: Attainment) -> _Range:
    estimate = attained.pace
    return _Range(attained=attained, estimate=estimate, middle=_pace, root=_root_of_planned, rule=Quotient(), floor=0.0)


def _range_of_projection(attained: Attainment) -> _Range:
    actual, value = cast("Amount", attained.actual), cast("float", attained.projection.value)
    floor = min(float(actual.decimal), value)
    return _Range(
        attained=attained,
        estimate=attained.projection,
        middle=_projection,
        root=_root_of_rest,
        rule=Product(),
        floor=floor,
    )


def _root_of_rest(attained: Attainment) -> Breakdown:
    days = cast("Variation", attained.variation)
    scale = cast("Amount", attained.actual).unit.scale
    return leaf(named("root_of_rest"), (days.remaining + days.remaining**2 / days.planned) ** 0.5 / scale)


def _last_year(attained: Attainment, entries: Entries | None) -> Breakdown:
    label = named("last_year")
    if entries is None:
        return leaf(label, attained.last_year)
    found = in_order(attained.entries_last_year_among(entries.near(attained)))
    return summed(label, attained.last_year, ((entry_named(each), each.amount) for each in found))


def _growth(attained: Attainment, entries: Entries | None) -> Breakdown:
    actual, before = attained.breakdown.parts[0], _last_year(attained, entries)
    gained = cast("Amount", attained.actual) - cast("Amount", attained.last_year)
    more = grown(named("more"), gained, Difference(), (actual, before))
    return grown(named("growth"), attained.growth_rate, Quotient(), (more, before))

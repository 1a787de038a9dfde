"""What made the difference: gaps and changes of a review taken apart, each into effects that sum to it."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final, Literal, TypeAlias

import attrs
import numpy as np

from salesperf.attainment import Attainment
from salesperf.customers import Purchases
from salesperf.forecast import ForecastBridge
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.people import Org
from salesperf.model.period import Period
from salesperf.model.result import Result, Row
from salesperf.pipeline import ClosedDeals
from salesperf.review.customers import CustomerSection
from salesperf.review.deals import DealSection
from salesperf.review.earlier import earlier_days
from salesperf.review.factors import bought_change, won_changes
from salesperf.review.forecasts import Forecasts
from salesperf.review.grounds import Grounds
from salesperf.review.leads import LeadSection
from salesperf.review.places import REST, nobody
from salesperf.review.products import product_changes
from salesperf.review.sections import MetricSection
from salesperf.review.steps import Steps, steps_toward
from salesperf.variance import Effect, Sold, Variance, by_part

__all__ = ["VARIANCE_KINDS", "VarianceKind", "VarianceLine", "VarianceSection", "variance_section"]

VarianceKind: TypeAlias = Literal["plan", "steps", "deals", "leads", "products", "customers", "forecast"]
VARIANCE_KINDS: Final[tuple[VarianceKind, ...]] = ("plan", "steps", "deals", "leads", "products", "customers", "forecast")
"""What is held against what: what was done against what was planned by now, by team and rep, and by the steps that the plan
names; the won value against that of a time before, by number of deals, win rate and size; that of deals from leads, further
back; revenue against that of a time before, by price, volume and mix of products; where none of these tells of a time before,
what customers bought, by how many did and how much; what was won against what was expected when the period began, by what
became of the deals."""

_BY_FACTOR: Final = frozenset({"steps", "deals", "leads", "products", "customers"})


@attrs.frozen(kw_only=True)
class VarianceLine:
    """One gap or change, and what made it: a part of a :class:`VarianceSection`.

    Attributes
    ----------
    kind : str
        One of :data:`VARIANCE_KINDS`.
    title : Message
        What it is about: a metric, or a sales process.
    owner : str or None
        Whose: the review's owner, or somebody below where only some owe anything of a metric.
    before : Period or None
        The time before with which it is compared; ``None`` where it is held against a plan or a forecast.
    variance : Variance
        The effects, in exact amounts that sum to the change.
    notes : tuple of Message
        What to bear in mind, beside what the variance itself says.
    decided : tuple of ClosedDeals
        The deals of the time before and those of now, of which the factors tell; none where it has no such factors.
    sold : tuple of FrozenMap
        What was sold before and now, by product; none where it is not about products.
    steps : Steps or None
        What the plan names on the way to the amount; ``None`` where it is not about these.
    bought : tuple of Purchases
        What customers bought before and now; none where it is not about customers.
    bridge : ForecastBridge or None
        What became of each deal of a forecast; ``None`` where it is held against none.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> review = build(read_sample(), owner=None, period=Period.quarter(2026, 3), as_of=date(2026, 9, 16))
    >>> line = review.variance.lines[0]
    >>> line.kind, line.title.text(), [effect.name for effect in line.variance.lines]
    ('plan', 'Revenue', ['east', 'south', 'rest'])
    """

    kind: VarianceKind
    title: Message
    owner: str | None
    before: Period | None
    variance: Variance[Amount]
    notes: tuple[Message, ...] = ()
    decided: tuple[ClosedDeals, ...] = attrs.field(default=(), repr=False)
    sold: tuple[FrozenMap[str, Sold], ...] = attrs.field(default=(), repr=False)
    # They hold the day on which one looked; of a period that has ended that is all that may differ.
    steps: Steps | None = attrs.field(default=None, repr=False, eq=False)
    bought: tuple[Purchases, ...] = attrs.field(default=(), repr=False)
    bridge: ForecastBridge | None = attrs.field(default=None, repr=False)

    @property
    def moved(self) -> tuple[Effect[Amount], ...]:
        """The effects that show in whole units, the largest first."""
        shown = (effect for effect in self.variance.lines if 2 * abs(effect.value.minor) >= effect.value.unit.scale)
        return tuple(sorted(shown, key=lambda effect: (-abs(effect.value.minor), effect.name)))


@attrs.frozen(kw_only=True)
class VarianceSection(Result):
    """What made the difference.

    Attributes
    ----------
    period : Period
        The days of the period so far.
    lines : tuple of VarianceLine
        Against plan first, then by factor, then against the forecast.
    closed_before : tuple of ClosedDeals
        The owner's deals that were decided in the time before, of each section of deals that has such a time.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> section = build(read_sample(), owner=None, period=Period.quarter(2026, 3), as_of=date(2026, 9, 16)).variance
    >>> [line.kind for line in section.lines], [str(each.period) for each in section.closed_before]
    (['plan', 'steps', 'deals', 'leads', 'products'], ['2026-04-14..2026-06-30'])
    """

    period: Period
    lines: tuple[VarianceLine, ...]
    closed_before: tuple[ClosedDeals, ...]

    @property
    def variances(self) -> tuple[Variance[Amount], ...]:
        """All of them, as the lines have them."""
        return tuple(line.variance for line in self.lines)

    @property
    def by_factor(self) -> tuple[Variance[Amount], ...]:
        """Those that are taken apart by factors, which may speak for a cause; not by who or by which deal."""
        return tuple(line.variance for line in self.lines if line.kind in _BY_FACTOR)

    @cached_property
    def breakdowns(self) -> tuple[Breakdown, ...]:
        """Each change as the sum of its effects."""
        return tuple(variance.breakdown for variance in self.variances)

    def rows(self) -> list[Row]:
        """Return the rows of each variance, with its kind, what it is about, and the time before."""
        return [
            {
                "kind": line.kind,
                "title": line.title.text(),
                "owner": line.owner,
                "period": self.period.label,
                "before": None if line.before is None else line.before.label,
                **row,
            }
            for line in self.lines
            for row in line.variance.rows()
        ]


def variance_section(
    grounds: Grounds,
    metrics: Iterable[MetricSection],
    deals: Iterable[DealSection],
    leads: LeadSection | None,
    customers: CustomerSection | None = None,
) -> VarianceSection | None:
    """Take the gaps and changes of a review apart.

    Parameters
    ----------
    grounds
        What the review looks at.
    metrics, deals, leads, customers
        Its other sections, from which every figure comes.

    Returns
    -------
    VarianceSection or None
        ``None`` where there is neither a plan with parts nor a time before nor a forecast.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf.io.folder import read_sample
    >>> period = Period.year(2026)
    >>> grounds = Grounds(records=read_sample(), owner=None, period=period, as_of=date(2026, 9, 16))
    >>> variance_section(grounds, (), (), None).lines[0].kind
    'products'
    """
    sections = tuple(deals)
    changes = tuple(won_changes(grounds, sections, leads))
    owed = tuple(metrics)
    lines = [*_against_plan(grounds.org, owed), *_by_steps(owed)]
    for change in changes:
        title = _title(change.section, sections)
        told: tuple[tuple[VarianceKind, Variance[Amount] | None, tuple[ClosedDeals, ...]], ...]
        told = (("deals", change.variance, change.decided), ("leads", change.from_leads, change.decided_from_leads))
        for kind, variance, decided in told:
            if variance is not None:
                line = _line(kind, title, grounds, variance, change.before.period)
                lines.append(attrs.evolve(line, decided=decided))
    for product in product_changes(grounds):
        left_out = {"before": product.left_out_before, "after": product.left_out}
        note = Message.of("review.variance.left_out", quantity=Message(product.quantity.title), **left_out)
        notes = (note,) if any(amount.minor for amount in left_out.values()) else ()
        line = _line("products", Message("metric.revenue"), grounds, product.variance, product.before)
        lines.append(attrs.evolve(line, notes=notes, sold=product.sold))
    if customers is not None and not any(line.before for line in lines):
        lines += _by_customers(grounds, customers)
    forecasts = Forecasts(grounds)
    for section in sections:
        held = forecasts.against_actual(section)
        if held is not None:
            line = _line("forecast", _title(section, sections), grounds, _of_deals(held), None)
            lines.append(attrs.evolve(line, bridge=held))
    if not lines and not changes:
        return None
    return VarianceSection(period=grounds.passed, lines=tuple(lines), closed_before=tuple(change.before for change in changes))


def _line(
    kind: VarianceKind, title: Message, grounds: Grounds, variance: Variance[Amount], before: Period | None
) -> VarianceLine:
    return VarianceLine(kind=kind, title=title, owner=grounds.owner, before=before, variance=variance)


def _title(section: DealSection, sections: Iterable[DealSection]) -> Message:
    """Return the name of a sales process, with the unit where its deals are in several."""
    process = Message(section.process.label)
    if sum(each.process.key == section.process.key for each in sections) > 1:
        return Message.of("review.in_unit", process=process, unit=str(section.unit))
    return process


def _of_deals(bridge: ForecastBridge) -> Variance[Amount]:
    """Write the change of an expected value as one of its kinds of movement."""
    lines = tuple(
        Effect(name=movement, value=line.amount, title=Message(f"forecast.movement.{movement}"))
        for movement, line in bridge.movements.items()
        if line.count
    )
    return Variance(
        comparison="forecast_to_actual",
        method="difference",
        before=bridge.opening,
        after=bridge.closing,
        lines=lines,
        segments=(),
        segment_effects=np.empty((len(lines), 0), dtype=np.int64),
        notes=(),
    )


# Against plan


def _against_plan(org: Org, metrics: Iterable[MetricSection]) -> Iterator[VarianceLine]:
    """Share out each gap in money over the teams and reps directly under whoever owes it."""
    for section in metrics:
        planned, actual = section.attainment.planned, section.attainment.actual
        if not isinstance(planned, Amount) or not isinstance(actual, Amount) or planned.unit.dimension != "money":
            continue
        members = [member.attainment for member in section.members if member.level == 0]
        variance = _by_member(org, planned, actual, members)
        if variance is not None:
            yield VarianceLine(kind="plan", title=section.title, owner=section.owner, before=None, variance=variance)


def _by_steps(metrics: Sequence[MetricSection]) -> Iterator[VarianceLine]:
    """Share out each gap in money over the steps toward it that are owed as well."""
    for section in metrics:
        steps = steps_toward(section, metrics)
        variance = None if steps is None else steps.variance()
        if variance is not None:
            yield VarianceLine(
                kind="steps", title=section.title, owner=section.owner, before=None, variance=variance, steps=steps
            )


def _by_customers(grounds: Grounds, section: CustomerSection) -> Iterator[VarianceLine]:
    """Take the change of what named customers bought apart: how many bought, how often, and for how much on average."""
    history = section.history
    before = earlier_days(grounds.period, grounds.passed, history.days, section.begins, grounds.calendar)
    if before is None or section.purchases.unit is None:
        return
    bought = tuple(_within(section.purchases, days) for days in (before, grounds.passed))
    variance = bought_change(*bought)
    if variance is not None:
        yield attrs.evolve(_line("customers", Message("metric.revenue"), grounds, variance, before), bought=bought)


def _within(purchases: Purchases, days: Period) -> Purchases:
    rows = (purchases.days >= days.start.toordinal()) & (purchases.days < days.end.toordinal())
    kept = {name: getattr(purchases, name)[rows] for name in ("codes", "days", "minor")}
    return attrs.evolve(purchases, as_of=days.last, **kept)


def _by_member(org: Org, planned: Amount, actual: Amount, members: Iterable[Attainment]) -> Variance[Amount] | None:
    """Share out a gap; what stands in the line of no member is one of its own, so that the effects sum to the gap."""
    zero = Amount.zero(planned.unit)
    owed: dict[str, Amount] = {}
    done: dict[str, Amount] = {}
    for attained in members:
        owner, (plan, result) = str(attained.target.owner), (attained.planned, attained.actual)
        if isinstance(plan, Amount) and isinstance(result, Amount) and plan.unit == result.unit == planned.unit:
            # One who left and came back owes something twice.
            owed[owner], done[owner] = owed.get(owner, zero) + plan, done.get(owner, zero) + result
    if not owed:
        return None
    rest = [whole - Amount.total(parts.values(), planned.unit) for whole, parts in ((planned, owed), (actual, done))]
    if any(amount.minor for amount in rest):
        nameless = nobody(org)
        owed[nameless], done[nameless] = rest
    variance = by_part(owed, done)
    lines = [attrs.evolve(line, title=_member_title(org, line.name)) for line in variance.lines]
    return attrs.evolve(variance, lines=tuple(lines))


def _member_title(org: Org, member: str) -> Message:
    return Message.of("review.owner", name=org.called(member)) if org.knows(member) else REST

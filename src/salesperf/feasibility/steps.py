"""Steps of working back: how many of each thing it takes, rounded up, with a range and an explanation."""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Final, Literal, TypeAlias, cast

import attrs

from salesperf.feasibility.stage_rates import StageRate
from salesperf.kernels.numeric import round_fraction
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Product, Quotient, Rounded, Rule, Sum
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message

__all__ = ["STEPS", "RequiredStep", "StepKind", "deals_step", "entering_step", "heads_step", "per_day_step", "visits_step"]

StepKind: TypeAlias = Literal["deals", "stage", "leads", "visits", "visits_per_day", "heads"]
STEPS: Final[tuple[StepKind, ...]] = ("deals", "stage", "leads", "visits", "visits_per_day", "heads")
"""What a target is worked back to, in this order; a stage for each of the funnel, the last stage first."""

_QUOTIENT: Final = Quotient()
_ROUND_OFF: Final = 9
"""Digits to which the ends of a range are taken before they are rounded up, so that no round-off adds one."""


@attrs.frozen(kw_only=True)
class RequiredStep:
    """How many of something a target takes.

    Attributes
    ----------
    step : str
        One of :data:`STEPS`.
    stage : str or None
        The key of the stage that so many have to enter.
    label : Message
        What a reader sees.
    count : int or None
        How many, rounded up; ``None`` where ``reason`` says why nobody knows.
    low, high : int or None
        How many it takes if all rates together lie at the good or the bad end of their common range, rounded up. ``high`` is
        ``None`` where no number would be enough, both are where there is no range.
    rate : Estimate or None
        The share that moves on to the step before; ``None`` where the step goes by no rate.
    reason : Message or None
        Why there is no count.
    breakdown : Breakdown
        The count, and all that it is made of.

    Examples
    --------
    >>> from salesperf import CNY, STANDARD_METRICS, Period, Target
    >>> from salesperf.feasibility import required
    >>> goal = Target(owner="ada", metric=STANDARD_METRICS["revenue"], amount=Amount.of(90, CNY), period=Period.year(2026))
    >>> found = required(goal, {"offer": Fraction(3, 10)}, average_won_value=Amount.of(20, CNY))
    >>> [(each.step, each.stage, each.count) for each in found.steps]
    [('deals', None, 5), ('stage', 'offer', 17)]
    """

    step: StepKind
    stage: str | None = None
    label: Message
    count: int | None
    low: int | None = None
    high: int | None = None
    rate: Estimate | None = None
    reason: Message | None = None
    breakdown: Breakdown


def deals_step(remaining: Breakdown, average: Amount | None) -> RequiredStep:
    """Return how many deals have to be won for what is still to be won."""
    worth = cast("Amount", remaining.value)
    label, mean = Message("feasibility.deals"), Breakdown(label=Message("feasibility.average"), value=average)
    if average is None and not worth.minor:
        return RequiredStep(step="deals", label=label, count=0, low=0, high=0, breakdown=Breakdown(label=label, value=0))
    if average is None:
        return _unknown("deals", label, Message("pipeline.reason.no_won_value"), (remaining, mean))
    exact = Fraction(worth.minor, average.minor)
    count = round_fraction(exact, "ceiling")
    return RequiredStep(
        step="deals", label=label, count=count, low=count, high=count, breakdown=_divided(label, exact, (remaining, mean))
    )


def entering_step(
    step: StepKind, label: Message, before: RequiredStep, deals: RequiredStep, rates: Sequence[StageRate]
) -> RequiredStep:
    """Return how many have to enter a stage, for enough of them to move on.

    Parameters
    ----------
    step, label
        What is counted.
    before
        How many have to move on.
    deals
        How many have to be won in the end.
    rates
        Of the stages from the last to this one.
    """
    rate = rates[-1]
    parts = (before.breakdown, Breakdown(label=Message("feasibility.rate"), value=rate.exact))
    if before.count == 0:
        none = Breakdown(label=label, value=0, rule=Sum(), parts=(before.breakdown,))
        found = RequiredStep(step=step, label=label, count=0, low=0, high=0, breakdown=none)
    elif before.count is None:
        found = _unknown(step, label, _follows(before), parts)
    elif rate.exact is None:
        found = _unknown(step, label, rate.estimate.reason, parts)
    elif not rate.exact:
        found = _unknown(step, label, Message.of("feasibility.reason.none_moved_on", stage=rate.label), parts)
    else:
        exact = before.count / rate.exact
        count = round_fraction(exact, "ceiling")
        low, high = _range(deals.count or 0, count, rates)
        breakdown = _divided(label, exact, parts)
        found = RequiredStep(step=step, label=label, count=count, low=low, high=high, breakdown=breakdown)
    return attrs.evolve(found, stage=rate.stage, rate=rate.estimate)


def visits_step(*visited: tuple[RequiredStep, Fraction]) -> RequiredStep:
    """Return how many visits steps take, each so many for one."""
    label = Message("feasibility.visits")
    parts = tuple(
        Breakdown(
            label=Message.of("feasibility.visits_to", step=step.label),
            value=None if step.count is None else step.count * each,
            rule=Product(),
            parts=(step.breakdown, Breakdown(label=Message("feasibility.visits_each"), value=each)),
        )
        for step, each in visited
    )
    unknown = next((step for step, _ in visited if step.count is None), None)
    if unknown is not None:
        return _unknown("visits", label, _follows(unknown), parts, rule=Sum())
    exact, low, high = (_summed([(getattr(step, end), each) for step, each in visited]) for end in ("count", "low", "high"))
    breakdown = _rounded_up(label, exact, parts, rule=Sum())
    return RequiredStep(step="visits", label=label, count=_up(exact), low=_up(low), high=_up(high), breakdown=breakdown)


def per_day_step(visits: RequiredStep, workdays: int) -> RequiredStep:
    """Return how many visits that is a workday."""
    label, days = Message("feasibility.visits_per_day"), Breakdown(label=Message("breakdown.workdays"), value=workdays)
    if not workdays and visits.count is not None:
        return _unknown("visits_per_day", label, Message("feasibility.reason.no_workdays"), (visits.breakdown, days))
    return _shared("visits_per_day", label, visits, Fraction(workdays), days)


def heads_step(per_day: RequiredStep, per_head: Fraction) -> RequiredStep:
    """Return how many people it takes for so many visits a workday."""
    label, each = Message("feasibility.heads"), Breakdown(label=Message("feasibility.visits_per_head"), value=per_head)
    return _shared("heads", label, per_day, per_head, each)


def _shared(step: StepKind, label: Message, before: RequiredStep, by: Fraction, divisor: Breakdown) -> RequiredStep:
    """Divide a count and its range by what is known for sure."""
    parts = (before.breakdown, divisor)
    if before.count is None:
        return _unknown(step, label, _follows(before), parts)
    count, low, high = (_up(None if end is None else end / by) for end in (before.count, before.low, before.high))
    breakdown = _divided(label, before.count / by, parts)
    return RequiredStep(step=step, label=label, count=count, low=low, high=high, breakdown=breakdown)


def _range(deals: int, count: int, rates: Sequence[StageRate]) -> tuple[int | None, int | None]:
    """Return how many it takes at either end of the interval of the product of rates; no end where one has no interval."""
    known = [(float(rate.exact or 0), *rate.ends) for rate in rates if rate.ends is not None]
    if len(known) < len(rates):
        return None, None
    if all(low == high for _, low, high in known):
        return count, count
    # Round-off may put an end on the wrong side of a count that is exact.
    least = min(_worked_back(deals, [(rate, math.log(high / rate)) for rate, _, high in known]), count)
    if not all(low for _, low, _ in known):
        return least, None
    return least, max(_worked_back(deals, [(rate, -math.log(rate / low)) for rate, low, _ in known]), count)


def _worked_back(deals: int, rates: Sequence[tuple[float, float]]) -> int:
    """Work deals back by rates that lie apart from the estimates so far that their product is at the end of its interval.

    Parameters
    ----------
    deals
        How many have to be won.
    rates
        For each step its rate, and by how much the log of its own end differs.

    Notes
    -----
    The product's end differs by the root of the sum of squares, of which each rate takes the part that it adds to that
    sum: where a product is at its end, it is most likely so by such rates. None goes beyond its own end.
    """
    reach = math.hypot(*(apart for _, apart in rates)) or 1.0
    count = deals
    for rate, apart in rates:
        count = math.ceil(round(count / (rate * math.exp(apart * abs(apart) / reach)), _ROUND_OFF))
    return count


def _summed(terms: Sequence[tuple[int | None, Fraction]]) -> Fraction | None:
    known = [(number, each) for number, each in terms if number is not None]
    return sum((number * each for number, each in known), Fraction(0)) if len(known) == len(terms) else None


def _up(exact: Fraction | None) -> int | None:
    return None if exact is None else round_fraction(exact, "ceiling")


def _rounded_up(label: Message, exact: Fraction | None, parts: tuple[Breakdown, ...], rule: Rule) -> Breakdown:
    whole = Breakdown(label=Message("feasibility.exactly"), value=exact, rule=rule, parts=parts)
    return Breakdown(label=label, value=_up(exact), rule=Rounded("ceiling"), parts=(whole,))


def _divided(label: Message, exact: Fraction, parts: tuple[Breakdown, ...]) -> Breakdown:
    return _rounded_up(label, exact, parts, rule=Quotient())


def _unknown(
    step: StepKind, label: Message, reason: Message | None, parts: tuple[Breakdown, ...], rule: Rule = _QUOTIENT
) -> RequiredStep:
    breakdown = _rounded_up(label, None, parts, rule)
    return RequiredStep(step=step, label=label, count=None, reason=reason, breakdown=breakdown)


def _follows(before: RequiredStep) -> Message:
    return Message.of("feasibility.reason.follows", step=before.label)

"""Working back: from a target through the funnel to the deals, leads, visits a day and people that it takes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias, cast

import attrs

from salesperf.allocation.parts import refuse
from salesperf.errors import InvalidValueError, SalesperfError, UnitMismatchError
from salesperf.feasibility.recorded import judged_amount
from salesperf.feasibility.stage_rates import Funnel, Rate, StageRate, faults_of_rate, faults_of_rates, read_rates, stage_rate
from salesperf.feasibility.steps import RequiredStep, StepKind, deals_step, entering_step, heads_step, per_day_step, visits_step
from salesperf.messages import Catalogs
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Clip, Difference, Sum
from salesperf.model.calendar import Calendar
from salesperf.model.message import Message
from salesperf.model.period import Period
from salesperf.model.result import Result, Row
from salesperf.model.target import Target
from salesperf.model.validators import check_date, check_number, require

__all__ = ["Requirement", "required"]

Number: TypeAlias = int | Decimal | Fraction


@attrs.frozen(kw_only=True)
class Requirement(Result):
    """What a target takes (目标倒推): made by :func:`required`.

    Attributes
    ----------
    target : Target
        What is to be reached.
    remaining : Amount
        What of it is still to be won beyond what is closed and expected.
    workdays : int
        The workdays that are left for it.
    level : float or None
        The level of the ranges; ``None`` where no rate has an interval.
    steps : tuple of RequiredStep
        From deals back to heads, as far as was asked.
    open_deals : int
        Deals that stand in a stage of the funnel, and so have no part in its rate.

    Examples
    --------
    >>> from salesperf import CNY, STANDARD_METRICS, Estimate, Period
    >>> goal = Target(owner="ada", metric=STANDARD_METRICS["revenue"], amount=Amount.of(90, CNY), period=Period.month(2026, 9))
    >>> offers = {"offer": Estimate(value=0.3, low=0.2, high=0.4, n=80)}
    >>> found = required(goal, offers, average_won_value=Amount.of(20, CNY), visits_per_opportunity=4, visits_per_head=3)
    >>> found.heads
    2
    >>> print(found.text())
    Revenue still to be won: CNY 90.00
    deals to be won: 5
    to enter offer: 17 (95% range 13 to 25; rate 30.0% of 80)
    visits: 68 (95% range 52 to 100)
    visits a workday: 4 (95% range 3 to 5)
    people: 2 (95% range 1 to 2)
    Each range is of its step by itself, and of the rates alone: averages, visits and stated rates are taken as given.
    """

    target: Target
    remaining: Amount
    workdays: int
    level: float | None
    steps: tuple[RequiredStep, ...]
    open_deals: int

    def _count(self, step: StepKind) -> int | None:
        return next((each.count for each in self.steps if each.step == step), None)

    @property
    def deals(self) -> int | None:
        """Deals to be won; this, as the next, is ``None`` where it was not asked for, or nobody knows."""
        return self._count("deals")

    @property
    def opportunities(self) -> int | None:
        """Deals that have to enter the first stage of the funnel; leads, if it begins with them."""
        return [each for each in self.steps if each.step == "stage"][-1].count

    @property
    def leads(self) -> int | None:
        """Leads from which these deals come."""
        return self._count("leads")

    @property
    def visits(self) -> int | None:
        """Visits to all of them."""
        return self._count("visits")

    @property
    def visits_per_day(self) -> int | None:
        """Visits a workday."""
        return self._count("visits_per_day")

    @property
    def heads(self) -> int | None:
        """People who make so many visits."""
        return self._count("heads")

    @property
    def breakdown(self) -> Breakdown:
        """The last step, and all that it is made of."""
        return self.steps[-1].breakdown

    @property
    def notes(self) -> tuple[Message, ...]:
        """What a reader of the counts has to know."""
        notes = []
        if self.level is not None:
            notes.append(Message("feasibility.note.ranges"))
        if self.open_deals:
            notes.append(Message.of("feasibility.note.open_deals", count=self.open_deals))
        return tuple(notes)

    def rows(self) -> list[Row]:
        """Return a row for each step: how many, the range, and the rate with its interval and number."""
        return [
            {
                "step": each.step,
                "stage": each.stage,
                "count": each.count,
                "low": each.low,
                "high": each.high,
                "rate": None if each.rate is None else each.rate.value,
                "rate_low": None if each.rate is None else each.rate.low,
                "rate_high": None if each.rate is None else each.rate.high,
                "n": None if each.rate is None else each.rate.n,
                "reason": None if each.reason is None else each.reason.text(),
            }
            for each in self.steps
        ]

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the steps for a reader, a line each, what is still to be won first, and the notes below."""
        first = Message.of("feasibility.still_to_win", metric=Message(self.target.metric.title), amount=self.remaining)
        lines = [first, *map(self._line, self.steps), *self.notes]
        return "\n".join(line.text(lang, catalogs) for line in lines)

    def _line(self, step: RequiredStep) -> Message:
        given: dict[str, object] = {"label": step.label, "count": step.count, "low": step.low, "high": step.high}
        given |= {"level": self.level, "reason": step.reason}
        if step.rate is not None:
            given |= {"rate": step.rate.value, "n": step.rate.n}
        if step.count is None:
            return Message.of("feasibility.required.unknown", **given)
        wording = "exact" if step.low is None or step.low == step.high else "range"
        measured = "_rate" if step.rate is not None and step.rate.n else ""
        return Message.of(f"feasibility.required.{wording}{measured}", **given)


def required(
    target: Target,
    funnel: Funnel,
    *,
    average_won_value: Amount | None,
    segment: Sequence[str | None] | None = None,
    lead_conversion_rate: Rate | None = None,
    visits_per_opportunity: Number | None = None,
    visits_per_lead: Number | None = None,
    visits_per_head: Number | None = None,
    closed: Amount | None = None,
    pipeline: Amount | None = None,
    calendar: Calendar | None = None,
    as_of: date | None = None,
) -> Requirement:
    """Work back from a target through the funnel to what it takes (目标倒推).

    Parameters
    ----------
    target
        What is to be reached: of a flow of which more is better, and above 0.
    funnel
        By which rates deals move on: a report or a tally counted by ``cohort`` or ``strict``, which begins with deals or, as
        that of :func:`salesperf.funnel.lead_to_cash`, with leads; or stated, a mapping of the name of each stage to the
        share that moves on from it, the first stage first.
    average_won_value
        What a won deal is worth on average, such as :attr:`salesperf.pipeline.ClosedDeals.average_won_value`; ``None`` where
        nobody knows. For a target of won deals: one.
    segment
        The values of one segment of the funnel; ``None`` where it has no others.
    lead_conversion_rate
        The share of leads that become a deal in the first stage; ``None`` to stop at the deals, or where the funnel begins
        with leads itself.
    visits_per_opportunity, visits_per_lead
        Visits that a deal in the first stage, or a lead, takes; ``None`` for none. If both are given they add up.
    visits_per_head
        Visits that one person makes on a workday; ``None`` to stop at the visits.
    closed
        What has been won toward the target already; ``None`` for nothing.
    pipeline
        What the open deals are expected to bring toward it, such as their weighted value; ``None`` for nothing.
    calendar
        Sets workdays; ``None`` means Monday to Friday.
    as_of
        The day at whose end the rest is to be done; ``None`` for the whole period.

    Returns
    -------
    Requirement
        How many of each it takes, rounded up at every step; undefined where a rate rests on nothing or is 0.

    Raises
    ------
    NotAdditiveError
        If the metric is not a flow.
    InvalidValueError
        If a value is malformed or out of range; the funnel was counted by a rule whose rates do not multiply, or has several
        segments and none is named; visits are asked for a lead without a rate of leads, or people without visits.
    UnknownNameError
        If the funnel has no such segment.
    UnitMismatchError
        If an amount is in another unit than the target.
    InvalidInputError
        With several of these faults at once.

    Notes
    -----
    Deals to be won: remaining / average, rounded up, with remaining = max(target - closed - pipeline, 0). To enter a stage:
    those who have to move on from it / its rate, rounded up, since a part of a deal is no deal; so the counts, run forward,
    reach the target. Of a counted funnel the rate is moved on / (moved on + lost + cancelled): who still stands in the stage
    is neither. That is the estimate of Kaplan and Meier with the stages for time.

    The range of a step follows from that of the product P of all rates on the way to it, at their level, by the method of
    variance estimates recovery (MOVER) on the logs: with rates p and the ends l and u of their intervals, the product
    reaches from P exp(-sqrt(sum log(p / l)^2)) to P exp(sqrt(sum log(u / p)^2)). Either end is worked back step by step,
    and rounded up, like the count: by rates p exp(-log(p / l)^2 / sqrt(sum log(p / l)^2)), and with u alike, whose product
    it is. The range takes rates as independent, and is of each step by itself. The average is taken as it is given, and so
    are visits and stated rates. How long deals take is no part of it: the counts say how many, and not by when.

    References
    ----------
    G. Y. Zou and A. Donner, "Construction of confidence limits about effect measures: a general approach", *Statistics in
    Medicine* 27 (2008) 1693-1702. Jeff C. West, "Goal setting with just a spoon full of sugar", works an example with
    leads, appointments and presentations.

    Examples
    --------
    >>> from salesperf import COUNT, STANDARD_METRICS, Period
    >>> won_deals, september = STANDARD_METRICS["won_deals"], Period.month(2026, 9)
    >>> goal = Target(owner=None, metric=won_deals, amount=Amount.of(6, COUNT), period=september)
    >>> found = required(
    ...     goal,
    ...     {"qualified": Decimal("0.1")},
    ...     average_won_value=Amount.of(1, COUNT),
    ...     lead_conversion_rate=Decimal("0.15"),
    ... )
    >>> found.deals, found.opportunities, found.leads
    (6, 60, 400)
    >>> print(found.breakdown.text())
    leads: 400 = rounded
      exactly: 400 = quotient of
        to enter qualified: 60 = rounded
          exactly: 60 = quotient of
            deals to be won: 6 = rounded
              exactly: 6 = quotient of
                still to be won: 6 = kept within limits
                  target less what is closed and expected: 6 = difference of
                    target: 6
                    closed and expected: 0
                average won deal: 1
            rate: 1/10
        rate: 3/20
    """
    require(target, Target, path=("target",))
    amounts = {"average_won_value": average_won_value, "closed": closed, "pipeline": pipeline}
    per = {
        "visits_per_opportunity": visits_per_opportunity,
        "visits_per_lead": visits_per_lead,
        "visits_per_head": visits_per_head,
    }
    refuse(
        [
            *_faults_of_target(target),
            *_faults_of_amounts(target, amounts),
            *_faults_of_funnel(funnel, segment),
            *(() if lead_conversion_rate is None else faults_of_rate(lead_conversion_rate, "lead_conversion_rate")),
            *_faults_of_visits(per, is_lead_rate_given=lead_conversion_rate is not None),
            *_faults_of_time(calendar, as_of),
        ]
    )
    rates = read_rates(funnel, segment)
    leads = None
    if lead_conversion_rate is not None:
        leads = stage_rate(None, Message("feasibility.leads"), lead_conversion_rate)
    level = _level([*rates, *([] if leads is None else [leads])])
    remaining = _remaining(target, closed, pipeline)
    workdays = _workdays(target.period, calendar or Calendar(), as_of)
    steps = _worked_back(remaining, average_won_value, rates, leads)
    visited = [
        (step, Fraction(each))
        for step, each in ((steps[len(rates)], visits_per_opportunity), (steps[-1], visits_per_lead))
        if each is not None
    ]
    if visited:
        steps.append(visits_step(*visited))
        steps.append(per_day_step(steps[-1], workdays))
    if visits_per_head is not None:
        steps.append(heads_step(steps[-1], Fraction(visits_per_head)))
    return Requirement(
        target=target,
        remaining=cast("Amount", remaining.value),
        workdays=workdays,
        level=level,
        steps=tuple(steps),
        open_deals=sum(rate.open for rate in rates),
    )


def _worked_back(
    remaining: Breakdown, average: Amount | None, rates: Sequence[StageRate], leads: StageRate | None
) -> list[RequiredStep]:
    """Return the steps from deals to the first stage of the funnel, and to leads where their rate is known."""
    deals = deals_step(remaining, average)
    steps, passed = [deals], []
    for rate in reversed(rates):
        passed.append(rate)
        label = Message.of("feasibility.to_enter", stage=rate.label)
        steps.append(entering_step("stage", label, steps[-1], deals, passed))
    if leads is not None:
        steps.append(entering_step("leads", leads.label, steps[-1], deals, [*passed, leads]))
    return steps


def _remaining(target: Target, closed: Amount | None, pipeline: Amount | None) -> Breakdown:
    """Return what is still to be won, and what it is made of."""
    goal = judged_amount(target)
    zero = Amount.zero(goal.unit)
    there = [("closed", closed), ("pipeline", pipeline)]
    parts = [Breakdown(label=Message(f"feasibility.{name}"), value=amount) for name, amount in there if amount is not None]
    held = Amount.total((amount for _, amount in there if amount is not None), goal.unit)
    less = Breakdown(
        label=Message("feasibility.less_held"),
        value=goal - held,
        rule=Difference(),
        parts=(
            Breakdown(label=Message("breakdown.target"), value=goal),
            Breakdown(label=Message("feasibility.held"), value=held, rule=Sum(), parts=parts),
        ),
    )
    return Breakdown(label=Message("feasibility.remaining"), value=max(goal - held, zero), rule=Clip(low=zero), parts=(less,))


def _workdays(period: Period, calendar: Calendar, as_of: date | None) -> int:
    """Return the workdays of a period that are left at the end of a day."""
    passed = None if as_of is None else period.until(as_of)
    return calendar.workdays(period) - (0 if passed is None else calendar.workdays(passed))


def _level(rates: Sequence[StageRate]) -> float | None:
    """Return the one level of all intervals; ``None`` where there are none."""
    levels = sorted({rate.estimate.level for rate in rates if rate.estimate.low is not None})
    if len(levels) > 1:
        raise InvalidValueError("level_mixed", path=("funnel",), left=levels[0], right=levels[1])
    return levels[0] if levels else None


# What is refused


def _faults_of_target(target: Target) -> Iterator[SalesperfError]:
    try:
        judged_amount(target)
    except SalesperfError as error:
        yield error


def _faults_of_amounts(target: Target, amounts: Mapping[str, object]) -> Iterator[SalesperfError]:
    unit = target.amount.unit if isinstance(target.amount, Amount) else None
    for name, amount in amounts.items():
        if amount is None:
            continue
        if not isinstance(amount, Amount):
            yield InvalidValueError("wrong_type", path=(name,), expected=Amount, value=amount)
        elif unit is not None and amount.unit != unit:
            yield UnitMismatchError("unit_mismatch", path=(name,), left=str(unit), right=str(amount.unit))
        elif name == "average_won_value" and amount.minor <= 0:
            yield InvalidValueError("not_positive", path=(name,), value=amount.decimal)
        elif amount.minor < 0:
            yield InvalidValueError("negative", path=(name,), value=amount.decimal)


def _faults_of_funnel(funnel: Funnel, segment: Sequence[str | None] | None) -> Iterator[SalesperfError]:
    faults = list(faults_of_rates(funnel))
    yield from faults
    if not faults:
        try:
            read_rates(funnel, segment)
        except SalesperfError as error:
            yield error


def _faults_of_visits(per: Mapping[str, Number | None], *, is_lead_rate_given: bool) -> Iterator[SalesperfError]:
    for name, number in per.items():
        if number is None:
            continue
        if isinstance(number, float):
            yield InvalidValueError("rate_float", path=(name,), value=number)
            continue
        try:
            check_number(number, (name,))
        except SalesperfError as error:
            yield error
        else:
            if number <= 0:
                yield InvalidValueError("not_positive", path=(name,), value=number)
    if per["visits_per_lead"] is not None and not is_lead_rate_given:
        yield InvalidValueError("missing_field", path=("lead_conversion_rate",))
    visits = (per["visits_per_opportunity"], per["visits_per_lead"])
    if per["visits_per_head"] is not None and visits == (None, None):
        yield InvalidValueError("missing_field", path=("visits_per_opportunity",))


def _faults_of_time(calendar: Calendar | None, as_of: date | None) -> Iterator[SalesperfError]:
    try:
        require(calendar, Calendar, type(None), path=("calendar",))
    except SalesperfError as error:
        yield error
    if as_of is not None:
        try:
            check_date(as_of, ("as_of",))
        except SalesperfError as error:
            yield error

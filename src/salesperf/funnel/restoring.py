"""Bottlenecks: each stage against a baseline, whether the difference is more than chance, and what to restore it is worth."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import prod
from typing import Final, Literal, NamedTuple, TypeAlias, TypeVar, cast

import attrs
import numpy as np

from salesperf.errors import InvalidValueError
from salesperf.funnel.bottleneck import Bottleneck, Verdict
from salesperf.funnel.chances import FEWEST_DEALS
from salesperf.funnel.outcome_tally import OutcomeTally
from salesperf.funnel.stage_rates import (
    Compared,
    StageRate,
    common_horizon,
    compared,
    compared_to_stated,
    counted_rate,
    event_table,
    followed_rate,
)
from salesperf.funnel.tally import FunnelTally, Labels, check_within, refuse_other_question
from salesperf.kernels.numeric import INT64_MAX
from salesperf.kernels.proportion import ADJUSTMENTS, adjust
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Difference, Product, Quotient
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.stage import Stage
from salesperf.model.validators import check_choice, check_number, check_whole, require

__all__ = ["bottlenecks", "check_same_stages"]

Method: TypeAlias = Literal["holm", "benjamini_hochberg"]
Rate: TypeAlias = int | float | Decimal | Fraction
Tally: TypeAlias = FunnelTally | OutcomeTally
TallyT = TypeVar("TallyT", FunnelTally, OutcomeTally)

_REST: Final = "rest"
_RULES: Final = ("cohort", "strict")
"""Those under which the rates of the stages multiply to the rate from end to end."""


@attrs.frozen
class _Baseline:
    """What the stages are held against: of a tally the segments, for each that is looked at; or stated rates."""

    tally: Tally | None
    segments: Mapping[int, Sequence[int]]
    stated: Mapping[str, Fraction]


class _Held(NamedTuple):
    """A stage, its rate, and the baseline that it is held against."""

    labels: Labels
    stage: Stage
    horizon: int | None
    rate: StageRate
    baseline: StageRate | Fraction
    later: tuple[tuple[Stage, StageRate], ...]

    @property
    def fewest(self) -> int:
        """The decided deals of whichever side has fewer."""
        return min(each.decided for each in (self.rate, self.baseline) if isinstance(each, StageRate))

    def compared(self, level: float) -> Compared:
        if isinstance(self.baseline, StageRate):
            return compared(self.rate, self.baseline, level)
        return compared_to_stated(self.rate, self.baseline, level)


def bottlenecks(
    tally: TallyT,
    baseline: TallyT | Mapping[str, Rate] | Literal["rest"],
    *,
    segment: int | None = None,
    baseline_segment: int | None = None,
    horizon: int | None = None,
    average_won_value: Amount | None = None,
    level: float = 0.95,
    method: Method = "holm",
    minimum: int = FEWEST_DEALS,
) -> tuple[Bottleneck, ...]:
    """Hold each stage of a funnel against a baseline, and tell a bottleneck (瓶颈) from what only looks like one.

    Parameters
    ----------
    tally
        Deals counted by :func:`count` under ``cohort`` or ``strict``, or by :func:`outcomes`.
    baseline
        A tally of other deals, of the same kind and over the same stages: of last period, of another team. Or stated rates,
        by the key of each open stage. Or ``"rest"``: all other segments of the tally.
    segment
        The position of the segment that is looked at; ``None`` for each of them, by itself.
    baseline_segment
        The position of the segment of the baseline; ``None`` for the one of the same labels where both are made by the same
        names, else for all of it.
    horizon
        For tallies of :func:`outcomes`: days after coming to a stage within which a deal is to get beyond it; ``None`` for
        as long, at each stage, as enough deals of both sides were followed.
    average_won_value
        What a won deal is worth, so that the worth of a stage is told in money too.
    level
        That of the intervals, within (0, 1); what is less likely by chance than 1 - level is taken as none.
    method
        How to allow for looking at several stages: a name in :data:`salesperf.kernels.proportion.ADJUSTMENTS`.
    minimum
        Decided deals that each side must have; with fewer nothing is said.

    Returns
    -------
    tuple of Bottleneck
        One for each stage, in order of what restoring it is worth, largest first; those with too little data last.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, the two tallies are made by different rules, the baseline has other stages, or a rate
        lies outside [0, 1].

    Notes
    -----
    An open deal is no failure. Of a tally of :func:`count` the rate is that of the deals that got beyond the stage or ended
    there. Where losing takes longer than moving on, it flatters a young group, whose losses are still to come: the last
    reason tells how many deals are open. Of a tally of :func:`outcomes` the rate is the share that gets beyond the stage
    within some days of coming to it, with open deals censored and losses competing, so that groups of unlike age compare.
    It is then taken for a share of as many deals as would tell it as surely were none censored: value (1 - value) / squared
    standard error of them. Where the tally was watched ``since`` a day, and no deal was on some days of age, nothing is taken
    to have happened on these, and the share reads low.

    The difference has Newcombe's interval and the p-value of the pooled score test, or of Fisher's exact test where fewer
    than 5 deals are expected in a cell; against a stated rate, Wilson's and that of the exact binomial test. The sides must
    be of different deals. A stage that could not be tested was not looked at, nor was one that all of both sides passed, or
    none.

    To restore a stage is worth entered x (baseline - rate) x the rates of all later stages, as they are and as far as any
    deal was followed: what the deals that came to it would bring once all are decided.

    References
    ----------
    R. G. Newcombe, "Interval estimation for the difference between independent proportions: comparison of eleven methods",
    *Statistics in Medicine* 17 (1998) 873-890. S. Holm, "A simple sequentially rejective multiple test procedure",
    *Scandinavian Journal of Statistics* 6 (1979) 65-70.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import STANDARD_PROCESSES, Change, Opportunity, funnel
    >>> stages = ("lead", "opportunity", "proposal", "negotiation", "closed")
    >>> def deal(number, far):
    ...     ways = (*stages[:far], *(() if far == 5 else ("lost",)))
    ...     return Opportunity(id=f"o-{number}", history=[Change(date(2026, 9, 1), stage=stage) for stage in ways])
    >>> def counted(*reached):
    ...     deals = [deal(number, far) for number, far in enumerate(reached)]
    ...     return funnel.count(deals, STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30))
    >>> before, now = counted(*[1] * 40, *[3] * 20, *[5] * 60), counted(*[1] * 42, *[3] * 50, *[5] * 28)
    >>> for found in funnel.bottlenecks(now, before)[:2]:
    ...     print(found.stage.key, found.verdict, round(found.worth.value, 1))
    proposal bottleneck 30.5
    lead looks_like_one 0.7
    """
    require(tally, FunnelTally, OutcomeTally, path=("tally",))
    check_within(level, "level")
    check_choice(method, tuple(ADJUSTMENTS), ("method",))
    check_whole(minimum, ("minimum",), 1, INT64_MAX)
    if horizon is not None:
        check_whole(horizon, ("horizon",), 1, INT64_MAX)
    if average_won_value is not None:
        require(average_won_value, Amount, path=("average_won_value",))
    if isinstance(tally, FunnelTally):
        check_choice(tally.rule, _RULES, ("tally", "rule"))
    if segment is not None:
        check_whole(segment, ("segment",), 0, len(tally.segments) - 1)
    looked_at = range(len(tally.segments)) if segment is None else (segment,)
    against = _baseline(tally, baseline, looked_at, baseline_segment)
    held = [each for place in looked_at for each in _held(tally, place, against, horizon, level, minimum)]
    tests = [each.compared(level) if each.fewest >= minimum else None for each in held]
    p_values = np.array([test.p_value for test in tests if test is not None and test.is_open])
    raised = iter(adjust(p_values, method=method).tolist())
    adjusted = [None if test is None else next(raised) if test.is_open else test.p_value for test in tests]
    asked = _Asked(by=tally.by, average=average_won_value, level=level, looked_at=p_values.size, minimum=minimum)
    found = [asked.answer(*each) for each in zip(held, tests, adjusted, strict=True)]
    # A stable sort: what ties stays in order of segment and stage.
    return tuple(sorted(found, key=lambda each: (each.verdict == "not_enough_data", -(each.worth.value or 0))))


def check_same_stages(tally: Tally, other: Tally, name: str) -> None:
    """Refuse a tally over other open stages."""
    keys, theirs = _keys(tally), _keys(other)
    if keys != theirs:
        raise InvalidValueError("baseline_stages", path=(name,), choices=keys, value=theirs)


def _keys(tally: Tally) -> tuple[str, ...]:
    return tuple(stage.key for stage in tally.stages)


def _baseline(tally: Tally, baseline: object, looked_at: Sequence[int], segment: int | None) -> _Baseline:
    """Check a baseline, and tell what each segment is held against."""
    if isinstance(baseline, Mapping):
        return _Baseline(None, {}, _stated(tally, baseline))
    if isinstance(baseline, str):
        check_choice(baseline, (_REST,), ("baseline",))
        everybody = range(len(tally.segments))
        return _Baseline(tally, {place: [each for each in everybody if each != place] for place in looked_at}, {})
    require(baseline, type(tally), Mapping, path=("baseline",))
    other = cast("Tally", baseline)
    check_same_stages(tally, other, "baseline")
    if isinstance(tally, FunnelTally):
        refuse_other_question(tally, other, ("rule",))
    theirs: Sequence[int] = range(len(other.segments))
    if segment is not None:
        check_whole(segment, ("baseline_segment",), 0, len(other.segments) - 1)
        theirs = [segment]
    elif other.by == tally.by:
        same = [[each for each in theirs if other.segments[each] == tally.segments[place]] for place in looked_at]
        return _Baseline(other, dict(zip(looked_at, same, strict=True)), {})
    return _Baseline(other, dict.fromkeys(looked_at, theirs), {})


def _stated(tally: Tally, rates: Mapping[str, Rate]) -> Mapping[str, Fraction]:
    """Check stated rates, and take them exactly."""
    keys = _keys(tally)
    if set(rates) != set(keys):
        raise InvalidValueError("baseline_stages", path=("baseline",), choices=keys, value=tuple(rates))
    for key in keys:
        check_number(rates[key], ("baseline", key))
        if not 0 <= rates[key] <= 1:
            raise InvalidValueError("out_of_range", path=("baseline", key), low=0, high=1, value=rates[key])
    return {key: Fraction(rates[key]) for key in keys}


def _held(tally: Tally, place: int, against: _Baseline, horizon: int | None, level: float, minimum: int) -> Iterator[_Held]:
    """Yield each stage of a segment with its baseline."""
    sides: list[tuple[Tally, Sequence[int]]] = [(tally, [place])]
    if against.tally is not None:
        sides.append((against.tally, against.segments[place]))
    own = tuple((stage, _final_rate(tally, place, step, level)) for step, stage in enumerate(tally.stages))
    for step, stage in enumerate(tally.stages):
        days, rates = _rates(sides, step, horizon, level, minimum)
        baseline = rates[1] if len(rates) > 1 else against.stated[stage.key]
        yield _Held(tally.segments[place], stage, days, rates[0], baseline, own[step + 1 :])


def _final_rate(tally: Tally, place: int, step: int, level: float) -> StageRate:
    """Return the rate of a stage as far as any deal was followed."""
    if isinstance(tally, FunnelTally):
        return counted_rate(tally, [place], step, level)
    table = event_table(tally, [place], step)
    return followed_rate(table, int(table.times.max(initial=0)), level)


def _rates(
    sides: Sequence[tuple[Tally, Sequence[int]]], step: int, horizon: int | None, level: float, minimum: int
) -> tuple[int | None, list[StageRate]]:
    """Return the rate of a stage on each side, and the days within which deals were to get beyond it."""
    counted = [counted_rate(tally, segments, step, level) for tally, segments in sides if isinstance(tally, FunnelTally)]
    if counted:
        return None, counted
    tables = [event_table(tally, segments, step) for tally, segments in sides if isinstance(tally, OutcomeTally)]
    days = common_horizon(tables, minimum) if horizon is None else horizon
    return days, [followed_rate(table, days, level) for table in tables]


@attrs.frozen(kw_only=True)
class _Asked:
    """What all stages have in common."""

    by: tuple[str, ...]
    average: Amount | None
    level: float
    looked_at: int
    minimum: int

    def answer(self, held: _Held, test: Compared | None, adjusted: float | None) -> Bottleneck:
        """Tell what was found of a stage."""
        few = Message.of("funnel.reason.too_few", n=held.fewest, minimum=self.minimum)
        deals = _worth(held)
        value, breakdown = self._in_money(deals)
        return Bottleneck(
            by=self.by,
            labels=held.labels,
            stage=held.stage,
            horizon=held.horizon,
            rate=held.rate.estimate(self.level),
            baseline=_stated_rate(held.baseline) if isinstance(held.baseline, Fraction) else held.baseline.estimate(self.level),
            difference=Estimate.undefined(few) if test is None else test.difference,
            p_value=None if test is None else test.p_value,
            adjusted_p_value=adjusted,
            verdict=self._verdict(test, adjusted),
            entered=held.rate.entered,
            open=held.rate.open,
            baseline_open=0 if isinstance(held.baseline, Fraction) else held.baseline.open,
            worth=self._worth_of(deals, held, test, few),
            worth_value=value,
            breakdown=breakdown,
            looked_at=self.looked_at,
            fewest=held.fewest,
            minimum=self.minimum,
        )

    def _verdict(self, test: Compared | None, adjusted: float | None) -> Verdict:
        if test is None or test.difference.value is None or adjusted is None:
            return "not_enough_data"
        is_chance = adjusted > 1 - self.level
        if test.difference.value < 0:
            return "looks_like_one" if is_chance else "bottleneck"
        return "not_lower" if is_chance else "better"

    def _in_money(self, deals: Breakdown) -> tuple[Amount | None, Breakdown]:
        """Return what deals are worth in money, and how that follows; without an average value, how the deals do."""
        if self.average is None:
            return None, deals
        value = None if deals.value is None else self.average.times(Fraction(cast("Fraction", deals.value)))
        average = Breakdown(label=Message("funnel.worth.average_won_value"), value=self.average)
        return value, Breakdown(label=Message("funnel.worth.value"), value=value, rule=Product(), parts=(average, deals))

    def _worth_of(self, deals: Breakdown, held: _Held, test: Compared | None, few: Message) -> Estimate:
        if deals.value is None:
            return Estimate.undefined(Message("funnel.reason.worth_undefined"), unit="deals")
        value = float(cast("Fraction", deals.value))
        if test is None or test.difference.low is None or test.difference.high is None:
            return Estimate(value=value, n=held.fewest, level=self.level, unit="deals", reason=few)
        later = held.rate.entered * prod(float(rate.value or 0) for _, rate in held.later)
        low, high = min(-later * test.difference.high, value), max(-later * test.difference.low, value)
        return Estimate(value=value, low=low, high=high, n=test.difference.n, level=self.level, unit="deals")


def _stated_rate(rate: Fraction) -> Estimate:
    return Estimate(value=float(rate), n=0, reason=Message("funnel.reason.stated"))


def _worth(held: _Held) -> Breakdown:
    """Explain how many deals would be won more, were the rate of a stage that of the baseline."""
    own, later = _rate(held.stage, held.rate), [_rate(stage, rate) for stage, rate in held.later]
    if isinstance(held.baseline, Fraction):
        baseline = Breakdown(label=Message("funnel.worth.stated"), value=held.baseline)
    else:
        baseline = attrs.evolve(_rate(held.stage, held.baseline), label=Message("funnel.worth.baseline"))
    first, second = cast("Fraction | None", baseline.value), cast("Fraction | None", own.value)
    gap = None if first is None or second is None else first - second
    entered = Breakdown(label=Message("funnel.worth.entered"), value=held.rate.entered)
    difference = Breakdown(label=Message("funnel.worth.gap"), value=gap, rule=Difference(), parts=(baseline, own))
    parts = (entered, difference, *later)
    factors = [cast("Fraction | None", part.value) for part in parts]
    known = [factor for factor in factors if factor is not None]
    worth = prod(known, start=Fraction(1)) if len(known) == len(factors) else None
    return Breakdown(label=Message("funnel.worth.deals"), value=worth, rule=Product(), parts=parts)


def _rate(stage: Stage, rate: StageRate) -> Breakdown:
    """Explain a rate: of counts as their quotient, of curves as it is read."""
    label = Message.of("funnel.worth.rate", stage=Message(stage.label))
    if isinstance(rate.value, float):
        return Breakdown(label=label, value=rate.value)
    moved_on = Breakdown(label=Message("funnel.worth.moved_on"), value=rate.moved_on)
    decided = Breakdown(label=Message("funnel.worth.decided"), value=rate.decided)
    return Breakdown(label=label, value=rate.value, rule=Quotient(), parts=(moved_on, decided))

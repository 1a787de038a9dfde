"""Laws of feasibility: verdicts rise with the target, ranges agree with verdicts, and what is required suffices."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise, permutations
from random import Random
from typing import Any, Final

import attrs
import pytest
from examples import at_most
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from salesperf import CNY, STANDARD_METRICS, Amount, Checkpoint, Estimate, Period, Target, allocation
from salesperf.feasibility import (
    DEFAULT_POLICY,
    LETTERS,
    Assessment,
    Capacity,
    GrowthEvidence,
    History,
    Market,
    Requirement,
    assess,
    required,
    smart,
)
from salesperf.feasibility.assessing import hardest
from salesperf.feasibility.policy import RANKS
from salesperf.kernels.proportion import wilson
from salesperf.testing import assert_breakdowns_hold

REVENUE: Final = STANDARD_METRICS["revenue"]
YEAR: Final = Period.year(2026)
few = settings(max_examples=at_most(20))
"""For laws that look at many amounts for each example."""


def goal(minor: int) -> Target:
    return Target(owner="east", metric=REVENUE, amount=Amount(minor=minor, unit=CNY), period=YEAR)


def cny(minor: int) -> Amount:
    return Amount(minor=minor, unit=CNY)


@attrs.frozen
class Steps:
    """A forecast that reaches each of some amounts with the chance that is left."""

    amounts: tuple[int, ...]

    def at_least(self, amount: Amount) -> Estimate:
        reached = sum(each >= amount.minor for each in self.amounts)
        return Estimate(value=reached / len(self.amounts), n=len(self.amounts))


def cents(low: int = 1, high: int = 10**9) -> st.SearchStrategy[int]:
    return st.integers(low, high)


shares: Final = st.integers(0, 300).map(lambda permille: Decimal(permille) / 1000)
histories: Final = st.lists(cents(1_000, 10**8), min_size=2, max_size=30).map(
    lambda minors: History(amounts=[cny(minor) for minor in minors])
)
markets: Final = st.builds(
    Market,
    size=cents(1_000, 10**10).map(cny),
    growth_rate=st.integers(-50, 100).map(lambda percent: Decimal(percent) / 100),
    share=shares,
    competitors=st.dictionaries(st.sampled_from(("beihe", "nanling")), shares),
)
capacities: Final = st.builds(
    Capacity,
    head_days=st.integers(0, 5_000),
    shown=cents(0).map(cny),
    shown_head_days=st.fractions(0, 5_000, max_denominator=10),
)
forecasts: Final = st.lists(cents(), min_size=1, max_size=12).map(lambda minors: Steps(tuple(minors)))
evidence: Final = st.fixed_dictionaries(
    {}, optional={"history": histories, "market": markets, "capacity": capacities, "forecast": forecasts}
)


# Assessments


@given(evidence, cents(), cents())
def test_no_evidence_asks_less_of_a_higher_target(given_: dict[str, Any], one: int, other: int) -> None:
    low, high = sorted((one, other))
    easy, hard = (assess(goal(minor), **given_) for minor in (low, high))
    for left, right in zip(easy.evidence, hard.evidence, strict=True):
        assert left.judge(right.target) == right.verdict
        if left.verdict in RANKS and right.verdict in RANKS:
            assert RANKS[left.verdict] <= RANKS[right.verdict]


@given(evidence, cents())
def test_the_verdict_does_not_depend_on_the_order_of_the_evidence(given_: dict[str, Any], minor: int) -> None:
    found = assess(goal(minor), **given_)
    for names in permutations(given_):
        assert assess(goal(minor), **{name: given_[name] for name in names}) == found
    verdicts = [each.verdict for each in found.evidence]
    assert {hardest(order) for order in permutations(verdicts)} == {found.verdict}


@given(evidence, cents())
def test_more_evidence_never_makes_a_target_easier_and_changes_no_other_evidence(given_: dict[str, Any], minor: int) -> None:
    found = assess(goal(minor), **given_)
    for name, value in given_.items():
        alone = assess(goal(minor), **{name: value})
        assert alone.evidence == tuple(each for each in found.evidence if each.kind == name)
        if alone.verdict in RANKS:
            assert RANKS[alone.verdict] <= RANKS[found.verdict]
    said = {each.verdict for each in found.evidence}
    assert found.verdict in (said or {"not_enough_evidence"})


@few
@given(evidence, cents())
def test_what_lies_in_the_reasonable_range_and_nothing_else_is_judged_reasonable(given_: dict[str, Any], minor: int) -> None:
    found = assess(goal(minor), **given_)
    # Evidence without enough to go by has no part, whatever the amount: a market without our share says only what is too much.
    assume(all(each.verdict in RANKS for each in found.evidence))
    for judged in (found, *(assess(goal(minor), **{each.kind: given_[each.kind]}) for each in found.evidence)):
        if judged.reasonable is None:
            assert judged.verdict != "reasonable"
            continue
        low, high = judged.reasonable.low.minor, judged.reasonable.high.minor
        assert (cny(minor) in judged.reasonable) == (judged.verdict == "reasonable")
        for other in {low, (low + high) // 2, high}:
            assert _again(judged, other).verdict == "reasonable"
        assert _again(judged, high + 1).verdict in ("stretch", "too_high")
        assert low == 1 or _again(judged, low - 1).verdict == "too_low"


def _again(found: Assessment, minor: int) -> Assessment:
    given_: dict[str, Any] = {
        "history": found.history and found.history.history,
        "market": found.market and found.market.market,
        "capacity": found.capacity and found.capacity.capacity,
        "forecast": found.forecast and found.forecast.forecast,
    }
    return assess(goal(minor), **given_)


@few
@given(evidence, cents())
def test_what_every_evidence_calls_reasonable_lies_in_the_common_range(given_: dict[str, Any], minor: int) -> None:
    found = assess(goal(minor), **given_)
    telling = [each for each in found.evidence if each.verdict in RANKS]
    if telling and all(each.verdict == "reasonable" for each in telling):
        assert found.common is not None
        assert cny(minor) in found.common
    if found.common is not None:
        assert found.reasonable is not None
        assert found.common.high == found.reasonable.high
        assert found.common.low >= found.reasonable.low


@given(st.lists(cents(1_000, 10**6), min_size=2, max_size=30), markets, capacities, cents(), st.integers(1, 1_000))
def test_a_verdict_does_not_depend_on_the_unit_of_money(
    past: Sequence[int], market: Market, capacity: Capacity, minor: int, factor: int
) -> None:
    def judged(times: int) -> Assessment:
        return assess(
            goal(minor * times),
            history=[cny(each * times) for each in past],
            market=attrs.evolve(market, size=market.size.times(times), growth_rate=0),
            capacity=attrs.evolve(capacity, shown=capacity.shown.times(times)),
            forecast=Steps(tuple(each * times for each in past)),
        )

    assert [each.verdict for each in judged(factor).evidence] == [each.verdict for each in judged(1).evidence]


@given(st.lists(cents(10**6, 10**8), min_size=5, max_size=20, unique=True))
def test_the_ends_of_the_interval_of_growth_lie_where_its_level_says(minors: Sequence[int]) -> None:
    history = History(amounts=[cny(minor) for minor in minors])
    found = GrowthEvidence(target=history.amounts[-1], history=history, policy=DEFAULT_POLICY)
    expected = found.expected
    assert expected.low is not None
    assert expected.high is not None
    for growth, percentile in ((expected.low, 0.1), (expected.high, 0.9)):
        end = minors[-1] * (1 + growth)
        # The end lies between two whole amounts, and between their percentiles; round-off counts where these are close.
        below, above = (attrs.evolve(found, target=cny(max(round_(end), 1))).percentile for round_ in (math.floor, math.ceil))
        assert below is not None
        assert above is not None
        assert below - 1e-6 <= percentile <= above + 1e-6


@pytest.mark.parametrize(("count", "method", "level"), [(5, "student_t", 0.8), (12, "student_t", 0.95), (24, "ranks", 0.8)])
def test_the_prediction_interval_holds_the_next_growth_as_often_as_it_says(count: int, method: str, level: float) -> None:
    rng = Random(20261122)  # noqa: S311 - a simulation
    policy = attrs.evolve(DEFAULT_POLICY, level=level)
    held, trials = 0, 800
    for _ in range(trials):
        minors = [10**12]
        for _ in range(count + 1):
            minors.append(round(minors[-1] * math.exp(rng.gauss(0.06, 0.1))))
        history = History(amounts=[cny(minor) for minor in minors[:-1]])
        found = GrowthEvidence(target=cny(minors[-1]), history=history, policy=policy)
        assert found.method == method
        assert found.growth_rate is not None
        interval = found.expected.interval
        assert interval is not None
        held += found.growth_rate in interval
    # Ranks cover a little more than the level, since there are so few of them; four standard errors of the simulation.
    covered = (25 - 2 * 2) / 25 if method == "ranks" else level
    assert abs(held / trials - covered) <= 4 * math.sqrt(level * (1 - level) / trials)


# What is required

rates: Final = st.fractions(Fraction(1, 100), 1, max_denominator=100)
funnels: Final = st.lists(rates, min_size=1, max_size=4).map(
    lambda found: {f"s{place}": rate for place, rate in enumerate(found)}
)
plans: Final = st.fixed_dictionaries(
    {"average_won_value": cents(100, 10**7).map(cny)},
    optional={
        "lead_conversion_rate": rates,
        "visits_per_opportunity": st.fractions(Fraction(1, 10), 10, max_denominator=10),
        "closed": cents(0, 10**8).map(cny),
        "pipeline": cents(0, 10**8).map(cny),
        "as_of": st.dates(date(2025, 12, 1), date(2026, 12, 30)),
    },
)


def counts(found: Requirement) -> list[int]:
    return [each.count for each in found.steps if each.count is not None]


@given(funnels, plans, cents(), cents())
def test_a_higher_target_never_takes_less_of_anything(
    funnel: Mapping[str, Fraction], plan: dict[str, Any], one: int, other: int
) -> None:
    low, high = sorted((one, other))
    less, more = (required(goal(minor), funnel, **plan) for minor in (low, high))
    assert all(before <= after for before, after in zip(counts(less), counts(more), strict=True))


@given(funnels, plans, cents(), st.data())
def test_a_higher_rate_never_takes_more_of_anything(
    funnel: dict[str, Fraction], plan: dict[str, Any], minor: int, data: st.DataObject
) -> None:
    stage = data.draw(st.sampled_from(sorted(funnel)))
    better = funnel | {stage: data.draw(st.fractions(funnel[stage], 1))}
    before, after = (required(goal(minor), each, **plan) for each in (funnel, better))
    assert all(left >= right for left, right in zip(counts(before), counts(after), strict=True))


@given(funnels, plans, cents())
def test_what_is_required_run_forward_reaches_the_target(funnel: dict[str, Fraction], plan: dict[str, Any], minor: int) -> None:
    found = required(goal(minor), funnel, **plan)
    moving = [step for step in found.steps if step.step in ("deals", "stage", "leads")]
    shares = [*reversed(funnel.values()), *([plan["lead_conversion_rate"]] if "lead_conversion_rate" in plan else [])]
    for (before, after), share in zip(pairwise(moving), shares, strict=True):
        assert before.count is not None
        assert after.count is not None
        assert after.count * share >= before.count
        assert after.count == 0 or (after.count - 1) * share < before.count
    held = [plan[name] for name in ("closed", "pipeline") if name in plan]
    assert found.deals is not None
    assert plan["average_won_value"].minor * found.deals + sum(each.minor for each in held) >= minor


@given(funnels, plans, cents(), cents(0, 10**8))
def test_what_is_closed_counts_as_a_target_that_is_so_much_lower(
    funnel: dict[str, Fraction], plan: dict[str, Any], minor: int, closed: int
) -> None:
    rest = {name: value for name, value in plan.items() if name != "closed"}
    whole = required(goal(minor + closed), funnel, **rest, closed=cny(closed))
    assert counts(whole) == counts(required(goal(minor), funnel, **rest))


@given(funnels, plans, cents())
def test_a_stage_that_everybody_passes_takes_nothing_more(
    funnel: dict[str, Fraction], plan: dict[str, Any], minor: int
) -> None:
    without, beside = required(goal(minor), funnel, **plan), required(goal(minor), {"all": Fraction(1)} | funnel, **plan)
    assert counts(without) == counts(beside)[: len(funnel) + 1] + counts(beside)[len(funnel) + 2 :]


@st.composite
def estimates(draw: st.DrawFn) -> Estimate:
    n = draw(st.integers(1, 300))
    k = draw(st.integers(0, n))
    interval = wilson(k, n)
    return Estimate(value=k / n, low=interval.low, high=interval.high, n=n)


@few
@given(st.lists(estimates() | rates, min_size=1, max_size=4), plans, cents())
def test_a_range_holds_its_count_and_every_count_is_explained(
    found: list[Estimate | Fraction], plan: dict[str, Any], minor: int
) -> None:
    result = required(goal(minor), {f"s{place}": rate for place, rate in enumerate(found)}, **plan)
    for step in result.steps:
        assert (step.count is None) == (step.reason is not None)
        if step.count is not None:
            assert step.low is not None
            assert step.high is not None
            assert step.low <= step.count <= step.high
    assert_breakdowns_hold(result)
    assert result.breakdown.value == result.steps[-1].count
    for lang in ("en", "zh"):
        assert len(result.text(lang).splitlines()) == 1 + len(result.steps) + len(result.notes)


@few
@given(evidence, cents())
def test_every_demand_is_explained(given_: dict[str, Any], minor: int) -> None:
    for each in assess(goal(minor), **given_).evidence:
        assert_breakdowns_hold(each)
        value = each.breakdown.value
        if each.kind in ("market", "capacity", "forecast") and each.demand is not None:
            assert isinstance(value, Fraction | float | int)
            assert math.isclose(float(value), each.demand, rel_tol=1e-12)


def test_a_range_holds_what_the_true_rates_take_as_often_as_its_level_says() -> None:
    rng = Random(5)  # noqa: S311 - a simulation
    truth, sizes = {"s0": Fraction(3, 5), "s1": Fraction(7, 20), "s2": Fraction(1, 2)}, (80, 50, 30)
    needed = required(goal(100_000), truth, average_won_value=cny(100)).opportunities
    assert needed is not None
    trials, held = 500, 0
    for _ in range(trials):
        funnel = {}
        for (stage, share), n in zip(truth.items(), sizes, strict=True):
            k = sum(rng.random() < share for _ in range(n))
            interval = wilson(k, n)
            funnel[stage] = Estimate(value=k / n, low=interval.low, high=interval.high, n=n)
        found = required(goal(100_000), funnel, average_won_value=cny(100)).steps[-1]
        assert found.low is not None
        assert found.high is not None
        held += found.low <= needed <= found.high
    # Over 200,000 trials it is 0.944, and the standard error of 500 is 0.01.
    assert 0.92 <= held / trials <= 0.97


# The SMART check


@given(cents(0, 10**9), st.sampled_from(("half", "quarter", "month", "week")), st.randoms(use_true_random=False))
def test_parts_that_sum_to_a_target_lead_to_it_in_any_order(minor: int, grain: Any, order: Random) -> None:  # noqa: ANN401 - a grain
    target = goal(minor)
    parts = list(allocation.split(target, grain).targets)
    total, steps = 0, []
    for part in parts:
        assert isinstance(part.amount, Amount)
        total += part.amount.minor
        steps.append(Checkpoint(owner="east", by=part.period.last, amount=cny(total)))
    order.shuffle(parts)
    order.shuffle(steps)
    for milestones in (parts, steps):
        letters = smart(target, milestones=milestones).letters
        assert [each.letter for each in letters] == list(LETTERS)
        assert letters[-1].verdict == "yes"
    if minor:
        short = sorted(allocation.split(target, grain).targets, key=_amount)[:-1]
        assert not short or smart(target, milestones=short).letters[-1].verdict == "no"


def _amount(part: Target) -> int:
    assert isinstance(part.amount, Amount)
    return part.amount.minor

"""Forecasts: nothing of the future, sums that sum exactly, distributions that are convolutions, intervals that hold."""

import itertools
import random
import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Final, TypeAlias

import attrs
import numpy as np
import pytest
from examples import at_most, draws, standard_error
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from salesperf import (
    CNY,
    COUNT,
    FORECAST_CATEGORIES,
    Amount,
    Change,
    Opportunity,
    Org,
    Override,
    Period,
    Records,
    Rep,
    SalesProcess,
    Stage,
    Team,
    forecast,
    funnel,
)
from salesperf.forecast import FORECAST_MOVEMENTS, Forecast
from salesperf.kernels.sums import bernoulli_sum
from salesperf.messages import LANGUAGES
from salesperf.testing import assert_breakdowns_hold, days, opportunities, periods, processes

Deals: TypeAlias = tuple[SalesProcess, list[Opportunity]]

some = settings(max_examples=at_most(40), suppress_health_check=[HealthCheck.too_slow])

AS_OF: Final = date(2026, 6, 30)
MONTH: Final = Period.month(2026, 7)
OWNERS: Final = ("ada", "bo", "cy")
PROCESS: Final = SalesProcess(
    stages=[
        Stage(key="a", probability=Decimal("0.25")),
        Stage(key="b", probability=Decimal("0.5")),
        Stage(key="won", kind="won"),
        Stage(key="lost", kind="lost"),
    ]
)
AFTER_ALL: Final = date(2031, 1, 1)
"""Later than any drawn day."""


@st.composite
def deals(draw: DrawFn) -> Deals:
    """Draw a process and deals that go through its stages, in one currency."""
    process = draw(processes())
    drawn = st.lists(opportunities(process=process, unit=CNY), max_size=4, unique_by=lambda deal: deal.id)
    return process, draw(drawn)


@st.composite
def open_deals(draw: DrawFn, *, most: int = 6) -> list[Opportunity]:
    """Draw open deals of a few minor units, expected to close within the month, and some that were won in it."""
    found = []
    for number in range(draw(st.integers(0, most))):
        amount = Amount(minor=draw(st.integers(0, 9)), unit=CNY)
        opened = Change(
            AS_OF - timedelta(days=draw(st.integers(0, 90))),
            stage=draw(st.sampled_from("ab")),
            amount=amount,
            owner=draw(st.sampled_from(OWNERS)),
            expected_close=MONTH.start + timedelta(days=draw(st.integers(0, 30))),
            category=draw(st.sampled_from(("pipeline", "best_case", "commit", None))),
        )
        found.append(Opportunity(id=f"o{number}", history=[opened]))
    return found


def project_month(given_deals: Sequence[Opportunity], **terms: object) -> Forecast:
    return forecast.project(given_deals, PROCESS, as_of=AS_OF, period=MONTH, **terms)  # type: ignore[arg-type] # of the law


def minor(amount: Amount | None) -> int:
    return 0 if amount is None else amount.minor


# Only what was known


@some
@given(deals(), days(), periods(), st.sampled_from(("amount", "count")))
def test_a_forecast_as_of_a_day_never_changes_when_later_events_are_added(
    drawn: Deals, on: date, period: Period, measure: forecast.Measure
) -> None:
    process, given_deals = drawn
    known = [then for deal in given_deals if (then := deal.as_of(on)) is not None]
    later = [Change(AFTER_ALL, amount=Amount.of(1, CNY), expected_close=AFTER_ALL, owner="ada", reason="later")]
    changed = [attrs.evolve(deal, history=[*deal.history, *later]) for deal in given_deals]
    found = forecast.project(given_deals, process, as_of=on, period=period, measure=measure)
    for others in (known, changed):
        again = forecast.project(others, process, as_of=on, period=period, measure=measure)
        assert attrs.evolve(again, withheld=0) == attrs.evolve(found, withheld=0)


@some
@given(deals(), days(), periods(), st.randoms(use_true_random=False))
def test_the_order_of_the_deals_does_not_matter_to_a_forecast(
    drawn: Deals, on: date, period: Period, rng: random.Random
) -> None:
    process, given_deals = drawn
    shuffled = given_deals.copy()
    rng.shuffle(shuffled)
    assert forecast.project(shuffled, process, as_of=on, period=period) == forecast.project(
        given_deals, process, as_of=on, period=period
    )


def test_a_backtest_never_sees_the_future() -> None:
    known = simulated(seed=3, count=300)
    day = date(2026, 4, 30)
    future = [attrs.evolve(deal, history=deal.as_of(day).history) for deal in known if deal.as_of(day)]  # type: ignore[union-attr] # of those that there are
    records, forgetful = (Records(org=ORG, opportunities=each, processes=[PROCESS]) for each in (known, future))
    asked = {"grain": "month", "until": date(2026, 12, 31), "fallback": "stated", "measure": "count"}
    ours, theirs = (forecast.backtest(each, [day], **asked).lines[0] for each in (records, forgetful))  # type: ignore[arg-type] # of the law
    assert ours.forecast == theirs.forecast
    assert (ours.low, ours.high) == (theirs.low, theirs.high)
    assert ours.actual > theirs.actual


# Sums


@some
@given(open_deals())
def test_the_expected_value_of_the_total_is_the_sum_over_owners_and_over_teams(given_deals: list[Opportunity]) -> None:
    found = project_month(given_deals, org=ORG)
    for parts in (found.by_owner, found.by_team):
        assert sum(minor(part.expected) for part in parts.values()) == minor(found.expected)
        assert sum(len(part.deals) + len(part.won) for part in parts.values()) == len(given_deals)
    assert minor(found.of("t1").expected) == minor(found.of("ada").expected) + minor(found.of("bo").expected)


@some
@given(deals(), days(), periods())
def test_an_expected_value_explains_itself(drawn: Deals, on: date, period: Period) -> None:
    process, given_deals = drawn
    found = forecast.project(given_deals, process, as_of=on, period=period)
    assert_breakdowns_hold(found)
    assert sum(row["expected"] or 0 for row in found.rows()[:-1]) == (found.rows()[-1]["expected"] or 0)  # type: ignore[misc] # decimals


@some
@given(deals(), days(), days(), periods())
def test_a_bridge_of_expected_values_sums_exactly(drawn: Deals, one: date, two: date, period: Period) -> None:
    process, given_deals = drawn
    then, now = (forecast.project(given_deals, process, as_of=on, period=period) for on in sorted((one, two)))
    assume(then.unit is not None or now.unit is not None)
    found = now.since(then)
    assert found.opening + Amount.total([line.amount for line in found.movements.values()], CNY) == found.closing
    assert (minor(found.opening), minor(found.closing)) == (minor(then.expected), minor(now.expected))
    assert tuple(found.movements) == FORECAST_MOVEMENTS
    assert not found.movements["transferred"].count
    for owner, part in now.by_owner.items():
        if owner is not None:
            of_owner = part.since(then)
            assert of_owner.opening + Amount.total([step.amount for step in of_owner.steps], CNY) == of_owner.closing
            elsewhere = {step.id for step in of_owner.steps if step.movement == "transferred"}
            assert elsewhere <= then.known_ids & now.known_ids
    assert_breakdowns_hold(found)


@some
@given(open_deals(), st.sampled_from(FORECAST_CATEGORIES), st.integers(0, 99), st.sampled_from((None, "t1", "ada")))
def test_categories_add_up_and_an_adjustment_changes_nothing_else(
    given_deals: list[Opportunity], category: str, amount: int, owner: str | None
) -> None:
    override = Override(
        owner=owner, amount=Amount(minor=amount, unit=CNY), reason="call", author="mgr", scope={"category": category}
    )
    plain, adjusted = (project_month(given_deals, org=ORG, adjustments=each) for each in ((), (override,)))
    lines = {line.category: line for line in plain.categories}
    singles = {name: minor(line.amount) for name, line in lines.items()}
    assert minor(lines["commit"].cumulative) == singles["closed"] + singles["commit"]
    assert minor(lines["best_case"].cumulative) == minor(lines["commit"].cumulative) + singles["best_case"]
    assert minor(lines["pipeline"].cumulative) == singles["pipeline"] + singles["best_case"] + singles["commit"]
    assert sum(line.count for line in lines.values()) == len(given_deals)
    assert attrs.evolve(adjusted, adjustments=()) == plain
    assume(plain.unit is not None)
    below = {line.category: line for line in plain.of(owner).categories}[category]  # type: ignore[index] # of the law
    (line,) = (line for line in adjusted.categories if line.category == category)
    assert minor(line.adjusted) - minor(line.cumulative) == amount - minor(below.cumulative)
    assert line.adjustments == (override,)


# Distributions


def enumerated(found: Forecast, target: int) -> Fraction:
    """List every outcome, in exact fractions."""
    total = Fraction(0)
    chances = [(minor(deal.amount), Fraction(deal.probability or 0)) for deal in found.counted]
    for outcome in itertools.product((0, 1), repeat=len(chances)):
        brought = sum(amount * won for (amount, _), won in zip(chances, outcome, strict=True))
        chance = Fraction(1)
        for (_, probability), won in zip(chances, outcome, strict=True):
            chance *= probability if won else 1 - probability
        total += chance if brought >= target else 0
    return total


@some
@given(open_deals(), st.integers(0, 60))
def test_the_distribution_of_a_team_is_the_convolution_of_its_deals(given_deals: list[Opportunity], target: int) -> None:
    found = project_month(given_deals, org=ORG)
    for part in (found, found.of("t1")):
        bounds = part.bounds(Amount(minor=target, unit=CNY))
        assert bounds.low - 1e-12 <= enumerated(part, target) <= bounds.high + 1e-12
        assert bounds.width < 1e-11
    sums = [
        bernoulli_sum(
            np.array([minor(deal.amount) for deal in part.counted], dtype=np.int64),
            np.array([float(deal.probability or 0) for deal in part.counted]),
        )
        for part in found.by_owner.values()
    ]
    together = sum(sums[1:], start=sums[0]) if sums else bernoulli_sum(np.zeros(0, dtype=np.int64), np.zeros(0))
    assert together.at_least(target) == found.bounds(Amount(minor=target, unit=CNY))


@some
@given(open_deals(), st.integers(0, 60))
def test_a_correlation_of_0_is_independence(given_deals: list[Opportunity], target: int) -> None:
    found, zero = project_month(given_deals, strata=4), project_month(given_deals, strata=4, correlation=0.0)
    wanted = Amount(minor=target, unit=CNY)
    assert zero.bounds(wanted) == found.bounds(wanted)
    assume(found.unit is not None)
    assert found.sensitivity(wanted)[0].at_least == found.at_least(wanted).value


@some
@given(open_deals(), st.integers(0, 60), st.floats(0, 1), st.floats(0, 1))
def test_a_forecast_rises_with_the_probabilities(given_deals: list[Opportunity], target: int, one: float, two: float) -> None:
    less, more = (project_month(given_deals, probabilities={"a": chance, "b": chance}) for chance in sorted((one, two)))
    wanted = Amount(minor=target, unit=CNY)
    assert minor(less.expected) <= minor(more.expected)
    assert (less.at_least(wanted).value or 0) <= (more.at_least(wanted).value or 0) + 1e-11


@some
@given(open_deals(), st.integers(0, 60), st.integers(1, 1_000))
def test_amounts_some_times_as_large_are_reached_as_likely(given_deals: list[Opportunity], target: int, times: int) -> None:
    found = project_month(given_deals)
    larger = found.what_if(deal_size=times % 100 + 1).after
    scaled = [
        attrs.evolve(deal, history=[attrs.evolve(deal.history[0], amount=deal.amount.times(times))])
        for deal in given_deals
        if deal.amount is not None
    ]
    again = project_month(scaled)
    wanted = Amount(minor=target, unit=CNY)
    assert again.bounds(wanted.times(times)).low == pytest.approx(found.bounds(wanted).low, abs=1e-11)
    assert minor(larger.open_value) == (times % 100 + 1) * minor(found.open_value)


@some
@given(open_deals(), st.floats(0.01, 0.99), st.integers(0, 60))
def test_quantiles_and_probabilities_agree(given_deals: list[Opportunity], q: float, target: int) -> None:
    assume(given_deals)
    found = project_month(given_deals)
    least = found.quantile(q)
    assert (found.at_least(least + Amount(minor=1, unit=CNY)).value or 0) <= 1 - q + 1e-9
    low, high = found.outcomes(0.8)
    assert Amount.zero(CNY) <= low <= high <= (found.open_value or low)
    one, two = (found.at_least(Amount(minor=target + more, unit=CNY)).value or 0 for more in (0, 1))
    assert one >= two - 1e-11


@some
@given(open_deals())
def test_supposing_nothing_changes_nothing(given_deals: list[Opportunity]) -> None:
    found = project_month(given_deals)
    assert found.what_if().after == found


@some
@given(deals(), days(), periods())
def test_a_forecast_is_worded_in_every_language_and_leaves_no_key(drawn: Deals, on: date, period: Period) -> None:
    process, given_deals = drawn
    found = forecast.project(given_deals, process, as_of=on, period=period)
    for lang in LANGUAGES:
        assert not re.search(r"forecast\.\w", found.text(lang))
        assert "{" not in found.text(lang)


# How sure


ORG: Final = Org(
    reps=[Rep(id=owner, team="t2" if owner == "cy" else "t1") for owner in OWNERS], teams=[Team(id="t1"), Team(id="t2")]
)
LEAVE: Final = {"a": 1 / 40, "b": 1 / 25}
"""Chance to leave a stage on any day: from ``a`` six in ten move on to ``b``, from there every second one is won."""


@cache
def simulated(seed: int, count: int) -> tuple[Opportunity, ...]:
    """Draw deals of the last year that leave their stages at the same rate every day."""
    generator = np.random.default_rng(seed)
    found = []
    for number in range(count):
        day = AS_OF - timedelta(days=int(generator.integers(0, 365)))
        amount = Amount(minor=int(generator.choice([1_000, 2_000, 5_000])), unit=CNY)
        history = [Change(day, stage="a", amount=amount, owner="ada")]
        day += timedelta(days=int(generator.geometric(LEAVE["a"])))
        moves_on = generator.random() < 0.6
        history.append(Change(day, stage="b" if moves_on else "lost"))
        if moves_on:
            day += timedelta(days=int(generator.geometric(LEAVE["b"])))
            history.append(Change(day, stage="won" if generator.random() < 0.5 else "lost"))
        found.append(Opportunity(id=f"o{number}", history=history))
    return tuple(found)


def true_chance(stage: str) -> float:
    """Return the chance to be won within the month, day by day."""
    first, second, won = (1.0, 0.0, 0.0) if stage == "a" else (0.0, 1.0, 0.0)
    for _ in range(MONTH.days):
        won += second * LEAVE["b"] * 0.5
        first, second = first * (1 - LEAVE["a"]), second * (1 - LEAVE["b"]) + first * LEAVE["a"] * 0.6
    return won


def test_the_stated_intervals_hold_what_happens_about_as_often_as_they_say() -> None:
    """Of companies with 250 deals: 80 % of outcomes within, 95 % of the ranges of a probability hold the true one.

    Both hold within three standard errors of that, or more often.
    """
    held = true_held = 0
    companies = draws(50)
    for seed in range(companies):
        everything = simulated(seed, 250)
        known = [then for deal in everything if (then := deal.as_of(AS_OF)) is not None]
        history = funnel.outcomes(known, PROCESS, as_of=AS_OF)
        found = project_month(known, history=history, fallback="stage", learnt_by="stage")
        amounts = np.array([minor(deal.amount) for deal in found.counted])
        chances = np.array([true_chance(deal.stage) for deal in found.counted])
        counted = {deal.id for deal in found.counted}
        actual = sum(
            minor(deal.amount)
            for deal in everything
            if deal.id in counted and deal.stage == "won" and deal.last_change is not None and deal.last_change in MONTH
        )
        low, high = found.outcomes(0.8)
        held += low.minor <= actual <= high.minor
        target = Amount(minor=int(amounts @ chances), unit=CNY)
        truth = bernoulli_sum(amounts, chances).at_least(target.minor)
        reached = found.at_least(target)
        assert reached.low is not None
        assert reached.high is not None
        true_held += reached.low - 1e-9 <= truth.high and truth.low <= reached.high + 1e-9
    assert abs(held / companies - 0.8) <= 3 * standard_error(0.8, companies)
    assert true_held / companies >= 0.95 - 3 * standard_error(0.95, companies)


@pytest.mark.parametrize("learnt_by", ["stage", "stage_and_age"])
def test_before_the_chances_are_known_outcomes_spread_further_but_the_expected_value_stays(
    learnt_by: forecast.LearntBy,
) -> None:
    known = [then for deal in simulated(1, 300) if (then := deal.as_of(AS_OF)) is not None]
    history = funnel.outcomes(known, PROCESS, as_of=AS_OF)
    found = project_month(known, history=history, fallback="stage", learnt_by=learnt_by)
    odds = found._odds  # noqa: SLF001 - how its numbers come about
    certain = bernoulli_sum(odds.amounts, odds.chances)
    assert odds.uncertain.mean == pytest.approx(certain.mean, rel=1e-12)
    assert odds.uncertain.variance > 1.02 * certain.variance
    assert minor(found.expected) - odds.certain == pytest.approx(certain.mean, abs=len(odds.amounts))
    assert ((odds.loadings >= 0) & (odds.loadings <= 1)).all()
    down, up = odds.ends
    assert (odds.low - 1e-12 <= down).all()
    assert (down <= odds.chances).all()
    assert (odds.chances <= up).all()
    assert (up <= odds.high + 1e-12).all()


@cache
def learnt_at_every_age() -> tuple[funnel.OutcomeTally, funnel.Chances]:
    """Return a history, and what it tells of July: shape (stages, ages)."""
    known = [then for deal in simulated(1, 300) if (then := deal.as_of(AS_OF)) is not None]
    history = funnel.outcomes(known, PROCESS, as_of=AS_OF)
    stages, ages = np.meshgrid(np.arange(2), np.arange(366), indexing="ij")
    return history, history.win_chances(stages, ages, 1, MONTH.days)


@some
@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 500)), min_size=1, max_size=6),
    st.integers(1, 20),
)
def test_a_deal_older_than_any_has_the_chance_of_the_oldest_age_learnt(asked: list[tuple[str, int]], minimum: int) -> None:
    history, told = learnt_at_every_age()
    is_learnt = (told.n >= minimum) & ~np.isnan(told.value)
    opened = [
        Opportunity(id=f"o{at}", history=[Change(AS_OF - timedelta(days=age), stage=stage, amount=Amount(minor=9, unit=CNY))])
        for at, (stage, age) in enumerate(asked)
    ]
    longest, by_stage = (
        project_month(opened, history=history, fallback=fallback, minimum=minimum) for fallback in ("longest", "stage")
    )
    for found, other, (stage, age) in zip(longest.deals, by_stage.deals, asked, strict=True):
        place = "ab".index(stage)
        if other.source == "learnt":
            assert found == other
            continue
        oldest = int(np.flatnonzero(is_learnt[place]).max())
        assert (found.source, oldest < age) == ("learnt_at_longest", True)
        assert (found.probability, found.observed) == (told.value[place, oldest], told.n[place, oldest])


def test_numbers_are_amounts_of_1() -> None:
    known = [then for deal in simulated(2, 200) if (then := deal.as_of(AS_OF)) is not None]
    history = funnel.outcomes(known, PROCESS, as_of=AS_OF)
    ones = [
        attrs.evolve(
            deal,
            history=[
                attrs.evolve(change, amount=None if change.amount is None else Amount(minor=1, unit=CNY))
                for change in deal.history
            ],
        )
        for deal in known
    ]
    by_number = project_month(known, history=history, measure="count")
    by_amount = project_month(ones, history=history)
    assert by_number.unit == COUNT
    for target in range(12):
        assert by_number.bounds(Amount(minor=target, unit=COUNT)) == by_amount.bounds(Amount(minor=target, unit=CNY))

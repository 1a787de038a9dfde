"""Laws of customers: purchases and cohorts merge, states and shares add up, and what is not yet seen is not 0."""

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from salesperf import CNY, Amount, Period
from salesperf.customers import (
    COHORT_GRAINS,
    STATES,
    CohortTally,
    LifecyclePolicy,
    Purchases,
    cohorts,
    lifecycle,
    market_share,
    nps_of_counts,
    repurchase,
    rfm,
)
from salesperf.customers.cohort_counting import CohortGrain
from salesperf.model.codes import Codes
from salesperf.testing import assert_breakdowns_hold

TODAY = date(2026, 9, 30)
NAMES = ("k-1", "k-2", "k-3", "k-4")
EVENTS = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 900), st.integers(-50, 200)), max_size=14)
POLICY = LifecyclePolicy(new_for=60, at_risk_after=90, lost_after=200)


def bought(events: list[tuple[str, int, int]], known: tuple[str, ...] = ()) -> Purchases:
    codes = Codes.of([*(name for name, _, _ in events), *known])
    ago = np.array([days for _, days, _ in events], dtype=np.int64)
    minor = np.array([amount for _, _, amount in events], dtype=np.int64)
    rows = Codes(codes.codes[: len(events)], codes.labels)
    return Purchases.of(rows, np.datetime64(TODAY) - ago, minor, unit=CNY, as_of=TODAY)


def of_customers(events: list[tuple[str, int, int]], *names: str) -> list[tuple[str, int, int]]:
    return [event for event in events if event[0] in names]


@given(first=EVENTS, second=EVENTS, third=EVENTS)
def test_purchases_merge_in_any_order_and_grouping(
    first: list[tuple[str, int, int]], second: list[tuple[str, int, int]], third: list[tuple[str, int, int]]
) -> None:
    whole = bought(first + second + third)
    a, b, c = map(bought, (first, second, third))
    assert (a + b) + c == a + (b + c) == c + b + a == whole
    assert whole + Purchases.empty(as_of=TODAY) == whole


@given(events=EVENTS, grain=st.sampled_from(COHORT_GRAINS))
def test_cohorts_of_customers_merge_in_any_order(events: list[tuple[str, int, int]], grain: CohortGrain) -> None:
    whole = cohorts(bought(events), grain=grain)
    left = cohorts(bought(of_customers(events, "k-1", "k-2")), grain=grain)
    right = cohorts(bought(of_customers(events, "k-3", "k-4")), grain=grain)
    assert left + right == right + left == whole
    assert whole + CohortTally.empty(as_of=TODAY, grain=grain) == whole


@given(events=EVENTS, grain=st.sampled_from(COHORT_GRAINS))
def test_a_period_that_is_not_over_is_not_observed_and_one_that_is_has_a_share(
    events: list[tuple[str, int, int]], grain: CohortGrain
) -> None:
    tally = cohorts(bought(events), grain=grain)
    for cohort, period in enumerate(tally.periods):
        for age in {0, 1, 2, tally.sizes.size - 1 - cohort} & set(range(tally.sizes.size - cohort)):
            later = tally.periods[cohort + age]
            told = tally.retention(cohort, age)
            assert (told.value is None) == (later.last > TODAY or not tally.sizes[cohort])
            again = tally.repurchase(cohort, age)
            assert told.value is None or 0 <= (again.value or 0) <= 1
        assert period.start <= TODAY
    counted = tally.sizes.sum()
    assert counted == (bought(events).counts > 0).sum()


@given(events=EVENTS, grain=st.sampled_from(COHORT_GRAINS))
def test_all_of_a_cohort_bought_in_its_own_period_and_who_came_again_stays_one_who_did(
    events: list[tuple[str, int, int]], grain: CohortGrain
) -> None:
    tally = cohorts(bought(events), grain=grain)
    assert tally.active.diagonal(0).size == tally.sizes.size
    assert tally.active[:, :1].ravel().tolist() == tally.sizes.tolist()
    for cohort in range(tally.sizes.size):
        seen = tally.repeated[cohort, : tally.sizes.size - cohort]
        assert (np.diff(seen) >= 0).all()
        assert seen[-1] <= tally.sizes[cohort]


@given(events=EVENTS, known=st.sets(st.sampled_from(NAMES)), days=st.integers(1, 400))
def test_every_customer_is_in_one_state_and_moves_add_up(
    events: list[tuple[str, int, int]], known: set[str], days: int
) -> None:
    purchases = bought(events, tuple(known))
    since = TODAY - timedelta(days)
    told = lifecycle(purchases, since=since, policy=POLICY)
    assert sum(told.counts.values()) == len(purchases.customers) == int(told.moves.sum())
    then = lifecycle(purchases.until(since), policy=POLICY)
    assert dict(zip(STATES, told.moves.sum(axis=1).tolist(), strict=True)) == dict(then.counts)
    for name, count in zip(purchases.customers, purchases.counts.tolist(), strict=True):
        assert (told.state_by_customer[name] == "prospect") == (count == 0)
    assert_breakdowns_hold([told])


@given(events=EVENTS)
def test_whoever_did_better_in_a_measure_has_no_worse_score(events: list[tuple[str, int, int]]) -> None:
    report = rfm(bought(events))
    for one in report.customers:
        for other in report.customers:
            assert one.recency > other.recency or one.recency_score >= other.recency_score
            assert one.frequency < other.frequency or one.frequency_score >= other.frequency_score
            assert one.monetary < other.monetary or one.monetary_score >= other.monetary_score
            if report.scales is not None:
                assert report.scales["frequency"].points(one.frequency) == one.frequency_score
    assert len(report.customers) + len(report.never_bought) == len(bought(events).customers)


@given(events=EVENTS)
def test_the_repurchase_rate_counts_each_customer_once(events: list[tuple[str, int, int]]) -> None:
    purchases = bought(events)
    told = repurchase(purchases, Period(date(2020, 1, 1), date(2027, 1, 1)))
    counts = purchases.counts.tolist()
    if told.value is None:
        assert not any(counts)
    else:
        assert Fraction(told.value).limit_denominator(100) == Fraction(
            sum(count > 1 for count in counts), sum(count > 0 for count in counts)
        )


@given(promoters=st.integers(0, 99), passives=st.integers(0, 99), detractors=st.integers(1, 99))
def test_a_net_promoter_score_lies_within_its_interval_and_turns_round_with_the_answers(
    promoters: int, passives: int, detractors: int
) -> None:
    told = nps_of_counts(promoters, passives, detractors)
    turned = nps_of_counts(detractors, passives, promoters)
    assert told.value is not None
    assert told.low is not None
    assert told.high is not None
    assert -100 <= told.low <= told.value <= told.high <= 100
    assert turned.value == -told.value
    assert turned.high is not None
    assert abs(turned.high + told.low) < 1e-9


@given(
    own=st.integers(0, 999),
    others=st.dictionaries(st.sampled_from(["A", "B", "C"]), st.integers(0, 999)),
    rest=st.integers(0, 99),
)
def test_shares_of_a_market_sum_to_1(own: int, others: dict[str, int], rest: int) -> None:
    def yuan(minor: int) -> Amount:
        return Amount(minor=minor, unit=CNY)

    market = own + sum(others.values()) + rest
    told = market_share(yuan(own), {name: yuan(minor) for name, minor in others.items()}, market=yuan(market))
    assert_breakdowns_hold([told])
    if market:
        shares = [line.share for line in told.lines if line.share is not None]
        assert sum(shares) + Fraction(rest, market) == 1

"""The pipeline: groupings sum to totals, bridges sum exactly, and only what was known by a day counts."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, TypeAlias

import pytest
from examples import at_most
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from salesperf import CNY, Amount, Change, Estimate, Opportunity, Period, SalesProcess, pipeline
from salesperf.pipeline import Bridge, BridgeLine, Movement, PipelineGroup
from salesperf.testing import assert_breakdowns_hold, days, opportunities, periods, processes

Deals: TypeAlias = tuple[SalesProcess, list[Opportunity]]

some = settings(max_examples=at_most(40), suppress_health_check=[HealthCheck.too_slow])

AFTER_ALL = date(2031, 1, 1)
"""Later than any drawn day."""
ENTERING: tuple[Movement, ...] = ("created", "reopened", "moved_in")
LEAVING: tuple[Movement, ...] = ("slipped", "moved_out", "won", "lost", "cancelled")


@st.composite
def deals(draw: DrawFn) -> Deals:
    """Draw a process and deals that go through its stages, in one currency."""
    process = draw(processes())
    drawn = st.lists(opportunities(process=process, unit=CNY), max_size=4, unique_by=lambda deal: deal.id)
    return process, draw(drawn)


def minor(amount: Amount | None) -> int:
    """Return an amount in smallest units; one that is not known adds nothing."""
    return 0 if amount is None else amount.minor


def questions(drawn: Deals, on: date, period: Period) -> list[Any]:
    """Ask everything of some deals."""
    process, given_deals = drawn
    goal, rate = Amount.of(10**6, CNY), Estimate(value=0.25, low=0.1, high=0.5, n=9)
    return [
        pipeline.snapshot(given_deals, process, as_of=on),
        pipeline.snapshot(given_deals, process, as_of=on, period=period, ages_in="workdays"),
        pipeline.closed(given_deals, process, as_of=on, period=period),
        pipeline.coverage(given_deals, process, as_of=on, period=period, target=goal, win_rate_by_value=rate),
        pipeline.slips(given_deals, process, as_of=max(on, period.start), period=period),
        pipeline.bridge(given_deals, process, start=min(on, period.start), end=on, weighted=True),
    ]


@some
@given(deals(), days(), periods(), st.randoms(use_true_random=False))
def test_the_order_of_deals_never_matters(drawn: Deals, on: date, period: Period, rng: random.Random) -> None:
    process, given_deals = drawn
    shuffled = given_deals.copy()
    rng.shuffle(shuffled)
    assert questions((process, shuffled), on, period) == questions(drawn, on, period)


@some
@given(deals(), days(), periods())
def test_a_pipeline_as_of_a_day_is_that_of_what_was_known_at_its_end(drawn: Deals, on: date, period: Period) -> None:
    process, given_deals = drawn
    known = [then for deal in given_deals if (then := deal.as_of(on)) is not None]
    assert questions((process, known), on, period)[:4] == questions(drawn, on, period)[:4]


@some
@given(deals(), days(), periods())
def test_what_came_later_makes_no_difference_to_a_pipeline(drawn: Deals, on: date, period: Period) -> None:
    process, given_deals = drawn
    later = [Change(AFTER_ALL, amount=Amount.of(1, CNY), expected_close=AFTER_ALL, owner="ada", reason="later")]
    changed = [
        Opportunity(
            id=deal.id,
            history=[*deal.history, *later],
            facts=deal.facts,
            contacts=deal.contacts,
            competitors=deal.competitors,
            customer=deal.customer,
            lead=deal.lead,
            process=deal.process,
            as_exported=deal.as_exported,
            exported=deal.exported,
        )
        for deal in given_deals
    ]
    assert questions((process, changed), on, period) == questions(drawn, on, period)


def sums(groups: Sequence[PipelineGroup]) -> tuple[int, ...]:
    """Sum what groups count."""
    return (
        sum(group.count for group in groups),
        sum(minor(group.amount) for group in groups),
        sum(group.without_amount for group in groups),
        sum(minor(group.weighted) for group in groups),
        sum(group.without_probability for group in groups),
    )


@some
@given(deals(), days(), st.none() | periods())
def test_every_grouping_of_a_pipeline_sums_to_its_total(drawn: Deals, on: date, period: Period | None) -> None:
    process, given_deals = drawn
    found = pipeline.snapshot(given_deals, process, as_of=on, period=period)
    for groups in (found.by_stage, found.by_owner, found.by_team, found.by_month):
        assert sums(groups) == sums([found.total])
        assert len({group.key for group in groups}) == len(groups)
    assert [age.count for age in found.ages] == [group.count for group in found.by_stage]
    assert found.total.count == len(found.deals) == len(found.deal_rows())
    assert_breakdowns_hold(found)


@some
@given(deals(), days())
def test_every_known_deal_is_open_or_decided_on_a_day_or_undated(drawn: Deals, on: date) -> None:
    process, given_deals = drawn
    ever = Period(date(1900, 1, 1), date(2100, 1, 1))
    known = [then for deal in given_deals if (then := deal.as_of(on)) is not None]
    decided = pipeline.closed(given_deals, process, as_of=on, period=ever)
    standing = pipeline.snapshot(given_deals, process, as_of=on)
    assert decided.open_deals == standing.total.count
    assert standing.total.count + decided.won + decided.lost + decided.cancelled + decided.undated == len(known)


@some
@given(deals(), periods(), days())
def test_every_due_deal_is_decided_within_the_period_or_slipped_or_pending(drawn: Deals, period: Period, on: date) -> None:
    process, given_deals = drawn
    assume(on >= period.start)
    found = pipeline.slips(given_deals, process, period=period, as_of=on)
    opening = pipeline.snapshot(given_deals, process, as_of=period.start - timedelta(1), period=period)
    assert [deal.id for deal in found.deals] == [deal.id for deal in opening.deals]
    for group in (found.total, *found.by_owner):
        assert group.due == group.decided + group.slipped + group.pending
    assert sum(group.slipped for group in found.by_owner) == found.total.slipped == len(found.slipped_deals)
    assert all(deal.moved_to >= period.end for deal in found.slipped_deals if deal.moved_to is not None)
    assert all((deal.moved_days or 0) > 0 for deal in found.slipped_deals)


def is_in_balance(found: Bridge) -> bool:
    """Tell whether start and changes sum to the end, in money and in deals."""
    lines = found.movements
    grown = sum(lines[name].count for name in ENTERING if name in lines)
    shrunk = sum(lines[name].count for name in LEAVING if name in lines)
    change = sum(minor(line.amount) for line in lines.values())
    return (minor(found.opening.amount) + change, found.opening.count + grown - shrunk) == (
        minor(found.closing.amount),
        found.closing.count,
    )


def end_of(found: BridgeLine) -> tuple[int, int, int]:
    return found.count, minor(found.amount), found.without_value


@pytest.mark.parametrize("weighted", [False, True])
@some
@given(drawn=deals(), a=days(), b=days(), period=st.none() | periods())
def test_a_bridge_sums_exactly_from_one_pipeline_to_the_other(
    weighted: bool,  # noqa: FBT001 - a parameter of the test
    drawn: Deals,
    a: date,
    b: date,
    period: Period | None,
) -> None:
    process, given_deals = drawn
    start, end = min(a, b), max(a, b)
    found = pipeline.bridge(given_deals, process, start=start, end=end, weighted=weighted, period=period)
    assert is_in_balance(found)
    assert_breakdowns_hold(found)
    for on, line in ((start, found.opening), (end, found.closing)):
        standing = pipeline.snapshot(given_deals, process, as_of=on, period=period)
        values = [deal.weighted if weighted else deal.amount for deal in standing.deals]
        assert end_of(line) == (len(values), sum(map(minor, values)), values.count(None))


@some
@given(deals(), st.lists(days(), min_size=3, max_size=3), st.none() | periods(), st.booleans())
def test_two_bridges_that_meet_add_up_to_the_whole(
    drawn: Deals,
    drawn_days: list[date],
    period: Period | None,
    weighted: bool,  # noqa: FBT001 - a drawn value
) -> None:
    process, given_deals = drawn
    a, b, c = sorted(drawn_days)
    first, second, whole = (
        pipeline.bridge(given_deals, process, start=start, end=end, weighted=weighted, period=period)
        for start, end in ((a, b), (b, c), (a, c))
    )
    assert end_of(first.opening) == end_of(whole.opening)
    assert end_of(first.closing) == end_of(second.opening)
    assert end_of(second.closing) == end_of(whole.closing)
    assert sorted(first.steps + second.steps, key=repr) == sorted(whole.steps, key=repr)
    for movement, line in whole.movements.items():
        assert line.count == first.movements[movement].count + second.movements[movement].count

"""Laws of attainment: a team is its members by days served, to the unit, and the ledger finds what a scan would find."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Context, Decimal
from fractions import Fraction
from random import Random

import attrs
import numpy as np
import pytest
from examples import at_most
from hypothesis import given, settings
from hypothesis import strategies as st

from salesperf import (
    CNY,
    COUNT,
    STANDARD_METRICS,
    Actual,
    Amount,
    Calendar,
    FrozenMap,
    Metric,
    Org,
    Period,
    Target,
    Unit,
    testing,
)
from salesperf.attainment import Attainment, Codes, attain, roll_up, roll_up_columns, tally

REVENUE, ORDERS, CUSTOMERS = (STANDARD_METRICS[key] for key in ("revenue", "orders", "customers"))
HEADCOUNT, SPEND, PER_HEAD = (STANDARD_METRICS[key] for key in ("headcount", "acquisition_spend", "output_per_head"))
RECORDED = (REVENUE, ORDERS, CUSTOMERS, HEADCOUNT, SPEND)
OWED = (*RECORDED, STANDARD_METRICS["average_order_value"], PER_HEAD, STANDARD_METRICS["repurchase_rate"])
SCOPES: tuple[Mapping[str, str], ...] = ({}, {"product": "A"}, {"product": "A", "region": "East"}, {"region": "East"})

in_year = testing.days(date(2026, 1, 1), date(2026, 12, 31))
in_two_years = in_year | testing.days(date(2025, 1, 1), date(2025, 12, 31))
seasons = st.sampled_from([Period.year(2026), Period.half(2026, 2), *Period.year(2026).split("quarter")])
spans = st.tuples(in_year, in_year).map(lambda pair: Period(min(pair), Period.day(max(pair)).end))
seasons_or_spans = seasons | spans
some_scopes = st.sampled_from(SCOPES)
# People join, move and leave within the year, in front of the days that are looked at.
orgs = testing.orgs(min_reps=1, max_reps=4, max_teams=3, within=Period.year(2026))


def unit_of(metric: Metric) -> Unit:
    return CNY if metric.dimension == "money" else COUNT


@st.composite
def actuals(draw: st.DrawFn, owners: st.SearchStrategy[str], metrics: st.SearchStrategy[Metric]) -> Actual:
    metric = draw(metrics)
    return Actual(
        owner=draw(owners),
        metric=metric,
        amount=Amount(minor=draw(st.integers(-50, 10_000)), unit=unit_of(metric)),
        on=draw(in_two_years),
        scope=draw(some_scopes),
    )


@st.composite
def targets(draw: st.DrawFn, owners: st.SearchStrategy[str | None], metrics: st.SearchStrategy[Metric]) -> Target:
    metric = draw(metrics)
    ratio = metric.accumulation == "ratio"
    return Target(
        owner=draw(owners),
        metric=metric,
        amount=Decimal(5) if ratio else Amount(minor=draw(st.integers(-10, 9_000)), unit=unit_of(metric)),
        period=draw(seasons_or_spans),
        scope=draw(some_scopes),
    )


@st.composite
def companies(
    draw: st.DrawFn, recorded: st.SearchStrategy[Metric], owed: st.SearchStrategy[Metric]
) -> tuple[Org, list[Actual], list[Target], date]:
    org = draw(orgs)
    owners = (*org.rep_by_id, *org.team_by_id)
    done = draw(st.lists(actuals(st.sampled_from((*org.rep_by_id, *owners)), recorded), max_size=10))
    eves = [move.on - timedelta(days=1) for move in org.moves]
    as_of = draw(in_year if not eves else in_year | st.sampled_from(eves))
    return org, done, draw(st.lists(targets(st.sampled_from((None, *owners)), owed), min_size=1, max_size=4)), as_of


Company = tuple[Org, list[Actual], list[Target], date]
additive = st.sampled_from((REVENUE, ORDERS))
flows = companies(additive, additive)
of_any_metric = companies(st.sampled_from(RECORDED), st.sampled_from(OWED))

# Each company holds up to ten actuals and four targets: sixty of them show what a hundred do.
some = settings(max_examples=at_most(60))


def is_under(actual: Actual, owner: str | None, org: Org, on: date) -> bool:
    """Tell, by looking at one actual, whether it counts toward an owner by the team of a day."""
    if owner is None or actual.owner == owner:
        return True
    if owner in org.rep_by_id:
        return False
    teams = org.teams_under(owner)
    return actual.owner in teams or (actual.owner in org.rep_by_id and org.team_on(actual.owner, on) in teams)


def scan(metric: Metric, target: Target, done: Sequence[Actual], org: Org, as_of: date) -> tuple[Decimal | None, int]:
    """Find by going through the actuals one by one what a metric stands at, and on how many it rests."""
    passed = target.period.until(as_of)
    if passed is None:
        return (Decimal(0) if metric.is_additive else None), 0
    about = [actual for actual in done if actual.metric == metric and actual.scope.contains(target.scope)]
    if metric.accumulation == "stock":
        about = [actual for actual in about if actual.on <= passed.last and is_under(actual, target.owner, org, passed.last)]
        latest: dict[tuple[str, FrozenMap[str, str]], date] = {}
        for actual in about:
            place = (actual.owner, actual.scope)
            latest[place] = max(latest.get(place, actual.on), actual.on)
        standing = [actual for actual in about if latest[actual.owner, actual.scope] == actual.on]
        return (sum((actual.amount.decimal for actual in standing), Decimal(0)) if latest else None), len(latest)
    counted = [actual for actual in about if actual.on in passed and is_under(actual, target.owner, org, actual.on)]
    total = sum((actual.amount.decimal for actual in counted), Decimal(0))
    if metric.accumulation == "distinct" and len(counted) != 1:
        return None, len(counted)
    return total, len(counted)


def decimal_of(value: Amount | Decimal | None) -> Decimal | None:
    return value.decimal if isinstance(value, Amount) else value


@settings(max_examples=at_most(200))
@given(of_any_metric)
def test_the_ledger_finds_what_a_scan_of_the_actuals_finds(company: Company) -> None:
    org, done, owed, as_of = company
    for found in roll_up(owed, tally(done), org, as_of=as_of):
        metric, target = found.target.metric, found.target
        if metric.accumulation != "ratio":
            assert (decimal_of(found.actual), found.entries) == scan(metric, target, done, org, as_of)
            continue
        (top, above), (bottom, below) = (scan(part, target, done, org, as_of) for part in metric.recorded)
        if top is None or not bottom or target.period.until(as_of) is None:
            assert found.actual is None
            assert found.reason is not None
        else:
            # The one rounding there is: 28 digits.
            assert found.actual == Context(prec=28).divide(top, bottom)
            assert found.entries == above + below


@some
@given(of_any_metric)
def test_scopes_that_no_target_names_may_be_merged(company: Company) -> None:
    org, done, owed, as_of = company
    counted = tally(done)
    named = {dimension for target in owed for dimension in target.scope}
    stocks = {metric.key for metric in RECORDED if metric.accumulation == "stock"}
    merged = counted.narrowed(named, but=stocks)
    assert roll_up(owed, merged, org, as_of=as_of) == roll_up(owed, counted, org, as_of=as_of)
    assert int(merged.minor.sum()) == int(counted.minor.sum())
    assert all(named.issuperset(scope) for scope in merged.scopes) or stocks & set(counted.metrics)


@some
@given(flows)
def test_a_team_is_the_sum_of_its_members_by_days_served(company: Company) -> None:
    org, done, owed, as_of = company
    counted = tally(done)
    for target in owed:
        found = attain(target, counted, as_of=as_of, org=org)
        if target.owner in org.team_by_id:
            parts = []
            for stint in org.stints_under(target.owner):
                days = stint.within(target.period)
                if days is not None:
                    parts.append(attain(attrs.evolve(target, owner=stint.rep, period=days), counted, as_of=as_of, org=org))
            teams = org.teams_under(target.owner)
            parts += [attain(attrs.evolve(target, owner=team), counted, as_of=as_of) for team in teams]
            testing.assert_parts_sum_to_total(map(amount_done, parts), amount_done(found))
            assert found.entries == sum(part.entries for part in parts)


def amount_done(found: Attainment) -> Amount:
    assert isinstance(found.actual, Amount)
    return found.actual


def in_no_team(target: Target, org: Org, done: Sequence[Actual]) -> list[Amount]:
    """Find what counts for the company and for no team: sold by whoever was in none that day, or not in service."""
    return [
        actual.amount
        for actual in done
        if actual.metric == target.metric and actual.scope.contains(target.scope) and actual.on in target.period
        if actual.owner in org.rep_by_id and org.team_on(actual.owner, actual.on) is None
    ]


@some
@given(flows)
def test_teams_with_those_in_none_and_those_out_of_service_make_the_company(company: Company) -> None:
    org, done, owed, _ = company
    counted, as_of = tally(done), date(2027, 1, 1)
    for target in owed:
        company_target = attrs.evolve(target, owner=None)
        whole = attain(company_target, counted, as_of=as_of, org=org)
        teams = [attain(attrs.evolve(target, owner=team.id), counted, as_of=as_of, org=org) for team in org.children(None)]
        testing.assert_parts_sum_to_total([*map(amount_done, teams), *in_no_team(target, org, done)], amount_done(whole))


@some
@given(of_any_metric)
def test_to_attain_is_to_roll_up_one(company: Company) -> None:
    org, done, owed, as_of = company
    counted = tally(done)
    together = roll_up(owed, counted, org, as_of=as_of)
    assert [each.target for each in together] == sorted(owed, key=lambda target: target.key.order)
    for each in together:
        alone = attain(each.target, counted, as_of=as_of, org=org)
        assert alone == each
        assert alone.rows() == each.rows()


@some
@given(of_any_metric, st.randoms())
def test_the_order_of_targets_and_actuals_changes_nothing(company: Company, random: Random) -> None:
    org, done, owed, as_of = company
    before = roll_up(owed, tally(done), org, as_of=as_of)
    random.shuffle(owed)
    random.shuffle(done)
    after = roll_up(owed, tally(done), org, as_of=as_of)
    # Two targets of one key, which records refuse, would keep the order in which they came.
    assert sorted(str(each.rows()) for each in after) == sorted(str(each.rows()) for each in before)


@some
@given(flows)
def test_columns_of_targets_give_the_same_as_objects(company: Company) -> None:
    org, done, owed, as_of = company
    columns = roll_up_columns(
        tally(done),
        org,
        owner=Codes.of([target.owner for target in owed]),
        metric=Codes.of([target.metric for target in owed]),
        unit=Codes.of([unit_of(target.metric) for target in owed]),
        start=np.array([target.period.start for target in owed], dtype="datetime64[D]"),
        end=np.array([target.period.end for target in owed], dtype="datetime64[D]"),
        minor=np.array([target.amount.minor for target in owed if isinstance(target.amount, Amount)]),
        scope=Codes.of([target.scope for target in owed]),
        as_of=as_of,
    )
    objects = [attain(target, tally(done), as_of=as_of, org=org) for target in owed]
    assert columns.actual.tolist() == [amount_done(each).minor for each in objects]
    assert columns.entries.tolist() == [each.entries for each in objects]
    ratios = [None if np.isnan(ratio) else ratio for ratio in columns.ratio.tolist()]
    assert ratios == [each.ratio for each in objects]


@some
@given(of_any_metric)
def test_every_attainment_explains_itself_and_holds_together(company: Company) -> None:
    org, done, owed, as_of = company
    keys = set()
    for each in roll_up(owed, tally(done), org, as_of=as_of):
        testing.assert_breakdowns_hold(each)
        testing.assert_breakdowns_hold(each.planned_breakdown)
        keys |= {tuple(row) for row in each.rows()}
        assert (each.actual is None) == (each.reason is not None)
        if each.gap is not None:
            assert Fraction(decimal_of(each.gap) or 0) == Fraction(decimal_of(each.actual) or 0) - Fraction(
                decimal_of(each.target.amount) or 0
            )
        if each.status in ("met", "missed"):
            assert each.is_over or each.is_flow
        if each.pace.value is not None and each.is_over:
            assert each.pace.value == pytest.approx(each.ratio, rel=1e-12)
    assert len(keys) == 1


@some
@given(of_any_metric, testing.calendars())
def test_actuals_after_the_day_change_nothing(company: Company, calendar: Calendar) -> None:
    org, done, owed, as_of = company
    known = [actual for actual in done if actual.on <= as_of]
    assert [each.rows() for each in roll_up(owed, tally(known), org, as_of=as_of, calendar=calendar)] == [
        each.rows() for each in roll_up(owed, tally(done), org, as_of=as_of, calendar=calendar)
    ]

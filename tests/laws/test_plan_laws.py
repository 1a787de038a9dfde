"""Laws of plans: grids and cascades are exact in every direction, and a plan made anew loses nothing."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import numpy as np
from examples import at_most
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from salesperf import (
    COUNT,
    STANDARD_METRICS,
    Actual,
    Amount,
    Calendar,
    Checkpoint,
    Lock,
    Org,
    Period,
    Rep,
    SalesperfError,
    Target,
    Team,
    Transfer,
    testing,
)
from salesperf.allocation import POLICIES, Cascade, Plan, PlanGrid, Rebalanced, allocate, cascade, grid, rebalance, split
from salesperf.allocation.policies import Policy
from salesperf.attainment import ActualTally, TargetBook, tally
from salesperf.model.period import Grain

VISITS = STANDARD_METRICS["visits"]
YEAR = Period.year(2026)
AS_OF = date(2026, 5, 31)
OWNERS = ("ada", "bo", "cy")
ABSENT = {"nobody_there", "no_capacity", "invalid_input"}
"""Codes of what nobody is there to bring, which is refused."""

minors = st.integers(0, 400)
policies = st.sampled_from(sorted(POLICIES))
grains: st.SearchStrategy[Grain] = st.sampled_from(("quarter", "month"))


def visits(count: int, owner: str | None = None) -> Target:
    return Target(owner=owner, metric=VISITS, amount=Amount.of(count, COUNT), period=YEAR)


def minor(part: Target) -> int:
    assert isinstance(part.amount, Amount)
    return part.amount.minor


# Grids


@st.composite
def grids(draw: st.DrawFn, *, counts: st.SearchStrategy[int] = minors) -> PlanGrid:
    """Draw the year of some owners by months or quarters."""
    weights = draw(testing.weights(1, len(OWNERS)))
    profile: Any = draw(st.sampled_from(("equal", "workdays")) | testing.profiles())
    return grid(visits(draw(counts)), dict(zip(OWNERS, weights, strict=False)), draw(grains), profile=profile)


@given(grids(counts=st.integers(-400, 400)))
def test_the_rows_and_the_columns_of_a_grid_sum_to_what_was_divided(plan: PlanGrid) -> None:
    assert [sum(row) for row in plan.cells] == [minor(part) for part in plan.row_plan.targets]
    assert [sum(column) for column in zip(*plan.cells, strict=True)] == [minor(part) for part in plan.column_plan.targets]
    testing.assert_parts_sum_to_total([part.amount for part in plan.targets], plan.target.amount)  # type: ignore[misc, arg-type] # of a flow
    testing.assert_breakdowns_hold(plan)


@settings(max_examples=at_most(60))
@given(testing.orgs(min_reps=1, within=YEAR), minors, grains, st.data())
def test_a_grid_of_who_is_there_is_exact_and_gives_nobody_a_day_outside_service(
    org: Org, count: int, grain: Grain, data: st.DataObject
) -> None:
    weights = {rep.id: data.draw(st.integers(0, 5)) for rep in org.reps}
    assume(any(weights.values()))
    try:
        plan = grid(visits(count), weights, grain, org=org)
    except SalesperfError as refused:
        if refused.code not in ABSENT:
            raise
        return
    assert sum(map(minor, plan.targets)) == count
    assert [sum(column) for column in zip(*plan.cells, strict=True)] == [minor(part) for part in plan.column_plan.targets]
    for part in plan.targets:
        start, end = org.rep_by_id[str(part.owner)].service
        assert start <= part.period.start
        assert part.period.end <= end
    testing.assert_breakdowns_hold(plan)


# Cascades


@st.composite
def cascades(draw: st.DrawFn, *, cushion: bool = False) -> tuple[Cascade, Org]:
    """Draw a year down a tree; what has nobody to bring it is not drawn."""
    org = draw(testing.orgs(min_reps=1, within=YEAR))
    basis = {rep: draw(st.integers(0, 5)) for rep in org.members(None, YEAR)}
    assume(any(basis.values()))
    rate = Decimal(draw(st.integers(0, 30))) / 100 if cushion else None
    grain = draw(st.none() | grains)
    try:
        return cascade(visits(draw(minors)), org, basis, over_assign=rate, grain=grain), org
    except SalesperfError as refused:
        if refused.code not in ABSENT:
            raise
        reject()


@settings(max_examples=at_most(60))
@given(cascades())
def test_to_cascade_and_to_roll_up_is_to_end_where_one_began(drawn: tuple[Cascade, Org]) -> None:
    plan, org = drawn
    leaves = [part for part in plan.targets if part.owner in org.rep_by_id]
    book = TargetBook(leaves, org, Calendar())
    for node in plan.nodes:
        owed = book.owed(node.owner, VISITS, YEAR)
        rolled = minor(owed.target) if owed else 0
        assert node.owner in org.rep_by_id or rolled == node.owed.minor
        assert node.cushion in (None, Amount.zero(COUNT))


@settings(max_examples=at_most(60))
@given(cascades(cushion=True))
def test_at_every_node_children_are_what_is_owed_and_the_cushion(drawn: tuple[Cascade, Org]) -> None:
    plan, _ = drawn
    below: dict[tuple[object, object], int] = defaultdict(int)
    for row in plan.rows()[:]:
        below[row["parent"], row["period"]] += int(str(row["owed"])) if row["owner"] != row["parent"] else 0
    for row in plan.rows():
        if row["children"] is not None:
            assert row["children"] == below[row["owner"], row["period"]]
            assert int(str(row["children"])) - int(str(row["owed"])) == row["cushion"]
    testing.assert_breakdowns_hold(plan)
    totals = plan.owed.sum(axis=1)
    assert int(totals[0]) == minor(plan.target)
    assert np.array_equal(plan.owed[0], [minor(column) for column in plan.columns])


@settings(max_examples=at_most(40))
@given(cascades(), st.randoms(use_true_random=False))
def test_the_order_of_people_and_weights_never_matters(drawn: tuple[Cascade, Org], random: Random) -> None:
    plan, org = drawn
    basis = {node.stint.rep: plan.tree.weights[place] for place, node in enumerate(plan.tree.nodes) if node.stint}
    shuffled = list(basis.items())
    random.shuffle(shuffled)
    other = Org(reps=org.reps[::-1], teams=org.teams[::-1], moves=org.moves[::-1])
    assert cascade(plan.target, org, basis) == cascade(plan.target, other, dict(shuffled))


@settings(max_examples=at_most(40))
@given(st.lists(st.integers(0, 9), min_size=2, max_size=4).filter(any), st.integers(1, 900), minors, st.none() | grains)
def test_what_was_allocated_to_teams_under_a_floor_comes_out_of_a_cascade_to_the_unit(
    weights: list[int], count: int, floor: int, grain: Grain | None
) -> None:
    names = [f"team-{place}" for place in range(len(weights))]
    floor = min(floor, count)
    groups = allocate(visits(count), dict(zip(names, weights, strict=True)), floors={names[0]: Amount.of(floor, COUNT)})
    owed = {str(part.owner): minor(part) for part in groups.targets}
    org = Org(teams=[Team(id=name) for name in names], reps=[Rep(id=f"rep-{name}", team=name) for name in names])
    plan = cascade(visits(count), org, owed | {rep.id: 1 for rep in org.reps}, grain=grain)
    assert {node.owner: node.owed.minor for node in plan.nodes if node.owner in names} == owed
    assert owed[names[0]] >= floor


# Plans made anew


@st.composite
def plans(draw: st.DrawFn) -> tuple[Plan, Org | None]:
    """Draw a year by months: of one owner, of several who share a target, or down a tree."""
    kind = draw(st.integers(0, 2))
    if kind == 0:
        return split(visits(draw(minors), "ada"), "month", profile=draw(testing.profiles())), None
    return draw(grids().map(lambda plan: (plan, None)) if kind == 1 else cascades())


def closed(plan: Plan, org: Org | None) -> list[Target]:
    """Return the parts that have ended of those who sell; what teams did follows from them."""
    parts = [part for part in plan.targets if part.period.last <= AS_OF]
    return parts if org is None else [part for part in parts if part.owner in org.rep_by_id]


def sold(parts: Iterable[Target], counts: Iterable[int]) -> ActualTally:
    """Count as much as counts say toward each part."""
    return tally(
        [
            Actual(owner=str(part.owner), metric=VISITS, amount=Amount.of(count, COUNT), on=part.period.start)
            for part, count in zip(parts, counts, strict=False)
        ]
    )


@settings(max_examples=at_most(60))
@given(plans(), policies)
def test_where_all_went_as_planned_nothing_changes(drawn: tuple[Plan, Org | None], policy: Policy) -> None:
    plan, org = drawn
    parts = closed(plan, org)
    new = try_to(plan, sold(parts, map(minor, parts)), policy=policy, org=org)
    assert (new.targets, new.changes) == (plan.targets, ())
    testing.assert_breakdowns_hold(new)


counts = st.lists(st.integers(0, 120), min_size=60, max_size=60)


@settings(max_examples=at_most(60))
@given(plans(), policies, counts)
def test_what_was_done_and_what_is_to_do_less_the_surplus_is_what_was_owed(
    drawn: tuple[Plan, Org | None], policy: Policy, done: list[int]
) -> None:
    plan, org = drawn
    new = try_to(plan, sold(closed(plan, org), done), policy=policy, org=org)
    for line in new.lines:
        owed = line.planned_closed + line.planned_open
        if policy != "redistribute":
            assert line.actual_closed + line.new_open + line.written_off - line.surplus == owed
        assert line.new_open == line.planned_open + line.transferred + line.carried + line.surplus
        assert line.surplus.minor >= 0
    testing.assert_breakdowns_hold(new)
    # Those who share a target lose nothing together, whatever the policy.
    together = [line for line in new.lines if line.parent is None] if isinstance(plan, PlanGrid) else []
    both = sum(
        line.actual_closed.minor + line.new_open.minor + line.written_off.minor - line.surplus.minor for line in together
    )
    assert both == (minor(plan.target) if isinstance(plan, PlanGrid) else 0)
    before, after = plan.targets, new.targets
    assert all(old == part for old, part in zip(before, after, strict=True) if old.period.last <= AS_OF)
    assert all(minor(part) >= 0 for part in after)


@settings(max_examples=at_most(40))
@given(plans(), policies, counts)
def test_each_part_of_a_plan_made_anew_explains_itself(drawn: tuple[Plan, Org | None], policy: Policy, done: list[int]) -> None:
    plan, org = drawn
    new = try_to(plan, sold(closed(plan, org), done), policy=policy, org=org)
    for part in new.targets:
        explained = new.explain(part.owner, part.period, scope=part.scope)
        assert explained.holds()
        assert explained.value == part.amount


@settings(max_examples=at_most(60))
@given(plans(), policies, policies, counts)
def test_an_approved_plan_and_no_news_give_the_same_plan_by_every_policy(
    drawn: tuple[Plan, Org | None], first: Policy, then: Policy, done: list[int]
) -> None:
    plan, org = drawn
    sales = sold(closed(plan, org), done)
    approved = try_to(plan, sales, policy=first, org=org).approved(AS_OF)
    again = rebalance(approved, sales, as_of=AS_OF, policy=then, org=org)
    assert (again.targets, again.changes) == (approved.targets, ())
    assert {line.missed for line in again.lines} <= {Amount.zero(COUNT)}
    testing.assert_breakdowns_hold(again)


@settings(max_examples=at_most(60))
@given(plans(), policies, policies, counts)
def test_over_several_plans_approved_what_was_done_and_is_to_do_is_what_was_owed(
    drawn: tuple[Plan, Org | None], first: Policy, then: Policy, done: list[int]
) -> None:
    assume("redistribute" not in (first, then))
    plan, org = drawn
    early = date(2026, 3, 31)
    sales = sold(closed(plan, org), done)
    old = try_to(plan, sales, as_of=early, policy=first, org=org)
    new = try_to(old.approved(early), sales, policy=then, org=org)
    for before, after in zip(old.lines, new.lines, strict=True):
        surplus, written_off = before.surplus + after.surplus, before.written_off + after.written_off
        owed = before.planned_closed + before.planned_open
        assert after.actual_closed + after.new_open + written_off - surplus == owed
        assert after.settled == before.missed


def try_to(plan: Plan, done: ActualTally, **asked: Any) -> Rebalanced:  # noqa: ANN401 - arguments of rebalance
    """Rebalance; what has no part to go to, is over, or would leave a team with a cushion less than nothing, is not drawn."""
    try:
        return rebalance(plan, done, **({"as_of": AS_OF} | asked))
    except SalesperfError as refused:
        told = {"nothing_open", "checkpoint_unreachable", "invalid_input", "plan_closed", "transfer_of_more_than_all"}
        if refused.code not in told:
            raise
        reject()


@given(grids(), policies, counts, st.sets(st.integers(0, 35), max_size=10))
def test_what_is_locked_stays(plan: PlanGrid, policy: Policy, done: list[int], chosen: set[int]) -> None:
    held = [part for place, part in enumerate(plan.targets) if place in chosen]
    locks = [Lock(owner=part.owner, period=part.period) for part in held]
    new = try_to(plan, sold(closed(plan, None), done), policy=policy, locks=locks)
    assert {part.key: part for part in held}.items() <= {part.key: part for part in new.targets}.items()


@given(grids(), policies, counts, st.dates(date(2026, 6, 1), date(2026, 12, 31)), st.integers(0, 400))
def test_what_is_to_be_reached_is_reached(plan: PlanGrid, policy: Policy, done: list[int], by: date, amount: int) -> None:
    sales = sold(closed(plan, None), done)
    checkpoint = Checkpoint(owner="ada", by=by, amount=Amount.of(amount, COUNT))
    free = try_to(plan, sales, policy=policy)
    new = try_to(plan, sales, policy=policy, checkpoints=[checkpoint])
    reached = sum(minor(part) for part in new.targets if part.owner == "ada" and AS_OF < part.period.last <= by)
    assert new.lines[0].actual_closed.minor + reached >= amount
    assert [line.new_open for line in new.lines] == [line.new_open for line in free.lines]


@given(grids(), st.integers(0, 100).map(lambda percent: Decimal(percent) / 100))
def test_business_that_changes_hands_stays_in_the_house(plan: PlanGrid, share: Decimal) -> None:
    assume(len(plan.cells) > 1)
    transfer = Transfer(giver="ada", taker="bo", share=share, on=date(2026, 7, 1))
    new = try_to(plan, tally([]), policy="keep_remaining", transfers=[transfer])
    moved = Amount.total([line.transferred for line in new.lines], COUNT)
    assert moved == Amount.zero(COUNT)
    for before, after in zip(plan.column_plan.targets, _columns(plan, new), strict=True):
        assert minor(before) == after


@settings(max_examples=at_most(40))
@given(cascades(cushion=True), st.sampled_from(("0", "0.33", "0.5", "1")), st.dates(date(2026, 1, 1), AS_OF), st.data())
def test_what_a_newcomer_takes_over_stays_in_the_house(
    drawn: tuple[Cascade, Org], share: str, hired: date, data: st.DataObject
) -> None:
    plan, org = drawn
    givers = sorted({str(part.owner) for part in plan.targets if part.owner in org.rep_by_id and part.period.start > AS_OF})
    assume(givers)
    giver = data.draw(st.sampled_from(givers))
    team = data.draw(st.sampled_from([None, *org.team_by_id]))
    wider = Org(teams=org.teams, reps=[*org.reps, Rep(id="new", team=team, hired=hired)], moves=org.moves)
    transfer = Transfer(giver=giver, taker="new", share=Decimal(share), on=date(2026, 6, 1))
    plain = try_to(plan, tally([]), policy="keep_remaining", org=wider)
    new = try_to(plan, tally([]), policy="keep_remaining", transfers=[transfer], org=wider)
    reps = [line for line in new.lines if line.owner in wider.rep_by_id]
    assert sum(line.transferred.minor for line in reps) == 0
    assert sum(minor(part) for part in new.targets if part.owner in wider.rep_by_id) == sum(
        minor(part) for part in plan.targets if part.owner in org.rep_by_id
    )
    cushions = [[(line.owner, line.cushion) for line in each.lines if line.cushion is not None] for each in (plain, new)]
    # A team that had nobody under it has somebody now.
    assert [each for each in cushions[1] if each[0] in dict(cushions[0])] == cushions[0]


def _columns(plan: PlanGrid, new: Rebalanced) -> list[int]:
    return [sum(minor(part) for part in new.targets if part.period == column.period) for column in plan.column_plan.targets]

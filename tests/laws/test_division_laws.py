"""Laws of dividing a target: over owners and over time, in whole units, with nothing lost and nobody preferred."""

import math
from collections.abc import Mapping
from datetime import timedelta
from random import Random
from typing import Any

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from salesperf import GRAINS, Amount, Calendar, Period, Schedule, Target, testing
from salesperf.allocation import Allocation, allocate, equal, split
from salesperf.kernels.apportionment import METHODS
from salesperf.kernels.numeric import INT64_MAX
from salesperf.model.period import Grain

MOST_DAYS: Mapping[str, int] = {"day": 40, "week": 200}
"""A split into more parts shows nothing new, and takes long."""

flows = testing.targets(owner=st.none(), metric=testing.metrics("flow"))
minors = st.integers(-300, 300) | st.integers(-INT64_MAX, INT64_MAX)
some_calendars = st.none() | testing.calendars()
fixed_profiles = st.sampled_from(("equal", "workdays")) | testing.profiles()


@st.composite
def totals(draw: st.DrawFn) -> Target:
    """Draw targets of flows, of either sign, from nothing to the largest amount there is."""
    target = draw(flows)
    return attrs.evolve(target, amount=Amount(minor=draw(minors), unit=amount_of(target).unit), floor=None, stretch=None)


@st.composite
def bases(draw: st.DrawFn) -> Mapping[str, Any]:
    """Draw weights by owner."""
    weights = draw(testing.weights())
    owners = draw(st.lists(testing.ids(), min_size=len(weights), max_size=len(weights), unique=True))
    return dict(zip(owners, weights, strict=True))


@st.composite
def splits(draw: st.DrawFn) -> tuple[Target, Grain, Any, Calendar | None]:
    """Draw a target, and a way of splitting it over time that gives some part a weight."""
    target, calendar = draw(totals()), draw(some_calendars)
    grain: Grain = draw(st.sampled_from(GRAINS))
    days = min(target.period.days, MOST_DAYS.get(grain, 731))
    period = Period(target.period.start, target.period.start + timedelta(days=days))
    profile: Any = draw(fixed_profiles | schedules_of(period))
    parts, known = period.split(grain, calendar), calendar or Calendar()
    if profile == "workdays":
        assume(known.workdays(period))
    elif profile != "equal":
        assume(any(profile.weigh(part, known) for part in parts))
    return attrs.evolve(target, period=period), grain, profile, calendar


@st.composite
def schedules_of(draw: st.DrawFn, period: Period) -> Schedule:
    """Draw plans for some of the months of a period."""
    months = period.split("month")
    return Schedule(parts=zip(months, draw(testing.weights(len(months), len(months))), strict=True))


def amount_of(target: Target) -> Amount:
    assert isinstance(target.amount, Amount)
    return target.amount


def assert_divided(divided: Allocation, total: Target) -> None:
    testing.assert_parts_sum_to_total(map(amount_of, divided.targets), amount_of(total))
    testing.assert_breakdowns_hold(divided)


@settings(max_examples=60)
@given(totals(), bases(), st.sampled_from(sorted(METHODS)))
def test_the_parts_of_any_allocation_sum_to_its_total(total: Target, basis: Mapping[str, Any], method: str) -> None:
    divided = allocate(total, basis, method=method)
    assert_divided(divided, total)
    assert [part.owner for part in divided.targets] == sorted(basis)


@given(totals(), st.lists(testing.ids(), min_size=1, max_size=8, unique=True))
def test_parts_of_equal_weight_differ_by_at_most_one_unit(total: Target, owners: list[str]) -> None:
    parts = [amount_of(part).minor for part in allocate(total, equal(owners)).targets]
    assert max(parts) - min(parts) <= 1


@settings(max_examples=60)
@given(totals(), bases(), st.data())
def test_handing_the_weights_to_the_owners_in_another_order_hands_on_the_parts(
    total: Target, basis: Mapping[str, Any], data: st.DataObject
) -> None:
    # Ties go by id, so that the parts of one weight may change hands among its owners, and no others.
    weights = data.draw(st.permutations(list(basis.values())))
    before = allocate(total, basis)
    after = allocate(total, dict(zip(basis, weights, strict=True)))
    assert parts_by_weight(before) == parts_by_weight(after)


def parts_by_weight(divided: Allocation) -> list[tuple[Any, int]]:
    pairs = zip(divided.weights, divided.targets, strict=True)
    return sorted((weight, amount_of(part).minor) for weight, part in pairs)


@settings(max_examples=60)
@given(totals(), bases(), st.randoms())
def test_the_order_of_the_basis_does_not_matter(total: Target, basis: Mapping[str, Any], random: Random) -> None:
    shuffled = list(basis.items())
    random.shuffle(shuffled)
    assert allocate(total, dict(shuffled)) == allocate(total, basis)


@settings(max_examples=60)
@given(totals(), bases())
def test_a_negative_total_is_the_mirror_image(total: Target, basis: Mapping[str, Any]) -> None:
    mirrored = allocate(attrs.evolve(total, amount=-amount_of(total)), basis)
    assert [-amount_of(part) for part in mirrored.targets] == [amount_of(part) for part in allocate(total, basis).targets]


@settings(max_examples=40)
@given(splits())
def test_a_split_tiles_the_period_and_its_amounts(case: tuple[Target, Grain, Any, Calendar | None]) -> None:
    total, grain, profile, calendar = case
    divided = split(total, grain, profile=profile, calendar=calendar)
    testing.assert_tiles([part.period for part in divided.targets], total.period)
    assert_divided(divided, total)


@settings(max_examples=40)
@given(splits(), bases())
def test_allocating_and_then_splitting_gives_the_same_grand_total(
    case: tuple[Target, Grain, Any, Calendar | None], basis: Mapping[str, Any]
) -> None:
    total, grain, profile, calendar = case
    owners = allocate(total, basis).targets
    parts = [part for owner in owners for part in split(owner, grain, profile=profile, calendar=calendar).targets]
    testing.assert_parts_sum_to_total(map(amount_of, parts), amount_of(total))


@settings(max_examples=40)
@given(splits(), bases())
def test_every_part_remembers_what_it_is_a_part_of(
    case: tuple[Target, Grain, Any, Calendar | None], basis: Mapping[str, Any]
) -> None:
    total, grain, profile, calendar = case
    for divided in (allocate(total, basis), split(total, grain, profile=profile, calendar=calendar)):
        for part in divided.targets:
            assert (part.metric, part.scope, part.agreed) == (total.metric, total.scope, total.agreed)
            assert part is total or part.parent == total.key


@settings(max_examples=60)
@given(totals(), bases())
def test_shares_sum_to_one_and_rows_have_one_shape(total: Target, basis: Mapping[str, Any]) -> None:
    rows = allocate(total, basis).rows()
    assert math.fsum(row["share"] for row in rows if isinstance(row["share"], float)) == pytest.approx(1, abs=1e-12)
    assert {tuple(row) for row in rows} == {("owner", "metric", "period", "amount", "unit", "share")}


@settings(max_examples=60)
@given(totals(), bases(), bases())
def test_a_diff_leads_from_one_allocation_to_the_other(
    total: Target, basis: Mapping[str, Any], other: Mapping[str, Any]
) -> None:
    before, after = allocate(total, basis), allocate(total, other)
    reached = {part.owner: part.amount for part in before.targets}
    for change in before.diff(after):
        assert reached.get(change.owner) == change.before != change.after
        reached[change.owner] = change.after  # type: ignore[assignment] # None is taken out below
    assert {owner: amount for owner, amount in reached.items() if amount is not None} == {
        part.owner: part.amount for part in after.targets
    }
    assert before.diff(before) == ()

"""Laws of dividing a target: over owners and over time, in whole units, with nothing lost and nobody preferred."""

from collections.abc import Mapping
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf import GRAINS, Amount, Calendar, Period, Profile, SalesperfError, Schedule, Target, testing
from salesperf.allocation import allocate, equal, split
from salesperf.kernels.apportionment import METHODS
from salesperf.kernels.numeric import INT64_MAX
from salesperf.model.period import Grain

PARTS = 120
"""A split of more parts than this shows nothing new."""

flows = testing.targets(owner=st.none() | st.sampled_from(("china", "east")), metric=testing.metrics("flow"))
minors = st.integers(-300, 300) | st.integers(-INT64_MAX, INT64_MAX)
grains: st.SearchStrategy[Grain] = st.sampled_from(GRAINS)


@st.composite
def totals(draw: st.DrawFn) -> Target:
    """Draw targets of flows, of either sign, from nothing to the largest amount there is."""
    target = draw(flows)
    assert isinstance(target.amount, Amount)
    amount = Amount(minor=draw(minors), unit=target.amount.unit)
    return attrs.evolve(target, amount=amount, floor=None, stretch=None)


@st.composite
def bases(draw: st.DrawFn) -> Mapping[str, Any]:
    """Draw weights by owner."""
    weights = draw(testing.weights())
    owners = draw(st.lists(testing.ids(), min_size=len(weights), max_size=len(weights), unique=True))
    return dict(zip(owners, weights, strict=True))


@st.composite
def splits(draw: st.DrawFn) -> tuple[Target, Grain, Any, Calendar | None]:
    """Draw a target, and a way of splitting it that gives its parts some weight."""
    target, grain, calendar = draw(totals()), draw(grains), draw(st.none() | testing.calendars())
    start = target.period.start
    lengths = {"day": PARTS, "week": 7 * PARTS}
    days = min(target.period.days, lengths.get(grain, target.period.days))
    target = attrs.evolve(target, period=Period(start, min(target.period.end, Period.day(start).end.fromordinal(start.toordinal() + days))))
    profile = draw(st.sampled_from(("equal", "workdays")) | testing.profiles() | testing.schedules())
    return target, grain, profile, calendar


def whole_amount(target: Target) -> Amount:
    assert isinstance(target.amount, Amount)
    return target.amount


def amounts(targets: tuple[Target, ...]) -> list[Amount]:
    return [whole_amount(target) for target in targets]


@given(totals(), bases(), st.sampled_from(sorted(METHODS)))
def test_the_parts_of_an_allocation_sum_to_its_total(total: Target, basis: Mapping[str, Any], method: str) -> None:
    divided = allocate(attrs.evolve(total, owner=None), basis, method=method)
    testing.assert_parts_sum_to_total(amounts(divided.targets), whole_amount(total))
    assert [part.owner for part in divided.targets] == sorted(basis)

"""Laws of variances: effects sum to the change, and neither order, names nor direction make a difference."""

from collections.abc import Mapping
from decimal import Decimal
from math import fsum

import numpy as np
import pytest
from examples import at_most
from hypothesis import given, settings
from hypothesis import strategies as st

from salesperf import CNY, Amount
from salesperf.testing import assert_breakdowns_hold
from salesperf.variance import Sold, Variance, by_part, decompose, price_volume_mix

NUMBERS = st.floats(min_value=0, max_value=1e4, allow_subnormal=False) | st.just(0.0)
NAMES = ("deals", "rate", "value", "share")


@st.composite
def factors(draw: st.DrawFn) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    names = NAMES[: draw(st.integers(1, 4))]
    size = draw(st.integers(1, 3))
    sides = [{name: np.array([draw(NUMBERS) for _ in range(size)]) for name in names} for _ in range(2)]
    return sides[0], sides[1]


SOLD = st.builds(
    lambda quantity, minor: Sold(quantity, Amount(minor=minor, unit=CNY)),
    st.integers(-2, 30) | st.decimals(min_value=0, max_value=20, places=2),
    st.integers(-500, 5000),
)
ITEMS = st.dictionaries(st.sampled_from(["a", "b", "c", "d", "e"]), SOLD, min_size=1)
AMOUNTS = st.dictionaries(
    st.sampled_from(["east", "north", "west"]), st.integers(-99, 99).map(lambda n: Amount(minor=n, unit=CNY))
)


def gross(change: Variance[float]) -> float:
    """Return the size against which rounding is held."""
    return fsum([abs(change.before), abs(change.after), *map(abs, change.segment_effects.ravel().tolist())])


@given(sides=factors(), method=st.sampled_from(["shapley", "chain"]))
def test_effects_sum_to_the_change(sides: tuple[Mapping[str, object], Mapping[str, object]], method: str) -> None:
    change = decompose(*sides, method=method)  # type: ignore[arg-type] # drawn from the words of the type
    assert change.total == pytest.approx(change.after - change.before, abs=1e-12 * gross(change), rel=0)
    assert fsum(change.effects.values()) == change.total
    assert_breakdowns_hold([change])


@given(sides=factors(), cents=st.integers(-300, 300))
def test_effects_in_whole_units_sum_to_the_exact_change(
    sides: tuple[Mapping[str, object], Mapping[str, object]], cents: int
) -> None:
    change = decompose(*sides)  # type: ignore[arg-type] # columns
    total = Amount(minor=round(change.total * 100), unit=CNY)
    if abs(total.minor) * 10 > 1 or not change.total:
        units = change.in_units(total)
        assert sum(units.values()) == total.minor
        assert all(abs(units[name] - 100 * effect) <= 1 + 1e-9 * gross(change) for name, effect in change.effects.items())
        before = Amount(minor=cents, unit=CNY)
        exact = change.as_amounts(before, before + total)
        assert {name: value.minor for name, value in exact.effects.items()} == dict(units)
        assert_breakdowns_hold([exact])


@given(sides=factors(), order=st.permutations(range(4)))
def test_neither_order_nor_names_of_factors_make_a_difference(
    sides: tuple[Mapping[str, object], Mapping[str, object]], order: list[int]
) -> None:
    change = decompose(*sides)  # type: ignore[arg-type] # columns
    renamed = {name: f"factor-{place}" for place, name in enumerate(NAMES)}
    moved = [name for name in (NAMES[place] for place in order) if name in sides[0]]
    other = decompose(*({renamed[name]: side[name] for name in moved} for side in sides))  # type: ignore[arg-type] # columns
    for name, effect in change.effects.items():
        assert other.effects[renamed[name]] == pytest.approx(effect, rel=1e-12, abs=1e-12 * gross(change))


@given(ends=st.tuples(NUMBERS, NUMBERS), other=st.tuples(NUMBERS, NUMBERS), order=st.permutations(NAMES))
def test_the_order_of_factors_that_move_alike_gives_none_of_them_another_unit(
    ends: tuple[float, float], other: tuple[float, float], order: list[str]
) -> None:
    sides = [dict.fromkeys(NAMES, end) | {NAMES[0]: last} for end, last in zip(ends, other, strict=True)]
    change, turned = decompose(*sides), decompose(*({name: side[name] for name in order} for side in sides))
    assert dict(turned.effects) == dict(change.effects)
    total = Amount(minor=round(change.total * 100), unit=CNY)
    if abs(total.minor) > 1:
        assert dict(turned.in_units(total)) == dict(change.in_units(total))


@given(sides=factors(), still=st.sampled_from(NAMES))
def test_a_factor_that_did_not_move_has_no_effect(sides: tuple[dict[str, object], dict[str, object]], still: str) -> None:
    before, after = sides
    stayed = after | ({still: before[still]} if still in before else {})
    assert decompose(before, stayed).effects.get(still, 0.0) == 0.0  # type: ignore[arg-type] # columns


@given(sides=factors())
def test_the_way_back_has_the_same_effects_with_the_other_sign(
    sides: tuple[Mapping[str, object], Mapping[str, object]],
) -> None:
    there, back = decompose(*sides), decompose(*sides[::-1])  # type: ignore[arg-type] # columns
    for name, effect in there.effects.items():
        assert back.effects[name] == pytest.approx(-effect, rel=1e-12, abs=1e-12 * gross(there))


@given(sides=factors())
def test_effects_of_segments_add(sides: tuple[Mapping[str, np.ndarray], Mapping[str, np.ndarray]]) -> None:
    change = decompose(*sides)
    alone = [
        decompose(*({name: float(column[place]) for name, column in side.items()} for side in sides))
        for place in range(len(change.segments))
    ]
    for name, effect in change.effects.items():
        assert effect == fsum(part.effects[name] for part in alone)


@given(before=ITEMS, after=ITEMS, method=st.sampled_from(["shapley", "chain"]))
def test_price_volume_and_mix_sum_exactly_to_the_change(before: dict[str, Sold], after: dict[str, Sold], method: str) -> None:
    change = price_volume_mix(before, after, method=method)  # type: ignore[arg-type] # drawn from the words of the type
    assert change.total == change.after - change.before
    for item in change.segments:
        of_item = Amount.total(change.of_segment(item).values(), CNY)
        nothing = Sold(0, Amount.zero(CNY))
        own = after.get(item, nothing).amount - before.get(item, nothing).amount
        assert abs(of_item - own).minor <= len(change.segments) + 3
    assert_breakdowns_hold([change])


@settings(max_examples=at_most(20))
@given(before=ITEMS, after=ITEMS)
def test_price_volume_and_mix_of_the_way_back_have_the_other_sign(before: dict[str, Sold], after: dict[str, Sold]) -> None:
    there, back = price_volume_mix(before, after), price_volume_mix(after, before)
    for name in ("volume", "mix", "price", "other"):
        assert back.effects[name] == -there.effects[name]
    assert back.effects["new"] == -there.effects["discontinued"]


@given(before=ITEMS, after=ITEMS)
def test_the_order_of_items_makes_no_difference(before: dict[str, Sold], after: dict[str, Sold]) -> None:
    there = price_volume_mix(before, after)
    again = price_volume_mix(dict(sorted(before.items())[::-1]), dict(sorted(after.items())[::-1]))
    assert dict(again.effects) == dict(there.effects)
    assert all(dict(again.of_segment(item)) == dict(there.of_segment(item)) for item in there.segments)


@given(before=ITEMS, factor=st.integers(2, 9))
def test_prices_that_all_stay_have_no_effect(before: dict[str, Sold], factor: int) -> None:
    after = {name: Sold(Decimal(str(sold.quantity)) * factor, sold.amount.times(factor)) for name, sold in before.items()}
    change = price_volume_mix(before, after)
    assert change.effects["price"] == change.effects["mix"] == Amount.zero(CNY)


@given(before=AMOUNTS, after=AMOUNTS)
def test_parts_of_a_sum_sum_to_its_change(before: dict[str, Amount], after: dict[str, Amount]) -> None:
    if before or after:
        change = by_part(before, after)
        assert change.total == change.after - change.before
        assert_breakdowns_hold([change])

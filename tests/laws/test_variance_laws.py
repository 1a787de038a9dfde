"""Laws of variances: effects sum to the change, and neither order, names nor direction make a difference."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor, fsum
from typing import TypeAlias

import numpy as np
import pytest
from examples import at_most
from hypothesis import given, settings
from hypothesis import strategies as st

from salesperf import CNY, Amount
from salesperf.testing import assert_breakdowns_hold
from salesperf.variance import Sold, Variance, by_part, decompose, price_volume_mix

NUMBERS = st.floats(min_value=0, max_value=1e4, allow_subnormal=False) | st.just(0.0)
NAMES = ("deals", "rate", "value", "share", "price", "days")
ALIKE = NAMES[:4]
LARGEST = 1e12
"""Of a product of factors that are drawn: its hundredths fit into the smallest units of an amount."""

Sides: TypeAlias = tuple[dict[str, np.ndarray], dict[str, np.ndarray]]


@st.composite
def factors(draw: st.DrawFn, *, all_defined: bool = False) -> Sides:
    """Draw factors of segments, before and after; some are undefined, rates over one that is 0."""
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    size = draw(st.integers(1, 6))
    most = min(1e4, LARGEST ** (1 / len(names)))
    numbers = st.floats(min_value=0, max_value=most, allow_subnormal=False) | st.just(0.0)
    table = np.array(draw(st.lists(numbers, min_size=2 * len(names) * size, max_size=2 * len(names) * size)))
    sides = table.reshape(2, len(names), size)
    if not all_defined:
        for side, place, segment in draw(
            st.lists(st.tuples(st.integers(0, 1), st.integers(1, 5), st.integers(0, 5)), max_size=6)
        ):
            if place < len(names) and segment < size:
                sides[side, place, segment] = np.nan
        over = np.isnan(sides[:, 1:]) & ~np.isnan(sides[:, :-1])
        sides[:, :-1][over] = 0.0
    before, after = (dict(zip(names, side, strict=True)) for side in sides)
    return before, after


def stayed(sides: Sides, still: str) -> Sides:
    """Let one factor stay as it was; what is undefined after stays a rate over 0, or becomes a number."""
    before, after = ({name: column.copy() for name, column in side.items()} for side in sides)
    if still in before:
        after[still] = before[still].copy()
    for previous, name in pairwise(before):
        wrong = np.isnan(after[name]) & ~np.isnan(after[previous]) & (after[previous] != 0)
        after[previous if name == still else name][wrong] = 0.0
    return before, after


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
def test_effects_sum_to_the_change(sides: Sides, method: str) -> None:
    change = decompose(*sides, method=method)  # type: ignore[arg-type] # drawn from the words of the type
    assert change.total == pytest.approx(change.after - change.before, abs=1e-12 * gross(change), rel=0)
    assert fsum(change.effects.values()) == change.total
    assert_breakdowns_hold([change])


def exact_table(change: Variance[float]) -> list[list[Fraction]]:
    """Return the effects in hundredths, a row for each and a number for each segment."""
    return [[100 * Fraction(value) for value in row] for row in change.segment_effects.tolist()]


@given(sides=factors(), cents=st.integers(-300, 300), method=st.sampled_from(["shapley", "chain"]))
def test_effects_in_whole_units_sum_to_the_exact_change(sides: Sides, cents: int, method: str) -> None:
    change = decompose(*sides, method=method)  # type: ignore[arg-type] # columns, and a word of the type
    total = Amount(minor=round(change.total * 100), unit=CNY)
    units = change.in_units(total)
    assert sum(units.values()) == total.minor
    assert all(abs(units[name] - 100 * effect) <= 1 + 1e-9 * gross(change) for name, effect in change.effects.items())
    before = Amount(minor=cents, unit=CNY)
    exact = change.as_amounts(before, before + total)
    assert {name: value.minor for name, value in exact.effects.items()} == dict(units)
    assert_breakdowns_hold([exact])


@given(sides=factors(), method=st.sampled_from(["shapley", "chain"]))
def test_effects_of_segments_in_whole_units_sum_to_those_of_all_and_to_the_change_of_each(sides: Sides, method: str) -> None:
    change = decompose(*sides, method=method)  # type: ignore[arg-type] # columns, and a word of the type
    zero = Amount.zero(CNY)
    told = change.as_amounts(zero, Amount(minor=round(change.total * 100), unit=CNY)).segment_effects
    table = exact_table(change)
    assert told.sum(axis=1).tolist() == list(change.in_units(Amount(minor=int(told.sum()), unit=CNY)).values())
    # Of numbers that the floats hold to less than a unit, each is rounded down or up, and so are both of their sums.
    if abs(sum((value for row in table for value in row), Fraction(0)) - int(told.sum())) < 1:
        for values, numbers in zip(table, told.tolist(), strict=True):
            assert all(number in {floor(value), ceil(value)} for value, number in zip(values, numbers, strict=True))
        for line, number in [
            *zip(table, told.sum(axis=1), strict=True),
            *zip(zip(*table, strict=True), told.sum(axis=0), strict=True),
        ]:
            assert number in {floor(sum(line)), ceil(sum(line))}


@given(sides=factors(all_defined=True), order=st.permutations(range(len(NAMES))))
def test_neither_order_nor_names_of_factors_make_a_difference(sides: Sides, order: list[int]) -> None:
    change = decompose(*sides)
    renamed = {name: f"factor-{place}" for place, name in enumerate(NAMES)}
    moved = [name for name in (NAMES[place] for place in order) if name in sides[0]]
    other = decompose(*({renamed[name]: side[name] for name in moved} for side in sides))
    for name, effect in change.effects.items():
        assert other.effects[renamed[name]] == pytest.approx(effect, rel=1e-12, abs=1e-12 * gross(change))


@given(ends=st.tuples(NUMBERS, NUMBERS), other=st.tuples(NUMBERS, NUMBERS), order=st.permutations(ALIKE))
def test_the_order_of_factors_that_move_alike_gives_none_of_them_another_unit(
    ends: tuple[float, float], other: tuple[float, float], order: list[str]
) -> None:
    sides = [dict.fromkeys(ALIKE, end) | {ALIKE[0]: last} for end, last in zip(ends, other, strict=True)]
    change, turned = decompose(*sides), decompose(*({name: side[name] for name in order} for side in sides))
    assert dict(turned.effects) == dict(change.effects)
    total = Amount(minor=round(change.total * 100), unit=CNY)
    if abs(total.minor) > 1:
        assert dict(turned.in_units(total)) == dict(change.in_units(total))


@given(sides=factors(), still=st.sampled_from(NAMES), method=st.sampled_from(["shapley", "chain"]))
def test_a_factor_that_did_not_move_has_no_effect(sides: Sides, still: str, method: str) -> None:
    change = decompose(*stayed(sides, still), method=method)  # type: ignore[arg-type] # columns, and a word of the type
    total = Amount(minor=round(change.total * 100), unit=CNY)
    told = change.as_amounts(Amount.zero(CNY), total)
    assert change.effects.get(still, 0.0) == 0.0
    assert change.in_units(total).get(still, 0) == 0
    for segment in told.segments:
        assert told.of_segment(segment).get(still, Amount.zero(CNY)) == Amount.zero(CNY)


@given(sides=factors())
def test_the_way_back_has_the_same_effects_with_the_other_sign(sides: Sides) -> None:
    there, back = decompose(*sides), decompose(*sides[::-1])
    assert back.effects.keys() == there.effects.keys()
    for name, effect in there.effects.items():
        assert back.effects[name] == pytest.approx(-effect, rel=1e-12, abs=1e-12 * gross(there))


@given(sides=factors())
def test_effects_of_segments_add(sides: Sides) -> None:
    change = decompose(*sides)
    alone = [
        decompose(*({name: float(column[place]) for name, column in side.items()} for side in sides))
        for place in range(len(change.segments))
    ]
    for name, effect in change.effects.items():
        # What is undefined in one segment alone has no effect of its own there.
        assert effect == fsum(part.effects.get(name, 0.0) for part in alone)


@given(before=ITEMS, after=ITEMS, method=st.sampled_from(["shapley", "chain"]))
def test_price_volume_and_mix_sum_exactly_to_the_change(before: dict[str, Sold], after: dict[str, Sold], method: str) -> None:
    change = price_volume_mix(before, after, method=method)  # type: ignore[arg-type] # drawn from the words of the type
    assert change.total == change.after - change.before
    for item in change.segments:
        of_item = Amount.total(change.of_segment(item).values(), CNY)
        nothing = Sold(0, Amount.zero(CNY))
        own = after.get(item, nothing).amount - before.get(item, nothing).amount
        assert of_item == own
    for name, row in zip(change.effects, change.segment_effects.tolist(), strict=True):
        assert sum(row) == change.effects[name].minor
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

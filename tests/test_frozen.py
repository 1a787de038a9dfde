"""The one immutable mapping."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf import FrozenMap, InvalidValueError
from salesperf.testing import assert_value, frozen_maps, ids


@given(st.dictionaries(ids(), st.integers()), st.randoms())
def test_the_order_in_which_it_is_given_never_matters(content: dict[str, int], random: Any) -> None:  # noqa: ANN401 - has no public type
    pairs = list(content.items())
    random.shuffle(pairs)
    one, other = FrozenMap(content), FrozenMap(pairs)
    assert one == other
    assert hash(one) == hash(other)
    assert list(one) == list(other) == sorted(content)
    assert repr(one) == repr(other)


@given(st.dictionaries(ids(), st.integers()))
def test_it_equals_any_mapping_with_its_content(content: dict[str, int]) -> None:
    frozen = FrozenMap(content)
    assert frozen == content
    assert dict(frozen) == content
    assert len(frozen) == len(content)
    assert all(frozen[key] == value and key in frozen for key, value in content.items())
    assert list(frozen.items()) == list(zip(frozen, frozen.values(), strict=True)) == sorted(content.items())
    assert frozen != {**content, "one more": 0}


@given(frozen_maps())
def test_it_is_a_value(frozen: FrozenMap[str, object]) -> None:
    assert_value(frozen)


@given(frozen_maps(), frozen_maps())
def test_together_the_second_one_wins(one: FrozenMap[str, object], other: FrozenMap[str, object]) -> None:
    both = one | other
    assert isinstance(both, FrozenMap)
    assert both == {**one, **other}
    assert one | dict(other) == both


@given(frozen_maps(), frozen_maps())
def test_it_contains_another_when_that_adds_nothing(one: FrozenMap[str, object], other: FrozenMap[str, object]) -> None:
    assert one.contains(other) == (one | other == one)
    assert one.contains({})


def test_what_it_has_not_is_nothing_or_what_was_asked_for_instead() -> None:
    scope = FrozenMap({"region": "East"})
    assert scope.get("region") == scope.get("region", "West") == "East"
    assert scope.get("product") is None
    assert scope.get("product", 3) == 3


def test_keys_without_a_total_order_still_make_equal_maps_hash_alike() -> None:
    one = FrozenMap([(frozenset({1}), "a"), (frozenset({2}), "b")])
    other = FrozenMap([(frozenset({2}), "b"), (frozenset({1}), "a")])
    assert one == other
    assert hash(one) == hash(other)


def test_a_frozen_map_of_a_frozen_map_shares_its_content() -> None:
    frozen = FrozenMap({"a": 1})
    assert FrozenMap(frozen) == frozen


def test_it_is_compared_and_joined_with_mappings_only() -> None:
    assert FrozenMap({"a": 1}) != [("a", 1)]
    with pytest.raises(TypeError):
        FrozenMap({"a": 1}) | [("a", 1)]  # type: ignore[operator] # that is the fault


@pytest.mark.parametrize(
    ("items", "code", "path"),
    [
        (None, "wrong_type", ("FrozenMap",)),
        (7, "wrong_type", ("FrozenMap",)),
        ("ab", "wrong_type", ("FrozenMap",)),
        (["ab"], "wrong_type", ("FrozenMap",)),
        ([("a",)], "wrong_type", ("FrozenMap",)),
        ([{}], "wrong_type", ("FrozenMap",)),
        ([([], 1)], "unordered_keys", ("FrozenMap",)),
        ({"a": 1, 2: 1}, "unordered_keys", ("FrozenMap",)),
        ({Decimal("NaN"): 1, Decimal(1): 2}, "unordered_keys", ("FrozenMap",)),
        ([("a", 1), ("b", 2), ("a", 3)], "not_unique", ("FrozenMap",)),
        ({"b": 1, "a": []}, "unhashable", ("FrozenMap", 0)),
        ({"a": Decimal("sNaN")}, "not_finite", ("FrozenMap", 0)),
    ],
)
def test_what_makes_no_frozen_map_is_refused(items: Mapping[str, object], code: str, path: tuple[str | int, ...]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        FrozenMap(items)
    assert (caught.value.code, caught.value.path) == (code, path)

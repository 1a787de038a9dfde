"""Every noun is a value: it cannot change, and every copy of it is equal, with the same hash."""

import pytest
from examples import at_most
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

import salesperf
from salesperf.testing import NOUNS, assert_value

PERSONAL = {"Contact", "Customer", "Lead", "Opportunity", "Org", "Rating", "Rep", "Records"}
"""What holds a name that ``repr`` hides, or holds what holds one."""

PARTS_OF_BREAKDOWNS = {
    "BreakdownChange",
    "ChanceOfSum",
    "Clip",
    "DeviationFromPlan",
    "Difference",
    "Given",
    "IncidenceEnd",
    "Maximum",
    "Median",
    "Minimum",
    "NewcombeEnd",
    "OnCurve",
    "OnSteps",
    "Product",
    "ProductLimit",
    "QuantileOfSum",
    "Quotient",
    "Rounded",
    "ShapleyEffect",
    "SquareRoot",
    "Sum",
    "UncertainAmount",
    "WeightedMean",
    "WilsonEnd",
}
"""What a drawn breakdown holds, or makes."""

few = settings(max_examples=at_most(20), suppress_health_check=[HealthCheck.too_slow])


def by_name(noun: type) -> str:
    return noun.__name__


@pytest.mark.parametrize("noun", NOUNS, ids=by_name)
@few
@given(data=st.data())
def test_a_noun_equals_each_copy_of_itself_and_cannot_change(noun: type, data: DataObject) -> None:
    assert_value(data.draw(NOUNS[noun]), personal=noun.__name__ in PERSONAL)


@pytest.mark.parametrize("noun", [noun for noun in NOUNS if noun is not salesperf.Records], ids=by_name)
@few
@given(data=st.data())
def test_equality_has_no_direction_and_equals_hash_alike(noun: type, data: DataObject) -> None:
    one, other = data.draw(NOUNS[noun]), data.draw(NOUNS[noun])
    assert (one == other) is (other == one) is not (one != other)
    assert one != other or hash(one) == hash(other)


@pytest.mark.parametrize("noun", NOUNS, ids=by_name)
@settings(max_examples=3)
@given(data=st.data())
def test_a_noun_differs_from_whatever_is_none(noun: type, data: DataObject) -> None:
    drawn = data.draw(NOUNS[noun])
    assert drawn != object()
    assert drawn != repr(drawn)


def test_every_noun_at_the_root_has_a_strategy() -> None:
    classes = {name: getattr(salesperf, name) for name in salesperf.__all__}
    nouns = {name for name, noun in classes.items() if isinstance(noun, type) and not issubclass(noun, Exception)}
    assert nouns - PARTS_OF_BREAKDOWNS == set(map(by_name, NOUNS))

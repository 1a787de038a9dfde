"""One ``except SalesperfError`` catches whatever wrong values provoke in what makes or reads a noun."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeAlias

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy

from salesperf import Amount, Bounds, Interval, Rep, SalesperfError
from salesperf.testing import bad_values

Call: TypeAlias = tuple[Callable[..., object], SearchStrategy[dict[str, object]]]

some = settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])


@some
@given(data=st.data())
def test_a_wrong_argument_is_refused_by_an_error_of_ours_or_taken(call: Call, data: DataObject) -> None:
    function, good = call
    arguments = data.draw(good)
    wrong = data.draw(st.dictionaries(st.sampled_from(list(arguments)), bad_values(), min_size=1, max_size=2))
    with suppress(SalesperfError):
        made = function(**arguments | wrong)
        # What was taken must be sound: a wrong value deep within would be noticed here. Ranges of columns have no hash.
        assert isinstance(made, Interval | Bounds) or not attrs.has(type(made)) or isinstance(hash(made), int)


@settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_good_arguments_are_taken(call: Call, data: DataObject) -> None:
    function, good = call
    assert function(**data.draw(good)) is not NotImplemented


def test_only_a_missing_or_unknown_argument_is_a_type_error_as_for_every_function() -> None:
    with pytest.raises(TypeError):
        Rep()  # type: ignore[call-arg] # that is the fault
    with pytest.raises(TypeError):
        Amount(minor=1, unit=None, scale=2)  # type: ignore[call-arg, arg-type] # that is the fault

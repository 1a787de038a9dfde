"""Estimates: a value with how sure we are, or a reason why there is none."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from salesperf import Estimate, Interval, InvalidValueError, Message
from salesperf.kernels.numeric import INT64_MAX
from salesperf.testing import estimates

WHY = Message("reason.no_target")


@given(estimates())
def test_a_value_lies_within_its_interval_and_what_is_missing_has_a_reason(estimate: Estimate) -> None:
    if estimate.value is None:
        assert estimate.reason is not None
        assert estimate.interval is None
    elif estimate.interval is not None:
        assert estimate.value in estimate.interval
        assert (estimate.interval.low, estimate.interval.high) == (estimate.low, estimate.high)
        assert estimate.interval.level == estimate.level


@given(estimates())
def test_printed_it_says_what_it_rests_on(estimate: Estimate) -> None:
    text = str(estimate)
    assert text.endswith(f", n = {estimate.n}")
    assert ("[" in text) == (estimate.low is not None)
    assert ("undefined" in text) == (estimate.value is None)


def test_an_estimate_is_printed_in_a_line() -> None:
    assert str(Estimate(value=0.3, low=0.11, high=0.6, n=10)) == "0.3 [0.11, 0.6], n = 10"
    assert str(Estimate(value=12, n=3, unit="days", reason=WHY)) == "12 days, n = 3"
    assert str(Estimate.undefined(WHY, n=2)) == "undefined, n = 2"


def test_without_ends_there_is_no_interval() -> None:
    assert Estimate(value=12, n=3).interval is None


def test_numbers_of_numpy_become_those_of_python() -> None:
    estimate = Estimate(value=np.float64(0.3), low=np.float64(0.1), high=np.float64(math.inf), n=10, level=np.float64(0.9))
    assert repr(estimate) == "Estimate(value=0.3, low=0.1, high=inf, n=10, level=0.9, unit='', reason=None)"
    assert estimate.interval == Interval(0.1, math.inf, 0.9)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"value": "0.3"}, ("wrong_type", "Estimate", "value")),
        ({"value": True}, ("wrong_type", "Estimate", "value")),
        ({"value": math.nan}, ("not_finite", "Estimate", "value")),
        ({"value": math.inf}, ("not_finite", "Estimate", "value")),
        ({"value": 10**400}, ("not_finite", "Estimate", "value")),
        ({"value": None}, ("reason_missing", "Estimate", "reason")),
        ({"value": None, "reason": "no idea"}, ("wrong_type", "Estimate", "reason")),
        ({"value": None, "reason": WHY, "low": 0.0, "high": 1.0}, ("interval_half", "Estimate")),
        ({"low": 0.1}, ("interval_half", "Estimate")),
        ({"high": 0.5}, ("interval_half", "Estimate")),
        ({"low": math.nan, "high": 0.5}, ("not_finite", "Estimate", "low")),
        ({"low": "0", "high": 0.5}, ("wrong_type", "Estimate", "low")),
        ({"low": 0.5, "high": 0.1}, ("interval_reversed", "Estimate")),
        ({"low": 0.4, "high": 0.5}, ("out_of_range", "Estimate", "value")),
        ({"n": -1}, ("out_of_range", "Estimate", "n")),
        ({"n": INT64_MAX + 1}, ("out_of_range", "Estimate", "n")),
        ({"n": 3.0}, ("wrong_type", "Estimate", "n")),
        ({"level": 0}, ("between", "Estimate", "level")),
        ({"level": 1.0}, ("between", "Estimate", "level")),
        ({"level": math.nan}, ("not_finite", "Estimate", "level")),
        ({"unit": None}, ("wrong_type", "Estimate", "unit")),
    ],
)
def test_a_malformed_estimate_is_refused(changes: Mapping[str, Any], found: tuple[str, ...]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        Estimate(**{"value": 0.3, "n": 10, **changes})
    assert (caught.value.code, *caught.value.path) == found

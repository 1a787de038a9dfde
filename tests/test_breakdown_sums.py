"""Rules on the distribution of a sum and on curves over time: what they find again, against what one reckons by hand."""

from collections.abc import Callable

import attrs
import numpy as np
import pytest

from salesperf import (
    CNY,
    USD,
    Amount,
    Breakdown,
    ChanceOfSum,
    IncidenceEnd,
    InvalidValueError,
    Message,
    QuantileOfSum,
    UncertainAmount,
)
from salesperf.kernels.survival import EventTable, aalen_johansen
from salesperf.model.rule import BreakdownValue, Rule


def yuan(amount: int) -> Amount:
    return Amount.of(amount, CNY)


def tree(value: BreakdownValue, rule: Rule, *parts: BreakdownValue | Breakdown) -> Breakdown:
    nodes = [part if isinstance(part, Breakdown) else Breakdown(label=Message("part"), value=part) for part in parts]
    return Breakdown(label=Message("whole"), value=value, rule=rule, parts=nodes)


def may_come(*values: BreakdownValue) -> Breakdown:
    node = tree(None, UncertainAmount(), *values)
    return attrs.evolve(node, value=UncertainAmount()(node))


# Of 500 with a half and 300 with three quarters beside a certain 1000: 1000, 1300, 1500 and 1800, with 1/8, 3/8, 1/8 and 3/8.
STATED = (yuan(1000), may_come(yuan(500), 0.5), may_come(yuan(300), 0.75))
LEARNT = (yuan(1000), may_come(yuan(500), 0.5, 0.3, 0.7, 20), may_come(yuan(300), 0.75, 0.6, 0.9, 20))


@pytest.mark.parametrize(
    ("probability", "outcome"), [(0.0, 1000), (0.1, 1000), (0.2, 1300), (0.55, 1500), (0.9, 1800), (1, 1800)]
)
def test_what_is_not_exceeded_with_a_probability_is_the_least_such_sum(probability: float, outcome: int) -> None:
    for end in ("low", "high"):
        assert tree(yuan(outcome), QuantileOfSum(probability=probability, end=end), *STATED).holds()


@pytest.mark.parametrize(("needed", "chance"), [(1000, 1.0), (1001, 0.875), (1500, 0.5), (1800, 0.375), (1801, 0.0)])
def test_how_likely_a_sum_reaches_an_amount_is_the_chance_of_all_outcomes_that_do(needed: int, chance: float) -> None:
    for end in ("value", "low", "high"):
        rule = ChanceOfSum(end=end)
        found = rule(tree(None, rule, yuan(needed), *STATED))
        assert found == pytest.approx(chance, abs=1e-11)


def test_chances_that_are_off_move_what_is_likely_to_either_side() -> None:
    low, value, high = (
        ChanceOfSum(end=end)(tree(None, ChanceOfSum(), yuan(1500), *LEARNT)) for end in ("low", "value", "high")
    )
    # Both were learnt of the same cases, so both are off as far as their ranges go: 500 comes with its end, whatever else.
    assert (low, high) == pytest.approx((0.3, 0.7), abs=1e-9)
    # Over all errors its chance stays what it is, as sure as the parts of the common factor tell.
    assert value == pytest.approx(0.5, abs=1 / 64)


def test_amounts_of_one_kind_count_as_often_as_there_are() -> None:
    each = may_come(yuan(100), 0.02, 0.01, 0.03, 8)
    one_by_one = (yuan(0), each, each, each)
    together = (yuan(0), may_come(yuan(100), 0.02, 0.01, 0.03, 8, 3))
    rule = ChanceOfSum(end="high", correlation=0.1, strata=16, level=0.9)
    assert together[1].value == yuan(6)
    assert rule(tree(None, rule, yuan(200), *one_by_one)) == rule(tree(None, rule, yuan(200), *together))


@pytest.mark.parametrize(
    "parts",
    [
        (yuan(1000), Breakdown(label=Message("o-1"), value=yuan(250))),
        (yuan(1000), may_come(Amount.of(500, USD), 0.5)),
        (yuan(1000), may_come(yuan(-500), 0.5)),
        (yuan(1000), may_come(yuan(5), 0.5, 0.5, 0.5, 9, 2**25)),
        (yuan(1000), tree(yuan(250), UncertainAmount(), yuan(500), None)),
    ],
    ids=["no chance", "another unit", "below 0", "too many", "unknown"],
)
def test_what_is_no_sum_of_amounts_that_may_come_does_not_hold(parts: tuple[BreakdownValue | Breakdown, ...]) -> None:
    assert not tree(yuan(1000), QuantileOfSum(probability=0.1, end="low"), *parts).holds_itself()


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: QuantileOfSum(probability=1.5, end="low"), ("out_of_range", "QuantileOfSum", "probability")),
        (lambda: ChanceOfSum(end="middle"), ("choice", "ChanceOfSum", "end")),  # type: ignore[arg-type] # wrong on purpose
        (lambda: QuantileOfSum(probability=0.5, end="low", level=1), ("between", "QuantileOfSum", "level")),
        (lambda: ChanceOfSum(correlation=1.0), ("correlation", "ChanceOfSum", "correlation")),
        (lambda: ChanceOfSum(strata=0), ("out_of_range", "ChanceOfSum", "strata")),
    ],
)
def test_terms_lie_within_their_limits(make: Callable[[], object], told: tuple[str, ...]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        make()
    assert (caught.value.code, *caught.value.path) == told


def test_the_ends_of_a_curve_follow_from_who_was_followed_and_who_left() -> None:
    # Some enter late, and some are censored between the times: that shows in who was followed.
    days = np.array([2, 3, 3, 4, 6, 7, 7, 9, 11, 12])
    causes = np.array([1, 0, 2, 1, 0, 2, 1, 0, 1, 0])
    entry = np.array([0, 0, 0, 0, 5, 0, 5, 0, 8, 0])
    table = EventTable.of(days, causes, entry=entry)
    curve = aalen_johansen(table, 1)
    for row in range(table.times.size):
        rows = [each for each in range(row + 1) if table.events[each] or each == row]
        counts = [int(column[each]) for each in rows for column in (table.at_risk, table.counts[1], table.counts[2])]
        assert tree(float(curve.low[row]), IncidenceEnd("low"), *counts).holds()
        assert tree(float(curve.high[row]), IncidenceEnd("high"), *counts).holds()


def test_where_none_left_by_a_cause_the_end_is_that_of_none_of_those_followed() -> None:
    # Wilson: 1.959964^2 / (10 + 1.959964^2), of ten of whom nobody was censored.
    high = IncidenceEnd("high")(tree(None, IncidenceEnd("high"), 10, 0, 4))
    assert high == pytest.approx(3.841459 / 13.841459, rel=1e-6)
    assert tree(0.0, IncidenceEnd("low"), 10, 0, 4).holds()

"""Targets and actuals: checked against their metric and against each other."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given

from salesperf import (
    CNY,
    COUNT,
    STANDARD_METRICS,
    USD,
    Actual,
    Amount,
    Band,
    FrozenMap,
    InvalidValueError,
    Metric,
    Period,
    SalesperfError,
    Target,
    TargetKey,
    UnitMismatchError,
)
from salesperf.testing import actuals, targets

REVENUE, WIN_RATE, VISITS = (STANDARD_METRICS[key] for key in ("revenue", "win_rate", "visits"))
COST = STANDARD_METRICS["acquisition_cost"]
DISCOUNT = Metric("discount", "money", "flow", Band(Decimal(0), Decimal(9)), "Discount")
MARCH = Period.month(2026, 3)


def key(**changes: Any) -> TargetKey:  # noqa: ANN401 - a key that holds what it should not
    return TargetKey("east", "revenue", MARCH)._replace(**changes)


def yuan(text: str) -> Amount:
    return Amount.of(text, CNY)


OWED: dict[str, Any] = {"owner": "east", "metric": REVENUE, "amount": yuan("100"), "period": MARCH}
DONE: dict[str, Any] = {"owner": "r1", "metric": REVENUE, "amount": yuan("100"), "on": date(2026, 3, 2)}


@given(targets())
def test_a_target_is_in_the_dimension_of_its_metric_and_its_steps_are_in_order(target: Target) -> None:
    steps: list[Any] = [step for step in (target.floor, target.amount, target.stretch) if step is not None]
    assert steps == sorted(steps, reverse=target.metric.direction == "lower")
    if target.metric.accumulation == "ratio":
        assert all(isinstance(step, Decimal) for step in steps)
    else:
        assert {step.unit.dimension for step in steps} == {target.metric.dimension}


@given(targets())
def test_a_target_is_known_by_owner_metric_period_and_scope(target: Target) -> None:
    assert target.key == (target.owner, target.metric.key, target.period, target.scope)
    assert attrs.evolve(target, parent=target.key).parent == target.key


@given(targets(), targets())
def test_keys_sort_with_the_company_first(one: Target, other: Target) -> None:
    assert (one.key.order < other.key.order) != (one.key.order >= other.key.order)
    company = attrs.evolve(one, owner=None)
    assert company.key.order <= one.key.order


@given(actuals())
def test_an_actual_is_in_the_dimension_of_a_recorded_metric(actual: Actual) -> None:
    assert actual.amount.unit.dimension == actual.metric.dimension
    assert actual.metric.recorded == (actual.metric,)


def test_a_scope_may_be_any_mapping() -> None:
    target = Target(**OWED, scope={"region": "East"})
    assert target.scope == FrozenMap({"region": "East"})
    assert target.key.scope is target.scope


def test_of_a_cost_the_floor_is_the_highest() -> None:
    costs = {**OWED, "metric": COST, "amount": Decimal(100)}
    assert Target(**costs, floor=Decimal(120), stretch=Decimal(80)).stretch == Decimal(80)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"owner": ""}, ("empty", "Target", "owner")),
        ({"owner": 7}, ("wrong_type", "Target", "owner")),
        ({"metric": "revenue"}, ("wrong_type", "Target", "metric")),
        ({"amount": 100}, ("wrong_type", "Target", "amount")),
        ({"amount": Decimal(100)}, ("wrong_type", "Target", "amount")),
        ({"amount": Amount.of(100, COUNT)}, ("unit_dimension", "Target", "amount")),
        ({"metric": VISITS}, ("unit_dimension", "Target", "amount")),
        ({"metric": WIN_RATE}, ("wrong_type", "Target", "amount")),
        ({"metric": WIN_RATE, "amount": 0.3}, ("rate_float", "Target", "amount")),
        ({"metric": WIN_RATE, "amount": Decimal("NaN")}, ("not_finite", "Target", "amount")),
        ({"metric": WIN_RATE, "amount": Decimal("0.3"), "floor": yuan("1")}, ("wrong_type", "Target", "floor")),
        ({"period": "2026-03"}, ("wrong_type", "Target", "period")),
        ({"scope": 7}, ("wrong_type", "Target", "scope")),
        ({"scope": {"region": ""}}, ("empty", "Target", "scope", 0)),
        ({"scope": {"product": "A", "region": 7}}, ("wrong_type", "Target", "scope", 1)),
        ({"scope": {"region": ["East"]}}, ("unhashable", "Target", "scope", 0)),
        ({"floor": Decimal(1)}, ("wrong_type", "Target", "floor")),
        ({"stretch": Amount.of(200, COUNT)}, ("unit_dimension", "Target", "stretch")),
        ({"floor": yuan("101")}, ("target_order", "Target", "amount")),
        ({"stretch": yuan("99")}, ("target_order", "Target", "amount")),
        ({"floor": yuan("3"), "amount": yuan("2"), "stretch": yuan("4")}, ("target_order", "Target", "amount")),
        ({"metric": DISCOUNT, "floor": yuan("101")}, ("target_order", "Target", "amount")),
        ({"metric": COST, "amount": Decimal(100), "floor": Decimal(90)}, ("target_order", "Target", "amount")),
        ({"parent": ("east", "revenue", MARCH, FrozenMap())}, ("wrong_type", "Target", "parent")),
        ({"parent": key(owner="")}, ("empty", "Target", "parent", "owner")),
        ({"parent": key(metric=None)}, ("wrong_type", "Target", "parent", "metric")),
        ({"parent": key(period="2026-03")}, ("wrong_type", "Target", "parent", "period")),
        ({"parent": key(scope={})}, ("wrong_type", "Target", "parent", "scope")),
        ({"parent": key(scope=7)}, ("wrong_type", "Target", "parent", "scope")),
        ({"agreed": datetime(2026, 1, 1, tzinfo=UTC)}, ("date_is_datetime", "Target", "agreed")),
        ({"rationale": None}, ("wrong_type", "Target", "rationale")),
    ],
)
def test_a_malformed_target_is_refused(changes: Mapping[str, Any], found: tuple[str | int, ...]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        Target(**{**OWED, **changes})
    assert (caught.value.code, *caught.value.path) == found


@pytest.mark.parametrize("step", ["floor", "stretch"])
def test_a_target_in_two_currencies_is_refused(step: str) -> None:
    with pytest.raises(UnitMismatchError) as caught:
        Target(**{**OWED, step: Amount.of(100, USD)})
    assert (caught.value.code, caught.value.path) == ("unit_mismatch", ("Target", step))


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"owner": None}, ("wrong_type", "Actual", "owner")),
        ({"metric": None}, ("wrong_type", "Actual", "metric")),
        ({"amount": Decimal(100)}, ("wrong_type", "Actual", "amount")),
        ({"amount": Amount.of(1, COUNT)}, ("unit_dimension", "Actual", "amount")),
        ({"metric": WIN_RATE}, ("not_recorded", "Actual", "metric")),
        ({"metric": STANDARD_METRICS["average_order_value"]}, ("not_recorded", "Actual", "metric")),
        ({"on": datetime(2026, 3, 2, tzinfo=UTC)}, ("date_is_datetime", "Actual", "on")),
        ({"on": "2026-03-02"}, ("wrong_type", "Actual", "on")),
        ({"scope": [1]}, ("wrong_type", "Actual", "scope")),
        ({"ref": " x1"}, ("empty", "Actual", "ref")),
    ],
)
def test_a_malformed_actual_is_refused(changes: Mapping[str, Any], found: tuple[str | int, ...]) -> None:
    with pytest.raises(SalesperfError) as caught:
        Actual(**{**DONE, **changes})
    assert (caught.value.code, *caught.value.path) == found


def test_who_records_a_ratio_is_told_what_to_record() -> None:
    with pytest.raises(InvalidValueError, match=r"record 'won_deals' and 'closed_deals'; the ratio follows"):
        Actual(**{**DONE, "metric": WIN_RATE})

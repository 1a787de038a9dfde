"""Metrics: what they are, how they add up, which way is better."""

from collections.abc import Callable, Mapping
from decimal import Decimal

import attrs
import pytest
from hypothesis import given

from salesperf import STANDARD_METRICS, Band, InvalidValueError, Metric, NotAdditiveError, SalesperfError
from salesperf.messages import catalog
from salesperf.testing import bands, metrics

REVENUE, ORDERS = STANDARD_METRICS["revenue"], STANDARD_METRICS["orders"]
DEMOS: dict[str, object] = {
    "key": "demos",
    "dimension": "count",
    "accumulation": "flow",
    "direction": "higher",
    "title": "Product demos",
}


def code_and_path(call: Callable[[], object], kind: type[SalesperfError] = InvalidValueError) -> tuple[object, ...]:
    with pytest.raises(kind) as caught:
        call()
    return (caught.value.code, *caught.value.path)


@given(metrics())
def test_a_ratio_rests_on_its_two_parts_and_anything_else_on_itself(metric: Metric) -> None:
    if metric.accumulation == "ratio":
        assert metric.recorded == (metric.numerator, metric.denominator)
    else:
        assert metric.recorded == (metric,)
    assert all(part.accumulation != "ratio" for part in metric.recorded)


@given(metrics())
def test_only_a_flow_may_be_divided(metric: Metric) -> None:
    if metric.accumulation == "flow":
        metric.require_additive("target", "metric")
    else:
        found = code_and_path(lambda: metric.require_additive("target", "metric"), NotAdditiveError)
        assert found == ("not_additive", "target", "metric")
    assert metric.is_additive == (metric.accumulation == "flow")


@given(bands())
def test_both_ends_belong_to_a_band(band: Band) -> None:
    assert band.low in band
    assert band.high in band
    assert band.low - 1 not in band
    assert band.high + 1 not in band


def test_an_end_of_a_band_may_be_an_int() -> None:
    assert Band(1, Decimal("2.5")) == Band(Decimal(1), Decimal("2.5"))


@pytest.mark.parametrize("key", STANDARD_METRICS)
def test_a_ready_made_metric_is_titled_in_every_language(key: str) -> None:
    metric = STANDARD_METRICS[key]
    assert metric.key == key
    assert metric.title == f"metric.{key}"
    assert metric.title in catalog("en")
    assert metric.title in catalog("zh")


def test_the_ready_made_ratios_are_those_of_the_textbooks() -> None:
    # Each as its usual definition, numerator over denominator; the promoter score is promoters less detractors over answers.
    ratios = {
        key: tuple(part.key for part in metric.recorded)
        for key, metric in STANDARD_METRICS.items()
        if metric.accumulation == "ratio"
    }
    assert ratios == {
        "average_order_value": ("revenue", "orders"),
        "conversion_rate": ("converted_leads", "leads"),
        "win_rate": ("won_deals", "closed_deals"),
        "customer_satisfaction": ("satisfied_responses", "survey_responses"),
        "net_promoter_score": ("net_promoters", "survey_responses"),
        "repurchase_rate": ("repeat_customers", "customers"),
        "retention_rate": ("retained_customers", "opening_customers"),
        "referral_rate": ("referred_customers", "new_customers"),
        "market_share": ("revenue", "market_size"),
        "acquisition_cost": ("acquisition_spend", "new_customers"),
        "output_per_head": ("revenue", "headcount"),
    }


def test_a_cost_is_better_when_lower() -> None:
    lower = {key for key, metric in STANDARD_METRICS.items() if metric.direction == "lower"}
    assert lower == {"acquisition_spend", "acquisition_cost"}


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"key": ""}, "empty", "key"),
        ({"key": " demos"}, "empty", "key"),
        ({"title": None}, "wrong_type", "title"),
        ({"dimension": "weight"}, "choice", "dimension"),
        ({"dimension": "ratio"}, "choice", "dimension"),
        ({"accumulation": "sum"}, "choice", "accumulation"),
        ({"direction": "up"}, "choice", "direction"),
        ({"direction": 1}, "choice", "direction"),
        ({"numerator": REVENUE}, "wrong_type", "numerator"),
        ({"denominator": REVENUE}, "wrong_type", "denominator"),
        ({"accumulation": "ratio"}, "wrong_type", "numerator"),
        ({"accumulation": "ratio", "numerator": REVENUE}, "wrong_type", "denominator"),
        ({"accumulation": "ratio", "numerator": "revenue", "denominator": ORDERS}, "wrong_type", "numerator"),
        (
            {"accumulation": "ratio", "numerator": REVENUE, "denominator": STANDARD_METRICS["win_rate"]},
            "not_recorded_part",
            "denominator",
        ),
    ],
)
def test_a_malformed_metric_is_refused(changes: Mapping[str, object], code: str, field: str) -> None:
    assert code_and_path(lambda: Metric(**{**DEMOS, **changes})) == (code, "Metric", field)  # type: ignore[arg-type] # the fault


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [
        (0.1, Decimal(1), ("rate_float", "Band", "low")),
        ("1", Decimal(1), ("wrong_type", "Band", "low")),
        (Decimal(0), Decimal("NaN"), ("not_finite", "Band", "high")),
        (Decimal(0), Decimal(10) ** 19, ("out_of_range", "Band", "high")),
        (Decimal("1E-200"), Decimal(1), ("decimal_scale", "Band", "low")),
        (Decimal(2), Decimal(1), ("interval_reversed", "Band")),
    ],
)
def test_a_malformed_band_is_refused(low: Decimal, high: Decimal, found: tuple[str, ...]) -> None:
    assert code_and_path(lambda: Band(low, high)) == found


def test_a_metric_of_ones_own_may_stay_within_a_band() -> None:
    discount = attrs.evolve(STANDARD_METRICS["visits"], key="discount", direction=Band(Decimal(0), Decimal("0.15")))
    assert isinstance(discount.direction, Band)
    assert Decimal("0.15") in discount.direction

"""The field's formulas: laws over the whole registry, then each convention by an example from outside."""

import inspect
import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from examples import at_most
from hypothesis import given, settings
from hypothesis import strategies as st

from salesperf import formulas
from salesperf.errors import InvalidValueError
from salesperf.formulas import FORMULAS

EVERY = pytest.mark.parametrize("formula", FORMULAS.values(), ids=FORMULAS)
values = st.floats(-1e9, 1e9) | st.integers(0, 1000).map(float) | st.floats(0, 1) | st.sampled_from([0.0, math.nan])

QUOTIENTS = {
    "achievement": "target",
    "acquisition_cost": "new_customers",
    "attainment_ratio": "target",
    "average_order_value": "orders",
    "churn_rate": "opening_customers",
    "cohort_win_rate": "created",
    "compound_growth_rate": "periods",
    "conversion_rate": "entered",
    "customer_satisfaction": "survey_responses",
    "gross_coverage": "target",
    "gross_margin_rate": "revenue",
    "growth_rate": "previous",
    "inverse_achievement": "actual",
    "market_share": "market_size",
    "net_promoter_score": "survey_responses",
    "output_per_head": "headcount",
    "pace": "planned_to_date",
    "pipeline_needed": "win_rate_by_value",
    "pipeline_shortfall": "win_rate_by_value",
    "referral_rate": "new_customers",
    "repurchase_rate": "customers",
    "required_run_rate": "remaining",
    "retention_rate": "opening_customers",
    "return_on_investment": "spend",
    "run_rate": "elapsed",
    "sales_velocity": "average_cycle_days",
    "slip_rate": "due",
    "slip_rate_by_value": "due_value",
    "time_progress": "total",
}
"""What each formula divides by, where that is one argument."""

DIVIDED_BY_MORE = {
    "lifetime_value_in_advance",
    "lifetime_value_in_arrears",
    "pipeline_coverage",
    "win_rate",
    "win_rate_by_value",
}
UNDIVIDED = {
    "annual_recurring_revenue",
    "gross_margin",
    "time_progress_gap",
    "total_contract_value",
    "variance",
    "weighted_value",
}


def arguments(formula: Callable[..., Any]) -> list[str]:
    """Return the names of a formula's arguments."""
    return list(inspect.signature(formula).parameters)


# Laws of every formula


def test_the_registry_holds_every_public_formula() -> None:
    assert set(FORMULAS) == set(formulas.__all__) - {"FORMULAS"}
    assert all(FORMULAS[name] is getattr(formulas, name) for name in FORMULAS)
    assert set(FORMULAS) == set(QUOTIENTS) | DIVIDED_BY_MORE | UNDIVIDED


@EVERY
@settings(max_examples=at_most(25))
@given(data=st.data())
def test_number_and_column_agree_to_the_bit(formula: Callable[..., Any], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.tuples(*[values] * len(arguments(formula))), min_size=1, max_size=10))
    column = formula(*(np.array(part) for part in zip(*rows, strict=True)))
    singles = [formula(*row) for row in rows]
    assert all(type(single) is float for single in singles)
    assert np.array_equal(column, singles, equal_nan=True)


@EVERY
def test_whole_numbers_and_floats_agree(formula: Callable[..., Any]) -> None:
    count = len(arguments(formula))
    wholes = [np.arange(1 + shift, 4 + shift, dtype=np.int8) for shift in range(count)]
    assert np.array_equal(formula(*wholes), formula(*(whole.astype(float) for whole in wholes)), equal_nan=True)


@EVERY
def test_a_number_beside_a_column_stands_for_each_of_its_elements(formula: Callable[..., Any]) -> None:
    names = arguments(formula)
    column = np.array([0.25, 0.5, 0.75])
    for name in names:
        mixed = {other: column if other == name else 0.5 for other in names}
        spread = {other: column if other == name else np.full(3, 0.5) for other in names}
        assert np.array_equal(formula(**mixed), formula(**spread), equal_nan=True)


@EVERY
def test_nan_passes_through_from_every_argument(formula: Callable[..., Any]) -> None:
    names = arguments(formula)
    for name in names:
        assert math.isnan(formula(**{other: math.nan if other == name else 0.5 for other in names}))


@EVERY
@pytest.mark.parametrize("value", [0.0, -0.0, 1e308, -1e308, 1e-308, math.inf, -math.inf])
def test_no_number_makes_a_formula_warn(formula: Callable[..., Any], value: float) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert isinstance(formula(*[value] * len(arguments(formula))), float)
        assert formula(*[np.array([value])] * len(arguments(formula))).shape == (1,)


@pytest.mark.parametrize(("name", "denominator"), QUOTIENTS.items())
@pytest.mark.parametrize("nothing", [0.0, -0.0, -2.0])
def test_a_quotient_over_nothing_or_less_is_undefined_not_zero(name: str, denominator: str, nothing: float) -> None:
    given_values = {other: nothing if other == denominator else 0.5 for other in arguments(FORMULAS[name])}
    assert math.isnan(FORMULAS[name](**given_values))


@EVERY
def test_what_is_no_number_is_refused_by_its_name(formula: Callable[..., Any]) -> None:
    names = arguments(formula)
    for name in names:
        with pytest.raises(InvalidValueError) as caught:
            formula(**{other: "1" if other == name else 1.0 for other in names})
        assert (caught.value.code, caught.value.path) == ("not_numeric", (name,))


@EVERY
def test_a_formula_tells_its_chinese_term_its_formula_its_source_and_a_number(formula: Callable[..., Any]) -> None:
    text = inspect.getdoc(formula) or ""
    assert any("一" <= character <= "鿿" for character in text.partition("\n")[0])
    assert all(f"\n{section}\n---" in text for section in ("Parameters", "Returns", "Notes", "References", "Examples"))


# Laws between formulas

amounts = st.floats(1, 1e9)
rates = st.floats(0.01, 1)


@given(amounts, amounts)
def test_achievement_and_attainment_mirror_each_other_about_the_target(actual: float, target: float) -> None:
    mirrored = formulas.attainment_ratio(actual, target) + formulas.achievement(actual, target)
    assert mirrored == pytest.approx(2, abs=1e-12 * (1 + actual / target))
    assert formulas.inverse_achievement(actual, target) == formulas.attainment_ratio(target, actual)


@pytest.mark.parametrize("target", [0.0, -5.0])
def test_a_target_of_nothing_leaves_every_achievement_undefined(target: float) -> None:
    assert math.isnan(formulas.achievement(3, target))
    assert math.isnan(formulas.inverse_achievement(3, target))


@given(amounts, amounts, st.integers(1, 20))
def test_compound_growth_leads_from_the_first_value_to_the_last(first: float, last: float, periods: int) -> None:
    rate = formulas.compound_growth_rate(first, last, periods)
    assert first * (1 + rate) ** periods == pytest.approx(last, abs=1e-12 * max(first, last))
    growth = formulas.growth_rate(last, first)
    assert formulas.compound_growth_rate(first, last, 1) == pytest.approx(growth, rel=1e-12, abs=1e-12)


def test_compound_growth_to_nothing_is_total_loss_and_below_it_undefined() -> None:
    assert formulas.compound_growth_rate(100, 0, 3) == -1
    assert math.isnan(formulas.compound_growth_rate(100, -1, 3))
    assert math.isnan(formulas.compound_growth_rate(0, 100, 3))


@given(amounts, st.integers(1, 30), st.integers(1, 30))
def test_who_keeps_the_required_pace_ends_on_target(target: float, elapsed: int, remaining: int) -> None:
    actual = 0.5 * target
    ahead = formulas.required_run_rate(actual, target, remaining) * remaining
    assert actual + ahead == pytest.approx(target, rel=1e-12)
    assert formulas.run_rate(target, elapsed, elapsed) == pytest.approx(target, rel=1e-12)


def test_a_target_that_is_reached_asks_for_nothing_more() -> None:
    assert formulas.required_run_rate(120, 100, 5) == 0
    assert formulas.pipeline_needed(100, 120, 0.25) == 0
    assert formulas.pipeline_shortfall(100, 120, 0.25, 30) == -30
    assert math.isnan(formulas.pipeline_coverage(30, 100, 100))
    assert math.isnan(formulas.pipeline_coverage(30, 100, 120))


@given(amounts, st.floats(0, 0.9), rates)
def test_a_pipeline_without_shortfall_covers_the_rest_by_the_inverse_win_rate(
    target: float, won_share: float, win_rate: float
) -> None:
    won = won_share * target
    needed = formulas.pipeline_needed(target, won, win_rate)
    assert formulas.pipeline_shortfall(target, won, win_rate, needed) == 0
    assert formulas.pipeline_coverage(needed, target, won) == pytest.approx(1 / win_rate, rel=1e-12)
    assert formulas.weighted_value(needed, win_rate) == pytest.approx(target - won, rel=1e-12)


@given(amounts)
def test_both_coverages_agree_until_something_is_won(open_value: float) -> None:
    assert formulas.pipeline_coverage(open_value, 500, 0) == formulas.gross_coverage(open_value, 500)


@given(amounts, st.floats(0, 1), st.floats(0.001, 0.5))
def test_a_margin_at_once_is_worth_one_margin_more(margin: float, retention: float, discount: float) -> None:
    later = formulas.lifetime_value_in_arrears(margin, retention, discount)
    assert formulas.lifetime_value_in_advance(margin, retention, discount) == pytest.approx(later + margin, rel=1e-9)
    partial = sum(margin * (retention / (1 + discount)) ** period for period in range(1, 50))
    rest = later * (retention / (1 + discount)) ** 49
    assert partial + rest == pytest.approx(later, rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("discount", [0.0, -0.1])
def test_a_customer_who_never_leaves_and_is_never_discounted_has_no_finite_value(discount: float) -> None:
    assert math.isnan(formulas.lifetime_value_in_arrears(100, 1, discount))
    assert math.isnan(formulas.lifetime_value_in_advance(100, 1, discount))


@given(st.integers(0, 100), st.integers(1, 100))
def test_retention_and_churn_share_the_opening_customers(lost: int, retained: int) -> None:
    opening = lost + retained
    kept = formulas.retention_rate(retained, opening)
    assert kept + formulas.churn_rate(lost, opening) == pytest.approx(1, abs=1e-15)


@given(amounts, amounts)
def test_the_gross_margin_rate_is_the_gross_margin_over_revenue(revenue: float, cost: float) -> None:
    assert formulas.gross_margin_rate(revenue, cost) == formulas.gross_margin(revenue, cost) / revenue


# Worked examples from outside


def test_the_scores_of_published_surveys(oracle: Callable[[str], Any]) -> None:
    # 100 x (promoters - detractors) / responses; ratings off the scale are refused where ratings are read.
    for case in oracle("nps.json")["cases"]:
        if "error" in case["expected"]:
            continue
        counts = case["inputs"].get("counts") or _survey(case["inputs"]["ratings"])
        score = formulas.net_promoter_score(counts["promoters"], counts["detractors"], sum(counts.values()))
        assert score == case["expected"]["nps"]


def _survey(ratings: list[int]) -> dict[str, int]:
    promoters, detractors = sum(rating >= 9 for rating in ratings), sum(rating <= 6 for rating in ratings)
    return {"promoters": promoters, "detractors": detractors, "passives": len(ratings) - promoters - detractors}


def _cases(read: Any) -> dict[str, Any]:  # noqa: ANN401 - parsed JSON
    return {case["id"]: case for case in read["cases"]}


def test_the_pipeline_of_published_documents(oracle: Callable[[str], Any]) -> None:
    cases = _cases(oracle("forecast_pipeline.json"))
    deals = np.array(cases["zb-2"]["inputs"]["deals"])
    # The source gives percent; probabilities are fractions here.
    assert formulas.weighted_value(deals[:, 0], deals[:, 1] / 100).tolist() == cases["zb-2"]["expected"]["each"]
    won = cases["fd-avg-won"]["inputs"]["values"]
    assert formulas.average_order_value(sum(won), len(won)) == cases["fd-avg-won"]["expected"]["mean"]
    of = cases["ro-velocity"]["inputs"]
    velocity = formulas.sales_velocity(of["opportunities"], of["win_rate"], of["avg_value"], of["cycle_days"])
    assert velocity == pytest.approx(cases["ro-velocity"]["expected"]["velocity_per_day"], abs=0.005)


def test_the_target_variance_of_an_open_source_erp(oracle: Callable[[str], Any]) -> None:
    # Achieved - target: falling short is negative.
    cases = _cases(oracle("targets_and_contribution.json"))
    for name in ("variance-person", "variance-partner"):
        expected = cases[name]["expected"]
        assert formulas.variance(expected["achieved"], expected["target"]) == expected["variance"]
    december = cases["december-10pct"]
    assert formulas.variance(december["inputs"]["sold"], 5) == december["expected"]["variance"]


@pytest.mark.parametrize(
    ("found", "published", "tolerance"),
    [
        # CodingAce, "Quarterly run rate": 185,000 after 52 of 90 days, 300,000 to reach.
        (formulas.run_rate(185_000, 52, 90), 320_192.31, 0.005),
        (formulas.required_run_rate(185_000, 300_000, 38), 3_026.32, 0.005),
        # SAP Strategy Management, "Achievement scores": 45 of 50 is a score of 90.
        (formulas.attainment_ratio(45, 50), 0.90, 0),
        # CodingAce, "KPI achievement rate": 6.5 hours against a target of 8.
        (formulas.inverse_achievement(6.5, 8), 1.2308, 5e-5),
        # Varicent, "Created win rate": of 100 deals created 3 are won, 7 lost, 90 open.
        (formulas.cohort_win_rate(3, 100), 0.03, 0),
        (formulas.win_rate(3, 7), 0.30, 0),
        # Winsabove, "Sales velocity": 18 deals of 42,000 at 24 % in 78 days.
        (formulas.sales_velocity(18, 0.24, 42_000, 78), 2_326, 0.5),
        # RetentionLens, "Total contract value": three years at 100,000 and a setup of 30,000.
        (formulas.total_contract_value(100_000 / 12, 36, 30_000), 330_000, 1e-6),
        # Conga, "SaaS metrics": 2,000 over 18 months.
        (formulas.annual_recurring_revenue(2_000 / 18), 1_333, 0.5),
        # Study question on L. L. Bean: margin 150, retention 55 %, cost of capital 10 %, first margin after a year.
        (formulas.lifetime_value_in_arrears(150, 0.55, 0.10), 150, 1e-9),
    ],
)
def test_published_examples(found: float, published: float, tolerance: float) -> None:
    assert found == pytest.approx(published, abs=tolerance)


def test_a_long_column_is_worked_through_whole() -> None:
    actual = np.arange(100_000.0)
    assert np.array_equal(formulas.attainment_ratio(actual, np.full(actual.size, 7)), actual / 7)

"""Intraclass correlations and Krippendorff's alpha: what they obey, and what they are by definition."""

import math
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from salesperf import InvalidValueError
from salesperf.kernels.agreement import ICC_KINDS, MEASUREMENTS, intraclass_correlation, krippendorff_alpha
from salesperf.kernels.special import fisher_f_cdf, fisher_f_quantile

any_correlation: Any = intraclass_correlation
any_alpha: Any = krippendorff_alpha

tables = st.tuples(st.integers(2, 5), st.integers(2, 4)).flatmap(
    lambda shape: st.lists(
        st.lists(st.integers(1, 5), min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0]
    ).map(lambda rows: np.array(rows, np.float64))
)


def alpha_by_definition(ratings: Any, measurement: str) -> float:  # noqa: ANN401 - a table
    """Go through all pairs."""
    units = [[value for value in row if not math.isnan(value)] for row in ratings.tolist()]
    units = [unit for unit in units if len(unit) > 1]
    everything = [value for unit in units for value in unit]

    def difference(one: float, other: float) -> float:
        if measurement == "nominal":
            return float(one != other)
        if measurement == "interval":
            return (one - other) ** 2
        if measurement == "ratio":
            return ((one - other) / (one + other)) ** 2 if one + other else 0.0
        low, high = sorted((one, other))
        between = sum(low <= value <= high for value in everything)
        return (between - (everything.count(one) + everything.count(other)) / 2) ** 2 if one != other else 0.0

    within = sum(sum(difference(*pair) for pair in permutations(unit, 2)) / (len(unit) - 1) for unit in units)
    among = sum(difference(*pair) for pair in permutations(everything, 2))
    return 1 - (len(everything) - 1) * within / among if among else math.nan


@given(tables, st.sampled_from(MEASUREMENTS), st.randoms(use_true_random=False))
def test_alpha_is_what_going_through_all_pairs_finds(ratings: Any, measurement: Any, random: Any) -> None:  # noqa: ANN401 - drawn
    ratings = np.where([[random.random() < 0.2 for _ in row] for row in ratings], np.nan, ratings)
    found = krippendorff_alpha(ratings, measurement)
    assert found == pytest.approx(alpha_by_definition(ratings, measurement), rel=1e-9, abs=1e-12, nan_ok=True)


@given(tables, st.sampled_from(ICC_KINDS), st.floats(0.05, 0.99))
def test_an_interval_holds_its_value_and_no_order_or_unit_matters(ratings: Any, kind: Any, level: float) -> None:  # noqa: ANN401 - drawn
    found = intraclass_correlation(ratings, kind, level=level)
    assert math.isnan(found.value) or found.low <= found.value <= found.high
    assert not found.value > 1
    other = intraclass_correlation(3 * ratings[::-1, ::-1] + 7, kind, level=level)
    assert other == pytest.approx(found, rel=1e-6, abs=1e-9, nan_ok=True)


@given(tables, st.data())
def test_a_rater_who_gives_more_to_all_changes_consistency_not(ratings: Any, data: st.DataObject) -> None:  # noqa: ANN401 - drawn
    shifted = ratings.copy()
    shifted[:, data.draw(st.integers(0, ratings.shape[1] - 1))] += 2
    for kind in ("icc3", "icc3k"):
        before, after = any_correlation(ratings, kind).value, any_correlation(shifted, kind).value
        assert after == pytest.approx(before, rel=1e-6, abs=1e-9, nan_ok=True)


def test_a_table_with_gaps_is_the_unbalanced_analysis_of_variance() -> None:
    ratings = np.array([[1.0, 2, np.nan], [4, 5, 6], [np.nan, np.nan, np.nan], [3, np.nan, np.nan]])
    # By hand: 3 subjects of 2, 3 and 1; k = (6 - 14 / 6) / 2 = 11/6; between 91/6 - 2.5 over 2, within 2.5 over 3.
    between, within, k = (17.5 - 2.5) / 2, 2.5 / 3, 11 / 6
    assert intraclass_correlation(ratings, "icc1").value == pytest.approx((between - within) / (between + (k - 1) * within))
    assert intraclass_correlation(ratings, "icc1k").subjects == 3


@pytest.mark.parametrize("kind", ICC_KINDS)
def test_perfect_agreement_is_one_and_no_difference_between_subjects_is_undefined(kind: Any) -> None:  # noqa: ANN401 - a word
    agree = np.array([[1.0, 1], [2, 2], [4, 4]])
    assert intraclass_correlation(agree, kind)[:3] == pytest.approx((1.0, 1.0, 1.0))
    apart = intraclass_correlation(np.array([[1.0, 3], [3, 1], [2, 2]]), kind)
    assert math.isnan(apart.value) or apart.value < 0
    assert math.isnan(intraclass_correlation(np.full((3, 2), 2.0), kind).value)


def test_raters_who_differ_by_constants_alone_are_consistent_and_agree_less() -> None:
    ratings = np.array([[1.0, 2], [2, 3], [4, 5]])
    assert intraclass_correlation(ratings, "icc3")[:3] == pytest.approx((1.0, 1.0, 1.0))
    agreement = intraclass_correlation(ratings, "icc2")
    assert agreement.low < agreement.value < 1


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: any_correlation(np.ones((3, 2)), "icc4"), "choice"),
        (lambda: any_correlation(np.ones((3, 2)), "icc1", level=1), "between"),
        (lambda: any_correlation([[1.0, 2]], "icc1"), "not_a_matrix"),
        (lambda: any_alpha(np.ones((3, 2)), "order"), "choice"),
        (lambda: any_alpha(-np.ones((3, 2)), "ratio"), "out_of_range"),
    ],
)
def test_what_is_asked_wrongly_is_refused(call: Any, code: str) -> None:  # noqa: ANN401 - a callable
    with pytest.raises(InvalidValueError) as caught:
        call()
    assert caught.value.code == code


@given(st.floats(1e-9, 1 - 1e-9), st.floats(0.2, 1e4), st.floats(0.2, 1e4))
def test_f_is_that_of_scipy(p: float, numerator: float, denominator: float) -> None:
    quantile = fisher_f_quantile(p, numerator, denominator)
    if 1e-250 < quantile < 1e250:
        assert quantile == pytest.approx(float(stats.f.ppf(p, numerator, denominator)), rel=1e-9)
        assert fisher_f_cdf(quantile, numerator, denominator) == pytest.approx(p, rel=1e-9)


@pytest.mark.parametrize("unit", [1e-300, 1e300])
def test_agreement_does_not_depend_on_the_unit_however_small_or_large(unit: float) -> None:
    ratings = np.array([[9.0, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6]])
    for kind in ICC_KINDS:
        assert intraclass_correlation(ratings * unit, kind) == pytest.approx(intraclass_correlation(ratings, kind), rel=1e-9)
    assert krippendorff_alpha(ratings * unit, "interval") == pytest.approx(krippendorff_alpha(ratings, "interval"), rel=1e-9)

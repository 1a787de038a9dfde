"""What rankings obey: chances sum to their places, shrunken means stay between, the unit and the order change nothing."""

import math

import numpy as np
import pytest
from examples import at_most
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from salesperf.appraisal import rank_means, rank_rates
from salesperf.kernels.proportion import shrink
from salesperf.kernels.shrunken_means import shrink_means
from salesperf.kernels.top_k import top_k_of_draws, top_k_of_normals

numbers = st.lists(st.tuples(st.floats(-3, 3), st.floats(0, 2)), min_size=1, max_size=12)
counts = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=8).filter(
    lambda drawn: any(k + rest for k, rest in drawn)
)


@given(numbers, st.data())
def test_chances_sum_to_k_lie_within_0_and_1_and_are_alike_for_those_who_are(
    drawn: list[tuple[float, float]], data: st.DataObject
) -> None:
    mean, deviation = (np.array([each[side] for each in drawn] * 2) for side in (0, 1))
    k = data.draw(st.integers(1, mean.size))
    found = top_k_of_normals(mean, deviation, k)
    assert found.sum() == pytest.approx(k, abs=1e-3)
    assert ((found >= 0) & (found <= 1)).all()
    assert found[: len(drawn)] == pytest.approx(found[len(drawn) :], abs=1e-12)


@given(st.floats(-3, 3), st.floats(0.1, 2), st.floats(0.1, 2))
def test_of_two_the_chance_is_that_of_a_difference(apart: float, one: float, other: float) -> None:
    found = top_k_of_normals(np.array([apart, 0.0]), np.array([one, other]), 1)
    assert found[0] == pytest.approx(float(stats.norm.cdf(apart / math.hypot(one, other))), abs=1e-3)


@given(st.lists(st.lists(st.integers(0, 3), min_size=5, max_size=5), min_size=1, max_size=9), st.integers(1, 5))
def test_draws_give_away_exactly_k_places(drawn: list[list[int]], k: int) -> None:
    assert top_k_of_draws(np.array(drawn, np.float64), k).sum() == pytest.approx(k, rel=1e-12)


@given(numbers.filter(lambda drawn: any(error > 0.01 for _, error in drawn)))
def test_a_shrunken_mean_lies_between_its_own_and_that_of_all(drawn: list[tuple[float, float]]) -> None:
    values, errors = (np.array([each[side] for each in drawn]) for side in (0, 1))
    errors = np.where(errors > 0.01, errors, 0.0)
    shrunk = shrink_means(values, errors)
    assert shrunk.prior_mean >= values.min() - 1e-9
    assert shrunk.prior_mean <= values.max() + 1e-9
    # The mean of all is not the same for every variance of the groups: a hair beyond it is possible.
    low, high = np.minimum(values, shrunk.prior_mean), np.maximum(values, shrunk.prior_mean)
    slack = np.ptp(values) * 0.2 + 1e-9
    assert ((shrunk.value >= low - slack) & (shrunk.value <= high + slack)).all()
    assert (shrunk.deviation <= np.ptp(values) + errors + 1e-9).all()


@given(counts, st.integers(1, 9))
def test_a_ranking_of_rates_is_one_of_its_shrunken_estimates(drawn: list[tuple[int, int]], top: int) -> None:
    k, n = np.array([k for k, _ in drawn]), np.array([k + rest for k, rest in drawn])
    top = min(top, k.size)
    ranking = rank_rates(k, n, top=top)
    assert ranking.value.tolist() == shrink(k, n).value.tolist()
    assert ranking.top_probability is not None
    assert ranking.top_probability.sum() == pytest.approx(top, abs=1e-3)
    assert sorted(name for group in ranking.groups for name in group) == sorted(ranking.names)
    for group in ranking.groups:
        assert not any(ranking.can_be_told_apart(one, other) for one in group for other in group)
    # Whoever begins a group is told apart from somebody of the one before.
    for before, after in zip(ranking.groups, ranking.groups[1:], strict=False):
        assert any(ranking.can_be_told_apart(one, after[0]) for one in before)
    order = np.random.default_rng(0).permutation(k.size)
    shuffled = rank_rates(k[order], n[order], top=top, names=[ranking.names[place] for place in order])
    assert {tuple(sorted(group)) for group in shuffled.groups} == {tuple(sorted(group)) for group in ranking.groups}


@settings(max_examples=at_most(5))
@given(counts)
def test_draws_and_quadrature_agree_and_draws_give_away_exactly_the_places(drawn: list[tuple[int, int]]) -> None:
    k, n = [k for k, _ in drawn], [k + rest for k, rest in drawn]
    found = rank_rates(k, n, top=1, rng=np.random.default_rng(1)).top_probability
    assert found is not None
    assert found.sum() == pytest.approx(1, rel=1e-12)
    quadrature = rank_rates(k, n, top=1).top_probability
    assert quadrature is not None
    assert np.abs(found - quadrature).max() < 0.06


@pytest.mark.parametrize("unit", [1e-300, 1e-200, 1e200, 1e300])
def test_the_unit_of_means_changes_nothing_however_small_or_large(unit: float) -> None:
    plain = rank_means([1.0, 2.0, 9.0], [1.0, 1.0, 2.0], top=1)
    scaled = rank_means([unit, 2 * unit, 9 * unit], [unit, unit, 2 * unit], top=1)
    assert scaled.value / unit == pytest.approx(plain.value, rel=1e-12)
    assert scaled.deviation / unit == pytest.approx(plain.deviation, rel=1e-9)
    assert scaled.top_probability == pytest.approx(plain.top_probability, abs=1e-9)
    assert scaled.groups == plain.groups
    assert scaled.funnel().centre / unit == pytest.approx(plain.funnel().centre, rel=1e-12)

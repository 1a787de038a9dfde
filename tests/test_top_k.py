"""Chances to be among the k largest, and rankings that rest on them."""

import math
from typing import Any

import numpy as np
import pytest
from scipy import integrate, stats

from salesperf import InvalidValueError
from salesperf.appraisal import rank_means, rank_rates
from salesperf.kernels.shrunken_means import shrink_means
from salesperf.kernels.top_k import top_k_of_betas, top_k_of_draws, top_k_of_normals

any_rates: Any = rank_rates
any_means: Any = rank_means
any_draws: Any = top_k_of_draws


@pytest.mark.parametrize("errors", [(1e-10,) * 3, (1e-60,) * 3, (1e-200,) * 3, (1e-18, 1e-8, 1e-8)])
def test_an_error_that_is_nothing_beside_the_differences_moves_nothing(errors: tuple[float, ...]) -> None:
    ranking = rank_means([1.0, 2.0, 9.0], list(errors), top=1)
    assert ranking.value == pytest.approx([1, 2, 9], rel=1e-9)
    assert ranking.deviation == pytest.approx(errors, rel=1e-6, abs=0)
    assert ranking.groups == (("2",), ("1",), ("0",))
    assert ranking.funnel().centre == pytest.approx(np.average([1, 2, 9], weights=(min(errors) / np.array(errors)) ** 2))


@pytest.mark.parametrize(("count", "k"), [(6, 1), (6, 5), (30, 8), (400, 40)])
def test_the_quadrature_finds_what_draws_find(count: int, k: int) -> None:
    generator = np.random.default_rng(count + k)
    mean, deviation = generator.normal(size=count), generator.uniform(0.05, 1.5, count)
    draws = 4_000_000 // (count + 34)
    drawn = top_k_of_draws(mean + deviation * generator.standard_normal((draws, count)), k)
    # Within four and a half standard errors of the draws, and what the quadrature may be off by.
    assert np.abs(drawn - top_k_of_normals(mean, deviation, k)).max() < 4.5 * math.sqrt(0.25 / draws) + 5e-4


def test_shares_near_the_ends_and_of_any_shape_are_told_apart() -> None:
    generator = np.random.default_rng(5)
    a, b = np.array([0.2, 0.5, 3, 40, 400, 9]), np.array([0.1, 9, 0.4, 2, 30, 9])
    drawn = top_k_of_draws(generator.beta(a, b, (100_000, 6)), 2)
    assert np.abs(drawn - top_k_of_betas(a, b, 2)).max() < 5e-3


def test_numbers_that_are_known_share_the_last_places() -> None:
    assert top_k_of_normals(np.array([5.0, 3, 3, 3, 1]), np.zeros(5), 2) == pytest.approx([1, 1 / 3, 1 / 3, 1 / 3, 0], abs=1e-6)
    assert top_k_of_normals(np.full(4, 7.0), np.zeros(4), 1).tolist() == [0.25] * 4
    assert top_k_of_normals(np.array([5.0, 3, 2]), np.zeros(3), 3).tolist() == [1, 1, 1]
    assert top_k_of_normals(np.zeros(3000), np.ones(3000), 1500) == pytest.approx(np.full(3000, 0.5), abs=1e-6)
    assert top_k_of_draws(np.array([[1.0, 1, 1]]), 2).tolist() == pytest.approx([2 / 3] * 3)


# Means drawn together


def test_the_eight_schools() -> None:
    # A. Gelman et al., Bayesian Data Analysis, table 5.2: with a flat prior of the deviation the medians are about
    # 10, 8, 7, 8, 5, 6, 10, 8; another prior of the same kind moves them by no more than 2.
    shrunk = shrink_means(np.array([28.0, 8, -3, 7, -1, 1, 18, 12]), np.array([15.0, 10, 16, 11, 9, 11, 10, 18]))
    assert np.abs(shrunk.value - [10, 8, 7, 8, 5, 6, 10, 8]).max() < 2
    assert np.abs(shrunk.deviation - [8, 6, 8, 7, 6, 7, 7, 8]).max() < 1.5


def test_the_mixture_is_that_of_the_prior_that_is_uniform_in_i_squared() -> None:
    # The prior "I2" of C. Röver, bayesmeta (JSS 93, 2020), of the root t of v: 2 e t / (e + t²)², integrated by scipy.
    means, errors = np.array([28.0, 8, -3, 7, -1, 1, 18, 12]), np.array([15.0, 10, 16, 11, 9, 11, 10, 18])
    weights = errors**-2
    typical = (means.size - 1) * weights.sum() / (weights.sum() ** 2 - (weights**2).sum())

    def posterior(t: float) -> tuple[float, float]:
        """Return the density of t up to a factor, and the mean of the first school for it."""
        inverse = 1 / (errors**2 + t * t)
        centre = inverse @ means / inverse.sum()
        likelihood = np.sqrt(inverse.prod() / inverse.sum()) * np.exp(-0.5 * inverse @ (means - centre) ** 2)
        return likelihood * t / (typical + t * t) ** 2, means[0] + errors[0] ** 2 * inverse[0] * (centre - means[0])

    mass = integrate.quad(lambda t: posterior(t)[0], 0, np.inf, epsabs=0)[0]
    first = integrate.quad(lambda t: math.prod(posterior(t)), 0, np.inf, epsabs=0)[0] / mass
    assert shrink_means(means, errors).value[0] == pytest.approx(first, rel=1e-6)


@pytest.mark.parametrize("tiny", [1e-3, 1e-9, 1e-60, 0.0])
def test_one_group_that_is_measured_almost_exactly_draws_no_others_to_itself(tiny: float) -> None:
    # How far groups differ, nobody can tell from one group: with the harmonic mean of squares they would all be at 0 here.
    means = np.arange(0.0, 14, 2)
    alike, one = (shrink_means(means, np.array([error, *[5.0] * 6])) for error in (5.0, tiny))
    assert one.value[0] == pytest.approx(0, abs=1e-5)
    assert one.value[1:] == pytest.approx([3.44, 4.15, 4.85, 5.56, 6.26, 6.97], abs=0.01)
    assert one.deviation[1:] == pytest.approx(alike.deviation[1:], rel=0.25)


def test_what_is_known_exactly_beside_one_that_is_not() -> None:
    shrunk = shrink_means(np.array([1.0, 5.0, 9.0]), np.array([0.0, 0.0, 1.0]))
    assert shrunk.value[:2].tolist() == [1, 5]
    assert 3 < shrunk.value[2] < 9


# Rankings


def test_luck_of_few_trials_is_not_taken_for_skill() -> None:
    ranking = rank_rates([3, 60, 40], [3, 100, 100], top=1, names=["new", "good", "fair"])
    assert ranking.observed_rank.tolist() == [1, 2, 3]
    assert ranking.groups[0] == ("new", "good")
    row = ranking.rows()[0]
    assert (row["name"], row["observed"], row["group"]) == ("new", 1.0, 1)
    assert "难分高下：new" in ranking.text("zh")
    assert ranking.text().splitlines()[-1] == "Top: how likely each is truly among the best 1."
    assert not ranking.value.flags.writeable


def test_a_ranking_of_means_asks_about_no_top_unless_it_is_told_to() -> None:
    ranking = rank_means(np.array([1.0, 2.0, 9.0]), np.array([1.0, 1.0, 0.0]), names=["a", "b", "c"])
    assert ranking.top_probability is None
    assert ranking.text().splitlines()[0] == "1. c 9.00 (9.00 to 9.00)."
    assert ranking.rows()[0]["top_probability"] is None
    assert ranking.funnel().centre == 9.0
    draws = rank_means([1.0, 2.0, 9.0], [1.0, 1.0, 1.0], top=2, rng=np.random.default_rng(3), draws=50).top_probability
    assert draws is not None
    assert draws.sum() == pytest.approx(2)
    alone = rank_means([1.0], [0.5], top=1)
    assert alone.text().splitlines()[0] == "1. 0 1.00 (0.02 to 1.98; top 100.0%)."


def test_funnel_limits_are_quantiles_of_the_binomial_between_counts() -> None:
    ranking = rank_rates([0, 5, 30, 0], [0, 10, 100, 1])
    funnel = ranking.funnel(0.95)
    share = 35 / 111
    for position, trials in ((1, 10), (2, 100)):
        for p, limit in ((0.025, funnel.limits.low[position]), (0.975, funnel.limits.high[position])):
            count = float(stats.binom.ppf(p, trials, share))
            assert (count - 1) / trials <= limit <= count / trials
    assert np.isnan(funnel.limits.low[0])
    assert funnel.side.tolist() == [0, 0, 0, 0]
    assert ranking.observed_rank.tolist() == [4, 1, 2, 3]
    assert rank_rates([0, 500], [100, 1000]).funnel().side.tolist() == [-1, 0]


@pytest.mark.parametrize(
    ("call", "code", "path"),
    [
        (lambda: any_rates([1], [0]), "more_than_all", ("successes", 0)),
        (lambda: any_rates([0, 0], [0, 0]), "no_trials", ("trials",)),
        (lambda: any_rates("ab", [1]), "wrong_type", ("successes",)),
        (lambda: any_rates(["a"], [1]), "wrong_type", ("successes", 0)),
        (lambda: any_rates([1.5], [2]), "not_a_count", ("successes", 0)),
        (lambda: any_rates([1], [2], top=2), "out_of_range", ("top",)),
        (lambda: any_rates([1], [2], rng=5), "wrong_type", ("rng",)),
        (lambda: any_rates([1], [2], draws=0), "out_of_range", ("draws",)),
        (lambda: any_rates([1], [2], names=["a", "b"]), "length", ("names",)),
        (lambda: any_rates([1, 1], [2, 2], names=["a", "a"]), "not_unique", ("names", 1)),
        (lambda: any_rates([1], [2], names=[5]), "empty", ("names", 0)),
        (lambda: any_means(np.array([["a"]]), [1]), "not_numeric", ("values",)),
        (lambda: any_means(np.ones((1, 1)), [1]), "dimensions", ("values",)),
        (lambda: any_means([], []), "too_few", ("values",)),
        (lambda: any_means(np.array([np.nan]), [1]), "not_finite", ("values", 0)),
        (lambda: any_means([1.0], [-1.0]), "out_of_range", ("errors", 0)),
        (lambda: shrink_means(np.ones((1, 1)), np.ones((1, 1))), "dimensions", ("values",)),
        (lambda: rank_rates([1], [2]).can_be_told_apart("0", "x"), "choice", ("other",)),
        (lambda: top_k_of_normals(np.ones((1, 1)), np.ones((1, 1)), 1), "dimensions", ("mean",)),
        (lambda: top_k_of_normals(np.ones(1), np.ones(1), 1.0), "wrong_type", ("k",)),  # type: ignore[arg-type] # on purpose
        (lambda: top_k_of_normals(np.ones(1), np.ones(1), 2), "out_of_range", ("k",)),
        (lambda: any_draws(np.ones(3), 1), "not_a_matrix", ("draws",)),
        (lambda: any_draws(np.full((2, 3), np.nan), 1), "not_finite", ("draws", 0, 0)),
    ],
)
def test_what_is_asked_wrongly_is_refused(call: Any, code: str, path: tuple[str | int, ...]) -> None:  # noqa: ANN401 - a callable
    with pytest.raises(InvalidValueError) as caught:
        call()
    assert (caught.value.code, caught.value.path) == (code, path)

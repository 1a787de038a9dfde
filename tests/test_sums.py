"""Sums of uncertain amounts: pairs that contain the exact probability, by every way and with a common factor."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesperf.errors import InvalidValueError
from salesperf.kernels.numeric import Bounds, Column
from salesperf.kernels.sums import SumDistribution, bernoulli_sum, correlated_sum
from salesperf.kernels.sums.characteristic import fast, precise
from salesperf.kernels.sums.enumeration import enumerated
from salesperf.kernels.sums.lattice import TAIL, by_convolution, by_fourier, lattice_bounds
from salesperf.kernels.sums.smooth import TAIL as SMOOTH_TAIL
from salesperf.kernels.sums.smooth import smooth_bounds
from salesperf.kernels.sums.staircase import Staircase, running_total, running_total_error
from salesperf.kernels.sums.terms import Integers, Terms
from salesperf.kernels.sums.window import Window

scipy_stats: Any = pytest.importorskip("scipy.stats")

NARROW: Final = 1e-11
"""Width that is promised on the lattice."""
WAYS: Final[Mapping[str, Callable[[Terms], Staircase]]] = {
    "enumerated": enumerated,
    "convolution": lambda terms: by_convolution(terms, Window.of(terms, TAIL)),
    "fourier": lambda terms: by_fourier(terms, Window.of(terms, TAIL)),
    "smooth": lambda terms: smooth_bounds(terms, Window.of(terms, SMOOTH_TAIL), 64),
}
"""Every way must be right wherever it can be taken, and not only where it is."""

Deals = tuple[Integers, Column]


@st.composite
def deals(draw: st.DrawFn, most: int = 9, largest: int = 60, least: int = 0) -> Deals:
    count = draw(st.integers(1, most))
    amounts = draw(st.lists(st.integers(-largest if least < 0 else least, largest), min_size=count, max_size=count))
    chance = st.floats(0, 1) | st.sampled_from([0.0, 1.0, 0.5, 1e-300, 1e-9, 1 - 1e-9])
    chances = draw(st.lists(chance, min_size=count, max_size=count))
    return np.array(amounts, dtype=np.int64), np.array(chances)


def exactly(amounts: Integers, probabilities: Column) -> dict[int, Fraction]:
    """Return the distribution function at each value, in exact rationals."""
    masses = {0: Fraction(1)}
    for amount, probability in zip(amounts.tolist(), map(Fraction, probabilities.tolist()), strict=True):
        moved: dict[int, Fraction] = {}
        for value, mass in masses.items():
            moved[value] = moved.get(value, Fraction(0)) + mass * (1 - probability)
            moved[value + amount] = moved.get(value + amount, Fraction(0)) + mass * probability
        masses = moved
    total, result = Fraction(0), {}
    for value in sorted(masses):
        total += masses[value]
        result[value] = total
    return result


def drawn(count: int, largest: int, *, seed: int = 0, chance: float = 1.0) -> Deals:
    generator = np.random.default_rng((seed, count, largest))
    return generator.integers(1, largest + 1, count), generator.random(count) * chance


def widest(bounds: Bounds[Column]) -> float:
    return float(bounds.width.max())


def contains(bounds: Bounds[Column], exact: Mapping[int, Fraction]) -> bool:
    """Compare without rounding."""
    ends = zip(bounds.low.tolist(), bounds.high.tolist(), exact.values(), strict=True)
    return all(Fraction(low) <= share <= Fraction(high) for low, high, share in ends)


def overlap(left: Bounds[Column], right: Bounds[Column]) -> bool:
    return bool(np.all((left.low <= right.high) & (right.low <= left.high)))


# Laws


@pytest.mark.parametrize("way", WAYS)
@given(of=deals(least=-1))
def test_every_way_contains_what_listing_all_outcomes_in_rationals_gives(way: str, of: Deals) -> None:
    terms = Terms.of(*of)
    if not terms.steps.size:
        return
    stairs, exact = WAYS[way](terms), exactly(*of)
    x = np.array(list(exact))
    assert contains(Bounds(stairs.low_at(x), stairs.high_at(x)), exact)


@given(deals(least=-1))
def test_a_pair_contains_the_exact_probability_and_its_complement_that_of_the_rest(of: Deals) -> None:
    total, exact = bernoulli_sum(*of), exactly(*of)
    x = np.array(list(exact))
    below, above = total.cdf(x), total.at_least(x + 1)
    assert contains(below, exact)
    assert contains(above, {value: 1 - share for value, share in exact.items()})
    assert below.low + above.high == pytest.approx(1, abs=1e-15)
    assert widest(below) < NARROW
    assert total.cdf(x + 0.5) == below == total.cdf(x.astype(float))
    assert total.cdf(int(x[0])) == Bounds(below.low[0], below.high[0])


@given(deals(largest=10**15, least=-1))
def test_mean_and_variance_are_those_of_the_terms(of: Deals) -> None:
    total = bernoulli_sum(*of)
    pairs = [(int(a), Fraction(p)) for a, p in zip(*of, strict=True)]
    size = float(sum(abs(a) * p for a, p in pairs))
    assert total.mean == pytest.approx(float(sum(a * p for a, p in pairs)), abs=1e-12 * size)
    assert total.variance == pytest.approx(float(sum(a * a * p * (1 - p) for a, p in pairs)), rel=1e-12)


@given(deals(least=-1), st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_a_quantile_is_the_least_value_with_the_probability(of: Deals, levels: list[float]) -> None:
    total, exact = bernoulli_sum(*of), exactly(*of)
    found = total.quantile(np.array(levels))
    for level, low, high in zip(levels, found.low.tolist(), found.high.tolist(), strict=True):
        # A value of probability 0 is none that the sum can take.
        possible = [value for value, share in exact.items() if share > 0]
        assert low <= min(value for value in possible if exact[value] >= Fraction(level)) <= high


LONG: Final = [
    pytest.param(*drawn(60, 40), id="lattice, random"),
    pytest.param(*drawn(60, 40, chance=0.02), id="lattice, little random"),
    pytest.param(*drawn(300, 1), id="count"),
    pytest.param(*drawn(60, 10**9), id="no lattice"),
    pytest.param(*drawn(60, 10**9, chance=0.02), id="no lattice, little random"),
]


@pytest.mark.parametrize(("amounts", "probabilities"), LONG)
@pytest.mark.parametrize("correlation", [0.0, 0.2])
def test_bounds_rise_from_0_to_1_and_never_cross(amounts: Integers, probabilities: Column, correlation: float) -> None:
    total = correlated_sum(amounts, probabilities, correlation, strata=8)
    x = np.linspace(-1, amounts.sum() + 1, 2_001)
    within = total.cdf(x)
    assert np.all(np.diff(within.low) >= 0)
    assert np.all(np.diff(within.high) >= 0)
    assert np.all((within.low >= 0) & (within.low <= within.high) & (within.high <= 1))
    assert (within.low[0], within.high[0], within.low[-1], within.high[-1]) == (0, 0, 1, 1)
    assert (total.at_least(0).low, total.at_least(int(amounts.sum()) + 1).high) == (1, 0)
    quantiles = total.quantile(np.linspace(0, 1, 101))
    assert np.all(np.diff(quantiles.low) >= 0)
    assert np.all(np.diff(quantiles.high) >= 0)


@pytest.mark.parametrize(("amounts", "probabilities"), LONG)
def test_the_order_of_the_terms_never_matters(amounts: Integers, probabilities: Column) -> None:
    order = np.random.default_rng(7).permutation(amounts.size)
    x = np.linspace(0, amounts.sum(), 501)
    assert bernoulli_sum(amounts, probabilities).cdf(x) == bernoulli_sum(amounts[order], probabilities[order]).cdf(x)


@pytest.mark.parametrize(("amounts", "probabilities"), LONG)
def test_two_halves_together_are_the_whole(amounts: Integers, probabilities: Column) -> None:
    half = amounts.size // 2
    whole = bernoulli_sum(amounts, probabilities)
    joined = bernoulli_sum(amounts[:half], probabilities[:half]) + bernoulli_sum(amounts[half:], probabilities[half:])
    x = np.linspace(0, amounts.sum(), 501)
    assert joined.cdf(x) == whole.cdf(x)
    assert joined.mean == pytest.approx(whole.mean, rel=1e-12)


def test_the_masses_of_two_halves_convolve_to_those_of_the_whole() -> None:
    amounts, probabilities = drawn(60, 40)
    x = np.arange(int(amounts.sum()) + 1)

    def masses(kept: slice) -> Column:
        within = bernoulli_sum(amounts[kept], probabilities[kept]).cdf(x)
        return np.diff((within.low + within.high) / 2, prepend=0)

    convolved = np.cumsum(np.convolve(masses(slice(30)), masses(slice(30, None)))[: x.size])
    whole = bernoulli_sum(amounts, probabilities).cdf(x)
    assert np.abs(convolved - (whole.low + whole.high) / 2).max() < NARROW


@pytest.mark.parametrize("count", [20, 1_000])
@pytest.mark.parametrize("largest", [1, 100])
@pytest.mark.parametrize("chance", [1.0, 0.02, 1e-4])
def test_on_the_lattice_both_ways_agree_and_the_pair_is_narrow(count: int, largest: int, chance: float) -> None:
    terms = Terms.of(*drawn(count, largest, chance=chance))
    window = Window.of(terms, TAIL)
    x = np.unique(np.linspace(0, 1.2 * window.high * terms.unit, 3_000).astype(np.int64))
    ways = [way(terms, window) for way in (by_convolution, by_fourier, lattice_bounds)]
    bounds = [Bounds(stairs.low_at(x), stairs.high_at(x)) for stairs in ways]
    assert max(map(widest, bounds)) < NARROW
    assert all(overlap(left, right) for left, right in pairwise(bounds))


@pytest.mark.parametrize("count", [16, 100, 1_000])
@pytest.mark.parametrize("chance", [1.0, 0.02])
def test_what_is_smooth_contains_what_the_lattice_gives(count: int, chance: float) -> None:
    terms = Terms.of(*drawn(count, 500, chance=chance))
    exact = lattice_bounds(terms, Window.of(terms, TAIL))
    x = np.unique(np.linspace(0, 500 * count, 5_000).astype(np.int64))
    for frequencies in (64, 256, 4_096):
        stairs = smooth_bounds(terms, Window.of(terms, SMOOTH_TAIL), frequencies)
        assert np.all(stairs.low_at(x) <= exact.high_at(x))
        assert np.all(exact.low_at(x) <= stairs.high_at(x))


@pytest.mark.parametrize(
    ("amounts", "probabilities"),
    [
        pytest.param(np.ones(2**20, dtype=int), np.full(2**20, 0.5), id="as many as there may be"),
        pytest.param(np.ones(10_000, dtype=int), np.linspace(0, 1, 10_000), id="count of ten thousand"),
        pytest.param(np.full(20_000, 50), np.full(20_000, 1e-3), id="a common factor"),
        pytest.param(np.append(np.full(900, 7), 2**16), np.append(np.full(900, 0.3), 0.5), id="one as large as the rest"),
        pytest.param(*drawn(1_000, 2_000), id="a thousand deals of up to two thousand"),
    ],
)
def test_the_pair_is_narrow_up_to_the_longest_lattice(amounts: Integers, probabilities: Column) -> None:
    total = bernoulli_sum(amounts, probabilities)
    middle, deviation = total.mean, total.variance**0.5
    assert widest(total.cdf(np.linspace(middle - 9 * deviation, middle + 9 * deviation, 2_001))) < NARROW


@given(deals(most=30, largest=10**6), st.integers(1, 12))
def test_two_ways_to_a_characteristic_function_differ_by_no_more_than_their_errors(of: Deals, bits: int) -> None:
    terms = Terms.of(*of)
    quick = fast(terms, 2**bits, 64, 1e-9)
    # Beyond half a turn the frequencies are mirrored.
    numbers = np.arange(64)[np.arange(64) <= 2**bits // 2]
    careful = precise(terms, numbers / 2**bits, 1e-12)
    apart = np.abs(quick.values[numbers] - careful.values)
    assert np.all(apart <= quick.errors[numbers] + careful.errors)
    assert np.all(careful.errors < 1e-12 + 1e-14 * len(terms.steps))


@given(deals(most=10, largest=10**6), st.lists(st.integers(1, 5_000), min_size=10, max_size=10), st.integers(7, 24))
def test_terms_that_are_alike_are_squared_within_the_errors_told(of: Deals, copies: list[int], bits: int) -> None:
    amounts, probabilities = of
    of_each = copies[: len(amounts)]
    terms = Terms.of(np.repeat(amounts, of_each), np.repeat(probabilities, of_each))
    quick = fast(terms, 2**bits, 128, 1e-6)
    numbers = np.arange(128)[np.arange(128) <= 2**bits // 2]
    careful = precise(terms, numbers / 2**bits, 1e-12)
    apart = np.abs(quick.values[numbers] - careful.values)
    assert np.all(apart <= quick.errors[numbers] + careful.errors)


@given(st.integers(1, 400), st.floats(0, 1))
def test_equal_chances_make_the_binomial_distribution(count: int, chance: float) -> None:
    total = bernoulli_sum(np.ones(count, dtype=int), np.full(count, chance))
    k = np.arange(count + 1)
    within = total.cdf(k)
    expected = scipy_stats.binom.cdf(k, count, chance)
    assert np.all(within.low - 1e-12 <= expected)
    assert np.all(expected <= within.high + 1e-12)


@given(deals(most=30, largest=10**6), st.floats(1e-14, 0.1))
def test_a_window_leaves_out_no_more_than_it_says(of: Deals, tail: float) -> None:
    terms = Terms.of(of[0] // 10**5, of[1])
    if not terms.steps.size:
        return
    window = Window.of(terms, tail)
    exact = exactly(terms.steps, terms.chances)
    assert terms.lowest <= window.low <= window.high <= terms.highest
    assert max((share for value, share in exact.items() if value < window.low), default=0) <= window.below
    assert 1 - max((share for value, share in exact.items() if value <= window.high), default=0) <= window.above


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=300))
def test_a_running_total_is_as_exact_as_it_says(values: list[float]) -> None:
    error = running_total_error(len(values)) * sum(map(abs, values))
    exact = Fraction(0)
    for value, total in zip(values, running_total(np.array(values)).tolist(), strict=True):
        exact += Fraction(value)
        assert abs(Fraction(total) - exact) <= Fraction(error)


# Laws of a common factor


@pytest.mark.parametrize(("amounts", "probabilities"), LONG)
def test_without_correlation_amounts_are_independent(amounts: Integers, probabilities: Column) -> None:
    x = np.linspace(0, amounts.sum(), 501)
    alone, together = bernoulli_sum(amounts, probabilities), correlated_sum(amounts, probabilities, 0.0)
    assert together.cdf(x) == alone.cdf(x)
    nearly = correlated_sum(amounts, probabilities, 1e-12, strata=8)
    assert overlap(nearly.cdf(x), alone.cdf(x))
    assert nearly.variance == pytest.approx(alone.variance, rel=1e-5)


def test_one_distribution_of_two_equal_deals_is_that_of_the_bivariate_normal() -> None:
    share, correlation = 0.3, 0.4
    threshold = scipy_stats.norm.ppf(share)
    both = scipy_stats.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]]).cdf([threshold, threshold])
    for strata in (1, 16, 64):
        total = correlated_sum(np.array([1, 1]), np.array([share, share]), correlation, strata=strata)
        assert both in total.at_least(2)
        assert total.at_least(2).width <= 1 / strata + 1e-9
    assert total.mean == pytest.approx(0.6)
    assert total.variance == pytest.approx(2 * share * (1 - share) + 2 * (both - share**2), rel=1e-7)


@given(deals(most=6, largest=40), st.floats(0.01, 0.95))
@settings(max_examples=12)
def test_more_strata_narrow_a_pair_around_the_same_probability(of: Deals, correlation: float) -> None:
    x = np.arange(-1, int(of[0].sum()) + 2)
    coarse = correlated_sum(*of, correlation, strata=4).cdf(x)
    fine = correlated_sum(*of, correlation, strata=32).cdf(x)
    assert overlap(coarse, fine)
    assert widest(coarse) <= 1 / 4 + 1e-9
    assert widest(fine) <= 1 / 32 + 1e-9
    assert np.all(coarse.low <= fine.low + 1e-9)
    assert np.all(fine.high <= coarse.high + 1e-9)


def test_a_common_factor_contains_what_draws_give() -> None:
    amounts, probabilities = drawn(50, 10**9)
    total = correlated_sum(amounts, probabilities, 0.3, strata=32)
    generator = np.random.default_rng(3)
    factor, own = generator.standard_normal((20_000, 1)), generator.standard_normal((20_000, 50))
    comes = np.sqrt(0.3) * factor + np.sqrt(0.7) * own > scipy_stats.norm.isf(probabilities)
    sums = comes @ amounts
    x = np.quantile(sums, [0.05, 0.25, 0.5, 0.75, 0.95])
    within = total.cdf(x)
    share = (sums[:, np.newaxis] <= x).mean(axis=0)
    noise = 4 * 0.5 / np.sqrt(20_000)
    assert np.all((within.low - noise <= share) & (share <= within.high + noise))
    assert widest(within) < 1 / 32 + 0.01
    assert total.variance == pytest.approx(sums.var(), rel=0.05)


def test_sums_with_factors_of_their_own_correlation_add_within_each_stratum() -> None:
    one, two = drawn(20, 50, seed=1), drawn(20, 50, seed=2)
    joined = correlated_sum(*one, 0.2, strata=16) + correlated_sum(*two, 0.2, strata=8)
    whole = correlated_sum(np.append(one[0], two[0]), np.append(one[1], two[1]), 0.2, strata=16)
    x = np.arange(0, 1_000, 10)
    assert joined.cdf(x) == whole.cdf(x)
    mixed = correlated_sum(*one, 0.2, strata=16) + bernoulli_sum(*two)
    assert bernoulli_sum(*one).variance + bernoulli_sum(*two).variance < mixed.variance < whole.variance
    assert widest(mixed.cdf(x)) < 1 / 16 + 0.001


# Worked examples


def test_the_poisson_binomial_distribution_of_rationals(oracle: Callable[[str], Any]) -> None:
    for case in oracle("poisson_binomial.json")["cases"]:
        probabilities = np.array(case["p"])
        total = bernoulli_sum(np.ones(probabilities.size, dtype=int), probabilities)
        below, reached = total.cdf(np.arange(probabilities.size + 1)), total.at_least(np.arange(probabilities.size + 1))
        # The oracle's numbers are rounded once.
        assert np.all((below.low <= np.array(case["cdf"]) * (1 + 2e-16)) & (case["cdf"] <= below.high * (1 + 2e-16)))
        assert np.all((reached.low <= np.array(case["sf_ge_k"]) + 2e-16) & (np.array(case["sf_ge_k"]) <= reached.high + 2e-16))
        assert max(widest(below), widest(reached)) < NARROW
        assert total.mean == pytest.approx(case["mean"], rel=1e-12)
        assert total.variance == pytest.approx(case["var"], rel=1e-12)


@pytest.mark.parametrize("way", [*WAYS, "chosen"])
def test_the_weighted_sums_of_rationals(way: str, oracle: Callable[[str], Any]) -> None:
    for case in oracle("weighted_sum.json")["cases"]:
        amounts, probabilities = np.array(case["amounts"]), np.array(case["p"])
        terms, x = Terms.of(amounts, probabilities), np.arange(len(case["cdf"]))
        if way == "enumerated" and terms.steps.size > 16:
            continue
        total = bernoulli_sum(amounts, probabilities)
        stairs = WAYS.get(way, partial(lattice_bounds, window=Window.of(terms, TAIL)))(terms)
        within = total.cdf(x) if way == "chosen" else Bounds(stairs.low_at(x), stairs.high_at(x))
        # Those of the larger cases were added up in floats.
        assert np.all((within.low <= np.array(case["cdf"]) + 1e-14) & (case["cdf"] <= within.high + 1e-14))
        assert way == "smooth" or widest(within) < NARROW
        assert total.mean == pytest.approx(case["mean"], rel=1e-12)
        assert total.variance == pytest.approx(case["var"], rel=1e-12)
        for level, value in case["quantile_smallest_x_with_cdf_ge_q"].items():
            assert value in total.quantile(float(level))
        assert case["prob_ge_half_total"] == pytest.approx(total.at_least(amounts.sum() / 2).low, abs=1e-11)


@pytest.mark.parametrize("count", [1_000, 10_000])
def test_sums_of_billions_are_known_within_a_tenth_of_a_point(count: int) -> None:
    generator = np.random.default_rng(count)
    amounts = np.rint(generator.lognormal(0, 1, count) * 1e9).astype(np.int64)
    probabilities = np.full(count, 0.5 - np.sqrt(0.25 - 100.5 / count))
    total = bernoulli_sum(amounts, probabilities)
    middle, deviation = total.mean, total.variance**0.5
    assert total.variance > 0
    assert widest(total.cdf(np.linspace(middle - 6 * deviation, middle + 6 * deviation, 2_001))) < 0.001


def test_more_bins_narrow_the_pair() -> None:
    amounts, probabilities = drawn(200, 10**9)
    x = np.linspace(0, amounts.sum(), 501)
    coarse, fine = (bernoulli_sum(amounts, probabilities, bins=bins).cdf(x) for bins in (1_000, 16_384))
    assert widest(fine) < 0.1 * widest(coarse)
    assert overlap(coarse, fine)
    joined = bernoulli_sum(amounts[:9], probabilities[:9], bins=16_384) + bernoulli_sum(amounts[9:], probabilities[9:])
    assert joined.cdf(x) == fine


def test_near_an_outcome_that_is_likely_the_width_includes_its_probability() -> None:
    amounts, probabilities = np.append(drawn(30, 10**9)[0], 10**10), np.append(np.full(30, 0.01), 0.5)
    within = bernoulli_sum(amounts, probabilities).cdf(np.array([0, 10**10, 5 * 10**9]))
    none = 0.99**30 / 2
    assert none / 2 < within.width[0] < 1.1 * none
    assert within.width[2] < 0.001


def test_a_negative_amount_is_taken_away() -> None:
    total = bernoulli_sum(np.array([100, -30]), np.array([0.5, 0.25]))
    assert total.mean == 42.5
    assert total.cdf(-30).high == pytest.approx(0.125)
    assert (total.cdf(-31).high, total.cdf(100).low) == (0, 1)
    assert total.quantile(0.5) == Bounds(0, 70)


def test_nothing_and_what_is_certain_are_known_exactly() -> None:
    nothing = bernoulli_sum(np.zeros(0, dtype=np.int64), np.zeros(0))
    assert (nothing.mean, nothing.variance) == (0, 0)
    assert nothing.cdf(np.array([-1, 0])) == Bounds(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    certain = bernoulli_sum(np.array([7, 5, 0]), np.array([1.0, 0.0, 0.3]))
    assert certain.quantile(np.array([0.0, 0.5, 1.0])) == Bounds(np.full(3, 7.0), np.full(3, 7.0))
    assert (certain + nothing).at_least(7) == Bounds(1, 1)


def test_the_largest_amounts_do_not_overflow() -> None:
    amounts, probabilities = np.full(40, (2**63 - 1) // 40), np.full(40, 0.5)
    total = bernoulli_sum(amounts - np.arange(40), probabilities)
    assert total.cdf(2**70) == Bounds(1, 1) == total.at_least(-(2**70))
    assert total.cdf(np.array([-np.inf, np.inf])).low.tolist() == [0, 1]
    assert total.at_least(np.array([2**64 - 1], dtype=np.uint64)).high.tolist() == [0]
    assert total.at_least(np.array([-(2**63)])).low.tolist() == [1]
    assert total.cdf(amounts[:1] * 20).high[0] < 0.7
    low, high = total.quantile(1.0).low, total.quantile(1.0).high
    assert low <= int(amounts.sum()) - 780 <= high
    assert bernoulli_sum(-amounts + np.arange(40), probabilities).at_least(-(2**63)) == Bounds(1, 1)


def test_printing_tells_the_moments() -> None:
    total = correlated_sum(np.array([1, 1]), np.array([0.5, 0.5]), 0.5)
    assert repr(total) == "SumDistribution(2 amounts, mean 1, standard deviation 0.816497)"


# Refusals


REFUSED: Final = [
    ({"amounts": np.array([1.5, 2.0])}, "not_integers", ("amounts",)),
    ({"amounts": [1, 2]}, "not_integers", ("amounts",)),
    ({"amounts": np.ones((2, 1), dtype=int)}, "dimensions", ("amounts",)),
    ({"amounts": np.array([2**62, -(2**62)])}, "overflow", ("amounts",)),
    ({"probabilities": np.array([0.5])}, "length", ("probabilities",)),
    ({"probabilities": np.array([0.5, 1.5])}, "out_of_range", ("probabilities", 1)),
    ({"probabilities": np.array([-0.1, 0.5])}, "out_of_range", ("probabilities", 0)),
    ({"probabilities": np.array([0.5, np.nan])}, "out_of_range", ("probabilities", 1)),
    ({"probabilities": ["0.5", "0.5"]}, "not_numeric", ("probabilities",)),
    ({"bins": 511}, "out_of_range", ("bins",)),
    ({"bins": 1e4}, "wrong_type", ("bins",)),
    ({"correlation": 1.0}, "correlation", ("correlation",)),
    ({"correlation": -0.1}, "correlation", ("correlation",)),
    ({"correlation": float("nan")}, "correlation", ("correlation",)),
    ({"correlation": None}, "correlation", ("correlation",)),
    ({"strata": 0}, "out_of_range", ("strata",)),
    ({"strata": True}, "wrong_type", ("strata",)),
    ({"amounts": np.array([1, -2])}, "not_a_count", ("amounts", 1)),
]


@pytest.mark.parametrize(("changed", "code", "path"), REFUSED)
def test_what_is_malformed_is_refused(changed: dict[str, Any], code: str, path: tuple[str | int, ...]) -> None:
    good: dict[str, Any] = {"amounts": np.array([1, 2]), "probabilities": np.array([0.5, 0.5]), "correlation": 0.5}
    with pytest.raises(InvalidValueError) as caught:
        correlated_sum(**(good | changed))
    assert (caught.value.code, caught.value.path) == (code, path)


@pytest.mark.parametrize("wrong", [float("nan"), np.array([0.0, np.nan]), "8"])
def test_what_is_no_number_has_no_probability(wrong: Any) -> None:  # noqa: ANN401 - anything
    total = bernoulli_sum(np.array([1, 2]), np.array([0.5, 0.5]))
    for ask in (total.cdf, total.at_least, total.quantile):
        with pytest.raises(InvalidValueError) as caught:
            ask(wrong)
        assert caught.value.path[0] in {"x", "q"}


def test_a_sum_adds_to_a_sum_alone() -> None:
    total = bernoulli_sum(np.array([1, 2]), np.array([0.5, 0.5]))
    with pytest.raises(TypeError):
        total + 1  # type: ignore[operator] # refused for that
    assert isinstance(total + total, SumDistribution)

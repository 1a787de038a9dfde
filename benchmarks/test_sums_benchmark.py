"""Sums of uncertain amounts: counts beside the compiled fast-poibin, amounts beside draws, time and width against n."""

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from salesperf.kernels.sums import SumDistribution, bernoulli_sum, correlated_sum

RatioInTurn = Callable[[str, Callable[[], object], Callable[[], object], int], None]
Deals = tuple[NDArray[np.int64], NDArray[np.float64]]

LARGEST = int(os.environ.get("SALESPERF_BENCH_MAX", "1_000_000"))
SIZES = (100, 1_000, 10_000, 100_000)
DRAWS = 100_000
BLOCK = 1_000
"""Draws made at a time, so that they fit the memory."""


def skip_beyond(size: int) -> None:
    if size > LARGEST:
        pytest.skip(f"SALESPERF_BENCH_MAX leaves out sizes above {LARGEST}")


def billions(size: int, variance: float | None = None) -> Deals:
    """Draw log-normal amounts about a billion, with chances of any size, or such that the sum of p (1 - p) is given."""
    skip_beyond(size)
    generator = np.random.default_rng(size)
    amounts = np.rint(generator.lognormal(0, 1, size) * 1e9).astype(np.int64)
    if variance is None:
        return amounts, generator.random(size)
    return amounts, np.full(size, 0.5 - np.sqrt(0.25 - variance / size))


def probabilities_of(total: SumDistribution) -> float:
    """Ask for a probability, without which no work is done."""
    return total.at_least(total.mean).low


def width_of(total: SumDistribution) -> float:
    """Return the widest pair within six standard deviations of the mean."""
    reach = 6 * total.variance**0.5
    return float(total.cdf(np.linspace(total.mean - reach, total.mean + reach, 4_001)).width.max())


def by_draws(amounts: NDArray[np.int64], probabilities: NDArray[np.float64]) -> float:
    """Simulate: in single precision and by a matrix product, which is as fast as numpy goes."""
    generator = np.random.default_rng(0)
    weights, chances = amounts.astype(np.float32), probabilities.astype(np.float32)
    mean = np.float32(weights @ chances)
    uniform = np.empty((BLOCK, len(weights)), dtype=np.float32)
    reached = 0
    for _ in range(DRAWS // BLOCK):
        generator.random(out=uniform, dtype=np.float32)
        reached += int(((uniform < chances).astype(np.float32) @ weights >= mean).sum())
    return reached / DRAWS


@pytest.mark.benchmark(group="count of deals won")
@pytest.mark.parametrize("size", SIZES)
def test_poisson_binomial_beside_fast_poibin(ratio_in_turn: RatioInTurn, size: int) -> None:
    reason = "the rival fast-poibin is not installed (pip install 'salesperf[bench]')"
    rival: Any = pytest.importorskip("fast_poibin", reason=reason)
    skip_beyond(size)
    amounts, probabilities = np.ones(size, dtype=np.int64), np.random.default_rng(size).random(size)
    k = np.arange(size + 1)
    within = bernoulli_sum(amounts, probabilities).cdf(k)
    theirs = rival.PoiBin(probabilities).cdf
    assert np.all((within.low - 1e-9 <= theirs) & (theirs <= within.high + 1e-9))
    ratio_in_turn(
        "ours / fast-poibin",
        lambda: probabilities_of(bernoulli_sum(amounts, probabilities)),
        lambda: rival.PoiBin(probabilities),
        25 if size < 100_000 else 5,
    )


@pytest.mark.benchmark(group="sum of amounts of a billion, beside draws")
@pytest.mark.parametrize("size", [1_000, 10_000])
@pytest.mark.parametrize("variance", [None, 100.5], ids=["any chance", "sum of p(1-p) just over 100"])
def test_sums_beside_a_hundred_thousand_draws(
    benchmark: BenchmarkFixture, ratio_in_turn: RatioInTurn, size: int, variance: float | None
) -> None:
    amounts, probabilities = billions(size, variance)
    total = bernoulli_sum(amounts, probabilities)
    noise = 5 * 0.5 / np.sqrt(DRAWS)
    within = total.at_least(total.mean)
    assert within.low - noise <= by_draws(amounts, probabilities) <= within.high + noise
    ratio_in_turn(
        "ours / draws",
        lambda: probabilities_of(bernoulli_sum(amounts, probabilities)),
        lambda: by_draws(amounts, probabilities),
        3,
    )
    benchmark.extra_info["width in points"] = 100 * width_of(total)


@pytest.mark.benchmark(group="sum of amounts of a billion, against n")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("wins", [None, 10.0], ids=["any chance", "ten are won"])
def test_time_and_width_against_n(benchmark: BenchmarkFixture, size: int, wins: float | None) -> None:
    """Where little is random no frequency can be left out."""
    amounts, probabilities = billions(size)
    if wins is not None:
        probabilities = np.full(size, wins / size)
    benchmark.pedantic(lambda: probabilities_of(bernoulli_sum(amounts, probabilities)), rounds=3)
    benchmark.extra_info["width in points"] = 100 * width_of(bernoulli_sum(amounts, probabilities))
    if benchmark.stats is not None:
        benchmark.extra_info["milliseconds"] = 1_000 * benchmark.stats.stats.min


@pytest.mark.benchmark(group="sum of amounts of a billion, with a common factor")
@pytest.mark.parametrize("size", [100, 1_000, 10_000])
def test_a_common_factor_beside_none(ratio_in_turn: RatioInTurn, size: int) -> None:
    amounts, probabilities = billions(size)
    ratio_in_turn(
        "64 strata / independent",
        lambda: probabilities_of(correlated_sum(amounts, probabilities, 0.2)),
        lambda: probabilities_of(bernoulli_sum(amounts, probabilities)),
        3,
    )

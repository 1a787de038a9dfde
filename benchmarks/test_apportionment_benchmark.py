"""Dividing a total by each method: beside one pass of numpy over the weights, and beside two packages."""

import os
import tracemalloc
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from salesperf.kernels.apportionment import METHODS, apportion

RatioInTurn = Callable[[str, Callable[[], object], Callable[[], object], int], None]

LARGEST = int(os.environ.get("SALESPERF_BENCH_MAX", "1_000_000"))
TOTAL = 1_000_000_007
KINDS = ("int64", "float64", "ties")
SIZES = (10, 1_000, 100_000, 1_000_000, 10_000_000)
AT_ANY_SIZE = tuple(method for method in METHODS if method != "quota")
"""Quota simulates the last steps, as many as the sum of the weights over the smallest: it promises nothing for columns."""
RIVALS = [
    ("apportionment", "largest_remainder", 10, TOTAL),
    ("apportionment", "largest_remainder", 1_000, TOTAL),
    ("apportionment", "largest_remainder", 100_000, TOTAL),
    ("apportionpy", "largest_remainder", 10, TOTAL),
    ("apportionpy", "largest_remainder", 1_000, TOTAL),
    *(("apportionment", method, 100, 10_000) for method in METHODS if method != "largest_remainder"),
    *(("apportionpy", method, 100, 1_000) for method in ("webster", "hill", "jefferson", "adams")),
]
"""As far as they finish: the one takes the square of the size, or the size times the total; the other gives up."""

THEIR_NAMES = {"webster": "saintelague", "hill": "huntington", "jefferson": "dhondt"}
THEIR_MODULES = {
    "largest_remainder": ("hamilton", "hamilton"),
    "webster": ("webster", "webster"),
    "hill": ("huntington_hill", "huntington_hill"),
    "jefferson": ("jefferson", "jefferson"),
    "adams": ("adam", "adam"),
}


def weights_of(kind: str, size: int) -> NDArray[Any]:
    """Draw weights that hardly ever tie, or make all tie."""
    if size > LARGEST:
        pytest.skip(f"SALESPERF_BENCH_MAX leaves out sizes above {LARGEST}")
    generator = np.random.default_rng(size)
    if kind == "ties":
        return np.full(size, 0.1)
    return generator.integers(1, 10**9, size) if kind == "int64" else generator.random(size) * 1e9


def bounds_of(weights: NDArray[Any]) -> dict[str, Any]:
    """Draw bounds about the exact shares, of which about a third bind."""
    generator = np.random.default_rng(len(weights))
    shares = weights * (TOTAL / weights.sum())
    lower = shares * generator.uniform(0.5, 1.02, len(weights))
    upper = np.maximum(lower, shares * generator.uniform(1, 1.3, len(weights))) + 2
    return {"lower": lower.astype(np.int64), "upper": upper.astype(np.int64)}


def pass_over(weights: NDArray[Any]) -> Callable[[], float]:
    """Return the floor: multiply, round down and add, into scratch that is there already."""
    scratch = np.empty(len(weights))

    def one_pass() -> float:
        np.multiply(weights, 3.3, out=scratch)
        np.floor(scratch, out=scratch)
        return float(scratch.sum())

    return one_pass


def rounds_for(size: int) -> int:
    """Return more rounds for shorter calls."""
    return max(7, min(1_000, 10_000_000 // size))


def rival_of(name: str, method: str, total: int) -> Callable[[NDArray[Any]], list[int]]:
    """Return a call of the rival's own function."""
    reason = f"the rival {name} is not installed (pip install 'salesperf[bench]')"
    if name == "apportionment":
        methods = pytest.importorskip("apportionment.methods", reason=reason)
        their_name = THEIR_NAMES.get(method, method)
        # It names a party by a letter unless told otherwise, and has 52 of them.
        return lambda weights: methods.compute(their_name, weights, total, parties=" " * len(weights))
    module, function = THEIR_MODULES[method]
    calculate = getattr(pytest.importorskip(f"apportionpy.methods.{module}", reason=reason), f"calculate_{function}")
    return lambda weights: calculate(total, weights.tolist())[1]


@pytest.mark.benchmark(group="apportion")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("method", AT_ANY_SIZE)
def test_apportion_beside_one_pass_of_numpy(ratio_in_turn: RatioInTurn, method: str, size: int, kind: str) -> None:
    """Its growth shows from size to size."""
    weights = weights_of(kind, size)
    total = max(TOTAL, 100 * size)
    ratio_in_turn("ours / numpy pass", lambda: apportion(total, weights, method=method), pass_over(weights), rounds_for(size))


@pytest.mark.benchmark(group="apportion within bounds")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [1_000, 100_000, 1_000_000])
@pytest.mark.parametrize("method", AT_ANY_SIZE)
def test_apportion_within_bounds_beside_one_pass_of_numpy(
    ratio_in_turn: RatioInTurn, method: str, size: int, kind: str
) -> None:
    """The bounds that the rivals do not take."""
    weights = weights_of(kind, size)
    bounds = bounds_of(weights)
    ratio_in_turn(
        "ours / numpy pass",
        lambda: apportion(TOTAL, weights, method=method, **bounds),
        pass_over(weights),
        rounds_for(size),
    )


@pytest.mark.benchmark(group="apportion, memory")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bounded", [False, True], ids=["free", "bounded"])
@pytest.mark.parametrize("method", AT_ANY_SIZE)
def test_peak_memory_beside_the_input(benchmark: BenchmarkFixture, method: str, bounded: bool, kind: str) -> None:  # noqa: FBT001 - a parameter
    """All that is there at once beyond the input, the parts included."""
    weights = weights_of(kind, 1_000_000)
    bounds = bounds_of(weights) if bounded else {}
    divide = partial(apportion, TOTAL, weights, method=method, **bounds)
    tracemalloc.start()
    divide()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    benchmark.pedantic(divide, rounds=1)
    benchmark.extra_info["peak / input"] = peak / sum(column.nbytes for column in (weights, *bounds.values()))


@pytest.mark.benchmark(group="apportion by quota")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("owners", [12, 2_000])
def test_quota_of_a_large_total_beside_a_pass_over_its_steps(ratio_in_turn: RatioInTurn, owners: int, kind: str) -> None:
    """Its cost is the number of steps that it simulates, whatever the total."""
    weights = weights_of(kind, owners) + (10**6 if kind != "ties" else 0)
    steps = int(weights.sum() / weights.min())
    ratio_in_turn(
        "ours / numpy pass over the steps",
        lambda: apportion(TOTAL, weights, method="quota"),
        pass_over(np.ones(steps)),
        10,
    )


@pytest.mark.benchmark(group="apportion beside rivals")
@pytest.mark.parametrize("kind", KINDS[:2])
@pytest.mark.parametrize(("rival", "method", "size", "total"), RIVALS)
def test_apportion_beside_a_rival(
    ratio_in_turn: RatioInTurn, rival: str, method: str, size: int, total: int, kind: str
) -> None:
    """The same parts as theirs, in less time."""
    weights = weights_of(kind, size)
    theirs = rival_of(rival, method, total)
    assert apportion(total, weights, method=method).tolist() == [int(part) for part in theirs(weights)]
    rounds = max(1, min(100, 100_000 // size))
    ratio_in_turn(f"ours / {rival}", lambda: apportion(total, weights, method=method), lambda: theirs(weights), rounds)

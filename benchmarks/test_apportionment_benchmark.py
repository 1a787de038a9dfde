"""Dividing a total by largest remainder: beside one pass of numpy over the weights, and beside two packages."""

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from salesperf.kernels.apportionment import apportion

RatioInTurn = Callable[[str, Callable[[], object], Callable[[], object], int], None]

LARGEST = int(os.environ.get("SALESPERF_BENCH_MAX", "1_000_000"))
TOTAL = 1_000_000_007
KINDS = ("int64", "float64")
SIZES = (10, 1_000, 100_000, 1_000_000)
RIVALS = [
    ("apportionment", 10),
    ("apportionment", 1_000),
    ("apportionment", 100_000),
    ("apportionpy", 10),
    ("apportionpy", 1_000),
]
"""As far as they finish: the one takes the square of the size in time, the other gives up after 5,000 units."""


def weights_of(kind: str, size: int) -> NDArray[Any]:
    """Draw weights so far apart that no two remainders are equal."""
    if size > LARGEST:
        pytest.skip(f"SALESPERF_BENCH_MAX leaves out sizes above {LARGEST}")
    generator = np.random.default_rng(size)
    return generator.integers(1, 10**9, size) if kind == "int64" else generator.random(size) * 1e9


def rival_of(name: str) -> Callable[[NDArray[Any]], list[int]]:
    """Return a call of the rival's own function."""
    reason = f"the rival {name} is not installed (pip install 'salesperf[bench]')"
    if name == "apportionment":
        methods = pytest.importorskip("apportionment.methods", reason=reason)
        # It names a party by a letter unless told otherwise, and has 52 of them.
        return lambda weights: methods.compute("largest_remainder", weights, TOTAL, parties=" " * len(weights))
    hamilton = pytest.importorskip("apportionpy.methods.hamilton", reason=reason)
    return lambda weights: hamilton.calculate_hamilton(TOTAL, weights.tolist())[1]


@pytest.mark.benchmark(group="apportion")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", SIZES)
def test_apportion_beside_one_pass_of_numpy(ratio_in_turn: RatioInTurn, size: int, kind: str) -> None:
    weights = weights_of(kind, size)
    scratch = np.empty(size)

    def one_pass() -> float:
        np.multiply(weights, 3.3, out=scratch)
        np.floor(scratch, out=scratch)
        return float(scratch.sum())

    rounds = max(15, min(1_000, 10_000_000 // size))
    ratio_in_turn("ours / numpy pass", lambda: apportion(TOTAL, weights), one_pass, rounds)


@pytest.mark.benchmark(group="apportion")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("rival", "size"), RIVALS)
def test_apportion_beside_a_rival(ratio_in_turn: RatioInTurn, rival: str, size: int, kind: str) -> None:
    weights = weights_of(kind, size)
    theirs = rival_of(rival)
    assert apportion(TOTAL, weights).tolist() == [int(part) for part in theirs(weights)]
    rounds = max(1, min(100, 100_000 // size))
    ratio_in_turn(f"ours / {rival}", lambda: apportion(TOTAL, weights), lambda: theirs(weights), rounds)

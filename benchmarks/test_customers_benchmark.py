"""Purchases counted by customer: beside np.bincount of as many rows."""

import os
from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from salesperf import CNY
from salesperf.customers import Purchases, cohorts, lifecycle
from salesperf.model.codes import Codes, Integers

RatioInTurn = Callable[[str, Callable[[], object], Callable[[], object], int], None]

LARGEST = int(os.environ.get("SALESPERF_BENCH_MAX", "1_000_000"))
SIZES = (10_000, 100_000, 1_000_000)
TODAY = date(2026, 9, 30)


def drawn(size: int) -> tuple[Purchases, Integers, Callable[[], Purchases]]:
    """Draw purchases of a tenth as many customers."""
    if size > LARGEST:
        pytest.skip(f"SALESPERF_BENCH_MAX leaves out sizes above {LARGEST}")
    generator = np.random.default_rng(size)
    customers = size // 10
    codes = generator.integers(0, customers, size)
    who = Codes(codes, tuple(f"k-{number}" for number in range(customers)))
    on = np.datetime64(TODAY) - generator.integers(0, 2000, size)
    minor = generator.integers(1, 10_000, size)

    def count() -> Purchases:
        return Purchases.of(who, on, minor, unit=CNY, as_of=TODAY)

    return count(), codes, count


@pytest.mark.benchmark(group="customers: purchases")
@pytest.mark.parametrize("size", SIZES)
def test_purchases_of_columns_beside_one_bincount(ratio_in_turn: RatioInTurn, size: int) -> None:
    _, codes, count = drawn(size)
    ratio_in_turn("ours / bincount", count, lambda: np.bincount(codes), 9)


@pytest.mark.benchmark(group="customers: questions")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("ask", [cohorts, lifecycle], ids=["cohorts", "lifecycle"])
def test_a_question_beside_one_bincount(ratio_in_turn: RatioInTurn, ask: Callable[[Purchases], object], size: int) -> None:
    purchases, codes, _ = drawn(size)
    # Made anew, since what was asked of purchases once is kept with them.
    ratio_in_turn("ours / bincount", lambda: ask(purchases.until(TODAY)), lambda: np.bincount(codes), 9)

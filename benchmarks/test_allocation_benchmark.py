"""Dividing plans: many targets over time beside a loop of relativedelta, and a cascade down a company beside its objects."""

import os
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial

import numpy as np
import pytest
from dateutil.relativedelta import relativedelta
from numpy.typing import NDArray

from salesperf import CNY, STANDARD_METRICS, Amount, Org, Period, Rep, Target, Team
from salesperf.allocation import Cascade, cascade, split_columns
from salesperf.kernels.apportionment import apportion

RatioInTurn = Callable[[str, Callable[[], object], Callable[[], object], int], None]
Integers = NDArray[np.int64]

LARGEST = int(os.environ.get("SALESPERF_BENCH_MAX", "1_000_000"))
FIRST = date(2025, 1, 1)


def months_of(start: date, end: date) -> Iterator[tuple[date, date]]:
    """Cut a period at the first of each month, one month after the other."""
    while start < end:
        following = min(start.replace(day=1) + relativedelta(months=1), end)
        yield start, following
        start = following


def by_loop(minor: list[int], starts: list[date], ends: list[date]) -> list[int]:
    """Split as a program without columns does: months by relativedelta, shares by their days, the rest by remainders."""
    parts: list[int] = []
    for total, start, end in zip(minor, starts, ends, strict=True):
        months = list(months_of(start, end))
        whole = [((first.replace(day=1) + relativedelta(months=1)) - first.replace(day=1)).days for first, _ in months]
        shares = [Fraction((last - first).days, days) for (first, last), days in zip(months, whole, strict=True)]
        parts.extend(apportion(total, shares).tolist())
    return parts


@pytest.mark.benchmark(group="targets split by month")
@pytest.mark.parametrize("size", [1_000, 10_000, 100_000])
def test_targets_split_by_month_beside_a_loop(ratio_in_turn: RatioInTurn, size: int) -> None:
    if size > LARGEST:
        pytest.skip(f"SALESPERF_BENCH_MAX leaves out sizes above {LARGEST}")
    generator = np.random.default_rng(size)
    minor = generator.integers(0, 10**9, size)
    start = np.datetime64(FIRST) + generator.integers(0, 365, size)
    end = start + generator.integers(30, 400, size)
    ours = partial(split_columns, minor, start, end, "month")
    theirs = partial(by_loop, minor.tolist(), start.tolist(), end.tolist())
    assert ours().minor.tolist() == theirs()
    ratio_in_turn("ours / relativedelta loop", ours, theirs, 1 if size == LARGEST else 3)


def company(reps: int) -> Org:
    """Make a company of ten regions and teams of twenty; some reps join within the year and ramp."""
    regions = [Team(id=f"g{number}") for number in range(10)]
    teams = [Team(id=f"t{number}", parent=f"g{number % 10}") for number in range(max(reps // 20, 1))]
    ramp = (Decimal("0.25"), Decimal("0.5"))
    return Org(
        teams=[*regions, *teams],
        reps=[
            Rep(
                id=f"r{number}",
                team=teams[number % len(teams)].id,
                hired=None if number % 10 else FIRST + timedelta(days=number % 330),
                ramp=() if number % 10 else ramp,
            )
            for number in range(reps)
        ],
    )


@pytest.mark.benchmark(group="cascade by months, both sums exact at every level")
@pytest.mark.parametrize("over_assign", [None, Decimal("0.05")], ids=["as owed", "cushioned"])
@pytest.mark.parametrize("reps", [100, 500, 2_000, 10_000])
def test_a_cascade_beside_the_objects_it_makes(ratio_in_turn: RatioInTurn, reps: int, over_assign: Decimal | None) -> None:
    if reps > LARGEST:
        pytest.skip(f"SALESPERF_BENCH_MAX leaves out sizes above {LARGEST}")
    org = company(reps)
    weights = np.random.default_rng(reps).integers(1, 1000, reps).tolist()
    basis = {rep.id: weight for rep, weight in zip(org.reps, weights, strict=True)}
    amount = Amount.of(1_000_000_000, CNY)
    year = Target(owner=None, metric=STANDARD_METRICS["revenue"], amount=amount, period=Period.year(FIRST.year))

    def ask() -> Cascade:
        return cascade(year, org, basis, over_assign=over_assign, grain="month")

    def make() -> int:
        return len(ask().targets)

    ratio_in_turn("numbers / numbers and objects", ask, make, 5)

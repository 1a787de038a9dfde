"""Commission: exact tiers of a column beside polars in floats, on as many threads; beside pandas.apply; and statements."""

import os
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from salesperf import CNY, Amount, CommissionPlan, Entry, Period, Tier, TieredPay
from salesperf.commission import Statement, pay_columns, statement

RatioInTurn = Callable[[str, Callable[[], object], Callable[[], object], int], None]

LARGEST = int(os.environ.get("SALESPERF_BENCH_MAX", "1_000_000"))
ROWS: Final = 1_000_000
STATEMENTS: Final = 100_000
LINES: Final = 10
JANUARY: Final = Period.month(2026, 1)
BOUNDS: Final = (0, 10_000, 50_000, 100_000)
RATES: Final = ("0.05", "0.065", "0.08", "0.1")
TIERS: Final = [Tier(start, end, Decimal(rate)) for start, end, rate in zip(BOUNDS, (*BOUNDS[1:], None), RATES, strict=True)]


def drawn(rows: int) -> NDArray[np.int64]:
    """Draw credits in minor units, some in each tier."""
    if rows > LARGEST:
        pytest.skip(f"SALESPERF_BENCH_MAX leaves out sizes above {LARGEST}")
    return np.random.default_rng(rows).integers(0, 20_000_000, rows)


def pieces_of(mode: str) -> list[tuple[float, float]]:
    """Write intercept and slope of each tier as one does by hand, in floats."""
    rates, pieces, reached = [float(rate) for rate in RATES], [], 0.0
    for place, (start, rate) in enumerate(zip(BOUNDS, rates, strict=True)):
        intercepts = {
            "marginal": reached - rate * start,
            "retroactive": 0.0,
            "overage": (rates[0] - rate) * BOUNDS[1] * (place > 0),
        }
        pieces.append((intercepts[mode], rate))
        reached += rate * (BOUNDS[place + 1] - start) if place + 1 < len(BOUNDS) else 0
    return pieces


@pytest.mark.benchmark(group="tiers of 1e6 rows")
@pytest.mark.parametrize("mode", ["marginal", "retroactive", "overage"])
def test_columns_beside_polars(ratio_in_turn: RatioInTurn, mode: str) -> None:
    pl: Any = pytest.importorskip("polars", reason="the rival polars is not installed (pip install 'salesperf[bench]')")
    credit, part = drawn(ROWS), TieredPay(key="sales", tiers=TIERS, mode=mode)  # type: ignore[arg-type] # a word
    x, pieces = pl.col("x"), pieces_of(mode)
    chain = pl.when(x < BOUNDS[1]).then(pieces[0][0] + pieces[0][1] * x)
    for bound, (intercept, slope) in zip(BOUNDS[2:], pieces[1:], strict=False):
        chain = chain.when(x < bound).then(intercept + slope * x)
    lazy = pl.DataFrame({"x": credit / 100}).lazy().select(paid=chain.otherwise(pieces[-1][0] + pieces[-1][1] * x))
    exact = pay_columns(part, credit, unit=CNY)
    assert np.abs(lazy.collect()["paid"].to_numpy() * 100 - exact).max() < 0.5 + 1e-6
    threads = pl.thread_pool_size()  # one, where POLARS_MAX_THREADS=1 is set before
    title = f"ours / polars when, in floats, on {threads} threads each"
    ratio_in_turn(title, lambda: pay_columns(part, credit, unit=CNY, workers=threads), lazy.collect, 15)


@pytest.mark.benchmark(group="tiers of 1e6 rows")
def test_columns_beside_pandas_apply(ratio_in_turn: RatioInTurn) -> None:
    pd: Any = pytest.importorskip("pandas", reason="the rival pandas is not installed (pip install 'salesperf[bench]')")
    credit, part, pieces = drawn(ROWS), TieredPay(key="sales", tiers=TIERS), pieces_of("marginal")
    column = pd.Series(credit / 100)

    def paid(x: float) -> float:
        for bound, (intercept, slope) in zip(BOUNDS[1:], pieces, strict=False):
            if x < bound:
                return intercept + slope * x
        return pieces[-1][0] + pieces[-1][1] * x

    assert np.abs(column.apply(paid).to_numpy() * 100 - pay_columns(part, credit, unit=CNY)).max() < 0.5 + 1e-6
    ratio_in_turn("ours / pandas.apply", lambda: pay_columns(part, credit, unit=CNY), lambda: column.apply(paid), 3)


@pytest.mark.benchmark(group="tiers of 1e6 rows")
def test_columns_with_a_quota_each_beside_polars(ratio_in_turn: RatioInTurn) -> None:
    pl: Any = pytest.importorskip("polars", reason="the rival polars is not installed (pip install 'salesperf[bench]')")
    credit, quota = drawn(ROWS), np.random.default_rng(7).integers(1_000_000, 20_000_000, ROWS)
    part = TieredPay(key="sales", tiers=[Tier(0, 1, Decimal("0.05")), Tier(1, None, Decimal("0.08"))], over="quota")
    x, q = pl.col("x"), pl.col("q")
    frame = pl.DataFrame({"x": credit / 100, "q": quota / 100}).lazy()
    lazy = frame.select(paid=pl.when(x < q).then(0.05 * x).otherwise(0.05 * q + 0.08 * (x - q)))
    exact = pay_columns(part, credit, unit=CNY, quota=quota)
    assert np.abs(lazy.collect()["paid"].to_numpy() * 100 - exact).max() < 0.5 + 1e-6
    threads = pl.thread_pool_size()
    title = f"ours / polars when, in floats, on {threads} threads each"
    ratio_in_turn(title, lambda: pay_columns(part, credit, unit=CNY, quota=quota, workers=threads), lazy.collect, 15)


@pytest.mark.benchmark(group="1e5 statements of ten lines each")
@pytest.mark.parametrize("kind", ["amount", "quota"])
def test_statements(benchmark: BenchmarkFixture, kind: str) -> None:
    if STATEMENTS > LARGEST:
        pytest.skip(f"SALESPERF_BENCH_MAX leaves out sizes above {LARGEST}")
    tiers = TIERS if kind == "amount" else [Tier(0, 1, Decimal("0.05")), Tier(1, None, Decimal("0.08"))]
    part = TieredPay(key="sales", tiers=tiers, over=kind)  # type: ignore[arg-type] # a word
    plan = CommissionPlan(key="field", unit=CNY, period=Period.year(2026), tiered=[part])
    generator = np.random.default_rng(3)
    days = [JANUARY.start + timedelta(days=int(day)) for day in generator.integers(0, 31, LINES)]
    entries = [_entry(place, day, int(generator.integers(1, 3_000_000))) for place, day in enumerate(days)]
    quotas = [Amount.of(100_000 + place, CNY) for place in range(STATEMENTS)] if kind == "quota" else [None] * STATEMENTS

    def all_of_them() -> list[Statement]:
        return [statement(plan, entries, payee="ada", period=JANUARY, quota=quota) for quota in quotas]

    benchmark.pedantic(all_of_them, rounds=1)
    assert len(statement(plan, entries, payee="ada", period=JANUARY, quota=quotas[0]).lines) == LINES
    if benchmark.stats is not None:
        benchmark.extra_info["microseconds for each"] = benchmark.stats.stats.median / STATEMENTS * 1e6


def _entry(place: int, day: date, minor: int) -> Entry:
    return Entry(id=f"e-{place}", payee="ada", on=day, amount=Amount(minor=minor, unit=CNY), ref=f"o-{place}")

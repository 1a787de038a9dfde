"""Scorecards: columns beside the bare loop of numpy and beside polars, objects beside a plain Python loop, and peak memory."""

import os
import tracemalloc
from bisect import bisect_right
from collections.abc import Callable
from functools import reduce
from typing import Any, Final

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from salesperf import Curve
from salesperf.kernels.interpolation import Line
from salesperf.kernels.numeric import Column
from salesperf.scorecard import Bands, Criterion, Scorecard

RatioInTurn = Callable[[str, Callable[[], object], Callable[[], object], int], None]

LARGEST = int(os.environ.get("SALESPERF_BENCH_MAX", "1_000_000"))
LEADS: Final = 1_000_000
OBJECTS: Final = 100_000
CRITERIA: Final = 10
POINTS: Final = [0.0, 20.0, 40.0, 70.0, 100.0]
BANDS: Final = Bands([("A", 80), ("B", 50), ("C", 0)])
LETTERS: Final = np.array(["C", "B", "A"])


def drawn(size: int) -> tuple[list[Column], dict[str, Column]]:
    """Draw the values of the knots of each criterion, and a column of facts for each."""
    if size > LARGEST:
        pytest.skip(f"SALESPERF_BENCH_MAX leaves out sizes above {LARGEST}")
    generator = np.random.default_rng(size)
    values = [np.sort(generator.uniform(0, 100, len(POINTS)).round(1)) for _ in range(CRITERIA)]
    return values, {f"c{place}": generator.uniform(-5, 105, size) for place in range(CRITERIA)}


def card_of(values: list[Column]) -> Scorecard:
    """Make a card whose criteria weigh 1, 2, 3, ..."""
    curves = [Curve(list(zip(POINTS, worth.tolist(), strict=True))) for worth in values]
    return Scorecard([Criterion(f"c{place}", curve, place + 1) for place, curve in enumerate(curves)])


def banded(card: Scorecard, columns: dict[str, Column], workers: int = 1) -> NDArray[np.str_]:
    """Score and band with ours."""
    return BANDS.band_columns(card.score_columns(columns, workers=workers))


def by_numpy(values: list[Column], columns: dict[str, Column]) -> NDArray[np.str_]:
    """Score and band as one writes it down: nothing checked, nothing missing, nothing rounded."""
    total = np.zeros(len(columns["c0"]))
    for place, worth in enumerate(values):
        total += (place + 1) * np.interp(columns[f"c{place}"], POINTS, worth)
    total /= sum(range(1, CRITERIA + 1))
    return LETTERS[np.searchsorted([50, 80], total, side="right")]


@pytest.mark.benchmark(group="look-up of 1e6 numbers")
@pytest.mark.parametrize("count", [3, 5, 10, 100, 1000])
def test_line_beside_interp(ratio_in_turn: RatioInTurn, count: int) -> None:
    _, columns = drawn(LEADS)
    points, values = np.linspace(0, 100, count), np.sort(np.random.default_rng(count).uniform(0, 100, count))
    line, x = Line(points, values), columns["c0"]
    assert np.allclose(line(x), np.interp(x, points, values), rtol=0, atol=1e-12)
    ratio_in_turn("ours / np.interp", lambda: line(x), lambda: np.interp(x, points, values), 15)


@pytest.mark.benchmark(group="1e6 leads x 10 criteria, with bands")
def test_columns_beside_the_bare_numpy_loop(ratio_in_turn: RatioInTurn) -> None:
    values, columns = drawn(LEADS)
    card = card_of(values)
    assert (banded(card, columns) == by_numpy(values, columns)).mean() > 0.999999
    ratio_in_turn("ours / np.interp and searchsorted", lambda: banded(card, columns), lambda: by_numpy(values, columns), 15)


@pytest.mark.benchmark(group="leads x 10 criteria, with bands, beside polars")
@pytest.mark.parametrize("size", [10_000, 100_000, LEADS])
def test_columns_beside_polars(ratio_in_turn: RatioInTurn, size: int) -> None:
    pl: Any = pytest.importorskip("polars", reason="the rival polars is not installed (pip install 'salesperf[bench]')")
    values, columns = drawn(size)
    card = card_of(values)

    def points(place: int, worth: list[float]) -> Any:  # noqa: ANN401 - an expression
        # Of what a user of polars may write, which has no interpolation by knots, this is the fastest: clipped ramps take a
        # quarter more time, search_sorted and gather four times as much.
        x = pl.col(f"c{place}")
        chain = pl.when(x <= POINTS[0]).then(worth[0])
        for at in range(len(POINTS) - 1):
            slope = (worth[at + 1] - worth[at]) / (POINTS[at + 1] - POINTS[at])
            chain = chain.when(x < POINTS[at + 1]).then(worth[at] + slope * (x - POINTS[at]))
        return chain.otherwise(worth[-1]) * (place + 1)

    terms = [points(place, worth.tolist()) for place, worth in enumerate(values)]
    total = reduce(lambda one, other: one + other, terms) / sum(range(1, CRITERIA + 1))
    lazy = pl.DataFrame(columns).lazy().select(score=total).with_columns(band=_banded(pl))
    assert (banded(card, columns) == lazy.collect()["band"].to_numpy()).mean() > 0.999999
    threads = pl.thread_pool_size()  # one, where POLARS_MAX_THREADS=1 is set before
    title = f"ours / polars expressions, on {threads} threads each"
    ratio_in_turn(title, lambda: banded(card, columns, threads), lazy.collect, 15)


def _banded(pl: Any) -> Any:  # noqa: ANN401 - a package without types, and an expression of it
    score = pl.col("score")
    return pl.when(score >= 80).then(pl.lit("A")).when(score >= 50).then(pl.lit("B")).otherwise(pl.lit("C"))


@pytest.mark.benchmark(group="1e6 leads x 10 criteria, with bands")
def test_peak_memory(benchmark: BenchmarkFixture) -> None:
    values, columns = drawn(LEADS)
    card = card_of(values)
    benchmark.pedantic(lambda: banded(card, columns), rounds=3)
    tracemalloc.start()
    bands = banded(card, columns)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    column = columns["c0"].nbytes
    benchmark.extra_info["peak beyond the bands / one column, scores included"] = (peak - bands.nbytes) / column


@pytest.mark.benchmark(group="1e5 lead objects x 10 criteria, with bands")
def test_objects_beside_a_python_loop(ratio_in_turn: RatioInTurn) -> None:
    values, columns = drawn(OBJECTS)
    card, rows = card_of(values), zip(*(column.tolist() for column in columns.values()), strict=True)
    many = [dict(zip(columns, row, strict=True)) for row in rows]
    worths = [(f"c{place}", place + 1, worth.tolist()) for place, worth in enumerate(values)]
    whole = sum(range(1, CRITERIA + 1))

    def by_loop() -> list[str]:
        bands = []
        for facts in many:
            total = 0.0
            for key, weight, worth in worths:
                x = facts[key]
                if x <= POINTS[0]:
                    points = worth[0]
                elif x >= POINTS[-1]:
                    points = worth[-1]
                else:
                    at = bisect_right(POINTS, x) - 1
                    slope = (worth[at + 1] - worth[at]) / (POINTS[at + 1] - POINTS[at])
                    points = worth[at] + slope * (x - POINTS[at])
                total += weight * points
            score = total / whole
            bands.append("A" if score >= 80 else "B" if score >= 50 else "C")
        return bands

    ours = BANDS.band_columns(card.score_all(many)).tolist()
    assert sum(one != other for one, other in zip(ours, by_loop(), strict=True)) == 0
    ratio_in_turn("ours / a Python loop", lambda: BANDS.band_columns(card.score_all(many)), by_loop, 7)

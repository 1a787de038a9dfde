"""A forecast of ten thousand open deals, from objects to the probability of a target, beside draws by numpy."""

import os
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from salesperf import CNY, STANDARD_PROCESSES, Amount, Change, Opportunity, Period, forecast, funnel
from salesperf.forecast import Forecast
from salesperf.funnel import OutcomeTally

Singles = NDArray[np.float32]
RatioInTurn = Callable[[str, Callable[[], object], Callable[[], object], int], None]

LARGEST = int(os.environ.get("SALESPERF_BENCH_MAX", "1_000_000"))
PROCESS = STANDARD_PROCESSES["solution"]
AS_OF = date(2026, 8, 31)
THIRD = Period.quarter(2026, 3)
DRAWS = 100_000
BLOCK = 1_000
"""Draws made at a time, so that they fit the memory."""


@cache
def deals(size: int) -> tuple[tuple[Opportunity, ...], OutcomeTally]:
    """Draw open deals of any age with log-normal amounts about a hundred thousand yuan, and as many that have ended."""
    generator = np.random.default_rng(size)
    stages = [stage.key for stage in PROCESS.open_stages]
    minor = np.rint(generator.lognormal(0, 1, size) * 1e7).astype(np.int64).tolist()
    ages = generator.integers(0, 120, size).tolist()
    found = []
    for number, (amount, age) in enumerate(zip(minor, ages, strict=True)):
        opened = Change(
            AS_OF - timedelta(days=age),
            stage=stages[number % len(stages)],
            amount=Amount(minor=amount, unit=CNY),
            owner=f"r{number % 200}",
            expected_close=AS_OF + timedelta(days=1 + number % 30),
        )
        found.append(Opportunity(id=f"o{number}", history=[opened]))
    lasting = generator.geometric(1 / 60, size).tolist()
    won = generator.random(size) < 0.3
    ended = [
        Opportunity(
            id=f"e{number}",
            history=[
                Change(AS_OF - timedelta(days=500), stage=stages[number % len(stages)]),
                Change(AS_OF - timedelta(days=500 - min(days, 499)), stage="won" if won[number] else "lost"),
            ],
        )
        for number, days in enumerate(lasting)
    ]
    return tuple(found), funnel.outcomes(ended, PROCESS, as_of=AS_OF)


def asked(size: int, *, learnt: bool) -> tuple[Forecast, Amount]:
    """Project, and choose a target just above what is expected."""
    opened, history = deals(size)
    found = forecast.project(opened, PROCESS, as_of=AS_OF, period=THIRD, history=history if learnt else None)
    assert len(found.counted) == size
    assert found.expected is not None
    return found, Amount(minor=int(found.expected.minor * 1.01), unit=CNY)


def by_draws(amounts: Singles, chances: Singles, target: float) -> float:
    """Simulate independent deals: in single precision and by a matrix product, which is as fast as numpy goes."""
    generator = np.random.default_rng(0)
    uniform = np.empty((BLOCK, amounts.size), dtype=np.float32)
    reached = 0
    for _ in range(DRAWS // BLOCK):
        generator.random(out=uniform, dtype=np.float32)
        reached += int(((uniform < chances).astype(np.float32) @ amounts >= target).sum())
    return reached / DRAWS


@pytest.mark.benchmark(group="forecast of open deals, end to end, beside draws")
@pytest.mark.parametrize("learnt", [False, True], ids=["stated chances", "learnt chances"])
@pytest.mark.parametrize("size", [1_000, 10_000])
def test_a_forecast_beside_a_hundred_thousand_draws(ratio_in_turn: RatioInTurn, size: int, *, learnt: bool) -> None:
    """Ours reads objects, finds chances and counts in that they may be off; the draws begin with columns, and do not."""
    if size > LARGEST:
        pytest.skip(f"SALESPERF_BENCH_MAX leaves out sizes above {LARGEST}")
    found, target = asked(size, learnt=learnt)
    amounts, chances = (
        np.array(column, dtype=np.float32)
        for column in zip(*((deal.amount.minor, deal.probability) for deal in found.counted if deal.amount), strict=True)
    )
    if not learnt:
        noise = 5 * 0.5 / np.sqrt(DRAWS)
        assert found.at_least(target).value == pytest.approx(by_draws(amounts, chances, target.minor), abs=noise + 0.001)

    def ours() -> object:
        again, goal = asked(size, learnt=learnt)
        return again.at_least(goal), again.outcomes()

    ratio_in_turn("ours / draws", ours, lambda: by_draws(amounts, chances, target.minor), 3)


@pytest.mark.benchmark(group="how many more deals a target takes, beside one probability")
@pytest.mark.parametrize("size", [1_000, 10_000])
def test_what_is_needed_beside_one_probability(ratio_in_turn: RatioInTurn, size: int) -> None:
    """A number of deals for nine chances in ten: it takes whole distributions, if coarser ones, as few as may be."""
    if size > LARGEST:
        pytest.skip(f"SALESPERF_BENCH_MAX leaves out sizes above {LARGEST}")
    found, target = asked(size, learnt=True)
    goal = Amount(minor=int(target.minor * 1.3), unit=CNY)
    assert found.needed(goal, at=0.9).value

    def one() -> object:
        again, _ = asked(size, learnt=True)
        return again.at_least(goal)

    def needed() -> object:
        again, _ = asked(size, learnt=True)
        return again.needed(goal, at=0.9)

    ratio_in_turn("needed / at least", needed, one, 3)

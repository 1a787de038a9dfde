"""What it costs to import the package, beside the numpy that it needs."""

import subprocess
import sys
from statistics import median

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

ROUNDS = 11

STATEMENTS = {
    "numpy": "import numpy",
    "salesperf": "import salesperf",
    "salesperf and all its names": "from salesperf import *",
}


def seconds(statement: str) -> float:
    """Run a statement in a fresh interpreter, and return the time that it took there."""
    program = f"import time; begin = time.perf_counter()\n{statement}\nprint(time.perf_counter() - begin)"
    done = subprocess.run(  # noqa: S603 - a constant program
        [sys.executable, "-c", program], stdout=subprocess.PIPE, check=True, encoding="utf-8"
    )
    return float(done.stdout)


@pytest.mark.benchmark(group="import")
def test_import(benchmark: BenchmarkFixture) -> None:
    times: dict[str, list[float]] = {name: [] for name in STATEMENTS}

    def import_each_once() -> None:
        for name, statement in STATEMENTS.items():
            times[name].append(seconds(statement))

    # In turn, so that whatever else the machine does weighs on all alike.
    benchmark.pedantic(import_each_once, rounds=ROUNDS, warmup_rounds=1)
    for name in ("salesperf", "salesperf and all its names"):
        benchmark.extra_info[f"{name} / numpy"] = median(times[name]) / median(times["numpy"])

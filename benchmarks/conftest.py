"""At the end of a run, the ratios that the benchmarks found: ours to a rival or to a bare floor of the same run."""

from collections.abc import Callable, Iterator
from statistics import median
from time import perf_counter

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

RATIOS = pytest.StashKey[list[tuple[str, str, str, object]]]()
"""Group, benchmark, what was compared, the ratio."""


def pytest_configure(config: pytest.Config) -> None:
    """Begin with no ratios."""
    config.stash[RATIOS] = []


@pytest.fixture(autouse=True)
def keep_ratios(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep what a benchmark leaves in its ``extra_info``."""
    benchmark = request.getfixturevalue("benchmark") if "benchmark" in request.fixturenames else None
    yield
    if benchmark is not None:
        rows = [(benchmark.group or "", benchmark.name, name, value) for name, value in benchmark.extra_info.items()]
        request.config.stash[RATIOS].extend(rows)


@pytest.fixture
def ratio_in_turn(benchmark: BenchmarkFixture) -> Callable[[str, Callable[[], object], Callable[[], object], int], None]:
    """Time two calls in turn, so that whatever else the machine does weighs on both alike; keep the ratio of medians."""

    def measure(name: str, ours: Callable[[], object], other: Callable[[], object], rounds: int) -> None:
        times: dict[Callable[[], object], list[float]] = {ours: [], other: []}

        def timed(call: Callable[[], object]) -> None:
            begin = perf_counter()
            call()
            times[call].append(perf_counter() - begin)

        benchmark.pedantic(timed, args=(ours,), setup=lambda: timed(other), rounds=rounds)
        benchmark.extra_info[name] = median(times[ours]) / median(times[other])

    return measure


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table, a group after the other."""
    rows = config.stash[RATIOS]
    if not rows:
        return
    rows.sort(key=lambda row: row[0])
    texts = [tuple(f"{cell:.3g}" if isinstance(cell, float) else str(cell) for cell in row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    terminalreporter.section("ratios and what else was measured")
    for text in texts:
        cells = [cell.ljust(width) for cell, width in zip(text, widths, strict=True)]
        terminalreporter.write_line("  ".join(cells).rstrip())

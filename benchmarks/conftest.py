"""At the end of a run, the ratios that the benchmarks found, ours to a rival or to a bare floor, and how our time grows."""

from collections.abc import Callable, Iterator, Mapping
from math import log2
from statistics import median
from time import perf_counter

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

RATIOS = pytest.StashKey[list[tuple[str, str, str, object]]]()
"""Group, benchmark, what was compared, the ratio."""
TIMES = pytest.StashKey[dict[str, dict[int, float]]]()
"""Seconds by size, for each benchmark that is run at several sizes: whatever else it is about is part of its name."""

_SIZES = ("size", "reps", "deals", "n")
_BAR_A_DOUBLING = 3
"""Characters: where the time grows as the size does, bars grow by 10 from each power of ten to the next."""


def pytest_configure(config: pytest.Config) -> None:
    """Begin with no ratios."""
    config.stash[RATIOS], config.stash[TIMES] = [], {}


@pytest.fixture(autouse=True)
def keep_ratios(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep what a benchmark leaves in its ``extra_info``."""
    benchmark = request.getfixturevalue("benchmark") if "benchmark" in request.fixturenames else None
    yield
    if benchmark is not None:
        rows = [(benchmark.group or "", benchmark.name, name, value) for name, value in benchmark.extra_info.items()]
        request.config.stash[RATIOS].extend(rows)
        _keep_time(request, benchmark)


def _keep_time(request: pytest.FixtureRequest, benchmark: BenchmarkFixture) -> None:
    """Keep how long ours took, beside the size that it was asked for."""
    params: Mapping[str, object] = getattr(getattr(request.node, "callspec", None), "params", {})
    sizes = [size for name in _SIZES if isinstance(size := params.get(name), int)]
    if sizes and benchmark.stats is not None:
        others = ", ".join(str(value) for name, value in params.items() if name not in _SIZES)
        name = f"{request.node.originalname}[{others}]"
        request.config.stash[TIMES].setdefault(name, {})[sizes[0]] = benchmark.stats.stats.median


@pytest.fixture
def keep_time(request: pytest.FixtureRequest) -> Callable[[str, int, float], None]:
    """Keep how long a part of ours took at a size, to be plotted beside its other sizes."""

    def keep(name: str, size: int, seconds: float) -> None:
        request.config.stash[TIMES].setdefault(f"{request.node.originalname}, {name}", {})[size] = seconds

    return keep


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
    _plot_growth(terminalreporter, config)


def _plot_growth(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Plot times on a logarithmic scale, size by size: the bars of linear growth get longer by equal steps."""
    terminalreporter.section("how our time grows (a bar of 3 more: twice the time)")
    for name, times in sorted(config.stash[TIMES].items()):
        if len(times) > 1:
            terminalreporter.write_line(name)
            least = min(times.values())
            for size, seconds in sorted(times.items()):
                bar = "#" * (1 + round(_BAR_A_DOUBLING * log2(seconds / least)))
                terminalreporter.write_line(f"  {size:>12,}  {bar} {seconds * 1e3:.3g} ms")

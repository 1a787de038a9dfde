"""At the end of a run, the ratios that the benchmarks found: ours to a rival or to a bare floor of the same run."""

from collections.abc import Iterator

import pytest

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

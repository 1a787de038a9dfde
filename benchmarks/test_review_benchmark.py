"""From files to a printed review: beside merely reading the files, the least that anybody has to do."""

import csv
import os
import re
from collections.abc import Callable
from contextlib import redirect_stdout
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from random import Random

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import salesperf as sp
from pages import ROOT, SHARED

RatioInTurn = Callable[[str, Callable[[], object], Callable[[], object], int], None]

LARGEST = int(os.environ.get("SALESPERF_BENCH_MAX", "1_000_000"))
SIZES = (1_000, 10_000)
EXPORT_SIZE = 8_800
REPS, TEAMS = 35, 6
YEAR, QUARTER, LAST_DAY = sp.Period.year(2026), sp.Period.quarter(2026, 4), date(2026, 12, 31)
PAGE = ROOT / "docs" / "how-to" / "crm-sales-opportunities.md"
PRINTS_THE_REVIEW = "print(markdown(review))"
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def read_rows(folder: Path) -> int:
    """Read every file as rows of text, and count them."""
    count = 0
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            count += len(list(csv.DictReader(file)))
    return count


def drawn_company(size: int) -> sp.Records:
    """Draw so many deals of a year, each with two or three changes."""
    random = Random(size)  # noqa: S311 - the same company each time is what is wanted
    process = sp.STANDARD_PROCESSES["basic"]

    def deal(number: int) -> sp.Opportunity:
        began = YEAR.start + timedelta(days=random.randrange(300))
        amount = sp.Amount.of(random.randrange(1_000, 90_000), sp.USD)
        changes = [
            sp.Change(began, stage="lead", amount=amount, owner=f"r-{random.randrange(REPS)}"),
            sp.Change(began + timedelta(days=random.randrange(30)), stage="opportunity"),
        ]
        ending = random.choice(("closed", "lost", None))
        if ending is not None:
            changes.append(sp.Change(began + timedelta(days=30 + random.randrange(30)), stage=ending))
        return sp.Opportunity(id=f"o-{number}", history=changes, process=process.key)

    teams = [sp.Team(id=f"t-{number}") for number in range(TEAMS)]
    reps = [sp.Rep(id=f"r-{number}", team=f"t-{number % TEAMS}") for number in range(REPS)]
    return sp.Records(org=sp.Org(teams=teams, reps=reps), opportunities=map(deal, range(size)), processes=[process])


@pytest.mark.benchmark(group="from files to the printed review")
@pytest.mark.parametrize("size", SIZES)
def test_folder_to_review_beside_reading_its_files(
    size: int, tmp_path: Path, benchmark: BenchmarkFixture, ratio_in_turn: RatioInTurn
) -> None:
    if size > LARGEST:
        pytest.skip(f"SALESPERF_BENCH_MAX leaves out sizes above {LARGEST}")
    folder = tmp_path / "company"
    sp.io.folder.write(drawn_company(size), folder)

    def ours() -> str:
        records = sp.io.folder.read(folder)
        return sp.report.markdown(sp.review.build(records, owner=None, period=QUARTER, as_of=LAST_DAY))

    assert "Open deals by stage" in ours()
    assert read_rows(folder) > 2 * size
    ratio_in_turn("ours / reading rows", ours, lambda: read_rows(folder), 3)
    if benchmark.stats is not None:
        benchmark.extra_info["seconds"] = benchmark.stats.stats.median


@pytest.mark.benchmark(group="from files to the printed review")
def test_export_of_a_crm_to_review_beside_reading_its_files(benchmark: BenchmarkFixture, ratio_in_turn: RatioInTurn) -> None:
    """The how-to on these data, as it stands on its page, up to the review of the quarter."""
    folder = SHARED / "data" / "crm_sales_opportunities"
    if not folder.is_dir():
        pytest.skip("the real data crm_sales_opportunities are not on this machine")
    if EXPORT_SIZE > LARGEST:
        pytest.skip(f"SALESPERF_BENCH_MAX leaves out sizes above {LARGEST}")
    text, _, _ = PAGE.read_text(encoding="utf-8").partition(PRINTS_THE_REVIEW)
    program = compile("\n".join(PYTHON.findall(f"{text}{PRINTS_THE_REVIEW}\n```\n")), PAGE.name, "exec")

    def ours() -> str:
        with redirect_stdout(StringIO()) as printed:
            exec(program, {"folder": folder})  # noqa: S102 - the page of the project that the tests run too
        return printed.getvalue()

    assert "1,196 won for USD 2,802,496" in ours()
    assert read_rows(folder) >= EXPORT_SIZE
    ratio_in_turn("ours / reading rows", ours, lambda: read_rows(folder), 5)
    if benchmark.stats is not None:
        benchmark.extra_info["seconds"] = benchmark.stats.stats.median

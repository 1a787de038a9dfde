"""Audits: a million deals by columns beside the same checks in polars, records, pseudonyms, names."""

import os
from collections.abc import Callable
from datetime import date
from typing import Any, Final

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from salesperf import CNY, STANDARD_PROCESSES, Amount, Change, Customer, Opportunity, Org, Records, Rep
from salesperf.model.codes import Codes
from salesperf.privacy import pseudonymize, redact
from salesperf.quality import DEFAULT_RULES, QualityReport, QualityRule, Resembling, audit, audit_columns, find_rows

RatioInTurn = Callable[[str, Callable[[], object], Callable[[], object], int], None]

LARGEST = int(os.environ.get("SALESPERF_BENCH_MAX", "1_000_000"))
SIZES = (10_000, 100_000, 1_000_000)
AS_OF: Final = date(2026, 9, 30)
OWNERS: Final = 200
STAGES: Final = ("open", "won", "lost")
RULES: Final = [
    DEFAULT_RULES[key]
    for key in (
        "deal_without_owner",
        "deal_without_amount",
        "deal_without_close",
        "deal_without_customer",
        "deal_without_reason",
        "deal_decided_undated",
        "deal_amount_not_positive",
        "deal_repeated",
        "deal_closes_before_it_began",
        "deal_overdue",
        "deal_stale",
        "deal_undated",
        "deal_skips_stages",
    )
]


def days(generator: np.random.Generator, size: int, missing: float) -> Any:  # noqa: ANN401 - days
    drawn = np.datetime64("2025-01-01") + generator.integers(0, 700, size).astype("timedelta64[D]")
    drawn[generator.random(size) < missing] = np.datetime64("NaT")
    return drawn


def drawn(size: int) -> dict[str, Any]:
    """Draw a table of deals in which some of everything is wrong."""
    if size > LARGEST:
        pytest.skip(f"SALESPERF_BENCH_MAX leaves out sizes above {LARGEST}")
    generator = np.random.default_rng(size)
    amount = generator.integers(-10, 100_000, size).astype(np.float64)
    amount[generator.random(size) < 0.05] = np.nan
    customers = (None, *(f"k-{number}" for number in range(size // 20)))
    return {
        "owner": Codes(generator.integers(0, OWNERS + 1, size), (None, *(f"r-{number}" for number in range(OWNERS)))),
        "customer": Codes(generator.integers(0, len(customers), size), customers),
        "stage_kind": Codes(generator.integers(0, len(STAGES), size), STAGES),
        "reason": Codes(generator.integers(0, 4, size), (None, "price", "time", "other")),
        "amount": amount,
        "created": days(generator, size, 0.06),
        "expected_close": days(generator, size, 0.1),
        "last_change": days(generator, size, 0),
        "closed": days(generator, size, 0.02),
        "skipped": generator.integers(0, 3, size),
    }


def polars_audit(pl: Any, columns: dict[str, Any]) -> Any:  # noqa: ANN401 - a package without types, and a query of it
    """Write the same checks as expressions: for each rule and owner, how many were checked and in how many was found."""
    frame = pl.DataFrame(
        {
            name: pl.Series(np.array(column.labels, dtype=object)[column.codes].tolist(), dtype=pl.Categorical)
            if isinstance(column, Codes)
            else pl.Series(column).fill_nan(None)
            if column.dtype.kind == "f"
            else pl.Series(column)
            for name, column in columns.items()
        }
    )
    c, day = pl.col, pl.lit(AS_OF)
    is_open, is_lost = c("stage_kind") == "open", c("stage_kind") == "lost"
    is_won = c("stage_kind") == "won"
    same = ["customer", "owner", "created", "amount"]
    whole = pl.all_horizontal(c(name).is_not_null() for name in same)
    checks: dict[str, tuple[Any, Any]] = {
        "deal_without_owner": (pl.lit(value=True), c("owner").is_null()),
        "deal_without_amount": (is_open | is_won, c("amount").is_null()),
        "deal_without_close": (is_open, c("expected_close").is_null()),
        "deal_without_customer": (pl.lit(value=True), c("customer").is_null()),
        "deal_without_reason": (is_lost, c("reason").is_null()),
        "deal_decided_undated": (~is_open, c("closed").is_null()),
        "deal_amount_not_positive": ((is_open | is_won) & c("amount").is_not_null(), c("amount") <= 0),
        "deal_repeated": (whole, pl.struct(same).is_duplicated()),
        "deal_closes_before_it_began": (
            c("expected_close").is_not_null() & c("created").is_not_null(),
            c("expected_close") < c("created"),
        ),
        "deal_overdue": (is_open & c("expected_close").is_not_null(), c("expected_close") < day),
        "deal_stale": (is_open & c("last_change").is_not_null(), c("last_change") < day - pl.duration(days=90)),
        "deal_undated": (pl.lit(value=True), c("created").is_null()),
        "deal_skips_stages": (c("skipped").is_not_null(), c("skipped") > 0),
    }
    masks = [asked.alias(f"{key} checked") for key, (asked, _) in checks.items()]
    masks += [(asked & found.fill_null(value=False)).alias(f"{key} found") for key, (asked, found) in checks.items()]
    return frame.lazy().select("owner", *masks).group_by("owner").agg(pl.col("*").sum())


@pytest.mark.benchmark(group="audit of deals by 13 rules and 200 owners, in columns")
@pytest.mark.parametrize("size", SIZES)
def test_columns_beside_polars(ratio_in_turn: RatioInTurn, size: int) -> None:
    pl: Any = pytest.importorskip("polars", reason="the rival polars is not installed (pip install 'salesperf[bench]')")
    columns = drawn(size)
    lazy = polars_audit(pl, columns)

    def ours() -> Any:  # noqa: ANN401 - a tally
        return audit_columns(columns, kind="opportunity", as_of=AS_OF, rules=RULES)

    tally, theirs = ours(), lazy.collect().to_dict(as_series=False)
    place = {owner: row for row, owner in enumerate(theirs["owner"])}
    order = [place[owner] for owner in tally.owners]
    for row, rule in enumerate(tally.rules):
        assert tally.checked[row].tolist() == [theirs[f"{rule.key} checked"][at] for at in order]
        assert tally.found[row].tolist() == [theirs[f"{rule.key} found"][at] for at in order]
    ratio_in_turn("ours / polars, counts alone", ours, lazy.collect, 9)


@pytest.mark.benchmark(group="report of an audit, by owner")
def test_report_of_a_tally(benchmark: BenchmarkFixture) -> None:
    tally = audit_columns(drawn(10_000), kind="opportunity", as_of=AS_OF, rules=RULES)
    benchmark(lambda: QualityReport.of_tally(tally).scores_by_owner)


def sample_records(size: int) -> Records:
    if size > LARGEST:
        pytest.skip(f"SALESPERF_BENCH_MAX leaves out sizes above {LARGEST}")
    reps = [Rep(id=f"r-{number}", name=f"Rep {number}") for number in range(OWNERS)]
    customers = [Customer(id=f"k-{number}", name=f"Customer {number}") for number in range(size // 10)]
    deals = [
        Opportunity(
            id=f"o-{number}",
            customer=f"k-{number // 10}",
            history=[
                Change(date(2026, 1, 5), stage="prospecting", amount=Amount.of(number, CNY), owner=f"r-{number % OWNERS}"),
                Change(date(2026, 2, 5), stage="proposal"),
            ],
        )
        for number in range(size)
    ]
    process = STANDARD_PROCESSES["solution"]
    return Records(org=Org(reps=reps), customers=customers, opportunities=deals, processes=[process])


@pytest.mark.benchmark(group="records of deals with two changes each")
@pytest.mark.parametrize("size", [10_000, 30_000])
def test_audit_of_records(benchmark: BenchmarkFixture, size: int) -> None:
    known = sample_records(size)
    benchmark.pedantic(lambda: audit(known, as_of=AS_OF), rounds=3)


@pytest.mark.benchmark(group="records of deals with two changes each")
@pytest.mark.parametrize("size", [10_000])
def test_pseudonyms_beside_redaction(ratio_in_turn: RatioInTurn, size: int) -> None:
    known = sample_records(size)
    ratio_in_turn("pseudonyms / redaction", lambda: pseudonymize(known, bytes(range(32))), lambda: redact(known), 3)


@pytest.mark.benchmark(group="names that resemble each other, each with each")
@pytest.mark.parametrize("n", [1_000, 4_000])
def test_resembling_names(benchmark: BenchmarkFixture, n: int) -> None:
    generator = np.random.default_rng(n)
    letters = np.array(list("abcdefghijklmnop"))
    names = np.array(["".join(generator.choice(letters, 14)) for _ in range(n)])
    rule = QualityRule(key="alike", kind="customer", dimension="uniqueness", check=Resembling("name"))
    benchmark.pedantic(lambda: find_rows({"name": names}, rule, as_of=AS_OF), rounds=3)

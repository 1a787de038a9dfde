"""Attainment of many targets against many actuals: beside a group-by and join in polars and in DuckDB."""

import os
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import attrs
import numpy as np
import pytest
from numpy.typing import NDArray

from salesperf import CNY, Amount, Metric, Org, Period, Rep, Target, Unit
from salesperf.attainment import AttainmentColumns, Codes, roll_up, roll_up_columns, tally_columns

RatioInTurn = Callable[[str, Callable[[], object], Callable[[], object], int], None]
Integers = NDArray[np.int64]

LARGEST = int(os.environ.get("SALESPERF_BENCH_MAX", "1_000_000"))
SIZES = (1_000, 100_000, 1_000_000)
OWNERS, METRICS, MONTHS = 200, 10, 12
AS_OF = date(2026, 11, 15)
OWED = 50_000_000


@attrs.frozen(eq=False)
class Company:
    """A year of actuals in columns that stand ready, as the rivals' tables do; and 24,000 targets: reps, metrics, months."""

    owner: Codes[str]
    metric: Codes[str]
    unit: Codes[Unit]
    on: NDArray[np.datetime64]
    minor: Integers

    @classmethod
    def drawn(cls, size: int) -> "Company":
        """Draw so many actuals."""
        if size > LARGEST:
            pytest.skip(f"SALESPERF_BENCH_MAX leaves out sizes above {LARGEST}")
        generator = np.random.default_rng(size)
        return cls(
            owner=Codes(generator.integers(0, OWNERS, size), tuple(f"r{number}" for number in range(OWNERS))),
            metric=Codes(generator.integers(0, METRICS, size), tuple(f"m{number}" for number in range(METRICS))),
            unit=Codes(np.zeros(size, dtype=np.int64), (CNY,)),
            on=np.datetime64("2026-01-01") + generator.integers(0, 365, size),
            minor=generator.integers(-10_000, 1_000_000, size),
        )

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The flows."""
        return tuple(Metric(key, "money", "flow", "higher", key) for key in self.metric.labels)

    @property
    def places(self) -> tuple[Integers, Integers, Integers]:
        """Owner, metric and month of each target."""
        grid = np.meshgrid(np.arange(OWNERS), np.arange(METRICS), np.arange(MONTHS), indexing="ij")
        owner, metric, month = (axis.ravel() for axis in grid)
        return owner, metric, month

    def attained(self) -> AttainmentColumns:
        """Count and hold against the targets, columns throughout."""
        owner, metric, month = self.places
        counted = tally_columns(
            owner=self.owner,
            metric=self.metric,
            unit=self.unit,
            on=self.on,
            minor=self.minor,
        )
        months = np.datetime64("2026-01") + np.arange(MONTHS + 1)
        edges = months.astype("datetime64[D]")
        return roll_up_columns(
            counted,
            None,
            owner=Codes(owner, self.owner.labels),
            metric=Codes(metric, self.metrics),
            unit=Codes(np.zeros(owner.size, dtype=np.int64), (CNY,)),
            start=edges[month],
            end=edges[month + 1],
            minor=np.full(owner.size, OWED),
            as_of=AS_OF,
        )

    def by_polars(self) -> Callable[[], Integers]:
        """Return the rival's query, over frames that stand ready."""
        polars = pytest.importorskip("polars", reason="the rival polars is not installed (pip install 'salesperf[bench]')")
        owner, metric, month = self.places
        codes = {"owner": self.owner.codes, "metric": self.metric.codes}
        actuals = polars.DataFrame({**codes, "on": self.on, "minor": self.minor})
        targets = polars.DataFrame({"owner": owner, "metric": metric, "month": month + 1, "owed": np.full(owner.size, OWED)})
        targets = targets.with_columns(polars.col("month").cast(polars.Int8))

        def query() -> Integers:
            sums = (
                actuals.lazy()
                .filter(polars.col("on") <= AS_OF)
                .group_by("owner", "metric", polars.col("on").dt.month().alias("month"))
                .agg(polars.col("minor").sum(), polars.len())
            )
            joined = targets.lazy().join(sums, on=["owner", "metric", "month"], how="left", maintain_order="left")
            result = joined.with_columns((polars.col("minor") / polars.col("owed")).alias("ratio")).collect()
            filled: Integers = result["minor"].fill_null(0).to_numpy()
            return filled

        return query

    def by_duckdb(self, threads: int | None = None) -> Callable[[], Integers]:
        """Return the rival's query, over tables that stand ready; on all cores, or on so many threads."""
        duckdb: Any = pytest.importorskip("duckdb", reason="the rival DuckDB is not installed (pip install 'salesperf[bench]')")
        owner, metric, month = self.places
        connection = duckdb.connect(config={} if threads is None else {"threads": threads})
        # It reads the two mappings by their names here.
        codes = {"owner": self.owner.codes, "metric": self.metric.codes}
        actuals_read = {**codes, "day": self.on.astype("M8[us]"), "minor": self.minor}
        targets_read = {"owner": owner, "metric": metric, "month": month + 1, "owed": np.full(owner.size, OWED)}
        assert len(actuals_read) == len(targets_read)
        connection.execute("create table actuals as select * replace (day::date as day) from actuals_read")
        connection.execute("create table targets as select * from targets_read")

        def query() -> Integers:
            result = connection.execute(
                "select t.*, coalesce(s.minor, 0)::bigint as minor, coalesce(s.minor, 0) / t.owed as ratio from targets t"
                " left join (select owner, metric, month(day) as month, sum(minor) as minor, count(*) as entries from actuals"
                " where day <= ? group by all) s using (owner, metric, month) order by t.owner, t.metric, t.month",
                [AS_OF],
            ).fetchnumpy()
            minor: Integers = result["minor"]
            return minor

        return query


RIVALS: Mapping[str, Callable[[Company], Callable[[], Integers]]] = {
    "polars": Company.by_polars,
    "duckdb": Company.by_duckdb,
    "duckdb on one thread": lambda company: company.by_duckdb(1),
}
"""On all cores as they come, and the faster one on a single thread, which is what we run on."""


@pytest.mark.benchmark(group="attainment of 24,000 targets")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("rival", RIVALS)
def test_attainment_in_columns_beside_a_rival(ratio_in_turn: RatioInTurn, rival: str, size: int) -> None:
    company = Company.drawn(size)
    theirs = RIVALS[rival](company)
    assert company.attained().actual.tolist() == theirs().tolist()
    ratio_in_turn(f"ours / {rival}", company.attained, theirs, 15)


@pytest.mark.benchmark(group="attainment of 24,000 targets")
@pytest.mark.parametrize("size", SIZES)
def test_attainment_objects_beside_columns(ratio_in_turn: RatioInTurn, size: int) -> None:
    company = Company.drawn(size)
    counted = tally_columns(
        owner=company.owner,
        metric=company.metric,
        unit=company.unit,
        on=company.on,
        minor=company.minor,
    )
    org = Org(reps=[Rep(id=owner) for owner in company.owner.labels])
    targets = [
        Target(owner=owner, metric=metric, amount=Amount(minor=OWED, unit=CNY), period=Period.month(2026, month))
        for owner in company.owner.labels
        for metric in company.metrics
        for month in range(1, MONTHS + 1)
    ]
    objects = {result.target.key: result.ratio for result in roll_up(targets, counted, org, as_of=AS_OF)}
    assert [objects[target.key] for target in targets] == company.attained().ratio.tolist()
    ratio_in_turn("objects / columns", lambda: roll_up(targets, counted, org, as_of=AS_OF), company.attained, 5)

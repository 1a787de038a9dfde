"""Funnels and outcomes from columns of stage changes: beside one np.bincount, DuckDB, polars, and pandas' factorize."""

import os
from collections.abc import Callable
from datetime import date
from typing import Any

import attrs
import numpy as np
import pytest
from numpy.typing import NDArray

from salesperf import STANDARD_PROCESSES
from salesperf.funnel import Codes, FunnelTally, OutcomeTally, count_columns, outcomes_columns
from salesperf.kernels.events import Events, event_counts

RatioInTurn = Callable[[str, Callable[[], object], Callable[[], object], int], None]
Integers = NDArray[np.int64]

LARGEST = int(os.environ.get("SALESPERF_BENCH_MAX", "1_000_000"))
SIZES = (10_000, 100_000, 1_000_000)
OWNERS = 200
DAYS = 730
PROCESS = STANDARD_PROCESSES["solution"]
STAGES = tuple(PROCESS.position)
OPEN = len(PROCESS.open_stages)
FIRST = np.datetime64("2025-01-01", "D")
AS_OF = date(2026, 10, 31)


@attrs.frozen(eq=False)
class Log:
    """Changes of stage in columns, not sorted: of 0.3 as many deals, each from a stage to another, two years long."""

    deal: Codes[str]
    stage: Codes[str]
    owner: Integers
    on: NDArray[np.datetime64]

    @classmethod
    def drawn(cls, size: int) -> "Log":
        """Draw so many changes."""
        if size > LARGEST:
            pytest.skip(f"SALESPERF_BENCH_MAX leaves out sizes above {LARGEST}")
        generator = np.random.default_rng(size)
        deals = size * 3 // 10
        deal, day = generator.integers(0, deals, size), generator.integers(0, DAYS, size)
        order = np.lexsort((day, deal))
        place = np.empty(size, dtype=np.int64)
        starts = np.flatnonzero(np.diff(deal[order], prepend=-1))
        place[order] = np.arange(size) - np.repeat(starts, np.diff(starts, append=size))
        ends = OPEN + (place + deal) % (len(STAGES) - OPEN)  # never the one before, which would be no change
        stage = np.where((place >= OPEN) | ((place > 0) & (generator.random(size) < 0.2)), ends, place)
        return cls(
            deal=Codes(deal, tuple(f"o{number}" for number in range(deals))),
            stage=Codes(stage, STAGES),
            owner=generator.integers(0, OWNERS, size),
            on=FIRST + day,
        )

    @property
    def until(self) -> int:
        """The last day that counts, as numpy counts days."""
        return int(np.datetime64(AS_OF, "D").astype(np.int64))

    def counted(self) -> FunnelTally:
        """Count the deals by the month in which they began."""
        return count_columns(PROCESS, deal=self.deal, stage=self.stage, on=self.on, as_of=AS_OF, by=("month",))

    def followed(self) -> OutcomeTally:
        """Count the deals by what became of them."""
        return outcomes_columns(PROCESS, deal=self.deal, stage=self.stage, on=self.on, as_of=AS_OF)

    def events(self) -> Events:
        """Put the changes in order."""
        return Events.of(self.deal.codes, self.stage.codes, self.on.view(np.int64), until=self.until)


def connected(log: Log) -> Any:  # noqa: ANN401 - a package without types
    """Return a connection of DuckDB to a table that stands ready."""
    duckdb: Any = pytest.importorskip("duckdb", reason="the rival DuckDB is not installed (pip install 'salesperf[bench]')")
    connection = duckdb.connect()
    rows = np.arange(log.owner.size)
    # It reads the mapping by its name here.
    log_read = {"deal": log.deal.codes, "stage": log.stage.codes, "day": log.on.astype("M8[us]"), "row": rows}
    assert log_read
    connection.execute("create table log as select * replace (day::date as day) from log_read")
    return connection


# Won is one stage and the after-sales service that follows it; then lost, then cancelled.
COHORT_SQL = f"""
    with deals as (
        select deal, min(day) as begin, max(case when stage < {OPEN} then stage else -1 end) as furthest,
               arg_max(stage, (day, row)) as last
        from log where day <= ? group by deal)
    select date_trunc('month', begin) as month, greatest(furthest, 0) as furthest,
           case when last < {OPEN} then 3 when last < {OPEN + 2} then 0 when last = {OPEN + 2} then 1 else 2 end as outcome,
           count(*) as deals
    from deals group by all order by all
"""  # noqa: S608 - constants of this file


def by_duckdb(log: Log) -> Callable[[], dict[str, Any]]:
    connection = connected(log)
    return lambda: dict(connection.execute(COHORT_SQL, [AS_OF]).fetchnumpy())


def by_polars(log: Log) -> Callable[[], Any]:
    polars = pytest.importorskip("polars", reason="the rival polars is not installed (pip install 'salesperf[bench]')")
    frame = polars.DataFrame({"deal": log.deal.codes, "stage": log.stage.codes, "day": log.on})
    stage, last = polars.col("stage"), polars.col("last")
    outcome = polars.when(last < OPEN).then(3).when(last < OPEN + 2).then(0).when(last == OPEN + 2).then(1).otherwise(2)

    def query() -> Any:  # noqa: ANN401 - a package without types
        deals = (
            frame.lazy()
            .filter(polars.col("day") <= AS_OF)
            .with_row_index("row")
            .group_by("deal")
            .agg(
                polars.col("day").min().alias("begin"),
                polars.when(stage < OPEN).then(stage).otherwise(-1).max().alias("furthest"),
                # Of one day the later row is the later change.
                stage.get((polars.col("day").cast(polars.Int64) * frame.height + polars.col("row")).arg_max()).alias("last"),
            )
        )
        month = polars.col("begin").dt.truncate("1mo").alias("month")
        keys = [month, polars.col("furthest").clip(lower_bound=0), outcome.alias("outcome")]
        return deals.group_by(*keys).agg(polars.len().alias("deals")).collect().to_dict()

    return query


@pytest.mark.benchmark(group="event counts by owner and stage")
@pytest.mark.parametrize("size", SIZES)
def test_event_counts_beside_one_bincount(ratio_in_turn: RatioInTurn, size: int) -> None:
    log = Log.drawn(size)
    owner, stage = log.owner, log.stage.codes
    cell = owner * len(STAGES) + stage
    shape = (OWNERS, len(STAGES))
    assert event_counts(owner, stage, shape=shape).ravel().tolist() == np.bincount(cell, minlength=shape[0] * shape[1]).tolist()
    ratio_in_turn("ours / bincount", lambda: event_counts(owner, stage, shape=shape), lambda: np.bincount(cell), 25)


@pytest.mark.benchmark(group="cohort tally by month of entry")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("floor", ["of deals", "of owner and stage"])
def test_cohort_tally_beside_one_bincount(ratio_in_turn: RatioInTurn, floor: str, size: int) -> None:
    log = Log.drawn(size)
    codes = log.deal.codes if floor == "of deals" else log.owner * len(STAGES) + log.stage.codes
    ratio_in_turn(f"ours / bincount {floor}", log.counted, lambda: np.bincount(codes), 15)


@pytest.mark.benchmark(group="cohort tally by month of entry")
@pytest.mark.parametrize("size", SIZES)
def test_courses_of_deals_beside_one_bincount(ratio_in_turn: RatioInTurn, size: int) -> None:
    """What the tally is made of but for the days in each stage: distinct deals, entry, furthest and last stage as of a day."""
    log = Log.drawn(size)
    rank = np.where(np.arange(len(STAGES)) < OPEN, np.arange(len(STAGES)), -1)
    ratio_in_turn("ours / bincount of deals", lambda: log.events().courses(rank), lambda: np.bincount(log.deal.codes), 15)


@pytest.mark.benchmark(group="cohort tally by month of entry")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("rival", ["polars", "duckdb"])
def test_cohort_tally_beside_a_rival(ratio_in_turn: RatioInTurn, rival: str, size: int) -> None:
    """Ours counts the days in each stage too, which the rivals' queries leave out."""
    log = Log.drawn(size)
    theirs = by_polars(log) if rival == "polars" else by_duckdb(log)
    table, tally = theirs(), log.counted()
    month, furthest, outcome, deals = (np.asarray(table[name]) for name in ("month", "furthest", "outcome", "deals"))
    lost = np.zeros((OPEN,), dtype=np.int64)
    np.add.at(lost, furthest[outcome == 1], deals[outcome == 1])
    assert tally.lost.sum(axis=0).tolist() == lost.tolist()
    assert tally.outcomes.sum(axis=0).tolist() == [int(deals[outcome == code].sum()) for code in range(4)]
    assert tally.deals.tolist() == [int(deals[month == each].sum()) for each in np.unique(month)]
    ratio_in_turn(f"ours / {rival}", log.counted, theirs, 15)


@pytest.mark.benchmark(group="time in stage")
@pytest.mark.parametrize("size", SIZES)
def test_time_in_stage_beside_the_window_query_of_duckdb(ratio_in_turn: RatioInTurn, size: int) -> None:
    log = Log.drawn(size)
    connection = connected(log)
    sql = (
        "select deal, stage, coalesce(lead(day) over deals, ?::date) - day as days, lead(day) over deals is null as is_open"
        " from log where day <= ? window deals as (partition by deal order by day, row)"
    )

    def theirs() -> dict[str, Any]:
        return dict(connection.execute(sql, [AS_OF, AS_OF]).fetchnumpy())

    table, stays = theirs(), log.events().stays()
    assert int(table["is_open"].sum()) == int(stays.is_open.sum())
    assert int(table["days"].sum()) == int(stays.days.sum())
    ratio_in_turn("ours / duckdb", lambda: log.events().stays(), theirs, 15)


# A stay is the first in its stage, the beginning a stage before all others; a deal never seen open tells of no time.
OUTCOME_SQL = f"""
    with known as (
        select deal, stage, day, row, lead(day) over changes as left_on, lag(cause) over changes as before, cause
        from (select *, case when stage < {OPEN} then 0 when stage < {OPEN + 2} then 1 when stage = {OPEN + 2} then 2 else 3 end
              as cause from log where day <= $day)
        window changes as (partition by deal order by day, row)),
    deals as (
        select deal, min(day) as begin, arg_max(cause, (day, row)) as cause,
               case when arg_max(cause, (day, row)) = 0 then $day
                    else max(day) filter (cause is distinct from before) end as ended
        from known group by deal having min(stage) < {OPEN}),
    entries as (
        select deal, stage, min(day) as entered, arg_min(coalesce(left_on, $day), (day, row)) as left_on,
               arg_min(left_on is not null, (day, row)) as is_left
        from known where stage < {OPEN} group by deal, stage),
    stays as (
        select -1 as stage, ended - begin as stay, cause > 0 as is_left, ended - begin as days, cause from deals
        union all
        select stage, left_on - entered, is_left, ended - entered, cause from entries join deals using (deal))
    select *, count(*) as n from stays group by all order by all
"""  # noqa: S608 - constants of this file


@pytest.mark.benchmark(group="outcomes of deals")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("floor", ["bincount of deals", "putting the changes in order"])
def test_outcomes_beside_a_floor(ratio_in_turn: RatioInTurn, floor: str, size: int) -> None:
    log = Log.drawn(size)
    floors: dict[str, Callable[[], object]] = {
        "bincount of deals": lambda: np.bincount(log.deal.codes),
        "putting the changes in order": log.events,
    }
    ratio_in_turn(f"ours / {floor}", log.followed, floors[floor], 15)


@pytest.mark.benchmark(group="outcomes of deals")
@pytest.mark.parametrize("size", SIZES)
def test_outcomes_beside_a_query_of_duckdb(ratio_in_turn: RatioInTurn, size: int) -> None:
    """Ours counts how deals got done with each stage too, which the rival's query leaves out."""
    log = Log.drawn(size)
    connection = connected(log)

    def theirs() -> dict[str, Any]:
        return dict(connection.execute(OUTCOME_SQL, {"day": AS_OF}).fetchnumpy())

    table, tally = theirs(), log.followed()
    columns = [np.asarray(table[name]).astype(np.int64) for name in ("stage", "stay", "is_left", "days", "cause")]
    assert np.array_equal(tally.cells[:, [1, 3, 4, 5, 6]], np.stack(columns, axis=1))
    assert np.array_equal(tally.counts, table["n"])
    ratio_in_turn("ours / duckdb", log.followed, theirs, 7)


@pytest.mark.benchmark(group="strings to codes")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", ["owners", "deals"])
def test_codes_of_strings_beside_factorize(ratio_in_turn: RatioInTurn, kind: str, size: int) -> None:
    pandas = pytest.importorskip("pandas", reason="the rival pandas is not installed (pip install 'salesperf[bench]')")
    log = Log.drawn(size)
    count, codes = (OWNERS, log.owner) if kind == "owners" else (len(log.deal.labels), log.deal.codes)
    names = [f"{kind}-{number}" for number in range(count)]
    values = [names[code] for code in codes.tolist()]
    array = np.array(values, dtype=object)
    assert Codes.of(values).codes.tolist() == pandas.factorize(array)[0].tolist()
    ratio_in_turn("ours / factorize", lambda: Codes.of(values), lambda: pandas.factorize(array), 7)

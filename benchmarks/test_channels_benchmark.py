"""Channels counted from leads and deals: beside group-bys of polars and DuckDB over columns pulled out of them, and bincount.

The rivals count leads, wins and what these brought, by channel. Ours counts beside that how long each lead took, what came of
the others, and what is not known, and it checks every deal against its process.
"""

import os
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from salesperf import CNY, STANDARD_PROCESSES, Amount, Change, Lead, LeadChange, Opportunity, channels
from salesperf.channels import ChannelTally

RatioInTurn = Callable[[str, Callable[[], object], Callable[[], object], int], None]

LARGEST = int(os.environ.get("SALESPERF_BENCH_MAX", "1_000_000"))
SIZES = (1_000, 10_000, 100_000)
CHANNELS = tuple(f"channel-{number}" for number in range(12))
PROCESS = STANDARD_PROCESSES["basic"]
ENDS = ("closed", "lost", "proposal")
FIRST, AS_OF = date(2026, 1, 1), date(2026, 12, 31)


def drawn(size: int) -> tuple[list[Lead], list[Opportunity]]:
    """Draw leads, and deals of three in ten of them."""
    if size > LARGEST:
        pytest.skip(f"SALESPERF_BENCH_MAX leaves out sizes above {LARGEST}")
    generator = np.random.default_rng(size)
    days, origin = generator.integers(0, 200, size).tolist(), generator.integers(0, len(CHANNELS), size).tolist()
    leads = [
        Lead(
            id=f"l-{place}", channel=CHANNELS[channel], history=[LeadChange(FIRST + timedelta(day), status="new", owner="ada")]
        )
        for place, (day, channel) in enumerate(zip(days, origin, strict=True))
    ]
    deals = [
        Opportunity(
            id=f"o-{place}",
            lead=f"l-{place}",
            history=[
                Change(
                    FIRST + timedelta(days[place] + 5), stage="lead", owner="ada", amount=Amount(minor=1_000 + place, unit=CNY)
                ),
                Change(FIRST + timedelta(days[place] + 40), stage=ENDS[place % len(ENDS)]),
            ],
        )
        for place in range(size * 3 // 10)
    ]
    return leads, deals


def counted(leads: list[Lead], deals: list[Opportunity]) -> ChannelTally:
    """Count with ours."""
    return channels.count(leads, deals, as_of=AS_OF, processes=[PROCESS])


def pulled(leads: list[Lead], deals: list[Opportunity]) -> dict[str, list[Any]]:
    """Pull out of the objects what a group-by needs: for each lead its channel, and what its won deal brought."""
    brought = {deal.lead: deal.amount.minor for deal in deals if deal.stage == "closed" and deal.amount is not None}
    return {"channel": [lead.channel for lead in leads], "brought": [brought.get(lead.id) for lead in leads]}


def summary(tally: ChannelTally) -> list[tuple[object, ...]]:
    """Return what the rivals find: by channel leads, wins, and what these brought in smallest units."""
    values = [tally.value_of([group]) for group in range(len(tally.groups))]
    minor = [value.minor if value is not None else 0 for value in values]
    return [
        (labels[0], *numbers)
        for labels, *numbers in zip(tally.groups, tally.leads.tolist(), tally.won.tolist(), minor, strict=True)
    ]


@pytest.mark.benchmark(group="leads by channel, from objects")
@pytest.mark.parametrize("size", SIZES)
def test_count_beside_polars(ratio_in_turn: RatioInTurn, size: int) -> None:
    pl: Any = pytest.importorskip("polars", reason="the rival polars is not installed (pip install 'salesperf[bench]')")
    leads, deals = drawn(size)

    def grouped() -> Any:  # noqa: ANN401 - a frame of a package without types
        frame = pl.DataFrame(pulled(leads, deals)).group_by("channel")
        return frame.agg(pl.len(), pl.col("brought").count().alias("won"), pl.col("brought").sum().alias("value"))

    assert sorted(grouped().rows()) == summary(counted(leads, deals))
    ratio_in_turn("ours / columns pulled out, polars group_by", lambda: counted(leads, deals), grouped, 5)


@pytest.mark.benchmark(group="leads by channel, from objects")
@pytest.mark.parametrize("size", SIZES)
def test_count_beside_duckdb(ratio_in_turn: RatioInTurn, size: int) -> None:
    duckdb: Any = pytest.importorskip("duckdb", reason="the rival DuckDB is not installed (pip install 'salesperf[bench]')")
    pa: Any = pytest.importorskip("pyarrow", reason="by which DuckDB reads columns (pip install 'salesperf[bench]')")
    leads, deals = drawn(size)
    connection = duckdb.connect()
    query = "select channel, count(*), count(brought), coalesce(sum(brought), 0)::bigint from leads group by channel order by 1"

    def grouped() -> Any:  # noqa: ANN401 - rows of a package without types
        connection.register("leads", pa.table(pulled(leads, deals)))
        return connection.execute(query).fetchall()

    assert grouped() == summary(counted(leads, deals))
    ratio_in_turn("ours / columns pulled out, DuckDB group by", lambda: counted(leads, deals), grouped, 5)


@pytest.mark.benchmark(group="leads by channel, merged")
@pytest.mark.parametrize("n", [10, 100, 1_000])
def test_merging_beside_bincount(ratio_in_turn: RatioInTurn, n: int) -> None:
    """Merge tallies of n leads each; to count their cells once more is what cannot be saved."""
    leads, deals = drawn(1_000)
    one, other = counted(leads[:n], [deal for deal in deals if int(str(deal.lead)[2:]) < n]), counted(leads, deals)
    keys = np.concatenate([one.cells[:, 0], other.cells[:, 0]])
    weights = np.concatenate([one.counts, other.counts])
    ratio_in_turn("ours / bincount of the cells", lambda: one + other, lambda: np.bincount(keys, weights=weights), 25)

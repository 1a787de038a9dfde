"""The review of a large company: where the time goes, section by section, how each grows, and counting beside np.bincount."""

import gc
import inspect
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache, wraps
from time import process_time
from types import GeneratorType, ModuleType
from typing import Any

import numpy as np
import pytest
from large_company import QUARTER, REVIEWED_ON, LargeCompany
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

import salesperf as sp
from salesperf.attainment import Codes, tally_columns
from salesperf.channels.columns import LeadColumns
from salesperf.funnel import count_columns
from salesperf.quality import DEFAULT_RULES
from salesperf.quality.counting import Counting
from salesperf.quality.reading import READERS
from salesperf.quality.tally import as_rules
from salesperf.review import building, grounds
from salesperf.review.metrics import MetricSections
from salesperf.review.quality import Audited

RatioInTurn = Callable[[str, Callable[[], object], Callable[[], object], int], None]
KeepTime = Callable[[str, int, float], None]

LARGEST = int(os.environ.get("SALESPERF_BENCH_MAX", "1_000_000"))
SIZES = (1_000, 10_000, 30_000, 100_000)
COUNTED = (1_000, 10_000, 100_000)
MOST_BYTES = 2_000_000
"""Of a page, however large the company."""
SMALL = 10_000
"""Up to so many deals a review is quick enough to be timed more than once."""


@cache
def records_of(deals: int) -> sp.Records:
    """Make a company, once; its making is measured nowhere."""
    if deals > LARGEST:
        pytest.skip(f"SALESPERF_BENCH_MAX leaves out sizes above {LARGEST}")
    return LargeCompany(deals).records()


def reviewed(records: sp.Records, owner: str | None = None) -> sp.review.Review:
    return sp.review.build(records, owner=owner, period=QUARTER, as_of=REVIEWED_ON)


def events_of(records: sp.Records) -> NDArray[np.int64]:
    """Write down whoever did whatever ever happened, as codes that could be counted."""
    people = {rep.id: number for number, rep in enumerate(records.org.reps)}
    done = [people[actual.owner] for actual in records.actuals]
    done += [people.get(change.owner or "", 0) for deal in records.opportunities for change in deal.history]
    done += [people.get(lead.owner or "", 0) for lead in records.leads for _ in (*lead.history, *lead.touches)]
    return np.array(done, dtype=np.int64)


class Stopwatch:
    """Tells how long each part of a review takes by itself, without the parts that it asks."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._within: list[float] = []
        self._monkeypatch = monkeypatch
        for name, part in _sections_of(building):
            self._watch(building, name, part, name)
        self._watch(sp.Records, "as_of", sp.Records.as_of, "Records.as_of")
        self._watch(grounds, "tally", sp.attainment.tally, "tally of the actuals")
        for kind in (MetricSections, Audited):
            for name, method in inspect.getmembers(kind, inspect.isfunction):
                if name == "__init__" or not name.startswith("_"):
                    self._watch(kind, name, method, kind.__name__)

    def _watch(self, home: Any, name: str, part: Callable[..., Any], told: str) -> None:  # noqa: ANN401 - a module or a class
        @wraps(part)
        def timed(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever the part takes and gives
            self._within.append(0.0)
            begin = process_time()
            found = part(*args, **kwargs)
            # What is made as it is asked for is made now.
            found = list(found) if isinstance(found, GeneratorType) else found
            spent = process_time() - begin
            self.seconds[told] += spent - self._within.pop()
            if self._within:
                self._within[-1] += spent
            return found

        self._monkeypatch.setattr(home, name, timed)


def _sections_of(module: ModuleType) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield the functions of the review that its builder asks."""
    for name, part in inspect.getmembers(module, inspect.isfunction):
        if part.__module__.startswith("salesperf.review") and part.__module__ != module.__name__:
            yield name, part


@pytest.mark.benchmark(group="review of a large company")
@pytest.mark.parametrize("deals", SIZES)
def test_review_beside_bincount_of_all_events(ratio_in_turn: RatioInTurn, benchmark: BenchmarkFixture, deals: int) -> None:
    records = records_of(deals)
    events = events_of(records)
    review = reviewed(records)
    assert review.leads is not None
    assert len(review.metrics[0].members) >= len(records.org.reps)
    benchmark.extra_info["events"] = events.size
    rounds = 3 if deals <= SMALL else 1
    ratio_in_turn("ours / bincount of all events", lambda: reviewed(records), lambda: np.bincount(events), rounds)


@pytest.mark.benchmark(group="review of a large company")
@pytest.mark.parametrize("deals", SIZES)
@pytest.mark.parametrize("whose", ["team", "rep"])
def test_review_of_a_part_beside_that_of_the_whole(ratio_in_turn: RatioInTurn, whose: str, deals: int) -> None:
    records, company = records_of(deals), LargeCompany(deals)
    owner = company.rep if whose == "rep" else "t-0"
    ratio_in_turn("ours / the company's", lambda: reviewed(records, owner), lambda: reviewed(records), 1)


@pytest.mark.benchmark(group="sections of a large review")
@pytest.mark.parametrize("deals", SIZES)
def test_sections_of_a_review(
    benchmark: BenchmarkFixture, keep_time: KeepTime, monkeypatch: pytest.MonkeyPatch, deals: int
) -> None:
    records = records_of(deals)
    watch = Stopwatch(monkeypatch)
    # The collector goes through all records every now and then, and so tells of whatever is made just then, not of its part.
    gc.collect()
    gc.disable()
    begin = process_time()
    reviewed(records)
    whole = process_time() - begin
    gc.enable()
    assert sum(watch.seconds.values()) <= whole
    benchmark.pedantic(lambda: None)  # what is measured is measured above
    for name, seconds in sorted(watch.seconds.items(), key=lambda item: -item[1]):
        benchmark.extra_info[f"{name}, share"] = seconds / whole
        keep_time(name, deals, seconds)


@pytest.mark.benchmark(group="pages of a large review")
@pytest.mark.parametrize("deals", SIZES)
def test_page_beside_its_review(ratio_in_turn: RatioInTurn, benchmark: BenchmarkFixture, deals: int) -> None:
    html = pytest.importorskip("salesperf.io.html", reason="HTML needs the extra html (pip install 'salesperf[html]')")
    records = records_of(deals)
    review = reviewed(records)
    written = len(html.page(review).encode())
    assert written < MOST_BYTES
    benchmark.extra_info["bytes"] = written
    benchmark.extra_info["bytes of Markdown"] = len(sp.report.markdown(review).encode())
    ratio_in_turn("ours / the review", lambda: html.page(review), lambda: reviewed(records), 1)


# Counting, once the records stand in columns


@pytest.mark.benchmark(group="counting parts of a large review")
@pytest.mark.parametrize("deals", COUNTED)
def test_tally_of_actuals_beside_bincount(ratio_in_turn: RatioInTurn, deals: int) -> None:
    actuals = records_of(deals).actuals
    owner = Codes.of([actual.owner for actual in actuals])
    columns: dict[str, Any] = {
        "owner": owner,
        "metric": Codes.of([actual.metric.key for actual in actuals]),
        "unit": Codes.of([actual.amount.unit for actual in actuals]),
        "on": np.array([actual.on for actual in actuals], dtype="M8[D]"),
        "minor": np.array([actual.amount.minor for actual in actuals]),
        "scope": Codes.of([actual.scope for actual in actuals]),
    }
    assert tally_columns(**columns) == sp.attainment.tally(actuals)
    ratio_in_turn("ours / bincount", lambda: tally_columns(**columns), lambda: np.bincount(owner.codes), 7)


@pytest.mark.benchmark(group="counting parts of a large review")
@pytest.mark.parametrize("deals", COUNTED)
def test_funnel_beside_bincount(ratio_in_turn: RatioInTurn, deals: int) -> None:
    records = records_of(deals)
    (process,) = records.processes
    rows = [(deal.id, change.stage, change.on) for deal in records.opportunities for change in deal.history if change.stage]
    columns: dict[str, Any] = {
        "deal": Codes.of([deal for deal, _, _ in rows]),
        "stage": Codes.of([stage for _, stage, _ in rows]),
        "on": np.array([on for _, _, on in rows], dtype="M8[D]"),
    }

    def ours() -> sp.funnel.FunnelTally:
        return count_columns(process, **columns, as_of=REVIEWED_ON, period=QUARTER)

    assert ours() == sp.funnel.count(records.opportunities, process, as_of=REVIEWED_ON, period=QUARTER)
    ratio_in_turn("ours / bincount", ours, lambda: np.bincount(columns["deal"].codes), 7)


@pytest.mark.benchmark(group="counting parts of a large review")
@pytest.mark.parametrize("deals", COUNTED)
@pytest.mark.parametrize("kind", ["opportunity", "lead"])
def test_faults_by_rule_and_owner_beside_bincount(ratio_in_turn: RatioInTurn, kind: Any, deals: int) -> None:  # noqa: ANN401 - one of the words for kinds
    """An event is here the answer of a rule about a record: so many of the audit's counts as there are rules."""
    records, rules = records_of(deals).as_of(REVIEWED_ON), as_rules(DEFAULT_RULES)
    counting = Counting.of(READERS[kind](records, REVIEWED_ON).table, rules, REVIEWED_ON, lenient=True)
    owners = np.tile(counting.owners.codes, sum(rule.kind == kind for rule in rules))
    ratio_in_turn("ours / bincount of the answers", counting.tally, lambda: np.bincount(owners), 25)


@pytest.mark.benchmark(group="counting parts of a large review")
@pytest.mark.parametrize("deals", COUNTED)
def test_leads_by_channel_beside_bincount(ratio_in_turn: RatioInTurn, deals: int) -> None:
    records = records_of(deals)
    channels = Codes.of([lead.channel for lead in records.leads])
    generator = np.random.default_rng(deals)
    columns = LeadColumns(
        groups=len(channels.labels),
        group=channels.codes,
        outcome=generator.integers(0, 4, deals),
        days=generator.integers(0, 600, deals),
        is_qualified=generator.random(deals) < 0.4,
        is_unvalued=np.zeros(deals, dtype=np.bool_),
        valued=np.empty((0, 2), dtype=np.int64),
    )
    assert columns.counted()["outcomes"].sum() == columns.counted()["counts"].sum() == deals
    ratio_in_turn("ours / bincount", columns.counted, lambda: np.bincount(channels.codes), 15)

"""Real data: the CRM Sales Opportunities of the Maven Analytics data playground (stated to be in the public domain).

Every figure is computed a second time from the rows of the files, with integers and Fractions and without the library.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median

import attrs
import pytest
from crm_rows import CrmFiles, Row, read_crm
from scipy import stats

import salesperf as sp
from salesperf.report import markdown
from salesperf.review import DealSection, Review, build
from salesperf.review.deals import deal_sections

QUARTER, LAST_DAY = sp.Period.quarter(2017, 4), date(2017, 12, 31)
LIMIT = 90
PROCESS = sp.SalesProcess(
    stages=[
        sp.Stage(key="prospecting"),
        sp.Stage(key="engaging", max_days=LIMIT),
        sp.Stage(key="won", kind="won"),
        sp.Stage(key="lost", kind="lost"),
    ]
)


@attrs.frozen(kw_only=True)
class Export:
    """The rows, and what is made of them."""

    files: CrmFiles
    records: sp.Records

    @property
    def rows(self) -> tuple[Row, ...]:
        return self.files.rows


def deal(row: Row) -> sp.Opportunity:
    first = sp.Change(
        row.engaged,
        stage="engaging" if row.engaged else "prospecting",
        amount=sp.Amount.of(row.price, sp.USD),
        owner=row.agent,
    )
    history = [first]
    if row.closed is not None:
        amount = sp.Amount.of(row.value or 0, sp.USD) if row.stage == "Won" else None
        history.append(sp.Change(row.closed, stage=row.stage.lower(), amount=amount))
    facts = {"product": row.product}
    return sp.Opportunity(id=row.id, history=history, facts=facts, as_exported=["owner"], exported=LAST_DAY)


@pytest.fixture(scope="module")
def export(data_folder: Callable[[str], Path]) -> Export:
    files = read_crm(data_folder("crm_sales_opportunities"))
    offices = {agent.manager: agent.office for agent in files.agents}
    org = sp.Org(
        teams=[sp.Team(id=office) for office in set(offices.values())]
        + [sp.Team(id=manager, parent=office) for manager, office in offices.items()],
        reps=[sp.Rep(id=agent.name, team=agent.manager) for agent in files.agents],
    )
    return Export(files=files, records=sp.Records(org=org, opportunities=map(deal, files.rows), processes=[PROCESS]))


@pytest.fixture(scope="module")
def review(export: Export) -> Review:
    """The review of the company."""
    return build(export.records, owner=None, period=QUARTER, as_of=LAST_DAY)


def section_of(export: Export, owner: str) -> DealSection:
    (section,) = deal_sections(export.records, owner=owner, period=QUARTER, as_of=LAST_DAY)
    return section


def test_the_quirks_are_those_that_the_page_names(export: Export) -> None:
    assert len(export.rows) == 8800
    assert export.files.mismatches == 1480
    assert sum(not row.account for row in export.rows) == 1425
    assert sum(row.engaged is None for row in export.rows) == 500
    assert len(export.records.org.reps) - len({row.agent for row in export.rows}) == 5
    assert {row.value for row in export.rows if row.stage == "Lost"} == {0}


@pytest.mark.parametrize(
    ("owner", "office", "manager"),
    [
        (None, "", ""),
        *((office, office, "") for office in ("Central", "East", "West")),
        *(
            (manager, "", manager)
            for manager in ("Dustin Brinkmann", "Cara Losch", "Summer Sewald")  # one of each office
        ),
    ],
)
def test_what_was_decided_is_what_the_rows_say(
    export: Export, review: Review, owner: str | None, office: str, manager: str
) -> None:
    rows = export.files.of(office=office, manager=manager)
    decided = [row for row in rows if row.closed is not None and row.closed in QUARTER]
    won = [row for row in decided if row.stage == "Won"]
    closed = (review.deals[0] if owner is None else section_of(export, owner)).closed
    assert (closed.won, closed.lost, closed.cancelled) == (len(won), len(decided) - len(won), 0)
    assert closed.won_value == sp.Amount.of(sum(row.value or 0 for row in won), sp.USD)
    exact = stats.binomtest(len(won), len(decided)).proportion_ci(method="wilson")
    rate = closed.win_rate
    assert rate.value == len(won) / len(decided)
    assert rate.n == len(decided)
    assert rate.low == pytest.approx(exact.low, rel=1e-9)
    assert rate.high == pytest.approx(exact.high, rel=1e-9)
    cycles = [(row.closed - row.engaged).days for row in won if row.closed and row.engaged]
    assert closed.median_cycle_days == median(cycles)
    assert closed.average_cycle_days == pytest.approx(sum(cycles) / len(cycles), rel=1e-12)


@pytest.mark.parametrize(("owner", "office"), [(None, ""), ("East", "East")])
def test_what_is_open_is_what_the_rows_leave_open(export: Export, review: Review, owner: str | None, office: str) -> None:
    rows = [row for row in export.files.of(office=office) if row.closed is None]
    pipeline = (review.deals[0] if owner is None else section_of(export, owner)).pipeline
    assert pipeline.total.count == len(rows)
    assert pipeline.total.amount == sp.Amount.of(sum(row.price for row in rows), sp.USD)
    assert (pipeline.total.weighted, pipeline.total.without_probability) == (None, len(rows))
    stages = Counter("engaging" if row.engaged else "prospecting" for row in rows)
    assert {group.key: group.count for group in pipeline.by_stage} == {key: stages[key] for key in ("prospecting", "engaging")}
    ages = [(LAST_DAY - row.engaged).days for row in rows if row.engaged is not None]
    engaging = pipeline.ages[1]
    assert (engaging.median_days, engaging.longest_days) == (median(ages), max(ages))
    assert (engaging.over, engaging.within) == (sum(age > LIMIT for age in ages), sum(age <= LIMIT for age in ages))
    assert pipeline.ages[0].undated == stages["prospecting"]


def test_the_bridge_goes_from_what_was_open_before_to_what_is_open_now(export: Export, review: Review) -> None:
    bridge = review.deals[0].bridge

    def worth(rows: list[Row]) -> int:
        return sum(row.price for row in rows)

    before = [row for row in export.rows if (row.engaged is None or row.engaged < QUARTER.start)]
    opening = [row for row in before if row.closed is None or row.closed >= QUARTER.start]
    begun = [row for row in export.rows if row.engaged is not None and row.engaged in QUARTER]
    closed = [row for row in export.rows if row.closed is not None and row.closed in QUARTER]
    won = [row for row in closed if row.stage == "Won"]
    lines = {key: (line.count, line.amount) for key, line in bridge.movements.items()}
    assert (bridge.opening.count, bridge.opening.amount) == (len(opening), sp.Amount.of(worth(opening), sp.USD))
    assert lines["created"] == (len(begun), sp.Amount.of(worth(begun), sp.USD))
    assert lines["won"] == (len(won), sp.Amount.of(-sum(row.value or 0 for row in won), sp.USD))
    assert lines["revalued"][1] == sp.Amount.of(sum((row.value or 0) - row.price for row in won), sp.USD)
    lost = [row for row in closed if row.stage == "Lost"]
    assert lines["lost"] == (len(lost), sp.Amount.of(-worth(lost), sp.USD))
    assert bridge.breakdown.holds()


def test_the_funnel_follows_those_that_began_in_the_quarter(export: Export, review: Review) -> None:
    (segment,) = review.deals[0].funnel.segments
    begun = [row for row in export.rows if row.engaged is not None and row.engaged in QUARTER]
    stands = Counter(row.stage for row in begun)
    last = segment.stages[-1]
    assert (last.entered, last.moved_on, last.lost, last.open) == (
        len(begun),
        stands["Won"],
        stands["Lost"],
        stands["Engaging"],
    )
    assert segment.undated == 500


def test_an_earlier_day_knows_no_outcome(export: Export) -> None:
    earlier = date(2017, 10, 31)
    known = export.records.as_of(earlier)
    later = {row.id: row for row in export.rows if row.closed is not None and row.closed > earlier}
    held = [each for each in known.opportunities if each.id in later]
    assert {each.stage for each in held} == {"engaging"}
    assert all(each.amount == sp.Amount.of(later[each.id].price, sp.USD) for each in held)
    assert {each.as_exported for each in held} == {("owner",)}
    assert len(known.opportunities) == sum(row.engaged is None or row.engaged <= earlier for row in export.rows)


def test_what_to_doubt_is_told(review: Review) -> None:
    counts = Counter(finding.rule for finding in review.findings)
    assert (counts["deals_as_exported"], counts["no_deals_of"]) == (1, 5)
    faults = {count.rule.key: (count.found, count.checked) for count in review.quality.faults}
    assert (faults["deal_undated"], faults["rep_without_records"]) == ((500, 8800), (5, 35))
    undated = [finding.count for finding in review.deals[0].weakened_by["funnel"] if finding.rule == "deal_undated"]
    assert undated == [500]
    assert "no_entries" not in counts
    for lang in ("en", "zh"):
        text = markdown(review, lang=lang)
        assert "1,196" in text
        assert "58.1% – 62.4%" in text

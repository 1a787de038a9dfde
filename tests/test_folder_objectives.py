"""Objectives in folders of CSV files: what is written reads back, and every fault is told with file, line and column."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from folders import Fault, Writer, places, words, writer
from hypothesis import given
from hypothesis import strategies as st

import salesperf as sp
from salesperf.io import folder

EARLY, LATE = date(2026, 8, 14), date(2026, 9, 11)
QUARTER = sp.Period.quarter(2026, 3)
OBJECTIVES = "id,period,parent,owner\no-1,2026-Q3,,\no-2,2026-Q3,o-1,ada\n"
KEY_RESULTS = "id,objective,kind,start,target\nk-1,o-2,,0,40\nk-2,o-2,milestones,,\n"
MILESTONES = "key_result,key\nk-2,draft\nk-2,signed\n"
CHECK_INS = "of,on,value,reached,done,score,confidence,note\n"


@pytest.fixture
def write_files(tmp_path: Path) -> Writer:
    """Write files by name, beside a rep, two objectives and two key results unless the test has its own."""
    return writer(tmp_path, reps="id\nada\n", objectives=OBJECTIVES, key_results=KEY_RESULTS, milestones=MILESTONES)


# What is written reads back

free_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@st.composite
def wordings(draw: st.DrawFn) -> sp.Records:
    """Records of objectives whose every text is as odd as text may be, with values of every kind."""
    ids = [f"{draw(words)} {number}" for number in range(4)]
    steps = [sp.Milestone(f"{draw(words)} {number}", draw(free_text), draw(st.integers(1, 9))) for number in range(2)]
    own = sp.Metric(draw(words.map("own {}".format)), "count", "flow", "higher", "Own")
    boxes = sp.Unit("box", 0, "count")
    reached = draw(st.sampled_from(((), (steps[1].key,), (steps[1].key, steps[0].key))))
    key_results = [
        sp.KeyResult(
            id=ids[1],
            title=draw(free_text),
            start=sp.Amount.of(0, boxes),
            target=sp.Amount.of(40, boxes),
            metric=own,
            owner="ada",
            period=sp.Period.month(2026, 9),
            check_ins=[sp.CheckIn(EARLY, value=sp.Amount.of(18, boxes), confidence=Decimal("0.7"), note=draw(free_text))],
        ),
        sp.KeyResult(
            id=ids[2],
            kind="milestones",
            milestones=steps,
            weight=Decimal("0.5"),
            is_committed=True,
            check_ins=[sp.CheckIn(EARLY, reached=reached), sp.CheckIn(LATE, note=draw(words))],
        ),
    ]
    said = [sp.CheckIn(EARLY, score=Decimal("0.4")), sp.CheckIn(EARLY, score=draw(st.integers(0, 9)), note=draw(free_text))]
    below = sp.Objective(
        id=ids[0], title=draw(free_text), period=QUARTER, key_results=key_results, check_ins=said, is_committed=True
    )
    above = sp.Objective(id=ids[3], period=sp.Period.year(2026), children=[below], owner="ada")
    return sp.Records(org=sp.Org(reps=[sp.Rep(id="ada")]), objectives=[above])


@given(wordings())
def test_any_text_of_an_objective_reads_back(records: sp.Records) -> None:
    with TemporaryDirectory() as parent:
        folder.write(records, Path(parent, "company"))
        assert folder.read(Path(parent, "company")) == records


def test_an_objective_may_stand_before_the_one_above_and_check_ins_of_all_in_one_file(write_files: Writer) -> None:
    place = write_files(
        objectives="id,period,parent,title,weight,committed\no-2,2026-Q3,o-1,North,2,yes\no-1,FY2026,,,,\no-3,2026-09,o-1,,,\n",
        key_results="id,objective,kind,start,target,unit,metric,low,high,tolerance\n"
        "k-1,o-2,,60,45,,,,,\nk-2,o-3,metric,0,9,,visits,,,\nk-3,o-3,metric,0,90,CNY,revenue,,,\n"
        "k-4,o-3,band,,,,,0.2,0.3,0.1\nk-5,o-3,yes_no,,,,,,,\nk-6,o-2,milestones,,,,,,,\n",
        milestones="key,key_result,weight\ndraft,k-6,\nsigned,k-6,3\n",
        check_ins=f"{CHECK_INS}k-1,2026-08-14,54,,,,0.5,\no-1,2026-08-14,,,,0.6,,\nk-6,2026/8/14,,draft; signed,,,,\n"
        "k-1,2026-09-11,48,,,,,\nk-2,2026-08-14,4,,,,,\nk-3,2026-08-14,12.5,,,,,\nk-5,2026-08-14,,,no,,,\nk-6,2026-09-11,,;,,,,\n",
    )
    (root,) = folder.read(place).objectives
    assert (root.id, root.period, root.stated) == ("o-1", sp.Period.year(2026), Decimal("0.6"))
    north, third = root.children
    assert (north.title, north.weight, north.is_committed, third.period) == (
        "North",
        Decimal(2),
        True,
        sp.Period.month(2026, 9),
    )
    days, steps = north.key_results
    assert [(said.on, said.value, said.confidence) for said in days.check_ins] == [
        (EARLY, Decimal(54), Decimal("0.5")),
        (LATE, Decimal(48), None),
    ]
    assert [said.reached for said in steps.check_ins] == [("draft", "signed"), ()]
    assert [step.weight for step in steps.milestones] == [1, 3]
    visits, revenue, rate, signed = third.key_results
    assert (visits.target, visits.current and visits.current.value) == (sp.Amount.of(9, sp.COUNT), sp.Amount.of(4, sp.COUNT))
    assert revenue.current == sp.CheckIn(EARLY, value=sp.Amount.of("12.50", sp.CNY))
    assert (rate.band, rate.tolerance) == (sp.Band(Decimal("0.2"), Decimal("0.3")), Decimal("0.1"))
    assert signed.current == sp.CheckIn(EARLY, is_done=False)


def test_a_folder_without_objectives_has_none(tmp_path: Path) -> None:
    (tmp_path / "reps.csv").write_text("id\nada\n", encoding="utf-8")
    assert folder.read(tmp_path).objectives == ()


# What is refused

FAULTS: dict[str, tuple[dict[str, str], list[Fault]]] = {
    "objectives that cannot be": (
        {
            "objectives": "id,period,parent,owner,weight,committed\no-1,soon,,,,\no-2,2026-Q3,o-9,,,\no-3,2026-Q3,,cy,,\n"
            "o-4,2026-Q3,,,0,\no-5,2026-Q3,,,,maybe\n,2026-Q3,,,,\no-6,2026-Q3,,,,\no-6,2026-Q3,,,,\n",
            "key_results": "id,objective,kind\n",
            "milestones": "key_result,key\n",
        },
        [
            ("period_label", ("objectives.csv", 2, "period")),
            ("unknown_objective", ("objectives.csv", 3, "parent")),
            ("unknown_owner", ("objectives.csv", 4, "owner")),
            ("not_positive", ("objectives.csv", 5, "weight")),
            ("choice", ("objectives.csv", 6, "committed")),
            ("empty", ("objectives.csv", 7, "id")),
            ("not_unique", ("objectives.csv", 9, "id")),
        ],
    ),
    "trees that cannot be": (
        {
            "objectives": "id,period,parent\no-1,2026-Q3,o-3\no-2,2026-Q3,o-1\no-3,2026-Q3,o-2\no-4,2026-Q3,\n"
            "o-5,2026-Q3,o-4\n",
            "key_results": "id,objective,kind\nk-1,o-5,yes_no\nk-2,o-4,yes_no\nk-3,o-4,yes_no\n",
            "milestones": "key_result,key\n",
        },
        [
            ("objective_cycle", ("objectives.csv", 2, "parent")),
            ("objective_cycle", ("objectives.csv", 3, "parent")),
            ("objective_cycle", ("objectives.csv", 4, "parent")),
            ("objective_of_both", ("key_results.csv", 3, "objective")),
        ],
    ),
    "too many levels": (
        {
            "objectives": "id,period,parent\no-0,2026-Q3,\n"
            + "".join(f"o-{number},2026-Q3,o-{number - 1}\n" for number in range(1, 51)),
            "key_results": "id,objective\n",
            "milestones": "key_result,key\n",
        },
        [("objective_levels", ("objectives.csv", 51, "parent"))],
    ),
    "key results that cannot be": (
        {
            "key_results": "id,objective,kind,start,target,unit,low,high,metric,weight,period\nk-1,o-9,yes_no,,,,,,,,\n"
            "k-2,o-2,often,,,,,,,,\nk-3,o-2,,0,,,,,,,\nk-4,o-2,,5,5,,,,,,\nk-5,o-2,,0.123,9,CNY,,,,,\nk-6,o-2,band,,,,3,,,,\n"
            "k-7,o-2,band,,,CNY,1,2,,,\nk-8,o-2,,0,9,,,,revenue,,\nk-9,o-2,,0,9,,,,bows,,\nk-2,o-2,,0,9,,,,,,\n"
            "k-10,o-2,yes_no,,,,1,2,,,\nk-11,o-2,yes_no,,,,,,,-1,\nk-12,o-2,,zero,9,EURO9,,,,,soon\no-1,o-2,yes_no,,,,,,,,\n",
            "milestones": "key_result,key\n",
        },
        [
            ("unknown_objective", ("key_results.csv", 2, "objective")),
            ("choice", ("key_results.csv", 3, "kind")),
            ("key_result_lacks", ("key_results.csv", 4, "target")),
            ("key_result_flat", ("key_results.csv", 5, "target")),
            ("amount_digits", ("key_results.csv", 6, "start")),
            ("unreadable_number", ("key_results.csv", 7, "high")),
            ("key_result_field", ("key_results.csv", 8, "unit")),
            ("unit_dimension", ("key_results.csv", 9, "start")),
            ("unknown_metric", ("key_results.csv", 10, "metric")),
            ("key_result_field", ("key_results.csv", 12)),
            ("not_positive", ("key_results.csv", 13, "weight")),
            ("unreadable_amount", ("key_results.csv", 14, "start")),
            ("period_label", ("key_results.csv", 14, "period")),
            ("not_unique", ("key_results.csv", 15, "id")),
        ],
    ),
    "a key result comes once": (
        {"key_results": f"{KEY_RESULTS}k-1,o-2,,0,9\n"},
        [("not_unique", ("key_results.csv", 4, "id"))],
    ),
    "milestones that cannot be": (
        {
            "key_results": f"{KEY_RESULTS}k-3,o-2,milestones,,\nk-4,o-2,milestones,,\n",
            "milestones": f"{MILESTONES}k-9,draft\nk-2,draft\nk-3,\nk-1,draft\n",
        },
        [
            ("key_result_field", ("key_results.csv", 2)),
            ("key_result_lacks", ("key_results.csv", 5)),
            ("unknown_key_result", ("milestones.csv", 4, "key_result")),
            ("not_unique", ("milestones.csv", 5, "key")),
            ("empty", ("milestones.csv", 6, "key")),
        ],
    ),
    "check-ins that cannot be, each fault at its row": (
        {
            "check_ins": f"{CHECK_INS}k-9,2026-08-14,4,,,,,\nk-1,soon,4,,,,,\nk-1,2026-08-14,x,,,,2,\no-2,2026-08-14,,,,-1,,\n"
            "o-1,2026-08-14,7,,,,,\nk-2,2026-08-14,,draft; sent,,,,\nk-2,2026-08-15,,,yes,,,\n",
        },
        [
            ("unknown_okr", ("check_ins.csv", 2, "of")),
            ("unreadable_date", ("check_ins.csv", 3, "on")),
            ("unreadable_amount", ("check_ins.csv", 4, "value")),
            ("out_of_range", ("check_ins.csv", 5, "score")),
            ("check_in_of_objective", ("check_ins.csv", 6, "value")),
            ("unknown_milestone", ("check_ins.csv", 7, "reached")),
            ("check_in_kind", ("check_ins.csv", 8, "done")),
        ],
    ),
    "check-ins that say nothing or run backwards": (
        {"check_ins": f"{CHECK_INS}k-1,2026-09-11,4,,,,,\nk-1,2026-08-14,2,,,,,\nk-2,2026-08-14,,,,,,\n"},
        [("history_order", ("check_ins.csv", 3, "on")), ("check_in_empty", ("check_ins.csv", 4))],
    ),
    "a faulty objective or key result is there to be referred to all the same": (
        {
            "objectives": "id,period,parent,owner\no-1,soon,,\no-2,2026-Q3,o-1,ada\n",
            "key_results": "id,objective,start,target\nk-1,o-1,0,0\n",
            "check_ins": f"{CHECK_INS}k-1,2026-09-11,4,,,,,\no-1,2026-09-11,,,,1,,\n",
            "milestones": "key_result,key\n",
        },
        [("period_label", ("objectives.csv", 2, "period")), ("key_result_flat", ("key_results.csv", 2, "target"))],
    ),
    "a key result of a faulty metric is no fault of its own": (
        {
            "metrics": "key,dimension,accumulation,direction\ndemos,count,often,higher\n",
            "key_results": "id,objective,start,target,metric\nk-1,o-2,0,9,demos\nk-2,o-2,0,9,\n",
            "check_ins": f"{CHECK_INS}k-1,2026-09-11,4,,,,,\n",
            "milestones": "key_result,key\n",
        },
        [("choice", ("metrics.csv", 2, "accumulation"))],
    ),
    "a file of objectives that cannot be read makes nothing else guilty": (
        {"objectives": "id;period\no-1;2026-Q3\n", "check_ins": f"{CHECK_INS}o-1,2026-08-14,,,,1,,\n"},
        [("file_delimiter", ("objectives.csv", 1))],
    ),
    "a file of key results that cannot be read makes nothing else guilty": (
        {"key_results": "id;objective\n", "check_ins": f"{CHECK_INS}k-1,2026-08-14,4,,,,,\n"},
        [("file_delimiter", ("key_results.csv", 1))],
    ),
    "a file of milestones that cannot be read makes nothing else guilty": (
        {"milestones": "key_result;key\n", "check_ins": f"{CHECK_INS}k-2,2026-08-14,,draft,,,,\n"},
        [("file_delimiter", ("milestones.csv", 1))],
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_every_fault_of_an_objective_is_told_with_file_line_and_column(case: str, write_files: Writer) -> None:
    files, expected = FAULTS[case]
    assert places(write_files(**files)) == expected

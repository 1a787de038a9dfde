"""Folders of CSV files: what is written reads back, and every fault is told with file, line and column."""

import csv
import errno
import io
import os
import random
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs
import pytest
from examples import at_most
from folders import Fault, Writer, faults_of, places, words, writer
from hypothesis import given, settings
from hypothesis import strategies as st

import salesperf as sp
from salesperf.errors import InvalidValueError
from salesperf.io import folder
from salesperf.io.folder import table
from salesperf.io.folder.cells import guarded, unguarded
from salesperf.testing import records as any_records

HOSTILE = (
    "=2+5",
    "+86 138",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "'=1",
    "''@x",
    "' -x",
    "＝1",
    "＋1",
    "－1",
    "＠x",
)
SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
REPS = "id,name,team\nada,Ada,east\nbo,Bo,\n"
TEAMS = "id,name,manager\neast,East,ada\n"
TARGETS = "owner,metric,unit,amount,period\n"
ACTUALS = "owner,metric,unit,amount,on,ref\n"
PHONE = "13800138000"


@pytest.fixture
def write_files(tmp_path: Path) -> Writer:
    """Write files by name, beside two reps and a team unless the test has its own."""
    return writer(tmp_path, reps=REPS, teams=TEAMS)


free_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@st.composite
def wordings(draw: st.DrawFn) -> sp.Records:
    """Records whose every text is as odd as text may be."""
    calls = sp.Metric(draw(words.map("own {}".format)), "count", "flow", "higher", draw(words))
    amount = sp.Amount.of(1, sp.Unit(draw(words.filter(lambda word: ":" not in word and word not in sp.ISO_4217)), 0, "count"))
    scopes = st.dictionaries(words, words, max_size=2).map(sp.FrozenMap)
    rep = sp.Rep(id=draw(words), name=draw(free_text), level=draw(words))
    quarter, scope = sp.Period.quarter(2026, 3), draw(scopes)
    above = sp.Target(owner=None, metric=calls, amount=amount, period=quarter, scope=draw(scopes))
    owed = sp.Target(
        owner=rep.id, metric=calls, amount=amount, period=quarter, scope=scope, parent=above.key, rationale=draw(free_text)
    )
    done = sp.Actual(owner=rep.id, metric=calls, amount=amount, on=quarter.start, scope=draw(scopes), ref=draw(words))
    calendar = sp.Calendar(holidays={quarter.start: draw(free_text)})
    return sp.Records(org=sp.Org(reps=[rep]), targets=[above, owed], actuals=[done], calendar=calendar)


def written_and_read(records: sp.Records) -> sp.Records:
    """Return what a folder makes of records."""
    with TemporaryDirectory() as parent:
        folder.write(records, Path(parent, "company"))
        return folder.read(Path(parent, "company"))


def judged(assessed: sp.RiskAssessment) -> sp.RiskAssessment:
    return attrs.evolve(assessed, likelihood_breakdown=None, impact_breakdown=None)


def without_findings(records: sp.Records) -> sp.Records:
    """Return records without what was found in them: findings, and the numbers that a risk cites and was read off."""
    risks = [attrs.evolve(risk, citations=(), assessments=map(judged, risk.assessments)) for risk in records.risks]
    return attrs.evolve(records, findings=(), risks=risks)


@given(any_records())
def test_what_is_written_reads_back_but_for_what_was_found_in_it(records: sp.Records) -> None:
    assert written_and_read(records) == without_findings(records)


@given(wordings())
def test_any_text_reads_back(records: sp.Records) -> None:
    assert written_and_read(records) == records


def begins_formula(cell: str) -> bool:
    """Tell whether a cell begins with a sign that a spreadsheet may act on."""
    return cell.strip().startswith(SIGNS) or cell.startswith(("\t", "\r", "\n"))


def hostile_records(name: str) -> sp.Records:
    """Put a text wherever there is free text about people, deals and what was agreed, beside numbers below zero."""
    bare = sp.Rep(id="r1", name=name)
    revenue, quarter = sp.STANDARD_METRICS["revenue"], sp.Period.quarter(2026, 3)
    back = sp.Actual(owner=bare.id, metric=revenue, amount=sp.Amount.of("-12.50", sp.CNY), on=quarter.start)
    owed = sp.Target(owner=bare.id, metric=revenue, amount=sp.Amount.of(9, sp.CNY), period=quarter, rationale=name)
    somebody = sp.Contact(id="c1", name=name, title=name, email=name, phone=name)
    customer = sp.Customer(id="k1", name=name, contacts=[somebody], facts={"grown": Decimal("-0.5")})
    action = sp.Action(id="a1", title="call", goal=name, owner=bare.id, created=quarter.start, due=quarter.start)
    return sp.Records(org=sp.Org(reps=[bare]), targets=[owed], actuals=[back], customers=[customer], actions=[action])


@pytest.mark.parametrize("name", HOSTILE)
def test_no_cell_that_is_written_is_a_formula_and_every_text_reads_back(name: str, tmp_path: Path) -> None:
    records = hostile_records(name)
    folder.write(records, tmp_path / "company")
    assert folder.read(tmp_path / "company") == records
    texts = [path.read_bytes().decode() for path in (tmp_path / "company").iterdir()]
    cells = [cell for text in texts for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert {cell for cell in cells if begins_formula(cell)} == {"-12.50", "-0.5"}
    assert f"'{name}" in cells


@given(st.text(st.sampled_from("='+-@\t\r\n ＝1.a"), max_size=5))
def test_any_cell_is_guarded_so_that_it_begins_no_formula_and_comes_back(text: str) -> None:
    cell = guarded(text)
    assert unguarded(cell) == text
    assert re.fullmatch(r"-\d+(\.\d+)?", cell) or not begins_formula(cell)
    assert cell in (text, f"'{text}")


def test_an_apostrophe_that_guards_nothing_stays_in_the_files_of_others(write_files: Writer) -> None:
    rows = "a,'=1\nb,''=1\nc,'s Gravenhage\nd,'9\ne,=1\n"
    names = [rep.name for rep in folder.read(write_files(reps=f"id,name\n{rows}", teams="id\n")).org.reps]
    assert names == ["=1", "'=1", "'s Gravenhage", "'9", "=1"]


@settings(max_examples=at_most(25))
@given(any_records(), st.randoms(use_true_random=False))
def test_the_order_of_columns_means_nothing(records: sp.Records, dice: random.Random) -> None:
    with TemporaryDirectory() as parent:
        place = Path(parent, "company")
        folder.write(records, place)
        for path in place.iterdir():
            with path.open(encoding="utf-8", newline="") as file:
                columns = list(zip(*csv.reader(file, strict=True), strict=True))
            dice.shuffle(columns)
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, quoting=csv.QUOTE_ALL).writerows(zip(*columns, strict=True))
        assert folder.read(place) == without_findings(records)


def test_files_may_have_a_byte_order_mark_any_line_ends_blank_lines_and_padded_cells(write_files: Writer) -> None:
    place = write_files(
        reps=b"\xef\xbb\xbf ID , Team \r\n\r\nada, east\r\n ,  \r\nbo,\r\n",
        targets=f"{TARGETS}\r,visits,, 40 ,2026-Q3\r   \rbo,visits,count,+4,FY2026 \r",
        actuals="owner,metric,unit,amount,on,SCOPE.Region\n bo, revenue,CNY,.5, 2026-09-01 , East\n",
    )
    records = folder.read(place)
    assert [(rep.id, rep.team) for rep in records.org.reps] == [("ada", "east"), ("bo", None)]
    assert [str(target.amount) for target in records.targets] == ["40", "4"]
    assert records.targets[1].period == sp.Period.year(2026)
    (actual,) = records.actuals
    assert (actual.amount.minor, actual.on, actual.scope) == (50, date(2026, 9, 1), sp.FrozenMap({"Region": "East"}))


def test_every_row_is_known_by_the_line_on_which_it_begins(write_files: Writer) -> None:
    place = write_files(reps='id,name,hired\nada,"two\nlines",\n\nbo,"also\r\ntwo",soon\ncy,,later\n', teams="id\neast\n")
    assert places(place) == [("unreadable_date", ("reps.csv", 5, "hired")), ("unreadable_date", ("reps.csv", 7, "hired"))]


def test_an_empty_cell_means_what_the_noun_does_without_it(write_files: Writer) -> None:
    rep = folder.read(write_files(reps="id,name,team,kind,hired,left,fte,level,ramp\nada,,,,,,,,\n", teams="id\n")).org.reps[0]
    assert rep == sp.Rep(id="ada")


def test_a_parent_without_a_metric_is_of_the_same_one(write_files: Writer) -> None:
    place = write_files(
        targets="owner,metric,unit,amount,period,parent.owner,parent.period\n,visits,,9,2026-Q3,,\nada,visits,,5,2026-07,,2026-Q3\n"
    )
    company, ada = folder.read(place).targets
    assert (company.parent, ada.parent) == (None, company.key)


def test_a_calendar_says_what_is_worked(write_files: Writer) -> None:
    place = write_files(
        calendar="kind,value,name\nHoliday,2026-10-01,National Day\nworkday,2026-10-10,\nweekend,Friday saturday,\n"
        "week_start,sunday,\nfiscal_year_start,04,\n"
    )
    assert folder.read(place).calendar == sp.Calendar(
        fiscal_year_start=4,
        week_start=6,
        weekend=(4, 5),
        holidays={date(2026, 10, 1): "National Day"},
        extra_workdays=[date(2026, 10, 10)],
    )


def test_a_calendar_says_how_a_year_is_made_of_weeks(write_files: Writer) -> None:
    rows = "kind,value\nfiscal_year_start,2\nweek_start,sunday\nweek_pattern,4-5-4\n"
    retail = sp.Calendar(fiscal_year_start=2, week_start=6, week_pattern="4-5-4")
    targets = "owner,metric,unit,amount,period\n,visits,,13,FY2026-M09\n,visits,,3,FY2026-W38\n"
    records = folder.read(write_files(calendar=rows + "year_end,Nearest\n", targets=targets))
    assert records.calendar == folder.read(write_files(calendar=rows)).calendar == retail
    assert {target.period for target in records.targets} == {
        sp.Period.month(2026, 9, calendar=retail),
        sp.Period.week(2026, 38, calendar=retail),
    }
    assert written_and_read(records) == records
    last = folder.read(write_files(calendar=rows + "year_end,last\n"))
    assert last.calendar == attrs.evolve(retail, year_end="last") == written_and_read(last).calendar


METRICS = "key,dimension,accumulation,direction,low,high,title,numerator,denominator\n"
PARENTS = "owner,metric,unit,amount,period,floor,stretch,parent.owner,parent.metric,parent.period,parent.scope.product\n"

FAULTS: dict[str, tuple[dict[str, str | bytes], list[Fault]]] = {
    "a missing column": ({"actuals": "owner,metric,on\n"}, [("missing_column", ("actuals.csv", 1))] * 2),
    "a column twice": ({"teams": "\nid,Id\n"}, [("not_unique", ("teams.csv", 2))]),
    "a file without a byte": ({"targets": ""}, [("file_empty", ("targets.csv",))]),
    "a file of blank lines": ({"targets": " \n\n , \n"}, [("file_empty", ("targets.csv",))]),
    "semicolons": ({"reps": "id;name\nada;Ada\n"}, [("file_delimiter", ("reps.csv", 1))]),
    "tabs": ({"moves": "rep\ton\tteam\n"}, [("file_delimiter", ("moves.csv", 1))]),
    "a Chinese encoding": ({"reps": "id,name\nada,\nbo,王\n".encode("gbk")}, [("file_decoding", ("reps.csv", 3))]),
    "two bytes a character": ({"reps": "id\nada\n".encode("utf-16")}, [("file_decoding", ("reps.csv", 1))]),
    "a row too short": ({"reps": "id,name\nada\n"}, [("row_length", ("reps.csv", 2))]),
    "a row too long": ({"reps": "id,name\nada,Ada, Countess\n"}, [("row_length", ("reps.csv", 2))]),
    "a quote that does not close": ({"teams": 'id\neast\n"west\n'}, [("row_unreadable", ("teams.csv", 3))]),
    "a header whose quote does not close": ({"teams": '"id\neast\n'}, [("row_unreadable", ("teams.csv", 1))]),
    "a cell beyond the length of a cell": (
        {"teams": f"id,name\neast,{'x' * 131_073}\n"},
        [("row_unreadable", ("teams.csv", 2))],
    ),
    "days that are none": (
        {
            "actuals": f"{ACTUALS}ada,visits,,1,2026-02-30,\nada,visits,,1,30.09.2026,\nada,visits,,1,20260930,\n"
            "ada,visits,,1,,\n"
        },
        [("unreadable_date", ("actuals.csv", line, "on")) for line in (2, 3, 4, 5)],
    ),
    "amounts that are none": (
        {"actuals": f'{ACTUALS}ada,revenue,CNY,"1,234.50",2026-09-01,\nada,revenue,CNY,,2026-09-01,\n'},
        [("unreadable_amount", ("actuals.csv", line, "amount")) for line in (2, 3)],
    ),
    "amounts that do not fit their unit": (
        {"actuals": f"{ACTUALS}ada,revenue,CNY,0.125,2026-09-01,\nada,revenue,CNY,{'9' * 20},2026-09-01,\n"},
        [("amount_digits", ("actuals.csv", 2, "amount")), ("amount_overflow", ("actuals.csv", 3, "amount"))],
    ),
    "more digits than Python makes a number of": (
        {"actuals": f"{ACTUALS}ada,revenue,CNY,{'9' * 5000},2026-09-01,\n"},
        [("amount_overflow", ("actuals.csv", 2, "amount"))],
    ),
    "units that are none": (
        {"actuals": f"{ACTUALS}ada,revenue,,1,2026-09-01,\nada,revenue,CNY:x,1,2026-09-01,\n"},
        [("unreadable_unit", ("actuals.csv", line, "unit")) for line in (2, 3)],
    ),
    "a count of money": (
        {"actuals": f"{ACTUALS}ada,revenue,box,1,2026-09-01,\n"},
        [("unit_dimension", ("actuals.csv", 2, "amount"))],
    ),
    "a recorded ratio": (
        {"actuals": f"{ACTUALS}ada,win_rate,,0.5,2026-09-01,\nada,average_order_value,,1,2026-09-01,\n"},
        [("amount_digits", ("actuals.csv", 2, "amount")), ("not_recorded", ("actuals.csv", 3, "metric"))],
    ),
    "a reference twice": (
        {"actuals": f"{ACTUALS}ada,visits,,1,2026-09-01,x\nada,visits,,1,2026-09-02,x\n"},
        [("not_unique", ("actuals.csv", 3, "ref"))],
    ),
    "names that nobody bears": (
        {
            "reps": "id,team\nada,west\nbo,\n",
            "teams": "id,parent,manager\neast,north,cy\n",
            "moves": "rep,on,team\ncy,2026-01-01,east\nbo,2026-01-01,west\n",
            "absences": "rep,first,last\ncy,2026-01-01,2026-01-02\n",
            "targets": f"{TARGETS}cy,visits,,1,2026\nbo,calls,,1,2026\n",
            "actuals": f"{ACTUALS},visits,,1,2026-09-01,\ncy,,,1,2026-09-01,\n",
        },
        [
            ("unknown_team", ("reps.csv", 2, "team")),
            ("unknown_team", ("teams.csv", 2, "parent")),
            ("unknown_rep", ("teams.csv", 2, "manager")),
            ("unknown_rep", ("moves.csv", 2, "rep")),
            ("unknown_team", ("moves.csv", 3, "team")),
            ("unknown_rep", ("absences.csv", 2, "rep")),
            ("unknown_owner", ("targets.csv", 2, "owner")),
            ("unknown_metric", ("targets.csv", 3, "metric")),
            ("unknown_owner", ("actuals.csv", 2, "owner")),
            ("unknown_owner", ("actuals.csv", 3, "owner")),
            ("unknown_metric", ("actuals.csv", 3, "metric")),
        ],
    ),
    "an id twice": (
        {"reps": "id\nbo\nada\nbo\nteam\n", "teams": "id\nteam\n"},
        [
            *(("duplicate_id", ("reps.csv", line, "id")) for line in (2, 4, 5)),
            ("duplicate_id", ("teams.csv", 2, "id")),
        ],
    ),
    "a missing id": ({"reps": "id,name\n,Ada\n", "teams": "id\n"}, [("empty", ("reps.csv", 2, "id"))]),
    "targets in a circle": (
        {"targets": f"{PARENTS}ada,visits,,5,2026,,,bo,,2026,\nbo,visits,,7,2026,,,ada,,2026,\n"},
        [("target_cycle", ("targets.csv", line, "parent.period")) for line in (2, 3)],
    ),
    "teams in a circle": (
        {"teams": "id,parent\nwest,east\neast,west\nnorth,\n"},
        [("org_cycle", ("teams.csv", 2, "parent")), ("org_cycle", ("teams.csv", 3, "parent"))],
    ),
    "moves out of service, and two on a day": (
        {
            "reps": "id,hired\nada,2026-03-01\nbo,\n",
            "moves": "rep,on,team\nbo,2026-05-01,east\nada,2026-03-01,east\nbo,2026-05-01,\n",
        },
        [("not_unique", ("moves.csv", 2, "on")), ("move_outside_service", ("moves.csv", 3, "on"))],
    ),
    "reps who cannot be": (
        {
            "reps": "id,kind,hired,left,fte,ramp\na,robot,,,,\nb,,1 March,,,\nc,,2026-03-01,2026-03-01,,\nd,,,,half,\n"
            "e,,,,11,\nf,,,,,0.5;x\ng,,,,,0.5 20\n",
            "teams": "id\n",
        },
        [
            ("choice", ("reps.csv", 2, "kind")),
            ("unreadable_date", ("reps.csv", 3, "hired")),
            ("period_reversed", ("reps.csv", 4, "left")),
            ("unreadable_number", ("reps.csv", 5, "fte")),
            ("out_of_range", ("reps.csv", 6, "fte")),
            ("unreadable_number", ("reps.csv", 7, "ramp")),
            ("out_of_range", ("reps.csv", 8, "ramp")),
        ],
    ),
    "absences that cannot be": (
        {
            "absences": "rep,first,last\nada,2026-03-09,2026-03-20\nada,2026-03-02,2026-03-09\nbo,2026-03-02,2026-03-01\n"
            "bo,2026-03-02,9999-12-31\nbo,2026-03-02,2026-03-02\nada,2026-03-21,2026-03-21\n"
        },
        [
            ("period_overlap", ("absences.csv", 2, "first")),
            ("days_reversed", ("absences.csv", 4, "last")),
            ("date_too_late", ("absences.csv", 5, "last")),
        ],
    ),
    "a calendar that cannot be": (
        {
            "calendar": "kind,value\nfeast,2026-01-01\nfiscal_year_start,13\nfiscal_year_start,April\nweek_start,Mon\n"
            "weekend,monday tuesday wednesday thursday friday saturday sunday\nholiday,1 May\nweek_start,monday\n"
            "week_start,monday\nholiday,2026-05-01\nholiday,2026-05-01\nworkday,2026-05-01\nweek_pattern,4/5/4\nyear_end,last\n"
            "year_end,first\n"
        },
        [
            ("choice", ("calendar.csv", 2, "kind")),
            ("out_of_range", ("calendar.csv", 3, "value")),
            ("out_of_range", ("calendar.csv", 4, "value")),
            ("choice", ("calendar.csv", 5, "value")),
            ("calendar_no_workdays", ("calendar.csv", 6, "value")),
            ("unreadable_date", ("calendar.csv", 7, "value")),
            ("not_unique", ("calendar.csv", 9, "value")),
            ("not_unique", ("calendar.csv", 11, "value")),
            ("calendar_conflict", ("calendar.csv", 12, "value")),
            ("choice", ("calendar.csv", 13, "value")),
            ("calendar_year_end", ("calendar.csv", 14, "value")),
            ("choice", ("calendar.csv", 15, "value")),
        ],
    ),
    "metrics that cannot be": (
        {
            "metrics": f"{METRICS}a,count,flow,higher,,,,,\na,count,flow,higher,,,,,\nrevenue,money,flow,higher,,,,,\n"
            "b,ratio,ratio,higher,,,,a,orders\nc,ratio,ratio,higher,,,,b,orders\nd,ratio,ratio,higher,,,,a,none\n"
            "e,ratio,ratio,higher,,,,a,\nf,count,flow,higher,,,,a,\ng,count,flow,band,0.1,,,,\nh,count,flow,higher,0.1,,,,\n"
            "i,count,rush,higher,,,,,\nj,ratio,ratio,higher,,,,i,orders\nk,count,flow,band,2,1,,,\nl,ratio,ratio,higher,,,,win_rate,a\n"
        },
        [
            ("metric_conflict", ("metrics.csv", 3, "key")),
            ("metric_conflict", ("metrics.csv", 4, "key")),
            ("not_recorded_part", ("metrics.csv", 6, "numerator")),
            ("unknown_metric", ("metrics.csv", 7, "denominator")),
            ("unknown_metric", ("metrics.csv", 8, "denominator")),
            ("choice", ("metrics.csv", 9, "accumulation")),
            ("unreadable_number", ("metrics.csv", 10, "high")),
            ("choice", ("metrics.csv", 11, "direction")),
            ("choice", ("metrics.csv", 12, "accumulation")),
            ("interval_reversed", ("metrics.csv", 14)),
            ("not_recorded_part", ("metrics.csv", 15, "numerator")),
        ],
    ),
    "targets that cannot be": (
        {
            "targets": f"{PARENTS}ada,visits,,5,2026-13,,,,,,\nada,visits,,5,soon,,,,,,\nada,visits,,5,2026,6,,,,,\n"
            "ada,revenue,CNY,5,2026,,5.001,,,,\nada,win_rate,count,0.2,2026,,,,,,\nada,visits,,5,2026,,,bo,,,\n"
            "ada,visits,,5,2026,,,,,,A\nada,revenue,,5,2026,,,,,,\n"
        },
        [
            ("out_of_range", ("targets.csv", 2, "period")),
            ("period_label", ("targets.csv", 3, "period")),
            ("target_order", ("targets.csv", 4, "amount")),
            ("amount_digits", ("targets.csv", 5, "stretch")),
            ("unit_of_ratio", ("targets.csv", 6, "unit")),
            ("period_label", ("targets.csv", 7, "parent.period")),
            ("period_label", ("targets.csv", 8, "parent.period")),
            ("unreadable_unit", ("targets.csv", 9, "unit")),
        ],
    ),
    "a target twice, and a parent that is none": (
        {"targets": f"{PARENTS}ada,visits,,5,2026,,,,,,\nada,visits,,7,2026,,,,,,\nbo,visits,,7,2026,,,ada,orders,2026,\n"},
        [("duplicate_target", ("targets.csv", 3)), ("unknown_target", ("targets.csv", 4, "parent.period"))],
    ),
    "two faults in a row": (
        {"actuals": f"{ACTUALS}ada,visits,,x,y,\n"},
        [("unreadable_amount", ("actuals.csv", 2, "amount")), ("unreadable_date", ("actuals.csv", 2, "on"))],
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_every_fault_is_told_with_file_line_and_column(case: str, write_files: Writer) -> None:
    files, expected = FAULTS[case]
    assert places(write_files(**files)) == expected


CONSEQUENCES: dict[str, tuple[dict[str, str | bytes], list[Fault]]] = {
    "a rep with a faulty cell is still there": (
        {
            "reps": "id,hired\nada,soon\nbo,\n",
            "teams": "id,manager\neast,ada\n",
            "moves": "rep,on,team\nada,2026-01-01,east\n",
            "actuals": f"{ACTUALS}ada,visits,,1,2026-09-01,\ncy,visits,,1,2026-09-01,\n",
        },
        [("unreadable_date", ("reps.csv", 2, "hired")), ("unknown_owner", ("actuals.csv", 3, "owner"))],
    ),
    "a rep whose row lacks a cell is still there": (
        {"reps": "id,name\nada\nbo,\n", "actuals": f"{ACTUALS}ada,visits,,1,2026-09-01,\n"},
        [("row_length", ("reps.csv", 2))],
    ),
    "a team with a faulty cell is still there": (
        {"teams": "id,parent\neast,nowhere\n"},
        [("unknown_team", ("teams.csv", 2, "parent"))],
    ),
    "an org with a fault still knows its owners": (
        {"teams": "id,parent\neast,east\n", "actuals": f"{ACTUALS}east,visits,,1,2026-09-01,x\nbo,visits,,1,2026-09-01,x\n"},
        [("org_cycle", ("teams.csv", 2, "parent")), ("not_unique", ("actuals.csv", 3, "ref"))],
    ),
    "no owner is unknown where there are no reps to know": (
        {"reps": "id;name\nada;\n", "actuals": f"{ACTUALS}ada,visits,,1,soon,\n", "targets": f"{TARGETS}ada,visits,,1,2026\n"},
        [("file_delimiter", ("reps.csv", 1)), ("unreadable_date", ("actuals.csv", 2, "on"))],
    ),
    "no team is unknown where there are none to know": (
        {"teams": b"\xff", "actuals": f"{ACTUALS}east,visits,,1,2026-09-01,\n"},
        [("file_decoding", ("teams.csv", 1))],
    ),
    "nobody is unknown who may stand below a quote that does not close": (
        {"teams": 'id\n"\neast\n'},
        [("row_unreadable", ("teams.csv", 2))],
    ),
    "no metric is unknown where there are none to know": (
        {"metrics": "", "targets": f"{TARGETS}ada,demos,,1,2026\n", "actuals": f"{ACTUALS}ada,demos,,1,2026-09-01,\n"},
        [("file_empty", ("metrics.csv",))],
    ),
    "what refers to a faulty metric is not faulty, nor what refers to its targets": (
        {
            "metrics": f"{METRICS}demos,count,flow,up,,,,,\nrate,ratio,ratio,higher,,,,demos,orders\n",
            "targets": f"{PARENTS},demos,,9,2026,,,,,,\nada,visits,,1,2026,,,,demos,2026,\nada,rate,,0.1,2026,,,,,,\n",
            "actuals": f"{ACTUALS}ada,demos,,1,2026-09-01,\ncy,demos,,1,2026-09-01,\n",
        },
        [("choice", ("metrics.csv", 2, "direction")), ("unknown_owner", ("actuals.csv", 3, "owner"))],
    ),
    "what refers to a faulty target is not faulty": (
        {"targets": f"{PARENTS},visits,,nine,2026,,,,,,\nada,visits,,1,2026,,,,,2026,\n"},
        [("unreadable_amount", ("targets.csv", 2, "amount"))],
    ),
}


@pytest.mark.parametrize("case", CONSEQUENCES)
def test_what_only_follows_from_a_fault_is_no_other_fault(case: str, write_files: Writer) -> None:
    files, expected = CONSEQUENCES[case]
    assert places(write_files(**files)) == expected


def test_a_file_of_another_kind_is_not_read_to_its_end(write_files: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_FAULTS", 3)
    place = write_files(actuals=ACTUALS + "ada,visits,,1,soon,\n" * 9, moves="rep,on,team\n" + "ada\n" * 9)
    codes = [(code, path[:2]) for code, path in places(place)]
    assert codes == [
        *(("row_length", ("moves.csv", line)) for line in (2, 3, 4)),
        ("too_many_faults", ("moves.csv", 4)),
        *(("unreadable_date", ("actuals.csv", line)) for line in (2, 3, 4)),
        ("too_many_faults", ("actuals.csv", 4)),
    ]


def test_a_file_over_the_limit_is_refused(write_files: Writer) -> None:
    place = write_files(targets=TARGETS + " \n" * 2**19)
    (fault,) = faults_of(place, limit_bytes=2**20)
    assert str(fault).startswith("targets.csv: expected a file of at most 1.0 MiB, got 1.0 MiB")
    assert fault.code == "file_too_large"
    assert folder.read(place, limit_bytes=2**20 + len(TARGETS)).targets == ()


def test_a_folder_in_the_place_of_a_file_cannot_be_read(write_files: Writer) -> None:
    place = write_files()
    (place / "actuals.csv").mkdir()
    (fault,) = faults_of(place)
    assert str(fault) == "actuals.csv: expected a file that can be read, got the system error 'EISDIR'"


PERSONAL = {
    "reps": "id,name,team,kind,hired,left,fte,level,ramp\n{},{},{},{},{},{},{},{},{}\n",
    "teams": "id,name,parent,manager\n{},{},{},{}\n",
    "moves": "rep,on,team\n{},{},{}\n",
    "absences": "rep,first,last\n{},{},{}\n",
    "calendar": "kind,value,name\n{},{},{}\n",
    "metrics": METRICS + "{},{},{},{},{},{},{},{},{}\n",
    "targets": PARENTS + "{},{},{},{},{},{},{},{},{},{},{}\n",
    "actuals": ACTUALS + "{},{},{},{},{},{}\n",
}


@pytest.mark.parametrize("secret", [PHONE, "ada@lovelace.example", "王小明", "Ada King"])
def test_no_message_shows_what_may_be_personal(secret: str, write_files: Writer) -> None:
    full = {name: template.replace("{}", secret) for name, template in PERSONAL.items()}
    heading = {name: f"{secret},{template.replace('{}', secret)}" for name, template in PERSONAL.items()}
    for files in (full, heading, dict.fromkeys(PERSONAL, secret)):
        for fault in faults_of(write_files(**files)):
            assert secret not in str(fault), fault.code
            assert secret not in sp.messages.describe_error(fault, lang="zh")
    records = folder.read(
        write_files(**{name: f"{template.splitlines()[0]},{secret}\n" for name, template in PERSONAL.items()})
    )
    assert len(records.findings) == len(PERSONAL)
    for finding in records.findings:
        assert secret not in f"{finding.text()}{finding.text('zh')}{finding.record}{finding.field}"


@pytest.mark.parametrize("name", ["zhangwei", "Wang-Xiaoming", "wang.xiaoming", "zhang_at_example.com", "x" * 131_000])
def test_what_stands_for_a_person_s_id_and_may_be_the_name_is_not_shown(name: str, write_files: Writer) -> None:
    faults = faults_of(
        write_files(
            teams=f"id,manager\neast,{name}\n",
            moves=f"rep,on,team\n{name},2026-05-01,east\n",
            absences=f"rep,first,last\n{name},2026-03-02,2026-03-05\n",
            targets=TARGETS + f"{name},visits,,5,2026-Q3\n",
            actuals=ACTUALS + f"{name},visits,,5,2026-09-01,\n",
        )
    )
    assert {fault.code for fault in faults} == {"unknown_rep", "unknown_owner"}
    assert len(faults) == 5
    for fault in faults:
        assert str(fault).endswith(f", got text of {len(name)} characters")
        assert f"{len(name):,} 个字符的文本" in sp.messages.describe_error(fault, lang="zh")


@pytest.mark.parametrize("name", ["r-17", "ADA", "add", "aada", "aad", "ad"])
def test_an_id_mistyped_by_a_letter_or_with_a_digit_is_shown(name: str, write_files: Writer) -> None:
    (fault,) = faults_of(write_files(actuals=ACTUALS + f"{name},visits,,5,2026-09-01,\n"))
    assert str(fault) == f"actuals.csv:2:owner: expected the id of a rep or a team, got '{name}'"


def test_an_address_names_no_scope(write_files: Writer) -> None:
    place = write_files(
        targets="owner,metric,unit,amount,period,scope.zhang@example.com\nada,visits,,5,2026-Q3,x\n",
        actuals="owner,metric,unit,amount,on,Scope.zhang@example.com\nada,visits,,5,2026-09-01,x\n",
    )
    records = folder.read(place)
    assert (dict(records.targets[0].scope), dict(records.actuals[0].scope)) == ({}, {})
    assert [finding.rule for finding in records.findings] == ["unknown_column"] * 2
    review = sp.review.build(records, owner=None, period=sp.Period.quarter(2026, 3), as_of=date(2026, 9, 30))
    assert "zhang" not in sp.report.markdown(review)


def test_columns_and_files_that_are_not_read_are_findings(write_files: Writer) -> None:
    place = write_files(reps="id,nmae,notes,,scope.\nada,Ada,tall,,\n", teams="id\n", actual=ACTUALS, budget="")
    (place / "notes.txt").write_text("no table")
    found = [(each.rule, each.severity, each.record, each.field, each.text()) for each in folder.read(place).findings]
    assert found == [
        ("misspelt_file", "warning", None, None, "expected a known file, perhaps 'actuals.csv', got 'actual.csv'"),
        ("unknown_file", "info", None, None, "expected a file of this layout, got 'budget.csv'"),
        ("misspelt_column", "warning", "reps.csv", "nmae", "expected a known column, perhaps 'name', got 'nmae'"),
        ("unknown_column", "info", "reps.csv", "notes", "expected a known column, got 'notes'"),
        ("unknown_column", "info", "reps.csv", "column 4", "expected a known column, got empty text"),
        ("unknown_column", "info", "reps.csv", "scope.", "expected a known column, got 'scope.'"),
    ]


def test_progress_is_told_in_long_files(write_files: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "_PROGRESS_ROWS", 2)
    told: list[tuple[int, str]] = []
    folder.read(write_files(actuals=ACTUALS + "ada,visits,,1,2026-09-01,\n" * 5), progress=lambda *done: told.append(done))
    assert told == [(2, "actuals.csv"), (4, "actuals.csv")]


def test_only_files_with_rows_are_written_and_stale_ones_go(write_files: Writer) -> None:
    place = write_files(targets=f"{TARGETS}ada,visits,,5,2026\n")
    records = sp.Records(org=sp.Org())
    folder.write(records, place)
    assert [path.name for path in place.iterdir()] == ["reps.csv"]
    assert folder.read(place) == records


def test_a_folder_that_is_written_over_keeps_its_mode_and_leaves_nothing_beside(tmp_path: Path) -> None:
    place = tmp_path / "company"
    folder.write(sp.Records(org=sp.Org()), place)
    place.chmod(0o750)
    link = tmp_path / "link"
    link.symlink_to(place)
    folder.write(sp.Records(org=sp.Org(reps=[sp.Rep(id="ada")])), link)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["company", "link"]
    assert (link.is_symlink(), place.stat().st_mode & 0o777) == (True, 0o750)
    assert folder.read(place).org.reps[0].id == "ada"


@pytest.mark.parametrize("foreign", ["budget.xlsx", "actuals.csv"])
def test_nothing_foreign_is_written_over(foreign: str, write_files: Writer) -> None:
    place = write_files()
    (place / foreign).mkdir()
    with pytest.raises(InvalidValueError) as caught:
        folder.write(sp.Records(org=sp.Org()), place)
    assert (caught.value.code, caught.value.params["value"]) == ("folder_occupied", f"'{foreign}'")
    assert (place / "teams.csv").read_text() == TEAMS


@pytest.mark.parametrize(("place", "reason"), [("file", "ENOTDIR"), ("nowhere/company", "ENOENT")])
def test_a_place_that_cannot_be_written_to_is_an_error_of_ours(place: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    with pytest.raises(InvalidValueError) as caught:
        folder.write(sp.Records(org=sp.Org()), tmp_path / place)
    assert (caught.value.code, caught.value.params["reason"]) == ("file_unwritable", f"'{reason}'")
    assert (tmp_path / "file").read_text() == "kept"


def test_the_old_files_stay_if_the_new_ones_cannot_take_their_place(
    write_files: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, rename = write_files(), Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(InvalidValueError, match="EBUSY"):
        folder.write(sp.Records(org=sp.Org()), place)
    assert (place / "teams.csv").read_text() == TEAMS


VISITS = sp.STANDARD_METRICS["visits"]


def records_with(rep: sp.Rep, metric: sp.Metric = VISITS) -> sp.Records:
    """Return records of one rep with a target of a metric."""
    target = sp.Target(owner=rep.id, metric=metric, amount=sp.Amount.of(1, sp.COUNT), period=sp.Period.year(2026))
    return sp.Records(org=sp.Org(reps=[rep]), targets=[target])


ADA = sp.Rep(id="ada")


@pytest.mark.parametrize(
    ("records", "code", "path"),
    [
        (records_with(attrs.evolve(ADA, name="x" * 131_073)), "cell_too_long", ("reps.csv", "name")),
        (records_with(ADA, attrs.evolve(VISITS, title="calls")), "metric_conflict", ("metrics.csv", "key")),
    ],
)
def test_what_could_not_be_read_back_is_not_written(
    records: sp.Records, code: str, path: tuple[str, ...], tmp_path: Path
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        folder.write(records, tmp_path / "company")
    assert (caught.value.code, caught.value.path) == (code, path)
    assert list(tmp_path.iterdir()) == []


def test_a_scope_by_an_address_is_not_written(tmp_path: Path) -> None:
    records = records_with(ADA)
    target = attrs.evolve(records.targets[0], scope={"ada@example.com": "x"})
    with pytest.raises(InvalidValueError) as caught:
        folder.write(attrs.evolve(records, targets=[target]), tmp_path / "company")
    assert (caught.value.code, caught.value.path) == ("unknown_column", ("targets.csv",))
    assert list(tmp_path.iterdir()) == []


def test_a_cell_that_utf_8_cannot_hold_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(InvalidValueError) as caught:
        table.write_table(tmp_path / "visits.csv", ["rep"], [["\ud83d"]])
    assert (caught.value.code, caught.value.path) == ("not_encodable", ("visits.csv",))


def test_a_system_error_is_told_by_its_short_name() -> None:
    assert table.system_reason(OSError("odd")) == "OSError"


def test_the_rooms_of_io_are_named() -> None:
    assert "folder" in dir(sp.io)
    with pytest.raises(AttributeError, match="has no attribute 'floppy'"):
        getattr(sp.io, "floppy")  # noqa: B009 - a checker of types would refuse the attribute itself


def test_money_in_a_currency_that_no_target_of_its_metric_has_is_told_where_it_stands(write_files: Writer) -> None:
    targets = TARGETS + "ada,revenue,CNY,1000,2026-Q3\nbo,revenue,JPY,1000,2026-Q3\nbo,visits,,10,2026-Q3\n"
    actuals = ACTUALS + (
        "ada,revenue,CNY,1,2026-09-01,\nada,revenue,USD,1,2026-09-01,\nbo,revenue,USD:4,1,2026-09-01,\n"
        "bo,gross_margin,EUR,1,2026-09-01,\nbo,visits,,1,2026-09-01,\n"
    )
    place = write_files(targets=targets, actuals=actuals)
    assert places(place) == [("unit_mismatch", ("actuals.csv", line, "unit")) for line in (3, 4)]
    assert isinstance(faults_of(place)[0], sp.UnitMismatchError)


def test_currencies_are_not_compared_with_targets_that_could_not_be_read(write_files: Writer) -> None:
    targets = TARGETS + "ada,revenue,CNY,1000,2026-Q3\nbo,revenue,USD,much,2026-Q3\n"
    place = write_files(targets=targets, actuals=ACTUALS + "bo,revenue,USD,1,2026-09-01,\n")
    assert places(place) == [("unreadable_amount", ("targets.csv", 3, "amount"))]


def test_one_currency_of_the_targets_is_named(write_files: Writer) -> None:
    targets = TARGETS + "ada,revenue,CNY,1000,2026-Q3\n"
    place = write_files(targets=targets, actuals=ACTUALS + "bo,revenue,USD,1,2026-09-01,\n")
    assert str(faults_of(place)[0]).startswith("actuals.csv:2:unit: expected amounts in one unit, got 'CNY' and 'USD'")

"""Folders that lack a file: which is missing, what needs it, and what may be meant for it."""

import os
from pathlib import Path

import pytest
from folders import Writer, faults_of, places, writer

import salesperf as sp
from salesperf.errors import InvalidValueError
from salesperf.io import folder
from salesperf.io.folder import table

ACTUALS = "owner,metric,unit,amount,on\n"
TOUCHES = "lead,on,kind\n"


@pytest.fixture
def write_files(tmp_path: Path) -> Writer:
    """Write files by name, beside a rep unless the test has its own."""
    return writer(tmp_path, reps="id\nada\n")


# The folder itself


def refused(place: Path) -> str:
    """Return why a folder is not read at all."""
    with pytest.raises(InvalidValueError) as caught:
        folder.read(place)
    return str(caught.value)


def test_a_folder_that_is_none_is_told_from_one_without_reps(tmp_path: Path) -> None:
    nothing = "folder: expected a folder that holds reps.csv, got a path at which there is nothing"
    assert refused(tmp_path / "nowhere") == refused(tmp_path / "no\0name") == nothing
    assert refused(tmp_path) == "folder: expected a folder that holds reps.csv, got an empty one"
    (tmp_path / "notes.txt").touch()
    said = "folder: expected a folder that holds reps.csv, got one without it; CSV files in it: "
    assert refused(tmp_path) == f"{said}nothing"
    for name in ("teams.csv", "Budget.CSV"):
        (tmp_path / name).touch()
    assert refused(tmp_path) == f"{said}'Budget.CSV', 'teams.csv'"
    (tmp_path / "rep.csv").touch()
    assert refused(tmp_path) == (
        "folder: expected a folder that holds reps.csv, got one that holds 'rep.csv', perhaps meant for it"
        " (hint: save it as CSV under that name)"
    )
    assert refused(tmp_path / "rep.csv") == (
        "folder: expected a folder that holds reps.csv, got a file (hint: give the folder in which it lies)"
    )


def test_a_folder_in_the_place_of_reps_is_none(tmp_path: Path) -> None:
    (tmp_path / "reps.csv").mkdir()
    assert refused(tmp_path).startswith("folder: expected a folder that holds reps.csv, got one without it")


@pytest.mark.skipif(os.name != "posix", reason="other systems allow other names")
def test_a_folder_that_the_system_does_not_open_is_told(tmp_path: Path) -> None:
    told = refused(tmp_path / ("x" * 300))
    assert told == "folder: expected a folder that can be read, got the system error 'ENAMETOOLONG'"


# Files that rows need

NEEDED = {
    "teams": (
        {"reps": "id,team\nada,east\nbo,\ncy,west\n", "actuals": f"{ACTUALS}east,visits,,1,2026-09-01\n"},
        [(("reps.csv", 2, "team"), 2)],
    ),
    "objectives": (
        {"key_results": "id,objective,start,target\nk-1,o-1,0,40\n", "check_ins": "of,on,score\no-1,2026-08-14,0.5\n"},
        [(("key_results.csv", 2, "objective"), 1), (("check_ins.csv", 2, "of"), 1)],
    ),
    "key_results": (
        {
            "objectives": "id,period\no-1,2026-Q3\n",
            "milestones": "key_result,key\nk-1,a\nk-1,b\n",
            "check_ins": "of,on,value,note\no-1,2026-08-13,,On it\nk-1,2026-08-14,18,\n",
        },
        [(("milestones.csv", 2, "key_result"), 2), (("check_ins.csv", 3, "of"), 1)],
    ),
    "customers": ({"contacts": "id,customer\nc-1,k-1\nc-2,k-2\n"}, [(("contacts.csv", 2, "customer"), 2)]),
    "leads": (
        {"touches": f"{TOUCHES}l-1,2026-09-01,call\nl-2,2026-09-01,call\n", "lead_changes": "lead,on\nl-1,2026-09-01\n"},
        [(("lead_changes.csv", 2, "lead"), 1), (("touches.csv", 2, "lead"), 2)],
    ),
    "lead_changes": ({"leads": "id\nl-1\nl-2\n"}, [(("leads.csv", 2, "id"), 2)]),
    "opportunities": ({"changes": "opportunity,on,stage\no-1,,lead\n"}, [(("changes.csv", 2, "opportunity"), 1)]),
    "changes": ({"opportunities": "id,process\no-1,basic\n"}, [(("opportunities.csv", 2, "id"), 1)]),
    "actions": (
        {"action_changes": "action,on,status\na-1,2026-09-01,done\n", "measurements": "action,on,value\na-1,2026-09-01,1\n"},
        [(("action_changes.csv", 2, "action"), 1), (("measurements.csv", 2, "action"), 1)],
    ),
    "plans": (
        {"tasks": "plan,id,owner,created,due\np-1,t-1,ada,2026-09-01,2026-09-02\n"},
        [(("tasks.csv", 2, "plan"), 1)],
    ),
    "tasks": (
        {"plans": "id\np-1\n", "resources": "plan,task,name,amount\np-1,t-1,days,5\n"},
        [(("resources.csv", 2, "task"), 1)],
    ),
    "risks": ({"assessments": "risk,on,likelihood,impact\nr-1,2026-09-01,2,5\n"}, [(("assessments.csv", 2, "risk"), 1)]),
    "assessments": ({"risks": "id,title\nr-1,Prices\n"}, [(("risks.csv", 2, "id"), 1)]),
}


@pytest.mark.parametrize("name", NEEDED)
def test_a_file_that_is_not_there_is_told_once_for_each_file_that_needs_it(name: str, write_files: Writer) -> None:
    files, expected = NEEDED[name]
    assert [(str(fault), fault.path) for fault in faults_of(write_files(**files))] == [
        (f"{':'.join(map(str, path))}: expected the file '{name}.csv' too, got none; rows here that need it: {count}", path)
        for path, count in expected
    ]


SLIPS = {
    "team": ("teams", {"actuals": f"{ACTUALS}east,visits,,1,2026-09-01\n"}, ("actuals.csv", 2, "owner"), "unknown_owner"),
    "metric": ("metrics", {"actuals": f"{ACTUALS}ada,demos,,1,2026-09-01\n"}, ("actuals.csv", 2, "metric"), "unknown_metric"),
    "process": (
        "processes",
        {"opportunities": "id,process\no-1,own\n", "changes": "opportunity,on,stage\no-1,,lead\n"},
        ("opportunities.csv", 2, "process"),
        "unknown_process",
    ),
    "stage": ("stages", {"processes": "key\nown\n"}, ("processes.csv", 2, "key"), "process_without_stages"),
    "milestone": (
        "milestones",
        {"objectives": "id,period\no-1,2026-Q3\n", "key_results": "id,objective,kind\nk-1,o-1,milestones\n"},
        ("key_results.csv", 2),
        "key_result_lacks",
    ),
}


@pytest.mark.parametrize("name", SLIPS)
def test_what_may_be_a_slip_of_its_own_is_that_unless_a_file_is_misnamed(name: str, write_files: Writer) -> None:
    meant, files, path, code = SLIPS[name]
    assert places(write_files(**files)) == [(code, path)]
    (fault,) = faults_of(write_files(**{name: "any\n"}))
    assert (fault.code, fault.path) == ("file_misnamed", path)
    assert fault.params == {"known": f"'{meant}.csv'", "value": f"'{name}.csv'", "count": "1"}


def test_the_file_that_may_be_meant_is_named_and_else_all_that_are_like_none(write_files: Writer) -> None:
    place = write_files(touches=f"{TOUCHES}l-1,2026-09-01,call\n", budget="", prospects="", target="")
    (place / "notes.txt").touch()

    def said(lang: str = "en") -> str:
        (fault,) = faults_of(place)
        return sp.messages.describe_error(fault, lang=lang)

    begun, hint = "touches.csv:2:lead: expected the file 'leads.csv' too, got", "(hint: save it as CSV under that name)"
    rest = f"not read and perhaps meant for it; rows here that need it: 1 {hint}"
    assert said() == f"{begun} 'budget.csv', 'prospects.csv', {rest}"
    (place / "Leads.xlsx").touch()
    assert said() == f"{begun} 'Leads.xlsx', {rest}"
    assert said("zh") == (
        "touches.csv:2:lead: 还应有文件 'leads.csv'，实际只有未被读取的 'Leads.xlsx'，可能就是它；此处需要它的行数：1"
        "（提示：以该文件名另存为 CSV）"
    )


def test_all_rows_are_counted_where_faults_are_too_many_to_read_on(
    write_files: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "MOST_FAULTS", 3)
    (fault,) = faults_of(write_files(touches=TOUCHES + "l-1,2026-09-01,call\n" * 9 + ",2026-09-01,call\n"))
    assert (fault.code, fault.path, fault.params["count"]) == ("file_missing", ("touches.csv", 2, "lead"), "9")


def test_what_follows_from_no_missing_file_is_told_beside_it(write_files: Writer) -> None:
    rows = ",2026-09-01,call\nl-1,soon,call\nl-1,2026-09-01,call\n"
    (empty, late, needed) = sorted(faults_of(write_files(touches=TOUCHES + rows)), key=lambda fault: fault.path[1:])
    assert str(empty) == "touches.csv:2:lead: expected the id of a lead, got empty text"
    assert {(each.code, each.path) for each in (late, needed)} == {
        ("unreadable_date", ("touches.csv", 3, "on")),
        ("file_missing", ("touches.csv", 3, "lead")),
    }


def test_a_file_that_is_there_is_not_missing_however_empty(write_files: Writer) -> None:
    files = {"leads": "id\n", "touches": f"{TOUCHES}l-1,2026-09-01,call\nl-1,2026-09-02,call\n", "lead": ""}
    assert places(write_files(**files)) == [("unknown_lead", ("touches.csv", line, "lead")) for line in (2, 3)]


# Cells that need an id


def test_an_empty_cell_is_told_by_what_should_stand_there(write_files: Writer) -> None:
    place = write_files(
        actions="id,title,owner,created,due\na-1,Call,,2026-09-01,2026-09-02\n", actuals=f"{ACTUALS}ada, ,,1,2026-09-01\n"
    )
    metric, owner = map(str, faults_of(place))
    assert owner == "actions.csv:2:owner: expected the id of a rep or a team, got empty text"
    assert metric.startswith("actuals.csv:2:metric: expected a metric of metrics.csv or one of ")
    assert metric.endswith(", got empty text")

"""The program: what it writes where, its exit status, and that a fault leaves nothing half written."""

import io
import os
import runpy
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import salesperf as sp
from salesperf import __main__ as program
from salesperf.io.folder import table

REPS = "id,name,team\nada,Ada,east\n"
TEAMS = "id\neast\n"
TARGETS = "owner,metric,unit,amount,period\nada,visits,count,40,2026-09\n"
ACTUALS = "owner,metric,unit,amount,on\nada,visits,count,24,2026-09-08\n"


@pytest.fixture
def company(tmp_path: Path) -> Path:
    """A folder with one rep, one target and one entry."""
    place = tmp_path / "company"
    place.mkdir()
    for name, text in {"reps": REPS, "teams": TEAMS, "targets": TARGETS, "actuals": ACTUALS}.items():
        (place / f"{name}.csv").write_text(text, encoding="utf-8")
    return place


def review(place: Path, period: str, day: str, owner: str | None = None, lang: str = "en") -> str:
    """Return the review that the library makes."""
    records = sp.io.folder.read(place)
    within = sp.Period.parse(period, calendar=records.calendar)
    built = sp.review.build(records, owner=owner, period=within, as_of=date.fromisoformat(day))
    return sp.report.markdown(built, lang=lang)


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the program on its own, under the plainest locale."""
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-W", "error", "-m", "salesperf", *map(str, arguments)],
        env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii", **environment},
        capture_output=True,
        check=False,
    )


def test_the_sample_is_reviewed_without_a_folder() -> None:
    done = run("--lang", "zh")
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode("utf-8")
    assert "上海" in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_bad_input_is_told_on_standard_error_with_status_2(company: Path) -> None:
    (company / "actuals.csv").write_text("owner,metric,unit,amount,on\nada,visits,count,many,soon\n", encoding="utf-8")
    done = run(company)
    assert (done.returncode, done.stdout) == (2, b"")
    first, *faults = done.stderr.decode("utf-8").splitlines()
    assert first == "faults in the input: 2"
    assert [line.split(": ")[0] for line in faults] == ["- actuals.csv:2:amount", "- actuals.csv:2:on"]


def test_faults_are_told_in_the_chosen_language(company: Path) -> None:
    (company / "reps.csv").unlink()
    done = run(company, "--lang", "zh")
    assert (done.returncode, done.stdout) == (2, b"")
    error = sp.InvalidValueError("reps_missing", value=("actuals.csv", "targets.csv", "teams.csv"))
    assert done.stderr.decode("utf-8") == f"{company}: {sp.messages.describe_error(error, lang='zh')}\n"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no\x1bwhere", "a path at which there is nothing"),
        ("Zhang Wei 13800138000", "an empty one"),
        ("company/reps.csv", "a file (hint: give the folder in which it lies)"),
    ],
)
def test_a_folder_that_is_none_is_named_as_it_was_typed(
    name: str, said: str, company: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (company.parent / "Zhang Wei 13800138000").mkdir()
    typed = str(company.parent / name)
    assert program.main([typed]) == 2
    told = capsys.readouterr().err
    assert told == f"{typed.replace(chr(27), ' ')}: expected a folder that holds reps.csv, got {said}\n"


def test_a_misnamed_file_is_told_once_for_each_file_that_needs_it(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (company / "teams.csv").rename(company / "team.csv")
    (company / "targets.csv").write_text(f"{TARGETS}east,visits,count,40,2026-09\n", encoding="utf-8")
    assert program.main([str(company)]) == 2
    said = (
        "expected the file 'teams.csv' too, got 'team.csv', not read and perhaps meant for it;"
        " rows here that need it: 1 (hint: save it as CSV under that name)"
    )
    assert capsys.readouterr().err.splitlines() == [
        "faults in the input: 2",
        f"- reps.csv:2:team: {said}",
        f"- targets.csv:3:owner: {said}",
    ]


def test_a_reader_who_leaves_is_no_fault() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([sys.executable, "-m", "salesperf"], stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


def test_the_default_is_the_company_in_the_quarter_of_the_last_day_with_data(
    company: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.main([str(company)]) == 0
    assert capsys.readouterr() == (review(company, "2026-Q3", "2026-09-08"), "")


def test_the_quarter_is_that_of_the_fiscal_year(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (company / "calendar.csv").write_text("kind,value\nfiscal_year_start,2\n", encoding="utf-8")
    assert program.main([str(company)]) == 0
    assert capsys.readouterr().out == review(company, "FY2027-Q3", "2026-09-08")


def test_everything_may_be_chosen(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chosen = ["--as-of", "2026-09-15", "--period", "2026-09", "--for", "east", "--lang", "zh"]
    assert program.main([str(company), *chosen]) == 0
    assert capsys.readouterr().out == review(company, "2026-09", "2026-09-15", "east", "zh")


def test_a_page_for_a_browser_may_be_chosen(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main([str(company), "--html", "--lang", "zh"]) == 0
    text = capsys.readouterr().out
    assert text.startswith('<!doctype html>\n<html lang="zh">')
    title, _, _ = review(company, "2026-Q3", "2026-09-08", None, "zh").partition("\n")
    assert f"<h1>{title.removeprefix('# ')}</h1>" in text


def test_a_number_is_pulled_apart_to_its_entries(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main([str(company), "--explain", "attainment/visits/actual"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "actual: 24 = sum of",
        "  within 2026-09-01 to 2026-09-08: 24 = sum of",
        "    2026-09-08, ada: 24",
    ]
    assert program.main([str(company), "--explain", "attainment/visits/actual", "--lang", "zh"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "实际：24 = 以下各项之和",
        "  其中2026年9月1日至2026年9月8日：24 = 以下各项之和",
        "    2026年9月8日，ada：24",
    ]


def test_without_an_address_every_number_is_listed_and_with_the_beginning_of_one_those_below(
    company: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.main([str(company), "--explain"]) == 0
    every = capsys.readouterr().out.splitlines()
    assert program.main([str(company), "--explain", "attainment/visits"]) == 0
    some = capsys.readouterr().out.splitlines()
    assert "attainment/visits/actual: actual: 24" in some
    assert set(some) < set(every)
    assert all(line.startswith("attainment/visits/") for line in some)


def test_words_of_an_address_are_looked_for(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main([str(company), "--explain", "Visits actual"]) == 0
    printed = capsys.readouterr()
    found = printed.out.splitlines()
    assert "attainment/visits/actual: actual: 24" in found
    assert all("visits" in line and "actual" in line for line in found)
    assert printed.err.startswith(f"{len(found)} numbers are meant; more of the words")


def test_what_words_mean_alone_is_pulled_apart(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main([str(company), "--explain", "attainment/visits/planned"]) == 0
    tree = capsys.readouterr().out
    assert program.main([str(company), "--explain", "visits 2026-09 planned"]) == 0
    assert capsys.readouterr() == (f"attainment/visits/2026-09/planned: {tree}", "")


def test_a_number_is_no_page(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        program.main([str(company), "--html", "--explain"])
    assert caught.value.code == 2
    assert "argument --explain: not allowed with argument --html" in capsys.readouterr().err


def test_what_would_tell_a_terminal_something_is_not_shown(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written = "owner,metric,unit,amount,on,ref\nada,visits,count,24,2026-09-08,v\x1b[31m1\n"
    (company / "actuals.csv").write_text(written, encoding="utf-8")
    assert program.main([str(company), "--explain", "attainment/visits/actual"]) == 0
    assert capsys.readouterr().out.endswith("sum of\n    2026-09-08, ada, v [31m1: 24\n")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (
            "attainment/visits/gpa",
            "the address of a number in the review, perhaps 'attainment/visits/gap', got 'attainment/visits/gpa'",
        ),
        (
            "attainment/calls/gap",
            (
                "the address of a number in the review, such as 'attainment/revenue/gap', got 'attainment/calls/gap'"
                " (hint: without an address all are listed; with words, such as win rate, those that have them)"
            ),
        ),
        (
            "no such thing",
            (
                "words that the address or the name of a number in the review has, or the head of its column, or the number"
                " as the review prints it, got what none has (hint: without an address all are listed; names and heads are"
                " those in the language of the review)"
            ),
        ),
    ],
)
def test_a_number_that_is_not_there_is_told(address: str, said: str, company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main([str(company), "--explain", address]) == 2
    assert capsys.readouterr() == ("", f"--explain: expected {said}\n")


def test_help_shows_every_form_of_a_period(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        program.main(["--help"])
    assert ended.value.code == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "2026-08-10..2026-09-05 (both days included)" in shown


def test_without_the_extra_the_way_to_a_page_is_told(
    company: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "salesperf.io.html", raising=False)
    monkeypatch.setitem(sys.modules, "markdown_it", None)
    assert program.main([str(company), "--html"]) == 2
    assert "pip install 'salesperf[html]'" in capsys.readouterr().err


def test_without_actuals_a_plan_is_reviewed_on_the_day_asked_for(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (company / "actuals.csv").unlink()
    assert program.main([str(company)]) == 2
    assert capsys.readouterr().err.startswith("--as-of: expected actuals")
    assert program.main([str(company), "--as-of", "2026-07-31"]) == 0
    assert capsys.readouterr().out == review(company, "2026-Q3", "2026-07-31")


@pytest.mark.parametrize(("day", "period"), [("2026-06-30", "2026-Q2"), ("2026-09-08", "2026-Q3")])
def test_the_last_review_is_made_again_and_compared(
    day: str, period: str, company: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records = sp.io.folder.read(company)
    before = sp.review.build(records, owner="east", period=sp.Period.parse(period), as_of=date.fromisoformat(day))
    held = sp.Period.quarter(2026, 3)
    built = sp.review.build(records, owner="east", period=held, as_of=date(2026, 9, 30), previous=before)
    assert program.main([str(company), "--for", "east", "--as-of", "2026-09-30", "--previous", day]) == 0
    text = capsys.readouterr().out
    assert text == sp.report.markdown(built)
    assert "## Since the last review" in text


def test_of_any_run_of_days_the_last_review_is_of_the_same_days(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chosen = [str(company), "--period", "2026-09-02..2026-09-20", "--as-of", "2026-09-15", "--previous"]
    assert program.main([*chosen, "2026-09-08"]) == 0
    assert "The last review, as of 2026-09-08, was of the same period" in capsys.readouterr().out
    assert program.main([*chosen, "2026-08-31"]) == 2
    assert capsys.readouterr().err.startswith("--previous: expected a day from 2026-09-02 to 2026-09-20, ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--previous", "then"], "--previous: expected a date such as 2026-09-30, year first, got 'then'"),
        (
            ["--previous", "2026-09-08"],
            "--previous: expected a review of an earlier day than 2026-09-08, got one as of 2026-09-08",
        ),
        (["--as-of", "9999-12-31"], "--as-of: expected a period within 0001-01-01 and 9999-12-30, got one that reaches beyond"),
        (["--as-of", "today"], "--as-of: expected a date such as 2026-09-30, year first, got 'today'"),
        (
            ["--as-of", "2026-08-31", "--period", "2026-09"],
            "--as-of: expected a day on or after the first of the period, 2026-09-01, got 2026-08-31",
        ),
        (["--period", "summer"], "--period: expected a period such as 2026, "),
        (["--for", "bo"], "--for: expected the id of a rep or a team, got 'bo'"),
        (["--for", "East"], "--for: expected the id of a rep or a team, perhaps 'east', got 'East'"),
        (["--for", "eats"], "--for: expected the id of a rep or a team, perhaps 'east', got 'eats'"),
    ],
)
def test_a_choice_that_cannot_be_made_is_told_by_its_option(
    arguments: list[str], message: str, company: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.main([str(company), *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(message)


def test_a_day_must_be_named_where_there_are_no_data(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("actuals", "targets"):
        (company / f"{name}.csv").unlink()
    assert program.main([str(company)]) == 2
    assert capsys.readouterr().err.startswith("--as-of: expected actuals, deals or leads, whose last day")


def test_an_id_that_may_be_a_name_is_not_offered(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (company / "teams.csv").write_text("id\neast\n华东区\n", encoding="utf-8")
    assert program.main([str(company), "--for", "华东"]) == 2
    assert capsys.readouterr().err == "--for: expected the id of a rep or a team, got text of 2 characters\n"


def test_where_no_day_can_be_told_a_misnamed_file_is(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (company / "actuals.csv").rename(company / "actual.csv")
    (company / "targets.csv").write_text("owner,metric,unit,amount,period,florr\n", encoding="utf-8")
    assert program.main([str(company)]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "expected a known file, perhaps 'actuals.csv', got 'actual.csv'",
        "targets.csv: expected a known column, perhaps 'floor', got 'florr'",
        (
            "--as-of: expected actuals, deals or leads, whose last day would be the day to look back from, got none"
            " (hint: pass --as-of)"
        ),
    ]
    assert program.main([str(company), "--lang", "zh"]) == 2
    assert capsys.readouterr().err.startswith("应为已知的文件，可能是 'actuals.csv'，实际是 'actual.csv'\n")


DEALS = "id,process\no-1,basic\no-2,basic\n"
CHANGES = "opportunity,on,stage,owner\no-1,2026-04-01,lead,ada\no-1,2026-05-06,proposal,\no-2,,lead,ada\n"


def test_without_actuals_the_last_change_of_a_deal_gives_the_day(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (company / "actuals.csv").unlink()
    (company / "opportunities.csv").write_text(DEALS, encoding="utf-8")
    (company / "changes.csv").write_text(CHANGES, encoding="utf-8")
    assert program.main([str(company)]) == 0
    assert capsys.readouterr() == (review(company, "2026-Q2", "2026-05-06"), "")


def test_without_actuals_and_deals_the_last_change_of_a_lead_gives_the_day(
    company: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (company / "actuals.csv").unlink()
    (company / "leads.csv").write_text("id\nl-1\nl-2\n", encoding="utf-8")
    rows = "lead,on,status,owner\nl-1,2026-04-01,new,ada\nl-1,2026-05-06,working,\nl-2,,new,ada\n"
    (company / "lead_changes.csv").write_text(rows, encoding="utf-8")
    assert program.main([str(company)]) == 0
    written = capsys.readouterr().out
    assert written == review(company, "2026-Q2", "2026-05-06")
    assert "- Open at the end of 2026-05-06: 2\n" in written


def test_where_there_are_actuals_they_give_the_day(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (company / "opportunities.csv").write_text(DEALS, encoding="utf-8")
    (company / "changes.csv").write_text(f"{CHANGES}o-1,2026-11-02,negotiation,\n", encoding="utf-8")
    assert program.main([str(company)]) == 0
    assert capsys.readouterr().out == review(company, "2026-Q3", "2026-09-08")


def test_stages_named_again_are_refused_or_collapsed(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (company / "opportunities.csv").write_text(DEALS, encoding="utf-8")
    (company / "changes.csv").write_text(f"{CHANGES}o-1,2026-06-02,proposal,\n", encoding="utf-8")
    assert program.main([str(company)]) == 2
    assert "- changes.csv:5:stage: expected another stage" in capsys.readouterr().err
    assert program.main([str(company), "--repeats", "collapse"]) == 0
    assert "Rows that name the stage in which their deal was already" in capsys.readouterr().out


def test_a_file_is_written_whole_and_over_an_old_one(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = company.parent / "review.md"
    output.write_text("old", encoding="utf-8")
    assert program.main([str(company), "-o", str(output)]) == 0
    assert output.read_bytes().decode("utf-8") == review(company, "2026-Q3", "2026-09-08")
    assert sorted(path.name for path in output.parent.iterdir()) == ["company", "review.md"]
    assert capsys.readouterr() == ("", "")


def test_a_fault_leaves_an_old_file_as_it_is(company: Path) -> None:
    output = company.parent / "review.md"
    output.write_text("old", encoding="utf-8")
    assert program.main([str(company), "--for", "bo", "-o", str(output)]) == 2
    assert output.read_text(encoding="utf-8") == "old"
    assert sorted(path.name for path in output.parent.iterdir()) == ["company", "review.md"]


@pytest.mark.parametrize(("output", "reason"), [("nowhere/review.md", "ENOENT"), ("company/reps.csv/review.md", "ENOTDIR")])
def test_a_place_that_cannot_be_written_to_is_bad_input(
    output: str, reason: str, company: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.main([str(company), "--output", str(company.parent / output)]) == 2
    expected = f"--output: expected a place that can be written to, got the system error '{reason}'\n"
    assert capsys.readouterr().err == expected


def test_a_folder_is_no_file_to_write_to(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(company.parent.rglob("*"))
    assert program.main([str(company), "-o", str(company.parent)]) == 2
    told = "--output: expected a file to write to, got a folder (hint: name a file in it, such as review.md)\n"
    assert capsys.readouterr() == ("", told)
    assert sorted(company.parent.rglob("*")) == before


@pytest.mark.skipif(os.name != "posix", reason="other systems have devices of other kinds")
def test_a_device_is_written_to_and_stays_one(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main([str(company), "-o", os.devnull]) == 0
    assert Path(os.devnull).is_char_device()
    assert capsys.readouterr() == ("", "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no device that is always full")  # noqa: PTH110 - a device
def test_a_full_device_is_bad_input(company: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with open("/dev/full", "w", encoding="ascii") as full:  # noqa: PTH123 - a device
        monkeypatch.setattr(sys, "stdout", full)
        assert program.main([str(company)]) == 2
        monkeypatch.undo()
    assert capsys.readouterr().err == "stdout: expected a place that can be written to, got the system error 'ENOSPC'\n"


def test_a_closed_pipe_ends_the_program_quietly(
    company: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w", encoding="utf-8") as pipe:  # noqa: PTH123 - a descriptor
        monkeypatch.setattr(sys, "stdout", pipe)
        assert program.main([str(company)]) == 141
        monkeypatch.undo()
    assert capsys.readouterr().err == ""


def test_output_may_be_caught_in_text(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    caught = io.StringIO()
    monkeypatch.setattr(sys, "stdout", caught)
    assert program.main([str(company)]) == 0
    assert caught.getvalue() == review(company, "2026-Q3", "2026-09-08")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_progress_is_one_line_on_a_terminal_and_gone_at_the_end(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(table, "_PROGRESS_ROWS", 1)
    monkeypatch.setattr(sys, "stderr", terminal)
    (company / "actuals.csv").write_text(f"{ACTUALS}ada,visits,count,1,2026-09-09\n", encoding="utf-8")
    assert program.main([str(company)]) == 0
    assert terminal.getvalue() == f"\ractuals.csv: 1\ractuals.csv: 2\r{' ' * 14}\r"


def test_progress_is_a_few_lines_in_a_log() -> None:
    log = io.StringIO()
    progress = program.ProgressLine(log)
    for rows in range(50_000, 3_000_001, 50_000):
        progress(rows, "actuals.csv")
    progress.clear()
    assert log.getvalue() == "actuals.csv: 100,000\nactuals.csv: 1,000,000\n"


def test_it_tells_its_version(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["salesperf", "--version"])
    with pytest.raises(SystemExit) as ended, pytest.warns(RuntimeWarning, match="found in sys.modules"):
        runpy.run_module("salesperf", run_name="__main__")
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"salesperf {sp.__version__}\n"


def test_without_a_folder_the_sample_is_reviewed_as_of_its_last_day(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main([]) == 0
    assert capsys.readouterr().out.startswith("# Sales review: the company, Q3 2026\n")

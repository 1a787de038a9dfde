"""The page of the laws names every law that is tested, and no test that does not exist."""

import ast
import re
from collections import Counter
from pathlib import Path

from pages import ROOT

PAGE = ROOT / "docs" / "explanation" / "laws.md"
TESTS = ROOT / "tests"
LAWS = sorted((TESTS / "laws").glob("test_*.py"))

ROW = re.compile(r"\| (?P<law>[^|]+) \| (?P<holds_for>[^|]+) \| (?P<tests>[^|]*`[^|]+) \|")
NAMED = re.compile(r"`(?P<file>[\w/]+\.py)::(?P<test>test_\w+)`")


def defined_in(path: Path) -> list[str]:
    """Return the tests that a file defines, as the page names them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    return [f"{path.relative_to(TESTS).as_posix()}::{name}" for name in names]


LINES = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if "::test_" in line]
NAMES = [f"{match['file']}::{match['test']}" for line in LINES for match in NAMED.finditer(line)]


def test_every_law_that_is_tested_stands_on_the_page() -> None:
    assert [law for path in LAWS for law in defined_in(path) if law not in NAMES] == []


def test_every_test_on_the_page_exists() -> None:
    known = {path: defined_in(TESTS / path) for path in {name.partition("::")[0] for name in NAMES} if (TESTS / path).is_file()}
    assert [name for name in NAMES if name not in known.get(name.partition("::")[0], [])] == []


def test_no_test_stands_for_two_laws() -> None:
    assert [name for name, count in Counter(NAMES).items() if count > 1] == []


def test_every_test_stands_in_a_row_with_its_law_and_what_it_holds_for() -> None:
    assert [line for line in LINES if not ROW.fullmatch(line)] == []
    assert sum(line.count("::") for line in LINES) == len(NAMES) > 0

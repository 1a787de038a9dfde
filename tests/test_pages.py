"""The machinery that runs the pages of the documentation: ``docs/pages.py`` and ``docs/rebuild.py``."""

import sys
from pathlib import Path
from unittest import SkipTest

import pytest
from sybil import Document
from sybil.example import SybilFailure

import pages
import rebuild

PAGE = """# A page

<!-- data: {data} as folder -->

```python
values = [1, 2]
print(folder.name)
```

```text
{first}
```

Prose between, then a text that nothing printed.

```text
just text
```

```python
print(sum(values), end="")
```

```text
{second}
```

```bash
exit 1
```
"""


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page whose data are present and whose outputs are out of date."""
    (tmp_path / "data" / "known").mkdir(parents=True)
    monkeypatch.setattr(pages, "SHARED", tmp_path)
    path = tmp_path / "page.md"
    path.write_text(PAGE.format(data="known", first="stale", second="4"), encoding="utf-8")
    return path


def evaluate(path: Path) -> None:
    """Run a page as the tests do."""
    document = Document.parse(str(path), pages.parse_blocks)
    pages.open_page(document.namespace)
    try:
        for example in document:
            example.evaluate()
    finally:
        pages.close_page(document.namespace)


def write(path: Path, text: str) -> Path:
    """Replace what stands on a page."""
    path.write_text(text, encoding="utf-8")
    return path


def test_an_output_that_was_not_printed_fails_with_the_difference(page: Path) -> None:
    with pytest.raises(SybilFailure, match=r"-stale\n\+known"):
        evaluate(page)


def test_a_rebuilt_page_passes_and_stays_as_it_is(page: Path) -> None:
    assert rebuild.main([str(page)]) == 0
    assert page.read_text(encoding="utf-8") == PAGE.format(data="known", first="known", second="3")
    evaluate(page)
    assert rebuild.main(["--check", str(page)]) == 0


def test_a_check_names_the_page_that_would_change_and_changes_nothing(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = page.read_text(encoding="utf-8")
    assert rebuild.main(["--check", str(page)]) == 1
    assert capsys.readouterr().out == f"{page}: would change\n"
    assert page.read_text(encoding="utf-8") == before


def test_a_page_without_its_data_is_skipped_from_there_on_and_kept(page: Path) -> None:
    write(page, PAGE.format(data="unknown", first="committed", second="5"))
    for example in Document.parse(str(page), pages.parse_blocks):
        with pytest.raises(SkipTest, match="the public data unknown are not on this machine"):
            example.evaluate()
    assert rebuild.main(["--check", str(page)]) == 0


def test_a_page_works_in_a_folder_of_its_own_that_is_gone_afterwards(page: Path) -> None:
    write(
        page,
        "```python\nfrom pathlib import Path\n_ = Path('made.txt').write_text('')\nprint(Path.cwd())\n```\n"
        "```python\nassert Path('made.txt').exists()\n```\n",
    )
    evaluate(page)
    assert not Path("made.txt").exists()


def test_a_block_knows_the_names_of_the_blocks_above_it_and_prints_nothing_of_theirs(page: Path) -> None:
    write(page, "```python\nnumber = 1\nprint('above')\n```\n```python\nprint(number)\n```\n```text\n1\n```\n")
    evaluate(page)


@pytest.fixture
def program(page: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that stands in for ours: it prints its arguments and ends with the status that FAKE_STATUS says."""
    path = page.with_name("program")
    write(path, '#!/bin/sh\nfor argument; do echo "<$argument>"; done\nexit "${FAKE_STATUS:-0}"\n')
    path.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(path))
    return path


@pytest.mark.parametrize("status", ["0", "2"])
@pytest.mark.usefixtures("program")
def test_commands_are_run_and_their_outputs_written(page: Path, monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    monkeypatch.setenv("FAKE_STATUS", status)
    write(page, "```console\n$ python -m salesperf 'my folder'\nstale\n$ python -m salesperf --lang zh\n```\n")
    with pytest.raises(SybilFailure, match="-stale"):
        evaluate(page)
    assert rebuild.main([str(page)]) == 0
    begin = "<-W>\n<error>\n<-m>\n<salesperf>\n"
    assert page.read_text(encoding="utf-8") == (
        f"```console\n$ python -m salesperf 'my folder'\n{begin}<my folder>\n"
        f"$ python -m salesperf --lang zh\n{begin}<--lang>\n<zh>\n```\n"
    )
    evaluate(page)


@pytest.mark.usefixtures("program")
def test_a_command_that_breaks_is_an_error_and_no_output(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_STATUS", "1")
    write(page, "```console\n$ python -m salesperf\n```\n")
    with pytest.raises(ValueError, match="ended with status 1"):
        rebuild.main([str(page)])


def test_only_our_own_program_is_run(page: Path) -> None:
    write(page, "```console\n$ rm -r /\n```\n")
    with pytest.raises(ValueError, match="expected python -m salesperf"):
        rebuild.main([str(page)])


@pytest.mark.parametrize("fence", ["```", "```python title=x", "```pyhton", "  ```python"])
def test_a_block_that_would_not_be_run_by_mistake_is_refused(page: Path, fence: str) -> None:
    indent = fence[: len(fence) - len(fence.lstrip())]
    write(page, f"{fence}\n{indent}1 / 0\n{indent}```\n")
    with pytest.raises(ValueError, match="expected a block at the left margin, in one of bash, console, csv"):
        rebuild.main([str(page)])


def test_the_pages_of_the_project_are_the_readme_and_the_documentation() -> None:
    names = [path.relative_to(pages.ROOT).as_posix() for path in pages.pages()]
    assert names[0] == "README.md"
    assert "docs/index.md" in names

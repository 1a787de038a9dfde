"""The pages of the documentation as programs: each block of code is run, each block of output is what was printed.

A page is Markdown whose fenced blocks mean:

- ``python``: run, from the top of the page to its end, in one namespace and one empty working folder;
- ``text`` directly after it: what that block printed; any other ``text`` is just text;
- ``console``: lines that start with ``$ python -m salesperf`` are run, the other lines are what they printed;
- ``bash`` and ``csv``: not run.

``<!-- data: adventureworks as folder -->`` names public data that the page needs: below it, ``folder`` is their path.

The tests run the pages and compare (``conftest.py``); ``rebuild.py`` runs them and writes what they print now.
"""

import contextlib
import difflib
import io
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from unittest import SkipTest

import attrs
from sybil import Document, Example, Region
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown.lexers import DirectiveInHTMLCommentLexer, FencedCodeBlockLexer

__all__ = ["ROOT", "SHARED", "Block", "close_page", "open_page", "pages", "parse_blocks", "rebuilt"]

ROOT: Final = Path(__file__).resolve().parents[1]
"""The project."""

SHARED: Final = Path(os.environ.get("SALESPERF_SHARED", ROOT.parent / "shared"))
"""Where the oracles and the real data lie; beside the project unless the environment names another place."""

_FOLDER: Final = "__folder__"
_PRINTED: Final = "__printed__"
_PROMPT: Final = "$ "
_NOT_RUN: Final = frozenset({"bash", "csv", "text"})
_DONE, _BAD_INPUT = 0, 2


def pages() -> list[Path]:
    """Every page, the README first."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def open_page(namespace: dict[str, Any]) -> None:
    """Give a page its working folder."""
    namespace[_FOLDER] = TemporaryDirectory()


def close_page(namespace: dict[str, Any]) -> None:
    """Take a page's working folder away."""
    namespace[_FOLDER].cleanup()


@attrs.frozen
class Block:
    """How to find out what should stand in a block; when called, it tells how that differs from what does."""

    run: Callable[[Example], str]

    def __call__(self, example: Example) -> str | None:
        """Run the block and return the difference, if any."""
        stands, now = example.parsed, self.run(example)
        if stands == now:
            return None
        difference = difflib.unified_diff(stands.splitlines(), now.splitlines(), "on the page", "now", lineterm="")
        return "\n".join([*difference, "(hint: python docs/rebuild.py)"])


def parse_blocks(document: Document) -> Iterator[Region]:
    """Find whatever is to be run or compared: a parser for Sybil."""
    for region in DirectiveInHTMLCommentLexer("data", r"\w+ as \w+")(document):
        yield Region(region.start, region.end, region.lexemes["arguments"], _find_data)
    code_end = None
    for region in FencedCodeBlockLexer(r"[^\n]*")(document):
        language, source = region.lexemes["language"], region.lexemes["source"]
        follows_code = code_end is not None and not document.text[code_end : region.start].strip()
        code_end = region.end if language == "python" else None
        if language not in _RUN.keys() | _NOT_RUN or not document.text.startswith(source, region.start + source.offset):
            message = (
                f"{document.path}, {document.line_column(region.start)}: expected a block at the left margin, in one of"
                f" {', '.join(sorted(_RUN.keys() | _NOT_RUN))}, got {language!r}"
            )
            raise ValueError(message)
        run = _print if language == "text" and follows_code else _RUN.get(language)
        if run:
            yield Region(region.start, region.end, source, Block(run))


def rebuilt(path: Path) -> str:
    """Run a page and return its text with what its blocks print now.

    A page whose data are not on this machine is returned as it stands.
    """
    document = Document.parse(str(path), parse_blocks)
    text, end = "", 0
    open_page(document.namespace)
    try:
        for example in document:
            block = example.region.evaluator
            if isinstance(block, Block):
                start = example.start + example.parsed.offset
                text += document.text[end:start] + block.run(example)
                end = start + len(example.parsed)
            else:
                example.evaluate()
    except SkipTest:
        return document.text
    finally:
        close_page(document.namespace)
    return text + document.text[end:]


def _find_data(example: Example) -> None:
    data, _, name = example.parsed.partition(" as ")
    folder = SHARED / "data" / data
    if not folder.is_dir():
        missing = SkipTest(f"the public data {data} are not on this machine")

        def skip(_: Example) -> None:
            raise missing

        example.document.push_evaluator(skip)
        raise missing
    example.namespace[name] = folder


def _run_python(example: Example) -> str:
    printed = io.StringIO()
    with contextlib.chdir(example.namespace[_FOLDER].name), contextlib.redirect_stdout(printed):
        PythonEvaluator()(example)
    example.namespace[_PRINTED] = printed.getvalue()
    return str(example.parsed)


def _print(example: Example) -> str:
    return _whole_lines(example.namespace[_PRINTED])


def _run_console(example: Example) -> str:
    commands = [line for line in example.parsed.splitlines() if line.startswith(_PROMPT)]
    return "".join(f"{command}\n{_run_command(command, example)}" for command in commands)


def _run_command(command: str, example: Example) -> str:
    python, option, module, *arguments = shlex.split(command.removeprefix(_PROMPT))
    if (python, option, module) != ("python", "-m", "salesperf"):
        message = f"expected python -m salesperf, got {command!r}"
        raise ValueError(message)
    done = subprocess.run(  # noqa: S603 - our own program, and no shell
        [sys.executable, "-W", "error", "-m", "salesperf", *arguments],
        cwd=example.namespace[_FOLDER].name,
        env=os.environ | {"PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    if done.returncode not in {_DONE, _BAD_INPUT}:
        message = f"{command!r} ended with status {done.returncode}:\n{done.stdout}"
        raise ValueError(message)
    return _whole_lines(done.stdout)


def _whole_lines(text: str) -> str:
    return f"{text}\n" if text and not text.endswith("\n") else text


_RUN: Final = {"python": _run_python, "console": _run_console}

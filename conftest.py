"""Every example is a test: those of the docstrings, and the pages of the documentation."""

import os
from typing import Any

from docstrings import parse_docstring
from hypothesis import Phase, settings
from sybil import Sybil
from sybil.sybil import SybilCollection

from pages import close_page, open_page, parse_blocks

# The tests run on all cores already: threads of linear algebra beside them wait for each other, and double the time.
# It is read when numpy is first imported, which none of the modules above does.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# What an example finds is the same each time; a search that draws other inputs may end at another smallest one.
settings.register_profile("examples", derandomize=True, database=None, phases=[Phase.generate, Phase.shrink])
_BEFORE: list[str] = []


def _open_module(_: dict[str, Any]) -> None:
    _BEFORE.append(settings.get_current_profile_name())
    settings.load_profile("examples")


def _close_module(_: dict[str, Any]) -> None:
    settings.load_profile(_BEFORE.pop())


pytest_collect_file = SybilCollection(
    [
        Sybil([parse_docstring], path="src", pattern="*.py", setup=_open_module, teardown=_close_module),
        Sybil([parse_blocks], filenames=["README.md"], setup=open_page, teardown=close_page),
        Sybil([parse_blocks], path="docs", pattern="*.md", setup=open_page, teardown=close_page),
    ]
).pytest()

"""Every example is a test: those of the docstrings, and the pages of the documentation."""

from docstrings import parse_docstring
from sybil import Sybil
from sybil.sybil import SybilCollection

from pages import close_page, open_page, parse_blocks

pytest_collect_file = SybilCollection(
    [
        Sybil([parse_docstring], path="src", pattern="*.py"),
        Sybil([parse_blocks], filenames=["README.md"], setup=open_page, teardown=close_page),
        Sybil([parse_blocks], path="docs", pattern="*.md", setup=open_page, teardown=close_page),
    ]
).pytest()

"""Every example is a test: those of the docstrings, and the pages of the documentation."""

import os

from docstrings import parse_docstring
from sybil import Sybil
from sybil.sybil import SybilCollection

from pages import close_page, open_page, parse_blocks

# The tests run on all cores already: threads of linear algebra beside them wait for each other, and double the time.
# It is read when numpy is first imported, which none of the modules above does.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

pytest_collect_file = SybilCollection(
    [
        Sybil([parse_docstring], path="src", pattern="*.py"),
        Sybil([parse_blocks], filenames=["README.md"], setup=open_page, teardown=close_page),
        Sybil([parse_blocks], path="docs", pattern="*.md", setup=open_page, teardown=close_page),
    ]
).pytest()

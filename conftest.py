"""Every example is a test: those of the docstrings, and the pages of the documentation."""

from collections.abc import Iterator
from pathlib import Path

from sybil import Document, Example, Region, Sybil
from sybil.evaluators.doctest import DocTestEvaluator
from sybil.parsers.rest import DocTestParser
from sybil.python import import_path
from sybil.sybil import SybilCollection

from pages import close_page, open_page, parse_blocks


class FirstExample(DocTestEvaluator):
    """The first example of a docstring: a reader sees that docstring alone, so names made by another one are gone."""

    def __call__(self, example: Example) -> str:
        """Run the example with the names of the module and no others."""
        example.namespace.clear()
        example.namespace.update(vars(import_path(Path(example.path))))
        return super().__call__(example)


def parse_docstring(docstring: Document) -> Iterator[Region]:
    """Find the examples of one docstring: a parser for Sybil."""
    for number, region in enumerate(DocTestParser()(docstring)):
        if number == 0:
            region.evaluator = FirstExample()
        yield region


pytest_collect_file = SybilCollection(
    [
        Sybil([parse_docstring], path="src", pattern="*.py"),
        Sybil([parse_blocks], filenames=["README.md"], setup=open_page, teardown=close_page),
        Sybil([parse_blocks], path="docs", pattern="*.md", setup=open_page, teardown=close_page),
    ]
).pytest()

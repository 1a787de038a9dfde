"""The examples of a docstring as one test: a reader sees that docstring alone."""

from collections.abc import Iterator
from pathlib import Path

from sybil import Document, Example, Region
from sybil.parsers.rest import DocTestParser
from sybil.python import import_path

__all__ = ["parse_docstring"]


def parse_docstring(docstring: Document) -> Iterator[Region]:
    """Find the examples of one docstring: a parser for Sybil."""
    regions = list(DocTestParser()(docstring))
    if regions:
        yield Region(regions[0].start, regions[-1].end, regions, evaluate_docstring)


def evaluate_docstring(docstring: Example) -> str:
    """Run the examples up to the first that fails, with the names of the module and no others."""
    docstring.namespace.clear()
    docstring.namespace.update(vars(import_path(Path(docstring.path))))
    for region in docstring.parsed:
        each = Example(docstring.document, docstring.line, docstring.column, region, docstring.namespace)
        failed = region.evaluator(each)
        if failed:
            return f"{region.parsed.source}{failed}"
    return ""

"""The machinery that runs the examples of docstrings: each with the names of its module alone, and none passes that fails."""

import pytest
from docstrings import parse_docstring
from sybil import Document
from sybil.example import SybilFailure

from salesperf import formulas

PASSES = """
>>> first = attainment_ratio(3, 4)
>>> first
0.75
"""
FAILS = """
>>> growth_rate(3, 2)
0.5
>>> growth_rate(5, 4)
0.3
>>> never_reached
"""


def run(text: str, **names: object) -> Document:
    """Run the examples of a text as if it were a docstring of a module of ours."""
    assert formulas.__file__ is not None
    document = Document(text, formulas.__file__)
    document.namespace.update(names)
    for region in parse_docstring(document):
        document.add(region)
    for example in document.examples():
        example.evaluate()
    return document


def test_the_examples_share_names_which_begin_as_those_of_the_module() -> None:
    names = run(PASSES, left_over=1).namespace
    assert names["first"] == 0.75
    assert "left_over" not in names


def test_the_first_example_that_fails_is_told_with_what_it_gave() -> None:
    with pytest.raises(SybilFailure) as caught:
        run(FAILS)
    assert caught.value.result.splitlines() == ["growth_rate(5, 4)", "Expected:", "    0.3", "Got:", "    0.25"]


def test_a_docstring_without_examples_is_no_test() -> None:
    assert list(run("Nothing to run here.").examples()) == []

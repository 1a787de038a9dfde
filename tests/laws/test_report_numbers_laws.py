"""Laws of reports: no number is made in writing, the review holds whatever is shown, and each comes apart under an address."""

from datetime import date
from itertools import chain

import pytest
from examples import at_most
from hypothesis import given, settings
from questions import Question, questions_of_any, reviewed
from said import Said, unexplained, written
from shown_numbers import numbers_but, strange_numbers, values_in

from salesperf import Period, Records
from salesperf.io.folder import read_sample
from salesperf.review import Review, build, explain

SAMPLE = read_sample()


def unexplained_numbers(review: Review, records: Records) -> tuple[list[str], list[Said]]:
    """Return the numbers of the report that are in no tree, in no name and no date, and those in sentences at no address."""
    numbers, (text, said) = explain(review, records=records), written(review)
    trees = dict(zip(numbers.addresses, numbers.breakdowns, strict=True))
    nodes = (node for tree in trees.values() for node in tree.walk())
    in_trees = (word for node in nodes for word in (node.value, *node.label.arguments.values()))
    in_words = (value for value in values_in(review) if isinstance(value, (str, date)))
    return numbers_but(text, chain(in_trees, in_words)), unexplained(said, trees)


@pytest.mark.parametrize(("owner", "label"), [(None, "2026-Q3"), ("east", "2026-W37"), ("r-11", "2026-Q3")])
def test_every_number_of_the_report_of_the_sample_stands_in_its_review_and_comes_apart(owner: str | None, label: str) -> None:
    period = Period.parse(label)
    review = build(SAMPLE, owner=owner, period=period, as_of=min(period.last, date(2026, 9, 16)))
    assert strange_numbers(review) == []
    assert unexplained_numbers(review, SAMPLE) == ([], [])


@settings(max_examples=at_most(40))
@given(questions_of_any())
def test_every_number_of_a_report_stands_in_its_review(question: Question) -> None:
    review = reviewed(question)
    if review is not None:
        assert strange_numbers(review) == []


@settings(max_examples=at_most(40))
@given(questions_of_any())
def test_every_number_of_a_report_comes_apart_under_an_address(question: Question) -> None:
    review = reviewed(question)
    if review is not None:
        assert unexplained_numbers(review, question[0]) == ([], [])

"""Laws of reports: no number is made in writing, the review holds whatever is shown, and each comes apart under an address."""

from datetime import date
from itertools import chain

import pytest
from examples import at_most
from hypothesis import given, settings
from questions import Question, questions_of_any, reviewed
from rows import Row, Table, misplaced, tables_of
from said import Said, unexplained, written
from shown_numbers import numbers_but, strange_numbers, values_in

from salesperf import Breakdown, Period, Records
from salesperf.io.folder import read_sample
from salesperf.review import Review, build, explain

SAMPLE = read_sample()


def trees_of(review: Review, records: Records) -> dict[str, Breakdown]:
    numbers = explain(review, records=records)
    return dict(zip(numbers.addresses, numbers.breakdowns, strict=True))


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


@pytest.mark.parametrize(("owner", "label"), [(None, "2026-Q3"), ("east", "2026-W37"), ("r-11", "2026-Q3")])
def test_every_number_in_a_row_is_that_of_whoever_the_row_names(owner: str | None, label: str) -> None:
    period = Period.parse(label)
    review = build(SAMPLE, owner=owner, period=period, as_of=min(period.last, date(2026, 9, 16)))
    trees, tables = trees_of(review, SAMPLE), tables_of(review)
    assert misplaced(tables, trees, review) == []
    # Whoever moves a name to the next row, or a number, is found out wherever the two rows have other numbers.
    swaps = [(table, place) for table in tables for place in range(len(table) - 1) if is_told_apart(*table[place : place + 2])]
    missed = [table[place] for table, place in swaps if not misplaced([with_names_swapped(table, place)], trees, review)]
    assert len(missed) <= 0.1 * len(swaps)


def is_told_apart(one: Row, other: Row) -> bool:
    return one.name != other.name and dict(one.numbers()) != dict(other.numbers())


def with_names_swapped(table: Table, place: int) -> Table:
    one, other = table[place], table[place + 1]
    swapped = (one._replace(cells=(other.cells[0], *one.cells[1:])), other._replace(cells=(one.cells[0], *other.cells[1:])))
    return (*table[:place], *swapped, *table[place + 2 :])


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
        assert misplaced(tables_of(review), trees_of(review, question[0]), review) == []

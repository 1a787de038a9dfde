"""Laws of reports: no number is made in writing, the review holds whatever is shown, and each comes apart under an address."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from types import MemberDescriptorType

import attrs
import pytest
from examples import at_most
from hypothesis import given, settings
from questions import Question, questions_of_any, reviewed
from said import Said, unexplained, written

from salesperf import Amount, Period, Records
from salesperf.io.folder import read_sample
from salesperf.messages import catalog
from salesperf.report import markdown
from salesperf.review import Review, build, explain

NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?%?")
SAMPLE = read_sample()
# What a review was computed from is no number of it, nor is a part of a forecast...
NOT_WALKED = {"org", "calendar", "ledger", "breakdowns", "by_owner", "by_team", "by_month"}


def values_in(value: object, seen: dict[int, object]) -> Iterator[object]:
    """Yield whatever number, date or text is in a value: in its fields and in what follows from them."""
    if isinstance(value, (str, int, float, Decimal, Fraction, Amount, date)):
        yield value
        return
    if value is None or id(value) in seen:
        return
    seen[id(value)] = value  # kept, so that nothing else comes to bear its number
    if isinstance(value, Mapping):
        yield from values_in([*value.keys(), *value.values()], seen)
    elif isinstance(value, (tuple, list, set, frozenset)):
        yield len(value)
        for item in value:
            yield from values_in(item, seen)
    elif type(value).__module__.startswith("salesperf"):
        parts = (getattr(value, name) for name in names_of(type(value)))
        # What gives one of its own kind gives a part of itself, or itself in other terms.
        yield from chain.from_iterable(values_in(part, seen) for part in parts if type(part) is not type(value))


def names_of(kind: type) -> list[str]:
    """Return the names of the public fields and properties of a class, which attrs keeps in slots once they are reckoned."""
    fields = [field.name for field in attrs.fields(kind)] if attrs.has(kind) else []
    known = (getattr(kind, name, None) for name in dir(kind))
    held = [name for name, each in zip(dir(kind), known, strict=True) if isinstance(each, (property, MemberDescriptorType))]
    return [name for name in dict.fromkeys((*fields, *held)) if not name.startswith("_") and name not in NOT_WALKED]


def writings(value: object) -> Iterator[str]:
    """Yield every way in which a report may write a value."""
    if isinstance(value, bool):
        return
    if isinstance(value, (str, date)):
        yield from NUMBER.findall(str(value))
    elif isinstance(value, Amount):
        for digits in {0, value.unit.digits}:
            rounded = value.rescale(attrs.evolve(value.unit, digits=digits)).decimal
            yield f"{abs(rounded):,.{digits}f}"
    elif isinstance(value, (int, float, Decimal, Fraction)):
        number = abs(float(value))
        yield from (f"{number:.{digits}g}" for digits in (2, 3))
        yield from (f"{number:,.{digits}f}" for digits in range(4))
        yield from (f"{number:.{digits}%}" for digits in range(2))
        yield f"{100 * number:.1f}"  # percentage points
        yield f"{math.floor(number + 0.5):,}" if math.isfinite(number) else "inf"  # as amounts are rounded


STATED = {text for template in catalog("en").values() for text in NUMBER.findall(template)}
"""What templates say themselves."""


def numbers_but(text: str, known: Iterable[object]) -> list[str]:
    """Return the numbers of a report that are none of those; counts below a thousand look too much alike to tell."""
    held = STATED | {text for value in known for text in writings(value)}
    return [found for found in NUMBER.findall(text) if found not in held and re.search(r"[,.%]", found)]


def strange_numbers(review: Review) -> list[str]:
    """Return the numbers of the report that its review does not hold."""
    return numbers_but(markdown(review), values_in(review, {}))


def unexplained_numbers(review: Review, records: Records) -> tuple[list[str], list[Said]]:
    """Return the numbers of the report that are in no tree, in no name and no date, and those in sentences at no address."""
    numbers, (text, said) = explain(review, records=records), written(review)
    trees = dict(zip(numbers.addresses, numbers.breakdowns, strict=True))
    nodes = (node for tree in trees.values() for node in tree.walk())
    in_trees = (word for node in nodes for word in (node.value, *node.label.arguments.values()))
    in_words = (value for value in values_in(review, {}) if isinstance(value, (str, date)))
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

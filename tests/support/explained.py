"""Reviews explained, of the sample company or of records at hand, and what the trees of their numbers are made of."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Final

from salesperf import Breakdown, Finding, Period, Records
from salesperf.io.folder import read_sample
from salesperf.review import NumberTrees, Review, build, explain
from salesperf.review.explained.growing import Numbered

__all__ = ["LOOKED", "THIRD", "broken", "explained", "grown", "labels", "of_sample", "place_of", "sample", "values"]

THIRD: Final = Period.quarter(2026, 3)
LOOKED: Final = date(2026, 9, 16)
"""The Wednesday on which the quarter is looked at, before its end."""


@cache
def _sample(owner: str | None, label: str) -> Review:
    period = Period.parse(label)
    return build(read_sample(), owner=owner, period=period, as_of=min(period.last, LOOKED))


def sample(owner: str | None = None, label: str = "2026-Q3") -> Review:
    """Return the review of the sample company or of a part of it, as of the last day of the period that has passed."""
    return _sample(owner, label)


@cache
def of_sample(owner: str | None = None, label: str = "2026-Q3", *, with_records: bool = True) -> NumberTrees:
    """Return the numbers of that review."""
    return explain(sample(owner, label), records=read_sample() if with_records else None)


def explained(
    records: Records,
    owner: str | None = None,
    period: Period = THIRD,
    as_of: date | None = None,
    *,
    previous: Review | None = None,
    with_records: bool = True,
) -> NumberTrees:
    """Return the numbers of a review of records, as of the last day of the period where none is told."""
    day = period.last if as_of is None else as_of
    review = build(records, owner=owner, period=period, as_of=day, previous=previous)
    return explain(review, records=records if with_records else None)


def grown(numbers: Numbered) -> Mapping[str, Breakdown]:
    """Return the trees of a section by address, each of which holds; of two with one address the first."""
    found: dict[str, Breakdown] = {}
    for address, grow in numbers:
        found.setdefault(address, grow())
    wrong = [address for address, tree in found.items() if not tree.holds()]
    assert not wrong, wrong
    return found


def broken(numbers: NumberTrees) -> list[str]:
    """Return the addresses of the numbers that their parts do not make up."""
    return [address for address in numbers.addresses if not numbers.tree(address).holds()]


def labels(tree: Breakdown) -> list[str]:
    """Return what the parts of a number are called."""
    return [part.label.text() for part in tree.parts]


def values(tree: Breakdown) -> list[object]:
    """Return what the parts of a number come to."""
    return [part.value for part in tree.parts]


def place_of(rule: str, findings: Iterable[Finding]) -> int:
    """Return the place, from one, of the first that a rule found."""
    return next(place for place, finding in enumerate(findings, 1) if finding.rule == rule)

"""Ratings to test with: strategies for single ones and for rounds of feedback, and a round drawn by a generator."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from salesperf import RELATIONS, Rating
from salesperf.model.rating import Relation
from salesperf.testing.dates import days
from salesperf.testing.values import built_once, ids, texts

__all__ = ["drawn_feedback", "feedback_rounds", "ratings"]

_ITEMS: Final = ("teamwork", "attitude", "沟通协调")
_MOST_RATERS: Final = 5
_RATERS: Final[tuple[tuple[Relation, int], ...]] = (("manager", 1), ("self", 1), ("peer", 4), ("customer", 2))
"""How many raters of each relation a subject has in a round that is drawn."""
_SILENT: Final = 0.05
"""The share of questions that a rater leaves open."""


@built_once
@st.composite
def ratings(draw: DrawFn) -> Rating:
    """Draw ratings on a scale from 1 to 5, with and without points, a day and a comment.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(ratings(), lambda rating: rating.relation == "peer" and rating.points == 2)
    Rating(subject='r1', relation='peer', item='teamwork', points=2, on=None)
    """
    subject, other = draw(ids()), draw(ids("p"))
    relation = draw(st.sampled_from(RELATIONS))
    is_self = relation == "self" or subject == other
    return Rating(
        subject=subject,
        rater=subject if is_self else other,
        relation="self" if is_self else relation,
        item=draw(st.sampled_from(_ITEMS)),
        points=draw(st.none() | st.integers(1, 5)),
        on=draw(st.none() | days()),
        comment=draw(st.just("") | texts()),
    )


@st.composite
def feedback_rounds(
    draw: DrawFn,
    *,
    subjects: Sequence[str] = ("r1", "r2"),
    items: SearchStrategy[list[str]] | None = None,
    points: SearchStrategy[int | None] | None = None,
) -> list[Rating]:
    """Draw the ratings of a round: each subject rated by a manager, himself, and up to five of each other relation.

    Every rater has one relation to a subject, and rates each item once; raters of one subject may rate another too.

    Parameters
    ----------
    subjects
        The ids of those who are rated.
    items
        Strategy for the items; ``None`` for one to three of the ready-made ones.
    points
        Strategy for the points; ``None`` for 1 to 5, and no answer.

    Examples
    --------
    >>> from hypothesis import find
    >>> found = find(feedback_rounds(subjects=["ada"]), lambda drawn: sum(each.relation == "peer" for each in drawn) > 2)
    >>> sorted({each.relation for each in found})
    ['peer']
    """
    asked = draw(st.lists(st.sampled_from(_ITEMS), min_size=1, max_size=3, unique=True) if items is None else items)
    given = st.none() | st.integers(1, 5) if points is None else points
    found = []
    for subject in subjects:
        for relation in RELATIONS:
            count = draw(st.integers(0, 1 if relation in ("manager", "self") else _MOST_RATERS))
            for number in range(count):
                rater = subject if relation == "self" else f"{relation}-{number}"
                found += [
                    Rating(subject=subject, rater=rater, relation=relation, item=item, points=draw(given)) for item in asked
                ]
    return found


def drawn_feedback(subjects: Sequence[str], items: Sequence[str], rng: np.random.Generator) -> list[Rating]:
    """Draw a round of feedback of a usual size: to try things out, where there are no ratings that may be shown.

    Parameters
    ----------
    subjects
        The ids of those who are rated; peers are drawn from among them.
    items
        The keys of the items.
    rng
        Draws everything: the same state gives the same ratings.

    Returns
    -------
    list of Rating
        On a scale from 1 to 5, each subject by a manager, himself, up to four peers and two customers.

    Notes
    -----
    points = 3.5 + what the subject is worth + how lenient the rater is + chance, rounded: normal with the standard deviations
    0.4, 0.4 and 0.7. One question in twenty is not answered.

    Examples
    --------
    >>> drawn = drawn_feedback(["ada", "bo", "chen"], ["teamwork"], np.random.default_rng(7))
    >>> [sum(rating.relation == relation for rating in drawn) for relation in ("manager", "self", "peer", "customer")]
    [3, 3, 6, 6]
    """
    worth = dict(zip(subjects, 0.4 * rng.standard_normal(len(subjects)), strict=True))
    lenience: dict[str, float] = {}
    found = []
    for subject in subjects:
        peers = [other for other in subjects if other != subject]
        for relation, count in _RATERS:
            if relation == "peer":
                raters = [peers[place] for place in rng.permutation(len(peers))[:count]]
            else:
                raters = [subject] if relation == "self" else [f"{relation}-{subject}-{number}" for number in range(count)]
            for rater in raters:
                level = 3.5 + worth[subject] + lenience.setdefault(rater, 0.4 * rng.standard_normal())
                for item, chance in zip(items, rng.standard_normal(len(items)), strict=True):
                    points = None if rng.random() < _SILENT else int(np.clip(np.rint(level + 0.7 * chance), 1, 5))
                    found.append(Rating(subject=subject, rater=rater, relation=relation, item=item, points=points))
    return found

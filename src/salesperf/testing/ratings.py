"""Strategies for ratings: single ones, and the feedback of a round on several subjects."""

from collections.abc import Sequence
from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from salesperf import RELATIONS, Rating
from salesperf.testing.dates import days
from salesperf.testing.values import built_once, ids, texts

__all__ = ["feedback_rounds", "ratings"]

_ITEMS: Final = ("teamwork", "attitude", "沟通协调")
_MOST_RATERS: Final = 5


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

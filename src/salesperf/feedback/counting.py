"""Which ratings count: one by each rater of each subject and item, by a named rule."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, Literal, NamedTuple, TypeAlias

from salesperf.errors import InvalidInputError, InvalidValueError, SalesperfError
from salesperf.model.rating import Rating, Relation
from salesperf.model.scale import Points
from salesperf.model.validators import as_tuple, check_choice, check_number, require

__all__ = ["REPEATS", "Answers", "Ballot", "Repeats", "Scale", "Voice", "counted", "require_ratings", "require_scale"]

Repeats: TypeAlias = Literal["refuse", "latest", "leave_out"]
REPEATS: Final[tuple[Repeats, ...]] = ("refuse", "latest", "leave_out")
"""What becomes of a second rating of one subject and item by one rater: an error; the last by day counts; none counts, unless
they agree. An average is not offered: it would tie what is released now to what was released before."""

Scale: TypeAlias = tuple[Points, Points]
"""The least and the most points of a questionnaire."""

Voice: TypeAlias = tuple[str, date | None]
"""Who spoke, and when: a rater who rates anew speaks with another voice."""


class Ballot(NamedTuple):
    """A rating that counts."""

    voice: Voice
    points: float
    comment: str


Answers: TypeAlias = Mapping[str, Mapping[str, Mapping[Relation, Sequence[Ballot]]]]
"""Subject to item to relation to the ratings that count."""


def require_ratings(ratings: Iterable[Rating]) -> tuple[Rating, ...]:
    """Take ratings as a tuple.

    Raises
    ------
    InvalidValueError
        If they are none.
    """
    listed = as_tuple(ratings)
    require(listed, tuple, path=("ratings",))
    for position, rating in enumerate(listed):
        require(rating, Rating, path=("ratings", position))
    return listed


def require_scale(scale: Scale | None) -> None:
    """Refuse what is no pair of points, the lesser first."""
    if scale is None:
        return
    require(scale, tuple, path=("scale",))
    if len(scale) != 2:  # noqa: PLR2004 - two ends
        raise InvalidValueError("length", path=("scale",), expected=2, value=len(scale))
    for position, end in enumerate(scale):
        check_number(end, ("scale", position))
    if not scale[0] < scale[1]:
        raise InvalidValueError("interval_reversed", path=("scale",), low=scale[0], high=scale[1])


def counted(ratings: Iterable[Rating], *, repeats: Repeats, scale: Scale | None = None) -> tuple[Answers, int]:
    """Find the ratings that count, and how many were left out since they contradict each other.

    Raises
    ------
    InvalidValueError
        If an argument is malformed.
    InvalidInputError
        With every rating that is beyond the scale, is given twice against the rule, or is by a rater of another relation.
    """
    listed = require_ratings(ratings)
    check_choice(repeats, REPEATS, ("repeats",))
    require_scale(scale)
    given: dict[tuple[str, str, str], list[tuple[int, Rating]]] = defaultdict(list)
    faults: list[SalesperfError] = []
    for position, rating in enumerate(listed):
        if rating.points is None:
            continue
        given[rating.subject, rating.item, rating.rater].append((position, rating))
        if scale is not None and not scale[0] <= rating.points <= scale[1]:
            path = ("ratings", position, "points")
            faults.append(InvalidValueError("out_of_range", path=path, low=scale[0], high=scale[1], value=rating.points))
    chosen: list[tuple[int, Rating]] = []
    left_out = 0
    for several in given.values():
        try:
            one = several[0] if len(several) == 1 else _one_of(several, repeats)
        except InvalidValueError as fault:
            faults.append(fault)
            continue
        if one is None:
            left_out += len(several)
        else:
            chosen.append(one)
    faults += _faults_of_relations(chosen)
    if faults:
        raise InvalidInputError(faults)
    return _sorted_answers(rating for _, rating in chosen), left_out


def _one_of(several: Sequence[tuple[int, Rating]], repeats: Repeats) -> tuple[int, Rating] | None:
    """Choose the one rating that counts; ``None`` for none."""
    if repeats == "refuse":
        raise InvalidValueError("rated_twice", path=("ratings", several[1][0]))
    if repeats == "latest":
        # What has no day is taken to be older than what has one.
        last = max((rating.on or date.min for _, rating in several), default=date.min)
        several = [each for each in several if (each[1].on or date.min) == last]
    first = min(several, key=lambda each: (each[1].on or date.min, each[1].comment))
    if len(Counter((rating.points, rating.relation) for _, rating in several)) == 1:
        return first
    if repeats == "leave_out":
        return None
    raise InvalidValueError("rated_twice_at_once", path=("ratings", several[1][0]))


def _faults_of_relations(chosen: Iterable[tuple[int, Rating]]) -> Iterator[SalesperfError]:
    relations: dict[tuple[str, str], Relation] = {}
    for position, rating in sorted(chosen, key=lambda each: each[0]):
        known = relations.setdefault((rating.subject, rating.rater), rating.relation)
        if known != rating.relation:
            path = ("ratings", position, "relation")
            yield InvalidValueError("relation_of_two", path=path, left=known, right=rating.relation)


def _sorted_answers(ratings: Iterable[Rating]) -> Answers:
    """Put ratings in order of subject and item, so that the order in which they are given never matters."""
    answers: dict[str, dict[str, dict[Relation, list[Ballot]]]] = {}
    for rating in sorted(ratings, key=lambda each: (each.subject, each.item, each.rater)):
        by_item = answers.setdefault(rating.subject, {}).setdefault(rating.item, {})
        points = float(rating.points) if rating.points is not None else math.nan
        by_item.setdefault(rating.relation, []).append(Ballot((rating.rater, rating.on), points, rating.comment))
    return answers

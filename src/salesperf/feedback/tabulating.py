"""Ratings as a table of subjects x raters, which the measures of agreement ask for."""

from collections.abc import Collection, Iterable

import attrs
import numpy as np

from salesperf.errors import UnknownNameError
from salesperf.feedback.counting import Repeats, counted
from salesperf.kernels.numeric import Column
from salesperf.model.rating import RELATIONS, Rating, Relation
from salesperf.model.result import Result, Row
from salesperf.model.validators import check_choice

__all__ = ["RatingTable", "tabulate"]


@attrs.frozen(kw_only=True, eq=False)
class RatingTable(Result):
    """Ratings of one item, a row for each subject and a column for each rater: made by :func:`tabulate`.

    Attributes
    ----------
    subjects
        Ids, in alphabetical order.
    raters
        Ids, in alphabetical order; not for readers of feedback.
    points
        Shape (subjects, raters); ``nan`` for what is missing; read-only.

    Examples
    --------
    >>> said = [Rating(subject=subject, rater="r-1", relation="manager", item="calm", points=4) for subject in ("ada", "bo")]
    >>> tabulate(said, item="calm").points.tolist()
    [[4.0], [4.0]]
    """

    subjects: tuple[str, ...]
    raters: tuple[str, ...] = attrs.field(repr=False)
    points: Column

    def rows(self) -> list[Row]:
        """Return a row for each subject: the id, and the points of each rater by his id."""
        points = [[None if np.isnan(each) else float(each) for each in line] for line in self.points]
        return [
            {"subject": subject, **dict(zip(self.raters, line, strict=True))}
            for subject, line in zip(self.subjects, points, strict=True)
        ]


def tabulate(
    ratings: Iterable[Rating], *, item: str, relations: Collection[Relation] = RELATIONS, repeats: Repeats = "refuse"
) -> RatingTable:
    """Put the ratings of one item into a table of subjects x raters.

    Parameters
    ----------
    ratings
        In any order; those of other items are not looked at.
    item
        The key of the item.
    relations
        Whose ratings: all, or some of :data:`RELATIONS`.
    repeats
        What becomes of a second rating by one rater, one of :data:`REPEATS`.

    Returns
    -------
    RatingTable

    Raises
    ------
    InvalidValueError
        If an argument is malformed.
    InvalidInputError
        With every rating that is given twice against the rule, or is by a rater of two relations.
    UnknownNameError
        If nothing of this item is rated by any of them.

    Examples
    --------
    >>> from salesperf.feedback import krippendorff
    >>> said = [
    ...     Rating(subject=subject, rater=f"p{n}", relation="peer", item="calm", points=points)
    ...     for subject, all_points in {"ada": (4, 5), "bo": (2, 1), "yue": (3, 3)}.items()
    ...     for n, points in enumerate(all_points)
    ... ]
    >>> round(krippendorff(tabulate(said, item="calm").points), 3)
    0.833
    """
    for position, relation in enumerate(relations):
        check_choice(relation, RELATIONS, ("relations", position))
    answers, _ = counted(ratings, repeats=repeats)
    found = [
        (subject, ballot.voice[0], ballot.points)
        for subject, by_item in answers.items()
        for relation, ballots in by_item.get(item, {}).items()
        if relation in relations
        for ballot in ballots
    ]
    if not found:
        raise UnknownNameError("unknown_item", path=("item",), value=item)
    subjects, raters = (sorted(set(names)) for names in list(zip(*found, strict=True))[:2])
    row_of, column_of = ({name: place for place, name in enumerate(names)} for names in (subjects, raters))
    points = np.full((len(subjects), len(raters)), np.nan)
    for subject, rater, given in found:
        points[row_of[subject], column_of[rater]] = given
    points.flags.writeable = False
    return RatingTable(subjects=tuple(subjects), raters=tuple(raters), points=points)

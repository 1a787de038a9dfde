"""Ratings: what somebody says of somebody's work, on one item of a questionnaire."""

from datetime import date
from typing import Final, Literal, TypeAlias

import attrs

from salesperf.errors import InvalidValueError
from salesperf.model.scale import Points, points
from salesperf.model.validators import as_python, day, identifier, one_of, optional, text

__all__ = ["RELATIONS", "Rating", "Relation"]

Relation: TypeAlias = Literal["manager", "self", "peer", "report", "customer"]
RELATIONS: Final[tuple[Relation, ...]] = ("manager", "self", "peer", "report", "customer")
"""What the rater is to the subject (评价关系): above (上级), himself (自评), beside (同级), below (下级), outside (客户)."""


def _as_points(value: Points | None) -> Points | None:
    return as_python(value)


@attrs.frozen(kw_only=True)
class Rating:
    """What a rater says of a subject on one item.

    Parameters
    ----------
    subject
        The id of whoever is rated.
    rater
        The id of whoever rates; personal: never in a message or a ``repr``.
    relation
        What the rater is to the subject, one of :data:`RELATIONS`.
    item
        The key of what is rated: ``"teamwork"``.
    points
        On the scale of the questionnaire; ``None`` for no answer, which is not zero.
    on
        The day; ``None`` where it is not known. By it a rating is told from a later one of the same rater.
    comment
        What else was said; personal, as it may tell who said it.

    Raises
    ------
    InvalidValueError
        If a value is malformed, or the relation is ``"self"`` of somebody else or not ``"self"`` of oneself.

    Examples
    --------
    >>> Rating(subject="ada", rater="r-9", relation="peer", item="teamwork", points=4, comment="listens")
    Rating(subject='ada', relation='peer', item='teamwork', points=4, on=None)
    """

    subject: str = attrs.field(validator=identifier)
    rater: str = attrs.field(validator=identifier, repr=False, metadata={"personal": True})
    relation: Relation = attrs.field(validator=one_of(*RELATIONS))
    item: str = attrs.field(validator=identifier)
    points: Points | None = attrs.field(converter=_as_points, validator=optional(points))
    on: date | None = attrs.field(default=None, validator=optional(day))
    comment: str = attrs.field(default="", validator=text, repr=False, metadata={"personal": True})

    def __attrs_post_init__(self) -> None:
        """Refuse a relation that subject and rater contradict."""
        if (self.relation == "self") != (self.subject == self.rater):
            raise InvalidValueError("relation_self", path=("Rating", "relation"), value=self.relation)

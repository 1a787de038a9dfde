"""Cases: deals won and lost from which there is something to learn, with tags by which later reviews find them."""

from collections.abc import Iterable
from datetime import date
from typing import Final, Literal, TypeAlias

import attrs

from salesperf.model.validators import as_tuple, check_date, day, each, identifier, is_tuple_of, one_of, optional, text

__all__ = ["CASE_OUTCOMES", "Case", "CaseOutcome"]

CaseOutcome: TypeAlias = Literal["won", "lost"]
CASE_OUTCOMES: Final[tuple[CaseOutcome, ...]] = ("won", "lost")
"""How the deal of a case ended."""


def _as_tags(value: Iterable[str]) -> tuple[str, ...]:
    """Take tags as a sorted tuple of each once, so that neither order nor repetition matters."""
    tags = as_tuple(value)
    return tuple(sorted(set(tags))) if is_tuple_of(tags, str) else tags


def _as_lessons(value: Iterable[str]) -> tuple[str, ...]:
    return as_tuple(value)


@attrs.frozen(kw_only=True)
class Case:
    """A deal won or lost, and what there is to learn from it.

    Parameters
    ----------
    id
        Unique among cases.
    title
        What a reader sees; the id where it is empty.
    outcome
        One of :data:`CASE_OUTCOMES`.
    on
        The day on which it was written down: the first on which anybody can know it.
    opportunity, customer, owner
        The ids of the deal, of its customer, and of who had it.
    note
        What happened.
    lessons
        What to do again, or not to do again, a sentence each, in order.
    tags
        Words by which it is found: products, industries, competitors, the rule of a finding.

    Raises
    ------
    InvalidValueError
        If a value is malformed.

    Examples
    --------
    >>> case = Case(
    ...     id="c-1",
    ...     outcome="lost",
    ...     on=date(2026, 9, 12),
    ...     opportunity="o-17",
    ...     lessons=["Meet the economic buyer before the proposal."],
    ...     tags=["price", "Acme", "price"],
    ... )
    >>> case.tags, case.as_of(date(2026, 9, 11)) is None
    (('Acme', 'price'), True)
    """

    id: str = attrs.field(validator=identifier)
    title: str = attrs.field(default="", validator=text)
    outcome: CaseOutcome = attrs.field(validator=one_of(*CASE_OUTCOMES))
    on: date = attrs.field(validator=day)
    opportunity: str | None = attrs.field(default=None, validator=optional(identifier))
    customer: str | None = attrs.field(default=None, validator=optional(identifier))
    owner: str | None = attrs.field(default=None, validator=optional(identifier))
    note: str = attrs.field(default="", validator=text)
    lessons: tuple[str, ...] = attrs.field(default=(), converter=_as_lessons, validator=each(identifier))
    tags: tuple[str, ...] = attrs.field(default=(), converter=_as_tags, validator=each(identifier))

    @property
    def label(self) -> str:
        """What a reader sees."""
        return self.title.strip() or self.id

    def as_of(self, day: date) -> "Case | None":
        """Return the case, or ``None`` if it was written down later than a day."""
        check_date(day, ("day",))
        return self if self.on <= day else None

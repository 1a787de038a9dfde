"""A lead with its grade, and why it has it."""

from datetime import date
from typing import TypeAlias

import attrs

from salesperf.grading.warmth import Warmth
from salesperf.messages import Catalogs
from salesperf.model.breakdown import Breakdown
from salesperf.model.message import Message
from salesperf.model.result import Result, Row
from salesperf.scorecard import Score

__all__ = ["Basis", "GradedLead"]

Basis: TypeAlias = Score | Warmth
"""What a grade rests on: a score by a scorecard, or the sum of dated entries."""


@attrs.frozen(kw_only=True)
class GradedLead(Result):
    """A lead with its grade: made by :func:`grade` and :func:`temperature`.

    Attributes
    ----------
    lead
        The id of the lead.
    as_of
        The day to whose end everything was known.
    grade
        The label of its band; ``None`` where nothing is known that a score could rest on.
    basis
        The score by a scorecard, or the sum of dated entries, in full.
    messages
        The grade and its strongest reasons, a sentence each.

    Examples
    --------
    >>> from salesperf import Lead, LeadChange, Touch
    >>> from salesperf.grading import temperature
    >>> began = LeadChange(date(2026, 9, 1), status="new")
    >>> lead = Lead(id="l-1", history=[began], touches=[Touch(date(2026, 9, 16), "visit", outcome="interested")])
    >>> told = temperature(lead, as_of=date(2026, 9, 30))
    >>> print(told)
    lead   l-1
    as_of  2026-09-30
    grade  Cold
    score  15
    >>> print(told.text("zh"))
    得分 15.00，等级 冷。有利：2026年9月16日 拜访 有意向（+15.00）。
    """

    lead: str
    as_of: date
    grade: str | None
    basis: Basis
    messages: tuple[Message, ...]

    @property
    def score(self) -> float | None:
        """The score; ``None`` where nothing is known that it could rest on."""
        return self.basis.value

    @property
    def breakdown(self) -> Breakdown:
        """The tree from what is known to the score."""
        return self.basis.breakdown

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the grade and its reasons in a language, as one paragraph."""
        between = Message("scorecard.text.between").text(lang, catalogs)
        return between.join(message.text(lang, catalogs) for message in self.messages)

    def rows(self) -> list[Row]:
        """Return one row: the lead, the day, the grade and the score."""
        return [{"lead": self.lead, "as_of": self.as_of, "grade": self.grade, "score": self.score}]

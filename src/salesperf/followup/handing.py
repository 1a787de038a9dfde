"""Leads that change hands, and why each did or did not."""

from collections.abc import Iterable
from datetime import date

import attrs

from salesperf.errors import InvalidValueError
from salesperf.messages import Catalogs
from salesperf.model.lead import Lead, LeadChange
from salesperf.model.message import Message
from salesperf.model.result import Result, Row

__all__ = ["Handing", "LeadMove", "given_to", "released", "standing"]


@attrs.frozen(kw_only=True)
class LeadMove:
    """A lead that changed hands, or did not, with the reason: made by :func:`assign`, :func:`claim` and :func:`reclaim`.

    Attributes
    ----------
    lead : str
        The id of the lead.
    on : date
        The day.
    before, after : str or None
        Who had it and who has it; ``None`` for nobody.
    reason : Message
        Why it moved, or why it did not.

    Examples
    --------
    >>> LeadMove(lead="l-1", on=date(2026, 9, 1), before=None, after="ada", reason=Message("claimed")).is_done
    True
    """

    lead: str
    on: date
    before: str | None
    after: str | None
    reason: Message

    @property
    def is_done(self) -> bool:
        """Whether it changed hands."""
        return self.before != self.after


@attrs.frozen(kw_only=True)
class Handing(Result):
    """Leads as they are after some have changed hands: made by :func:`assign`, :func:`claim` and :func:`reclaim`.

    Attributes
    ----------
    leads : tuple of Lead
        All that were given, in their order, none more and none less; those that moved have one more change.
    moves : tuple of LeadMove
        What was asked for each lead that was looked at, in order, with the reasons.

    Examples
    --------
    >>> from salesperf import followup
    >>> followup.assign([], [followup.Assignee("ada")], method="round_robin", on=date(2026, 9, 1)).moves
    ()
    """

    leads: tuple[Lead, ...]
    moves: tuple[LeadMove, ...]

    @property
    def done(self) -> tuple[LeadMove, ...]:
        """The moves that were made."""
        return tuple(move for move in self.moves if move.is_done)

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write every move with its reason, a line each."""
        if not self.moves:
            return Message("followup.nothing_to_hand").text(lang, catalogs)
        return "\n".join(
            Message.of("followup.move", lead=move.lead, reason=move.reason).text(lang, catalogs) for move in self.moves
        )

    def rows(self) -> list[Row]:
        """Return a row for each move."""
        return [
            {
                "lead": move.lead,
                "on": move.on,
                "before": move.before,
                "after": move.after,
                "is_done": move.is_done,
                "reason": move.reason.key,
            }
            for move in self.moves
        ]


def standing(leads: Iterable[Lead], on: date) -> dict[str, Lead]:
    """Return leads by id; none of them may have changed later than the day on which they are to change.

    Raises
    ------
    InvalidValueError
        If one has; the path names it.
    """
    found = {}
    for position, lead in enumerate(leads):
        if lead.last_change is not None and lead.last_change > on:
            raise InvalidValueError("history_later", path=("leads", position, lead.id), as_of=on, value=lead.last_change)
        found[lead.id] = lead
    return found


def given_to(lead: Lead, owner: str, on: date, reason: str) -> Lead:
    """Return a lead that somebody has from now on."""
    return attrs.evolve(lead, history=(*lead.history, LeadChange(on, owner=owner, reason=reason)))


def released(lead: Lead, on: date, reason: str) -> Lead:
    """Return a lead that nobody has from now on."""
    return attrs.evolve(lead, history=(*lead.history, LeadChange(on, released=True, reason=reason)))

"""Leads: who may become a customer, with every touch, and the dated history of all that changed."""

from collections.abc import Iterable
from datetime import date
from typing import Final, Literal, TypeAlias

import attrs

from salesperf.errors import InvalidValueError
from salesperf.model.customer import Contact, Fact, as_facts, facts
from salesperf.model.frozen import FrozenMap
from salesperf.model.validators import (
    as_sorted_tuple,
    as_tuple,
    check_date,
    day,
    each,
    identifier,
    of_type,
    one_of,
    optional,
    repeated,
)

__all__ = ["LEAD_STATUSES", "Lead", "LeadChange", "LeadStatus", "Touch"]

LeadStatus: TypeAlias = Literal["new", "working", "qualified", "converted", "disqualified"]
LEAD_STATUSES: Final[tuple[LeadStatus, ...]] = ("new", "working", "qualified", "converted", "disqualified")
"""How far a lead has come: known, spoken to, found to fit, made a deal; or found not to fit."""


@attrs.frozen
class Touch:
    """A contact with a lead on a day, whoever sought it: a call, a visit, a page opened, a form sent.

    Parameters
    ----------
    on
        The day.
    kind
        The key of what it was: ``"call"``, ``"visit"``, ``"web_form"``.
    outcome
        The key of what came of it: ``"no_answer"``, ``"interested"``; ``None`` where nobody noted it.
    ref
        A reference in the system that it is from, which comes once for a lead.

    Raises
    ------
    InvalidValueError
        If a value is malformed.

    Examples
    --------
    >>> Touch(date(2026, 9, 1), "call", outcome="interested").kind
    'call'
    """

    on: date = attrs.field(validator=day)
    kind: str = attrs.field(validator=identifier)
    outcome: str | None = attrs.field(default=None, kw_only=True, validator=optional(identifier))
    ref: str | None = attrs.field(default=None, kw_only=True, validator=optional(identifier))


@attrs.frozen
class LeadChange:
    """What became different about a lead on a day; ``None`` for what stayed as it was.

    Parameters
    ----------
    on
        The day; ``None`` where it is not known, which only the first change of a lead may lack.
    status
        The status entered, one of :data:`LEAD_STATUSES`.
    owner
        The id of the rep or team who has it from now on: to whom it was assigned, or who claimed it from the public pool.
    released
        Whether it went back to the public pool (公海), so that nobody has it from now on.
    reason
        Why: the key of a reason for disqualifying, releasing, claiming.

    Raises
    ------
    InvalidValueError
        If a value is malformed, nothing changes, or the lead is released to somebody.

    Examples
    --------
    >>> LeadChange(date(2026, 9, 30), released=True, reason="no_touch_for_30_days").owner is None
    True
    """

    on: date | None = attrs.field(validator=optional(day))
    status: LeadStatus | None = attrs.field(default=None, kw_only=True, validator=optional(one_of(*LEAD_STATUSES)))
    owner: str | None = attrs.field(default=None, kw_only=True, validator=optional(identifier))
    released: bool = attrs.field(default=False, kw_only=True, validator=of_type(bool))
    reason: str | None = attrs.field(default=None, kw_only=True, validator=optional(identifier))

    def __attrs_post_init__(self) -> None:
        """Refuse a change of nothing, and one after which somebody has the lead and nobody has it."""
        if self.released and self.owner is not None:
            raise InvalidValueError("released_to_owner", path=("LeadChange", "owner"), value=self.owner)
        if not self.released and (self.status, self.owner, self.reason) == (None, None, None):
            raise InvalidValueError("change_empty", path=("LeadChange",))


def _as_history(value: Iterable[LeadChange]) -> tuple[LeadChange, ...]:
    return as_tuple(value)


def _as_touches(value: Iterable[Touch]) -> tuple[Touch, ...]:
    """Take touches in a fixed order: shuffling them changes nothing."""
    return as_sorted_tuple(value, Touch, lambda touch: (touch.on, touch.kind, touch.outcome or "", touch.ref or ""))


@attrs.frozen(kw_only=True)
class Lead:
    """A lead: an id, where it came from, every touch, and the dated history of all that changed about it.

    Parameters
    ----------
    id
        Unique among leads.
    history
        Changes by day; within a day their order is the sequence. The first names a status, and alone may be without a day.
    channel
        The key of the channel that it came by: ``"exhibition"``, ``"referral"``; ``None`` where it is not known.
    campaign
        The key of the campaign that it came from; ``None`` for none.
    facts
        What else is known of it: region, industry, need, budget.
    touches
        In any order; a reference comes once.
    contact
        Who it is.

    Raises
    ------
    InvalidValueError
        If a value is malformed, the history is empty, begins without a status or runs backwards, enters the status that the
        lead has, or two touches share a reference.

    Notes
    -----
    The history is the state, as that of a deal: there are no other fields that change, so that :meth:`as_of` cannot know the
    future. The deals that it became name it: :attr:`Opportunity.lead`.

    Examples
    --------
    >>> lead = Lead(
    ...     id="l-1",
    ...     channel="exhibition",
    ...     history=[
    ...         LeadChange(date(2026, 9, 1), status="new", owner="ada"),
    ...         LeadChange(date(2026, 9, 20), released=True, reason="no_touch"),
    ...         LeadChange(date(2026, 9, 21), status="working", owner="bo"),
    ...     ],
    ...     touches=[Touch(date(2026, 9, 21), "call", outcome="interested")],
    ... )
    >>> lead.status, lead.owner, lead.as_of(date(2026, 9, 20)).owner
    ('working', 'bo', None)
    """

    id: str = attrs.field(validator=identifier)
    history: tuple[LeadChange, ...] = attrs.field(converter=_as_history, validator=each(of_type(LeadChange)))
    channel: str | None = attrs.field(default=None, validator=optional(identifier))
    campaign: str | None = attrs.field(default=None, validator=optional(identifier))
    facts: FrozenMap[str, Fact] = attrs.field(default=FrozenMap(), converter=as_facts, validator=facts)
    touches: tuple[Touch, ...] = attrs.field(default=(), converter=_as_touches, validator=each(of_type(Touch)))
    contact: Contact | None = attrs.field(default=None, validator=optional(of_type(Contact)))

    def __attrs_post_init__(self) -> None:
        """Check that the history is one, and that no touch comes twice."""
        if not self.history:
            raise InvalidValueError("history_empty", path=self._path("history"))
        if self.history[0].status is None:
            raise InvalidValueError("lead_begins", path=self._path("history", 0, "status"))
        self._check_sequence()
        # Of their order nobody but us knows, so the path has no position.
        for _, again in repeated(touch.ref for touch in self.touches if touch.ref is not None):
            raise InvalidValueError("not_unique", path=self._path("touches", "ref"), value=again)

    def _path(self, *steps: str | int) -> tuple[str | int, ...]:
        return ("Lead", self.id, *steps)

    def _check_sequence(self) -> None:
        """Refuse days that are missing or run backwards, and a status entered from itself."""
        last = status = None
        for position, change in enumerate(self.history):
            if change.on is None and position:
                raise InvalidValueError("history_undated", path=self._path("history", position, "on"))
            if last is not None and change.on is not None and change.on < last:
                path = self._path("history", position, "on")
                raise InvalidValueError("history_order", path=path, previous=last, value=change.on)
            last = change.on
            if change.status is not None:
                if change.status == status:
                    raise InvalidValueError("status_repeats", path=self._path("history", position, "status"), value=status)
                status = change.status

    # Current values, by loops as those of a deal

    @property
    def status(self) -> LeadStatus:
        """How far it has come."""
        position = -1
        while (status := self.history[position].status) is None:
            position -= 1
        return status

    @property
    def owner(self) -> str | None:
        """Who has it; ``None`` for nobody: it is in the public pool, or was never assigned."""
        for change in reversed(self.history):
            if change.released or change.owner is not None:
                return change.owner
        return None

    @property
    def reason(self) -> str | None:
        """The reason given last."""
        for change in reversed(self.history):
            if change.reason is not None:
                return change.reason
        return None

    @property
    def known_facts(self) -> FrozenMap[str, Fact]:
        """Its facts, and under ``"channel"`` and ``"campaign"`` where it came from, if that is known.

        Whatever asks for facts by name asks here: a channel or campaign of the lead goes before a fact of that name.
        """
        origin = {"channel": self.channel, "campaign": self.campaign}
        return self.facts | {name: key for name, key in origin.items() if key is not None}

    @property
    def created(self) -> date | None:
        """The day of the first change; ``None`` where it is not known."""
        return self.history[0].on

    @property
    def is_undated(self) -> bool:
        """Whether nobody knows when the lead began."""
        return self.history[0].on is None

    @property
    def last_change(self) -> date | None:
        """The day of the last change; ``None`` where none has a day."""
        return self.history[-1].on

    def as_of(self, day: date) -> "Lead | None":
        """Forget what became known later than a day.

        Parameters
        ----------
        day
            The last day that counts, to its end.

        Returns
        -------
        Lead or None
            ``None`` if the lead began later, whatever touches there were before. A first change without a day is kept: the
            lead is held, and counted as undated.

        Notes
        -----
        Adding later changes or touches never alters an earlier ``as_of``; ``lead.as_of(a).as_of(b) == lead.as_of(min(a, b))``.
        Facts have no history: one that was learnt late is known too early.

        Examples
        --------
        >>> lead = Lead(id="l-1", history=[LeadChange(date(2026, 9, 1), status="new")])
        >>> lead.as_of(date(2026, 8, 31)) is None
        True
        """
        check_date(day, ("day",))
        last = self.last_change
        # Changes and touches are in order, so that after the last of them, the usual question, there is nothing to forget.
        if (last is None or last <= day) and not (self.touches and self.touches[-1].on > day):
            return self
        known = tuple(change for change in self.history if change.on is None or change.on <= day)
        if not known:
            return None
        return attrs.evolve(self, history=known, touches=tuple(touch for touch in self.touches if touch.on <= day))

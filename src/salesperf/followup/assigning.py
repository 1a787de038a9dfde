"""Who gets the leads that nobody has: in turn, by room, by weight, or by what fits."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

import attrs

from salesperf.errors import InvalidValueError, UnknownNameError
from salesperf.followup.handing import Handing, LeadMove, given_to, standing
from salesperf.followup.scheduling import checked, checked_leads, open_leads
from salesperf.kernels.numeric import INT64_MAX
from salesperf.model.frozen import FrozenMap
from salesperf.model.lead import Lead
from salesperf.model.message import Message
from salesperf.model.misspelling import alike, index_of
from salesperf.model.validators import (
    as_frozen_map,
    as_tuple,
    check_choice,
    check_date,
    frozen_map,
    identifier,
    of_type,
    optional,
    repeated,
    require,
    whole,
)

__all__ = ["ASSIGNMENTS", "Assignee", "AssignmentName", "assign"]

AssignmentName: TypeAlias = Literal["round_robin", "capacity", "weight", "match"]


def _as_takes(value: Mapping[str, Iterable[str]]) -> FrozenMap[str, tuple[str, ...]]:
    return as_frozen_map({name: as_tuple(words) for name, words in value.items()} if isinstance(value, Mapping) else value)


@attrs.frozen
class Assignee:
    """Somebody who may be given leads.

    Parameters
    ----------
    owner
        The id of the rep or team.
    capacity
        How many open leads they can have at a time; ``None`` for any number.
    weight
        How many they get for each one that somebody of weight 1 gets, under ``"weight"``.
    takes
        What their leads must be like, under ``"match"``: by the name of a fact, or ``"channel"`` or ``"campaign"``, the values
        that fit. Who names none takes any.

    Raises
    ------
    InvalidValueError
        If a value is malformed.

    Examples
    --------
    >>> Assignee("ada", capacity=30, takes={"industry": ["pharma"]}).takes["industry"]
    ('pharma',)
    """

    owner: str = attrs.field(validator=identifier)
    capacity: int | None = attrs.field(default=None, kw_only=True, validator=optional(whole(0, INT64_MAX)))
    weight: int = attrs.field(default=1, kw_only=True, validator=whole(1, INT64_MAX))
    takes: FrozenMap[str, tuple[str, ...]] = attrs.field(
        default=FrozenMap(), kw_only=True, converter=_as_takes, validator=frozen_map(identifier, of_type(tuple))
    )

    def __attrs_post_init__(self) -> None:
        """Check that what fits is told by words."""
        for name, words in self.takes.items():
            for position, word in enumerate(words):
                require(word, str, path=("Assignee", "takes", name, position))

    def fits(self, lead: Lead) -> bool:
        """Tell whether a lead is like what they take.

        Examples
        --------
        >>> from salesperf import LeadChange
        >>> lead = Lead(id="l-1", channel="web", history=[LeadChange(date(2026, 9, 1), status="new")])
        >>> Assignee("ada", takes={"channel": ["web"]}).fits(lead), Assignee("bo", takes={"industry": ["food"]}).fits(lead)
        (True, False)
        """
        require(lead, Lead, path=("lead",))
        known = lead.known_facts
        return all(known.get(name) in words for name, words in self.takes.items())


@attrs.define
class _Desk:
    """Who is there, how many open leads each has, how many each was given, and who was given one last."""

    held: Counter[str]
    order: tuple[str, ...]
    last: str | None
    given: Counter[str] = attrs.field(factory=Counter)

    def room(self, assignee: Assignee) -> float:
        return float("inf") if assignee.capacity is None else assignee.capacity - self.held[assignee.owner]

    def give(self, owner: str) -> None:
        self.held[owner] += 1
        self.given[owner] += 1
        self.last = owner


def _in_turn(desk: _Desk, candidates: Sequence[Assignee]) -> Assignee:
    """Return the next one after whoever was given a lead last."""
    start = 0 if desk.last is None else desk.order.index(desk.last) + 1
    return min(candidates, key=lambda one: (desk.order.index(one.owner) - start) % len(desk.order))


def _most_room(desk: _Desk, candidates: Sequence[Assignee]) -> Assignee:
    """Return whoever can have most leads more; of those without a limit, whoever has fewest."""
    return min(candidates, key=lambda one: (-desk.room(one), desk.held[one.owner], one.owner))


def _by_weight(desk: _Desk, candidates: Sequence[Assignee]) -> Assignee:
    """Return whoever would have fewest of the leads given for their weight: the highest claim, as Jefferson's method."""
    return min(candidates, key=lambda one: (Fraction(desk.given[one.owner] + 1, one.weight), one.owner))


ASSIGNMENTS: Final[Mapping[AssignmentName, Callable[[Any, Sequence[Assignee]], Assignee]]] = MappingProxyType(
    {"round_robin": _in_turn, "capacity": _most_room, "weight": _by_weight, "match": _most_room}
)
"""By which the next lead is given to one of those who have room for it."""


def assign(
    leads: Iterable[Lead],
    assignees: Iterable[Assignee],
    *,
    method: AssignmentName,
    on: date,
    last: str | None = None,
) -> Handing:
    """Give the open leads that nobody has to those who can take them.

    Parameters
    ----------
    leads
        All leads, each id once: those that somebody has count as what they have.
    assignees
        Who may be given leads, each once; of ``"round_robin"`` in their order.
    method
        ``"round_robin"``: in turn. ``"capacity"``: to whoever has most room. ``"weight"``: in proportion to the weights.
        ``"match"``: to whoever has most room among those whom the lead fits.
    on
        The day; no lead may have changed later.
    last
        Of ``"round_robin"``: who was given the last one before.

    Returns
    -------
    Handing
        The leads, and for each that nobody had who got it or why nobody did, by the day on which they began, then by id.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, an id or an assignee comes twice, or a lead changed later than the day.
    UnknownNameError
        If whoever was given the last one is not among the assignees; or, under ``"match"``, somebody takes leads by a fact that
        none has, and whose name may be a slip of one that some have.

    Notes
    -----
    Whoever has as many open leads as they can is passed over. Without such limits the numbers under ``"weight"`` are those of
    :func:`salesperf.kernels.apportionment.apportion` by Jefferson's method, which never takes a lead from somebody because
    there is one more.

    Examples
    --------
    >>> from salesperf import LeadChange
    >>> leads = [Lead(id=f"l-{n}", history=[LeadChange(date(2026, 9, 1), status="new")]) for n in range(4)]
    >>> team = [Assignee("ada", weight=2), Assignee("bo")]
    >>> [move.after for move in assign(leads, team, method="weight", on=date(2026, 9, 2)).moves]
    ['ada', 'ada', 'bo', 'ada']
    """
    given = checked_leads(leads)
    team = checked(assignees, Assignee, "assignees")
    for position, again in repeated(assignee.owner for assignee in team):
        raise InvalidValueError("not_unique", path=("assignees", position, "owner"), value=again)
    check_choice(method, ASSIGNMENTS, ("method",))
    check_date(on, ("on",))
    order = tuple(assignee.owner for assignee in team)
    if last is not None:
        require(last, str, path=("last",))
    if last is not None and last not in order:
        raise UnknownNameError("choice", path=("last",), choices=order, value=last)
    if method == "match":
        _check_borne(team, given)
    after = standing(given, on)
    waiting = open_leads(given, on)
    desk = _Desk(Counter(lead.owner for lead in waiting if lead.owner is not None), order, last)
    moves = []
    for lead in sorted((lead for lead in waiting if lead.owner is None), key=lambda lead: (lead.created or date.min, lead.id)):
        chosen, reason = _chosen(lead, team, desk, method)
        if chosen is not None:
            desk.give(chosen.owner)
            after[lead.id] = given_to(after[lead.id], chosen.owner, on, f"assigned_{method}")
        owner = None if chosen is None else chosen.owner
        moves.append(LeadMove(lead=lead.id, on=on, before=None, after=owner, reason=reason))
    return Handing(leads=tuple(after.values()), moves=tuple(moves))


def _check_borne(team: Sequence[Assignee], leads: Sequence[Lead]) -> None:
    """Refuse the name of a fact that no lead has, if it may be a slip of one that some have: else no lead would fit."""
    borne = {"channel", "campaign"}.union(*(lead.facts for lead in leads))
    index = index_of(borne)
    for position, assignee in enumerate(team):
        for name in assignee.takes:
            known = None if name in borne else alike(name, index)
            if known is not None:
                raise UnknownNameError("misspelt_fact", path=("assignees", position, "takes"), known=known, value=name)


def _chosen(lead: Lead, team: Sequence[Assignee], desk: _Desk, method: AssignmentName) -> tuple[Assignee | None, Message]:
    """Return who gets a lead, and why; or why nobody does."""
    fitting = [assignee for assignee in team if method != "match" or assignee.fits(lead)]
    if not fitting:
        return None, Message("followup.reason.nobody_fits" if team else "followup.reason.nobody_there")
    free = [assignee for assignee in fitting if desk.room(assignee) > 0]
    if not free:
        return None, Message("followup.reason.nobody_free")
    chosen = ASSIGNMENTS[method](desk, free)
    held = desk.held[chosen.owner]
    passed = len(fitting) - len(free)
    wording: str = method
    if method in ("capacity", "match") and chosen.capacity is None:
        wording = f"{method}_without_limit"
    elif method == "round_robin" and not passed:
        wording = "round_robin_nobody_full"
    reason = Message.of(
        f"followup.reason.{wording}",
        owner=chosen.owner,
        held=held,
        given=desk.given[chosen.owner],
        weight=chosen.weight,
        capacity=chosen.capacity,
        passed=passed,
    )
    return chosen, reason

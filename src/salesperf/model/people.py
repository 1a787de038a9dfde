"""Reps, teams and the tree that they form, dated: who was where on which day."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import chain, pairwise
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias, cast

import attrs

from salesperf.errors import InvalidInputError, InvalidValueError, SalesperfError, UnknownNameError
from salesperf.model.message import Message, Personal
from salesperf.model.misspelling import index_of, unknown_id
from salesperf.model.period import Period
from salesperf.model.tree import keys_in_cycles
from salesperf.model.validators import (
    as_decimal,
    as_sorted_tuple,
    as_tuple,
    check_date,
    check_decimal,
    day,
    decimal,
    each,
    identifier,
    of_type,
    one_of,
    optional,
    place,
    text,
)

__all__ = ["REP_KINDS", "Move", "Org", "Rep", "RepKind", "Stint", "Team"]

RepKind: TypeAlias = Literal["employee", "dealer", "agent", "house"]
REP_KINDS: Final[tuple[RepKind, ...]] = ("employee", "dealer", "agent", "house")
"""An employee, a dealer (经销商), an agent (代理商), or the house itself (unassigned business, a vacant seat)."""

_MOST_RAMP = 10


def _as_ramp(value: Iterable[Decimal | int]) -> tuple[Decimal, ...]:
    items: object = as_tuple(value)
    return tuple(map(as_decimal, items)) if isinstance(items, tuple) else cast("tuple[Decimal, ...]", items)


def _ramp(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    check_decimal(value, place(instance, attribute), 0, _MOST_RAMP)


def _as_periods(value: Iterable[Period]) -> tuple[Period, ...]:
    return as_sorted_tuple(value, Period, lambda period: (period.start, period.end))


@attrs.frozen(kw_only=True)
class Rep:
    """Somebody, or a seat, that sells.

    Parameters
    ----------
    id
        Unique among reps and teams. Shown in messages and reports: let it be no personal data.
    name
        What a reader sees; personal, and never shown by ``repr``.
    team
        The first team; ``None`` for directly under the company. Later teams are :class:`Move`.
    kind
        One of :data:`REP_KINDS`.
    hired
        The first day of service; ``None`` for longer ago than the records.
    left
        The first day after service; ``None`` for still here.
    fte
        Full-time equivalents, 0 to 10; 1 is one full-time seat.
    level
        A grade of seniority, in the company's own words.
    ramp
        Share of full productivity in the first, second, ... month of service, 0 to 10; full afterwards.
    absences
        Periods away while in service, sorted, without overlap.

    Raises
    ------
    InvalidValueError
        If a value is malformed, service ends before it begins, or absences overlap.

    Examples
    --------
    >>> hire = Rep(id="r-17", name="Ada", team="east", hired=date(2026, 3, 2), ramp=(Decimal("0.25"), Decimal("0.5")))
    >>> hire.label, "Ada" in repr(hire)
    ('Ada', False)
    """

    id: str = attrs.field(validator=identifier)
    name: str = attrs.field(default="", validator=text, repr=False, metadata={"personal": True})
    team: str | None = attrs.field(default=None, validator=optional(identifier))
    kind: RepKind = attrs.field(default="employee", validator=one_of(*REP_KINDS))
    hired: date | None = attrs.field(default=None, validator=optional(day))
    left: date | None = attrs.field(default=None, validator=optional(day))
    fte: Decimal = attrs.field(default=Decimal(1), converter=as_decimal, validator=decimal(0, 10))
    level: str | None = attrs.field(default=None, validator=optional(identifier))
    ramp: tuple[Decimal, ...] = attrs.field(default=(), converter=_as_ramp, validator=each(_ramp))
    absences: tuple[Period, ...] = attrs.field(
        default=(),
        converter=_as_periods,
        validator=each(of_type(Period)),
    )

    def __attrs_post_init__(self) -> None:
        """Check the order of days."""
        start, end = self.service
        if end <= start:
            raise InvalidValueError("period_reversed", path=("Rep", "left"), start=start, end=end)
        for position, (earlier, later) in enumerate(pairwise(self.absences), 1):
            if earlier.end > later.start:
                raise InvalidValueError("period_overlap", path=("Rep", "absences", position), value=str(later))

    @property
    def label(self) -> str:
        """What a reader sees: the name, or the id where there is none."""
        return self.name or self.id

    @property
    def service(self) -> tuple[date, date]:
        """The first day of service and the first day after it, open ends written as the ends of time."""
        return (self.hired or date.min, self.left or date.max)


@attrs.frozen(kw_only=True)
class Team:
    """A team, perhaps within another.

    Parameters
    ----------
    id
        Unique among reps and teams.
    name
        What a reader sees.
    parent
        The team above; ``None`` for directly under the company.
    manager
        The id of the rep who leads it; a manager may also sell.

    Examples
    --------
    >>> Team(id="east", parent="china", manager="r-1").label
    'east'
    """

    id: str = attrs.field(validator=identifier)
    name: str = attrs.field(default="", validator=text)
    parent: str | None = attrs.field(default=None, validator=optional(identifier))
    manager: str | None = attrs.field(default=None, validator=optional(identifier))

    @property
    def label(self) -> str:
        """What a reader sees: the name, or the id where there is none."""
        return self.name or self.id


def _team_order(team: str | None) -> str:
    return team or ""


@attrs.frozen(kw_only=True, order=True)
class Move:
    """A rep changes team.

    Parameters
    ----------
    rep
        Who moves.
    on
        The first day in the new team.
    team
        The new team; ``None`` for directly under the company.

    Examples
    --------
    >>> Move(rep="r-17", on=date(2026, 7, 1), team="west").team
    'west'
    """

    rep: str = attrs.field(validator=identifier)
    on: date = attrs.field(validator=day)
    team: str | None = attrs.field(default=None, validator=optional(identifier), order=_team_order)


@attrs.frozen(kw_only=True, order=True)
class Stint:
    """An unbroken time of one rep in one team.

    Parameters
    ----------
    rep
        Who.
    start, end
        The first day, and the first day after; ``date.min`` and ``date.max`` where it is open.
    team
        Where; ``None`` for directly under the company.

    Raises
    ------
    InvalidValueError
        If a value is malformed, or the time has no day.

    Examples
    --------
    >>> Stint(rep="r-17", team="west", start=date(2026, 7, 1), end=date.max).within(Period.year(2026)).label
    '2026-H2'
    """

    rep: str = attrs.field(validator=identifier)
    start: date = attrs.field(validator=day)
    end: date = attrs.field(validator=day)
    team: str | None = attrs.field(default=None, validator=optional(identifier), order=_team_order)

    def __attrs_post_init__(self) -> None:
        """Refuse a time without a day."""
        if self.end <= self.start:
            raise InvalidValueError("period_reversed", path=("Stint",), start=self.start, end=self.end)

    def within(self, period: Period) -> Period | None:
        """Return the days of a period that belong to the stint, or ``None``."""
        start, end = max(self.start, period.start), min(self.end, period.end)
        return Period(start, end) if start < end else None


def _as_reps(value: Iterable[Rep]) -> tuple[Rep, ...]:
    return as_sorted_tuple(value, Rep, lambda rep: rep.id)


def _as_teams(value: Iterable[Team]) -> tuple[Team, ...]:
    return as_sorted_tuple(value, Team, lambda team: team.id)


def _as_moves(value: Iterable[Move]) -> tuple[Move, ...]:
    return as_sorted_tuple(value, Move, lambda move: move)


@attrs.frozen(kw_only=True)
class Org:
    """Who sells, in which team, since when: a checked tree under the company.

    Parameters
    ----------
    reps
        The reps; at least none.
    teams
        The teams; each parent is one of them.
    moves
        Changes of team, each within the service of its rep.

    Raises
    ------
    InvalidInputError
        With every fault at once: an id used twice (by a team and a rep too), an unknown parent, manager, team or rep, a cycle,
        a move on or before the day of hire or after leaving, two moves of one rep on a day.

    Notes
    -----
    Whoever moves or leaves is in each team for exactly the days served there. The order of the arguments does not matter.

    Examples
    --------
    >>> org = Org(
    ...     teams=[Team(id="east"), Team(id="west")],
    ...     reps=[Rep(id="ada", team="east"), Rep(id="bo", team="west")],
    ...     moves=[Move(rep="ada", on=date(2026, 7, 1), team="west")],
    ... )
    >>> org.team_on("ada", date(2026, 6, 30)), org.team_on("ada", date(2026, 7, 1))
    ('east', 'west')
    >>> org.members("west", Period.quarter(2026, 3))
    ('ada', 'bo')
    """

    reps: tuple[Rep, ...] = attrs.field(default=(), converter=_as_reps, validator=each(of_type(Rep)))
    teams: tuple[Team, ...] = attrs.field(default=(), converter=_as_teams, validator=each(of_type(Team)))
    moves: tuple[Move, ...] = attrs.field(default=(), converter=_as_moves, validator=each(of_type(Move)))

    def __attrs_post_init__(self) -> None:
        """Check the tree."""
        faults = [*self._faults_of_ids(), *self._faults_of_teams(), *self._faults_of_reps(), *self._faults_of_moves()]
        if faults:
            raise InvalidInputError(faults)

    def _faults_of_ids(self) -> Iterator[SalesperfError]:
        ids = {"reps": [rep.id for rep in self.reps], "teams": [team.id for team in self.teams]}
        counts = Counter(chain.from_iterable(ids.values()))
        for kind, owners in ids.items():
            for position, owner in enumerate(owners):
                if counts[owner] > 1:
                    yield InvalidValueError("duplicate_id", path=("Org", kind, position, "id"), value=owner)

    def _faults_of_teams(self) -> Iterator[SalesperfError]:
        cyclic = keys_in_cycles({team.id: team.parent for team in self.teams})
        for position, team in enumerate(self.teams):
            path = ("Org", "teams", position)
            if team.parent is not None and team.parent not in self.team_by_id:
                yield UnknownNameError("unknown_team", path=(*path, "parent"), value=team.parent)
            if team.manager is not None and team.manager not in self.rep_by_id:
                yield UnknownNameError("unknown_rep", path=(*path, "manager"), value=team.manager)
            if team.id in cyclic:
                yield InvalidValueError("org_cycle", path=(*path, "parent"), value=team.id)

    def _faults_of_reps(self) -> Iterator[SalesperfError]:
        for position, rep in enumerate(self.reps):
            if rep.team is not None and rep.team not in self.team_by_id:
                yield UnknownNameError("unknown_team", path=("Org", "reps", position, "team"), value=rep.team)

    def _faults_of_moves(self) -> Iterator[SalesperfError]:
        before: Move | None = None
        for position, move in enumerate(self.moves):
            path = ("Org", "moves", position)
            rep = self.rep_by_id.get(move.rep)
            if rep is None:
                yield UnknownNameError("unknown_rep", path=(*path, "rep"), value=move.rep)
            elif not rep.service[0] < move.on < rep.service[1]:
                yield InvalidValueError("move_outside_service", path=(*path, "on"), value=move.on)
            if move.team is not None and move.team not in self.team_by_id:
                yield UnknownNameError("unknown_team", path=(*path, "team"), value=move.team)
            if before is not None and (before.rep, before.on) == (move.rep, move.on):
                yield InvalidValueError("not_unique", path=(*path, "on"), value=move.on)
            before = move

    @cached_property
    def rep_by_id(self) -> Mapping[str, Rep]:
        """The reps by id."""
        return MappingProxyType({rep.id: rep for rep in self.reps})

    @cached_property
    def team_by_id(self) -> Mapping[str, Team]:
        """The teams by id."""
        return MappingProxyType({team.id: team for team in self.teams})

    @cached_property
    def _stints(self) -> Mapping[str, tuple[Stint, ...]]:
        stints: dict[str, tuple[Stint, ...]] = {}
        moves: dict[str, list[Move]] = {}
        for move in self.moves:
            moves.setdefault(move.rep, []).append(move)
        for rep in self.reps:
            start, end = rep.service
            own = moves.get(rep.id, [])
            teams = [rep.team, *(move.team for move in own)]
            cuts = [start, *(move.on for move in own), end]
            stints[rep.id] = tuple(
                Stint(rep=rep.id, start=first, end=after, team=team)
                for team, (first, after) in zip(teams, pairwise(cuts), strict=True)
            )
        return MappingProxyType(stints)

    @cached_property
    def _stints_by_team(self) -> Mapping[str | None, tuple[Stint, ...]]:
        stints: dict[str | None, list[Stint]] = {}
        for stint in chain.from_iterable(self._stints.values()):
            stints.setdefault(stint.team, []).append(stint)
        return MappingProxyType({team: tuple(served) for team, served in stints.items()})

    @cached_property
    def _children(self) -> Mapping[str | None, tuple[Team, ...]]:
        children: dict[str | None, list[Team]] = {}
        for team in self.teams:
            children.setdefault(team.parent, []).append(team)
        return MappingProxyType({parent: tuple(teams) for parent, teams in children.items()})

    def label(self, owner: str | None) -> str | None:
        """Return what a reader sees of a rep or a team; ``None`` for the company."""
        if owner is None:
            return None
        self.require_owner(owner)
        return (self.rep_by_id.get(owner) or self.team_by_id[owner]).label

    def called(self, owner: str | None) -> Message | Personal | str:
        """Return what a sentence calls a rep, a team or the company; whom nobody knows, by the id.

        Examples
        --------
        >>> org = Org(reps=[Rep(id="r-7", name="Ada")], teams=[Team(id="east", name="East")])
        >>> org.called("r-7"), org.called("east"), org.called(None).text(), org.called("r-9")
        (Personal(), 'East', 'the company', 'r-9')
        """
        if owner is None:
            return Message("review.company")
        rep, team = self.rep_by_id.get(owner), self.team_by_id.get(owner)
        if rep is not None:
            return Personal(rep.name, rep.id)
        return owner if team is None else team.label

    def require_owner(self, owner: str | None, *path: str | int) -> None:
        """Refuse an id that neither a rep nor a team bears; ``None`` is the company.

        Raises
        ------
        UnknownNameError
            With the path where the id stood.
        """
        if owner is not None and not self.knows(owner):
            raise self.unknown_owner(owner, *(path or ("owner",)))

    def unknown_owner(self, owner: object, *path: str | int) -> UnknownNameError:
        """Return the error for an id that neither a rep nor a team bears; it tells the one that may be meant.

        Parameters
        ----------
        owner
            What stood there.
        *path
            Where.

        Examples
        --------
        >>> print(Org(reps=[Rep(id="ada")]).unknown_owner("Ada", "basis"))
        basis: expected the id of a rep or a team, perhaps 'ada', got 'Ada'
        """
        return unknown_id(owner, self._index, *path)

    @cached_property
    def _index(self) -> Mapping[str, tuple[str, ...]]:
        return index_of((*self.rep_by_id, *self.team_by_id))

    def knows(self, owner: str) -> bool:
        """Tell whether a rep or a team bears an id.

        Examples
        --------
        >>> Org(reps=[Rep(id="ada")]).knows("ada")
        True
        """
        return isinstance(owner, str) and (owner in self.rep_by_id or owner in self.team_by_id)

    def stints(self, rep: str) -> tuple[Stint, ...]:
        """Return a rep's times in teams, in order."""
        if not isinstance(rep, str) or rep not in self.rep_by_id:
            raise UnknownNameError("unknown_rep", path=("rep",), value=rep)
        return self._stints[rep]

    def team_on(self, rep: str, on: date) -> str | None:
        """Return a rep's team on a day; ``None`` when directly under the company or not in service."""
        check_date(on, ("on",))
        return next((stint.team for stint in self.stints(rep) if stint.start <= on < stint.end), None)

    def children(self, team: str | None) -> tuple[Team, ...]:
        """Return the teams directly under a team, or under the company for ``None``; under a rep there are none."""
        self.require_owner(team, "team")
        return self._children.get(team, ())

    def teams_under(self, team: str | None) -> tuple[str, ...]:
        """Return the ids of a team and all teams below it; of all teams for ``None``.

        Examples
        --------
        >>> Org(teams=[Team(id="china"), Team(id="east", parent="china")]).teams_under("china")
        ('china', 'east')
        """
        if team is not None and not (isinstance(team, str) and team in self.team_by_id):
            raise UnknownNameError("unknown_team", path=("team",), value=team)
        found: list[str] = []
        waiting = [team]
        while waiting:
            above = waiting.pop()
            if above is not None:
                found.append(above)
            waiting.extend(child.id for child in reversed(self._children.get(above, ())))
        return tuple(found)

    def stints_under(self, owner: str | None) -> tuple[Stint, ...]:
        """Return the times for which reps count toward an owner.

        Parameters
        ----------
        owner
            A team: the days that each rep served there or below. A rep, or ``None`` for the company: all days, in
            service or not, so that nothing sold is lost.
        """
        self.require_owner(owner)
        if owner is None or owner in self.rep_by_id:
            reps: Iterable[str] = self.rep_by_id if owner is None else [owner]
            return tuple(Stint(rep=rep, team=None, start=date.min, end=date.max) for rep in reps)
        stints = chain.from_iterable(self._stints_by_team.get(team, ()) for team in self.teams_under(owner))
        return tuple(sorted(stints, key=lambda stint: (stint.rep, stint.start)))

    def members(self, owner: str | None, period: Period) -> tuple[str, ...]:
        """Return the ids of the reps who serve under an owner on any day of a period.

        Parameters
        ----------
        owner
            A team, a rep, or ``None`` for the company.
        period
            The days that count.
        """
        if owner is None:
            stints: Iterable[Stint] = (stint for rep in self.reps for stint in self._stints[rep.id])
        else:
            self.require_owner(owner)
            stints = self.stints(owner) if owner in self.rep_by_id else self.stints_under(owner)
        return tuple(sorted({stint.rep for stint in stints if stint.within(period)}))

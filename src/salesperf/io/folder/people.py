"""The people of the plain CSV layout: reps, teams, moves, absences, and the calendar that they work by."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import chain
from types import MappingProxyType
from typing import Any, Final, TypeVar

import attrs

from salesperf.errors import InvalidInputError, InvalidValueError, Phrase, UnknownNameError
from salesperf.io.folder.cells import date_in, id_in, number_in, optional, write_cell
from salesperf.io.folder.files import ABSENCES, MOVES, REPS, TEAMS
from salesperf.io.folder.layout import Faults, Items, Layout, located
from salesperf.io.folder.table import Rows, Table
from salesperf.model.calendar import Calendar
from salesperf.model.misspelling import blurred
from salesperf.model.people import Move, Org, Rep, Team
from salesperf.model.period import Period
from salesperf.model.validators import check_choice
from salesperf.model.week_year import WEEK_PATTERNS, YEAR_ENDS

__all__ = [
    "guarded",
    "known_id",
    "read_calendar",
    "read_org",
    "rows_of_calendar",
    "rows_of_org",
]

ItemT = TypeVar("ItemT")

_ONE_DAY: Final = timedelta(days=1)
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTH: Final = re.compile(r"\d{1,2}\Z", re.ASCII)
_MONTHS: Final = 12
_OF_PERSONS: Final = frozenset({"unknown_customer", "unknown_owner", "unknown_rep"})


def known_id(ids: Iterable[str], code: str) -> Callable[[str], str]:
    """Return a reader of ids that refuses one which nobody bears.

    Parameters
    ----------
    ids
        The ids that somebody bears.
    code
        The error's code for any other.

    Notes
    -----
    What stands in the place of a person's id may be the name instead. Unless it holds a digit, or is but a letter away from an
    id that somebody bears, it is told by its length.

    Examples
    --------
    >>> known_id({"east"}, "unknown_team")("East")
    Traceback (most recent call last):
    salesperf.errors.UnknownNameError: expected the id of a team, got 'East'
    >>> known_id({"east"}, "unknown_team")(" ")
    Traceback (most recent call last):
    salesperf.errors.UnknownNameError: expected the id of a team, got empty text
    >>> known_id({"r-17"}, "unknown_rep")("zhangwei")
    Traceback (most recent call last):
    salesperf.errors.UnknownNameError: expected the id of a rep, got text of 8 characters
    """
    known = frozenset(ids)
    alike = cache(lambda: frozenset(chain.from_iterable(map(blurred, known))))

    def read(cell: str) -> str:
        name = cell.strip()
        if name in known:
            return name
        is_shown = not name or code not in _OF_PERSONS or not alike().isdisjoint(blurred(name))
        raise UnknownNameError(code, value=name if is_shown else guarded(name))

    return read


def guarded(name: str) -> str:
    """Return a word for a message, or its length alone where it holds no digit and so may be somebody's name.

    Examples
    --------
    >>> guarded("c-17"), guarded("Jane")
    ('c-17', 'text of 4 characters')
    """
    return name if any(map(str.isdecimal, name)) else Phrase("text", count=len(name))


def read_org(tables: Mapping[Layout, Table]) -> tuple[Org, Faults]:
    r"""Read reps, teams, moves and absences.

    Parameters
    ----------
    tables
        The four tables.

    Returns
    -------
    tuple of Org and faults
        With a fault, the org is fit for nothing but to tell which owners there are.

    Examples
    --------
    >>> tables = {layout: Table.empty(layout) for layout in (TEAMS, MOVES, ABSENCES)}
    >>> org, faults = read_org(tables | {REPS: Table.parse("id,team\nada,east\n", REPS)})
    >>> print(*faults)
    reps.csv:2:team: expected the id of a team, got 'east'
    """
    rep_lines, team_lines = tables[REPS].places("id"), tables[TEAMS].places("id")
    rep_in, team_in = known_id(rep_lines, "unknown_rep"), known_id(team_lines, "unknown_team")
    absences = tables[ABSENCES].read({"rep": rep_in, "first": date_in, "last": date_in}, _absence)
    away, overlaps = _away(absences)
    reps = tables[REPS].read(
        {
            "id": id_in,
            "name": str,
            "team": optional(team_in),
            "kind": optional(id_in),
            "hired": optional(date_in),
            "left": optional(date_in),
            "fte": optional(number_in),
            "level": optional(id_in),
            "ramp": _ramp_in,
        },
        lambda **row: Rep(**_given(row), absences=away.get(row["id"], ())),
    )
    teams = tables[TEAMS].read({"id": id_in, "name": str, "parent": optional(team_in), "manager": optional(rep_in)}, Team)
    moves = tables[MOVES].read({"rep": rep_in, "on": date_in, "team": optional(team_in)}, Move)
    # Whoever has a faulty row is still there for the others to refer to: one fault is told once.
    org, faults = _org(
        _in_order(reps, lambda rep: rep.id, ((Rep(id=name), line) for name, line in rep_lines.items())),
        _in_order(teams, lambda team: team.id, ((Team(id=name), line) for name, line in team_lines.items())),
        _in_order(moves, lambda move: move),
    )
    return org, (*absences.faults, *overlaps, *reps.faults, *teams.faults, *moves.faults, *faults)


def read_calendar(table: Table) -> tuple[Calendar, Faults]:
    r"""Read the calendar.

    Examples
    --------
    >>> from salesperf.io.folder.files import CALENDAR
    >>> calendar, _ = read_calendar(Table.parse("kind,value\nweekend,friday saturday\nweek_start,sunday\n", CALENDAR))
    >>> calendar.weekend, calendar.week_start
    ((4, 5), 6)
    """
    entries = table.read({"kind": _kind_in, "value": str.strip, "name": str}, _entry)
    faults = list(entries.faults)
    kinds: dict[object, str] = {}
    days: dict[str, dict[date, str]] = {kind: {} for kind in _DAYS}
    settings: dict[str, Any] = {}
    for position, (kind, value, name) in enumerate(entries.items):
        key = value if kind in _DAYS else kind
        if key in kinds:
            code = "not_unique" if kinds[key] == kind else "calendar_conflict"
            faults.append(InvalidValueError(code, path=entries.path(position, "value"), value=key))
        elif isinstance(value, date):
            days[kind][value] = name
        else:
            settings[kind] = value
        kinds.setdefault(key, kind)
    if "week_pattern" not in settings and settings.pop("year_end", _PLAIN.year_end) != _PLAIN.year_end:
        row = next(position for position, entry in enumerate(entries.items) if entry[0] == "year_end")
        said = entries.items[row][1]
        faults.append(InvalidValueError("calendar_year_end", path=entries.path(row, "value"), value=said))
    return Calendar(**settings, holidays=days["holiday"], extra_workdays=days["workday"]), tuple(faults)


def rows_of_org(org: Org) -> Mapping[Layout, Rows]:
    """Return the rows that :func:`read_org` reads back.

    Examples
    --------
    >>> list(rows_of_org(Org(teams=[Team(id="east", name="East")]))[TEAMS])
    [('east', 'East', '', '')]
    """
    return {
        REPS: map(_row_of_rep, org.reps),
        TEAMS: ((team.id, team.name, team.parent or "", team.manager or "") for team in org.teams),
        MOVES: ((move.rep, write_cell(move.on), move.team or "") for move in org.moves),
        ABSENCES: (
            (rep.id, write_cell(absence.start), write_cell(absence.last)) for rep in org.reps for absence in rep.absences
        ),
    }


def rows_of_calendar(calendar: Calendar) -> Rows:
    """Yield the rows that :func:`read_calendar` reads back; none for a plain calendar.

    Examples
    --------
    >>> list(rows_of_calendar(Calendar(fiscal_year_start=4)))[0]
    ('fiscal_year_start', '4', '')
    """
    if calendar == _PLAIN:
        return
    yield "fiscal_year_start", str(calendar.fiscal_year_start), ""
    yield "week_start", _WEEKDAYS[calendar.week_start], ""
    yield "weekend", " ".join(_WEEKDAYS[weekday] for weekday in calendar.weekend), ""
    if calendar.week_pattern is not None:
        yield "week_pattern", calendar.week_pattern, ""
        yield "year_end", calendar.year_end, ""
    for kind, days in (("holiday", calendar.holidays), ("workday", calendar.extra_workdays)):
        for day, name in days.items():
            yield kind, write_cell(day), name


def _absence(rep: str, first: date, last: date) -> tuple[str, Period]:
    if last < first:
        raise InvalidValueError("days_reversed", path=("last",), first=first, last=last)
    if last == date.max:
        raise InvalidValueError("date_too_late", path=("last",), value=last)
    return rep, Period(first, last + _ONE_DAY)


def _away(absences: Items[tuple[str, Period]]) -> tuple[Mapping[str, list[Period]], Faults]:
    """Gather each rep's absences in order, and find those that overlap."""
    away: dict[str, list[Period]] = {}
    faults = []
    for position in sorted(range(len(absences.items)), key=lambda position: absences.items[position]):
        rep, period = absences.items[position]
        earlier = away.setdefault(rep, [])
        if earlier and earlier[-1].end > period.start:
            faults.append(InvalidValueError("period_overlap", path=absences.path(position, "first"), value=str(period)))
        else:
            earlier.append(period)
    return away, tuple(faults)


def _ramp_in(cell: str) -> tuple[Decimal, ...]:
    return tuple(map(number_in, cell.replace(";", " ").split()))


def _given(row: Mapping[str, object]) -> dict[str, Any]:
    """Leave out what is not given, for which the noun has a default."""
    return {name: value for name, value in row.items() if value is not None}


def _in_order(read: Items[ItemT], order: Callable[[ItemT], Any], stand_ins: Iterable[tuple[ItemT, int]] = ()) -> Items[ItemT]:
    """Put items in the order in which an Org numbers them, each missing one replaced by its stand-in."""
    present = set(map(order, read.items))
    missing = ((item, line) for item, line in stand_ins if order(item) not in present)
    placed = sorted(chain(zip(read.items, read.lines, strict=True), missing), key=lambda pair: order(pair[0]))
    return attrs.evolve(read, items=tuple(item for item, _ in placed), lines=tuple(line for _, line in placed))


def _org(reps: Items[Rep], teams: Items[Team], moves: Items[Move]) -> tuple[Org, Faults]:
    try:
        return Org(reps=reps.items, teams=teams.items, moves=moves.items), ()
    except InvalidInputError as error:
        faults = located(error, {"reps": reps, "teams": teams, "moves": moves})
    known = {rep.id for rep in reps.items}
    return Org(
        reps=[Rep(id=name) for name in known],
        teams=[Team(id=name) for name in {team.id for team in teams.items} - known],
    ), faults


def _kind_in(cell: str) -> str:
    kind = cell.strip().lower()
    if kind not in _KINDS:
        raise InvalidValueError("choice", choices=tuple(_KINDS), value=cell)
    return kind


def _month_in(cell: str) -> int:
    if not _MONTH.match(cell):
        raise InvalidValueError("out_of_range", low=1, high=_MONTHS, value=cell)
    return int(cell)


def _weekday_in(cell: str) -> int:
    if cell.lower() not in _WEEKDAYS:
        raise InvalidValueError("choice", choices=_WEEKDAYS, value=cell)
    return _WEEKDAYS.index(cell.lower())


def _weekdays_in(cell: str) -> tuple[int, ...]:
    return tuple(map(_weekday_in, cell.split()))


def _word_in(choices: Collection[str]) -> Callable[[str], str]:
    def read(cell: str) -> str:
        check_choice(cell.lower(), choices, ())
        return cell.lower()

    return read


_PLAIN: Final = Calendar()
_DAYS: Final = ("holiday", "workday")
_KINDS: Final[Mapping[str, Callable[[str], Any]]] = MappingProxyType(
    {
        "holiday": date_in,
        "workday": date_in,
        "fiscal_year_start": _month_in,
        "week_start": _weekday_in,
        "weekend": _weekdays_in,
        "week_pattern": _word_in(WEEK_PATTERNS),
        "year_end": _word_in(YEAR_ENDS),
    },
)
"""What each kind of row in the calendar says."""


def _entry(kind: str, value: str, name: str) -> tuple[str, Any, str]:
    try:
        said = _KINDS[kind](value)
        if kind not in (*_DAYS, "year_end"):  # which is nothing without a week pattern
            Calendar(**{kind: said})
    except InvalidValueError as error:
        raise error.at("value") from None
    return kind, said, name


def _row_of_rep(rep: Rep) -> tuple[str, ...]:
    ramp = " ".join(map(write_cell, rep.ramp))
    cells = (rep.team, rep.kind, rep.hired, rep.left, rep.fte, rep.level)
    return (rep.id, rep.name, *map(write_cell, cells), ramp)

"""Actions by the plain CSV layout: what was agreed in one file, how it gets on in another, what was measured in a third."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from itertools import chain
from typing import Any, TypeAlias

import attrs

from salesperf.errors import InvalidValueError, SalesperfError
from salesperf.io.folder.cells import amount_in, date_in, id_in, optional, quantity_of, unit_in, write_cell
from salesperf.io.folder.files import ACTION_CHANGES, ACTIONS, MEASUREMENTS, RISKS
from salesperf.io.folder.histories import Maker
from salesperf.io.folder.layout import Faults, Items, Layout
from salesperf.io.folder.people import known_id
from salesperf.io.folder.progress import cells_of_status_changes, read_status_changes
from salesperf.io.folder.table import Rows, Table
from salesperf.model.action import Action, Measurement
from salesperf.model.amount import Amount, Unit
from salesperf.model.risk_entry import Risk

__all__ = ["Agreed", "read_actions", "rows_of_action_changes", "rows_of_actions", "rows_of_measurements"]

Agreed: TypeAlias = tuple[str | None, Action]
"""An action, and the id of the risk that it answers."""


def read_actions(tables: Mapping[Layout, Table], *, owner_in: Callable[[str], str]) -> tuple[Items[Agreed], Faults]:
    r"""Read actions.

    Parameters
    ----------
    tables
        The tables of actions, of what was said and measured of them, and that of risks, of which only the ids are read.
    owner_in
        Reads the id of a rep or a team.

    Returns
    -------
    Items and tuple of faults
        The actions that are sound, and what was wrong in the three files.

    Examples
    --------
    >>> text = "id,title,owner,created,due,measure,baseline,goal_value\na-1,Join,ada,2026-10-08,2026-12-31,win rate,0.2,0.3\n"
    >>> tables = {ACTIONS: Table.parse(text, ACTIONS), RISKS: Table.empty(RISKS)}
    >>> tables[ACTION_CHANGES] = Table.parse("action,on,status\na-1,2026-10-15,done\n", ACTION_CHANGES)
    >>> tables[MEASUREMENTS] = Table.parse("action,on,value\na-1,2026-12-31,0.31\n", MEASUREMENTS)
    >>> read, faults = read_actions(tables, owner_in=str)
    >>> read.items[0][1].is_goal_met, faults
    (True, ())
    """
    known = cache(known_id(tables[ACTIONS].places("id"), "unknown_action"))
    drafts = tables[ACTIONS].read(
        {
            "id": id_in,
            "title": id_in,
            "goal": str,
            "owner": cache(owner_in),
            "created": cache(date_in),
            "due": cache(date_in),
            "measure": optional(id_in),
            "unit": cache(optional(unit_in)),
            "baseline": optional(amount_in),
            "goal_value": optional(amount_in),
            "finding": cache(optional(id_in)),
            "risk": cache(optional(known_id(tables[RISKS].places("id"), "unknown_risk"))),
        },
        _draft,
    )
    units = {draft["id"]: draft["unit"] for draft in drafts.items}
    unmeasured = {draft["id"] for draft in drafts.items if draft["measure"] is None}
    measured, faults = _read_measurements(tables[MEASUREMENTS], known, units, unmeasured)
    taken = tuple({**draft, "measurements": measured.get(draft["id"], ())} for draft in drafts.items)
    said = read_status_changes(tables[ACTION_CHANGES], of="action", whose={"action": known}, key=lambda action: action)
    read = Maker(drafts=attrs.evolve(drafts, items=taken), histories=said, make=_action).items()
    return read, (*read.faults, *said.rows.faults, *faults)


def _draft(*, baseline: str | None, goal_value: str | None, unit: Unit | None, **row: Any) -> dict[str, Any]:  # noqa: ANN401 - cells
    given = {"baseline": baseline, "goal_value": goal_value}
    values = {name: None if number is None else quantity_of(number, unit, name) for name, number in given.items()}
    return {**row, **values, "unit": unit}


def _action(*, risk: str | None, unit: Unit | None, **row: Any) -> Agreed:  # noqa: ANN401 - what the draft holds
    del unit  # which is that of the values
    return risk, Action(**row)


def _read_measurements(
    table: Table, action_in: Callable[[str], str], units: Mapping[str, Unit | None], unmeasured: set[str]
) -> tuple[dict[str, list[Measurement]], tuple[SalesperfError, ...]]:
    def make(*, action: str, on: date, value: str) -> tuple[str, Measurement]:
        if action in unmeasured:
            raise InvalidValueError("goal_half_stated", path=("action",), value="measurements")
        return action, Measurement(on, quantity_of(value, units.get(action), "value"))

    read = table.read({"action": action_in, "on": cache(date_in), "value": amount_in}, make)
    measured: dict[str, list[Measurement]] = {}
    faults = list(read.faults)
    seen: set[tuple[str, date]] = set()
    for position, (action, measurement) in enumerate(read.items):
        if (action, measurement.on) in seen:
            faults.append(InvalidValueError("not_unique", path=read.path(position, "on"), value=measurement.on))
        else:
            measured.setdefault(action, []).append(measurement)
        seen.add((action, measurement.on))
    return measured, tuple(faults)


# What is written


def rows_of_actions(actions: Iterable[Action], risks: Iterable[Risk]) -> Rows:
    """Return the rows that :func:`read_actions` reads back: what was agreed, then what is done about risks.

    Examples
    --------
    >>> call = Action(id="a-1", title="Call", owner="ada", created=date(2026, 9, 2), due=date(2026, 9, 9))
    >>> list(rows_of_actions([call], []))
    [('a-1', 'Call', 'ada', '2026-09-02', '2026-09-09', '', '', '', '', '', '', '')]
    """
    for risk, action in _all(actions, risks):
        what = (action.id, action.title, action.owner or "", write_cell(action.created), write_cell(action.due), action.goal)
        unit = action.baseline.unit if isinstance(action.baseline, Amount) else None
        number = (action.measure or "", *map(write_cell, (unit, action.baseline, action.goal_value)))
        yield (*what, *number, action.finding or "", risk)


def rows_of_action_changes(actions: Iterable[Action], risks: Iterable[Risk]) -> Rows:
    """Return the rows that :func:`read_actions` reads back, action by action.

    Examples
    --------
    >>> from salesperf import StatusChange
    >>> made = {"id": "a-1", "title": "Call", "owner": "ada", "created": date(2026, 9, 2), "due": date(2026, 9, 9)}
    >>> list(rows_of_action_changes([Action(history=[StatusChange(date(2026, 9, 8), "done")], **made)], []))
    [('a-1', '2026-09-08', 'done', '')]
    """
    for _, action in _all(actions, risks):
        yield from ((action.id, *cells) for cells in cells_of_status_changes(action.history))


def rows_of_measurements(actions: Iterable[Action], risks: Iterable[Risk]) -> Rows:
    """Return the rows that :func:`read_actions` reads back, action by action.

    Examples
    --------
    >>> made = {"id": "a-1", "title": "Call", "owner": "ada", "created": date(2026, 9, 2), "due": date(2026, 9, 9)}
    >>> told = {"measure": "calls", "baseline": 10, "goal_value": 20, "measurements": [Measurement(date(2026, 9, 9), 18)]}
    >>> list(rows_of_measurements([Action(**made, **told)], []))
    [('a-1', '2026-09-09', '18')]
    """
    for _, action in _all(actions, risks):
        yield from ((action.id, write_cell(each.on), write_cell(each.value)) for each in action.measurements)


def _all(actions: Iterable[Action], risks: Iterable[Risk]) -> Iterator[tuple[str, Action]]:
    """Yield every action with the id of the risk that it answers, which is empty where it answers none."""
    answers = ((risk.id, action) for risk in risks for action in risk.responses)
    return chain((("", action) for action in actions), answers)

"""The risk register by the plain CSV layout: risks in one file, what was thought of them when in another."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from salesperf.errors import InvalidValueError
from salesperf.io.folder.actions import Agreed
from salesperf.io.folder.cells import amount_in, date_in, id_in, integer_in, optional, quantity_of, unit_in, write_cell
from salesperf.io.folder.files import ASSESSMENTS, RISKS
from salesperf.io.folder.histories import Histories, Maker
from salesperf.io.folder.layout import Faults, Items, Layout
from salesperf.io.folder.people import known_id
from salesperf.io.folder.table import Rows, Table
from salesperf.model.action import Action
from salesperf.model.amount import Unit
from salesperf.model.risk_entry import Risk, RiskAssessment

__all__ = ["read_risks", "rows_of_assessments", "rows_of_risks"]


def read_risks(
    tables: Mapping[Layout, Table], *, actions: Iterable[Agreed], owner_in: Callable[[str], str]
) -> tuple[Items[Risk], Faults]:
    r"""Read risks.

    Parameters
    ----------
    tables
        The tables of risks and of what was thought of them.
    actions
        What :func:`salesperf.io.folder.actions.read_actions` returned.
    owner_in
        Reads the id of a rep or a team.

    Returns
    -------
    Items and tuple of faults
        The risks that are sound, and what was wrong in the two files.

    Examples
    --------
    >>> tables = {RISKS: Table.parse("id,title,kind\nr-1,A dealer leaves,customer\n", RISKS)}
    >>> tables[ASSESSMENTS] = Table.parse("risk,on,likelihood,impact\nr-1,2026-09-01,2,5\n", ASSESSMENTS)
    >>> read, faults = read_risks(tables, actions=(), owner_in=str)
    >>> read.items[0].impact, faults
    (5, ())
    """
    responses = defaultdict[str | None, list[Action]](list)
    for risk, action in actions:
        responses[risk].append(action)

    def draft(
        *,
        kind: str | None,
        at_stake: str | None,
        unit: Unit | None,
        **row: Any,  # noqa: ANN401 - cells
    ) -> dict[str, Any]:
        if at_stake is not None and unit is None:
            raise InvalidValueError("unreadable_unit", path=("unit",), value="")
        amount = None if at_stake is None else quantity_of(at_stake, unit, "at_stake")
        return {**row, "kind": kind or "other", "at_stake": amount, "responses": responses[row["id"]]}

    drafts = tables[RISKS].read(
        {
            "id": id_in,
            "title": id_in,
            "kind": optional(id_in),
            "owner": cache(optional(owner_in)),
            "response": optional(id_in),
            "closed": optional(date_in),
            "at_stake": optional(amount_in),
            "unit": cache(optional(unit_in)),
        },
        draft,
    )
    thought = _read_assessments(tables[ASSESSMENTS], cache(known_id(tables[RISKS].places("id"), "unknown_risk")))
    read = Maker(drafts=drafts, histories=thought, make=Risk, missing="assessments_missing", field="assessments").items()
    return read, (*read.faults, *thought.rows.faults)


def _read_assessments(table: Table, risk_in: Callable[[str], str]) -> Histories[RiskAssessment]:
    readers: dict[str, Callable[[str], object]] = {
        "risk": risk_in,
        "on": cache(date_in),
        "likelihood": cache(integer_in),
        "impact": cache(integer_in),
        "note": str,
    }
    rows = table.read(readers, lambda risk, **row: (risk, RiskAssessment(**row)))
    return Histories(rows=rows, is_whole=table.wholeness("risk", rows.faults), of="risk")


def rows_of_risks(risks: Iterable[Risk]) -> Rows:
    """Return the rows that :func:`read_risks` reads back; the numbers that a risk rests on, and was read off, are left out.

    Examples
    --------
    >>> from datetime import date
    >>> thought = RiskAssessment(on=date(2026, 9, 1), likelihood=2, impact=5)
    >>> list(rows_of_risks([Risk(id="r-1", title="A dealer leaves", assessments=[thought])]))
    [('r-1', 'A dealer leaves', 'other', '', '', '', '', '')]
    """
    for risk in risks:
        stake = ("", "") if risk.at_stake is None else (write_cell(risk.at_stake), write_cell(risk.at_stake.unit))
        decided = (risk.owner or "", risk.response or "", write_cell(risk.closed))
        yield (risk.id, risk.title, risk.kind, *decided, *stake)


def rows_of_assessments(risks: Iterable[Risk]) -> Rows:
    """Return the rows that :func:`read_risks` reads back, risk by risk.

    Examples
    --------
    >>> from datetime import date
    >>> thought = RiskAssessment(on=date(2026, 9, 1), likelihood=2, impact=5)
    >>> list(rows_of_assessments([Risk(id="r-1", title="A dealer leaves", assessments=[thought])]))
    [('r-1', '2026-09-01', '2', '5', '')]
    """
    for risk in risks:
        for each in risk.assessments:
            yield (risk.id, write_cell(each.on), write_cell(each.likelihood), write_cell(each.impact), each.note)

"""Leads by the plain CSV layout: what stays the same in one file, all that changes in another, every touch in a third."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

import attrs

from salesperf.errors import InvalidValueError
from salesperf.io.folder.cells import date_in, flag_in, id_in, optional, write_cell
from salesperf.io.folder.customers import Contacts
from salesperf.io.folder.facts import columns_of_facts, facts_in
from salesperf.io.folder.files import LEAD_CHANGES, LEADS, TOUCHES
from salesperf.io.folder.histories import Histories, Maker
from salesperf.io.folder.layout import Items, Layout
from salesperf.io.folder.people import known_id
from salesperf.io.folder.table import Progress, Rows, Table
from salesperf.model.lead import Lead, LeadChange, LeadStatus, Touch

__all__ = ["read_leads", "rows_of_lead_changes", "rows_of_leads", "rows_of_touches"]


def read_leads(
    tables: Mapping[Layout, Table],
    *,
    contacts: Contacts,
    owner_in: Callable[[str], str],
    progress: Progress | None = None,
) -> Items[Lead]:
    r"""Read leads.

    Parameters
    ----------
    tables
        The tables of leads, of their changes and of touches.
    contacts
        What :func:`salesperf.io.folder.customers.read_contacts` returned.
    owner_in
        Reads the id of a rep or a team.
    progress
        Told of the rows done.

    Returns
    -------
    Items
        One whose rows are faulty is there for deals to refer to, by its id alone: one fault is told once. The faults of
        changes and touches are with them, each at its row.

    Examples
    --------
    >>> tables = {TOUCHES: Table.empty(TOUCHES), LEADS: Table.parse("id,channel\nl-1,referral\n", LEADS)}
    >>> tables[LEAD_CHANGES] = Table.parse("lead,on,status\nl-1,2026-09-01,new\nl-1,2026-08-01,working\n", LEAD_CHANGES)
    >>> read = read_leads(tables, contacts={}, owner_in=str)
    >>> [(fault.code, fault.path) for fault in read.faults]
    [('history_order', ('lead_changes.csv', 3, 'on'))]
    """
    lines = tables[LEADS].places("id")
    known = cache(known_id(lines, "unknown_lead"))
    changes = _read_changes(tables[LEAD_CHANGES], lead_in=known, owner_in=owner_in, progress=progress)
    touches, faults = _read_touches(tables[TOUCHES], lead_in=known, progress=progress)
    drafts = tables[LEADS].read(
        {"id": id_in, "channel": cache(optional(id_in)), "campaign": cache(optional(id_in)), "fact": facts_in},
        lambda fact, **row: {
            **row,
            "facts": fact,
            "touches": touches.get(row["id"], ()),
            "contact": next(iter(contacts.get(("lead", row["id"]), ())), None),
        },
        progress=progress,
    )
    read = Maker(drafts=drafts, histories=changes, make=Lead, missing="lead_changes_missing").items()
    missing = lines.keys() - {lead.id for lead in read.items}
    unknown = [LeadChange(None, status="new")]
    return attrs.evolve(
        read,
        items=(*read.items, *(Lead(id=name, history=unknown) for name in missing)),
        lines=(*read.lines, *(lines[name] for name in missing)),
        faults=(*read.faults, *changes.rows.faults, *faults),
    )


def rows_of_leads(leads: Iterable[Lead]) -> tuple[tuple[str, ...], Rows]:
    """Return the columns, and the rows that :func:`read_leads` reads back.

    Examples
    --------
    >>> lead = Lead(id="l-1", channel="referral", history=[LeadChange(None, status="new")], facts={"seats": 40})
    >>> columns, rows = rows_of_leads([lead])
    >>> columns, list(rows)
    (('id', 'channel', 'campaign', 'fact.seats:int'), [('l-1', 'referral', '', '40')])
    """
    leads = tuple(leads)
    columns, cells_of = columns_of_facts(lead.facts for lead in leads)
    rows = ((lead.id, lead.channel or "", lead.campaign or "", *cells_of(lead.facts)) for lead in leads)
    return (*LEADS.columns, *columns), rows


def rows_of_lead_changes(leads: Iterable[Lead]) -> Rows:
    """Return the rows that :func:`read_leads` reads back, lead by lead.

    Examples
    --------
    >>> lead = Lead(id="l-1", history=[LeadChange(date(2026, 9, 1), status="new", released=True)])
    >>> list(rows_of_lead_changes([lead]))
    [('l-1', '2026-09-01', 'new', '', 'yes', '')]
    """
    for lead in leads:
        for change in lead.history:
            released = "yes" if change.released else ""
            words = (change.status or "", change.owner or "", released, change.reason or "")
            yield (lead.id, write_cell(change.on), *words)


def rows_of_touches(leads: Iterable[Lead]) -> Rows:
    """Return the rows that :func:`read_leads` reads back, lead by lead.

    Examples
    --------
    >>> touch = Touch(date(2026, 9, 1), "call", ref="c-7")
    >>> list(rows_of_touches([Lead(id="l-1", history=[LeadChange(None, status="new")], touches=[touch])]))
    [('l-1', '2026-09-01', 'call', '', 'c-7')]
    """
    for lead in leads:
        for touch in lead.touches:
            yield (lead.id, write_cell(touch.on), touch.kind, touch.outcome or "", touch.ref or "")


def _read_changes(
    table: Table, *, lead_in: Callable[[str], str], owner_in: Callable[[str], str], progress: Progress | None
) -> Histories[LeadChange]:
    readers: dict[str, Callable[[str], object]] = {
        "lead": lead_in,
        "on": cache(optional(date_in)),
        "status": cache(optional(id_in)),
        "owner": cache(optional(owner_in)),
        "released": cache(optional(flag_in)),
        "reason": cache(optional(id_in)),
    }
    rows = table.read(readers, _change, progress=progress)
    return Histories(rows=rows, is_whole=table.wholeness("lead", rows.faults), of="lead")


def _change(
    *, lead: str, on: date | None, status: LeadStatus | None, owner: str | None, released: bool | None, reason: str | None
) -> tuple[str, LeadChange]:
    return lead, LeadChange(on, status=status, owner=owner, released=bool(released), reason=reason)


def _read_touches(
    table: Table, *, lead_in: Callable[[str], str], progress: Progress | None
) -> tuple[dict[str, list[Touch]], Collection[InvalidValueError]]:
    read = table.read(
        {
            "lead": lead_in,
            "on": cache(date_in),
            "kind": cache(id_in),
            "outcome": cache(optional(id_in)),
            "ref": optional(id_in),
        },
        _touch,
        progress=progress,
    )
    touches: dict[str, list[Touch]] = {}
    seen: set[tuple[str, str]] = set()
    faults: list[Any] = list(read.faults)
    for position, (lead, touch) in enumerate(read.items):
        if touch.ref is not None and (lead, touch.ref) in seen:
            faults.append(InvalidValueError("not_unique", path=read.path(position, "ref"), value=touch.ref))
        else:
            touches.setdefault(lead, []).append(touch)
        seen.add((lead, touch.ref or ""))
    return touches, faults


def _touch(*, lead: str, on: date, kind: str, outcome: str | None, ref: str | None) -> tuple[str, Touch]:
    return lead, Touch(on, kind, outcome=outcome, ref=ref)

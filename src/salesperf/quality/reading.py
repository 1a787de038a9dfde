"""Records as tables: a row for each record as it was known on a day, a column for each field that rules look at."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

import attrs
import numpy as np

from salesperf.model.amount import Amount
from salesperf.model.change import TELLTALE_FIELDS
from salesperf.model.codes import Codes
from salesperf.model.customer import Contact, Customer
from salesperf.model.frozen import FrozenMap
from salesperf.model.lead import Lead
from salesperf.model.opportunity import Opportunity
from salesperf.model.people import Org
from salesperf.model.records import Records
from salesperf.model.target import Actual
from salesperf.quality.process_steps import steps_of
from salesperf.quality.table import FieldColumn, Mask, Table
from salesperf.quality.words import RecordKind

__all__ = ["READERS", "Rows", "read_actuals"]


@attrs.frozen(eq=False)
class Rows:
    """A table, and what each of its rows is called.

    Attributes
    ----------
    table
        The records.
    names
        The id of each, or where it stands.
    """

    table: Table
    names: Sequence[str]


_Row = dict[str, Any]


def _codes(values: Sequence[str | None]) -> Codes[str | None]:
    return Codes.of(values)


def _numbers(values: Sequence[float | None]) -> FieldColumn:
    return np.array(values, dtype=np.float64)  # nothing becomes nan


def _days(values: Sequence[date | None]) -> FieldColumn:
    return np.array(values, dtype="datetime64[D]")


_TEXTS: Final = (
    "category channel campaign currency customer email grade holder id kind level metric name owner parent phone process reason"
    " ref role scope source stage stage_kind status team title"
)
_DAYS: Final = "closed created expected_close first_touch hired last_activity last_change last_touch left on since"
_NUMBERS: Final = "amount contacts disallowed has_deal is_in_service is_owner_there is_selling records skipped touches unmet"
_COLUMN_OF: Final[Mapping[str, Callable[[Sequence[Any]], FieldColumn]]] = MappingProxyType(
    dict.fromkeys(_TEXTS.split(), _codes) | dict.fromkeys(_DAYS.split(), _days) | dict.fromkeys(_NUMBERS.split(), _numbers)
)
"""Of which kind each field is."""


def _table(kind: RecordKind, rows: Sequence[_Row], named: Mapping[str, Iterable[Mapping[str, Any]]] = FrozenMap()) -> Table:
    """Make columns of rows that have the same fields, and of mappings under names of the company's own."""
    columns = {name: _COLUMN_OF[name]([row[name] for row in rows]) for name in (rows[0] if rows else ())}
    for prefix, mappings in named.items():
        items = list(mappings)
        for name in sorted({name for item in items for name in item}):
            columns[f"{prefix}.{name}"] = _of_any_kind([item.get(name) for item in items])
    return Table(kind, len(rows), columns)


def _of_any_kind(values: Sequence[Any]) -> FieldColumn:
    """Make a column of facts: days, numbers or yes and no where all are; else text."""
    kinds = {type(value) for value in values} - {type(None)}
    if kinds and kinds <= {int, Decimal}:
        return _numbers([None if value is None else float(value) for value in values])
    if kinds in ({bool}, {date}):
        return _days(values) if kinds == {date} else _numbers(values)
    return _codes([value if value is None or type(value) is str else str(value) for value in values])


def _amount(amount: Amount | None) -> tuple[int | None, str | None]:
    return (None, None) if amount is None else (amount.minor, str(amount.unit))


# Deals


def _opportunities(known: Records, as_of: date) -> Rows:
    left = {rep.id: rep.left for rep in known.org.reps if rep.left is not None and rep.left <= as_of}
    deals = known.opportunities
    table = _table("opportunity", [_deal(deal, known, left) for deal in deals], {"facts": (deal.facts for deal in deals)})
    withheld: dict[str, Mask] = {}
    is_early = [deal.exported is not None and as_of < deal.exported for deal in deals]
    for name in TELLTALE_FIELDS if any(is_early) else ():
        held = [early and name in deal.as_exported for early, deal in zip(is_early, deals, strict=True)]
        withheld[name] = np.array(held, dtype=np.bool_)
    return Rows(attrs.evolve(table, withheld=withheld), [deal.id for deal in deals])


def _deal(deal: Opportunity, known: Records, left: Mapping[str, date]) -> _Row:
    process = known.process_of(deal)
    stage = process.stage_by_key[deal.stage]
    minor, currency = _amount(deal.amount)
    steps = steps_of(deal, process)
    owner = deal.owner
    return {
        "owner": owner,
        "customer": deal.customer,
        "source": deal.lead,
        "process": process.key,
        "stage": deal.stage,
        "stage_kind": stage.kind,
        "amount": minor,
        "currency": currency,
        "created": deal.created,
        "expected_close": deal.expected_close,
        "last_change": deal.last_change,
        "closed": None if stage.is_open else deal.visits[-1].start,
        "category": deal.category,
        "grade": deal.grade,
        "reason": deal.reason,
        "contacts": len(deal.contacts),
        "is_owner_there": None if owner is None else owner not in left,
        "skipped": steps.skipped,
        "disallowed": steps.disallowed,
        "unmet": steps.unmet,
    }


# Leads


def _leads(known: Records, as_of: date) -> Rows:
    del as_of
    of_deals = {deal.lead for deal in known.opportunities}
    rows = [_lead(lead, has_deal=lead.id in of_deals) for lead in known.leads]
    return Rows(_table("lead", rows, {"facts": (lead.facts for lead in known.leads)}), [lead.id for lead in known.leads])


def _lead(lead: Lead, *, has_deal: bool) -> _Row:
    touched = [touch.on for touch in lead.touches]
    last_touch = max(touched, default=None)
    dated = [day for day in (lead.created, last_touch) if day is not None]
    return {
        "owner": lead.owner,
        "channel": lead.channel,
        "campaign": lead.campaign,
        "status": lead.status,
        "created": lead.created,
        "last_change": lead.last_change,
        "reason": lead.reason,
        "first_touch": min(touched, default=None),
        "last_touch": last_touch,
        "last_activity": max(dated, default=None),
        "touches": len(touched),
        "contacts": int(lead.contact is not None),
        "has_deal": has_deal,
    }


# Customers, and their people


def _customers(known: Records, as_of: date) -> Rows:
    del as_of
    rows = [_customer(customer) for customer in known.customers]
    facts = (customer.facts for customer in known.customers)
    return Rows(_table("customer", rows, {"facts": facts}), [customer.id for customer in known.customers])


def _customer(customer: Customer) -> _Row:
    return {
        "name": customer.name,
        "owner": customer.owner,
        "parent": customer.parent,
        "since": customer.since,
        "contacts": len(customer.contacts),
    }


def _contacts(known: Records, as_of: date) -> Rows:
    """Read everybody once: who takes part in a deal is known from the customer of the deal too."""
    del as_of
    people: dict[tuple[str, str], tuple[str | None, Contact]] = {}
    for holder, owner, contact in _held_contacts(known):
        people.setdefault((holder, contact.id), (owner, contact))
    rows = [
        {
            "id": contact.id,
            "holder": holder,
            "owner": owner,
            "role": contact.role,
            "name": contact.name,
            "title": contact.title,
            "email": contact.email,
            "phone": contact.phone,
        }
        for (holder, _), (owner, contact) in people.items()
    ]
    return Rows(_table("contact", rows), [f"{holder}/{contact}" for holder, contact in people])


def _held_contacts(known: Records) -> Iterator[tuple[str, str | None, Contact]]:
    """Yield everybody with who holds them, and whose that is."""
    for customer in known.customers:
        yield from ((customer.id, customer.owner, contact) for contact in customer.contacts)
    for deal in known.opportunities:
        yield from ((deal.customer or deal.id, deal.owner, contact) for contact in deal.contacts)
    for lead in known.leads:
        if lead.contact is not None:
            yield lead.id, lead.owner, lead.contact


# What was done, and by whom


def _actuals(known: Records, as_of: date) -> Rows:
    del as_of
    return read_actuals(known.actuals, known.org)


def read_actuals(actuals: Sequence[Actual], org: Org) -> Rows:
    """Read some entries alone: those of the days that one looks at, say, of all that ever were."""
    service = {rep.id: rep.service for rep in org.reps}
    rows = []
    for actual in actuals:
        minor, currency = _amount(actual.amount)
        start, end = service.get(actual.owner, (date.min, date.max))
        rows.append(
            {
                "owner": actual.owner,
                "metric": actual.metric.key,
                "amount": minor,
                "currency": currency,
                "on": actual.on,
                "scope": "\x1f".join(f"{name}\x1e{value}" for name, value in sorted(actual.scope.items())) or None,
                "ref": actual.ref,
                "is_in_service": start <= actual.on < end,
            }
        )
    named = {"scope": (actual.scope for actual in actuals)}
    return Rows(
        _table("actual", rows, named),
        [actual.ref or f"{actual.owner} {actual.metric.key} {actual.on}" for actual in actuals],
    )


def _reps(known: Records, as_of: date) -> Rows:
    seen = _recorded(known)
    managers = {team.manager for team in known.org.teams}
    rows = []
    for rep in known.org.reps:
        is_there = rep.service[0] <= as_of < rep.service[1]
        rows.append(
            {
                "owner": rep.id,
                "name": rep.name,
                "team": rep.team,
                "kind": rep.kind,
                "level": rep.level,
                "hired": rep.hired,
                "left": rep.left,
                "records": seen.get(rep.id, 0),
                "is_selling": is_there and rep.kind == "employee" and rep.id not in managers,
            }
        )
    return Rows(_table("rep", rows), [rep.id for rep in known.org.reps])


def _recorded(known: Records) -> Mapping[str | None, int]:
    """Count the records in which each owner ever had a part."""
    counts: Counter[str | None] = Counter(actual.owner for actual in known.actuals)
    for deal in known.opportunities:
        counts.update({change.owner for change in deal.history})
    for lead in known.leads:
        counts.update({change.owner for change in lead.history})
    return counts


READERS: Final[Mapping[RecordKind, Callable[[Records, date], Rows]]] = MappingProxyType(
    {
        "opportunity": _opportunities,
        "lead": _leads,
        "customer": _customers,
        "contact": _contacts,
        "actual": _actuals,
        "rep": _reps,
    }
)
"""How the records of each kind are read, from what was known on a day."""

"""Records as tables: a row for each record as it was known on a day, a column for each field that rules look at."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain
from types import MappingProxyType
from typing import Any, Final

import attrs
import numpy as np

from salesperf.model.amount import Amount
from salesperf.model.change import TELLTALE_FIELDS
from salesperf.model.codes import Codes
from salesperf.model.customer import Contact
from salesperf.model.frozen import FrozenMap
from salesperf.model.opportunity import Opportunity
from salesperf.model.people import Org
from salesperf.model.records import Records
from salesperf.model.target import Actual
from salesperf.quality.process_steps import steps_of_all
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


def _table(
    kind: RecordKind, fields: Mapping[str, Sequence[Any]], named: Mapping[str, Iterable[Mapping[str, Any]]] = FrozenMap()
) -> Table:
    """Make columns of the values of fields, and of mappings under names of the company's own; none where there is no row."""
    size = len(next(iter(fields.values())))
    columns = {name: _COLUMN_OF[name](values) for name, values in fields.items()} if size else {}
    for prefix, mappings in named.items():
        items = list(mappings)
        for name in sorted(set(chain.from_iterable(items))):
            columns[f"{prefix}.{name}"] = _of_any_kind([item.get(name) for item in items])
    return Table(kind, size, columns)


def _of_any_kind(values: Sequence[Any]) -> FieldColumn:
    """Make a column of facts: days, numbers or yes and no where all are; else text."""
    kinds = {type(value) for value in values} - {type(None)}
    if kinds and kinds <= {int, Decimal}:
        return _numbers([None if value is None else float(value) for value in values])
    if kinds in ({bool}, {date}):
        return _days(values) if kinds == {date} else _numbers(values)
    return _codes([value if value is None or type(value) is str else str(value) for value in values])


def _amounts(amounts: Sequence[Amount | None]) -> dict[str, Sequence[Any]]:
    """Return amounts as numbers and as the names of their units, each of which is written once."""
    name_of = {unit: str(unit) for unit in {amount.unit for amount in amounts if amount is not None}}
    return {
        "amount": [None if amount is None else amount.minor for amount in amounts],
        "currency": [None if amount is None else name_of[amount.unit] for amount in amounts],
    }


# Deals


def _opportunities(known: Records, as_of: date) -> Rows:
    deals = known.opportunities
    table = _table("opportunity", _fields_of_deals(deals, known, as_of), {"facts": (deal.facts for deal in deals)})
    withheld: dict[str, Mask] = {}
    is_early = [deal.exported is not None and as_of < deal.exported for deal in deals]
    for name in TELLTALE_FIELDS if any(is_early) else ():
        held = [early and name in deal.as_exported for early, deal in zip(is_early, deals, strict=True)]
        withheld[name] = np.array(held, dtype=np.bool_)
    return Rows(attrs.evolve(table, withheld=withheld), [deal.id for deal in deals])


def _fields_of_deals(deals: Sequence[Opportunity], known: Records, as_of: date) -> dict[str, Sequence[Any]]:
    left = {rep.id for rep in known.org.reps if rep.left is not None and rep.left <= as_of}
    processes = [known.process_of(deal) for deal in deals]
    stages = [process.stage_by_key[deal.stage] for process, deal in zip(processes, deals, strict=True)]
    owners = [deal.owner for deal in deals]
    steps = steps_of_all(deals, processes)
    return {
        "owner": owners,
        "customer": [deal.customer for deal in deals],
        "source": [deal.lead for deal in deals],
        "process": [process.key for process in processes],
        "stage": [stage.key for stage in stages],
        "stage_kind": [stage.kind for stage in stages],
        **_amounts([deal.amount for deal in deals]),
        "created": [deal.created for deal in deals],
        "expected_close": [deal.expected_close for deal in deals],
        "last_change": [deal.last_change for deal in deals],
        "closed": [None if stage.is_open else _entered(deal) for stage, deal in zip(stages, deals, strict=True)],
        "category": [deal.category for deal in deals],
        "grade": [deal.grade for deal in deals],
        "reason": [deal.reason for deal in deals],
        "contacts": [len(deal.contacts) for deal in deals],
        "is_owner_there": [None if owner is None else owner not in left for owner in owners],
        "skipped": [each.skipped for each in steps],
        "disallowed": [each.disallowed for each in steps],
        "unmet": [each.unmet for each in steps],
    }


def _entered(deal: Opportunity) -> date | None:
    """Return the day on which a deal entered the stage in which it is."""
    return next(change.on for change in reversed(deal.history) if change.stage is not None)


# Leads


def _leads(known: Records, as_of: date) -> Rows:
    del as_of
    leads = known.leads
    of_deals = {deal.lead for deal in known.opportunities}
    touched = [[touch.on for touch in lead.touches] for lead in leads]
    fields: dict[str, Sequence[Any]] = {
        "owner": [lead.owner for lead in leads],
        "channel": [lead.channel for lead in leads],
        "campaign": [lead.campaign for lead in leads],
        "status": [lead.status for lead in leads],
        "created": [lead.created for lead in leads],
        "last_change": [lead.last_change for lead in leads],
        "reason": [lead.reason for lead in leads],
        "first_touch": [min(days, default=None) for days in touched],
        "last_touch": [max(days, default=None) for days in touched],
        "last_activity": [
            max(days if lead.created is None else (lead.created, *days), default=None)
            for lead, days in zip(leads, touched, strict=True)
        ],
        "touches": [len(days) for days in touched],
        "contacts": [int(lead.contact is not None) for lead in leads],
        "has_deal": [lead.id in of_deals for lead in leads],
    }
    return Rows(_table("lead", fields, {"facts": (lead.facts for lead in leads)}), [lead.id for lead in leads])


# Customers, and their people


def _customers(known: Records, as_of: date) -> Rows:
    del as_of
    customers = known.customers
    fields: dict[str, Sequence[Any]] = {
        "name": [customer.name for customer in customers],
        "owner": [customer.owner for customer in customers],
        "parent": [customer.parent for customer in customers],
        "since": [customer.since for customer in customers],
        "contacts": [len(customer.contacts) for customer in customers],
    }
    facts = (customer.facts for customer in customers)
    return Rows(_table("customer", fields, {"facts": facts}), [customer.id for customer in customers])


def _contacts(known: Records, as_of: date) -> Rows:
    """Read everybody once: who takes part in a deal is known from the customer of the deal too."""
    del as_of
    people: dict[tuple[str, str], tuple[str | None, Contact]] = {}
    for holder, owner, contact in _held_contacts(known):
        people.setdefault((holder, contact.id), (owner, contact))
    contacts = [contact for _, contact in people.values()]
    fields: dict[str, Sequence[Any]] = {
        "id": [contact.id for contact in contacts],
        "holder": [holder for holder, _ in people],
        "owner": [owner for owner, _ in people.values()],
        "role": [contact.role for contact in contacts],
        "name": [contact.name for contact in contacts],
        "title": [contact.title for contact in contacts],
        "email": [contact.email for contact in contacts],
        "phone": [contact.phone for contact in contacts],
    }
    return Rows(_table("contact", fields), [f"{holder}/{contact}" for holder, contact in people])


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
    always = (date.min, date.max)
    spans = [service.get(actual.owner, always) for actual in actuals]
    name_of = {scope: _scope_name(scope) for scope in {actual.scope for actual in actuals}}
    fields: dict[str, Sequence[Any]] = {
        "owner": [actual.owner for actual in actuals],
        "metric": [actual.metric.key for actual in actuals],
        **_amounts([actual.amount for actual in actuals]),
        "on": [actual.on for actual in actuals],
        "scope": [name_of[actual.scope] for actual in actuals],
        "ref": [actual.ref for actual in actuals],
        "is_in_service": [start <= actual.on < end for actual, (start, end) in zip(actuals, spans, strict=True)],
    }
    return Rows(
        _table("actual", fields, {"scope": (actual.scope for actual in actuals)}),
        [actual.ref or f"{actual.owner} {actual.metric.key} {actual.on}" for actual in actuals],
    )


def _scope_name(scope: Mapping[str, str]) -> str | None:
    """Write a scope as one text, so that those that are alike are; ``None`` for everything."""
    return "\x1f".join(f"{name}\x1e{value}" for name, value in sorted(scope.items())) or None


def _reps(known: Records, as_of: date) -> Rows:
    seen = _recorded(known)
    managers = {team.manager for team in known.org.teams}
    reps = known.org.reps
    there = [rep.service[0] <= as_of < rep.service[1] for rep in reps]
    fields: dict[str, Sequence[Any]] = {
        "owner": [rep.id for rep in reps],
        "name": [rep.name for rep in reps],
        "team": [rep.team for rep in reps],
        "kind": [rep.kind for rep in reps],
        "level": [rep.level for rep in reps],
        "hired": [rep.hired for rep in reps],
        "left": [rep.left for rep in reps],
        "records": [seen.get(rep.id, 0) for rep in reps],
        "is_selling": [
            is_there and rep.kind == "employee" and rep.id not in managers for rep, is_there in zip(reps, there, strict=True)
        ],
    }
    return Rows(_table("rep", fields), [rep.id for rep in reps])


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

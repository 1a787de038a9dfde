"""Customers by the plain CSV layout, and the people who decide there or in a deal, or are a lead."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, TypeAlias

import attrs

from salesperf.errors import InvalidValueError
from salesperf.io.folder.cells import date_in, id_in, optional, write_cell
from salesperf.io.folder.facts import columns_of_facts, facts_in
from salesperf.io.folder.files import CONTACTS, CUSTOMERS, LEADS, OPPORTUNITIES
from salesperf.io.folder.layout import Faults, Items, Layout
from salesperf.io.folder.people import guarded, known_id
from salesperf.io.folder.table import Rows, Table
from salesperf.model.customer import CONTACT_ROLES, Contact, Customer
from salesperf.model.lead import Lead
from salesperf.model.opportunity import Opportunity

__all__ = ["Contacts", "read_contacts", "read_customers", "rows_of_contacts", "rows_of_customers"]

Contacts: TypeAlias = Mapping[tuple[str, str], Sequence[Contact]]
"""The contacts of each customer, deal and lead, by column and id: ``("customer", "k-1")``."""


def read_contacts(tables: Mapping[Layout, Table]) -> tuple[Contacts, Faults]:
    r"""Read contacts.

    Parameters
    ----------
    tables
        The table of contacts, and those of customers, opportunities and leads, of which only the ids are read.

    Examples
    --------
    >>> text = "id,customer,role\nc-1,k-1,champion\n"
    >>> tables = {layout: Table.empty(layout) for layout in (LEADS, OPPORTUNITIES)}
    >>> tables |= {CUSTOMERS: Table.parse("id\nk-1\n", CUSTOMERS), CONTACTS: Table.parse(text, CONTACTS)}
    >>> contacts, _ = read_contacts(tables)
    >>> contacts["customer", "k-1"]
    [Contact(id='c-1', role='champion')]
    """
    read = tables[CONTACTS].read(
        {
            "id": id_in,
            "customer": optional(known_id(tables[CUSTOMERS].places("id"), "unknown_customer")),
            "opportunity": optional(known_id(tables[OPPORTUNITIES].places("id"), "unknown_opportunity")),
            "lead": optional(known_id(tables[LEADS].places("id"), "unknown_lead")),
            "role": optional(_role_in),
            **dict.fromkeys(("name", "title", "email", "phone"), str),
        },
        _contact,
    )
    contacts: dict[tuple[str, str], list[Contact]] = {}
    taken = set()
    faults = list(read.faults)
    for position, (of, contact) in enumerate(read.items):
        if (of, contact.id) in taken:
            faults.append(InvalidValueError("not_unique", path=read.path(position, "id"), value=guarded(contact.id)))
        elif of[0] == "lead" and of in contacts:
            faults.append(InvalidValueError("not_unique", path=read.path(position, "lead"), value=of[1]))
        else:
            contacts.setdefault(of, []).append(contact)
        taken.add((of, contact.id))
    return contacts, tuple(faults)


def read_customers(table: Table, *, contacts: Contacts, owner_in: Callable[[str], str]) -> Items[Customer]:
    r"""Read customers.

    Parameters
    ----------
    table
        The table of customers.
    contacts
        What :func:`read_contacts` returned.
    owner_in
        Reads the id of a rep or a team.

    Returns
    -------
    Items
        One whose row is faulty is there for others to refer to, by its id alone: one fault is told once.

    Examples
    --------
    >>> table = Table.parse("id,parent,fact.industry\nk-1,,retail\nk-2,k-1,\n", CUSTOMERS)
    >>> [customer.parent for customer in read_customers(table, contacts={}, owner_in=str).items]
    [None, 'k-1']
    """
    lines = table.places("id")
    read = table.read(
        {
            "id": id_in,
            "name": str,
            "owner": optional(owner_in),
            "parent": optional(known_id(lines, "unknown_customer")),
            "since": optional(date_in),
            "fact": facts_in,
        },
        lambda fact, **row: Customer(**row, facts=fact, contacts=contacts.get(("customer", row["id"]), ())),
    )
    missing = lines.keys() - {customer.id for customer in read.items}
    return attrs.evolve(
        read,
        items=(*read.items, *(Customer(id=name) for name in missing)),
        lines=(*read.lines, *(lines[name] for name in missing)),
    )


def rows_of_customers(customers: Iterable[Customer]) -> tuple[tuple[str, ...], Rows]:
    """Return the columns, and the rows that :func:`read_customers` reads back.

    Examples
    --------
    >>> columns, rows = rows_of_customers([Customer(id="k-1", name="Huaxing Ltd", facts={"seats": 40})])
    >>> columns[-1], list(rows)
    ('fact.seats:int', [('k-1', 'Huaxing Ltd', '', '', '', '40')])
    """
    customers = tuple(customers)
    columns, cells_of = columns_of_facts(customer.facts for customer in customers)

    def row_of(customer: Customer) -> tuple[str, ...]:
        links = (customer.owner or "", customer.parent or "", write_cell(customer.since))
        return (customer.id, customer.name, *links, *cells_of(customer.facts))

    return (*CUSTOMERS.columns, *columns), map(row_of, customers)


def rows_of_contacts(customers: Iterable[Customer], opportunities: Iterable[Opportunity], leads: Iterable[Lead]) -> Rows:
    """Return the rows that :func:`read_contacts` reads back.

    Examples
    --------
    >>> customer = Customer(id="k-1", contacts=[Contact(id="c-1", role="champion")])
    >>> list(rows_of_contacts([customer], [], []))
    [('c-1', 'k-1', '', '', 'champion', '', '', '', '')]
    """
    of_customers = (((customer.id, "", ""), contact) for customer in customers for contact in customer.contacts)
    of_deals = ((("", deal.id, ""), contact) for deal in opportunities for contact in deal.contacts)
    of_leads = ((("", "", lead.id), lead.contact) for lead in leads if lead.contact is not None)
    for of, contact in chain(of_customers, of_deals, of_leads):
        yield (contact.id, *of, contact.role or "", contact.name, contact.title, contact.email, contact.phone)


def _role_in(cell: str) -> str:
    """Read a place in the decision chain; in a row that is shifted by a column a name may stand there."""
    role = id_in(cell)
    if role not in CONTACT_ROLES:
        raise InvalidValueError("choice", choices=CONTACT_ROLES, value=guarded(role))
    return role


def _contact(customer: str | None, opportunity: str | None, lead: str | None, **row: Any) -> tuple[tuple[str, str], Contact]:  # noqa: ANN401 - a cell of each column
    contact = Contact(**row)
    belongs = {"customer": customer, "opportunity": opportunity, "lead": lead}
    named = [(column, whose) for column, whose in belongs.items() if whose is not None]
    if len(named) != 1:
        raise InvalidValueError("contact_of_one", path=("customer",))
    return named[0], contact

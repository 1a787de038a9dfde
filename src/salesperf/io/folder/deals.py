"""Deals by the plain CSV layout, with all that they refer to: processes, customers, leads, costs, contacts, changes."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import attrs

from salesperf.io.folder.costs import read_costs
from salesperf.io.folder.customers import read_contacts, read_customers
from salesperf.io.folder.files import CHANGES, COSTS, CUSTOMERS, OPPORTUNITIES, STAGES
from salesperf.io.folder.layout import Faults, Items, Layout
from salesperf.io.folder.leads import read_leads
from salesperf.io.folder.opportunities import Repeats, read_changes, read_opportunities
from salesperf.io.folder.processes import read_processes
from salesperf.io.folder.table import Progress, Table
from salesperf.model.channel_cost import ChannelCost
from salesperf.model.customer import Customer
from salesperf.model.finding import Finding
from salesperf.model.lead import Lead
from salesperf.model.message import Message
from salesperf.model.opportunity import Opportunity
from salesperf.model.process import STANDARD_PROCESSES, SalesProcess

__all__ = ["Deals", "read_deals"]


@attrs.frozen(kw_only=True)
class Deals:
    """What was read of deals.

    Parameters
    ----------
    processes
        The sales processes, but for faulty ones.
    customers, leads, costs, opportunities
        What was made of the rows of these four.
    faults
        What was wrong, in all the files.
    findings
        What was noticed.

    Examples
    --------
    >>> from salesperf.io.folder.files import LAYOUTS
    >>> deals = read_deals({layout: Table.empty(layout) for layout in LAYOUTS}, owner_in=str)
    >>> deals.processes, deals.opportunities.items
    ((), ())
    """

    processes: tuple[SalesProcess, ...]
    customers: Items[Customer]
    leads: Items[Lead]
    costs: Items[ChannelCost]
    opportunities: Items[Opportunity]
    faults: Faults
    findings: tuple[Finding, ...]


def read_deals(
    tables: Mapping[Layout, Table],
    *,
    owner_in: Callable[[str], str],
    repeats: Repeats = "refuse",
    progress: Progress | None = None,
) -> Deals:
    r"""Read deals, customers, leads, costs, contacts and sales processes.

    Parameters
    ----------
    tables
        The tables of all files.
    owner_in
        Reads the id of a rep or a team.
    repeats
        As for :func:`salesperf.io.folder.opportunities.read_changes`.
    progress
        Told of the rows done.

    Examples
    --------
    >>> from salesperf.io.folder.files import LAYOUTS
    >>> tables = {layout: Table.empty(layout) for layout in LAYOUTS}
    >>> tables[OPPORTUNITIES] = Table.parse("id,process\no-1,basic\n", OPPORTUNITIES)
    >>> tables[CHANGES] = Table.parse("opportunity,on,stage\no-1,2026-09-01,lead\n", CHANGES)
    >>> deals = read_deals(tables, owner_in=str)
    >>> deals.opportunities.items[0].stage, deals.processes[0].key
    ('lead', 'basic')
    """
    processes, ready_made, faults_of_processes = read_processes(tables)
    contacts, faults_of_contacts = read_contacts(tables)
    customers = read_customers(tables[CUSTOMERS], contacts=contacts, owner_in=owner_in)
    leads = read_leads(tables, contacts=contacts, owner_in=owner_in, progress=progress)
    costs = read_costs(tables[COSTS], owner_in=owner_in)
    known = tables[OPPORTUNITIES].places("id")
    changes = read_changes(tables[CHANGES], deals=known, owner_in=owner_in, repeats=repeats, progress=progress)
    opportunities = read_opportunities(tables, changes=changes, processes=processes, contacts=contacts, progress=progress)
    return Deals(
        processes=tuple(process for process in processes.values() if process is not None),
        customers=customers,
        leads=leads,
        costs=costs,
        opportunities=opportunities,
        faults=(
            *faults_of_processes,
            *faults_of_contacts,
            *customers.faults,
            *leads.faults,
            *costs.faults,
            *changes.rows.faults,
            *opportunities.faults,
        ),
        findings=tuple(_findings(changes.repeated, ready_made)),
    )


def _findings(count: int, ready_made: Sequence[str]) -> Iterator[Finding]:
    """Note how many rows were read as no change of stage, if any, and which chances and limits nobody of the company gave."""
    if count:
        message = Message.of("finding.repeated_stage", count=count)
        yield Finding(rule="repeated_stage", message=message, severity="info", record=CHANGES.file, field="stage", count=count)
    for key in ready_made:
        message = Message.of("finding.ready_made_stages", process=Message(STANDARD_PROCESSES[key].label))
        yield Finding(rule="ready_made_stages", message=message, severity="info", record=STAGES.file, field="process")

"""Opportunities by the plain CSV layout: what stays the same about a deal in one file, all that changes in another."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import islice
from typing import Any, Final, Literal, TypeAlias

import attrs

from salesperf.errors import InvalidValueError, SalesperfError, UnknownNameError
from salesperf.io.folder.cells import (
    amount_in,
    amount_of_unit,
    date_in,
    id_in,
    list_in,
    optional,
    unit_in,
    write_cell,
    write_list,
)
from salesperf.io.folder.customers import Contacts
from salesperf.io.folder.facts import columns_of_facts, facts_in
from salesperf.io.folder.files import CUSTOMERS, LEADS, OPPORTUNITIES
from salesperf.io.folder.histories import MOST_OF_ONE, Histories, Maker
from salesperf.io.folder.layout import Items, Layout
from salesperf.io.folder.people import known_id
from salesperf.io.folder.processes import Processes
from salesperf.io.folder.table import Progress, Rows, Table
from salesperf.model.amount import Unit
from salesperf.model.change import CHANGING_FIELDS, Change
from salesperf.model.opportunity import Opportunity
from salesperf.model.process import STANDARD_PROCESSES, SalesProcess
from salesperf.model.validators import check_choice

__all__ = [
    "REPEATS",
    "Changes",
    "Repeats",
    "read_changes",
    "read_opportunities",
    "rows_of_changes",
    "rows_of_opportunities",
]

Repeats: TypeAlias = Literal["refuse", "collapse"]
REPEATS: Final[tuple[Repeats, ...]] = ("refuse", "collapse")
"""What may become of a row that names the stage in which the deal is already."""


@attrs.frozen(kw_only=True)
class Changes(Histories[Change]):
    """What was read of the changes of deals.

    Parameters
    ----------
    rows, is_whole, of
        As of :class:`salesperf.io.folder.histories.Histories`.
    repeated
        How many rows named the stage in which the deal was, and were read as no change of stage.

    Examples
    --------
    >>> from salesperf.io.folder.files import CHANGES
    >>> rows = Items(layout=CHANGES, items=(("o-1", Change(None, stage="lead")),), lines=(2,), faults=())
    >>> Changes(rows=rows, is_whole=lambda deal: True, repeated=0).of_each["o-1"]
    [0]
    """

    of: str = "opportunity"
    repeated: int


def read_changes(
    table: Table,
    *,
    deals: Collection[str],
    owner_in: Callable[[str], str],
    repeats: Repeats = "refuse",
    progress: Progress | None = None,
) -> Changes:
    r"""Read the changes of deals.

    Parameters
    ----------
    table
        The table of changes.
    deals
        The ids of the deals.
    owner_in
        Reads the id of a rep or a team.
    repeats
        ``"collapse"`` to read a stage named again as :meth:`salesperf.Opportunity.of` does.
    progress
        Told of the rows done.

    Examples
    --------
    >>> from salesperf.io.folder.files import CHANGES
    >>> table = Table.parse("opportunity,on,stage\no-1,2026-09-01,lead\no-1,2026-09-08,lead\n", CHANGES)
    >>> changes = read_changes(table, deals={"o-1"}, owner_in=str, repeats="collapse")
    >>> len(changes.rows.items), changes.repeated
    (1, 1)
    """
    make = _ChangeMaker(are_collapsed=repeats == "collapse")
    readers: dict[str, Callable[[str], object]] = {
        "opportunity": cache(known_id(deals, "unknown_opportunity")),
        "on": cache(optional(date_in)),
        "stage": cache(optional(id_in)),
        "amount": optional(amount_in),
        "unit": cache(optional(unit_in)),
        "expected_close": cache(optional(date_in)),
        "owner": cache(optional(owner_in)),
        "category": cache(optional(id_in)),
        "grade": cache(optional(id_in)),
        "reason": cache(optional(id_in)),
        "evidence": cache(list_in),
    }
    rows = table.read(readers, make, progress=progress)
    return Changes(rows=rows, is_whole=table.wholeness("opportunity", rows.faults), repeated=make.repeated)


def read_opportunities(
    tables: Mapping[Layout, Table],
    *,
    changes: Changes,
    processes: Processes,
    contacts: Contacts,
    progress: Progress | None = None,
) -> Items[Opportunity]:
    r"""Read deals.

    Parameters
    ----------
    tables
        The table of opportunities, and those of customers and leads, of which only the ids are read.
    changes
        What :func:`read_changes` returned.
    processes
        What :func:`salesperf.io.folder.processes.read_processes` returned.
    contacts
        What :func:`salesperf.io.folder.customers.read_contacts` returned.
    progress
        Told of the rows done.

    Returns
    -------
    Items
        Without deals whose history could not be read whole, or whose process is faulty; with the faults of histories, each at
        the row in ``changes.csv``.

    Examples
    --------
    >>> from salesperf.io.folder.files import CHANGES
    >>> rows = Table.parse("opportunity,on,stage\no-1,2026-09-01,lead\no-1,2026-08-01,proposal\n", CHANGES)
    >>> tables = {layout: Table.empty(layout) for layout in (CUSTOMERS, LEADS)}
    >>> tables[OPPORTUNITIES] = Table.parse("id,process\no-1,basic\n", OPPORTUNITIES)
    >>> changes = read_changes(rows, deals={"o-1"}, owner_in=str)
    >>> read = read_opportunities(tables, changes=changes, processes=STANDARD_PROCESSES, contacts={})
    >>> [(fault.code, fault.path) for fault in read.faults]
    [('history_order', ('changes.csv', 3, 'on'))]
    """
    drafts = tables[OPPORTUNITIES].read(
        {
            "id": id_in,
            "customer": cache(optional(known_id(tables[CUSTOMERS].places("id"), "unknown_customer"))),
            "lead": optional(known_id(tables[LEADS].places("id"), "unknown_lead")),
            "process": cache(_process_in(processes)),
            "competitors": cache(list_in),
            "as_exported": cache(_fields_in),
            "exported": cache(optional(date_in)),
            "fact": facts_in,
        },
        lambda fact, **row: {**row, "facts": fact, "contacts": contacts.get(("opportunity", row["id"]), ())},
        progress=progress,
    )
    maker = _DealMaker(drafts=drafts, histories=changes, make=Opportunity, missing="changes_missing", processes=processes)
    if drafts.items and not processes:
        path = drafts.path(0, "process")
        maker.faults.append(UnknownNameError("process_missing", path=path, choices=tuple(STANDARD_PROCESSES)))
    return maker.items()


def rows_of_opportunities(opportunities: Iterable[Opportunity]) -> tuple[tuple[str, ...], Rows]:
    """Return the columns, and the rows that :func:`read_opportunities` reads back.

    Examples
    --------
    >>> deal = Opportunity(id="o-1", history=[Change(None, stage="lead")], competitors=["Acme", "Umbrella Ltd"])
    >>> columns, rows = rows_of_opportunities([deal])
    >>> list(rows)
    [('o-1', '', '', '', 'Acme;Umbrella Ltd', '', '')]
    """
    opportunities = tuple(opportunities)
    columns, cells_of = columns_of_facts(deal.facts for deal in opportunities)

    def row_of(deal: Opportunity) -> tuple[str, ...]:
        links = (deal.customer or "", deal.lead or "", deal.process or "")
        lists = (write_list(deal.competitors), write_list(deal.as_exported))
        return (deal.id, *links, *lists, write_cell(deal.exported), *cells_of(deal.facts))

    return (*OPPORTUNITIES.columns, *columns), map(row_of, opportunities)


def rows_of_changes(opportunities: Iterable[Opportunity]) -> Rows:
    """Return the rows that :func:`read_changes` reads back, deal by deal.

    Examples
    --------
    >>> deal = Opportunity(id="o-1", history=[Change(date(2026, 9, 1), stage="lead", owner="ada")])
    >>> list(rows_of_changes([deal]))
    [('o-1', '2026-09-01', 'lead', '', '', '', 'ada', '', '', '', '')]
    """
    seldom_new = cache(write_cell)
    for deal in opportunities:
        for change in deal.history:
            amount = change.amount
            worth = ("", "") if amount is None else (write_cell(amount), seldom_new(amount.unit))
            words = (change.owner, change.category, change.grade, change.reason)
            cells = (change.stage or "", *worth, seldom_new(change.expected_close), *(word or "" for word in words))
            yield (deal.id, seldom_new(change.on), *cells, write_list(change.evidence) if change.evidence else "")


class _ChangeMaker:
    """Makes changes of rows, and remembers in which stage each deal is."""

    def __init__(self, *, are_collapsed: bool) -> None:
        self.are_collapsed = are_collapsed
        self.repeated = 0
        self.stages: dict[str, str] = {}

    def __call__(
        self,
        *,
        opportunity: str,
        on: date | None,
        stage: str | None,
        amount: str | None,
        unit: Unit | None,
        **others: Any,  # noqa: ANN401 - fields of Change, checked by it
    ) -> tuple[str, Change] | None:
        if self.are_collapsed and stage is not None:
            if stage == self.stages.get(opportunity):
                self.repeated += 1
                stage = None
                if amount is None and not any(others.values()):
                    return None
            else:
                self.stages[opportunity] = stage
        if amount is None:
            return opportunity, Change(on, stage=stage, **others)
        if unit is None:
            raise InvalidValueError("unreadable_unit", path=("unit",), value="")
        return opportunity, Change(on, stage=stage, amount=amount_of_unit(amount, unit), **others)


@attrs.define(kw_only=True)
class _DealMaker(Maker[Change, Opportunity]):
    """Makes deals, whose stages must be those of their process."""

    processes: Processes

    def judged(
        self, place: int, draft: Mapping[str, Any], rows: Sequence[int], found: list[SalesperfError]
    ) -> Opportunity | None:
        key = next(iter(self.processes)) if draft["process"] is None and len(self.processes) == 1 else draft["process"]
        process = self.processes.get(key)
        if process is not None:
            found.extend(islice(self._faults_of_stages(process, rows), MOST_OF_ONE))
        deal = super().judged(place, draft, rows, found)
        return None if process is None else deal

    def _faults_of_stages(self, process: SalesProcess, rows: Iterable[int]) -> Iterator[SalesperfError]:
        changes = self.histories.rows
        for row in rows:
            stage = changes.items[row][1].stage
            if stage is not None and stage not in process.stage_by_key:
                path, choices = changes.path(row, "stage"), tuple(process.stage_by_key)
                yield UnknownNameError("unknown_stage", path=path, choices=choices, value=stage)


def _process_in(processes: Processes) -> Callable[[str], str | None]:
    choices = tuple(dict.fromkeys((*processes, *STANDARD_PROCESSES)))

    def read(cell: str) -> str | None:
        key = cell.strip()
        if key in processes:
            return key
        if not key and len(processes) <= 1:
            return None
        if not key:
            raise UnknownNameError("process_missing", choices=choices)
        raise UnknownNameError("unknown_process", choices=choices, value=key)

    return read


def _fields_in(cell: str) -> tuple[str, ...]:
    fields = list_in(cell)
    for field in fields:
        check_choice(field, CHANGING_FIELDS, ())
    return fields

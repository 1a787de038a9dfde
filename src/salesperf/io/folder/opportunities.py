"""Opportunities by the plain CSV layout: what stays the same about a deal in one file, all that changes in another."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
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
from salesperf.io.folder.files import CUSTOMERS, OPPORTUNITIES
from salesperf.io.folder.layout import Items, Layout
from salesperf.io.folder.people import known_id
from salesperf.io.folder.processes import Processes
from salesperf.io.folder.table import MOST_FAULTS, Progress, Rows, Table
from salesperf.model.amount import Unit
from salesperf.model.opportunity import CHANGING_FIELDS, Change, Opportunity
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

_MOST_OF_A_DEAL: Final = 20
"""After so many faults the rest of a deal's history is not looked at."""
_LEADING: Final = frozenset({"history_begins", "history_order"})
"""Faults of one row that make others look wrong."""
_COLUMNS: Final = {"amount": "unit"}
"""The column at fault, where it has not the name of the field: all that is refused of an amount in a history is its unit."""


@attrs.frozen(kw_only=True)
class Changes:
    """What was read of the changes of deals.

    Parameters
    ----------
    rows
        The id of the deal and the change, for each row that changes anything.
    is_whole
        Tells of an id whether all rows of the deal have been read.
    repeated
        How many rows named the stage in which the deal was, and were read as no change of stage.

    Examples
    --------
    >>> from salesperf.io.folder.files import CHANGES
    >>> rows = Items(layout=CHANGES, items=(("o-1", Change(None, stage="lead")),), lines=(2,), faults=())
    >>> Changes(rows=rows, is_whole=lambda deal: True, repeated=0).of_each["o-1"]
    [0]
    """

    rows: Items[tuple[str, Change]]
    is_whole: Callable[[str], bool]
    repeated: int

    @property
    def of_each(self) -> dict[str, list[int]]:
        """The positions of the rows of each deal."""
        positions: dict[str, list[int]] = {}
        for position, (deal, _) in enumerate(self.rows.items):
            positions.setdefault(deal, []).append(position)
        return positions

    @property
    def are_all_placed(self) -> bool:
        """Whether every row names a deal: a deal may lack the one that does not."""
        return not any("opportunity" in fault.path for fault in self.rows.faults)


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
        The table of opportunities, and that of customers, of which only the ids are read.
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
    >>> tables = {CUSTOMERS: Table.empty(CUSTOMERS), OPPORTUNITIES: Table.parse("id,process\no-1,basic\n", OPPORTUNITIES)}
    >>> changes = read_changes(rows, deals={"o-1"}, owner_in=str)
    >>> read = read_opportunities(tables, changes=changes, processes=STANDARD_PROCESSES, contacts={})
    >>> [(fault.code, fault.path) for fault in read.faults]
    [('history_order', ('changes.csv', 3, 'on'))]
    """
    drafts = tables[OPPORTUNITIES].read(
        {
            "id": id_in,
            "customer": cache(optional(known_id(tables[CUSTOMERS].places("id"), "unknown_customer"))),
            "lead": optional(id_in),
            "process": cache(_process_in(processes)),
            "competitors": cache(list_in),
            "as_exported": cache(_fields_in),
            "exported": cache(optional(date_in)),
            "fact": facts_in,
        },
        lambda fact, **row: {**row, "facts": fact, "contacts": contacts.get(("opportunity", row["id"]), ())},
        progress=progress,
    )
    return _DealMaker(drafts=drafts, changes=changes, processes=processes).opportunities()


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
class _DealMaker:
    """Makes deals of what stays the same and what changes, and notes what is wrong with either."""

    drafts: Items[dict[str, Any]]
    changes: Changes
    processes: Processes
    faults: list[SalesperfError] = attrs.field(factory=list)

    def opportunities(self) -> Items[Opportunity]:
        """Make each deal whose rows are all sound."""
        rows, seen = self.changes.of_each, set()
        made: dict[int, Opportunity] = {}
        if self.drafts.items and not self.processes:
            path = self.drafts.path(0, "process")
            self.faults.append(UnknownNameError("process_missing", path=path, choices=tuple(STANDARD_PROCESSES)))
        for place, draft in enumerate(self.drafts.items):
            if len(self.faults) >= MOST_FAULTS:
                self.faults.append(InvalidValueError("too_many_faults", path=self.drafts.path(place), limit=MOST_FAULTS))
                break
            if draft["id"] in seen:
                self.faults.append(InvalidValueError("not_unique", path=self.drafts.path(place, "id"), value=draft["id"]))
            elif self.changes.is_whole(draft["id"]):
                deal = self._opportunity(place, draft, rows.get(draft["id"], []))
                if deal is not None:
                    made[place] = deal
            seen.add(draft["id"])
        lines = tuple(self.drafts.lines[place] for place in made)
        faults = (*self.drafts.faults, *self.faults)
        return Items(layout=OPPORTUNITIES, items=tuple(made.values()), lines=lines, faults=faults)

    def _opportunity(self, place: int, draft: Mapping[str, Any], rows: list[int]) -> Opportunity | None:
        if not rows:
            if self.changes.are_all_placed:
                path = self.drafts.path(place, "id")
                self.faults.append(InvalidValueError("changes_missing", path=path, value=draft["id"]))
            return None
        key = next(iter(self.processes)) if draft["process"] is None and len(self.processes) == 1 else draft["process"]
        process = self.processes.get(key)
        found = [] if process is None else list(islice(self._faults_of_stages(process, rows), _MOST_OF_A_DEAL))
        deal = self._history_judged(place, draft, rows, found)
        self.faults.extend(found)
        return None if found or process is None else deal

    def _faults_of_stages(self, process: SalesProcess, rows: Iterable[int]) -> Iterator[SalesperfError]:
        for row in rows:
            stage = self.changes.rows.items[row][1].stage
            if stage is not None and stage not in process.stage_by_key:
                path, choices = self.changes.rows.path(row, "stage"), tuple(process.stage_by_key)
                yield UnknownNameError("unknown_stage", path=path, choices=choices, value=stage)

    def _history_judged(
        self, place: int, draft: Mapping[str, Any], rows: Iterable[int], found: list[SalesperfError]
    ) -> Opportunity | None:
        """Make a deal, or note the row at fault, leave it out and look again, so that every row at fault is told."""
        left = list(rows)
        for _ in range(min(len(left), _MOST_OF_A_DEAL)):
            try:
                return Opportunity(history=[self.changes.rows.items[row][1] for row in left], **draft)
            except SalesperfError as error:
                _, _, field, *where = error.path
                if field != "history":
                    found.append(self.drafts.fault(error, place))
                    break
                position, column = where
                row = left.pop(int(position))
                if error.code != "history_begins" or self.changes.are_all_placed:
                    found.append(error.at(*self.changes.rows.path(row, _COLUMNS.get(str(column), str(column)))))
                if error.code in _LEADING:
                    break
        return None


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

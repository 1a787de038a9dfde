"""What a folder lacks: ``reps.csv``, or files that the rows of others need; and the files that may be meant for them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import Final

from salesperf.errors import InvalidValueError, SalesperfError, show
from salesperf.io.folder.files import (
    ACTIONS,
    ASSESSMENTS,
    CHANGES,
    CUSTOMERS,
    KEY_RESULTS,
    LAYOUTS,
    LEAD_CHANGES,
    LEADS,
    METRICS,
    MILESTONES,
    OBJECTIVES,
    OPPORTUNITIES,
    PLANS,
    PROCESSES,
    REPS,
    RISKS,
    STAGES,
    TASKS,
    TEAMS,
)
from salesperf.io.folder.layout import Layout
from salesperf.io.folder.table import Table, system_reason

__all__ = ["file_meant", "files_needed", "is_of_an_empty_cell", "is_table", "names_in"]

_FILES: Final = frozenset(layout.file for layout in LAYOUTS)
_BY_STEM: Final = MappingProxyType({PurePath(layout.file).stem: layout.file for layout in LAYOUTS})
_SURE: Final[Mapping[str, tuple[Layout, ...]]] = MappingProxyType(
    {
        "unknown_team": (TEAMS,),
        "unknown_objective": (OBJECTIVES,),
        "unknown_key_result": (KEY_RESULTS,),
        "unknown_okr": (OBJECTIVES, KEY_RESULTS),
        "unknown_customer": (CUSTOMERS,),
        "unknown_lead": (LEADS,),
        "lead_changes_missing": (LEAD_CHANGES,),
        "unknown_opportunity": (OPPORTUNITIES,),
        "changes_missing": (CHANGES,),
        "unknown_action": (ACTIONS,),
        "unknown_plan": (PLANS,),
        "unknown_task": (TASKS,),
        "unknown_risk": (RISKS,),
        "assessments_missing": (ASSESSMENTS,),
    }
)
"""Faults of rows that need a file: where it is not there, it is what is wrong."""
_PERHAPS: Final[Mapping[str, tuple[Layout, ...]]] = MappingProxyType(
    {
        "unknown_owner": (TEAMS,),
        "unknown_metric": (METRICS,),
        "unknown_process": (PROCESSES, STAGES),
        "process_without_stages": (STAGES,),
        "key_result_lacks": (MILESTONES,),
    }
)
"""Faults of rows that are as often slips of their own: a file that is not there is at fault where another is like it."""


def file_meant(name: str) -> str | None:
    """Return the file of the layout for which another may be meant, by its name; ``None`` where it is like none.

    Examples
    --------
    >>> file_meant("Lead.csv"), file_meant("leads.xlsx"), file_meant("budget.csv")
    ('leads.csv', 'leads.csv', None)
    """
    alike = get_close_matches(PurePath(name).stem.lower(), _BY_STEM, n=1)
    return _BY_STEM[alike[0]] if alike else None


def is_table(name: str) -> bool:
    """Tell whether a file is a CSV file, by its name.

    Examples
    --------
    >>> is_table("Lead.CSV"), is_table("leads.xlsx")
    (True, False)
    """
    return PurePath(name).suffix.lower() == ".csv"


def names_in(place: Path) -> tuple[str, ...]:
    """Return the names of all that a folder holds, in order.

    Raises
    ------
    InvalidValueError
        If there is no such folder, or no ``reps.csv`` in it; each error tells which.

    Examples
    --------
    >>> names_in(Path("no", "such", "place"))
    Traceback (most recent call last):
    salesperf.errors.InvalidValueError: folder: expected a folder that holds reps.csv, got a path at which there is nothing
    """
    try:
        names = tuple(sorted(path.name for path in place.iterdir()))
    except (FileNotFoundError, ValueError):  # the latter where no file can have that name
        raise InvalidValueError("folder_missing", path=("folder",)) from None
    except NotADirectoryError:
        raise InvalidValueError("folder_is_file", path=("folder",)) from None
    except OSError as error:
        raise InvalidValueError("folder_unreadable", path=("folder",), reason=system_reason(error)) from None
    if not names:
        raise InvalidValueError("folder_empty", path=("folder",))
    if not (place / REPS.file).is_file():
        meant = _meant_for(REPS, names)
        tables = tuple(filter(is_table, names))
        raise InvalidValueError("reps_misnamed" if meant else "reps_missing", path=("folder",), value=meant or tables)
    return names


def is_of_an_empty_cell(fault: SalesperfError) -> bool:
    """Tell whether a fault is that a cell is empty, which follows from nothing else.

    Examples
    --------
    >>> [is_of_an_empty_cell(InvalidValueError("unknown_lead", value=cell)) for cell in ("", "l-1")]
    [True, False]
    """
    return fault.params.get("value") == show("")


def files_needed(
    faults: Iterable[SalesperfError], tables: Mapping[Layout, Table], absent: Collection[Layout], names: Iterable[str]
) -> Mapping[Layout, list[SalesperfError]]:
    r"""Return the files that are not there though rows need them, each with one fault for every file with such rows.

    Parameters
    ----------
    faults
        What was wrong with rows.
    tables
        The tables of all files, of which rows are counted.
    absent
        The files that are not there.
    names
        The names of all files that are.

    Returns
    -------
    Mapping of Layout to list of errors
        Each at the first of the rows, with how many there are, and with what may be meant for the file that they need: what has
        a name like it, or else all CSV files whose names are like none.

    Examples
    --------
    >>> from salesperf.errors import UnknownNameError
    >>> from salesperf.io.folder.files import TOUCHES
    >>> faults = [UnknownNameError("unknown_lead", path=("touches.csv", line, "lead"), value="l-1") for line in (2, 3)]
    >>> tables = {TOUCHES: Table.parse("lead,on,kind\nl-1,2026-09-01,call\nl-1,2026-09-02,call\n", TOUCHES)}
    >>> (fault,) = files_needed(faults, tables, {LEADS}, ["lead.csv", "touches.csv"])[LEADS]
    >>> fault.where, dict(fault.params)
    ('touches.csv:2:lead: ', {'known': "'leads.csv'", 'count': '2', 'value': "'lead.csv'"})
    """
    names = [name for name in names if name not in _FILES]
    meant = {layout: _meant_for(layout, names) for layout in absent}
    others = tuple(name for name in names if is_table(name) and file_meant(name) is None)
    found: dict[Layout, dict[str, list[SalesperfError]]] = {}
    for fault in faults:
        for layout in _needed(fault, meant):
            found.setdefault(layout, {}).setdefault(str(fault.path[0]), []).append(fault)
    by_file = {layout.file: table for layout, table in tables.items()}
    return {
        layout: [_fault(layout, rows, by_file[file], meant[layout], others) for file, rows in of_files.items()]
        for layout, of_files in found.items()
    }


def _needed(fault: SalesperfError, meant: Mapping[Layout, tuple[str, ...]]) -> Iterator[Layout]:
    """Yield the files, of those that are not there, that the row of a fault needs."""
    if is_of_an_empty_cell(fault):
        return
    yield from (layout for layout in _SURE.get(fault.code, ()) if layout in meant)
    yield from (layout for layout in _PERHAPS.get(fault.code, ()) if meant.get(layout))


def _fault(
    layout: Layout, rows: list[SalesperfError], table: Table, meant: tuple[str, ...], others: tuple[str, ...]
) -> SalesperfError:
    first = min(rows, key=lambda fault: fault.path[1])
    column = str(first.path[-1])
    # Not every row was read where faults were too many; but every cell with an id needs a file that is not there.
    is_sure = len(_SURE.get(first.code, ())) == 1
    count = sum(bool(cell) for _, cell in table.cells(column)) if is_sure else len(rows)
    if not (meant or others):
        return InvalidValueError("file_missing", path=first.path, known=layout.file, count=count)
    return InvalidValueError("file_misnamed", path=first.path, known=layout.file, count=count, value=meant or others)


def _meant_for(layout: Layout, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in _FILES and file_meant(name) == layout.file)

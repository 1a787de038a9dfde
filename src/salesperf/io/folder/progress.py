"""How actions and tasks get on by the plain CSV layout: a row for each day on which something was said of one."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cache
from typing import Any

from salesperf.io.folder.cells import date_in, id_in, write_cell
from salesperf.io.folder.histories import Histories
from salesperf.io.folder.table import Table
from salesperf.model.progress import ProgressStatus, StatusChange

__all__ = ["cells_of_status_changes", "read_status_changes"]


def read_status_changes(
    table: Table, *, of: str, whose: dict[str, Callable[[str], object]], key: Callable[..., Any]
) -> Histories[StatusChange]:
    r"""Read what was said of actions, or of tasks.

    Parameters
    ----------
    table
        The table of what was said.
    of
        The column that says of what a row is.
    whose
        What reads the columns that say so.
    key
        Makes of these by what the noun is known, or refuses them.

    Examples
    --------
    >>> from salesperf.io.folder.files import ACTION_CHANGES
    >>> table = Table.parse("action,on,status\na-1,2026-10-08,done\n", ACTION_CHANGES)
    >>> read_status_changes(table, of="action", whose={"action": str}, key=lambda action: action).rows.items[0][1].status
    'done'
    """

    def make(*, on: date, status: ProgressStatus, note: str, **names: Any) -> tuple[Any, StatusChange]:  # noqa: ANN401 - cells
        return key(**names), StatusChange(on, status, note=note)

    readers: dict[str, Callable[[str], object]] = {**whose, "on": cache(date_in), "status": cache(id_in), "note": str}
    rows = table.read(readers, make)
    return Histories(rows=rows, is_whole=table.wholeness(of, rows.faults), of=of)


def cells_of_status_changes(history: Iterable[StatusChange]) -> Iterator[tuple[str, str, str]]:
    """Yield day, status and note of whatever was said.

    Examples
    --------
    >>> list(cells_of_status_changes([StatusChange(date(2026, 10, 8), "blocked", note="no price list")]))
    [('2026-10-08', 'blocked', 'no price list')]
    """
    for change in history:
        yield write_cell(change.on), change.status, change.note

"""Records into a folder of CSV files, all of them or none."""

import os
import shutil
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from salesperf.errors import InvalidValueError
from salesperf.io.folder.costs import rows_of_costs
from salesperf.io.folder.customers import rows_of_contacts, rows_of_customers
from salesperf.io.folder.files import (
    ACTUALS,
    CALENDAR,
    CHANGES,
    CHECK_INS,
    CONTACTS,
    COSTS,
    CUSTOMERS,
    KEY_RESULTS,
    LAYOUTS,
    LEAD_CHANGES,
    LEADS,
    METRICS,
    MILESTONES,
    OBJECTIVES,
    OPPORTUNITIES,
    REPS,
    TARGETS,
    TOUCHES,
)
from salesperf.io.folder.follow_through import rows_of_follow_through
from salesperf.io.folder.layout import Layout
from salesperf.io.folder.leads import rows_of_lead_changes, rows_of_leads, rows_of_touches
from salesperf.io.folder.objectives import rows_of_check_ins, rows_of_key_results, rows_of_milestones, rows_of_objectives
from salesperf.io.folder.opportunities import rows_of_changes, rows_of_opportunities
from salesperf.io.folder.people import rows_of_calendar, rows_of_org
from salesperf.io.folder.processes import rows_of_processes
from salesperf.io.folder.table import Rows, system_reason, write_table
from salesperf.io.folder.targets import rows_of_actuals, rows_of_metrics, rows_of_targets
from salesperf.model.metric import Metric
from salesperf.model.records import Records

__all__ = ["write"]

_FILES: Final = frozenset(layout.file for layout in LAYOUTS)


def write(records: Records, folder: str | os.PathLike[str]) -> None:
    """Write records as a folder of CSV files, which :func:`read` reads back to equal records, but for what was found in them.

    Parameters
    ----------
    records
        What to write. Findings are left out, since they are about another source, and so are the numbers that a risk cites
        and that its marks were read off, since they are those of another day.
    folder
        Where to write. Its parent exists; the folder itself is new, or holds nothing but files of this layout, all of which
        are replaced.

    Raises
    ------
    InvalidValueError
        If the folder holds anything else, the system refuses to write, or a value could not be read back: two metrics
        of one key, a scope or a fact by an e-mail address, a unit that is not the text of itself, a fact that is a number of
        more than a hundred digits, text beyond the length of a cell.

    Notes
    -----
    All files are written to a new folder beside the old one, which then takes its name. Whoever reads sees the old files
    or the new ones, never some of each.

    A text that a spreadsheet would take for a formula stands behind an apostrophe, which :func:`read` takes away.

    Examples
    --------
    >>> from salesperf.io.folder import read
    >>> from salesperf.model.people import Org, Rep
    >>> records = Records(org=Org(reps=[Rep(id="ada")]))
    >>> with TemporaryDirectory() as parent:
    ...     write(records, Path(parent, "company"))
    ...     read(Path(parent, "company")) == records
    True
    """
    place = Path(folder).resolve()
    try:
        _require_replaceable(place)
        with TemporaryDirectory(dir=place.parent, prefix=f".{place.name}-") as beside:
            new = Path(beside, "new")
            new.mkdir()
            for layout, (columns, rows) in _contents(records).items():
                _require_readable(layout, columns)
                unwritten = iter(rows)
                first = list(islice(unwritten, 1))
                if first or layout is REPS:
                    write_table(new / layout.file, columns, chain(first, unwritten))
            _put_in_place(new, place, Path(beside, "old"))
    except OSError as error:
        raise InvalidValueError("file_unwritable", path=("folder",), reason=system_reason(error)) from None


def _contents(records: Records) -> dict[Layout, tuple[Sequence[str], Rows]]:
    """Return the columns and rows of each file."""
    plain: dict[Layout, Rows] = {
        **rows_of_org(records.org),
        CALENDAR: rows_of_calendar(records.calendar),
        METRICS: rows_of_metrics(set(_metrics(records))),
        OBJECTIVES: rows_of_objectives(records.objectives, records.calendar),
        KEY_RESULTS: rows_of_key_results(records.objectives, records.calendar),
        MILESTONES: rows_of_milestones(records.objectives),
        CHECK_INS: rows_of_check_ins(records.objectives),
        **rows_of_processes(records.processes),
        LEAD_CHANGES: rows_of_lead_changes(records.leads),
        TOUCHES: rows_of_touches(records.leads),
        COSTS: rows_of_costs(records.costs),
        CONTACTS: rows_of_contacts(records.customers, records.opportunities, records.leads),
        CHANGES: rows_of_changes(records.opportunities),
        **rows_of_follow_through(records),
    }
    contents: dict[Layout, tuple[Sequence[str], Rows]] = {layout: (layout.columns, rows) for layout, rows in plain.items()}
    contents[TARGETS] = rows_of_targets(records.targets, records.calendar)
    contents[ACTUALS] = rows_of_actuals(records.actuals)
    contents[CUSTOMERS] = rows_of_customers(records.customers)
    contents[LEADS] = rows_of_leads(records.leads)
    contents[OPPORTUNITIES] = rows_of_opportunities(records.opportunities)
    return contents


def _metrics(records: Records) -> Iterator[Metric]:
    """Yield the metric of whatever is measured."""
    yield from (target.metric for target in records.targets)
    yield from (actual.metric for actual in records.actuals)
    measured = (objective.key_results for root in records.objectives for objective in root.walk())
    yield from (part.metric for part in chain.from_iterable(measured) if part.metric is not None)


def _require_readable(layout: Layout, columns: Sequence[str]) -> None:
    """Refuse a column that would not be read back."""
    for column in columns:
        if layout.recognise(column) != column:
            raise InvalidValueError("unknown_column", path=(layout.file,), value=column)


def _require_replaceable(place: Path) -> None:
    """Refuse to write over anything that is not ours."""
    if not place.exists():
        return
    foreign = (path.name for path in sorted(place.iterdir()) if path.name not in _FILES or not path.is_file())
    found = next(foreign, None)
    if found is not None:
        raise InvalidValueError("folder_occupied", path=("folder",), value=found)


def _put_in_place(new: Path, place: Path, old: Path) -> None:
    """Let a new folder take the place of an old one; if the system refuses, the old one stays."""
    if not place.exists():
        new.rename(place)
        return
    shutil.copymode(place, new)
    place.rename(old)
    try:
        new.rename(place)
    except OSError:
        old.rename(place)
        raise

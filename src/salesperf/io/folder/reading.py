"""A folder of CSV files into records, or into one error that tells every fault."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import as_file, files
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from salesperf.errors import InvalidInputError, SalesperfError, UnitMismatchError, show
from salesperf.io.folder.deals import read_deals
from salesperf.io.folder.files import (
    ACTIONS,
    ACTUALS,
    ASSESSMENTS,
    CALENDAR,
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
    TARGETS,
    TASKS,
    TEAMS,
)
from salesperf.io.folder.follow_through import read_follow_through
from salesperf.io.folder.layout import Faults, Items, Layout, faults_in, located
from salesperf.io.folder.missing import file_meant, files_needed, is_of_an_empty_cell, is_table, names_in
from salesperf.io.folder.objectives import read_objectives
from salesperf.io.folder.opportunities import REPEATS, Repeats
from salesperf.io.folder.people import known_id, read_calendar, read_org
from salesperf.io.folder.table import LIMIT_BYTES, Progress, Table
from salesperf.io.folder.targets import read_actuals, read_metrics, read_targets
from salesperf.model.amount import Amount
from salesperf.model.finding import Finding
from salesperf.model.message import Message
from salesperf.model.records import Records
from salesperf.model.target import Actual, Target
from salesperf.model.validators import check_choice

__all__ = ["read", "read_sample"]

_FILES: Final = tuple(layout.file for layout in LAYOUTS)
_OF_PROCESSES: Final = frozenset(
    {"unknown_process", "unknown_stage", "process_missing", "process_without_stages", "too_many_faults"},
)
_CONSEQUENCES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        REPS.file: frozenset({"unknown_rep", "unknown_owner", "too_many_faults"}),
        TEAMS.file: frozenset({"unknown_team", "unknown_owner", "too_many_faults"}),
        METRICS.file: frozenset({"unknown_metric", "too_many_faults"}),
        OBJECTIVES.file: frozenset({"unknown_objective", "unknown_okr", "too_many_faults"}),
        KEY_RESULTS.file: frozenset({"unknown_key_result", "unknown_okr", "too_many_faults"}),
        MILESTONES.file: frozenset({"key_result_lacks", "unknown_milestone", "too_many_faults"}),
        PROCESSES.file: _OF_PROCESSES,
        STAGES.file: _OF_PROCESSES,
        CUSTOMERS.file: frozenset({"unknown_customer", "too_many_faults"}),
        LEADS.file: frozenset({"unknown_lead", "too_many_faults"}),
        LEAD_CHANGES.file: frozenset({"lead_changes_missing", "too_many_faults"}),
        OPPORTUNITIES.file: frozenset({"unknown_opportunity", "too_many_faults"}),
        CHANGES.file: frozenset({"changes_missing", "too_many_faults"}),
        ACTIONS.file: frozenset({"unknown_action", "too_many_faults"}),
        PLANS.file: frozenset({"unknown_plan", "too_many_faults"}),
        TASKS.file: frozenset({"unknown_task", "too_many_faults"}),
        RISKS.file: frozenset({"unknown_risk", "too_many_faults"}),
        ASSESSMENTS.file: frozenset({"assessments_missing", "too_many_faults"}),
    }
)
"""What a file that cannot be read, or not to its end, makes other files look guilty of."""


def read(
    folder: str | os.PathLike[str],
    *,
    limit_bytes: int = LIMIT_BYTES,
    repeats: Repeats = "refuse",
    progress: Progress | None = None,
) -> Records:
    r"""Read a folder of CSV files.

    Parameters
    ----------
    folder
        Where the files are.
    limit_bytes
        The largest file that is read, in bytes.
    repeats
        What becomes of a row in ``changes.csv`` that names the stage in which the deal is already: ``"refuse"`` for a fault,
        ``"collapse"`` for no change of stage, as :meth:`salesperf.Opportunity.of` does.
    progress
        Told of rows done and file name, every so many rows of a long file.

    Returns
    -------
    Records
        With a finding for each column and CSV file that is not part of the layout, and one for the rows that were collapsed,
        and one for each process whose stages are the ready-made ones.

    Raises
    ------
    InvalidValueError
        If there is no such folder, or no ``reps.csv`` in it; each is told apart. If ``repeats`` is neither of the two.
    InvalidInputError
        With the faults of every faulty row of every file, each at its file, line and column. What only follows from another
        fault is left out: no owner is called unknown because of a bad cell elsewhere in the owner's own row. A file that is
        not there though rows need it is one fault for each file with such rows.

    Notes
    -----
    An apostrophe that stands before ``=``, ``+``, ``-``, ``@``, a tab or the end of a line, with or without blanks between, is
    taken for that of :func:`write` and is no part of the text, whoever wrote the file: ``'=2+5`` is read as ``=2+5``.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "reps.csv").write_text("id,team\nada,\n", encoding="utf-8")
    ...     read(folder).org.reps[0].id
    'ada'
    """
    check_choice(repeats, REPEATS, ("repeats",))
    place = Path(folder)
    names = names_in(place)
    tables, unread = _open(place, limit_bytes)
    org, faults_of_org = read_org(tables)
    calendar, faults_of_calendar = read_calendar(tables[CALENDAR])
    metrics, faults_of_metrics = read_metrics(tables[METRICS])
    owner_in = known_id((*org.rep_by_id, *org.team_by_id), "unknown_owner")
    targets = read_targets(tables[TARGETS], metrics=metrics, owner_in=owner_in, calendar=calendar)
    actuals = read_actuals(tables[ACTUALS], metrics=metrics, owner_in=owner_in, progress=progress)
    objectives, faults_of_objectives = read_objectives(
        tables, metrics=metrics, owner_in=owner_in, calendar=calendar, progress=progress
    )
    deals = read_deals(tables, owner_in=owner_in, repeats=repeats, progress=progress)
    known_deals = {deal.id for deal in deals.opportunities.items}
    followed = read_follow_through(tables, org=org, owner_in=owner_in, deals=known_deals)
    faults = [*unread, *faults_of_org, *faults_of_calendar, *faults_of_metrics, *targets.faults, *actuals.faults]
    faults += [*faults_of_objectives, *deals.faults, *followed.faults]
    try:
        records = Records(
            org=org,
            targets=targets.items,
            actuals=actuals.items,
            objectives=objectives,
            opportunities=deals.opportunities.items,
            leads=deals.leads.items,
            costs=deals.costs.items,
            customers=deals.customers.items,
            processes=deals.processes,
            calendar=calendar,
            actions=followed.actions,
            plans=followed.plans.items,
            cases=followed.cases.items,
            risks=followed.risks,
            pulses=followed.pulses.items,
            findings=chain(_unknown_files(names), *(table.findings for table in tables.values()), deals.findings),
        )
    except InvalidInputError as error:
        read: Mapping[str, Items[Any]] = {"targets": targets, "actuals": actuals, "customers": deals.customers}
        faults.extend(located(error, {**read, **followed.located}, {("targets", "parent"): "parent.period"}))
    if not targets.faults:
        faults.extend(_faults_of_currencies(targets, actuals))
    if faults:
        absent = {layout for layout in LAYOUTS if not (place / layout.file).exists()}
        needed = files_needed(faults, tables, absent, names)
        raise InvalidInputError(_told(faults, unread, needed, are_targets_whole=not targets.faults and not faults_of_metrics))
    return records


def read_sample(*, progress: Progress | None = None) -> Records:
    """Read the sample company that comes with the package: made-up people, with stories to find.

    Parameters
    ----------
    progress
        As for :func:`read`.

    Examples
    --------
    >>> len(read_sample().org.reps)
    17
    """
    return _sample() if progress is None else _sample_told_of(progress)


@cache
def _sample() -> Records:
    """Read it once: it never changes, nor can whoever has it change it."""
    return _sample_told_of(None)


def _sample_told_of(progress: Progress | None) -> Records:
    with as_file(files("salesperf") / "sample") as folder:
        return read(folder, progress=progress)


def _open(place: Path, limit_bytes: int) -> tuple[dict[Layout, Table], list[SalesperfError]]:
    """Open every file; one that is broken counts as empty."""
    tables: dict[Layout, Table] = {}
    faults: list[SalesperfError] = []
    for layout in LAYOUTS:
        path = place / layout.file
        try:
            tables[layout] = Table.load(path, layout, limit_bytes=limit_bytes) if path.exists() else Table.empty(layout)
        except SalesperfError as error:
            faults.extend(faults_in(error))
            tables[layout] = Table.empty(layout)
    return tables, faults


def _faults_of_currencies(targets: Items[Target], actuals: Items[Actual]) -> Iterator[SalesperfError]:
    """Refuse money in a currency of which no target of its metric is: it could be held against none."""
    owed: dict[str, set[str]] = {}
    for target in targets.items:
        if isinstance(target.amount, Amount) and target.amount.unit.dimension == "money":
            owed.setdefault(target.metric.key, set()).add(str(target.amount.unit))
    for place, actual in enumerate(actuals.items):
        units, unit = owed.get(actual.metric.key), str(actual.amount.unit)
        if units is not None and unit not in units:
            known = min(units) if len(units) == 1 else tuple(sorted(units))
            yield UnitMismatchError("unit_mismatch", path=actuals.path(place, "unit"), left=known, right=unit)


def _told(
    faults: Sequence[SalesperfError],
    unread: Sequence[SalesperfError],
    needed: Mapping[Layout, Sequence[SalesperfError]],
    *,
    are_targets_whole: bool,
) -> Faults:
    """Leave out what only follows from another fault or a missing file, and order the rest by file and line."""
    cut = (fault for fault in faults if fault.code == "row_unreadable")
    broken = {str(fault.path[0]) for fault in chain(unread, cut)} | {layout.file for layout in needed}
    hidden = {code for file in broken for code in _CONSEQUENCES.get(file, ())}
    if not are_targets_whole:
        hidden.add("unknown_target")
    own = (fault for fault in faults if fault.code not in hidden or is_of_an_empty_cell(fault))
    return tuple(sorted(chain(*needed.values(), own), key=_place_of))


def _place_of(fault: SalesperfError) -> tuple[int, int]:
    file, *line = fault.path
    return _FILES.index(str(file)), int(line[0]) if line else 0


def _unknown_files(names: Iterable[str]) -> Iterator[Finding]:
    """Note tables that are not read, since one may be misnamed."""
    for name in names:
        if is_table(name) and name not in _FILES:
            meant = file_meant(name)
            rule = "unknown_file" if meant is None else "misspelt_file"
            known = {} if meant is None else {"known": show(meant)}
            message = Message.of(f"error.{rule}", value=show(name), **known)
            yield Finding(rule=rule, message=message, severity="info" if meant is None else "warning")

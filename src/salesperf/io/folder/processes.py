"""Sales processes by the plain CSV layout: their stages, and the rules about steps between them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias, cast

import attrs

from salesperf.errors import InvalidInputError, InvalidValueError, SalesperfError, UnknownNameError
from salesperf.io.folder.cells import flag_in, id_in, integer_in, list_in, number_in, optional, write_cell, write_list
from salesperf.io.folder.files import OPPORTUNITIES, PROCESSES, STAGES
from salesperf.io.folder.layout import Faults, Items, Layout, faults_in
from salesperf.io.folder.table import Rows, Table
from salesperf.model.process import STANDARD_PROCESSES, SalesProcess
from salesperf.model.stage import Stage, StageKind
from salesperf.model.validators import repeated

__all__ = ["Processes", "read_processes", "rows_of_processes"]

Processes: TypeAlias = Mapping[str, SalesProcess | None]
"""The processes by key; ``None`` for one whose definition is faulty, so that what refers to it is not faulty too."""

_UNNAMED: Final = "sales"
"""The key of a process that no file names."""
_RULES: Final = ("may_skip", "may_go_back", "may_reenter", "may_reopen")


def read_processes(tables: Mapping[Layout, Table]) -> tuple[Processes, tuple[str, ...], Faults]:
    r"""Read the company's own sales processes, and add the ready-made ones that its deals name.

    Parameters
    ----------
    tables
        The tables of processes and stages, and that of opportunities, of which only the names of processes are read.

    Returns
    -------
    tuple of Processes, keys and faults
        In the order of ``processes.csv``, then of ``stages.csv``, then of ``opportunities.csv``; and the keys of those whose
        stages are the ready-made ones, since no row is of them.

    Examples
    --------
    >>> tables = {layout: Table.empty(layout) for layout in (PROCESSES, OPPORTUNITIES)}
    >>> stages = Table.parse("key,kind\noffer,open\nwon,won\nlost,lost\n", STAGES)
    >>> processes, ready_made, _ = read_processes(tables | {STAGES: stages})
    >>> [stage.key for stage in processes["sales"].stages], ready_made
    (['offer', 'won', 'lost'], ())
    """
    keys = tables[PROCESSES].places("key")
    unnamed = next(iter(keys)) if len(keys) == 1 else _UNNAMED
    rules = tables[PROCESSES].read(
        {"key": id_in, "title": str.strip, **dict.fromkeys(_RULES, optional(flag_in))}, dict[str, Any]
    )
    stages = _read_stages(tables[STAGES], unnamed if len(keys) <= 1 else None)
    faults = [*rules.faults, *stages.faults, *_faults_of_keys(rules)]
    staged = dict.fromkeys(key or unnamed for _, key in tables[STAGES].cells("process"))
    named = (key for key in tables[OPPORTUNITIES].places("process") if key in STANDARD_PROCESSES)
    processes: dict[str, SalesProcess | None] = dict.fromkeys((*keys, *staged, *named))
    is_ruled, is_staged = tables[PROCESSES].wholeness("key", rules.faults), tables[STAGES].wholeness("process", stages.faults)
    for key in processes:
        # A faulty row without a process may be of any.
        if is_ruled(key) and is_staged(key) and is_staged(""):
            try:
                processes[key] = _process(key, rules, stages)
            except SalesperfError as error:
                faults.extend(faults_in(error))
    ready_made = tuple(key for key in processes if key in STANDARD_PROCESSES and key not in staged)
    return processes, ready_made, tuple(faults)


def rows_of_processes(processes: Iterable[SalesProcess]) -> Mapping[Layout, Rows]:
    """Return the rows that :func:`read_processes` reads back.

    Examples
    --------
    >>> rows = rows_of_processes([STANDARD_PROCESSES["basic"]])
    >>> list(rows[PROCESSES]), list(rows[STAGES])[0]
    ([('basic', 'process.basic', 'yes', 'yes', 'yes', 'yes')], ('lead', 'basic', 'stage.lead', 'open', '0.1', '', '', ''))
    """
    processes = tuple(processes)
    return {
        PROCESSES: (
            (process.key, process.title, *(write_cell(getattr(process, rule)) for rule in _RULES)) for process in processes
        ),
        STAGES: (_row_of_stage(stage, process.key) for process in processes for stage in process.stages),
    }


def _read_stages(table: Table, unnamed: str | None) -> Items[tuple[str, Stage]]:
    """Read stages, each with the key of its process: the one given where the cell is empty, if that may be."""
    readers: dict[str, Callable[[str], object]] = {
        "process": id_in if unnamed is None else optional(id_in),
        "key": id_in,
        "title": str.strip,
        "kind": optional(id_in),
        "probability": optional(number_in),
        "max_days": optional(integer_in),
        "tasks": list_in,
        "exit_criteria": list_in,
    }

    def stage(process: str | None, kind: StageKind | None, **row: Any) -> tuple[str, Stage]:  # noqa: ANN401 - a cell of each column
        return process or unnamed or "", Stage(kind=kind or "open", **row)

    return table.read(readers, stage)


def _faults_of_keys(rules: Items[dict[str, Any]]) -> Iterator[SalesperfError]:
    for position, key in repeated(row["key"] for row in rules.items):
        yield InvalidValueError("not_unique", path=rules.path(position, "key"), value=key)


def _process(key: str, rules: Items[dict[str, Any]], stages: Items[tuple[str, Stage]]) -> SalesProcess:
    """Make a process of the rows about it."""
    ruled = next((place for place, row in enumerate(rules.items) if row["key"] == key), None)
    said = {} if ruled is None else {name: value for name, value in rules.items[ruled].items() if value not in (None, "")}
    own = [place for place, (process, _) in enumerate(stages.items) if process == key]
    if own:
        try:
            return SalesProcess(stages=[stages.items[place][1] for place in own], **{"key": key, **said})
        except InvalidInputError as error:
            raise InvalidInputError([_placed(fault, stages, own) for fault in faults_in(error)]) from None
    if key not in STANDARD_PROCESSES:
        path = rules.path(cast("int", ruled), "key")
        raise UnknownNameError("process_without_stages", path=path, choices=tuple(STANDARD_PROCESSES), value=key)
    return attrs.evolve(STANDARD_PROCESSES[key], **said)


def _placed(fault: SalesperfError, stages: Items[Any], own: Sequence[int]) -> SalesperfError:
    """Tell a fault of a process at the row of the stage at fault, or, where none is, at the first of its kinds."""
    _, _, *where = fault.path
    position, column = where or (0, "kind")
    return fault.at(*stages.path(own[int(position)], str(column)))


def _row_of_stage(stage: Stage, process: str) -> tuple[str, ...]:
    plain = (stage.key, process, stage.title, stage.kind, write_cell(stage.probability), write_cell(stage.max_days))
    return (*plain, write_list(stage.tasks), write_list(stage.exit_criteria))

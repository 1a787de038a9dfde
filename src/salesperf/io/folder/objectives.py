"""Objectives by the plain CSV layout: the tree in one file, what it is measured by in two, all that is said in a fourth."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import chain
from typing import Any, Final, TypeAlias

import attrs

from salesperf.errors import InvalidValueError, SalesperfError
from salesperf.io.folder.cells import (
    amount_in,
    date_in,
    flag_in,
    id_in,
    list_in,
    number_in,
    optional,
    quantity_of,
    unit_in,
    write_cell,
    write_list,
)
from salesperf.io.folder.files import CHECK_INS, KEY_RESULTS, MILESTONES, OBJECTIVES
from salesperf.io.folder.histories import Histories, Maker
from salesperf.io.folder.layout import Faults, Items, Layout
from salesperf.io.folder.people import known_id
from salesperf.io.folder.table import Progress, Rows, Table
from salesperf.io.folder.targets import Metrics, metric_in
from salesperf.model.amount import COUNT, Amount, Unit
from salesperf.model.calendar import Calendar
from salesperf.model.key_result import KEY_RESULT_KINDS, CheckIn, KeyResult, Milestone
from salesperf.model.metric import Band
from salesperf.model.objective import Objective
from salesperf.model.period import Period
from salesperf.model.tree import keys_in_cycles
from salesperf.model.validators import check_choice

__all__ = ["read_objectives", "rows_of_check_ins", "rows_of_key_results", "rows_of_milestones", "rows_of_objectives"]

Tables: TypeAlias = Mapping[Layout, Table]
Draft: TypeAlias = dict[str, Any]
Readers: TypeAlias = dict[str, Callable[[str], object]]
Measured: TypeAlias = Amount | Decimal | None

_NOTHING: Final = ";"
"""A list of nothing, which is more than to say nothing."""


def read_objectives(
    tables: Tables,
    *,
    metrics: Metrics,
    owner_in: Callable[[str], str],
    calendar: Calendar,
    progress: Progress | None = None,
) -> tuple[tuple[Objective, ...], Faults]:
    r"""Read objectives, with their key results, milestones and check-ins.

    Parameters
    ----------
    tables
        The tables of these four.
    metrics
        What :func:`salesperf.io.folder.targets.read_metrics` returned.
    owner_in
        Reads the id of a rep or a team.
    calendar
        Whose fiscal year a fiscal label means.
    progress
        Told of the rows done.

    Returns
    -------
    tuple of Objective and of faults
        The objectives that have none above them, each with its tree; none at all where there is a fault.

    Examples
    --------
    >>> tables = {layout: Table.empty(layout) for layout in (OBJECTIVES, KEY_RESULTS, MILESTONES, CHECK_INS)}
    >>> text = "id,period,owner,parent\no-2,2026-Q3,east,o-1\no-1,2026-Q3,,\n"
    >>> tables[OBJECTIVES] = Table.parse(text, OBJECTIVES)
    >>> tables[KEY_RESULTS] = Table.parse("id,objective,start,target\nk-1,o-2,0,40\n", KEY_RESULTS)
    >>> tables[CHECK_INS] = Table.parse("of,on,value\nk-1,2026-08-14,18\n", CHECK_INS)
    >>> (company,), faults = read_objectives(tables, metrics={}, owner_in=str, calendar=Calendar())
    >>> company.children[0].key_results[0].current.value
    Decimal('18')
    """
    period_in = cache(lambda cell: Period.parse(cell.strip(), calendar=calendar))
    ids = {layout: tables[layout].places("id") for layout in (OBJECTIVES, KEY_RESULTS)}
    milestones = _read_milestones(tables[MILESTONES], ids)
    shared: Readers = {"id": id_in, "owner": cache(optional(owner_in)), "weight": optional(number_in)}
    aims = tables[OBJECTIVES].read(
        {
            **shared,
            "title": str,
            "period": period_in,
            "parent": optional(known_id(ids[OBJECTIVES], "unknown_objective")),
            "committed": optional(flag_in),
        },
        _objective_draft,
        progress=progress,
    )
    measures = tables[KEY_RESULTS].read(
        {**shared, **_readers_of_key_results(metrics, period_in, ids)},
        lambda **row: _key_result_draft(metrics, ids[OBJECTIVES], milestones.of_each, **row),
        progress=progress,
    )
    said = _read_check_ins(tables[CHECK_INS], measures, ids, progress=progress)
    are_steps_whole = tables[MILESTONES].wholeness("key_result", milestones.faults)
    of_key_results = attrs.evolve(said, is_whole=lambda id_: said.is_whole(id_) and are_steps_whole(id_))
    key_results = Maker(drafts=measures, histories=of_key_results, make=_key_result, field="check_ins").items()
    objectives = Maker(drafts=aims, histories=said, make=_objective, field="check_ins").items()
    faults = (*objectives.faults, *milestones.faults, *key_results.faults, *said.rows.faults)
    faults += tuple(_faults_of_tree(aims, key_results))
    return ((), faults) if faults else _trees(aims, objectives, key_results)


# What a row says


@attrs.frozen
class _Milestones:
    """The milestones of each key result, and what was wrong with others."""

    of_each: Mapping[str, list[Milestone]]
    faults: Faults


def _read_milestones(table: Table, ids: Mapping[Layout, Mapping[str, int]]) -> _Milestones:
    known = cache(known_id(ids[KEY_RESULTS], "unknown_key_result"))
    readers: Readers = {"key_result": known, "key": id_in, "title": str, "weight": optional(number_in)}
    read = table.read(readers, _milestone)
    of_each: dict[str, list[Milestone]] = {}
    faults = list(read.faults)
    taken = {*ids[OBJECTIVES], *ids[KEY_RESULTS]}
    for position, (key_result, milestone) in enumerate(read.items):
        # The id by which an objective knows it among all those of its tree.
        name = f"{key_result}/{milestone.key}"
        if name in taken:
            faults.append(InvalidValueError("not_unique", path=read.path(position, "key"), value=milestone.key))
        else:
            of_each.setdefault(key_result, []).append(milestone)
        taken.add(name)
    return _Milestones(of_each, tuple(faults))


def _milestone(*, key_result: str, key: str, title: str, weight: Decimal | None) -> tuple[str, Milestone]:
    return key_result, Milestone(key, title, _weight(weight))


def _weight(weight: Decimal | None) -> Decimal:
    return Decimal(1) if weight is None else weight


def _objective_draft(*, committed: bool | None, weight: Decimal | None, **row: Any) -> Draft:  # noqa: ANN401 - cells
    return {**row, "is_committed": bool(committed), "weight": _weight(weight)}


def _objective(*, parent: str | None, **row: Any) -> Objective:  # noqa: ANN401 - what the draft holds
    del parent  # which is known when all are read
    return Objective(**row)


def _readers_of_key_results(
    metrics: Metrics, period_in: Callable[[str], Period], ids: Mapping[Layout, Mapping[str, int]]
) -> Readers:
    return {
        "objective": cache(known_id(ids[OBJECTIVES], "unknown_objective")),
        "title": str,
        "kind": optional(id_in),
        "start": optional(amount_in),
        "target": optional(amount_in),
        "unit": cache(optional(unit_in)),
        "low": optional(number_in),
        "high": optional(number_in),
        "tolerance": optional(number_in),
        "metric": cache(optional(_metric_key_in(metrics))),
        "committed": optional(flag_in),
        "period": optional(period_in),
    }


def _metric_key_in(metrics: Metrics) -> Callable[[str], str]:
    known = metric_in(metrics)

    def read(cell: str) -> str:
        known(cell)
        return id_in(cell)

    return read


def _key_result_draft(
    metrics: Metrics,
    objectives: Mapping[str, int],
    milestones: Mapping[str, list[Milestone]],
    **row: Any,  # noqa: ANN401 - cells
) -> Draft | None:
    """Return what a key result is made of; ``None`` for one of a metric whose definition is faulty."""
    metric = None if row["metric"] is None else metrics[row["metric"]]
    if row["metric"] is not None and metric is None:
        return None
    if row["id"] in objectives:
        raise InvalidValueError("not_unique", path=("id",), value=row["id"])
    kind = row["kind"] or "metric"
    check_choice(kind, KEY_RESULT_KINDS, ("kind",))
    if row["unit"] is not None and kind != "metric":
        raise InvalidValueError("key_result_field", path=("unit",), field="unit", kind=kind)
    unit = COUNT if row["unit"] is None and metric is not None and metric.dimension == "count" else row["unit"]
    return {
        **{name: row[name] for name in ("id", "objective", "title", "owner", "period", "tolerance")},
        **{name: _measured(row[name], unit, name) for name in ("start", "target")},
        "kind": kind,
        "band": _band(low=row["low"], high=row["high"]),
        "metric": metric,
        "milestones": milestones.get(row["id"], ()),
        "is_committed": bool(row["committed"]),
        "weight": _weight(row["weight"]),
    }


def _key_result(*, objective: str, **row: Any) -> tuple[str, KeyResult]:  # noqa: ANN401 - what the draft holds
    return objective, KeyResult(**row)


def _measured(number: str | None, unit: Unit | None, column: str) -> Measured:
    return None if number is None else quantity_of(number, unit, column)


def _band(**ends: Decimal | None) -> Band | None:
    given = {name: end for name, end in ends.items() if end is not None}
    for name in ends.keys() - given.keys() if given else ():
        raise InvalidValueError("unreadable_number", path=(name,), value="")
    return Band(**given) if given else None


def _read_check_ins(
    table: Table, measures: Items[Draft], ids: Mapping[Layout, Mapping[str, int]], *, progress: Progress | None
) -> Histories[CheckIn]:
    targets = {draft["id"]: draft["target"] for draft in measures.items}
    units = {id_: target.unit for id_, target in targets.items() if isinstance(target, Amount)}
    readers: Readers = {
        "of": cache(known_id({**ids[OBJECTIVES], **ids[KEY_RESULTS]}, "unknown_okr")),
        "on": cache(date_in),
        "value": optional(amount_in),
        "reached": optional(list_in),
        "done": optional(flag_in),
        "score": optional(number_in),
        "confidence": optional(number_in),
        "note": str,
    }
    rows = table.read(readers, lambda **row: _check_in(units.get(row["of"]), **row), progress=progress)
    return Histories(rows=rows, is_whole=table.wholeness("of", rows.faults), of="of")


def _check_in(
    unit: Unit | None,
    *,
    of: str,
    on: date,
    value: str | None,
    done: bool | None,
    **row: Any,  # noqa: ANN401 - cells
) -> tuple[str, CheckIn]:
    return of, CheckIn(on, value=_measured(value, unit, "value"), is_done=done, **row)


# How they belong together


def _faults_of_tree(aims: Items[Draft], key_results: Items[tuple[str, KeyResult]]) -> Iterator[SalesperfError]:
    parents = {draft["id"]: draft["parent"] for draft in aims.items}
    cyclic = keys_in_cycles(parents)
    for position, draft in enumerate(aims.items):
        if draft["id"] in cyclic:
            yield InvalidValueError("objective_cycle", path=aims.path(position, "parent"), value=draft["id"])
    above = set(parents.values())
    for position, (objective, _) in enumerate(key_results.items):
        if objective in above:
            above.remove(objective)
            yield InvalidValueError("objective_of_both", path=key_results.path(position, "objective"))


def _trees(
    aims: Items[Draft], objectives: Items[Objective], key_results: Items[tuple[str, KeyResult]]
) -> tuple[tuple[Objective, ...], Faults]:
    own: dict[str, list[KeyResult]] = {}
    for objective, key_result in key_results.items:
        own.setdefault(objective, []).append(key_result)
    flat = [attrs.evolve(each, key_results=own.get(each.id, ())) for each in objectives.items]
    try:
        return Objective.trees(flat, {draft["id"]: draft["parent"] for draft in aims.items}), ()
    except InvalidValueError as error:
        # All else has been looked at: there are too many levels, above the last that is named.
        position = [each.id for each in flat].index(str(error.path[-1]))
        return (), (error.at(*objectives.path(position, "parent")),)


# What is written


def rows_of_objectives(objectives: Iterable[Objective], calendar: Calendar) -> Rows:
    """Return the rows that :func:`read_objectives` reads back, each objective before those below it.

    Examples
    --------
    >>> quarter = Period.quarter(2026, 3)
    >>> east = Objective(id="o-2", period=quarter, owner="east", weight=2)
    >>> list(rows_of_objectives([Objective(id="o-1", period=quarter, children=[east])], Calendar()))
    [('o-1', '2026-Q3', '', '', '', '1', ''), ('o-2', '2026-Q3', '', 'o-1', 'east', '2', '')]
    """
    for root in objectives:
        parents = {child.id: above.id for above in root.walk() for child in above.children}
        for each in root.walk():
            place = (each.id, each.period.label_in(calendar), each.title, parents.get(each.id, ""), each.owner or "")
            yield (*place, write_cell(each.weight), _yes(is_so=each.is_committed))


def rows_of_key_results(objectives: Iterable[Objective], calendar: Calendar) -> Rows:
    """Return the rows that :func:`read_objectives` reads back, objective by objective.

    Examples
    --------
    >>> visits = KeyResult(id="k-1", start=0, target=40)
    >>> (row,) = rows_of_key_results([Objective(id="o-1", period=Period.year(2026), key_results=[visits])], Calendar())
    >>> row[:6]
    ('k-1', 'o-1', '', 'metric', '0', '40')
    """
    for each in _all(objectives):
        for part in each.key_results:
            unit = part.target.unit if isinstance(part.target, Amount) else None
            ends = ("", "") if part.band is None else (write_cell(part.band.low), write_cell(part.band.high))
            way = (write_cell(part.start), write_cell(part.target), write_cell(unit), *ends, write_cell(part.tolerance))
            metric = "" if part.metric is None else part.metric.key
            whose = (part.owner or "", "" if part.period is None else part.period.label_in(calendar))
            weight = (write_cell(part.weight), _yes(is_so=part.is_committed))
            yield (part.id, each.id, part.title, part.kind, *way, metric, *weight, *whose)


def rows_of_milestones(objectives: Iterable[Objective]) -> Rows:
    """Return the rows that :func:`read_objectives` reads back, key result by key result.

    Examples
    --------
    >>> pilot = KeyResult(id="k-1", kind="milestones", milestones=[Milestone("draft"), Milestone("signed", weight=2)])
    >>> list(rows_of_milestones([Objective(id="o-1", period=Period.year(2026), key_results=[pilot])]))
    [('k-1', 'draft', '', '1'), ('k-1', 'signed', '', '2')]
    """
    for part in chain.from_iterable(each.key_results for each in _all(objectives)):
        for milestone in part.milestones:
            yield (part.id, milestone.key, milestone.title, write_cell(milestone.weight))


def rows_of_check_ins(objectives: Iterable[Objective]) -> Rows:
    """Return the rows that :func:`read_objectives` reads back: those of an objective, then those of its key results.

    Examples
    --------
    >>> asked = KeyResult(id="k-1", kind="yes_no", check_ins=[CheckIn(date(2026, 9, 2), is_done=True, note="signed")])
    >>> list(rows_of_check_ins([Objective(id="o-1", period=Period.year(2026), key_results=[asked])]))
    [('k-1', '2026-09-02', '', '', 'yes', '', '', 'signed')]
    """
    parts: Iterator[Objective | KeyResult] = chain.from_iterable((each, *each.key_results) for each in _all(objectives))
    for part in parts:
        for said in part.check_ins:
            reached = "" if said.reached is None else write_list(said.reached) if said.reached else _NOTHING
            numbers = (write_cell(said.score), write_cell(said.confidence))
            yield (part.id, write_cell(said.on), write_cell(said.value), reached, write_cell(said.is_done), *numbers, said.note)


def _all(objectives: Iterable[Objective]) -> Iterator[Objective]:
    return chain.from_iterable(root.walk() for root in objectives)


def _yes(*, is_so: bool) -> str:
    return "yes" if is_so else ""

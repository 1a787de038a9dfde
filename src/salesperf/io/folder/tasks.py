"""Sales plans by the plain CSV layout: plans, their tasks, how these get on and what they take, a file each."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from operator import itemgetter
from typing import Any, TypeAlias

import attrs

from salesperf.errors import InvalidInputError, InvalidValueError, SalesperfError, UnknownNameError
from salesperf.io.folder.cells import (
    amount_in,
    date_in,
    flag_in,
    id_in,
    list_in,
    optional,
    quantity_of,
    unit_in,
    write_cell,
    write_list,
)
from salesperf.io.folder.files import PLANS, RESOURCES, TASK_CHANGES, TASKS
from salesperf.io.folder.histories import Maker
from salesperf.io.folder.layout import Faults, Items, Layout, faults_in
from salesperf.io.folder.people import known_id
from salesperf.io.folder.progress import cells_of_status_changes, read_status_changes
from salesperf.io.folder.table import Rows, Table
from salesperf.model.amount import Amount, Unit
from salesperf.model.task import Task, TaskPlan, check_quantity

__all__ = ["read_plans", "rows_of_plans", "rows_of_resources", "rows_of_task_changes", "rows_of_tasks"]

Place: TypeAlias = tuple[str, str]
"""The id of a plan, and that of a task in it."""
Planned: TypeAlias = tuple[str, Task]
"""The id of a plan, and a task of it."""
Resources: TypeAlias = dict[Place, dict[str, Any]]


def read_plans(tables: Mapping[Layout, Table], *, owner_in: Callable[[str], str]) -> tuple[Items[TaskPlan], Faults]:
    r"""Read plans with their tasks.

    Parameters
    ----------
    tables
        The tables of plans, tasks, what was said of tasks, and what they take.
    owner_in
        Reads the id of a rep or a team.

    Returns
    -------
    Items and tuple of faults
        A plan for each of their rows, without tasks where one of them is faulty, and what was wrong in the four files.

    Examples
    --------
    >>> head = "plan,id,owner,created,due,depends_on\n"
    >>> rows = "p-1,call,ada,2026-09-01,2026-09-30,list\np-1,list,bo,2026-09-01,2026-09-15,\n"
    >>> tables = {layout: Table.empty(layout) for layout in (TASK_CHANGES, RESOURCES)}
    >>> tables |= {PLANS: Table.parse("id\np-1\n", PLANS), TASKS: Table.parse(head + rows, TASKS)}
    >>> read, faults = read_plans(tables, owner_in=str)
    >>> [task.id for task in read.items[0].in_order], faults
    (['list', 'call'], ())
    """
    table = tables[TASKS]
    plan_in = cache(known_id(tables[PLANS].places("id"), "unknown_plan"))
    # By plan and task, since the id of a task is unique in its plan only.
    rows = list(zip((plan for _, plan in table.cells("plan")), (task for _, task in table.cells("id")), strict=True))
    place_in = _known(frozenset(rows))
    takes, faults_of_resources = _read_resources(tables[RESOURCES], plan_in, place_in)
    said = read_status_changes(tables[TASK_CHANGES], of="task", whose={"plan": plan_in, "task": id_in}, key=place_in)
    by_place = attrs.evolve(said, is_whole=lambda place: said.is_whole(place[1]))
    drafts = table.read(
        {
            "plan": plan_in,
            "id": id_in,
            "title": str,
            "owner": cache(owner_in),
            "created": cache(date_in),
            "start": cache(optional(date_in)),
            "due": cache(date_in),
            "milestone": optional(flag_in),
            "depends_on": list_in,
        },
        lambda milestone, **row: {
            **row,
            "is_milestone": bool(milestone),
            "resources": takes.get((row["plan"], row["id"]), {}),
        },
    )
    tasks = Maker(drafts=drafts, histories=by_place, make=_task, key=itemgetter("plan", "id")).items()
    plans, faults_of_plans = _plans_of(tables[PLANS], tasks, Counter(plan for plan, _ in rows))
    return plans, (*plans.faults, *tasks.faults, *said.rows.faults, *faults_of_resources, *faults_of_plans)


def _known(places: frozenset[Place]) -> Callable[..., Place]:
    """Return what makes a place of plan and task, and refuses a task that the plan does not have."""

    def read(*, plan: str, task: str) -> Place:
        if (plan, task) not in places:
            raise UnknownNameError("unknown_task", path=("task",), value=task)
        return plan, task

    return read


def _task(*, plan: str, **row: Any) -> Planned:  # noqa: ANN401 - what the draft holds
    return plan, Task(**row)


def _read_resources(table: Table, plan_in: Callable[[str], str], place_in: Callable[..., Place]) -> tuple[Resources, Faults]:
    def make(*, plan: str, task: str, name: str, amount: str, unit: Unit | None) -> tuple[Place, str, object]:
        quantity = quantity_of(amount, unit, "amount")
        check_quantity(quantity, ("amount",))
        return place_in(plan=plan, task=task), name, quantity

    read = table.read(
        {"plan": plan_in, "task": id_in, "name": id_in, "amount": amount_in, "unit": cache(optional(unit_in))}, make
    )
    takes: Resources = {}
    faults: list[SalesperfError] = list(read.faults)
    for position, (place, name, quantity) in enumerate(read.items):
        if name in takes.setdefault(place, {}):
            faults.append(InvalidValueError("not_unique", path=read.path(position, "name"), value=name))
        takes[place][name] = quantity
    return takes, tuple(faults)


def _plans_of(table: Table, tasks: Items[Planned], rows: Counter[str]) -> tuple[Items[TaskPlan], Faults]:
    """Make plans; one of whose rows a task is missing is not asked whether its tasks know each other."""
    lines = {(plan, task.id): line for (plan, task), line in zip(tasks.items, tasks.lines, strict=True)}
    own: dict[str, list[Task]] = {}
    for plan, task in tasks.items:
        own.setdefault(plan, []).append(task)
    faults: list[SalesperfError] = []

    def make(*, id: str, title: str) -> TaskPlan:  # noqa: A002 - the name of the column
        its = own.pop(id, [])
        try:
            return TaskPlan(id=id, title=title, tasks=its if len(its) == rows[id] else ())
        except InvalidInputError as error:
            for fault in faults_in(error):
                _, plan, _, task, column = fault.path
                faults.append(fault.at(tasks.layout.file, lines[str(plan), str(task)], str(column)))
            return TaskPlan(id=id, title=title)

    return table.read({"id": id_in, "title": str}, make), tuple(faults)


# What is written


def rows_of_plans(plans: Iterable[TaskPlan]) -> Rows:
    """Return the rows that :func:`read_plans` reads back.

    Examples
    --------
    >>> list(rows_of_plans([TaskPlan(id="winter", title="Winter launch")]))
    [('winter', 'Winter launch')]
    """
    for plan in plans:
        yield (plan.id, plan.title)


def rows_of_tasks(plans: Iterable[TaskPlan]) -> Rows:
    """Return the rows that :func:`read_plans` reads back, plan by plan.

    Examples
    --------
    >>> from datetime import date
    >>> ready = Task(id="t-1", owner="ada", created=date(2026, 9, 1), due=date(2026, 9, 15), is_milestone=True)
    >>> list(rows_of_tasks([TaskPlan(id="winter", tasks=[ready])]))
    [('winter', 't-1', 'ada', '2026-09-01', '2026-09-15', '', '', 'yes', '')]
    """
    for plan, task in _all(plans):
        days = (write_cell(task.created), write_cell(task.due))
        rest = (task.title, write_cell(task.start), "yes" if task.is_milestone else "", write_list(task.depends_on))
        yield (plan, task.id, task.owner or "", *days, *rest)


def rows_of_task_changes(plans: Iterable[TaskPlan]) -> Rows:
    """Return the rows that :func:`read_plans` reads back, task by task.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import StatusChange
    >>> done = [StatusChange(date(2026, 9, 14), "done")]
    >>> task = Task(id="t-1", owner="ada", created=date(2026, 9, 1), due=date(2026, 9, 15), history=done)
    >>> list(rows_of_task_changes([TaskPlan(id="winter", tasks=[task])]))
    [('winter', 't-1', '2026-09-14', 'done', '')]
    """
    for plan, task in _all(plans):
        yield from ((plan, task.id, *cells) for cells in cells_of_status_changes(task.history))


def rows_of_resources(plans: Iterable[TaskPlan]) -> Rows:
    """Return the rows that :func:`read_plans` reads back, task by task.

    Examples
    --------
    >>> from datetime import date
    >>> task = Task(id="t-1", owner="ada", created=date(2026, 9, 1), due=date(2026, 9, 15), resources={"calling days": 5})
    >>> list(rows_of_resources([TaskPlan(id="winter", tasks=[task])]))
    [('winter', 't-1', 'calling days', '5', '')]
    """
    for plan, task in _all(plans):
        for name, quantity in task.resources.items():
            unit = quantity.unit if isinstance(quantity, Amount) else None
            yield (plan, task.id, name, write_cell(quantity), write_cell(unit))


def _all(plans: Iterable[TaskPlan]) -> Iterator[Planned]:
    return ((plan.id, task) for plan in plans for task in plan.tasks)

"""The tasks of a sales plan: who does what from when to when, with what, after which others."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

import attrs

from salesperf.errors import InvalidInputError, InvalidValueError, SalesperfError, UnknownNameError
from salesperf.model.amount import Amount
from salesperf.model.frozen import FrozenMap
from salesperf.model.progress import (
    Followed,
    StatusChange,
    as_history,
    faults_of_history,
    refuse,
    until,
)
from salesperf.model.validators import (
    as_frozen_map,
    as_sorted_tuple,
    as_tuple,
    check_date,
    check_decimal,
    day,
    each,
    frozen_map,
    identifier,
    is_tuple_of,
    of_type,
    optional,
    place,
    repeated,
    text,
)

__all__ = ["Task", "TaskPlan", "check_quantity", "in_order_of_dependence"]

_LIMIT: Final = 10**18


def _as_ids(value: Iterable[str]) -> tuple[str, ...]:
    names = as_tuple(value)
    return tuple(sorted(set(names))) if is_tuple_of(names, str) else names


def _as_resources(
    value: Mapping[str, Amount | Decimal | int] | Iterable[tuple[str, Amount | Decimal | int]],
) -> FrozenMap[str, Amount | Decimal]:
    given: Any = as_frozen_map(value)
    if type(given) is not FrozenMap:
        return given  # type: ignore[no-any-return] # handed on to be refused
    return FrozenMap({name: Decimal(amount) if type(amount) is int else amount for name, amount in given.items()})


def check_quantity(value: object, path: tuple[str | int, ...]) -> None:
    """Expect how much of something a task takes: an Amount or a Decimal, neither below zero.

    Examples
    --------
    >>> check_quantity(Decimal(-1), ("amount",))
    Traceback (most recent call last):
    salesperf.errors.InvalidValueError: amount: expected a number from 0 to an int of 19 digits, got -1
    """
    if type(value) is Amount:
        if value.minor < 0:
            raise InvalidValueError("negative", path=path, value=value.decimal)
    else:
        check_decimal(value, path, 0, _LIMIT)


def _quantity(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    check_quantity(value, place(instance, attribute))


@attrs.frozen(kw_only=True)
class Task(Followed):
    """A task of a plan, or a milestone: a task that takes no time, and is reached or not.

    Parameters
    ----------
    id
        Unique in its plan.
    title
        What is to be done; the id where it is empty.
    owner
        The id of the rep or team who does it; a task that nobody owns is refused.
    created
        The day on which it became part of the plan.
    start
        The first day on which it is worked on; ``None`` where nobody said, and of a milestone.
    due
        The day by which it is to be done.
    is_milestone
        Whether it is a milestone.
    depends_on
        The ids of the tasks that have to be done before, in any order.
    resources
        What it takes, by name: an Amount, or a Decimal such as so many days of presales.
    history
        What was said of it, by day; within a day the order is the sequence. Before the first it is planned.

    Raises
    ------
    InvalidValueError
        If a value is malformed, nobody owns it, it is due before it was created or starts, a milestone has a start, it depends
        on itself, or changes run backwards or come before it was created.
    InvalidInputError
        With every such fault, where there are several.

    Examples
    --------
    >>> list_done = Task(id="t-1", owner="ada", created=date(2026, 9, 1), due=date(2026, 9, 15), is_milestone=True)
    >>> calls = Task(
    ...     id="t-2",
    ...     owner="bo",
    ...     created=date(2026, 9, 1),
    ...     start=date(2026, 9, 16),
    ...     due=date(2026, 9, 30),
    ...     depends_on=["t-1"],
    ...     resources={"calling days": 5},
    ... )
    >>> list_done.days_late(date(2026, 9, 20)), calls.days_late(date(2026, 9, 20))
    (5, 0)
    """

    id: str = attrs.field(validator=identifier)
    title: str = attrs.field(default="", validator=text)
    owner: str | None = attrs.field(default=None, validator=optional(identifier))
    created: date = attrs.field(validator=day)
    start: date | None = attrs.field(default=None, validator=optional(day))
    due: date = attrs.field(validator=day)
    is_milestone: bool = attrs.field(default=False, validator=of_type(bool))
    depends_on: tuple[str, ...] = attrs.field(default=(), converter=_as_ids, validator=each(identifier))
    resources: FrozenMap[str, Amount | Decimal] = attrs.field(
        default=FrozenMap(), converter=_as_resources, validator=frozen_map(identifier, _quantity)
    )
    history: tuple[StatusChange, ...] = attrs.field(default=(), converter=as_history, validator=each(of_type(StatusChange)))

    def __attrs_post_init__(self) -> None:
        """Check the fields against each other, and tell all that is wrong."""
        refuse(self._faults())

    def _path(self, *steps: str | int) -> tuple[str | int, ...]:
        return ("Task", self.id, *steps)

    def _faults(self) -> Iterator[SalesperfError]:
        if self.owner is None:
            yield InvalidValueError("owner_missing", path=self._path("owner"))
        if self.due < self.created:
            yield InvalidValueError("due_before_created", path=self._path("due"), created=self.created, value=self.due)
        if self.start is not None and self.is_milestone:
            yield InvalidValueError("milestone_with_start", path=self._path("start"), value=self.start)
        elif self.start is not None and self.due < self.start:
            yield InvalidValueError("due_before_start", path=self._path("due"), start=self.start, value=self.due)
        if self.id in self.depends_on:
            yield InvalidValueError("task_cycle", path=self._path("depends_on"), value=self.id)
        yield from faults_of_history(self.history, self.created, self._path("history"))

    @property
    def label(self) -> str:
        """What a reader sees."""
        return self.title.strip() or self.id

    def as_of(self, day: date) -> "Task | None":
        """Forget what became known later than a day; ``None`` if it was created later.

        Examples
        --------
        >>> task = Task(id="t-1", owner="ada", created=date(2026, 9, 2), due=date(2026, 9, 9))
        >>> task.as_of(date(2026, 9, 1)) is None
        True
        """
        check_date(day, ("day",))
        return None if self.created > day else attrs.evolve(self, history=until(self.history, day))


def _as_tasks(value: Iterable[Task]) -> tuple[Task, ...]:
    return as_sorted_tuple(value, Task, lambda task: task.id)


@attrs.frozen(kw_only=True)
class TaskPlan:
    """The tasks and milestones of a sales plan, which depend on each other.

    Parameters
    ----------
    id
        Of the plan.
    title
        What a reader sees; the id where it is empty.
    tasks
        In any order, each id once.

    Raises
    ------
    InvalidInputError
        With every fault at once: an id that comes twice, a task that there is not, and every task on a cycle of dependences.

    Examples
    --------
    >>> first = Task(id="list", owner="ada", created=date(2026, 9, 1), due=date(2026, 9, 15))
    >>> then = Task(id="call", owner="bo", created=date(2026, 9, 1), due=date(2026, 9, 30), depends_on=["list"])
    >>> plan = TaskPlan(id="winter", tasks=[then, first])
    >>> [task.id for task in plan.in_order]
    ['list', 'call']
    """

    id: str = attrs.field(validator=identifier)
    title: str = attrs.field(default="", validator=text)
    tasks: tuple[Task, ...] = attrs.field(default=(), converter=_as_tasks, validator=each(of_type(Task)))

    def __attrs_post_init__(self) -> None:
        """Check the tasks against each other, and tell all that is wrong."""
        faults = list(self._faults())
        if faults:
            raise InvalidInputError(faults)

    def _faults(self) -> Iterator[SalesperfError]:
        for position, again in repeated(task.id for task in self.tasks):
            yield InvalidValueError("not_unique", path=("TaskPlan", self.id, "tasks", position, "id"), value=again)
        known = {task.id for task in self.tasks}
        for task in self.tasks:
            for other in task.depends_on:
                if other not in known:
                    path = ("TaskPlan", self.id, "tasks", task.id, "depends_on")
                    yield UnknownNameError("unknown_task", path=path, value=other)
        ordered = {task.id for task in in_order_of_dependence(self.tasks)}
        backwards = {task.id for task in in_order_of_dependence(_reversed(self.tasks))}
        for task in self.tasks:
            # What can be put in order from neither end lies on a cycle, or between two.
            if task.id not in ordered and task.id not in backwards:
                path = ("TaskPlan", self.id, "tasks", task.id, "depends_on")
                yield InvalidValueError("task_cycle", path=path, value=task.id)

    @property
    def label(self) -> str:
        """What a reader sees."""
        return self.title.strip() or self.id

    @cached_property
    def task_by_id(self) -> Mapping[str, Task]:
        """The tasks by id."""
        return MappingProxyType({task.id: task for task in self.tasks})

    @cached_property
    def in_order(self) -> tuple[Task, ...]:
        """The tasks, each after those on which it depends, else by id."""
        return in_order_of_dependence(self.tasks)

    def as_of(self, day: date) -> "TaskPlan":
        """Forget what became known later than a day: tasks, dependences on them, and what was said.

        Examples
        --------
        >>> task = Task(id="t-1", owner="ada", created=date(2026, 9, 2), due=date(2026, 9, 9))
        >>> TaskPlan(id="winter", tasks=[task]).as_of(date(2026, 9, 1)).tasks
        ()
        """
        check_date(day, ("day",))
        known = [task for each in self.tasks if (task := each.as_of(day)) is not None]
        ids = {task.id for task in known}
        pruned = [attrs.evolve(task, depends_on=[other for other in task.depends_on if other in ids]) for task in known]
        return attrs.evolve(self, tasks=pruned)


def in_order_of_dependence(tasks: Iterable[Task]) -> tuple[Task, ...]:
    """Put tasks after those on which they depend; what lies on a cycle, or behind one, is left out.

    Examples
    --------
    >>> made = {"created": date(2026, 9, 1), "due": date(2026, 9, 9), "owner": "ada"}
    >>> tasks = [Task(id="b", depends_on=["a"], **made), Task(id="a", **made)]
    >>> [task.id for task in in_order_of_dependence(tasks)]
    ['a', 'b']
    """
    by_id = {task.id: task for task in tasks}
    waiting = {id_: {other for other in task.depends_on if other in by_id} for id_, task in by_id.items()}
    followers: dict[str, list[str]] = defaultdict(list)
    for follower, others in waiting.items():
        for other in others:
            followers[other].append(follower)
    ready = sorted(each for each, others in waiting.items() if not others)
    ordered = []
    while ready:
        done = ready
        ready = []
        for id_ in done:
            ordered.append(by_id[id_])
            for follower in followers[id_]:
                waiting[follower].discard(id_)
                if not waiting[follower]:
                    ready.append(follower)
        ready.sort()
    return tuple(ordered)


def _reversed(tasks: Iterable[Task]) -> list[Task]:
    """Return tasks of which each depends on those that depended on it."""
    given = {task.id: task for task in tasks}
    followers: dict[str, list[str]] = {each: [] for each in given}
    for task in given.values():
        for other in task.depends_on:
            if other in followers:
                followers[other].append(task.id)
    return [attrs.evolve(task, depends_on=followers[task.id]) for task in given.values()]

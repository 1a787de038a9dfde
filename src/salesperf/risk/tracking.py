"""How the tasks of a plan get on: what is late, what waits for what, and how late the rest will be for it."""

from collections.abc import Iterator
from datetime import date, timedelta

import attrs

from salesperf.messages import Catalogs
from salesperf.model.message import Message
from salesperf.model.result import Result, Row
from salesperf.model.task import Task, TaskPlan
from salesperf.model.validators import check_date, require

__all__ = ["PlanProgress", "TaskLine", "track"]


@attrs.frozen(kw_only=True)
class TaskLine:
    """How a task gets on: a part of a :class:`PlanProgress`.

    Attributes
    ----------
    task : Task
        As known on the day.
    days_late : int
        Days beyond its due day at which it was done, or at which it is not done yet.
    waits_for : tuple of str
        The ids of the open tasks on which it depends; none, where it is not open itself.
    expected_end : date or None
        When it will be done at the earliest; the day on which it was, where it is; ``None`` where it was dropped.
    delay_days : int
        Days from its due day to that one; 0 where it is in time.

    Examples
    --------
    >>> task = Task(id="list", owner="ada", created=date(2026, 9, 1), due=date(2026, 9, 15))
    >>> track(TaskPlan(id="winter", tasks=[task]), as_of=date(2026, 9, 20)).lines[0].days_late
    5
    """

    task: Task
    days_late: int
    waits_for: tuple[str, ...]
    expected_end: date | None
    delay_days: int


@attrs.frozen(kw_only=True)
class PlanProgress(Result):
    """How a plan gets on: made by :func:`track`.

    Attributes
    ----------
    plan : TaskPlan
        As known on the day.
    as_of : date
        The day.
    lines : tuple of TaskLine
        Each task after those on which it depends.

    Examples
    --------
    >>> track(TaskPlan(id="winter"), as_of=date(2026, 9, 20)).lines
    ()
    """

    plan: TaskPlan
    as_of: date
    lines: tuple[TaskLine, ...]

    @property
    def late(self) -> tuple[TaskLine, ...]:
        """The open tasks beyond their due day, the longest first."""
        late = [line for line in self.lines if line.task.is_open and line.days_late]
        return tuple(sorted(late, key=lambda line: (-line.days_late, line.task.id)))

    @property
    def endangered(self) -> tuple[TaskLine, ...]:
        """The open tasks that are not late yet and will be, since they wait for others that are, the longest first."""
        waiting = [line for line in self.lines if line.task.is_open and not line.days_late and line.delay_days]
        return tuple(sorted(waiting, key=lambda line: (-line.delay_days, line.task.id)))

    def rows(self) -> list[Row]:
        """Return a row for each task."""
        return [
            {
                "task": line.task.id,
                "owner": line.task.owner,
                "is_milestone": line.task.is_milestone,
                "status": line.task.status,
                "start": line.task.start,
                "due": line.task.due,
                "days_late": line.days_late,
                "waits_for": "; ".join(line.waits_for),
                "expected_end": line.expected_end,
                "delay_days": line.delay_days,
            }
            for line in self.lines
        ]

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write how many are done, which are late, and which will be for it, a line each."""
        return "\n".join(message.text(lang, catalogs) for message in self._said())

    def _said(self) -> Iterator[Message]:
        counted = [line.task for line in self.lines if line.task.status != "dropped"]
        done = sum(task.status == "done" for task in counted)
        yield Message.of("risk.text.plan", plan=self.plan.label, as_of=self.as_of, done=done, tasks=len(counted))
        for line in self.late:
            task = line.task
            yield Message.of("risk.text.late", title=task.label, owner=task.owner, due=task.due, days=line.days_late)
        for line in self.endangered:
            task = line.task
            yield Message.of(
                "risk.text.endangered",
                title=task.label,
                owner=task.owner,
                due=task.due,
                days=line.delay_days,
                end=line.expected_end,
                waits_for=line.waits_for,
            )


def track(plan: TaskPlan, *, as_of: date) -> PlanProgress:
    """Tell how the tasks of a plan get on at the end of a day.

    Parameters
    ----------
    plan
        The plan; what is later than the day is forgotten.
    as_of
        The day.

    Raises
    ------
    InvalidValueError
        If an argument is malformed.

    Notes
    -----
    An open task is done at the earliest on its due day, or on the day after ``as_of`` where that has passed; and where it waits
    for others, no earlier than the last of them is done plus its own days, from its start to its due day, both counted. A
    milestone, and a task without a start, takes no days. Days are calendar days.

    Examples
    --------
    >>> first = Task(id="list", owner="ada", created=date(2026, 9, 1), due=date(2026, 9, 15))
    >>> then = Task(
    ...     id="call", owner="bo", created=date(2026, 9, 1), start=date(2026, 9, 16), due=date(2026, 9, 25), depends_on=["list"]
    ... )
    >>> print(track(TaskPlan(id="winter", tasks=[first, then]), as_of=date(2026, 9, 20)).text())
    Plan winter as of 2026-09-20: 0 of 2 tasks done.
    Late by 5 days: list (ada), due on 2026-09-15.
    In danger: call (bo), due on 2026-09-25, not before 2026-10-01, 6 days late, since it waits for list.
    """
    require(plan, TaskPlan, path=("plan",))
    check_date(as_of, ("as_of",))
    known = plan.as_of(as_of)
    ends: dict[str, date] = {}
    lines = []
    for task in known.in_order:
        waits_for = tuple(other for other in task.depends_on if task.is_open and known.task_by_id[other].is_open)
        end = _end(task, [ends[other] for other in waits_for], as_of)
        if end is not None:
            ends[task.id] = end
        lines.append(
            TaskLine(
                task=task,
                days_late=task.days_late(as_of),
                waits_for=waits_for,
                expected_end=end,
                delay_days=0 if end is None else max(0, (end - task.due).days),
            )
        )
    return PlanProgress(plan=known, as_of=as_of, lines=tuple(lines))


def _end(task: Task, others: list[date], as_of: date) -> date | None:
    """Return when a task is done at the earliest."""
    if not task.is_open:
        return task.finished
    end = max(task.due, _later(as_of, 1)) if task.due < as_of else task.due
    length = 0 if task.start is None else (task.due - task.start).days
    return max([end, *(_later(other, length + (task.start is not None)) for other in others)])


def _later(day: date, days: int) -> date:
    """Return a day so many days later, or the last that there is."""
    return day + timedelta(days=min(days, (date.max - day).days))

"""The numbers on actions and plans of a review: how many of them, how late, and where what they measure stands."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial

from salesperf.diagnosis import ActionLine
from salesperf.model.action import Action
from salesperf.model.breakdown import Breakdown, Sum
from salesperf.model.records import Records
from salesperf.model.task import Task
from salesperf.review.actions import ActionSection, actions_under
from salesperf.review.explained.elsewhere import verbatim
from salesperf.review.explained.growing import Numbered, counted, grown, leaf, more_of, named
from salesperf.review.grounds import Grounds
from salesperf.review.listed import listed_actions, listed_plans, listed_tasks
from salesperf.review.whole import Review
from salesperf.risk import PlanProgress, TaskLine

__all__ = ["days_late", "numbers_of_actions"]


def numbers_of_actions(review: Review, records: Records | None = None) -> Numbered:
    """Yield the numbers on actions and plans: how many, how late each is, and what each action did.

    Parameters
    ----------
    review
        The review.
    records
        What was known; ``None`` where no actions are at hand but those that are told.
    """
    section = review.actions
    if section is not None:
        followed = section.follow_through
        groups = {
            "agreed": _actions(section.agreed),
            "done": _actions(section.done),
            "dropped": _actions(section.dropped),
            "became_late": _actions(section.became_late),
            "open": followed.open,
            "late": _actions(followed.late),
        }
        for key, actions in groups.items():
            yield f"actions/{key}", partial(counted, named(f"actions_{key}"), [verbatim(each.title) for each in actions])
        yield "actions/left_out", partial(_left_out, section, review, records)
        yield from more_of("actions", listed_actions(section).rest, lambda line: verbatim(line.action.title))
        for line in followed.lines:
            yield from _action(line, review.as_of)
    yield from _plans_not_listed(listed_plans(review).rest)
    for progress in review.plans:
        yield from _plan(progress)


def _left_out(section: ActionSection, review: Review, records: Records | None) -> Breakdown:
    label = named("actions_left_out")
    if records is None:
        return leaf(label, section.left_out)
    grounds = Grounds(records=records, owner=review.owner, period=review.period, as_of=review.as_of)
    _, earlier = actions_under(grounds, section.since)
    return grown(label, section.left_out, Sum(), (leaf(verbatim(action.title), 1) for action in earlier))


def _actions(lines: Iterable[ActionLine]) -> tuple[Action, ...]:
    return tuple(line.action for line in lines)


def _action(line: ActionLine, as_of: date) -> Numbered:
    action, address = line.action, f"actions/{line.action.id}"
    yield address, partial(getattr, action, "breakdown")
    if line.days_late:
        yield f"{address}/days_late", partial(days_late, action, as_of)
    if action.measure is None:
        return
    yield f"{address}/baseline", partial(leaf, named("measured_on", on=action.created), action.baseline)
    yield f"{address}/goal", partial(leaf, named("goal_by", on=action.due), action.goal_value)
    if action.counted:
        last = action.counted[-1]
        yield f"{address}/measured", partial(leaf, named("measured_on", on=last.on), last.value)


def days_late(due: Action | Task, as_of: date) -> Breakdown:
    """Return how many days an action or a task is late, or was when it was done.

    Parameters
    ----------
    due
        What was to be done.
    as_of
        The day to which it is late, where it is not done.
    """
    return leaf(named("days_late", due=due.due, on=due.finished or as_of), due.days_late(as_of))


# Plans


def _plans_not_listed(plans: Sequence[PlanProgress]) -> Numbered:
    yield from more_of("plans", plans, lambda progress: verbatim(progress.plan.label))
    if plans:
        late = [line.task for progress in plans for line in progress.late]
        yield "plans/more/late", partial(_tasks, "late", late)


def _plan(progress: PlanProgress) -> Numbered:
    address, own = f"plans/{progress.plan.id}", [line.task for line in progress.lines]
    groups = {
        "tasks": _kept(own),
        "done": [task for task in own if task.status == "done"],
        "late": [line.task for line in progress.late],
        "endangered": [line.task for line in progress.endangered],
        "whole": _kept(progress.plan.tasks),
    }
    for key, tasks in groups.items():
        yield f"{address}/{key}", partial(_tasks, key, tasks)
    yield from more_of(f"{address}/tasks", listed_tasks(progress).rest, lambda line: verbatim(line.task.label))
    for line in progress.lines:
        yield from _task(line, f"{address}/{line.task.id}", progress.as_of)


def _tasks(key: str, tasks: Iterable[Task]) -> Breakdown:
    return counted(named(f"tasks_{key}"), (verbatim(task.label) for task in tasks))


def _kept(tasks: Iterable[Task]) -> list[Task]:
    return [task for task in tasks if task.status != "dropped"]


def _task(line: TaskLine, address: str, as_of: date) -> Numbered:
    if line.days_late:
        yield f"{address}/days_late", partial(days_late, line.task, as_of)
    for name, amount in line.task.resources.items():
        yield f"{address}/resource/{name}", partial(leaf, verbatim(name), amount)

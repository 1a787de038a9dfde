"""The plans and actions of a review, written: who does what by when, what is late, what waits, and what it did."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from salesperf.diagnosis import ActionLine
from salesperf.messages import Catalogs
from salesperf.model.action import Action
from salesperf.model.amount import Amount
from salesperf.model.message import Message
from salesperf.model.metric import STANDARD_METRICS
from salesperf.model.task import Task
from salesperf.report.words import Words
from salesperf.review import ActionSection, Review
from salesperf.review.listed import listed_actions, listed_plans, listed_tasks
from salesperf.risk import PlanProgress, TaskLine

__all__ = ["ActionWriter", "PlanWriter"]

_ACTION_HEADS: Final = (
    *("action", "in_charge", "due_by", "status", "days_late"),
    *("measure", "baseline", "goal_value", "measured", "effect"),
)
_TASK_HEADS: Final = (
    *("task", "in_charge", "start", "due_by", "status", "days_late"),
    *("expected_end", "waits_for", "resources"),
)
_METRIC_BY_TITLE: Final = {metric.title: metric for metric in STANDARD_METRICS.values()}


class PlanWriter(Words):
    """Writes the sections on plans of a report."""

    def __init__(self, review: Review, lang: str, catalogs: Catalogs | None) -> None:
        super().__init__(review.org, lang, catalogs)
        self.review = review

    def lines(self) -> Iterator[str]:
        """Write each plan: how many tasks are done and late, and which."""
        plans = listed_plans(self.review)
        for progress in plans.shown:
            yield from self.prose("## ", self.say("report.plans.title", plan=progress.plan.label))
            yield from self.prose("", self._summary(progress))
            tasks = listed_tasks(progress)
            yield from self.table(_TASK_HEADS, (self._row(progress, line) for line in tasks.shown))
            if tasks.rest:
                yield from self.prose("", self.say("report.plans.more", count=len(tasks.rest)))
        if any(line.delay_days for progress in plans.shown for line in progress.lines):
            yield from self.prose("", self.say("report.plans.note"))
        if plans.rest:
            late = sum(len(progress.late) for progress in plans.rest)
            yield from self.prose("", self.say("report.plans.more_plans", count=len(plans.rest), late=late))

    def _summary(self, progress: PlanProgress) -> str:
        here, whole = (
            [task for task in tasks if task.status != "dropped"] for tasks in (_tasks(progress), progress.plan.tasks)
        )
        key = "summary" if len(here) == len(whole) else "summary_of_whole"
        return self.say(
            f"report.plans.{key}",
            tasks=len(here),
            done=sum(task.status == "done" for task in here),
            late=len(progress.late),
            endangered=len(progress.endangered),
            whole=len(whole),
        )

    def _row(self, progress: PlanProgress, line: TaskLine) -> list[str]:
        task, others = line.task, progress.plan.task_by_id
        resources = (self.say("report.plans.resource", name=name, amount=amount) for name, amount in task.resources.items())
        return [
            self.say("report.plans.milestone", title=task.label) if task.is_milestone else task.label,
            self.show(self.name(task.owner)),
            self.show(task.start),
            self.show(task.due),
            self.say(f"action.status.{task.status}"),
            self.show(line.days_late or None),
            self.show(line.expected_end),
            self.say("report.list").join(others[other].label for other in line.waits_for),
            self.say("report.list").join(resources),
        ]


def _tasks(progress: PlanProgress) -> list[Task]:
    return [line.task for line in progress.lines]


class ActionWriter(Words):
    """Writes the section on actions of a report."""

    def __init__(self, review: Review, lang: str, catalogs: Catalogs | None) -> None:
        super().__init__(review.org, lang, catalogs)
        self.review = review

    def lines(self) -> Iterator[str]:
        """Write what is new of the actions, each of them, and what it did."""
        section = self.review.actions
        if section is None:
            return
        yield from self.prose("## ", self.say("report.actions.title"))
        yield from self.prose("", self._summary(section))
        actions = listed_actions(section)
        if actions.shown:
            yield from self.table(_ACTION_HEADS, map(self._row, actions.shown))
        noted = [self.item(note) for line in actions.shown for note in self._note(line.action)]
        yield from [*noted, ""] if noted else []
        if actions.rest:
            yield from self.prose("", self.say("report.actions.more", count=len(actions.rest)))
        if section.left_out:
            yield from self.prose("", self.say("report.actions.left_out", count=section.left_out))
        if any(line.action.effect is not None for line in section.follow_through.lines):
            yield from self.prose("", self.say("report.actions.note"))

    def _summary(self, section: ActionSection) -> str:
        followed = section.follow_through
        return self.say(
            "report.actions.summary_of_all" if section.since is None else "report.actions.summary",
            since=section.since,
            as_of=followed.as_of,
            agreed=len(section.agreed),
            done=len(section.done),
            dropped=len(section.dropped),
            late=len(section.became_late),
            open=len(followed.open),
            all_late=len(followed.late),
        )

    def _row(self, line: ActionLine) -> list[str]:
        action = line.action
        measured = action.counted[-1].value if action.counted else None
        return [
            action.title,
            self.show(self.name(action.owner)),
            self.show(action.due),
            self.say(f"action.status.{action.status}"),
            self.show(line.days_late or None),
            self.show(None if action.measure is None else Message(action.measure)),
            *(self._value(action, value) for value in (action.baseline, action.goal_value, measured)),
            self._effect(action),
        ]

    def _note(self, action: Action) -> Iterator[str]:
        """Write what was noted last, and when."""
        said = [change for change in action.history if change.note]
        if said:
            yield self.say("report.actions.noted", title=action.title, on=said[-1].on, note=said[-1].note)

    def _value(self, action: Action, value: Amount | Decimal | None) -> str:
        """Write a measured number as its metric is written, where it is one of ours."""
        metric = _METRIC_BY_TITLE.get(action.measure or "")
        if isinstance(value, Amount):
            return value.rounded_text(0, self.lang, self.catalogs)
        return self.show(value) if metric is None or value is None else self.measure(value, metric)

    def _effect(self, action: Action) -> str:
        if action.reason is not None:
            return self.show(action.reason)
        return self.say("report.actions.as_measured", effect=self._came_of(action), on=action.counted[-1].on)

    def _came_of(self, action: Action) -> str:
        if action.is_goal_met:
            return self.say("report.actions.goal_met")
        if action.achieved_share is not None and action.achieved_share < 0:
            return self.say("report.actions.worse")
        return self.say("report.actions.achieved", share=action.achieved_share)

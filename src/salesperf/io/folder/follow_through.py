"""What follows from reviews, by the plain CSV layout: actions, plans, cases, risks and pulse surveys."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import attrs

from salesperf.io.folder.actions import read_actions, rows_of_action_changes, rows_of_actions, rows_of_measurements
from salesperf.io.folder.cases import read_cases, read_pulses, rows_of_cases, rows_of_pulses
from salesperf.io.folder.files import (
    ACTION_CHANGES,
    ACTIONS,
    ASSESSMENTS,
    CASES,
    MEASUREMENTS,
    PLANS,
    PULSES,
    RESOURCES,
    RISKS,
    TASK_CHANGES,
    TASKS,
)
from salesperf.io.folder.layout import Faults, Items, Layout
from salesperf.io.folder.risks import read_risks, rows_of_assessments, rows_of_risks
from salesperf.io.folder.table import Rows, Table
from salesperf.io.folder.tasks import read_plans, rows_of_plans, rows_of_resources, rows_of_task_changes, rows_of_tasks
from salesperf.model.action import Action
from salesperf.model.case import Case
from salesperf.model.people import Org
from salesperf.model.pulse import PulseSurvey
from salesperf.model.records import Records
from salesperf.model.risk_entry import Risk
from salesperf.model.task import TaskPlan

__all__ = ["FollowThrough", "read_follow_through", "rows_of_follow_through"]


@attrs.frozen(kw_only=True)
class FollowThrough:
    """What was read of what follows from reviews.

    Parameters
    ----------
    actions
        What was agreed, but for what is done about risks.
    plans, cases, risks, pulses
        What was made of the rows of these four.
    faults
        What was wrong, in all the files.

    Examples
    --------
    >>> from salesperf.io.folder.files import LAYOUTS
    >>> tables = {layout: Table.empty(layout) for layout in LAYOUTS}
    >>> read_follow_through(tables, org=Org(), owner_in=str, deals=()).plans.items
    ()
    """

    actions: tuple[Action, ...]
    plans: Items[TaskPlan]
    cases: Items[Case]
    risks: tuple[Risk, ...]
    pulses: Items[PulseSurvey]
    faults: Faults

    @property
    def located(self) -> Mapping[str, Items[Any]]:
        """What may be wrong with records that no row shows alone, by the field of the records."""
        return {"plans": self.plans, "cases": self.cases, "pulses": self.pulses}


def read_follow_through(
    tables: Mapping[Layout, Table], *, org: Org, owner_in: Callable[[str], str], deals: Collection[str]
) -> FollowThrough:
    r"""Read actions, plans, cases, risks and pulse surveys.

    Parameters
    ----------
    tables
        The tables of all files.
    org
        The teams that may have been asked.
    owner_in
        Reads the id of a rep or a team.
    deals
        The ids of the deals that could be read: a case of another one names none, since one fault is told once.

    Examples
    --------
    >>> from salesperf.io.folder.files import LAYOUTS
    >>> tables = {layout: Table.empty(layout) for layout in LAYOUTS}
    >>> tables[PULSES] = Table.parse("on,counts\n2026-09-20,3; 4; 5\n", PULSES)
    >>> read_follow_through(tables, org=Org(), owner_in=str, deals=()).pulses.items[0].answers
    12
    """
    actions, faults_of_actions = read_actions(tables, owner_in=owner_in)
    plans, faults_of_plans = read_plans(tables, owner_in=owner_in)
    cases = read_cases(tables, owner_in=owner_in)
    risks, faults_of_risks = read_risks(tables, actions=actions.items, owner_in=owner_in)
    pulses = read_pulses(tables[PULSES], teams=org.team_by_id)
    known = {None, *deals}
    whole = tuple(case if case.opportunity in known else attrs.evolve(case, opportunity=None) for case in cases.items)
    return FollowThrough(
        actions=tuple(action for risk, action in actions.items if risk is None),
        plans=plans,
        cases=attrs.evolve(cases, items=whole),
        risks=risks.items,
        pulses=pulses,
        faults=(*faults_of_actions, *faults_of_plans, *cases.faults, *faults_of_risks, *pulses.faults),
    )


def rows_of_follow_through(records: Records) -> dict[Layout, Rows]:
    """Return the rows of each file that :func:`read_follow_through` reads back.

    Examples
    --------
    >>> list(rows_of_follow_through(Records(org=Org(), plans=[TaskPlan(id="winter")]))[PLANS])
    [('winter', '')]
    """
    return {
        ACTIONS: rows_of_actions(records.actions, records.risks),
        ACTION_CHANGES: rows_of_action_changes(records.actions, records.risks),
        MEASUREMENTS: rows_of_measurements(records.actions, records.risks),
        PLANS: rows_of_plans(records.plans),
        TASKS: rows_of_tasks(records.plans),
        TASK_CHANGES: rows_of_task_changes(records.plans),
        RESOURCES: rows_of_resources(records.plans),
        CASES: rows_of_cases(records.cases),
        RISKS: rows_of_risks(records.risks),
        ASSESSMENTS: rows_of_assessments(records.risks),
        PULSES: rows_of_pulses(records.pulses),
    }

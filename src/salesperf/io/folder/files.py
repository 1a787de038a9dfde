"""The files of the plain CSV layout, and the columns of each: what ``docs/reference/csv-layout.md`` describes."""

from typing import Final

from salesperf.io.folder.layout import Layout

__all__ = [
    "ABSENCES",
    "ACTIONS",
    "ACTION_CHANGES",
    "ACTUALS",
    "ASSESSMENTS",
    "CALENDAR",
    "CASES",
    "CHANGES",
    "CHECK_INS",
    "CONTACTS",
    "COSTS",
    "CUSTOMERS",
    "KEY_RESULTS",
    "LAYOUTS",
    "LEADS",
    "LEAD_CHANGES",
    "MEASUREMENTS",
    "METRICS",
    "MILESTONES",
    "MOVES",
    "OBJECTIVES",
    "OPPORTUNITIES",
    "PLANS",
    "PROCESSES",
    "PULSES",
    "REPS",
    "RESOURCES",
    "RISKS",
    "STAGES",
    "TARGETS",
    "TASKS",
    "TASK_CHANGES",
    "TEAMS",
    "TOUCHES",
]

REPS: Final = Layout(
    file="reps.csv",
    required=("id",),
    optional=("name", "team", "kind", "hired", "left", "fte", "level", "ramp"),
)
TEAMS: Final = Layout(file="teams.csv", required=("id",), optional=("name", "parent", "manager"))
MOVES: Final = Layout(file="moves.csv", required=("rep", "on", "team"))
ABSENCES: Final = Layout(file="absences.csv", required=("rep", "first", "last"))
CALENDAR: Final = Layout(file="calendar.csv", required=("kind", "value"), optional=("name",))
METRICS: Final = Layout(
    file="metrics.csv",
    required=("key", "dimension", "accumulation", "direction"),
    optional=("low", "high", "title", "numerator", "denominator"),
)
TARGETS: Final = Layout(
    file="targets.csv",
    required=("owner", "metric", "unit", "amount", "period"),
    optional=("floor", "stretch", "agreed", "rationale", "parent.owner", "parent.metric", "parent.period"),
    families=("scope.", "parent.scope."),
)
ACTUALS: Final = Layout(
    file="actuals.csv",
    required=("owner", "metric", "unit", "amount", "on"),
    optional=("ref",),
    families=("scope.",),
)
OBJECTIVES: Final = Layout(
    file="objectives.csv",
    required=("id", "period"),
    optional=("title", "parent", "owner", "weight", "committed"),
)
KEY_RESULTS: Final = Layout(
    file="key_results.csv",
    required=("id", "objective"),
    optional=(
        *("title", "kind", "start", "target", "unit", "low", "high", "tolerance"),
        *("metric", "weight", "committed", "owner", "period"),
    ),
)
MILESTONES: Final = Layout(file="milestones.csv", required=("key_result", "key"), optional=("title", "weight"))
CHECK_INS: Final = Layout(
    file="check_ins.csv",
    required=("of", "on"),
    optional=("value", "reached", "done", "score", "confidence", "note"),
)
PROCESSES: Final = Layout(
    file="processes.csv",
    required=("key",),
    optional=("title", "may_skip", "may_go_back", "may_reenter", "may_reopen"),
)
STAGES: Final = Layout(
    file="stages.csv",
    required=("key",),
    optional=("process", "title", "kind", "probability", "max_days", "tasks", "exit_criteria"),
)
CUSTOMERS: Final = Layout(
    file="customers.csv",
    required=("id",),
    optional=("name", "owner", "parent", "since"),
    families=("fact.",),
)
LEADS: Final = Layout(
    file="leads.csv",
    required=("id",),
    optional=("channel", "campaign"),
    families=("fact.",),
)
LEAD_CHANGES: Final = Layout(
    file="lead_changes.csv",
    required=("lead", "on"),
    optional=("status", "owner", "released", "reason"),
)
TOUCHES: Final = Layout(file="touches.csv", required=("lead", "on", "kind"), optional=("outcome", "ref"))
COSTS: Final = Layout(file="costs.csv", required=("on", "amount", "unit"), optional=("channel", "campaign", "owner"))
CONTACTS: Final = Layout(
    file="contacts.csv",
    required=("id",),
    optional=("customer", "opportunity", "lead", "role", "name", "title", "email", "phone"),
)
OPPORTUNITIES: Final = Layout(
    file="opportunities.csv",
    required=("id",),
    optional=("customer", "lead", "process", "competitors", "as_exported", "exported"),
    families=("fact.",),
)
CHANGES: Final = Layout(
    file="changes.csv",
    required=("opportunity", "on"),
    optional=("stage", "amount", "unit", "expected_close", "owner", "category", "grade", "reason", "evidence"),
)

ACTIONS: Final = Layout(
    file="actions.csv",
    required=("id", "title", "owner", "created", "due"),
    optional=("goal", "measure", "unit", "baseline", "goal_value", "finding", "risk"),
)
ACTION_CHANGES: Final = Layout(file="action_changes.csv", required=("action", "on", "status"), optional=("note",))
MEASUREMENTS: Final = Layout(file="measurements.csv", required=("action", "on", "value"))
PLANS: Final = Layout(file="plans.csv", required=("id",), optional=("title",))
TASKS: Final = Layout(
    file="tasks.csv",
    required=("plan", "id", "owner", "created", "due"),
    optional=("title", "start", "milestone", "depends_on"),
)
TASK_CHANGES: Final = Layout(file="task_changes.csv", required=("plan", "task", "on", "status"), optional=("note",))
RESOURCES: Final = Layout(file="resources.csv", required=("plan", "task", "name", "amount"), optional=("unit",))
CASES: Final = Layout(
    file="cases.csv",
    required=("id", "outcome", "on"),
    optional=("title", "opportunity", "customer", "owner", "note", "lessons", "tags"),
)
RISKS: Final = Layout(
    file="risks.csv",
    required=("id", "title"),
    optional=("kind", "owner", "response", "closed", "at_stake", "unit"),
)
ASSESSMENTS: Final = Layout(file="assessments.csv", required=("risk", "on", "likelihood", "impact"), optional=("note",))
PULSES: Final = Layout(file="pulses.csv", required=("on", "counts"), optional=("owner", "invited"))

LAYOUTS: Final = (
    REPS,
    TEAMS,
    MOVES,
    ABSENCES,
    CALENDAR,
    METRICS,
    TARGETS,
    ACTUALS,
    OBJECTIVES,
    KEY_RESULTS,
    MILESTONES,
    CHECK_INS,
    PROCESSES,
    STAGES,
    CUSTOMERS,
    LEADS,
    LEAD_CHANGES,
    TOUCHES,
    COSTS,
    CONTACTS,
    OPPORTUNITIES,
    CHANGES,
    ACTIONS,
    ACTION_CHANGES,
    MEASUREMENTS,
    PLANS,
    TASKS,
    TASK_CHANGES,
    RESOURCES,
    CASES,
    RISKS,
    ASSESSMENTS,
    PULSES,
)
"""All files, in the order in which their faults are reported."""

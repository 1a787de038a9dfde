"""The files of the plain CSV layout, and the columns of each: what ``docs/reference/csv-layout.md`` describes."""

from typing import Final

from salesperf.io.folder.layout import Layout

__all__ = [
    "ABSENCES",
    "ACTUALS",
    "CALENDAR",
    "CHANGES",
    "CHECK_INS",
    "CONTACTS",
    "COSTS",
    "CUSTOMERS",
    "KEY_RESULTS",
    "LAYOUTS",
    "LEADS",
    "LEAD_CHANGES",
    "METRICS",
    "MILESTONES",
    "MOVES",
    "OBJECTIVES",
    "OPPORTUNITIES",
    "PROCESSES",
    "REPS",
    "STAGES",
    "TARGETS",
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
)
"""All files, in the order in which their faults are reported."""

"""Following leads up: what is due and when, a day's worklist, who gets a lead, and the public pool of those nobody has."""

from salesperf.followup.assigning import ASSIGNMENTS, Assignee, AssignmentName, assign
from salesperf.followup.handing import Handing, LeadMove
from salesperf.followup.policy import STANDARD_FOLLOW_UP, FollowUpPolicy, FollowUpStep
from salesperf.followup.pool import PoolRules, claim, reclaim
from salesperf.followup.scheduling import FollowUp, schedule
from salesperf.followup.working import WorkItem, Worklist, worklist

__all__ = [
    "ASSIGNMENTS",
    "STANDARD_FOLLOW_UP",
    "Assignee",
    "AssignmentName",
    "FollowUp",
    "FollowUpPolicy",
    "FollowUpStep",
    "Handing",
    "LeadMove",
    "PoolRules",
    "WorkItem",
    "Worklist",
    "assign",
    "claim",
    "reclaim",
    "schedule",
    "worklist",
]

"""Following up leads, and customers after the sale: what is due, a day's worklist, who gets a lead, and the public pool."""

from salesperf.followup.after_sale import schedule_after_sale
from salesperf.followup.assigning import ASSIGNMENTS, Assignee, AssignmentName, assign
from salesperf.followup.handing import Handing, LeadMove
from salesperf.followup.policy import STANDARD_AFTER_SALE, STANDARD_FOLLOW_UP, FollowUpPolicy, FollowUpStep
from salesperf.followup.pool import PoolRules, claim, reclaim
from salesperf.followup.scheduling import FollowUp, schedule
from salesperf.followup.working import WorkItem, Worklist, worklist

__all__ = [
    "ASSIGNMENTS",
    "STANDARD_AFTER_SALE",
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
    "schedule_after_sale",
    "worklist",
]

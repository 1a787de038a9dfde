"""Following up leads, and customers after the sale: what is due, a day's worklist, what was kept, who gets a lead, the pool."""

from salesperf.followup.after_sale import schedule_after_sale
from salesperf.followup.assigning import ASSIGNMENTS, Assignee, AssignmentName, assign
from salesperf.followup.handing import Handing, LeadMove
from salesperf.followup.keeping import KEPT_STATUSES, KeptStatus, OwnerPunctuality, PastFollowUp, Punctuality, punctuality
from salesperf.followup.policy import STANDARD_AFTER_SALE, STANDARD_FOLLOW_UP, FollowUpPolicy, FollowUpStep
from salesperf.followup.pool import PoolRules, claim, reclaim
from salesperf.followup.scheduling import FollowUp, schedule
from salesperf.followup.working import WorkItem, Worklist, worklist

__all__ = [
    "ASSIGNMENTS",
    "KEPT_STATUSES",
    "STANDARD_AFTER_SALE",
    "STANDARD_FOLLOW_UP",
    "Assignee",
    "AssignmentName",
    "FollowUp",
    "FollowUpPolicy",
    "FollowUpStep",
    "Handing",
    "KeptStatus",
    "LeadMove",
    "OwnerPunctuality",
    "PastFollowUp",
    "PoolRules",
    "Punctuality",
    "WorkItem",
    "Worklist",
    "assign",
    "claim",
    "punctuality",
    "reclaim",
    "schedule",
    "schedule_after_sale",
    "worklist",
]

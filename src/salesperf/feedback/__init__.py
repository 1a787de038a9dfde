"""360-degree feedback: what others say of somebody, without telling who said it, and how far raters agree."""

from salesperf.feedback.counting import REPEATS
from salesperf.feedback.rater_effects import Leniency, SubjectLevel, leniency
from salesperf.feedback.reliability import ICC_KINDS, MEASUREMENTS, icc, krippendorff
from salesperf.feedback.report import GROUP_STATUSES, FeedbackReport, GroupFeedback, SubjectFeedback
from salesperf.feedback.summarizing import EXEMPT, summarize
from salesperf.feedback.tabulating import RatingTable, tabulate

__all__ = [
    "EXEMPT",
    "GROUP_STATUSES",
    "ICC_KINDS",
    "MEASUREMENTS",
    "REPEATS",
    "FeedbackReport",
    "GroupFeedback",
    "Leniency",
    "RatingTable",
    "SubjectFeedback",
    "SubjectLevel",
    "icc",
    "krippendorff",
    "leniency",
    "summarize",
    "tabulate",
]

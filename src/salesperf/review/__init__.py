"""The sales review (述职): what was owed and done, how it compares, what is missing, in one frozen value."""

from salesperf.review.audience import PEOPLE_KINDS, Audience, PeopleKind, PeopleResults
from salesperf.review.building import build
from salesperf.review.channels import ChannelSection
from salesperf.review.deals import DealMember, DealSection
from salesperf.review.leads import LeadMember, LeadSection, OpenLead
from salesperf.review.objectives import ObjectiveLine, ObjectiveSection
from salesperf.review.people import PeopleSection
from salesperf.review.people_lines import AppraisalLine, DueReward, FeedbackGroup, FeedbackLine, PayItem, PayLine
from salesperf.review.quality import QualitySection
from salesperf.review.sections import (
    NOTES,
    DataSection,
    Member,
    MetricSection,
    Note,
    RecordedFlow,
    Standing,
    TrendPart,
    Weaknesses,
)
from salesperf.review.whole import Review

__all__ = [
    "NOTES",
    "PEOPLE_KINDS",
    "AppraisalLine",
    "Audience",
    "ChannelSection",
    "DataSection",
    "DealMember",
    "DealSection",
    "DueReward",
    "FeedbackGroup",
    "FeedbackLine",
    "LeadMember",
    "LeadSection",
    "Member",
    "MetricSection",
    "Note",
    "ObjectiveLine",
    "ObjectiveSection",
    "OpenLead",
    "PayItem",
    "PayLine",
    "PeopleKind",
    "PeopleResults",
    "PeopleSection",
    "QualitySection",
    "RecordedFlow",
    "Review",
    "Standing",
    "TrendPart",
    "Weaknesses",
    "build",
]

"""The sales review (述职): what was owed and done, how it compares, what is missing, in one frozen value."""

from salesperf.review.building import Review, build
from salesperf.review.channels import ChannelSection
from salesperf.review.deals import DealMember, DealSection
from salesperf.review.leads import LeadMember, LeadSection, OpenLead
from salesperf.review.objectives import SILENT_DAYS, ObjectiveLine, ObjectiveSection
from salesperf.review.sections import NOTES, DataSection, Member, MetricSection, Note, RecordedFlow, Standing, TrendPart

__all__ = [
    "NOTES",
    "SILENT_DAYS",
    "ChannelSection",
    "DataSection",
    "DealMember",
    "DealSection",
    "LeadMember",
    "LeadSection",
    "Member",
    "MetricSection",
    "Note",
    "ObjectiveLine",
    "ObjectiveSection",
    "OpenLead",
    "RecordedFlow",
    "Review",
    "Standing",
    "TrendPart",
    "build",
]

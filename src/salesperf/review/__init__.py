"""The sales review (述职): what was owed and done, how it compares, what is missing, in one frozen value."""

from salesperf.review.building import Review, build
from salesperf.review.deals import DealMember, DealSection
from salesperf.review.sections import NOTES, DataSection, Member, MetricSection, Note, RecordedFlow, Standing, TrendPart

__all__ = [
    "NOTES",
    "DataSection",
    "DealMember",
    "DealSection",
    "Member",
    "MetricSection",
    "Note",
    "RecordedFlow",
    "Review",
    "Standing",
    "TrendPart",
    "build",
]

"""The sales review (述职): what was owed and done, how it compares, what is missing, in one frozen value."""

from salesperf.review.actions import ActionSection
from salesperf.review.agenda import AGENDA_KINDS, AGENDA_LENGTH, AgendaItem, AgendaKind
from salesperf.review.audience import PEOPLE_KINDS, Audience, PeopleKind, PeopleResults
from salesperf.review.building import build
from salesperf.review.cases import CaseSection
from salesperf.review.channels import ChannelSection
from salesperf.review.comparing import (
    COMPARISON_TERMS,
    ActionChange,
    Comparison,
    ComparisonTerms,
    DealChange,
    FindingChange,
    MetricChange,
)
from salesperf.review.customer_sales import SALES_BASES, SalesBasis
from salesperf.review.customers import CustomerLine, CustomerSection, LostCustomer
from salesperf.review.deals import DealMember, DealSection
from salesperf.review.explained import NumberTrees, explain
from salesperf.review.key_accounts import KeyAccount
from salesperf.review.leads import LeadMember, LeadSection, OpenLead
from salesperf.review.market import CompetitorLine, MarketSection, ReasonLine
from salesperf.review.objectives import ObjectiveLine, ObjectiveSection
from salesperf.review.outlook import OUTCOME_SHARE, OutlookLine
from salesperf.review.people import PeopleSection
from salesperf.review.people_lines import AppraisalLine, DueReward, FeedbackGroup, FeedbackLine, PayItem, PayLine
from salesperf.review.plan_fairness import PlanFairness
from salesperf.review.pulses import PulseLine
from salesperf.review.quality import QualitySection
from salesperf.review.sections import (
    NOTES,
    DataSection,
    Member,
    MetricSection,
    Note,
    RecordedFlow,
    Rest,
    Standing,
    TrendPart,
    Weaknesses,
)
from salesperf.review.surveys import SURVEY_METRICS, SurveyLine, SurveyMetric
from salesperf.review.team import AttainmentSpread, Headcount, TeamSection
from salesperf.review.variance import VARIANCE_KINDS, VarianceKind, VarianceLine, VarianceSection
from salesperf.review.whole import Review

__all__ = [
    "AGENDA_KINDS",
    "AGENDA_LENGTH",
    "COMPARISON_TERMS",
    "NOTES",
    "OUTCOME_SHARE",
    "PEOPLE_KINDS",
    "SALES_BASES",
    "SURVEY_METRICS",
    "VARIANCE_KINDS",
    "ActionChange",
    "ActionSection",
    "AgendaItem",
    "AgendaKind",
    "AppraisalLine",
    "AttainmentSpread",
    "Audience",
    "CaseSection",
    "ChannelSection",
    "Comparison",
    "ComparisonTerms",
    "CompetitorLine",
    "CustomerLine",
    "CustomerSection",
    "DataSection",
    "DealChange",
    "DealMember",
    "DealSection",
    "DueReward",
    "FeedbackGroup",
    "FeedbackLine",
    "FindingChange",
    "Headcount",
    "KeyAccount",
    "LeadMember",
    "LeadSection",
    "LostCustomer",
    "MarketSection",
    "Member",
    "MetricChange",
    "MetricSection",
    "Note",
    "NumberTrees",
    "ObjectiveLine",
    "ObjectiveSection",
    "OpenLead",
    "OutlookLine",
    "PayItem",
    "PayLine",
    "PeopleKind",
    "PeopleResults",
    "PeopleSection",
    "PlanFairness",
    "PulseLine",
    "QualitySection",
    "ReasonLine",
    "RecordedFlow",
    "Rest",
    "Review",
    "SalesBasis",
    "Standing",
    "SurveyLine",
    "SurveyMetric",
    "TeamSection",
    "TrendPart",
    "VarianceKind",
    "VarianceLine",
    "VarianceSection",
    "Weaknesses",
    "build",
    "explain",
]

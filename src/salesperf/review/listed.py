"""Which of each long list in a review are told one by one, and which only counted: a report and its explanation ask here."""

from collections.abc import Sequence
from typing import Final

from salesperf.attainment import Attainment
from salesperf.channels import ChannelLine
from salesperf.customers import MarketLine, MarketShare
from salesperf.diagnosis import ActionLine
from salesperf.grading import STANDARD_GRADES, STANDARD_TEMPERATURE
from salesperf.model.amount import Amount
from salesperf.model.case import Case
from salesperf.model.finding import Finding
from salesperf.model.risk_entry import Risk
from salesperf.pipeline import ClosedDeal, OpenDeal, Pipeline
from salesperf.quality import RuleCount
from salesperf.review.actions import ActionSection
from salesperf.review.agenda import AGENDA_LENGTH, AgendaItem
from salesperf.review.cases import CaseSection
from salesperf.review.channels import ChannelSection
from salesperf.review.comparing import ActionChange, Comparison, MetricChange
from salesperf.review.customers import CustomerLine, CustomerSection
from salesperf.review.cutting import Cut, LineT, few_of_each, first, topmost
from salesperf.review.deals import DealSection
from salesperf.review.key_accounts import KeyAccount
from salesperf.review.leads import LeadSection, OpenLead
from salesperf.review.market import CompetitorLine, MarketSection, ReasonLine
from salesperf.review.people import PeopleSection
from salesperf.review.people_lines import AppraisalLine, FeedbackLine, PayItem, PayLine
from salesperf.review.pulses import PulseLine
from salesperf.review.quality import QualitySection
from salesperf.review.sections import Member, MetricSection, RecordedFlow
from salesperf.review.team import AttainmentSpread, TeamSection
from salesperf.review.variance import VarianceLine
from salesperf.review.whole import Review
from salesperf.risk import PlanProgress, RiskLine, RiskRegister, TaskLine
from salesperf.scorecard import Bands
from salesperf.variance import Effect

__all__ = [
    "MOST_LINES",
    "listed_actions",
    "listed_agenda",
    "listed_alike",
    "listed_appraisals",
    "listed_cases",
    "listed_causes",
    "listed_changed",
    "listed_changes",
    "listed_channels",
    "listed_competitors",
    "listed_deals",
    "listed_effects",
    "listed_faults",
    "listed_feedback",
    "listed_findings",
    "listed_flows",
    "listed_items",
    "listed_leads",
    "listed_lines",
    "listed_lost_deals",
    "listed_members",
    "listed_metrics",
    "listed_names",
    "listed_not_compared",
    "listed_noticed",
    "listed_pay",
    "listed_plans",
    "listed_pulses",
    "listed_quiet",
    "listed_reasons",
    "listed_risks",
    "listed_risks_gone",
    "listed_sellers",
    "listed_spreads",
    "listed_tasks",
    "listed_then",
    "listed_unmet",
    "listed_weakening",
    "listed_weaknesses",
]

MOST_LINES: Final = 60
"""So many lines of a tree, of people, or of whatever else there may be thousands, are listed."""
_MOST_METRICS: Final = 20
"""So many targets are told: where a sum would not be the owner's, those of each who is below stand apart."""
_MOST_NOT_COMPARED: Final = 10
_MOST_UNMET: Final = 20
_MOST_EFFECTS: Final = 8
_MOST_DEALS: Final = 10
_MOST_LOST_DEALS: Final = 5
_MOST_LEADS: Final = 10
_MOST_QUIET: Final = 5
_MOST_WEAKENING: Final = 5
_MOST_COMPETITORS: Final = 8
_MOST_REASONS: Final = 8
_MOST_NAMED: Final = 6
_MOST_IN_TEAM: Final = 12
_MOST_ITEMS: Final = 40
_MOST_PLANS: Final = 5
_MOST_TASKS: Final = 12
_MOST_CASES: Final = 8
_MOST_ALIKE: Final = 5
_MOST_RISKS: Final = 10
_MOST_ACTIONS: Final = 20
_MOST_CAUSES: Final = 10
_MOST_CAUSES_OF_A_RULE: Final = 3
_MOST_FINDINGS_OF_A_RULE: Final = 12
_MOST_CHANGED: Final = 3
_ENDED: Final = frozenset({"done", "dropped", "gone"})
_OF_BUSINESS: Final = frozenset(
    {
        *("channel_does_not_pay", "leads_left_behind", "leads_untouched"),
        *("objective_off_track", "pipeline_untold", "slipping", "stuck_stage"),
    }
)
"""Rules whose findings are about the business, and not about its data: they stand with the causes."""
_MOST_FAULTS: Final = 8
_MOST_FAULTS_BESIDE: Final = 3


# What was owed and done


def listed_metrics(review: Review) -> Cut[MetricSection]:
    """Return the metrics of a review: the first ones."""
    return first(review.metrics, _MOST_METRICS)


def listed_lines(lines: Sequence[LineT]) -> Cut[LineT]:
    """Return the lines of a tree, of people or of objectives: as many levels as fit."""
    return topmost(lines, MOST_LINES)


def listed_members(section: MetricSection, review: Review) -> Cut[Member]:
    """Return who contributed: of all metrics but the first no single rep below a team, and as many levels as fit."""
    is_first = section is review.metrics[0]
    return topmost(section.members, MOST_LINES, asked=lambda member: is_first or member.is_team or member.level == 0)


def listed_not_compared(owners: Sequence[str]) -> Cut[str]:
    """Return who is not compared, for one reason: the first ones."""
    return first(owners, _MOST_NOT_COMPARED)


def listed_unmet(review: Review) -> Cut[Attainment]:
    """Return the missed targets: those with the largest gaps."""
    return first(review.unmet, _MOST_UNMET)


def listed_flows(review: Review) -> Cut[RecordedFlow]:
    """Return what was recorded though nobody owes it: the first ones."""
    return first(review.recorded, MOST_LINES)


def listed_changes(comparison: Comparison) -> Cut[MetricChange]:
    """Return the metrics that are held beside the review before: the first ones."""
    return first(comparison.metrics, MOST_LINES)


def listed_then(comparison: Comparison) -> Cut[ActionChange]:
    """Return what became of the actions that were open at the review before: those first that are not done."""
    return first(sorted(comparison.actions, key=lambda change: change.status in _ENDED), MOST_LINES)


def listed_changed(findings: Sequence[Finding]) -> Cut[Finding]:
    """Return what is found no more, or only now: the gravest, and of remarks none."""
    ranked = sorted(findings, key=lambda finding: finding.rank)
    graver = first([finding for finding in ranked if finding.severity != "info"], _MOST_CHANGED)
    return Cut(graver.shown, (*graver.rest, *(finding for finding in ranked if finding.severity == "info")))


def listed_risks_gone(comparison: Comparison) -> Cut[Risk]:
    """Return risks that are none any more: the first ones."""
    return first(comparison.risks_gone, _MOST_CHANGED)


def listed_effects(line: VarianceLine) -> Cut[Effect[Amount]]:
    """Return the effects that show: the largest."""
    return first(line.moved, _MOST_EFFECTS)


# Deals, leads, channels, customers


def listed_deals(pipeline: Pipeline) -> Cut[OpenDeal]:
    """Return the open deals that something is amiss with: the most valuable."""
    return first(pipeline.actionable, _MOST_DEALS)


def listed_lost_deals(section: DealSection) -> Cut[ClosedDeal]:
    """Return the deals lost in the period: the largest."""
    return first(section.lost, _MOST_LOST_DEALS)


def listed_leads(section: LeadSection) -> Cut[OpenLead]:
    """Return the leads whose follow-up is overdue: those of the best grade, the warmest of these, then the longest overdue."""
    return first(sorted(section.overdue, key=_urgency_of_lead), _MOST_LEADS)


def _urgency_of_lead(lead: OpenLead) -> tuple[int, int, int, str]:
    overdue = 0 if lead.follow_up is None else lead.follow_up.overdue_workdays
    return (_rank(lead.grade, STANDARD_GRADES.bands), _rank(lead.temperature, STANDARD_TEMPERATURE.bands), -overdue, lead.id)


def _rank(label: str | None, bands: Bands) -> int:
    return len(bands.labels) if label is None else bands.labels.index(label)


def listed_channels(section: ChannelSection) -> Cut[ChannelLine]:
    """Return the channels with leads or costs: all in their order, or of too many those with the most leads."""
    known = [line for line in section.report.lines if line.leads or line.cost]
    largest = first(sorted(known, key=lambda line: -line.leads), MOST_LINES)
    return largest if largest.rest else first(known, MOST_LINES)


def listed_quiet(section: CustomerSection) -> Cut[CustomerLine]:
    """Return the key accounts that have gone quiet: the largest."""
    return first(section.quiet, _MOST_QUIET)


def listed_weakening(section: CustomerSection) -> Cut[KeyAccount]:
    """Return the key accounts that weaken: the weakest."""
    return first(section.weakening, _MOST_WEAKENING)


def listed_competitors(market: MarketSection) -> Cut[CompetitorLine]:
    """Return the competitors: those of the most deals."""
    return first(market.competitors, _MOST_COMPETITORS)


def listed_sellers(shares: MarketShare) -> Cut[MarketLine]:
    """Return who got a share of what was decided: of the largest shares."""
    return first(shares.lines, _MOST_COMPETITORS)


def listed_reasons(market: MarketSection) -> Cut[ReasonLine]:
    """Return why deals were lost: the most frequent reasons."""
    return first(market.reasons, _MOST_REASONS)


# People


def listed_names(people: Sequence[str]) -> Cut[str]:
    """Return the people in a sentence on the team: the first ones."""
    return first(people, _MOST_NAMED)


def listed_spreads(section: TeamSection) -> Cut[AttainmentSpread]:
    """Return the metrics of which it is told how far apart people are: the first ones."""
    return first(section.spreads, _MOST_IN_TEAM)


def listed_pulses(section: TeamSection) -> Cut[PulseLine]:
    """Return the surveys that may be told: the first ones."""
    return first(section.pulses, _MOST_IN_TEAM)


def listed_pay(section: PeopleSection) -> Cut[PayLine]:
    """Return whose pay is shown: the first ones."""
    return first(section.pay, MOST_LINES)


def listed_items(section: PeopleSection) -> Cut[PayItem]:
    """Return the items of the reader's own statements: the first ones."""
    return first([item for line in section.pay for item in line.items], _MOST_ITEMS)


def listed_appraisals(section: PeopleSection) -> Cut[AppraisalLine]:
    """Return the appraisals that are shown: the first ones."""
    return first(section.appraisals, MOST_LINES)


def listed_feedback(section: PeopleSection) -> Cut[FeedbackLine]:
    """Return the feedback that is shown: the first ones."""
    return first(section.feedback, MOST_LINES)


# What is done, and what there is to learn


def listed_plans(review: Review) -> Cut[PlanProgress]:
    """Return the plans: all in their order, or of too many those with the most tasks late."""
    latest = first(sorted(review.plans, key=lambda progress: -len(progress.late)), _MOST_PLANS)
    return latest if latest.rest else first(review.plans, _MOST_PLANS)


def listed_tasks(progress: PlanProgress) -> Cut[TaskLine]:
    """Return the tasks of a plan: open ones first, of these the late ones, those that will be, and then by due day."""
    return first(sorted(progress.lines, key=_urgency_of_task), _MOST_TASKS)


def _urgency_of_task(line: TaskLine) -> tuple[bool, int, int, int, str]:
    return (not line.task.is_open, -line.days_late, -line.delay_days, line.task.due.toordinal(), line.task.id)


def listed_actions(section: ActionSection) -> Cut[ActionLine]:
    """Return the actions: the late ones first."""
    return first(section.follow_through.lines, _MOST_ACTIONS)


def listed_risks(register: RiskRegister) -> Cut[RiskLine]:
    """Return the open risks: the greatest."""
    return first(register.open, _MOST_RISKS)


def listed_cases(section: CaseSection) -> Cut[Case]:
    """Return the cases of the period: the latest, which a meeting remembers."""
    return first(section.written[::-1], _MOST_CASES)


def listed_alike(section: CaseSection) -> Cut[Case]:
    """Return the cases like what was found: those most alike."""
    return first(section.alike, _MOST_ALIKE)


def listed_agenda(review: Review) -> Cut[AgendaItem]:
    """Return what to discuss: as much as there is time for."""
    return first(review.agenda, AGENDA_LENGTH)


# What was found


def listed_causes(review: Review) -> Cut[Finding]:
    """Return what the rules of the diagnosis found: the gravest, few enough of each rule that none crowds out the others."""
    found = [cause for cause in review.causes if not cause.is_untold]
    return few_of_each(found, _rule, _MOST_CAUSES_OF_A_RULE, _MOST_CAUSES)


def listed_findings(review: Review) -> Cut[Finding]:
    """Return what is noticed in the data: of each rule the gravest."""
    return few_of_each([each for each in review.findings if each.rule not in _OF_BUSINESS], _rule, _MOST_FINDINGS_OF_A_RULE)


def listed_noticed(review: Review) -> Cut[Finding]:
    """Return what is noticed in the business itself, beside what the rules of the diagnosis found: of each rule the gravest."""
    return few_of_each([each for each in review.findings if each.rule in _OF_BUSINESS], _rule, _MOST_FINDINGS_OF_A_RULE)


def _rule(finding: Finding) -> str:
    return finding.rule


def listed_faults(section: QualitySection) -> Cut[RuleCount]:
    """Return the kinds of faults: the gravest."""
    return first(section.faults, _MOST_FAULTS)


def listed_weaknesses(findings: Sequence[Finding]) -> Cut[Finding]:
    """Return what weakens a number: the gravest faults; what merely explains it is left out."""
    return first([finding for finding in findings if finding.severity != "info"], _MOST_FAULTS_BESIDE)

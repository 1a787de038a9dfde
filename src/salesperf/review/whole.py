"""A review as a whole: all its sections, their trees, and what is still to come of its period."""

from datetime import date

import attrs

from salesperf.attainment import Attainment
from salesperf.diagnosis import Contradiction
from salesperf.model.calendar import Calendar
from salesperf.model.finding import Finding
from salesperf.model.people import Org
from salesperf.model.period import Period
from salesperf.model.result import Result, Row
from salesperf.model.version import VERSION
from salesperf.review.actions import ActionSection
from salesperf.review.agenda import AgendaItem
from salesperf.review.cases import CaseSection
from salesperf.review.channels import ChannelSection
from salesperf.review.comparing import Comparison
from salesperf.review.customers import CustomerSection
from salesperf.review.deals import DealSection
from salesperf.review.leads import LeadSection
from salesperf.review.market import MarketSection
from salesperf.review.objectives import ObjectiveSection
from salesperf.review.outlook import OutlookLine
from salesperf.review.people import PeopleSection
from salesperf.review.quality import QualitySection
from salesperf.review.sections import DataSection, MetricSection, Note, RecordedFlow
from salesperf.review.surveys import SurveyLine
from salesperf.review.team import TeamSection
from salesperf.review.variance import VarianceSection
from salesperf.risk import PlanProgress, RiskRegister

__all__ = ["Review"]


@attrs.frozen(kw_only=True)
class Review(Result):
    """A sales review (述职): made by :func:`salesperf.review.build`.

    No section is called strategy, since it is told where its numbers are. What was decided stands in ``objectives`` and
    ``plans``; how it is going in their scores and lateness; whether it works in ``variance`` (what price, mix and deal size did
    against plan and the time before), ``channels`` (which pay), ``causes`` (those of the cause strategy) and ``actions`` (their
    effect against the goal that was stated before).

    Attributes
    ----------
    owner : str or None
        Whose; ``None`` for the company.
    period : Period
        Of which days.
    as_of : date
        The day at whose end it was looked at; nothing later was known.
    org : Org
        The people as known then.
    calendar : Calendar
    data : DataSection
        What it rests on.
    metrics : tuple of MetricSection
        Each metric that is owed, revenue first.
    variance : VarianceSection or None
        What made the difference to the plan, to a time before, and to what was expected; ``None`` where there is none of them.
    outlook : tuple of OutlookLine
        What open deals may bring by the end of the period, or where it is over in the next one, against the target.
    objectives : ObjectiveSection or None
        The objectives; ``None`` where there are none in the period.
    deals : tuple of DealSection
        The deals of each sales process that has any.
    leads : LeadSection or None
        The leads; ``None`` where there are none.
    channels : ChannelSection or None
        The channels that they came by, and what these cost; ``None`` where neither is known.
    customers : CustomerSection or None
        The customers; ``None`` where the owner has sold nothing to a customer who is named.
    surveys : tuple of SurveyLine
        What customers answered when they were asked; a report tells it among the customers.
    market : MarketSection or None
        Against whom deals were decided, and why they were lost; ``None`` where neither is recorded.
    team : TeamSection or None
        Who came and went, who is there, how far apart they are; ``None`` for a rep, and where nobody served.
    quality : QualitySection
        What is wrong with the records that it rests on. What weakens a number stands in its section too.
    people : PeopleSection or None
        Pay, appraisals and feedback, as far as the audience may see them; ``None`` where no result of people under the
        owner was handed over.
    recorded : tuple of RecordedFlow
        What was recorded though nobody owes it.
    unmet : tuple of Attainment
        Agreed targets of the owner and below that ended within the period and were missed, the largest gap first.
    notes : tuple of str
        What a reader should know of the owner, if a rep, before judging: of :data:`NOTES`.
    causes : tuple of Finding
        What the rules of the diagnosis find in all this, with what they rest on; the gravest first, and last what they cannot
        tell, and why.
    contradictions : tuple of Contradiction
        Which of these speak against each other.
    findings : tuple of Finding
        What is missing from the data, weakens or explains a number, or is noticed in the business; the gravest first.
    plans : tuple of PlanProgress
        The plans in which somebody under the owner has a task, as known on the day of the review; by id. Of each the lines of
        their tasks, reckoned in the whole plan.
    cases : CaseSection or None
        Deals won and lost to learn from; ``None`` where there is no case of the period, nor any like what was found.
    risks : RiskRegister
        What people wrote down, and what the numbers show, as known on the day of the review; the greatest first.
    actions : ActionSection or None
        Who does what by when, and what became of it; ``None`` where no action was ever agreed.
    previous : Comparison or None
        What changed since the review before; ``None`` where none was handed over.
    before : Review or None
        That review, without what it was compared with: it tells what is behind each number of then.
    agenda : tuple of AgendaItem
        What to discuss in the meeting, the first :data:`AGENDA_LENGTH` of it first.
    version : str
        By which version of the library it was made: it stays what it is when a later one reads it.

    Examples
    --------
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> review = build(read_sample(), owner=None, period=Period.quarter(2026, 3), as_of=date(2026, 9, 16))
    >>> len(review.metrics), len(review.unmet)
    (4, 27)
    """

    owner: str | None
    period: Period
    as_of: date
    org: Org = attrs.field(repr=False)
    calendar: Calendar = attrs.field(repr=False)
    data: DataSection
    metrics: tuple[MetricSection, ...]
    variance: VarianceSection | None
    outlook: tuple[OutlookLine, ...]
    objectives: ObjectiveSection | None
    deals: tuple[DealSection, ...]
    leads: LeadSection | None
    channels: ChannelSection | None
    customers: CustomerSection | None
    surveys: tuple[SurveyLine, ...]
    market: MarketSection | None
    team: TeamSection | None
    quality: QualitySection
    people: PeopleSection | None
    recorded: tuple[RecordedFlow, ...]
    unmet: tuple[Attainment, ...]
    notes: tuple[Note, ...]
    causes: tuple[Finding, ...]
    contradictions: tuple[Contradiction, ...]
    findings: tuple[Finding, ...]
    plans: tuple[PlanProgress, ...]
    cases: CaseSection | None
    risks: RiskRegister
    actions: ActionSection | None
    previous: Comparison | None
    before: "Review | None" = attrs.field(repr=False)
    agenda: tuple[AgendaItem, ...]
    version: str = VERSION

    __hash__ = None  # type: ignore[assignment] # its variances and purchases hold arrays

    @property
    def is_partial(self) -> bool:
        """Whether the period had not ended."""
        return self.as_of < self.period.last

    @property
    def workdays(self) -> int:
        """How many workdays the period has."""
        return self.calendar.workdays(self.period)

    @property
    def elapsed_workdays(self) -> int:
        """How many of them have passed."""
        return self.calendar.workdays(self.period.until(self.as_of) or self.period)

    @property
    def elapsed_share(self) -> float | None:
        """The share of them that has passed; ``None`` where there is none."""
        return self.elapsed_workdays / self.workdays if self.workdays else None

    @property
    def is_about_more(self) -> bool:
        """Whether there is anything to look at beside targets: deals, leads or objectives."""
        return bool(self.deals) or self.leads is not None or self.objectives is not None

    def rows(self) -> list[Row]:
        """Return a row for each attainment: its section, and all that :meth:`salesperf.attainment.Attainment.rows` gives."""
        rows: list[Row] = []
        for each in self.metrics:
            rows += [{"section": "attainment", **row} for row in each.attainment.rows()]
            rows += [{"section": "trend", **row} for part in each.trend for row in part.attainment.rows()]
            rows += [{"section": "member", **row} for member in each.members for row in member.attainment.rows()]
        rows += [{"section": "unmet", **row} for each in self.unmet for row in each.rows()]
        return rows

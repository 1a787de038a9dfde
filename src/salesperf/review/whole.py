"""A review as a whole: all its sections, their trees, and what is still to come of its period."""

from datetime import date

import attrs

from salesperf.attainment import Attainment
from salesperf.model.breakdown import Breakdown
from salesperf.model.calendar import Calendar
from salesperf.model.finding import Finding
from salesperf.model.people import Org
from salesperf.model.period import Period
from salesperf.model.result import Result, Row
from salesperf.review.channels import ChannelSection
from salesperf.review.deals import DealSection
from salesperf.review.leads import LeadSection
from salesperf.review.objectives import ObjectiveSection
from salesperf.review.people import PeopleSection
from salesperf.review.quality import QualitySection
from salesperf.review.sections import DataSection, MetricSection, Note, RecordedFlow

__all__ = ["Review"]


@attrs.frozen(kw_only=True)
class Review(Result):
    """A sales review (述职): made by :func:`salesperf.review.build`.

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
    objectives : ObjectiveSection or None
        The objectives; ``None`` where there are none in the period.
    deals : tuple of DealSection
        The deals of each sales process that has any.
    leads : LeadSection or None
        The leads; ``None`` where there are none.
    channels : ChannelSection or None
        The channels that they came by, and what these cost; ``None`` where neither is known.
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
    findings : tuple of Finding
        What is missing from the data, or weakens or explains a number; the gravest first.

    Examples
    --------
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> review = build(read_sample(), owner=None, period=Period.quarter(2026, 3), as_of=date(2026, 9, 16))
    >>> len(review.metrics), len(review.unmet), all(tree.holds() for tree in review.breakdowns)
    (4, 27, True)
    """

    owner: str | None
    period: Period
    as_of: date
    org: Org = attrs.field(repr=False)
    calendar: Calendar = attrs.field(repr=False)
    data: DataSection
    metrics: tuple[MetricSection, ...]
    objectives: ObjectiveSection | None
    deals: tuple[DealSection, ...]
    leads: LeadSection | None
    channels: ChannelSection | None
    quality: QualitySection
    people: PeopleSection | None
    recorded: tuple[RecordedFlow, ...]
    unmet: tuple[Attainment, ...]
    notes: tuple[Note, ...]
    findings: tuple[Finding, ...]

    @property
    def is_partial(self) -> bool:
        """Whether the period had not ended."""
        return self.as_of < self.period.last

    @property
    def is_about_more(self) -> bool:
        """Whether there is anything to look at beside targets: deals, leads or objectives."""
        return bool(self.deals) or self.leads is not None or self.objectives is not None

    @property
    def breakdowns(self) -> tuple[Breakdown, ...]:
        """The trees of all numbers owed, gaps, objectives, pipelines, of what channels cost and bring, and of data quality."""
        attained = [each.attainment for each in self.metrics]
        attained += [member.attainment for each in self.metrics for member in each.members]
        attained += [part.attainment for each in self.metrics for part in each.trend]
        owed = [each.owed for each in self.metrics]
        owed += [member.owed for each in self.metrics for member in each.members]
        deals = [tree for each in self.deals for tree in (each.pipeline.breakdown, each.bridge.breakdown)]
        deals += [each.pipeline.weighted_breakdown for each in self.deals]
        if self.objectives is not None:
            deals += [each.breakdown for score in self.objectives.scores for each in score.walk()]
        if self.channels is not None:
            report = self.channels.report
            deals += [report.breakdown, *(line.breakdown for line in (*report.lines, report.total))]
            deals += [line.acquisition_breakdown for line in (*report.lines, report.total)]
        deals.append(self.quality.report.breakdown)
        if self.people is not None:
            deals += self.people.breakdowns
        return (*(each.breakdown for each in (*attained, *self.unmet)), *(each.breakdown for each in owed), *deals)

    def rows(self) -> list[Row]:
        """Return a row for each attainment: its section, and all that :meth:`salesperf.attainment.Attainment.rows` gives."""
        rows: list[Row] = []
        for each in self.metrics:
            rows += [{"section": "attainment", **row} for row in each.attainment.rows()]
            rows += [{"section": "trend", **row} for part in each.trend for row in part.attainment.rows()]
            rows += [{"section": "member", **row} for member in each.members for row in member.attainment.rows()]
        rows += [{"section": "unmet", **row} for each in self.unmet for row in each.rows()]
        return rows

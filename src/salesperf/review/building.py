"""Building a review: from everything known to what a meeting should look at."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import chain

import attrs

from salesperf.diagnosis import DEFAULT_RULES, DiagnosisRule
from salesperf.diagnosis.diagnosing import as_rules
from salesperf.errors import InvalidValueError
from salesperf.model.period import Period
from salesperf.model.records import Records
from salesperf.model.validators import check_date, require
from salesperf.review.actions import action_section, plan_progress
from salesperf.review.agenda import agenda_of
from salesperf.review.audience import Audience, PeopleResults
from salesperf.review.cases import case_section
from salesperf.review.causes import find_causes
from salesperf.review.channels import channel_section
from salesperf.review.comparing import compare, require_previous
from salesperf.review.customer_counting import customer_section
from salesperf.review.deals import deal_sections
from salesperf.review.findings import find
from salesperf.review.grounds import Grounds
from salesperf.review.leads import lead_section
from salesperf.review.market import market_section
from salesperf.review.metrics import MetricSections, notes_on_rep
from salesperf.review.objectives import objective_section
from salesperf.review.outlook import outlook_lines
from salesperf.review.people import people_section, require_people
from salesperf.review.quality import Audited
from salesperf.review.risks import coverages, find_untold_coverage, risk_register
from salesperf.review.sections import DataSection
from salesperf.review.surveys import survey_lines
from salesperf.review.team import team_section
from salesperf.review.variance import variance_section
from salesperf.review.whole import Review
from salesperf.risk import register

__all__ = ["build"]


def build(
    records: Records,
    *,
    owner: str | None,
    period: Period,
    as_of: date,
    audience: Audience | None = None,
    people: PeopleResults | None = None,
    rules: Mapping[str, DiagnosisRule] | Iterable[DiagnosisRule] = DEFAULT_RULES,
    previous: Review | None = None,
) -> Review:
    """Review an owner's sales over a period, as known at the end of a day.

    Parameters
    ----------
    records
        Everything known; what is later than ``as_of`` is forgotten first.
    owner
        A rep, a team, or ``None`` for the company.
    period
        Any run of days: a month, a quarter, a year.
    as_of
        The day at whose end the review looks back; within or after the period.
    audience
        Who reads it; ``None`` for nobody in particular, who sees nobody's pay, appraisal or feedback.
    people
        Statements of pay, appraisals and feedback, of which the review takes what the audience may see, and counts the rest.
    rules
        What the diagnosis asks, as for :func:`salesperf.diagnosis.diagnose`: ``{**DEFAULT_RULES, "few_visits": rule}`` adds a
        rule, and one with the key of another takes its place.
    previous
        The review before, of the same owner: on an earlier day, of this period or another that is not later. What changed since
        is told, and what became of the actions with which it ended.

    Returns
    -------
    Review
        The same for any order of the records.

    Raises
    ------
    InvalidValueError
        If the period had not begun, a rule is none, or the previous review is of another owner, of no earlier day, or of a
        period that both begins and ends later.
    UnknownNameError
        If the owner was not known then, or the reader of the audience never.
    InvalidInputError
        If there are results of people who are not known: all of them; or rules that share a key.
    UnitMismatchError
        If actuals that count are in another unit than the target.

    Examples
    --------
    >>> from salesperf import COUNT, STANDARD_METRICS, Actual, Amount, Org, Rep, Target
    >>> visits, september = STANDARD_METRICS["visits"], Period.month(2026, 9)
    >>> records = Records(
    ...     org=Org(reps=[Rep(id="ada")]),
    ...     targets=[Target(owner="ada", metric=visits, amount=Amount.of(40, COUNT), period=september)],
    ...     actuals=[Actual(owner="ada", metric=visits, amount=Amount.of(24, COUNT), on=date(2026, 9, 8))],
    ... )
    >>> review = build(records, owner=None, period=september, as_of=date(2026, 9, 15))
    >>> review.metrics[0].attainment.ratio, review.is_partial
    (0.6, True)
    """
    require(records, Records, path=("records",))
    require(period, Period, path=("period",))
    check_date(as_of, ("as_of",))
    if as_of < period.start:
        raise InvalidValueError("review_not_begun", path=("as_of",), start=period.start, value=as_of)
    if audience is not None:
        require(audience, Audience, path=("audience",))
    if people is not None:
        require(people, PeopleResults, path=("people",))
    asked = as_rules(rules)
    require_people(people or PeopleResults(), audience, records.org)
    known = records.as_of(as_of)
    known.org.require_owner(owner)
    grounds = Grounds(records=known, owner=owner, period=period, as_of=as_of)
    if previous is not None:
        require(previous, Review, path=("previous",))
        require_previous(previous, owner=owner, period=period, as_of=as_of)
    review = _concluded(_sections(grounds, asked, previous), grounds, previous)
    if people is None:
        return review
    section = people_section(people, audience, known.org, owner=owner, passed=grounds.passed, as_of=as_of)
    return attrs.evolve(review, people=section)


def _sections(grounds: Grounds, rules: Iterable[DiagnosisRule], previous: Review | None) -> Review:
    """Look at everything but what is said of people, and what is drawn from all the rest."""
    since = None if previous is None else previous.as_of
    records, owner, passed = grounds.then, grounds.owner, grounds.passed
    of_metrics = MetricSections(grounds)
    metrics = tuple(of_metrics.sections())
    deals = tuple(deal_sections(records, owner=owner, period=grounds.period, as_of=passed.last))
    leads = lead_section(records, owner=owner, passed=passed)
    known, unled = () if leads is None else leads.leads, chain.from_iterable(section.deals for section in deals)
    channels = channel_section(records, known, unled, owner=owner, passed=passed)
    audited = Audited(records, owner=owner, passed=passed)
    rep = grounds.org.rep_by_id.get(owner or "")
    customers = customer_section(grounds, deals)
    draft = Review(
        owner=owner,
        period=grounds.period,
        as_of=grounds.as_of,
        org=grounds.org,
        calendar=grounds.calendar,
        data=_data(grounds),
        metrics=tuple(map(audited.metric, metrics)),
        variance=variance_section(grounds, metrics, deals, leads, customers),
        outlook=tuple(outlook_lines(grounds, metrics, deals)),
        objectives=objective_section(records, owner=owner, period=grounds.period, passed=passed),
        deals=tuple(map(audited.deals, deals)),
        leads=None if leads is None else audited.leads(leads),
        channels=None if channels is None else audited.channels(channels),
        customers=customers,
        surveys=tuple(survey_lines(grounds)),
        market=market_section(deals, passed=passed),
        team=team_section(grounds, metrics),
        quality=audited.section(deals, leads),
        people=None,
        recorded=tuple(of_metrics.recorded(metrics)),
        unmet=of_metrics.unmet(),
        notes=tuple(notes_on_rep(rep, grounds)) if rep is not None else (),
        causes=(),
        contradictions=(),
        findings=(),
        plans=plan_progress(grounds, since),
        cases=None,
        risks=register([], as_of=grounds.as_of),
        actions=action_section(grounds, since),
        previous=None,
        before=None,
        agenda=(),
    )
    # First by all that they hold, so that those of one rank stand in one order, whatever that of the records.
    findings = [*sorted(grounds.records.findings, key=repr), *find(draft, grounds)]
    causes, against = find_causes(draft, grounds, rules)
    return attrs.evolve(
        draft,
        causes=causes,
        contradictions=against,
        findings=tuple(sorted(findings, key=lambda finding: finding.rank)),
    )


def _concluded(review: Review, grounds: Grounds, previous: Review | None) -> Review:
    """Draw from all sections what they come to, each from those before: risks and cases, what changed, what to discuss."""
    ahead = tuple(coverages(grounds, review))
    risks = risk_register(grounds, review, previous, ahead)
    findings = sorted((*review.findings, *find_untold_coverage(ahead, grounds.owner)), key=lambda finding: finding.rank)
    review = attrs.evolve(
        review, risks=risks, findings=tuple(findings), cases=case_section(grounds, review.deals, review.causes)
    )
    if previous is not None:
        # Of those before it nothing is kept, or a review a day would hold all days.
        before = attrs.evolve(previous, previous=None, before=None)
        review = attrs.evolve(review, previous=compare(grounds, review, previous), before=before)
    return attrs.evolve(review, agenda=agenda_of(review))


def _data(grounds: Grounds) -> DataSection:
    owner, org, counted, chosen = grounds.owner, grounds.org, grounds.tally, grounds.cells_within(grounds.passed)
    days = counted.day[chosen]
    members = org.members(owner, grounds.period)
    is_team = owner is None or owner in org.team_by_id
    return DataSection(
        reps=len(members),
        teams=len(org.teams_under(owner)) if is_team else 0,
        targets=len(grounds.targets),
        entries=int(counted.entries[chosen].sum()),
        first_day=date.fromordinal(int(days.min())) if days.size else None,
        last_day=date.fromordinal(int(days.max())) if days.size else None,
    )

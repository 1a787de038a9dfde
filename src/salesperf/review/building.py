"""Building a review: from everything known to what a meeting should look at."""

from datetime import date
from itertools import chain

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError
from salesperf.model.period import Period
from salesperf.model.records import Records
from salesperf.model.validators import check_date, require
from salesperf.review.audience import Audience, PeopleResults
from salesperf.review.channels import channel_section
from salesperf.review.deals import deal_sections
from salesperf.review.findings import find
from salesperf.review.grounds import Grounds
from salesperf.review.leads import lead_section
from salesperf.review.metrics import MetricSections, notes_on_rep
from salesperf.review.objectives import objective_section
from salesperf.review.people import people_section, require_people
from salesperf.review.quality import Audited
from salesperf.review.sections import DataSection
from salesperf.review.whole import Review

__all__ = ["build"]


def build(
    records: Records,
    *,
    owner: str | None,
    period: Period,
    as_of: date,
    audience: Audience | None = None,
    people: PeopleResults | None = None,
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

    Returns
    -------
    Review
        The same for any order of the records.

    Raises
    ------
    InvalidValueError
        If the period had not begun.
    UnknownNameError
        If the owner was not known then, or the reader of the audience never.
    InvalidInputError
        If there are results of people who are not known: all of them.
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
    require_people(people or PeopleResults(), audience, records.org)
    known = records.as_of(as_of)
    known.org.require_owner(owner)
    grounds = Grounds(records=known, owner=owner, period=period, as_of=as_of)
    review = _sections(grounds)
    if people is None:
        return review
    section = people_section(people, audience, known.org, owner=owner, passed=grounds.passed, as_of=as_of)
    return attrs.evolve(review, people=section)


def _sections(grounds: Grounds) -> Review:
    """Look at everything but what is said of people."""
    records, owner, passed = grounds.then, grounds.owner, grounds.passed
    of_metrics = MetricSections(grounds)
    metrics = tuple(of_metrics.sections())
    deals = tuple(deal_sections(records, owner=owner, period=grounds.period, as_of=passed.last))
    leads = lead_section(records, owner=owner, passed=passed)
    known, unled = () if leads is None else leads.leads, chain.from_iterable(section.deals for section in deals)
    channels = channel_section(records, known, unled, owner=owner, passed=passed)
    audited = Audited(records, owner=owner, passed=passed)
    rep = grounds.org.rep_by_id.get(owner or "")
    draft = Review(
        owner=owner,
        period=grounds.period,
        as_of=grounds.as_of,
        org=grounds.org,
        calendar=grounds.calendar,
        data=_data(grounds),
        metrics=tuple(map(audited.metric, metrics)),
        objectives=objective_section(records, owner=owner, period=grounds.period, passed=passed),
        deals=tuple(map(audited.deals, deals)),
        leads=None if leads is None else audited.leads(leads),
        channels=None if channels is None else audited.channels(channels),
        quality=audited.section(deals, leads),
        people=None,
        recorded=tuple(of_metrics.recorded(metrics)),
        unmet=of_metrics.unmet(),
        notes=tuple(notes_on_rep(rep, grounds)) if rep is not None else (),
        findings=(),
    )
    # First by all that they hold, so that those of one rank stand in one order, whatever that of the records.
    findings = [*sorted(grounds.records.findings, key=repr), *find(draft, grounds)]
    return attrs.evolve(draft, findings=tuple(sorted(findings, key=lambda finding: finding.rank)))


def _data(grounds: Grounds) -> DataSection:
    owner, org, counted, chosen = grounds.owner, grounds.org, grounds.ledger.tally, _counted_cells(grounds)
    days = counted.day[chosen]
    members = org.members(owner, grounds.period)
    is_team = owner is None or owner in org.team_by_id
    targets = (target for target in grounds.records.targets if target.owner in grounds.under)
    return DataSection(
        reps=len(members),
        teams=len(org.teams_under(owner)) if is_team else 0,
        targets=sum(target.period.overlap(grounds.period) is not None for target in targets),
        entries=int(counted.entries[chosen].sum()),
        first_day=date.fromordinal(int(days.min())) if days.size else None,
        last_day=date.fromordinal(int(days.max())) if days.size else None,
    )


def _counted_cells(grounds: Grounds) -> NDArray[np.bool_]:
    """Tell which cells of the tally count toward the owner in the days passed."""
    counted, spans = grounds.ledger.tally, grounds.ledger.spans_of(grounds.owner, grounds.passed)
    filled = spans.end > spans.start
    # Owner and day in one number. The spans of an owner do not overlap: only the last that begins by a day can hold it.
    stride = date.max.toordinal() + 2
    openings, ends = (spans.owner[filled] * stride + edge[filled] for edge in (spans.start, spans.end))
    order = np.argsort(openings)
    cells = counted.owner * stride + counted.day
    return np.asarray(cells < np.append(0, ends[order])[np.searchsorted(openings[order], cells, side="right")])

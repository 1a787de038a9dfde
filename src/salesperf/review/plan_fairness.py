"""Whether the targets of a review ask of everybody alike, by the yardsticks that the records carry."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

import attrs
import numpy as np

from salesperf.allocation import FairnessAudit, audit, capacity
from salesperf.attainment import Codes
from salesperf.attainment.judging import DAYS_OF_GRACE
from salesperf.model.amount import Amount, Unit
from salesperf.model.message import Message
from salesperf.model.metric import Metric
from salesperf.model.target import EVERYTHING
from salesperf.review.grounds import Grounds
from salesperf.review.sections import Member, MetricSection

__all__ = ["PlanFairness", "plan_fairness"]

_TOLERANCE: Final = Decimal("0.2")
"""How much more or less than of the whole may be asked of one: yardsticks of records are rough."""
_SHORTEST: Final = 28
"""Days of last year that tell what can be asked of somebody: what one sold on a day, or in a week, is mostly chance."""
_FEWEST: Final = 2
"""Fair is a word about two or more."""


@attrs.frozen(kw_only=True)
class PlanFairness:
    """Whether the targets of employees ask of them alike, or why that cannot be told.

    Attributes
    ----------
    metric : Metric or None
        The first flow that the owner owes as a whole, whose targets these are; ``None`` where there is none.
    audit : FairnessAudit or None
        Their targets of the period, by how much they can work in it, and by what they did in the same days of the year
        before, where these are a month or more.
    left_out : tuple of str
        Employees with targets for a part of the days, or in another unit: they are compared with nobody.
    reason : Message or None
        Why there is no audit.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import Period
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> team = build(read_sample(), owner=None, period=Period.quarter(2026, 3), as_of=date(2026, 9, 16)).team
    >>> [(measure.yardstick, len(measure.beyond)) for measure in team.plan.audit.measures]
    [('capacity', 7), ('history', 0)]
    """

    metric: Metric | None
    audit: FairnessAudit | None
    left_out: tuple[str, ...] = ()
    reason: Message | None = None


def plan_fairness(grounds: Grounds, metrics: Iterable[MetricSection]) -> PlanFairness:
    """Audit the targets of the employees under an owner.

    Parameters
    ----------
    grounds
        Whose, and of which days.
    metrics
        What is owed, of the review.

    Notes
    -----
    Capacity is what :func:`salesperf.allocation.capacity` gives for the whole period. What was done the year before counts for
    those who served on all of those days, where the records reach back so far; not of fewer days than a month has. A yardstick
    by which fewer than two employees have anything is no yardstick.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import Org, Period, Records
    >>> september = Period.month(2026, 9)
    >>> grounds = Grounds(records=Records(org=Org()), owner=None, period=september, as_of=date(2026, 9, 15))
    >>> plan_fairness(grounds, []).reason.text()
    'nothing that adds up is owed by everybody'
    """
    for section in metrics:
        amount = section.attainment.target.amount
        is_whole = section.owner == grounds.owner and not section.scope and section.metric.direction == "higher"
        if is_whole and section.metric.is_additive and isinstance(amount, Amount):
            return _of_section(grounds, section, amount.unit)
    return PlanFairness(metric=None, audit=None, reason=Message("review.reason.nothing_to_compare"))


def _of_section(grounds: Grounds, section: MetricSection, unit: Unit) -> PlanFairness:
    reps = grounds.org.rep_by_id
    staff = [member for member in section.members if not member.is_team and reps[member.owner].kind == "employee"]
    compared = [member for member in staff if _is_comparable(member, unit)]
    owners = sorted({member.owner for member in compared})
    left_out = tuple(sorted({member.owner for member in staff}.difference(owners)))
    if len(owners) < _FEWEST:
        reason = Message("review.reason.few_to_compare")
        return PlanFairness(metric=section.metric, audit=None, left_out=left_out, reason=reason)
    able = capacity(grounds.org, owners, grounds.period, calendar=grounds.calendar)
    done = _year_before(grounds, section.metric, unit, owners)
    yardsticks = {"capacity": _usable(able), "history": _usable(done)}
    if not any(yardsticks.values()):
        reason = Message("review.reason.no_yardstick")
        return PlanFairness(metric=section.metric, audit=None, left_out=left_out, reason=reason)
    found = audit([member.attainment.target for member in compared], tolerance=_TOLERANCE, **yardsticks)
    return PlanFairness(metric=section.metric, audit=found, left_out=left_out)


def _is_comparable(member: Member, unit: Unit) -> bool:
    amount = member.attainment.target.amount
    return "partial" not in member.notes and isinstance(amount, Amount) and amount.unit == unit


def _usable(values: Mapping[str, Fraction]) -> Mapping[str, Fraction] | None:
    return values if sum(value > 0 for value in values.values()) >= _FEWEST else None


def _year_before(grounds: Grounds, metric: Metric, unit: Unit, owners: Sequence[str]) -> dict[str, Fraction]:
    """Return what each did in the same days of the year before; 0 for whoever was not there on all of them."""
    if grounds.period.start.year == 1 or grounds.period.days < _SHORTEST:
        return {}
    days, began = grounds.period.same_days_last_year(), grounds.ledger.first_day(metric)
    if began is None or began > days.start + timedelta(days=DAYS_OF_GRACE):
        return {}
    starts, ends = (np.full(len(owners), edge.toordinal()) for edge in (days.start, days.end))
    spans = grounds.ledger.spans(Codes(np.arange(len(owners)), tuple(owners)), starts, ends)
    sums = grounds.ledger.sums(metric, unit, EVERYTHING, spans)[0].tolist()
    service = (grounds.org.rep_by_id[owner].service for owner in owners)
    return {
        owner: Fraction(max(minor, 0), unit.scale) if start <= days.start and end >= days.end else Fraction(0)
        for owner, minor, (start, end) in zip(owners, sums, service, strict=True)
    }

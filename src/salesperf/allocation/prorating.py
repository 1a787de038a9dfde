"""Proration: a seat's undivided quota over those who shared the seat, and what vacancy, absence and ramp leave over."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cached_property
from itertools import chain
from types import NoneType
from typing import Final

import attrs
import numpy as np

from salesperf.allocation.availability import Availability, measure, stint_of
from salesperf.allocation.parts import Place, Plan, amount_of, explained, label_of, part_of
from salesperf.allocation.tables import Claims
from salesperf.errors import InvalidValueError
from salesperf.kernels.apportionment import apportion
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Sum
from salesperf.model.calendar import Calendar
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.people import Rep
from salesperf.model.result import Row
from salesperf.model.target import Target
from salesperf.model.validators import as_tuple, repeated, require

__all__ = ["LEFT_OVER", "Proration", "prorate"]

LEFT_OVER: Final[tuple[str, ...]] = ("vacancy", "absence", "ramp_shortfall")
"""What of a quota nobody gets: days on which nobody served, days off, and what a ramp lacks of full productivity."""


@attrs.frozen(kw_only=True)
class Proration(Plan):
    """The quota of a seat, prorated: made by :func:`prorate`.

    Attributes
    ----------
    target : Target
        The undivided quota.
    targets : tuple of Target
        The parts of those who served, sorted by id, each for the days in service.
    left_over : FrozenMap of str to Amount
        What nobody gets: the amounts of :data:`LEFT_OVER`. They and the parts sum to the quota.
    workdays : tuple of Fraction
        The workdays to which each part belongs, then those to which each amount left over belongs, in the order of
        :data:`LEFT_OVER`; they sum to those of the period.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import COUNT, STANDARD_METRICS, Period
    >>> seat = Target(
    ...     owner="seat-7", metric=STANDARD_METRICS["visits"], amount=Amount.of(66, COUNT), period=Period.quarter(2026, 3)
    ... )
    >>> print(prorate(seat, [Rep(id="ada", left=date(2026, 8, 1)), Rep(id="bo", hired=date(2026, 9, 1))]))
    owner  part            metric  period   amount  unit   workdays
    ada    rep             visits  2026-07      23  count        23
    bo     rep             visits  2026-09      22  count        22
           vacancy         visits  2026-Q3      21  count        21
           absence         visits  2026-Q3       0  count         0
           ramp_shortfall  visits  2026-Q3       0  count         0
    """

    target: Target
    targets: tuple[Target, ...]
    left_over: FrozenMap[str, Amount]
    workdays: tuple[Fraction, ...]

    @property
    def vacancy(self) -> Amount:
        """The amount for workdays on which nobody served."""
        return self.left_over["vacancy"]

    @property
    def absence(self) -> Amount:
        """The amount for workdays on which somebody who served was away."""
        return self.left_over["absence"]

    @property
    def ramp_shortfall(self) -> Amount:
        """The amount that those who served lacked of full productivity."""
        return self.left_over["ramp_shortfall"]

    @cached_property
    def breakdown(self) -> Breakdown:
        """The quota as the sum of its parts and of what nobody gets, each by its share of the workdays."""
        whole = Breakdown(label=Message("breakdown.target"), value=amount_of(self.target))
        labels = [label_of(part, self.target) for part in self.targets]
        labels += [Message(f"breakdown.{name}") for name in LEFT_OVER]
        amounts = [*map(amount_of, self.targets), *(self.left_over[name] for name in LEFT_OVER)]
        total, beyond = sum(self.workdays), Message("breakdown.units_beyond")
        return attrs.evolve(
            whole,
            rule=Sum(),
            parts=tuple(
                Breakdown(label=label, value=amount, rule=Sum(), parts=explained(amount, days / total, whole, beyond))
                for label, amount, days in zip(labels, amounts, self.workdays, strict=True)
            ),
        )

    def rows(self) -> list[Row]:
        """Return a row for each part, and for each amount left over: owner, part, metric, period, amount, unit, workdays."""
        parts = [(part.owner, "rep", part.period, amount_of(part)) for part in self.targets]
        over = [(None, name, self.target.period, self.left_over[name]) for name in LEFT_OVER]
        return [
            {
                "owner": owner,
                "part": part,
                "metric": self.target.metric.key,
                "period": period.label,
                "amount": amount.decimal,
                "unit": str(amount.unit),
                "workdays": float(days),
            }
            for (owner, part, period, amount), days in zip(chain(parts, over), self.workdays, strict=True)
        ]


def prorate(target: Target, reps: Iterable[Rep], *, calendar: Calendar | None = None) -> Proration:
    """Divide the quota of a seat over those who shared it, by the workdays that each was there.

    Parameters
    ----------
    target
        The undivided quota of the seat; its metric must be a flow.
    reps
        Those who served in the seat; whoever did so on no day of the period gets no part.
    calendar
        Sets workdays; ``None`` means Monday to Friday.

    Returns
    -------
    Proration
        A part for each who served, for the days in service, and what vacancy, absence and ramp leave over: together the
        quota, exactly.

    Raises
    ------
    NotAdditiveError
        If the metric is not a flow.
    InvalidValueError
        If a rep comes twice, or the period has no workday.

    Notes
    -----
    Each workday has an equal part of the quota. If n serve on it, each has 1 / n of that part: a rep who is absent leaves it
    over, and one whose month of service has the ramp's share r < 1 leaves 1 - r of it over. A share above 1 counts as 1.

    Examples
    --------
    >>> from decimal import Decimal
    >>> from datetime import date
    >>> from salesperf import COUNT, STANDARD_METRICS, Period
    >>> seat = Target(
    ...     owner="seat-7", metric=STANDARD_METRICS["visits"], amount=Amount.of(66, COUNT), period=Period.quarter(2026, 3)
    ... )
    >>> hire = Rep(id="ada", hired=date(2026, 7, 1), ramp=(Decimal("0.5"),), absences=[Period.parse("2026-08-03..2026-08-07")])
    >>> prorated = prorate(seat, [hire])
    >>> [part.amount.minor for part in prorated.targets], prorated.absence.minor, prorated.ramp_shortfall.minor
    ([50], 5, 11)
    """
    require(target, Target, path=("target",))
    target.metric.require_additive("target", "metric")
    require(calendar, Calendar, NoneType, path=("calendar",))
    shared = _read_reps(reps)
    serving = [rep for rep in shared if stint_of(rep).within(target.period)]
    days = target.period.split("day")
    found = measure([stint_of(rep) for rep in serving], {rep.id: rep for rep in serving}, days, calendar)
    workdays = (*_worked_by(found), *_left_over(found))
    if not any(workdays):
        raise InvalidValueError("no_workdays", path=("target", "period"), value=target.period.label)
    minors = apportion(amount_of(target).minor, workdays).tolist()
    over = [Amount(minor=minor, unit=amount_of(target).unit) for minor in minors[len(serving) :]]
    return Proration(
        target=target,
        targets=tuple(_part(target, rep, minor) for rep, minor in zip(serving, minors, strict=False)),
        left_over=FrozenMap(zip(LEFT_OVER, over, strict=True)),
        workdays=workdays,
    )


def _read_reps(reps: Iterable[Rep]) -> list[Rep]:
    shared = as_tuple(reps)
    require(shared, tuple, path=("reps",))
    for position, rep in enumerate(shared):
        require(rep, Rep, path=("reps", position))
    for position, rep_id in repeated(rep.id for rep in shared):
        raise InvalidValueError("not_unique", path=("reps", position), value=rep_id)
    return sorted(shared, key=lambda rep: rep.id)


def _part(target: Target, rep: Rep, minor: int) -> Target:
    service = stint_of(rep).within(target.period) or target.period
    part = part_of(target, Place(rep.id, target.scope, service), minor)
    # The quota of one rep who was there all along: its part stands in its place, and is no part of itself.
    return attrs.evolve(part, parent=target.parent) if part.key == target.key else part


def _worked_by(found: Availability) -> list[Fraction]:
    """Return the workdays of each rep at full productivity, each day over the number of those who served on it."""
    return [_over_those_there(days, found, found.denominator) for days in found.ramped_to_full]


def _left_over(found: Availability) -> list[Fraction]:
    """Return the workdays of :data:`LEFT_OVER`."""
    there = found.served.sum(axis=0)
    vacant = Fraction(int(found.workdays[there == 0].sum()))
    served, worked = (_over_those_there(days.sum(axis=0), found, 1) for days in (found.served, found.worked))
    return [vacant, served - worked, worked - sum(_worked_by(found), Fraction(0))]


def _over_those_there(days: Claims, found: Availability, denominator: int) -> Fraction:
    there = found.served.sum(axis=0)
    counts: Mapping[int, int] = {int(count): int(days[there == count].sum()) for count in np.unique(there[there > 0])}
    return sum((Fraction(total, count * denominator) for count, total in counts.items()), Fraction(0))

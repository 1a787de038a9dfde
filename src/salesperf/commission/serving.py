"""Which share of a time somebody serves, and which share of productivity is asked of them meanwhile."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from salesperf.model.boundaries import months_after
from salesperf.model.calendar import Calendar
from salesperf.model.pay import CommissionPlan
from salesperf.model.people import Rep
from salesperf.model.period import Period

__all__ = ["PRORATIONS", "ramp_share", "ramping_share", "served_share"]

_LAST_DAY_TO_BEGIN: Final = 14
"""Whoever begins on or before it has the month; whoever begins later has the next."""


def _calendar_days(start: date, end: date, calendar: Calendar) -> int:
    del calendar
    return (end - start).days


def _workdays(start: date, end: date, calendar: Calendar) -> int:
    return calendar.workdays_before(end.toordinal()) - calendar.workdays_before(start.toordinal())


def _months(start: date, end: date, calendar: Calendar) -> int:
    del calendar
    months = (end.year - start.year) * 12 + end.month - start.month
    return months + (end.day > _LAST_DAY_TO_BEGIN) - (start.day > _LAST_DAY_TO_BEGIN)


PRORATIONS: Final[Mapping[str, Callable[[date, date, Calendar], int]]] = MappingProxyType(
    {"calendar_days": _calendar_days, "workdays": _workdays, "months": _months}
)
"""Name of each way to count the time from one day up to, and without, another."""


def served_share(plan: CommissionPlan, rep: Rep | None, period: Period, whole: Period | None = None) -> Fraction:
    """Return which share of a whole, or of the period itself, is served within a period; by somebody unknown all of it."""
    times = (period.start, period.end) if rep is None else _within(rep, period)
    return _share(plan, whole or period, [(*times, Fraction(1))])


def ramp_share(plan: CommissionPlan, rep: Rep, period: Period) -> Fraction:
    """Return the share of full productivity that is asked over a period: of each month of service that of the ramp."""
    return _share(plan, period, _months_of_service(rep, period))


def ramping_share(plan: CommissionPlan, rep: Rep, period: Period, until: date) -> Fraction:
    """Return which share of a period is served within the ramp before a day."""
    months = len(rep.ramp)
    if rep.hired is None or not months:
        return Fraction(0)
    first, last = _within(rep, period)
    return _share(plan, period, [(first, min(last, until, _after(rep.hired, months)), Fraction(1))])


def _within(rep: Rep, period: Period) -> tuple[date, date]:
    first, last = rep.service
    return max(first, period.start), min(last, period.end)


def _months_of_service(rep: Rep, period: Period) -> Iterator[tuple[date, date, Fraction]]:
    first, last = _within(rep, period)
    if rep.hired is None:
        yield first, last, Fraction(1)
        return
    for month, share in enumerate(rep.ramp):
        yield max(first, _after(rep.hired, month)), min(last, _after(rep.hired, month + 1)), Fraction(share)
    yield max(first, _after(rep.hired, len(rep.ramp))), last, Fraction(1)


def _after(hired: date, months: int) -> date:
    """Return the first day of the next month of service after so many."""
    try:
        return months_after(hired, months)
    except (OverflowError, ValueError):  # beyond the last year that a calendar can hold
        return date.max


def _share(plan: CommissionPlan, period: Period, times: Iterable[tuple[date, date, Fraction]]) -> Fraction:
    """Return the sum of shares over some times, each weighed by its length, over the length of the period."""
    count = PRORATIONS[plan.proration]
    whole = count(period.start, period.end, plan.calendar)
    if not whole:
        return Fraction(1)
    parts = (share * count(start, end, plan.calendar) for start, end, share in times if start < end)
    return sum(parts, Fraction(0)) / whole

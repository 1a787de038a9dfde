"""The time before with which the days of a review are compared: the same days of the year before, or the days just before."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from salesperf.attainment.judging import DAYS_OF_GRACE
from salesperf.errors import InvalidValueError
from salesperf.model.calendar import Calendar
from salesperf.model.codes import Integers
from salesperf.model.period import Period

__all__ = ["earlier_days"]

_GRACE = timedelta(days=DAYS_OF_GRACE)


def earlier_days(period: Period, passed: Period, recorded: Integers, began: date | None, calendar: Calendar) -> Period | None:
    """Choose the time before with which some days can be compared.

    Parameters
    ----------
    period
        The period that is compared.
    passed
        Its days so far.
    recorded
        The days on which something of the kind was recorded, by whomever, as ordinals; in any order.
    began
        The first day of which there are any records of it; ``None`` where nobody knows one.
    calendar
        Whose quarters and years are meant.

    Returns
    -------
    Period or None
        The same days of the year before, if anything was recorded on them and the records had begun by then, give or take a
        week; else the days just before: the quarter before a whole quarter, as many days before any others; ``None`` where
        that cannot be said of these either.

    Examples
    --------
    >>> third, days = Period.quarter(2026, 3), np.array([date(2026, 5, 4).toordinal()])
    >>> print(earlier_days(third, third, days, date(2026, 1, 2), Calendar()))
    2026-Q2
    """
    if began is None:
        return None
    for days in _candidates(period, passed, calendar):
        on_them = (recorded >= days.start.toordinal()) & (recorded < days.end.toordinal())
        if began <= days.start + _GRACE and bool(np.any(on_them)):
            return days
    return None


def _candidates(period: Period, passed: Period, calendar: Calendar) -> Iterator[Period]:
    try:
        yield period.same_days_last_year(passed)
    except InvalidValueError:  # there is no year before the first
        return
    name = passed.name_in(calendar)
    if name is None:
        yield Period(passed.start - timedelta(days=passed.days), passed.start)
    else:
        yield Period.holding(passed.start - timedelta(days=1), name.grain, calendar)

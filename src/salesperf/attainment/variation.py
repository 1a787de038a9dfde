"""Variation: what the days so far say about how much sales differ from day to day."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import compress
from typing import NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.kernels.special import student_t_quantile
from salesperf.model.calendar import Calendar
from salesperf.model.period import Period
from salesperf.model.profile import Profile, Schedule

__all__ = ["DayPlan", "Variation", "Workday"]

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@attrs.frozen(kw_only=True)
class DayPlan:
    """How a target of a period is spread over the workdays that have passed.

    Attributes
    ----------
    period, passed : Period
        The whole, and the days of it up to the day looked at.
    total : float
        The target in minor units, without its sign.
    profile : Profile, Schedule or None
        ``None`` for evenly over workdays.
    calendar : Calendar
    """

    period: Period
    passed: Period
    total: float
    profile: Profile | Schedule | None
    calendar: Calendar

    def days(self) -> list[date]:
        """Return the workdays that have passed."""
        every = map(date.fromordinal, range(self.passed.start.toordinal(), self.passed.end.toordinal()))
        return list(filter(self.calendar.is_workday, every))

    def by_workday(self) -> Floats:
        """Return what was planned for each workday that has passed, in minor units."""
        count = self.calendar.workdays(self.passed)
        if self.profile is None:
            return np.full(count, self.total / max(self.calendar.workdays(self.period), 1))
        whole = self.profile.weigh(self.period, self.calendar)
        plan = np.zeros(count)
        for part, weight in self._weighed(self.profile) if whole else ():
            first, last = (self._workdays_until(edge) for edge in (part.start.toordinal(), part.end.toordinal()))
            if last > first:
                plan[first:last] = self.total * float(weight / (whole * (last - first)))
        return plan

    def _weighed(self, profile: Profile | Schedule) -> Iterator[tuple[Period, Fraction]]:
        """Go through the days passed in runs of an even plan, each with its weight."""
        if isinstance(profile, Profile):
            for part in self.passed.split(profile.grain, self.calendar):
                yield part, profile.weigh(part, self.calendar)
            return
        for part, weight in profile.parts:
            common = part.overlap(self.passed)
            if common is not None:
                # A schedule of many runs is slow to weigh, and only the last of them is cut.
                yield common, Fraction(weight) if common == part else profile.weigh(common, self.calendar)

    def _workdays_until(self, ordinal: int) -> int:
        return self.calendar.workdays_before(ordinal) - self.calendar.workdays_before(self.passed.start.toordinal())

    def by_day_sold(self, ordinals: Integers, minor: Integers) -> Floats:
        """Return what was sold on each workday; a day off counts with the workday before it, or else the first."""
        count = self.calendar.workdays(self.passed)
        opening = self.calendar.workdays_before(self.passed.start.toordinal())
        place = np.clip(self.calendar.workdays_before_columns(ordinals + 1) - opening - 1, 0, None)
        return np.bincount(place, minor, minlength=count)[:count].astype(np.float64)


class Workday(NamedTuple):
    """A workday with a plan: what was sold on it, and on the days without one that follow, and what was planned.

    Attributes
    ----------
    on : date
    sold, planned : float
        In minor units.
    """

    on: date
    sold: float
    planned: float


@attrs.frozen(kw_only=True)
class Variation:
    """How sales differ from day to day around the plan, in minor units.

    Attributes
    ----------
    count : int
        The workdays that have passed and for which something was planned.
    planned, remaining : float
        The sum of their plan, and what is planned for later.
    deviation : float
        The standard deviation of a day's sales over the square root of its plan.
    any_negative : bool
        Whether more was returned than sold on any day.
    """

    count: int
    planned: float
    remaining: float
    deviation: float
    any_negative: bool

    @classmethod
    def of(cls, plan: DayPlan, ordinals: Integers, minor: Integers) -> "Variation":
        """Measure the variation.

        Parameters
        ----------
        plan
            What was planned day by day.
        ordinals, minor
            The days with sales, and the sum of each in minor units.

        Notes
        -----
        Sales x of a workday with plan w are modelled as pace x w with variance s^2 w; the pace is sum(x) / sum(w), and
        s^2 = sum((x - pace w)^2 / w) / (n - 1) over the n workdays with a plan. What is sold on a workday without one counts
        with the planned day before, or else the first.
        """
        _, sold, planned = _sold_and_planned(plan, ordinals, minor)
        count, total = planned.size, float(planned.sum())
        variance = 0.0
        if count > 1:
            residuals = sold - float(sold.sum()) / total * planned
            variance = float((residuals**2 / planned).sum()) / (count - 1)
        return cls(
            count=count,
            planned=total,
            remaining=max(plan.total - total, 0.0),
            deviation=variance**0.5,
            any_negative=bool((minor < 0).any()),
        )

    @staticmethod
    def by_workday(plan: DayPlan, ordinals: Integers, minor: Integers) -> "tuple[Workday, ...]":
        """Return the days that are measured, each with what was sold on it and planned for it."""
        has_plan, sold, planned = _sold_and_planned(plan, ordinals, minor)
        days = compress(plan.days(), has_plan.tolist())
        return tuple(map(Workday, days, sold.tolist(), planned.tolist()))

    def quantile(self, level: float) -> float:
        """Return how many standard errors an interval of a level reaches either way: Student's t."""
        return _quantile(level, self.count - 1)


def _sold_and_planned(plan: DayPlan, ordinals: Integers, minor: Integers) -> tuple[NDArray[np.bool_], Floats, Floats]:
    """Say which workdays have a plan, and of these what was sold and planned."""
    by_workday = plan.by_workday()
    has_plan = by_workday > 0
    place = np.maximum(np.cumsum(has_plan) - 1, 0)
    planned = by_workday[has_plan]
    sold = np.bincount(place, plan.by_day_sold(ordinals, minor), minlength=planned.size)
    return has_plan, np.asarray(sold, dtype=np.float64), planned


@cache
def _quantile(level: float, degrees: int) -> float:
    """Return Student's t once for each number of days: thousands of reps share one period."""
    return student_t_quantile(0.5 + level / 2, degrees)

"""The share of a target that was planned by now, pulled apart: by workdays, or by weights of a season or of shorter targets."""

from collections.abc import Iterable
from fractions import Fraction

from salesperf.model.breakdown import Breakdown, Product, Quotient, Sum
from salesperf.model.calendar import Calendar
from salesperf.model.message import Message
from salesperf.model.period import Period
from salesperf.model.profile import Profile, Run, Schedule

__all__ = ["share_of", "share_tree"]


def share_tree(
    share: Fraction | None, whole: Period, passed: Period | None, plan: Profile | Schedule | None, calendar: Calendar
) -> Breakdown:
    """Return the share of a target that was planned by now with what it follows from.

    Parameters
    ----------
    share
        The value.
    whole, passed
        All days of the target, and those up to the day looked at; ``None`` where time makes no difference to the share.
    plan
        How the whole is spread; ``None`` for evenly over workdays.
    calendar
        Sets workdays.
    """
    label = Message("breakdown.planned_share")
    if passed is None or share is None:
        return Breakdown(label=label, value=share)
    parts = _days(passed, whole, calendar) if plan is None else (_weight(days, plan, calendar) for days in (passed, whole))
    return Breakdown(label=label, value=share, rule=Quotient(), parts=parts)


def share_of(some: Period, whole: Period, calendar: Calendar) -> Breakdown:
    """Return the share of a whole that some days are: of its workdays, or of all its days where it has none.

    Parameters
    ----------
    some, whole
        The days, and all of them.
    calendar
        Sets workdays.
    """
    share = Run(some, whole, Fraction(1)).share(calendar)
    return Breakdown(label=_of("share_of", some), value=share, rule=Quotient(), parts=_days(some, whole, calendar))


def _days(some: Period, whole: Period, calendar: Calendar) -> Iterable[Breakdown]:
    """Count workdays; days where the whole has no workday."""
    name, count = ("workdays_of", calendar.workdays) if calendar.workdays(whole) else ("days_of", _length)
    return (Breakdown(label=_of(name, days), value=count(days)) for days in (some, whole))


def _length(period: Period) -> int:
    return period.days


def _of(name: str, days: Period) -> Message:
    return Message.of(f"breakdown.{name}", period=days)


def _weight(days: Period, plan: Profile | Schedule, calendar: Calendar) -> Breakdown:
    """Return the weight of some days, as the sum over the parts of the plan in which they lie."""
    # The weights of a schedule are what its shorter targets come to.
    name, runs = ("weight_of", plan.runs(days, calendar)) if isinstance(plan, Profile) else ("planned_of", plan.runs(days))
    parts = [_weight_of_run(name, run, calendar) for run in runs]
    return Breakdown(label=_of(name, days), value=_plain(plan.weigh(days, calendar)), rule=Sum(), parts=parts)


def _weight_of_run(name: str, run: Run, calendar: Calendar) -> Breakdown:
    whole = Breakdown(label=_of(name, run.whole), value=_plain(run.weight))
    if run.days == run.whole:
        return whole
    weight = _plain(run.weight * run.share(calendar))
    parts = (whole, share_of(run.days, run.whole, calendar))
    return Breakdown(label=_of(name, run.days), value=weight, rule=Product(), parts=parts)


def _plain(weight: Fraction) -> Fraction | int:
    """Return a whole number as one, which is easier to read."""
    return int(weight) if weight.denominator == 1 else weight

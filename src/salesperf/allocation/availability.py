"""Availability: on how many workdays of each period each rep is there, and at what share of full productivity."""

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import Final, NamedTuple, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.allocation.tables import Claims
from salesperf.kernels.numeric import INT64_MAX
from salesperf.model.calendar import Calendar
from salesperf.model.people import Rep, Stint
from salesperf.model.period import Period

__all__ = ["Availability", "measure", "month_of_service", "stint_of"]

Integers: TypeAlias = NDArray[np.int64]

_FULL: Final = Decimal(1)
_LONGEST_MONTH: Final = 31
_ALL_TIME: Final = (date.min.toordinal(), date.max.toordinal())
_ALWAYS_FULL: Final = ((*_ALL_TIME, _FULL),)


@attrs.frozen(kw_only=True, eq=False)
class Availability:
    """The workdays of stints, in rows, within periods, in columns.

    Attributes
    ----------
    workdays : array, shape (periods,)
        The workdays of each period.
    served : array, shape (stints, periods)
        Those in service, during the stint.
    worked : array, shape (stints, periods)
        Those in service and not absent.
    ramped : array, shape (stints, periods)
        Those worked, each times the share of full productivity of its month of service, over :attr:`denominator`.
    ramped_to_full : array, shape (stints, periods)
        The same with shares above 1 taken as 1: what ``worked`` has beyond it is lost to the ramp.
    denominator : int
        The one denominator of all ramped workdays, which makes them whole numbers; times it, the other counts fit their
        arrays too.

    Examples
    --------
    >>> hire = Rep(id="ada", hired=date(2026, 7, 1), ramp=(Decimal("0.5"),), absences=[Period.parse("2026-08-03..2026-08-07")])
    >>> found = measure([stint_of(hire)], {"ada": hire}, Period.parse("2026-06-01..2026-08-31").split("month"))
    >>> found.workdays.tolist(), found.served.tolist(), found.worked.tolist()
    ([22, 23, 21], [[0, 23, 21]], [[0, 23, 16]])
    >>> found.ramped.tolist(), found.denominator
    ([[0, 23, 32]], 2)
    """

    workdays: Claims
    served: Claims
    worked: Claims
    ramped: Claims
    ramped_to_full: Claims
    denominator: int


class _Run(NamedTuple):
    """Days of a stint on which somebody is there, at one share of full productivity: a first day, and the first after."""

    row: int
    start: int
    end: int
    share: Decimal


def stint_of(rep: Rep) -> Stint:
    """Return the whole time of a rep's service, in whatever team.

    Examples
    --------
    >>> stint_of(Rep(id="ada", hired=date(2026, 3, 2))).start
    datetime.date(2026, 3, 2)
    """
    start, end = rep.service
    return Stint(rep=rep.id, start=start, end=end)


def measure(
    stints: Sequence[Stint],
    reps: Mapping[str, Rep],
    periods: Sequence[Period],
    calendar: Calendar | None = None,
) -> Availability:
    """Count the workdays of stints within periods.

    Parameters
    ----------
    stints
        Whose days count, and from when to when; days outside the service of the rep count nowhere.
    reps
        The reps by id.
    periods
        What to count within; they may overlap.
    calendar
        Sets workdays; ``None`` means Monday to Friday.

    Notes
    -----
    The number of workdays before a day never falls, so how many of them two runs of days have in common follows from that
    number at their four ends: it is looked up once for each run and each period, and never for each pair of them.

    Examples
    --------
    >>> ada = Rep(id="ada", left=date(2026, 7, 11))
    >>> measure([stint_of(ada)], {"ada": ada}, [Period.month(2026, 7)]).served.tolist()
    [[8]]
    """
    known = calendar or Calendar()
    columns = _lookup(known, [(period.start.toordinal(), period.end.toordinal()) for period in periods])
    earliest = min((period.start.toordinal() for period in periods), default=0)
    spans = [_days_of_service(stint, reps[stint.rep]) for stint in stints]
    runs = [
        run
        for row, (stint, span) in enumerate(zip(stints, spans, strict=True))
        for run in _runs(row, span, reps[stint.rep], earliest)
    ]
    edges = np.searchsorted([run.row for run in runs], np.arange(len(stints) + 1))
    present = _in_common(_lookup(known, [(run.start, run.end) for run in runs]), columns)
    exact = {run.share: Fraction(run.share) for run in runs}
    denominator = lcm(*(share.denominator for share in exact.values()))
    numerators = {share: int(fraction * denominator) for share, fraction in exact.items()}
    shares = [numerators[run.share] for run in runs]
    workdays, served = columns[:, 1] - columns[:, 0], _in_common(_lookup(known, spans), columns)
    most = max(int(days.sum()) for days in (workdays, served, present)) * max(denominator, *shares, 1)
    kind = np.int64 if most <= INT64_MAX else object
    counts, factors = present.astype(kind), np.array(shares, dtype=kind)[:, np.newaxis]
    return Availability(
        workdays=workdays.astype(kind),
        served=served.astype(kind),
        worked=_total(counts, edges),
        ramped=_total(counts * factors, edges),
        ramped_to_full=_total(counts * np.minimum(factors, denominator), edges),
        denominator=denominator,
    )


def month_of_service(hired: date, months: int) -> int:
    """Return the first day of service, so many months after the first: the same day of the month, or its last.

    Parameters
    ----------
    hired
        The first day of service.
    months
        How many months later.

    Returns
    -------
    int
        The day as ``date.toordinal()``, or the end of time.

    Notes
    -----
    Some five times faster than adding a ``relativedelta``, which matters for the ramps of thousands of reps.

    Examples
    --------
    >>> date.fromordinal(month_of_service(date(2026, 1, 31), 1))
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(12 * hired.year + hired.month - 1 + months, 12)
    if year > date.max.year:
        return _ALL_TIME[1]
    return date(year, month + 1, min(hired.day, monthrange(year, month + 1)[1])).toordinal()


def _days_of_service(stint: Stint, rep: Rep) -> tuple[int, int]:
    """Return the first day of a stint that lies in service, and the first day after; not in that order if there is none."""
    hired, left = rep.service
    return max(stint.start, hired).toordinal(), min(stint.end, left).toordinal()


def _runs(row: int, span: tuple[int, int], rep: Rep, earliest: int) -> Iterator[_Run]:
    months = _ramp(rep, earliest)
    for first, after in _presences(span, rep):
        for month_start, month_end, share in months:
            start, end = max(first, month_start), min(after, month_end)
            if start < end:
                yield _Run(row, start, end, share)


def _presences(span: tuple[int, int], rep: Rep) -> Sequence[tuple[int, int]]:
    """Return the runs of days within a span that are no absence."""
    if not rep.absences or span[0] >= span[1]:
        return (span,)
    days = Period(*map(date.fromordinal, span)).without(rep.absences)
    return [(run.start.toordinal(), run.end.toordinal()) for run in days]


def _ramp(rep: Rep, earliest: int) -> Sequence[tuple[int, int, Decimal]]:
    """Return the months of the ramp, first day and first day after, and all time after it; those long past may be left out."""
    if not rep.ramp or rep.hired is None or rep.hired.toordinal() + _LONGEST_MONTH * len(rep.ramp) <= earliest:
        return _ALWAYS_FULL
    cuts = [month_of_service(rep.hired, months) for months in range(len(rep.ramp) + 1)]
    months = [(start, end, share) for (start, end), share in zip(pairwise(cuts), rep.ramp, strict=True)]
    return [*months, (cuts[-1], _ALL_TIME[1], _FULL)]


def _lookup(calendar: Calendar, days: Sequence[tuple[int, int]]) -> Integers:
    """Count the workdays before both ends of runs of days: shape (runs, 2)."""
    return calendar.workdays_before_columns(np.array(days, dtype=np.int64).reshape(-1, 2))


def _in_common(rows: Integers, columns: Integers) -> Integers:
    """Count the workdays that runs of days, in rows, have in common with periods, in columns."""
    start = np.maximum.outer(rows[:, 0], columns[:, 0])
    end = np.minimum.outer(rows[:, 1], columns[:, 1])
    return np.asarray(np.maximum(end - start, 0), dtype=np.int64)


def _total(days: Claims, edges: Integers) -> Claims:
    """Sum rows between edges."""
    running = np.concatenate((np.zeros_like(days[:1], shape=(1, days.shape[1])), np.cumsum(days, axis=0)))
    return np.asarray(running[edges[1:]] - running[edges[:-1]])

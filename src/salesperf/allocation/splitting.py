"""Splits: a target over time."""

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from types import NoneType
from typing import Final, Literal, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.allocation.dividing import Allocation, divide
from salesperf.allocation.parts import Place, Weight, of_argument, refuse
from salesperf.errors import InvalidValueError, SalesperfError
from salesperf.kernels.apportionment import apportion_many
from salesperf.model.calendar import Calendar
from salesperf.model.codes import EPOCH, Integers, days_of
from salesperf.model.period import Grain, Period
from salesperf.model.profile import Profile, Schedule
from salesperf.model.target import Target
from salesperf.model.validators import check_choice, require

__all__ = ["SplitColumns", "Spread", "split", "split_columns", "weights_over_time"]

Spread: TypeAlias = Literal["equal", "workdays"] | Profile | Schedule
"""How a target is spread over time: evenly, by workdays, or by the weights of a season or a plan."""

_BY_WORKDAYS: Final = "workdays"
_EQUAL: Final = "equal"


def split(
    target: Target,
    grain: Grain,
    *,
    profile: Spread = "equal",
    calendar: Calendar | None = None,
) -> Allocation:
    """Divide a target over time, exactly.

    Parameters
    ----------
    target
        The total; its metric must be a flow.
    grain
        One of :data:`salesperf.GRAINS`: the parts tile the target's period; the first and the last may be clipped.
    profile
        ``"equal"``: each whole part the same, a clipped one by the share of its days. ``"workdays"``: by workdays. A
        :class:`salesperf.Profile` or :class:`salesperf.Schedule`: by its weights; a schedule says something of every workday
        of the target's period.
    calendar
        Sets fiscal years, weeks and workdays; ``None`` means January, Monday, and Monday to Friday.

    Returns
    -------
    Allocation
        A part for each sub-period, in order; the target is the parent of each. Where the grain does not cut the period
        the one part is the target itself.

    Raises
    ------
    NotAdditiveError
        If the metric is not a flow.
    InvalidValueError
        If grain or profile are unknown, a schedule leaves out workdays, or no part has any weight.

    Examples
    --------
    >>> from salesperf import COUNT, STANDARD_METRICS, Amount
    >>> september = Target(
    ...     owner=None, metric=STANDARD_METRICS["new_customers"], amount=Amount.of(100, COUNT), period=Period.month(2026, 9)
    ... )
    >>> sorted({part.amount.minor for part in split(september, "day", profile="workdays").targets})
    [0, 4, 5]
    """
    require(target, Target, path=("target",))
    target.metric.require_additive("target", "metric")
    parts = target.period.split(grain, calendar)
    weights = weights_over_time(parts, grain, profile, calendar)
    try:
        return divide(target, [Place(target.owner, target.scope, part) for part in parts], weights, "largest_remainder")
    except SalesperfError as error:
        raise of_argument(error, "profile") from None


def weights_over_time(
    parts: Sequence[Period],
    grain: Grain,
    profile: Spread,
    calendar: Calendar | None,
) -> tuple[Weight, ...]:
    """Return what each part of a period weighs."""
    known = calendar or Calendar()
    if isinstance(profile, Schedule):
        refuse(_faults_of_gaps(profile, Period(parts[0].start, parts[-1].end), known))
    if isinstance(profile, Profile | Schedule):
        return tuple(profile.weigh(part, known) for part in parts)
    check_choice(profile, (_EQUAL, _BY_WORKDAYS), ("profile",))
    if profile == _BY_WORKDAYS:
        return tuple(known.workdays(part) for part in parts)
    return tuple(_share_of_whole(part, grain, calendar) for part in parts)


def _faults_of_gaps(schedule: Schedule, whole: Period, calendar: Calendar) -> Iterator[SalesperfError]:
    """Find the workdays of which a schedule says nothing: a month that was forgotten would be one without work."""
    for gap in whole.without(part for part, _ in schedule.parts):
        if calendar.workdays(gap):
            yield InvalidValueError("schedule_gap", path=("profile",), value=str(gap))


def _share_of_whole(part: Period, grain: Grain, calendar: Calendar | None) -> Fraction:
    return Fraction(part.days, Period.holding(part.start, grain, calendar).days)


@attrs.frozen(kw_only=True, eq=False)
class SplitColumns:
    """Many targets over time, in columns: made by :func:`split_columns`.

    Attributes
    ----------
    row : array of int64, shape (parts,)
        Which target each part is of; increasing.
    start, end : array of datetime64[D], shape (parts,)
        The first day of each part, and the first day after it.
    minor : array of int64, shape (parts,)
        The amount, in the smallest unit.

    Examples
    --------
    >>> parts = split_columns(
    ...     np.array([100]), np.array(["2026-07-01"], "datetime64[D]"), np.array(["2026-10-01"], "datetime64[D]"), "month"
    ... )
    >>> parts.minor.tolist(), parts.start.astype(str).tolist()
    ([34, 33, 33], ['2026-07-01', '2026-08-01', '2026-09-01'])
    """

    row: Integers
    start: NDArray[np.datetime64]
    end: NDArray[np.datetime64]
    minor: Integers


def split_columns(
    minor: Integers,
    start: NDArray[np.datetime64],
    end: NDArray[np.datetime64],
    grain: Grain,
    *,
    profile: Literal["equal", "workdays"] = "equal",
    calendar: Calendar | None = None,
) -> SplitColumns:
    """Divide many targets over time, exactly, without making an object of each.

    Parameters
    ----------
    minor
        Shape (targets,), whole numbers of the smallest unit.
    start, end
        Shape (targets,), the first day of each target and the first day after it, as ``datetime64[D]``.
    grain, profile, calendar
        As for :func:`split`.

    Returns
    -------
    SplitColumns
        The same parts as :func:`split` makes of each target.

    Raises
    ------
    InvalidValueError
        If columns differ in length or are malformed, a target ends before it begins, or no part of one has any weight; the
        path tells its place.

    Examples
    --------
    >>> first, after = (np.array([day] * 2, dtype="datetime64[D]") for day in ("2026-09-16", "2026-11-01"))
    >>> split_columns(np.array([90, -90]), first, after, "month").minor.tolist()
    [30, 60, -30, -60]
    """
    require(calendar, Calendar, NoneType, path=("calendar",))
    require(minor, np.ndarray, path=("minor",))
    if minor.dtype.kind != "i":
        raise InvalidValueError("wrong_type", path=("minor",), expected=np.int64, value=minor)
    if minor.ndim != 1:
        raise InvalidValueError("dimensions", path=("minor",), value=minor.ndim)
    for name, column in (("start", start), ("end", end)):
        require(column, np.ndarray, path=(name,))
        if column.shape != minor.shape:
            raise InvalidValueError("length", path=(name,), expected=minor.size, value=column.size)
    check_choice(profile, (_EQUAL, _BY_WORKDAYS), ("profile",))
    first, after = (days_of(column, name) + EPOCH for column, name in ((start, "start"), (end, "end")))
    reversed_ = np.flatnonzero(after <= first)
    if reversed_.size:
        place = int(reversed_[0])
        days = (date.fromordinal(int(column[place])) for column in (first, after))
        raise InvalidValueError("period_reversed", path=("end", place), **dict(zip(("start", "end"), days, strict=True)))
    cuts = _cuts(first, after, grain, calendar)
    low, high = np.searchsorted(cuts, first, "right") - 1, np.searchsorted(cuts, after)
    row = np.repeat(np.arange(minor.size), high - low)
    starts = np.cumsum(high - low) - (high - low)
    cut = np.arange(row.size) - np.repeat(starts - low, high - low)
    begin, finish = np.maximum(cuts[cut], first[row]), np.minimum(cuts[cut + 1], after[row])
    if profile == _BY_WORKDAYS:
        known = calendar or Calendar()
        weights = known.workdays_before_columns(finish) - known.workdays_before_columns(begin)
    else:
        lengths = np.diff(cuts)
        common = np.lcm.reduce(lengths, initial=1)
        weights = (finish - begin) * (common // lengths)[cut]
    try:
        parts = apportion_many(minor, weights, starts)
    except InvalidValueError as error:
        raise error.at("minor" if error.path[0] == "totals" else "profile", *error.path[1:]) from None
    epoch = np.datetime64(0, "D") - EPOCH
    return SplitColumns(row=row, start=epoch + begin, end=epoch + finish, minor=parts)


def _cuts(first: Integers, after: Integers, grain: Grain, calendar: Calendar | None) -> Integers:
    """Return where the parts of a grain begin that any of some periods touches, and where the last of them ends."""
    if not first.size:
        return np.zeros(1, dtype=np.int64)
    ends = (date.fromordinal(int(first.min())), date.fromordinal(int(after.max()) - 1))
    begin, last = (Period.holding(day, grain, calendar) for day in ends)
    parts = Period(begin.start, last.end).split(grain, calendar)
    return np.array([*(part.start.toordinal() for part in parts), last.end.toordinal()], dtype=np.int64)

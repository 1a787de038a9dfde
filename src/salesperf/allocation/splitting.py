"""Splits: a target over time."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from salesperf.allocation.allocating import Allocation, divide
from salesperf.allocation.parts import Place, Weight, of_argument
from salesperf.errors import SalesperfError
from salesperf.model.calendar import Calendar
from salesperf.model.period import Grain, Period
from salesperf.model.profile import Profile, Schedule
from salesperf.model.target import Target
from salesperf.model.validators import check_choice, require

__all__ = ["Spread", "split", "weights_over_time"]

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
        :class:`salesperf.Profile` or :class:`salesperf.Schedule`: by its weights.
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
        If grain or profile are unknown, or no part has any weight.

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
    if isinstance(profile, Profile | Schedule):
        return tuple(profile.weigh(part, known) for part in parts)
    check_choice(profile, (_EQUAL, _BY_WORKDAYS), ("profile",))
    if profile == _BY_WORKDAYS:
        return tuple(known.workdays(part) for part in parts)
    return tuple(_share_of_whole(part, grain, calendar) for part in parts)


def _share_of_whole(part: Period, grain: Grain, calendar: Calendar | None) -> Fraction:
    return Fraction(part.days, Period.holding(part.start, grain, calendar).days)

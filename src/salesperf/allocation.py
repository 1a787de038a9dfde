"""Targets divided: a total over owners or over time, into parts that sum to it exactly and can be defended."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Final, Literal, TypeAlias, cast

import attrs
import numpy as np

from salesperf.errors import InvalidValueError, SalesperfError, UnitMismatchError
from salesperf.kernels.apportionment import apportion
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Product, Sum
from salesperf.model.calendar import Calendar
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.period import Grain, Period
from salesperf.model.profile import Profile, Schedule
from salesperf.model.result import Result, Row
from salesperf.model.target import Target
from salesperf.model.validators import as_tuple, check_choice, require

__all__ = ["Allocation", "TargetChange", "allocate", "equal", "split"]

Weight: TypeAlias = int | float | Decimal | Fraction
"""A share in any common unit; a float counts as the binary fraction that it holds."""

_BY_WORKDAYS: Final = "workdays"
_EQUAL: Final = "equal"


@attrs.frozen(kw_only=True)
class TargetChange:
    """A part in which two divisions differ.

    Parameters
    ----------
    owner, period
        Whose part, of which days.
    before, after
        The two amounts; ``None`` where a division has no such part.

    Examples
    --------
    >>> from salesperf import COUNT
    >>> change = TargetChange(owner="ada", period=Period.month(2026, 9), before=None, after=Amount.of(3, COUNT))
    >>> change.after.minor
    3
    """

    owner: str | None
    period: Period
    before: Amount | None
    after: Amount | None


@attrs.frozen(kw_only=True)
class Allocation(Result):
    """A target divided: made by :func:`allocate` and :func:`split`.

    Attributes
    ----------
    target : Target
        What was divided.
    targets : tuple of Target
        The parts, in order of owner or of time; their amounts sum to that of the target.
    weights : tuple
        The weight of each part.
    method : str
        How what is left after rounding down was handed out: a name in
        :data:`salesperf.kernels.apportionment.METHODS`.

    Notes
    -----
    A floor or a stretch of the target is not divided: rounded on their own they could pass each other.

    Examples
    --------
    >>> from salesperf import COUNT, STANDARD_METRICS
    >>> visits = Target(
    ...     owner=None, metric=STANDARD_METRICS["visits"], amount=Amount.of(10, COUNT), period=Period.month(2026, 9)
    ... )
    >>> print(allocate(visits, {"ada": 1, "bo": 2}).breakdown.text())
    target: 10 = sum of
      ada, 2026-09: 3 = sum of
        exact share, rounded toward zero: 3 = product of
          target: 10
          share: 1/3
        smallest units handed out beyond it: 0
      bo, 2026-09: 7 = sum of
        exact share, rounded toward zero: 6 = product of
          target: 10
          share: 2/3
        smallest units handed out beyond it: 1
    """

    target: Target
    targets: tuple[Target, ...]
    weights: tuple[Weight, ...]
    method: str

    @cached_property
    def breakdown(self) -> Breakdown:
        """The total as the sum of its parts, each its exact share rounded toward zero and the units that it got beyond."""
        total = _amount(self.target)
        shares = _shares(self.weights)
        whole = Breakdown(label=Message("breakdown.target"), value=total)
        parts = tuple(_explain(part, share, whole) for part, share in zip(self.targets, shares, strict=True))
        return Breakdown(label=Message("breakdown.target"), value=total, rule=Sum(), parts=parts)

    def rows(self) -> list[Row]:
        """Return a row for each part: owner, metric, period, amount, unit and share."""
        return [
            {
                "owner": part.owner,
                "metric": part.metric.key,
                "period": part.period.label,
                "amount": _amount(part).decimal,
                "unit": str(_amount(part).unit),
                "share": float(share),
            }
            for part, share in zip(self.targets, _shares(self.weights), strict=True)
        ]

    def diff(self, other: "Allocation") -> tuple[TargetChange, ...]:
        """List the parts whose amount differs in another division, by owner and period.

        Examples
        --------
        >>> from salesperf import COUNT, STANDARD_METRICS
        >>> visits = Target(
        ...     owner=None, metric=STANDARD_METRICS["visits"], amount=Amount.of(9, COUNT), period=Period.month(2026, 9)
        ... )
        >>> before, after = allocate(visits, {"ada": 1, "bo": 2}), allocate(visits, {"ada": 1, "bo": 1})
        >>> [(change.owner, change.before.minor, change.after.minor) for change in before.diff(after)]
        [('ada', 3, 5), ('bo', 6, 4)]
        """
        ours, theirs = ({(part.owner, part.period): _amount(part) for part in each.targets} for each in (self, other))
        places = [*ours, *(place for place in theirs if place not in ours)]
        return tuple(
            TargetChange(owner=owner, period=period, before=ours.get((owner, period)), after=theirs.get((owner, period)))
            for owner, period in places
            if ours.get((owner, period)) != theirs.get((owner, period))
        )


def equal(owners: Iterable[str]) -> FrozenMap[str, int]:
    """Give each owner the same weight.

    Parameters
    ----------
    owners
        Ids, each once.

    Raises
    ------
    InvalidValueError
        If an id comes twice, or text stands in the place of ids: each of its letters would be an owner.

    Examples
    --------
    >>> equal(["bo", "ada"])
    FrozenMap({'ada': 1, 'bo': 1})
    """
    ids = as_tuple(owners)
    require(ids, tuple, path=("owners",))
    return FrozenMap((owner, 1) for owner in ids)


def allocate(target: Target, basis: Mapping[str, Weight | Amount], *, method: str = "largest_remainder") -> Allocation:
    """Divide a target over owners in proportion to weights, exactly.

    Parameters
    ----------
    target
        The total; its metric must be a flow.
    basis
        Owner to weight: numbers, or amounts in one unit such as last year's sales; not negative, finite, at least one above 0.
        Whoever has no weight gets nothing. :func:`equal` makes equal ones.
    method
        A name in :data:`salesperf.kernels.apportionment.METHODS`.

    Returns
    -------
    Allocation
        A part for each owner, sorted by id; the target is the parent of each.

    Raises
    ------
    NotAdditiveError
        If the metric is not a flow: a ratio target is inherited, not divided.
    InvalidValueError
        If the target's own owner is among those of the basis, an owner is no id, or weights are malformed; the path names
        the owner.
    InfeasibleError
        If there is no owner for a total other than 0.

    Notes
    -----
    Parts with an equal claim to a last unit are served in the order of ids, so the order of the mapping never matters.

    Examples
    --------
    >>> from salesperf import COUNT, STANDARD_METRICS
    >>> year = Target(
    ...     owner=None, metric=STANDARD_METRICS["new_customers"], amount=Amount.of(100, COUNT), period=Period.year(2026)
    ... )
    >>> [(part.owner, part.amount.minor) for part in allocate(year, {"west": 2, "north": 6, "east": 6}).targets]
    [('east', 43), ('north', 43), ('west', 14)]
    """
    require(target, Target, path=("target",))
    target.metric.require_additive("target", "metric")
    if not isinstance(basis, Mapping):
        raise InvalidValueError("basis_no_mapping", path=("basis",), value=basis)
    if target.owner in basis:
        raise InvalidValueError("allocated_to_itself", path=("basis",), value=target.owner)
    for place, owner in enumerate(basis):
        if type(owner) is not str:
            raise InvalidValueError("wrong_type", path=("basis", place), expected=str, value=owner)
    owners = sorted(basis)
    weights = tuple(_weights_of([(owner, basis[owner]) for owner in owners]))
    try:
        return _divide(target, [(owner, target.period) for owner in owners], weights, method)
    except SalesperfError as error:
        raise _of_argument(error, "basis", owners) from None


def _of_argument(error: SalesperfError, argument: str, names: Sequence[str] = ()) -> SalesperfError:
    """Tell a fault of weights by the argument that they came from, and by the name of the one at fault."""
    if error.path[:1] != ("weights",):
        return error
    return error.at(argument, *(names[int(place)] for place in error.path[1:]))


def _weights_of(basis: Sequence[tuple[str, Weight | Amount]]) -> Iterator[Weight]:
    """Take amounts of one unit, such as last year's sales, and scalars of numpy's as the numbers that they are."""
    units = [value.unit for _, value in basis if isinstance(value, Amount)]
    for owner, value in basis:
        if not isinstance(value, Amount):
            if units:
                raise InvalidValueError("wrong_type", path=("basis", owner), expected=Amount, value=value)
            yield value.item() if isinstance(value, np.generic) else value
        elif value.unit != units[0]:
            raise UnitMismatchError("unit_mismatch", path=("basis", owner), left=str(units[0]), right=str(value.unit))
        else:
            yield value.minor


def split(
    target: Target,
    grain: Grain,
    *,
    profile: Literal["equal", "workdays"] | Profile | Schedule = "equal",
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
    >>> from salesperf import COUNT, STANDARD_METRICS
    >>> september = Target(
    ...     owner=None, metric=STANDARD_METRICS["new_customers"], amount=Amount.of(100, COUNT), period=Period.month(2026, 9)
    ... )
    >>> sorted({part.amount.minor for part in split(september, "day", profile="workdays").targets})
    [0, 4, 5]
    """
    require(target, Target, path=("target",))
    target.metric.require_additive("target", "metric")
    parts = target.period.split(grain, calendar)
    weights = _weights(parts, grain, profile, calendar)
    try:
        return _divide(target, [(target.owner, part) for part in parts], weights, "largest_remainder")
    except SalesperfError as error:
        raise _of_argument(error, "profile") from None


def _weights(
    parts: Sequence[Period],
    grain: Grain,
    profile: Literal["equal", "workdays"] | Profile | Schedule,
    calendar: Calendar | None,
) -> tuple[Weight, ...]:
    known = calendar or Calendar()
    if isinstance(profile, Profile | Schedule):
        return tuple(profile.weigh(part, known) for part in parts)
    check_choice(profile, (_EQUAL, _BY_WORKDAYS), ("profile",))
    if profile == _BY_WORKDAYS:
        return tuple(known.workdays(part) for part in parts)
    return tuple(_share_of_whole(part, grain, calendar) for part in parts)


def _share_of_whole(part: Period, grain: Grain, calendar: Calendar | None) -> Fraction:
    return Fraction(part.days, Period.holding(part.start, grain, calendar).days)


def _divide(
    target: Target,
    places: Sequence[tuple[str | None, Period]],
    weights: tuple[Weight, ...],
    method: str,
) -> Allocation:
    total = _amount(target)
    amounts = apportion(total.minor, weights, method=method)
    parts = tuple(
        Target(
            owner=owner,
            metric=target.metric,
            amount=Amount(minor=minor, unit=total.unit),
            period=period,
            scope=target.scope,
            parent=target.key,
            agreed=target.agreed,
        )
        for (owner, period), minor in zip(places, amounts.tolist(), strict=True)
    )
    undivided = len(parts) == 1 and parts[0].key == target.key
    return Allocation(target=target, targets=(target,) if undivided else parts, weights=weights, method=method)


def _amount(target: Target) -> Amount:
    """Return the amount of a flow's target, which the target's own check made an Amount."""
    return cast("Amount", target.amount)


def _shares(weights: tuple[Weight, ...]) -> list[Fraction]:
    exact = [Fraction(weight) for weight in weights]
    total = sum(exact, Fraction(0))
    return [weight / total for weight in exact]


def _explain(part: Target, share: Fraction, whole: Breakdown) -> Breakdown:
    total, amount = cast("Amount", whole.value), _amount(part)
    toward_zero = Product("floor" if total.minor >= 0 else "ceiling")
    rounded = total.times(share, rounding=toward_zero.rounding)
    down = Breakdown(
        label=Message("breakdown.share_toward_zero"),
        value=rounded,
        rule=toward_zero,
        parts=(whole, Breakdown(label=Message("breakdown.share"), value=share)),
    )
    beyond = Breakdown(label=Message("breakdown.units_beyond"), value=amount - rounded)
    label = Message.of("breakdown.part", owner=part.owner or Message("review.company"), period=part.period)
    return Breakdown(label=label, value=amount, rule=Sum(), parts=(down, beyond))

"""Plans: what all divisions of a target have in common, which is parts that are targets themselves."""

from abc import abstractmethod
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, TypeAlias, cast

import attrs

from salesperf.errors import SalesperfError
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown
from salesperf.model.frozen import FrozenMap
from salesperf.model.period import Period
from salesperf.model.result import Result
from salesperf.model.target import EVERYTHING, Target
from salesperf.model.validators import require

__all__ = ["Place", "Plan", "TargetChange", "Weight", "amount_of", "exact_shares", "of_argument", "part_of"]

Weight: TypeAlias = int | float | Decimal | Fraction
"""A share in any common unit; a float counts as the binary fraction that it holds."""


class Place(NamedTuple):
    """Whose part of a target, of what, for which days.

    Parameters
    ----------
    owner
        A rep, a team, or ``None`` for the company.
    scope
        What it is narrowed to.
    period
        The days.

    Examples
    --------
    >>> Place("ada", EVERYTHING, Period.month(2026, 9)).period.label
    '2026-09'
    """

    owner: str | None
    scope: FrozenMap[str, str]
    period: Period

    @classmethod
    def of(cls, target: Target) -> "Place":
        """Return where a target stands."""
        return cls(target.owner, target.scope, target.period)


@attrs.frozen(kw_only=True)
class TargetChange:
    """A part in which two plans differ.

    Parameters
    ----------
    owner, scope, period
        Whose part, of what, for which days.
    before, after
        The two amounts; ``None`` where a plan has no such part.

    Examples
    --------
    >>> from salesperf import COUNT
    >>> change = TargetChange(owner="ada", period=Period.month(2026, 9), before=None, after=Amount.of(3, COUNT))
    >>> change.after.minor
    3
    """

    owner: str | None
    period: Period
    scope: FrozenMap[str, str] = attrs.field(default=EVERYTHING)
    before: Amount | None
    after: Amount | None


class Plan(Result):
    """A target divided, whatever the way: its parts are targets, it explains them, and tells what differs in another plan.

    Examples
    --------
    >>> from salesperf.allocation import Allocation
    >>> issubclass(Allocation, Plan)
    True
    """

    __slots__ = ()

    @property
    @abstractmethod
    def targets(self) -> tuple[Target, ...]:
        """The parts."""

    @property
    @abstractmethod
    def breakdown(self) -> Breakdown:
        """The total as the sum of its parts, each explained."""

    def diff(self, other: "Plan") -> tuple[TargetChange, ...]:
        """List the parts whose amount differs in another plan, in the order of this one, then of the other.

        Examples
        --------
        >>> from salesperf import COUNT, STANDARD_METRICS
        >>> from salesperf.allocation import allocate
        >>> visits = Target(
        ...     owner=None, metric=STANDARD_METRICS["visits"], amount=Amount.of(9, COUNT), period=Period.month(2026, 9)
        ... )
        >>> before, after = allocate(visits, {"ada": 1, "bo": 2}), allocate(visits, {"ada": 1, "bo": 1})
        >>> [(change.owner, change.before.minor, change.after.minor) for change in before.diff(after)]
        [('ada', 3, 5), ('bo', 6, 4)]
        """
        require(other, Plan, path=("other",))
        ours, theirs = ({Place.of(part): amount_of(part) for part in each.targets} for each in (self, other))
        places = [*ours, *(place for place in theirs if place not in ours)]
        return tuple(
            TargetChange(
                owner=place.owner, scope=place.scope, period=place.period, before=ours.get(place), after=theirs.get(place)
            )
            for place in places
            if ours.get(place) != theirs.get(place)
        )


def amount_of(target: Target) -> Amount:
    """Return the amount of a flow's target, which the target's own check made an Amount."""
    return cast("Amount", target.amount)


def part_of(target: Target, place: Place, minor: int) -> Target:
    """Make a part of a target; it keeps the metric, the unit and the day of agreement, and names the target as its parent."""
    return Target(
        owner=place.owner,
        metric=target.metric,
        amount=Amount(minor=minor, unit=amount_of(target).unit),
        period=place.period,
        scope=place.scope,
        parent=target.key,
        agreed=target.agreed,
    )


def of_argument(error: SalesperfError, argument: str, names: Sequence[str] = ()) -> SalesperfError:
    """Tell a fault of weights by the argument that they came from, and by the name of the one at fault."""
    if error.path[:1] != ("weights",):
        return error
    return error.at(argument, *(names[int(place)] for place in error.path[1:]))


def exact_shares(weights: tuple[Weight, ...]) -> list[Fraction]:
    """Return the share of each weight in all."""
    exact = [Fraction(weight) for weight in weights]
    total = sum(exact, Fraction(0))
    return [weight / total for weight in exact]

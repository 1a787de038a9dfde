"""Plans: what all divisions of a target have in common, which is parts that are targets themselves."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, TypeAlias, cast

import attrs

from salesperf.errors import InvalidInputError, InvalidValueError, SalesperfError
from salesperf.kernels.apportionment import apportion
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Product
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.period import Period
from salesperf.model.result import Result
from salesperf.model.target import EVERYTHING, Target
from salesperf.model.validators import require

__all__ = [
    "Place",
    "Plan",
    "TargetChange",
    "Weight",
    "amount_of",
    "check_weights",
    "exact_shares",
    "explained",
    "label_of",
    "of_argument",
    "part_of",
    "refuse",
    "scope_text",
]

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
        The two amounts, or the two numbers of a ratio; ``None`` where a plan has no such part.

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
    before: Amount | Decimal | None
    after: Amount | Decimal | None


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
    def fixed(self) -> frozenset[Place]:
        """The parts that somebody set by hand: a new plan leaves them as they are."""
        return frozenset()

    @property
    @abstractmethod
    def breakdown(self) -> Breakdown:
        """The total as the sum of its parts, each explained."""

    def diff(self, other: "Plan") -> tuple[TargetChange, ...]:
        """List the parts whose amount differs in another plan, in the order of this one, then of the other.

        Parameters
        ----------
        other
            A plan of the same metric in the same unit.

        Raises
        ------
        InvalidValueError
            If it is no plan, or one of another metric or unit.

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
        left, right = (next(map(_kind, each.targets), None) for each in (self, other))
        if left and right and left != right:
            raise InvalidValueError("diff_mixed", path=("other",), left=left, right=right)
        ours, theirs = ({Place.of(part): part.amount for part in each.targets} for each in (self, other))
        places = [*ours, *(place for place in theirs if place not in ours)]
        return tuple(
            TargetChange(
                owner=place.owner, scope=place.scope, period=place.period, before=ours.get(place), after=theirs.get(place)
            )
            for place in places
            if ours.get(place) != theirs.get(place)
        )


def _kind(part: Target) -> str:
    """Return metric and unit as one word, which may stand in an error; a ratio has no unit."""
    return f"{part.metric.key}/{part.amount.unit}" if isinstance(part.amount, Amount) else part.metric.key


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
    """Tell a fault of weights by the argument that they came from, and the one at fault; of the total by the target."""
    if error.path == ("total",):
        return error.at("target", "amount")
    if error.path[:1] != ("weights",):
        return error
    return error.at(argument, *(names[int(place)] for place in error.path[1:]))


def explained(amount: Amount, share: Fraction, whole: Breakdown, beyond: Message) -> tuple[Breakdown, Breakdown]:
    """Explain a part by its exact share of the whole, rounded toward zero, and by what was handed out beyond it."""
    left = cast("Amount", whole.value)
    toward_zero = Product("floor" if left.minor >= 0 else "ceiling")
    rounded = left.times(share, rounding=toward_zero.rounding)
    down = Breakdown(
        label=Message("breakdown.share_toward_zero"),
        value=rounded,
        rule=toward_zero,
        parts=(whole, Breakdown(label=Message("breakdown.share"), value=share)),
    )
    return down, Breakdown(label=beyond, value=amount - rounded)


def check_weights(weights: Sequence[Weight]) -> None:
    """Refuse what is no weight, and weights that are all 0, as the kernel does; the path is that of its argument."""
    apportion(0, weights)


def refuse(faults: Iterable[SalesperfError]) -> None:
    """Raise one fault as it is, and several together."""
    found = list(faults)
    if len(found) == 1:
        raise found[0]
    if found:
        raise InvalidInputError(found)


def scope_text(scope: FrozenMap[str, str]) -> str:
    """Write a scope as one word, which may stand in an error."""
    return "/".join(f"{name}:{value}" for name, value in scope.items())


def label_of(part: Target, whole: Target) -> Message:
    """Return what a reader sees of a part: whose it is and of which days; and of what, where that is not said of the whole."""
    named = {"owner": part.owner or Message("review.company"), "period": part.period}
    if part.scope == whole.scope:
        return Message.of("breakdown.part", **named)
    return Message.of("breakdown.part_of_scope", scope=scope_text(part.scope), **named)


def exact_shares(weights: Sequence[Weight]) -> list[Fraction]:
    """Return the share of each weight in all; 0 where all are 0."""
    exact = [Fraction(weight) for weight in weights]
    total = sum(exact, Fraction(0)) or 1
    return [weight / total for weight in exact]

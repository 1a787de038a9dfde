"""Divisions: a target over owners or over time, into parts that sum to it exactly."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import cast

import attrs
import numpy as np

from salesperf.allocation.parts import Place, Plan, Weight, amount_of, exact_shares, of_argument, part_of
from salesperf.errors import InvalidValueError, SalesperfError, UnitMismatchError
from salesperf.kernels.apportionment import apportion
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Product, Sum
from salesperf.model.message import Message
from salesperf.model.result import Row
from salesperf.model.target import Target
from salesperf.model.validators import require

__all__ = ["Allocation", "allocate", "divide"]


@attrs.frozen(kw_only=True)
class Allocation(Plan):
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
    >>> from salesperf import COUNT, STANDARD_METRICS, Period
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
        total = amount_of(self.target)
        shares = exact_shares(self.weights)
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
                "amount": amount_of(part).decimal,
                "unit": str(amount_of(part).unit),
                "share": float(share),
            }
            for part, share in zip(self.targets, exact_shares(self.weights), strict=True)
        ]


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
    >>> from salesperf import COUNT, STANDARD_METRICS, Period
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
        return divide(target, [Place(owner, target.scope, target.period) for owner in owners], weights, method)
    except SalesperfError as error:
        raise of_argument(error, "basis", owners) from None


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


def divide(
    target: Target,
    places: Sequence[Place],
    weights: tuple[Weight, ...],
    method: str,
) -> Allocation:
    """Divide a target over places by checked weights."""
    total = amount_of(target)
    amounts = apportion(total.minor, weights, method=method)
    parts = tuple(part_of(target, place, minor) for place, minor in zip(places, amounts.tolist(), strict=True))
    undivided = len(parts) == 1 and parts[0].key == target.key
    return Allocation(target=target, targets=(target,) if undivided else parts, weights=weights, method=method)


def _explain(part: Target, share: Fraction, whole: Breakdown) -> Breakdown:
    total, amount = cast("Amount", whole.value), amount_of(part)
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

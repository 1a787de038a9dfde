"""How an attainment stands: from its actual, its target and its pace to a status."""

from decimal import Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from salesperf.attainment.statuses import Status
from salesperf.model.amount import Amount
from salesperf.model.metric import Band

if TYPE_CHECKING:
    from salesperf.attainment.attained import Attainment

__all__ = ["decimal_of", "gap_between", "status_of"]

_EXACT: Final = Context(prec=400)
"""More digits than a ratio of two amounts less a target has, whatever the context of the caller."""


def status_of(attainment: "Attainment") -> Status:
    """Name how an attainment stands: see :attr:`Attainment.status`."""
    if attainment.as_of < attainment.target.period.start:
        return "not_started"
    reached = _is_as_good_as(attainment, Fraction(1))
    if reached is None:
        return "undefined"
    if attainment.is_over or _is_settled(attainment, reached=reached):
        return "met" if reached else "missed"
    return _status_by_plan(attainment)


def _is_as_good_as(attainment: "Attainment", share: Fraction) -> bool | None:
    """Tell whether the actual is as good as a share of the target, or within that share of its band."""
    if attainment.actual is None:
        return None
    actual, target = Fraction(decimal_of(attainment.actual)), Fraction(decimal_of(attainment.target.amount))
    direction = attainment.target.metric.direction
    if isinstance(direction, Band):
        return Fraction(direction.low) * share <= actual <= Fraction(direction.high) * share
    return actual >= target * share if direction == "higher" else actual <= target * share


def _is_settled(attainment: "Attainment", *, reached: bool) -> bool:
    """Tell whether more of a flow, returns aside, can no longer change what an open period ends with."""
    if not attainment.is_flow:
        return False
    direction = attainment.target.metric.direction
    if isinstance(direction, Band):
        return attainment.actual is not None and decimal_of(attainment.actual) > direction.high
    return reached == (direction == "higher")


def _status_by_plan(attainment: "Attainment") -> Status:
    share, direction = attainment.planned_share, attainment.target.metric.direction
    if share is None:
        return "undefined"
    pace = attainment._pace  # noqa: SLF001 - one of us
    if isinstance(direction, Band) or pace is None:
        return "on_track" if _is_as_good_as(attainment, share) else "behind"
    return attainment.thresholds.status(pace, direction)


def gap_between(actual: Amount | Decimal | None, target: Amount | Decimal) -> Amount | Decimal | None:
    """Return the actual less the target; ``None`` where nobody knows the actual, or one is money and the other none."""
    if isinstance(actual, Amount) and isinstance(target, Amount):
        return actual - target
    if isinstance(actual, Decimal) and isinstance(target, Decimal):
        return _EXACT.subtract(actual, target)
    return None


def decimal_of(value: Amount | Decimal) -> Decimal:
    """Return a value as a number, without its unit."""
    return value.decimal if isinstance(value, Amount) else value

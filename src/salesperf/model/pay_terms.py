"""The terms of a commission plan: what may close it, scale it, carry over, be taken back or be held."""

from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal

import attrs

from salesperf.errors import InvalidValueError
from salesperf.model.amount import Amount
from salesperf.model.pay_entry import BASES, Basis
from salesperf.model.pay_parts import exact_scale
from salesperf.model.period import Period
from salesperf.model.scale import Curve, Steps
from salesperf.model.validators import as_decimal, day, decimal, identifier, of_type, one_of, optional, place, whole

__all__ = ["Clawback", "Coefficient", "Draw", "Guarantee", "PayGate", "Release"]

_MOST: Final = 10**18
_MOST_DAYS: Final = 36_600


def _scale(kind: type) -> Any:  # noqa: ANN401 - a validator
    def check(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
        of_type(kind)(instance, attribute, value)
        exact_scale(instance, attribute, value)

    return check


def not_negative(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    """Expect an amount of 0 or more."""
    of_type(Amount)(instance, attribute, value)
    if isinstance(value, Amount) and value.minor < 0:
        raise InvalidValueError("below_zero", path=place(instance, attribute), value=value.decimal)


@attrs.frozen(kw_only=True)
class PayGate:
    """A gate: pay only from a score on (达标门槛).

    Parameters
    ----------
    score
        The name of the score.
    least
        The lowest score that opens it.
    missing
        What a missing score does: ``"refuse"``, or it leaves the gate ``"closed"`` or ``"open"``.

    Examples
    --------
    >>> PayGate(score="compliance", least=60).missing
    'refuse'
    """

    score: str = attrs.field(validator=identifier)
    least: Decimal = attrs.field(converter=as_decimal, validator=decimal(-_MOST, _MOST))
    missing: Literal["refuse", "closed", "open"] = attrs.field(default="refuse", validator=one_of("refuse", "closed", "open"))


@attrs.frozen(kw_only=True)
class Coefficient:
    """A factor of all pay by a score (绩效系数).

    Parameters
    ----------
    score
        The name of the score.
    curve, steps
        The factor by the score: one of the two, exact, and never below 0.
    missing
        What a missing score does: ``"refuse"``, or ``"one"``: nothing is scaled.

    Raises
    ------
    InvalidValueError
        If a value is malformed, both or neither of curve and steps are stated, or a factor is below 0.

    Examples
    --------
    >>> Coefficient(score="kpi", steps=Steps([(60, Decimal("0.8")), (80, 1), (95, Decimal("1.2"))])).missing
    'refuse'
    """

    score: str = attrs.field(validator=identifier)
    curve: Curve | None = attrs.field(default=None, validator=optional(_scale(Curve)))
    steps: Steps | None = attrs.field(default=None, validator=optional(_scale(Steps)))
    missing: Literal["refuse", "one"] = attrs.field(default="refuse", validator=one_of("refuse", "one"))

    def __attrs_post_init__(self) -> None:
        """Check that there is one scale, and none of its factors below 0."""
        if (self.curve is None) == (self.steps is None):
            raise InvalidValueError("one_of_two", path=("Coefficient", "curve"), choices=("curve", "steps"))
        scale = self.curve or self.steps
        if scale is not None and scale.low < 0:
            raise InvalidValueError("below_zero", path=("Coefficient", "steps" if self.steps else "curve"), value=scale.low)


@attrs.frozen(kw_only=True)
class Draw:
    """An advance on pay (预支佣金): each statement pays at least so much.

    Parameters
    ----------
    amount
        What a statement pays at least, for a whole period.
    is_recoverable
        Whether later pay makes up for it; otherwise it is forgiven at once.
    limit
        The most that may be owed at a time; ``None`` for no limit.
    forgiven_on
        The day on which whatever is owed is forgiven; ``None`` for never.

    Raises
    ------
    InvalidValueError
        If a value is malformed, or an amount is below 0.

    Notes
    -----
    closing = opening + advanced - recovered - forgiven

    Examples
    --------
    >>> from salesperf.model.amount import CNY
    >>> Draw(amount=Amount.of(5_000, CNY)).is_recoverable
    True
    """

    amount: Amount = attrs.field(validator=not_negative)
    is_recoverable: bool = attrs.field(default=True, validator=of_type(bool))
    limit: Amount | None = attrs.field(default=None, validator=optional(not_negative))
    forgiven_on: date | None = attrs.field(default=None, validator=optional(day))


@attrs.frozen(kw_only=True)
class Guarantee:
    """Pay that is guaranteed for some time (保底).

    Parameters
    ----------
    amount
        What each statement pays at least, for a whole period.
    period
        The days on which it holds.

    Examples
    --------
    >>> from salesperf.model.amount import CNY
    >>> Guarantee(amount=Amount.of(8_000, CNY), period=Period.quarter(2026, 3)).period.label
    '2026-Q3'
    """

    amount: Amount = attrs.field(validator=not_negative)
    period: Period = attrs.field(validator=of_type(Period))


@attrs.frozen(kw_only=True)
class Clawback:
    """What is taken back when a sale is reversed (佣金追回).

    Parameters
    ----------
    share_by_month
        Which share is taken back, from 0 to 1, by the whole months that have passed since the sale: steps that end at 0 are a
        window. Exact.
    method
        ``"recomputed"``: the credit is taken back, and with it what was reached of tiers and quota; ``"as_paid"``: what was
        paid for the entry is taken back, and the credit stays.

    Raises
    ------
    InvalidValueError
        If a value is malformed, or a share lies outside 0 to 1.

    Examples
    --------
    >>> a_year = Clawback(share_by_month=Steps([(0, 1), (6, Decimal("0.5")), (12, 0)]))
    >>> a_year.method
    'recomputed'
    """

    share_by_month: Steps = attrs.field(validator=_scale(Steps))
    method: Literal["recomputed", "as_paid"] = attrs.field(default="recomputed", validator=one_of("recomputed", "as_paid"))

    def __attrs_post_init__(self) -> None:
        """Check that shares are shares."""
        low, high = self.share_by_month.low, self.share_by_month.high
        if low < 0 or high > 1:
            value = low if low < 0 else high
            raise InvalidValueError("out_of_range", path=("Clawback", "share_by_month"), low=0, high=1, value=value)


@attrs.frozen(kw_only=True)
class Release:
    """When earned commission is paid out: as the customer pays (回款后发放).

    Parameters
    ----------
    basis
        The entries that release it: of the same ``ref`` and payee, by their share of what was sold. Of a deal that counts by
        several measures or bases, that is the greatest sum by one of them; of one that counts by its margin alone, what was
        booked or invoiced for it, which no part needs to pay for.
    ageing
        Which share a payment releases, from 0 to 1, by the days since the sale (账龄); what it does not is lost. ``None``:
        always all. Exact.
    holdback_share
        The share that is held back (质保金, 留存) until all is paid for, from 0 to 1.
    holdback_days
        So many days longer.

    Raises
    ------
    InvalidValueError
        If a value is malformed, or a share lies outside 0 to 1.

    Examples
    --------
    >>> Release(ageing=Steps([(0, 1), (90, Decimal("0.5")), (180, 0)]), holdback_share=Decimal("0.1")).basis
    'collected'
    """

    basis: Basis = attrs.field(default="collected", validator=one_of(*BASES))
    ageing: Steps | None = attrs.field(default=None, validator=optional(_scale(Steps)))
    holdback_share: Decimal = attrs.field(default=Decimal(0), converter=as_decimal, validator=decimal(0, 1))
    holdback_days: int = attrs.field(default=0, validator=whole(0, _MOST_DAYS))

    def __attrs_post_init__(self) -> None:
        """Check that shares are shares."""
        if self.ageing is not None and (self.ageing.low < 0 or self.ageing.high > 1):
            value = self.ageing.low if self.ageing.low < 0 else self.ageing.high
            raise InvalidValueError("out_of_range", path=("Release", "ageing"), low=0, high=1, value=value)

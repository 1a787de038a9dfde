"""What a new plan has to respect: parts that may not change, amounts to be reached by a day, territories that change hands."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import attrs

from salesperf.errors import InvalidValueError
from salesperf.model.amount import Amount
from salesperf.model.frozen import FrozenMap
from salesperf.model.period import Period
from salesperf.model.target import EVERYTHING
from salesperf.model.validators import (
    as_decimal,
    as_frozen_map,
    day,
    decimal,
    frozen_map,
    identifier,
    of_type,
    optional,
    text,
)

__all__ = ["Checkpoint", "Lock", "Transfer"]


def _as_scope(value: Mapping[str, str]) -> FrozenMap[str, str]:
    return as_frozen_map(value)


_scope = frozen_map(identifier, identifier)


@attrs.frozen(kw_only=True)
class Lock:
    """A part of a plan that may not change when it is made anew.

    Parameters
    ----------
    owner
        Whose part; ``None`` for the company's.
    period
        Which of its parts; ``None`` for all of them.
    scope
        Of what; empty for everything.
    reason
        Why it is held.

    Examples
    --------
    >>> Lock(owner="ada", period=Period.month(2026, 12), reason="agreed with the customer").period.label
    '2026-12'
    """

    owner: str | None = attrs.field(validator=optional(identifier))
    period: Period | None = attrs.field(default=None, validator=optional(of_type(Period)))
    scope: FrozenMap[str, str] = attrs.field(default=EVERYTHING, converter=_as_scope, validator=_scope)
    reason: str = attrs.field(default="", validator=text)


@attrs.frozen(kw_only=True)
class Checkpoint:
    """An amount that is to be reached by a day, counted from the beginning of the plan.

    Parameters
    ----------
    owner
        Who is to reach it; ``None`` for the company.
    by
        The day, at its end.
    amount
        How much at least: what was done in the parts that have ended, and what is planned in those that end by the day.
    scope
        Of what; empty for everything.

    Examples
    --------
    >>> from salesperf import COUNT
    >>> Checkpoint(owner="ada", by=date(2026, 9, 30), amount=Amount.of(70, COUNT)).amount.minor
    70
    """

    owner: str | None = attrs.field(validator=optional(identifier))
    by: date = attrs.field(validator=day)
    amount: Amount = attrs.field(validator=of_type(Amount))
    scope: FrozenMap[str, str] = attrs.field(default=EVERYTHING, converter=_as_scope, validator=_scope)


@attrs.frozen(kw_only=True)
class Transfer:
    """Business that changes hands within a plan: customers, or a territory (区域调整).

    Parameters
    ----------
    giver, taker
        From whom to whom.
    share
        Which share, from 0 to 1, of what is planned for the giver.
    on
        The first day on which it is the taker's; parts of the plan that begin on it or later change hands.
    scope
        Of what; empty for everything.
    reason
        Why.

    Raises
    ------
    InvalidValueError
        If a value is malformed, or giver and taker are one.

    Examples
    --------
    >>> Transfer(giver="ada", taker="bo", share=Decimal("0.4"), on=date(2026, 7, 1)).share
    Decimal('0.4')
    """

    giver: str = attrs.field(validator=identifier)
    taker: str = attrs.field(validator=identifier)
    share: Decimal = attrs.field(converter=as_decimal, validator=decimal(0, 1))
    on: date = attrs.field(validator=day)
    scope: FrozenMap[str, str] = attrs.field(default=EVERYTHING, converter=_as_scope, validator=_scope)
    reason: str = attrs.field(default="", validator=text)

    def __attrs_post_init__(self) -> None:
        """Refuse business that stays where it is."""
        if self.giver == self.taker:
            raise InvalidValueError("transfer_to_self", path=("Transfer", "taker"), value=self.taker)

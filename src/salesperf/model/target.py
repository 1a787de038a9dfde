"""Targets and actuals: who owes how much of what by when, and what was done."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final, NamedTuple

import attrs

from salesperf.errors import InvalidValueError, UnitMismatchError
from salesperf.model.amount import Amount
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message, word_of
from salesperf.model.metric import Metric
from salesperf.model.period import Period
from salesperf.model.validators import (
    as_frozen_map,
    check_decimal,
    day,
    frozen_map,
    identifier,
    of_type,
    optional,
    place,
    text,
)

__all__ = ["Actual", "Target", "TargetKey", "scoped_title"]

EVERYTHING: Final[FrozenMap[str, str]] = FrozenMap()
_MOST_RATIO = 10**18


def _as_scope(value: Mapping[str, str]) -> FrozenMap[str, str]:
    return as_frozen_map(value)


_scope = frozen_map(identifier, identifier)


class TargetKey(NamedTuple):
    """What a target is known by.

    Parameters
    ----------
    owner
        A rep, a team, or ``None`` for the company.
    metric
        The key of the metric.
    period
        The days that it spans.
    scope
        Product, region, channel or customer group that it is narrowed to.

    Examples
    --------
    >>> TargetKey("east", "revenue", Period.quarter(2026, 3)).scope
    FrozenMap({})
    """

    owner: str | None
    metric: str
    period: Period
    scope: FrozenMap[str, str] = EVERYTHING

    @property
    def order(self) -> tuple[str, tuple[tuple[str, str], ...], date, date, str]:
        """What keys are sorted by: metric, scope, period, owner; the company first."""
        return (self.metric, tuple(self.scope.items()), self.period.start, self.period.end, self.owner or "")


def _key(instance: object, attribute: "attrs.Attribute[Any]", value: TargetKey) -> None:
    """Expect a key as :attr:`Target.key` makes it: a named tuple does not look at what it holds."""
    of_type(TargetKey)(instance, attribute, value)
    checks = (optional(identifier), identifier, of_type(Period), _scope)
    for name, check, part in zip(TargetKey._fields, checks, value, strict=True):
        try:
            check(instance, attribute, part)
        except InvalidValueError as error:
            raise error.at(*place(instance, attribute), name) from None
    if type(value.scope) is not FrozenMap:
        raise InvalidValueError(
            "wrong_type", path=(*place(instance, attribute), "scope"), expected=FrozenMap, value=value.scope
        )


@attrs.frozen(kw_only=True)
class Target:
    """How much of a metric an owner is to reach in a period.

    Parameters
    ----------
    owner
        The id of a rep or a team; ``None`` for the company.
    metric
        What is measured.
    amount
        How much: an :class:`Amount` in the metric's dimension, or a Decimal for a ratio.
    period
        The days that count.
    scope
        What it is narrowed to: ``{"product": "A"}``; empty for everything.
    floor, stretch
        The least acceptable and the ambitious amount; for a metric of which lower is better their order turns round.
    parent
        The key of the target that it is a part of.
    agreed
        The day from which it was known; ``None`` for always.
    rationale
        Why this much.

    Raises
    ------
    InvalidValueError
        If a value is malformed, the amount is of another dimension than the metric, floor, amount and stretch stand out of
        order.
    UnitMismatchError
        If floor or stretch are in another unit than the amount.

    Examples
    --------
    >>> from salesperf.model.amount import CNY
    >>> from salesperf.model.metric import STANDARD_METRICS
    >>> revenue = STANDARD_METRICS["revenue"]
    >>> target = Target(owner="east", metric=revenue, amount=Amount.of(1_200_000, CNY), period=Period.quarter(2026, 3))
    >>> target.key.metric, target.key.period.label
    ('revenue', '2026-Q3')
    """

    owner: str | None = attrs.field(validator=optional(identifier))
    metric: Metric = attrs.field(validator=of_type(Metric))
    amount: Amount | Decimal = attrs.field()
    period: Period = attrs.field(validator=of_type(Period))
    scope: FrozenMap[str, str] = attrs.field(default=EVERYTHING, converter=_as_scope, validator=_scope)
    floor: Amount | Decimal | None = None
    stretch: Amount | Decimal | None = None
    parent: TargetKey | None = attrs.field(default=None, validator=optional(_key))
    agreed: date | None = attrs.field(default=None, validator=optional(day))
    rationale: str = attrs.field(default="", validator=text)

    def __attrs_post_init__(self) -> None:
        """Check the amounts against the metric and each other."""
        self._check_amount("amount", self.amount)
        if self.floor is None and self.stretch is None:
            return
        for name in ("floor", "stretch"):
            if getattr(self, name) is not None:
                self._check_amount(name, getattr(self, name))
        steps: list[Any] = [step for step in (self.floor, self.amount, self.stretch) if step is not None]
        ordered = steps[::-1] if self.metric.direction == "lower" else steps
        if any(later < earlier for earlier, later in pairwise(ordered)):
            raise InvalidValueError("target_order", path=("Target", "amount"))

    def _check_amount(self, name: str, value: Amount | Decimal) -> None:
        if self.metric.accumulation == "ratio":
            check_decimal(value, ("Target", name), -_MOST_RATIO, _MOST_RATIO)
        elif type(value) is not Amount:
            raise InvalidValueError("wrong_type", path=("Target", name), expected=Amount, value=value)
        elif value.unit.dimension != self.metric.dimension:
            raise _dimension_error("Target", name, self.metric, value)
        elif name != "amount" and isinstance(self.amount, Amount) and value.unit != self.amount.unit:
            raise UnitMismatchError("unit_mismatch", path=("Target", name), left=str(self.amount.unit), right=str(value.unit))

    @property
    def key(self) -> TargetKey:
        """What the target is known by."""
        return TargetKey(self.owner, self.metric.key, self.period, self.scope)


@attrs.frozen(kw_only=True)
class Actual:
    """What was done: an entry of a recorded metric on a day.

    Parameters
    ----------
    owner
        The id of the rep, or of the team, to whom it counts.
    metric
        What is measured; a ratio is never recorded, its two parts are.
    amount
        How much; negative for a return or a correction.
    on
        The day.
    scope
        What is known of product, region, channel, customer group.
    ref
        A reference that no other actual bears, such as an order number.

    Raises
    ------
    InvalidValueError
        If a value is malformed, or the amount is of another dimension than the metric.

    Examples
    --------
    >>> from salesperf.model.amount import CNY
    >>> from salesperf.model.metric import STANDARD_METRICS
    >>> sale = Actual(owner="r-17", metric=STANDARD_METRICS["revenue"], amount=Amount.of("880.00", CNY), on=date(2026, 9, 1))
    >>> sale.amount.minor
    88000
    """

    owner: str = attrs.field(validator=identifier)
    metric: Metric = attrs.field(validator=of_type(Metric))
    amount: Amount = attrs.field(validator=of_type(Amount))
    on: date = attrs.field(validator=day)
    scope: FrozenMap[str, str] = attrs.field(default=EVERYTHING, converter=_as_scope, validator=_scope)
    ref: str | None = attrs.field(default=None, validator=optional(identifier))

    def __attrs_post_init__(self) -> None:
        """Check that the metric is recorded, and in this dimension."""
        if self.amount.unit.dimension != self.metric.dimension or self.metric.accumulation == "ratio":
            if self.metric.accumulation == "ratio":
                numerator, denominator = self.metric.recorded
                raise InvalidValueError(
                    "not_recorded",
                    path=("Actual", "metric"),
                    metric=self.metric.key,
                    numerator=numerator.key,
                    denominator=denominator.key,
                )
            raise _dimension_error("Actual", "amount", self.metric, self.amount)


def _dimension_error(noun: str, name: str, metric: Metric, value: Amount) -> InvalidValueError:
    return InvalidValueError(
        "unit_dimension",
        path=(noun, name),
        expected=metric.dimension,
        metric=metric.key,
        value=str(value.unit),
    )


def scoped_title(metric: Metric, scope: FrozenMap[str, str]) -> Message:
    """Return the title of a metric, with the scope where it is narrowed; a dimension that is known has its word.

    Examples
    --------
    >>> from salesperf import STANDARD_METRICS
    >>> scoped_title(STANDARD_METRICS["revenue"], FrozenMap({"product": "A"})).text()
    'Revenue (product = A)'
    >>> scoped_title(STANDARD_METRICS["revenue"], FrozenMap({"product": "A", "shelf": "9"})).text("zh")
    '销售额（产品 = A、shelf = 9）'
    """
    if not scope:
        return Message(metric.title)
    narrowed = tuple(
        Message.of("review.narrowed", dimension=word_of("scope", key), value=value) for key, value in scope.items()
    )
    return Message.of("review.scoped", metric=Message(metric.title), scope=narrowed)

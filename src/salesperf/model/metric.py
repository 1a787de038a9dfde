"""Metrics: what is measured, how it adds up, and which way is better."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import attrs

from salesperf.errors import InvalidValueError, NotAdditiveError
from salesperf.model.validators import as_decimal, check_decimal, identifier, one_of

__all__ = ["STANDARD_METRICS", "Accumulation", "Band", "Dimension", "Direction", "Metric"]

Dimension: TypeAlias = Literal["money", "count", "ratio"]
Accumulation: TypeAlias = Literal["flow", "stock", "distinct", "ratio"]


@attrs.frozen
class Band:
    """The range within which a metric should stay.

    Parameters
    ----------
    low, high
        The ends, both within the band; in the metric's unit.

    Examples
    --------
    >>> Decimal("0.18") in Band(Decimal("0.15"), Decimal("0.25"))
    True
    """

    low: Decimal = attrs.field(converter=as_decimal)
    high: Decimal = attrs.field(converter=as_decimal)

    def __attrs_post_init__(self) -> None:
        """Check the ends."""
        limit = 10**18
        check_decimal(self.low, ("Band", "low"), -limit, limit)
        check_decimal(self.high, ("Band", "high"), -limit, limit)
        if self.low > self.high:
            raise InvalidValueError("interval_reversed", path=("Band",), low=self.low, high=self.high)

    def __contains__(self, value: Decimal) -> bool:
        """Tell whether a value lies within."""
        return self.low <= value <= self.high


Direction: TypeAlias = Literal["higher", "lower"] | Band


def _direction(instance: object, attribute: "attrs.Attribute[Direction]", value: object) -> None:
    if not isinstance(value, Band):
        one_of("higher", "lower")(instance, attribute, value)


@attrs.frozen(cache_hash=True)
class Metric:
    """What is measured.

    Parameters
    ----------
    key
        A short name, unique among the metrics of a company.
    dimension
        What its values are: ``"money"``, ``"count"``, or ``"ratio"`` (a bare number such as a rate).
    accumulation
        How values add up. ``"flow"``: over owners and time (revenue). ``"stock"``: over owners, and over time the last
        value stands (headcount). ``"distinct"``: over neither (customers, since one may buy from two reps). ``"ratio"``:
        never recorded, always numerator over denominator.
    direction
        ``"higher"`` or ``"lower"`` is better, or a :class:`Band` to stay within.
    title
        What a reader sees: a message key or plain text.
    numerator, denominator
        The two metrics of a ratio, which roll up; ``None`` otherwise.

    Raises
    ------
    InvalidValueError
        If a ratio lacks a part, a recorded metric has one, or a part is itself a ratio.

    Examples
    --------
    >>> STANDARD_METRICS["average_order_value"].denominator.key
    'orders'
    >>> demos = Metric("demos", "count", "flow", "higher", "Product demos")
    >>> demos.is_additive
    True
    """

    key: str = attrs.field(validator=identifier)
    dimension: Dimension = attrs.field(validator=one_of("money", "count", "ratio"))
    accumulation: Accumulation = attrs.field(validator=one_of("flow", "stock", "distinct", "ratio"))
    direction: Direction = attrs.field(validator=_direction)
    title: str = attrs.field(validator=identifier)
    numerator: "Metric | None" = None
    denominator: "Metric | None" = None

    def __attrs_post_init__(self) -> None:
        """Check that a ratio has two recorded parts and nothing else has any."""
        for name, part in (("numerator", self.numerator), ("denominator", self.denominator)):
            if self.accumulation != "ratio":
                if part is not None:
                    raise InvalidValueError("wrong_type", path=("Metric", name), expected=None, value=part)
            elif not isinstance(part, Metric):
                raise InvalidValueError("wrong_type", path=("Metric", name), expected=Metric, value=part)
            elif part.accumulation == "ratio":
                raise InvalidValueError("not_recorded_part", path=("Metric", name), metric=part.key)
        if self.accumulation != "ratio" and self.dimension == "ratio":
            raise InvalidValueError("choice", path=("Metric", "dimension"), choices=("money", "count"), value="ratio")

    @property
    def is_additive(self) -> bool:
        """Whether the metric is a flow, which alone can be divided over owners and time."""
        return self.accumulation == "flow"

    @property
    def recorded(self) -> "tuple[Metric, ...]":
        """The metrics whose actuals make up this one: itself, or numerator and denominator."""
        if self.numerator is None or self.denominator is None:
            return (self,)
        return (self.numerator, self.denominator)

    def require_additive(self, *path: str | int) -> None:
        """Refuse to be divided, unless a flow.

        Raises
        ------
        NotAdditiveError
            With the path where division was asked for.
        """
        if not self.is_additive:
            raise NotAdditiveError("not_additive", path=path, metric=self.key, accumulation=self.accumulation)


def _standard() -> dict[str, Metric]:
    recorded = [
        Metric(key, dimension, accumulation, direction, f"metric.{key}")
        for key, dimension, accumulation, direction in _RECORDED
    ]
    metrics = {metric.key: metric for metric in recorded}
    for key, dimension, direction, numerator, denominator in _RATIOS:
        parts = (metrics[numerator], metrics[denominator])
        metrics[key] = Metric(key, dimension, "ratio", direction, f"metric.{key}", *parts)
    return metrics


_RECORDED: Final[tuple[tuple[str, Dimension, Accumulation, Direction], ...]] = (
    ("revenue", "money", "flow", "higher"),
    ("units_sold", "count", "flow", "higher"),
    ("customers", "count", "distinct", "higher"),
    ("new_customers", "count", "flow", "higher"),
    ("orders", "count", "flow", "higher"),
    ("gross_margin", "money", "flow", "higher"),
    ("cash_collected", "money", "flow", "higher"),
    ("visits", "count", "flow", "higher"),
    ("proposals", "count", "flow", "higher"),
    ("leads", "count", "flow", "higher"),
    ("converted_leads", "count", "flow", "higher"),
    ("won_deals", "count", "flow", "higher"),
    ("closed_deals", "count", "flow", "higher"),
    ("survey_responses", "count", "flow", "higher"),
    ("satisfied_responses", "count", "flow", "higher"),
    ("net_promoters", "count", "flow", "higher"),
    ("repeat_customers", "count", "distinct", "higher"),
    ("retained_customers", "count", "distinct", "higher"),
    ("opening_customers", "count", "distinct", "higher"),
    ("referred_customers", "count", "flow", "higher"),
    ("market_size", "money", "flow", "higher"),
    ("acquisition_spend", "money", "flow", "lower"),
    ("headcount", "count", "stock", "higher"),
    ("annual_recurring_revenue", "money", "stock", "higher"),
    ("total_contract_value", "money", "flow", "higher"),
)

_RATIOS: Final[tuple[tuple[str, Dimension, Direction, str, str], ...]] = (
    ("average_order_value", "money", "higher", "revenue", "orders"),
    ("conversion_rate", "ratio", "higher", "converted_leads", "leads"),
    ("win_rate", "ratio", "higher", "won_deals", "closed_deals"),
    ("customer_satisfaction", "ratio", "higher", "satisfied_responses", "survey_responses"),
    ("net_promoter_score", "ratio", "higher", "net_promoters", "survey_responses"),
    ("repurchase_rate", "ratio", "higher", "repeat_customers", "customers"),
    ("retention_rate", "ratio", "higher", "retained_customers", "opening_customers"),
    ("referral_rate", "ratio", "higher", "referred_customers", "new_customers"),
    ("market_share", "ratio", "higher", "revenue", "market_size"),
    ("acquisition_cost", "money", "lower", "acquisition_spend", "new_customers"),
    ("output_per_head", "money", "higher", "revenue", "headcount"),
)

STANDARD_METRICS: Final[Mapping[str, Metric]] = MappingProxyType(_standard())
"""The ready-made metrics by key, with the recorded metrics that their ratios are made of."""

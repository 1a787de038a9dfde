"""Key performance indicators: metrics, what their values are worth, and their weights, in sets by role."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType
from typing import Final, TypeGuard

import attrs

from salesperf.errors import InvalidValueError
from salesperf.model.metric import STANDARD_METRICS, Metric
from salesperf.model.scale import Categories, Curve, Flag, Knot, Points, Scale, Steps
from salesperf.model.validators import as_python, as_tuple, each, identifier, of_type, one_of, repeated
from salesperf.scorecard import MISSING, Criterion, Missing, Scorecard

__all__ = ["STANDARD_KPI_SETS", "Kpi", "KpiSet"]


def _as_weight(value: Points) -> Points:
    return as_python(value)


@attrs.frozen
class Kpi:
    """A key performance indicator (关键绩效指标): a metric, the scale that makes points of its value, and its weight.

    Parameters
    ----------
    metric
        What is measured.
    scale
        What its value is worth. Floor, target, stretch and cap are points of a curve: :meth:`by_points`.
    weight
        How much it counts beside the others, above 0.
    missing
        What becomes of it where its value is not known: ``"leave_out"`` lets the other weights stand for the whole,
        ``"refuse"`` asks for it, ``"points"`` gives it the fewest that its scale has.

    Raises
    ------
    InvalidValueError
        If a value is malformed, or the weight is not above 0.

    Examples
    --------
    >>> visits = Kpi(STANDARD_METRICS["visits"], Curve([(20, 0), (40, 100)]), 10)
    >>> visits.criterion.key, visits.scale.points(30)
    ('visits', 50.0)
    """

    metric: Metric = attrs.field(validator=of_type(Metric))
    scale: Scale = attrs.field(validator=of_type(Curve, Steps, Categories, Flag))
    weight: Points = attrs.field(default=1, converter=_as_weight)
    missing: Missing = attrs.field(default="leave_out", validator=one_of(*MISSING), kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Let the criterion check the weight."""
        try:
            _ = self.criterion
        except InvalidValueError as error:
            raise error.at("Kpi", *error.path[1:]) from None

    @classmethod
    def by_points(
        cls,
        metric: Metric,
        weight: Points = 1,
        *,
        floor: Knot,
        target: Knot,
        stretch: Knot | None = None,
        cap: Knot | None = None,
        missing: Missing = "leave_out",
    ) -> "Kpi":
        """Make one whose points run in straight lines from floor to target to stretch to cap.

        Parameters
        ----------
        metric, weight, missing
            As above.
        floor, target
            Pairs of a value and its points: up to the floor there are no more, the target is worth what was agreed.
        stretch, cap
            The same for more than was agreed; beyond the last there are no more points. ``None`` for none.

        Raises
        ------
        InvalidValueError
            If the values do not lead one way, up where more of the metric is better, or the points fall on it.

        Examples
        --------
        >>> revenue = Kpi.by_points(
        ...     STANDARD_METRICS["revenue"], 40, floor=(0.5, 0), target=(1, 100), stretch=(1.25, 150), cap=(1.5, 160)
        ... )
        >>> [revenue.scale.points(achievement) for achievement in (0.25, 0.75, 1.125, 2)]
        [0.0, 50.0, 125.0, 160.0]
        """
        named = {"floor": floor, "target": target, "stretch": stretch, "cap": cap}
        knots = [(name, as_tuple(knot)) for name, knot in named.items() if knot is not None]
        first, second = knots[0][1], knots[1][1]
        is_falling = _is_pair(first) and _is_pair(second) and second[0] < first[0]
        if is_falling and isinstance(metric, Metric) and metric.direction == "higher":
            raise InvalidValueError("kpi_order", path=("Kpi", knots[1][0]))
        for (_, before), (name, knot) in pairwise(knots):
            # Whatever is no pair of numbers is for the curve to refuse.
            if _is_pair(before) and _is_pair(knot) and not _leads_on(before, knot, is_falling=is_falling):
                raise InvalidValueError("kpi_order", path=("Kpi", name))
        if is_falling:  # a curve takes its knots by rising value
            knots.reverse()
        try:
            scale = Curve([knot for _, knot in knots])
        except InvalidValueError as error:
            _, _, position, *rest = error.path
            raise error.at("Kpi", knots[int(position)][0], *rest) from None
        return cls(metric, scale, weight, missing=missing)

    @property
    def criterion(self) -> Criterion:
        """What a scorecard asks."""
        return Criterion(
            self.metric.key,
            self.scale,
            self.weight,
            missing=self.missing,
            missing_points=self.scale.low,
            title=self.metric.title,
        )


def _is_pair(knot: object) -> TypeGuard[Knot]:
    """Tell whether a knot can be compared with another."""
    return isinstance(knot, tuple) and len(knot) == len(("value", "points")) and all(map(_is_number, knot))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal | Fraction)


def _leads_on(before: Knot, knot: Knot, *, is_falling: bool) -> bool:
    """Tell whether a knot lies further the same way, where less is better down, and is worth no less."""
    is_further = knot[0] < before[0] if is_falling else knot[0] > before[0]
    return is_further and knot[1] >= before[1]


def _as_kpis(value: Iterable[Kpi]) -> tuple[Kpi, ...]:
    return as_tuple(value)


@attrs.frozen
class KpiSet:
    """The KPIs of a role.

    Parameters
    ----------
    key
        What it goes by: ``"rep"``.
    title
        What a reader sees: a message key or plain text.
    kpis
        At least one; each metric once.
    by_achievement
        Whether what is scored is how much of each target was reached, 0.9 for 90 %, and not the values of the metrics: texts
        say which.

    Raises
    ------
    InvalidValueError
        If a value is malformed, there is no KPI, or a metric comes twice.

    Examples
    --------
    >>> [kpi.metric.key for kpi in STANDARD_KPI_SETS["rep"].kpis][:2], STANDARD_KPI_SETS["rep"].card.score({"revenue": 1}).value
    (['revenue', 'new_customers'], 100.0)
    """

    key: str = attrs.field(validator=identifier)
    title: str = attrs.field(validator=identifier)
    kpis: tuple[Kpi, ...] = attrs.field(converter=_as_kpis, validator=each(of_type(Kpi)))
    by_achievement: bool = attrs.field(default=False, validator=of_type(bool), kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Check that there are KPIs, each of another metric."""
        if not self.kpis:
            raise InvalidValueError("no_criteria", path=("KpiSet", "kpis"))
        for position, again in repeated(kpi.metric.key for kpi in self.kpis):
            raise InvalidValueError("not_unique", path=("KpiSet", "kpis", position, "metric"), value=again)

    @property
    def card(self) -> Scorecard:
        """The scorecard that scores them."""
        return Scorecard([kpi.criterion for kpi in self.kpis])


def _standard(key: str, weights: Mapping[str, int]) -> KpiSet:
    """Make a set of what its targets' achievement is worth: nothing up to 60 %, 100 at 100 %, 120 at 120 % and beyond."""
    kpis = [
        Kpi.by_points(STANDARD_METRICS[metric], weight, floor=(0.6, 0), target=(1, 100), stretch=(1.2, 120))
        for metric, weight in weights.items()
    ]
    return KpiSet(key, f"okr.kpi_set.{key}", kpis, by_achievement=True)


STANDARD_KPI_SETS: Final[Mapping[str, KpiSet]] = MappingProxyType(
    {
        kpis.key: kpis
        for kpis in (
            _standard(
                "rep",
                {"revenue": 40, "new_customers": 20, "cash_collected": 20, "visits": 10, "customer_satisfaction": 10},
            ),
            _standard(
                "team_lead",
                {"revenue": 35, "win_rate": 15, "new_customers": 15, "cash_collected": 20, "output_per_head": 15},
            ),
            _standard(
                "sales_manager",
                {
                    "revenue": 30,
                    "gross_margin": 20,
                    "market_share": 10,
                    "output_per_head": 15,
                    "retention_rate": 10,
                    "acquisition_cost": 15,
                },
            ),
        )
    }
)
"""Usual KPIs of a rep, a team lead and a sales manager, with weights that sum to 100.

Their values are the achievement of each target, as :attr:`Attainment.achievement` tells it: actual / target, or 2 less
that where lower is better. So a new company needs no curve of its own to begin with.
"""

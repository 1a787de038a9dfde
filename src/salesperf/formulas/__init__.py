"""The field's closed formulas, over numbers or columns: one name for one convention.

Every formula takes numbers and gives a ``float``, or takes columns of one shape and gives a column, by the same
arithmetic. A number beside a column stands for each of its elements. Undefined is not zero: a quotient is ``nan`` where
what it divides by is 0 or less, and ``nan`` passes through. What is neither a number nor a column of numbers, or has
another shape, is an :class:`~salesperf.errors.InvalidValueError`.

Where the field disagrees, each convention has its own name: ``pipeline_coverage`` and ``gross_coverage``,
``achievement`` and ``inverse_achievement``, ``win_rate`` and ``cohort_win_rate``. Names that end in ``_rate``,
``_ratio`` or ``_share`` are fractions.

*Marketing Metrics*, in the references, is P. W. Farris, N. T. Bendle, P. E. Pfeifer and D. J. Reibstein, *Marketing
Metrics: The Manager's Guide to Measuring Marketing Performance*, 3rd edition, Pearson, 2015.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from salesperf.formulas import customers, pipeline, revenue, targets
from salesperf.formulas.customers import (
    churn_rate,
    customer_satisfaction,
    lifetime_value_in_advance,
    lifetime_value_in_arrears,
    net_promoter_score,
    referral_rate,
    repurchase_rate,
    retention_rate,
)
from salesperf.formulas.pipeline import (
    cohort_win_rate,
    conversion_rate,
    gross_coverage,
    pipeline_coverage,
    pipeline_needed,
    pipeline_shortfall,
    sales_velocity,
    slip_rate,
    slip_rate_by_value,
    weighted_value,
    win_rate,
    win_rate_by_value,
)
from salesperf.formulas.revenue import (
    acquisition_cost,
    annual_recurring_revenue,
    average_order_value,
    gross_margin,
    gross_margin_rate,
    market_share,
    output_per_head,
    return_on_investment,
    total_contract_value,
)
from salesperf.formulas.targets import (
    achievement,
    attainment_ratio,
    compound_growth_rate,
    growth_rate,
    inverse_achievement,
    pace,
    required_run_rate,
    run_rate,
    time_progress,
    time_progress_gap,
    variance,
)

__all__ = [
    "FORMULAS",
    "achievement",
    "acquisition_cost",
    "annual_recurring_revenue",
    "attainment_ratio",
    "average_order_value",
    "churn_rate",
    "cohort_win_rate",
    "compound_growth_rate",
    "conversion_rate",
    "customer_satisfaction",
    "gross_coverage",
    "gross_margin",
    "gross_margin_rate",
    "growth_rate",
    "inverse_achievement",
    "lifetime_value_in_advance",
    "lifetime_value_in_arrears",
    "market_share",
    "net_promoter_score",
    "output_per_head",
    "pace",
    "pipeline_coverage",
    "pipeline_needed",
    "pipeline_shortfall",
    "referral_rate",
    "repurchase_rate",
    "required_run_rate",
    "retention_rate",
    "return_on_investment",
    "run_rate",
    "sales_velocity",
    "slip_rate",
    "slip_rate_by_value",
    "time_progress",
    "time_progress_gap",
    "total_contract_value",
    "variance",
    "weighted_value",
    "win_rate",
    "win_rate_by_value",
]

FORMULAS: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {name: getattr(room, name) for room in (customers, pipeline, revenue, targets) for name in room.__all__},
)
"""All formulas by name."""

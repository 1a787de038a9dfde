"""Variance: by how much a result changed, and what each factor, part or item of it did; effects that sum to the change."""

from salesperf.variance.decomposing import decompose
from salesperf.variance.parts import by_part
from salesperf.variance.price_volume import Sold, price_volume_mix
from salesperf.variance.told import (
    COMPARISONS,
    COUNTED_STEPS,
    FEWEST_COMPARED,
    STEP_ENDS,
    STEP_RATES,
    VARIANCE_METHODS,
    Comparison,
    Effect,
    Method,
    Variance,
)

__all__ = [
    "COMPARISONS",
    "COUNTED_STEPS",
    "FEWEST_COMPARED",
    "STEP_ENDS",
    "STEP_RATES",
    "VARIANCE_METHODS",
    "Comparison",
    "Effect",
    "Method",
    "Sold",
    "Variance",
    "by_part",
    "decompose",
    "price_volume_mix",
]

"""Whole units divided exactly: parts that sum to the total, whatever the weights, and axioms that judge any such parts.

Two ways lead to each answer. Short or unusual input goes through Python integers, which are exact at any size. Long
columns go through numpy: integers with exact remainders, floats with an error bound on each remainder, where the few
elements whose order the bounds leave open are settled in Python integers. All ways give the same parts, always.
"""

from salesperf.kernels.apportionment.axioms import (
    PartsOfAny,
    Rule,
    is_anonymous,
    is_balanced,
    is_concordant,
    is_divisor_result,
    is_exact,
    is_house_monotone,
    is_population_monotone,
    is_scale_invariant,
    sums_to_total,
    within_bounds,
    within_quota,
)
from salesperf.kernels.apportionment.cumulative import apportion_cumulative
from salesperf.kernels.apportionment.exact import Numbers
from salesperf.kernels.apportionment.limits import PartBounds
from salesperf.kernels.apportionment.many import apportion_many
from salesperf.kernels.apportionment.one_margin import METHODS, apportion, round_to_total
from salesperf.kernels.apportionment.rounding import Parts
from salesperf.kernels.apportionment.two_margins.axioms import is_biproportional
from salesperf.kernels.apportionment.two_margins.dividing import (
    MATRIX_METHODS,
    apportion_matrices,
    apportion_matrix,
    find_clash,
)
from salesperf.kernels.apportionment.two_margins.questions import BoundMatrix, Clash, Totals, WeightMatrix
from salesperf.kernels.apportionment.two_margins.signed import round_to_margins

__all__ = [
    "MATRIX_METHODS",
    "METHODS",
    "BoundMatrix",
    "Clash",
    "Numbers",
    "PartBounds",
    "Parts",
    "PartsOfAny",
    "Rule",
    "Totals",
    "WeightMatrix",
    "apportion",
    "apportion_cumulative",
    "apportion_many",
    "apportion_matrices",
    "apportion_matrix",
    "find_clash",
    "is_anonymous",
    "is_balanced",
    "is_biproportional",
    "is_concordant",
    "is_divisor_result",
    "is_exact",
    "is_house_monotone",
    "is_population_monotone",
    "is_scale_invariant",
    "round_to_margins",
    "round_to_total",
    "sums_to_total",
    "within_bounds",
    "within_quota",
]

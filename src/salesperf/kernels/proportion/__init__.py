"""Proportions from counts: k of n, told with how sure one can be, compared, and shrunk toward one another."""

from salesperf.kernels.proportion.comparison import fisher_exact, two_proportion_test
from salesperf.kernels.proportion.intervals import newcombe, wilson
from salesperf.kernels.proportion.multiplicity import ADJUSTMENTS, adjust
from salesperf.kernels.proportion.one_sample import tango
from salesperf.kernels.proportion.shrinkage import Shrunk, shrink
from salesperf.kernels.proportion.stated import binomial_test

__all__ = [
    "ADJUSTMENTS",
    "Shrunk",
    "adjust",
    "binomial_test",
    "fisher_exact",
    "newcombe",
    "shrink",
    "tango",
    "two_proportion_test",
    "wilson",
]

"""The special functions that the statistics need: normal, log-gamma, incomplete beta, Student's t, F, chi-square, binomial.

Each takes numbers or columns, by one path. The relative error is within 1e-9, far into the lower tail too, for shapes
and degrees up to 1e8 (some 1e-13 for those of ordinary size): a small probability is never found as 1 less a large one.
"""

from salesperf.kernels.special.beta import incomplete_beta, incomplete_beta_inverse, log_binomial_probability
from salesperf.kernels.special.chi_square import chi_square_tail
from salesperf.kernels.special.fisher import fisher_f_cdf, fisher_f_quantile
from salesperf.kernels.special.gamma import log_gamma
from salesperf.kernels.special.normal import normal_cdf, normal_quantile, two_sided_quantile
from salesperf.kernels.special.student import student_t_cdf, student_t_quantile

__all__ = [
    "chi_square_tail",
    "fisher_f_cdf",
    "fisher_f_quantile",
    "incomplete_beta",
    "incomplete_beta_inverse",
    "log_binomial_probability",
    "log_gamma",
    "normal_cdf",
    "normal_quantile",
    "student_t_cdf",
    "student_t_quantile",
    "two_sided_quantile",
]

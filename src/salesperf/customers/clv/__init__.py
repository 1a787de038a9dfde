"""Lifetime value from purchases: who still buys, how often and for how much, by BG/NBD with gamma-gamma.

For customers without a contract, who leave without saying so. Times are in one unit, weeks by default; a customer's
frequency is the number of days with a purchase after the first, recency the time from the first to the last purchase, and age
the time from the first purchase to today.

It needs the extra ``clv``.

Examples
--------
>>> model = BgNbd(repeat_shape=0.243, rate=4.414, dropout_a=0.793, dropout_b=2.426)
>>> round(model.alive_probability(2, 30.43, 38.86), 4), round(model.expected_purchases(39.0, 2, 30.43, 38.86), 3)
(0.7266, 1.226)
"""

from salesperf.errors import MissingExtraError

try:
    import scipy as _scipy
except ImportError:
    raise MissingExtraError("missing_extra", package="scipy", extra="clv") from None

from salesperf.customers.clv.bg_nbd import BgNbd, fit_bg_nbd
from salesperf.customers.clv.discounting import customer_values
from salesperf.customers.clv.fitting import FittedModel
from salesperf.customers.clv.gamma_gamma import GammaGamma, fit_gamma_gamma
from salesperf.customers.clv.histories import RepeatSummary, repeat_summary

__all__ = [
    "BgNbd",
    "FittedModel",
    "GammaGamma",
    "RepeatSummary",
    "customer_values",
    "fit_bg_nbd",
    "fit_gamma_gamma",
    "repeat_summary",
]

del _scipy

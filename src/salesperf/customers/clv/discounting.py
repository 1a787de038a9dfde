"""What the purchases that customers are expected to make are worth today."""

from itertools import pairwise

import numpy as np

from salesperf.customers.clv.bg_nbd import BgNbd
from salesperf.customers.clv.gamma_gamma import GammaGamma
from salesperf.customers.clv.histories import RepeatSummary
from salesperf.errors import InvalidValueError
from salesperf.kernels.numeric import Column
from salesperf.model.validators import check_number, check_whole, require

__all__ = ["customer_values"]


def customer_values(
    summary: RepeatSummary,
    purchases_model: BgNbd,
    value_model: GammaGamma,
    *,
    periods: int,
    discount_rate: float,
    margin_share: float = 1.0,
) -> Column:
    """Tell what each customer's purchases of the next periods are worth today.

    Parameters
    ----------
    summary
        What each customer did.
    purchases_model, value_model
        How often they buy, and for how much.
    periods
        How many units of time to look ahead; 1 or more.
    discount_rate
        Interest of one such unit, a fraction of 0 or more.
    margin_share
        What of the value is margin, within (0, 1].

    Returns
    -------
    Column
        Shape (n,), in the currency, in the order of ``summary.customers``; purchases count at the end of their period.

    Raises
    ------
    InvalidValueError
        If an argument is malformed.

    Notes
    -----
    sum over t of (purchases expected by t - by t - 1) / (1 + d)^t x expected value x margin

    Examples
    --------
    >>> from salesperf.customers.clv import BgNbd, GammaGamma, RepeatSummary
    >>> who = ("a", "b")
    >>> summary = RepeatSummary(
    ...     customers=who,
    ...     frequency=np.array([2, 0]),
    ...     recency=np.array([30.43, 0.0]),
    ...     age=np.array([38.86, 38.86]),
    ...     mean_value=np.array([25.55, np.nan]),
    ...     never_bought=(),
    ... )
    >>> buying = BgNbd(repeat_shape=0.243, rate=4.414, dropout_a=0.793, dropout_b=2.426)
    >>> spending = GammaGamma(value_shape=6.25, mean_shape=3.74, mean_rate=15.44)
    >>> customer_values(summary, buying, spending, periods=39, discount_rate=0.002).round(2).tolist()
    [32.23, 6.61]
    """
    require(summary, RepeatSummary, path=("summary",))
    require(purchases_model, BgNbd, path=("purchases_model",))
    require(value_model, GammaGamma, path=("value_model",))
    check_whole(periods, ("periods",), 1, 10_000)
    check_number(discount_rate, ("discount_rate",))
    if discount_rate < 0:
        raise InvalidValueError("negative", path=("discount_rate",), value=discount_rate)
    check_number(margin_share, ("margin_share",))
    if not 0 < margin_share <= 1:
        raise InvalidValueError("out_of_range", path=("margin_share",), low=0, high=1, value=margin_share)
    history = (summary.frequency, summary.recency, summary.age)
    by_then = [
        np.asarray(purchases_model.expected_purchases(np.full(len(summary.customers), float(time)), *history))
        for time in range(periods + 1)
    ]
    discounts = [(1 + discount_rate) ** -time for time in range(1, periods + 1)]
    bought = sum((later - earlier) * factor for (earlier, later), factor in zip(pairwise(by_then), discounts, strict=True))
    worth = np.asarray(value_model.expected_value(summary.frequency, summary.mean_value))
    return np.asarray(bought * worth * margin_share, dtype=np.float64)

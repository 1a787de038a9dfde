"""Rates of deals, by number and by value, with how sure one can be."""

import math
from collections.abc import Sequence

import numpy as np

from salesperf.kernels.concentration import herfindahl
from salesperf.kernels.proportion import wilson
from salesperf.model.amount import Amount
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message

__all__ = ["rate_by_count", "rate_by_value"]


def rate_by_count(rate: float, part: int, whole: int, *, nothing: Message) -> Estimate:
    """Tell a rate of deals with Wilson's interval; ``nothing`` says why there is none where there are no deals."""
    if not whole:
        return Estimate.undefined(nothing)
    interval = wilson(part, whole)
    return Estimate(value=rate, low=interval.low, high=interval.high, n=whole, level=interval.level)


def rate_by_value(rate: float, amounts: Sequence[Amount | None]) -> Estimate:
    """Tell a rate of money, and instead of an interval how many equal deals would say as much.

    Deals differ in size, and no method for counts applies to them; one large deal more or less moves the rate by more than
    any formula for so few would admit.

    Parameters
    ----------
    rate
        The fraction; ``nan`` where there is no money to take it of.
    amounts
        The values of all deals that it is about; ``None`` for those that are left out because they have none.
    """
    known = [amount.minor for amount in amounts if amount is not None]
    if min(known, default=0) < 0:
        return Estimate.undefined(Message("pipeline.reason.negative_amount"))
    if math.isnan(rate):
        return Estimate.undefined(Message("pipeline.reason.no_value"))
    effective, missing = 1 / herfindahl(np.array(known, dtype=np.float64)), len(amounts) - len(known)
    wording = "by_value_partly" if missing else "by_value"
    reason = Message.of(f"pipeline.reason.{wording}", count=len(known), effective=effective, missing=missing)
    return Estimate(value=rate, n=len(known), reason=reason)

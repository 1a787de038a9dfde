"""What a forecast may come to: its deals as amounts, chances and the ranges of these."""

from collections.abc import Iterable

import numpy as np

from salesperf.forecast.deals import ForecastDeal
from salesperf.kernels.sums.odds import Odds

__all__ = ["odds_of_deals"]


def odds_of_deals(deals: Iterable[ForecastDeal], *, certain: int, level: float, correlation: float, strata: int) -> Odds:
    """Take the amounts and chances of deals that count."""
    rows = [
        (deal.amount.minor, float(deal.probability), deal.low, deal.high, deal.observed)
        for deal in deals
        if deal.amount is not None and deal.probability is not None
    ]
    chances = np.array([row[1] for row in rows], dtype=np.float64)
    low, high = (np.array([row[1] if row[place] is None else row[place] for row in rows], dtype=np.float64) for place in (2, 3))
    return Odds(
        certain=certain,
        amounts=np.array([row[0] for row in rows], dtype=np.int64),
        chances=chances,
        low=low,
        high=high,
        observed=np.array([row[4] for row in rows], dtype=np.int64),
        level=level,
        correlation=correlation,
        strata=strata,
    )

"""How much more pipeline a target takes."""

import math
from typing import TYPE_CHECKING, Final

import attrs
import numpy as np

from salesperf.forecast.odds import Odds
from salesperf.kernels.numeric import Column
from salesperf.model.amount import Amount
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message

if TYPE_CHECKING:
    from salesperf.forecast.projected import Forecast

__all__ = ["Need"]

_MOST_MORE: Final = 2**17
"""More deals than that nobody opens."""
_STRATA: Final = 16
"""Of the common factor, while looking for the number of deals: the middle of the bounds is right to a tenth of a point."""


@attrs.frozen(kw_only=True, eq=False)
class Need:
    """What a target takes beyond what a forecast has.

    Attributes
    ----------
    forecast : Forecast
        The forecast.
    odds : Odds
        All that it may come to.
    existing : Odds
        The same without deals not yet created: of deals like these more are needed.
    target : Amount
        What is to be won.
    """

    forecast: "Forecast"
    odds: Odds
    existing: Odds
    target: Amount

    def to_expect(self) -> Estimate:
        """Tell how much more open value makes the expected value reach the target."""
        expected = 0 if self.forecast.expected is None else self.forecast.expected.minor
        if self.target.minor <= expected:
            return self._found(0.0)
        if not self._brings(self.existing.chances):
            return self._unknown()
        value = self._more(self.existing.chances, self.target.minor - expected)
        if not self.existing.is_learnt:
            return self._found(value)
        down, up = (
            self._more(chances, self.target.minor - expected + self._brings(self.existing.chances) - self._brings(chances))
            for chances in self.existing.ends
        )
        return attrs.evolve(self._found(value), low=min(up, value), high=max(down, value))

    def _brings(self, chances: Column) -> float:
        """Return what the open deals bring with such chances, in minor units."""
        return float(self.existing.amounts @ chances)

    def _more(self, chances: Column, missing: float) -> float:
        """Return how much open value brings what is missing, in whole units; without end where nothing is won."""
        rate = self._brings(chances) / float(self.existing.amounts.sum())
        return max(missing, 0) / self.target.unit.scale / rate if rate else math.inf

    def to_reach(self, at: float) -> Estimate:
        """Tell how much more open value makes the target be reached with a probability, in whole deals of average size."""
        if self._reaches(at, 0):
            return self._found(0.0)
        if not self._brings(self.existing.chances):
            return self._unknown()
        few, enough = 0, 1
        while not self._reaches(at, enough):
            if enough >= _MOST_MORE:
                return self._unknown()
            few, enough = enough, 2 * enough
        while enough - few > 1:
            middle = (few + enough) // 2
            few, enough = (few, middle) if self._reaches(at, middle) else (middle, enough)
        return self._found(enough * self._average / self.target.unit.scale)

    @property
    def _average(self) -> int:
        return max(round(float(self.existing.amounts.mean())), 1)

    def _reaches(self, at: float, more: int) -> bool:
        """Tell whether so many more deals of average size, with the average chance by value, suffice."""
        odds = self.odds
        if more:
            weights = self.existing.amounts.astype(np.float64)
            chance, low, high = (
                np.full(more, float(np.average(column, weights=weights)))
                for column in (self.existing.chances, self.existing.low, self.existing.high)
            )
            worth = np.full(more, self._average, dtype=np.int64)
            odds = odds.with_more(worth, chance, low, high, int(self.existing.observed.min()))
        bounds = odds.with_strata(_STRATA).at_least(self.target.minor)
        return (bounds.low + bounds.high) / 2 >= at

    def _found(self, value: float) -> Estimate:
        terms, n = self.forecast.terms, len(self.forecast.counted)
        return Estimate(value=value, n=n, level=terms.level, unit=self.target.unit.code)

    def _unknown(self) -> Estimate:
        reason = Message("forecast.reason.none_won" if self.forecast.counted else "forecast.reason.none_open")
        return Estimate.undefined(reason, n=len(self.forecast.counted), unit=self.target.unit.code)

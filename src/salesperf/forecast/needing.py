"""How much more pipeline a target takes."""

import math
from typing import TYPE_CHECKING, Final

import attrs
import numpy as np

from salesperf.kernels.numeric import Column
from salesperf.kernels.special import normal_quantile
from salesperf.kernels.sums.odds import Odds
from salesperf.model.amount import Amount
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message

if TYPE_CHECKING:
    from salesperf.forecast.projected import Forecast

__all__ = ["Need"]

_MOST_MORE: Final = 2**17
"""More deals than that nobody opens: they are not looked at."""
_SUREST: Final = 1e-9
"""How near to 0 and 1 a probability is taken for its normal number: beyond, it tells nothing of how far to go."""
_TURN: Final = 5
"""Every fifth number that is tried lies in the middle, so that no kink of the distribution makes the search creep."""
_FURTHEST: Final = 8
"""Times as many deals as are known not to suffice are tried at most: the more deals, the longer it takes."""
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
        if self._probability(0) >= at:
            return self._found(0.0)
        if not self._brings(self.existing.chances):
            return self._unknown()
        enough = self._least(at)
        if enough is None:
            reason = Message.of("forecast.reason.too_many", most=_MOST_MORE)
            return Estimate.undefined(reason, n=len(self.forecast.counted), unit=self.target.unit.code)
        return self._found(enough * self._average / self.target.unit.scale)

    def _least(self, at: float) -> int | None:
        """Find the number of deals that suffices where one less does not; ``None`` beyond the most that are looked at.

        Notes
        -----
        Each number tried costs a whole distribution, so few are. Were the sum normal, the normal number of the probability
        would be (expected value - target) / deviation, which hardly bends with the number of deals: the first to try is
        where this is what is asked for, and the next where a line through the last two is.
        """
        asked = normal_quantile(at)
        start, pace = self._were_it_normal()
        guess = aim = start + asked * pace
        few, enough, turn = 0, _MOST_MORE + 1, 0
        last = (start, 0.0)
        while enough - few > 1:
            turn += 1
            begin = max(few, 1)
            aim = min(aim, _FURTHEST * max(begin, guess)) if turn % _TURN else math.sqrt(begin * min(enough, 4 * begin))
            number = min(max(math.ceil(aim), few + 1), enough - 1)
            probability = self._probability(number)
            few, enough = (few, number) if probability >= at else (number, enough)
            found = normal_quantile(min(max(probability, _SUREST), 1 - _SUREST))
            further, more = number - last[0], found - last[1]
            if further * more > 0:
                pace = further / more
            last, aim = (number, found), number + (asked - found) * pace
        return enough if enough <= _MOST_MORE else None

    def _were_it_normal(self) -> tuple[float, float]:
        """Return how many more deals bring the expected value to the target, and how many a deviation more, were it normal."""
        brings = self._average * float(self._average_of(self.existing.chances))
        start = min(max((self.target.minor - self.odds.certain - self.odds.uncertain.mean) / brings, 0), _MOST_MORE)
        return start, math.sqrt(self._with_more(round(start)).uncertain.variance) / brings

    @property
    def _average(self) -> int:
        return max(round(float(self.existing.amounts.mean())), 1)

    def _average_of(self, column: Column) -> float:
        """Return the average by value of what is known of each open deal."""
        return float(np.average(column, weights=self.existing.amounts.astype(np.float64)))

    def _with_more(self, more: int) -> Odds:
        """Add so many deals of average size, with the average chance by value."""
        if not more:
            return self.odds
        worth = np.full(more, self._average, dtype=np.int64)
        chance, low, high = (
            np.full(more, self._average_of(column)) for column in (self.existing.chances, self.existing.low, self.existing.high)
        )
        return self.odds.with_more(worth, chance, low, high, int(self.existing.observed.min()))

    def _probability(self, more: int) -> float:
        """Tell the probability to reach the target with so many more deals."""
        return self._with_more(more).with_strata(_STRATA).chance(self.target.minor)

    def _found(self, value: float) -> Estimate:
        terms, n = self.forecast.terms, len(self.forecast.counted)
        return Estimate(value=value, n=n, level=terms.level, unit=self.target.unit.code)

    def _unknown(self) -> Estimate:
        reason = Message("forecast.reason.none_won" if self.forecast.counted else "forecast.reason.none_open")
        return Estimate.undefined(reason, n=len(self.forecast.counted), unit=self.target.unit.code)

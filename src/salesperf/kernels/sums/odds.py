"""What uncertain amounts may come to whose chances are themselves uncertain: learnt, each of so many cases."""

from functools import cached_property
from typing import Final

import attrs
import numpy as np

from salesperf.kernels.numeric import Bounds, Column
from salesperf.kernels.special import normal_quantile, two_sided_quantile
from salesperf.kernels.sums import SumDistribution, bernoulli_sum, correlated_sum
from salesperf.kernels.sums.terms import Integers

__all__ = ["Odds"]

_NEAREST: Final = 1e-9
"""How near to 0 and 1 an end of a range is taken: beyond lies an infinite distance on the normal scale."""
_STEPS: Final = 400
"""The roots of correlations are rounded to this part of 1, so that few different ones remain and the smallest do not become 0:
each is slight, and thousands of amounts have it."""
_LARGEST: Final = 0.99


@attrs.frozen(eq=False, kw_only=True)
class Odds:
    """Amounts that come or do not, what is certain beside them, and how well the chances are known.

    Attributes
    ----------
    certain : int
        What comes in any case, in minor units.
    amounts : array of int64, shape (n,)
        In minor units.
    chances, low, high : Column
        Shape (n,): the chance of each, and its range; the chance itself where nobody knows a range.
    observed : array of int64
        Shape (n,): how many earlier cases each chance was learnt of; 0 where nobody knows a range.
    level : float
        Of the ranges.
    correlation : float
        Between the amounts, whatever is known of the chances.
    strata : int
        Into how many parts the common factor is divided.

    Notes
    -----
    Chances that were learnt are off, and not each by itself: some are learnt from a part of the cases that the others are
    learnt from, as are those of what has lasted longer. Two estimates of which one rests on m of the n cases of the other
    have a correlation of sqrt(m / n). From that follow the standard deviation of the error of the whole expected value, and
    how each chance goes with it: its *loading*, the correlation of its own error with that of the whole. Only this part of
    the error matters, since the rest cancels; it is one common factor.

    It shows twice. *Before* one knows how far the chances are off, all amounts depend on that factor: if the ends of a range
    lie z t below and above the chance on the normal scale, with z standard deviations on either side for the level, one with
    the loading l has a correlation of (l t)^2 / (1 + (l t)^2) by that alone, and with a given correlation c one of
    (c + (l t)^2) / (1 + (l t)^2); its chance, over all errors, stays what it is. *Given* that one may be off, the probability
    is told once with each chance its loading of the way down to the low end of its range, and once up to the high end.

    References
    ----------
    M. Hohenbichler and R. Rackwitz, "First-order concepts in system reliability", *Structural Safety* 1 (1983) 177-188, on
    moving all uncertain quantities along the line on which they matter most.
    """

    certain: int
    amounts: Integers
    chances: Column
    low: Column
    high: Column
    observed: Integers
    level: float
    correlation: float
    strata: int

    def with_more(self, amounts: Integers, chances: Column, low: Column, high: Column, observed: int) -> "Odds":
        """Add amounts that may come, whose chances were all learnt of so many cases."""
        return attrs.evolve(
            self,
            amounts=np.concatenate([self.amounts, amounts]),
            chances=np.concatenate([self.chances, chances]),
            low=np.concatenate([self.low, low]),
            high=np.concatenate([self.high, high]),
            observed=np.concatenate([self.observed, np.full(amounts.size, observed, dtype=np.int64)]),
        )

    def with_strata(self, strata: int) -> "Odds":
        """Divide the common factor into so many parts, if it is divided into more."""
        return attrs.evolve(self, strata=min(strata, self.strata))

    @cached_property
    def is_learnt(self) -> bool:
        """Whether the range of any chance is known."""
        return bool((self.low < self.chances).any() or (self.chances < self.high).any())

    @cached_property
    def loadings(self) -> Column:
        """How the error of each chance goes with that of the expected value: their correlation, shape (n,)."""
        weights = self.amounts * (self.high - self.low)
        roots = np.sqrt(np.maximum(self.observed, 1))
        order = np.argsort(roots, kind="stable")
        weights, roots = weights[order], roots[order]
        fewer = np.cumsum(weights * roots) / roots
        more = (np.sum(weights / roots) - np.cumsum(weights / roots)) * roots
        together = np.empty_like(weights)
        together[order] = fewer + more
        scale = np.sqrt(float(weights @ (fewer + more)))
        return np.clip(together / scale, 0, 1) if scale > 0 else np.zeros(weights.size)

    @cached_property
    def uncertain(self) -> SumDistribution:
        """What may come beside what is certain, before one knows the chances."""
        squares = (self.loadings * self._spread()) ** 2
        correlations = (self.correlation + squares) / (1 + squares)
        rounded = (np.rint(np.sqrt(correlations) * _STEPS) / _STEPS) ** 2
        # One that is given is meant as it is.
        rounded = np.where(squares > 0, rounded, self.correlation)
        return self._sum(self.chances, np.minimum(rounded, max(_LARGEST, self.correlation)))

    @cached_property
    def ends(self) -> tuple[Column, Column]:
        """The chances when the whole is off as far as it may be, to either side."""
        down, up = self.loadings * (self.chances - self.low), self.loadings * (self.high - self.chances)
        return np.maximum(self.chances - down, 0), np.minimum(self.chances + up, 1)

    @cached_property
    def _at_ends(self) -> tuple[SumDistribution, SumDistribution]:
        correlations = np.full(self.amounts.size, self.correlation)
        low, high = (self._sum(chances, correlations) for chances in self.ends)
        return low, high

    def _spread(self) -> Column:
        """Return the standard deviation of the errors of the chances, on the normal scale.

        Where one end of a range is 0 or 1, which lies infinitely far off there, the other end tells it.
        """
        low, chances, high = (
            normal_quantile(np.clip(column, _NEAREST, 1 - _NEAREST)) for column in (self.low, self.chances, self.high)
        )
        below, above = chances - low, high - chances
        width = np.where(self.low <= 0, 2 * above, np.where(self.high >= 1, 2 * below, below + above))
        return width / (2 * two_sided_quantile(self.level))

    def _sum(self, chances: Column, correlations: Column) -> SumDistribution:
        """Add the amounts up by what they depend on the common factor."""
        total = bernoulli_sum(self.amounts[:0], chances[:0])
        for correlation in np.unique(correlations).tolist():
            rows = correlations == correlation
            total += correlated_sum(self.amounts[rows], chances[rows], correlation, strata=self.strata)
        return total

    def at_least(self, minor: int) -> Bounds[float]:
        """Probability to reach a sum of so many minor units."""
        return self.uncertain.at_least(minor - self.certain)

    def chance(self, minor: int) -> float:
        """Probability to reach a sum: the middle of its bounds."""
        return _middle(self.at_least(minor))

    def at_ends(self, minor: int) -> tuple[float, float]:
        """Probability to reach a sum if the chances were off as far as they may be, to either side; the bounds at least."""
        bounds = self.at_least(minor)
        low, high = (_middle(end.at_least(minor - self.certain)) for end in self._at_ends)
        return min(low, bounds.low), max(high, bounds.high)

    def quantiles(self, *levels: float) -> list[Bounds[float]]:
        """Return the least sums, in minor units, that are not exceeded with some probabilities."""
        bounds = self.uncertain.quantile(np.array(levels))
        pairs = zip((self.certain + bounds.low).tolist(), (self.certain + bounds.high).tolist(), strict=True)
        return [Bounds(low, high) for low, high in pairs]


def _middle(bounds: Bounds[float]) -> float:
    return (bounds.low + bounds.high) / 2

"""Where a sum lies all but surely: Chernoff's bound on both sides."""

import math
from typing import Final

import attrs
import numpy as np

from salesperf.kernels.numeric import Column
from salesperf.kernels.sums.terms import Terms

__all__ = ["Window"]

_TILT_STEP: Final = 0.75
_MOST_TILTS: Final = 24
"""The first tilt is right for a normal sum; a skew one wants down to a thousandth of it."""
_ROUNDING: Final = 1e-12
"""Relative error of a cumulant: of each term at most 2^-53 times the exponent, which stays under 700, and a few more."""


@attrs.frozen
class Window:
    """A range of sums of steps, and bounds of the probabilities to lie below it and above it.

    Attributes
    ----------
    low, high : int
        Both ends belong to it.
    below, above : float
        0 where the window reaches as far as the sum does.
    """

    low: int
    high: int
    below: float
    above: float

    @classmethod
    def of(cls, terms: Terms, tail: float) -> "Window":
        """Find a window outside which the sum lies with at most the given probability on each side.

        Notes
        -----
        P(S >= y) <= E exp(t (S - y)) for every t > 0, so with K(t) = log E exp(t S) the probability is at most ``tail`` for
        y = (K(t) - log(tail)) / t. Every t is valid; the one that gives the least y is looked for and need not be found.
        """
        # The logarithm of the tail is off by no more than round-off, which one part in a million more than covers.
        exponent = -math.log(tail) * (1 + 1e-6)
        steps = terms.alike[0].astype(np.float64)
        low, high = terms.lowest, terms.highest
        reach_up, reach_down = _reach(terms, steps, exponent, high), _reach(terms, -steps, exponent, -low)
        return cls(
            low=-reach_down,
            high=reach_up,
            below=tail if -reach_down > low else 0.0,
            above=tail if reach_up < high else 0.0,
        )

    @property
    def outside(self) -> float:
        """Bound of the probability to lie outside."""
        return self.below + self.above


def _reach(terms: Terms, steps: Column, exponent: float, furthest: int) -> int:
    """Return what the sum of the steps exceeds with a probability of at most exp(-exponent)."""
    reach = float(furthest)
    _, chances, counts = terms.alike
    tilt = math.sqrt(2 * exponent) / terms.deviation
    for _ in range(_MOST_TILTS):
        cumulants = counts * np.log1p(chances * _growth(terms, steps, tilt))
        total = float(cumulants.sum()) + _ROUNDING * float(np.abs(cumulants).sum())
        further = (total + exponent) / tilt
        # Too large a tilt gives infinity, or more than all there is; then there is nothing to be worse than.
        if further > reach and reach < furthest:
            break
        reach = min(reach, further)
        tilt *= _TILT_STEP
    return furthest if reach >= furthest else math.floor(reach + 1e-15 * abs(reach))


def _growth(terms: Terms, steps: Column, tilt: float) -> Column:
    """exp(tilt * steps) - 1."""
    with np.errstate(over="ignore"):
        if not terms.is_count:
            return np.expm1(tilt * steps)
        both: Column = np.expm1(np.array([tilt, -tilt]))
    return both.take(steps < 0)

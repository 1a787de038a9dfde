"""One common factor: chances given its value, and the variance over all of its values."""

import math
from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.kernels.numeric import Column
from salesperf.kernels.special import normal_cdf, normal_quantile

__all__ = ["CommonFactor", "stratum_edges"]

_NORMAL_ERROR: Final = 1e-12
"""Relative error of the normal distribution function and of its inverse."""
_FURTHEST: Final = 9.0
"""Standard deviations of the factor beyond which its density no longer counts."""
_STEP: Final = 0.1
"""Of the trapezoidal rule, relative to the range of the factor over which a chance goes from small to large."""
_LEAST_SMOOTHNESS: Final = 0.1
"""That range, for a correlation of 0.99."""


def stratum_edges(strata: int) -> Column:
    """Return the values of the factor between strata of one probability, and infinity at both ends."""
    return normal_quantile(np.arange(strata + 1) / strata)


@attrs.frozen(eq=False)
class CommonFactor:
    """A normal factor Z on which chances depend: Phi((Phi^-1(p) + sqrt(c) Z) / sqrt(1 - c)).

    Attributes
    ----------
    probabilities : Column
        Shape (n,), whatever the factor.
    depends : array of bool
        Shape (n,), which of them the factor changes: what is certain stays so.
    thresholds, weights : Column
        Of those that it changes and that differ: Phi^-1(p) / sqrt(1 - c) and sqrt(c / (1 - c)).
    place : array of int64
        Of each that it changes, among those that differ.
    """

    probabilities: Column
    depends: NDArray[np.bool_]
    thresholds: Column
    weights: Column
    place: NDArray[np.intp]

    @classmethod
    def of(cls, probabilities: Column, correlations: Column) -> "CommonFactor":
        """Prepare what is the same for every value of the factor."""
        depends = (correlations > 0) & (probabilities > 0) & (probabilities < 1)
        # Pairs of floats as complex numbers, which numpy sorts and compares as pairs.
        pairs, place = np.unique(probabilities[depends] + 1j * correlations[depends], return_inverse=True)
        rest = 1 - pairs.imag
        return cls(probabilities, depends, normal_quantile(pairs.real) / np.sqrt(rest), np.sqrt(pairs.imag / rest), place)

    def given(self, factor: float) -> tuple[Column, float]:
        """Return the probabilities given a value of the factor, and a bound of the sum of their errors.

        No probability of a sum of the amounts is off by more than that sum.
        """
        result = self.probabilities.copy()
        argument = self.thresholds + self.weights * factor
        result[self.depends] = normal_cdf(argument)[self.place]
        if not math.isfinite(factor):
            return result, 0.0
        # How far the argument may be off, times the density there; and how far its distribution function may be.
        slip = _NORMAL_ERROR * (np.abs(self.thresholds) + 2 * self.weights * abs(factor))
        density = np.exp(-0.5 * np.maximum(np.abs(argument) - slip, 0) ** 2)
        return result, 2 * float((density * slip)[self.place].sum() + _NORMAL_ERROR * result[self.depends].sum())

    def variance(self, amounts: Column) -> float:
        """Variance of the sum of amounts: the mean of that given the factor, and the variance of the mean given it.

        Notes
        -----
        By the trapezoidal rule, whose error falls exponentially with the step since all is smooth in the factor.
        """
        smoothness = max(min(1.0, 1 / float(self.weights.max(initial=1.0))), _LEAST_SMOOTHNESS)
        steps = math.ceil(_FURTHEST / (_STEP * smoothness))
        mean = float(np.dot(amounts, self.probabilities))
        total = weights = 0.0
        for factor in np.linspace(-_FURTHEST, _FURTHEST, 2 * steps + 1).tolist():
            given, _ = self.given(factor)
            within = float(np.dot(amounts * amounts, given * (1 - given)))
            weight = math.exp(-factor * factor / 2)
            total += weight * (within + (float(np.dot(amounts, given)) - mean) ** 2)
            weights += weight
        return total / weights

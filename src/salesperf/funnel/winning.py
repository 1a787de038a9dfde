"""When deals are won: days until half of those that will be won are, and their mean, where losses compete and some are open."""

import attrs
import numpy as np

from salesperf.kernels.numeric import Column, Interval
from salesperf.kernels.special import two_sided_quantile
from salesperf.kernels.survival import IncidenceCurve

__all__ = ["WonTimes"]

_ROUNDING = 1e-12
"""What rounding may take from a sum of shares."""


@attrs.frozen(eq=False)
class WonTimes:
    """The days to a win of those that are won as far as any was followed: the incidence of wins, over where it ends.

    Parameters
    ----------
    curve
        The incidence of wins.
    others
        Shape (times,): how many left otherwise at each time.

    Notes
    -----
    Each step of the curve shifts what follows. With d wins and e other ends among n at risk, F the incidence, S what is
    left, both just before where a minus is written, the variance of a weighted sum of incidences F(t) is the sum over the
    steps u of

    - d / (n (n - d)) times the square of the sum of the weights times (S(u-) + F(u-) - F(t)), and
    - e / ((n - d) (n - d - e)) times the square of the sum of the weights times (F(t) - F(u)),

    over the t from u on: what :func:`salesperf.kernels.survival.aalen_johansen` has for one t.
    """

    curve: IncidenceCurve
    others: Column

    @property
    def _weights(self) -> tuple[Column, Column]:
        """The two factors of the steps, 0 where nobody is left."""
        n, d, e = (np.asarray(each, dtype=np.float64) for each in (self.curve.at_risk, self.curve.events, self.others))
        own, other = n * (n - d), (n - d) * (n - d - e)
        return (
            np.divide(d, own, out=np.zeros_like(d), where=own > 0),
            np.divide(e, other, out=np.zeros_like(e), where=other > 0),
        )

    @property
    def _before(self) -> Column:
        """S + F just before each step: all but what has left otherwise."""
        both = self.curve.survival + self.curve.incidence
        return np.concatenate([[1.0], both[:-1]])

    def quantile(self, share: float) -> tuple[float, Interval[float]]:
        """Return the first time by which a share of those that are won is, and its interval.

        Parameters
        ----------
        share
            Within (0, 1).

        Notes
        -----
        The times t for which F(t) - share F(end) is within its standard errors of 0, after Brookmeyer and Crowley; the high
        end is infinite where too few were won.
        """
        reached = self.curve.incidence
        distance = reached - share * reached[-1]
        reach = two_sided_quantile(self.curve.level) * np.sqrt(self._variances(share))
        times = self.curve.times
        value = times[np.argmax(distance >= -_ROUNDING)]
        # The first step is that of a time at which somebody left or entered: before it nothing is won.
        is_low = (distance + reach >= 0) & (reached > 0)
        is_high = distance - reach > _ROUNDING
        low = min(float(times[np.argmax(is_low)]), float(value))
        high = max(float(times[np.argmax(is_high)]), float(value)) if is_high.any() else np.inf
        return float(value), Interval(low, high, self.curve.level)

    def _variances(self, share: float) -> Column:
        """Return the variance of F(t) - share F(end) for each t."""
        reached, end, before = self.curve.incidence, float(self.curve.incidence[-1]), self._before
        own, other = self._weights
        error = self.curve.standard_error
        covariance = (
            np.cumsum(own * before * before)
            - (reached + end) * np.cumsum(own * before)
            + reached * end * np.cumsum(own)
            + np.cumsum(other * reached * reached)
            - (reached + end) * np.cumsum(other * reached)
            + reached * end * np.cumsum(other)
        )
        variance: Column = np.maximum(error**2 + (share * error[-1]) ** 2 - 2 * share * covariance, 0)
        return variance

    def mean(self, until: float) -> tuple[float, Interval[float]]:
        """Return the mean time to a win of those that are won up to a time, and its interval within 0 and that time.

        Parameters
        ----------
        until
            A time up to which some were followed, and some won.

        Notes
        -----
        until - H / F(until), with H the area under F; its standard error by the delta method.
        """
        within = slice(0, int(np.searchsorted(self.curve.times, until, side="right")))
        times, reached = self.curve.times[within], self.curve.incidence[within]
        own, other = (weights[within] for weights in self._weights)
        end = float(reached[-1])
        # The area from each step on, summed from the far end.
        areas = np.cumsum((np.append(times[1:], until) - times)[::-1] * reached[::-1])[::-1]
        left = until - times
        mean = until - float(areas[0]) / end
        share = float(areas[0]) / end
        by_win = (left * self._before[within] - areas - share * (self._before[within] - end)) / end
        by_other = (areas - left * reached - share * (end - reached)) / end
        error = float(np.sqrt(np.sum(own * by_win**2) + np.sum(other * by_other**2)))
        reach = two_sided_quantile(self.curve.level) * error
        return mean, Interval(max(0.0, mean - reach), min(float(until), mean + reach), self.curve.level)

"""How many are still there: Kaplan-Meier curves with intervals, medians and restricted means."""

from typing import ClassVar, Final

import attrs
import numpy as np

from salesperf.kernels.elementwise import refuse_where, spread
from salesperf.kernels.events.counts import Integers
from salesperf.kernels.numeric import AnyColumn, Column, Interval
from salesperf.kernels.special import two_sided_quantile
from salesperf.kernels.survival.steps import StepCurve, check_level, read_only
from salesperf.kernels.survival.sweeping import swept_survival
from salesperf.kernels.survival.table import EventTable, require_table
from salesperf.kernels.survival.variances import greenwood_steps, survival_error

__all__ = ["RestrictedMean", "SurvivalCurve", "kaplan_meier"]

_HALF: Final = 0.5 * (1 + 1e-12)
"""One half, and what rounding may put on top of it."""


@attrs.frozen(kw_only=True)
class RestrictedMean:
    """Mean time until an event, or until a horizon if that is earlier: made by :meth:`SurvivalCurve.restricted_mean`.

    Attributes
    ----------
    value : float
        In the unit of the durations, from 0 to the horizon; ``nan`` where the horizon lies beyond what was seen.
    standard_error : float
        In the same unit; ``nan`` where the value is.
    until : float
        The horizon.
    level : float
        That of the interval.

    Examples
    --------
    >>> mean = RestrictedMean(value=20.0, standard_error=2.0, until=30.0, level=0.95)
    >>> round(mean.interval.low, 2), round(mean.interval.high, 2)
    (16.08, 23.92)
    """

    value: float
    standard_error: float
    until: float
    level: float

    @property
    def interval(self) -> Interval[float]:
        """The value, less and plus its standard errors, within 0 and the horizon; all of that where it is undefined."""
        if np.isnan(self.value):
            return Interval(0.0, self.until, self.level)
        reach = two_sided_quantile(self.level) * self.standard_error
        return Interval(max(0.0, self.value - reach), min(self.until, self.value + reach), self.level)


@attrs.frozen(kw_only=True, eq=False)
class SurvivalCurve(StepCurve):
    """Which share is still there after a time: made by :func:`kaplan_meier`.

    All columns are of shape (times,), a step each.

    Attributes
    ----------
    table : EventTable
        What the curve was made from.
    survival : Column
        The share that is still there after each time.
    level : float
        That of the intervals.

    Examples
    --------
    >>> curve = kaplan_meier(EventTable.of(np.array([1, 2, 2, 4]), np.array([1, 0, 1, 0])))
    >>> curve.survival.tolist(), curve.at(3), curve.at(5)
    ([0.75, 0.5, 0.5], 0.5, nan)
    """

    _start: ClassVar[float] = 1.0

    @property
    def events(self) -> Integers:
        """How many left at each time, of any cause; who is censored is not among them."""
        return self.table.events

    @property
    def _share(self) -> Column:
        return self.survival

    def _error(self) -> Column:
        return survival_error(self.survival, self.events, self.at_risk)

    @property
    def median(self) -> float:
        """The first time after which at most one half is still there; ``nan`` where that was not seen."""
        return self._first_time(self.survival <= _HALF, np.nan)

    @property
    def median_interval(self) -> Interval[float]:
        """The times at which one half lies within the interval of the share; its high end is infinite where that was not seen.

        After R. Brookmeyer and J. Crowley, "A confidence interval for the median survival time", *Biometrics* 38 (1982)
        29-41.
        """
        low = self._first_time(self.low <= _HALF, self.times[-1] if self.times.size else 0.0)
        return Interval(low, self._first_time(self.high <= _HALF, np.inf), self.level)

    def _first_time(self, reached: AnyColumn, otherwise: float) -> float:
        return float(self.times[np.argmax(reached)]) if reached.any() else float(otherwise)

    def restricted_mean(self, until: float) -> RestrictedMean:
        """Return the mean time until the event, no time counting for more than a horizon: the area under the curve.

        Parameters
        ----------
        until
            The horizon, above 0, in the unit of the durations.

        Returns
        -------
        RestrictedMean
            With its standard error; undefined (``nan``) where the horizon lies beyond the last time and somebody is left.

        Raises
        ------
        InvalidValueError
            If the horizon is not a finite number above 0.

        Notes
        -----
        The integral of S from 0 to the horizon. Its variance is the sum of d / (n (n - d)) times the square of what of the
        area lies after the time of the step, over the steps within.

        References
        ----------
        J. P. Klein and M. L. Moeschberger, *Survival Analysis*, 2nd edition, 2003, 4.5. P. Royston and M. K. B. Parmar,
        "Restricted mean survival time", *BMC Medical Research Methodology* 13 (2013) 152.

        Examples
        --------
        >>> curve = kaplan_meier(EventTable.of(np.array([10, 20, 30]), np.array([1, 1, 0])))
        >>> curve.restricted_mean(30).value
        20.0
        """
        horizon = spread({"until": until})["until"]
        refuse_where(~(horizon > 0) | np.isinf(horizon), "not_positive", "until", horizon)
        until = float(horizon)
        if np.isnan(self.at(until)):
            return RestrictedMean(value=np.nan, standard_error=np.nan, until=until, level=self.level)
        within = slice(0, int(np.searchsorted(self.times, until)))
        widths = np.diff(self.times[within], prepend=0.0, append=until)
        areas = widths * np.concatenate([[1.0], self.survival[within]])
        # From the far end, so that what lies after each step is a sum, and no difference.
        left = np.cumsum(areas[::-1])[::-1]
        variance = np.dot(left[1:] ** 2, greenwood_steps(self.events[within], self.at_risk[within]))
        return RestrictedMean(value=float(left[0]), standard_error=float(np.sqrt(variance)), until=until, level=self.level)


def kaplan_meier(table: EventTable, *, level: float = 0.95) -> SurvivalCurve:
    """Estimate which share is still there after each time, though not everything has been seen to end.

    Parameters
    ----------
    table
        The durations; all causes count as one event, and who is censored was there at least so long.
    level
        The share of the intervals that hold the truth, each taken by itself, within (0, 1).

    Returns
    -------
    SurvivalCurve
        Of an empty table it has no steps, and no value anywhere.

    Raises
    ------
    InvalidValueError
        If there is no table, or the level lies outside (0, 1).

    Notes
    -----
    S(t) is the product of 1 - d / n over the times up to t, with d events among the n at risk, that is who had entered
    before that time and not left before it. Of events and censorings at one time the events come first. The variance is
    S^2 times the sum of d / (n (n - d)); the interval is S to the power of exp(+-z s / (S log S)), with s its root. Where
    S is 1 or 0, for which that says nothing, it is Wilson's interval of all or none of as many as were at risk, those who
    were censored made up for. With late entries all is given that one lasts until the first of them, and few may be at
    risk at first: a curve that falls to 0 there never rises again.

    References
    ----------
    E. L. Kaplan and P. Meier, "Nonparametric estimation from incomplete observations", *Journal of the American
    Statistical Association* 53 (1958) 457-481. J. D. Kalbfleisch and R. L. Prentice, *The Statistical Analysis of Failure
    Time Data*, 1980, 1.3.

    Examples
    --------
    >>> durations, causes = np.array([8, 3, 1, 9, 1, 2]), np.array([2, 2, 0, 2, 1, 0])
    >>> curve = kaplan_meier(EventTable.of(durations, causes))
    >>> curve.survival.round(3).tolist(), curve.median
    ([0.833, 0.833, 0.556, 0.278, 0.0], 8.0)
    """
    require_table(table, "table")
    check_level(level)
    survival = swept_survival(table.counts[1:], table.at_risk)
    return SurvivalCurve(table=table, survival=read_only(survival), level=level)

"""How many have left by one cause, where others compete with it: Aalen-Johansen curves."""

from functools import cached_property
from typing import overload

import attrs
import numpy as np

from salesperf.errors import UnknownNameError
from salesperf.kernels.events.counts import Integers
from salesperf.kernels.numeric import AnyColumn, Column, Interval, Number, as_result
from salesperf.kernels.special import two_sided_quantile
from salesperf.kernels.survival.steps import check_level, ends, read_at, read_only
from salesperf.kernels.survival.sweeping import swept_incidence
from salesperf.kernels.survival.table import EventTable, require_table

__all__ = ["IncidenceCurve", "aalen_johansen"]


@attrs.frozen(kw_only=True, eq=False)
class IncidenceCurve:
    """Which share has left by one cause up to a time: made by :func:`aalen_johansen`.

    All columns are of shape (times,), a step each.

    Attributes
    ----------
    times : Column
        When somebody left or entered, in ascending order.
    cause : int
        The cause.
    incidence : Column
        The share that has left by this cause up to then.
    standard_error : Column
        Of that share.
    survival : Column
        The share that is still there; together with the incidences of all causes it is 1.
    at_risk : array of int64
        How many were under observation just before.
    events : array of int64
        How many left by this cause.
    level : float
        That of the intervals.

    Examples
    --------
    >>> curve = aalen_johansen(EventTable.of(np.array([1, 2, 2, 4]), np.array([1, 0, 2, 0])), 2)
    >>> curve.incidence.tolist(), curve.at(3), curve.at(5)
    ([0.0, 0.25, 0.25], 0.25, nan)
    """

    times: Column
    cause: int
    incidence: Column
    standard_error: Column
    survival: Column
    at_risk: Integers
    events: Integers
    level: float

    @property
    def low(self) -> Column:
        """The lower ends of the intervals of the share."""
        return self._ends[0]

    @property
    def high(self) -> Column:
        """The upper ends of the intervals of the share."""
        return self._ends[1]

    @cached_property
    def _ends(self) -> tuple[Column, Column]:
        low, high = ends(self.incidence, self.standard_error, self.at_risk, self.survival, self.level)
        return read_only(low), read_only(high)

    @overload
    def at(self, t: Number) -> float: ...
    @overload
    def at(self, t: AnyColumn) -> Column: ...
    def at(self, t: Number | AnyColumn) -> float | Column:
        """Return the share that has left by this cause up to a time.

        Parameters
        ----------
        t
            Not negative, in the unit of the durations; a number or a column.

        Returns
        -------
        float or Column
            Within [0, 1]; ``nan`` beyond the last time, unless nobody is left, since nothing is known of it.

        Raises
        ------
        InvalidValueError
            If a time is negative.

        Examples
        --------
        >>> curve = aalen_johansen(EventTable.of(np.array([10, 20]), np.array([1, 2])), 1)
        >>> curve.at(15), curve.at(np.array([0, 10, 99])).tolist()
        (0.5, [0.0, 0.5, 0.5])
        """
        is_over = self.times.size and self.survival[-1] == 0
        after = float(self.incidence[-1]) if is_over else np.nan
        return as_result(read_at(t, self.times, self.incidence, first=0.0, after=after), t)

    @overload
    def interval_at(self, t: Number) -> Interval[float]: ...
    @overload
    def interval_at(self, t: AnyColumn) -> Interval[Column]: ...
    def interval_at(self, t: Number | AnyColumn) -> Interval[float] | Interval[Column]:
        """Return the interval of the share that has left by this cause up to a time.

        Parameters
        ----------
        t
            Not negative, in the unit of the durations; a number or a column.

        Returns
        -------
        Interval
            Beyond the last time, from the last lower end to 1, unless nobody is left: the share cannot have fallen.

        Raises
        ------
        InvalidValueError
            If a time is negative.

        Examples
        --------
        >>> curve = aalen_johansen(EventTable.of(np.array([1, 2, 3, 4]), np.array([1, 2, 1, 2])), 1)
        >>> interval = curve.interval_at(2)
        >>> round(interval.low, 3), round(interval.high, 3)
        (0.009, 0.665)
        """
        z = two_sided_quantile(self.level)
        at_first = float(self.at_risk[0]) if self.times.size else 0.0
        before = z * z / (at_first + z * z)
        beyond = (float(self.low[-1]), 1.0) if self.times.size else (0.0, 1.0)
        if self.times.size and self.survival[-1] == 0:
            beyond = float(self.low[-1]), float(self.high[-1])
        low = read_at(t, self.times, self.low, first=0.0, after=beyond[0])
        high = read_at(t, self.times, self.high, first=before, after=beyond[1])
        return Interval(as_result(low, t), as_result(high, t), self.level)  # type: ignore[return-value] # two of one shape


def aalen_johansen(table: EventTable, cause: int, *, level: float = 0.95) -> IncidenceCurve:
    """Estimate which share leaves by a cause up to each time, where other causes compete with it.

    To count who left by another cause as censored, and take 1 less :func:`kaplan_meier`, would say what happened were there
    no other cause; it promises more of each cause than can come.

    Parameters
    ----------
    table
        The durations.
    cause
        One of its causes, from 1.
    level
        The share of the intervals that hold the truth, each taken by itself, within (0, 1).

    Returns
    -------
    IncidenceCurve
        Of an empty table it has no steps, and no value anywhere.

    Raises
    ------
    UnknownNameError
        If the table has no such cause.
    InvalidValueError
        If there is no table, or the level lies outside (0, 1).

    Notes
    -----
    I(t) is the sum of S(before) d / n over the times up to t, with d events of the cause among the n at risk, and S as of
    :func:`kaplan_meier`. Its variance, by the delta method, is the sum over the steps up to t of

    - d / (n (n - d)) times the square of S(t) + O(t) - O(before), for the events of the cause, and
    - e / ((n - d) (n - d - e)) times the square of I(t) - I(then), for the e events of the others,

    O being what has left by the others: an event of the cause, had it not come, would have left all that goes any other way
    to follow, and the other way round. All terms are positive, and so are those of the running sums by which they are
    found, so nothing cancels. The interval is I to the power of exp(+-z s / (I log I)); where I is 0 or 1, for which that
    says nothing, it is Wilson's of none or all of as many as were at risk, those who were censored made up for.

    References
    ----------
    O. O. Aalen and S. Johansen, "An empirical transition matrix for non-homogeneous Markov chains based on censored
    observations", *Scandinavian Journal of Statistics* 5 (1978) 141-150. E. Marubini and M. G. Valsecchi, *Analysing
    Survival Data from Clinical Trials and Observational Studies*, 1995, 10.2.

    Examples
    --------
    >>> durations, causes = np.array([8, 3, 1, 9, 1, 2]), np.array([2, 2, 0, 2, 1, 0])
    >>> curve = aalen_johansen(EventTable.of(durations, causes), 2)
    >>> curve.incidence.round(3).tolist(), curve.standard_error.round(3).tolist()
    ([0.0, 0.0, 0.278, 0.556, 0.833], [0.0, 0.0, 0.232, 0.248, 0.152])
    """
    require_table(table, "table")
    check_level(level)
    if not isinstance(cause, int | np.integer) or not 1 <= cause <= table.cause_count:
        raise UnknownNameError("unknown_cause", path=("cause",), high=table.cause_count, value=cause)
    events, at_risk = table.counts[cause], table.at_risk
    survival, incidence, standard_error = swept_incidence(events, table.events - events, at_risk)
    return IncidenceCurve(
        times=table.times,
        cause=int(cause),
        incidence=read_only(incidence),
        standard_error=read_only(standard_error),
        survival=read_only(survival),
        at_risk=at_risk,
        events=events,
        level=level,
    )

"""How many have left by one cause, where others compete with it: Aalen-Johansen curves."""

from typing import ClassVar

import attrs
import numpy as np

from salesperf.errors import UnknownNameError
from salesperf.kernels.events.counts import Integers
from salesperf.kernels.numeric import Column
from salesperf.kernels.survival.steps import StepCurve, check_level, read_only
from salesperf.kernels.survival.sweeping import swept_incidence
from salesperf.kernels.survival.table import EventTable, require_table
from salesperf.kernels.survival.variances import incidence_error

__all__ = ["IncidenceCurve", "aalen_johansen"]


@attrs.frozen(kw_only=True, eq=False)
class IncidenceCurve(StepCurve):
    """Which share has left by one cause up to a time: made by :func:`aalen_johansen`.

    All columns are of shape (times,), a step each.

    Attributes
    ----------
    table : EventTable
        What the curve was made from.
    cause : int
        The cause.
    incidence : Column
        The share that has left by this cause up to each time.
    survival : Column
        The share that is still there; together with the incidences of all causes it is 1.
    level : float
        That of the intervals.

    Examples
    --------
    >>> curve = aalen_johansen(EventTable.of(np.array([1, 2, 2, 4]), np.array([1, 0, 2, 0])), 2)
    >>> curve.incidence.tolist(), curve.at(3), curve.at(5)
    ([0.0, 0.25, 0.25], 0.25, nan)
    """

    cause: int
    incidence: Column

    _start: ClassVar[float] = 0.0

    @property
    def events(self) -> Integers:
        """How many left by the cause at each time."""
        events: Integers = self.table.counts[self.cause]
        return events

    @property
    def _share(self) -> Column:
        return self.incidence

    def _error(self) -> Column:
        return incidence_error(self.survival, self.table.counts[1:], self.at_risk, self.cause - 1)


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
    survival, incidence = swept_incidence(table.counts[1:], table.at_risk, cause - 1)
    return IncidenceCurve(
        table=table, cause=int(cause), survival=read_only(survival), incidence=read_only(incidence), level=level
    )

"""What curves of steps have in common: the value at a time, and intervals by the complementary log-log transformation."""

from abc import ABC, abstractmethod
from functools import cached_property
from typing import ClassVar, Final, overload

import attrs
import numpy as np

from salesperf.kernels.elementwise import refuse_where, spread
from salesperf.kernels.events.counts import Integers
from salesperf.kernels.numeric import AnyColumn, Column, Interval, Number, as_result
from salesperf.kernels.special import two_sided_quantile
from salesperf.kernels.survival.buffers import Blocks
from salesperf.kernels.survival.table import EventTable

__all__ = ["StepCurve", "check_level", "read_only"]

_ALL: Final = 1 - 1e-12
"""Above it, a sum of shares is 1 but for rounding."""


def read_only(column: AnyColumn) -> AnyColumn:
    """Return a view that cannot be written to."""
    view = column.view()
    view.flags.writeable = False
    return view


def check_level(level: float) -> None:
    """Refuse a level that lies outside (0, 1)."""
    two_sided_quantile(level)


@attrs.frozen(kw_only=True, eq=False)
class StepCurve(ABC):
    """A share that changes at some times, and never turns back: what the curves of survival and of incidence are.

    All columns are of shape (times,), a step each. Standard errors and intervals are made when they are first asked for.

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
    >>> from salesperf.kernels.survival import EventTable, kaplan_meier
    >>> isinstance(kaplan_meier(EventTable.of(np.array([1, 2]), np.array([1, 0]))), StepCurve)
    True
    """

    table: EventTable
    survival: Column
    level: float

    _start: ClassVar[float]
    """The share before all steps; the steps lead away from it, to the other end of [0, 1]."""

    @property
    @abstractmethod
    def events(self) -> Integers:
        """How many left at each time, of the causes that the curve is of; who is censored is not among them."""

    @property
    @abstractmethod
    def _share(self) -> Column:
        """What the curve is of."""

    @abstractmethod
    def _error(self) -> Column:
        """Return the standard error of the share."""

    @property
    def times(self) -> Column:
        """When somebody left or entered, in ascending order."""
        return self.table.times

    @property
    def at_risk(self) -> Integers:
        """How many were under observation just before each time."""
        return self.table.at_risk

    @cached_property
    def standard_error(self) -> Column:
        """That of the share after each time."""
        return read_only(self._error())

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
        low, high = _transformed(self._share, self.standard_error, self.level)
        z_squared = two_sided_quantile(self.level) ** 2
        # The transformation knows no 0 and no 1: there the interval is Wilson's, of none or of all.
        none, every = np.flatnonzero(self._share == 0), np.flatnonzero(self._share > _ALL)
        low[none], high[none] = 0.0, z_squared / (self._sizes(none) + z_squared)
        sizes = self._sizes(every)
        low[every], high[every] = np.minimum(sizes / (sizes + z_squared), self._share[every]), 1.0
        return read_only(low), read_only(high)

    def _sizes(self, rows: Integers) -> Column:
        """Return of how many, had none been censored, a step would tell: those at risk, over the share that was left."""
        # Where nobody is left, later entrants tell nothing more.
        rows = np.minimum(rows, np.count_nonzero(self.survival))
        return self.at_risk[rows] / np.where(rows > 0, self.survival[rows - 1], 1.0)

    @overload
    def at(self, t: Number) -> float: ...
    @overload
    def at(self, t: AnyColumn) -> Column: ...
    def at(self, t: Number | AnyColumn) -> float | Column:
        """Return the share after a time.

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
        >>> from salesperf.kernels.survival import EventTable, aalen_johansen, kaplan_meier
        >>> table = EventTable.of(np.array([10, 20]), np.array([1, 2]))
        >>> kaplan_meier(table).at(15), kaplan_meier(table).at(np.array([0, 10, 99])).tolist()
        (0.5, [1.0, 0.5, 0.0])
        >>> aalen_johansen(table, 1).at(np.array([0, 10, 99])).tolist()
        [0.0, 0.5, 0.5]
        """
        after = float(self._share[-1]) if self._is_over else np.nan
        return as_result(self._read(t, self._share, before=self._start, after=after), t)

    @overload
    def interval_at(self, t: Number) -> Interval[float]: ...
    @overload
    def interval_at(self, t: AnyColumn) -> Interval[Column]: ...
    def interval_at(self, t: Number | AnyColumn) -> Interval[float] | Interval[Column]:
        """Return the interval of the share after a time.

        Parameters
        ----------
        t
            Not negative, in the unit of the durations; a number or a column.

        Returns
        -------
        Interval
            Beyond the last time, unless nobody is left, from the end of the last interval that is nearer to the beginning up
            to wherever the curve may lead, since it does not turn back: up to 0 for survival, to 1 for incidence.

        Raises
        ------
        InvalidValueError
            If a time is negative.

        Examples
        --------
        >>> from salesperf.kernels.survival import EventTable, kaplan_meier
        >>> interval = kaplan_meier(EventTable.of(np.array([1, 2, 3, 4]), np.ones(4, dtype=int))).interval_at(2)
        >>> round(interval.low, 3), round(interval.high, 3)
        (0.058, 0.845)
        """
        before, after = self._interval_before, self._interval_after
        low = self._read(t, self.low, before=before[0], after=after[0])
        high = self._read(t, self.high, before=before[1], after=after[1])
        return Interval(as_result(low, t), as_result(high, t), self.level)  # type: ignore[return-value] # two of one shape

    @property
    def _is_over(self) -> bool:
        """Whether nobody is left at last, so that all is known of later times."""
        return bool(self.times.size and self.survival[-1] == 0)

    @property
    def _interval_before(self) -> tuple[float, float]:
        """Wilson's, of all or none of those who were there at first."""
        at_first = float(self.at_risk[0]) if self.times.size else 0.0
        z_squared = two_sided_quantile(self.level) ** 2
        reach = z_squared / (at_first + z_squared)
        return (1.0 - reach, 1.0) if self._start else (0.0, reach)

    @property
    def _interval_after(self) -> tuple[float, float]:
        low, high = (float(self.low[-1]), float(self.high[-1])) if self.times.size else (0.0, 1.0)
        if self._is_over:
            return low, high
        return (0.0, high) if self._start else (low, 1.0)

    def _read(self, t: Number | AnyColumn, values: Column, *, before: float, after: float) -> Column:
        """Return the value of the last step at or before each time."""
        moments = spread({"t": t})["t"]
        refuse_where(moments < 0, "out_of_range", "t", moments, low=0, high=np.inf)
        if not self.times.size:
            return np.where(np.isnan(moments), np.nan, after)
        rows = np.searchsorted(self.times, moments, side="right")
        found = np.where(rows > 0, values[np.maximum(rows - 1, 0)], before)
        return np.where(np.isnan(moments), np.nan, np.where(moments > self.times[-1], after, found))


def _transformed(share: Column, standard_error: Column, level: float) -> tuple[Column, Column]:
    """Return share ^ exp(+-z s / (share log share)); anything where that says nothing, at 0 and at 1."""
    z = two_sided_quantile(level)
    low, high = np.empty((2, share.size))
    blocks = Blocks(share.size)
    with np.errstate(all="ignore"):
        for block in blocks:
            value = share[block]
            log_value = np.log(value, out=blocks["log value"])
            reach = np.multiply(value, log_value, out=blocks["reach"])
            np.divide(standard_error[block], reach, out=reach)
            reach *= -z
            np.exp(reach, out=reach)
            end = np.exp(np.multiply(log_value, reach, out=blocks["end"]), out=blocks["end"])
            # Rounding may take an end past the value.
            np.minimum(end, value, out=low[block])
            np.exp(np.divide(log_value, reach, out=end), out=end)
            np.maximum(end, value, out=high[block])
    return low, high

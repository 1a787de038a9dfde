"""What curves of steps have in common: the value at a time, and intervals by the complementary log-log transformation."""

from typing import Final

import numpy as np

from salesperf.kernels.elementwise import refuse_where, spread
from salesperf.kernels.events.counts import Integers
from salesperf.kernels.numeric import AnyColumn, Column, Number
from salesperf.kernels.special import two_sided_quantile
from salesperf.kernels.survival.buffers import Buffers, blocks

__all__ = ["check_level", "ends", "read_at", "read_only"]

_ALL: Final = 1 - 1e-12
"""Above it, a sum of shares is 1 but for rounding."""


def read_only(column: AnyColumn) -> AnyColumn:
    """Return a view that cannot be written to."""
    view = column.view()
    view.flags.writeable = False
    return view


def read_at(t: Number | AnyColumn, times: Column, values: Column, *, first: float, after: float) -> Column:
    """Return the value of the last step at or before each time; ``first`` before all steps, ``after`` beyond the last one."""
    moments = spread({"t": t})["t"]
    refuse_where(moments < 0, "out_of_range", "t", moments, low=0, high=np.inf)
    if not times.size:
        return np.where(np.isnan(moments), np.nan, after)
    rows = np.searchsorted(times, moments, side="right")
    found = np.where(rows > 0, values[np.maximum(rows - 1, 0)], first)
    return np.where(np.isnan(moments), np.nan, np.where(moments > times[-1], after, found))


def ends(value: Column, standard_error: Column, at_risk: Integers, survival: Column, level: float) -> tuple[Column, Column]:
    """Return both ends of the intervals of a curve of shares."""
    z = two_sided_quantile(level)
    low, high = np.empty_like(value), np.empty_like(value)
    buffers = Buffers()
    with np.errstate(all="ignore"):
        for block in blocks(value.size):
            buffers.begin(value[block].size)
            log_value = np.log(value[block], out=buffers["log value"])
            reach = np.multiply(value[block], log_value, out=buffers["reach"])
            np.divide(standard_error[block], reach, out=reach)
            reach *= -z
            np.exp(reach, out=reach)
            np.exp(np.multiply(log_value, reach, out=low[block]), out=low[block])
            np.exp(np.divide(log_value, reach, out=high[block]), out=high[block])
    # Rounding may take an end past the value.
    np.minimum(low, value, out=low)
    np.maximum(high, value, out=high)
    # The transformation knows no 0 and no 1: there the interval is Wilson's, of none or of all.
    none, every = np.flatnonzero(value == 0), np.flatnonzero(value > _ALL)
    low[none], high[none] = 0.0, z * z / (_sizes(none, at_risk, survival) + z * z)
    size = _sizes(every, at_risk, survival)
    low[every], high[every] = np.minimum(size / (size + z * z), value[every]), 1.0
    return low, high


def _sizes(rows: Integers, at_risk: Integers, survival: Column) -> Column:
    """Return of how many, had none been censored, a step would tell: those at risk, over the share that was left."""
    # Where nobody is left, later entrants tell nothing more.
    rows = np.minimum(rows, np.count_nonzero(survival))
    return at_risk[rows] / np.where(rows > 0, survival[rows - 1], 1.0)


def check_level(level: float) -> None:
    """Refuse a level that lies outside (0, 1)."""
    two_sided_quantile(level)

"""A distribution function between two staircases, and sums of floats whose round-off is known."""

from typing import Final

import attrs
import numpy as np

from salesperf.kernels.numeric import Column
from salesperf.kernels.sums.terms import Integers

__all__ = ["ROUND_OFF", "Staircase", "bounds_of_masses", "running_total", "running_total_error"]

ROUND_OFF: Final = 2.0**-53
"""Greatest relative error of one rounding."""
_MARGIN: Final = 4 * ROUND_OFF
"""Room for the rounding of a complement, which comes later."""


@attrs.frozen(eq=False)
class Staircase:
    """Bounds of a distribution function F of whole numbers, constant from each point up to the next.

    Attributes
    ----------
    points : array of int64
        Shape (m,), ascending: from the least value that the sum can take to the greatest.
    low, high : Column
        Shape (m + 1,), low <= F <= high, neither of them falling: below the first point, and then from each point up.
    """

    points: Integers
    low: Column
    high: Column

    @classmethod
    def of(cls, points: Integers, low: Column, high: Column) -> "Staircase":
        """Make a staircase from bounds that hold from each point up to the next; the last point is the greatest value."""
        # Below the least value F is 0 and from the greatest up it is 1, whatever round-off says.
        low = np.concatenate([[0.0], np.clip(low[:-1] - _MARGIN, 0, 1), [1.0]])
        high = np.concatenate([[0.0], np.clip(high[:-1] + _MARGIN, 0, 1), [1.0]])
        # F never falls, so what bounds it here bounds it further on too.
        return cls(points, np.maximum.accumulate(low), np.minimum.accumulate(high[::-1])[::-1])

    @classmethod
    def on_grid(cls, start: int, step: int, low: Column, high: Column, support: tuple[int, int]) -> "Staircase":
        """Make a staircase from bounds that hold from start + k * step up; the last of them, from there on for ever."""
        least, greatest = support
        if start > least:
            start, low, high = start - step, np.concatenate([[0.0], low]), np.concatenate([high[:1], high])
        # In whole numbers of any size: a window may begin or end beyond 64 bits where the support does not.
        skipped = min(max(0, (least - start) // step), len(low) - 1)
        start += skipped * step
        count = min(len(low) - skipped, max(0, -((start - greatest) // step)))
        points = np.empty(count + 1, dtype=np.int64)
        points[1:-1] = start + step + step * np.arange(count - 1, dtype=np.int64)
        points[0], points[-1] = least, greatest
        kept = slice(skipped, skipped + count)
        return cls.of(points, np.append(low[kept], 1.0), np.append(high[kept], 1.0))

    def low_at(self, x: Integers) -> Column:
        """Lower bounds of F at whole numbers."""
        return self.low[np.searchsorted(self.points, x, side="right")]

    def high_at(self, x: Integers) -> Column:
        """Upper bounds of F at whole numbers."""
        return self.high[np.searchsorted(self.points, x, side="right")]


def running_total(values: Column) -> Column:
    """Cumulative sums in two levels, so that round-off grows like the square root of the length."""
    side = _side(values.size)
    table = np.zeros(side * side)
    table[: values.size] = values
    table = np.cumsum(table.reshape(side, side), axis=1)
    table[1:] += np.cumsum(table[:-1, -1])[:, np.newaxis]
    return table.ravel()[: values.size]


def running_total_error(size: int) -> float:
    """Greatest error of a running total of so many values, relative to the sum of their magnitudes."""
    return 2.02 * _side(size) * ROUND_OFF


def _side(size: int) -> int:
    return int(np.ceil(np.sqrt(max(size, 1))))


def bounds_of_masses(masses: Column, relative_error: float) -> tuple[Column, Column]:
    """Bound the cumulative sums of masses that sum to 1 and are each known up to a relative error."""
    error = relative_error + running_total_error(masses.size)
    below = running_total(masses)
    above = np.append(running_total(masses[:0:-1])[::-1], 0.0)
    # Of the two parts that sum to 1 the smaller has the smaller error.
    estimate = np.where(below < above, below, 1 - above)
    error = 1.01 * error * np.minimum(below, above) + ROUND_OFF
    return estimate - error, estimate + error

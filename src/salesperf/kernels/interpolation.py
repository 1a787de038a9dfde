"""Look-ups by knots: along straight lines between them, or by steps, for a number or a column.

A look-up is made ready once and asked many times. It keeps what a plain interpolation does not: at a knot it is exactly the
knot's value, it never leaves the range of the values, and where the knots rise or fall it does so too, to the last bit.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError
from salesperf.kernels.elementwise import spread
from salesperf.kernels.numeric import AnyColumn, Column, Number
from salesperf.kernels.scratch import MOST_COUNTED, Scratch

__all__ = ["Line", "StepFunction", "count_passed"]

Numbers: TypeAlias = Sequence[float] | AnyColumn

_MOST: Final = 1e300
"""Beyond it the distance of two numbers might be beyond every float."""
_BLOCK: Final = 32_768
"""Elements worked on at a time, so that scratch stays in the cache."""
_MOST_NUDGES: Final = 4
"""Units in its last place by which a slope may differ, so that a line with an intercept passes its knots."""
_MOST_AWAY: Final = 2.0
"""A line that from 0 on rises by more than so many times its values would lose digits to its intercept: 0.4 were 0.399...9."""


def _checked(name: str, numbers: Numbers) -> Column:
    try:
        column = np.array(numbers, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise InvalidValueError("not_numeric", path=(name,), value=numbers) from None
    if column.ndim != 1:
        raise InvalidValueError("dimensions", path=(name,), value=column.ndim)
    for position in np.flatnonzero(~(np.abs(column) <= _MOST)):
        value = float(column[position])
        raise InvalidValueError("out_of_range", path=(name, int(position)), low=-_MOST, high=_MOST, value=value)
    return column


def _knots(points: Numbers, values: Numbers) -> tuple[Column, Column]:
    """Return both as columns of one length, at least one long, the points increasing."""
    columns = _checked("points", points), _checked("values", values)
    sizes = columns[0].size, columns[1].size
    if not sizes[0]:
        raise InvalidValueError("no_knots", path=("points",))
    if sizes[0] != sizes[1]:
        raise InvalidValueError("length", path=("values",), expected=sizes[0], value=sizes[1])
    for position in np.flatnonzero(np.diff(columns[0]) <= 0) + 1:
        previous, value = columns[0][position - 1 : position + 1].tolist()
        raise InvalidValueError("points_not_rising", path=("points", int(position)), previous=previous, value=value)
    return columns


def _in_blocks(x: AnyColumn, look_up: Callable[[Column, Column, Scratch], None]) -> Column:
    """Look up a column of any shape, block by block."""
    numbers = x if x.dtype == np.float64 else spread({"x": x})["x"]
    flat = np.ravel(numbers)
    found = np.empty(flat.size)
    scratch = Scratch(min(flat.size, _BLOCK))
    for start in range(0, flat.size, _BLOCK):
        rows = slice(start, start + _BLOCK)
        look_up(flat[rows], found[rows], scratch)
    return found.reshape(numbers.shape)


def count_passed(x: Column, points: Column) -> NDArray[np.intp]:
    """Count how many of some points are not above each element.

    Parameters
    ----------
    x
        Shape (n,); of ``nan``, which is above none, the count is 0.
    points
        Rising; shape (k,).

    Returns
    -------
    NDArray of intp
        Shape (n,), from 0 to k.

    Examples
    --------
    >>> count_passed(np.array([4.0, 5.0, 9.0, np.nan]), np.array([5.0, 8.0])).tolist()
    [0, 1, 2, 0]
    """
    return _count_passed(x, points, Scratch(x.size))


def _count_passed(x: Column, points: Column, scratch: Scratch) -> NDArray[np.intp]:
    if points.size > MOST_COUNTED:
        places = scratch.places[: x.size]
        places[:] = np.searchsorted(points, x, side="right")
        places[np.isnan(x)] = 0  # which numpy holds to be above all
        return places
    return scratch.count(x.size, ((x, point) for point in points.tolist()))


def _frozen(column: Column) -> Column:
    column.flags.writeable = False
    return column


@attrs.frozen(eq=False, init=False)
class Line:
    """Straight lines from knot to knot; before the first knot and after the last its value.

    Parameters
    ----------
    points
        Where the knots stand, increasing; shape (k,), within ±1e300.
    values
        What they are worth; shape (k,), within ±1e300.

    Attributes
    ----------
    points, values : Column
        The knots, read-only.

    Raises
    ------
    InvalidValueError
        If there is no knot, the points do not increase, the lengths differ, or a number is ``nan`` or out of range.

    Notes
    -----
    slope x (x - point) + value of the last knot that is not above x, as numpy's ``interp`` computes it; or, where that is as
    good, slope x x + intercept, which has a look-up less. Rounding keeps either monotone within a segment; just before the next
    knot it may pass that knot's value by a unit in the last place. As nothing else can go wrong, the last float of each segment
    tells whether it does; if so, the slope is made less by as many units in its last place as it takes, mostly one. With an
    intercept the first float of a segment, its knot, has to be told too, and slopes and intercepts are chosen that pass both.

    Examples
    --------
    >>> points_of = Line([0, 50, 100], [0, 80, 100])
    >>> points_of(25), points_of(np.array([-1.0, 50.0, 75.0, np.nan])).tolist()
    (40.0, [0.0, 80.0, 90.0, nan])
    """

    points: Column
    values: Column
    _segments: tuple[Column, Column, Column] = attrs.field(repr=False)
    """Where each starts, its slope, and its value there; the first is before the first knot."""
    _lists: tuple[list[float], list[float], list[float], list[float]] = attrs.field(repr=False)
    """The points, and the segments."""
    _has_starts: bool = attrs.field(repr=False)
    """Whether any of them starts elsewhere than at 0."""

    def __init__(self, points: Numbers, values: Numbers) -> None:
        points, values = map(_frozen, _knots(points, values))
        segments = _segments_of(points, values)
        lists = (points.tolist(), *(column.tolist() for column in segments))
        self.__attrs_init__(points, values, segments, lists, bool(segments[0].any()))

    @overload
    def __call__(self, x: Number) -> float: ...
    @overload
    def __call__(self, x: AnyColumn) -> Column: ...
    def __call__(self, x: Number | AnyColumn) -> float | Column:
        """Look up a number, or each number of a column; ``nan`` stays ``nan``."""
        return _in_blocks(x, self._look_up) if isinstance(x, np.ndarray) else self._of_number(_number(x))

    def _of_number(self, x: float) -> float:
        if math.isnan(x):
            return x
        points, starts, slopes, bases = self._lists
        within = min(max(x, points[0]), points[-1])
        place = bisect_right(points, within)
        return slopes[place] * (within - starts[place]) + bases[place]

    def _look_up(self, x: Column, found: Column, scratch: Scratch) -> None:
        # Infinity is put at an end, since nothing times infinity is nan; nan stays.
        self.into(np.clip(x, self.points[0], self.points[-1], out=found), found, scratch)

    def into(self, x: Column, found: Column, scratch: Scratch) -> None:
        """Look up each number of a block, in room that is there already.

        Parameters
        ----------
        x
            Finite, or ``nan``, which stays; shape (n,).
        found
            For what is found; shape (n,). It may be ``x``.
        scratch
            Room for n elements or more; ``found`` may be its own.
        """
        place = _count_passed(x, self.points, scratch)
        starts, slopes, bases = self._segments
        of_segment = scratch.of_segment[: x.size]
        within = x
        if self._has_starts:
            within = np.subtract(x, starts.take(place, mode="clip", out=of_segment), out=found)
        np.multiply(within, slopes.take(place, mode="clip", out=of_segment), out=found)
        np.add(found, bases.take(place, mode="clip", out=of_segment), out=found)


def _number(x: Number) -> float:
    return x if type(x) is float else float(spread({"x": x})["x"])


def _segments_of(points: Column, values: Column) -> tuple[Column, Column, Column]:
    """Return where each segment starts, its slope and its value there.

    Before the first knot and from the last on a segment is level, and starts at 0: no float is too far from there. The others
    start at 0 too, if there are intercepts as good.
    """
    slopes = _slopes_of(points, values)
    ends = zip(*(column.tolist() for column in (points[:-1], points[1:], values[:-1], values[1:], slopes)), strict=True)
    lines = [_from_0(*segment) for segment in ends]
    through = [line for line in lines if line is not None]
    starts, bases = points[:-1], values[:-1]
    if len(through) == len(lines):
        starts, slopes, bases = np.zeros(len(lines)), *np.array(through).reshape(-1, 2).T
    return (
        np.concatenate([[0.0], starts, [0.0]]),
        np.concatenate([[0.0], slopes, [0.0]]),
        np.concatenate([values[:1], bases, values[-1:]]),
    )


def _from_0(start: float, end: float, low: float, high: float, slope: float) -> tuple[float, float] | None:
    """Return a slope and an intercept that pass a knot exactly and do not go beyond the next; ``None`` if they lose digits."""
    if abs(slope) * max(abs(start), abs(end)) > _MOST_AWAY * max(abs(low), abs(high)):
        return None
    last = math.nextafter(end, start)
    for _ in range(_MOST_NUDGES):
        intercept = low - slope * start
        reached = slope * last + intercept
        if slope * start + intercept == low and (reached <= high if low <= high else reached >= high):
            return slope, intercept
        slope = math.nextafter(slope, 0.0)
    return None


def _slopes_of(points: Column, values: Column) -> Column:
    """Return the slope from each knot to the next, so that no float before the next passes its value."""
    start, end, low, high = points[:-1], points[1:], values[:-1], values[1:]
    with np.errstate(over="ignore"):
        slopes = np.divide(high - low, end - start)
    slopes[~np.isfinite(slopes)] = 0.0  # so steep that no float holds it: a jump
    run = np.nextafter(end, start) - start
    while True:
        reached = slopes * run + low
        passes = np.where(high >= low, reached > high, reached < high)
        if not passes.any():
            return slopes
        slopes[passes] = np.nextafter(slopes[passes], 0.0)


@attrs.frozen(eq=False, init=False)
class StepFunction:
    """Steps: from each knot on its value, before the first one another.

    Parameters
    ----------
    points
        Where the steps stand, increasing; shape (k,), within ±1e300. A step belongs to what follows it.
    values
        What holds from each on; shape (k,), within ±1e300.
    below
        What holds before the first.

    Raises
    ------
    InvalidValueError
        If there is no knot, the points do not increase, the lengths differ, or a number is ``nan`` or out of range.

    Examples
    --------
    >>> points_of = StepFunction([10, 20], [50, 100], below=0)
    >>> points_of(10), points_of(np.array([9.0, 19.0, 20.0, np.nan])).tolist()
    (50.0, [0.0, 50.0, 100.0, nan])
    """

    points: Column
    values: Column
    below: float
    _held: Column = attrs.field(repr=False)

    def __init__(self, points: Numbers, values: Numbers, below: float) -> None:
        (before,) = _checked("below", [below]).tolist()
        points, values = map(_frozen, _knots(points, values))
        self.__attrs_init__(points, values, before, np.append(before, values))

    @overload
    def __call__(self, x: Number) -> float: ...
    @overload
    def __call__(self, x: AnyColumn) -> Column: ...
    def __call__(self, x: Number | AnyColumn) -> float | Column:
        """Look up a number, or each number of a column; ``nan`` stays ``nan``."""
        return _in_blocks(x, self.into) if isinstance(x, np.ndarray) else self._of_number(_number(x))

    def _of_number(self, x: float) -> float:
        return x if math.isnan(x) else float(self._held[np.searchsorted(self.points, x, side="right")])

    def into(self, x: Column, found: Column, scratch: Scratch) -> None:
        """Look up each number of a block, in room that is there already.

        Parameters
        ----------
        x
            Shape (n,).
        found
            For what is found, beside ``x``; shape (n,).
        scratch
            Room for n elements or more; ``found`` may be its own.
        """
        np.take(self._held, _count_passed(x, self.points, scratch), mode="clip", out=found)
        np.copyto(found, np.nan, where=np.isnan(x))

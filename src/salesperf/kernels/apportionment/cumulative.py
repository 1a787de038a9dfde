"""Whole units divided over time, where so many are to be reached by certain parts: the taut string."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np

from salesperf.errors import InfeasibleError, InvalidValueError
from salesperf.kernels.apportionment.exact import Numbers, over_common_denominator, read_numbers, read_total
from salesperf.kernels.apportionment.one_margin import apportion
from salesperf.kernels.apportionment.rounding import Parts
from salesperf.kernels.apportionment.two_margins.questions import read_integers

__all__ = ["apportion_cumulative"]


def apportion_cumulative(total: int, weights: Numbers, reach: Sequence[int], *, method: str = "largest_remainder") -> Parts:
    """Divide a whole total over parts in a row, in proportion to weights, so that the first parts reach what they must.

    Parameters
    ----------
    total
        Whole units to divide, 0 or more.
    weights
        Shape (n,), as for :func:`salesperf.kernels.apportionment.apportion`.
    reach
        Shape (n,): the least sum of the parts up to each and with it; 0 or less asks for nothing.
    method
        A name in :data:`salesperf.kernels.apportionment.METHODS`.

    Returns
    -------
    NDArray[np.int64]
        Shape (n,): the parts. Where nothing that is to be reached binds, they are those of ``apportion``.

    Raises
    ------
    InvalidValueError
        If the total is no integer, beyond int64 or negative, lengths differ, weights are malformed, or what is to be reached is
        no integer or beyond int64.
    InfeasibleError
        If more than the total is to be reached, or something by parts that all weigh 0; the path tells the position.

    Notes
    -----
    The sums so far, drawn over the weights so far, form the shortest string from the origin to the total that passes over
    every point to be reached: a run of parts up to such a point gets just what is missing there, divided by weight, if the
    string bends there, and a later run never gets more per weight than an earlier one.

    References
    ----------
    R. E. Barlow, D. J. Bartholomew, J. M. Bremner and H. D. Brunk, *Statistical Inference under Order Restrictions*, Wiley,
    1972, for the string as a concave majorant.

    Examples
    --------
    >>> apportion_cumulative(120, [1, 1, 1, 1], [0, 0, 0, 0]).tolist()
    [30, 30, 30, 30]
    >>> apportion_cumulative(120, [1, 1, 1, 1], [0, 80, 0, 0]).tolist()
    [40, 40, 20, 20]
    """
    units = read_total(total)
    if units < 0:
        raise InvalidValueError("not_a_count", path=("total",), value=units)
    numbers = read_numbers("weights", weights)
    points = read_integers("reach", reach, 1).tolist()
    if len(points) != len(numbers):
        raise InvalidValueError("length", path=("reach",), expected=len(numbers), value=len(points))
    parts = apportion(units, weights, method=method)
    if _first_short(parts.tolist(), points) is None:
        return parts
    exact: list[Any] = numbers.tolist() if isinstance(numbers, np.ndarray) else numbers
    shares, _ = over_common_denominator("weights", exact, "weights_invalid")
    for position, (least, share) in enumerate(zip(points, accumulate(shares), strict=True)):
        if least > units:
            raise InfeasibleError("reach_above_total", path=("reach", position), total=units, value=least, excess=least - units)
        if least > 0 and not share:
            raise InfeasibleError("reach_without_weight", path=("reach", position), value=least)
    return np.array(_string(units, shares, points, method), dtype=np.int64)


class _Run(NamedTuple):
    """Parts in a row that share an amount: from a position to another, after so much has been reached."""

    amount: int
    start: int
    end: int
    before: int


def _string(total: int, shares: list[int], reach: list[int], method: str) -> list[int]:
    """Divide, then bend where the greatest slope is asked for, and divide what lies on each side by itself."""
    parts: list[int] = []
    waiting = [_Run(total, 0, len(shares), 0)]
    while waiting:
        run = waiting.pop()
        own = shares[run.start : run.end]
        divided: list[int] = apportion(run.amount, own, method=method).tolist() if any(own) else [0] * len(own)
        points = [least - run.before for least in reach[run.start : run.end]]
        short = _first_short(divided, points) if any(own) else None
        if short is None:
            parts += divided
            continue
        steepest, slope = _steepest(own, points)
        # Where the string itself passes over every point, only rounding fell short.
        bend = steepest if slope * sum(own) > run.amount else short
        amount, middle = points[bend], run.start + bend + 1
        # The earlier side is the next to be divided, so that parts come in order.
        waiting.append(_Run(run.amount - amount, middle, run.end, run.before + amount))
        waiting.append(_Run(amount, run.start, middle, run.before))
    return parts


def _steepest(shares: list[int], reach: list[int]) -> tuple[int, Fraction]:
    """Return the last of the points whose slope from the origin is the greatest, and the slope; 0 where nothing weighs."""
    position, height, width = 0, 0, 1
    for place, (least, weight) in enumerate(zip(reach, accumulate(shares), strict=True)):
        rise, run = (least, weight) if weight else (0, 1)
        if place == 0 or rise * width >= height * run:
            position, height, width = place, rise, run
    return position, Fraction(height, width)


def _first_short(parts: list[int], reach: list[int]) -> int | None:
    """Return the first part up to which less is reached than must be."""
    sums = accumulate(parts)
    return next((position for position, (sum_, least) in enumerate(zip(sums, reach, strict=True)) if sum_ < least), None)

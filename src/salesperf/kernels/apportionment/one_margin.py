"""One total divided: whole parts in proportion to weights, by the method that is named, within bounds if there are any."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from salesperf.errors import InfeasibleError, InvalidValueError, UnknownNameError
from salesperf.kernels.apportionment.divisor import SIGNPOSTS
from salesperf.kernels.apportionment.exact import (
    Numbers,
    over_common_denominator,
    read_numbers,
    read_total,
    read_weights,
)
from salesperf.kernels.apportionment.highest_claims import method_of
from salesperf.kernels.apportionment.largest_remainder import largest_remainder
from salesperf.kernels.apportionment.limits import Limits, PartBounds, read_limits
from salesperf.kernels.apportionment.quota_method import quota
from salesperf.kernels.apportionment.rounding import Parts, round_floats, round_fractions
from salesperf.kernels.numeric import INT64_MAX, AnyColumn

__all__ = ["METHODS", "apportion", "round_to_total"]

_WITHOUT_BOUNDS: Final = "quota"
METHODS: Final[Mapping[str, Callable[[int, AnyColumn | list[int], Limits | None], Parts]]] = MappingProxyType(
    {
        "largest_remainder": largest_remainder,
        _WITHOUT_BOUNDS: quota,
        **{name: method_of(signposts) for name, signposts in SIGNPOSTS.items()},
    },
)
"""Name of each method to the function that divides a total >= 0 by checked weights, not all of them 0, within limits."""


def apportion(
    total: int | np.integer[Any],
    weights: Numbers,
    *,
    method: str = "largest_remainder",
    lower: PartBounds = None,
    upper: PartBounds = None,
) -> Parts:
    """Divide a whole total in proportion to weights, into whole parts that sum to it exactly.

    Parts that have an equal claim to a unit are served by position, whatever the method: the first gets it.

    Parameters
    ----------
    total
        Whole units to divide, between -2**63 and 2**63, both excluded. A negative total gives the mirror image:
        ``apportion(-total, weights, lower=-upper, upper=-lower)`` is ``-apportion(total, weights, lower=lower,
        upper=upper)``.
    weights
        Shape (n,), finite and not negative, in any common unit. Integers, Decimals and Fractions count exactly at any
        size; a float counts as the binary fraction that it holds.
    method
        A name in :data:`METHODS`.
    lower, upper
        Least and largest parts: a whole number for all, or shape (n,), where ``None`` in a sequence stands for no bound. No
        part has another sign than the total, so a lower bound below 0 of a positive total says nothing. ``quota`` takes no
        bounds.

    Returns
    -------
    NDArray[np.int64]
        Shape (n,): the parts, in the order of the weights. A weight of 0 gets 0, or its lower bound (of a negative total,
        its upper bound); no weights share a total of 0.

    Raises
    ------
    InvalidValueError
        If the total is no integer or beyond int64, or if a weight is negative, nan, infinite or no number (the path
        tells the position), or if all weights are 0, whatever the total; if bounds are no integers, not as many as weights
        or in the wrong order, or given to ``quota``; or if ``quota`` would take too long.
    InvalidInputError
        If several bounds are malformed or have no part of the total's sign between them: all of them.
    InfeasibleError
        If there are no weights for a total other than 0, or no parts can meet the bounds: the message tells by how much,
        and whose bounds they are. They can exactly when sum(lower) <= total <= sum(upper of weights above 0) + sum(lower of
        weights of 0).
    UnknownNameError
        If no method bears the name.

    Notes
    -----
    With W = sum(w) and the exact shares q_i = total w_i / W:

    ``largest_remainder`` (Hamilton, Hare-Niemeyer)
        floor(q_i), and the units still missing go to the largest fractional parts, one each. Each part is within quota: its
        exact share rounded down or up. It is not house-monotone: a larger total may shrink a part, as the example shows.
        With bounds, shares are clip(m w_i, lower_i, upper_i), for the one multiplier m with which they sum to the total.
    ``quota`` (Balinski and Young)
        The units are given one after the other: the h-th to the largest w_i / (part_i + 1) of those whose part stays below
        h w_i / W rounded up. Within quota and house-monotone. Takes O(n log n + min(total, W / min(w))) steps, the
        latter up to 10 million.
    ``webster`` (Sainte-Laguë), ``hill`` (Huntington-Hill), ``jefferson`` (D'Hondt), ``adams``
        The methods of divisors: w_i / d rounded, for a divisor d with which parts sum to the total. Rounded at the half, at
        the geometric mean of the whole numbers below and above, down, and up. House-monotone, with bounds too, and nobody
        loses to another who has grown no faster; but not always within quota. With bounds, parts are
        clip(round(w_i / d), lower_i, upper_i). Hill and Adams give each weight above 0 at least a unit (of a total other
        than 0, where the upper bound allows), and are infeasible where the total does not reach for that.

    Columns are divided in a time that grows like their length, whatever the total, up to totals of 2**52. Beyond that,
    methods of divisors and bounds go through Python integers, some hundred times slower.

    References
    ----------
    M. L. Balinski and H. P. Young, *Fair Representation: Meeting the Ideal of One Man, One Vote*, 2nd edition,
    Brookings, 2001.
    F. Pukelsheim, *Proportional Representation: Apportionment Methods and Their Applications*, 2nd edition, Springer, 2017.

    Examples
    --------
    >>> apportion(10, [6, 6, 2]).tolist(), apportion(11, [6, 6, 2]).tolist()
    ([4, 4, 2], [5, 5, 1])
    >>> apportion(-100, np.array([1.0, 1.0, 1.0])).tolist()
    [-34, -33, -33]
    >>> {method: apportion(10, [81, 15, 4], method=method).tolist() for method in ("jefferson", "webster", "adams")}
    {'jefferson': [9, 1, 0], 'webster': [8, 2, 0], 'adams': [7, 2, 1]}

    Nobody below 2, and the largest capped:

    >>> apportion(10, [60, 28, 12], method="webster", lower=2, upper=[5, None, None]).tolist()
    [5, 3, 2]
    """
    choices = tuple(METHODS)
    if method not in choices:
        raise UnknownNameError("choice", path=("method",), choices=choices, value=method)
    units = read_total(total)
    proportions = read_weights(weights)
    if method == _WITHOUT_BOUNDS:
        _refuse_bounds(lower=lower, upper=upper)
    one_each = method if method in SIGNPOSTS and SIGNPOSTS[method].starts_at_one else None
    limits = read_limits(units, proportions, lower, upper, one_each)
    if len(proportions) == 0:
        if units != 0:
            raise InfeasibleError("no_weights", path=("weights",), total=units)
        return np.zeros(0, dtype=np.int64)
    parts = METHODS[method](abs(units), proportions, limits)
    return parts if units >= 0 else -parts


def _refuse_bounds(**bounds: PartBounds) -> None:
    takers = tuple(method for method in METHODS if method != _WITHOUT_BOUNDS)
    for name, given in bounds.items():
        if given is not None:
            raise InvalidValueError("bounds_not_taken", path=(name,), method=_WITHOUT_BOUNDS, choices=takers)


def round_to_total(values: Numbers, total: int | np.integer[Any]) -> Parts:
    """Round signed values, each down or up, so that they sum to a whole total.

    Parameters
    ----------
    values
        Shape (n,), finite, of either sign, each between -2**63 and 2**63, in the unit of the total. Integers, Decimals
        and Fractions count exactly; a float counts as the binary fraction that it holds.
    total
        The whole sum to reach, between -2**63 and 2**63, both excluded.

    Returns
    -------
    NDArray[np.int64]
        Shape (n,): each value rounded down or up; a value that is whole already stays as it is.

    Raises
    ------
    InvalidValueError
        If the total is no integer, or if a value is nan, infinite or no number, or if one of them is beyond int64.
    InfeasibleError
        If no such rounding sums to the total; the message tells how far from it the nearest one stays.

    Notes
    -----
    Part i is floor(x_i); the units still missing go to the largest fractional parts x_i - floor(x_i), one each, ties by
    position. Among all such roundings that sum to the total, this one has the least sum of absolute changes.

    References
    ----------
    L. H. Cox and L. R. Ernst, "Controlled rounding", *INFOR* 20(4), 1982, for the aim in one dimension.

    Examples
    --------
    >>> round_to_total([0.4, -1.3, 2.9], 2).tolist()
    [0, -1, 3]
    """
    wanted = read_total(total)
    numbers = read_numbers("values", values)
    if isinstance(numbers, np.ndarray) and numbers.dtype == np.float64:
        return round_floats(numbers, wanted)
    exact = numbers.tolist() if isinstance(numbers, np.ndarray) else numbers
    numerators, denominator = over_common_denominator("values", exact, "not_finite")
    for position, numerator in enumerate(numerators):
        if abs(numerator) > INT64_MAX * denominator:
            raise InvalidValueError("beyond_int64", path=("values", position), value=exact[position])
    return round_fractions(numerators, denominator, wanted)

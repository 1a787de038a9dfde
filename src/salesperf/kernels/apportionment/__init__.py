"""Whole units divided exactly: parts that sum to the total, whatever the weights.

Two ways lead to each answer. Short or unusual input goes through Python integers, which are exact at any size. Long
columns go through numpy: integers with exact remainders, floats with an error bound on each remainder, where the few
elements whose order the bounds leave open are settled in Python integers. All ways give the same parts, always.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from salesperf.errors import InfeasibleError, InvalidValueError, UnknownNameError
from salesperf.kernels.apportionment.exact import (
    Numbers,
    over_common_denominator,
    read_numbers,
    read_total,
    read_weights,
)
from salesperf.kernels.apportionment.largest_remainder import largest_remainder
from salesperf.kernels.apportionment.rounding import Parts, round_floats, round_fractions
from salesperf.kernels.numeric import INT64_MAX, AnyColumn

__all__ = ["METHODS", "Numbers", "Parts", "apportion", "round_to_total"]

METHODS: Final[Mapping[str, Callable[[int, AnyColumn | list[int]], Parts]]] = MappingProxyType(
    {"largest_remainder": largest_remainder},
)
"""Name of each method to the function that divides a total >= 0 by checked weights, not all of them 0."""


def apportion(total: int | np.integer[Any], weights: Numbers, *, method: str = "largest_remainder") -> Parts:
    """Divide a whole total in proportion to weights, into whole parts that sum to it exactly.

    Parts that have an equal claim to a unit are served by position: the first gets it.

    Parameters
    ----------
    total
        Whole units to divide, between -2**63 and 2**63, both excluded. A negative total gives the mirror image:
        ``apportion(-total, weights)`` is ``-apportion(total, weights)``.
    weights
        Shape (n,), finite and not negative, in any common unit. Integers, Decimals and Fractions count exactly at any
        size; a float counts as the binary fraction that it holds.
    method
        A name in :data:`METHODS`.

    Returns
    -------
    NDArray[np.int64]
        Shape (n,): the parts, in the order of the weights. A weight of 0 gets 0; no weights share a total of 0.

    Raises
    ------
    InvalidValueError
        If the total is no integer or beyond int64, or if a weight is negative, nan, infinite or no number (the path
        tells the position), or if all weights are 0, whatever the total.
    InfeasibleError
        If there are no weights for a total other than 0.
    UnknownNameError
        If no method bears the name.

    Notes
    -----
    ``largest_remainder`` (Hamilton, Hare-Niemeyer): part i is floor(total w_i / sum(w)), and the units still missing go
    to the largest fractional parts, one each. Each part is within quota: its exact share rounded down or up. The method
    is not house-monotone: a larger total may shrink a part, as the example shows.

    References
    ----------
    M. L. Balinski and H. P. Young, *Fair Representation: Meeting the Ideal of One Man, One Vote*, 2nd edition,
    Brookings, 2001.

    Examples
    --------
    >>> apportion(10, [6, 6, 2]).tolist(), apportion(11, [6, 6, 2]).tolist()
    ([4, 4, 2], [5, 5, 1])
    >>> apportion(-100, np.array([1.0, 1.0, 1.0])).tolist()
    [-34, -33, -33]
    """
    choices = tuple(METHODS)
    if method not in choices:
        raise UnknownNameError("choice", path=("method",), choices=choices, value=method)
    units = read_total(total)
    proportions = read_weights(weights)
    if len(proportions) == 0:
        if units != 0:
            raise InfeasibleError("no_weights", path=("weights",), total=units)
        return np.zeros(0, dtype=np.int64)
    parts = METHODS[method](abs(units), proportions)
    return parts if units >= 0 else -parts


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

"""Allowing for having looked at several things at once."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import numpy as np

from salesperf.errors import InvalidValueError
from salesperf.kernels.elementwise import refuse_where, spread
from salesperf.kernels.numeric import AnyColumn, Column

__all__ = ["ADJUSTMENTS", "adjust"]

AdjustmentName: TypeAlias = Literal["holm", "benjamini_hochberg"]


def adjust(p_values: AnyColumn, *, method: AdjustmentName = "holm") -> Column:
    """Raise the p-values of several tests, so that each may be held against the same limit as a single one.

    Parameters
    ----------
    p_values
        Shape (n,), each within [0, 1]. Leave out tests that could not be made: they were not looked at.
    method
        A name in :data:`ADJUSTMENTS`. ``"holm"``: the chance of any false alarm at all stays below the limit.
        ``"benjamini_hochberg"``: of the alarms, the share that is expected to be false does.

    Returns
    -------
    Column
        Shape (n,), in the order given; never below what was given, and never above 1.

    Raises
    ------
    InvalidValueError
        If the p-values are no column, one lies outside [0, 1] or is nan, or no method bears the name.

    Notes
    -----
    With p(1) <= ... <= p(n): Holm takes the largest of (n - j + 1) p(j) over all j up to i, Benjamini and Hochberg the
    smallest of n p(j) / j over all j from i on. Holm's holds however the tests depend on one another, the other's where
    they are independent or depend positively.

    References
    ----------
    S. Holm, "A simple sequentially rejective multiple test procedure", *Scandinavian Journal of Statistics* 6 (1979)
    65-70. Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate", *Journal of the Royal Statistical
    Society B* 57 (1995) 289-300.

    Examples
    --------
    >>> adjust(np.array([0.01, 0.04, 0.03])).round(6).tolist()
    [0.03, 0.06, 0.06]
    >>> adjust(np.array([0.01, 0.04, 0.03]), method="benjamini_hochberg").round(6).tolist()
    [0.03, 0.04, 0.04]
    """
    column = spread({"p_values": p_values})["p_values"]
    if column.ndim != 1:
        raise InvalidValueError("dimensions", path=("p_values",), value=column.ndim)
    refuse_where(~((column >= 0) & (column <= 1)), "out_of_range", "p_values", column, low=0, high=1)
    if not isinstance(method, str) or method not in ADJUSTMENTS:
        raise InvalidValueError("choice", path=("method",), choices=tuple(ADJUSTMENTS), value=method)
    order = np.argsort(column, kind="stable")
    adjusted = np.empty(column.size)
    adjusted[order] = np.minimum(ADJUSTMENTS[method](column[order]), 1)
    return adjusted


def _holm(ascending: Column) -> Column:
    return np.maximum.accumulate(np.arange(ascending.size, 0, -1) * ascending)


def _benjamini_hochberg(ascending: Column) -> Column:
    # As p times n / j, no rounding takes the last one below what was given.
    raised = ascending * (ascending.size / np.arange(1, ascending.size + 1))
    return np.minimum.accumulate(raised[::-1])[::-1]


ADJUSTMENTS: Final[Mapping[str, Callable[[Column], Column]]] = MappingProxyType(
    {"holm": _holm, "benjamini_hochberg": _benjamini_hochberg},
)
"""Ways to allow for several tests, by name: each takes p-values in ascending order and raises them."""

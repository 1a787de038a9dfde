"""The chi-square distribution."""

from typing import overload

import numpy as np

from salesperf.kernels.elementwise import elementwise
from salesperf.kernels.numeric import AnyColumn, Column, Number
from salesperf.kernels.special.domains import require_few_degrees, require_not_negative
from salesperf.kernels.special.gamma import log_gamma
from salesperf.kernels.special.normal import mills_ratio, normal_density

__all__ = ["chi_square_tail"]


@overload
def chi_square_tail(x: Number, degrees: Number) -> float: ...
@overload
def chi_square_tail(x: AnyColumn, degrees: AnyColumn) -> Column: ...
@elementwise(x=require_not_negative, degrees=require_few_degrees)
def chi_square_tail(x: Column, degrees: Column) -> Column:
    """Probability that a sum of squares of standard normal numbers is x or more.

    Parameters
    ----------
    x
        Not negative; a number or a column, infinite too.
    degrees
        How many squares are summed, the degrees of freedom: a whole number from 1 to 10,000, or a column of them.

    Returns
    -------
    float or Column
        Within [0, 1]; ``nan`` where any argument is.

    Raises
    ------
    InvalidValueError
        If x is negative, or the degrees are not whole or lie outside.

    Notes
    -----
    With h = x / 2 and n degrees: the sum of exp(-h) h^j / Gamma(j + 1) over all j < n / 2 that n / 2 exceeds by a whole
    number, and for an odd n also the two tails of the normal distribution beyond sqrt(x). No term is negative.

    References
    ----------
    M. Abramowitz and I. A. Stegun, *Handbook of Mathematical Functions*, 1964, 26.4.4 and 26.4.5.

    Examples
    --------
    >>> round(chi_square_tail(3.841459, 1), 6), chi_square_tail(np.array([0.0, np.inf]), 2).tolist()
    (0.05, [1.0, 0.0])
    """
    half, first = 0.5 * x, 0.5 * (degrees % 2)
    tail = np.where(first > 0, 2 * normal_density(np.sqrt(x)) * mills_ratio(np.sqrt(x)), 0)
    for step in range(int(np.max(degrees, initial=0, where=~np.isnan(degrees))) // 2):
        j = first + step
        # 0 log 0 is 0 here: of no squares at all, none is above 0.
        log_power = np.where(j > 0, j * np.log(half), 0)
        term = np.exp(log_power - half - log_gamma(j + 1))
        tail = tail + np.where((j < 0.5 * degrees) & np.isfinite(half), term, 0)
    return np.where(np.isnan(x) | np.isnan(degrees), np.nan, np.minimum(tail, 1))

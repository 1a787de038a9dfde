"""The gamma function, which continues the factorials."""

import math
from typing import Final, overload

import numpy as np

from salesperf.kernels.elementwise import elementwise
from salesperf.kernels.numeric import AnyColumn, Column, Number
from salesperf.kernels.special.domains import require_positive

__all__ = ["log_gamma", "stirling_error"]

# zeta(k) - 1 for k = 2, 3, ...: Abramowitz and Stegun, table 23.3.
# fmt: off
_ZETA_LESS_ONE: Final = (
    0.6449340668482264, 0.2020569031595943, 0.08232323371113819, 0.03692775514336993,
    0.01734306198444914, 0.008349277381922827, 0.00407735619794434, 0.0020083928260822143,
    0.0009945751278180853, 0.0004941886041194645, 0.0002460865533080483, 0.00012271334757848915,
    6.124813505870483e-05, 3.058823630702049e-05, 1.528225940865187e-05, 7.637197637899763e-06,
    3.81729326499984e-06, 1.908212716553939e-06, 9.539620338727962e-07, 4.769329867878064e-07,
    2.38450502727733e-07, 1.1921992596531106e-07, 5.960818905125948e-08, 2.980350351465228e-08,
)
# fmt: on
_EULER_GAMMA: Final = 0.5772156649015329
_LOG_GAMMA_SERIES: Final = (
    1 - _EULER_GAMMA,
    *((-1) ** k * zeta / k for k, zeta in enumerate(_ZETA_LESS_ONE, start=2)),
)
"""log Gamma(2 + z) / z in powers of z."""


@overload
def log_gamma(x: Number) -> float: ...
@overload
def log_gamma(x: AnyColumn) -> Column: ...
@elementwise(x=require_positive)
def log_gamma(x: Column) -> Column:
    """Logarithm of the gamma function, which continues the factorials: Gamma(n + 1) = n!.

    Parameters
    ----------
    x
        Finite, above 0; a number or a column.

    Returns
    -------
    float or Column
        The natural logarithm; ``nan`` for ``nan``.

    Raises
    ------
    InvalidValueError
        If x is 0, negative or infinite.

    Notes
    -----
    Stirling's series, and near the zeros at 1 and 2, where the value is small, the Taylor series about 2.

    References
    ----------
    M. Abramowitz and I. A. Stegun, *Handbook of Mathematical Functions*, 1964, 6.1.33
    and 6.1.41.

    Examples
    --------
    >>> round(log_gamma(11), 9) == round(math.log(math.factorial(10)), 9), log_gamma(np.array([1.0, 2.0])).tolist()
    (True, [0.0, 0.0])
    """
    below = x < 1.5  # noqa: PLR2004 - halfway between the zeros
    z = np.where(below, x - 1, x - 2)
    series = z * np.polynomial.polynomial.polyval(z, _LOG_GAMMA_SERIES)
    near = np.where(below, series - np.log1p(z), series)
    far = (x - 0.5) * np.log(x) - x + 0.5 * math.log(2 * math.pi) + stirling_error(x)
    return np.where(np.abs(z) <= 0.5, near, far)  # noqa: PLR2004 - as far as the Taylor series needs no more terms


_STIRLING: Final = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360)
"""Abramowitz and Stegun, 6.1.41, in powers of 1 / x**2."""
_STIRLING_FROM: Final = 10


def stirling_error(x: Column) -> Column:
    """Give what Stirling's formula lacks: log Gamma(x) - ((x - 1/2) log x - x + log(2 pi) / 2)."""
    lifted = x
    total = np.zeros_like(x)
    for _ in range(_STIRLING_FROM):
        small = lifted < _STIRLING_FROM
        total = np.where(small, total + (lifted + 0.5) * np.log1p(1 / lifted) - 1, total)
        lifted = np.where(small, lifted + 1, lifted)
    inverse = 1 / lifted
    return total + inverse * np.polynomial.polynomial.polyval(inverse * inverse, _STIRLING)

"""Concentration: how unequally a whole is divided among its parts."""

import numpy as np

from salesperf.errors import InvalidValueError
from salesperf.kernels.elementwise import refuse_where, spread
from salesperf.kernels.numeric import AnyColumn, Column, ratio

__all__ = ["gini", "herfindahl"]


def herfindahl(values: AnyColumn) -> float:
    """Herfindahl index: the chance that two units of the whole, drawn at random, are of the same part.

    Parameters
    ----------
    values
        Shape (n,), what each part has, in any common unit; not negative.

    Returns
    -------
    float
        From 1 / n, where all parts are equal, to 1, where one has everything; ``nan`` where there is nothing to divide. Its
        inverse is the effective number of parts: so many equal ones would be as concentrated.

    Raises
    ------
    InvalidValueError
        If the values are no column, or one is negative, nan or infinite.

    Notes
    -----
    sum((x / sum(x))^2)

    References
    ----------
    A. O. Hirschman, "The paternity of an index", *American Economic Review* 54 (1964) 761-762.

    Examples
    --------
    >>> round(herfindahl(np.array([35, 17, 26, 8, 18])), 6)
    0.238351
    """
    shares = _checked(values)
    return ratio(float(np.dot(shares, shares)), float(np.sum(shares)) ** 2)


def gini(values: AnyColumn) -> float:
    """Gini coefficient of the values as a population: half the mean difference between two of them, over their mean.

    Parameters
    ----------
    values
        Shape (n,), what each part has, in any common unit; not negative.

    Returns
    -------
    float
        From 0, where all parts are equal, to 1 - 1 / n, where one has everything; ``nan`` where there is nothing to divide.

    Raises
    ------
    InvalidValueError
        If the values are no column, or one is negative, nan or infinite.

    Notes
    -----
    sum((2 i - n - 1) x_i) / (n sum(x)), with x in ascending order and i from 1. The estimate for a larger population of
    which the values are a sample is n / (n - 1) times as much, and is not what this gives.

    References
    ----------
    C. Gini, "Measurement of inequality of incomes", *Economic Journal* 31 (1921) 124-126.

    Examples
    --------
    >>> round(gini(np.array([35, 17, 26, 8, 18])), 6)
    0.242308
    """
    ascending = np.sort(_checked(values))
    n = ascending.size
    return ratio(float(np.dot(2.0 * np.arange(1, n + 1) - n - 1, ascending)), n * float(np.sum(ascending)))


def _checked(values: AnyColumn) -> Column:
    """Return the values over the greatest, so that no square is beyond the floats."""
    column = spread({"values": values})["values"]
    if column.ndim != 1:
        raise InvalidValueError("dimensions", path=("values",), value=column.ndim)
    refuse_where(~np.isfinite(column), "not_finite", "values", column)
    refuse_where(column < 0, "out_of_range", "values", column, low=0, high=np.inf)
    greatest = np.max(column, initial=0.0)
    return column / greatest if greatest else column

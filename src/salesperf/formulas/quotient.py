"""The quotient by which every formula divides."""

import numpy as np

from salesperf.kernels.numeric import Column, ratio

__all__ = ["per"]


def per(numerator: Column, denominator: Column) -> Column:
    """Divide by what is above 0; ``nan`` where there is nothing, or less than nothing, to divide by.

    Parameters
    ----------
    numerator, denominator
        Columns of one shape.

    Returns
    -------
    Column
        The quotients.

    Notes
    -----
    A share of a negative whole has a sign that misleads: a loss of 5 on revenue of -10, after returns, is no margin of
    50 %. So the formulas call it undefined, as they do a share of nothing.

    Examples
    --------
    >>> per(np.array([3.0, 3.0, 3.0]), np.array([4.0, 0.0, -4.0])).tolist()
    [0.75, nan, nan]
    """
    return ratio(numerator, np.where(denominator > 0, denominator, np.nan))

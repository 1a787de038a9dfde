"""How far raters agree, asked of a table of subjects x raters."""

import math
from collections.abc import Sequence
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError
from salesperf.kernels.agreement import (
    ICC_KINDS,
    MEASUREMENTS,
    IccKind,
    Measurement,
    intraclass_correlation,
    krippendorff_alpha,
)
from salesperf.kernels.numeric import Column
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.validators import check_number, require

__all__ = ["ICC_KINDS", "MEASUREMENTS", "Matrix", "icc", "krippendorff"]

Matrix: TypeAlias = NDArray[Any] | Sequence[Sequence[float | None]]
"""Subjects x raters; nan, or ``None`` in a list, for what is missing."""


def _matrix(ratings: Matrix) -> Column:
    """Take an array or lists as floats.

    Raises
    ------
    InvalidValueError
        If the rows are of unlike lengths, or something in them is no number.
    """
    if isinstance(ratings, np.ndarray):
        if ratings.dtype.kind not in "iuf":
            raise InvalidValueError("not_numeric", path=("ratings",), value=str(ratings.dtype))
        return ratings.astype(np.float64)
    require(ratings, list, tuple, path=("ratings",))
    for row, given in enumerate(ratings):
        require(given, list, tuple, path=("ratings", row))
        if len(given) != len(ratings[0]):
            raise InvalidValueError("length", path=("ratings", row), expected=len(ratings[0]), value=len(given))
        for column, points in enumerate(cast("Sequence[object]", given)):
            if not isinstance(points, float | np.integer | np.floating | None):  # what is infinite is refused with the rest
                check_number(points, ("ratings", row, column))
    return np.array(ratings, dtype=np.float64)  # None becomes nan


def icc(ratings: Matrix, kind: IccKind = "icc2k", *, level: float = 0.95) -> Estimate:
    """Estimate how reliable ratings are: the intraclass correlation of subjects x raters.

    Parameters
    ----------
    ratings
        Shape (subjects, raters), two of each or more. What is missing (``nan``, ``None``) the kinds ``"icc1"`` and ``"icc1k"``
        do without; the others, which compare the same raters, refuse it.
    kind
        One of :data:`ICC_KINDS`; that of a mean says how far the mean of all raters can be relied upon.
    level
        The share of such intervals that hold the truth, within (0, 1).

    Returns
    -------
    Estimate
        With the number of subjects; undefined where nothing varies.

    Raises
    ------
    InvalidValueError
        If the ratings are no numbers in a matrix of two or more subjects and raters, one is infinite, one is missing and the
        kind does not do without, or kind or level is none.

    Notes
    -----
    See :func:`salesperf.kernels.agreement.intraclass_correlation`.

    Examples
    --------
    >>> print(icc([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]))
    0.620051 [0.0711368, 0.927232], n = 6
    """
    found = intraclass_correlation(_matrix(ratings), kind, level=level)
    if math.isnan(found.value):
        return Estimate.undefined(Message("feedback.reason.nothing_varies"), n=found.subjects)
    return Estimate(value=found.value, low=found.low, high=found.high, n=found.subjects, level=level)


def krippendorff(ratings: Matrix, *, measurement: Measurement = "interval") -> float:
    """Tell how far raters agree beyond chance: Krippendorff's alpha of subjects x raters.

    Parameters
    ----------
    ratings
        Shape (subjects, raters), two of each or more; ``nan`` or ``None`` for what is missing.
    measurement
        What the numbers mean, one of :data:`MEASUREMENTS`.

    Returns
    -------
    float
        1 where all agree, 0 for what chance makes; ``nan`` where no subject has two ratings, or all ratings are alike.

    Raises
    ------
    InvalidValueError
        If the ratings are no numbers in a matrix of two or more subjects and raters, one is infinite, one is negative and the
        measurement a ratio, or the measurement is none.

    Notes
    -----
    See :func:`salesperf.kernels.agreement.krippendorff_alpha`.

    Examples
    --------
    >>> round(krippendorff([[1, 1, None], [2, 2, 3], [3, 3, 3], [4, None, 4]], measurement="ordinal"), 4)
    0.8934
    """
    return krippendorff_alpha(_matrix(ratings), measurement)

"""Rankings: how well scores put those that turn out one way before those that turn out the other."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError
from salesperf.kernels.elementwise import refuse_where, spread
from salesperf.kernels.numeric import AnyColumn, Column, ratio

__all__ = ["RankedArea", "auc", "auc_and_error"]


class RankedArea(NamedTuple):
    """The area under the curve, and its standard error.

    Parameters
    ----------
    area
        As of :func:`auc`.
    standard_error
        How far it may lie from that of all cases like these; ``nan`` where a kind has fewer than two cases.

    Examples
    --------
    >>> RankedArea(0.75, 0.25).area
    0.75
    """

    area: float
    standard_error: float


def auc(scores: AnyColumn, is_positive: NDArray[np.bool_]) -> float:
    """Area under the ROC curve: the chance that a positive case, drawn at random, has a higher score than a negative one.

    Parameters
    ----------
    scores
        Shape (n,), in any unit; not nan. Equal scores count one half.
    is_positive
        Shape (n,).

    Returns
    -------
    float
        From 0 to 1; 0.5 is no better than chance; ``nan`` where all cases are of one kind.

    Raises
    ------
    InvalidValueError
        If the columns are not of one length, a score is nan or infinite, or the truths are none.

    Notes
    -----
    (count of pairs in which the positive case stands higher + half the count of ties) / count of pairs. The counts are whole
    numbers, so the order of the cases never matters.

    References
    ----------
    J. A. Hanley and B. J. McNeil, "The meaning and use of the area under a receiver operating characteristic (ROC) curve",
    *Radiology* 143 (1982) 29-36.

    Examples
    --------
    >>> auc(np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True]))
    0.75
    """
    positive, negative = _sorted_kinds(scores, is_positive)
    few, many = sorted((positive, negative), key=np.size)
    # Among numbers in order, twice the place of each: to search for the fewer in the more is less work.
    passed = int(many.searchsorted(few, "left").sum()) + int(many.searchsorted(few, "right").sum())
    pairs = 2 * positive.size * negative.size
    return ratio(passed if few is positive else pairs - passed, pairs)


def auc_and_error(scores: AnyColumn, is_positive: NDArray[np.bool_]) -> RankedArea:
    """Area under the ROC curve with its standard error.

    Parameters
    ----------
    scores, is_positive
        As of :func:`auc`.

    Returns
    -------
    RankedArea

    Raises
    ------
    InvalidValueError
        As :func:`auc`.

    Notes
    -----
    With V the share of cases of the other kind that a case stands on the right side of, variance = var(V of positives) /
    count of positives + var(V of negatives) / count of negatives.

    References
    ----------
    E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson, "Comparing the areas under two or more correlated receiver operating
    characteristic curves", *Biometrics* 44 (1988) 837-845.

    Examples
    --------
    >>> found = auc_and_error(np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True]))
    >>> found.area, round(found.standard_error, 6)
    (0.75, 0.353553)
    """
    positive, negative = _sorted_kinds(scores, is_positive)
    if min(positive.size, negative.size) < 2:  # noqa: PLR2004 - of one case nothing varies
        return RankedArea(auc(scores, is_positive), np.nan)
    above, below = _places(positive, negative), _places(negative, positive)
    variance = float(np.var(above, ddof=1)) / above.size + float(np.var(below, ddof=1)) / below.size
    return RankedArea(auc(scores, is_positive), float(np.sqrt(variance)))


def _places(scores: Column, others: Column) -> Column:
    """Return the share of the others that each score stands above, ties by half."""
    return np.asarray((others.searchsorted(scores, "left") + others.searchsorted(scores, "right")) / (2 * others.size))


def _sorted_kinds(scores: AnyColumn, is_positive: NDArray[np.bool_]) -> tuple[Column, Column]:
    """Return the scores of the positive and of the negative cases, each in order."""
    column = spread({"scores": scores})["scores"]
    if column.ndim != 1:
        raise InvalidValueError("dimensions", path=("scores",), value=column.ndim)
    if not isinstance(is_positive, np.ndarray) or is_positive.dtype != np.bool_:
        raise InvalidValueError("wrong_type", path=("is_positive",), expected=bool, value=is_positive)
    if is_positive.shape != column.shape:
        raise InvalidValueError("length", path=("is_positive",), expected=column.size, value=is_positive.shape)
    refuse_where(~np.isfinite(column), "not_finite", "scores", column)
    return np.sort(column[is_positive]), np.sort(column[~is_positive])

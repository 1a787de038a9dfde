"""How far raters agree: intraclass correlations and Krippendorff's alpha, of subjects x raters."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError
from salesperf.kernels.elementwise import refuse_where
from salesperf.kernels.numeric import Column, ratio
from salesperf.kernels.special import fisher_f_quantile, two_sided_quantile

__all__ = ["ICC_KINDS", "MEASUREMENTS", "Correlation", "IccKind", "Measurement", "intraclass_correlation", "krippendorff_alpha"]

IccKind: TypeAlias = Literal["icc1", "icc2", "icc3", "icc1k", "icc2k", "icc3k"]
ICC_KINDS: Final[tuple[IccKind, ...]] = ("icc1", "icc2", "icc3", "icc1k", "icc2k", "icc3k")
"""Intraclass correlations: each subject has raters of its own; the same raters, drawn from many, rate all, and their levels
count; the same raters rate all, and only their order counts; and the same three for the mean of all raters of a subject."""

Measurement: TypeAlias = Literal["nominal", "ordinal", "interval", "ratio"]
MEASUREMENTS: Final[tuple[Measurement, ...]] = ("nominal", "ordinal", "interval", "ratio")
"""What the numbers mean: names; an order; distances; distances from a true zero."""

_ROUNDING: Final = 256 * float(np.finfo(np.float64).eps)
"""Of the largest rating, what a difference may be by rounding alone."""
_NOTHING: Final = 1e-12
"""What may be left, of 1, by rounding alone, where nothing should be."""
_SMALL: Final = 1e-100
"""Ratings all below it, or one above its inverse, are scaled before they are squared."""
_CELLS: Final = 32_768
"""Ratings worked on at a time, so that scratch stays in the cache."""
_BLOCK: Final = 1024
"""Distinct values compared with all others at a time, so that scratch stays small."""


class Correlation(NamedTuple):
    """An intraclass correlation with its interval.

    Parameters
    ----------
    value
        1 for raters who agree; ``nan`` where subjects, or all ratings, do not differ.
    low, high
        The ends of its interval; ``nan`` with the value.
    subjects
        How many subjects it rests on.

    Examples
    --------
    >>> Correlation(0.62, 0.07, 0.93, 6).subjects
    6
    """

    value: float
    low: float
    high: float
    subjects: int


def intraclass_correlation(ratings: Column, kind: IccKind, *, level: float = 0.95) -> Correlation:
    """Intraclass correlation: which share of the variance of ratings is that of the subjects.

    Parameters
    ----------
    ratings
        Shape (subjects, raters), two of each or more; nan for what is missing, with the kinds ``"icc1"`` and ``"icc1k"``.
    kind
        One of :data:`ICC_KINDS`.
    level
        The share of such intervals that hold the truth, within (0, 1).

    Returns
    -------
    Correlation

    Raises
    ------
    InvalidValueError
        If the ratings are no matrix of two or more subjects and raters, one is infinite, one is missing and the kind does not
        do without, or kind or level is none.

    Notes
    -----
    From the mean squares of subjects, raters and what is left, with the intervals that follow from the F distribution; that of
    ``icc2`` takes Satterthwaite's degrees of freedom. Where subjects have unlike numbers of ratings, k is
    (N - sum k_i^2 / N) / (subjects - 1), and the interval of ``icc1`` is approximate. The forms of the mean follow from those
    of one rater by the formula of Spearman and Brown.

    References
    ----------
    P. E. Shrout and J. L. Fleiss, "Intraclass correlations: uses in assessing rater reliability", *Psychological Bulletin* 86
    (1979) 420-428. K. O. McGraw and S. P. Wong, "Forming inferences about some intraclass correlation coefficients",
    *Psychological Methods* 1 (1996) 30-46.

    Examples
    --------
    >>> ratings = np.array([[9.0, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
    >>> [round(intraclass_correlation(ratings, kind).value, 2) for kind in ICC_KINDS]
    [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]
    """
    if kind not in ICC_KINDS:
        raise InvalidValueError("choice", path=("kind",), choices=ICC_KINDS, value=kind)
    two_sided_quantile(level)
    ratings = _as_matrix(ratings)
    one_way = kind in ("icc1", "icc1k")
    if not one_way and math.isnan(float(ratings.sum())):
        position = tuple(int(step) for step in np.argwhere(np.isnan(ratings))[0])
        raise InvalidValueError("rating_missing", path=("ratings", *position), kind=kind)
    single = _one_way(ratings, level) if one_way else _TWO_WAY[kind[:4]](ratings, level)
    return single.of_mean() if kind.endswith("k") else single.of_one()


def _as_matrix(ratings: Column) -> Column:
    """Return ratings of a size of which no square is beyond all floats: agreement does not depend on the unit."""
    if not isinstance(ratings, np.ndarray) or ratings.dtype != np.float64 or ratings.ndim != 2:  # noqa: PLR2004 - a matrix
        shape = getattr(ratings, "shape", type(ratings))
        raise InvalidValueError("not_a_matrix", path=("ratings",), value=shape)
    for position, count in enumerate(ratings.shape):
        if count < 2:  # noqa: PLR2004 - of one nothing varies
            raise InvalidValueError("too_few", path=("ratings", ("subjects", "raters")[position]), low=2, value=count)
    largest = max(float(np.fmax.reduce(ratings, axis=None)), -float(np.fmin.reduce(ratings, axis=None)))
    if not math.isfinite(largest):  # else there is none; of nothing but gaps it is nan
        refuse_where(np.isinf(ratings), "not_finite", "ratings", ratings)
    elif largest and not _SMALL < largest < 1 / _SMALL:
        return np.ldexp(ratings, -math.frexp(largest)[1])
    return ratings


class _Single(NamedTuple):
    """The correlation of one rater's ratings, and how many are averaged."""

    value: float
    low: float
    high: float
    raters: float
    subjects: int

    def of_one(self) -> Correlation:
        return _ordered(self.value, self.low, self.high, self.subjects)

    def of_mean(self) -> Correlation:
        value, low, high = (_stepped_up(each, self.raters) for each in (self.value, self.low, self.high))
        return _ordered(value, low, high, self.subjects)


def _ordered(value: float, low: float, high: float, subjects: int) -> Correlation:
    if not math.isfinite(value):
        return Correlation(math.nan, math.nan, math.nan, subjects)
    # At low levels an end may pass the value, which is no median.
    return Correlation(value, min(low, value), max(high, value), subjects)


def _stepped_up(single: float, raters: float) -> float:
    """Return the correlation of a mean of raters, by the formula of Spearman and Brown."""
    bottom = 1 + (raters - 1) * single
    return raters * single / bottom if bottom > _NOTHING else -math.inf


def _nothing(raters: float, subjects: int) -> _Single:
    return _Single(math.nan, math.nan, math.nan, raters, subjects)


def _from_f(between: float, within: float, raters: float, subjects: int, degrees: tuple[float, float], level: float) -> _Single:
    """Return (between - within) / (between + (raters - 1) within) and its interval, from F = between / within."""
    bottom = between + (raters - 1) * within
    if not bottom > 0:
        return _nothing(raters, subjects)
    tail = (1 - level) / 2
    # 1 / F of one tail is F of the other with its degrees exchanged.
    scaled = _quantiles(tail, degrees[1], degrees[0]) * between
    low, high = ((each - within) / (each + (raters - 1) * within) if each < math.inf else 1.0 for each in scaled.tolist())
    return _Single((between - within) / bottom, low, high, raters, subjects)


def _quantiles(tail: float, numerator_degrees: float, denominator_degrees: float) -> Column:
    """Return the lower and the upper quantile."""
    degrees = np.array([[numerator_degrees, denominator_degrees]] * 2, np.float64)
    return fisher_f_quantile(np.array([tail, 1 - tail]), degrees[:, 0], degrees[:, 1])


def _one_way(ratings: Column, level: float) -> _Single:
    if math.isnan(float(ratings.sum())):
        return _one_way_with_gaps(ratings, level)
    n, k = ratings.shape
    squares = _squares(ratings)
    within = (squares.raters + (n - 1) * squares.rest) / n
    return _from_f(squares.subjects, within, k, n, (n - 1, n * (k - 1)), level)


def _one_way_with_gaps(ratings: Column, level: float) -> _Single:
    is_there = ~np.isnan(ratings)
    counts = is_there.sum(axis=1)
    ratings, is_there, counts = ratings[counts > 0], is_there[counts > 0], counts[counts > 0]
    subjects, total = counts.size, int(counts.sum())
    if subjects < 2 or total == subjects:  # noqa: PLR2004 - nothing to compare between, or within, subjects
        return _nothing(math.nan, subjects)
    middle = ratings[is_there].mean()
    centred = np.where(is_there, ratings - middle, 0.0)
    means = centred.sum(axis=1) / counts
    noise = _noise(ratings)
    between = _above(float(np.dot(counts, (means - centred.sum() / total) ** 2)) / (subjects - 1), noise)
    rest = np.where(is_there, centred - means[:, np.newaxis], 0.0)
    within = _above(float(np.einsum("ij,ij->", rest, rest)) / (total - subjects), noise)
    raters = (total - float(np.dot(counts, counts)) / total) / (subjects - 1)
    return _from_f(between, within, raters, subjects, (subjects - 1, total - subjects), level)


class _Squares(NamedTuple):
    """Mean squares of subjects, of raters, and of what is left."""

    subjects: float
    raters: float
    rest: float


def _squares(ratings: Column) -> _Squares:
    n, k = ratings.shape
    middle = ratings.mean()
    of_subjects, of_raters = np.empty(n), np.zeros(k)
    rows = max(_CELLS // k, 1)
    scratch = np.empty((min(rows, n), k))
    blocks = [slice(start, min(start + rows, n)) for start in range(0, n, rows)]
    for block in blocks:
        centred = np.subtract(ratings[block], middle, out=scratch[: block.stop - block.start])
        centred.mean(axis=1, out=of_subjects[block])
        of_raters += centred.sum(axis=0)
    of_raters /= n
    rest = 0.0
    for block in blocks:
        centred = np.subtract(ratings[block], of_raters + middle, out=scratch[: block.stop - block.start])
        centred -= of_subjects[block, np.newaxis]
        rest += float(np.einsum("ij,ij->", centred, centred))
    noise = _noise(ratings)
    return _Squares(
        subjects=_above(k * float(np.dot(of_subjects, of_subjects)) / (n - 1), noise),
        raters=_above(n * float(np.dot(of_raters, of_raters)) / (k - 1), noise),
        rest=_above(rest / ((n - 1) * (k - 1)), noise),
    )


def _noise(ratings: Column) -> float:
    """Return what a mean square may be by rounding alone."""
    return float((_ROUNDING * max(np.nanmax(ratings), -np.nanmin(ratings))) ** 2)


def _above(square: float, noise: float) -> float:
    return square if square > noise else 0.0


def _consistency(ratings: Column, level: float) -> _Single:
    n, k = ratings.shape
    squares = _squares(ratings)
    return _from_f(squares.subjects, squares.rest, k, n, (n - 1, (n - 1) * (k - 1)), level)


def _agreement(ratings: Column, level: float) -> _Single:
    n, k = ratings.shape
    subjects, raters, rest = _squares(ratings)
    bottom = subjects + (k - 1) * rest + k / n * (raters - rest)
    if not bottom > _NOTHING * (subjects + k * rest + raters):
        return _nothing(k, n)
    value = (subjects - rest) / bottom
    of_raters, of_rest = k * value * raters, (n * (1 + (k - 1) * value) - k * value) * rest
    noise = of_raters**2 / (k - 1) + of_rest**2 / ((n - 1) * (k - 1))
    if noise == 0:  # neither raters nor rest vary
        return _Single(value, value, value, k, n)
    degrees = max((of_raters + of_rest) ** 2 / noise, 0.1)  # fewer would make a quantile beyond all floats
    tail = (1 - level) / 2
    scaled = _quantiles(tail, degrees, n - 1) * subjects
    low, high = (
        1.0 if each == math.inf else _quotient(n * (each - rest), k * raters + (k * n - k - n) * rest + n * each)
        for each in scaled.tolist()
    )
    return _Single(value, low, high, k, n)


def _quotient(top: float, bottom: float) -> float:
    return top / bottom if bottom > 0 else -math.inf


_TWO_WAY: Final[Mapping[str, Callable[[Column, float], _Single]]] = MappingProxyType({"icc2": _agreement, "icc3": _consistency})


def krippendorff_alpha(ratings: Column, measurement: Measurement) -> float:
    """Krippendorff's alpha: 1 less the disagreement within subjects over that among all ratings.

    Parameters
    ----------
    ratings
        Shape (subjects, raters), two of each or more; nan for what is missing. Subjects with fewer than two ratings have no
        part in it.
    measurement
        One of :data:`MEASUREMENTS`; of a ratio no rating is negative.

    Returns
    -------
    float
        1 for raters who agree, 0 for what chance makes, negative for less; ``nan`` where no subject has two ratings, or all
        ratings are alike.

    Raises
    ------
    InvalidValueError
        If the ratings are no matrix of two or more subjects and raters, one is infinite, one is negative and the measurement a
        ratio, or the measurement is none.

    Notes
    -----
    1 - (N - 1) sum_u (D_u / (m_u - 1)) / D, with D the sum of squared differences over ordered pairs of ratings, within a
    subject u of m_u ratings and among all N. The difference of two names is 1; of two places in an order the distance of their
    middle ranks among all; of two numbers a - b; of two ratios (a - b) / (a + b). All but the last are counted without going
    through pairs; the last takes time by the square of the number of distinct values.

    References
    ----------
    K. Krippendorff, "Computing Krippendorff's alpha-reliability", 2011.

    Examples
    --------
    >>> ratings = np.array([[1.0, 1], [2, 2], [3, 3], [3, 4], [2, np.nan]])
    >>> round(krippendorff_alpha(ratings, "interval"), 6)
    0.888889
    """
    if measurement not in MEASUREMENTS:
        raise InvalidValueError("choice", path=("measurement",), choices=MEASUREMENTS, value=measurement)
    ratings = _as_matrix(ratings)
    if measurement == "ratio":
        refuse_where(ratings < 0, "out_of_range", "ratings", ratings, low=0, high=math.inf)
    is_there = ~np.isnan(ratings)
    is_paired = is_there.sum(axis=1) > 1
    ratings, is_there = ratings[is_paired], is_there[is_paired]
    if not is_there.any():
        return math.nan
    values, codes, counts = np.unique(ratings[is_there], return_inverse=True, return_counts=True)
    owners = np.repeat(np.arange(len(ratings)), is_there.sum(axis=1))
    within, among = _DISAGREEMENT[measurement](values, codes.ravel().astype(np.int64), counts.astype(np.int64), owners)
    sizes = is_there.sum(axis=1)
    return 1 - (codes.size - 1) * ratio(float(np.sum(within / (sizes - 1))), among)


Places: TypeAlias = NDArray[np.int64]
_Disagreement: TypeAlias = Callable[[Column, Places, Places, Places], tuple[Column, float]]
"""Distinct values, the number of each rating's among them, how often each comes, and the subject of each rating: to the sums
of squared differences over ordered pairs within each subject, and among all."""


def _of_names(values: Column, codes: Places, counts: Places, owners: Places) -> tuple[Column, float]:
    sizes = np.bincount(owners)
    alike = np.unique(owners * values.size + codes, return_counts=True)
    same = np.bincount(alike[0] // values.size, weights=alike[1] * alike[1], minlength=sizes.size)
    return np.asarray(sizes * sizes - same, np.float64), float(codes.size) ** 2 - float(np.dot(counts, counts))


def _of_numbers(values: Column, codes: Places, counts: Places, owners: Places) -> tuple[Column, float]:
    total = int(counts.sum())
    values = values - float(np.dot(values, counts)) / total
    points = values[codes]
    sizes = np.bincount(owners)
    means = np.bincount(owners, points) / sizes
    # About the mean of their own, so that raters who agree differ by nothing, to the last digit.
    rest = points - means[owners]
    return np.asarray(2 * sizes * np.bincount(owners, rest * rest), np.float64), 2 * total * float(
        np.dot(counts, values * values)
    )


def _of_places(values: Column, codes: Places, counts: Places, owners: Places) -> tuple[Column, float]:
    del values
    return _of_numbers(np.cumsum(counts) - counts / 2, codes, counts, owners)


def _of_ratios(values: Column, codes: Places, counts: Places, owners: Places) -> tuple[Column, float]:
    among = 0.0
    for start in range(0, values.size, _BLOCK):
        some = slice(start, start + _BLOCK)
        among += float(counts[some] @ (_ratio_difference(values[some, np.newaxis], values) @ counts))
    # Ratings stand subject by subject: those that lie so many places apart are compared at once.
    points, within = values[codes], np.zeros(owners[-1] + 1)
    for apart in range(1, int(np.bincount(owners).max())):
        is_of_one = owners[apart:] == owners[:-apart]
        pairs = _ratio_difference(points[apart:][is_of_one], points[:-apart][is_of_one])
        within += 2 * np.bincount(owners[apart:][is_of_one], pairs, minlength=within.size)
    return within, among


def _ratio_difference(left: Column, right: Column) -> Column:
    whole = left + right
    difference = (left - right) / np.where(whole > 0, whole, 1.0)
    return difference * difference


_DISAGREEMENT: Final[Mapping[Measurement, _Disagreement]] = MappingProxyType(
    {"nominal": _of_names, "ordinal": _of_places, "interval": _of_numbers, "ratio": _of_ratios}
)

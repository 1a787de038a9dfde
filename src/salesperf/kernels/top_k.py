"""How likely each of many uncertain numbers is among the k largest: by quadrature, or from draws."""

import math
from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError
from salesperf.kernels.elementwise import refuse_where, spread
from salesperf.kernels.numeric import AnyColumn, Column, ratio
from salesperf.kernels.special import incomplete_beta, normal_cdf, normal_quantile

__all__ = ["top_k_of_betas", "top_k_of_draws", "top_k_of_normals"]

Scores: TypeAlias = Callable[[Column], Column]
"""Points, shape (points,), to the normal quantile of each number's probability to lie below: shape (points, numbers)."""

_POINTS: Final = 97
"""Points of the quadrature."""
_COARSE: Final = 33
"""Points at which the place of the threshold is looked for, each time within the part found last."""
_SEARCHES: Final = 12
_STEPS: Final = 12
"""Points within the part found that are enough to see it by."""
_UNLIKELY: Final = -16.0
"""Log of a probability that counts for nothing."""
_FEW: Final = 25.0
"""Variance of a count up to which its distribution is computed in full; beyond it, four moments tell it to some 1e-5."""
_WINDOW: Final = 128
"""Counts within which lie all of a variance of that size that matter."""
_RARE: Final = 0.02
_POWERS: Final = 7
"""Of probabilities below the former, powers up to the latter tell the logarithm of 1 + turn p to 1e-10 of p."""
_TERMS: Final = 24
"""Terms of the series that takes one number out of a count."""
_END: Final = 9.0
_CELLS: Final = 8192
_TABLE: Final = normal_cdf(np.linspace(-_END, _END, _CELLS + 1))
"""Between so many points the normal distribution function is taken as straight, which is off by 2e-7."""
_RISES: Final = np.append(np.diff(_TABLE), 0.0)
_NARROW: Final = 1e-9
"""Deviations, beside the range of all, below which numbers count as known: alike ones then share their places."""
_FARTHEST: Final = 300.0
"""Logit beyond which no share is looked for."""
_PLAIN_SHAPE: Final = 4.0
"""Shapes of a beta distribution from which on it is told by a formula to some 2e-4."""


def top_k_of_normals(mean: AnyColumn, deviation: AnyColumn, k: int) -> Column:
    """Probability that each of independent normal numbers is among the k largest.

    Parameters
    ----------
    mean
        Shape (numbers,), in any unit; finite.
    deviation
        Shape (numbers,), the standard deviation of each: finite, 0 or more.
    k
        How many, from 1 to the count of numbers.

    Returns
    -------
    Column
        Shape (numbers,), with the sum k. Numbers that are alike, known ones too, have equal probabilities.

    Raises
    ------
    InvalidValueError
        If the columns are of unlike lengths, a mean is not finite, a deviation is negative or not finite, or k lies outside 1
        to the count.

    Notes
    -----
    P_i is the integral over x of the density of i times the probability that fewer than k of the others lie above x, which is
    that of a count of independent events: computed in full where its variance is small, else from its first four moments (both
    to some 1e-5). One number is taken out of the count of all by the series in differences of the count's distribution. The
    points of the quadrature are laid where the threshold is; between them the probability is taken as straight. What the sum is
    off by (some 1e-3 of k at the most) is shared by P (1 - P).

    References
    ----------
    E. C. Marshall and D. J. Spiegelhalter, "League tables of in vitro fertilisation clinics: how confident can we be about the
    rankings?", *British Medical Journal* 316 (1998) 1701-1705, for the question.

    Examples
    --------
    >>> top_k_of_normals(np.array([0.0, 0.0, 5.0]), np.array([1.0, 1.0, 1.0]), 2).round(3).tolist()
    [0.5, 0.5, 1.0]
    """
    columns = _checked({"mean": mean, "deviation": deviation}, k)
    refuse_where(columns["deviation"] < 0, "out_of_range", "deviation", columns["deviation"], low=0, high=math.inf)
    means, widths = columns["mean"], columns["deviation"]
    reach = float(means.max() - means.min()) + float(widths.max())
    if reach == 0:  # all are known, and alike
        return np.full(means.size, k / means.size)
    widths = np.maximum(widths, reach * _NARROW)
    ends = float((means - _END * widths).min()), float((means + _END * widths).max())
    return _by_quadrature(lambda points: (points[:, np.newaxis] - means) / widths, ends, means.size, k)


def top_k_of_betas(a: AnyColumn, b: AnyColumn, k: int) -> Column:
    """Probability that each of independent beta-distributed shares is among the k largest.

    Parameters
    ----------
    a, b
        Shape (shares,), the two shapes of each, from 1e-4 to 1e12.
    k
        How many, from 1 to the count of shares.

    Returns
    -------
    Column
        Shape (shares,), with the sum k.

    Raises
    ------
    InvalidValueError
        If the columns are of unlike lengths, a shape lies outside [1e-4, 1e12], or k lies outside 1 to the count.

    Notes
    -----
    As :func:`top_k_of_normals`. The distribution function is that of Peizer and Pratt where both shapes are 4 or more, which
    is off by some 2e-4.

    References
    ----------
    D. B. Peizer and J. W. Pratt, "A normal approximation for binomial, F, beta, and other common, related tail probabilities",
    *Journal of the American Statistical Association* 63 (1968) 1416-1456.

    Examples
    --------
    >>> top_k_of_betas(np.array([3.0, 30.0]), np.array([2.0, 20.0]), 1).round(2).tolist()
    [0.52, 0.48]
    """
    columns = _checked({"a": a, "b": b}, k)
    for name, shapes in columns.items():
        refuse_where((shapes < 1e-4) | (shapes > 1e12), "not_a_shape", name, shapes)  # noqa: PLR2004 - those of the function
    return _by_quadrature(_BetaScores(columns["a"], columns["b"]), (-_FARTHEST, _FARTHEST), columns["a"].size, k)


def top_k_of_draws(draws: Column, k: int) -> Column:
    """Share of draws in which each number is among the k largest.

    Parameters
    ----------
    draws
        Shape (draws, numbers); not nan.
    k
        How many, from 1 to the count of numbers.

    Returns
    -------
    Column
        Shape (numbers,), with the sum k, to rounding. Numbers that tie for the last places in a draw share them.

    Raises
    ------
    InvalidValueError
        If the draws are no matrix, one is nan, or k lies outside 1 to the count.

    Examples
    --------
    >>> top_k_of_draws(np.array([[3.0, 1, 2], [1, 1, 2]]), 2).tolist()
    [0.75, 0.25, 1.0]
    """
    if not isinstance(draws, np.ndarray) or draws.dtype != np.float64 or draws.ndim != 2 or not draws.size:  # noqa: PLR2004
        raise InvalidValueError("not_a_matrix", path=("draws",), value=getattr(draws, "shape", type(draws)))
    refuse_where(np.isnan(draws), "not_finite", "draws", draws)
    count = draws.shape[1]
    _check_k(k, count)
    last = np.partition(draws, count - k, axis=1)[:, [count - k]]
    above, at = draws > last, draws == last
    shares = (k - above.sum(axis=1)) / at.sum(axis=1)
    return np.asarray((above.sum(axis=0) + shares @ at) / len(draws))


def _checked(given: dict[str, AnyColumn], k: int) -> dict[str, Column]:
    columns = spread(given)
    for name, column in columns.items():
        if column.ndim != 1:
            raise InvalidValueError("dimensions", path=(name,), value=column.ndim)
        refuse_where(~np.isfinite(column), "not_finite", name, column)
    _check_k(k, next(iter(columns.values())).size)
    return columns


def _check_k(k: int, count: int) -> None:
    if type(k) is not int:
        raise InvalidValueError("wrong_type", path=("k",), expected=int, value=type(k))
    if not 1 <= k <= count:
        raise InvalidValueError("out_of_range", path=("k",), low=1, high=count, value=k)


class _BetaScores:
    """Normal quantiles of the distribution functions of beta-distributed shares."""

    def __init__(self, a: Column, b: Column) -> None:
        self._a, self._b = a, b
        self._is_plain = (a >= _PLAIN_SHAPE) & (b >= _PLAIN_SHAPE)

    def __call__(self, points: Column) -> Column:
        """Take logits of shares, which tell those near 0 and near 1 apart."""
        scores = np.empty((points.size, self._a.size))
        plain, other = self._is_plain, ~self._is_plain
        x, y = np.exp(-np.logaddexp(0, -points))[:, np.newaxis], np.exp(-np.logaddexp(0, points))[:, np.newaxis]
        with np.errstate(under="ignore"):
            scores[:, plain] = _peizer_pratt(self._a[plain], self._b[plain], x, y)
        upper = points > 0
        for side, share, a, b, sign in ((~upper, x, self._a, self._b, 1), (upper, y, self._b, self._a, -1)):
            shape = int(side.sum()), int(other.sum())
            tail = incomplete_beta(*(np.broadcast_to(each, shape).copy() for each in (a[other], b[other], share[side])))
            scores[np.ix_(side, other)] = sign * np.clip(normal_quantile(tail), -_END, _END)
        return scores


def _peizer_pratt(a: Column, b: Column, x: Column, y: Column) -> Column:
    n = a + b - 1
    distance = a - 1 / 3 - (n + 1 / 3) * x + 0.02 * (y / a - x / b + (y - 0.5) / (n + 1))
    skewness = y * _peizer_pratt_skew((a - 0.5) / (n * x)) + x * _peizer_pratt_skew((b - 0.5) / (n * y))
    return np.asarray(-distance * np.sqrt(skewness / ((n + 1 / 6) * x * y)))


def _peizer_pratt_skew(ratio: Column) -> Column:
    """2 (1 - r + r log r) / (1 - r)^2, which goes through 1 at r = 1: 1 more than theirs, so that far out nothing cancels."""
    off = 1 - ratio
    near = np.abs(off) < 1e-3  # noqa: PLR2004 - where the terms above cancel
    off = np.where(near, 1.0, off)
    return np.where(near, 1 + (1 - ratio) / 3, 2 * (1 - ratio + ratio * np.log(ratio)) / (off * off))


# The quadrature


def _by_quadrature(scores: Scores, ends: tuple[float, float], count: int, k: int) -> Column:
    if k == count:
        return np.ones(count)
    points = _points(scores, ends, k)
    z = scores(points)
    below = _below(z)
    above = 1 - below
    chance = _Counts.at(above, k).fewer_of_others(above)
    # A number beyond the points: below the first it is out, above the last it is in.
    inside = above[-1]
    steps, mass = np.diff(z, axis=0), np.diff(below, axis=0)
    density = np.exp(-0.5 * np.minimum(z * z, _END * _END)) / math.sqrt(2 * math.pi)
    # Where in a cell the mass of a number lies on the whole, if its score rises evenly there.
    with np.errstate(all="ignore"):
        place = ((density[:-1] - density[1:]) / mass - z[:-1]) / steps
    place = np.clip(np.where(np.isfinite(place), place, 0.5), 0, 1)
    inside += np.einsum("ij,ij->j", mass, chance[:-1] + place * np.diff(chance, axis=0))
    return _with_sum(np.clip(inside, 0, 1), k)


def _with_sum(probability: Column, k: int) -> Column:
    """Share what the sum is off by; a probability of 0 or 1 is sure of itself."""
    for _ in range(3):  # what is cut off at 0 and 1 is shared anew
        room = probability * (1 - probability)
        share = ratio(k - float(probability.sum()), float(room.sum()))
        probability = np.clip(probability + np.nan_to_num(share) * room, 0, 1)
    return probability


def _below(z: Column) -> Column:
    """Return the normal distribution function, from the table."""
    place = np.clip(z, -_END, _END)
    place += _END
    place *= _CELLS / (2 * _END)
    cell = place.astype(np.intp)
    place -= cell
    place *= _RISES[cell]
    place += _TABLE[cell]
    return place


def _points(scores: Scores, ends: tuple[float, float], k: int) -> Column:
    """Lay points where the threshold may be, dense where it is likely to be."""
    low, high = ends
    searches = seen = 0
    while seen < _STEPS and searches < _SEARCHES:
        points = np.linspace(low, high, _COARSE)
        above = 1 - _below(scores(points))
        sure = _sureness(above.sum(axis=1), above.shape[1], k)
        first = max(int(np.count_nonzero(sure < 0)) - 1, 0)
        last = min(_COARSE - int(np.count_nonzero(sure > 0)), _COARSE - 1)
        low, high, seen = float(points[first]), float(points[last]), last - first
        searches += 1
    rise = _Counts.at(above, k).fewer
    # Half of the points by the rise of the probability that fewer than k lie above, half evenly.
    measure = np.maximum.accumulate(rise) + np.linspace(0, 1, _COARSE)
    return np.interp(np.linspace(measure[0], measure[-1], _POINTS), measure, points)


def _sureness(mean: Column, count: int, k: int) -> Column:
    """Tell of each point whether more than k lie above it for sure (-1), fewer than k for sure (1), or neither (0).

    By Chernoff's bound, for the numbers above and for those below.
    """
    sides = [(mean, float(k)), (count - mean, float(count - k))]
    with np.errstate(all="ignore"):
        bounds = [-(m - j + np.where(j > 0, j * np.log(j / m), 0.0)) for m, j in sides]
    is_sure = np.nan_to_num(np.minimum(*bounds), nan=-np.inf) < _UNLIKELY
    return np.where(is_sure, np.sign(k - mean), 0.0)


class _Counts(NamedTuple):
    """How many lie above each point: the probability of fewer than k, and those of counts around k - 1."""

    fewer: Column
    near: Column
    """Shape (points, 2 terms + 1): the probabilities of k - 1 - terms to k - 1 + terms."""

    @classmethod
    def at(cls, above: Column, k: int) -> "_Counts":
        """Count by the probability of each number to lie above each point."""
        spread_of = above * (1 - above)
        variance = spread_of.sum(axis=1)
        wanted = np.arange(k - 1 - _TERMS, k + _TERMS, dtype=np.int64)
        few = variance <= _FEW
        below = np.empty((len(above), wanted.size + 1))
        below[few] = _in_full(above[few], wanted)
        below[~few] = _by_moments(above[~few], spread_of[~few], wanted)
        return cls(below[:, _TERMS + 1], np.diff(below, axis=1))

    def fewer_of_others(self, above: Column) -> Column:
        """Return the probability that fewer than k of the others lie above each point, for each number."""
        is_likely = above > 0.5  # noqa: PLR2004 - the series goes by the less likely of in and out
        part = np.where(is_likely, 1 - above, above)
        # Without one number: the sum of p^j times the j-th difference backward from k - 1, or else of (1 - p)^j times that
        # forward from k.
        backward = _differences(self.near[:, _TERMS::-1])
        forward = _differences(self.near[:, _TERMS + 1 :])
        exactly = np.zeros_like(above)
        for term in range(_TERMS - 1, -1, -1):
            exactly *= part
            exactly += np.where(is_likely, forward[:, [term]], backward[:, [term]])
        return np.clip(self.fewer[:, np.newaxis] + above * exactly, 0, 1)


def _differences(values: Column) -> Column:
    """Return the differences of each order, of what comes first in a row less what comes later."""
    found = []
    for _ in range(_TERMS):
        found.append(values[:, 0])
        values = values[:, :-1] - values[:, 1:]
    return np.stack(found, axis=1)


def _in_full(above: Column, wanted: NDArray[np.int64]) -> Column:
    """Return the probabilities of fewer than each wanted count, and of fewer than one more than the last."""
    points, mean = len(above), above.sum(axis=1)
    if not points:
        return np.empty((0, wanted.size + 1))
    rare, usual = above.max(axis=0) < _RARE, above.min(axis=0) > 1 - _RARE
    # Some numbers lie above nowhere but rarely, some nearly everywhere: power sums tell of them all at once.
    rare_sums, usual_sums = _power_sums(above[:, rare]), _power_sums(1 - above[:, usual])
    between = above[:, ~(rare | usual)]
    transform = np.empty((points, _WINDOW // 2 + 1), dtype=np.complex128)
    for frequency in range(transform.shape[1]):
        angle = -2j * math.pi * frequency / _WINDOW
        turn, back = np.exp(angle) - 1, np.exp(-angle) - 1
        log_rest = _log_product(turn, rare_sums) + _log_product(back, usual_sums) + angle * int(usual.sum())
        transform[:, frequency] = np.prod(1 + turn * between, axis=1) * np.exp(log_rest)
    # Counts are known up to multiples of the window: unfolded around their mean.
    start = np.maximum(np.rint(mean).astype(np.int64) - _WINDOW // 2, 0)
    order = (start[:, np.newaxis] + np.arange(_WINDOW)) % _WINDOW
    probability = np.take_along_axis(np.fft.irfft(transform, _WINDOW, axis=1), order, axis=1)
    below = np.concatenate([np.zeros((points, 1)), np.cumsum(np.maximum(probability, 0), axis=1)], axis=1)
    edges = np.append(wanted, wanted[-1] + 1)
    return np.take_along_axis(below, np.clip(edges - start[:, np.newaxis], 0, _WINDOW), axis=1)


def _power_sums(shares: Column) -> list[Column]:
    """Return the sum of each row, of its squares, of its cubes, and so on."""
    sums, power = [], shares
    for _ in range(_POWERS):
        sums.append(power.sum(axis=1))
        power = power * shares
    return sums


def _log_product(turn: complex, sums: list[Column]) -> Column:
    """Return the logarithm of the product of 1 + turn p from the power sums of small p."""
    series = [each * -((-turn) ** (power + 1)) / (power + 1) for power, each in enumerate(sums)]
    return np.asarray(np.sum(series, axis=0))


def _by_moments(above: Column, spread_of: Column, wanted: NDArray[np.int64]) -> Column:
    """Return the same by the expansion of Edgeworth, for the count and a number from -1/2 to 1/2 on top of it."""
    mean = above.sum(axis=1)[:, np.newaxis]
    second = spread_of.sum(axis=1)[:, np.newaxis] + 1 / 12
    third = (spread_of * (1 - 2 * above)).sum(axis=1)[:, np.newaxis]
    fourth = (spread_of * (1 - 6 * spread_of)).sum(axis=1)[:, np.newaxis] - 1 / 120
    edges = np.append(wanted, wanted[-1] + 1)
    y = (edges - 0.5 - mean) / np.sqrt(second)
    skew, excess = third / second**1.5, fourth / second**2
    terms = skew * (y * y - 1) / 6 + excess * (y**3 - 3 * y) / 24 + skew * skew * (y**5 - 10 * y**3 + 15 * y) / 72
    density = np.exp(-0.5 * np.minimum(y * y, 1400.0)) / math.sqrt(2 * math.pi)
    return np.asarray(np.clip(normal_cdf(np.ascontiguousarray(y)) - density * terms, 0, 1))

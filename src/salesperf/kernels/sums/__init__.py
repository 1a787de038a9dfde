"""Sums of uncertain amounts: each comes whole with its probability, or not at all.

What is asked of a sum is answered by a pair of numbers that provably contains the exact answer: windows, transforms, the
frequencies left out and every rounding are counted. How far apart the two are depends on the amounts:

- Up to 14 terms that may come or not: every outcome is listed.
- On a lattice, the total over the greatest common divisor of the amounts being at most 2^20: every point has its
  probability, by a Fourier transform over a window or, where little is random, by circular convolutions. The pair is at
  most 1e-11 wide.
- Otherwise: between two trigonometric polynomials (Vaaler's), some 0.001 wide or less where no single outcome is likely;
  near an outcome that is, the width includes its probability. Where little is random no frequency can be left out, which
  takes some ten times as long and is as sure.
"""

import math
from collections.abc import Callable
from functools import cached_property
from typing import Final, overload

import attrs
import numpy as np

from salesperf.errors import InvalidValueError
from salesperf.kernels.elementwise import refuse_where, spread
from salesperf.kernels.numeric import INT64_MAX, AnyColumn, Bounds, Column, Number, as_result
from salesperf.kernels.sums.enumeration import MOST_TERMS, enumerated
from salesperf.kernels.sums.lattice import TAIL as LATTICE_TAIL
from salesperf.kernels.sums.lattice import lattice_bounds
from salesperf.kernels.sums.smooth import CELLS_A_FREQUENCY, frequencies_for, smooth_bounds
from salesperf.kernels.sums.smooth import TAIL as SMOOTH_TAIL
from salesperf.kernels.sums.staircase import Staircase
from salesperf.kernels.sums.strata import CommonFactor, stratum_edges
from salesperf.kernels.sums.terms import Integers, Terms, read_amounts, read_probabilities
from salesperf.kernels.sums.window import Window

__all__ = ["SumDistribution", "bernoulli_sum", "correlated_sum"]

_LONGEST_LATTICE: Final = 2**20
_LONGEST_IN_STRATUM: Final = 2**14
"""Within strata, whose width counts for more, only what takes no longer than to go without it."""
_WIDTH: Final = 0.00075
"""Aim for the width of the bounds off the lattice."""
_SHARE_OF_STRATUM: Final = 0.25
"""The same with strata, of what they add."""
_FEWEST_BINS, _MOST_BINS = 2**9, 2**22
_MOST_STRATA: Final = 10_000
_EDGE_ERROR: Final = 1e-12
"""How far the probability of a stratum may be off one over their number."""
_BEYOND: Final = 2.0**63
_EXACT: Final = 2**53


def bernoulli_sum(amounts: AnyColumn, probabilities: AnyColumn, *, bins: int | None = None) -> "SumDistribution":
    """Distribution of a sum of amounts, each of which comes with its probability, independently of the others.

    Parameters
    ----------
    amounts
        Shape (n,), whole numbers (minor units) of either sign, whose magnitudes sum to less than 2**63. With amounts of 1
        the sum is the number that come: the Poisson-binomial distribution.
    probabilities
        Shape (n,), within [0, 1].
    bins
        Cells into which the window is divided off the lattice, from 2**9 to 2**22, and rounded up to a power of 2: twice as
        many give bounds half as wide in twice the time. By default as many as give some 0.00075, or as the strata deserve.

    Returns
    -------
    SumDistribution

    Raises
    ------
    InvalidValueError
        If the amounts are no column of integers or sum to more, or if there are not as many probabilities, or one of them
        lies outside [0, 1] or is nan (the path tells the position), or if ``bins`` is out of range.

    Notes
    -----
    Off the lattice the time grows with the amounts times the frequencies at which the characteristic function does not
    vanish: few where the sum of p (1 - p) is 30 or more, some ten thousand where it is small.

    References
    ----------
    Y. Hong, "On computing the distribution function for the Poisson binomial distribution", *Computational Statistics &
    Data Analysis* 59 (2013) 41-51.

    Examples
    --------
    >>> total = bernoulli_sum(np.array([500, 300]), np.array([0.5, 0.75]))
    >>> total.mean, total.variance
    (475.0, 79375.0)
    >>> 0.375 in total.at_least(800), total.at_least(800).width < 1e-11
    (True, True)
    >>> total.quantile(0.8)
    Bounds(low=800.0, high=800.0)
    """
    whole = read_amounts(amounts)
    chances = read_probabilities(probabilities, whole.size)
    return SumDistribution(whole, chances, np.zeros(whole.size), _read_bins(bins), 1)


def correlated_sum(
    amounts: AnyColumn,
    probabilities: AnyColumn,
    correlation: float,
    *,
    strata: int = 64,
    bins: int | None = None,
) -> "SumDistribution":
    """Distribution of a sum of amounts that tend to come together: all depend on one common factor.

    Parameters
    ----------
    amounts
        Shape (n,), whole numbers (minor units), 0 or more, which sum to less than 2**63.
    probabilities
        Shape (n,), within [0, 1]: of each by itself, whatever the factor.
    correlation
        Within [0, 1): between the normal numbers that decide which amounts come. 0 is :func:`bernoulli_sum`.
    strata
        Into how many parts of one probability the factor is divided, from 1 to 10,000. They add 1 / strata to the width of
        the bounds, and the time grows with them.
    bins
        As of :func:`bernoulli_sum`, for each value of the factor.

    Returns
    -------
    SumDistribution

    Raises
    ------
    InvalidValueError
        As :func:`bernoulli_sum`; or if an amount is negative, or the correlation lies outside [0, 1), or there are no
        strata or too many.

    Notes
    -----
    An amount comes if sqrt(c) Z + sqrt(1 - c) e_i stays above Phi^-1(1 - p_i), with the factor Z and the e_i normal and
    independent. Given Z = z they are independent, with Phi((Phi^-1(p_i) + sqrt(c) z) / sqrt(1 - c)), and the larger z, the
    larger the sum. So within a stratum the distribution function lies between those at its ends, which are bounded like
    those of any independent sum; over all strata the ends cancel but for the first and the last.

    References
    ----------
    O. Vasicek, "The distribution of loan portfolio value", *Risk* 15(12) (2002) 160-162.

    Examples
    --------
    >>> amounts, probabilities = np.full(100, 10), np.full(100, 0.3)
    >>> alone = bernoulli_sum(amounts, probabilities).at_least(400)
    >>> together = correlated_sum(amounts, probabilities, 0.1).at_least(400)
    >>> round(alone.low, 3), together.low > 0.15, together.width < 0.02
    (0.021, True, True)
    """
    whole = read_amounts(amounts)
    refuse_where(whole < 0, "not_a_count", "amounts", whole.astype(np.float64))
    chances = read_probabilities(probabilities, whole.size)
    if not isinstance(correlation, int | float) or not 0 <= correlation < 1:
        raise InvalidValueError("correlation", path=("correlation",), value=correlation)
    parts = _read_count("strata", strata, 1, _MOST_STRATA)
    correlations = np.full(whole.size, float(correlation))
    return SumDistribution(whole, chances, correlations, _read_bins(bins), parts if correlation else 1)


def _read_bins(bins: int | None) -> int | None:
    return None if bins is None else 1 << (_read_count("bins", bins, _FEWEST_BINS, _MOST_BINS) - 1).bit_length()


def _read_count(name: str, value: int, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidValueError("wrong_type", path=(name,), expected=int, value=value)
    if not low <= value <= high:
        raise InvalidValueError("out_of_range", path=(name,), low=low, high=high, value=value)
    return value


@attrs.frozen(eq=False, repr=False)
class SumDistribution:
    """What a sum of uncertain amounts may come to: made by :func:`bernoulli_sum` and :func:`correlated_sum`.

    The work is done when a probability is first asked for. The bounds are numerical: they contain what exactly follows from
    the amounts and probabilities given, and say nothing of how well those are known.

    Attributes
    ----------
    mean, variance : float
        Of the sum, within 1e-12 relative to what it would be if all amounts were positive (with a correlation, up to
        0.99, the variance within 1e-9).

    Examples
    --------
    >>> won = bernoulli_sum(np.ones(3, dtype=int), np.array([0.5, 0.5, 0.5]))
    >>> won
    SumDistribution(3 amounts, mean 1.5, standard deviation 0.866025)
    >>> 0.875 in won.cdf(2)
    True
    """

    _amounts: Integers
    _probabilities: Column
    _correlations: Column
    _bins: int | None
    _strata: int

    def __repr__(self) -> str:
        """Tell how many amounts there are, and their moments."""
        deviation = math.sqrt(self.variance)
        return f"SumDistribution({self._amounts.size} amounts, mean {self.mean:.6g}, standard deviation {deviation:.6g})"

    def __add__(self, other: "SumDistribution") -> "SumDistribution":
        """Return the distribution of both sums together, which depend on each other by the common factor alone."""
        if not isinstance(other, SumDistribution):
            return NotImplemented
        return SumDistribution(
            read_amounts(np.concatenate([self._amounts, other._amounts])),
            np.concatenate([self._probabilities, other._probabilities]),
            np.concatenate([self._correlations, other._correlations]),
            max((bins for bins in (self._bins, other._bins) if bins is not None), default=None),
            max(self._strata, other._strata),
        )

    @cached_property
    def mean(self) -> float:
        """Expected value: sum(a p)."""
        return math.fsum((self._amounts * self._probabilities).tolist())

    @cached_property
    def variance(self) -> float:
        """Variance: sum(a^2 p (1 - p)), and with a correlation what the common factor adds."""
        amounts = self._amounts.astype(np.float64)
        if self._correlations.any():
            return CommonFactor.of(self._probabilities, self._correlations).variance(amounts)
        return math.fsum((amounts**2 * (self._probabilities * (1 - self._probabilities))).tolist())

    @overload
    def cdf(self, x: Number) -> Bounds[float]: ...
    @overload
    def cdf(self, x: AnyColumn) -> Bounds[Column]: ...
    def cdf(self, x: Number | AnyColumn) -> Bounds[float] | Bounds[Column]:
        """Probability that the sum is at most x.

        Parameters
        ----------
        x
            An amount, in the unit of the amounts: a number, infinite too, or a column.

        Returns
        -------
        Bounds
            Of the shape of x; 0 and 1 exactly outside of what the sum can come to.

        Raises
        ------
        InvalidValueError
            If x is no number, or nan.

        Examples
        --------
        >>> total = bernoulli_sum(np.array([5, 3]), np.array([1.0, 0.75]))
        >>> 0.25 in total.cdf(7.5), total.cdf(np.array([4, 8])).high.tolist()
        (True, [0.0, 1.0])
        """
        low, high = self._between(_whole(x, np.floor))
        return Bounds(as_result(low, x), as_result(high, x))  # type: ignore[return-value] # both of the shape of x

    @overload
    def at_least(self, x: Number) -> Bounds[float]: ...
    @overload
    def at_least(self, x: AnyColumn) -> Bounds[Column]: ...
    def at_least(self, x: Number | AnyColumn) -> Bounds[float] | Bounds[Column]:
        """Probability that the sum is x or more: to reach a target, say.

        Parameters
        ----------
        x
            An amount, in the unit of the amounts: a number, infinite too, or a column.

        Returns
        -------
        Bounds
            Of the shape of x: the complement of the probability to stay below x.

        Raises
        ------
        InvalidValueError
            If x is no number, or nan.

        Examples
        --------
        >>> total = bernoulli_sum(np.array([5, 3]), np.array([1.0, 0.75]))
        >>> 0.75 in total.at_least(8), total.at_least(9)
        (True, Bounds(low=0.0, high=0.0))
        """
        low, high = self._between(_whole(x, np.ceil) - 1)
        return Bounds(as_result(1 - high, x), as_result(1 - low, x))  # type: ignore[return-value] # both of the shape of x

    @overload
    def quantile(self, q: Number) -> Bounds[float]: ...
    @overload
    def quantile(self, q: AnyColumn) -> Bounds[Column]: ...
    def quantile(self, q: Number | AnyColumn) -> Bounds[float] | Bounds[Column]:
        """Return the least x that the sum stays within with probability q or more.

        Parameters
        ----------
        q
            A probability, within [0, 1]: a number or a column.

        Returns
        -------
        Bounds
            Amounts in the unit of the amounts, of the shape of q: the least value of all for 0, the greatest for 1. Where
            q is a value of the distribution function itself, the bounds may reach from the one outcome to the next.

        Raises
        ------
        InvalidValueError
            If q lies outside [0, 1], or is nan.

        Examples
        --------
        >>> total = bernoulli_sum(np.array([5, 3]), np.array([1.0, 0.75]))
        >>> total.quantile(np.array([0.2, 0.5])).low.tolist()
        [5.0, 8.0]
        """
        levels = spread({"q": q})["q"]
        refuse_where(~((levels >= 0) & (levels <= 1)), "out_of_range", "q", levels, low=0, high=1)
        # The upper bound of F gets to q first.
        low = _outward(self._first_reaching(levels, self._stairs.high_at), -np.inf)
        high = _outward(self._first_reaching(levels, self._stairs.low_at), np.inf)
        return Bounds(as_result(low, q), as_result(high, q))  # type: ignore[return-value] # both of the shape of q

    def _first_reaching(self, levels: Column, bound: Callable[[Integers], Column]) -> Integers:
        """Find by halving the least whole numbers at which a bound reaches the levels."""
        first = np.full(levels.shape, self._stairs.least, dtype=np.int64)
        last = np.full(levels.shape, self._stairs.greatest, dtype=np.int64)
        while (first < last).any():
            middle = first + (last - first) // 2
            reaches = bound(middle) >= levels
            first, last = np.where(reaches, first, np.minimum(middle + 1, last)), np.where(reaches, middle, last)
        return last

    def _between(self, x: Integers) -> tuple[Column, Column]:
        """Bounds of the distribution function at whole numbers."""
        return self._stairs.low_at(x), self._stairs.high_at(x)

    @cached_property
    def _stairs(self) -> "_Stairs":
        terms = Terms.of(self._amounts, self._probabilities)
        if not self._correlations.any():
            stair = _bounds(terms, _WIDTH, self._bins, _LONGEST_LATTICE)
            return _Stairs(lower=(stair,), upper=(stair,), slack=0.0, least=terms.least, greatest=terms.greatest)
        width = _SHARE_OF_STRATUM / self._strata
        common = CommonFactor.of(self._probabilities, self._correlations)
        edges, slack = [], 0.0
        for factor in stratum_edges(self._strata).tolist():
            given, error = common.given(factor)
            edges.append(_bounds(Terms.of(self._amounts, given), width, self._bins, _LONGEST_IN_STRATUM))
            slack = max(slack, error)
        # The larger the factor, the larger the sum, and the lower its distribution function.
        return _Stairs(
            lower=tuple(edges[1:]),
            upper=tuple(edges[:-1]),
            slack=slack + _EDGE_ERROR * self._strata,
            least=terms.least,
            greatest=terms.greatest,
        )


@attrs.frozen(eq=False, kw_only=True)
class _Stairs:
    """The staircases whose means bound a distribution function, and what their chances may be off."""

    lower: tuple[Staircase, ...]
    upper: tuple[Staircase, ...]
    slack: float
    least: int
    greatest: int

    def low_at(self, x: Integers) -> Column:
        """Lower bounds of the distribution function at whole numbers."""
        low = np.mean([stair.low_at(x) for stair in self.lower], axis=0) - self.slack
        # What the sum cannot come to is certain, slack or not.
        return np.where(x >= self.greatest, 1.0, np.maximum(low, 0))

    def high_at(self, x: Integers) -> Column:
        """Upper bounds of the distribution function at whole numbers."""
        high = np.mean([stair.high_at(x) for stair in self.upper], axis=0) + self.slack
        return np.where(x < self.least, 0.0, np.minimum(high, 1))


def _bounds(terms: Terms, width: float, bins: int | None, longest: int) -> Staircase:
    """Bound the distribution function of a sum of independent terms in the way that suits them."""
    if len(terms.steps) <= MOST_TERMS:
        return enumerated(terms)
    if terms.highest - terms.lowest <= longest:
        return lattice_bounds(terms, Window.of(terms, LATTICE_TAIL))
    window = Window.of(terms, SMOOTH_TAIL)
    frequencies = frequencies_for(window, terms.deviation, width) if bins is None else bins // CELLS_A_FREQUENCY
    return smooth_bounds(terms, window, frequencies)


def _whole(x: Number | AnyColumn, rounding: Callable[[Column], Column]) -> Integers:
    """Round to whole numbers, and take those beyond every sum for the furthest."""
    if isinstance(x, np.ndarray) and x.dtype.kind in "iu":
        return np.clip(x, -INT64_MAX if x.dtype.kind == "i" else 0, INT64_MAX).astype(np.int64)
    if isinstance(x, int | np.integer):
        return np.asarray(min(max(int(x), -INT64_MAX), INT64_MAX), dtype=np.int64)
    column = spread({"x": x})["x"]
    refuse_where(np.isnan(column), "not_numeric", "x", column)
    inside = np.abs(column) < _BEYOND
    whole = rounding(np.where(inside, column, 0)).astype(np.int64)
    return np.where(inside, whole, np.where(column > 0, INT64_MAX, -INT64_MAX))


def _outward(whole: Integers, direction: float) -> Column:
    """Turn whole numbers into floats that lie no further in than they do."""
    floats = whole.astype(np.float64)
    # Up to 2^53 nothing is rounded; beyond, the neighbour is as near as it need be.
    return np.where(np.abs(whole) <= _EXACT, floats, np.nextafter(floats, direction))

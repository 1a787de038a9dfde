"""What each factor of a product did to its change: Shapley's value, exactly and for columns, and substitution in order."""

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import Final, TypeVar

import numpy as np
from numpy.polynomial.legendre import leggauss

from salesperf.errors import InvalidValueError
from salesperf.kernels.numeric import Column

__all__ = ["exact_product_effects", "product_effects", "substitution_effects"]

_BLOCK: Final = 4096
"""Elements of a factor worked on at a time, so that the rows of ten factors and their scratch stay in the cache."""

_ValueT = TypeVar("_ValueT", Fraction, Column)


def product_effects(before: Column, after: Column) -> Column:
    """Share out the change of a product over its factors by Shapley's value, for many products at once.

    Parameters
    ----------
    before, after
        Shape (factors, n): each factor of each product, in any unit; finite.

    Returns
    -------
    Column
        Shape (factors, n), in the unit of the product: by how much each factor changed it. Over the factors these sum to the
        change of the product.

    Raises
    ------
    InvalidValueError
        If a column has not two dimensions, or the two are of unlike shape.

    Notes
    -----
    The effect of a factor is the mean of what its change does to the product over all orders in which the factors could have
    changed. For a product that is the integral of the others along the straight way from before to after,

    (a_i - b_i) x integral from 0 to 1 of prod((1 - t) b_j + t a_j, j other than i) dt,

    whose integrand is a polynomial of degree factors - 1: Gauss and Legendre's rule of half as many nodes, rounded up, has no
    error but rounding. An order costs one product; this costs factors / 2 of them for all orders together.

    A factor that did not move gets exactly 0. Where no factor changes its sign, nothing is subtracted but a_i - b_i, and the
    relative error of an effect is at most 1e-15 x (factors + 2); where one does, the error is at most as much of
    abs(a_i - b_i) x prod(max(abs(a_j), abs(b_j)), j other than i).

    References
    ----------
    L. S. Shapley, "A value for n-person games", in *Contributions to the Theory of Games II*, 1953, 307-317. G. Owen,
    "Multilinear extensions of games", *Management Science* 18(5) (1972) 64-79, for the integral.

    Examples
    --------
    >>> effects = product_effects(np.array([[2.0], [3.0]]), np.array([[4.0], [5.0]]))
    >>> effects.tolist()
    [[8.0], [6.0]]
    """
    _check_shapes(before, after)
    effects = np.zeros(before.shape)
    with np.errstate(all="ignore"):  # inf and nan say themselves that a product is beyond every float
        for start in range(0, before.shape[1], _BLOCK):
            columns = slice(start, start + _BLOCK)
            _add_effects(before[:, columns], after[:, columns], effects[:, columns])
    return effects


def _check_shapes(before: Column, after: Column) -> None:
    for name, column in (("before", before), ("after", after)):
        if column.ndim != len(("factors", "n")):
            raise InvalidValueError("table_dimensions", path=(name,), expected=2, value=column.ndim)
    if after.shape != before.shape:
        raise InvalidValueError("length", path=("after",), expected=before.shape, value=after.shape)


def _add_effects(before: Column, after: Column, effects: Column) -> None:
    count = before.shape[0]
    between, following = np.empty_like(before), np.empty_like(before)
    leading = np.empty(before.shape[1])
    for node, rest, weight in _rule(count):
        # From both ends: a sum with the difference of the two would lose digits where a factor shrinks to almost nothing.
        np.multiply(before, rest, out=between)
        between += node * after
        following[count - 1 :] = weight
        for place in range(count - 1, 0, -1):
            np.multiply(following[place], between[place], out=following[place - 1])
        leading.fill(1.0)
        for place in range(count):
            following[place] *= leading
            leading *= between[place]
        effects += following
    effects *= after - before
    effects[before == after] = 0.0  # also where the others have no product within the floats


@cache
def _rule(factors: int) -> tuple[tuple[float, float, float], ...]:
    """Return node, 1 - node and weight of the rule on [0, 1] that is exact for the others of so many factors."""
    points, weights = leggauss(max((factors + 1) // 2, 1))
    return tuple(zip(((1 + points) / 2).tolist(), ((1 - points) / 2).tolist(), (weights / 2).tolist(), strict=True))


def exact_product_effects(before: Sequence[Fraction], after: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """Share out the change of one product over its factors by Shapley's value, exactly.

    Parameters
    ----------
    before, after
        The factors, as many of the one as of the other.

    Returns
    -------
    tuple of Fraction
        The effects, in the order of the factors; they sum exactly to the change of the product.

    Raises
    ------
    InvalidValueError
        If there are more of the one than of the other.

    Notes
    -----
    The integral of :func:`product_effects`, by the coefficients of its polynomial.

    Examples
    --------
    >>> exact_product_effects([Fraction(2), Fraction(3)], [Fraction(4), Fraction(5)])
    (Fraction(8, 1), Fraction(6, 1))
    """
    if len(after) != len(before):
        raise InvalidValueError("length", path=("after",), expected=len(before), value=len(after))
    moves = [second - first for first, second in zip(before, after, strict=True)]
    return tuple(move * _mean_of_others(before, moves, place) if move else Fraction(0) for place, move in enumerate(moves))


def _mean_of_others(before: Sequence[Fraction], moves: Sequence[Fraction], place: int) -> Fraction:
    """Integrate the product of all factors but one along the way from before to after."""
    coefficients = [Fraction(1)]
    for other, (start, move) in enumerate(zip(before, moves, strict=True)):
        if other != place:
            by_start = [*(start * coefficient for coefficient in coefficients), Fraction(0)]
            by_move = [Fraction(0), *(move * coefficient for coefficient in coefficients)]
            coefficients = [left + right for left, right in zip(by_start, by_move, strict=True)]
    return sum((coefficient / (power + 1) for power, coefficient in enumerate(coefficients)), Fraction(0))


def substitution_effects(before: Sequence[_ValueT], after: Sequence[_ValueT]) -> list[_ValueT]:
    """Share out the change of a product over its factors by substituting them in their order (连环替代法).

    Parameters
    ----------
    before, after
        The factors in their order, at least one: exact numbers, or columns of one shape.

    Returns
    -------
    list of Fraction, or list of Column
        The effects, in the order of the factors.

    Notes
    -----
    The effect of factor i is a_1 ... a_(i-1) (a_i - b_i) b_(i+1) ... b_n. It depends on the order: whoever comes first is
    counted with what the others were before.

    Examples
    --------
    >>> substitution_effects([Fraction(2), Fraction(3)], [Fraction(4), Fraction(5)])
    [Fraction(6, 1), Fraction(8, 1)]
    """
    effects = [second - first for first, second in zip(before, after, strict=True)]
    changed, unchanged = after[0], before[-1]
    for place in range(1, len(effects)):
        effects[place] = effects[place] * changed
        changed = changed * after[place]
    for place in range(len(effects) - 2, -1, -1):
        effects[place] = effects[place] * unchanged
        unchanged = unchanged * before[place]
    return effects

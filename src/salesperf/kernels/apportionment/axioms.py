"""What a division may be asked to obey: axioms that judge any answer, whoever gave it, and any rule.

Answers are parts; a rule is a function of a total and weights that gives parts. All comparisons are exact.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError, UnknownNameError
from salesperf.kernels.apportionment.divisor import SIGNPOSTS
from salesperf.kernels.apportionment.exact import Numbers, read_numbers, read_total, read_weights, whole_proportions
from salesperf.kernels.apportionment.filling import fill_integers
from salesperf.kernels.apportionment.limits import Limits, PartBounds, read_bounds, read_limits

PartsOfAny: TypeAlias = Sequence[int] | NDArray[np.integer[Any]]
"""Whole parts, of whatever origin: a sequence of integers or a column of them."""
Rule: TypeAlias = Callable[[int, Any], PartsOfAny]
"""A total and weights to parts."""


def _read_parts(parts: PartsOfAny, count: int | None = None, name: str = "parts") -> list[int]:
    numbers = read_numbers(name, parts)
    whole: list[Any] = numbers.tolist() if isinstance(numbers, np.ndarray) else numbers
    for position, part in enumerate(whole):
        if isinstance(part, bool | np.timedelta64) or not isinstance(part, int | np.integer):
            raise InvalidValueError("wrong_type", path=(name, position), expected=int, value=part)
    if count is not None and len(whole) != count:
        raise InvalidValueError("length", path=(name,), expected=count, value=len(whole))
    return [int(part) for part in whole]


def _read_weights(weights: Numbers, name: str = "weights") -> list[int]:
    return whole_proportions(read_weights(weights, name))


def sums_to_total(parts: PartsOfAny, total: int | np.integer[Any]) -> bool:
    """Tell whether parts sum to the total: nothing lost, nothing made up.

    Parameters
    ----------
    parts
        Shape (n,), whole units.
    total
        What was divided.

    Raises
    ------
    InvalidValueError
        If a part or the total is no integer.

    References
    ----------
    F. Pukelsheim, *Proportional Representation*, 2nd edition, Springer, 2017, chapter 4.

    Examples
    --------
    >>> sums_to_total([34, 33, 33], 100), sums_to_total([33, 33, 33], 100)
    (True, False)
    """
    return sum(_read_parts(parts)) == read_total(total)


def within_bounds(parts: PartsOfAny, *, lower: PartBounds = None, upper: PartBounds = None) -> bool:
    """Tell whether each part is at least its lower and at most its upper bound.

    Parameters
    ----------
    parts
        Shape (n,), whole units.
    lower, upper
        One whole number for all, or shape (n,); ``None`` stands for no bound.

    Raises
    ------
    InvalidValueError
        If a part or a bound is no integer, or bounds are not as many as parts.

    Examples
    --------
    >>> within_bounds([3, 7], upper=7), within_bounds([3, 7], lower=[4, None])
    (True, False)
    """
    given = _read_parts(parts)
    least, most = (read_bounds(name, bounds, len(given)) for name, bounds in (("lower", lower), ("upper", upper)))
    above = least is None or all(part >= bound for part, bound in zip(given, least.tolist(), strict=True))
    return above and (most is None or all(part <= bound for part, bound in zip(given, most.tolist(), strict=True)))


def _exact_shares(total: int | np.integer[Any], weights: Numbers, lower: PartBounds, upper: PartBounds) -> list[Fraction]:
    """Give the exact shares, cut off at bounds where there are any; of a negative total, mirrored."""
    units, proportions = read_total(total), _read_weights(weights)
    limits = read_limits(units, proportions, lower, upper, None) or Limits(np.zeros(len(proportions), dtype=np.int64), None)
    filling = fill_integers(abs(units), proportions, limits)
    shares = [Fraction(share) for share in filling.shares.tolist()]
    between = filling.between.tolist()
    whole = sum(proportions[place] for place in between)
    for place in between:
        shares[place] = Fraction(proportions[place] * filling.remainder, whole)
    return shares if units >= 0 else [-share for share in shares]


def within_quota(
    parts: PartsOfAny,
    total: int | np.integer[Any],
    weights: Numbers,
    *,
    lower: PartBounds = None,
    upper: PartBounds = None,
) -> bool:
    """Tell whether each part is its exact share rounded down or up: less than one unit away from it.

    Parameters
    ----------
    parts
        Shape (n,), whole units.
    total
        What was divided.
    weights
        Shape (n,), as :func:`apportion` takes them.
    lower, upper
        Bounds, as :func:`apportion` takes them. With bounds, a share is its weight times one multiplier for all, cut off
        at its bounds: the multiplier with which shares sum to the total.

    Raises
    ------
    InvalidValueError
        If a part is no integer, parts are not as many as weights, or total, weights or bounds are malformed.
    InfeasibleError
        If no parts can meet the bounds.

    Notes
    -----
    floor(q_i) <= part_i <= ceil(q_i) with q_i = total w_i / sum(w). Largest remainder and quota obey it always; methods of
    divisors may not.

    References
    ----------
    M. L. Balinski and H. P. Young, *Fair Representation*, 2nd edition, Brookings, 2001, appendix A.

    Examples
    --------
    >>> weights = [5117, 4400, 162, 161, 160]
    >>> within_quota([51, 44, 2, 2, 1], 100, weights), within_quota([52, 45, 1, 1, 1], 100, weights)
    (True, False)
    """
    shares = _exact_shares(total, weights, lower, upper)
    return all(abs(part - share) < 1 for part, share in zip(_read_parts(parts, len(shares)), shares, strict=True))


def is_exact(parts: PartsOfAny, total: int | np.integer[Any], weights: Numbers) -> bool:
    """Tell whether parts are the exact shares, if all of these are whole: then there is nothing to round.

    Parameters
    ----------
    parts
        Shape (n,), whole units.
    total
        What was divided.
    weights
        Shape (n,), as :func:`apportion` takes them.

    Returns
    -------
    bool
        True also where some share is not whole, so that the axiom asks for nothing.

    Raises
    ------
    InvalidValueError
        If a part is no integer, parts are not as many as weights, or total or weights are malformed.

    Notes
    -----
    Called weakly proportional by Balinski and Young, exact by Pukelsheim. Every method obeys it.

    References
    ----------
    M. L. Balinski and H. P. Young, *Fair Representation*, 2nd edition, Brookings, 2001, appendix A.
    F. Pukelsheim, *Proportional Representation*, 2nd edition, Springer, 2017, chapter 4.

    Examples
    --------
    >>> is_exact([2, 4, 1, 5], 12, [14, 28, 7, 35]), is_exact([3, 4, 1, 4], 12, [14, 28, 7, 35])
    (True, False)
    """
    shares = _exact_shares(total, weights, None, None)
    given = _read_parts(parts, len(shares))
    return given == shares or any(share.denominator > 1 for share in shares)


def is_balanced(parts: PartsOfAny, weights: Numbers) -> bool:
    """Tell whether parts of equal weight differ by at most one unit.

    Parameters
    ----------
    parts
        Shape (n,), whole units; without bounds.
    weights
        Shape (n,), as :func:`apportion` takes them.

    Raises
    ------
    InvalidValueError
        If a part is no integer, parts are not as many as weights, or weights are malformed.

    References
    ----------
    M. L. Balinski and H. P. Young, *Fair Representation*, 2nd edition, Brookings, 2001, appendix A.
    F. Pukelsheim, *Proportional Representation*, 2nd edition, Springer, 2017, chapter 4.

    Examples
    --------
    >>> is_balanced([2, 1, 1], [5, 5, 5]), is_balanced([2, 0, 2], [5, 5, 5])
    (True, False)
    """
    proportions = _read_weights(weights)
    ranges: dict[int, tuple[int, int]] = {}
    for part, weight in zip(_read_parts(parts, len(proportions)), proportions, strict=True):
        least, most = ranges.get(weight, (part, part))
        ranges[weight] = min(least, part), max(most, part)
    return all(most - least <= 1 for least, most in ranges.values())


def is_concordant(parts: PartsOfAny, weights: Numbers) -> bool:
    """Tell whether nobody has more than somebody of larger weight.

    Parameters
    ----------
    parts
        Shape (n,), whole units of a total >= 0; without bounds.
    weights
        Shape (n,), as :func:`apportion` takes them.

    Raises
    ------
    InvalidValueError
        If a part is no integer, parts are not as many as weights, or weights are malformed.

    References
    ----------
    F. Pukelsheim, *Proportional Representation*, 2nd edition, Springer, 2017, chapter 4.

    Examples
    --------
    >>> is_concordant([5, 3], [50, 49]), is_concordant([3, 5], [50, 49])
    (True, False)
    """
    proportions = _read_weights(weights)
    most: dict[int, int] = {}
    least: dict[int, int] = {}
    for part, weight in zip(_read_parts(parts, len(proportions)), proportions, strict=True):
        most[weight] = max(part, most.get(weight, part))
        least[weight] = min(part, least.get(weight, part))
    return all(most[lighter] <= least[heavier] for lighter, heavier in pairwise(sorted(most)))


def is_divisor_result(
    parts: PartsOfAny,
    weights: Numbers,
    *,
    method: str,
    lower: PartBounds = None,
    upper: PartBounds = None,
) -> bool:
    """Tell whether some divisor leads to the parts by a method of divisors: a proof, without having to divide again.

    Parameters
    ----------
    parts
        Shape (n,), whole units; the total is their sum. Ties may be broken in any way.
    weights
        Shape (n,), as :func:`apportion` takes them.
    method
        ``"webster"``, ``"hill"``, ``"jefferson"`` or ``"adams"``.
    lower, upper
        Bounds, as :func:`apportion` takes them.

    Raises
    ------
    InvalidValueError
        If a part is no integer, parts are not as many as weights, or weights or bounds are malformed.
    InfeasibleError
        If no parts with this sum can meet the bounds.
    UnknownNameError
        If no method of divisors bears the name.

    Notes
    -----
    The min-max inequality: no unit that has been given, beyond the lower bounds, has a smaller claim than one that could
    be given next, within the upper bounds. The claim to unit k + 1 is w_i / s(k), with s(k) the method's signpost between
    k and k + 1; a divisor between the two ends of the inequality leads to the parts.

    References
    ----------
    M. L. Balinski and H. P. Young, *Fair Representation*, 2nd edition, Brookings, 2001, appendix A.
    F. Pukelsheim, *Proportional Representation*, 2nd edition, Springer, 2017, chapter 4 ("max-min inequality").

    Examples
    --------
    >>> weights = [5117, 4400, 162, 161, 160]
    >>> is_divisor_result([52, 45, 1, 1, 1], weights, method="jefferson")
    True
    >>> is_divisor_result([52, 45, 1, 1, 1], weights, method="webster")
    False
    """
    if method not in SIGNPOSTS:
        raise UnknownNameError("choice", path=("method",), choices=tuple(SIGNPOSTS), value=method)
    signposts = SIGNPOSTS[method]
    proportions = _read_weights(weights)
    given = _read_parts(parts, len(proportions))
    total = read_total(sum(given))
    limits = read_limits(total, proportions, lower, upper, method if signposts.starts_at_one else None)
    units = [abs(total)] * len(given) if limits is None or limits.upper is None else limits.upper.tolist()
    least = [0] * len(given) if limits is None else limits.lower.tolist()
    most = [most if weight else low for most, weight, low in zip(units, proportions, least, strict=True)]
    mirrored = given if total >= 0 else [-part for part in given]
    if not all(low <= part <= high for low, part, high in zip(least, mirrored, most, strict=True)):
        return False
    rows = list(zip(mirrored, proportions, least, most, strict=True))
    # Claims upside down: those to a first unit may be infinite.
    last_given = [Fraction(signposts.scaled(part - 1), weight**signposts.power) for part, weight, low, _ in rows if part > low]
    next_given = [Fraction(signposts.scaled(part), weight**signposts.power) for part, weight, _, high in rows if part < high]
    return not last_given or not next_given or max(last_given) <= min(next_given)


def is_population_monotone(parts: PartsOfAny, weights: Numbers, later_parts: PartsOfAny, later_weights: Numbers) -> bool:
    """Tell whether nobody loses to somebody who has grown no faster.

    Parameters
    ----------
    parts, later_parts
        Shape (n,), whole units of totals >= 0, which may differ; under the same bounds, if any.
    weights, later_weights
        Shape (n,), as :func:`apportion` takes them.

    Raises
    ------
    InvalidValueError
        If a part is no integer, a length differs, or weights are malformed.

    Notes
    -----
    Violated if part i falls and part j rises although w_i' / w_i >= w_j' / w_j. Methods of divisors obey it, no others;
    since largest remainder and quota do not, a rep who sells more may be given less because of it.

    References
    ----------
    M. L. Balinski and H. P. Young, *Fair Representation*, 2nd edition, Brookings, 2001, appendix A.

    Examples
    --------
    >>> is_population_monotone([3, 6, 1], [100, 200, 20], [3, 5, 2], [101, 200, 22])
    True
    >>> is_population_monotone([3, 6, 1], [100, 200, 20], [2, 6, 2], [101, 200, 19])  # the first grew, the third shrank
    False
    """
    before, after = _read_weights(weights), _read_weights(later_weights, "later_weights")
    given = _read_parts(parts, len(before))
    later = _read_parts(later_parts, len(before), "later_parts")
    if len(after) != len(before):
        raise InvalidValueError("length", path=("later_weights",), expected=len(before), value=len(after))
    # Weights of 0 at both times have not grown, nor shrunk.
    growing = [place for place, weight in enumerate(before) if weight or after[place]]
    losers = [_growth(before[place], after[place]) for place in growing if later[place] < given[place]]
    winners = [_growth(before[place], after[place]) for place in growing if later[place] > given[place]]
    return not losers or not winners or max(losers) < min(winners)


def _growth(before: int, after: int) -> tuple[bool, Fraction]:
    """Give what is ordered like after / before; from 0 it is beyond all others."""
    return before == 0, Fraction(after, before or 1)


def is_house_monotone(divide: Rule, weights: Numbers, totals: Iterable[int]) -> bool:
    """Tell whether, by a rule, no part falls when the total rises (the Alabama paradox).

    Parameters
    ----------
    divide
        The rule, such as ``functools.partial(apportion, method="hill")``.
    weights
        Shape (n,), handed to the rule as they are.
    totals
        The totals to try, in any order.

    Raises
    ------
    InvalidValueError
        If a part is no integer, or parts differ in number.

    Notes
    -----
    Methods of divisors obey it, with bounds too, and so does quota; largest remainder does not.

    References
    ----------
    M. L. Balinski and H. P. Young, *Fair Representation*, 2nd edition, Brookings, 2001, chapter 5.

    Examples
    --------
    >>> from functools import partial
    >>> from salesperf.kernels.apportionment import apportion
    >>> is_house_monotone(apportion, [6, 6, 2], [10, 11])
    False
    >>> is_house_monotone(partial(apportion, method="quota"), [6, 6, 2], range(100))
    True
    """
    previous: list[int] | None = None
    for total in sorted(totals):
        parts = _read_parts(divide(total, weights), None if previous is None else len(previous))
        if previous is not None and any(part < least for part, least in zip(parts, previous, strict=True)):
            return False
        previous = parts
    return True


def is_scale_invariant(divide: Rule, total: int, weights: Sequence[Any], factor: int | Fraction) -> bool:
    """Tell whether a rule gives the same parts when all weights are multiplied by one factor.

    Parameters
    ----------
    divide
        The rule, such as ``functools.partial(apportion, method="hill")``.
    total
        Handed to the rule.
    weights
        Shape (n,), integers or Fractions, whose products are exact.
    factor
        Above 0.

    Raises
    ------
    InvalidValueError
        If a part is no integer, or parts differ in number.

    References
    ----------
    F. Pukelsheim, *Proportional Representation*, 2nd edition, Springer, 2017, chapter 4 ("decency").

    Examples
    --------
    >>> from salesperf.kernels.apportionment import apportion
    >>> is_scale_invariant(apportion, 100, [1, 2, 4], 1_000)
    True
    >>> is_scale_invariant(lambda total, weights: [weight % 7 for weight in weights], 7, [1, 2, 4], 5)
    False
    """
    parts = _read_parts(divide(total, weights))
    return _read_parts(divide(total, [weight * factor for weight in weights]), len(parts)) == parts


def is_anonymous(divide: Rule, total: int, weights: Sequence[Any], order: Sequence[int]) -> bool:
    """Tell whether, by a rule, parts follow from weights alone, and not from where in the list they stand.

    Parameters
    ----------
    divide
        The rule, such as ``functools.partial(apportion, method="hill")``.
    total, weights
        Handed to the rule; weights of shape (n,).
    order
        A permutation of the positions 0 to n - 1.

    Returns
    -------
    bool
        True if the parts of the weights in this order are, up to exchanges among equal weights, the parts in this order.
        A rule that settles ties by position, as :func:`apportion` does, obeys it where no unlike weights tie.

    Raises
    ------
    InvalidValueError
        If a part is no integer, or parts are not as many as weights, or the order is no permutation.

    References
    ----------
    F. Pukelsheim, *Proportional Representation*, 2nd edition, Springer, 2017, chapter 4 ("anonymity").

    Examples
    --------
    >>> from salesperf.kernels.apportionment import apportion
    >>> is_anonymous(apportion, 10, [6, 6, 2], [2, 0, 1])
    True
    >>> is_anonymous(apportion, 2, [1, 3], [1, 0])  # the exact shares, 1/2 and 3/2, tie
    False
    """
    if sorted(order) != list(range(len(weights))):
        raise InvalidValueError("no_permutation", path=("order",), value=tuple(order))
    parts = _read_parts(divide(total, weights), len(weights))
    reordered = [weights[place] for place in order]
    others = _read_parts(divide(total, reordered), len(weights))
    return Counter(zip(weights, parts, strict=True)) == Counter(zip(reordered, others, strict=True))

"""Exact shares within limits: each weight times one multiplier, cut off at its bounds, so that they sum to the total."""

from fractions import Fraction
from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.kernels.apportionment.exact import scale, sum_of_integers, sum_of_weights
from salesperf.kernels.apportionment.limits import Limits
from salesperf.kernels.apportionment.multiplier import LARGEST_IN_FLOATS, Quotients, bracket, first_guess
from salesperf.kernels.apportionment.rounding import Parts
from salesperf.kernels.numeric import AnyColumn

_GAP: Final = 2.0**-30
"""Share of the total by which sums at both ends of the bracket may differ: it leaves few elements undecided."""
_WIDENING: Final = 2.0**-40
"""Makes the bracket so much wider than the relative errors of quotients and sums that the multiplier lies well within."""
_SLACK: Final = 2.0**-50
"""Beyond the relative error of a quotient in floats."""


@attrs.frozen
class Filling:
    """Shares that sum to a total: those at a bound, and those between, which are weight x remainder / sum of such weights.

    Attributes
    ----------
    shares : NDArray[np.int64]
        Shape (n,): the bound that a share keeps to; 0 for those between.
    between : NDArray[np.intp]
        Positions of the shares between their bounds.
    remainder : int
        What these share.
    """

    shares: Parts
    between: NDArray[np.intp]
    remainder: int


def fill_integers(total: int, weights: list[int], limits: Limits) -> Filling:
    """Find the shares, for limits that parts of the total can meet."""
    lower = limits.lower.tolist()
    if limits.upper is not None:
        upper = limits.upper.tolist()
    else:
        upper = [total if weight else least for weight, least in zip(weights, lower, strict=True)]
    shares, between = _fill(total, weights, lower, upper)
    known = np.array(shares, dtype=np.int64)
    return Filling(known, np.array(between, dtype=np.intp), total - sum(shares))


def _fill(total: int, weights: list[int], lower: list[int], upper: list[int]) -> tuple[list[int], list[int]]:
    """Give the shares at a bound, 0 for the others, and the positions of the others.

    Notes
    -----
    With the multiplier at which all shares that are not yet known would sum to what is left, some fall short of their
    lower bound and some exceed the upper one. If the shortfalls outweigh the excesses, cutting off would give too much, so
    the multiplier must be smaller, and whoever falls short now always will: these shares are known. If the excesses
    outweigh, it is the others. Either way fewer are left for the next round, mostly by far.

    References
    ----------
    G. R. Bitran and A. C. Hax, "Disaggregation and resource allocation using convex knapsack problems with bounded
    variables", *Management Science* 27(4), 1981.
    """
    shares = [least if least == most else 0 for least, most in zip(lower, upper, strict=True)]
    between = [place for place, least in enumerate(lower) if least != upper[place]]
    left = total - sum(shares)
    while True:
        weight = sum(weights[place] for place in between)
        short = {place: gap for place in between if (gap := lower[place] * weight - weights[place] * left) > 0}
        beyond = {place: gap for place in between if (gap := weights[place] * left - upper[place] * weight) > 0}
        if not short and not beyond:
            return shares, between
        shortfall, excess = sum(short.values()), sum(beyond.values())
        known = {place: lower[place] for place in short} if shortfall >= excess else {}
        known |= {place: upper[place] for place in beyond} if excess >= shortfall else {}
        for place, bound in known.items():
            shares[place] = bound
        left -= sum(known.values())
        between = [place for place in between if place not in known]


def fill_column(total: int, weights: AnyColumn, limits: Limits) -> Filling | None:
    """Do what `fill_integers` does, in floats but for those near whose bounds the multiplier lies.

    ``None`` where floats cannot tell.
    """
    quotients = Quotients.of(weights, limits)
    ends = bracket(quotients, total, first_guess(quotients, total), total * _GAP) if total <= LARGEST_IN_FLOATS else None
    if ends is None:
        return None
    low, high = ends[0] * (1 - _WIDENING), ends[1] * (1 + _WIDENING)
    shares, between, undecided = _decide(quotients, limits, low, high)
    # All shares that lie between their bounds for sure are one to the others: the share of the sum of their weights.
    ratios = [number.as_integer_ratio() for number in (sum_of_weights(weights[between]), *weights[undecided].tolist())]
    proportions, denominator = scale(ratios)
    least = limits.lower[undecided].tolist()
    most = [total] * len(least) if limits.upper is None else limits.upper[undecided].tolist()
    left = total - sum_of_integers(shares)
    decided, others = _fill(left, proportions, [-1, *least], [left + 1, *most])
    left -= sum(decided)
    multiplier = Fraction(left * denominator, sum(proportions[place] for place in others) or 1)
    if others[:1] != [0] or not low * (1 + _SLACK) < multiplier < high * (1 - _SLACK):
        return None
    shares[undecided] = decided[1:]
    between[undecided[[place - 1 for place in others[1:]]]] = True
    return Filling(shares, np.flatnonzero(between), left)


def _decide(quotients: Quotients, limits: Limits, low: float, high: float) -> tuple[Parts, NDArray[np.bool_], NDArray[np.intp]]:
    """Give the shares at a bound for any multiplier from low to high, and who is between for any, and who for some."""
    lower, upper = limits.lower, limits.upper
    rises, stays = np.zeros(len(lower), dtype=np.bool_), np.zeros(len(lower), dtype=np.bool_)
    shares = np.zeros_like(lower)
    for block, values in quotients.blocks(low):
        rises[block] = values > lower[block]
        if upper is not None:
            np.copyto(shares[block], upper[block], where=values >= upper[block])
            stays[block] = values >= upper[block]
    between = np.zeros_like(rises)
    for block, values in quotients.blocks(high):
        at_lower = values <= lower[block]
        np.copyto(shares[block], lower[block], where=at_lower)
        stays[block] |= at_lower
        between[block] = rises[block] if upper is None else rises[block] & (values < upper[block])
    return shares, between, np.flatnonzero(~(between | stays))

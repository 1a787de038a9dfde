"""The largest remainder method (Hamilton, Hare-Niemeyer)."""

from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from salesperf.kernels.apportionment.exact import BLOCK, fit_for_floats, scale, sum_of_weights, whole_proportions
from salesperf.kernels.apportionment.filling import fill_column, fill_integers
from salesperf.kernels.apportionment.limits import Limits
from salesperf.kernels.apportionment.rounding import Parts, raise_largest, round_fractions, separate
from salesperf.kernels.numeric import AnyColumn, Column

_SLACK: Final = 5 * 2.0**-53
"""Relative error of a share in floats: weight, rate and product are rounded once each, and so is the bound itself."""
_LARGEST_CASTABLE: Final = 2.0**63 - 2**10
"""The largest float under 2**63; rounding alone may lift a share of a total under 2**63 above it."""


def largest_remainder(total: int, weights: AnyColumn | list[int], limits: Limits | None = None) -> Parts:
    """Divide a total >= 0 by checked weights, the quickest exact way that their kind allows."""
    if limits is not None:
        return _divide_within_limits(total, weights, limits)
    if isinstance(weights, list):
        return round_fractions([weight * total for weight in weights], sum(weights), total)
    whole = sum_of_weights(weights)
    # Quotients from floats are off by up to 1 + 2**-51 of themselves. Times the sum of the weights, which makes it an
    # error of the remainder, that is under 2**62 + 2**62 here: remainders fit int64.
    if isinstance(whole, int) and whole < 2**62 and int(weights.max()) * total < 2**113:
        return _divide_by_integers(total, weights, whole)
    return _divide_by_bounds(total, weights, whole)


def _divide_within_limits(total: int, weights: AnyColumn | list[int], limits: Limits) -> Parts:
    """Give the parts at a bound that bound, and divide the rest by the weights of the others."""
    filling = fill_column(total, weights, limits) if isinstance(weights, np.ndarray) else None
    if filling is None:
        filling = fill_integers(total, whole_proportions(weights), limits)
    parts, between = filling.shares, filling.between
    if len(between):
        chosen = [weights[place] for place in between] if isinstance(weights, list) else fit_for_floats(weights[between])
        parts[between] = largest_remainder(filling.remainder, chosen)
    return parts


def _divide_by_integers(total: int, weights: AnyColumn, whole: int) -> Parts:
    """Divide by weights whose remainders fit int64: all of them are exact."""
    parts = np.empty(len(weights), dtype=np.int64)
    remainders = np.empty_like(parts)
    for start in range(0, len(weights), BLOCK):
        block = slice(start, start + BLOCK)
        quotients = np.minimum(weights[block] * (total / whole), _LARGEST_CASTABLE).astype(np.int64)
        # Either product may wrap around 2**64; so does their difference, back to its small true value.
        correction, remainders[block] = np.divmod(weights[block] * total - quotients * whole, whole)
        np.add(quotients, correction, out=parts[block])
    return raise_largest(parts, remainders, total - int(parts.sum()))


def _divide_by_bounds(total: int, weights: AnyColumn, whole: int | Fraction) -> Parts:
    """Divide by weights of any kind: remainders are bounded first, and exact only where their bounds leave it open."""
    parts, low, high = _bounded_shares(float(total / Fraction(whole)), weights)
    blurred = np.flatnonzero((low < 0) | (high >= 1))
    if len(blurred):
        shares, denominator, places = _exact_shares(total, weights[blurred], whole)
        parts[blurred] = np.array([floor for floor, _ in shares], dtype=np.int64)[places]
        nearest = np.array([remainder / denominator for _, remainder in shares])
        low[blurred] = np.nextafter(nearest, -1)[places]
        high[blurred] = np.nextafter(nearest, 2)[places]
    missing = total - int(parts.sum())
    if missing:
        sure, level = separate(low, high, missing)
        parts += sure
        left = missing - int(np.count_nonzero(sure))
        if left:
            ranks = _exact_ranks(total, weights[level], whole)
            parts[level[np.argsort(ranks, kind="stable")[:left]]] += 1
    return parts


def _bounded_shares(rate: float, weights: AnyColumn) -> tuple[Parts, Column, Column]:
    """Round each share (weight times rate) down, and bound what is left: exact remainders lie from low to high.

    A share whose bounds reach another integer has low < 0 or high >= 1; its part is not to be trusted. A share that
    underflows breaks its bounds, by less than 1e-300, and does no harm: n fractional parts that sum to k have a k-th
    largest of at least 1 / n, so none so small gets a unit.
    """
    count = len(weights)
    parts = np.empty(count, dtype=np.int64)
    low, high = np.empty(count), np.empty(count)
    share, floor = np.empty(BLOCK), np.empty(BLOCK)
    for start in range(0, count, BLOCK):
        block = slice(start, start + BLOCK)
        size = len(parts[block])
        np.multiply(weights[block], rate, out=share[:size])
        np.minimum(share[:size], _LARGEST_CASTABLE, out=share[:size])
        np.floor(share[:size], out=floor[:size])
        parts[block] = floor[:size]
        np.subtract(share[:size], floor[:size], out=floor[:size])
        np.multiply(share[:size], _SLACK, out=share[:size])
        np.subtract(floor[:size], share[:size], out=low[block])
        np.add(floor[:size], share[:size], out=high[block])
    return parts, low, high


def _exact_shares(total: int, weights: AnyColumn, whole: int | Fraction) -> tuple[list[tuple[int, int]], int, NDArray[np.intp]]:
    """Divide exactly, once for equal weights: floors with remainders, their denominator, and each weight's place."""
    if weights.min() == weights.max():
        distinct, places = weights[:1], np.zeros(len(weights), dtype=np.intp)
    else:
        distinct, places = np.unique(weights, return_inverse=True)
    numerators, _ = scale([number.as_integer_ratio() for number in [*distinct.tolist(), whole]])
    denominator = numerators.pop()
    return [divmod(numerator * total, denominator) for numerator in numerators], denominator, places


def _exact_ranks(total: int, weights: AnyColumn, whole: int | Fraction) -> NDArray[np.intp]:
    """Rank exact remainders, 0 for the largest; equal remainders share a rank."""
    shares, _, places = _exact_shares(total, weights, whole)
    remainders = [remainder for _, remainder in shares]
    rank = {remainder: place for place, remainder in enumerate(sorted(set(remainders), reverse=True))}
    return np.array([rank[remainder] for remainder in remainders], dtype=np.intp)[places]

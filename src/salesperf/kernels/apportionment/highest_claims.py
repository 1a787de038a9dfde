"""The methods of divisors: units go to the largest claims, weight / signpost, one after the other."""

import heapq
from collections.abc import Callable
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from salesperf.kernels.apportionment.divisor import Signposts
from salesperf.kernels.apportionment.exact import sum_of_integers, whole_proportions
from salesperf.kernels.apportionment.filling import fill_integers
from salesperf.kernels.apportionment.limits import Limits
from salesperf.kernels.apportionment.multiplier import LARGEST_IN_FLOATS, Quotients, bracket, first_guess
from salesperf.kernels.apportionment.rounding import Parts
from salesperf.kernels.numeric import AnyColumn, Column

_WIDENING: Final = 2.0**-46
"""Far beyond the relative error of a quotient, a signpost and their comparison."""
_SLACK: Final = 2.0**-48
"""Beyond the relative errors of two claims in floats, each of weight, signpost and quotient, and of the bound itself."""
_COMPETING: Final = 8
_FEWEST_COMPETING: Final = 256
_WORD: Final = 2**64 - 1


def method_of(signposts: Signposts) -> Callable[[int, AnyColumn | list[int], Limits | None], Parts]:
    """Return the method of divisors that has these signposts."""

    def divide(total: int, weights: AnyColumn | list[int], limits: Limits | None) -> Parts:
        least = 0 if limits is None else sum_of_integers(limits.lower)
        if total == least:
            return np.zeros(len(weights), dtype=np.int64) if limits is None else limits.lower.copy()
        if isinstance(weights, np.ndarray) and total <= LARGEST_IN_FLOATS:
            parts = _divide_column(signposts, total, weights, limits)
            if parts is not None:
                return parts
        return _divide_integers(signposts, total, whole_proportions(weights), limits)

    return divide


def _divide_integers(signposts: Signposts, total: int, weights: list[int], limits: Limits | None) -> Parts:
    """Round the shares that sum to the total, then hand out or take back single units by their claims, all exactly."""
    limits = limits or Limits(np.zeros(len(weights), dtype=np.int64), None)
    filling = fill_integers(total, weights, limits)
    parts = filling.shares.tolist()
    lower = limits.lower.tolist()
    upper = [total if weight else least for weight, least in zip(weights, lower, strict=True)]
    if limits.upper is not None:
        upper = limits.upper.tolist()
    weight = sum(weights[place] for place in filling.between.tolist())
    for place in filling.between.tolist():
        rounded = signposts.round_up(weights[place] * filling.remainder, weight)
        parts[place] = min(max(rounded, lower[place]), upper[place])
    missing = total - sum(parts)
    if missing > 0:
        _hand_out(signposts, missing, parts, weights, upper)
    elif missing < 0:
        _take_back(signposts, -missing, parts, weights, lower)
    return np.array(parts, dtype=np.int64)


def _hand_out(signposts: Signposts, count: int, parts: list[int], weights: list[int], upper: list[int]) -> None:
    """Give one unit after the other to the largest claim; of equal claims, to the first."""

    def claim(place: int) -> tuple[Fraction, int]:
        # Upside down, so that the largest comes first.
        return Fraction(signposts.scaled(parts[place]), weights[place] ** signposts.power), place

    queue = [claim(place) for place, part in enumerate(parts) if part < upper[place]]
    heapq.heapify(queue)
    for _ in range(count):
        _, place = heapq.heappop(queue)
        parts[place] += 1
        if parts[place] < upper[place]:
            heapq.heappush(queue, claim(place))


def _take_back(signposts: Signposts, count: int, parts: list[int], weights: list[int], lower: list[int]) -> None:
    """Take one unit after the other from the smallest claim; of equal claims, from the last."""

    def claim(place: int) -> tuple[Fraction, int]:
        return -Fraction(signposts.scaled(parts[place] - 1), weights[place] ** signposts.power), -place

    queue = [claim(place) for place, part in enumerate(parts) if part > lower[place]]
    heapq.heapify(queue)
    for _ in range(count):
        _, behind = heapq.heappop(queue)
        parts[-behind] -= 1
        if parts[-behind] > lower[-behind]:
            heapq.heappush(queue, claim(-behind))


def _divide_column(signposts: Signposts, total: int, weights: AnyColumn, limits: Limits | None) -> Parts | None:
    """Hand out what is sure to be, and the missing units to the largest of the claims that compete for them.

    ``None`` where floats reach no multipliers near the right one.
    """
    swept = _sweep(signposts, total, weights, limits)
    if swept is None:
        return None
    parts, owners, units, claims = swept
    missing = total - sum_of_integers(parts)
    if missing == 0:
        return parts
    others = len(claims) - missing
    least = np.partition(claims, others)[others]
    taken = claims > least * (1 + _SLACK)
    level = np.flatnonzero((claims >= least * (1 - _SLACK)) & ~taken)
    del swept, claims  # where all weights tie, each of these columns is as long as the input
    left = missing - int(np.count_nonzero(taken))
    chosen = _largest_claims(signposts, weights[owners[level]], units[level], left)
    taken[level[chosen]] = True
    np.add.at(parts, owners[taken], 1)
    return parts


def _sweep(
    signposts: Signposts, total: int, weights: AnyColumn, limits: Limits | None
) -> tuple[Parts, NDArray[np.intp], Parts, Column] | None:
    """Round by two multipliers near the right one: the lower parts, and the units between them and the higher ones.

    Of each such unit: whose it would be, after how many, and its claim. Rounding in floats, the lower multiplier reached no
    more than the total and the higher one no less. So whatever floats are sure to round up a little lower is among the
    units to hand out, and what they are sure not to round up a little higher is not.
    """
    quotients = Quotients.of(weights, limits, signposts.round_floats)
    gap = max(_FEWEST_COMPETING, len(weights) // _COMPETING)
    ends = bracket(quotients, total, first_guess(quotients, total), gap)
    if ends is None:
        return None
    parts = np.empty(len(weights), dtype=np.int64)
    for block, values in quotients.blocks(ends[0] * (1 - _WIDENING)):
        parts[block] = values
    found: list[list[AnyColumn]] = [[], [], []]
    for block, values in quotients.blocks(ends[1] * (1 + _WIDENING)):
        for pieces, piece in zip(found, _competing(signposts, values - parts[block], block.start, parts, weights), strict=True):
            pieces.append(piece)
    # The pieces of one column are dropped before the next is joined.
    return parts, np.concatenate(found.pop(0)), np.concatenate(found.pop(0)), np.concatenate(found.pop(0))


def _competing(
    signposts: Signposts, counts: Column, start: int, parts: Parts, weights: AnyColumn
) -> tuple[NDArray[np.intp], Parts, Column]:
    """List the units that compete, as many of each part of a block as counted: whose, after how many, with what claim."""
    places = np.flatnonzero(counts)
    repeats = counts[places].astype(np.int64)
    owners = np.repeat(places, repeats) + start
    units = parts[owners]
    if len(owners) > len(places):
        units += np.arange(len(owners)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    return owners, units, weights[owners] / signposts.in_floats(units.astype(np.float64))


def _largest_claims(signposts: Signposts, weights: AnyColumn, units: Parts, count: int) -> NDArray[np.intp]:
    """Select the largest of claims that are so close to each other that floats cannot tell; ties go to the first.

    Whoever claims more than one of them, and less, is told exactly; then those among whom the count ends are left.
    """
    if np.ptp(weights) == 0 and np.ptp(units) == 0:
        return np.arange(count)
    compare = _comparison(signposts, weights, units)
    selected = []
    rest = np.arange(len(weights))
    while count:
        order = compare(rest, int(rest[len(rest) // 2]))
        larger, equal = rest[order > 0], rest[order == 0]
        if count < len(larger):
            rest = larger
        else:
            selected += [larger, equal[: count - len(larger)]]
            count -= min(count, len(larger) + len(equal))
            rest = rest[order < 0]
    return np.concatenate(selected)


def _comparison(signposts: Signposts, weights: AnyColumn, units: Parts) -> Callable[[NDArray[np.intp], int], NDArray[np.int64]]:
    """Return a function that compares claims to a single one: above 0 where they are larger, 0 where they are equal."""
    power, scaled = signposts.power, signposts.scaled
    integers = _as_int64(weights)
    if integers is not None and int(integers.max()) ** power * scaled(int(units.max())) < 2**108:
        # Claims that floats cannot tell apart differ by less than 2**-46 of themselves: what wraps around 2**64 in either
        # product comes out right in their difference.
        powers, posts = integers.astype(np.uint64) ** np.uint64(power), scaled(units).astype(np.uint64)

        def compare_words(places: NDArray[np.intp], one: int) -> NDArray[np.int64]:
            order: NDArray[np.int64] = (powers[places] * posts[one] - powers[one] * posts[places]).view(np.int64)
            return order

        return compare_words

    def compare_exactly(places: NDArray[np.intp], one: int) -> NDArray[np.int64]:
        order = np.zeros(len(places), dtype=np.int64)
        unlike = (weights[places] != weights[one]) | (units[places] != units[one])
        claim = _exact_claim(signposts, weights[one].item(), int(units[one]))
        for place in np.flatnonzero(unlike).tolist():
            other = _exact_claim(signposts, weights[places[place]].item(), int(units[places[place]]))
            order[place] = (other > claim) - (other < claim)
        return order

    return compare_exactly


def _exact_claim(signposts: Signposts, weight: float, unit: int) -> Fraction:
    claim: Fraction = Fraction(weight) ** signposts.power / signposts.scaled(unit)
    return claim


def _as_int64(weights: AnyColumn) -> Parts | None:
    """Give weights as integers in the same proportion, if 63 bits hold them."""
    if weights.dtype != np.float64:
        return weights
    _, exponents = np.frexp(weights)
    if exponents.max() - exponents.min() > 9:  # noqa: PLR2004 - 53 bits of a float and these leave the sign of int64
        return None
    integers = np.ldexp(weights, 53 - exponents.min()).astype(np.int64)
    bits = int(np.bitwise_or.reduce(integers))
    reduced: Parts = integers // (bits & -bits)
    return reduced

"""Numbers rounded down, then up by largest remainder until they sum to a whole total."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InfeasibleError
from salesperf.kernels.apportionment.exact import check_column, sum_of_integers
from salesperf.kernels.numeric import AnyColumn, Column

Parts: TypeAlias = NDArray[np.int64]
"""Whole parts of a total."""


def round_fractions(numerators: list[int], denominator: int, total: int) -> Parts:
    """Round numerators / denominator down, and as many of the largest fractional parts up as the total asks for."""
    floors = [numerator // denominator for numerator in numerators]
    remainders = [numerator % denominator for numerator in numerators]
    missing = _missing_units(total, sum(floors), len(remainders) - remainders.count(0))
    # A reversed sort keeps the order of equal items, so that ties go to the first.
    for position in sorted(range(len(floors)), key=remainders.__getitem__, reverse=True)[:missing]:
        floors[position] += 1
    return np.array(floors, dtype=np.int64)


def _missing_units(total: int, sum_of_floors: int, fractional_count: int) -> int:
    missing = total - sum_of_floors
    if not 0 <= missing <= fractional_count:
        excess = -missing if missing < 0 else missing - fractional_count
        raise InfeasibleError("infeasible_sum", path=("values",), total=total, excess=excess)
    return missing


def round_floats(values: Column, total: int) -> Parts:
    """Do what `round_fractions` does, for a column; no arithmetic here rounds."""
    check_column("values", values, np.isfinite(values), "not_finite")
    check_column("values", values, np.abs(values) < 2.0**63, "beyond_int64")
    floors = np.floor(values).astype(np.int64)
    missing = _missing_units(total, sum_of_integers(floors), int(np.count_nonzero(floors != values)))
    return raise_largest(floors, _order_of_fractions(values), missing)


def _order_of_fractions(values: Column) -> Parts:
    """Give integers that stand in the order of the fractional parts; 0 for whole values."""
    # A value less its floor may be rounded (-1e-20 would give 1); a value less its nearest integer never is. Values just
    # under an integer, whose fractional parts are the largest, come out negative, and the nearest to 0 ranks highest.
    # Bits of positive floats stand in the order of the floats, and infinity's above them all.
    offset = values - np.rint(values)
    offset[offset == -0.5] = 0.5  # noqa: PLR2004 - a half, wherever it was rounded to
    bits = np.abs(offset).view(np.int64)
    return np.where(offset < 0, np.float64(np.inf).view(np.int64) - bits, bits)


def raise_largest(parts: Parts, claims: Parts, missing: int) -> Parts:
    """Add one unit to each of the largest claims, which are exact; ties go to the first."""
    if missing:
        sure, level = separate(claims, claims, missing)
        parts += sure
        parts[level[: missing - np.count_nonzero(sure)]] += 1
    return parts


def separate(low: AnyColumn, high: AnyColumn, count: int) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Tell those surely among the ``count`` largest from those whose bounds leave it open, in order of position."""
    others = len(low) - count
    # Nobody whose bounds lie above the (count + 1)-th largest upper end can be beaten by more than count - 1 others;
    # nobody whose bounds lie under the count-th largest lower end is beaten by fewer than count.
    sure = low > np.partition(high, others - 1)[others - 1] if others else np.ones(count, dtype=np.bool_)
    possible = high >= np.partition(low, others)[others]
    return sure, np.flatnonzero(possible & ~sure)

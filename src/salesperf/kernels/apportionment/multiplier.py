"""Columns of weights times a multiplier, rounded and cut off at limits, and the search for the multiplier that sums right."""

import math
from collections.abc import Callable, Iterator
from typing import Final

import attrs
import numpy as np

from salesperf.kernels.apportionment.exact import BLOCK
from salesperf.kernels.apportionment.limits import Limits
from salesperf.kernels.numeric import AnyColumn, Column

LARGEST_IN_FLOATS: Final = 2**52
"""Up to this total, parts and signposts are exact in floats, and so are sums of parts that come near it."""
_MOST_STEPS: Final = 200
_PATIENT_STEPS: Final = 6
"""So many steps find a close bracket unless many elements jump at one multiplier."""
_CLOSEST: Final = 1 + 2.0**-42
_FARTHEST: Final = 64.0
_SAMPLE: Final = 16_384
_GAP_OF_SAMPLE: Final = 1e-3


def _keep(_: Column, __: Column) -> None:
    """Leave quotients as they are."""


@attrs.frozen
class Quotients:
    """Weights times a multiplier, rounded and cut off at limits, block by block."""

    weights: AnyColumn
    lower: Column | None
    upper: Column | None
    round_floats: Callable[[Column, Column], None]
    _values: Column = attrs.field(factory=lambda: np.empty(BLOCK))
    _scratch: Column = attrs.field(factory=lambda: np.empty(BLOCK))

    @classmethod
    def of(
        cls, weights: AnyColumn, limits: Limits | None, round_floats: Callable[[Column, Column], None] = _keep
    ) -> "Quotients":
        """Prepare the columns; limits are whole numbers that floats hold."""
        lower = None if limits is None else limits.lower.astype(np.float64)
        upper = None if limits is None or limits.upper is None else limits.upper.astype(np.float64)
        return cls(weights, lower, upper, round_floats)

    def blocks(self, multiplier: float) -> Iterator[tuple[slice, Column]]:
        """Yield the place of each block and its values, in scratch that the next block reuses."""
        for start in range(0, len(self.weights), BLOCK):
            block = slice(start, start + BLOCK)
            weights = self.weights[block]
            values = self._values[: len(weights)]
            with np.errstate(over="ignore"):  # infinity is beyond every bound and every total, as it should be
                np.multiply(weights, multiplier, out=values)
                self.round_floats(values, self._scratch[: len(weights)])
            if self.lower is not None:
                np.maximum(values, self.lower[block], out=values)
            if self.upper is not None:
                np.minimum(values, self.upper[block], out=values)
            yield block, values

    def sum(self, multiplier: float) -> float:
        """Add the values; exact where they are whole and the sum is below 2**53."""
        return math.fsum(float(values.sum()) for _, values in self.blocks(multiplier))

    def sample(self) -> "Quotients":
        """Take each of some elements that lie evenly spread."""
        step = max(1, len(self.weights) // _SAMPLE)
        lower = None if self.lower is None else self.lower[::step]
        upper = None if self.upper is None else self.upper[::step]
        return Quotients(self.weights[::step], lower, upper, self.round_floats)


def first_guess(quotients: Quotients, total: int) -> float:
    """Guess the multiplier: with limits, the one that suits some evenly spread elements."""
    weight = float(np.sum(quotients.weights, dtype=np.float64))
    guess = total / weight
    sample = quotients.sample()
    if quotients.lower is None or len(sample.weights) == len(quotients.weights):
        return guess
    part = total * (len(sample.weights) / len(quotients.weights))
    ends = bracket(sample, part, guess, part * _GAP_OF_SAMPLE)
    return guess if ends is None else ends[1]


def bracket(quotients: Quotients, total: float, start: float, wanted_gap: float) -> tuple[float, float] | None:
    """Find multipliers at which values sum to at most and at least the total, with sums a small gap apart.

    The gap may stay larger where many elements jump at one multiplier. ``None`` if floats reach no such multipliers.
    """
    low, high = 0.0, math.inf
    sum_low, sum_high = (0.0 if quotients.lower is None else float(quotients.lower.sum())), math.inf
    multiplier = start
    for step in range(_MOST_STEPS):
        if not 0 < multiplier < math.inf:
            return None
        reached = quotients.sum(multiplier)
        if reached <= total:
            low, sum_low = multiplier, reached
        if reached >= total:
            high, sum_high = multiplier, reached
        gap = sum_high - sum_low
        if gap <= wanted_gap or high <= low * _CLOSEST or (step >= _PATIENT_STEPS and gap <= len(quotients.weights)):
            return low, high
        multiplier = _next_multiplier(step, total, wanted_gap / 4, (low, sum_low), (high, sum_high))
    return None


def _next_multiplier(step: int, total: float, margin: float, low: tuple[float, float], high: tuple[float, float]) -> float:
    """Guess along the line between both ends, a little beyond, so that the end that is farther off comes near."""
    (lowest, sum_low), (highest, sum_high) = low, high
    if math.isinf(highest):
        # From few or no units no line can be drawn: the longer it takes, the bolder the guess.
        return lowest * min(_FARTHEST, (total + margin * 2.0**step) / max(sum_low, 1.0))
    if step % 3 == 2 and lowest > 0:  # noqa: PLR2004 - every third step halves the way, however the line bends
        return math.sqrt(lowest) * math.sqrt(highest)
    aim = total + margin if total - sum_low < sum_high - total else total - margin
    guess = lowest + (highest - lowest) * (aim - sum_low) / (sum_high - sum_low)
    return max(guess, highest / _FARTHEST) if lowest == 0 else guess

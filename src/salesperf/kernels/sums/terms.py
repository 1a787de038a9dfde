"""The terms of a sum in normal form: what is certain taken out, the common factor divided out, no chance above 1/2."""

import math
from functools import cached_property
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError
from salesperf.kernels.elementwise import refuse_where, spread
from salesperf.kernels.numeric import INT64_MAX, AnyColumn, Column

__all__ = ["Integers", "Terms", "read_amounts", "read_probabilities"]

Integers: TypeAlias = NDArray[np.int64]

_ANY_SUM: Final = 2**62
"""Numbers whose count times their size stays below it have sums that fit 64 bits."""


def read_amounts(amounts: AnyColumn) -> Integers:
    """Return the amounts as a column of our own, if they are whole numbers whose sums fit 64 bits."""
    if not isinstance(amounts, np.ndarray) or amounts.dtype.kind not in "iu":
        given = amounts.dtype.name if isinstance(amounts, np.ndarray) else amounts
        raise InvalidValueError("not_integers", path=("amounts",), value=given)
    if amounts.ndim != 1:
        raise InvalidValueError("dimensions", path=("amounts",), value=amounts.ndim)
    largest = max(map(abs, (int(amounts.min()), int(amounts.max())))) if amounts.size else 0
    if largest * amounts.size > _ANY_SUM and sum(map(abs, amounts.tolist())) > INT64_MAX:
        raise InvalidValueError("overflow", path=("amounts",))
    return _read_only(amounts.astype(np.int64))


def read_probabilities(probabilities: AnyColumn, count: int) -> Column:
    """Return the probabilities as a column of our own, if they are as many and lie within [0, 1]."""
    column = spread({"probabilities": probabilities})["probabilities"]
    if column.shape != (count,):
        raise InvalidValueError("length", path=("probabilities",), expected=(count,), value=column.shape)
    refuse_where(~((column >= 0) & (column <= 1)), "out_of_range", "probabilities", column, low=0, high=1)
    return _read_only(column.copy())


def _read_only(column: NDArray[Any]) -> NDArray[Any]:
    column.flags.writeable = False
    return column


@attrs.frozen(eq=False)
class Terms:
    """The sum offset + unit * sum(steps * B), each B independently 1 with its chance, else 0.

    A term that comes more likely than not is turned around: a B = a - a (1 - B). So each chance is exact (1 - p loses no
    digit for p >= 1/2), every step may have either sign, and a factor of the characteristic function stays near 1.

    Attributes
    ----------
    steps : array of int64
        Shape (n,), not 0, without a common factor.
    chances : Column
        Shape (n,), above 0 and up to 1/2; largest first.
    offset, unit : int
        In the unit of the amounts.
    """

    steps: Integers
    chances: Column
    offset: int
    unit: int

    @classmethod
    def of(cls, amounts: Integers, probabilities: Column) -> "Terms":
        """Bring amounts and probabilities into normal form; their order does not show in it."""
        likely = probabilities > 0.5  # noqa: PLR2004 - more likely than not
        offset = int(amounts[likely].sum())
        chances = np.where(likely, 1 - probabilities, probabilities)
        steps = np.where(likely, -amounts, amounts)
        uncertain = (chances > 0) & (steps != 0)
        steps, chances = _in_order(steps[uncertain], chances[uncertain])
        unit = int(np.gcd.reduce(steps)) or 1
        return cls(steps // unit, chances, offset, unit)

    @property
    def lowest(self) -> int:
        """The least sum of steps."""
        return int(self.steps[self.steps < 0].sum())

    @property
    def highest(self) -> int:
        """The greatest sum of steps."""
        return int(self.steps[self.steps > 0].sum())

    @property
    def least(self) -> int:
        """The least value of the whole, offset and all."""
        return self.offset + self.unit * self.lowest

    @property
    def greatest(self) -> int:
        """The greatest value of the whole."""
        return self.offset + self.unit * self.highest

    @cached_property
    def is_count(self) -> bool:
        """Whether all steps are 1 or -1, as they are where all amounts are of one size."""
        return bool((np.abs(self.steps) == 1).all())

    @cached_property
    def variances(self) -> Column:
        """Of each B."""
        return self.chances * (1 - self.chances)

    @property
    def deviation(self) -> float:
        """Standard deviation of the sum of steps."""
        return math.sqrt(float(np.dot(self.steps.astype(np.float64) ** 2, self.variances)))

    @cached_property
    def alike(self) -> tuple[Integers, Column, Integers]:
        """Steps and chances that differ, in the same order, and how many terms have each: what is done once for all of them."""
        differs = np.ones(len(self.steps), dtype=bool)
        differs[1:] = (self.steps[1:] != self.steps[:-1]) | (self.chances[1:] != self.chances[:-1])
        starts = np.flatnonzero(differs)
        return self.steps[starts], self.chances[starts], np.diff(starts, append=len(self.steps))


def _in_order(steps: Integers, chances: Column) -> tuple[Integers, Column]:
    """Sort by chance, likeliest first, then by step."""
    if steps.size and np.abs(steps).min() == np.abs(steps).max():
        # Sorting values is several times faster than sorting positions, and of these steps only the sign is to be kept.
        signed = np.sort(np.copysign(chances, steps))
        signed = np.concatenate([signed[signed > 0][::-1], signed[signed < 0]])
        return np.where(signed > 0, np.abs(steps), -np.abs(steps)), np.abs(signed)
    order = np.lexsort((steps, -chances))
    return steps[order], chances[order]

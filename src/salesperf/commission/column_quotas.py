"""Credit in columns, each row with a quota of its own, by tiers over the quota."""

from fractions import Fraction
from itertools import pairwise
from math import lcm

import attrs
import numpy as np

from salesperf.commission.column_pieces import MOST_NUMERATOR, Ends, Integers, Room, round_quotients
from salesperf.commission.pieces import Shape

__all__ = ["RatesOfQuota"]


@attrs.frozen
class RatesOfQuota:
    """Tiers at rates over the quota: pay is linear in credit and quota alike, and no row needs pieces of its own.

    Parameters
    ----------
    edges
        Shares of the quota at which the pieces change.
    intercepts, slopes
        Of each piece, for one of quota and for one of credit, over ``divisor``.
    divisor
        What the sum is divided by in the end.
    """

    edges: list[Fraction]
    intercepts: list[int]
    slopes: list[int]
    divisor: int

    @classmethod
    def of(cls, shape: Shape, factor: Fraction) -> "RatesOfQuota":
        """Take a shape over the share of the quota, and how many smallest units of pay one of credit is at a rate of 1."""
        edges, pieces = shape
        divisor = lcm(*((factor * number).denominator for piece in pieces for number in piece))
        intercepts, slopes = ([int(factor * piece[place] * divisor) for piece in pieces] for place in (0, 1))
        return cls(edges, intercepts, slopes, divisor)

    @property
    def ways(self) -> "list[_Slices | _Places]":
        """How rows can be paid, the fastest first."""
        places = _Places(self.edges, self.intercepts, self.slopes, self.divisor)
        return [_Slices.of(self), places] if self._is_continuous else [places]

    @property
    def _is_continuous(self) -> bool:
        """Whether pay begins at 0 and jumps nowhere."""
        lines = pairwise(zip(self.intercepts, self.slopes, strict=True))
        return not self.intercepts[0] and all(
            below[0] + below[1] * edge == above[0] + above[1] * edge
            for edge, (below, above) in zip(self.edges, lines, strict=True)
        )


@attrs.frozen
class _Slices:
    """Pay without a jump: all credit at the last slope, less, of what lies below each edge, by how much the slope rises there.

    A lesser of two and two products for an edge, where :class:`_Places` has to look up the piece of each row.
    """

    last: int
    steps: list[tuple[int, int, int]]
    """Of each edge: by what credit and quota are multiplied, so that the lesser of the two is what lies below it; the rise."""
    divisor: int
    is_rising: bool

    @classmethod
    def of(cls, rates: RatesOfQuota) -> "_Slices":
        common = lcm(*(edge.denominator for edge in rates.edges))
        rises = [above - below for below, above in pairwise(rates.slopes)]
        steps = [
            (edge.denominator, edge.numerator, rise * (common // edge.denominator))
            for edge, rise in zip(rates.edges, rises, strict=True)
        ]
        return cls(rates.slopes[-1] * common, steps, rates.divisor * common, min(rates.slopes) >= 0)

    def fits(self, credit: Ends, quota: Ends) -> bool:
        """Tell whether no number can leave an int64."""
        farthest = max(credit.farthest, 1)  # what is multiplied has to fit too
        reach = [max(by * farthest, of * quota.high) for by, of, _ in self.steps]
        below = sum(abs(rise) * far for (_, _, rise), far in zip(self.steps, reach, strict=True))
        return max(abs(self.last) * farthest + below, self.divisor, *reach) <= MOST_NUMERATOR

    def pay(self, credit: Integers, quota: Integers, ends: Ends, paid: Integers, room: Room) -> None:
        """Pay a block of rows that fit."""
        one, other = room.numbers(credit.size)
        np.multiply(credit, self.last, out=paid)
        for by, of, rise in self.steps:
            np.minimum(_times(credit, by, one), _times(quota, of, other), out=one)
            np.subtract(paid, _times(one, rise, one), out=paid)
        round_quotients(paid, self.divisor, one, is_positive=self.is_rising and ends.low >= 0)


@attrs.frozen
class _Places:
    """Pay with jumps: each row by the piece that it lies on."""

    edges: list[Fraction]
    intercepts: list[int]
    slopes: list[int]
    divisor: int

    def fits(self, credit: Ends, quota: Ends) -> bool:
        """Tell whether no number can leave an int64."""
        farthest = max(credit.farthest, 1)
        reach = [max(edge.numerator * quota.high, edge.denominator * farthest) for edge in self.edges]
        numerator = max(map(abs, self.intercepts)) * quota.high + max(map(abs, self.slopes)) * farthest
        return max(numerator, self.divisor, *reach) <= MOST_NUMERATOR

    def pay(self, credit: Integers, quota: Integers, ends: Ends, paid: Integers, room: Room) -> None:
        """Pay a block of rows that fit."""
        one, other = room.numbers(credit.size)
        edges = ((_times(credit, edge.denominator, one), _times(quota, edge.numerator, other)) for edge in self.edges)
        places = room.count(credit.size, edges)
        np.take(np.array(self.slopes, dtype=np.int64), places, mode="clip", out=paid)
        np.multiply(paid, credit, out=paid)
        if any(self.intercepts):
            np.take(np.array(self.intercepts, dtype=np.int64), places, mode="clip", out=one)
            np.multiply(one, quota, out=one)
            np.add(paid, one, out=paid)
        is_positive = ends.low >= 0 and min(*self.intercepts, *self.slopes) >= 0
        round_quotients(paid, self.divisor, one, is_positive=is_positive)


def _times(column: Integers, factor: int, room: Integers) -> Integers:
    """Multiply, where there is anything to be done."""
    return column if factor == 1 else np.multiply(column, factor, out=room)

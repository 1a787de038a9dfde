"""What is paid for a credit, as straight pieces in whole numbers: the one form of every tier mode and every curve."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import lcm
from types import MappingProxyType
from typing import Final, TypeAlias, cast

import attrs

from salesperf.kernels.numeric import round_fraction
from salesperf.model.pay_parts import Bonus, TieredPay
from salesperf.model.scale import Curve, Steps
from salesperf.model.tiers import Tier, TierMode

__all__ = ["MODES", "Pieces", "pieces_of", "scale_shape", "shape_of", "step_pieces", "value_on"]

Piece: TypeAlias = tuple[Fraction, Fraction]
"""Intercept and slope: what is paid is intercept + slope x."""
Shape: TypeAlias = tuple[list[Fraction], list[Piece]]
"""Where the pieces change, rising, and the pieces: one more than edges; what lies on an edge is of the piece above it."""


@attrs.frozen
class Pieces:
    """Straight pieces over a common denominator.

    Parameters
    ----------
    edges
        Where they change, times ``scale``.
    intercepts, slopes
        Of each piece, over ``divisor``.
    scale
        What credit is multiplied by, so that edges are whole.
    divisor
        What the sum is divided by in the end.
    unit_share
        How much of what the shape was drawn over one smallest unit of credit is: of a quota, the share.

    Notes
    -----
    pay(x) = (intercept + slope x scale) / divisor
    """

    edges: tuple[int, ...]
    intercepts: tuple[int, ...]
    slopes: tuple[int, ...]
    scale: int
    divisor: int
    unit_share: Fraction = Fraction(1)

    @classmethod
    def of(cls, shape: Shape, credit: Fraction, pay: Fraction) -> "Pieces":
        """Take a shape whose x is ``credit`` for one of the smallest unit of credit, and which pays ``pay`` smallest units.

        Parameters
        ----------
        shape
            Edges and pieces.
        credit
            How much x one smallest unit of credit is.
        pay
            How many smallest units of pay one unit of the shape's is.
        """
        edges = [edge / credit for edge in shape[0]]
        pieces = [(intercept * pay, slope * credit * pay) for intercept, slope in shape[1]]
        scale = lcm(*(edge.denominator for edge in edges))
        slopes = [slope / scale for _, slope in pieces]
        divisor = lcm(*(each.denominator for each in slopes), *(intercept.denominator for intercept, _ in pieces))
        return cls(
            tuple(int(edge * scale) for edge in edges),
            tuple(int(intercept * divisor) for intercept, _ in pieces),
            tuple(int(slope * divisor) for slope in slopes),
            scale,
            divisor,
            credit,
        )

    def position(self, credit: Fraction | int) -> int:
        """Return which piece a credit lies on."""
        return bisect_right(self.edges, credit * self.scale)

    def exact(self, credit: Fraction | int) -> Fraction:
        """Return what is paid for a credit, in smallest units, before it is rounded."""
        at = self.position(credit)
        return Fraction(self.intercepts[at] + self.slopes[at] * self.scale * credit) / self.divisor

    def rounded(self, credit: Fraction | int) -> int:
        """Return what is paid for a credit, in smallest units, rounded half up once."""
        if not isinstance(credit, int):
            return round_fraction(self.exact(credit))
        x = credit * self.scale
        at = bisect_right(self.edges, x)
        above = self.intercepts[at] + self.slopes[at] * x
        # As ROUNDINGS["half_up"], without a call: this is what every line of every statement waits for.
        whole = (2 * abs(above) + self.divisor) // (2 * self.divisor)
        return whole if above >= 0 else -whole


def _marginal(tiers: Sequence[Tier]) -> list[Piece]:
    pieces, reached = [], Fraction(0)
    for tier in tiers:
        start, rate = Fraction(tier.start), Fraction(tier.rate)
        pieces.append((reached - rate * start, rate))
        if tier.end is not None:
            reached += rate * (Fraction(tier.end) - start)
    return pieces


def _retroactive(tiers: Sequence[Tier]) -> list[Piece]:
    return [(Fraction(0), Fraction(tier.rate)) for tier in tiers]


def _overage(tiers: Sequence[Tier]) -> list[Piece]:
    base = Fraction(tiers[0].rate)
    first_end = Fraction(tiers[0].end or 0)
    return [((base - Fraction(tier.rate)) * first_end if tier.start else Fraction(0), Fraction(tier.rate)) for tier in tiers]


def _interpolated(tiers: Sequence[Tier]) -> list[Piece]:
    pieces, reached = [], Fraction(0)
    for tier in tiers:
        start, brings = Fraction(tier.start), Fraction(tier.rate)
        slope = brings / (Fraction(tier.end or 0) - start)
        pieces.append((reached - slope * start, slope))
        reached += brings
    return [*pieces, (reached, Fraction(0))]


MODES: Final[Mapping[TierMode, Callable[[Sequence[Tier]], list[Piece]]]] = MappingProxyType(
    {"marginal": _marginal, "retroactive": _retroactive, "overage": _overage, "interpolated": _interpolated}
)
"""Name of each mode to the pieces that it makes of sound tiers, lowest first."""


def _tier_shape(part: TieredPay) -> Shape:
    edges = [Fraction(tier.start) for tier in part.tiers[1:]]
    if part.mode == "interpolated":
        edges.append(Fraction(part.tiers[-1].end or 0))
    return edges, MODES[part.mode](part.tiers)


def curve_pieces(curve: Curve) -> Shape:
    """Return the pieces of an exact curve."""
    knots = [(Fraction(value), Fraction(worth)) for value, worth in curve.knots]
    pieces = [(knots[0][1], Fraction(0))]
    for (start, low), (end, high) in pairwise(knots):
        slope = (high - low) / (end - start)
        pieces.append((low - slope * start, slope))
    return [value for value, _ in knots], [*pieces, (knots[-1][1], Fraction(0))]


def step_pieces(steps: Steps) -> Shape:
    """Return the pieces of exact steps."""
    worth = [Fraction(steps.below), *(Fraction(points) for _, points in steps.knots)]
    return [Fraction(value) for value, _ in steps.knots], [(each, Fraction(0)) for each in worth]


def scale_shape(curve: Curve | None, steps: Steps | None) -> Shape:
    """Return the pieces of whichever of the two is stated; a curve goes first."""
    if curve is not None:
        return curve_pieces(curve)
    return step_pieces(cast("Steps", steps))


def value_on(shape: Shape, x: Fraction) -> Fraction:
    """Return what pieces are worth at a place."""
    intercept, slope = shape[1][bisect_right(shape[0], x)]
    return intercept + slope * x


@lru_cache(maxsize=256)
def shape_of(part: TieredPay | Bonus) -> Shape:
    """Return the pieces of a part, over the amount that was reached or the share of the quota."""
    return _tier_shape(part) if isinstance(part, TieredPay) else scale_shape(part.curve, part.steps)


@lru_cache(maxsize=4096)
def pieces_of(
    part: TieredPay | Bonus, *, credit_scale: int, pay_scale: int, quota: Fraction | None, target: Fraction | None
) -> Pieces:
    """Return what a part pays for the smallest units of credit, in smallest units of pay.

    Parameters
    ----------
    part
        Sound tiers, or a bonus by what was reached of the quota.
    credit_scale, pay_scale
        How many smallest units make one, of credit and of pay.
    quota
        In smallest units of credit, above 0; ``None`` where the part needs none.
    target
        What a share of 1 brings, in smallest units of pay; ``None`` where tiers state rates.
    """
    shape = shape_of(part)
    if isinstance(part, Bonus):
        return Pieces.of(shape, 1 / (quota or Fraction(1)), target or Fraction(0))
    rate = Fraction(1) if part.rate is None else Fraction(part.rate)
    if quota is None or part.over == "amount":
        return Pieces.of(shape, Fraction(1, credit_scale), rate * pay_scale)
    if target is not None:
        return Pieces.of(shape, 1 / quota, target)
    # A share of the quota at a rate is that much of the quota, in units; an interpolated tier states units itself.
    whole = Fraction(1) if part.mode == "interpolated" else quota / credit_scale
    return Pieces.of(shape, 1 / quota, rate * whole * pay_scale)

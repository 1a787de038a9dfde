"""On how much of a tree a score rests."""

import math
from collections.abc import Sequence

import attrs

__all__ = ["ScoreCoverage"]


@attrs.frozen(kw_only=True)
class ScoreCoverage:
    """How much of what a score could rest on has a score.

    Attributes
    ----------
    leaves : int
        What stands for itself: key results, objectives with nothing below them, and objectives whose given score counts.
    scored : int
        How many of these have a score.
    weight_share : float
        Which share of the weight is theirs, a fraction: each objective hands its own on to its parts by their weights, whether
        they have a score or not.

    Examples
    --------
    >>> scored, silent = ScoreCoverage.of_leaf(is_scored=True), ScoreCoverage.of_leaf(is_scored=False)
    >>> ScoreCoverage.of_parts([(3, scored), (1, silent)])
    ScoreCoverage(leaves=2, scored=1, weight_share=0.75)
    """

    leaves: int
    scored: int
    weight_share: float

    @classmethod
    def of_leaf(cls, *, is_scored: bool) -> "ScoreCoverage":
        """Return that of what stands for itself."""
        return cls(leaves=1, scored=int(is_scored), weight_share=float(is_scored))

    @classmethod
    def of_parts(cls, parts: Sequence[tuple[float, "ScoreCoverage"]]) -> "ScoreCoverage":
        """Return that of an objective, of the weight and the coverage of each of its parts."""
        whole = math.fsum(weight for weight, _ in parts)
        return cls(
            leaves=sum(part.leaves for _, part in parts),
            scored=sum(part.scored for _, part in parts),
            weight_share=math.fsum(weight * part.weight_share for weight, part in parts) / whole,
        )

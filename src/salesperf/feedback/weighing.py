"""What groups say, weighed together by the one engine, over what is shown and nothing else."""

import math
from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from salesperf.feedback.counting import Scale
from salesperf.model.estimate import Estimate
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.rating import Relation
from salesperf.model.scale import Curve, Points
from salesperf.scorecard import Criterion, Score, Scorecard

__all__ = ["Shown", "Weights", "gap_of", "score_of"]

Weights: TypeAlias = FrozenMap[Relation, Points]
Structure: TypeAlias = tuple[tuple[str, tuple[Relation, ...]], ...]


class Shown(NamedTuple):
    """The mean of a group on an item, as readers see it."""

    item: str
    relations: tuple[Relation, ...]
    mean: float
    n: int

    @property
    def fact(self) -> str:
        """The name under which the scorecard asks for it."""
        return _fact(self.item, self.relations)


def _fact(item: str, relations: tuple[Relation, ...]) -> str:
    return f"{item}:{'+'.join(relations)}"


def score_of(shown: Sequence[Shown], weights: Weights, scale: Scale | None) -> Score | None:
    """Score what is shown: groups by their weights within an item, items alike; ``None`` where nothing has a weight."""
    if not shown:
        return None
    means = [each.mean for each in shown]
    # Without a stated scale it reaches as far as what is shown anyway, so that the card tells nothing more.
    ends = (min(means), max(means)) if scale is None else scale
    card = _card(tuple((each.item, each.relations) for each in shown), weights, ends)
    return None if card is None else card.score({each.fact: each.mean for each in shown})


@lru_cache(maxsize=256)
def _card(structure: Structure, weights: Weights, ends: Scale) -> Scorecard | None:
    """Make the card for what is shown: most subjects of a report have the same."""
    identity = Curve(tuple(dict.fromkeys((end, end) for end in ends)))
    by_item: dict[str, list[Criterion]] = defaultdict(list)
    for item, relations in structure:
        weight = _weight(relations, weights)
        if weight:
            title = f"feedback.relation.{relations[0]}" if len(relations) == 1 else "feedback.together_plain"
            by_item[item].append(Criterion(_fact(item, relations), identity, weight, title=title))
    if not by_item:
        return None
    return Scorecard([Criterion(item, Scorecard(criteria)) for item, criteria in by_item.items()])


def _weight(relations: Sequence[Relation], weights: Weights) -> Fraction:
    """Return the weight of a group: of pooled relations their sum."""
    return sum((Fraction(weights.get(relation, 0)) for relation in relations), Fraction(0))


def gap_of(shown: Sequence[Shown], weights: Weights, scale: Scale | None, level: float) -> Estimate:
    """Estimate how far somebody sees himself above what others say, over the items on which both are shown.

    Notes
    -----
    The mean over items of (own points - weighted mean of the others that are shown). Its interval rests on the scale, the
    counts and the weights alone, by Hoeffding's inequality for raters who answer independently of each other, with their
    answers to several items tied as closely as they can be: the half width is (high - low) sqrt(ln(2 / (1 - level)) / 2) times
    the mean over items of sqrt(sum (weight share)^2 / n). It is wide, and tells nothing of how the ratings of a group differ:
    a standard deviation would be a second equation in very few unknowns.

    References
    ----------
    W. Hoeffding, "Probability inequalities for sums of bounded random variables", *Journal of the American Statistical
    Association* 58 (1963) 13-30.
    """
    own = {each.item: each.mean for each in shown if each.relations == ("self",)}
    others: dict[str, list[Shown]] = defaultdict(list)
    for each in shown:
        if each.relations != ("self",) and each.item in own and _weight(each.relations, weights):
            others[each.item].append(each)
    if not own or not others:
        return Estimate.undefined(Message("feedback.reason.no_others" if own else "feedback.reason.no_self"))
    counting = [each for groups in others.values() for each in groups]
    score = score_of(counting, weights, scale)
    seen = None if score is None else score.value
    gap = math.fsum(own[item] for item in others) / len(others) - (seen or 0.0)
    n = sum(each.n for each in counting)
    if scale is None:
        return Estimate(value=gap, n=n, level=level, reason=Message("feedback.reason.no_scale"))
    spread = math.fsum(_spread(groups, weights) for groups in others.values()) / len(others)
    least, most = map(float, scale)
    half = (most - least) * math.sqrt(math.log(2 / (1 - level)) / 2) * spread
    mean_self = gap + (seen or 0.0)
    low, high = max(gap - half, mean_self - most), min(gap + half, mean_self - least)
    return Estimate(value=gap, low=min(low, gap), high=max(high, gap), n=n, level=level)


def _spread(groups: Sequence[Shown], weights: Weights) -> float:
    """Return sqrt(sum (weight share)^2 / n) of the groups that are shown of an item."""
    parts = [(_weight(each.relations, weights), each.n) for each in groups]
    whole = sum(weight for weight, _ in parts)
    return math.sqrt(sum((weight / whole) ** 2 / n for weight, n in parts))

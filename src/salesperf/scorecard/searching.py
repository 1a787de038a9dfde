"""The search for the changes that lift a score into a band, and what they are."""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.kernels.numeric import Column
from salesperf.model.message import Message
from salesperf.model.scale import Categories, Curve, Flag, Steps
from salesperf.scorecard.answers import FactColumn, Known
from salesperf.scorecard.bands import Bands
from salesperf.scorecard.card import Scorecard
from salesperf.scorecard.criteria import CardTerms, Criterion, Gate
from salesperf.scorecard.scored import Score

__all__ = ["NEVER", "ChangeSet", "FactChange", "Search"]

_MOST_SETS: Final = 4096
"""Up to so many sets of changes, all are tried."""
_HALVINGS: Final = 60
"""After so many halvings what is left of a change is a rounding error."""
_MOST_DIGITS: Final = 12
_TIDY: Final = 0.01
"""How much further than needed a change may go, as a share of itself, to end on a number with few digits."""
_DEARER: Final = 1 + 1e-6
"""How many times as much it may cost."""
NEVER: Final = math.inf
"""The cost of what cannot be changed."""


@attrs.frozen(kw_only=True)
class FactChange:
    """A fact as it is and as it would have to be.

    Attributes
    ----------
    key
        The name of the fact.
    label
        What a reader sees.
    before, after
        What is known, and what would have to be.
    cost
        What the change costs.

    Examples
    --------
    >>> from salesperf import Curve
    >>> from salesperf.scorecard import Bands, Criterion, Scorecard, what_if
    >>> card = Scorecard([Criterion("visits", Curve([(0, 0), (10, 100)]))])
    >>> change = what_if(card, {"visits": 4}, Bands([("A", 80), ("B", 0)])).single.changes[0]
    >>> change.before, change.after, change.cost
    (4, 8, 0.4)
    """

    key: str
    label: Message
    before: Known
    after: Known
    cost: float


@attrs.frozen(kw_only=True)
class ChangeSet:
    """Changes made together, and the score that they lead to.

    Attributes
    ----------
    changes
        The changes, the most costly first.
    score
        The score after them.

    Examples
    --------
    >>> from salesperf import Curve
    >>> from salesperf.scorecard import Bands, Criterion, Scorecard, what_if
    >>> card = Scorecard([Criterion("visits", Curve([(0, 0), (10, 100)]))])
    >>> what_if(card, {"visits": 4}, Bands([("A", 80), ("B", 0)])).cheapest.score.value
    80.0
    """

    changes: tuple[FactChange, ...]
    score: Score

    @property
    def cost(self) -> float:
        """What all changes together cost."""
        return math.fsum(change.cost for change in self.changes)


Changes: TypeAlias = Mapping[str, Any]
"""Name of a fact to what it becomes."""


class Search:
    """The search for changes that lift one score into one band."""

    def __init__(
        self,
        card: Scorecard,
        facts: Mapping[str, object],
        bands: Bands,
        goal: str,
        previous: str | None,
        costs: Mapping[str, float],
    ) -> None:
        self._card = card
        self._facts = {key: _plain(facts.get(key)) for key in card.fact_keys()}
        self._bands = bands
        self._goal = goal
        self._previous = previous
        self._costs = costs
        self._asked: dict[str, list[Criterion | Gate]] = {}
        for asked in card.questions():
            self._asked.setdefault(asked.key, []).append(asked)
        self._levels = {key: self._levels_of(key) for key, cost in costs.items() if cost < NEVER}
        self.is_exact = self._is_small() and self._is_straight()

    # What may change

    def _levels_of(self, key: str) -> list[Any]:
        """Return what a fact may become: of what is worth the same the nearest, and nothing worth no more to anybody."""
        before = self._facts[key]
        current = None if before is None else self._worth(key, before)
        levels: dict[tuple[float, ...], Any] = {}
        for option in self._options(key):
            worth = self._worth(key, option)
            # Against a category that counts as missing, whose worth is nan, whatever is known is more.
            if current is None or not np.all(np.less_equal(worth, current)):
                levels.setdefault(worth, option)
        return list(levels.values())

    def _worth(self, key: str, fact: Any) -> tuple[float, ...]:  # noqa: ANN401 - a fact of any kind
        return tuple(asked.scale.points(fact) for asked in self._asked[key] if not isinstance(asked.scale, CardTerms))

    def _options(self, key: str) -> list[Any]:
        """Return whatever a fact may become, numbers from the nearest to the farthest."""
        before: Any = self._facts[key]
        scales = [asked.scale for asked in self._asked[key]]
        if isinstance(scales[0], Flag):
            return [True, False]
        if isinstance(scales[0], Categories):
            return [
                name
                for name in dict.fromkeys(name for scale in scales if isinstance(scale, Categories) for name in scale.worth)
                if all(map(partial(_may_be, name), self._asked[key]))
            ]
        knots = {float(knot[0]) for scale in scales if isinstance(scale, Curve | Steps) for knot in scale.knots}
        if any(isinstance(scale, Steps) for scale in scales):
            knots |= {math.nextafter(knot, -math.inf) for knot in knots}
        if isinstance(before, int):
            knots = {float(math.ceil(knot) if knot > before else math.floor(knot)) for knot in knots}
        numbers = sorted(knots, key=lambda knot: 0.0 if before is None else abs(knot - before))
        if before is None or not self._is_monotone(key):
            return numbers
        (curve,) = scales
        assert isinstance(curve, Curve)  # noqa: S101 - as _is_monotone says
        return [max(numbers, key=curve.points)]  # of the highest the nearest

    def _is_monotone(self, key: str) -> bool:
        """Tell whether a fact is asked for once, by a criterion along a curve that only rises or only falls."""
        (asked, *others) = self._asked[key]
        if others or isinstance(asked, Gate) or not isinstance(asked.scale, Curve):
            return False
        worth = [float(points) for _, points in asked.scale.knots]
        return worth in (sorted(worth), sorted(worth, reverse=True))

    def _is_small(self) -> bool:
        return math.prod(1 + len(levels) for levels in self._levels.values()) <= _MOST_SETS

    def _is_straight(self) -> bool:
        curved = [
            key
            for key in self._levels
            if any(isinstance(asked.scale, Curve) for asked in self._asked[key]) and not self._is_monotone(key)
        ]
        return not curved and _is_additive(self._card)

    # What reaches the band

    def is_reached(self, changes: Changes) -> bool:
        """Tell whether the score is in the band after some changes."""
        return bool(self._reached([changes])[0])

    def _scores(self, many: Sequence[Changes]) -> Column:
        return self._card.score_all([{**self._facts, **changes} for changes in many])

    def _reached(self, many: Sequence[Changes]) -> NDArray[np.bool_]:
        return self._bands.reaches(self._scores(many), self._goal, self._previous)

    def found(self) -> list[Changes]:
        """Return sets of changes that reach the band, each as small as it can be made."""
        sets = self._all_sets() if self._is_small() else [*self._single_changes(), *self._greedy_set()]
        reaching = (
            [changes for changes, is_reached in zip(sets, self._reached(sets), strict=True) if is_reached] if sets else []
        )
        drawn_back = [self._drawn_back(reaching, key) for key in self._levels if self._may_stop_midway(key)]
        return [*reaching, *(changes for some in drawn_back for changes in some)]

    def _all_sets(self) -> list[Changes]:
        sets: list[Changes] = [{}]
        for key, levels in self._levels.items():
            sets += [{**changes, key: level} for changes in sets for level in levels]
        return sets

    def _single_changes(self) -> list[Changes]:
        return [{key: level} for key, levels in self._levels.items() for level in levels]

    def _greedy_set(self) -> list[Changes]:
        """Add the change with the most points for its cost until the band is reached, then leave out what is not needed."""
        made: dict[str, Any] = {}
        while not self.is_reached(made):
            options = [(key, level) for key, levels in self._levels.items() if key not in made for level in levels]
            if not options:
                return []
            scores = self._scores([made, *({**made, key: level} for key, level in options)])
            costs = np.array([max(self.cost({key: level}), 1e-12) for key, level in options])
            gains = np.nan_to_num(scores[1:] - np.nan_to_num(scores[0], nan=self._card.low), nan=-math.inf) / costs
            key, level = options[int(np.argmax(gains))]
            made[key] = level
        for key in sorted(made, key=lambda key: -self.cost({key: made[key]})):
            fewer = {other: level for other, level in made.items() if other != key}
            if self.is_reached(fewer):
                made = fewer
        return [made]

    def _may_stop_midway(self, key: str) -> bool:
        return self._facts[key] is not None and any(isinstance(asked.scale, Curve) for asked in self._asked[key])

    def _drawn_back(self, sets: Sequence[Changes], key: str) -> list[Changes]:
        """Draw a number back towards what it is, in each set that changes it, as far as the band allows."""
        chosen = [changes for changes in sets if key in changes]
        if not chosen:
            return []
        before: Any = self._facts[key]
        near, far = np.full(len(chosen), float(before)), np.array([changes[key] for changes in chosen], dtype=np.float64)
        columns = self._columns(chosen)
        for _ in range(_HALVINGS):
            middle = near + (far - near) / 2
            scores = self._card.score_columns({**columns, key: middle})
            is_far_enough = self._bands.reaches(scores, self._goal, self._previous)
            near, far = np.where(is_far_enough, near, middle), np.where(is_far_enough, middle, far)
        if isinstance(before, int):
            whole = np.where(far > before, np.ceil(far), np.floor(far))
            is_far_enough = self._bands.reaches(self._card.score_columns({**columns, key: whole}), self._goal, self._previous)
            drawn = [
                (int(number) if is_enough else None)
                for number, is_enough in zip(whole.tolist(), is_far_enough.tolist(), strict=True)
            ]
        else:
            drawn = far.tolist()
        return [{**changes, key: value} for changes, value in zip(chosen, drawn, strict=True) if value is not None]

    def _columns(self, sets: Sequence[Changes]) -> dict[str, FactColumn]:
        """Return the facts after each set of changes as columns."""
        columns: dict[str, FactColumn] = {}
        for key, (asked, *_) in self._asked.items():
            values = [changes.get(key, self._facts[key]) for changes in sets]
            kind = object if isinstance(asked.scale, Categories) else np.float64
            columns[key] = np.array(values, dtype=kind)
        return columns

    def _tidied(self, changes: Changes, key: str) -> Changes:
        """End a change of a number on one of few digits, if the band allows."""
        value, before = changes[key], self._facts[key]
        if not isinstance(value, float) or isinstance(before, int):
            return changes
        most = self._cost(key, value) * _DEARER
        options = [{**changes, key: near} for near in _rounder(value, before or 0.0) if self._cost(key, near) <= most]
        return next(filter(self.is_reached, options), changes)

    # What it costs

    def cost(self, changes: Changes) -> float:
        """Return what a set of changes costs."""
        return math.fsum(self._cost(key, level) for key, level in changes.items())

    def _cost(self, key: str, level: Any) -> float:  # noqa: ANN401 - a fact of any kind
        return self._costs[key] * max(self._share(asked, self._facts[key], level) for asked in self._asked[key])

    def _share(self, asked: Criterion | Gate, before: Any, after: Any) -> float:  # noqa: ANN401 - facts of any kind
        """Return by how much of its range a scale tells two facts apart; what is not known is told apart from all."""
        scale = asked.scale
        assert not isinstance(scale, CardTerms)  # noqa: S101 - questions are those of scales
        span = scale.high - scale.low
        if before is None or not span:
            return 1.0 if before is None else 0.0
        distance = abs(scale.points(after) - scale.points(before))
        return 1.0 if math.isnan(distance) else distance / span

    def cheapest(self, found: Sequence[Changes]) -> ChangeSet | None:
        """Return the set that costs least, of equals the one of fewest changes."""
        if not found:
            return None
        best = min(found, key=lambda changes: (self.cost(changes), len(changes)))
        for key in best:
            best = self._tidied(best, key)
        changes = [
            FactChange(
                key=key,
                label=self._asked[key][0].label,
                before=self._facts[key],
                after=_like(self._facts[key], after),
                cost=self._cost(key, after),
            )
            for key, after in best.items()
        ]
        ordered = tuple(sorted(changes, key=lambda change: -change.cost))
        return ChangeSet(changes=ordered, score=self._card.score({**self._facts, **best}))


def _plain(fact: Any) -> Any:  # noqa: ANN401 - a fact of any kind
    """Return a fact as a value of Python's own; nan and empty text are nothing."""
    if isinstance(fact, np.generic):
        fact = fact.item()
    if isinstance(fact, Decimal | Fraction):
        fact = float(fact)
    return None if fact == "" or fact != fact else fact  # noqa: PLR0124 - nan


def _may_be(category: str, asked: Criterion | Gate) -> bool:
    """Tell whether a category may be told to a criterion: one that is unknown to it may be refused, or count as missing."""
    scale = asked.scale
    assert isinstance(scale, Categories)  # noqa: S101 - a fact is of one kind
    return category in scale.worth or scale.unknown == "points" or (scale.unknown == "as_missing" and asked.missing != "refuse")


def _rounder(value: float, before: float) -> list[float]:
    """Return numbers next to one, those with the fewest digits first, for a change that does not start too near to it."""
    distance = abs(value - before) or 1.0
    found = []
    for digits in range(-math.floor(math.log10(distance)), _MOST_DIGITS - math.floor(math.log10(distance))):
        nearest, unit = round(value, digits), 10.0**-digits
        found += [nearest, round(nearest - unit, digits), round(nearest + unit, digits)]
    return [near for near in found if abs(near - value) <= _TIDY * distance]


def _like(before: Any, after: Any) -> Any:  # noqa: ANN401 - facts of any kind
    """Return a whole number as an int where the fact is one."""
    return int(after) if isinstance(before, int) and isinstance(after, float) and after.is_integer() else after


def _is_additive(card: CardTerms) -> bool:
    nested = [criterion.scale for criterion in card.criteria if isinstance(criterion.scale, CardTerms)]
    return card.mode != "product" and all(_is_additive(inner) and not inner.gates for inner in nested)

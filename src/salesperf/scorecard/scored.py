"""A score, with what it is made of and the tree that explains it."""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

import attrs
import numpy as np

from salesperf.kernels.numeric import Column
from salesperf.messages import catalog
from salesperf.model.breakdown import Breakdown, Minimum, OnCurve, OnSteps, Product, Rule, Sum, WeightedMean
from salesperf.model.message import Message
from salesperf.model.result import Result, Row, Scalar
from salesperf.model.scale import Curve, Steps
from salesperf.scorecard.answers import Known
from salesperf.scorecard.criteria import CardTerms, Criterion, Gate, Mode
from salesperf.scorecard.scoring import CriterionMarks, Marks

__all__ = [
    "TREATMENTS",
    "CriterionScore",
    "GateScore",
    "Leaf",
    "Score",
    "Treatment",
    "behind",
    "behind_gates",
    "hardest",
    "influence_of",
    "leaves_of",
    "scalar",
    "score_of",
    "shown",
    "told_apart",
    "worded",
]

Treatment: TypeAlias = Literal["known", "assumed", "left_out"]
TREATMENTS: Final[tuple[Treatment, ...]] = ("known", "assumed", "left_out")
"""What became of a criterion: its fact was known; points were assumed for it; it has no part in the score."""

_PARTS: Final = 1000
"""A number beside another is written to a thousandth of what they differ by."""
_MOST_DIGITS: Final = 1100
"""After so many digits after the point every float is at its end."""


@attrs.frozen(kw_only=True)
class CriterionScore:
    """What a criterion brought to a score.

    Attributes
    ----------
    criterion
        The criterion.
    fact
        What was known; ``None`` where nothing was, and of a nested card.
    points
        What it is worth; ``None`` where it is left out.
    treatment
        Whether the fact was known, points were assumed, or the criterion is left out.
    weight
        The weight used: in a mean its share after those left out are gone, so that all sum to 1; in a sum its weight; in a
        product 1; 0 where it is left out.
    score
        That of a nested card.

    Examples
    --------
    >>> from salesperf import Curve
    >>> from salesperf.scorecard import Criterion, Scorecard
    >>> card = Scorecard([Criterion("visits", Curve([(0, 0), (10, 100)]))])
    >>> card.score({"visits": 4}).criteria[0].points
    40.0
    """

    criterion: Criterion
    fact: Known
    points: float | None
    treatment: Treatment
    weight: float
    score: "Score | None"


@attrs.frozen(kw_only=True)
class GateScore:
    """What a gate said.

    Attributes
    ----------
    gate
        The gate.
    fact
        What was known; ``None`` where nothing was.
    points
        What it is worth; ``None`` where the gate is left out.
    treatment
        Whether the fact was known, points were assumed, or the gate is left out.
    is_closed
        Whether it capped the score, or would have capped a higher one.
    cap
        The highest score behind it.

    Examples
    --------
    >>> from salesperf import Curve, Flag
    >>> from salesperf.scorecard import Criterion, Gate, Scorecard
    >>> met = Gate("manager_met", Flag(1), least=1, cap=50)
    >>> card = Scorecard([Criterion("visits", Curve([(0, 0), (10, 100)]))], gates=[met])
    >>> score = card.score({"visits": 9, "manager_met": False})
    >>> score.value, score.gates[0].is_closed
    (50.0, True)
    """

    gate: Gate
    fact: Known
    points: float | None
    treatment: Treatment
    is_closed: bool
    cap: float


@attrs.frozen(kw_only=True)
class Score(Result):
    """A score of one, with all that it is made of.

    Attributes
    ----------
    card
        The card by which it was scored.
    value
        The score; ``None`` where nothing is known that it could rest on.
    before_gates
        What it would be if every gate were open.
    criteria
        What each criterion brought, in the order of the card.
    gates
        What each gate said.

    Examples
    --------
    >>> from salesperf import Curve, Flag
    >>> from salesperf.scorecard import Criterion, Scorecard
    >>> card = Scorecard(
    ...     [
    ...         Criterion("budget", Curve([(0, 0), (500_000, 100)]), 3),
    ...         Criterion("is_referred", Flag(100), 1),
    ...         Criterion("visits", Curve([(0, 0), (10, 100)]), 1, missing="leave_out"),
    ...     ]
    ... )
    >>> score = card.score({"budget": 400_000, "is_referred": True})
    >>> score.value, score.left_out
    (85.0, ('visits',))
    >>> print(score.breakdown.text())
    Score: 85.00 = weighted mean of
      budget: 80.00 = points on the curve of
        budget: 400,000
      is_referred (yes): 100.00
    >>> score.breakdown.holds(), [part.weight for part in score.breakdown.parts]
    (True, [0.75, 0.25])
    """

    card: CardTerms
    value: float | None
    before_gates: float | None
    criteria: tuple[CriterionScore, ...]
    gates: tuple[GateScore, ...]

    @property
    def left_out(self) -> tuple[str, ...]:
        """The keys of the criteria and gates without a part in it, those of nested cards after that of the card."""
        return tuple(asked for asked, treatment in self._treatments() if treatment == "left_out")

    @property
    def assumed(self) -> tuple[str, ...]:
        """The keys of the criteria and gates for which points were assumed."""
        return tuple(asked for asked, treatment in self._treatments() if treatment == "assumed")

    def _treatments(self) -> Iterator[tuple[str, Treatment]]:
        for part in self.criteria:
            yield part.criterion.key, part.treatment
            if part.score is not None:
                yield from part.score._treatments()  # noqa: SLF001 - one of us
        for gate in self.gates:
            yield gate.gate.key, gate.treatment

    @property
    def closed(self) -> tuple[GateScore, ...]:
        """The gates that are closed, the hardest first."""
        return tuple(sorted((gate for gate in self.gates if gate.is_closed), key=lambda gate: gate.cap))

    @property
    def is_capped(self) -> bool:
        """Whether a gate made it lower than its criteria would."""
        return self.value != self.before_gates

    @cached_property
    def breakdown(self) -> Breakdown:
        """The tree from the facts to the score; the weights in it are those used."""
        return _tree(self, Message("scorecard.score"), None)

    def leaves(self) -> "tuple[Leaf, ...]":
        """Return the criteria that have points of their own, those of nested cards in their place.

        Notes
        -----
        In each mode a score is a straight line in the points of any one criterion, so an influence holds for any number of
        points. A nested card that a gate holds down stands here itself: what its criteria are worth makes no difference there.
        """
        return tuple(leaves_of(self, ()))

    def rows(self) -> list[Row]:
        """Return a row for each criterion and gate, those of nested cards below it."""
        return list(_rows(self, 0))


@attrs.frozen(kw_only=True)
class Leaf:
    """A criterion with points of its own, as it counts in the whole score.

    Attributes
    ----------
    path
        The keys of the cards that it is within, and its own.
    part
        What it brought.
    influence
        By how much the score rises with a point more, if the gates of the card itself are open.

    Examples
    --------
    >>> from salesperf import Curve
    >>> from salesperf.scorecard import Criterion, Scorecard
    >>> visits = Scorecard([Criterion("visits", Curve([(0, 0), (10, 100)]))])
    >>> card = Scorecard([Criterion("effort", visits, 3), Criterion("orders", Curve([(0, 0), (5, 100)]))])
    >>> [(leaf.path, leaf.influence) for leaf in card.score({"visits": 4, "orders": 2}).leaves()]
    [(('effort', 'visits'), 0.75), (('orders',), 0.25)]
    """

    path: tuple[str, ...]
    part: CriterionScore
    influence: float


def leaves_of(
    score: Score, ends: Collection[tuple[str, ...]], above: tuple[str, ...] = (), influence: float = 1.0
) -> Iterator[Leaf]:
    """Yield the criteria with points of their own, and nested cards that a gate holds down, or that are named as ends."""
    for position, part in enumerate(score.criteria):
        if part.points is None:
            continue
        path = (*above, part.criterion.key)
        reach = influence * influence_of(score, position)
        if part.score is None or part.treatment != "known" or part.score.is_capped or path in ends:
            yield Leaf(path=path, part=part, influence=reach)
        else:
            yield from leaves_of(part.score, ends, path, reach)


def influence_of(score: Score, position: int) -> float:
    """Return by how much a score before its gates rises with a point more of a criterion of its own."""
    return _others(score.criteria, position) if score.card.mode == "product" else score.criteria[position].weight


def behind(value: float, gates: Iterable[GateScore]) -> float:
    """Return what is left of a score behind gates that are closed."""
    return min([value, *(gate.cap for gate in gates)])


def hardest(score: Score) -> tuple[tuple[Message, ...], float]:
    """Return the names of the gates that hold a score down, of all that are closed the hardest, and the score without them."""
    assert score.before_gates is not None  # noqa: S101 - nothing holds down what is not there
    others = [gate for gate in score.closed if gate.cap != score.value]
    names = tuple(gate.gate.label for gate in score.closed if gate.cap == score.value)
    return names, behind(score.before_gates, others)


def behind_gates(score: Score) -> Message:
    """Return the score of a nested card that gates hold down, with these."""
    gates, _ = hardest(score)
    return Message.of("scorecard.text.behind", points=score.value, gates=gates)


def _others(criteria: Sequence[CriterionScore], position: int) -> float:
    """Return the product of the points of the others."""
    product = 1.0
    for place, part in enumerate(criteria):
        if place != position and part.points is not None:
            product *= part.points
    return product


def _rows(score: Score, level: int) -> Iterator[Row]:
    for part in score.criteria:
        yield {
            "level": level,
            "criterion": part.criterion.key,
            "fact": scalar(part.fact),
            "points": part.points,
            "weight": part.weight,
            "treatment": part.treatment,
            "cap": None,
        }
        if part.score is not None:
            yield from _rows(part.score, level + 1)
    for gate in score.gates:
        yield {
            "level": level,
            "criterion": gate.gate.key,
            "fact": scalar(gate.fact),
            "points": gate.points,
            "weight": None,
            "treatment": gate.treatment,
            "cap": gate.cap if gate.is_closed else None,
        }


def scalar(fact: Known) -> Scalar:
    """Return a fact as a row can hold it."""
    return float(fact) if isinstance(fact, Fraction) else fact


# From the marks of a row


def score_of(card: CardTerms, marks: Marks, facts: Mapping[str, Any]) -> Score:
    """Make the score of the one row that was marked."""
    weights = _weights_used(card, marks.criteria)
    return Score(
        card=card,
        value=_number(marks.score),
        before_gates=_number(marks.before_gates),
        criteria=tuple(
            _criterion(criterion, part, weight, facts)
            for criterion, part, weight in zip(card.criteria, marks.criteria, weights, strict=True)
        ),
        gates=tuple(_gate(card, gate, part, facts) for gate, part in zip(card.gates, marks.gates, strict=True)),
    )


def _number(column: Column) -> float | None:
    value = float(column[0])
    return None if np.isnan(value) else value


def _weights_used(card: CardTerms, marks: Sequence[CriterionMarks]) -> list[float]:
    weights = [
        0.0 if np.isnan(part.points[0]) else float(criterion.weight)
        for criterion, part in zip(card.criteria, marks, strict=True)
    ]
    whole = sum(weights) if card.mode == "weighted_mean" else 1.0
    return [weight / whole if whole else 0.0 for weight in weights]


def _treatment(part: CriterionMarks) -> Treatment:
    if np.isnan(part.points[0]):
        return "left_out"
    return "known" if np.all(part.is_known) else "assumed"


def _criterion(criterion: Criterion, part: CriterionMarks, weight: float, facts: Mapping[str, Any]) -> CriterionScore:
    nested = criterion.scale
    score = score_of(nested, part.marks, facts) if isinstance(nested, CardTerms) and part.marks is not None else None
    return CriterionScore(
        criterion=criterion,
        fact=None if score is not None else _fact(facts, criterion.key),
        points=_number(part.points),
        treatment=_treatment(part),
        weight=weight,
        score=score,
    )


def _gate(card: CardTerms, gate: Gate, part: CriterionMarks, facts: Mapping[str, Any]) -> GateScore:
    points = _number(part.points)
    return GateScore(
        gate=gate,
        fact=_fact(facts, gate.key),
        points=points,
        treatment=_treatment(part),
        is_closed=points is not None and points < gate.least,
        cap=card.low if gate.cap is None else float(gate.cap),
    )


def _fact(facts: Mapping[str, Any], key: str) -> Known:
    """Return what is known, as a value of Python's own; nan and empty text are nothing."""
    fact = facts.get(key)
    if isinstance(fact, np.generic):
        fact = fact.item()
    return None if fact == "" or fact != fact else fact  # noqa: PLR0124 - nan


# The tree

_RULES: Final[Mapping[Mode, Rule]] = MappingProxyType({"weighted_mean": WeightedMean(), "sum": Sum(), "product": Product()})


def _tree(score: Score, label: Message, weight: float | None) -> Breakdown:
    if not score.closed or score.before_gates is None:
        return _open_tree(score, label, weight)
    caps = [Breakdown(label=Message.of("scorecard.cap", gate=gate.gate.label), value=gate.cap) for gate in score.closed]
    parts = [_open_tree(score, Message("scorecard.before_gates"), None), *caps]
    return Breakdown(label=label, value=score.value, rule=Minimum(), parts=parts, weight=weight)


def _open_tree(score: Score, label: Message, weight: float | None) -> Breakdown:
    if score.before_gates is None:  # nothing is known: there are no parts
        return Breakdown(label=label, value=None, weight=weight)
    parts = [_part(part, score.card.mode) for part in score.criteria if part.points is not None]
    return Breakdown(label=label, value=score.before_gates, rule=_RULES[score.card.mode], parts=parts, weight=weight)


def _part(part: CriterionScore, mode: Mode) -> Breakdown:
    label = part.criterion.label
    if mode == "weighted_mean":
        return _points(part, label, part.weight)
    points = _points(part, label, None)
    if part.weight == 1 or points.value is None:
        return points
    weight = Breakdown(label=Message("scorecard.weight"), value=part.weight)
    value = float(points.value) * part.weight  # type: ignore[arg-type] # points are numbers
    return Breakdown(label=label, value=value, rule=Product(), parts=[points, weight])


def _points(part: CriterionScore, label: Message, weight: float | None) -> Breakdown:
    """Explain the points of a criterion by its fact."""
    scale, fact = part.criterion.scale, part.fact
    if part.treatment == "assumed":
        return Breakdown(label=Message.of("scorecard.assumed", criterion=label), value=part.points, weight=weight)
    if part.score is not None:
        return _tree(part.score, label, weight)
    if isinstance(scale, Curve | Steps):
        rule = OnCurve(scale) if isinstance(scale, Curve) else OnSteps(scale)
        known = Breakdown(label=label, value=fact)  # type: ignore[arg-type] # a number, or the scale had not looked it up
        return Breakdown(label=label, value=part.points, rule=rule, parts=[known], weight=weight)
    named = Message.of("scorecard.named", criterion=label, fact=worded(fact))
    return Breakdown(label=named, value=part.points, weight=weight)


def worded(fact: Known) -> Known | Message:
    """Return a fact as a message can show it: our word for one that has a word, else as it is."""
    if isinstance(fact, bool):
        return Message("scorecard.yes" if fact else "scorecard.no")
    key = f"fact.{fact}"
    return Message(key) if isinstance(fact, str) and key in catalog("en") else fact


def shown(fact: Known, nearness: float) -> Known | Message:
    """Return a fact as a sentence can tell it: a float with two digits after the point, and more until it is so near to it."""
    if fact is None:
        return Message("scorecard.not_known")
    if not isinstance(fact, float):
        return worded(fact)
    texts = (f"{fact:z.{digits}f}" for digits in range(2, _MOST_DIGITS))
    return next(Decimal(text) for text in texts if abs(float(text) - fact) <= nearness)


def told_apart(before: Known, after: Known) -> tuple[Known | Message, Known | Message]:
    """Return two facts as a sentence can tell them, numbers with as many digits as show by how much they differ."""
    are_numbers = all(isinstance(fact, int | float | Decimal | Fraction) for fact in (before, after))
    distance = abs(float(after) - float(before)) if are_numbers else 0.0  # type: ignore[arg-type] # they are numbers
    nearness = distance / _PARTS if distance else math.inf
    return shown(before, nearness), shown(after, nearness)

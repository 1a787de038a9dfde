"""Why a score is what it is: the strongest reasons for and against, in the reader's words."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Final

import attrs

from salesperf.messages import Catalogs, display
from salesperf.model.message import Message
from salesperf.model.result import Result, Row
from salesperf.model.scale import Curve, Steps
from salesperf.model.validators import check_whole, require
from salesperf.scorecard.answers import Known
from salesperf.scorecard.bands import DIGITS, Bands
from salesperf.scorecard.scored import Leaf, Score, behind, behind_gates, hardest, influence_of, shown, worded

__all__ = ["Explanation", "Reason", "explain"]

_MOST_REASONS = 1000
_FEWEST_DIGITS: Final = 2
_MOST_DIGITS: Final = 17
"""After the point: more than tell any two floats near 1 apart."""
_NEAR: Final = 0.005
"""Effects are told with two digits after the point."""


@attrs.frozen(kw_only=True)
class Reason:
    """One reason for or against a score.

    Attributes
    ----------
    path
        The keys of the cards that the criterion is within, and its own.
    effect
        The points that the score before its own gates gains, or loses, by this criterion standing where it does and not in the
        middle of its scale.
    message
        The reason, for a reader.

    Examples
    --------
    >>> from salesperf import Curve
    >>> from salesperf.scorecard import Criterion, Scorecard, explain
    >>> card = Scorecard([Criterion("visits", Curve([(0, 0), (10, 100)]))])
    >>> explain(card.score({"visits": 8})).reasons_for[0].effect
    30.0
    """

    path: tuple[str, ...]
    effect: float
    message: Message


@attrs.frozen(kw_only=True)
class Explanation(Result):
    """The reasons of a score.

    Attributes
    ----------
    score
        The score.
    band
        Its band; ``None`` where bands were not asked for, or the score is undefined.
    margin
        What the margin of the bands does; ``None`` where the score alone has that band.
    reasons_for, reasons_against
        The strongest, first.

    Examples
    --------
    >>> from salesperf import Curve, Flag
    >>> from salesperf.scorecard import Bands, Criterion, Scorecard, explain
    >>> card = Scorecard([Criterion("visits", Curve([(0, 0), (10, 100)]), 3), Criterion("has_budget", Flag(100))])
    >>> why = explain(card.score({"visits": 8, "has_budget": False}), Bands([("A", 80), ("B", 50), ("C", 0)]))
    >>> print(why.text())
    Score 60.00, band B. For it: visits 8 (+22.50). Against it: has_budget no (-12.50).
    >>> print(why.text("zh"))
    得分 60.00，等级 B。有利：visits 8（+22.50）。不利：has_budget 否（-12.50）。
    """

    score: Score
    band: str | None
    margin: Message | None
    reasons_for: tuple[Reason, ...]
    reasons_against: tuple[Reason, ...]

    def rows(self) -> list[Row]:
        """Return a row for each reason, the strongest first, those for it before those against it."""
        return [{"criterion": "/".join(reason.path), "effect": reason.effect} for reason in self._reasons]

    @property
    def _reasons(self) -> tuple[Reason, ...]:
        return (*self.reasons_for, *self.reasons_against)

    @property
    def messages(self) -> tuple[Message, ...]:
        """The sentences of the explanation."""
        return tuple(self._messages())

    def _messages(self) -> "list[Message]":
        score = self.score
        if score.value is None:
            said = [Message("scorecard.text.undefined")]
        elif self.band is None:
            said = [Message.of("scorecard.text.score", score=score.value)]
        else:
            said = [Message.of("scorecard.text.banded", score=score.value, band=self.band)]
        if self.margin is not None:
            said.append(self.margin)
        if score.is_capped:
            gates, without = hardest(score)
            said.append(Message.of("scorecard.text.closed", gates=gates, cap=score.value, score=without))
        if score.value is not None:
            said += _held_within(score, lambda value: value)
        for key, reasons in (("reasons_for", self.reasons_for), ("reasons_against", self.reasons_against)):
            if reasons:
                said.append(Message.of(f"scorecard.text.{key}", reasons=tuple(reason.message for reason in reasons)))
        if score.left_out:
            said.append(Message.of("scorecard.text.left_out", criteria=_labels(score)))
        return said

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the explanation in a language, as one paragraph."""
        between = display(Message("scorecard.text.between"), lang=lang, catalogs=catalogs)
        return between.join(message.text(lang, catalogs) for message in self.messages)


def _held_within(score: Score, whole: Callable[[float], float]) -> Iterator[Message]:
    """Tell of each nested card that gates of its own hold down, with the whole score if these were open."""
    for position, part in enumerate(score.criteria):
        inner = part.score
        if inner is None or inner.value is None or part.treatment != "known":
            continue
        regained = _regained(score, position, whole)
        if inner.is_capped:
            gates, without = hardest(inner)
            label = part.criterion.label
            yield Message.of("scorecard.text.closed_within", card=label, gates=gates, cap=inner.value, score=regained(without))
        else:
            yield from _held_within(inner, regained)


def _regained(score: Score, position: int, whole: Callable[[float], float]) -> Callable[[float], float]:
    """Return what makes of the points of a criterion the whole score: a straight line, behind the gates that are closed."""
    points, before_gates = score.criteria[position].points or 0.0, score.before_gates or 0.0
    influence = influence_of(score, position)
    return lambda value: whole(behind(before_gates + influence * (value - points), score.closed))


def _labels(score: Score) -> tuple[Message, ...]:
    """Return what a reader sees of the criteria and gates that are left out, each once."""
    labels = {asked.key: asked.label for asked in score.card.questions()}
    labels |= {part.criterion.key: part.criterion.label for part in score.criteria}
    return tuple(labels.get(key, Message(key)) for key in dict.fromkeys(score.left_out))


def explain(score: Score, bands: Bands | None = None, *, previous: str | None = None, most: int = 3) -> Explanation:
    """Find the strongest reasons for and against a score.

    Parameters
    ----------
    score
        The score.
    bands, previous
        To name the band, as :meth:`Bands.band` does.
    most
        How many reasons of each kind at most.

    Raises
    ------
    InvalidValueError
        If ``most`` is no whole number from 0 to 1,000, or the score lies below the lowest band.

    Notes
    -----
    The effect of a criterion is influence x (points - middle of the scale): what the score before its own gates would lose if
    this one stood in the middle of its scale and all else stayed. In a weighted mean, effects sum to the distance of the score
    from that of a card whose every criterion stands in the middle. What is within a nested card that a gate holds down makes no
    difference to the score: the card itself is the reason, and the gate is told, with the score that there would be without it.

    Examples
    --------
    >>> from salesperf import Curve
    >>> from salesperf.scorecard import Criterion, Scorecard
    >>> card = Scorecard([Criterion("visits", Curve([(0, 0), (10, 100)]))])
    >>> print(explain(card.score({"visits": 8})).text())
    Score 80.00. For it: visits 8 (+30.00).
    """
    require(score, Score, path=("score",))
    if bands is not None:
        require(bands, Bands, path=("bands",))
    check_whole(most, ("most",), 0, _MOST_REASONS)
    cuts = () if bands is None else tuple(float(cut) for _, cut in bands.cuts)
    reasons = [_reason(leaf, score, cuts) for leaf in score.leaves()]
    strongest = sorted(reasons, key=lambda reason: -abs(reason.effect))
    band = None if bands is None else bands.band(score, previous)
    return Explanation(
        score=score,
        band=band,
        margin=None if bands is None or previous is None else _margin(bands, bands.band(score), band, previous),
        reasons_for=tuple(reason for reason in strongest if reason.effect > 0)[:most],
        reasons_against=tuple(reason for reason in strongest if reason.effect < 0)[:most],
    )


def _margin(bands: Bands, alone: str | None, band: str | None, previous: str) -> Message | None:
    """Tell why a score has not the band that it would have alone, and from where on it has."""
    if alone is None or alone == band:
        return None
    places, cuts = bands.labels.index, [float(cut) for _, cut in bands.cuts]
    if places(alone) < places(previous):
        way, passed = "margin_up", cuts[places(alone)] + float(bands.margin)
    else:
        way, passed = "margin_down", cuts[places(alone) - 1] - float(bands.margin)
    limit = shown(round(passed, DIGITS), 0.0)
    return Message.of(f"scorecard.text.{way}", alone=alone, previous=previous, limit=limit)


def _reason(leaf: Leaf, score: Score, cuts: Sequence[float]) -> Reason:
    part, scale = leaf.part, leaf.part.criterion.scale
    points = part.points or 0.0
    effect = leaf.influence * (points - (scale.low + scale.high) / 2)
    label = part.criterion.label
    if part.treatment == "assumed":
        message = Message.of("scorecard.text.assumed", criterion=label, points=points, effect=effect)
    else:
        fact = _told(leaf, score, cuts) if part.score is None else behind_gates(part.score)
        message = Message.of("scorecard.text.known", criterion=label, fact=fact, effect=effect)
    return Reason(path=leaf.path, effect=effect, message=message)


def _told(leaf: Leaf, score: Score, cuts: Sequence[float]) -> Known | Message:
    """Return a fact as a reason tells it: a float with two digits, more where its effect or the band ask for them.

    What is told has the effect that is told, and no cut lies between the score and that of the fact as it is told.
    Digits that tell nothing, as those of a whole number, are left out.
    """
    fact, scale = leaf.part.fact, leaf.part.criterion.scale
    if not isinstance(fact, float) or not isinstance(scale, Curve | Steps):
        return worded(fact)
    exact, value = scale.points(fact), score.value or 0.0

    def tells_enough(told: float) -> bool:
        off = leaf.influence * (scale.points(told) - exact)
        score_as_told = round(value + off, DIGITS)
        return abs(off) < _NEAR and all((value >= cut) == (score_as_told >= cut) for cut in cuts)

    texts = (f"{fact:z.{digits}f}" for digits in range(_FEWEST_DIGITS, _MOST_DIGITS))
    text = next((text for text in texts if tells_enough(float(text))), repr(fact))
    whole, _, digits = text.partition(".")
    digits = digits.rstrip("0")
    return Decimal(f"{whole}.{digits}" if digits else whole)

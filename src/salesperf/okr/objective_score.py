"""Scores of objectives and key results: what they are, what they rest on, and what a reader is told."""

from abc import abstractmethod
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Final, Literal, TypeAlias

import attrs

from salesperf.messages import Catalogs, render
from salesperf.model.breakdown import Breakdown, OnCurve
from salesperf.model.key_result import KeyResult
from salesperf.model.message import Message, verbatim
from salesperf.model.objective import Objective
from salesperf.model.result import Result, Row
from salesperf.model.scale import Curve
from salesperf.okr.coverage import ScoreCoverage
from salesperf.okr.judging import BANDS, OkrStatus, passes, status_of
from salesperf.okr.titling import as_titled
from salesperf.scorecard import DIGITS, CriterionScore, Score

__all__ = ["BASES", "Basis", "KeyResultScore", "ObjectiveScore"]

Basis: TypeAlias = Literal["computed", "stated", "nothing"]
BASES: Final[tuple[Basis, ...]] = ("computed", "stated", "nothing")
"""Where a score comes from: it was computed from what stands below; somebody gave it; or there is none."""


class _Judged(Result):
    """What the scores of objectives and of key results have in common."""

    __slots__ = ()

    value: float | None
    expected: float | None
    confidence: float | None
    has_begun: bool

    @property
    @abstractmethod
    def noun(self) -> Objective | KeyResult:
        """What was scored."""

    @property
    def band(self) -> str | None:
        """Green from 0.7, yellow from 0.4, red below; ``None`` without a score."""
        return BANDS.band(self.value)

    @property
    def status(self) -> OkrStatus:
        """Whether it is where it should be by now: one of :data:`STATUSES`."""
        is_committed = self.noun.is_committed
        return status_of(self.value, self.expected, self.confidence, is_committed=is_committed, has_begun=self.has_begun)

    @property
    def label(self) -> Message:
        """What a reader calls it."""
        return verbatim(self.noun.label)

    @property
    def message(self) -> Message:
        """The score, where it should be by now, and how sure the owner is, for a reader."""
        said = "nothing" if self.value is None else "scored" if self.expected is None else "expected"
        return Message.of(
            f"okr.text.{said}",
            title=self.label,
            score=self.value,
            band=Message(f"okr.band.{self.band}"),
            expected=self.expected,
            status=Message(f"okr.status.{self.status}"),
        )


@attrs.frozen(kw_only=True)
class KeyResultScore(_Judged):
    """The score of a key result: part of an :class:`ObjectiveScore`.

    Attributes
    ----------
    key_result : KeyResult
        As it was known on the day.
    value : float or None
        From 0 to 1, or beyond if stretch was asked for; ``None`` where no check-in says how far it is.
    weight : float
        The weight used: its share after those without a score are gone, so that all sum to 1; 0 without a score.
    expected : float or None
        The score that it should have by now; ``None`` where its period has no workday.
    has_begun : bool
        Whether its period has.
    part : CriterionScore
        What the scorecard says of it.

    Examples
    --------
    >>> from salesperf import CheckIn, Period
    >>> from salesperf.okr import assess
    >>> visits = KeyResult(id="visits", start=0, target=200, check_ins=[CheckIn(date(2026, 8, 14), value=90)])
    >>> objective = Objective(id="north", period=Period.quarter(2026, 3), key_results=[visits])
    >>> score = assess(objective, as_of=date(2026, 8, 15)).parts[0]
    >>> score.value, score.expected, score.band, score.status
    (0.45, 0.5, 'yellow', 'on_track')
    """

    key_result: KeyResult
    value: float | None
    weight: float
    expected: float | None
    has_begun: bool
    part: CriterionScore

    @property
    def noun(self) -> KeyResult:
        """What was scored."""
        return self.key_result

    @property
    def confidence(self) -> float | None:  # type: ignore[override] # read-only here too
        """How sure the owner is, as was said last."""
        said = self.key_result.confidence
        return None if said is None else float(said)

    @property
    def passed(self) -> bool | None:
        """Whether the score is good enough: 1.0 of what was promised, 0.7 of what was aspired to; ``None`` without one."""
        return None if self.value is None else passes(self.value, is_committed=self.key_result.is_committed)

    @property
    def coverage(self) -> ScoreCoverage:
        """One leaf, with a score or without."""
        return ScoreCoverage.of_leaf(is_scored=self.value is not None)

    def rows(self) -> list[Row]:
        """Return one row."""
        return [_row(self, 0, self.key_result.kind, self.key_result.owner, "nothing" if self.value is None else "computed")]


@attrs.frozen(kw_only=True)
class ObjectiveScore(_Judged):
    """The score of an objective: made by :func:`assess`.

    Attributes
    ----------
    objective : Objective
        As it was known on the day.
    as_of : date
        The day to whose end check-ins count.
    value : float or None
        From 0 to 1, or beyond if stretch was asked for; ``None`` where nothing below it has a score, nor was one given.
    basis : str
        Where it comes from: one of :data:`BASES`.
    computed : float or None
        What its parts come to, whether that is the score or not.
    stated : float or None
        What somebody gave, whether that is the score or not, within the same limits.
    weight : float
        The weight used within the objective above it: its share after those without a score are gone; 1 of the root.
    parts : tuple of KeyResultScore or of ObjectiveScore
        What it is made of, in the order of the objective.
    expected : float or None
        The score that it should have by now: the mean of what is expected of its parts, under the same weights.
    has_begun : bool
        Whether its period has.
    confidence : float or None
        How sure the owner is, as was said last of it as a whole; else the mean of those of its parts that say so, by weight.
    coverage : ScoreCoverage
        On how much of the tree the score rests.
    score : Score or None
        What the scorecard says of the parts; ``None`` where there are none.

    Examples
    --------
    >>> from decimal import Decimal
    >>> from salesperf import CheckIn, Period
    >>> from salesperf.okr import assess
    >>> quarter, day = Period.quarter(2026, 3), date(2026, 8, 14)
    >>> visits = KeyResult(id="visits", title="Visits", start=0, target=200, check_ins=[CheckIn(day, value=90)])
    >>> signed = KeyResult(id="signed", title="Frame contract signed", kind="yes_no", weight=3)
    >>> north = Objective(id="north", title="Win the north", period=quarter, key_results=[visits, signed])
    >>> score = assess(north, as_of=day)
    >>> score.value, score.coverage.weight_share, [part.weight for part in score.parts]
    (0.45, 0.25, [1.0, 0.0])
    >>> print(score.breakdown.text())
    Win the north: 0.45 = weighted mean of
      Visits: 0.45 = points on the curve of
        Visits: 90
    >>> print(score.text())
    Win the north: 0.45 (yellow), where 0.49 is expected by now: on track. It rests on 1 of 2 leaves, 25.0% of the weight.
    - Visits: 0.45 (yellow), where 0.49 is expected by now: on track.
    - Frame contract signed: no score.
    """

    objective: Objective
    as_of: date
    value: float | None
    basis: Basis
    computed: float | None
    stated: float | None
    weight: float
    parts: "tuple[KeyResultScore | ObjectiveScore, ...]"
    expected: float | None
    has_begun: bool
    confidence: float | None
    coverage: ScoreCoverage
    score: Score | None
    _curve: Curve

    @property
    def noun(self) -> Objective:
        """What was scored."""
        return self.objective

    @property
    def stretch(self) -> float:
        """The highest score that was asked for: 1, unless more than all counts for more."""
        return self._curve.high

    @property
    def passed(self) -> bool | None:
        """Whether the score is good enough, and so is that of each part that was promised; ``None`` where nobody can tell."""
        if self.value is None:
            return None
        if not passes(self.value, is_committed=self.objective.is_committed):
            return False
        promised = [part.passed for part in self.parts if part.noun.is_committed] if self.basis == "computed" else []
        return False if False in promised else None if None in promised else True

    @cached_property
    def breakdown(self) -> Breakdown:
        """The tree from the check-ins to the score; the weights in it are those used."""
        if self.basis == "computed" and self.score is not None:
            return attrs.evolve(as_titled(self.score.breakdown, self.objective), label=self.label)
        if self.basis == "nothing":
            return Breakdown(label=self.label, value=None)
        given = Breakdown(label=Message("okr.stated"), value=self.objective.stated)
        return Breakdown(label=self.label, value=self.value, rule=OnCurve(self._curve), parts=[given])

    def walk(self) -> "Iterator[ObjectiveScore]":
        """Go through the scores of the tree, each objective before its children."""
        yield self
        for part in self.parts:
            if isinstance(part, ObjectiveScore):
                yield from part.walk()

    @property
    def disagreeing(self) -> "tuple[ObjectiveScore, ...]":
        """The objectives of the tree whose score was given, and whose parts come to another."""
        return tuple(score for score in self.walk() if score.is_disagreeing)

    @property
    def is_disagreeing(self) -> bool:
        """Whether a score was given and the parts come to another, by more than rounding."""
        if self.computed is None or self.stated is None:
            return False
        return round(self.computed - self.stated, DIGITS) != 0

    @property
    def messages(self) -> tuple[Message, ...]:
        """What is said of it as a whole."""
        return tuple(self._messages())

    def _messages(self) -> Iterator[Message]:
        yield self.message
        if self.coverage.leaves > 1:
            yield Message.of(
                "okr.text.coverage",
                scored=self.coverage.scored,
                leaves=self.coverage.leaves,
                share=self.coverage.weight_share,
            )
        if self.confidence is not None:
            yield Message.of("okr.text.confidence", confidence=self.confidence)
        if self.is_disagreeing:
            yield Message.of("okr.text.disagreeing", stated=self.stated, computed=self.computed)

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write what is said of it as a whole, and below it a line for each part."""
        between = render("format.sentences", lang=lang, catalogs=catalogs)
        whole = between.join(message.text(lang, catalogs) for message in self.messages)
        return "\n".join([whole, *(f"- {part.message.text(lang, catalogs)}" for part in self.parts)])

    def rows(self) -> list[Row]:
        """Return a row for each objective and key result of the tree, those below an objective after it."""
        return list(self._rows(0))

    def _rows(self, level: int) -> Iterator[Row]:
        yield _row(self, level, "objective", self.objective.owner, self.basis)
        for part in self.parts:
            if isinstance(part, ObjectiveScore):
                yield from part._rows(level + 1)  # noqa: SLF001 - one of us
            else:
                yield from ({**row, "level": level + 1} for row in part.rows())


def _row(score: KeyResultScore | ObjectiveScore, level: int, kind: str, owner: str | None, basis: Basis) -> Row:
    coverage, noun = score.coverage, score.noun
    return {
        "level": level,
        "id": noun.id,
        "title": noun.label,
        "owner": owner,
        "kind": kind,
        "score": score.value,
        "band": score.band,
        "basis": basis,
        "weight": score.weight,
        "expected": score.expected,
        "status": score.status,
        "confidence": score.confidence,
        "passed": score.passed,
        "last_check_in": noun.last_check_in,
        "leaves": coverage.leaves,
        "scored": coverage.scored,
        "weight_share": coverage.weight_share,
    }

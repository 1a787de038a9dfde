"""What changed between two scores, criterion by criterion."""

from collections.abc import Mapping
from typing import TypeAlias

import attrs

from salesperf.messages import Catalogs
from salesperf.model.breakdown import Breakdown, Difference, Sum
from salesperf.model.message import Message
from salesperf.model.result import Result, Row
from salesperf.model.validators import require
from salesperf.scorecard.answers import Known
from salesperf.scorecard.criteria import CardTerms
from salesperf.scorecard.scored import CriterionScore, Leaf, Score, behind_gates, leaves_of, told_apart

__all__ = ["CriterionChange", "ScoreChange", "diff"]

Leaves: TypeAlias = Mapping[tuple[str, ...], Leaf]


@attrs.frozen(kw_only=True)
class CriterionChange:
    """A criterion before and after.

    Attributes
    ----------
    path
        The keys of the cards that it is within, and its own.
    label
        What a reader sees.
    fact_before, fact_after
        What was known; ``None`` where nothing was, and of a nested card.
    points_before, points_after
        What it was worth; ``None`` where it was left out.
    change
        By how much it moved the score; ``None`` in a product, where changes do not add up.
    message
        The change, for a reader.

    Examples
    --------
    >>> from salesperf import Curve
    >>> from salesperf.scorecard import Criterion, Scorecard, diff
    >>> card = Scorecard([Criterion("visits", Curve([(0, 0), (10, 100)]))])
    >>> diff(card.score({"visits": 4}), card.score({"visits": 7})).criteria[0].change
    30.0
    """

    path: tuple[str, ...]
    label: Message
    fact_before: Known
    fact_after: Known
    points_before: float | None
    points_after: float | None
    change: float | None
    message: Message


@attrs.frozen(kw_only=True)
class ScoreChange(Result):
    """What changed from one score to another.

    Attributes
    ----------
    before, after
        The scores.
    criteria
        The criteria in which they differ, the greatest change first.
    by_gates
        By how much gates moved it, beside the criteria; ``None`` where a score is undefined.

    Examples
    --------
    >>> from salesperf import Curve, Flag
    >>> from salesperf.scorecard import Criterion, Scorecard, diff
    >>> card = Scorecard([Criterion("visits", Curve([(0, 0), (10, 100)]), 3), Criterion("has_budget", Flag(100))])
    >>> change = diff(card.score({"visits": 4, "has_budget": False}), card.score({"visits": 2, "has_budget": True}))
    >>> change.value, change.breakdown.holds()
    (10.0, True)
    >>> print(change.text())
    Score 40.00, before 30.00 (+10.00): has_budget from no to yes (+25.00), visits from 4 to 2 (-15.00).
    """

    before: Score
    after: Score
    criteria: tuple[CriterionChange, ...]
    by_gates: float | None

    @property
    def value(self) -> float | None:
        """The score after less the score before; ``None`` where one of them is undefined."""
        if self.before.value is None or self.after.value is None:
            return None
        return self.after.value - self.before.value

    @property
    def breakdown(self) -> Breakdown:
        """The change as the sum over criteria and gates; where that does not add up, as the difference of the scores."""
        label = Message("scorecard.change")
        changes = [Breakdown(label=change.label, value=change.change) for change in self.criteria]
        if not _adds_up_between(self.before, self.after):
            parts = [Breakdown(label=Message("scorecard.score"), value=score.value) for score in (self.after, self.before)]
            return Breakdown(label=label, value=self.value, rule=Difference(), parts=parts)
        parts = [*changes, Breakdown(label=Message("scorecard.gates"), value=self.by_gates)]
        return Breakdown(label=label, value=self.value, rule=Sum(), parts=parts)

    def rows(self) -> list[Row]:
        """Return a row for each criterion in which the scores differ."""
        return [
            {
                "criterion": "/".join(change.path),
                "points_before": change.points_before,
                "points_after": change.points_after,
                "change": change.change,
            }
            for change in self.criteria
        ]

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the change in a language, as one sentence."""
        changes = [change.message for change in self.criteria]
        if self.by_gates:
            changes.append(Message.of("scorecard.text.gates_moved", change=self.by_gates))
        key = f"scorecard.text.{self._wording(bool(changes))}"
        values = {"after": self.after.value, "before": self.before.value, "change": self.value, "changes": tuple(changes)}
        return Message.of(key, **values).text(lang, catalogs)

    def _wording(self, has_changes: bool) -> str:  # noqa: FBT001 - the one thing that it depends on beside the scores
        before, after = self.before.value, self.after.value
        if before is None and after is None:
            return "changed_without" if has_changes else "unchanged_without"
        if before is None or after is None:
            return "changed_from_none" if before is None else "changed_to_none"
        if has_changes:
            return "changed"
        return "changed_within" if before != after else "unchanged"  # within: by another mode of the card


def diff(before: Score, after: Score) -> ScoreChange:
    """Compare two scores, of one card or of two.

    Parameters
    ----------
    before, after
        The scores; criteria are matched by their keys and those of the cards that they are within. A nested card that a gate
        holds down in one of them is compared as a whole, with the gate.

    Notes
    -----
    What a criterion contributes to a mean or a sum is its influence x its points, and the contributions sum to the score before
    gates: so the changes, with that of the gates, sum to the change of the score. A changed weight shows as a change too.

    Examples
    --------
    >>> from salesperf import Curve
    >>> from salesperf.scorecard import Criterion, Scorecard
    >>> card = Scorecard([Criterion("visits", Curve([(0, 0), (10, 100)]))])
    >>> diff(card.score({"visits": 4}), card.score({"visits": 4})).criteria
    ()
    """
    require(before, Score, path=("before",))
    require(after, Score, path=("after",))
    adds_up = _adds_up_between(before, after)
    leaves = _matched(before, after)
    paths = dict.fromkeys([*leaves[0], *leaves[1]])
    changes = [_change(path, leaves[0].get(path), leaves[1].get(path), adds_up=adds_up) for path in paths]
    changed = [change for change in changes if _is_change(change)]
    return ScoreChange(
        before=before,
        after=after,
        criteria=tuple(sorted(changed, key=lambda change: -abs(change.change or 0.0))),
        by_gates=_by_gates(before, after),
    )


def _matched(before: Score, after: Score) -> tuple[Leaves, Leaves]:
    """Return the leaves of both by their paths; what is a leaf of one stays whole in the other."""
    ends = {leaf.path for score in (before, after) for leaf in score.leaves()}
    old, new = ({leaf.path: leaf for leaf in leaves_of(score, ends)} for score in (before, after))
    return old, new


def _adds_up_between(before: Score, after: Score) -> bool:
    return _adds_up(before.card) and _adds_up(after.card) and None not in (before.value, after.value)


def _adds_up(card: CardTerms) -> bool:
    nested = [criterion.scale for criterion in card.criteria if isinstance(criterion.scale, CardTerms)]
    return card.mode != "product" and all(map(_adds_up, nested))


def _by_gates(before: Score, after: Score) -> float | None:
    held = [
        None if score.value is None or score.before_gates is None else score.value - score.before_gates
        for score in (before, after)
    ]
    return None if held[0] is None or held[1] is None else held[1] - held[0]


def _change(path: tuple[str, ...], before: Leaf | None, after: Leaf | None, *, adds_up: bool) -> CriterionChange:
    contributions = [0.0 if leaf is None else leaf.influence * (leaf.part.points or 0.0) for leaf in (before, after)]
    one = after or before
    assert one is not None  # noqa: S101 - each path is that of a leaf
    label = one.part.criterion.label
    change = contributions[1] - contributions[0] if adds_up else None
    return CriterionChange(
        path=path,
        label=label,
        fact_before=None if before is None else before.part.fact,
        fact_after=None if after is None else after.part.fact,
        points_before=None if before is None else before.part.points,
        points_after=None if after is None else after.part.points,
        change=change,
        message=_said(label, before, after, change),
    )


def _said(label: Message, before: Leaf | None, after: Leaf | None, change: float | None) -> Message:
    """Return the change as a sentence can tell it: of a nested card its score, with the gates that hold it down."""
    known = told_apart(*(None if leaf is None else _known(leaf.part) for leaf in (before, after)))
    was, became = (
        text if leaf is None or leaf.part.score is None or not leaf.part.score.is_capped else behind_gates(leaf.part.score)
        for leaf, text in zip((before, after), known, strict=True)
    )
    if change is None:
        return Message.of("scorecard.text.step", criterion=label, before=was, after=became)
    return Message.of("scorecard.text.moved", criterion=label, before=was, after=became, change=change)


def _known(part: CriterionScore) -> Known:
    return part.points if part.score is not None and part.treatment == "known" else part.fact


def _is_change(change: CriterionChange) -> bool:
    facts, points = (change.fact_before, change.fact_after), (change.points_before, change.points_after)
    return facts[0] != facts[1] or points[0] != points[1] or bool(change.change)

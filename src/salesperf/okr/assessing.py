"""How far objectives have come: check-ins through the one scorecard to scores, rolled up through the tree."""

import math
from datetime import date
from typing import Final, Literal, TypeAlias

import attrs

from salesperf.errors import InvalidValueError
from salesperf.model.calendar import Calendar
from salesperf.model.key_result import KeyResult
from salesperf.model.objective import Objective
from salesperf.model.period import Period
from salesperf.model.scale import Curve, Points
from salesperf.model.validators import as_python, check_choice, check_date, check_number, require
from salesperf.okr.coverage import ScoreCoverage
from salesperf.okr.measuring import MEASURES, Facts, score_curve
from salesperf.okr.objective_score import Basis, KeyResultScore, ObjectiveScore
from salesperf.scorecard import Criterion, CriterionScore, Score, Scorecard

__all__ = ["STATED", "StatedPolicy", "assess"]

StatedPolicy: TypeAlias = Literal["instead", "where_missing"]
STATED: Final[tuple[StatedPolicy, ...]] = ("instead", "where_missing")
"""What a score that somebody gave to an objective counts: it stands instead of what its parts come to; or only where none of
them has a score."""

Parts: TypeAlias = tuple[KeyResultScore | ObjectiveScore, ...]
_HIGHEST: Final = 1000


def assess(
    objective: Objective,
    *,
    as_of: date,
    calendar: Calendar | None = None,
    stretch: Points = 1,
    stated: StatedPolicy = "instead",
) -> ObjectiveScore:
    """Score an objective, its key results or its children, and all below them.

    Parameters
    ----------
    objective
        The objective, with its tree.
    as_of
        The day, to its end; check-ins of later days are not looked at.
    calendar
        Whose workdays the expected progress goes by; ``None`` for all days alike.
    stretch
        The highest score: 1, unless more than all counts for more, up to here.
    stated
        What a score counts that somebody gave to an objective: one of :data:`STATED`.

    Returns
    -------
    ObjectiveScore
        With the scores of all below it.

    Raises
    ------
    InvalidValueError
        If the objective is none, the day is none, the highest score lies outside 1 to 1,000, or a word is unknown.

    Notes
    -----
    Of a metric the score is (value - start) / (target - start), of milestones the share reached by weight, of yes or no and
    of a band without a tolerance 1 or 0. An objective has the mean of its parts under their weights. What has no score has no
    part in it: the other weights stand for the whole, and :attr:`ObjectiveScore.coverage` says for how much of it.

    Expected by now is the share of the period that has passed; all of what should stay within a band at any time, and nothing
    of a yes or no before the last day.

    References
    ----------
    Google, Guide: Set goals with OKRs, re:Work. Doerr, J. (2018), Measure What Matters, Portfolio.

    Examples
    --------
    >>> from salesperf import CheckIn
    >>> quarter = Period.quarter(2026, 3)
    >>> pilots = KeyResult(id="pilots", start=0, target=10, check_ins=[CheckIn(date(2026, 8, 14), value=12)])
    >>> north = Objective(id="north", period=quarter, key_results=[pilots])
    >>> assess(north, as_of=date(2026, 8, 14)).value, assess(north, as_of=date(2026, 8, 14), stretch=1.5).value
    (1.0, 1.2)
    >>> assess(north, as_of=date(2026, 8, 13)).value is None
    True
    """
    require(objective, Objective, path=("objective",))
    check_date(as_of, ("as_of",))
    if calendar is not None:
        require(calendar, Calendar, path=("calendar",))
    check_number(stretch, ("stretch",))
    if not 1 <= stretch <= _HIGHEST:
        raise InvalidValueError("out_of_range", path=("stretch",), low=1, high=_HIGHEST, value=stretch)
    check_choice(stated, STATED, ("stated",))
    asked = _Asked(as_of, calendar, as_python(stretch), stated)
    known = objective.as_of(as_of)
    return asked.score_of(known, asked.facts_of(known), weight=1.0)


@attrs.frozen
class _Asked:
    """What all scores of a tree have in common."""

    as_of: date
    calendar: Calendar | None
    highest: Points
    stated: StatedPolicy
    curve: Curve = attrs.field(init=False)
    shares: dict[Period, float | None] = attrs.field(init=False, factory=dict)
    """Of periods that were looked at, the share that has passed."""

    @curve.default
    def _curve(self) -> Curve:
        return score_curve(self.highest)

    # The one scorecard: a criterion for each part, a nested card for each objective below

    def facts_of(self, objective: Objective) -> Facts:
        """Return all that was said last within a tree: by the ids of key results and milestones, scores by objectives'."""
        facts: Facts = {}
        for each in objective.walk():
            facts[each.id] = each.stated
            for key_result in each.key_results:
                if key_result.current is not None:
                    facts |= MEASURES[key_result.kind].facts(key_result, key_result.current)
        return facts

    def card_of(self, objective: Objective) -> Scorecard | None:
        """Return the card of the parts of an objective, in the order of their ids, so that no other order matters."""
        if not objective.parts:
            return None
        return Scorecard([self._criterion(part) for part in sorted(objective.parts, key=lambda part: part.id)])

    def _criterion(self, part: KeyResult | Objective) -> Criterion:
        if isinstance(part, KeyResult):
            scale = MEASURES[part.kind].scale(part, self.highest)
        else:
            card = None if self.goes_by_statement(part) else self.card_of(part)
            scale = self.curve if card is None else card
        return Criterion(part.id, scale, part.weight, missing="leave_out", title=part.label)

    def goes_by_statement(self, objective: Objective) -> bool:
        """Tell whether the score of an objective is the one that was given."""
        if objective.stated is None:
            return False
        return self.stated == "instead" or not any(map(self._is_scored, objective.parts))

    def _is_scored(self, part: KeyResult | Objective) -> bool:
        if isinstance(part, KeyResult):
            return part.current is not None
        return part.stated is not None or any(map(self._is_scored, part.parts))

    # What became of each part

    def score_of(self, objective: Objective, facts: Facts, *, weight: float, score: Score | None = None) -> ObjectiveScore:
        """Tell of an objective, and of all below it, what the scorecard says; it is asked where it was not yet."""
        if score is None and (card := self.card_of(objective)) is not None:
            score = card.score({key: facts[key] for key in card.fact_keys() if key in facts})
        found = {} if score is None else {part.criterion.key: part for part in score.criteria}
        parts: Parts = (
            *(self._measured(part, found[part.id], part.period or objective.period) for part in objective.key_results),
            *(
                self.score_of(part, facts, weight=found[part.id].weight, score=found[part.id].score)
                for part in objective.children
            ),
        )
        computed = None if score is None else score.value
        stated = None if objective.stated is None else self.curve.points(float(objective.stated))
        basis: Basis = "computed" if computed is not None else "nothing"
        if self.goes_by_statement(objective):
            basis = "stated"
        passed = self._passed(objective.period)
        return ObjectiveScore(
            objective=objective,
            as_of=self.as_of,
            value=stated if basis == "stated" else computed,
            basis=basis,
            computed=computed,
            stated=stated,
            weight=weight,
            parts=parts,
            expected=_mean([(part.weight, part.expected) for part in parts]) if basis == "computed" else passed,
            has_begun=self.as_of >= objective.period.start,
            confidence=_confidence(objective, parts),
            coverage=_coverage(objective, parts, basis),
            score=score,
            curve=self.curve,
        )

    def _measured(self, key_result: KeyResult, found: CriterionScore, period: Period) -> KeyResultScore:
        passed = self._passed(period)
        return KeyResultScore(
            key_result=key_result,
            value=found.points,
            weight=found.weight,
            expected=None if passed is None else MEASURES[key_result.kind].expected(passed),
            has_begun=self.as_of >= period.start,
            part=found,
        )

    def _passed(self, period: Period) -> float | None:
        """Return the share of a period that has passed."""
        if period not in self.shares:
            if self.calendar is None:
                share = Calendar().elapsed_share(period, self.as_of, by="days")
            else:
                share = self.calendar.elapsed_share(period, self.as_of)
            self.shares[period] = None if share is None else float(share)
        return self.shares[period]


def _confidence(objective: Objective, parts: Parts) -> float | None:
    if objective.confidence is not None:
        return float(objective.confidence)
    return _mean([(float(part.noun.weight), part.confidence) for part in parts])


def _coverage(objective: Objective, parts: Parts, basis: Basis) -> ScoreCoverage:
    if basis == "stated" or not objective.parts:
        return ScoreCoverage.of_leaf(is_scored=basis == "stated")
    return ScoreCoverage.of_parts([(float(part.noun.weight), part.coverage) for part in parts])


def _mean(pairs: list[tuple[float, float | None]]) -> float | None:
    """Return the mean of what is known, under weights; the sums are exact, so no order matters."""
    known = [(weight, value) for weight, value in pairs if value is not None and weight]
    whole = math.fsum(weight for weight, _ in known)
    return math.fsum(weight * value for weight, value in known) / whole if whole else None

"""Laws of feedback: what is hidden cannot be solved for, order and names never matter, leniency shifts no difference."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations
from random import Random
from typing import Final, NamedTuple, TypeAlias

import attrs
import numpy as np
import pytest
from examples import at_most
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from salesperf import Rating, testing
from salesperf.feedback import FeedbackReport, leniency, summarize
from salesperf.messages import LANGUAGES
from salesperf.model.rating import Relation

RATERS: Final[Mapping[str, Relation]] = {
    "m1": "manager",
    "ada": "self",
    "p1": "peer",
    "p2": "peer",
    "p3": "peer",
    "p4": "peer",
    "p5": "peer",
    "s1": "report",
    "s2": "report",
    "s3": "report",
    "s4": "report",
    "c1": "customer",
    "c2": "customer",
}
EXEMPT: Final = {"m1", "ada"}
WEIGHTS: Final[dict[Relation, int]] = {"manager": 3, "self": 0, "peer": 2, "report": 4, "customer": 1}
SCALE: Final = (-10_000, 10_000)
FIRST: Final = date(2026, 1, 1)
MINIMUM: Final = 3

Variable: TypeAlias = tuple[str, str, int]
"""A rater, an item, and which of his ratings: what the reader of reports would like to know."""


class Answer(NamedTuple):
    """A rating within a release, whose points are a variable."""

    variable: Variable
    on: date | None


Release: TypeAlias = tuple[Answer, ...]


@st.composite
def histories(draw: st.DrawFn) -> list[Release]:
    """Draw releases one after the other: raters come, stay, leave, rate anew, or change their rating without saying so."""
    releases: list[Release] = []
    answers: dict[tuple[str, str], Answer] = {}
    for number in range(draw(st.integers(1, 3))):
        for rater in RATERS:
            for item in ("calm", "fair")[: 1 + (rater in ("p1", "s1", "c1"))]:
                does = draw(st.sampled_from(("stays", "stays", "stays", "comes", "comes", "leaves", "anew", "corrects")))
                known = answers.get((rater, item))
                if does == "leaves":
                    answers.pop((rater, item), None)
                elif does == "anew" or (does == "comes" and known is None):
                    answers[rater, item] = Answer((rater, item, number), FIRST + timedelta(number))
                elif does == "corrects" and known is not None:
                    answers[rater, item] = Answer((rater, item, number), known.on)
        releases.append(tuple(answers[key] for key in sorted(answers)))
    return releases


def released(releases: Sequence[Release], points: Mapping[Variable, float], minimum: int = MINIMUM) -> list[FeedbackReport]:
    """Make the reports, each with those before it."""
    reports: list[FeedbackReport] = []
    for answers in releases:
        ratings = [
            Rating(subject="ada", rater=rater, relation=RATERS[rater], item=item, points=points[rater, item, number], on=on)
            for (rater, item, number), on in answers
        ]
        reports.append(summarize(ratings, weights=WEIGHTS, minimum=minimum, previous=reports, scale=SCALE))
    return reports


def published(reports: Sequence[FeedbackReport]) -> NDArray[np.float64]:
    """Return every number that a reader sees, totals and gaps among them, but for counts and weights: those are known."""
    numbers: list[float] = []
    for report in reports:
        for row in report.rows():
            numbers += [np.nan if row[name] is None else row[name] for name in ("mean", "gap", "gap_low", "gap_high")]  # type: ignore[misc] # numbers
        for feedback in report.subjects:
            numbers += [float(node.value) for node in feedback.breakdown.walk() if isinstance(node.value, int | float)]
    return np.array(numbers)


class Attack(NamedTuple):
    """All that a reader can solve with: how each published number depends on each rating."""

    variables: tuple[Variable, ...]
    equations: NDArray[np.float64]

    def tells_of(self, raters: set[str]) -> bool:
        """Tell whether some combination of what is published is about these raters alone, beside those who are exempt."""
        about = [rater in raters or rater in EXEMPT for rater, _, _ in self.variables]
        open_to_all = [rater in EXEMPT for rater, _, _ in self.variables]
        return rank(self.equations[:, np.logical_not(about)]) < rank(self.equations[:, np.logical_not(open_to_all)])


def rank(matrix: NDArray[np.float64]) -> int:
    return int(np.linalg.matrix_rank(matrix, tol=1e-7)) if matrix.size else 0


def attack(releases: Sequence[Release], seed: int, minimum: int = MINIMUM) -> Attack:
    """Find by trial how each published number depends on each rating: it knows nothing of how reports are made."""
    variables = tuple(dict.fromkeys(answer.variable for answers in releases for answer in answers))
    generator = Random(seed)  # noqa: S311 - any numbers
    points = {variable: generator.uniform(1, 5) for variable in variables}
    before = published(released(releases, points, minimum))
    equations = [published(released(releases, points | {v: points[v] + 0.5}, minimum)) - before for v in variables]
    return Attack(variables, np.nan_to_num(np.array(equations).reshape(len(variables), before.size).T))


def few_raters(most: int) -> Iterator[set[str]]:
    hidden = [rater for rater in RATERS if rater not in EXEMPT]
    for size in range(1, most + 1):
        yield from map(set, combinations(hidden, size))


@settings(max_examples=at_most(12))
@given(histories(), st.integers(0, 9))
def test_nothing_that_is_published_can_be_combined_to_tell_of_fewer_raters_than_the_minimum(
    releases: list[Release], seed: int
) -> None:
    found = attack(releases, seed)
    assert [raters for raters in few_raters(MINIMUM - 1) if found.tells_of(raters)] == []


def test_the_attack_solves_for_whoever_is_laid_bare() -> None:
    # Three peers, then a fourth: released without suppression, the difference is his rating.
    three = tuple(Answer((f"p{n}", "calm", 0), None) for n in (1, 2, 3))
    found = attack([three, (*three, Answer(("p4", "calm", 1), None))], 0, minimum=1)
    assert found.tells_of({"p4"})
    assert not found.tells_of({"p1", "p2"})
    guarded = attack([three, (*three, Answer(("p4", "calm", 1), None))], 0)
    assert not any(guarded.tells_of(raters) for raters in few_raters(2))


GROUPS: Final[dict[Relation, int]] = {"manager": 3, "self": 1, "peer": 2, "report": 4, "customer": 1}


@settings(max_examples=at_most(8))
@given(testing.feedback_rounds(), st.randoms(use_true_random=False))
def test_the_order_of_ratings_and_the_names_of_raters_change_nothing(drawn: list[Rating], random: Random) -> None:
    report = summarize(drawn, weights=GROUPS)
    shuffled = random.sample(drawn, len(drawn))
    assert summarize(shuffled, weights=GROUPS) == report
    names = sorted({rating.rater for rating in drawn} - {rating.subject for rating in drawn})
    others = dict(zip(names, random.sample([f"x{n}" for n in range(len(names))], len(names)), strict=True))
    renamed = [attrs.evolve(rating, rater=others.get(rating.rater, rating.rater)) for rating in shuffled]
    assert summarize(renamed, weights=GROUPS).rows() == report.rows()
    assert summarize(renamed, weights=GROUPS).text() == report.text()


@settings(max_examples=at_most(8))
@given(testing.feedback_rounds(), st.integers(1, 4))
def test_scores_explain_themselves_lie_within_the_scale_and_count_what_is_shown_alone(
    drawn: list[Rating], minimum: int
) -> None:
    for feedback in summarize(drawn, weights=GROUPS, minimum=minimum, scale=(1, 5)).subjects:
        assert feedback.breakdown.holds()
        shown = [group for group in feedback.groups if group.mean is not None]
        assert all(group.n is not None and group.n >= minimum for group in shown if set(group.relations) - {"manager", "self"})
        assert (feedback.score is None) == (not shown)
        if feedback.score is not None and feedback.score.value is not None:
            assert 1 - 1e-12 <= feedback.score.value <= 5 + 1e-12
        for lang in LANGUAGES:
            assert "{" not in feedback.text(lang)


@settings(max_examples=at_most(8))
@given(testing.feedback_rounds(), st.integers(2, 9))
def test_scaling_all_weights_changes_no_score(drawn: list[Rating], factor: int) -> None:
    scaled = {relation: factor * weight for relation, weight in GROUPS.items()}
    before, after = summarize(drawn, weights=GROUPS), summarize(drawn, weights=scaled)
    for one, other in zip(before.subjects, after.subjects, strict=True):
        assert (one.score is None) == (other.score is None)
        if one.score is not None and other.score is not None:
            assert one.score.value == pytest.approx(other.score.value, rel=1e-12)


@settings(max_examples=at_most(8))
@given(testing.feedback_rounds(points=st.integers(1, 5)), st.integers(-3, 3), st.data())
def test_shifting_one_rater_changes_no_difference_within_a_component(
    drawn: list[Rating], shift: int, data: st.DataObject
) -> None:
    if not drawn:
        return
    rater = data.draw(st.sampled_from(sorted({rating.rater for rating in drawn})))
    shifted = [
        attrs.evolve(rating, points=rating.points + shift) if rating.rater == rater and rating.points is not None else rating
        for rating in drawn
    ]
    before, after = leniency(drawn), leniency(shifted)
    moved: dict[int, set[float]] = {}
    for one, other in zip(before.levels, after.levels, strict=True):
        assert one.component == other.component
        moved.setdefault(one.component, set()).add(round(other.level - one.level, 9))
    assert all(max(by) - min(by) < 3e-9 for by in moved.values())
    # All that is given stays, on the whole.
    assert sum(each.n * each.level for each in after.levels) == pytest.approx(
        sum(float(rating.points) for rating in shifted if rating.points is not None), rel=1e-9
    )

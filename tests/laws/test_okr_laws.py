"""Laws of objectives: scores within their range, the same in any order, explained, and blind to the future."""

import math
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import attrs
import pytest
from examples import at_most
from hypothesis import given, settings
from hypothesis import strategies as st

from salesperf import CheckIn, Curve, KeyResult, Objective, Period, testing
from salesperf.okr import (
    BANDS,
    STANDARD_KPI_SETS,
    STATED,
    STATUSES,
    KeyResultScore,
    KpiFact,
    ObjectiveScore,
    StatedPolicy,
    assess,
    combine,
    score_kpis,
)
from salesperf.testing import assert_breakdowns_hold

few = settings(max_examples=at_most(20))

ONE_DAY: Final = timedelta(days=1)
QUARTER: Final = Period.quarter(2026, 3)
SCALES: Final = (2, Decimal("0.1"), 7)
ALMOST: Final = 1e-12
FACTS: Final[tuple[KpiFact, ...]] = (0.5, 0.8, 1, Decimal("1.3"))
SCORES: Final = st.integers(0, 100).map(lambda percent: percent / 100)


def all_scores(score: ObjectiveScore) -> list[ObjectiveScore | KeyResultScore]:
    """List the scores of objectives and key results of a tree."""
    found: list[ObjectiveScore | KeyResultScore] = []
    for node in score.walk():
        found += [node, *(part for part in node.parts if isinstance(part, KeyResultScore))]
    return found


def reordered(objective: Objective, dice: Any) -> Objective:  # noqa: ANN401 - random.Random, or hypothesis's own
    """Put the parts of every objective of a tree in another order."""
    key_results, children = list(objective.key_results), [reordered(child, dice) for child in objective.children]
    dice.shuffle(key_results)
    dice.shuffle(children)
    return attrs.evolve(objective, key_results=key_results, children=children)


def reweighed(objective: Objective, factor: Decimal) -> Objective:
    """Multiply every weight of a tree."""
    return attrs.evolve(
        objective,
        weight=objective.weight * factor,
        key_results=[
            attrs.evolve(
                part,
                weight=part.weight * factor,
                milestones=[attrs.evolve(step, weight=step.weight * factor) for step in part.milestones],
            )
            for part in objective.key_results
        ],
        children=[reweighed(child, factor) for child in objective.children],
    )


def renamed(objective: Objective, suffix: str, weight: int) -> Objective:
    """Copy a tree under other ids."""
    return attrs.evolve(
        objective,
        id=objective.id + suffix,
        weight=weight,
        key_results=[attrs.evolve(part, id=part.id + suffix) for part in objective.key_results],
        children=[renamed(child, suffix, int(child.weight) or 1) for child in objective.children],
    )


def changed_later(objective: Objective, day: date) -> Objective:
    """Say something of everything in a tree on the day after a day, or after the last that is on record."""
    on = max(day, objective.last_check_in or day) + ONE_DAY
    said = CheckIn(on, note="later", confidence=1)
    return attrs.evolve(
        objective,
        check_ins=[*objective.check_ins, attrs.evolve(said, score=1)],
        key_results=[attrs.evolve(part, check_ins=[*part.check_ins, said]) for part in objective.key_results],
        children=[changed_later(child, day) for child in objective.children],
    )


def flat(objective: Objective) -> list[Objective]:
    return [attrs.evolve(each, children=()) for each in objective.walk()]


@given(testing.objectives(), testing.days(), st.sampled_from((1, Decimal("1.5"), 20)), st.sampled_from(STATED))
def test_every_score_lies_between_0_and_1_or_the_stretch_that_was_asked_for(
    objective: Objective, day: date, stretch: int | Decimal, stated: StatedPolicy
) -> None:
    for score in all_scores(assess(objective, as_of=day, stretch=stretch, stated=stated)):
        assert score.value is None or -ALMOST <= score.value <= float(stretch) + ALMOST
        assert score.band in (*BANDS.labels, None)
        assert score.status in STATUSES
        assert (score.value is None) == (score.band is None)
        assert score.value is not None or score.passed is None


@given(testing.objectives(), testing.days(), st.randoms(use_true_random=False), st.sampled_from(STATED))
def test_the_order_of_key_results_and_of_children_means_nothing(
    objective: Objective,
    day: date,
    dice: Any,  # noqa: ANN401 - random.Random, or hypothesis's own
    stated: StatedPolicy,
) -> None:
    before = assess(objective, as_of=day, stated=stated).rows()
    after = assess(reordered(objective, dice), as_of=day, stated=stated).rows()
    assert sorted(map(repr, before)) == sorted(map(repr, after))


@given(testing.objectives(levels=1), testing.days(), st.lists(st.integers(1, 9), min_size=1, max_size=4))
def test_equal_children_roll_up_to_the_child(child: Objective, day: date, weights: list[int]) -> None:
    children = [renamed(child, f"-{number}", weight) for number, weight in enumerate(weights)]
    above = assess(Objective(id="above", period=child.period, children=children), as_of=day)
    alone = assess(child, as_of=day)
    assert above.value == (None if alone.value is None else pytest.approx(alone.value, abs=ALMOST))
    assert above.coverage.weight_share == pytest.approx(alone.coverage.weight_share, abs=ALMOST)
    assert above.coverage.leaves == len(weights) * alone.coverage.leaves


@given(testing.objectives(), testing.days(), st.sampled_from(SCALES))
def test_only_the_ratios_of_weights_matter(objective: Objective, day: date, factor: int | Decimal) -> None:
    before = all_scores(assess(objective, as_of=day))
    after = all_scores(assess(reweighed(objective, Decimal(factor)), as_of=day))
    for one, other in zip(before, after, strict=True):
        assert other.value == (None if one.value is None else pytest.approx(one.value, abs=ALMOST))
        assert other.weight == pytest.approx(one.weight, abs=ALMOST)
        assert other.band == one.band
        assert other.coverage.weight_share == pytest.approx(one.coverage.weight_share, abs=ALMOST)


@given(testing.objectives(), testing.days(), st.sampled_from(STATED))
def test_a_breakdown_holds_and_names_the_weights_that_are_used(objective: Objective, day: date, stated: StatedPolicy) -> None:
    for score in assess(objective, as_of=day, stated=stated).walk():
        assert_breakdowns_hold(score)
        assert score.breakdown.value == score.value
        used = sorted(part.weight for part in score.parts if part.value is not None)
        if score.basis == "computed":
            assert sorted(float(part.weight or 0) for part in score.breakdown.parts) == used
        assert score.computed is None or math.isclose(math.fsum(used), 1, abs_tol=ALMOST)
        assert [part.weight for part in score.parts if part.value is None] == [0.0] * (len(score.parts) - len(used))


@given(testing.objectives(), testing.days(), st.sampled_from(STATED))
def test_what_is_said_later_changes_no_earlier_score(objective: Objective, day: date, stated: StatedPolicy) -> None:
    changed = changed_later(objective, day)
    assert changed != objective
    assert assess(changed, as_of=day, stated=stated) == assess(objective, as_of=day, stated=stated)


@given(testing.objectives(), testing.days(), testing.days())
def test_looking_back_twice_at_an_objective_is_looking_back_to_the_earlier_day(objective: Objective, a: date, b: date) -> None:
    known = objective.as_of(a)
    assert known.last_check_in is None or known.last_check_in <= a
    assert known.as_of(b) == objective.as_of(min(a, b))


@given(testing.objectives(), testing.days(), st.sampled_from(STATED))
def test_coverage_counts_what_has_a_score(objective: Objective, day: date, stated: StatedPolicy) -> None:
    for score in assess(objective, as_of=day, stated=stated).walk():
        coverage = score.coverage
        assert 0 <= coverage.scored <= coverage.leaves
        assert -ALMOST <= coverage.weight_share <= 1 + ALMOST
        assert (coverage.scored == 0) == (coverage.weight_share == 0) == (score.value is None)
        assert (coverage.scored == coverage.leaves) == math.isclose(coverage.weight_share, 1, rel_tol=ALMOST)


@given(testing.objectives(levels=3), st.randoms(use_true_random=False))
@few
def test_a_tree_is_put_together_again_from_its_objectives_side_by_side(objective: Objective, dice: Any) -> None:  # noqa: ANN401 - random.Random, or hypothesis's own
    parents = {child.id: each.id for each in objective.walk() for child in each.children}
    assert Objective.trees(flat(objective), parents) == (objective,)
    shuffled = flat(objective)
    dice.shuffle(shuffled)
    (root,) = Objective.trees(shuffled, parents)
    assert {each.id: set(each.parts) for each in root.walk() if not each.children} == {
        each.id: set(each.parts) for each in objective.walk() if not each.children
    }


@given(st.integers(-50, 50), st.integers(-50, 50).filter(bool), st.integers(-60, 60), st.integers(0, 30))
def test_a_step_toward_the_target_never_lowers_the_score(start: int, way: int, value: int, step: int) -> None:
    def score(stands_at: int) -> float:
        check_in = CheckIn(QUARTER.start, value=stands_at)
        part = KeyResult(id="k", start=start, target=start + way, check_ins=[check_in])
        value = assess(Objective(id="o", period=QUARTER, key_results=[part]), as_of=QUARTER.start).value
        assert value is not None
        return value

    before, after = score(value), score(value + step * (1 if way > 0 else -1))
    assert before <= after
    assert before == pytest.approx(min(max((value - start) / way, 0), 1), abs=ALMOST)


@given(st.sampled_from(sorted(STANDARD_KPI_SETS)), st.data(), SCORES, st.integers(1, 9), st.integers(1, 9))
def test_kpi_and_okr_together_lie_between_the_two_and_are_explained(
    role: str, data: st.DataObject, given_score: float, kpi_weight: int, okr_weight: int
) -> None:
    kpis = STANDARD_KPI_SETS[role]
    keys = [kpi.metric.key for kpi in kpis.kpis]
    facts = st.dictionaries(st.sampled_from(keys), st.sampled_from(FACTS), min_size=1)
    stated = CheckIn(QUARTER.start, score=Decimal(str(given_score)))
    aimed_at = assess(Objective(id="o", period=QUARTER, check_ins=[stated]), as_of=QUARTER.start)
    one = score_kpis(kpis, data.draw(facts))
    both = combine(one, aimed_at, kpi_weight=kpi_weight, okr_weight=okr_weight)
    assert one.value is not None
    assert both.value == pytest.approx(
        (kpi_weight * one.value + okr_weight * given_score * 100) / (kpi_weight + okr_weight), abs=1e-9
    )
    for score in (one, both):
        assert_breakdowns_hold(score)
    scale = kpis.kpis[0].scale
    assert isinstance(scale, Curve)
    assert one.value <= scale.high + ALMOST

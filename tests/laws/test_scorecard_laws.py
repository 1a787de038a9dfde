"""Laws of scorecards: one engine, monotone, in range, the same for one as for many, and explained by a tree that holds."""

import math
from decimal import Decimal
from typing import Any, Final

import attrs
import numpy as np
import pytest
from examples import at_most
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from salesperf import Categories, Curve, Flag, Steps
from salesperf.model.scale import MOST_POINTS
from salesperf.scorecard import MODES, Bands, Criterion, Gate, Mode, Scorecard, diff, explain, what_if
from salesperf.testing import assert_breakdowns_hold, categories, curves, flags, steps

Facts = dict[str, Any]

few = settings(max_examples=at_most(20))
"""For laws that search."""

BANDS: Final = Bands([("A", 80), ("B", Decimal("49.5")), ("C", 20), ("D", -math.inf)], margin=3)
NUMBERS: Final = st.integers(-60, 1010) | st.integers(-600, 10_100).map(lambda tenths: tenths / 10)
WEIGHTS: Final = st.integers(1, 9) | st.decimals("0.1", 9, places=1)
UNKNOWN: Final = ("leave_out", "points")


def scored_by(scale: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - a scale of any kind
    """Draw a fact that a scale can look up."""
    if isinstance(scale, Curve | Steps):
        return NUMBERS
    if isinstance(scale, Flag):
        return st.booleans()
    return st.sampled_from([*scale.worth, *(["nobody"] if scale.unknown == "points" else [])])


@st.composite
def cards(draw: DrawFn, *, mode: Mode | None = None, is_rising: bool = False, depth: int = 1, prefix: str = "") -> Scorecard:
    """Draw cards: of any scales, or only of such that more is never worth less."""
    way: Any = draw(st.sampled_from(MODES)) if mode is None else mode
    plain = curves(is_rising=True) | steps(is_rising=True) if is_rising else st.one_of(curves(), steps(), categories(), flags())
    criteria = []
    for number in range(draw(st.integers(1, 3))):
        key = f"{prefix}{number}"
        is_nested = depth > 0 and draw(st.integers(0, 3)) == 0
        inner = cards(mode=mode, is_rising=is_rising, depth=depth - 1, prefix=f"{key}.")
        scale = draw(inner if is_nested else plain)
        missing: Any = "refuse" if is_rising else draw(st.sampled_from(("refuse", *UNKNOWN)))
        if is_nested and missing == "refuse":
            missing = "leave_out"
        weight = 1 if way == "product" else draw(WEIGHTS)
        criteria.append(Criterion(key, scale, weight, missing=missing, missing_points=scale.low))
    gates = []
    if draw(st.booleans()):
        open_card = Scorecard(criteria, way)
        scale = draw(curves(is_rising=True) | flags().filter(lambda flag: flag.yes > flag.no))
        cap = draw(st.sampled_from([None, *(end for end in (open_card.low, open_card.high) if abs(end) <= MOST_POINTS)]))
        gates.append(Gate(f"{prefix}gate", scale, least=draw(st.integers(0, 100)), cap=cap))
    return Scorecard(criteria, way, gates=gates)


@st.composite
def facts_of(draw: DrawFn, card: Scorecard) -> Facts:
    """Draw what is known, and at times is not."""
    facts: Facts = {}
    for asked in card.questions():
        if asked.missing != "refuse" and draw(st.integers(0, 3)) == 0:
            facts[asked.key] = draw(st.sampled_from((None, math.nan)))
        else:
            facts[asked.key] = draw(scored_by(asked.scale))
    return {key: None if fact != fact and _is_text(card, key) else fact for key, fact in facts.items()}  # noqa: PLR0124 - nan


def _is_text(card: Scorecard, key: str) -> bool:
    return any(asked.key == key and isinstance(asked.scale, Categories | Flag) for asked in card.questions())


@st.composite
def cases(draw: DrawFn, /, **how: Any) -> tuple[Scorecard, list[Facts]]:  # noqa: ANN401 - as for cards
    card = draw(cards(**how))
    return card, draw(st.lists(facts_of(card), min_size=1, max_size=5))


def columns_of(card: Scorecard, many: list[Facts]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for asked in card.questions():
        values = [facts[asked.key] for facts in many]
        columns[asked.key] = np.array(values, dtype=object if isinstance(asked.scale, Categories) else np.float64)
    return columns


def number(value: float | None) -> float:
    return math.nan if value is None else value


@given(cases())
def test_one_and_many_objects_and_columns_have_the_same_score_to_the_bit(case: tuple[Scorecard, list[Facts]]) -> None:
    card, many = case
    one_by_one = [number(card.score(facts).value) for facts in many]
    assert np.array_equal(card.score_all(many), one_by_one, equal_nan=True)
    assert np.array_equal(card.score_columns(columns_of(card, many)), one_by_one, equal_nan=True)


@given(cases())
def test_every_breakdown_holds_and_names_the_weights_used(case: tuple[Scorecard, list[Facts]]) -> None:
    card, many = case
    for facts in many:
        score = card.score(facts)
        assert_breakdowns_hold(score)
        assert score.breakdown.value == score.value
        used = [part.weight for part in score.criteria if part.treatment != "left_out"]
        assert all(part.weight == 0 for part in score.criteria if part.treatment == "left_out")
        if card.mode == "weighted_mean" and used:
            assert math.fsum(used) == pytest.approx(1, abs=1e-12)


@given(cases())
def test_a_score_lies_within_the_range_of_its_card(case: tuple[Scorecard, list[Facts]]) -> None:
    card, many = case
    leeway = 1e-12 * max(abs(card.low), abs(card.high), 1.0)
    for value in card.score_all(many).tolist():
        assert math.isnan(value) or card.low - leeway <= value <= card.high + leeway


@given(cases(is_rising=True, mode="weighted_mean"), st.data())
def test_improving_a_fact_never_lowers_score_or_band(case: tuple[Scorecard, list[Facts]], data: st.DataObject) -> None:
    card, (facts, *_) = case
    key = data.draw(st.sampled_from(card.fact_keys()))
    better = {**facts, key: True if isinstance(facts[key], bool) else facts[key] + data.draw(st.integers(0, 400)) / 7}
    before, after = card.score_all([facts, better]).tolist()
    assert after >= before
    for previous in (None, *BANDS.labels):
        bands = [BANDS.band(value, previous) for value in (before, after)]
        assert BANDS.labels.index(str(bands[1])) <= BANDS.labels.index(str(bands[0]))


@given(cases(mode="weighted_mean"), st.sampled_from((2, 3, 10, Decimal("0.1"), Decimal("7.7"))))
def test_scaling_all_weights_changes_no_score_and_no_band(case: tuple[Scorecard, list[Facts]], factor: Any) -> None:  # noqa: ANN401 - a number
    card, many = case
    scaled = attrs.evolve(
        card,
        criteria=[attrs.evolve(part, weight=Decimal(part.weight) * Decimal(factor)) for part in card.criteria],  # type: ignore[arg-type] # ints and Decimals
    )
    scores, others = card.score_all(many), scaled.score_all(many)
    assert np.allclose(scores, others, rtol=1e-12, atol=1e-12, equal_nan=True)
    assert BANDS.band_columns(scores).tolist() == BANDS.band_columns(others).tolist()


@st.composite
def scores_and_bands(draw: DrawFn) -> tuple[Bands, list[float]]:
    cuts = sorted(draw(st.sets(st.integers(-50, 1000).map(lambda tenths: tenths / 10), min_size=1, max_size=4)), reverse=True)
    labels = "ABCD"[: len(cuts)]
    bands = Bands(list(zip(labels, cuts, strict=True)), margin=draw(st.integers(0, 30)) / 10)
    near = st.sampled_from(cuts).flatmap(lambda cut: st.sampled_from([cut, cut + 1e-12, cut - 1e-12, cut + 0.3, cut - 0.3]))
    scores = draw(st.lists(st.floats(-5, 110) | near | st.just(math.nan), max_size=6))
    return bands, [score for score in scores if not score < cuts[-1]]


@given(scores_and_bands(), st.data())
def test_one_and_many_scores_have_the_same_band(case: tuple[Bands, list[float]], data: st.DataObject) -> None:
    bands, scores = case
    before = data.draw(st.lists(st.sampled_from([*bands.labels, None]), min_size=len(scores), max_size=len(scores)))
    assert bands.band_columns(np.array(scores)).tolist() == [bands.band(score) or "" for score in scores]
    many = bands.band_columns(np.array(scores), np.array(before, dtype=object))
    assert many.tolist() == [bands.band(score, label) or "" for score, label in zip(scores, before, strict=True)]


@given(scores_and_bands())
def test_a_band_once_taken_is_kept_while_the_score_stays(case: tuple[Bands, list[float]]) -> None:
    bands, scores = case
    for score in scores:
        for previous in bands.labels:
            taken = bands.band(score, previous)
            assert bands.band(score, taken) == taken


@given(scores_and_bands())
def test_a_margin_of_nothing_is_no_memory(case: tuple[Bands, list[float]]) -> None:
    bands, scores = case
    plain = attrs.evolve(bands, margin=0)
    assert {plain.band(score, previous) == plain.band(score) for score in scores for previous in bands.labels} <= {True}


@given(cases(mode="weighted_mean"))
def test_effects_sum_to_the_distance_from_a_card_in_the_middle(case: tuple[Scorecard, list[Facts]]) -> None:
    card, (facts, *_) = case
    score = card.score(facts)
    assume(score.before_gates is not None and not any(part.score and part.score.gates for part in score.criteria))
    why = explain(score, most=100)
    effects = math.fsum(reason.effect for reason in (*why.reasons_for, *why.reasons_against))
    middles = [leaf.part.criterion.scale for leaf in score.leaves()]
    middle = math.fsum(
        leaf.influence * (scale.low + scale.high) / 2 for leaf, scale in zip(score.leaves(), middles, strict=True)
    )
    assert effects == pytest.approx(number(score.before_gates) - middle, abs=1e-9)


@given(cases(), st.data())
def test_the_change_of_a_score_is_the_sum_of_what_changed(case: tuple[Scorecard, list[Facts]], data: st.DataObject) -> None:
    card, (facts, *_) = case
    other = data.draw(facts_of(card))
    change = diff(card.score(facts), card.score(other))
    assert_breakdowns_hold(change)
    assert diff(card.score(facts), card.score(facts)).criteria == ()
    if change.value is not None and all(part.change is not None for part in change.criteria):
        total = math.fsum([*(number(part.change) for part in change.criteria), number(change.by_gates)])
        assert total == pytest.approx(change.value, abs=1e-9)


@few
@given(cases(), st.sampled_from(BANDS.labels))
def test_what_would_lift_a_score_does_so_and_a_set_costs_no_more_than_one(
    case: tuple[Scorecard, list[Facts]], target: str
) -> None:
    card, (facts, *_) = case
    lifted = what_if(card, facts, BANDS, target=target)
    wanted = BANDS.labels.index(target)
    for found in (lifted.single, lifted.cheapest):
        if found is not None:
            changed: Facts = {**facts, **{change.key: change.after for change in found.changes}}
            assert card.score(changed) == found.score
            assert BANDS.labels.index(str(BANDS.band(found.score))) <= wanted
    if lifted.single is not None and lifted.cheapest is not None:
        assert lifted.cheapest.cost <= lifted.single.cost + 1e-9


@few
@given(cases(mode="weighted_mean", is_rising=True, depth=0), st.data())
def test_no_change_that_one_tries_is_cheaper_than_the_one_found(
    case: tuple[Scorecard, list[Facts]], data: st.DataObject
) -> None:
    card, (facts, *_) = case
    assume(not card.gates)
    facts = {key: float(fact) for key, fact in facts.items()}
    tried = {**facts, **{key: data.draw(NUMBERS) for key in data.draw(st.sets(st.sampled_from(card.fact_keys()), min_size=1))}}
    target = BANDS.band(card.score(tried))
    lifted = what_if(card, facts, BANDS, target=target)
    assert lifted.is_exact
    assert lifted.cheapest is not None
    scales: dict[str, Any] = {asked.key: asked.scale for asked in card.criteria}
    shares = [
        abs(scale.points(float(tried[key])) - scale.points(facts[key])) / (scale.high - scale.low)
        for key, scale in scales.items()
        if scale.high > scale.low
    ]
    assert lifted.cheapest.cost <= math.fsum(shares) + 1e-6

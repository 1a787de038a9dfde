"""Laws of scorecards: one engine, monotone, in range, the same for one as for many, and explained by a tree that holds."""

import math
import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from random import Random
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
from salesperf.scorecard import MODES, Bands, Criterion, Gate, Mode, Score, Scorecard, diff, explain, what_if
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


def not_negative(scale: Any) -> Any:  # noqa: ANN401 - a scale or a card
    """Return a curve or steps without points below 0; whatever else comes is of such already."""
    if not isinstance(scale, Curve | Steps):
        return scale
    raised = attrs.evolve(scale, knots=[(value, max(worth, 0)) for value, worth in scale.knots])
    return attrs.evolve(raised, below=0) if isinstance(raised, Steps) else raised


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
        if is_rising and way == "product":
            scale = not_negative(scale)
        missing: Any = "refuse" if is_rising else draw(st.sampled_from(("refuse", *UNKNOWN)))
        if is_nested and missing == "refuse":
            missing = "leave_out"
        weight = 1 if way == "product" else draw(WEIGHTS)
        criteria.append(Criterion(key, scale, weight, missing=missing, missing_points=scale.low))
    gates = []
    for number in range(draw(st.integers(0, 2))):
        open_card = Scorecard(criteria, way)
        scale = draw(curves(is_rising=True) | flags().filter(lambda flag: flag.yes > flag.no))
        cap = draw(st.sampled_from([None, *(end for end in (open_card.low, open_card.high) if abs(end) <= MOST_POINTS)]))
        gates.append(Gate(f"{prefix}gate{number}", scale, least=draw(st.integers(0, 100)), cap=cap))
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


@given(st.sampled_from(MODES).flatmap(lambda mode: cases(is_rising=True, mode=mode)), st.data())
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
    # A unit of the last digit that is kept, and what their difference is off by; an ulp or two where nothing is rounded.
    digit = max(abs(card.low), abs(card.high)) * 1e-15 if card.decimals is None else 10.0**-card.decimals
    assert np.all((np.abs(scores - others) <= 1.1 * digit) | (np.isnan(scores) & np.isnan(others)))
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
    assume(score.before_gates is not None)
    why = explain(score, most=100)
    effects = math.fsum(reason.effect for reason in (*why.reasons_for, *why.reasons_against))
    middles = [leaf.part.criterion.scale for leaf in score.leaves()]
    middle = math.fsum(
        leaf.influence * (scale.low + scale.high) / 2 for leaf, scale in zip(score.leaves(), middles, strict=True)
    )
    assert effects == pytest.approx(number(score.before_gates) - middle, abs=1e-9)


def opened(card: Any, names: set[str]) -> Any:  # noqa: ANN401 - a card
    """Return a card without some gates, at whatever depth."""
    criteria = [
        attrs.evolve(part, scale=opened(part.scale, names)) if isinstance(part.scale, Scorecard) else part
        for part in card.criteria
    ]
    return attrs.evolve(card, criteria=criteria, gates=[gate for gate in card.gates if gate.key not in names])


@given(cases())
def test_without_the_gates_that_are_named_the_score_is_the_one_that_is_told(case: tuple[Scorecard, list[Facts]]) -> None:
    card, many = case
    for facts in many:
        told = [message for message in explain(card.score(facts)).messages if message.key.startswith("scorecard.text.closed")]
        for message in told:
            names = {gate.text() for gate in message.arguments["gates"]}
            score = opened(card, names).score(facts)
            assert score.value == pytest.approx(message.arguments["score"], rel=1e-12, abs=1e-9)
        assert bool(told) or not any(each.is_capped for each in scores_within(card.score(facts)))


def scores_within(score: Score) -> Iterator[Score]:
    """Yield a score and those of the nested cards on which it rests."""
    yield score
    for part in score.criteria:
        if part.score is not None and part.treatment == "known":
            yield from scores_within(part.score)


@given(cases(), st.data())
def test_the_change_of_a_score_is_the_sum_of_what_changed(case: tuple[Scorecard, list[Facts]], data: st.DataObject) -> None:
    card, (facts, *_) = case
    other = data.draw(facts_of(card))
    change = diff(card.score(facts), card.score(other))
    assert_breakdowns_hold(change)
    assert diff(card.score(facts), card.score(facts)).criteria == ()
    assert not change.value or change.criteria or change.by_gates
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


def coarse() -> st.SearchStrategy[Steps]:
    """Draw steps up and down at small whole numbers, near which a number with few digits is another step's."""
    knots = st.dictionaries(st.integers(0, 9), st.sampled_from((0, 20, 50, 80, 100)), min_size=1).map(
        lambda some: sorted(some.items())
    )
    return st.builds(Steps, knots, st.sampled_from((0, 50, 100)))


@st.composite
def of_one_fact(draw: DrawFn) -> Scorecard:
    """Draw cards that ask for one fact at several places, as which nested cards and gates may."""
    kind: Any = draw(st.sampled_from((steps, coarse, flags, categories)))
    nested = Scorecard([Criterion("x", draw(kind()), missing="leave_out")])
    criteria = [
        Criterion("x", draw(kind()), draw(WEIGHTS), missing="leave_out"),
        Criterion("nested", nested, draw(WEIGHTS), missing="leave_out"),
        Criterion("y", draw(st.one_of(curves(is_rising=True), coarse(), flags())), draw(WEIGHTS)),
    ]
    gate = Gate("x", draw(kind()), least=draw(st.integers(0, 100)), missing="leave_out")
    return Scorecard(criteria, gates=[gate] if draw(st.booleans()) else [])


@st.composite
def straight_cases(draw: DrawFn) -> tuple[Scorecard, Facts]:
    """Draw means and sums of any scales, nested and with gates, or of one fact at several places; whole numbers off curves."""
    mode: Mode = draw(st.sampled_from(("weighted_mean", "sum")))
    card = draw(cards(mode=mode) | cards(mode=mode, is_rising=True) | of_one_fact() | of_one_fact())
    facts = draw(facts_of(card))
    for asked in card.questions():
        refuses = isinstance(asked.scale, Categories) and asked.scale.unknown == "refuse"
        if isinstance(asked.scale, Steps) and facts[asked.key] is not None:
            facts[asked.key] = draw(st.just(facts[asked.key]) | st.integers(0, 10).map(float))
        if refuses and facts[asked.key] not in (None, *asked.scale.worth):  # type: ignore[union-attr] # they are categories
            facts[asked.key] = None
    curved = {asked.key for asked in card.questions() if isinstance(asked.scale, Curve)}
    return card, {key: float(fact) if key in curved and fact is not None else fact for key, fact in facts.items()}


def tried(scales: list[Any], before: Any) -> list[Any]:  # noqa: ANN401 - scales and a fact of any kind
    """Return what a fact may become: between all knots, at each, and just below."""
    if isinstance(scales[0], Flag):
        return [before, True, False]
    if isinstance(scales[0], Categories):
        return [before, *(name for name in scales[0].worth if all(name in scale.worth for scale in scales))]
    knots = sorted(float(value) for scale in scales for value, _ in scale.knots)
    numbers = [*knots, *(math.nextafter(knot, -math.inf) for knot in knots)]
    numbers += [(one + other) / 2 for one, other in pairwise(knots)]
    if isinstance(before, int):
        numbers = [whole for number in numbers for whole in (math.floor(number), math.ceil(number))]
    return [before, *numbers]


def cost_of(scales: list[Any], before: Any, after: Any) -> float:  # noqa: ANN401 - scales and facts of any kind
    """Return what a change costs, by the words of the docstring."""
    if before is after:
        return 0.0
    shares = [0.0]
    for scale in scales:
        worth = [math.nan if fact is None else scale.points(fact) for fact in (before, after)]
        span = scale.high - scale.low
        is_unknown = before is None or (math.isnan(worth[0]) and span)
        shares.append(1.0 if is_unknown else abs(worth[1] - worth[0]) / span if span else 0.0)
    return max(shares)


@few
@given(straight_cases(), st.sampled_from(BANDS.labels), st.randoms(use_true_random=False))
def test_where_it_is_called_exact_no_change_that_one_tries_is_cheaper(
    case: tuple[Scorecard, Facts], target: str, chance: Random
) -> None:
    card, given_facts = case
    facts = {key: None if fact != fact else fact for key, fact in given_facts.items()}  # noqa: PLR0124 - nan
    lifted = what_if(card, facts, BANDS, target=target)
    assume(lifted.is_exact)
    scales: dict[str, list[Any]] = {}
    for asked in card.questions():
        scales.setdefault(asked.key, []).append(asked.scale)
    options = {key: tried(scales[key], facts[key]) for key in facts}
    changed = [{key: chance.choice(those) for key, those in options.items()} for _ in range(200)]
    changed += [{**facts, key: after} for key, those in options.items() for after in those]
    reached = BANDS.reaches(card.score_all(changed), target)
    costs = [
        math.fsum(cost_of(scales[key], facts[key], after) for key, after in some.items())
        for some, is_reached in zip(changed, reached.tolist(), strict=True)
        if is_reached
    ]
    found = math.inf if lifted.cheapest is None else lifted.cheapest.cost
    assert all(cost >= found - 1e-6 * len(facts) for cost in costs)
    single = math.inf if lifted.single is None else lifted.single.cost
    alone = [
        cost_of(scales[key], facts[key], after)
        for key, those in options.items()
        for after in those
        if BANDS.reaches(card.score_all([{**facts, key: after}]), target)[0]
    ]
    assert all(cost >= single - 1e-6 for cost in alone) or found == 0


WRITTEN: Final = re.compile(r"(\S+) from (.+?) to (\S+)(?=, \S+ from | \(score )")


@few
@given(straight_cases() | cases().map(lambda case: (case[0], case[1][0])), st.sampled_from(BANDS.labels))
def test_whoever_takes_what_is_written_reaches_the_band(case: tuple[Scorecard, Facts], target: str) -> None:
    card, facts = case
    kinds = {asked.key: type(asked.scale) for asked in card.questions()}
    lifted = what_if(card, facts, BANDS, target=target)
    for message in lifted.messages:
        changed = dict(facts)
        for key, before, after in WRITTEN.findall(message.text()):
            assert before != after
            if kinds[key] is Flag:
                changed[key] = {"yes": True, "no": False}[after]
            else:
                changed[key] = after if kinds[key] is Categories else float(after.replace(",", ""))
        if lifted.cheapest is not None and "no_single" not in message.key:
            assert BANDS.reaches(card.score_all([changed]), target)[0]

"""Laws of appraisals: forced distributions are exact, order never matters, what is later changes nothing before."""

from datetime import date
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from salesperf import Curve, Period
from salesperf.appraisal import (
    TIES,
    Appraisal,
    AppraisalScheme,
    PromotionRule,
    RecognitionRule,
    appraise,
    distribute,
    eligibility,
    recognize,
    training_effect,
    training_needs,
)
from salesperf.scorecard import Bands, Criterion, Scorecard

POINTS = Curve([(0, 0), (100, 100)])
SCHEME = AppraisalScheme(
    key="plain",
    card=Scorecard([Criterion("results", POINTS, 3), Criterion("attitude", POINTS, missing="leave_out")]),
    bands=Bands([("A", 80), ("B", 50), ("C", 0)]),
)
POLICIES = st.sampled_from(TIES)
LAST = date(2026, 12, 31)


def told(rep: str, results: float, number: int | None = None) -> Appraisal:
    period = None if number is None else Period.month(2026, number)
    return appraise(rep, {"results": results}, SCHEME, period=period)


def people(fewest: int = 1) -> st.SearchStrategy[list[Appraisal]]:
    """Draw people whose scores are often equal."""
    scores = st.lists(st.integers(0, 8), min_size=fewest, max_size=30)
    return scores.map(lambda drawn: [told(f"r-{number:02}", 10.0 * score) for number, score in enumerate(drawn)])


SHARES = (
    st.lists(st.integers(0, 9), min_size=1, max_size=5).filter(any).map(lambda drawn: list(zip("ABCDE", drawn, strict=False)))
)


@given(people(), SHARES, POLICIES, st.randoms())
def test_the_order_of_people_changes_nothing(
    drawn: list[Appraisal], shares: list[tuple[str, int]], ties: str, rng: object
) -> None:
    shuffled = list(drawn)
    rng.shuffle(shuffled)  # type: ignore[attr-defined] # a random.Random of hypothesis
    assert distribute(drawn, shares, ties=ties, minimum=1) == distribute(shuffled, shares, ties=ties, minimum=1)  # type: ignore[arg-type] # one of TIES


@given(people(), SHARES, POLICIES)
def test_planned_heads_are_the_shares_rounded_and_sum_to_the_people(
    drawn: list[Appraisal], shares: list[tuple[str, int]], ties: str
) -> None:
    found = distribute(drawn, shares, ties=ties, minimum=1)  # type: ignore[arg-type] # one of TIES
    whole = sum(share for _, share in shares)
    assert sum(found.planned.values()) == sum(found.heads.values()) == len(drawn)
    for band, share in shares:
        assert abs(found.planned[band] - Fraction(len(drawn) * share, whole)) < 1
    assert list(found.heads) == [band for band, _ in shares]


@given(people(), SHARES)
def test_heads_are_those_planned_where_ties_are_parted_or_straddle_no_cut(
    drawn: list[Appraisal], shares: list[tuple[str, int]]
) -> None:
    assert (
        distribute(drawn, shares, ties="split", minimum=1).heads == distribute(drawn, shares, ties="split", minimum=1).planned
    )
    up = distribute(drawn, shares, minimum=1)
    assert up.heads == up.planned or any(cut.tied for cut in up.cuts)


@given(people(), SHARES, st.sampled_from(["up", "down"]))
def test_equal_scores_share_a_band_and_a_better_score_has_no_worse_one(
    drawn: list[Appraisal], shares: list[tuple[str, int]], ties: str
) -> None:
    lines = distribute(drawn, shares, ties=ties, minimum=1).lines  # type: ignore[arg-type] # one of TIES
    rank = {band: position for position, (band, _) in enumerate(shares)}
    for better, worse in pairwise(lines):
        assert better.score >= worse.score
        assert rank[better.band] <= rank[worse.band]
        if better.score == worse.score:
            assert (better.band, better.place) == (worse.band, worse.place)


@given(people(2), SHARES)
def test_a_cut_is_marked_where_it_parts_people_who_are_alike(drawn: list[Appraisal], shares: list[tuple[str, int]]) -> None:
    everybody = [each.rep for each in drawn]
    found = distribute(drawn, shares, minimum=1, alike=[everybody])
    for cut in found.cuts:
        assert cut.is_marked == (0 < cut.heads < len(drawn))


@given(st.lists(st.integers(0, 100), min_size=1, max_size=8), st.integers(1, 12), st.randoms())
def test_later_appraisals_and_their_order_change_nothing(scores: list[int], month: int, rng: object) -> None:
    past = [told("ada", float(score), number) for number, score in enumerate(scores, 1)]
    known = past[:month]
    rule = PromotionRule(key="senior", bands=["A"], times=2, within=3, never=["C"])
    rules = [
        RecognitionRule(key="riser", kind="improved", least=5),
        RecognitionRule(key="steady", kind="steady", bands=["A", "B"], times=2),
    ]
    shuffled = list(past)
    rng.shuffle(shuffled)  # type: ignore[attr-defined] # a random.Random of hypothesis
    as_of = Period.month(2026, month).last
    assert eligibility(shuffled, rule, as_of=as_of) == eligibility(known, rule, as_of=LAST)
    assert recognize([shuffled], rules, as_of=as_of) == recognize([known], rules, as_of=LAST)


@given(st.floats(0, 100), st.sampled_from("ABC"), st.sampled_from("ABC"))
def test_calibration_changes_the_band_and_nothing_else(score: float, first: str, second: str) -> None:
    before = told("ada", score)
    after = before.calibrated(first, reason="first", on=date(2026, 1, 2)).calibrated(
        second, reason="again", on=date(2026, 1, 2)
    )
    assert (after.band, after.score, after.scored_band) == (second, before.score, before.scored_band)
    assert [(step.before, step.after) for step in after.steps] == [(before.band, first), (first, second)]
    assert after.breakdown.holds()


@given(st.lists(st.integers(0, 100), min_size=1, max_size=6), st.integers(1, 100))
def test_who_is_at_the_mark_has_no_need_and_gains_are_what_the_score_would_gain(scores: list[int], mark: int) -> None:
    drawn = [told(f"r-{number}", float(score)) for number, score in enumerate(scores)]
    needs = training_needs(drawn, mark=mark)
    below = [each for each in drawn if each.score.criteria[0].points < mark]  # type: ignore[operator] # it is known
    assert [need.reps for need in needs] == ([tuple(sorted(each.rep for each in below))] if below else [])
    for need in needs:
        lifted = [appraise(each.rep, {"results": mark}, SCHEME).score.value - each.score.value for each in below]  # type: ignore[operator] # known
        assert abs(need.gain - sum(lifted) / len(lifted)) <= 1e-9


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 100)),
    st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 100)),
)
def test_a_training_taken_back_has_the_opposite_effect(before: dict[str, int], after: dict[str, int]) -> None:
    there, back = training_effect(before, after), training_effect(after, before)
    assert there.change.n == back.change.n == len(before.keys() & after.keys())
    if there.change.value is None:
        assert there.change.reason is not None
    else:
        assert back.change.value == -there.change.value
        assert back.change.low == -there.change.high  # type: ignore[operator] # an interval there is

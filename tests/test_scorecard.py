"""Scorecards: worked examples, policies for what is missing, gates, bands, reasons in two languages, and refusals."""

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any, Final

import numpy as np
import pytest

from salesperf import (
    Categories,
    Curve,
    Flag,
    InvalidInputError,
    InvalidValueError,
    SalesperfError,
    Steps,
    UnknownNameError,
)
from salesperf.model.codes import Codes
from salesperf.scorecard import Bands, Criterion, Gate, Mode, Scorecard, diff, explain
from salesperf.testing import assert_breakdowns_hold

PERCENT: Final = Curve([(0, 0), (100, 100)])
BUDGET: Final = Criterion("budget", Curve([(0, 0), (500_000, 100)]), 3)
INDUSTRY: Final = Criterion("industry", Categories({"manufacturing": 100, "retail": 40}), title="Industry")
REFERRED: Final = Criterion("is_referred", Flag(100))
VISITS: Final = Criterion("visits", Steps([(5, 50), (10, 100)]), missing="leave_out")
CARD: Final = Scorecard([BUDGET, INDUSTRY, REFERRED, VISITS])
FACTS: Final[dict[str, object]] = {"budget": 250_000, "industry": "retail", "is_referred": True, "visits": 7}
LETTERS: Final = Bands([("A", 80), ("B", 50), ("C", 0)], margin=2)


def refusal(call: Callable[[], object]) -> tuple[str, tuple[str | int, ...]]:
    with pytest.raises(InvalidValueError) as caught:
        call()
    return caught.value.code, caught.value.path


def percents(*keys: str, **how: Any) -> list[Criterion]:  # noqa: ANN401 - arguments of criteria
    return [Criterion(key, PERCENT, **how) for key in keys]


def faults(call: Callable[[], object]) -> list[tuple[str, tuple[str | int, ...]]]:
    """Return code and path of every fault that a call tells."""
    with pytest.raises(InvalidInputError) as caught:
        call()
    return [(fault.code, fault.path) for fault in caught.value.exceptions if isinstance(fault, SalesperfError)]


# Worked examples


def test_a_score_is_the_mean_of_points_under_weights() -> None:
    score = CARD.score(FACTS)
    assert [part.points for part in score.criteria] == [50.0, 40.0, 100.0, 50.0]
    assert score.value == 56.666666666667  # (3 x 50 + 40 + 100 + 50) / 6, to 14 digits of 100
    assert_breakdowns_hold(score)


def test_goals_are_weighed_as_others_weigh_them(oracle: Callable[[str], Any]) -> None:
    # Frappe HRMS: appraisal goals under weights in percent; each contributes points x weight.
    (case,) = (case for case in oracle("appraisal_goals.json")["cases"] if case["id"] == "kra-before-move")
    roots, weights = case["expected"]["roots"], case["inputs"]["weights"]
    keys = [str(place) for place in range(len(roots))]
    card = Scorecard([Criterion(key, PERCENT, weight) for key, weight in zip(keys, weights, strict=True)])
    score = card.score(dict(zip(keys, roots, strict=True)))
    assert [leaf.influence * (leaf.part.points or 0) for leaf in score.leaves()] == case["expected"]["contributions"]
    assert score.value == sum(case["expected"]["contributions"])


def test_bands_are_those_that_others_print(oracle: Callable[[str], Any]) -> None:
    cases = [case for case in oracle("lead_rules.json")["cases"] if "bands" in case["inputs"]]
    assert cases
    for case in cases:
        bands = Bands(case["inputs"]["bands"][::-1])
        assert bands.band(case["inputs"]["score"]) == case["expected"]["band"]


def test_touch_points_are_summed_and_risks_multiplied() -> None:
    touches = Scorecard([Criterion("calls", Curve([(0, 0), (10, 10)]), 3), *percents("opened")], "sum")
    score = touches.score({"calls": 4, "opened": 5})
    assert (score.value, touches.low, touches.high) == (17.0, 0.0, 130.0)
    assert [part.value for part in score.breakdown.parts] == [12.0, 5.0]
    shares = Curve([(0, 0), (1, 1)])
    risk = Scorecard([Criterion("likelihood", shares), Criterion("impact", Curve([(0, -2), (1, 4)]))], "product")
    assert (risk.score({"likelihood": 0.5, "impact": 1}).value, risk.low, risk.high) == (2.0, -2.0, 4.0)
    assert_breakdowns_hold([score, risk.score({"likelihood": 0.5, "impact": 1})])


def test_a_criterion_may_be_a_card_of_its_own() -> None:
    fit = Scorecard([BUDGET, INDUSTRY])
    card = Scorecard([Criterion("fit", fit, 3), Criterion("engagement", Scorecard([VISITS, REFERRED]))])
    score = card.score(FACTS)
    assert score.value == (3 * fit.score(FACTS).value + 75) / 4  # type: ignore[operator] # it is defined
    assert [leaf.path for leaf in score.leaves()] == [
        ("fit", "budget"),
        ("fit", "industry"),
        ("engagement", "visits"),
        ("engagement", "is_referred"),
    ]
    assert [row["level"] for row in score.rows()] == [0, 1, 1, 0, 1, 1]
    assert_breakdowns_hold(score)
    assert "(no rows)" not in str(score)


# What is missing


@pytest.mark.parametrize("nothing", [{}, {"visits": None}, {"visits": math.nan}, {"visits": np.float64("nan")}])
def test_what_is_left_out_lets_the_other_weights_stand_for_the_whole(nothing: dict[str, Any]) -> None:
    score = CARD.score({key: FACTS[key] for key in ("budget", "industry", "is_referred")} | nothing)
    assert score.value == (3 * 50 + 40 + 100) / 5
    assert [part.weight for part in score.criteria] == [0.6, 0.2, 0.2, 0.0]
    assert [part.weight for part in score.breakdown.parts] == [0.6, 0.2, 0.2]
    assert (score.left_out, score.assumed) == (("visits",), ())
    assert score.rows()[3] == {
        "level": 0,
        "criterion": "visits",
        "fact": None,
        "points": None,
        "weight": 0.0,
        "treatment": "left_out",
        "cap": None,
    }


def test_points_may_be_assumed_and_it_is_said() -> None:
    card = Scorecard([Criterion("fit", PERCENT, missing="points", missing_points=40), *percents("other")])
    score = card.score({"other": 60})
    assert (score.value, score.assumed, score.left_out) == (50.0, ("fit",), ())
    assert score.breakdown.text().splitlines()[1] == "  fit (not known, points assumed): 40.00"
    assert explain(score).text() == (
        "Score 50.00. For it: other 60 (+5.00). Against it: fit not known, 40.00 points assumed (-5.00)."
    )


@pytest.mark.parametrize("mode", ["weighted_mean", "sum", "product"])
def test_nothing_known_is_no_score_in_any_mode(mode: Any) -> None:  # noqa: ANN401 - a word
    card = Scorecard(percents("a", "b", missing="leave_out"), mode, gates=[Gate("c", PERCENT, least=1, cap=0)])
    score = card.score({"c": 0})
    assert (score.value, score.breakdown.value, LETTERS.band(score)) == (None, None, None)
    assert math.isnan(card.score_columns({"a": np.array([np.nan]), "c": np.array([0])})[0])
    assert explain(score, LETTERS).text() == (
        "No score: nothing is known that it could rest on. Not known, and so left out: a, b."
    )
    assert explain(score, LETTERS).text("zh") == "没有得分：没有任何已知事实可作依据。未知，故未计入：a，b。".replace(
        "，b", "、b"
    )
    change = diff(score, card.score({"a": 1, "c": 1}))
    assert (change.value, change.by_gates, change.breakdown.holds()) == (None, None, True)


def test_some_left_out_have_no_part_in_a_sum_or_a_product() -> None:
    columns = {"a": np.array([3.0, np.nan]), "b": np.array([np.nan, 4.0]), "c": np.array([2.0, 5.0])}
    for mode, expected in (("sum", [5.0, 9.0]), ("product", [6.0, 20.0])):
        card = Scorecard([*percents("a", "b", missing="leave_out"), *percents("c")], mode)  # type: ignore[arg-type] # words
        assert card.score_columns(columns).tolist() == expected


def test_a_nested_card_without_a_score_is_missing_itself() -> None:
    inner = Scorecard(percents("a", missing="leave_out"))
    assert faults(lambda: Scorecard([Criterion("inner", inner)]).score({})) == [("fact_missing", ("facts", "inner"))]
    assumed = Scorecard([Criterion("inner", inner, missing="points", missing_points=30)]).score({})
    assert (assumed.value, assumed.assumed, assumed.left_out) == (30.0, ("inner",), ("a",))
    assert_breakdowns_hold(assumed)
    assert [leaf.path for leaf in assumed.leaves()] == [("inner",)]
    assert explain(assumed).text() == (
        "Score 30.00. Against it: inner not known, 30.00 points assumed (-20.00). Not known, and so left out: a."
    )


# Gates

GATED: Final = Scorecard(
    [BUDGET],
    gates=[
        Gate("manager_met", Flag(1), least=1, cap=79, title="Manager met"),
        Gate("is_competitor", Flag(0, 1), least=1, missing="leave_out"),
    ],
)


def test_a_closed_gate_caps_the_score_and_a_veto_leaves_nothing() -> None:
    rich = {"budget": 500_000}
    cases: list[tuple[bool, bool | None, float]] = [(True, None, 100), (True, False, 100), (False, False, 79), (True, True, 0)]
    for met, competitor, expected in cases:
        score = GATED.score(rich | {"manager_met": met, "is_competitor": competitor})
        assert score.value == expected
        assert score.before_gates == 100
        assert_breakdowns_hold(score)
    assert [gate.is_veto for gate in GATED.gates] == [False, True]
    met_nobody = GATED.score(rich | {"manager_met": False})
    assert (met_nobody.is_capped, met_nobody.left_out, met_nobody.closed[0].cap) == (True, ("is_competitor",), 79.0)
    assert met_nobody.breakdown.text().splitlines() == [
        "Score: 79.00 = least of",
        "  Before gates: 100.00 = weighted mean of",
        "    budget: 100.00 = points on the curve of",
        "      budget: 500,000",
        "  Cap: Manager met: 79.00",
    ]
    assert explain(met_nobody, LETTERS).text("zh") == (
        "得分 79.00，等级 B。Manager met 使得分不超过 79.00；否则为 100.00。有利：budget 500,000（+50.00）。"
        "未知，故未计入：is_competitor。"
    )
    assert met_nobody.rows()[1]["cap"] == 79.0


def test_without_the_hardest_gate_the_next_one_holds_a_score_down() -> None:
    facts = {"x": 90, "g0": False, "g1": False}
    for caps, said in (
        ((79, 50), "It is kept at 50.00 or less by g1; without that it would be 79.00."),
        ((50, 50), "It is kept at 50.00 or less by g0, g1; without that it would be 90.00."),
        ((95, 50), "It is kept at 50.00 or less by g1; without that it would be 90.00."),
    ):
        gates = [Gate(f"g{place}", Flag(1), least=1, cap=cap) for place, cap in enumerate(caps)]
        score = Scorecard(percents("x"), gates=gates).score(facts)
        assert explain(score).text() == f"Score 50.00. {said} For it: x 90 (+40.00)."


FIT: Final = Scorecard([BUDGET], gates=[Gate("is_competitor", Flag(0, 1), least=1)])


@pytest.mark.parametrize(
    ("fact", "told", "in_chinese"),
    [
        (90.0, "90 (+40.00)", "90（+40.00）"),
        (90, "90 (+40.00)", "90（+40.00）"),
        (90.5, "90.5 (+40.50)", "90.5（+40.50）"),
        (90.123, "90.12 (+40.12)", "90.12（+40.12）"),
        # With two digits its effect would be another than is told.
        (0.9062, "0.9062 (+40.62)", "0.9062（+40.62）"),
        # As 80 it would be an A.
        (79.9996, "79.9996 (+30.00)", "79.9996（+30.00）"),
        (1234.0, "1,234 (+50.00)", "1,234（+50.00）"),
    ],
)
def test_a_fact_is_told_with_as_many_digits_as_its_effect_and_the_band_ask_for(fact: float, told: str, in_chinese: str) -> None:
    scale = Curve([(0, 0), (1, 100)]) if fact < 1 else PERCENT
    why = explain(Scorecard([Criterion("x", scale)]).score({"x": fact}), LETTERS)
    assert why.text().endswith(f"For it: x {told}.")
    assert why.text("zh").endswith(f"有利：x {in_chinese}。")


def test_a_fact_that_only_all_its_digits_tell_stands_as_it_is() -> None:
    # A step lies between it and whatever is shorter.
    card = Scorecard([Criterion("x", Steps([(1, 80), (5, 100)]))])
    assert explain(card.score({"x": math.nextafter(5.0, 0.0)})).text() == "Score 80.00. For it: x 4.999999999999999 (+30.00)."
    tiny = Scorecard([Criterion("x", Curve([(0, 0), (1e-20, 100)]))])
    assert explain(tiny.score({"x": 0.75e-20})).text() == "Score 75.00. For it: x 0.0000000000000000000075 (+25.00)."


def test_a_nested_card_that_a_gate_holds_down_is_the_reason_and_the_gate_is_told() -> None:
    card = Scorecard([Criterion("fit", FIT, 3), *percents("visits")])
    facts = {"budget": 500_000, "visits": 20, "is_competitor": True}
    why = explain(card.score(facts), LETTERS)
    assert why.text() == (
        "Score 5.00, band C. fit is kept at 0.00 or less by is_competitor; without that the score would be 80.00. "
        "Against it: fit 0.00 behind is_competitor (-37.50), visits 20 (-7.50)."
    )
    assert why.text("zh") == (
        "得分 5.00，等级 C。is_competitor 使 fit 不超过 0.00；否则得分为 80.00。"
        "不利：fit 0.00（受限于 is_competitor）（-37.50）、visits 20（-7.50）。"
    )
    assert [leaf.path for leaf in card.score(facts).leaves()] == [("fit",), ("visits",)]
    change = diff(card.score(facts | {"is_competitor": False}), card.score(facts))
    assert change.text() == "Score 5.00, before 80.00 (-75.00): fit from 100.00 to 0.00 behind is_competitor (-75.00)."
    assert_breakdowns_hold(change)
    risk = Scorecard([Criterion("fit", FIT), *percents("visits")], "product")
    assert diff(risk.score(facts | {"is_competitor": False}), risk.score(facts)).text() == (
        "Score 0.00, before 2,000.00 (-2,000.00): fit from 100.00 to 0.00 behind is_competitor."
    )


def test_what_a_nested_gate_costs_is_told_behind_the_gates_above_it() -> None:
    middle = Scorecard([Criterion("fit", FIT)], gates=[Gate("is_referred", Flag(1), least=1, cap=60)])
    card = Scorecard([Criterion("middle", middle), *percents("visits")])
    facts = {"budget": 500_000, "visits": 20, "is_competitor": True, "is_referred": False}
    assert explain(card.score(facts)).messages[1].text() == (
        "fit is kept at 0.00 or less by is_competitor; without that the score would be 40.00."
    )


def test_a_gate_that_is_closed_and_caps_nothing_is_no_reason() -> None:
    score = GATED.score({"budget": 100_000, "manager_met": False})
    assert (score.value, score.is_capped, len(score.closed)) == (20.0, False, 1)
    assert "Manager" not in explain(score).text()


# Facts and columns of any kind


def test_facts_may_be_numbers_of_any_kind() -> None:
    for budget in (250_000, 250_000.0, Decimal(250_000), Fraction(250_000), np.int64(250_000), np.float32(250_000)):
        score = CARD.score(FACTS | {"budget": budget})
        assert score.value == CARD.score(FACTS).value
        assert_breakdowns_hold(score)
    assert isinstance(CARD.score(FACTS | {"budget": Fraction(1, 3)}).rows()[0]["fact"], float)
    assert CARD.score(FACTS | {"is_referred": np.True_}).value == CARD.score(FACTS).value


def test_columns_may_be_of_any_kind_that_a_scale_can_look_up() -> None:
    card = Scorecard([INDUSTRY, Criterion("is_referred", Flag(100), missing="points"), VISITS])
    visits = np.array([7, 12, 1], dtype=np.int8)
    labels = ["retail", "manufacturing", "retail"]
    expected = card.score_all([{"industry": name, "is_referred": True, "visits": 7} for name in labels])
    industries = (np.array(labels), np.array(labels, dtype=object), Codes.of(labels), Codes.of([*labels, "unused"][:3]))
    for industry in industries:
        for referred in (np.ones(3, dtype=np.bool_), np.ones(3), np.ones(3, dtype=np.int64)):
            columns = {"industry": industry, "is_referred": referred, "visits": np.full(3, 7)}
            assert np.array_equal(card.score_columns(columns), expected)
    unknown = {"industry": Codes.of(labels), "is_referred": np.array([1.0, np.nan, 0.0]), "visits": visits}
    assert card.score_columns(unknown).tolist() == [63.333333333333, 66.666666666667, 13.333333333333]
    assert card.score_columns({"industry": np.array([], dtype=str), "is_referred": np.array([])}).tolist() == []


def test_codes_are_looked_up_once_for_all_blocks() -> None:
    codes = Codes(np.arange(70_000) % 2, ("retail", "manufacturing"))
    scores = Scorecard([INDUSTRY]).score_columns({"industry": codes})
    assert np.array_equal(scores, np.where(np.arange(70_000) % 2, 100.0, 40.0))


def test_missing_categories_are_none_nan_and_empty_text() -> None:
    card = Scorecard([Criterion("industry", INDUSTRY.scale, missing="points", missing_points=70), *percents("x")])
    column = np.array([None, math.nan, "", "retail"], dtype=object)
    assert card.score_columns({"industry": column, "x": np.full(4, 50)}).tolist() == [60.0, 60.0, 60.0, 45.0]
    assert card.score({"industry": "", "x": 50}).criteria[0].fact is None


def test_a_long_column_is_the_column_of_its_rows() -> None:
    generator = np.random.default_rng(1)
    columns = {"a": generator.uniform(-10, 110, 70_000), "b": generator.uniform(-10, 110, 70_000)}
    card = Scorecard([*percents("a", weight=Decimal("0.3")), *percents("b", weight=Decimal("0.7"))])
    scores = card.score_columns(columns)
    for row in (0, 32_767, 32_768, 69_999):
        assert scores[row] == card.score({key: column[row] for key, column in columns.items()}).value
    bands = LETTERS.band_columns(scores, np.full(70_000, "B"))
    assert bands[32_768] == LETTERS.band(float(scores[32_768]), "B")


def test_what_is_missing_or_infinite_late_in_a_long_column_is_found_as_well() -> None:
    columns = {"a": np.linspace(-10, 110, 70_000), "b": np.linspace(70, 30, 70_000)}
    card = Scorecard([*percents("a"), *percents("b", weight=3, missing="leave_out")])
    complete = card.score_columns(columns)
    columns["b"][40_000] = np.nan
    scores = card.score_columns(columns)
    assert scores[40_000] == card.score({"a": columns["a"][40_000]}).value
    others = np.arange(70_000) != 40_000
    assert np.array_equal(scores[others], complete[others])
    columns["a"][[50, 40_001]] = np.nan, -np.inf
    assert faults(lambda: card.score_columns(columns)) == [
        ("fact_missing", ("columns", "a", 50)),
        ("not_finite", ("columns", "a", 40_001)),
    ]


@pytest.mark.parametrize("cut", [80, Decimal("0.1"), 0, -7.3, 5e-10, 1.5e-9, 123456789.123456789, 1e17, -1e290])
def test_a_score_is_in_a_band_as_soon_as_it_rounds_to_its_cut(cut: Any) -> None:  # noqa: ANN401 - any number
    bands = Bands([("in", cut), ("out", -math.inf)])
    billionths = np.rint(float(cut) * 1e9)
    scores = np.concatenate([[float(cut)], (billionths + np.linspace(-2, 2, 17)) / 1e9])
    scores = np.concatenate([scores, *(np.nextafter(scores, end) for end in (-np.inf, np.inf))])
    expected = np.rint(scores * 1e9) >= billionths
    assert np.array_equal(bands.band_columns(scores) == "in", expected)
    assert np.array_equal(bands.reaches(scores, "in"), expected)


# Bands


def test_a_score_that_should_be_80_is_an_a() -> None:
    # (0.4 x 86.1 + 0.2 x 50.4 + 0.24 x 94.5) / 0.84 is 80 on paper.
    weights, points = ("0.4", "0.2", "0.24"), (86.1, 50.4, 94.5)
    card = Scorecard([Criterion(f"c{place}", PERCENT, Decimal(weight)) for place, weight in enumerate(weights)])
    score = card.score({f"c{place}": value for place, value in enumerate(points)})
    assert (
        sum(Decimal(weight) * Decimal(str(value)) for weight, value in zip(weights, points, strict=True)) / Decimal("0.84")
        == 80
    )
    assert score.value == 80
    assert LETTERS.band(score) == "A"
    # So are scores from elsewhere, which come as the sum of floats does.
    assert LETTERS.band(79.99999999999999) == "A"


@pytest.mark.parametrize(
    ("mode", "points", "decimals"),
    [
        ("weighted_mean", 1, 14),
        ("weighted_mean", 100, 12),
        ("sum", 5000, 10),
        ("sum", 10_001, None),
        ("sum", 2e-8, 21),
        ("sum", 1e-9, None),
        ("product", 1, None),
    ],
)
def test_a_score_has_fourteen_digits_of_the_largest_there_can_be(mode: Mode, points: float, decimals: int | None) -> None:
    assert Scorecard([Criterion("c", Curve([(0, 0), (1, points)]))], mode).decimals == decimals


def test_a_rounded_score_stays_within_the_scale() -> None:
    low, high = Fraction(100, 3), Fraction(200, 3)
    card = Scorecard([Criterion("c", Curve([(0, low), (1, high)]))])
    assert [card.score({"c": fact}).value for fact in (0, 1)] == [card.low, card.high] == [float(low), float(high)]


def test_where_no_points_can_be_had_there_is_nothing_to_round() -> None:
    card = Scorecard([Criterion("c", Curve([(0, 0)]))])
    assert (card.decimals, card.score({"c": 3}).value) == (None, 0.0)


def test_a_band_holds_its_ground_within_the_margin() -> None:
    assert [LETTERS.band(81.9, label) for label in "ABC"] == ["A", "B", "B"]
    assert [LETTERS.band(78, label) for label in "ABC"] == ["A", "B", "B"]
    assert [LETTERS.band(48.0, label) for label in "ABC"] == ["B", "B", "C"]
    assert [LETTERS.band(0, label) for label in "ABC"] == ["C", "C", "C"]
    assert LETTERS.band(81, None) == "A"
    previous = np.array(["B", "", "A"])
    assert LETTERS.band_columns(np.array([81, 81, 79]), previous).tolist() == ["B", "A", "A"]


def test_no_score_has_no_band_and_the_last_band_may_be_without_an_end() -> None:
    assert LETTERS.band(None) is None
    assert LETTERS.band(math.nan) is None
    endless = Bands([("hot", 50), ("cold", -math.inf)])
    assert endless.band_columns(np.array([np.nan, -1e6, 50])).tolist() == ["", "cold", "hot"]
    assert endless.band(-(10**6)) == "cold"
    assert endless.reaches(np.array([np.nan, -1e6]), "cold").tolist() == [False, True]
    assert LETTERS.reaches(np.array([77.0, 78.0]), "A", previous="A").tolist() == [False, True]


@pytest.mark.parametrize(
    ("make", "code", "path"),
    [
        (lambda: Bands([]), "no_bands", ("Bands", "cuts")),
        (lambda: Bands(3), "wrong_type", ("Bands", "cuts")),  # type: ignore[arg-type] # the fault
        (lambda: Bands([3]), "wrong_type", ("Bands", "cuts", 0)),  # type: ignore[list-item] # the fault
        (lambda: Bands([("A", 1, 2)]), "length", ("Bands", "cuts", 0)),
        (lambda: Bands([("", 1)]), "empty", ("Bands", "cuts", 0)),
        (lambda: Bands([("A", 80), ("B", 80)]), "bands_overlap", ("Bands", "cuts", 1)),
        (lambda: Bands([("B", 50), ("A", 80)]), "bands_overlap", ("Bands", "cuts", 1)),
        (lambda: Bands([("A", 80), ("B", Decimal("sNaN"))]), "not_finite", ("Bands", "cuts", 1)),
        (lambda: Bands([("A", 80), ("B", np.array([0, 1]))]), "wrong_type", ("Bands", "cuts", 1)),
        (lambda: Bands([("A", 1e308), ("B", 1e307)]), "out_of_range", ("Bands", "cuts", 0)),
        (lambda: Bands([("A", 80)], 1e308), "out_of_range", ("Bands", "margin")),
        (lambda: Bands([("A", 80), ("A", 50)]), "not_unique", ("Bands", "cuts", 1)),
        (lambda: Bands([("A", -math.inf), ("B", 50)]), "not_finite", ("Bands", "cuts", 0)),
        (lambda: Bands([("A", 80)], margin=-1), "out_of_range", ("Bands", "margin")),
        (lambda: LETTERS.band(-0.1), "below_bands", ("score",)),
        (lambda: LETTERS.band("A"), "wrong_type", ("score",)),  # type: ignore[arg-type] # the fault
        (lambda: LETTERS.band_columns(np.array(["A"])), "not_numeric", ("scores",)),
        (lambda: LETTERS.band_columns(np.ma.array([1.0], mask=[True])), "masked", ("scores",)),
        (lambda: LETTERS.band_columns(np.array([[1]])), "dimensions", ("scores",)),
        (lambda: LETTERS.band_columns([1]), "not_an_array", ("scores",)),  # type: ignore[arg-type] # the fault
        (lambda: LETTERS.band_columns(np.array([1]), np.array([1])), "not_a_category", ("previous",)),
        (lambda: LETTERS.band_columns(np.array([1]), np.array(["A", "B"])), "length", ("previous",)),
    ],
)
def test_bands_with_holes_or_overlaps_are_refused(make: Callable[[], Any], code: str, path: tuple[str | int, ...]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        make()
    assert (caught.value.code, caught.value.path) == (code, path)


def test_scores_and_bands_that_there_are_not_are_told_with_their_rows() -> None:
    scores = np.array([3.0, -1.0, -2.0])
    assert faults(lambda: LETTERS.band_columns(scores)) == [("below_bands", ("scores", 1)), ("below_bands", ("scores", 2))]
    previous = np.array(["A", "D", "E"])
    assert faults(lambda: LETTERS.band_columns(np.array([1, 2, 3]), previous)) == [
        ("unknown_band", ("previous", 1)),
        ("unknown_band", ("previous", 2)),
    ]
    with pytest.raises(UnknownNameError) as caught:
        LETTERS.band(1, "D")
    assert (caught.value.code, caught.value.path) == ("unknown_band", ("previous",))
    with pytest.raises(UnknownNameError) as caught:
        LETTERS.reaches(np.array([1]), "D")
    assert caught.value.path == ("label",)


# Reasons and changes


def test_the_strongest_reasons_stand_first_in_both_languages() -> None:
    why = explain(CARD.score(FACTS), LETTERS, most=1)
    assert why.text() == "Score 56.67, band B. For it: is_referred yes (+8.33). Against it: Industry retail (-5.00)."
    assert why.text("zh") == "得分 56.67，等级 B。有利：is_referred 是（+8.33）。不利：Industry retail（-5.00）。"
    assert why.rows() == [
        {"criterion": "is_referred", "effect": pytest.approx(50 / 6)},
        {"criterion": "industry", "effect": pytest.approx(-5)},
    ]
    assert explain(CARD.score(FACTS), LETTERS, previous="A").band == "B"
    assert explain(CARD.score(FACTS), LETTERS, previous="A").margin is None
    assert explain(CARD.score(FACTS), most=0).text() == "Score 56.67."


@pytest.mark.parametrize(
    ("points", "previous", "band", "said"),
    [
        (82, "B", "B", "The score alone would make it A; from B it takes 85.00 or more."),
        (82, "C", "B", "The score alone would make it A; from C it takes 85.00 or more."),
        (78, "A", "A", "The score alone would make it B; from A it takes less than 75.00."),
        (47, "A", "B", "The score alone would make it C; from A it takes less than 45.00."),
    ],
)
def test_what_the_margin_does_is_told(points: int, previous: str, band: str, said: str) -> None:
    bands = Bands([("A", 80), ("B", 50), ("C", 0)], margin=5)
    why = explain(Scorecard(percents("x")).score({"x": points}), bands, previous=previous, most=0)
    assert why.text() == f"Score {points}.00, band {band}. {said}"


def test_what_the_margin_does_is_told_in_chinese_and_in_all_digits() -> None:
    bands = Bands([("A", 80), ("B", 0)], margin=Decimal("0.001"))
    score, alone = Scorecard(percents("x")).score({"x": 80}), Scorecard(percents("x", missing="leave_out")).score({})
    assert explain(score, bands, previous="B", most=0).text("zh") == (
        "得分 80.00，等级 B。仅看得分应为 A；由 B 变为 A 须达到 80.001。"
    )
    fallen = explain(Scorecard(percents("x")).score({"x": 79.9995}), bands, previous="A", most=0)
    assert fallen.text("zh") == "得分 80.00，等级 A。仅看得分应为 B；由 A 变为 B 须低于 79.999。"
    assert explain(alone, bands, previous="B").margin is None


def test_the_change_between_two_scores_is_told_by_criterion() -> None:
    before = CARD.score(FACTS)
    after = CARD.score({**FACTS, "visits": None, "industry": "manufacturing"})
    change = diff(before, after)
    assert change.value == 70 - before.value  # type: ignore[operator] # it is defined
    assert [part.path for part in change.criteria] == [("industry",), ("visits",), ("budget",), ("is_referred",)]
    assert change.text("zh").startswith("得分 70.00，此前 56.67（+13.33）：Industry 由 retail 变为 manufacturing（+13.33）")
    assert change.rows()[1] == {
        "criterion": "visits",
        "points_before": 50.0,
        "points_after": None,
        "change": pytest.approx(-50 / 6),
    }
    assert diff(before, before).text() == "Score 56.67, as before."
    assert_breakdowns_hold([change, diff(before, before)])


def test_changes_of_a_product_do_not_add_up_and_those_by_gates_do() -> None:
    risk = Scorecard(percents("likelihood", "impact"), "product")
    change = diff(risk.score({"likelihood": 2, "impact": 3}), risk.score({"likelihood": 4, "impact": 3}))
    assert (change.value, change.criteria[0].change) == (6.0, None)
    assert_breakdowns_hold(change)
    rich = {"budget": 500_000}
    closed = diff(GATED.score(rich | {"manager_met": True}), GATED.score(rich | {"manager_met": False}))
    assert (closed.value, closed.by_gates, closed.criteria) == (-21.0, -21.0, ())
    assert change.text() == "Score 12.00, before 6.00 (+6.00): likelihood from 2 to 4."


def test_a_change_by_gates_is_told() -> None:
    rich = {"budget": 500_000, "manager_met": True}
    closed = diff(GATED.score(rich), GATED.score(rich | {"manager_met": False}))
    assert closed.text().endswith("(-21.00): gates (-21.00).")
    assert closed.text("zh").endswith("（-21.00）：门槛（-21.00）。")
    # Behind a gate of a nested card it is that card which changes.
    outer = Scorecard([Criterion("inner", GATED), *percents("other")])
    within = diff(outer.score(rich | {"other": 0}), outer.score(rich | {"manager_met": False, "other": 0}))
    assert (within.value, within.by_gates, [change.path for change in within.criteria]) == (-10.5, 0.0, [("inner",)])
    assert within.text() == "Score 39.50, before 50.00 (-10.50): inner from 100.00 to 79.00 behind Manager met (-10.50)."
    assert diff(within.after, within.before).text("zh") == (
        "得分 50.00，此前 39.50（+10.50）：inner 由 79.00（受限于 Manager met） 变为 100.00（+10.50）。"
    )
    assert_breakdowns_hold(within)


def test_a_change_is_told_in_digits_that_tell_it() -> None:
    card = Scorecard([Criterion("rate", Curve([(0, 0), (0.1, 100)]))])
    change = diff(card.score({"rate": 0.031}), card.score({"rate": 0.0314}))
    assert change.text() == "Score 31.40, before 31.00 (+0.40): rate from 0.031 to 0.0314 (+0.40)."


def test_another_mode_changes_a_score_without_a_criterion() -> None:
    product, mean = Scorecard(percents("a", "b"), "product"), Scorecard(percents("a", "b"))
    change = diff(product.score({"a": 2, "b": 4}), mean.score({"a": 2, "b": 4}))
    assert change.text() == "Score 3.00, before 8.00 (-5.00)."


def test_a_change_from_or_to_no_score_is_told() -> None:
    card = Scorecard(percents("visits", missing="leave_out"))
    none, some = card.score({}), card.score({"visits": 30})
    assert diff(none, some).text() == "Score 30.00, before none: visits from not known to 30."
    assert diff(some, none).text() == "No score any more, before 30.00: visits from 30 to not known."
    assert diff(some, none).text("zh") == "现在没有得分，此前 30.00：visits 由 30 变为 未知。"
    assert diff(none, none).text() == "No score, as before."
    other = Scorecard(percents("calls", missing="leave_out")).score({})
    assert diff(none, other).text("zh") == "仍没有得分。"


@pytest.mark.parametrize(
    ("score", "previous", "code", "path"),
    [
        (True, None, "wrong_type", ("score",)),
        ("80", None, "wrong_type", ("score",)),
        (np.array([80.0]), None, "wrong_type", ("score",)),
        pytest.param(10**400, None, "not_finite", ("score",), id="beyond every float"),
        (80, np.array(["A", "B"]), "wrong_type", ("previous",)),
    ],
)
def test_a_score_that_is_none_has_no_band(score: Any, previous: Any, code: str, path: tuple[str, ...]) -> None:  # noqa: ANN401 - malformed
    assert refusal(lambda: LETTERS.band(score, previous)) == (code, path)


def test_a_score_beyond_every_cut_is_in_the_best_band_and_words_for_bands_are_words() -> None:
    assert LETTERS.band(1e305) == "A"
    wrong: Any = np.array(["A", "B"])
    assert refusal(lambda: LETTERS.reaches(np.array([1.0]), wrong)) == ("wrong_type", ("label",))
    assert refusal(lambda: LETTERS.reaches(np.array([1.0]), "A", wrong)) == ("wrong_type", ("previous",))


# Refusals


@pytest.mark.parametrize(
    ("make", "code", "path"),
    [
        (lambda: Criterion("", PERCENT), "empty", ("Criterion", "key")),
        (lambda: Criterion("a", 3), "wrong_type", ("Criterion", "scale")),  # type: ignore[arg-type] # the fault
        (lambda: Criterion("a", PERCENT, 0), "not_positive", ("Criterion", "weight")),
        (lambda: Criterion("a", PERCENT, -1), "not_positive", ("Criterion", "weight")),
        (lambda: Criterion("a", PERCENT, math.nan), "not_finite", ("Criterion", "weight")),
        (lambda: Criterion("a", PERCENT, 1e10), "out_of_range", ("Criterion", "weight")),
        (lambda: Criterion("a", PERCENT, missing="guess"), "choice", ("Criterion", "missing")),  # type: ignore[arg-type] # the fault
        (
            lambda: Criterion("a", PERCENT, missing="points", missing_points=101),
            "out_of_range",
            ("Criterion", "missing_points"),
        ),
        (
            lambda: Gate("a", PERCENT, least=1, missing="points", missing_points=101),
            "out_of_range",
            ("Gate", "missing_points"),
        ),
        (lambda: Gate("a", CARD, least=1), "wrong_type", ("Gate", "scale")),  # type: ignore[arg-type] # the fault
        (lambda: Scorecard([]), "no_criteria", ("Scorecard", "criteria")),
        (lambda: Scorecard(percents("a", "a")), "not_unique", ("Scorecard", "criteria", 1, "key")),
        (
            lambda: Scorecard(percents("a", "b", weight=2), "product"),
            "weight_in_product",
            ("Scorecard", "criteria", 0, "weight"),
        ),
        (
            lambda: Scorecard(percents("a"), gates=[Gate("b", PERCENT, least=1, cap=101)]),
            "out_of_range",
            ("Scorecard", "gates", 0, "cap"),
        ),
        (
            lambda: Scorecard(percents("a"), gates=[Gate("a", Flag(1), least=1)]),
            "fact_of_two_kinds",
            ("Scorecard", "criteria"),
        ),
        (lambda: CARD.score(3), "wrong_type", ("facts",)),  # type: ignore[arg-type] # the fault
        (lambda: CARD.score_all(3), "wrong_type", ("facts",)),  # type: ignore[arg-type] # the fault
        (lambda: CARD.score_all([FACTS, 3]), "wrong_type", ("facts", 1)),  # type: ignore[list-item] # the fault
        (lambda: explain(3), "wrong_type", ("score",)),  # type: ignore[arg-type] # the fault
        (lambda: explain(CARD.score(FACTS), most=-1), "out_of_range", ("most",)),
        (lambda: explain(CARD.score(FACTS), 3), "wrong_type", ("bands",)),  # type: ignore[arg-type] # the fault
        (lambda: CARD.score_columns(None), "wrong_type", ("columns",)),  # type: ignore[arg-type] # the fault
        (lambda: LETTERS.reaches(81, "A"), "not_an_array", ("scores",)),  # type: ignore[arg-type] # the fault
        (lambda: diff(CARD.score(FACTS), 3), "wrong_type", ("after",)),  # type: ignore[arg-type] # the fault
    ],
)
def test_a_card_that_is_none_is_refused(make: Callable[[], Any], code: str, path: tuple[str | int, ...]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        make()
    assert (caught.value.code, caught.value.path) == (code, path)


def test_all_faulty_facts_of_one_are_told_together() -> None:
    assert faults(lambda: CARD.score({"industry": "mining", "visits": math.inf})) == [
        ("fact_missing", ("facts", "budget")),
        ("unknown_category", ("facts", "industry")),
        ("fact_missing", ("facts", "is_referred")),
        ("not_finite", ("facts", "visits")),
    ]
    for key, wrong, code in (
        ("budget", "rich", "not_a_number"),
        ("budget", True, "not_a_number"),
        ("budget", 10**400, "not_finite"),
        ("budget", Decimal("sNaN"), "not_finite"),
        ("industry", 7, "not_a_category"),
        ("is_referred", "yes", "not_a_flag"),
        ("is_referred", 1, "not_a_flag"),
    ):
        assert faults(lambda key=key, wrong=wrong: CARD.score(FACTS | {key: wrong})) == [(code, ("facts", key))]  # type: ignore[misc] # mypy cannot infer the defaults
    some = [FACTS, FACTS | {"budget": "rich"}, FACTS | {"budget": None}]
    assert faults(lambda: CARD.score_all(some)) == [("not_a_number", ("facts", 1, "budget"))]
    mixed = [FACTS, FACTS | {"budget": None}, FACTS | {"budget": 10**400}]
    assert sorted(faults(lambda: CARD.score_all(mixed))) == [
        ("fact_missing", ("facts", 1, "budget")),
        ("not_finite", ("facts", 2, "budget")),
    ]


def test_the_known_categories_are_named() -> None:
    with pytest.raises(InvalidInputError) as caught:
        CARD.score(FACTS | {"industry": "mining"})
    assert "expected one of the categories 'manufacturing', 'retail', got 'mining'" in str(caught.value)


def test_columns_of_which_none_is_asked_for_are_refused() -> None:
    card = Scorecard([Criterion("budget", Curve([(0, 0), (500_000, 100)]), missing="leave_out")])
    for columns in ({}, {"visits": np.array([1.0])}):
        assert faults(lambda given=columns: card.score_columns(given)) == [("no_columns", ("columns",))]  # type: ignore[misc] # a default


def test_what_may_be_a_slip_of_a_criterion_without_a_fact_is_refused() -> None:
    lenient = Scorecard([*percents("budget", missing="leave_out"), *percents("b")])
    for card in (lenient, Scorecard(percents("budget", "b"))):
        column = np.array([1.0])
        assert faults(partial(card.score_columns, {"bugdet": column, "b": column})) == [("misspelt_criterion", ("columns",))]
        assert faults(partial(card.score, {"budgt": 1, "b": 1})) == [("misspelt_criterion", ("facts",))]
        some: list[dict[str, object]] = [
            {"budget": 1, "b": 2},
            {"budgt": 1, "b": 1},
            {"b": 1, "budget": None, "budgt": 4},
            {"b": 1, "Budget": 2},
        ]
        assert faults(partial(card.score_all, some)) == [
            ("misspelt_criterion", ("facts", 1)),
            ("misspelt_criterion", ("facts", 3)),
        ]
    with pytest.raises(InvalidInputError) as caught:
        lenient.score({"budgt": 1, "b": 1})
    assert "facts: expected a fact that the card asks for, perhaps 'budget', got 'budgt'" in str(caught.value)
    assert lenient.score_all([{"b": 1, "region": 2}, {"b": 3, "region": 2}]).tolist() == [1.0, 3.0]
    # What is like no criterion, or like one that has its fact, is not looked at.
    assert lenient.score({"b": 1, "region": 2, "budget": 3, "budgets": 4}).value == 2.0
    assert lenient.score({"b": 1, "region": 2}).value == 1.0


def test_a_time_is_no_number() -> None:
    assert faults(partial(CARD.score, FACTS | {"budget": np.timedelta64(5, "D")})) == [("not_a_number", ("facts", "budget"))]
    wrong: Any = np.timedelta64(5, "D")
    assert refusal(lambda: LETTERS.band(wrong)) == ("wrong_type", ("score",))


def test_a_card_whose_score_no_float_could_hold_is_refused() -> None:
    huge = Curve([(0, 0), (1, 1e9)])
    for mode, count in (("product", 40), ("product", 35)):
        criteria = [Criterion(f"c{place}", huge) for place in range(count)]
        assert refusal(partial(Scorecard, criteria, mode)) == ("score_beyond_floats", ("Scorecard", "criteria"))  # type: ignore[arg-type] # words
    most = Scorecard([Criterion(f"c{place}", huge) for place in range(34)], "product")
    assert most.high == pytest.approx(1e306)
    assert_breakdowns_hold(most.score({f"c{place}": 1 for place in range(34)}))
    # Though a product with nothing is nothing, the others may be beyond every float before it comes.
    nothing = [Criterion(f"c{place}", huge) for place in range(40)] + [Criterion("none", Curve([(0, 0)]))]
    assert refusal(partial(Scorecard, nothing, "product")) == ("score_beyond_floats", ("Scorecard", "criteria"))
    assert refusal(lambda: Scorecard([Criterion("nested", most, 1e9)])) == ("score_beyond_floats", ("Scorecard", "criteria"))


def test_of_negative_factors_a_product_falls_as_they_rise() -> None:
    below = Curve([(0, -10), (10, -1)])
    card = Scorecard([Criterion("a", below), Criterion("b", below)], "product")
    assert card.score_all([{"a": 0, "b": 0}, {"a": 10, "b": 0}]).tolist() == [100.0, 10.0]


def test_all_faulty_columns_are_told_together() -> None:
    columns = {"budget": np.array(["a"]), "industry": np.array([1]), "is_referred": np.array(["yes"]), "visits": [1]}
    assert faults(lambda: CARD.score_columns(columns)) == [
        ("not_of_scale", ("columns", "budget")),
        ("not_of_scale", ("columns", "industry")),
        ("not_of_scale", ("columns", "is_referred")),
        ("not_an_array", ("columns", "visits")),
    ]
    masked = {"budget": np.ma.array([1.0], mask=[True]), "industry": np.array(["retail"]), "is_referred": np.array([True])}
    assert faults(lambda: CARD.score_columns(masked)) == [("masked", ("columns", "budget"))]
    others = {"budget": Codes.of(["a"]), "industry": np.array([["a"]]), "visits": np.array([1, 2])}
    assert faults(lambda: CARD.score_columns(others)) == [
        ("not_of_scale", ("columns", "budget")),
        ("dimensions", ("columns", "industry")),
        ("fact_missing", ("columns", "is_referred")),
    ]
    unlike = {"budget": np.array([1]), "industry": np.array(["retail"]), "is_referred": np.array([True, False])}
    assert faults(lambda: CARD.score_columns(unlike)) == [("length", ("columns", "is_referred"))]


def test_all_faulty_rows_are_told_together() -> None:
    columns = {
        "budget": np.array([1.0, np.nan, np.inf]),
        "industry": np.array(["retail", None, 7], dtype=object),
        "is_referred": np.array([0.0, 2.0, np.nan]),
    }
    assert faults(lambda: CARD.score_columns(columns)) == [
        ("not_finite", ("columns", "budget", 2)),
        ("fact_missing", ("columns", "budget", 1)),
        ("not_a_category", ("columns", "industry", 2)),
        ("fact_missing", ("columns", "industry", 1)),
        ("not_a_flag", ("columns", "is_referred", 1)),
        ("fact_missing", ("columns", "is_referred", 2)),
    ]
    coded = columns | {"budget": np.ones(3), "is_referred": np.ones(3), "industry": Codes.of(["retail", "mining", "mining"])}
    assert faults(lambda: CARD.score_columns(coded)) == [
        ("unknown_category", ("columns", "industry", 1)),
        ("unknown_category", ("columns", "industry", 2)),
    ]


def test_a_great_many_faults_end_the_search() -> None:
    found = faults(lambda: Scorecard(percents("a")).score_columns({"a": np.full(5000, np.nan)}))
    assert found[0] == ("fact_missing", ("columns", "a", 0))
    assert found[-1][0] == "too_many_faults"
    assert len(found) == 1001


# Threads


@pytest.mark.parametrize("column", ["complete", "with gaps"])
def test_however_many_share_the_rows_each_has_the_same_score(column: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_BLOCK", "_SHARED_BLOCK"):
        monkeypatch.setattr(f"salesperf.scorecard.scoring.{name}", 7)
    visits, calls = np.random.default_rng(0).uniform(-5, 105, (2, 100))
    if column == "with gaps":
        calls[40:60] = np.nan
    card = Scorecard([Criterion("visits", PERCENT, 3), Criterion("calls", PERCENT, 2, missing="leave_out")])
    alone, *others = (
        card.score_columns({"visits": visits, "calls": calls}, workers=workers).tolist() for workers in (1, 2, 50)
    )
    assert others == [alone] * 2


def test_however_many_share_the_rows_the_same_faults_are_told_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_BLOCK", "_SHARED_BLOCK"):
        monkeypatch.setattr(f"salesperf.scorecard.scoring.{name}", 700)
    visits = np.where(np.arange(4000) % 2, 50, np.inf)
    card = Scorecard([Criterion("visits", PERCENT)])
    for workers in (1, 3):
        found = faults(partial(card.score_columns, {"visits": visits}, workers=workers))
        assert found[:-1] == [("not_finite", ("columns", "visits", row)) for row in range(0, 2000, 2)]
        assert found[-1][0] == "too_many_faults"


def test_the_order_of_faults_is_that_of_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("salesperf.scorecard.scoring._BLOCK", 2)
    monkeypatch.setattr("salesperf.scorecard.scoring._SHARED_BLOCK", 4)  # within a block it is the order of the criteria
    card = Scorecard([Criterion("visits", PERCENT), Criterion("calls", PERCENT)])
    columns = {"visits": np.array([1, 1, 1, np.inf, 1, 1, 1, 1]), "calls": np.array([1, np.inf, 1, 1, 1, 1, 1, 1])}
    expected = [("not_finite", ("columns", "calls", 1)), ("not_finite", ("columns", "visits", 3))]
    for workers in (1, 2):
        assert faults(partial(card.score_columns, columns, workers=workers)) == expected


def test_threads_are_counted_in_whole_numbers_from_one_on() -> None:
    card, columns = Scorecard([Criterion("visits", PERCENT)]), {"visits": np.array([3.0])}
    with pytest.raises(InvalidValueError) as caught:
        card.score_columns(columns, workers=0)
    assert (caught.value.code, caught.value.path) == ("out_of_range", ("workers",))

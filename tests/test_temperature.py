"""Hot, warm or cold: worked examples, what a reader is told, and what is refused."""

import math
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from salesperf import InvalidValueError, Lead, LeadChange, Touch, UnknownNameError
from salesperf.grading import STANDARD_TEMPERATURE, Codes, TemperaturePolicy, TouchRule, temperature
from salesperf.scorecard import Bands

DAY = date(2026, 9, 30)
CALL = TouchRule(kind="call", points=25)


def days_ago(count: int, kind: str = "call", outcome: str | None = None) -> Touch:
    return Touch(DAY - timedelta(count), kind, outcome=outcome)


def lead(*touches: Touch) -> Lead:
    return Lead(id="l-1", history=[LeadChange(date(2026, 1, 1), status="new")], touches=touches)


def test_the_oracle_of_published_rules_is_met(oracle: Callable[[str], Any]) -> None:
    # lead_rules.json: the half-life of Margince PR #1314; the bands of Laywork and Iverton, to be read half-open
    cases = oracle("lead_rules.json")["cases"]
    for case in cases:
        given, expected = case["inputs"], case["expected"]
        if "score" in expected:
            rule = TouchRule(kind="call", points=given["points"])
            policy = TemperaturePolicy([rule], half_life_days=given["half_life_days"])
            assert policy.score([days_ago(given["age_days"])], as_of=DAY).value == expected["score"]
        else:
            # As many points on the day itself, and no band is left without an end
            cuts = [(label, least or -math.inf) for label, least in reversed(given["bands"])]
            policy = TemperaturePolicy([TouchRule(kind="call", points=given["score"])], bands=Bands(cuts))
            assert temperature(lead(days_ago(0)), as_of=DAY, policy=policy).grade == expected["band"]
    assert len(cases) == 5


def test_every_rule_that_matches_leaves_its_own_entry() -> None:
    rules = [CALL, TouchRule(kind="call", outcome="no_answer", points=-10), TouchRule(points=Decimal("0.5"))]
    warmth = TemperaturePolicy(rules).score([days_ago(0, outcome="no_answer"), days_ago(0, "visit")], as_of=DAY)
    assert [entry.value for entry in warmth.entries] == [25.0, -10.0, 0.5, 0.5]
    assert warmth.value == 16.0
    assert warmth.breakdown.holds()
    assert [row["points"] for row in warmth.rows()] == [25.0, -10.0, 0.5, 0.5]


def test_a_cap_is_an_entry_below_zero_after_decay() -> None:
    rules = [TouchRule(kind="comment", points=10, family="web"), TouchRule(kind="form", points=10, family="web"), CALL]
    policy = TemperaturePolicy(rules, half_life_days=14, caps={"web": Fraction(15, 2)})
    touches = [days_ago(14, "comment"), days_ago(14, "form"), days_ago(0)]
    warmth = policy.score(touches, as_of=DAY)
    assert warmth.value == 32.5
    assert dict(warmth.caps) == {"web": -2.5}
    assert warmth.breakdown.holds()
    assert warmth.rows()[-1] == {"on": None, "kind": None, "outcome": None, "family": "web", "points": None, "value": -2.5}
    # A day is not yet past the cap, so nothing is taken away.
    assert policy.score(touches[:1], as_of=DAY).caps == {}


def test_a_reader_is_told_the_strongest_reasons() -> None:
    told = temperature(
        lead(
            days_ago(14, "visit", "interested"),
            days_ago(0, "call", "interested"),
            days_ago(28, "web_form"),
            days_ago(14, "comment"),
            days_ago(0, "call", "no_answer"),
        ),
        as_of=DAY,
    )
    assert (told.lead, told.grade, told.score, told.as_of) == ("l-1", "Warm", 42.5, DAY)
    assert told.text() == (
        "Score 42.50, band warm. For it: 2026-09-30 call interested (+25.00), 2026-09-16 visit interested (+15.00), "
        "2026-09-02 web form (+5.00). Against it: 2026-09-30 call no answer (-5.00)."
    )
    assert told.text("zh").startswith("得分 42.50，等级 温。有利：2026年9月30日 电话 有意向（+25.00）、")
    assert told.breakdown.holds()
    assert told.rows() == [{"lead": "l-1", "as_of": DAY, "grade": "Warm", "score": 42.5}]
    assert temperature(lead(), as_of=DAY).text() == "Score 0.00, band cold."
    # What has faded to 0.00 in print is no reason: 20 points after 18 half-lives
    assert temperature(lead(days_ago(252, "web_form")), as_of=DAY).text("zh") == "得分 0.00，等级 冷。"


def test_labels_of_the_users_own_are_shown_as_they_are() -> None:
    policy = TemperaturePolicy([CALL], bands=Bands([("Boiling", 1), ("Frozen", -math.inf)]))
    assert temperature(lead(days_ago(0)), as_of=DAY, policy=policy).text().startswith("Score 25.00, band Boiling.")


def test_columns_without_touches_outcomes_or_rules_are_zero() -> None:
    nobody = Codes(np.zeros(0, np.int64), ("l-1", "l-2"))
    kinds, never = Codes[str](np.zeros(0, np.int64), ()), np.zeros(0, "datetime64[D]")
    assert STANDARD_TEMPERATURE.score_columns(lead=nobody, kind=kinds, on=never, as_of=DAY).tolist() == [0.0, 0.0]
    one = Codes(np.array([0]), ("l-1",))
    today = np.array([DAY], "datetime64[D]")
    assert TemperaturePolicy([]).score_columns(lead=one, kind=Codes.of(["call"]), on=today, as_of=DAY).tolist() == [0.0]


def test_codes_of_any_width_are_summed_alike() -> None:
    for width in (np.uint8, np.int32, np.uint64):
        numbers: Any = np.array([1, 0, 1], width)
        scores = STANDARD_TEMPERATURE.score_columns(
            lead=Codes(numbers, ("l-1", "l-2")),
            kind=Codes(numbers, ("comment", "introduction")),
            outcome=Codes(numbers, ("no_answer", None)),
            on=np.full(3, DAY, "datetime64[D]"),
            as_of=DAY,
        )
        assert scores.tolist() == [0.0, 50.0]


def test_what_is_older_than_any_memory_is_worth_nothing() -> None:
    old = np.array(["0001-01-01"], "datetime64[D]")
    one = Codes(np.array([0]), ("l-1",))
    policy = TemperaturePolicy([CALL], half_life_days=1)
    assert policy.score_columns(lead=one, kind=Codes.of(["call"]), on=old, as_of=DAY).tolist() == [0.0]
    assert policy.score([Touch(date(1, 1, 1), "call")], as_of=DAY).value == 0.0


def refusal(call: Callable[[], object]) -> tuple[str, tuple[str | int, ...]]:
    with pytest.raises(InvalidValueError) as caught:
        call()
    return caught.value.code, caught.value.path


def test_malformed_policies_are_refused() -> None:
    wrong: Any = "call"
    policy = ("TemperaturePolicy",)
    assert refusal(lambda: TouchRule(points=1001)) == ("out_of_range", ("TouchRule", "points"))
    assert refusal(lambda: TouchRule(points=math.nan)) == ("not_finite", ("TouchRule", "points"))
    assert refusal(lambda: TouchRule(points=1, kind="")) == ("empty", ("TouchRule", "kind"))
    assert refusal(lambda: TemperaturePolicy([wrong])) == ("wrong_type", (*policy, "rules", 0))
    assert refusal(lambda: TemperaturePolicy([CALL], half_life_days=0)) == ("out_of_range", (*policy, "half_life_days"))
    assert refusal(lambda: TemperaturePolicy([CALL], caps={"web": 1})) == ("cap_of_none", (*policy, "caps"))
    family = TouchRule(points=1, family="web")
    assert refusal(lambda: TemperaturePolicy([family], caps={"web": -1})) == ("out_of_range", (*policy, "caps", 0))
    bands = Bands([("Hot", 50), ("Cold", 0)])
    assert refusal(lambda: TemperaturePolicy([CALL], bands=bands)) == ("bands_end", (*policy, "bands"))
    assert refusal(lambda: temperature(wrong, as_of=DAY)) == ("wrong_type", ("lead",))
    assert refusal(lambda: temperature(lead(), as_of=DAY, policy=wrong)) == ("wrong_type", ("policy",))
    score: Any = STANDARD_TEMPERATURE.score
    assert refusal(lambda: score(None, as_of=DAY)) == ("wrong_type", ("touches",))
    assert refusal(lambda: score([None], as_of=DAY)) == ("wrong_type", ("touches",))


def test_malformed_columns_are_refused() -> None:
    one, call, today = Codes(np.array([0]), ("l-1",)), Codes.of(["call"]), np.array([DAY], "datetime64[D]")
    wrong: Any = ["call"]
    two = Codes.of(["call", "call"])

    def score(**given: Any) -> object:  # noqa: ANN401 - malformed
        return STANDARD_TEMPERATURE.score_columns(**{"lead": one, "kind": call, "on": today, "as_of": DAY, **given})

    assert refusal(lambda: score(kind=wrong)) == ("wrong_type", ("kind",))
    assert refusal(lambda: score(outcome=wrong)) == ("wrong_type", ("outcome",))
    assert refusal(lambda: score(kind=two)) == ("length", ("kind",))
    assert refusal(lambda: score(on=np.array([1.0]))) == ("not_days", ("on",))
    assert refusal(lambda: score(on=None)) == ("wrong_type", ("on",))


def test_before_a_lead_began_it_has_no_temperature() -> None:
    with pytest.raises(InvalidValueError) as caught:
        temperature(lead(), as_of=date(2025, 12, 31))
    assert (caught.value.code, caught.value.path) == ("lead_begins_later", ("as_of",))
    assert temperature(lead(), as_of=date(2026, 1, 1)).grade == "Cold"


def test_a_margin_holds_the_label_before() -> None:
    policy = TemperaturePolicy([CALL], bands=Bands([("Hot", 50), ("Warm", 25), ("Cold", -math.inf)], margin=10))
    warm = lead(days_ago(0))  # 25 points: warm at first sight, and as far as it takes neither way

    def told(previous: str | None) -> str | None:
        return temperature(warm, as_of=DAY, policy=policy, previous=previous).grade

    assert [told(previous) for previous in (None, "Cold", "Warm", "Hot")] == ["Warm", "Cold", "Warm", "Warm"]
    assert temperature(warm, as_of=DAY, policy=policy, previous="Cold").text().startswith("Score 25.00, band cold.")
    with pytest.raises(UnknownNameError) as caught:
        told("Tepid")
    assert caught.value.path == ("previous",)

"""A, B or C: a lead by its need, its purchasing power and its willingness, or by a model of the user's own."""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest

from salesperf import (
    STANDARD_PROCESSES,
    Categories,
    Flag,
    InvalidInputError,
    InvalidValueError,
    Lead,
    LeadChange,
    Touch,
    funnel,
)
from salesperf.followup import Assignee
from salesperf.grading import STANDARD_GRADES, FitMatrix, GradeModel, fit_by_engagement, grade, learn
from salesperf.scorecard import Bands, Criterion, Score, Scorecard, what_if

FIRST, DAY = date(2026, 9, 1), date(2026, 9, 30)


def lead(number: int = 1, *touches: Touch, channel: str | None = None, **facts: Any) -> Lead:  # noqa: ANN401 - facts
    history = [LeadChange(FIRST, status="new")]
    return Lead(id=f"l-{number}", history=history, touches=touches, channel=channel, facts=facts)


def test_the_standard_model_weighs_need_purchasing_power_and_willingness() -> None:
    # By hand: (4 x 80 + 3 x 100 + 3 x 60) / 10
    told = grade(lead(need="clear", purchasing_power="high", willingness="medium"), as_of=DAY)
    assert (told.grade, told.score, told.as_of) == ("A", 80.0, DAY)
    assert grade(lead(need="none", purchasing_power="low", willingness="low"), as_of=DAY).grade == "C"


def test_what_is_not_known_never_flatters_and_is_told() -> None:
    told = grade(lead(), as_of=DAY)
    assert (told.grade, told.score) == ("C", 12.0)
    assert isinstance(told.basis, Score)
    assert told.basis.assumed == ("need", "purchasing_power", "willingness")


def test_a_manager_reads_why_a_lead_is_a_b_and_what_would_make_it_an_a() -> None:
    told = grade(lead(need="clear", purchasing_power="medium"), as_of=DAY)
    assert told.text() == (
        "Score 56.00, band B. For it: Need clear (+12.00). Against it: Willingness not known, 20.00 points assumed (-12.00)."
    )
    assert told.text("zh") == "得分 56.00，等级 B。有利：需求 明确（+12.00）。不利：意愿 未知，假定 20.00 分（-12.00）。"
    assert told.breakdown.holds()
    facts = {"need": "clear", "purchasing_power": "medium"}
    # 24 points are missing: asking for the willingness brings 3/10 x 80 at most, and that is just enough.
    lifted = what_if(STANDARD_GRADES.card, facts, STANDARD_GRADES.bands)
    assert lifted.text() == "The cheapest single change that would make it A: Willingness from not known to high (score 80.00)."
    assert lifted.text("zh") == "达到 A 代价最小的单项改变：意愿 由 未知 变为 高（得分 80.00）。"


def test_a_mistyped_column_grades_nobody() -> None:
    high = np.array(["high"])
    columns = {"neeed": np.array(["urgent"]), "purchasing_power": high, "willingness": high}
    with pytest.raises(InvalidInputError) as caught:
        STANDARD_GRADES.grade_columns(columns)
    (fault,) = caught.value.exceptions
    assert getattr(fault, "code", None) == "misspelt_criterion"
    assert "perhaps 'need', got 'neeed'" in str(fault)


def test_a_model_of_the_users_own_may_ask_for_the_channel_and_hold_its_ground() -> None:
    card = Scorecard([Criterion("channel", Categories({"referral": 79, "web": 0}), missing="leave_out")])
    model = GradeModel(card, Bands([("gold", 80), ("rest", 0)], margin=5))
    assert grade(lead(channel="referral"), model, as_of=DAY).grade == "rest"
    assert grade(lead(channel="referral"), model, as_of=DAY, previous="gold").grade == "gold"
    nothing = grade(lead(), model, as_of=DAY)
    assert (nothing.grade, nothing.score) == (None, None)
    assert nothing.text().startswith("No score: nothing is known that it could rest on.")


def test_where_a_lead_came_from_goes_before_a_fact_of_that_name_whoever_asks() -> None:
    model = GradeModel(Scorecard([Criterion("channel", Categories({"web": 1, "fair": 2}))]), Bands([("fair", 2), ("web", 0)]))
    history = [LeadChange(FIRST, status="new"), LeadChange(FIRST, status="converted")]
    for channel, told in ((None, "web"), ("fair", "fair")):
        item = Lead(id="l-1", history=history, channel=channel, facts={"channel": "web"})
        assert grade(item, model, as_of=DAY).grade == told
        assert learn([item], ["channel"], as_of=DAY, maturity_days=0).table.tables["channel"] == {told: (1, 0)}
        assert Assignee("ada", takes={"channel": [told]}).fits(item)
        counted = funnel.lead_to_cash([item], [], STANDARD_PROCESSES["basic"], as_of=DAY, by=["channel"])
        assert counted.segments == ((told,),)


def test_leads_stand_in_the_matrix_by_fit_and_warmth() -> None:
    fits = {"need": "urgent", "purchasing_power": "high", "willingness": "high"}
    visit = Touch(DAY, "visit", outcome="interested")
    later = Lead(id="l-9", history=[LeadChange(date(2026, 10, 1), status="new")])
    told = fit_by_engagement([lead(2, visit, **fits), lead(1, visit, **fits), lead(3), later], as_of=DAY)
    assert {(cell.grade, cell.temperature): cell.leads for cell in told.cells if cell.leads} == {
        ("A", "Warm"): ("l-1", "l-2"),
        ("C", "Cold"): ("l-3",),
    }
    assert told.rows()[0] == {"grade": "A", "Hot": 0, "Warm": 2, "Cold": 0}
    assert isinstance(told, FitMatrix)


def test_leads_of_which_nothing_is_known_have_a_row_of_their_own() -> None:
    model = GradeModel(Scorecard([Criterion("met", Flag(1), missing="leave_out")]), Bands([("A", 1), ("B", 0)]))
    told = fit_by_engagement([lead(1), lead(2, met=True)], model, as_of=DAY)
    assert [row["grade"] for row in told.rows()] == ["A", "B", None]


def refusal(call: Callable[[], object]) -> tuple[str, tuple[str | int, ...]]:
    with pytest.raises(InvalidValueError) as caught:
        call()
    return caught.value.code, caught.value.path


def test_malformed_arguments_are_refused() -> None:
    wrong: Any = "l-1"
    assert refusal(lambda: grade(wrong, as_of=DAY)) == ("wrong_type", ("lead",))
    assert refusal(lambda: grade(lead(), wrong, as_of=DAY)) == ("wrong_type", ("model",))
    assert refusal(lambda: grade(lead(), as_of=wrong)) == ("wrong_type", ("as_of",))
    assert refusal(lambda: grade(lead(), as_of=date(2026, 8, 31))) == ("lead_begins_later", ("as_of",))
    assert refusal(lambda: fit_by_engagement([wrong], as_of=DAY)) == ("wrong_type", ("leads",))
    assert refusal(lambda: fit_by_engagement([lead(), lead()], as_of=DAY)) == ("not_unique", ("leads", 1))
    assert refusal(lambda: GradeModel(wrong, STANDARD_GRADES.bands)) == ("wrong_type", ("GradeModel", "card"))


def test_an_unknown_category_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidInputError) as caught:
        grade(lead(need="enormous"), as_of=DAY)
    (fault,) = caught.value.exceptions
    assert getattr(fault, "code", None) == "unknown_category"
    assert "'clear', 'none', 'urgent', 'vague'" in str(fault)

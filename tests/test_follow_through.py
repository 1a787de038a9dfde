"""Actions, tasks, cases, risks and pulse surveys: what they tell, and what they refuse; risks that results show."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf import (
    CNY,
    STANDARD_METRICS,
    STANDARD_PROCESSES,
    USD,
    Action,
    Amount,
    Breakdown,
    Case,
    Change,
    Citation,
    Curve,
    Estimate,
    Finding,
    InvalidInputError,
    InvalidValueError,
    Measurement,
    Message,
    Opportunity,
    Org,
    Period,
    PulseSurvey,
    Records,
    Rep,
    Risk,
    RiskAssessment,
    SalesperfError,
    StatusChange,
    Steps,
    Target,
    Task,
    TaskPlan,
    Team,
    UnitMismatchError,
    UnknownNameError,
)
from salesperf.allocation import audit
from salesperf.customers import Purchases, lifecycle
from salesperf.diagnosis import find_cases, follow_through
from salesperf.kernels.proportion import wilson
from salesperf.model.codes import Codes
from salesperf.model.message import Personal
from salesperf.pipeline import coverage
from salesperf.privacy import Subject, redact, subject_export
from salesperf.risk import (
    RISK_SCALES,
    attrition,
    customer_risks,
    people_risks,
    pipeline_risks,
    plan_risks,
    register,
    track,
)
from salesperf.risk.making import sure_share

SEP_1, SEP_15, SEP_30, OCT_15 = date(2026, 9, 1), date(2026, 9, 15), date(2026, 9, 30), date(2026, 10, 15)
THIRD = Period.quarter(2026, 3)


def faults_of(error: InvalidInputError) -> list[SalesperfError]:
    return [fault for fault in error.exceptions if isinstance(fault, SalesperfError)]


def yuan(value: int) -> Amount:
    return Amount.of(value, CNY)


def action(**changes: Any) -> Action:  # noqa: ANN401 - fields of Action
    usual = {"id": "a-1", "title": "call", "owner": "ada", "created": SEP_1, "due": SEP_30}
    return Action(**{**usual, **changes})


def task(id: str, **changes: Any) -> Task:  # noqa: A002, ANN401 - fields of Task
    return Task(**{"id": id, "owner": "ada", "created": SEP_1, "due": SEP_15, **changes})


def risk(**changes: Any) -> Risk:  # noqa: ANN401 - fields of Risk
    usual = {"id": "r-1", "title": "x", "assessments": [RiskAssessment(on=SEP_1, likelihood=2, impact=3)]}
    return Risk(**{**usual, **changes})


MEASURED = {"measure": "metric.win_rate", "baseline": Decimal("0.2"), "goal_value": Decimal("0.3")}


# Actions


def test_an_effect_is_told_against_the_goal_stated_before() -> None:
    done = action(
        **MEASURED,
        history=[StatusChange(SEP_15, "in_progress"), StatusChange(OCT_15, "done")],
        measurements=[
            Measurement(date(2026, 12, 31), Decimal("0.32")),
            Measurement(SEP_1, Decimal("0.9")),
            Measurement(SEP_15, Decimal("0.1")),
        ],
    )
    assert [each.value for each in done.counted] == [Decimal("0.32")]
    assert (done.effect, done.is_goal_met, done.status, done.is_open) == (Decimal("0.12"), True, "done", False)
    assert done.achieved_share == pytest.approx(1.2, abs=1e-12)
    assert done.breakdown.holds()
    assert (done.began, done.finished, done.days_late(date(2026, 12, 31))) == (SEP_15, OCT_15, 15)
    before = done.as_of(OCT_15)
    assert before is not None
    assert (before.effect, before.achieved_share, before.is_goal_met) == (None, None, None)
    assert before.reason is not None
    assert before.reason.text("zh") == "自2026年9月15日开始以来尚未测量"


def test_less_is_better_where_the_goal_is_below_the_baseline() -> None:
    cut = action(
        measure="days",
        baseline=60,
        goal_value=45,
        history=[StatusChange(SEP_1, "done")],
        measurements=[Measurement(SEP_30, 48)],
    )
    assert (cut.effect, cut.achieved_share, cut.is_goal_met) == (Decimal(-12), 0.8, False)


def test_amounts_are_compared_exactly() -> None:
    more = action(
        measure="metric.revenue",
        baseline=yuan(100),
        goal_value=yuan(300),
        history=[StatusChange(SEP_1, "in_progress")],
        measurements=[Measurement(SEP_30, yuan(50))],
    )
    assert (more.effect, more.achieved_share, more.is_goal_met) == (yuan(-50), -0.25, False)


def test_what_was_dropped_is_never_late_and_what_is_taken_up_again_is() -> None:
    dropped = action(history=[StatusChange(SEP_15, "dropped")])
    again = action(history=[StatusChange(SEP_15, "done"), StatusChange(SEP_30, "in_progress")])
    assert dropped.days_late(OCT_15) == 0
    assert again.days_late(OCT_15) == 15
    assert (again.finished, again.is_open) == (None, True)


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"owner": None}, "owner_missing", ("Action", "a-1", "owner")),
        ({"due": date(2026, 8, 31)}, "due_before_created", ("Action", "a-1", "due")),
        ({"measure": "x"}, "goal_half_stated", ("Action", "a-1")),
        ({"measurements": [Measurement(SEP_30, Decimal(1))]}, "goal_half_stated", ("Action", "a-1")),
        ({**MEASURED, "goal_value": Decimal("0.20")}, "goal_no_change", ("Action", "a-1", "goal_value")),
        ({**MEASURED, "goal_value": yuan(3)}, "wrong_type", ("Action", "a-1", "goal_value")),
        (
            {"measure": "x", "baseline": yuan(3), "goal_value": Amount.of(4, USD)},
            "unit_mismatch",
            ("Action", "a-1", "goal_value"),
        ),
        (
            {**MEASURED, "measurements": [Measurement(SEP_30, Decimal(1)), Measurement(SEP_30, Decimal(2))]},
            "not_unique",
            ("Action", "a-1", "measurements", "on"),
        ),
        ({"history": [StatusChange(date(2026, 8, 1), "done")]}, "history_order", ("Action", "a-1", "history", 0, "on")),
        ({**MEASURED, "baseline": 0.2}, "rate_float", ("Action", "baseline")),
        ({"measurements": [7]}, "wrong_type", ("Action", "measurements", 0)),
    ],
)
def test_a_malformed_action_is_refused(changes: Mapping[str, Any], code: str, path: tuple[str | int, ...]) -> None:
    with pytest.raises(SalesperfError) as caught:
        action(**changes)
    assert (caught.value.code, caught.value.path) == (code, path)


def test_several_faults_of_an_action_are_told_together() -> None:
    with pytest.raises(InvalidInputError) as caught:
        action(owner=None, due=date(2026, 8, 31), history=[StatusChange(date(2026, 8, 1), "done")])
    assert [fault.code for fault in faults_of(caught.value)] == ["owner_missing", "due_before_created", "history_order"]


def test_following_through_puts_the_latest_first_and_tells_why_there_is_no_effect() -> None:
    measured = action(id="a-2", due=OCT_15, **MEASURED, history=[StatusChange(SEP_15, "in_progress")], measurements=[])
    met = action(
        id="a-3",
        **MEASURED,
        history=[StatusChange(SEP_1, "in_progress"), StatusChange(OCT_15, "done")],
        measurements=[Measurement(OCT_15, Decimal("0.3"))],
    )
    later = action(id="a-9", created=date(2026, 12, 1), due=date(2026, 12, 2))
    found = follow_through([later, met, measured, action(**MEASURED)], as_of=date(2026, 10, 20))
    assert [line.action.id for line in found.lines] == ["a-1", "a-2", "a-3"]
    assert [one.id for one in found.open] == ["a-1", "a-2"]
    assert [line.days_late for line in found.late] == [20, 5]
    assert all(tree.holds() for tree in found.breakdowns)
    assert [row["achieved_share"] for row in found.rows()] == [None, None, 1.0]
    assert found.text() == (
        "Late by 20 days: call (ada), due on 2026-09-30, planned.\n"
        "- Its effect cannot be told: nothing has been done yet.\n"
        "Late by 5 days: call (ada), due on 2026-10-15, in progress.\n"
        "- Its effect cannot be told: nothing was measured since it began on 2026-09-15.\n"
        "call (ada), due on 2026-09-30, done 15 days late.\n"
        "- Since then Win rate went from 0.2 to 0.3 (2026-10-15): the goal of 0.3 is met."
    )
    assert "逾期 20 天：call（ada），2026年9月30日到期，未开始。" in found.text("zh")
    plain = follow_through([action(measure="m", baseline=yuan(1), goal_value=yuan(2)), action(id="b")], as_of=SEP_15)
    assert [row["baseline"] for row in plain.rows()] == [Decimal("1.00"), None]
    assert "no number was named" in plain.text()
    assert follow_through([], as_of=SEP_15).text("zh") == "截至2026年9月15日没有商定任何行动。"


def test_cases_are_found_by_their_tags() -> None:
    cases = [
        Case(id="c-1", outcome="lost", on=SEP_1, tags=["price"]),
        Case(id="c-2", outcome="won", on=SEP_15, tags=["price", "Acme"], title="Acme won back"),
        Case(id="c-3", outcome="lost", on=SEP_15, tags=["price"]),
        Case(id="c-4", outcome="lost", on=OCT_15, tags=["price", "Acme"]),
        Case(id="c-5", outcome="lost", on=SEP_1, tags=["delivery"]),
    ]
    found = find_cases(cases, ["Acme", "price"], as_of=SEP_30)
    assert [case.id for case in found] == ["c-2", "c-3", "c-1"]
    assert [case.label for case in find_cases(cases, ["price"], as_of=SEP_30, outcome="won")] == ["Acme won back"]
    for typed in ("acme", "ＡＣＭＥ"):
        assert [case.id for case in find_cases(cases, [typed, "acme"], as_of=SEP_30)] == ["c-2"]
    # One tag in two spellings counts once.
    assert [case.id for case in find_cases(cases, ["price", "Price", "PRICE", "acme"], as_of=SEP_30)] == ["c-2", "c-3", "c-1"]
    assert cases[0].label == "c-1"
    assert cases[3].as_of(SEP_30) is None
    assert cases[0].as_of(SEP_1) is cases[0]


# Tasks


def test_lateness_is_handed_on_to_what_waits() -> None:
    plan = TaskPlan(
        id="winter",
        title="Winter plan",
        tasks=[
            task("e", due=date(2026, 12, 1), depends_on=["d"]),
            task("d", due=SEP_30, is_milestone=True, depends_on=["b", "c"]),
            task("c", start=date(2026, 9, 16), due=date(2026, 9, 20), depends_on=["a"]),
            task("b", history=[StatusChange(date(2026, 9, 10), "done")]),
            task("a"),
            task("x", history=[StatusChange(date(2026, 9, 10), "dropped")]),
        ],
    )
    found = track(plan, as_of=SEP_30)
    by_id = {line.task.id: line for line in found.lines}
    assert [line.task.id for line in found.lines] == ["a", "b", "x", "c", "d", "e"]
    # a: the day after; c: five days of its own after that; d: no days of its own; e: not before its due day.
    ends = {id_: line.expected_end for id_, line in by_id.items()}
    assert ends == {
        "a": date(2026, 10, 1),
        "b": date(2026, 9, 10),
        "x": None,
        "c": date(2026, 10, 6),
        "d": date(2026, 10, 6),
        "e": date(2026, 12, 1),
    }
    assert by_id["d"].waits_for == ("c",)
    assert [line.task.id for line in found.late] == ["a", "c"]
    assert [(line.task.id, line.delay_days) for line in found.endangered] == [("d", 6)]
    assert found.text().splitlines()[0] == "Plan Winter plan as of 2026-09-30: 1 of 5 tasks done."
    assert "可能延误：" in found.text("zh")
    assert found.rows()[3]["waits_for"] == "a"
    assert plan.label == "Winter plan"
    assert by_id["b"].task.finished == date(2026, 9, 10)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"owner": None}, "owner_missing"),
        ({"due": date(2026, 8, 31)}, "due_before_created"),
        ({"start": SEP_30}, "due_before_start"),
        ({"start": SEP_1, "is_milestone": True}, "milestone_with_start"),
        ({"depends_on": ["a"]}, "task_cycle"),
        ({"depends_on": "ab"}, "wrong_type"),
        ({"resources": {"people": -1}}, "out_of_range"),
        ({"resources": {"money": yuan(-1)}}, "negative"),
        ({"resources": 3}, "wrong_type"),
    ],
)
def test_a_malformed_task_is_refused(changes: Mapping[str, Any], code: str) -> None:
    with pytest.raises(SalesperfError) as caught:
        task("a", **changes)
    assert caught.value.code == code


def test_every_fault_of_a_plan_is_told_together() -> None:
    with pytest.raises(InvalidInputError) as caught:
        TaskPlan(
            id="p",
            tasks=[
                task("a", depends_on=["b"]),
                task("b", depends_on=["a"]),
                task("before"),
                task("behind"),
                task("behind", depends_on=["a", "before", "nobody"]),
            ],
        )
    found = [(fault.code, fault.path[-2]) for fault in faults_of(caught.value)]
    assert found == [("not_unique", 4), ("unknown_task", "behind"), ("task_cycle", "a"), ("task_cycle", "b")]


def test_a_plan_forgets_tasks_and_dependences_on_them() -> None:
    plan = TaskPlan(id="p", tasks=[task("a", created=SEP_15), task("b", depends_on=["a"])])
    assert [(each.id, each.depends_on) for each in plan.as_of(SEP_1).tasks] == [("b", ())]
    assert plan.as_of(SEP_15) == plan
    assert plan.label == "p"


# Risks


def test_a_register_puts_the_greatest_first_with_their_trend() -> None:
    thought = [
        RiskAssessment(on=SEP_1, likelihood=3, impact=3),
        RiskAssessment(on=SEP_30, likelihood=4, impact=5),
        RiskAssessment(on=date(2026, 12, 1), likelihood=1, impact=1),
    ]
    late = action(due=SEP_15)
    risks = [
        risk(id="falling", assessments=[thought[1], attrs.evolve(thought[0], on=OCT_15)]),
        risk(id="rising", assessments=thought, responses=[late], response="reduce", at_stake=yuan(9)),
        risk(id="steady"),
        risk(id="new", assessments=[RiskAssessment(on=date(2026, 10, 10), likelihood=1, impact=1)]),
        risk(id="closed", closed=OCT_15, responses=[late]),
        risk(id="later", assessments=thought[2:]),
    ]
    found = register(risks, as_of=date(2026, 10, 20), since=date(2026, 9, 30))
    assert [(line.risk.id, line.score.value, line.band, line.trend) for line in found.lines] == [
        ("rising", 20, "critical", "steady"),
        ("falling", 9, "medium", "falling"),
        ("steady", 6, "medium", "steady"),
        ("new", 1, "low", "new"),
        ("closed", 6, "medium", "closed"),
    ]
    earlier = register(risks, as_of=date(2026, 9, 30), since=SEP_15)
    assert [(line.risk.id, line.trend) for line in earlier.lines][:2] == [("falling", "new"), ("rising", "rising")]
    assert [one.id for one in found.overdue] == ["a-1"]
    assert [line.overdue for line in found.lines if line.risk.id == "closed"] == [()]
    assert len(found.open) == len(found.lines) - 1
    assert all(tree.holds() for tree in found.breakdowns)
    assert found.rows()[0]["at_stake"] == Decimal("9.00")
    assert "Overdue by 35 days: call (ada)" in found.text()
    assert "极高风险：x（20 = 可能性 4 × 影响 5；持平）。涉及金额" in found.text("zh")
    told = risk(citations=[Citation(label=Message("x"), value=3, source=Message("y"))])
    assert register([told], as_of=SEP_30).text("zh").splitlines()[1] == "- x：3；来源：y"
    assert "趋势未知" in register([risk()], as_of=SEP_30).text("zh")
    assert register([], as_of=SEP_30).text() == "No risks were known by 2026-09-30."


def test_a_risk_found_anew_each_time_has_its_trend_from_the_register_before() -> None:
    before = register([risk()], as_of=SEP_30)
    again = risk(assessments=[RiskAssessment(on=OCT_15, likelihood=4, impact=3)])
    assert again.created == OCT_15
    (line,) = register([again], as_of=OCT_15, previous=before).lines
    assert (line.previous, line.trend) == (6, "rising")


def test_a_malformed_risk_or_register_is_refused() -> None:
    with pytest.raises(InvalidInputError) as caught:
        risk(
            assessments=[
                RiskAssessment(on=SEP_15, likelihood=1, impact=1),
                RiskAssessment(on=SEP_1, likelihood=1, impact=1),
            ],
            closed=SEP_1,
            responses=[action(), action()],
        )
    assert [fault.code for fault in faults_of(caught.value)] == ["history_order", "history_order", "not_unique"]
    refusals: list[tuple[Callable[[], object], str]] = [
        (lambda: risk(assessments=[]), "history_empty"),
        (lambda: RiskAssessment(on=SEP_1, likelihood=6, impact=1), "out_of_range"),
        (lambda: register([risk(), risk()], as_of=SEP_30), "invalid_input"),
        (lambda: register([risk()], as_of=SEP_30, since=SEP_30), "days_reversed"),
        (lambda: register([3], as_of=SEP_30), "wrong_type"),  # type: ignore[list-item] # the fault
        (lambda: PulseSurvey(on=SEP_1, counts=[3]), "too_few"),
        (lambda: PulseSurvey(on=SEP_1, counts=[3, 4], invited=6), "out_of_range"),
        (lambda: Citation(label=Message("x"), value=1, low=2.0, high=1.0, source=Message("y")), "interval_reversed"),
        (lambda: Citation(label=Message("x"), value=1, level=0.9, source=Message("y")), "level_alone"),
        (lambda: Citation(label=Message("x"), value=1, low=0.0, high=2.0, level=1.0, source=Message("y")), "between"),
        (lambda: follow_through([action(), action()], as_of=SEP_30), "invalid_input"),
        (lambda: find_cases([], [""], as_of=SEP_30), "wrong_type"),
        (lambda: find_cases([], ["x"], as_of=SEP_30, outcome="open"), "choice"),  # type: ignore[arg-type] # the fault
        (lambda: people_risks({}, as_of=SEP_30, scales={"luck": Steps([(1, 1)])}), "choice"),
        (lambda: people_risks({}, as_of=SEP_30, scales={"one_rep": Steps([(1, 6)])}), "out_of_range"),
        (lambda: people_risks({}, as_of=SEP_30, scales={"one_rep": Curve([(1, 1)])}), "wrong_type"),  # type: ignore[dict-item] # the fault
        (lambda: people_risks({"ada": 3}, as_of=SEP_30), "wrong_type"),  # type: ignore[dict-item] # the fault
    ]
    case = Case(id="c", outcome="won", on=SEP_1)
    refusals.append((lambda: find_cases([case, case], ["x"], as_of=SEP_30), "invalid_input"))
    for refused, code in refusals:
        with pytest.raises(SalesperfError) as told:
            refused()
        assert told.value.code == code


def test_nobody_answering_a_survey_says_nothing() -> None:
    survey = PulseSurvey(on=SEP_1, counts=[0, 0])
    assert (survey.low_share.value, survey.response_rate) == (None, None)


def deal(id: str, amount: int | None, customer: str | None = None) -> Opportunity:  # noqa: A002 - the field
    opened = Change(
        date(2026, 7, 1),
        stage="proposal",
        amount=None if amount is None else yuan(amount),
        expected_close=SEP_15,
        owner="ada",
    )
    return Opportunity(id=id, customer=customer, history=[opened])


def test_a_pipeline_shows_its_risks_with_their_numbers() -> None:
    deals = [deal("o-1", 300, "k-1"), deal("o-2", 100, "k-1"), deal("o-3", 100), deal("o-4", None)]
    asked = {"target": yuan(1000), "period": THIRD, "as_of": date(2026, 9, 20)}
    found = pipeline_risks(coverage(deals, STANDARD_PROCESSES["solution"], **asked), owner="east")  # type: ignore[arg-type] # checked above
    # Without a win rate a third of the open 500 counts: 833.33 of the 1,000 are missing, five sixths.
    assert [(one.id, one.likelihood, one.impact, one.at_stake) for one in found] == [
        ("pipeline/thin_pipeline/east", 5, 5, Amount.of("833.33", CNY)),
        ("pipeline/one_deal/east", 5, 4, yuan(300)),
        # Four of four are overdue: at least 51 % of such deals are. That one customer has all of one, nobody need be told.
        ("pipeline/stale_pipeline/east", 4, 5, yuan(500)),
    ]
    assert [(cited.value, cited.n, cited.low) for cited in found[2].citations] == [
        (1.0, 4, None),
        (1.0, 4, pytest.approx(wilson(4, 4).low, rel=1e-12)),
    ]
    assert [cited.value for cited in found[0].citations] == [0.5, yuan(1000)]
    share, source = found[1].citations[0].text("zh").split("；来源：")
    assert (share, source) == (
        "商机 o-1 的金额占比：60.0%（n = 3 的金额之和，并非估计）",
        "预计在2026年9月30日或之前成交的在手商机",
    )
    enough = coverage(
        [deal(f"o-{number}", 1000) for number in range(9)],
        STANDARD_PROCESSES["solution"],
        target=yuan(1000),
        period=THIRD,
        as_of=date(2026, 9, 1),
        win_rate_by_value=Estimate(value=0.5, n=9),
    )
    assert pipeline_risks(enough) == ()
    # Where deals made up less than half of what was sold, nothing tells that a pipeline is thin: the other risks stay.
    little = coverage([deal("o-1", 300), deal("o-2", 300)], STANDARD_PROCESSES["solution"], **asked)  # type: ignore[arg-type] # checked above
    for by_deals, least, is_thin in ((0.5, 0.5, True), (0.49, 0.5, False), (0.49, 0.2, True), (None, 0.5, True), (0, 0, True)):
        kinds = {risk.title for risk in pipeline_risks(little, deal_share=by_deals, least_deal_share=least)}
        assert ("risk.automatic.thin_pipeline" in kinds) is is_thin
        assert "risk.automatic.stale_pipeline" in kinds
    for name in ("deal_share", "least_deal_share"):
        with pytest.raises(InvalidValueError) as caught:
            pipeline_risks(little, **{name: "half"})  # type: ignore[arg-type] # refused at run time
        assert (caught.value.code, caught.value.path) == ("wrong_type", (name,))
    nothing = coverage([], STANDARD_PROCESSES["solution"], target=yuan(0), period=THIRD, as_of=SEP_1)
    assert pipeline_risks(nothing) == ()


def test_who_has_gone_quiet_is_not_told_where_purchases_are_on_record_for_less_than_a_year_before() -> None:
    last, begun = ("k-1", "2025-10-01", 60), date(2026, 9, 30) - timedelta(days=180 + 365 - 7)
    for early, is_told in ((begun, True), (begun + timedelta(days=1), False)):
        sales = bought(("k-2", early.isoformat(), 1), last, ("k-3", "2026-09-01", 9))
        found = {one.id for one in customer_risks(sales, lifecycle=lifecycle(sales))}
        assert ("customer/accounts_at_risk" in found) is is_told


def test_where_nothing_is_owed_all_is_at_stake() -> None:
    deals = [deal("o-1", 300, "k-1"), deal("o-2", 100, "k-1")]
    asked = coverage(deals, STANDARD_PROCESSES["solution"], target=yuan(0), period=THIRD, as_of=date(2026, 9, 20))
    found = pipeline_risks(asked)
    assert [(one.title.rpartition(".")[2], one.impact) for one in found] == [("one_deal", 5), ("stale_pipeline", 5)]
    assert_read_off_numbers(found)


def test_the_impact_of_a_risk_is_held_against_the_whole_in_its_own_unit() -> None:
    held = coverage(
        [deal("o-1", 300)], STANDARD_PROCESSES["solution"], target=yuan(1000), period=THIRD, as_of=date(2026, 9, 20)
    )
    of_the_quarter, of_the_year = (pipeline_risks(held, whole=whole)[0].impact for whole in (None, yuan(100_000)))
    assert (of_the_quarter, of_the_year) == (5, 1)
    with pytest.raises(UnitMismatchError) as caught:
        pipeline_risks(held, whole=Amount.of(1000, USD))
    assert caught.value.path == ("whole",)


def test_people_show_their_risks() -> None:
    org = Org(
        teams=[Team(id="east")],
        reps=[
            Rep(id="ada", team="east"),
            Rep(id="bo", team="east", left=SEP_15),
            Rep(id="d", team="east", kind="dealer"),
            Rep(id="gone", left=date(2020, 1, 1)),
        ],
    )
    left = attrition(org, owner="east", as_of=SEP_30)
    assert (left.value, left.n) == (0.5, 2)
    assert attrition(org, owner="east", as_of=date(2026, 9, 14)).value == 0
    assert attrition(Org(), as_of=date.max, days=36_500).value is None
    found = people_risks({"ada": yuan(5), "bo": yuan(5)}, as_of=SEP_30, attrition=left)
    assert [(one.id, one.likelihood, one.impact) for one in found] == [("people/one_rep", 4, 5), ("people/attrition", 1, 5)]
    assert people_risks({"ada": yuan(5)}, as_of=SEP_30) == ()
    assert people_risks({"ada": yuan(0), "bo": yuan(0)}, as_of=SEP_30) == ()
    laid = people_risks({"ada": yuan(5), "bo": yuan(5)}, as_of=SEP_30, scales={"one_rep": Steps([(0.9, 5)])})
    assert laid == ()
    with pytest.raises(UnknownNameError):
        attrition(org, owner="west", as_of=SEP_30)


def test_a_plan_shows_its_risks() -> None:
    revenue = STANDARD_METRICS["revenue"]
    targets = [Target(owner=rep, metric=revenue, amount=yuan(100), period=THIRD) for rep in ("ada", "bo")]
    unfair = audit(targets, potential={"ada": 300, "bo": 100})
    progress = track(TaskPlan(id="p", tasks=[task("a"), task("b", due=OCT_15)]), as_of=SEP_30)
    found = plan_risks(as_of=SEP_30, fairness=unfair, progress=progress)
    assert [(one.id, one.likelihood, one.impact) for one in found] == [("plan/unfair_plan", 3, 5), ("plan/late_plan", 2, 5)]
    assert found[0].citations[1].value == 2.0
    dropped = TaskPlan(id="p", tasks=[task("a", history=[StatusChange(SEP_1, "dropped")])])
    assert plan_risks(as_of=SEP_30, progress=track(dropped, as_of=SEP_30)) == ()
    assert plan_risks(as_of=SEP_30) == ()
    with pytest.raises(InvalidValueError) as caught:
        plan_risks(as_of=SEP_15, progress=progress)
    assert caught.value.code == "evidence_later"


def bought(*sales: tuple[str, str, int], as_of: date = SEP_30) -> Purchases:
    who, on, minor = zip(*sales, strict=True)
    days = np.array(on, dtype="datetime64[D]")
    return Purchases.of(Codes.of(who), days, np.array(minor), unit=CNY, as_of=as_of)


def test_customers_show_their_risks() -> None:
    sales = bought(
        ("k-4", "2025-03-01", 0),
        ("k-1", "2026-02-01", 60),
        ("k-2", "2026-03-01", 40),
        ("k-2", "2026-09-01", 10),
        ("k-3", "2026-09-02", 90),
    )
    found = customer_risks(sales, lifecycle=lifecycle(sales))
    assert [(one.id, one.likelihood, one.at_stake) for one in found] == [
        ("customer/one_customer", 4, Amount(minor=90, unit=CNY)),
        ("customer/accounts_at_risk", 2, Amount(minor=60, unit=CNY)),
    ]
    assert [(cited.value, cited.n) for cited in found[1].citations] == [(0.6, 2), (0.5, 2)]
    assert [cited.low for cited in found[1].citations] == [None, pytest.approx(wilson(1, 2).low, rel=1e-12)]
    # Where most sales name no customer, the one who bought most of the rest is not most of the business.
    ids = {sold: [one.id for one in customer_risks(sales, sold=Amount(minor=sold, unit=CNY))] for sold in (1, 450, 451)}
    assert ids == {1: ["customer/one_customer"], 450: ["customer/one_customer"], 451: []}
    (known,) = customer_risks(sales, sold=Amount(minor=300, unit=CNY))
    assert (known.likelihood, known.citations[0].value, known.at_stake) == (3, 0.3, Amount(minor=90, unit=CNY))
    with pytest.raises(UnitMismatchError) as unlike:
        customer_risks(sales, sold=Amount(minor=300, unit=USD))
    assert str(unlike.value).startswith("sold: expected amounts in one unit, got 'CNY' and 'USD'")
    assert customer_risks(Purchases.empty(as_of=SEP_30), lifecycle=lifecycle(Purchases.empty(as_of=SEP_30))) == ()
    early = Purchases.empty(as_of=date(1, 3, 1))
    assert customer_risks(attrs.evolve(early, unit=CNY), lifecycle=lifecycle(early)) == ()
    with pytest.raises(InvalidValueError) as caught:
        customer_risks(sales.until(SEP_15), lifecycle=lifecycle(sales))
    assert caught.value.code == "evidence_later"


@given(n=st.integers(1, 10**6), part=st.integers(0, 10**12), rest=st.integers(0, 10**12))
def test_a_share_that_is_sure_is_no_more_than_the_share_and_less_the_fewer_cases_make_it(n: int, part: int, rest: int) -> None:
    whole = max(part + rest, 1)
    sure = sure_share(part, whole, n)
    assert sure.holds()
    assert 0 <= value_of(sure) <= part / whole
    assert value_of(sure_share(whole, whole, n)) < value_of(sure_share(whole, whole, 2 * n)) < 1


def value_of(tree: Breakdown) -> float:
    assert isinstance(tree.value, float)
    return tree.value


def assert_read_off_numbers(found: Iterable[Risk]) -> None:
    for each in found:
        (assessed,) = each.assessments
        trees = {"likelihood": assessed.likelihood_breakdown, "impact": assessed.impact_breakdown}
        for name, tree in trees.items():
            assert tree is not None
            assert tree.holds()
            assert (tree.label.arguments["mark"], tree.rule.key) == (Message(f"risk.{name}"), "rule.on_steps")
            assert tree.value == getattr(each, name)
            shares = [leaf.value for leaf in tree.walk() if not leaf.parts]
            # Held against nothing that is owed, all is at stake.
            known = {1.0, each.at_stake, *(part for cited in each.citations for part in (cited.value, cited.low, cited.n))}
            assert known.intersection(shares)


CHANGED_SCALES = {name: Steps([(0.01, 1.5), (0.2, 3.9)]) for name in RISK_SCALES if name != "impact"}


@given(
    sold=st.dictionaries(st.sampled_from("abcd"), st.integers(-50, 500), max_size=4),
    owed=st.integers(-10, 2000),
    left=st.integers(0, 3),
    scales=st.sampled_from([None, CHANGED_SCALES, {**CHANGED_SCALES, "impact": Steps([(0.5, 0)], below=2)}]),
)
def test_what_numbers_show_of_a_risk_follows_from_shares_by_the_scales(
    sold: dict[str, int], owed: int, left: int, scales: dict[str, Steps] | None
) -> None:
    reps = [Rep(id=f"r-{number}", left=SEP_15 if number < left else None) for number in range(4)]
    deals = [deal(f"o-{rep}", amount, rep) for rep, amount in sold.items() if amount >= 0]
    held = coverage(deals, STANDARD_PROCESSES["solution"], target=yuan(owed), period=THIRD, as_of=date(2026, 9, 20))
    potential = {rep: max(amount, 1) for rep, amount in sold.items()}
    targets = [Target(owner=rep, metric=STANDARD_METRICS["revenue"], amount=yuan(100), period=THIRD) for rep in potential]
    tasks = track(TaskPlan(id="p", tasks=[task("a"), task("b", due=OCT_15)]), as_of=SEP_30)
    assert_read_off_numbers(
        [
            *pipeline_risks(held, scales=scales),
            *people_risks(
                {rep: yuan(amount) for rep, amount in sold.items()},
                as_of=SEP_30,
                attrition=attrition(Org(reps=reps), as_of=SEP_30),
                scales=scales,
            ),
            *plan_risks(
                as_of=SEP_30, fairness=audit(targets, potential=potential) if targets else None, progress=tasks, scales=scales
            ),
        ]
    )


def test_a_risk_is_read_off_by_the_scale_that_was_laid_over() -> None:
    scales = {"one_rep": Steps([(0.5, 1.9), (0.9, 4)]), "impact": Steps([(0.5, 0)], below=3)}
    (found,) = people_risks({"ada": yuan(6), "bo": yuan(4)}, as_of=SEP_30, scales=scales)
    # A half mark is none: 1.9 counts as 1, and nothing is less likely or less grave than 1.
    assert (found.likelihood, found.impact) == (1, 1)
    assert_read_off_numbers([found])
    judged = RiskAssessment(on=SEP_1, likelihood=2, impact=3, likelihood_breakdown=Breakdown(label=Message("x"), value=2))
    assert judged.impact_breakdown is None
    four = Breakdown(label=Message("x"), value=4)
    faulty: dict[str, Callable[[], RiskAssessment]] = {
        "likelihood_breakdown": lambda: attrs.evolve(judged, likelihood_breakdown=four),
        "impact_breakdown": lambda: attrs.evolve(judged, impact_breakdown=four),
    }
    for name, make in faulty.items():
        with pytest.raises(InvalidValueError) as caught:
            make()
        assert (caught.value.code, caught.value.path) == ("breakdown_value", ("RiskAssessment", name))


def test_one_case_out_of_one_is_never_most_likely() -> None:
    alone = Org(reps=[Rep(id="ada", left=SEP_15)])
    late = track(TaskPlan(id="p", tasks=[task("a")]), as_of=SEP_30)
    revenue = STANDARD_METRICS["revenue"]
    asked = {"target": yuan(1000), "period": THIRD, "as_of": date(2026, 9, 20)}
    overdue = coverage([deal("o-1", 300, "k-1")], STANDARD_PROCESSES["solution"], **asked)  # type: ignore[arg-type] # checked above
    gone = bought(("k-4", "2025-03-01", 0), ("k-1", "2026-02-01", 60))
    unfair = audit(
        [Target(owner=rep, metric=revenue, amount=yuan(1), period=THIRD) for rep in "ab"], potential={"a": 3, "b": 1}
    )
    first = {line.owner for line in unfair.lines[:1]}
    unfair = attrs.evolve(unfair, lines=tuple(line for line in unfair.lines if line.owner in first))
    found = [
        *people_risks({"ada": yuan(5)}, as_of=SEP_30, attrition=attrition(alone, as_of=SEP_30)),
        *plan_risks(as_of=SEP_30, progress=late, fairness=unfair),
        *pipeline_risks(overdue)[1:],
        *customer_risks(gone, lifecycle=lifecycle(gone)),
    ]
    assert {risk.id: risk.likelihood for risk in found} == {
        "people/attrition": 3,
        "plan/unfair_plan": 2,
        "plan/late_plan": 3,
        "pipeline/stale_pipeline": 2,
        "customer/accounts_at_risk": 4,
    }
    assert_read_off_numbers(found)


def test_scales_are_of_likelihood_or_impact() -> None:
    assert {name: (scale.low, scale.high) for name, scale in RISK_SCALES.items() if name != "impact"} == dict.fromkeys(
        set(RISK_SCALES) - {"impact"}, (0, 5)
    )


# Findings and citations


def test_a_citation_tells_what_it_has() -> None:
    label, source = Message("x"), Message("y")
    assert Citation(label=label, value=3, source=source).text() == "x: 3; from y"
    assert Citation(label=label, value=3, n=4, source=source).text() == "x: 3 (n = 4); from y"
    assert Citation(label=label, value=3, low=1.0, high=5.0, source=source).text() == "x: 3 (1.00 to 5.00); from y"
    sure = Citation.of(label, Estimate(value=0.5, low=0.25, high=0.75, n=9, level=0.9), source=source, is_share=True)
    assert sure.text("zh") == "x：50.0%（90% 区间 25.0% 至 75.0%，n = 9）；来源：y"
    unbounded = Estimate(value=2.0, low=1.0, high=float("inf"), n=3)
    assert Citation.of(label, unbounded, source=source, against=1).text() == "x: 2.00 (n = 3), against 1; from y"


def test_a_finding_tells_all_that_it_rests_on() -> None:
    found = Finding(
        rule="r",
        message=Message("Sales fell."),
        citations=[Citation(label=Message("x"), value=3, source=Message("y"))],
        at_stake=yuan(5),
        lacks=Message("it lacks z"),
        checks=[Message("ask")],
    )
    assert (
        found.full_text("zh")
        == "Sales fell.\n- x：3；来源：y\n- 涉及金额：5.00 元\n- 尚有未判断之处：it lacks z\n- 待核实：ask"
    )
    assert not found.is_untold
    plain = attrs.evolve(found, at_stake=None, lacks=None, checks=())
    assert plain.full_text() == "Sales fell.\n- x: 3; from y"
    assert attrs.evolve(found, citations=(), checks=(), at_stake=None).full_text() == "Sales fell."


def test_names_in_lessons_notes_and_citations_are_treated_as_those_elsewhere() -> None:
    case = Case(id="c", outcome="lost", on=SEP_1, owner="ada", note="Ada was ill.", lessons=["Ask Ada.", "Call."])
    hidden = redact(case)
    assert (hidden.note, hidden.lessons) == ("-", ("-", "-"))
    cited = Citation(label=Message.of("diagnosis.cited.pace", name=Personal("Ada Li")), value=1, source=Message("y"))
    found = Finding(rule="weak_ramp", message=Message("m"), citations=[cited])
    assert "Ada Li" in found.full_text()
    assert "Ada Li" not in redact(found).full_text()
    records = Records(org=Org(reps=[Rep(id="ada", name="Ada Li")]), findings=[found])
    held = subject_export(records, Subject("rep", "ada"))
    assert "findings" in {item.kind for item in held.items}

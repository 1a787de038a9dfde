"""What binds one review to the next: actions, plans, cases, risks, the comparison with the one before, and the agenda."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final

import attrs
import pytest

import salesperf as sp
from salesperf.diagnosis import DiagnosisRule, FollowThrough
from salesperf.kernels.proportion import fisher_exact, newcombe
from salesperf.messages import LANGUAGES
from salesperf.model.finding import SEVERITIES, Severity
from salesperf.report import markdown
from salesperf.review import AGENDA_KINDS, AGENDA_LENGTH, ActionSection, CaseSection, Comparison, Review, build, explain
from salesperf.review.listed import MOST_LINES

THIRD: Final = sp.Period.quarter(2026, 3)
FOURTH: Final = sp.Period.quarter(2026, 4)
AUG_31, SEP_30, OCT_8 = date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 8)
REVENUE: Final = sp.STANDARD_METRICS["revenue"]
ORG: Final = sp.Org(
    reps=[
        sp.Rep(id="ada", team="east", name="Ada"),
        sp.Rep(id="bo", team="east", name="Bo"),
        sp.Rep(id="chen", team="west", name="Chen"),
        sp.Rep(id="dai", team="west", name="Dai", left=date(2026, 6, 1)),
    ],
    teams=[sp.Team(id="east"), sp.Team(id="west")],
    moves=[sp.Move(rep="bo", on=date(2026, 9, 1), team="west")],
)


def yuan(value: int) -> sp.Amount:
    return sp.Amount.of(value, sp.CNY)


def reviewed(
    owner: str | None = None,
    period: sp.Period = THIRD,
    as_of: date = SEP_30,
    previous: Review | None = None,
    rules: Iterable[DiagnosisRule] = (),
    **records: Any,  # noqa: ANN401 - fields of records
) -> Review:
    """Review what there is, by no rules of diagnosis unless any are given."""
    known = sp.Records(**{"org": ORG, **records})
    return build(known, owner=owner, period=period, as_of=as_of, previous=previous, rules=rules)


def action(name: str, *said: tuple[date, str], **fields: Any) -> sp.Action:  # noqa: ANN401 - fields of an action
    """Return an action of Ada's, agreed in August and due in September."""
    usual = {"id": name, "title": f"do {name}", "owner": "ada", "created": date(2026, 8, 3), "due": date(2026, 9, 15)}
    history = [sp.StatusChange(on, status) for on, status in said]  # type: ignore[arg-type] # any status
    return sp.Action(**{**usual, "history": history, **fields})


def deal(name: str, *steps: tuple[date, str], amount: int | None = 100, **fields: Any) -> sp.Opportunity:  # noqa: ANN401 - fields of a deal
    """Return a deal of Ada's that stood in some stages since."""
    first, *rest = steps
    opened = sp.Change(
        first[0],
        stage=first[1],
        owner=fields.pop("owner", "ada"),
        amount=None if amount is None else yuan(amount),
        expected_close=fields.pop("close", None),
    )
    return sp.Opportunity(id=name, history=[opened, *(sp.Change(on, stage=stage) for on, stage in rest)], **fields)


def target(amount: int, period: sp.Period = THIRD, owner: str | None = None) -> sp.Target:
    return sp.Target(owner=owner, metric=REVENUE, amount=yuan(amount), period=period)


def sold(amount: int, on: date, owner: str = "ada") -> sp.Actual:
    return sp.Actual(owner=owner, metric=REVENUE, amount=yuan(amount), on=on)


def actions_of(review: Review) -> ActionSection:
    assert review.actions is not None
    return review.actions


def ids(followed: FollowThrough) -> list[str]:
    return [line.action.id for line in followed.lines]


def cells(text: str, first: str) -> list[str]:
    """Return what stands behind the first cell of the first table row that begins so."""
    row = next(line for line in text.splitlines() if line.startswith(f"| {first}"))
    return [cell.strip() for cell in row.strip("|").split("|")[1:]]


# Actions


def test_an_open_action_is_carried_until_it_ends_and_what_ended_before_is_counted_alone() -> None:
    known = [
        action("open"),
        action("done before", (date(2026, 5, 4), "done"), created=date(2026, 5, 1), due=date(2026, 5, 9)),
        action("dropped before", (date(2026, 6, 30), "dropped"), created=date(2026, 5, 1), due=date(2026, 5, 9)),
        action("done within", (date(2026, 7, 1), "done"), created=date(2026, 5, 1), due=date(2026, 5, 9)),
    ]
    section = actions_of(reviewed(actions=known))
    assert ids(section.follow_through) == ["open", "done within"]
    assert section.left_out == 2
    later = actions_of(reviewed(actions=known, period=FOURTH, as_of=OCT_8))
    assert ids(later.follow_through) == ["open"]
    assert reviewed().actions is None


def test_what_is_new_is_told_since_the_review_before_or_else_since_the_period_began() -> None:
    known = [
        action("old", due=date(2026, 7, 10), created=date(2026, 6, 1)),
        action("late", due=date(2026, 9, 20)),
        action("done", (date(2026, 9, 10), "done")),
        action("dropped", (date(2026, 9, 2), "dropped")),
        action("new", created=date(2026, 9, 12), due=date(2026, 12, 1)),
    ]
    section = actions_of(reviewed(actions=known))
    assert section.since == date(2026, 6, 30)
    assert {line.action.id for line in section.agreed} == {"late", "done", "dropped", "new"}
    before = reviewed(actions=known, as_of=date(2026, 9, 5))
    section = actions_of(reviewed(actions=known, previous=before))
    found = (section.agreed, section.done, section.dropped, section.became_late)
    assert [[line.action.id for line in lines] for lines in found] == [["new"], ["done"], [], ["late"]]
    assert [line.action.id for line in section.follow_through.late] == ["old", "late"]


def test_an_effect_is_counted_from_the_day_on_which_it_was_measured_and_shown_then_even_if_the_action_ended_before() -> None:
    measured = action(
        "a-1",
        (date(2026, 8, 10), "in_progress"),
        (date(2026, 9, 10), "done"),
        measure="metric.win_rate",
        baseline=Decimal("0.20"),
        goal_value=Decimal("0.30"),
        measurements=[
            sp.Measurement(date(2026, 8, 10), Decimal("0.40")),
            sp.Measurement(date(2026, 10, 6), Decimal("0.25")),
        ],
    )
    third = actions_of(reviewed(actions=[measured]))
    assert third.follow_through.lines[0].action.effect is None
    fourth = actions_of(reviewed(actions=[measured], period=FOURTH, as_of=OCT_8))
    assert [line.action.effect for line in fourth.measured] == [Decimal("0.05")]
    assert fourth.left_out == 0
    text = markdown(reviewed(actions=[measured], period=FOURTH, as_of=OCT_8))
    assert cells(text, "do a-1") == [
        "Ada",
        "2026-09-15",
        "done",
        "–",
        "Win rate",
        "20.0%",
        "30.0%",
        "25.0%",
        "50.0% of the way (2026-10-06)",
    ]


def test_an_action_goes_with_whoever_does_it_to_the_team_of_the_day_and_also_what_is_done_about_a_risk_is_one() -> None:
    known = [
        action("a"),
        action("b", owner="bo"),
        action("d", owner="dai", created=date(2026, 5, 4)),
        action("e", owner="east"),
    ]
    response = action("r", owner="chen")
    risk = sp.Risk(
        id="r-1",
        title="The buyer leaves",
        assessments=[sp.RiskAssessment(on=date(2026, 8, 3), likelihood=2, impact=2)],
        responses=[response],
    )
    by_owner = {
        owner: set(ids(actions_of(reviewed(owner, actions=known, risks=[risk])).follow_through))
        for owner in (None, "east", "west", "ada")
    }
    # Bo went west in September, and Dai left from there: nothing of theirs is lost, and nothing stands twice.
    assert by_owner == {None: {"a", "b", "d", "e", "r"}, "east": {"a", "e"}, "west": {"b", "d", "r"}, "ada": {"a"}}


def test_an_action_that_nobody_owns_and_a_cycle_of_tasks_are_refused() -> None:
    with pytest.raises(sp.InvalidValueError) as nobody:
        action("a-1", owner=None)
    assert nobody.value.code == "owner_missing"
    day: dict[str, Any] = {"owner": "ada", "created": AUG_31, "due": SEP_30}
    with pytest.raises(sp.InvalidInputError) as cycle:
        sp.TaskPlan(id="p", tasks=[sp.Task(id="a", depends_on=["b"], **day), sp.Task(id="b", depends_on=["a"], **day)])
    assert {fault.code for fault in cycle.value.exceptions if isinstance(fault, sp.SalesperfError)} == {"task_cycle"}


def test_what_was_noted_last_of_an_action_is_told_with_its_day() -> None:
    said = [sp.StatusChange(date(2026, 8, 10), "in_progress", note="*begun*"), sp.StatusChange(date(2026, 9, 8), "done")]
    text = markdown(reviewed(actions=[attrs.evolve(action("a-1"), history=said), action("a-2")]))
    assert [line for line in text.splitlines() if line.startswith("- do a-")] == [r"- do a-1, 2026-08-10: \*begun\*"]
    said.append(sp.StatusChange(date(2026, 9, 9), "done", note="done after all"))
    text = markdown(reviewed(actions=[attrs.evolve(action("a-1"), history=said)]), lang="zh")
    assert "- do a-1（2026年9月9日）：done after all" in text


def test_actions_are_listed_up_to_twenty_with_what_they_did_and_the_rest_is_counted() -> None:
    began = (date(2026, 8, 10), "done")
    reached = action(
        "reached",
        began,
        measure="metric.revenue",
        baseline=yuan(10),
        goal_value=yuan(20),
        measurements=[sp.Measurement(date(2026, 9, 1), yuan(25))],
        due=date(2026, 8, 20),
    )
    before = action("before", (date(2026, 5, 4), "done"), created=date(2026, 5, 1), due=date(2026, 5, 9))
    text = markdown(reviewed(actions=[reached, before]))
    found = ["Ada", "2026-08-20", "done", "–", "Revenue", "CNY 10", "CNY 20", "CNY 25", "goal met (2026-09-01)"]
    assert cells(text, "do reached") == found
    lower = attrs.evolve(reached, measurements=[sp.Measurement(date(2026, 9, 1), yuan(5))])
    assert cells(markdown(reviewed(actions=[lower])), "do reached")[-1] == "got worse (2026-09-01)"
    chinese = markdown(reviewed(actions=[lower]), lang="zh")
    assert cells(chinese, "do reached")[-1] == "比基线更差（2026年9月1日）"
    assert cells(chinese, "行动")[:2] == ["负责人", "期限"]
    assert "Ended earlier, and left out here: 1." in text
    assert "Ended earlier, and left out here: 1." in markdown(reviewed(actions=[before]))
    assert "And 3 more." in markdown(reviewed(actions=[action(f"a-{number}") for number in range(23)]))
    first = action("first", created=date.min, due=date.min)
    always = reviewed(actions=[first], period=sp.Period(date.min, SEP_30))
    assert actions_of(always).since is None
    assert len(actions_of(always).agreed) == 1
    assert "\nAgreed 1, done 0, dropped 0." in markdown(always)


# Plans


def test_a_team_sees_its_own_tasks_with_the_delays_that_those_of_others_cause() -> None:
    day: dict[str, Any] = {"created": date(2026, 8, 3)}
    first = sp.Task(id="list", owner="chen", due=date(2026, 9, 10), **day)
    then = sp.Task(
        id="call",
        owner="ada",
        start=date(2026, 9, 28),
        due=date(2026, 10, 2),
        depends_on=["list"],
        resources={"days": 5},
        **day,
    )
    goal = sp.Task(id="goal", owner="east", due=date(2026, 10, 5), depends_on=["call"], is_milestone=True, **day)
    plan = sp.TaskPlan(id="winter", tasks=[first, then, goal])
    over = sp.Task(
        id="x", owner="ada", due=date(2026, 6, 1), history=[sp.StatusChange(date(2026, 6, 1), "done")], created=date(2026, 5, 1)
    )
    old = sp.TaskPlan(id="spring", tasks=[over])
    east = reviewed("east", plans=[plan, old])
    assert [(progress.plan.id, [line.task.id for line in progress.lines]) for progress in east.plans] == [
        ("winter", ["call", "goal"])
    ]
    # List is done on the day after at the earliest, 1 October, and calling takes 5 days.
    assert [line.expected_end for line in east.plans[0].lines] == [date(2026, 10, 6), date(2026, 10, 6)]
    whole = reviewed(plans=[plan, old])
    assert [len(progress.lines) for progress in whole.plans] == [3]
    late = [item for item in whole.agenda if item.kind == "task"]
    assert [(item.owner, item.message.arguments["count"], item.message.arguments["days"]) for item in late] == [("chen", 1, 20)]
    assert [line.risk.id for line in east.risks.open] == ["plan/late_plan/east/winter"]
    text = markdown(east)
    assert "Tasks here: 2, of which 0 are done, 0 late and 2 in danger of it. In the whole plan: 3." in text
    assert "goal (milestone)" in text
    assert "days 5" in text
    alone = sp.TaskPlan(id="p", tasks=[sp.Task(id="t", owner="ada", due=date(2026, 9, 10), **day)])
    assert [item.kind for item in reviewed("ada", plans=[alone]).agenda if item.kind == "task"] == []
    many = [sp.Task(id=f"t{number}", owner="ada", due=SEP_30, **day) for number in range(15)]
    assert "And 3 more." in markdown(reviewed(plans=[sp.TaskPlan(id="p", tasks=many)]))


# Cases


def case(name: str, on: date = date(2026, 9, 12), **fields: Any) -> sp.Case:  # noqa: ANN401 - fields of a case
    return sp.Case(**{"id": name, "outcome": "lost", "on": on, **fields})


def cases_of(review: Review) -> CaseSection:
    assert review.cases is not None
    return review.cases


def test_cases_are_those_of_the_period_and_of_earlier_ones_that_share_what_was_lost_to() -> None:
    lost = deal(
        "o-1", (date(2026, 7, 1), "proposal"), (date(2026, 9, 1), "lost"), competitors=["Acme"], facts={"product": " CRM "}
    )
    known = [
        case("of the deal", opportunity="o-1", lessons=["Ask for the budget."]),
        case("of hers", owner="ada", note="We came late."),
        case("of theirs", owner="chen"),
        case("of nobody"),
        case("like it", date(2025, 3, 3), owner="chen", tags=["Acme", "CRM"], title="The first time"),
        case("a bit like it", date(2026, 3, 3), tags=["Acme", "other"]),
        case("unlike it", date(2026, 3, 3), tags=["other"]),
        case("after the period", OCT_8, owner="ada"),
    ]
    review = reviewed("east", as_of=OCT_8, opportunities=[lost], cases=known, processes=[sp.STANDARD_PROCESSES["solution"]])
    section = cases_of(review)
    assert [each.id for each in section.written] == ["of hers", "of the deal"]
    assert section.tags == ("Acme", "CRM")
    assert [(each.id, section.shared(each)) for each in section.alike] == [
        ("like it", ("Acme", "CRM")),
        ("a bit like it", ("Acme",)),
    ]
    text = markdown(review)
    assert "- Lost, 2026-09-12: of the deal. To learn: Ask for the budget." in text
    assert "- Lost, 2026-09-12: of hers (Ada). We came late." in text
    assert "- Lost, 2025-03-03: The first time (Chen) \\[Acme, CRM\\]" in text
    assert [each.id for each in cases_of(reviewed(cases=known[1:4])).written] == ["of hers", "of nobody", "of theirs"]
    assert reviewed(cases=[known[4]]).cases is None
    assert "And 2 more." in markdown(reviewed(cases=[case(f"c{number}", owner="ada") for number in range(10)]))


def test_the_rule_of_a_cause_finds_cases_and_is_told_by_its_title() -> None:
    rule = DiagnosisRule(
        key="few_leads",
        cause="demand",
        look=lambda _, rule: [rule.found([sp.Citation(label=sp.Message("leads"), value=1, source=sp.Message("leads.csv"))])],
        title="diagnosis.rule.few_leads",
    )
    known = [case("c-1", date(2025, 1, 1), tags=["few_leads"])]
    review = reviewed(cases=known, rules=[rule])
    assert cases_of(review).tags == ("few_leads",)
    assert "Too few leads" in markdown(review).split("Cases like what was found")[1]
    assert "Too few leads" in [item.message.text() for item in review.agenda]


# Risks

SOLUTION: Final = sp.STANDARD_PROCESSES["solution"]


def pipeline() -> dict[str, Any]:
    """Return a quarter of which 300 of 1,000 are won by the end of August, with 400 open, of which 100 are due later."""
    deals = [
        deal("won", (date(2026, 7, 1), "proposal"), (date(2026, 8, 3), "won"), amount=300),
        deal("lost", (date(2026, 7, 1), "proposal"), (date(2026, 8, 3), "lost"), amount=700),
        deal("now", (date(2026, 8, 3), "proposal"), amount=200, close=SEP_30),
        deal("overdue", (date(2026, 8, 3), "proposal"), amount=100, close=date(2026, 8, 20)),
        deal("later", (date(2026, 8, 3), "proposal"), amount=100, close=date(2026, 12, 1)),
        deal("some day", (date(2026, 8, 3), "proposal"), amount=100),
    ]
    return {"opportunities": deals, "processes": [SOLUTION], "targets": [target(1000), target(2000, FOURTH)]}


def risk_of(review: Review, name: str) -> sp.Risk | None:
    return next((line.risk for line in review.risks.lines if line.risk.id.startswith(name)), None)


def cited(risk: sp.Risk | None) -> dict[str, object]:
    assert risk is not None
    return {citation.label.key.rpartition(".")[2]: citation.value for citation in risk.citations}


def test_the_open_pipeline_is_held_against_what_is_still_to_be_won_in_the_days_to_come() -> None:
    review = reviewed(as_of=AUG_31, **pipeline())
    thin = risk_of(review, "pipeline/thin_pipeline/CNY")
    # 1,000 less 300 won; of 300 open by September 30 come 30 %, 300 of 1,000 decided: 610 of 700 are missing.
    assert cited(thin) == {"coverage": pytest.approx(3 / 7), "remaining": yuan(700), "win_rate_by_value": 0.3}
    assert thin is not None
    assert thin.at_stake == yuan(610)
    one = risk_of(review, "pipeline/one_deal/CNY")
    assert one is not None
    assert one.at_stake == yuan(200)
    # What was booked beside deals need not be won any more.
    booked = reviewed(as_of=AUG_31, actuals=[sold(600, date(2026, 8, 3))], **pipeline())
    assert cited(risk_of(booked, "pipeline/thin"))["remaining"] == yuan(400)


def test_when_a_period_is_over_the_next_one_counts_as_known_on_the_day() -> None:
    at_end = reviewed(as_of=SEP_30, **pipeline())
    assert cited(risk_of(at_end, "pipeline/thin"))["remaining"] == yuan(2000)
    # On 8 October a deal of 500 was won in the fourth quarter, and 400 are open in it.
    deals = [*pipeline()["opportunities"], deal("new", (date(2026, 10, 1), "proposal"), (date(2026, 10, 5), "won"), amount=500)]
    later = reviewed(as_of=OCT_8, **{**pipeline(), "opportunities": deals})
    assert later.deals[0].pipeline.as_of == SEP_30
    assert cited(risk_of(later, "pipeline/thin"))["remaining"] == yuan(1500)
    assert cited(risk_of(later, "pipeline/thin"))["coverage"] == pytest.approx(400 / 1500)
    # A day is part of a month, and no pipeline is made for a day.
    plan: dict[str, Any] = {"targets": [target(900, sp.Period.month(2026, 9))]}
    day = reviewed(period=sp.Period.day(AUG_31), as_of=AUG_31, **{**pipeline(), **plan, "actuals": [sold(1, AUG_31)]})
    assert risk_of(day, "pipeline/thin") is None
    plan["targets"].append(target(30, sp.Period.day(AUG_31)))
    day = reviewed(period=sp.Period.day(AUG_31), as_of=AUG_31, **{**pipeline(), **plan})
    assert cited(risk_of(day, "pipeline/thin"))["remaining"] == yuan(900)


def test_where_no_days_are_to_come_or_nothing_is_owed_in_them_no_pipeline_is_too_thin() -> None:
    odd = sp.Period(date(2026, 7, 1), date(2026, 9, 20))
    owed: dict[str, Any] = {**pipeline(), "targets": [target(1000, odd)]}
    assert risk_of(reviewed(period=odd, as_of=AUG_31, **owed), "pipeline/thin") is not None
    assert risk_of(reviewed(period=odd, as_of=SEP_30, **owed), "pipeline/thin") is None
    alone: dict[str, Any] = {**pipeline(), "targets": [target(1000)]}
    assert risk_of(reviewed(as_of=SEP_30, **alone), "pipeline/thin") is None
    dollars = sp.Target(owner=None, metric=REVENUE, amount=sp.Amount.of(5, sp.USD), period=FOURTH)
    assert risk_of(reviewed(as_of=SEP_30, **{**alone, "targets": [target(1000), dollars]}), "pipeline/thin") is None
    in_dollars = sp.Actual(owner="ada", metric=REVENUE, amount=sp.Amount.of(5, sp.USD), on=date(2026, 10, 5))
    assert risk_of(reviewed(as_of=OCT_8, **{**pipeline(), "actuals": [in_dollars]}), "pipeline/thin") is None
    for last in (date.max, date(9999, 12, 30)):
        end = sp.Period.month(9999, 11)
        final = {**pipeline(), "targets": [target(1000, end)]}
        assert risk_of(reviewed(period=end, as_of=last, **final), "pipeline/thin") is None


def test_where_the_records_tell_of_no_deal_then_no_pipeline_is_too_thin() -> None:
    undated = sp.Opportunity(id="o-1", history=[sp.Change(None, stage="proposal", owner="ada", amount=yuan(100))])
    owed: dict[str, Any] = {"processes": [SOLUTION], "targets": [target(1000)]}
    assert risk_of(reviewed(as_of=AUG_31, opportunities=[undated], **owed), "pipeline") is None
    lost = deal("lost", (date(2026, 7, 1), "proposal"), (date(2026, 8, 3), "lost"))
    assert cited(risk_of(reviewed(as_of=AUG_31, opportunities=[undated, lost], **owed), "pipeline/thin"))["coverage"] == 0


def test_the_deals_of_all_processes_are_held_against_one_target_together() -> None:
    deals = [attrs.evolve(each, process="solution") for each in pipeline()["opportunities"]]
    basic = sp.STANDARD_PROCESSES["basic"]
    deals.append(deal("basic", (date(2026, 8, 3), "lead"), amount=700, close=SEP_30, process="basic"))
    review = reviewed(as_of=AUG_31, **{**pipeline(), "opportunities": deals, "processes": [SOLUTION, basic]})
    assert len(review.deals) == 2
    assert [line.risk.id for line in review.risks.lines if "thin" in line.risk.id] == ["pipeline/thin_pipeline/CNY"]
    assert cited(risk_of(review, "pipeline/thin"))["coverage"] == pytest.approx(10 / 7)


def test_a_customer_on_whom_much_hangs_is_a_risk() -> None:
    deals = [
        deal(name, (date(2026, 7, 1), "proposal"), (date(2026, 8, 3), "won"), amount=amount, customer=name)
        for name, amount in (("k-1", 900), ("k-2", 100))
    ]
    customers = [sp.Customer(id="k-1"), sp.Customer(id="k-2")]
    review = reviewed("east", opportunities=deals, customers=customers, processes=[SOLUTION])
    assert cited(risk_of(review, "customer/one_customer/east")) == {"one_customer": 0.9}


def test_a_written_risk_takes_the_place_of_the_one_that_numbers_show_until_it_is_closed() -> None:
    thought = [sp.RiskAssessment(on=date(2026, 8, 3), likelihood=3, impact=3)]
    written = sp.Risk(
        id="pipeline/thin_pipeline/CNY", title="We need more deals", owner="ada", response="reduce", assessments=thought
    )
    review = reviewed(as_of=AUG_31, risks=[written], **pipeline())
    assert [line.risk.title for line in review.risks.lines if "thin" in line.risk.id] == ["We need more deals"]
    closed = attrs.evolve(written, closed=date(2026, 8, 10))
    review = reviewed(as_of=AUG_31, risks=[closed], **pipeline())
    assert [line.risk.title for line in review.risks.lines if "thin" in line.risk.id] == ["risk.automatic.thin_pipeline"]


def thin_in(review: Review) -> sp.Risk:
    (found,) = (line.risk for line in review.risks.lines if line.risk.id == "pipeline/thin_pipeline/CNY")
    return found


def test_a_risk_that_was_kept_is_assessed_anew_where_numbers_had_told_it() -> None:
    first = thin_in(reviewed(as_of=date(2026, 8, 20), **pipeline()))
    kept = attrs.evolve(first, owner="ada", response="reduce")
    fresh = thin_in(reviewed(as_of=AUG_31, **pipeline()))
    later = reviewed(as_of=AUG_31, risks=[kept], **pipeline())
    renewed = thin_in(later)
    assert (renewed.owner, renewed.response, renewed.at_stake) == ("ada", "reduce", fresh.at_stake)
    assert renewed.assessments == (*first.assessments, *fresh.assessments)
    assert renewed.citations == fresh.citations
    # On the same day the assessment of that day stands once; a judgement, or what is closed, is left as it is.
    assert thin_in(reviewed(as_of=date(2026, 8, 20), risks=[kept], **pipeline())) == kept
    judged = [sp.RiskAssessment(on=date(2026, 8, 25), likelihood=1, impact=1)]
    told = attrs.evolve(kept, assessments=[*first.assessments, *judged])
    assert thin_in(reviewed(as_of=AUG_31, risks=[told], **pipeline())) == told
    ended = attrs.evolve(kept, closed=date(2026, 8, 25))
    again = thin_in(reviewed(as_of=AUG_31, risks=[ended], **pipeline()))
    assert (again.owner, again.closed) == (None, None)


def test_trends_go_back_to_the_review_before_and_without_one_nobody_knows_whether_what_numbers_show_is_new() -> None:
    thought = [
        sp.RiskAssessment(on=date(2026, 5, 4), likelihood=2, impact=4),
        sp.RiskAssessment(on=date(2026, 8, 3), likelihood=4, impact=4),
    ]
    risk = sp.Risk(id="r-1", title="Acme leaves", owner="ada", assessments=thought)
    known: dict[str, Any] = {**pipeline(), "risks": [risk]}
    alone = reviewed(as_of=AUG_31, **known)
    trends = {line.risk.id: line.trend for line in alone.risks.lines}
    assert (trends["r-1"], trends["pipeline/thin_pipeline/CNY"]) == ("rising", None)
    assert [line.score.value for line in alone.risks.lines] == sorted(
        (line.score.value or 0 for line in alone.risks.lines), reverse=True
    )
    before = reviewed(as_of=date(2026, 8, 20), **known)
    review = reviewed(as_of=AUG_31, previous=before, **known)
    trends = {line.risk.id: line.trend for line in review.risks.lines}
    assert (trends["r-1"], trends["pipeline/thin_pipeline/CNY"]) == ("steady", "steady")


def test_all_hangs_on_one_where_most_of_a_year_was_sold_by_one_for_this_team() -> None:
    done = [
        sold(800, date(2026, 8, 3)),
        sold(7, date(2026, 8, 3), "east"),
        sold(100, date(2026, 8, 4), "bo"),
        sold(5000, date(2026, 9, 4), "bo"),
        sold(9, date(2025, 9, 1)),
    ]
    owed = [target(1000, owner="ada"), target(500, owner="bo"), target(1, owner="chen")]
    east = risk_of(reviewed("east", actuals=done, targets=owed), "people/one_rep/east")
    assert cited(east) == {"one_rep": 800 / 900}
    assert east is not None
    told = (
        "Share of Ada in what was sold: 88.9% (a sum over n = 2, not an estimate), against 50.0%; "
        "from what each rep sold in the last 365 days"
    )
    assert east.citations[0].text() == told
    mixed = [*done, sp.Actual(owner="ada", metric=REVENUE, amount=sp.Amount.of(1, sp.USD), on=date(2026, 4, 1))]
    assert risk_of(reviewed("east", actuals=mixed, targets=owed), "people/one_rep") is None


def test_risks_of_a_team_are_those_that_its_people_watch_and_the_company_sees_those_of_nobody() -> None:
    thought = [sp.RiskAssessment(on=date(2026, 8, 3), likelihood=5, impact=5)]
    late = action("a-1", title="visit them", owner="chen")
    risks = [
        sp.Risk(id="hers", title="hers", owner="ada", assessments=thought, responses=[late]),
        sp.Risk(id="nobody's", title="nobody's", assessments=thought, closed=date(2026, 9, 1)),
    ]
    east = reviewed("east", risks=risks)
    assert [line.risk.id for line in east.risks.lines] == ["hers"]
    assert east.actions is None
    # Chen is of another team, but the risk is theirs to discuss.
    assert [item.owner for item in east.agenda if item.kind == "action"] == ["chen"]
    text = markdown(east)
    assert "- Overdue by 15 days: visit them (Chen), due on 2026-09-15" in text
    assert cells(text, "hers") == ["Critical", "25 = 5 × 5", "new", "–", "Ada", "–"]
    # A fourth of the people left within a year, which is a risk of the company, too.
    assert "Open risks as of 2026-09-30: 2; closed: 1." in markdown(reviewed(risks=risks))
    assert "Open risks as of 2026-09-30: 0; closed: 1." in markdown(
        reviewed("east", risks=[attrs.evolve(risks[0], closed=AUG_31)])
    )
    many = [attrs.evolve(risks[0], id=f"r-{number}", responses=()) for number in range(13)]
    assert "And 3 more, none with a higher score." in markdown(reviewed("east", risks=many))


# The review before


def compared(review: Review) -> Comparison:
    assert review.previous is not None
    return review.previous


def decided(won: int, lost: int, month: int) -> list[sp.Opportunity]:
    outcomes = ["won"] * won + ["lost"] * lost
    return [
        deal(f"{month}-{number}", (date(2026, month, 1), "proposal"), (date(2026, month, 20), outcome))
        for number, outcome in enumerate(outcomes)
    ]


def test_a_win_rate_is_compared_by_an_exact_test_and_an_interval_where_no_deal_counts_for_both() -> None:
    known: dict[str, Any] = {"opportunities": [*decided(9, 3, 5), *decided(3, 12, 8)], "processes": [SOLUTION]}
    second = reviewed(period=sp.Period.quarter(2026, 2), as_of=date(2026, 6, 30), **known)
    third = reviewed(previous=second, **known)
    (change,) = compared(third).deals
    interval = newcombe(3, 15, 9, 12)
    assert change.difference.value == pytest.approx(3 / 15 - 9 / 12)
    assert (change.difference.low, change.difference.high) == (interval.low, interval.high)
    assert change.p_value == fisher_exact(3, 15, 9, 12)
    assert change.is_more_than_chance
    assert "-55.0 pp" in markdown(third)
    assert "more than chance alone would make" in markdown(third)
    # In one quarter the deals of August are among those of September.
    august = reviewed(as_of=AUG_31, **known)
    (change,) = compared(reviewed(previous=august, **known)).deals
    assert (change.difference.value, change.is_more_than_chance) == (None, None)
    assert "the deals of one period are among those of the other" in markdown(reviewed(previous=august, **known))
    fourth = reviewed(period=FOURTH, as_of=date(2026, 12, 31), previous=third, **known)
    first = reviewed(period=sp.Period.quarter(2026, 1), as_of=date(2026, 3, 31), **known)
    assert compared(reviewed(previous=first, **known)).deals == ()
    assert compared(fourth).deals[0].difference.reason == sp.Message("review.comparison.nothing_decided")


def test_metrics_are_compared_on_like_terms() -> None:
    known: dict[str, Any] = {
        "targets": [target(100, sp.Period.month(2026, 8)), target(400), target(300, sp.Period.quarter(2026, 2))]
    }
    known["actuals"] = [sold(90, date(2026, 8, 3)), sold(150, date(2026, 5, 4)), sold(310, date(2026, 9, 3))]
    second = reviewed(period=sp.Period.quarter(2026, 2), as_of=date(2026, 6, 30), **known)
    august = reviewed(period=sp.Period.month(2026, 8), as_of=AUG_31, **known)
    so_far = reviewed(as_of=AUG_31, **known)
    found = {
        name: compared(reviewed(previous=before, **known)) for name, before in (("q", second), ("m", august), ("p", so_far))
    }
    assert {name: each.terms for name, each in found.items()} == {"q": "same_length", "m": "other_length", "p": "same_period"}
    revenue = {name: each.metrics[0] for name, each in found.items()}
    assert {name: each.amount_change for name, each in revenue.items()} == {"q": yuan(250), "m": None, "p": yuan(310)}
    assert {name: each.ratio_change for name, each in revenue.items()} == {
        "q": pytest.approx(1.0 - 0.5),
        "m": pytest.approx(1.0 - 0.9),
        "p": pytest.approx(1.0 - 0.225),
    }
    # Of a quarter that is not over, what is attained does not compare with one that is; the pace does.
    partial = compared(reviewed(as_of=AUG_31, previous=second, **known)).metrics[0]
    assert (partial.amount_change, partial.ratio_change) == (None, None)
    assert partial.pace_change == pytest.approx((so_far.metrics[0].attainment.pace.value or 0) - 0.5)
    assert [row["status_then"] for row in found["q"].rows()] == ["missed"]
    odd = [sp.Period(date(2026, month, 2), date(2026, month, 20)) for month in (5, 8)]
    then, longer = (
        reviewed(period=each, as_of=each.last, **known) for each in (odd[0], sp.Period(odd[0].start, date(2026, 5, 9)))
    )
    assert compared(reviewed(period=odd[1], as_of=AUG_31, previous=then, **known)).terms == "same_length"
    assert compared(reviewed(period=odd[1], as_of=AUG_31, previous=longer, **known)).terms == "other_length"
    nothing = reviewed(period=sp.Period.quarter(2026, 1), as_of=date(2026, 3, 31), **known)
    assert compared(reviewed(previous=nothing, **known)).metrics[0].then is None
    for lang in LANGUAGES:
        assert "–" in markdown(reviewed(previous=nothing, **known), lang=lang)


def test_what_only_some_owe_is_told_by_name_and_where_nothing_is_known_no_quality_is_compared() -> None:
    only = sp.Target(owner="ada", metric=REVENUE, amount=yuan(5), period=THIRD, scope={"product": "A"})
    text = markdown(reviewed(targets=[only], previous=reviewed(as_of=AUG_31, targets=[only])))
    assert cells(text.split("## Since the last review")[1], "Ada: Revenue (product = A)")[:2] == ["CNY 0", "CNY 0"]
    empty = sp.Org()
    text = markdown(reviewed(org=empty, previous=reviewed(org=empty, as_of=AUG_31)))
    assert "Data quality: " not in text.split("## Since the last review")[1].split("##")[0]


def test_what_became_of_the_actions_that_were_open_then_is_told_also_of_those_that_are_lost() -> None:
    known = [
        action("done", (date(2026, 9, 10), "done")),
        action("open"),
        action("moved", owner="bo"),
        action("before", (date(2026, 8, 4), "done")),
    ]
    before = reviewed("east", actions=known, as_of=AUG_31)
    assert {line.action.id for line in actions_of(before).follow_through.lines} == {"done", "open", "moved", "before"}
    lost = action("lost")
    before = reviewed("east", actions=[*known, lost], as_of=AUG_31)
    review = reviewed("east", actions=known, previous=before)
    assert {change.then.id: change.status for change in compared(review).actions} == {
        "done": "done",
        "lost": "gone",
        "moved": "planned",
        "open": "planned",
    }
    told = "Actions that were open then: 4; now planned 2, done 1, no longer in the records 1"
    text = markdown(review)
    assert told in text
    # Each of them by name: those first that are not done.
    assert [line for line in text.splitlines() if line.startswith("- Action do ")] == [
        "- Action do moved (Bo), due 2026-09-15: planned",
        "- Action do open (Ada), due 2026-09-15: planned",
        "- Action do done (Ada), due 2026-09-15: done",
        "- Action do lost (Ada), due 2026-09-15: no longer in the records",
    ]
    assert "- 行动“do moved”（Bo），期限2026年9月15日：" in markdown(review, lang="zh")


def test_what_is_not_listed_of_what_changed_is_counted() -> None:
    thought = [sp.RiskAssessment(on=date(2026, 7, 3), likelihood=1, impact=1)]
    many = 2 * MOST_LINES
    kinds: tuple[tuple[str, Severity], ...] = (("odd", "warning"), ("remark", "info"))
    risks = [sp.Risk(id=f"r-{number}", title=f"risk {number}", assessments=thought) for number in range(5)]
    actions = [action(f"a-{number:02}") for number in range(many)]
    faults = [
        sp.Finding(rule=rule, message=sp.Message(f"{rule} {number}"), record=f"{number}", severity=severity)
        for rule, severity in kinds
        for number in range(5)
    ]
    before = reviewed(as_of=AUG_31, findings=faults, risks=risks, actions=actions)
    review = reviewed(previous=before, actions=actions)
    section = markdown(review).split("## Since the last review")[1].split("\n## ")[0]
    numbers = explain(review)
    for begin, address, count in (
        ("- No more, and not listed here: ", "previous/findings/gone/more", len(compared(review).findings.gone) - 3),
        ("- No risks any more, and not listed here: ", "previous/risks/more", len(compared(review).risks_gone) - 3),
        ("- Actions that were open then and are not listed here: ", "previous/actions/more", many - MOST_LINES),
    ):
        assert f"{begin}{count}\n" in section
        assert numbers.tree(address).value == count
    back = markdown(reviewed(previous=reviewed(as_of=AUG_31, actions=actions), findings=faults, actions=actions))
    assert "- New, and not listed here: 7\n" in back
    assert "新出现的另有 7 项，未列出" in markdown(
        reviewed(previous=reviewed(as_of=AUG_31, actions=actions), findings=faults, actions=actions), lang="zh"
    )


def test_findings_and_risks_are_gone_new_or_still_there() -> None:
    thought = [sp.RiskAssessment(on=date(2026, 7, 3), likelihood=1, impact=1)]
    gone = sp.Risk(id="r-1", title="Acme leaves", assessments=thought)

    def finding(record: str) -> sp.Finding:
        return sp.Finding(rule="odd", message=sp.Message(f"{record} is odd."), record=record)

    before = reviewed(as_of=AUG_31, findings=[finding("a"), finding("b")], risks=[gone])
    review = reviewed(findings=[finding("b"), finding("c")], previous=before)
    found = compared(review).findings
    changes = [
        [each.record for each in each_change if each.rule == "odd"] for each_change in (found.gone, found.new, found.still)
    ]
    assert changes == [["a"], ["c"], ["b"]]
    assert [risk.id for risk in compared(review).risks_gone] == ["r-1"]
    text = markdown(review)
    for told in ("- No more: a is odd.", "- New: c is odd.", "- No risk any more: Acme leaves"):
        assert told in text


@pytest.mark.parametrize(
    ("owner", "period", "as_of", "code"),
    [
        ("east", THIRD, AUG_31, "review_of_another"),
        (None, THIRD, SEP_30, "review_not_earlier"),
        (None, sp.Period(date(2026, 8, 1), date(2026, 11, 1)), AUG_31, "review_of_later_period"),
    ],
)
def test_a_review_that_is_not_the_one_before_is_refused(owner: str | None, period: sp.Period, as_of: date, code: str) -> None:
    before = reviewed(owner, period=period, as_of=as_of)
    with pytest.raises(sp.InvalidValueError) as refused:
        reviewed(previous=before)
    assert refused.value.code == code
    assert refused.value.path[0] == "previous"
    for lang in LANGUAGES:
        assert sp.messages.describe_error(refused.value, lang=lang)
    if code == "review_of_another":
        assert str(refused.value) == "previous: expected the previous review of 'company', got one of 'east'"
    with pytest.raises(sp.InvalidValueError) as wrong:
        reviewed(previous="the last one")  # type: ignore[arg-type] # no review
    assert wrong.value.path == ("previous",)


# The agenda


def finding_rule(
    key: str, severity: str, at_stake: int | None = None, record: str | None = None, times: int = 1
) -> DiagnosisRule:
    """Return a rule that finds the same each time."""
    citation = sp.Citation(label=sp.Message("seen"), value=1, source=sp.Message("somewhere"))
    amount = None if at_stake is None else yuan(at_stake)

    def look(_: object, rule: DiagnosisRule) -> Iterable[sp.Finding]:
        return [rule.found([citation], at_stake=amount, record=record) for _ in range(times)]

    return DiagnosisRule(key=key, cause="demand", look=look, severity=severity, title=f"{key} is so.")  # type: ignore[arg-type] # any severity


def test_the_agenda_begins_with_what_is_gravest_and_ends_with_what_went_well() -> None:
    rules = [
        finding_rule("remark", "info"),
        finding_rule("small", "serious", 5, record="ada", times=2),
        finding_rule("large", "serious", 500),
        finding_rule("warned", "warning", 9000),
    ]
    known: dict[str, Any] = {**pipeline(), "actions": [action("a-1"), action("a-2", due=date(2026, 9, 1), owner="bo")]}
    known["actuals"] = [sold(400, date(2026, 9, 28))]
    review = reviewed(rules=rules, **known)
    assert [(item.kind, item.message.text()) for item in review.agenda if item.kind in ("finding", "target", "action")] == [
        ("finding", "large is so."),
        ("finding", "small is so. And 1 more of the kind."),
        ("target", "Target missed: Revenue of the company."),
        ("finding", "warned is so."),
        ("action", "Actions are late: 2. The longest, by 29 days: do a-2 (Bo)."),
    ]
    assert [item.owner for item in review.agenda[:2]] == [None, "ada"]
    ranks = [(SEVERITIES.index(item.severity), AGENDA_KINDS.index(item.kind)) for item in review.agenda[:AGENDA_LENGTH]]
    assert ranks == sorted(ranks)
    assert next(item.at_stake for item in review.agenda if item.kind == "target") == yuan(600)
    text = markdown(review)
    assert "1. large is so. At stake: CNY 500. Why: seen: 1; from somewhere. To speak: whoever gives this review." in text
    met = reviewed(**{**pipeline(), "actuals": [sold(1200, date(2026, 8, 3))]})
    assert [item.message.text() for item in met.agenda if item.kind == "success"] == [
        "Target met: Revenue of the company. What brought that?"
    ]


def test_where_several_numbers_of_an_item_came_from_is_said_once() -> None:
    cited = [sp.Citation(label=sp.Message(name), value=1, source=sp.Message("somewhere")) for name in ("seen", "heard")]
    elsewhere = attrs.evolve(cited[1], source=sp.Message("elsewhere"))
    item = next(item for item in reviewed(rules=[finding_rule("odd", "serious")]).agenda if item.citations)
    for second, told in ((cited[1], "seen: 1 · heard: 1; from somewhere."), (elsewhere, "seen: 1; from somewhere · heard: 1;")):
        asked = attrs.evolve(item, citations=(cited[0], second))
        assert told in markdown(attrs.evolve(reviewed(rules=()), agenda=(asked,)))


def test_to_meet_a_target_of_nothing_is_no_success() -> None:
    review = reviewed(targets=[target(0, THIRD, None)], actuals=[], rules=())
    assert [section.attainment.status for section in review.metrics] == ["met"]
    assert [item for item in review.agenda if item.kind == "success"] == []
    # That nobody complained where nobody was to, is one.
    complaints = sp.Metric("complaints", "count", "flow", "lower", "Complaints")
    none = sp.Target(owner=None, metric=complaints, amount=sp.Amount.of(0, sp.COUNT), period=THIRD)
    (success,) = [item for item in reviewed(targets=[none]).agenda if item.kind == "success"]
    assert success.citations == ()


def test_whoever_is_better_by_more_than_chance_is_to_tell_how() -> None:
    days = [date(2026, 7, day) for day in range(1, 32) if date(2026, 7, day).weekday() < 5]
    done = [sold(100 + place % 3, day) for place, day in enumerate(days)]
    done += [sold(10 + place % 3, day, "chen") for place, day in enumerate(days)]
    july = sp.Period.month(2026, 7)
    owed = [target(2000, july, "ada"), target(2000, july, "chen")]
    review = reviewed(period=july, as_of=days[-1], targets=owed, actuals=done)
    best = [item for item in review.agenda if item.kind == "success"]
    told = "Ada is ahead in Revenue by more than chance, among 2 compared: what can the others learn?"
    assert (best[-1].message.text(), best[-1].owner) == (told, "ada")
    nothing = reviewed(targets=[sp.Target(owner="ada", metric=REVENUE, amount=yuan(0), period=THIRD)])
    assert [item.kind for item in nothing.agenda if item.kind == "target"] == []


def test_no_kind_of_item_pushes_out_the_others_and_what_has_no_place_is_counted() -> None:
    rules = [finding_rule(f"rule {number}", "serious", 100 - number) for number in range(12)]
    known: dict[str, Any] = {**pipeline(), "actions": [action("a-1")]}
    review = reviewed(rules=rules, as_of=AUG_31, **{**known, "actions": [action("a-1", due=date(2026, 8, 10))]})
    first = [item.kind for item in review.agenda[:AGENDA_LENGTH]]
    assert first.count("finding") < AGENDA_LENGTH
    assert {"action", "deals"} <= set(first)
    # The twelve, and that nothing is entered.
    assert len([item for item in review.agenda if item.kind == "finding"]) == 13
    assert f"Left for another meeting: {len(review.agenda) - AGENDA_LENGTH} more." in markdown(review)


def test_nothing_to_discuss_is_silent() -> None:
    review = reviewed(org=sp.Org(), rules=())
    assert (review.plans, review.cases, review.actions, review.risks.lines, review.previous) == ((), None, None, (), None)
    text = markdown(attrs.evolve(review, agenda=()))
    for title in ("What to discuss first", "Risks", "Cases", "Actions", "Since the last review"):
        assert title not in text


@pytest.mark.parametrize(
    ("managers", "speaker"),
    [
        ({"north": "bo", "east": "ada"}, "bo"),
        ({"east": "ada"}, "ada"),  # of the team above
        ({"north": "eve", "east": "ada"}, "ada"),  # who manages the team has left too
        ({}, None),
    ],
)
@pytest.mark.parametrize("owner", ["eve", "house"])
def test_of_what_is_nobodys_any_more_the_manager_speaks(owner: str, managers: dict[str, str], speaker: str | None) -> None:
    reps = [
        sp.Rep(id="ada"),
        sp.Rep(id="bo"),
        sp.Rep(id="eve", team="north", left=date(2026, 8, 22)),
        sp.Rep(id="house", team="north", kind="house"),
    ]
    teams = [
        sp.Team(id="east", manager=managers.get("east")),
        sp.Team(id="north", parent="east", manager=managers.get("north")),
    ]
    review = reviewed(org=sp.Org(reps=reps, teams=teams), actions=[action("a-1", owner=owner)])
    assert [item.owner for item in review.agenda if item.kind == "action"] == [speaker]


def test_of_what_somebody_has_who_is_there_that_one_speaks() -> None:
    org = sp.Org(reps=[sp.Rep(id="ada", team="east"), sp.Rep(id="bo")], teams=[sp.Team(id="east", manager="bo")])
    items = reviewed(org=org, actions=[action("a-1")]).agenda
    assert [item.owner for item in items if item.kind == "action"] == ["ada"]

"""Records as of a day know nothing that came later."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import attrs
from examples import at_most
from hypothesis import HealthCheck, given, settings

from salesperf import (
    CNY,
    STANDARD_METRICS,
    STANDARD_PROCESSES,
    Action,
    Actual,
    Amount,
    Case,
    Change,
    ChannelCost,
    CheckIn,
    Customer,
    Finding,
    KeyResult,
    Lead,
    LeadChange,
    Message,
    Move,
    Objective,
    Opportunity,
    Org,
    Period,
    PulseSurvey,
    Records,
    Rep,
    Risk,
    RiskAssessment,
    StatusChange,
    Target,
    Task,
    TaskPlan,
    Team,
)
from salesperf.testing import assert_as_of_forgets, days, records

REVENUE = STANDARD_METRICS["revenue"]
TEN = Amount.of(10, CNY)
JUNE_30, JULY_1 = date(2026, 6, 30), date(2026, 7, 1)

LATER = LeadChange(JULY_1, status="new")

some = settings(max_examples=at_most(40), suppress_health_check=[HealthCheck.too_slow])


@some
@given(records(), days(), days())
def test_forgetting_twice_is_forgetting_to_the_earlier_day(known: Records, a: date, b: date) -> None:
    assert_as_of_forgets(known, a, b)


@some
@given(records(), days())
def test_whatever_came_later_makes_no_difference(known: Records, day: date) -> None:
    later = date(2030, 6, 1)
    somebody = Rep(id="somebody hired later", hired=later)
    changed = attrs.evolve(
        known,
        org=attrs.evolve(known.org, reps=[*known.org.reps, somebody]),
        actuals=[*known.actuals, Actual(owner=somebody.id, metric=REVENUE, amount=TEN, on=later)],
        leads=[*known.leads, Lead(id="a lead begun later", history=[LeadChange(later, status="new", owner=somebody.id)])],
        findings=[*known.findings, Finding(rule="found_later", message=Message("later"), on=later)],
        actions=[*known.actions, Action(id="agreed later", title="call", owner=somebody.id, created=later, due=later)],
        plans=[*known.plans, TaskPlan(id="made later", tasks=[Task(id="t", owner=somebody.id, created=later, due=later)])],
        cases=[*known.cases, Case(id="written later", outcome="won", on=later, owner=somebody.id)],
        risks=[*known.risks, risk("seen later", later, owner=somebody.id)],
        pulses=[*known.pulses, PulseSurvey(on=later, counts=[1, 2])],
    )
    assert changed.as_of(day) == known.as_of(day)


@some
@given(records())
def test_at_the_end_of_time_everything_is_known(known: Records) -> None:
    assert known.as_of(date.max) == known


def risk(name: str, *thought: date, owner: str | None = None, responses: Sequence[Action] = ()) -> Risk:
    assessments = [RiskAssessment(on=on, likelihood=place, impact=3) for place, on in enumerate(thought, 1)]
    return Risk(id=name, title="prices", owner=owner, assessments=assessments, responses=responses)


def sale(owner: str, on: date, ref: str | None = None) -> Actual:
    return Actual(owner=owner, metric=REVENUE, amount=TEN, on=on, ref=ref)


def test_the_last_day_still_counts() -> None:
    known = Records(org=Org(reps=[Rep(id="ada")]), actuals=[sale("ada", JUNE_30), sale("ada", JULY_1)])
    assert known.as_of(JUNE_30).actuals == (sale("ada", JUNE_30),)


def test_a_rep_hired_later_is_forgotten_with_targets_moves_and_office() -> None:
    known = Records(
        org=Org(
            reps=[Rep(id="ada", hired=JULY_1)],
            teams=[Team(id="east", manager="ada")],
            moves=[Move(rep="ada", on=date(2026, 9, 1), team="east")],
        ),
        targets=[Target(owner="ada", metric=REVENUE, amount=TEN, period=Period.year(2026))],
    )
    assert known.as_of(JULY_1).org.team_by_id["east"].manager == "ada"
    before = known.as_of(JUNE_30)
    assert before == Records(org=Org(teams=[Team(id="east")]))


def test_a_rep_who_sold_before_the_day_of_hire_is_known_since_the_first_sale() -> None:
    known = Records(org=Org(reps=[Rep(id="ada", hired=JULY_1)]), actuals=[sale("ada", JUNE_30)])
    assert known.as_of(JUNE_30).org.reps == (Rep(id="ada", hired=JUNE_30),)
    assert known.as_of(JULY_1).org.reps == (Rep(id="ada", hired=JULY_1),)


def test_a_departure_an_absence_and_a_move_are_known_from_their_first_day() -> None:
    ada = Rep(id="ada", fte=Decimal("0.5"), left=JULY_1, absences=[Period(JUNE_30, date(2026, 7, 20))])
    org = Org(reps=[ada, Rep(id="bo")], teams=[Team(id="east")], moves=[Move(rep="bo", on=JULY_1, team="east")])
    known = Records(org=org)
    assert known.as_of(date(2026, 6, 29)).org.reps[0] == attrs.evolve(ada, left=None, absences=())
    assert known.as_of(JUNE_30).org == attrs.evolve(org, reps=[attrs.evolve(ada, left=None), Rep(id="bo")], moves=())
    assert known.as_of(JULY_1) == known


def test_a_target_agreed_later_is_forgotten_and_no_parent_any_more() -> None:
    year = Target(owner=None, metric=REVENUE, amount=TEN, period=Period.year(2026), agreed=JULY_1)
    month = Target(owner=None, metric=REVENUE, amount=TEN, period=Period.month(2026, 5), parent=year.key)
    known = Records(org=Org(), targets=[year, month])
    assert known.as_of(JUNE_30).targets == (attrs.evolve(month, parent=None),)
    assert known.as_of(JULY_1) == known


def deal(*history: Change, customer: str | None = None) -> Opportunity:
    return Opportunity(id="o-1", history=history, customer=customer)


def test_a_rep_or_customer_of_a_deal_is_known_since_the_deal() -> None:
    known = Records(
        org=Org(reps=[Rep(id="ada"), Rep(id="bo", hired=date(2026, 9, 1))]),
        customers=[Customer(id="k-1", since=date(2026, 9, 1)), Customer(id="k-2", since=JULY_1)],
        opportunities=[deal(Change(JUNE_30, stage="lead", owner="ada"), Change(JULY_1, owner="bo"), customer="k-1")],
        processes=[STANDARD_PROCESSES["basic"]],
    )
    before = known.as_of(JUNE_30)
    assert before.opportunities == (deal(Change(JUNE_30, stage="lead", owner="ada"), customer="k-1"),)
    assert [customer.id for customer in before.customers] == ["k-1"]
    assert [rep.id for rep in before.org.reps] == ["ada"]
    assert [rep.id for rep in known.as_of(JULY_1).org.reps] == ["ada", "bo"]
    assert [customer.id for customer in known.as_of(JULY_1).customers] == ["k-1", "k-2"]
    assert known.as_of(date(2026, 9, 1)) == known


def test_whoever_has_an_undated_deal_was_known_all_along() -> None:
    known = Records(
        org=Org(reps=[Rep(id="ada", hired=JULY_1)]),
        customers=[Customer(id="k-1", since=JULY_1)],
        opportunities=[deal(Change(None, stage="lead", owner="ada"), customer="k-1")],
        processes=[STANDARD_PROCESSES["basic"]],
    )
    before = known.as_of(JUNE_30)
    assert before.opportunities == known.opportunities
    assert [rep.id for rep in before.org.reps] == ["ada"]
    assert [customer.id for customer in before.customers] == ["k-1"]
    assert_as_of_forgets(known, JUNE_30, date(2026, 6, 1))


def test_whoever_has_a_lead_is_known_since_the_lead_and_a_lead_begun_later_is_no_longer_named() -> None:
    began = LeadChange(JUNE_30, status="new", owner="bo")
    known = Records(
        org=Org(reps=[Rep(id="bo", hired=date(2026, 9, 1))]),
        leads=[Lead(id="l-1", history=[began, LeadChange(JULY_1, status="working")]), Lead(id="l-2", history=[LATER])],
        opportunities=[attrs.evolve(deal(Change(JUNE_30, stage="lead")), lead="l-2")],
        processes=[STANDARD_PROCESSES["basic"]],
    )
    before = known.as_of(JUNE_30)
    assert before.leads == (Lead(id="l-1", history=[began]),)
    assert before.org.reps == (Rep(id="bo", hired=JUNE_30),)
    assert before.opportunities == (deal(Change(JUNE_30, stage="lead")),)
    assert_as_of_forgets(known, JUNE_30, JULY_1)
    assert known.as_of(date(2026, 9, 1)) == known


def test_whoever_money_was_spent_for_is_known_since_that_day_and_later_costs_are_forgotten() -> None:
    spent = [ChannelCost(on=on, amount=Amount.of(5, CNY), owner="bo") for on in (JUNE_30, JULY_1)]
    known = Records(org=Org(reps=[Rep(id="bo", hired=date(2026, 9, 1))]), costs=spent)
    before = known.as_of(JUNE_30)
    assert (before.costs, before.org.reps) == ((spent[0],), (Rep(id="bo", hired=JUNE_30),))
    assert known.as_of(date(2026, 6, 29)) == Records(org=Org())
    assert_as_of_forgets(known, JUNE_30, JULY_1)


def test_whoever_undertook_something_is_known_since_then_and_what_was_undertaken_later_is_forgotten() -> None:
    names = ("ada", "bo", "cy", "di", "ed")
    done = StatusChange(JULY_1, "done")

    def call(name: str, on: date, owner: str) -> Action:
        return Action(id=name, title="call", owner=owner, created=on, due=JULY_1, history=[done])

    first = Task(id="t-1", owner="bo", created=JUNE_30, due=JULY_1, history=[done])
    then = Task(id="t-2", owner="bo", created=JULY_1, due=JULY_1, depends_on=["t-1"])
    of_ed = Task(id="t-1", owner="ed", created=JULY_1, due=JULY_1)
    known = Records(
        org=Org(reps=[Rep(id=name, hired=date(2026, 9, 1)) for name in names]),
        actions=[call("a-1", JUNE_30, "ada"), call("a-2", JULY_1, "ada")],
        plans=[TaskPlan(id="p-1", tasks=[first, then]), TaskPlan(id="p-2"), TaskPlan(id="p-3", tasks=[of_ed])],
        risks=[risk("r-1", JUNE_30, JULY_1, owner="cy", responses=[call("a-3", JUNE_30, "di")]), risk("r-2", JULY_1)],
        pulses=[PulseSurvey(on=on, counts=[1, 2]) for on in (JUNE_30, JULY_1)],
    )
    before = known.as_of(JUNE_30)
    assert before == Records(
        org=Org(reps=[Rep(id=name, hired=JUNE_30) for name in names[:4]]),
        actions=[attrs.evolve(known.actions[0], history=())],
        plans=[TaskPlan(id="p-1", tasks=[attrs.evolve(first, history=())]), TaskPlan(id="p-2")],
        risks=[risk("r-1", JUNE_30, owner="cy", responses=[attrs.evolve(call("a-3", JUNE_30, "di"), history=())])],
        pulses=known.pulses[:1],
    )
    assert [rep.id for rep in known.as_of(JULY_1).org.reps] == list(names)
    assert known.as_of(date(2026, 9, 1)) == known
    assert_as_of_forgets(known, JUNE_30, JULY_1)


def test_whoever_answers_a_risk_is_forgotten_with_it_however_early_that_was_agreed() -> None:
    early = Action(id="a-1", title="call", owner="bo", created=date(2026, 6, 1), due=JULY_1)
    hired_later = Org(reps=[Rep(id="bo", hired=date(2026, 9, 1))])
    known = Records(org=hired_later, risks=[risk("r-1", JUNE_30, JULY_1, responses=[early])])
    assert known.as_of(date(2026, 6, 29)) == Records(org=Org())
    assert known.as_of(JULY_1).org.reps == (Rep(id="bo", hired=JUNE_30),)
    assert_as_of_forgets(known, date(2026, 6, 29), JULY_1)


def test_a_case_written_down_early_names_no_deal_begun_later_and_its_customer_and_owner_are_known_by_it() -> None:
    case = Case(id="c-1", outcome="won", on=JUNE_30, opportunity="o-1", customer="k-1", owner="bo")
    known = Records(
        org=Org(reps=[Rep(id="bo", hired=date(2026, 9, 1))]),
        customers=[Customer(id="k-1", since=date(2026, 9, 1))],
        opportunities=[deal(Change(JULY_1, stage="lead"))],
        processes=[STANDARD_PROCESSES["basic"]],
        cases=[case],
    )
    before = known.as_of(JUNE_30)
    assert before.cases == (attrs.evolve(case, opportunity=None),)
    assert before.customers == (Customer(id="k-1", since=JUNE_30),)
    assert before.org.reps == (Rep(id="bo", hired=JUNE_30),)
    assert known.as_of(JULY_1).cases == (case,)
    assert known.as_of(date(2026, 6, 29)).customers == ()
    assert_as_of_forgets(known, JUNE_30, JULY_1)
    assert known.as_of(date(2026, 9, 1)) == known


def objective(name: str, *parts: KeyResult | Objective, owner: str | None = None) -> Objective:
    key_results = [part for part in parts if isinstance(part, KeyResult)]
    children = [part for part in parts if isinstance(part, Objective)]
    return Objective(id=name, period=Period.year(2026), key_results=key_results, children=children, owner=owner)


def asked(name: str, *said: date, owner: str | None = None) -> KeyResult:
    return KeyResult(id=name, kind="yes_no", owner=owner, check_ins=[CheckIn(on, is_done=True) for on in said])


def test_later_check_ins_are_forgotten_and_objectives_set_for_whoever_is_not_yet_known() -> None:
    hired_later = [Rep(id=name, hired=date(2026, 9, 1)) for name in ("bo", "cy", "di")]
    known = Records(
        org=Org(reps=[Rep(id="ada"), *hired_later]),
        objectives=[
            objective(
                "o-1",
                objective("o-2", asked("k-1", JUNE_30, JULY_1), asked("k-2", JULY_1, owner="cy"), asked("k-3"), owner="ada"),
                objective("o-3", objective("o-4", asked("k-4", JUNE_30)), owner="bo"),
                objective("o-5", asked("k-5"), owner="di"),
            ),
            objective("o-6", objective("o-7", owner="ada"), owner="di"),
        ],
    )
    before = known.as_of(JUNE_30)
    assert before.objectives == (
        objective(
            "o-1",
            objective("o-2", asked("k-1", JUNE_30), asked("k-3"), owner="ada"),
            objective("o-3", objective("o-4", asked("k-4", JUNE_30)), owner="bo"),
        ),
    )
    assert before.org.reps == (Rep(id="ada"), Rep(id="bo", hired=JUNE_30))
    assert [rep.id for rep in known.as_of(JULY_1).org.reps] == ["ada", "bo", "cy"]
    assert known.as_of(date(2026, 9, 1)) == known
    for later in (JULY_1, date(2026, 9, 1)):
        assert_as_of_forgets(known, JUNE_30, later)


def test_what_belongs_to_or_is_looked_after_by_the_forgotten_belongs_to_nobody() -> None:
    known = Records(
        org=Org(reps=[Rep(id="ada", hired=JULY_1)]),
        customers=[Customer(id="group", since=JULY_1), Customer(id="shop", owner="ada", parent="group")],
    )
    assert known.as_of(JUNE_30).customers == (Customer(id="shop"),)
    assert known.as_of(JULY_1) == known

"""Records: one bundle of everything known, checked as a whole. What a day forgets is in ``laws/test_as_of.py``."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import attrs
import pytest
from examples import at_most
from hypothesis import HealthCheck, given, settings

from salesperf import (
    CNY,
    COUNT,
    STANDARD_METRICS,
    STANDARD_PROCESSES,
    Action,
    Actual,
    Amount,
    Case,
    Change,
    ChannelCost,
    Customer,
    InvalidInputError,
    InvalidValueError,
    KeyResult,
    Lead,
    LeadChange,
    Metric,
    Objective,
    Opportunity,
    Org,
    Period,
    PulseSurvey,
    Records,
    Rep,
    Risk,
    RiskAssessment,
    SalesperfError,
    Target,
    TargetKey,
    Task,
    TaskPlan,
    Team,
    UnknownNameError,
)
from salesperf.testing import records

VISITS = STANDARD_METRICS["visits"]
OWN_VISITS = attrs.evolve(VISITS, title="Visits of ours")
ORG = Org(reps=[Rep(id="ada", team="east")], teams=[Team(id="east")])
BASIC, SOLUTION = STANDARD_PROCESSES["basic"], STANDARD_PROCESSES["solution"]
YEAR, MARCH, MAY = Period.year(2026), Period.month(2026, 3), Period.month(2026, 5)


def target(owner: str | None, period: Period, parent: TargetKey | None = None) -> Target:
    return Target(owner=owner, metric=VISITS, amount=Amount.of(1, COUNT), period=period, parent=parent)


def key(owner: str | None, period: Period) -> TargetKey:
    return TargetKey(owner, "visits", period)


def visit(owner: str, ref: str | None = None) -> Actual:
    return Actual(owner=owner, metric=VISITS, amount=Amount.of(1, COUNT), on=date(2026, 3, 2), ref=ref)


def deal(id_: str = "o-1", stage: str = "lead", owner: str | None = "ada", **others: Any) -> Opportunity:  # noqa: ANN401 - the fields of the class
    return Opportunity(id=id_, history=[Change(date(2026, 3, 2), stage=stage, owner=owner)], **others)


def objective(id_: str, *key_results: KeyResult, owner: str | None = None, children: Sequence[Objective] = ()) -> Objective:
    return Objective(id=id_, period=YEAR, owner=owner, key_results=key_results, children=children)


def key_result(id_: str, metric: Metric | None = None, owner: str | None = None) -> KeyResult:
    start, end = Amount.of(0, COUNT), Amount.of(9, COUNT)
    return KeyResult(id=id_, start=start, target=end, metric=metric, owner=owner)


def action(id_: str, owner: str = "ada") -> Action:
    return Action(id=id_, title="call", owner=owner, created=MARCH.start, due=MARCH.last)


def plan(id_: str, owner: str = "ada") -> TaskPlan:
    return TaskPlan(id=id_, tasks=[Task(id="t-1", owner=owner, created=MARCH.start, due=MARCH.last)])


def risk(id_: str, *responses: Action, owner: str | None = None) -> Risk:
    thought = RiskAssessment(on=MARCH.start, likelihood=2, impact=3)
    return Risk(id=id_, title="prices", owner=owner, assessments=[thought], responses=responses)


def case(**links: str) -> Case:
    return Case(id="c-1", outcome="won", on=MARCH.start, **links)


def pulse(owner: str | None) -> PulseSurvey:
    return PulseSurvey(on=MARCH.start, owner=owner, counts=[1, 2, 3])


def lead(owner: str) -> Lead:
    return Lead(id="l-1", history=[LeadChange(date(2026, 3, 2), status="new", owner=owner)])


@settings(max_examples=at_most(40), suppress_health_check=[HealthCheck.too_slow])
@given(records())
def test_owners_are_known_and_keys_and_references_come_once(known: Records) -> None:
    keys = [owed.key for owed in known.targets]
    references = [actual.ref for actual in known.actuals if actual.ref is not None]
    assert len(set(keys)) == len(keys)
    assert len(set(references)) == len(references)
    assert all(known.org.knows(actual.owner) for actual in known.actuals)
    assert all(owed.parent is None or owed.parent in keys for owed in known.targets)


@settings(max_examples=at_most(40), suppress_health_check=[HealthCheck.too_slow])
@given(records())
def test_every_deal_is_in_a_stage_of_its_process_and_of_customers_and_owners_that_are_known(known: Records) -> None:
    customers = {customer.id for customer in known.customers}
    assert len({one.id for one in known.opportunities}) == len(known.opportunities)
    for one in known.opportunities:
        assert known.process_of(one).stage_of(one).key == one.stage
        assert one.customer is None or one.customer in customers
        assert all(change.owner is None or known.org.knows(change.owner) for change in one.history)
    assert all(cost.owner is None or known.org.knows(cost.owner) for cost in known.costs)
    assert all(customer.parent is None or customer.parent in customers for customer in known.customers)


def test_nothing_but_people_need_be_known() -> None:
    assert Records(org=ORG).targets == ()
    assert Records(org=ORG, targets=iter([target("ada", YEAR)])).targets == (target("ada", YEAR),)


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"targets": [target("bo", YEAR)]}, [("unknown_owner", "Records", "targets", 0, "owner")]),
        ({"actuals": [visit("ada"), visit("bo")]}, [("unknown_owner", "Records", "actuals", 1, "owner")]),
        ({"targets": [target("ada", YEAR)] * 2}, [("duplicate_target", "Records", "targets", 1)]),
        ({"actuals": [visit("ada", "x1"), visit("east", "x1")]}, [("not_unique", "Records", "actuals", 1, "ref")]),
        (
            {"targets": [target("ada", YEAR, key("east", YEAR))]},
            [("unknown_target", "Records", "targets", 0, "parent")],
        ),
        (
            {"targets": [target("ada", YEAR, key("ada", YEAR))]},
            [("target_cycle", "Records", "targets", 0, "parent")],
        ),
        (
            {
                "targets": [
                    target("ada", MARCH, key("ada", MAY)),
                    target("ada", MAY, key("ada", MARCH)),
                    target("ada", YEAR, key("ada", MARCH)),
                ]
            },
            [("target_cycle", "Records", "targets", 0, "parent"), ("target_cycle", "Records", "targets", 1, "parent")],
        ),
        (
            {"targets": [target("ada", YEAR)], "actuals": [visit("ada"), attrs.evolve(visit("ada"), metric=OWN_VISITS)]},
            [("metric_conflict", "Records", "actuals", 1, "metric")],
        ),
        (
            {"objectives": [objective("o-1", owner="bo"), objective("o-2", children=[objective("o-3", owner="cy")])]},
            [
                ("unknown_owner", "Records", "objectives", 0, "o-1", "owner"),
                ("unknown_owner", "Records", "objectives", 1, "o-3", "owner"),
            ],
        ),
        (
            {"objectives": [objective("o-1", key_result("k-1", owner="ada"), key_result("k-2", owner="bo"), owner="east")]},
            [("unknown_owner", "Records", "objectives", 0, "k-2", "owner")],
        ),
        (
            {"objectives": [objective("o-1", key_result("k-1")), objective("o-2", key_result("k-1"))]},
            [("not_unique", "Records", "objectives", 1, "id")],
        ),
        (
            {"targets": [target("ada", YEAR)], "objectives": [objective("o-1", key_result("k-1", OWN_VISITS))]},
            [("metric_conflict", "Records", "objectives", 0, "k-1", "metric")],
        ),
        ({"processes": [BASIC, SOLUTION, BASIC]}, [("not_unique", "Records", "processes", 2, "key")]),
        ({"customers": [Customer(id="k-1")] * 2}, [("not_unique", "Records", "customers", 1, "id")]),
        ({"customers": [Customer(id="k-1", owner="bo")]}, [("unknown_owner", "Records", "customers", 0, "owner")]),
        ({"customers": [Customer(id="k-1", parent="k-2")]}, [("unknown_customer", "Records", "customers", 0, "parent")]),
        (
            {"customers": [Customer(id="a", parent="b"), Customer(id="b", parent="a"), Customer(id="c", parent="a")]},
            [("customer_cycle", "Records", "customers", 0, "parent"), ("customer_cycle", "Records", "customers", 1, "parent")],
        ),
        (
            {"opportunities": [deal(), deal()], "processes": [BASIC]},
            [("not_unique", "Records", "opportunities", 1, "id")],
        ),
        (
            {"opportunities": [deal(customer="k-1")], "processes": [BASIC]},
            [("unknown_customer", "Records", "opportunities", 0, "o-1", "customer")],
        ),
        (
            {"opportunities": [deal(lead="l-1")], "processes": [BASIC]},
            [("unknown_lead", "Records", "opportunities", 0, "o-1", "lead")],
        ),
        ({"leads": [lead("ada"), lead("east")]}, [("not_unique", "Records", "leads", 1, "id")]),
        (
            {"costs": [ChannelCost(on=date(2026, 3, 2), amount=Amount.of(5, CNY), owner="bo")]},
            [("unknown_owner", "Records", "costs", 0, "owner")],
        ),
        ({"leads": [lead("bo")]}, [("unknown_owner", "Records", "leads", 0, "l-1", "history", 0, "owner")]),
        (
            {"opportunities": [deal(owner="bo")], "processes": [BASIC]},
            [("unknown_owner", "Records", "opportunities", 0, "o-1", "history", 0, "owner")],
        ),
        (
            {"opportunities": [deal(stage="contract")], "processes": [BASIC]},
            [("unknown_stage", "Records", "opportunities", 0, "o-1", "history", 0, "stage")],
        ),
        ({"opportunities": [deal()]}, [("unknown_process", "Records", "opportunities", 0, "o-1", "process")]),
        (
            {"opportunities": [deal()], "processes": [BASIC, SOLUTION]},
            [("unknown_process", "Records", "opportunities", 0, "o-1", "process")],
        ),
        (
            {"opportunities": [deal(process="solution")], "processes": [BASIC]},
            [("unknown_process", "Records", "opportunities", 0, "o-1", "process")],
        ),
        ({"actions": [action("a-1"), action("a-1")]}, [("not_unique", "Records", "actions", 1, "id")]),
        ({"actions": [action("a-1", "bo")]}, [("unknown_owner", "Records", "actions", 0, "owner")]),
        (
            {"actions": [action("a-1")], "risks": [risk("r-1", action("a-0")), risk("r-2", action("a-1"), action("a-2"))]},
            [("not_unique", "Records", "risks", 1, "r-2", "responses", 0, "id")],
        ),
        (
            {"risks": [risk("r-1", action("a-1"), action("a-2", "bo"))]},
            [("unknown_owner", "Records", "risks", 0, "r-1", "responses", 1, "owner")],
        ),
        (
            {"risks": [risk("r-1"), risk("r-1", owner="bo")]},
            [("not_unique", "Records", "risks", 1, "id"), ("unknown_owner", "Records", "risks", 1, "owner")],
        ),
        (
            {"plans": [plan("p-1", "east"), plan("p-1", "bo")]},
            [
                ("not_unique", "Records", "plans", 1, "id"),
                ("unknown_owner", "Records", "plans", 1, "p-1", "tasks", "t-1", "owner"),
            ],
        ),
        ({"cases": [case(), case()]}, [("not_unique", "Records", "cases", 1, "id")]),
        (
            {"cases": [case(opportunity="o-1", customer="k-1", owner="bo")]},
            [
                ("unknown_opportunity", "Records", "cases", 0, "opportunity"),
                ("unknown_customer", "Records", "cases", 0, "customer"),
                ("unknown_owner", "Records", "cases", 0, "owner"),
            ],
        ),
        ({"pulses": [pulse(None), pulse("east"), pulse("east")]}, [("not_unique", "Records", "pulses", 2, "on")]),
        ({"pulses": [pulse("ada")]}, [("unknown_team", "Records", "pulses", 0, "owner")]),
    ],
)
def test_records_that_contradict_themselves_are_refused(
    arguments: Mapping[str, Any], found: list[tuple[str | int, ...]]
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        Records(org=ORG, **arguments)
    assert [(fault.code, *fault.path) for fault in caught.value.exceptions if isinstance(fault, SalesperfError)] == found


def test_what_follows_from_a_review_may_be_of_whatever_is_known() -> None:
    known = Records(
        org=ORG,
        customers=[Customer(id="k-1")],
        opportunities=[deal()],
        processes=[BASIC],
        actions=iter([action("a-1"), action("a-2", "east")]),
        plans=[plan("p-1"), plan("p-2", "east"), TaskPlan(id="p-3")],
        cases=[case(opportunity="o-1", customer="k-1", owner="east")],
        risks=[risk("r-1", action("a-3"), owner="east"), risk("r-2")],
        pulses=[pulse(None), pulse("east")],
    )
    counts = (len(known.actions), len(known.plans), len(known.cases), len(known.risks), len(known.pulses))
    assert counts == (2, 3, 1, 2, 2)


def test_every_fault_is_reported_at_once() -> None:
    with pytest.raises(InvalidInputError) as caught:
        Records(org=ORG, targets=[target("bo", YEAR), target("cy", YEAR)], actuals=[visit("bo", "x1"), visit("ada", "x1")])
    assert len(caught.value.exceptions) == 4


def test_every_fault_of_a_deal_is_reported_at_once() -> None:
    history = [Change(date(2026, 3, 2), stage="lead", owner="bo"), Change(date(2026, 3, 3), stage="contract", owner="cy")]
    wrong = Opportunity(id="o-2", history=history, customer="k-9", lead="l-9")
    with pytest.raises(InvalidInputError) as caught:
        Records(org=ORG, opportunities=[deal(), wrong], processes=[BASIC])
    place = ("Records", "opportunities", 1, "o-2")
    assert [(fault.code, fault.path) for fault in caught.value.exceptions if isinstance(fault, SalesperfError)] == [
        ("unknown_customer", (*place, "customer")),
        ("unknown_lead", (*place, "lead")),
        ("unknown_owner", (*place, "history", 0, "owner")),
        ("unknown_owner", (*place, "history", 1, "owner")),
        ("unknown_stage", (*place, "history", 1, "stage")),
    ]


def test_a_deal_is_of_the_process_that_it_names_or_of_the_only_one() -> None:
    alone = Records(org=ORG, opportunities=[deal(), deal("o-2", process="basic")], processes=[BASIC])
    assert [alone.process_of(one) for one in alone.opportunities] == [BASIC, BASIC]
    both = Records(org=ORG, opportunities=[deal(stage="contract", process="solution")], processes=[BASIC, SOLUTION])
    assert both.process_of(both.opportunities[0]) == SOLUTION
    with pytest.raises(UnknownNameError) as caught:
        both.process_of(deal())
    assert (caught.value.code, caught.value.path) == ("unknown_process", ("Records", "opportunities", "o-1", "process"))
    assert caught.value.params["choices"] == "'basic', 'solution'"
    with pytest.raises(InvalidValueError) as not_a_deal:
        both.process_of("o-1")  # type: ignore[arg-type] # wrong on purpose
    assert (not_a_deal.value.code, not_a_deal.value.path) == ("wrong_type", ("opportunity",))


def test_equal_metrics_need_not_be_one_object() -> None:
    again = attrs.evolve(VISITS)
    assert again is not VISITS
    assert len(Records(org=ORG, actuals=[visit("ada"), attrs.evolve(visit("ada"), metric=again)]).actuals) == 2


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"org": None}, ("wrong_type", "Records", "org")),
        ({"targets": 7}, ("wrong_type", "Records", "targets")),
        ({"targets": [target("ada", YEAR), visit("ada")]}, ("wrong_type", "Records", "targets", 1)),
        ({"actuals": [target("ada", YEAR)]}, ("wrong_type", "Records", "actuals", 0)),
        ({"calendar": "weekdays"}, ("wrong_type", "Records", "calendar")),
        ({"findings": ["stale"]}, ("wrong_type", "Records", "findings", 0)),
        ({"objectives": [key_result("k-1")]}, ("wrong_type", "Records", "objectives", 0)),
        ({"opportunities": 7}, ("wrong_type", "Records", "opportunities")),
        ({"opportunities": [None]}, ("wrong_type", "Records", "opportunities", 0)),
        ({"customers": ["k-1"]}, ("wrong_type", "Records", "customers", 0)),
        ({"processes": ["basic"]}, ("wrong_type", "Records", "processes", 0)),
        ({"actions": ["call"]}, ("wrong_type", "Records", "actions", 0)),
        ({"plans": [None]}, ("wrong_type", "Records", "plans", 0)),
        ({"cases": 7}, ("wrong_type", "Records", "cases")),
        ({"risks": [action("a-1")]}, ("wrong_type", "Records", "risks", 0)),
        ({"pulses": [[1, 2, 3]]}, ("wrong_type", "Records", "pulses", 0)),
    ],
)
def test_malformed_records_are_refused(arguments: Mapping[str, Any], found: tuple[str | int, ...]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        Records(**{"org": ORG, **arguments})
    assert (caught.value.code, *caught.value.path) == found


@pytest.mark.parametrize(("day", "code"), [(datetime(2026, 1, 1, tzinfo=UTC), "date_is_datetime"), ("2026", "wrong_type")])
def test_a_day_to_look_back_from_is_a_date(day: date, code: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        Records(org=ORG).as_of(day)
    assert (caught.value.code, caught.value.path) == (code, ("day",))

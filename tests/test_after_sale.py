"""After-sale visits: due by workdays from the last sale that stayed one, in one worklist with leads; what is refused."""

from datetime import date
from typing import Any

import attrs
import pytest

from salesperf import (
    CNY,
    STANDARD_PROCESSES,
    Amount,
    Change,
    Customer,
    Lead,
    LeadChange,
    Opportunity,
    SalesperfError,
    SalesProcess,
    Stage,
    Touch,
    followup,
)
from salesperf.followup import STANDARD_AFTER_SALE, STANDARD_FOLLOW_UP, FollowUpPolicy, FollowUpStep

# 1 September 2026 is a Tuesday.
BEGAN, SOLD, DAY = date(2026, 9, 1), date(2026, 9, 4), date(2026, 9, 16)
PROCESS = SalesProcess(
    key="b2b",
    stages=[
        Stage(key="talk", probability=0),
        Stage(key="won", kind="won"),
        Stage(key="service", kind="post_won"),
        Stage(key="lost", kind="lost"),
    ],
)
ACME = Customer(id="acme", name="Acme", owner="ada")
any_schedule: Any = followup.schedule_after_sale


def deal(*stages: tuple[date | None, str], id_: str = "o-1", customer: str | None = "acme", owner: str = "bo") -> Opportunity:
    history = [
        Change(on, stage=stage, owner=None if position else owner)
        for position, (on, stage) in enumerate([(BEGAN, "talk"), *stages] if stages[0][0] else stages)
    ]
    return Opportunity(id=id_, customer=customer, history=history)


def due(*deals: Opportunity, customers: tuple[Customer, ...] = (ACME,), as_of: date = DAY, **others: Any) -> Any:  # noqa: ANN401 - arguments
    return followup.schedule_after_sale(customers, deals, processes=[PROCESS], as_of=as_of, **others)


@pytest.mark.parametrize(
    ("grade", "touched", "number", "action", "since", "on"),
    [
        ("A", [], 1, "delivery_check", SOLD, date(2026, 9, 9)),
        ("A", [8], 2, "use_review", date(2026, 9, 8), date(2026, 10, 6)),
        ("A", [4], 1, "delivery_check", SOLD, date(2026, 9, 9)),  # of the day of the sale, and so part of it
        ("B", [], 1, "delivery_check", SOLD, date(2026, 9, 11)),
        ("?", [], 1, "delivery_check", SOLD, date(2026, 9, 18)),
        ("C", [8, 14, 15], 4, "next_need", date(2026, 9, 15), date(2027, 3, 2)),
    ],
)
def test_each_touch_after_the_sale_makes_a_step_done(
    grade: str, touched: list[int], number: int, action: str, since: date, on: date
) -> None:
    touches = {"acme": [Touch(date(2026, 9, day), "call") for day in [2, *touched, 20]]}
    (found,) = due(deal((SOLD, "won")), grades={"acme": grade}, touches=touches)
    assert (found.number, found.step.action, found.since, found.due) == (number, action, since, on)
    assert (found.customer, found.lead, found.owner) == ("acme", None, "ada")


def test_the_cadence_begins_anew_with_each_sale_that_stayed_one() -> None:
    first, second = deal((SOLD, "won"), (date(2026, 9, 10), "service")), deal((date(2026, 9, 14), "won"), id_="o-2")
    touches = {"acme": [Touch(date(2026, 9, 8), "call")]}
    assert due(first, touches=touches)[0].number == 2
    passed_on = attrs.evolve(first, history=[*first.history, Change(date(2026, 9, 11), owner="cy")])
    (kept,) = due(passed_on, touches=touches, customers=(attrs.evolve(ACME, owner=None),))
    assert (kept.number, kept.since, kept.owner) == (2, date(2026, 9, 8), "cy")
    (again,) = due(first, second, touches=touches)
    assert (again.number, again.since) == (1, date(2026, 9, 14))
    assert due(second, first, touches=touches) == (again,)
    undone = deal((date(2026, 9, 14), "won"), (date(2026, 9, 15), "lost"), id_="o-2")
    assert due(first, undone, touches=touches)[0].number == 2
    # What is later than the day is not known.
    assert due(first, second, touches=touches, as_of=date(2026, 9, 11)) == due(first, touches=touches, as_of=date(2026, 9, 11))
    assert due(first, as_of=date(2026, 9, 3)) == ()


def test_who_has_not_bought_or_has_no_cadence_is_not_visited() -> None:
    assert (
        due(deal((SOLD, "lost"))) == due(deal((SOLD, "won"), customer=None)) == due(deal((SOLD, "won"), customer="other")) == ()
    )
    nobody = attrs.evolve(STANDARD_AFTER_SALE, default=None)
    assert due(deal((SOLD, "won")), policy=nobody) == ()
    by_life = FollowUpPolicy(cadences={"at_risk": [FollowUpStep(1, "visit", "win_back")]})
    assert due(deal((SOLD, "won")), policy=by_life, grades={"acme": "at_risk"})[0].step.action == "win_back"


def test_a_sale_of_an_unknown_day_is_due_at_once_and_says_why() -> None:
    (found,) = due(deal((None, "won")))
    assert found.text() == "acme: email, ask about the delivery, due 2026-09-16, since nobody knows when the sale was."
    assert found.text("zh") == "acme：邮件，交付回访，应于2026年9月16日，因成交日期不明。"
    # One that is known is later than one that is not.
    assert due(deal((None, "won")), deal((SOLD, "won"), id_="o-2"))[0].since == SOLD


def test_visits_and_leads_stand_in_one_worklist_by_what_they_may_bring() -> None:
    began = LeadChange(BEGAN, status="new", owner="ada")
    leads = [Lead(id="l-1", history=[began]), Lead(id="acme", history=[began])]
    nobody = Customer(id="bolt", name="Bolt")
    visits = due(
        deal((SOLD, "won")),
        deal((SOLD, "won"), id_="o-2", customer="bolt", owner="bo"),
        customers=(ACME, nobody),
        grades={"acme": "A", "bolt": "A"},
    )
    assert [(each.subject, each.owner) for each in visits] == [("acme", "ada"), ("bolt", "bo")]
    calls = followup.schedule(leads[:1], STANDARD_FOLLOW_UP, as_of=DAY)
    values = {"acme": Amount.of(900, CNY), "l-1": Amount.of(100, CNY)}
    chosen = followup.worklist([*calls, *visits], on=DAY, capacity=1, expected_values=values)
    assert [(item.follow_up.subject, item.is_taken) for item in chosen.items] == [
        ("acme", True),
        ("l-1", False),
        ("bolt", True),
    ]
    assert [row["customer"] for row in chosen.rows()] == ["acme", None, "bolt"]
    alone = attrs.evolve(visits[0], owner=None)
    assert followup.worklist([alone], on=DAY, capacity=1).items[0].reason.text() == "Nobody looks after this customer."
    # A lead may bear the id of a customer, but then its value is not known to be of which of the two.
    both = [*followup.schedule(leads, STANDARD_FOLLOW_UP, as_of=DAY), *visits]
    assert len(followup.worklist(both, on=DAY, capacity=9).taken) == 4
    with pytest.raises(SalesperfError) as caught:
        followup.worklist(both, on=DAY, capacity=9, expected_values=values)
    assert (caught.value.code, caught.value.path) == ("not_unique", ("expected_values", "acme"))
    with pytest.raises(SalesperfError) as caught:
        followup.worklist([*visits, *visits], on=DAY, capacity=9)
    assert (caught.value.code, caught.value.path) == ("not_unique", ("follow_ups", 2, "customer"))


@pytest.mark.parametrize(
    ("arguments", "code", "path"),
    [
        ({"customers": [ACME, ACME]}, "not_unique", ("customers", 1, "id")),
        ({"customers": [3]}, "wrong_type", ("customers", 0)),
        ({"policy": 3}, "wrong_type", ("policy",)),
        ({"as_of": None}, "wrong_type", ("as_of",)),
        ({"grades": {"acne": "A"}}, "unknown_customer", ("grades",)),
        ({"touches": {"acne": []}}, "unknown_customer", ("touches",)),
        ({"touches": {"acme": [3]}}, "wrong_type", ("touches", "acme", 0)),
        ({"touches": 3}, "wrong_type", ("touches",)),
        ({"processes": []}, "unknown_process", ("opportunities", 0, "o-1", "process")),
        ({"processes": [PROCESS, PROCESS]}, "not_unique", ("processes", 1, "key")),
        ({"processes": [STANDARD_PROCESSES["basic"]]}, "unknown_stage", ("opportunities", 0, "o-1", "history", 0, "stage")),
        ({"opportunities": [deal((date(9999, 12, 29), "won"))], "as_of": date.max}, "date_too_late", ("customers", "acme")),
    ],
)
def test_what_cannot_be_visited_is_refused(arguments: dict[str, Any], code: str, path: tuple[str | int, ...]) -> None:
    good = {"customers": [ACME], "opportunities": [deal((SOLD, "won"))], "processes": [PROCESS], "as_of": DAY}
    with pytest.raises(SalesperfError) as caught:
        any_schedule(**(good | arguments))
    assert (caught.value.code, caught.value.path) == (code, path)


def test_a_grade_of_a_customer_that_is_spelt_otherwise_is_refused() -> None:
    with pytest.raises(SalesperfError) as caught:
        due(deal((SOLD, "won")), grades={"acme": "a"})
    assert (caught.value.code, caught.value.path) == ("unknown_grade", ("grades", "acme"))

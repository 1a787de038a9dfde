"""What changed since the review before, and what was agreed, pulled apart: each number then and now, down to the records."""

from datetime import date
from decimal import Decimal
from functools import cache

import attrs
from explained import THIRD, broken, explained, labels, place_of, values
from small_records import company, yuan

from salesperf import (
    CNY,
    COUNT,
    STANDARD_METRICS,
    STANDARD_PROCESSES,
    USD,
    Action,
    Actual,
    Amount,
    Change,
    Measurement,
    Opportunity,
    Period,
    Records,
    StatusChange,
    Target,
    Task,
    TaskPlan,
    Unit,
)
from salesperf.review import NumberTrees, build, explain

REVENUE = STANDARD_METRICS["revenue"]
SECOND = Period.quarter(2026, 2)
BASIC = STANDARD_PROCESSES["basic"]


def deal(number: int, *ends: tuple[str, date]) -> Opportunity:
    begun = Change(date(2026, 1, 5), stage="lead", owner="ada", amount=yuan(100))
    return Opportunity(id=f"o-{number}", history=[begun, *(Change(on, stage=stage) for stage, on in ends)])


SPRING, SUMMER = date(2026, 5, 4), date(2026, 8, 4)
MADE = ((50, SPRING), (30, SUMMER), (40, SUMMER))


def action(number: int, title: str, due: date, **rest: object) -> Action:
    return Action(id=f"a-{number}", title=title, owner="ada", created=date(2026, 4, 2), due=due, **rest)  # type: ignore[arg-type] # its fields


@cache
def compared() -> NumberTrees:
    """Compare two quarters: 3 of 4 deals won, then 1 of 2; one is open still."""
    deals = [deal(number, ("closed", SPRING)) for number in (1, 2, 3)]
    deals += [deal(4, ("lost", SPRING)), deal(5, ("closed", SUMMER)), deal(6, ("lost", SUMMER)), deal(7)]
    targets = [Target(owner="ada", metric=REVENUE, amount=yuan(100), period=each) for each in (SECOND, THIRD)]
    done = [StatusChange(date(2026, 7, 9), "done")]
    actions = [
        action(1, "Call back", date(2026, 6, 1)),
        action(2, "Train", SECOND.last, history=done),
        action(3, "Gone", date(2026, 9, 1)),
    ]
    records = Records(
        org=company("ada"),
        targets=targets,
        actuals=[Actual(owner="ada", metric=REVENUE, amount=yuan(number), on=on) for number, on in MADE],
        opportunities=deals,
        processes=[BASIC],
        actions=actions,
    )
    before = build(records, owner="ada", period=SECOND, as_of=SECOND.last)
    known = attrs.evolve(records, actions=actions[:2])
    return explained(known, "ada", previous=before)


def changed(records: Records, *, with_records: bool = False) -> NumberTrees:
    """Compare the two quarters, of the company."""
    before = build(records, owner=None, period=SECOND, as_of=SECOND.last)
    return explained(records, previous=before, with_records=with_records)


def value(address: str) -> object:
    return compared().tree(f"previous/{address}").value


def parts(address: str) -> list[object]:
    return values(compared().tree(f"previous/{address}"))


def test_what_was_attained_stands_then_and_now() -> None:
    assert (value("revenue/actual/now"), value("revenue/actual/then")) == (yuan(70), yuan(50))
    assert parts("revenue/actual/now") == [yuan(0), yuan(70), yuan(0)]
    august = compared().tree("previous/revenue/actual/now").parts[1]
    assert [entry.value for entry in august.parts] == [yuan(30), yuan(40)]
    assert (parts("revenue/actual"), value("revenue/actual")) == ([yuan(70), yuan(50)], yuan(20))
    assert parts("revenue/ratio/then") == [yuan(50), yuan(100)]
    assert (value("revenue/ratio/now"), value("revenue/ratio/then")) == (0.7, 0.5)
    assert (value("revenue/pace/now"), value("revenue/pace/then")) == (0.7, 0.5)
    # What changed is no attainment itself.
    assert compared().tree("previous/revenue/ratio").label.text() == "change of attainment"
    assert compared().tree("previous/revenue/ratio").label.text("zh") == "达成率的变化"
    # What stood in the review before comes apart as it did there.
    paced = compared().tree("previous/revenue/pace/then").parts[0].parts[0]
    assert [len(month.parts) for month in paced.parts] == [0, 1, 0]


def test_what_was_recorded_late_is_no_part_of_what_was_known_then() -> None:
    entries = [Actual(owner="ada", metric=REVENUE, amount=yuan(number), on=SPRING) for number in (3, 4)]
    targets = [Target(owner="ada", metric=REVENUE, amount=yuan(10), period=each) for each in (SECOND, THIRD)]
    records = Records(org=company("ada"), targets=targets, actuals=entries)
    before = build(attrs.evolve(records, actuals=entries[:1]), owner="ada", period=SECOND, as_of=SECOND.last)
    then = explained(records, "ada", previous=before).tree("previous/revenue/actual/then")
    assert (then.value, [month.parts for month in then.parts], then.holds()) == (yuan(3), [(), (), ()], True)
    known = explained(attrs.evolve(records, actuals=entries[:1]), "ada", previous=before)
    month = known.tree("previous/revenue/actual/then").parts[SPRING.month - SECOND.start.month]
    assert labels(month) == [f"{SPRING}, ada"]


def test_a_win_rate_stands_then_and_now_with_its_deals_and_ends() -> None:
    assert (parts("basic/CNY/win_rate/now"), parts("basic/CNY/win_rate/then")) == ([1, 2], [3, 4])
    assert value("basic/CNY/win_rate") == -0.25
    # Each end is of the two counts of now and the two of then.
    assert parts("basic/CNY/win_rate/low") == [1, 2, 3, 4]
    assert parts("basic/CNY/win_rate/then/high") == [3, 4]
    assert (value("basic/CNY/win_rate/now/decided"), value("basic/CNY/win_rate/then/decided")) == (2, 4)
    # Of the seven deals three were open when the second quarter ended, and one now.
    assert (value("basic/CNY/open/now"), value("basic/CNY/open/then"), value("basic/CNY/open")) == (1, 3, -2)
    assert parts("basic/CNY/open_value") == [yuan(100), yuan(300)]


def test_actions_that_were_open_are_told_by_what_became_of_them() -> None:
    assert value("actions") == 3
    assert [value(f"actions/{status}") for status in ("planned", "done", "gone")] == [1, 1, 1]
    assert labels(compared().tree("previous/actions/done")) == ["Train"]


def test_missed_targets_quality_and_findings_have_both_numbers() -> None:
    assert (value("unmet/now"), value("unmet/then"), value("unmet")) == (1, 1, 0)
    assert compared().tree("previous/unmet/now").parts[0].label.text() == "Revenue, ada, Q3 2026"
    assert compared().tree("previous/quality/now").parts == compared().tree("quality/score").parts
    for key in ("gone", "new", "still"):
        assert value(f"findings/{key}") == len(parts(f"findings/{key}"))


def test_a_target_of_the_company_and_money_of_another_unit_make_no_change() -> None:
    goals = [
        Target(owner=None, metric=REVENUE, amount=Amount.of(100, unit), period=each)
        for unit, each in ((USD, SECOND), (CNY, THIRD))
    ]
    goals.append(Target(owner=None, metric=STANDARD_METRICS["visits"], amount=Amount.of(9, COUNT), period=SECOND))
    records = Records(org=company("ada"), targets=goals)
    found = changed(records)
    assert found.tree("previous/unmet/now").parts[0].label.text() == "Revenue, the company, Q3 2026"
    assert "previous/revenue/actual" not in found.addresses
    assert found.tree("previous/revenue/actual/then").value == Amount.zero(USD)
    assert "previous/actions" not in found.addresses
    # Of visits nothing is owed now.
    assert (found.tree("previous/visits/ratio/now").value, found.tree("previous/visits/ratio").value) == (None, None)


def test_deals_whose_worth_nobody_knows_have_no_change_of_it() -> None:
    begun = [Opportunity(id="o-1", history=[Change(date(2026, 1, 5), stage="lead", owner="ada")])]
    records = Records(org=company("ada"), opportunities=begun, processes=[BASIC])
    found = changed(records)
    assert found.tree("previous/basic/-/open_value").value is None
    assert found.tree("previous/basic/-/win_rate").value is None


def test_a_ratio_has_no_more_digits_than_a_reader_wants() -> None:
    value_of_orders, orders = (STANDARD_METRICS[key] for key in ("revenue", "orders"))
    average = STANDARD_METRICS["average_order_value"]
    actuals = [
        Actual(owner="ada", metric=metric, amount=Amount.of(amount, unit), on=on)
        for on in (SPRING, SUMMER)
        for metric, amount, unit in ((value_of_orders, 100, CNY), (orders, 3, COUNT))
    ]
    targets = [Target(owner=None, metric=average, amount=Decimal(30), period=each) for each in (SECOND, THIRD)]
    records = Records(org=company("ada"), targets=targets, actuals=actuals)
    found = changed(records, with_records=True)
    for side in ("now", "then"):
        tree = found.tree(f"previous/average_order_value/actual/{side}")
        assert tree.value == 100 / 3
        assert tree.holds()
    assert len(found.tree("previous/average_order_value/actual/now").parts) == 2


def test_deals_in_two_units_of_one_code_are_told_apart_by_their_digits() -> None:
    begun = [
        Opportunity(id=f"o-{unit.digits}", history=[Change(SPRING, stage="lead", owner="ada", amount=Amount.of(100, unit))])
        for unit in (USD, Unit("USD", 4, "money"))
    ]
    records = Records(org=company("ada"), opportunities=begun, processes=[BASIC])
    found = changed(records)
    for digits in (2, 4):
        (deal_open,) = found.tree(f"previous/basic/USD~{digits}/open/now").parts
        assert deal_open.label.text() == f"o-{digits}"


def test_the_numbers_of_what_is_newly_found_come_apart_as_they_do_there() -> None:
    entries = [Actual(owner="ada", metric=REVENUE, amount=yuan(number), on=date(2026, 8, number)) for number in (3, 4)]
    targets = [Target(owner="ada", metric=REVENUE, amount=yuan(100), period=Period.month(2026, 7))]
    records = Records(org=company("ada"), targets=targets, actuals=entries)
    before = build(records, owner=None, period=SECOND, as_of=SECOND.last)
    review = build(records, owner=None, period=THIRD, as_of=THIRD.last, previous=before)
    found = explain(review, records=records)
    assert review.previous is not None
    place = place_of("outside_targets", review.previous.findings.new)
    told = found.tree(f"previous/findings/new/{place}/entries")
    assert labels(told) == ["2026-08-03, ada", "2026-08-04, ada"]


def test_every_number_comes_apart() -> None:
    found = compared().below("previous")
    assert broken(found) == []


# Actions and plans


def test_actions_come_apart_by_what_became_of_them() -> None:
    measured = {
        "measure": "calls",
        "baseline": Decimal(4),
        "goal_value": Decimal(8),
        "history": [StatusChange(date(2026, 7, 2), "in_progress")],
        "measurements": [Measurement(date(2026, 8, 1), Decimal(5)), Measurement(date(2026, 9, 1), Decimal(6))],
    }
    actions = [
        action(1, "Call back", date(2026, 9, 20)),
        action(2, "Train", SECOND.last, history=[StatusChange(date(2026, 5, 9), "done")]),
        action(3, "Call", THIRD.last, **measured),
        action(4, "Wait", THIRD.last, history=[StatusChange(date(2026, 7, 9), "dropped")]),
        action(5, "Meet", THIRD.last, measure="calls", baseline=Decimal(1), goal_value=Decimal(2)),
    ]
    records = Records(org=company("ada"), actions=actions)
    found = explained(records, with_records=False)
    names = ("agreed", "done", "dropped", "became_late", "open", "late", "left_out")
    assert [found.tree(f"actions/{name}").value for name in names] == [0, 0, 1, 1, 3, 1, 1]
    assert labels(found.tree("actions/late")) == ["Call back"]
    # Due on September 20th, and not done on the 30th.
    assert found.tree("actions/a-1/days_late").value == 10
    assert [found.tree(f"actions/a-3/{name}").value for name in ("baseline", "goal", "measured")] == [4, 8, 6]
    assert found.tree("actions/a-3").value == 0.5
    assert "actions/a-5/measured" not in found.addresses


def test_plans_come_apart_into_tasks() -> None:
    def task(name: str, due: date, **rest: object) -> Task:
        return Task(id=name, owner="ada", created=date(2026, 7, 1), due=due, **rest)  # type: ignore[arg-type] # its fields

    tasks = [
        task("list", date(2026, 9, 20), resources={"days": 5}),
        task("call", date(2026, 9, 30), depends_on=["list"], start=date(2026, 9, 21)),
        task("meet", date(2026, 8, 1), history=[StatusChange(date(2026, 8, 4), "done")]),
        task("wait", date(2026, 8, 1), history=[StatusChange(date(2026, 8, 4), "dropped")]),
    ]
    records = Records(org=company("ada"), plans=[TaskPlan(id="winter", tasks=tasks)])
    found = explained(records, with_records=False)
    names = ("tasks", "done", "late", "endangered", "whole")
    assert [found.tree(f"plans/winter/{name}").value for name in names] == [3, 1, 1, 1, 3]
    assert (found.tree("plans/winter/list/days_late").value, found.tree("plans/winter/meet/days_late").value) == (10, 3)
    assert found.tree("plans/winter/list/resource/days").value == 5
    assert "plans/winter/call/days_late" not in found.addresses


def test_over_a_target_that_is_not_above_nothing_there_is_no_ratio() -> None:
    owed = Target(owner=None, metric=STANDARD_METRICS["revenue"], amount=Amount(minor=-1, unit=CNY), period=THIRD)
    records = Records(org=company("ada"), targets=[owed])
    before = build(records, owner=None, period=THIRD, as_of=THIRD.start)
    found = explained(records, as_of=date(2026, 9, 1), previous=before, with_records=False)
    for name in ("ratio", "ratio/now", "ratio/then"):
        assert found.tree(f"previous/revenue/{name}").value is None
        assert found.tree(f"previous/revenue/{name}").holds()

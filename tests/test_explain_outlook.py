"""The outlook pulled apart: what is won, what each stage may bring, what is owed and what is missing, down to the deals."""

from datetime import date, timedelta

from salesperf import (
    CNY,
    STANDARD_METRICS,
    STANDARD_PROCESSES,
    Actual,
    Amount,
    Change,
    Opportunity,
    Org,
    Period,
    Records,
    Rep,
    Target,
)
from salesperf.review import NumberTrees, build, explain

REVENUE = STANDARD_METRICS["revenue"]
BASIC, SOLUTION = STANDARD_PROCESSES["basic"], STANDARD_PROCESSES["solution"]
THIRD, FOURTH = Period.quarter(2026, 3), Period.quarter(2026, 4)
AUGUST = date(2026, 8, 31)
HERE = "outlook/basic/CNY"


def yuan(amount: int) -> Amount:
    return Amount.of(amount, CNY)


def deal(number: int, stage: str, on: date, amount: int | None, close: date | None = date(2026, 9, 20)) -> Opportunity:
    worth = None if amount is None else yuan(amount)
    begun = Change(on - timedelta(days=9), stage="lead", owner="ada", amount=worth, expected_close=close)
    return Opportunity(
        id=f"o-{number}", process="basic", history=[begun] if stage == "lead" else [begun, Change(on, stage=stage)]
    )


WON = deal(1, "closed", date(2026, 8, 3), 300)
OPEN = [deal(2, "proposal", date(2026, 8, 1), 200), deal(3, "proposal", date(2026, 8, 2), 100)]
UNKNOWN = deal(4, "lead", date(2026, 8, 2), None)


def looked(
    *deals: Opportunity, period: Period = THIRD, as_of: date = AUGUST, made: int = 450, with_records: bool = True
) -> NumberTrees:
    targets = [Target(owner=None, metric=REVENUE, amount=yuan(1000), period=each) for each in (THIRD, FOURTH)]
    actuals = [Actual(owner="ada", metric=REVENUE, amount=yuan(made), on=date(2026, 8, 3))]
    records = Records(
        org=Org(reps=[Rep(id="ada")]),
        opportunities=deals,
        processes=[BASIC, SOLUTION],
        targets=targets,
        actuals=actuals,
    )
    return explain(build(records, owner=None, period=period, as_of=as_of), records=records if with_records else None)


def test_stages_come_apart_into_their_deals() -> None:
    found = looked(WON, *OPEN, UNKNOWN)
    assert (found.tree(f"{HERE}/open").value, found.tree(f"{HERE}/counted").value) == (3, 2)
    assert (found.tree(f"{HERE}/won/deals").value, found.tree(f"{HERE}/won").value) == (1, yuan(300))
    assert len(found.tree(f"{HERE}/proposal/deals").parts) == 2
    assert [part.value for part in found.tree(f"{HERE}/proposal/value").parts] == [yuan(200), yuan(100)]
    expected = found.tree(f"{HERE}/proposal/expected")
    assert [part.label.text() for part in expected.parts] == ["o-2", "o-3"]
    # Each amount times its chance, which are told for both.
    assert [part.parts[0].value for part in expected.parts] == [yuan(200), yuan(100)]
    assert f"{HERE}/lead/deals" not in found.addresses
    assert all(found.tree(address).holds() for address in found.below("outlook").addresses)


def test_what_came_otherwise_and_what_is_missing_are_differences() -> None:
    found = looked(WON, *OPEN)
    assert found.tree(f"{HERE}/target").value == yuan(1000)
    # 450 is recorded, of which the deal that was won is 300.
    came = found.tree(f"{HERE}/otherwise")
    assert came.value == yuan(150)
    assert [part.value for part in came.parts[0].parts] == [yuan(450), yuan(300)]
    assert came.parts[0].parts[0].parts[0].label.text() == "2026-08-03, ada"
    # 1000 less 150 less 300.
    missing = found.tree(f"{HERE}/missing")
    assert missing.value == yuan(550)
    assert [part.value for part in missing.parts[0].parts] == [yuan(850), yuan(300)]
    # Two open deals of 300 cannot bring 550.
    assert found.tree(f"{HERE}/reached").value == 0
    assert f"{HERE}/reached/low" not in found.addresses


def test_what_deals_were_won_for_beyond_what_is_recorded_leaves_nothing_otherwise() -> None:
    came = looked(WON, *OPEN, made=100).tree(f"{HERE}/otherwise")
    assert (came.value, came.parts[0].value) == (yuan(0), yuan(-200))
    assert came.holds()


def test_the_target_of_the_next_period_is_found_in_the_records() -> None:
    ahead = [deal(5, "proposal", date(2026, 9, 1), 200, date(2026, 11, 20))]
    found = looked(WON, *ahead, period=THIRD, as_of=THIRD.last, made=300)
    assert found.tree(f"{HERE}/target").value == yuan(1000)
    assert found.tree(f"{HERE}/otherwise").value == yuan(0)
    assert found.tree(f"{HERE}/missing").value == yuan(1000)
    assert all(found.tree(address).holds() for address in found.below("outlook").addresses)
    alone = looked(WON, *ahead, period=THIRD, as_of=THIRD.last, made=300, with_records=False)
    assert alone.tree(f"{HERE}/target").parts == ()
    # Most of what was recorded came otherwise: then nobody can tell how likely deals reach the target.
    untold = looked(WON, *ahead, period=THIRD, as_of=THIRD.last, made=9000)
    assert f"{HERE}/target" in untold.addresses
    assert f"{HERE}/missing" not in untold.addresses


def test_chances_that_are_learnt_have_ends_and_notes_their_deals() -> None:
    history = [
        deal(100 + number, stage, date(2026, 1, 10) + timedelta(days=number), 100, None)
        for number, stage in enumerate(("closed", "lost") * 20)
    ]
    stuck = deal(7, "proposal", date(2026, 2, 1), 400)
    found = looked(WON, *OPEN, UNKNOWN, stuck, *history)
    ends = [found.tree(f"{HERE}/reached/{name}").value for name in ("low", "high", "least_known")]
    assert None not in ends
    noted = [address for address in found.below(f"{HERE}/note").addresses if address.endswith("/count")]
    assert noted
    for address in noted:
        assert len(found.tree(address).parts) == found.tree(address).value
    assert found.tree(f"{HERE}/note/no_amount/amount").value == yuan(0)
    assert found.tree(f"{HERE}/new_business").value is not None
    assert all(found.tree(address).holds() for address in found.below("outlook").addresses)


def test_how_likely_a_target_is_reached_is_the_same_on_the_agenda() -> None:
    found = looked(WON, *OPEN)
    trees = [found.tree(address) for address in found.below("agenda").addresses]
    (reached,) = (tree for tree in trees if tree.label.text().startswith("Probability that the target is reached; "))
    assert reached.value == found.tree(f"{HERE}/reached").value
    # As much is at stake as is missing of the target: 1000 less 450.
    assert yuan(550) in [tree.value for tree in trees]


def test_of_several_processes_nobody_can_tell_which_reaches_the_target() -> None:
    begun = Change(date(2026, 8, 1), stage="proposal", owner="ada", amount=yuan(200), expected_close=date(2026, 9, 20))
    found = looked(WON, *OPEN, Opportunity(id="o-9", process="solution", history=[begun]))
    assert f"{HERE}/missing" in found.addresses
    assert f"{HERE}/reached" not in found.addresses


def test_without_a_target_there_is_none() -> None:
    records = Records(org=Org(reps=[Rep(id="ada")]), opportunities=[WON, *OPEN], processes=[BASIC])
    found = explain(build(records, owner=None, period=THIRD, as_of=AUGUST))
    assert f"{HERE}/won" in found.addresses
    assert f"{HERE}/target" not in found.addresses

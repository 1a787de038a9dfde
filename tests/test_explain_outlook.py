"""The outlook pulled apart: what is won, what each stage may bring, what is owed and what is missing, down to the deals."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest
from explained import LOOKED, THIRD, broken, explained, labels, values
from small_records import company, yuan

from salesperf import (
    STANDARD_METRICS,
    STANDARD_PROCESSES,
    USD,
    Actual,
    Amount,
    Breakdown,
    Change,
    Opportunity,
    Period,
    Records,
    SalesProcess,
    Stage,
    Target,
    Unit,
)
from salesperf.io.folder import read_sample
from salesperf.review import NumberTrees, OutlookLine, build, explain

REVENUE = STANDARD_METRICS["revenue"]
BASIC, SOLUTION = STANDARD_PROCESSES["basic"], STANDARD_PROCESSES["solution"]
FOURTH = Period.quarter(2026, 4)
AUGUST = date(2026, 8, 31)
HERE = "outlook/basic/CNY"


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
    *deals: Opportunity,
    period: Period = THIRD,
    as_of: date = AUGUST,
    made: int = 450,
    owes: int = 1000,
    with_records: bool = True,
) -> NumberTrees:
    targets = [Target(owner=None, metric=REVENUE, amount=yuan(owes), period=each) for each in (THIRD, FOURTH)]
    actuals = [Actual(owner="ada", metric=REVENUE, amount=yuan(made), on=date(2026, 8, 3))]
    records = Records(
        org=company("ada"),
        opportunities=deals,
        processes=[BASIC, SOLUTION],
        targets=targets,
        actuals=actuals,
    )
    return explained(records, None, period, as_of, with_records=with_records)


def number(tree: Breakdown) -> Any:  # noqa: ANN401 - of the kind that the test knows
    return tree.value


def test_stages_come_apart_into_their_deals() -> None:
    found = looked(WON, *OPEN, UNKNOWN)
    assert (found.tree(f"{HERE}/open").value, found.tree(f"{HERE}/counted").value) == (3, 2)
    assert (found.tree(f"{HERE}/won/deals").value, found.tree(f"{HERE}/won").value) == (1, yuan(300))
    assert len(found.tree(f"{HERE}/proposal/deals").parts) == 2
    assert values(found.tree(f"{HERE}/proposal/value")) == [yuan(200), yuan(100)]
    expected = found.tree(f"{HERE}/proposal/expected")
    assert labels(expected) == ["o-2", "o-3"]
    # Each amount times its chance, which are told for both.
    assert [part.parts[0].value for part in expected.parts] == [yuan(200), yuan(100)]
    assert f"{HERE}/lead/deals" not in found.addresses
    assert broken(found.below("outlook")) == []


def test_what_came_otherwise_and_what_is_missing_are_differences() -> None:
    found = looked(WON, *OPEN)
    assert found.tree(f"{HERE}/target").value == yuan(1000)
    # 450 is recorded, of which the deal that was won is 300.
    came = found.tree(f"{HERE}/otherwise")
    assert came.value == yuan(150)
    assert values(came.parts[0]) == [yuan(450), yuan(300)]
    july, august = came.parts[0].parts[0].parts[:2]
    assert (july.parts, august.parts[0].label.text()) == ((), "2026-08-03, ada")
    # 1000 less 150 less 300.
    missing = found.tree(f"{HERE}/missing")
    assert missing.value == yuan(550)
    assert values(missing.parts[0]) == [yuan(850), yuan(300)]
    # A third came otherwise: deals do not tell how likely the target is reached.
    assert f"{HERE}/reached" not in found.addresses
    # Where they do, two open deals of 300 cannot bring 700.
    alone = looked(WON, *OPEN, made=300)
    assert (alone.tree(f"{HERE}/missing").value, alone.tree(f"{HERE}/reached").value) == (yuan(700), 0)
    assert f"{HERE}/reached/low" not in alone.addresses


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
    assert broken(found.below("outlook")) == []
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
    found = looked(WON, *OPEN, UNKNOWN, stuck, *history, made=300)
    ends = [found.tree(f"{HERE}/reached/{name}").value for name in ("low", "high", "least_known")]
    assert None not in ends
    fewest = found.tree(f"{HERE}/reached/least_known")
    assert fewest.value == min(map(number, fewest.parts))
    noted = [address for address in found.below(f"{HERE}/note").addresses if address.endswith("/count")]
    assert noted
    for address in noted:
        assert len(found.tree(address).parts) == found.tree(address).value
    assert found.tree(f"{HERE}/note/no_amount/amount").value == yuan(0)
    assert found.tree(f"{HERE}/new_business").value is not None
    assert broken(found.below("outlook")) == []


def test_how_likely_a_target_is_reached_is_the_same_on_the_agenda() -> None:
    found = looked(WON, *OPEN, made=300)
    trees = [found.tree(address) for address in found.below("agenda").addresses]
    (reached,) = (tree for tree in trees if tree.label.text().startswith("Probability that the target is reached; "))
    assert reached.value == found.tree(f"{HERE}/reached").value
    # As much is at stake as is missing of the target: 1000 less 300.
    assert yuan(700) in [tree.value for tree in trees]


def test_the_ends_of_what_is_likely_come_apart_into_each_amount_that_may_come() -> None:
    found = looked(WON, *OPEN)
    low, high = (found.tree(f"{HERE}/{end}") for end in ("low", "high"))
    # 300 is won; 200 and 100 come with a half each, so in 8 of 10 cases it is from 300 to 600.
    assert (low.value, high.value) == (yuan(300), yuan(600))
    assert labels(low) == labels(high) == ["won value", "o-2", "o-3"]
    half = Decimal("0.5")
    assert [values(part) for part in low.parts] == [[yuan(300)], [yuan(200), half], [yuan(100), half]]
    assert low.text().splitlines()[0].endswith(": CNY 300.00 = quantile of the sum of what is certain and what may come")
    # All that is recorded came by the deal that is won: 600 are left to the deals, which takes both that are open.
    near = looked(WON, *OPEN, made=300, owes=600)
    reached = near.tree(f"{HERE}/reached")
    assert reached.value == pytest.approx(0.25)
    assert values(reached) == [yuan(600), yuan(300), yuan(100), yuan(50)]
    # Of chances that are stated none was learnt.
    assert (near.tree(f"{HERE}/reached/least_known").value, broken(near.below(HERE))) == (0, [])


def test_an_amount_whose_chance_is_learnt_has_its_range_and_one_yet_to_come_is_many_small_ones() -> None:
    history = []
    for place, end in enumerate(("closed", "lost") * 20):
        on = date(2026, 1, 10) + timedelta(days=place)
        began = deal(100 + place, "proposal", on, 100 + 100 * (place % 3), None)
        history.append(attrs.evolve(began, history=[*began.history, Change(on + timedelta(days=40 + place), stage=end)]))
    found = looked(WON, *OPEN, *history)
    low = found.tree(f"{HERE}/low")
    of_deal = next(part for part in low.parts if part.label.text() == "o-2")
    assert labels(of_deal)[2:] == [
        "chance to be won in the period, lower end, 95.0%",
        "chance to be won in the period, upper end, 95.0%",
        "earlier deals it was learnt of",
    ]
    to_come = [part for part in low.parts if part.label.key == "explain.new_deals_worth"]
    assert [part.parts[0].value for part in to_come] == [yuan(100), yuan(200), yuan(300)]
    # Each worth has its share of the new deals that are expected.
    of_worth, slots = to_come[0].parts[1].parts
    assert slots.value == to_come[0].parts[-1].value
    assert sum(number(part.parts[1].parts[0]) for part in to_come) == pytest.approx(number(of_worth.parts[0]))
    # What new deals are expected to bring is theirs together, but for the rounding of each.
    together = sum(number(part).minor for part in to_come)
    assert together == pytest.approx(number(found.tree(f"{HERE}/new_business")).minor, abs=2)
    assert broken(found.below(HERE)) == []


def test_of_several_processes_nobody_can_tell_which_reaches_the_target() -> None:
    begun = Change(date(2026, 8, 1), stage="proposal", owner="ada", amount=yuan(200), expected_close=date(2026, 9, 20))
    found = looked(WON, *OPEN, Opportunity(id="o-9", process="solution", history=[begun]))
    assert f"{HERE}/missing" in found.addresses
    assert f"{HERE}/reached" not in found.addresses


def test_without_a_target_there_is_none() -> None:
    records = Records(org=company("ada"), opportunities=[WON, *OPEN], processes=[BASIC])
    found = explained(records, as_of=AUGUST, with_records=False)
    assert f"{HERE}/won" in found.addresses
    assert f"{HERE}/target" not in found.addresses


# What is called alike


TWIN = SalesProcess(
    key="twin",
    title="Sale",
    stages=[
        Stage(key="s1", title="Offer", probability=Decimal("0.1")),
        Stage(key="s2", title="Offer", probability=Decimal("0.5")),
        Stage(key="won", title="Won", kind="won"),
        Stage(key="lost", title="Lost", kind="lost"),
    ],
)
SAMPLE = read_sample()
FINE_USD = Unit("USD", 4, "money")


def at(number: int, stage: str, amount: Amount) -> Opportunity:
    begun = Change(date(2026, 8, 1), stage="s1", owner="ada", amount=amount, expected_close=date(2026, 9, 20))
    history = [begun] if stage == "s1" else [begun, Change(date(2026, 8, 3), stage=stage)]
    return Opportunity(id=f"o-{number}", process="twin", history=history)


def of_twins(*deals: Opportunity) -> Records:
    owed = [Target(owner=None, metric=REVENUE, amount=yuan(1000), period=THIRD)]
    return Records(org=company("ada"), opportunities=deals, processes=[TWIN], targets=owed)


TWINS = of_twins(at(1, "won", yuan(70)), at(2, "s1", yuan(200)), at(3, "s1", yuan(300)), at(4, "s2", yuan(400)))
IN_DOLLARS = of_twins(at(1, "s1", Amount.of(100, USD)), at(2, "s2", Amount.of(300, FINE_USD)), at(3, "s2", yuan(50)))


def test_of_two_stages_that_are_called_alike_each_has_its_own_deals() -> None:
    found = explained(TWINS, as_of=AUGUST, with_records=False).below("outlook/twin/CNY")
    first, second = (found.tree(f"outlook/twin/CNY/{stage}/expected") for stage in ("s1", "s2"))
    # A tenth of 200 and of 300, and half of 400.
    assert (first.value, second.value) == (yuan(50), yuan(200))
    assert labels(first) == ["o-2", "o-3"]
    assert labels(second) == ["o-4"]


def test_two_units_of_one_code_are_told_apart_by_their_digits() -> None:
    found = explained(IN_DOLLARS, as_of=AUGUST, with_records=False)
    told = [found.tree(f"outlook/twin/{unit}").value for unit in ("USD~2", "USD~4", "CNY")]
    assert told == [Amount.of(10, USD), Amount.of(150, FINE_USD), yuan(25)]


def numbers_told(line: OutlookLine) -> dict[str, object]:
    """Return the numbers that the report tells of a line, by the address of each below that of the line."""
    told: dict[str, object] = {
        "": line.expected.decimal,
        "/open": len(line.forecast.deals),
        "/counted": len(line.forecast.counted),
        "/low": line.low.decimal,
        "/high": line.high.decimal,
        "/won": line.won.decimal,
    }
    for row in line.forecast.rows():
        if row["line"] == "won":
            told["/won/deals"] = row["count"]
        elif row["line"] == "new_business":
            told["/new_business"] = row["expected"]
        elif row["count"]:
            within = f"/{row['line']}"
            told |= {f"{within}/deals": row["count"], f"{within}/value": row["amount"], f"{within}/expected": row["expected"]}
    told |= {f"/deal/{deal.id}": deal.weighted.decimal for deal in line.forecast.counted if deal.weighted is not None}
    for name in ("target", "otherwise", "missing"):
        amount = getattr(line, name)
        told[f"/{name}"] = None if amount is None else amount.decimal
    told["/deal_share"] = line.deal_share
    if line.reached.reason is not None and "share" in line.reached.reason.arguments:
        told["/reached/share"] = line.reached.reason.arguments["share"]
    if line.reached.value is not None:
        told |= {"/reached": line.reached.value, "/reached/least_known": line.reached.n}
        told |= {"/reached/low": line.reached.low, "/reached/high": line.reached.high}
    return {address: value for address, value in told.items() if value is not None}


@pytest.mark.parametrize(
    ("records", "period", "as_of"),
    [
        (SAMPLE, THIRD, LOOKED),
        (SAMPLE, Period.month(2026, 8), AUGUST),
        (TWINS, THIRD, AUGUST),
        (IN_DOLLARS, THIRD, AUGUST),
    ],
    ids=["within", "after", "alike", "in dollars"],
)
def test_each_address_has_the_number_that_the_report_tells(records: Records, period: Period, as_of: date) -> None:
    review = build(records, owner=None, period=period, as_of=as_of)
    found = explain(review, records=records)
    roots = [address for address in found.below("outlook").addresses if address.count("/") == len(("process", "unit"))]
    for root, line in zip(roots, review.outlook, strict=True):
        below = [address for address in found.below(root).addresses if not address.startswith(f"{root}/note/")]
        told = {address.removeprefix(root): found.tree(address).value for address in below}
        plain = {name: value.decimal if isinstance(value, Amount) else value for name, value in told.items()}
        assert plain == numbers_told(line)

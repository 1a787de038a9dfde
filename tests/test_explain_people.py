"""The numbers on people of a review pulled apart: as far as its audience sees, and no further."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

import pytest
from explained import THIRD, broken, labels, values
from small_records import yuan

import salesperf as sp
from salesperf.appraisal import STANDARD_SCHEMES, appraise
from salesperf.commission import Statement, statement
from salesperf.feedback import FeedbackReport, summarize
from salesperf.model.rating import Relation
from salesperf.review import PEOPLE_KINDS, Audience, NumberTrees, PeopleResults, build, explain

JULY, AUGUST = sp.Period.month(2026, 7), sp.Period.month(2026, 8)
AS_OF: Final = date(2026, 10, 12)
ORG: Final = sp.Org(
    teams=[sp.Team(id="north", manager="nan")],
    reps=[sp.Rep(id="nan"), *(sp.Rep(id=rep, team="north") for rep in ("ada", "bo"))],
)
LEAD, ADA = Audience(reader="nan", may_see=PEOPLE_KINDS), Audience(reader="ada")


def paid(payee: str, month: sp.Period = AUGUST, yuan: int = 1_000, unit: sp.Unit = sp.CNY, **fields: object) -> Statement:
    """Return a statement that pays 5 % of one sale on the third of the month."""
    rated = [sp.RatedPay(key="sales", rates=[sp.PayRate(rate=Decimal("0.05"))])]
    plan = sp.CommissionPlan(key="field", unit=unit, period=sp.Period.year(2026), rated=rated, **fields)  # type: ignore[arg-type] # fields of a plan
    on = month.start.replace(day=3)
    return statement(
        plan,
        [sp.Entry(id=f"e-{on.month}", payee=payee, on=on, amount=sp.Amount.of(yuan, unit), ref="o-1")],
        payee=payee,
        period=month,
    )


def said(relation: Relation, points: Sequence[int], item: str = "calm") -> list[sp.Rating]:
    raters = ["ada"] if relation == "self" else [f"{relation}-{number}" for number in range(len(points))]
    return [
        sp.Rating(subject="ada", rater=rater, relation=relation, item=item, points=each)
        for rater, each in zip(raters, points, strict=True)
    ]


def fed_back() -> FeedbackReport:
    ratings = [
        *said("self", [5]),
        *said("manager", [3]),
        *said("manager", [4], "fair"),
        *said("peer", [3, 4, 5]),
        *said("peer", [2, 2], "fair"),
        *said("report", [1, 2]),
        *said("customer", [5]),
    ]
    weights: dict[Relation, int] = {"manager": 1, "peer": 1, "report": 1, "customer": 1, "self": 0}
    return summarize(ratings, weights=weights, scale=(1, 5))


def numbers(audience: Audience | None, **results: object) -> NumberTrees:
    """Explain a review of people and nothing else, every number of which holds."""
    people = PeopleResults(**results)  # type: ignore[arg-type] # fields of results
    found = explain(build(sp.Records(org=ORG), owner=None, period=THIRD, as_of=AS_OF, audience=audience, people=people))
    assert broken(found) == []
    return found


def test_the_pay_of_each_and_of_all_who_are_shown_has_addresses() -> None:
    found = numbers(LEAD, statements=[paid("ada", JULY), paid("ada"), paid("bo", yuan=3_000), paid("bo", JULY, unit=sp.USD)])
    assert found.below("pay/ada").addresses == tuple(
        f"pay/ada/CNY/{name}" for name in ("due", "statements", "earned", "released", "held")
    )
    told = {name: found.tree(f"pay/CNY/{name}").value for name in ("statements", "earned", "released", "held")}
    assert told == {
        "statements": 3,
        "earned": yuan(250),
        "released": yuan(250),
        "held": yuan(0),
    }
    assert [(part.label.text(), part.value) for part in found.tree("pay/CNY/earned").parts] == [
        ("ada", yuan(100)),
        ("bo", yuan(150)),
    ]
    assert labels(found.tree("pay/ada/CNY/statements")) == [
        "earned in 2026-07",
        "earned in 2026-08",
    ]
    assert found.tree("pay/bo/USD/due").value == sp.Amount.of(50, sp.USD)


def test_lines_are_the_reader_s_own_alone() -> None:
    statements = [paid("ada", JULY), paid("ada"), paid("bo")]
    own = numbers(ADA, statements=statements)
    items = [own.tree(f"pay/ada/CNY/items/{place}") for place in (1, 2)]
    assert [item.value for item in items] == [yuan(50)] * 2
    assert all(item.parts for item in items)
    assert own.below("pay/bo").addresses == ()
    assert own.tree("people/withheld/pay").value == 1
    seen = numbers(LEAD, statements=statements)
    assert not [address for address in seen.addresses if "/items/" in address]
    assert not any(part.parts for part in seen.tree("pay/ada/CNY/earned").parts)


def test_released_is_earned_less_what_waits_and_held_is_what_still_does() -> None:
    found = numbers(ADA, statements=[paid("ada", release=sp.Release(basis="collected"))])
    released = found.tree("pay/ada/CNY/released")
    assert values(released) == [yuan(50), yuan(-50)]
    assert released.value == yuan(0)
    held = found.tree("pay/ada/CNY/held")
    assert (held.value, held.parts) == (yuan(50), ())


def test_units_of_one_code_are_told_apart_by_their_digits() -> None:
    found = numbers(ADA, statements=[paid("ada"), paid("ada", JULY, unit=sp.Unit("CNY", 4, "money"))])
    assert {address for address in found.addresses if address.endswith("/earned")} == {
        "pay/CNY~2/earned",
        "pay/CNY~4/earned",
        "pay/ada/CNY~2/earned",
        "pay/ada/CNY~4/earned",
    }


def test_whoever_is_appraised_more_than_once_has_an_address_for_each() -> None:
    parts = {"attainment": 1.0, "initiative": 4}
    once, *twice = (
        appraise(rep, parts, STANDARD_SCHEMES["rep"], period=period)
        for rep, period in (("ada", JULY), ("bo", JULY), ("bo", AUGUST))
    )
    found = numbers(LEAD, appraisals=[once, *twice])
    assert found.below("appraisal").addresses == (
        "appraisal/ada",
        "appraisal/bo/Sales rep/2026-07",
        "appraisal/bo/Sales rep/2026-08",
    )
    assert found.tree("appraisal/ada").value == once.score.value


def test_of_feedback_there_is_what_was_released_and_how_much_was_not() -> None:
    found = numbers(ADA, feedback={date(2026, 9, 1): fed_back()})
    told = {
        address.removeprefix("feedback/ada/"): found.tree(address).value for address in found.below("feedback/ada").addresses
    }
    together = "report+customer"
    # How calm one is: 5 by oneself, 3 by the manager, 4 by peers, and 8 / 3 by the others together, who count twice.
    assert {
        name: told[name] for name in ("gap", "minimum", "manager/mean", "manager/raters", "manager/shown", "manager/items")
    } == {
        "gap": pytest.approx(5 - (3 + 4 + 2 * 8 / 3) / 4),
        "minimum": 3,
        "manager/mean": 3.5,
        "manager/raters": 1,
        "manager/shown": 2,
        "manager/items": 2,
    }
    assert (told["peer/mean"], told["peer/shown"], told["peer/items"]) == (4.0, 1, 2)
    assert told[f"{together}/mean"] == pytest.approx(8 / 3)
    assert (told["report/shown"], told["report/items"]) == (0, 1)
    assert {"report/mean", "report/raters", "customer/mean"}.isdisjoint(told)
    assert [(part.label.text(), part.value) for part in found.tree("feedback/ada/manager/mean").parts] == [
        ("calm", 3.0),
        ("fair", 4.0),
    ]
    # Own points have no weight in the score, so it does not tell them item by item; pooled groups have no name in it.
    assert [found.tree(f"feedback/ada/{group}/mean").parts for group in ("self", together)] == [(), ()]


def test_nobody_in_particular_sees_how_much_there_is_and_nothing_else() -> None:
    everything = {
        "statements": [paid("ada")],
        "appraisals": [appraise("bo", {"attainment": 1.0}, STANDARD_SCHEMES["rep"], period=JULY)],
        "feedback": {date(2026, 9, 1): fed_back()},
    }
    found = numbers(None, **everything)
    assert [found.tree(f"people/withheld/{kind}").value for kind in PEOPLE_KINDS] == [1, 1, 1]
    assert not [address for address in found.addresses if address.startswith(("pay/", "appraisal/", "feedback/"))]
    assert not numbers(None).below("people").addresses


def test_whoever_says_nothing_of_himself_has_no_gap() -> None:
    report = summarize(said("manager", [3]), weights={"manager": 1})
    assert numbers(ADA, feedback={date(2026, 9, 1): report}).below("feedback/ada/gap").addresses == ()

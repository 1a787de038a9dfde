"""Nouns of pay: what makes a plan, and what none can be made of."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from salesperf import (
    CNY,
    COUNT,
    USD,
    Amount,
    Bonus,
    Clawback,
    Coefficient,
    CommissionPlan,
    Curve,
    Draw,
    Entry,
    FrozenMap,
    InvalidInputError,
    Message,
    PayRate,
    Period,
    PlanBook,
    Pool,
    RatedPay,
    Release,
    SalesperfError,
    Spiff,
    Steps,
    Tier,
    TieredPay,
)
from salesperf.commission.accounts import EntryAccount
from salesperf.commission.pieces import Pieces
from salesperf.commission.rules import OnPieces, RoundedTo, ShareOfPool
from salesperf.commission.stated import DrawAccount
from salesperf.messages import LANGUAGES, describe_error
from salesperf.model.breakdown import Breakdown
from salesperf.model.tiers import tier_faults

D = Decimal
YEAR = Period.year(2026)
ONE = Tier(0, None, D("0.1"))
AMOUNT = Amount.of(1, CNY)
HALF = Steps([(0, D("0.5"))])
FLAT = RatedPay(key="flat", rates=[PayRate(rate=D("0.1"))])


def plan_of(**changed: Any) -> CommissionPlan:  # noqa: ANN401 - fields
    fields: dict[str, Any] = {"key": "p", "unit": CNY, "period": YEAR, "rated": [FLAT]}
    return CommissionPlan(**(fields | changed))


def tiered(**changed: Any) -> TieredPay:  # noqa: ANN401 - fields
    fields: dict[str, Any] = {"key": "t", "tiers": [ONE]}
    return TieredPay(**(fields | changed))


REFUSED: list[tuple[Callable[[], object], str, tuple[str | int, ...]]] = [
    (lambda: Tier(0, None, D("-0.1")), "below_zero", ("Tier", "rate")),
    (lambda: Tier(0, None, 0.1), "rate_float", ("Tier", "rate")),  # type: ignore[arg-type] # the point
    (lambda: Tier(5, 5, 1), "tier_reversed", ("Tier", "end")),
    (lambda: tiered(mode="sliding"), "choice", ("TieredPay", "mode")),
    (lambda: tiered(weight=1), "weight_without_quota", ("TieredPay", "weight")),
    (lambda: tiered(over="quota", weight=1, rate=1), "weight_without_quota", ("TieredPay", "weight")),
    (lambda: RatedPay(key="r", rates=[]), "too_few", ("RatedPay", "rates")),
    (lambda: RatedPay(key="r", rates=[PayRate(rate=1)], price_fact="p"), "price_half", ("RatedPay", "price_fact")),
    (
        lambda: RatedPay(key="r", rates=[PayRate(when={"a": 1}, rate=1), PayRate(when={"b": 1}, rate=1)]),
        "rates_ambiguous",
        ("RatedPay", "rates", 1),
    ),
    (lambda: Bonus(key="b", amount=AMOUNT), "one_of_two", ("Bonus", "curve")),
    (lambda: Bonus(key="b", steps=HALF), "one_of_two", ("Bonus", "amount")),
    (lambda: Bonus(key="b", steps=Steps([(0, 0.5)]), amount=AMOUNT), "rate_float", ("Bonus", "steps", "knots", 0)),
    (lambda: Bonus(key="b", steps=Steps([(0, 1)], 0.5), amount=AMOUNT), "rate_float", ("Bonus", "steps", "below")),
    (lambda: Spiff(key="s"), "one_of_two", ("Spiff", "amount")),
    (lambda: Pool(key="p", team="t", rate=1, weights={"a": 0}), "weights_all_zero", ("Pool", "weights")),
    (lambda: Coefficient(score="k"), "one_of_two", ("Coefficient", "curve")),
    (lambda: Coefficient(score="k", curve=Curve([(0, -1)])), "below_zero", ("Coefficient", "curve")),
    (lambda: Coefficient(score="k", steps=Steps([(0, -1)])), "below_zero", ("Coefficient", "steps")),
    (lambda: Draw(amount=-AMOUNT), "below_zero", ("Draw", "amount")),
    (lambda: Clawback(share_by_month=Steps([(0, 2)])), "out_of_range", ("Clawback", "share_by_month")),
    (lambda: Clawback(share_by_month=Steps([(0, 1)], -1)), "out_of_range", ("Clawback", "share_by_month")),
    (lambda: Release(ageing=Steps([(0, 2)])), "out_of_range", ("Release", "ageing")),
    (lambda: Release(ageing=Steps([(0, 1)], -1)), "out_of_range", ("Release", "ageing")),
    (lambda: plan_of(rated=[]), "plan_without_parts", ("CommissionPlan",)),
    (lambda: plan_of(rated=[FLAT, FLAT]), "not_unique", ("CommissionPlan", "parts")),
    (
        lambda: plan_of(tiered=[tiered(over="quota", weight=D("0.5"))], target_pay=AMOUNT),
        "weights_not_one",
        ("CommissionPlan", "parts"),
    ),
    (lambda: plan_of(bonuses=[Bonus(key="b", steps=HALF, weight=1)]), "target_pay_missing", ("CommissionPlan", "target_pay")),
    (lambda: plan_of(unit=COUNT), "pay_not_money", ("CommissionPlan", "unit")),
    (lambda: plan_of(floor=Amount.of(1, USD)), "unit_mismatch", ("CommissionPlan", "floor")),
    (
        lambda: plan_of(spiffs=[Spiff(key="s", amount=Amount.of(1, USD))]),
        "unit_mismatch",
        ("CommissionPlan", "spiffs", 0, "amount"),
    ),
    (
        lambda: PlanBook([plan_of(), plan_of(key="q", period=Period.quarter(2026, 2), payees=["ada"])]),
        "plans_overlap",
        ("PlanBook", "plans", 1),
    ),
    (lambda: PlanBook([plan_of(payees=["ada"])]).plan_for("bo", date(2026, 5, 1)), "no_plan", ("payee",)),
    (lambda: PlanBook([plan_of()]).plan_for(None, date(2026, 5, 1)), "empty", ("payee",)),  # type: ignore[arg-type]
    (
        lambda: Entry(id="e", payee="a", on=date(2026, 5, 1), amount=AMOUNT, reverses="e"),
        "reverses_itself",
        ("Entry", "reverses"),
    ),
    (
        lambda: DrawAccount(opening=AMOUNT, advanced=AMOUNT, recovered=AMOUNT, forgiven=AMOUNT, closing=AMOUNT),
        "draw_not_conserved",
        ("DrawAccount", "closing"),
    ),
]


@pytest.mark.parametrize(("make", "code", "path"), REFUSED)
def test_what_no_plan_can_be_made_of_is_refused(make: Callable[[], object], code: str, path: tuple[str | int, ...]) -> None:
    with pytest.raises(SalesperfError) as caught:
        make()
    error = caught.value
    first = error.exceptions[0] if isinstance(error, InvalidInputError) else error
    assert isinstance(first, SalesperfError)
    assert (first.code, first.path) == (code, path)
    assert all(describe_error(error, lang=lang) for lang in LANGUAGES)


def test_versions_follow_one_another_and_two_plans_may_be_for_two() -> None:
    first, second = plan_of(period=Period.half(2026, 1)), plan_of(period=Period.half(2026, 2))
    book = PlanBook([second, first])
    assert book.plans == (first, second)
    assert book.plan_for("ada", date(2026, 7, 1)) is second
    both = PlanBook([plan_of(payees=["ada"]), plan_of(key="q", payees=["bo"])])
    assert both.plan_for("bo", date(2026, 7, 1)).key == "q"


def test_a_plan_says_what_its_parts_and_its_pay_mix_are() -> None:
    plan = plan_of(title="Field", target_pay=Amount.of(100, CNY), variable_share=D("0.4"), payees=["bo", "ada", "bo"])
    assert (plan.label, plan_of().label, plan.payees) == ("Field", "p", ("ada", "bo"))
    assert (plan.variable_pay, plan_of().variable_pay) == (Amount.of(40, CNY), None)
    assert plan.window_of(Period.month(2026, 5)) == YEAR
    assert [*tier_faults(tiered().tiers, "marginal")] == []


def test_a_rule_of_pay_does_not_hold_for_what_is_no_number() -> None:
    (text,) = (Breakdown(label=Message("x"), value=AMOUNT),)
    pieces = Pieces((), (0,), (1,), 1, 1)
    for rule in (OnPieces(pieces), RoundedTo(CNY)):
        assert not Breakdown(label=Message("y"), value=AMOUNT, rule=rule, parts=(text,)).holds()
    number = Breakdown(label=Message("x"), value=7)
    assert not Breakdown(label=Message("y"), value=AMOUNT, rule=ShareOfPool((1,), 0), parts=(number,)).holds()


def test_what_is_held_is_what_is_neither_released_nor_lost() -> None:
    entry = Entry(id="e", payee="a", on=date(2026, 5, 1), amount=AMOUNT)
    account = EntryAccount(entry=entry, earned=Amount.of(9, CNY), released=Amount.of(5, CNY), forfeited=AMOUNT)
    assert account.held == Amount.of(3, CNY)
    assert entry.facts == FrozenMap()

"""What is found in a plan before anyone is paid by it, and what it costs."""

# ruff: noqa: E501 - sentences stand as readers see them

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from salesperf import (
    CNY,
    COUNT,
    USD,
    Amount,
    Bonus,
    CommissionPlan,
    Curve,
    Finding,
    InvalidInputError,
    InvalidValueError,
    PayRate,
    Period,
    Pool,
    RatedPay,
    SalesperfError,
    Spiff,
    Steps,
    Tier,
    TieredPay,
)
from salesperf.commission import check, simulate

D = Decimal
YEAR = Period.year(2026)
RISING = [Tier(0, 1000, D("0.05")), Tier(1000, None, D("0.1"))]
FALLING = [Tier(0, 1000, D("0.1")), Tier(1000, None, D("0.05"))]


def plan_of(*tiered: TieredPay, **others: Any) -> CommissionPlan:  # noqa: ANN401 - fields
    return CommissionPlan(key="field", unit=CNY, period=YEAR, tiered=tiered, **others)


def part_of(tiers: list[Tier], **others: Any) -> TieredPay:  # noqa: ANN401 - fields
    return TieredPay(key="sales", tiers=tiers, **others)


def told(findings: tuple[Finding, ...]) -> Iterator[tuple[str, str, str]]:
    for finding in findings:
        assert finding.text("zh") != finding.text()
        assert not re.search(r"[\u4e00-\u9fff] [\u4e00-\u9fff]", finding.text("zh"))
        yield finding.rule, finding.severity, finding.text()


FOUND: list[tuple[str, CommissionPlan, list[Any] | None, list[tuple[str, str, str]]]] = [
    ("nothing", plan_of(part_of(RISING)), None, []),
    (
        "a gap",
        plan_of(part_of([Tier(0, 1000, 0), Tier(1200, None, 1)])),
        None,
        [("tier_fault", "serious", "sales, tier 2: expected a tier that begins at 1,000, got one that begins at 1,200, and nothing between.")],
    ),
    (
        "no tier, an overlap with one that has no end, and a schedule that ends",
        plan_of(
            TieredPay(key="a", tiers=[]),
            TieredPay(key="b", tiers=[Tier(0, None, 0), Tier(5, 9, 1)]),
            TieredPay(key="c", tiers=[Tier(1, None, 1)], mode="interpolated"),
        ),
        None,
        [
            ("tier_fault", "serious", "a, tier 1: expected at least one tier, got none."),
            ("tier_fault", "serious", "b, tier 2: expected a tier that begins at ∞, where the one below ends, got one that begins at 5."),
            ("tier_fault", "serious", "b, tier 2: expected a last tier without an end, got one that ends at 9 (hint: what lies beyond it would have no rate)."),
            ("tier_fault", "serious", "c, tier 1: expected a tier that begins at 0, got one that begins at 1, and nothing between."),
            ("tier_fault", "serious", "c, tier 1: expected tiers that all end, since each brings what is stated when it is full, got one without an end."),
        ],
    ),
    (
        "a cliff",
        plan_of(part_of(FALLING, mode="retroactive")),
        None,
        [("cliff", "serious", "sales: reaching CNY 1,000.00 pays CNY 50.00, just below it pays CNY 100.00: CNY 50.00 less for more.")],
    ),
    (
        "a cliff over the quota",
        plan_of(part_of([Tier(0, 1, D("0.1")), Tier(1, None, D("0.05"))], mode="retroactive", over="quota")),
        None,
        [("cliff", "serious", "sales: reaching 100% pays 5% of the quota, just below it pays 10% of the quota: 5% of the quota less for more.")],
    ),
    (
        "pay above credit",
        plan_of(
            part_of([Tier(0, 1000, D("0.5")), Tier(1000, None, D("1.2"))]),
            rated=[RatedPay(key="dear", rates=[PayRate(rate=D("0.8"))], price_fact="p", price_steps=Steps([(1, 2)], 1))],
            spiffs=[Spiff(key="launch", rate=D("1.5")), Spiff(key="fair", amount=Amount.of(1, CNY))],
            pools=[Pool(key="pool", team="east", rate=D(2), weights={"ada": 1})],
        ),
        None,
        [
            ("above_credit", "warning", "dear: more is paid than is brought, 160% at the highest rate."),
            ("above_credit", "warning", "launch: more is paid than is brought, 150% at the highest rate."),
            ("above_credit", "warning", "pool: more is paid than is brought, 200% at the highest rate."),
            ("above_credit", "warning", "sales: more is paid than is brought, 120% from CNY 1,000.00 on."),
        ],
    ),
    (
        "tiers beyond everybody",
        plan_of(part_of([Tier(0, 1, 1), Tier(1, 2, 2), Tier(2, None, 3)], over="quota", weight=1), target_pay=Amount.of(9, CNY)),
        [0.5, D("1.5"), Amount.of(7, CNY)],
        [
            ("unreachable_tier", "warning", "sales: the tier from 200% on is beyond every attainment (2); the highest is 150%."),
            ("attainments_unfit", "info", "field: attainments that no tiers look at, being of another kind or unit: 1."),
        ],
    ),
    (
        "attainments of the wrong kind",
        plan_of(part_of(RISING), TieredPay(key="share", over="quota", tiers=[Tier(0, 1, D("0.1")), Tier(1, None, D("0.2"))])),
        [Amount.of(5, COUNT), Amount.of(5, USD)],
        [
            ("attainments_unfit", "info", "field: attainments that no tiers look at, being of another kind or unit: 2."),
            ("attainments_unfit", "info", "sales: no attainment is an amount of its unit, so who reaches its tiers cannot be told."),
            ("attainments_unfit", "info", "share: no attainment is a share of a quota, so who reaches its tiers cannot be told."),
        ],
    ),
    (
        "pay above credit only together",
        plan_of(
            part_of([Tier(0, 1000, D("0.2")), Tier(1000, None, D("0.5"))]),
            TieredPay(key="early", tiers=[Tier(0, 500, D("0.4")), Tier(500, None, D("0.1"))], mode="retroactive"),
            TieredPay(key="units", tiers=[Tier(0, None, D(50))], measure="units_sold"),
            TieredPay(key="cash", tiers=[Tier(0, None, D("0.5"))], basis="collected"),
            rated=[RatedPay(key="matrix", rates=[PayRate(rate=D("0.3"))])],
            spiffs=[Spiff(key="launch", rate=D("0.15")), Spiff(key="dear", rate=D("1.5"))],
        ),
        None,
        # By hand: at most 0.2 + 0.4 or 0.5 + 0.1 of tiers, whatever was reached, with 0.3 and 0.15.
        [
            ("cliff", "serious", "early: reaching CNY 500.00 pays CNY 50.00, just below it pays CNY 200.00: CNY 150.00 less for more."),
            ("above_credit", "warning", "dear: more is paid than is brought, 150% at the highest rate."),
            ("above_credit", "warning", "field: sales, early, matrix, launch together pay more than is brought, 105% at their highest rates."),
        ],
    ),
    (
        "bunching that pays just below an edge",
        plan_of(part_of([Tier(0, D("0.8"), D("0.01")), Tier(D("0.8"), None, D("0.016"))], mode="retroactive", over="quota"), resets="quarter"),
        None,
        # By hand: 80 % at 1 % twice is 1.6 % of the quota; 160 % at 1.6 % is 2.56 %.
        [("hold_to_bunch", "info", "sales: just below 80% twice pays 1.6% of the quota; all of it in one window and none in the other pays 2.56% of the quota: 0.96% of the quota more for holding deals.")],
    ),
    (
        "facts with too many combinations",
        plan_of(rated=[RatedPay(key="matrix", missing="nothing", rates=[PayRate(when={f"fact-{n}": f"{n}-{m}" for n in range(12)}, rate=D("0.1")) for m in range(9)])]),
        None,
        [("rate_gaps_unknown", "info", "matrix: 282,429,536,481 combinations of facts are too many to be looked through for gaps.")],
    ),
    (
        "tiers of units beyond everybody",
        plan_of(part_of([Tier(0, 10, 5), Tier(10, None, 7)], measure="units_sold")),
        [Amount.of(8, COUNT)],
        [("unreachable_tier", "warning", "sales: the tier from 10 on is beyond every attainment (1); the highest is 8.")],
    ),
    (
        "rates that are missing",
        plan_of(
            rated=[
                RatedPay(
                    key="matrix",
                    rates=[
                        PayRate(when={"product": "A", "customer": "new"}, rate=D("0.1")),
                        PayRate(when={"product": "B", "customer": "old"}, rate=D("0.1")),
                    ],
                )
            ]
        ),
        None,
        [("rate_gap", "serious", "matrix: combinations without a rate: 2, such as new / B, old / A.")],
    ),
    (
        "a cap",
        plan_of(part_of(RISING), cap=Amount.of(100, CNY)),
        None,
        [("hold_at_cap", "warning", "sales: from CNY 1,500.00 on the cap of CNY 100.00 holds and more brings nothing, so deals wait until it ends.")],
    ),
    (
        "a cap on target pay, and one that depends on each quota",
        plan_of(
            part_of([Tier(0, None, 1)], over="quota", weight=1),
            TieredPay(key="other", tiers=[Tier(0, None, D("0.1"))], over="quota"),
            TieredPay(key="none", tiers=[Tier(0, None, 0)]),
            target_pay=Amount.of(200, CNY),
            cap=Amount.of(300, CNY),
        ),
        None,
        [("hold_at_cap", "warning", "sales: from 150% on the cap of CNY 300.00 holds and more brings nothing, so deals wait until it ends.")],
    ),
    (
        "a threshold with resets",
        plan_of(part_of([Tier(0, 1000, 0), Tier(1000, None, D("0.1"))]), resets="quarter"),
        None,
        [
            ("hold_below_tier", "warning", "sales: below CNY 1,000.00 nothing is paid; who cannot reach it gains up to CNY 100.00 by holding deals until the plan counts anew."),
            ("hold_to_bunch", "info", "sales: CNY 1,000.00 twice pays CNY 0.00; all of it in one window and none in the other pays CNY 100.00: CNY 100.00 more for holding deals."),
        ],
    ),
    (
        "falling rates with resets",
        plan_of(part_of(FALLING), resets="quarter"),
        None,
        [("hold_surplus", "info", "sales: CNY 1,000.00 twice pays CNY 200.00; all of it in one window and none in the other pays CNY 150.00: CNY 50.00 more for holding what is beyond.")],
    ),
    (
        "bonuses that fall",
        plan_of(
            part_of(RISING),
            bonuses=[
                Bonus(key="reach", curve=Curve([(0, 0), (1, 1), (2, D("0.5"))]), amount=Amount.of(100, CNY)),
                Bonus(key="late", score="days", steps=Steps([(30, D("0.4"))], 1), amount=Amount.of(50, CNY)),
            ],
        ),
        None,
        [
            ("cliff", "serious", "late: reaching 30 pays CNY 20.00, just below it pays CNY 50.00: CNY 30.00 less for more."),
            ("cliff", "serious", "reach: on the way to 200% pay falls from CNY 100.00 to CNY 50.00: CNY 50.00 less for more."),
        ],
    ),
    ("one tier with resets", plan_of(part_of([Tier(0, None, D("0.1"))]), resets="quarter"), None, []),
    (
        "interpolated tiers over the quota",
        plan_of(part_of([Tier(0, 1, 5000)], mode="interpolated", over="quota")),
        None,
        [],
    ),
    ("rates for each unit", plan_of(part_of([Tier(0, None, 50)], measure="units_sold")), None, []),
]  # fmt: skip


@pytest.mark.parametrize(("plan", "attainments", "expected"), [each[1:] for each in FOUND], ids=[each[0] for each in FOUND])
def test_what_a_designer_should_see_is_found_with_its_numbers(
    plan: CommissionPlan,
    attainments: list[Any] | None,
    expected: list[tuple[str, str, str]],
) -> None:
    assert list(told(check(plan, attainments))) == expected


def test_attainments_are_numbers_or_amounts() -> None:
    with pytest.raises(InvalidValueError) as caught:
        check(plan_of(part_of(RISING)), [Amount.of(1, CNY), float("nan")])
    assert (caught.value.code, caught.value.path) == ("not_finite", ("attainments", 1))


# What a plan costs


def test_a_simulation_is_exact_for_those_it_rests_on_and_repeats() -> None:
    plan = plan_of(part_of(RISING), cap=Amount.of(120, CNY), spiffs=[Spiff(key="launch", amount=Amount.of(1, CNY))])
    reached = [Amount.of(value, CNY) for value in (500, 1000, 2000)]
    cost, again = (simulate(plan, reached, rng=np.random.default_rng(3), draws=50) for _ in range(2))
    assert cost == again
    assert [each.decimal for each in cost.paid] == [25, 50, 120]
    assert cost.cost.low is not None
    assert cost.cost.high is not None
    assert 75 <= cost.cost.low <= 195 <= cost.cost.high <= 360
    assert cost.cost_per_payee.value == 65
    assert cost.rows()[0]["at_cap"] == 1
    assert cost.payout_share == pytest.approx(195 / 3500)
    assert "3 payees cost CNY 195.00" in cost.text()
    assert "Left out, since they do not follow from what was reached: launch." in cost.text()
    assert "达到封顶的人数：1。" in cost.text("zh")
    assert re.fullmatch(r"3 人共需 195.00 元，95.0% 的抽样最低 \S+ 元，最高 \S+ 元；最高一人为 120.00 元。.*", cost.text("zh"))
    alone = simulate(plan, reached[:1], rng=np.random.default_rng(3), draws=9)
    assert alone.text().startswith("One payee costs CNY 25.00; 95.0% of samples lie from CNY 25.00 to CNY 25.00. That is")
    plain = simulate(plan_of(part_of(RISING)), reached, rng=np.random.default_rng(3), draws=9)
    assert plain.text().endswith("That is 6.4% of their credit.")


def test_shares_of_a_quota_need_none_where_they_pay_shares() -> None:
    bonus = Bonus(key="reach", curve=Curve([(0, 0), (1, 1)]), amount=Amount.of(50, CNY))
    weighed = part_of([Tier(0, None, 1)], over="quota", weight=1)
    plan = plan_of(weighed, bonuses=[bonus], target_pay=Amount.of(100, CNY))
    cost = simulate(plan, [D("0.5"), Fraction(1)], rng=np.random.default_rng(3), draws=9)
    assert cost.total == Amount.of(225, CNY)
    assert cost.payout_share is None
    assert "of their credit" not in cost.text()
    by_rate = plan_of(part_of([Tier(0, None, D("0.1"))], over="quota"))
    assert simulate(by_rate, [0.5], rng=np.random.default_rng(3), quota=Amount.of(100, CNY)).total == Amount.of(5, CNY)


def test_each_payee_has_a_quota_of_his_own() -> None:
    by_rate = plan_of(part_of([Tier(0, 1, D("0.1")), Tier(1, None, D("0.2"))], over="quota"))
    quotas = [Amount.of(value, CNY) for value in (100, 1000, 100)]
    # By hand: 50 at 10 %; 500 at 10 %; 100 at 10 % and 20 at 20 %.
    for reached in ([D("0.5"), D("0.5"), D("1.2")], [Amount.of(value, CNY) for value in (50, 500, 120)]):
        cost = simulate(by_rate, reached, rng=np.random.default_rng(3), quota=quotas, draws=9)
        assert [each.decimal for each in cost.paid] == [5, 50, 14]
        assert cost.payout_share == pytest.approx(69 / 670)
    same = [
        simulate(by_rate, [D("0.5")] * 2, rng=np.random.default_rng(3), quota=each) for each in (quotas[0], [quotas[0]] * 2)
    ]
    assert same[0] == same[1]


@pytest.mark.parametrize(
    ("quotas", "code", "path"),
    [
        ([Amount.of(1, CNY)], "length", ("quota",)),
        ([Amount.of(1, CNY), Amount.of(0, CNY)], "quota_not_positive", ("quota", 1)),
        ([Amount.of(1, CNY), 1], "wrong_type", ("quota", 1)),
        (7, "wrong_type", ("quota",)),
    ],
)
def test_quotas_that_are_not_one_for_each_payee_are_refused(quotas: object, code: str, path: tuple[str | int, ...]) -> None:
    by_rate = plan_of(part_of([Tier(0, None, D("0.1"))], over="quota"))
    with pytest.raises(InvalidValueError) as caught:
        simulate(by_rate, [D("0.5"), D("0.5")], rng=np.random.default_rng(3), quota=quotas)  # type: ignore[arg-type] # that is the point
    assert (caught.value.code, caught.value.path) == (code, path)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"plan": plan_of(part_of([Tier(0, None, D("0.1"))], over="quota"))}, "quota_missing"),
    ({"plan": plan_of(part_of([Tier(0, None, D("0.1"))], over="quota")), "attainments": [Amount.of(5, CNY)]}, "quota_missing"),
    ({"attainments": []}, "too_few"),
    ({"attainments": [Amount.of(5, CNY), Amount.of(5, COUNT)]}, "unit_mismatch"),
    ({"rng": 7}, "wrong_type"),
    ({"draws": 0}, "out_of_range"),
    ({"quota": Amount.of(0, CNY)}, "quota_not_positive"),
]


@pytest.mark.parametrize(("changed", "code"), REFUSED)
def test_what_cannot_be_simulated_is_refused(changed: dict[str, Any], code: str) -> None:
    arguments: dict[str, Any] = {
        "plan": plan_of(part_of(RISING)),
        "attainments": [0.5],
        "rng": np.random.default_rng(3),
        "quota": None,
    }
    given = arguments | changed
    if "plan" not in changed and "attainments" not in changed:
        given["quota"] = given["quota"] or Amount.of(100, CNY) if code != "quota_not_positive" else given["quota"]
    with pytest.raises(SalesperfError) as caught:
        simulate(given.pop("plan"), given.pop("attainments"), **given)
    assert caught.value.code == code


def test_a_draft_is_not_simulated() -> None:
    with pytest.raises(InvalidInputError):
        simulate(plan_of(part_of([Tier(1, None, 1)])), [1], rng=np.random.default_rng(3))

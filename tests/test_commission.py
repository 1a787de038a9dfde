"""Statements: the results of others, worked examples, and what is refused."""

import pickle
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import pytest

from salesperf import (
    COUNT,
    EUR,
    USD,
    Amount,
    Bonus,
    Clawback,
    Coefficient,
    CommissionPlan,
    Curve,
    Draw,
    Entry,
    Guarantee,
    InvalidInputError,
    InvalidValueError,
    PayGate,
    PayRate,
    Period,
    Pool,
    RatedPay,
    Release,
    Rep,
    SalesperfError,
    Spiff,
    Steps,
    Tier,
    TieredPay,
    Unit,
    UnitMismatchError,
    UnknownNameError,
    __version__,
)
from salesperf.commission import CONVENTIONS, Statement, ledger, next_deal, split_credit, split_refunds, statement
from salesperf.messages import LANGUAGES, describe_error
from salesperf.testing import assert_breakdowns_hold

YEAR = Period.year(2026)
MAY, JUNE, AUGUST = (Period.month(2026, month) for month in (5, 6, 8))
D = Decimal


def usd(value: float | str | Decimal) -> Amount:
    """Write whatever number an oracle has, exactly as it is printed."""
    return Amount.of(D(str(value)), USD)


def sold(number: int, value: float | str, *, on: date = date(2026, 5, 4), **others: Any) -> Entry:  # noqa: ANN401 - fields
    named = {"id": f"e-{number}", "payee": "ada", "ref": f"o-{number}"} | others
    return Entry(on=on, amount=usd(value), **named)


def plan_of(*tiered: TieredPay, **others: Any) -> CommissionPlan:  # noqa: ANN401 - fields
    terms: dict[str, Any] = {"key": "field", "unit": USD, "period": YEAR, "tiered": tiered}
    return CommissionPlan(**(terms | others))


def flat(rate: str = "0.1", **others: Any) -> CommissionPlan:  # noqa: ANN401 - fields
    return plan_of(rated=[RatedPay(key="sales", rates=[PayRate(rate=D(rate))])], **others)


def paid(plan: CommissionPlan, *entries: Entry, period: Period = MAY, payee: str | Rep = "ada", **others: Any) -> Statement:  # noqa: ANN401 - arguments
    made = statement(plan, entries, payee=payee, period=period, **others)
    assert_breakdowns_hold(made)
    assert sum(line.pay.minor for line in made.lines) == made.earned.minor
    assert sum(round(row["pay"] * 100) for row in made.rows()) == made.total.minor  # type: ignore[operator, misc, arg-type]
    return made


def tiers_of(rows: list[list[Any]], scale: int = 1) -> list[Tier]:
    return [Tier(D(a) / scale, None if b is None else D(b) / scale, D(str(rate))) for a, b, rate in rows]


def refusal(call: Callable[[], object]) -> SalesperfError:
    with pytest.raises(SalesperfError) as caught:
        call()
    error = caught.value
    assert all(describe_error(error, lang=lang) for lang in LANGUAGES)
    return error.exceptions[0] if isinstance(error, InvalidInputError) else error  # type: ignore[return-value] # ours


# What others computed


def test_tiers_pay_what_others_publish(oracle: Callable[[str], Any]) -> None:
    cases = {case["id"]: case for case in oracle("commission_tiers.json")["cases"]}
    for name in ("ora-step-1500", "ora-interp-1200", "ora-interp-2000", "ora-interp-4500", "ora-step-60000"):
        inputs, expected = cases[name]["inputs"], cases[name]["expected"]
        rows = [list(row) for row in inputs["tiers"]]
        if inputs["mode"] == "marginal":
            rows[-1][1] = None  # what lies beyond the last tier has no rate there; here it has the last one
        part = TieredPay(key="sales", tiers=tiers_of(rows), mode=inputs["mode"])
        assert paid(plan_of(part), sold(1, inputs["amount"])).total == usd(expected["commission"])
    for name in ("ora-flat-5000", "ora-flat-15000"):
        inputs = cases[name]["inputs"]
        part = TieredPay(key="sales", tiers=tiers_of(inputs["tiers"]), mode="retroactive")
        (line,) = paid(plan_of(part), sold(1, inputs["amount"])).lines
        assert line.rate == Fraction(str(cases[name]["expected"]["rate"]))
    inputs = cases["acc-0"]["inputs"]
    part = TieredPay(key="sales", tiers=tiers_of(inputs["tiers_pct"], 100), mode="overage", over="quota", rate=D("0.6"))
    assert paid(plan_of(part), sold(1, inputs["revenue"]), quota=usd(inputs["quota"])).total == usd(48_000)
    inputs, expected = cases["acc-7"]["inputs"], cases["acc-7"]["expected"]
    part = TieredPay(key="sales", tiers=tiers_of(inputs["tiers_pct"], 100), mode="overage", over="quota", rate=D("0.5333"))
    whole = usd(expected["base"]) + usd(expected["overage_commission"])
    assert paid(plan_of(part), sold(1, inputs["revenue"]), quota=usd(inputs["quota"])).total == whole


def test_a_bonus_on_what_is_beyond_the_quota_is_nothing_at_the_quota(oracle: Callable[[str], Any]) -> None:
    cases = {case["id"]: case for case in oracle("commission_tiers.json")["cases"]}
    inputs, expected = cases["bon-equal"]["inputs"], cases["bon-equal"]["expected"]
    part = TieredPay(key="bonus", tiers=[Tier(0, 1, 0), Tier(1, None, D(inputs["pct"]) / 100)], over="quota")
    assert paid(plan_of(part), sold(1, inputs["sales"]), quota=usd(inputs["quota"])).total == usd(expected["bonus"])


def test_an_amount_on_a_bound_belongs_to_the_upper_tier(oracle: Callable[[str], Any]) -> None:
    cases = {case["id"]: case for case in oracle("commission_tiers.json")["cases"]}
    assert cases["ora-boundary"]["expected"]["tier_used"] == "next (higher)"
    inputs = cases["acc-bound-150"]["inputs"]
    part = TieredPay(key="sales", tiers=tiers_of(inputs["tiers_pct"], 100), mode="overage", over="quota", rate=D("0.1"))
    # 150% of 1000: the first 1000 at a tenth, and 500 at 2.5 times that.
    assert paid(plan_of(part), sold(1, 1500), quota=usd(1000)).total == usd(100 + 125)


def test_worked_cases_come_out(oracle: Callable[[str], Any]) -> None:
    for case in oracle("commission_worked.json")["cases"]:
        if "tiers" in case:
            tiers = tiers_of(case["tiers"], 100)
            part = TieredPay(key="sales", tiers=tiers, mode="overage", over="quota", rate=D(str(case["rate"])))
            made = paid(plan_of(part), sold(1, case["revenue"]), quota=usd(case["quota"]))
        elif "grid" in case or "multiplier" in case:
            rows = case.get("grid", [[0, None, 1]])
            part = TieredPay(key="sales", tiers=tiers_of(rows, 100), over="quota", weight=1)
            plan = plan_of(part, target_pay=usd(case["target_bonus"]))
            made = paid(plan, sold(1, case["attainment_pct"]), quota=usd(100))
        elif "tcv" in case:
            part = TieredPay(
                key="sales",
                tiers=tiers_of([[0, case["min_tcv"], 0], [case["min_tcv"], None, case["rate"]]]),
                mode="retroactive",
            )
            made = paid(plan_of(part), sold(1, case["tcv"]))
        else:
            part = TieredPay(key="sales", tiers=[Tier(0, None, 1)], over="quota", weight=1)
            plan = plan_of(part, target_pay=usd(case["variable_ote"]), variable_share=D(str(case["nrr_share"])))
            made = paid(plan, sold(1, case["eligible"]), quota=usd(case["target"]))
        assert made.total == usd(case["expected"]), case["case"]


def ramping(months: list[int]) -> Rep:
    """Make a rep who was not there, ramped up and was full in so many months of the first quarter of 2025."""
    absent, ramp, _ = months
    return Rep(id="ada", hired=date(2025, 1 + absent, 1), ramp=[1] * ramp)


def test_target_pay_of_a_ramp_comes_in_full(oracle: Callable[[str], Any]) -> None:
    part = TieredPay(key="sales", tiers=[Tier(0, None, 1)], over="quota", weight=1)
    for case in oracle("commission_ramp_draw_proration.json")["cases"]:
        inputs = case["inputs"]
        if not case["id"].startswith("rb-") or "months" not in inputs or inputs["csm"] or "error" in case["expected"]:
            continue
        quarter = Period.quarter(2025, 1)
        plan = plan_of(part, period=quarter, target_pay=usd(inputs["bonus"]), ramp="full_pay", proration="months")
        entries = [sold(1, inputs["attainment"], on=date(2025, 3, 3))] if inputs["attainment"] else []
        made = paid(plan, *entries, payee=ramping(inputs["months"]), period=quarter, quota=usd(inputs["quota"]))
        assert made.total == usd(case["expected"]["bonus"]), case["id"]


def test_the_months_of_a_ramp_are_those_of_others(oracle: Callable[[str], Any]) -> None:
    for case in oracle("commission_ramp_draw_proration.json")["cases"]:
        inputs = case["inputs"]
        if not case["id"].startswith("rb-q-") or inputs["start"] is None:
            continue
        quarter = Period.parse(inputs["quarter"])
        rep = Rep(id="ada", hired=date.fromisoformat(inputs["start"]), ramp=[1, 1, 1])
        absent, ramp, full = case["expected"]["months"]
        part = TieredPay(key="sales", tiers=[Tier(0, None, 1)], over="quota", weight=1)
        plan = plan_of(part, period=quarter, target_pay=usd(300), ramp="full_pay", proration="months")
        # What is reached is all of the quota: each month that is served brings 100.
        made = paid(plan, sold(1, 10, on=quarter.start), payee=rep, period=quarter, quota=usd(10))
        assert made.total == usd(100 * (3 - absent))
        assert sum(line.pay.minor for line in made.lines if line.entry is None) == 10_000 * ramp
        assert sum(line.pay.minor for line in made.lines if line.entry is not None) == 10_000 * full


def test_whoever_begins_in_the_second_half_of_a_month_serves_from_the_next_as_others_have_it(
    oracle: Callable[[str], Any],
) -> None:
    quarter = Period.quarter(2025, 1)
    part = TieredPay(key="sales", tiers=[Tier(0, None, 1)], over="quota", weight=1)
    plan = plan_of(part, period=quarter, target_pay=usd(300), proration="months", ramp="full_pay")
    for case in oracle("commission_ramp_draw_proration.json")["cases"]:
        if not case["id"].startswith("rb-start-"):
            continue
        rep = Rep(id="ada", hired=date.fromisoformat(case["inputs"]["start"]))
        served = 4 - date.fromisoformat(case["expected"]["effective"]).month
        made = paid(plan, sold(1, 10, on=date(2025, 3, 1)), payee=rep, period=quarter, quota=usd(10))
        assert made.total == usd(100 * served), case["id"]


def test_a_ramped_quota_a_prorated_one_and_a_draw_are_those_of_others(oracle: Callable[[str], Any]) -> None:
    cases = {case["id"]: case for case in oracle("commission_ramp_draw_proration.json")["cases"]}
    plain = TieredPay(key="sales", tiers=[Tier(0, 1, 1), Tier(1, None, 2)], mode="overage", over="quota", rate=D("0.1"))
    full = Rep(id="ada", hired=MAY.start, ramp=[D("0.5")])
    half = Rep(id="ada", hired=date(2026, 5, 15), ramp=[D("0.5")])  # 17 of 31 days
    for name, rep in (("cc-ramp-draw", full), ("cc-ramp-prorated", half), ("cc-ramp-accelerated", full)):
        inputs, expected = cases[name]["inputs"], cases[name]["expected"]
        plan = plan_of(plain, period=MAY, draw=Draw(amount=usd(inputs["draw"])), ramp="quota")
        entries = [sold(1, inputs["revenue"], on=date(2026, 5, 20))] if inputs["revenue"] else []
        made = paid(plan, *entries, payee=rep, quota=usd(inputs["quota"]))
        assert made.total == usd(round(expected["paid"], 2))
        assert "quota" not in expected or float(made.quotas["revenue"]) == pytest.approx(expected["quota"], rel=1e-12)
    inputs, expected = cases["qp-recoverable"]["inputs"], cases["qp-recoverable"]["expected"]
    made = paid(flat(draw=Draw(amount=usd(inputs["draw"]))), sold(1, inputs["earned"] * 10))
    assert made.draw is not None
    assert (made.draw.advanced, made.draw.closing) == (usd(expected["topup"]), usd(expected["balance"]))


def test_what_is_taken_back_falls_with_the_months_as_others_have_it(oracle: Callable[[str], Any]) -> None:
    cases = {case["id"]: case for case in oracle("commission_ramp_draw_proration.json")["cases"]}
    graduated = Steps([(0, 1), (12, D("0.75")), (24, D("0.5")), (36, D("0.25")), (48, 0)])
    decade = Period(date(2020, 1, 1), date(2030, 1, 1))
    for name in ("gc-12", "gc-23", "gc-36", "gc-48"):
        years, months = divmod(cases[name]["inputs"]["age_months"], 12)
        later = date(2021 + years, 1 + months, 15)
        plan = flat(period=decade, clawback=Clawback(share_by_month=graduated))
        sale = sold(1, 1000, on=date(2021, 1, 15))
        back = Entry(id="x", payee="ada", on=later, amount=-sale.amount, ref="o-1", reverses="e-1")
        made = paid(plan, sale, back, period=Period.month(later.year, later.month))
        assert made.total == -usd(cases[name]["expected"]["clawback_pct"])
    expected = cases["spf-clawback"]["expected"]
    plan = plan_of(
        TieredPay(key="sales", tiers=tiers_of([[0, 5000, "0.1"], [5000, None, "0.2"]]), mode="retroactive"),
        clawback=Clawback(share_by_month=Steps([(0, 1), (6, 0)]), method="as_paid"),
    )
    sale = sold(1, 5000, on=date(2026, 6, 2))
    first = paid(plan, sale, period=JUNE)
    back = Entry(id="x", payee="ada", on=date(2026, 8, 3), amount=usd(-2500), ref="o-1", reverses="e-1")
    july = paid(plan, sale, period=Period.month(2026, 7), previous=first)
    made = paid(plan, sale, back, period=AUGUST, previous=july)
    assert made.total == usd(expected["commission_adjustment"])
    assert made.counted == first.counted  # what was reached stays
    assert "Takes back 100% of the USD 1,000.00 paid for e-1" in made.text()


def test_a_share_of_the_smallest_unit_is_taken_back_exactly() -> None:
    part = TieredPay(key="sales", tiers=[Tier(0, None, 1)])
    plan = plan_of(part, clawback=Clawback(share_by_month=Steps([(0, D("0.3"))])))
    first, second = reversal(id="x1", amount=usd("-0.01")), reversal(id="x2", amount=usd("-0.01"))
    made = paid(plan, sold(1, "0.05"), first, second)
    # 5 less 0.3 rounds to 5, and less 0.6 to 4: the sum is rounded, never its parts.
    assert [line.pay.minor for line in made.lines] == [5, 0, -1]


def test_contributions_and_rates_are_those_of_others(oracle: Callable[[str], Any]) -> None:
    cases = {case["id"]: case for case in oracle("targets_and_contribution.json")["cases"]}
    orders = cases["split-credit"]["inputs"]["orders"]
    shared = [
        Entry(id=f"e-{place}", payee="team", on=date(2026, 5, 4), amount=Amount.of(count, COUNT), measure="units_sold")
        for place, (count, _) in enumerate(orders)
    ]
    parts = [split_credit(entry, {"ada": share, "bo": 100 - share}) for entry, (_, share) in zip(shared, orders, strict=True)]
    achieved = sum(part.amount.minor for each in parts for part in each if part.payee == "ada")
    assert achieved == cases["split-credit"]["expected"]["achieved"]
    inputs = cases["commission-100"]["inputs"]
    assert paid(flat("1"), sold(1, inputs["eligible"])).total == usd(cases["commission-100"]["expected"]["commission"])


# Parts


def test_a_matrix_takes_the_cell_that_fits_best_and_scales_by_price() -> None:
    cells = [
        PayRate(when={"product": "A"}, rate=D("0.04")),
        PayRate(when={"product": "A", "customer": "new"}, rate=D("0.08")),
        PayRate(rate=D("0.02")),
    ]
    steps = Steps([(D("0.9"), D("0.5")), (1, 1)])
    part = RatedPay(key="matrix", rates=cells, price_fact="price", price_steps=steps)
    plan = plan_of(rated=[part])
    made = paid(
        plan,
        sold(1, 1000, facts={"product": "A", "price": 1}),
        sold(2, 1000, facts={"product": "A", "customer": "new", "price": D("0.95")}),
        sold(3, 1000, facts={"product": "B", "price": D("0.8")}),
    )
    assert [line.pay for line in made.lines] == [usd(40), usd(40), usd(0)]
    lacking = refusal(lambda: paid(plan, sold(1, 1000)))
    assert (lacking.code, lacking.path) == ("rate_missing", ("entries", "e-1"))
    lenient = plan_of(rated=[RatedPay(key="matrix", rates=cells[:2], missing="nothing")])
    made = paid(lenient, sold(1, 1000))
    assert made.total == usd(0)
    assert made.lines[0].reasons[0].text() == "No rate fits the entry."


def test_premiums_pools_and_bonuses_pay_beside_commission() -> None:
    plan = plan_of(
        spiffs=[
            Spiff(key="launch", amount=usd(50), when={"product": "new"}, period=MAY),
            Spiff(key="extra", rate=D("0.01"), when={"product": "new"}),
        ],
        pools=[Pool(key="team", team="east", rate=D("0.01"), weights={"ada": 2, "bo": 1})],
        bonuses=[
            Bonus(key="quality", score="nps", curve=Curve([(0, 0), (50, 1)]), amount=usd(400)),
            Bonus(key="reach", steps=Steps([(1, D("0.5")), (2, 1)]), amount=usd(1000)),
        ],
    )
    entries = [
        sold(1, 1000, facts={"product": "new"}),
        sold(2, 1000, on=date(2026, 6, 3), facts={"product": "new"}),
        sold(3, 1000, payee="east"),
    ]
    may = paid(plan, *entries, quota=usd(1000), scores={"nps": 25})
    assert {line.part: line.pay for line in may.lines} == {
        "reach": usd(500),
        "launch": usd(50),
        "extra": usd(10),
        "team": usd("6.67"),
        "quality": usd(200),
    }
    june = paid(plan, *entries, quota=usd(1000), scores={"nps": 0}, period=JUNE, previous=may)
    assert {line.part: line.pay for line in june.lines} == {"reach": usd(500), "extra": usd(10), "quality": usd(0)}
    other = paid(plan, *entries, payee="bo", quota=usd(1000), scores={"nps": 0})
    assert [line.pay for line in other.lines if line.entry] == [usd("3.33")]
    assert "gate" not in may.text("zh")


def test_a_premium_that_is_reversed_is_taken_back_in_its_share() -> None:
    plan = plan_of(spiffs=[Spiff(key="launch", amount=usd(50), when={"product": "new"})])
    sale = sold(1, 1000, facts={"product": "new"})
    back = Entry(id="x", payee="ada", on=date(2026, 5, 9), amount=usd(-500), reverses="e-1")
    assert [line.pay for line in paid(plan, sale, back).lines] == [usd(50), usd(-25)]


def test_what_a_pool_and_a_premium_taken_back_pay_can_be_recomputed_from_their_lines() -> None:
    pool = Pool(key="team", team="east", rate=D("0.03"), weights={"ada": 2, "bo": 1})
    (line,) = paid(plan_of(pools=[pool]), sold(1, 1000, payee="east")).lines
    assert [reason.text() for reason in line.reasons] == [
        "USD 1,000.00 of east at 3% brings the pool to USD 30.00; by a weight of 2 in 3 the share in it is USD 20.00 in all."
    ]
    back = Entry(id="x", payee="ada", on=date(2026, 5, 9), amount=usd(-100), reverses="e-1")
    lines = paid(plan_of(spiffs=[Spiff(key="launch", amount=usd(50))]), sold(1, 1000), back).lines
    assert (lines[1].pay, lines[1].reasons[-1].text()) == (
        usd(-5),
        "USD -100.00 of a sale of USD 1,000.00: the premium of USD 50.00 is taken back in that share.",
    )


def test_units_bring_amounts_each() -> None:
    part = TieredPay(key="units", tiers=[Tier(0, 10, 5), Tier(10, None, D("7.5"))], measure="units_sold")
    entry = Entry(id="e-1", payee="ada", on=date(2026, 5, 4), amount=Amount.of(12, COUNT), measure="units_sold")
    made = paid(plan_of(part), entry)
    assert made.total == usd(65)
    assert made.lines[0].reasons[0].text() == "12 brings the sum to 12: 10 at 5 each, 2 at 7.5 each."
    assert made.lines[0].reasons[0].text("zh") == "计入 12，累计 12：10（按 5/件）、2（按 7.5/件）。"


def test_a_dealers_rebate_is_a_plan() -> None:
    part = TieredPay(key="rebate", tiers=tiers_of([[0, 1000, "0"], [1000, None, "0.03"]]), mode="retroactive", basis="invoiced")
    plan = plan_of(part, payees=["dealer-7"], resets="quarter")
    entries = [sold(n, 600, payee="dealer-7", on=date(2026, n, 9), basis="invoiced") for n in (4, 5, 7)]
    made = paid(plan, *entries, payee="dealer-7", period=Period.quarter(2026, 2))
    assert made.total == usd(36)
    assert "3% now holds for all of it, 0% until then" in made.lines[1].reasons[0].text()
    assert paid(plan, *entries, payee="dealer-7", period=Period.quarter(2026, 3)).total == usd(0)


# Terms


def test_gates_coefficients_and_caps_go_over_what_is_earned() -> None:
    steps = Steps([(60, D("0.8")), (80, 1), (95, D("1.2"))])
    plan = flat(
        gate=PayGate(score="compliance", least=60),
        coefficient=Coefficient(score="kpi", steps=steps),
        cap=usd(100),
        cap_of="period",
    )
    entries = [sold(1, 500), sold(2, "333.33"), sold(3, 500)]
    made = paid(plan, *entries, scores={"compliance": 80, "kpi": 70})
    assert [line.pay for line in made.lines] == [usd(40), usd("26.66"), usd("33.34")]
    assert "Times 0.8, for score kpi of 70." in made.lines[1].reasons[1].text()
    assert made.lines[2].reasons[-1].text() == "The cap of USD 100.00 for the period holds."
    closed = paid(plan, *entries, scores={"compliance": D("59.5"), "kpi": 99})
    assert closed.total == usd(0)
    assert "The gate is closed: score compliance of 59.5, 60 needed." in closed.text()
    assert "未达门槛" in closed.text("zh")
    for policy, total in (("open", usd(30)), ("closed", usd(0))):
        lenient = flat(
            gate=PayGate(score="compliance", least=60, missing=policy),  # type: ignore[arg-type] # a word
            coefficient=Coefficient(score="kpi", curve=Curve([(0, 0), (100, 1)]), missing="one"),
        )
        assert paid(lenient, sold(1, 300)).total == total


def test_every_term_that_looks_at_a_period_by_itself_is_told() -> None:
    score = Steps([(0, 1)])
    plan = flat(
        gate=PayGate(score="nps", least=0),
        coefficient=Coefficient(score="nps", steps=score),
        cap=usd(1),
        cap_of="period",
        floor=usd(1),
        guarantee=Guarantee(amount=usd(1), period=MAY),
        draw=Draw(amount=usd(1)),
        bonuses=[Bonus(key="quality", score="nps", steps=score, amount=usd(7))],
    )
    told = [message.key.rpartition(".")[2] for message in plan.telescoping_faults()]
    assert told == ["gate", "coefficient", "period_cap", "floor", "guarantee", "draw", "score_bonus"]
    assert all("各期" in note.text("zh") for note in paid(plan, scores={"nps": 1}).notes)


def test_what_a_pool_and_each_adjustment_come_to_can_be_reckoned_again() -> None:
    pool = Pool(key="team", team="east", rate=D("0.03"), weights={"bo": 1, "ada": 1})
    plan = plan_of(
        pools=[pool], floor=usd(20), guarantee=Guarantee(amount=usd(10), period=MAY), draw=Draw(amount=usd(60), limit=usd(30))
    )
    deal = sold(1, "33.37", payee="east")
    may = paid(plan, deal)
    # By hand: the pool is 1.00 (1.0011), of two equal weights 0.50; 9.50 to the guarantee, 10 to the floor, 30 up to the
    # limit of the draw.
    assert [(each.kind, each.amount) for each in may.adjustments] == [
        ("guarantee", usd(9.5)),
        ("floor", usd(10)),
        ("draw_advanced", usd(30)),
    ]
    june = paid(plan, deal, sold(2, 10_000, payee="east", on=date(2026, 6, 1)), period=JUNE, previous=may)
    assert june.adjustments[-1].amount == usd(-30)
    # Of 1.01 one of two equal weights has the cent.
    odd = [paid(plan, attrs.evolve(deal, amount=usd(33.67)), payee=payee) for payee in ("ada", "bo")]
    assert sorted(made.lines[0].pay for made in odd) == [usd(0.5), usd(0.51)]
    for made in (may, june, *odd):
        assert made.breakdown.holds()
        for tree in (*made.breakdown.parts[0].parts, *made.breakdown.parts[1:]):
            assert tree.parts
            assert len(list(tree.walk())) > 3
            assert tree.text("zh") != tree.text()


def worded(made: Statement) -> Statement:
    """Expect that every adjustment reaches down, recomputes and is worded, and that a copy says the same."""
    assert made.breakdown.holds()
    assert made.due_breakdown.holds()
    for each in made.adjustments:
        assert each.breakdown.parts, each.kind
        assert not any("commission." in each.breakdown.text(lang) for lang in LANGUAGES)
    assert pickle.loads(pickle.dumps(made)).breakdown == made.breakdown  # noqa: S301 - ours
    return made


def held_parts(made: Statement) -> list[tuple[str, Any]]:
    """Return label and value of every part of what is held or released, from the tree down."""
    (tree,) = (each.breakdown for each in made.adjustments if each.kind == "held")
    return [(node.label.key.removeprefix("commission."), node.value) for node in tree.walk()][1:]


def test_what_is_held_and_released_can_be_recomputed_from_payments() -> None:
    plan = flat(release=Release(ageing=Steps([(0, 1), (60, D("0.5"))]), holdback_share=D("0.1"), holdback_days=20))
    cash = [
        Entry(id=f"c-{on.month}", payee="ada", on=on, amount=usd(value), ref="o-1", basis="collected")
        for on, value in ((date(2026, 5, 20), 400), (date(2026, 8, 3), 700))
    ]
    may = worded(paid(plan, sold(1, 1000), *cash))
    assert held_parts(may) == [
        ("paid_out", usd(36)),
        ("paid_out_of", usd(36)),
        ("paid_out_in_all", usd(36)),
        ("earned_in_all", usd(100)),
        ("earned_earlier", usd(0)),
        ("line", usd(100)),
        ("share_now", Fraction(36, 100)),
        ("released_share", Fraction(2, 5)),
        ("released_by", Fraction(2, 5)),
        ("paid_share", Fraction(2, 5)),
        ("payment", usd(400)),
        ("owed_by_customer", usd(1000)),
        ("share_by_age", Fraction(1)),
        ("not_held_back", Fraction(9, 10)),
        ("paid_out_before", usd(0)),
        ("earned_by_entries", usd(100)),
        ("line", usd(100)),
    ]
    # In August more is paid than is owed, and half of it counts, since it is late; the holdback waits until September.
    august = worded(paid(plan, sold(1, 1000), *cash, period=AUGUST))
    told = dict(held_parts(august))
    assert (told["unpaid_share"], told["rest_share"], told["share_by_age"]) == (Fraction(3, 5), Fraction(3, 5), Fraction(1, 2))
    assert (told["paid_out_of"], told["paid_out_before"], told["earned_by_entries"]) == (usd(34), usd(36), usd(0))
    assert paid(plan, sold(1, 1000), *cash, period=Period.month(2026, 9)).adjustments == ()


def test_what_waits_for_nothing_and_what_nobody_owes_any_more_says_so() -> None:
    both = [RatedPay(key="cash", rates=[PayRate(rate=D("0.01"))], basis="collected")]
    plan = flat(release=Release(holdback_share=D("0.1")))
    plan = attrs.evolve(plan, rated=(*plan.rated, *both))
    cash = Entry(id="c", payee="ada", on=date(2026, 5, 20), amount=usd(500), ref="o-1", basis="collected")
    told = dict(held_parts(worded(paid(plan, sold(1, 1000), cash))))
    assert (told["share_at_once"], told["paid_out"]) == (1, usd(50))
    back = reversal(amount=usd(-400), ref="o-1", on=date(2026, 6, 3))
    may = paid(plan, sold(1, 1000))
    june = worded(paid(plan, sold(1, 1000), back, attrs.evolve(back, id="y", amount=usd(-600)), period=JUNE, previous=may))
    assert dict(held_parts(june))["nothing_owed"] == 1
    # A version without release pays out what the one before it held.
    later = worded(paid(flat(), sold(1, 1000), period=JUNE, previous=paid(flat(release=Release()), sold(1, 1000))))
    assert (later.total, dict(held_parts(later))["share_at_once"]) == (usd(100), 1)


def test_new_terms_and_corrections_reach_down_to_the_credit() -> None:
    part = TieredPay(key="sales", tiers=tiers_of([[0, 1, "0.05"], [1, None, "0.1"]]), over="quota")
    plan = plan_of(part, cap=usd(70))
    may = paid(plan, sold(1, 1000), quota=usd(2000))
    june = worded(paid(plan, sold(1, 1000), period=JUNE, quota=usd(500), previous=may))
    (changed,) = june.adjustments
    now, before = changed.breakdown.parts
    # 5% of 500 and 10% of 500 are 75, of which the cap leaves 70; the statement for May counted 5% of 1000.
    assert (now.value, before.value, changed.amount) == (usd(70), usd(50), usd(20))
    assert {node.value for node in now.walk()} >= {100_000, usd(75), usd(70)}
    corrected = worded(paid(plan, sold(1, 1000), sold(2, 100), quota=usd(2000), previous=may))
    (settled,) = corrected.adjustments
    assert [part.value for part in settled.breakdown.parts] == [usd(0), usd(50)]
    assert settled.breakdown.parts[1] == may.due_breakdown
    assert corrected.due_breakdown.value == corrected.due == usd(55)


def test_a_statement_says_by_which_version_and_conventions_it_was_made() -> None:
    made = paid(flat(), sold(1, 1000))
    assert (made.version, dict(made.conventions)) == (__version__, {"bounds": "upper_tier", "rounding": "half_up"})
    assert {row["version"] for row in made.rows()} == {__version__}
    pooled = plan_of(pools=[Pool(key="team", team="east", rate=D("0.03"), weights={"ada": 1})])
    assert paid(pooled).conventions == CONVENTIONS
    assert paid(pooled).text("zh").splitlines()[-1] == (
        f"由 salesperf {__version__} 核算。恰在档位界限上的业绩归入上一档。奖金池按韦伯斯特法分配。累计提成四舍五入取整。"
    )
    # What was made by an earlier version goes on to say so.
    assert attrs.evolve(made, version="0.0.9").rows()[0]["version"] == "0.0.9"


def test_a_bonus_tells_the_share_of_the_quota() -> None:
    bonus = Bonus(key="reach", curve=Curve([(0, 0), (1, 1)]), amount=usd(50))
    made = paid(plan_of(bonuses=[bonus]), sold(1, 400), quota=usd(1600))
    assert (
        made.lines[0]
        .reasons[0]
        .text()
        .endswith("brings the sum to USD 400.00, 25% of the quota, for a bonus of USD 12.50 in all.")
    )
    assert "达到目标额的 25%" in made.text("zh")


def test_a_quota_of_things_is_written_as_their_number() -> None:
    part = TieredPay(key="units", measure="units_sold", over="quota", tiers=[Tier(0, None, D("0.5"))])
    made = paid(plan_of(part), payee="ada", quota=Amount.of(40, COUNT))
    assert made.text().splitlines()[1].endswith(": 40")


def test_a_cap_of_the_window_holds_over_the_months() -> None:
    plan = flat(cap=usd(60))
    entries = [sold(1, 500), sold(2, 500, on=date(2026, 6, 1))]
    may = paid(plan, *entries)
    assert (may.total, paid(plan, *entries, period=JUNE, previous=may).total) == (usd(50), usd(10))
    assert paid(plan, *entries, period=YEAR).total == usd(60)


def test_floors_and_guarantees_are_for_the_days_that_are_served() -> None:
    plan = flat(floor=usd(310), guarantee=Guarantee(amount=usd(620), period=MAY))
    assert paid(plan).total == usd(620)
    half = Rep(id="ada", hired=date(2026, 5, 22))
    made = paid(plan, payee=half)
    assert made.total == usd(200)  # 10 of 31 days
    assert [(each.kind, each.amount) for each in made.adjustments] == [("guarantee", usd(200))]
    assert [each.kind for each in paid(plan, period=JUNE).adjustments] == ["floor"]
    by_workdays = flat(floor=usd(210), proration="workdays")
    assert paid(by_workdays, payee=half).total == usd(60)  # 6 of 21 workdays


def test_a_draw_is_advanced_recovered_limited_and_forgiven() -> None:
    plan = flat(draw=Draw(amount=usd(100), limit=usd(150), forgiven_on=date(2026, 9, 1)))
    months = [Period.month(2026, month) for month in (5, 6, 7, 8, 9)]
    entries = [sold(1, 1300, on=date(2026, 7, 3))]
    made: list[Statement] = []
    for month in months:
        made.append(paid(plan, *entries, period=month, previous=made[-1] if made else None))
    assert [each.total for each in made] == [usd(100), usd(50), usd(100), usd(30), usd(0)]
    closings = [each.draw.closing for each in made if each.draw]
    assert closings == [usd(100), usd(150), usd(120), usd(150), usd(0)]
    assert ledger(made).total == usd(280)
    gift = paid(flat(draw=Draw(amount=usd(100), is_recoverable=False)))
    assert gift.draw is not None
    assert (gift.total, gift.draw.forgiven, gift.draw.closing) == (usd(100), usd(100), usd(0))
    later = paid(flat("0.2"), sold(1, 1000, on=date(2026, 6, 2)), period=JUNE, previous=made[0])
    assert "Advances still owed: USD 0.00" in later.text()
    assert later.total == usd(100)  # what a plan without a draw still recovers


def test_cash_releases_what_was_earned_at_booking() -> None:
    ageing = Steps([(0, 1), (60, D("0.5"))])
    plan = flat(release=Release(ageing=ageing, holdback_share=D("0.1"), holdback_days=20))
    sale = sold(1, 1000)
    cash = [
        Entry(id=f"c-{on.month}", payee="ada", on=on, amount=usd(value), ref="o-1", basis="collected")
        for on, value in ((date(2026, 5, 20), 400), (date(2026, 8, 3), 600))
    ]
    months = [Period.month(2026, month) for month in (5, 6, 7, 8, 9)]
    made: list[Statement] = []
    for month in months:
        made.append(paid(plan, sale, *cash, period=month, previous=made[-1] if made else None))
    # 40 less a tenth; then 30 of 60, since it came late, less a tenth of all; the tenth of 70 after twenty days.
    assert [each.total for each in made] == [usd(36), usd(0), usd(0), usd(34), usd(0)]
    assert [each.held for each in made] == [usd(64), usd(64), usd(64), usd(0), usd(0)]
    (account,) = made[-1].accounts
    assert (account.earned, account.released, account.forfeited) == (usd(100), usd(70), usd(30))
    assert "Held until the customer pays: USD -64.00" in made[0].text()
    assert "尚待发放：64.00 美元" in made[0].text("zh")
    assert paid(plan, sale, *cash, period=months[3]).total == made[3].total  # without the statements before
    unknown = refusal(lambda: paid(plan, sold(2, 10, ref=None)))
    assert (unknown.code, unknown.path) == ("ref_missing", ("entries", "e-2", "ref"))


def test_cash_without_ageing_releases_its_share_and_is_in_the_currency_of_the_sale() -> None:
    plan = flat(release=Release())
    cash = Entry(id="c", payee="ada", on=date(2026, 5, 20), amount=usd(250), ref="o-1", basis="collected")
    made = paid(plan, sold(1, 1000), cash)
    assert (made.total, made.held) == (usd(25), usd(75))
    other = Entry(id="c", payee="ada", on=date(2026, 5, 20), amount=Amount.of(250, EUR), ref="o-1", basis="collected")
    error = refusal(lambda: paid(plan, sold(1, 1000), other))
    assert (error.code, error.path) == ("unit_mismatch", ("entries", "c", "amount"))


def test_cash_releases_neither_what_it_earns_itself_nor_what_no_entry_brings() -> None:
    plan = plan_of(
        release=Release(),
        rated=[
            RatedPay(key="sales", rates=[PayRate(rate=D("0.1"))]),
            RatedPay(key="cash", rates=[PayRate(rate=D("0.01"))], basis="collected"),
        ],
        bonuses=[Bonus(key="quality", score="nps", steps=Steps([(0, 1)]), amount=usd(7))],
        pools=[Pool(key="team", team="east", rate=D("0.02"), weights={"ada": 1})],
    )
    cash = Entry(id="c", payee="ada", on=date(2026, 5, 20), amount=usd(500), ref="o-1", basis="collected")
    team = sold(2, 1000, payee="east")
    half = Entry(id="d", payee="east", on=date(2026, 5, 20), amount=usd(500), ref="o-2", basis="collected")
    made = paid(plan, sold(1, 1000), cash, team, half, scores={"nps": 1})
    # Half of 100 and of 20, all of the 5 that cash earns and of the bonus of 7.
    assert (made.earned, made.total, made.held) == (usd(132), usd(72), usd(60))
    found = next_deal(plan, [sold(1, 1000), cash], sold(3, 100), payee="ada", period=MAY, scores={"nps": 1})
    assert (found.pay, found.due) == (usd(10), usd(0))
    assert found.text().startswith("e-3 of USD 100.00 earns USD 10.00, that is 10%; in this period USD 0.00 of it falls due.")


def test_a_deal_that_counts_by_several_measures_and_bases_is_paid_for_once() -> None:
    others = [
        RatedPay(key="margin", basis="margin", rates=[PayRate(rate=D("0.2"))]),
        RatedPay(key="units", measure="units_sold", rates=[PayRate(rate=D(3))]),
    ]
    plan = plan_of(release=Release(), rated=[RatedPay(key="sales", rates=[PayRate(rate=D("0.1"))]), *others])
    deal: dict[str, Any] = {"ref": "o-1", "on": date(2026, 5, 4)}
    sales = [
        sold(1, 1000, **deal),
        sold(2, 400, basis="margin", **deal),
        Entry(id="e-3", payee="ada", measure="units_sold", amount=Amount.of(2, COUNT), **deal),
    ]
    for cash, total in ((0, 0), (500, 93), (1000, 186)):
        payment = Entry(id="c", payee="ada", on=date(2026, 5, 20), amount=usd(cash), ref="o-1", basis="collected")
        made = paid(plan, *sales, payment)
        assert (made.earned, made.total) == (usd(186), usd(total))


def test_margin_is_released_by_the_share_of_the_price_that_is_paid() -> None:
    plan = plan_of(release=Release(), rated=[RatedPay(key="margin", basis="margin", rates=[PayRate(rate=D("0.2"))])])
    margin = sold(1, 200, ref="o-1", basis="margin")
    price, invoice = sold(2, 1000, ref="o-1"), sold(3, 400, ref="o-1", basis="invoiced", on=date(2026, 5, 9))
    cash = Entry(id="c", payee="ada", on=date(2026, 5, 20), amount=usd(200), ref="o-1", basis="collected")
    # A fifth of the price is paid, though it is as much as the margin; what is invoiced so far is less than the order.
    assert paid(plan, margin, price, invoice, cash).total == usd(8)
    assert paid(plan, margin, invoice, cash).total == usd(20)
    alone = refusal(lambda: paid(plan, margin, cash))
    assert (alone.code, alone.path) == ("release_without_price", ("entries", "e-1", "basis"))


def test_a_sale_taken_back_releases_nothing_more() -> None:
    plan = flat(release=Release(holdback_days=0))
    sale = sold(1, 1000)
    back = Entry(id="x", payee="ada", on=date(2026, 6, 3), amount=usd(-1000), ref="o-1", reverses="e-1")
    may = paid(plan, sale, back)
    june = paid(plan, sale, back, period=JUNE, previous=may)
    assert (may.total, june.total, june.held) == (usd(0), usd(0), usd(0))


# What was settled


def test_a_correction_is_a_new_statement_with_the_difference() -> None:
    plan = flat()
    settled = paid(plan, sold(1, 1000))
    corrected = paid(plan, sold(1, 1000), sold(2, 200), previous=settled)
    assert (settled.total, corrected.due, corrected.total) == (usd(100), usd(120), usd(20))
    assert corrected.is_correction
    assert corrected.text().startswith("Correction of the statement of ada for 2026-05")
    again = paid(plan, sold(1, 1000), previous=corrected)
    assert again.total == usd(-20)
    assert "To be paid back: USD 20.00" in again.text()
    assert ledger([settled, corrected, again]).total == usd(100)
    late = refusal(lambda: paid(plan, sold(1, 1000), sold(2, 200), period=JUNE, previous=settled))
    assert (late.code, late.path) == ("previous_stale", ("previous",))
    assert paid(plan, sold(1, 1000), sold(2, 200), period=JUNE, previous=corrected).total == usd(0)


def test_a_plan_takes_over_what_the_plan_that_it_replaces_advanced() -> None:
    may = paid(flat(key="field", draw=Draw(amount=usd(100))))
    partners = flat(key="partners", replaces=["field"])
    june = paid(partners, sold(1, 5000, on=date(2026, 6, 2)), period=JUNE, previous=may)
    assert (june.earned, june.total) == (usd(500), usd(400))


def test_a_new_quota_changes_what_was_counted_and_says_so() -> None:
    part = TieredPay(key="sales", tiers=tiers_of([[0, 1, "0.05"], [1, None, "0.1"]]), over="quota")
    plan = plan_of(part)
    may = paid(plan, sold(1, 1000), quota=usd(2000))
    june = paid(plan, sold(1, 1000), period=JUNE, quota=usd(500), previous=may)
    assert june.total == usd(25)
    assert [each.kind for each in june.adjustments] == ["terms_changed"]


def test_a_plan_that_pays_by_two_measures_has_a_quota_of_each() -> None:
    plan = plan_of(QUOTA_PART, TWO)
    visits = Entry(id="v", payee="ada", on=date(2026, 5, 4), amount=Amount.of(3, COUNT), measure="units_sold")
    quotas = {"revenue": usd(100), "units_sold": Amount.of(5, COUNT)}
    assert paid(plan, sold(1, 100), visits, quota=quotas).total == usd(13)
    missing = refusal(lambda: paid(plan, quota={"revenue": usd(100)}))
    assert (missing.code, missing.path) == ("quota_missing", ("quota",))


def test_what_was_taken_back_in_another_window_is_not_taken_back_again() -> None:
    sale, back = sold(1, 1000), reversal(amount=usd(-500))
    june_sale = sold(2, 100, on=date(2026, 6, 2))
    monthly = flat(resets="month")
    assert paid(monthly, sale, back, june_sale, period=JUNE).total == usd(10)
    as_paid = flat(resets="month", clawback=Clawback(share_by_month=Steps([(0, 1)]), method="as_paid"))
    may = paid(as_paid, sale, back)
    assert may.total == usd(50)
    assert paid(as_paid, sale, back, june_sale, period=JUNE, previous=may).total == usd(10)


def test_the_next_deal_pays_what_it_adds() -> None:
    part = TieredPay(key="sales", tiers=tiers_of([[0, 100, "0.05"], [100, None, "0.1"]]), mode="retroactive")
    found = next_deal(plan_of(part), [sold(1, 90)], sold(2, 10), payee="ada", period=MAY)
    assert found.pay == usd("5.50")
    assert found.text() == (
        "e-2 of USD 10.00 pays USD 5.50, that is 55%."
        " USD 10.00 brings the sum to USD 100.00: 10% now holds for all of it, 5% until then."
    )
    assert found.rows()[0]["rate"] == 0.55
    nothing = next_deal(plan_of(part), [], sold(2, 0), payee="ada", period=MAY)
    assert nothing.rate is None
    assert (
        next_deal(plan_of(part), [], sold(2, 10, payee="bo"), payee="ada", period=MAY)
        .text()
        .endswith("that is 0%. No part of the plan pays for it.")
    )
    marginal = plan_of(TieredPay(key="sales", tiers=part.tiers))
    before = next_deal(marginal, [sold(1, 100)], sold(2, 50, on=date(2026, 5, 1)), payee="ada", period=MAY)
    assert before.text() == (
        "e-2 of USD 50.00 pays USD 5.00, that is 10%. USD 50.00 brings the sum to USD 50.00: USD 50.00 at 5%."
        " The rest, USD 2.50, is what it changes of entries that come after it."
    )
    assert refusal(lambda: next_deal(plan_of(part), [], sold(2, 10), payee="ada", period=JUNE)).code == "entry_outside_plan"


def test_a_rep_can_follow_a_pay_slip() -> None:
    part = TieredPay(key="sales", tiers=tiers_of([[0, 1, "0.05"], [1, "1.5", "0.08"], ["1.5", None, "0.1"]]), over="quota")
    entries = [sold(1, 900), sold(2, 800, on=date(2026, 5, 6)), sold(3, -100, on=date(2026, 5, 7), ref=None)]
    made = paid(plan_of(part, title="Field plan"), *entries, sold(4, 5, measure="visits"), quota=usd(1000))
    assert made.text() == (
        "Statement of ada for 2026-05, plan Field plan\n"
        "Quota that counts, Revenue: USD 1,000.00\n"
        "  2026-05-04 e-1 (o-1), sales: USD 45.00. USD 900.00 brings the sum to USD 900.00: USD 900.00 at 5%.\n"
        "  2026-05-06 e-2 (o-2), sales: USD 65.00. USD 800.00 brings the sum to USD 1,700.00: "
        "USD 100.00 at 5%, USD 500.00 at 8%, USD 200.00 at 10%.\n"
        "  2026-05-07 e-3, sales: USD -10.00. USD -100.00 takes the sum back to USD 1,600.00: USD 100.00 at 10% less.\n"
        "Earned: USD 100.00\n"
        "To be paid: USD 100.00\n"
        "Note: no part of the plan pays for some entries (1): e-4.\n"
        f"Reckoned by salesperf {__version__}. An amount on a bound is of the tier above it. "
        "What is paid in all is rounded, half up."
    )
    overage = TieredPay(key="sales", tiers=part.tiers, mode="overage", over="quota")
    told = [line.reasons[0].text() for line in paid(plan_of(overage), *entries[:2], quota=usd(1000)).lines]
    assert told[1] == "USD 800.00 brings the sum to USD 1,700.00: the first USD 1,000.00 at 5%, all beyond at 10%."
    back = [sold(3, -300, on=date(2026, 5, 7)), sold(4, -300, on=date(2026, 5, 8)), sold(5, 0, on=date(2026, 5, 9))]
    told = [line.reasons[0].text() for line in paid(plan_of(overage), *entries[:2], *back, quota=usd(1000)).lines[2:]]
    assert told == [
        "USD -300.00 brings the sum to USD 1,400.00: the first USD 1,000.00 at 5%, all beyond now at 8%, 10% until then.",
        "USD -300.00 brings the sum to USD 1,100.00: the first USD 1,000.00 at 5%, all beyond at 8%.",
        "USD 0.00 brings the sum to USD 1,100.00: the first USD 1,000.00 at 5%, all beyond at 8%.",
    ]
    gone = paid(plan_of(overage), *entries[:2], sold(3, -800, on=date(2026, 5, 7)), quota=usd(1000)).lines[2]
    assert gone.reasons[0].text() == (
        "USD -800.00 takes the sum back to USD 900.00: 5% holds for all of it, 10% held beyond USD 1,000.00 until then."
    )
    nothing = paid(plan_of(part), sold(6, 0), quota=usd(1000)).lines[0].reasons[0]
    assert nothing.text("zh") == "计入 0.00 美元，累计 0.00 美元，按 5%。"
    interpolated = TieredPay(key="sales", tiers=tiers_of([[0, 1000, "50"]]), mode="interpolated")
    assert paid(plan_of(interpolated), entries[0]).total == usd(45)


def test_credit_is_split_and_given_once_more_beside() -> None:
    parts = split_credit(sold(1, 100), {"bo": 1, "ada": 2, "cy": 0}, overlay={"se": D("0.5")})
    assert [(part.id, part.payee, part.book, part.amount) for part in parts] == [
        ("e-1/ada", "ada", "primary", usd("66.67")),
        ("e-1/bo", "bo", "primary", usd("33.33")),
        ("e-1/se/overlay", "se", "overlay", usd(50)),
    ]
    back = Entry(id="x", payee="ada", on=date(2026, 5, 5), amount=usd(-100), reverses="e-1")
    shares: dict[str, Any] = {"weights": {"ada": 1}, "overlay": {"se": 1}}
    shared = [*split_credit(sold(1, 100), **shares), *split_refunds(sold(1, 100), [back], **shares)]
    assert [each.reverses for each in shared] == [None, None, "e-1/ada", "e-1/se/overlay"]
    assert split_refunds(sold(1, 0), [attrs.evolve(back, amount=usd(0))], **shares) == ()
    beside = plan_of(rated=[RatedPay(key="beside", rates=[PayRate(rate=D("0.1"))], book="overlay")])
    assert [line.pay for line in paid(beside, *shared, payee="se").lines] == [usd(10), usd(-10)]


# What is refused


def reversal(**changed: Any) -> Entry:  # noqa: ANN401 - fields
    fields: dict[str, Any] = {"id": "x", "payee": "ada", "on": date(2026, 5, 9), "amount": usd(-100), "reverses": "e-1"}
    return Entry(**(fields | changed))


QUOTA_PART = TieredPay(key="sales", tiers=[Tier(0, None, D("0.1"))], over="quota")
QUOTA_PART_OF_ITS_OWN = TieredPay(key="own", tiers=[Tier(0, None, D("0.1"))], over="quota")
TWO = TieredPay(key="units", tiers=[Tier(0, None, 1)], over="quota", measure="units_sold")

REFUSED: list[tuple[str, Callable[[], object], str, tuple[str | int, ...]]] = [
    (
        "a payee of a split that is no id",
        lambda: split_credit(sold(1, 1), {"ada": 1, 5: 1}),  # type: ignore[dict-item]
        "empty",
        ("weights",),
    ),
    (
        "a payee of an overlay that is no id",
        lambda: split_credit(sold(1, 1), {"ada": 1}, overlay={"bo": 1, None: 1}),  # type: ignore[dict-item]
        "empty",
        ("overlay",),
    ),
    (
        "a draft with a gap",
        lambda: paid(plan_of(TieredPay(key="s", tiers=[Tier(0, 10, 0), Tier(20, None, 1)])), sold(1, 1)),
        "tiers_gap",
        ("CommissionPlan", "tiered", 0, "tiers", 1),
    ),
    (
        "a draft with an overlap",
        lambda: paid(plan_of(TieredPay(key="s", tiers=[Tier(0, 10, 0), Tier(5, None, 1)])), sold(1, 1)),
        "tiers_overlap",
        ("CommissionPlan", "tiered", 0, "tiers", 1),
    ),
    (
        "an entry outside the plan",
        lambda: paid(flat(), sold(1, 1), sold(2, 1, on=date(2025, 12, 31))),
        "entry_outside_plan",
        ("entries", 1, "on"),
    ),
    ("a period outside the plan", lambda: paid(flat(), period=Period.year(2027)), "period_outside_plan", ("period",)),
    ("a period over a reset", lambda: paid(flat(resets="quarter"), period=YEAR), "period_over_reset", ("period",)),
    ("an entry twice", lambda: paid(flat(), sold(1, 1), sold(1, 2)), "not_unique", ("entries", 1, "id")),
    ("a quota that is missing", lambda: paid(plan_of(QUOTA_PART)), "quota_missing", ("quota",)),
    ("a quota of 0", lambda: paid(plan_of(QUOTA_PART), quota=usd(0)), "quota_not_positive", ("quota", "revenue")),
    ("one quota for two", lambda: paid(plan_of(QUOTA_PART, TWO), quota=usd(1)), "quota_of_several", ("quota",)),
    (
        "a quota in another unit",
        lambda: paid(plan_of(QUOTA_PART), sold(1, 1), quota=Amount.of(5, COUNT)),
        "unit_mismatch",
        ("quota", "revenue"),
    ),
    (
        "a payee who is not there",
        lambda: paid(plan_of(QUOTA_PART), payee=Rep(id="ada", hired=date(2027, 1, 1)), quota=usd(1)),
        "payee_not_serving",
        ("payee",),
    ),
    ("a payee of another plan", lambda: paid(flat(payees=["bo"])), "payee_not_in_plan", ("payee",)),
    ("an empty payee", lambda: paid(flat(), payee=""), "empty", ("payee",)),
    ("a payee that is a number", lambda: paid(flat(), payee=7), "wrong_type", ("payee",)),  # type: ignore[arg-type] # the point
    (
        "a gate on a missing score",
        lambda: paid(flat(gate=PayGate(score="kpi", least=1))),
        "score_missing",
        ("scores",),
    ),
    ("a score without a name", lambda: paid(flat(), scores={1: 5}), "wrong_type", ("scores",)),
    ("a quota as a number", lambda: paid(plan_of(QUOTA_PART), quota=5), "wrong_type", ("quota",)),
    (
        "an overlay of nan",
        lambda: split_credit(sold(1, 1), {"ada": 1}, overlay={"bo": D("nan")}),
        "not_finite",
        ("overlay", "bo"),
    ),
    ("a score as a float", lambda: paid(flat(), scores={"kpi": 0.5}), "rate_float", ("scores", "kpi")),
    ("an entry in another currency", lambda: paid(flat(), in_unit(sold(1, 1), EUR)), "unit_mismatch", ("entries", 0, "amount")),
    (
        "entries of two kinds in one part",
        lambda: paid(flat(), sold(1, 1), in_unit(sold(2, 1), COUNT)),
        "unit_mismatch",
        ("entries", "e-2", "amount"),
    ),
    ("what nobody knows, taken back", lambda: paid(flat(), reversal()), "reversal_unknown", ("entries", "x", "reverses")),
    (
        "more taken back than was credited",
        lambda: paid(flat(), sold(1, 90), reversal()),
        "clawback_above_credit",
        ("entries", "x", "amount"),
    ),
    (
        "what is taken back before it was sold",
        lambda: paid(flat(), sold(1, 100), reversal(on=date(2026, 5, 1))),
        "reversal_unlike",
        ("entries", "x", "reverses"),
    ),
    (
        "what was paid, without a statement that says so",
        lambda: paid(
            flat(clawback=Clawback(share_by_month=Steps([(0, 1)]), method="as_paid"), resets="month"),
            sold(1, 100),
            reversal(on=date(2026, 6, 1)),
            period=JUNE,
        ),
        "clawback_without_statement",
        ("entries", "x", "reverses"),
    ),
    (
        "a statement that is not the last one",
        lambda: paid(flat(), period=AUGUST, previous=paid(flat())),
        "previous_not_adjacent",
        ("previous",),
    ),
    (
        "a statement of somebody else",
        lambda: paid(flat(), period=JUNE, previous=paid(flat(), payee="bo")),
        "previous_of_another",
        ("previous",),
    ),
    (
        "a statement by another plan",
        lambda: paid(flat(), period=JUNE, previous=paid(flat(key="partners"))),
        "previous_of_another_plan",
        ("previous",),
    ),
    (
        "a correction of a statement by another plan",
        lambda: paid(flat(), previous=paid(flat(key="partners"))),
        "previous_of_another_plan",
        ("previous",),
    ),
    ("no statements", lambda: ledger([]), "too_few", ("statements",)),
    (
        "statements with a month between",
        lambda: ledger([paid(flat()), paid(flat(), period=AUGUST)]),
        "previous_not_adjacent",
        ("statements", 1),
    ),
    (
        "an opening balance that is not the last closing",
        lambda: ledger([paid(flat(draw=Draw(amount=usd(9)))), paid(flat(draw=Draw(amount=usd(9))), period=JUNE)]),
        "opening_not_closing",
        ("statements", 1, "draw", "opening"),
    ),
    ("statements of two", lambda: ledger([paid(flat()), paid(flat(), payee="bo")]), "previous_of_another", ("statements", 1)),
    ("a split by nobody", lambda: split_credit(sold(1, 1), {"ada": 0}), "weights_all_zero", ("weights",)),
    ("a split of what is taken back", lambda: split_credit(reversal(), {"ada": 1}), "reversal_split", ("entry", "reverses")),
    (
        "a refund of another sale",
        lambda: split_refunds(sold(1, 100), [reversal(reverses="e-2")], {"ada": 1}),
        "reversal_unlike",
        ("refunds", 0),
    ),
    (
        "a refund before the sale",
        lambda: split_refunds(sold(1, 100), [reversal(), reversal(on=date(2026, 5, 1))], {"ada": 1}),
        "reversal_unlike",
        ("refunds", 1),
    ),
    (
        "a refund twice",
        lambda: split_refunds(sold(1, 200), [reversal(), reversal()], {"ada": 1}),
        "not_unique",
        ("refunds", 1, "id"),
    ),
    (
        "refunds of more than the sale",
        lambda: split_refunds(sold(1, 150), [reversal(), reversal(id="y")], {"ada": 1}),
        "clawback_above_credit",
        ("refunds",),
    ),
    ("a split of an overlay", lambda: split_credit(sold(1, 1, book="overlay"), {"ada": 1}), "choice", ("entry", "book")),
    (
        "an overlay by a float",
        lambda: split_credit(sold(1, 1), {"ada": 1}, overlay={"bo": 0.5}),  # type: ignore[dict-item] # the point
        "rate_float",
        ("overlay", "bo"),
    ),
    (
        "an overlay below 0",
        lambda: split_credit(sold(1, 1), {"ada": 1}, overlay={"bo": -1}),
        "below_zero",
        ("overlay", "bo"),
    ),
]


def in_unit(entry: Entry, unit: Unit) -> Entry:
    return attrs.evolve(entry, amount=Amount.of(1, unit))


@pytest.mark.parametrize(("call", "code", "path"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED])
def test_what_cannot_be_paid_is_refused_with_a_reason(
    call: Callable[[], object], code: str, path: tuple[str | int, ...]
) -> None:
    error = refusal(call)
    assert (error.code, error.path) == (code, path)
    assert isinstance(error, InvalidValueError | UnitMismatchError | UnknownNameError)


def test_a_period_without_anything_to_count_by_counts_as_served() -> None:
    weekend = Period(date(2026, 5, 2), date(2026, 5, 4))
    plan = flat(floor=usd(5), proration="workdays")
    assert paid(plan, period=weekend, payee=Rep(id="ada")).total == usd(5)
    long_ago = Rep(id="ada", ramp=[D("0.5")])
    assert paid(plan_of(QUOTA_PART, ramp="quota"), payee=long_ago, quota=usd(10)).quotas["revenue"] == 10
    full = plan_of(TieredPay(key="s", tiers=[Tier(0, None, 1)], over="quota", weight=1), ramp="full_pay", target_pay=usd(9))
    assert paid(full, payee=long_ago, quota=usd(10)).lines == ()
    december = Period.month(9999, 11)
    late = Rep(id="ada", hired=date(9999, 6, 1), ramp=[1] * 12)
    endless = flat(period=december, floor=usd(5), tiered=[QUOTA_PART_OF_ITS_OWN], ramp="quota")
    assert paid(endless, payee=late, period=december, quota=usd(10)).total == usd(5)

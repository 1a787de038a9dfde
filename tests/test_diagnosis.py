"""Diagnosis: what each rule finds, with its numbers, what it says that it lacks, and what is refused."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import pytest
from explained import sample

from salesperf import (
    CNY,
    COUNT,
    STANDARD_METRICS,
    STANDARD_PROCESSES,
    USD,
    Actual,
    Amount,
    Calendar,
    Change,
    Citation,
    Customer,
    Finding,
    InvalidInputError,
    InvalidValueError,
    Lead,
    LeadChange,
    Message,
    Opportunity,
    Org,
    Period,
    PulseSurvey,
    Records,
    Rep,
    SalesperfError,
    Target,
    Team,
    UnknownNameError,
)
from salesperf.allocation import audit as audit_plan
from salesperf.attainment import Attainment, attain, tally
from salesperf.channels import compare, count
from salesperf.customers import Purchases, lifecycle
from salesperf.diagnosis import DEFAULT_RULES, Contradiction, DiagnosisRule, Evidence, contradictions, diagnose
from salesperf.kernels.proportion import wilson
from salesperf.messages import catalog
from salesperf.model.codes import Codes
from salesperf.pipeline import ClosedDeals, closed
from salesperf.quality import audit
from salesperf.variance import Sold, decompose, price_volume_mix

THIRD = Period.quarter(2026, 3)
SECOND = Period.quarter(2026, 2)
SEP_30 = date(2026, 9, 30)
REVENUE, VISITS, LEADS = (STANDARD_METRICS[key] for key in ("revenue", "visits", "leads"))
WORKDAYS, SATURDAY = 66, 5
BASIC = STANDARD_PROCESSES["basic"]


def yuan(value: int) -> Amount:
    return Amount.of(value, CNY)


def evidence(records: Records | None = None, **given: Any) -> Evidence:  # noqa: ANN401 - fields of Evidence
    known = Records(org=Org(reps=[Rep(id="ada")])) if records is None else records
    return Evidence(**{"records": known, "owner": None, "period": THIRD, "as_of": SEP_30, **given})


def of_rule(rule: str, given: Evidence) -> list[Finding]:
    return list(diagnose(given, rules=[DEFAULT_RULES[rule]]))


def one(rule: str, given: Evidence) -> Finding:
    (found,) = of_rule(rule, given)
    return found


def attained(owner: str | None, target: int, done: int, metric: Any = REVENUE, unit: Any = CNY) -> Attainment:  # noqa: ANN401 - nouns
    goal = Target(owner=owner, metric=metric, amount=Amount.of(target, unit), period=THIRD)
    step, days = done // WORKDAYS, [THIRD.start + timedelta(days=day) for day in range(THIRD.days)]
    sales = [
        Actual(owner=owner or "ada", metric=metric, amount=Amount.of(step * (1 + (-1) ** place), unit), on=on)
        for place, on in enumerate(day for day in days if day.weekday() < SATURDAY)
    ]
    org = Org(reps=[Rep(id=owner or "ada")])
    return attain(goal, tally(sales), as_of=SEP_30, org=org)


def test_every_rule_says_what_it_lacks_where_there_is_nothing() -> None:
    nobody = evidence(Records(org=Org()))
    found = diagnose(nobody)
    assert {finding.rule for finding in found} == set(DEFAULT_RULES)
    assert all(finding.is_untold and finding.severity == "info" for finding in found)


@pytest.mark.parametrize("rule", DEFAULT_RULES.values(), ids=lambda rule: rule.key)
def test_a_rule_has_its_words_in_both_languages(rule: DiagnosisRule) -> None:
    assert rule.checks
    for lang in ("en", "zh"):
        assert {rule.title, rule.wording, *rule.checks} <= set(catalog(lang))


# Leads


def lead(number: int, on: date | None, owner: str | None = "ada") -> Lead:
    return Lead(id=f"l-{number}", history=[LeadChange(on, status="new", owner=owner)], channel="fair")


def led(now: int, before: int) -> Records:
    days = [SECOND.start + timedelta(days=number % 80) for number in range(before)]
    days += [THIRD.start + timedelta(days=number % 80) for number in range(now)]
    begun = [lead(number, on) for number, on in enumerate(days)]
    return Records(org=Org(reps=[Rep(id="ada"), Rep(id="bo")]), leads=[*begun, lead(9999, None)])


def test_fewer_leads_than_before_are_found_with_their_worth() -> None:
    known = led(30, 60)
    deals = [
        Opportunity(
            id="o-1",
            lead="l-0",
            history=[Change(SECOND.start, stage="opportunity", amount=yuan(9100)), Change(SEP_30, stage="closed")],
        )
    ]
    channels = compare(count(known.leads, deals, processes=[BASIC], as_of=SEP_30))
    finding = one("few_leads", evidence(known, channels=channels))
    assert (finding.citations[0].value, finding.citations[0].against) == (30, 60)
    # 30 of 91 leads, one of them without a day, at 9,100 in all.
    assert finding.at_stake == yuan(9100).times(Fraction(30, channels.total.leads))
    ratio = finding.citations[1]
    assert (ratio.value, ratio.n, ratio.high is not None and ratio.high < 1) == (0.5, 90, True)
    assert "客户开发困难" in finding.full_text("zh")
    untold = one("few_leads", evidence(known))
    assert (untold.at_stake, untold.lacks) == (None, Message("diagnosis.lacks.lead_worth"))
    assert finding.lacks is None
    # 594 of 660 leads are missing to the target: 66 came.
    short = of_rule("few_leads", evidence(known, channels=channels, attainments=[attained(None, 660, 66, LEADS, COUNT)]))
    assert [each.at_stake for each in short if each.record == "leads"] == [
        yuan(9100).times(Fraction(594, channels.total.leads))
    ]


@pytest.mark.parametrize(
    ("known", "lacks"),
    [
        (led(0, 0), "leads"),
        (led(20, 0), "leads_before"),
        (led(3, 3), "more_leads"),
    ],
)
def test_too_few_leads_to_tell_are_told(known: Records, lacks: str) -> None:
    finding = one("few_leads", evidence(known))
    assert finding.lacks is not None
    assert finding.lacks.key == f"diagnosis.lacks.{lacks}"


def test_as_many_leads_or_fewer_by_chance_are_no_finding() -> None:
    assert of_rule("few_leads", evidence(led(60, 60))) == []
    assert of_rule("few_leads", evidence(led(7, 10))) == []
    assert one("few_leads", evidence(led(60, 60), owner="bo")).is_untold


def test_a_target_of_leads_that_is_missed_is_found_without_any_lead() -> None:
    finding = one("few_leads", evidence(attainments=[attained(None, 660, 66, LEADS, COUNT)]))
    assert (finding.record, finding.citations[0].value) == ("leads", 0.1)
    assert (finding.at_stake, finding.lacks) == (None, Message("diagnosis.lacks.lead_worth"))
    assert "it lacks what a lead brings" in finding.full_text()
    customers = one("few_leads", evidence(attainments=[attained(None, 660, 66, STANDARD_METRICS["new_customers"], COUNT)]))
    assert (customers.at_stake, customers.lacks) == (None, Message("diagnosis.lacks.customer_worth"))
    assert "缺少每个新客户带来的金额" in customers.full_text("zh")
    assert of_rule("few_leads", evidence(attainments=[attained(None, 66, 66, LEADS, COUNT)])) == []


def test_whoever_may_be_behind_by_chance_alone_is_told_so_in_a_note() -> None:
    (found,) = [cause for cause in sample("r-11").causes if cause.rule == "few_leads"]
    pace = found.citations[1]
    assert (found.severity, pace.level, pace.high is not None and pace.high >= 1) == ("info", 0.9, True)
    # What is over is over, and is no matter of chance any more.
    over = one("few_leads", evidence(attainments=[attained(None, 660, 66, LEADS, COUNT)]))
    assert over.severity == DEFAULT_RULES["few_leads"].severity == "warning"


def test_at_the_beginning_of_time_there_are_no_days_before() -> None:
    first = Period(date.min, date(1, 1, 11))
    known = Records(org=Org(reps=[Rep(id="ada")]), leads=[lead(1, date.min)])
    given = evidence(known, period=first, as_of=date(1, 1, 10))
    assert given.before is None
    assert one("few_leads", given).is_untold
    (morale,) = of_rule("low_morale", given)
    assert morale.is_untold


def test_the_days_before_have_as_many_workdays() -> None:
    rest = Calendar(holidays=[date(2026, 10, day) for day in (1, 2, 5, 6, 7)], extra_workdays=[date(2026, 10, 10)])
    visits = STANDARD_METRICS["visits"]
    worked = [date(2026, 9, 1) + timedelta(days=place) for place in range(45)]
    done = [Actual(owner="ada", metric=visits, amount=Amount.of(4, COUNT), on=on) for on in worked if rest.is_workday(on)]
    known = Records(org=Org(reps=[Rep(id="ada")]), actuals=done, calendar=rest)
    fourth = evidence(known, period=Period.quarter(2026, 4), as_of=date(2026, 10, 14))
    # 8 to 10 and 12 to 14 October are worked: as many before the holiday begin on 23 September.
    assert fourth.before == Period(date(2026, 9, 23), date(2026, 10, 1))
    (morale,) = of_rule("low_morale", fourth)
    assert morale.is_untold  # as much was done a day as before: no sign of it
    # Half of it from Monday on, looked at on Wednesday, is held against three days of work.
    monday = date(2026, 9, 14)
    half = [attrs.evolve(each, amount=Amount.of(1, COUNT)) if each.on >= monday else each for each in done]
    halved = attrs.evolve(known, actuals=half)
    week = evidence(halved, period=Period(monday, date(2026, 9, 21)), as_of=date(2026, 9, 16))
    assert week.before == Period(date(2026, 9, 9), monday)
    (fell,) = of_rule("low_morale", week)
    assert fell.citations[0].value == 3 / 12
    # Of a day of rest nothing is to be expected.
    assert evidence(known, period=Period.month(2026, 10), as_of=date(2026, 10, 2)).before is None


# Conversion and discounts


def decided(
    won: int, lost: int, period: Period = THIRD, cut: int = 0, *, dated: bool = True
) -> tuple[ClosedDeals, list[Opportunity]]:
    deals = []
    for number in range(won + lost):
        last = "closed" if number < won else "lost"
        opened = Change(period.start, stage="opportunity", amount=yuan(100), owner="ada")
        ended = Change(period.start + timedelta(days=9), stage=last, amount=yuan(100 - cut))
        extra: dict[str, Any] = {} if dated else {"as_exported": ["amount"], "exported": period.start + timedelta(days=9)}
        deals.append(Opportunity(id=f"{period.label}-{number:03}", history=[opened, ended], **extra))
    return closed(deals, BASIC, as_of=SEP_30, period=period), deals


def test_a_win_rate_below_that_of_before_is_found_with_its_interval_and_worth() -> None:
    now, before = decided(10, 40)[0], decided(40, 40, SECOND)[0]
    finding = one("low_conversion", evidence(closed=[now], closed_before=[before]))
    assert finding.severity == "serious"
    assert (finding.citations[0].value, finding.citations[0].against) == (0.2, 0.5)
    assert finding.citations[1].value == pytest.approx(-0.3, abs=1e-12)
    # Half of 50 would have been won, 15 more, at 100 each.
    assert finding.at_stake == yuan(1500)
    assert of_rule("low_conversion", evidence(closed=[before], closed_before=[now])) == []
    dear = attrs.evolve(before, deals=tuple(attrs.evolve(deal, amount=Amount.of(9, USD)) for deal in before.deals))
    assert one("low_conversion", evidence(closed=[now], closed_before=[dear])).at_stake is None
    assert of_rule("low_conversion", evidence(closed=[decided(4, 6)[0]], closed_before=[before])) == []


def test_a_win_rate_without_deals_or_amounts_says_so() -> None:
    now, before = decided(10, 40)[0], decided(40, 40, SECOND)[0]
    for given, lacks in (
        (evidence(closed=[now]), "decided_before"),
        (evidence(closed_before=[now]), "decided"),
        (evidence(closed=[decided(1, 1)[0]], closed_before=[before]), "more_decided"),
    ):
        (finding,) = of_rule("low_conversion", given)
        assert finding.lacks is not None
        assert finding.lacks.key == f"diagnosis.lacks.{lacks}"
    bare = [attrs.evolve(each, deals=tuple(attrs.evolve(deal, amount=None) for deal in each.deals)) for each in (now, before)]
    assert one("low_conversion", evidence(closed=bare[:1], closed_before=bare[1:])).at_stake is None


def records_of(deals: Iterable[Opportunity], *reps: Rep) -> Records:
    return Records(org=Org(reps=reps or [Rep(id="ada")]), opportunities=deals, processes=[BASIC])


def test_amounts_cut_before_the_win_are_discounts() -> None:
    now, deals = decided(10, 5, cut=20)
    finding = one("discounting", evidence(records_of(deals), closed=[now]))
    assert (finding.record, finding.count, finding.at_stake) == ("won_deals", 10, yuan(200))
    assert finding.citations[0].value == pytest.approx(0.2, abs=1e-12)
    whole, kept = decided(10, 5)
    assert of_rule("discounting", evidence(records_of(kept), closed=[whole])) == []
    foreign = [attrs.evolve(kept[0], history=[attrs.evolve(c, amount=Amount.of(9, USD)) for c in kept[0].history])]
    assert one("discounting", evidence(records_of([*foreign, *kept[1:]]), closed=[whole])).is_untold
    bare = [attrs.evolve(deal, history=[attrs.evolve(c, amount=None) for c in deal.history]) for deal in kept]
    assert one("discounting", evidence(records_of(bare), closed=[whole])).is_untold
    exported, late = decided(10, 5, cut=20, dated=False)
    assert one("discounting", evidence(records_of(late), closed=[exported])).is_untold


def test_prices_that_fell_are_discounts_too() -> None:
    last, now = {"a": Sold(10, yuan(1000))}, {"a": Sold(10, yuan(900))}
    finding = one("discounting", evidence(variances=[price_volume_mix(last, now)]))
    assert (finding.record, finding.at_stake) == ("price", yuan(100))
    assert of_rule("discounting", evidence(variances=[price_volume_mix(now, last)])) == []


# Channels


def test_dealers_and_our_own_people_on_one_customer_are_a_conflict() -> None:
    reps = [Rep(id="ada"), Rep(id="house", kind="house"), Rep(id="d", kind="dealer"), Rep(id="bo")]

    def opened(id: str, customer: str | None, owner: str | None) -> Opportunity:  # noqa: A002 - the field
        history = [Change(SECOND.start, stage="lead", amount=yuan(100), owner=owner)]
        return Opportunity(id=id, customer=customer, history=history)

    deals = [
        opened("o-1", "k-1", "ada"),
        opened("o-2", "k-1", "d"),
        opened("o-3", "k-2", "ada"),
        opened("o-4", "k-2", "house"),
        opened("o-5", None, "ada"),
        opened("o-6", "k-3", None),
    ]
    known = attrs.evolve(records_of([], *reps), customers=[Customer(id=f"k-{number}") for number in (1, 2, 3)])
    known = attrs.evolve(known, opportunities=deals)
    finding = one("channel_conflict", evidence(known))
    assert (finding.count, finding.at_stake, finding.citations[0].value) == (1, yuan(200), 0.5)
    assert finding.citations[1].text("zh") == "客户 k-1 的在手商机，涉及经销商、员工：2；来源：有客户的 4 单在手商机"
    assert of_rule("channel_conflict", evidence(known, owner="bo")) == []
    assert one("channel_conflict", evidence(known, as_of=THIRD.start, period=THIRD)).count == 1
    won = [attrs.evolve(deal, history=[*deal.history, Change(THIRD.start, stage="closed")]) for deal in deals]
    assert one("channel_conflict", evidence(attrs.evolve(known, opportunities=won))).is_untold
    bare = [attrs.evolve(deal, history=[Change(SECOND.start, stage="lead", owner=deal.owner)]) for deal in deals]
    assert one("channel_conflict", evidence(attrs.evolve(known, opportunities=bare))).at_stake is None


# Missed targets


def test_a_missed_target_is_taken_apart_by_cause_and_contradictions_stand_side_by_side() -> None:
    change = decompose(
        {"leads": 100, "win_rate": 0.5, "average_value": 100.0},
        {"leads": 60, "win_rate": 0.4, "average_value": 110.0},
        comparison="plan_to_actual",
    ).as_amounts(yuan(5000), yuan(2640))
    prices = price_volume_mix({"a": Sold(10, yuan(1000))}, {"a": Sold(10, yuan(900))})
    found = diagnose(evidence(attainments=[attained(None, 6600, 660)], variances=[change, prices]))
    told = {finding.rule: finding for finding in found if finding.rule.startswith("missed") and not finding.is_untold}
    assert set(told) == {"missed_for_demand", "missed_for_ability", "missed_for_strategy"}
    demand = told["missed_for_demand"]
    assert demand.at_stake == -change.effects["leads"]
    assert demand.citations[0].value == change.effects["leads"]
    assert demand.citations[-1].value == 0.1
    assert told["missed_for_strategy"].record == "period_to_period/2"
    # The average value rose in one variance, and prices fell in the other: both are told.
    assert told["missed_for_strategy"].at_stake == yuan(100)
    assert "需求" in demand.text("zh")


def test_a_rate_over_few_cases_is_no_cause_and_the_rest_of_a_cause_still_is() -> None:
    sides = {"leads": 100, "conversion_rate": 0.5, "win_rate": 0.5}, {"leads": 100, "conversion_rate": 0.4, "win_rate": 0.25}
    short = [attained(None, 6600, 660)]

    def asked(win: tuple[int, int], conversion: tuple[int, int], fewest: int = 5) -> list[Finding]:
        change = decompose(*sides, cases={"win_rate": win, "conversion_rate": conversion})
        rule = attrs.evolve(DEFAULT_RULES["missed_for_ability"], fewest=fewest)
        return list(diagnose(evidence(attainments=short, variances=[change]), rules=[rule]))

    (both,) = asked((50, 5), (100, 100))
    assert [each.label.key for each in both.citations[:2]] == ["metric.conversion_rate", "metric.win_rate"]
    (sure,) = asked((50, 4), (100, 100))
    assert [each.label.key for each in sure.citations[:-2]] == ["metric.conversion_rate"]
    (untold,) = asked((50, 4), (3, 100))
    factors = (Message("metric.conversion_rate"), Message("metric.win_rate"))
    assert untold.lacks == Message.of("diagnosis.lacks.more_cases", n=3, fewest=5, factors=factors)
    assert untold.message.text("zh") == (
        "“能力问题导致未达标”无法判断：转化率、赢单率所依据的样本不足：只有 3 个，至少需要 5 个。"
    )
    assert not asked((50, 4), (3, 100), fewest=3)[0].is_untold


def test_a_cause_is_what_the_caller_says() -> None:
    change = decompose({"cold calls": 100, "win_rate": 0.5}, {"cold calls": 60, "win_rate": 0.5})
    short = [attained(None, 6600, 660)]
    (finding,) = of_rule("missed_for_ability", evidence(attainments=short, variances=[change]))
    assert finding.lacks == Message.of("diagnosis.lacks.factor_causes", factors=("cold calls",))
    said = evidence(attainments=short, variances=[change], factor_causes={"cold calls": "ability"})
    assert one("missed_for_ability", said).at_stake is None
    assert of_rule("missed_for_demand", said) == []
    assert one("missed_for_demand", evidence(attainments=short)).is_untold
    assert of_rule("missed_for_demand", evidence(attainments=[attained(None, 660, 6600)])) == []


def test_a_change_of_money_says_nothing_of_a_target_in_another_unit() -> None:
    change = decompose({"leads": 100, "deal_size": 50.0}, {"leads": 60, "deal_size": 50.0}).as_amounts(yuan(5000), yuan(3000))
    few_visits = attained("ada", 660, 66, VISITS, COUNT)
    for cause in ("demand", "strategy", "ability"):
        untold = one(f"missed_for_{cause}", evidence(attainments=[few_visits], variances=[change]))
        assert untold.lacks == Message.of("diagnosis.lacks.losses", names=(Message(VISITS.title),))
    assert "缺少拜访量减少的原因" in untold.full_text("zh")
    both = evidence(attainments=[few_visits, attained("ada", 6600, 660)], variances=[change])
    found, untold = of_rule("missed_for_demand", both)
    assert untold.is_untold
    assert [citation.label.key for citation in found.citations[1:]] == ["metric.revenue", "diagnosis.cited.pace"]
    # What was attained is known; whether it is less than planned by more than chance, the range of the pace tells.
    assert (found.citations[2].value, found.citations[2].against) == (found.citations[1].value, 1)


def test_what_rose_and_fell_short_all_the_same_is_held_against_the_gap() -> None:
    change = decompose({"leads": 100, "deal_size": 50.0}, {"leads": 60, "deal_size": 90.0}).as_amounts(yuan(5000), yuan(5400))
    short = attained("ada", 6600, 660)
    assert isinstance(short.gap_by_now, Amount)
    taken = change.effects["leads"]
    found = one("missed_for_demand", evidence(attainments=[short], variances=[change]))
    assert (found.at_stake, found.citations[0].value) == (-taken, taken)
    assert found.message.arguments["share"] == taken.minor / short.gap_by_now.minor
    assert "the gap to the plan, though CNY 5,000 rose to CNY 5,400" in found.message.text()
    assert "从 5,000 元 增至 5,400 元，但与计划的差距中有" in found.message.text("zh")
    # What took less of the gap than the threshold is no cause, and nothing is missing to tell so.
    assert of_rule("missed_for_ability", evidence(attainments=[short], variances=[change])) == []
    strict = attrs.evolve(DEFAULT_RULES["missed_for_demand"], threshold=1.0)
    assert diagnose(evidence(attainments=[short], variances=[change]), rules=[strict]) == ()
    # Where all rose, nothing that was compared tells why it is missed.
    grown = decompose({"leads": 100, "deal_size": 50.0}, {"leads": 101, "deal_size": 90.0}).as_amounts(yuan(5000), yuan(9090))
    (untold,) = of_rule("missed_for_demand", evidence(attainments=[short], variances=[grown]))
    assert untold.lacks == Message.of("diagnosis.lacks.losses", names=(Message("metric.revenue"),))


# What contradicts what


def contradicted(given: Evidence) -> dict[str, Contradiction]:
    return {each.message.key.rpartition(".")[2]: each for each in contradictions(diagnose(given), given)}


def test_one_change_taken_apart_against_another_is_a_contradiction() -> None:
    change = decompose({"leads": 100, "average_order_value": 100.0}, {"leads": 60, "average_order_value": 120.0})
    dear = change.as_amounts(yuan(10000), yuan(7200))
    cheap = price_volume_mix({"a": Sold(10, yuan(1000))}, {"a": Sold(10, yuan(900))})
    found = contradicted(evidence(attainments=[attained(None, 6600, 660)], variances=[dear, cheap]))
    assert (found["effects"].kind, found["effects"].rules) == ("effects", ("missed_for_strategy",))
    assert found["effects"].message.text("zh") == "策略问题导致未达标：价格造成损失，而按另一项比较，客单价却有所增加。"
    assert contradicted(evidence(attainments=[attained(None, 6600, 660)], variances=[dear])) == {}
    # What an average over few cases gave or took speaks against nothing.
    average = attrs.evolve(dear.lines[1], cases=(60, 4))
    unsure = attrs.evolve(dear, lines=(dear.lines[0], average))
    assert contradicted(evidence(attainments=[attained(None, 6600, 660)], variances=[unsure, cheap])) == {}


def test_yardsticks_of_fairness_may_contradict_each_other_in_all_and_for_one_owner() -> None:
    targets = [Target(owner=rep, metric=REVENUE, amount=yuan(100), period=THIRD) for rep in ("ada", "bo", "cy")]
    alike, unlike = dict.fromkeys(("ada", "bo", "cy"), 1), {"ada": 3, "bo": 1, "cy": 2}
    fair = contradicted(evidence(fairness=audit_plan(targets, potential=unlike, history=alike)))
    assert fair["yardsticks"].message.text() == "Targets are unfair by potential, and fair by last year's results."
    torn = contradicted(evidence(fairness=audit_plan(targets, potential=unlike, capacity={"ada": 1, "bo": 3, "cy": 2})))
    assert set(torn) == {"owners"}
    assert "2 (ada, bo)" in torn["owners"].message.text()
    assert contradicted(evidence(fairness=audit_plan(targets, potential=unlike))) == {}


def test_what_contradicts_is_refused_what_is_none() -> None:
    for findings, given, rules in ((3, evidence(), ()), (three(), evidence(), ()), ([], 3, ()), ([], evidence(), three())):
        wrong: Any = (findings, given)
        with pytest.raises(InvalidValueError) as caught:
            contradictions(*wrong, rules=rules)
        assert caught.value.code == "wrong_type"


# Key accounts


def sales(*bought: tuple[str, str, int]) -> Purchases:
    who, on, minor = zip(*bought, strict=True)
    return Purchases.of(Codes.of(who), np.array(on, dtype="datetime64[D]"), np.array(minor), unit=CNY, as_of=SEP_30)


def test_key_accounts_that_fell_quiet_are_found_with_what_they_bought() -> None:
    bought = sales(
        ("k-1", "2025-08-01", 600), ("k-2", "2026-01-10", 300), ("k-3", "2026-01-01", 100), ("k-3", "2026-09-01", 100)
    )
    finding = one("key_account_loss", evidence(purchases=bought, lifecycle=lifecycle(bought)))
    # k-1 has not bought for 425 days and is lost, k-2 for 263 and is at risk; k-3 is no key account.
    assert (finding.severity, finding.count, finding.at_stake) == ("serious", 2, Amount(minor=900, unit=CNY))
    share, accounts, *each = finding.citations
    assert (share.value, share.n, share.low) == (0.9, 2, None)
    assert (accounts.value, accounts.n, accounts.low) == (1.0, 2, wilson(2, 2).low)
    assert [cited.value for cited in each] == [Amount(minor=600, unit=CNY), Amount(minor=300, unit=CNY)]
    steady = sales(*((f"k-{number}", on, 100) for number in range(3) for on in ("2026-05-01", "2026-09-01")))
    assert of_rule("key_account_loss", evidence(purchases=steady, lifecycle=lifecycle(steady))) == []
    few = sales(("k-1", "2026-05-01", 100))
    assert one("key_account_loss", evidence(purchases=few, lifecycle=lifecycle(few))).is_untold
    assert [finding.is_untold for finding in of_rule("key_account_loss", evidence(purchases=few))] == [True]
    nothing = Purchases.empty(as_of=date(1, 1, 2))
    start = evidence(
        period=Period(date.min, date(1, 1, 5)), as_of=date(1, 1, 2), purchases=nothing, lifecycle=lifecycle(nothing)
    )
    assert of_rule("key_account_loss", start) == []


# People


def staff(left: int) -> Org:
    gone = {f"r-{number}" for number in range(left)}
    return Org(
        teams=[Team(id="east")],
        reps=[
            Rep(id=f"r-{number}", team="east", left=date(2026, 5, 1) if f"r-{number}" in gone else None) for number in range(10)
        ],
    )


def visited(on: date, number: int, owner: str = "r-9") -> Actual:
    return Actual(owner=owner, metric=VISITS, amount=Amount.of(number, COUNT), on=on)


def test_morale_is_told_from_three_signs() -> None:
    low = PulseSurvey(on=date(2026, 9, 20), owner="east", counts=[8, 4, 3, 3, 2], invited=25)
    high = PulseSurvey(on=date(2026, 9, 20), counts=[0, 1, 3, 8, 8])
    calm = [visited(date(2026, 5, 4), 60), visited(date(2026, 8, 4), 60)]
    less = [visited(date(2026, 5, 4), 60), visited(date(2026, 8, 4), 20)]
    grave = one("low_morale", evidence(Records(org=staff(4), actuals=less), pulses=[high, low]))
    assert (grave.severity, grave.lacks, len(grave.citations)) == ("serious", None, 3)
    assert grave.citations[0].value == 0.6
    assert grave.citations[0].source.text() == "the pulse survey of 2026-09-20, answered by 80.0%"
    two = one("low_morale", evidence(Records(org=staff(4), actuals=less)))
    assert (two.severity, two.lacks is not None, two.is_untold) == ("warning", True, False)
    single = one("low_morale", evidence(Records(org=staff(0), actuals=calm), pulses=[low]))
    assert single.severity == "info"
    assert of_rule("low_morale", evidence(Records(org=staff(0), actuals=calm), pulses=[high])) == []
    assert one("low_morale", evidence(Records(org=staff(0), actuals=calm))).is_untold
    later = attrs.evolve(low, on=date(2026, 10, 1))
    assert one("low_morale", evidence(Records(org=staff(0), actuals=calm), pulses=[later])).is_untold


def test_new_reps_who_stay_behind_are_found() -> None:
    reps = [Rep(id="new", name="Ada", hired=date(2026, 4, 1), ramp=[Decimal("0.5")]), Rep(id="old", hired=date(2020, 1, 1))]
    known = Records(org=Org(reps=reps))
    behind = attained("new", 6600, 660)
    finding = one("weak_ramp", evidence(known, member_attainments=[behind, attained("old", 6600, 660)]))
    assert (finding.record, finding.severity, finding.at_stake) == ("new", "warning", yuan(5940))
    assert finding.text() == "Ada stays behind what is owed while ramping."
    assert "Ada" not in repr(finding)
    assert of_rule("weak_ramp", evidence(known, member_attainments=[attained("new", 660, 660)])) == []
    assert one("weak_ramp", evidence(known)).is_untold
    soon = attrs.evolve(behind, target=attrs.evolve(behind.target, period=Period.quarter(2027, 1)), entries=0)
    assert one("weak_ramp", evidence(known, member_attainments=[soon])).is_untold
    assert one("weak_ramp", evidence(known, member_attainments=[attained("new", 6600, 3300)])).severity in ("info", "warning")
    both = one("weak_ramp", evidence(known, member_attainments=[attained("new", 6600, 660, VISITS, COUNT), behind]))
    assert ([citation.label.arguments["metric"] for citation in both.citations], both.at_stake) == (
        [Message("metric.revenue"), Message("metric.visits")],
        yuan(5940),
    )
    visits = attained("new", 6600, 660, VISITS, COUNT)
    assert one("weak_ramp", evidence(known, member_attainments=[visits])).at_stake is None


def test_an_unfair_plan_is_told_by_each_yardstick() -> None:
    targets = [Target(owner=rep, metric=REVENUE, amount=yuan(100), period=THIRD) for rep in ("ada", "bo")]
    fairness = audit_plan(targets, potential={"ada": 300, "bo": 100}, capacity={"ada": 1, "bo": 1})
    finding = one("unfair_plan", evidence(fairness=fairness))
    assert (finding.record, finding.count) == ("potential", 2)
    # bo owes 100 where 50 would be fair, and is nobody whom the records know.
    assert (finding.at_stake, finding.citations[0].value) == (yuan(50), 2.0)
    assert finding.citations[0].text("zh") == "bo，目标与市场潜力之比：2.00，对照 1；来源：公平性审计，容差 0.1"
    fair = audit_plan(targets, capacity={"ada": 1, "bo": 1})
    assert of_rule("unfair_plan", evidence(fairness=fair)) == []
    visits = [attrs.evolve(each, metric=VISITS, amount=Amount.of(100, COUNT)) for each in targets]
    counted = audit_plan(visits, potential={"ada": 300, "bo": 100})
    assert one("unfair_plan", evidence(fairness=counted)).at_stake is None


# Data


def test_inaccurate_data_are_found_with_the_gravest_faults() -> None:
    deals = [Opportunity(id=f"o-{number}", history=[Change(SECOND.start, stage="lead")]) for number in range(5)]
    report = audit(records_of(deals), as_of=SEP_30)
    finding = one("inaccurate_data", evidence(quality=report))
    assert report.score is not None
    assert finding.citations[0].value == report.score.value
    assert len(finding.citations) > 1
    few = one("inaccurate_data", evidence(quality=audit(records_of(deals[:4]), as_of=SEP_30)))
    assert few.lacks == Message.of("diagnosis.lacks.more_records", n=4, fewest=5)
    strict = attrs.evolve(DEFAULT_RULES["inaccurate_data"], threshold=0.0)
    assert diagnose(evidence(quality=report), rules=[strict]) == ()


# The engine


def few_visits(given: Evidence, rule: DiagnosisRule) -> Iterator[Finding]:
    visits = sum(actual.metric.key == "visits" for actual in given.known.actuals)
    if visits < rule.threshold:
        yield rule.found([Citation(label=Message("visits"), value=visits, source=Message("actuals"))], visits=visits)


def test_users_add_rules_and_lay_theirs_over_ours() -> None:
    own = DiagnosisRule(key="few_visits", cause="ability", look=few_visits, threshold=5, checks=["ask"])
    found = diagnose(evidence(), rules={**DEFAULT_RULES, "few_visits": own})
    assert found[0].rule == "few_visits"
    assert found[0].text() == "few_visits"
    assert found[0].checks == (Message("ask"),)


def three(*_: object) -> Any:  # noqa: ANN401 - the fault
    return [3]


def silent(*_: object) -> Any:  # noqa: ANN401 - the fault
    return None


def test_what_is_malformed_is_refused() -> None:
    rule = DEFAULT_RULES["few_leads"]
    wrong = attrs.evolve(rule, look=three)
    forgetful = attrs.evolve(rule, look=silent)
    report = attained(None, 10, 660)
    refusals: list[tuple[Any, str]] = [
        (lambda: diagnose(three()), "wrong_type"),
        (lambda: diagnose(evidence(), rules=three()), "wrong_type"),
        (lambda: diagnose(evidence(), rules=[rule, rule]), "invalid_input"),
        (lambda: diagnose(evidence(), rules=[wrong]), "wrong_type"),
        (lambda: diagnose(evidence(), rules=[forgetful]), "wrong_type"),
        (lambda: rule.found([]), "too_few"),
        (lambda: attrs.evolve(rule, look=three()), "wrong_type"),
        (lambda: evidence(as_of=date(2026, 6, 30)), "review_not_begun"),
        (lambda: evidence(as_of=date(2026, 9, 29), attainments=[report]), "evidence_later"),
        (lambda: evidence(owner="nobody"), "unknown_owner"),
        (lambda: evidence(factor_causes={"x": "luck"}), "choice"),
    ]
    for refused, code in refusals:
        with pytest.raises(SalesperfError) as caught:
            refused()
        assert caught.value.code == code


def test_what_a_rule_raises_tells_which_rule_that_was() -> None:
    def stumble(given: Evidence, rule: DiagnosisRule) -> Iterator[Finding]:
        raise ZeroDivisionError(given, rule)

    with pytest.raises(ZeroDivisionError) as caught:
        diagnose(evidence(), rules=[attrs.evolve(DEFAULT_RULES["few_leads"], look=stumble)])
    assert caught.value.__notes__ == ["in the rule 'few_leads' of the diagnosis"]


def test_an_attainment_of_a_period_that_was_over_may_be_of_a_later_day() -> None:
    later = attrs.evolve(attained(None, 6600, 660), as_of=date(2027, 1, 5))
    assert evidence(attainments=[later], period=Period.year(2026), as_of=SEP_30).attainments == (later,)


def test_every_result_of_a_later_day_is_told() -> None:
    report = attained(None, 10, 660)
    with pytest.raises(InvalidInputError) as caught:
        evidence(as_of=date(2026, 9, 29), attainments=[report], closed=[decided(1, 1)[0]])
    faults = [fault for fault in caught.value.exceptions if isinstance(fault, InvalidValueError)]
    assert [fault.path for fault in faults] == [("Evidence", "attainments", 0), ("Evidence", "closed", 0)]


def test_evidence_compares_by_content_and_knows_who_is_under_the_owner() -> None:
    org = Org(teams=[Team(id="east")], reps=[Rep(id="ada", team="east"), Rep(id="bo")])
    given = evidence(Records(org=org), owner="east")
    assert given == evidence(Records(org=org), owner="east")
    assert given != evidence(Records(org=org), owner="ada")
    assert given.__eq__(3) is NotImplemented
    assert given.under == {"east", "ada"}
    assert evidence(Records(org=org), owner="ada").under == {"ada"}
    assert (given.label(None), given.label("nobody")) == (Message("review.company"), "nobody")
    with pytest.raises(TypeError):
        hash(given)
    with pytest.raises((InvalidValueError, UnknownNameError)):
        evidence(Records(org=org), owner="")

"""Numbers of causes, risks and the agenda pulled apart: down to the deals, leads, entries and targets behind each."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache

import attrs
from company_in_trouble import SEP_30, in_trouble
from explained import THIRD, broken, explained, labels, of_sample, place_of, sample, values
from small_records import company, yuan

from salesperf import (
    COUNT,
    STANDARD_METRICS,
    STANDARD_PROCESSES,
    Action,
    Actual,
    Amount,
    Breakdown,
    Change,
    Citation,
    Customer,
    LeadChange,
    Message,
    Opportunity,
    Period,
    Records,
    Risk,
    RiskAssessment,
    StatusChange,
    Target,
    Task,
    TaskPlan,
)
from salesperf.diagnosis import DiagnosisRule, Evidence
from salesperf.io.folder import read_sample
from salesperf.review import AGENDA_KINDS, AgendaItem, NumberTrees, Review, build, explain
from salesperf.review.explained.elsewhere import numbers_said, shown
from salesperf.review.explained.growing import leaf, named

SEPTEMBER, AUG_31 = Period.month(2026, 9), date(2026, 8, 31)


@cache
def trouble() -> Review:
    return build(in_trouble(), owner=None, period=THIRD, as_of=SEP_30)


@cache
def numbers() -> NumberTrees:
    return explain(trouble(), records=in_trouble())


def of_rule(rule: str, rest: str) -> Breakdown:
    """Return a number of the first cause that a rule found."""
    return numbers().tree(f"causes/{place_of(rule, trouble().causes)}/{rule}/{rest}")


SECTIONS = ("causes", "risks", "agenda")


def test_every_number_of_a_company_in_trouble_comes_apart_with_the_records_and_without() -> None:
    without = explain(trouble())
    assert without.addresses
    for found in (numbers(), without):
        assert [address for section in SECTIONS for address in broken(found.below(section))] == []


# What causes rest on


def test_a_win_rate_below_that_of_before_comes_apart_into_deals_and_what_is_missing_into_wins() -> None:
    # 5 of 25 deals were won, after 40 of 80: 12.5 would have been, and a won deal is worth 45 * 100 less 5 * 20 over 45.
    rate = of_rule("low_conversion", "1")
    assert values(rate) == [5, 25]
    assert len(rate.parts[1].parts) == 25
    assert values(of_rule("low_conversion", "1/against")) == [40, 80]
    assert values(of_rule("low_conversion", "2/low")) == [5, 25, 40, 80]
    assert values(of_rule("low_conversion", "2/n")) == [25, 80]
    assert len(of_rule("low_conversion", "2/source/before").parts) == 80
    stake = of_rule("low_conversion", "at_stake")
    assert stake.parts[0].value == yuan(4350)
    assert stake.parts[1].value == Fraction(15, 2) / 45


def test_leads_that_are_missing_come_apart_into_those_that_came() -> None:
    assert len(of_rule("few_leads", "1").parts) == 30
    assert len(of_rule("few_leads", "1/against").parts) == 60
    assert values(of_rule("few_leads", "2")) == [30, 60]
    # Of 90 leads 30 came now: the odds of the end of its interval are the end of the ratio.
    share, rest = of_rule("few_leads", "2/high").parts
    assert values(share) == [30, 90]
    assert rest.parts[0].value == 1


def test_what_missing_leads_are_worth_is_what_leads_bring_on_average() -> None:
    records = in_trouble()
    deal = next(deal for deal in records.opportunities if deal.id.startswith("2026-Q3") and deal.stage == "closed")
    led = attrs.evolve(deal, lead="2026-Q3-0")
    others = [each for each in records.opportunities if each.id != deal.id]
    first = next(lead for lead in records.leads if lead.id == "2026-Q3-0")
    converted = attrs.evolve(first, history=[*first.history, LeadChange(date(2026, 9, 2), status="converted")])
    known = attrs.evolve(
        records,
        opportunities=[*others, led],
        leads=[converted, *(lead for lead in records.leads if lead.id != first.id)],
    )
    found = explained(known)
    (address,) = (each for each in found.addresses if each.startswith("causes/") and each.endswith("few_leads/at_stake"))
    tree = found.tree(address)
    # The one lead that was won brought 70, of 90 that came; 30 fewer came than before.
    assert tree.parts[0].value == yuan(70)
    assert tree.parts[1].parts[0].value == 30
    assert tree.value == yuan(70).times(Fraction(30, 90))
    # Of 100 leads that are owed 40 are entered.
    leads = STANDARD_METRICS["leads"]
    owed = Target(owner=None, metric=leads, amount=Amount.of(100, COUNT), period=THIRD)
    entered = Actual(owner="ada", metric=leads, amount=Amount.of(40, COUNT), on=date(2026, 9, 2))
    found = explained(attrs.evolve(known, targets=[*known.targets, owed], actuals=[*known.actuals, entered]))
    stakes = [
        found.tree(each) for each in found.addresses if each.startswith("causes/") and each.endswith("few_leads/at_stake")
    ]
    (short,) = (each for each in stakes if each.value == yuan(70).times(Fraction(60, 90)))
    assert values(short.parts[1].parts[0]) == [100, 40]


def test_amounts_that_were_cut_come_apart_into_deals() -> None:
    cut, asked = of_rule("discounting", "1").parts
    assert (cut.value, asked.value, len(asked.parts)) == (yuan(100), yuan(450), 5)
    assert values(of_rule("discounting", "2/low")) == [5, 5]
    stake = of_rule("discounting", "at_stake")
    assert values(stake) == [yuan(20)] * 5
    assert values(stake.parts[0]) == [yuan(90), yuan(70)]


@cache
def given_away() -> NumberTrees:
    """Sell more pieces for less each than a year before, and cut three deals before they are won."""
    sold = [
        Actual(owner="ada", metric=STANDARD_METRICS[key], amount=amount, on=on, scope={"product": "basic"})
        for on, pieces, money in ((date(2025, 7, 1), 100, 1000), (date(2026, 9, 28), 150, 1200))
        for key, amount in (("units_sold", Amount.of(pieces, COUNT)), ("revenue", yuan(money)))
    ]
    deals = [
        Opportunity(
            id=f"o-{number}",
            history=[
                Change(date(2026, 7, 6), stage="lead", owner="ada", amount=yuan(90)),
                Change(date(2026, 8, 4), stage="closed", amount=yuan(70)),
            ],
        )
        for number in range(3)
    ]
    basic = STANDARD_PROCESSES["basic"]
    return explained(Records(org=company("ada"), actuals=sold, opportunities=deals, processes=[basic]))


def test_prices_that_fell_are_the_effect_of_a_change_taken_apart() -> None:
    found = given_away()
    at = "causes/1/discounting"
    # A piece went for 8 after 10, and 125 on average of both times were sold.
    effect = found.tree(f"{at}/1")
    assert effect.value == yuan(-250)
    assert effect.parts
    assert values(found.tree(f"{at}/at_stake").parts[1]) == [effect.value]
    assert found.tree(f"{at}/1/against").value == yuan(1000)
    assert found.tree(f"{at}/1/against").parts


def test_customers_who_are_contested_come_apart_into_their_deals() -> None:
    assert values(of_rule("channel_conflict", "1")) == [1, 1]
    assert labels(of_rule("channel_conflict", "2")) == ["of ada", "of dealer"]
    assert values(of_rule("channel_conflict", "at_stake")) == [yuan(5), yuan(5)]


def test_key_accounts_come_apart_into_what_each_bought() -> None:
    lost, bought = of_rule("key_account_loss", "1").parts
    assert values(lost) == [yuan(6000), yuan(3000)]
    assert bought.value == yuan(9500)
    assert values(of_rule("key_account_loss", "at_stake")) == [yuan(6000), yuan(3000)]
    assert of_rule("key_account_loss", "accounts").value == len(of_rule("key_account_loss", "accounts").parts) == 2


def test_signs_of_morale_come_apart_into_answers_people_and_entries() -> None:
    low, answers = of_rule("low_morale", "1").parts
    assert (low.value, answers.value) == (6, 9)
    assert low.parts == ()
    assert of_rule("low_morale", "2").parts[0].value == 4
    # All but the dealer served within the year.
    assert len(of_rule("low_morale", "2/n").parts) == 7
    now, before = of_rule("low_morale", "3").parts
    assert (values(now), values(before)) == ([20], [60])
    assert of_rule("low_morale", "of").value == 3


def test_a_missed_target_comes_apart_into_effects_and_what_was_attained() -> None:
    share = of_rule("missed_for_demand", "share")
    speaking, taken = share.parts
    assert len(speaking.parts) == 1
    assert len(taken.parts) == 3
    # Of the target of 24,000 were 300 sold.
    assert values(of_rule("missed_for_demand", "2")) == [yuan(300), yuan(24_000)]
    assert of_rule("missed_for_demand", "at_stake").value == -of_rule("missed_for_demand", "1").value  # type: ignore[operator] # an amount


def test_an_unfair_plan_comes_apart_into_what_is_more_than_fair_of_each_owner() -> None:
    found = of_sample()
    stake = found.tree("causes/2/unfair_plan/at_stake")
    assert str(stake.value) == "2,214,912.01 CNY"
    # Of 7 beyond the tolerance, of whom fairness asks more, some are asked too little.
    assert 1 < len(stake.parts) < 7
    target, beyond = stake.parts[0].parts
    assert target.parts == ()
    one, fair = beyond.parts
    assert (one.value, fair.parts[0].value) == (1, 1)
    assert fair.parts[1].parts
    assert [found.tree(f"causes/2/unfair_plan/{name}").value for name in ("beyond", "owners")] == [7, 14]
    # Two owners have one index, and each is told of by name.
    one, other = (found.tree(f"causes/2/unfair_plan/{place}").parts[0].parts[0] for place in (4, 5))
    assert one.label != other.label


def test_a_pace_and_the_faults_of_data_are_those_of_their_sections() -> None:
    assert of_rule("weak_ramp", "1").parts
    # Of the 3,000 that Noor owes she sold nothing.
    assert values(of_rule("weak_ramp", "at_stake")) == [yuan(3000), yuan(0)]
    assert of_rule("inaccurate_data", "1").parts
    assert of_rule("inaccurate_data", "score").parts
    assert of_rule("inaccurate_data", "2/found").parts


def test_owners_of_whom_one_yardstick_asks_too_much_and_another_too_little_are_named() -> None:
    found = of_sample("guangzhou", "2026-Q3")
    (address,) = (address for address in found.addresses if address.startswith("causes/contradiction/"))
    assert labels(found.tree(address)) == ["r-08"]
    indexes = [found.tree(address).value for address in found.addresses if address.endswith("/index/r-08")]
    known = [float(index) for index in indexes if isinstance(index, float)]
    assert min(known) < 1 < max(known)


SUMS = {"cut_share", "quiet_share", "one_deal", "one_customer_ahead", "stale_pipeline", "one_rep", "one_customer"}
SUMS |= {"accounts_at_risk"}
DONE = ("diagnosis.source.attainment", "diagnosis.cited.pace")
"""What was done over what was owed is no share of anything."""


def test_every_share_that_is_cited_has_an_interval_or_is_said_to_be_a_sum() -> None:
    reviews = [trouble(), sample(), sample("r-12", "2026-W37")]
    found = [(each.citations, review) for review in reviews for each in review.causes]
    found += [(line.risk.citations, review) for review in reviews for line in review.risks.lines]
    shares = [each for citations, _ in found for each in citations if each.is_share and each.n is not None]
    sums = {each.label.key for each in shares if each.low is None and each.label.key not in DONE}
    assert sums - {"risk.cited.win_rate_by_value"} <= {f"{room}.cited.{key}" for room in ("diagnosis", "risk") for key in SUMS}
    told = [each.text() for each in shares if each.label.key in sums - {"risk.cited.win_rate_by_value"}]
    assert len(told) > 5
    assert all("not an estimate)" in text for text in told)
    counted = {each.label.key.rpartition(".")[2] for each in shares if each.low is not None}
    of_counts = {"contested", "deals_cut", "quiet_accounts", "quiet_customers", "stale_deals", "beyond", "late_plan", "fault"}
    assert of_counts <= counted


def test_counts_beside_sums_come_apart_into_whom_they_count() -> None:
    found, review = numbers(), trouble()
    for place, cause in enumerate(review.causes, 1):
        for number, cited in enumerate(cause.citations, 1):
            if cited.label.key in ("diagnosis.cited.quiet_accounts", "diagnosis.cited.fault", "diagnosis.cited.contested"):
                address = f"causes/{place}/{cause.rule}/{number}"
                share, low, high = (found.tree(f"{address}{end}") for end in ("", "/low", "/high"))
                assert (low.value, high.value) == (cited.low, cited.high)
                assert low.parts == high.parts
                assert all(tree.holds() and len(tree.parts) == 2 for tree in (share, low, high))
    stale = of_sample().tree("risks/pipeline/stale_pipeline/CNY/2")
    assert values(stale) == [17, 20]
    quiet = found.tree("risks/customer/accounts_at_risk/2")
    assert quiet.parts[0].value == found.tree("risks/customer/accounts_at_risk/1/count").value


# Risks


def test_a_pipeline_that_stands_still_comes_apart_into_the_deals_that_do() -> None:
    found = of_sample()
    stale = found.tree("risks/pipeline/stale_pipeline/CNY/at_stake")
    assert len(stale.parts) == found.tree("risks/pipeline/stale_pipeline/CNY/1/count").value == 17
    assert len(found.tree("risks/pipeline/stale_pipeline/CNY/1/n").parts) == 20
    share = found.tree("risks/pipeline/stale_pipeline/CNY/1")
    assert share.label.text() == (
        "Share of the value that stands still or is overdue (deals: 17); from the open deals expected to close by 2026-09-30"
    )
    parts = [(part.label.text(), str(part.value)) for part in share.parts]
    assert parts == [
        ("open value that stands still or is overdue", "2,773,000.00 CNY"),
        ("open value in all", "3,327,000.00 CNY"),
    ]


def test_a_deal_that_stands_still_comes_apart_into_the_days_in_its_stage() -> None:
    found = of_sample()
    (section,) = sample().deals
    stalled = [deal for deal in section.pipeline.deals if "stalled" in deal.flags]
    assert len(stalled) == 30
    for deal in stalled:
        address = f"deals/solution/deal/{deal.id}/stalled"
        over, days = found.tree(f"{address}/over"), found.tree(f"{address}/days")
        assert (days.value, over.value) == (deal.stage_days, deal.flags["stalled"].arguments["over"])
        assert labels(days)[-1] == deal.as_of.isoformat()
        assert over.holds()
        assert days.holds()


def test_where_no_win_rate_is_known_the_usual_one_is_taken() -> None:
    begun = Change(date(2026, 8, 1), stage="proposal", owner="ada", amount=yuan(600), expected_close=date(2026, 9, 20))
    records = Records(
        org=company("ada"),
        opportunities=[Opportunity(id="o-1", history=[begun])],
        processes=[STANDARD_PROCESSES["basic"]],
        targets=[Target(owner=None, metric=STANDARD_METRICS["revenue"], amount=yuan(1000), period=THIRD)],
    )
    found = explained(records, as_of=AUG_31)
    # A third of 600 is to be expected of 1000.
    stake = found.tree("risks/pipeline/thin_pipeline/CNY/at_stake")
    assert (stake.value, stake.parts[1].parts[1].value) == (yuan(800), Fraction(1, 3))
    assert found.tree("risks/pipeline/thin_pipeline/CNY/1/against").value == 3
    assert stake.holds()
    nothing = attrs.evolve(records, opportunities=[])
    empty = explained(nothing, as_of=AUG_31)
    assert empty.below("risks/pipeline").addresses == ()


def test_a_pipeline_that_hangs_on_one_comes_apart_into_the_deals_of_that_one() -> None:
    found = of_sample("r-12", "2026-W37")
    one = found.tree("risks/pipeline/one_deal/r-12/CNY/1")
    assert len(one.parts[0].parts) == 1
    assert found.tree("risks/pipeline/one_customer_ahead/r-12/CNY/at_stake").parts


def test_what_hangs_on_one_person_or_customer_is_theirs_over_that_of_all() -> None:
    found = numbers()
    part, all_of_them = found.tree("risks/people/one_rep/1").parts
    assert part.value == all_of_them.value == yuan(3800)
    # Of the eight who served in the year, four sold nothing before they left.
    assert len(all_of_them.parts) == 8
    assert found.tree("risks/customer/one_customer/1").parts[0].value == yuan(3000)
    quiet = found.tree("risks/customer/accounts_at_risk/1")
    assert quiet.parts[0].value == found.tree("risks/customer/accounts_at_risk/at_stake").value
    assert found.tree("risks/customer/accounts_at_risk/1/count").parts
    assert found.tree("risks/people/attrition/1").parts[0].value == 4


def test_scores_and_what_is_overdue_have_addresses() -> None:
    found = of_sample()
    assert (found.tree("risks/open").value, found.tree("risks/closed").value) == (6, 0)
    score = found.tree("risks/risk-2")
    assert score.value == 16
    assert [found.tree(f"risks/risk-2/{name}").value for name in ("likelihood", "impact")] == [4, 4]
    # It was due on 2026-09-11 and not done on 2026-09-16.
    assert found.tree("risks/risk-2/overdue/a-7").value == 5
    late = found.tree("risks/plan/late_plan/autumn/1")
    assert values(late) == [2, 6]
    assert [found.tree(f"risks/plan/late_plan/autumn/1/{name}").value for name in ("late", "endangered")] == [1, 1]
    assert len(found.tree("risks/plan/unfair_plan/1").parts[1].parts) == 14


def test_actions_and_tasks_of_the_sample_are_counted_as_its_report_counts_them() -> None:
    found = of_sample()
    assert [found.tree(f"actions/{name}").value for name in ("agreed", "done", "dropped", "became_late")] == [7, 3, 1, 2]
    assert [found.tree(f"plans/autumn/{name}").value for name in ("tasks", "done", "late", "endangered")] == [6, 3, 1, 1]


# The agenda


def test_items_of_the_agenda_come_apart_as_what_they_tell_of_does() -> None:
    found = of_sample()
    # The exhibition cost 3,200,000 and brought 310,840.
    spent = found.tree("agenda/1/at_stake")
    assert (str(spent.value), values(spent)) == ("2,889,160.00 CNY", [yuan(3_200_000), yuan(310_840)])
    assert found.tree("agenda/2/at_stake").parts == found.tree("causes/2/unfair_plan/at_stake").parts
    assert (found.tree("agenda/4/count").value, found.tree("agenda/4/days").value, found.tree("agenda/4/1").value) == (2, 16, 5)
    assert (found.tree("agenda/5/days").value, found.tree("agenda/5/count").value) == (5, 1)
    deals = [found.tree(f"agenda/6/{name}") for name in ("count", "of")]
    assert [(tree.value, len(tree.parts)) for tree in deals] == [(33, 33), (93, 93)]
    stake = found.tree("agenda/6/at_stake")
    assert (str(stake.value), len(stake.parts)) == ("5,412,000.00 CNY", 33)
    assert found.tree("agenda/later").value == 0


def test_targets_of_the_agenda_come_apart_as_what_was_attained() -> None:
    found = of_sample("east", "2026-W37")
    addresses = {each for each in found.addresses if each.startswith("agenda/1/")}
    assert {"agenda/1/1", "agenda/1/2", "agenda/1/2/high"} <= addresses
    assert found.tree("agenda/1/1").parts[0].value == found.tree("attainment/new_customers/actual").value
    assert found.tree("agenda/1/2").parts
    # Two causes of the rule tell of unfair targets of a quarter: the other one is of last year's results.
    assert len(of_sample("guangzhou", "2026-Q3").tree("agenda/3/count").parts) == 1
    assert found.tree("agenda/5/at_stake").parts


def test_money_that_is_owed_is_at_stake_of_a_target() -> None:
    place = next(place for place, item in enumerate(trouble().agenda, 1) if item.kind == "target")
    stake = numbers().tree(f"agenda/{place}/at_stake")
    assert values(stake) == [yuan(24_000), yuan(300)]
    # The targets of the three, and below the months the entries.
    target, actual = stake.parts
    assert values(target) == [yuan(20_000), yuan(1_000), yuan(3_000)]
    assert [entry.value for month in actual.parts for entry in month.parts] == 3 * [yuan(100)]


def test_whoever_is_ahead_is_so_among_those_who_were_compared() -> None:
    visits, july = STANDARD_METRICS["visits"], Period.month(2026, 7)
    targets = [Target(owner=rep, metric=visits, amount=Amount.of(100, COUNT), period=july) for rep in ("ada", "bo")]
    done = [
        Actual(owner=rep, metric=visits, amount=Amount.of(number, COUNT), on=date(2026, 7, day))
        for rep, number in (("ada", 2), ("bo", 9))
        for day in range(1, 32)
    ]
    records = Records(org=company("ada", "bo"), targets=targets, actuals=done)
    review = build(records, owner=None, period=july, as_of=july.last)
    place = next(place for place, item in enumerate(review.agenda, 1) if "compared" in item.message.arguments)
    tree = explain(review, records=records).tree(f"agenda/{place}/compared")
    assert sorted(labels(tree)) == ["ada", "bo"]


# What people write down, and rules of their own


def cited(key: str, value: float | None = 0.5, **arguments: object) -> Citation:
    return Citation(label=Message.of(key, **arguments), value=value, source=Message("somewhere"))


KEYS = (
    *("diagnosis.cited.pace", "diagnosis.cited.contested_customer", "diagnosis.cited.quiet_share", "diagnosis.cited.fault"),
    *("diagnosis.cited.quiet_accounts", "risk.cited.quiet_customers", "risk.cited.stale_deals"),
    *("diagnosis.cited.low_answers", "diagnosis.cited.fairness_index", "diagnosis.cited.cut_share", "diagnosis.cited.leads"),
    *("diagnosis.cited.activity", "diagnosis.cited.win_rate_change", "diagnosis.cited.deals_cut", "diagnosis.cited.contested"),
    *("risk.cited.one_deal", "risk.cited.one_rep", "risk.cited.one_customer", "risk.cited.coverage", "risk.cited.late_plan"),
    *("risk.cited.accounts_at_risk", "risk.cited.stale_pipeline", "risk.cited.beyond", "risk.cited.attrition"),
    *("review.agenda.cited.ratio", "review.agenda.cited.reached", "review.agenda.cited.action", "diagnosis.cited.leads_ratio"),
)


def test_what_a_rule_of_somebody_else_cites_under_our_names_stands_by_itself() -> None:
    sources = [Message(f"diagnosis.source.{name}") for name in ("attainment", "decided", "period_to_period")]
    ours = [cited(key, 0.123) for key in KEYS]
    ours += [Citation(label=Message("metric.win_rate"), value=0.123, source=source) for source in sources]
    rules = ("few_leads", "weak_ramp", "missed_for_demand", "unfair_plan", "discounting", "low_conversion", "channel_conflict")
    keys = (*rules, "key_account_loss", "house_rule")

    def look(evidence: Evidence, rule: DiagnosisRule) -> object:
        del evidence
        yield rule.found(ours if rule.key == "house_rule" else ours[:1], record="one/two", at_stake=yuan(7), share=0.5)

    asked = [DiagnosisRule(key=key, cause="plan", look=look, wording="{share}") for key in keys]  # type: ignore[arg-type] # yields findings
    plan = TaskPlan(id="p", tasks=[Task(id="t", owner="ada", created=date(2026, 9, 1), due=date(2026, 9, 5))])
    for records in (in_trouble(), Records(org=company("ada"), plans=[plan])):
        review = build(records, owner=None, period=THIRD, as_of=SEP_30, rules=asked)
        assert {cause.rule for cause in review.causes} == set(keys)
        for known in (records, None):
            found = explain(review, records=known)
            for place, cause in enumerate(review.causes, 1):
                assert found.tree(f"causes/{place}/{cause.rule}/at_stake").value == yuan(7)
                assert found.tree(f"causes/{place}/{cause.rule}/share").parts == ()
                count = len(cause.citations)
                trees = [found.tree(f"causes/{place}/{cause.rule}/{number}") for number in range(1, count + 1)]
                assert {(tree.value, tree.parts) for tree in trees} == {(0.123, ())}


def test_a_risk_that_somebody_wrote_down_stands_by_itself() -> None:
    thought = [RiskAssessment(on=date(2026, 9, 1), likelihood=5, impact=5)]
    wary = [
        Risk(id="r-1", title="risk.automatic.thin_pipeline", assessments=thought, at_stake=yuan(9)),
        Risk(
            id="r-2",
            title="risk.automatic.stale_pipeline",
            assessments=thought,
            at_stake=yuan(8),
            citations=[cited("risk.cited.stale_pipeline"), cited("risk.cited.one_deal", name=None)],
        ),
        Risk(id="r-3", title="Rates rise", assessments=thought, closed=date(2026, 9, 9)),
    ]
    records = Records(org=company("ada"), risks=wary)
    found = explained(records, period=SEPTEMBER)
    assert [(found.tree(f"risks/r-{place}/at_stake").value, place) for place in (1, 2)] == [(yuan(9), 1), (yuan(8), 2)]
    assert found.tree("risks/r-2/at_stake").parts == ()
    assert found.tree("risks/closed").value == 1
    assert broken(found.below("agenda")) == []
    stakes = {found.tree(each).value for each in found.below("agenda").addresses if each.endswith("/at_stake")}
    # What stands still is told of by its deals.
    assert stakes == {yuan(9)}


def test_a_mark_that_somebody_gave_the_tree_of_its_own_name_comes_apart_no_further() -> None:
    four = Breakdown(label=Message("risk.likelihood"), value=4)
    thought = RiskAssessment(on=date(2026, 9, 1), likelihood=4, impact=2, likelihood_breakdown=four)
    found = explained(
        Records(org=company("ada"), risks=[Risk(id="r-1", title="Rates rise", assessments=[thought])]), period=SEPTEMBER
    )
    assert (found.tree("risks/r-1/likelihood"), found.tree("risks/r-1").value) == (four, 8.0)
    assert broken(found.below("risks")) == []


def test_late_actions_of_one_title_are_told_of_by_the_first() -> None:
    call = Action(id="a-1", title="Call back", owner="ada", created=date(2026, 9, 2), due=date(2026, 9, 9))
    again = attrs.evolve(call, id="a-2", due=date(2026, 9, 20), history=[StatusChange(date(2026, 9, 3), "in_progress")])
    records = Records(org=company("ada"), actions=[call, again])
    found = explained(records, period=SEPTEMBER, with_records=False)
    assert (found.tree("agenda/3/count").value, found.tree("agenda/3/days").value) == (2, 21)
    assert found.tree("agenda/3/1").value == 10


def test_tasks_and_plans_of_one_name_are_told_apart() -> None:
    def plan(key: str, due: date) -> TaskPlan:
        first = Task(id="t-1", title="Call all", owner="ada", created=date(2026, 9, 1), due=due)
        waiting = Task(id=f"after {key}", owner="ada", created=date(2026, 9, 1), due=date(2026, 12, 1), depends_on=["t-1"])
        return TaskPlan(id=key, title="Winter", tasks=[first, waiting])

    plans = [plan("p-1", date(2026, 9, 20)), plan("p-2", date(2026, 9, 5))]
    records = Records(org=company("ada"), plans=plans)
    review = build(records, owner=None, period=SEPTEMBER, as_of=SEP_30)
    found = explain(review, records=records)
    places = [place for place, item in enumerate(review.agenda, 1) if item.kind == "task"]
    # The latest comes first.
    assert [found.tree(f"agenda/{place}/days").value for place in places] == [25, 10]
    waiting = [found.tree(f"agenda/{place}/count").parts[0].label.text() for place in places]
    assert waiting == ["after p-2", "after p-1"]
    assert found.tree("risks/plan/late_plan/p-2/1").parts


def test_items_of_somebody_s_own_stand_by_themselves() -> None:
    built = sample("guangzhou")
    line = built.outlook[0]
    odd = [AgendaItem(kind=kind, message=Message.of("{days}", days=3), at_stake=yuan(7)) for kind in AGENDA_KINDS]
    odd += [attrs.evolve(item, about=("of no section",)) for item in odd]
    later = AgendaItem(kind="target", message=Message("odd"), at_stake=line.missing, about=(line,))
    found = explain(attrs.evolve(built, agenda=(*odd, later)), records=read_sample())
    for place in range(1, len(odd) + 1):
        trees = [found.tree(f"agenda/{place}/{name}") for name in ("days", "at_stake")]
        assert [(tree.value, tree.parts) for tree in trees] == [(3, ()), (yuan(7), ())]
    missing = found.tree(f"outlook/{line.process.key}/{line.unit.code}/missing")
    assert found.tree(f"agenda/{len(odd) + 1}/at_stake").parts == missing.parts != ()


# What two of one kind have in common


def test_no_address_is_told_twice() -> None:
    for owner, label in ((None, "2026-Q3"), ("r-05", "2026"), ("east", "2026-W37"), ("r-12", "2026-W37")):
        found = of_sample(owner, label)
        assert [address for address in found.addresses if "~" in address] == []
    lacking = {address for address in of_sample("r-12", "2026-W37").addresses if "/lacks/" in address}
    rules = ("3/discounting", "4/few_leads")
    assert lacking == {f"causes/{rule}/lacks/{name}" for rule in rules for name in ("fewest", "n")}


def test_findings_of_the_same_words_are_counted_each() -> None:
    # Prices were given away in two ways.
    assert [tree.value for tree in map(given_away().tree, ("agenda/1/count", "agenda/1/at_stake"))] == [1, yuan(250)]


def test_what_is_at_stake_with_one_person_or_customer_is_what_that_one_brought() -> None:
    on = date(2026, 8, 3)
    won = [
        Opportunity(id=f"o-{name}", customer=name, history=[Change(on, stage="closed", owner="ada", amount=yuan(worth))])
        for name, worth in (("k-1", 300), ("k-2", 100))
    ]
    revenue = STANDARD_METRICS["revenue"]
    goal = Target(owner="ada", metric=revenue, amount=yuan(900), period=THIRD)
    # Of 400 that customers bought one bought 300; of the 600 that were sold that is a half.
    for sold, whole in ((600, 600), (200, 400)):
        booked = Actual(owner="ada", metric=revenue, amount=yuan(sold), on=on)
        known = Records(
            org=company("ada"),
            opportunities=won,
            processes=[STANDARD_PROCESSES["basic"]],
            customers=[Customer(id="k-1"), Customer(id="k-2")],
            targets=[goal],
            actuals=[booked],
        )
        customer = explained(known)
        (part,) = customer.tree("risks/customer/one_customer/at_stake").parts
        share = customer.tree("risks/customer/one_customer/1")
        assert values(share) == [yuan(300), yuan(whole)]
        assert part == share.parts[0].parts[0]
        assert broken(customer.below("risks")) == []
    (part,) = of_sample("hangzhou", "2026-Q3").tree("risks/people/one_rep/hangzhou/at_stake").parts
    # So much revenue of this dealer the files have from 17 September 2025 on.
    assert (part.label.text(), str(part.value)) == ("d-01", "6,396,200.00 CNY")


def test_what_is_asked_of_all_comes_apart_once() -> None:
    stake = of_sample().tree("causes/2/unfair_plan/at_stake")
    indexes = [part.parts[1].parts[1].parts[1] for part in stake.parts]
    assert len(indexes) > 1
    assert [bool(index.parts[1].parts) for index in indexes] == [True] + [False] * (len(indexes) - 1)
    assert len({index.parts[1].value for index in indexes}) == 1


def test_a_rate_is_not_called_attainment() -> None:
    assert of_rule("low_conversion", "2").parts[0].label.text() == "rate"
    assert of_rule("low_conversion", "2").parts[0].label.text("zh") == "比率"
    assert of_rule("weak_ramp", "1").parts[0].label.text("zh") == "达成率"


# Words


def test_numbers_in_words_are_those_of_a_section_only_where_they_are_the_same() -> None:
    inner = Message.of("review.agenda.and_more", told=Message.of("x", beyond=7, met=True, name="7"), count=Decimal(2))
    known = {"beyond": lambda: leaf(named("won"), 7), "count": lambda: leaf(named("won"), 3)}
    found = {address: grow() for address, grow in numbers_said("here", inner, known)}
    assert found.keys() == {"here/told/beyond", "here/count"}
    assert (found["here/told/beyond"].value, found["here/count"].value) == (7, Decimal(2))
    assert list(numbers_said("here", None)) == []
    assert shown(named("won"), None, leaf(named("lost"), 1)).value is None

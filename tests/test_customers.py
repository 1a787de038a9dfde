"""Customers: worked examples of each question, what readers see, and what is refused."""

import pickle
from collections.abc import Callable
from datetime import date
from typing import Any

import attrs
import numpy as np
import pytest

from salesperf import (
    CNY,
    COUNT,
    STANDARD_METRICS,
    STANDARD_PROCESSES,
    USD,
    Actual,
    Amount,
    Change,
    Contact,
    Customer,
    Estimate,
    Lead,
    LeadChange,
    Message,
    Opportunity,
    Period,
)
from salesperf.customers import (
    KEY_ACCOUNT_BANDS,
    CohortTally,
    LifecyclePolicy,
    Purchases,
    account_facts,
    account_health,
    cohorts,
    collect,
    lifecycle,
    lifetime_value,
    lost_customer,
    lost_deal,
    market_share,
    nps,
    nps_of_counts,
    referral_rate,
    repurchase,
    rfm,
    satisfaction,
)
from salesperf.errors import SalesperfError
from salesperf.formulas import lifetime_value_in_advance, lifetime_value_in_arrears
from salesperf.model.codes import Codes

TODAY = date(2026, 9, 30)
BASIC, SOLUTION = STANDARD_PROCESSES["basic"], STANDARD_PROCESSES["solution"]
Oracle = Callable[[str], Any]


def yuan(value: int | str) -> Amount:
    return Amount.of(value, CNY)


def bought(*events: tuple[str, str, int], known: tuple[str, ...] = ()) -> Purchases:
    """Make purchases of customer, day and yuan."""
    sales = [
        Actual(
            owner="ada",
            metric=STANDARD_METRICS["revenue"],
            amount=yuan(amount),
            on=date.fromisoformat(on),
            scope={"customer": who},
        )
        for who, on, amount in events
    ]
    return collect(sales, as_of=TODAY, customers=known)


def deal(number: str, customer: str | None, *changes: Change, **others: Any) -> Opportunity:  # noqa: ANN401 - fields
    return Opportunity(id=number, customer=customer, history=list(changes), **others)


def won(number: str, customer: str | None, on: str | None, amount: int | None = 100, lead: str | None = None) -> Opportunity:
    begin = Change(None if on is None else date(2026, 1, 1), stage="lead", amount=None if amount is None else yuan(amount))
    if on is None:
        return deal(number, customer, Change(None, stage="closed", amount=yuan(100)), lead=lead)
    return deal(number, customer, begin, Change(date.fromisoformat(on), stage="closed"), lead=lead)


# Purchases


def test_purchases_are_read_from_entries_of_the_metric_up_to_the_day() -> None:
    visits = Actual(owner="ada", metric=STANDARD_METRICS["visits"], amount=Amount(minor=1, unit=COUNT), on=TODAY)
    nobody = Actual(owner="ada", metric=STANDARD_METRICS["revenue"], amount=yuan(5), on=TODAY)
    late = Actual(
        owner="ada", metric=STANDARD_METRICS["revenue"], amount=yuan(5), on=date(2026, 10, 1), scope={"customer": "k"}
    )
    told = collect([visits, nobody, late], as_of=TODAY, customers=["k-9"])
    assert (told.customers, told.unassigned, told.counts.tolist()) == (("k-9",), 1, [0])


def test_won_deals_are_purchases_on_the_day_on_which_they_were_won() -> None:
    served = deal(
        "o-4",
        "k-2",
        Change(date(2026, 1, 5), stage="proposal", amount=yuan(70)),
        Change(date(2026, 2, 5), stage="won"),
        Change(date(2026, 8, 5), stage="after_sales"),
        Change(date(2026, 8, 9), owner="bo"),
        process="solution",
    )
    open_deal = deal("o-5", "k-2", Change(date(2026, 1, 5), stage="lead", amount=yuan(9)), process="basic")
    later = deal("o-6", "k-2", Change(date(2026, 12, 5), stage="lead"), process="basic")
    deals = [
        won("o-1", "k-1", "2026-03-01"),
        won("o-2", None, "2026-03-01"),
        won("o-3", "k-1", None),
        won("o-7", "k-1", "2026-03-01", None),
    ]
    told = collect(
        opportunities=[*(attrs.evolve(one, process="basic") for one in deals), served, open_deal, later],
        processes=[BASIC, SOLUTION],
        as_of=TODAY,
    )
    assert [(row["customer"], row["first"], row["value"]) for row in told.rows()] == [
        ("k-1", date(2026, 3, 1), 100.0),
        ("k-2", date(2026, 2, 5), 70.0),
    ]
    assert told.unassigned == 3


def test_a_day_on_which_more_came_back_is_no_purchase_and_counts_toward_the_value() -> None:
    told = bought(("k", "2026-03-01", 100), ("k", "2026-03-01", 50), ("k", "2026-04-01", -30))
    assert told.counts.tolist() == [1]
    assert told.values.tolist() == [120.0]
    assert told.last.tolist() == [date(2026, 3, 1).toordinal()]


def test_purchases_until_a_day_forget_the_later_ones() -> None:
    told = bought(("k", "2026-03-01", 100), ("k", "2026-08-01", 100)).until(date(2026, 5, 1))
    assert (told.as_of, told.counts.tolist()) == (date(2026, 5, 1), [1])


def test_results_of_columns_compare_by_content_pickle_and_have_no_hash() -> None:
    purchases = bought(("k", "2026-03-01", 100), ("m", "2026-08-01", 100))
    results: list[Any] = [purchases, lifecycle(purchases), cohorts(purchases)]
    for result in results:
        assert pickle.loads(pickle.dumps(result)) == result  # noqa: S301 - our own
        assert result != "something else"
        with pytest.raises(TypeError, match="unhashable"):
            hash(result)
    assert "<td>k</td>" in purchases._repr_html_()
    for tally in results[::2]:
        with pytest.raises(TypeError):
            _ = tally + 1


# Lifecycle

MANY = bought(
    ("fresh", "2026-09-01", 10),
    ("steady", "2026-01-01", 10),
    ("steady", "2026-08-01", 10),
    ("quiet", "2026-02-01", 10),
    ("gone", "2025-01-01", 10),
    ("back", "2024-01-01", 10),
    ("back", "2026-08-15", 10),
    ("settled", "2024-01-01", 10),
    ("settled", "2025-12-15", 10),
    ("settled", "2026-08-15", 10),
    known=("never",),
)


def test_each_state_has_its_days() -> None:
    assert dict(lifecycle(MANY).state_by_customer) == {
        "back": "won_back",
        "fresh": "new",
        "gone": "lost",
        "never": "prospect",
        "quiet": "at_risk",
        "settled": "active",
        "steady": "active",
    }


def test_the_limits_of_days_belong_to_the_later_state() -> None:
    policy = LifecyclePolicy(new_for=10, at_risk_after=20, lost_after=30)
    for on, state in (("2026-09-21", "new"), ("2026-09-20", "active"), ("2026-09-10", "at_risk"), ("2026-08-31", "lost")):
        told = lifecycle(bought(("k", on, 1)), policy=policy)
        assert told.state_by_customer["k"] == state


def test_who_was_there_and_is_lost_now_lowers_retention() -> None:
    told = lifecycle(MANY, since=date(2025, 12, 31))
    assert told.moved("at_risk", "lost") == 1
    assert (told.retention.value, told.retention.n) == (0.5, 2)
    assert told.text().splitlines() == [
        "7 customers at the end of 2026-09-30: 1 new, 2 active, 1 won back, 1 at risk, 1 lost, 1 never bought.",
        "Of the 2 customers of 2025-12-31, 1 are lost; kept: 50.0% (9.5% to 90.5%).",
    ]
    assert told.text("zh").splitlines()[0].startswith("截至2026年9月30日共 7 个客户：新客户 1，活跃 2")
    assert told.rows()[1] == {"state": "new", "customers": 1, "share": 1 / 7, "before": 0}


def test_without_customers_or_an_earlier_day_there_is_no_retention() -> None:
    assert lifecycle(MANY).retention.reason == Message("customers.reason.no_earlier_day")
    before_all = lifecycle(MANY, since=date(2020, 1, 1))
    assert before_all.retention.value is None
    assert before_all.text().splitlines()[1] == "On 2020-01-01 there were no customers to keep."
    assert len(lifecycle(MANY).text().splitlines()) == 1
    nobody = lifecycle(Purchases.empty(as_of=TODAY))
    assert nobody.rows()[0]["share"] is None


# RFM


def test_scores_are_by_fifths_and_name_a_segment() -> None:
    events = [(f"k-{number:02d}", date(2026, 9, 30 - number).isoformat(), 100 * (10 - number)) for number in range(10)]
    events += [("k-00", f"2026-0{month}-01", 100) for month in range(1, 9)]
    report = rfm(bought(*events, known=("never",)))
    best = report.customers[0]
    assert (best.customer, best.recency, best.frequency, best.segment) == ("k-00", 0, 9, "champions")
    assert [one.recency_score for one in sorted(report.customers, key=lambda one: one.recency)] == [
        5,
        5,
        4,
        4,
        3,
        3,
        2,
        2,
        1,
        1,
    ]
    assert report.never_bought == ("never",)
    assert report.counts["champions"] == 1
    assert report.text().splitlines()[0] == "Champions: 1, who bought 1,800.00 (28.6% of all)."
    assert report.text("zh").splitlines()[-1] == "从未购买、因而不评分的客户：1 个。"
    assert report.rows()[0]["monetary_score"] == 5
    assert report.scales is not None
    assert report.scales["recency"].points(365) == 1


def test_equals_have_equal_scores_and_nobody_has_none() -> None:
    report = rfm(bought(*((f"k-{number}", "2026-09-01", 5) for number in range(4))))
    assert {one.frequency_score for one in report.customers} == {1}
    assert rfm(Purchases.empty(as_of=TODAY)).scales is None
    assert rfm(bought(known=("k",))).text() == "Never bought, and so not graded: 1."


def test_a_value_of_nothing_has_no_share() -> None:
    report = rfm(bought(("k", "2026-08-01", 5), ("k", "2026-08-02", -5)))
    assert report.text() == "Hibernating: 1, who bought 0.00 (– of all)."


# Cohorts


def test_a_cohort_that_is_not_over_has_no_share() -> None:
    purchases = bought(
        ("a", "2026-07-01", 1), ("a", "2026-08-15", 1), ("b", "2026-07-20", 1), ("b", "2026-07-25", 1), ("c", "2026-09-02", 1)
    ).until(date(2026, 9, 15))
    tally = cohorts(purchases)
    assert tally.rows() == [
        {"cohort": "2026-07", "customers": 2, "after_1": 0.5, "after_2": None},
        {"cohort": "2026-08", "customers": 0, "after_1": None, "after_2": None},
        {"cohort": "2026-09", "customers": 1, "after_1": None, "after_2": None},
    ]
    assert tally.retention(2, 0).reason == Message("customers.reason.not_observed")
    assert tally.repurchase(0, 0).value == 0.5
    assert tally.repurchase(0, 1).value == 1.0
    assert tally.pooled(1).value == 0.5
    assert tally.pooled(2).value is None
    assert tally.text().splitlines() == [
        "Bought in month 1 after their first: 50.0% (9.5% to 90.5%) of 2.",
        "2026-09 is not over: of its 1 new customers nothing can be told yet.",
    ]
    assert tally.text("zh").splitlines()[-1] == "2026年9月尚未结束：其 1 个新客户的后续情况还不得而知。"


@pytest.mark.parametrize(
    ("grain", "labels"),
    [("year", ("2025", "2026")), ("quarter", ("2025-Q4", "2026-Q1")), ("week", ("2025-W52", "2026-W01"))],
)
def test_cohorts_are_periods_of_the_calendar(grain: Any, labels: tuple[str, str]) -> None:  # noqa: ANN401 - a word
    tally = cohorts(bought(("a", "2025-12-28", 1), ("b", "2026-01-02", 1)), grain=grain)
    assert tuple(period.label for period in tally.periods[:2]) == labels
    assert tally.sizes[:2].tolist() == [1, 1]


def test_where_the_last_period_has_ended_no_cohort_is_open() -> None:
    assert cohorts(bought(("a", "2026-08-28", 1), ("b", "2026-09-02", 1))).text().startswith("Bought in month 1")
    assert "not over" not in cohorts(bought(("a", "2026-08-28", 1), ("b", "2026-09-02", 1))).text()


def test_the_repurchase_rate_is_of_a_window() -> None:
    purchases = bought(("a", "2026-07-01", 1), ("a", "2026-08-15", 1), ("b", "2026-07-20", 1), ("c", "2026-05-02", 1))
    told = repurchase(purchases, Period.quarter(2026, 3))
    assert (told.value, told.n, told.reason) == (0.5, 2, None)
    open_window = repurchase(purchases, Period.year(2026))
    assert open_window.reason is not None
    assert open_window.reason.text() == "the period is not over at the end of 2026-09-30: more may come again"
    assert repurchase(purchases, Period.year(2020)).value is None


# Surveys


def test_published_scores_come_out(oracle: Oracle) -> None:
    for case in oracle("nps.json")["cases"]:
        given, expected = case["inputs"], case["expected"]
        if "error" in expected:
            with pytest.raises(SalesperfError):
                nps(given["ratings"])
        elif "ratings" in given:
            assert nps(given["ratings"]).value == expected["nps"]
        else:
            counts = given["counts"]
            assert nps_of_counts(counts["promoters"], counts["passives"], counts["detractors"]).value == expected["nps"]


def test_answers_are_read_from_columns_too() -> None:
    assert nps(np.array([9.0, 10.0, 3.0])) == nps([9, 10, 3]) == nps(np.array([9, 10, 3]))
    assert nps([]).value is None
    assert satisfaction([]).reason == Message("customers.reason.no_answers")
    assert satisfaction(np.array([1, 2, 3]), scale=3, satisfied_from=3).value == pytest.approx(1 / 3)


# Worth

KEPT = Estimate(value=0.8, low=0.7, high=0.88, n=50)


def test_lifetime_value_is_that_of_the_formulas_at_value_and_ends() -> None:
    late, now = (lifetime_value(100.0, KEPT, discount_rate=0.1, timing=timing) for timing in ("arrears", "advance"))
    assert late.value == lifetime_value_in_arrears(100, 0.8, 0.1)
    assert now.value == lifetime_value_in_advance(100, 0.8, 0.1)
    assert (now.low, now.high) == (lifetime_value_in_advance(100, 0.7, 0.1), lifetime_value_in_advance(100, 0.88, 0.1))
    loss = lifetime_value(-100.0, KEPT, discount_rate=0.1, timing="arrears")
    assert loss.low == -late.high  # type: ignore[operator] # there is one


def test_a_lifetime_value_without_an_end_says_so() -> None:
    sure = Estimate(value=0.9, low=0.8, high=1.0, n=9)
    assert lifetime_value(1.0, sure, discount_rate=0.0, timing="arrears").high == np.inf
    assert lifetime_value(0.0, sure, discount_rate=0.0, timing="arrears").high == 0.0
    always = Estimate(value=1.0, low=0.8, high=1.0, n=9)
    assert lifetime_value(1.0, always, discount_rate=0.0, timing="arrears").reason == Message("customers.reason.no_end")
    unknown = Estimate.undefined(Message("why"))
    assert lifetime_value(1.0, unknown, discount_rate=0.0, timing="arrears").reason == Message("why")
    bare = Estimate(value=0.5, n=9)
    assert lifetime_value(1.0, bare, discount_rate=0.0, timing="arrears").low is None


def test_the_referral_rate_is_of_new_customers_whose_channel_is_known() -> None:
    leads = [
        Lead(id="l-1", channel="referral", history=[LeadChange(date(2026, 1, 1), status="new")]),
        Lead(id="l-2", channel="website", history=[LeadChange(date(2026, 1, 1), status="new")]),
        Lead(id="l-3", history=[LeadChange(date(2026, 1, 1), status="new")]),
    ]
    deals = [
        won("o-1", "a", "2026-03-01", lead="l-1"),
        won("o-2", "a", "2026-02-01", lead="l-2"),
        won("o-3", "b", "2026-03-01", lead="l-1"),
        won("o-8", "b", "2026-03-05", lead="l-2"),
        won("o-4", "c", "2026-03-01", lead="l-3"),
        won("o-5", None, "2026-03-01", lead="l-1"),
        won("o-6", "e", None, lead="l-1"),
        deal("o-7", "f", Change(date(2026, 2, 1), stage="lead"), lead="l-1"),
    ]
    told = referral_rate(deals, leads, processes=[BASIC], as_of=TODAY)
    assert (told.value, told.n) == (0.5, 2)
    assert told.reason == Message.of("customers.reason.channel_unknown", count=1)
    march = referral_rate(deals, leads, processes=[BASIC], as_of=TODAY, period=Period(date(2026, 3, 1), date(2026, 4, 1)))
    assert march.value == 1.0
    nobody = referral_rate(deals, leads, processes=[BASIC], as_of=TODAY, period=Period.year(2020))
    assert nobody.value is None
    unknown = referral_rate(deals[4:5], leads, processes=[BASIC], as_of=TODAY)
    assert unknown.reason == nobody.reason == Message("customers.reason.no_new_customers")


def test_a_market_is_told_beside_named_competitors() -> None:
    told = market_share(yuan(30), {"Acme": yuan(50), "Beta": yuan(0)})
    assert [row["share"] for row in told.rows()] == [0.625, 0.375, 0.0, 0.0]
    assert told.own.amount == yuan(30)
    assert told.relative_share == pytest.approx(0.6)
    assert told.text("zh").splitlines()[-1] == "本公司销量是所列最大竞争对手的 0.60 倍。"
    open_market = market_share(yuan(30), {}, market=yuan(120))
    assert open_market.text() == "we: 25.0% of the market, CNY 30.00.\nothers: 75.0% of the market, CNY 90.00."
    alone = market_share(yuan(0), {})
    assert (alone.relative_share, alone.own.share) == (None, None)
    assert alone.text() == "we: – of the market, CNY 0.00."


# Health


@pytest.mark.parametrize(
    ("last", "ratio"), [("2026-09-29", 0.5), ("2026-09-02", 1.0), ("2026-09-01", 1.0), ("2026-08-31", 15.0)]
)
def test_nobody_is_quiet_within_a_month_however_often_it_bought_before(last: str, ratio: float) -> None:
    # Two days lie between two purchases; the facts are of 30 September.
    days = np.datetime64(last) - np.array([4, 2, 0])
    purchases = bought(*(("k", str(day), 100) for day in days))
    assert account_facts(purchases, Customer(id="k"))["quiet_ratio"] == ratio


def test_an_account_is_graded_by_what_is_known() -> None:
    contacts = [Contact(id="c-1", role="champion"), Contact(id="c-2", role="economic_buyer"), Contact(id="c-3")]
    purchases = bought(
        ("k", "2024-01-01", 100),
        ("k", "2024-12-01", 100),
        ("k", "2025-12-01", 150),
        ("k", "2026-08-01", 100),
        ("m", "2026-08-01", 1),
    )
    customer = Customer(id="k", contacts=contacts)
    facts = account_facts(purchases, customer)
    assert facts["purchase_trend"] == 2.5
    assert facts["known_roles"] == 2
    assert facts["quiet_ratio"] == pytest.approx(60 / 335)
    score = account_health(purchases, customer, known={"overdue_days": 30})
    assert score.value == pytest.approx((3 * 100 + 3 * 100 + 2 * 60 + 50) / 9)
    assert score.breakdown.holds()
    assert account_facts(purchases, Customer(id="m")) == {"quiet_ratio": None, "purchase_trend": None, "known_roles": None}
    assert account_health(purchases, Customer(id="m")).value is None


def test_a_year_before_the_29th_of_february_ends_on_the_28th() -> None:
    purchases = bought(("k", "2020-02-01", 10), ("k", "2023-01-01", 10)).until(date(2024, 2, 29))
    assert account_facts(purchases, Customer(id="k"))["purchase_trend"] == 0.0


def test_before_the_first_year_there_is_no_year_to_compare_with() -> None:
    purchases = bought(("k", "0001-02-01", 10), ("k", "0001-03-01", 10), ("k", "0001-05-01", 10))
    for day in (date(1, 12, 31), date(2, 6, 1)):
        until = Purchases.of(
            Codes(purchases.codes, purchases.customers),
            (purchases.days - date(1970, 1, 1).toordinal()).view("datetime64[D]"),
            purchases.minor,
            unit=purchases.unit,
            as_of=day,
        )
        assert account_facts(until, Customer(id="k"))["purchase_trend"] is None


def test_the_bands_of_key_accounts() -> None:
    assert [KEY_ACCOUNT_BANDS.band(score) for score in (100, 70, 69, 40, 39, 0)] == [
        *("healthy", "healthy", "to_watch", "to_watch", "in_danger", "in_danger")
    ]


# Losses


def test_what_changed_before_a_deal_was_lost_is_listed_by_day() -> None:
    lost = deal(
        "o-1",
        "k",
        Change(
            date(2026, 3, 1),
            stage="proposal",
            amount=yuan(900),
            expected_close=date(2026, 5, 31),
            owner="ada",
            category="commit",
        ),
        Change(date(2026, 6, 20), amount=yuan(600), expected_close=date(2026, 8, 31), owner="bo", category="best_case"),
        Change(date(2026, 6, 25), stage="needs_analysis", category="omitted"),
        Change(date(2026, 8, 1), stage="lost", reason="price"),
        contacts=[Contact(id="c", role="champion"), Contact(id="d")],
        competitors=["Acme"],
    )
    told = lost_deal(lost, SOLUTION, as_of=TODAY)
    assert [one.kind for one in told.evidence] == [
        "amount_cut",
        "postponed",
        "handed_over",
        "downgraded",
        "stage_back",
        "downgraded",
        "silence",
        "competitors",
        "no_economic_buyer",
        "reason",
    ]
    assert told.rows()[0]["evidence"] == "The amount was cut from CNY 900.00 to CNY 600.00."
    assert told.text("zh").splitlines()[1] == "2026年6月20日：金额由 900.00 元 降为 600.00 元。"
    short = lost_deal(lost, SOLUTION, as_of=TODAY, days=10)
    assert short.evidence[0].kind == "silence"


def test_what_cannot_be_told_of_a_loss_is_said() -> None:
    undated = deal("o-1", "k", Change(None, stage="lost"), as_exported=["amount"], exported=TODAY)
    told = lost_deal(undated, BASIC, as_of=TODAY)
    assert (told.on, [note.text() for note in told.unknown]) == (
        None,
        [
            "Not told, since the source keeps the last value only: amount.",
            "Nobody knows when it was lost, nor what changed before.",
        ],
    )
    quick = deal("o-2", "k", Change(date(2026, 9, 1), stage="lead"), Change(date(2026, 9, 2), stage="lost"))
    assert [one.kind for one in lost_deal(quick, BASIC, as_of=TODAY).evidence] == ["few_contacts"]


def test_what_changed_before_a_customer_was_lost_is_listed() -> None:
    events = [("k", f"{year}-{month:02d}-01", 100) for year in (2022, 2023) for month in (1, 3, 5, 7, 9, 11)]
    purchases = bought(*events, ("k", "2024-02-01", 50), ("k", "2024-11-01", 50), ("m", "2020-01-01", 1))
    lost = deal("o-1", "k", Change(date(2024, 9, 1), stage="lead"), Change(date(2024, 9, 20), stage="lost", reason="price"))
    other = deal("o-2", "m", Change(date(2024, 9, 1), stage="lead"), Change(date(2024, 9, 20), stage="lost"))
    early = deal("o-3", "k", Change(date(2021, 9, 1), stage="lead"), Change(date(2021, 9, 20), stage="lost"))
    going = deal("o-4", "k", Change(date(2024, 9, 1), stage="lead"))
    silent = deal("o-5", "k", Change(date(2025, 9, 1), stage="lead"), Change(date(2025, 9, 2), stage="lost"))
    told = lost_customer(purchases, "k", opportunities=[lost, other, early, going, silent], processes=[BASIC])
    assert [(one.kind, one.on) for one in told.evidence] == [
        ("bought_less_often", date(2023, 11, 1)),
        ("bought_less", date(2023, 11, 1)),
        ("deals_lost", date(2024, 9, 20)),
        ("went_quiet", date(2024, 11, 1)),
        ("deals_lost", date(2025, 9, 2)),
    ]
    assert told.evidence[-1].text() == "Deal o-5 was lost: no reason was given."
    assert told.evidence[0].text() == "From here on a year with fewer purchases: 2, after 6 in the year before."
    assert told.unknown == ()
    assert lost_customer(purchases, "m").evidence[0].text() == "The last purchase."


def test_a_customer_who_bought_as_before_is_told_without_a_fall() -> None:
    steady = bought(*(("k", f"{year}-06-01", 100) for year in (2019, 2020, 2021, 2022)))
    assert [one.kind for one in lost_customer(steady, "k").evidence] == ["went_quiet"]
    pause = bought(("k", "2019-06-01", 100), ("k", "2022-06-01", 100))
    assert [one.kind for one in lost_customer(pause, "k").evidence] == ["went_quiet"]


# Refusals

SOLD = bought(("k", "2026-09-01", 1), known=("never",))
COLUMN = np.array(["2026-09-01"], dtype="datetime64[D]")
WHO = Codes.of(["k"])
ONE = np.array([1])


@pytest.mark.parametrize(
    ("ask", "code", "path"),
    [
        (lambda: Purchases.of(WHO, COLUMN, np.array([1.5]), unit=CNY, as_of=TODAY), "not_integers", ("minor",)),
        (lambda: Purchases.of(WHO, COLUMN, np.array([1, 2]), unit=CNY, as_of=TODAY), "length", ("minor",)),
        (lambda: Purchases.of(WHO, COLUMN, ONE, unit=CNY, as_of=date(2026, 8, 1)), "purchase_later", ("on", 0)),
        (lambda: Purchases.of(Codes.of([1]), COLUMN, ONE, unit=CNY, as_of=TODAY), "wrong_type", ("customers", 0)),  # type: ignore[list-item] # wrong on purpose
        (lambda: Purchases.of(WHO, COLUMN, np.array([2**63 - 1]), unit=CNY, as_of=TODAY) + SOLD, "overflow", ("minor",)),
        (lambda: SOLD + Purchases.empty(as_of=date(2026, 1, 1)), "tally_mismatch", ("Purchases",)),
        (lambda: SOLD + Purchases.of(WHO, COLUMN, ONE, unit=USD, as_of=TODAY), "unit_mismatch", ("Purchases",)),
        (lambda: SOLD.until(date(2027, 1, 1)), "purchase_later", ("day",)),
        (lambda: collect(5, as_of=TODAY), "wrong_type", ("actuals",)),  # type: ignore[arg-type] # wrong on purpose
        (lambda: collect([1], as_of=TODAY), "wrong_type", ("actuals", 0)),  # type: ignore[list-item] # wrong on purpose
        (
            lambda: collect(opportunities=[won("o", "k", "2026-02-01")] * 2, processes=[BASIC], as_of=TODAY),
            "not_unique",
            ("opportunities", 1, "id"),
        ),
        (
            lambda: collect(opportunities=[won("o", "k", "2026-02-01")], as_of=TODAY),
            "unknown_process",
            ("opportunities", 0, "o", "process"),
        ),
        (lambda: collect(opportunities=[1], as_of=TODAY), "wrong_type", ("opportunities", 0)),  # type: ignore[list-item] # wrong on purpose
        (lambda: collect(opportunities=[], processes=[1], as_of=TODAY), "wrong_type", ("processes", 0)),  # type: ignore[list-item] # wrong on purpose
        (
            lambda: collect(
                [
                    Actual(
                        owner="a",
                        metric=STANDARD_METRICS["revenue"],
                        amount=Amount.of(1, unit),
                        on=TODAY,
                        scope={"customer": "k"},
                    )
                    for unit in (CNY, USD)
                ],
                as_of=TODAY,
            ),
            "unit_mismatch",
            ("actuals", 1, "amount"),
        ),
        (lambda: LifecyclePolicy(new_for=0), "out_of_range", ("LifecyclePolicy", "new_for")),
        (lambda: LifecyclePolicy(at_risk_after=365), "out_of_range", ("LifecyclePolicy", "lost_after")),
        (lambda: lifecycle(SOLD, since=TODAY), "days_reversed", ("since",)),
        (lambda: lifecycle(SOLD, since=date(2027, 1, 1)), "purchase_later", ("day",)),
        (lambda: lifecycle(SOLD).moved("here", "lost"), "choice", ("before",)),  # type: ignore[arg-type] # wrong on purpose
        (lambda: rfm([]), "wrong_type", ("purchases",)),  # type: ignore[arg-type] # wrong on purpose
        (lambda: cohorts(SOLD, grain="day"), "choice", ("grain",)),  # type: ignore[arg-type] # wrong on purpose
        (lambda: cohorts(SOLD).retention(-1, 0), "out_of_range", ("cohort",)),
        (lambda: cohorts(SOLD) + CohortTally.empty(as_of=TODAY, grain="week"), "tally_mismatch", ("CohortTally",)),
        (lambda: repurchase(SOLD, "2026"), "wrong_type", ("period",)),  # type: ignore[arg-type] # wrong on purpose
        (lambda: nps([11]), "out_of_range", ("ratings", 0)),
        (lambda: nps([9, 7.5]), "wrong_type", ("ratings", 1)),  # type: ignore[list-item] # wrong on purpose
        (lambda: nps(np.array([9, np.nan])), "wrong_type", ("ratings", 1)),
        (lambda: nps(np.ones((2, 2))), "dimensions", ("ratings",)),
        (lambda: nps("9"), "wrong_type", ("ratings",)),  # type: ignore[arg-type] # wrong on purpose
        (lambda: nps_of_counts(1, -1, 1), "out_of_range", ("passives",)),
        (lambda: satisfaction([1], scale=5, satisfied_from=6), "out_of_range", ("satisfied_from",)),
        (lambda: lifetime_value(1.0, KEPT, discount_rate=-0.1, timing="arrears"), "negative", ("discount_rate",)),
        (lambda: lifetime_value(1.0, KEPT, discount_rate=0.1, timing="late"), "choice", ("timing",)),  # type: ignore[arg-type] # wrong on purpose
        (lambda: lifetime_value(float("nan"), KEPT, discount_rate=0.1, timing="arrears"), "not_finite", ("margin",)),
        (
            lambda: referral_rate(
                [], [Lead(id="l", history=[LeadChange(TODAY, status="new")])] * 2, processes=[BASIC], as_of=TODAY
            ),
            "not_unique",
            ("leads", 1, "id"),
        ),
        (lambda: market_share(yuan(5), {"A": yuan(6)}, market=yuan(10)), "market_exceeded", ("market",)),
        (lambda: market_share(yuan(5), {"A": yuan(-6)}), "negative", ("competitors", "A")),
        (lambda: market_share(yuan(5), {"A": Amount.of(6, USD)}), "unit_mismatch", ("competitors", "A")),
        (lambda: market_share(yuan(5), {" ": yuan(6)}), "wrong_type", ("competitors",)),
        (lambda: market_share(5, {}), "wrong_type", ("own",)),  # type: ignore[arg-type] # wrong on purpose
        (lambda: account_health(SOLD, Customer(id="z")), "unknown_customer", ("customer",)),
        (lambda: account_health(SOLD, Customer(id="0")), "unknown_customer", ("customer",)),
        (lambda: lost_customer(SOLD, 7), "unknown_customer", ("customer",)),  # type: ignore[arg-type] # the fault
        (lambda: lost_deal(won("o", "k", "2026-02-01"), BASIC, as_of=TODAY), "deal_not_lost", ("opportunity", "o")),
        (lambda: lost_deal(won("o", "k", "2026-02-01"), BASIC, as_of=date(2020, 1, 1)), "deal_not_lost", ("opportunity", "o")),
        (lambda: lost_customer(SOLD, "k"), "customer_not_lost", ("customer",)),
        (lambda: lost_customer(SOLD, "never"), "customer_never_bought", ("customer",)),
        (lambda: lost_customer(SOLD, "z"), "unknown_customer", ("customer",)),
    ],
)
def test_what_is_malformed_is_refused_where_it_stands(ask: Callable[[], object], code: str, path: tuple[object, ...]) -> None:
    with pytest.raises(SalesperfError) as caught:
        ask()
    assert (caught.value.code, caught.value.path) == (code, path)

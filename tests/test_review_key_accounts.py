"""What customers do and say in a review: who sent new ones, how well key accounts stand, what was answered."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any, Final

import attrs
import pytest
from explained import THIRD, grown, labels, values
from small_records import company, yuan

from salesperf import (
    CNY,
    COUNT,
    STANDARD_METRICS,
    STANDARD_PROCESSES,
    USD,
    Actual,
    Amount,
    Breakdown,
    Change,
    Contact,
    Customer,
    Lead,
    LeadChange,
    Opportunity,
    Period,
    Records,
    Unit,
)
from salesperf.customers import account_health
from salesperf.kernels.proportion import wilson
from salesperf.messages import LANGUAGES
from salesperf.report import markdown
from salesperf.review import CustomerSection, KeyAccount, Review, build
from salesperf.review.explained.customers import numbers_of_customers
from salesperf.review.explained.key_accounts import numbers_of_weakening

BASIC: Final = STANDARD_PROCESSES["basic"]
BOXES: Final = Unit("BOX", 0, "count")


def sold(customer: str, on: str, number: int, owner: str = "ada", unit: Unit = CNY) -> Actual:
    """Return an entry of revenue."""
    metric, amount = STANDARD_METRICS["revenue"], Amount.of(number, unit)
    return Actual(owner=owner, metric=metric, amount=amount, on=date.fromisoformat(on), scope={"customer": customer})


def every_quarter(customer: str, first: int, second: int, until: str = "2026-09-01") -> list[Actual]:
    """Return the sales to a customer, one each quarter from September 2024 on, for so much until 2025-10, and after."""
    days = [f"{year}-{month:02}-01" for year in (2024, 2025, 2026) for month in (3, 6, 9, 12)]
    return [sold(customer, day, first if day < "2025-10" else second) for day in days if "2024-09" <= day <= until]


def reviewed(
    actuals: Iterable[Actual] = (),
    *,
    owner: str | None = None,
    period: Period = THIRD,
    **rest: Any,  # noqa: ANN401 - fields of Records
) -> Review:
    records = Records(org=company("ada", "bo"), actuals=list(actuals), processes=[BASIC], **rest)
    return build(records, owner=owner, period=period, as_of=period.last)


def section_of(review: Review) -> CustomerSection:
    assert review.customers is not None
    return review.customers


def trees_of(review: Review, records: Records | None = None) -> Mapping[str, Breakdown]:
    return grown(numbers_of_customers(review, records))


# Who sent new customers


def won(number: int, customer: str, on: date, lead: str | None, owner: str = "ada") -> Opportunity:
    begun = Change(on, stage="closed", owner=owner, amount=yuan(number))
    return Opportunity(id=f"o-{number}", customer=customer, lead=lead, history=[begun])


def referred() -> Mapping[str, Any]:
    """Return deals with four new customers, of whom two were sent, and leads with and without a channel."""
    came = [LeadChange(date(2026, 6, 1), status="new", owner="ada")]
    channels = {"l-1": "referral", "l-2": "fair", "l-3": None}
    day = date(2026, 8, 1)
    deals = [
        won(1, "k-1", day, "l-1"),
        won(2, "k-1", day + timedelta(1), "l-2"),  # not the first of the customer
        won(3, "k-2", day, "l-2"),
        won(4, "k-3", day, "l-3"),
        won(5, "k-4", day, None, owner="bo"),
        won(6, "k-5", date(2026, 5, 1), "l-2"),
        won(7, "k-5", day, "l-1"),  # no new customer
    ]
    return {
        "opportunities": deals,
        "leads": [Lead(id=name, channel=channel, history=came) for name, channel in channels.items()],
        "customers": [Customer(id=f"k-{number}") for number in range(1, 6)],
    }


def test_who_sent_new_customers_is_told_of_those_whose_channel_is_known() -> None:
    review = reviewed(**referred())
    section = section_of(review)
    assert dict(section.came_by) == {"k-1": "referral", "k-2": "fair", "k-3": None, "k-4": None}
    ends = wilson(1, 2)
    assert (section.referral.value, section.referral.n) == (0.5, 2)
    assert (section.referral.low, section.referral.high) == (ends.low, ends.high)
    assert (
        "- Sent by others: 50.0% of 2 new customers whose channel is known (95% range 9.5% – 90.5%); channel not known: 2\n"
        in markdown(review)
    )
    chinese = markdown(review, lang="zh")
    assert "- 转介绍率：渠道已知的 2 家新客户中占 50.0%（95% 区间 9.5% – 90.5%）；渠道不明 2 家\n" in chinese
    found = trees_of(review)
    assert labels(found["customers/referral/referred"]) == ["k-1, by referral"]
    assert labels(found["customers/referral/of"]) == ["k-1, by referral", "k-2, by fair"]
    assert labels(found["customers/referral/unknown"]) == ["k-3", "k-4"]
    assert (found["customers/referral"].value, found["customers/referral/low"].value) == (0.5, ends.low)


def test_of_entries_the_channel_of_a_new_customer_is_that_of_the_first_deal() -> None:
    entries = [sold("k-1", "2026-08-03", 900), sold("k-9", "2026-08-03", 900), sold("k-5", "2026-01-03", 900)]
    assert dict(section_of(reviewed(entries, **referred())).came_by) == {"k-1": "referral", "k-9": None}


def test_who_sent_new_customers_is_untold_with_a_reason_and_not_spoken_of_without_new_ones() -> None:
    review = reviewed(owner="bo", **referred())
    assert section_of(review).referral.value is None
    told = "- Which share of the new customers others sent cannot be told: no new customer has a known channel\n"
    assert told in markdown(review)
    found = trees_of(review)
    assert labels(found["customers/referral/unknown"]) == ["k-4"]
    assert "customers/referral" not in found
    old = reviewed([sold("k-5", "2026-01-03", 900), sold("k-5", "2026-08-03", 900)])
    assert section_of(old).came_by == {}
    assert "others" not in markdown(old).split("## Customers")[1].split("\n")[3]
    assert not [address for address in trees_of(old) if "referral" in address]


# How well key accounts stand


@cache
def accounts() -> Review:
    """Review four key accounts, of which one is healthy, one buys less, one is late, and one bought in parts within weeks."""
    contacts = [Contact(id="c-1", role="champion"), Contact(id="c-2", role="champion"), Contact(id="c-3", role="coach")]
    entries = [
        *every_quarter("k-1", 1000, 1000),
        *every_quarter("k-2", 1000, 600),
        *every_quarter("k-3", 1000, 900, until="2026-05-01"),
        *(sold("k-4", f"2026-05-{day:02}", 1200) for day in (1, 3, 5)),
    ]
    customers = [Customer(id="k-2", name="Huaxing", contacts=contacts), *(Customer(id=f"k-{each}") for each in (1, 3, 4))]
    return reviewed(entries, customers=customers)


def by_name(review: Review) -> Mapping[str, KeyAccount]:
    return {account.customer: account for account in section_of(review).accounts}


def test_key_accounts_are_graded_by_what_they_bought_and_whom_one_knows() -> None:
    found = by_name(accounts())
    assert set(found) == set(section_of(accounts()).key_names)
    # The last purchase was 29 days ago, where 90 to 92 lie between two.
    assert found["k-1"].quiet_ratio == pytest.approx(29 / 91.5)
    assert found["k-1"].purchase_trend == 1.0
    assert (found["k-2"].purchase_trend, found["k-2"].known_roles) == (0.6, 2)
    # After October 2025 it bought for 2 x 900 in December and March, and in the year before for 4 x 1000.
    assert found["k-3"].purchase_trend == 0.45
    assert found["k-3"].quiet_ratio == pytest.approx(213 / 91)
    # Three parts of one purchase, as it were.
    assert found["k-4"].facts == dict.fromkeys(found["k-4"].facts)
    section = section_of(accounts())
    assert {band: [each.customer for each in held] for band, held in section.health.items()} == {
        "healthy": ["k-1"],
        "to_watch": ["k-2"],
        "in_danger": ["k-3"],
    }
    # Quiet since March, k-3 stands among those who have gone quiet.
    assert [line.customer for line in section.quiet] == ["k-3"]
    assert [each.customer for each in section.weakening] == ["k-2"]
    assert found["k-4"].main_reason is None
    assert "Huaxing" not in repr(section)


def test_a_score_is_what_the_room_of_customers_makes_of_the_same() -> None:
    section = section_of(accounts())
    score = account_health(section.purchases, Customer(id="k-1"))
    assert score == by_name(accounts())["k-1"].score
    assert score.value == 85.0  # 3 x 100 for the last purchase, 3 x 70 for as much as the year before, over 6


def test_the_report_tells_how_key_accounts_stand_and_which_weaken() -> None:
    english, chinese = (markdown(accounts(), lang=lang) for lang in ("en", "zh"))
    for told in (
        "How well the key accounts stand, by how they buy and whom one knows there: healthy 1, to watch 1, in danger 1; ",
        "; 1 bought too seldom, or for too short a time, to tell it.\n",
        "### Key accounts that weaken, and have not gone quiet yet\n\n- Huaxing: 58 of 100; bought in the last year 60.0% of ",
    ):
        assert told in english
    for told in (
        "重点客户健康度（按购买情况与所掌握的决策链角色评分）：健康 1 家、需关注 1 家、告急 1 家；",
        "；另有 1 家购买次数太少或时间太短，无法判断。\n",
        "- Huaxing：58 分（满分 100）；最近一年的购买额是前一年的 60.0%\n",
    ):
        assert told in chinese


def test_the_health_of_a_key_account_comes_apart_into_days_and_amounts() -> None:
    found = trees_of(accounts())
    assert labels(found["customers/health/graded"]) == ["k-1", "k-2", "k-3"]
    assert labels(found["customers/health/ungraded"]) == ["k-4"]
    assert labels(found["customers/health/in_danger"]) == ["k-3: 21 of 100"]
    assert found["customers/k-2/health"].value == by_name(accounts())["k-2"].score.value
    since, usual = found["customers/k-2/quiet_ratio"].parts
    assert (since.label.text(), since.value) == ("days from 2026-09-01 to 2026-09-30", 29)
    assert (usual.value, len(usual.parts)) == (91.5, 8)
    after, before = found["customers/k-2/purchase_trend"].parts
    assert (after.value, before.value) == (yuan(2400), yuan(4000))
    assert labels(after) == ["2025-12-01", "2026-03-01", "2026-06-01", "2026-09-01"]
    assert found["customers/k-2/known_roles"].value == 2
    assert "customers/k-1/health" not in found


def test_of_many_that_weaken_the_weakest_are_told_and_the_others_counted() -> None:
    review = reviewed([entry for number in range(7) for entry in every_quarter(f"k-{number}", 1000, 600 - 10 * number)])
    # Six of seven made up 80 %.
    assert [each.customer for each in section_of(review).weakening] == [f"k-{number}" for number in range(5, -1, -1)]
    text = markdown(review)
    assert "- And 1 more, none of which stands worse.\n" in text
    assert "by how they buy and whom one knows there: to watch" in text
    found = trees_of(review)
    assert labels(found["customers/health/more"]) == ["k-0"]
    assert "customers/k-5/known_roles" not in found


def test_the_reasons_for_a_weak_account_are_written_in_both_languages() -> None:
    bare = KeyAccount(customer="k-1", name="Huaxing", quiet_ratio=None, purchase_trend=None, known_roles=None)
    late, unknown = attrs.evolve(bare, quiet_ratio=3.0), attrs.evolve(bare, quiet_ratio=1.3, known_roles=1)
    review = accounts()
    weak = attrs.evolve(review, customers=attrs.evolve(section_of(review), accounts=(late, unknown), quiet=()))
    assert "- Huaxing: 25 of 100; the last purchase is 3.0 times as long ago as usually lies between two\n" in markdown(weak)
    assert "- Huaxing: 63 of 100; places of the decision chain that are known: 1\n" in markdown(weak)
    assert "- Huaxing：25 分（满分 100）；距上次购买的天数是平常购买间隔的 3.0 倍\n" in markdown(weak, lang="zh")
    assert "- Huaxing：63 分（满分 100）；已掌握的决策链角色：1 个\n" in markdown(weak, lang="zh")
    less = attrs.evolve(section_of(review), accounts=(attrs.evolve(bare, customer="k-2", purchase_trend=0.6),))
    found = trees_of(attrs.evolve(review, customers=less))
    assert [name for name in found if name.startswith("customers/k-2/")][2:] == [
        "customers/k-2/health",
        "customers/k-2/purchase_trend",
    ]
    assert [each.is_graded for each in (late, attrs.evolve(bare, known_roles=3))] == [True, False]


def test_an_account_that_buys_from_a_colleague_as_well_does_not_buy_less() -> None:
    entries = [entry for number in range(3) for entry in every_quarter(f"k-{number}", 1000, 1000)]
    handed = [
        *entries[9:],
        *(entry for entry in entries[:9] if entry.on < date(2026, 6, 1)),
        sold("k-0", "2026-09-01", 900, "bo"),
    ]
    ada = by_name(reviewed(handed, owner="ada"))
    assert (ada["k-0"].purchase_trend, ada["k-1"].purchase_trend) == (None, 1.0)
    assert ada["k-0"].quiet_ratio == pytest.approx(29 / 91)
    assert by_name(reviewed(handed))["k-0"].purchase_trend == pytest.approx(2900 / 4000)
    dollars = [entry if number != 8 else sold("k-0", "2026-09-01", 50, unit=USD) for number, entry in enumerate(entries)]
    assert by_name(reviewed(dollars))["k-0"].purchase_trend is None


def test_young_accounts_that_stopped_are_in_danger_long_before_they_count_as_quiet() -> None:
    review = reviewed([sold(f"k-{number}", f"2026-0{month}-01", 100) for number in range(3) for month in range(1, 6)])
    section = section_of(review)
    assert (section.quiet, [each.customer for each in section.health["in_danger"]]) == ((), ["k-0", "k-1", "k-2"])
    assert "- k-0: 0 of 100; the last purchase is 5.0 times as long ago as usually lies between two\n" in markdown(review)
    found = trees_of(review)
    assert values(found["customers/k-0/quiet_ratio"]) == [152, 30.5]
    assert "customers/k-0/purchase_trend" not in found


def test_who_bought_every_few_days_is_not_quiet_within_a_month_and_that_is_told_where_it_comes_apart() -> None:
    contacts = [Contact(id="c-1", role="champion")]
    days = [*(f"2026-0{month}-{day:02}" for month in (4, 5, 6) for day in range(1, 29, 3)), "2026-09-10"]
    review = reviewed(
        [sold(f"k-{number}", day, 100) for number in range(3) for day in days],
        customers=[Customer(id=f"k-{number}", contacts=contacts) for number in range(3)],
    )
    account = attrs.evolve(by_name(review)["k-0"], purchase_trend=0.5)
    assert account.quiet_ratio == 1.0
    tree = dict(numbers_of_weakening(account, section_of(review)))["customers/k-0/quiet_ratio"]()
    assert tree is not None
    plain, at_most = tree.parts
    assert (values(plain), at_most.value, tree.value) == ([20, 3.0], 1, 1.0)
    assert at_most.label.text() == "at most, within 30 days of a purchase"
    assert tree.holds()


def test_where_no_key_account_can_be_graded_nothing_is_said_of_it() -> None:
    review = reviewed([sold(f"k-{number}", "2026-05-01", 100) for number in range(4)])
    assert section_of(review).key_accounts == 4
    assert "How well the key accounts stand" not in markdown(review)
    assert not [address for address in trees_of(review) if "health" in address]


# What customers answered


def answered(counts: Mapping[str, int], unit: Unit = COUNT, owner: str = "ada") -> list[Actual]:
    return [
        Actual(owner=owner, metric=STANDARD_METRICS[key], amount=Amount.of(count, unit), on=date(2026, 8, 3))
        for key, count in counts.items()
    ]


ANSWERS: Final = {"survey_responses": 40, "net_promoters": 12, "satisfied_responses": 33}


def lines(review: Review) -> list[tuple[str, float | None, int]]:
    return [(line.metric, line.estimate.value, line.estimate.n) for line in review.surveys]


def test_what_customers_answered_is_told_though_nobody_owes_it_and_nobody_bought() -> None:
    review = reviewed(answered(ANSWERS))
    assert review.customers is None
    assert lines(review) == [("net_promoter_score", 30.0, 40), ("customer_satisfaction", 0.825, 40)]
    net, satisfied = (line.estimate for line in review.surveys)
    assert (net.interval, net.unit) == (None, "points")  # from the difference of two counts alone none follows
    assert satisfied.interval == wilson(33, 40)
    told = "promoters and detractors are not counted apart, so there is no range"
    assert markdown(review).split("## Customers\n\n")[1].split("\n\n")[0].splitlines() == [
        f"- Net promoter score: +30.0 points, of 40 answers ({told})",
        "- Customer satisfaction: 82.5% of 40 answers (95% range 68.1% – 91.3%)",
    ]
    chinese = markdown(review, lang="zh")
    assert "- 净推荐值：+30.0 分，共 40 份问卷（推荐者与贬损者未分开记录，因而没有区间）\n" in chinese
    assert "- 客户满意度：40 份问卷中满意的占 82.5%（95% 区间 68.1% – 91.3%）\n" in chinese


def test_answers_are_of_the_owner_and_of_the_period_and_stand_beside_what_customers_bought() -> None:
    entries = [*answered(ANSWERS), *answered({"survey_responses": 10, "satisfied_responses": 2}, owner="bo")]
    assert lines(reviewed(entries)) == [("net_promoter_score", 24.0, 50), ("customer_satisfaction", 0.7, 50)]
    assert lines(reviewed(entries, owner="bo")) == [("customer_satisfaction", 0.2, 10)]
    assert lines(reviewed(entries, period=Period.month(2026, 9))) == []
    assert lines(reviewed(answered({"survey_responses": 10}))) == []
    together = markdown(reviewed([*entries, sold("k-1", "2026-08-01", 100)]))
    assert together.count("## Customers") == 1
    assert together.index("Customers who bought") < together.index("Customer satisfaction: 70.0%") < together.index("| State")


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ({"survey_responses": 5, "satisfied_responses": 6}, "more of them are counted than answers are"),
        ({"survey_responses": 5, "satisfied_responses": -1}, "more of them are counted than answers are"),
        ({"survey_responses": 5, "net_promoters": -6}, "more of them are counted than answers are"),
        ({"net_promoters": 1}, "more of them are counted than answers are"),
        ({"net_promoters": 0}, "nobody answered"),
        ({"satisfied_responses": 0}, "nobody answered"),
    ],
)
def test_counts_that_no_answers_make_tell_nothing_and_say_why(counts: Mapping[str, int], reason: str) -> None:
    review = reviewed(answered(counts))
    (line,) = review.surveys
    assert line.estimate.value is None
    assert f": cannot be told, {reason}\n" in markdown(review)
    assert "无法得出" in markdown(review, lang="zh")
    assert set(trees_of(review)) == {f"customers/surveys/{line.metric}/{part}" for part in ("counted", "answers")}
    everybody = reviewed(answered({"survey_responses": 5, "net_promoters": -5}))
    assert lines(everybody) == [("net_promoter_score", -100.0, 5)]


def test_answers_come_apart_into_entries() -> None:
    entries = [*answered(ANSWERS), *answered({"survey_responses": 10, "net_promoters": -2}, owner="bo")]
    review = reviewed(entries)
    records = Records(org=company("ada", "bo"), actuals=entries)
    found = trees_of(review, records)
    assert values(found["customers/surveys/net_promoter_score/counted"]) == [12, -2]
    assert labels(found["customers/surveys/net_promoter_score/answers"]) == ["2026-08-03, ada", "2026-08-03, bo"]
    net = found["customers/surveys/net_promoter_score"]
    assert (net.value, values(net)) == (20.0, [1000, 50])
    assert found["customers/surveys/customer_satisfaction/low"].value == wilson(33, 50).low
    bare = trees_of(review)
    assert bare.keys() == found.keys()
    assert [bare[address].value for address in bare] == [found[address].value for address in bare]
    assert bare["customers/surveys/net_promoter_score/answers"].parts == ()


def test_answers_in_several_units_make_no_sum() -> None:
    entries = [*answered(ANSWERS), *answered({**ANSWERS, "net_promoters": 20}, BOXES)]
    review = reviewed(entries)
    assert sorted(lines(review)) == [
        *(("customer_satisfaction", 0.825, 40),) * 2,
        *(("net_promoter_score", value, 40) for value in (30.0, 50.0)),
    ]
    found = trees_of(review)
    assert found["customers/surveys/net_promoter_score~BOX"].value == 50.0
    assert found[f"customers/surveys/net_promoter_score~{COUNT.code}"].value == 30.0
    assert all(markdown(review, lang=lang) for lang in LANGUAGES)

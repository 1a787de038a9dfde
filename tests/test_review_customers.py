"""The customers of a review: whose they are, where they stand, on how few it hangs, and how it is written."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final

import attrs
import numpy as np
import pytest

from salesperf import (
    CNY,
    STANDARD_METRICS,
    STANDARD_PROCESSES,
    USD,
    Actual,
    Amount,
    Change,
    Customer,
    Move,
    Opportunity,
    Org,
    Period,
    Records,
    Rep,
    Team,
    Unit,
)
from salesperf.customers import collect, lifecycle, repurchase
from salesperf.messages import LANGUAGES
from salesperf.report import markdown
from salesperf.review import CustomerSection, Review, build

REVENUE: Final = STANDARD_METRICS["revenue"]
BASIC: Final = STANDARD_PROCESSES["basic"]
THIRD: Final = Period.quarter(2026, 3)
AS_OF: Final = THIRD.last
ORG: Final = Org(
    reps=[Rep(id="ada", team="east"), Rep(id="bo", team="west")], teams=[Team(id="east"), Team(id="west")], moves=[]
)
Sale = tuple[str, str | None, str, int]
"""Who sold to whom on which day for how much."""

SALES: Final[list[Sale]] = [
    ("ada", "k-1", "2025-03-01", 1000),
    ("ada", "k-1", "2025-11-01", 6000),
    ("ada", "k-1", "2026-08-01", 4000),
    ("ada", "k-2", "2025-08-15", 3000),
    ("bo", "k-3", "2026-02-01", 500),
    ("bo", "k-4", "2026-03-01", 500),
    ("ada", "k-4", "2026-09-10", 1000),
    ("bo", "k-5", "2026-07-10", 2000),
    ("bo", "k-5", "2026-07-20", -500),
    ("bo", None, "2026-09-01", 700),
]


def entries(sales: Iterable[Sale], unit: Unit = CNY) -> list[Actual]:
    """Make entries of revenue."""
    return [
        Actual(
            owner=owner,
            metric=REVENUE,
            amount=Amount.of(yuan, unit),
            on=date.fromisoformat(on),
            scope={} if customer is None else {"customer": customer},
        )
        for owner, customer, on, yuan in sales
    ]


def won(
    number: int, customer: str | None, on: date | None, yuan: int | None, owner: str = "ada", unit: Unit = CNY
) -> Opportunity:
    """Make a deal that is won on the day on which it began."""
    amount = None if yuan is None else Amount.of(yuan, unit)
    return Opportunity(id=f"o-{number}", customer=customer, history=[Change(on, stage="closed", owner=owner, amount=amount)])


def lost(name: str, customer: str, on: date) -> Opportunity:
    """Make a deal that was lost for its price."""
    history = [Change(on, stage="proposal", owner="ada"), Change(on, stage="lost", reason="price")]
    return Opportunity(id=name, customer=customer, history=history)


def reviewed(
    actuals: Iterable[Actual] = (),
    deals: Iterable[Opportunity] = (),
    *,
    owner: str | None = None,
    period: Period = THIRD,
    as_of: date = AS_OF,
    **rest: Any,  # noqa: ANN401 - fields of Records
) -> Review:
    """Review sales; the customers of deals are on file."""
    held = list(deals)
    on_file = {deal.customer for deal in held if deal.customer is not None}
    fields: dict[str, Any] = {"org": ORG, "processes": [BASIC], "customers": [Customer(id=name) for name in sorted(on_file)]}
    records = Records(**{**fields, "actuals": list(actuals), "opportunities": held, **rest})
    return build(records, owner=owner, period=period, as_of=as_of)


def section_of(*args: Any, **others: Any) -> CustomerSection:  # noqa: ANN401 - what is asked for
    """Return the section on customers."""
    section = reviewed(*args, **others).customers
    assert section is not None
    return section


def amounts(*values: Amount) -> list[str]:
    return [str(value) for value in values]


# A worked example, each number traced by hand from the ten sales above


def test_what_was_sold_in_a_quarter_is_told_by_new_existing_and_unnamed_customers() -> None:
    section = section_of(entries(SALES))
    # 4,000 + 1,000 of who bought before, 2,000 - 500 of k-5, who did not, and 700 of nobody named.
    parts = (section.revenue, section.new_revenue, section.existing_revenue, section.unnamed_revenue)
    assert amounts(*parts) == ["7,200.00 CNY", "1,500.00 CNY", "5,000.00 CNY", "700.00 CNY"]
    assert (section.buyers, section.new_customers, section.unnamed) == (3, 1, 1)
    assert (section.basis, section.begins) == ("actuals", date(2025, 3, 1))
    assert all(tree.holds() for tree in section.breakdowns)


def test_where_customers_stand_and_who_stayed() -> None:
    section = section_of(entries(SALES))
    assert dict(section.lifecycle.state_by_customer) == {
        "k-1": "active",
        "k-2": "lost",  # 411 days
        "k-3": "at_risk",  # 241 days
        "k-4": "active",
        "k-5": "new",
    }
    # k-1 to k-4 were customers on 30 June, and k-2 is none any more.
    assert (section.retention.value, section.retention.n) == (0.75, 4)
    assert section.retention == section.lifecycle.retention
    assert section.lifecycle.moved("at_risk", "lost") == section.lost_in_period == 1
    # On 30 March there were the same four but none had been lost by 30 June.
    assert (section.retention_before.value, section.retention_before.n) == (1.0, 4)
    # Within 365 days k-1 and k-4 came twice, k-3 and k-5 once: what came back is no purchase.
    assert (section.repurchase.value, section.repurchase.n) == (0.5, 4)


def test_on_how_few_customers_it_hangs() -> None:
    section = section_of(entries(SALES))
    assert [(line.customer, str(line.amount)) for line in section.largest] == [
        ("k-1", "4,000.00 CNY"),
        ("k-5", "1,500.00 CNY"),
        ("k-4", "1,000.00 CNY"),
    ]
    assert section.largest[0].share == 4000 / 6500
    assert section.largest[1].last == date(2026, 7, 10)
    assert section.largest_share == pytest.approx(1)
    assert section.concentration.herfindahl == pytest.approx((4000**2 + 1500**2 + 1000**2) / 6500**2)


def test_a_key_account_of_the_year_before_that_is_lost_has_gone_quiet_and_what_changed_is_told() -> None:
    deals = [lost("o-1", "k-2", date(2025, 12, 1)), lost("o-2", "k-1", date(2025, 12, 1))]
    section = section_of(entries(SALES), deals, customers=[Customer(id="k-1"), Customer(id="k-2", name="Huaxing")])
    # Of 10,000 in the 365 days before July, k-1 bought 6,000 and k-2 3,000: these two make up 80 %.
    assert section.key_accounts == 2
    assert [(line.customer, line.label, str(line.amount), line.share, line.state) for line in section.quiet] == [
        ("k-2", "Huaxing", "3,000.00 CNY", 0.3, "lost")
    ]
    (gone,) = section.lost
    assert (gone.line.label, str(gone.line.amount), gone.post_mortem.on) == ("Huaxing", "3,000.00 CNY", date(2026, 8, 15))
    assert [one.kind for one in gone.post_mortem.evidence] == ["went_quiet", "deals_lost"]
    assert "Huaxing" not in repr(section)


def test_a_customer_who_buys_from_a_colleague_now_is_not_lost_and_counts_as_existing() -> None:
    ada, bo = (section_of(entries(SALES), owner=owner) for owner in ("ada", "bo"))
    # Bo last sold to k-4 213 days ago; Ada did so since.
    assert bo.lifecycle.state_by_customer["k-4"] == "active"
    assert (ada.lifecycle.state_by_customer["k-4"], ada.new_customers) == ("new", 0)
    assert amounts(ada.revenue, ada.new_revenue, bo.revenue, bo.new_revenue) == [
        *("5,000.00 CNY", "0.00 CNY"),
        *("2,200.00 CNY", "1,500.00 CNY"),
    ]
    assert ada.lifecycle.customers == ("k-1", "k-2", "k-4")
    assert [line.customer for line in ada.quiet] == []  # k-1 and k-2 alone are too few to call any of them a key account
    assert [each.line.customer for each in ada.lost] == ["k-2"]


def test_customers_that_somebody_looks_after_are_known_before_the_first_sale_to_them() -> None:
    customers = [Customer(id="k-3", owner="ada"), Customer(id="k-9", owner="ada"), Customer(id="k-8")]
    section = section_of(entries(SALES), owner="ada", customers=customers)
    assert section.lifecycle.state_by_customer["k-9"] == "prospect"
    assert section.lifecycle.state_by_customer["k-3"] == "at_risk"  # who bought from Bo, and was handed over
    assert "k-8" not in section.purchases.customers
    assert "k-8" in section_of(entries(SALES), customers=customers).purchases.customers


def test_a_rep_who_moves_takes_later_sales_to_the_new_team() -> None:
    org = Org(reps=ORG.reps, teams=ORG.teams, moves=[Move(rep="ada", on=date(2026, 9, 1), team="west")])
    east, west = (section_of(entries(SALES), owner=team, org=org) for team in ("east", "west"))
    assert amounts(east.revenue, west.revenue) == ["4,000.00 CNY", "3,200.00 CNY"]


# Which records tell


def test_entries_tell_who_bought_where_half_of_them_name_a_customer_and_else_deals_do() -> None:
    deals = [won(1, "k-1", date(2026, 8, 1), 4000), won(2, "k-9", date(2026, 8, 2), 100)]
    assert section_of(entries(SALES[:2]) + entries(SALES[-1:]), deals).basis == "actuals"
    section = section_of(entries(SALES[:1]) + entries(SALES[-1:] * 2), deals)
    assert (section.basis, section.purchases.customers, str(section.revenue)) == ("deals", ("k-1", "k-9"), "4,100.00 CNY")
    # Where no deal names a customer, the few entries that do are better than nothing.
    assert section_of(entries(SALES[:1]) + entries(SALES[-1:] * 2), [won(1, None, AS_OF, 9)]).basis == "actuals"


@pytest.mark.parametrize("owner", [None, "ada", "west"])
def test_purchases_are_what_collect_reads_of_the_owners_records(owner: str | None) -> None:
    sellers = {None: ("ada", "bo"), "ada": ("ada",), "west": ("bo",)}[owner]
    own = [sale for sale in SALES if sale[0] in sellers]
    section = section_of(entries(SALES), owner=owner)
    assert section.purchases == collect(entries(own), as_of=AS_OF)
    deals = [
        won(number, customer, date.fromisoformat(on), max(yuan, 0), seller)
        for number, (seller, customer, on, yuan) in enumerate(SALES)
    ]
    mine = [deal for deal in deals if deal.owner in sellers]
    of_deals = section_of(deals=deals, owner=owner, customers=[Customer(id=f"k-{n}", owner="bo") for n in range(1, 6)])
    named = {deal.customer for deal in mine if deal.customer is not None}
    known = named if owner == "ada" else {f"k-{number}" for number in range(1, 6)}
    assert of_deals.purchases == collect(opportunities=mine, processes=[BASIC], as_of=AS_OF, customers=known)
    if owner is None:
        assert of_deals.lifecycle == lifecycle(of_deals.purchases, since=date(2026, 6, 30))
        year = Period(date(2025, 10, 1), THIRD.end)
        assert of_deals.repurchase == repurchase(of_deals.purchases, year)


def test_deals_without_an_amount_are_purchases_of_nothing_known_and_those_without_a_day_are_counted() -> None:
    deals = [
        won(1, "k-1", date(2026, 8, 1), 400),
        won(2, "k-2", date(2026, 8, 1), None),
        won(3, "k-3", None, 500),
        won(4, "k-1", date(2026, 3, 1), None),
    ]
    section = section_of(deals=deals)
    assert (section.without_amount, section.undated, section.buyers, section.new_customers) == (1, 1, 2, 1)
    assert str(section.revenue) == "400.00 CNY"
    assert section.lifecycle.state_by_customer["k-1"] == "active"  # the first purchase was in March
    text = markdown(reviewed(deals=deals))
    assert "Won deals without an amount, which count as purchases and toward no sum: 1" in text
    assert "Won deals left out, since nobody knows when they were won: 1" in text
    assert reviewed(deals=deals[1:]).customers is None


def test_there_is_no_section_where_nobody_named_bought_anything() -> None:
    customers = [Customer(id="k-1")]
    for actuals in ([], entries(SALES[-1:])):
        assert reviewed(actuals, customers=customers).customers is None
        assert "## Customers" not in markdown(reviewed(actuals, customers=customers))
    assert reviewed(entries(SALES[:3]), owner="bo").customers is None
    assert reviewed(entries(SALES), period=Period.quarter(2024, 1)).customers is None


def test_one_customer_who_sent_everything_back() -> None:
    section = section_of(entries([("ada", "k-1", "2026-07-01", -500)]))
    assert (section.buyers, section.largest, section.concentration.left_out) == (0, (), 1)
    assert str(section.existing_revenue) == "-500.00 CNY"
    assert section.repurchase.value is None
    one = section_of(entries([("ada", "k-1", "2026-07-01", 500)]))
    assert [(line.customer, line.share) for line in one.largest] == [("k-1", 1.0)]
    for review in (reviewed(entries([("ada", "k-1", "2026-07-01", yuan)])) for yuan in (-500, 500)):
        for lang in LANGUAGES:
            assert markdown(review, lang=lang)


def test_unlike_currencies_make_no_sum_and_a_customer_who_changes_currency_stays() -> None:
    dollars = entries([("ada", "k-1", "2026-09-20", 50), ("ada", "k-7", "2026-02-20", 60)], USD)
    section = section_of(entries([*SALES[:2], *SALES[4:]]) + dollars)
    assert section.purchases.unit == CNY
    assert [(other.unit, other.bought[0].size) for other in section.others] == [(USD, 2)]
    assert section.lifecycle.state_by_customer["k-1"] == "active"  # who last paid in yuan 333 days ago
    assert str(section.revenue) == "3,200.00 CNY"
    assert section.buyers == 3
    review = reviewed(entries(SALES) + dollars)
    assert "In USD, which makes no sum with these: 2 customers in all" in markdown(review)


# Periods


def test_a_part_of_a_period_tells_nothing_of_later_days() -> None:
    section = section_of(entries(SALES), as_of=date(2026, 7, 15))
    assert section.period == Period(date(2026, 7, 1), date(2026, 7, 16))
    assert (str(section.revenue), section.buyers) == ("2,000.00 CNY", 1)
    assert section == section_of(entries(SALES[:6] + SALES[7:8]), as_of=date(2026, 7, 15))
    days = section_of(entries(SALES), period=Period(date(2026, 7, 1), date(2026, 7, 16)), as_of=AS_OF)
    assert days == attrs.evolve(section, cohorts=None)  # of days fewer than a quarter has


def test_who_stayed_is_not_told_while_the_records_are_too_young_for_anybody_to_be_lost() -> None:
    young = section_of(entries(SALES[4:]))
    assert young.retention.value is None
    assert young.retention.reason is not None
    assert "365 days" in young.retention.reason.text()
    old = section_of(entries(SALES), period=Period.quarter(2026, 1), as_of=date(2026, 3, 31))
    assert (old.retention.n, old.retention_before.value) == (2, None)


@pytest.mark.parametrize(
    ("first", "last"), [(date(1, 1, 1), date(1, 2, 1)), (date(1, 1, 2), date(1, 4, 9)), (date(9999, 1, 1), date(9999, 12, 31))]
)
def test_periods_at_the_ends_of_the_calendar(first: date, last: date) -> None:
    period = Period(first, last)
    sales = entries([("ada", f"k-{number}", day.isoformat(), 5) for number, day in enumerate((first, period.last))])
    section = section_of(sales, period=period, as_of=period.last)
    assert section.buyers == section.new_customers == 2
    assert section.retention_before.value is None


@pytest.mark.parametrize("grain", ["day", "week", "month", "year"])
def test_shorter_and_longer_periods(grain: Any) -> None:  # noqa: ANN401 - a grain
    period = Period.holding(date(2026, 8, 1), grain)
    section = section_of(entries(SALES), period=period)
    assert [line.customer for line in section.largest][:1] == ["k-1"]
    assert (section.cohorts is not None) == (grain == "year")


def test_cohorts_are_of_the_last_eight_quarters_without_that_in_which_the_records_begin() -> None:
    section = section_of(entries(SALES))
    assert section.cohorts is not None
    assert [(period.label, size) for period, size in zip(section.cohorts.periods, section.cohorts.sizes, strict=True)] == [
        ("2025-Q3", 1),
        ("2025-Q4", 0),
        ("2026-Q1", 2),
        ("2026-Q2", 0),
        ("2026-Q3", 1),
    ]
    # In the second quarter after their first k-4 bought, and neither k-2 nor k-3 did.
    assert (section.cohorts.pooled(2).value, section.cohorts.pooled(2).n) == (1 / 3, 3)
    assert section_of(entries(SALES[:3])).cohorts is None
    longer = entries([("ada", f"k-{number}", f"{2020 + number}-05-01", 1) for number in range(7)])
    cohorts = section_of(longer).cohorts
    assert cohorts is not None
    assert (cohorts.periods[0].label, cohorts.sizes.sum()) == ("2025-Q2", 2)


def test_of_many_customers_the_largest_and_the_kinds_are_told() -> None:
    day = date(2025, 9, 1)
    many = [("ada", f"k-{number:02}", (day + timedelta(days=number)).isoformat(), 100 + number) for number in range(40)]
    section = section_of(entries(many))
    assert section.segments is not None
    assert sum(section.segments.values()) == 40
    assert section_of(entries(many[:24])).segments is None
    # All last bought in September or October 2025: the first 30 were lost by the end of September 2026.
    assert section.lost_in_period == 30
    assert [each.line.customer for each in section.lost] == ["k-29", "k-28", "k-27"]
    assert (section.key_accounts, len(section.quiet)) == (31, 31)
    text = markdown(reviewed(entries(many)))
    assert "And 26 more, none of which bought more." in text
    assert "### Lost in the period: 30" in text
    assert "RFM" in text
    assert len(text.splitlines()) < 130


# The report


def test_a_report_tells_it_in_both_languages_with_names_escaped() -> None:
    customers = [Customer(id="k-1", name="=cmd|<b>*Acme*</b>"), Customer(id="k-2", name="# 华兴\n- x")]
    review = reviewed(entries(SALES), customers=customers)
    english, chinese = (markdown(review, lang=lang) for lang in ("en", "zh"))
    for line in (
        "- Customers who bought in the period: 3, of whom 1 for the first time (CNY 1,500; the others CNY 5,000)",
        "- Sales that name no customer: 1, CNY 700",
        "### Key accounts that have gone quiet",
        "### Lost in the period: 1",
        "### Who came again, of the customers of the last eight quarters",
        r"| =cmd\|\<b\>\*Acme\*\</b\>",
    ):
        assert line in english
    for line in (
        "- 本期购买客户 3 家，其中首次购买 1 家（1,500 元；其余客户 5,000 元）",
        "### 沉寂的重点客户",
        "### 本期流失客户：1 家",
    ):
        assert line in chinese
    assert "\n- x" not in english


def test_no_key_account_has_gone_quiet() -> None:
    sales: list[Sale] = [("ada", f"k-{number}", "2026-05-01", 100) for number in range(4)]
    section = section_of(entries(sales))
    assert (section.key_accounts, section.quiet) == (4, ())
    assert "None of the key accounts (4," in markdown(reviewed(entries(sales)))


def test_the_largest_are_told_beside_all() -> None:
    sales: list[Sale] = [("ada", f"k-{number}", "2026-08-01", 100) for number in range(8)]
    assert "- The 5 largest of 8 bought 62.5%; it is as if 8.0 customers of one size" in markdown(reviewed(entries(sales)))
    assert np.isclose(section_of(entries(sales)).largest_share, 0.625)


def test_customers_lost_last_bought_from_somebody_else() -> None:
    sales: list[Sale] = [("ada", "k-1", "2025-01-01", 100), ("bo", "k-1", "2025-08-01", 100), ("ada", "k-2", "2026-08-01", 1)]
    section = section_of(entries(sales), owner="ada")
    assert (section.lost_in_period, section.lost) == (1, ())
    assert "### Lost in the period: 1\n\n" in markdown(reviewed(entries(sales), owner="ada"))

"""The numbers on customers of a review pulled apart: down to whom they count, and the deals, entries or days of purchase."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from typing import Final

import pytest
from examples import at_most
from explained import THIRD, grown, labels, sample, values
from hypothesis import given, settings
from hypothesis import strategies as st

from salesperf import (
    CNY,
    STANDARD_METRICS,
    STANDARD_PROCESSES,
    USD,
    Actual,
    Amount,
    Breakdown,
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
    testing,
)
from salesperf.io.folder import read_sample
from salesperf.kernels.proportion import wilson
from salesperf.review import SALES_BASES, build
from salesperf.review.explained.customers import numbers_of_customers

ORG: Final = Org(
    reps=[Rep(id="ada", team="east"), Rep(id="bo", team="west")],
    teams=[Team(id="east"), Team(id="west")],
    moves=[Move(rep="ada", on=date(2026, 9, 1), team="west")],
)
Sale = tuple[str, str | None, str, int]
"""Who sold to whom on which day for how much."""

SALES: Final[tuple[Sale, ...]] = (
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
)


def entries(sales: Iterable[Sale], units: Sequence[Unit] = (CNY,)) -> list[Actual]:
    """Make entries of revenue, each but the first with a number, in units by turns."""
    return [
        Actual(
            owner=owner,
            metric=STANDARD_METRICS["revenue"],
            amount=Amount.of(yuan, units[number % len(units)]),
            on=date.fromisoformat(on),
            scope={} if customer is None else {"customer": customer},
            ref=f"e-{number}" if number else None,
        )
        for number, (owner, customer, on, yuan) in enumerate(sales)
    ]


def won(number: int, customer: str | None, on: date | None, yuan: int | None, owner: str = "ada") -> Opportunity:
    """Make a deal that is won on the day on which it began."""
    amount = None if yuan is None else Amount.of(yuan, CNY)
    return Opportunity(id=f"o-{number}", customer=customer, history=[Change(on, stage="closed", owner=owner, amount=amount)])


def records_of(actuals: Iterable[Actual] = (), deals: Iterable[Opportunity] = ()) -> Records:
    held = list(deals)
    on_file = sorted({deal.customer for deal in held if deal.customer is not None})
    customers = [Customer(id=name) for name in on_file]
    processes = [STANDARD_PROCESSES["basic"]]
    return Records(org=ORG, actuals=list(actuals), opportunities=held, customers=customers, processes=processes)


def trees_of(
    records: Records, owner: str | None = None, period: Period = THIRD, *, with_records: bool = True
) -> Mapping[str, Breakdown]:
    review = build(records, owner=owner, period=period, as_of=period.last)
    return grown(numbers_of_customers(review, records if with_records else None))


@cache
def traced() -> Mapping[str, Breakdown]:
    """Return the trees of the ten sales above."""
    return trees_of(records_of(entries(SALES)))


def rows(tree: Breakdown) -> list[str]:
    return [line.strip() for line in tree.text().splitlines()]


# A worked example, each number traced by hand from the ten sales above


def test_what_was_sold_comes_apart_by_customer_into_entries() -> None:
    # 4,000 + 1,000 of who bought before, 2,000 - 500 of k-5, who did not, and 700 of nobody named.
    assert rows(traced()["customers/sold"]) == [
        "sold in the period: CNY 7,200.00 = sum of",
        "to new customers: CNY 1,500.00 = sum of",
        "k-5: CNY 1,500.00 = sum of",
        "2026-07-10, bo, e-7: CNY 2,000.00",
        "2026-07-20, bo, e-8: CNY -500.00",
        "to existing customers: CNY 5,000.00 = sum of",
        "k-1: CNY 4,000.00 = sum of",
        "2026-08-01, ada, e-2: CNY 4,000.00",
        "k-4: CNY 1,000.00 = sum of",
        "2026-09-10, ada, e-6: CNY 1,000.00",
        "to customers not named: CNY 700.00 = sum of",
        "2026-09-01, bo, e-9: CNY 700.00",
    ]
    for place, part in enumerate(("new", "existing", "unnamed")):
        assert traced()[f"customers/sold/{part}"] == traced()["customers/sold"].parts[place]
    assert labels(traced()["customers/unnamed"]) == ["2026-09-01, bo, e-9"]


def test_without_the_records_it_comes_apart_into_days_and_nobody_named_stands_by_itself() -> None:
    found = trees_of(records_of(entries(SALES)), with_records=False)
    assert found.keys() == traced().keys()
    assert {address: tree.value for address, tree in found.items()} == {
        address: tree.value for address, tree in traced().items()
    }
    assert labels(found["customers/k-5/bought"]) == ["2026-07-10", "2026-07-20"]
    assert (found["customers/sold/unnamed"].parts, found["customers/unnamed"].parts) == ((), ())
    assert found["customers/unnamed"].value == 1


def test_who_bought_and_who_did_for_the_first_time() -> None:
    # On the 20th more came back than was bought: no purchase.
    assert labels(traced()["customers/buyers"]) == ["k-1, 2026-08-01", "k-4, 2026-09-10", "k-5, 2026-07-10"]
    assert labels(traced()["customers/buyers/new"]) == ["k-5, 2026-07-10"]


def test_who_stayed_and_who_came_again_with_the_ends_of_the_ranges() -> None:
    found, kept = traced(), wilson(3, 4)
    stayed, before = found["customers/retention"].parts
    # On 30 June these four were customers, and by the end of September k-2 has not bought for more than a year.
    assert labels(before) == ["k-1, 2025-11-01", "k-2, 2025-08-15", "k-3, 2026-02-01", "k-4, 2026-03-01"]
    assert labels(stayed) == ["k-1, 2026-08-01", "k-3, 2026-02-01", "k-4, 2026-09-10"]
    assert (found["customers/retention/stayed"], found["customers/retention/of"]) == (stayed, before)
    ends = [found[f"customers/retention/{end}"].value for end in ("low", "high")]
    assert (found["customers/retention"].value, *ends) == (0.75, kept.low, kept.high)
    # On 30 March there were the same four, and none had been lost by 30 June.
    assert (found["customers/retention_before"].value, found["customers/retention_before/of"].value) == (1.0, 4)
    # Within 365 days k-1 and k-4 came twice, k-3 and k-5 once.
    again, once = found["customers/repurchase"].parts
    assert labels(again) == ["k-1, 2025-11-01, 2026-08-01", "k-4, 2026-03-01, 2026-09-10"]
    assert [label.split(",")[0] for label in labels(once)] == ["k-1", "k-3", "k-4", "k-5"]
    assert found["customers/repurchase/low"].value == wilson(2, 4).low


def test_the_share_of_the_largest_and_as_if_how_many_there_were() -> None:
    found = traced()
    assert labels(found["customers/largest"]) == ["k-1", "k-5", "k-4"]
    assert found["customers/net_buyers"].value == 3
    assert found["customers/largest_share"].value == pytest.approx(1)
    # One over (4000² + 1500² + 1000²) / 6500².
    assert found["customers/effective_number"].value == pytest.approx(6500**2 / (4000**2 + 1500**2 + 1000**2))
    (_, squares) = found["customers/effective_number"].parts
    assert labels(squares) == ["squared share of k-1", "squared share of k-4", "squared share of k-5"]
    share = found["customers/k-5/share"]
    assert float(Fraction(3, 13)) == share.value
    assert values(share) == [Amount.of(1500, CNY), Amount.of(6500, CNY)]


def test_where_customers_stand_and_stood_before() -> None:
    found = traced()
    # 411 and 241 days; k-4 came back after 193.
    states = {"new": ["k-5"], "active": ["k-1", "k-4"], "at_risk": ["k-3"], "lost": ["k-2"]}
    for state, names in states.items():
        assert [label.split(",")[0] for label in labels(found[f"customers/state/{state}"])] == names
    assert labels(found["customers/state/prospect"]) == []
    # On 30 June k-5 had bought nothing yet; k-1 was 241 days ago, k-2 319.
    assert labels(found["customers/state/prospect/before"]) == ["k-5"]
    assert labels(found["customers/state/at_risk/before"]) == ["k-1, 2025-11-01", "k-2, 2025-08-15"]
    assert found["customers/standing"].value == 5
    assert values(found["customers/standing"]) == [0, 1, 2, 0, 1, 1]
    assert [found[f"customers/policy/{name}"].value for name in ("new_for", "at_risk_after", "lost_after")] == [90, 180, 365]


def test_key_accounts_those_gone_quiet_and_those_lost() -> None:
    found = traced()
    # Of 10,000 in the 365 days before July k-1 bought 6,000 and k-2 3,000: these two make up 80 %.
    assert labels(found["customers/key_accounts"]) == ["k-1", "k-2"]
    assert labels(found["customers/quiet"]) == ["k-2"]
    assert "customers/quiet/more" not in found
    assert rows(found["customers/k-2/bought_before"])[1:] == ["2025-08-15, ada, e-3: CNY 3,000.00"]
    assert (found["customers/k-2/share_before"].value, found["customers/k-2/share_before"].parts[1].value) == (
        0.3,
        Amount.of(10_000, CNY),
    )
    assert labels(found["customers/lost"]) == ["k-2, 2026-08-15"]
    assert found["customers/k-2/bought_last_year"].value == Amount.of(3000, CNY)


def test_who_came_again_after_how_many_quarters() -> None:
    found = traced()
    # In the second quarter after their first k-4 bought, and neither k-2 nor k-3 did.
    again, followed = found["customers/cohort/2"].parts
    assert {part.label.text(): labels(part) for part in followed.parts} == {
        "2025-Q3": ["k-2, 2025-08-15"],
        "2025-Q4": [],
        "2026-Q1": ["k-3, 2026-02-01", "k-4, 2026-03-01"],
    }
    assert [labels(part) for part in again.parts] == [[], [], ["k-4, 2026-09-10"]]
    assert (found["customers/cohort/2/came_again"], found["customers/cohort/2/of"]) == (again, followed)
    assert found["customers/cohort/2/high"].value == wilson(1, 3).high


def test_a_team_counts_what_its_members_sold_while_they_were_in_it() -> None:
    east, west = (trees_of(records_of(entries(SALES)), owner) for owner in ("east", "west"))
    # Ada sold to k-4 when she was in the west.
    assert rows(east["customers/sold/existing"])[1:] == ["k-1: CNY 4,000.00 = sum of", "2026-08-01, ada, e-2: CNY 4,000.00"]
    assert labels(west["customers/buyers"]) == ["k-4, 2026-09-10", "k-5, 2026-07-10"]
    assert labels(west["customers/k-4/bought"]) == ["2026-09-10, ada, e-6"]


# Deals, and what is missing from them


def test_won_deals_are_named_and_what_is_missing_from_them_is_told() -> None:
    deals = [
        won(1, "k-1", date(2026, 8, 1), 400),
        won(2, "k-2", date(2026, 8, 2), None),
        won(3, "k-3", None, 500),
        won(4, "k-1", date(2026, 3, 1), None),
        won(5, None, date(2026, 8, 3), 300),
        Opportunity(id="o-6", history=[Change(date(2026, 8, 1), stage="lost", owner="ada")]),
        Opportunity(id="o-7", history=[Change(date(2026, 8, 1), stage="lead", owner="ada")]),
    ]
    found = trees_of(records_of(deals=deals), with_records=False)
    assert labels(found["customers/k-1/bought"]) == ["o-1, 2026-08-01"]
    assert labels(found["customers/sold/unnamed"]) == labels(found["customers/unnamed"]) == ["o-5, 2026-08-03"]
    assert labels(found["customers/without_amount"]) == ["o-2, 2026-08-02"]
    assert labels(found["customers/undated"]) == ["o-3"]
    assert labels(found["customers/buyers"]) == ["k-1, 2026-08-01", "k-2, 2026-08-02"]
    assert labels(found["customers/buyers/new"]) == ["k-2, 2026-08-02"]


def test_what_is_complete_has_no_such_numbers_and_other_units_are_counted_apart() -> None:
    dollars = entries([("ada", "k-7", "2026-02-20", 60)], (USD,))
    found = trees_of(records_of([*entries(SALES[:2]), *dollars]))
    assert labels(found["customers/other/USD"]) == ["k-7, 2026-02-20"]
    assert not {"customers/unnamed", "customers/without_amount", "customers/undated"} & found.keys()


def test_what_cannot_be_told_says_why() -> None:
    found = trees_of(records_of(entries([("ada", "k-1", "2026-07-01", -500)])))
    kept = found["customers/retention"]
    assert (kept.value, kept.parts) == (None, ())
    assert "365 days" in kept.label.text()
    assert {"customers/retention/low", "customers/effective_number", "customers/largest"}.isdisjoint(found)
    assert (found["customers/repurchase"].value, found["customers/repurchase/of"].value) == (None, 0)
    assert rows(found["customers/sold/existing"])[1:] == ["k-1: CNY -500.00 = sum of", "2026-07-01, ada: CNY -500.00"]
    beginning = trees_of(records_of(entries([("ada", "k-1", "0001-01-01", 5)])), period=Period.month(1, 1))
    assert "customers/state/new/before" not in beginning
    assert beginning["customers/retention_before"].value is None


def test_without_customers_there_are_no_numbers() -> None:
    assert trees_of(records_of(entries(SALES[-1:]))) == {}


def test_customers_called_as_numbers_are_take_no_place_of_theirs() -> None:
    names = ("sold", "effective_number", "buyers/new", "state/new", "a\nb")
    found = trees_of(records_of(entries([("ada", name, "2026-08-01", 100) for name in names])))
    assert found["customers/sold"].value == Amount.of(500, CNY)
    assert found["customers/effective_number"].value == pytest.approx(5)
    for name in names:
        assert found[f"customers/{name}/bought"].value == Amount.of(100, CNY)


# What changed before a loss


def bought_by_one(*days_and_yuan: tuple[str, int]) -> Sequence[Actual]:
    return entries([("ada", "k-1", on, yuan) for on, yuan in days_and_yuan])


def test_what_changed_before_a_customer_was_lost_comes_apart_into_days() -> None:
    bought = [("2023-06-01", 900), ("2024-03-01", 800), ("2024-05-01", 800), ("2024-07-01", 900), ("2025-07-01", 500)]
    found = trees_of(records_of(bought_by_one(*bought)))
    # From the second on 61, 61 and 365 days lie between two, and 274 before.
    gap = found["customers/k-1/usual_gap"]
    assert gap.value == 168  # 167.5, the mean of 61 and 274, to the even
    assert values(gap.parts[0]) == [274, 61, 61, 365]
    assert labels(gap.parts[0])[1] == "2024-03-01 to 2024-05-01"
    # The year up to 1 July 2025 begins after that of the year before.
    assert labels(found["customers/k-1/purchases_before"]) == ["2024-03-01", "2024-05-01", "2024-07-01"]
    assert labels(found["customers/k-1/purchases_after"]) == ["2025-07-01"]
    assert [found[f"customers/k-1/value_{when}"].value for when in ("before", "after")] == [
        Amount.of(2500, CNY),
        Amount.of(500, CNY),
    ]
    assert found["customers/k-1/bought_last_year"].value == Amount.of(500, CNY)


def test_a_loss_after_too_few_purchases_tells_no_such_number() -> None:
    deal = Opportunity(id="o-1", customer="k-1", history=[Change(date(2025, 6, 1), stage="lost", reason="price", owner="ada")])
    found = trees_of(records_of(bought_by_one(("2025-07-01", 500)), [deal]))
    assert [address for address in found if address.startswith("customers/k-1/")] == ["customers/k-1/bought_last_year"]


# Many


def test_of_many_the_kinds_are_named_and_how_many_more_have_gone_quiet() -> None:
    first = date(2025, 9, 1)
    sales: list[Sale] = [
        ("ada", f"k-{number:02}", (first + timedelta(days=number)).isoformat(), 100 + number) for number in range(40)
    ]
    review = build(records_of(entries(sales)), owner=None, period=THIRD, as_of=THIRD.last)
    assert review.customers is not None
    assert review.customers.segments is not None
    found = grown(numbers_of_customers(review))
    kinds = {key: tree for key, tree in found.items() if key.startswith("customers/segment/")}
    assert sum(len(tree.parts) for tree in kinds.values()) == 40
    assert {key.rpartition("/")[2]: tree.value for key, tree in kinds.items()} == {
        segment: count for segment, count in review.customers.segments.items() if count
    }
    # All came once; by how lately they did, the last eight are the best fifth.
    assert labels(found["customers/segment/new_customers"])[0] == "k-39, recency 5, frequency 1"
    assert found["customers/segment/new_customers"].value == 8
    assert (found["customers/quiet"].value, found["customers/quiet/more"].value, found["customers/lost"].value) == (31, 26, 30)
    assert found["customers/k-39/bought_before"].value == Amount.of(139, CNY)


def test_the_customers_of_the_sample_are_those_of_the_section() -> None:
    found, section = grown(numbers_of_customers(sample(), read_sample())), sample().customers
    assert section is not None
    assert found["customers/buyers"].value == section.buyers == 9
    assert found["customers/buyers/new"].value == section.new_customers == 6
    assert found["customers/largest_share"].value == section.largest_share
    assert found["customers/effective_number"].value == section.concentration.effective_number
    assert found["customers/repurchase/low"].value == section.repurchase.low
    assert found["customers/key_accounts"].value == section.key_accounts == 13
    for state, count in section.lifecycle.counts.items():
        assert found[f"customers/state/{state}"].value == count


sales = st.lists(
    st.tuples(
        st.sampled_from(("ada", "bo")),
        st.sampled_from((None, "k-1", "k-2", "k-3")),
        testing.days(date(2024, 6, 1), date(2026, 12, 1)).map(date.isoformat),
        st.integers(-20, 100),
    ),
    max_size=12,
)


@settings(max_examples=at_most(40))
@given(sales, st.sampled_from(SALES_BASES), st.sampled_from((None, "east", "ada")), st.sampled_from(("at hand", "gone")))
def test_whatever_was_sold_each_number_is_that_of_the_section(
    sold: list[Sale], basis: str, owner: str | None, whether: str
) -> None:
    deals = [
        won(number, customer, date.fromisoformat(on), yuan if yuan % 5 else None, seller)
        for number, (seller, customer, on, yuan) in enumerate(sold)
    ]
    records = records_of(deals=deals) if basis == "deals" else records_of(entries(sold, (CNY, USD, CNY)))
    review = build(records, owner=owner, period=THIRD, as_of=date(2026, 8, 31))
    section = review.customers
    found = grown(numbers_of_customers(review, records if whether == "at hand" else None))
    if section is None:
        assert not found
        return
    told = {
        "sold": section.revenue,
        "buyers": section.buyers,
        "buyers/new": section.new_customers,
        "key_accounts": section.key_accounts,
        "lost": section.lost_in_period,
        "retention": section.retention.value,
        "repurchase": section.repurchase.value,
        **{f"state/{row['state']}": row["customers"] for row in section.lifecycle.rows()},
        **{f"state/{row['state']}/before": row["before"] for row in section.lifecycle.rows()},
        **{key: count for key in ("unnamed", "without_amount", "undated") if (count := getattr(section, key))},
    }
    assert {key: found[f"customers/{key}"].value for key in told} == told

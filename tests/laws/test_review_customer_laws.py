"""Laws of what a review tells of customers and competitors: sums of its parts, in any order, and of nothing later."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import reduce
from operator import add
from random import Random
from typing import Any, Final, Literal, NamedTuple, TypeVar

import attrs
from examples import at_most
from hypothesis import given, settings
from hypothesis import strategies as st

from salesperf import (
    CNY,
    STANDARD_METRICS,
    STANDARD_PROCESSES,
    USD,
    Actual,
    Amount,
    Change,
    Customer,
    Opportunity,
    Org,
    Period,
    Records,
    Rep,
    Team,
    testing,
)
from salesperf.messages import LANGUAGES
from salesperf.report import markdown
from salesperf.review import CustomerSection, MarketSection, Review, build

ItemT = TypeVar("ItemT")
Basis = Literal["actuals", "deals"]

CUSTOMERS: Final = ("k-1", "k-2", "k-3")
REPS: Final = ("ada", "bo", "cy")
ORG: Final = Org(
    reps=[Rep(id="ada", team="near"), Rep(id="bo", team="near"), Rep(id="cy", team="far")],
    teams=[Team(id="near"), Team(id="far")],
)
PERIODS: Final = (Period.quarter(2026, 3), Period.month(2026, 8), Period.year(2026), Period.day(date(2026, 9, 1)))


class Sale(NamedTuple):
    """Something sold, or a deal decided."""

    owner: str
    customer: str | None
    on: date
    yuan: int
    is_won: bool
    competitors: tuple[str, ...]
    reason: str | None


sales = st.lists(
    st.builds(
        Sale,
        owner=st.sampled_from(REPS),
        customer=st.sampled_from((None, *CUSTOMERS)),
        on=testing.days(date(2024, 6, 1), date(2026, 12, 1)),
        yuan=st.integers(-20, 100),
        is_won=st.booleans(),
        competitors=st.sampled_from(((), ("A",), ("A", "B"))),
        reason=st.sampled_from((None, "price", "feature")),
    ),
    max_size=12,
)


def records_of(sold: Sequence[Sale], basis: Basis, first: int = 0) -> Records:
    """Make entries of what was sold, or deals that were decided."""
    actuals: list[Actual] = []
    deals: list[Opportunity] = []
    for number, sale in enumerate(sold, first):
        amount = Amount.of(sale.yuan, USD if sale.yuan % 7 == 0 else CNY)
        if basis == "actuals":
            scope = {} if sale.customer is None else {"customer": sale.customer}
            metric = STANDARD_METRICS["revenue"]
            actuals.append(Actual(owner=sale.owner, metric=metric, amount=amount, on=sale.on, scope=scope))
        else:
            begun = Change(sale.on, stage="lead", owner=sale.owner, amount=None if sale.yuan % 5 == 0 else amount)
            history = [begun, Change(sale.on, stage="closed" if sale.is_won else "lost", reason=sale.reason)]
            others: dict[str, Any] = {"customer": sale.customer, "competitors": sale.competitors}
            deals.append(Opportunity(id=f"o-{number:03}", history=history, **others))
    customers = [Customer(id=name, owner=owner) for name, owner in zip(CUSTOMERS, (None, "ada", "cy"), strict=True)]
    known = {"customers": customers, "processes": [STANDARD_PROCESSES["basic"]]}
    return Records(org=ORG, actuals=actuals, opportunities=deals, **known)  # type: ignore[arg-type] # each of its own kind


def reviewed(records: Records, owner: str | None, period: Period) -> Review:
    return build(records, owner=owner, period=period, as_of=period.last)


bases = st.sampled_from(("actuals", "deals"))


def revenues(section: CustomerSection | None) -> dict[tuple[str, str], int]:
    """Return what a section sold in its unit, by unit and part."""
    if section is None:
        return {}
    parts = {"new": section.new_revenue, "existing": section.existing_revenue, "unnamed": section.unnamed_revenue}
    return {(part, str(amount.unit)): amount.minor for part, amount in parts.items()}


@settings(max_examples=at_most(40))
@given(sales, bases, st.sampled_from(PERIODS))
def test_what_a_team_sold_to_customers_is_what_its_members_sold(sold: list[Sale], basis: Basis, period: Period) -> None:
    in_yuan = [sale._replace(yuan=sale.yuan * 7 + 1) for sale in sold]  # all in one currency
    records = records_of(in_yuan, basis)
    sections = {owner: reviewed(records, owner, period).customers for owner in (None, "near", "far", *REPS)}
    for above, below in ((None, ("near", "far")), ("near", ("ada", "bo")), ("far", ("cy",))):
        whole, parts = sections[above], [section for owner in below if (section := sections[owner]) is not None]
        assert (whole is None) == (not parts)
        if whole is None:
            continue
        for part in ("new", "existing"):
            sums = [revenues(section)[part, "CNY"] for section in parts]
            assert revenues(whole)[part, "CNY"] == sum(sums)
        together = reduce(add, (section.purchases for section in parts))
        bought = [row for row in whole.purchases.rows() if row["purchases"]]
        assert [row for row in together.rows() if row["purchases"]] == bought
        assert set(together.customers) <= set(whole.purchases.customers)
        assert whole.without_amount >= sum(section.without_amount for section in parts)
        for section in (whole, *parts):
            assert all(tree.holds() for tree in section.breakdowns)
            assert sum(section.lifecycle.counts.values()) == len(section.purchases.customers)
            assert section.purchases.customers == section.lifecycle.customers


@settings(max_examples=at_most(40))
@given(sales, st.sampled_from(PERIODS))
def test_deals_against_competitors_of_a_team_are_those_of_its_members(sold: list[Sale], period: Period) -> None:
    records = records_of(sold, "deals")
    sections = {owner: reviewed(records, owner, period).market for owner in (None, "near", "far", *REPS)}
    for above, below in ((None, ("near", "far")), ("near", ("ada", "bo")), ("far", ("cy",))):
        parts = [counts(sections[owner]) for owner in below]
        summed = {key: sum(part.get(key, 0) for part in parts) for part in parts for key in part}
        # A member on whose deals nobody is named and no reason given has no section, and is in that of the team.
        lacking = {key: count - summed.get(key, 0) for key, count in counts(sections[above]).items()}
        assert all(key == ("none named",) or count == 0 for key, count in lacking.items())
        assert min(lacking.values(), default=0) >= 0


def counts(section: MarketSection | None) -> dict[tuple[str | None, ...], int]:
    """Return how many deals there are against each competitor, of each outcome, and for each reason."""
    if section is None:
        return {}
    found: dict[tuple[str | None, ...], int] = {("none named",): section.unnamed.decided}
    for line in section.competitors:
        found |= {("won", line.competitor): line.won, ("lost", line.competitor): line.lost}
    return found | {("reason", line.reason): line.count for line in section.reasons if line.reason is not None}


@settings(max_examples=at_most(40))
@given(sales, bases, st.sampled_from((None, "near", "ada")), st.sampled_from(PERIODS), st.integers(0, 99))
def test_customers_and_competitors_are_told_of_records_in_any_order_and_of_nothing_later(
    sold: list[Sale], basis: Basis, owner: str | None, period: Period, seed: int
) -> None:
    records = records_of(sold, basis)
    review = reviewed(records, owner, period)
    random = Random(seed)  # noqa: S311 - any order will do
    later = [sale._replace(on=period.last + timedelta(days=1 + number), customer="k-3") for number, sale in enumerate(sold)]
    happened = records_of(later, basis, first=len(sold))
    mixed = attrs.evolve(
        records,
        actuals=shuffled([*records.actuals, *happened.actuals], random),
        opportunities=shuffled([*records.opportunities, *happened.opportunities], random),
        customers=shuffled(records.customers, random),
    )
    other = build(mixed, owner=owner, period=period, as_of=date(2027, 6, 30))
    assert (other.customers, other.market) == (review.customers, review.market)
    for lang in LANGUAGES:
        assert sections_of(markdown(other, lang=lang)) == sections_of(markdown(review, lang=lang))


def shuffled(items: Sequence[ItemT], random: Random) -> list[ItemT]:
    return random.sample(list(items), len(items))


def sections_of(text: str) -> list[str]:
    """Return the sections of a report that are about customers and competitors."""
    heads = ("Customers", "Competitors", "客户", "竞争对手")
    return [part for part in text.split("\n## ") if part.startswith(heads)]

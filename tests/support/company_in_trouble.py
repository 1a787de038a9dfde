"""A company in trouble: its records have whatever a rule of the diagnosis looks for."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Final

from small_records import yuan

import salesperf as sp

__all__ = ["REVENUE", "SEP_30", "THIRD", "in_trouble", "org", "yuan"]

THIRD: Final = sp.Period.quarter(2026, 3)
SECOND: Final = sp.Period.quarter(2026, 2)
SEP_30: Final = date(2026, 9, 30)
REVENUE, VISITS = (sp.STANDARD_METRICS[key] for key in ("revenue", "visits"))
BASIC: Final = sp.STANDARD_PROCESSES["basic"]


def decided(period: sp.Period, won: int, lost: int, amount: int, cut: int = 0) -> Iterator[sp.Opportunity]:
    """Yield deals of Ada's, decided within a period."""
    for number in range(won + lost):
        opened = sp.Change(period.start, stage="opportunity", amount=yuan(amount), owner="ada")
        ended = sp.Change(
            period.start + timedelta(days=9), stage="closed" if number < won else "lost", amount=yuan(amount - cut)
        )
        yield sp.Opportunity(id=f"{period.label}-{number:03}", history=[opened, ended])


def contested() -> Iterator[sp.Opportunity]:
    """Yield two open deals with one customer, one of Ada's and one of a dealer's."""
    for owner in ("ada", "dealer"):
        begun = sp.Change(SECOND.start, stage="lead", amount=yuan(5), owner=owner)
        yield sp.Opportunity(id=f"of {owner}", customer="k-1", history=[begun])


def leads(period: sp.Period, number: int) -> Iterator[sp.Lead]:
    """Yield leads of Ada's that came within a period."""
    for place in range(number):
        came = sp.LeadChange(period.start + timedelta(days=place % 80), status="new", owner="ada")
        yield sp.Lead(id=f"{period.label}-{place}", history=[came], channel="fair")


def sold(on: date, amount: int, customer: str) -> sp.Actual:
    """Return a sale of Ada's to a customer."""
    return sp.Actual(owner="ada", metric=REVENUE, amount=yuan(amount), on=on, scope={"customer": customer})


def org() -> sp.Org:
    """Return a team from which four people left in spring, and which one joined."""
    gone = [sp.Rep(id=f"gone-{number}", team="east", hired=date(2020, 1, 1), left=date(2026, 5, 1)) for number in range(4)]
    fresh = sp.Rep(id="new", name="Noor", team="east", hired=date(2026, 7, 1), ramp=[Decimal("0.5")])
    old = [sp.Rep(id=rep, team="east", hired=date(2020, 1, 1)) for rep in ("ada", "bo")]
    return sp.Org(teams=[sp.Team(id="east")], reps=[*old, fresh, *gone, sp.Rep(id="dealer", team="east", kind="dealer")])


@cache
def in_trouble() -> sp.Records:
    """Return the records of a company in which everything goes wrong that a rule looks for."""
    goals = {"ada": 20_000, "bo": 1_000, "new": 3_000}
    targets = [sp.Target(owner=rep, metric=REVENUE, amount=yuan(goal), period=THIRD) for rep, goal in goals.items()]
    visits = [
        sp.Actual(owner="ada", metric=VISITS, amount=sp.Amount.of(number, sp.COUNT), on=on)
        for on, number in ((date(2026, 5, 4), 60), (date(2026, 8, 4), 20))
    ]
    sales = [
        sold(date(2025, 3, 3), 1, "k-9"),  # so long ago that the year before anybody went quiet is on record
        sold(date(2025, 8, 1), 6000, "k-1"),
        sold(date(2026, 1, 10), 3000, "k-2"),
        sold(date(2026, 1, 5), 500, "k-3"),
        *(sold(date(2026, 9, day), 100, "k-3") for day in (1, 2, 3)),
    ]
    asked = sp.PulseSurvey(on=date(2026, 9, 20), owner="east", counts=[4, 2, 1, 1, 1], invited=12)
    return sp.Records(
        org=org(),
        targets=targets,
        actuals=[*visits, *sales],
        opportunities=[*decided(SECOND, 40, 40, 100), *decided(THIRD, 5, 20, 90, cut=20), *contested()],
        leads=[*leads(SECOND, 60), *leads(THIRD, 30)],
        customers=[sp.Customer(id=f"k-{number}") for number in (1, 2, 3)],
        processes=[BASIC],
        pulses=[asked],
    )

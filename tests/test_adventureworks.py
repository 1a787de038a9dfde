"""Real data: the AdventureWorks sample database of Microsoft (microsoft/sql-server-samples, MIT).

Every figure is computed a second time from the rows of the files, with Decimal and Fraction and without the library.
"""

import csv
import re
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

import salesperf as sp
from salesperf.attainment import Attainment, TargetBook, roll_up, tally
from salesperf.review import DataSection, Member, MetricSection, Review, explain

REVENUE = sp.STANDARD_METRICS["revenue"]
DOLLARS = sp.Unit("USD", 4, "money")
RECORDS_BEGIN = date(2011, 5, 31)
END = date(2014, 7, 1)
"""The day after the last quota."""
WHOLE = sp.Period(RECORDS_BEGIN, END)
GROUP_OF_TITLE = {
    "North American Sales Manager": "North America",
    "European Sales Manager": "Europe",
    "Pacific Sales Manager": "Pacific",
}


class Order(NamedTuple):
    rep: str
    on: date
    amount: Decimal
    ref: str


class Quota(NamedTuple):
    rep: str
    start: date
    end: date
    amount: Decimal


class Place(NamedTuple):
    """A rep is in a team from a day on."""

    since: date
    team: str


class Share(NamedTuple):
    """What is owed, exactly, and how many quotas it takes only a part of."""

    amount: Fraction
    straddling: int


class Files(NamedTuple):
    """What the rows of the files say."""

    hired: dict[str, date]
    places: dict[str, list[Place]]
    groups: dict[str, str]
    managers: dict[str, str]
    quotas: list[Quota]
    orders: list[Order]

    def team_on(self, rep: str, on: date) -> str:
        return [place.team for place in self.places[rep] if place.since <= on][-1]

    def is_under(self, rep: str, on: date, owner: str | None) -> bool:
        """Tell whether what a rep does on a day counts toward a rep, a territory, a group or the company."""
        team = self.team_on(rep, on)
        return owner in {None, rep, team, self.groups.get(team)}

    def sold(self, owner: str | None, start: date, end: date) -> tuple[Decimal, int]:
        counted = [each.amount for each in self.orders if start <= each.on < end and self.is_under(each.rep, each.on, owner)]
        return sum(counted, Decimal(0)), len(counted)

    def owed(self, owner: str | None, start: date, end: date) -> Share:
        """Sum the shares by workdays of quotas, and count those that straddle.

        Every move falls on the first day of a quota, so that a quota counts toward one team; the quota of a seat that was
        filled within it counts toward the team of whoever took it.
        """
        total, straddling = Fraction(0), 0
        for quota in self.quotas:
            first, last = max(start, quota.start), min(end, quota.end)
            if first < last and self.is_under(quota.rep, max(quota.start, self.hired[quota.rep]), owner):
                total += Fraction(quota.amount) * workdays(first, last) / workdays(quota.start, quota.end)
                straddling += (first, last) != (quota.start, quota.end)
        return Share(total, straddling)


def workdays(start: date, end: date) -> int:
    """Count Mondays to Fridays, as numpy does."""
    return int(np.busday_count(start, end))


def day(text: str) -> date:
    return date.fromisoformat(text[:10])


@pytest.fixture(scope="module")
def files(data_folder: Callable[[str], Path]) -> Files:
    folder = data_folder("adventureworks")

    def read(name: str) -> list[dict[str, str]]:
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    people = read("Employee")
    names = {row["TerritoryID"]: row["Name"] for row in read("SalesTerritory")}
    places: dict[str, list[Place]] = {row["BusinessEntityID"]: [] for row in people}
    for row in read("SalesTerritoryHistory"):
        places[row["BusinessEntityID"]].append(Place(day(row["StartDate"]), names[row["TerritoryID"]]))
    managers = {GROUP_OF_TITLE[row["JobTitle"]]: row["BusinessEntityID"] for row in people if row["JobTitle"] in GROUP_OF_TITLE}
    hired = {row["BusinessEntityID"]: day(row["HireDate"]) for row in people}
    starts: dict[str, list[tuple[date, Decimal]]] = {}
    for row in read("SalesPersonQuotaHistory"):
        starts.setdefault(row["BusinessEntityID"], []).append((day(row["QuotaDate"]), Decimal(row["SalesQuota"])))
    return Files(
        hired=hired,
        places={rep: sorted(own) for rep, own in places.items()} | {rep: [Place(hired[rep], g)] for g, rep in managers.items()},
        groups={row["Name"]: row["Group"] for row in read("SalesTerritory")},
        managers=managers,
        quotas=[
            Quota(rep, start, end, amount)
            for rep, own in starts.items()
            for (start, amount), (end, _) in pairwise([*sorted(own), (END, Decimal(0))])
        ],
        orders=[
            Order(row["SalesPersonID"], day(row["OrderDate"]), Decimal(row["SubTotal"]), row["SalesOrderID"])
            for row in read("ResellerOrders")
        ],
    )


def targets_of(quotas: list[Quota]) -> list[sp.Target]:
    return [
        sp.Target(
            owner=quota.rep,
            metric=REVENUE,
            amount=sp.Amount.of(quota.amount, DOLLARS),
            period=sp.Period(quota.start, quota.end),
        )
        for quota in quotas
    ]


@pytest.fixture(scope="module")
def records(files: Files) -> sp.Records:
    teams = [sp.Team(id=group, manager=rep) for group, rep in files.managers.items()]
    teams += [sp.Team(id=name, parent=group) for name, group in files.groups.items()]
    return sp.Records(
        org=sp.Org(
            teams=teams,
            reps=[sp.Rep(id=rep, team=own[0].team, hired=files.hired[rep]) for rep, own in files.places.items()],
            moves=[sp.Move(rep=rep, on=place.since, team=place.team) for rep, own in files.places.items() for place in own[1:]],
        ),
        targets=targets_of(files.quotas),
        actuals=[
            sp.Actual(
                owner=order.rep,
                metric=REVENUE,
                amount=sp.Amount.of(order.amount, DOLLARS),
                on=order.on,
                ref=order.ref,
            )
            for order in files.orders
        ],
    )


@pytest.fixture(scope="module")
def attained(records: sp.Records) -> tuple[Attainment, ...]:
    """The attainment of every rep in every quota period, at the end."""
    return roll_up(records.targets, tally(records.actuals), records.org, as_of=date(2014, 6, 30))


@pytest.fixture(scope="module", params=[2012, 2013])
def year(request: pytest.FixtureRequest) -> int:
    number: int = request.param
    return number


@pytest.fixture(scope="module")
def yearly(records: sp.Records, year: int) -> Review:
    """The company's review of a year, at its end."""
    return sp.review.build(records, owner=None, period=sp.Period.year(year), as_of=date(year, 12, 31))


def decimal(amount: sp.Amount | Decimal | None) -> Decimal:
    assert isinstance(amount, sp.Amount)
    assert amount.unit == DOLLARS
    return amount.decimal


def section(review: Review) -> MetricSection:
    (only,) = review.metrics
    return only


def test_there_are_17_reps_163_quotas_and_3806_orders(records: sp.Records) -> None:
    assert (len(records.org.reps), len(records.targets), len(records.actuals)) == (17, 163, 3806)


# Attainment


def test_each_attainment_is_that_of_the_files(files: Files, attained: tuple[Attainment, ...]) -> None:
    by_quota = {(each.target.owner, each.target.period.start): each for each in attained}
    assert len(by_quota) == 163
    for quota in files.quotas:
        found = by_quota[quota.rep, quota.start]
        own = [order.amount for order in files.orders if order.rep == quota.rep and quota.start <= order.on < quota.end]
        sold = sum(own, Decimal(0))
        assert found.target.period.end == quota.end
        assert decimal(found.target.amount) == quota.amount
        assert decimal(found.actual) == sold
        assert decimal(found.gap) == sold - quota.amount
        assert found.entries == len(own)
        assert found.ratio == pytest.approx(float(sold / quota.amount), rel=1e-12)
        assert found.status == ("met" if sold >= quota.amount else "missed")
    assert Counter(each.status for each in attained) == {"met": 8, "missed": 155}


def test_every_order_lies_in_exactly_one_quota_period_of_its_rep(
    files: Files,
    records: sp.Records,
    attained: tuple[Attainment, ...],
) -> None:
    by_files = [
        sum(each.rep == order.rep and each.start <= order.on < each.end for each in files.quotas) for order in files.orders
    ]
    periods: dict[str | None, list[sp.Period]] = {}
    for target in records.targets:
        periods.setdefault(target.owner, []).append(target.period)
    by_records = [sum(sale.on in period for period in periods[sale.owner]) for sale in records.actuals]
    assert by_files == by_records == [1] * 3806
    assert sum(each.entries for each in attained) == 3806


def test_an_order_outside_every_quota_of_its_rep_is_reported(files: Files, records: sp.Records) -> None:
    summer = date(2013, 5, 30)
    rest = [quota for quota in files.quotas if (quota.rep, quota.start) != ("290", summer)]
    incomplete = sp.Records(org=records.org, targets=targets_of(rest), actuals=records.actuals)
    review = sp.review.build(incomplete, owner=None, period=sp.Period.year(2013), as_of=date(2013, 12, 31))
    (finding,) = (finding for finding in review.findings if finding.rule == "outside_targets")
    lost = [order for order in files.orders if order.rep == "290" and summer <= order.on < date(2013, 8, 30)]
    assert (finding.record, finding.count) == ("290", len(lost))


# Totals


def test_the_totals_are_those_of_the_files_to_the_fourth_decimal(
    files: Files,
    records: sp.Records,
    attained: tuple[Attainment, ...],
) -> None:
    review = sp.review.build(records, owner=None, period=WHOLE, as_of=date(2014, 6, 30))
    company = section(review)
    assert decimal(company.attainment.actual) == sum(order.amount for order in files.orders) == Decimal("80487704.1832")
    assert decimal(company.attainment.target.amount) == sum(quota.amount for quota in files.quotas) == Decimal("95714000.0000")
    assert company.attainment.entries == 3806
    assert sum(decimal(each.actual) for each in attained) == Decimal("80487704.1832")
    assert company.owed.basis == "rolled_up"
    assert not any(part.is_prorated for part in company.owed.parts)
    for places in ([member for member in company.members if member.level == 0], reps_of(company)):
        assert sum(decimal(member.attainment.actual) for member in places) == Decimal("80487704.1832")
        assert sum(decimal(member.attainment.target.amount) for member in places) == Decimal("95714000.0000")


def reps_of(found: MetricSection) -> list[Member]:
    return [member for member in found.members if not member.is_team]


def test_teams_owe_and_sell_what_their_members_do_in_every_quota_period(files: Files, records: sp.Records) -> None:
    book, counted = TargetBook(records.targets, records.org, records.calendar), tally(records.actuals)
    for start, end in sorted({(quota.start, quota.end) for quota in files.quotas}):
        owed = {owner: book.owed(owner, REVENUE, sp.Period(start, end)) for owner in (None, *records.org.team_by_id)}
        targets = [found.target for found in owed.values() if found is not None]
        for each in roll_up(targets, counted, records.org, as_of=date(2014, 6, 30)):
            assert decimal(each.target.amount) == files.owed(each.target.owner, start, end).amount
            assert (decimal(each.actual), each.entries) == files.sold(each.target.owner, start, end)
        for owner in (owner for owner, found in owed.items() if found is None):
            assert files.owed(owner, start, end).amount == 0
            assert files.sold(owner, start, end) == (Decimal(0), 0)


def test_a_group_is_its_territories_and_its_manager(files: Files, yearly: Review, year: int) -> None:
    found = section(yearly)
    by_owner = {member.owner: member.attainment for member in found.members if member.level < 2}
    for group, manager in files.managers.items():
        below = [*(name for name, above in files.groups.items() if above == group), manager]
        parts = [by_owner[owner] for owner in below if owner in by_owner]
        assert (group in by_owner) == bool(parts)
        if parts:
            assert decimal(by_owner[group].actual) == sum(decimal(part.actual) for part in parts)
            assert decimal(by_owner[group].target.amount) == sum(decimal(part.target.amount) for part in parts)
    assert ("285" in by_owner) == (year == 2013)


# Quotas that straddle a year


def test_quotas_that_straddle_count_by_their_workdays_and_are_marked(files: Files, records: sp.Records) -> None:
    book = TargetBook(records.targets, records.org, records.calendar)
    for rep in files.hired:
        for year in range(2011, 2015):
            start, end = date(year, 1, 1), date(year + 1, 1, 1)
            expected = files.owed(rep, start, end)
            found = book.owed(rep, REVENUE, sp.Period(start, end))
            if found is None:
                assert expected.amount == 0
                continue
            assert found.basis == "prorated"
            assert sum(part.is_prorated for part in found.parts) == expected.straddling
            assert decimal(found.target.amount) == sum(decimal(part.amount) for part in found.parts)
            for part in found.parts:
                whole, days = part.target.period, part.period
                share = Fraction(workdays(days.start, days.end), workdays(whole.start, whole.end))
                exact = share * Fraction(decimal(part.target.amount))
                # Of a quota cut in two, each side is rounded once: by at most half of the smallest unit.
                assert abs(Fraction(decimal(part.amount)) - exact) <= Fraction(1, 20_000)


def test_the_pieces_of_a_quota_cut_by_the_years_sum_to_it(files: Files, records: sp.Records) -> None:
    book = TargetBook(records.targets, records.org, records.calendar)
    pieces: Counter[sp.TargetKey] = Counter()
    for rep in files.hired:
        for year in range(2011, 2015):
            found = book.owed(rep, REVENUE, sp.Period.year(year))
            pieces.update({part.target.key: part.amount.minor for part in found.parts} if found else {})
    assert pieces == {target.key: int(decimal(target.amount) * 10_000) for target in records.targets}


# The yearly review


def test_every_figure_of_a_yearly_review_is_that_of_the_files(files: Files, yearly: Review) -> None:
    found = section(yearly)
    trend = (part.attainment for part in found.trend)
    for each in (found.attainment, *trend, *(member.attainment for member in found.members)):
        target, start, end = each.target, each.target.period.start, each.target.period.end
        sold, entries = files.sold(target.owner, start, end)
        owed = files.owed(target.owner, start, end)
        assert (decimal(each.actual), each.entries) == (sold, entries)
        # Each quota that straddles is rounded once, by at most half of the smallest unit.
        assert abs(Fraction(decimal(target.amount)) - owed.amount) <= Fraction(owed.straddling, 20_000)
        assert decimal(each.gap) == sold - decimal(target.amount)
        assert each.ratio == pytest.approx(float(sold) / float(owed.amount), rel=1e-9)
        assert each.status == ("met" if sold >= owed.amount else "missed")
        before = files.sold(target.owner, start.replace(year=start.year - 1), end.replace(year=end.year - 1))
        # The records begin on 2011-05-31: what they cannot hold of the year before is no base to grow from.
        is_known = before[1] and start.replace(year=start.year - 1) + timedelta(days=7) >= RECORDS_BEGIN
        assert (decimal(each.last_year) if each.last_year else None) == (before[0] if is_known else None)


def test_a_yearly_review_has_every_team_and_every_rep_once_in_each_team_served(files: Files, yearly: Review) -> None:
    start, end = yearly.period.start, yearly.period.end
    teams = {*files.groups, *files.groups.values()}
    expected = Counter(team for team in teams if files.owed(team, start, end).amount)
    for rep, places in files.places.items():
        until = [place.since for place in places[1:]] + [END]
        expected[rep] = sum(place.since < end and start < last for place, last in zip(places, until, strict=True))
    assert Counter(member.owner for member in section(yearly).members) == +expected
    assert [part.attainment.target.period.label for part in section(yearly).trend] == [
        f"{start.year}-Q{number}" for number in range(1, 5)
    ]


def test_a_yearly_review_lists_the_quotas_that_ended_within_the_year_and_were_missed(files: Files, yearly: Review) -> None:
    missed = []
    for quota in files.quotas:
        gap = files.sold(quota.rep, quota.start, quota.end)[0] - quota.amount
        if yearly.period.start <= quota.start and quota.end <= yearly.period.end and gap < 0:
            missed.append((gap, quota.rep, quota.start))
    assert [(decimal(each.gap), each.target.owner, each.target.period.start) for each in yearly.unmet] == sorted(missed)


def test_a_yearly_review_tells_what_it_rests_on(files: Files, yearly: Review) -> None:
    start, end = yearly.period.start, yearly.period.end
    days = [order.on for order in files.orders if start <= order.on < end]
    assert yearly.data == DataSection(
        reps=sum(hired < end for hired in files.hired.values()),
        teams=13,
        targets=sum(quota.start < end and start < quota.end for quota in files.quotas),
        entries=len(days),
        first_day=min(days),
        last_day=max(days),
    )
    (finding,) = (finding for finding in yearly.findings if finding.rule == "prorated")
    assert finding.count == files.owed(None, start, end).straddling
    assert "outside_targets" not in {finding.rule for finding in yearly.findings}


def test_a_yearly_review_explains_every_number(yearly: Review) -> None:
    trees = explain(yearly).breakdowns
    assert len(trees) > len(yearly.unmet) > 30
    assert all(tree.holds() for tree in trees)


def test_a_review_within_the_period_holds_what_was_sold_against_what_was_planned_by_then(
    files: Files,
    records: sp.Records,
) -> None:
    third = sp.Period.quarter(2013, 3)
    found = section(sp.review.build(records, owner="Europe", period=third, as_of=date(2013, 8, 31))).attainment
    sold, entries = files.sold("Europe", third.start, date(2013, 9, 1))
    planned = files.owed("Europe", third.start, date(2013, 9, 1))
    assert (decimal(found.actual), found.entries) == (sold, entries)
    assert float(decimal(found.planned)) == pytest.approx(float(planned.amount), abs=0.001)
    assert found.pace.value == pytest.approx(float(sold) / float(planned.amount), rel=1e-9)


def test_a_review_has_the_same_numbers_in_both_languages(yearly: Review) -> None:
    english, chinese = (sp.report.markdown(yearly, lang=lang).splitlines() for lang in ("en", "zh"))
    assert [numbers(line) for line in english] == [numbers(line) for line in chinese]
    assert sum(map(len, map(numbers, english))) > 500


def numbers(line: str) -> list[str]:
    """Return the numbers of a line, in any order; the 9th of a month is 09 in one language and 9 in the other."""
    return sorted(found.lstrip("0") for found in re.findall(r"(?:(?<!\d)-)?\d[\d,.]*(?<=\d)%?", line))

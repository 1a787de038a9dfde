"""The how-to "Pay and appraise": its figures a second time, from the rows of the files.

The data are the AdventureWorks sample database of Microsoft (microsoft/sql-server-samples, MIT). The pages are run, and what
they made is held against plain Python with fractions, without the library.
"""

import csv
import math
import re
import statistics
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sybil import Document

import pages

EDGES = Fraction(4, 5), Fraction(1)
RATES = Fraction(1, 100), Fraction(2, 100), Fraction(16, 1000)
END = date(2014, 7, 1)
"""The day after the last quota."""
MANAGERS = {"274", "285", "287"}
ENGLISH, CHINESE = (pages.ROOT / "docs" / folder / "pay-and-appraise.md" for folder in ("how-to", "zh/how-to"))

Seat = tuple[str, date]
"""A rep, and the day on which a quota begins."""


class Order(NamedTuple):
    id: str
    on: date
    amount: Fraction
    customer: str


class Files(NamedTuple):
    """What the rows of the files say."""

    quotas: dict[Seat, Fraction]
    orders: dict[Seat, list[Order]]

    def years(self) -> dict[tuple[str, date], list[Seat]]:
        """The seats of each rep in each year of quotas, of four periods."""
        starts = sorted({start for _, start in self.quotas})
        found = defaultdict(list)
        for rep, start in sorted(self.quotas):
            found[rep, starts[starts.index(start) // 4 * 4]].append((rep, start))
        return found

    def attained(self, seats: list[Seat]) -> Fraction:
        return sum((order.amount for seat in seats for order in self.orders[seat]), Fraction(0)) / sum(
            self.quotas[seat] for seat in seats
        )


def paid_for(mode: str, share: Fraction) -> Fraction:
    """What each dollar of quota brings: written down mode by mode, as the page says it in words."""
    low, middle, high = RATES
    first, second = EDGES
    rate = low if share < first else middle if share < second else high
    if mode == "retroactive":
        return rate * share
    if mode == "overage":
        return low * min(share, first) + rate * max(share - first, Fraction(0))
    parts = min(share, first), max(min(share, second) - first, Fraction(0)), max(share - second, Fraction(0))
    return sum((each * part for each, part in zip(RATES, parts, strict=True)), Fraction(0))


def cents(number: Fraction) -> int:
    """Round to whole cents, half up."""
    return math.floor(number * 100 + Fraction(1, 2))


def paid(mode: str, quota: Fraction, brought: list[Fraction]) -> list[int]:
    """What each credit brings, in cents: the sums are rounded, and nothing else."""
    sums = [cents(paid_for(mode, reached / quota) * quota) for reached in accumulate(brought, initial=Fraction(0))]
    return [after - before for before, after in pairwise(sums)]


@pytest.fixture(scope="module")
def files(data_folder: Callable[[str], Path]) -> Files:
    folder = data_folder("adventureworks")

    def read(name: str) -> list[dict[str, str]]:
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    quotas = {
        (row["BusinessEntityID"], date.fromisoformat(row["QuotaDate"][:10])): Fraction(row["SalesQuota"])
        for row in read("SalesPersonQuotaHistory")
    }
    starts = sorted({start for _, start in quotas})
    orders = defaultdict(list)
    for row in read("ResellerOrders"):
        on = date.fromisoformat(row["OrderDate"][:10])
        order = Order(row["SalesOrderID"], on, Fraction(row["SubTotal"]), row["CustomerID"])
        orders[row["SalesPersonID"], max(start for start in starts if start <= on)].append(order)
    return Files(quotas, {seat: sorted(own, key=lambda order: (order.on, order.id)) for seat, own in orders.items()})


@pytest.fixture(scope="module")
def made(files: Files) -> dict[str, Any]:
    """What the page made, by name."""
    assert files.orders
    document = Document.parse(str(ENGLISH), pages.parse_blocks)
    pages.open_page(document.namespace)
    for example in document:
        example.evaluate()
    pages.close_page(document.namespace)
    return dict(document.namespace)


def test_both_pages_show_the_same_numbers() -> None:
    """The pages themselves are run with all others; here it is enough to hold what they print against each other."""
    english, chinese = (
        re.findall(r"^```text\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
        for page in (ENGLISH, CHINESE)
    )
    numbers = [[sorted(map(int, re.findall(r"\d+", block))) for block in blocks] for blocks in (english, chinese)]
    assert numbers[0] == numbers[1]
    assert sum(map(len, numbers[0])) > 500


def by_seat(column: dict[Any, Any]) -> dict[Seat, Any]:
    return {(rep, period.start): value for (rep, period), value in column.items()}


@pytest.mark.parametrize("mode", ["marginal", "retroactive", "overage"])
def test_statements_are_those_of_fractions_line_by_line(mode: str, made: dict[str, Any], files: Files) -> None:
    slips = by_seat(made["statements"][mode])
    assert slips.keys() == files.quotas.keys() == files.orders.keys()
    for seat, slip in slips.items():
        orders = files.orders[seat]
        lines = paid(mode, files.quotas[seat], [order.amount for order in orders])
        assert [line.entry.id for line in slip.lines] == [order.id for order in orders]
        assert [line.pay.minor for line in slip.lines] == lines
        assert slip.total.minor == sum(lines)


@pytest.mark.parametrize(("mode", "cost"), [("marginal", 85_593_580), ("retroactive", 136_065_580), ("overage", 85_439_660)])
def test_what_a_plan_costs_is_the_sum(mode: str, cost: int, made: dict[str, Any], files: Files) -> None:
    each = [sum(paid(mode, quota, [order.amount for order in files.orders[seat]])) for seat, quota in files.quotas.items()]
    assert sum(each) == cost == made["costs"][mode].total.minor
    told = made["costs"][mode].cost
    assert told.low < cost / 100 < told.high
    # The bootstrap of a sum has the deviation of the sample, times the root of n; 1,000 draws find it to some percent.
    half = 1.96 * statistics.pstdev(each) / 100 * math.sqrt(len(each))
    assert (told.high - told.low) / 2 == pytest.approx(half, rel=0.08)


@pytest.mark.parametrize("mode", ["marginal", "retroactive", "overage"])
def test_years_are_the_sums_of_their_quarters(mode: str, made: dict[str, Any], files: Files) -> None:
    expected = []
    for seats in files.years().values():
        quota = sum((files.quotas[seat] for seat in seats), Fraction(0))
        expected.append(sum(paid(mode, quota, [order.amount for seat in seats for order in files.orders[seat]])))
    assert sorted(whole.minor for whole, _ in made["yearly"][mode]) == sorted(expected)
    assert all(whole == parts for whole, parts in made["yearly"][mode])


def test_a_floor_makes_quarters_differ_from_their_year(made: dict[str, Any], files: Files) -> None:
    seats = files.years()["274", date(2013, 5, 30)]
    quota = sum((files.quotas[seat] for seat in seats), Fraction(0))
    lines = paid("marginal", quota, [order.amount for seat in seats for order in files.orders[seat]])
    ends = list(accumulate((len(files.orders[seat]) for seat in seats), initial=0))
    quarters = [max(sum(lines[start:end]), 150_000) for start, end in pairwise(ends)]
    assert [part.minor for part in made["parts"]] == quarters
    assert sum(quarters) > sum(lines)


def test_five_of_eight_who_met_a_quota_would_have_earned_more_by_selling_less(files: Files) -> None:
    shares = [share for seat in files.quotas if (share := files.attained([seat])) >= 1]
    below = paid_for("retroactive", Fraction(1) - Fraction(1, 10**12))
    assert (len(shares), sum(paid_for("retroactive", share) < below for share in shares)) == (8, 5)


def test_the_next_deal_of_283_costs_money(made: dict[str, Any], files: Files) -> None:
    seat = ("283", date(2013, 8, 30))
    quota, sold = files.quotas[seat], [order.amount for order in files.orders[seat]]
    expected = paid("overage", quota, [*sold, Fraction(20_000)])[-1]  # the last that the page asks about
    assert (made["found"].pay.minor, made["mode"]) == (expected, "overage")
    assert [paid("retroactive", quota, [*sold, Fraction(worth)])[-1] for worth in (5_000, 20_000)] == [-139_490, -115_490]


def test_means_and_their_order_are_those_of_the_naive_ranking(made: dict[str, Any], files: Files) -> None:
    ranking = made["ranking"]
    shares = {rep: [float(files.attained([seat])) for seat in sorted(files.quotas) if seat[0] == rep] for rep in ranking.names}
    means = {rep: statistics.mean(each) for rep, each in shares.items()}
    order = sorted(means, key=lambda rep: -means[rep])
    assert {rep: order.index(rep) + 1 for rep in order} == dict(zip(ranking.names, ranking.observed_rank.tolist(), strict=True))
    assert ranking.observed.tolist() == pytest.approx(list(means.values()), rel=1e-12)
    assert ranking.top_probability.sum() == pytest.approx(3, abs=1e-3)
    assert (order[0], order[-1], len(ranking.groups)) == ("283", "289", 1)
    errors = {rep: statistics.stdev(each) / math.sqrt(len(each)) for rep, each in shares.items()}
    # Whom chance explains, of means: the average by precision, and 1.96 errors to either side.
    centre = sum(means[rep] / errors[rep] ** 2 for rep in means) / sum(error**-2 for error in errors.values())
    outside = {rep for rep in means if abs(means[rep] - centre) > statistics.NormalDist().inv_cdf(0.975) * errors[rep]}
    assert outside == {"276", "283"}
    assert {rep for rep, side in zip(ranking.names, made["limits"].side, strict=True) if side} == outside


def test_quotas_met_are_five_and_three_and_no_others(made: dict[str, Any], files: Files) -> None:
    met = {rep: sum(files.attained([seat]) >= 1 for seat in files.quotas if seat[0] == rep) for rep in made["met"].names}
    assert {rep: count for rep, count in met.items() if count} == {"280": 5, "283": 3}
    assert set(made["met"].groups[0]) == {"280", "283"}


def test_objectives_are_counted_in_the_orders(made: dict[str, Any], files: Files) -> None:
    first: dict[str, date] = {}
    for order in sorted((order for own in files.orders.values() for order in own), key=lambda order: order.on):
        first.setdefault(order.customer, order.on)
    begin, half = date(2013, 5, 30), date(2013, 11, 30)
    for rep, score in made["okr"].items():
        bought = [order for (owner, start), own in files.orders.items() if owner == rep and start >= begin for order in own]
        early, late = ({order.customer for order in bought if (order.on < half) is is_early} for is_early in (True, False))
        new = sum(first[customer] >= begin for customer in early | late)
        kept = round(Fraction(len(early & late), len(early)), 4)
        parts = (kept - Fraction(4, 5)) / Fraction(1, 5), Fraction(new, 20)
        assert score.value == pytest.approx(float(sum(min(max(part, Fraction(0)), Fraction(1)) for part in parts) / 2))


def test_appraisals_join_attainment_objectives_and_feedback(made: dict[str, Any], files: Files) -> None:
    appraisals, team = made["appraisals"], sorted({rep for rep, _ in files.quotas} - MANAGERS)
    assert sorted(appraisals) == team
    for rep, appraisal in appraisals.items():
        share = float(files.attained(files.years()[rep, date(2013, 5, 30)]))
        # By hand, of the ready-made scheme: 0 points at a half, 80 at all, 100 at 125 %; a rating is 25 points a step.
        points = 80 * (share - 0.5) / 0.5
        results = (3 * points + 100 * made["okr"][rep].value) / 4
        rated = [25 * (item_mean(made, rep, item) - 1) for item in made["items"]]
        score = (60 * results + 15 * statistics.mean(rated[:2]) + 15 * statistics.mean(rated[2:])) / 90
        assert appraisal.score.value == pytest.approx(score, abs=1e-9)


def item_mean(made: dict[str, Any], rep: str, item: str) -> float:
    """What manager and peers say, 3 to 2: two customers are too few, and oneself counts nothing."""
    said: dict[str, list[int]] = defaultdict(list)
    for rating in made["ratings"]:
        if (rating.subject, rating.item) == (rep, item) and rating.points is not None:
            said[rating.relation].append(rating.points)
    shown = [(3, said["manager"]), (2, said["peer"] if len(said["peer"]) >= 3 else [])]
    means = [(weight, statistics.mean(points)) for weight, points in shown if points]
    return float(sum(weight * mean for weight, mean in means) / sum(weight for weight, _ in means))


def test_heads_are_exact_and_both_cuts_are_marked(made: dict[str, Any]) -> None:
    spread = made["spread"]
    assert dict(spread.heads) == {"A": 3, "B": 10, "C": 1}  # 2.8, 9.8 and 1.4 of 14, by largest remainders
    assert [cut.is_marked for cut in spread.cuts] == [True, True]


def test_rewards_follow_bands_and_points(made: dict[str, Any]) -> None:
    below = {rep for rep, each in made["appraisals"].items() if each.score.value < 60}
    assert below == {"275", "277", "280", "289"}
    assert (made["moved"].scored_band, made["moved"].band, made["moved"].rewards) == ("D", "C", ())
    due = {reward.due for rep in below for reward in made["appraisals"][rep].rewards}
    assert due == {date(2014, 7, 25)}

"""The figures of the page "Find the weak stage, and forecast a quarter", a second time.

They are computed from the rows of the files with numpy and plain Python, by loops over days, and never with the library: what
stands on the page is what the library printed (``docs/pages.py``), so the two are held against each other.
"""

import csv
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from statistics import NormalDist
from typing import Final

import attrs
import numpy as np
import pytest
from numpy.typing import NDArray

from pages import ROOT

Numbers = NDArray[np.float64]

ENGLISH, CHINESE = (ROOT / "docs" / folder / "forecast-a-quarter.md" for folder in ("how-to", "zh/how-to"))
WATCHED, OCTOBER, EXPORTED = date(2017, 3, 1), date(2017, 10, 31), date(2017, 12, 31)
LONGEST: Final = 138
FEWEST: Final = 10
DAYS: Final = [date(2017, 4, 30), date(2017, 5, 31), date(2017, 6, 30), date(2017, 7, 31), date(2017, 8, 31)]


@attrs.frozen(kw_only=True)
class Row:
    """A row of the export, read."""

    region: str
    manager: str
    product: str
    account: str
    stage: str
    engaged: date | None
    closed: date | None
    value: int
    price: int


@attrs.frozen(kw_only=True, eq=False)
class Followed:
    """Deals followed to the end of a day: the age from which each was watched, its last one, and its end (won 1, lost 2)."""

    entry: Numbers
    age: Numbers
    end: Numbers

    def won_within(self, last: int, *, first: int = 0) -> float:
        """The share won up to an age, of the deals that stood beyond the age before the first: day after day, by hand."""
        won, left = 0.0, 1.0
        stood = self.age >= first
        for day in range(first, last + 1):
            at_risk = np.count_nonzero(stood & (self.entry <= day) & (self.age >= day))
            if not at_risk:
                continue
            wins, losses = (np.count_nonzero(stood & (self.age == day) & (self.end == end)) for end in (1, 2))
            won += left * wins / at_risk
            left *= 1 - (wins + losses) / at_risk
        return won

    def at(self, age: int) -> int:
        """How many were seen to stand beyond an age."""
        return int(np.count_nonzero((self.age > age) & (self.entry <= age + 1)))


@pytest.fixture(scope="module")
def rows(data_folder: Callable[[str], Path]) -> list[Row]:
    folder = data_folder("crm_sales_opportunities")

    def read(name: str) -> list[dict[str, str]]:
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def day(text: str) -> date | None:
        return date.fromisoformat(text) if text else None

    agents = {row["sales_agent"]: row for row in read("sales_teams")}
    prices = {row["product"]: int(row["sales_price"]) for row in read("products")}
    found = []
    for row in read("sales_pipeline"):
        product = row["product"].replace("GTXPro", "GTX Pro")
        found.append(
            Row(
                region=agents[row["sales_agent"]]["regional_office"],
                manager=agents[row["sales_agent"]]["manager"],
                product=product,
                account=row["account"],
                stage=row["deal_stage"],
                engaged=day(row["engage_date"]),
                closed=day(row["close_date"]),
                value=int(row["close_value"] or 0),
                price=prices[product],
            )
        )
    return found


@pytest.fixture(scope="module")
def page() -> str:
    return ENGLISH.read_text(encoding="utf-8")


def test_both_pages_show_the_same_numbers() -> None:
    """What the Chinese page prints is held against the English one, and that against the rows."""
    printed = [
        re.findall(r"^```text\n(.*?)^```$", each.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
        for each in (ENGLISH, CHINESE)
    ]
    numbers = [[sorted(re.findall(r"\d[\d,]*(?:\.\d+%?|%)", block)) for block in blocks] for blocks in printed]
    assert numbers[0] == numbers[1]
    assert sum(map(len, numbers[0])) > 100


def followed(rows: Iterable[Row], as_of: date, *, since: date = WATCHED, whole: bool = False) -> Followed:
    """Follow deals; only those engaged since a day where they are to be whole, else the older ones from the age they had."""
    columns = []
    for row in rows:
        if row.engaged is None or row.engaged > as_of or (whole and row.engaged < since):
            continue
        is_over = row.closed is not None and row.closed <= as_of
        last = row.closed if is_over and row.closed is not None else as_of
        if last >= since:
            end = ("Won", "Lost").index(row.stage) + 1 if is_over else 0
            columns.append((max(0, (since - row.engaged).days), (last - row.engaged).days, end))
    entry, age, end_of = np.array(columns, dtype=np.float64).T
    return Followed(entry=entry, age=age, end=end_of)


def quarter_end(day: date) -> date:
    """Return the last day of the quarter that holds the day after."""
    after = day + timedelta(days=1)
    month = 3 * ((after.month - 1) // 3) + 3
    return date(after.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


@attrs.frozen(kw_only=True, eq=False)
class Expected:
    """What a quarter is expected to bring, in dollars, and of what."""

    won: int
    prices: Numbers
    chances: Numbers
    left_out: list[int]
    new_count: float
    new_values: Numbers

    @property
    def of_open(self) -> float:
        return float(np.floor(100 * self.prices * self.chances + 0.5).sum()) / 100

    @property
    def of_new(self) -> float:
        return float(self.new_count * self.new_values.mean())

    @property
    def total(self) -> float:
        return self.won + self.of_open + self.of_new


def expected_of(rows: list[Row], as_of: date, *, whole: bool = False) -> Expected:
    """Forecast the quarter that holds the day after, by hand."""
    last = quarter_end(as_of)
    first = date(last.year, last.month - 2, 1)
    ahead = (last - as_of).days
    history = followed(rows, as_of, whole=whole)
    won = sum(row.value for row in rows if row.stage == "Won" and row.closed is not None and first <= row.closed <= as_of)
    is_open = [
        row for row in rows if row.engaged is not None and row.engaged <= as_of and (row.closed is None or row.closed > as_of)
    ]
    chance_at = {}
    for age in {(as_of - row.engaged).days for row in is_open if row.engaged is not None}:
        if history.at(age) >= FEWEST and history.age.max() >= age + ahead:
            chance_at[age] = history.won_within(age + ahead, first=age + 1)
    pairs = [((as_of - row.engaged).days, row.price) for row in is_open if row.engaged is not None]
    counted = [(price, chance_at[age]) for age, price in pairs if age in chance_at]
    left_out = [price for age, price in pairs if age not in chance_at] + [row.price for row in rows if row.engaged is None]
    created = [row for row in rows if row.engaged is not None and WATCHED <= row.engaged <= as_of]
    young = followed(created, as_of)
    a_day = len(created) / ((as_of - WATCHED).days + 1)
    values = [row.value for row in created if row.stage == "Won" and row.closed is not None and row.closed <= as_of]
    prices, chances = np.array(counted, dtype=np.float64).T
    return Expected(
        won=won,
        prices=prices,
        chances=chances,
        left_out=left_out,
        new_count=a_day * sum(young.won_within(days) for days in range(ahead)),
        new_values=np.array(values, dtype=np.float64),
    )


@pytest.fixture(scope="module")
def october(rows: list[Row]) -> Expected:
    return expected_of(rows, OCTOBER)


def won_in(rows: list[Row], first: date, last: date) -> int:
    return sum(row.value for row in rows if row.stage == "Won" and row.closed is not None and first <= row.closed <= last)


def test_what_the_file_cannot_tell_is_what_the_page_says(rows: list[Row], page: str) -> None:
    assert {row.region for row in rows if row.engaged is None} == {"Central"}
    assert sum(row.engaged is None for row in rows) == 500
    assert {row.stage for row in rows if not row.account} == {"Engaging", "Prospecting"}
    ends = [(row.closed - row.engaged).days for row in rows if row.closed is not None and row.engaged is not None]
    assert max(ends) == LONGEST
    assert min(row.closed for row in rows if row.closed is not None) == WATCHED
    dated = [row for row in rows if row.engaged is not None]
    early = [row for row in dated if row.engaged is not None and row.engaged < WATCHED]
    assert f"{len(early):,}" == "1,185" in page
    later = [row for row in dated if row not in early]
    soon = [row for row in later if row.closed and row.engaged and (row.closed - row.engaged).days <= 14]
    assert len(soon) / len(later) == pytest.approx(2 / 5, abs=0.02)


@pytest.mark.parametrize("name", ["region", "manager", "product"])
def test_each_group_stands_against_the_rest_as_its_rows_say(rows: list[Row], page: str, name: str) -> None:
    dated = [row for row in rows if row.engaged is not None]
    for label in sorted({getattr(row, name) for row in dated}):
        own = [row for row in dated if getattr(row, name) == label]
        rest = [row for row in dated if getattr(row, name) != label]
        share, other = (followed(group, EXPORTED).won_within(LONGEST) for group in (own, rest))
        line = f"{label:18}{len(own):6,}{share:8.1%}{other:10.1%}{100 * (share - other):+8.1f}"
        assert line in page


def test_the_gap_of_west_is_as_unlikely_as_deals_drawn_anew_say(rows: list[Row], page: str) -> None:
    """By the bootstrap: how far the gap of 3.4 points is from 0, in its standard errors (399 draws are right to some 4%)."""
    draw = np.random.default_rng(20171231)
    groups = [[row for row in rows if (row.region == "West") is of_west] for of_west in (True, False)]
    sides = [followed(group, EXPORTED) for group in groups]
    gap = sides[0].won_within(LONGEST) - sides[1].won_within(LONGEST)
    gaps = []
    for _ in range(399):
        shares = []
        for side in sides:
            chosen = draw.integers(0, side.age.size, side.age.size)
            shares.append(_won_share(side.entry[chosen], side.age[chosen], side.end[chosen]))
        gaps.append(shares[0] - shares[1])
    p_value = 2 * NormalDist().cdf(-abs(gap) / float(np.std(gaps)))
    # The smallest of three counts three times, by Holm.
    assert 3 * p_value == pytest.approx(0.0096, rel=0.35)
    assert "p = 0.0096" in page


def _won_share(entry: Numbers, age: Numbers, end: Numbers) -> float:
    """The same share as :meth:`Followed.won_within`, of columns at once."""
    size = int(age.max()) + 2

    def count(days: Numbers) -> NDArray[np.int64]:
        return np.bincount(days.astype(np.int64), minlength=size)

    entered, left = np.cumsum(count(entry)), np.cumsum(count(age))
    at_risk = entered - np.concatenate([[0], left[:-1]])
    wins, losses = count(age[end == 1]), count(age[end == 2])
    risk = np.maximum(at_risk, 1)
    still = np.cumprod(1 - (wins + losses) / risk)
    share: float = (np.concatenate([[1.0], still[:-1]]) * wins / risk)[: LONGEST + 1].sum()
    return share


def test_west_loses_no_more_and_leaves_more_undecided(rows: list[Row], page: str) -> None:
    for region in ("Central", "East", "West"):
        dated = [row for row in rows if row.region == region and row.engaged is not None]
        ends = Counter(row.stage for row in dated)
        old = sum(row.closed is None and row.engaged is not None and (EXPORTED - row.engaged).days > LONGEST for row in dated)
        won, lost, still = ends["Won"], ends["Lost"], ends["Engaging"]
        numbers = (f"{won:,}", lost, f"{won / (won + lost):.1%}", still, f"{still / len(dated):.1%}", old)
        assert re.search(rf"^{region} +" + " +".join(map(str, numbers)) + "$", page, re.MULTILINE)
    central = [row.engaged for row in rows if row.region == "Central" and row.closed is None and row.engaged is not None]
    assert (len(central), min(central), max(central)) == (408, date(2017, 7, 19), date(2017, 8, 15))


def test_stale_deals_are_those_that_stand_longer_than_nine_tenths_of_the_decided_took(rows: list[Row], page: str) -> None:
    known = followed(rows, EXPORTED)
    stays = sorted(known.age[known.end > 0])
    limit = int(stays[math.ceil(0.9 * len(stays)) - 1])
    is_open = known.end == 0
    is_stale = is_open & (known.age > limit)
    watched = known.age - known.entry
    share = float(watched[is_stale].sum() / watched.sum())
    if_lost = attrs.evolve(known, end=np.where(is_stale, 2, known.end))
    longest = int(known.age.max())
    numbers = (f"{is_open.sum():,}", f"{is_stale.sum():,}", str(limit), f"{share:.1%}")
    assert all(number in page for number in numbers)
    assert numbers[1:3] == ("1,437", "104")
    chances = [f"{each.won_within(longest):.1%}" for each in (known, if_lost)]
    assert chances == ["52.9%", "52.8%"]
    assert all(chance in page for chance in chances)
    assert np.count_nonzero(is_open & (known.age > LONGEST)) / is_stale.sum() == pytest.approx(0.9, abs=0.005)


@pytest.mark.parametrize(
    ("as_of", "whole", "points"),
    [(OCTOBER, False, "-8.9"), (EXPORTED, True, "-2.5")],
)
def test_on_other_terms_the_gap_is_another(rows: list[Row], page: str, as_of: date, whole: bool, points: str) -> None:  # noqa: FBT001 - a parameter
    west, rest = (
        followed([row for row in rows if (row.region == "West") is of_west], as_of, whole=whole).won_within(LONGEST)
        for of_west in (True, False)
    )
    assert f"{100 * (west - rest):+.1f}" == points
    assert points in page


def test_the_chance_of_an_age_is_that_of_the_deals_that_stood_as_long(rows: list[Row], page: str) -> None:
    history = followed(rows, OCTOBER)
    for age in (0, 20, 60, 100, 130, 150):
        chance = history.won_within(age + 61, first=age + 1)
        assert re.search(rf"(engaged|已接洽) +{age} (days|天).* {chance:.1%}[ （]", page)


def test_the_forecast_is_the_sum_over_open_deals_and_those_to_come(rows: list[Row], october: Expected, page: str) -> None:
    assert f"{october.won:.2f}" in page
    assert (len(october.prices), len(october.left_out)) == (2547, 557)
    assert f"{sum(october.left_out):,}.00" in page
    assert f"{october.of_open:.2f}" in page
    assert f"{october.of_new:.2f}" in page
    assert f"{won_in(rows, date(2017, 7, 1), date(2017, 9, 30)):,}.00" in page


@pytest.mark.parametrize("as_of", DAYS[::2])
def test_the_backtest_looked_at_what_was_known_on_its_days(rows: list[Row], page: str, as_of: date) -> None:
    last = quarter_end(as_of)
    actual = won_in(rows, date(last.year, last.month - 2, 1), last)
    total = expected_of(rows, as_of).total
    line = re.search(rf"^{as_of} +([\d,]+) +([\d,]+) – +([\d,]+) +([\d,]+) +([+-][\d.]+%)$", page, re.MULTILINE)
    assert line is not None
    expected, low, high = (int(line[place].replace(",", "")) for place in (1, 2, 3))
    assert expected == pytest.approx(total, abs=1)
    assert (line[4], line[5]) == (f"{actual:,}", f"{total / actual - 1:+.1%}")
    assert not low <= actual <= high


@pytest.fixture(scope="module")
def quarters(october: Expected) -> dict[float, Numbers]:
    """Quarters drawn by correlation: 10,000 of each."""
    draw, normal = np.random.default_rng(20171031), NormalDist()
    return {correlation: _drawn(october, correlation, draw, normal) for correlation in (0.0, 0.02)}


def test_how_likely_the_target_is_follows_from_drawing_the_quarter_many_times(
    rows: list[Row], quarters: dict[float, Numbers], page: str
) -> None:
    """Deals depend on one normal factor; the page allows for what is not known of the rates too, which is much less."""
    target = won_in(rows, date(2017, 7, 1), date(2017, 9, 30))
    sentences = [line for line in page.splitlines() if line.startswith(("About ", "达到目标"))]
    assert len(sentences) == len(quarters)
    for sentence, drawn in zip(sentences, quarters.values(), strict=True):
        likely, *_ = (int(share) / 100 for share in re.findall(r"(\d+)%", sentence))
        printed, low, high = (float(amount.replace(",", "")) for amount in re.findall(r"[\d,]+\.\d\d", sentence))
        assert printed == target
        assert likely == pytest.approx(float(np.mean(drawn >= target)), abs=0.04)
        assert (low, high) == pytest.approx(tuple(np.quantile(drawn, [0.1, 0.9])), rel=0.02)
    assert low <= won_in(rows, date(2017, 10, 1), EXPORTED) <= high


def _drawn(expected: Expected, correlation: float, draw: np.random.Generator, normal: NormalDist) -> Numbers:
    """Draw what a quarter brings: in groups of equal deals, given the factor that all share."""
    kinds, counts = np.unique(np.stack([expected.prices, expected.chances]), axis=1, return_counts=True)
    # A deal that may come has a chance of two in a hundred: how strongly the factor moves a chance depends on its size.
    slots = math.ceil(expected.new_count / 0.02)
    totals = []
    for factor in draw.standard_normal(1_000):
        chances = _given(kinds[1], factor, correlation, normal)
        (new,) = _given(np.array([expected.new_count / slots]), factor, correlation, normal)
        for _ in range(10):
            wins = draw.binomial(counts, chances)
            coming = draw.choice(expected.new_values, draw.poisson(slots * new)).sum()
            totals.append(expected.won + wins @ kinds[0] + coming)
    return np.array(totals)


def _given(chances: Numbers, factor: float, correlation: float, normal: NormalDist) -> Numbers:
    """The chances once the common factor is known (Vasicek)."""
    levels = np.array([normal.inv_cdf(min(max(chance, 1e-12), 1 - 1e-12)) for chance in chances])
    moved = (levels + math.sqrt(correlation) * factor) / math.sqrt(1 - correlation)
    return np.array([normal.cdf(each) for each in moved])


def test_learnt_from_whole_deals_alone_it_reads_lower(rows: list[Row], page: str) -> None:
    assert f"{expected_of(rows, OCTOBER, whole=True).total:,.2f} USD" in page


def test_the_end_of_a_quarter_pulls_deals_in(rows: list[Row], page: str) -> None:
    decided = Counter(
        ((row.closed.month - 1) % 3, row.stage) for row in rows if row.closed is not None and row.closed <= OCTOBER
    )
    for month in range(3):
        won, lost = decided[month, "Won"], decided[month, "Lost"]
        assert f"{won + lost:,}" in page
        assert f" {won / (won + lost):.0%}" in page


def test_what_happened_is_what_the_rows_say(rows: list[Row], october: Expected, page: str) -> None:
    actual = won_in(rows, date(2017, 10, 1), EXPORTED)
    target = won_in(rows, date(2017, 7, 1), date(2017, 9, 30))
    assert f"{actual:,}.00 USD" == "2,802,496.00 USD" in page
    assert f"{actual / target - 1:+.1%}" in page
    assert f"{october.total / actual - 1:+.1%}" in page
    late = [row for row in rows if row.stage == "Won" and row.closed is not None and row.closed > OCTOBER]
    new = sum(row.value for row in late if row.engaged is not None and row.engaged > OCTOBER)
    assert f"{new:,}" in page
    assert f"{sum(row.value for row in late) - new:,}" in page
    engaged = [row.engaged for row in rows if row.engaged is not None]
    before, after = (sum(WATCHED <= day <= OCTOBER for day in engaged) / 245, sum(day > OCTOBER for day in engaged) / 61)
    assert f"{before:.1f}" in page
    assert f"{after:.1f}" in page

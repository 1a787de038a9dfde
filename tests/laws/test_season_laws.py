"""Laws of seasons: shares of a year that sum to it, learnt from the years on record, whatever their level and order."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from examples import at_most
from hypothesis import given, settings
from hypothesis import strategies as st

from salesperf import COUNT, STANDARD_METRICS, Amount, Calendar, Period, Profile, Target, testing
from salesperf.allocation import Seasonality, seasonal_indices, split
from salesperf.attainment import ActualTally, Codes, tally_columns

ORDERS = STANDARD_METRICS["orders"]
GRAINS: Mapping[Any, int] = {"half": 2, "quarter": 4, "month": 12}
YEARS = (2024, 2025, 2026)


class History(NamedTuple):
    """What was sold on some days of full years."""

    calendar: Calendar
    grain: Any
    sold: Mapping[date, int]

    def learn(self, **rest: Any) -> Seasonality:  # noqa: ANN401 - arguments of the question
        rest = {"metric": ORDERS, "grain": self.grain, "calendar": self.calendar} | rest
        return seasonal_indices(counted(self.sold.items()), **rest)


def counted(sold: Iterable[tuple[date, int]]) -> ActualTally:
    days, minor = zip(*sold, strict=True)
    nothing = np.zeros(len(days), dtype=np.int64)
    return tally_columns(
        owner=Codes(nothing, ("ada",)),
        metric=Codes(nothing, ("orders",)),
        unit=Codes(nothing, (COUNT,)),
        on=np.array(days, dtype="datetime64[D]"),
        minor=np.array(minor, dtype=np.int64),
    )


@st.composite
def histories(draw: st.DrawFn, numbers: tuple[int, ...] = YEARS) -> History:
    """Draw years with sales on the first and the last day of each part."""
    calendar, grain = draw(testing.calendars()), draw(st.sampled_from(sorted(GRAINS)))
    sold = {}
    for number in numbers:
        for part in Period.year(number, calendar=calendar).split(grain, calendar):
            sold[part.start] = draw(st.integers(0, 10**6))
            sold[part.last] = draw(st.integers(1, 10**6))
    return History(calendar, grain, sold)


priors = st.sampled_from((0, 1, 2.5, Fraction(1, 3)))


@settings(max_examples=at_most(25))
@given(histories(), priors, st.none() | st.integers(2024, 2030))
def test_the_shares_of_a_season_sum_to_one_and_explain_themselves(history: History, prior: Any, year: int | None) -> None:  # noqa: ANN401 - a number
    season = history.learn(prior_years=prior, year=year)
    assert season.years == YEARS
    for shares in ("share", "mean", "flat"):
        assert sum(getattr(part, shares) for part in season.parts) == 1
    testing.assert_breakdowns_hold(season)
    assert len(season.rows()) == len(season.profile.weights) == GRAINS[season.grain]


@settings(max_examples=at_most(25))
@given(histories(), st.lists(st.integers(1, 1000), min_size=3, max_size=3))
def test_how_much_a_year_sold_does_not_matter(history: History, levels: list[int]) -> None:
    years = [Period.year(number, calendar=history.calendar) for number in YEARS]
    grown = {
        on: next(level for year, level in zip(years, levels, strict=True) if on in year) * minor
        for on, minor in history.sold.items()
    }
    ours, theirs = history.learn().parts, history._replace(sold=grown).learn().parts
    assert ours == theirs


@settings(max_examples=at_most(25))
@given(histories((2025,)))
def test_a_year_split_by_its_own_season_is_that_year(history: History) -> None:
    year = Period.year(2025, calendar=history.calendar)
    total = Target(owner=None, metric=ORDERS, amount=Amount(minor=sum(history.sold.values()), unit=COUNT), period=year)
    profile = history.learn(prior_years=0).profile
    for part in split(total, history.grain, profile=profile, calendar=history.calendar).targets:
        assert isinstance(part.amount, Amount)
        assert part.amount.minor == sum(minor for on, minor in history.sold.items() if on in part.period)


@settings(max_examples=at_most(25))
@given(histories(), st.integers(1, 20), st.integers(1, 20))
def test_more_prior_years_draw_a_season_nearer_to_the_workdays(history: History, few: int, more: int) -> None:
    first, second = (history.learn(prior_years=prior) for prior in (few, few + more))
    assert first.prior_share < second.prior_share
    for part, nearer in zip(first.parts, second.parts, strict=True):
        assert abs(nearer.share - nearer.flat) <= abs(part.share - part.flat)
        assert min(part.mean, part.flat) <= part.share <= max(part.mean, part.flat)


@settings(max_examples=at_most(15))
@given(histories(), st.integers(0, 60))
def test_a_season_of_merged_tallies_is_that_of_all_actuals(history: History, cut: int) -> None:
    items = list(history.sold.items())
    parts = [counted(items[each]) for each in (slice(cut % len(items) + 1), slice(cut % len(items) + 1, None)) if items[each]]
    whole = history.learn()
    for ordered in (parts, parts[::-1]):
        merged = sum(ordered, ActualTally.empty())
        found = seasonal_indices(merged, metric=ORDERS, grain=history.grain, calendar=history.calendar)
        assert found == whole


WORKWEEK = Calendar()


class Festival(NamedTuple):
    """Sales a workday of each month, and a day of a festival that moves."""

    by_month: tuple[int, ...]
    a_day: int
    windows: Mapping[int, Period]

    def sold_on(self, on: date) -> int:
        if any(on in window for window in self.windows.values()):
            return self.a_day
        return self.by_month[on.month - 1] if WORKWEEK.is_workday(on) else 0

    def sales_in(self, month: Period) -> int:
        return sum(self.sold_on(day.start) for day in month.split("day"))


@st.composite
def festivals(draw: st.DrawFn) -> Festival:
    """Draw a festival of January and February."""
    windows = {}
    for number in (*YEARS, 2027):
        start = date(number, 1, 15) + timedelta(days=draw(st.integers(0, 30)))
        windows[number] = Period(start, start + timedelta(days=draw(st.integers(1, 14))))
    by_month = draw(st.lists(st.integers(1, 1000), min_size=12, max_size=12))
    return Festival(tuple(by_month), draw(st.integers(0, 5000)), windows)


@settings(max_examples=at_most(15))
@given(festivals(), st.lists(st.integers(1, 50), min_size=3, max_size=3))
def test_a_festival_that_moves_is_found_where_it_falls_in_the_year_planned(festival: Festival, levels: list[int]) -> None:
    history = Period(date(2024, 1, 1), date(2027, 1, 1)).split("day")
    sold = [(day.start, levels[day.start.year - 2024] * festival.sold_on(day.start)) for day in history]
    season = seasonal_indices(
        counted(sold),
        metric=ORDERS,
        grain="month",
        year=2027,
        prior_years=0,
        holidays={"Spring Festival": festival.windows},
    )
    planned = [festival.sales_in(month) for month in Period.year(2027).split("month")]
    assert season.profile == Profile(grain="month", weights=[Fraction(sales, sum(planned)) for sales in planned])
    assert season.years == YEARS
    testing.assert_breakdowns_hold(season)

"""Seasons: worked examples, moving holidays, what is left out and why, plans and attainment by them, and refusals."""

import csv
import math
import pickle
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.stats

from salesperf import (
    CNY,
    COUNT,
    STANDARD_METRICS,
    USD,
    Actual,
    Amount,
    Calendar,
    InvalidInputError,
    InvalidValueError,
    NotAdditiveError,
    Org,
    Period,
    Profile,
    Rep,
    SalesperfError,
    Target,
    Unit,
    UnitMismatchError,
    testing,
)
from salesperf.allocation import Seasonality, SeasonalPart, grid, seasonal_indices, seasonality, split
from salesperf.attainment import ActualTally, TargetBook, attain, tally

ORDERS, REVENUE, WIN_RATE = (STANDARD_METRICS[key] for key in ("orders", "revenue", "win_rate"))


def sold(number: int, on: date, owner: str = "ada", **rest: Any) -> Actual:  # noqa: ANN401 - fields of Actual
    return Actual(owner=owner, metric=ORDERS, amount=Amount.of(number, COUNT), on=on, **rest)


def year_of(number: int, *parts: int, owner: str = "ada", **rest: Any) -> list[Actual]:  # noqa: ANN401 - fields of Actual
    """Sell as much in each part of a year, on its first and its last day."""
    grain: Any = {2: "half", 4: "quarter", 12: "month"}[len(parts)]
    actuals = []
    for part, amount in zip(Period.year(number).split(grain), parts, strict=True):
        actuals += [sold(amount, part.start, owner, **rest), sold(0, part.last, owner, **rest)]
    return actuals


def learn(actuals: Iterable[Actual], grain: Any = "quarter", **rest: Any) -> Seasonality:  # noqa: ANN401 - any grain, arguments
    return seasonal_indices(tally(actuals), **{"metric": ORDERS, "grain": grain, "prior_years": 0, **rest})


def shares(season: Seasonality) -> list[Fraction]:
    return [part.share for part in season.parts]


# Worked examples


def test_the_mean_of_ratios_to_the_year_is_the_average_percentage_method() -> None:
    # Each year is taken to percentages of itself first, so the large year does not outweigh the small one.
    season = learn([*year_of(2024, 10, 20, 30, 40), *year_of(2025, 400, 300, 200, 100)])
    assert shares(season) == [Fraction(1, 4)] * 4
    # Equal parts of a year have an index near 1: the quarters' workdays differ by a few.
    assert [part.index for part in season.parts] == pytest.approx([1, 1, 1, 1], abs=0.03)


def test_few_years_are_drawn_toward_the_workdays() -> None:
    # 2026 has 261 workdays: 64, 65, 66 and 66 by quarter.
    season = learn(year_of(2025, 0, 0, 0, 100), year=2026, prior_years=3)
    assert (season.prior_share, [part.flat for part in season.parts]) == (
        Fraction(3, 4),
        [Fraction(count, 261) for count in (64, 65, 66, 66)],
    )
    assert shares(season)[3] == Fraction(1, 4) + Fraction(3, 4) * Fraction(66, 261)
    assert season.parts[3].index == pytest.approx(float(shares(season)[3] * 261 / 66), rel=1e-15)


def test_without_a_year_the_workdays_are_those_of_the_years_used() -> None:
    season = learn([*year_of(2024, 1, 1), *year_of(2025, 1, 1)], "half")
    # 130 and 132 of 262 in 2024, 129 and 132 of 261 in 2025.
    assert season.parts[0].flat == (Fraction(130, 262) + Fraction(129, 261)) / 2
    assert season.year is None


def test_the_interval_over_years_is_student_s() -> None:
    season = learn([*year_of(2023, 30, 70), *year_of(2024, 40, 60), *year_of(2025, 44, 56)], "half")
    observed = season.parts[0].observed
    # An oracle from outside: scipy.
    expected = scipy.stats.t.interval(0.9, 2, loc=0.38, scale=scipy.stats.sem([0.3, 0.4, 0.44]))
    assert (observed.low, observed.high) == pytest.approx(expected, rel=1e-9)
    assert (observed.n, observed.level, observed.reason) == (3, 0.9, None)


def test_an_interval_ends_where_shares_end_unless_more_came_back_than_was_sold() -> None:
    (first, second) = learn([*year_of(2024, 1, 99), *year_of(2025, 0, 100)], "half").parts
    assert (first.observed.low, second.observed.high) == (0, 1)
    (first, second) = learn([*year_of(2024, -1, 101), *year_of(2025, 0, 100)], "half").parts
    assert first.observed.low is not None
    assert first.observed.low < 0
    assert second.observed.high is not None
    assert second.observed.high > 1


def test_one_year_and_years_alike_give_no_interval_and_say_why() -> None:
    (one, _) = learn(year_of(2025, 1, 3), "half").parts
    assert (one.observed.value, one.observed.low, one.observed.n) == (0.25, None, 1)
    assert one.observed.reason is not None
    assert one.observed.reason.text() == "one year says nothing of how years differ"
    (alike, _) = learn([*year_of(2024, 1, 3), *year_of(2025, 2, 6)], "half").parts
    assert (alike.observed.low, alike.observed.n) == (None, 2)
    assert alike.observed.reason is not None
    assert alike.observed.reason.text("zh") == "各年都一样，无从得知年间差异"


def test_the_resellers_of_adventure_works_have_a_season(data_folder: Callable[[str], Path]) -> None:
    # Orders from 2011-05-31 to 2014-05-01: two full years. Recomputed here from the file, in floats.
    path = data_folder("adventureworks") / "ResellerOrders.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row["SalesPersonID"], date.fromisoformat(row["OrderDate"]), row["SubTotal"]) for row in csv.DictReader(file)]
    cents = Decimal("0.01")
    sales = tally(
        Actual(owner=owner, metric=REVENUE, amount=Amount.of(Decimal(total).quantize(cents), USD), on=on)
        for owner, on, total in rows
    )
    season = seasonal_indices(sales, metric=REVENUE, grain="month", year=2014, prior_years=1)
    assert season.years == (2012, 2013)
    assert {year: reason.text() for year, reason in season.left_out.items()} == {
        2011: "the records begin on 2011-05-31",
        2014: "the records end on 2014-05-01",
    }
    by_month = np.zeros((2, 12))
    for _, on, total in rows:
        if on.year in season.years:
            by_month[on.year - 2012, on.month - 1] += float(total)
    ratios = by_month / by_month.sum(axis=1, keepdims=True)
    workdays = np.array(
        [np.busday_count(f"2014-{month:02d}", np.datetime64(f"2014-{month:02d}") + 1) for month in range(1, 13)]
    )
    # The file has a tenth of a cent, so the sums differ by less than a millionth.
    assert [part.observed.value for part in season.parts] == pytest.approx(ratios.mean(axis=0), abs=1e-6)
    assert [float(share) for share in shares(season)] == pytest.approx(
        2 / 3 * ratios.mean(axis=0) + 1 / 3 * workdays / workdays.sum(), abs=1e-6
    )
    testing.assert_breakdowns_hold(season)


def test_fiscal_quarters_and_retail_months_are_those_of_the_calendar() -> None:
    april = Calendar(fiscal_year_start=4)
    months = dict(zip(range(1, 13), (40, 40, 40, 10, 10, 10, 20, 20, 20, 30, 30, 30), strict=True))
    actuals = [sold(months[day.start.month], day.start) for day in Period(date(2024, 4, 1), date(2026, 4, 1)).split("month")]
    actuals.append(sold(0, date(2026, 3, 31)))
    season = learn(actuals, calendar=april)
    assert season.years == (2025, 2026)
    assert shares(season) == [Fraction(parts, 10) for parts in (1, 2, 3, 4)]
    # By month the profile begins with January all the same.
    assert shares(learn(actuals, "month", calendar=april))[:4] == [Fraction(parts, 300) for parts in (40, 40, 40, 10)]
    retail = Calendar(fiscal_year_start=2, week_start=6, week_pattern="4-5-4")
    weeks = Period.year(2026, calendar=retail).split("week", retail)
    by_week = learn([sold(1, day) for week in weeks for day in (week.start, week.last)], "month", calendar=retail)
    # February has four weeks of 52, March five; January stands first and ends the year.
    assert shares(by_week)[:3] == [Fraction(4, 52), Fraction(4, 52), Fraction(5, 52)]
    assert by_week.years == (2026,)


def test_only_those_asked_about_are_learnt_from() -> None:
    actuals = [
        *year_of(2025, 1, 3, scope={"product": "A"}),
        *year_of(2025, 3, 1, owner="bo"),
        *year_of(2025, 5, 5, owner="cy", scope={"product": "A", "region": "east"}),
    ]
    assert shares(learn(actuals, "half"))[0] == Fraction(9, 18)
    assert shares(learn(actuals, "half", owners=["ada"]))[0] == Fraction(1, 4)
    assert shares(learn(actuals, "half", owners=("ada", "bo", "nobody")))[0] == Fraction(4, 8)
    assert shares(learn(actuals, "half", scope={"product": "A"}))[0] == Fraction(6, 14)
    # One who came in the midst of the year says nothing of it, though the records of others are full.
    late = [*year_of(2025, 1, 3), sold(9, date(2025, 6, 1), "di"), sold(9, date(2025, 12, 31), "di")]
    with pytest.raises(InvalidValueError, match="years left out: 2025"):
        learn(late, "half", owners=["di"])


# Moving holidays


def daily(first: date, last: date, of_day: Callable[[date], int]) -> list[Actual]:
    days = Period(first, last + timedelta(days=1)).split("day")
    return [sold(of_day(day.start), day.start) for day in days]


SPRING_FESTIVALS = {
    # Seven or eight days off, from New Year's Eve or the day after: State Council notices.
    2023: Period.parse("2023-01-21..2023-01-27"),
    2024: Period.parse("2024-02-10..2024-02-17"),
    2025: Period.parse("2025-01-28..2025-02-04"),
    2026: Period.parse("2026-02-15..2026-02-23"),
}


def test_the_spring_festival_is_put_where_it_falls() -> None:
    # A shop that sells 10 on every workday, and 30 on every day of the festival, weekends or not.
    def sales_of(on: date) -> int:
        if any(on in window for window in SPRING_FESTIVALS.values()):
            return 30
        return 10 if Calendar().is_workday(on) else 0

    actuals = daily(date(2023, 1, 1), date(2025, 12, 31), sales_of)
    season = learn(actuals, "month", year=2026, holidays={"春节": SPRING_FESTIVALS})
    year = daily(date(2026, 1, 1), date(2026, 12, 31), sales_of)
    february = sum(each.amount.minor for each in year if each.on.month == 2)
    total = sum(each.amount.minor for each in year)
    # 14 workdays outside the window at 10, and nine days within at 30.
    assert (february, shares(season)[1]) == (14 * 10 + 9 * 30, Fraction(february, total))
    assert shares(season)[0] == Fraction(22 * 10, total)
    # Without its dates the festival is spread over both months, too much of it in January.
    assert shares(learn(actuals, "month", year=2026))[0] > shares(season)[0]
    testing.assert_breakdowns_hold(season)
    assert "春节期间的实际" in season.breakdown.text("zh")
    assert "recorded outside the windows" in season.breakdown.text()


def test_windows_before_and_after_are_windows_of_their_own() -> None:
    before = {year: Period(days.start - timedelta(days=7), days.start) for year, days in SPRING_FESTIVALS.items()}

    def sales_of(on: date) -> int:
        if any(on in window for window in before.values()):
            return 50
        return 0 if any(on in window for window in SPRING_FESTIVALS.values()) else 10

    actuals = daily(date(2023, 1, 1), date(2025, 12, 31), sales_of)
    worked = Calendar(weekend=())
    season = learn(actuals, "month", year=2026, calendar=worked, holidays={"before": before, "off": SPRING_FESTIVALS})
    # 2026: the week before lies in February, 8 to 14; nine days off; 12 other days.
    january, february = 31 * 10, 7 * 50 + 12 * 10
    assert shares(season)[0] / shares(season)[1] == Fraction(january, february)


def test_a_year_whose_months_have_no_day_of_a_kind_is_left_out_and_named() -> None:
    all_of_may = {year: Period.month(year, 5) for year in (2024, 2025, 2026)}
    windows = {**all_of_may, 2025: Period.parse("2025-05-01..2025-05-10"), 2026: Period.parse("2026-05-01..2026-05-10")}
    actuals = daily(date(2024, 1, 1), date(2025, 12, 31), lambda _: 1)
    season = learn(actuals, "month", year=2026, holidays={"fair": windows})
    assert season.years == (2025,)
    assert season.left_out[2024].text() == "no workday of 2024-05 lies outside the windows"
    # Where the year planned has none either, nothing is missing; a window that takes all of May takes its weekends too.
    assert learn(actuals, "month", year=2026, holidays={"fair": all_of_may}).years == (2024, 2025)


def test_a_fiscal_year_may_hold_a_festival_twice_or_never() -> None:
    calendar = Calendar(fiscal_year_start=2, weekend=())
    festivals = {
        2023: date(2023, 1, 22),
        2024: date(2024, 2, 10),
        2025: date(2025, 1, 29),
        2026: date(2026, 2, 17),
        2027: date(2027, 2, 6),
    }
    windows = {year: Period.day(on) for year, on in festivals.items()}

    def sales_of(on: date) -> int:
        return 101 if on in festivals.values() else 1

    # From February 2024 two lie in the fiscal year 2025, none in 2026, and one in 2027, that to be planned.
    actuals = daily(date(2024, 2, 1), date(2026, 1, 31), sales_of)
    season = learn(actuals, "quarter", year=2027, calendar=calendar, holidays={"春节": windows})
    assert season.years == (2025,)
    assert season.left_out[2026].text() == "no day of 春节 lies in the year"
    year = Period.year(2027, calendar=calendar).split("quarter", calendar)
    planned = [sum(each.amount.minor for each in daily(part.start, part.last, sales_of)) for part in year]
    assert shares(season) == [Fraction(part, sum(planned)) for part in planned]


# What is left out


def test_years_that_are_not_full_are_left_out_and_named() -> None:
    actuals = [sold(9, date(2023, 3, 1)), *year_of(2024, 1, 3), sold(7, date(2025, 10, 1))]
    season = learn(actuals, "half")
    assert season.years == (2024,)
    assert {year: reason.text() for year, reason in season.left_out.items()} == {
        2023: "the records begin on 2023-03-01",
        2025: "the records end on 2025-10-01",
    }
    assert season.left_out[2025].text("zh") == "记录至2025年10月1日为止"


@pytest.mark.parametrize(
    ("first", "last", "full"),
    [
        (date(2025, 1, 8), date(2025, 12, 24), True),
        (date(2025, 1, 9), date(2025, 12, 24), False),
        (date(2025, 1, 8), date(2025, 12, 23), False),
    ],
)
def test_a_week_at_either_end_may_be_missing(first: date, last: date, full: bool) -> None:  # noqa: FBT001 - a case
    actuals = [sold(1, first), sold(1, last)]
    if full:
        assert learn(actuals, "half").years == (2025,)
    else:
        with pytest.raises(InvalidValueError, match="years left out: 2025"):
            learn(actuals, "half")


def test_who_knows_which_days_are_on_record_need_not_guess_it_from_the_first_and_the_last_sale() -> None:
    # Nothing was sold in January 2023, nor after October 2025; of June 2024 the records are lost.
    actuals = [sold(9, date(2023, 3, 1)), sold(3, date(2023, 8, 1)), *year_of(2024, 1, 3), sold(7, date(2025, 10, 1))]
    whole = [Period.parse("2023-01-01..2024-05-31"), Period.parse("2024-07-01..2025-12-31")]
    season = learn(actuals, "half", on_record=whole)
    assert season.years == (2023, 2025)
    assert [part.by_year for part in season.parts] == [(Fraction(3, 4), Fraction(0)), (Fraction(1, 4), Fraction(1))]
    assert season.left_out[2024].text() == "not all of it is on record: 2024-06"
    assert season.left_out[2024].text("zh").startswith("记录不全：")
    assert seasonality(tally(actuals), metric=ORDERS, grain="half", prior_years=0, on_record=whole) == season.profile
    with pytest.raises(InvalidValueError, match="years left out: 2023, 2024, 2025"):
        learn(actuals, "half", on_record=[])


def test_years_that_sum_to_nothing_are_left_out_and_named() -> None:
    season = learn([*year_of(2023, 5, -5), *year_of(2024, 1, 1), *year_of(2025, 1, -9)], "half")
    assert season.years == (2024,)
    assert {reason.text() for reason in season.left_out.values()} == {"the sum of the year is not above zero"}
    assert list(season.left_out) == [2023, 2025]


def test_parts_without_a_workday_have_no_index() -> None:
    off = Calendar(holidays=[day.start for day in Period.half(2026, 1).split("day")])
    season = learn(year_of(2025, 1, 3), "half", year=2026, calendar=off)
    assert [part.index for part in season.parts] == [None, 0.75]
    # In a year without any the days count.
    never = Calendar(holidays=[day.start for day in Period.year(2026).split("day")])
    assert learn(year_of(2025, 1, 3), "half", year=2026, calendar=never).parts[0].flat == Fraction(181, 365)


# What a season says of itself


def test_rows_and_text_are_readable() -> None:
    season = learn([*year_of(2024, 30, 70), *year_of(2025, 40, 60)], "half", prior_years=2, year=2026)
    first = season.rows()[0]
    assert first == {
        "grain": "half",
        "number": 1,
        "share": pytest.approx(0.35 / 2 + 129 / 261 / 2, rel=1e-12),
        "flat": pytest.approx(129 / 261, rel=1e-12),
        "index": pytest.approx((0.35 + 129 / 261) / 2 / (129 / 261), rel=1e-12),
        "mean": 0.35,
        "low": pytest.approx(0.35 - 6.313751514675041 * 0.05, rel=1e-9),  # t of one degree of freedom, 5 % in each tail
        "high": pytest.approx(0.35 + 6.313751514675041 * 0.05, rel=1e-9),
        "years": 2,
    }
    assert str(season).splitlines()[0].split() == list(first)
    assert season.breakdown.text().splitlines()[:8] == [
        "the year, in percent: 100 = sum of",
        "  first half: 42.21 = sum of",
        "    from the years on record: 35/2 = product of",
        "      mean of the years, in percent: 35 = quotient of",
        "        sum of the years, in percent: 70 = sum of",
        "          2024, in percent: 30 = quotient of",
        "            recorded: 30",
        "            a hundredth of the year's sum: 1",
    ]
    for grain, word in (("half", "上半年"), ("quarter", "第1季度"), ("month", "1月")):
        assert word in learn(year_of(2025, *[1] * 12), grain).breakdown.text("zh")


def test_a_season_is_a_value() -> None:
    season = learn([*year_of(2024, 30, 70), *year_of(2025, 40, 60)], "half")
    assert pickle.loads(pickle.dumps(season)) == season  # noqa: S301 - our own bytes
    assert hash(season) == hash(learn([*year_of(2025, 40, 60), *year_of(2024, 30, 70)], "half"))


def test_seasonality_is_the_profile_of_the_indices() -> None:
    counted = tally([*year_of(2024, 30, 70), *year_of(2025, 40, 60)])
    season = seasonal_indices(counted, metric=ORDERS, grain="half", prior_years=Decimal("0.5"))
    assert seasonality(counted, metric=ORDERS, grain="half", prior_years=0.5) == season.profile
    assert season.profile.weights == tuple(shares(season))
    # By default a flat year counts as much as one on record.
    assert seasonal_indices(counted, metric=ORDERS, grain="half").prior_share == Fraction(1, 3)
    assert seasonal_indices(counted, metric=ORDERS, grain="half", prior_years=np.int64(2)).prior_share == Fraction(1, 2)  # type: ignore[arg-type] # numpy's too


# Plans and attainment by a season


def season_target(amount: int) -> Target:
    return Target(owner="ada", metric=ORDERS, amount=Amount.of(amount, COUNT), period=Period.year(2026))


def test_a_plan_by_a_season_is_owed_and_paced_by_it() -> None:
    profile = seasonality(tally(year_of(2025, 10, 20, 30, 40)), metric=ORDERS, grain="quarter", prior_years=0)
    quarters = split(season_target(1000), "quarter", profile=profile).targets
    assert [part.amount.minor for part in quarters if isinstance(part.amount, Amount)] == [100, 200, 300, 400]
    book = TargetBook(quarters, Org(reps=[Rep(id="ada")]), Calendar())
    owed = book.owed("ada", ORDERS, Period.year(2026))
    assert owed is not None
    assert (owed.basis, owed.target.amount) == ("finer", Amount.of(1000, COUNT))
    # Half of the year has passed and three tenths are due: just on plan, whichever way the season is told.
    halfway = date(2026, 6, 30)
    done = tally([sold(300, date(2026, 3, 1))])
    for found in (attain(owed, done, as_of=halfway), attain(season_target(1000), done, as_of=halfway, profile=profile)):
        assert (found.planned, found.planned_share, found.pace.value, found.status) == (
            Amount.of(300, COUNT),
            Fraction(3, 10),
            1.0,
            "on_track",
        )
    assert attain(season_target(1000), done, as_of=halfway).status == "behind"


def test_a_team_is_held_against_a_grid_by_a_season() -> None:
    profile = seasonality(tally(year_of(2025, 10, 20, 30, 40)), metric=ORDERS, grain="quarter", prior_years=0)
    company = Target(owner=None, metric=ORDERS, amount=Amount.of(1000, COUNT), period=Period.year(2026))
    plan = grid(company, {"ada": 1, "bo": 3}, "quarter", profile=profile)
    book = TargetBook(plan.targets, Org(reps=[Rep(id="ada"), Rep(id="bo")]), Calendar())
    quarter = book.owed("bo", ORDERS, Period.quarter(2026, 3))
    assert quarter is not None
    assert quarter.target.amount == Amount.of(225, COUNT)
    year = book.owed(None, ORDERS, Period.year(2026))
    assert year is not None
    assert (year.basis, year.target.amount) == ("rolled_up", company.amount)
    found = attain(year, tally([sold(300, date(2026, 3, 1))]), as_of=date(2026, 6, 30))
    assert (found.planned_share, found.status) == (Fraction(3, 10), "on_track")


def test_the_year_to_date_of_a_seasonal_plan_owes_its_months() -> None:
    profile = Profile(grain="month", weights=range(1, 13))
    book = TargetBook(split(season_target(780), "month", profile=profile).targets, Org(reps=[Rep(id="ada")]), Calendar())
    owed = book.owed("ada", ORDERS, Period.to_date(date(2026, 3, 31)))
    assert owed is not None
    assert (owed.basis, owed.target.amount) == ("finer", Amount.of(10 + 20 + 30, COUNT))
    # At the end of February 30 of the 60 were due, though two thirds of the workdays had passed.
    assert attain(owed, tally([sold(30, date(2026, 2, 2))]), as_of=date(2026, 2, 28)).pace.value == 1.0


# Refusals


def assert_refused(kind: type[SalesperfError], code: str, path: tuple[str | int, ...], **rest: Any) -> None:  # noqa: ANN401 - any argument
    counted = rest.pop("counted", tally(year_of(2025, 1, 1)))
    with pytest.raises(kind) as caught:
        seasonal_indices(counted, **{"metric": ORDERS, "grain": "half", **rest})
    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.path) == (code, path)


@pytest.mark.parametrize(
    ("argument", "code", "path"),
    [
        ({"counted": None}, "wrong_type", ("tally",)),
        ({"metric": "orders"}, "wrong_type", ("metric",)),
        ({"grain": "week"}, "choice", ("grain",)),
        ({"grain": ["half"]}, "choice", ("grain",)),
        ({"calendar": 1}, "wrong_type", ("calendar",)),
        ({"year": "2026"}, "wrong_type", ("year",)),
        ({"year": 9999}, "out_of_range", ("year",)),
        ({"year": 0}, "out_of_range", ("year",)),
        ({"owners": "ada"}, "wrong_type", ("owners",)),
        ({"owners": ["ada", 3]}, "wrong_type", ("owners", 1)),
        ({"owners": ["ada", None]}, "wrong_type", ("owners", 1)),
        ({"owners": ["ada", "ada"]}, "not_unique", ("owners", 1)),
        ({"scope": "east"}, "wrong_type", ("scope",)),
        ({"on_record": "2025"}, "wrong_type", ("on_record",)),
        ({"on_record": [Period.year(2025), 2024]}, "wrong_type", ("on_record", 1)),
        ({"prior_years": "1"}, "wrong_type", ("prior_years",)),
        ({"prior_years": -1}, "out_of_range", ("prior_years",)),
        ({"prior_years": 10**7}, "out_of_range", ("prior_years",)),
        ({"prior_years": math.nan}, "not_finite", ("prior_years",)),
        ({"holidays": [1]}, "wrong_type", ("holidays",)),
        ({"holidays": {3: {}}}, "wrong_type", ("holidays",)),
        ({"holidays": {"fair": [2025]}}, "wrong_type", ("holidays", "fair")),
        ({"holidays": {"fair": {"2025": Period.month(2025, 5)}}}, "wrong_type", ("holidays", "fair")),
        ({"holidays": {"fair": {2025: date(2025, 5, 1)}}}, "wrong_type", ("holidays", "fair", 2025)),
        ({"holidays": {"fair": {2025: Period.month(2024, 5)}}}, "season_holiday_elsewhere", ("holidays", "fair", 2025)),
        ({"holidays": {"fair": {2025: Period.month(2025, 5)}}}, "season_year_missing", ("year",)),
        ({"holidays": {"fair": {2026: Period.month(2026, 5)}}, "year": 2026}, "season_holiday_year", ("holidays", "fair")),
        ({"holidays": {"fair": {2025: Period.month(2025, 5)}}, "year": 2026}, "season_holiday_year", ("holidays", "fair")),
    ],
)
def test_what_is_malformed_is_refused_by_its_name(argument: dict[str, Any], code: str, path: tuple[str | int, ...]) -> None:
    assert_refused(InvalidValueError, code, path, **argument)


def test_windows_that_share_a_day_are_refused() -> None:
    windows = {"fair": {2025: Period.month(2025, 5)}, "feast": {2025: Period.parse("2025-05-31..2025-06-02")}}
    assert_refused(InvalidValueError, "period_overlap", ("holidays", "feast", 2025), holidays=windows, year=2025)


def test_all_dates_that_are_missing_are_named_together() -> None:
    counted = tally([*year_of(2024, 1, 1), *year_of(2025, 1, 1)])
    windows = {"feast": {2026: Period.month(2026, 5)}, "fair": {2024: Period.month(2024, 8), 2025: Period.month(2025, 8)}}
    with pytest.raises(InvalidInputError) as caught:
        seasonal_indices(counted, metric=ORDERS, grain="half", year=2026, holidays=windows)
    assert [(fault.path, fault.params["value"]) for fault in caught.value.exceptions if isinstance(fault, SalesperfError)] == [
        (("holidays", "fair"), "2026"),
        (("holidays", "feast"), "2024"),
        (("holidays", "feast"), "2025"),
    ]


def test_a_fiscal_year_needs_the_dates_of_both_calendar_years() -> None:
    april = Calendar(fiscal_year_start=4)
    counted = tally([sold(1, date(2025, 4, 1)), sold(1, date(2026, 3, 31))])
    windows = {"fair": {2026: Period.month(2026, 2), 2027: Period.month(2027, 2)}}
    assert_refused(
        InvalidValueError,
        "season_holiday_year",
        ("holidays", "fair"),
        counted=counted,
        calendar=april,
        year=2027,
        holidays=windows,
    )
    windows["fair"][2025] = Period.month(2025, 2)
    assert seasonal_indices(counted, metric=ORDERS, grain="half", calendar=april, year=2027, holidays=windows).years == (2026,)


def test_a_ratio_has_no_season_of_its_own() -> None:
    assert_refused(NotAdditiveError, "not_additive", ("metric",), metric=WIN_RATE)


def test_sales_in_two_units_are_refused() -> None:
    def revenue(unit: Unit) -> Actual:
        return Actual(owner="ada", metric=REVENUE, amount=Amount.of(1, unit), on=date(2025, 1, 1))

    counted = tally([revenue(CNY), revenue(USD)])
    assert_refused(UnitMismatchError, "unit_mismatch", ("tally",), counted=counted, metric=REVENUE)


def test_records_of_less_than_a_year_teach_nothing() -> None:
    with pytest.raises(InvalidValueError) as caught:
        learn([sold(1, date(2025, 5, 1))])
    assert (caught.value.code, caught.value.path) == ("season_unknown", ("tally",))
    assert "years left out: 2025" in str(caught.value)
    assert_refused(InvalidValueError, "no_history", ("tally",), counted=ActualTally.empty())
    assert_refused(InvalidValueError, "no_history", ("tally",), owners=["nobody"])
    assert_refused(InvalidValueError, "no_history", ("tally",), owners=[])


def test_a_negative_share_makes_no_profile() -> None:
    season = learn([*year_of(2025, 150, -50)], "half")
    testing.assert_breakdowns_hold(season)
    with pytest.raises(InvalidValueError) as caught:
        _ = season.profile
    assert (caught.value.code, caught.value.path) == ("season_negative", ("Seasonality", "parts", 1, "share"))
    # A prior year or two may mend it.
    assert min(learn(year_of(2025, 110, -10), "half", prior_years=1).profile.weights) > 0


def test_a_part_of_no_year_but_the_flat_one_is_flat() -> None:
    part = SeasonalPart(number=1, by_year=(Fraction(0),), flat=Fraction(1, 2), prior_share=Fraction(1))
    assert (part.share, part.index) == (Fraction(1, 2), 1.0)

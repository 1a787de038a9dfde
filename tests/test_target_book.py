"""What is owed: worked examples of tiling, proration, roll-up, seasons and inheritance, and what is refused."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from salesperf import (
    CNY,
    COUNT,
    STANDARD_METRICS,
    USD,
    Actual,
    Amount,
    Calendar,
    FrozenMap,
    Metric,
    Move,
    Org,
    Period,
    Rep,
    SalesperfError,
    Schedule,
    Target,
    Team,
    UnitMismatchError,
    UnknownNameError,
)
from salesperf.attainment import Owed, TargetBook, attain, tally

if TYPE_CHECKING:
    from collections.abc import Callable

VISITS, REVENUE, WIN_RATE = (STANDARD_METRICS[key] for key in ("visits", "revenue", "win_rate"))
EVERYTHING: FrozenMap[str, str] = FrozenMap()
THIRD = Period.quarter(2026, 3)
JULY, AUGUST, SEPTEMBER = THIRD.split("month")  # 23, 21 and 22 workdays
WEEKDAYS = Calendar()
EAST_AND_WEST = (Team(id="east"), Team(id="west"))


def visits(owner: str | None, number: int, period: Period = THIRD, **rest: Any) -> Target:  # noqa: ANN401 - fields of Target
    return Target(owner=owner, metric=VISITS, amount=Amount.of(number, COUNT), period=period, **rest)


def season(owner: str | None, *numbers: int) -> list[Target]:
    """Set targets for the months of the third quarter."""
    return [visits(owner, number, month) for number, month in zip(numbers, THIRD.split("month"), strict=True)]


def owed(book: TargetBook, owner: str | None, period: Period = THIRD, metric: Metric = VISITS) -> Owed:
    found = book.owed(owner, metric, period)
    assert found is not None
    return found


def minor(found: Owed) -> int:
    assert isinstance(found.target.amount, Amount)
    return found.target.amount.minor


def weights(schedule: Schedule | None) -> list[tuple[str, Fraction | int]]:
    assert schedule is not None
    return [(period.label, Fraction(weight)) for period, weight in schedule.parts]


def book_of_mover(targets: list[Target], *moves: tuple[date, str], **service: date) -> TargetBook:
    """Put a rep into the east, and move it."""
    rep = Rep(id="ada", team="east", hired=service.get("hired"), left=service.get("left"))
    org = Org(teams=EAST_AND_WEST, reps=[rep], moves=[Move(rep="ada", on=on, team=team) for on, team in moves])
    return TargetBook(targets, org, WEEKDAYS)


def shares(book: TargetBook, period: Period = THIRD) -> dict[str, list[tuple[str, int]]]:
    return {
        team: [(each.target.period.label, minor(each)) for each in book.owed_by_members(team, VISITS, period)]
        for team in ("east", "west")
    }


# One owner, over time


def test_no_target_says_nothing() -> None:
    book = TargetBook([], Org(teams=EAST_AND_WEST, reps=[Rep(id="ada")]), WEEKDAYS)
    for owner in (None, "east", "ada"):
        assert book.owed(owner, VISITS, THIRD) is None
        assert book.below_total(owner, VISITS, THIRD, EVERYTHING) is None
        assert book.finer_total(owner, VISITS, THIRD, EVERYTHING) is None
    assert book.metrics == ()
    assert book.scopes(VISITS) == ()


def test_a_target_of_other_days_says_nothing() -> None:
    assert TargetBook([visits(None, 9, Period.quarter(2026, 2))], Org(), WEEKDAYS).owed(None, VISITS, THIRD) is None


def test_the_stated_target_is_returned_as_agreed() -> None:
    agreed = visits(None, 100, rationale="as last year", agreed=date(2026, 6, 1), floor=Amount.of(80, COUNT))
    found = owed(TargetBook([agreed, *season(None, 20, 30, 50)], Org(), WEEKDAYS), None)
    assert found.target is agreed
    assert found.basis == "stated"
    assert weights(found.schedule) == [("2026-07", 20), ("2026-08", 30), ("2026-09", 50)]


def test_a_sum_of_months_is_a_new_target_without_floor_or_reason() -> None:
    months = [visits(None, 10, month, rationale="guess", floor=Amount.of(1, COUNT)) for month in THIRD.split("month")]
    found = owed(TargetBook(months, Org(), WEEKDAYS), None)
    assert (found.basis, minor(found), found.target.floor, found.target.rationale) == ("finer", 30, None, "")
    assert found.rows() == [
        {
            "owner": None,
            "metric": "visits",
            "target_period": month.label,
            "period": month.label,
            "amount": 10,
            "unit": "count",
            "prorated": False,
        }
        for month in THIRD.split("month")
    ]


def test_the_longest_tiles_are_taken_and_the_shortest_say_the_season() -> None:
    half = Period.half(2026, 2)
    targets = [visits(None, 100), visits(None, 80, Period.quarter(2026, 4)), *season(None, 20, 30, 50)]
    found = owed(TargetBook(targets, Org(), WEEKDAYS), None, half)
    assert [part.target.period.label for part in found.parts] == ["2026-Q3", "2026-Q4"]
    assert weights(found.schedule) == [("2026-07", 20), ("2026-08", 30), ("2026-09", 50), ("2026-Q4", 80)]


def test_months_that_leave_a_hole_give_what_there_is() -> None:
    found = owed(TargetBook(season(None, 20, 30, 50)[::2], Org(), WEEKDAYS), None)
    # Each of the two counts whole.
    assert (found.basis, found.is_prorated, minor(found)) == ("finer", False, 70)
    assert weights(found.schedule) == [("2026-07", 20), ("2026-08", 0), ("2026-09", 50)]
    assert [gap.period for gap in found.gaps] == [AUGUST]


FOURTH = Period.quarter(2026, 4)
OCTOBER, NOVEMBER, _ = FOURTH.split("month")


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ((), 300),
        (((40, FOURTH),), 340),
        (((40, NOVEMBER),), 340),
        (((66, Period(OCTOBER.start, date(2027, 1, 1))), (40, NOVEMBER)), 366),
    ],
)
@pytest.mark.parametrize("finer", [[], [(50, AUGUST)], [(90, JULY), (100, AUGUST), (100, SEPTEMBER)]])
def test_what_was_agreed_for_a_quarter_stands_whatever_else_was_agreed(
    finer: list[tuple[int, Period]], others: tuple[tuple[int, Period], ...], expected: int
) -> None:
    targets = [visits(None, 300), *(visits(None, number, days) for number, days in (*finer, *others))]
    found = owed(TargetBook(targets, Org(), WEEKDAYS), None, Period.half(2026, 2))
    assert (found.basis, minor(found)) == ("finer" if others else "stated", expected)
    assert not found.is_prorated


def test_a_longer_target_fills_what_whole_ones_leave() -> None:
    # 132 workdays from July to December, and 22 of them in October, 21 in November and 23 in December.
    targets = [visits(None, 132, Period.half(2026, 2)), visits(None, 300), visits(None, 90, JULY), visits(None, 40, NOVEMBER)]
    found = owed(TargetBook(targets, Org(), WEEKDAYS), None, Period(date(2026, 6, 1), date(2026, 12, 25)))
    assert [(part.target.period.label, part.period.label, part.amount.minor) for part in found.parts] == [
        ("2026-Q3", "2026-Q3", 300),
        ("2026-H2", "2026-10", 22),
        ("2026-11", "2026-11", 40),
        ("2026-H2", "2026-12-01..2026-12-24", 18),
    ]
    assert found.basis == "prorated"


def test_a_quarter_that_stands_beside_a_month_keeps_the_season_of_its_months() -> None:
    targets = [visits(None, 300), *season(None, 20, 30, 50), visits(None, 40, OCTOBER)]
    found = owed(TargetBook(targets, Org(), WEEKDAYS), None, Period.half(2026, 2))
    assert weights(found.schedule) == [("2026-07", 60), ("2026-08", 90), ("2026-09", 150), ("2026-10", 40)]


def test_a_longer_target_fills_the_days_that_no_shorter_one_holds() -> None:
    # 66 workdays from July to September: 1 a day. August is set apart at 50.
    found = owed(
        TargetBook([visits(None, 66), visits(None, 50, AUGUST)], Org(), WEEKDAYS), None, Period(JULY.start, date(2026, 9, 15))
    )
    assert [(part.period.label, part.amount.minor) for part in found.parts] == [
        ("2026-07", 23),
        ("2026-08", 50),
        ("2026-09-01..2026-09-14", 10),
    ]


def test_one_target_beyond_both_ends_stays_in_one_piece_where_longer_ones_begin_and_end() -> None:
    longer = [
        visits(None, 9999, Period(date(2026, 1, 1), date(2026, 8, 10))),
        visits(None, 999, Period(date(2026, 8, 20), date(2027, 6, 1))),
    ]
    found = owed(TargetBook([visits(None, 66), *longer], Org(), WEEKDAYS), None, Period(date(2026, 7, 6), date(2026, 9, 1)))
    assert [(part.period.label, part.amount.minor) for part in found.parts] == [("2026-07-06..2026-08-31", 41)]


def test_a_target_without_workdays_is_prorated_by_days() -> None:
    weekend = Period(date(2026, 9, 5), date(2026, 9, 7))
    found = owed(TargetBook([visits(None, 10, weekend)], Org(), WEEKDAYS), None, Period.day(date(2026, 9, 6)))
    assert minor(found) == 5


def test_targets_of_nothing_and_of_less_than_nothing_have_no_season() -> None:
    for numbers in ((0, 0, 0), (20, -5, 50)):
        found = owed(TargetBook(season(None, *numbers), Org(), WEEKDAYS), None)
        assert (minor(found), found.schedule) == (sum(numbers), None)


# Teams


def test_the_season_of_the_members_is_that_of_the_team_and_the_company() -> None:
    # The quarters alone would spread it evenly.
    targets = [visits("ada", 100), *season("ada", 20, 30, 50), visits("bo", 66)]
    org = Org(teams=[Team(id="east")], reps=[Rep(id="ada", team="east"), Rep(id="bo", team="east")])
    book = TargetBook(targets, org, WEEKDAYS)
    for owner in ("east", None):
        found = owed(book, owner)
        assert (found.basis, minor(found)) == ("rolled_up", 166)
        assert weights(found.schedule) == [("2026-07", 43), ("2026-08", 51), ("2026-09", 72)]


def test_a_season_that_sums_to_something_else_is_scaled_to_what_was_agreed() -> None:
    targets = [visits("ada", 200), *season("ada", 20, 30, 50), visits("bo", 66)]
    org = Org(teams=[Team(id="east")], reps=[Rep(id="ada", team="east"), Rep(id="bo", team="east")])
    found = owed(TargetBook(targets, org, WEEKDAYS), "east")
    assert weights(found.schedule) == [("2026-07", 63), ("2026-08", 81), ("2026-09", 122)]


def test_members_without_any_target_are_told() -> None:
    org = Org(
        teams=[Team(id="east"), Team(id="north", parent="east"), Team(id="west")],
        reps=[
            Rep(id="ada", team="east"),
            Rep(id="bo", team="east"),
            Rep(id="cy", team="north"),
            Rep(id="di", team="west"),
            Rep(id="left", team="east", left=date(2026, 1, 1)),
        ],
    )
    book = TargetBook([visits("ada", 10), visits("west", 5)], org, WEEKDAYS)
    assert owed(book, "east").without_target == ("bo", "cy")
    # Whoever serves under a team that has its own target is not without.
    assert owed(book, None).without_target == ("bo", "cy")


def test_one_who_moves_owes_each_team_its_share_of_workdays() -> None:
    book = book_of_mover([visits("ada", 66)], (date(2026, 8, 3), "west"))
    assert shares(book) == {"east": [("2026-07-01..2026-08-02", 23)], "west": [("2026-08-03..2026-09-30", 43)]}
    east, west = owed(book, "east"), owed(book, "west")
    assert (minor(east), minor(west)) == (23, 43)
    assert weights(east.schedule) == [("2026-07-01..2026-08-02", 23), ("2026-08-03..2026-09-30", 0)]
    assert east.is_prorated
    assert not owed(book, "ada").is_prorated


def test_one_who_comes_back_owes_for_each_time() -> None:
    book = book_of_mover([visits("ada", 66)], (date(2026, 8, 1), "west"), (date(2026, 9, 1), "east"))
    assert shares(book) == {"east": [("2026-07", 23), ("2026-09", 22)], "west": [("2026-08", 21)]}


def test_months_count_where_they_were_served_and_the_season_with_them() -> None:
    book = book_of_mover([visits("ada", 100), *season("ada", 20, 30, 50)], (date(2026, 8, 1), "west"))
    # The quarter is divided by workdays; how each share is spread, the months say.
    assert shares(book) == {"east": [("2026-07", 35)], "west": [("2026-08-01..2026-09-30", 65)]}
    (west,) = book.owed_by_members("west", VISITS, THIRD)
    assert weights(west.schedule) == [("2026-08", 30), ("2026-09", 50)]
    months_only = book_of_mover(season("ada", 20, 30, 50), (date(2026, 8, 1), "west"))
    assert shares(months_only) == {"east": [("2026-07", 20)], "west": [("2026-08-01..2026-09-30", 80)]}


def test_a_target_whose_workdays_all_lie_in_one_team_leaves_the_weekend_to_the_other() -> None:
    # The first workday of August is Monday, the 3rd.
    book = book_of_mover(season("ada", 20, 20, 20), (date(2026, 8, 3), "west"))
    assert shares(book) == {"east": [("2026-07-01..2026-08-02", 20)], "west": [("2026-08-03..2026-09-30", 40)]}
    sold = tally([Actual(owner="ada", metric=VISITS, amount=Amount.of(7, COUNT), on=date(2026, 8, 1))])
    for team, done in (("east", 7), ("west", 0)):
        (line,) = book.owed_by_members(team, VISITS, THIRD)
        assert (line.basis, line.is_prorated) == ("finer", False)
        for each in (line, owed(book, team)):
            assert attain(each, sold, as_of=SEPTEMBER.last, org=book.org).actual == Amount.of(done, COUNT)


def test_days_before_and_after_service_count_toward_the_nearest_team() -> None:
    book = book_of_mover(season("ada", 20, 30, 50), (date(2026, 8, 10), "west"), hired=date(2026, 8, 3), left=date(2026, 8, 17))
    # July falls to the first team, September to the last, and August to both by their five workdays each.
    assert shares(book) == {"east": [("2026-07-01..2026-08-09", 35)], "west": [("2026-08-10..2026-09-30", 65)]}


def test_a_period_out_of_service_counts_toward_the_nearest_team() -> None:
    before = book_of_mover([visits("ada", 10)], (date(2026, 11, 2), "west"), hired=date(2026, 10, 1))
    assert shares(before) == {"east": [("2026-Q3", 10)], "west": []}
    after = book_of_mover([visits("ada", 10)], (date(2026, 6, 1), "west"), left=date(2026, 6, 30))
    assert shares(after) == {"east": [], "west": [("2026-Q3", 10)]}


def test_a_target_for_a_weekend_is_shared_by_days() -> None:
    weekend = Period(date(2026, 9, 5), date(2026, 9, 7))
    book = book_of_mover([visits("ada", 10, weekend)], (date(2026, 9, 6), "west"))
    assert shares(book) == {"east": [("2026-09-05", 5)], "west": [("2026-09-06", 5)]}


def test_a_target_for_days_in_one_team_alone_leaves_the_other_nothing() -> None:
    book = book_of_mover([visits("ada", 20, JULY)], (date(2026, 8, 3), "west"))
    assert shares(book) == {"east": [("2026-07", 20)], "west": []}
    assert book.owed_by_members("east", VISITS, THIRD)[0].asked.label == "2026-07-01..2026-08-02"
    assert book.owed("west", VISITS, THIRD) is None


def test_one_who_moves_and_owes_nothing_owes_no_team() -> None:
    assert shares(book_of_mover([], (date(2026, 8, 3), "west"))) == {"east": [], "west": []}


# What is no flow


def test_a_ratio_comes_from_a_longer_period_then_from_the_team_above_then_from_the_company() -> None:
    org = Org(
        teams=[Team(id="east"), Team(id="north", parent="east")],
        reps=[Rep(id="ada", team="north"), Rep(id="bo", left=date(2026, 8, 1), team="north")],
    )
    company = Target(owner=None, metric=WIN_RATE, amount=Decimal("0.3"), period=Period.year(2026))
    east = Target(owner="east", metric=WIN_RATE, amount=Decimal("0.4"), period=Period.year(2026), parent=company.key)
    book = TargetBook([company, east], org, WEEKDAYS)
    for owner in ("east", "north", "ada", "bo"):
        found = owed(book, owner, metric=WIN_RATE)
        assert (found.target.owner, found.target.amount, found.target.period) == (owner, Decimal("0.4"), THIRD)
        assert (found.basis, found.target.parent, found.parts) == ("inherited", None, ())
    assert owed(book, None, Period.year(2026), WIN_RATE).target is company
    assert book.owed(None, WIN_RATE, Period(date(2025, 12, 1), date(2026, 2, 1))) is None
    assert TargetBook([], org, WEEKDAYS).owed("ada", WIN_RATE, THIRD) is None
    assert book.below_total("east", WIN_RATE, THIRD, EVERYTHING) is None
    assert book.finer_total("east", WIN_RATE, THIRD, EVERYTHING) is None


def test_of_two_longer_periods_the_shorter_one_counts() -> None:
    year = Target(owner=None, metric=WIN_RATE, amount=Decimal("0.3"), period=Period.year(2026))
    half = Target(owner=None, metric=WIN_RATE, amount=Decimal("0.5"), period=Period.half(2026, 2))
    assert owed(TargetBook([year, half], Org(), WEEKDAYS), None, metric=WIN_RATE).target.amount == Decimal("0.5")


def test_what_is_no_flow_is_owed_in_full_for_each_time_in_a_team() -> None:
    teams = [
        Target(owner=team, metric=WIN_RATE, amount=Decimal(rate), period=Period.year(2026))
        for team, rate in (("east", "0.3"), ("west", "0.4"))
    ]
    book = book_of_mover(teams, (date(2026, 8, 3), "west"))
    for team, rate in (("east", "0.3"), ("west", "0.4")):
        (found,) = book.owed_by_members(team, WIN_RATE, THIRD)
        assert (found.target.owner, found.target.amount) == ("ada", Decimal(rate))


# Scopes, metrics, units


def test_each_scope_is_owed_apart() -> None:
    narrow = visits(None, 7, scope={"product": "A"})
    revenue = Target(owner=None, metric=REVENUE, amount=Amount.of(1, CNY), period=THIRD)
    book = TargetBook([narrow, visits(None, 100), revenue], Org(), WEEKDAYS)
    assert minor(owed(book, None)) == 100
    found = book.owed(None, VISITS, THIRD, narrow.scope)
    assert found is not None
    assert found.target is narrow
    assert book.scopes(VISITS) == (EVERYTHING, narrow.scope)
    assert [metric.key for metric in book.metrics] == ["revenue", "visits"]
    assert book.targets_of(None, VISITS, narrow.scope) == (narrow,)


def test_teams_that_owe_in_different_currencies_owe_no_sum() -> None:
    targets = [
        Target(owner=team, metric=REVENUE, amount=Amount.of(5, unit), period=THIRD)
        for team, unit in (("east", CNY), ("west", USD))
    ]
    book = TargetBook(targets, Org(teams=EAST_AND_WEST), WEEKDAYS)
    assert owed(book, "west", metric=REVENUE).target.amount == Amount.of(5, USD)
    with pytest.raises(UnitMismatchError) as caught:
        book.owed(None, REVENUE, THIRD)
    assert (caught.value.code, caught.value.path) == ("unit_mismatch", ("targets", "revenue", "west"))
    assert dict(caught.value.params) == {"left": "'CNY'", "right": "'USD'"}


def test_targets_of_the_company_in_different_currencies_owe_no_sum() -> None:
    targets = [
        Target(owner=None, metric=REVENUE, amount=Amount.of(5, unit), period=month)
        for month, unit in zip(THIRD.split("month"), (CNY, CNY, USD), strict=True)
    ]
    with pytest.raises(UnitMismatchError) as caught:
        TargetBook(targets, Org(), WEEKDAYS).owed(None, REVENUE, THIRD)
    assert caught.value.path == ("targets", "revenue")


def test_an_unknown_owner_is_refused() -> None:
    with pytest.raises(UnknownNameError) as caught:
        TargetBook([], Org(), WEEKDAYS).owed("nobody", VISITS, THIRD)
    assert (caught.value.code, caught.value.path) == ("unknown_owner", ("owner",))


def test_a_book_refuses_what_it_cannot_hold() -> None:
    nothing: Any = None
    calls: list[tuple[str, tuple[str | int, ...], Callable[[], object]]] = [
        ("wrong_type", ("targets",), lambda: TargetBook(nothing, Org(), WEEKDAYS)),
        ("wrong_type", ("targets", 0), lambda: TargetBook([nothing], Org(), WEEKDAYS)),
        ("wrong_type", ("org",), lambda: TargetBook([], nothing, WEEKDAYS)),
        ("wrong_type", ("calendar",), lambda: TargetBook([], Org(), nothing)),
        ("duplicate_target", ("targets", 1), lambda: TargetBook([visits(None, 1), visits(None, 2)], Org(), WEEKDAYS)),
        ("wrong_type", ("metric",), lambda: TargetBook([], Org(), WEEKDAYS).targets_of(None, nothing)),
        ("wrong_type", ("metric",), lambda: TargetBook([], Org(), WEEKDAYS).owed_by_members(None, nothing, THIRD)),
        ("wrong_type", ("period",), lambda: TargetBook([], Org(), WEEKDAYS).owed_by_members(None, VISITS, nothing)),
        ("unknown_owner", ("team",), lambda: TargetBook([], Org(), WEEKDAYS).owed_by_members("nobody", VISITS, THIRD)),
    ]
    for code, path, call in calls:
        with pytest.raises(SalesperfError) as caught:
            call()
        assert (caught.value.code, caught.value.path) == (code, path)


def test_a_scope_may_be_any_mapping() -> None:
    book = TargetBook([visits(None, 7, scope={"product": "A"})], Org(), WEEKDAYS)
    found = book.owed(None, VISITS, THIRD, {"product": "A"})
    assert found is not None
    assert minor(found) == 7
    assert book.targets_of(None, VISITS, {"product": "A"}) == (found.target,)
    assert book.owed_by_members(None, VISITS, THIRD, {"product": "A"}) == ()


def test_who_does_not_serve_in_a_period_inherits_no_ratio_for_it() -> None:
    rate = STANDARD_METRICS["win_rate"]
    reps = [Rep(id="ada"), Rep(id="bo", hired=date(2026, 2, 2)), Rep(id="cy", left=date(2025, 6, 1))]
    january = Period.month(2026, 1)
    company = Target(owner=None, metric=rate, amount=Decimal("0.3"), period=Period.year(2026))
    own = Target(owner="cy", metric=rate, amount=Decimal("0.2"), period=Period.year(2026))
    book = TargetBook([company], Org(reps=reps), Calendar())
    assert [owed.target.owner for owed in book.owed_by_members(None, rate, january)] == ["ada"]
    assert [owed.target.owner for owed in book.owed_by_members(None, rate, Period.month(2026, 2))] == ["ada", "bo"]
    stated = TargetBook([company, own], Org(reps=reps), Calendar())
    assert [owed.target.owner for owed in stated.owed_by_members(None, rate, january)] == ["ada", "cy"]

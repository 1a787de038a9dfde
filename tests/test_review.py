"""The review: what it puts side by side, what it notices in the data, and what it refuses."""

import copy
import pickle
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import attrs
import numpy as np
import pytest
from scipy import stats

from salesperf import (
    CNY,
    COUNT,
    STANDARD_METRICS,
    STANDARD_PROCESSES,
    USD,
    Actual,
    Amount,
    Band,
    Calendar,
    Change,
    Finding,
    FrozenMap,
    InvalidValueError,
    Message,
    Metric,
    Move,
    Opportunity,
    Org,
    Period,
    Records,
    Rep,
    SalesperfError,
    Target,
    Team,
    Unit,
    UnitMismatchError,
    UnknownNameError,
    __version__,
)
from salesperf.attainment import Gap
from salesperf.model.finding import SEVERITIES
from salesperf.report import markdown
from salesperf.review import NOTES, Member, MetricSection, Review, build

VISITS, REVENUE, ORDERS, LEADS = (STANDARD_METRICS[key] for key in ("visits", "revenue", "orders", "leads"))
SPEND, HEADCOUNT, WIN_RATE = (STANDARD_METRICS[key] for key in ("acquisition_spend", "headcount", "win_rate"))
WON, CLOSED = STANDARD_METRICS["won_deals"], STANDARD_METRICS["closed_deals"]
THIRD = Period.quarter(2026, 3)
JULY, AUGUST, SEPTEMBER = THIRD.split("month")  # 23, 21 and 22 workdays
HALFWAY = date(2026, 8, 14)  # 33 of 66 workdays
AFTER = date(2026, 10, 5)
EVERYTHING: FrozenMap[str, str] = FrozenMap()
EAST_AND_WEST = (Team(id="east"), Team(id="west"))


def visits(owner: str | None, number: int, period: Period = THIRD, metric: Metric = VISITS, **rest: Any) -> Target:  # noqa: ANN401 - fields of Target
    return Target(owner=owner, metric=metric, amount=Amount.of(number, COUNT), period=period, **rest)


def done(owner: str, number: int, on: date, metric: Metric = VISITS, unit: Unit = COUNT, **scope: str) -> Actual:
    return Actual(owner=owner, metric=metric, amount=Amount.of(number, unit), on=on, scope=scope)


def every_day(owner: str, number: int, period: Period = THIRD, metric: Metric = VISITS) -> list[Actual]:
    """Do a little more and a little less than a number on each workday."""
    days = [day.start for day in period.split("day") if Calendar().is_workday(day.start)]
    return [done(owner, number + (-1) ** place, on, metric) for place, on in enumerate(days)]


def company(
    targets: Iterable[Target] = (),
    actuals: Iterable[Actual] = (),
    reps: Iterable[Rep] = (Rep(id="ada", team="east"), Rep(id="bo", team="west")),
    teams: Iterable[Team] = EAST_AND_WEST,
    moves: Iterable[Move] = (),
    **rest: Any,  # noqa: ANN401 - fields of Records
) -> Records:
    org = Org(teams=list(teams), reps=list(reps), moves=list(moves))
    return Records(org=org, targets=list(targets), actuals=list(actuals), **rest)


def review_of(records: Records, owner: str | None = None, period: Period = THIRD, as_of: date = HALFWAY) -> Review:
    return build(records, owner=owner, period=period, as_of=as_of)


def only(review: Review) -> MetricSection:
    (section,) = review.metrics
    return section


def minor(value: object) -> int:
    assert isinstance(value, Amount)
    return value.minor


def members(review: Review) -> list[tuple[int, str, int, int]]:
    """Return level, owner, owed and done of each member."""
    return [
        (each.level, each.owner, minor(each.attainment.target.amount), minor(each.attainment.actual))
        for each in only(review).members
    ]


def notes(review: Review) -> dict[str, tuple[str, ...]]:
    return {each.owner: each.notes for each in only(review).members if not each.is_team}


def told(review: Review, rule: str) -> list[tuple[str | None, str]]:
    """Return record and English text of the findings of a rule."""
    return [(finding.record, finding.text()) for finding in review.findings if finding.rule == rule]


# What stands in it


def test_a_review_holds_the_company_its_teams_and_its_reps_against_what_they_owe() -> None:
    targets = [visits("ada", 60), visits("bo", 40)]
    actuals = [*every_day("ada", 1, JULY), *every_day("bo", 2, JULY), done("bo", 999, date(2026, 8, 15))]
    review = review_of(company(targets, actuals))
    section = only(review)
    assert review.version == __version__
    assert (section.owner, section.metric, section.owed.basis) == (None, VISITS, "rolled_up")
    assert (section.attainment.target.amount, section.attainment.actual) == (Amount.of(100, COUNT), Amount.of(71, COUNT))
    # What is sold the day after the review is not known yet.
    assert members(review) == [(0, "east", 60, 24), (1, "ada", 60, 24), (0, "west", 40, 47), (1, "bo", 40, 47)]
    assert [(each.attainment.target.period.label, minor(each.attainment.target.amount)) for each in section.trend] == [
        ("2026-07", 35),
        ("2026-08", 32),
    ]
    assert section.best_teams is not None
    assert (section.best_teams.best.target.owner, section.best_teams.weakest.target.owner) == ("west", "east")
    assert section.best_reps is not None
    assert (section.best_reps.best.target.owner, section.best_reps.weakest.target.owner) == ("bo", "ada")
    assert section.best_reps.compared == 2
    assert review.is_partial
    assert (review.data.reps, review.data.teams, review.data.targets, review.data.entries) == (2, 2, 2, 46)
    assert (review.data.first_day, review.data.last_day) == (JULY.start, JULY.last)


def test_a_review_of_a_team_is_about_the_team_and_those_below() -> None:
    teams = (*EAST_AND_WEST, Team(id="north", parent="east"))
    reps = (Rep(id="ada", team="east"), Rep(id="bo", team="west"), Rep(id="cy", team="north"))
    records = company(
        [visits("ada", 10), visits("bo", 20), visits("cy", 40)],
        [done("ada", 1, JULY.start), done("bo", 2, JULY.start), done("cy", 4, JULY.start)],
        reps,
        teams,
    )
    review = review_of(records, "east")
    assert members(review) == [(0, "north", 40, 4), (1, "cy", 40, 4), (0, "ada", 10, 1)]
    assert (review.data.reps, review.data.teams, review.data.targets, review.data.entries) == (2, 2, 2, 2)


def test_a_review_of_a_rep_has_no_members() -> None:
    review = review_of(
        company([visits("ada", 10), visits("bo", 9)], [done("ada", 1, JULY.start), done("bo", 1, JULY.start)]), "ada"
    )
    section = only(review)
    assert (section.members, section.best_teams, section.best_reps) == ((), None, None)
    assert minor(section.attainment.actual) == 1
    assert (review.data.reps, review.data.teams, review.data.targets, review.data.entries) == (1, 0, 1, 1)


def test_one_who_moves_stands_in_each_team_with_its_days_and_the_lines_add_up() -> None:
    records = company(
        [visits("ada", 66)],
        [done("ada", 5, JULY.start), done("ada", 7, date(2026, 8, 3)), done("ada", 11, SEPTEMBER.start)],
        [Rep(id="ada", team="east", hired=date(2026, 7, 6))],
        moves=[Move(rep="ada", on=date(2026, 8, 3), team="west")],
    )
    review = review_of(records, as_of=AFTER)
    # 20 workdays in the east and 43 in the west; what was sold before the day of hire is the company's.
    assert members(review) == [(0, "east", 21, 0), (1, "ada", 21, 0), (0, "west", 45, 18), (1, "ada", 45, 18)]
    assert minor(only(review).attainment.actual) == 23
    assert notes(review) == {"ada": ("joined", "moved")}
    assert only(review).best_reps is None


def test_one_who_comes_back_stands_there_twice_and_is_told_once() -> None:
    records = company(
        [visits("ada", 66)],
        [done("ada", 1, date(2026, 8, 3))],
        [Rep(id="ada", team="east")],
        moves=[Move(rep="ada", on=AUGUST.start, team="west"), Move(rep="ada", on=SEPTEMBER.start, team="east")],
    )
    review = review_of(records, as_of=AFTER)
    assert members(review) == [(0, "east", 45, 0), (1, "ada", 23, 0), (1, "ada", 22, 0), (0, "west", 21, 1), (1, "ada", 21, 1)]
    assert told(review, "no_entries_of") == []
    assert told(review, "empty_months") == [
        ("ada", "ada: no entry of Visits in 2026-07, 2026-09. Nothing sold, or nothing entered?")
    ]


def test_notes_say_what_to_know_before_comparing() -> None:
    reps = [
        Rep(id="joined", hired=date(2026, 7, 6), ramp=(Decimal("0.5"),)),
        Rep(id="here all the time", hired=THIRD.start),
        Rep(id="left", left=date(2026, 8, 3)),
        Rep(id="left at the end", left=THIRD.end),
        Rep(id="ramping", hired=date(2026, 5, 4), ramp=(Decimal("0.2"), Decimal("0.5"), Decimal("0.8"))),
        Rep(id="ramped", hired=date(2026, 4, 6), ramp=(Decimal("0.2"), Decimal("0.5"), Decimal("0.8"))),
        Rep(id="absent", absences=[Period(JULY.start, date(2026, 7, 3))]),
        Rep(id="dealer", kind="dealer"),
        Rep(id="agent", kind="agent"),
        Rep(id="house", kind="house"),
    ]
    targets = [visits(rep.id, 1, THIRD if rep.id != "ramped" else Period.half(2026, 2)) for rep in reps]
    review = review_of(company(targets, reps=reps, teams=()), as_of=AFTER)
    found = notes(review)
    assert found == {
        "joined": ("joined", "ramping"),
        "here all the time": (),
        "left": ("left",),
        "left at the end": (),
        "ramping": ("ramping",),
        "ramped": ("prorated",),
        "absent": ("absent",),
        "dealer": ("dealer",),
        "agent": ("agent",),
        "house": ("house",),
    }
    assert {note for each in found.values() for note in each} <= set(NOTES)


def test_a_review_of_a_rep_tells_what_to_know_of_it_first() -> None:
    reps = [Rep(id="ada", hired=date(2026, 7, 6), kind="agent")]
    records = company([visits("ada", 9)], reps=reps, teams=())
    assert (review_of(records, "ada").notes, review_of(records).notes) == (("joined", "agent"), ())


def test_metrics_stand_in_their_usual_order_and_one_s_own_last() -> None:
    own = Metric("a demo", "count", "flow", "higher", "Demos")
    revenue = Target(owner=None, metric=REVENUE, amount=Amount.of(5, CNY), period=THIRD)
    records = company([visits(None, 5, metric=own), visits(None, 5), visits(None, 5, scope={"product": "A"}), revenue])
    assert [(each.metric.key, each.title.text()) for each in review_of(records).metrics] == [
        ("revenue", "Revenue"),
        ("visits", "Visits"),
        ("visits", "Visits (product = A)"),
        ("a demo", "Demos"),
    ]


def test_what_only_some_owe_is_held_against_those_alone() -> None:
    # The west owes nothing of product A: its sales of it must not fill the east's target.
    records = company(
        [visits("ada", 10, scope={"product": "A"}), visits("ada", 10), visits("bo", 10)],
        [done("ada", 2, JULY.start, product="A"), done("bo", 90, JULY.start, product="A")],
    )
    sections = review_of(records).metrics
    assert [(each.owner, each.scope, minor(each.attainment.actual)) for each in sections] == [
        (None, EVERYTHING, 92),
        ("east", FrozenMap({"product": "A"}), 2),
    ]
    # The same where a whole team has no target at all.
    nothing_west = review_of(company([visits("ada", 10)], [done("ada", 2, JULY.start), done("bo", 90, JULY.start)]))
    assert [(each.owner, minor(each.attainment.actual)) for each in nothing_west.metrics] == [("east", 2)]


def test_who_changed_team_stands_alone_once() -> None:
    reps = [Rep(id="ada", team="east"), Rep(id="bo", team="east"), Rep(id="cy", team="west")]
    records = company(
        [visits("ada", 66, scope={"product": "A"})], reps=reps, moves=[Move(rep="ada", on=date(2026, 8, 3), team="west")]
    )
    assert [each.owner for each in review_of(records, as_of=AFTER).metrics] == ["ada"]


@pytest.mark.parametrize(
    ("period", "labels"),
    [
        (Period.year(2026), ["2026-Q1", "2026-Q2", "2026-Q3"]),
        (Period.half(2026, 2), ["2026-07", "2026-08"]),
        (THIRD, ["2026-07", "2026-08"]),
        (AUGUST, ["2026-08-01..2026-08-02", "2026-W32", "2026-W33"]),
        (Period.week(2026, 33), []),
        (Period.day(HALFWAY), []),
        (Period(date(2026, 6, 20), date(2026, 8, 20)), ["2026-06-20..2026-06-30", "2026-07", "2026-08-01..2026-08-19"]),
        (Period(date(2026, 8, 3), date(2026, 8, 20)), []),
    ],
    ids=["year", "half", "quarter", "month", "week", "day", "odd days", "odd days of a month"],
)
def test_the_trend_goes_by_the_next_finer_parts_that_have_begun(period: Period, labels: list[str]) -> None:
    records = company([visits(None, 365, Period.year(2026))], [done("ada", 1, HALFWAY)])
    section = only(review_of(records, period=period))
    assert [each.attainment.target.period.label for each in section.trend] == labels
    assert all(each.owed.is_prorated for each in section.trend)


def test_what_is_recorded_and_not_owed_is_listed() -> None:
    actuals = [
        done("ada", 5, JULY.start, LEADS),
        done("bo", 7, JULY.start, LEADS, product="A"),
        done("bo", 9, AFTER, ORDERS),
        done("ada", 3, JULY.start, HEADCOUNT),
        done("ada", 20, JULY.start, REVENUE, CNY),
        done("ada", 30, JULY.start, REVENUE, USD),
        done("ada", 1, JULY.start, CLOSED),
    ]
    rate = Target(owner=None, metric=WIN_RATE, amount=Decimal("0.3"), period=THIRD)
    records = company([visits(None, 5), rate], [*actuals, done("ada", 1, JULY.start)])
    found = [(each.metric, each.title.text(), str(each.amount), each.entries) for each in review_of(records).recorded]
    # Visits are owed, closed deals are a part of what is owed, orders come later, and heads do not add up over time.
    assert found == [
        ("revenue", "Revenue", "20.00 CNY", 1),
        ("revenue", "Revenue", "30.00 USD", 1),
        ("leads", "Leads", "12", 2),
    ]


def test_ended_targets_that_were_missed_are_listed_with_the_largest_gap_first() -> None:
    limit = Target(owner=None, metric=SPEND, amount=Amount.of(10, CNY), period=JULY)
    targets = [
        visits("ada", 10, JULY),
        visits("bo", 99, JULY),
        visits("ada", 3, AUGUST),
        visits(None, 2, JULY),
        visits("ada", 500, Period.half(2026, 2)),
        limit,
    ]
    actuals = [done("ada", 4, JULY.start), done("ada", 11, JULY.start, SPEND, CNY)]
    review = review_of(company(targets, actuals), as_of=date(2026, 8, 30))
    assert [(each.target.owner, each.target.metric.key, minor(each.gap)) for each in review.unmet] == [
        ("bo", "visits", -99),
        ("ada", "visits", -6),
        (None, "acquisition_spend", 100),
    ]


def test_teams_in_different_currencies_are_reviewed_apart_and_not_together() -> None:
    targets = [
        Target(owner=rep, metric=REVENUE, amount=Amount.of(10, unit), period=THIRD) for rep, unit in (("ada", CNY), ("bo", USD))
    ]
    sales = [done(rep, 5, JULY.start, REVENUE, unit) for rep, unit in (("ada", CNY), ("bo", USD))]
    orders = [done(rep, 1, JULY.start, ORDERS) for rep in ("ada", "bo")]
    ratio = [Target(owner=None, metric=STANDARD_METRICS["average_order_value"], amount=Decimal(9), period=THIRD)]
    records = company([*targets, *ratio], [*sales, *orders])
    west = review_of(records, "west").metrics
    assert [(each.metric.key, str(each.attainment.actual)) for each in west] == [
        ("revenue", "5.00 USD"),
        ("average_order_value", "5.00"),
    ]
    with pytest.raises(UnitMismatchError) as caught:
        review_of(records)
    assert (caught.value.code, caught.value.path) == ("unit_mismatch", ("targets", "revenue", "bo"))


# Best and weakest


def thrice(owner: str, number: int, metric: Metric = VISITS, unit: Unit = COUNT) -> list[Actual]:
    """Do as much as it takes to be compared, on the first day."""
    return [done(owner, number, JULY.start, metric, unit) for _ in range(3)]


def test_where_lower_is_better_the_least_is_the_best() -> None:
    targets = [Target(owner=rep, metric=SPEND, amount=Amount.of(100, CNY), period=THIRD) for rep in ("ada", "bo")]
    section = only(review_of(company(targets, thrice("ada", 30, SPEND, CNY) + thrice("bo", 3, SPEND, CNY))))
    for standing in (section.best_teams, section.best_reps):
        assert standing is not None
        assert (standing.best.actual, standing.weakest.actual) == (Amount.of(9, CNY), Amount.of(90, CNY))
    apart = every_day("ada", 9, JULY, defects := Metric("defects", "count", "flow", "lower", "Defects")) + every_day(
        "bo", 2, JULY, defects
    )
    records = company([visits(rep, 330, metric=defects) for rep in ("ada", "bo")], apart)
    clear = only(review_of(records, as_of=JULY.last)).best_reps
    assert clear is not None
    assert (clear.best.target.owner, clear.is_clear) == ("bo", True)


def test_within_a_band_nobody_is_best() -> None:
    metric = Metric("discounts", "count", "flow", Band(Decimal(5), Decimal(9)), "Discounts")
    section = only(
        review_of(
            company(
                [visits(rep, 7, metric=metric) for rep in ("ada", "bo")], thrice("ada", 1, metric) + thrice("bo", 2, metric)
            )
        )
    )
    assert (section.best_teams, section.best_reps) == (None, None)


@pytest.mark.parametrize(
    ("numbers", "is_clear"),
    [((9, 2), True), ((5, 5), False), ((9, 0), None)],
    ids=["apart", "overlapping", "without an interval"],
)
def test_a_difference_is_clear_only_beyond_the_variation(numbers: tuple[int, int], is_clear: bool | None) -> None:  # noqa: FBT001 - what is expected
    alike = [done("bo", 0, day.start) for day in JULY.split("day")]
    actuals = every_day("ada", numbers[0], JULY) + (every_day("bo", numbers[1], JULY) if numbers[1] else alike)
    standing = only(review_of(company([visits("ada", 330), visits("bo", 330)], actuals), as_of=JULY.last)).best_reps
    assert standing is not None
    assert (standing.best.target.owner, standing.compared, standing.is_clear) == ("ada", 2, is_clear)


@pytest.mark.parametrize(("others", "is_clear"), [(0, True), (8, False)])
def test_among_many_a_difference_must_be_larger(others: int, is_clear: bool) -> None:  # noqa: FBT001 - what is expected
    """The quantile is Student's t, corrected for all pairs of which the extremes could have been one."""
    days = [day.start for day in JULY.split("day") if Calendar().is_workday(day.start)]
    reps = [Rep(id=name) for name in ("best", "weak", *(f"other {number}" for number in range(others)))]
    sold = {rep.id: [10 + 2 * (-1) ** place for place in range(23)] for rep in reps}
    sold["best"] = [number + (place % 3 > 0) for place, number in enumerate(sold["best"])]
    sold["weak"] = [number - (place % 3 > 0) for place, number in enumerate(sold["weak"])]
    actuals = [done(rep, number, on) for rep, numbers in sold.items() for number, on in zip(numbers, days, strict=True)]
    standing = only(review_of(company([visits(rep.id, 660) for rep in reps], actuals, reps, ()), as_of=JULY.last)).best_reps
    assert standing is not None
    assert (standing.best.target.owner, standing.weakest.target.owner) == ("best", "weak")
    # The plan of a day is 10, so that the pace is the mean over 10.
    means = [np.mean(sold[name]) / 10 for name in ("best", "weak")]
    errors = [np.std(sold[name], ddof=1) / 10 / np.sqrt(23) for name in ("best", "weak")]
    pairs = len(reps) * (len(reps) - 1) / 2
    quantile = stats.t.ppf(1 - 0.1 / (2 * pairs), 22)
    assert standing.is_clear == (means[0] - means[1] > quantile * np.hypot(*errors)) == is_clear


def test_whoever_has_few_entries_or_another_plan_is_not_ranked() -> None:
    reps = [
        Rep(id="ada"),
        Rep(id="bo"),
        Rep(id="house", kind="house"),
        Rep(id="new", hired=date(2026, 7, 13)),
        Rep(id="gone", left=date(2026, 8, 3)),
        Rep(id="away", absences=[Period(JULY.start, date(2026, 7, 3))]),
        Rep(id="ramping", hired=date(2026, 6, 1), ramp=[Decimal("0.5")] * 3),
        Rep(id="partial"),
        Rep(id="dealer", kind="dealer"),
        Rep(id="lucky"),
    ]
    targets = [visits(rep.id, 66, JULY if rep.id == "partial" else THIRD) for rep in reps]
    actuals = [actual for rep in reps for actual in thrice(rep.id, 5)][:-1]
    standing = only(review_of(company(targets, actuals, reps, ()))).best_reps
    assert standing is not None
    assert standing.compared == 3  # ada, bo and the dealer


def test_equals_stand_in_order_of_their_ids() -> None:
    standing = only(review_of(company([visits("ada", 66), visits("bo", 66)], thrice("ada", 3) + thrice("bo", 3)))).best_reps
    assert standing is not None
    assert (standing.best.target.owner, standing.weakest.target.owner) == ("ada", "bo")


def test_without_a_pace_there_is_nothing_to_compare() -> None:
    records = company([visits("ada", 0), visits("bo", 66)], thrice("ada", 3) + thrice("bo", 3))
    assert only(review_of(records)).best_reps is None


# Findings


def test_nothing_owed_and_nothing_entered_are_serious() -> None:
    review = review_of(company())
    assert [(finding.rule, finding.severity) for finding in review.findings] == [
        ("no_entries", "serious"),
        ("nothing_owed", "serious"),
    ]
    assert (review.metrics, review.rows(), review.unmet) == ((), [], ())
    assert review.team is not None
    assert review.team.headcount.breakdown.value == 2


@pytest.mark.parametrize(
    ("last", "as_of", "workdays"),
    [
        (date(2026, 8, 7), HALFWAY, None),  # Friday to Friday: five workdays after it
        (date(2026, 8, 6), HALFWAY, 6),
        (date(2026, 9, 22), AFTER, 6),  # counted to the end of the quarter
        (date(2026, 9, 23), AFTER, None),
        (HALFWAY, HALFWAY, None),
    ],
)
def test_data_that_end_early_are_told(last: date, as_of: date, workdays: int | None) -> None:
    review = review_of(company([visits(None, 9)], [done("ada", 1, last)]), as_of=as_of)
    assert [finding.message.arguments["workdays"] for finding in review.findings if finding.rule == "stale"] == (
        [] if workdays is None else [workdays]
    )
    # It stands above all verdicts, and a meeting begins with it.
    short = markdown(review).split("## ")[1]
    assert ("The last entry is of" in short.split("Visits")[0]) == (workdays is not None)
    assert ("stale" in {finding.rule for item in review.agenda for finding in item.about if isinstance(finding, Finding)}) == (
        workdays is not None
    )


def test_where_something_is_owed_and_nothing_entered_that_is_told_first_whatever_else_is_known() -> None:
    deal = Opportunity(id="o-1", history=[Change(JULY.start, stage="lead", owner="ada")])
    records = attrs.evolve(company([visits("ada", 9)]), opportunities=[deal], processes=[STANDARD_PROCESSES["basic"]])
    review = review_of(records)
    assert review.is_about_more
    assert told(review, "no_entries") == [(None, "No entry lies within the period so far.")]
    assert markdown(review).split("## ")[1].splitlines()[2] == "- No entry lies within the period so far."


def test_one_who_was_away_or_has_left_is_not_asked_for_entries() -> None:
    reps = [Rep(id="away", absences=[AUGUST]), Rep(id="gone", left=date(2026, 8, 1)), Rep(id="here")]
    records = company([visits(rep.id, 9) for rep in reps], [done(rep.id, 1, JULY.start) for rep in reps], reps, ())
    stale = {rep.id: bool(told(review_of(records, rep.id), "stale")) for rep in reps}
    assert stale == {"away": False, "gone": False, "here": True}


def test_one_who_left_after_the_period_is_asked_for_the_entries_of_it() -> None:
    for left, asked in ((date(2026, 9, 30), 0), (date(2026, 10, 1), 1)):
        records = company([visits("ada", 9)], [done("ada", 1, JULY.start)], [Rep(id="ada", left=left)], ())
        assert len(told(review_of(records, "ada", as_of=AFTER), "stale")) == asked


def test_targets_that_leave_days_out_leave_out_what_is_done_then() -> None:
    targets = [visits("east", 10, AUGUST), visits("west", 9)]
    actuals = [done("ada", 100, JULY.start), done("ada", 3, AUGUST.start)]
    review = review_of(company(targets, actuals), "east")
    assert only(review).owed.is_partial
    assert minor(only(review).attainment.actual) == 3
    text = (
        "east: targets for Visits cover 2026-08 only; what was done on other days of the period is left out of this line,"
        " and of every sum of such targets."
    )
    assert told(review, "partly_covered") == [("east", text)]
    whole = review_of(company(targets, actuals))
    assert told(whole, "partly_covered") == [("east", text)]
    # The company's sum leaves out the same days of the east.
    assert members(whole) == [(0, "east", 10, 3), (0, "west", 9, 0)]
    assert minor(only(whole).attainment.actual) == 3


def test_a_sum_is_held_against_the_days_that_its_targets_hold() -> None:
    # Quotas of reps for three quarters, looked at in the year: nobody owes anything for the fourth.
    nine_months = Period(date(2026, 1, 1), date(2026, 10, 1))
    actuals = [done("ada", 10, JULY.start), done("bo", 10, JULY.start), done("ada", 99, date(2026, 11, 2))]
    records = company([visits("ada", 10, nine_months), visits("bo", 10, nine_months)], actuals)
    year = review_of(records, period=Period.year(2026), as_of=date(2026, 12, 31))
    assert (only(year).owed.target.period, only(year).attainment.ratio) == (nine_months, 1.0)
    assert markdown(year).count("for 2026-01-01 to 2026-09-30, which is all that targets cover") == 1
    # One owes for July alone, the other for the quarter: of the first July alone counts.
    actuals = [done("ada", 10, JULY.start), done("bo", 30, JULY.start), done("ada", 90, SEPTEMBER.start)]
    mixed = only(review_of(company([visits("ada", 10, JULY), visits("bo", 30)], actuals), as_of=AFTER))
    assert (mixed.attainment.ratio, mixed.owed.target.period) == (1.0, THIRD)
    assert mixed.owed.gaps == (Gap("ada", Period(AUGUST.start, SEPTEMBER.end)),)
    assert [member.notes for member in mixed.members if member.owner == "ada"] == [("partial",)]


def test_a_gap_that_a_mover_has_not_served_is_not_counted_twice() -> None:
    # January is the team's own target, the quarter one of its reps': who moved up in January leaves no gap behind.
    first = Period.quarter(2026, 1)
    january, february, _ = first.split("month")
    teams = [Team(id="above"), Team(id="below", parent="above")]
    reps = [Rep(id="ada", team="below"), Rep(id="bo", team="above")]
    records = company(
        [visits("below", 100, january), visits("bo", 100, first)],
        [done("ada", 70, date(2026, 1, 30))],
        reps,
        teams,
        [Move(rep="ada", on=date(2026, 1, 26), team="above")],
    )
    assert minor(only(review_of(records, period=first, as_of=date(2026, 3, 31))).attainment.actual) == 70
    # One whose target is for a month in which the others owe nothing leaves a gap all the same.
    reps = [Rep(id="ada", team="east"), Rep(id="bo", team="west")]
    targets = [visits("ada", 100, february), visits("bo", 100, january)]
    actuals = [done("bo", 937, date(2026, 2, 10)), done("ada", 5, date(2026, 2, 10))]
    moved = company(targets, actuals, reps, moves=[Move(rep="bo", on=date(2026, 2, 2), team="east")])
    for owner in ("east", None):
        section = only(review_of(moved, owner, period=first, as_of=date(2026, 3, 31)))
        assert minor(section.attainment.actual) == 5


def test_out_of_service_too_nothing_counts_on_days_without_a_target() -> None:
    reps = [Rep(id="ada", team="east", hired=date(2026, 7, 8), left=date(2026, 9, 10)), Rep(id="bo", team="east")]
    days = (date(2026, 7, 1), date(2026, 9, 5), date(2026, 9, 20))
    actuals = [*(done("ada", 1000, on) for on in days), done("bo", 1, JULY.start)]
    late = company([visits("ada", 100, AUGUST), visits("bo", 100)], actuals, reps)
    assert minor(only(review_of(late, as_of=AFTER)).attainment.actual) == 1


def test_a_hole_between_targets_is_left_out_and_told() -> None:
    actuals = [done("ada", count, month.start) for count, month in ((80, JULY), (500, AUGUST), (90, SEPTEMBER))]
    for owner in (None, "east", "ada"):
        review = review_of(company([visits(owner, 100, JULY), visits(owner, 100, SEPTEMBER)], actuals), owner, as_of=AFTER)
        section = only(review)
        assert (minor(section.attainment.actual), section.owed.is_partial) == (170, True)
        assert [str(part.attainment.actual) for part in section.trend] == ["80", "90"]
        name = owner or "the company"
        text = (
            f"{name}: entries of Visits on days that none of its targets covers, left out of its line and of every sum of such"
        )
        assert told(review, "outside_targets") == [(owner, f"{text} targets: 1.")]


def test_growth_leaves_out_the_same_days_of_last_year() -> None:
    last_year = [done("ada", 10, date(2025, 7, 1)), done("ada", 1000, date(2025, 8, 1))]
    actuals = [*last_year, done("ada", 20, JULY.start), done("bo", 5, AUGUST.start)]
    review = review_of(company([visits("ada", 10, JULY), visits("bo", 30)], actuals), as_of=AFTER)
    assert minor(only(review).attainment.last_year) == 10


def test_what_stands_in_no_line_is_told_with_its_amount() -> None:
    reps = [Rep(id="ada", team="east"), Rep(id="bo", team="west"), Rep(id="di"), Rep(id="ed")]
    teams = [*EAST_AND_WEST, Team(id="south"), Team(id="far", parent="south"), Team(id="near", parent="south")]
    reps += [Rep(id="fa", team="far"), Rep(id="ne", team="near"), Rep(id="gone", left=JULY.start)]
    targets = [visits("ada", 10), visits("fa", 10)]
    actuals = [done(rep, 7, JULY.start) for rep in ("ada", "bo", "di", "fa", "ne")]
    review = review_of(company(targets, actuals, reps, teams), as_of=AFTER)
    assert {section.owner for section in review.metrics} == {"east", "far"}
    text = "has no target for Visits, which others here have: 1 entries, 7 in all, stand in no line of this review."
    assert told(review, "in_no_line") == [(owner, f"{owner} {text}") for owner in ("di", "near", "west")]
    # Where everybody is summed up, or only a product is meant, nothing is left over.
    assert told(review_of(company([visits("east", 10), visits("west", 10)], actuals[:2], reps[:2])), "in_no_line") == []
    narrow = [visits("ada", 10, scope={"product": "A"})]
    assert told(review_of(company(narrow, [done("bo", 7, JULY.start)])), "in_no_line") == []


def test_whoever_is_not_compared_is_named() -> None:
    targets = [visits(rep, 300) for rep in ("ada", "bo", "cy")] + [visits("di", 100, JULY)]
    actuals = [actual for rep, count in (("ada", 3), ("bo", 5), ("di", 4)) for actual in every_day(rep, count)]
    actuals.append(done("cy", 1, JULY.start))
    reps = [Rep(id=rep, team="east") for rep in ("ada", "bo", "cy", "di")]
    review = review_of(company(targets, actuals, reps, [Team(id="east")]), as_of=AFTER)
    standing = only(review).best_reps
    assert standing is not None
    assert (standing.compared, standing.few_entries, standing.unlike) == (2, ("cy",), ("di",))
    text = markdown(review)
    assert "- Not compared, with fewer than 3 entries: cy.\n" in text
    why = "joined, left, changed team, ramping, absent, house account, or targets for a part only"
    assert f"- Not compared, since something sets them apart for all or part of the period ({why}): di.\n" in text


def test_rates_for_parts_of_the_days_give_none_for_the_whole() -> None:
    rates = [Target(owner=None, metric=WIN_RATE, amount=Decimal("0.3"), period=month) for month in (JULY, AUGUST)]
    text = "Win rate: there are targets for parts of the period only, and they do not add up to one for all of it."
    assert told(review_of(company([*rates, visits(None, 9)])), "no_single_target") == [(None, text)]
    assert told(review_of(company(rates), period=Period.quarter(2026, 4), as_of=AFTER), "no_single_target") == []
    whole = Target(owner=None, metric=WIN_RATE, amount=Decimal("0.3"), period=THIRD)
    assert told(review_of(company([*rates, whole])), "no_single_target") == []


def test_a_rep_without_a_target_among_those_who_have_one_is_told() -> None:
    reps = [
        Rep(id="ada", team="east"),
        Rep(id="bo", team="east"),
        Rep(id="house", team="east", kind="house"),
        Rep(id="gone", team="east", left=date(2026, 6, 1)),
    ]
    records = company([visits("ada", 9)], [done("bo", 1, JULY.start), done("bo", 1, HALFWAY)], reps)
    text = "bo serves in the period and has no target for Visits; entries that count toward the total all the same"
    assert told(review_of(records, "east"), "no_target") == [("bo", f"{text}: 2.")]
    # A plan that stops at the teams says nothing of reps, and one for a product need not name everybody.
    assert told(review_of(company([visits("east", 9)], reps=reps)), "no_target") == []
    assert told(review_of(company([visits("ada", 9, scope={"product": "A"})], reps=reps)), "no_target") == []


def test_one_whose_target_is_for_its_other_team_is_not_without() -> None:
    reps = [Rep(id="ada", team="east"), Rep(id="bo", team="west")]
    records = company(
        [visits("ada", 9, JULY), visits("bo", 9)], reps=reps, moves=[Move(rep="ada", on=AUGUST.start, team="west")]
    )
    assert told(review_of(records, "west"), "no_target") == []


def test_a_rep_without_any_entry_is_told() -> None:
    records = company([visits("ada", 9), visits("bo", 9)], [done("ada", 1, JULY.start), done("bo", 1, AFTER)])
    assert told(review_of(records), "no_entries_of") == [
        ("bo", "bo: no entry of Visits in the period so far. Nothing sold, or nothing entered?")
    ]
    heads = company([visits(rep, 9, metric=HEADCOUNT) for rep in ("ada", "bo")])
    assert told(review_of(heads), "no_entries_of") == []


def test_whole_months_without_an_entry_are_told() -> None:
    reps = [
        Rep(id="ada"),
        Rep(id="away", absences=[AUGUST]),
        Rep(id="new", hired=date(2026, 8, 3)),
        Rep(id="steady"),
    ]
    actuals = [done(rep.id, 1, SEPTEMBER.start) for rep in reps]
    actuals += [
        done(rep, 1, on)
        for rep in ("steady", "away")
        for on in (JULY.start, AUGUST.start)
        if rep == "steady" or on == JULY.start
    ]
    records = company([visits(rep.id, 9) for rep in reps], actuals, reps, ())
    text = "ada: no entry of Visits in 2026-07, 2026-08. Nothing sold, or nothing entered?"
    assert told(review_of(records, as_of=AFTER), "empty_months") == [("ada", text)]
    # A month that is not over, or only partly looked at, is no whole month.
    assert told(review_of(records, as_of=date(2026, 9, 29)), "empty_months") == [("ada", text)]
    clipped = Period(date(2026, 7, 2), THIRD.end)
    assert told(review_of(records, period=clipped, as_of=AFTER), "empty_months") == [
        ("ada", "ada: no entry of Visits in 2026-08. Nothing sold, or nothing entered?")
    ]
    # Of days before the first target nothing need be entered.
    later = company([attrs.evolve(visits("ada", 9), period=SEPTEMBER)], [done("ada", 1, SEPTEMBER.start)], [Rep(id="ada")], ())
    assert told(review_of(later, as_of=AFTER), "empty_months") == []
    narrow = company([visits("ada", 9, scope={"product": "A"})], [done("ada", 1, JULY.start, product="A")], [Rep(id="ada")], ())
    assert told(review_of(narrow, as_of=AFTER), "empty_months") == []


def test_sales_on_days_that_no_target_holds_are_told() -> None:
    targets = [
        visits("ada", 9, JULY),
        visits("ada", 9, Period(date(2026, 7, 20), date(2026, 8, 3))),
        visits("ada", 9, SEPTEMBER),
        visits("bo", 9),
    ]
    actuals = [
        done("ada", 1, on) for on in (JULY.start, date(2026, 8, 2), date(2026, 8, 3), date(2026, 8, 31), SEPTEMBER.start)
    ]
    records = company(targets, actuals)
    text = (
        "ada: entries of Visits on days that none of its targets covers, left out of its line and of every sum of such"
        " targets: 2."
    )
    for owner in (None, "east"):
        assert told(review_of(records, owner, as_of=AFTER), "outside_targets") == [("ada", text)]
    before = company([visits("ada", 9, SEPTEMBER)], actuals)
    assert told(review_of(before, "east", as_of=AFTER), "outside_targets")[0][1].endswith(": 4.")
    beyond = company([visits("ada", 9, Period.year(2026)), visits("ada", 9, Period.month(2027, 3))], actuals)
    assert told(review_of(beyond, "east", as_of=AFTER), "outside_targets") == []


def test_targets_that_reach_beyond_the_days_are_counted() -> None:
    targets = [visits("ada", 9, Period.half(2026, 2)), visits("bo", 9, JULY)]
    review = review_of(company(targets, moves=[Move(rep="ada", on=date(2026, 7, 20), team="west")]))
    assert told(review, "prorated") == [
        (None, "Visits: targets that reach beyond the period and count by their share of workdays: 1.")
    ]
    # One who moved has only a share of the target in each team, but the target is for these very days.
    assert (
        told(review_of(company([visits("ada", 9)], moves=[Move(rep="ada", on=date(2026, 7, 20), team="west")])), "prorated")
        == []
    )


def test_sums_that_differ_from_what_was_agreed_are_told() -> None:
    targets = [
        visits(None, 100),
        *(visits(None, 30, month) for month in THIRD.split("month")),
        visits("ada", 60),
        visits("bo", 45),
    ]
    review = review_of(company(targets))
    assert told(review, "finer_differs") == [
        (None, "Visits: the target agreed for the period is 100; the targets of its parts sum to 90 (difference -10).")
    ]
    assert told(review, "below_differs") == [
        (None, "Visits: the target agreed for the period is 100; the targets below sum to 105 (difference 5).")
    ]
    agreeing = [visits(None, 90), *(visits(None, 30, month) for month in THIRD.split("month")), visits("ada", 90)]
    assert {finding.rule for finding in review_of(company(agreeing)).findings}.isdisjoint({"finer_differs", "below_differs"})
    rate = Target(owner=None, metric=WIN_RATE, amount=Decimal("0.3"), period=THIRD)
    assert told(review_of(company([rate])), "below_differs") == []


def season(owner: str | None, *numbers: int, metric: Metric = VISITS) -> list[Target]:
    return [visits(owner, number, month, metric) for number, month in zip(numbers, THIRD.split("month"), strict=True)]


def test_a_season_that_flatters_or_hides_is_told() -> None:
    # 34.8 percent of the workdays have passed by the end of July.
    targets = [*season("ada", 50, 30, 20), *season("bo", 20, 30, 50), *season("even", 35, 32, 33), visits("flat", 100)]
    actuals = [done(rep, number, JULY.start) for rep, number in (("ada", 40), ("bo", 25), ("even", 40), ("flat", 40))]
    review = review_of(company(targets, actuals, [Rep(id=rep) for rep in ("ada", "bo", "even", "flat")], ()), as_of=JULY.last)
    assert [(record, text.rsplit(" ", 1)[-1]) for record, text in told(review, "season_flatters")] == [("ada", "80.0%.")]
    assert [(record, text.rsplit(" ", 1)[-1]) for record, text in told(review, "season_hides")] == [("bo", "125.0%.")]
    # The pace may be above 100% all the same, and is called neither little nor much.
    chinese = [finding.text("zh").rsplit("，", 1)[-1] for finding in review.findings if finding.rule.startswith("season")]
    assert sorted(chinese) == ["进度为 125.0%。", "进度为 80.0%。"]
    # Over, or met already, there is nothing to be deceived about.
    assert (
        told(review_of(company(season("ada", 50, 30, 20), actuals[:1], [Rep(id="ada")], ()), as_of=AFTER), "season_flatters")
        == []
    )
    met = company(season("ada", 50, 30, 20), [done("ada", 100, JULY.start)], [Rep(id="ada")], ())
    assert told(review_of(met, as_of=JULY.last), "season_flatters") == []


def test_of_a_limit_a_season_flatters_where_more_was_to_be_spent_later() -> None:
    limit = Metric("defects", "count", "flow", "lower", "Defects")
    # 25 of 100 look few after 34.8 percent of the time; only 20 were allowed by then.
    targets = season("ada", 20, 30, 50, metric=limit)
    review = review_of(company(targets, [done("ada", 25, JULY.start, limit)], [Rep(id="ada")], ()), as_of=JULY.last)
    assert [record for record, _ in told(review, "season_flatters")] == [None, "ada"]
    band = Metric("discounts", "count", "flow", Band(Decimal(80), Decimal(120)), "Discounts")
    within = company(season("ada", 20, 30, 50, metric=band), [done("ada", 25, JULY.start, band)], [Rep(id="ada")], ())
    assert {finding.rule for finding in review_of(within, as_of=JULY.last).findings}.isdisjoint(
        {"season_flatters", "season_hides"}
    )


def test_sales_on_few_days_make_ranges_doubtful() -> None:
    few = [done("ada", number, on) for number, on in ((30, JULY.start), (40, date(2026, 7, 20)), (50, HALFWAY))]
    assert told(review_of(company([visits(None, 200)], few)), "few_days") == [
        (
            None,
            (
                "Visits: entries on 3 days, of a time with 33 workdays."
                " Ranges take days as independent of each other, so they say little here."
            ),
        )
    ]
    assert told(review_of(company([visits(None, 200)], every_day("ada", 3, JULY))), "few_days") == []
    assert told(review_of(company([visits(None, 200)], few[:1]), as_of=date(2026, 7, 15)), "few_days") == []
    assert told(review_of(company([visits(None, 9, metric=HEADCOUNT)], few)), "few_days") == []


@pytest.mark.parametrize(
    ("began", "is_told"),
    [
        (date(2025, 6, 30), False),
        (date(2025, 7, 8), False),
        (date(2025, 7, 9), True),
        (HALFWAY.replace(year=2025), True),
        (date(2025, 8, 15), False),
    ],
)
def test_records_that_begin_within_last_year_s_days_are_told(began: date, is_told: bool) -> None:  # noqa: FBT001 - what is expected
    review = review_of(company([visits(None, 9)], [done("ada", 5, began), done("ada", 1, JULY.start)]))
    assert bool(told(review, "growth_unknown")) == is_told


def test_the_first_year_of_all_is_reviewed_too() -> None:
    first = Period(date(1, 1, 1), date(1, 4, 1))
    review = review_of(company([visits(None, 9, first)], [done("ada", 1, first.start)]), period=first, as_of=first.end)
    assert told(review, "growth_unknown") == []
    assert minor(only(review).attainment.actual) == 1


def test_what_cannot_be_told_says_why() -> None:
    rate = Target(owner=None, metric=WIN_RATE, amount=Decimal("0.3"), period=THIRD)
    review = review_of(company([rate], [done("ada", 1, JULY.start, WON)]))
    assert told(review, "undefined") == [
        (None, "Win rate cannot be told: Closed deals: zero, and nothing can be divided by it.")
    ]


def test_findings_of_a_section_that_is_not_the_owner_s_name_whose_it_is() -> None:
    targets = [visits("ada", 10, Period.half(2026, 2), scope={"product": "A"})]
    review = review_of(company(targets, [done("ada", 1, JULY.start)]))
    assert [text.split(": targets")[0] for _, text in told(review, "prorated")] == ["east: Visits (product = A)"]


def test_what_the_reader_of_the_data_noticed_stands_with_the_rest_by_gravity() -> None:
    noticed = [
        Finding(rule="b", message=Message("seen"), severity="info"),
        Finding(rule="a", message=Message("seen"), severity="serious"),
        Finding(rule="later", message=Message("seen"), on=AFTER),
    ]
    findings = review_of(company([visits(None, 9)], [done("ada", 1, HALFWAY)], findings=noticed)).findings
    assert [finding.rule for finding in findings if len(finding.rule) == 1] == ["a", "b"]
    assert [SEVERITIES.index(finding.severity) for finding in findings] == sorted(
        SEVERITIES.index(finding.severity) for finding in findings
    )


def test_findings_of_one_rank_stand_in_one_order() -> None:
    noticed = [Finding(rule="a", message=Message(text), severity="info") for text in ("one", "two", "three")]
    orders = [company([visits(None, 9)], [done("ada", 1, HALFWAY)], findings=items) for items in (noticed, noticed[::-1])]
    assert review_of(orders[0]).findings == review_of(orders[1]).findings


# The result


def test_rows_say_which_section_they_are_of() -> None:
    records = company([visits("ada", 10), visits("bo", 9), visits("ada", 5, JULY)], [done("ada", 1, JULY.start)])
    rows = review_of(records).rows()
    assert [row["section"] for row in rows] == ["attainment", "trend", "trend", "member", "member", "member", "member", "unmet"]
    assert {tuple(row) for row in rows} == {tuple(rows[0])}
    assert str(review_of(records)).startswith("section")


def test_a_review_is_a_value() -> None:
    review = review_of(company([visits("ada", 66), visits("bo", 66)], every_day("ada", 2, JULY)))
    for other in (copy.copy(review), copy.deepcopy(review), pickle.loads(pickle.dumps(review))):  # noqa: S301 - our own bytes
        assert other == review
        assert other.rows() == review.rows()
    member: Member = only(review).members[0]
    assert hash(member) == hash(only(review).members[0])


# Refusals


def assert_refused(kind: type[SalesperfError], code: str, path: tuple[str | int, ...], call: Callable[[], object]) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.path) == (code, path)


def test_a_review_before_the_period_is_refused() -> None:
    assert_refused(InvalidValueError, "review_not_begun", ("as_of",), lambda: review_of(company(), as_of=date(2026, 6, 30)))
    assert review_of(company(), as_of=THIRD.start).is_partial


def test_a_day_is_a_date() -> None:
    noon: Any = datetime(2026, 8, 14, 12)  # noqa: DTZ001 - naive or not, it is refused
    assert_refused(InvalidValueError, "date_is_datetime", ("as_of",), lambda: review_of(company(), as_of=noon))


def test_an_owner_unknown_then_is_refused() -> None:
    assert_refused(UnknownNameError, "unknown_owner", ("owner",), lambda: review_of(company(), "nobody"))
    later = company(reps=[Rep(id="ada", hired=AFTER)])
    assert_refused(UnknownNameError, "unknown_owner", ("owner",), lambda: review_of(later, "ada"))


def test_sales_in_another_currency_than_the_target_are_refused() -> None:
    records = company(
        [Target(owner="ada", metric=REVENUE, amount=Amount.of(5, CNY), period=THIRD)],
        [done("ada", 1, JULY.start, REVENUE, USD)],
    )
    assert_refused(UnitMismatchError, "unit_mismatch", ("targets", 0, "amount"), lambda: review_of(records, "ada"))


def test_what_are_no_records_is_refused() -> None:
    nothing: Any = None
    assert_refused(InvalidValueError, "wrong_type", ("records",), lambda: review_of(nothing))
    assert_refused(InvalidValueError, "wrong_type", ("period",), lambda: review_of(company(), period=nothing))

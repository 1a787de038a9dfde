"""The team in a review: who came and went, how far apart people are, pulse surveys that name nobody, fair targets."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import attrs
import pytest

import salesperf as sp
from salesperf.messages import LANGUAGES
from salesperf.report import markdown
from salesperf.review import Headcount, PulseLine, Review, TeamSection, build
from salesperf.review.pulses import Pulses, pulses_of

THIRD: Final = sp.Period.quarter(2026, 3)
SEP_30: Final = date(2026, 9, 30)
REVENUE: Final = sp.STANDARD_METRICS["revenue"]
LONG_AGO: Final = date(2020, 1, 1)


def yuan(value: int) -> sp.Amount:
    """Return an amount of money."""
    return sp.Amount.of(value, sp.CNY)


def rep(id: str, team: str | None = "east", **fields: Any) -> sp.Rep:  # noqa: A002, ANN401 - fields of Rep
    """Return somebody who has long served in a team."""
    return sp.Rep(id=id, team=team, **{"hired": LONG_AGO, **fields})


TEAMS: Final = [sp.Team(id="china"), sp.Team(id="east", parent="china"), sp.Team(id="south", parent="china")]


def org(*reps: sp.Rep, moves: tuple[sp.Move, ...] = ()) -> sp.Org:
    """Return two teams under one, with some people."""
    return sp.Org(teams=TEAMS, reps=reps, moves=moves)


def owed(owner: str | None, amount: int, **fields: Any) -> sp.Target:  # noqa: ANN401 - fields of Target
    """Return a target of revenue."""
    return sp.Target(owner=owner, **{"metric": REVENUE, "amount": yuan(amount), "period": THIRD, **fields})


def sold(owner: str, amount: int, on: date = date(2026, 8, 4)) -> sp.Actual:
    """Return a sale."""
    return sp.Actual(owner=owner, metric=REVENUE, amount=yuan(amount), on=on)


def reviewed(people: sp.Org, owner: str | None = None, as_of: date = SEP_30, **records: Any) -> Review:  # noqa: ANN401 - fields of Records
    """Review the third quarter."""
    return build(sp.Records(org=people, **records), owner=owner, period=THIRD, as_of=as_of)


def team_of(people: sp.Org, owner: str | None = None, as_of: date = SEP_30, **records: Any) -> TeamSection:  # noqa: ANN401 - fields of Records
    """Return the section on the team."""
    section = reviewed(people, owner, as_of, **records).team
    assert section is not None
    return section


# Who came and went

STAFF: Final = org(
    rep("ada"),
    rep("hired", hired=date(2026, 7, 1), ramp=[Decimal("0.5"), Decimal("0.8"), 1]),
    rep("gone", left=date(2026, 9, 10)),
    rep("gone before", left=date(2026, 7, 1)),
    rep("short", hired=date(2026, 8, 1), left=date(2026, 9, 1)),
    rep("moved", "south"),
    rep("back and forth", absences=[sp.Period.parse("2026-09-21..2026-09-25")]),
    rep("within"),
    rep("dealer", kind="dealer"),
    rep("house", kind="house"),
    moves=(
        sp.Move(rep="moved", on=date(2026, 8, 15), team="east"),
        sp.Move(rep="back and forth", on=date(2026, 8, 1), team="south"),
        sp.Move(rep="back and forth", on=date(2026, 9, 1), team="east"),
    ),
)


def test_who_comes_and_goes_adds_up_from_the_day_before_to_the_last_day() -> None:
    east = Headcount.of(STAFF, "east", THIRD)
    assert east.opening == 5  # ada, back and forth, gone, gone before, within
    assert (east.joined, east.left) == (("hired", "short"), ("gone", "gone before", "short"))
    assert (east.moved_in, east.moved_out) == (("back and forth", "moved"), ("back and forth",))
    assert east.closing == ("ada", "back and forth", "hired", "moved", "within")
    whole = Headcount.of(STAFF, "china", THIRD)
    assert (whole.opening, whole.moved_in, whole.moved_out, len(whole.closing)) == (6, (), (), 5)
    assert (Headcount.of(STAFF, None, THIRD).joined, len(Headcount.of(STAFF, None, THIRD).closing)) == (whole.joined, 5)
    for found in (east, whole):
        assert found.breakdown.holds()
        assert found.breakdown.value == len(found.closing)


def test_what_closes_a_period_opens_the_next() -> None:
    months = THIRD.split("month")
    counts = [Headcount.of(STAFF, "east", month) for month in months]
    assert [len(count.closing) for count in counts[:-1]] == [count.opening for count in counts[1:]]


def test_whoever_has_no_day_of_hire_was_always_there() -> None:
    found = Headcount.of(sp.Org(reps=[sp.Rep(id="ada")]), None, sp.Period(date.min, date(1, 1, 5)))
    assert (found.opening, found.joined, found.closing) == (1, (), ("ada",))


def test_a_team_tells_who_ramps_is_absent_and_left_and_a_rep_has_none() -> None:
    east = team_of(STAFF, "east")
    assert east.ramping == ("hired",)
    assert east.others == {"dealer": 1}
    # Monday to Friday of one week, of the workdays of all employees while they served in the team.
    assert east.absent_workdays == 5
    # ada 66, hired 66, gone 51, short 22 - 1, moved 33, within 66, back and forth 23 and 22.
    assert east.served_workdays == 66 + 66 + 51 + 21 + 33 + 66 + 23 + 22
    assert east.absent_share == pytest.approx(5 / east.served_workdays, rel=1e-12)
    assert east.attrition.value == pytest.approx(3 / 8, rel=1e-12)
    assert east.attrition.n == 8
    assert f"Absent on {5 / east.served_workdays:.1%} of the workdays (5 of {east.served_workdays})." in markdown(
        reviewed(STAFF, "east")
    )
    assert reviewed(STAFF, "ada").team is None
    assert reviewed(org()).team is None
    assert reviewed(org(), "east").team is None
    assert "\n## Team\n" not in markdown(reviewed(org()))
    assert east.breakdown == east.headcount.breakdown
    one = team_of(org(rep("ada")))
    assert (one.spreads, one.fairness, one.pulses) == ((), None, ())
    assert one.plan.reason is not None
    dealers = team_of(org(rep("dealer", kind="dealer")))
    assert (dealers.absent_share, dealers.attrition.value) == (None, None)
    assert "Attrition cannot be told: nobody served" in markdown(reviewed(org(rep("dealer", kind="dealer"))))


# How far apart


def test_the_spread_tells_of_all_reps_and_names_nobody() -> None:
    people = [rep(name) for name in ("a", "b", "c", "d")]
    goals = [owed(each.id, 100) for each in people] + [owed("house", 100)]
    sales = [sold("a", 50), sold("b", 80), sold("c", 100), sold("d", 150), sold("house", 999)]
    team = team_of(org(*people, rep("house", kind="house")), targets=goals, actuals=sales)
    (spread,) = team.spreads
    assert spread.number == 4
    assert spread.median == pytest.approx(0.9, rel=1e-12)
    assert spread.lower_quartile == pytest.approx(0.725, rel=1e-12)
    assert spread.upper_quartile == pytest.approx(1.125, rel=1e-12)
    assert (spread.reached.value, spread.reached.n) == (0.5, 4)
    # Of half of n Wilson's interval reaches z / (2 sqrt(n + z^2)) to both sides, 1.959964 / (2 sqrt(7.841459)) of 2 of 4.
    assert spread.reached.low == pytest.approx(0.150039, abs=1e-6)
    assert spread.reached.high == pytest.approx(0.849961, abs=1e-6)
    assert team.rows()[0]["median"] == spread.median
    few = team_of(org(*people[:2]), targets=goals[:2], actuals=sales[:2])
    assert (few.spreads[0].number, few.spreads[0].lower_quartile) == (2, None)
    nothing = [attrs.evolve(goal, amount=yuan(0)) for goal in goals[:2]]
    assert [spread.median for spread in team_of(org(*people[:2]), targets=nothing).spreads] == [None]


# Pulse surveys


def survey(owner: str | None, answers: int, low: int, on: date = date(2026, 9, 20)) -> sp.PulseSurvey:
    """Return a survey of which so many answers are low."""
    return sp.PulseSurvey(on=on, owner=owner, counts=[low, 0, answers - low], invited=answers)


def told(*surveys: sp.PulseSurvey, owner: str | None = None) -> Pulses:
    """Return what may be told of surveys."""
    return pulses_of(surveys, org(), owner, THIRD)


def asked(pulses: Pulses) -> list[str | None]:
    """Return of whom anything is told."""
    return [line.survey.owner for line in pulses.lines]


def test_a_survey_is_held_against_the_one_before() -> None:
    june, july = date(2026, 6, 20), date(2026, 7, 20)
    pulses = told(survey("east", 20, 8), survey("east", 20, 2, july), survey("east", 20, 1, june), survey("south", 9, 1, june))
    (line,) = pulses.lines
    assert (line.survey.on, line.before and line.before.on) == (date(2026, 9, 20), july)
    assert line.change.value == pytest.approx(0.3, abs=1e-12)
    assert line.change.n == 40
    # Newcombe's method 10 (Statistics in Medicine 17, 1998) by hand, from Wilson's ends 0.2188 and 0.6134 of 8 of 20, and
    # 0.0279 and 0.3010 of 2 of 20: 0.3 - hypot(0.1812, 0.2010) and 0.3 + hypot(0.2134, 0.0721).
    assert line.change.low == pytest.approx(0.0294, abs=2e-4)
    assert line.change.high == pytest.approx(0.5253, abs=2e-4)
    assert pulses.withheld == 0
    assert PulseLine.of(survey(None, 9, 1), None).change.reason is not None


def test_of_few_answers_nothing_is_told_nor_of_few_that_subtraction_would_leave() -> None:
    assert (asked(told(survey(None, 4, 1))), told(survey(None, 4, 1)).withheld) == ([], 1)
    # 20 less 16 would tell of four people.
    assert asked(told(survey("china", 20, 3), survey("east", 16, 3))) == ["china"]
    assert asked(told(survey("china", 20, 3), survey("east", 15, 3))) == ["china", "east"]
    assert asked(told(survey("china", 20, 3), survey("east", 10, 3), survey("south", 10, 0))) == ["china", "east", "south"]
    # The smaller of two is withheld with the one that has too few.
    assert asked(told(survey("china", 20, 3), survey("east", 9, 3), survey("south", 8, 0))) == ["china", "east"]
    # Of those below one that is not told nothing is told.
    few = told(survey(None, 3, 1), survey("china", 9, 1))
    assert (asked(few), few.withheld) == ([], 2)
    assert asked(told(survey("east", 9, 1), survey("south", 4, 1))) == ["east"]
    assert asked(told(survey("east", 9, 1), survey("south", 7, 1), owner="south")) == ["south"]
    # Whoever was not told then is not told as the one before.
    then = date(2026, 6, 20)
    (line,) = told(survey("east", 9, 1), survey("east", 4, 1, then)).lines
    assert line.before is None


def test_what_is_withheld_stands_nowhere_in_the_review_or_its_causes() -> None:
    people = org(*(rep(name) for name in "abc"))
    surveys = [survey("china", 20, 3), survey("east", 16, 14)]
    review = reviewed(people, pulses=surveys)
    assert review.team is not None
    assert (review.team.withheld_pulses, len(review.team.pulses)) == (1, 1)
    assert "87.5%" not in repr(review.causes) + markdown(review)
    assert "0.875" not in repr(review)
    assert "Surveys withheld" in markdown(review)
    assert review.team.pulses[0].survey.owner == "china"
    assert "15.0%" in markdown(review)


# Fair targets


def test_targets_are_held_against_workdays_and_the_year_before() -> None:
    people = [rep("ada"), rep("bo"), rep("half", fte=Decimal("0.5")), rep("new", hired=date(2026, 1, 1))]
    goals = [owed("ada", 100), owed("bo", 100), owed("half", 100), owed("new", 100)]
    last_year = [sold(name, amount, date(2025, 8, 1)) for name, amount in (("ada", 100), ("bo", 60), ("half", -5), ("new", 9))]
    began = sold("ada", 1, date(2025, 6, 1))
    team = team_of(org(*people), targets=goals, actuals=[*last_year, began, sold("ada", 3)])
    assert team.fairness is not None
    index = {(line.yardstick, line.owner): line.index for line in team.fairness.lines}
    # 400 over 3.5 seats; ada and bo are asked for 200 after 160.
    assert index["capacity", "ada"] == pytest.approx(3.5 / 4, rel=1e-12)
    assert index["capacity", "half"] == pytest.approx(2 * 3.5 / 4, rel=1e-12)
    assert index["history", "ada"] == pytest.approx(0.8, rel=1e-12)
    assert index["history", "bo"] == pytest.approx(4 / 3, rel=1e-12)
    assert (index["history", "half"], index["history", "new"]) == (None, None)
    later = team_of(org(*people), targets=goals, actuals=[*last_year, sold("ada", 3)])
    assert later.fairness is not None
    assert {line.yardstick for line in later.fairness.lines} == {"capacity"}


def test_what_somebody_sold_in_a_week_of_last_year_is_no_yardstick() -> None:
    people = org(rep("ada"), rep("bo"))
    for days, yardsticks in ((28, {"capacity", "history"}), (27, {"capacity"})):
        period = sp.Period(date(2026, 8, 3), date(2026, 8, 3) + timedelta(days=days))
        goals = [owed(name, 100, period=period) for name in ("ada", "bo")]
        done = [sold("ada", 1, date(2025, 6, 1)), *(sold(name, 9, date(2025, 8, 9)) for name in ("ada", "bo"))]
        known = sp.Records(org=people, targets=goals, actuals=done)
        team = build(known, owner=None, period=period, as_of=period.last).team
        assert team is not None
        assert team.fairness is not None
        assert {line.yardstick for line in team.fairness.lines} == yardsticks


def test_without_two_targets_or_a_yardstick_the_review_says_why() -> None:
    people = org(rep("ada"), rep("bo"))
    alone = reviewed(people, targets=[owed("ada", 100)])
    assert alone.team is not None
    assert alone.team.plan.reason == sp.Message("review.reason.few_to_compare")
    assert "This cannot be told: fewer than two employees" in markdown(alone)
    away = org(*(rep(name, absences=[THIRD]) for name in ("ada", "bo")))
    plan = team_of(away, targets=[owed("ada", 100), owed("bo", 100)]).plan
    assert plan.reason == sp.Message("review.reason.no_yardstick")
    first = build(
        sp.Records(
            org=sp.Org(reps=[sp.Rep(id="ada"), sp.Rep(id="bo")]),
            targets=[owed(name, 9, period=sp.Period(date.min, date(1, 2, 1))) for name in ("ada", "bo")],
        ),
        owner=None,
        period=sp.Period(date.min, date(1, 2, 1)),
        as_of=date(1, 1, 9),
    )
    assert first.team is not None
    assert first.team.fairness is not None
    average = sp.STANDARD_METRICS["average_order_value"]
    ratios = [sp.Target(owner=name, metric=average, amount=Decimal(100), period=THIRD) for name in ("ada", "bo")]
    assert team_of(people, targets=ratios).plan.reason == sp.Message("review.reason.nothing_to_compare")
    machines = [owed(name, 100, scope={"product": "machines"}) for name in ("ada", "bo")]
    assert (team_of(people, targets=machines).plan.metric, team_of(people, targets=machines).spreads) == (None, ())
    # Targets for a part of the days are compared with nobody.
    parts = [owed("ada", 100), owed("bo", 100), owed("cy", 50, period=sp.Period.month(2026, 7))]
    partly = reviewed(org(rep("ada"), rep("bo"), rep("cy")), targets=parts)
    assert partly.team is not None
    assert partly.team.plan.left_out == ("cy",)
    assert "Not compared" in markdown(partly)


# How it is written


def test_a_report_writes_the_team_in_both_languages_with_few_names() -> None:
    people = [rep(f"r-{number}", name=f"Rep {number}", hired=date(2026, 8, 3)) for number in range(8)]
    goals = [owed(each.id, 100) for each in people]
    surveys = [survey("east", 20, 8), survey("east", 20, 2, date(2026, 6, 20))]
    review = reviewed(org(*people), targets=goals, actuals=[sold("r-1", 50)], pulses=surveys)
    text = markdown(review)
    assert "- Employees: 8 at the end of 2026-09-30, 0 on the day before the period." in text
    assert "- Joined: 8 (Rep 0, Rep 1, Rep 2, Rep 3, Rep 4, Rep 5 and 2 more)." in text
    assert "+30.0" in text
    for lang in LANGUAGES:
        for key in ("report.team", "review.headcount", "report.column", "review.reason"):
            assert key not in markdown(review, lang=lang)


def test_a_long_list_of_surveys_is_cut() -> None:
    teams = [sp.Team(id=f"t-{number:02}") for number in range(15)]
    people = sp.Org(teams=teams, reps=[sp.Rep(id="ada", team="t-00")])
    review = build(
        sp.Records(org=people, pulses=[survey(team.id, 9, 2) for team in teams]), owner=None, period=THIRD, as_of=SEP_30
    )
    assert "And 3 more." in markdown(review)

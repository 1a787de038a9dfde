"""Numbers on metrics, pulled apart: ranges from how the days differ, growth from the entries of both years."""

import math
from datetime import date, timedelta

import pytest

from salesperf import COUNT, STANDARD_METRICS, Actual, Amount, Breakdown, Move, Org, Period, Records, Rep, Target, Team
from salesperf.review import NumberTrees, build, explain

VISITS = STANDARD_METRICS["visits"]
JUNE = Period.month(2026, 6)
LOOKED = date(2026, 6, 12)
# Ten workdays of June 2026 until the 12th, of 22: ten visits a day are planned.
DAYS = [day for day in (date(2026, 6, 1) + timedelta(days=n) for n in range(12)) if day.weekday() < 5]
EACH = [8, 12, 8, 12, 8, 12, 8, 12, 8, 12]
ONE_DAY = [0, 0, 0, 0, 100, 0, 0, 0, 0, 0]
# Of ten days each is 2 off a plan of 10: s^2 = (10 x 4 / 10) / 9. Student's t of 95% at 9 degrees is 1.833113 (tables).
REACH = 1.833113 * math.sqrt(4 / 9)


def visit(on: date, count: int, owner: str = "ada", ref: str | None = None) -> Actual:
    return Actual(owner=owner, metric=VISITS, amount=Amount.of(count, COUNT), on=on, ref=ref)


def goal(owner: str = "ada") -> Target:
    return Target(owner=owner, metric=VISITS, amount=Amount.of(220, COUNT), period=JUNE)


def recorded(*entries: Actual) -> Records:
    return Records(org=Org(reps=[Rep(id="ada")]), targets=[goal()], actuals=entries)


def explained(records: Records, owner: str = "ada", as_of: date = LOOKED) -> NumberTrees:
    return explain(build(records, owner=owner, period=JUNE, as_of=as_of), records=records)


def number(tree: Breakdown) -> float:
    assert isinstance(tree.value, float)
    return tree.value


def named(tree: Breakdown) -> list[str]:
    return [part.label.text() for part in tree.parts]


def test_the_range_of_a_pace_follows_from_how_the_days_differ() -> None:
    numbers = explained(recorded(*map(visit, DAYS, EACH)))
    high, low = (numbers.tree(f"attainment/visits/pace/{end}") for end in ("high", "low"))
    margin = REACH / math.sqrt(100)
    assert number(numbers.tree("attainment/visits/pace")) == pytest.approx(1, rel=1e-12)
    assert number(high) == pytest.approx(1 + margin, rel=1e-6)
    assert number(low) == pytest.approx(1 - margin, rel=1e-6)
    assert (high.holds(), low.holds()) == (True, True)
    words = [node.label.text() for node in high.walk()]
    assert "Student's t of 90.0%, degrees of freedom: 9" in words


def test_a_pace_goes_below_nothing_only_where_a_day_did() -> None:
    cut = explained(recorded(*map(visit, DAYS, ONE_DAY))).tree("attainment/visits/pace/low")
    assert (cut.value, cut.rule.key, number(cut.parts[0]) < 0, cut.holds()) == (0.0, "rule.clip", True, True)
    returned = recorded(visit(DAYS[0], -1), *map(visit, DAYS, ONE_DAY))
    below = explained(returned).tree("attainment/visits/pace/low")
    assert (below.rule.key, number(below) < 0, below.holds()) == ("rule.difference", True, True)


def test_a_projection_goes_no_lower_than_what_is_done() -> None:
    numbers = explained(recorded(*map(visit, DAYS, EACH)))
    high, low = (numbers.tree(f"attainment/visits/projection/{end}") for end in ("high", "low"))
    # 120 are planned for the rest.
    margin = REACH * math.sqrt(120 + 120**2 / 100)
    assert number(numbers.tree("attainment/visits/projection")) == pytest.approx(220, rel=1e-12)
    assert number(high) == pytest.approx(220 + margin, rel=1e-6)
    assert number(low) == pytest.approx(220 - margin, rel=1e-6)
    cut = explained(recorded(*map(visit, DAYS, ONE_DAY))).tree("attainment/visits/projection/low")
    assert (cut.value, cut.holds()) == (100.0, True)


def test_after_few_days_a_pace_has_no_range() -> None:
    early = explained(recorded(visit(DAYS[0], 3), visit(DAYS[1], 5)), as_of=DAYS[1]).addresses
    assert "attainment/visits/pace" in early
    assert "attainment/visits/pace/low" not in early


def test_growth_comes_apart_into_the_entries_of_both_years() -> None:
    before = [visit(date(2025, 6, 3), 30, ref="v-1"), visit(date(2025, 6, 12), 10, ref="v-2"), visit(date(2025, 6, 13), 99)]
    records = recorded(visit(date(2025, 5, 1), 1), *before, visit(DAYS[0], 50, ref="v-9"))
    growth = explained(records).tree("attainment/visits/growth")
    assert (growth.value, growth.holds()) == (0.25, True)
    more, last_year = growth.parts
    assert (more.value, last_year.value) == (Amount.of(10, COUNT), Amount.of(40, COUNT))
    assert named(last_year) == ["2025-06-03, ada, v-1", "2025-06-12, ada, v-2"]
    without = explain(build(records, owner="ada", period=JUNE, as_of=LOOKED))
    leaf = without.tree("attainment/visits/last_year")
    assert (leaf.value, leaf.parts) == (Amount.of(40, COUNT), ())
    assert "attainment/visits/entries" not in without.addresses


def test_from_less_than_nothing_there_is_no_growth() -> None:
    returned = recorded(visit(date(2025, 5, 1), 1), visit(date(2025, 6, 3), -3), visit(DAYS[0], 5))
    numbers = explained(returned)
    assert numbers.tree("attainment/visits/last_year").value == Amount.of(-3, COUNT)
    assert "attainment/visits/growth" not in numbers.addresses


def test_who_changed_team_has_an_address_in_each_and_whoever_was_compared_is_named() -> None:
    org = Org(
        reps=[Rep(id="ada", team="east"), Rep(id="bo", team="east"), Rep(id="cy", team="west")],
        teams=[Team(id="both"), Team(id="east", parent="both"), Team(id="west", parent="both")],
        moves=[Move(rep="bo", team="west", on=date(2026, 6, 8))],
    )
    reps = ("ada", "bo", "cy")
    entries = [visit(day, 5, owner) for day in DAYS for owner in reps]
    numbers = explained(Records(org=org, targets=map(goal, reps), actuals=entries), owner="both")
    east, west = (numbers.tree(f"attainment/visits/bo@{team}/entries") for team in ("east", "west"))
    assert (east.value, west.value, named(east)[0], named(west)[0]) == (5, 5, "2026-06-01, bo", "2026-06-08, bo")
    assert named(numbers.tree("attainment/visits/compared_reps")) == ["ada", "cy"]
    assert sorted(named(numbers.tree("attainment/visits/compared_teams"))) == ["east", "west"]


def test_how_much_of_the_period_has_passed_is_told_in_workdays() -> None:
    numbers = explained(recorded())
    assert numbers.tree("time/elapsed_share").text().splitlines() == [
        "share of the workdays that has passed: 0.4545 = quotient of",
        "  workdays that have passed by 2026-06-12: 10",
        "  workdays of the period: 22",
    ]
    assert numbers.tree("attainment/visits/remaining_workdays").value == 12
    weekend = Period(date(2026, 6, 6), date(2026, 6, 8))
    off = explain(build(recorded(), owner="ada", period=weekend, as_of=date(2026, 6, 7)))
    assert (off.tree("time/workdays").value, "time/elapsed_share" in off.addresses) == (0, False)

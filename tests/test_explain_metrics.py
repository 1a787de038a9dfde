"""Numbers on metrics, pulled apart: ranges from how the days differ, growth from the entries of both years."""

import math
from datetime import date, timedelta
from decimal import Decimal

import attrs
import pytest
from explained import explained, labels, values
from small_records import company, yuan

from salesperf import (
    COUNT,
    STANDARD_METRICS,
    Actual,
    Amount,
    Breakdown,
    DeviationFromPlan,
    Move,
    Org,
    Period,
    Records,
    Rep,
    SquareRoot,
    Target,
    Team,
)
from salesperf.review import NumberTrees

VISITS = STANDARD_METRICS["visits"]
JUNE = Period.month(2026, 6)
JUNE_12 = date(2026, 6, 12)
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
    return Records(org=company("ada"), targets=[goal()], actuals=entries)


def numbers_of(records: Records, owner: str | None = "ada", as_of: date = JUNE_12, *, with_records: bool = True) -> NumberTrees:
    return explained(records, owner, JUNE, as_of, with_records=with_records)


def number(tree: Breakdown) -> float:
    assert isinstance(tree.value, float)
    return tree.value


def test_the_range_of_a_pace_follows_from_how_the_days_differ() -> None:
    numbers = numbers_of(recorded(*map(visit, DAYS, EACH)))
    high, low = (numbers.tree(f"attainment/visits/pace/{end}") for end in ("high", "low"))
    margin = REACH / math.sqrt(100)
    assert number(numbers.tree("attainment/visits/pace")) == pytest.approx(1, rel=1e-12)
    assert number(high) == pytest.approx(1 + margin, rel=1e-6)
    assert number(low) == pytest.approx(1 - margin, rel=1e-6)
    assert (high.holds(), low.holds()) == (True, True)
    words = [node.label.text() for node in high.walk()]
    assert "Student's t of 90.0%, degrees of freedom: 9" in words


def test_a_pace_goes_below_nothing_only_where_a_day_did() -> None:
    cut = numbers_of(recorded(*map(visit, DAYS, ONE_DAY))).tree("attainment/visits/pace/low")
    assert (cut.value, cut.rule.key, number(cut.parts[0]) < 0, cut.holds()) == (0.0, "rule.clip", True, True)
    returned = recorded(visit(DAYS[0], -1), *map(visit, DAYS, ONE_DAY))
    below = numbers_of(returned).tree("attainment/visits/pace/low")
    assert (below.rule.key, number(below) < 0, below.holds()) == ("rule.difference", True, True)


def test_a_projection_goes_no_lower_than_what_is_done() -> None:
    numbers = numbers_of(recorded(*map(visit, DAYS, EACH)))
    high, low = (numbers.tree(f"attainment/visits/projection/{end}") for end in ("high", "low"))
    # 120 are planned for the rest.
    margin = REACH * math.sqrt(120 + 120**2 / 100)
    assert number(numbers.tree("attainment/visits/projection")) == pytest.approx(220, rel=1e-12)
    assert number(high) == pytest.approx(220 + margin, rel=1e-6)
    assert number(low) == pytest.approx(220 - margin, rel=1e-6)
    cut = numbers_of(recorded(*map(visit, DAYS, ONE_DAY))).tree("attainment/visits/projection/low")
    assert (cut.value, cut.holds()) == (100.0, True)


def test_after_few_days_a_pace_has_no_range() -> None:
    early = numbers_of(recorded(visit(DAYS[0], 3), visit(DAYS[1], 5)), as_of=DAYS[1]).addresses
    assert "attainment/visits/pace" in early
    assert "attainment/visits/pace/low" not in early


def test_growth_comes_apart_into_the_entries_of_both_years() -> None:
    before = [visit(date(2025, 6, 3), 30, ref="v-1"), visit(date(2025, 6, 12), 10, ref="v-2"), visit(date(2025, 6, 13), 99)]
    records = recorded(visit(date(2025, 5, 1), 1), *before, visit(DAYS[0], 50, ref="v-9"))
    growth = numbers_of(records).tree("attainment/visits/growth")
    assert (growth.value, growth.holds()) == (0.25, True)
    more, last_year = growth.parts
    assert (more.value, last_year.value) == (Amount.of(10, COUNT), Amount.of(40, COUNT))
    assert labels(last_year) == ["2025-06-03, ada, v-1", "2025-06-12, ada, v-2"]
    without = numbers_of(records, with_records=False)
    leaf = without.tree("attainment/visits/last_year")
    assert (leaf.value, leaf.parts) == (Amount.of(40, COUNT), ())
    assert "attainment/visits/entries" not in without.addresses


def test_from_less_than_nothing_there_is_no_growth() -> None:
    returned = recorded(visit(date(2025, 5, 1), 1), visit(date(2025, 6, 3), -3), visit(DAYS[0], 5))
    numbers = numbers_of(returned)
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
    numbers = numbers_of(Records(org=org, targets=map(goal, reps), actuals=entries), owner="both")
    east, west = (numbers.tree(f"attainment/visits/bo@{team}/entries") for team in ("east", "west"))
    assert (east.value, west.value, labels(east)[0], labels(west)[0]) == (5, 5, "2026-06-01, bo", "2026-06-08, bo")
    assert labels(numbers.tree("attainment/visits/compared_reps")) == ["ada", "cy"]
    assert sorted(labels(numbers.tree("attainment/visits/compared_teams"))) == ["east", "west"]


def test_how_much_of_the_period_has_passed_is_told_in_workdays() -> None:
    numbers = numbers_of(recorded())
    share = numbers.tree("time/elapsed_share")
    assert share.text().splitlines()[:3] == [
        "share of the workdays that has passed: 0.4545 = quotient of",
        "  workdays that have passed by 2026-06-12: 10 = sum of",
        "    2026-06-01: 1",
    ]
    passed, whole = share.parts
    assert (whole.value, whole.text().splitlines()[-1]) == (22, "  2026-06-30: 1")
    to_come = numbers.tree("attainment/visits/remaining_workdays")
    assert (to_come.value, labels(to_come)[0], labels(passed)[-1]) == (12, "2026-06-15", "2026-06-12")
    weekend = Period(date(2026, 6, 6), date(2026, 6, 8))
    off = explained(recorded(), "ada", weekend, date(2026, 6, 7), with_records=False)
    assert (off.tree("time/workdays").value, "time/elapsed_share" in off.addresses) == (0, False)


def test_every_number_on_a_target_comes_apart_into_entries_and_the_targets_agreed() -> None:
    before = visit(date(2025, 6, 3), 40, ref="v-0")
    entries = [visit(date(2025, 5, 1), 1), before, *map(visit, DAYS, EACH)]
    goals = [goal("ada"), goal("bo")]
    known = Records(org=company("ada", "bo"), targets=goals, actuals=entries)
    numbers = numbers_of(known, None)
    on_each_day = [f"{day}, ada" for day in DAYS]
    for name in ("gap", "ratio", "pace", "pace/low", "pace/high", "projection", "projection/low", "projection/high", "growth"):
        tree = numbers.tree(f"attainment/visits/{name}")
        leaves = [node.label.text() for node in tree.walk() if not node.parts]
        assert [leaf for leaf in leaves if leaf.startswith("2026-06-") and leaf.endswith(", ada")] == on_each_day
        owed = [leaf for leaf in leaves if leaf in ("ada, 2026-06", "bo, 2026-06")]
        assert owed == (["ada, 2026-06", "bo, 2026-06"] if name in ("gap", "ratio") or name.startswith("pace") else [])
        assert tree.holds()


def test_what_was_planned_comes_apart_into_workdays_and_the_target() -> None:
    numbers = numbers_of(recorded(*map(visit, DAYS, EACH)))
    planned = [
        "planned by now: 100 = product of",
        "  target: 220 = sum of",
        "    ada, 2026-06: 220",
        "  share planned by now: 5/11 = quotient of",
        "    workdays, 2026-06-01 to 2026-06-12: 10",
        "    workdays, 2026-06: 22",
    ]
    assert numbers.tree("attainment/visits/planned").text().splitlines() == planned
    projection = numbers.tree("attainment/visits/projection")
    assert [line.strip() for line in projection.text().splitlines()[-3:]] == [line.strip() for line in planned[3:]]
    assert projection.text().splitlines()[1:4] == [
        "  actual: 100 = sum of",
        "    within 2026-06-01 to 2026-06-12: 100 = sum of",
        "      2026-06-01, ada: 8",
    ]


def test_a_ratio_that_almost_equals_its_target_is_told_without_its_sums() -> None:
    average = STANDARD_METRICS["average_order_value"]
    amounts = {"revenue": yuan(10**12), "orders": Amount.of(3, COUNT)}
    entries = [Actual(owner="ada", metric=STANDARD_METRICS[key], amount=amount, on=DAYS[0]) for key, amount in amounts.items()]
    for goal_of, parts in (("333333333333.333333", 0), ("300000000000", 2)):
        target = Target(owner="ada", metric=average, amount=Decimal(goal_of), period=JUNE)
        gap = numbers_of(Records(org=company("ada"), targets=[target], actuals=entries)).tree(
            "attainment/average_order_value/gap"
        )
        assert (len(gap.parts[0].parts), gap.holds()) == (parts, True)


def test_what_stands_at_the_end_comes_apart_into_the_entries_that_stand() -> None:
    recurring = STANDARD_METRICS["annual_recurring_revenue"]
    stood = ((DAYS[0], 70), (DAYS[1], 80), (DAYS[9], 90))
    entries = [Actual(owner="ada", metric=recurring, amount=yuan(value), on=on) for on, value in stood]
    target = Target(owner="ada", metric=recurring, amount=yuan(100), period=JUNE)
    known = Records(org=company("ada"), targets=[target], actuals=entries)
    actual, owed = numbers_of(known).tree("attainment/annual_recurring_revenue/ratio").parts
    assert (labels(actual), values(actual)) == (["2026-06-12, ada"], [yuan(90)])
    assert (owed.value, owed.parts) == (yuan(100), ())


def test_a_share_of_a_target_that_reaches_beyond_comes_apart_into_workdays() -> None:
    # Of 110 workdays 22 are in June and 23 in July: June has 13.4 of 67, both have 27.4.
    long = Target(owner="ada", metric=VISITS, amount=Amount.of(67, COUNT), period=Period.parse("2026-06-01..2026-10-30"))
    records = Records(org=company("ada"), targets=[long])
    first, later = (
        explained(records, "ada", month, with_records=False).tree("attainment/visits/target")
        for month in (JUNE, Period.month(2026, 7))
    )
    assert first.text().splitlines() == [
        "target: 13 = sum of",
        "  ada, 2026-06: 13 = product of",
        "    ada, 2026-06-01 to 2026-10-30: 67",
        "    share, 2026-06: 1/5 = quotient of",
        "      workdays, 2026-06: 22",
        "      workdays, 2026-06-01 to 2026-10-30: 110",
    ]
    assert (labels(later), [str(part.value) for part in later.parts[0].parts]) == (["ada, 2026-07"], ["27", "13"])
    assert (first.holds(), later.holds()) == (True, True)
    # Beside a target that counts whole it is the other part.
    after = Target(owner="ada", metric=VISITS, amount=Amount.of(44, COUNT), period=Period.parse("2026-07-01..2026-08-31"))
    both = attrs.evolve(records, targets=[goal(), after])
    asked = Period(JUNE.start, date(2026, 8, 1))
    whole, share = explained(both, "ada", asked, with_records=False).tree("attainment/visits/target").parts
    assert (whole.value, whole.parts) == (Amount.of(220, COUNT), ())
    assert [str(part.value) for part in share.parts] == ["44", "23/44"]


def test_the_target_of_who_changed_team_comes_apart_into_what_counts_in_each() -> None:
    org = Org(
        reps=[Rep(id="ada", team="east")],
        teams=[Team(id="east"), Team(id="west")],
        moves=[Move(rep="ada", team="west", on=date(2026, 6, 9))],
    )
    known = Records(org=org, targets=[goal()])
    east, west = (numbers_of(known, owner=team).tree("attainment/visits/target") for team in ("east", "west"))
    # Six workdays of 22 in the east: 60 of 220; the rest in the west.
    assert [str(part.value) for part in east.parts[0].parts] == ["220", "3/11"]
    assert [str(part.value) for part in west.parts[0].parts] == ["220", "60"]
    assert labels(west.parts[0]) == ["ada, 2026-06", "ada, 2026-06-01 to 2026-06-08"]


def test_a_range_comes_apart_into_the_days_on_which_it_rests() -> None:
    numbers = numbers_of(recorded(*map(visit, DAYS, EACH)))
    low = numbers.tree("attainment/visits/pace/low")
    (deviation,) = (node for node in low.walk() if isinstance(node.rule, DeviationFromPlan))
    assert [part.value for part in deviation.parts] == [*EACH, *[10] * 10]
    assert [deviation.parts[place].label.text() for place in (0, 10)] == [
        "done on 2026-06-01, in smallest units",
        "planned for 2026-06-01, in smallest units",
    ]
    assert deviation.value == pytest.approx(math.sqrt(4 / 9), rel=1e-12)
    # 100 visits were planned for the ten days, and 120 are for the twelve that are left.
    high = numbers.tree("attainment/visits/projection/high")
    roots = [node.value for tree in (low, high) for node in tree.walk() if isinstance(node.rule, SquareRoot)]
    assert roots == [pytest.approx(10), pytest.approx(math.sqrt(120 + 120**2 / 100))]

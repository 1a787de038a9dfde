"""The numbers on the team of a review pulled apart: to its people, their targets, and to no more than counts of answers."""

from datetime import date
from decimal import Decimal
from functools import cache

import pytest
from explained import LOOKED, THIRD, broken, explained, labels, values
from small_records import company

from salesperf import (
    COUNT,
    STANDARD_METRICS,
    Actual,
    Amount,
    Move,
    Org,
    Period,
    PulseSurvey,
    Records,
    Rep,
    Target,
    Team,
)
from salesperf.allocation import audit
from salesperf.io.folder import read_sample
from salesperf.review import NumberTrees, PlanFairness
from salesperf.review.explained.fairness import numbers_of_fairness

VISITS = STANDARD_METRICS["visits"]


def target(owner: str, count: int) -> Target:
    return Target(owner=owner, metric=VISITS, amount=Amount.of(count, COUNT), period=THIRD)


def visited(owner: str, count: int) -> Actual:
    return Actual(owner=owner, metric=VISITS, amount=Amount.of(count, COUNT), on=date(2026, 8, 3))


def numbers(records: Records, owner: str | None = None, period: Period = THIRD, as_of: date | None = None) -> NumberTrees:
    """Explain a review, every number of whose team holds."""
    found = explained(records, owner, period, as_of, with_records=False).below("team")
    assert broken(found) == []
    return found


def named(found: NumberTrees, address: str) -> list[str]:
    return labels(found.tree(address))


# Who is there


@cache
def of_people() -> NumberTrees:
    reps = [
        Rep(id="ada", team="east", absences=[Period.parse("2026-08-03..2026-08-07")]),
        Rep(id="bo", team="east", left=date(2026, 7, 6)),
        Rep(id="chen", team="east", hired=date(2026, 9, 1), ramp=[Decimal("0.5"), Decimal("0.8")]),
        Rep(id="dai", team="west"),
        Rep(id="ed", team="east"),
        Rep(id="fast", team="east", kind="dealer"),
        Rep(id="gan", team="east", kind="agent"),
        Rep(id="hua", team="east", kind="agent"),
    ]
    moves = [Move(rep="dai", on=date(2026, 9, 28), team="east"), Move(rep="ed", on=date(2026, 7, 3), team="west")]
    return numbers(Records(org=Org(teams=[Team(id="east"), Team(id="west")], reps=reps, moves=moves)), "east")


def test_who_came_and_went_and_who_is_there_are_named() -> None:
    told = {
        "opening": ["ada", "bo", "ed"],
        "joined": ["chen"],
        "left": ["bo"],
        "moved_in": ["dai"],
        "moved_out": ["ed"],
        "closing": ["ada", "chen", "dai"],
        "ramping": ["chen"],
        "dealers": ["fast"],
        "agents": ["gan", "hua"],
    }
    assert {name: sorted(named(of_people(), f"team/{name}")) for name in told} == told
    assert of_people().tree("team/headcount").value == 3


def test_workdays_are_those_of_each_as_long_as_he_served_here() -> None:
    # July, August and September have 23, 21 and 22 workdays; bo served on 3, chen on 22, dai on the last 3, ed on 2.
    served = of_people().tree("team/served_workdays")
    assert {part.label.text(): part.value for part in served.parts} == {"ada": 66, "bo": 3, "chen": 22, "dai": 3, "ed": 2}
    absent = of_people().tree("team/absent_workdays")
    assert (absent.value, absent.parts) == (5, ())  # who was away, and for how long, is told to nobody
    assert of_people().tree("team/absent_share").value == pytest.approx(5 / 96)


def test_attrition_has_the_ends_of_its_interval() -> None:
    # Wilson's interval of 1 in 5.
    ends = [of_people().tree(f"team/attrition/{end}") for end in ("low", "high")]
    assert [end.value for end in ends] == pytest.approx([0.0362, 0.6245], abs=1e-4)
    assert [labels(end.parts[0]) for end in ends] == [["bo"], ["bo"]]


def test_a_team_of_dealers_has_no_attrition_and_no_share_of_absence() -> None:
    found = numbers(Records(org=Org(reps=[Rep(id="fast", kind="dealer")])))
    assert [found.tree(f"team/{name}").value for name in ("attrition", "absent_share", "opening")] == [None, None, 0]
    assert "team/attrition/low" not in found.addresses


def test_at_the_beginning_of_time_nobody_served_the_day_before() -> None:
    days = Period(date.min, date(1, 2, 1))
    found = numbers(Records(org=company("ada")), period=days, as_of=date(1, 1, 20))
    assert (found.tree("team/opening").value, found.tree("team/opening").parts) == (1, ())


def test_a_rep_is_no_team() -> None:
    assert numbers(Records(org=company("ada")), "ada").addresses == ()


def test_people_are_those_known_at_the_end_of_the_period() -> None:
    # In September r-07 is known to have been hired in July; at the end of June the entries of the seat had begun in April.
    found = numbers(read_sample(), period=Period.quarter(2026, 2), as_of=LOOKED)
    assert "r-07" in named(found, "team/served_workdays")
    assert "r-07" in named(found, "team/closing")


# How far apart they are


@cache
def of_targets() -> NumberTrees:
    done = {"ada": 50, "bo": 80, "chen": 100, "dai": 130}
    reps = [*(Rep(id=rep) for rep in done), Rep(id="house", kind="house")]
    targets = [*(target(rep, 100) for rep in done), target("house", 10)]
    return numbers(Records(org=Org(reps=reps), targets=targets, actuals=[visited(rep, count) for rep, count in done.items()]))


def test_the_spread_of_a_metric_comes_apart_into_what_each_attained() -> None:
    median = of_targets().tree("team/spread/visits/median")
    assert median.value == pytest.approx(0.9)
    assert labels(median) == ["ada", "bo", "chen", "dai"]
    assert values(median) == pytest.approx([0.5, 0.8, 1.0, 1.3])
    assert named(of_targets(), "team/spread/visits/targets") == ["ada", "bo", "chen", "dai"]


def test_a_quartile_lies_between_the_two_beside_it() -> None:
    lower, upper = (of_targets().tree(f"team/spread/visits/{name}_quartile") for name in ("lower", "upper"))
    assert [lower.value, upper.value] == pytest.approx([0.725, 1.075])
    assert labels(lower) == ["ada, 1 of 4 from the lowest", "bo, 2 of 4 from the lowest"]
    assert [float(part.weight or 0) for part in (*lower.parts, *upper.parts)] == [0.25, 0.75, 0.75, 0.25]


def test_a_quartile_that_falls_on_one_is_that_one() -> None:
    reps = ["ada", "bo", "chen", "dai", "ed"]
    records = Records(
        org=company(*reps),
        targets=[target(rep, 100) for rep in reps],
        actuals=[visited(rep, 10 * place) for place, rep in enumerate(reps, 1)],
    )
    assert named(numbers(records), "team/spread/visits/lower_quartile") == ["bo, 2 of 5 from the lowest"]


def test_who_reached_the_target_is_named_and_the_share_has_its_interval() -> None:
    reached = of_targets().tree("team/spread/visits/reached")
    assert (reached.value, labels(reached.parts[0])) == (0.5, ["chen", "dai"])
    ends = [of_targets().tree(f"team/spread/visits/reached/{end}").value for end in ("low", "high")]
    assert ends == pytest.approx([0.1500, 0.8500], abs=1e-4)


def test_of_three_there_is_no_quartile() -> None:
    org = company("ada", "bo", "chen")
    few = numbers(Records(org=org, targets=[target(rep.id, 5) for rep in org.reps]))
    assert few.below("team/spread/visits/lower_quartile").addresses == ()
    assert few.tree("team/spread/visits/median").value == 0.0


# Pulse surveys


def surveys(*more: PulseSurvey) -> Records:
    first = PulseSurvey(on=date(2026, 5, 20), counts=[1, 1, 4, 8, 6])
    second = PulseSurvey(on=date(2026, 8, 20), counts=[3, 4, 5, 6, 2], invited=25)
    return Records(org=Org(teams=[Team(id="east"), Team(id="west")], reps=[Rep(id="ada")]), pulses=[first, second, *more])


def test_a_survey_comes_apart_into_counts_and_never_into_who_answered() -> None:
    found = numbers(surveys()).below("team/pulses")
    of_survey = "team/pulses/2026-08-20"
    rates = [f"{rate}{end}" for rate in ("low_share", "change") for end in ("", "/low", "/high")]
    assert found.addresses == tuple(f"{of_survey}/{name}" for name in ("answers", "response", *rates))
    assert [found.tree(f"{of_survey}/{name}").value for name in ("answers", "response", "low_share")] == [20, 0.8, 0.35]
    for address in found.addresses:
        assert all(leaf.value in (2, 7, 13, 18, 20, 25) for leaf in found.tree(address).walk() if not leaf.parts)


def test_the_change_since_the_survey_before_has_the_ends_of_newcombe() -> None:
    found = numbers(surveys())
    change = found.tree("team/pulses/2026-08-20/change")
    assert change.value == pytest.approx(0.25)
    assert values(change) == [0.35, 0.1]
    # Wilson's intervals of 7 and 2 in 20 reach from 0.1812 to 0.5671 and from 0.0279 to 0.3010.
    ends = [found.tree(f"team/pulses/2026-08-20/change/{end}").value for end in ("low", "high")]
    assert ends == pytest.approx([-0.0125, 0.4788], abs=2e-4)


def test_teams_below_stand_under_their_names_and_what_is_withheld_is_counted_alone() -> None:
    on = date(2026, 8, 20)
    east = PulseSurvey(on=on, owner="east", counts=[1, 2, 3, 1, 1])
    west = PulseSurvey(on=on, owner="west", counts=[1, 0, 1, 1, 1])
    found = numbers(surveys(east, west)).below("team/pulses")
    assert found.tree("team/pulses/east/2026-08-20/answers").value == 8
    assert "team/pulses/east/2026-08-20/response" not in found.addresses
    assert "team/pulses/east/2026-08-20/change" not in found.addresses
    assert not [address for address in found.addresses if "west" in address]
    withheld = found.tree("team/pulses/withheld")
    assert (withheld.value, withheld.parts) == (1, ())


# Whether targets ask of all alike


def of_two(first: int, second: int) -> NumberTrees:
    org = Org(reps=[Rep(id="ada"), Rep(id="bo"), Rep(id="chen", left=date(2026, 7, 20))])
    return numbers(Records(org=org, targets=[target("ada", first), target("bo", second)])).below("team/fairness")


def test_an_index_is_what_is_asked_of_one_over_what_is_asked_of_all() -> None:
    found = of_two(70, 30)
    index = found.tree("team/fairness/capacity/index/ada")
    own, whole = index.parts
    # Both can work on 66 workdays: 70 / 66 over 100 / 132.
    assert index.value == pytest.approx(1.4)
    assert values(own) == [Amount.of(70, COUNT), 66]
    assert values(whole) == [Amount.of(100, COUNT), 132]
    assert found.tree("team/fairness/capacity/spread").value == pytest.approx(1.4 / 0.6)
    assert found.tree("team/fairness/capacity/gini").value == pytest.approx(0.2)
    assert sorted(named(found, "team/fairness/capacity/beyond")) == ["ada", "bo"]
    assert named(found, "team/fairness/capacity/compared") == ["ada", "bo"]
    assert found.tree("team/fairness/tolerance").value == Decimal("0.2")
    assert "team/fairness/history/gini" not in found.addresses


def test_what_was_done_the_year_before_comes_apart_into_its_entries() -> None:
    def visits(owner: str, number: int, on: date) -> Actual:
        return Actual(owner=owner, metric=VISITS, amount=Amount.of(number, COUNT), on=on)

    org = Org(reps=[Rep(id="ada"), Rep(id="bo")])
    # The records reach back to the first of the days, and tell of a day before them too.
    made = [("ada", 3, date(2025, 6, 30)), ("ada", 5, date(2025, 7, 1)), ("bo", 10, date(2025, 9, 30)), ("ada", 1, LOOKED)]
    actuals = [visits(*each) for each in made]
    records = Records(org=org, targets=[target("ada", 10), target("bo", 20)], actuals=actuals)
    index = explained(records, as_of=LOOKED).tree("team/fairness/history/index/ada")
    own, whole = index.parts
    # 10 visits are owed for 5 done: each visit of last year owes two.
    assert (index.value, own.value, whole.value) == (1, 2, 2)
    assert labels(own.parts[1]) == ["2025-07-01, ada"]
    assert values(whole.parts[1]) == [Amount.of(5, COUNT), Amount.of(10, COUNT)]
    assert index.holds()
    assert values(own) == [Amount.of(10, COUNT), Amount.of(5, COUNT)]
    bare = numbers(records, as_of=LOOKED).tree("team/fairness/history/index/ada")
    assert (values(bare.parts[0]), bare.parts[0].parts[1].parts) == (values(own), ())


def test_where_all_are_asked_alike_nobody_is_beyond() -> None:
    found = of_two(50, 50)
    assert [found.tree(f"team/fairness/capacity/{name}").value for name in ("spread", "gini", "beyond")] == [1, 0, 0]


def test_where_nothing_is_asked_of_anybody_or_of_one_there_is_no_measure() -> None:
    assert of_two(0, 0).tree("team/fairness/capacity/spread").value is None
    assert of_two(0, 9).tree("team/fairness/capacity/gini").value == pytest.approx(0.5)
    assert of_two(0, 9).tree("team/fairness/capacity/spread").value is None
    nothing = of_two(0, 0)
    assert nothing.tree("team/fairness/capacity/gini").value is None
    assert nothing.tree("team/fairness/capacity/compared").value == 0


def test_who_is_compared_with_nobody_is_named_and_without_an_audit_there_is_nothing() -> None:
    found = audit([target("ada", 4), target("bo", 6)], capacity={"ada": 1, "bo": 1}, tolerance=Decimal(1))
    trees = dict(numbers_of_fairness(PlanFairness(metric=VISITS, audit=found, left_out=("chen",)), THIRD, None))
    assert labels(trees["team/fairness/left_out"]()) == ["chen"]
    assert list(numbers_of_fairness(PlanFairness(metric=None, audit=None), THIRD, None)) == []

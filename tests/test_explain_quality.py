"""The numbers on the quality of the data of a review pulled apart: to the records in which a fault was found."""

from datetime import date
from functools import cache

import attrs
import pytest
from explained import THIRD, broken, explained, labels, of_sample, values

from salesperf import (
    CNY,
    STANDARD_METRICS,
    STANDARD_PROCESSES,
    USD,
    Actual,
    Amount,
    Change,
    Opportunity,
    Org,
    Records,
    Rep,
    Target,
    Team,
    Unit,
)
from salesperf.review import NumberTrees, Review, build, explain

AS_OF = date(2026, 9, 15)
REVENUE = STANDARD_METRICS["revenue"]
PROCESS, OTHER = STANDARD_PROCESSES["basic"], attrs.evolve(STANDARD_PROCESSES["basic"], key="other")


def deal(name: str, owner: str | None, due: date | None, process: str = "basic", unit: Unit = CNY) -> Opportunity:
    """Make an open deal; those of unlike names are of unlike amounts."""
    first = Change(date(2026, 8, 3), stage="lead", owner=owner, amount=Amount.of(int(name[2:]), unit), expected_close=due)
    return Opportunity(id=name, process=process, history=[first])


def entry(owner: str, on: date, ref: str | None = None) -> Actual:
    return Actual(owner=owner, metric=REVENUE, amount=Amount.of(1, CNY), on=on, ref=ref)


PAST, COMING = date(2026, 9, 1), date(2026, 12, 1)
RECORDS = Records(
    org=Org(teams=[Team(id="east"), Team(id="west")], reps=[Rep(id="ada", team="east"), Rep(id="bo", team="west")]),
    processes=[PROCESS, OTHER],
    opportunities=[
        deal("o-1", "ada", PAST),
        deal("o-2", "ada", PAST),
        deal("o-3", "bo", PAST),
        deal("o-4", "bo", COMING),
        deal("o-5", None, PAST, "other"),
        deal("o-6", "bo", COMING, "other"),
        # It says nothing of when it is to close, so of it nothing can be told.
        deal("o-7", "bo", None),
    ],
    targets=[Target(owner="east", metric=REVENUE, amount=Amount.of(4, CNY), period=THIRD)],
    actuals=[
        entry("ada", date(2026, 8, 4)),
        entry("ada", date(2026, 8, 5), "v-1"),
        entry("bo", date(2026, 8, 6)),
        entry("ada", date(2026, 9, 16)),
    ],
)


@cache
def review() -> Review:
    return build(RECORDS, owner=None, period=THIRD, as_of=AS_OF)


@cache
def numbers(owner: str | None = None) -> NumberTrees:
    """Explain a review with its records, every number of which holds."""
    found = explained(RECORDS, owner, as_of=AS_OF)
    assert broken(found) == []
    return found


def named(found: NumberTrees, address: str) -> list[str]:
    return sorted(labels(found.tree(address)))


def test_the_records_with_a_fault_are_named_and_those_of_which_it_could_be_told() -> None:
    assert named(numbers(), "quality/deal_overdue/found") == ["o-1", "o-2", "o-3", "o-5"]
    assert named(numbers(), "quality/deal_overdue/checked") == ["o-1", "o-2", "o-3", "o-4", "o-5", "o-6"]
    assert numbers().tree("quality/deal_overdue/share").value == pytest.approx(4 / 6)
    assert named(numbers(), "quality/deal_overdue/most") == ["o-1", "o-2"]
    assert named(numbers(), "quality/deal_without_owner/found") == ["o-5"]
    assert numbers().tree("quality/deal_without_owner/most").label.text() == "Deals without an owner: most with nobody"


def test_entries_without_a_reference_are_named_by_owner_metric_and_day_and_later_ones_are_not_known() -> None:
    assert named(numbers(), "quality/actual_without_ref/found") == ["ada revenue 2026-08-04", "bo revenue 2026-08-06"]
    assert named(numbers(), "quality/actual_without_ref/checked") == ["ada revenue 2026-08-04", "bo revenue 2026-08-06", "v-1"]
    # Each has one, so nobody has most.
    assert "quality/actual_without_ref/most" not in numbers().addresses


def test_the_review_of_a_team_names_its_records_alone() -> None:
    assert named(numbers("east"), "quality/deal_overdue/found") == ["o-1", "o-2"]
    assert named(numbers("west"), "quality/deal_overdue/checked") == ["o-3", "o-4", "o-6"]


def test_without_records_a_count_comes_apart_into_owners() -> None:
    found = explain(review()).below("quality")
    overdue = {part.label.text(): part.value for part in found.tree("quality/deal_overdue/found").parts}
    assert overdue == {"nobody": 1, "ada": 2, "bo": 1}
    most = found.tree("quality/deal_overdue/most")
    assert (most.value, most.parts) == (2, ())
    assert broken(found) == []


def test_the_faults_are_counted_by_kind() -> None:
    titles = [count.rule.label.text() for count in review().quality.faults]
    assert named(numbers(), "quality/faults") == sorted(titles)


def test_the_score_comes_apart_by_dimension_and_each_share_into_two_counts() -> None:
    score, timeliness = (numbers().tree(address) for address in ("quality/score", "quality/score/timeliness"))
    assert score.value == review().quality.score
    assert {part.label.text(): part.value for part in score.parts}["timeliness"] == timeliness.value
    overdue = next(part for part in timeliness.parts if part.label.text() == "Open deals past their expected close")
    (share,) = overdue.parts
    assert overdue.value == pytest.approx(100 * (1 - 4 / 6))
    assert values(share) == [4, 6]
    dimensions = {key for key, points in review().quality.score_by_dimension.items() if points is not None}
    below = {address.removeprefix("quality/score/") for address in numbers().below("quality/score").addresses}
    assert below - {"quality/score"} == dimensions


def test_where_nothing_could_be_judged_there_is_no_score() -> None:
    nothing = Records(org=Org())
    found = explained(nothing, as_of=AS_OF).below("quality")
    assert {address: found.tree(address).value for address in found.addresses} == {"quality/score": None, "quality/faults": 0}


# Beside the numbers that they weaken


def test_beside_a_number_stand_the_faults_of_its_section_alone() -> None:
    assert named(numbers(), "deals/basic/weakened/pipeline/deal_overdue/found") == ["o-1", "o-2", "o-3"]
    assert named(numbers(), "deals/other/weakened/pipeline/deal_overdue/found") == ["o-5"]
    assert numbers().tree("deals/other/weakened/pipeline/deal_overdue/share").value == 0.5
    without = explain(review()).tree("deals/other/weakened/pipeline/deal_overdue/checked")
    assert (without.value, without.parts) == (2, ())


def test_a_metric_owed_by_a_team_below_is_weakened_by_the_entries_of_that_team() -> None:
    address = "attainment/revenue/east/weakened/attainment/actual_without_ref"
    assert named(numbers(), f"{address}/found") == ["ada revenue 2026-08-04"]
    assert named(numbers(), f"{address}/checked") == ["ada revenue 2026-08-04", "v-1"]
    assert numbers().tree(f"{address}/share").value == 0.5


def test_deals_in_two_currencies_are_weakened_each_by_its_own() -> None:
    records = attrs.evolve(RECORDS, opportunities=[deal("o-1", "ada", PAST), deal("o-2", "ada", PAST, unit=USD)])
    found = explained(records, as_of=AS_OF)
    assert named(found, "deals/basic~CNY/weakened/pipeline/deal_overdue/found") == ["o-1"]
    assert named(found, "deals/basic~USD/weakened/pipeline/deal_overdue/found") == ["o-2"]


def test_leads_of_the_sample_that_nobody_touches_are_named() -> None:
    found = of_sample()
    untouched = found.tree("leads/weakened/follow_up/lead_untouched/found")
    assert untouched.value == len(untouched.parts) == 6
    assert untouched == found.tree("quality/lead_untouched/found")


def test_a_fault_that_nobody_could_be_asked_about_has_no_numbers() -> None:
    # Of twenty deals none has an amount: the source does not keep it, and each deal is not to blame.
    bare = [
        Change(date(2026, 8, 3), stage="lead", owner="ada" if number else None, expected_close=PAST) for number in range(20)
    ]
    deals = [Opportunity(id=f"o-{number}", process="basic", history=[begun]) for number, begun in enumerate(bare)]
    records = attrs.evolve(RECORDS, opportunities=deals)
    built = build(records, owner=None, period=THIRD, as_of=AS_OF)
    assert "deal_without_amount" in {finding.rule for finding in built.deals[0].weakened_by["pipeline"]}
    found = explain(built, records=records).below("deals/basic/weakened/pipeline")
    assert {address.split("/")[4] for address in found.addresses} == {"deal_overdue", "deal_without_owner"}


def test_other_records_than_those_of_the_review_do_not_make_up_its_counts() -> None:
    found = explain(review(), records=Records(org=RECORDS.org))
    assert found.tree("quality/deal_overdue/found").value == 4
    assert not found.tree("quality/deal_overdue/found").holds()
    assert not found.tree("quality/deal_overdue/most").holds()

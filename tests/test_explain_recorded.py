"""What a review rests on, and what was recorded though nobody owes it, pulled apart to targets and entries."""

from datetime import date
from functools import cache

import attrs
from explained import THIRD, broken, explained, labels, of_sample, place_of, sample
from small_records import company, yuan

from salesperf import (
    CNY,
    COUNT,
    STANDARD_METRICS,
    STANDARD_PROCESSES,
    USD,
    Actual,
    Amount,
    Change,
    Finding,
    Message,
    Metric,
    Move,
    Opportunity,
    Org,
    Period,
    Records,
    Rep,
    Target,
    Team,
    Unit,
)
from salesperf.review import NumberTrees, build
from salesperf.review.explained.findings import numbers_of_findings

AUGUST = Period.month(2026, 8)
AS_OF = date(2026, 9, 15)
VISITS, REVENUE, ORDERS = (STANDARD_METRICS[key] for key in ("visits", "revenue", "orders"))


def entry(metric: Metric, owner: str, on: date, number: int, unit: Unit = COUNT, ref: str | None = None) -> Actual:
    return Actual(owner=owner, metric=metric, amount=Amount.of(number, unit), on=on, ref=ref)


def owed(owner: str | None, period: Period, **scope: str) -> Target:
    return Target(owner=owner, metric=ORDERS, amount=Amount.of(5, COUNT), period=period, scope=scope)


RECORDS = Records(
    org=Org(
        teams=[Team(id="east"), Team(id="north", parent="east"), Team(id="west")],
        reps=[Rep(id="ada", team="east"), Rep(id="bo", team="west"), Rep(id="late", team="east", hired=date(2026, 10, 1))],
        moves=[Move(rep="bo", on=date(2026, 8, 10), team="north")],
    ),
    targets=[
        owed(None, THIRD),
        owed("east", AUGUST),
        owed("bo", AUGUST, product="A"),
        owed("east", Period.quarter(2026, 2)),
        owed("west", THIRD),
    ],
    actuals=[
        entry(ORDERS, "ada", date(2026, 8, 1), 1),
        entry(VISITS, "ada", date(2026, 8, 5), 7, ref="v-1"),
        entry(VISITS, "ada", date(2026, 8, 4), 3),
        # Before bo came, it was the west that was visited.
        entry(VISITS, "bo", date(2026, 8, 9), 100),
        entry(VISITS, "bo", date(2026, 8, 10), 5),
        entry(VISITS, "ada", date(2026, 9, 16), 1000),
        entry(VISITS, "ada", date(2026, 6, 30), 1000),
        entry(REVENUE, "ada", date(2026, 8, 2), 40, CNY),
        entry(REVENUE, "ada", date(2026, 8, 3), 50, USD),
    ],
    findings=[Finding(rule="cut_off", message=Message("from the file"), record="actuals.csv")],
)


@cache
def numbers(owner: str | None = "east", *, with_records: bool = True) -> NumberTrees:
    """Explain a review, every number of which holds."""
    found = explained(RECORDS, owner, as_of=AS_OF, with_records=with_records)
    assert broken(found) == []
    return found


def named(address: str, owner: str | None = "east") -> list[str]:
    return labels(numbers(owner).tree(address))


def test_what_nobody_owes_is_the_sum_of_its_entries_while_they_were_the_owner_s() -> None:
    actual = numbers().tree("recorded/visits/actual")
    assert actual.value == Amount.of(15, COUNT)
    assert {part.label.text(): part.value for part in actual.parts} == {
        "2026-08-04, ada": Amount.of(3, COUNT),
        "2026-08-05, ada, v-1": Amount.of(7, COUNT),
        "2026-08-10, bo": Amount.of(5, COUNT),
    }
    assert named("recorded/visits/entries") == ["2026-08-04, ada", "2026-08-05, ada, v-1", "2026-08-10, bo"]


def test_each_unit_stands_by_itself() -> None:
    assert numbers().tree("recorded/revenue~CNY/actual").value == yuan(40)
    assert numbers().tree("recorded/revenue~USD/entries").value == 1
    assert "recorded/revenue/actual" not in numbers().addresses


def test_what_is_owed_is_not_among_what_nobody_owes() -> None:
    assert numbers().below("recorded/orders").addresses == ()


def test_what_a_review_rests_on_is_named() -> None:
    assert named("data/reps") == ["ada", "bo"]
    assert named("data/teams") == ["east", "north"]
    assert sorted(named("data/targets")) == ["bo: Orders (product = A), 2026-08", "east: Orders, 2026-08"]
    assert named("data/entries") == [
        "Orders, 2026-08-01, ada",
        "Revenue, 2026-08-02, ada",
        "Revenue, 2026-08-03, ada",
        "Visits, 2026-08-04, ada",
        "Visits, 2026-08-05, ada, v-1",
        "Visits, 2026-08-10, bo",
    ]


def test_of_the_company_everybody_counts() -> None:
    assert named("data/teams", None) == ["east", "north", "west"]
    assert numbers(None).tree("data/entries").value == 7
    assert "the company: Orders, Q3 2026" in named("data/targets", None)


def test_a_rep_has_no_teams() -> None:
    assert numbers("ada").tree("data/teams").value == 0
    assert named("data/reps", "ada") == ["ada"]


def test_without_records_there_are_the_numbers_alone() -> None:
    bare = numbers(with_records=False)
    addresses = ("recorded/visits/actual", "recorded/visits/entries", "data/entries", "data/targets")
    assert [bare.tree(address).value for address in addresses] == [Amount.of(15, COUNT), 3, 6, 2]
    assert [bare.tree(address).parts for address in addresses] == [(), (), (), ()]
    assert labels(bare.tree("data/reps")) == ["ada", "bo"]


def test_numbers_in_findings_stand_under_the_place_and_the_rule_of_each() -> None:
    findings = build(RECORDS, owner=None, period=THIRD, as_of=AS_OF).findings
    counted = [
        f"data/findings/{place}/{finding.rule}/{name}"
        for place, finding in enumerate(findings, 1)
        for name, value in finding.message.arguments.items()
        if isinstance(value, int | float)
    ]
    assert counted
    assert set(counted) <= set(numbers(None).below("data/findings").addresses)
    assert not [address for address in numbers(None).addresses if "cut_off" in address]


def test_a_review_of_nothing_rests_on_nothing() -> None:
    nothing = Records(org=Org())
    found = explained(nothing, as_of=AS_OF)
    assert [found.tree(f"data/{name}").value for name in ("entries", "reps", "teams", "targets")] == [0, 0, 0, 0]
    assert found.below("recorded").addresses == ()


# Findings


def of_findings(records: Records, *, with_records: bool = True) -> list[tuple[str, object, list[str]]]:
    """Return each number in the findings of a review by rule and name, with what is behind it."""
    found = explained(records, as_of=AS_OF, with_records=with_records).below("data/findings")
    trees = [(address.split("/", 3)[3], found.tree(address)) for address in found.addresses]
    assert all(tree.holds() for _, tree in trees)
    return [(name, tree.value, labels(tree)) for name, tree in trees]


BOXES = Unit("box", 0, "count")
ADA_AND_BO = Org(
    teams=[Team(id="east"), Team(id="west")],
    reps=[Rep(id="ada", team="east"), Rep(id="bo", team="east"), Rep(id="chen", team="west")],
)


def test_entries_that_findings_count_are_named_where_the_records_are_at_hand() -> None:
    records = Records(
        org=ADA_AND_BO,
        targets=[owed("ada", AUGUST)],
        actuals=[
            entry(ORDERS, "ada", date(2026, 7, 31), 1),
            entry(ORDERS, "ada", date(2026, 8, 3), 1),
            entry(ORDERS, "ada", date(2026, 9, 1), 1, ref="o-1"),
            entry(ORDERS, "bo", date(2026, 8, 4), 1),
            entry(VISITS, "bo", date(2026, 8, 4), 1),
            entry(ORDERS, "chen", date(2026, 8, 5), 2),
            entry(ORDERS, "chen", date(2026, 8, 6), 3, BOXES),
        ],
    )
    told = of_findings(records)
    for number in (
        ("outside_targets/entries", 2, ["2026-07-31, ada", "2026-09-01, ada, o-1"]),
        ("no_target/entries", 1, ["2026-08-04, bo"]),
        ("in_no_line/entries", 1, ["2026-08-05, chen"]),
        ("in_no_line/amount", Amount.of(2, COUNT), ["2026-08-05, chen"]),
        ("in_no_line/amount", Amount.of(3, BOXES), ["2026-08-06, chen"]),
    ):
        assert number in told
    bare = {name: behind for name, _, behind in of_findings(records, with_records=False)}
    assert (bare["outside_targets/entries"], bare["in_no_line/amount"]) == ([], [])


def test_numbers_of_findings_that_stand_elsewhere_come_apart_as_they_do_there() -> None:
    built, found = sample("south"), of_sample("south", with_records=False)
    place = place_of("stuck_stage", built.findings)
    over = found.tree(f"data/findings/{place}/stuck_stage/over")
    assert over.parts == found.tree("deals/solution/proposal/over_limit").parts
    alone = dict(numbers_of_findings(built, None, lambda _: None))
    # What a section itself lists is known without any other.
    listed = {address for address, grow in alone.items() if grow().parts}
    own = {"slipping", "objective_coverage", "objectives_silent"}
    assert {address.split("/", 3)[3].split("/")[0] for address in listed} == own
    of_one = sample("shenzhen")
    days = of_sample("shenzhen").tree(f"data/findings/{place_of('few_days', of_one.findings)}/few_days/days")
    assert (days.value, len(set(labels(days)))) == (10, 10)
    flattered = place_of("season_flatters", built.findings)
    pace = found.tree(f"data/findings/{flattered}/season_flatters/pace")
    assert pace.parts == found.tree("attainment/revenue/guangzhou/pace").parts


def test_findings_come_apart_into_what_they_count() -> None:
    numbers = dict(numbers_of_findings(sample(), None, of_sample(with_records=False).tree))
    trees = {address.split("/", 3)[3]: grow() for address, grow in numbers.items()}
    # Fang Zhou moved six of nine deals on, and said nothing of two key results, of one of them for 77 days.
    assert [len(trees[f"slipping/{name}"].parts) for name in ("due", "slipped")] == [9, 6]
    assert [len(trees[f"objectives_silent/{name}"].parts) for name in ("number", "of")] == [2, 2]
    assert max(part.value for part in trees["objectives_silent/longest"].parts) == 77  # type: ignore[type-var] # days
    assert len(trees["stuck_stage/number"].parts) == 36
    found = of_sample("east", "2026-W37", with_records=False).below("data/findings")
    untouched = {address.rpartition("/")[2]: found.tree(address) for address in found.addresses if "untouched" in address}
    assert [len(untouched[name].parts) for name in ("untouched", "number")] == [3, 1]


def test_of_a_stage_in_which_a_deal_has_been_since_nobody_knows_when_the_others_are_counted() -> None:
    process = STANDARD_PROCESSES["basic"]
    first = attrs.evolve(process.open_stages[0], max_days=21)
    stages = [first, *(stage for stage in process.stages if stage.key != first.key)]
    begun = Change(date(2026, 7, 1), stage=first.key, owner="ada", amount=yuan(5))
    undated = Opportunity(id="undated", process="basic", history=[attrs.evolve(begun, on=None)])
    records = Records(
        org=company("ada"),
        processes=[attrs.evolve(process, stages=stages)],
        opportunities=[undated, *(Opportunity(id=f"o-{place}", process="basic", history=[begun]) for place in range(6))],
    )
    trees = {name: (value, labels) for name, value, labels in of_findings(records)}
    assert trees["stuck_stage/number"] == (6, ["open", "entered the stage on a day that nobody knows"])


def test_findings_of_somebody_else_under_our_names_stand_by_themselves() -> None:
    told = Message.of(
        "{number}", number=0.123, ratio=0.123, entries=0.123, amount=0.123, metric=Message("metric.orders"), score=1.5
    )
    rules = ("channel_does_not_pay", "slipping", "stuck_stage", "season_hides", "no_target", "objectives_silent", "few_days")
    more = ("leads_untouched", "objective_coverage", "objective_off_track")
    own = [Finding(rule=rule, message=told) for rule in (*rules, *more)]
    for records in (attrs.evolve(RECORDS, findings=own), Records(org=Org(), findings=own)):
        found = [number for number in of_findings(records) if number[1] in (0.123, 1.5)]
        assert len(found) == 5 * len(own)
        assert {tuple(labels) for _, _, labels in found} == {()}

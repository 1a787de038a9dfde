"""What addresses begin with: the numbers of a section stand where whoever points to them looks for them."""

from datetime import date

import attrs
from explained import THIRD, of_sample, place_of, sample
from small_records import company, yuan

from salesperf import (
    CNY,
    STANDARD_METRICS,
    STANDARD_PROCESSES,
    USD,
    Actual,
    Amount,
    Change,
    Lead,
    LeadChange,
    Move,
    Opportunity,
    Org,
    Records,
    Rep,
    Target,
    Team,
    Unit,
)
from salesperf.review import build, explain
from salesperf.review.explained.addresses import channel_address, member_addresses, metric_address, process_address

SOLUTION = STANDARD_PROCESSES["solution"]
ENDS = [stage for stage in SOLUTION.stages if not stage.is_open]


def test_every_section_of_the_sample_stands_where_it_is_looked_for() -> None:
    for owner in (None, "r-13"):
        review, numbers = sample(owner), of_sample(owner, with_records=False)
        for section in review.metrics:
            told = [(metric_address(section, owner), section.attainment, section.owed)]
            told += [(address, each.attainment, each.owed) for each, address in member_addresses(section, owner)]
            for address, attained, owed in told:
                assert numbers.tree(f"{address}/gap").parts == (attained.breakdown.parts[0], owed.breakdown)
        for deals in review.deals:
            assert numbers.tree(f"{process_address(deals, review.deals)}/won").value == deals.closed.won
        for line in () if review.channels is None else (*review.channels.report.lines, review.channels.report.total):
            assert numbers.tree(f"{channel_address(line)}/leads").value == line.leads


def test_a_channel_that_is_called_like_all_of_them_has_its_key_told() -> None:
    channels = ("total", "-", "fair", None)
    came = [LeadChange(date(2026, 8, 3), status="new", owner="ada")]
    leads = [Lead(id=f"l-{place}", channel=channel, history=came) for place, channel in enumerate(channels)]
    review = build(Records(org=company("ada"), leads=leads), owner=None, period=THIRD, as_of=THIRD.last)
    assert review.channels is not None
    report = review.channels.report
    assert {channel_address(line) for line in (*report.lines, report.total)} == {
        *("channels/[channel=total]", "channels/[channel=-]", "channels/fair"),
        *("channels/-", "channels/total"),
    }


def test_the_pace_of_who_is_new_and_changed_team_is_that_in_each_team() -> None:
    revenue = STANDARD_METRICS["revenue"]
    sold = [(date(2026, month, day), 10 * month) for month in (7, 8, 9) for day in range(1, 29)]
    records = Records(
        org=Org(
            teams=[Team(id="east"), Team(id="west")],
            reps=[Rep(id="new", team="east", hired=date(2026, 6, 1))],
            moves=[Move(rep="new", on=date(2026, 8, 15), team="west")],
        ),
        targets=[Target(owner="new", metric=revenue, amount=yuan(30_000), period=THIRD)],
        actuals=[Actual(owner="new", metric=revenue, amount=yuan(number), on=on) for on, number in sold],
    )
    review = build(records, owner=None, period=THIRD, as_of=THIRD.last)
    numbers = explain(review, records=records)
    place = place_of("weak_ramp", review.causes)
    paces = [numbers.tree(f"causes/{place}/weak_ramp/{number}") for number in (1, 2)]
    there = [numbers.tree(f"attainment/revenue/new@{team}/pace") for team in ("east", "west")]
    assert {tree.parts for tree in paces} == {tree.parts for tree in there}
    assert all(tree.parts for tree in paces)


def stuck(unit: Unit, number: int, *, days: date = date(2026, 7, 1)) -> list[Opportunity]:
    begun = Change(days, stage="proposal", owner="ada", amount=Amount.of(5, unit), expected_close=date(2026, 12, 1))
    return [Opportunity(id=f"{unit.code}-{place}", process="solution", history=[begun]) for place in range(number)]


def test_findings_of_a_process_in_two_units_are_each_of_their_own_deals() -> None:
    records = Records(
        org=company("ada"),
        processes=[attrs.evolve(SOLUTION, stages=[attrs.evolve(SOLUTION.stage_by_key["proposal"], max_days=21), *ENDS])],
        opportunities=[*stuck(CNY, 6), *stuck(USD, 6)],
    )
    review = build(records, owner=None, period=THIRD, as_of=THIRD.last)
    numbers = explain(review)
    places = [place for place, finding in enumerate(review.findings, 1) if finding.rule == "stuck_stage"]
    # They read alike.
    assert len({review.findings[place - 1] for place in places}) == 1
    for name in ("over", "number"):
        trees = [numbers.tree(f"data/findings/{place}/stuck_stage/{name}") for place in places]
        assert [{part.label.text()[:3] for part in tree.parts} for tree in trees] == [{"CNY"}, {"USD"}]
    assert process_address(review.deals[0], review.deals) == "deals/solution~CNY"
    assert process_address(review.deals[0], review.deals[:1]) == "deals/solution"

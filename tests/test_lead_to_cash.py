"""The funnel that starts at the lead: worked examples, the sample's two channels, and what is refused."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import attrs
import pytest

from salesperf import (
    STANDARD_PROCESSES,
    Change,
    Lead,
    LeadChange,
    Opportunity,
    Org,
    Period,
    Records,
    Rep,
    SalesperfError,
    Team,
    funnel,
    io,
)
from salesperf.funnel import FunnelSegment
from salesperf.messages import LANGUAGES, catalog

BASIC = STANDARD_PROCESSES["basic"]
SEPTEMBER_30 = date(2026, 9, 30)
LAST_DAY = date(2026, 9, 16)
any_join: Any = funnel.joined


def on(day: int) -> date:
    return date(2026, 9, day)


def lead(id_: str, *statuses: tuple[int | None, str], **others: Any) -> Lead:  # noqa: ANN401 - the fields of the class
    history = [LeadChange(None if day is None else on(day), status=status) for day, status in statuses]  # type: ignore[arg-type] # one of the words
    return Lead(id=id_, history=history, **others)


def deal(id_: str, of: str | None, *stages: tuple[int | None, str], **others: Any) -> Opportunity:  # noqa: ANN401 - the fields of the class
    history = [Change(None if day is None else on(day), stage=stage) for day, stage in stages]
    return Opportunity(id=id_, lead=of, history=history, **others)


def visits(leads: list[Lead], deals: list[Opportunity]) -> list[tuple[str, int | None]]:
    """Return stage and day of each visit of the one lead."""
    (whole,) = funnel.joined(leads, deals, BASIC).opportunities
    return [(visit.stage, None if visit.start is None else visit.start.day) for visit in whole.visits]


# What is joined


def test_a_lead_goes_on_as_its_deal() -> None:
    one = lead("l-1", (1, "new"), (3, "working"), (5, "qualified"), (9, "converted"))
    assert visits([one], [deal("o-1", "l-1", (9, "lead"), (12, "closed"))]) == [
        ("lead.new", 1),
        ("lead.working", 3),
        ("lead.qualified", 5),
        ("lead.converted", 9),
        ("lead", 9),
        ("closed", 12),
    ]


def test_the_statuses_of_a_lead_count_no_more_once_it_is_a_deal() -> None:
    one = lead("l-1", (1, "new"), (9, "converted"), (20, "disqualified"))
    assert visits([one], [deal("o-1", "l-1", (5, "lead"), (8, "lost"))]) == [("lead.new", 1), ("lead", 5), ("lost", 8)]


def test_a_lead_that_was_given_up_and_taken_up_again_is_open() -> None:
    one = lead("l-1", (1, "new"), (5, "disqualified"), (9, "working"))
    assert visits([one], []) == [("lead.new", 1), ("cancelled", 5), ("lead.working", 9)]


def test_a_process_without_a_cancelled_stage_gets_one_for_leads_that_are_given_up() -> None:
    short = attrs.evolve(BASIC, stages=BASIC.stages[:-1])
    both = funnel.joined([lead("l-1", (1, "disqualified"))], [], short)
    assert both.process.stages[-1].key == both.opportunities[0].stage == "lead.disqualified"
    assert both.process.stages[-1].kind == "cancelled"
    assert funnel.joined([], [], BASIC).process.stages[-1] == BASIC.stages[-1]


def test_of_several_deals_a_lead_stands_for_the_one_that_is_won_else_open_else_lost() -> None:
    deals = [
        deal("o-1", "l-1", (2, "lead"), (4, "negotiation"), (6, "lost"), (22, "lead")),
        deal("o-2", "l-1", (3, "lead"), (8, "proposal"), (10, "cancelled"), (20, "proposal"), (21, "closed")),
    ]
    assert visits([lead("l-1", (1, "new"))], deals) == [
        ("lead.new", 1),
        ("lead", 2),
        ("negotiation", 4),
        ("lead", 6),
        ("proposal", 8),
        ("lost", 10),
        ("proposal", 20),
        ("closed", 21),
    ]


def test_a_lead_is_undated_where_it_or_one_of_its_deals_is() -> None:
    one = lead("l-1", (1, "new"), (3, "working"))
    assert visits([one], [deal("o-1", "l-1", (None, "lead"), (9, "closed"))]) == [("lead", None), ("closed", 9)]
    other = lead("l-1", (None, "new"), (3, "working"))
    assert visits([other], [deal("o-1", "l-1", (9, "closed"))]) == [("lead.new", None), ("lead.working", 3), ("closed", 9)]
    assert visits([other], [deal("o-1", "l-1", (None, "lead"))]) == [("lead", None)]
    assert visits([other], []) == [("lead.new", None), ("lead.working", 3)]
    tally = funnel.lead_to_cash([other], [], BASIC, as_of=SEPTEMBER_30)
    assert (tally.deals.tolist(), tally.undated.tolist()) == ([0], [1])


def test_the_owner_is_whoever_has_it_or_had_it_last() -> None:
    history = [
        LeadChange(on(1), status="new", owner="ada"),
        LeadChange(on(3), released=True),
        LeadChange(on(5), owner="bo"),
        LeadChange(on(7), status="converted"),
    ]
    sold = Opportunity(id="o-1", lead="l-1", history=[Change(on(7), stage="lead"), Change(on(9), owner="cy")])
    (whole,) = funnel.joined([Lead(id="l-1", history=history)], [sold], BASIC).opportunities
    known = [whole.as_of(on(day)) for day in (1, 3, 5, 7, 9)]
    assert [each.owner for each in known if each] == ["ada", "ada", "bo", "bo", "cy"]


def test_the_facts_are_those_of_the_lead_and_where_it_came_from() -> None:
    one = lead("l-1", (1, "new"), channel="referral", facts={"region": "East", "campaign": "of old"})
    (whole,) = funnel.joined([one], [deal("o-1", "l-1", (2, "lead"), facts={"product": "machines"})], BASIC).opportunities
    assert dict(whole.facts) == {"region": "East", "channel": "referral", "campaign": "of old"}
    assert (whole.lead, whole.customer, whole.process) == ("l-1", None, "lead.basic")


def test_the_stages_of_leads_are_named_in_both_languages() -> None:
    titles = [stage.title for stage in funnel.joined([], [], BASIC).process.open_stages]
    assert all(title in catalog(lang) for lang in LANGUAGES for title in titles)


# What is counted


def test_leads_are_counted_from_the_first_status_to_the_last_stage() -> None:
    leads = [
        lead("l-1", (1, "new"), (4, "converted"), channel="referral"),
        lead("l-2", (1, "new"), (3, "working"), (9, "disqualified"), channel="referral"),
        lead("l-3", (2, "new"), channel="website"),
        lead("l-4", (2, "converted"), channel="website"),
        lead("l-5", (28, "new")),
    ]
    deals = [deal("o-1", "l-1", (4, "lead"), (8, "closed")), deal("o-2", None, (5, "lead"), (6, "closed"))]
    tally = funnel.lead_to_cash(leads, deals, BASIC, as_of=on(20), by=["channel"])
    report = funnel.analyze(tally)
    table = {segment.labels[0]: segment for segment in report.segments}
    assert tally.segments == ((None,), ("referral",), ("website",))
    assert [stage.entered for stage in table["referral"].stages] == [2, 2, 1, 1, 1, 1, 1, 1]
    assert [stage.entered for stage in table["website"].stages] == [2, 1, 1, 1, 0, 0, 0, 0]
    assert (table["referral"].won, table["referral"].cancelled, table["website"].open) == (1, 1, 2)
    # The deal that no lead began is in no rate, and is not lost.
    assert (table[None].deals, table[None].nonconforming) == (0, 1)
    assert report.notes[1].text() == "Deals that no lead began: 1. The funnel that starts at the lead leaves them out."


def test_a_period_is_that_in_which_the_lead_began() -> None:
    leads = [lead("l-1", (1, "new"), (9, "converted")), lead("l-2", (9, "new"))]
    deals = [deal("o-1", "l-1", (9, "lead")), deal("o-2", None, (9, "lead")), deal("o-3", None, (1, "lead"))]
    for first, last, entered, apart in ((1, 5, 1, 1), (6, 10, 1, 1), (11, 12, 0, 0)):
        tally = funnel.lead_to_cash(leads, deals, BASIC, as_of=SEPTEMBER_30, period=Period(on(first), on(last + 1)))
        assert (int(tally.entered[0, 0]), int(tally.nonconforming[0])) == (entered, apart)


def test_a_team_is_that_of_the_owner_when_the_lead_began() -> None:
    org = Org(reps=[Rep(id="ada", team="east")], teams=[Team(id="east")])
    owned = Lead(id="l-1", history=[LeadChange(on(1), status="new", owner="ada")])
    tally = funnel.lead_to_cash([owned], [], BASIC, as_of=SEPTEMBER_30, by=["team"], org=org)
    assert tally.segments == (("east",),)


@pytest.fixture(scope="module")
def channels() -> dict[str | None, FunnelSegment]:
    """The sample's funnel from lead to cash, by channel."""
    company: Records = io.folder.read_sample()
    (process,) = company.processes
    tally = funnel.lead_to_cash(company.leads, company.opportunities, process, as_of=LAST_DAY, by=["channel"])
    return {segment.labels[0]: segment for segment in funnel.analyze(tally).segments}


def share(segment: FunnelSegment, stage: str) -> tuple[int, int]:
    """Return how many leads came to a stage, and how many there are."""
    (found,) = [each for each in segment.stages if each.stage.key == stage]
    return found.entered, segment.deals


def test_one_channel_of_the_sample_converts_worse(channels: dict[str | None, FunnelSegment]) -> None:
    # Counted by hand in the files: leads by channel, and those that a deal names.
    assert share(channels["exhibition"], "prospecting") == (20, 132)
    assert share(channels["referral"], "prospecting") == (30, 54)
    assert channels["exhibition"].win_rate.n + channels["exhibition"].cancelled + channels["exhibition"].open == 132
    high, low = channels["exhibition"].end_to_end_rate.high, channels["referral"].end_to_end_rate.value
    assert high is not None
    assert low is not None
    assert high < low


def test_one_channel_of_the_sample_is_young_and_mostly_open(channels: dict[str | None, FunnelSegment]) -> None:
    assert share(channels["live_stream"], "prospecting") == (14, 47)
    assert (channels["live_stream"].won, channels["website"].won) == (0, 9)
    is_open = {name: segment.open / segment.deals for name, segment in channels.items() if segment.deals}
    assert is_open["live_stream"] > 0.55
    assert max(share for name, share in is_open.items() if name != "live_stream") < 0.35


def test_deals_of_the_sample_without_a_lead_are_counted_apart(channels: dict[str | None, FunnelSegment]) -> None:
    # 212 deals, of which 102 name a lead, and one has no first day.
    assert (channels[None].nonconforming, channels[None].undated) == (109, 1)


def test_the_time_from_lead_to_cash_is_that_of_the_joined_deals() -> None:
    leads = [lead("l-1", (1, "new")), lead("l-2", (2, "new"))]
    both = funnel.joined(leads, [deal("o-1", "l-1", (5, "lead"), (11, "closed"))], BASIC)
    followed = funnel.outcomes(both.opportunities, both.process, as_of=SEPTEMBER_30)
    assert int(followed.deals.sum()) == 2
    assert funnel.time_to_win(followed, minimum=1).wins == 1


# What is refused


def code_and_path(call: Callable[[], object]) -> tuple[object, ...]:
    with pytest.raises(SalesperfError) as caught:
        call()
    return (caught.value.code, *caught.value.path)


ONE = lead("l-1", (1, "new"))


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: any_join(None, [], BASIC), ("wrong_type", "leads")),
        (lambda: any_join([ONE, "l-2"], [], BASIC), ("wrong_type", "leads", 1)),
        (lambda: any_join([ONE, ONE], [], BASIC), ("not_unique", "leads", 1, "id")),
        (lambda: any_join([], None, BASIC), ("wrong_type", "opportunities")),
        (lambda: any_join([], [ONE], BASIC), ("wrong_type", "opportunities", 0)),
        (lambda: any_join([], [], "basic"), ("wrong_type", "process")),
        (
            lambda: any_join([ONE], [deal("o-1", "l-2", (1, "lead"))], BASIC),
            ("unknown_lead", "opportunities", 0, "o-1", "lead"),
        ),
        (
            lambda: any_join([ONE], [deal("o-1", "l-1", (1, "lead")), deal("o-1", None, (1, "lead"))], BASIC),
            ("not_unique", "opportunities", 1, "id"),
        ),
        (
            lambda: any_join([ONE], [deal("o-1", "l-1", (1, "contract"))], BASIC),
            ("unknown_stage", "opportunities", 0, "o-1", "history", 0, "stage"),
        ),
        (
            lambda: any_join([ONE], [deal("o-1", "l-1", (1, "lead"), process="solution")], BASIC),
            ("process_mismatch", "opportunities", 0, "o-1", "process"),
        ),
        (lambda: any_join([], [], any_join([], [], BASIC).process), ("invalid_input",)),
        (
            lambda: funnel.lead_to_cash([ONE], [], BASIC, as_of=datetime(2026, 9, 30, tzinfo=UTC)),
            ("date_is_datetime", "as_of"),
        ),
        (lambda: funnel.lead_to_cash([ONE], [], BASIC, as_of=SEPTEMBER_30, by=["stage"]), ("name_taken", "by", 0)),
        (lambda: funnel.lead_to_cash([ONE], [], BASIC, as_of=SEPTEMBER_30, by=["team"]), ("wrong_type", "org")),
    ],
)
def test_what_cannot_be_joined_is_refused_with_where_it_stood(call: Callable[[], object], expected: tuple[object, ...]) -> None:
    assert code_and_path(call) == expected

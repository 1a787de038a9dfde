"""The deals of a review: whose they are, what is told of them, and what is to be doubted."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

import attrs
import pytest
from examples import at_most
from hypothesis import given, settings

from salesperf import (
    CNY,
    STANDARD_METRICS,
    STANDARD_PROCESSES,
    USD,
    Actual,
    Amount,
    Change,
    Contact,
    Move,
    Opportunity,
    Org,
    Period,
    Records,
    Rep,
    SalesProcess,
    Stage,
    Team,
    testing,
)
from salesperf.report import markdown
from salesperf.review import DealMember, DealSection, Review, build, explain

THIRD = Period.quarter(2026, 3)
AS_OF = date(2026, 9, 30)
BASIC = STANDARD_PROCESSES["basic"]
LIMITED = SalesProcess(
    stages=[
        Stage(key="lead", max_days=30),
        Stage(key="proposal", max_days=14),
        Stage(key="won", kind="won"),
        Stage(key="lost", kind="lost"),
    ],
    key="limited",
    title="Limited",
)
TEAMS = (Team(id="east", name="East"), Team(id="near", parent="east"), Team(id="west"))
REPS = (Rep(id="ada", team="near"), Rep(id="bo", team="west"), Rep(id="cy", team="west"))


def deal(
    id: str,  # noqa: A002 - the name of the field
    owner: str | None,
    *steps: tuple[str, date],
    yuan: int | None = 100,
    process: str | None = None,
    **rest: Any,  # noqa: ANN401 - fields of Opportunity
) -> Opportunity:
    """Make a deal of a basic process, which goes through some stages."""
    (stage, on), *later = steps
    first = Change(on, stage=stage, owner=owner, amount=None if yuan is None else Amount.of(yuan, CNY))
    history = [first, *(Change(day, stage=key) for key, day in later)]
    return Opportunity(id=id, history=history, process=process, **rest)


def review_of(
    deals: Iterable[Opportunity],
    owner: str | None = None,
    reps: Iterable[Rep] = REPS,
    processes: Iterable[SalesProcess] = (BASIC,),
    moves: Iterable[Move] = (),
    **rest: Any,  # noqa: ANN401 - fields of Records
) -> Review:
    org = Org(teams=TEAMS, reps=list(reps), moves=list(moves))
    records = Records(org=org, opportunities=list(deals), processes=list(processes), **rest)
    return build(records, owner=owner, period=THIRD, as_of=AS_OF)


def only(review: Review) -> DealSection:
    (section,) = review.deals
    return section


def told(review: Review, rule: str) -> list[tuple[str | None, int, str]]:
    """Return record, count and English text of the findings of a rule."""
    return [(each.record, each.count, each.text()) for each in review.findings if each.rule == rule]


def lines(section: DealSection) -> list[tuple[int, str, int, int, int]]:
    return [(each.level, each.owner, each.won, each.lost, each.open_deals) for each in section.members]


JULY, AUGUST, SEPTEMBER = (month.start for month in THIRD.split("month"))
LEAD, WON, LOST = ("lead", JULY), ("closed", AUGUST), ("lost", AUGUST)


# Laws


@settings(max_examples=at_most(40))
@given(testing.records())
def test_what_members_have_sums_to_what_the_company_has(records: Records) -> None:
    deals_alone = attrs.evolve(records, targets=(), actuals=())
    for section in build(deals_alone, owner=None, period=Period.year(2026), as_of=date(2026, 12, 31)).deals:
        first = [member for member in section.members if member.level == 0]
        nobody = [each for each in section.closed.deals if each.owner is None]
        for outcome in ("won", "lost", "cancelled"):
            held = sum(getattr(member, outcome) for member in first)
            assert held + sum(each.outcome == outcome for each in nobody) == getattr(section.closed, outcome)
        unowned = sum(each.owner is None for each in section.pipeline.deals)
        assert sum(member.open_deals for member in first) + unowned == section.pipeline.total.count
        assert section.bridge.closing.count == section.pipeline.total.count
        for team in (member for member in section.members if member.is_team):
            assert_team_is_its_members(section, team)


def assert_team_is_its_members(section: DealSection, team: DealMember) -> None:
    """A team decided and has what those right below it and its own deals say: never less."""
    place = section.members.index(team)
    below = []
    for member in section.members[place + 1 :]:
        if member.level <= team.level:
            break
        if member.level == team.level + 1:
            below.append(member)
    assert team.won >= sum(member.won for member in below)
    assert team.open_deals >= sum(member.open_deals for member in below)


# Whose they are


def test_a_deal_belongs_to_whoever_has_it_and_the_teams_above() -> None:
    deals = [deal("o-1", "ada", LEAD, WON), deal("o-2", "bo", LEAD, LOST), deal("o-3", "bo", LEAD), deal("o-4", None, LEAD)]
    company = only(review_of(deals))
    assert lines(company) == [
        (0, "east", 1, 0, 0),
        (1, "near", 1, 0, 0),
        (2, "ada", 1, 0, 0),
        (0, "west", 0, 1, 1),
        (1, "bo", 0, 1, 1),
    ]
    # What nobody has is the company's alone.
    assert (company.known, company.pipeline.total.count) == (4, 2)
    west = only(review_of(deals, "west"))
    assert (west.known, lines(west)) == (2, [(0, "bo", 0, 1, 1)])
    bo = only(review_of(deals, "bo"))
    assert (bo.known, bo.members) == (2, ())
    assert review_of(deals, "cy").deals == ()


def test_a_deal_of_a_team_is_the_team_s() -> None:
    company = only(review_of([deal("o-1", "near", LEAD, WON)]))
    assert lines(company) == [(0, "east", 1, 0, 0), (1, "near", 1, 0, 0)]


def test_one_who_moves_leaves_decided_deals_behind_and_takes_open_ones_along() -> None:
    moves = [Move(rep="ada", on=SEPTEMBER, team="west")]
    deals = [deal("o-1", "ada", LEAD, WON), deal("o-2", "ada", LEAD)]
    company = only(review_of(deals, moves=moves))
    assert lines(company) == [
        (0, "east", 1, 0, 0),
        (1, "near", 1, 0, 0),
        (2, "ada", 1, 0, 0),
        (0, "west", 0, 0, 1),
        (1, "ada", 0, 0, 1),
    ]


def test_deals_of_one_who_left_or_has_not_begun_are_those_of_the_nearest_team() -> None:
    reps = [Rep(id="ada", team="near", left=date(2026, 7, 15)), Rep(id="bo", team="west", hired=SEPTEMBER)]
    company = only(review_of([deal("o-1", "ada", LEAD), deal("o-2", "bo", LEAD, WON)], reps=reps))
    assert [(each.owner, each.open_deals, each.won) for each in company.members] == [
        ("east", 1, 0),
        ("near", 1, 0),
        ("ada", 1, 0),
        ("west", 0, 1),
        ("bo", 0, 1),
    ]


def test_each_process_has_its_own_section() -> None:
    deals = [
        deal("o-1", "ada", LEAD, process="basic"),
        deal("o-2", "ada", LEAD, ("proposal", AUGUST), process="limited"),
    ]
    review = review_of(deals, processes=[BASIC, LIMITED, STANDARD_PROCESSES["solution"]])
    assert [(section.process.key, section.known) for section in review.deals] == [("basic", 1), ("limited", 1)]
    assert all(tree.holds() for tree in explain(review).breakdowns)
    assert markdown(review).count("\n## Deals: ") == 2


# What is told


def test_a_company_that_keeps_deals_alone_is_not_blamed_for_lacking_entries() -> None:
    review = review_of([deal("o-1", "ada", LEAD)])
    assert {finding.rule: finding.severity for finding in review.findings}["nothing_owed"] == "info"
    assert told(review, "no_entries") == []
    revenue = STANDARD_METRICS["revenue"]
    old = [Actual(owner="ada", metric=revenue, amount=Amount.of(1, CNY), on=date(2025, 1, 1))]
    assert len(told(review_of([deal("o-1", "ada", LEAD)], actuals=old), "no_entries")) == 1


@pytest.mark.parametrize(("exported", "withheld"), [(date(2026, 9, 1), 0), (date(2026, 12, 31), 1)])
def test_fields_without_history_are_told_and_those_that_are_withheld(exported: date, withheld: int) -> None:
    review = review_of([deal("o-1", "ada", LEAD, as_exported=["owner", "amount"], exported=exported)])
    ((_, count, text),) = told(review, "deals_as_exported")
    assert count == 1
    assert "no history of amount, owner for 1 deals" in text
    assert exported.isoformat() in text
    assert [count for _, count, _ in told(review, "deals_withheld")] == [1] * withheld


def test_a_stage_in_which_most_wait_too_long_is_stuck() -> None:
    stale = [deal(f"o-{number}", "ada", LEAD, process="limited") for number in range(3)]
    fresh = [deal(f"p-{number}", "ada", ("lead", date(2026, 9, 20)), process="limited") for number in range(2)]
    (found,) = told(review_of([*stale, *fresh], processes=[LIMITED]), "stuck_stage")
    text = "Limited: 3 of 5 open deals in lead have been there for more than 30 days, half of all for 91 or more."
    assert found == (None, 3, text)
    assert told(review_of([*stale, *fresh, deal("q", "bo", ("lead", SEPTEMBER))], processes=[LIMITED]), "stuck_stage") == []
    assert told(review_of(stale, processes=[LIMITED]), "stuck_stage") == []
    assert told(review_of([attrs.evolve(each, process=None) for each in (*stale, *fresh)]), "stuck_stage") == []


def due(id: str, owner: str, *, slips: bool) -> Opportunity:  # noqa: A002 - the name of the field
    """Make a deal that was due in August and slips past the quarter, or does not."""
    first = Change(date(2026, 6, 1), stage="lead", owner=owner, expected_close=AUGUST, amount=Amount.of(1, CNY))
    later = Change(JULY, expected_close=date(2026, 11, 1)) if slips else Change(JULY, stage="closed")
    return Opportunity(id=id, history=[first, later])


def test_an_owner_whose_deals_slip_beyond_chance_is_told() -> None:
    ada = [due(f"a-{number}", "ada", slips=True) for number in range(8)]
    bo = [due(f"b-{number}", "bo", slips=number < 2) for number in range(20)]
    (found,) = told(review_of([*ada, *bo]), "slipping")
    text = "Basic sale: of 8 deals of ada due in the period 8 slipped, more than chance would make of the 35.7% of all."
    assert found == ("ada", 8, text)
    assert told(review_of([*ada[:4], *bo]), "slipping") == []
    assert told(review_of(bo), "slipping") == []


def test_an_employee_without_any_deal_is_told_where_others_have_some() -> None:
    reps = [*REPS, Rep(id="di", team="west", kind="dealer"), Rep(id="ed"), Rep(id="gone", left=JULY)]
    review = review_of([deal("o-1", "bo", LEAD)], reps=reps)
    text = "serves in the period, and has neither decided a deal in it nor any open."
    assert told(review, "no_deals_of") == [(rep, 1, f"{rep} {text}") for rep in ("ada", "cy", "ed")]
    assert [record for record, _, _ in told(review_of([deal("o-1", "bo", LEAD)], "west", reps=reps), "no_deals_of")] == ["cy"]
    assert told(review_of([deal("o-1", "bo", LEAD)], "bo", reps=reps), "no_deals_of") == []
    assert told(review_of([], reps=reps), "no_deals_of") == []


def test_what_is_told_is_of_the_last_day_of_the_period() -> None:
    later = deal("o-1", "ada", LEAD, ("closed", date(2026, 11, 2)))
    org = Org(teams=TEAMS, reps=REPS)
    records = Records(org=org, opportunities=[later], processes=[BASIC])
    section = only(build(records, owner=None, period=THIRD, as_of=date(2026, 12, 31)))
    assert (section.pipeline.as_of, section.pipeline.total.count, section.bridge.closing.count) == (AS_OF, 1, 1)


def test_the_first_days_of_all_have_no_day_before() -> None:
    first = Period.year(1)
    records = Records(
        org=Org(teams=TEAMS, reps=REPS), opportunities=[deal("o-1", "ada", ("lead", date(1, 3, 1)))], processes=[BASIC]
    )
    assert only(build(records, owner=None, period=first, as_of=date(1, 12, 31))).pipeline.total.count == 1


def test_deals_in_several_currencies_have_a_section_each() -> None:
    def in_dollars(id: str, owner: str) -> Opportunity:  # noqa: A002 - the name of the field
        return Opportunity(id=id, history=[Change(JULY, stage="lead", owner=owner, amount=Amount.of(7, USD))])

    deals = [deal("o-1", "ada", LEAD), deal("o-2", "bo", LEAD), in_dollars("o-3", "bo"), deal("o-4", "bo", LEAD, yuan=None)]
    review = review_of(deals)
    assert [(str(section.unit), section.known) for section in review.deals] == [("CNY", 3), ("USD", 1)]
    text = markdown(review)
    assert "## Deals: Basic sale, in CNY" in text
    assert "## Deals: Basic sale, in USD" in text
    unknown = only(review_of([deal("o-1", "ada", LEAD, yuan=None)]))
    assert (unknown.unit, unknown.known) == (None, 1)


# Deals that change hands


def test_slips_are_told_of_who_had_the_deals_when_they_were_due() -> None:
    first = Change(date(2026, 6, 1), stage="lead", owner="bo", expected_close=AUGUST, amount=Amount.of(1, CNY))
    slipped = Change(JULY, expected_close=date(2026, 11, 1))
    deals = [Opportunity(id=f"o-{n}", history=[first, slipped, Change(AUGUST, owner="ada")]) for n in range(6)]
    deals += [due(f"b-{number}", "ada", slips=False) for number in range(20)]
    west, east = only(review_of(deals, "west")), only(review_of(deals, "east"))
    assert (west.slips.total.due, west.slips.total.slipped, west.known, west.handed_over) == (6, 6, 0, 6)
    assert (east.slips.total.due, east.slips.total.slipped, east.known, east.taken_over) == (20, 0, 26, 6)
    assert "6 taken over, 0 handed over" in markdown(review_of(deals, "east"))
    assert [record for record, _, _ in told(review_of(deals), "slipping")] == ["bo"]
    assert told(review_of(deals, "east"), "slipping") == []


def review_on(day: date, period: Period, owner: str | None, deals: Iterable[Opportunity], reps: Iterable[Rep] = REPS) -> Review:
    records = Records(org=Org(teams=TEAMS, reps=list(reps)), opportunities=list(deals), processes=[BASIC])
    return build(records, owner=owner, period=period, as_of=day)


def test_deals_change_hands_within_the_company_and_not_beyond_it() -> None:
    deals = [
        deal("begun", "ada", LEAD),
        deal("old", "ada", ("lead", date(2026, 5, 1))),
        Opportunity(id="given", history=[Change(date(2026, 5, 1), stage="lead", owner="ada"), Change(AUGUST, owner="bo")]),
    ]
    hands = {
        owner: (each.taken_over, each.handed_over)
        for owner in (None, "west", "east")
        for each in [only(review_of(deals, owner))]
    }
    assert hands == {None: (0, 0), "west": (1, 0), "east": (0, 1)}
    assert "changed hands" not in markdown(review_of(deals))
    assert "易手" not in markdown(review_of(deals), lang="zh")


def test_what_happens_after_a_period_changes_nothing_of_its_review() -> None:
    given = [Change(date(2026, 5, 1), stage="lead", owner="ada"), Change(date(2026, 7, 10), owner="bo")]
    later = [deal("new", "bo", LEAD), deal("lost", "bo", ("lead", date(2026, 6, 1)), LOST)]
    second = Period.quarter(2026, 2)
    for owner, known, held in ((None, 2, 2), ("east", 1, 1), ("west", 1, 1)):
        then, now = (
            only(review_on(day, second, owner, [Opportunity(id="given", history=given), *later]))
            for day in (second.last, AS_OF)
        )
        assert now == then
        assert (now.known, now.pipeline.total.count) == (known, held)
        assert sum(member.open_deals for member in now.members if member.level == 0) == held
    (of_ada,) = review_on(AS_OF, second, "east", [Opportunity(id="given", history=given), *later]).deals
    assert [each.owner for each in of_ada.pipeline.deals] == ["ada"]


def test_a_deal_decided_on_a_day_that_nobody_knows_stays_with_the_first_team_of_who_had_it() -> None:
    moves = [Move(rep="ada", on=date(2026, 8, 3), team="west")]
    won = Opportunity(id="o-1", history=[Change(None, stage="closed", owner="ada")])
    near = only(review_of([won], "near", moves=moves))
    assert (near.known, near.closed.undated, near.taken_over, near.handed_over) == (1, 1, 0, 0)
    assert review_of([won], "west", moves=moves).deals == ()


# How it is written


def test_as_long_as_deals_can_still_slip_no_rate_is_told_of_them() -> None:
    first = Change(date(2026, 6, 1), stage="lead", owner="ada", expected_close=date(2026, 9, 15))
    ends: tuple[list[Change], ...] = (
        [Change(AUGUST, expected_close=date(2026, 11, 1))],
        [Change(AUGUST, stage="closed")],
        [],
        [],
    )
    deals = [Opportunity(id=f"o-{place}", history=[first, *end]) for place, end in enumerate(ends)]
    running = review_on(date(2026, 9, 10), THIRD, None, deals)
    assert "- Slipped so far, of 4 due in the period when it opened: 1; decided 1, still due 2 (can still slip)\n" in markdown(
        running
    )
    chinese = "- 推迟：期初预计本期成交的 4 个商机中，至今推迟 1 个，已了结 1 个，尚待成交 2 个（仍可能推迟）\n"
    assert chinese in markdown(running, lang="zh")
    over = markdown(review_on(AS_OF, THIRD, None, deals))
    assert "- Slipped: 25.0% of 4 due in the period when it opened; slipped 1, decided 1, open past their date 2 (95% r" in over
    settled = markdown(review_on(date(2026, 9, 10), THIRD, None, deals[:2]))
    assert (
        "- Slipped: 50.0% of 2 due in the period when it opened; slipped 1, decided 1, open past their date 0 (95%" in settled
    )


def test_a_close_date_that_was_moved_is_not_called_as_the_slips_of_a_period_are() -> None:
    moved = [
        Change(JULY, stage="lead", owner="ada", expected_close=date(2026, 9, 1), amount=Amount.of(5, CNY)),
        Change(AUGUST, expected_close=date(2026, 11, 1)),
    ]
    review = review_of([Opportunity(id="o-1", history=moved)])
    text, chinese = markdown(review), markdown(review, lang="zh")
    assert "- Flags of open deals, of which one may have several: close date moved 1, contacts unknown 1" in text
    assert "close date moved (expected close moved later, times: 1; days in all: 61; first 2026-09-01, now 2026-11-01)" in text
    assert "- 在手商机的问题（同一商机可有多项）：预计成交日后移 1 个、联系人不明 1 个" in chinese
    assert "预计成交日后移（后移 1 次，共 61 天，最初2026年9月1日，现为2026年11月1日）" in chinese


def test_a_single_line_of_contact_is_told_without_brackets_in_brackets() -> None:
    alone = [Contact(id="c-1", role="champion")]
    review = review_of([deal("o-1", "ada", LEAD, contacts=alone)])
    assert "single-threaded (only one place in the buying decision is reached; contacts: 1, roles known: 1)" in markdown(review)
    assert "单线联系（联系人 1 位，已知角色 1 种，只触及决策链上的一环）" in markdown(review, lang="zh")


def test_of_a_stage_that_nobody_has_left_no_rate_is_told() -> None:
    staying = [deal(f"o-{place}", "ada", LEAD, ("opportunity", AUGUST)) for place in range(3)]
    one_more = [*staying, deal("p", "ada", LEAD, ("opportunity", AUGUST), ("lost", SEPTEMBER))]

    def row(deals: list[Opportunity]) -> list[str]:
        funnel = markdown(review_of(deals)).split("### How far the deals came")[1].splitlines()
        (line,) = (line for line in funnel if line.startswith("| Opportunity"))
        return [cell.strip() for cell in line.split("|")[2:-1]]

    assert row(staying) == ["3", "0", "–", "–", "0", "0", "3", "–"]
    assert row(one_more)[:4] == ["4", "0", "0.0%", "0.0% – 49.0%"]


def test_what_the_customer_did_not_decide_has_one_name() -> None:
    dropped = SalesProcess(
        stages=[
            Stage(key="lead"),
            Stage(key="won", kind="won"),
            Stage(key="lost", kind="lost"),
            Stage(key="dropped", kind="cancelled"),
        ],
        key="short",
        title="Short",
    )
    review = review_of([deal("o-1", "ada", LEAD, ("dropped", AUGUST), process="short")], processes=[dropped])
    text, chinese = markdown(review), markdown(review, lang="zh")
    assert "- Decided: 0 won for CNY 0, 0 lost, 1 cancelled" in text
    assert "| cancelled " in text
    assert text.count("| Cancelled ") == 2
    assert "ecision" not in text.split("### How the open value changed")[1].split("## Data")[0]
    assert chinese.count("取消") == 4


def test_ranges_say_at_which_level_they_are() -> None:
    text = markdown(review_of([deal("o-1", "ada", LEAD, WON), deal("o-2", "bo", LEAD, LOST)]))
    assert len(re.findall(r"\| +95% range \|", text)) == 2


def test_the_report_says_how_sure_each_number_is() -> None:
    deals = [deal(f"w-{number}", "ada", LEAD, WON) for number in range(3)]
    deals += [deal("l-1", "bo", LEAD, LOST), deal("o-1", "bo", LEAD, yuan=None)]
    text = markdown(review_of(deals))
    assert "- Decided: 3 won for CNY 300, 1 lost, 0 cancelled" in text
    assert "- Win rate: 75.0% of 4 won or lost (95% range 30.1% – 95.4%)" in text
    assert "- Open deals at the end of 2026-09-30: 1, – (without an amount: 1)" in text
    assert "Deals still open (1) are not lost" in text
    chinese = markdown(review_of(deals), lang="zh")
    assert "- 赢单率：75.0%，赢单与输单共 4 个（95% 区间 30.1% – 95.4%）" in chinese
    assert "## 商机：基础流程" in chinese


def test_where_nothing_is_amiss_nothing_is_said_to_be() -> None:
    contacts = [Contact(id="c-1", role="champion"), Contact(id="c-2", role="economic_buyer")]
    sound = Opportunity(
        id="o-1",
        history=[Change(SEPTEMBER, stage="lead", owner="ada", amount=Amount.of(1, CNY), expected_close=date(2026, 11, 1))],
        contacts=contacts,
    )
    text = markdown(review_of([sound]))
    assert "Flags of open deals" not in text
    assert "Open deals to look at" not in text
    assert "- Open, weighted by the chances of the stages: CNY 0 (without a chance: 0)" in text


def test_what_stands_in_no_line_and_in_no_period_is_told() -> None:
    text = markdown(
        review_of([deal("o-1", None, LEAD), Opportunity(id="o-2", history=[Change(None, stage="lost", owner="ada")])])
    )
    assert "- Open deals that nobody has, and that stand in no line of a team or rep: 1" in text
    assert "- Decided on days that nobody knows, and so in no period: 1" in text


def test_what_only_a_later_export_tells_is_not_told_as_known() -> None:
    first = Change(date(2026, 6, 1), stage="lead", owner="ada", amount=Amount.of(100, CNY), expected_close=date(2026, 9, 1))
    told_late = Opportunity(id="o-1", history=[first], as_exported=["amount", "expected_close"], exported=AS_OF)
    text = markdown(review_of([told_late]))
    assert "- Of 1 more it is not known whether they were due: only a later export tells" in text
    assert "The values of 1 deals became known by an export within these days: they stand among the revalued." in text


def test_a_deal_that_was_opened_again_is_told_to_stand_twice() -> None:
    text = "Changes are counted, not deals: one that was lost and opened again stands in two lines."
    assert text in markdown(review_of([deal("o-1", "ada", LEAD, LOST, ("lead", SEPTEMBER))]))
    assert text not in markdown(review_of([deal("o-1", "ada", LEAD, LOST)]))


def test_nothing_decided_and_nothing_begun_is_written_so() -> None:
    text = markdown(review_of([deal("o-1", "ada", ("lead", date(2026, 1, 5)))]))
    assert "- Win rate: cannot be told, no deal was won or lost" in text
    assert "- Slipped: cannot be told, no deal was due" in text
    assert "How far the deals came" not in text
    over = markdown(review_of([deal("o-1", "ada", ("lead", date(2026, 1, 5)), ("lost", date(2026, 2, 1)))]))
    assert "- Open deals at the end of 2026-09-30: 0, – (without an amount: 0)" in over
    assert "Open deals by stage" not in over
    assert "Who decided" not in over


def test_deals_to_look_at_are_told_with_the_reasons_most_valuable_first() -> None:
    old = ("lead", date(2026, 6, 1))
    deals = [deal(f"o-{number:02}", "ada", old, yuan=number, process="limited") for number in range(1, 13)]
    deals += [deal("n-1", None, old, yuan=None, process="limited")]
    text = markdown(review_of(deals, processes=[LIMITED]))
    listed = text.split("### Open deals to look at\n\n")[1].split("\n\n")[0].splitlines()
    assert len(listed) == 11
    assert listed[0].startswith("- o-12, ada, lead, CNY 12: stalled (")
    assert listed[-1] == "- And 3 more, none worth more than these."
    note = (
        "Listed are deals with any of these flags: stalled, overdue, close date moved, single-threaded, next action overdue;"
        " in all 13. Not listed are those that only lack data: contacts unknown, no amount, no expected close, undated, next"
        " action undated."
    )
    assert note in text
    few = markdown(review_of(deals[-1:], processes=[LIMITED]))
    assert "- n-1, –, lead, –: stalled (" in few


# Deals lost


def lost_deals() -> list[Opportunity]:
    """Return eight deals lost for 100 to 700, one of them without an amount, and one that somebody took over."""
    deals = [deal(f"o-{number}", "ada", LEAD, LOST, yuan=100 * number or None) for number in range(7)]
    history = [
        Change(JULY, stage="lead", owner="ada", amount=Amount.of(900, CNY)),
        Change(date(2026, 7, 10), owner="bo", amount=Amount.of(700, CNY)),
        Change(AUGUST, stage="lost", reason="price"),
    ]
    return [*deals, Opportunity(id="o-9", history=history, competitors=["Acme"])]


def test_the_largest_deals_lost_are_told_with_what_changed_before() -> None:
    reps = [REPS[0], Rep(id="bo", name="Bo Li", team="west")]
    review = review_of([*lost_deals(), deal("o-w", "ada", LEAD, WON)], reps=reps)
    section = only(review)
    assert [each.id for each in section.lost] == ["o-9", "o-6", "o-5", "o-4", "o-3", "o-2", "o-1", "o-0"]
    # That nobody is known there is not told where contacts are kept of no deal.
    assert [one.kind for one in section.post_mortem("o-9").evidence] == ["amount_cut", "handed_over", "competitors", "reason"]
    told = markdown(review).split("### The largest deals lost in the period, and what changed before\n\n")[1].split("\n\n")[0]
    first, *others = told.splitlines()
    assert first.split(". ") == [
        "- o-9, Bo Li, CNY 700, lost on 2026-08-01",
        "2026-07-10: The amount was cut from CNY 900.00 to CNY 700.00",
        "2026-07-10: The deal passed from ada to Bo Li",
        "Competitors: Acme",
        "The reason given: price.",
    ]
    silent = "lost on 2026-08-01. 2026-07-01: Nothing was recorded for 31 days, until the end."
    assert others == [
        *(f"- o-{number}, ada, CNY {number}00, {silent}" for number in (6, 5, 4, 3)),
        "- And 3 more, none worth more than these.",
    ]
    chinese = markdown(review, lang="zh")
    assert "- o-9，Bo Li，700 元，2026年8月1日输单。2026年7月10日：金额由 900.00 元 降为 700.00 元。" in chinese
    assert "2026年7月10日：商机由 ada 转给 Bo Li。竞争对手：Acme。" in chinese
    assert "- 另有 3 个，金额不高于上列各个。" in chinese
    numbers = explain(review)
    assert numbers.tree("deals/basic/deal/o-9/changed/1/amount_cut/before").value == Amount.of(900, CNY)
    assert numbers.tree("deals/basic/deal/o-6/changed/1/silence/days").value == 31
    assert numbers.tree("deals/basic/deal/o-9/value").value == Amount.of(700, CNY)
    assert [part.label.text() for part in numbers.tree("deals/basic/lost/more").parts] == ["o-2", "o-1", "o-0"]


def test_few_contacts_are_told_of_a_lost_deal_where_contacts_are_kept() -> None:
    known = deal("o-c", "ada", LEAD, yuan=None, contacts=[Contact(id="c-1", role="champion")])
    section = only(review_of([*lost_deals(), known]))
    assert [one.kind for one in section.post_mortem("o-1").evidence] == ["silence", "few_contacts"]


def test_a_loss_of_which_nothing_is_on_record_is_told_and_once_what_the_source_does_not_keep() -> None:
    ended = [deal(f"o-{number}", None, LOST, yuan=5, as_exported=["amount"], exported=AS_OF) for number in range(2)]
    text = markdown(review_of(ended))
    for number in range(2):
        told = f"- o-{number}, –, CNY 5, lost on 2026-08-01: the records tell nothing that changed before\n"
        assert told in text
    assert text.count("\nNot told, since the source keeps the last value only: amount.\n") == 1
    assert "largest deals lost" not in markdown(review_of([deal("o-1", "ada", LEAD, WON)]))

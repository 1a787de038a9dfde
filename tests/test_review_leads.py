"""Leads and channels in a review: whose they are, what waits for a word, what does not pay, and how it is written."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final

import attrs
import pytest

import salesperf as sp
from salesperf import testing
from salesperf.io.folder import read_sample
from salesperf.messages import LANGUAGES
from salesperf.report import markdown
from salesperf.review import ChannelSection, LeadSection, Review, build

QUARTER: Final = sp.Period.quarter(2026, 3)
AS_OF: Final = date(2026, 9, 16)  # a Wednesday
SAMPLE: Final = read_sample()
BASIC: Final = sp.STANDARD_PROCESSES["basic"]
ORG: Final = sp.Org(
    reps=[
        sp.Rep(id="ada", team="north", name="Ada"),
        sp.Rep(id="bo", team="south", left=date(2026, 8, 1)),
        sp.Rep(id="cy", team="south"),
    ],
    teams=[sp.Team(id="north"), sp.Team(id="south")],
    moves=[sp.Move(rep="cy", on=date(2026, 9, 1), team="north")],
)


def lead(name: str, *changes: sp.LeadChange, **fields: Any) -> sp.Lead:  # noqa: ANN401 - fields of a lead
    """Return a lead that began on 1 September, of Ada, unless the test has its own history."""
    history = changes or (sp.LeadChange(date(2026, 9, 1), status="new", owner="ada"),)
    return sp.Lead(id=name, history=history, **fields)


def on(month: int, day: int, **said: Any) -> sp.LeadChange:  # noqa: ANN401 - what a change says
    """Return a change of 2026."""
    return sp.LeadChange(date(2026, month, day), **said)


def deal(name: str, of: str | None, value: int | None, stage: str = "closed", unit: sp.Unit = sp.CNY) -> sp.Opportunity:
    """Return a deal of Ada that began on 2 September and came to its stage on the 10th."""
    amount = None if value is None else sp.Amount.of(value, unit)
    history = [sp.Change(date(2026, 9, 2), stage="lead", owner="ada", amount=amount)]
    if amount is not None:
        history.append(sp.Change(date(2026, 9, 3), amount=amount.times(1)))
    return sp.Opportunity(id=name, lead=of, history=[*history, sp.Change(date(2026, 9, 10), stage=stage)])


def reviewed(leads: Iterable[sp.Lead] = (), owner: str | None = None, **others: Any) -> Review:  # noqa: ANN401 - other records
    """Review leads, and whatever else there is."""
    records = sp.Records(org=ORG, leads=list(leads), processes=[BASIC], **others)
    return build(records, owner=owner, period=QUARTER, as_of=AS_OF)


def leads_of(leads: Iterable[sp.Lead], owner: str | None = None) -> LeadSection:
    """Return the section on leads."""
    section = reviewed(leads, owner).leads
    assert section is not None
    return section


def channels_of(leads: Iterable[sp.Lead], owner: str | None = None, **others: Any) -> ChannelSection:  # noqa: ANN401
    """Return the section on channels."""
    section = reviewed(leads, owner, **others).channels
    assert section is not None
    return section


@pytest.fixture(scope="module")
def of_sample() -> Review:
    """The review of the sample company."""
    return build(SAMPLE, owner=None, period=QUARTER, as_of=AS_OF)


def rules(review: Review) -> list[str]:
    """Return the rules of the findings on channels."""
    return [each.rule for each in review.findings if each.rule.startswith(("channel", "cost"))]


# Whose leads, and what became of them


def test_an_open_lead_is_its_owner_s_team_s_of_the_last_day_and_a_decided_one_the_team_s_of_its_end() -> None:
    still = lead("l-1", on(8, 3, status="new", owner="cy"))
    ended = lead("l-2", on(8, 3, status="new", owner="cy"), on(8, 20, status="disqualified", reason="no_need"))
    later = lead("l-3", on(8, 3, status="new", owner="cy"), on(9, 2, status="converted"))
    pooled = lead("l-4", on(8, 3, status="new", owner="cy"), on(8, 20, released=True))
    everybody = [still, ended, later, pooled]
    assert [each.id for each in leads_of(everybody, "north").leads] == ["l-1", "l-3"]
    assert [each.id for each in leads_of(everybody, "south").leads] == ["l-2"]
    assert [each.id for each in leads_of(everybody, "cy").leads] == ["l-1", "l-2", "l-3"]
    company = leads_of(everybody)
    assert [each.id for each in company.leads] == ["l-1", "l-2", "l-3", "l-4"]
    assert [(member.owner, member.level, member.came, member.open) for member in company.members] == [
        ("north", 0, 2, 1),
        ("cy", 1, 2, 1),
        ("south", 0, 1, 0),
        ("cy", 1, 1, 0),
    ]
    assert reviewed(everybody, "ada").leads is None


def test_leads_come_and_are_decided_in_the_period_and_only_as_they_stand() -> None:
    section = leads_of(
        [
            lead("l-1", on(6, 30, status="new", owner="ada"), on(7, 1, status="converted")),
            lead("l-2", on(7, 1, status="new", owner="ada"), on(7, 2, status="disqualified"), on(7, 9, status="working")),
            lead("l-3", on(5, 1, status="new", owner="ada"), on(6, 30, status="disqualified")),
            lead("l-4", sp.LeadChange(None, status="new", owner="ada"), on(9, 16, status="disqualified")),
            lead("l-5", sp.LeadChange(None, status="converted", owner="ada")),
            lead("l-6", on(9, 17, status="new", owner="ada")),
        ]
    )
    assert (section.known, section.undated, section.came) == (5, 2, 1)
    assert (section.converted, section.disqualified) == (1, 1)
    assert [each.id for each in section.open_leads] == ["l-2"]


def test_what_went_to_the_pool_and_came_from_it_is_told_of_whoever_lost_or_claimed_it() -> None:
    moved = lead(
        "l-1",
        on(6, 1, status="new", owner="ada"),
        on(6, 20, released=True),
        on(7, 1, owner="cy"),
        on(7, 8, released=True),
        on(9, 5, owner="ada"),
        on(9, 6, owner="cy"),
    )
    never_had = lead("l-2", on(9, 1, status="new", released=True), on(9, 2, status="working"))
    told = {owner: leads_of([moved, never_had], owner) for owner in (None, "north", "cy")}
    assert {owner: (each.released, each.claimed) for owner, each in told.items()} == {
        None: (2, 2),
        "north": (0, 1),
        "cy": (1, 1),
    }
    assert [(each.id, each.since) for each in told[None].open_leads] == [("l-1", date(2026, 9, 6)), ("l-2", date(2026, 9, 1))]
    assert [each.id for each in told[None].pool] == ["l-2"]


# How good, how warm, and what is due


def test_grades_need_a_fact_that_they_ask_for_in_words_that_they_know() -> None:
    facts: list[dict[str, str]] = [
        {},
        {"need": "urgent", "purchasing_power": "high"},
        {"need": "vague"},
        {"need": "今年"},
        {"region": "East"},
    ]
    section = leads_of(lead(f"l-{number}", facts=each) for number, each in enumerate(facts))
    assert [each.grade for each in section.open_leads] == [None, "B", "C", None, None]
    assert dict(section.grades) == {"A": 0, "B": 1, "C": 1}


def test_without_a_touch_of_a_known_kind_nobody_is_called_cold() -> None:
    strange = lead("l-1", touches=[sp.Touch(date(2026, 9, 2), "fax")])
    section = leads_of([strange])
    assert (section.open_leads[0].temperature, section.members[0].hot, sum(section.temperatures.values())) == (None, None, 0)
    visited = lead("l-2", touches=[sp.Touch(date(2026, 9, 16), "visit", outcome="interested")])
    section = leads_of([strange, visited])
    assert [each.temperature for each in section.open_leads] == ["Cold", "Warm"]
    assert dict(section.temperatures) == {"Cold": 1, "Hot": 0, "Warm": 1}


def test_a_follow_up_is_due_by_the_grade_and_none_for_a_lead_that_nobody_has() -> None:
    good = {"need": "urgent", "purchasing_power": "high", "willingness": "high"}
    section = leads_of(
        [
            lead("l-1", on(9, 11, status="new", owner="ada"), facts=good),  # a Friday: due on Monday
            lead("l-2", on(9, 11, status="new", owner="ada")),  # due within five workdays
            lead("l-3", on(8, 3, status="new")),
        ]
    )
    told = [each.follow_up and (each.follow_up.grade, each.follow_up.due, each.is_overdue) for each in section.open_leads]
    assert told == [("A", date(2026, 9, 14), True), ("C", date(2026, 9, 18), False), None]
    assert [each.id for each in section.overdue] == ["l-1"]


def test_a_lead_is_untouched_while_it_is_new_with_no_touch_after_its_first_day() -> None:
    first, second = sp.Touch(date(2026, 9, 1), "web_form"), sp.Touch(date(2026, 9, 2), "call")
    section = leads_of(
        [
            lead("l-1", touches=[first]),
            lead("l-2", touches=[first, second]),
            lead("l-3", on(9, 1, status="working", owner="ada"), touches=[first]),
            lead("l-4", on(9, 1, status="new"), touches=[first]),
        ]
    )
    assert [each.is_untouched for each in section.open_leads] == [True, False, False, True]
    assert [each.id for each in section.untouched] == ["l-1"]


def test_findings_tell_of_leads_that_nobody_spoke_to_or_works_on() -> None:
    leads = [
        lead("l-1", sp.LeadChange(None, status="new", owner="ada")),
        lead("l-2", on(9, 1, status="new", owner="ada")),
        lead("l-3", on(9, 15, status="new", owner="ada")),
        lead("l-4", on(7, 1, status="working", owner="bo"), touches=[sp.Touch(date(2026, 7, 2), "call")]),
    ]
    review = reviewed(leads)
    # Where nobody keeps touches, nobody knows who was spoken to.
    silent = reviewed([attrs.evolve(each, touches=()) for each in leads])
    assert "leads_untouched" not in {each.rule for each in silent.findings}
    texts = [each.text() for each in review.findings if each.rule.startswith("leads")]
    assert texts == [
        "bo has been out of service since 2026-08-01 and still has open leads: 1.",
        "Nobody has spoken to 1 new leads although the first follow-up is overdue; the oldest began on 2026-09-01.",
    ]
    assert "nothing_owed" in {each.rule for each in review.findings if each.severity == "info"}


# Channels


def spent(channel: str | None, amount: int, day: date = AS_OF, unit: sp.Unit = sp.CNY, **of: str) -> sp.ChannelCost:
    """Return a cost."""
    return sp.ChannelCost(on=day, amount=sp.Amount.of(amount, unit), channel=channel, **of)


def test_channels_are_those_of_leads_that_began_within_a_year_and_of_what_was_spent_in_it() -> None:
    leads = [
        lead("l-1", channel="web"),
        lead("l-2", on(1, 5, status="new", owner="ada"), channel="web"),
        lead("l-3", sp.LeadChange(date(2025, 9, 16), status="new", owner="ada"), channel="web"),
    ]
    costs = [spent("web", 5), spent("web", 7, date(2025, 9, 16)), spent("web", 9, date(2026, 9, 17))]
    section = channels_of(leads, costs=costs, opportunities=[deal("o-1", "l-1", 90), deal("o-2", None, 20)])
    assert section.period.label == "2025-09-17..2026-09-16"
    (line,) = (each for each in section.report.lines if each.leads)
    assert (line.leads, line.won, line.value, line.cost) == (2, 1, sp.Amount.of(90, sp.CNY), sp.Amount.of(5, sp.CNY))
    assert section.report.total.won_without_lead == 1
    assert [each.amount.decimal for each in section.costs] == [5]
    records = sp.Records(org=ORG, leads=leads, costs=costs, processes=[BASIC])
    long = build(records, owner=None, period=sp.Period.parse("2025-01-01..2026-09-16"), as_of=AS_OF).channels
    assert long is not None
    assert (long.period.label, long.report.total.leads) == ("2025-01-01..2026-09-16", 3)


def test_the_review_of_a_team_counts_its_leads_with_their_deals_and_costs_that_name_it() -> None:
    leads = [lead("l-1", channel="web"), lead("l-2", on(9, 1, status="new", owner="bo"), channel="web")]
    costs = [spent("web", 5), spent(None, 2, owner="ada"), spent(None, 3, owner="north"), spent(None, 4, owner="bo")]
    deals = [deal("o-1", "l-1", 90), deal("o-2", "l-2", 30)]
    section = channels_of(leads, "north", costs=costs, opportunities=deals)
    assert (section.report.total.leads, section.report.total.value) == (1, sp.Amount.of(90, sp.CNY))
    assert section.report.total.cost == sp.Amount.of(5, sp.CNY)
    assert section.costs_of_nobody == 1
    company = channels_of(leads, costs=costs, opportunities=deals)
    assert (company.report.total.cost, company.costs_of_nobody) == (sp.Amount.of(14, sp.CNY), 0)
    assert rules(reviewed(leads, "north", costs=costs)) == ["costs_of_nobody"]


def test_amounts_in_other_units_are_left_out_and_told() -> None:
    leads = [lead(f"l-{number}", channel="web") for number in range(3)]
    deals = [deal("o-0", "l-0", 90), deal("o-1", "l-1", 50, unit=sp.USD), deal("o-2", "l-2", None)]
    costs = [spent("web", 5), spent("web", 3, unit=sp.USD), spent("web", 2, unit=sp.CNY)]
    section = channels_of(leads, costs=costs, opportunities=deals)
    (line,) = section.report.lines
    assert (line.won, line.value, line.cost) == (3, sp.Amount.of(90, sp.CNY), sp.Amount.of(7, sp.CNY))
    assert (line.unvalued, section.in_other_units, section.unit) == (2, 2, sp.CNY)
    review = reviewed(leads, costs=costs, opportunities=deals)
    assert rules(review) == ["channels_in_other_units"]


def test_what_was_spent_on_a_channel_that_no_lead_names_is_told() -> None:
    review = reviewed([lead("l-1", channel="web")], costs=[spent("wep", 5), spent("web", 5, campaign="spring")])
    assert review.channels is not None
    assert review.channels.unmatched == ("spring", "wep")
    assert rules(review) == ["costs_unmatched"]
    nobody = reviewed(costs=[spent("web", 5)])
    assert nobody.leads is None
    assert nobody.channels is not None
    assert nobody.channels.report.lines[0].labels == ("web",)


def test_without_channels_and_costs_there_is_no_section_nor_without_leads_of_the_year() -> None:
    assert reviewed([lead("l-1")]).channels is None
    old = lead("l-1", sp.LeadChange(date(2024, 9, 1), status="new"), channel="web")
    assert reviewed([old]).channels is None


def test_a_review_of_the_first_year_of_the_calendar_looks_no_further_back() -> None:
    first = sp.Lead(id="l-1", channel="web", history=[sp.LeadChange(date(1, 1, 5), status="new")])
    records = sp.Records(org=ORG, leads=[first])
    section = build(records, owner=None, period=sp.Period.month(1, 2), as_of=date(1, 2, 28)).channels
    assert section is None
    section = build(records, owner=None, period=sp.Period.month(1, 1), as_of=date(1, 1, 31)).channels
    assert section is not None
    assert section.period == sp.Period.month(1, 1)


def test_one_number_has_one_source_and_explains_itself(of_sample: Review) -> None:
    records, section = SAMPLE, of_sample.channels
    assert section is not None
    # The same by the room alone, from the records
    tally = sp.channels.count(
        records.leads,
        records.opportunities,
        as_of=AS_OF,
        costs=records.costs,
        period=section.period,
        processes=records.processes,
    )
    assert sp.channels.compare(tally) == section.report
    again = sp.channels.count(
        section.leads, section.deals, as_of=AS_OF, costs=section.costs, period=section.period, processes=records.processes
    )
    assert again == tally
    (line,) = section.report.not_paying
    for tree in (line.breakdown, line.acquisition_breakdown, section.report.breakdown):
        testing.assert_breakdowns_hold(tree)


# Written


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_review_of_the_sample_names_the_channel_that_does_not_pay(lang: str, of_sample: Review) -> None:
    (told,) = [each for each in of_sample.findings if each.rule == "channel_does_not_pay"]
    text = markdown(of_sample, lang=lang)
    assert told.text(lang) in text
    wording = {"en": "Exhibition does not pay: of 132 leads 2 are won", "zh": "展会不合算：132 条线索赢单 2 条"}
    assert told.text(lang).startswith(wording[lang])
    assert {"en": "## Channels", "zh": "## 渠道"}[lang] in text


def test_a_report_tells_when_nothing_tells_how_good_warm_or_dear_leads_are() -> None:
    plain = markdown(reviewed([lead("l-1", channel="web")]))
    for sentence in (
        "Open leads are not graded",
        "How warm the open leads are cannot be told",
        "What was spent on these channels is not known",
    ):
        assert sentence in plain
    assert "No cost is known of" not in plain
    of_team = markdown(reviewed([lead("l-1", channel="web")], "north", costs=[spent("web", 5)]))
    assert "names no team and no rep" in of_team
    assert "Open at the end of 2026-09-16: 0\n" in markdown(reviewed([lead("l-1", on(9, 1, status="disqualified"))]))
    assert "## Leads" not in markdown(reviewed())


def test_overdue_leads_are_listed_by_grade_warmth_and_days_and_the_rest_are_counted() -> None:
    began = date(2026, 7, 1)
    many = [
        lead(f"l-{number:02}", sp.LeadChange(began + timedelta(days=number), status="new", owner="ada")) for number in range(11)
    ]
    best = lead("m-1", on(9, 1, status="working", owner="ada"), facts={"need": "clear", "purchasing_power": "high"})
    pooled = lead("m-2", on(9, 1, status="new"))
    text = markdown(reviewed([*many, best, pooled]))
    listed = [line.split(" | ")[0][2:].strip() for line in text.splitlines() if line.startswith(("| l-", "| m-"))]
    assert listed == ["m-1", *(f"l-{number:02}" for number in range(9))]
    assert "And 2 more, whose grade and warmth are no better." in text
    assert "In the public pool, where nobody follows them up: 1, the longest since 2026-09-01" in text


def test_a_cost_beyond_whole_units_is_a_dash() -> None:
    # One of 400 leads won at nearly the largest amount there is: the upper end of what a win costs is beyond 64 bits.
    unit = sp.Unit("XTS", 0, "money")
    leads = [lead(f"l-{number}", channel="web") for number in range(400)]
    cost = sp.ChannelCost(on=AS_OF, amount=sp.Amount(minor=9 * 10**18, unit=unit), channel="web")
    text = markdown(reviewed(leads, costs=[cost], opportunities=[deal("o-1", "l-1", 5, unit=unit)]))
    (row,) = (line for line in text.splitlines() if line.startswith("| web"))
    assert [cell.strip() for cell in row.split("|")][7:10] == [f"XTS {9 * 10**18:,}", f"XTS {9 * 10**18:,}", "–"]


def test_what_was_computed_from_is_not_shown(of_sample: Review) -> None:
    assert of_sample.leads is not None
    assert "leads=(Lead(" not in repr(of_sample.leads)
    assert "costs=(ChannelCost(" not in repr(of_sample.channels)

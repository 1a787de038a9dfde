"""Laws of the lines of teams in a review: deals and leads of a team are those of its members and its own, and no others."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, TypeAlias

import attrs
from examples import at_most
from hypothesis import event, given, settings
from hypothesis import strategies as st

from salesperf import (
    CNY,
    STANDARD_PROCESSES,
    Amount,
    Change,
    Lead,
    LeadChange,
    Move,
    Opportunity,
    Org,
    Period,
    Records,
    Rep,
    Team,
    Touch,
    testing,
)
from salesperf.model.lead import LeadStatus
from salesperf.pipeline import ClosedDeal, OpenDeal
from salesperf.review.deals import DealMember, DealSection, deal_sections
from salesperf.review.leads import LeadMember, LeadSection, OpenLead, lead_section

PERIOD: Final = Period.quarter(2026, 3)
TEAMS: Final = ("all", "east", "far east", "west")
REPS: Final = ("ada", "bo", "cy", "dee", "eve")

BASIC: Final = STANDARD_PROCESSES["basic"]
PROCESS: Final = attrs.evolve(
    BASIC, stages=[attrs.evolve(stage, max_days=30 if stage.is_open else None) for stage in BASIC.stages]
)
"""With a limit of days, so that a deal may stand still."""
ENDS: Final[tuple[LeadStatus | None, ...]] = (None, None, None, "converted", "disqualified")

days = testing.days(date(2026, 4, 1), PERIOD.last)
holders = st.sampled_from((*REPS, *REPS, *TEAMS))
"""Whoever may have a deal or a lead; teams do so as well."""


@st.composite
def orgs(draw: st.DrawFn) -> Org:
    """Draw three levels of teams; one rep is in none, and any may move within the period or before."""
    moves = draw(st.dictionaries(st.sampled_from(REPS), st.tuples(days, st.sampled_from((None, *TEAMS))), max_size=3))
    return Org(
        teams=[Team(id="all"), *(Team(id=team, parent="all") for team in ("east", "west")), Team(id="far east", parent="east")],
        reps=[Rep(id=rep, team=team) for rep, team in zip(REPS, ("east", "far east", "far east", "west", None), strict=True)],
        moves=[Move(rep=rep, on=on, team=team) for rep, (on, team) in moves.items()],
    )


@st.composite
def deals(draw: st.DrawFn, number: int) -> Opportunity:
    """Draw a deal that is open or decided, and that may pass to somebody else."""
    begun, later = sorted((draw(days), draw(days)))
    amount = draw(st.none() | st.integers(0, 10**6).map(lambda minor: Amount(minor=minor, unit=CNY)))
    close = draw(st.none() | testing.days(begun, date(2026, 12, 31)))
    history = [Change(begun, stage="opportunity", owner=draw(holders), amount=amount, expected_close=close)]
    if draw(st.booleans()):
        history.append(Change(later, owner=draw(holders)))
    if end := draw(st.sampled_from((None, None, "closed", "lost", "cancelled"))):
        history.append(Change(later, stage=end))
    return Opportunity(id=f"o-{number}", history=history)


@st.composite
def leads(draw: st.DrawFn, number: int) -> Lead:
    """Draw a lead that somebody has or nobody, whom somebody may have spoken to, and of which something may have become."""
    begun, later = sorted((draw(days), draw(days)))
    history = [LeadChange(begun, status="new", owner=draw(st.none() | holders))]
    if draw(st.booleans()):
        history.append(LeadChange(later, owner=draw(holders)))
    if end := draw(st.sampled_from(ENDS)):
        history.append(LeadChange(later, status=end))
    spoken = draw(st.lists(st.sampled_from(("call", "visit", "web_form")), max_size=3))
    return Lead(id=f"l-{number}", history=history, touches=[Touch(later, kind, outcome="interested") for kind in spoken])


@st.composite
def companies(draw: st.DrawFn) -> Records:
    """Draw a company with deals and leads."""
    return Records(
        org=draw(orgs()),
        processes=[PROCESS],
        opportunities=[draw(deals(number)) for number in range(draw(st.integers(1, 12)))],
        leads=[draw(leads(number)) for number in range(draw(st.integers(1, 12)))],
    )


def deals_of(records: Records, owner: str | None) -> DealSection | None:
    known = records.as_of(PERIOD.last)
    return next(deal_sections(known, owner=owner, period=PERIOD, as_of=PERIOD.last), None)


def leads_of(records: Records, owner: str | None) -> LeadSection | None:
    return lead_section(records.as_of(PERIOD.last), owner=owner, passed=PERIOD)


def in_minor(amounts: Sequence[Amount | None]) -> int:
    return sum(amount.minor for amount in amounts if amount is not None)


Counts: TypeAlias = Counter[str]
Line: TypeAlias = DealMember | LeadMember
Section: TypeAlias = DealSection | LeadSection


def summed(counts: Iterator[Counts]) -> Counts:
    """Add counts up; nothing is as good as 0."""
    return sum(counts, Counter())


def of_member(member: Line) -> Counts:
    """Return the numbers of a line."""
    if isinstance(member, DealMember):
        found = {name: getattr(member, name) for name in ("won", "lost", "cancelled", "open_deals", "stalled", "overdue")}
        found |= {"won_value": in_minor([member.won_value]), "open_value": in_minor([member.open_value])}
    else:
        names = ("came", "converted", "disqualified", "open", "hot", "warm", "overdue", "untouched")
        found = {name: getattr(member, name) or 0 for name in names}
    return +Counter(found)


def of_deals(decided: Sequence[ClosedDeal], held: Sequence[OpenDeal]) -> Counts:
    """Count deals one by one."""
    found = Counter[str](deal.outcome for deal in decided)
    found["won_value"] = in_minor([deal.amount for deal in decided if deal.outcome == "won"])
    found["open_deals"], found["open_value"] = len(held), in_minor([deal.amount for deal in held])
    found.update(flag for deal in held for flag in deal.flags if flag in ("stalled", "overdue"))
    return +found


def of_leads(some: Sequence[Lead], held: Sequence[OpenLead]) -> Counts:
    """Count leads one by one."""
    found = Counter(came=sum(lead.created is not None and lead.created in PERIOD for lead in some), open=len(held))
    ended = [(lead.status, [change.on for change in lead.history if change.status is not None][-1]) for lead in some]
    found.update(status for status, on in ended if status in ("converted", "disqualified") and on and on in PERIOD)
    found.update(lead.temperature.lower() for lead in held if lead.temperature in ("Hot", "Warm"))
    found["overdue"] = sum(lead.is_overdue for lead in held)
    found["untouched"] = sum(lead.is_untouched and lead.owner is not None for lead in held)
    return +found


def held_by(section: Section, owner: str | None) -> Counts:
    """Count what is an owner's by itself, and no member's; of ``None`` what nobody has."""
    if isinstance(section, DealSection):
        decided = [deal for deal in section.closed.deals if deal.owner == owner]
        return of_deals(decided, [deal for deal in section.pipeline.deals if deal.owner == owner])
    mine = [lead for lead in section.leads if lead.owner == owner]
    return of_leads(mine, [lead for lead in section.open_leads if lead.owner == owner])


def in_all(section: Section) -> Counts:
    """Return what a section says of all."""
    if isinstance(section, DealSection):
        decided, held = section.closed, section.pipeline
        return +Counter(
            won=decided.won,
            lost=decided.lost,
            cancelled=decided.cancelled,
            won_value=in_minor([decided.won_value]),
            open_deals=held.total.count,
            open_value=in_minor([held.total.amount]),
            stalled=held.flag_counts["stalled"],
            overdue=held.flag_counts["overdue"],
        )
    warmth = section.temperatures
    return +Counter(
        came=section.came,
        converted=section.converted,
        disqualified=section.disqualified,
        open=len(section.open_leads),
        hot=warmth["Hot"],
        warm=warmth["Warm"],
        overdue=len(section.overdue),
        untouched=len(section.untouched),
    )


def directly_below(lines: Sequence[Line], place: int) -> Iterator[Line]:
    """Yield the lines of whoever is directly below a team; those further down stand between them."""
    above = lines[place]
    for line in lines[place + 1 :]:
        if line.level <= above.level:
            return
        if line.level == above.level + 1:
            yield line


def assert_lines_add_up(section: Section, owner: str | None) -> None:
    lines: Sequence[Line] = section.members
    for place, line in enumerate(lines):
        if line.is_team:
            below = summed(of_member(each) for each in directly_below(lines, place))
            assert of_member(line) == below + held_by(section, line.owner)
    top = summed(of_member(line) for line in lines if line.level == 0)
    assert in_all(section) == top + held_by(section, owner)
    if lines:  # with the line of nobody the table sums to what is told of all
        assert in_all(section) == top + (Counter() if section.rest is None else of_member(section.rest))
    else:
        assert section.rest is None


@settings(max_examples=at_most(40))
@given(companies(), st.sampled_from((None, *TEAMS)))
def test_the_deals_of_a_team_are_those_of_its_members_and_its_own(records: Records, owner: str | None) -> None:
    section = deals_of(records, owner)
    if section is None:
        return
    event(f"teams: {sum(line.is_team for line in section.members)}")
    assert_lines_add_up(section, owner)
    for line in section.members:
        own = deals_of(records, line.owner) if line.is_team else None
        assert own is None or in_all(own) == of_member(line)


@settings(max_examples=at_most(40))
@given(companies(), st.sampled_from((None, *TEAMS)))
def test_the_leads_of_a_team_are_those_of_its_members_and_its_own(records: Records, owner: str | None) -> None:
    section = leads_of(records, owner)
    if section is None:
        return
    event(f"teams: {sum(line.is_team for line in section.members)}")
    assert_lines_add_up(section, owner)
    for line in section.members:
        own = leads_of(records, line.owner) if line.is_team else None
        assert own is None or in_all(own) == of_member(line)

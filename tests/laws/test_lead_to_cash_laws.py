"""Laws of the funnel that starts at the lead: every lead counts once, nothing is lost, and nothing later is known."""

from datetime import date
from typing import Any

import attrs
from examples import at_most
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesperf import STANDARD_PROCESSES, Lead, Opportunity, SalesProcess, funnel, testing
from salesperf.funnel import FunnelTally
from salesperf.funnel.rules import CANCELLED, LOST, OPEN, WON
from salesperf.testing import assert_monoid

some = settings(max_examples=at_most(60), suppress_health_check=[HealthCheck.too_slow])

NO_CANCELLED = attrs.evolve(STANDARD_PROCESSES["basic"], key="short", stages=STANDARD_PROCESSES["basic"].stages[:-1])
RULES = st.sampled_from(list(funnel.RULES))
BY = st.lists(st.sampled_from(["channel", "campaign", "owner", "month", "region"]), unique=True, max_size=2)

Case = tuple[list[Lead], list[Opportunity], SalesProcess]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a few leads, and deals of which some came from one: none from some leads, several from others."""
    process = draw(st.sampled_from([NO_CANCELLED, *STANDARD_PROCESSES.values()]))
    leads = [draw(testing.leads(id=st.just(f"l{number}"))) for number in range(draw(st.integers(0, 4)))]
    lead = st.sampled_from((None, *(each.id for each in leads)))
    ids = range(draw(st.integers(0, 5)))
    deals = [draw(testing.opportunities(id=st.just(f"o{number}"), process=process, lead=lead)) for number in ids]
    return leads, deals, process


def counted(case: Case, as_of: date, **question: Any) -> FunnelTally:  # noqa: ANN401 - arguments of the funnel
    return funnel.lead_to_cash(*case, as_of=as_of, **question)


@some
@given(cases(), testing.days(), RULES, BY)
def test_every_known_lead_counts_once_and_no_deal_is_lost(case: Case, day: date, rule: Any, by: list[str]) -> None:  # noqa: ANN401 - a name of a rule
    leads, deals, _ = case
    tally = counted(case, day, rule=rule, by=by)
    known = sum(lead.as_of(day) is not None or bool(known_of(lead, deals, day)) for lead in leads)
    known += sum(deal.as_of(day) is not None for deal in deals if deal.lead is None)
    assert int((tally.deals + tally.nonconforming + tally.undated).sum()) == known


def known_of(lead: Lead, deals: list[Opportunity], day: date) -> list[Opportunity]:
    """Return what was known on a day of the deals of a lead."""
    return [known for deal in deals if deal.lead == lead.id and (known := deal.as_of(day)) is not None]


@some
@given(cases(), testing.days())
def test_a_lead_is_won_with_any_of_its_deals_and_lost_when_nothing_of_it_is_left(case: Case, day: date) -> None:
    leads, deals, process = case
    expected = dict.fromkeys((WON, LOST, CANCELLED, OPEN), 0)
    undated = 0
    for lead in leads:
        own, known = known_of(lead, deals, day), lead.as_of(day)
        if any(deal.is_undated for deal in own) or (lead.is_undated and known is not None):
            undated += 1
        elif own:
            kinds = {process.stage_of(deal).kind for deal in own}
            outcome = (
                WON if kinds & {"won", "post_won"} else OPEN if "open" in kinds else LOST if "lost" in kinds else CANCELLED
            )
            expected[outcome] += 1
        elif known is not None:
            expected[CANCELLED if known.status == "disqualified" else OPEN] += 1
    tally = counted(case, day)
    assert tally.outcomes[0].tolist() == [expected[outcome] for outcome in sorted(expected)]
    assert int(tally.undated[0]) == undated + sum(deal.is_undated for deal in deals if deal.lead is None)


@some
@given(cases(), testing.days())
def test_what_leads_and_deals_become_later_alters_no_earlier_join(case: Case, day: date) -> None:
    leads, deals, process = case
    past = [known for lead in leads if (known := lead.as_of(day)) is not None]
    ids = {None, *(lead.id for lead in past)}
    before = [deal.as_of(day) for deal in deals if deal.lead in ids]
    earlier = funnel.joined(past, filter(None, before), process).opportunities
    whole = {each.id: each for each in funnel.joined(*case).opportunities}
    assert [whole[each.id].as_of(day) for each in earlier] == list(earlier)


@some
@given(cases(), testing.days(), RULES, BY, st.lists(st.integers(0, 2), min_size=9, max_size=9))
def test_tallies_of_leads_with_their_deals_merge(case: Case, day: date, rule: Any, by: list[str], parts: list[int]) -> None:  # noqa: ANN401 - a name of a rule
    leads, deals, process = case
    part_of = {lead.id: part for lead, part in zip(leads, parts, strict=False)}
    homes = [part_of.get(deal.lead or "", part) for deal, part in zip(deals, parts[4:], strict=False)]

    def part_counted(part: int) -> FunnelTally:
        own_leads = [lead for lead in leads if part_of[lead.id] == part]
        own_deals = [deal for deal, home in zip(deals, homes, strict=True) if home == part]
        return counted((own_leads, own_deals, process), day, rule=rule, by=by)

    a, b, c = map(part_counted, range(3))
    longer = funnel.joined([], [], process).process
    assert_monoid(a, b, c, FunnelTally.empty(longer, as_of=day, rule=rule, by=by))
    assert a + b + c == counted(case, day, rule=rule, by=by)


@some
@given(cases(), testing.days(), st.randoms(use_true_random=False))
def test_the_order_of_leads_and_deals_does_not_matter(case: Case, day: date, dice: Any) -> None:  # noqa: ANN401 - random.Random, or hypothesis's own
    leads, deals, process = case
    mixed = dice.sample(leads, len(leads)), dice.sample(deals, len(deals)), process
    assert counted(mixed, day, by=["channel", "owner"]) == counted(case, day, by=["channel", "owner"])


@some
@given(cases(), testing.days())
def test_one_deal_of_a_lead_is_counted_in_the_stages_of_its_process_as_it_is_alone(case: Case, day: date) -> None:
    leads, deals, process = case
    # Of several deals of one lead the first is kept, and what has no first day is counted apart.
    first = {deal.lead: deal for deal in reversed(deals) if deal.lead and not deal.is_undated}
    dated = [lead for lead in leads if not lead.is_undated]
    own = [first[lead.id] for lead in dated if lead.id in first]
    alone = funnel.count(own, process, as_of=day)
    both = counted((dated, own, process), day)
    statuses = len(both.stages) - len(alone.stages)
    for name in ("entered", "moved_on", "lost", "open"):
        # A deal that came into no stage is booked in the first, which as a lead it has passed, or has not.
        assert getattr(both, name)[0, statuses + 1 :].tolist() == getattr(alone, name)[0, 1:].tolist()
    assert both.outcomes[0, [WON, LOST]].tolist() == alone.outcomes[0, [WON, LOST]].tolist()

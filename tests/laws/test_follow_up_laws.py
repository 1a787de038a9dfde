"""Laws of following up: due on workdays, blind to what is later, within everybody's time, and no lead lost on its way."""

from collections import Counter
from datetime import date, timedelta
from random import Random
from typing import Any, Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf import (
    CNY,
    LEAD_STATUSES,
    STANDARD_PROCESSES,
    Amount,
    Calendar,
    Change,
    Customer,
    Lead,
    LeadChange,
    Opportunity,
    Period,
    Touch,
)
from salesperf.followup import (
    ASSIGNMENTS,
    STANDARD_FOLLOW_UP,
    Assignee,
    AssignmentName,
    Handing,
    PoolRules,
    assign,
    claim,
    punctuality,
    reclaim,
    schedule,
    schedule_after_sale,
    worklist,
)
from salesperf.kernels.apportionment import apportion
from salesperf.messages import LANGUAGES

FIRST: Final = date(2026, 1, 1)
DAY: Final = date(2026, 3, 2)
CALENDAR: Final = Calendar(
    holidays={date(2026, 2, day): "Spring Festival" for day in range(16, 23)}, extra_workdays=[date(2026, 2, 28)]
)
TEAM: Final = ("ada", "bo", "chen")


@st.composite
def histories(draw: st.DrawFn) -> list[LeadChange]:
    """Draw a life of a lead before the day: statuses, owners, releases, the beginning sometimes unknown."""
    days = sorted(draw(st.lists(st.integers(0, 60), min_size=1, max_size=5)))
    history: list[LeadChange] = []
    status = None
    for place, day in enumerate(days):
        on = None if place == 0 and draw(st.integers(0, 5)) == 0 else FIRST + timedelta(day)
        owner = draw(st.none() | st.sampled_from(TEAM))
        if status is None or draw(st.booleans()):
            status = draw(st.sampled_from([each for each in LEAD_STATUSES if each != status]))
            history.append(LeadChange(on, status=status, owner=owner))
        else:
            history.append(LeadChange(on, owner=owner, released=owner is None))
    return history


@st.composite
def companies(draw: st.DrawFn) -> list[Lead]:
    touch = st.builds(Touch, st.integers(0, 80).map(lambda day: FIRST + timedelta(day)), st.sampled_from(("call", "visit")))
    drawn = draw(st.lists(st.tuples(histories(), st.lists(touch, max_size=3), st.sampled_from((None, "web"))), max_size=8))
    return [
        Lead(id=f"l-{number}", history=history, touches=touches, channel=channel)
        for number, (history, touches, channel) in enumerate(drawn)
    ]


grades = st.dictionaries(st.integers(0, 7).map("l-{}".format), st.sampled_from(("A", "B", "C", "?")))
teams = st.lists(
    st.builds(
        lambda capacity, weight, takes: (capacity, weight, takes),
        st.none() | st.integers(0, 4),
        st.integers(1, 5),
        st.sampled_from(({}, {"channel": ["web"]})),
    ),
    max_size=3,
).map(
    lambda drawn: [
        Assignee(owner, capacity=capacity, weight=weight, takes=takes)
        for owner, (capacity, weight, takes) in zip(TEAM, drawn, strict=False)
    ]
)
rules = st.builds(
    PoolRules,
    claim_limit=st.none() | st.integers(0, 4),
    wait_days=st.integers(0, 60),
    untouched_days=st.none() | st.integers(1, 60),
)


def standing(leads: list[Lead], grading: dict[str, str]) -> dict[str, str]:
    known = {lead.id for lead in leads}
    return {lead: grade for lead, grade in grading.items() if lead in known}


@given(companies(), grades)
def test_every_open_lead_is_due_once_and_on_a_workday_after_whatever_came_before(
    leads: list[Lead], grading: dict[str, str]
) -> None:
    found = schedule(leads, STANDARD_FOLLOW_UP, as_of=DAY, calendar=CALENDAR, grades=standing(leads, grading))
    still_open = {lead.id for lead in leads if lead.status not in ("converted", "disqualified")}
    assert sorted(each.subject for each in found) == sorted(still_open)
    for each in found:
        assert CALENDAR.is_workday(each.due)
        assert each.status == ("overdue" if each.due < DAY else "due" if each.due == DAY else "upcoming")
        days = (each.due + timedelta(day) for day in range(1, (DAY - each.due).days + 1))
        assert each.overdue_workdays == sum(map(CALENDAR.is_workday, days))
        if each.since is not None:
            assert each.due == CALENDAR.workday_after(each.since, each.step.workdays)


WINTER: Final = Period(FIRST, DAY + timedelta(1))


@given(companies(), grades, st.integers(0, 2**31))
def test_what_was_not_done_is_what_the_schedule_says_is_due_and_parts_of_a_time_sum_to_it(
    leads: list[Lead], grading: dict[str, str], seed: int
) -> None:
    terms: dict[str, Any] = {"as_of": DAY, "calendar": CALENDAR, "grades": standing(leads, grading)}
    kept = punctuality(leads, STANDARD_FOLLOW_UP, period=WINTER, **terms)
    due = {each.subject: each for each in schedule(leads, STANDARD_FOLLOW_UP, **terms)}
    for item in kept.items:
        assert CALENDAR.is_workday(item.due)
        assert item.status == ("not_done" if item.done is None else "on_time" if item.done <= item.due else "late")
        if item.done is None and item.lead in due:
            assert (due[item.lead].due, due[item.lead].number) == (item.due, item.number)
    waiting = {item.lead for item in kept.items if item.done is None}
    for lead in leads:
        found = due.get(lead.id)
        if found is not None and found.since is not None and found.due <= DAY:
            then = lead.as_of(found.due)
            is_somebodys = then is not None and then.owner is not None and then.status not in ("converted", "disqualified")
            assert (lead.id in waiting) == is_somebodys
    shuffled = Random(seed).sample(leads, len(leads))  # noqa: S311 - no secret
    halves = [
        part
        for month in WINTER.split("month")
        for part in punctuality(shuffled, STANDARD_FOLLOW_UP, period=month, **terms).items
    ]
    assert tuple(halves) == kept.items
    past = [now for lead in leads if (now := lead.as_of(DAY)) is not None]
    assert punctuality(past, STANDARD_FOLLOW_UP, period=WINTER, **(terms | {"grades": standing(past, grading)})) == kept
    assert kept.total.due == sum(each.due for each in kept.owners) == len(kept.items)


PROCESS: Final = STANDARD_PROCESSES["basic"]
days_of_year = st.integers(0, 80).map(lambda day: FIRST + timedelta(day))


@st.composite
def sales(draw: st.DrawFn) -> list[Opportunity]:
    """Draw deals of two customers: open, won, lost, or won and lost again, of which nobody may know when."""
    deals = []
    for number in range(draw(st.integers(0, 5))):
        ends = draw(st.sampled_from(((), ("closed",), ("lost",), ("closed", "lost"))))
        on = sorted(draw(st.lists(days_of_year, min_size=1 + len(ends), max_size=1 + len(ends))))
        is_undated = not ends and draw(st.booleans())
        history = [Change(None if is_undated else on[0], stage="closed" if is_undated else "lead", owner="ada")]
        history += [Change(day, stage=stage) for day, stage in zip(on[1:], ends, strict=True)]
        deals.append(Opportunity(id=f"o-{number}", customer=draw(st.sampled_from(("acme", "bolt"))), history=history))
    return deals


touches_of = st.fixed_dictionaries(
    {name: st.lists(st.builds(Touch, days_of_year, st.just("call")), max_size=4) for name in ("acme", "bolt")}
)


@given(sales(), touches_of, days_of_year, st.integers(0, 2**31))
def test_a_visit_after_the_sale_is_due_on_a_workday_and_blind_to_later_days_and_to_order(
    deals: list[Opportunity], touches: dict[str, list[Touch]], as_of: date, seed: int
) -> None:
    customers = [Customer(id=name, name=name) for name in ("acme", "bolt")]
    found = schedule_after_sale(customers, deals, processes=[PROCESS], as_of=as_of, touches=touches, calendar=CALENDAR)
    standing_deals = [now for deal in deals if (now := deal.as_of(as_of)) is not None]
    won = {str(deal.customer): deal for deal in standing_deals if deal.stage == "closed"}
    assert {each.customer for each in found} == set(won)
    for each in found:
        assert CALENDAR.is_workday(each.due)
        if each.since is not None:
            assert each.due == CALENDAR.workday_after(each.since, each.step.workdays)
            days = {deal.last_change for deal in standing_deals} | {touch.on for touch in touches[str(each.customer)]}
            assert each.since in days
            assert each.since <= as_of
    random = Random(seed)  # noqa: S311 - no secret
    random.shuffle(deals)
    random.shuffle(customers)
    known = {name: random.sample(items, len(items)) for name, items in touches.items()}
    known = {name: [touch for touch in items if touch.on <= as_of] for name, items in known.items()}
    past = [now for deal in deals if (now := deal.as_of(as_of)) is not None]
    again = schedule_after_sale(customers, past, processes=[PROCESS], as_of=as_of, touches=known, calendar=CALENDAR)
    assert again == found


@given(companies(), grades, st.integers(0, 60), st.integers(0, 2**31))
def test_a_schedule_is_blind_to_later_days_and_to_the_order_of_leads_and_touches(
    leads: list[Lead], grading: dict[str, str], day: int, seed: int
) -> None:
    as_of, random = FIRST + timedelta(day), Random(seed)  # noqa: S311 - no secret
    known = [now for lead in leads if (now := lead.as_of(as_of)) is not None]
    graded = standing(known, grading)
    shuffled = [attrs.evolve(lead, touches=random.sample(lead.touches, len(lead.touches))) for lead in leads]
    random.shuffle(shuffled)
    expected = schedule(known, STANDARD_FOLLOW_UP, as_of=as_of, grades=graded)
    assert schedule(shuffled, STANDARD_FOLLOW_UP, as_of=as_of, grades=graded) == expected


@given(companies(), st.integers(0, 3), st.dictionaries(st.integers(0, 7).map("l-{}".format), st.integers(0, 99)))
def test_a_worklist_holds_what_is_due_within_the_time_there_is_and_nothing_left_is_worth_more(
    leads: list[Lead], able: int, worth: dict[str, int]
) -> None:
    due = schedule(leads, STANDARD_FOLLOW_UP, as_of=DAY)
    values = {lead: Amount.of(value, CNY) for lead, value in worth.items()}
    chosen = worklist(due, on=DAY, capacity=able, expected_values=values)
    assert sorted(item.follow_up.subject for item in chosen.items) == sorted(each.subject for each in due if each.due <= DAY)
    assert len(chosen.taken) + len(chosen.left) == len(chosen.items) == len(chosen.rows())
    taken = Counter(item.follow_up.owner for item in chosen.taken)
    assert None not in taken
    assert all(count <= able for count in taken.values())
    for item in chosen.left:
        owner = item.follow_up.owner
        beside = [other for other in chosen.taken if other.follow_up.owner == owner]
        assert owner is None or len(beside) == able
        assert all(worth.get(other.follow_up.subject, -1) >= worth.get(item.follow_up.subject, -1) for other in beside)


def assert_conserved(before: list[Lead], handing: Handing) -> None:
    """Assert that every lead is there as it was but for whoever has it, and that every move is one of them."""
    assert [lead.id for lead in handing.leads] == [lead.id for lead in before]
    moved = {move.lead: move for move in handing.done}
    for old, new in zip(before, handing.leads, strict=True):
        assert (new.status, new.touches, new.as_of(DAY - timedelta(1))) == (
            old.status,
            old.touches,
            old.as_of(DAY - timedelta(1)),
        )
        if old.id in moved:
            assert (moved[old.id].before, moved[old.id].after) == (old.owner, new.owner)
            assert len(new.history) == len(old.history) + 1
        else:
            assert new == old
    for lang in LANGUAGES:
        text = handing.text(lang)
        assert "{" not in text
        assert "followup." not in text
    assert len(handing.rows()) == len(handing.moves)


@pytest.mark.parametrize("method", ASSIGNMENTS)
@given(leads=companies(), team=teams)
def test_assigning_conserves_leads_and_gives_nobody_more_than_they_can_have(
    method: AssignmentName, leads: list[Lead], team: list[Assignee]
) -> None:
    handing = assign(leads, team, method=method, on=DAY)
    assert_conserved(leads, handing)
    held = Counter(lead.owner for lead in handing.leads if lead.status not in ("converted", "disqualified"))
    before = Counter(lead.owner for lead in leads if lead.status not in ("converted", "disqualified"))
    assert len(handing.moves) == before[None]
    for assignee in team:
        if assignee.capacity is not None:
            assert held[assignee.owner] <= max(assignee.capacity, before[assignee.owner])
    by_id = {lead.id: lead for lead in leads}
    fits = {assignee.owner: assignee.fits for assignee in team}
    assert all(method != "match" or fits[str(move.after)](by_id[move.lead]) for move in handing.done)


@given(st.integers(0, 40), st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_leads_given_by_weight_are_divided_as_by_jefferson(count: int, weights: list[int]) -> None:
    leads = [Lead(id=f"l-{number:02}", history=[LeadChange(FIRST, status="new")]) for number in range(count)]
    team = [Assignee(f"r-{place}", weight=weight) for place, weight in enumerate(weights)]
    given_ = Counter(move.after for move in assign(leads, team, method="weight", on=DAY).done)
    assert [given_[each.owner] for each in team] == apportion(count, weights, method="jefferson").tolist()


@given(st.integers(0, 30), st.integers(1, 5), st.integers(0, 4))
def test_in_turn_nobody_is_ahead_by_more_than_one(count: int, size: int, last: int) -> None:
    leads = [Lead(id=f"l-{number:02}", history=[LeadChange(FIRST, status="new")]) for number in range(count)]
    team = [Assignee(f"r-{place}") for place in range(size)]
    moves = assign(leads, team, method="round_robin", on=DAY, last=f"r-{last % size}").moves
    assert [move.after for move in moves] == [f"r-{(last + 1 + place) % size}" for place in range(count)]


@given(companies(), st.lists(st.tuples(st.integers(0, 7).map("l-{}".format), st.sampled_from(TEAM)), max_size=8), rules)
def test_the_pool_conserves_leads_and_a_claim_gives_one_that_nobody_has_to_one_who_may_have_it(
    leads: list[Lead], claims: list[tuple[str, str]], pool: PoolRules
) -> None:
    by_id = {lead.id: lead for lead in leads}
    asked = [each for each in claims if each[0] in by_id]
    handing = claim(leads, asked, pool, on=DAY)
    assert_conserved(leads, handing)
    assert [move.lead for move in handing.moves] == [lead for lead, _ in asked]
    held = Counter(lead.owner for lead in handing.leads if lead.status not in ("converted", "disqualified"))
    for move in handing.done:
        assert move.before is None
        assert by_id[move.lead].status not in ("converted", "disqualified")
        assert pool.claim_limit is None or held[move.after] <= pool.claim_limit


@given(companies(), rules)
def test_what_went_back_to_the_pool_was_untouched_and_nothing_untouched_is_left(leads: list[Lead], pool: PoolRules) -> None:
    handing = reclaim(leads, pool, on=DAY)
    assert_conserved(leads, handing)
    assert all(move.after is None for move in handing.done)
    again = reclaim(handing.leads, pool, on=DAY)
    assert again.done == ()
    assert again.leads == handing.leads
    limit = pool.untouched_days
    for lead in handing.leads:
        touched = any(limit is None or (DAY - touch.on).days < limit for touch in lead.touches if touch.on <= DAY)
        given_ = next((change.on for change in reversed(lead.history) if change.owner is not None), None)
        is_new = given_ is not None and limit is not None and (DAY - given_).days < limit
        is_open = lead.status not in ("converted", "disqualified")
        is_known = given_ is not None or any(touch.on <= DAY for touch in lead.touches)
        assert lead.owner is None or not is_open or limit is None or touched or is_new or not is_known


@given(companies(), st.integers(1, 30), st.integers(0, 40))
def test_whoever_lost_a_lead_may_not_claim_it_again_before_the_wait_is_over(leads: list[Lead], wait: int, after: int) -> None:
    pool = PoolRules(wait_days=wait, untouched_days=1)
    back = reclaim(leads, pool, on=DAY)
    for move in back.done:
        assert move.before is not None
        tried = claim(back.leads, [(move.lead, move.before)], pool, on=DAY + timedelta(after))
        assert bool(tried.done) == (after >= wait)

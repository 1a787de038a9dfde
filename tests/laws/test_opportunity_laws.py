"""Laws of deals: the past stays what it was, whatever is written down later, and a process does what it says."""

from datetime import date, timedelta

import attrs
import pytest
from examples import at_most
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesperf import CNY, Change, Customer, IllegalTransitionError, Opportunity, Records, SalesProcess, Unit, testing
from salesperf.model.change import TELLTALE_FIELDS
from salesperf.testing import assert_deal_forgets, assert_moves_are_allowed

ONE_DAY = timedelta(days=1)
AFTER_ALL = date(2030, 6, 1)
"""Later than any day that is drawn."""

some = settings(max_examples=at_most(40), suppress_health_check=[HealthCheck.too_slow])

Case = tuple[SalesProcess, Opportunity]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a process and a deal of it."""
    process = draw(testing.processes())
    return process, draw(testing.opportunities(process=process))


def unit_of(deal: Opportunity) -> Unit:
    """Return the unit in which a deal is worth something, or could be."""
    return CNY if deal.amount is None else deal.amount.unit


@st.composite
def changed_later(draw: st.DrawFn, deal: Opportunity, day: date) -> Opportunity:
    """Draw what may become of a deal after a day."""
    later = draw(st.lists(testing.changes(unit=unit_of(deal)), min_size=1, max_size=2))
    on = max(day, deal.last_change or day) + ONE_DAY
    moved = [attrs.evolve(change, on=on, stage=f"later {number}") for number, change in enumerate(later)]
    return attrs.evolve(deal, history=(*deal.history, *moved))


# Looking back


@given(testing.opportunities(), testing.days(), testing.days())
def test_looking_back_twice_is_looking_back_to_the_earlier_day(deal: Opportunity, a: date, b: date) -> None:
    assert_deal_forgets(deal, a, b)


@given(st.data(), testing.opportunities(), testing.days())
def test_what_becomes_of_a_deal_never_alters_what_was_known(data: st.DataObject, deal: Opportunity, day: date) -> None:
    assert data.draw(changed_later(deal, day)).as_of(day) == deal.as_of(day)


@given(st.data(), testing.opportunities(), testing.days())
def test_what_an_export_says_of_the_outcome_is_not_known_before(data: st.DataObject, deal: Opportunity, day: date) -> None:
    exported = attrs.evolve(deal, as_exported=tuple(TELLTALE_FIELDS), exported=AFTER_ALL)
    first, last = exported.history[0], data.draw(testing.changes(unit=unit_of(deal)))
    told = attrs.evolve(first, **{name: getattr(last, name) for name in TELLTALE_FIELDS})
    known = exported.as_of(day)
    assert attrs.evolve(exported, history=(told, *exported.history[1:])).as_of(day) == known
    assert known is None or all(getattr(known, name) is None for name in TELLTALE_FIELDS)


@some
@given(testing.records(), testing.days(), st.data())
def test_what_becomes_of_any_deal_and_customer_never_alters_what_was_known_of_all(
    known: Records, day: date, data: st.DataObject
) -> None:
    changed = []
    for deal in known.opportunities:
        stage = data.draw(st.sampled_from(list(known.process_of(deal).stage_by_key)))
        moved = (*deal.history, Change(AFTER_ALL, stage=stage))
        changed.append(deal if stage == deal.stage else attrs.evolve(deal, history=moved))
    new, process = Customer(id="known later", since=AFTER_ALL), known.processes[0]
    first = Change(AFTER_ALL, stage=process.stages[0].key)
    begun = Opportunity(id="begun later", history=[first], customer=new.id, process=process.key)
    later = attrs.evolve(known, opportunities=[*changed, begun], customers=[*known.customers, new])
    assert later.as_of(day) == known.as_of(day)


# Moving


@given(cases())
def test_a_deal_can_enter_what_its_process_allows_by_the_right_verb_and_nothing_else(case: Case) -> None:
    assert_moves_are_allowed(*case)


@given(cases(), st.data())
def test_to_advance_and_look_back_is_to_stay(case: Case, data: st.DataObject) -> None:
    process, drawn = case
    deal = attrs.evolve(drawn, as_exported=(), exported=None)
    on = (deal.last_change or AFTER_ALL) + ONE_DAY
    evidence = [key for stage in process.stages for key in stage.exit_criteria]
    to, now = data.draw(st.sampled_from(process.stages)), process.stage_of(deal)
    if to.key in process.allowed(deal) and (to.kind == "post_won" or (to.is_open and now.is_open)):
        moved = process.advance(deal, to.key, on=on, evidence=evidence)
        assert moved.as_of(on - ONE_DAY) == deal
        assert moved.history == (*deal.history, Change(on, stage=to.key, evidence=evidence))
    else:
        with pytest.raises(IllegalTransitionError):
            process.advance(deal, to.key, on=on, evidence=evidence)


@given(cases())
def test_what_a_step_lacks_is_named_and_with_it_the_step_is_taken(case: Case) -> None:
    process, deal = case
    on = (deal.last_change or AFTER_ALL) + ONE_DAY
    now = process.stage_of(deal)
    lacking = [key for key in now.exit_criteria if key not in deal.evidence]
    ahead = [stage for stage in process.open_stages if process.position[stage.key] > process.position[now.key]]
    for stage in ahead:
        if stage.key not in process.allowed(deal):
            continue
        if lacking:
            with pytest.raises(IllegalTransitionError) as caught:
                process.advance(deal, stage.key, on=on)
            assert caught.value.code == "exit_criteria"
            assert all(key in caught.value.params["missing"] for key in lacking)
        assert process.advance(deal, stage.key, on=on, evidence=lacking).stage == stage.key

"""Laws of leads: the past stays what it was, whatever is written down or touched later."""

from datetime import date, timedelta

import attrs
from hypothesis import given
from hypothesis import strategies as st

from salesperf import Lead, Org, Records, Touch, testing
from salesperf.testing import assert_lead_forgets

ONE_DAY = timedelta(days=1)


@st.composite
def changed_later(draw: st.DrawFn, lead: Lead, day: date) -> Lead:
    """Draw what may become of a lead after a day."""
    on = max(day, lead.last_change or day) + ONE_DAY
    later = draw(st.lists(testing.lead_changes(), min_size=1, max_size=2))
    changes = [attrs.evolve(change, on=on, status=None, reason=f"later {number}") for number, change in enumerate(later)]
    return attrs.evolve(lead, history=[*lead.history, *changes], touches=[*lead.touches, Touch(on, "call", ref="later")])


@given(testing.leads(), testing.days(), testing.days())
def test_looking_back_twice_at_a_lead_is_looking_back_to_the_earlier_day(lead: Lead, a: date, b: date) -> None:
    assert_lead_forgets(lead, a, b)


@given(st.data(), testing.leads(), testing.days())
def test_what_becomes_of_a_lead_never_alters_what_was_known(data: st.DataObject, lead: Lead, day: date) -> None:
    changed = data.draw(changed_later(lead, day))
    assert changed.as_of(day) == lead.as_of(day)
    assert changed != lead


@given(st.data(), testing.leads(id=st.just("l-1"), owner=st.none()), testing.days())
def test_records_know_of_a_lead_what_the_lead_knew(data: st.DataObject, lead: Lead, day: date) -> None:
    changed = data.draw(changed_later(lead, day).map(without_owners))
    known = lead.as_of(day)
    assert Records(org=Org(), leads=[changed]).as_of(day).leads == (() if known is None else (known,))


def without_owners(lead: Lead) -> Lead:
    """Leave out who had it later, since nobody sells."""
    return attrs.evolve(lead, history=[attrs.evolve(change, owner=None) for change in lead.history])

"""Leads: their history is their state, claimed and released, touched in any order, and hidden who they are."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf import LEAD_STATUSES, Contact, FrozenMap, Lead, LeadChange, SalesperfError, Touch
from salesperf.messages import LANGUAGES, catalog
from salesperf.testing import leads

SEPTEMBER_1, SEPTEMBER_9 = date(2026, 9, 1), date(2026, 9, 9)
NEW = LeadChange(SEPTEMBER_1, status="new")
CALL = Touch(SEPTEMBER_1, "call")
# For arguments that are wrong on purpose.
any_touch: Any = Touch
any_change: Any = LeadChange
any_lead: Any = Lead


def code_and_path(call: Callable[[], object]) -> tuple[object, ...]:
    with pytest.raises(SalesperfError) as caught:
        call()
    return (caught.value.code, *caught.value.path)


# What a lead is


@given(leads())
def test_a_lead_is_what_the_last_changes_say(lead: Lead) -> None:
    statuses = [change.status for change in lead.history if change.status]
    moves = [change.owner for change in lead.history if change.released or change.owner]
    reasons = [change.reason for change in lead.history if change.reason]
    assert lead.status == statuses[-1]
    assert lead.owner == (moves[-1] if moves else None)
    assert lead.reason == (reasons[-1] if reasons else None)
    assert (lead.created, lead.last_change) == (lead.history[0].on, lead.history[-1].on)
    assert lead.is_undated == (lead.created is None)


@given(leads(), st.randoms(use_true_random=False))
def test_the_order_of_touches_means_nothing(lead: Lead, dice: Any) -> None:  # noqa: ANN401 - random.Random, or hypothesis's own
    shuffled = list(lead.touches)
    dice.shuffle(shuffled)
    again = Lead(
        **{name: getattr(lead, name) for name in ("id", "history", "channel", "campaign", "facts", "contact")}, touches=shuffled
    )
    assert again == lead
    assert hash(again) == hash(lead)


def test_a_lead_of_the_public_pool_is_claimed_and_released() -> None:
    history = [
        LeadChange(None, status="new"),
        LeadChange(SEPTEMBER_1, owner="ada", reason="claimed"),
        LeadChange(SEPTEMBER_1, status="working"),
        LeadChange(SEPTEMBER_9, released=True, reason="no_touch"),
    ]
    known = [Lead(id="l-1", history=history[:end]) for end in range(1, 5)]
    assert [lead.owner for lead in known] == [None, "ada", "ada", None]
    assert [lead.status for lead in known] == ["new", "new", "working", "working"]
    assert [lead.reason for lead in known] == [None, "claimed", "claimed", "no_touch"]
    assert known[0].is_undated
    assert known[0].last_change is None


def test_what_came_later_is_forgotten_with_the_touches() -> None:
    lead = Lead(id="l-1", history=[NEW, LeadChange(SEPTEMBER_9, status="working")], touches=[Touch(SEPTEMBER_9, "call"), CALL])
    assert lead.as_of(SEPTEMBER_1) == Lead(id="l-1", history=[NEW], touches=[CALL])
    assert lead.as_of(SEPTEMBER_9) is lead
    assert lead.as_of(date(2026, 8, 31)) is None


def test_an_undated_lead_is_held_whatever_the_day() -> None:
    lead = Lead(id="l-1", history=[LeadChange(None, status="new")], touches=[CALL])
    assert lead.as_of(date(2000, 1, 1)) == Lead(id="l-1", history=lead.history)


def test_the_statuses_are_named_in_both_languages() -> None:
    assert all(f"lead_status.{status}" in catalog(lang) for lang in LANGUAGES for status in LEAD_STATUSES)


def test_who_a_lead_is_is_not_shown() -> None:
    lead = Lead(id="l-1", history=[NEW], contact=Contact(id="c-1", name="张伟", phone="13800138000"))
    assert "contact=Contact(id='c-1', role=None)" in repr(lead)
    assert lead.contact is not None
    assert lead.contact.name == "张伟"


# What is refused


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: any_touch("2026-09-01", "call"), ("wrong_type", "Touch", "on")),
        (lambda: any_touch(None, "call"), ("wrong_type", "Touch", "on")),
        (lambda: any_touch(SEPTEMBER_1, " call"), ("empty", "Touch", "kind")),
        (lambda: any_touch(SEPTEMBER_1, "call", outcome=""), ("empty", "Touch", "outcome")),
        (lambda: any_touch(SEPTEMBER_1, "call", ref=7), ("wrong_type", "Touch", "ref")),
        (lambda: any_change(datetime(2026, 9, 1, tzinfo=UTC), status="new"), ("date_is_datetime", "LeadChange", "on")),
        (lambda: any_change(SEPTEMBER_1, status="won"), ("choice", "LeadChange", "status")),
        (lambda: any_change(SEPTEMBER_1, owner=""), ("empty", "LeadChange", "owner")),
        (lambda: any_change(SEPTEMBER_1, released=1), ("wrong_type", "LeadChange", "released")),
        (lambda: any_change(SEPTEMBER_1, reason=""), ("empty", "LeadChange", "reason")),
        (lambda: any_change(SEPTEMBER_1), ("change_empty", "LeadChange")),
        (lambda: any_change(SEPTEMBER_1, owner="ada", released=True), ("released_to_owner", "LeadChange", "owner")),
        (lambda: any_lead(id="", history=[NEW]), ("empty", "Lead", "id")),
        (lambda: any_lead(id="l-1", history=[]), ("history_empty", "Lead", "l-1", "history")),
        (lambda: any_lead(id="l-1", history=NEW), ("wrong_type", "Lead", "history")),
        (lambda: any_lead(id="l-1", history=["new"]), ("wrong_type", "Lead", "history", 0)),
        (lambda: any_lead(id="l-1", history=[NEW], channel=""), ("empty", "Lead", "channel")),
        (lambda: any_lead(id="l-1", history=[NEW], campaign=3), ("wrong_type", "Lead", "campaign")),
        (lambda: any_lead(id="l-1", history=[NEW], facts={"a": 0.5}), ("wrong_type", "Lead", "facts", 0)),
        (lambda: any_lead(id="l-1", history=[NEW], touches=[NEW]), ("wrong_type", "Lead", "touches", 0)),
        (lambda: any_lead(id="l-1", history=[NEW], touches="call"), ("wrong_type", "Lead", "touches")),
        (lambda: any_lead(id="l-1", history=[NEW], contact="张伟"), ("wrong_type", "Lead", "contact")),
        (
            lambda: any_lead(id="l-1", history=[LeadChange(SEPTEMBER_1, owner="ada"), NEW]),
            ("lead_begins", "Lead", "l-1", "history", 0, "status"),
        ),
        (
            lambda: any_lead(id="l-1", history=[NEW, LeadChange(None, owner="ada")]),
            ("history_undated", "Lead", "l-1", "history", 1, "on"),
        ),
        (
            lambda: any_lead(id="l-1", history=[NEW, LeadChange(date(2026, 8, 31), owner="ada")]),
            ("history_order", "Lead", "l-1", "history", 1, "on"),
        ),
        (
            lambda: any_lead(
                id="l-1", history=[NEW, LeadChange(SEPTEMBER_9, owner="ada"), LeadChange(SEPTEMBER_9, status="new")]
            ),
            ("status_repeats", "Lead", "l-1", "history", 2, "status"),
        ),
        (
            lambda: any_lead(
                id="l-1", history=[NEW], touches=[Touch(SEPTEMBER_9, "call", ref="t-1"), Touch(SEPTEMBER_1, "visit", ref="t-1")]
            ),
            ("not_unique", "Lead", "l-1", "touches", "ref"),
        ),
        (lambda: any_lead(id="l-1", history=[NEW]).as_of("2026-09-01"), ("wrong_type", "day")),
    ],
)
def test_what_is_no_lead_is_refused_with_where_it_stood(call: Callable[[], object], expected: tuple[object, ...]) -> None:
    assert code_and_path(call) == expected


def test_facts_are_frozen_and_exact() -> None:
    assert Lead(id="l-1", history=[NEW], facts={"budget": Decimal("1.5")}).facts == FrozenMap({"budget": Decimal("1.5")})

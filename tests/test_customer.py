"""Customers and contacts: what may be known of them, and that nobody is shown by accident."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from salesperf import CONTACT_ROLES, Change, Contact, Customer, FrozenMap, Opportunity, SalesperfError
from salesperf.messages import LANGUAGES, catalog
from salesperf.testing import assert_no_personal_data, contacts, customers

SEPTEMBER_1 = date(2026, 9, 1)


def code_and_path(call: Callable[[], object]) -> tuple[object, ...]:
    with pytest.raises(SalesperfError) as caught:
        call()
    return (caught.value.code, *caught.value.path)


@given(customers())
def test_a_customer_has_a_label_and_each_contact_once(drawn: Customer) -> None:
    assert drawn.label == (drawn.name or drawn.id)
    assert len({contact.id for contact in drawn.contacts}) == len(drawn.contacts)


@given(contacts())
def test_a_contact_has_a_label_and_a_role_that_every_language_names(drawn: Contact) -> None:
    assert drawn.label == (drawn.name or drawn.id)
    assert drawn.role is None or all(f"role.{drawn.role}" in catalog(lang) for lang in LANGUAGES)


def test_the_decision_chain_is_named_in_both_languages() -> None:
    assert len(set(CONTACT_ROLES)) == len(CONTACT_ROLES)
    assert all(f"role.{role}" in catalog(lang) for lang in LANGUAGES for role in CONTACT_ROLES)


@pytest.mark.parametrize("fact", ["retail", "", 7, True, Decimal("0.5"), SEPTEMBER_1])
def test_a_fact_is_text_an_exact_number_yes_or_no_or_a_day(fact: Any) -> None:  # noqa: ANN401 - each kind of fact
    assert Customer(id="k-1", facts={"it": fact}).facts == FrozenMap({"it": fact})
    assert Opportunity(id="o-1", history=[Change(None, stage="lead")], facts={"it": fact}).facts["it"] == fact


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        (0.5, "wrong_type"),
        (None, "wrong_type"),
        (b"retail", "wrong_type"),
        (("retail",), "wrong_type"),
        (datetime(2026, 9, 1, tzinfo=UTC), "date_is_datetime"),
        (Decimal("NaN"), "not_finite"),
        (Decimal("Infinity"), "not_finite"),
        (Decimal("1E+999999"), "decimal_scale"),
    ],
)
def test_whatever_else_is_no_fact(fact: Any, code: str) -> None:  # noqa: ANN401 - wrong on purpose
    assert code_and_path(lambda: Customer(id="k-1", facts={"a": 1, "it": fact})) == (code, "Customer", "facts", 1)


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"id": ""}, ("empty", "Customer", "id")),
        ({"name": None}, ("wrong_type", "Customer", "name")),
        ({"owner": 7}, ("wrong_type", "Customer", "owner")),
        ({"parent": " k-2"}, ("empty", "Customer", "parent")),
        ({"since": "2026"}, ("wrong_type", "Customer", "since")),
        ({"since": datetime(2026, 9, 1, tzinfo=UTC)}, ("date_is_datetime", "Customer", "since")),
        ({"facts": 7}, ("wrong_type", "Customer", "facts")),
        ({"facts": {"": 7}}, ("empty", "Customer", "facts", 0)),
        ({"facts": {"industry": ["retail"]}}, ("unhashable", "Customer", "facts", 0)),
        ({"contacts": "Zhang Wei"}, ("wrong_type", "Customer", "contacts")),
        ({"contacts": [Contact(id="c-1"), None]}, ("wrong_type", "Customer", "contacts", 1)),
        ({"contacts": [Contact(id="c-1"), Contact(id="c-1")]}, ("not_unique", "Customer", "k-1", "contacts", 1, "id")),
    ],
)
def test_a_malformed_customer_is_refused(arguments: dict[str, Any], found: tuple[object, ...]) -> None:
    assert code_and_path(lambda: Customer(**{"id": "k-1", **arguments})) == found


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"id": None}, ("wrong_type", "Contact", "id")),
        ({"role": "boss"}, ("choice", "Contact", "role")),
        ({"name": 7}, ("wrong_type", "Contact", "name")),
        ({"title": None}, ("wrong_type", "Contact", "title")),
        ({"email": ["zhang@example.com"]}, ("wrong_type", "Contact", "email")),
        ({"phone": 13800138000}, ("wrong_type", "Contact", "phone")),
    ],
)
def test_a_malformed_contact_is_refused_without_showing_who_it_is(arguments: dict[str, Any], found: tuple[object, ...]) -> None:
    with pytest.raises(SalesperfError) as caught:
        Contact(**{"id": "c-1", "name": "Zhang Wei", "email": "zhang@example.com", "phone": "13800138000", **arguments})
    assert (caught.value.code, *caught.value.path) == found
    assert_no_personal_data(caught.value, ["Zhang Wei", "zhang@example.com", "13800138000"])


def test_personal_fields_are_marked_and_hidden() -> None:
    somebody = Contact(id="c-1", role="coach", name="Zhang Wei", title="CFO", email="zhang@example.com", phone="13800138000")
    assert repr(somebody) == "Contact(id='c-1', role='coach')"
    assert_no_personal_data(Customer(id="k-1", name="Zhang Wei", contacts=[somebody]), ["Zhang Wei", "CFO", "13800138000"])


def test_a_reader_sees_the_name_or_else_the_id() -> None:
    assert [each.label for each in (Contact(id="c-1"), Contact(id="c-1", name="Zhang Wei"))] == ["c-1", "Zhang Wei"]
    assert [each.label for each in (Customer(id="k-1"), Customer(id="k-1", name="Huaxing"))] == ["k-1", "Huaxing"]

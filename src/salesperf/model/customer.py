"""Customers, and the people who decide there."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

import attrs

from salesperf.errors import InvalidValueError
from salesperf.model.frozen import FrozenMap
from salesperf.model.validators import (
    as_frozen_map,
    as_tuple,
    check_scale,
    day,
    each,
    frozen_map,
    identifier,
    is_tuple_of,
    named,
    of_type,
    one_of,
    optional,
    place,
    repeated,
    text,
)

__all__ = ["CONTACT_ROLES", "Contact", "ContactRole", "Customer", "Fact"]

Fact: TypeAlias = str | int | Decimal | bool | date
"""What may be known of a customer, a deal or a lead under a name of the company's own."""

ContactRole: TypeAlias = Literal[
    "economic_buyer", "technical_buyer", "user_buyer", "champion", "coach", "purchaser", "influencer", "gatekeeper"
]
CONTACT_ROLES: Final[tuple[ContactRole, ...]] = (
    "economic_buyer",
    "technical_buyer",
    "user_buyer",
    "champion",
    "coach",
    "purchaser",
    "influencer",
    "gatekeeper",
)
"""Places in the decision chain (决策链): who releases the money, who judges the technique, who will use it; who sells for us
within, who tells us how things stand; who handles the purchase, who is listened to, who lets others through."""


def as_facts(value: Mapping[str, Fact]) -> FrozenMap[str, Fact]:
    """Take a mapping as facts; whatever else comes is handed on for the validator to refuse."""
    return as_frozen_map(value)


def _fact(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    """Expect a plain value: text, a number that is exact, yes or no, a day."""
    if type(value) is str:
        text(instance, attribute, value)
        return
    if type(value) in (int, bool):
        return
    if isinstance(value, date):
        day(instance, attribute, value)
        return
    if type(value) is not Decimal:
        expected = (str, int, Decimal, bool, date)
        raise InvalidValueError("wrong_type", path=place(instance, attribute), expected=expected, value=named(value))
    if not value.is_finite():
        raise InvalidValueError("not_finite", path=place(instance, attribute), value=value)
    check_scale(value, place(instance, attribute))


facts = frozen_map(identifier, _fact)
"""Expect a FrozenMap of names to facts."""


@attrs.frozen(kw_only=True)
class Contact:
    """Somebody at a customer, with a place in the decision chain.

    Parameters
    ----------
    id
        A short name that tells nobody who it is.
    role
        One of :data:`CONTACT_ROLES`; ``None`` where it is not known.
    name, title, email, phone
        Personal: never in a message or a ``repr``.

    Examples
    --------
    >>> Contact(id="c-7", role="champion", name="Zhang Wei", phone="138 0013 8000")
    Contact(id='c-7', role='champion')
    """

    id: str = attrs.field(validator=identifier)
    role: ContactRole | None = attrs.field(default=None, validator=optional(one_of(*CONTACT_ROLES)))
    name: str = attrs.field(default="", validator=text, repr=False, metadata={"personal": True})
    title: str = attrs.field(default="", validator=text, repr=False, metadata={"personal": True})
    email: str = attrs.field(default="", validator=text, repr=False, metadata={"personal": True})
    phone: str = attrs.field(default="", validator=text, repr=False, metadata={"personal": True})

    @property
    def label(self) -> str:
        """What a reader sees: the name, or the id where there is none."""
        return self.name or self.id


def as_contacts(value: Iterable[Contact]) -> tuple[Contact, ...]:
    """Take any iterable as a tuple of contacts by id, since their order means nothing; the validator refuses all else."""
    people = as_tuple(value)
    return tuple(sorted(people, key=_by_id)) if is_tuple_of(people, Contact) else people


def _by_id(contact: Contact) -> str:
    return contact.id


contacts = each(of_type(Contact))
"""Expect a tuple of contacts."""


@attrs.frozen(kw_only=True)
class Customer:
    """A company or a person that buys, or may buy.

    Parameters
    ----------
    id
        Unique among customers.
    name
        What a reader sees; personal, since a customer may be a person: never in a message or a ``repr``.
    owner
        The id of the rep or team that looks after it; ``None`` for nobody.
    parent
        The id of the customer it belongs to.
    since
        The day from which it was known; ``None`` for always.
    facts
        What else is known: industry, region, size.
    contacts
        Its people, each id once, in any order.

    Raises
    ------
    InvalidValueError
        If a value is malformed, or two contacts share an id.

    Examples
    --------
    >>> Customer(id="k-1", name="Huaxing Ltd", facts={"industry": "retail"})
    Customer(id='k-1', owner=None, parent=None, since=None, facts=FrozenMap({'industry': 'retail'}), contacts=())
    """

    id: str = attrs.field(validator=identifier)
    name: str = attrs.field(default="", validator=text, repr=False, metadata={"personal": True})
    owner: str | None = attrs.field(default=None, validator=optional(identifier))
    parent: str | None = attrs.field(default=None, validator=optional(identifier))
    since: date | None = attrs.field(default=None, validator=optional(day))
    facts: FrozenMap[str, Fact] = attrs.field(default=FrozenMap(), converter=as_facts, validator=facts)
    contacts: tuple[Contact, ...] = attrs.field(default=(), converter=as_contacts, validator=contacts)

    def __attrs_post_init__(self) -> None:
        """Refuse two contacts of one id."""
        for position, again in repeated(contact.id for contact in self.contacts):
            raise InvalidValueError("not_unique", path=("Customer", self.id, "contacts", position, "id"), value=again)

    @property
    def label(self) -> str:
        """What a reader sees: the name, or the id where there is none."""
        return self.name or self.id

"""Whom personal data are about, and all that is held of them."""

from collections.abc import Iterator, Mapping
from itertools import chain
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

import attrs

from salesperf.model.customer import Contact, Customer
from salesperf.model.finding import Finding
from salesperf.model.frozen import FrozenMap
from salesperf.model.lead import Lead
from salesperf.model.metric import Metric
from salesperf.model.people import Org, Rep
from salesperf.model.records import Records
from salesperf.model.result import Result, Row
from salesperf.model.target import TargetKey
from salesperf.model.validators import identifier, one_of, optional, require
from salesperf.privacy.links import (
    IMPERSONAL_NOUNS,
    REVEALING,
    IdKind,
    fields_of,
    id_kind,
    is_personal,
    text_kind,
)
from salesperf.privacy.mentions import Mentions, said_by, strings_in

__all__ = [
    "SUBJECT_KINDS",
    "HeldItem",
    "Subject",
    "SubjectExport",
    "SubjectKind",
    "finding_is_about",
    "mentions_of",
    "subject_export",
]

SubjectKind: TypeAlias = Literal["rep", "customer", "contact", "lead"]
SUBJECT_KINDS: Final[tuple[SubjectKind, ...]] = ("rep", "customer", "contact", "lead")
"""As what somebody is known."""

_ID_KIND: Final[Mapping[SubjectKind, IdKind]] = MappingProxyType(
    {"rep": "owner", "customer": "customer", "contact": "contact", "lead": "lead"}
)
_NOUN: Final[Mapping[SubjectKind, type]] = MappingProxyType(
    {"rep": Rep, "customer": Customer, "contact": Contact, "lead": Lead}
)


@attrs.frozen
class Subject:
    """Somebody of whom something is held.

    Parameters
    ----------
    kind
        As what: one of :data:`SUBJECT_KINDS`.
    id
        The id, which ``repr`` does not show.
    within
        Of a contact: the id of the customer, deal or lead that holds it, where ids of contacts are unique there only; ``None``
        for wherever the id stands.

    Raises
    ------
    InvalidValueError
        If a value is malformed.

    Examples
    --------
    >>> Subject("contact", "c-7", within="k-1")
    Subject(kind='contact')
    """

    kind: SubjectKind = attrs.field(validator=one_of(*SUBJECT_KINDS))
    id: str = attrs.field(validator=identifier, repr=False)
    within: str | None = attrs.field(default=None, kw_only=True, validator=optional(identifier), repr=False)

    @property
    def id_kind(self) -> IdKind:
        """Of what kind its id is."""
        return _ID_KIND[self.kind]

    def is_it(self, noun: object, holder: str | None) -> bool:
        """Tell whether a noun, held by another or by none, is the subject itself."""
        if type(noun) is not _NOUN[self.kind] or getattr(noun, "id", None) != self.id:
            return False
        return self.kind != "contact" or self.within in (None, holder)

    def is_named_by(self, noun: object) -> bool:
        """Tell whether a noun names the subject in a field of its own; a contact is named nowhere but where it is held."""
        if self.kind == "contact":
            return False
        if isinstance(noun, TargetKey):
            return self.kind == "rep" and noun.owner == self.id
        names = [field.name for field in fields_of(noun) if id_kind(noun, field.name) == self.id_kind]
        return any(getattr(noun, name) == self.id for name in names)


@attrs.frozen
class HeldItem:
    """One value that is held of somebody.

    Parameters
    ----------
    kind
        In which records: the name of the field of the records.
    record
        The id of the record, or its position.
    field
        The path to the value within it.
    value
        The value, as text; ``repr`` does not show it.

    Examples
    --------
    >>> HeldItem("customers", "k-1", "name", "Zhang Wei")
    HeldItem(kind='customers', record='k-1', field='name')
    """

    kind: str
    record: str
    field: str
    value: str = attrs.field(repr=False, metadata={"personal": True})


@attrs.frozen(kw_only=True)
class SubjectExport(Result):
    """All that is held of somebody: made by :func:`subject_export`. Its rows are for them; ``repr`` shows none of it.

    Attributes
    ----------
    subject
        Who.
    items
        What is held, in the order of the records.

    Examples
    --------
    >>> from salesperf import Customer
    >>> records = Records(org=Org(), customers=[Customer(id="k-1", name="Zhang Wei", owner=None)])
    >>> export = subject_export(records, Subject("customer", "k-1"))
    >>> export
    SubjectExport(subject=Subject(kind='customer'))
    >>> print(export)
    kind       record  field  value
    customers  k-1     id     k-1
    customers  k-1     name   Zhang Wei
    """

    subject: Subject
    items: tuple[HeldItem, ...] = attrs.field(repr=False)

    def rows(self) -> list[Row]:
        """Return a row for each value."""
        return [{"kind": item.kind, "record": item.record, "field": item.field, "value": item.value} for item in self.items]


def subject_export(records: Records, subject: Subject) -> SubjectExport:
    """Collect all that is held of somebody: their own record, and whatever names them.

    Parameters
    ----------
    records
        Everything known.
    subject
        Who.

    Returns
    -------
    SubjectExport
        Empty where nothing is held. Of a record that names them, the values of the innermost part that does: the change that
        says who had a deal, not the contacts of the deal, who are somebody else. Of any other, the text in which a name of
        theirs stands, an address, a telephone number or the id, as :func:`erase` looks for them.

    Raises
    ------
    InvalidValueError
        If an argument is of another kind.

    References
    ----------
    Regulation (EU) 2016/679, Article 15; 中华人民共和国个人信息保护法第四十五条.

    Examples
    --------
    >>> from salesperf import Rep
    >>> records = Records(org=Org(reps=[Rep(id="ada", name="Ada Lovelace", level="senior")]))
    >>> [item.field for item in subject_export(records, Subject("rep", "ada")).items]
    ['id', 'name', 'kind', 'fte', 'level']
    """
    require(records, Records, path=("records",))
    require(subject, Subject, path=("subject",))
    search = _Search(subject, mentions_of(records, subject))
    return SubjectExport(subject=subject, items=tuple(search.through(records)))


def mentions_of(records: Records, subject: Subject) -> Mentions:
    """Return what finds a subject in text: by id, names, addresses and numbers, those of people who go with it among them."""
    found: dict[str, set[str]] = {name: set() for name in REVEALING}
    themselves = (noun for _, _, noun, holder in _nouns(records) if subject.is_it(noun, holder))
    for noun in chain(themselves, _people_of(records, subject)):
        for field in fields_of(noun):
            if field.name in REVEALING and is_personal(field):
                found[field.name].add(getattr(noun, field.name))
    return Mentions(names=found["name"] | found["email"], phones=found["phone"], ids=[subject.id])


def _people_of(records: Records, subject: Subject) -> Iterator[Contact]:
    """Yield who goes with a subject: people at a customer and on their deals, and whom a lead is about."""
    if subject.kind == "customer":
        for customer in records.customers:
            yield from customer.contacts if customer.id == subject.id else ()
        for deal in records.opportunities:
            yield from deal.contacts if deal.customer == subject.id else ()
    elif subject.kind == "lead":
        yield from (lead.contact for lead in records.leads if lead.id == subject.id and lead.contact is not None)


def _nouns(records: Records) -> Iterator[tuple[str, str, Any, str | None]]:
    """Yield every record: where it is, which it is, itself, and who holds it; a contact as well as its holder."""
    for kind, items in _tables(records):
        for place, noun in enumerate(items):
            record = str(getattr(noun, "id", None) or f"{kind}[{place}]")
            yield kind, record, noun, None
            held = (*getattr(noun, "contacts", ()), getattr(noun, "contact", None))
            yield from ((kind, record, contact, record) for contact in held if isinstance(contact, Contact))


def _tables(records: Records) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield every field of the records that holds several nouns, those of the organisation in its place."""
    for field in fields_of(records):
        value = getattr(records, field.name)
        if isinstance(value, Org):
            yield from ((part.name, getattr(value, part.name)) for part in fields_of(value))
        elif isinstance(value, tuple):
            yield field.name, value


class _Search:
    """Looks for a subject in every record."""

    def __init__(self, subject: Subject, mentions: Mentions) -> None:
        self._subject, self._about = subject, mentions

    def through(self, records: Records) -> Iterator[HeldItem]:
        for kind, record, noun, holder in _nouns(records):
            prefix = "" if holder is None else f"contacts.{noun.id}."
            if self._subject.is_it(noun, holder):
                yield from (HeldItem(kind, record, prefix + path, text) for path, text in _values(noun, is_whole=True))
            else:
                yield from (HeldItem(kind, record, path, text) for path, text in self._mentions(noun, prefix))

    def _mentions(self, noun: object, path: str) -> Iterator[tuple[str, str]]:
        """Yield the values of the innermost parts that name the subject."""
        if isinstance(noun, Finding):
            if finding_is_about(noun, self._subject, self._about):
                yield f"{path}message", noun.text()
            return
        if self._subject.is_named_by(noun):
            yield from ((path + name, text) for name, text in _values(noun, is_whole=False))
        else:
            yield from ((path + name, text) for name, text in self._texts(noun))
        for name, part in _parts(noun):
            if not isinstance(part, Contact):
                yield from self._mentions(part, f"{path}{name}.")

    def _texts(self, noun: object) -> Iterator[tuple[str, str]]:
        """Yield text and facts of a noun that say who the subject is, though no id does."""
        if isinstance(noun, TargetKey):
            yield from self._mapped("scope", noun.scope)
        for field in fields_of(noun):
            value = getattr(noun, field.name)
            if isinstance(value, FrozenMap):
                yield from self._mapped(field.name, value)
            elif isinstance(value, str) and self._is_named(noun, field, value):
                yield field.name, value
            elif isinstance(value, tuple) and not isinstance(value, TargetKey):
                for place, each in enumerate(value):
                    if isinstance(each, str) and self._is_named(noun, field, each):
                        yield f"{field.name}[{place}]", each

    def _mapped(self, name: str, values: FrozenMap[str, Any]) -> Iterator[tuple[str, str]]:
        for key, value in values.items():
            if self._about.in_number(key) or self._about.in_fact(value):
                yield f"{name}.{key}", str(value)

    def _is_named(self, noun: object, field: "attrs.Attribute[Any]", text: str) -> bool:
        """Tell whether the subject is named where a treatment would find it."""
        kind, which = id_kind(noun, field.name), text_kind(noun, field)
        if kind is not None:
            return self._about.in_id(kind, text)
        if which == "number":
            return self._about.in_number(text)
        # The name of somebody else is theirs.
        is_own = which == "fixed" or (which == "personal" and field.name in REVEALING)
        return not is_own and self._about.in_text(text)


def finding_is_about(finding: Finding, subject: Subject, mentions: Mentions) -> bool:
    """Tell whether a finding is about a subject: where it is, or by an id or a name in what it says."""
    return any(text == subject.id or mentions.in_text(text) for said in said_by(finding) for text in strings_in(said))


def _parts(noun: object) -> Iterator[tuple[str, object]]:
    """Yield the nouns within a noun."""
    for field in fields_of(noun):
        value = getattr(noun, field.name)
        if isinstance(value, TargetKey) or (fields_of(value) and not isinstance(value, IMPERSONAL_NOUNS)):
            yield field.name, value
        elif isinstance(value, tuple):
            yield from ((f"{field.name}[{place}]", item) for place, item in enumerate(value) if fields_of(item))


def _values(noun: object, *, is_whole: bool) -> Iterator[tuple[str, str]]:
    """Yield the plain values of a noun, and of what is within it too where it is the subject itself: but for other people."""
    if isinstance(noun, TargetKey):
        named = ((name, getattr(noun, name)) for name in ("owner", "metric", "period"))
        yield from ((name, str(value)) for name, value in named if value is not None)
        yield from ((f"scope.{name}", value) for name, value in noun.scope.items())
        return
    # A contact within a noun that is not the subject is somebody else.
    hidden: tuple[type, ...] = () if is_whole else (Contact,)
    for field in [field for field in fields_of(noun) if not isinstance(getattr(noun, field.name), hidden)]:
        value = getattr(noun, field.name)
        if isinstance(value, FrozenMap):
            yield from ((f"{field.name}.{name}", str(fact)) for name, fact in value.items())
        elif isinstance(value, tuple) and not isinstance(value, TargetKey):
            yield from _items(field.name, value, is_whole=is_whole)
        elif isinstance(value, Contact | TargetKey):
            yield from ((f"{field.name}.{name}", text) for name, text in _values(value, is_whole=True))
        elif value is not None and value != "":
            yield field.name, value.key if isinstance(value, Metric) else str(value)


def _items(name: str, items: tuple[Any, ...], *, is_whole: bool) -> Iterator[tuple[str, str]]:
    for place, item in enumerate(items):
        if isinstance(item, Contact):
            continue
        if not fields_of(item) or str(item) != repr(item):
            yield f"{name}[{place}]", str(item)
        elif is_whole:
            yield from ((f"{name}[{place}].{part}", text) for part, text in _values(item, is_whole=True))

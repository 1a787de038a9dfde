"""Going through nouns, and putting something else in the place of what is personal in them."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

import attrs

from salesperf.errors import InvalidValueError
from salesperf.model.finding import Finding
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message, Personal
from salesperf.model.records import Records
from salesperf.model.target import TargetKey
from salesperf.privacy.links import (
    IMPERSONAL,
    IMPERSONAL_NOUNS,
    KEYED_BY_OWNER,
    IdKind,
    fields_of,
    id_kind,
    is_personal,
    text_kind,
    title_told_by,
)

__all__ = ["Treatment", "known_ids", "treat"]

NounT = TypeVar("NounT")


class Treatment(Protocol):
    """What becomes of what is personal."""

    def personal(self, field: str, value: str) -> str:
        """Return what stands for text in a field that is marked as personal."""

    def id(self, kind: IdKind, value: str, *, is_hidden: bool = False) -> str:
        """Return what stands for an id; one that is hidden is personal, such as that of who rated somebody."""

    def fact(self, name: str, value: Any) -> Any:  # noqa: ANN401 - whatever a fact may be
        """Return what stands for a fact; ``None`` to leave it out."""

    def scope(self, name: str, value: Any) -> Any:  # noqa: ANN401 - text, or a fact that pay depends on
        """Return what stands for a part of a scope, which tells targets apart and cannot be left out."""

    def free_text(self, value: str) -> str:
        """Return what stands for text in which anybody may be named."""

    def title(self, value: str, id_: str) -> str:
        """Return what stands for a title in which anybody may be named, of what has an id."""

    def word(self, value: str) -> str:
        """Return what stands for a word that people chose, such as a channel: the same for the same, since they are counted."""

    def number(self, value: str) -> str:
        """Return what stands for the id of a thing: the same for the same, since others name it."""

    def listed(self, value: str) -> str | None:
        """Return what stands for a word of a list, such as a competitor or a tag; ``None`` to leave it out."""

    def place(self, value: str) -> str:
        """Return what stands for text that may be an id or something else: where a finding is, and what a message says."""


def treat(noun: NounT, treatment: Treatment) -> NounT:
    """Return a noun of which all that is personal was treated, and the very same noun where nothing changes.

    Raises
    ------
    InvalidValueError
        If it is no noun.
    InvalidInputError
        If records do not fit together any more, which no treatment of ours leads to.
    """
    given: Any = noun
    if not isinstance(given, TargetKey) and (isinstance(given, type) or not attrs.has(type(given))):
        raise InvalidValueError("not_treatable", path=("what",), value=type(given))
    treated: NounT = _value(given, treatment)
    return treated


def _value(value: Any, treatment: Treatment) -> Any:  # noqa: ANN401 - whatever a field holds
    if isinstance(value, TargetKey):
        return _key(value, treatment)
    if isinstance(value, tuple):
        items = tuple([_value(item, treatment) for item in value])
        return value if all(map(_is, items, value)) else items
    if isinstance(value, Personal):
        name = treatment.personal("name", value.name) if value.name else ""
        id_ = treatment.id("owner", value.id) if value.id else ""
        return value if (name, id_) == (value.name, value.id) else Personal(name, id_)
    if isinstance(value, Message):
        given = value.arguments
        arguments = _map({name: _argument(each, treatment) for name, each in given.items()}, given)
        key = treatment.place(value.key)
        return value if arguments is given and key == value.key else attrs.evolve(value, key=key, arguments=arguments)
    if isinstance(value, IMPERSONAL_NOUNS) or not attrs.has(type(value)):
        return value
    return _noun(value, treatment)


def _is(one: object, other: object) -> bool:
    return one is other


def _map(treated: Mapping[str, Any], before: FrozenMap[str, Any]) -> FrozenMap[str, Any]:
    is_same = treated.keys() == before.keys() and all(treated[name] is value for name, value in before.items())
    return before if is_same else FrozenMap(treated)


def _argument(value: Any, treatment: Treatment) -> Any:  # noqa: ANN401 - whatever a message may name
    if isinstance(value, str):
        return treatment.place(value)
    if isinstance(value, FrozenMap):
        return _map({_argument(name, treatment): _argument(each, treatment) for name, each in value.items()}, value)
    if isinstance(value, tuple) and not isinstance(value, TargetKey):
        items = tuple([_argument(item, treatment) for item in value])
        return value if all(map(_is, items, value)) else items
    return _value(value, treatment)


def _key(key: TargetKey, treatment: Treatment) -> TargetKey:
    owner = None if key.owner is None else treatment.id("owner", key.owner)
    scope = _scope(key.scope, treatment)
    return key if owner == key.owner and scope is key.scope else key._replace(owner=owner, scope=scope)


def _noun(noun: Any, treatment: Treatment) -> Any:  # noqa: ANN401 - a noun of ours or of the caller's
    changes = {}
    for field in fields_of(noun):
        before = getattr(noun, field.name)
        after = _field(noun, field, before, treatment)
        # What is not compared, such as what an item of an agenda is about, is treated too: equal is not the same.
        if after is not before and (not isinstance(after, str) or after != before):
            changes[field.alias or field.name] = after
    return attrs.evolve(noun, **changes) if changes else noun


def _field(noun: object, field: "attrs.Attribute[Any]", value: Any, treatment: Treatment) -> Any:  # noqa: ANN401 - as above
    if isinstance(value, str):
        return _text(noun, field, value, treatment) if value else value
    if isinstance(value, FrozenMap):
        return _mapping(field.name, value, treatment)
    if isinstance(value, tuple) and not isinstance(value, TargetKey):
        items = [_field(noun, field, each, treatment) if isinstance(each, str) else _value(each, treatment) for each in value]
        return value if all(map(_is, items, value)) else tuple([item for item in items if item is not None])
    return _value(value, treatment)


def _text(noun: object, field: "attrs.Attribute[Any]", value: str, treatment: Treatment) -> str | None:
    kind = id_kind(noun, field.name)
    if kind is not None:
        is_hidden = is_personal(field) and not _is_told_elsewhere(noun, value)
        return treatment.id(kind, value, is_hidden=is_hidden)
    if isinstance(noun, Finding) and field.name == "record":
        return treatment.place(value)
    which = text_kind(noun, field)
    if which == "fixed":
        return value
    if which == "personal":
        return treatment.personal(field.name, value)
    told_by = title_told_by(noun, field.name, value)
    if told_by is not None:
        return value if told_by == value else treatment.title(value, told_by)
    treats: Mapping[str, Callable[[str], str | None]] = {
        "free": treatment.free_text,
        "listed": treatment.listed,
        "number": treatment.number,
        "word": treatment.word,
    }
    return treats[which](value)


def _is_told_elsewhere(noun: object, value: str) -> bool:
    """Tell whether a noun names the same id in a field that is not personal: whoever rates themselves is no secret."""
    others = [other.name for other in fields_of(noun) if not is_personal(other) and id_kind(noun, other.name)]
    return any(getattr(noun, name) == value for name in others)


def _mapping(name: str, values: FrozenMap[str, Any], treatment: Treatment) -> FrozenMap[str, Any]:
    if name in KEYED_BY_OWNER:
        return _map({treatment.id("owner", owner): value for owner, value in values.items()}, values)
    if name in IMPERSONAL:
        return _map({treatment.number(key): value for key, value in values.items()}, values)
    return _facts(values, treatment) if name == "facts" else _scope(values, treatment)


def _scope(values: FrozenMap[str, Any], treatment: Treatment) -> FrozenMap[str, Any]:
    return _map({treatment.number(name): treatment.scope(name, value) for name, value in values.items()}, values)


def _facts(values: FrozenMap[str, Any], treatment: Treatment) -> FrozenMap[str, Any]:
    treated = {treatment.number(name): treatment.fact(name, value) for name, value in values.items()}
    return _map({name: value for name, value in treated.items() if value is not None}, values)


def known_ids(what: object) -> dict[str, IdKind]:
    """Return the ids that records hold, and of what each is; of a noun alone nothing is known."""
    if not isinstance(what, Records):
        return {}
    ids: dict[str, IdKind] = {lead.id: "lead" for lead in what.leads}
    ids |= {deal.id: "opportunity" for deal in what.opportunities}
    ids |= {customer.id: "customer" for customer in what.customers}
    return ids | dict.fromkeys((*what.org.rep_by_id, *what.org.team_by_id), "owner")

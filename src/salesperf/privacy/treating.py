"""Going through nouns, and putting something else in the place of what is personal in them."""

from collections.abc import Mapping
from typing import Any, Final, Protocol, TypeVar

import attrs

from salesperf.errors import InvalidValueError
from salesperf.model.amount import Amount
from salesperf.model.calendar import Calendar
from salesperf.model.finding import Finding
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message, Personal
from salesperf.model.metric import Metric
from salesperf.model.period import Period
from salesperf.model.process import SalesProcess
from salesperf.model.records import Records
from salesperf.model.target import TargetKey
from salesperf.privacy.links import IMPERSONAL, KEYED_BY_OWNER, WORDS, IdKind, fields_of, id_kind, is_free_text, is_personal

__all__ = ["Treatment", "known_ids", "treat"]

NounT = TypeVar("NounT")

_IMPERSONAL: Final = (Amount, Metric, Period, Calendar, SalesProcess)
"""Nouns that hold nothing of anybody: they stay the objects that they are."""


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

    def word(self, value: str) -> str | None:
        """Return what stands for a word of a list, such as a competitor or a tag; ``None`` to leave it out."""

    def place(self, value: str) -> str:
        """Return what stands for text that may be an id or something else: where a finding is."""


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
        return value if name == value.name else Personal(name)
    if isinstance(value, Message):
        arguments = _map({name: _argument(each, treatment) for name, each in value.arguments.items()}, value.arguments)
        return value if arguments is value.arguments else attrs.evolve(value, arguments=arguments)
    if isinstance(value, _IMPERSONAL) or not attrs.has(type(value)):
        return value
    return _noun(value, treatment)


def _is(one: object, other: object) -> bool:
    return one is other


def _map(treated: Mapping[str, Any], before: FrozenMap[str, Any]) -> FrozenMap[str, Any]:
    is_same = treated.keys() == before.keys() and all(treated[name] is value for name, value in before.items())
    return before if is_same else FrozenMap(treated)


def _argument(value: Any, treatment: Treatment) -> Any:  # noqa: ANN401 - whatever a message may name
    return treatment.place(value) if isinstance(value, str) else _value(value, treatment)


def _key(key: TargetKey, treatment: Treatment) -> TargetKey:
    owner = None if key.owner is None else treatment.id("owner", key.owner)
    scope = _scope(key.scope, treatment)
    return key if owner == key.owner and scope is key.scope else key._replace(owner=owner, scope=scope)


def _noun(noun: Any, treatment: Treatment) -> Any:  # noqa: ANN401 - a noun of ours or of the caller's
    changes = {}
    for field in fields_of(noun):
        before = getattr(noun, field.name)
        after = _field(noun, field, before, treatment)
        if after is not before and after != before:
            changes[field.alias or field.name] = after
    return attrs.evolve(noun, **changes) if changes else noun


def _field(noun: object, field: "attrs.Attribute[Any]", value: Any, treatment: Treatment) -> Any:  # noqa: ANN401, PLR0911 - as above; a return for each kind of field
    if isinstance(value, FrozenMap):
        return _mapping(field.name, value, treatment)
    kind = id_kind(noun, field.name)
    if kind is not None and isinstance(value, tuple):
        return tuple([treatment.id(kind, each) for each in value])
    if is_free_text(noun, field.name) and isinstance(value, tuple):
        return tuple([treatment.free_text(text) for text in value])
    if field.name in WORDS and isinstance(value, tuple):
        return tuple([word for each in value if (word := treatment.word(each)) is not None])
    if not isinstance(value, str):
        return _value(value, treatment)
    if kind is not None:
        is_hidden = is_personal(field) and not _is_told_elsewhere(noun, value)
        return treatment.id(kind, value, is_hidden=is_hidden)
    if is_personal(field):
        return treatment.personal(field.name, value) if value else value
    if is_free_text(noun, field.name):
        return treatment.free_text(value) if value else value
    return treatment.place(value) if isinstance(noun, Finding) and field.name == "record" else value


def _is_told_elsewhere(noun: object, value: str) -> bool:
    """Tell whether a noun names the same id in a field that is not personal: whoever rates themselves is no secret."""
    others = [other.name for other in fields_of(noun) if not is_personal(other) and id_kind(noun, other.name)]
    return any(getattr(noun, name) == value for name in others)


def _mapping(name: str, values: FrozenMap[str, Any], treatment: Treatment) -> FrozenMap[str, Any]:
    if name in IMPERSONAL:
        return values
    if name in KEYED_BY_OWNER:
        return _map({treatment.id("owner", owner): value for owner, value in values.items()}, values)
    return _facts(values, treatment) if name == "facts" else _scope(values, treatment)


def _scope(values: FrozenMap[str, Any], treatment: Treatment) -> FrozenMap[str, str]:
    return _map({name: treatment.scope(name, value) for name, value in values.items()}, values)


def _facts(values: FrozenMap[str, Any], treatment: Treatment) -> FrozenMap[str, Any]:
    treated = {name: treatment.fact(name, value) for name, value in values.items()}
    return _map({name: value for name, value in treated.items() if value is not None}, values)


def known_ids(what: object) -> dict[str, IdKind]:
    """Return the ids that records hold, and of what each is; of a noun alone nothing is known."""
    if not isinstance(what, Records):
        return {}
    ids: dict[str, IdKind] = {lead.id: "lead" for lead in what.leads}
    ids |= {deal.id: "opportunity" for deal in what.opportunities}
    ids |= {customer.id: "customer" for customer in what.customers}
    return ids | dict.fromkeys((*what.org.rep_by_id, *what.org.team_by_id), "owner")

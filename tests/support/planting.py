"""Somebody's name, address and number, planted in every text that a noun holds, and what looks for them."""

import re
import typing
from collections.abc import Iterator
from typing import Any, Final

import attrs

from salesperf import Citation, Contact, Finding, FrozenMap, Message
from salesperf.messages import catalog
from salesperf.model.message import Personal
from salesperf.model.target import TargetKey
from salesperf.privacy.links import IMPERSONAL_NOUNS, KEYED_BY_OWNER, REVEALING, fields_of, id_kind, is_personal, text_kind

__all__ = ["SOMEBODY", "SPELLED", "every_mapping", "every_text_field", "found_in", "planted"]

SOMEBODY: Final = Contact(id="c-zw", name="Zhang Wei", title="Buyer", email="zw.18@example.com", phone="+86 138 0013 8000")
SPELLED: Final = "by ZHANG  WEI (zw.18@Example.com, 138-0013-8000)"
"""All three, spelled otherwise than in the fields of their own."""
_SAID_SELDOM: Final = frozenset({"reason", "outcome", "channel", "campaign"})
_OF_PEOPLE: Final = frozenset({"owner", "customer", "contact"})


def every_text_field(kinds: typing.Iterable[type]) -> Iterator[tuple[type, "attrs.Attribute[Any]", bool]]:
    """Yield each field of nouns, and of the nouns within them, that holds text as such, and whether any text will do."""
    seen, waiting = set[Any](), [*kinds]
    while waiting:
        kind = waiting.pop()
        if kind in seen or not attrs.has(kind) or kind is FrozenMap:
            continue
        seen.add(kind)
        hints = typing.get_type_hints(kind)
        for field in attrs.fields(kind):
            within = list(_types_in(hints[field.name]))
            waiting += [each for each in within if isinstance(each, type)]
            if _is_mapping(within):
                continue
            if str in within or any(typing.get_origin(each) is typing.Literal for each in within):
                yield kind, field, str in within


def every_mapping(kinds: typing.Iterable[type]) -> set[str]:
    """Return the names of the fields of nouns that map text to something."""
    return {
        field.name
        for kind in kinds
        if attrs.has(kind) and kind is not FrozenMap and not issubclass(kind, IMPERSONAL_NOUNS)
        for field in attrs.fields(kind)
        if _is_mapping(_types_in(typing.get_type_hints(kind)[field.name]))
    }


def _is_mapping(within: typing.Iterable[object]) -> bool:
    return any(typing.get_origin(each) is FrozenMap for each in within)


def _types_in(hint: Any) -> Iterator[Any]:  # noqa: ANN401 - whatever stands for a type
    yield hint
    if typing.get_origin(hint) is not typing.Literal:
        for each in typing.get_args(hint):
            yield from _types_in(each)


def found_in(text: str) -> list[str]:
    """Return which of the three stand in text, in capitals or not, with anything between the digits."""
    plain = re.sub(r"\s+", " ", text.replace("\\", "").casefold())
    digits = re.sub(r"[ ()+.\-]", "", plain)
    return [
        *[secret for secret in ("zhang wei", "zw.18@example.com") if secret in plain],
        *["13800138000"] * ("13800138000" in digits),
    ]


def planted(value: Any, said: str) -> Any:  # noqa: ANN401 - whatever a field holds
    """Return a noun in every text of which, but for names and ids of people and keys that a company sets up, that is said."""
    if isinstance(value, TargetKey):
        return value._replace(scope=_mapped(value.scope, said))
    if isinstance(value, tuple):
        return tuple(planted(each, said) for each in value)
    if isinstance(value, Message):
        key = value.key if value.key in catalog("en") else f"{value.key} {said}"
        arguments = {name: _argument(each, said) for name, each in value.arguments.items()}
        return attrs.evolve(value, key=key, arguments=arguments)
    if isinstance(value, (Personal, *IMPERSONAL_NOUNS)) or not attrs.has(type(value)):
        return value
    changes = {field.alias or field.name: _field(value, field, said) for field in fields_of(value) if field.init}
    return attrs.evolve(value, **changes)


def _argument(value: Any, said: str) -> Any:  # noqa: ANN401 - whatever a message may name
    if isinstance(value, str):
        return f"{value} {said}"
    return tuple(_argument(each, said) for each in value) if isinstance(value, tuple) else planted(value, said)


def _field(noun: Any, field: "attrs.Attribute[Any]", said: str) -> Any:  # noqa: ANN401 - the same
    value = getattr(noun, field.name)
    if isinstance(value, FrozenMap):
        if field.name in KEYED_BY_OWNER:
            return value
        told = {"told": said, "number": 8613800138000} if field.name == "facts" and "@" in said else {}
        return _mapped(value, said) | told
    is_untold = value is None and field.name in _SAID_SELDOM and not isinstance(noun, Citation)  # its reason is no text
    if isinstance(value, str) or is_untold:
        return f"{value or ''} {said}".strip() if _takes(noun, field) else value
    if isinstance(value, tuple) and not isinstance(value, TargetKey) and value and isinstance(value[0], str):
        return tuple(f"{each} {said}" for each in value) if _takes(noun, field) else value
    return planted(value, said)


def _takes(noun: Any, field: "attrs.Attribute[Any]") -> bool:  # noqa: ANN401 - the same
    if isinstance(noun, Finding) and field.name == "record":
        return True
    kind = id_kind(noun, field.name)
    if kind is not None:
        return kind not in _OF_PEOPLE
    return text_kind(noun, field) != "fixed" and not (is_personal(field) and field.name in REVEALING)


def _mapped(values: FrozenMap[str, Any], said: str) -> FrozenMap[str, Any]:
    return FrozenMap({f"{key} {said}": f"{value} {said}" if isinstance(value, str) else value for key, value in values.items()})

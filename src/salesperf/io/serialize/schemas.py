"""JSON Schemas of documents, made from the classes: what a program in another language has to write."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from inspect import getdoc
from types import MappingProxyType
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

import attrs

from salesperf.errors import SHOWN, InvalidValueError
from salesperf.io.serialize.annotations import (
    arguments_of_map,
    is_as_it_is,
    is_map,
    is_noun_of_some,
    is_of_parts,
    is_optional,
    is_pair,
    is_tuple,
    is_type_variable,
    options_of,
    without_none,
)
from salesperf.io.serialize.document import ENVELOPE, SCHEMA, VERSION, require_kind
from salesperf.io.serialize.kinds import RULES, named_options
from salesperf.io.serialize.scalars import DATE, DECIMAL, FRACTION, INTEGER, MINUS_INFINITY, NOT_FINITE, UNIT
from salesperf.io.serialize.tagged import TAGGED, Plain
from salesperf.kernels.numeric import INT64_MAX
from salesperf.model.amount import Amount, Unit
from salesperf.model.customer import Fact
from salesperf.model.frozen import FrozenMap
from salesperf.model.metric import STANDARD_METRICS, Metric
from salesperf.model.rule import Rule
from salesperf.scorecard.bands import Cut

__all__ = ["schema"]

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_TEXT: Final[Mapping[str, Plain]] = MappingProxyType({"type": "string"})
_PLAIN: Final[Mapping[Any, Mapping[str, Plain]]] = MappingProxyType(
    {
        str: _TEXT,
        int: {"type": "integer"},
        bool: {"type": "boolean"},
        type(None): {"type": "null"},
        date: {"type": "string", "format": "date", "pattern": DATE},
        Decimal: {"type": "string", "pattern": DECIMAL},
        Fraction: {"type": "string", "pattern": FRACTION},
    }
)
_TAGGED_SCALARS: Final[Mapping[str, Plain]] = MappingProxyType(
    {
        "Decimal": _PLAIN[Decimal],
        "Fraction": _PLAIN[Fraction],
        "date": _PLAIN[date],
        "float": {"enum": list(NOT_FINITE)},
        "int": {"type": "string", "pattern": INTEGER},
    }
)
_NUMBERS: Final = (int, float, Decimal, Fraction)


def schema(kind: type) -> dict[str, Plain]:
    """Return the JSON Schema, draft 2020-12, of the documents that hold a noun.

    Parameters
    ----------
    kind
        The class of the noun, one of :data:`KINDS`.

    Returns
    -------
    dict
        A schema that refers to nothing outside itself. What it cannot say, such as that a history runs forward, the noun
        itself refuses when the document is read.

    Examples
    --------
    >>> schema(Amount)["$defs"]["Amount"]["properties"]["unit"]
    {'$ref': '#/$defs/Unit'}
    """
    require_kind(kind, "kind")
    definitions = _Definitions()
    data = definitions.of(kind)
    parts = (dict(_TEXT) | {"const": f"{SCHEMA}/{VERSION}"}, dict(_TEXT) | {"const": kind.__name__}, data)
    return {
        "$schema": _DRAFT,
        "$id": f"urn:{SCHEMA}:{VERSION}:{kind.__name__}",
        "title": kind.__name__,
        **_object(dict(zip(ENVELOPE, parts, strict=True)), ENVELOPE),
        "$defs": dict(sorted(definitions.made.items())),
    }


def _object(properties: Mapping[str, Plain], required: Iterable[str]) -> dict[str, Plain]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": [*required],
        "additionalProperties": False,
    }


def _one_of_many(properties: Mapping[str, Plain]) -> dict[str, Plain]:
    """Describe an object with one key, which tells what stands beside it."""
    return _object(properties, ()) | {"minProperties": 1, "maxProperties": 1}


def _number(words: Sequence[str]) -> list[Plain]:
    """Describe a float, or the whole number in its place: of those that JSON has no number for, some words."""
    tagged = _one_of_many({"int": _TAGGED_SCALARS["int"]})
    return [{"type": "number"}, *([{"enum": [*words]}] if words else []), tagged]


def _words_of(kind: type, field: "attrs.Attribute[Any]") -> list[str]:
    """Return the words for floats that JSON has no number for, as far as the noun would have them in a field."""

    def is_taken(word: str) -> bool:
        try:
            field.validator(object.__new__(kind), field, float(word))  # type: ignore[misc] # every float has one
        except InvalidValueError:
            return False
        return True

    return [word for word in NOT_FINITE if is_taken(word)]


class _Definitions:
    """The definitions that a schema needs, each made once, by name."""

    def __init__(self) -> None:
        self.made: dict[str, Plain] = {}
        self._special: Mapping[Any, Callable[[], Plain]] = {
            Unit: lambda: {"type": "string", "pattern": UNIT},
            Amount: self._amount,
            FrozenMap: partial(self._map_of, "value"),
            Metric: self._metric,
            Rule: lambda: _one_of_many({name: self.of(rule) for name, rule in RULES.items()}),
            "number": lambda: {"anyOf": [*_number(()), self.of(Decimal), self.of(Fraction)]},
            "end": self._end,
            "fact": self._fact,
            "value": self._value,
        }

    def of(self, kind: Any) -> Plain:  # noqa: ANN401, PLR0911 - any annotation; one return a kind of it reads best
        """Return the schema of what a field may hold."""
        options = options_of(kind)
        if set(options).issuperset(_NUMBERS):
            others = [self.of(option) for option in options if option not in _NUMBERS]
            return {"anyOf": [self._named("number"), *others]} if others else self._named("number")
        if is_noun_of_some(kind):
            return _one_of_many({name: self.of(option) for name, option in named_options(kind).items()})
        if len(options) > 1:
            return {"anyOf": [self.of(option) for option in options]}
        if get_origin(kind) is Literal:
            return {"enum": list(get_args(kind))}
        if is_type_variable(kind):
            return self._named("end")
        if kind == Cut:
            least = {"anyOf": [self._named("number"), {"enum": [MINUS_INFINITY]}]}
            return {"type": "array", "prefixItems": [dict(_TEXT), least], "items": False, "minItems": 2}
        if is_tuple(kind):
            return self._tuple(*get_args(kind))
        if is_map(kind):
            return self._map(*arguments_of_map(kind))
        return dict(_PLAIN[kind]) if kind in _PLAIN else self._named(kind)

    def _named(self, kind: Any) -> Plain:  # noqa: ANN401 - a class, or the name of a definition that no class has
        name = kind if isinstance(kind, str) else kind.__name__
        if name not in self.made:
            self.made[name] = {}  # so that what contains itself ends here
            made = self._special[kind]() if kind in self._special else self._noun(kind)
            about = {} if isinstance(kind, str) else {"description": (getdoc(kind) or "").partition("\n\n")[0]}
            self.made[name] = about | made
        return {"$ref": f"#/$defs/{name}"}

    def _noun(self, kind: Any) -> Plain:  # noqa: ANN401 - a class
        if is_pair(kind):
            types = get_type_hints(kind)
            required = [name for name in types if name not in kind._field_defaults]
            return _object({name: self.of(type_) for name, type_ in types.items()}, required)
        fields = attrs.fields(attrs.resolve_types(kind))
        required = [field.name for field in fields if field.default is attrs.NOTHING]
        return _object({field.name: self._field(kind, field) for field in fields}, required)

    def _field(self, kind: type, field: "attrs.Attribute[Any]") -> Plain:
        if without_none(field.type) is not float:
            return self.of(field.type)
        none = [dict(_PLAIN[type(None)])] if is_optional(field.type) else []
        return {"anyOf": [*_number(_words_of(kind, field)), *none]}

    def _tuple(self, first: Any, *others: Any) -> Plain:  # noqa: ANN401 - annotations
        if others == (Ellipsis,):
            return {"type": "array", "items": self.of(first)}
        parts = [self.of(part) for part in (first, *others)]
        return {"type": "array", "prefixItems": parts, "items": False, "minItems": len(parts)}

    def _map(self, key: Any, value: Any) -> Plain:  # noqa: ANN401 - annotations
        if key is date:
            return {"type": "object", "propertyNames": {"pattern": DATE}, "additionalProperties": dict(_TEXT)}
        if value is str:
            return {"type": "object", "additionalProperties": dict(_TEXT)}
        if is_of_parts(value):
            return {"type": "object", "additionalProperties": self.of(value)}
        return self._map_of("value" if value is Any else "fact")

    def _map_of(self, name: str) -> Plain:
        return {"type": "object", "additionalProperties": self._named(name)}

    def _amount(self) -> Plain:
        minor = {"type": "integer", "minimum": -INT64_MAX, "maximum": INT64_MAX}
        return _object({"minor": minor, "unit": self.of(Unit)}, ("minor", "unit"))

    def _metric(self) -> Plain:
        return {"anyOf": [{"enum": list(STANDARD_METRICS)}, self._noun(Metric)]}

    def _end(self) -> Plain:
        return {"anyOf": [*_number(NOT_FINITE), {"type": "array", "items": {"anyOf": _number(NOT_FINITE)}}]}

    def _fact(self) -> Plain:
        kinds = get_args(Fact)
        as_they_are = [self.of(kind) for kind in kinds if is_as_it_is(kind)]
        tagged = {kind.__name__: _TAGGED_SCALARS[kind.__name__] for kind in kinds if kind.__name__ in _TAGGED_SCALARS}
        return {"anyOf": [*as_they_are, _one_of_many(tagged)]}

    def _value(self) -> Plain:
        tagged = dict(_TAGGED_SCALARS) | {name: self.of(kind) for name, kind in TAGGED.items()}
        tagged["tuple"] = {"type": "array", "items": self._named("value")}
        tagged["Phrase"] = _object({"key": {"enum": list(SHOWN)}, "arguments": self.of(FrozenMap)}, ("key", "arguments"))
        return {"anyOf": [{"type": ["string", "number", "boolean", "null"]}, _one_of_many(tagged)]}

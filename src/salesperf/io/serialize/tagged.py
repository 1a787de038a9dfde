"""Values of any kind, where no type of a field tells which: facts, arguments of messages, mappings of a caller's own.

What JSON has a kind for stands as it is. Everything else is an object with one key, the name of its kind:
``{"Decimal": "1.50"}``, ``{"date": "2026-09-30"}``, ``{"Amount": {"minor": 100, "unit": "CNY:2:money"}}``.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from salesperf.errors import SHOWN, InvalidInputError, InvalidValueError, Phrase, SalesperfError
from salesperf.io.serialize.phrases import checked_phrase
from salesperf.io.serialize.scalars import (
    check_digits,
    check_text,
    date_of,
    date_text,
    decimal_of,
    decimal_text,
    expect,
    float_of,
    fraction_of,
    fraction_text,
    integer_of,
    plain_float,
    plain_integer,
)
from salesperf.model.amount import Amount, Unit
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message, Personal
from salesperf.model.period import Period
from salesperf.model.validators import as_int, is_choice, named

__all__ = [
    "SCALARS",
    "TAGGED",
    "collected",
    "faults_in",
    "limited",
    "mapping_of",
    "plain_mapping",
    "plain_value",
    "quick_mapping_of",
    "value_of",
]

Plain: TypeAlias = Any
"""What JSON can hold: dicts, lists, text, numbers, yes, no and nothing."""
Write: TypeAlias = Callable[[Any], Plain]
Read: TypeAlias = Callable[[Plain, type], Any]

SCALARS: Final[Mapping[str, Callable[[object], object]]] = MappingProxyType(
    {"Decimal": decimal_of, "Fraction": fraction_of, "date": date_of, "float": float_of, "int": integer_of}
)
"""Tag to what reads the value beside it."""

MOST_FAULTS: Final = 1000
"""After this many faults the rest of a list is not read: it holds something else, and a list of its items helps nobody."""

TAGGED: Final[Mapping[str, type]] = MappingProxyType(
    {kind.__name__: kind for kind in (Amount, FrozenMap, Message, Period, Personal, Unit)}
)
"""Tag to class of the nouns that messages name."""

_TAGS: Final = (*SCALARS, "tuple", *TAGGED, "Phrase")
_PARTS_OF_PHRASE: Final = ("key", "arguments")


def plain_value(value: Any, write: Write) -> Plain:  # noqa: ANN401, C901, PLR0911 - one return a kind of value reads best
    """Write a value of any kind.

    Raises
    ------
    InvalidValueError
        If it is of a kind that a document cannot hold.
    """
    kind = type(value)
    if kind is str:
        return check_text(str(value))
    if value is None or kind is bool:
        return value
    if isinstance(whole := as_int(value), int):
        return plain_integer(int(whole))
    if isinstance(value, float):
        plain = plain_float(float(value))
        return {"float": plain} if type(plain) is str else plain
    if isinstance(value, Decimal):
        return {"Decimal": decimal_text(value)}
    if isinstance(value, Fraction):
        return {"Fraction": fraction_text(value)}
    if kind is date:
        return {"date": date_text(value)}
    if isinstance(value, Phrase):
        checked_phrase(value.key, value.arguments)
        return {"Phrase": {"key": value.key, "arguments": plain_mapping(value.arguments, write)}}
    if TAGGED.get(kind.__name__) is kind:
        return {kind.__name__: write(value)}
    if kind is tuple:
        return {"tuple": [plain_value(item, write) for item in value]}
    raise InvalidValueError("wrong_type", expected=(str, int, float, Decimal, date, FrozenMap), value=named(value))


def value_of(data: Plain, read: Read) -> Any:  # noqa: ANN401 - a value of any kind
    """Read a value of any kind."""
    if type(data) is not dict:
        if data is None or type(data) is bool or type(data) is str:
            return data
        if type(data) is list:
            raise InvalidValueError("array_untagged")
        return check_digits(data) if type(data) is int else float_of(data)
    if len(data) != 1:
        raise InvalidValueError("length", expected=1, value=len(data))
    ((tag, inner),) = data.items()
    try:
        return _tagged(tag, inner, read)
    except SalesperfError as error:
        raise error.within(tag) from None


def _tagged(tag: str, inner: Plain, read: Read) -> Any:  # noqa: ANN401 - a value of any kind
    if tag in SCALARS:
        return SCALARS[tag](inner)
    if tag == "tuple":
        expect(inner, list)
        return tuple(collected(enumerate(inner), lambda item: value_of(item, read)))
    if tag == "Phrase":
        return _phrase(inner, read)
    if tag not in TAGGED:
        raise InvalidValueError("choice", choices=_TAGS, value=tag)
    return read(inner, TAGGED[tag])


def _phrase(inner: Plain, read: Read) -> Phrase:
    """Read what stands for a value that is not shown; its words are ours, and its arguments those of its words."""
    expect(inner, dict)
    faults: list[SalesperfError] = [
        InvalidValueError("missing_field", path=(name,)) for name in _PARTS_OF_PHRASE if name not in inner
    ]
    faults += [InvalidValueError("unknown_field", path=(name,), value=name) for name in inner if name not in _PARTS_OF_PHRASE]
    if faults:
        raise InvalidInputError(limited(faults))
    key = inner["key"]
    if not is_choice(key, SHOWN):
        raise InvalidValueError("choice", path=("key",), choices=tuple(SHOWN), value=key)
    try:
        return checked_phrase(key, mapping_of(inner["arguments"], read))
    except SalesperfError as error:
        raise error.within("arguments") from None


def plain_mapping(value: Mapping[Any, Any], write: Write) -> dict[str, Plain]:
    """Write a mapping of names to values of any kind."""
    return {_name(key): _plain_item(key, item, write) for key, item in value.items()}


def _name(key: object) -> str:
    if type(key) is not str:
        raise InvalidValueError("wrong_type", expected=str, value=key)
    return key if key.isascii() else check_text(key)


def _plain_item(key: str, item: object, write: Write) -> Plain:
    if type(item) is str and item.isascii():
        return item
    try:
        return plain_value(item, write)
    except SalesperfError as error:
        raise error.within(key) from None


def quick_mapping_of(data: Plain, read: Read) -> FrozenMap[str, Any]:
    """Read a mapping of names to values of any kind; the first that is wrong ends it."""
    return FrozenMap({key: item if type(item) is str else value_of(item, read) for key, item in data.items()})


def mapping_of(data: Plain, read: Read) -> FrozenMap[str, Any]:
    """Read a mapping of names to values of any kind, and refuse all faulty ones together."""
    expect(data, dict)
    values = collected(data.items(), lambda item: value_of(item, read))
    return FrozenMap(zip(data, values, strict=True))


def collected(items: Iterable[tuple[Any, Any]], convert: Callable[[Any], Any]) -> list[Any]:
    """Convert each item, and refuse all faulty ones together, each at its position or key."""
    made: list[Any] = []
    faults: list[SalesperfError] = []
    for step, item in items:
        try:
            made.append(convert(item))
        except SalesperfError as error:
            faults += faults_in(error.within(step))
        if len(faults) > MOST_FAULTS:
            break
    if faults:
        raise InvalidInputError(limited(faults))
    return made


def limited(faults: list[SalesperfError]) -> list[SalesperfError]:
    """Cut a long list of faults, and say so."""
    if len(faults) <= MOST_FAULTS:
        return faults
    return [*faults[:MOST_FAULTS], InvalidValueError("too_many_faults", limit=MOST_FAULTS)]


def faults_in(error: SalesperfError) -> list[SalesperfError]:
    """Return the faults that an error tells: those of a group, or itself."""
    return list(error.exceptions) if isinstance(error, InvalidInputError) else [error]  # type: ignore[arg-type] # ours only

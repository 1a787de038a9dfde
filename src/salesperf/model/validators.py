"""Checks at the door of every noun: a wrong value is refused with where it stood, what was expected and what it was.

They are ours rather than attrs's own because those print the value, which may be somebody's name.
"""

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar, cast

import numpy as np

from salesperf.errors import InvalidValueError, Phrase
from salesperf.model.frozen import FrozenMap

if TYPE_CHECKING:
    import attrs

ItemT = TypeVar("ItemT")
KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")
AnyInt: TypeAlias = int | np.integer[Any]
AnyLevel: TypeAlias = float | Decimal | Fraction | np.floating[Any]
Validator: TypeAlias = Callable[[Any, "attrs.Attribute[Any]", Any], None]

MOST_SCALE: Final = 100
"""Digits before or after the point that a Decimal may have: more than any amount needs, few enough to be quick."""


def place(instance: object, attribute: "attrs.Attribute[Any]") -> tuple[str, str]:
    """Name the field for the path of an error."""
    return (type(instance).__name__, attribute.name)


def identifier(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    """Expect text that is not empty and has no blanks at its ends."""
    if not is_identifier(value):
        text(instance, attribute, value)
        raise InvalidValueError("empty", path=place(instance, attribute), value=value)


def is_identifier(value: object) -> bool:
    """Tell whether a value is text that is not empty, has no blanks at its ends and can be written to a file."""
    return type(value) is str and value != "" and value.strip() == value and (value.isascii() or _is_encodable(value))


def text(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    """Expect text that can be written to a file; it may be empty."""
    if type(value) is not str:
        raise InvalidValueError("wrong_type", path=place(instance, attribute), expected=str, value=value)
    if not is_text(value):
        raise InvalidValueError("not_encodable", path=place(instance, attribute))


def is_text(value: object) -> bool:
    """Tell whether a value is text that can be written to a file."""
    return type(value) is str and (value.isascii() or _is_encodable(value))


def _is_encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def day(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    """Expect a date that is no datetime."""
    if type(value) is not date:
        check_date(value, place(instance, attribute))


def check_date(value: object, path: tuple[str | int, ...]) -> None:
    """Refuse what is not a plain date.

    Raises
    ------
    InvalidValueError
        For a datetime (whose day depends on a time zone) and for anything else.
    """
    if isinstance(value, datetime):
        raise InvalidValueError("date_is_datetime", path=path)
    if not isinstance(value, date):
        raise InvalidValueError("wrong_type", path=path, expected=Phrase("type_date"), value=value)


def optional(validator: Validator) -> Validator:
    """Allow ``None`` beside what another validator expects."""

    def check(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
        if value is not None:
            validator(instance, attribute, value)

    return check


def of_type(*expected: type) -> Validator:
    """Expect an instance of one of the types; a bool is no int."""

    def check(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
        if type(value) not in expected and (not isinstance(value, expected) or isinstance(value, bool)):
            raise InvalidValueError("wrong_type", path=place(instance, attribute), expected=expected, value=value)

    return check


def one_of(*choices: str) -> Validator:
    """Expect one of a few words."""

    def check(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
        if not is_choice(value, choices):
            raise InvalidValueError("choice", path=place(instance, attribute), choices=choices, value=value)

    return check


def is_choice(value: object, choices: Collection[str]) -> bool:
    """Tell whether a value is one of a few words."""
    return type(value) is str and value in choices


def check_choice(value: object, choices: Collection[str], path: tuple[str | int, ...]) -> None:
    """Refuse what is not one of a few words."""
    if not is_choice(value, choices):
        raise InvalidValueError("choice", path=path, choices=tuple(choices), value=value)


def whole(low: int, high: int) -> Validator:
    """Expect a whole number within a range, both ends included."""

    def check(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
        check_whole(value, place(instance, attribute), low, high)

    return check


def check_whole(value: object, path: tuple[str | int, ...], low: int, high: int) -> None:
    """Refuse what is not an int from low to high."""
    if type(value) is not int:
        raise InvalidValueError("wrong_type", path=path, expected=int, value=named(value))
    if not low <= value <= high:
        raise InvalidValueError("out_of_range", path=path, low=low, high=high, value=value)


def decimal(low: int, high: int) -> Validator:
    """Expect a finite Decimal within a range, both ends included."""

    def check(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
        check_decimal(value, place(instance, attribute), low, high)

    return check


def require(value: object, *kinds: type, path: tuple[str | int, ...]) -> None:
    """Refuse an argument of a question that is of another kind.

    Raises
    ------
    InvalidValueError
        Naming the argument, the kinds expected and the kind found.
    """
    if not isinstance(value, kinds):
        raise InvalidValueError("wrong_type", path=path, expected=kinds, value=value)


def check_decimal(value: object, path: tuple[str | int, ...], low: int, high: int) -> None:
    """Refuse what is not a finite Decimal from low to high."""
    if isinstance(value, float):
        raise InvalidValueError("rate_float", path=path, value=value)
    if not isinstance(value, Decimal):
        raise InvalidValueError("wrong_type", path=path, expected=Decimal, value=value)
    if not value.is_finite():
        raise InvalidValueError("not_finite", path=path, value=value)
    check_scale(value, path)
    if not low <= value <= high:
        raise InvalidValueError("out_of_range", path=path, low=low, high=high, value=value)


def check_scale(value: Decimal, path: tuple[str | int, ...]) -> None:
    """Refuse a finite Decimal whose exponent is so far off that exact arithmetic would fill the memory."""
    if value and (int(value.as_tuple().exponent) < -MOST_SCALE or value.adjusted() > MOST_SCALE):
        raise InvalidValueError("decimal_scale", path=path, digits=MOST_SCALE, value=value)


def check_number(value: object, path: tuple[str | int, ...]) -> None:
    """Refuse what is not a finite int, float, Decimal or Fraction within the range of a float."""
    if not isinstance(value, int | float | Decimal | Fraction) or isinstance(value, bool):
        raise InvalidValueError("wrong_type", path=path, expected=(int, float, Decimal, Fraction), value=value)
    try:
        is_finite = math.isfinite(value)
    except (OverflowError, ValueError):  # beyond any float; a signalling nan
        is_finite = False
    if not is_finite:
        raise InvalidValueError("not_finite", path=path, value=value)
    if isinstance(value, Decimal):
        check_scale(value, path)


def number(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    """Expect a finite int, float, Decimal or Fraction."""
    check_number(value, place(instance, attribute))


def finite(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    """Expect a finite float or int."""
    if not isinstance(value, int | float):
        raise InvalidValueError("wrong_type", path=place(instance, attribute), expected=float, value=value)
    check_number(value, place(instance, attribute))


def each(validator: Validator) -> Validator:
    """Expect a tuple whose items each pass another validator; the error says which item."""

    def check(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
        if type(value) is not tuple:
            raise InvalidValueError("wrong_type", path=place(instance, attribute), expected=tuple, value=value)
        if not value:  # of most nouns most are empty, and to make ready for an error takes longer than that
            return
        position = 0
        try:
            for position, item in enumerate(value):  # noqa: B007 - the error tells where the loop stopped
                validator(instance, attribute, item)
        except InvalidValueError as error:
            raise error.at(*place(instance, attribute), position) from None

    return check


def as_tuple(value: Iterable[ItemT]) -> tuple[ItemT, ...]:
    """Take any iterable but text as a tuple; whatever else comes is handed on for the validator to refuse."""
    if type(value) is tuple:
        return value
    given: object = value
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        return cast("tuple[ItemT, ...]", given)
    try:
        items = iter(value)
    except TypeError:  # a numpy array without dimension calls itself iterable
        return cast("tuple[ItemT, ...]", given)
    return tuple(items)


def as_sorted_tuple(value: Iterable[ItemT], kind: type[ItemT], key: Callable[[ItemT], Any]) -> tuple[ItemT, ...]:
    """Take any iterable as a tuple in a fixed order, so that the order given never matters."""
    items = as_tuple(value)
    return tuple(sorted(items, key=key)) if is_tuple_of(items, kind) else items


def repeated(values: Iterable[ItemT]) -> Iterator[tuple[int, ItemT]]:
    """Yield the position of each value that came before, and the value."""
    seen = set()
    for position, value in enumerate(values):
        if value in seen:
            yield position, value
        seen.add(value)


def is_tuple_of(value: object, kind: type) -> bool:
    """Tell whether a value is a tuple of nothing but one kind."""
    return isinstance(value, tuple) and all(isinstance(item, kind) for item in value)


def as_decimal(value: Decimal | int) -> Decimal:
    """Take an int as a Decimal, exactly; whatever else comes is handed on for the validator to refuse."""
    return Decimal(value) if type(value) is int else cast("Decimal", value)


def as_int(value: ItemT | np.integer[Any]) -> ItemT | int:
    """Take an integer of numpy's as one of Python's, exactly; whatever else comes is handed on for the validator to refuse."""
    if type(value) is int:  # as most are; numpy's is looked for at length
        return value
    # A duration calls itself an integer, and has the kind "m".
    return int(value) if isinstance(value, np.integer) and value.dtype.kind in "iu" else cast("ItemT", value)


def checked_level(value: object, path: tuple[str | int, ...] = ("level",)) -> float:
    """Return the level of intervals, a number of any kind between 0 and 1, as a float; refuse whatever else comes."""
    number = value.item() if isinstance(value, np.generic) else value
    check_number(number, path)
    level = float(cast("float", number))
    if not 0 < level < 1:
        raise InvalidValueError("between", path=path, low=0, high=1, value=value)
    return level


def named(value: object) -> object:
    """Take a scalar of numpy's by its type, for an error: its value alone reads like the one that was expected."""
    return type(value) if isinstance(value, np.generic) else value


def as_python(value: ItemT) -> ItemT:
    """Take a float of numpy's as one of Python's, so that ``repr`` rebuilds it; whatever else comes stays."""
    return cast("ItemT", float(value)) if isinstance(value, float) else value


def as_frozen_map(value: Mapping[KeyT, ValueT] | Iterable[tuple[KeyT, ValueT]]) -> FrozenMap[KeyT, ValueT]:
    """Take a mapping or pairs as a FrozenMap; whatever else comes is handed on for the validator to refuse."""
    if type(value) is FrozenMap:
        return value
    given = value if isinstance(value, Mapping) else as_tuple(value)
    try:
        return FrozenMap(given)
    except InvalidValueError:
        return cast("FrozenMap[KeyT, ValueT]", given)


def frozen_map(key: Validator, value: Validator) -> Validator:
    """Expect a FrozenMap whose keys and values each pass another validator; the error says which pair."""

    def check(instance: object, attribute: "attrs.Attribute[Any]", given: object) -> None:
        position = 0
        try:
            mapping = given if type(given) is FrozenMap else FrozenMap(cast("FrozenMap[Any, Any]", given))
        except InvalidValueError as error:
            raise error.at(*place(instance, attribute), *error.path[1:]) from None
        try:
            for position, pair in enumerate(mapping.items()):  # noqa: B007 - as in each
                key(instance, attribute, pair[0])
                value(instance, attribute, pair[1])
        except InvalidValueError as error:
            raise error.at(*place(instance, attribute), position) from None

    return check


def anything(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    """Expect nothing in particular."""

"""Checks at the door of every noun: a wrong value is refused with where it stood, what was expected and what it was.

They are ours rather than attrs's own because those print the value, which may be somebody's name.
"""

import math
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

from salesperf.errors import InvalidValueError

if TYPE_CHECKING:
    import attrs

ItemT = TypeVar("ItemT")
Validator: TypeAlias = Callable[[Any, "attrs.Attribute[Any]", Any], None]


def place(instance: object, attribute: "attrs.Attribute[Any]") -> tuple[str, str]:
    """Name the field for the path of an error."""
    return (type(instance).__name__, attribute.name)


def identifier(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    """Expect text that is not empty and has no blanks at its ends."""
    if type(value) is not str:
        raise InvalidValueError("wrong_type", path=place(instance, attribute), expected=str, value=value)
    if not value or value[0].isspace() or value[-1].isspace():
        raise InvalidValueError("empty", path=place(instance, attribute), value=value)


def text(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    """Expect text; it may be empty."""
    if type(value) is not str:
        raise InvalidValueError("wrong_type", path=place(instance, attribute), expected=str, value=value)


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
        raise InvalidValueError("wrong_type", path=path, expected=date, value=value)


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
        if value not in choices or type(value) is not str:
            raise InvalidValueError("choice", path=place(instance, attribute), choices=choices, value=value)

    return check


def whole(low: int, high: int) -> Validator:
    """Expect a whole number within a range, both ends included."""

    def check(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
        if type(value) is not int:
            raise InvalidValueError("wrong_type", path=place(instance, attribute), expected=int, value=value)
        if not low <= value <= high:
            raise InvalidValueError("out_of_range", path=place(instance, attribute), low=low, high=high, value=value)

    return check


def decimal(low: int, high: int) -> Validator:
    """Expect a finite Decimal within a range, both ends included."""

    def check(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
        check_decimal(value, place(instance, attribute), low, high)

    return check


def check_decimal(value: object, path: tuple[str | int, ...], low: int, high: int) -> None:
    """Refuse what is not a finite Decimal from low to high."""
    if isinstance(value, float):
        raise InvalidValueError("rate_float", path=path, value=value)
    if not isinstance(value, Decimal):
        raise InvalidValueError("wrong_type", path=path, expected=Decimal, value=value)
    if not value.is_finite():
        raise InvalidValueError("not_finite", path=path, value=value)
    if not low <= value <= high:
        raise InvalidValueError("out_of_range", path=path, low=low, high=high, value=value)


def finite(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    """Expect a finite float or int."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise InvalidValueError("wrong_type", path=place(instance, attribute), expected=float, value=value)
    if not math.isfinite(value):
        raise InvalidValueError("not_finite", path=place(instance, attribute), value=value)


def each(validator: Validator) -> Validator:
    """Expect a tuple whose items each pass another validator; the error says which item."""

    def check(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
        if type(value) is not tuple:
            raise InvalidValueError("wrong_type", path=place(instance, attribute), expected=tuple, value=value)
        for index, item in enumerate(value):
            try:
                validator(instance, attribute, item)
            except InvalidValueError as error:
                raise error.at(*place(instance, attribute), index) from None

    return check


def as_tuple(value: Iterable[ItemT]) -> tuple[ItemT, ...]:
    """Take any iterable but text as a tuple; whatever else comes is handed on for the validator to refuse."""
    given: object = value
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        return cast("tuple[ItemT, ...]", given)
    return tuple(value)


def as_sorted_tuple(value: Iterable[ItemT], kind: type[ItemT], key: Callable[[ItemT], Any]) -> tuple[ItemT, ...]:
    """Take any iterable as a tuple in a fixed order, so that the order given never matters."""
    items = as_tuple(value)
    return tuple(sorted(items, key=key)) if is_tuple_of(items, kind) else items


def is_tuple_of(value: object, kind: type) -> bool:
    """Tell whether a value is a tuple of nothing but one kind."""
    return isinstance(value, tuple) and all(isinstance(item, kind) for item in value)


def as_decimal(value: Decimal | int) -> Decimal:
    """Take an int as a Decimal, exactly; whatever else comes is handed on for the validator to refuse."""
    return Decimal(value) if type(value) is int else cast("Decimal", value)

"""Numbers, days, units and text: each as JSON, and back exactly as it was.

JSON has one kind of number, which many readers take for a float. So whole numbers that no float holds are written as text, and
so is every Decimal and every Fraction.
"""

import math
import re
from collections.abc import Callable, Collection
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError, SalesperfError
from salesperf.model.amount import Amount, Unit
from salesperf.model.rule import BreakdownValue
from salesperf.model.validators import MOST_SCALE, check_scale

__all__ = [
    "DATE",
    "DECIMAL",
    "FRACTION",
    "INTEGER",
    "MOST_DIGITS",
    "NOT_FINITE",
    "SAFE",
    "UNIT",
    "check_digits",
    "check_text",
    "date_of",
    "date_text",
    "decimal_of",
    "decimal_text",
    "end_of",
    "expect",
    "float_of",
    "fraction_of",
    "fraction_text",
    "integer_of",
    "known_date_of",
    "known_unit_of",
    "number_of",
    "plain_amount",
    "plain_end",
    "plain_float",
    "plain_integer",
    "plain_number",
    "text_of",
    "unit_of",
    "unit_text",
]

MOST_DIGITS: Final = 640
"""So many digits any interpreter turns into an int, however its own limit is set; more would take quadratic time."""
SAFE: Final = 2**53 - 1
"""The largest whole number that a reader may take for a float without loss (RFC 8259, section 6)."""

DATE: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
DECIMAL: Final = r"^-?([0-9]+(\.[0-9]*)?|\.[0-9]+)([Ee][+-]?[0-9]{1,3})?$"
FRACTION: Final = r"^-?[0-9]+/[0-9]*[1-9][0-9]*$"
INTEGER: Final = r"^-?[0-9]+$"
UNIT: Final = r"^[^:]*[^:\s](:[0-9]{1,2}(:(money|count))?)?$"
"""Patterns of JSON Schema, which are those of :mod:`re` too as far as they are used here."""

NOT_FINITE: Final = ("Infinity", "-Infinity", "NaN")
"""How floats are written that JSON has no number for: the words of the JSON of Protocol Buffers."""

MINUS_INFINITY: Final = NOT_FINITE[1]
_NUMBERS: Final = (int, float, Decimal, Fraction)
_FROM_WORD: Final = {word: float(word) for word in NOT_FINITE}
_DECIMAL: Final = re.compile(DECIMAL[:-1] + r"\Z")
_FRACTION: Final = re.compile(FRACTION[:-1] + r"\Z")
_INTEGER: Final = re.compile(INTEGER[:-1] + r"\Z")
_DATETIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]")
_CACHED: Final = 4096
_LONGEST_UNIT: Final = 100
_BITS: Final = int(MOST_DIGITS * math.log2(10))
"""A whole number of fewer bits has at most so many digits; to count the digits themselves would take quadratic time."""


def expect(value: object, kind: type, *more: type) -> None:
    """Refuse what is not of a kind that JSON tells apart; a bool is no int."""
    if type(value) is kind or type(value) in more:
        return
    if kind is dict:
        raise InvalidValueError("not_an_object", value=_found(value))
    if kind is list:
        raise InvalidValueError("not_an_array", value=_found(value))
    raise InvalidValueError("wrong_type", expected=(kind, *more) if more else kind, value=_found(value))


def _found(value: object) -> object:
    """Take a list by its kind, for an error: its items would be shown, where its kind is at fault."""
    return type(value) if isinstance(value, list | tuple) else value


def check_text(value: str) -> str:
    """Refuse text that no file can hold."""
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise InvalidValueError("not_encodable") from None
    return value


def text_of(value: object) -> str:
    """Read text."""
    expect(value, str)
    return check_text(cast("str", value))


# Days and units come again and again, and are cheaper to look up than to write or to read.


@lru_cache(_CACHED)
def date_text(value: date) -> str:
    """Write a day as in ISO 8601."""
    return value.isoformat()


def date_of(value: object) -> date:
    """Read a day; a datetime is refused, since its day depends on a time zone."""
    expect(value, str)
    return known_date_of(cast("str", value))


@lru_cache(_CACHED)
def known_date_of(text: str) -> date:
    """Read a day from text."""
    if _DATETIME.match(text):
        raise InvalidValueError("date_is_datetime")
    try:
        read = date.fromisoformat(text)
    except ValueError:
        read = None
    # Python reads other forms of ISO 8601 too, and we write this one alone.
    if read is None or read.isoformat() != text:
        raise InvalidValueError("unreadable_date", value=text)
    return read


@lru_cache(_CACHED)
def unit_text(value: Unit) -> str:
    """Write a unit in full, so that it reads the same whatever currencies a later version knows."""
    return _of_length(f"{value.code}:{value.digits}:{value.dimension}")


def unit_of(value: object) -> Unit:
    """Read a unit."""
    expect(value, str)
    return known_unit_of(cast("str", value))


@lru_cache(_CACHED)
def known_unit_of(text: str) -> Unit:
    """Read a unit from text."""
    try:
        return Unit.parse(_of_length(text))
    except InvalidValueError as error:
        raise error.at() from None


def plain_amount(value: Amount) -> dict[str, Any]:
    """Write an amount."""
    return {"minor": value.minor, "unit": unit_text(value.unit)}


def _of_length(text: str) -> str:
    """Refuse the text of a unit that is too long to be kept."""
    if len(text) > _LONGEST_UNIT:
        raise InvalidValueError("cell_too_long", limit=_LONGEST_UNIT, value=text)
    return text


# Numbers that tell their kind


def decimal_text(value: Decimal) -> str:
    """Write a Decimal with its exponent, so that 1.50 stays 1.50."""
    if not value.is_finite():
        raise InvalidValueError("not_finite", value=value)
    check_scale(value, ())
    text = str(value)
    if not _DECIMAL.match(text):  # a zero has no scale, but may have an exponent that is not read
        raise InvalidValueError("decimal_scale", digits=MOST_SCALE, value=value)
    return text


def decimal_of(value: object) -> Decimal:
    """Read a Decimal from its text."""
    if type(value) in (int, float):
        raise InvalidValueError("decimal_as_text", value=value)
    expect(value, str)
    text = _short(cast("str", value))
    if not _DECIMAL.match(text):
        raise InvalidValueError("unreadable_number", value=text)
    number = Decimal(text)
    check_scale(number, ())
    return number


def fraction_text(value: Fraction) -> str:
    """Write a Fraction, always with its denominator."""
    return f"{_digits(value.numerator)}/{_digits(value.denominator)}"


def fraction_of(value: object) -> Fraction:
    """Read a Fraction from its text."""
    expect(value, str)
    text = cast("str", value)
    if len(text) > 2 * MOST_DIGITS or not _FRACTION.match(text):
        raise InvalidValueError("unreadable_number", value=text)
    numerator, denominator = (int(_short(part)) for part in text.split("/"))
    return Fraction(numerator, denominator)


def plain_integer(value: int) -> Any:  # noqa: ANN401 - JSON
    """Write a whole number: as it is, or as text where a float would lose digits."""
    return value if -SAFE <= value <= SAFE else {"int": _digits(value)}


def integer_of(value: object) -> int:
    """Read a whole number that was written as text."""
    expect(value, str)
    text = _short(cast("str", value))
    if not _INTEGER.match(text):
        raise InvalidValueError("unreadable_number", value=text)
    return int(text)


def check_digits(value: int) -> int:
    """Refuse a whole number of more than :data:`MOST_DIGITS` digits."""
    if value.bit_length() > _BITS:
        raise InvalidValueError("number_too_long", limit=MOST_DIGITS)
    return value


def _digits(value: int) -> str:
    return str(check_digits(value))


def _short(text: str) -> str:
    if len(text) > MOST_DIGITS:
        raise InvalidValueError("number_too_long", limit=MOST_DIGITS)
    return text


def plain_float(value: float) -> Any:  # noqa: ANN401 - JSON
    """Write a float, or the whole number that stands in its place."""
    if isinstance(value, int):
        return plain_integer(value)
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"


def float_of(value: Any) -> Any:  # noqa: ANN401 - whatever stood in the document
    """Read a float; a whole number stays one."""
    if type(value) is str and value in _FROM_WORD:
        return _FROM_WORD[value]
    if type(value) is dict and value.keys() == {"int"}:
        return integer_of(value["int"])
    expect(value, float, int)
    _check_finite(value)
    return value


def _check_finite(value: float) -> None:
    """Refuse a number such as 1e999, which no float holds."""
    if type(value) is float and not math.isfinite(value):
        raise InvalidValueError("not_finite", value=value)


def plain_number(value: BreakdownValue) -> Any:  # noqa: ANN401 - JSON
    """Write a number of any kind, or an amount."""
    if isinstance(value, Amount):
        return plain_amount(value)
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, Fraction):
        return fraction_text(value)
    return plain_integer(value) if isinstance(value, int) else value


def plain_cut(cut: tuple[str, Any]) -> list[Any]:
    """Write a label and where its band begins: a number of any kind, or without an end below."""
    label, least = cut
    return [label, plain_float(least) if isinstance(least, float) else plain_number(least)]


def cut_of(value: Any) -> tuple[Any, Any]:  # noqa: ANN401 - whatever stood in the document
    """Read a label and where its band begins."""
    expect(value, list)
    if len(value) != len(("label", "cut")):
        raise InvalidValueError("length", expected=2, value=len(value))
    label, least = value
    if least == MINUS_INFINITY:
        return label, -math.inf
    try:
        return label, number_of(least, _NUMBERS)
    except SalesperfError as error:
        raise error.within(1) from None


def number_of(
    value: Any,  # noqa: ANN401 - whatever stood in the document
    kinds: Collection[type],
    read_amount: Callable[[Any], Amount] | None = None,
) -> BreakdownValue:
    """Read a number of one of some kinds, among them Decimals, or an amount."""
    if type(value) is str:
        return fraction_of(value) if "/" in value and Fraction in kinds else decimal_of(value)
    if type(value) is dict and int in kinds and value.keys() == {"int"}:
        return integer_of(value["int"])
    if type(value) is dict and read_amount is not None and Amount in kinds:
        return read_amount(value)
    if type(value) in kinds:
        _check_finite(value)
        return cast("BreakdownValue", value)
    if type(value) in (int, float):
        raise InvalidValueError("amount_or_decimal", value=value)
    expected = tuple(kind for kind in kinds if kind is not type(None))
    raise InvalidValueError("wrong_type", expected=expected, value=_found(value))


# The ends of a range: a number each, or a column


def plain_end(value: float | NDArray[Any]) -> Any:  # noqa: ANN401 - JSON
    """Write an end of a range."""
    if not isinstance(value, np.ndarray):
        return plain_float(value)
    if value.ndim != 1:
        raise InvalidValueError("dimensions", value=value.ndim)
    return [plain_float(item) for item in value.tolist()]


def end_of(value: object) -> float | NDArray[np.float64]:
    """Read an end of a range."""
    if type(value) is not list:
        return cast("float", float_of(value))
    numbers = [float_of(item) for item in value]
    try:
        return np.array(numbers, dtype=np.float64)
    except OverflowError:  # an int beyond every float
        raise InvalidValueError("not_numeric", value=numbers) from None

"""How a value is told in a message: what looks like an id as it is, all else by its type and length."""

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from numbers import Integral, Real
from types import MappingProxyType
from typing import Final, Self

__all__ = ["SHOWN", "Phrase", "show"]

SHOWN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "amount": "{amount}",
        "array": "an array of {kind}",
        "datetime": "a datetime",
        "empty": "empty text",
        "integer": "an int of {count} digits",
        "integer_long": "an int of {count} digits or more",
        "items": "{items}",
        "nested": "a {kind} of {count} items",
        "nothing": "nothing",
        "number": "a {kind} of {count} or more digits",
        "text": "text of {count} characters",
        "type_date": "a date such as date(2026, 9, 30)",
        "type_text": "text",
        "value": "a value of type {kind}",
    },
)
"""Key of each phrase of :func:`show` to its English text; other languages stand in the message catalogs."""

_LONG: Final = 7
"""So many digits may be a telephone number."""
_MOST_DIGITS: Final = 40
_MOST_ITEMS: Final = 12
_KEY: Final = re.compile(r"[\w.:/#-]{1,40}\Z", re.ASCII)
_DATES: Final = re.compile(r"(19|20)\d\d([-/.])\d{1,2}\2\d{1,2}(\.\.(19|20)\d\d-\d\d-\d\d)?\Z", re.ASCII)


class Phrase(str):
    """What stands for a value that is not shown: English text that another language can word anew.

    Attributes
    ----------
    key : str
        A key of :data:`SHOWN`.
    arguments : Mapping of str to object
        What its text names.

    Examples
    --------
    >>> phrase = show("Ada Lovelace")
    >>> phrase, phrase.key, dict(phrase.arguments)
    ('text of 12 characters', 'text', {'count': 12})
    """

    __slots__ = ("arguments", "key")

    key: str
    arguments: Mapping[str, object]

    def __new__(cls, key: str, /, **arguments: object) -> Self:
        """Write the English text."""
        shown = {name: ", ".join(value) if isinstance(value, tuple) else value for name, value in arguments.items()}
        phrase = super().__new__(cls, SHOWN[key].format_map(shown))
        phrase.key = key
        phrase.arguments = MappingProxyType(arguments)
        return phrase

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by content."""
        return _rebuild_phrase, (self.key, dict(self.arguments))


def _rebuild_phrase(key: str, arguments: Mapping[str, object]) -> Phrase:
    return Phrase(key, **arguments)


def show(value: object) -> str:
    """Write a value for a message so that it holds no more of anybody than an id does.

    Parameters
    ----------
    value
        Anything.

    Returns
    -------
    str
        Short identifiers, small numbers and dates as they are; all else by type and length, as a :class:`Phrase`. A phrase
        stays as it is, so that whoever knows better can tell by type and length what looks like an id.

    Notes
    -----
    An identifier is one word in ASCII of at most 40 characters with fewer than seven digits. A word in other letters counts
    as free text, since two Chinese characters may be a region or somebody's full name and nothing tells them apart. What it
    cannot know is that a single word, such as ``zhangwei``, is a name: let ids be no personal data.

    Examples
    --------
    >>> show("east"), show(42), show("Ada Lovelace"), show("+86 138 0013 8000"), show("张伟")
    ("'east'", '42', 'text of 12 characters', 'text of 17 characters', 'text of 2 characters')
    >>> show(13800138000)
    'an int of 11 digits'
    """
    if isinstance(value, tuple | list | set | frozenset):
        return _show_items(value)
    return _show_one(value)


def _show_items(values: Collection[object]) -> str:
    shown = [_show_one(value) for value in islice(values, _MOST_ITEMS)]
    if isinstance(values, set | frozenset):
        shown.sort()
    more = ["..."] if len(values) > _MOST_ITEMS else []
    return Phrase("items", items=(*shown, *more)) if shown else Phrase("nothing")


def _show_one(value: object) -> str:  # noqa: PLR0911 - one return a kind of value reads best
    if value is None or isinstance(value, bool):
        return repr(value)
    if isinstance(value, type):
        return Phrase("type_text") if value is str else value.__name__
    if isinstance(value, Phrase):
        return value
    if isinstance(value, str):
        return _show_text(value)
    if isinstance(value, Integral):
        return _show_integer(int(value))
    if isinstance(value, Real | Decimal):
        return _show_fractional(value)
    if isinstance(value, datetime):
        return Phrase("datetime")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list | set | frozenset):
        return Phrase("nested", kind=type(value).__name__, count=len(value))
    return _show_type(value)


def _show_type(value: object) -> str:
    """Tell a value by its type alone; an array by what it holds too, since that is what is wrong with it."""
    kind = getattr(getattr(value, "dtype", None), "type", None)
    if isinstance(kind, type) and getattr(value, "shape", None):
        return Phrase("array", kind=kind.__name__)
    return Phrase("value", kind=type(value).__name__)


def _show_text(value: str) -> str:
    if not value:
        return Phrase("empty")
    digits = sum(character.isdigit() for character in value)
    if _DATES.match(value) or (_KEY.match(value) and digits < _LONG):
        return str.__repr__(value)
    return Phrase("text", count=len(value))


def _show_integer(value: int) -> str:
    if abs(value) >= 10**_MOST_DIGITS:
        return Phrase("integer_long", count=_MOST_DIGITS)
    digits = len(str(abs(value)))
    return str(value) if digits < _LONG else Phrase("integer", count=digits)


def _show_fractional(value: Real | Decimal) -> str:
    if isinstance(value, Fraction):
        text = str(value) if max(abs(value.numerator), value.denominator) < 10**_LONG else ""
    else:
        text = str(value) if isinstance(value, Decimal) else repr(float(value))
    # A fraction below 1 is a rate with many digits, not a number that reaches somebody.
    is_short = text.startswith(("0.", "-0.")) or sum(character.isdigit() for character in text) < _LONG
    return text if text and is_short else Phrase("number", kind=type(value).__name__, count=_LONG)

"""Phrases: what stands in a message for a value that is not shown.

Errors show a phrase as it is, since it is made of type and length alone. So whoever wrote one of their own into a document
could have anything shown: each argument is held against what would be shown of it.
"""

import re
import string
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from salesperf.errors import SHOWN, InvalidInputError, InvalidValueError, Phrase, SalesperfError, show

__all__ = ["ARGUMENTS", "checked_phrase"]

_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[Ee][+-]?[0-9]{1,6})?\Z")
_AMOUNT: Final = re.compile(r"(-?[0-9]{1,3}(?:,[0-9]{3})*(?:\.[0-9]+)?)(?: (\S+))?\Z")
"""How an amount is written, beside its code where it is money."""


def _is_shown(value: object) -> bool:
    return not isinstance(show(value), Phrase)


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0 and _is_shown(value)


def _is_word(value: object) -> bool:
    return type(value) is str and _is_shown(value)


def _is_amount(value: object) -> bool:
    match = _AMOUNT.match(value) if type(value) is str else None
    return match is not None and (match[2] is None or _is_word(match[2]))


def _are_items(value: object) -> bool:
    return type(value) is tuple and all(isinstance(item, Phrase) or _is_item(item) for item in value)


def _is_item(value: object) -> bool:
    """Tell whether a text reads like an item that is shown: a word in quotes, a number, a day, the name of a type."""
    if type(value) is not str:
        return False
    return _is_word(value.strip("'")) or (_NUMBER.match(value) is not None and _is_shown(Decimal(value)))


ARGUMENTS: Final[Mapping[str, Callable[[object], bool]]] = MappingProxyType(
    {"amount": _is_amount, "count": _is_count, "items": _are_items, "kind": _is_word}
)
"""Name of each argument of a phrase to what tells whether a value of it may be shown."""


def checked_phrase(key: str, arguments: Mapping[str, object]) -> Phrase:
    """Make a phrase of what may be shown, and of nothing else.

    Parameters
    ----------
    key
        One of :data:`salesperf.errors.SHOWN`.
    arguments
        What its text names.

    Raises
    ------
    InvalidInputError
        With each argument that is missing, unknown, or not such as :func:`salesperf.errors.show` makes it, by its name.

    Examples
    --------
    >>> checked_phrase("text", {"count": 12})
    'text of 12 characters'
    >>> try:
    ...     checked_phrase("text", {"count": 13800138000})
    ... except InvalidInputError as error:
    ...     print(error)
    faults in the input: 1
    - count: expected what a message may show, got an int of 11 digits
    """
    names = [name for _, name, _, _ in string.Formatter().parse(SHOWN[key]) if name is not None]
    faults: list[SalesperfError] = [InvalidValueError("missing_field", path=(name,)) for name in names if name not in arguments]
    for name, value in arguments.items():
        if name not in names:
            faults.append(InvalidValueError("unknown_field", path=(name,), value=name))
        elif not ARGUMENTS[name](value):
            faults.append(InvalidValueError("not_shown", path=(name,), value=value))
    if faults:
        raise InvalidInputError(faults)
    return Phrase(key, **arguments)

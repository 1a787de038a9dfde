"""What the type of a field says: the questions by which converter and schemas find what fits it."""

import types
from decimal import Decimal
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin

import attrs

from salesperf.model.frozen import FrozenMap

__all__ = [
    "arguments_of_map",
    "is_as_it_is",
    "is_map",
    "is_noun_of_some",
    "is_number",
    "is_of_parts",
    "is_optional",
    "is_pair",
    "is_tuple",
    "is_type_variable",
    "options_of",
    "without_none",
]

_AS_IT_IS: Final = (str, int, bool, type(None))


def options_of(kind: Any) -> tuple[Any, ...]:  # noqa: ANN401 - any annotation
    """Return the members of a union; of anything else, itself.

    Examples
    --------
    >>> options_of(str | None), options_of(str)
    ((<class 'str'>, <class 'NoneType'>), (<class 'str'>,))
    """
    return get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)


def is_as_it_is(kind: Any) -> bool:  # noqa: ANN401 - any annotation
    """Tell whether JSON has a kind for all that a field may hold, so that it stands there as it is."""
    return all(option in _AS_IT_IS or get_origin(option) is Literal for option in options_of(kind))


def is_number(kind: Any) -> bool:  # noqa: ANN401 - any annotation
    """Tell whether a field may hold numbers of several kinds, or amounts beside Decimals."""
    return Decimal in options_of(kind) and without_none(kind) is not Decimal


def is_noun_of_some(kind: Any) -> bool:  # noqa: ANN401 - any annotation
    """Tell whether a field may hold nouns of several kinds, so that a document has to say which."""
    return len(options_of(kind)) > 1 and all(map(attrs.has, options_of(kind)))


def is_of_parts(kind: Any) -> bool:  # noqa: ANN401 - any annotation
    """Tell whether the values of a mapping are tuples, or numbers of any kind: neither plain facts nor anything at all."""
    return is_tuple(kind) or (is_number(kind) and str not in options_of(kind))


def is_optional(kind: Any) -> bool:  # noqa: ANN401 - any annotation
    """Tell whether a field may hold nothing."""
    return type(None) in options_of(kind)


def without_none(kind: Any) -> Any:  # noqa: ANN401 - any annotation
    """Return what else than nothing a field may hold.

    Examples
    --------
    >>> without_none(Decimal | None)
    <class 'decimal.Decimal'>
    """
    return Union[tuple(option for option in options_of(kind) if option is not type(None))]  # noqa: UP007 - of many, computed


def is_tuple(kind: Any) -> bool:  # noqa: ANN401 - any annotation
    """Tell whether a field holds a tuple, of any length or of a fixed one."""
    return get_origin(kind) is tuple


def is_map(kind: Any) -> bool:  # noqa: ANN401 - any annotation
    """Tell whether a field holds a mapping."""
    return FrozenMap in (kind, get_origin(kind))


def arguments_of_map(kind: Any) -> tuple[Any, Any]:  # noqa: ANN401 - any annotation
    """Return the types of keys and values of a mapping: names and anything where it does not say."""
    return get_args(kind) or (str, Any)


def is_pair(kind: Any) -> bool:  # noqa: ANN401 - any annotation
    """Tell whether a kind is a named tuple."""
    return isinstance(kind, type) and issubclass(kind, tuple) and hasattr(kind, "_fields")


def is_type_variable(kind: Any) -> bool:  # noqa: ANN401 - any annotation
    """Tell whether a field holds an end of a range: a number or a column."""
    return isinstance(kind, TypeVar)

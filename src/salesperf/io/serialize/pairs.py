"""Named tuples look at nothing that they hold: here the fields of nouns that do look, look for them."""

from collections.abc import Mapping
from typing import Any, Final

import attrs

from salesperf.errors import InvalidValueError
from salesperf.model.change import Change
from salesperf.model.opportunity import Visit
from salesperf.model.stage import Stage
from salesperf.model.target import Target, TargetKey

__all__ = ["checked_pair"]

_FIELDS: Final[Mapping[type, Mapping[str, tuple[type, str]]]] = {
    TargetKey: {"": (Target, "parent")},
    Visit: {"stage": (Stage, "key"), "start": (Change, "on"), "end": (Change, "on")},
}
"""Named tuple to what of it is checked (a field, or for no name all of it) by which field of which noun."""


def checked_pair(pair: Any) -> Any:  # noqa: ANN401 - any named tuple
    """Refuse a target's key or a visit that no noun could hold.

    Raises
    ------
    InvalidValueError
        With the name of the field.

    Examples
    --------
    >>> checked_pair(Visit("", None, None))
    Traceback (most recent call last):
        ...
    salesperf.errors.InvalidValueError: stage: expected text that is not empty and has no blanks at its ends, got empty text
    """
    for name, (noun, attribute) in _FIELDS[type(pair)].items():
        field = getattr(attrs.fields(noun), attribute)
        try:
            field.validator(object.__new__(noun), field, getattr(pair, name) if name else pair)
        except InvalidValueError as error:
            raise error.at(*filter(None, (name,)), *error.path[2:]) from None
    return pair

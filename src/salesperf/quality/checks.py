"""What a rule looks for: ready-made checks, each over all rows of a table at once."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, Final, NamedTuple, Protocol, runtime_checkable

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError
from salesperf.model.validators import as_tuple, check_number, each, identifier, one_of, place, whole
from salesperf.quality.normalising import NORMAL_FORMS, NormalForm
from salesperf.quality.repeating import repeated_rows
from salesperf.quality.table import Mask, Table

__all__ = [
    "Above",
    "Among",
    "Before",
    "Check",
    "Judged",
    "Malformed",
    "NotAbove",
    "NotAmong",
    "NotEntered",
    "OlderThan",
    "Repeated",
    "Untrue",
]

_MOST_DAYS: Final = 36_600
_NOTHING: Final = 0
"""The number of text of which nothing is left: "-" is no name."""


class Judged(NamedTuple):
    """What a check says of each row.

    Parameters
    ----------
    asked
        Where it can be judged, since what it looks at is known; ``None`` for all rows.
    found
        Where it finds what it looks for.

    Examples
    --------
    >>> Judged(None, np.array([True])).found.tolist()
    [True]
    """

    asked: Mask | None
    found: Mask


@runtime_checkable
class Check(Protocol):
    """What a rule looks for: a frozen callable over the rows of a table.

    Examples
    --------
    >>> isinstance(NotEntered("customer"), Check)
    True
    """

    @property
    def needs(self) -> tuple[str, ...]:
        """The names of the fields without which it can say nothing."""

    def __call__(self, table: Table, as_of: date) -> Judged:
        """Look at every row, as it stands on a day."""


def _as_names(value: str | Iterable[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else as_tuple(value)


def _names(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    each(identifier)(instance, attribute, value)
    if not value:
        raise InvalidValueError("no_fields", path=place(instance, attribute))


def _number(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    check_number(value, place(instance, attribute))


@attrs.frozen
class NotEntered:
    """Nothing is entered: in a field, or in any of several one of which would do.

    Parameters
    ----------
    fields
        The name of a field, or several.

    Examples
    --------
    >>> from salesperf import quality
    >>> no_region = quality.QualityRule(key="no_region", kind="customer", dimension="completeness", check=NotEntered("region"))
    >>> quality.find_rows({"region": np.array(["east", ""])}, no_region, as_of=date(2026, 9, 30)).tolist()
    [1]
    """

    fields: tuple[str, ...] = attrs.field(converter=_as_names, validator=_names)

    @property
    def needs(self) -> tuple[str, ...]:
        """The names of the fields."""
        return self.fields

    def __call__(self, table: Table, as_of: date) -> Judged:
        """Find the rows without any of the values."""
        del as_of
        return Judged(None, np.logical_and.reduce([table.missing(name) for name in self.fields]))


@attrs.frozen
class _OfOne:
    """A check of one field; where nothing is entered it has nothing to say."""

    field: str = attrs.field(validator=identifier)

    @property
    def needs(self) -> tuple[str, ...]:
        """The name of the field."""
        return (self.field,)


@attrs.frozen
class Among(_OfOne):
    """A value is one of some.

    Parameters
    ----------
    field
        The name of a field of text.
    choices
        The values.

    Examples
    --------
    >>> Among("stage_kind", ["open"]).choices
    ('open',)
    """

    choices: tuple[str, ...] = attrs.field(converter=_as_names, validator=_names)

    def __call__(self, table: Table, as_of: date) -> Judged:
        """Find the rows that have one of the values."""
        del as_of
        known = set(self.choices)
        return Judged(~table.missing(self.field), table.looked_up(self.field, lambda text: text in known, np.bool_))


@attrs.frozen
class NotAmong(_OfOne):
    """A value is none of those that there are: a misspelling, most likely.

    Parameters
    ----------
    field
        The name of a field of text.
    choices
        The values that there are.

    Examples
    --------
    >>> from salesperf import quality
    >>> product = quality.QualityRule(
    ...     key="product", kind="opportunity", dimension="validity", check=NotAmong("facts.product", ["GTX Pro"])
    ... )
    >>> columns = {"facts.product": np.array(["GTXPro", "GTX Pro", ""])}
    >>> quality.find_rows(columns, product, as_of=date(2026, 9, 30)).tolist()
    [0]
    """

    choices: tuple[str, ...] = attrs.field(converter=_as_names, validator=_names)

    def __call__(self, table: Table, as_of: date) -> Judged:
        """Find the rows that have another value."""
        del as_of
        known = set(self.choices)
        asked = ~table.missing(self.field)
        return Judged(asked, asked & table.looked_up(self.field, lambda text: text not in known, np.bool_))


@attrs.frozen
class Above(_OfOne):
    """A number is too high.

    Parameters
    ----------
    field
        The name of a field of numbers.
    limit
        The highest that is right.

    Examples
    --------
    >>> Above("skipped", 0).needs
    ('skipped',)
    """

    limit: float = attrs.field(validator=_number)

    def __call__(self, table: Table, as_of: date) -> Judged:
        """Find the rows with a higher number."""
        del as_of
        numbers = table.numbers(self.field)
        return Judged(~np.isnan(numbers), numbers > float(self.limit))


@attrs.frozen
class NotAbove(_OfOne):
    """A number is too low.

    Parameters
    ----------
    field
        The name of a field of numbers.
    limit
        The highest that is wrong: 0, where whatever is right is positive.

    Examples
    --------
    >>> NotAbove("amount", 0).limit
    0
    """

    limit: float = attrs.field(validator=_number)

    def __call__(self, table: Table, as_of: date) -> Judged:
        """Find the rows without a higher number."""
        del as_of
        numbers = table.numbers(self.field)
        return Judged(~np.isnan(numbers), numbers <= float(self.limit))


@attrs.frozen
class Untrue(_OfOne):
    """What should be so is not.

    Parameters
    ----------
    field
        The name of a field of yes and no.

    Examples
    --------
    >>> Untrue("is_in_service").needs
    ('is_in_service',)
    """

    def __call__(self, table: Table, as_of: date) -> Judged:
        """Find the rows in which it is not so."""
        del as_of
        truths = table.truths(self.field)
        return Judged(~table.missing(self.field), truths == 0)


def _as_pattern(value: "re.Pattern[str] | str") -> str:
    return value.pattern if isinstance(value, re.Pattern) else value


def _pattern(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    identifier(instance, attribute, value)
    try:
        re.compile(str(value))
    except re.error:
        raise InvalidValueError("pattern", path=place(instance, attribute), value=value) from None


@attrs.frozen
class Malformed(_OfOne):
    """Text is not written as such text is.

    Parameters
    ----------
    field
        The name of a field of text.
    pattern
        A regular expression for the whole of what is right, blanks at the ends aside.

    Examples
    --------
    >>> Malformed("postcode", r"[0-9]{6}").pattern
    '[0-9]{6}'
    """

    pattern: str = attrs.field(converter=_as_pattern, validator=_pattern)

    def __call__(self, table: Table, as_of: date) -> Judged:
        """Find the rows whose text does not match."""
        del as_of
        match = re.compile(self.pattern).fullmatch
        asked = ~table.missing(self.field)
        return Judged(asked, asked & table.looked_up(self.field, lambda text: not text or not match(text.strip()), np.bool_))


@attrs.frozen
class Before(_OfOne):
    """A day lies before another that it cannot precede.

    Parameters
    ----------
    field
        The name of the field of the later day.
    start
        The name of the field of the earlier day.

    Examples
    --------
    >>> Before("expected_close", "created").needs
    ('expected_close', 'created')
    """

    start: str = attrs.field(validator=identifier)

    @property
    def needs(self) -> tuple[str, ...]:
        """The names of both fields."""
        return (self.field, self.start)

    def __call__(self, table: Table, as_of: date) -> Judged:
        """Find the rows in which it does."""
        del as_of
        later, earlier = table.days(self.field), table.days(self.start)
        return Judged(~(np.isnat(later) | np.isnat(earlier)), later < earlier)


@attrs.frozen
class OlderThan(_OfOne):
    """A day lies too far back on the day of the audit.

    Parameters
    ----------
    field
        The name of a field of days.
    days
        How many days back it may lie: 0 for not at all.

    Examples
    --------
    >>> OlderThan("last_change", 90).days
    90
    """

    days: int = attrs.field(validator=whole(0, _MOST_DAYS))

    def __call__(self, table: Table, as_of: date) -> Judged:
        """Find the rows in which it does."""
        on = table.days(self.field)
        earliest = np.datetime64(as_of, "D") - np.timedelta64(self.days, "D")
        return Judged(~np.isnat(on), on < earliest)


@attrs.frozen
class Repeated:
    """Several records say the same: all of them are found, since nobody knows which was first.

    Parameters
    ----------
    fields
        The name of a field, or of several that are the same together; where one is empty the record is like no other.
    form
        How text is compared, as it is, or as a ``"name"``, an ``"email"``, a ``"phone"``: a name without case, width,
        punctuation and legal form; an address without case; the last ten digits of a telephone number.
    also
        Names of fields that are compared too where they are there.

    Notes
    -----
    Records that could be the same must be audited together: the fields are the partition key.

    Examples
    --------
    >>> from salesperf import quality
    >>> twice = quality.QualityRule(key="twice", kind="customer", dimension="uniqueness", check=Repeated("name", "name"))
    >>> columns = {"name": np.array(["Huaxing Ltd.", "Baolong", "HUAXING"])}
    >>> quality.find_rows(columns, twice, as_of=date(2026, 9, 30)).tolist()
    [0, 2]
    """

    fields: tuple[str, ...] = attrs.field(converter=_as_names, validator=_names)
    form: NormalForm = attrs.field(default="exact", validator=one_of(*NORMAL_FORMS))
    also: tuple[str, ...] = attrs.field(default=(), converter=_as_names, validator=each(identifier), kw_only=True)

    @property
    def needs(self) -> tuple[str, ...]:
        """The names of the fields."""
        return self.fields

    def __call__(self, table: Table, as_of: date) -> Judged:
        """Find the rows that another is like."""
        del as_of
        asked = ~np.logical_or.reduce([table.missing(name) for name in self.fields])
        compared = []
        for name in (*self.fields, *(name for name in self.also if name in table.columns)):
            column = self._compared(table, name)
            compared.append(column)
            if column.dtype == np.int64 and name in self.fields:
                asked &= column != _NOTHING
        rows = np.flatnonzero(asked)
        found = np.zeros(table.size, dtype=np.bool_)
        found[rows] = repeated_rows([column[rows] for column in compared])
        return Judged(asked, found)

    def _compared(self, table: Table, name: str) -> NDArray[Any]:
        """Return what makes two values the same, as eight bytes a row; of text whole numbers."""
        column = table.columns[name]
        if isinstance(column, np.ndarray) and column.dtype.kind == "M":
            return table.days(name)
        if isinstance(column, np.ndarray) and column.dtype.kind in "iufb":
            return table.numbers(name)
        normal, numbers = NORMAL_FORMS[self.form], {"": _NOTHING}
        return table.looked_up(name, lambda text: numbers.setdefault(normal(text or ""), len(numbers)), np.int64)

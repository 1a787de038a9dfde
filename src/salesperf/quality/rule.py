"""A rule of an audit: what to look for in which records, how grave it is, what to do about it, which numbers it weakens."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

from salesperf.errors import InvalidValueError
from salesperf.model.finding import SEVERITIES, Severity
from salesperf.model.message import Message
from salesperf.model.validators import as_python, as_tuple, check_number, each, identifier, one_of, optional, place
from salesperf.quality.checks import Check
from salesperf.quality.words import DIMENSIONS, NUMBERS, RECORD_KINDS, Dimension, Number, RecordKind

__all__ = ["SEVERITY_WEIGHTS", "QualityRule"]

SEVERITY_WEIGHTS: Final[Mapping[Severity, int]] = MappingProxyType({"serious": 4, "warning": 2, "info": 1})
"""How much a rule counts in a score where it does not say so itself: what makes a number wrong twice as much as what weakens
it, and that twice as much as what explains it."""


def _as_checks(value: "Check | Iterable[Check]") -> tuple[Check, ...]:
    return (value,) if isinstance(value, Check) else as_tuple(value)


def _as_numbers(value: "Number | Iterable[Number]") -> tuple[Number, ...]:
    """Take the numbers that it weakens, each once, in the order in which they are named for all."""
    names: Any = (value,) if isinstance(value, str) else as_tuple(value)
    if not isinstance(names, tuple) or not all(name in NUMBERS for name in names):
        return names  # type: ignore[no-any-return] # handed on to be refused
    return tuple(name for name in NUMBERS if name in names)


def _as_weight(value: float | None) -> float | None:
    return as_python(value)


def _check(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    if isinstance(value, type) or not isinstance(value, Check):
        raise InvalidValueError("wrong_type", path=place(instance, attribute), expected=Check, value=value)
    try:
        hash(value)
    except TypeError:
        raise InvalidValueError("unhashable", path=place(instance, attribute), value=value) from None


def _weight(instance: object, attribute: "attrs.Attribute[Any]", value: float) -> None:
    path = place(instance, attribute)
    check_number(value, path)
    if value <= 0:
        raise InvalidValueError("not_positive", path=path, value=value)


@attrs.frozen(kw_only=True)
class QualityRule:
    """What to look for in records of a kind.

    Parameters
    ----------
    key
        A short name, unique among the rules of an audit.
    kind
        Which records it looks at, one of :data:`RECORD_KINDS`.
    dimension
        What is wrong where it finds something, one of :data:`DIMENSIONS`.
    check
        What it looks for.
    where
        Checks that pick the records it is about: those in which each of them finds what it looks for; all, where there is none.
    field
        The field to mend; the first that the check needs where it is not named.
    severity
        How grave it is.
    weakens
        Which numbers it weakens, of :data:`NUMBERS`.
    weight
        How much it counts in a score; ``None`` for as much as its severity does, by :data:`SEVERITY_WEIGHTS`.
    title, fault, mend
        What it is called, what is wrong with a record, and what to do: message keys or plain text. Without them the key is the
        title, and the sentences are those of the dimension.

    Raises
    ------
    InvalidValueError
        If a value is malformed, or a check could change.

    Examples
    --------
    >>> from salesperf.quality import NotEntered
    >>> region = QualityRule(key="no_region", kind="customer", dimension="completeness", check=NotEntered("facts.region"))
    >>> region.field, region.worth
    ('facts.region', 2)
    >>> region.message.text()
    'Nothing is entered in facts.region. Enter it, or say why it cannot be known.'
    """

    key: str = attrs.field(validator=identifier)
    kind: RecordKind = attrs.field(validator=one_of(*RECORD_KINDS))
    dimension: Dimension = attrs.field(validator=one_of(*DIMENSIONS))
    check: Check = attrs.field(validator=_check)
    where: tuple[Check, ...] = attrs.field(default=(), converter=_as_checks, validator=each(_check))
    field: str = attrs.field(
        default=attrs.Factory(lambda self: _first_field(self.check), takes_self=True), validator=identifier
    )
    severity: Severity = attrs.field(default="warning", validator=one_of(*SEVERITIES))
    weakens: tuple[Number, ...] = attrs.field(default=(), converter=_as_numbers, validator=each(one_of(*NUMBERS)))
    weight: float | None = attrs.field(default=None, converter=_as_weight, validator=optional(_weight))
    title: str | None = attrs.field(default=None, validator=optional(identifier))
    fault: str | None = attrs.field(default=None, validator=optional(identifier))
    mend: str | None = attrs.field(default=None, validator=optional(identifier))

    @property
    def needs(self) -> tuple[str, ...]:
        """The names of the fields without which it can say nothing, each once."""
        return tuple(dict.fromkeys(name for check in (self.check, *self.where) for name in check.needs))

    @property
    def worth(self) -> float:
        """How much it counts in a score."""
        return SEVERITY_WEIGHTS[self.severity] if self.weight is None else self.weight

    @property
    def label(self) -> Message:
        """What a reader calls it."""
        return Message(self.title or self.key)

    @property
    def fault_message(self) -> Message:
        """What is wrong with a record in which it finds something."""
        return Message(self.fault) if self.fault else Message.of(f"quality.fault.{self.dimension}", field=self.field)

    @property
    def mend_message(self) -> Message:
        """What to do about it."""
        return Message(self.mend) if self.mend else Message.of(f"quality.mend.{self.dimension}", field=self.field)

    @property
    def message(self) -> Message:
        """What is wrong with a record, and what to do about it; it names no value of the record."""
        return Message.of("quality.finding", fault=self.fault_message, mend=self.mend_message)


def _first_field(check: object) -> str:
    """Return the first field that a check needs; of what is no check, nothing, since it will be refused."""
    return next(iter(check.needs), "") if isinstance(check, Check) and not isinstance(check, type) else ""

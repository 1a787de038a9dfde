"""Which numbers of a report its review does not hold."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from types import MemberDescriptorType
from typing import Final

import attrs

from salesperf import Amount
from salesperf.messages import catalog
from salesperf.report import markdown
from salesperf.review import Review

__all__ = ["numbers_but", "strange_numbers", "values_in"]

_NUMBERS_AND_TEXTS: Final = (str, int, float, Decimal, Fraction, Amount, date)
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?%?")
# What a review was computed from is no number of it, nor is a part of a forecast...
NOT_WALKED = {"org", "calendar", "ledger", "breakdowns", "by_owner", "by_team", "by_month"}


def values_in(value: object) -> Iterator[object]:
    """Yield whatever number, date or text is in a value: in its fields and in what follows from them."""
    seen: dict[int, object] = {}
    left = [value]
    while left:
        value = left.pop()
        if isinstance(value, _NUMBERS_AND_TEXTS):
            yield value
        elif value is not None and id(value) not in seen:
            seen[id(value)] = value  # kept, so that nothing else comes to bear its number
            left += parts_of(value)


def parts_of(value: object) -> Iterable[object]:
    """Return what a value is made of."""
    if isinstance(value, Mapping):
        return [len(value), *value.keys(), *value.values()]
    if isinstance(value, (tuple, list, set, frozenset)):
        return [len(value), *value]
    kind: type = type(value)
    if not kind.__module__.startswith("salesperf"):
        return ()
    # What gives one of its own kind gives a part of itself, or itself in other terms.
    return [part for part in (getattr(value, name) for name in names_of(kind)) if type(part) is not kind]


@cache
def names_of(kind: type) -> list[str]:
    """Return the names of the public fields and properties of a class, which attrs keeps in slots once they are reckoned."""
    fields = [field.name for field in attrs.fields(kind)] if attrs.has(kind) else []
    known = (getattr(kind, name, None) for name in dir(kind))
    held = [name for name, each in zip(dir(kind), known, strict=True) if isinstance(each, (property, MemberDescriptorType))]
    return [name for name in dict.fromkeys((*fields, *held)) if not name.startswith("_") and name not in NOT_WALKED]


def writings(value: object) -> Iterator[str]:
    """Yield every way in which a report may write a value."""
    if isinstance(value, bool):
        return
    if isinstance(value, (str, date)):
        yield from NUMBER.findall(str(value))
    elif isinstance(value, Amount):
        for digits in {0, value.unit.digits}:
            rounded = value.rescale(attrs.evolve(value.unit, digits=digits)).decimal
            yield f"{abs(rounded):,.{digits}f}"
    elif isinstance(value, (int, float, Decimal, Fraction)):
        number = abs(float(value))
        yield from (f"{number:.{digits}g}" for digits in (2, 3))
        yield from (f"{number:,.{digits}f}" for digits in range(4))
        yield from (f"{number:.{digits}%}" for digits in range(2))
        yield f"{100 * number:.1f}"  # percentage points
        yield f"{math.floor(number + 0.5):,}" if math.isfinite(number) else "inf"  # as amounts are rounded


STATED = {text for template in catalog("en").values() for text in NUMBER.findall(template)}
"""What templates say themselves."""


def numbers_but(text: str, known: Iterable[object]) -> list[str]:
    """Return the numbers of a report that are none of those; counts below a thousand look too much alike to tell."""
    # A number that is held often is written once; a truth, an integer and a float that are equal are written differently.
    each = {(type(value), value) for value in known}
    held = STATED | {text for _, value in each for text in writings(value)}
    return [found for found in NUMBER.findall(text) if found not in held and re.search(r"[,.%]", found)]


def strange_numbers(review: Review) -> list[str]:
    """Return the numbers of the report that its review does not hold."""
    return numbers_but(markdown(review), values_in(review))

"""Facts of the plain CSV layout: a column for each name, whose heading says what its cells hold if that is not text.

``fact.region`` holds text, ``fact.seats:int`` whole numbers. A cell that begins and ends with a quote is the text between
them, so that text which is empty, or has blanks at its ends, can be told from no fact at all.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from salesperf.errors import InvalidInputError, InvalidValueError, SalesperfError
from salesperf.io.folder.cells import date_in, flag_in, integer_in, number_in, write_cell
from salesperf.model.customer import Fact
from salesperf.model.frozen import FrozenMap
from salesperf.model.validators import check_scale

__all__ = ["columns_of_facts", "facts_in"]

_QUOTE: Final = '"'


def facts_in(cells: Mapping[str, str]) -> FrozenMap[str, Fact]:
    """Read facts.

    Parameters
    ----------
    cells
        The end of each column's name to its cell, without blanks at its ends and not empty.

    Raises
    ------
    InvalidInputError
        With the fault of each cell that is not what its column says, or gives another value to a fact that has one.

    Examples
    --------
    >>> facts_in({"region": "East", "seats:int": "40"})
    FrozenMap({'region': 'East', 'seats': 40})
    """
    facts: dict[str, Fact] = {}
    faults: list[SalesperfError] = []
    for heading, cell in cells.items():
        name, kind = _parts_of(heading)
        column = f"fact.{heading}"
        if name in facts:
            faults.append(InvalidValueError("not_unique", path=(column,), value=name))
        try:
            facts[name] = _READERS[kind](cell)
        except InvalidValueError as error:
            faults.append(error.at(column))
    if faults:
        raise InvalidInputError(faults)
    return FrozenMap(facts)


def columns_of_facts(
    items: Iterable[Mapping[str, Fact]],
) -> tuple[tuple[str, ...], Callable[[Mapping[str, Fact]], Iterator[str]]]:
    """Return the columns for the facts of some items, and what makes the cells of one.

    Raises
    ------
    InvalidValueError
        By the second, of a whole number that has more digits than are read.

    Examples
    --------
    >>> facts = FrozenMap({"seats": 40, "region": "East"})
    >>> columns, cells_of = columns_of_facts([facts, FrozenMap({"seats": "many"})])
    >>> columns, list(cells_of(facts))
    (('fact.region', 'fact.seats:int', 'fact.seats'), ['East', '40', ''])
    """
    found = sorted({(name, _kind_of(fact)) for facts in items for name, fact in facts.items()})

    def cells_of(facts: Mapping[str, Fact]) -> Iterator[str]:
        for name, kind in found:
            is_there = name in facts and _kind_of(facts[name]) == kind
            yield _cell_of(facts[name], _heading_of(name, kind)) if is_there else ""

    return tuple(_heading_of(name, kind) for name, kind in found), cells_of


def _text_in(cell: str) -> str:
    is_quoted = len(cell) > 1 and cell.startswith(_QUOTE) and cell.endswith(_QUOTE)
    return cell[1:-1] if is_quoted else cell


def _decimal_in(cell: str) -> Decimal:
    number = number_in(cell)
    check_scale(number, ())
    return number


_READERS: Final[Mapping[str, Callable[[str], Fact]]] = MappingProxyType(
    {"text": _text_in, "int": integer_in, "decimal": _decimal_in, "bool": flag_in, "date": date_in},
)
"""What reads the cells of each kind of column."""

_KINDS: Final[Mapping[type, str]] = MappingProxyType({str: "text", int: "int", Decimal: "decimal", bool: "bool", date: "date"})


def _parts_of(heading: str) -> tuple[str, str]:
    """Return the name of a fact and the kind of its column."""
    name, _, kind = (part.strip() for part in heading.rpartition(":"))
    return (name, kind.lower()) if name and kind.lower() in _READERS else (heading, "text")


def _heading_of(name: str, kind: str) -> str:
    """Return what :func:`_parts_of` takes apart; the kind stays away where it would be understood without."""
    return f"fact.{name}" if _parts_of(name) == (name, kind) else f"fact.{name}:{kind}"


def _kind_of(fact: Fact) -> str:
    return _KINDS.get(type(fact), "date")  # of dates alone a subclass may be a fact


def _cell_of(fact: Fact, heading: str) -> str:
    if not isinstance(fact, str):
        if isinstance(fact, int):
            check_scale(Decimal(fact), (heading,))
        return write_cell(fact)
    return fact if fact and _text_in(fact.strip()) == fact else f"{_QUOTE}{fact}{_QUOTE}"

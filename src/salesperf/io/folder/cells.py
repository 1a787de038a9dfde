"""What a cell of the plain CSV layout says: a date, a number, an amount, a unit, a list; and how each is written.

A blank at the end of a cell means nothing, except in names and other free text. A cell is refused without a path: whoever
reads the table knows where it stood.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final, TypeAlias, TypeVar

from salesperf.errors import InvalidValueError
from salesperf.model.amount import COUNT, Amount, Unit
from salesperf.model.metric import Metric
from salesperf.model.validators import check_scale

__all__ = [
    "amount_in",
    "amount_of",
    "amount_of_unit",
    "date_in",
    "flag_in",
    "guarded",
    "id_in",
    "integer_in",
    "list_in",
    "number_in",
    "optional",
    "quantity_of",
    "unguarded",
    "unit_in",
    "write_cell",
    "write_list",
]

ValueT = TypeVar("ValueT")
Cell: TypeAlias = str | bool | int | date | Decimal | Amount | Unit | None

_INTEGER: Final = re.compile(r"[+-]?\d+\Z", re.ASCII)
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)\Z", re.ASCII)
_DATE: Final = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})\Z", re.ASCII)
_FORMULA: Final = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""What a spreadsheet would reckon, the wide signs of a Chinese keyboard among it, and the same behind an apostrophe."""
_BELOW_ZERO: Final = re.compile(r"-\d+(\.\d+)?\Z", re.ASCII)
_PLAIN: Final = 40
"""Digits of any amount that fits 64 bits, with room: longer text takes the careful way."""
_FLAGS: Final = MappingProxyType({"yes": True, "no": False, "true": True, "false": False})
_SEPARATOR: Final = ";"


def optional(read: Callable[[str], ValueT]) -> Callable[[str], ValueT | None]:
    """Let a reader take an empty cell as ``None``.

    Examples
    --------
    >>> optional(date_in)(" "), optional(date_in)("2026-09-30")
    (None, datetime.date(2026, 9, 30))
    """

    def read_or_leave(cell: str) -> ValueT | None:
        return read(cell) if cell and not cell.isspace() else None

    return read_or_leave


def id_in(cell: str) -> str:
    """Read an id, or any other single word.

    Raises
    ------
    InvalidValueError
        If the cell is empty.

    Examples
    --------
    >>> id_in("r-07 ")
    'r-07'
    """
    name = cell.strip()
    if not name:
        raise InvalidValueError("empty", value=cell)
    return name


def date_in(cell: str) -> date:
    """Read a date, written year, month, day, with hyphens or as spreadsheets do with slashes.

    Raises
    ------
    InvalidValueError
        If the cell is anything else.

    Examples
    --------
    >>> date_in("2026-09-30") == date_in("2026/9/30")
    True
    """
    match = _DATE.match(cell.strip())
    try:
        if match:
            return date(int(match[1]), int(match[3]), int(match[4]))
    except ValueError:
        pass
    raise InvalidValueError("unreadable_date", value=cell)


def number_in(cell: str) -> Decimal:
    """Read a plain decimal number, exactly.

    Raises
    ------
    InvalidValueError
        If the cell is anything else: no thousands separator, percent sign or exponent is guessed at.

    Examples
    --------
    >>> number_in("0.80")
    Decimal('0.80')
    """
    text = cell.strip()
    if not _NUMBER.match(text):
        raise InvalidValueError("unreadable_number", value=cell)
    return Decimal(text)


def integer_in(cell: str) -> int:
    """Read a whole number.

    Raises
    ------
    InvalidValueError
        If the cell is anything else, or has more than a hundred digits.

    Examples
    --------
    >>> integer_in(" 21 "), integer_in("-3")
    (21, -3)
    """
    text = cell.strip()
    if not _INTEGER.match(text):
        raise InvalidValueError("unreadable_integer", value=cell)
    number = Decimal(text)
    check_scale(number, ())
    return int(number)


def flag_in(cell: str) -> bool:
    """Read a yes or no, or a true or false, as spreadsheets write it.

    Raises
    ------
    InvalidValueError
        If the cell is anything else.

    Examples
    --------
    >>> flag_in("yes"), flag_in("FALSE")
    (True, False)
    """
    word = cell.strip().lower()
    if word not in _FLAGS:
        raise InvalidValueError("choice", choices=("yes", "no"), value=cell)
    return _FLAGS[word]


def list_in(cell: str) -> tuple[str, ...]:
    """Read words with semicolons between them; one that itself holds a semicolon stands in quotes.

    Raises
    ------
    InvalidValueError
        If a quote does not close, or closes within a word.

    Examples
    --------
    >>> list_in("Acme; Umbrella Ltd"), list_in('"A;B"'), list_in("")
    (('Acme', 'Umbrella Ltd'), ('A;B',), ())
    """
    rows = csv.reader(io.StringIO(cell, newline=""), delimiter=_SEPARATOR, skipinitialspace=True, strict=True)
    try:
        words = [word.strip() for row in rows for word in row]
    except csv.Error:
        raise InvalidValueError("unreadable_list", value=cell) from None
    return tuple(filter(None, words))


def amount_in(cell: str) -> str:
    """Check that a cell holds a plain decimal number, whose unit stands in another one.

    Raises
    ------
    InvalidValueError
        If it does not.

    Examples
    --------
    >>> amount_in(" 1234.50")
    '1234.50'
    """
    text = cell.strip()
    if not _NUMBER.match(text):
        raise InvalidValueError("unreadable_amount", value=cell)
    return text


def unit_in(cell: str) -> Unit:
    """Read a unit, as :meth:`salesperf.Unit.parse` does.

    Examples
    --------
    >>> unit_in("CNY").digits
    2
    """
    return Unit.parse(cell.strip())


def amount_of(metric: Metric, number: str, unit: Unit | None) -> Amount:
    """Make an amount of a metric from two cells.

    Parameters
    ----------
    metric
        What is measured.
    number
        What :func:`amount_in` returned.
    unit
        Its unit; ``None`` for plain counts.

    Raises
    ------
    InvalidValueError
        If money has no unit, or the number has more digits than the unit.

    Examples
    --------
    >>> from salesperf.model.metric import STANDARD_METRICS
    >>> amount_of(STANDARD_METRICS["visits"], "12", None)
    Amount(minor=12, unit=Unit(code='count', digits=0, dimension='count'))
    """
    if unit is None:
        if metric.dimension == "money" and metric.accumulation != "ratio":
            raise InvalidValueError("unreadable_unit", path=("unit",), value="")
        unit = COUNT
    return amount_of_unit(number, unit)


def amount_of_unit(number: str, unit: Unit) -> Amount:
    """Make an amount of two cells.

    Parameters
    ----------
    number
        What :func:`amount_in` returned.
    unit
        Its unit.

    Raises
    ------
    InvalidValueError
        If the number has more digits than the unit, or is too large.

    Examples
    --------
    >>> from salesperf.model.amount import CNY
    >>> print(amount_of_unit("80000", CNY))
    80,000.00 CNY
    """
    whole, _, fraction = number.partition(".")
    try:
        if len(fraction) <= unit.digits and len(number) <= _PLAIN:
            return Amount(minor=int(whole + fraction.ljust(unit.digits, "0")), unit=unit)
        return Amount.of(number, unit)
    except InvalidValueError as error:
        raise error.at("amount") from None


def quantity_of(number: str, unit: Unit | None, column: str) -> Amount | Decimal:
    """Make an amount of two cells, or a plain number where there is no unit.

    Parameters
    ----------
    number
        What :func:`amount_in` returned.
    unit
        Its unit; ``None`` for a plain number.
    column
        The column of the number, for the path of an error.

    Raises
    ------
    InvalidValueError
        If the number has more digits than the unit, or is too large.

    Examples
    --------
    >>> from salesperf.model.amount import CNY
    >>> quantity_of("0.24", None, "value"), str(quantity_of("80000", CNY, "value"))
    (Decimal('0.24'), '80,000.00 CNY')
    """
    if unit is None:
        return Decimal(number)
    try:
        return amount_of_unit(number, unit)
    except InvalidValueError as error:
        raise error.at(column) from None


def write_cell(value: Cell) -> str:
    """Write a value as a cell that reads back.

    Examples
    --------
    >>> write_cell(date(2026, 9, 30)), write_cell(Decimal("1E+1")), write_cell(True), write_cell(None)
    ('2026-09-30', '10', 'yes', '')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Amount):
        value = value.decimal
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def write_list(words: Iterable[str]) -> str:
    """Write words as a cell that :func:`list_in` reads back.

    Examples
    --------
    >>> write_list(["Acme", "A;B"]), write_list([])
    ('Acme;"A;B"', '')
    """
    cell = io.StringIO(newline="")
    csv.writer(cell, delimiter=_SEPARATOR, lineterminator="\r\n").writerow(words)
    return cell.getvalue().removesuffix("\r\n")


def guarded(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula; a plain number below zero is none.

    What already begins with apostrophes before such a sign gets one more, so that :func:`unguarded` gives back the same text.

    Examples
    --------
    >>> guarded("=2+5"), guarded("+86 138"), guarded("-12.50"), guarded("'s Hertogenbosch"), guarded("'=2")
    ("'=2+5", "'+86 138", '-12.50', "'s Hertogenbosch", "''=2")
    """
    return f"'{cell}" if _FORMULA.match(cell) and not _BELOW_ZERO.match(cell) else cell


def unguarded(cell: str) -> str:
    """Take away the apostrophe of :func:`guarded`, and no other.

    Examples
    --------
    >>> unguarded("'=2+5"), unguarded("=2+5"), unguarded("'s Hertogenbosch"), unguarded("''=2")
    ('=2+5', '=2+5', "'s Hertogenbosch", "'=2")
    """
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell

"""What a cell of the plain CSV layout says: a date, a number, an amount, a unit; and how each is written.

A blank at the end of a cell means nothing, except in names and other free text. A cell is refused without a path: whoever
reads the table knows where it stood.
"""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Final, TypeAlias, TypeVar

from salesperf.errors import InvalidValueError
from salesperf.model.amount import COUNT, Amount, Unit
from salesperf.model.metric import Metric

__all__ = ["amount_in", "amount_of", "date_in", "id_in", "number_in", "optional", "unit_in", "write_cell"]

ValueT = TypeVar("ValueT")
Cell: TypeAlias = str | date | Decimal | Amount | Unit | None

_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)\Z", re.ASCII)
_DATE: Final = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})\Z", re.ASCII)
_PLAIN: Final = 40
"""Digits of any amount that fits 64 bits, with room: longer text takes the careful way."""


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
    whole, _, fraction = number.partition(".")
    try:
        if len(fraction) <= unit.digits and len(number) <= _PLAIN:
            return Amount(minor=int(whole + fraction.ljust(unit.digits, "0")), unit=unit)
        return Amount.of(number, unit)
    except InvalidValueError as error:
        raise error.at("amount") from None


def write_cell(value: Cell) -> str:
    """Write a value as a cell that reads back.

    Examples
    --------
    >>> write_cell(date(2026, 9, 30)), write_cell(Decimal("1E+1")), write_cell(None)
    ('2026-09-30', '10', '')
    """
    if value is None:
        return ""
    if isinstance(value, Amount):
        value = value.decimal
    return f"{value:f}" if isinstance(value, Decimal) else str(value)

"""What every result can do: give rows, and print as a table from them."""

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from html import escape
from typing import TypeAlias

__all__ = ["Result", "Row", "Scalar", "pad", "printable", "text_table", "width_of"]

Scalar: TypeAlias = str | int | float | Decimal | date | None
Row: TypeAlias = dict[str, Scalar]


_NUMBERS = (int, float, Decimal)


class Result(ABC):
    """A frozen answer to a question: it offers ``rows()``, and prints as the table that they make."""

    __slots__ = ()

    @abstractmethod
    def rows(self) -> list[Row]:
        """Return the result as flat rows of plain values, all with the same keys."""

    def __str__(self) -> str:
        """Return the rows as an aligned table; a single row downward, a name and its value on each line."""
        rows = self.rows()
        if len(rows) != 1:
            return text_table(rows)
        width = max(map(width_of, rows[0]), default=0)
        return "\n".join(f"{pad(name, width, right=False)}  {_cell(value)}".rstrip() for name, value in rows[0].items())

    def _repr_html_(self) -> str:
        rows = self.rows()
        head = "".join(f"<th>{escape(name)}</th>" for name in (rows[0] if rows else ()))
        body = "".join("<tr>" + "".join(f"<td>{escape(_cell(value))}</td>" for value in row.values()) + "</tr>" for row in rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: Scalar) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def text_table(rows: Sequence[Mapping[str, Scalar]]) -> str:
    """Write rows as an aligned table, a line each, the names first; numbers are set to the right.

    Examples
    --------
    >>> print(text_table([{"owner": "east", "ratio": 0.97}, {"owner": "west", "ratio": None}]))
    owner  ratio
    east    0.97
    west
    >>> print(text_table([{"负责人": "华东", "比率": 0.97}, {"负责人": "华北区", "比率": 1}]))
    负责人  比率
    华东    0.97
    华北区     1
    """
    if not rows:
        return "(no rows)"
    names = list(rows[0])
    cells = [names, *([_cell(row[name]) for name in names] for row in rows)]
    widths = [max(width_of(line[column]) for line in cells) for column in range(len(names))]
    right = [all(_is_number(row[name]) for row in rows) for name in names]
    columns = list(zip(widths, right, strict=True))
    lines = (
        "  ".join(pad(cell, width, right=side) for cell, (width, side) in zip(line, columns, strict=True)) for line in cells
    )
    return "\n".join(line.rstrip() for line in lines)


def _is_number(value: Scalar) -> bool:
    return value is None or (isinstance(value, _NUMBERS) and not isinstance(value, bool))


def pad(text: str, width: int, *, right: bool) -> str:
    """Fill text with blanks to a width in columns of a terminal, before it if it is to stand on the right.

    Examples
    --------
    >>> pad("华东", 6, right=True), pad("east", 6, right=False)
    ('  华东', 'east  ')
    """
    blanks = " " * (width - width_of(text))
    return blanks + text if right else text + blanks


def printable(text: str) -> str:
    r"""Return a text on one line, without what would tell a terminal something: ids and names come from the data.

    Examples
    --------
    >>> printable("Zhou\nLin")
    'Zhou Lin'
    """
    return "".join(sign if sign.isprintable() else " " for sign in text)


def width_of(text: str) -> int:
    """Count the columns of a terminal that text takes: a Chinese character takes two.

    Examples
    --------
    >>> width_of("华东 east")
    9
    """
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)

"""What every result can do: give rows, and print as a table from them."""

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from html import escape
from typing import TypeAlias

__all__ = ["Result", "Row", "Scalar", "text_table"]

Scalar: TypeAlias = str | int | float | Decimal | date | None
Row: TypeAlias = dict[str, Scalar]


class Result(ABC):
    """A frozen answer to a question: it offers ``rows()``, and prints as the table that they make."""

    __slots__ = ()

    @abstractmethod
    def rows(self) -> list[Row]:
        """Return the result as flat rows of plain values, all with the same keys."""

    def __str__(self) -> str:
        """Return the rows as an aligned table."""
        return text_table(self.rows())

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
    """Write rows as an aligned table, a line each, the names first.

    Examples
    --------
    >>> print(text_table([{"owner": "east", "ratio": 0.97}, {"owner": "west", "ratio": None}]))
    owner  ratio
    east   0.97
    west
    >>> print(text_table([{"负责人": "华东", "比率": 0.97}, {"负责人": "华北区", "比率": 1}]))
    负责人  比率
    华东    0.97
    华北区  1
    """
    if not rows:
        return "(no rows)"
    names = list(rows[0])
    cells = [names, *([_cell(row[name]) for name in names] for row in rows)]
    widths = [max(_width(line[column]) for line in cells) for column in range(len(names))]
    lines = ("  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)) for line in cells)
    return "\n".join(line.rstrip() for line in lines)


def _width(text: str) -> int:
    """Count the columns of a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)

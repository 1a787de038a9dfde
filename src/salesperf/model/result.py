"""What every result can do: give rows, and print as a table from them."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from html import escape
from typing import TypeAlias

__all__ = ["Result", "Row", "Scalar", "text_table"]

Scalar: TypeAlias = str | int | float | Decimal | date | None
Row: TypeAlias = dict[str, Scalar]


class Result:
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
    """
    if not rows:
        return "(no rows)"
    names = list(rows[0])
    cells = [names, *([_cell(row[name]) for name in names] for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(names))]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in cells)

"""The lines of a published page that hold a figure, and how figures are written there; it knows nothing of the library."""

import math
import re
from collections import Counter
from fractions import Fraction
from statistics import NormalDist
from typing import Final, NamedTuple

__all__ = [
    "TWO_SIDED",
    "Part",
    "dollars",
    "figures",
    "lines_with_figures",
    "parts_of",
    "percent",
    "range_of",
    "row",
    "table_rows",
    "whole",
    "wilson",
]

TWO_SIDED: Final = NormalDist().inv_cdf(0.975)
"""Standard deviations on either side of the mean that hold 95% of a normal distribution."""

_DIGIT: Final = re.compile(r"\d")
_SEPARATOR: Final = re.compile(r"[|:\- ]+")
_HEADING: Final = re.compile(r"#+ ")
_CHINESE_QUARTER: Final = re.compile(r"(\d{4})年第(\d)季度")
_CHINESE_DAY: Final = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_FIGURE: Final = re.compile(r"Q\d \d{4}|\d{4}-\d{2}-\d{2}|\b(?=[A-Z]*\d)[A-Z0-9]{8}\b|[+-]?\d+(?:,\d{3})*(?:\.\d+)?%?")


# What stands on a page


def lines_with_figures(text: str) -> list[str]:
    """Return the lines that hold a digit, in order; a row of a table as :func:`row` writes it."""
    return [row(*_cells(line)) if line.startswith("|") else line for line in text.splitlines() if _DIGIT.search(line)]


def row(*cells: object) -> str:
    """Write a row of a table, however wide its columns are."""
    return " | ".join(map(str, cells))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


class Part(NamedTuple):
    """What stands below a heading, the heading itself first."""

    level: int
    lines: tuple[str, ...]


def parts_of(text: str) -> list[Part]:
    """Divide a page at its headings."""
    parts: list[list[str]] = []
    for line in text.splitlines():
        if _HEADING.match(line):
            parts.append([])
        parts[-1].append(line)
    return [Part(len(lines[0]) - len(lines[0].lstrip("#")), tuple(lines)) for lines in parts]


def table_rows(part: Part) -> list[list[str]]:
    """Return the cells of the rows of its tables, without the lines below their heads."""
    return [_cells(line) for line in part.lines if line.startswith("|") and not _SEPARATOR.fullmatch(line)]


def figures(text: str) -> Counter[str]:
    """Count the figures of a text in either language: numbers with sign and percent, days, quarters, and ids of deals."""
    plain = _CHINESE_QUARTER.sub(r" Q\2 \1 ", text.replace("USD ", ""))  # which stands between a sign and its number
    plain = _CHINESE_DAY.sub(lambda day: f" {day[1]}-{int(day[2]):02}-{int(day[3]):02} ", plain)
    return Counter(_FIGURE.findall(plain))


# How figures are written


def whole(number: Fraction | float) -> int:
    """Round half up, away from 0."""
    return int(math.copysign(math.floor(abs(Fraction(number)) + Fraction(1, 2)), number))


def dollars(amount: Fraction | float, *, signed: bool = False) -> str:
    """Write an amount of US dollars in whole ones."""
    sign = "+" if signed and amount > 0 else ""
    return f"{sign}USD {whole(amount):,}"


def percent(part: float, of: float = 1) -> str:
    """Write a share of something."""
    return f"{part / of:.1%}"


def wilson(part: int, of: int) -> tuple[float, float]:
    """Return the interval of a share by Wilson's closed form: E. B. Wilson, JASA 22 (1927) 209-212."""
    square = TWO_SIDED**2
    middle = (part + square / 2) / (of + square)
    reach = TWO_SIDED / (of + square) * math.sqrt(part * (of - part) / of + square / 4)
    return max(middle - reach, 0.0), min(middle + reach, 1.0)


def range_of(part: int, of: int) -> str:
    """Write the interval of a share."""
    return " – ".join(map(percent, wilson(part, of)))

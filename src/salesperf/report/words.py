"""How a report is worded: numbers, names and tables as the reader of a language reads them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Final, Protocol, TypeAlias

import attrs

from salesperf.messages import Catalogs, display, render
from salesperf.model.amount import Amount, Unit
from salesperf.model.estimate import Estimate
from salesperf.model.finding import Finding
from salesperf.model.message import Message
from salesperf.model.metric import Metric
from salesperf.model.people import Org
from salesperf.model.result import pad, width_of
from salesperf.review.cutting import Cut

__all__ = ["Words", "escape", "escape_start"]

Measure: TypeAlias = Amount | Decimal | None

_SPECIAL: Final = re.compile(r"[\\`*<>\[\]|~&]|(?<![^\W_])_|_(?![^\W_])|:(?=//)|(?<=www)\.", re.IGNORECASE)
"""What Markdown would read as its own, wherever it stands; an underscore within a word it leaves alone. An address of the web,
which some readers of Markdown make a link, loses its colon or the point behind ``www``, and stays text."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""What would end a line, tell a terminal something, or turn round the letters and numbers behind it."""
_OPENING: Final = re.compile(r"^(?:(\d{1,9})(?=[.)](?:\s|$))|(?=[#!{]|[-+](?![^\W_])))")
"""What Markdown would read as a heading, a list or the like, where a paragraph or an item begins with it."""
_MOST: Final = 10**16
"""Beyond this a ratio with two digits is no amount."""
_WIDEST: Final = 120
"""Columns of a table line up as far as this, so that one long name does not blow up every line."""
TEXT: Final = frozenset(
    {
        *("channel", "fault", "grade", "lead", "mend", "metric", "most", "movement", "notes", "objective"),
        *("in_charge", "owner", "period", "severity", "stage", "stands", "status", "temperature", "verdict"),
        *("band", "calibration", "deal", "follows", "group", "part", "reasons", "scheme"),
        *("customer", "state", "competitor", "reason"),
        *("yardstick",),
        *("action", "effect", "measure", "resources", "response", "risk", "risk_band", "task", "trend", "waits_for"),
        *("status_now", "status_then"),
        "factor",
    }
)
"""The columns of words, which are set to the left."""


class _Line(Protocol):
    """A line of a team or a rep."""

    @property
    def is_team(self) -> bool:
        """Whether it is a team."""


class Words:
    """How the reader of a report reads: the language, the reader's own templates, and the labels of those it names."""

    def __init__(self, org: Org, lang: str, catalogs: Catalogs | None) -> None:
        self.org, self.lang, self.catalogs = org, lang, catalogs

    def say(self, key: str, /, **arguments: object) -> str:
        """Write a message."""
        return render(key, arguments, lang=self.lang, catalogs=self.catalogs)

    def show(self, value: object, style: str = "") -> str:
        """Write a value."""
        return display(value, style, lang=self.lang, catalogs=self.catalogs)

    def percent(self, value: float | None) -> str:
        """Write a rate as a percentage, or that there is none."""
        return self.show(value, "percent" if value is not None else "")

    def measure(self, value: Measure, metric: Metric, unit: Unit | None = None) -> str:
        """Write an amount in whole units, a rate as a percentage, another ratio with two digits, in its unit if it has one."""
        if isinstance(value, Amount):
            return value.rounded_text(0, self.lang, self.catalogs)
        if value is None or metric.dimension == "ratio":
            return self.percent(None if value is None else float(value))
        if unit is None or abs(value) >= _MOST:
            return self.show(value, "z,.2f")
        return Amount.of(f"{value:z.2f}", attrs.evolve(unit, digits=2)).text(self.lang, self.catalogs)

    def range(self, estimate: Estimate) -> str:
        """Write the interval of a rate, or that there is none."""
        if estimate.low is None or estimate.high is None:
            return self.show(None)
        return f"{self.percent(estimate.low)} – {self.percent(estimate.high)}"

    def name(self, owner: str | None) -> object:
        """Return what a reader calls an owner; ``None`` is the company."""
        return Message("review.company") if owner is None else self.org.label(owner)

    def finding(self, finding: Finding) -> str:
        """Write a finding, with the file or whatever it is about unless its text says so; an owner it names by label."""
        text, record = finding.text(self.lang, self.catalogs), finding.record
        severity = Message(f"severity.{finding.severity}")
        if record is None or record in text or self.org.knows(record):
            return self.say("report.finding", severity=severity, text=text)
        return self.say("report.finding_in", severity=severity, record=record, text=text)

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[str]], **arguments: object) -> Iterator[str]:
        """Write a table whose columns line up on a terminal too; words are set to the left. A heading may name arguments."""
        heading = [self.say(f"report.column.{head}", **arguments) for head in heads]
        cells = [[escape(cell) for cell in line] for line in (heading, *rows)]
        widths = [min(_WIDEST, max(3, *(width_of(line[column]) for line in cells))) for column in range(len(heads))]
        dashes = ["-" * (width - 1) for width in widths]
        rule = [f":{dash}" if head in TEXT else f"{dash}:" for dash, head in zip(dashes, heads, strict=True)]
        for line in (cells[0], rule, *cells[1:]):
            columns = zip(line, widths, heads, strict=True)
            padded = [pad(cell, width, right=head not in TEXT) for cell, width, head in columns]
            yield f"| {' | '.join(padded)} |"
        yield ""

    def left_out(self, lines: Cut[_Line]) -> Iterator[str]:
        """Say how many lines of teams and reps a table leaves out; nothing where it has them all."""
        if lines.rest:
            key = "lines_left_out" if any(line.is_team for line in lines.rest) else "reps_left_out"
            yield from self.prose("", self.say(f"report.{key}", count=len(lines.rest)))

    @staticmethod
    def prose(marker: str, text: str) -> Iterator[str]:
        """Write a paragraph or a heading."""
        yield marker + escape_start(text)
        yield ""

    @staticmethod
    def item(text: str, marker: str = "- ") -> str:
        """Write an item of a list."""
        return marker + escape_start(text)


def escape(text: str) -> str:
    """Escape what Markdown would read as its own, and keep each value on its line."""
    return _SPECIAL.sub(r"\\\g<0>", _CONTROL.sub(" ", text))


def escape_start(text: str) -> str:
    """Escape a text that a paragraph or an item begins with: what Markdown reads as its own there, and anywhere."""
    return _OPENING.sub(r"\1\\", escape(text).lstrip())

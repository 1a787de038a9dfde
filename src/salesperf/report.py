"""Reports: a review written as Markdown, in the reader's language."""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Final, TypeAlias

import attrs

from salesperf.attainment import Attainment
from salesperf.kernels.numeric import INT64_MAX
from salesperf.messages import Catalogs, display, render
from salesperf.model.amount import Amount
from salesperf.model.estimate import Estimate
from salesperf.model.finding import Finding
from salesperf.model.message import Message
from salesperf.model.metric import Metric
from salesperf.model.result import pad, width_of
from salesperf.model.validators import require
from salesperf.review import Member, MetricSection, Review, Standing
from salesperf.review.sections import scoped_title

__all__ = ["markdown"]

Measure: TypeAlias = Amount | Decimal | None

_SPECIAL: Final = re.compile(r"[\\`*<>\[\]|~&]|(?<![^\W_])_|_(?![^\W_])")
"""What Markdown would read as its own, wherever it stands; an underscore within a word it leaves alone."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""What would end a line, or tell a terminal something."""
_TEXT: Final = frozenset({"metric", "owner", "period", "status", "notes"})
_MOST_UNMET: Final = 20
_MOST_FINDINGS: Final = 12
"""So many findings of one rule are told one by one; the rest are counted."""


def markdown(review: Review, *, lang: str = "en", catalogs: Catalogs | None = None) -> str:
    """Write a review as Markdown.

    Parameters
    ----------
    review
        Made by :func:`salesperf.review.build`.
    lang
        The reader's language, ``"en"`` or ``"zh"``.
    catalogs
        Templates of the caller's own, before ours: language to message key to template.

    Returns
    -------
    str
        Text that ends with a line break. Money is shown in whole units; ``review.rows()`` has every digit. Names, and all
        else that comes from the data, are escaped.

    Raises
    ------
    UnknownNameError
        If there is no catalog for the language.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import COUNT, STANDARD_METRICS, Actual, Org, Period, Records, Rep, Target
    >>> from salesperf.review import build
    >>> visits, september = STANDARD_METRICS["visits"], Period.month(2026, 9)
    >>> records = Records(
    ...     org=Org(reps=[Rep(id="ada")]),
    ...     targets=[Target(owner="ada", metric=visits, amount=Amount.of(40, COUNT), period=september)],
    ...     actuals=[Actual(owner="ada", metric=visits, amount=Amount.of(24, COUNT), on=date(2026, 9, 8))],
    ... )
    >>> text = markdown(build(records, owner=None, period=september, as_of=date(2026, 9, 15)))
    >>> print(text.splitlines()[0])
    # Sales review: the company, 2026-09
    """
    require(review, Review, path=("review",))
    return "\n".join(_Writer(review, lang, catalogs).lines()).rstrip("\n") + "\n"


class _Writer:
    """One report in the making: the review, and how its reader reads."""

    def __init__(self, review: Review, lang: str, catalogs: Catalogs | None) -> None:
        self.review, self.lang, self.catalogs = review, lang, catalogs

    def lines(self) -> Iterator[str]:
        yield from self._opening()
        yield from self._in_short()
        yield from self._attainment()
        for section in self.review.metrics:
            yield from self._trend(section)
            yield from self._members(section)
        yield from self._unmet()
        yield from self._recorded()
        yield from self._data()

    # Words and numbers

    def _say(self, key: str, /, **arguments: object) -> str:
        return render(key, arguments, lang=self.lang, catalogs=self.catalogs)

    def _show(self, value: object, style: str = "") -> str:
        return display(value, style, lang=self.lang, catalogs=self.catalogs)

    def _percent(self, value: float | None) -> str:
        return self._show(value, "percent" if value is not None else "")

    def _measure(self, value: Measure, metric: Metric) -> str:
        """Write an amount in whole units, a rate as a percentage, another ratio with two digits."""
        if isinstance(value, Amount):
            return value.rounded_text(0, self.lang, self.catalogs)
        if value is None or metric.dimension == "ratio":
            return self._percent(None if value is None else float(value))
        return self._show(value, "z,.2f")

    def _range(self, estimate: Estimate) -> str:
        if estimate.low is None or estimate.high is None:
            return self._show(None)
        return f"{self._percent(estimate.low)} – {self._percent(estimate.high)}"

    def _name(self, owner: str | None) -> object:
        return Message("review.company") if owner is None else self.review.org.label(owner)

    def _title(self, section: MetricSection) -> str:
        """Return the title of a section, with its owner where that is not the review's."""
        title = section.title.text(self.lang, self.catalogs)
        if section.owner == self.review.owner:
            return title
        return self._say("report.of", owner=self._name(section.owner), metric=title)

    def _status(self, attainment: Attainment) -> str:
        return self._say(f"status.{attainment.status}")

    def _table(self, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
        """Write a table whose columns line up on a terminal too; words are set to the left."""
        heading = [self._say(f"report.column.{head}") for head in heads]
        cells = [[_escape(cell) for cell in line] for line in (heading, *rows)]
        widths = [max(3, *(width_of(line[column]) for line in cells)) for column in range(len(heads))]
        dashes = ["-" * (width - 1) for width in widths]
        rule = [f":{dash}" if head in _TEXT else f"{dash}:" for dash, head in zip(dashes, heads, strict=True)]
        for line in (cells[0], rule, *cells[1:]):
            columns = zip(line, widths, heads, strict=True)
            padded = [pad(cell, width, right=head not in _TEXT) for cell, width, head in columns]
            yield f"| {' | '.join(padded)} |"
        yield ""

    @staticmethod
    def _prose(marker: str, text: str) -> Iterator[str]:
        yield marker + _escape(text)
        yield ""

    # Sections

    def _opening(self) -> Iterator[str]:
        review = self.review
        period = review.period.text(self.lang, self.catalogs, calendar=review.calendar)
        yield from self._prose("# ", self._say("report.title", owner=self._name(review.owner), period=period))
        elapsed = review.calendar.workdays(review.period.until(review.as_of) or review.period)
        total = review.calendar.workdays(review.period)
        key = "report.as_of_partial" if review.is_partial else "report.as_of"
        share = elapsed / total if total else None
        yield from self._prose("", self._say(key, as_of=review.as_of, elapsed=elapsed, total=total, share=share))
        if review.notes:
            notes = self._say("report.list").join(self._say(f"note.{note}") for note in review.notes)
            yield from self._prose("", self._say("report.notes", notes=notes))

    def _in_short(self) -> Iterator[str]:
        yield from self._prose("## ", self._say("report.in_short"))
        for section in self.review.metrics:
            yield f"- {_escape(self._sentence(section))}"
        if not self.review.metrics:
            yield _escape(self._say("report.nothing_owed"))
        yield ""

    def _sentence(self, section: MetricSection) -> str:
        attained = section.attainment
        head = self._say(
            "report.sentence.actual",
            metric=self._title(section),
            actual=self._measure(attained.actual, section.metric),
            target=self._measure(attained.target.amount, section.metric),
            ratio=self._percent(attained.ratio),
            status=Message(f"status.{attained.status}"),
        )
        parts = [head]
        if section.owed.target.period != section.owed.asked:
            covered = section.owed.target.period.text(self.lang, self.catalogs, calendar=self.review.calendar)
            parts.append(self._say("report.sentence.covered", period=covered))
        if attained.is_flow and not attained.is_over and attained.pace.value is not None:
            parts.append(self._say("report.sentence.pace", pace=attained.pace.value))
            parts += [*self._projected(section), *self._required(section)]
        if attained.growth_rate is not None:
            parts.append(self._say("report.sentence.growth", growth=attained.growth_rate))
        elif attained.last_year_reason is not None:
            parts.append(self._say("report.sentence.growth_untold", reason=attained.last_year_reason))
        return self._say("report.sentence.joiner").join(parts) + self._say("report.sentence.end")

    def _projected(self, section: MetricSection) -> Iterator[str]:
        amount, projection = section.attainment.target.amount, section.attainment.projection
        ends = [None if end is None else round(end) for end in (projection.value, projection.low, projection.high)]
        if not isinstance(amount, Amount) or any(abs(end or 0) > INT64_MAX for end in ends):
            return
        # In whole units, as it is shown: an estimate may lie where the smallest units no longer fit 64 bits.
        unit = attrs.evolve(amount.unit, digits=0)
        shown = [self._measure(None if end is None else Amount(minor=end, unit=unit), section.metric) for end in ends]
        key = "report.sentence.projection" if projection.low is None else "report.sentence.projection_range"
        values = {"value": shown[0], "low": shown[1], "high": shown[2], "level": projection.level}
        yield self._say(key, reason=projection.reason or "", **values)

    def _required(self, section: MetricSection) -> Iterator[str]:
        attained, gap = section.attainment, section.attainment.gap
        if attained.required_per_workday is not None and attained.required_per_workday.minor > 0:
            passed = attained.target.period.until(attained.as_of)
            workdays = self.review.calendar.workdays(attained.target.period)
            workdays -= self.review.calendar.workdays(passed) if passed else 0
            missing = self._measure(-gap if isinstance(gap, Amount) else None, section.metric)
            yield self._say("report.sentence.required", missing=missing, workdays=workdays)

    def _attainment(self) -> Iterator[str]:
        if not self.review.metrics:
            return
        yield from self._prose("## ", self._say("report.attainment"))
        heads = ["metric", "target", "actual", "ratio", "gap", "planned", "pace", "last_year", "status"]
        yield from self._table(heads, (self._attainment_row(section) for section in self.review.metrics))
        yield from self._prose("", self._say("report.units_note"))

    def _attainment_row(self, section: MetricSection) -> list[str]:
        attained, metric = section.attainment, section.metric
        return [
            self._title(section),
            self._measure(attained.target.amount, metric),
            self._measure(attained.actual, metric),
            self._percent(attained.ratio),
            self._measure(attained.gap, metric),
            self._measure(attained.planned, metric),
            self._percent(attained.pace.value),
            self._measure(attained.last_year, metric),
            self._status(attained),
        ]

    def _trend(self, section: MetricSection) -> Iterator[str]:
        if not section.trend:
            return
        yield from self._prose("## ", self._say("report.trend", metric=self._title(section)))
        heads = ["period", "target", "actual", "ratio", "gap", "pace", "growth", "status", "notes"]
        rows = (
            [
                part.target.period.text(self.lang, self.catalogs, calendar=self.review.calendar),
                self._measure(part.target.amount, section.metric),
                self._measure(part.actual, section.metric),
                self._percent(part.ratio),
                self._measure(part.gap, section.metric),
                self._percent(part.pace.value),
                self._show(part.growth_rate, "+.1%" if part.growth_rate is not None else ""),
                self._status(part),
                self._say("note.prorated") if owed.is_prorated else "",
            ]
            for part, owed in ((each.attainment, each.owed) for each in section.trend)
        )
        yield from self._table(heads, rows)

    def _members(self, section: MetricSection) -> Iterator[str]:
        if not section.members:
            return
        yield from self._prose("## ", self._say("report.members", metric=self._title(section)))
        heads = ["owner", "target", "actual", "ratio", "gap", "pace", "pace_range", "entries", "status", "notes"]
        is_first = section is self.review.metrics[0]
        shown = [member for member in section.members if is_first or member.is_team or member.level == 0]
        yield from self._table(heads, (self._member_row(member, section) for member in shown))
        if len(shown) < len(section.members):
            yield from self._prose("", self._say("report.reps_left_out", count=len(section.members) - len(shown)))
        for key, standing in (("teams", section.best_teams), ("reps", section.best_reps)):
            if standing is not None:
                yield from self._standing(key, standing)

    def _member_row(self, member: Member, section: MetricSection) -> list[str]:
        attained, metric = member.attainment, section.metric
        notes = [self._say(f"note.{note}") for note in member.notes]
        return [
            "· " * member.level + self._show(self._name(member.owner)),
            self._measure(attained.target.amount, metric),
            self._measure(attained.actual, metric),
            self._percent(attained.ratio),
            self._measure(attained.gap, metric),
            self._percent(attained.pace.value),
            self._range(attained.pace),
            self._show(attained.entries),
            self._status(attained),
            self._say("report.list").join(notes),
        ]

    def _standing(self, key: str, standing: Standing) -> Iterator[str]:
        for place, attained in (("best", standing.best), ("weakest", standing.weakest)):
            pace = attained.pace
            arguments = {
                "owner": self._name(attained.target.owner),
                "pace": pace.value,
                "range": self._range(pace),
                "level": pace.level,
                "workdays": pace.n,
                "entries": attained.entries,
                "reason": pace.reason,
            }
            suffix = "" if pace.low is None else "_range"
            yield f"- {_escape(self._say(f'report.{place}_{key}{suffix}', **arguments))}"
        verdict = {True: "clear", False: "not_clear", None: "cannot_tell"}[standing.is_clear]
        yield f"- {_escape(self._say(f'report.standing.{verdict}', compared=standing.compared))}"
        for why, owners in (("few_entries", standing.few_entries), ("unlike", standing.unlike)):
            if owners:
                names = self._say("report.list").join(self._show(self._name(owner)) for owner in owners)
                yield f"- {_escape(self._say(f'report.standing.{why}', owners=names))}"
        yield ""

    def _unmet(self) -> Iterator[str]:
        yield from self._prose("## ", self._say("report.unmet"))
        if not self.review.unmet:
            yield from self._prose("", self._say("report.none_unmet"))
            return
        heads = ["owner", "metric", "period", "target", "actual", "ratio", "gap"]
        rows = (
            [
                self._show(self._name(each.target.owner)),
                self._show(scoped_title(each.target.metric, each.target.scope)),
                each.target.period.text(self.lang, self.catalogs, calendar=self.review.calendar),
                self._measure(each.target.amount, each.target.metric),
                self._measure(each.actual, each.target.metric),
                self._percent(each.ratio),
                self._measure(each.gap, each.target.metric),
            ]
            for each in self.review.unmet[:_MOST_UNMET]
        )
        yield from self._table(heads, rows)
        rest = len(self.review.unmet) - _MOST_UNMET
        if rest > 0:
            yield from self._prose("", self._say("report.more_unmet", count=rest))

    def _recorded(self) -> Iterator[str]:
        if not self.review.recorded:
            return
        yield from self._prose("## ", self._say("report.recorded"))
        rows = (
            [self._show(each.title), each.amount.rounded_text(0, self.lang, self.catalogs), self._show(each.entries)]
            for each in self.review.recorded
        )
        yield from self._table(["metric", "actual", "entries"], rows)

    def _data(self) -> Iterator[str]:
        data = self.review.data
        yield from self._prose("## ", self._say("report.data"))
        key = "report.rests_on" if data.entries else "report.rests_on_nothing"
        counts = {"entries": data.entries, "reps": data.reps, "teams": data.teams, "targets": data.targets}
        yield from self._prose("", self._say(key, first=data.first_day, last=data.last_day, **counts))
        told: dict[str, int] = {}
        for finding in self.review.findings:
            told[finding.rule] = told.get(finding.rule, 0) + 1
            if told[finding.rule] <= _MOST_FINDINGS:
                yield f"- {_escape(self._finding(finding))}"
        rest = sum(count - _MOST_FINDINGS for count in told.values() if count > _MOST_FINDINGS)
        if rest:
            yield f"- {_escape(self._say('report.more_findings', count=rest))}"
        if not self.review.findings:
            yield _escape(self._say("report.nothing_missing"))

    def _finding(self, finding: Finding) -> str:
        """Write a finding, with the file or whatever it is about unless its text says so; an owner it names by label."""
        text, record = finding.text(self.lang, self.catalogs), finding.record
        severity = Message(f"severity.{finding.severity}")
        if record is None or record in text or self.review.org.knows(record):
            return self._say("report.finding", severity=severity, text=text)
        return self._say("report.finding_in", severity=severity, record=record, text=text)


def _escape(text: str) -> str:
    """Escape what Markdown would read as its own, and keep each value on its line."""
    return _SPECIAL.sub(r"\\\g<0>", _CONTROL.sub(" ", text))

"""The outlook of a review, written: what open deals may bring, how likely that reaches the target, and what is not in it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from salesperf.forecast import Forecast
from salesperf.messages import Catalogs
from salesperf.model.amount import Amount
from salesperf.model.message import Message
from salesperf.model.result import Row
from salesperf.report.words import Words
from salesperf.review import OUTCOME_SHARE, OutlookLine, Review

__all__ = ["OutlookWriter"]

_HEADS: Final = ("stage", "deals", "value", "to_expect")


class OutlookWriter(Words):
    """Writes the section of a report on what lies ahead."""

    def __init__(self, review: Review, lang: str, catalogs: Catalogs | None) -> None:
        super().__init__(review.org, lang, catalogs)
        self.review = review

    def lines(self) -> Iterator[str]:
        """Write the outlook of each sales process and unit."""
        if not self.review.outlook:
            return
        yield from self.prose("## ", self.say("report.outlook.title"))
        for line in self.review.outlook:
            yield from self.prose("", self._expected(line))
            if line.target is not None and line.metric is not None:
                yield from self.prose("", self._target(line))
            yield from self._stages(line)
            notes = [note.text(self.lang, self.catalogs) for note in line.forecast.notes]
            yield from map(self.item, notes)
            yield from [""] if notes else []
        if any(line.low < line.high for line in self.review.outlook):
            is_learnt = any(_is_learnt(line.forecast) for line in self.review.outlook)
            yield from self.prose("", self.say("report.outlook.note" if is_learnt else "report.outlook.note_stated"))

    def _expected(self, line: OutlookLine) -> str:
        period = line.forecast.period
        between: dict[str, object] = {"low": self._whole(line.low), "high": self._whole(line.high), "share": OUTCOME_SHARE}
        # What follows from a chance of 0 that was learnt is no certainty, though it leaves no range.
        is_flat = line.low == line.high and _is_learnt(line.forecast)
        return self.say(
            "report.outlook.next" if line.is_next else "report.outlook.now",
            range=self.say("report.outlook.flat" if is_flat else "report.outlook.range", **between),
            process=Message(line.process.label),
            period=period.text(self.lang, self.catalogs, calendar=self.review.calendar),
            last=period.last,
            as_of=line.forecast.as_of,
            won=self._whole(line.won),
            expected=self._whole(line.expected),
            counted=len(line.forecast.counted),
            open=len(line.forecast.deals),
        )

    def _target(self, line: OutlookLine) -> str:
        """Write what is owed, what is still missing, and how likely deals bring it."""
        reached = line.reached
        words: dict[str, object] = {
            "metric": None if line.metric is None else Message(line.metric.title),
            "target": None if line.target is None else self._whole(line.target),
            "reason": reached.reason or "",
        }
        if line.otherwise is None or line.missing is None:
            return self.say("report.outlook.target_untold", **words)
        if not line.missing.minor:
            return self.say("report.outlook.target_met", **words)
        words |= {"otherwise": self._whole(line.otherwise), "missing": self._whole(line.missing), "value": reached.value}
        words |= {"share": line.deal_share}
        owed = self.say("report.outlook.target_otherwise" if line.otherwise.minor else "report.outlook.target", **words)
        key = "reached_untold" if reached.value is None else "reached" if reached.low is None else "reached_range"
        chance = self.say(f"report.outlook.{key}", range=self.range(reached), count=reached.n, **words)
        return self.say("report.outlook.joined", owed=owed, chance=chance)

    def _stages(self, line: OutlookLine) -> Iterator[str]:
        """Write what is expected of each stage, of deals yet to come, and in all."""
        stages = [Message(stage.label) for stage in line.process.open_stages]
        new = [] if line.forecast.new_deals is None else [Message("report.outlook.new_business")]
        labels = [Message("report.outlook.won"), *stages, *new, Message("report.outlook.total")]
        named = list(zip(labels, line.forecast.rows(), strict=True))
        shown = [self._row(line, label, row) for label, row in named[:-1] if row["count"] != 0]
        if shown:
            yield from self.table(_HEADS, [*shown, self._row(line, *named[-1])])

    def _row(self, line: OutlookLine, label: Message, row: Row) -> list[str]:
        money = (self._money(row[key], line) for key in ("amount", "expected"))
        return [label.text(self.lang, self.catalogs), self.show(row["count"]), *money]

    def _money(self, value: object, line: OutlookLine) -> str:
        if not isinstance(value, Decimal):
            return self.show(None)
        return self._whole(Amount.of(value, line.unit))

    def _whole(self, amount: Amount) -> str:
        return amount.rounded_text(0, self.lang, self.catalogs)


def _is_learnt(forecast: Forecast) -> bool:
    """Tell whether any chance was learnt from earlier deals, so that it is known how far it may be off."""
    return forecast.new_deals is not None or any(deal.source != "stated" for deal in forecast.counted)

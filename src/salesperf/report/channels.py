"""The channels of a review, written: what came of the leads of each, what that cost, and whether it pays."""

from collections.abc import Iterator
from typing import Final

import attrs

from salesperf.channels import ChannelLine
from salesperf.kernels.numeric import INT64_MAX
from salesperf.messages import Catalogs
from salesperf.model.amount import Amount
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.report.quality import QualityWriter
from salesperf.report.words import Words
from salesperf.review import ChannelSection, Review
from salesperf.review.listed import listed_channels

__all__ = ["ChannelWriter"]

_HEADS: Final = ("channel", "leads", "qualified", "won", "still_open", "value")
_HEADS_OF_COST: Final = ("cost", "acquisition_cost", "range", "return_on_investment", "range", "verdict")


class ChannelWriter(Words):
    """Writes the section on channels of a report."""

    def __init__(self, review: Review, lang: str, catalogs: Catalogs | None) -> None:
        super().__init__(review.org, lang, catalogs)
        self.review = review

    def lines(self) -> Iterator[str]:
        """Write all that is told of the channels."""
        section = self.review.channels
        if section is None:
            return
        yield from self.prose("## ", self.say("report.channels.title"))
        words = {"first": section.period.start, "last": section.period.last, "leads": section.report.total.leads}
        yield from self.prose("", self.say("report.channels.which", **words))
        told = listed_channels(section)
        lines = told.shown if len(told.shown) == 1 else (*told.shown, section.report.total)
        is_costed = section.report.total.cost is not None
        level = section.report.total.conversion_rate.level
        heads = (*_HEADS, *_HEADS_OF_COST) if is_costed else _HEADS
        yield from self.table(heads, (self._row(section, line)[: len(heads)] for line in lines), level=level)
        if told.rest:
            yield from self.prose("", self.say("report.channels.more", count=len(told.rest)))
        yield from QualityWriter(self.review, self.lang, self.catalogs).beside(section.weakened_by, "channels")
        for line in told.shown:
            # Of what no cost is known at all need not be said of each.
            reasons = line.reasons if is_costed else line.reasons[:-1]
            yield self.item(self.say("format.sentences").join(self.show(reason) for reason in reasons))
        yield from (self.item(self.show(note)) for note in section.report.notes)
        yield ""
        note = "note" if is_costed else "note_of_company" if section.costs_of_nobody else "note_without_cost"
        yield from self.prose("", self.say(f"report.channels.{note}"))

    def _row(self, section: ChannelSection, line: ChannelLine) -> list[str]:
        cost, gain = line.acquisition_cost, line.return_on_investment
        return [
            self.show(line.name),
            *map(self.show, (line.leads, line.qualified, line.won, line.open)),
            self._amount(line.value),
            self._amount(line.cost),
            self._money(section, cost.value),
            self._money_range(section, cost),
            self.percent(gain.value),
            self.range(gain),
            self.show(Message(f"report.verdict.{line.return_verdict}")),
        ]

    def _amount(self, amount: Amount | None) -> str:
        return self.show(None) if amount is None else amount.rounded_text(0, self.lang, self.catalogs)

    def _money(self, section: ChannelSection, value: float | None) -> str:
        """Write an estimate in whole units, as amounts are; a dash where it is beyond them."""
        if value is None or section.unit is None or value > INT64_MAX:
            return self.show(None)
        return self._amount(Amount(minor=round(value), unit=attrs.evolve(section.unit, digits=0)))

    def _money_range(self, section: ChannelSection, estimate: Estimate) -> str:
        if estimate.low is None or estimate.high is None or estimate.high > INT64_MAX:
            return self.show(None)
        return f"{self._money(section, estimate.low)} – {self._money(section, estimate.high)}"

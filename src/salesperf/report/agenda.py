"""The agenda of a review, written: what to discuss first, why, and who is to speak."""

from collections.abc import Iterator, Sequence
from typing import Final

from salesperf.messages import Catalogs
from salesperf.model.citation import Citation
from salesperf.report.words import Words, escape_start
from salesperf.review import AgendaItem, Review
from salesperf.review.listed import listed_agenda

__all__ = ["AgendaWriter"]

_MOST_CITED: Final = 2
"""So many numbers say why; the sections have the others."""


class AgendaWriter(Words):
    """Writes the agenda of a report."""

    def __init__(self, review: Review, lang: str, catalogs: Catalogs | None) -> None:
        super().__init__(review.org, lang, catalogs)
        self.review = review

    def lines(self) -> Iterator[str]:
        """Write what there is time for, a line each, and how much more there is."""
        if not self.review.agenda:
            return
        yield from self.prose("## ", self.say("report.agenda.title"))
        agenda = listed_agenda(self.review)
        for number, item in enumerate(agenda.shown, 1):
            yield self.say("report.agenda.item", number=number, text=escape_start(self._item(item)))
        yield ""
        if agenda.rest:
            yield from self.prose("", self.say("report.agenda.more", count=len(agenda.rest)))

    def _item(self, item: AgendaItem) -> str:
        parts = [item.message.text(self.lang, self.catalogs)]
        if item.at_stake is not None:
            amount = item.at_stake.rounded_text(0, self.lang, self.catalogs)
            parts.append(self.say("report.agenda.at_stake", amount=amount))
        if item.citations:
            parts.append(self._why(item.citations[:_MOST_CITED]))
        speaker = self.say("report.agenda.presenter") if item.owner is None else self.name(item.owner)
        parts.append(self.say("report.agenda.who", owner=speaker))
        return self.say("format.sentences").join(parts)

    def _why(self, citations: Sequence[Citation]) -> str:
        """Write numbers, and where several in a row came from once, behind the last of them."""
        following = (*citations[1:], None)
        told = (
            each.text(self.lang, self.catalogs, digits=0, with_source=after is None or after.source != each.source)
            for each, after in zip(citations, following, strict=True)
        )
        return self.say("report.agenda.why", citations=self.say("report.agenda.separator").join(told))

"""The risks of a review, written: the greatest first, what each rests on, and what is done about it."""

from collections.abc import Iterator
from typing import Final

from salesperf.messages import Catalogs
from salesperf.model.message import Message
from salesperf.report.words import Words
from salesperf.review import Review
from salesperf.review.cutting import Cut
from salesperf.review.listed import listed_risks
from salesperf.risk import RiskLine

__all__ = ["RiskWriter"]

_MOST_EXPLAINED: Final = 3
"""Of so many risks the numbers are told that they rest on."""
_HEADS: Final = ("risk", "risk_band", "risk_score", "trend", "at_stake", "in_charge", "response")


class RiskWriter(Words):
    """Writes the section on risks of a report."""

    def __init__(self, review: Review, lang: str, catalogs: Catalogs | None) -> None:
        super().__init__(review.org, lang, catalogs)
        self.review = review

    def lines(self) -> Iterator[str]:
        """Write the open risks, and what those that were closed were."""
        register = self.review.risks
        if not register.lines:
            return
        yield from self.prose("## ", self.say("report.risks.title"))
        counts = {"open": len(register.open), "closed": len(register.lines) - len(register.open)}
        yield from self.prose("", self.say("report.risks.summary", as_of=register.as_of, **counts))
        if register.open:
            yield from self._open(listed_risks(register))

    def _open(self, lines: Cut[RiskLine]) -> Iterator[str]:
        yield from self.table(_HEADS, map(self._row, lines.shown))
        if lines.rest:
            yield from self.prose("", self.say("report.risks.more", count=len(lines.rest)))
        told = [*self._citations(lines.shown), *self._overdue(lines.shown)]
        yield from map(self.item, told)
        if told:
            yield ""
        since = self.review.risks.since
        notes = [] if since is None else [self.say("report.risks.since", since=since)]
        yield from self.prose("", self.say("format.sentences").join([*notes, self.say("report.risks.note")]))

    def _row(self, line: RiskLine) -> list[str]:
        risk = line.risk
        at_stake = None if risk.at_stake is None else risk.at_stake.rounded_text(0, self.lang, self.catalogs)
        return [
            self.show(Message(risk.title)),
            self.say(f"risk.band.{line.band}"),
            f"{self.show(round(line.score.value or 0))} = {risk.likelihood} × {risk.impact}",
            self.say(f"risk.trend.{line.trend or 'unknown'}"),
            self.show(at_stake),
            self.show(self.name(risk.owner)),
            self.show(None if risk.response is None else Message(f"risk.response.{risk.response}")),
        ]

    def _citations(self, lines: tuple[RiskLine, ...]) -> Iterator[str]:
        cited = [line.risk for line in lines if line.risk.citations]
        for risk in cited[:_MOST_EXPLAINED]:
            citations = self.say("report.agenda.separator").join(
                citation.text(self.lang, self.catalogs, digits=0) for citation in risk.citations
            )
            yield self.say("report.risks.citations", title=Message(risk.title), citations=citations)

    def _overdue(self, lines: tuple[RiskLine, ...]) -> Iterator[str]:
        for action in (action for line in lines for action in line.overdue):
            days = action.days_late(self.review.risks.as_of)
            owner = self.name(action.owner)
            yield self.say("report.risks.overdue", days=days, title=action.title, owner=owner, due=action.due)

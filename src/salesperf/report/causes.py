"""The diagnosis of a review, written: what each rule found, on what that rests, what to check, and what cannot be told."""

from collections.abc import Iterator, Sequence
from typing import Final

from salesperf.messages import Catalogs
from salesperf.model.finding import Finding
from salesperf.model.message import Message
from salesperf.report.words import Words
from salesperf.review import Review
from salesperf.review.cutting import Cut
from salesperf.review.listed import listed_causes, listed_noticed

__all__ = ["CauseWriter"]

_MOST_CITED: Final = 6
"""So many numbers stand below a finding; the sections have the others."""
_RULE_ARGUMENT: Final = "rule"


class CauseWriter(Words):
    """Writes the section on causes of a report."""

    def __init__(self, review: Review, lang: str, catalogs: Catalogs | None) -> None:
        super().__init__(review.org, lang, catalogs)
        self.review = review

    def lines(self) -> Iterator[str]:
        """Write the findings, what of them contradicts what, what else was noticed in the business, and what cannot be told."""
        found, noticed = listed_causes(self.review), listed_noticed(self.review)
        untold = [finding for finding in self.review.causes if finding.is_untold]
        is_about_anything = self.review.metrics or self.review.is_about_more
        if not found.shown and not noticed.shown and not (untold and is_about_anything):
            return
        yield from self.prose("## ", self.say("report.causes.title"))
        yield from self._found(found)
        yield from self._contradictions()
        yield from self._noticed(noticed)
        if untold:
            yield from self.prose("", self._untold(untold))

    def _found(self, found: Cut[Finding]) -> Iterator[str]:
        if not found.shown:
            yield from self.prose("", self.say("report.causes.none"))
            return
        for finding in found.shown:
            severity = Message(f"severity.{finding.severity}")
            text = finding.text(self.lang, self.catalogs)
            yield self.item(self.say("report.finding", severity=severity, text=text))
            yield from (self.item(line, "  - ") for line in self._grounds(finding))
        if found.rest:
            yield self.item(self.say("report.causes.more", count=len(found.rest)))
        yield ""

    def _grounds(self, finding: Finding) -> Iterator[str]:
        """Write what a finding rests on, what hangs on it, and what to check."""
        yield from (each.text(self.lang, self.catalogs, digits=0) for each in finding.citations[:_MOST_CITED])
        if finding.at_stake is not None:
            yield self.say("finding.at_stake", amount=finding.at_stake.rounded_text(0, self.lang, self.catalogs))
        if finding.lacks is not None:
            yield self.say("finding.lacks", lacks=finding.lacks)
        if finding.checks:
            yield self.say("finding.check", check=self.say("format.sentences").join(map(self.show, finding.checks)))

    def _contradictions(self) -> Iterator[str]:
        if not self.review.contradictions:
            return
        yield from self.prose("", self.say("report.causes.contradictions"))
        yield from (self.item(self.show(each.message)) for each in self.review.contradictions)
        yield ""

    def _noticed(self, noticed: Cut[Finding]) -> Iterator[str]:
        if not noticed.shown:
            return
        yield from self.prose("", self.say("report.causes.noticed"))
        yield from map(self.item, map(self.finding, noticed.shown))
        if noticed.rest:
            yield self.item(self.say("report.causes.more_noticed", count=len(noticed.rest)))
        yield ""

    def _untold(self, untold: Sequence[Finding]) -> str:
        """Write in one line what is lacking, and for what."""
        lacking: dict[str, list[str]] = {}
        for finding in untold:
            name = self.show(finding.message.arguments.get(_RULE_ARGUMENT, finding.rule))
            lacking.setdefault(self.show(finding.lacks), []).append(name)
        together: dict[tuple[str, ...], list[str]] = {}
        for lacks, names in lacking.items():
            together.setdefault(tuple(dict.fromkeys(names)), []).append(lacks)
        comma = self.say("report.list")
        told = (
            self.say("report.causes.lacking", names=comma.join(names), lacks=comma.join(lacks))
            for names, lacks in together.items()
        )
        return self.say("report.causes.untold", told=self.say("report.sentence.joiner").join(told))

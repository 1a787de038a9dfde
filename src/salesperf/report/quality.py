"""The data quality of a review, written: the faults of the records, and beside each number those that weaken it."""

from collections.abc import Iterator

from salesperf.messages import Catalogs
from salesperf.model.finding import Finding
from salesperf.model.message import Message
from salesperf.quality import DIMENSIONS, Number, RuleCount
from salesperf.report.words import Words
from salesperf.review import QualitySection, Review, Weaknesses
from salesperf.review.listed import listed_faults, listed_weaknesses

__all__ = ["QualityWriter"]


class QualityWriter(Words):
    """Writes what a report says of the quality of its data."""

    def __init__(self, review: Review, lang: str, catalogs: Catalogs | None) -> None:
        super().__init__(review.org, lang, catalogs)
        self.review = review

    def beside(self, weakened_by: Weaknesses, number: Number, name: object = None) -> Iterator[str]:
        """Write in a line what weakens a number, by its name or that given; what merely explains it is left out."""
        weakening = listed_weaknesses(weakened_by.get(number, ()))
        if not weakening.shown:
            return
        faults = list(map(self._fault, weakening.shown))
        if weakening.rest:
            faults.append(self.say("report.quality.rest", count=len(weakening.rest)))
        words = {
            "number": name or Message(f"quality.number.{number}"),
            "faults": self.say("report.sentence.joiner").join(faults),
        }
        yield from self.prose("", self.say("report.quality.weakened", **words))

    def _fault(self, finding: Finding) -> str:
        """Write how many records a rule found, or that it could not be asked."""
        words = finding.message.arguments
        return self.say("report.quality.found" if "found" in words else "report.quality.untold_fault", **words)

    def lines(self) -> Iterator[str]:
        """Write the score, the faults and what could not be judged."""
        section = self.review.quality
        untold = [count for count in section.untold if count.rule.severity != "info"]
        if section.score is None or not (section.faults or untold):
            return
        yield ""
        yield from self.prose("### ", self.say("report.quality.title"))
        yield from self.prose("", self._score(section, section.score))
        faults = listed_faults(section)
        if faults.shown:
            heads = ["fault", "severity", "found", "checked", "share", "most", "mend"]
            yield from self.table(heads, (self._row(section, count) for count in faults.shown))
        if faults.rest:
            yield from self.prose("", self.say("report.quality.more", count=len(faults.rest)))
        if untold:
            titles = [self.show(count.rule.label) for count in untold]
            yield from self.prose("", self.say("report.quality.untold", titles=self.say("report.sentence.joiner").join(titles)))

    def _score(self, section: QualitySection, score: float) -> str:
        by_dimension = section.score_by_dimension
        parts = [
            self.say("report.quality.dimension", name=Message(f"quality.dimension.{key}"), score=points)
            for key in DIMENSIONS
            if (points := by_dimension.get(key)) is not None
        ]
        return self.say("report.quality.score", score=score, parts=self.say("report.list").join(parts))

    def _row(self, section: QualitySection, count: RuleCount) -> list[str]:
        return [
            self.show(count.rule.label),
            self.show(Message(f"severity.{count.rule.severity}")),
            self.show(count.found),
            self.show(count.checked),
            self.show(count.found_share, "percent"),
            self._most(section, count),
            self.show(count.rule.mend_message),
        ]

    def _most(self, section: QualitySection, count: RuleCount) -> str:
        most = section.most(count)
        if most is None:
            return self.show(None)
        owner, found = most
        name = Message("report.quality.no_owner") if owner is None else self.name(owner)
        return self.say("report.quality.most", owner=name, count=found)

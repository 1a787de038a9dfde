"""The objectives of a review, written: how far each has come, where it should be by now, and when that was last said."""

from collections.abc import Iterator
from typing import Final

from salesperf.messages import Catalogs
from salesperf.model.amount import Amount
from salesperf.model.key_result import CheckIn, KeyResult
from salesperf.model.message import Message
from salesperf.okr import STATUSES, KeyResultScore, ObjectiveScore
from salesperf.report.words import Words
from salesperf.review import ObjectiveLine, ObjectiveSection, Review
from salesperf.review.listed import listed_lines

__all__ = ["ObjectiveWriter"]

_HEADS: Final = (
    *("objective", "in_charge", "stands", "score", "expected", "status"),
    *("confidence", "coverage", "last_check_in", "silent_days"),
)


class ObjectiveWriter(Words):
    """Writes the section on objectives of a report."""

    def __init__(self, review: Review, lang: str, catalogs: Catalogs | None) -> None:
        super().__init__(review.org, lang, catalogs)
        self.review = review

    def lines(self) -> Iterator[str]:
        """Write all that is told of the objectives."""
        section = self.review.objectives
        if section is None:
            return
        yield from self.prose("## ", self.say("report.objectives.title"))
        yield from self.prose("", self._summary(section))
        lines = listed_lines(section.lines)
        yield from self.table(_HEADS, map(self._row, lines.shown))
        if lines.rest:
            yield from self.prose("", self.say("report.objectives.more", count=len(lines.rest)))
        yield from self.prose("", self.say("report.objectives.note"))

    def _summary(self, section: ObjectiveSection) -> str:
        counts = ((Message(f"okr.status.{status}"), section.statuses[status]) for status in STATUSES)
        told = (self.say("report.objectives.each", name=name, count=count) for name, count in counts if count)
        key_results = [line for line in section.lines if isinstance(line.score, KeyResultScore)]
        return self.say(
            "report.objectives.summary",
            objectives=sum(section.statuses.values()),
            statuses=self.say("report.list").join(told),
            key_results=len(key_results),
            scored=sum(line.score.value is not None for line in key_results),
        )

    def _row(self, line: ObjectiveLine) -> list[str]:
        score = line.score
        is_objective = isinstance(score, ObjectiveScore)
        return [
            "· " * line.level + self.show(score.label),
            self.show(self.name(line.owner)),
            self.show(None) if isinstance(score, ObjectiveScore) else self._stands(score.key_result),
            self.show(score.value),
            self.show(score.expected),
            self.say(f"okr.status.{score.status}"),
            self.percent(score.confidence),
            self.percent(score.coverage.weight_share if is_objective else None),
            self.show(line.last_check_in),
            self.show(line.silent_days),
        ]

    def _stands(self, key_result: KeyResult) -> str:
        """Write what was said last of a key result, and what it is to come to."""
        said = key_result.current
        if said is None:
            return self.show(None)
        if key_result.kind == "milestones":
            return self._of(len(set(said.reached or ())), len(key_result.milestones))
        if key_result.kind == "yes_no":
            return self.say(f"report.objectives.{'done' if said.is_done else 'not_done'}")
        return self._value(key_result, said)

    def _value(self, key_result: KeyResult, said: CheckIn) -> str:
        if key_result.kind == "metric":
            return self._of(self._measure(said.value), self._measure(key_result.target))
        if key_result.band is not None:
            low, high = key_result.band.low, key_result.band.high
            return self.say("report.objectives.within", value=said.value, low=low, high=high)
        return self.show(said.score)

    def _of(self, value: object, target: object) -> str:
        return self.say("report.objectives.of", value=value, target=target)

    def _measure(self, value: object) -> str:
        return value.rounded_text(0, self.lang, self.catalogs) if isinstance(value, Amount) else self.show(value)

"""The cases of a review, written: what was won and lost, what there is to learn, and what is like what was found."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from salesperf.diagnosis import DEFAULT_RULES
from salesperf.messages import Catalogs
from salesperf.model.case import Case
from salesperf.model.message import Message
from salesperf.report.words import Words
from salesperf.review import CaseSection, Review
from salesperf.review.cutting import Cut
from salesperf.review.listed import listed_alike, listed_cases

__all__ = ["CaseWriter"]


class CaseWriter(Words):
    """Writes the section on cases of a report."""

    def __init__(self, review: Review, lang: str, catalogs: Catalogs | None) -> None:
        super().__init__(review.org, lang, catalogs)
        self.review = review

    def lines(self) -> Iterator[str]:
        """Write the cases of the period, then those like what was found."""
        section = self.review.cases
        if section is None:
            return
        yield from self.prose("## ", self.say("report.cases.title"))
        yield from self._items(listed_cases(section), self._case)
        if section.alike:
            yield from self.prose("### ", self.say("report.cases.alike"))
            yield from self.prose("", self.say("report.cases.alike_note", tags=self._tags(self._found(section))))
            yield from self._items(listed_alike(section), partial(self._alike, section))

    def _items(self, cases: Cut[Case], write: Callable[[Case], str]) -> Iterator[str]:
        yield from (self.item(write(case)) for case in cases.shown)
        if cases.rest:
            yield self.item(self.say("report.cases.more", count=len(cases.rest)))
        if cases.shown:
            yield ""

    def _case(self, case: Case) -> str:
        owner = "" if case.owner is None else self.say("report.cases.owner", owner=self.name(case.owner))
        outcome = Message(f"report.cases.{case.outcome}")
        told = self.say("report.cases.case", outcome=outcome, on=case.on, title=case.label, owner=owner)
        if case.lessons:
            lessons = self.say("report.cases.separator").join(case.lessons)
            return self.say("report.cases.lessons", case=told, lessons=lessons)
        return self.say("report.cases.note", case=told, note=case.note) if case.note.strip() else told

    def _alike(self, section: CaseSection, case: Case) -> str:
        return self.say("report.cases.shared", case=self._case(case), tags=self._tags(section.shared(case)))

    def _found(self, section: CaseSection) -> list[str]:
        """Return the tags that were looked for and are found."""
        return sorted({tag for case in section.alike for tag in section.shared(case)})

    def _tags(self, tags: Sequence[str]) -> str:
        """Write tags: the rule of a cause, where it is one of ours, by its title; what else there is as it is."""
        rules = {cause.rule for cause in self.review.causes} & DEFAULT_RULES.keys()
        titles = (self.show(DEFAULT_RULES[tag].label) if tag in rules else tag for tag in tags)
        return self.say("report.list").join(titles)

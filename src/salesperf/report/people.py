"""The people of a review, written: pay, appraisals and feedback, as far as the reader may see them."""

from collections.abc import Iterator
from typing import Final

from salesperf.messages import Catalogs
from salesperf.report.words import Words
from salesperf.review import (
    PEOPLE_KINDS,
    AppraisalLine,
    FeedbackGroup,
    FeedbackLine,
    PayItem,
    PayLine,
    PeopleSection,
    Review,
)
from salesperf.review.cutting import Cut
from salesperf.review.listed import listed_appraisals, listed_feedback, listed_items, listed_pay

__all__ = ["PeopleWriter"]

_HEADS_OF_PAY: Final = ("owner", "statements", "earned", "released", "pay_due", "held")
_HEADS_OF_ITEMS: Final = ("on", "deal", "part", "pay", "reasons")
_HEADS_OF_APPRAISALS: Final = ("owner", "scheme", "period", "score", "band", "calibration", "follows")
_HEADS_OF_FEEDBACK: Final = ("owner", "group", "mean", "raters", "notes")
_WHY_NOT: Final = {"pooled": "pooled", "too_few": "too_few", "withheld": "withheld_group"}


class PeopleWriter(Words):
    """Writes the section on people of a report."""

    def __init__(self, review: Review, lang: str, catalogs: Catalogs | None) -> None:
        super().__init__(review.org, lang, catalogs)
        self.review = review

    def lines(self) -> Iterator[str]:
        """Write all that the reader may see of people, and how much is withheld."""
        section = self.review.people
        if section is None:
            return
        yield from self.prose("## ", self.say("report.people.title"))
        yield from self.prose("", self.say("format.sentences").join(self._opening(section)))
        yield from self._pay(section)
        yield from self._appraisals(section)
        yield from self._feedback(section)

    def _opening(self, section: PeopleSection) -> Iterator[str]:
        if section.audience is None:
            yield self.say("report.people.nobody")
        elif section.audience.reader is None:
            yield self.say("report.people.head")
        else:
            # Whoever is hired after the day may read about it, and is not known in it.
            reader = section.audience.reader
            yield self.say("report.people.reader", reader=self.name(reader) if self.org.knows(reader) else reader)
        withheld = [(kind, section.withheld[kind]) for kind in PEOPLE_KINDS if section.withheld[kind]]
        if withheld:
            told = (self.say(f"report.people.withheld_{kind}", count=count) for kind, count in withheld)
            yield self.say("report.people.withheld", withheld=self.say("report.list").join(told))

    def _pay(self, section: PeopleSection) -> Iterator[str]:
        if not section.pay:
            return
        yield from self.prose("### ", self.say("report.people.pay"))
        lines, totals = listed_pay(section), section.pay_totals if len(section.pay) > len(section.pay_totals) else ()
        yield from self.table(_HEADS_OF_PAY, map(self._pay_row, (*lines.shown, *totals)))
        yield from self._more(lines)
        yield from self.prose("", self.say("report.people.pay_note"))
        items = listed_items(section)
        if items.shown:
            yield from self.prose("### ", self.say("report.people.items"))
            yield from self.table(_HEADS_OF_ITEMS, map(self._item_row, items.shown))
        if items.rest:
            yield from self.prose("", self.say("report.people.more_items", count=len(items.rest)))

    def _more(self, lines: Cut[object]) -> Iterator[str]:
        if lines.rest:
            yield from self.prose("", self.say("report.people.more", count=len(lines.rest)))

    def _pay_row(self, line: PayLine) -> list[str]:
        return [
            self.say("report.people.total") if line.payee is None else self.show(self.name(line.payee)),
            self.show(line.statements),
            *map(self.show, (line.earned, line.released, line.due, line.held)),
        ]

    def _item_row(self, item: PayItem) -> list[str]:
        return [
            self.show(item.on),
            self.show(item.ref or item.entry),
            self.show(item.part),
            self.show(item.pay),
            self.say("format.sentences").join(map(self.show, item.reasons)),
        ]

    def _appraisals(self, section: PeopleSection) -> Iterator[str]:
        if not section.appraisals:
            return
        yield from self.prose("### ", self.say("report.people.appraisals"))
        lines = listed_appraisals(section)
        yield from self.table(_HEADS_OF_APPRAISALS, map(self._appraisal_row, lines.shown))
        yield from self._more(lines)

    def _appraisal_row(self, line: AppraisalLine) -> list[str]:
        follows = (
            self.show(each.label) if each.due is None else self.say("report.people.reward_due", reward=each.label, due=each.due)
            for each in line.rewards
        )
        return [
            self.show(self.name(line.rep)),
            self.show(line.scheme),
            self.show(line.period),
            self.show(line.score),
            self.show(line.band),
            self._calibration(line),
            self.say("report.list").join(follows),
        ]

    def _calibration(self, line: AppraisalLine) -> str:
        if not line.is_calibrated:
            return self.say("report.people.not_calibrated")
        if line.band == line.scored_band:
            return self.say("report.people.confirmed")
        before = self.say("report.people.no_band") if line.scored_band is None else line.scored_band
        return self.say("report.people.calibrated", before=before)

    def _feedback(self, section: PeopleSection) -> Iterator[str]:
        if not section.feedback:
            return
        yield from self.prose("### ", self.say("report.people.feedback"))
        lines = listed_feedback(section)
        rows = (row for line in lines.shown for row in self._feedback_rows(line))
        yield from self.table(_HEADS_OF_FEEDBACK, rows)
        yield from self._more(lines)
        yield from self.prose("", self.say("report.people.feedback_note"))

    def _feedback_rows(self, line: FeedbackLine) -> Iterator[list[str]]:
        notes = [self.say("report.people.released", on=line.on)]
        if line.gap.value is not None:
            notes.append(self.say("report.people.gap", gap=line.gap.value))
        joined = self.say("report.list").join(notes)
        yield [self.show(self.name(line.subject)), self.say("report.people.all"), self.show(line.score), "", joined]
        for group in line.groups:
            yield ["", self.show(group.name), self.show(group.mean), self.show(group.n), self._why_not(group, line.minimum)]

    def _why_not(self, group: FeedbackGroup, minimum: int) -> str:
        """Say on which items a group is shown, and why not on the others."""
        if not group.statuses:
            return ""
        told = [self.say("report.people.shown", shown=group.shown, items=group.items)] if group.shown else []
        told += [self.say(f"report.people.{_WHY_NOT[status]}", minimum=minimum) for status in group.statuses]
        return self.say("report.list").join(told)

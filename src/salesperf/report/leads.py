"""The leads of a review, written: what came and became of it, how warm the open ones are, and which wait for a word."""

from collections.abc import Iterable, Iterator

from salesperf.channels.channel_line import word_of
from salesperf.grading import STANDARD_GRADES, STANDARD_TEMPERATURE
from salesperf.messages import Catalogs
from salesperf.model.message import Message
from salesperf.report.quality import QualityWriter
from salesperf.report.words import Words
from salesperf.review import LeadSection, OpenLead, Review
from salesperf.review.listed import listed_leads, listed_lines
from salesperf.review.places import REST

__all__ = ["LeadWriter"]


class LeadWriter(Words):
    """Writes the section on leads of a report."""

    def __init__(self, review: Review, lang: str, catalogs: Catalogs | None) -> None:
        super().__init__(review.org, lang, catalogs)
        self.review = review

    def lines(self) -> Iterator[str]:
        """Write all that is told of the leads."""
        section = self.review.leads
        if section is None:
            return
        yield from self.prose("## ", self.say("report.leads.title"))
        yield from map(self.item, self._sentences(section))
        yield ""
        yield from QualityWriter(self.review, self.lang, self.catalogs).beside(section.weakened_by, "follow_up")
        yield from self._overdue(section)
        yield from self._members(section)

    def _sentences(self, section: LeadSection) -> Iterator[str]:
        decided = {"converted": section.converted, "disqualified": section.disqualified}
        yield self.say("report.leads.came", came=section.came, **decided)
        yield self.say("report.leads.open", on=section.period.last, open=len(section.open_leads))
        if section.open_leads:
            yield from self._graded(section)
            yield self.say("report.leads.follow_ups", overdue=len(section.overdue), untouched=len(section.untouched))
        if section.pool:
            since = min((lead.since for lead in section.pool if lead.since is not None), default=None)
            yield self.say("report.leads.pool", count=len(section.pool), since=since)
        if section.released or section.claimed:
            yield self.say("report.leads.moves", released=section.released, claimed=section.claimed)

    def _graded(self, section: LeadSection) -> Iterator[str]:
        """Write how good the open leads are and how warm, or that nothing tells it."""
        graded, told = sum(section.grades.values()), sum(section.temperatures.values())
        grades = ((label, section.grades[label]) for label in STANDARD_GRADES.bands.labels)
        warmth = ((_warmth(label), section.temperatures[label]) for label in STANDARD_TEMPERATURE.bands.labels)
        without = len(section.open_leads) - graded
        yield self.say(f"report.leads.grades{'' if graded else '_unknown'}", grades=self._counts(grades), without=without)
        yield self.say(f"report.leads.temperatures{'' if told else '_unknown'}", temperatures=self._counts(warmth))

    def _counts(self, counts: Iterable[tuple[object, int]]) -> str:
        return self.say("report.list").join(self.say("report.leads.each", name=name, count=count) for name, count in counts)

    def _overdue(self, section: LeadSection) -> Iterator[str]:
        if not section.overdue:
            return
        yield from self.prose("### ", self.say("report.leads.overdue"))
        heads = ["lead", "in_charge", "channel", "grade", "temperature", "last_touch", "due", "overdue_workdays"]
        overdue = listed_leads(section)
        yield from self.table(heads, map(self._overdue_row, overdue.shown))
        if overdue.rest:
            yield from self.prose("", self.say("report.leads.more", count=len(overdue.rest)))
        yield from self.prose("", self.say("report.leads.overdue_note"))

    def _overdue_row(self, lead: OpenLead) -> list[str]:
        due = lead.follow_up
        return [
            lead.id,
            self.show(self.name(lead.owner)),
            self.show(word_of("channel", lead.channel)),
            self.show(lead.grade),
            self.show(None if lead.temperature is None else _warmth(lead.temperature)),
            self.show(None if due is None else due.since),
            self.show(None if due is None else due.due),
            self.show(None if due is None else due.overdue_workdays),
        ]

    def _members(self, section: LeadSection) -> Iterator[str]:
        if not section.members:
            return
        yield from self.prose("### ", self.say("report.leads.members"))
        members = listed_lines(section.members)
        heads = ["owner", "came", "converted", "disqualified", "open", "hot", "warm", "overdue", "untouched"]
        rows = (
            [
                self.show(REST) if member is section.rest else "· " * member.level + self.show(self.name(member.owner)),
                *map(
                    self.show,
                    (
                        member.came,
                        member.converted,
                        member.disqualified,
                        member.open,
                        member.hot,
                        member.warm,
                        member.overdue,
                        member.untouched,
                    ),
                ),
            ]
            for member in (*members.shown, *(() if section.rest is None else (section.rest,)))
        )
        yield from self.table(heads, rows)
        yield from self.left_out(members)


def _warmth(label: str) -> Message:
    return Message(f"grading.temperature.{label.lower()}")

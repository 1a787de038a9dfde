"""The team of a review, written: who came and went, how far apart people are, how they say that they are, what is asked."""

from collections.abc import Iterator, Sequence
from typing import Final

from salesperf.allocation import FairnessAudit, FairnessMeasure
from salesperf.messages import Catalogs
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.report.words import Words
from salesperf.review import AttainmentSpread, PlanFairness, PulseLine, Review, TeamSection
from salesperf.review.cutting import Cut
from salesperf.review.listed import listed_names, listed_pulses, listed_spreads
from salesperf.review.pulses import FEWEST_ANSWERS

__all__ = ["TeamWriter"]

_HEADS_OF_SPREADS: Final = ("metric", "number_of_reps", "median_ratio", "middle_half", "reached", "range")
_HEADS_OF_PULSES: Final = (
    *("owner", "closed_on", "answers", "response_rate", "low_share", "range"),
    *("before_on", "change", "change_range"),
)
_HEADS_OF_FAIRNESS: Final = ("yardstick", "compared", "index_spread", "gini", "beyond")
_WENT: Final = ("joined", "moved_in", "left", "moved_out")


class TeamWriter(Words):
    """Writes the section on the team of a report."""

    def __init__(self, review: Review, lang: str, catalogs: Catalogs | None) -> None:
        super().__init__(review.org, lang, catalogs)
        self.review = review

    def lines(self) -> Iterator[str]:
        """Write all that is told of the team."""
        section = self.review.team
        if section is None:
            return
        yield from self.prose("## ", self.say("report.team.title"))
        yield from map(self.item, self._people(section))
        yield ""
        yield from self._spreads(section)
        yield from self._pulses(section)
        yield from self._fairness(section.plan)

    def _people(self, section: TeamSection) -> Iterator[str]:
        count = section.headcount
        last = section.period.last
        yield self.say("report.team.headcount", closing=len(count.closing), on=last, opening=count.opening)
        for name in _WENT:
            people = getattr(count, name)
            if people:
                yield self.say(f"report.team.{name}", count=len(people), names=self._names(people))
        if section.ramping:
            yield self.say("report.team.ramping", count=len(section.ramping), names=self._names(section.ramping))
        for kind, number in section.others.items():
            yield self.say("report.team.others", kind=Message(f"owner_kind.{kind}"), count=number)
        if section.absent_workdays:
            days = {"absent": section.absent_workdays, "served": section.served_workdays}
            yield self.say("report.team.absent", share=section.absent_share, **days)
        yield self._attrition(section.attrition, section)

    def _attrition(self, left: Estimate, section: TeamSection) -> str:
        if left.value is None:
            return self.say("report.team.attrition_untold", reason=left.reason)
        told = {"value": left.value, "range": self.range(left), "level": left.level, "count": left.n}
        return self.say("report.team.attrition", on=section.period.last, **told)

    def _names(self, people: Sequence[str]) -> str:
        named = listed_names(people)
        names = self.say("report.list").join(self.show(self.name(rep)) for rep in named.shown)
        return self.say("report.team.and_more", names=names, count=len(named.rest)) if named.rest else names

    def _spreads(self, section: TeamSection) -> Iterator[str]:
        spreads = listed_spreads(section)
        if not spreads.shown:
            return
        yield from self.prose("### ", self.say("report.team.spread"))
        level = section.spreads[0].reached.level
        yield from self.table(_HEADS_OF_SPREADS, map(self._spread_row, spreads.shown), level=level)
        yield from self._rest(spreads)
        yield from self.prose("", self.say("report.team.spread_note"))

    def _spread_row(self, spread: AttainmentSpread) -> list[str]:
        quartiles = (spread.lower_quartile, spread.upper_quartile)
        middle = self.show(None) if None in quartiles else " – ".join(map(self.percent, quartiles))
        return [
            self.show(Message(spread.metric.title)),
            self.show(spread.number),
            self.percent(spread.median),
            middle,
            self.percent(spread.reached.value),
            self.range(spread.reached),
        ]

    def _pulses(self, section: TeamSection) -> Iterator[str]:
        if section.pulses or section.withheld_pulses:
            yield from self.prose("### ", self.say("report.team.pulse"))
        if section.pulses:
            level = section.pulses[0].survey.low_share.level
            pulses = listed_pulses(section)
            yield from self.table(_HEADS_OF_PULSES, map(self._pulse_row, pulses.shown), level=level)
            yield from self._rest(pulses)
            yield from self.prose("", self.say("report.team.pulse_note"))
        if section.withheld_pulses:
            yield from self.prose("", self.say("report.team.withheld", count=section.withheld_pulses, fewest=FEWEST_ANSWERS))

    def _pulse_row(self, line: PulseLine) -> list[str]:
        survey = line.survey
        return [
            self.show(self.name(survey.owner)),
            self.show(survey.on),
            self.show(survey.answers),
            self.percent(survey.response_rate),
            self.percent(survey.low_share.value),
            self.range(survey.low_share),
            self.show(None if line.before is None else line.before.on),
            self._points(line.change.value),
            self._points_range(line.change),
        ]

    def _points(self, change: float | None) -> str:
        return self.show(None) if change is None else self.say("report.team.points", points=100 * change)

    def _points_range(self, change: Estimate) -> str:
        if change.low is None or change.high is None:
            return self.show(None)
        return f"{self._points(change.low)} – {self._points(change.high)}"

    def _fairness(self, plan: PlanFairness) -> Iterator[str]:
        if plan.metric is None:
            return
        yield from self.prose("### ", self.say("report.team.fairness"))
        if plan.audit is None:
            yield from self.prose("", self.say("report.team.fairness_untold", reason=plan.reason))
            return
        rows = [self._measure_row(plan.audit, measure) for measure in plan.audit.measures]
        yield from self.table(_HEADS_OF_FAIRNESS, rows)
        words = {"metric": Message(plan.metric.title), "tolerance": plan.audit.tolerance}
        yield from self.prose("", self.say("report.team.fairness_note", **words))
        if plan.left_out:
            words = {"count": len(plan.left_out), "names": self._names(plan.left_out)}
            yield from self.prose("", self.say("report.team.left_out", **words))

    def _measure_row(self, audit: FairnessAudit, measure: FairnessMeasure) -> list[str]:
        lines = [line for line in audit.lines if line.yardstick == measure.yardstick and line.index is not None]
        return [
            self.show(Message(f"diagnosis.yardstick.{measure.yardstick}")),
            self.show(len(lines)),
            self.show(measure.spread),
            self.show(measure.gini),
            self.show(len(measure.beyond)),
        ]

    def _rest(self, lines: Cut[object]) -> Iterator[str]:
        if lines.rest:
            yield from self.prose("", self.say("report.team.more", count=len(lines.rest)))

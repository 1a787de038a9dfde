"""The deals of a review, written: what was decided, what is open and how it came about, the funnel, and who did it."""

from collections.abc import Iterable, Iterator
from typing import Final

import attrs

from salesperf.customers import LossEvidence
from salesperf.messages import Catalogs
from salesperf.model.amount import Amount
from salesperf.model.estimate import Estimate
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.pipeline import ACTIONABLE_FLAGS, FLAGS, ClosedDeal, Flag, OpenDeal, SlipReport
from salesperf.report.quality import QualityWriter
from salesperf.report.words import Words
from salesperf.review import DealSection, Review
from salesperf.review.listed import listed_deals, listed_lines, listed_lost_deals
from salesperf.review.places import REST

__all__ = ["DealWriter"]

_LACKING: Final = tuple(flag for flag in FLAGS if flag not in ACTIONABLE_FLAGS)
"""What the data do not tell."""


class DealWriter(Words):
    """Writes the sections on deals of a report."""

    def __init__(self, review: Review, lang: str, catalogs: Catalogs | None) -> None:
        super().__init__(review.org, lang, catalogs)
        self.review, self.quality = review, QualityWriter(review, lang, catalogs)

    def lines(self) -> Iterator[str]:
        """Write all that is told of the deals, process by process."""
        for section in self.review.deals:
            title = Message(section.process.label)
            several = sum(each.process == section.process for each in self.review.deals) > 1
            key = "report.deals.title_in" if several else "report.deals.title"
            yield from self.prose("## ", self.say(key, process=title, unit="" if section.unit is None else section.unit.code))
            yield from map(self.item, self._sentences(section))
            yield ""
            if section.closed.deals:
                yield from self.quality.beside(section.weakened_by, "win_rate")
                yield from self.quality.beside(section.weakened_by, "cycle_days")
            yield from self._open(section)
            yield from self._to_look_at(section)
            yield from self._lost(section)
            yield from self._bridge(section)
            yield from self._funnel(section)
            yield from self._members(section)

    def _amount(self, amount: Amount | None) -> str:
        return self.show(None) if amount is None else amount.rounded_text(0, self.lang, self.catalogs)

    def _days(self, days: float | None) -> str:
        return self.show(days, "" if days is None else ",.0f")

    def _percent_and_range(self, rate: Estimate) -> list[str]:
        return [self.percent(rate.value), self.range(rate)]

    def _rate(self, key: str, rate: Estimate, **arguments: object) -> str:
        """Write a rate with its range and sample size, or why there is none."""
        if rate.value is None:
            return self.say(f"report.deals.{key}_unknown", reason=rate.reason, **arguments)
        suffix = "" if rate.low is None else "_range"
        words = {"rate": rate.value, "range": self.range(rate), "level": rate.level, "count": rate.n, "reason": rate.reason}
        return self.say(f"report.deals.{key}{suffix}", **words, **arguments)

    def _sentences(self, section: DealSection) -> Iterator[str]:
        closed, total = section.closed, section.pipeline.total
        counts = {"won": closed.won, "lost": closed.lost, "cancelled": closed.cancelled}
        yield self.say("report.deals.decided", value=self._amount(closed.won_value), **counts)
        if closed.undated:
            yield self.say("report.deals.decided_undated", count=closed.undated)
        yield self._rate("win_rate", closed.win_rate)
        if closed.won:
            average, cycle = self._amount(closed.average_won_value), self._days(closed.median_cycle_days)
            known = closed.won - closed.without_cycle
            yield self.say("report.deals.won_deal", average=average, cycle=cycle, known=known)
        words = {"count": total.count, "value": self._amount(total.amount), "without_amount": total.without_amount}
        yield self.say("report.deals.open", on=section.pipeline.as_of, **words)
        nobody = sum(deal.owner is None for deal in section.pipeline.deals)
        if nobody:
            yield self.say("report.deals.of_nobody", count=nobody)
        if total.count:
            missing = total.without_probability
            key = "weighted_unknown" if missing == total.count else "weighted"
            yield self.say(f"report.deals.{key}", value=self._amount(total.weighted), without_probability=missing)
            flags = [
                self.say("report.deals.flag", flag=Message(f"pipeline.flag.{flag}"), count=count)
                for flag, count in section.pipeline.flag_counts.items()
                if count
            ]
            if flags:
                yield self.say("report.deals.flags", flags=self.say("report.list").join(flags))
        yield self._slips(section.slips)
        if section.slips.withheld:
            yield self.say("report.deals.slips_withheld", count=section.slips.withheld)
        if section.taken_over or section.handed_over:
            yield self.say("report.deals.hands", taken=section.taken_over, handed=section.handed_over)

    def _slips(self, slips: SlipReport) -> str:
        """Write the slip rate; as long as deals can still slip, what has become of those that were due, and no rate of them."""
        total = slips.total
        counts = {"due": total.due, "slipped": total.slipped, "decided": total.decided, "pending": total.pending}
        if total.pending and slips.as_of < slips.period.last:
            return self.say("report.deals.slips_so_far", **counts)
        return self._rate("slip_rate", total.slip_rate, **counts)

    def _open(self, section: DealSection) -> Iterator[str]:
        if not section.pipeline.deals:
            return
        yield from self.prose("### ", self.say("report.deals.by_stage"))
        heads = ["stage", "deals", "value", "weighted", "median_days", "longest_days", "max_days", "over_limit", "undated"]
        rows = (
            [
                self.show(Message(section.process.stage_by_key[age.stage].label)),
                self.show(group.count),
                self._amount(group.amount),
                self._amount(group.weighted),
                self._days(age.median_days),
                self._days(age.longest_days),
                self.show(age.max_days),
                self.show(age.over),
                self.show(age.undated),
            ]
            for group, age in zip(section.pipeline.by_stage, section.pipeline.ages, strict=True)
        )
        yield from self.table(heads, rows)
        yield from self.quality.beside(section.weakened_by, "pipeline")

    def _to_look_at(self, section: DealSection) -> Iterator[str]:
        amiss = listed_deals(section.pipeline)
        if not amiss.shown:
            return
        yield from self.prose("### ", self.say("report.deals.to_look_at"))
        for deal in amiss.shown:
            yield self.item(self._deal(section, deal))
        if amiss.rest:
            yield self.item(self.say("report.deals.more", count=len(amiss.rest)))
        yield ""
        count = len(section.pipeline.actionable)
        words = {"flags": self._flags(ACTIONABLE_FLAGS), "others": self._flags(_LACKING), "count": count}
        yield from self.prose("", self.say("report.deals.to_look_at_note", **words))

    def _flags(self, flags: Iterable[Flag]) -> str:
        return self.say("report.list").join(self.show(Message(f"pipeline.flag.{flag}")) for flag in flags)

    def _deal(self, section: DealSection, deal: OpenDeal) -> str:
        reasons = [
            self.say("report.deals.reason", flag=Message(f"pipeline.flag.{flag}"), reason=reason)
            for flag, reason in deal.flags.items()
            if flag in ACTIONABLE_FLAGS
        ]
        return self.say(
            "report.deals.deal",
            id=deal.id,
            owner=self._owner(deal.owner),
            stage=Message(section.process.stage_by_key[deal.stage].label),
            value=self._amount(deal.amount),
            reasons=self.say("report.sentence.joiner").join(reasons),
        )

    def _lost(self, section: DealSection) -> Iterator[str]:
        """Write what changed before the largest deals were lost, and once what the source of these does not keep."""
        lost = listed_lost_deals(section)
        if not lost.shown:
            return
        yield from self.prose("### ", self.say("report.deals.largest_lost"))
        unknown: dict[str, None] = {}
        for deal in lost.shown:
            told = section.post_mortem(deal.id)
            unknown |= dict.fromkeys(map(self.show, told.unknown))
            yield self.item(self._lost_deal(deal, told.evidence))
        if lost.rest:
            yield self.item(self.say("report.deals.more_lost", count=len(lost.rest)))
        yield ""
        for text in unknown:
            yield from self.prose("", text)

    def _lost_deal(self, deal: ClosedDeal, evidence: Iterable[LossEvidence]) -> str:
        told = [
            one.message if one.on is None else Message.of("customers.text.dated", on=one.on, message=self._with_names(one))
            for one in evidence
        ]
        return self.say(
            "report.deals.lost_deal" if told else "report.deals.lost_deal_unseen",
            id=deal.id,
            owner=self._owner(deal.owner),
            value=self._amount(deal.amount),
            on=deal.on,
            evidence=self.say("report.customers.between").join(map(self.show, told)),
        )

    def _with_names(self, one: LossEvidence) -> Message:
        """Return a piece of evidence in which whoever handed a deal over, and got it, is called as everywhere in a report."""
        if one.kind != "handed_over":
            return one.message
        names = {place: self.name(owner) for place, owner in one.message.arguments.items()}
        return attrs.evolve(one.message, arguments=FrozenMap(names))

    def _owner(self, owner: str | None) -> str:
        return self.show(None if owner is None else self.name(owner))

    def _bridge(self, section: DealSection) -> Iterator[str]:
        bridge = section.bridge
        yield from self.prose("### ", self.say("report.deals.bridge"))
        ends = [(self.say("report.deals.at_end_of", on=on), line) for on, line in ((bridge.start, bridge.opening),)]
        moves = [(key, line) for key, line in bridge.movements.items() if line.count]
        ends += [(self.show(Message(f"pipeline.movement.{key}")), line) for key, line in moves]
        ends.append((self.say("report.deals.at_end_of", on=bridge.end), bridge.closing))
        rows = (
            [words, self.show(line.count), self._amount(line.amount), self.show(line.without_value)] for words, line in ends
        )
        yield from self.table(["movement", "deals", "value", "without_amount"], rows)
        if bridge.movements["reopened"].count:
            yield from self.prose("", self.say("report.deals.bridge_note"))
        if bridge.withheld:
            yield from self.prose("", self.say("report.deals.bridge_withheld", count=bridge.withheld))

    def _funnel(self, section: DealSection) -> Iterator[str]:
        (segment,) = section.funnel.segments
        if not segment.deals:
            return
        yield from self.prose("### ", self.say("report.deals.funnel"))
        heads = ["stage", "entered", "moved_on", "conversion_rate", "range", "lost", "cancelled", "still_open", "median_days"]
        rows = (
            [
                self.show(Message(each.stage.label)),
                self.show(each.entered),
                self.show(each.moved_on),
                *(self._percent_and_range(each.conversion_rate) if each.has_been_left else [self.percent(None)] * 2),
                self.show(each.lost),
                self.show(each.cancelled),
                self.show(each.open),
                self._days(each.median_days.value),
            ]
            for each in segment.stages
        )
        yield from self.table(heads, rows, level=section.funnel.level)
        yield from self.prose("", self.say("report.deals.funnel_note", open=segment.open, level=section.funnel.level))
        yield from self.quality.beside(section.weakened_by, "funnel")

    def _members(self, section: DealSection) -> Iterator[str]:
        if not section.members:
            return
        yield from self.prose("### ", self.say("report.deals.members"))
        members = listed_lines(section.members)
        heads = [
            "owner",
            "won",
            "won_value",
            "lost",
            "cancelled",
            "win_rate",
            "range",
            "open",
            "open_value",
            "stalled",
            "overdue",
        ]
        rows = (
            [
                self.show(REST) if member is section.rest else "· " * member.level + self.show(self.name(member.owner)),
                self.show(member.won),
                self._amount(member.won_value),
                self.show(member.lost),
                self.show(member.cancelled),
                *self._percent_and_range(member.win_rate),
                self.show(member.open_deals),
                self._amount(member.open_value),
                self.show(member.stalled),
                self.show(member.overdue),
            ]
            for member in (*members.shown, *(() if section.rest is None else (section.rest,)))
        )
        yield from self.table(heads, rows, level=section.closed.win_rate.level)
        yield from self.left_out(members)

"""The customers of a review, written: what they bought, who stayed, on how few it hangs, and who has gone."""

from collections.abc import Iterable, Iterator
from typing import Final

from salesperf.customers import KEY_ACCOUNT_BANDS, SEGMENTS
from salesperf.messages import Catalogs
from salesperf.model.amount import Amount
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.metric import STANDARD_METRICS
from salesperf.report.words import Words
from salesperf.review import CustomerLine, CustomerSection, KeyAccount, Review, SurveyLine
from salesperf.review.listed import listed_quiet, listed_weakening

__all__ = ["CustomerWriter"]

_MOST_AGES: Final = 4
"""So many quarters after the first purchase are told."""


class CustomerWriter(Words):
    """Writes the section on customers of a report."""

    def __init__(self, review: Review, lang: str, catalogs: Catalogs | None) -> None:
        super().__init__(review.org, lang, catalogs)
        self.review = review

    def lines(self) -> Iterator[str]:
        """Write all that is told of the customers."""
        section, answered = self.review.customers, list(map(self._answered, self.review.surveys))
        sentences = [*(() if section is None else self._sentences(section)), *answered]
        if not sentences:
            return
        yield from self.prose("## ", self.say("report.customers.title"))
        if section is not None:  # first of all what counts as a purchase: who is new by it may be none by a target
            yield from self.prose("", self._note(section))
        yield from map(self.item, sentences)
        yield ""
        if section is not None:
            yield from self._told(section)

    def _told(self, section: CustomerSection) -> Iterator[str]:
        yield from self._states(section)
        yield from self._largest(section)
        yield from self._quiet(section)
        yield from self._health(section)
        yield from self._lost(section)
        yield from self._cohorts(section)

    def _amount(self, amount: Amount) -> str:
        return amount.rounded_text(0, self.lang, self.catalogs)

    def _sentences(self, section: CustomerSection) -> Iterator[str]:
        words = {"new": section.new_customers, "new_value": self._amount(section.new_revenue)}
        existing = self._amount(section.existing_revenue)
        yield self.say("report.customers.bought", count=section.buyers, existing_value=existing, **words)
        if section.unnamed:
            yield self.say("report.customers.unnamed", count=section.unnamed, value=self._amount(section.unnamed_revenue))
        for key, count in (("without_amount", section.without_amount), ("undated", section.undated)):
            if count:
                yield self.say(f"report.customers.{key}", count=count)
        for other in section.others:
            buyers = int((other.counts > 0).sum())
            yield self.say("report.customers.other_unit", unit="" if other.unit is None else other.unit.code, count=buyers)
        if section.came_by:
            unknown = sum(channel is None for channel in section.came_by.values())
            yield self._rate("referral", section.referral, unknown=unknown)
        yield self._rate("retention", section.retention, before=self.percent(section.retention_before.value))
        yield self._rate("repurchase", section.repurchase)
        concentration = section.concentration
        if concentration.effective_number is not None and len(section.largest) < concentration.n:
            share, equal = section.largest_share, concentration.effective_number
            words = {"count": len(section.largest), "of": concentration.n}
            yield self.say("report.customers.concentration", share=share, equal=equal, **words)
        if section.segments is not None:
            counts = ((segment, section.segments[segment]) for segment in SEGMENTS)
            told = (
                self.say("report.customers.each", name=Message(f"customers.segment.{segment}"), count=count)
                for segment, count in counts
                if count
            )
            yield self.say("report.customers.segments", segments=self.say("report.list").join(told))

    def _rate(self, key: str, rate: Estimate, **words: object) -> str:
        if rate.value is None:
            return self.say(f"report.customers.{key}_unknown", reason=rate.reason)
        told = {"rate": rate.value, "range": self.range(rate), "level": rate.level, "count": rate.n}
        return self.say(f"report.customers.{key}", **told, **words)

    def _answered(self, line: SurveyLine) -> str:
        told = line.estimate
        if told.value is None:
            title = Message(STANDARD_METRICS[line.metric].title)
            return self.say("report.customers.answers_unknown", title=title, reason=told.reason)
        words = {"value": told.value, "count": told.n, "range": self.range(told), "level": told.level, "reason": told.reason}
        return self.say(f"report.customers.{line.metric}", **words)

    def _states(self, section: CustomerSection) -> Iterator[str]:
        rows = (
            [self.say(f"customers.state.{row['state']}"), self.show(row["before"]), self.show(row["customers"])]
            for row in section.lifecycle.rows()
            if row["customers"] or row["before"]
        )
        yield from self.table(["state", "before", "now"], rows)
        policy = section.lifecycle.policy
        days = {"new": policy.new_for, "at_risk": policy.at_risk_after, "lost": policy.lost_after}
        yield from self.prose("", self.say("report.customers.states_note", **days))

    def _table(self, lines: Iterable[CustomerLine], bought: str) -> Iterator[str]:
        rows = (
            [
                self.show(line.label),
                self._amount(line.amount),
                self.percent(line.share),
                self.say(f"customers.state.{line.state}"),
                self.show(line.last),
            ]
            for line in lines
        )
        yield from self.table(["customer", bought, "share", "state", "last_purchase"], rows)

    def _largest(self, section: CustomerSection) -> Iterator[str]:
        if section.largest:
            yield from self.prose("### ", self.say("report.customers.largest"))
            yield from self._table(section.largest, "bought")

    def _quiet(self, section: CustomerSection) -> Iterator[str]:
        if not section.key_accounts:
            return
        if not section.quiet:
            yield from self.prose("", self.say("report.customers.none_quiet", count=section.key_accounts))
            return
        yield from self.prose("### ", self.say("report.customers.quiet"))
        quiet = listed_quiet(section)
        yield from self._table(quiet.shown, "bought_before")
        if quiet.rest:
            yield from self.prose("", self.say("report.customers.more_quiet", count=len(quiet.rest)))
        yield from self.prose("", self.say("report.customers.quiet_note", count=section.key_accounts))

    def _health(self, section: CustomerSection) -> Iterator[str]:
        """Write how many key accounts stand how well, and which weaken before they have gone quiet."""
        graded = sum(map(len, section.health.values()))
        if not graded:
            return
        bands = self.say("report.list").join(
            self.say("report.customers.in_band", name=Message(f"customers.health_band.{band}"), count=len(section.health[band]))
            for band in KEY_ACCOUNT_BANDS.labels
            if section.health[band]
        )
        ungraded = section.key_accounts - graded
        key = "report.customers.health_of_some" if ungraded else "report.customers.health"
        yield from self.prose("", self.say(key, bands=bands, ungraded=ungraded))
        weakening = listed_weakening(section)
        if not weakening.shown:
            return
        yield from self.prose("### ", self.say("report.customers.weakening"))
        yield from map(self.item, map(self._weak, weakening.shown))
        if weakening.rest:
            yield self.item(self.say("report.customers.more_weakening", count=len(weakening.rest)))
        yield ""

    def _weak(self, account: KeyAccount) -> str:
        weakest = account.main_reason
        assert weakest is not None  # noqa: S101 - it was graded by something
        reason = self.say(f"report.customers.because_{weakest.criterion.key}", fact=weakest.fact)
        return self.say("report.customers.weak", customer=account.label, score=account.score.value, reason=reason)

    def _lost(self, section: CustomerSection) -> Iterator[str]:
        if not section.lost_in_period:
            return
        yield from self.prose("### ", self.say("report.customers.lost", count=section.lost_in_period))
        for lost in section.lost:
            told = [
                one.message if one.on is None else Message.of("customers.text.dated", on=one.on, message=one.message)
                for one in lost.post_mortem.evidence
            ]
            words = {"customer": lost.line.label, "value": self._amount(lost.line.amount), "on": lost.post_mortem.on}
            evidence = self.say("report.customers.between").join(self.show(each) for each in told)
            yield self.item(self.say("report.customers.lost_customer", evidence=evidence, **words))
        if section.lost:
            yield ""

    def _cohorts(self, section: CustomerSection) -> Iterator[str]:
        told = list(enumerate(section.came_again[:_MOST_AGES], 1))
        rows = [
            [self.show(age), self.percent(share.value), self.range(share), self.show(share.n)]
            for age, share in told
            if share.value is not None
        ]
        if rows:
            yield from self.prose("### ", self.say("report.customers.cohorts"))
            yield from self.table(["quarters_after", "bought_again", "range", "customers"], rows, level=told[0][1].level)

    def _note(self, section: CustomerSection) -> str:
        key = "note" if section.begins < section.period.start else "note_of_beginning"
        basis = Message(f"report.customers.basis_{section.basis}")
        return self.say(f"report.customers.{key}", basis=basis, begins=section.begins)

"""A review beside the one before, written: what changed, by more than chance or not, and what became of what was agreed."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from salesperf.messages import Catalogs
from salesperf.model.amount import Amount
from salesperf.model.finding import Finding
from salesperf.model.message import Message
from salesperf.model.progress import PROGRESS_STATUSES
from salesperf.report.words import Words
from salesperf.review import Comparison, DealChange, MetricChange, Review
from salesperf.review.listed import listed_changed, listed_changes, listed_risks_gone, listed_then

__all__ = ["PreviousWriter"]

_HEADS: Final = (
    *("metric", "actual_then", "actual_now", "ratio_then", "ratio_now"),
    *("pace_then", "pace_now", "status_then", "status_now"),
)


class PreviousWriter(Words):
    """Writes the comparison of a report with the review before."""

    def __init__(self, review: Review, lang: str, catalogs: Catalogs | None) -> None:
        super().__init__(review.org, lang, catalogs)
        self.review = review

    def lines(self) -> Iterator[str]:
        """Write all that changed."""
        compared = self.review.previous
        if compared is None:
            return
        yield from self.prose("## ", self.say("report.previous.title"))
        period = compared.period.text(self.lang, self.catalogs, calendar=self.review.calendar)
        yield from self.prose("", self.say(f"report.previous.{compared.terms}", period=period, as_of=compared.as_of))
        changes = listed_changes(compared)
        if changes.shown:
            yield from self.table(_HEADS, map(self._row, changes.shown))
        if changes.rest:
            yield from self.prose("", self.say("report.more_metrics", count=len(changes.rest)))
        yield from map(self.item, self._sentences(compared))
        yield ""

    def _row(self, change: MetricChange) -> list[str]:
        title = self.show(change.title)
        if change.owner != self.review.owner:
            title = self.say("report.of", owner=self.name(change.owner), metric=title)
        both = (change.then, change.now)
        return [
            title,
            *(self.show(None) if each is None else self.measure(each.actual, change.metric, each.unit) for each in both),
            *(self.percent(None if each is None else each.ratio) for each in both),
            *(self.percent(None if each is None else each.pace.value) for each in both),
            *(self.show(None if each is None else Message(f"status.{each.status}")) for each in both),
        ]

    def _sentences(self, compared: Comparison) -> Iterator[str]:
        for change in compared.deals:
            yield self._win_rate(change)
            yield self.say(
                "report.previous.open",
                process=Message(change.process.label),
                count=change.open_now.count,
                value=self._amount(change.open_now.amount),
                then_count=change.open_then.count,
                then_value=self._amount(change.open_then.amount),
            )
        if compared.quality_now is not None and compared.quality_then is not None:
            yield self.say("report.previous.quality", now=compared.quality_now, then=compared.quality_then)
        yield self.say("report.previous.unmet", now=compared.unmet_now, then=compared.unmet_then)
        if compared.actions:
            yield self._actions(compared)
            yield from self._each_action(compared)
        found = compared.findings
        counts = {"gone": len(found.gone), "new": len(found.new), "still": len(found.still)}
        yield self.say("report.previous.findings", **counts)
        yield from self._told("new", found.new)
        yield from self._told("gone", found.gone)
        risks = listed_risks_gone(compared)
        for risk in risks.shown:
            yield self.say("report.previous.risk_gone", title=Message(risk.title))
        if risks.rest:
            yield self.say("report.previous.risks_more", count=len(risks.rest))

    def _amount(self, amount: Amount | None) -> str:
        return self.show(None) if amount is None else amount.rounded_text(0, self.lang, self.catalogs)

    def _win_rate(self, change: DealChange) -> str:
        process, difference = Message(change.process.label), change.difference
        if difference.value is None:
            return self.say("report.previous.win_rate_untold", process=process, reason=difference.reason)
        verdict = "more_than_chance" if change.is_more_than_chance else "maybe_chance"
        return self.say(
            "report.previous.win_rate",
            process=process,
            now=change.win_rate_now.value,
            now_range=self.range(change.win_rate_now),
            now_n=change.win_rate_now.n,
            then=change.win_rate_then.value,
            then_range=self.range(change.win_rate_then),
            then_n=change.win_rate_then.n,
            difference=difference.value,
            low=difference.low,
            high=difference.high,
            verdict=Message(f"report.previous.{verdict}"),
        )

    def _actions(self, compared: Comparison) -> str:
        """Write what became of the actions that were open then."""
        counts = Counter(change.status for change in compared.actions)
        words: dict[str, Message] = {status: Message(f"action.status.{status}") for status in PROGRESS_STATUSES}
        words["gone"] = Message("report.previous.action_gone")
        told = (
            self.say("report.previous.each", name=words[status], count=counts[status]) for status in words if counts[status]
        )
        statuses = self.say("report.list").join(told)
        return self.say("report.previous.actions", count=len(compared.actions), statuses=statuses)

    def _each_action(self, compared: Comparison) -> Iterator[str]:
        """Write each of them, whose it is, and how far it is now."""
        listed = listed_then(compared)
        for change in listed.shown:
            known = change.then if change.now is None else change.now
            status = Message("report.previous.action_gone" if change.now is None else f"action.status.{change.status}")
            owner = self.name(known.owner)
            yield self.say("report.previous.action", title=known.title, owner=owner, due=known.due, status=status)
        if listed.rest:
            yield self.say("report.previous.actions_more", count=len(listed.rest))

    def _told(self, key: str, findings: Sequence[Finding]) -> Iterator[str]:
        """Write findings that are no mere remarks, the gravest first, and how many are not told."""
        told = listed_changed(findings)
        for finding in told.shown:
            yield self.say(f"report.previous.{key}", text=finding.text(self.lang, self.catalogs))
        if told.rest:
            yield self.say(f"report.previous.{key}_more", count=len(told.rest))

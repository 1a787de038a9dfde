"""Competitors and reasons of lost deals in a review, written."""

from collections.abc import Iterator

from salesperf.customers import MarketShare
from salesperf.messages import Catalogs
from salesperf.model.amount import Amount
from salesperf.model.change import reason_title
from salesperf.report.words import Words
from salesperf.review import CompetitorLine, MarketSection, ReasonLine, Review
from salesperf.review.listed import listed_competitors, listed_reasons, listed_sellers

__all__ = ["MarketWriter"]


class MarketWriter(Words):
    """Writes the section on competitors and reasons of a report."""

    def __init__(self, review: Review, lang: str, catalogs: Catalogs | None) -> None:
        super().__init__(review.org, lang, catalogs)
        self.review = review

    def lines(self) -> Iterator[str]:
        """Write all that is told of the market."""
        section = self.review.market
        if section is None:
            return
        yield from self.prose("## ", self.say("report.market.title"))
        yield from map(self.item, self._sentences(section))
        yield ""
        yield from self._competitors(section)
        yield from self._reasons(section)

    def _amounts(self, amounts: tuple[Amount, ...]) -> str:
        if not amounts:
            return self.show(None)
        told = (amount.rounded_text(0, self.lang, self.catalogs) for amount in amounts)
        return self.say("report.list").join(told)

    def _sentences(self, section: MarketSection) -> Iterator[str]:
        named, unnamed = section.named, section.unnamed
        yield self.say("report.market.decided", count=named.decided + unnamed.decided, named=named.decided)
        for key, line in (("named", named), ("unnamed", unnamed)):
            rate = line.win_rate
            if named.decided and rate.value is not None:
                told = {"rate": rate.value, "range": self.range(rate), "level": rate.level, "count": rate.n}
                yield self.say(f"report.market.{key}", **told)
        difference = section.difference
        if difference.low is not None and difference.high is not None:
            verdict = "not_clear" if difference.low <= 0 <= difference.high else "clear"
            words = {"difference": difference.value, "low": difference.low, "high": difference.high}
            yield self.say(f"report.market.{verdict}", level=difference.level, **words)
        if section.shares is not None:
            yield self._shares(section.shares)

    def _shares(self, shares: MarketShare) -> str:
        """Write who got which share; what there is no room for goes with the others."""
        shown = listed_sellers(shares).shown
        we, others = self.say("customers.market.we"), self.say("report.market.others")
        told = [(we if line.seller is None else self.show(line.seller), line.amount.minor) for line in shown]
        rest = shares.market.minor - sum(minor for _, minor in told)
        sellers = [
            self.say("report.market.share", seller=seller, share=minor / shares.market.minor)
            for seller, minor in (*told, *([(others, rest)] if rest else []))
        ]
        return self.say(
            "report.market.shares",
            market=shares.market.rounded_text(0, self.lang, self.catalogs),
            shares=self.say("report.list").join(sellers),
        )

    def _competitors(self, section: MarketSection) -> Iterator[str]:
        if not section.competitors:
            return
        heads = ["competitor", "decided", "won", "lost", "win_rate", "range", "lost_value"]
        told = listed_competitors(section)
        level = section.named.win_rate.level
        yield from self.table(heads, map(self._competitor, (*told.shown, section.unnamed)), level=level)
        if told.rest:
            yield from self.prose("", self.say("report.market.more", count=len(told.rest)))
        yield from self.prose("", self.say("report.market.note"))

    def _competitor(self, line: CompetitorLine) -> list[str]:
        return [
            self.say("report.market.no_competitor") if line.competitor is None else self.show(line.competitor),
            self.show(line.decided),
            self.show(line.won),
            self.show(line.lost),
            self.percent(line.win_rate.value),
            self.range(line.win_rate),
            self._amounts(line.lost_value),
        ]

    def _reasons(self, section: MarketSection) -> Iterator[str]:
        if not section.reasons:
            return
        yield from self.prose("### ", self.say("report.market.reasons"))
        told = listed_reasons(section)
        yield from self.table(["reason", "lost", "share", "lost_value"], map(self._reason, told.shown))
        if told.rest:
            yield from self.prose("", self.say("report.market.more_reasons", count=len(told.rest)))

    def _reason(self, line: ReasonLine) -> list[str]:
        return [
            self.say("report.market.no_reason") if line.reason is None else self.show(reason_title(line.reason)),
            self.show(line.count),
            self.percent(line.share),
            self._amounts(line.lost_value),
        ]

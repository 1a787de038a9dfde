"""The other numbers of a review: on channels, customers, competitors, people, what changed, what is to come and be done."""

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import chain

from salesperf.model.breakdown import Breakdown
from salesperf.model.message import Message
from salesperf.pipeline import ClosedDeal
from salesperf.review.growing import Numbered, counted, named, rate_of
from salesperf.review.market import CompetitorLine, MarketSection
from salesperf.review.whole import Review

__all__ = ["numbers_of_sections"]


def numbers_of_sections(review: Review) -> Numbered:
    """Yield the numbers of all sections but those of metrics, deals and leads.

    Parameters
    ----------
    review
        The review.
    """
    yield from _ahead_and_behind(review)
    yield from _objectives(review)
    yield from _channels(review)
    if review.customers is not None:
        yield "customers/sold", partial(getattr, review.customers, "breakdown")
        yield "customers/standing", partial(getattr, review.customers.lifecycle, "breakdown")
    if review.market is not None:
        yield from _market(review, review.market)
    if review.team is not None:
        yield "team/headcount", partial(getattr, review.team, "breakdown")
    yield "quality/score", partial(getattr, review.quality.report, "breakdown")
    yield from _people(review)
    yield from _followed(review)


def _ahead_and_behind(review: Review) -> Numbered:
    for place, line in enumerate(() if review.variance is None else review.variance.lines, 1):
        yield f"variance/{place}/{line.kind}", partial(getattr, line.variance, "breakdown")
    for expected in review.outlook:
        yield f"outlook/{expected.process.key}/{expected.unit.code}", partial(getattr, expected, "breakdown")


def _objectives(review: Review) -> Numbered:
    for score in () if review.objectives is None else review.objectives.scores:
        for each in score.walk():
            yield f"objectives/{each.noun.id}", partial(getattr, each, "breakdown")


def _followed(review: Review) -> Numbered:
    for risk in review.risks.lines:
        yield f"risks/{risk.risk.id}", partial(getattr, risk.score, "breakdown")
    for line in () if review.actions is None else review.actions.follow_through.lines:
        yield f"actions/{line.action.id}", partial(getattr, line.action, "breakdown")


def _channels(review: Review) -> Numbered:
    if review.channels is None:
        return
    report = review.channels.report
    yield "channels/value", partial(getattr, report, "breakdown")
    for line in (*report.lines, report.total):
        name = "/".join(label or "-" for label in line.labels) or "total"
        yield f"channels/{name}/return_on_investment", partial(getattr, line, "breakdown")
        yield f"channels/{name}/acquisition_cost", partial(getattr, line, "acquisition_breakdown")


def _people(review: Review) -> Numbered:
    if review.people is None:
        return
    for total in review.people.pay_totals:
        yield f"pay/{total.due.unit.code}", partial(getattr, total, "breakdown")
    for appraisal in review.people.appraisals:
        yield f"appraisal/{appraisal.rep}", partial(getattr, appraisal, "breakdown")
    for feedback in review.people.feedback:
        yield f"feedback/{feedback.subject}", partial(getattr, feedback, "breakdown")


def _market(review: Review, market: MarketSection) -> Numbered:
    """Yield what was won and lost against each competitor, and for which reason."""
    closed = chain.from_iterable(section.closed.deals for section in review.deals)
    deals = [deal for deal in closed if deal.outcome != "cancelled"]
    lines: list[tuple[str, CompetitorLine, Sequence[ClosedDeal]]] = [
        ("named", market.named, [deal for deal in deals if deal.competitors]),
        ("unnamed", market.unnamed, [deal for deal in deals if not deal.competitors]),
        *(
            (f"competitor/{line.competitor}", line, [deal for deal in deals if line.competitor in deal.competitors])
            for line in market.competitors
        ),
    ]
    for address, line, against in lines:
        won, lost = ([deal for deal in against if deal.outcome == outcome] for outcome in ("won", "lost"))
        yield f"market/{address}/won", partial(_counted, named("won"), won)
        yield f"market/{address}/lost", partial(_counted, named("lost"), lost)
        yield f"market/{address}/win_rate", partial(_win_rate, line, won, against)
    if market.shares is not None:
        yield "market/shares", partial(getattr, market.shares, "breakdown")
    lost = [deal for deal in deals if deal.outcome == "lost"]
    for reason in market.reasons:
        because = [deal for deal in lost if deal.reason == reason.reason]
        yield f"market/reason/{reason.reason or '-'}", partial(_share, reason.share, because, lost)


def _counted(label: Message, deals: Iterable[ClosedDeal]) -> Breakdown:
    return counted(label, (named("deal_on", deal=deal.id, on=deal.on) for deal in deals))


def _win_rate(line: CompetitorLine, won: Sequence[ClosedDeal], decided: Sequence[ClosedDeal]) -> Breakdown:
    whole = _counted(named("won_or_lost"), decided)
    return rate_of(named("win_rate"), line.win_rate.value, _counted(named("won"), won), whole)


def _share(share: float, part: Sequence[ClosedDeal], whole: Sequence[ClosedDeal]) -> Breakdown:
    return rate_of(named("share_of_lost"), share, _counted(named("lost"), part), _counted(named("lost"), whole))

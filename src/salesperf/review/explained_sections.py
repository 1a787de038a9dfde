"""The other numbers of a review: on channels, customers, competitors, people, what changed, what is to come and be done."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from itertools import chain

from salesperf.attainment import Attainment
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Difference
from salesperf.model.citation import Citation
from salesperf.model.message import Message
from salesperf.pipeline import ClosedDeal
from salesperf.review.comparing import Comparison
from salesperf.review.customers import CustomerLine, CustomerSection
from salesperf.review.growing import Numbered, bracketed, counted, grown, leaf, named, rate_of, summed
from salesperf.review.market import CompetitorLine, MarketSection
from salesperf.review.team import TeamSection
from salesperf.review.whole import Review
from salesperf.risk.people import served_and_gone

__all__ = ["numbers_of_sections"]


def numbers_of_sections(review: Review) -> Numbered:
    """Yield the numbers of all sections but those of metrics, deals and leads.

    Parameters
    ----------
    review
        The review.
    """
    yield from _ahead_and_behind(review)
    yield from _cited(review)
    yield from _objectives(review)
    yield from _channels(review)
    if review.customers is not None:
        yield from _customers(review.customers)
    if review.market is not None:
        yield from _market(review, review.market)
    if review.team is not None:
        yield from _team(review, review.team)
    yield "quality/score", partial(getattr, review.quality.report, "breakdown")
    yield from _people(review)
    yield from _followed(review)
    if review.previous is not None:
        yield from _previous(review.previous, review.owner)


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


def _cited(review: Review) -> Numbered:
    """Yield the numbers on which causes and risks rest, each with where it came from."""
    for place, cause in enumerate(review.causes, 1):
        for number, citation in enumerate(cause.citations, 1):
            yield f"causes/{place}/{cause.rule}/{number}", partial(_leaf_of, citation)
    for line in review.risks.lines:
        for number, citation in enumerate(line.risk.citations, 1):
            yield f"risks/{line.risk.id}/{number}", partial(_leaf_of, citation)


def _leaf_of(citation: Citation) -> Breakdown:
    return leaf(named("cited", label=citation.label, source=citation.source), citation.value)


def _customers(section: CustomerSection) -> Numbered:
    yield "customers/sold", partial(getattr, section, "breakdown")
    yield "customers/standing", partial(getattr, section.lifecycle, "breakdown")
    for line in section.largest:
        yield f"customers/{line.customer}/bought", partial(_bought, section, line)


def _bought(section: CustomerSection, line: CustomerLine) -> Breakdown:
    """Return what a customer bought in the period as the sum of its days."""
    purchases, unit = section.purchases, line.amount.unit
    chosen = purchases.codes == purchases.customers.index(line.customer)
    days = map(date.fromordinal, purchases.days[chosen].tolist())
    days_and_sums = zip(days, purchases.minor[chosen].tolist(), strict=True)
    bought = [(named("day", on=on), Amount(minor=minor, unit=unit)) for on, minor in days_and_sums if on in section.period]
    return summed(named("bought"), line.amount, bought)


def _team(review: Review, team: TeamSection) -> Numbered:
    yield "team/headcount", partial(getattr, team, "breakdown")
    yield "team/attrition", partial(_attrition, review, team)
    absent, served = (leaf(named(name), getattr(team, name)) for name in ("absent_workdays", "served_workdays"))
    yield "team/absent_share", partial(rate_of, named("absent_share"), team.absent_share, absent, served)


def _attrition(review: Review, team: TeamSection) -> Breakdown:
    served, gone = served_and_gone(review.org, owner=review.owner, as_of=team.period.last)
    parts = (counted(named(key), (named("rep", rep=rep) for rep in reps)) for key, reps in (("gone", gone), ("served", served)))
    return rate_of(named("attrition"), team.attrition.value, *parts)


def _previous(comparison: Comparison, owner: str | None) -> Numbered:
    """Yield what changed since the review before: now less then."""
    for change in comparison.metrics:
        whose = "" if change.owner == owner else f"/{change.owner}"
        address = f"previous/{change.metric.key}{bracketed(change.scope)}{whose}"
        for name in ("ratio", "pace"):
            ends = [_of(name, attained) for attained in (change.now, change.then)]
            yield f"{address}/{name}", partial(_less, named(name), *ends)
    for deals in comparison.deals:
        address = f"previous/{deals.process.key}/{'-' if deals.unit is None else deals.unit.code}"
        yield f"{address}/win_rate", partial(_less, named("win_rate"), deals.win_rate_now.value, deals.win_rate_then.value)
        yield f"{address}/open", partial(_less, named("open"), deals.open_now.count, deals.open_then.count)
    yield "previous/quality", partial(_less, named("quality"), comparison.quality_now, comparison.quality_then)
    yield "previous/unmet", partial(_less, named("unmet"), comparison.unmet_now, comparison.unmet_then)


def _of(name: str, attained: Attainment | None) -> float | None:
    if attained is None:
        return None
    return attained.ratio if name == "ratio" else attained.pace.value


def _less(label: Message, now: float | None, then: float | None) -> Breakdown:
    """Return a change; undefined where either number is."""
    parts = (leaf(named("now"), now), leaf(named("then"), then))
    return grown(label, None if now is None or then is None else now - then, Difference(), parts)


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

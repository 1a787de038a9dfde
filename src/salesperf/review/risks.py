"""The risks of a review: those that people wrote down, and those that its own numbers show."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

import attrs
import numpy as np

from salesperf.attainment import Attainment
from salesperf.attainment.judging import Question, judge
from salesperf.attainment.ledger import Spans
from salesperf.errors import InvalidValueError, UnitMismatchError
from salesperf.model.amount import Amount, Unit
from salesperf.model.citation import Citation
from salesperf.model.finding import Finding
from salesperf.model.message import Message
from salesperf.model.metric import Metric
from salesperf.model.people import Org
from salesperf.model.period import Period
from salesperf.model.risk_entry import Risk
from salesperf.model.target import EVERYTHING
from salesperf.pipeline import ClosedDeal, ClosedDeals, Coverage, Pipeline, closed, snapshot
from salesperf.review.deals import by_unit
from salesperf.review.grounds import Grounds
from salesperf.risk import (
    LEAST_DEAL_SHARE,
    RiskRegister,
    customer_risks,
    people_risks,
    pipeline_risks,
    plan_risks,
    register,
)

if TYPE_CHECKING:
    from salesperf.model.opportunity import Opportunity
    from salesperf.review.whole import Review

__all__ = ["Ahead", "DealShare", "coverages", "find_untold_coverage", "risk_register", "sold_by_rep"]

_YEAR: Final = 365
_ONE_DAY: Final = timedelta(days=1)
_THIN: Final = "risk.automatic.thin_pipeline"


def risk_register(grounds: Grounds, review: "Review", previous: "Review | None", ahead: "Iterable[Ahead]") -> RiskRegister:
    """Put the risks of those under the owner in order, as known on the day of the review.

    Parameters
    ----------
    grounds
        What the review looks at.
    review
        All its sections but those that are drawn from these.
    previous
        The review before; trends go back to it, or else to the day before the period.
    ahead
        What :func:`coverages` found.

    Notes
    -----
    A risk that somebody wrote down under the id of one that the numbers show takes its place while it is open, so that it can
    be given an owner and a response. Where its last marks were read off numbers it is assessed anew, and a judgement stays.
    Whether what the numbers show is new, nobody knows without a previous review: then it has no trend.
    """
    found = {risk.id: risk for risk in _shown(grounds, review, ahead)}
    written = [
        _renewed(risk, found[risk.id]) if risk.id in found else risk
        for risk in grounds.records.risks
        if grounds.holds(risk.owner)
    ]
    taken = {risk.id for risk in written if risk.closed is None or risk.closed > grounds.as_of}
    shown = [risk for risk in found.values() if risk.id not in taken]
    again = {risk.id for risk in shown}
    written = [risk for risk in written if risk.id not in again]
    if previous is not None:
        return register([*written, *shown], as_of=grounds.as_of, since=previous.as_of, previous=previous.risks)
    told = register(written, as_of=grounds.as_of, since=grounds.eve)
    unwritten = register(shown, as_of=grounds.as_of)
    lines = sorted(
        (*told.lines, *unwritten.lines), key=lambda line: (line.risk.closed is not None, -(line.score.value or 0), line.risk.id)
    )
    return attrs.evolve(told, lines=tuple(lines))


def _renewed(kept: Risk, shown: Risk) -> Risk:
    """Return a risk that was kept, with what the numbers show of it now; what somebody judged stays as it is."""
    last = kept.assessments[-1]
    if kept.closed is not None or last.likelihood_breakdown is None or last.impact_breakdown is None:
        return kept
    earlier = [each for each in kept.assessments if each.on < shown.created]
    return attrs.evolve(kept, assessments=[*earlier, *shown.assessments], citations=shown.citations, at_stake=shown.at_stake)


def _shown(grounds: Grounds, review: "Review", ahead: "Iterable[Ahead]") -> Iterator[Risk]:
    """Yield the risks that numbers show, each with an id of its own."""
    owner, as_of = grounds.owner, grounds.as_of
    for each in ahead:
        share = None if each.share is None else each.share.value
        risks = pipeline_risks(each.coverage, owner=owner, whole=each.target, deal_share=share)
        yield from _named(risks, str(each.coverage.target.unit))
    leaving = None if review.team is None else review.team.attrition
    by_rep = sold_by_rep(grounds, review)
    for risk in people_risks(by_rep, as_of=as_of, attrition=leaving, owner=owner):
        yield attrs.evolve(risk, citations=[_by_name(citation, grounds.org) for citation in risk.citations])
    yield from plan_risks(as_of=as_of, fairness=None if review.team is None else review.team.fairness, owner=owner)
    for progress in review.plans:
        yield from _named(plan_risks(as_of=as_of, progress=progress, owner=owner), progress.plan.id)
    if review.customers is not None:
        purchases, lifecycle = review.customers.purchases, review.customers.lifecycle
        sold = [amount for amount in by_rep.values() if amount.unit == purchases.unit]
        whole = Amount.total(sold, sold[0].unit) if sold else None
        yield from customer_risks(purchases, lifecycle=lifecycle, sold=whole, owner=owner)


def _named(risks: Iterable[Risk], name: str) -> Iterator[Risk]:
    """Add to ids what there may be several of: the unit of a target, a plan."""
    return (attrs.evolve(risk, id=f"{risk.id}/{name}") for risk in risks)


def _by_name(citation: Citation, org: Org) -> Citation:
    """Call whoever a citation names by name, and say of which days it is what that one sold."""
    rep = org.rep_by_id.get(citation.label.arguments.get("name", ""))
    if rep is None:
        return citation
    label = Message.of(citation.label.key, name=org.called(rep.id))
    return attrs.evolve(citation, label=label, source=Message("risk.source.sold_in_year"))


# The pipeline against what is still to be won


class Ahead(NamedTuple):
    """The open pipeline of the days to come against what is still to be won in them."""

    coverage: Coverage
    target: Amount
    """Of the whole period."""
    decided: ClosedDeals
    """In the year before and in the period, by which deals are won."""
    won: tuple[ClosedDeal, ...]
    """Those won in the whole period."""
    attained: Attainment
    """What was booked in the whole period, against the target."""
    share: "DealShare | None"
    """Which part of what was booked in a year won deals made up; ``None`` where nothing was booked."""


class DealShare(NamedTuple):
    """Which part of what was sold deals made up, in the year up to a day, or since the first deal on record began."""

    days: Period
    won: tuple[ClosedDeal, ...]
    """The deals won in these days whose amount is known."""
    booked: Amount
    """What was sold in them, with or without a deal."""

    @property
    def value(self) -> float:
        """The share, a fraction; above 1 where more was won than has been booked by then."""
        amounts = [deal.amount for deal in self.won if deal.amount is not None]
        return Amount.total(amounts, self.booked.unit).minor / self.booked.minor


def find_untold_coverage(ahead: Iterable[Ahead], owner: str | None) -> Iterator[Finding]:
    """Notice that nothing tells whether a pipeline is too thin that looks like it, since most sales come without deals.

    Parameters
    ----------
    ahead
        What :func:`coverages` found.
    owner
        Whose sales.
    """
    for each in ahead:
        if each.share is None or each.share.value >= LEAST_DEAL_SHARE:
            continue
        if any(risk.title == _THIN for risk in pipeline_risks(each.coverage, owner=owner, whole=each.target)):
            words = {"share": each.share.value, "first": each.share.days.start, "last": each.share.days.last}
            metric = Message(each.attained.target.metric.title)
            message = Message.of("finding.pipeline_untold", metric=metric, least=LEAST_DEAL_SHARE, **words)
            yield Finding(rule="pipeline_untold", severity="info", message=message)


def coverages(grounds: Grounds, review: "Review") -> Iterator[Ahead]:
    """Yield, for each money, the open pipeline of the days to come against what is still to be won in them, and the target.

    The days to come are what is left of the period on the day of the review, and after its last day what is left of the
    period of the same kind that holds the day after: when a quarter is over, it is the next one that can still be won. Of a
    day or a week it is the month, since no pipeline is made for a day. Of any other run of days nobody can say which is next.

    A target is not divided among sales processes, so the deals of all of them are held against it together. What is still to
    be won is the target less what was booked or, where that is more, what was won: a deal that is won and not booked yet need
    not be won again, and neither need what was sold without a deal. Where no deal is expected in the days to come and none was
    decided in the year before, the records tell of no pipeline, which is not the same as an empty one.
    """
    whole = _whole(grounds)
    if whole is None or not _money_metrics(grounds, review):
        return
    held = tuple(_held(grounds, review, whole))
    for unit in dict.fromkeys(pipeline.unit for pipeline, _ in held if pipeline.unit is not None):
        attained = _owed(grounds, review, unit, whole)
        if attained is None or not isinstance(attained.target.amount, Amount) or attained.target.amount.minor <= 0:
            continue
        target, chosen = attained.target.amount, [pair for pair in held if pair[0].unit in (unit, None)]
        ahead = _ahead(grounds, attained, target, chosen, whole)
        if ahead.coverage.pipeline.deals or ahead.decided.deals:
            yield ahead


def _ahead(
    grounds: Grounds, attained: Attainment, target: Amount, held: Iterable[tuple[Pipeline, ClosedDeals]], whole: Period
) -> Ahead:
    pipelines, decided = zip(*held, strict=True)
    last = whole.last
    ahead = (
        deal for each in pipelines for deal in each.deals if deal.expected_close is not None and deal.expected_close <= last
    )
    earlier = attrs.evolve(decided[0], unit=target.unit, deals=tuple(deal for each in decided for deal in each.deals))
    won = tuple(deal for deal in earlier.of("won") if deal.on in whole)
    won_value = Amount.total([deal.amount for deal in won if deal.amount is not None], target.unit)
    booked = attained.actual if isinstance(attained.actual, Amount) else Amount.zero(target.unit)
    rest = Period(grounds.as_of + _ONE_DAY, whole.end)
    coverage = Coverage(
        target=target - max(won_value, booked),
        period=rest,
        as_of=grounds.as_of,
        pipeline=attrs.evolve(
            pipelines[0], period=rest, unit=target.unit, deals=tuple(sorted(ahead, key=lambda deal: deal.id))
        ),
        closed=attrs.evolve(earlier, period=rest, deals=()),
        win_rate_by_value=earlier.win_rate_by_value,
    )
    return Ahead(coverage, target, earlier, won, attained, _deal_share(grounds, attained.target.metric, earlier, target.unit))


def _deal_share(grounds: Grounds, metric: Metric, decided: ClosedDeals, unit: Unit) -> DealShare | None:
    """Tell which part of what was booked in a year won deals made up, as far back as there are deals on record."""
    changes = (change.on for deal in grounds.records.opportunities for change in deal.history if change.on is not None)
    first = min(changes, default=date.min)
    days = Period(max(_year_ago(grounds.as_of), first), grounds.as_of + _ONE_DAY)
    booked, _ = grounds.ledger.sums(metric, unit, EVERYTHING, grounds.ledger.spans_of(grounds.owner, days))
    won = tuple(deal for deal in decided.of("won") if deal.on in days and deal.amount is not None)
    whole = Amount(minor=int(booked[0]), unit=unit)
    return DealShare(days, won, whole) if whole.minor > 0 else None


def _whole(grounds: Grounds) -> Period | None:
    """Return the period of which days are to come; ``None`` where nobody can say which that is."""
    name = grounds.period.name_in(grounds.calendar)
    if name is None:
        return grounds.period if grounds.as_of < grounds.period.last else None
    if grounds.as_of == date.max:
        return None
    try:
        return Period.holding(
            grounds.as_of + _ONE_DAY, "month" if name.grain in ("day", "week") else name.grain, grounds.calendar
        )
    except InvalidValueError:
        return None  # it would reach beyond the last day that there is


def _held(grounds: Grounds, review: "Review", whole: Period) -> Iterator[tuple[Pipeline, ClosedDeals]]:
    """Yield of each process and money what is open on the day, and what was decided in the year before and in the period."""
    days = Period(min(_year_ago(grounds.as_of), whole.start), grounds.as_of + _ONE_DAY)
    if grounds.as_of == grounds.passed.last:
        for section in review.deals:
            yield section.pipeline, closed(section.deals, section.process, as_of=grounds.as_of, period=days)
        return
    by_process: dict[str, list[Opportunity]] = {}
    for deal in grounds.records.opportunities:
        by_process.setdefault(grounds.records.process_of(deal).key, []).append(deal)
    for process in sorted(grounds.records.processes, key=lambda process: process.key):
        for _, deals in by_unit(by_process.get(process.key, [])):
            pipeline = snapshot(deals, process, as_of=grounds.as_of, calendar=grounds.calendar, org=grounds.org)
            decided = closed(deals, process, as_of=grounds.as_of, period=days)
            yield (
                attrs.evolve(pipeline, deals=tuple(deal for deal in pipeline.deals if grounds.holds(deal.owner))),
                attrs.evolve(decided, deals=tuple(deal for deal in decided.deals if grounds.holds(deal.owner))),
            )


def _owed(grounds: Grounds, review: "Review", unit: Unit, whole: Period) -> Attainment | None:
    """Return how much of the money that is owed in a period has been made by the day: of the first such metric."""
    for metric in _money_metrics(grounds, review):
        try:
            owed = grounds.book.owed(grounds.owner, metric, whole)
            if owed is not None and isinstance(owed.target.amount, Amount) and owed.target.amount.unit == unit:
                return judge([Question.of(owed)], grounds.ledger, as_of=grounds.as_of, calendar=grounds.calendar)[0]
        except UnitMismatchError:
            continue  # of other days than those of the review, what is in several units is no reason to have none
    return None


def _money_metrics(grounds: Grounds, review: "Review") -> list[Metric]:
    """Return the metrics of money that flows in, and that the owner owes as a whole, revenue first."""
    owed = (section.metric for section in review.metrics if section.owner == grounds.owner and not section.scope)
    return [each for each in owed if (each.dimension, each.accumulation, each.direction) == ("money", "flow", "higher")]


# Who sold


def sold_by_rep(grounds: Grounds, review: "Review") -> Mapping[str, Amount]:
    """Return what each person under the owner sold in the last 365 days, of the first metric of money.

    A year, since on a single day all hangs on whoever sold something; what a rep sold for another team does not count.
    """
    metrics = _money_metrics(grounds, review)
    if not metrics:
        return {}
    as_of = grounds.as_of
    year = Period(_year_ago(as_of), as_of + _ONE_DAY if as_of < date.max else as_of)
    units = grounds.ledger.units(metrics[0], EVERYTHING)
    reps = [rep for rep in grounds.org.members(grounds.owner, year) if grounds.org.rep_by_id[rep].kind != "house"]
    if len(units) != 1:
        return {}
    spans = grounds.ledger.spans_of(grounds.owner, year)
    count = len(spans.owner)
    each = Spans(question=np.arange(count), owner=spans.owner, start=spans.start, end=spans.end, questions=count)
    sums, _ = grounds.ledger.sums(metrics[0], units[0], EVERYTHING, each)
    sold = dict.fromkeys(reps, 0)
    for code, minor in zip(spans.owner.tolist(), sums.tolist(), strict=True):
        rep = grounds.ledger.tally.owners[code]
        if rep in sold:
            sold[rep] += minor
    return {rep: Amount(minor=minor, unit=units[0]) for rep, minor in sold.items()}


def _year_ago(day: date) -> date:
    """Return the first of the 365 days that end with a day."""
    return date.fromordinal(max(day.toordinal() - _YEAR + 1, 1))

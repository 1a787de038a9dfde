"""What may be wrong with selling: too few leads, low conversion, discounts, channels that stand in each other's way."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final, NamedTuple

from salesperf.attainment import Attainment
from salesperf.diagnosis.citing import cited_attainment
from salesperf.diagnosis.comparing import count_ratio
from salesperf.diagnosis.evidence import Evidence
from salesperf.kernels.proportion import newcombe
from salesperf.model.amount import Amount
from salesperf.model.citation import Citation
from salesperf.model.estimate import Estimate
from salesperf.model.finding import Finding, Severity
from salesperf.model.message import Message
from salesperf.model.opportunity import Opportunity
from salesperf.model.people import RepKind
from salesperf.model.period import Period
from salesperf.pipeline import ClosedDeals

if TYPE_CHECKING:
    from salesperf.diagnosis.rule import DiagnosisRule

__all__ = [
    "WonDealPriced",
    "contested_customers",
    "cuts",
    "look_for_channel_conflict",
    "look_for_discounting",
    "look_for_few_leads",
    "look_for_low_conversion",
    "open_deals_of_customers",
]

_GRACE: Final = timedelta(days=7)
"""How much later than the days compared with the records may begin."""
_OF_LEADS: Final = frozenset({"leads", "new_customers"})
_WORTH_LACKING: Final[Mapping[str, Message]] = {
    "leads": Message("diagnosis.lacks.lead_worth"),
    "new_customers": Message("diagnosis.lacks.customer_worth"),
}
"""What is lacking to tell the money that hangs on a target of leads or of new customers."""
_MOST_CITED: Final = 5
_OUR_OWN: Final[Mapping[RepKind, RepKind]] = {"house": "employee"}
"""A house account is worked by our own people."""


def look_for_few_leads(evidence: Evidence, rule: "DiagnosisRule") -> Iterator[Finding]:
    """Notice fewer leads than in the days before, by more than chance, and targets of leads or new customers that are missed.

    The threshold is the ratio of leads now to leads before below which there are few. At stake is what the missing leads bring
    on average.
    """
    owed = [each for each in evidence.attainments if each.target.metric.key in _OF_LEADS]
    for attainment in owed:
        if attainment.is_short:
            short = cited_attainment(attainment, evidence)
            at_stake = _worth_of_missing(attainment, evidence)
            lacks = _WORTH_LACKING[attainment.target.metric.key] if at_stake is None else None
            # Whoever may be behind by chance alone, with days to come, is told so in a note.
            high = attainment.pace.high
            severity: Severity | None = "info" if high is not None and high >= 1 and not attainment.is_over else None
            record = attainment.target.metric.key
            yield rule.found(short, record=record, severity=severity, at_stake=at_stake, lacks=lacks)
    counts = _leads(evidence)
    if isinstance(counts, Message):
        if not owed:
            yield rule.cannot_tell(counts)
        return
    now, before = counts
    if now + before < rule.fewest or not before:
        yield rule.cannot_tell(Message.of("diagnosis.lacks.more_leads", n=now + before, fewest=rule.fewest))
        return
    ratio = count_ratio(now, before)
    if ratio.value is not None and ratio.high is not None and ratio.value < rule.threshold and ratio.high < 1:
        source = Message.of("diagnosis.source.leads", period=evidence.passed, before=evidence.before)
        cited = [
            Citation(label=Message("diagnosis.cited.leads"), value=now, against=before, source=source),
            Citation.of(Message("diagnosis.cited.leads_ratio"), ratio, against=1, source=source, is_share=True),
        ]
        at_stake = _worth_of(before - now, evidence)
        yield rule.found(cited, at_stake=at_stake, lacks=_WORTH_LACKING["leads"] if at_stake is None else None)


def _leads(evidence: Evidence) -> tuple[int, int] | Message:
    """Count the leads that began in the days passed, and in as many workdays before; or say what is lacking for that."""
    began = sorted(lead.created for lead in evidence.known.leads if lead.created is not None and evidence.holds(lead.owner))
    if not began:
        return Message("diagnosis.lacks.leads")
    before = evidence.before
    if before is None or began[0] > before.start + _GRACE:
        return Message.of("diagnosis.lacks.leads_before", began=began[0])
    return _within(began, evidence.passed), _within(began, before)


def _within(days: list[date], period: Period) -> int:
    return sum(day in period for day in days)


def _worth_of(leads: int | Decimal, evidence: Evidence) -> Amount | None:
    """Return what so many leads bring on average, as far as their channels tell."""
    total = None if evidence.channels is None else evidence.channels.total
    if total is None or total.value is None or total.value.minor <= 0 or not total.leads:
        return None
    return total.value.times(Fraction(leads) / total.leads)


def _worth_of_missing(attainment: Attainment, evidence: Evidence) -> Amount | None:
    """Return what the leads bring on average that are missing to a target of leads; ``None`` where nobody knows.

    What a new customer brings no result tells: a lead brings what its deals do, and a customer may have had several.
    """
    gap = attainment.gap
    if attainment.target.metric.key != "leads" or not isinstance(gap, Amount) or gap.minor >= 0:
        return None
    return _worth_of(-gap.decimal, evidence)


def look_for_low_conversion(evidence: Evidence, rule: "DiagnosisRule") -> Iterator[Finding]:
    """Notice a win rate below that of before, by more than chance.

    The threshold is how far below it at least, as a difference of fractions.
    """
    now, before = _decided(evidence.closed), _decided(evidence.closed_before)
    for counts, lacking in ((now, "decided"), (before, "decided_before")):
        if not counts[1]:
            yield rule.cannot_tell(Message(f"diagnosis.lacks.{lacking}"))
            return
    if min(now[1], before[1]) < rule.fewest:
        yield rule.cannot_tell(Message.of("diagnosis.lacks.more_decided", n=min(now[1], before[1]), fewest=rule.fewest))
        return
    difference = newcombe(*now, *before)
    drop = before[0] / before[1] - now[0] / now[1]
    if drop <= rule.threshold or difference.high >= 0:
        return
    cited = [
        Citation.of(
            Message("metric.win_rate"),
            Estimate.of_counts(*now),
            against=before[0] / before[1],
            source=Message.of("diagnosis.source.decided", n=now[1], before=before[1]),
            is_share=True,
        ),
        Citation(
            label=Message("diagnosis.cited.win_rate_change"),
            value=-drop,
            low=difference.low,
            high=difference.high,
            level=difference.level,
            n=now[1] + before[1],
            is_share=True,
            source=Message.of("diagnosis.source.decided", n=now[1], before=before[1]),
        ),
    ]
    missing = Fraction(before[0], before[1]) * now[1] - now[0]
    yield rule.found(cited, at_stake=_value_of(missing, (*evidence.closed, *evidence.closed_before)))


def _decided(closed: tuple[ClosedDeals, ...]) -> tuple[int, int]:
    """Return how many deals were won, and how many won or lost."""
    won = sum(each.won for each in closed)
    return won, won + sum(each.lost for each in closed)


def _value_of(deals: Fraction, closed: tuple[ClosedDeals, ...]) -> Amount | None:
    """Return what so many won deals are worth on average, where all are in one unit."""
    won = [deal.amount for each in closed for deal in each.of("won") if deal.amount is not None]
    if not won or len({amount.unit for amount in won}) > 1:
        return None
    return Amount.total(won, won[0].unit).times(deals / len(won))


def look_for_discounting(evidence: Evidence, rule: "DiagnosisRule") -> Iterator[Finding]:
    """Notice that won deals were cut before they were won, and that prices fell.

    The threshold is the share of the highest amount that was cut, and the share of what was sold before that prices took.
    """
    prices = list(_price_effects(evidence))
    for effect, whole, comparison in prices:
        if whole.minor > 0 and -effect.minor / whole.minor >= rule.threshold:
            source = Message(f"diagnosis.source.{comparison}")
            label = Message("diagnosis.cited.price_effect")
            cited = [Citation(label=label, value=effect, against=whole, source=source)]
            yield rule.found(cited, record="price", at_stake=Amount(minor=-effect.minor, unit=effect.unit))
    deals = list(cuts(evidence))
    if len(deals) < rule.fewest:
        if not prices:
            yield rule.cannot_tell(Message.of("diagnosis.lacks.amount_history", n=len(deals), fewest=rule.fewest))
        return
    unit = deals[0].highest.unit
    asked = Amount.total([deal.highest for deal in deals], unit)
    cut = asked - Amount.total([deal.final for deal in deals], unit)
    share = cut.minor / asked.minor if asked.minor else 0.0
    if share >= rule.threshold and cut.minor > 0:
        source = Message.of("diagnosis.source.won_deals", n=len(deals))
        were_cut = sum(deal.is_cut for deal in deals)
        cited = [
            Citation(label=Message("diagnosis.cited.cut_share"), value=share, n=len(deals), is_share=True, source=source),
            Citation.of(
                Message("diagnosis.cited.deals_cut"), Estimate.of_counts(were_cut, len(deals)), source=source, is_share=True
            ),
        ]
        yield rule.found(cited, record="won_deals", at_stake=cut, count=were_cut)


def _price_effects(evidence: Evidence) -> Iterator[tuple[Amount, Amount, str]]:
    """Yield what prices did to the value of what was sold, and the value before."""
    for variance in evidence.variances:
        effect = variance.effects.get("price")
        if isinstance(effect, Amount) and isinstance(variance.before, Amount):
            yield effect, variance.before, variance.comparison


class WonDealPriced(NamedTuple):
    """What a won deal was worth: at the most, and in the end."""

    id: str
    highest: Amount
    final: Amount

    @property
    def is_cut(self) -> bool:
        """Whether it was worth more before it was won."""
        return self.highest > self.final


def cuts(evidence: Evidence) -> Iterator[WonDealPriced]:
    """Yield the highest and the last amount of each deal won, of those whose changes of the amount somebody kept.

    Parameters
    ----------
    evidence
        What is known.
    """
    won = {deal.id for closed in evidence.closed for deal in closed.of("won")}
    units = set()
    found = []
    for deal in sorted(evidence.known.opportunities, key=lambda deal: deal.id):
        if deal.id not in won or "amount" in deal.as_exported:
            continue
        amounts = [change.amount for change in deal.history if change.amount is not None]
        if amounts:
            units.add(amounts[0].unit)
            found.append(WonDealPriced(deal.id, max(amounts), amounts[-1]))
    if len(units) == 1:
        yield from found


def look_for_channel_conflict(evidence: Evidence, rule: "DiagnosisRule") -> Iterator[Finding]:
    """Notice customers with open deals of several kinds of sellers: our own people, dealers, agents.

    The threshold is how many kinds at least.
    """
    open_deals = list(open_deals_of_customers(evidence))
    if not open_deals:
        yield rule.cannot_tell(Message("diagnosis.lacks.open_deals"))
        return
    contested = contested_customers(open_deals, evidence, rule.threshold)
    if not contested:
        return
    customers = {deal.customer for deal in open_deals}
    source = Message.of("diagnosis.source.open_deals", n=len(open_deals))
    share = Estimate.of_counts(len(contested), len(customers))
    cited = [Citation.of(Message("diagnosis.cited.contested"), share, source=source, is_share=True)]
    for customer, (deals, sellers) in list(contested.items())[:_MOST_CITED]:
        label = Message.of(
            "diagnosis.cited.contested_customer",
            customer=customer,
            kinds=tuple(Message(f"owner_kind.{kind}") for kind in sellers),
        )
        cited.append(Citation(label=label, value=len(deals), source=source))
    at_stake = _total([deal.amount for deals, _ in contested.values() for deal in deals])
    yield rule.found(cited, at_stake=at_stake, count=len(contested))


def contested_customers(
    open_deals: Iterable[Opportunity], evidence: Evidence, threshold: float
) -> Mapping[str, tuple[list[Opportunity], tuple[RepKind, ...]]]:
    """Return the customers with open deals of several kinds of sellers, one of them under the owner: the deals, and the kinds.

    Parameters
    ----------
    open_deals
        As :func:`open_deals_of_customers` yields them.
    evidence
        What is known.
    threshold
        How many kinds at least.
    """
    by_customer: dict[str, list[Opportunity]] = defaultdict(list)
    for deal in open_deals:
        by_customer[deal.customer or ""].append(deal)
    reps = evidence.known.org.rep_by_id
    contested = {}
    for customer, deals in sorted(by_customer.items()):
        kinds = {_OUR_OWN.get(rep.kind, rep.kind) for deal in deals if (rep := reps.get(deal.owner or "")) is not None}
        if len(kinds) >= threshold and any(evidence.holds(deal.owner) for deal in deals):
            contested[customer] = (deals, tuple(sorted(kinds)))
    return contested


def open_deals_of_customers(evidence: Evidence) -> Iterator[Opportunity]:
    """Yield the open deals of known customers that somebody has.

    Parameters
    ----------
    evidence
        What is known.
    """
    for deal in evidence.known.opportunities:
        if deal.customer is None or deal.owner is None:
            continue
        if evidence.known.process_of(deal).stage_by_key[deal.stage].is_open:
            yield deal


def _total(amounts: list[Amount | None]) -> Amount | None:
    """Add the amounts that are known, where they are in one unit."""
    known = [amount for amount in amounts if amount is not None]
    return Amount.total(known, known[0].unit) if known and len({amount.unit for amount in known}) == 1 else None

"""Trees of the numbers on the pipeline that risks cite: the open deals of the days to come against what is still to be won."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Difference, Maximum, Quotient
from salesperf.model.citation import Citation
from salesperf.model.message import Message
from salesperf.pipeline import ClosedDeal, OpenDeal
from salesperf.review.explained.addresses import metric_address
from salesperf.review.explained.behind import Behind, Find, Parts, fitting, rate, share_of, total
from salesperf.review.explained.elsewhere import computed, shown, verbatim
from salesperf.review.explained.growing import counted, leaf, named
from salesperf.review.risks import Ahead

__all__ = ["FIND_AHEAD", "amiss", "of_risk", "open_value", "rate_by_value", "remaining", "target_ahead"]


def open_value(deals: Iterable[OpenDeal], label: Message | None = None) -> Breakdown | None:
    """Return what open deals are worth that have an amount; ``None`` where none has one.

    Parameters
    ----------
    deals
        The deals.
    label
        What to call it; ``None`` where nothing stands beside it that is called the same.
    """
    return total(label or named("open_value"), ((named("deal", deal=deal.id), deal.amount) for deal in deals))


def remaining(behind: Behind, ahead: Ahead) -> Breakdown:
    """Return what is still to be won: the target less what was won or, where that is more, booked.

    Parameters
    ----------
    behind
        What is behind the review.
    ahead
        The open pipeline of the days to come.
    """
    zero, asked = Amount.zero(ahead.target.unit), ahead.attained.target
    same = (section for section in behind.review.metrics if section.attainment.target == asked)
    address = next((metric_address(section, behind.review.owner) for section in same), "")
    done = ahead.attained.actual if isinstance(ahead.attained.actual, Amount) else zero
    either = (
        _amounts("won_value", ahead.won) or leaf(named("won_value"), zero),
        shown(Message("breakdown.actual"), done, behind.elsewhere(f"{address}/actual"), ahead.attained.breakdown.parts[0]),
    )
    return computed(
        Message("risk.cited.remaining"),
        Difference(),
        (target_ahead(behind, ahead), computed(named("won_or_booked"), Maximum(), either)),
    )


def target_ahead(behind: Behind, ahead: Ahead) -> Breakdown:
    """Return what is owed in the whole period of which days are to come.

    Parameters
    ----------
    behind
        What is behind the review.
    ahead
        The open pipeline of the days to come.
    """
    grounds, asked = behind.sources.grounds, ahead.attained.target
    owed = None if grounds is None else grounds.book.owed(grounds.owner, asked.metric, asked.period)
    return shown(Message("breakdown.target"), ahead.target, None if owed is None else owed.breakdown)


def rate_by_value(ahead: Ahead) -> Breakdown:
    """Return which share of the money decided was won; undefined where that cannot be told.

    Parameters
    ----------
    ahead
        The open pipeline of the days to come, and what was decided before.
    """
    label, value = Message("risk.cited.win_rate_by_value"), ahead.coverage.win_rate_by_value.value
    won = _amounts("won_value", ahead.decided.of("won"))
    whole = _amounts("decided_value", _won_or_lost(ahead))
    tree = None if won is None or whole is None else computed(label, Quotient(), (won, whole))
    return shown(label, value, tree)


def _won_or_lost(ahead: Ahead) -> list[ClosedDeal]:
    return [deal for deal in ahead.decided.deals if deal.outcome != "cancelled"]


def _amounts(key: str, deals: Iterable[ClosedDeal]) -> Breakdown | None:
    return total(named(key), ((named("deal_on", deal=deal.id, on=deal.on), deal.amount) for deal in deals))


def _coverage(behind: Behind, citation: Citation) -> Parts:
    """Return the open pipeline over what is still to be won."""
    one = leaf(named("one"), 1)
    found = (
        share_of(open_value(ahead.coverage.pipeline.deals), remaining(behind, ahead), against=_over(one, rate_by_value(ahead)))
        for ahead in behind.ahead
    )
    return fitting(found, citation)


def _over(one: Breakdown, rate_of_wins: Breakdown) -> Breakdown:
    """Return how many times what is to be won must be open."""
    label = named("needed_coverage")
    return computed(label, Quotient(), (one, rate_of_wins)) if rate_of_wins.value else leaf(label, None)


def _remaining(behind: Behind, citation: Citation) -> Parts:
    return fitting(({"value": remaining(behind, ahead)} for ahead in behind.ahead), citation)


def _rate_by_value(behind: Behind, citation: Citation) -> Parts:
    found = []
    for ahead in behind.ahead:
        priced = (deal for deal in _won_or_lost(ahead) if deal.amount is not None)
        n = counted(named("decided_with_amount"), (named("deal_on", deal=deal.id, on=deal.on) for deal in priced))
        found.append({"value": rate_by_value(ahead), "n": n})
    return fitting(found, citation)


def _share_of_pipeline(behind: Behind, citation: Citation) -> Parts:
    """Return some open deals over all of the days to come: those of one customer, one of them, or those that stand still."""
    found = []
    for ahead in behind.ahead:
        deals = ahead.coverage.pipeline.deals
        chosen, among = of_risk(citation.label, deals), deals
        n = counted(named("open"), (named("deal", deal=deal.id) for deal in deals))
        if citation.label.key == "risk.cited.one_deal":
            n = counted(named("open_with_amount"), (named("deal", deal=deal.id) for deal in deals if deal.amount is not None))
        elif citation.label.key == "risk.cited.one_customer_ahead":
            # Deals of customers that nobody knows are of none, and no part of the whole.
            among = tuple(deal for deal in deals if deal.customer is not None and deal.amount is not None)
            n = counted(named("customers"), map(verbatim, sorted({deal.customer for deal in among if deal.customer})))
        count = counted(named("open"), (named("deal", deal=deal.id) for deal in chosen))
        part, whole = open_value(chosen, _of_some(citation.label)), open_value(among, named("open_value_in_all"))
        found.append(share_of(part, whole, count=count, n=n))
    return fitting(found, citation)


def _deals_amiss(behind: Behind, citation: Citation) -> Parts:
    """Return how many of the open deals of the days to come stand still or are overdue."""
    pipelines = (ahead.coverage.pipeline.deals for ahead in behind.ahead)
    return fitting(
        (
            rate(*(counted(named("open"), (named("deal", deal=deal.id) for deal in each)) for each in (amiss(deals), deals)))
            for deals in pipelines
        ),
        citation,
    )


def _of_some(cited: Message) -> Message:
    """Return what the value is called of the deals of which a risk tells, beside that of all."""
    return named(_OPEN_VALUE[cited.key], **cited.arguments)


def of_risk(cited: Message, deals: Iterable[OpenDeal]) -> list[OpenDeal]:
    """Return of some open deals those of which a risk tells.

    Parameters
    ----------
    cited
        What the risk cites.
    deals
        Those of the days to come.
    """
    if cited.key == "risk.cited.stale_pipeline":
        return amiss(deals)
    name, is_one_deal = cited.arguments.get("name"), cited.key == "risk.cited.one_deal"
    return [deal for deal in deals if name is not None and name == (deal.id if is_one_deal else deal.customer)]


def amiss(deals: Iterable[OpenDeal]) -> list[OpenDeal]:
    """Return the open deals that stand still or are overdue.

    Parameters
    ----------
    deals
        Of which to choose.
    """
    return [deal for deal in deals if {"stalled", "overdue"}.intersection(deal.flags)]


_OPEN_VALUE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "risk.cited.one_deal": "open_value_of_deal",
        "risk.cited.one_customer_ahead": "open_value_of_customer",
        "risk.cited.stale_pipeline": "open_value_amiss",
    }
)
"""What the value is called of those deals of which a risk tells, by what it cites."""

FIND_AHEAD: Final[Mapping[str, Find]] = MappingProxyType(
    {
        "risk.cited.coverage": _coverage,
        "risk.cited.remaining": _remaining,
        "risk.cited.win_rate_by_value": _rate_by_value,
        "risk.cited.one_deal": _share_of_pipeline,
        "risk.cited.one_customer_ahead": _share_of_pipeline,
        "risk.cited.stale_pipeline": _share_of_pipeline,
        "risk.cited.stale_deals": _deals_amiss,
    }
)
"""How to find what is behind a number, by what it is called."""

"""Trees of the numbers that causes, risks and the agenda of a review cite, down to the records behind each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Final, TypeAlias

from salesperf.diagnosis import DEFAULT_RULES
from salesperf.diagnosis.selling import contested_customers, open_deals_of_customers
from salesperf.diagnosis.staffing import activities
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Difference, Quotient, Sum
from salesperf.model.citation import Citation
from salesperf.model.lead import Lead
from salesperf.model.message import Message
from salesperf.model.period import Period
from salesperf.pipeline import ClosedDeal, ClosedDeals, OpenDeal
from salesperf.pipeline.deals import Outcome
from salesperf.review.explained.actions import days_late
from salesperf.review.explained.behind import Behind, Parts, difference_of, rate, ratio_of_counts, total
from salesperf.review.explained.elsewhere import computed, is_same, numbers_said, shown, verbatim
from salesperf.review.explained.growing import Numbered, counted, leaf, named
from salesperf.review.leads import came_within
from salesperf.review.risks import Ahead
from salesperf.risk.automatic import value_by_customer
from salesperf.variance import COMPARISONS

__all__ = ["amiss", "numbers_cited", "of_risk", "open_value", "rate_by_value", "remaining"]

_Find: TypeAlias = Callable[[Behind, Citation], Parts]
_PARTS: Final = ("value", "low", "high", "n", "against")


def numbers_cited(behind: Behind, citations: Iterable[Citation], address: str) -> Numbered:
    """Yield the numbers that are cited, each with its ends, how many observations it is of, and what it is held against.

    Parameters
    ----------
    behind
        What is behind the review.
    citations
        In the order in which they are told.
    address
        What the address of each begins with; it ends with the place in that order.
    """
    for place, citation in enumerate(citations, 1):
        for part in _PARTS:
            if getattr(citation, part) is not None or part == "value":
                name = "" if part == "value" else f"/{part}"
                yield f"{address}/{place}{name}", partial(_grown, behind, citation, part)
        for words, within in ((citation.label, f"{address}/{place}"), (citation.source, f"{address}/{place}/source")):
            known = {name: partial(_part_of, behind, citation, name) for name in words.arguments}
            yield from numbers_said(within, words, known)


def _grown(behind: Behind, citation: Citation, part: str) -> Breakdown:
    label = named("cited", label=citation.label, source=citation.source)
    value = getattr(citation, part)
    label = label if part == "value" else named(f"cited_{part}", cited=citation.label)
    return shown(label, value, _part_of(behind, citation, part))


def _part_of(behind: Behind, citation: Citation, part: str) -> Breakdown | None:
    find = _BY_LABEL.get(citation.label.key) or _BY_SOURCE.get(citation.source.key)
    return None if find is None else find(behind, citation).get(part)


# Of deals


def _counted(key: str, deals: Iterable[ClosedDeals], *outcomes: Outcome) -> Breakdown:
    chosen = (deal for each in deals for outcome in outcomes for deal in each.of(outcome))
    return counted(named(key), (named("deal_on", deal=deal.id, on=deal.on) for deal in chosen))


def _won_and_decided(deals: Sequence[ClosedDeals]) -> tuple[Breakdown, Breakdown]:
    return _counted("won", deals, "won"), _counted("won_or_lost", deals, "won", "lost")


def _win_rate(behind: Behind, citation: Citation) -> Parts:
    now, before = map(_won_and_decided, behind.decided())
    del citation
    return {**rate(*now), "against": computed(named("win_rate"), Quotient(), before), "before": before[1]}


def _change_of_win_rate(behind: Behind, citation: Citation) -> Parts:
    del citation
    now, before = map(_won_and_decided, behind.decided())
    # The words tell how many were decided now, and the citation how many in both times.
    return {**difference_of(now, before), "before": before[1]}


def _share(part: Breakdown | None, whole: Breakdown | None, **others: Breakdown) -> Parts:
    """Return a sum over another, with what else is told of it; nothing where either cannot be told."""
    if part is None or whole is None:
        return {}
    return {"value": computed(named("ratio"), Quotient(), (part, whole)), **others}


def _cut_share(behind: Behind, citation: Citation) -> Parts:
    del citation
    deals = behind.sources.cuts
    asked = total(named("highest_amounts"), ((named("deal", deal=deal.id), deal.highest) for deal in deals))
    got = total(named("last_amounts"), ((named("deal", deal=deal.id), deal.final) for deal in deals))
    cut = None if asked is None or got is None else computed(named("cut_off"), Difference(), (asked, got))
    return _share(cut, asked, n=counted(named("won"), (named("deal", deal=deal.id) for deal in deals)))


def _deals_cut(behind: Behind, citation: Citation) -> Parts:
    del citation
    deals = behind.sources.cuts
    both = ([deal for deal in deals if deal.is_cut], deals)
    return rate(*(counted(named("won"), (named("deal", deal=deal.id) for deal in each)) for each in both))


# Of changes taken apart


def _effect(behind: Behind, citation: Citation) -> Parts:
    """Return an effect that stands in a change taken apart."""
    lines = () if behind.review.variance is None else behind.review.variance.lines
    for place, line in enumerate(lines, 1):
        for effect in line.variance.lines:
            is_named = citation.label in (effect.label, Message("diagnosis.cited.price_effect"))
            if is_named and effect.value == citation.value:
                address = f"variance/{place}"
                return {
                    "value": behind.elsewhere(f"{address}/{effect.name}/effect"),
                    "against": behind.elsewhere(f"{address}/before"),
                }
    return {}


# Of what was attained


def _attained(behind: Behind, citation: Citation) -> Parts:
    """Return what the owner of the review attained of a metric."""
    return _of_metric("ratio", behind.about(metric=citation.label, owner=behind.called(behind.review.owner)), citation)


def _pace_of(behind: Behind, citation: Citation) -> Parts:
    """Return the pace of somebody below."""
    told = citation.label.arguments
    return _of_metric("pace", behind.about(metric=told.get("metric"), owner=told.get("name")), citation)


def _of_metric(name: str, behind: Behind, citation: Citation) -> Parts:
    """Return what was attained of the metric asked about, or the pace."""
    values = ((attained.ratio if name == "ratio" else attained.pace.value, address) for attained, address in behind.attained())
    found = (address for value, address in values if value == citation.value)
    return next((behind.at(f"{address}/{name}") for address in found), {})


def _reached(behind: Behind, citation: Citation) -> Parts:
    """Return how likely deals reach a target."""
    chances = ((line.reached, f"outlook/{line.process.key}/{line.unit.code}/reached") for line in behind.review.outlook)
    cited = (citation.value, citation.low, citation.high)
    found = (address for chance, address in chances if (chance.value, chance.low, chance.high) == cited)
    address = next(found, "")
    return {**behind.at(address), "n": behind.elsewhere(f"{address}/least_known")}


# Of leads and people


def _came(leads: Iterable[Lead], days: Period) -> Breakdown:
    return counted(named("came"), (named("lead", lead=lead.id) for lead in leads if came_within((lead,), days)))


def _leads(behind: Behind, citation: Citation) -> Parts:
    evidence = behind.sources.evidence
    if evidence is None or evidence.before is None:
        return {}
    held = [lead for lead in evidence.known.leads if evidence.holds(lead.owner)]
    now, before = (_came(held, days) for days in (evidence.passed, evidence.before))
    if citation.label.key == "diagnosis.cited.leads":
        return {"value": now, "against": before}
    return ratio_of_counts(now, before)


def _activity(behind: Behind, citation: Citation) -> Parts:
    del citation
    evidence = behind.sources.evidence
    if evidence is None or evidence.before is None:
        return {}
    done = [(entry, int(entry.amount.decimal)) for entry in activities(evidence)]
    sides = []
    for days in (evidence.passed, evidence.before):
        parts = [leaf(named("entry", on=entry.on, owner=entry.owner), count) for entry, count in done if entry.on in days]
        sides.append(computed(named("activities"), Sum(), parts))
    return ratio_of_counts(*sides) if sides[1].value else {}


def _attrition(behind: Behind, citation: Citation) -> Parts:
    del citation
    parts = behind.at("team/attrition")
    rate_of_leaving = parts["value"]
    return {**parts, "n": None if rate_of_leaving is None or not rate_of_leaving.parts else rate_of_leaving.parts[1]}


def _low_answers(behind: Behind, citation: Citation) -> Parts:
    """Return the low answers of a survey: of whoever was asked on that day."""
    on, team = citation.source.arguments.get("on"), behind.review.team
    for owner in [None] if team is None else [None, *(line.survey.owner for line in team.pulses)]:
        address = f"team/pulses{'' if owner is None else f'/{owner}'}/{on}"
        parts = behind.at(f"{address}/low_share")
        if parts["value"] is not None and parts["value"].value == citation.value:
            return {**parts, "n": behind.elsewhere(f"{address}/answers"), "rate": behind.elsewhere(f"{address}/response")}
    return {}


def _index(behind: Behind, citation: Citation) -> Parts:
    """Return how much is asked of an owner by a yardstick, against the whole."""
    team = behind.review.team
    audit = None if team is None else team.fairness
    name = citation.label.arguments.get("name")
    for line in () if audit is None else audit.lines:
        if line.index == citation.value and name in (None, behind.called(line.owner)):
            tolerance = behind.elsewhere("team/fairness/tolerance")
            return {**behind.at(f"team/fairness/{line.yardstick}/index/{line.owner}"), "tolerance": tolerance}
    return {}


# Of customers


def _contested(behind: Behind, citation: Citation) -> Parts:
    """Return the customers with several kinds of sellers; of one of them the open deals."""
    evidence = behind.sources.evidence
    if evidence is None:
        return {}
    deals = list(open_deals_of_customers(evidence))
    contested = contested_customers(deals, evidence, DEFAULT_RULES["channel_conflict"].threshold)
    if citation.label.key == "diagnosis.cited.contested_customer":
        named_there = citation.label.arguments.get("customer")
        of_it = [deal for customer, (of_one, _) in contested.items() if customer == named_there for deal in of_one]
        open_deals = (counted(named("open"), (named("deal", deal=deal.id) for deal in each)) for each in (of_it, deals))
        return dict(zip(("value", "n"), open_deals, strict=True))
    customers = (contested, sorted({deal.customer or "" for deal in deals}))
    return rate(*(counted(named("customers"), map(verbatim, names)) for names in customers))


def _quiet(behind: Behind, citation: Citation) -> Parts:
    """Return what key accounts who are lost or at risk bought, over what all customers did."""
    found = behind.sources.key_accounts
    if found is None or citation.label.key == "diagnosis.cited.quiet_account":
        return {}
    lost = total(named("bought_by_quiet"), ((verbatim(name), found.bought[name]) for name in found.quiet))
    whole = total(named("bought_by_all"), ((verbatim(name), amount) for name, amount in found.bought.items()))
    return _share(lost, whole, n=counted(named("key_accounts"), map(verbatim, found.keys)))


def _share_of_one(bought: Mapping[str, Amount], one: object) -> Parts:
    """Return what one brought over what all did."""
    part = total(named("of_one"), ((verbatim(name), amount) for name, amount in bought.items() if name == one))
    whole = total(named("of_all"), ((verbatim(name), amount) for name, amount in bought.items()))
    count = counted(named("together"), map(verbatim, bought))
    return _share(part, whole, n=count, against=computed(named("one_of"), Quotient(), (leaf(named("one"), 1), count)))


def _one_customer(behind: Behind, citation: Citation) -> Parts:
    customers = behind.review.customers
    bought = {} if customers is None else value_by_customer(customers.purchases)
    return _share_of_one(bought, citation.label.arguments.get("name"))


def _one_rep(behind: Behind, citation: Citation) -> Parts:
    name = citation.label.arguments.get("name")
    seller = next((rep for rep in behind.sources.sold_by_rep if behind.called(rep) == name), None)
    return _share_of_one(behind.sources.sold_by_rep, seller)


def _gone_quiet(behind: Behind, citation: Citation) -> Parts:
    del citation
    bought = behind.sources.bought_before_quiet
    quiet = total(named("bought_by_quiet"), ((verbatim(name), bought[name]) for name in behind.sources.gone_quiet))
    whole = total(named("bought_by_all"), ((verbatim(name), amount) for name, amount in bought.items()))
    count, n = (counted(named("customers"), map(verbatim, names)) for names in (behind.sources.gone_quiet, bought))
    return _share(quiet, whole, count=count, n=n)


# Of the pipeline


def open_value(deals: Iterable[OpenDeal]) -> Breakdown | None:
    """Return what open deals are worth that have an amount; ``None`` where none has one.

    Parameters
    ----------
    deals
        The deals.
    """
    return total(named("open_value"), ((named("deal", deal=deal.id), deal.amount) for deal in deals))


def remaining(ahead: Ahead) -> Breakdown:
    """Return what is still to be won: the target less what was won or, where that is more, booked.

    Parameters
    ----------
    ahead
        The open pipeline of the days to come.
    """
    done = leaf(named("won_or_booked"), ahead.target - ahead.coverage.target)
    return computed(Message("risk.cited.remaining"), Difference(), (leaf(Message("breakdown.target"), ahead.target), done))


def rate_by_value(ahead: Ahead) -> Breakdown:
    """Return which share of the money decided was won; undefined where that cannot be told.

    Parameters
    ----------
    ahead
        The open pipeline of the days to come, and what was decided before.
    """
    label, value = Message("risk.cited.win_rate_by_value"), ahead.coverage.win_rate_by_value.value
    decided = [deal for deal in ahead.decided.deals if deal.outcome != "cancelled"]
    won = _amounts("won_value", (deal for deal in decided if deal.outcome == "won"))
    whole = _amounts("decided_value", decided)
    tree = None if won is None or whole is None else computed(label, Quotient(), (won, whole))
    return shown(label, value, tree)


def _amounts(key: str, deals: Iterable[ClosedDeal]) -> Breakdown | None:
    return total(named(key), ((named("deal_on", deal=deal.id, on=deal.on), deal.amount) for deal in deals))


def _coverage(behind: Behind, citation: Citation) -> Parts:
    """Return the open pipeline over what is still to be won."""
    one = leaf(named("one"), 1)
    found = (
        _share(open_value(ahead.coverage.pipeline.deals), remaining(ahead), against=_over(one, rate_by_value(ahead)))
        for ahead in behind.ahead
    )
    return _fitting(found, citation)


def _over(one: Breakdown, rate_of_wins: Breakdown) -> Breakdown:
    """Return how many times what is to be won must be open."""
    label = named("needed_coverage")
    return computed(label, Quotient(), (one, rate_of_wins)) if rate_of_wins.value else leaf(label, None)


def _remaining(behind: Behind, citation: Citation) -> Parts:
    return _fitting(({"value": remaining(ahead)} for ahead in behind.ahead), citation)


def _rate_by_value(behind: Behind, citation: Citation) -> Parts:
    return _fitting(({"value": rate_by_value(ahead)} for ahead in behind.ahead), citation)


def _fitting(found: Iterable[Parts], citation: Citation) -> Parts:
    """Return the first that comes to what is cited; nothing where none does."""
    told = ((parts, parts.get("value")) for parts in found)
    return next((parts for parts, tree in told if tree is not None and is_same(tree.value, citation.value)), {})


def _share_of_pipeline(behind: Behind, citation: Citation) -> Parts:
    """Return some open deals over all of the days to come: those of one customer, one of them, or those that stand still."""
    found = []
    for ahead in behind.ahead:
        deals = ahead.coverage.pipeline.deals
        chosen = of_risk(citation.label, deals)
        count, n = (counted(named("open"), (named("deal", deal=deal.id) for deal in each)) for each in (chosen, deals))
        found.append(_share(open_value(chosen), open_value(deals), count=count, n=n))
    return _fitting(found, citation)


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


# Of the plan, of data, of what was agreed


def _beyond(behind: Behind, citation: Citation) -> Parts:
    del citation
    team = behind.review.team
    lines = () if team is None or team.fairness is None else team.fairness.lines
    beyond, all_of_them = (
        {line.owner or "": line.owner for line in chosen} for chosen in ([line for line in lines if line.beyond], lines)
    )
    return rate(
        *(counted(named("together"), (named("rep", rep=owner) for owner in each.values())) for each in (beyond, all_of_them))
    )


def _late(behind: Behind, citation: Citation) -> Parts:
    for progress in behind.review.plans:
        if progress.plan.label == citation.source.arguments.get("plan"):
            kept = [line for line in progress.lines if line.task.status != "dropped"]
            late, endangered, both, whole = (
                counted(named("together"), (verbatim(line.task.label) for line in lines))
                for lines in (progress.late, progress.endangered, (*progress.late, *progress.endangered), kept)
            )
            return {**rate(both, whole), "late": late, "endangered": endangered}
    return {}


def _score(behind: Behind, citation: Citation) -> Parts:
    del citation
    return {"value": behind.elsewhere("quality/score")}


def _fault(behind: Behind, citation: Citation) -> Parts:
    found = (count for count in behind.review.quality.report.counts if count.rule.label == citation.label.arguments.get("rule"))
    for count in found:
        address = f"quality/{count.rule.key}"
        return {name: behind.elsewhere(f"{address}/{key}") for name, key in _FAULT.items()}
    return {}


_FAULT: Final = {"value": "share", "n": "checked", "found": "found"}


def _days_late(behind: Behind, citation: Citation) -> Parts:
    for action in behind.sources.late_actions:
        if action.title == citation.label.arguments.get("title"):
            return {"value": days_late(action, behind.review.as_of)}
    return {}


_BY_LABEL: Final[Mapping[str, _Find]] = MappingProxyType(
    {
        "diagnosis.cited.win_rate_change": _change_of_win_rate,
        "diagnosis.cited.cut_share": _cut_share,
        "diagnosis.cited.deals_cut": _deals_cut,
        "diagnosis.cited.pace": _pace_of,
        "diagnosis.cited.leads": _leads,
        "diagnosis.cited.leads_ratio": _leads,
        "diagnosis.cited.activity": _activity,
        "diagnosis.cited.low_answers": _low_answers,
        "diagnosis.cited.fairness_index": _index,
        "diagnosis.cited.contested": _contested,
        "diagnosis.cited.contested_customer": _contested,
        "diagnosis.cited.quiet_share": _quiet,
        "diagnosis.cited.quality_score": _score,
        "diagnosis.cited.fault": _fault,
        "risk.cited.attrition": _attrition,
        "risk.cited.coverage": _coverage,
        "risk.cited.remaining": _remaining,
        "risk.cited.win_rate_by_value": _rate_by_value,
        "risk.cited.one_deal": _share_of_pipeline,
        "risk.cited.one_customer_ahead": _share_of_pipeline,
        "risk.cited.stale_pipeline": _share_of_pipeline,
        "risk.cited.one_rep": _one_rep,
        "risk.cited.one_customer": _one_customer,
        "risk.cited.accounts_at_risk": _gone_quiet,
        "risk.cited.beyond": _beyond,
        "risk.cited.farthest": _index,
        "risk.cited.late_plan": _late,
        "review.agenda.cited.ratio": partial(_of_metric, "ratio"),
        "review.agenda.cited.pace": partial(_of_metric, "pace"),
        "review.agenda.cited.reached": _reached,
        "review.agenda.cited.action": _days_late,
    }
)
"""How to find what is behind a number, by what it is called."""

_BY_SOURCE: Final[Mapping[str, _Find]] = MappingProxyType(
    {
        "diagnosis.source.attainment": _attained,
        "diagnosis.source.decided": _win_rate,
        **{f"diagnosis.source.{comparison}": _effect for comparison in COMPARISONS},
    }
)
"""The same for numbers that bear the name of a metric or a factor, by where they came from."""

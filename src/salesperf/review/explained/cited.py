"""Trees of the numbers that causes, risks and the agenda of a review cite, down to the records behind each."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Final, Literal

from salesperf.diagnosis import DEFAULT_RULES
from salesperf.diagnosis.selling import contested_customers, open_deals_of_customers
from salesperf.diagnosis.staffing import activities
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Difference, Quotient, Sum
from salesperf.model.citation import Citation
from salesperf.model.lead import Lead
from salesperf.model.message import Message
from salesperf.model.period import Period
from salesperf.pipeline import ClosedDeals
from salesperf.pipeline.deals import Outcome
from salesperf.review.explained.actions import days_late
from salesperf.review.explained.addresses import outlook_address
from salesperf.review.explained.ahead import FIND_AHEAD
from salesperf.review.explained.behind import (
    Behind,
    Find,
    Parts,
    difference_of,
    fitting,
    rate,
    ratio_of_counts,
    share_of,
    total,
)
from salesperf.review.explained.elsewhere import computed, numbers_said, shown, verbatim
from salesperf.review.explained.growing import Numbered, counted, leaf, named, planned_workdays
from salesperf.review.leads import came_within
from salesperf.risk import PlanProgress
from salesperf.risk.among_customers import value_by_customer
from salesperf.variance import COMPARISONS

__all__ = ["numbers_cited", "of_one_customer", "of_one_rep", "part_cited"]

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
            known = {name: partial(part_cited, behind, citation, name) for name in words.arguments}
            yield from numbers_said(within, words, known)
        yield from numbers_said(f"{address}/{place}/reason", citation.reason)


def _grown(behind: Behind, citation: Citation, part: str) -> Breakdown:
    label = named("cited", label=citation.label, source=citation.source)
    value, tree = getattr(citation, part), part_cited(behind, citation, part)
    if part != "value":
        label = named(f"cited_{part}", cited=citation.label)
    if part == "n" and tree is not None and tree.value == value:
        label = named("cited_n_of", cited=citation.label, what=tree.label)
    return shown(label, value, tree)


def part_cited(behind: Behind, citation: Citation, part: str) -> Breakdown | None:
    """Return the tree of a number that is cited, or of one of its ends or counts; ``None`` where nothing is known of it.

    Parameters
    ----------
    behind
        What is behind the review, asked about the money of which is told.
    citation
        The number.
    part
        ``"value"``, ``"low"``, ``"high"``, ``"n"``, ``"against"``, or the name of a place in what is said of it.
    """
    find = _BY_LABEL.get(citation.label.key) or _BY_SOURCE.get(citation.source.key)
    return None if find is None else find(behind, citation).get(part)


# Of deals


def _counted(key: str, deals: Iterable[ClosedDeals], *outcomes: Outcome) -> Breakdown:
    chosen = (deal for each in deals for outcome in outcomes for deal in each.of(outcome))
    return counted(named(key), (named("deal_on", deal=deal.id, on=deal.on) for deal in chosen))


def _won_and_decided(deals: Sequence[ClosedDeals]) -> tuple[Breakdown, Breakdown]:
    return _counted("won", deals, "won"), _counted("won_or_lost", deals, "won", "lost")


def _win_rate(behind: Behind, _: Citation) -> Parts:
    now, before = map(_won_and_decided, behind.decided())
    return {**rate(*now), "against": computed(named("win_rate"), Quotient(), before), "before": before[1]}


def _change_of_win_rate(behind: Behind, _: Citation) -> Parts:
    now, before = map(_won_and_decided, behind.decided())
    # The words tell how many were decided now, and the citation how many in both times.
    return {**difference_of(now, before), "before": before[1]}


def _cut_share(behind: Behind, _: Citation) -> Parts:
    deals = behind.sources.cuts
    asked = total(named("highest_amounts"), ((named("deal", deal=deal.id), deal.highest) for deal in deals))
    got = total(named("last_amounts"), ((named("deal", deal=deal.id), deal.final) for deal in deals))
    cut = None if asked is None or got is None else computed(named("cut_off"), Difference(), (asked, got))
    return share_of(cut, asked, n=counted(named("won"), (named("deal", deal=deal.id) for deal in deals)))


def _deals_cut(behind: Behind, _: Citation) -> Parts:
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


def _of_metric(name: Literal["ratio", "pace"], behind: Behind, citation: Citation) -> Parts:
    """Return what was attained of the metric asked about, or the pace."""
    for attained, address in behind.attained():
        if name == "ratio" and attained.ratio == citation.value:
            return behind.at(f"{address}/ratio")
        if name == "pace" and attained.pace.value == citation.value:
            # A pace rests on days; where nothing tells them apart, on entries.
            planned = partial(planned_workdays, named("planned_workdays"), attained)
            n = behind.elsewhere(f"{address}/entries") if attained.variation is None else planned()
            return {**behind.at(f"{address}/pace"), "n": n}
    return {}


def _reached(behind: Behind, citation: Citation) -> Parts:
    """Return how likely deals reach a target."""
    chances = ((line.reached, f"{outlook_address(line, behind.review.outlook)}/reached") for line in behind.review.outlook)
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


def _activity(behind: Behind, _: Citation) -> Parts:
    evidence = behind.sources.evidence
    if evidence is None or evidence.before is None:
        return {}
    done = [(entry, int(entry.amount.decimal)) for entry in activities(evidence)]
    sides = []
    for days in (evidence.passed, evidence.before):
        parts = [leaf(named("entry", on=entry.on, owner=entry.owner), count) for entry, count in done if entry.on in days]
        sides.append(computed(named("activities"), Sum(), parts))
    return ratio_of_counts(*sides) if sides[1].value else {}


def _attrition(behind: Behind, _: Citation) -> Parts:
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
    keys = counted(named("key_accounts"), map(verbatim, found.keys))
    if citation.label.key == "diagnosis.cited.quiet_accounts":
        return rate(counted(named("customers"), map(verbatim, found.quiet)), keys)
    return share_of(lost, whole, n=keys)


def _share_of_one(bought: Mapping[str, Amount], one: str, sold: Mapping[str, Amount] | None = None) -> Parts:
    """Return what one brought over what all did, or over what was sold at all."""
    part = total(named("of_one"), [(verbatim(one), bought[one])])
    whole = total(named("of_all"), ((verbatim(name), amount) for name, amount in (sold or bought).items()))
    count = counted(named("together"), map(verbatim, bought))
    return share_of(part, whole, n=count, against=computed(named("one_of"), Quotient(), (leaf(named("one"), 1), count)))


def of_one_customer(behind: Behind, citation: Citation) -> Parts:
    """Return what a customer bought over what all did, or over what the reps sold where that is more.

    Parameters
    ----------
    behind
        What is behind the review.
    citation
        Names the customer.
    """
    customers = behind.review.customers
    bought = {} if customers is None else value_by_customer(customers.purchases)
    named_there, by_rep = citation.label.arguments.get("name"), behind.sources.sold_by_rep
    return fitting(
        (_share_of_one(bought, name, sold) for sold in (None, by_rep) for name in bought if name == named_there), citation
    )


def of_one_rep(behind: Behind, citation: Citation) -> Parts:
    """Return what a rep sold over what all did.

    Parameters
    ----------
    behind
        What is behind the review.
    citation
        Names the rep, as others may be called as well.
    """
    sold, called = behind.sources.sold_by_rep, citation.label.arguments.get("name")
    return fitting((_share_of_one(sold, rep) for rep in sold if behind.called(rep) == called), citation)


def _gone_quiet(behind: Behind, citation: Citation) -> Parts:
    bought = behind.sources.bought_before_quiet
    quiet = total(named("bought_by_quiet"), ((verbatim(name), bought[name]) for name in behind.sources.gone_quiet))
    whole = total(named("bought_by_all"), ((verbatim(name), amount) for name, amount in bought.items()))
    count, n = (counted(named("customers"), map(verbatim, names)) for names in (behind.sources.gone_quiet, bought))
    if citation.label.key == "risk.cited.quiet_customers":
        return rate(count, n)
    return share_of(quiet, whole, count=count, n=n)


# Of the plan, of data, of what was agreed


def _beyond(behind: Behind, _: Citation) -> Parts:
    team = behind.review.team
    lines = () if team is None or team.fairness is None else team.fairness.lines
    beyond, all_of_them = (
        {line.owner or "": line.owner for line in chosen} for chosen in ([line for line in lines if line.beyond], lines)
    )
    named_owners = {"owners_beyond": beyond, "owners_compared": all_of_them}
    return rate(
        *(counted(named(key), (named("rep", rep=owner) for owner in each.values())) for key, each in named_owners.items())
    )


def _late(behind: Behind, citation: Citation) -> Parts:
    called = citation.source.arguments.get("plan")
    return fitting((_late_tasks(plan) for plan in behind.review.plans if plan.plan.label == called), citation)


def _late_tasks(progress: PlanProgress) -> Parts:
    kept = [line for line in progress.lines if line.task.status != "dropped"]
    late, endangered, both, whole = (
        counted(named("together"), (verbatim(line.task.label) for line in lines))
        for lines in (progress.late, progress.endangered, (*progress.late, *progress.endangered), kept)
    )
    return {**rate(both, whole), "late": late, "endangered": endangered}


def _score(behind: Behind, _: Citation) -> Parts:
    return {"value": behind.elsewhere("quality/score")}


def _fault(behind: Behind, citation: Citation) -> Parts:
    found = (count for count in behind.review.quality.report.counts if count.rule.label == citation.label.arguments.get("rule"))
    for count in found:
        address = f"quality/{count.rule.key}"
        found_there, checked = (behind.elsewhere(f"{address}/{key}") for key in ("found", "checked"))
        ends = {} if found_there is None or checked is None else rate(found_there, checked)
        return {**ends, **{name: behind.elsewhere(f"{address}/{key}") for name, key in _FAULT.items()}}
    return {}


_FAULT: Final = {"value": "share", "n": "checked", "found": "found"}


def _days_late(behind: Behind, citation: Citation) -> Parts:
    title = citation.label.arguments.get("title")
    late = (action for action in behind.sources.late_actions if action.title == title)
    return fitting(({"value": days_late(action, behind.review.as_of)} for action in late), citation)


_BY_LABEL: Final[Mapping[str, Find]] = MappingProxyType(
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
        "diagnosis.cited.quiet_accounts": _quiet,
        "diagnosis.cited.quality_score": _score,
        "diagnosis.cited.fault": _fault,
        **FIND_AHEAD,
        "risk.cited.attrition": _attrition,
        "risk.cited.one_rep": of_one_rep,
        "risk.cited.one_customer": of_one_customer,
        "risk.cited.accounts_at_risk": _gone_quiet,
        "risk.cited.quiet_customers": _gone_quiet,
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

_BY_SOURCE: Final[Mapping[str, Find]] = MappingProxyType(
    {
        "diagnosis.source.attainment": _attained,
        "diagnosis.source.decided": _win_rate,
        **{f"diagnosis.source.{comparison}": _effect for comparison in COMPARISONS},
    }
)
"""The same for numbers that bear the name of a metric or a factor, by where they came from."""

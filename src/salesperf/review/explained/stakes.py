"""Trees of the money that is at stake by causes, risks and items of the agenda, down to the records behind each."""

from collections.abc import Callable, Collection, Mapping
from fractions import Fraction
from functools import partial
from operator import itemgetter
from types import MappingProxyType
from typing import Final, TypeAlias

import attrs

from salesperf.attainment import Attainment
from salesperf.channels import ChannelLine
from salesperf.diagnosis import DEFAULT_RULES
from salesperf.diagnosis.selling import contested_customers, open_deals_of_customers
from salesperf.diagnosis.staffing import share_beyond_fair
from salesperf.model.amount import Amount, Unit
from salesperf.model.breakdown import Breakdown, Difference, Product, Quotient, Sum
from salesperf.model.citation import Citation
from salesperf.model.finding import Finding
from salesperf.model.message import Message
from salesperf.model.risk_entry import Risk
from salesperf.model.rule import BreakdownValue
from salesperf.review.agenda import AgendaItem
from salesperf.review.deals import DealSection
from salesperf.review.explained.addresses import channel_address, metric_address, outlook_address
from salesperf.review.explained.ahead import amiss, of_risk, open_value, rate_by_value, remaining
from salesperf.review.explained.behind import Behind, Find, total
from salesperf.review.explained.cited import of_one_customer, of_one_rep
from salesperf.review.explained.elsewhere import computed, shown, verbatim
from salesperf.review.explained.growing import counted, leaf, named
from salesperf.review.outlook import OutlookLine
from salesperf.review.risks import Ahead
from salesperf.review.sections import MetricSection

__all__ = ["share_of_loss", "stake_of_cause", "stake_of_item", "stake_of_risk", "unit_of"]

_OfCause: TypeAlias = Callable[[Behind, Finding], Breakdown | None]
_OfRisk: TypeAlias = Callable[[Behind, Risk], Breakdown | None]


def stake_of_cause(behind: Behind, cause: Finding) -> Breakdown:
    """Return the money that hangs on a cause.

    Parameters
    ----------
    behind
        What is behind the review.
    cause
        What a rule of the diagnosis found.
    """
    grow = _missed if cause.rule.startswith(_MISSED_FOR) else _BY_RULE.get(cause.rule)
    return shown(named("at_stake"), cause.at_stake, None if grow is None else grow(behind, cause))


def stake_of_risk(behind: Behind, risk: Risk) -> Breakdown:
    """Return the money that hangs on a risk.

    Parameters
    ----------
    behind
        What is behind the review.
    risk
        What somebody wrote down, or what the numbers show.
    """
    # Somebody may have written a risk down under the title of one that the numbers show, and cited nothing.
    grow = _BY_TITLE.get(risk.title.removeprefix(_AUTOMATIC)) if risk.citations else None
    return shown(named("at_stake"), risk.at_stake, None if grow is None else grow(behind.about(unit=unit_of(risk)), risk))


def unit_of(risk: Risk) -> Unit | None:
    """Return the money of which a risk tells: that of what is at stake.

    Parameters
    ----------
    risk
        The risk.
    """
    return None if risk.at_stake is None else risk.at_stake.unit


def stake_of_item(behind: Behind, item: AgendaItem) -> Breakdown:
    """Return the money that hangs on an item of the agenda: that of the cause, risk or target that it tells of, or of deals.

    Parameters
    ----------
    behind
        What is behind the review.
    item
        Something to discuss.
    """
    # Of several findings the item tells of the first.
    return shown(named("at_stake"), item.at_stake, *(_stake_of(behind, each) for each in item.about[:1]))


def _stake_of(behind: Behind, about: object) -> Breakdown | None:
    match about:
        case Finding():
            return stake_of_cause(behind, about)
        case Risk():
            return stake_of_risk(behind, about)
        case DealSection():
            return open_value(amiss(about.pipeline.deals))
        case MetricSection():
            return _gap(behind, about.attainment, metric_address(about, behind.review.owner))
        case OutlookLine():
            return behind.elsewhere(f"{outlook_address(about, behind.review.outlook)}/missing")
        case _:
            return None


def _gap(behind: Behind, attained: Attainment, address: str) -> Breakdown:
    """Return by how much a target is missed."""
    done, owed = attained.breakdown.parts
    target = shown(owed.label, owed.value, behind.elsewhere(f"{address}/target"))
    actual = shown(done.label, done.value, behind.elsewhere(f"{address}/actual"), done)
    return computed(named("still_owed"), Difference(), (target, actual))


# Of causes

_MISSED_FOR: Final = "missed_for_"


def _missed(_: Behind, cause: Finding) -> Breakdown | None:
    """Return what some effects took together."""
    effects = [leaf(each.label, each.value) for each in cause.citations if isinstance(each.value, Amount)]
    zero = [leaf(named("nothing"), Amount.zero(cause.at_stake.unit))] if cause.at_stake is not None else []
    return computed(named("taken"), Difference(), (*zero, computed(named("together"), Sum(), effects))) if effects else None


def share_of_loss(behind: Behind, cause: Finding) -> Breakdown | None:
    """Return which share some effects have of all that took something away.

    Parameters
    ----------
    behind
        What is behind the review.
    cause
        Why a target is missed.
    """
    changes = () if behind.review.variance is None else behind.review.variance.by_factor
    asked = (change for place, change in enumerate(changes, 1) if f"{change.comparison}/{place}" == cause.record)
    change = next(asked, None)
    if change is None or not cause.rule.startswith(_MISSED_FOR):
        return None
    effects = [(line.label, line.value) for line in change.lines if line.value.minor < 0]
    told = {each.label for each in cause.citations}
    speaking = total(named("together"), (effect for effect in effects if effect[0] in told))
    lost = total(named("taken"), effects) if change.after < change.before else _widest_gap(behind, told)
    return None if lost is None or speaking is None else computed(named("rate"), Quotient(), (speaking, lost))


def _widest_gap(behind: Behind, told: Collection[Message]) -> Breakdown | None:
    """Return by how much that one of the targets that are told of is missed by now that is missed by most."""
    meant = [each.attainment for each in behind.review.metrics if each.title in told]
    gaps = [(gap.minor, each) for each in meant if isinstance(gap := each.gap_by_now, Amount)]
    _, widest = min(gaps, key=itemgetter(0), default=(0, None))
    if widest is None:
        return None
    return computed(named("gap_by_now"), Difference(), (widest.breakdown.parts[0], widest.planned_breakdown))


def _unfair(behind: Behind, cause: Finding) -> Breakdown | None:
    """Return by how much targets are more than fair ones would be, of owners beyond the tolerance."""
    team = behind.review.team
    if team is None or team.fairness is None:
        return None
    parts: list[Breakdown] = []
    for line in team.fairness.lines:
        share = share_beyond_fair(line)
        if line.yardstick == cause.record and line.beyond and share > 0 and line.index is not None:
            tree = behind.elsewhere(f"team/fairness/{line.yardstick}/index/{line.owner}")
            # What is asked of all is the same for everybody: told once, it need not be taken apart again.
            index = tree if tree is None or not parts else _without_whole(tree)
            one = leaf(named("one"), 1)
            known = shown(named("index_of", owner=line.owner), Fraction(line.index), index)
            fair = computed(named("fair_share"), Quotient(), (one, known))
            beyond = computed(named("beyond_fair"), Difference(), (one, fair))
            target = leaf(named("target_of", owner=line.owner), line.target)
            parts.append(computed(named("more_than_fair", owner=behind.called(line.owner)), Product(), (target, beyond)))
    return computed(named("together"), Sum(), parts) if parts else None


def _without_whole(index: Breakdown) -> Breakdown:
    """Return an index in which what is asked of all is a number alone."""
    own, whole = index.parts
    return attrs.evolve(index, parts=(own, leaf(whole.label, whole.value)))


def _discounts(behind: Behind, cause: Finding) -> Breakdown | None:
    """Return what was cut off deals before they were won; of prices, what they took."""
    if cause.record == "price":
        return _missed(behind, cause)
    parts = []
    for deal in behind.sources.cuts:
        amounts = (leaf(named("highest_amounts"), deal.highest), leaf(named("last_amounts"), deal.final))
        parts.append(computed(named("deal", deal=deal.id), Difference(), amounts))
    return computed(named("together"), Sum(), parts) if parts else None


def _fewer_leads(behind: Behind, cause: Finding) -> Breakdown | None:
    """Return what the leads that are missing bring on average."""
    channels = behind.review.channels
    worth = None if channels is None else channels.report.total
    if worth is None or worth.value is None or not worth.leads:
        return None
    now = next((each for each in cause.citations if each.label.key == "diagnosis.cited.leads"), None)
    if now is None:
        return _leads_short_of_target(behind, cause, worth)
    counts = (leaf(named("before"), now.against), leaf(named("now"), now.value))
    missing = computed(named("missing_leads"), Difference(), counts)
    return _worth_of_leads(missing, worth)


def _leads_short_of_target(behind: Behind, cause: Finding, worth: ChannelLine) -> Breakdown | None:
    """Return what the leads bring on average that are missing to a target of leads: of several, to the one that is meant."""
    of_leads = (section.attainment for section in behind.review.metrics if section.metric.key == "leads")
    trees = (
        _worth_of_leads(computed(named("missing_leads"), Difference(), _counts(each)), worth)
        for each in of_leads
        if isinstance(each.gap, Amount)
    )
    return next((tree for tree in trees if tree.value == cause.at_stake), None)


def _counts(attained: Attainment) -> tuple[Breakdown, ...]:
    """Return how many are owed, and how many there are, as plain counts."""
    done, owed = attained.breakdown.parts
    return tuple(leaf(part.label, part.value.decimal) for part in (owed, done) if isinstance(part.value, Amount))


def _worth_of_leads(missing: Breakdown, worth: ChannelLine) -> Breakdown:
    """Return what some leads bring on average, as far as their channels tell."""
    share = computed(named("share_of_leads"), Quotient(), (missing, leaf(named("came"), worth.leads)))
    return computed(named("worth_of_leads"), Product(), (leaf(named("won_value"), worth.value), share))


def _lower_conversion(behind: Behind, _: Finding) -> Breakdown | None:
    """Return what the wins are worth on average that are missing to the win rate of before."""
    now, before = behind.decided()
    won = total(
        named("won_value"),
        ((named("deal", deal=deal.id), deal.amount) for each in (*now, *before) for deal in each.of("won")),
    )
    if won is None:
        return None
    counts = [[sum(len(each.of(outcome)) for each in deals) for outcome in ("won", "lost")] for deals in (before, now)]
    (won_then, lost_then), (won_now, lost_now) = counts
    decided_then = leaf(named("won_or_lost"), won_then + lost_then)
    rate = computed(named("win_rate"), Quotient(), (leaf(named("won"), won_then), decided_then))
    expected = computed(named("wins_at_rate"), Product(), (rate, leaf(named("won_or_lost"), won_now + lost_now)))
    missing = computed(named("missing_wins"), Difference(), (expected, leaf(named("won"), won_now)))
    priced = counted(named("won_with_amount"), (part.label for part in won.parts))
    return computed(named("worth_of_wins"), Product(), (won, computed(named("share_of_wins"), Quotient(), (missing, priced))))


def _quiet_accounts(behind: Behind, _: Finding) -> Breakdown | None:
    found = behind.sources.key_accounts
    return (
        None
        if found is None
        else total(named("bought_by_quiet"), ((verbatim(name), found.bought[name]) for name in found.quiet))
    )


def _contested(behind: Behind, _: Finding) -> Breakdown | None:
    if behind.sources.evidence is None:
        return None
    deals, threshold = open_deals_of_customers(behind.sources.evidence), DEFAULT_RULES["channel_conflict"].threshold
    found = contested_customers(deals, behind.sources.evidence, threshold)
    of_them = (deal for deals_of_one, _ in found.values() for deal in deals_of_one)
    return total(named("open_value"), ((named("deal", deal=deal.id), deal.amount) for deal in of_them))


def _ramping(behind: Behind, cause: Finding) -> Breakdown | None:
    """Return the largest gap of somebody new, of metrics of money."""
    cited = (citation.label.arguments for citation in cause.citations)
    found = (pair for told in cited for pair in behind.about(metric=told.get("metric"), owner=told.get("name")).attained())
    gaps = (_gap(behind, *pair) for pair in found)
    return next((tree for tree in gaps if tree.value == cause.at_stake), None)


def _overspent(behind: Behind, finding: Finding) -> Breakdown | None:
    """Return by how much a channel cost more than it brought."""
    channels, name = behind.review.channels, finding.message.arguments.get("channel")
    lines = () if channels is None else channels.report.not_paying
    addresses = [channel_address(line) for line in lines if line.name == name]
    sides = [behind.elsewhere(f"{address}/{side}") for address in addresses for side in ("cost", "value")]
    parts = [side for side in sides if side is not None]
    return computed(named("overspent"), Difference(), parts) if len(parts) == len(("cost", "value")) else None


_BY_RULE: Final[Mapping[str, _OfCause]] = MappingProxyType(
    {
        "unfair_plan": _unfair,
        "discounting": _discounts,
        "few_leads": _fewer_leads,
        "low_conversion": _lower_conversion,
        "key_account_loss": _quiet_accounts,
        "channel_conflict": _contested,
        "weak_ramp": _ramping,
        "channel_does_not_pay": _overspent,
    }
)


# Of risks

_AUTOMATIC: Final = "risk.automatic."


def _cited(risk: Risk, key: str) -> Citation | None:
    return next((citation for citation in risk.citations if citation.label.key == f"risk.cited.{key}"), None)


def _thin(behind: Behind, risk: Risk) -> Breakdown | None:
    """Return what is still to be won less what open deals bring at the win rate of before, or at the usual one."""
    cited = _cited(risk, "coverage")
    trees = (_not_covered(behind, ahead, None if cited is None else cited.against) for ahead in behind.ahead)
    return next((tree for tree in trees if tree.value == risk.at_stake), None)


def _not_covered(behind: Behind, ahead: Ahead, usual: BreakdownValue) -> Breakdown:
    held = open_value(ahead.coverage.pipeline.deals) or leaf(named("open_value"), Amount.zero(ahead.target.unit))
    won = rate_by_value(ahead)
    if not won.value and isinstance(usual, float):
        won = leaf(named("usual_rate"), 1 / Fraction(usual))
    expected = computed(named("expected_wins"), Product(), (held, won))
    return computed(named("not_covered"), Difference(), (remaining(behind, ahead), expected))


def _of_pipeline(key: str, behind: Behind, risk: Risk) -> Breakdown | None:
    cited = _cited(risk, key)
    if cited is None:
        return None
    found = (open_value(of_risk(cited.label, each.coverage.pipeline.deals)) for each in behind.ahead)
    return next((tree for tree in found if tree is not None and tree.value == risk.at_stake), None)


def _of_one(key: str, find: Find, behind: Behind, risk: Risk) -> Breakdown | None:
    """Return what one brought, of which it is cited which share that is."""
    cited = _cited(risk, key)
    share = None if cited is None else find(behind, cited).get("value")
    return None if share is None else share.parts[0]


def _of_quiet(behind: Behind, _: Risk) -> Breakdown | None:
    return total(
        named("bought_by_quiet"),
        ((verbatim(name), behind.sources.bought_before_quiet[name]) for name in behind.sources.gone_quiet),
    )


_BY_TITLE: Final[Mapping[str, _OfRisk]] = MappingProxyType(
    {
        "thin_pipeline": _thin,
        **{key: partial(_of_pipeline, key) for key in ("one_deal", "one_customer_ahead", "stale_pipeline")},
        "one_rep": partial(_of_one, "one_rep", of_one_rep),
        "one_customer": partial(_of_one, "one_customer", of_one_customer),
        "accounts_at_risk": _of_quiet,
    }
)

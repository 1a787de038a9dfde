"""Counting leads by channel, with the deals that they became and what was spent on them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple, TypeVar

import numpy as np

from salesperf.channels.columns import LeadRows, by_outcome, outcome_codes
from salesperf.channels.tally import (
    OUTCOMES,
    ChannelTally,
    Grouping,
    Labels,
    Outcome,
    check_question,
    common_unit,
    in_order,
    summed,
)
from salesperf.errors import InvalidValueError, UnknownNameError
from salesperf.model.amount import Amount, Unit
from salesperf.model.channel_cost import ChannelCost
from salesperf.model.lead import Lead
from salesperf.model.opportunity import Opportunity
from salesperf.model.people import Org
from salesperf.model.period import Period
from salesperf.model.process import SalesProcess
from salesperf.model.stage import StageKind
from salesperf.model.validators import as_tuple, repeated, require

__all__ = ["count"]

_QUALIFIED: Final = frozenset({"qualified", "converted"})
_OUTCOME_OF: Final[Mapping[StageKind, Outcome]] = {
    "open": "open",
    "won": "won",
    "post_won": "won",
    "lost": "lost",
    "cancelled": "cancelled",
}

ItemT = TypeVar("ItemT")


def count(
    leads: Iterable[Lead],
    opportunities: Iterable[Opportunity] = (),
    *,
    as_of: date,
    costs: Iterable[ChannelCost] | None = None,
    by: Grouping | Sequence[Grouping] = "channel",
    period: Period | None = None,
    processes: Iterable[SalesProcess] = (),
    org: Org | None = None,
    known: Iterable[str] = (),
) -> ChannelTally:
    """Count leads by channel or campaign: how many, what became of them, what they brought and what they cost.

    Parameters
    ----------
    leads
        Each id once, in any order.
    opportunities
        The deals, each id once, in any order. The lead that one names is among the leads.
    as_of
        The day to whose end the leads are followed: what is later is not known, and a lead begun later is no lead.
    costs
        What was spent; ``None`` where nobody knows of any. All in the unit of the won deals.
    by
        What to count apart, a name in :data:`GROUPINGS` or several; none for all leads together.
    period
        The days on which the leads began, and of which the costs are; ``None`` for all.
    processes
        The sales processes of the deals, as those of records; needed where there are deals.
    org
        Who is of which kind; needed where ``by`` names ``"owner_kind"``.
    known
        Keys of channels and campaigns on which something may be spent although none of these leads names them: those that
        brought none, or, where leads are counted in parts, those of the other parts.

    Returns
    -------
    ChannelTally
        :func:`compare` makes rates of it. It merges with that of other leads: the partition key is the lead with its deals.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, an id comes twice, or the organisation is missing.
    UnknownNameError
        If a deal names a lead, a process or a stage that there is not, a cost is of a channel or a campaign that no lead
        names (now or later), or the organisation does not have an owner.
    UnitMismatchError
        If amounts of won deals and costs differ in unit.

    Notes
    -----
    A lead counts once, whatever it became. It is won with its first deal that is won and stayed so, and brings the amounts
    of all its won deals; of several deals it is open while one is. Before it has a deal it is given up where it was
    disqualified. It is won on the day on which the first such deal was decided, and lost or given up on that of the last.

    A lead whose deal was won before it was noted down was won on the day on which it began.

    A deal that no lead began is in no number of leads. It is counted apart, in the group of what is known of it: its owner,
    but neither a channel nor a campaign.

    Costs that do not say what is asked for, such as the campaign, are in the group of leads that have none.

    Examples
    --------
    >>> from salesperf import CNY, STANDARD_PROCESSES, Change, LeadChange
    >>> began = [LeadChange(date(2026, 9, 1), status="new")]
    >>> leads = [Lead(id=f"l-{number}", channel="exhibition", history=began) for number in range(3)]
    >>> won = [Change(date(2026, 9, 8), stage="lead", amount=Amount.of(900, CNY)), Change(date(2026, 9, 20), stage="closed")]
    >>> deals = [Opportunity(id="o-1", lead="l-1", history=won)]
    >>> stand = ChannelCost(on=date(2026, 9, 1), amount=Amount.of(600, CNY), channel="exhibition")
    >>> print(count(leads, deals, as_of=date(2026, 9, 30), costs=[stand], processes=[STANDARD_PROCESSES["basic"]]))
    channel             exhibition
    leads               3
    qualified           1
    won                 1
    lost                0
    cancelled           0
    open                2
    undated             0
    value               900.00
    unvalued            0
    cost                600.00
    unit                CNY
    deals_without_lead  0
    won_without_lead    0
    value_without_lead
    """
    names = check_question(as_of=as_of, period=period, by=by)
    given_leads = _checked(leads, Lead, "leads", lambda lead: lead.id)
    given_deals = _checked(opportunities, Opportunity, "opportunities", lambda deal: deal.id)
    given_costs = () if costs is None else _checked(costs, ChannelCost, "costs", None)
    grouping = _Grouping(names, org)
    reader = _Reader(processes, as_of)
    _check_leads_of(given_deals, {lead.id for lead in given_leads})
    _check_keys_of(given_costs, given_leads, known)

    counting = _Counting(as_of, period)
    standing = {lead.id: now for lead in given_leads if (now := lead.as_of(as_of)) is not None}
    became: dict[str, list[_Deal]] = defaultdict(list)
    for position, deal in enumerate(given_deals):
        read = reader.read(deal, position)
        if read is None:
            continue
        if deal.lead is not None and deal.lead in standing:
            became[deal.lead].append(read)
        else:
            counting.add_deal(grouping.of_deal(read, position), read)
    for position, lead in enumerate(given_leads):
        if lead.id in standing:
            now = standing[lead.id]
            counting.add_lead(grouping.of_lead(now, position), now, became.get(lead.id, ()))
    for position, cost in enumerate(given_costs):
        counting.add_cost(grouping.of_cost(cost, position), cost, position)
    return counting.tally(names)


def _checked(
    given: Iterable[ItemT], kind: type[ItemT], name: str, identify: Callable[[ItemT], str] | None
) -> tuple[ItemT, ...]:
    """Return what was given as a tuple, each of its kind and, where something identifies it, once."""
    items = as_tuple(given)
    require(items, tuple, path=(name,))
    for position, item in enumerate(items):
        require(item, kind, path=(name, position))
    if identify is not None:
        for position, again in repeated(map(identify, items)):
            raise InvalidValueError("not_unique", path=(name, position, "id"), value=again)
    return items


def _check_leads_of(deals: Sequence[Opportunity], leads: set[str]) -> None:
    for position, deal in enumerate(deals):
        if deal.lead is not None and deal.lead not in leads:
            raise UnknownNameError("unknown_lead", path=("opportunities", position, deal.id, "lead"), value=deal.lead)


def _check_keys_of(costs: Sequence[ChannelCost], leads: Sequence[Lead], known: Iterable[str]) -> None:
    """Refuse costs of channels and campaigns that no lead names: a slip of the pen would make another one look free."""
    # Text is a run of texts, and would be taken for its letters.
    also = as_tuple(known)  # of text it makes none
    require(also, tuple, path=("known",))
    for position, key in enumerate(also or ()):
        require(key, str, path=("known", position))
    listed = {None, *(also or ())}
    channels = listed | {lead.channel for lead in leads}
    campaigns = listed | {lead.campaign for lead in leads}
    for position, cost in enumerate(costs):
        if cost.channel not in channels:
            raise UnknownNameError("unknown_channel", path=("costs", position, "channel"), value=cost.channel)
        if cost.campaign not in campaigns:
            raise UnknownNameError("unknown_campaign", path=("costs", position, "campaign"), value=cost.campaign)


class _Grouping:
    """Tells the group of leads, deals and costs."""

    def __init__(self, by: Sequence[Grouping], org: Org | None) -> None:
        if "owner_kind" in by:
            require(org, Org, path=("org",))
        self._by = by
        self._org = org

    def of_lead(self, lead: Lead, position: int) -> Labels:
        owner = next((change.owner for change in lead.history if change.owner is not None), None)
        return self._labels(lead.channel, lead.campaign, owner, "leads", position, lead.id, "owner")

    def of_deal(self, deal: "_Deal", position: int) -> Labels:
        return self._labels(None, None, deal.owner, "opportunities", position, deal.id, "owner")

    def of_cost(self, cost: ChannelCost, position: int) -> Labels:
        return self._labels(cost.channel, cost.campaign, cost.owner, "costs", position, "owner")

    def _labels(self, channel: str | None, campaign: str | None, owner: str | None, *path: str | int) -> Labels:
        labels = {"channel": channel, "campaign": campaign, "owner": owner}
        return tuple(self._kind(owner, path) if name == "owner_kind" else labels[name] for name in self._by)

    def _kind(self, owner: str | None, path: tuple[str | int, ...]) -> str | None:
        """Return of what kind an owner is; a team is a team."""
        if owner is None or self._org is None:
            return None
        self._org.require_owner(owner, *path)
        rep = self._org.rep_by_id.get(owner)
        return "team" if rep is None else rep.kind


class _Deal(NamedTuple):
    """A deal as it stands: how, since when, who had it first, and for how much."""

    id: str
    position: int
    created: date | None
    owner: str | None
    outcome: Outcome
    on: date | None
    amount: Amount | None


class _Reader:
    """Reads deals by their processes."""

    def __init__(self, processes: Iterable[SalesProcess], as_of: date) -> None:
        items = as_tuple(processes)
        require(items, tuple, path=("processes",))
        for position, process in enumerate(items):
            require(process, SalesProcess, path=("processes", position))
        for position, again in repeated(process.key for process in items):
            raise InvalidValueError("not_unique", path=("processes", position, "key"), value=again)
        self._processes: dict[str | None, SalesProcess] = {process.key: process for process in items}
        self._keys = tuple(process.key for process in items)
        if len(items) == 1:
            self._processes[None] = items[0]
        self._as_of = as_of
        self._outcomes = {process.key: {stage.key: _OUTCOME_OF[stage.kind] for stage in process.stages} for process in items}

    def read(self, deal: Opportunity, position: int) -> _Deal | None:
        """Return a deal as it stands on the day; ``None`` where it began later."""
        process = self._processes.get(deal.process)
        if process is None:
            path = ("opportunities", position, deal.id, "process")
            raise UnknownNameError("unknown_process", path=path, choices=self._keys, value=deal.process)
        process.require(deal, "opportunities", position)
        now = deal.as_of(self._as_of)
        if now is None:
            return None
        outcome, on = _decided(now, self._outcomes[process.key])
        owner = next((change.owner for change in now.history if change.owner is not None), None)
        return _Deal(deal.id, position, now.created, owner, outcome, on, now.amount)


def _decided(deal: Opportunity, outcomes: Mapping[str, Outcome]) -> tuple[Outcome, date | None]:
    """Return how a deal stands, and since when: the after-sales service of a won one decides nothing anew."""
    outcome, on = outcomes[deal.stage], None
    for change in reversed(deal.history):
        if change.stage is not None:
            if outcomes[change.stage] != outcome:
                break
            on = change.on
    return outcome, on


class _Counting:
    """Writes down leads, deals without a lead, and costs, and counts them by group once all are there."""

    def __init__(self, as_of: date, period: Period | None) -> None:
        self._as_of = as_of
        self._period = period
        self._unit: Unit | None = None
        self._leads = LeadRows()
        self._undated: list[Labels] = []
        self._without_lead: list[tuple[Labels, Outcome]] = []
        self._costs: dict[Labels, list[Amount | None]] = defaultdict(list)
        self._values_without_lead: dict[Labels, list[Amount | None]] = defaultdict(list)

    def add_lead(self, labels: Labels, lead: Lead, deals: Sequence[_Deal]) -> None:
        if not self._is_counted(labels, lead.created):
            return
        outcome, on = _outcome_of(lead, deals)
        is_qualified = bool(deals) or any(change.status in _QUALIFIED for change in lead.history)
        last = self._as_of if outcome == "open" else on
        days = None if lead.created is None or last is None else max((last - lead.created).days, 0)
        self._leads.add(labels, outcome, days, is_qualified=is_qualified)
        if outcome == "won":
            amounts = [self._in_unit(deal) for deal in deals if deal.outcome == "won"]
            value = summed(amounts)
            self._leads.add_value(None if value is None else value.minor, is_unvalued=None in amounts)

    def add_deal(self, labels: Labels, deal: _Deal) -> None:
        if not self._is_counted(labels, deal.created):
            return
        self._without_lead.append((labels, deal.outcome))
        if deal.outcome == "won":
            self._values_without_lead[labels].append(self._in_unit(deal))

    def add_cost(self, labels: Labels, cost: ChannelCost, position: int) -> None:
        if cost.on <= self._as_of and (self._period is None or cost.on in self._period):
            self._unit = common_unit(self._unit, cost.amount.unit, "costs", position, "amount")
            self._costs[labels].append(cost.amount)

    def _is_counted(self, labels: Labels, began: date | None) -> bool:
        """Tell whether something began within the period; where nobody knows when it began, count that."""
        if began is None:
            self._undated.append(labels)
            return False
        return self._period is None or began in self._period

    def _in_unit(self, deal: _Deal) -> Amount | None:
        if deal.amount is not None:
            self._unit = common_unit(self._unit, deal.amount.unit, "opportunities", deal.position, deal.id, "amount")
        return deal.amount

    def tally(self, by: tuple[Grouping, ...]) -> ChannelTally:
        """Count what was written down."""
        held = [labels for labels, _ in self._without_lead]
        seen = {*self._leads.labels, *self._undated, *held, *self._costs}
        groups = tuple(sorted(seen if by else {()}, key=in_order))
        place = {labels: position for position, labels in enumerate(groups)}
        undated, without_lead = (np.array([place[labels] for labels in rows], dtype=np.int64) for rows in (self._undated, held))
        outcomes = outcome_codes([outcome for _, outcome in self._without_lead])
        return ChannelTally(
            as_of=self._as_of,
            period=self._period,
            by=by,
            unit=self._unit,
            groups=groups,
            **self._leads.columns(place).counted(),
            undated=np.bincount(undated, minlength=len(groups)),
            without_lead=by_outcome(without_lead, outcomes, len(groups)),
            costs=tuple(summed(self._costs.get(labels, ())) for labels in groups),
            value_without_lead=tuple(summed(self._values_without_lead.get(labels, ())) for labels in groups),
        )


def _outcome_of(lead: Lead, deals: Sequence[_Deal]) -> tuple[Outcome, date | None]:
    """Return how a lead stands, and since when; ``None`` where nobody knows, or nothing is decided."""
    if not deals:
        if lead.status != "disqualified":
            return "open", None
        return "cancelled", next(change.on for change in reversed(lead.history) if change.status is not None)
    of_each: Mapping[Outcome, list[date | None]] = {outcome: list(_days(deals, outcome)) for outcome in OUTCOMES}
    if of_each["won"]:
        return "won", _first_or_last(of_each["won"], min)
    if of_each["open"]:
        return "open", None
    return "lost" if of_each["lost"] else "cancelled", _first_or_last([*of_each["lost"], *of_each["cancelled"]], max)


def _days(deals: Iterable[_Deal], outcome: Outcome) -> Iterator[date | None]:
    return (deal.on for deal in deals if deal.outcome == outcome)


def _first_or_last(days: Sequence[date | None], choose: Callable[[Iterable[date]], date]) -> date | None:
    """Return the first or the last of some days; ``None`` where one of them is not known."""
    known = [day for day in days if day is not None]
    return choose(known) if len(known) == len(days) else None

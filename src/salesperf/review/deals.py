"""The deals of a review: what was decided, what is open, what slipped, and where deals stay behind, with who did it."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property

import attrs

from salesperf.customers import PostMortem, lost_deal
from salesperf.funnel import FunnelReport, analyze, count
from salesperf.model.amount import Amount, Unit
from salesperf.model.estimate import Estimate
from salesperf.model.frozen import FrozenMap
from salesperf.model.opportunity import Opportunity
from salesperf.model.people import Org
from salesperf.model.period import Period
from salesperf.model.process import SalesProcess
from salesperf.model.records import Records
from salesperf.pipeline import Bridge, ClosedDeal, ClosedDeals, OpenDeal, Pipeline, SlipReport, bridge, closed, slips, snapshot
from salesperf.pipeline.deals import decision_of, holder
from salesperf.review.places import Place, Places, is_below, nobody, places_of, tree
from salesperf.review.sections import Weaknesses

__all__ = ["DealMember", "DealSection", "deal_sections"]

_ONE_DAY = timedelta(days=1)


@attrs.frozen(kw_only=True)
class DealMember:
    """What a team or rep under the owner decided, and has open.

    Attributes
    ----------
    owner : str
        The id; of what is in the line of no member a name that is nobody's.
    is_team : bool
        Whether it is a team.
    level : int
        How many teams stand between it and the owner.
    won, lost, cancelled : int
        Deals decided in the period.
    won_value : Amount or None
        What the won ones are worth; ``None`` where there are some and none has an amount.
    win_rate : Estimate
        Won / (won + lost), with Wilson's interval.
    open_deals : int
        Deals open at the end of the day.
    open_value : Amount or None
        What those are worth that have an amount.
    stalled, overdue : int
        Open deals longer in their stage than allowed, and those whose expected close has passed.

    Examples
    --------
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> review = build(read_sample(), owner="south", period=Period.quarter(2026, 3), as_of=date(2026, 9, 16))
    >>> [member.owner for member in review.deals[0].members if member.is_team]
    ['guangzhou', 'shenzhen']
    """

    owner: str
    is_team: bool
    level: int
    won: int
    lost: int
    cancelled: int
    won_value: Amount | None
    win_rate: Estimate
    open_deals: int
    open_value: Amount | None
    stalled: int
    overdue: int


@attrs.frozen(kw_only=True)
class DealSection:
    """The deals of one sales process under the owner, at the end of the last day of the period so far.

    A deal belongs to whoever has it while it is open, and to whoever had it when it was decided; so to the team in which that
    rep served on that day, or on that of the decision: the rep's first team, where nobody knows that day. Whenever one looks,
    nothing later than the last day of the period is told.

    Attributes
    ----------
    process : SalesProcess
    unit : Unit or None
        Of the amounts; ``None`` where there is none. Deals in several units make several sections.
    known : int
        How many deals are known at the end of the last day.
    undated : int
        How many of them began on a day that nobody knows.
    taken_over, handed_over : int
        Deals known before the period that somebody else had then, and those that somebody else has at its end; none of the
        company's.
    closed : ClosedDeals
        Decided in the period so far.
    pipeline : Pipeline
        Open at the end of the last day.
    slips : SlipReport
        Due in the period when it opened, by who had them then.
    bridge : Bridge
        From the day before the period to its last day, of the deals that are the owner's now, with all their past.
    funnel : FunnelReport
        Of the deals that began in the period, all stages.
    members : tuple of DealMember
        Teams and reps under the owner that decided or have something, each team before its members.
    rest : DealMember or None
        What stands in the line of none of these: deals that nobody has, or the owner itself; ``None`` where there are no such
        deals or no members.
    deals : tuple of Opportunity
        What all this was computed from, as known on the day; sorted by id.
    held_before : tuple of Opportunity
        What the owner had at the end of the day before the period, as known then; sorted by id.
    weakened_by : FrozenMap
        What weakens ``"pipeline"``, ``"win_rate"``, ``"cycle_days"`` and ``"funnel"``, among these deals, of whatever period
        they are: see :data:`salesperf.review.Weaknesses`.

    Examples
    --------
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> review = build(read_sample(), owner=None, period=Period.quarter(2026, 3), as_of=date(2026, 9, 16))
    >>> section = review.deals[0]
    >>> section.pipeline.total.count == section.bridge.closing.count
    True
    """

    process: SalesProcess
    unit: Unit | None
    known: int
    undated: int
    taken_over: int
    handed_over: int
    closed: ClosedDeals
    pipeline: Pipeline
    slips: SlipReport
    bridge: Bridge
    funnel: FunnelReport
    members: tuple[DealMember, ...]
    rest: DealMember | None
    deals: tuple[Opportunity, ...] = attrs.field(repr=False)
    held_before: tuple[Opportunity, ...] = attrs.field(repr=False)
    weakened_by: Weaknesses = attrs.field(default=FrozenMap())

    @cached_property
    def lost(self) -> tuple[ClosedDeal, ...]:
        """The deals lost in the period, the largest first, those without an amount last."""
        return tuple(sorted(self.closed.of("lost"), key=_size))

    @cached_property
    def _has_contacts(self) -> bool:
        return any(deal.contacts for deal in self.deals)

    def post_mortem(self, deal: str) -> PostMortem:
        """Tell what changed before a deal was lost.

        Parameters
        ----------
        deal
            The id of one of the deals lost.

        Notes
        -----
        Where no deal of the section has a contact, nobody keeps them: then it is not told that this one has none.

        Examples
        --------
        >>> from salesperf.io.folder import read_sample
        >>> from salesperf.review import build
        >>> review = build(read_sample(), owner=None, period=Period.quarter(2026, 3), as_of=date(2026, 9, 16))
        >>> section = review.deals[0]
        >>> print(section.post_mortem(section.lost[2].id).text())
        Deal o-137 was lost on 2026-08-21. Before that:
        2026-07-05: The expected close moved out from 2026-07-12 to 2026-09-10.
        2026-07-05: Nothing was recorded for 47 days, until the end.
        Competitors: Nanling.
        The reason given: competitor.
        """
        known = self.deals[bisect_left(self.deals, deal, key=lambda each: each.id)]
        told = lost_deal(known, self.process, as_of=self.closed.as_of)
        if self._has_contacts:
            return told
        return attrs.evolve(told, evidence=tuple(one for one in told.evidence if one.kind != "few_contacts"))


def _size(deal: ClosedDeal) -> tuple[bool, int, str]:
    return deal.amount is None, 0 if deal.amount is None else -deal.amount.minor, deal.id


def deal_sections(records: Records, *, owner: str | None, period: Period, as_of: date) -> Iterator[DealSection]:
    """Look at the deals of each sales process under an owner, at the end of a day.

    Parameters
    ----------
    records
        What was known at the end of the day.
    owner, period
        As for :func:`salesperf.review.build`.
    as_of
        The last day of the period so far.

    Examples
    --------
    >>> from salesperf.io.folder import read_sample
    >>> records = read_sample().as_of(date(2026, 9, 16))
    >>> [each.process.key for each in deal_sections(records, owner=None, period=Period.year(2026), as_of=date(2026, 9, 16))]
    ['solution']
    """
    held: dict[str, list[Opportunity]] = {process.key: [] for process in records.processes}
    for opportunity in sorted(records.opportunities, key=lambda deal: deal.id):
        held[records.process_of(opportunity).key].append(opportunity)
    for process in sorted(records.processes, key=lambda process: process.key):
        for unit, deals in by_unit(held[process.key]):
            section = _section(records, process, deals, unit, owner=owner, period=period, on=as_of)
            if section.deals or section.slips.deals:
                yield section


def by_unit(deals: Sequence[Opportunity]) -> Iterator[tuple[Unit | None, list[Opportunity]]]:
    """Part deals by the unit of their amounts, since unlike units make no sum; those without any go with the most."""
    groups: dict[Unit | None, list[Opportunity]] = {}
    for deal in deals:
        units = (change.amount.unit for change in deal.history if change.amount is not None)
        groups.setdefault(next(units, None), []).append(deal)
    named = sorted((unit for unit in groups if unit is not None), key=lambda unit: (-len(groups[unit]), str(unit)))
    if named:
        groups[named[0]] = sorted((*groups[named[0]], *groups.pop(None, ())), key=lambda deal: deal.id)
    yield from ((unit, groups[unit]) for unit in named or groups)


def _section(
    records: Records,
    process: SalesProcess,
    known: Sequence[Opportunity],
    unit: Unit | None,
    *,
    owner: str | None,
    period: Period,
    on: date,
) -> DealSection:
    """Look at deals at the end of one day, so that all that is told of them is of that day."""
    passed = Period(period.start, Period.day(on).end)
    before = passed.start - _ONE_DAY if passed.start > date.min else date.min
    places = Places(records.org)
    above = {deal.id: above_of(deal, process, places, on) for deal in known}
    deals = [deal for deal in known if owner is None or owner in above[deal.id]]
    earlier = [past for deal in known if (past := deal.as_of(before)) is not None]
    held_before = {past.id: above_of(past, process, places, before) for past in earlier}
    had = [deal for deal in known if deal.id in held_before and (owner is None or owner in held_before[deal.id])]
    ids_now, ids_then = ({deal.id for deal in held} for held in (deals, had))
    decided = closed(deals, process, as_of=on, period=passed)
    pipeline = snapshot(deals, process, as_of=on, calendar=records.calendar, org=records.org)
    members = tuple(_members(records.org, owner, decided, pipeline, above))
    return DealSection(
        process=process,
        unit=unit,
        known=len(deals),
        undated=sum(deal.is_undated for deal in deals),
        taken_over=len((ids_now - ids_then) & held_before.keys()),
        handed_over=len(ids_then - ids_now),
        closed=decided,
        pipeline=pipeline,
        slips=slips(had, process, period=period, as_of=on),
        bridge=bridge(deals, process, start=before, end=on),
        funnel=analyze(count(deals, process, as_of=on, period=passed)),
        members=members,
        rest=_rest(records.org, owner, decided, pipeline, above) if members else None,
        deals=tuple(deals),
        held_before=tuple(past for past in earlier if owner is None or owner in held_before[past.id]),
    )


def above_of(deal: Opportunity, process: SalesProcess, places: Places, as_of: date) -> tuple[str, ...]:
    """Return who has a deal, or had it when it was decided, and the teams above on that day, nearest first.

    A day of a decision of which nobody knows lies before all that are known.
    """
    decision = decision_of(deal, process)
    return places.above(holder(deal, decision), as_of if decision is None else decision.on or date.min)


def _members(
    org: Org, owner: str | None, decided: ClosedDeals, pipeline: Pipeline, above: Mapping[str, tuple[str, ...]]
) -> Iterator[DealMember]:
    """Go down the tree, each team before what is under it; whoever has no deal is left out."""
    closed_by: dict[Place, list[ClosedDeal]] = {}
    open_by: dict[Place, list[OpenDeal]] = {}
    for deal in decided.deals:
        for place in places_of(above[deal.id]):
            closed_by.setdefault(place, []).append(deal)
    for held in pipeline.deals:
        for place in places_of(above[held.id]):
            open_by.setdefault(place, []).append(held)
    for place, level in tree(org, owner, sorted(closed_by.keys() | open_by.keys(), key=lambda place: place[0])):
        ended = attrs.evolve(decided, deals=tuple(closed_by.get(place, ())))
        left = attrs.evolve(pipeline, deals=tuple(open_by.get(place, ())))
        yield attrs.evolve(_member(place[0], ended, left), is_team=place[0] in org.team_by_id, level=level)


def _rest(
    org: Org, owner: str | None, decided: ClosedDeals, pipeline: Pipeline, above: Mapping[str, tuple[str, ...]]
) -> DealMember | None:
    """Tell of what stands in the line of no member; ``None`` where there is none of it."""
    ended, left = without_members(owner, decided, pipeline, above)
    return _member(nobody(org), ended, left) if ended.deals or left.deals else None


def without_members(
    owner: str | None, decided: ClosedDeals, pipeline: Pipeline, above: Mapping[str, tuple[str, ...]]
) -> tuple[ClosedDeals, Pipeline]:
    """Return those deals that belong to nobody below an owner, decided and open.

    Parameters
    ----------
    owner
        A rep, a team, or ``None`` for the company.
    decided, pipeline
        The deals under the owner.
    above
        Who has each, or had it when it was decided, and the teams above.
    """
    ended = (deal for deal in decided.deals if not is_below(above[deal.id], owner))
    left = (deal for deal in pipeline.deals if not is_below(above[deal.id], owner))
    return attrs.evolve(decided, deals=tuple(ended)), attrs.evolve(pipeline, deals=tuple(left))


def _member(owner: str, ended: ClosedDeals, left: Pipeline) -> DealMember:
    return DealMember(
        owner=owner,
        is_team=False,
        level=0,
        won=ended.won,
        lost=ended.lost,
        cancelled=ended.cancelled,
        won_value=ended.won_value,
        win_rate=ended.win_rate,
        open_deals=left.total.count,
        open_value=left.total.amount,
        stalled=left.flag_counts["stalled"],
        overdue=left.flag_counts["overdue"],
    )

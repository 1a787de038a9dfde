"""The funnel that starts at the lead: each lead and the deals that it became, followed as one through one process."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from types import MappingProxyType
from typing import Final, NamedTuple

import attrs

from salesperf.errors import InvalidValueError, UnknownNameError
from salesperf.funnel.counting import count
from salesperf.funnel.rules import RuleName
from salesperf.funnel.tally import FunnelTally
from salesperf.model.change import Change
from salesperf.model.lead import LEAD_STATUSES, Lead, LeadStatus
from salesperf.model.opportunity import Opportunity
from salesperf.model.people import Org
from salesperf.model.period import Period
from salesperf.model.process import SalesProcess
from salesperf.model.stage import Stage, StageKind
from salesperf.model.validators import repeated, require

__all__ = ["Joined", "joined", "lead_to_cash"]

_GIVEN_UP: Final[LeadStatus] = "disqualified"
_PRECEDENCE: Final[Mapping[StageKind, int]] = MappingProxyType({"cancelled": 0, "lost": 1, "open": 2, "won": 3, "post_won": 3})
"""Which of several deals a lead stands for: one that is won, else one that is open, else one that was lost."""
_BEFORE_ALL: Final = 0
"""An ordinal before all days, for what has none."""


@attrs.frozen(kw_only=True)
class Joined:
    """Leads with their deals, each as one deal of a process that begins with the lead: made by :func:`joined`.

    Attributes
    ----------
    opportunities : tuple of Opportunity
        One for each lead, with its id: stages and owners by day, and as facts those of the lead, with ``channel`` and
        ``campaign``.
    process : SalesProcess
        The statuses of a lead as open stages (``lead.new``, ``lead.working``, ``lead.qualified``, ``lead.converted``), then
        the stages of the deals.
    without_lead : tuple of Opportunity
        The deals that no lead began, as they were given.

    Examples
    --------
    >>> from salesperf import STANDARD_PROCESSES
    >>> [stage.key for stage in joined([], [], STANDARD_PROCESSES["basic"]).process.open_stages][3:6]
    ['lead.converted', 'lead', 'opportunity']
    """

    opportunities: tuple[Opportunity, ...]
    process: SalesProcess
    without_lead: tuple[Opportunity, ...]


def joined(leads: Iterable[Lead], opportunities: Iterable[Opportunity], process: SalesProcess) -> Joined:
    """Join each lead and the deals that it became, so that whatever follows deals can follow leads.

    Parameters
    ----------
    leads
        Each id once, in any order.
    opportunities
        Deals of one process, each id once, in any order. The lead that one names is among the leads.
    process
        Their process.

    Returns
    -------
    Joined
        The leads as deals of a longer process; the deals that no lead began stand apart.

    Raises
    ------
    InvalidValueError
        If something is no lead, no deal or no process, an id comes twice, or a deal is of another process.
    UnknownNameError
        If a deal names a lead that is not given, or is in a stage that the process does not have: the path has its id.
    InvalidInputError
        If the process has a stage of the key of one that leads have.

    Notes
    -----
    A lead counts once, whatever it became. From the day on which the first of its deals began it stands where its deals
    stand, and its own statuses count no more. Of several deals it stands for one that is won, else for the open one that is
    furthest, else for one that was lost: the lead is won with its first win, and lost when nothing of it is left.

    A lead that was disqualified is cancelled, since nobody decided for another seller: it stands in the cancelled stage of
    the process, or in one that is added. One that was converted, and of which no deal is known, is open.

    A lead of which one deal has no first day has none either: nobody knows how far it had come by then.

    The owner is whoever has the lead, then whoever has the deal. A lead that went back to the public pool counts to whoever
    had it last: else to release what comes to nothing would raise a rate. Of facts only those of the lead are there: one
    that is known of deals alone would make a group of nothing but leads that became deals. Amounts are not there, since
    those of several deals may differ in unit.

    Examples
    --------
    >>> from salesperf import STANDARD_PROCESSES, LeadChange
    >>> days = [date(2026, 9, day) for day in (1, 8, 15)]
    >>> lead = Lead(id="l-1", history=[LeadChange(days[0], status="new"), LeadChange(days[1], status="converted")])
    >>> deal = Opportunity(id="o-1", lead="l-1", history=[Change(days[1], stage="proposal"), Change(days[2], stage="closed")])
    >>> both = joined([lead], [deal], STANDARD_PROCESSES["basic"])
    >>> [visit.stage for visit in both.opportunities[0].visits]
    ['lead.new', 'lead.converted', 'proposal', 'closed']
    """
    require(process, SalesProcess, path=("process",))
    known = _checked_leads(leads)
    of_each: dict[str, list[Opportunity]] = defaultdict(list)
    without_lead: list[Opportunity] = []
    for deal in _checked_deals(opportunities, process, known):
        (without_lead if deal.lead is None else of_each[deal.lead]).append(deal)
    longer = _lengthened(process)
    joiner = _Joiner(longer)
    return Joined(
        opportunities=tuple(joiner.join(lead, of_each.get(lead.id, ())) for lead in known.values()),
        process=longer,
        without_lead=tuple(without_lead),
    )


def lead_to_cash(
    leads: Iterable[Lead],
    opportunities: Iterable[Opportunity],
    process: SalesProcess,
    *,
    as_of: date,
    rule: RuleName = "cohort",
    period: Period | None = None,
    by: Sequence[str] = (),
    org: Org | None = None,
) -> FunnelTally:
    """Count leads by how far they came, from the first status to the last stage of the deals that they became.

    Parameters
    ----------
    leads, opportunities, process
        As of :func:`joined`.
    as_of
        The day to whose end the leads are followed: what is later is not known, and a lead begun later is no lead.
    rule
        A name in :data:`RULES`.
    period
        The days on which the leads began; ``None`` for all.
    by
        What to count apart, in any combination: ``"channel"``, ``"campaign"``, ``"owner"``, ``"team"``, ``"month"``, or the
        name of a fact of the leads. The month is that in which the lead began, and the team that of the owner on that day.
    org
        Who was in which team; needed where ``by`` names ``"team"``.

    Returns
    -------
    FunnelTally
        Of :attr:`Joined.process`; :func:`analyze` makes rates of it. It merges with that of other leads: the partition key
        is the lead, and all its deals must be in the same part.

    Raises
    ------
    InvalidValueError, UnknownNameError, InvalidInputError
        As of :func:`joined` and :func:`count`.

    Notes
    -----
    Leads that are open, and leads whose deals are, are open: a young channel has few wins because it is young.
    :func:`outcomes` follows the deals of :attr:`Joined.opportunities` with the rest of their time censored.

    Deals that no lead began are not part of this funnel. They are counted as nonconforming, whatever the rule, and are in no
    other number: so nothing is lost, and no rate is of them.

    Examples
    --------
    >>> from salesperf import STANDARD_PROCESSES, LeadChange
    >>> began, on = LeadChange(date(2026, 9, 1), status="new"), date(2026, 9, 8)
    >>> leads = [Lead(id=f"l-{number}", history=[began]) for number in range(3)]
    >>> deals = [Opportunity(id="o-1", lead="l-1", history=[Change(on, stage="lead"), Change(on, stage="closed")])]
    >>> deals += [Opportunity(id="o-2", history=[Change(on, stage="lead")])]
    >>> counted = lead_to_cash(leads, deals, STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30))
    >>> counted.entered[0].tolist(), counted.outcomes[0].tolist(), counted.nonconforming.tolist()
    ([3, 1, 1, 1, 1, 1, 1, 1], [1, 0, 0, 2], [1])
    """
    both = joined(leads, opportunities, process)
    followed = count(both.opportunities, both.process, as_of=as_of, rule=rule, period=period, by=by, org=org)
    others = [attrs.evolve(deal, process=None) for deal in both.without_lead]
    # None of them entered the first stage, so that by the rule of order none conforms.
    apart = count(others, both.process, as_of=as_of, rule="strict", period=period, by=by, org=org)
    return followed + attrs.evolve(apart, rule=rule)


def _checked_leads(leads: Iterable[Lead]) -> dict[str, Lead]:
    """Return the leads by id."""
    require(leads, Iterable, path=("leads",))
    items = tuple(leads)
    for position, lead in enumerate(items):
        require(lead, Lead, path=("leads", position))
    for position, again in repeated(lead.id for lead in items):
        raise InvalidValueError("not_unique", path=("leads", position, "id"), value=again)
    return {lead.id: lead for lead in items}


def _checked_deals(
    opportunities: Iterable[Opportunity], process: SalesProcess, leads: Mapping[str, Lead]
) -> tuple[Opportunity, ...]:
    require(opportunities, Iterable, path=("opportunities",))
    items = tuple(opportunities)
    for position, deal in enumerate(items):
        process.require(deal, "opportunities", position)
        if deal.lead is not None and deal.lead not in leads:
            raise UnknownNameError("unknown_lead", path=("opportunities", position, deal.id, "lead"), value=deal.lead)
    for position, again in repeated(deal.id for deal in items):
        raise InvalidValueError("not_unique", path=("opportunities", position, "id"), value=again)
    return items


def _key_of(status: LeadStatus) -> str:
    return f"lead.{status}"


def _lengthened(process: SalesProcess) -> SalesProcess:
    """Return a process that begins with the statuses of a lead, and can end with one that is given up."""
    statuses = {status: Stage(key=_key_of(status), title=f"lead_status.{status}") for status in LEAD_STATUSES}
    given_up = attrs.evolve(statuses.pop(_GIVEN_UP), kind="cancelled", probability=None)
    ends = () if process.stages[-1].kind == "cancelled" else (given_up,)
    return attrs.evolve(process, key=f"lead.{process.key}", stages=(*statuses.values(), *process.stages, *ends))


class _Step(NamedTuple):
    """A change of a lead, whose deal is named ``""``, or of one of its deals; steps are sorted by what stands first."""

    day: int
    deal: str
    place: int
    on: date | None
    stage: str | None
    owner: str | None


class _Joiner:
    """Joins leads and their deals in a process."""

    def __init__(self, process: SalesProcess) -> None:
        self._key = process.key
        self._precedence = {
            stage.key: (_PRECEDENCE[stage.kind], place)
            for stage, place in zip(process.stages, process.position.values(), strict=True)
        }
        self._stage_of: dict[LeadStatus | None, str | None] = {status: _key_of(status) for status in LEAD_STATUSES}
        self._stage_of |= {None: None, _GIVEN_UP: process.stages[-1].key}

    def join(self, lead: Lead, deals: Iterable[Opportunity]) -> Opportunity:
        """Return a lead and its deals as one deal."""
        steps = sorted((*self._steps_of_lead(lead, deals), *chain.from_iterable(map(_steps_of_deal, deals))))
        return Opportunity(
            id=lead.id, history=list(self._history(steps)), facts=lead.known_facts, lead=lead.id, process=self._key
        )

    def _steps_of_lead(self, lead: Lead, deals: Iterable[Opportunity]) -> Iterator[_Step]:
        """Yield what became of a lead before it was a deal."""
        became = min((_ordinal(deal.created) for deal in deals), default=date.max.toordinal())
        for place, change in enumerate(lead.history):
            day = _ordinal(change.on)
            if day <= became:
                yield _Step(day, "", place, change.on, self._stage_of[change.status], change.owner)

    def _history(self, steps: Iterable[_Step]) -> Iterator[Change]:
        """Yield what becomes of the whole from step to step; what has no day is one change."""
        standing: dict[str, str] = {}
        owner = told_owner = told_stage = None
        undated: Change | None = None
        for step in steps:
            if step.stage is not None:
                if step.deal:
                    standing.pop("", None)
                standing[step.deal] = step.stage
            owner = step.owner or owner
            stage = max(standing.values(), key=self._precedence.__getitem__)
            if (stage, owner) == (told_stage, told_owner):
                continue
            if step.on is None:
                undated = Change(None, stage=stage, owner=owner)
            else:
                if undated is not None:
                    yield undated
                    undated = None
                yield Change(
                    step.on, stage=None if stage == told_stage else stage, owner=None if owner == told_owner else owner
                )
            told_stage, told_owner = stage, owner
        if undated is not None:
            yield undated


def _steps_of_deal(deal: Opportunity) -> Iterator[_Step]:
    for place, change in enumerate(deal.history):
        yield _Step(_ordinal(change.on), deal.id, place, change.on, change.stage, change.owner)


def _ordinal(on: date | None) -> int:
    return _BEFORE_ALL if on is None else on.toordinal()

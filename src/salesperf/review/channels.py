"""The channels of a review: what leads came of each within a year, what they brought and cost, and which does not pay."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

import attrs

from salesperf.channels import ChannelReport, compare, count
from salesperf.model.amount import Unit
from salesperf.model.change import Change
from salesperf.model.channel_cost import ChannelCost
from salesperf.model.frozen import FrozenMap
from salesperf.model.lead import Lead
from salesperf.model.opportunity import Opportunity
from salesperf.model.period import Period
from salesperf.model.process import SalesProcess
from salesperf.model.records import Records
from salesperf.review.places import Places
from salesperf.review.sections import Weaknesses

__all__ = ["ChannelSection", "channel_section"]


@attrs.frozen(kw_only=True)
class ChannelSection:
    """The leads under the owner by channel, followed to the end of the last day of the period so far.

    A lead needs months to be won. So these are the leads that began within twelve months up to that day, or in the period
    where it is longer, and what was spent in that time.

    Attributes
    ----------
    period : Period
        The days on which the leads began.
    unit : Unit or None
        Of all amounts; ``None`` where there is none.
    report : ChannelReport
        Each channel beside the others, and all together.
    in_other_units : int
        Costs in other units, and deals whose amount is: what these leads brought and cost without them.
    costs_of_nobody : int
        Costs that name no rep or team. They count for the company, and not here where the owner is a team or a rep.
    unmatched : tuple of str
        Channels and campaigns on which something was spent, and which no lead names: they brought none, or are misspelt.
    leads : tuple of Lead
    deals : tuple of Opportunity
    costs : tuple of ChannelCost
    processes : tuple of SalesProcess
        What all this was computed from.
    weakened_by : FrozenMap
        What weakens ``"channels"``, among these leads: see :data:`salesperf.review.Weaknesses`.

    Examples
    --------
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> channels = build(read_sample(), owner=None, period=Period.quarter(2026, 3), as_of=date(2026, 9, 16)).channels
    >>> [(line.labels[0], line.return_verdict) for line in channels.report.lines if line.leads]
    [('website', 'pays'), ('referral', 'pays'), ('exhibition', 'does_not_pay'), ('live_stream', 'cannot_tell')]
    """

    period: Period
    unit: Unit | None
    report: ChannelReport
    in_other_units: int
    costs_of_nobody: int
    unmatched: tuple[str, ...]
    leads: tuple[Lead, ...] = attrs.field(repr=False)
    deals: tuple[Opportunity, ...] = attrs.field(repr=False)
    costs: tuple[ChannelCost, ...] = attrs.field(repr=False)
    processes: tuple[SalesProcess, ...] = attrs.field(repr=False)
    weakened_by: Weaknesses = attrs.field(default=FrozenMap())


def channel_section(
    records: Records, leads: Sequence[Lead], unled: Iterable[Opportunity], *, owner: str | None, passed: Period
) -> ChannelSection | None:
    """Hold the channels of some leads beside each other.

    Parameters
    ----------
    records
        What was known at the end of the last of the days.
    leads
        Those of the owner.
    unled
        Deals of the owner, of which those that no lead began are counted apart.
    owner
        A rep, a team, or ``None`` for the company.
    passed
        The days of the period so far.

    Returns
    -------
    ChannelSection or None
        ``None`` where no lead names a channel and nothing was spent.

    Examples
    --------
    >>> from salesperf.io.folder import read_sample
    >>> channel_section(read_sample(), (), (), owner="d-01", passed=Period.month(2026, 8)) is None
    True
    """
    on = passed.last
    days = _days(passed)
    costs = _costs(records, owner, days)
    ids = {lead.id for lead in leads}
    deals = [deal for deal in records.opportunities if deal.lead in ids]
    deals += [deal for deal in unled if deal.lead is None]
    if not costs and all(lead.channel is None for lead in leads):
        return None
    unit = _unit(deals, costs)
    counted = [cost for cost in costs if cost.amount.unit == unit]
    in_unit = [deal if _unit_of(deal) in (None, unit) else _without_amount(deal) for deal in deals]
    tally = count(
        leads,
        in_unit,
        as_of=on,
        costs=counted,
        period=days,
        processes=records.processes,
        known=[name for cost in counted for name in (cost.channel, cost.campaign) if name is not None],
    )
    if not tally.groups:
        return None
    named = {name for lead in records.leads for name in (lead.channel, lead.campaign)}
    spent_on = {name for cost in costs for name in (cost.channel, cost.campaign)}
    return ChannelSection(
        period=days,
        unit=tally.unit,
        report=compare(tally),
        in_other_units=sum(_unit_of(deal) not in (None, unit) for deal in deals) + len(costs) - len(counted),
        costs_of_nobody=0 if owner is None else sum(cost.owner is None and cost.on in days for cost in records.costs),
        unmatched=tuple(sorted(name for name in spent_on - named if name is not None)),
        leads=tuple(leads),
        deals=tuple(sorted(in_unit, key=lambda deal: deal.id)),
        costs=tuple(sorted(counted, key=repr)),
        processes=tuple(sorted(records.processes, key=lambda process: process.key)),
    )


def _days(passed: Period) -> Period:
    """Return twelve months up to the last of the days, or the days where they are more."""
    if passed.last.year == date.min.year:
        return passed
    return Period(min(passed.start, Period.rolling(passed.last).start), passed.end)


def _costs(records: Records, owner: str | None, days: Period) -> list[ChannelCost]:
    """Return what was spent in some days: all of the company's; of a team or a rep what names them, or somebody below."""
    places = Places(records.org)
    return [cost for cost in records.costs if cost.on in days and (owner is None or owner in places.above(cost.owner, cost.on))]


def _unit(deals: Iterable[Opportunity], costs: Iterable[ChannelCost]) -> Unit | None:
    """Return the unit of most amounts; of several the first by name."""
    units = [unit for deal in deals if (unit := _unit_of(deal)) is not None]
    found = Counter([*units, *(cost.amount.unit for cost in costs)])
    return min(found, key=lambda unit: (-found[unit], str(unit)), default=None)


def _unit_of(deal: Opportunity) -> Unit | None:
    return next((change.amount.unit for change in deal.history if change.amount is not None), None)


def _without_amount(deal: Opportunity) -> Opportunity:
    """Return what channels count of a deal but for its amount, which is in another unit than that of the others."""
    history = [
        Change(change.on, stage=change.stage, owner=change.owner)
        for change in deal.history
        if change.stage is not None or change.owner is not None
    ]
    return Opportunity(id=deal.id, lead=deal.lead, process=deal.process, history=history)

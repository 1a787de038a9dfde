"""What a reader should know of the leads of a review and their channels: who waits for a word, and what does not pay."""

from collections.abc import Iterator

from salesperf.channels import ChannelLine
from salesperf.model.amount import Amount
from salesperf.model.finding import Finding, Severity
from salesperf.model.message import Message
from salesperf.model.people import Org
from salesperf.review.channels import ChannelSection
from salesperf.review.leads import LeadSection, OpenLead

__all__ = ["find_in_channels", "find_in_leads"]


def find_in_leads(section: LeadSection, org: Org) -> Iterator[Finding]:
    """Go through what weakens the numbers on leads, and which leads nobody cares for.

    Parameters
    ----------
    section
        The numbers.
    org
        Who is who.
    """
    late = [lead for lead in section.untouched if lead.is_overdue]
    if late:
        began = min((lead.created for lead in late if lead.created is not None), default=None)
        yield _finding("leads_untouched", len(late), untouched=len(section.untouched), began=began)
    yield from _left_behind(section, org)


def find_in_channels(section: ChannelSection) -> Iterator[Finding]:
    """Go through the channels that do not pay, and through what their numbers lack.

    Parameters
    ----------
    section
        The numbers.
    """
    for line in section.report.not_paying:
        yield _does_not_pay(line)
    if section.in_other_units:
        yield _finding("channels_in_other_units", section.in_other_units, unit=section.unit and section.unit.code)
    if section.unmatched:
        yield _finding("costs_unmatched", len(section.unmatched), names=section.unmatched)
    if section.costs_of_nobody:
        yield _finding("costs_of_nobody", section.costs_of_nobody, severity="info")


def _finding(
    rule: str,
    count: int,
    *,
    record: str | None = None,
    severity: Severity = "warning",
    at_stake: Amount | None = None,
    **arguments: object,
) -> Finding:
    message = Message.of(f"finding.{rule}", number=count, **arguments)
    return Finding(rule=rule, severity=severity, message=message, record=record, count=count, at_stake=at_stake)


def _left_behind(section: LeadSection, org: Org) -> Iterator[Finding]:
    """Notice open leads of a rep whose service has ended: nobody works on them."""
    held: dict[str, list[OpenLead]] = {}
    for lead in section.open_leads:
        rep = None if lead.owner is None else org.rep_by_id.get(lead.owner)
        if rep is not None and rep.left is not None and rep.left <= section.period.last:
            held.setdefault(rep.id, []).append(lead)
    for owner, leads in sorted(held.items()):
        yield _finding("leads_left_behind", len(leads), record=owner, owner=org.called(owner), left=org.rep_by_id[owner].left)


def _does_not_pay(line: ChannelLine) -> Finding:
    lost = line.cost - line.value if line.cost is not None and line.value is not None else None
    return _finding(
        "channel_does_not_pay",
        line.leads,
        at_stake=lost if lost is not None and lost.minor > 0 else None,
        channel=line.name,
        cost=line.cost,
        value=line.value,
        won=line.won,
        return_on_investment=line.return_on_investment.value,
        reached=line.conversion_within.value,
        horizon=line.horizon,
        break_even=line.break_even_rate.value,
    )

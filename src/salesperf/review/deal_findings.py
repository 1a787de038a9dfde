"""What a reader should know of the deals of a review: which are doubtful, where they wait, who moves them on and on."""

from collections.abc import Iterator, Sequence
from typing import Final

from salesperf.kernels.proportion import wilson
from salesperf.model.change import CHANGING_FIELDS
from salesperf.model.finding import Finding, Severity
from salesperf.model.message import Message
from salesperf.model.people import Org
from salesperf.model.period import Period
from salesperf.review.deals import DealSection

__all__ = ["find_in_deals", "find_without_deals"]

LEAST_DEALS: Final = 5
"""Of fewer deals nothing is said about a stage or a rep."""
_DOUBT: Final = 0.1
"""How likely a rep may be blamed by chance, in all."""
_MOST_WAIT: Final = 0.5
"""A stage in which more than this share of deals is over its limit is stuck."""


def find_in_deals(section: DealSection, org: Org) -> Iterator[Finding]:
    """Go through what weakens or explains the numbers on deals.

    Parameters
    ----------
    section
        The numbers.
    org
        Who is who.
    """
    process = Message(section.process.label)
    yield from _doubtful(section, process)
    yield from _stuck(section, process)
    yield from _slipping(section, org, process)


def _finding(rule: str, severity: Severity, record: str | None = None, count: int = 1, **arguments: object) -> Finding:
    message = Message.of(f"finding.{rule}", **arguments)
    return Finding(rule=rule, severity=severity, message=message, record=record, count=count)


def _doubtful(section: DealSection, process: Message) -> Iterator[Finding]:
    """Notice fields whose history the source did not keep."""
    exported = [deal for deal in section.deals if deal.as_exported]
    if exported:
        held = {field for deal in exported for field in deal.as_exported}
        fields = tuple(Message(f"field.{field}") for field in CHANGING_FIELDS if field in held)
        last = max(deal.exported for deal in exported if deal.exported is not None)
        count = len(exported)
        yield _finding("deals_as_exported", "info", count=count, process=process, count_of=count, fields=fields, on=last)
    withheld = section.pipeline.withheld
    if withheld:
        yield _finding("deals_withheld", "warning", count=withheld, process=process, count_of=withheld)


def _stuck(section: DealSection, process: Message) -> Iterator[Finding]:
    """Notice a stage in which most deals wait longer than they should."""
    for age in section.pipeline.ages:
        if age.over is None or age.within is None or age.over + age.within < LEAST_DEALS:
            continue
        if age.over > _MOST_WAIT * (age.over + age.within):
            yield _finding(
                "stuck_stage",
                "warning",
                count=age.over,
                process=process,
                stage=Message(section.process.stage_by_key[age.stage].label),
                over=age.over,
                number=age.over + age.within,
                max_days=age.max_days,
                median=age.median_days,
            )


def _slipping(section: DealSection, org: Org, process: Message) -> Iterator[Finding]:
    """Notice an owner whose deals slip more than those of all, beyond what chance would make of one among so many.

    The interval of each is widened for having looked at several (Bonferroni).
    """
    compared = [group for group in section.slips.by_owner if group.key is not None and group.due >= LEAST_DEALS]
    whole = section.slips.total.slip_rate.value
    for group in compared:
        low = wilson(group.slipped, group.due, level=1 - _DOUBT / len(compared)).low
        if whole is None or low <= whole:
            continue
        yield _finding(
            "slipping",
            "warning",
            group.key,
            group.slipped,
            process=process,
            owner=org.called(group.key),
            slipped=group.slipped,
            due=group.due,
            whole=whole,
        )


def find_without_deals(sections: Sequence[DealSection], org: Org, owner: str | None, passed: Period) -> Iterator[Finding]:
    """Notice employees who serve under an owner and have neither decided a deal nor any open, where others have."""
    if not sections or owner in org.rep_by_id:
        return
    having = {member.owner for section in sections for member in section.members}
    for rep in org.members(owner, passed):
        if rep not in having and org.rep_by_id[rep].kind == "employee":
            yield _finding("no_deals_of", "info", rep, owner=org.called(rep))

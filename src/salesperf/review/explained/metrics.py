"""The numbers on metrics of a review, down to the entries behind each where the records are at hand."""

from functools import partial

from salesperf.attainment import Attainment
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Quotient, Sum
from salesperf.model.message import Message
from salesperf.model.records import Records
from salesperf.model.target import Actual
from salesperf.review.explained.growing import Numbered, bracketed, grown, leaf, named
from salesperf.review.sections import MetricSection

__all__ = ["numbers_of_metrics", "numbers_of_unmet"]


def numbers_of_metrics(section: MetricSection, owner: str | None, records: Records | None) -> Numbered:
    """Yield the numbers of a section: of the owner, of each part of the period, and of each member.

    Parameters
    ----------
    section
        One metric.
    owner
        Whose review it is.
    records
        What was known; ``None`` where no entries are at hand.
    """
    address = f"attainment/{section.metric.key}{bracketed(section.scope)}"
    if section.owner != owner:
        address += f"/{section.owner}"
    yield from _attained(section.attainment, address, records)
    yield f"{address}/target", lambda: section.owed.breakdown
    for part in section.trend:
        within = f"{address}/{part.attainment.target.period.label}"
        yield from _attained(part.attainment, within, records)
        yield f"{within}/target", partial(getattr, part.owed, "breakdown")
    seen: set[str] = set()
    for member in section.members:
        below = f"{address}/{member.owner}"
        # Who changed team comes twice, and is held against the same once more.
        if below not in seen:
            yield from _attained(member.attainment, below, records)
            yield f"{below}/target", partial(getattr, member.owed, "breakdown")
        seen.add(below)


def numbers_of_unmet(unmet: tuple[Attainment, ...], records: Records | None) -> Numbered:
    """Yield the numbers of missed targets."""
    for each in unmet:
        target = each.target
        whose = "" if target.owner is None else f"/{target.owner}"
        yield from _attained(each, f"unmet/{target.metric.key}{bracketed(target.scope)}{whose}/{target.period.label}", records)


def _attained(attained: Attainment, address: str, records: Records | None) -> Numbered:
    yield f"{address}/gap", lambda: attained.breakdown
    if records is not None:
        yield f"{address}/actual", lambda: _entries(attained, records)
    if attained.ratio is not None:
        yield f"{address}/ratio", lambda: _ratio(attained)
    if attained.is_flow and attained.planned is not None:
        yield f"{address}/planned", lambda: attained.planned_breakdown


def _ratio(attained: Attainment) -> Breakdown:
    actual, target = attained.breakdown.parts
    return grown(named("ratio"), attained.ratio, Quotient(), (actual, target))


def _entries(attained: Attainment, records: Records) -> Breakdown:
    """Return what was done as the sum of its entries; of a ratio as the quotient of two such sums."""
    found = attained.entries_among(records.actuals)
    metrics = attained.target.metric.recorded
    label = Message("breakdown.actual")
    sums = [_sum_of(Message(metric.title), [each for each in found if each.metric.key == metric.key]) for metric in metrics]
    if attained.actual is None:
        return leaf(label, None)
    if isinstance(attained.actual, Amount):
        return grown(label, attained.actual, Sum(), sums[0].parts)
    # It is written with 28 digits, so as a float it agrees with the quotient, which has them all.
    return grown(label, float(attained.actual), Quotient(), sums)


def _sum_of(label: Message, entries: list[Actual]) -> Breakdown:
    parts = tuple(leaf(_label(each), each.amount) for each in sorted(entries, key=lambda each: (each.on, repr(each))))
    value = Amount.total([each.amount for each in entries], entries[0].amount.unit) if entries else 0
    return grown(label, value, Sum(), parts)


def _label(entry: Actual) -> Message:
    key = "entry" if entry.ref is None else "entry_ref"
    return named(key, on=entry.on, owner=entry.owner, ref=entry.ref)

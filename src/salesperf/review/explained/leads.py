"""The numbers on leads of a review, down to the leads behind each."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Final

from salesperf.followup import FollowUp
from salesperf.grading import STANDARD_GRADES, STANDARD_TEMPERATURE
from salesperf.model.breakdown import Breakdown
from salesperf.model.calendar import Calendar
from salesperf.model.lead import Lead
from salesperf.model.message import Message
from salesperf.model.records import Records
from salesperf.review.explained.growing import Numbered, addressed, counted, counted_days, leaf, more_of, named, rep_named
from salesperf.review.leads import LeadSection, OpenLead, day_of, told_of
from salesperf.review.listed import listed_leads, listed_lines
from salesperf.review.places import Places, is_below, places_of, tree
from salesperf.review.whole import Review

__all__ = ["numbers_of_leads"]

_WARMTH: Final = STANDARD_TEMPERATURE.bands.labels
_GRADES: Final = tuple(f"grade/{grade}" for grade in STANDARD_GRADES.bands.labels)
_COUNTS: Final = ("came", "converted", "disqualified", "open", "overdue", "untouched")
"""What is counted of all leads and of each member's, were it none."""


def numbers_of_leads(review: Review, records: Records | None) -> Numbered:
    """Yield the numbers of the section: of all its leads, of each that waits for a word, and of each member's.

    Parameters
    ----------
    review
        The review.
    records
        What was known; ``None`` where no calendar is at hand.
    """
    section = review.leads
    if section is None:
        return
    standing = {lead.id: lead for lead in section.open_leads}
    told = {lead.id: tuple(_told(lead, standing.get(lead.id), section)) for lead in section.leads}
    warmth = _WARMTH if any(lead.temperature for lead in section.open_leads) else ()
    yield from _numbers(section.leads, told, "leads", (*_COUNTS, "pool", "ungraded", *_GRADES, *warmth, "undated"))
    for kind in ("released", "claimed"):
        moves = tuple(named("lead_on", lead=lead, on=on) for each, lead, on in section.pool_moves if each == kind)
        yield f"leads/{kind}", partial(counted, named(kind), moves)
    yield from more_of("leads/overdue", listed_leads(section).rest, lambda lead: named("lead", lead=lead.id))
    yield from more_of("leads/members", listed_lines(section.members).rest, lambda member: rep_named(member.owner))
    calendar = None if records is None else records.calendar
    for follow_up in (lead.follow_up for lead in section.overdue if lead.follow_up is not None):
        address = f"leads/lead/{follow_up.subject}/overdue_workdays"
        yield address, partial(_overdue_workdays, follow_up, section.period.last, calendar)
    yield from _members(review, section, told, (*_COUNTS, *_GRADES, *warmth))


def _members(review: Review, section: LeadSection, told: Mapping[str, Iterable[str]], keys: Iterable[str]) -> Numbered:
    places, on = Places(review.org), section.period.last
    held = defaultdict(list)
    for lead in section.leads:
        for place in places_of(places.above(lead.owner, day_of(lead, on))):
            held[place].append(lead)
    found = tree(review.org, review.owner, sorted(held, key=lambda place: place[0]))
    for place, name in addressed([place for place, _ in found]):
        yield from _numbers(held[place], told, f"leads/{name}", keys)
    if section.rest is not None:
        above = ((lead, places.above(lead.owner, day_of(lead, on))) for lead in section.leads)
        others = [lead for lead, chain in above if not is_below(chain, review.owner)]
        yield from _numbers(others, told, f"leads/{section.rest.owner}", keys)


def _told(lead: Lead, standing: OpenLead | None, section: LeadSection) -> Iterator[str]:
    yield from told_of(lead, standing, section.period)
    if lead.is_undated:
        yield "undated"
    if standing is not None:
        if standing.owner is None:
            yield "pool"
        yield "ungraded" if standing.grade is None else f"grade/{standing.grade}"


def _numbers(leads: Iterable[Lead], told: Mapping[str, Iterable[str]], address: str, keys: Iterable[str]) -> Numbered:
    found = defaultdict(list)
    for lead in leads:
        for key in told[lead.id]:
            found[key].append(lead.id)
    for key in keys:
        name = key.lower() if key in _WARMTH else key
        yield f"{address}/{name}", partial(_grown, _label(key), tuple(found[key]))


def _label(key: str) -> Message:
    if key in _WARMTH:
        return Message(f"grading.temperature.{key.lower()}")
    grade = key.removeprefix("grade/")
    return named(key) if grade == key else named("grade", grade=grade)


def _grown(label: Message, ids: Iterable[str]) -> Breakdown:
    return counted(label, (named("lead", lead=lead) for lead in ids))


def _overdue_workdays(follow_up: FollowUp, on: date, calendar: Calendar | None) -> Breakdown:
    """Return for how many workdays something is overdue, each of them a leaf where it is known which days are worked."""
    label = named("overdue_workdays", due=follow_up.due, on=on)
    if calendar is None:
        return leaf(label, follow_up.overdue_workdays)
    days = (follow_up.due + timedelta(days=day) for day in range(1, (on - follow_up.due).days + 1))
    return counted_days(label, filter(calendar.is_workday, days))

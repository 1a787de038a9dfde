"""The numbers on leads of a review, down to the leads behind each."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

from salesperf.grading import STANDARD_TEMPERATURE
from salesperf.model.breakdown import Breakdown
from salesperf.model.lead import Lead
from salesperf.model.message import Message
from salesperf.model.people import Org
from salesperf.review.explained.growing import Numbered, addressed, counted, named
from salesperf.review.leads import LeadSection, OpenLead, day_of, told_of
from salesperf.review.places import Places, places_of, tree

__all__ = ["numbers_of_leads"]

_WARMTH: Final = frozenset(STANDARD_TEMPERATURE.bands.labels)


def numbers_of_leads(section: LeadSection, org: Org, owner: str | None) -> Numbered:
    """Yield the numbers of a section: of all its leads, and of each member's.

    Parameters
    ----------
    section
        The leads.
    org, owner
        Of the review.
    """
    standing = {lead.id: lead for lead in section.open_leads}
    told = {lead.id: tuple(_told(lead, standing.get(lead.id), section)) for lead in section.leads}
    yield from _numbers(section.leads, told, "leads")
    places, on = Places(org), section.period.last
    held = defaultdict(list)
    for lead in section.leads:
        for place in places_of(places.above(lead.owner, day_of(lead, on))):
            held[place].append(lead)
    found = tree(org, owner, sorted(held, key=lambda place: place[0]))
    for place, name in addressed([place for place, _ in found]):
        yield from _numbers(held[place], told, f"leads/{name}")


def _told(lead: Lead, standing: OpenLead | None, section: LeadSection) -> Iterator[str]:
    yield from told_of(lead, standing, section.period)
    if standing is not None:
        if standing.owner is None:
            yield "pool"
        if standing.grade is not None:
            yield f"grade/{standing.grade}"


def _numbers(leads: Iterable[Lead], told: dict[str, tuple[str, ...]], address: str) -> Numbered:
    found = defaultdict(list)
    for lead in leads:
        for key in told[lead.id]:
            found[key].append(lead.id)
    for key, ids in sorted(found.items()):
        yield f"{address}/{key}", partial(_grown, _label(key), ids)


def _label(key: str) -> Message:
    if key in _WARMTH:
        return Message(f"grading.temperature.{key.lower()}")
    grade = key.removeprefix("grade/")
    return named(key) if grade == key else named("grade", grade=grade)


def _grown(label: Message, ids: Iterable[str]) -> Breakdown:
    return counted(label, (named("lead", lead=lead) for lead in ids))

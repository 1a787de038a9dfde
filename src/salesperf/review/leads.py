"""The leads of a review: how many came and what became of them, which are open, how warm, and which wait for a word."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from itertools import repeat
from typing import Final, TypeAlias

import attrs
import numpy as np

from salesperf.errors import InvalidInputError
from salesperf.followup import STANDARD_FOLLOW_UP, FollowUp, schedule
from salesperf.grading import STANDARD_GRADES, STANDARD_TEMPERATURE, grade
from salesperf.model.codes import Codes
from salesperf.model.frozen import FrozenMap
from salesperf.model.lead import Lead, LeadStatus
from salesperf.model.people import Org
from salesperf.model.period import Period
from salesperf.model.records import Records
from salesperf.review.places import Place, Places, is_below, nobody, places_of, tree
from salesperf.review.sections import Weaknesses

__all__ = ["LeadMember", "LeadSection", "OpenLead", "came_within", "decided_within", "lead_section"]

_Move: TypeAlias = tuple[str, str, date]
"""Whether a lead was released to the public pool or claimed from it, which, and on which day."""

_DECIDED: Final[frozenset[LeadStatus]] = frozenset({"converted", "disqualified"})
_ASKED: Final = frozenset(criterion.key for criterion in STANDARD_GRADES.card.criteria)
_TOLD: Final = frozenset(rule.kind for rule in STANDARD_TEMPERATURE.rules if rule.kind is not None)
"""Kinds of touch that tell how warm a lead is."""


@attrs.frozen(kw_only=True)
class OpenLead:
    """A lead that is neither converted nor disqualified, as it stands.

    Attributes
    ----------
    id : str
    owner : str or None
        Who has it; ``None`` where it is in the public pool, or was never assigned.
    channel : str or None
    status : str
    created : date or None
        When it began.
    since : date or None
        Since when its owner has it, or since when nobody has.
    grade : str or None
        By :data:`salesperf.grading.STANDARD_GRADES`; ``None`` where no fact is known that these ask for, or one is in words
        that they do not know.
    temperature : str or None
        By :data:`salesperf.grading.STANDARD_TEMPERATURE`; ``None`` where no lead at all has a touch of a kind that tells it.
    follow_up : FollowUp or None
        What is due by :data:`salesperf.followup.STANDARD_FOLLOW_UP`; ``None`` where nobody has the lead.
    is_untouched : bool
        Whether it is still new, with no touch after the day on which it began: nobody has spoken to it. Where no lead at all
        has a touch, none are kept, and nobody can tell.

    Examples
    --------
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> review = build(read_sample(), owner="south", period=Period.quarter(2026, 3), as_of=date(2026, 9, 16))
    >>> lead = review.leads.open_leads[0]
    >>> lead.id, lead.owner, lead.status, lead.temperature, lead.is_untouched
    ('l-232', 'r-14', 'working', 'Cold', False)
    """

    id: str
    owner: str | None
    channel: str | None
    status: LeadStatus
    created: date | None
    since: date | None
    grade: str | None
    temperature: str | None
    follow_up: FollowUp | None
    is_untouched: bool

    @property
    def is_overdue(self) -> bool:
        """Whether what is due was due on an earlier day."""
        return self.follow_up is not None and self.follow_up.status == "overdue"


@attrs.frozen(kw_only=True)
class LeadMember:
    """The leads of a team or rep under the owner.

    Attributes
    ----------
    owner : str
        The id; of what is in the line of no member a name that is nobody's.
    is_team : bool
        Whether it is a team.
    level : int
        How many teams stand between it and the owner.
    came : int
        Leads that began in the period.
    converted, disqualified : int
        Leads decided in the period.
    open : int
        Leads that are open.
    hot, warm : int or None
        How many of these are; ``None`` where no touch tells it.
    overdue : int
        Open leads whose follow-up is overdue.
    untouched : int
        Open leads to whom nobody has spoken.

    Examples
    --------
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> review = build(read_sample(), owner="south", period=Period.quarter(2026, 3), as_of=date(2026, 9, 16))
    >>> [(member.owner, member.open) for member in review.leads.members if member.is_team]
    [('guangzhou', 7), ('shenzhen', 16)]
    """

    owner: str
    is_team: bool
    level: int
    came: int
    converted: int
    disqualified: int
    open: int
    hot: int | None
    warm: int | None
    overdue: int
    untouched: int


@attrs.frozen(kw_only=True)
class LeadSection:
    """The leads under the owner, at the end of the last day of the period so far.

    A lead belongs to whoever has it, and so to the team in which that rep serves on the last day, or served on the day on
    which the lead was converted or disqualified. One that nobody has is the company's alone. Facts have no history: an open
    lead of an earlier day is graded by what is known of it now.

    Attributes
    ----------
    period : Period
        The days of the period so far.
    undated : int
        Leads of which nobody knows when they began.
    came : int
        Leads that began in the period.
    converted, disqualified : int
        Leads that were decided in the period and stayed so.
    released, claimed : int
        How often in the period one of the owner, or below, lost a lead to the public pool (公海), and took one from it.
    open_leads : tuple of OpenLead
        Sorted by id; those that nobody has among them.
    members : tuple of LeadMember
        Teams and reps under the owner that have any, each team before its members.
    rest : LeadMember or None
        What stands in the line of none of these: leads that nobody has, or the owner itself; ``None`` where there are no such
        leads or no members.
    leads : tuple of Lead
        What all this was computed from, as known on the day; sorted by id.
    pool_moves : tuple of (str, str, date)
        What ``released`` and ``claimed`` count: which of the two, the lead, and the day; sorted.
    weakened_by : FrozenMap
        What weakens ``"follow_up"``, among these leads and their people: see :data:`salesperf.review.Weaknesses`.

    Examples
    --------
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> leads = build(read_sample(), owner=None, period=Period.quarter(2026, 3), as_of=date(2026, 9, 16)).leads
    >>> leads.came, len(leads.open_leads), len(leads.pool), len(leads.overdue)
    (131, 56, 3, 17)
    """

    period: Period
    undated: int
    came: int
    converted: int
    disqualified: int
    released: int
    claimed: int
    open_leads: tuple[OpenLead, ...]
    members: tuple[LeadMember, ...]
    rest: LeadMember | None
    leads: tuple[Lead, ...] = attrs.field(repr=False)
    pool_moves: tuple[_Move, ...] = attrs.field(repr=False)
    weakened_by: Weaknesses = attrs.field(default=FrozenMap())

    @property
    def known(self) -> int:
        """How many leads are known."""
        return len(self.leads)

    @cached_property
    def pool(self) -> tuple[OpenLead, ...]:
        """Open leads that nobody has."""
        return tuple(lead for lead in self.open_leads if lead.owner is None)

    @cached_property
    def overdue(self) -> tuple[OpenLead, ...]:
        """Open leads whose follow-up is overdue."""
        return tuple(lead for lead in self.open_leads if lead.is_overdue)

    @cached_property
    def untouched(self) -> tuple[OpenLead, ...]:
        """Open leads that somebody has, and to whom nobody has spoken."""
        return tuple(lead for lead in self.open_leads if lead.is_untouched and lead.owner is not None)

    @cached_property
    def grades(self) -> FrozenMap[str, int]:
        """How many open leads have each grade; those without have none."""
        return _counts((lead.grade for lead in self.open_leads), STANDARD_GRADES.bands.labels)

    @cached_property
    def temperatures(self) -> FrozenMap[str, int]:
        """How many open leads are hot, warm and cold; none at all where no touch tells it."""
        return _counts((lead.temperature for lead in self.open_leads), STANDARD_TEMPERATURE.bands.labels)


def lead_section(records: Records, *, owner: str | None, passed: Period) -> LeadSection | None:
    """Look at the leads under an owner.

    Parameters
    ----------
    records
        What was known at the end of the last of the days.
    owner
        A rep, a team, or ``None`` for the company.
    passed
        The days of the period so far.

    Returns
    -------
    LeadSection or None
        ``None`` where the owner has no leads.

    Examples
    --------
    >>> from salesperf.io.folder import read_sample
    >>> lead_section(read_sample(), owner="d-01", passed=Period.year(2026)) is None
    True
    """
    places = Places(records.org)
    above = {lead.id: places.above(lead.owner, day_of(lead, passed.last)) for lead in records.leads}
    found = (lead for lead in records.leads if owner is None or owner in above[lead.id])
    leads = tuple(sorted(found, key=lambda lead: lead.id))
    if not leads:
        return None
    moves = tuple(sorted(_moves(records.leads, owner, passed, places)))
    counted = Counter(kind for kind, _, _ in moves)
    section = LeadSection(
        period=passed,
        undated=sum(lead.is_undated for lead in leads),
        came=came_within(leads, passed),
        converted=decided_within(leads, passed, "converted"),
        disqualified=decided_within(leads, passed, "disqualified"),
        released=counted["released"],
        claimed=counted["claimed"],
        open_leads=tuple(_open_leads(leads, passed.last, records)),
        members=(),
        rest=None,
        leads=leads,
        pool_moves=moves,
    )
    members = tuple(_members(records.org, owner, section, above))
    return attrs.evolve(section, members=members, rest=_rest(records.org, owner, section, above) if members else None)


def day_of(lead: Lead, on: date) -> date:
    """Return the day that tells to which team a lead belongs: that of its end, if it has come to one."""
    return on if lead.status not in _DECIDED else _entered(lead) or date.min


def _entered(lead: Lead) -> date | None:
    """Return the day on which a lead came to the status that it has."""
    return next(change.on for change in reversed(lead.history) if change.status is not None)


def came_within(leads: Iterable[Lead], passed: Period) -> int:
    """Count the leads that began on some days."""
    return sum(lead.created is not None and lead.created in passed for lead in leads)


def decided_within(leads: Iterable[Lead], passed: Period, status: LeadStatus) -> int:
    """Count the leads that came on some days to the status that they have."""
    days = (_entered(lead) for lead in leads if lead.status == status)
    return sum(day is not None and day in passed for day in days)


def _moves(leads: Iterable[Lead], owner: str | None, passed: Period, places: Places) -> Iterator[_Move]:
    """Yield each time that somebody under an owner lost a lead to the public pool in a period, or took one from it."""
    for lead in leads:
        holder, is_pooled = None, False
        for change in lead.history:
            if not change.released and change.owner is None:
                continue
            whose = holder if change.released else change.owner
            if (
                (change.released or is_pooled)
                and (change.on is not None and change.on in passed)
                and (owner is None or owner in places.above(whose, change.on))
            ):
                yield "released" if change.released else "claimed", lead.id, change.on
            holder, is_pooled = change.owner, change.released


def _open_leads(leads: Sequence[Lead], on: date, records: Records) -> Iterator[OpenLead]:
    standing = [lead for lead in leads if lead.status not in _DECIDED]
    held = [lead for lead in standing if lead.owner is not None]
    grades = dict(zip((lead.id for lead in standing), _grades(standing, on), strict=True))
    graded = {lead.id: found for lead in held if (found := grades[lead.id]) is not None}
    due = schedule(held, STANDARD_FOLLOW_UP, as_of=on, calendar=records.calendar, grades=graded)
    follow_ups = {follow_up.lead: follow_up for follow_up in due}
    is_told = any(touch.kind in _TOLD for lead in records.leads for touch in lead.touches)
    temperatures = _temperatures(standing, on) if is_told else repeat(None)
    is_kept = any(lead.touches for lead in records.leads)
    for lead, warmth in zip(standing, temperatures, strict=False):
        yield OpenLead(
            id=lead.id,
            owner=lead.owner,
            channel=lead.channel,
            status=lead.status,
            created=lead.created,
            since=_since(lead),
            grade=grades[lead.id],
            temperature=warmth,
            follow_up=follow_ups.get(lead.id),
            is_untouched=is_kept and lead.status == "new" and all(touch.on == lead.created for touch in lead.touches),
        )


def _grades(leads: Iterable[Lead], on: date) -> Iterator[str | None]:
    """Yield the grade of each lead: asked once for all whose facts are the same to the grades, and named the same."""
    found: dict[tuple[object, ...], str | None] = {}
    for lead in leads:
        facts = lead.known_facts
        # True and 1 are equal, and no grade takes one for the other.
        answers = (frozenset(facts), *((type(fact), fact) for fact in map(facts.get, _ASKED)))
        if answers not in found:
            found[answers] = _grade(lead, on)
        yield found[answers]


def _grade(lead: Lead, on: date) -> str | None:
    """Return the grade of a lead; ``None`` where its facts are not those that the grades ask for."""
    if _ASKED.isdisjoint(lead.facts):
        return None
    try:
        return grade(lead, as_of=on).grade
    except InvalidInputError:
        return None


def _temperatures(leads: Sequence[Lead], on: date) -> list[str]:
    """Return how warm each lead is."""
    touched = [(number, touch) for number, lead in enumerate(leads) for touch in lead.touches]
    warmth = STANDARD_TEMPERATURE.score_columns(
        lead=Codes(np.array([number for number, _ in touched], dtype=np.int64), tuple(lead.id for lead in leads)),
        kind=Codes.of([touch.kind for _, touch in touched]),
        outcome=Codes.of([touch.outcome for _, touch in touched]),
        on=np.array([touch.on for _, touch in touched], dtype="datetime64[D]"),
        as_of=on,
    )
    return [str(label) for label in STANDARD_TEMPERATURE.bands.band_columns(warmth).tolist()]


def _since(lead: Lead) -> date | None:
    """Return since when whoever has a lead has it; since when nobody has, where that is so."""
    handed = (change.on for change in reversed(lead.history) if change.released or change.owner is not None)
    return next(handed, lead.created)


def _counts(values: Iterable[str | None], labels: Sequence[str]) -> FrozenMap[str, int]:
    counts = Counter(values)
    return FrozenMap({label: counts[label] for label in labels})


def _members(org: Org, owner: str | None, section: LeadSection, above: Mapping[str, tuple[str, ...]]) -> Iterator[LeadMember]:
    """Go down the tree, each team before what is under it; whoever has no lead is left out."""
    counts = _counts_by_place(section, above)
    for place, level in tree(org, owner, sorted(counts, key=lambda place: place[0])):
        line = _counted_as(place[0], counts[place], section)
        yield attrs.evolve(line, is_team=place[0] in org.team_by_id, level=level)


def _rest(org: Org, owner: str | None, section: LeadSection, above: Mapping[str, tuple[str, ...]]) -> LeadMember | None:
    """Count what stands in the line of no member; ``None`` where there is nothing of it to tell."""
    standing = {lead.id: lead for lead in section.open_leads}
    others = (lead for lead in section.leads if not is_below(above[lead.id], owner))
    count = Counter(told for lead in others for told in told_of(lead, standing.get(lead.id), section.period))
    return _counted_as(nobody(org), count, section) if count else None


def _counted_as(owner: str, count: Mapping[str, int], section: LeadSection) -> LeadMember:
    is_warmth_told = any(lead.temperature for lead in section.open_leads)
    counted = Counter(count)
    return LeadMember(
        owner=owner,
        is_team=False,
        level=0,
        came=counted["came"],
        converted=counted["converted"],
        disqualified=counted["disqualified"],
        open=counted["open"],
        hot=counted["Hot"] if is_warmth_told else None,
        warm=counted["Warm"] if is_warmth_told else None,
        overdue=counted["overdue"],
        untouched=counted["untouched"],
    )


def _counts_by_place(section: LeadSection, above: Mapping[str, tuple[str, ...]]) -> Mapping[Place, Counter[str]]:
    """Count what is told of leads by whoever has them, and from there by the teams above: each lead is looked at once."""
    standing = {lead.id: lead for lead in section.open_leads}
    by_holder: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for lead in section.leads:
        by_holder[above[lead.id]].update(told_of(lead, standing.get(lead.id), section.period))
    counts: dict[Place, Counter[str]] = defaultdict(Counter)
    for chain, told in by_holder.items():
        for place in places_of(chain):
            counts[place].update(told)
    return counts


def told_of(lead: Lead, standing: OpenLead | None, passed: Period) -> Iterator[str]:
    """Yield each of what a line of a member counts that is true of a lead."""
    if lead.created is not None and lead.created in passed:
        yield "came"
    if standing is None:
        entered = _entered(lead)
        if entered is not None and entered in passed:
            yield lead.status
        return
    yield "open"
    if standing.temperature is not None:
        yield standing.temperature
    if standing.is_overdue:
        yield "overdue"
    if standing.is_untouched and standing.owner is not None:
        yield "untouched"

"""An open deal at the end of a day: what it is worth, how long it has been there, and what is amiss with it."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypeAlias

import attrs

from salesperf.model.amount import Amount
from salesperf.model.calendar import Calendar
from salesperf.model.customer import Fact
from salesperf.model.message import Message
from salesperf.model.opportunity import Opportunity
from salesperf.model.people import Org
from salesperf.model.result import Row
from salesperf.model.stage import Stage
from salesperf.pipeline.deals import Placed, withheld_fields

__all__ = ["ACTIONABLE_FLAGS", "AGE_UNITS", "FLAGS", "AgeUnit", "DealReader", "Flag", "OpenDeal"]

AgeUnit: TypeAlias = Literal["days", "workdays"]
AGE_UNITS: Final[tuple[AgeUnit, ...]] = ("days", "workdays")
"""What ages are counted in: calendar days or workdays. How far a date was moved is always told in calendar days."""

Flag: TypeAlias = Literal[
    "stalled",
    "overdue",
    "slipped",
    "single_threaded",
    "contacts_unknown",
    "no_amount",
    "no_expected_close",
    "undated",
    "action_overdue",
    "action_undated",
]
FLAGS: Final[tuple[Flag, ...]] = (
    "stalled",
    "overdue",
    "slipped",
    "single_threaded",
    "contacts_unknown",
    "no_amount",
    "no_expected_close",
    "undated",
    "action_overdue",
    "action_undated",
)
"""What may be amiss with an open deal: longer in its stage than allowed; its expected close has passed, or was moved later;
it hangs on one place of the decision chain, or nobody can tell; no amount, no expected close, no day of creation; a next
action whose day has passed, or that has none."""

ACTIONABLE_FLAGS: Final[tuple[Flag, ...]] = ("stalled", "overdue", "slipped", "single_threaded", "action_overdue")
"""Those of :data:`FLAGS` that somebody should do something about; the others say what the data do not tell."""

_LEAST_ROLES: Final = 2
_GAPS: Final[Mapping[Flag, Message]] = MappingProxyType(
    {
        flag: Message(f"pipeline.reason.{flag}")
        for flag in ("contacts_unknown", "no_amount", "no_expected_close", "undated", "action_undated")
    }
)
"""Reasons that name nothing particular, made once: a source without contacts flags every deal."""


@attrs.frozen(kw_only=True)
class OpenDeal:
    """An open deal at the end of a day: made by :func:`snapshot`.

    Attributes
    ----------
    id : str
        Of the deal.
    customer, owner : str or None
        The ids of its customer and of who has it.
    team : str or None
        The team in which the owner serves on that day, or the owner where that is a team; ``None`` for directly under the
        company, and without an organisation.
    stage : str
        Key of the stage.
    amount : Amount or None
        What it is worth; ``None`` where nobody said.
    probability : Decimal or None
        The chance that its stage gives it.
    weighted : Amount or None
        Amount x probability, rounded half up to the smallest unit; ``None`` where one of them is missing.
    age_days : int or None
        Days since it was created; ``None`` where that day is not known.
    stage_days, total_stage_days : int or None
        Days in its stage since it entered it last, and over all its visits there.
    max_days : int or None
        How many days it should stay there at most.
    ages_in : str
        What these four are counted in, one of :data:`AGE_UNITS`.
    as_of : date
        The day.
    expected_close, first_expected_close : date or None
        When it is expected to be won: as of the day, and as first said.
    slip_count, slipped_days : int or None
        How often the expected close was moved later, and by how many calendar days in all; ``None`` where it, or its history,
        is not known.
    contact_count, role_count : int
        How many take part in the decision, and in how many different roles, as far as these are known.
    is_single_threaded : bool or None
        Whether it hangs on one place of the decision chain: a single contact, or several who share one role. ``None`` where no
        contact is recorded, or where roles are missing that could be others.
    next_action : str or None
        What is to be done next, from the fact ``next_action``; not in ``repr``, since it may name somebody.
    next_action_on : date or None
        By when, from the fact ``next_action_on``; ``None`` where that is no date.
    withheld : tuple of str
        Which fields are withheld because only an export of a later day tells their values.
    exported : date or None
        Where there are such: that day.

    Examples
    --------
    >>> from salesperf import STANDARD_PROCESSES, Change
    >>> from salesperf.pipeline import snapshot
    >>> history = [
    ...     Change(date(2026, 7, 1), stage="proposal", expected_close=date(2026, 8, 31)),
    ...     Change(date(2026, 8, 28), expected_close=date(2026, 9, 10)),
    ... ]
    >>> deals = [Opportunity(id="o-1", history=history)]
    >>> deal = snapshot(deals, STANDARD_PROCESSES["solution"], as_of=date(2026, 9, 15)).deals[0]
    >>> deal.age_days, deal.slip_count, deal.slipped_days, list(deal.flags)
    (76, 1, 10, ['overdue', 'slipped', 'contacts_unknown', 'no_amount'])
    >>> print(deal.flags["overdue"].text())
    expected to close by 2026-09-10; days overdue: 5
    """

    id: str
    customer: str | None
    owner: str | None
    team: str | None
    stage: str
    amount: Amount | None
    probability: Decimal | None
    weighted: Amount | None
    age_days: int | None
    stage_days: int | None
    total_stage_days: int | None
    max_days: int | None
    ages_in: AgeUnit
    as_of: date
    expected_close: date | None
    first_expected_close: date | None
    slip_count: int | None
    slipped_days: int | None
    contact_count: int
    role_count: int
    is_single_threaded: bool | None
    next_action: str | None = attrs.field(repr=False)
    next_action_on: date | None
    withheld: tuple[str, ...]
    exported: date | None

    @cached_property
    def flags(self) -> Mapping[Flag, Message]:
        """What is amiss with the deal, of :data:`FLAGS` and in their order, and for each the reason in words."""
        return MappingProxyType(dict((*self._flags_of_time(), *self._flags_of_people(), *self._flags_of_gaps())))

    def _flags_of_time(self) -> Iterator[tuple[Flag, Message]]:
        if self.max_days is not None and self.stage_days is not None and self.stage_days > self.max_days:
            over, measure = self.stage_days - self.max_days, Message(f"pipeline.{self.ages_in}")
            yield (
                "stalled",
                _reason("stalled", days=self.stage_days, max_days=self.max_days, over=over, measure=measure),
            )
        if self.expected_close is not None and self.expected_close < self.as_of:
            yield "overdue", _reason("overdue", on=self.expected_close, days=(self.as_of - self.expected_close).days)
        if self.slip_count:
            dates = {"first": self.first_expected_close, "now": self.expected_close}
            yield "slipped", _reason("slipped", count=self.slip_count, days=self.slipped_days, **dates)

    def _flags_of_people(self) -> Iterator[tuple[Flag, Message]]:
        if self.is_single_threaded:
            yield "single_threaded", _reason("single_threaded", contacts=self.contact_count, roles=self.role_count)
        elif self.is_single_threaded is None:
            roles = _reason("roles_unknown", contacts=self.contact_count, roles=self.role_count) if self.contact_count else None
            yield "contacts_unknown", roles or _GAPS["contacts_unknown"]

    def _flags_of_gaps(self) -> Iterator[tuple[Flag, Message]]:
        if self.amount is None:
            yield "no_amount", self._why_missing("amount") or _GAPS["no_amount"]
        if self.expected_close is None:
            yield "no_expected_close", self._why_missing("expected_close") or _GAPS["no_expected_close"]
        if self.age_days is None:
            yield "undated", _GAPS["undated"]
        if self.next_action_on is not None and self.next_action_on < self.as_of:
            days = (self.as_of - self.next_action_on).days
            yield "action_overdue", _reason("action_overdue", on=self.next_action_on, days=days)
        if self.next_action is not None and self.next_action_on is None:
            yield "action_undated", _GAPS["action_undated"]

    def _why_missing(self, field: str) -> Message | None:
        return _reason("withheld", exported=self.exported) if field in self.withheld else None

    def row(self) -> Row:
        """Return the deal as a flat row of plain values."""
        return {
            "id": self.id,
            "customer": self.customer,
            "owner": self.owner,
            "team": self.team,
            "stage": self.stage,
            "amount": None if self.amount is None else self.amount.decimal,
            "probability": self.probability,
            "weighted": None if self.weighted is None else self.weighted.decimal,
            "unit": None if self.amount is None else str(self.amount.unit),
            "age_days": self.age_days,
            "stage_days": self.stage_days,
            "total_stage_days": self.total_stage_days,
            "max_days": self.max_days,
            "expected_close": self.expected_close,
            "slip_count": self.slip_count,
            "slipped_days": self.slipped_days,
            "flags": "; ".join(self.flags),
            "next_action": self.next_action,
            "next_action_on": self.next_action_on,
        }


def _reason(wording: str, **arguments: object) -> Message:
    return Message.of(f"pipeline.reason.{wording}", **arguments)


class _Slips(NamedTuple):
    """What became of the expected close of a deal."""

    first: date | None
    times: int | None
    days: int | None


@attrs.frozen(kw_only=True)
class DealReader:
    """What it takes to read an open deal: the day, what ages are counted in, and who is in which team."""

    as_of: date
    ages_in: AgeUnit
    calendar: Calendar
    org: Org | None

    def read(self, placed: Placed, known: Opportunity, stage: Stage) -> OpenDeal:
        """Read a deal that is open.

        Parameters
        ----------
        placed
            The deal, and where it stood.
        known
            The same as of the day.
        stage
            The stage in which it is.

        Raises
        ------
        UnknownNameError
            If the organisation does not know the owner.
        """
        amount, slips = known.amount, _slips(known)
        starts = [(visit.start, visit.end) for visit in known.visits if visit.stage == known.stage]
        contacts, roles = len(known.contacts), len({contact.role for contact in known.contacts} - {None})
        is_role_missing = any(contact.role is None for contact in known.contacts)
        withheld = withheld_fields(known, self.as_of)
        action, action_on = _next_action(known.facts)
        return OpenDeal(
            id=known.id,
            customer=known.customer,
            owner=known.owner,
            team=self._team_of(placed, known.owner),
            stage=stage.key,
            amount=amount,
            probability=stage.probability,
            weighted=amount.times(stage.probability) if amount is not None and stage.probability is not None else None,
            age_days=self._between(known.created, None),
            stage_days=self._between(*starts[-1]),
            total_stage_days=self._over_all(starts),
            max_days=stage.max_days,
            ages_in=self.ages_in,
            as_of=self.as_of,
            expected_close=known.expected_close,
            first_expected_close=slips.first,
            slip_count=slips.times,
            slipped_days=slips.days,
            contact_count=contacts,
            role_count=roles,
            is_single_threaded=_is_single_threaded(contacts, roles, is_role_missing=is_role_missing),
            next_action=action,
            next_action_on=action_on,
            withheld=withheld,
            exported=known.exported if withheld else None,
        )

    def _between(self, start: date | None, end: date | None) -> int | None:
        """Count the days after one day up to another, or up to ours; the first day does not count itself."""
        if start is None:
            return None
        first, last = start.toordinal(), (end or self.as_of).toordinal()
        if self.ages_in == "days":
            return last - first
        return self.calendar.workdays_before(last + 1) - self.calendar.workdays_before(first + 1)

    def _over_all(self, spans: list[tuple[date | None, date | None]]) -> int | None:
        days = [self._between(start, end) for start, end in spans]
        known = [count for count in days if count is not None]
        return sum(known) if len(known) == len(days) else None

    def _team_of(self, placed: Placed, owner: str | None) -> str | None:
        if self.org is None or owner is None:
            return None
        self.org.require_owner(owner, "opportunities", placed.position, placed.opportunity.id, "owner")
        return owner if owner in self.org.team_by_id else self.org.team_on(owner, self.as_of)


def _slips(known: Opportunity) -> _Slips:
    """Follow the expected close through the history; where that holds its last value only, nobody knows how often it moved."""
    named = [change.expected_close for change in known.history if change.expected_close is not None]
    if not named:
        return _Slips(None, None, None)
    if "expected_close" in known.as_exported:
        return _Slips(named[0], None, None)
    later = [(after - before).days for before, after in pairwise(named) if after > before]
    return _Slips(named[0], len(later), sum(later))


def _is_single_threaded(contacts: int, roles: int, *, is_role_missing: bool) -> bool | None:
    if roles >= _LEAST_ROLES:
        return False
    if contacts == 1:
        return True
    return None if not contacts or is_role_missing else True


def _next_action(facts: Mapping[str, Fact]) -> tuple[str | None, date | None]:
    """Read the next action from what is known of a deal; what is no date is no day."""
    action, on = facts.get("next_action"), facts.get("next_action_on")
    return (None if action is None else str(action) or None), on if isinstance(on, date) else None

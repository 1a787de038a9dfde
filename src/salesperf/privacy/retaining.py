"""How long records are kept: which are older than was said they would be."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import chain
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import attrs

from salesperf.messages import Catalogs
from salesperf.model.customer import Customer
from salesperf.model.lead import Lead
from salesperf.model.message import Message
from salesperf.model.records import Records
from salesperf.model.result import Result, Row
from salesperf.model.validators import check_choice, check_date, check_whole, require

__all__ = ["RETAINED_KINDS", "Expired", "RetainedKind", "RetentionReport", "check_retention"]

RetainedKind: TypeAlias = Literal[
    "lead",
    "opportunity",
    "customer",
    "contact",
    "actual",
    "target",
    "rep",
    "action",
    "task",
    "case",
    "risk",
    "objective",
    "cost",
    "pulse",
]
RETAINED_KINDS: Final[tuple[RetainedKind, ...]] = (
    *("lead", "opportunity", "customer", "contact", "actual", "target", "rep"),
    *("action", "task", "case", "risk", "objective", "cost", "pulse"),
)
"""Kinds of records that may be kept for a time only."""

_MOST_DAYS: Final = 36_600


@attrs.frozen(kw_only=True)
class Expired:
    """A record that is older than was said.

    Attributes
    ----------
    kind
        One of :data:`RETAINED_KINDS`.
    record
        Its id, or where it stands.
    last
        The last day on which anything happened.
    until
        The last day on which it might be kept.
    overdue_days
        How many days it has been kept beyond that.

    Examples
    --------
    >>> lapsed = Expired(kind="lead", record="l-1", last=date(2024, 1, 1), until=date(2025, 12, 31), overdue_days=30)
    >>> lapsed.record
    'l-1'
    """

    kind: RetainedKind
    record: str
    last: date
    until: date
    overdue_days: int


@attrs.frozen(kw_only=True)
class RetentionReport(Result):
    """Which records are kept for too long: made by :func:`check_retention`.

    Attributes
    ----------
    as_of
        The day of the check.
    expired
        The records that are, the longest first.
    undated
        How many records of a kind have no day by which it could be told; none where there is none.

    Examples
    --------
    >>> from salesperf import Org
    >>> check_retention(Records(org=Org()), {"lead": 730}, as_of=date(2026, 9, 30)).text()
    'As of 2026-09-30, no record is kept for longer than was said.'
    """

    as_of: date
    expired: tuple[Expired, ...]
    undated: Mapping[RetainedKind, int]

    def rows(self) -> list[Row]:
        """Return a row for each record."""
        return [attrs.asdict(each) for each in self.expired]

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write how many records of which kind are kept for too long, a line each."""
        counts = Counter(each.kind for each in self.expired)
        said = [Message.of("privacy.retention.kept" if counts else "privacy.retention.none", as_of=self.as_of)]
        for kind in RETAINED_KINDS:
            if counts[kind]:
                most = max(each.overdue_days for each in self.expired if each.kind == kind)
                name = Message(f"privacy.kind.{kind}")
                said.append(Message.of("privacy.retention.expired", kind=name, count=counts[kind], days=most))
        for kind, count in self.undated.items():
            name = Message(f"privacy.kind.{kind}")
            said.append(Message.of("privacy.retention.undated", kind=name, count=count))
        return "\n".join(message.text(lang, catalogs) for message in said)


def check_retention(records: Records, retention: Mapping[RetainedKind, int], *, as_of: date) -> RetentionReport:
    """Find the records that are kept for longer than was said.

    Parameters
    ----------
    records
        Everything known; what is later than the day is not looked at.
    retention
        For how many days after the last thing that happened a record may be kept, by kind. Of other kinds nothing is said.
    as_of
        The day of the check.

    Returns
    -------
    RetentionReport
        A deal counts from its last change, once it is decided; a lead from its last change or touch, or that of a deal of it; a
        customer and their people from the day they were known or the last change of a deal, unless one is open; a rep from the
        day of leaving; an actual from its day; a target from the end of its period; an action from what was last said or
        measured of it, and a task from what was last said, once it is done or dropped; a case from the day on which it was
        written down; a risk from the day on which it was closed, if it was; an objective from the end of its period, or from
        what was last said of it or its key results where that is later; a cost and a survey from their day.

    Raises
    ------
    InvalidValueError
        If an argument is malformed.

    References
    ----------
    Regulation (EU) 2016/679, Article 5(1)(e); 中华人民共和国个人信息保护法第十九条.

    Examples
    --------
    >>> from salesperf import LeadChange, Org
    >>> lead = Lead(id="l-1", history=[LeadChange(date(2024, 1, 1), status="new")])
    >>> report = check_retention(Records(org=Org(), leads=[lead]), {"lead": 730}, as_of=date(2026, 1, 30))
    >>> print(report)
    kind          lead
    record        l-1
    last          2024-01-01
    until         2025-12-31
    overdue_days  30
    """
    require(records, Records, path=("records",))
    require(retention, Mapping, path=("retention",))
    check_date(as_of, ("as_of",))
    for kind, days in retention.items():
        check_choice(kind, RETAINED_KINDS, ("retention",))
        check_whole(days, ("retention", kind), 0, _MOST_DAYS)
    known = records.as_of(as_of)
    expired: list[Expired] = []
    undated: dict[RetainedKind, int] = {}
    for kind in RETAINED_KINDS:
        if kind not in retention:
            continue
        for record, last in _READERS[kind](known):
            if last is None:
                undated[kind] = undated.get(kind, 0) + 1
            elif (as_of - last).days > retention[kind]:
                until = last + timedelta(retention[kind])
                overdue = (as_of - until).days
                expired.append(Expired(kind=kind, record=record, last=last, until=until, overdue_days=overdue))
    expired.sort(key=lambda each: (-each.overdue_days, RETAINED_KINDS.index(each.kind), each.record))
    return RetentionReport(as_of=as_of, expired=tuple(expired), undated=MappingProxyType(undated))


_Dated: TypeAlias = Iterator[tuple[str, date | None]]


def _last(days: Iterable[date | None]) -> date | None:
    return max((day for day in days if day is not None), default=None)


def _opportunities(known: Records) -> _Dated:
    for deal in known.opportunities:
        if not known.process_of(deal).stage_of(deal).is_open:
            yield deal.id, deal.last_change


def _leads(known: Records) -> _Dated:
    of_lead: dict[str | None, date | None] = {}
    for deal in known.opportunities:
        of_lead[deal.lead] = _last((of_lead.get(deal.lead), deal.last_change))
    for lead in known.leads:
        yield lead.id, _last((_last_of_lead(lead), of_lead.get(lead.id)))


def _last_of_lead(lead: Lead) -> date | None:
    return _last((lead.last_change, *(touch.on for touch in lead.touches)))


def _idle_customers(known: Records) -> Iterator[tuple[Customer, date | None]]:
    """Yield each customer without an open deal, and the last day on which anything happened."""
    busy, last = set(), dict[str | None, date | None]()
    for deal in known.opportunities:
        if known.process_of(deal).stage_of(deal).is_open:
            busy.add(deal.customer)
        last[deal.customer] = _last((last.get(deal.customer), deal.last_change))
    for customer in known.customers:
        if customer.id not in busy:
            yield customer, _last((customer.since, last.get(customer.id)))


def _customers(known: Records) -> _Dated:
    return ((customer.id, last) for customer, last in _idle_customers(known))


def _contacts(known: Records) -> _Dated:
    for customer, last in _idle_customers(known):
        yield from ((f"{customer.id}/{contact.id}", last) for contact in customer.contacts)
    for lead in known.leads:
        if lead.contact is not None:
            yield f"{lead.id}/{lead.contact.id}", _last_of_lead(lead)


def _actuals(known: Records) -> _Dated:
    return ((actual.ref or f"actuals[{place}]", actual.on) for place, actual in enumerate(known.actuals))


def _targets(known: Records) -> _Dated:
    return ((f"targets[{place}]", target.period.last) for place, target in enumerate(known.targets))


def _reps(known: Records) -> _Dated:
    return ((rep.id, rep.left) for rep in known.org.reps if rep.left is not None)


def _actions(known: Records) -> _Dated:
    for action in chain(known.actions, *(risk.responses for risk in known.risks)):
        if not action.is_open:
            said, measured = (each.on for each in action.history), (each.on for each in action.measurements)
            yield action.id, _last(chain(said, measured))


def _tasks(known: Records) -> _Dated:
    for plan in known.plans:
        yield from ((f"{plan.id}/{task.id}", task.history[-1].on) for task in plan.tasks if not task.is_open)


def _cases(known: Records) -> _Dated:
    return ((case.id, case.on) for case in known.cases)


def _risks(known: Records) -> _Dated:
    return ((risk.id, risk.closed) for risk in known.risks if risk.closed is not None)


def _objectives(known: Records) -> _Dated:
    for part in chain.from_iterable(root.walk() for root in known.objectives):
        said = chain(part.check_ins, *(result.check_ins for result in part.key_results))
        yield part.id, _last((part.period.last, *(each.on for each in said)))


def _costs(known: Records) -> _Dated:
    return ((f"costs[{place}]", cost.on) for place, cost in enumerate(known.costs))


def _pulses(known: Records) -> _Dated:
    return ((f"pulses[{place}]", pulse.on) for place, pulse in enumerate(known.pulses))


_READERS: Final[Mapping[RetainedKind, Callable[[Records], _Dated]]] = MappingProxyType(
    {
        "lead": _leads,
        "opportunity": _opportunities,
        "customer": _customers,
        "contact": _contacts,
        "actual": _actuals,
        "target": _targets,
        "rep": _reps,
        "action": _actions,
        "task": _tasks,
        "case": _cases,
        "risk": _risks,
        "objective": _objectives,
        "cost": _costs,
        "pulse": _pulses,
    }
)

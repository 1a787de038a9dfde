"""What is due for each open lead, and when, by workdays."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final, Literal, TypeAlias, TypeVar

import attrs

from salesperf.errors import InvalidValueError, UnknownNameError
from salesperf.followup.policy import FollowUpPolicy, FollowUpStep
from salesperf.messages import Catalogs
from salesperf.model.calendar import Calendar
from salesperf.model.lead import Lead, LeadStatus
from salesperf.model.message import Message
from salesperf.model.result import Result, Row
from salesperf.model.validators import as_tuple, check_date, repeated, require

__all__ = ["DueStatus", "FollowUp", "checked", "checked_leads", "open_leads", "schedule"]

DueStatus: TypeAlias = Literal["overdue", "due", "upcoming"]
_CLOSED: Final[frozenset[LeadStatus]] = frozenset({"converted", "disqualified"})
"""Statuses in which a lead needs nobody: its deals do, or nothing."""
ItemT = TypeVar("ItemT")


@attrs.frozen(kw_only=True)
class FollowUp(Result):
    """The next touch of a lead: made by :func:`schedule`.

    Attributes
    ----------
    lead : str
        The id of the lead.
    owner : str or None
        Who has it; ``None`` where it is in the public pool.
    grade : str
        By whose cadence it is followed up.
    step : FollowUpStep
        What is to be done.
    number : int
        Which touch it will be, from 1.
    since : date or None
        The day of the touch before, or on which the lead began; ``None`` where nobody knows either.
    due : date
        A workday.
    status : str
        ``"overdue"``, ``"due"`` on the day, or ``"upcoming"``.
    overdue_workdays : int
        Workdays that have passed since, the day itself among them.

    Examples
    --------
    >>> from salesperf import LeadChange, followup
    >>> lead = Lead(id="l-1", history=[LeadChange(date(2026, 9, 4), status="new", owner="ada")])
    >>> (next_one,) = followup.schedule([lead], followup.STANDARD_FOLLOW_UP, as_of=date(2026, 9, 15), grades={"l-1": "A"})
    >>> next_one.text()
    'l-1: call, first_talk, due 2026-09-07 (workdays after 2026-09-04: 1). Overdue by workdays: 6.'
    """

    lead: str
    owner: str | None
    grade: str
    step: FollowUpStep
    number: int
    since: date | None
    due: date
    status: DueStatus
    overdue_workdays: int

    @property
    def reason(self) -> Message:
        """What is due, and why then."""
        wording: str = "undated" if self.since is None else self.status
        if wording == "overdue" and not self.overdue_workdays:  # due on the last workday before days off
            wording = "overdue_days_off"
        return Message.of(
            f"followup.{wording}",
            lead=self.lead,
            channel=self.step.channel,
            action=self.step.action,
            due=self.due,
            workdays=self.step.workdays,
            since=self.since,
            overdue=self.overdue_workdays,
        )

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the reason for a reader."""
        return self.reason.text(lang, catalogs)

    def rows(self) -> list[Row]:
        """Return one row: the lead, what is due and when."""
        return [
            {
                "lead": self.lead,
                "owner": self.owner,
                "grade": self.grade,
                "number": self.number,
                "channel": self.step.channel,
                "action": self.step.action,
                "since": self.since,
                "due": self.due,
                "status": self.status,
                "overdue_workdays": self.overdue_workdays,
            }
        ]


def schedule(
    leads: Iterable[Lead],
    policy: FollowUpPolicy,
    *,
    as_of: date,
    calendar: Calendar | None = None,
    grades: Mapping[str, str] | None = None,
) -> tuple[FollowUp, ...]:
    """Tell the next touch of every open lead.

    Parameters
    ----------
    leads
        Each id once, in any order. Those that are converted or disqualified need none.
    policy
        The cadence of each grade.
    as_of
        The day: touches and changes that are later are not known.
    calendar
        Which days are worked; ``None`` for Monday to Friday.
    grades
        The grade of a lead by its id; ``None`` where none is graded.

    Returns
    -------
    tuple of FollowUp
        By day, then by lead. A lead without a cadence has none.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, or an id comes twice.
    UnknownNameError
        If a grade is of a lead that is not given.

    Notes
    -----
    A touch makes one step done, and the next counts from its day: as many steps are done as there were touches, and the last
    step repeats. A lead of which nobody knows when it began, and which nobody touched, is due on the first workday from the day
    on.

    Examples
    --------
    >>> from salesperf import LeadChange, Touch
    >>> steps = [FollowUpStep(1, "call", "hello"), FollowUpStep(5, "visit", "needs")]
    >>> policy = FollowUpPolicy(cadences={"A": steps}, default="A")
    >>> lead = Lead(
    ...     id="l-1",
    ...     history=[LeadChange(date(2026, 9, 1), status="new")],
    ...     touches=[Touch(date(2026, 9, 2), "call")],
    ... )
    >>> print(schedule([lead], policy, as_of=date(2026, 9, 7))[0].due)
    2026-09-09
    """
    require(policy, FollowUpPolicy, path=("policy",))
    check_date(as_of, ("as_of",))
    days = Calendar() if calendar is None else calendar
    require(days, Calendar, path=("calendar",))
    given = checked_leads(leads)
    graded: Mapping[str, str] = {} if grades is None else grades
    require(graded, Mapping, path=("grades",))
    known = {lead.id for lead in given}
    for lead_id in graded:
        if lead_id not in known:
            raise UnknownNameError("unknown_lead", path=("grades",), value=lead_id)
    found = [
        _next(lead, policy.cadences[grade], grade, policy.kinds, as_of, days)
        for lead in open_leads(given, as_of)
        if (grade := _cadence_of(lead, policy, graded)) is not None
    ]
    return tuple(sorted(found, key=lambda each: (each.due, each.lead)))


def checked_leads(leads: Iterable[Lead]) -> tuple[Lead, ...]:
    """Return leads as a tuple, each once."""
    items = checked(leads, Lead, "leads")
    for position, again in repeated(lead.id for lead in items):
        raise InvalidValueError("not_unique", path=("leads", position, "id"), value=again)
    return items


def checked(given: Iterable[ItemT], kind: type[ItemT], name: str) -> tuple[ItemT, ...]:
    """Return what was given as a tuple, each of its kind."""
    items = as_tuple(given)
    require(items, tuple, path=(name,))
    for position, item in enumerate(items):
        require(item, kind, path=(name, position))
    return items


def open_leads(leads: Iterable[Lead], as_of: date) -> list[Lead]:
    """Return the leads as they stand on a day, those of them that somebody has to care for."""
    standing = (lead.as_of(as_of) for lead in leads)
    return [lead for lead in standing if lead is not None and lead.status not in _CLOSED]


def _cadence_of(lead: Lead, policy: FollowUpPolicy, grades: Mapping[str, str]) -> str | None:
    grade = grades.get(lead.id)
    return grade if grade in policy.cadences else policy.default


def _next(
    lead: Lead, cadence: Sequence[FollowUpStep], grade: str, kinds: Sequence[str], as_of: date, calendar: Calendar
) -> FollowUp:
    """Return what is to be done next for an open lead."""
    touches = [touch.on for touch in lead.touches if not kinds or touch.kind in kinds]
    step = cadence[min(len(touches), len(cadence) - 1)]
    since = max([*touches, *([] if lead.created is None else [lead.created])], default=None)
    if since is not None:
        due = calendar.workday_after(since, step.workdays)
    else:
        due = as_of if calendar.is_workday(as_of) else calendar.workday_after(as_of, 1)
    passed = calendar.workdays_before(as_of.toordinal() + 1) - calendar.workdays_before(due.toordinal() + 1)
    return FollowUp(
        lead=lead.id,
        owner=lead.owner,
        grade=grade,
        step=step,
        number=len(touches) + 1,
        since=since,
        due=due,
        status="overdue" if due < as_of else "due" if due == as_of else "upcoming",
        overdue_workdays=max(passed, 0),
    )

"""What is due for each open lead, and when, by workdays: the one engine of cadences, for customers after the sale too."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Final, Literal, TypeAlias, TypeVar

import attrs

from salesperf.errors import InvalidValueError, UnknownNameError
from salesperf.followup.policy import FollowUpPolicy, FollowUpStep
from salesperf.messages import Catalogs
from salesperf.model.calendar import Calendar
from salesperf.model.lead import Lead, LeadStatus, Touch
from salesperf.model.message import Message, word_of
from salesperf.model.result import Result, Row
from salesperf.model.validators import as_tuple, check_date, is_identifier, repeated, require

__all__ = [
    "CLOSED",
    "Deadlines",
    "DueStatus",
    "FollowUp",
    "Followed",
    "checked",
    "checked_calendar",
    "checked_grades",
    "checked_leads",
    "in_order",
    "next_follow_up",
    "open_leads",
    "schedule",
]

DueStatus: TypeAlias = Literal["overdue", "due", "upcoming"]
CLOSED: Final[frozenset[LeadStatus]] = frozenset({"converted", "disqualified"})
"""Statuses in which a lead needs nobody: its deals do, or nothing."""
ItemT = TypeVar("ItemT")


@attrs.frozen(kw_only=True)
class FollowUp(Result):
    """The next touch of a lead, or of a customer after the sale: made by :func:`schedule` and :func:`schedule_after_sale`.

    Attributes
    ----------
    lead : str or None
        The id of the lead; ``None`` where a customer is followed up.
    customer : str or None
        The id of the customer; ``None`` where a lead is followed up.
    owner : str or None
        Who has it; ``None`` where a lead is in the public pool, or nobody looks after a customer.
    grade : str
        By whose cadence it is followed up.
    step : FollowUpStep
        What is to be done.
    number : int
        Which touch it will be, from 1.
    since : date or None
        The day of the touch before, or on which the lead began or the customer bought; ``None`` where nobody knows either.
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
    'l-1: call, first talk, due 2026-09-07 (workdays after 2026-09-04: 1). Overdue by workdays: 6.'
    """

    lead: str | None = None
    customer: str | None = None
    owner: str | None
    grade: str
    step: FollowUpStep
    number: int
    since: date | None
    due: date
    status: DueStatus
    overdue_workdays: int

    @property
    def subject(self) -> str:
        """The id of the lead or of the customer."""
        return self.lead or self.customer or ""

    @property
    def reason(self) -> Message:
        """What is due, and why then."""
        wording: str = self.status
        if self.since is None:
            wording = "undated" if self.customer is None else "undated_sale"
        if wording == "overdue" and not self.overdue_workdays:  # due on the last workday before days off
            wording = "overdue_days_off"
        return Message.of(
            f"followup.{wording}",
            subject=self.subject,
            channel=word_of("touch", self.step.channel),
            action=word_of("follow_up_action", self.step.action),
            due=self.due,
            workdays=self.step.workdays,
            since=self.since,
            overdue=self.overdue_workdays,
        )

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the reason for a reader."""
        return self.reason.text(lang, catalogs)

    def rows(self) -> list[Row]:
        """Return one row: the lead or the customer, what is due and when."""
        return [
            {
                "lead": self.lead,
                "customer": self.customer,
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
        The grade of a lead by its id, spelt as that of the cadence; ``None`` where none is graded.

    Returns
    -------
    tuple of FollowUp
        By day, then by lead. A lead without a cadence has none.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, or an id comes twice.
    UnknownNameError
        If a grade is of a lead that is not given, is no text, or is spelt as one of the policy but for its case.

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
    deadlines = Deadlines(as_of, checked_calendar(calendar))
    given = checked_leads(leads)
    graded = checked_grades(grades, policy, {lead.id for lead in given}, "unknown_lead")
    followed = (
        Followed(lead=lead.id, owner=lead.owner, began=lead.created, touches=lead.touches) for lead in open_leads(given, as_of)
    )
    return in_order(next_follow_up(each, policy, graded.get(each.subject), deadlines) for each in followed)


def in_order(found: "Iterable[FollowUp | None]") -> tuple[FollowUp, ...]:
    """Return what is due by day, then by lead or customer, without those that have no cadence."""
    return tuple(sorted((each for each in found if each is not None), key=lambda each: (each.due, each.subject)))


def checked_calendar(calendar: Calendar | None) -> Calendar:
    """Return which days are worked: Monday to Friday, unless somebody says otherwise."""
    days = Calendar() if calendar is None else calendar
    require(days, Calendar, path=("calendar",))
    return days


def checked_grades(
    grades: Mapping[str, str] | None, policy: FollowUpPolicy, known: Collection[str], code: str
) -> Mapping[str, str]:
    """Return grades by the id of whoever has them; a grade of nobody who is known is refused by a code.

    Some grades may have no cadence, but one that is spelt as one that has, but for its case, is meant to be that.
    """
    graded: Mapping[str, str] = {} if grades is None else grades
    require(graded, Mapping, path=("grades",))
    spelt = {grade.casefold() for grade in policy.cadences}
    for name, grade in graded.items():
        if name not in known:
            raise UnknownNameError(code, path=("grades",), value=name)
        if not is_identifier(grade) or (grade not in policy.cadences and grade.casefold() in spelt):
            raise UnknownNameError("unknown_grade", path=("grades", name), choices=tuple(policy.cadences), value=grade)
    return graded


def checked_leads(leads: Iterable[Lead]) -> tuple[Lead, ...]:
    """Return leads as a tuple, each once."""
    items = checked(leads, Lead, "leads")
    for position, again in repeated(lead.id for lead in items):
        raise InvalidValueError("not_unique", path=("leads", position, "id"), value=again)
    return items


def checked(given: Iterable[ItemT], kind: type[ItemT], *path: str | int) -> tuple[ItemT, ...]:
    """Return what was given as a tuple, each of its kind."""
    items = as_tuple(given)
    require(items, tuple, path=path)
    for position, item in enumerate(items):
        require(item, kind, path=(*path, position))
    return items


def open_leads(leads: Iterable[Lead], as_of: date) -> list[Lead]:
    """Return the leads as they stand on a day, those of them that somebody has to care for."""
    standing = (lead.as_of(as_of) for lead in leads)
    return [lead for lead in standing if lead is not None and lead.status not in CLOSED]


@attrs.frozen(kw_only=True)
class Followed:
    """Whoever is followed up, as they stand on a day."""

    lead: str | None = None
    customer: str | None = None
    owner: str | None
    began: date | None
    """From when the cadence counts: the lead's beginning, or the sale."""
    touches: tuple[Touch, ...]

    @property
    def subject(self) -> str:
        """The id of the lead or of the customer."""
        return self.lead or self.customer or ""


@attrs.define
class Deadlines:
    """When something is due, and how many workdays ago: asked again and again, since leads are many and workdays few."""

    as_of: date
    calendar: Calendar
    _found: dict[tuple[date | None, int], tuple[date, int]] = attrs.field(factory=dict)

    def after(self, since: date | None, workdays: int, *path: str) -> tuple[date, int]:
        """Return the day so many workdays after another, and the workdays that have passed since then.

        What was never begun is due at once.

        Raises
        ------
        InvalidValueError
            If the day is beyond the calendar; the path says whose it is.
        """
        asked = since, workdays
        if asked not in self._found:
            try:
                due = self._due(since, workdays)
            except InvalidValueError:  # beyond the year 9999
                raise InvalidValueError("date_too_late", path=path, value=since or self.as_of) from None
            before = self.calendar.workdays_before
            self._found[asked] = due, max(before(self.as_of.toordinal() + 1) - before(due.toordinal() + 1), 0)
        return self._found[asked]

    def _due(self, since: date | None, workdays: int) -> date:
        if since is not None:
            return self.calendar.workday_after(since, workdays)
        return self.as_of if self.calendar.is_workday(self.as_of) else self.calendar.workday_after(self.as_of, 1)


def next_follow_up(followed: Followed, policy: FollowUpPolicy, grade: str | None, deadlines: Deadlines) -> FollowUp | None:
    """Return what is to be done next; ``None`` where there is no cadence for the grade."""
    used = grade if grade in policy.cadences else policy.default
    if used is None:
        return None
    cadence = policy.cadences[used]
    touches = [touch.on for touch in followed.touches if not policy.kinds or touch.kind in policy.kinds]
    step = cadence[min(len(touches), len(cadence) - 1)]
    since = max([*touches, *([] if followed.began is None else [followed.began])], default=None)
    whose = "customers" if followed.lead is None else "leads"
    due, overdue = deadlines.after(since, step.workdays, whose, followed.subject)
    as_of = deadlines.as_of
    return FollowUp(
        lead=followed.lead,
        customer=followed.customer,
        owner=followed.owner,
        grade=used,
        step=step,
        number=len(touches) + 1,
        since=since,
        due=due,
        status="overdue" if due < as_of else "due" if due == as_of else "upcoming",
        overdue_workdays=overdue,
    )

"""Whether follow-ups were kept: of all that fell due in a period, which were done on time, by whom."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

import attrs

from salesperf.errors import InvalidValueError
from salesperf.followup.policy import FollowUpPolicy
from salesperf.followup.scheduling import (
    CLOSED,
    Deadlines,
    Followed,
    checked_calendar,
    checked_grades,
    checked_leads,
    next_follow_up,
)
from salesperf.kernels.proportion import wilson
from salesperf.messages import Catalogs
from salesperf.model.calendar import Calendar
from salesperf.model.estimate import Estimate
from salesperf.model.lead import Lead, Touch
from salesperf.model.message import Message
from salesperf.model.period import Period
from salesperf.model.result import Result, Row
from salesperf.model.validators import check_date, is_identifier, require

__all__ = ["KEPT_STATUSES", "KeptStatus", "OwnerPunctuality", "PastFollowUp", "Punctuality", "punctuality"]

KeptStatus: TypeAlias = Literal["on_time", "late", "not_done"]
KEPT_STATUSES: Final[tuple[KeptStatus, ...]] = ("on_time", "late", "not_done")
"""What became of a follow-up: done by the day on which it was due, done later, or not done yet."""


@attrs.frozen(kw_only=True)
class PastFollowUp:
    """A follow-up that has fallen due, and what became of it.

    Attributes
    ----------
    lead : str
        The id of the lead.
    owner : str
        Who had the lead: on the day on which it was done in time, else on the day on which it was due.
    number : int
        Which touch it was to be, from 1.
    due : date
        By when.
    done : date or None
        The day of the touch; ``None`` for none so far.
    status : str
        One of :data:`KEPT_STATUSES`.

    Examples
    --------
    >>> from salesperf import followup
    >>> day = date(2026, 9, 7)
    >>> PastFollowUp(lead="l-1", owner="ada", number=1, due=day, done=None, status="not_done").status
    'not_done'
    """

    lead: str
    owner: str
    number: int
    due: date
    done: date | None
    status: KeptStatus


@attrs.frozen(kw_only=True)
class OwnerPunctuality:
    """How many follow-ups of somebody, or of all, were done on time.

    Attributes
    ----------
    owner : str or None
        Whose; ``None`` for all.
    on_time, late, not_done : int
        How many were done in time, done later, and not done.
    rate : Estimate
        The share on time (跟进及时率), with Wilson's interval; undefined where nothing fell due.

    Examples
    --------
    >>> print(OwnerPunctuality(owner="ada", on_time=8, late=1, not_done=1).rate)
    0.8 [0.490162, 0.943318], n = 10
    """

    owner: str | None
    on_time: int
    late: int
    not_done: int

    @property
    def due(self) -> int:
        """How many fell due."""
        return self.on_time + self.late + self.not_done

    @property
    def rate(self) -> Estimate:
        """The share on time."""
        if not self.due:
            return Estimate.undefined(Message("followup.nothing_fell_due"))
        interval = wilson(self.on_time, self.due)
        return Estimate(value=self.on_time / self.due, low=interval.low, high=interval.high, n=self.due)


@attrs.frozen(kw_only=True)
class Punctuality(Result):
    """Whether follow-ups were kept in a period: made by :func:`punctuality`.

    Attributes
    ----------
    period : Period
        In which they fell due.
    as_of : date
        The day at whose end it was looked at.
    items : tuple of PastFollowUp
        Each of them, by day and lead.

    Examples
    --------
    >>> from salesperf import followup
    >>> kept = followup.punctuality(
    ...     [], followup.STANDARD_FOLLOW_UP, period=Period.month(2026, 9), as_of=date(2026, 9, 30)
    ... )
    >>> kept.total.rate.reason.text()
    'no follow-up fell due'
    """

    period: Period
    as_of: date
    items: tuple[PastFollowUp, ...]

    @property
    def owners(self) -> tuple[OwnerPunctuality, ...]:
        """Of everybody to whom one fell due, by id."""
        return tuple(self.of(owner) for owner in sorted({item.owner for item in self.items}))

    @property
    def total(self) -> OwnerPunctuality:
        """Of all together."""
        return _counted(None, self.items)

    def of(self, owner: str) -> OwnerPunctuality:
        """Return how many of somebody's were done on time: what an appraisal asks for is the ``rate``.

        Parameters
        ----------
        owner
            The id of a rep or team; to whom nothing fell due has an undefined rate.

        Examples
        --------
        >>> from salesperf import followup
        >>> september = Period.month(2026, 9)
        >>> kept = followup.punctuality([], followup.STANDARD_FOLLOW_UP, period=september, as_of=september.last)
        >>> kept.of("ada").due
        0
        """
        if not is_identifier(owner):
            raise InvalidValueError("empty", path=("owner",), value=owner)
        return _counted(owner, (item for item in self.items if item.owner == owner))

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write how many were done on time, a line for each owner, then one for all."""
        return "\n".join(_told(each).text(lang, catalogs) for each in (*self.owners, self.total))

    def rows(self) -> list[Row]:
        """Return a row for each follow-up that fell due."""
        return [
            {
                "lead": item.lead,
                "owner": item.owner,
                "number": item.number,
                "due": item.due,
                "done": item.done,
                "status": item.status,
            }
            for item in self.items
        ]


def punctuality(
    leads: Iterable[Lead],
    policy: FollowUpPolicy,
    *,
    period: Period,
    as_of: date,
    calendar: Calendar | None = None,
    grades: Mapping[str, str] | None = None,
) -> Punctuality:
    """Tell which of the follow-ups that fell due in a period were done on time.

    Parameters
    ----------
    leads
        Each id once, in any order; those that were decided since among them.
    policy
        The cadence of each grade.
    period
        The days on which they were due.
    as_of
        The day at whose end it is looked at: what is later is not known, and what is due later is no fault yet.
    calendar, grades
        As of :func:`schedule`. A grade has no history: a lead is held to that of now.

    Returns
    -------
    Punctuality
        Of everybody who had a lead when it was due. What is due while nobody has the lead, or after it is decided, is nobody's;
        nor is the first touch of a lead of which nobody knows when it began.

    Raises
    ------
    InvalidValueError, UnknownNameError
        As :func:`schedule` does.

    Notes
    -----
    Due days are those of :func:`schedule`: each touch makes a step done, and the next counts from its day, so a late touch
    moves all that follow, and a lead that is never touched counts once. A touch is on time to the end of the day that was due,
    however early it came.

    Examples
    --------
    >>> from salesperf import LeadChange
    >>> from salesperf.followup import STANDARD_FOLLOW_UP
    >>> lead = Lead(
    ...     id="l-1",
    ...     history=[LeadChange(date(2026, 9, 1), status="new", owner="ada")],
    ...     touches=[Touch(date(2026, 9, 2), "call"), Touch(date(2026, 9, 9), "visit")],
    ... )
    >>> september = Period.month(2026, 9)
    >>> kept = punctuality([lead], STANDARD_FOLLOW_UP, period=september, as_of=september.last, grades={"l-1": "A"})
    >>> print(kept)
    lead  owner  number  due         done        status
    l-1   ada         1  2026-09-02  2026-09-02  on_time
    l-1   ada         2  2026-09-07  2026-09-09  late
    l-1   ada         3  2026-09-16              not_done
    """
    require(policy, FollowUpPolicy, path=("policy",))
    require(period, Period, path=("period",))
    check_date(as_of, ("as_of",))
    deadlines = Deadlines(as_of, checked_calendar(calendar))
    given = checked_leads(leads)
    graded = checked_grades(grades, policy, {lead.id for lead in given}, "unknown_lead")
    known = (standing for lead in given if (standing := lead.as_of(as_of)) is not None)
    items = [
        item
        for lead in known
        for item in _past(lead, policy, graded.get(lead.id), deadlines)
        if item.due in period and item.due <= as_of
    ]
    return Punctuality(
        period=period, as_of=as_of, items=tuple(sorted(items, key=lambda item: (item.due, item.lead, item.number)))
    )


def _past(lead: Lead, policy: FollowUpPolicy, grade: str | None, deadlines: Deadlines) -> Iterator[PastFollowUp]:
    """Yield what fell due to whoever had a lead, from touch to touch."""
    touches = [touch for touch in lead.touches if not policy.kinds or touch.kind in policy.kinds]
    for place, touch in enumerate([*touches, None]):
        followed = Followed(lead=lead.id, owner=None, began=lead.created, touches=tuple(touches[:place]))
        asked = next_follow_up(followed, policy, grade, deadlines)
        if asked is None or asked.since is None:
            continue
        done = None if touch is None else touch.on
        status: KeptStatus = "not_done" if done is None else "on_time" if done <= asked.due else "late"
        owner = _whose(lead, touch, asked.due)
        if owner is not None:
            yield PastFollowUp(lead=lead.id, owner=owner, number=asked.number, due=asked.due, done=done, status=status)


def _whose(lead: Lead, touch: Touch | None, due: date) -> str | None:
    """Return to whom a follow-up counts; ``None`` where the lead was nobody's, or decided before."""
    if touch is None or touch.on > due:
        standing = lead.as_of(due)
        return None if standing is None or standing.status in CLOSED else standing.owner
    # A touch may decide the lead, or give it back, on its day: what counts is how the lead stood when the day began.
    before = None if touch.on == date.min else lead.as_of(touch.on - timedelta(days=1))
    after = lead.as_of(touch.on)
    if before is not None and before.status in CLOSED:
        return None
    owner = None if after is None else after.owner
    return owner or (None if before is None else before.owner)


def _counted(owner: str | None, items: Iterable[PastFollowUp]) -> OwnerPunctuality:
    statuses = [item.status for item in items]
    return OwnerPunctuality(owner=owner, **{status: statuses.count(status) for status in KEPT_STATUSES})


def _told(each: OwnerPunctuality) -> Message:
    if not each.due:
        return Message("followup.none_fell_due")
    told = {"due": each.due, "on_time": each.on_time, "late": each.late, "not_done": each.not_done}
    share = each.on_time / each.due
    if each.owner is None:
        return Message.of("followup.punctuality_of_all", share=share, **told)
    return Message.of("followup.punctuality_of", owner=each.owner, share=share, **told)

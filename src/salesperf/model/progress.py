"""How what somebody undertook gets on: the dated history of a status, and lateness against the day it is due."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final, Literal, TypeAlias

import attrs

from salesperf.errors import InvalidInputError, InvalidValueError, SalesperfError
from salesperf.model.validators import as_tuple, check_date, day, one_of, text

__all__ = [
    "PROGRESS_STATUSES",
    "Followed",
    "ProgressStatus",
    "StatusChange",
    "as_history",
    "began_on",
    "days_late",
    "faults_of_history",
    "finished_on",
    "refuse",
    "status_on",
    "until",
]

ProgressStatus: TypeAlias = Literal["planned", "in_progress", "blocked", "done", "dropped"]
PROGRESS_STATUSES: Final[tuple[ProgressStatus, ...]] = ("planned", "in_progress", "blocked", "done", "dropped")
"""How far it is: nothing was done yet; it is being done; it cannot go on; it is done; it will not be done."""


@attrs.frozen
class StatusChange:
    """What was said on a day of how something gets on.

    Parameters
    ----------
    on
        The day.
    status
        One of :data:`PROGRESS_STATUSES`; the one that it has already, where there is only something to note.
    note
        What else was said.

    Raises
    ------
    InvalidValueError
        If a value is malformed.

    Examples
    --------
    >>> StatusChange(date(2026, 9, 1), "blocked", note="waiting for the price list").status
    'blocked'
    """

    on: date = attrs.field(validator=day)
    status: ProgressStatus = attrs.field(validator=one_of(*PROGRESS_STATUSES))
    note: str = attrs.field(default="", validator=text, kw_only=True)


def as_history(value: Iterable[StatusChange]) -> tuple[StatusChange, ...]:
    """Take any iterable of changes as a tuple."""
    return as_tuple(value)


def refuse(faults: Iterable[SalesperfError]) -> None:
    """Raise one fault as it is, and several together."""
    found = list(faults)
    if len(found) == 1:
        raise found[0]
    if found:
        raise InvalidInputError(found)


def faults_of_history(
    history: tuple[StatusChange, ...], created: date, path: tuple[str | int, ...]
) -> Iterator[InvalidValueError]:
    """Find changes before the beginning, and changes that run backwards."""
    last = created
    for position, change in enumerate(history):
        if change.on < last:
            yield InvalidValueError("history_order", path=(*path, position, "on"), previous=last, value=change.on)
        last = max(last, change.on)


def until(history: tuple[StatusChange, ...], on: date) -> tuple[StatusChange, ...]:
    """Return the changes up to the end of a day."""
    check_date(on, ("on",))
    return tuple(change for change in history if change.on <= on)


def status_on(history: tuple[StatusChange, ...], on: date) -> ProgressStatus:
    """Return the status at the end of a day: planned, where nothing was said by then."""
    known = until(history, on)
    return known[-1].status if known else "planned"


def began_on(history: tuple[StatusChange, ...]) -> date | None:
    """Return the first day on which anything was done; ``None`` where nothing was."""
    return next((change.on for change in history if change.status in ("in_progress", "done")), None)


def finished_on(history: tuple[StatusChange, ...]) -> date | None:
    """Return the day since which it has been done; ``None`` where it is not, or was taken up again."""
    finished = None
    for change in history:
        finished = (finished or change.on) if change.status == "done" else None
    return finished


def days_late(history: tuple[StatusChange, ...], due: date, on: date) -> int:
    """Count the days beyond the due day at which it was done, or at the end of a day is not yet; 0 where it was dropped."""
    known = until(history, on)
    if known and known[-1].status == "dropped":
        return 0
    return max(0, ((finished_on(known) or on) - due).days)


class Followed:
    """What is to be done by a day, and has a history of how it gets on: an action, or a task."""

    __slots__ = ()

    history: tuple[StatusChange, ...]
    due: date

    @property
    def status(self) -> ProgressStatus:
        """How far it is."""
        return status_on(self.history, date.max)

    @property
    def is_open(self) -> bool:
        """Whether it is neither done nor dropped."""
        return self.status not in ("done", "dropped")

    @property
    def finished(self) -> date | None:
        """The day since which it has been done; ``None`` where it is not."""
        return finished_on(self.history)

    def days_late(self, as_of: date) -> int:
        """Count the days beyond its due day at which it was done, or at the end of a day is not done yet."""
        return days_late(self.history, self.due, as_of)

"""The actions and plans of a review: who does what by when, what became of it, and what is new since one looked last."""

from collections.abc import Iterator
from datetime import date

import attrs

from salesperf.diagnosis import ActionLine, FollowThrough, follow_through
from salesperf.model.action import Action
from salesperf.model.progress import Followed
from salesperf.model.records import Records
from salesperf.review.grounds import Grounds
from salesperf.risk import PlanProgress, TaskLine, track

__all__ = ["ActionSection", "action_section", "actions_under", "all_actions", "plan_progress"]


@attrs.frozen(kw_only=True)
class ActionSection:
    """The actions of those under the owner, as known on the day of the review.

    An action belongs to whoever does it, so to the team in which that rep serves on the day. Also what is to be done about a
    risk is among them. An open one is carried from review to review until it is done or dropped; one that ended before the
    period stands here once more when a number that tells its effect was measured within it.

    Attributes
    ----------
    follow_through : FollowThrough
        The open ones, those that ended within the period or since one looked last, and those whose effect was measured so.
    since : date or None
        The day at whose end one looked last: that of the previous review, or the day before the period where there is none;
        ``None`` at the beginning of time.
    left_out : int
        How many ended before, and nothing was measured since.

    Examples
    --------
    >>> from salesperf import Org, Period, Records, Rep, StatusChange
    >>> from salesperf.review import build
    >>> call = Action(id="a-1", title="Call back", owner="ada", created=date(2026, 9, 2), due=date(2026, 9, 9))
    >>> records = Records(org=Org(reps=[Rep(id="ada")]), actions=[call])
    >>> section = build(records, owner=None, period=Period.month(2026, 9), as_of=date(2026, 9, 15)).actions
    >>> [line.action.id for line in section.agreed], [line.days_late for line in section.became_late]
    (['a-1'], [6])
    """

    follow_through: FollowThrough
    since: date | None
    left_out: int

    @property
    def agreed(self) -> tuple[ActionLine, ...]:
        """Those agreed since."""
        return tuple(line for line in self.follow_through.lines if self._is_new(line.action.created))

    @property
    def done(self) -> tuple[ActionLine, ...]:
        """Those done since."""
        return tuple(line for line in self.follow_through.lines if self._is_new(line.action.finished))

    @property
    def dropped(self) -> tuple[ActionLine, ...]:
        """Those dropped since."""
        lines = (line for line in self.follow_through.lines if line.action.status == "dropped")
        return tuple(line for line in lines if self._is_new(ended(line.action)))

    @property
    def became_late(self) -> tuple[ActionLine, ...]:
        """The open ones that are late now, and were not then."""
        return tuple(line for line in self.follow_through.late if self._is_new(line.action.due))

    @property
    def measured(self) -> tuple[ActionLine, ...]:
        """Those with a measurement since that counts for their effect."""
        return tuple(line for line in self.follow_through.lines if self._is_new(last_measured(line.action)))

    def _is_new(self, day: date | None) -> bool:
        return day is not None and (self.since is None or day > self.since)


def ended(followed: Followed) -> date | None:
    """Return the day since which something has been done or dropped; ``None`` where it is open."""
    day = None
    for change in followed.history:
        day = (day or change.on) if change.status in ("done", "dropped") else None
    return day


def last_measured(action: Action) -> date | None:
    """Return the day of the last measurement that counts for the effect of an action."""
    return action.counted[-1].on if action.counted else None


def action_section(grounds: Grounds, since: date | None) -> ActionSection | None:
    """Look at the actions under an owner.

    Parameters
    ----------
    grounds
        What the review looks at.
    since
        The day of the previous review; ``None`` where there is none.

    Returns
    -------
    ActionSection or None
        ``None`` where no action was ever agreed.
    """
    current, earlier = actions_under(grounds, since)
    if not current and not earlier:
        return None
    return ActionSection(
        follow_through=follow_through(current, as_of=grounds.as_of),
        since=since or grounds.eve,
        left_out=len(earlier),
    )


def actions_under(grounds: Grounds, since: date | None) -> tuple[list[Action], list[Action]]:
    """Return the actions under an owner that are told, and those that ended too long ago.

    Parameters
    ----------
    grounds
        What the review looks at.
    since
        The day of the previous review, or where there is none the day before the period.
    """
    known = [action for action in all_actions(grounds.records) if grounds.holds(action.owner)]
    horizon = _horizon(grounds, since)
    return [each for each in known if _is_current(each, horizon)], [each for each in known if not _is_current(each, horizon)]


def _horizon(grounds: Grounds, since: date | None) -> date:
    """Return the day by which what ended is told no more: nothing may fall between two reviews."""
    return min(grounds.eve or date.min, since or date.max)


def all_actions(records: Records) -> Iterator[Action]:
    """Yield what was agreed to be done, also about risks."""
    yield from records.actions
    for risk in records.risks:
        yield from risk.responses


def _is_current(action: Action, horizon: date) -> bool:
    days = (ended(action), last_measured(action))
    return action.is_open or any(day is not None and day > horizon for day in days)


def plan_progress(grounds: Grounds, since: date | None) -> tuple[PlanProgress, ...]:
    """Tell how the plans get on that those under an owner have a part in.

    Parameters
    ----------
    grounds
        What the review looks at.
    since
        The day of the previous review; ``None`` where there is none.

    Returns
    -------
    tuple of PlanProgress
        By id. Of each the lines of their tasks, reckoned in the whole plan, since a task waits for those of others; the plan
        itself has them all. A plan whose every task of theirs ended before the period is left out.
    """
    horizon, found = _horizon(grounds, since), []
    for plan in sorted(grounds.records.plans, key=lambda plan: plan.id):
        progress = track(plan, as_of=grounds.as_of)
        own = tuple(line for line in progress.lines if grounds.holds(line.task.owner))
        if any(_is_alive(line, horizon) for line in own):
            found.append(attrs.evolve(progress, lines=own))
    return tuple(found)


def _is_alive(line: TaskLine, horizon: date) -> bool:
    day = ended(line.task)
    return day is None or day > horizon

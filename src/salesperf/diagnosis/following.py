"""Following through: what became of the actions of earlier reviews, and which cases are like what is found now."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs

from salesperf.errors import InvalidInputError, InvalidValueError
from salesperf.messages import Catalogs
from salesperf.model.action import Action
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown
from salesperf.model.case import CASE_OUTCOMES, Case, CaseOutcome
from salesperf.model.folding import folded
from salesperf.model.message import Message
from salesperf.model.result import Result, Row, Scalar
from salesperf.model.validators import as_tuple, check_choice, check_date, is_identifier, repeated, require

__all__ = ["ActionLine", "FollowThrough", "find_cases", "follow_through", "shared_tags"]


@attrs.frozen(kw_only=True)
class ActionLine:
    """How an action gets on, and what it did: a part of a :class:`FollowThrough`.

    Attributes
    ----------
    action : Action
        As known on the day.
    days_late : int
        Days beyond its due day at which it was done, or at which it is not done yet.

    Examples
    --------
    >>> action = Action(id="a-1", title="call", owner="ada", created=date(2026, 9, 2), due=date(2026, 9, 9))
    >>> follow_through([action], as_of=date(2026, 9, 12)).lines[0].days_late
    3
    """

    action: Action
    days_late: int

    @property
    def message(self) -> Message:
        """What it says of the work."""
        action = self.action
        wording = "late" if self.days_late and action.is_open else "done_late" if self.days_late else "line"
        return Message.of(
            f"action.text.{wording}",
            title=action.title,
            owner=action.owner,
            due=action.due,
            status=Message(f"action.status.{action.status}"),
            days=self.days_late,
        )

    @property
    def effect_message(self) -> Message:
        """What it says of the effect, against the goal stated before; or why nothing can be said."""
        action = self.action
        if action.reason is not None:
            return Message.of("action.text.no_effect", reason=action.reason)
        wording = "goal_met" if action.is_goal_met else "effect"
        return Message.of(
            f"action.text.{wording}",
            measure=Message(action.measure or action.id),
            baseline=action.baseline,
            value=action.counted[-1].value,
            goal=action.goal_value,
            share=action.achieved_share,
            on=action.counted[-1].on,
        )


@attrs.frozen(kw_only=True)
class FollowThrough(Result):
    """What became of actions: made by :func:`follow_through`.

    Attributes
    ----------
    as_of : date
        The day at whose end they are looked at.
    lines : tuple of ActionLine
        The open ones first, those that are late the longest before the others; then by due day and id.

    Examples
    --------
    >>> follow_through([], as_of=date(2026, 9, 30)).text()
    'No actions were agreed by 2026-09-30.'
    """

    as_of: date
    lines: tuple[ActionLine, ...]

    @property
    def open(self) -> tuple[Action, ...]:
        """The actions that are neither done nor dropped: those that the next review begins with."""
        return tuple(line.action for line in self.lines if line.action.is_open)

    @property
    def late(self) -> tuple[ActionLine, ...]:
        """The open actions beyond their due day, the longest first."""
        return tuple(line for line in self.lines if line.action.is_open and line.days_late)

    @property
    def breakdowns(self) -> tuple[Breakdown, ...]:
        """How the share achieved of each goal came about."""
        return tuple(line.action.breakdown for line in self.lines)

    def rows(self) -> list[Row]:
        """Return a row for each action."""
        return [
            {
                "id": line.action.id,
                "owner": line.action.owner,
                "created": line.action.created,
                "due": line.action.due,
                "status": line.action.status,
                "days_late": line.days_late,
                "measure": line.action.measure,
                "baseline": _scalar(line.action.baseline),
                "goal_value": _scalar(line.action.goal_value),
                "measured": _scalar(line.action.counted[-1].value) if line.action.counted else None,
                "effect": _scalar(line.action.effect),
                "achieved_share": line.action.achieved_share,
                "is_goal_met": line.action.is_goal_met,
            }
            for line in self.lines
        ]

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write for each action how it gets on, and what it did."""
        return "\n".join(message.text(lang, catalogs) for message in self._said())

    def _said(self) -> Iterator[Message]:
        if not self.lines:
            yield Message.of("action.text.nothing", as_of=self.as_of)
        for line in self.lines:
            yield line.message
            yield Message.of("action.text.after", effect=line.effect_message)


def _scalar(value: Amount | Decimal | Fraction | None) -> Scalar:
    if isinstance(value, Amount):
        return value.decimal
    return float(value) if isinstance(value, Fraction) else value


def follow_through(actions: Iterable[Action], *, as_of: date) -> FollowThrough:
    """Tell how actions get on at the end of a day, and what they did.

    Parameters
    ----------
    actions
        In any order, each id once; what is later than the day is forgotten.
    as_of
        The day.

    Raises
    ------
    InvalidValueError
        If an argument is malformed.
    InvalidInputError
        With every id that comes twice.

    Notes
    -----
    An effect is never counted before its date: see :class:`salesperf.Action`.

    Examples
    --------
    >>> from salesperf import Measurement, StatusChange
    >>> action = Action(
    ...     id="a-1",
    ...     title="Two managers join every second meeting",
    ...     owner="ada",
    ...     created=date(2026, 10, 8),
    ...     due=date(2026, 12, 31),
    ...     measure="won of ten",
    ...     baseline=2,
    ...     goal_value=3,
    ...     history=[StatusChange(date(2026, 10, 15), "in_progress")],
    ...     measurements=[Measurement(date(2026, 12, 31), Decimal("2.4"))],
    ... )
    >>> print(follow_through([action], as_of=date(2027, 1, 5)).text())
    Late by 5 days: Two managers join every second meeting (ada), due on 2026-12-31, in progress.
    - Since then won of ten went from 2 to 2.4 (2026-12-31): 40.0% of the way to 3.
    """
    given = as_tuple(actions)
    require(given, tuple, path=("actions",))
    check_date(as_of, ("as_of",))
    for position, action in enumerate(given):
        require(action, Action, path=("actions", position))
    again = list(repeated(action.id for action in given))
    if again:
        raise InvalidInputError(
            [InvalidValueError("not_unique", path=("actions", position, "id"), value=id_) for position, id_ in again]
        )
    known = [one for action in given if (one := action.as_of(as_of)) is not None]
    lines = [ActionLine(action=action, days_late=action.days_late(as_of)) for action in known]
    lines.sort(key=lambda line: (not line.action.is_open, -line.days_late, line.action.due, line.action.id))
    return FollowThrough(as_of=as_of, lines=tuple(lines))


def find_cases(
    cases: Iterable[Case], tags: Iterable[str], *, as_of: date, outcome: CaseOutcome | None = None
) -> tuple[Case, ...]:
    """Find the cases that share tags with what is looked for.

    Parameters
    ----------
    cases
        In any order; those written down later than the day are forgotten.
    tags
        What is looked for: a product, a competitor, the rule of a finding; neither their case nor the width of their letters
        matters.
    as_of
        The day.
    outcome
        Only those that ended so; ``None`` for all.

    Returns
    -------
    tuple of Case
        Those that share a tag at least, the most tags first, then the latest, then by id.

    Raises
    ------
    InvalidValueError
        If an argument is malformed.
    InvalidInputError
        With every id that comes twice.

    Examples
    --------
    >>> lost = Case(id="c-1", outcome="lost", on=date(2026, 9, 12), tags=["price", "Acme"])
    >>> won = Case(id="c-2", outcome="won", on=date(2026, 9, 20), tags=["price"])
    >>> [case.id for case in find_cases([won, lost], ["acme", "price"], as_of=date(2026, 9, 30))]
    ['c-1', 'c-2']
    """
    given, wanted = as_tuple(cases), as_tuple(tags)
    require(given, tuple, path=("cases",))
    require(wanted, tuple, path=("tags",))
    check_date(as_of, ("as_of",))
    for position, case in enumerate(given):
        require(case, Case, path=("cases", position))
    for position, tag in enumerate(wanted):
        if not is_identifier(tag):
            raise InvalidValueError("wrong_type", path=("tags", position), expected=str, value=tag)
    if outcome is not None:
        check_choice(outcome, CASE_OUTCOMES, ("outcome",))
    again = list(repeated(case.id for case in given))
    if again:
        raise InvalidInputError(
            [InvalidValueError("not_unique", path=("cases", position, "id"), value=id_) for position, id_ in again]
        )
    known = [case for case in given if case.on <= as_of and outcome in (None, case.outcome)]
    found = [(number, case) for case in known if (number := len(shared_tags(case, wanted)))]
    found.sort(key=lambda pair: (-pair[0], -pair[1].on.toordinal(), pair[1].id))
    return tuple(case for _, case in found)


def shared_tags(case: Case, wanted: Iterable[str]) -> tuple[str, ...]:
    """Return which of some tags a case has, as they are looked for; of several spellings of one the first.

    Parameters
    ----------
    case
        The case.
    wanted
        What is looked for.

    Examples
    --------
    >>> lost = Case(id="c-1", outcome="lost", on=date(2026, 9, 12), tags=["price", "Acme"])
    >>> shared_tags(lost, ["acme", "ACME", "delivery"])
    ('acme',)
    """
    own = {folded(tag) for tag in case.tags}
    spelt: dict[str, str] = {}
    for tag in wanted:
        spelt.setdefault(folded(tag), tag)
    return tuple(tag for key, tag in spelt.items() if key in own)

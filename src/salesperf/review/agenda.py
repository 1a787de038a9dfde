"""The agenda of a review meeting: what to discuss first and why, from what the review found."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import attrs

from salesperf.model.action import Action
from salesperf.model.amount import Amount
from salesperf.model.citation import Citation
from salesperf.model.finding import SEVERITIES, Finding, Severity
from salesperf.model.message import Message
from salesperf.pipeline import OpenDeal
from salesperf.review.deals import DealSection
from salesperf.review.outlook import OutlookLine
from salesperf.review.sections import MetricSection
from salesperf.risk import PlanProgress, TaskLine

if TYPE_CHECKING:
    from salesperf.review.whole import Review

__all__ = ["AGENDA_KINDS", "AGENDA_LENGTH", "AgendaItem", "AgendaKind", "agenda_of"]

AgendaKind: TypeAlias = Literal["finding", "target", "action", "decision", "task", "deals", "success"]
AGENDA_KINDS: Final[tuple[AgendaKind, ...]] = ("finding", "target", "action", "decision", "task", "deals", "success")
"""What a meeting talks about: grave causes and faults of the data, targets that are missed or will be, actions that are late,
risks about which nothing is decided, tasks for which others wait, deals at stake, and what went well. Of what is equally grave,
this is the order."""

AGENDA_LENGTH: Final = 8
"""So many items a meeting has time for: the first so many of an agenda are those to discuss."""

_GRAVE_BANDS: Final = frozenset({"critical", "high"})
_AT_STAKE: Final = ("stalled", "overdue")
_MOST_CITED: Final = 3
_AS_LIKELY_AS_NOT: Final = 0.5
_DEALS_AMISS: Final = "risk.automatic.stale_pipeline"
_TASKS_LATE: Final = "risk.automatic.late_plan"
"""Risks of what has items of its own."""


@attrs.frozen(kw_only=True)
class AgendaItem:
    """Something to discuss.

    Attributes
    ----------
    kind : str
        One of :data:`AGENDA_KINDS`.
    message : Message
        What it is.
    severity : str
        How grave it is: a target that is missed and a critical risk are serious, what went well is a remark, and a finding is
        as grave as its rule says; all else is a warning.
    citations : tuple of Citation
        The numbers that say why.
    owner : str or None
        The id of who is to speak of it: of what somebody has who left, or a house account, the manager of the team; ``None``
        where it is nobody's in particular.
    at_stake : Amount or None
        How much money hangs on it, where that can be told.
    about : tuple
        What it tells of, as the sections of the review have it: all findings of a rule, the gravest first; all actions that are
        late, the latest first; a risk; a plan and its task; a metric and who is ahead in it; a line of the outlook; deals.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import Org, Period, Records, Rep
    >>> from salesperf.review import build
    >>> call = Action(id="a-1", title="Call back", owner="ada", created=date(2026, 9, 2), due=date(2026, 9, 9))
    >>> records = Records(org=Org(reps=[Rep(id="ada")]), actions=[call])
    >>> review = build(records, owner=None, period=Period.month(2026, 9), as_of=date(2026, 9, 15))
    >>> [(item.kind, item.owner) for item in review.agenda if item.kind == "action"]
    [('action', 'ada')]
    """

    kind: AgendaKind
    message: Message
    severity: Severity = "warning"
    citations: tuple[Citation, ...] = ()
    owner: str | None = None
    at_stake: Amount | None = None
    about: tuple[object, ...] = attrs.field(default=(), repr=False, eq=False)


def agenda_of(review: "Review") -> tuple[AgendaItem, ...]:
    """Return what to discuss, the first :data:`AGENDA_LENGTH` of it in the meeting.

    Parameters
    ----------
    review
        The review, but for its agenda.

    Notes
    -----
    The gravest stands first; of what is equally grave the order is that of :data:`AGENDA_KINDS`, and within a kind: findings by
    money at stake; targets in the order of the review; what is late by how long; risks by score; deals and successes in the
    order of the review. So that one kind does not push out the others, items take turns for the places there are: the gravest
    of each kind, then the second of each, and so on, findings first. What gets no place stands behind, in the same order.
    """
    kinds = [
        list(items)
        for items in (
            _findings(review),
            _targets(review),
            _late_actions(review),
            _decisions(review),
            _tasks(review),
            _deals(review),
            _successes(review),
        )
    ]
    turns = ((turn, place) for turn in range(max(map(len, kinds))) for place in range(len(kinds)) if turn < len(kinds[place]))
    chosen = set(islice(turns, AGENDA_LENGTH))
    placed = [
        (turn, place, attrs.evolve(item, owner=_speaker(review, item.owner)))
        for place, items in enumerate(kinds)
        for turn, item in enumerate(sorted(items, key=lambda item: SEVERITIES.index(item.severity)))
    ]
    placed.sort(key=lambda each: SEVERITIES.index(each[2].severity))
    discussed = [item for turn, place, item in placed if (turn, place) in chosen]
    return (*discussed, *(item for turn, place, item in placed if (turn, place) not in chosen))


def _speaker(review: "Review", owner: str | None) -> str | None:
    """Return who is to speak of what somebody has: for whoever has left, and for house accounts, the manager of the team."""
    rep = review.org.rep_by_id.get(owner or "")
    if rep is None or _can_speak(review, rep.id):
        return owner
    # Who has left counts for the team of the last day.
    _, end = rep.service
    team = review.org.team_on(rep.id, min(review.as_of, end - timedelta(days=1)))
    while team is not None:
        held = review.org.team_by_id[team]
        if held.manager is not None and _can_speak(review, held.manager):
            return held.manager
        team = held.parent
    return None


def _can_speak(review: "Review", owner: str) -> bool:
    rep = review.org.rep_by_id[owner]
    start, end = rep.service
    return rep.kind != "house" and start <= review.as_of < end


# What is wrong


def _findings(review: "Review") -> Iterator[AgendaItem]:
    """Yield the causes that are more than a remark, and what makes a number wrong: of each rule the gravest, and how many."""
    told = [finding for finding in review.causes if not finding.is_untold and finding.severity != "info"]
    told += [finding for finding in review.findings if finding.severity == "serious" or _costs_money(finding)]
    told.sort(key=lambda finding: (SEVERITIES.index(finding.severity), -_size(finding.at_stake), *finding.rank))
    by_rule: dict[str, list[Finding]] = {}
    for finding in told:
        by_rule.setdefault(finding.rule, []).append(finding)
    for found in by_rule.values():
        first = found[0]
        many = Message.of("review.agenda.and_more", told=first.message, count=len(found) - 1)
        yield AgendaItem(
            kind="finding",
            severity=first.severity,
            message=many if len(found) > 1 else first.message,
            citations=first.citations,
            owner=first.record if first.record is not None and review.org.knows(first.record) else None,
            at_stake=first.at_stake,
            about=tuple(found),
        )


def _costs_money(finding: Finding) -> bool:
    return finding.severity != "info" and finding.at_stake is not None


def _size(amount: Amount | None) -> Decimal:
    return Decimal(0) if amount is None else abs(amount.decimal)


def _targets(review: "Review") -> Iterator[AgendaItem]:
    """Yield targets missed, those behind that deals will not bring home as likely as not, and the next where that is so."""
    chances = {line.metric.key: line for line in review.outlook if line.metric is not None and not line.is_next}
    for section in review.metrics:
        attained, gap = section.attainment, section.attainment.gap
        is_whole = section.owner == review.owner and not section.scope
        line = chances.get(section.metric.key) if is_whole else None
        if not attained.is_short or (line is not None and _is_likely(line)):
            continue
        words = {"metric": section.title, "owner": review.org.called(section.owner)}
        is_money = isinstance(gap, Amount) and gap.unit.dimension == "money"
        yield AgendaItem(
            kind="target",
            severity="serious" if attained.status == "missed" else "warning",
            message=Message.of(f"review.agenda.{attained.status}", **words),
            citations=(*(() if line is None else _of_outlook(line)), *_of_target(section)),
            owner=section.owner,
            at_stake=abs(gap) if isinstance(gap, Amount) and is_money else None,
            about=(section,),
        )
    for line in review.outlook:
        if line.is_next and line.metric is not None and line.reached.value is not None and not _is_likely(line):
            yield AgendaItem(
                kind="target",
                message=Message.of(
                    "review.agenda.unlikely_next",
                    metric=Message(line.metric.title),
                    owner=review.org.called(review.owner),
                    period=line.forecast.period,
                ),
                citations=tuple(_of_outlook(line)),
                owner=review.owner,
                at_stake=line.missing,
                about=(line,),
            )


def _is_likely(line: OutlookLine) -> bool:
    return line.reached.value is not None and line.reached.value >= _AS_LIKELY_AS_NOT


def _of_outlook(line: OutlookLine) -> Iterator[Citation]:
    if line.reached.value is not None:
        source = Message.of("review.agenda.source.outlook", n=len(line.forecast.counted))
        yield Citation.of(Message("review.agenda.cited.reached"), line.reached, is_share=True, source=source)


def _of_target(section: MetricSection) -> Iterator[Citation]:
    attained = section.attainment
    source = Message.of("review.agenda.source.attainment", period=attained.target.period)
    if attained.ratio is not None:
        label = Message("review.agenda.cited.ratio")
        yield Citation(label=label, value=attained.ratio, against=1, is_share=True, source=source)
    if attained.pace.value is not None:
        yield Citation.of(Message("review.agenda.cited.pace"), attained.pace, against=1, is_share=True, source=source)


# What was agreed


def _late_actions(review: "Review") -> Iterator[AgendaItem]:
    """Yield one item of all actions that are late, also of those about the risks of the owner that others are to do."""
    late = [] if review.actions is None else [line.action for line in review.actions.follow_through.late]
    late += [action for action in review.risks.overdue if action.id not in {each.id for each in late}]
    late.sort(key=lambda action: (-action.days_late(review.as_of), action.id))
    if late:
        first = late[0]
        words = {"title": first.title, "owner": review.org.called(first.owner), "days": first.days_late(review.as_of)}
        wording = "action_late" if len(late) == 1 else "actions_late"
        yield AgendaItem(
            kind="action",
            message=Message.of(f"review.agenda.{wording}", count=len(late), **words),
            citations=tuple(_of_action(review, action) for action in late[1 : _MOST_CITED + 1]),
            owner=first.owner,
            about=tuple(late),
        )


def _of_action(review: "Review", action: Action) -> Citation:
    label = Message.of("review.agenda.cited.action", title=action.title, owner=review.org.called(action.owner))
    source = Message("review.agenda.source.actions")
    return Citation(label=label, value=action.days_late(review.as_of), source=source)


def _decisions(review: "Review") -> Iterator[AgendaItem]:
    """Yield the grave risks about which nothing is decided, but for what is told as a cause, of deals or of tasks."""
    told = {f"risk.automatic.{cause.rule}" for cause in review.causes if not cause.is_untold} | {_DEALS_AMISS}
    if any(True for progress in review.plans for _ in _waited_for(progress)):
        told.add(_TASKS_LATE)
    for line in review.risks.open:
        risk = line.risk
        if line.band in _GRAVE_BANDS and risk.response is None and not risk.responses and risk.title not in told:
            yield AgendaItem(
                kind="decision",
                severity="serious" if line.band == "critical" else "warning",
                message=Message.of("review.agenda.decide", title=Message(risk.title), band=Message(f"risk.band.{line.band}")),
                citations=risk.citations,
                owner=risk.owner,
                at_stake=risk.at_stake,
                about=(risk,),
            )


def _tasks(review: "Review") -> Iterator[AgendaItem]:
    """Yield the late tasks for which others wait, the latest first."""
    waited = [(progress, line, count) for progress in review.plans for line, count in _waited_for(progress)]
    waited.sort(key=lambda each: (-each[1].days_late, each[0].plan.id, each[1].task.id))
    for progress, line, count in waited:
        words = {"title": line.task.label, "owner": review.org.called(line.task.owner), "plan": progress.plan.label}
        yield AgendaItem(
            kind="task",
            message=Message.of("review.agenda.task_late", days=line.days_late, count=count, **words),
            owner=line.task.owner,
            about=(progress, line),
        )


def _waited_for(progress: PlanProgress) -> Iterator[tuple[TaskLine, int]]:
    followers = [other for task in progress.plan.tasks if task.is_open for other in task.depends_on]
    for line in progress.late:
        count = followers.count(line.task.id)
        if count:
            yield line, count


# What to win, and what was


def _deals(review: "Review") -> Iterator[AgendaItem]:
    """Yield one item of the open deals of a process that stand still or are overdue."""
    for section in review.deals:
        amiss = [deal for deal in section.pipeline.deals if any(flag in deal.flags for flag in _AT_STAKE)]
        amiss.sort(key=lambda deal: (-_size(deal.amount), -(deal.stage_days or 0), deal.id))
        if not amiss:
            continue
        amounts = [deal.amount for deal in amiss if deal.amount is not None]
        yield AgendaItem(
            kind="deals",
            message=Message.of(
                "review.agenda.deals", process=Message(section.process.label), count=len(amiss), of=section.pipeline.total.count
            ),
            citations=tuple(_of_deal(review, section, deal) for deal in amiss[:_MOST_CITED]),
            owner=amiss[0].owner,
            at_stake=Amount.total(amounts, amounts[0].unit) if amounts else None,
            about=(section,),
        )


def _of_deal(review: "Review", section: DealSection, deal: OpenDeal) -> Citation:
    reasons = tuple(Message(f"pipeline.flag.{flag}") for flag in deal.flags if flag in _AT_STAKE)
    owner = None if deal.owner is None else review.org.called(deal.owner)
    label = Message.of("review.agenda.cited.deal", id=deal.id, owner=owner, reasons=reasons)
    source = Message(section.process.stage_by_key[deal.stage].label)
    return Citation(label=label, value=deal.amount, source=Message.of("review.agenda.source.stage", stage=source))


def _successes(review: "Review") -> Iterator[AgendaItem]:
    """Yield whoever is better than others by more than chance, then what is met, or ahead of plan by more than chance."""
    for section in review.metrics:
        for standing in (section.best_teams, section.best_reps):
            if standing is None or not standing.is_clear:
                continue
            best, pace = standing.best.target.owner, standing.best.pace
            words = {"owner": review.org.called(best), "metric": section.title, "compared": standing.compared}
            source = Message.of("review.agenda.source.attainment", period=standing.best.target.period)
            yield AgendaItem(
                kind="success",
                severity="info",
                message=Message.of("review.agenda.best", **words),
                citations=(Citation.of(Message("review.agenda.cited.pace"), pace, against=1, is_share=True, source=source),),
                owner=best,
                about=(section, standing),
            )
    for section in review.metrics:
        status, pace = section.attainment.status, section.attainment.pace
        if section.attainment.ratio is None and section.metric.direction == "higher":
            continue  # where nothing is owed, to have met it is no success
        # Ahead of plan on average is no success yet: a pace that may be no better than the plan teaches nothing.
        if status == "met" or (status == "ahead" and pace.low is not None and pace.low > 1):
            yield AgendaItem(
                kind="success",
                severity="info",
                message=Message.of(f"review.agenda.{status}", metric=section.title, owner=review.org.called(section.owner)),
                citations=tuple(_of_target(section)),
                owner=section.owner,
                about=(section,),
            )

"""The numbers of causes, risks and the agenda of a review: what is cited, what is at stake, and what the words tell."""

from collections.abc import Callable, Mapping
from functools import partial

from salesperf.model.breakdown import Breakdown
from salesperf.model.finding import Finding
from salesperf.model.message import Message
from salesperf.model.records import Records
from salesperf.review.agenda import AGENDA_LENGTH, AgendaItem
from salesperf.review.explained.actions import days_late
from salesperf.review.explained.behind import Behind, Sources
from salesperf.review.explained.cited import amiss, numbers_cited
from salesperf.review.explained.elsewhere import Elsewhere, MaybeTree, numbers_said, verbatim
from salesperf.review.explained.growing import Numbered, counted, leaf, named
from salesperf.review.explained.stakes import (
    deals_told,
    risks_told,
    share_of_loss,
    stake_of_cause,
    stake_of_item,
    stake_of_risk,
    unit_of,
)
from salesperf.review.whole import Review
from salesperf.risk import RiskLine

__all__ = ["numbers_of_evidence"]


def numbers_of_evidence(review: Review, records: Records | None, elsewhere: Elsewhere) -> Numbered:
    """Yield the numbers of causes, of risks and of the agenda.

    Parameters
    ----------
    review
        The review.
    records
        What was known; ``None`` where no records are at hand.
    elsewhere
        Finds the trees of numbers that stand in other sections as well.
    """
    behind = Behind(Sources(review, records), elsewhere)
    yield from _causes(behind)
    yield from _risks(behind)
    yield from _agenda(behind)


def _causes(behind: Behind) -> Numbered:
    review = behind.review
    found = [cause.message for cause in review.causes if not cause.is_untold]
    yield "causes/found", partial(counted, named("found"), found)
    for place, cause in enumerate(review.causes, 1):
        address = f"causes/{place}/{cause.rule}"
        yield from numbers_cited(behind, cause.citations, address)
        if cause.at_stake is not None:
            yield f"{address}/at_stake", partial(stake_of_cause, behind, cause)
        yield from numbers_said(address, cause.message, _told(behind, cause))
        yield from numbers_said(f"{address}/lacks", cause.lacks)
    for place, contradiction in enumerate(review.contradictions, 1):
        yield from numbers_said(f"causes/contradiction/{place}", contradiction.message)


def _told(behind: Behind, cause: Finding) -> Mapping[str, MaybeTree]:
    """Return the trees of numbers that a cause tells, by the names of their places."""
    within = f"team/fairness/{cause.record}"
    found: Mapping[str, Mapping[str, MaybeTree]] = {
        "unfair_plan": {
            "beyond": partial(behind.elsewhere, f"{within}/beyond"),
            "owners": partial(behind.elsewhere, f"{within}/compared"),
        },
        "key_account_loss": {"accounts": partial(_accounts, behind, "keys"), "quiet": partial(_accounts, behind, "quiet")},
        "inaccurate_data": {"score": partial(behind.elsewhere, "quality/score")},
        "low_morale": {"of": partial(counted, named("signs"), [citation.label for citation in cause.citations])},
    }
    return found.get(cause.rule, {"share": partial(share_of_loss, behind, cause)})


def _accounts(behind: Behind, key: str) -> Breakdown | None:
    found = behind.sources.key_accounts
    return None if found is None else counted(named("key_accounts"), map(verbatim, getattr(found, key)))


# Risks


def _risks(behind: Behind) -> Numbered:
    register = behind.review.risks
    closed = [line for line in register.lines if line.risk.closed is not None]
    for key, lines in (("open", register.open), ("closed", closed)):
        titles = [Message(line.risk.title) for line in lines]
        yield f"risks/{key}", partial(counted, named(f"risks_{key}"), titles)
    for line in register.lines:
        yield from _risk(behind, line)


def _risk(behind: Behind, line: RiskLine) -> Numbered:
    address, risk, as_of = f"risks/{line.risk.id}", line.risk, behind.review.risks.as_of
    yield address, partial(getattr, line.score, "breakdown")
    for key in ("likelihood", "impact"):
        yield f"{address}/{key}", partial(leaf, Message(f"risk.{key}"), getattr(risk, key))
    if risk.at_stake is not None:
        yield f"{address}/at_stake", partial(stake_of_risk, behind, risk)
    yield from numbers_cited(behind.about(unit=unit_of(risk)), risk.citations, address)
    for action in line.overdue:
        yield f"{address}/overdue/{action.id}", partial(days_late, action, as_of)


# The agenda


def _agenda(behind: Behind) -> Numbered:
    review = behind.review
    yield "agenda/later", partial(counted, named("later"), [item.message for item in review.agenda[AGENDA_LENGTH:]])
    for place, item in enumerate(review.agenda, 1):
        address = f"agenda/{place}"
        yield from numbers_said(address, item.message, _known(behind, item))
        if item.at_stake is not None:
            yield f"{address}/at_stake", partial(stake_of_item, behind, item)
        yield from numbers_cited(_asked(behind, item), item.citations, address)


def _known(behind: Behind, item: AgendaItem) -> Mapping[str, MaybeTree]:
    """Return the trees of numbers that an item tells, by the names of their places."""
    if item.kind == "finding":
        found = next((cause for cause in behind.review.causes if cause.message == _first(item)), None)
        return {"count": partial(_others, behind, item), **({} if found is None else _told(behind, found))}
    of_kind: Mapping[str, Callable[[Behind, AgendaItem, str], Breakdown | None]] = {
        "deals": _deals,
        "action": _actions,
        "task": _tasks,
        "success": _compared,
    }
    grow = of_kind.get(item.kind)
    return {} if grow is None else {name: partial(grow, behind, item, name) for name in item.message.arguments}


def _asked(behind: Behind, item: AgendaItem) -> Behind:
    """Return what is behind the review, asked about that of which an item tells."""
    if item.kind == "decision":
        risk = next(risks_told(behind, item), None)
        return behind.about(unit="" if risk is None else unit_of(risk))
    return behind.about(**item.message.arguments)


def _first(item: AgendaItem) -> Message:
    """Return what the first finding of an item says; where there are several of the kind, more is said of them."""
    told = item.message.arguments.get("told")
    return told if isinstance(told, Message) else item.message


def _others(behind: Behind, item: AgendaItem) -> Breakdown:
    """Return the other findings of the kind."""
    grave = [cause for cause in behind.review.causes if not cause.is_untold and cause.severity != "info"]
    grave += [finding for finding in behind.review.findings if finding.severity == "serious"]
    rules = {finding.rule for finding in grave if finding.message == _first(item)}
    others = [finding.message for finding in grave if finding.rule in rules and finding.message != _first(item)]
    return counted(named("found"), others)


def _deals(behind: Behind, item: AgendaItem, name: str) -> Breakdown:
    """Return the open deals of a process, or those that stand still."""
    deals = next(deals_told(behind, item), ())
    chosen = {"count": amiss(deals), "of": deals}[name]
    return counted(named("open"), (named("deal", deal=deal.id) for deal in chosen))


def _actions(behind: Behind, item: AgendaItem, name: str) -> Breakdown | None:
    """Return the actions that are late, or by how long the first of them is."""
    late = {action.id: action for action in behind.sources.late_actions}.values()
    if name == "count":
        return counted(named("actions_late"), (verbatim(action.title) for action in late))
    found = (action for action in late if action.title == item.message.arguments["title"])
    return next((days_late(action, behind.review.as_of) for action in found), None)


def _tasks(behind: Behind, item: AgendaItem, name: str) -> Breakdown:
    """Return by how long a task is late, or the tasks that wait for it."""
    told = item.message.arguments
    late = ((progress, line.task) for progress in behind.review.plans for line in progress.late)
    found = (pair for pair in late if (pair[1].label, pair[0].plan.label) == (told["title"], told["plan"]))
    progress, task = next(found)
    if name == "days":
        return days_late(task, progress.as_of)
    waiting = (other for other in progress.plan.tasks if other.is_open and task.id in other.depends_on)
    return counted(named("waiting"), (verbatim(other.label) for other in waiting))


def _compared(behind: Behind, item: AgendaItem, name: str) -> Breakdown | None:
    """Return those among whom somebody is ahead; as many teams may have been compared as reps."""
    del name
    whole = behind.about(metric=item.message.arguments["metric"], owner=behind.called(behind.review.owner))
    trees = (behind.elsewhere(f"{address}/compared_{key}") for _, address in whole.attained() for key in ("teams", "reps"))
    ahead = named("rep", rep=item.owner)
    return next((tree for tree in trees if tree is not None and any(part.label == ahead for part in tree.parts)), None)

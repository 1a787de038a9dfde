"""The numbers of causes, risks and the agenda of a review: what is cited, what is at stake, and what the words tell."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TypeVar

from salesperf.diagnosis.contradicting import torn_owners
from salesperf.diagnosis.staffing import is_sign
from salesperf.model.action import Action
from salesperf.model.breakdown import Breakdown
from salesperf.model.finding import Finding
from salesperf.model.message import Message
from salesperf.model.records import Records
from salesperf.model.risk_entry import Risk
from salesperf.model.task import Task
from salesperf.pipeline import OpenDeal
from salesperf.review.agenda import AgendaItem
from salesperf.review.deals import DealSection
from salesperf.review.explained.actions import days_late
from salesperf.review.explained.addresses import metric_address
from salesperf.review.explained.ahead import amiss
from salesperf.review.explained.assessed import assessed, scored
from salesperf.review.explained.behind import Behind, Sources
from salesperf.review.explained.cited import numbers_cited
from salesperf.review.explained.elsewhere import Elsewhere, MaybeTree, numbers_said, verbatim
from salesperf.review.explained.growing import Numbered, counted, more_of, named, rep_named
from salesperf.review.explained.stakes import share_of_loss, stake_of_cause, stake_of_item, stake_of_risk, unit_of
from salesperf.review.listed import listed_agenda, listed_causes, listed_risks
from salesperf.review.sections import MetricSection, Standing
from salesperf.review.whole import Review
from salesperf.risk import PlanProgress, RiskLine, TaskLine

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
    yield from more_of("causes/found", listed_causes(review).rest, lambda cause: cause.message)
    for place, cause in enumerate(review.causes, 1):
        address = f"causes/{place}/{cause.rule}"
        yield from numbers_cited(behind, cause.citations, address)
        if cause.at_stake is not None:
            yield f"{address}/at_stake", partial(stake_of_cause, behind, cause)
        yield from numbers_said(address, cause.message, _told(behind, cause))
        # What can tell nothing says what is lacking, and no more.
        if cause.message.arguments.get("lacks") != cause.lacks:
            yield from numbers_said(f"{address}/lacks", cause.lacks)
    for place, contradiction in enumerate(review.contradictions, 1):
        yield from numbers_said(f"causes/contradiction/{place}", contradiction.message, {"count": partial(_torn, review)})


def _torn(review: Review) -> Breakdown | None:
    """Return the owners of whom too much is asked by one yardstick and too little by another: of so many few are named."""
    audit = None if review.team is None else review.team.fairness
    return None if audit is None else counted(named("beyond"), map(rep_named, torn_owners(audit)))


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
        "low_morale": {
            "of": partial(counted, named("signs"), [citation.label for citation in cause.citations]),
            "signs": partial(counted, named("signs"), [each.label for each in cause.citations if is_sign(each)]),
        },
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
    yield from more_of("risks/open", listed_risks(register).rest, lambda line: Message(line.risk.title))
    for line in register.lines:
        yield from _risk(behind, line)


def _risk(behind: Behind, line: RiskLine) -> Numbered:
    address, risk, as_of = f"risks/{line.risk.id}", line.risk, behind.review.risks.as_of
    yield address, partial(scored, behind, line)
    for key in ("likelihood", "impact"):
        yield f"{address}/{key}", partial(assessed, behind, risk, key)
    if risk.at_stake is not None:
        yield f"{address}/at_stake", partial(stake_of_risk, behind, risk)
    yield from numbers_cited(behind.about(unit=unit_of(risk)), risk.citations, address)
    for action in line.overdue:
        yield f"{address}/overdue/{action.id}", partial(days_late, action, as_of)


# The agenda


def _agenda(behind: Behind) -> Numbered:
    review = behind.review
    yield "agenda/later", partial(counted, named("later"), [item.message for item in listed_agenda(review).rest])
    for place, item in enumerate(review.agenda, 1):
        address = f"agenda/{place}"
        yield from _said(behind, item, address)
        if item.at_stake is not None:
            yield f"{address}/at_stake", partial(stake_of_item, behind, item)
        yield from numbers_cited(_asked(behind, item), item.citations, address)


def _asked(behind: Behind, item: AgendaItem) -> Behind:
    """Return what is behind the review, asked about that of which an item tells."""
    risks = _about(item, Risk)
    return behind.about(unit=unit_of(risks[0])) if risks else behind.about(**item.message.arguments)


_NounT = TypeVar("_NounT")


def _about(item: AgendaItem, kind: type[_NounT]) -> list[_NounT]:
    """Return what an item tells of, as far as it is of a kind."""
    return [each for each in item.about if isinstance(each, kind)]


def _said(behind: Behind, item: AgendaItem, address: str) -> Numbered:
    """Yield the numbers that an item tells."""
    findings = _about(item, Finding)
    if len(findings) > 1:
        yield f"{address}/count", partial(_others, item, findings[1:])
        address += "/told"
    if findings:
        yield from numbers_said(address, findings[0].message, _told_by(behind, findings[0]))
    else:
        yield from numbers_said(address, item.message, _known(behind, item))


def _others(item: AgendaItem, findings: Iterable[Finding]) -> Breakdown:
    return counted(named("told", text=item.message), (finding.message for finding in findings))


def _told_by(behind: Behind, finding: Finding) -> Mapping[str, MaybeTree]:
    """Return the trees of numbers that a cause tells, or what was noticed in the data, by the names of their places."""
    place = next((place for place, each in enumerate(behind.review.findings, 1) if each is finding), None)
    if place is None:
        return _told(behind, finding)
    within = f"data/findings/{place}/{finding.rule}"
    return {name: partial(behind.elsewhere, f"{within}/{name}") for name in finding.message.arguments}


def _known(behind: Behind, item: AgendaItem) -> Mapping[str, MaybeTree]:
    """Return the trees of numbers that an item tells, by the names of their places."""
    deals, actions = _about(item, DealSection), _about(item, Action)
    if deals:
        open_deals = deals[0].pipeline.deals
        return {"count": lambda: _listed(amiss(open_deals)), "of": partial(_listed, open_deals)}
    if actions:
        titles = [verbatim(action.title) for action in actions]
        late = partial(days_late, actions[0], behind.review.as_of)
        return {"count": partial(counted, named("actions_late"), titles), "days": late}
    for progress, line in zip(_about(item, PlanProgress), _about(item, TaskLine), strict=False):
        return {"count": partial(_waiting, progress, line.task), "days": partial(days_late, line.task, progress.as_of)}
    for section, ahead in zip(_about(item, MetricSection), _about(item, Standing), strict=False):
        key = "teams" if ahead is section.best_teams else "reps"
        compared = f"{metric_address(section, behind.review.owner)}/compared_{key}"
        return {"compared": partial(behind.elsewhere, compared)}
    return {}


def _listed(deals: Iterable[OpenDeal]) -> Breakdown:
    return counted(named("open"), (named("deal", deal=deal.id) for deal in deals))


def _waiting(progress: PlanProgress, task: Task) -> Breakdown:
    """Return the tasks that wait for one."""
    waiting = (other for other in progress.plan.tasks if other.is_open and task.id in other.depends_on)
    return counted(named("waiting"), (verbatim(other.label) for other in waiting))

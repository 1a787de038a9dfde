"""Whether what is known of a company's sales fits together: every contradiction in a bundle of records, each with its place."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from salesperf.errors import InvalidValueError, SalesperfError, UnknownNameError
from salesperf.model.key_result import KeyResult
from salesperf.model.objective import in_tree
from salesperf.model.opportunity import Opportunity
from salesperf.model.process import SalesProcess
from salesperf.model.tree import keys_in_cycles
from salesperf.model.validators import repeated

if TYPE_CHECKING:
    from salesperf.model.metric import Metric
    from salesperf.model.records import Records
    from salesperf.model.target import Actual, Target, TargetKey

__all__ = ["contradictions"]


def contradictions(records: "Records", process_by_key: Mapping[str | None, SalesProcess]) -> Iterator[SalesperfError]:
    """Find whatever in a bundle of records contradicts the rest of it.

    Parameters
    ----------
    records
        The bundle.
    process_by_key
        Its sales processes by key; that of no key is the one of deals that name none.

    Examples
    --------
    >>> from salesperf import Org, Records
    >>> list(contradictions(Records(org=Org()), {}))
    []
    """
    yield from _faults_of_metrics(records)
    yield from _faults_of_targets(records)
    yield from _faults_of_actuals(records)
    yield from _faults_of_objectives(records)
    yield from _faults_of_ids("processes", "key", (process.key for process in records.processes))
    yield from _faults_of_customers(records)
    yield from _faults_of_leads(records)
    yield from _faults_of_costs(records)
    yield from _faults_of_opportunities(records, process_by_key)
    yield from _faults_of_actions(records)
    yield from _faults_of_plans(records)
    yield from _faults_of_cases(records)
    yield from _faults_of_risks(records)
    yield from _faults_of_pulses(records)


def _faults_of_ids(field: str, name: str, ids: Iterable[str]) -> Iterator[SalesperfError]:
    for position, again in repeated(ids):
        yield InvalidValueError("not_unique", path=("Records", field, position, name), value=again)


def _faults_of_metrics(records: "Records") -> Iterator[SalesperfError]:
    """Find metrics that share a key and differ: what is known by key would add up unlike things."""
    known: dict[str, Metric] = {}
    measured: dict[str, Sequence[Target | Actual]] = {"targets": records.targets, "actuals": records.actuals}
    for field, nouns in measured.items():
        for position, noun in enumerate(nouns):
            if _differs(noun.metric, known):
                yield InvalidValueError("metric_conflict", path=("Records", field, position, "metric"), metric=noun.metric.key)
    for position, root in enumerate(records.objectives):
        for part in in_tree(root):
            if isinstance(part, KeyResult) and part.metric is not None and _differs(part.metric, known):
                place = ("Records", "objectives", position, part.id, "metric")
                yield InvalidValueError("metric_conflict", path=place, metric=part.metric.key)


def _differs(metric: "Metric", known: dict[str, "Metric"]) -> bool:
    """Tell whether a metric differs from the first one of its key."""
    first = known.setdefault(metric.key, metric)
    return first is not metric and first != metric


def _faults_of_targets(records: "Records") -> Iterator[SalesperfError]:
    parents: dict[TargetKey, TargetKey | None] = {}
    for position, target in enumerate(records.targets):
        path = ("Records", "targets", position)
        if target.owner is not None and not records.org.knows(target.owner):
            yield UnknownNameError("unknown_owner", path=(*path, "owner"), value=target.owner)
        if target.key in parents:
            yield InvalidValueError("duplicate_target", path=path, value=str(target.period))
        parents[target.key] = target.parent
    cyclic = keys_in_cycles(parents)
    for position, target in enumerate(records.targets):
        place = ("Records", "targets", position, "parent")
        if target.parent is not None and target.parent not in parents:
            yield UnknownNameError("unknown_target", path=place, value=str(target.parent.period))
        if target.key in cyclic:
            yield InvalidValueError("target_cycle", path=place, value=str(target.period))


def _faults_of_actuals(records: "Records") -> Iterator[SalesperfError]:
    owners = {*records.org.rep_by_id, *records.org.team_by_id}
    seen = set()
    for position, actual in enumerate(records.actuals):
        if actual.owner not in owners:
            yield UnknownNameError("unknown_owner", path=("Records", "actuals", position, "owner"), value=actual.owner)
        ref = actual.ref
        if ref is None:
            continue
        if ref in seen:
            yield InvalidValueError("not_unique", path=("Records", "actuals", position, "ref"), value=ref)
        seen.add(ref)


def _faults_of_objectives(records: "Records") -> Iterator[SalesperfError]:
    seen: set[str] = set()
    for position, root in enumerate(records.objectives):
        path = ("Records", "objectives", position)
        yield from (InvalidValueError("not_unique", path=(*path, "id"), value=id_) for id_ in root.ids if id_ in seen)
        seen.update(root.ids)
        for part in in_tree(root):
            if part.owner is not None and not records.org.knows(part.owner):
                yield UnknownNameError("unknown_owner", path=(*path, part.id, "owner"), value=part.owner)


def _faults_of_customers(records: "Records") -> Iterator[SalesperfError]:
    yield from _faults_of_ids("customers", "id", (customer.id for customer in records.customers))
    parents = {customer.id: customer.parent for customer in records.customers}
    cyclic = keys_in_cycles(parents)
    for position, customer in enumerate(records.customers):
        path = ("Records", "customers", position)
        if customer.owner is not None and not records.org.knows(customer.owner):
            yield UnknownNameError("unknown_owner", path=(*path, "owner"), value=customer.owner)
        if customer.parent is not None and customer.parent not in parents:
            yield UnknownNameError("unknown_customer", path=(*path, "parent"), value=customer.parent)
        if customer.id in cyclic:
            yield InvalidValueError("customer_cycle", path=(*path, "parent"), value=customer.id)


def _faults_of_leads(records: "Records") -> Iterator[SalesperfError]:
    yield from _faults_of_ids("leads", "id", (lead.id for lead in records.leads))
    for position, lead in enumerate(records.leads):
        for place, change in enumerate(lead.history):
            if change.owner is not None and not records.org.knows(change.owner):
                path = ("Records", "leads", position, lead.id, "history", place, "owner")
                yield UnknownNameError("unknown_owner", path=path, value=change.owner)


def _faults_of_costs(records: "Records") -> Iterator[SalesperfError]:
    for position, cost in enumerate(records.costs):
        if cost.owner is not None and not records.org.knows(cost.owner):
            yield UnknownNameError("unknown_owner", path=("Records", "costs", position, "owner"), value=cost.owner)


def _faults_of_opportunities(records: "Records", process_by_key: Mapping[str | None, SalesProcess]) -> Iterator[SalesperfError]:
    yield from _faults_of_ids("opportunities", "id", (opportunity.id for opportunity in records.opportunities))
    customers = {None, *(customer.id for customer in records.customers)}
    leads = {None, *(lead.id for lead in records.leads)}
    owners = {None, *records.org.rep_by_id, *records.org.team_by_id}
    stages = {key: {None, *process.stage_by_key} for key, process in process_by_key.items()}
    for position, opportunity in enumerate(records.opportunities):
        # Of deals there are hundreds of thousands: only one that does not fit is asked at length what is wrong with it.
        are_known = opportunity.customer in customers and opportunity.lead in leads
        if not (are_known and _fits(opportunity, owners, stages.get(opportunity.process, ()))):
            path = ("Records", "opportunities", position, opportunity.id)
            if opportunity.customer not in customers:
                yield UnknownNameError("unknown_customer", path=(*path, "customer"), value=opportunity.customer)
            if opportunity.lead not in leads:
                yield UnknownNameError("unknown_lead", path=(*path, "lead"), value=opportunity.lead)
            yield from _faults_of_history(records, opportunity, path)


def _faults_of_history(records: "Records", opportunity: Opportunity, path: tuple[str | int, ...]) -> Iterator[SalesperfError]:
    for place, change in enumerate(opportunity.history):
        if change.owner is not None and not records.org.knows(change.owner):
            yield UnknownNameError("unknown_owner", path=(*path, "history", place, "owner"), value=change.owner)
    try:
        process = records.process_of(opportunity)
    except UnknownNameError as error:
        yield error.at(*path, "process")
        return
    try:
        process.require(opportunity, *path[:-1])  # which adds the id itself
    except UnknownNameError as error:
        yield error


def _fits(opportunity: Opportunity, owners: Collection[str | None], stages: Collection[str | None]) -> bool:
    """Tell whether a history names nothing but owners and stages that are known."""
    for change in opportunity.history:  # noqa: SIM110 - a generator takes as long again
        if change.owner not in owners or change.stage not in stages:
            return False
    return True


# What follows from a review


def _faults_of_actions(records: "Records") -> Iterator[SalesperfError]:
    """Find actions of unknown owners, and ids that come twice, also among what is done about risks."""
    agreed = ((("Records", "actions", position), action) for position, action in enumerate(records.actions))
    answering = (
        (("Records", "risks", position, risk.id, "responses", place), action)
        for position, risk in enumerate(records.risks)
        for place, action in enumerate(risk.responses)
    )
    seen: set[str] = set()
    for path, action in chain(agreed, answering):
        if action.id in seen:
            yield InvalidValueError("not_unique", path=(*path, "id"), value=action.id)
        seen.add(action.id)
        if action.owner is not None and not records.org.knows(action.owner):
            yield UnknownNameError("unknown_owner", path=(*path, "owner"), value=action.owner)


def _faults_of_plans(records: "Records") -> Iterator[SalesperfError]:
    yield from _faults_of_ids("plans", "id", (plan.id for plan in records.plans))
    for position, plan in enumerate(records.plans):
        for task in plan.tasks:
            if task.owner is not None and not records.org.knows(task.owner):
                path = ("Records", "plans", position, plan.id, "tasks", task.id, "owner")
                yield UnknownNameError("unknown_owner", path=path, value=task.owner)


def _faults_of_cases(records: "Records") -> Iterator[SalesperfError]:
    yield from _faults_of_ids("cases", "id", (case.id for case in records.cases))
    opportunities = {None, *(opportunity.id for opportunity in records.opportunities)}
    customers = {None, *(customer.id for customer in records.customers)}
    for position, case in enumerate(records.cases):
        path = ("Records", "cases", position)
        if case.opportunity not in opportunities:
            yield UnknownNameError("unknown_opportunity", path=(*path, "opportunity"), value=case.opportunity)
        if case.customer not in customers:
            yield UnknownNameError("unknown_customer", path=(*path, "customer"), value=case.customer)
        if case.owner is not None and not records.org.knows(case.owner):
            yield UnknownNameError("unknown_owner", path=(*path, "owner"), value=case.owner)


def _faults_of_risks(records: "Records") -> Iterator[SalesperfError]:
    yield from _faults_of_ids("risks", "id", (risk.id for risk in records.risks))
    for position, risk in enumerate(records.risks):
        if risk.owner is not None and not records.org.knows(risk.owner):
            yield UnknownNameError("unknown_owner", path=("Records", "risks", position, "owner"), value=risk.owner)


def _faults_of_pulses(records: "Records") -> Iterator[SalesperfError]:
    """Find two surveys of one team on one day, and one of whoever is no team: of a single rep it would name who answered."""
    seen = set()
    for position, survey in enumerate(records.pulses):
        path = ("Records", "pulses", position)
        if (survey.owner, survey.on) in seen:
            yield InvalidValueError("not_unique", path=(*path, "on"), value=survey.on)
        seen.add((survey.owner, survey.on))
        if survey.owner is not None and survey.owner not in records.org.team_by_id:
            yield UnknownNameError("unknown_team", path=(*path, "owner"), value=survey.owner)

"""Records: everything known about a company's sales, in one frozen bundle."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

import attrs

from salesperf.errors import InvalidInputError, InvalidValueError, SalesperfError, UnknownNameError
from salesperf.model.calendar import Calendar
from salesperf.model.channel_cost import ChannelCost
from salesperf.model.customer import Customer
from salesperf.model.finding import Finding
from salesperf.model.lead import Lead
from salesperf.model.objective import Objective
from salesperf.model.opportunity import Opportunity
from salesperf.model.people import Org, Rep
from salesperf.model.process import SalesProcess
from salesperf.model.target import Actual, Target
from salesperf.model.tree import keys_in_cycles
from salesperf.model.validators import as_tuple, check_date, each, of_type, repeated, require

if TYPE_CHECKING:
    from salesperf.model.key_result import KeyResult
    from salesperf.model.metric import Metric
    from salesperf.model.target import TargetKey

__all__ = ["Records"]


def _as_targets(value: Iterable[Target]) -> tuple[Target, ...]:
    return as_tuple(value)


def _as_actuals(value: Iterable[Actual]) -> tuple[Actual, ...]:
    return as_tuple(value)


def _as_objectives(value: Iterable[Objective]) -> tuple[Objective, ...]:
    return as_tuple(value)


def _as_opportunities(value: Iterable[Opportunity]) -> tuple[Opportunity, ...]:
    return as_tuple(value)


def _as_leads(value: Iterable[Lead]) -> tuple[Lead, ...]:
    return as_tuple(value)


def _as_costs(value: Iterable[ChannelCost]) -> tuple[ChannelCost, ...]:
    return as_tuple(value)


def _as_customers(value: Iterable[Customer]) -> tuple[Customer, ...]:
    return as_tuple(value)


def _as_processes(value: Iterable[SalesProcess]) -> tuple[SalesProcess, ...]:
    return as_tuple(value)


def _as_findings(value: Iterable[Finding]) -> tuple[Finding, ...]:
    return as_tuple(value)


@attrs.frozen(kw_only=True)
class Records:
    """Everything known: who sells, what was agreed, what was done, and what a reader noticed.

    Parameters
    ----------
    org
        Reps, teams and moves.
    targets
        Known by owner, metric, period and scope, each once.
    actuals
        Entries; a reference comes once.
    objectives
        Those with none above them, each with its tree; an id comes once, also among key results and milestones.
    opportunities
        Deals, each id once. One that names no process is of the only one there is.
    leads
        Each id once.
    costs
        What was spent on winning leads.
    customers
        Each id once.
    processes
        Sales processes, each key once.
    calendar
        Fiscal year and workdays.
    findings
        What the reader of the data noticed.

    Raises
    ------
    InvalidInputError
        With every fault at once: an owner that the org does not know, a target, a reference, an id or a key given twice, a
        parent that is no target or no customer, targets or customers that are each other's parents, two metrics with one key,
        a deal of an unknown customer, lead or process, or in a stage that its process does not have.

    Examples
    --------
    >>> records = Records(org=Org(reps=[Rep(id="ada")]))
    >>> records.as_of(date(2026, 9, 30)).org.reps[0].id
    'ada'
    """

    org: Org = attrs.field(validator=of_type(Org))
    targets: tuple[Target, ...] = attrs.field(default=(), converter=_as_targets, validator=each(of_type(Target)))
    actuals: tuple[Actual, ...] = attrs.field(default=(), converter=_as_actuals, validator=each(of_type(Actual)))
    objectives: tuple[Objective, ...] = attrs.field(default=(), converter=_as_objectives, validator=each(of_type(Objective)))
    opportunities: tuple[Opportunity, ...] = attrs.field(
        default=(), converter=_as_opportunities, validator=each(of_type(Opportunity))
    )
    leads: tuple[Lead, ...] = attrs.field(default=(), converter=_as_leads, validator=each(of_type(Lead)))
    costs: tuple[ChannelCost, ...] = attrs.field(default=(), converter=_as_costs, validator=each(of_type(ChannelCost)))
    customers: tuple[Customer, ...] = attrs.field(default=(), converter=_as_customers, validator=each(of_type(Customer)))
    processes: tuple[SalesProcess, ...] = attrs.field(
        default=(), converter=_as_processes, validator=each(of_type(SalesProcess))
    )
    calendar: Calendar = attrs.field(factory=Calendar, validator=of_type(Calendar))
    findings: tuple[Finding, ...] = attrs.field(default=(), converter=_as_findings, validator=each(of_type(Finding)))

    def __attrs_post_init__(self) -> None:
        """Check owners and uniqueness over all items, and report every fault together."""
        faults = [*self._faults_of_metrics(), *self._faults_of_targets(), *self._faults_of_actuals()]
        faults += [*self._faults_of_objectives(), *self._faults_of_processes(), *self._faults_of_customers()]
        faults += [*self._faults_of_leads(), *self._faults_of_costs(), *self._faults_of_opportunities()]
        if faults:
            raise InvalidInputError(faults)

    def _faults_of_metrics(self) -> Iterator[SalesperfError]:
        """Find metrics that share a key and differ: what is known by key would add up unlike things."""
        known: dict[str, Metric] = {}
        used: list[tuple[tuple[str | int, ...], Metric]] = []
        used += [(("targets", position), target.metric) for position, target in enumerate(self.targets)]
        used += [(("actuals", position), actual.metric) for position, actual in enumerate(self.actuals)]
        for position, root in enumerate(self.objectives):
            parts = (part for objective in root.walk() for part in objective.key_results)
            used += [(("objectives", position, part.id), part.metric) for part in parts if part.metric is not None]
        for place, metric in used:
            first = known.setdefault(metric.key, metric)
            if first is not metric and first != metric:
                yield InvalidValueError("metric_conflict", path=("Records", *place, "metric"), metric=metric.key)

    def _faults_of_targets(self) -> Iterator[SalesperfError]:
        parents: dict[TargetKey, TargetKey | None] = {}
        for position, target in enumerate(self.targets):
            path = ("Records", "targets", position)
            if target.owner is not None and not self.org.knows(target.owner):
                yield UnknownNameError("unknown_owner", path=(*path, "owner"), value=target.owner)
            if target.key in parents:
                yield InvalidValueError("duplicate_target", path=path, value=str(target.period))
            parents[target.key] = target.parent
        cyclic = keys_in_cycles(parents)
        for position, target in enumerate(self.targets):
            place = ("Records", "targets", position, "parent")
            if target.parent is not None and target.parent not in parents:
                yield UnknownNameError("unknown_target", path=place, value=str(target.parent.period))
            if target.key in cyclic:
                yield InvalidValueError("target_cycle", path=place, value=str(target.period))

    def _faults_of_actuals(self) -> Iterator[SalesperfError]:
        seen = set()
        for position, actual in enumerate(self.actuals):
            path = ("Records", "actuals", position)
            if not self.org.knows(actual.owner):
                yield UnknownNameError("unknown_owner", path=(*path, "owner"), value=actual.owner)
            if actual.ref is None:
                continue
            if actual.ref in seen:
                yield InvalidValueError("not_unique", path=(*path, "ref"), value=actual.ref)
            seen.add(actual.ref)

    def _faults_of_objectives(self) -> Iterator[SalesperfError]:
        seen: set[str] = set()
        for position, root in enumerate(self.objectives):
            path = ("Records", "objectives", position)
            yield from (InvalidValueError("not_unique", path=(*path, "id"), value=id_) for id_ in root.ids if id_ in seen)
            seen.update(root.ids)
            for part in _in_tree(root):
                if part.owner is not None and not self.org.knows(part.owner):
                    yield UnknownNameError("unknown_owner", path=(*path, part.id, "owner"), value=part.owner)

    def _faults_of_processes(self) -> Iterator[SalesperfError]:
        for position, key in repeated(process.key for process in self.processes):
            yield InvalidValueError("not_unique", path=("Records", "processes", position, "key"), value=key)

    def _faults_of_customers(self) -> Iterator[SalesperfError]:
        for position, again in repeated(customer.id for customer in self.customers):
            yield InvalidValueError("not_unique", path=("Records", "customers", position, "id"), value=again)
        parents = {customer.id: customer.parent for customer in self.customers}
        cyclic = keys_in_cycles(parents)
        for position, customer in enumerate(self.customers):
            path = ("Records", "customers", position)
            if customer.owner is not None and not self.org.knows(customer.owner):
                yield UnknownNameError("unknown_owner", path=(*path, "owner"), value=customer.owner)
            if customer.parent is not None and customer.parent not in parents:
                yield UnknownNameError("unknown_customer", path=(*path, "parent"), value=customer.parent)
            if customer.id in cyclic:
                yield InvalidValueError("customer_cycle", path=(*path, "parent"), value=customer.id)

    def _faults_of_leads(self) -> Iterator[SalesperfError]:
        for position, again in repeated(lead.id for lead in self.leads):
            yield InvalidValueError("not_unique", path=("Records", "leads", position, "id"), value=again)
        for position, lead in enumerate(self.leads):
            for place, change in enumerate(lead.history):
                if change.owner is not None and not self.org.knows(change.owner):
                    path = ("Records", "leads", position, lead.id, "history", place, "owner")
                    yield UnknownNameError("unknown_owner", path=path, value=change.owner)

    def _faults_of_costs(self) -> Iterator[SalesperfError]:
        for position, cost in enumerate(self.costs):
            if cost.owner is not None and not self.org.knows(cost.owner):
                yield UnknownNameError("unknown_owner", path=("Records", "costs", position, "owner"), value=cost.owner)

    def _faults_of_opportunities(self) -> Iterator[SalesperfError]:
        for position, again in repeated(opportunity.id for opportunity in self.opportunities):
            yield InvalidValueError("not_unique", path=("Records", "opportunities", position, "id"), value=again)
        customers = {None, *(customer.id for customer in self.customers)}
        leads = {None, *(lead.id for lead in self.leads)}
        owners = {None, *self.org.rep_by_id, *self.org.team_by_id}
        stages = {key: {None, *process.stage_by_key} for key, process in self._process_by_key.items()}
        for position, opportunity in enumerate(self.opportunities):
            # Of deals there are hundreds of thousands: only one that does not fit is asked at length what is wrong with it.
            are_known = opportunity.customer in customers and opportunity.lead in leads
            if not (are_known and _fits(opportunity, owners, stages.get(opportunity.process, ()))):
                path = ("Records", "opportunities", position, opportunity.id)
                if opportunity.customer not in customers:
                    yield UnknownNameError("unknown_customer", path=(*path, "customer"), value=opportunity.customer)
                if opportunity.lead not in leads:
                    yield UnknownNameError("unknown_lead", path=(*path, "lead"), value=opportunity.lead)
                yield from self._faults_of_history(opportunity, path)

    def _faults_of_history(self, opportunity: Opportunity, path: tuple[str | int, ...]) -> Iterator[SalesperfError]:
        for place, change in enumerate(opportunity.history):
            if change.owner is not None and not self.org.knows(change.owner):
                yield UnknownNameError("unknown_owner", path=(*path, "history", place, "owner"), value=change.owner)
        try:
            process = self.process_of(opportunity)
        except UnknownNameError as error:
            yield error.at(*path, "process")
            return
        try:
            process.require(opportunity, *path[:-1])  # which adds the id itself
        except UnknownNameError as error:
            yield error

    def process_of(self, opportunity: Opportunity) -> SalesProcess:
        """Return the sales process of a deal: the one that it names, or the only one there is.

        Raises
        ------
        UnknownNameError
            If there is no such process, or none or several and the deal names none.

        Examples
        --------
        >>> from salesperf.model.change import Change
        >>> from salesperf.model.process import STANDARD_PROCESSES
        >>> deal = Opportunity(id="o-1", history=[Change(date(2026, 9, 1), stage="lead")])
        >>> records = Records(org=Org(), opportunities=[deal], processes=[STANDARD_PROCESSES["basic"]])
        >>> records.process_of(deal).key
        'basic'
        """
        require(opportunity, Opportunity, path=("opportunity",))
        process = self._process_by_key.get(opportunity.process)
        if process is None:
            path = ("Records", "opportunities", opportunity.id, "process")
            choices = tuple(process.key for process in self.processes)
            raise UnknownNameError("unknown_process", path=path, choices=choices, value=opportunity.process)
        return process

    @cached_property
    def _process_by_key(self) -> Mapping[str | None, SalesProcess]:
        """The process of each key; that of no key is the only one there is."""
        by_key: dict[str | None, SalesProcess] = {process.key: process for process in self.processes}
        return by_key if len(by_key) != 1 else by_key | {None: self.processes[-1]}

    def as_of(self, day: date) -> "Records":
        """Forget everything later than a day: what is returned is what could be known at its end.

        Parameters
        ----------
        day
            The last day that counts.

        Returns
        -------
        Records
            Without later actuals, changes of deals and leads, touches, costs, check-ins, deals and leads begun later, targets
            agreed later, hires, departures, moves and absences that start later, customers known later, and later findings. A
            rep hired later is forgotten with the targets and objectives set for the seat, unless something was sold or spent, a
            deal or a lead held, or something said of an objective before: then the rep was known, and that day stands for that
            of hire; so it is with a customer of a deal. A parent that is forgotten is no longer named, nor is a manager,
            whoever looked after a customer, or the lead of a deal.

        Notes
        -----
        ``records.as_of(a).as_of(b) == records.as_of(min(a, b))``.

        Examples
        --------
        >>> later = Records(org=Org(reps=[Rep(id="ada", hired=date(2026, 10, 1))]))
        >>> later.as_of(date(2026, 9, 30)).org.reps
        ()
        """
        check_date(day, ("day",))
        actuals = tuple(actual for actual in self.actuals if actual.on <= day)
        leads = tuple(past for lead in self.leads if (past := lead.as_of(day)) is not None)
        costs = tuple(cost for cost in self.costs if cost.on <= day)
        objectives = [root.as_of(day) for root in self.objectives]
        opportunities = self._opportunities_as_of(day, leads)
        seen = _Seen(day)
        for actual in actuals:
            seen.note(actual.owner, actual.on)
        for change in chain.from_iterable(opportunity.history for opportunity in opportunities):
            seen.note(change.owner, change.on)
        for lead_change in chain.from_iterable(lead.history for lead in leads):
            seen.note(lead_change.owner, lead_change.on)
        for cost in costs:
            seen.note(cost.owner, cost.on)
        for owner, on in chain.from_iterable(map(_spoken_of, objectives)):
            seen.note(owner, on)
        org = self._org_as_of(day, seen)
        targets = [
            target
            for target in self.targets
            if (target.agreed is None or target.agreed <= day) and (target.owner is None or org.knows(target.owner))
        ]
        known = {None, *(target.key for target in targets)}
        return attrs.evolve(
            self,
            org=org,
            targets=[target if target.parent in known else attrs.evolve(target, parent=None) for target in targets],
            actuals=actuals,
            objectives=[kept for root in objectives if (kept := _of_known_owners(root, org)) is not None],
            opportunities=opportunities,
            leads=leads,
            costs=costs,
            customers=self._customers_as_of(day, opportunities, org),
            findings=[finding for finding in self.findings if finding.on is None or finding.on <= day],
        )

    def _opportunities_as_of(self, day: date, leads: Iterable[Lead]) -> tuple[Opportunity, ...]:
        known = {None, *(lead.id for lead in leads)}
        return tuple(
            past if past.lead in known else attrs.evolve(past, lead=None)
            for deal in self.opportunities
            if (past := deal.as_of(day)) is not None
        )

    def _org_as_of(self, day: date, first_seen: Mapping[str, date]) -> Org:
        known_since = {rep.id: first_seen.get(rep.id) if rep.service[0] > day else rep.hired for rep in self.org.reps}
        reps = [
            _rep_as_of(rep, known_since[rep.id], day)
            for rep in self.org.reps
            if rep.hired is None or known_since[rep.id] is not None
        ]
        known = {None, *(rep.id for rep in reps)}
        return Org(
            reps=reps,
            teams=[team if team.manager in known else attrs.evolve(team, manager=None) for team in self.org.teams],
            moves=[move for move in self.org.moves if move.on <= day and move.rep in known],
        )

    def _customers_as_of(self, day: date, opportunities: Iterable[Opportunity], org: Org) -> list[Customer]:
        seen = _Seen(day)
        for opportunity in opportunities:
            seen.note(opportunity.customer, opportunity.created)
        later = {customer.id for customer in self.customers if customer.since is not None and customer.since > day}
        known = {customer.id for customer in self.customers if customer.id not in later or customer.id in seen}
        return [
            attrs.evolve(
                customer,
                since=seen[customer.id] if customer.id in later else customer.since,
                parent=customer.parent if customer.parent in known else None,
                owner=customer.owner if customer.owner is not None and org.knows(customer.owner) else None,
            )
            for customer in self.customers
            if customer.id in known
        ]


def _fits(opportunity: Opportunity, owners: Collection[str | None], stages: Collection[str | None]) -> bool:
    """Tell whether a history names nothing but owners and stages that are known."""
    for change in opportunity.history:  # noqa: SIM110 - a generator takes as long again
        if change.owner not in owners or change.stage not in stages:
            return False
    return True


def _in_tree(root: Objective) -> "Iterator[Objective | KeyResult]":
    """Yield every objective of a tree, each with its key results."""
    for objective in root.walk():
        yield objective
        yield from objective.key_results


def _spoken_of(objective: Objective) -> Iterator[tuple[str | None, date]]:
    """Yield each owner in a tree with the first day on which something was said of what it owns, or of anything below that."""
    for part in _in_tree(objective):
        first = min(_first_days(part), default=None)
        if first is not None:
            yield part.owner, first


def _first_days(part: "Objective | KeyResult") -> Iterator[date]:
    yield from (check_in.on for check_in in part.check_ins[:1])
    if isinstance(part, Objective):
        for below in part.parts:
            yield from _first_days(below)


def _of_known_owners(objective: Objective, org: Org) -> Objective | None:
    """Leave out what belongs to somebody who is not known, with all below it; nothing was said of any of that."""
    if objective.owner is not None and not org.knows(objective.owner):
        return None
    return attrs.evolve(
        objective,
        key_results=[part for part in objective.key_results if part.owner is None or org.knows(part.owner)],
        children=[kept for child in objective.children if (kept := _of_known_owners(child, org)) is not None],
    )


class _Seen(dict[str, date]):
    """The first day on which each id was seen, looking back from a day; what has no day was seen by then."""

    def __init__(self, day: date) -> None:
        super().__init__()
        self.day = day

    def note(self, id: str | None, on: date | None) -> None:  # noqa: A002 - the name of the field
        if id is not None:
            self[id] = min(self.get(id, self.day), on or self.day)


def _rep_as_of(rep: Rep, hired: date | None, day: date) -> Rep:
    left = rep.left if rep.left is not None and rep.left <= day else None
    absences = tuple(absence for absence in rep.absences if absence.start <= day)
    if (hired, left, absences) == (rep.hired, rep.left, rep.absences):
        return rep
    return attrs.evolve(rep, hired=hired, left=left, absences=absences)

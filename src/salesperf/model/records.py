"""Records: everything known about a company's sales, in one frozen bundle."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

import attrs

from salesperf.errors import InvalidInputError, UnknownNameError
from salesperf.model.action import Action
from salesperf.model.calendar import Calendar
from salesperf.model.case import Case
from salesperf.model.channel_cost import ChannelCost
from salesperf.model.consistency import contradictions
from salesperf.model.customer import Customer
from salesperf.model.finding import Finding
from salesperf.model.lead import Lead
from salesperf.model.objective import Objective, in_tree
from salesperf.model.opportunity import Opportunity
from salesperf.model.people import Org, Rep
from salesperf.model.process import SalesProcess
from salesperf.model.pulse import PulseSurvey
from salesperf.model.risk_entry import Risk
from salesperf.model.target import Actual, Target
from salesperf.model.task import TaskPlan
from salesperf.model.validators import as_tuple, check_date, each, of_type, require

if TYPE_CHECKING:
    from salesperf.model.key_result import KeyResult

__all__ = ["Records"]

NounT = TypeVar("NounT", Action, Case, Lead, Opportunity, Risk)


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


def _as_actions(value: Iterable[Action]) -> tuple[Action, ...]:
    return as_tuple(value)


def _as_plans(value: Iterable[TaskPlan]) -> tuple[TaskPlan, ...]:
    return as_tuple(value)


def _as_cases(value: Iterable[Case]) -> tuple[Case, ...]:
    return as_tuple(value)


def _as_risks(value: Iterable[Risk]) -> tuple[Risk, ...]:
    return as_tuple(value)


def _as_pulses(value: Iterable[PulseSurvey]) -> tuple[PulseSurvey, ...]:
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
    actions
        What was agreed to be done, each id once, also among what is done about risks.
    plans
        Tasks and milestones, each plan once.
    cases
        Deals won and lost from which there is something to learn, each id once.
    risks
        The register, each id once, with what is done about each.
    pulses
        Surveys of the company and its teams, one of each on a day.

    Raises
    ------
    InvalidInputError
        With every fault at once: an owner that the org does not know, a target, a reference, an id or a key given twice, a
        parent that is no target or no customer, targets or customers that are each other's parents, two metrics with one key,
        a deal of an unknown customer, lead or process, or in a stage that its process does not have, a case of an unknown deal
        or customer, a survey of whoever is no team.

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
    actions: tuple[Action, ...] = attrs.field(default=(), converter=_as_actions, validator=each(of_type(Action)))
    plans: tuple[TaskPlan, ...] = attrs.field(default=(), converter=_as_plans, validator=each(of_type(TaskPlan)))
    cases: tuple[Case, ...] = attrs.field(default=(), converter=_as_cases, validator=each(of_type(Case)))
    risks: tuple[Risk, ...] = attrs.field(default=(), converter=_as_risks, validator=each(of_type(Risk)))
    pulses: tuple[PulseSurvey, ...] = attrs.field(default=(), converter=_as_pulses, validator=each(of_type(PulseSurvey)))

    def __attrs_post_init__(self) -> None:
        """Check owners and uniqueness over all items, and report every fault together."""
        faults = list(contradictions(self, self._process_by_key))
        if faults:
            raise InvalidInputError(faults)

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

    @cached_property
    def _forgot_after(self) -> date | None:
        """The day after which :meth:`as_of` left nothing; no field, so that whatever is made of these records has none."""
        return None

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
            agreed later, hires, departures, moves and absences that start later, customers known later, and later findings;
            without actions agreed, tasks planned, cases written down, risks first assessed and surveys closed later, what was
            said, measured or thought of them later, and a plan all of whose tasks came later. A rep hired later is forgotten
            with the targets and objectives set for the seat, unless something was sold or spent, a deal or a lead held,
            something said of an objective, an action, task or risk undertaken, or a case written down before: then the rep was
            known, and that day stands for that of hire; so it is with a customer of a deal or a case. A parent that is
            forgotten is no longer named, nor is a manager, whoever looked after a customer, the lead of a deal, or the deal of
            a case.

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
        if self._forgot_after is not None and self._forgot_after <= day:
            return self
        actuals = tuple(actual for actual in self.actuals if actual.on <= day)
        leads = _known_by(day, self.leads)
        costs = tuple(cost for cost in self.costs if cost.on <= day)
        objectives = [root.as_of(day) for root in self.objectives]
        opportunities = self._opportunities_as_of(day, leads)
        actions, risks = _known_by(day, self.actions), _known_by(day, self.risks)
        plans = tuple(past for plan in self.plans if (past := plan.as_of(day)).tasks or not plan.tasks)
        cases = self._cases_as_of(day, opportunities)
        held = chain(
            ((actual.owner, actual.on) for actual in actuals),
            ((change.owner, change.on) for opportunity in opportunities for change in opportunity.history),
            ((change.owner, change.on) for lead in leads for change in lead.history),
            ((cost.owner, cost.on) for cost in costs),
            chain.from_iterable(map(_spoken_of, objectives)),
            _undertaken(actions, plans, cases, risks),
        )
        hired_later = {rep.id for rep in self.org.reps if rep.service[0] > day}
        org = self._org_as_of(day, _first_seen(hired_later, held, day))
        targets = [
            target
            for target in self.targets
            if (target.agreed is None or target.agreed <= day) and (target.owner is None or org.knows(target.owner))
        ]
        known = {None, *(target.key for target in targets)}
        known_then = attrs.evolve(
            self,
            org=org,
            targets=[target if target.parent in known else attrs.evolve(target, parent=None) for target in targets],
            actuals=actuals,
            objectives=[kept for root in objectives if (kept := _of_known_owners(root, org)) is not None],
            opportunities=opportunities,
            leads=leads,
            costs=costs,
            customers=self._customers_as_of(day, opportunities, cases, org),
            findings=[finding for finding in self.findings if finding.on is None or finding.on <= day],
            actions=actions,
            plans=plans,
            cases=cases,
            risks=risks,
            pulses=[survey for survey in self.pulses if survey.on <= day],
        )
        # What asks again for the same day, as each room does of records that another handed on, is not made to forget twice.
        object.__setattr__(known_then, "_forgot_after", day)
        return known_then

    def _opportunities_as_of(self, day: date, leads: Iterable[Lead]) -> tuple[Opportunity, ...]:
        known = {None, *(lead.id for lead in leads)}
        return tuple(
            past if past.lead in known else attrs.evolve(past, lead=None) for past in _known_by(day, self.opportunities)
        )

    def _cases_as_of(self, day: date, opportunities: Iterable[Opportunity]) -> list[Case]:
        known = {None, *(opportunity.id for opportunity in opportunities)}
        return [
            past if past.opportunity in known else attrs.evolve(past, opportunity=None) for past in _known_by(day, self.cases)
        ]

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

    def _customers_as_of(
        self, day: date, opportunities: Iterable[Opportunity], cases: Iterable[Case], org: Org
    ) -> list[Customer]:
        later = {customer.id for customer in self.customers if customer.since is not None and customer.since > day}
        met = chain(
            ((opportunity.customer, opportunity.created) for opportunity in opportunities),
            ((case.customer, case.on) for case in cases),
        )
        seen = _first_seen(later, met, day)
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


def _known_by(day: date, nouns: Iterable[NounT]) -> tuple[NounT, ...]:
    """Return what was known of each at the end of a day, without those that began later."""
    return tuple(past for noun in nouns if (past := noun.as_of(day)) is not None)


def _spoken_of(objective: Objective) -> Iterator[tuple[str | None, date]]:
    """Yield each owner in a tree with the first day on which something was said of what it owns, or of anything below that."""
    for part in in_tree(objective):
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


def _undertaken(
    actions: Iterable[Action], plans: Iterable[TaskPlan], cases: Iterable[Case], risks: Iterable[Risk]
) -> Iterator[tuple[str | None, date]]:
    """Yield each owner of what follows from a review with the first day on which it was known to be theirs."""
    yield from ((action.owner, action.created) for action in actions)
    yield from ((task.owner, task.created) for plan in plans for task in plan.tasks)
    yield from ((case.owner, case.on) for case in cases)
    for risk in risks:
        yield risk.owner, risk.created
        # What is done about a risk is forgotten with it, however early it was agreed.
        yield from ((action.owner, max(action.created, risk.created)) for action in risk.responses)


def _first_seen(asked: Collection[str], seen: Iterable[tuple[str | None, date | None]], day: date) -> Mapping[str, date]:
    """Return the first day on which each of some ids was seen, looking back from a day; what has no day was seen by then."""
    first: dict[str, date] = {}
    # Of most days nobody asks: then nothing of all that ever was need be looked at.
    for id_, on in seen if asked else ():
        if id_ is not None and id_ in asked:
            first[id_] = min(first.get(id_, day), on or day)
    return first


def _rep_as_of(rep: Rep, hired: date | None, day: date) -> Rep:
    left = rep.left if rep.left is not None and rep.left <= day else None
    absences = tuple(absence for absence in rep.absences if absence.start <= day)
    if (hired, left, absences) == (rep.hired, rep.left, rep.absences):
        return rep
    return attrs.evolve(rep, hired=hired, left=left, absences=absences)

"""Records: everything known about a company's sales, in one frozen bundle."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

import attrs

from salesperf.errors import InvalidInputError, InvalidValueError, SalesperfError, UnknownNameError
from salesperf.model.calendar import Calendar
from salesperf.model.finding import Finding
from salesperf.model.people import Org, Rep
from salesperf.model.target import Actual, Target
from salesperf.model.tree import keys_in_cycles
from salesperf.model.validators import as_tuple, check_date, each, of_type

if TYPE_CHECKING:
    from salesperf.model.metric import Metric
    from salesperf.model.target import TargetKey

__all__ = ["Records"]


def _as_targets(value: Iterable[Target]) -> tuple[Target, ...]:
    return as_tuple(value)


def _as_actuals(value: Iterable[Actual]) -> tuple[Actual, ...]:
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
    calendar
        Fiscal year and workdays.
    findings
        What the reader of the data noticed.

    Raises
    ------
    InvalidInputError
        With every fault at once: an owner that the org does not know, a target or a reference given twice, a parent that is no
        target, targets that are each other's parents, two metrics with one key.

    Examples
    --------
    >>> records = Records(org=Org(reps=[Rep(id="ada")]))
    >>> records.as_of(date(2026, 9, 30)).org.reps[0].id
    'ada'
    """

    org: Org = attrs.field(validator=of_type(Org))
    targets: tuple[Target, ...] = attrs.field(default=(), converter=_as_targets, validator=each(of_type(Target)))
    actuals: tuple[Actual, ...] = attrs.field(default=(), converter=_as_actuals, validator=each(of_type(Actual)))
    calendar: Calendar = attrs.field(factory=Calendar, validator=of_type(Calendar))
    findings: tuple[Finding, ...] = attrs.field(default=(), converter=_as_findings, validator=each(of_type(Finding)))

    def __attrs_post_init__(self) -> None:
        """Check owners and uniqueness over all items, and report every fault together."""
        faults = [*self._faults_of_metrics(), *self._faults_of_targets(), *self._faults_of_actuals()]
        if faults:
            raise InvalidInputError(faults)

    def _faults_of_metrics(self) -> Iterator[SalesperfError]:
        """Find metrics that share a key and differ: what is known by key would add up unlike things."""
        known: dict[str, Metric] = {}
        metrics = {"targets": [item.metric for item in self.targets], "actuals": [item.metric for item in self.actuals]}
        for kind, used in metrics.items():
            for position, metric in enumerate(used):
                first = known.setdefault(metric.key, metric)
                if first is not metric and first != metric:
                    yield InvalidValueError("metric_conflict", path=("Records", kind, position, "metric"), metric=metric.key)

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

    def as_of(self, day: date) -> "Records":
        """Forget everything later than a day: what is returned is what could be known at its end.

        Parameters
        ----------
        day
            The last day that counts.

        Returns
        -------
        Records
            Without later actuals, targets agreed later, hires, departures, moves and absences that start later, and later
            findings. A rep hired later is forgotten with the targets set for the seat, unless something was sold before:
            then the rep was known, and the day of the first sale stands for that of hire. A parent that is forgotten is no
            longer named, nor is a manager.

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
        first_sales: dict[str, date] = {}
        for actual in actuals:
            first_sales[actual.owner] = min(actual.on, first_sales.get(actual.owner, day))
        org = self._org_as_of(day, first_sales)
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
            findings=[finding for finding in self.findings if finding.on is None or finding.on <= day],
        )

    def _org_as_of(self, day: date, first_sales: Mapping[str, date]) -> Org:
        known_since = {rep.id: first_sales.get(rep.id) if rep.service[0] > day else rep.hired for rep in self.org.reps}
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


def _rep_as_of(rep: Rep, hired: date | None, day: date) -> Rep:
    left = rep.left if rep.left is not None and rep.left <= day else None
    absences = tuple(absence for absence in rep.absences if absence.start <= day)
    if (hired, left, absences) == (rep.hired, rep.left, rep.absences):
        return rep
    return attrs.evolve(rep, hired=hired, left=left, absences=absences)

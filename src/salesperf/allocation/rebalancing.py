"""Re-planning: what is still open of a plan, made anew from what was done so far; the plan of record stays as it is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import attrs

from salesperf.allocation.constraints import checkpoints_of, locked_by, set_by_hand
from salesperf.allocation.lines import Line, Owner, actual_by_part, lines_of, named
from salesperf.allocation.parts import Plan, amount_of, refuse
from salesperf.allocation.policies import POLICIES, Outcome, Policy, Totals
from salesperf.allocation.rebalanced import Rebalanced, RebalancedLine
from salesperf.allocation.terms import amount_shown
from salesperf.allocation.transfers import moved_by, parts_of_newcomers
from salesperf.attainment import ActualTally
from salesperf.errors import InfeasibleError, InvalidValueError, SalesperfError
from salesperf.kernels.apportionment import apportion_cumulative
from salesperf.model.amount import Amount, Unit
from salesperf.model.people import Org
from salesperf.model.replanning import Checkpoint, Lock, Transfer
from salesperf.model.target import Target
from salesperf.model.validators import as_tuple, check_choice, check_date, require

__all__ = ["rebalance"]


def rebalance(
    plan: Plan,
    tally: ActualTally,
    *,
    as_of: date,
    policy: Policy,
    locks: Iterable[Lock] = (),
    checkpoints: Iterable[Checkpoint] = (),
    transfers: Iterable[Transfer] = (),
    org: Org | None = None,
) -> Rebalanced:
    """Make anew what is still open of a plan, from what was done so far.

    Parameters
    ----------
    plan
        The plan of record: what :func:`split`, :func:`grid` or :func:`cascade` made, or what this function made of it and was
        :meth:`~Rebalanced.approved` since. It stays as it is.
    tally
        The actuals, counted by :func:`salesperf.attainment.tally`.
    as_of
        The last day that counts. Parts whose last day has passed are closed; one that has begun is open as a whole. Of an
        approved plan no day is before its own.
    policy
        ``"carry_forward"``: each owner makes up for what it missed, and has less to do where it did more.
        ``"keep_remaining"``: what is open stays, and what was missed is written off. ``"redistribute"``: the owners who
        share a target make up for what they missed together, in proportion to what is planned for each.
    locks
        Parts that may not change.
    checkpoints
        What is to be reached by a day, counted from the beginning of the plan.
    transfers
        Business that changes hands: it moves what is planned for parts yet to begin, before the policy does its work. A taker
        who is new to the plan, and whom the org knows, gets parts of it.
    org
        Who is under the teams of the plan: what members did counts toward them. It may be left out where the plan has no teams.

    Returns
    -------
    Rebalanced
        The new plan, and what changed.

    Raises
    ------
    InvalidInputError
        With every fault of locks, checkpoints and transfers at once: an owner or a period that the plan lacks, checkpoints
        out of order or in another unit, business that is locked or that the taker has no part for.
    NotAdditiveError
        If the plan is one of ratios.
    InvalidValueError
        If nothing of the plan is open, a part of it is below 0, it is a rebalanced one that nobody approved, the day is before
        that of the approved one, or it has teams and no org is given.
    InfeasibleError
        If locks leave no part to which what is left to do could go, or a checkpoint cannot be reached.
    UnitMismatchError
        If actuals that would count are in another unit than the plan.

    Notes
    -----
    What is left to do is divided in proportion to what is planned now, to the last unit. So nothing new changes nothing: where
    what was done is what was planned, every policy returns the plan. For each owner, under ``carry_forward``, what was done in
    the closed parts, plus what is planned for the open ones, less the surplus, is what was owed.

    Down a tree every node is a line of its own; what a team has to do, what its members have to do and the cushion between the
    two stay apart. Under ``redistribute`` what the team has to do anew comes down to its members, with the cushion that was
    planned.

    What somebody missed who has nothing open that could change, since they left, were moved, or their parts were set by hand or
    are planned as 0, is written off and stands on their line; under ``redistribute`` the others make up for it. A surplus that
    others make use of is no surplus: under ``redistribute`` it stands with those at the top.

    What was missed before an approved plan was made anew is settled, and is not made up for twice: an approved plan and no
    news give the same plan, by every policy.

    A floor or a stretch of a part that changes is dropped.

    Examples
    --------
    >>> from salesperf import COUNT, STANDARD_METRICS, Actual, Period
    >>> from salesperf.allocation import split
    >>> from salesperf.attainment import tally
    >>> visits = STANDARD_METRICS["visits"]
    >>> year = Target(owner="ada", metric=visits, amount=Amount.of(400, COUNT), period=Period.year(2026))
    >>> done = tally([Actual(owner="ada", metric=visits, amount=Amount.of(70, COUNT), on=date(2026, 2, 3))])
    >>> new = rebalance(split(year, "quarter"), done, as_of=date(2026, 3, 31), policy="carry_forward")
    >>> [part.amount.minor for part in new.targets]
    [100, 110, 110, 110]
    >>> [(change.period.label, change.before.minor, change.after.minor) for change in new.changes]
    [('2026-Q2', 100, 110), ('2026-Q3', 100, 110), ('2026-Q4', 100, 110)]
    """
    require(plan, Plan, path=("plan",))
    require(tally, ActualTally, path=("tally",))
    check_date(as_of, ("as_of",))
    check_choice(policy, POLICIES, ("policy",))
    if isinstance(plan, Rebalanced):
        _check_approved(plan, as_of)
    for target in plan.targets[:1]:
        target.metric.require_additive("plan", "targets", 0, "metric")
    given = _read(locks=(Lock, locks), checkpoints=(Checkpoint, checkpoints), transfers=(Transfer, transfers))
    parts = (*plan.targets, *parts_of_newcomers(given[2], plan.targets, org, as_of))
    lines = lines_of(parts, as_of)
    if org is None:
        refuse(_faults_of_teams(lines))
    if not any(line.open for line in lines):
        raise InvalidValueError("plan_closed", path=("plan",), value=as_of)
    work = _prepare(plan, parts, lines, *given)
    work = attrs.evolve(work, actual=_actual(parts, lines, tally, org, as_of))
    outcomes = work.outcomes(lines, policy)
    new = dict(work.planned)
    for line in lines:
        new |= work.filled(line, outcomes[line].free)
    refuse(work.faults)
    below: dict[Owner, int] = {}
    for line in lines:
        if line.parent is not None and line.parent != line.owner:
            below[line.parent] = below.get(line.parent, 0) + sum(new[position] for position in line.open)
    targets = tuple(
        part
        if new[position] == amount_of(part).minor
        else attrs.evolve(part, amount=Amount(minor=new[position], unit=work.unit), floor=None, stretch=None)
        for position, part in enumerate(parts)
    )
    return Rebalanced(
        plan=plan,
        targets=targets,
        lines=tuple(work.told(line, outcomes[line], new, below.get(line.owner)) for line in lines),
        as_of=as_of,
        policy=policy,
        actual=tuple(
            Amount(minor=work.actual[position], unit=work.unit) if position in work.actual else None
            for position in range(len(targets))
        ),
        weights=tuple(
            None if position in work.actual or position in work.held else work.planned[position]
            for position in range(len(targets))
        ),
    )


def _check_approved(plan: Rebalanced, as_of: date) -> None:
    """Refuse a plan that is no plan of record, and a day whose actuals it has counted already."""
    if plan.approved_on is None:
        raise InvalidValueError("rebalanced_twice", path=("plan",))
    if as_of < plan.as_of:
        raise InvalidValueError("before_actuals", path=("as_of",), start=plan.as_of, value=as_of)


@attrs.frozen
class _Work:
    """All that is known before a policy does its work; parts go by their positions in the plan."""

    parts: Sequence[Target]
    unit: Unit
    held: frozenset[int]
    locked: frozenset[int]
    planned: Mapping[int, int]
    settled: Mapping[int, int]
    checkpoints: Mapping[Owner, Sequence[tuple[int, Checkpoint]]]
    actual: Mapping[int, int] = attrs.field(factory=dict)
    faults: list[SalesperfError] = attrs.field(factory=list)

    def outcomes(self, lines: Sequence[Line], policy: Policy) -> dict[Line, Outcome]:
        """Ask a policy about the lines of each target, those above first."""
        siblings: dict[object, list[Line]] = {}
        for line in lines:
            siblings.setdefault(line.siblings, []).append(line)
        above = {line.owner: line for line in lines}
        answers: dict[Line, Outcome] = {}
        for group in sorted(siblings.values(), key=lambda group: _depth(group[0], above)):
            totals = [self._totals(line) for line in group]
            parent = _above(group[0], above)
            together = None
            if parent is not None:
                own = self._totals(parent)
                together = answers[parent].free + own.held + sum(line.open for line in totals) - own.open
            answers |= zip(group, POLICIES[policy](totals, together), strict=True)
        return answers

    def _totals(self, line: Line) -> Totals:
        return Totals(
            open=sum(self.planned[position] for position in line.open),
            held=sum(self.planned[position] for position in line.open if position in self.held),
            missed=self._minor(line.closed) - self._done(line.closed) - self._settled(line),
            is_locked=any(position in self.locked for position in line.open),
        )

    def _minor(self, positions: Iterable[int]) -> int:
        return sum(amount_of(self.parts[position]).minor for position in positions)

    def _done(self, positions: Iterable[int]) -> int:
        return sum(self.actual[position] for position in positions)

    def _settled(self, line: Line) -> int:
        """Return what was missed when the plan was approved."""
        return sum(self.settled.get(position, 0) for position in line.closed)

    def filled(self, line: Line, free: int) -> dict[int, int]:
        """Divide what a line has to do over its parts that may change."""
        open_ = [position for position in line.open if position not in self.held]
        weights = [self.planned[position] for position in open_]
        if free and not any(weights):
            value = amount_shown(Amount(minor=free, unit=self.unit))
            self.faults.append(InfeasibleError("nothing_open", path=("locks",), value=value, owner=named(line.owner[0])))
        reach = self._reach(line, open_, weights, free)
        if not any(weights) or self.faults:
            return dict.fromkeys(open_, 0)
        return dict(zip(open_, apportion_cumulative(free, weights, reach).tolist(), strict=True))

    def _reach(self, line: Line, open_: Sequence[int], weights: Sequence[int], free: int) -> list[int]:
        """Return how much the parts that may change are to reach, one after the other; what cannot be is a fault."""
        reach = [0] * len(open_)
        parts = self.parts
        for place, checkpoint in self.checkpoints.get(line.owner, ()):
            done = self._done(position for position in line.closed if parts[position].period.last <= checkpoint.by)
            held = sum(
                self.planned[each] for each in line.open if each in self.held and parts[each].period.last <= checkpoint.by
            )
            least = checkpoint.amount.minor - done - held
            until = sum(parts[position].period.last <= checkpoint.by for position in open_)
            most = free if any(weights[:until]) else 0
            if least > most:
                excess = amount_shown(Amount(minor=least - most, unit=self.unit))
                fault = InfeasibleError("checkpoint_unreachable", path=("checkpoints", place), excess=excess)
                self.faults.append(fault)
            elif least > 0:
                reach[until - 1] = max(reach[until - 1], least)
        return reach

    def told(self, line: Line, outcome: Outcome, new: Mapping[int, int], below: int | None) -> RebalancedLine:
        """Say what became of a line, and of all below it."""
        minors = {
            "planned_closed": self._minor(line.closed),
            "actual_closed": self._done(line.closed),
            "settled": self._settled(line),
            "planned_open": self._minor(line.open),
            "transferred": sum(self.planned[position] for position in line.open) - self._minor(line.open),
            "carried": outcome.carried,
            "new_open": sum(new[position] for position in line.open),
            "surplus": outcome.surplus,
            "written_off": outcome.written_off,
        }
        amounts = {name: Amount(minor=minor, unit=self.unit) for name, minor in minors.items()}
        owner, scope = line.owner
        parent = line.parent[0] if line.parent else None
        children = None if below is None else Amount(minor=below, unit=self.unit)
        return RebalancedLine(owner=owner, scope=scope, parent=parent, children=children, **amounts)


def _faults_of_teams(lines: Sequence[Line]) -> Iterator[SalesperfError]:
    """Find who has others under it: without an org nothing of what these did would count toward it."""
    owners = {line.owner for line in lines}
    above = {line.parent for line in lines if line.parent in owners and line.parent != line.owner}
    teams = sorted({parent[0] for parent in above if parent is not None and parent[0] is not None})
    yield from (InvalidValueError("org_missing", path=("org",), value=team) for team in teams[:1])


def _above(line: Line, lines: Mapping[Owner, Line]) -> Line | None:
    """Return the line of the target that a line is a part of, where the plan has one."""
    return lines.get(line.parent) if line.parent is not None and line.parent != line.owner else None


def _depth(line: Line, lines: Mapping[Owner, Line]) -> int:
    above = _above(line, lines)
    return 0 if above is None else 1 + _depth(above, lines)


def _read(**given: tuple[type, Iterable[Any]]) -> list[tuple[Any, ...]]:
    """Take each argument as a tuple of its kind."""
    read = []
    for name, (kind, value) in given.items():
        items = as_tuple(value)
        require(items, tuple, path=(name,))
        for place, item in enumerate(items):
            require(item, kind, path=(name, place))
        read.append(items)
    return read


def _prepare(
    plan: Plan,
    parts: Sequence[Target],
    lines: Sequence[Line],
    locks: Sequence[Lock],
    checkpoints: Sequence[Checkpoint],
    transfers: Sequence[Transfer],
) -> _Work:
    """Find what is held, moved, settled and to be reached; what was done is not known yet."""
    faults: list[SalesperfError] = []
    unit = amount_of(parts[0]).unit
    locked = locked_by(locks, parts, lines, faults)
    held = locked | set_by_hand(plan)
    reached = checkpoints_of(checkpoints, unit, lines, faults)
    moved = moved_by(transfers, parts, lines, held, faults)
    refuse(faults)
    return _Work(
        parts=parts,
        unit=unit,
        held=held,
        locked=locked,
        planned={position: amount_of(part).minor + moved[position] for position, part in enumerate(parts)},
        settled=_settled_by(plan),
        checkpoints=reached,
    )


def _actual(parts: Sequence[Target], lines: Sequence[Line], tally: ActualTally, org: Org | None, as_of: date) -> dict[int, int]:
    """Count what was done in the parts that have ended."""
    closed = [position for line in lines for position in line.closed]
    return dict(zip(closed, actual_by_part([parts[position] for position in closed], tally, org, as_of), strict=True))


def _settled_by(plan: Plan) -> dict[int, int]:
    """Return what had been missed of each part when the plan was approved; nothing of one that was not made anew."""
    if not isinstance(plan, Rebalanced):
        return {}
    return {
        position: (amount_of(part) - done).minor
        for position, (part, done) in enumerate(zip(plan.targets, plan.actual, strict=True))
        if done is not None
    }

"""Re-planning: what is still open of a plan, made anew from what was done so far; the plan of record stays as it is."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import attrs

from salesperf.allocation.constraints import checkpoints_of, locked_by, set_by_hand
from salesperf.allocation.lines import Line, Owner, actual_by_part, lines_of, moved_by, named
from salesperf.allocation.parts import Plan, TargetChange, amount_of, refuse
from salesperf.allocation.terms import amount_shown
from salesperf.attainment import ActualTally
from salesperf.errors import InfeasibleError, InvalidValueError, SalesperfError
from salesperf.kernels.apportionment import apportion, apportion_cumulative
from salesperf.model.amount import Amount, Unit
from salesperf.model.breakdown import Breakdown, Sum
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.people import Org
from salesperf.model.replanning import Checkpoint, Lock, Transfer
from salesperf.model.result import Row
from salesperf.model.target import Target
from salesperf.model.validators import as_tuple, check_choice, check_date, require

__all__ = ["POLICIES", "Policy", "Rebalanced", "RebalancedLine", "rebalance"]

Policy: TypeAlias = Literal["carry_forward", "keep_remaining", "redistribute"]


@attrs.frozen(kw_only=True)
class RebalancedLine:
    """What became of one owner's parts: a line of :class:`Rebalanced`.

    Parameters
    ----------
    owner, scope
        Whose parts, of what.
    parent
        The owner of the target that they are parts of.
    planned_closed, actual_closed
        What was planned for the periods that have ended, and what was done in them.
    planned_open
        What was planned for those that have not.
    transferred
        What changed hands in these: received, less given away.
    carried
        What is to be done beyond that, because of what was missed; below 0 for less.
    new_open
        What is planned now: ``planned_open + transferred + carried + surplus``.
    surplus
        What was done, or is held, beyond all that there was to do: it leaves nothing to do and stands here.
    written_off
        What was missed and nobody is to make up for; below 0 for what was over-achieved.
    children
        What is planned now for those under the owner; ``None`` where the plan has nobody there.

    Examples
    --------
    >>> from salesperf import COUNT
    >>> none = Amount.zero(COUNT)
    >>> line = RebalancedLine(
    ...     owner="ada",
    ...     parent=None,
    ...     planned_closed=Amount.of(50, COUNT),
    ...     actual_closed=Amount.of(40, COUNT),
    ...     planned_open=Amount.of(50, COUNT),
    ...     transferred=none,
    ...     carried=Amount.of(10, COUNT),
    ...     new_open=Amount.of(60, COUNT),
    ...     surplus=none,
    ...     written_off=none,
    ... )
    >>> line.missed.minor
    10
    """

    owner: str | None
    scope: FrozenMap[str, str] = attrs.field(factory=FrozenMap)
    parent: str | None
    planned_closed: Amount
    actual_closed: Amount
    planned_open: Amount
    transferred: Amount
    carried: Amount
    new_open: Amount
    surplus: Amount
    written_off: Amount
    children: Amount | None = None

    @property
    def cushion(self) -> Amount | None:
        """How much more those under the owner have to do than it does itself; ``None`` where nobody is."""
        return None if self.children is None else self.children - self.new_open

    @property
    def missed(self) -> Amount:
        """What was planned for the periods that have ended and was not done; below 0 for what was over-achieved."""
        return self.planned_closed - self.actual_closed

    @property
    def breakdown(self) -> Breakdown:
        """What is planned now as the sum of what was, and of what changed it."""
        terms = {
            "planned_open": self.planned_open,
            "transferred": self.transferred,
            "carried": self.carried,
            "surplus": self.surplus,
        }
        return Breakdown(
            label=Message.of("breakdown.still_to_do", owner=self.owner or Message("review.company")),
            value=self.new_open,
            rule=Sum(),
            parts=tuple(Breakdown(label=Message(f"breakdown.{name}"), value=value) for name, value in terms.items()),
        )


@attrs.frozen(kw_only=True)
class Rebalanced(Plan):
    """A plan made anew for what is still open of it: made by :func:`rebalance`.

    Attributes
    ----------
    plan : Plan
        The plan of record, as it was.
    targets : tuple of Target
        Its parts in their order: those that have ended as they were planned, the others as they are planned now.
    lines : tuple of RebalancedLine
        Of each owner, what was planned, done, carried over and written off.
    as_of : date
        The last day that counted.
    policy : str
        A name in :data:`POLICIES`.

    Examples
    --------
    >>> from salesperf import COUNT, STANDARD_METRICS, Actual, Period
    >>> from salesperf.allocation import split
    >>> from salesperf.attainment import tally
    >>> visits = STANDARD_METRICS["visits"]
    >>> year = Target(owner="ada", metric=visits, amount=Amount.of(400, COUNT), period=Period.year(2026))
    >>> done = tally([Actual(owner="ada", metric=visits, amount=Amount.of(70, COUNT), on=date(2026, 2, 3))])
    >>> print(rebalance(split(year, "quarter"), done, as_of=date(2026, 3, 31), policy="carry_forward").breakdown.text())
    still to do: 330 = sum of
      still to do, ada: 330 = sum of
        planned before: 300
        received less given away: 0
        made up for: 30
        surplus: 0
    """

    plan: Plan
    targets: tuple[Target, ...]
    lines: tuple[RebalancedLine, ...]
    as_of: date
    policy: Policy

    @property
    def changes(self) -> tuple[TargetChange, ...]:
        """The parts that differ from the plan of record."""
        return self.plan.diff(self)

    @cached_property
    def breakdown(self) -> Breakdown:
        """What is still to do, as the sum over the owners whose parts are in no other's, each explained."""
        owners = {(line.owner, line.scope) for line in self.lines}
        top = [line for line in self.lines if line.parent == line.owner or (line.parent, line.scope) not in owners]
        total = Amount.total([line.new_open for line in top], self.lines[0].new_open.unit)
        label = Message("breakdown.still_to_do_in_all")
        return Breakdown(label=label, value=total, rule=Sum(), parts=tuple(line.breakdown for line in top))

    def rows(self) -> list[Row]:
        """Return a row for each line: owner, scope, what was planned, done, moved, carried, surplus and written off, unit."""
        return [
            {
                "owner": line.owner,
                "parent": line.parent,
                "scope": "; ".join(f"{key}={value}" for key, value in line.scope.items()),
                **{name: getattr(line, name).decimal for name in _AMOUNTS},
                "cushion": None if line.cushion is None else line.cushion.decimal,
                "unit": str(line.new_open.unit),
            }
            for line in self.lines
        ]


_AMOUNTS: Final = (
    "planned_closed",
    "actual_closed",
    "missed",
    "planned_open",
    "transferred",
    "carried",
    "new_open",
    "surplus",
    "written_off",
)


class _Totals(NamedTuple):
    """What the policies work with, of a line: planned and still open, of that held, missed so far, and what locks hold."""

    open: int
    held: int
    missed: int
    is_locked: bool

    @property
    def free(self) -> int:
        """What is planned for parts that may change."""
        return self.open - self.held


class _Outcome(NamedTuple):
    """What a policy gives to the parts of a line that may change, what it carries over and what it writes off."""

    free: int
    carried: int
    surplus: int = 0
    written_off: int = 0


def _carry_forward(lines: Sequence[_Totals], _: int | None) -> list[_Outcome]:
    """Let each make up for what it missed itself."""
    return [_carried(line) for line in lines]


def _carried(line: _Totals) -> _Outcome:
    if line.missed > 0 and not line.free and not line.is_locked:
        return _Outcome(0, 0, written_off=line.missed)
    left = line.free + line.missed
    return _Outcome(max(left, 0), line.missed, surplus=max(-left, 0))


def _keep_remaining(lines: Sequence[_Totals], _: int | None) -> list[_Outcome]:
    """Leave what is open as it is."""
    return [_Outcome(line.free, 0, written_off=line.missed) for line in lines]


def _redistribute(lines: Sequence[_Totals], together: int | None) -> list[_Outcome]:
    """Let all make up together for what they missed together, in proportion to what is planned for each.

    What those above them have to do anew comes down to them, with the cushion that was planned.
    """
    free = [line.free for line in lines]
    missed = sum(line.missed for line in lines)
    left = sum(free) + missed if together is None else max(together - sum(line.held for line in lines), 0)
    if left > 0 and not any(free) and not any(line.is_locked for line in lines):
        return [_Outcome(0, 0, written_off=line.missed) for line in lines]
    if left >= 0:
        parts = apportion(left, free).tolist() if any(free) else [left, *[0] * (len(lines) - 1)]
        return [_Outcome(part, part - line.free) for part, line in zip(parts, lines, strict=True)]
    # Together they did more than was left to do: the surplus stands with those who did.
    beyond = apportion(-left, [max(-line.missed, 0) for line in lines]).tolist()
    return [_Outcome(0, -line.free - surplus, surplus=surplus) for line, surplus in zip(lines, beyond, strict=True)]


POLICIES: Final[Mapping[Policy, Callable[[Sequence[_Totals], int | None], list[_Outcome]]]] = MappingProxyType(
    {"carry_forward": _carry_forward, "keep_remaining": _keep_remaining, "redistribute": _redistribute},
)
"""Name of each policy to what it makes of the lines that share one target, and of what these have to do together from above."""


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
        The plan of record: what :func:`split`, :func:`grid` or :func:`cascade` made. It stays as it is.
    tally
        The actuals, counted by :func:`salesperf.attainment.tally`.
    as_of
        The last day that counts. Parts whose last day has passed are closed; one that has begun is open as a whole.
    policy
        ``"carry_forward"``: each owner makes up for what it missed, and has less to do where it did more.
        ``"keep_remaining"``: what is open stays, and what was missed is written off. ``"redistribute"``: the owners who
        share a target make up for what they missed together, in proportion to what is planned for each.
    locks
        Parts that may not change.
    checkpoints
        What is to be reached by a day, counted from the beginning of the plan.
    transfers
        Business that changes hands: it moves what is planned for parts yet to begin, before the policy does its work.
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
        If nothing of the plan is open, a part of it is below 0, it is a rebalanced one, or it has teams and no org is given.
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
        raise InvalidValueError("rebalanced_twice", path=("plan",))
    for target in plan.targets[:1]:
        target.metric.require_additive("plan", "targets", 0, "metric")
    lines = lines_of(plan, as_of)
    if org is None:
        refuse(_faults_of_teams(lines))
    if not any(line.open for line in lines):
        raise InvalidValueError("plan_closed", path=("plan",), value=as_of)
    given = _read(locks=(Lock, locks), checkpoints=(Checkpoint, checkpoints), transfers=(Transfer, transfers))
    work = _prepare(plan, lines, tally, org, as_of, *given)
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
        for position, part in enumerate(plan.targets)
    )
    return Rebalanced(
        plan=plan,
        targets=targets,
        lines=tuple(work.told(line, outcomes[line], new, below.get(line.owner)) for line in lines),
        as_of=as_of,
        policy=policy,
    )


@attrs.frozen
class _Work:
    """All that is known before a policy does its work; parts go by their positions in the plan."""

    plan: Plan
    unit: Unit
    held: frozenset[int]
    locked: frozenset[int]
    planned: Mapping[int, int]
    actual: Mapping[int, int]
    checkpoints: Mapping[Owner, Sequence[tuple[int, Checkpoint]]]
    faults: list[SalesperfError] = attrs.field(factory=list)

    def outcomes(self, lines: Sequence[Line], policy: Policy) -> dict[Line, _Outcome]:
        """Ask a policy about the lines of each target, those above first."""
        siblings: dict[object, list[Line]] = {}
        for line in lines:
            siblings.setdefault(line.siblings, []).append(line)
        above = {line.owner: line for line in lines}
        answers: dict[Line, _Outcome] = {}
        for group in sorted(siblings.values(), key=lambda group: _depth(group[0], above)):
            totals = [self._totals(line) for line in group]
            parent = _above(group[0], above)
            together = None
            if parent is not None:
                own = self._totals(parent)
                together = answers[parent].free + own.held + sum(line.open for line in totals) - own.open
            answers |= zip(group, POLICIES[policy](totals, together), strict=True)
        return answers

    def _totals(self, line: Line) -> _Totals:
        return _Totals(
            open=sum(self.planned[position] for position in line.open),
            held=sum(self.planned[position] for position in line.open if position in self.held),
            missed=self._minor(line.closed) - sum(self.actual[position] for position in line.closed),
            is_locked=any(position in self.locked for position in line.open),
        )

    def _minor(self, positions: Iterable[int]) -> int:
        return sum(amount_of(self.plan.targets[position]).minor for position in positions)

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
        parts = self.plan.targets
        for place, checkpoint in self.checkpoints.get(line.owner, ()):
            done = sum(self.actual[position] for position in line.closed)
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

    def told(self, line: Line, outcome: _Outcome, new: Mapping[int, int], below: int | None) -> RebalancedLine:
        """Say what became of a line, and of all below it."""
        minors = {
            "planned_closed": self._minor(line.closed),
            "actual_closed": sum(self.actual[position] for position in line.closed),
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
    lines: Sequence[Line],
    tally: ActualTally,
    org: Org | None,
    as_of: date,
    locks: Sequence[Lock],
    checkpoints: Sequence[Checkpoint],
    transfers: Sequence[Transfer],
) -> _Work:
    """Find what is held, moved, to be reached and done."""
    faults: list[SalesperfError] = []
    unit = amount_of(plan.targets[0]).unit
    locked = locked_by(locks, plan, lines, faults)
    held = locked | set_by_hand(plan)
    reached = checkpoints_of(checkpoints, unit, lines, faults)
    moved = moved_by(transfers, plan, lines, held, faults)
    refuse(faults)
    closed = [position for line in lines for position in line.closed]
    done = actual_by_part([plan.targets[position] for position in closed], tally, org, as_of)
    return _Work(
        plan=plan,
        unit=unit,
        held=held,
        locked=locked,
        planned={position: amount_of(part).minor + moved[position] for position, part in enumerate(plan.targets)},
        actual=dict(zip(closed, done, strict=True)),
        checkpoints=reached,
    )

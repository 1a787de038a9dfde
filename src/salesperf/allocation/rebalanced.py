"""What a plan made anew is: of every owner what was planned, done, settled and carried over, and why it is what it is."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Final, cast

import attrs

from salesperf.allocation.lines import Line, lines_of
from salesperf.allocation.parts import Place, Plan, TargetChange, amount_of, explained, label_of
from salesperf.allocation.policies import Policy
from salesperf.errors import InvalidValueError, UnknownNameError
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Difference, Sum
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.period import Period
from salesperf.model.result import Row
from salesperf.model.target import EVERYTHING, Target
from salesperf.model.validators import check_date

__all__ = ["Rebalanced", "RebalancedLine"]


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
    settled
        What of the one less the other an earlier re-planning dealt with, which was approved since; below 0 for what was
        over-achieved.
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
    settled: Amount = attrs.field(default=attrs.Factory(lambda line: Amount.zero(line.planned_closed.unit), takes_self=True))
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
        """What was planned for the periods that have ended, was not done and is not settled; below 0 for what is beyond."""
        return self.planned_closed - self.actual_closed - self.settled

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
        Its parts in their order: those that have ended as they were planned, the others as they are planned now; then those
        of takers who are new to the plan.
    lines : tuple of RebalancedLine
        Of each owner, what was planned, done, carried over and written off.
    as_of : date
        The last day that counted.
    policy : str
        A name in :data:`POLICIES`.
    actual : tuple of Amount or None
        What was done in each of the parts that have ended; ``None`` for those that have not.
    weights : tuple of int or None
        By what each part that may change shares in what its owner has still to do: what was planned for it, with what changed
        hands, in the smallest unit; ``None`` for those that have ended or may not change.
    approved_on : date or None
        The day from which it is the plan of record itself; ``None`` while it is a proposal.

    Examples
    --------
    >>> from salesperf import COUNT, STANDARD_METRICS, Actual, Period
    >>> from salesperf.allocation import rebalance, split
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
    actual: tuple[Amount | None, ...]
    weights: tuple[int | None, ...]
    approved_on: date | None = None

    @property
    def fixed(self) -> frozenset[Place]:
        """The parts that somebody set by hand in the plan of record: they still hold."""
        return self.plan.fixed

    def approved(self, on: date) -> "Rebalanced":
        """Make it the plan of record: one that is rebalanced again when more of it has ended.

        Parameters
        ----------
        on
            The day of the decision. Parts that change were agreed on it.

        Returns
        -------
        Rebalanced
            The same plan, approved. What was missed until :attr:`as_of` is settled by it, one way or the other: only what
            changes afterwards, such as an order that is cancelled later, counts when it is made anew. A surplus is settled
            too, and stands in these lines.

        Raises
        ------
        InvalidValueError
            If the day is before the last one that counted.

        Examples
        --------
        >>> from salesperf import COUNT, STANDARD_METRICS, Actual, Period
        >>> from salesperf.allocation import rebalance, split
        >>> from salesperf.attainment import tally
        >>> visits = STANDARD_METRICS["visits"]
        >>> year = Target(owner="ada", metric=visits, amount=Amount.of(400, COUNT), period=Period.year(2026))
        >>> done = tally(
        ...     Actual(owner="ada", metric=visits, amount=Amount.of(count, COUNT), on=on)
        ...     for count, on in ((70, date(2026, 2, 3)), (90, date(2026, 5, 6)))
        ... )
        >>> first = rebalance(split(year, "quarter"), done, as_of=date(2026, 3, 31), policy="carry_forward")
        >>> second = rebalance(first.approved(date(2026, 4, 9)), done, as_of=date(2026, 6, 30), policy="carry_forward")
        >>> [[part.amount.minor for part in plan.targets] for plan in (first, second)]
        [[100, 110, 110, 110], [100, 110, 120, 120]]
        """
        check_date(on, ("on",))
        if on < self.as_of:
            raise InvalidValueError("before_actuals", path=("on",), start=self.as_of, value=on)
        changed = {(change.owner, change.scope, change.period) for change in self.changes}
        targets = tuple(
            attrs.evolve(part, agreed=on) if (part.owner, part.scope, part.period) in changed else part for part in self.targets
        )
        return attrs.evolve(self, targets=targets, approved_on=on)

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

    def explain(self, owner: str | None, period: Period | None = None, *, scope: Mapping[str, str] = EVERYTHING) -> Breakdown:
        """Tell why somebody is planned to do just that much.

        Parameters
        ----------
        owner
            A rep, a team, or ``None`` for the company.
        period
            That of one of the owner's parts; ``None`` for all that have not ended, together.
        scope
            Of what; empty for everything.

        Returns
        -------
        Breakdown
            Of a part that may change, the share in what the owner has still to do, itself explained, and the units beyond
            that; where there are several parts, their sum.

        Raises
        ------
        UnknownNameError
            If the plan has no such owner, or no such part.

        Examples
        --------
        >>> from salesperf import COUNT, STANDARD_METRICS, Actual, Period
        >>> from salesperf.allocation import rebalance, split
        >>> from salesperf.attainment import tally
        >>> visits = STANDARD_METRICS["visits"]
        >>> year = Target(owner="ada", metric=visits, amount=Amount.of(400, COUNT), period=Period.year(2026))
        >>> done = tally([Actual(owner="ada", metric=visits, amount=Amount.of(60, COUNT), on=date(2026, 2, 3))])
        >>> new = rebalance(split(year, "quarter"), done, as_of=date(2026, 3, 31), policy="carry_forward")
        >>> print(new.explain("ada", Period.quarter(2026, 2)).text())
        ada, Q2 2026: 114 = sum of
          exact share, rounded toward zero: 113 = product of
            still to do, ada: 340 = sum of
              planned before: 300
              received less given away: 0
              made up for: 40
              surplus: 0
            share: 1/3
          smallest units handed out beyond it: 1
        """
        own = [place for place, part in enumerate(self.targets) if (part.owner, part.scope) == (owner, scope)]
        chosen = [
            place for place in own if (self.actual[place] is None if period is None else self.targets[place].period == period)
        ]
        if not chosen:
            name, value = ("period", str(period or "")) if own else ("owner", "company" if owner is None else owner)
            raise UnknownNameError("unknown_in_plan", path=(name,), value=value)
        parts = tuple(map(self._explain, chosen))
        if len(parts) == 1:
            return parts[0]
        total = Amount.total([amount_of(self.targets[place]) for place in chosen], self.lines[0].new_open.unit)
        label = Message.of("breakdown.still_to_do", owner=owner or Message("review.company"))
        return Breakdown(label=label, value=total, rule=Sum(), parts=parts)

    def _explain(self, place: int) -> Breakdown:
        part, weight = self.targets[place], self.weights[place]
        label, amount = label_of(part, part), amount_of(part)
        if weight is None:
            why = "held" if self.actual[place] is None else "ended"
            return Breakdown(
                label=label, value=amount, rule=Sum(), parts=(Breakdown(label=Message(f"breakdown.{why}"), value=amount),)
            )
        line, told = self._line_by_place[place]
        open_ = [each for each in line.open if self.weights[each] is not None]
        sum_ = sum(self.weights[each] or 0 for each in open_)
        share = Fraction(weight, sum_) if sum_ else Fraction(0)
        held = told.new_open - Amount.total([amount_of(self.targets[each]) for each in open_], amount.unit)
        whole = told.breakdown
        if held.minor:
            whole = Breakdown(
                label=Message("breakdown.left"),
                value=told.new_open - held,
                rule=Difference(),
                parts=(whole, Breakdown(label=Message("breakdown.held"), value=held)),
            )
        exact = explained(amount, share, whole, Message("breakdown.units_beyond"))
        if cast("Amount", exact[1].value).minor not in {0, 1}:
            exact = explained(amount, share, whole, Message("breakdown.for_checkpoints"))
        return Breakdown(label=label, value=amount, rule=Sum(), parts=exact)

    @cached_property
    def _line_by_place(self) -> Mapping[int, tuple[Line, RebalancedLine]]:
        """The line of each part: its places in the plan, and what became of it."""
        both = list(zip(lines_of(self.targets, self.as_of), self.lines, strict=True))
        return {place: (line, told) for line, told in both for place in (*line.closed, *line.open)}

    def rows(self) -> list[Row]:
        """Return a row for each line: whose, what was planned, done, settled, moved, carried, over, written off, the unit."""
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
    "settled",
    "missed",
    "planned_open",
    "transferred",
    "carried",
    "new_open",
    "surplus",
    "written_off",
)

"""What a cascade is: everybody down the tree with three numbers that stay apart, and why they are what they are."""

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import cast

import attrs
import numpy as np

from salesperf.allocation.parts import Place, Plan, amount_of, explained, part_of
from salesperf.allocation.tables import Claims
from salesperf.allocation.tree import Tree
from salesperf.errors import UnknownNameError
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Sum
from salesperf.model.codes import Integers
from salesperf.model.message import Message
from salesperf.model.period import Period
from salesperf.model.result import Row
from salesperf.model.target import Target

__all__ = ["Cascade", "CascadeNode"]


@attrs.frozen(kw_only=True)
class CascadeNode:
    """Three numbers of somebody in a cascade, which stay apart.

    Parameters
    ----------
    owner
        A rep, a team, or ``None`` for the company.
    parent
        The team of which it owes a part; of the top, its own owner.
    owed
        What it owes.
    children
        What those under it owe together; ``None`` where nobody is.
    cushion
        How much more that is (over-assignment); below 0 where vacancies and ramps leave something over.

    Examples
    --------
    >>> from salesperf import COUNT
    >>> east = CascadeNode(
    ...     owner="east", parent=None, owed=Amount.of(100, COUNT), children=Amount.of(105, COUNT), cushion=Amount.of(5, COUNT)
    ... )
    >>> east.children - east.owed == east.cushion
    True
    """

    owner: str | None
    parent: str | None
    owed: Amount
    children: Amount | None
    cushion: Amount | None


@attrs.frozen(kw_only=True, eq=False)
class Cascade(Plan):
    """A target down a tree: made by :func:`cascade`.

    Attributes
    ----------
    target : Target
        What was divided.
    columns : tuple of Target
        Its parts over time; only itself, where it was not split.
    tree : Tree
        Who is under whom.
    owed : array of int64, shape (nodes, periods)
        What each owes in each period, in the smallest unit.
    undivided : array of int64, shape (nodes, periods)
        The same before anything was cut from the parts of reps for the days and the ramp, and given to who takes it.
    claims : array, shape (nodes, periods)
        By what each shares in what those beside it owe together.

    Examples
    --------
    >>> from decimal import Decimal
    >>> from salesperf import COUNT, STANDARD_METRICS, Org, Rep, Team
    >>> from salesperf.allocation import cascade
    >>> org = Org(teams=[Team(id="east")], reps=[Rep(id="ada", team="east"), Rep(id="bo", team="east"), Rep(id="cy")])
    >>> goal = Target(
    ...     owner=None, metric=STANDARD_METRICS["visits"], amount=Amount.of(300, COUNT), period=Period.quarter(2026, 3)
    ... )
    >>> plan = cascade(goal, org, {"ada": 1, "bo": 1, "cy": 1}, over_assign={"east": Decimal("0.05")})
    >>> [(node.owner, node.owed.minor, node.cushion and node.cushion.minor) for node in plan.nodes]
    [(None, 300, 0), ('east', 200, 10), ('cy', 100, None), ('ada', 105, None), ('bo', 105, None)]
    """

    target: Target
    columns: tuple[Target, ...]
    tree: Tree
    owed: Integers
    undivided: Integers
    claims: Claims

    def __eq__(self, other: object) -> bool:
        """Compare by content."""
        if not isinstance(other, Cascade):
            return NotImplemented
        return self.target == other.target and self.targets == other.targets and np.array_equal(self.owed, other.owed)

    __hash__ = None  # type: ignore[assignment] # it holds an array

    @property
    def _is_split(self) -> bool:
        return self.columns != (self.target,)

    @cached_property
    def _children(self) -> dict[int, list[int]]:
        """The positions of the nodes under each that has any."""
        children: dict[int, list[int]] = {}
        for position, node in enumerate(self.tree.nodes):
            if node.parent is not None:
                children.setdefault(node.parent, []).append(position)
        return children

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """What each owes, by node from the top down, and of each in order of time; the target itself is not among them.

        A rep's are cut to the days served in the team; there is none for a time without such a day.
        """
        cells: list[dict[int, Target]] = []
        for position, node in enumerate(self.tree.nodes):
            if node.parent is None:
                cells.append(dict(enumerate(self.columns)))
                continue
            own: dict[int, Target] = {}
            for period, above in cells[node.parent].items():
                days = node.stint.within(above.period) if node.stint else above.period
                if days is not None:
                    place = Place(node.owner, above.scope, days)
                    own[period] = part_of(above, place, int(self.owed[position, period]))
            cells.append(own)
        return tuple(target for own in cells[0 if self._is_split else 1 :] for target in own.values())

    @cached_property
    def nodes(self) -> tuple[CascadeNode, ...]:
        """Everybody from the top down, with what is owed over the whole time."""
        sums = self.owed.sum(axis=1).tolist()
        return tuple(self._node(position, sums) for position in range(len(sums)))

    def _node(self, position: int, sums: Sequence[int]) -> CascadeNode:
        unit, node = amount_of(self.target).unit, self.tree.nodes[position]
        owed, children = Amount(minor=sums[position], unit=unit), None
        if position in self._children:
            children = Amount(minor=sum(sums[child] for child in self._children[position]), unit=unit)
        above = self.target.owner if node.parent is None else self.tree.nodes[node.parent].owner
        cushion = None if children is None else children - owed
        return CascadeNode(owner=node.owner, parent=above, owed=owed, children=children, cushion=cushion)

    @cached_property
    def breakdown(self) -> Breakdown:
        """What the top owes as the sum of what those under it owe, less the cushion, and so on down the tree."""
        nodes: dict[int, Breakdown] = {}
        for position in reversed(range(len(self.nodes))):
            node = self.nodes[position]
            label = _label(node.owner, self.target.period)
            parts = [nodes[child] for child in self._children.get(position, ())]
            if node.cushion is not None:
                parts.append(Breakdown(label=Message("breakdown.less_cushion"), value=-node.cushion))
                nodes[position] = Breakdown(label=label, value=node.owed, rule=Sum(), parts=tuple(parts))
            else:
                nodes[position] = Breakdown(label=label, value=node.owed)
        return nodes[0]

    def explain(self, owner: str | None, period: Period | None = None) -> Breakdown:
        """Tell why somebody owes just that much.

        Parameters
        ----------
        owner
            A rep, a team, or ``None`` for the company.
        period
            One of those over which the target was spread; ``None`` for all of them together.

        Returns
        -------
        Breakdown
            The exact share in what those beside it owe together, the units beyond that, and what days and ramp cut off.

        Raises
        ------
        UnknownNameError
            If the cascade has no such owner or period.

        Examples
        --------
        >>> from decimal import Decimal
        >>> from salesperf import COUNT, STANDARD_METRICS, Org, Rep
        >>> from salesperf.allocation import cascade
        >>> goal = Target(
        ...     owner=None, metric=STANDARD_METRICS["visits"], amount=Amount.of(100, COUNT), period=Period.month(2026, 9)
        ... )
        >>> plan = cascade(goal, Org(reps=[Rep(id="ada"), Rep(id="bo")]), {"ada": 1, "bo": 2}, over_assign=Decimal("0.1"))
        >>> print(plan.explain("ada").text())
        ada, 2026-09: 37 = sum of
          exact share, rounded toward zero: 36 = product of
            owed together: 110 = sum of
              the company, 2026-09: 100
              cushion: 10
            share: 1/3
          smallest units handed out beyond it: 1
        """
        positions = [position for position, node in enumerate(self.tree.nodes) if node.owner == owner]
        places = [place for place, column in enumerate(self.columns) if period in (None, column.period)]
        if not positions:
            raise UnknownNameError("unknown_in_plan", path=("owner",), value=owner)
        if not places:
            raise UnknownNameError("unknown_in_plan", path=("period",), value=str(period))
        cells = [self._explain(position, place) for place in places for position in positions]
        if len(cells) == 1:
            return cells[0]
        value = Amount.total([cast("Amount", cell.value) for cell in cells], amount_of(self.target).unit)
        return Breakdown(label=_label(owner, period or self.target.period), value=value, rule=Sum(), parts=tuple(cells))

    def _amount(self, minor: int) -> Amount:
        return Amount(minor=minor, unit=amount_of(self.target).unit)

    def _explain(self, position: int, place: int) -> Breakdown:
        node, period = self.tree.nodes[position], self.columns[place].period
        label, owed = _label(node.owner, period), int(self.owed[position, place])
        if node.parent is None:
            return Breakdown(label=label, value=self._amount(owed))
        beside = self._children[node.parent]
        claims = self.claims[beside, place].tolist()
        together, above = int(self.undivided[beside, place].sum()), int(self.owed[node.parent, place])
        sum_ = sum(claims)
        share = Fraction(int(self.claims[position, place]), sum_) if sum_ else Fraction(0)
        whole = Breakdown(
            label=Message("breakdown.owed_together"),
            value=self._amount(together),
            rule=Sum(),
            parts=(
                Breakdown(label=_label(self.tree.nodes[node.parent].owner, period), value=self._amount(above)),
                Breakdown(label=Message("breakdown.cushion"), value=self._amount(together - above)),
            ),
        )
        full = self._amount(int(self.undivided[position, place]))
        parts = [*explained(full, share, whole, Message("breakdown.units_beyond"))]
        if full.minor != owed:
            parts.append(Breakdown(label=Message("breakdown.days_and_ramp"), value=self._amount(owed) - full))
        return Breakdown(label=label, value=self._amount(owed), rule=Sum(), parts=tuple(parts))

    def rows(self) -> list[Row]:
        """Return a row for each node and period: owner, parent, period, owed, children, cushion and unit."""
        unit = amount_of(self.target).unit
        rows: list[Row] = []
        for period, column in enumerate(self.columns):
            sums = self.owed[:, period].tolist()
            for position in range(len(sums)):
                node = self._node(position, sums)
                rows.append(
                    {
                        "owner": node.owner,
                        "parent": node.parent,
                        "period": column.period.label,
                        "owed": node.owed.decimal,
                        "children": node.children.decimal if node.children is not None else None,
                        "cushion": node.cushion.decimal if node.cushion is not None else None,
                        "unit": str(unit),
                    }
                )
        return rows


def _label(owner: str | None, period: Period) -> Message:
    return Message.of("breakdown.part", owner=owner or Message("review.company"), period=period)

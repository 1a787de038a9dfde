"""Trees: who owes a part of whose target, level by level, and what each counts in each period."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Final, NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.allocation.availability import measure
from salesperf.allocation.bases import checked, faults_of_weights, weights_of
from salesperf.allocation.parts import Weight, refuse
from salesperf.allocation.tables import Claims, in_whole_numbers
from salesperf.errors import InvalidValueError, SalesperfError
from salesperf.model.amount import Amount
from salesperf.model.calendar import Calendar
from salesperf.model.people import Org, Rep, Stint
from salesperf.model.period import Period

__all__ = ["Node", "Seats", "Tree", "seats_of", "tree_of"]

_LARGEST: Final = 2**52
"""Sums over all nodes up to here, and over periods of these, fit 64 bits."""


class Node(NamedTuple):
    """Somebody in the tree: the company, a team, or a rep for a time in a team.

    Parameters
    ----------
    owner
        Who.
    parent
        The position of the node above; ``None`` at the top.
    stint
        The rep's time in the team; ``None`` for a team or the company.

    Examples
    --------
    >>> Node("east", 0, None).owner
    'east'
    """

    owner: str | None
    parent: int | None
    stint: Stint | None


@attrs.frozen(kw_only=True, eq=False)
class Tree:
    """The nodes below an owner, by level, and what they count.

    Attributes
    ----------
    nodes : tuple of Node
        The top first, then each level; the children of a node stand together: teams by id, then reps by id and time.
    levels : tuple of range
        The positions of the nodes of each level.
    there : array, shape (nodes, periods)
        What each counts in each period: its weight times its days of full work; of a team, the sum over its members unless
        it has a weight of its own.
    weights : tuple of int
        The weight of each, in one common unit; 0 for a team that has none of its own.
    weighed : frozenset of int
        The positions of teams that have one, be it 0.
    """

    nodes: tuple[Node, ...]
    levels: tuple[range, ...]
    there: Claims
    weights: tuple[int, ...]
    weighed: frozenset[int]

    def parents(self, level: range) -> NDArray[np.int64]:
        """Return the position of the node above each node of a level below the top."""
        return np.array([self.nodes[position].parent for position in level], dtype=np.int64)

    def is_divided(self, position: int) -> bool:
        """Tell whether anybody is under a node."""
        return position in self._divided

    @cached_property
    def _divided(self) -> frozenset[int | None]:
        return frozenset(node.parent for node in self.nodes)


def tree_of(
    owner: str | None,
    org: Org,
    basis: Mapping[str, Weight | Amount],
    periods: Sequence[Period],
    calendar: Calendar | None,
) -> Tree:
    """Find who is under an owner in some periods, and what each counts.

    Parameters
    ----------
    owner
        The top: a team, or ``None`` for the company.
    org
        Who is where and when.
    basis
        Weights of reps, and perhaps of teams. A team that is named and below which nobody is has no children.
    periods
        Without gaps, in order.
    calendar
        Sets workdays.

    Raises
    ------
    InvalidInputError
        With everybody who is there and not named, every name of somebody who is not, and all that is no weight.
    """
    whole = Period(periods[0].start, periods[-1].end)
    nodes, levels = _grow(owner, org, basis, whole)
    refuse([*_faults(nodes, org, basis, whole), *faults_of_weights(list(basis.items()), "basis")])
    numbers = dict(zip(basis, checked(weights_of(list(basis.items()), "basis"), ("basis",), list(basis)), strict=True))
    stints = [node.stint for node in nodes if node.stint]
    found = measure(stints, org.rep_by_id, periods, calendar)
    weights = in_whole_numbers([numbers.get(node.owner, 0) if node.owner else 0 for node in nodes])
    bare = Tree(
        nodes=tuple(nodes),
        levels=tuple(levels),
        there=np.zeros((len(nodes), 0), dtype=np.int64),
        weights=weights,
        weighed=frozenset(place for place, node in enumerate(nodes) if place and not node.stint and node.owner in numbers),
    )
    return attrs.evolve(bare, there=_counted(bare, found.ramped, found.workdays * found.denominator))


@attrs.frozen(kw_only=True, eq=False)
class Seats:
    """What everybody would count if all seats were full all the time, and what reps count of that.

    Attributes
    ----------
    full : array, shape (nodes, periods)
        As ``there`` of the tree, if nobody had joined or left, were absent or ramped.
    filled : array, shape (nodes, periods)
        Of it what reps fill: a ramp above full productivity fills no more than the seat.
    """

    full: Claims
    filled: Claims


def seats_of(tree: Tree, org: Org, periods: Sequence[Period], calendar: Calendar | None) -> Seats:
    """Find what everybody in a tree would count in a full seat."""
    stints = [node.stint for node in tree.nodes if node.stint]
    found = measure(stints, org.rep_by_id, periods, calendar)
    steady = {stint.rep: Rep(id=stint.rep) for stint in stints}
    always = measure([_extended(stint, org) for stint in stints], steady, periods, calendar)
    own = found.workdays * found.denominator
    return Seats(full=_counted(tree, always.served * found.denominator, own), filled=_counted(tree, found.ramped_to_full, own))


def _counted(tree: Tree, days: Claims, own: Claims) -> Claims:
    """Multiply the days of reps by their weights, and sum up the tree; teams with a weight of their own count by that."""
    most = max(tree.weights, default=0) * max(int(days.max(initial=0)), int(own.max(initial=0))) * len(tree.nodes)
    kind = np.int64 if most <= _LARGEST and days.dtype != object else object
    weights: Claims = np.array(tree.weights, dtype=kind)
    own = own.astype(kind)  # a weight of objects is Python's own integer, and would take the kind of what it multiplies
    leaves = [position for position, node in enumerate(tree.nodes) if node.stint]
    counts: Claims = np.zeros((len(tree.nodes), days.shape[1]), dtype=kind)
    counts[leaves] = weights[leaves, np.newaxis] * days
    for level in reversed(tree.levels):
        for position in level:
            if position in tree.weighed:
                # A team that is divided further counts in the periods in which anybody of it is there.
                counts[position] = weights[position] * own * ((counts[position] > 0) | (not tree.is_divided(position)))
        if level.start:
            np.add.at(counts, tree.parents(level), counts[level.start : level.stop])
    return counts


def _grow(owner: str | None, org: Org, basis: Collection[str], whole: Period) -> tuple[list[Node], list[range]]:
    """Put the nodes in levels."""
    reps: dict[str | None, list[Stint]] = {}
    for stint in (stint for rep in org.reps for stint in org.stints(rep.id) if stint.within(whole)):
        reps.setdefault(stint.team, []).append(stint)
    nodes, levels = [Node(owner, None, None)], [range(1)]
    while levels[-1]:
        start = len(nodes)
        for position in levels[-1]:
            node = nodes[position]
            if node.stint or (node.owner in basis and not _reaches_below(node.owner, org, basis, reps)):
                continue
            nodes.extend(Node(team.id, position, None) for team in org.children(node.owner))
            nodes.extend(Node(stint.rep, position, stint) for stint in reps.get(node.owner, ()))
        levels.append(range(start, len(nodes)))
    return nodes, levels[:-1]


def _reaches_below(team: str | None, org: Org, basis: Collection[str], reps: Mapping[str | None, Sequence[Stint]]) -> bool:
    """Tell whether the basis names anybody below a team."""
    below = org.teams_under(team)
    return any(each in basis for each in below if each != team) or any(
        stint.rep in basis for each in below for stint in reps.get(each, ())
    )


def _faults(nodes: Sequence[Node], org: Org, basis: Collection[str], whole: Period) -> Iterator[SalesperfError]:
    """Find who is there and not named, and who is named and not there."""
    there = {node.owner for node in nodes}
    for owner in dict.fromkeys(node.owner for node in nodes if node.stint and node.owner not in basis):
        yield InvalidValueError("basis_misses", path=("basis",), value=owner)
    for owner in basis:
        if not org.knows(owner):
            yield org.unknown_owner(owner, "basis", owner)
        elif owner not in there:
            yield InvalidValueError("basis_elsewhere", path=("basis", owner), value=str(whole))


def _extended(stint: Stint, org: Org) -> Stint:
    """Return a stint as long as the seat is there: without end where only joining or leaving the company bounds it."""
    stints = org.stints(stint.rep)
    first, last = stints[0], stints[-1]
    return attrs.evolve(
        stint,
        start=date.min if stint.start == first.start else stint.start,
        end=date.max if stint.end == last.end else stint.end,
    )

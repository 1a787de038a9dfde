"""Cascades: a target down the tree of an organisation, exact at every level and in every period."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from types import NoneType
from typing import Any, Final, Literal, TypeAlias, cast

import numpy as np

from salesperf.allocation.cascaded import Cascade
from salesperf.allocation.parts import Weight, amount_of, refuse
from salesperf.allocation.splitting import Spread, split
from salesperf.allocation.tables import Claims, divide_columns
from salesperf.allocation.terms import amount_shown, told_of_target
from salesperf.allocation.tree import Seats, Tree, seats_of, tree_of
from salesperf.errors import InfeasibleError, InvalidValueError, SalesperfError, UnknownNameError
from salesperf.kernels.apportionment import apportion
from salesperf.kernels.numeric import round_fraction
from salesperf.model.amount import Amount
from salesperf.model.calendar import Calendar
from salesperf.model.codes import Integers, read_only
from salesperf.model.misspelling import index_of, unknown_id
from salesperf.model.people import Org
from salesperf.model.period import Grain, Period
from salesperf.model.target import Target
from salesperf.model.validators import as_decimal, check_choice, check_decimal, require

__all__ = ["ShortfallTo", "cascade"]

ShortfallTo: TypeAlias = Literal["members", "cushion"]
_SHORTFALLS: Final = ("members", "cushion")
_MOST_OVER: Final = 10


def cascade(
    target: Target,
    org: Org,
    basis: Mapping[str, Weight | Amount],
    *,
    over_assign: Decimal | Mapping[str | None, Decimal] | None = None,
    grain: Grain | None = None,
    profile: Spread = "equal",
    calendar: Calendar | None = None,
    shortfall_to: ShortfallTo | Mapping[str | None, str] = "members",
) -> Cascade:
    """Divide a target down the tree of an organisation, and over time at once.

    Parameters
    ----------
    target
        The total, of the company or of a team; its metric must be a flow.
    org
        Who is in which team, and when.
    basis
        Rep to weight, as for :func:`allocate`: everybody who serves under the target's owner within its period, and nobody
        else; a weight of 0 gets nothing. A team weighs the sum of its members, unless it has a weight of its own here; one
        that has, and of whose members nobody has, is divided no further.
    over_assign
        By how much those under somebody owe more than it does itself: a share for all, or for some, by id (``None`` is the
        company); from 0 to 10.
    grain
        One of :data:`salesperf.GRAINS`: then every number stands for each part of the period too.
    profile, calendar
        How the target is spread over time, as for :func:`split`.
    shortfall_to
        Who takes what joining, leaving, absence and ramp leave over. ``"members"``: in each period those who are there share
        it in proportion to their days of full work. ``"cushion"``: everybody's part is that of a full seat, cut to the days
        and the ramp; what is cut off lowers the cushion. A mapping of team to rep: the same, and the rep takes what is cut off
        in the team; elsewhere it lowers the cushion. Here everybody is a seat of its own, whoever follows another too: let
        one of them weigh 0, or divide the seat with :func:`prorate`.

    Returns
    -------
    Cascade
        What each owes, in each period.

    Raises
    ------
    NotAdditiveError
        If the metric is not a flow.
    InvalidInputError
        With every name that is missing from the basis, unknown or elsewhere, and all that is no weight; or other faults of
        one kind at once.
    InvalidValueError, UnknownNameError
        If only one thing is wrong, or an argument is malformed, or what somebody's children owe is beyond 2**48 of the smallest
        unit: 2.8 trillion in cents.
    InfeasibleError
        If nobody under a team is there in a period in which it owes something.

    Notes
    -----
    At every node three numbers stay apart: what it owes, what its children owe together, and the cushion between the two. Both
    sums are exact at every level: the parts of a node over time are its whole, and in each period its children's parts are
    ``owed x (1 + over_assign)``, rounded half up over the whole time and apportioned by period. What is below the leaves'
    weights falls to nobody: rows follow :func:`salesperf.kernels.apportionment.apportion` (ties by id), cells
    ``apportion_matrix`` with the method ``webster``.

    A rep who changes team within the period has a part in each, for the days served there.

    What teams are to have at least or at most is agreed first: :func:`allocate` divides the target over them under floors and
    caps, and their amounts are their weights here. They come out to the unit, unless a team is empty at times or somebody
    beside it has a weight of another scale.

    A seat that several share is a rep of kind ``"house"`` here; :func:`prorate` divides its parts over them.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import COUNT, STANDARD_METRICS, Period, Rep, Team
    >>> org = Org(teams=[Team(id="east")], reps=[Rep(id="ada", team="east"), Rep(id="bo", team="east", hired=date(2026, 9, 1))])
    >>> goal = Target(
    ...     owner=None, metric=STANDARD_METRICS["visits"], amount=Amount.of(90, COUNT), period=Period.quarter(2026, 3)
    ... )
    >>> plan = cascade(goal, org, {"ada": 1, "bo": 1}, grain="month")
    >>> [(part.owner, part.period.label, part.amount.minor) for part in plan.targets if part.owner in ("ada", "bo")]
    [('ada', '2026-07', 30), ('ada', '2026-08', 30), ('ada', '2026-09', 15), ('bo', '2026-09', 15)]
    """
    require(target, Target, path=("target",))
    target.metric.require_additive("target", "metric")
    require(org, Org, path=("org",))
    require(calendar, Calendar, NoneType, path=("calendar",))
    if not isinstance(basis, Mapping):
        raise InvalidValueError("basis_no_mapping", path=("basis",), value=basis)
    if target.owner is not None and target.owner not in org.team_by_id:
        raise unknown_id(target.owner, index_of(org.team_by_id), "target", "owner", code="unknown_team")
    columns = (target,) if grain is None else split(target, grain, profile=profile, calendar=calendar).targets
    tree = tree_of(target.owner, org, basis, [column.period for column in columns], calendar)
    rates = _read_rates(over_assign, tree)
    takers = _read_takers(shortfall_to, tree)
    if takers is None:
        refuse(_faults_of_the_absent(tree, target.period))
        claims = tree.there
        owed = undivided = _divide_down(columns, tree, claims, rates)
    else:
        seats = seats_of(tree, org, [column.period for column in columns], calendar)
        claims = seats.full
        undivided = _divide_down(columns, tree, claims, rates)
        owed = undivided.copy()
        _cut(owed, tree, seats, takers, columns)
    return Cascade(
        target=target,
        columns=columns,
        tree=tree,
        owed=read_only(owed),
        undivided=read_only(undivided),
        claims=read_only(claims),
    )


def _read_rates(over_assign: object, tree: Tree) -> list[Fraction]:
    """Return by how much the children of each node owe more than it."""
    owners = {node.owner for node in tree.nodes if not node.stint}
    named = isinstance(over_assign, Mapping)
    given: Mapping[str | None, Any] = over_assign if isinstance(over_assign, Mapping) else dict.fromkeys(owners, over_assign)
    given = {owner: Decimal(0) if rate is None else as_decimal(rate) for owner, rate in given.items()}
    faults: list[SalesperfError] = []
    for owner, rate in given.items():
        path = ("over_assign", str(owner)) if named else ("over_assign",)
        if owner not in owners:
            faults.append(unknown_id(owner, index_of(filter(None, owners)), *path, code="unknown_team"))
        try:
            check_decimal(rate, path, 0, _MOST_OVER)
        except InvalidValueError as error:
            faults.append(error)
    refuse(faults if named else faults[:1])
    return [Fraction(given.get(node.owner, Decimal(0))) if not node.stint else Fraction(0) for node in tree.nodes]


def _read_takers(shortfall_to: object, tree: Tree) -> Mapping[str | None, str] | None:
    """Return who takes what is left over in some teams; ``None`` where the members of each share it."""
    if not isinstance(shortfall_to, Mapping):
        check_choice(shortfall_to, _SHORTFALLS, ("shortfall_to",))
        return {} if shortfall_to == "cushion" else None
    members = {(tree.nodes[node.parent].owner, node.owner) for node in tree.nodes if node.stint and node.parent is not None}
    refuse(
        UnknownNameError("unknown_member", path=("shortfall_to", str(team)), value=rep)
        for team, rep in shortfall_to.items()
        if (team, rep) not in members
    )
    return shortfall_to


def _faults_of_the_absent(tree: Tree, period: Period) -> Iterator[SalesperfError]:
    """Find reps who have a weight and not a day of full work in all the time."""
    days: Counter[str] = Counter()
    for position, node in enumerate(tree.nodes):
        if node.stint and tree.weights[position]:
            days[node.stint.rep] += int(tree.there[position].sum())
    yield from (
        InvalidValueError("no_capacity", path=("basis", rep), value=str(period)) for rep, count in days.items() if not count
    )


def _divide_down(columns: Sequence[Target], tree: Tree, counts: Claims, rates: Sequence[Fraction]) -> Integers:
    """Divide what the top owes in each period, a level at a time."""
    owed = np.zeros(counts.shape, dtype=np.int64)
    owed[0] = [amount_of(column).minor for column in columns]
    for level in tree.levels[1:]:
        parents = tree.parents(level)
        above, group = np.unique(parents, return_inverse=True)
        sums = _column_sums(owed[above], [rates[position] for position in above.tolist()])
        claims = counts[level.start : level.stop]
        refuse(_faults_of_periods(sums, claims, group, above, tree, columns))
        try:
            owed[level.start : level.stop] = divide_columns(sums, claims, group)
        except InvalidValueError as error:
            largest = max(np.abs(sums).sum(axis=1).tolist())
            raise told_of_target(error, Amount(minor=largest, unit=amount_of(columns[0]).unit)) from None
    return owed


def _column_sums(owed: Integers, rates: Sequence[Fraction]) -> Integers:
    """Return what the children of each node owe together in each period."""
    columns = owed.copy()
    for row, rate in enumerate(rates):
        if rate and owed[row].any():
            together = round_fraction(int(owed[row].sum()) * (1 + rate))
            columns[row] = apportion(together, np.abs(owed[row]))
    return columns


def _faults_of_periods(
    sums: Integers, claims: Claims, group: Integers, above: Integers, tree: Tree, columns: Sequence[Target]
) -> Iterator[SalesperfError]:
    """Find who owes something in a period in which nobody below is there."""
    there = np.zeros(sums.shape, dtype=bool)
    np.logical_or.at(there, group, claims > 0)
    for row, period in np.argwhere((sums != 0) & ~there).tolist():
        owner = tree.nodes[int(above[row])].owner
        value = Amount(minor=int(sums[row, period]), unit=amount_of(columns[0]).unit)
        path = ("target", *([] if owner is None else [owner]), columns[period].period.label)
        yield InfeasibleError("nobody_there", path=path, value=amount_shown(value))


def _cut(owed: Integers, tree: Tree, seats: Seats, takers: Mapping[str | None, str], columns: Sequence[Target]) -> None:
    """Cut the parts of reps to the days and the ramp; what is cut off goes to who takes it, or nowhere."""
    left: Counter[tuple[int, int]] = Counter()
    leaves = np.array([node.stint is not None for node in tree.nodes])[:, np.newaxis]
    for row, period in np.argwhere((seats.filled < seats.full) & leaves).tolist():
        full, share = int(owed[row, period]), Fraction(int(seats.filled[row, period]), int(seats.full[row, period]))
        owed[row, period] = round_fraction(full * share)
        left[cast("int", tree.nodes[row].parent), period] += full - int(owed[row, period])
    faults: list[SalesperfError] = []
    for (parent, period), minor in left.items():
        taker = takers.get(tree.nodes[parent].owner)
        if taker is None or not minor:
            continue
        rows = [
            row
            for row, node in enumerate(tree.nodes)
            if (node.parent, node.owner) == (parent, taker) and node.stint and node.stint.within(columns[period].period)
        ]
        if rows:
            owed[rows[0], period] += minor
        else:
            value = amount_shown(Amount(minor=minor, unit=amount_of(columns[0]).unit))
            path = ("shortfall_to", taker, columns[period].period.label)
            faults.append(InfeasibleError("taker_absent", path=path, value=value))
    refuse(faults)

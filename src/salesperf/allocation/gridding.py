"""Grids: a target over owners and over time at once, exact in both directions."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from types import NoneType
from typing import TypeAlias

import attrs
import numpy as np

from salesperf.allocation.allocating import Basis, allocate
from salesperf.allocation.availability import measure, stint_of
from salesperf.allocation.dividing import Allocation, allocation_of
from salesperf.allocation.parts import (
    Place,
    Plan,
    Weight,
    amount_of,
    exact_shares,
    explained,
    label_of,
    part_of,
    refuse,
    scope_text,
)
from salesperf.allocation.splitting import Spread, split
from salesperf.allocation.tables import Claims, divide_columns, in_whole_numbers
from salesperf.allocation.terms import amount_shown, told_of_target
from salesperf.errors import InfeasibleError, InvalidValueError, SalesperfError
from salesperf.kernels.apportionment import Clash, apportion_matrix, find_clash
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Sum
from salesperf.model.calendar import Calendar
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.people import Org
from salesperf.model.period import Grain
from salesperf.model.result import Row, text_table
from salesperf.model.target import Target
from salesperf.model.validators import require

__all__ = ["GridColumns", "PlanGrid", "grid"]

GridColumns: TypeAlias = Grain | Mapping[FrozenMap[str, str], Weight | Amount]
"""What stands across a grid: the parts of the target's period by a grain, or scopes with their weights."""


@attrs.frozen(kw_only=True)
class PlanGrid(Plan):
    """A target over owners, or scopes, and over time: made by :func:`grid`.

    Attributes
    ----------
    target : Target
        What was divided.
    row_plan, column_plan : Allocation
        The target over owners and over time: the sums of the rows and of the columns.
    targets : tuple of Target
        The cells, by owner, and of each owner in order of time. An owner has no part for a time outside service, and one
        that is cut to the days of service where these begin or end within it.
    shares : tuple of tuple of Fraction
        The exact share of each cell in the target, before it is rounded; rows, and in each the columns. Where the sums of the
        rows were given, each is the share of its row in the target, times the share of the column in the row.
    cells : tuple of tuple of int
        The amount of each cell in the smallest unit.
    method : str
        How the cells were rounded.
    has_given_rows : bool
        Whether the sums of the rows were given: the grid was made from an allocation.

    Examples
    --------
    >>> from salesperf import COUNT, STANDARD_METRICS, Period
    >>> quarter = Target(
    ...     owner=None, metric=STANDARD_METRICS["visits"], amount=Amount.of(100, COUNT), period=Period.quarter(2026, 3)
    ... )
    >>> print(grid(quarter, {"ada": 1, "bo": 2}, "month"))
    owner  2026-07  2026-08  2026-09  total
    ada         11       11       11     33
    bo          23       22       22     67
    total       34       33       33    100
    """

    target: Target
    row_plan: Allocation
    column_plan: Allocation
    targets: tuple[Target, ...]
    shares: tuple[tuple[Fraction, ...], ...]
    cells: tuple[tuple[int, ...], ...]
    method: str
    has_given_rows: bool = False

    @property
    def fixed(self) -> frozenset[Place]:
        """The cells of owners whose sum was kept or set by hand."""
        held = {(place.owner, place.scope) for place in self.row_plan.fixed}
        rows = [row for row in self.row_plan.targets if (row.owner, row.scope) in held]
        return frozenset(
            Place.of(part)
            for part in self.targets
            for row in rows
            if part.owner == row.owner and part.scope.contains(row.scope)
        )

    @cached_property
    def breakdown(self) -> Breakdown:
        """The total as the sum of the rows, each as the sum of its cells: exact shares, and the units beyond them.

        The shares are those in the target; where the sums of the rows were given, those in the sum of the row, which is
        explained as the allocation does.
        """
        whole = Breakdown(label=Message("breakdown.target"), value=amount_of(self.target))
        wholes: Sequence[Breakdown] = (whole,) * len(self.cells)
        shares: Sequence[Sequence[Fraction]] = self.shares
        if self.has_given_rows:
            wholes, shares = self.row_plan.breakdown.parts, [exact_shares(row) for row in self.shares]
        rows = zip(self.row_plan.targets, self.cells, shares, wholes, strict=True)
        return attrs.evolve(whole, rule=Sum(), parts=tuple(self._explain_row(*row) for row in rows))

    def _explain_row(self, row: Target, minors: Sequence[int], shares: Sequence[Fraction], whole: Breakdown) -> Breakdown:
        cells = [
            _cell_of(self.target, row, column, minor) for column, minor in zip(self.column_plan.targets, minors, strict=True)
        ]
        beyond = Message("breakdown.units_beyond")
        parts = (
            Breakdown(
                label=label_of(cell, self.target),
                value=amount_of(cell),
                rule=Sum(),
                parts=explained(amount_of(cell), share, whole, beyond),
            )
            for cell, share in zip(cells, shares, strict=True)
        )
        return Breakdown(label=label_of(row, self.target), value=amount_of(row), rule=Sum(), parts=tuple(parts))

    def rows(self) -> list[Row]:
        """Return a row for each part: owner, scope, metric, period, amount and unit."""
        return [
            {
                "owner": part.owner,
                "scope": scope_text(part.scope),
                "metric": part.metric.key,
                "period": part.period.label,
                "amount": amount_of(part).decimal,
                "unit": str(amount_of(part).unit),
            }
            for part in self.targets
        ]

    def __str__(self) -> str:
        """Return a table with the rows down, the columns across and the totals at both edges."""
        unit = amount_of(self.target).unit
        heads = [_head(column, self.target, column.period.label) for column in self.column_plan.targets]
        names = [_head(row, self.target, row.owner or "") for row in self.row_plan.targets]
        sums = [amount_of(column).minor for column in self.column_plan.targets]
        by_scope = any(row.scope != self.target.scope for row in self.row_plan.targets)
        lines = [*zip(names, self.cells, strict=True), ("total", sums)]
        return text_table(
            [
                {
                    "scope" if by_scope else "owner": name,
                    **{head: Amount(minor=minor, unit=unit).decimal for head, minor in zip(heads, minors, strict=True)},
                    "total": Amount(minor=sum(minors), unit=unit).decimal,
                }
                for name, minors in lines
            ]
        )


def grid(
    target: Target,
    basis: Basis | Allocation,
    grain: GridColumns,
    *,
    profile: Spread = "equal",
    calendar: Calendar | None = None,
    org: Org | None = None,
    method: str = "webster",
) -> PlanGrid:
    """Divide a target over owners and over time at once, so that every owner and every period has its exact sum.

    Parameters
    ----------
    target
        The total; its metric must be a flow, its amount at most 2**48 of the smallest unit (2.8 trillion in cents).
    basis
        Owner, or scope, to weight, as for :func:`allocate`; or an allocation of the target over these, whose parts, with their
        floors, caps and amounts that hold, are then the sums of the rows.
    grain
        One of :data:`salesperf.GRAINS`; or scopes with their weights, to cross products with regions.
    profile, calendar
        How the target is spread over time, as for :func:`split`.
    org
        Who is there and when. Each rep then counts in each period by the workdays served there, less absences, each times the
        share of the ramp; what a period is to bring is shared by those who are there, and the sums of the rows follow from
        that. ``None``: everybody is always there.
    method
        ``"webster"`` or ``"controlled"``; see :func:`salesperf.kernels.apportionment.apportion_matrix`.

    Returns
    -------
    PlanGrid
        A part for each owner and period; the target is the parent of each.

    Raises
    ------
    NotAdditiveError
        If the metric is not a flow.
    InvalidValueError
        If an argument is malformed, the amount too large, the allocation one of another target or over time, or row and column
        name the same scope.
    UnknownNameError
        If the org does not know an owner.
    InfeasibleError
        If nobody is there in a period that is to bring something, or given sums of rows and columns leave no way.

    Notes
    -----
    The cells follow the basis, the profile and the availability as nearly as whole units and both sums allow. A third
    dimension, such as product by region by month, may have no whole solution at all: divide one of them first with
    :func:`allocate`, and make a grid of each part.

    References
    ----------
    M. L. Balinski and G. Demange, "An axiomatic approach to proportionality between matrices", *Mathematics of Operations
    Research* 14(4), 1989, for the two sums; L. H. Cox, "A constructive procedure for unbiased controlled rounding", *JASA* 82,
    1987, for three dimensions.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import COUNT, STANDARD_METRICS, Period, Rep
    >>> quarter = Target(
    ...     owner=None, metric=STANDARD_METRICS["visits"], amount=Amount.of(90, COUNT), period=Period.quarter(2026, 3)
    ... )
    >>> org = Org(reps=[Rep(id="ada"), Rep(id="bo", hired=date(2026, 9, 1))])
    >>> print(grid(quarter, {"ada": 1, "bo": 1}, "month", org=org))
    owner  2026-07  2026-08  2026-09  total
    ada         30       30       15     75
    bo           0        0       15     15
    total       30       30       30     90
    """
    require(target, Target, path=("target",))
    require(calendar, Calendar, NoneType, path=("calendar",))
    require(org, Org, NoneType, path=("org",))
    if isinstance(basis, Allocation):
        _check_given(basis, target)
    row_plan = basis if isinstance(basis, Allocation) else allocate(target, basis)
    if isinstance(grain, Mapping):
        column_plan = _across(target, grain)
    else:
        column_plan = split(target, grain, profile=profile, calendar=calendar)
    columns = column_plan.targets
    refuse(_faults_of_scopes(target, row_plan, column_plan))
    there = _there(row_plan, columns, org, calendar)
    # By weights where these set the sums of the rows; where the sums are given, so are they, whatever the weights.
    has_given_rows = isinstance(basis, Allocation)
    counted: Sequence[Weight] = (1,) * len(there) if has_given_rows else row_plan.weights
    there[[not weight for weight in counted]] = 0
    weighed = [[Fraction(weight) * int(days) for days in row] for weight, row in zip(counted, there, strict=True)]
    sums = [sum((row[place] for row in weighed), Fraction(0)) for place in range(len(columns))]
    refuse(_faults_of_columns(columns, sums, scopes=isinstance(grain, Mapping)))
    over_time = exact_shares(column_plan.weights)
    shares = tuple(
        tuple(share * cell / sum_ if sum_ else Fraction(0) for share, cell, sum_ in zip(over_time, row, sums, strict=True))
        for row in weighed
    )
    if has_given_rows:
        of_rows = exact_shares([amount_of(row).minor for row in row_plan.targets])
        shares = tuple(
            tuple(of_row * share for share in exact_shares(row)) for of_row, row in zip(of_rows, shares, strict=True)
        )
    try:
        cells = (
            _cells(row_plan, columns, there, method)
            if org is None or has_given_rows
            else _cells_of_those_there(columns, weighed, method)
        )
    except InvalidValueError as error:
        told = told_of_target(error, amount_of(target))
        raise error.at("basis") if told is error else told from None
    if org is not None and not has_given_rows:
        places = [Place.of(row) for row in row_plan.targets]
        weights = tuple(sum(row, Fraction(0)) for row in shares)
        row_plan = allocation_of(target, places, list(map(sum, cells)), weights=weights, method=row_plan.method)
    return PlanGrid(
        target=target,
        row_plan=row_plan,
        column_plan=column_plan,
        targets=tuple(_parts(target, row_plan.targets, columns, cells, org)),
        shares=shares,
        cells=cells,
        method=method,
        has_given_rows=has_given_rows,
    )


def _check_given(basis: Allocation, target: Target) -> None:
    """Refuse an allocation that does not give sums of rows of a target."""
    if basis.target != target:
        raise InvalidValueError("other_target", path=("basis",))
    if any(part.period != target.period for part in basis.targets):
        raise InvalidValueError("allocation_over_time", path=("basis",))


def _across(target: Target, scopes: Basis) -> Allocation:
    for position, key in enumerate(scopes):
        require(key, FrozenMap, path=("grain", position))
    try:
        return allocate(target, scopes)
    except SalesperfError as error:
        raise error.at("grain", *error.path[1:]) if error.path[:1] == ("basis",) else error from None


def _faults_of_scopes(target: Target, row_plan: Allocation, column_plan: Allocation) -> Iterator[SalesperfError]:
    """Find what both rows and columns are narrowed by."""
    rows, columns = (
        {name for part in plan.targets for name in part.scope if name not in target.scope} for plan in (row_plan, column_plan)
    )
    yield from (InvalidValueError("scope_crossed", path=("grain",), value=name) for name in sorted(rows & columns))


def _faults_of_columns(columns: Sequence[Target], sums: Sequence[Fraction], *, scopes: bool) -> Iterator[SalesperfError]:
    """Find columns that are to bring something, and nobody is there to do it."""
    for column, sum_ in zip(columns, sums, strict=True):
        if amount_of(column).minor and not sum_:
            name = scope_text(column.scope) if scopes else column.period.label
            yield InfeasibleError("nobody_there", path=("grain", name), value=amount_shown(amount_of(column)))


def _there(row_plan: Allocation, columns: Sequence[Target], org: Org | None, calendar: Calendar | None) -> Claims:
    """Return by how many days of full work each owner is there in each column: shape (rows, columns); all 1 without an org."""
    owners = [row.owner for row in row_plan.targets]
    there: Claims = np.ones((len(owners), len(columns)), dtype=np.int64)
    if org is not None:
        reps = [(place, owner) for place, owner in enumerate(owners) if owner in org.rep_by_id]
        refuse(_faults_of_owners(owners, org))
        found = measure(
            [stint_of(org.rep_by_id[str(owner)]) for _, owner in reps],
            org.rep_by_id,
            [column.period for column in columns],
            calendar,
        )
        there = np.broadcast_to(found.workdays * found.denominator, there.shape).astype(found.ramped.dtype)
        there[[place for place, _ in reps]] = found.ramped
        whole = row_plan.target.period
        refuse(
            InvalidValueError("no_capacity", path=("basis", str(owner)), value=str(whole))
            for place, owner in reps
            if row_plan.weights[place] and not there[place].any()
        )
    return there


def _faults_of_owners(owners: Sequence[str | None], org: Org) -> Iterator[SalesperfError]:
    for owner in owners:
        if owner is not None and not org.knows(owner):
            yield org.unknown_owner(owner, "basis", owner)


def _cells(row_plan: Allocation, columns: Sequence[Target], there: Claims, method: str) -> tuple[tuple[int, ...], ...]:
    """Round the cells so that both sums are exact; weights of a row, and of a column, fall out of such a division."""
    if not there.size:
        return ((),) * len(there)
    row_sums, column_sums = ([amount_of(part).minor for part in parts] for parts in (row_plan.targets, columns))
    try:
        cells = apportion_matrix(row_sums, column_sums, there, method=method)
    except InfeasibleError as error:
        clash = find_clash(row_sums, column_sums, there)
        raise _named(clash, row_plan.targets, columns) if clash else error from None
    return tuple(map(tuple, cells.tolist()))


def _cells_of_those_there(
    columns: Sequence[Target], weighed: Sequence[Sequence[Fraction]], method: str
) -> tuple[tuple[int, ...], ...]:
    """Round the cells so that the columns are exact, each shared by those who are there."""
    claims = np.array(in_whole_numbers([cell for row in weighed for cell in row]), dtype=object)
    if not claims.size:
        return ((),) * len(weighed)
    totals = np.array([[amount_of(column).minor for column in columns]])
    group = np.zeros(len(weighed), dtype=np.int64)
    divided = divide_columns(totals, claims.reshape(len(weighed), -1), group, method=method)
    return tuple(map(tuple, divided.tolist()))


def _named(clash: Clash, rows: Sequence[Target], columns: Sequence[Target]) -> InfeasibleError:
    """Tell who cannot bring how much, and when, in the words of the plan."""
    unit = amount_of(rows[0]).unit
    names = [rows[place].owner or scope_text(rows[place].scope) for place in clash.rows]
    periods = [columns[place].period.label for place in clash.columns]
    numbers = {"need": clash.need, "held": clash.held, "elsewhere": clash.elsewhere, "short": clash.short}
    amounts = {name: amount_shown(Amount(minor=minor, unit=unit)) for name, minor in numbers.items()}
    if not periods:
        return InfeasibleError("grid_short", path=("basis",), owners=names, **amounts)
    return InfeasibleError("grid_clash", path=("basis",), owners=names, periods=periods, **amounts)


def _cell_of(target: Target, row: Target, column: Target, minor: int) -> Target:
    scope = FrozenMap({**row.scope, **column.scope})
    return part_of(target, Place(row.owner, scope, column.period), minor)


def _parts(
    target: Target, rows: Sequence[Target], columns: Sequence[Target], cells: Sequence[Sequence[int]], org: Org | None
) -> Iterator[Target]:
    """Make a target of each cell, cut to the days of service; none where these have no day of it."""
    for row, minors in zip(rows, cells, strict=True):
        rep = org.rep_by_id.get(row.owner) if org and row.owner else None
        for column, minor in zip(columns, minors, strict=True):
            cell = _cell_of(target, row, column, minor)
            served = stint_of(rep).within(cell.period) if rep else cell.period
            if served is not None:
                yield attrs.evolve(cell, period=served)


def _head(part: Target, target: Target, name: str) -> str:
    return name if part.scope == target.scope else scope_text(part.scope)

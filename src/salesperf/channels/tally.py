"""The tally of channels: leads by where they came from, what became of them and when, what they brought and cost."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

import attrs
import numpy as np

from salesperf.errors import InvalidValueError, UnitMismatchError
from salesperf.model.amount import Amount, Unit
from salesperf.model.codes import Integers, read_only, same_content
from salesperf.model.period import Period
from salesperf.model.result import Result, Row
from salesperf.model.validators import as_tuple, check_choice, check_date, repeated, require

__all__ = [
    "CAUSES",
    "GROUPINGS",
    "OUTCOMES",
    "ChannelTally",
    "Grouping",
    "Labels",
    "Outcome",
    "check_question",
    "common_unit",
    "grouped",
    "in_order",
    "summed",
]

Grouping: TypeAlias = Literal["channel", "campaign", "owner", "owner_kind"]
GROUPINGS: Final[tuple[Grouping, ...]] = ("channel", "campaign", "owner", "owner_kind")
"""What leads may be counted apart by. The owner is the first who had the lead: who brought it, or was given it. Of what kind
an owner is, the organisation says: employee, dealer, agent or house, and a team is a team."""

Outcome: TypeAlias = Literal["won", "lost", "cancelled", "open"]
OUTCOMES: Final[tuple[Outcome, ...]] = ("won", "lost", "cancelled", "open")
"""How a lead stands: a deal of it is won; all were decided, and one was lost to somebody; it or its deals were given up; or
nothing is decided."""

CAUSES: Final[Mapping[Outcome, int]] = MappingProxyType({"won": 1, "lost": 2, "cancelled": 3})
"""Why a lead ended; 0 where it is open."""

Labels: TypeAlias = tuple[str | None, ...]
"""What the leads of a group have in common, a value for each name in ``by``."""

_QUESTION: Final = ("as_of", "period", "by")
_COUNTS: Final = ("qualified", "outcomes", "undated", "unvalued", "without_lead")


_TABLES: Final[Mapping[str, tuple[str, int | None]]] = MappingProxyType(
    {
        "qualified": ("groups", None),
        "outcomes": ("groups", len(OUTCOMES)),
        "undated": ("groups", None),
        "unvalued": ("groups", None),
        "without_lead": ("groups", len(OUTCOMES)),
        "cells": ("counts", 3),
        "counts": ("counts", None),
        "values": ("value_counts", 2),
        "value_counts": ("value_counts", None),
    }
)
"""Of each table, by what it is as long, and how many columns it has."""


def _as_counts(value: Integers) -> Integers:
    """Take whole numbers as read-only ones of 64 bits; whatever else comes is handed on to be refused."""
    given: object = value
    if not isinstance(given, np.ndarray) or given.dtype.kind not in "iu":
        return value
    return read_only(np.asarray(given, dtype=np.int64))


@attrs.frozen(kw_only=True, eq=False)
class ChannelTally(Result):
    """Leads by channel, with what became of them: made by :func:`count`.

    Tallies of parts merge with ``+``. The partition key is the lead with its deals: all deals of a lead must be in its part,
    and each cost and each deal without a lead in one part. Merging is associative and commutative, and :meth:`empty` changes
    nothing; tallies of another day, period or grouping, or in another currency, are refused.

    Attributes
    ----------
    as_of : date
        The day to whose end the leads were followed.
    period : Period or None
        The days on which they began, and of which the costs are; ``None`` for all.
    by : tuple of str
        What the groups are made of, names in :data:`GROUPINGS`.
    unit : Unit or None
        Of all amounts; ``None`` where there is none.
    groups : tuple of tuple
        The values of each group, sorted; ``None`` where a lead has none. Without ``by`` there is one, which has no values.
    qualified : array of int64, shape (groups,)
        Leads that were qualified or converted at some time, or of which there is a deal.
    outcomes : array of int64, shape (groups, 4)
        Leads by how they stand, in the order of :data:`OUTCOMES`.
    undated : array of int64, shape (groups,)
        Leads, and deals without a lead, of which nobody knows when they began; they are in no other number.
    unvalued : array of int64, shape (groups,)
        Leads that are won, and of which a won deal has no amount.
    without_lead : array of int64, shape (groups, 4)
        Deals that no lead began, by how they stand, in the group of what is known of them.
    cells : array of int64, shape (cells, 3)
        Group, days from the beginning of a lead to its end or to the day, and what the end was: 0 for none, 1
        won, 2 lost, 3 cancelled. In this order increasing. Without leads that ended on a day that nobody knows.
    counts : array of int64, shape (cells,)
        How many leads have each.
    values : array of int64, shape (values, 2)
        Group, and what a lead that is won brought, in smallest units: all amounts of its won deals. Increasing.
    value_counts : array of int64, shape (values,)
        How many leads brought each.
    costs : tuple of (Amount or None)
        What each group cost; ``None`` where nobody said.
    value_without_lead : tuple of (Amount or None)
        What deals without a lead brought; ``None`` where no amount is known.

    Examples
    --------
    >>> nothing = ChannelTally.empty(as_of=date(2026, 9, 30))
    >>> nothing.by, nothing.groups
    (('channel',), ())
    """

    as_of: date
    period: Period | None
    by: tuple[Grouping, ...]
    unit: Unit | None
    groups: tuple[Labels, ...]
    qualified: Integers = attrs.field(converter=_as_counts)
    outcomes: Integers = attrs.field(converter=_as_counts)
    undated: Integers = attrs.field(converter=_as_counts)
    unvalued: Integers = attrs.field(converter=_as_counts)
    without_lead: Integers = attrs.field(converter=_as_counts)
    cells: Integers = attrs.field(converter=_as_counts)
    counts: Integers = attrs.field(converter=_as_counts)
    values: Integers = attrs.field(converter=_as_counts)
    value_counts: Integers = attrs.field(converter=_as_counts)
    costs: tuple[Amount | None, ...]
    value_without_lead: tuple[Amount | None, ...]

    def __attrs_post_init__(self) -> None:
        """Check that all tables are about the same groups."""
        for name in ("groups", "costs", "value_without_lead"):
            require(getattr(self, name), tuple, path=("ChannelTally", name))
        for position, labels in enumerate(self.groups):
            self._check_length(len(labels), len(self.by), "groups", position)
        for name in ("costs", "value_without_lead"):
            self._check_length(len(getattr(self, name)), len(self.groups), name)
        for name in _TABLES:
            if not isinstance(getattr(self, name), np.ndarray) or getattr(self, name).dtype != np.int64:
                raise InvalidValueError("not_integers", path=("ChannelTally", name), value=getattr(self, name))
        for name, (length, columns) in _TABLES.items():
            rows = len(self.groups) if length == "groups" else getattr(self, length).size
            expected = (rows,) if columns is None else (rows, columns)
            if getattr(self, name).shape != expected:
                path = ("ChannelTally", name)
                raise InvalidValueError("table_shape", path=path, expected=expected, value=getattr(self, name).shape)

    def _check_length(self, length: int, expected: int, *path: str | int) -> None:
        if length != expected:
            raise InvalidValueError("length", path=("ChannelTally", *path), expected=expected, value=length)

    @classmethod
    def empty(
        cls, *, as_of: date, period: Period | None = None, by: Grouping | Sequence[Grouping] = "channel"
    ) -> "ChannelTally":
        """Return the tally of no leads, for a question.

        Parameters
        ----------
        as_of, period, by
            As of :func:`count`.

        Raises
        ------
        InvalidValueError
            If an argument is malformed.

        Examples
        --------
        >>> ChannelTally.empty(as_of=date(2026, 9, 30), by=()).leads.tolist()
        [0]
        """
        names = check_question(as_of=as_of, period=period, by=by)
        groups: tuple[Labels, ...] = () if names else ((),)
        nobody, none = np.zeros(len(groups), dtype=np.int64), np.zeros(0, dtype=np.int64)
        by_outcome = np.zeros((len(groups), len(OUTCOMES)), dtype=np.int64)
        return cls(
            as_of=as_of,
            period=period,
            by=names,
            unit=None,
            groups=groups,
            qualified=nobody,
            outcomes=by_outcome,
            undated=nobody,
            unvalued=nobody,
            without_lead=by_outcome,
            cells=none.reshape(0, 3),
            counts=none,
            values=none.reshape(0, 2),
            value_counts=none,
            costs=(None,) * len(groups),
            value_without_lead=(None,) * len(groups),
        )

    @cached_property
    def leads(self) -> Integers:
        """Leads of which it is known when they began: shape (groups,)."""
        return read_only(self.outcomes.sum(axis=1))

    @property
    def won(self) -> Integers:
        """Leads of which a deal is won: shape (groups,)."""
        return read_only(self.outcomes[:, 0])

    def value_of(self, groups: Sequence[int]) -> Amount | None:
        """Return what the leads of some groups brought; 0 where none is won, ``None`` where no amount of those won is known.

        Parameters
        ----------
        groups
            Positions in :attr:`groups`.

        Raises
        ------
        InvalidValueError
            If the sum is beyond 64 bits.

        Examples
        --------
        >>> ChannelTally.empty(as_of=date(2026, 9, 30)).value_of([]) is None
        True
        """
        minor, leads = self.values_of(groups)
        if self.unit is None or (not minor and self.won[list(groups)].any()):
            return None
        return Amount(minor=sum(each * count for each, count in zip(minor, leads, strict=True)), unit=self.unit)

    def values_of(self, groups: Sequence[int]) -> tuple[list[int], list[int]]:
        """Return what leads of some groups brought, in smallest units, and how many leads brought each.

        Parameters
        ----------
        groups
            Positions in :attr:`groups`.

        Examples
        --------
        >>> ChannelTally.empty(as_of=date(2026, 9, 30)).values_of([])
        ([], [])
        """
        rows = np.isin(self.values[:, 0], list(groups))
        # As integers of Python's, whose sums and squares have no end.
        return self.values[rows, 1].tolist(), self.value_counts[rows].tolist()

    def __add__(self, other: object) -> "ChannelTally":
        """Merge with the tally of other leads."""
        if not isinstance(other, ChannelTally):
            return NotImplemented
        for name in _QUESTION:
            left, right = getattr(self, name), getattr(other, name)
            if left != right:
                shown = [each.label if isinstance(each, Period) else each for each in (left, right)]
                raise InvalidValueError(
                    "tally_mismatch", path=("ChannelTally", name), field=name, left=shown[0], right=shown[1]
                )
        unit = common_unit(self.unit, other.unit, "ChannelTally", "unit")
        groups = sorted({*self.groups, *other.groups}, key=in_order)
        place = {labels: position for position, labels in enumerate(groups)}
        parts = [(part, np.array([place[labels] for labels in part.groups], dtype=np.int64)) for part in (self, other)]
        tables: dict[str, Any] = {}
        for name in _COUNTS:
            total = np.zeros((len(groups), *getattr(self, name).shape[1:]), dtype=np.int64)
            for part, moved in parts:
                total[moved] += getattr(part, name)
            tables[name] = total
        for rows, counts in (("cells", "counts"), ("values", "value_counts")):
            tables[rows], tables[counts] = grouped(
                np.concatenate([_moved(getattr(part, rows), moved) for part, moved in parts]),
                np.concatenate([getattr(part, counts) for part, _ in parts]),
            )
        for name in ("costs", "value_without_lead"):
            amounts: list[list[Amount | None]] = [[] for _ in groups]
            for part, moved in parts:
                for position, amount in zip(moved.tolist(), getattr(part, name), strict=True):
                    amounts[position].append(amount)
            tables[name] = tuple(map(summed, amounts))
        return attrs.evolve(self, unit=unit, groups=tuple(groups), **tables)

    def __eq__(self, other: object) -> bool:
        """Compare by content."""
        if not isinstance(other, ChannelTally):
            return NotImplemented
        return same_content(self, other)

    __hash__ = None  # type: ignore[assignment] # it holds arrays

    def rows(self) -> list[Row]:
        """Return a row for each group: its values, its leads by how they stand, what they brought and what they cost."""
        return [
            {
                **dict(zip(self.by, labels, strict=True)),
                "leads": int(self.leads[group]),
                "qualified": int(self.qualified[group]),
                **dict(zip(OUTCOMES, self.outcomes[group].tolist(), strict=True)),
                "undated": int(self.undated[group]),
                "value": _number(self.value_of([group])),
                "unvalued": int(self.unvalued[group]),
                "cost": _number(self.costs[group]),
                "unit": None if self.unit is None else str(self.unit),
                "deals_without_lead": int(self.without_lead[group].sum()),
                "won_without_lead": int(self.without_lead[group, 0]),
                "value_without_lead": _number(self.value_without_lead[group]),
            }
            for group, labels in enumerate(self.groups)
        ]


def _number(amount: Amount | None) -> Any:  # noqa: ANN401 - a scalar of a row
    return None if amount is None else amount.decimal


def in_order(labels: Labels) -> tuple[tuple[bool, str], ...]:
    """Return what groups are sorted by: what a lead lacks comes first."""
    return tuple((label is not None, label or "") for label in labels)


def summed(amounts: Iterable[Amount | None]) -> Amount | None:
    """Sum the amounts that are known; ``None`` where none is."""
    known = [amount for amount in amounts if amount is not None]
    return Amount.total(known, known[0].unit) if known else None


def common_unit(left: Unit | None, right: Unit | None, *path: str | int) -> Unit | None:
    """Return the unit of two sides, one of which may have none.

    Raises
    ------
    UnitMismatchError
        If they differ.
    """
    if left is not None and right is not None and left != right:
        raise UnitMismatchError("unit_mismatch", path=path, left=str(left), right=str(right))
    return right if left is None else left


def grouped(rows: Integers, counts: Integers) -> tuple[Integers, Integers]:
    """Return the different rows in increasing order, and how often each comes."""
    found, place = np.unique(rows, axis=0, return_inverse=True)
    totals = np.zeros(len(found), dtype=np.int64)
    np.add.at(totals, place.ravel(), counts)
    return found, totals


def _moved(rows: Integers, places: Integers) -> Integers:
    """Give the groups of rows other positions."""
    return np.column_stack((places[rows[:, 0]], rows[:, 1:]))


def check_question(*, as_of: date, period: Period | None, by: Grouping | Sequence[Grouping]) -> tuple[Grouping, ...]:
    """Refuse a malformed question; return the names of what the groups are made of."""
    check_date(as_of, ("as_of",))
    if period is not None:
        require(period, Period, path=("period",))
    names = (by,) if isinstance(by, str) else as_tuple(by)
    require(names, tuple, path=("by",))
    for position, name in enumerate(names):
        check_choice(name, GROUPINGS, ("by", position))
    for position, name in repeated(names):
        raise InvalidValueError("not_unique", path=("by", position), value=name)
    return names

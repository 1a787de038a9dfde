"""The tally of a funnel: deals by segment and stage, numerators and denominators only, which merge."""

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Any, Final, TypeAlias, cast

import attrs
import numpy as np

from salesperf.errors import InvalidValueError
from salesperf.funnel.rules import OUTCOMES, RULES, RuleName
from salesperf.model.codes import Integers, read_only, same_content
from salesperf.model.period import Period
from salesperf.model.process import SalesProcess
from salesperf.model.result import Result, Row
from salesperf.model.stage import Stage
from salesperf.model.validators import as_tuple, check_choice, check_date, repeated, require

__all__ = ["FunnelTally", "Labels", "check_question", "check_within", "in_order", "refuse_other_question"]

Labels: TypeAlias = tuple[str | None, ...]
"""What the deals of a segment have in common, a value for each name in ``by``."""

_QUESTION: Final = ("rule", "process", "as_of", "period", "by")
TAKEN: Final = frozenset(
    {"stage", "entered", "moved_on", "lost", "cancelled", "open", "died", "nonconforming", "undated"}
    | {"spillage", "stagnation", "median_days", "ended_visits"}
    | {f"{rate}{end}" for rate in ("conversion_rate", "win_rate") for end in ("", "_low", "_high")}
)
"""Names of the columns of a tally and a report, which no fact may take."""
_MOST_DAYS: Final = 2**22
"""More days than lie between any two dates."""


def _as_counts(value: Integers) -> Integers:
    return read_only(np.asarray(value, dtype=np.int64))


@attrs.frozen(kw_only=True, eq=False)
class FunnelTally(Result):
    """Deals by segment and open stage: made by :func:`count` and :func:`count_columns`.

    Tallies of parts merge with ``+``. The partition key is the deal: all changes of one deal must be in one part. Merging
    is associative and commutative, and :meth:`empty` changes nothing; tallies made by another rule, process, day, period
    or segments are refused.

    Attributes
    ----------
    rule : str
        The counting rule, a name in :data:`RULES`.
    process : SalesProcess
        The sales process.
    as_of : date
        The day to whose end the deals were followed.
    period : Period or None
        The days on which they began; ``None`` for all.
    by : tuple of str
        What the segments are made of.
    segments : tuple of tuple
        The values of each segment, sorted; ``None`` where a deal has none. Without ``by`` there is one, which has no values.
    moved_on, lost, cancelled, open : array of int64, shape (segments, open stages)
        Deals that went beyond a stage, and those that were lost, were cancelled and are open there: the four sum to
        :attr:`entered`.
    died : array of int64, shape (segments, open stages)
        Deals lost or cancelled, by the stage in which they were at last, rather than the furthest.
    outcomes : array of int64, shape (segments, 4)
        Deals counted, by how they stand, in the order of :data:`OUTCOMES`.
    nonconforming : array of int64, shape (segments,)
        Deals that the rule does not follow, since they skipped a stage: ``strict`` alone has some.
    undated : array of int64, shape (segments,)
        Deals of which nobody knows when they began; they are in no other count.
    cells : array of int64, shape (cells, 4)
        Segment, stage, whether the visit is open, and days, in this order increasing: what visits there are.
    visits : array of int64, shape (cells,)
        How many of each.

    Examples
    --------
    >>> from salesperf import STANDARD_PROCESSES
    >>> nothing = FunnelTally.empty(STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30))
    >>> print(nothing)
    stage        entered  moved_on  lost  cancelled  open  died
    lead               0         0     0          0     0     0
    opportunity        0         0     0          0     0     0
    proposal           0         0     0          0     0     0
    negotiation        0         0     0          0     0     0
    """

    rule: RuleName
    process: SalesProcess
    as_of: date
    period: Period | None
    by: tuple[str, ...]
    segments: tuple[Labels, ...]
    moved_on: Integers = attrs.field(converter=_as_counts)
    lost: Integers = attrs.field(converter=_as_counts)
    cancelled: Integers = attrs.field(converter=_as_counts)
    open: Integers = attrs.field(converter=_as_counts)
    died: Integers = attrs.field(converter=_as_counts)
    outcomes: Integers = attrs.field(converter=_as_counts)
    nonconforming: Integers = attrs.field(converter=_as_counts)
    undated: Integers = attrs.field(converter=_as_counts)
    cells: Integers = attrs.field(converter=_as_counts)
    visits: Integers = attrs.field(converter=_as_counts)

    @classmethod
    def empty(
        cls,
        process: SalesProcess,
        *,
        as_of: date,
        rule: RuleName = "cohort",
        period: Period | None = None,
        by: Sequence[str] = (),
    ) -> "FunnelTally":
        """Return the tally of no deals, for a question.

        Parameters
        ----------
        process, as_of, rule, period, by
            As of :func:`count`.

        Raises
        ------
        InvalidValueError
            If an argument is malformed.

        Examples
        --------
        >>> from salesperf import STANDARD_PROCESSES
        >>> FunnelTally.empty(STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30)).segments
        ((),)
        """
        by = check_question(process, as_of=as_of, rule=rule, period=period, by=by)
        segments: tuple[Labels, ...] = () if by else ((),)
        shape = (len(segments), len(process.open_stages))
        stages, totals = np.zeros(shape, dtype=np.int64), np.zeros(len(segments), dtype=np.int64)
        return cls(
            rule=rule,
            process=process,
            as_of=as_of,
            period=period,
            by=by,
            segments=segments,
            moved_on=stages,
            lost=stages,
            cancelled=stages,
            open=stages,
            died=stages,
            outcomes=np.zeros((len(segments), len(OUTCOMES)), dtype=np.int64),
            nonconforming=totals,
            undated=totals,
            cells=np.zeros((0, 4), dtype=np.int64),
            visits=np.zeros(0, dtype=np.int64),
        )

    @cached_property
    def entered(self) -> Integers:
        """Deals that entered a stage: shape (segments, open stages)."""
        return read_only(self.moved_on + self.lost + self.cancelled + self.open)

    @cached_property
    def deals(self) -> Integers:
        """Deals that the rule follows: shape (segments,)."""
        return read_only(self.outcomes.sum(axis=1))

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The open stages, in order."""
        return self.process.open_stages

    @cached_property
    def _keys(self) -> Integers:
        return _keys_of(self.cells, len(self.stages))

    def days_spent(self, segment: int, stage: int, *, is_open: bool = False) -> tuple[Integers, Integers]:
        """Return how many days visits of a stage took, and how many took so many.

        Parameters
        ----------
        segment, stage
            Positions in :attr:`segments` and :attr:`stages`.
        is_open
            Whether to tell of visits that have not ended, and how long they have lasted.

        Returns
        -------
        days : array of int64
            Different and increasing.
        visits : array of int64
            How many visits took so many days; a deal that came back has several.

        Examples
        --------
        >>> from salesperf import STANDARD_PROCESSES, Change, Opportunity, funnel
        >>> deal = Opportunity(id="o-1", history=[Change(date(2026, 9, 1), stage="lead")])
        >>> counted = funnel.count([deal], STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30))
        >>> [column.tolist() for column in counted.days_spent(0, 0, is_open=True)]
        [[29], [1]]
        """
        first = ((segment * len(self.stages) + stage) * 2 + is_open) * _MOST_DAYS
        found = slice(*np.searchsorted(self._keys, (first, first + _MOST_DAYS)).tolist())
        return self.cells[found, 3], self.visits[found]

    def __add__(self, other: object) -> "FunnelTally":
        """Merge with the tally of other deals."""
        if not isinstance(other, FunnelTally):
            return NotImplemented
        refuse_other_question(self, other, _QUESTION)
        segments = sorted({*self.segments, *other.segments}, key=in_order)
        place = {labels: position for position, labels in enumerate(segments)}
        parts = [(part, np.array([place[labels] for labels in part.segments], dtype=np.int64)) for part in (self, other)]
        sums: dict[str, Any] = {
            name: _summed([(getattr(part, name), moved) for part, moved in parts], len(segments)) for name in _BY_SEGMENT
        }
        cells = np.concatenate([np.column_stack((moved[part.cells[:, 0]], part.cells[:, 1:])) for part, moved in parts])
        _, first, cell = np.unique(_keys_of(cells, len(self.stages)), return_index=True, return_inverse=True)
        visits = np.zeros(first.size, dtype=np.int64)
        np.add.at(visits, cell, np.concatenate((self.visits, other.visits)))
        return attrs.evolve(self, segments=tuple(segments), cells=cells[first], visits=visits, **sums)

    def __eq__(self, other: object) -> bool:
        """Compare by content."""
        if not isinstance(other, FunnelTally):
            return NotImplemented
        return same_content(self, other)

    __hash__ = None  # type: ignore[assignment] # it holds arrays

    def rows(self) -> list[Row]:
        """Return a row for each segment and stage: the values of the segment, the stage, and its counts."""
        names = ("entered", "moved_on", "lost", "cancelled", "open", "died")
        tables = [getattr(self, name).tolist() for name in names]
        return [
            {
                **dict(zip(self.by, labels, strict=True)),
                "stage": stage.key,
                **{name: table[segment][place] for name, table in zip(names, tables, strict=True)},
            }
            for segment, labels in enumerate(self.segments)
            for place, stage in enumerate(self.stages)
        ]


_BY_SEGMENT: Final = ("moved_on", "lost", "cancelled", "open", "died", "outcomes", "nonconforming", "undated")


def _summed(parts: Sequence[tuple[Integers, Integers]], segments: int) -> Integers:
    """Add tables whose rows move to other segments."""
    total = np.zeros((segments, *parts[0][0].shape[1:]), dtype=np.int64)
    for table, moved in parts:
        total[moved] += table
    return total


def _keys_of(cells: Integers, stages: int) -> Integers:
    """Return a number for each cell: in order of segment, stage, whether open, and days."""
    segment, stage, is_open, days = cells.T
    keys: Integers = ((segment * stages + stage) * 2 + is_open) * _MOST_DAYS + days
    return keys


def in_order(labels: Labels) -> tuple[tuple[bool, str], ...]:
    """Return what segments are sorted by: what a deal lacks comes first."""
    return tuple((label is not None, label or "") for label in labels)


def refuse_other_question(tally: object, other: object, names: Sequence[str]) -> None:
    """Refuse to merge two tallies that differ in what was asked, which stands under these names."""
    for name in names:
        left, right = getattr(tally, name), getattr(other, name)
        if left != right:
            raise _mismatch((type(tally).__name__, name), left, right)


def _mismatch(path: tuple[str, str], left: object, right: object) -> InvalidValueError:
    """Tell a part of the question that differs; of processes of one key, in what they do."""
    field = path[-1]
    if isinstance(left, SalesProcess) and isinstance(right, SalesProcess):
        parts = (each.name for each in attrs.fields(SalesProcess))
        field = next(part for part in ("key", *parts) if getattr(left, part) != getattr(right, part))
        left, right = getattr(left, field), getattr(right, field)
    return InvalidValueError("tally_mismatch", path=path, field=field, left=_shown(left), right=_shown(right))


def _shown(value: object) -> object:
    """Tell a part of the question by what names it."""
    if isinstance(value, tuple):
        return tuple(each.key if isinstance(each, Stage) else each for each in value)
    return value.label if isinstance(value, Period) else value


def check_question(
    process: SalesProcess, *, as_of: date, rule: RuleName, period: Period | None, by: Sequence[str]
) -> tuple[str, ...]:
    """Refuse a malformed question; return the names of what the segments are made of."""
    require(process, SalesProcess, path=("process",))
    check_date(as_of, ("as_of",))
    check_choice(rule, RULES, ("rule",))
    if period is not None:
        require(period, Period, path=("period",))
    names = as_tuple(by)
    require(names, tuple, path=("by",))
    for position, name in enumerate(names):
        require(name, str, path=("by", position))
    for position, name in repeated(names):
        raise InvalidValueError("not_unique", path=("by", position), value=name)
    for position, name in enumerate(names):
        if name in TAKEN:
            raise InvalidValueError("name_taken", path=("by", position), value=name)
    return names


def check_within(value: object, name: str) -> None:
    """Refuse what is no number between 0 and 1, both left out."""
    require(value, float, path=(name,))
    if not 0 < cast("float", value) < 1:
        raise InvalidValueError("between", path=(name,), low=0, high=1, value=value)

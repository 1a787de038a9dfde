"""The tally of what became of deals: from each stage, how long until they were won, lost, cancelled, or not yet anything."""

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Final

import attrs
import numpy as np

from salesperf.errors import InvalidValueError, UnknownNameError
from salesperf.funnel.chances import FEWEST_DEALS, Chances, Standing, chances_of, share_open
from salesperf.funnel.following import BEGINNING, CAUSES, PASSAGE, STAY
from salesperf.funnel.tally import Labels, check_question, in_order, refuse_other_question
from salesperf.kernels.elementwise import refuse_where, spread
from salesperf.kernels.events.rows import grouped
from salesperf.kernels.numeric import INT64_MAX
from salesperf.model.codes import Integers, read_only, same_content
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.period import Period
from salesperf.model.process import SalesProcess
from salesperf.model.result import Result, Row
from salesperf.model.stage import Stage
from salesperf.model.validators import check_date, check_whole

__all__ = ["OutcomeTally", "check_outcome_question", "check_segment", "passed", "place_of", "standing"]

_QUESTION: Final = ("process", "as_of", "period", "since", "by")
_TAKEN: Final = frozenset({"stage", "deals", "open", "undated", "never_open", *CAUSES})
"""Names of the columns of a tally, which no fact may take."""
_MOST_DAYS: Final = date.max.toordinal()
"""More days than lie between any two dates."""


def _as_counts(value: Integers) -> Integers:
    return read_only(np.asarray(value, dtype=np.int64))


def _no_rows(width: int) -> Integers:
    return np.zeros((0, width), dtype=np.int64)


@attrs.frozen(kw_only=True, eq=False)
class OutcomeTally(Result):
    """What became of deals, by segment and stage: made by :func:`outcomes`.

    Tallies of parts merge with ``+``. The partition key is the deal: each must be in one part. Merging is associative and
    commutative, and :meth:`empty` changes nothing; tallies of another process, day, period, first day or segments are
    refused.

    Attributes
    ----------
    process : SalesProcess
        The sales process.
    as_of : date
        The day to whose end the deals were followed: what is open then is censored.
    period : Period or None
        The days on which they began; ``None`` for all.
    since : date or None
        The first day that was watched; ``None`` for from the beginning of each deal.
    by : tuple of str
        What the segments are made of.
    segments : tuple of tuple
        The values of each segment, sorted; ``None`` where a deal has none. Without ``by`` there is one, which has no values.
    cells : array of int64, shape (cells, 7)
        Segment, and the fields of a stay: stage (-1 for the beginning of the deal), day from which it was watched, days in
        the stage, whether it was left, days until the end, and the cause of that, 0 for none. In this order increasing.
    counts : array of int64, shape (cells,)
        How many deals have each.
    passages : array of int64, shape (passages, 5)
        Segment, and the fields of a passage: stage, day from which it was watched, days until the deal got beyond the stage
        or ended there, and which of these (1 beyond, 2 lost, 3 cancelled, 0 neither). In this order increasing.
    passage_counts : array of int64, shape (passages,)
        How many deals have each.
    undated : array of int64, shape (segments,)
        Deals of which nobody knows when they began: they have no days from the beginning, nor in the stage in which they
        began, and count in the stages that they entered later on days that are known.
    never_open : array of int64, shape (segments,)
        Deals that are known only since they were decided: they tell of no time, and are in no other number.

    Examples
    --------
    >>> from salesperf import STANDARD_PROCESSES
    >>> nothing = OutcomeTally.empty(STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30))
    >>> print(nothing)
    stage        deals  won  lost  cancelled  open  undated  never_open
    lead             0    0     0          0     0
    opportunity      0    0     0          0     0
    proposal         0    0     0          0     0
    negotiation      0    0     0          0     0
                     0    0     0          0     0        0           0
    """

    process: SalesProcess
    as_of: date
    period: Period | None
    since: date | None
    by: tuple[str, ...]
    segments: tuple[Labels, ...]
    cells: Integers = attrs.field(converter=_as_counts)
    counts: Integers = attrs.field(converter=_as_counts)
    passages: Integers = attrs.field(converter=_as_counts)
    passage_counts: Integers = attrs.field(converter=_as_counts)
    undated: Integers = attrs.field(converter=_as_counts)
    never_open: Integers = attrs.field(converter=_as_counts)

    @classmethod
    def empty(
        cls,
        process: SalesProcess,
        *,
        as_of: date,
        period: Period | None = None,
        since: date | None = None,
        by: Sequence[str] = (),
    ) -> "OutcomeTally":
        """Return the tally of no deals, for a question.

        Parameters
        ----------
        process, as_of, period, since, by
            As of :func:`outcomes`.

        Raises
        ------
        InvalidValueError
            If an argument is malformed.

        Examples
        --------
        >>> from salesperf import STANDARD_PROCESSES
        >>> OutcomeTally.empty(STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30)).segments
        ((),)
        """
        by = check_outcome_question(process, as_of=as_of, period=period, since=since, by=by)
        segments: tuple[Labels, ...] = () if by else ((),)
        none, nobody = np.zeros(0, dtype=np.int64), np.zeros(len(segments), dtype=np.int64)
        return cls(
            process=process,
            as_of=as_of,
            period=period,
            since=since,
            by=by,
            segments=segments,
            cells=_no_rows(len(STAY)),
            counts=none,
            passages=_no_rows(len(PASSAGE)),
            passage_counts=none,
            undated=nobody,
            never_open=nobody,
        )

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The open stages, in order."""
        return self.process.open_stages

    def __add__(self, other: object) -> "OutcomeTally":
        """Merge with the tally of other deals."""
        if not isinstance(other, OutcomeTally):
            return NotImplemented
        refuse_other_question(self, other, _QUESTION)
        segments = sorted({*self.segments, *other.segments}, key=in_order)
        place = {labels: position for position, labels in enumerate(segments)}
        parts = [(part, np.array([place[labels] for labels in part.segments], dtype=np.int64)) for part in (self, other)]
        cells, counts = grouped(
            np.concatenate([_moved(part.cells, moved) for part, moved in parts]), np.concatenate((self.counts, other.counts))
        )
        passages, passage_counts = grouped(
            np.concatenate([_moved(part.passages, moved) for part, moved in parts]),
            np.concatenate((self.passage_counts, other.passage_counts)),
        )
        sums = {name: np.zeros(len(segments), dtype=np.int64) for name in ("undated", "never_open")}
        for name, total in sums.items():
            for part, moved in parts:
                total[moved] += getattr(part, name)
        return attrs.evolve(
            self,
            segments=tuple(segments),
            cells=cells,
            counts=counts,
            passages=passages,
            passage_counts=passage_counts,
            undated=sums["undated"],
            never_open=sums["never_open"],
        )

    def __eq__(self, other: object) -> bool:
        """Compare by content."""
        if not isinstance(other, OutcomeTally):
            return NotImplemented
        return same_content(self, other)

    __hash__ = None  # type: ignore[assignment] # it holds arrays

    @cached_property
    def _by_stage(self) -> Integers:
        """Shape (segments, stages and the beginning, causes and open): deals by what became of them."""
        table = np.zeros((len(self.segments), len(self.stages) + 1, len(CAUSES) + 1), dtype=np.int64)
        segment, stage, cause = self.cells[:, 0], self.cells[:, 1], self.cells[:, -1]
        # The beginning, at -1, is the last row.
        np.add.at(table, (segment, stage, cause), self.counts)
        return read_only(table)

    @property
    def deals(self) -> Integers:
        """Deals of which it is known when they began: shape (segments,)."""
        return read_only(self._by_stage[:, BEGINNING].sum(axis=1))

    def rows(self) -> list[Row]:
        """Return a row for each segment and stage, and after them one for the segment from the beginning, without a stage."""
        keys = [*(stage.key for stage in self.stages), None]
        return [
            {
                **dict(zip(self.by, labels, strict=True)),
                "stage": key,
                "deals": int(counts.sum()),
                **{name: int(counts[cause]) for name, cause in CAUSES.items()},
                "open": int(counts[0]),
                "undated": int(self.undated[segment]) if key is None else None,
                "never_open": int(self.never_open[segment]) if key is None else None,
            }
            for segment, labels in enumerate(self.segments)
            for key, counts in zip(keys, self._by_stage[segment], strict=True)
        ]

    def win_chances(
        self,
        stage: Integers | int,
        age: Integers | int,
        first: Integers | int,
        last: Integers | int,
        *,
        segment: Integers | int = 0,
        level: float = 0.95,
    ) -> Chances:
        """Tell of many open deals the chance to be won within some days.

        Parameters
        ----------
        stage
            The position of the stage in which each stands, among the open stages; -1 to go by the age of the deal,
            whatever its stage. A number or a column, as all that follow.
        age
            Days for which it has stood there: the day less that on which it entered.
        first, last
            Days from the day on: the first that counts, 1 or more, and the last.
        segment
            The position of the segment whose deals on record tell the chance.
        level
            The share of the intervals that hold the truth, each taken by itself, within (0, 1).

        Returns
        -------
        Chances
            Undefined (``nan``) where no deal on record stood there so long, or on some day up to the last none of them was
            watched.

        Raises
        ------
        InvalidValueError
            If a column has no whole numbers or another length, or one is out of range; the path names column and row.

        Notes
        -----
        The deals that tell are those on record that stood in the stage for more than so many days, so that deals which
        moved on long ago do not flatter those that stay. From that day on their share of wins is that of
        :func:`salesperf.kernels.survival.aalen_johansen`, a win before the first day competing with one in time. Without
        moves between stages it is (F(age + last) - F(age + first - 1)) / S(age).

        A deal tells of a stage by its first time there; a later return is part of what follows.

        References
        ----------
        J. R. Anderson, K. C. Cain and R. D. Gelber, "Analysis of survival by tumor response", *Journal of Clinical
        Oncology* 1 (1983) 710-719, on landmarks. H. van Houwelingen and H. Putter, *Dynamic Prediction in Clinical
        Survival Analysis*, 2011.

        Examples
        --------
        >>> from datetime import timedelta
        >>> from salesperf import STANDARD_PROCESSES, Change, Opportunity, funnel
        >>> def deal(id, days, end):
        ...     history = [Change(date(2026, 1, 1), stage="lead"), Change(date(2026, 1, 1) + timedelta(days), stage=end)]
        ...     return Opportunity(id=id, history=history)
        >>> deals = [deal("o-1", 10, "lost"), deal("o-2", 40, "closed"), deal("o-3", 60, "lost"), deal("o-4", 90, "closed")]
        >>> counted = funnel.outcomes(deals, STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30))
        >>> chances = counted.win_chances(0, np.array([0, 30, 50]), 1, 30)
        >>> chances.value.round(3).tolist(), chances.n.tolist()
        ([0.0, 0.333, 0.0], [4, 3, 2])
        """
        given = {"stage": stage, "age": age, "first": first, "last": last, "segment": segment}
        for name, numbers in given.items():
            if np.asarray(numbers).dtype.kind not in "iu":
                raise InvalidValueError("wrong_type", path=(name,), expected=int, value=numbers)
        columns = spread(given)
        limits = {
            "stage": (BEGINNING, len(self.stages) - 1),
            "age": (0, _MOST_DAYS),
            "first": (1, _MOST_DAYS),
            "last": (1, _MOST_DAYS),
            "segment": (0, len(self.segments) - 1),
        }
        for name, (lowest, highest) in limits.items():
            column = columns[name]
            refuse_where((column < lowest) | (column > highest), "out_of_range", name, column, low=lowest, high=highest)
        refuse_where(columns["last"] < columns["first"], "window_reversed", "last", columns["last"])
        asked = np.stack([np.ravel(columns[name]) for name in ("segment", "stage", "age", "first", "last")]).astype(np.int64)
        shape = columns["stage"].shape
        value, low, high, n = chances_of(lambda place, step: standing(self, place, step), asked, level=level)
        return Chances(
            value=value.reshape(shape), low=low.reshape(shape), high=high.reshape(shape), n=n.reshape(shape), level=level
        )

    def win_chance(
        self,
        stage: str | None,
        *,
        age: int = 0,
        horizon: int | None = None,
        segment: int = 0,
        level: float = 0.95,
        minimum: int = FEWEST_DEALS,
    ) -> Estimate:
        """Tell of an open deal the chance to be won.

        Parameters
        ----------
        stage
            The key of the stage in which it stands; ``None`` to go by the age of the deal, whatever its stage.
        age
            Days for which it has stood there.
        horizon
            Within how many days; ``None`` for as long as deals on record were followed, told in the reason where some are
            open still.
        segment
            The position of the segment whose deals on record tell the chance.
        level
            The share of such intervals that hold the truth, within (0, 1).
        minimum
            Deals on record that must have stood there as long; with fewer nothing is said.

        Returns
        -------
        Estimate
            A probability; of fewer deals, beyond the days for which any was followed, or over days on which none was watched,
            undefined, and the reason says so.

        Raises
        ------
        UnknownNameError
            If the process has no such open stage.
        InvalidValueError
            If a number is out of range.

        Notes
        -----
        As of :meth:`win_chances`.

        Examples
        --------
        >>> from salesperf import STANDARD_PROCESSES, Change, Opportunity, funnel
        >>> def deal(id, end):
        ...     return Opportunity(id=id, history=[Change(date(2026, 9, 1), stage="lead"), Change(date(2026, 9, 8), stage=end)])
        >>> deals = [deal(f"o-{number}", "closed" if number < 5 else "lost") for number in range(12)]
        >>> counted = funnel.outcomes(deals, STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30))
        >>> print(counted.win_chance("lead", horizon=30))
        0.416667 [0.152471, 0.665302], n = 12
        """
        place = place_of(self, stage)
        check_whole(age, ("age",), 0, _MOST_DAYS)
        check_segment(self, segment)
        check_whole(minimum, ("minimum",), 1, INT64_MAX)
        known = standing(self, segment, place).longer_than(age)
        followed = int((known.days - age).max(initial=0))
        is_open_ended = horizon is None
        if horizon is None:
            horizon = max(followed, 1)
        check_whole(horizon, ("horizon",), 1, _MOST_DAYS)
        chances = self.win_chances(place, age, 1, horizon, segment=segment, level=level)
        n = int(chances.n)
        if n < minimum:
            return Estimate.undefined(Message.of("funnel.reason.too_few", n=n, minimum=minimum), n=n)
        if np.isnan(chances.value):
            wording = "not_followed" if horizon > followed else "unwatched"
            return Estimate.undefined(Message.of(f"funnel.reason.{wording}", days=followed, horizon=horizon), n=n)
        left = share_open(known, age) if is_open_ended else 0.0
        reason = Message.of("funnel.reason.open_at_last", share=left, days=followed) if left else None
        low, high = float(chances.low), float(chances.high)
        return Estimate(value=float(chances.value), low=low, high=high, n=n, level=level, reason=reason)


def place_of(tally: OutcomeTally, stage: object) -> int:
    """Return the position of an open stage; -1 for ``None``, the beginning.

    Raises
    ------
    UnknownNameError
        If the process has no such open stage.
    """
    if stage is None:
        return BEGINNING
    keys = tuple(each.key for each in tally.stages)
    if not isinstance(stage, str) or stage not in keys:
        raise UnknownNameError("unknown_stage", path=("stage",), choices=keys, value=stage)
    return keys.index(stage)


def check_segment(tally: OutcomeTally, segment: int) -> None:
    """Refuse what is no position of a segment."""
    check_whole(segment, ("segment",), 0, len(tally.segments) - 1)


def standing(tally: OutcomeTally, segment: int, stage: int) -> Standing:
    """Return the deals of a segment that entered a stage (-1: all, from their beginning), those that stayed longest first."""
    rows = _rows_of(tally.cells, tally.counts, segment, stage)
    rows = rows[np.argsort(-rows[:, 1], kind="stable")]
    entry, stay, is_left, days, cause = rows.T
    return Standing(entry=entry, stay=stay, is_left=is_left, days=days, cause=cause)


def passed(tally: OutcomeTally, segment: int, stage: int) -> tuple[Integers, Integers, Integers]:
    """Return how the deals of a segment that came to a stage got done with it: entry, days and cause, a row a deal."""
    entry, days, cause = _rows_of(tally.passages, tally.passage_counts, segment, stage).T
    return entry, days, cause


def _moved(rows: Integers, places: Integers) -> Integers:
    """Give the segments of rows other positions."""
    return np.column_stack((places[rows[:, 0]], rows[:, 1:]))


def _rows_of(rows: Integers, counts: Integers, segment: int, stage: int) -> Integers:
    """Return the rows of a segment and a stage, without these two columns, each as often as it comes."""
    of_segment = slice(*np.searchsorted(rows[:, 0], (segment, segment + 1)).tolist())
    rows, counts = rows[of_segment], counts[of_segment]
    of_stage = slice(*np.searchsorted(rows[:, 1], (stage, stage + 1)).tolist())
    return np.repeat(rows[of_stage, 2:], counts[of_stage], axis=0)


def check_outcome_question(
    process: SalesProcess, *, as_of: date, period: Period | None, since: date | None, by: Sequence[str]
) -> tuple[str, ...]:
    """Refuse a malformed question; return the names of what the segments are made of."""
    names = check_question(process, as_of=as_of, rule="cohort", period=period, by=by)
    for position, name in enumerate(names):
        if name in _TAKEN:
            raise InvalidValueError("name_taken", path=("by", position), value=name)
    if since is not None:
        check_date(since, ("since",))
        if since > as_of:
            raise InvalidValueError("since_too_late", path=("since",), last=as_of, value=since)
    return names

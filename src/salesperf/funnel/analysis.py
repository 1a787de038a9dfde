"""What a tally of deals says: the rate of each stage, from end to end, and of what was decided, each as an estimate."""

from collections.abc import Iterator
from typing import Final

import attrs
import numpy as np

from salesperf.errors import InvalidValueError
from salesperf.funnel.rules import CANCELLED, LOST, OPEN, RULES, WON
from salesperf.funnel.tally import FunnelTally, Labels
from salesperf.kernels.events import median_of_counts
from salesperf.kernels.proportion import wilson
from salesperf.model.codes import Integers
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.result import Result, Row, Scalar, text_table
from salesperf.model.stage import Stage
from salesperf.model.validators import require

__all__ = ["FunnelReport", "FunnelSegment", "FunnelStage", "analyze"]

_NOTHING: Final = Estimate.undefined(Message("funnel.reason.no_deals"))


@attrs.frozen(kw_only=True)
class FunnelStage:
    """One open stage of one segment.

    Attributes
    ----------
    stage : Stage
        The stage.
    entered : int
        Deals that entered it: the sum of the four that follow.
    moved_on, lost, cancelled, open : int
        Deals that went beyond it, and those that were lost, were cancelled and are open there.
    died : int
        Deals lost or cancelled that were at last in this stage, perhaps having come further before.
    conversion_rate : Estimate
        moved_on / entered, a fraction.
    spillage : Estimate
        (lost + cancelled) / entered, a fraction.
    stagnation : Estimate
        Deals that stand in the stage for more days than it allows, / entered, a fraction; undefined where it allows any.
    median_days : Estimate
        The median of the days that visits took which have ended, with their number.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import STANDARD_PROCESSES, Change, Opportunity, funnel
    >>> history = [Change(date(2026, 9, 1), stage="lead"), Change(date(2026, 9, 8), stage="lost")]
    >>> deals = [Opportunity(id="o-1", history=history)]
    >>> report = funnel.analyze(funnel.count(deals, STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30)))
    >>> report.segments[0].stages[0].spillage.value, report.segments[0].stages[0].median_days.value
    (1.0, 7.0)
    """

    stage: Stage
    entered: int
    moved_on: int
    lost: int
    cancelled: int
    open: int
    died: int
    conversion_rate: Estimate
    spillage: Estimate
    stagnation: Estimate
    median_days: Estimate

    @property
    def has_been_left(self) -> bool:
        """Whether any deal has left it: of a stage that none has left, a rate would say that nobody moves on."""
        return self.open < self.entered


@attrs.frozen(kw_only=True)
class FunnelSegment:
    """The funnel of one segment.

    Attributes
    ----------
    labels : tuple of str or None
        What its deals have in common, in the order of the tally's ``by``.
    deals : int
        Deals that the rule follows: the sum of the four that follow.
    won, lost, cancelled, open : int
        How they stand.
    nonconforming, undated : int
        Deals that the rule does not follow, and deals without a first day: in no other number.
    end_to_end_rate : Estimate
        won / deals, a fraction: of those that began, how many have been won so far.
    win_rate : Estimate
        won / (won + lost), a fraction: of those decided for us or for another, how many were won.
    stages : tuple of FunnelStage
        The open stages, in order.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import STANDARD_PROCESSES, Change, Opportunity, funnel
    >>> deals = [Opportunity(id="o-1", history=[Change(date(2026, 9, 1), stage="closed")])]
    >>> report = funnel.analyze(funnel.count(deals, STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30)))
    >>> report.segments[0].won, report.segments[0].win_rate.n
    (1, 1)
    """

    labels: Labels
    deals: int
    won: int
    lost: int
    cancelled: int
    open: int
    nonconforming: int
    undated: int
    end_to_end_rate: Estimate
    win_rate: Estimate
    stages: tuple[FunnelStage, ...]


@attrs.frozen(kw_only=True)
class FunnelReport(Result):
    """Rates of a funnel, by segment and stage: made by :func:`analyze`.

    Attributes
    ----------
    tally : FunnelTally
        What was counted.
    level : float
        The level of the intervals.
    segments : tuple of FunnelSegment
        In order of their labels.

    Notes
    -----
    A deal that is open is not lost. A rate over those that entered counts it as not yet moved on, and so rises while deals
    are decided; the win rate leaves it out, and so favours what is decided fast.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import STANDARD_PROCESSES, Change, Opportunity, funnel
    >>> deals = [Opportunity(id="o-1", history=[Change(date(2026, 9, 1), stage="lead")])]
    >>> report = funnel.analyze(funnel.count(deals, STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30)))
    >>> [note.text() for note in report.notes]
    ['Deals still open: 1. They are not lost; a rate over the deals that entered counts them as not yet moved on.']
    """

    tally: FunnelTally
    level: float
    segments: tuple[FunnelSegment, ...]

    @property
    def notes(self) -> tuple[Message, ...]:
        """What a reader of the rates has to know: deals that are open, nonconforming, undated."""
        # Whatever the rule, what no lead began is not part of a funnel that starts at the lead.
        left_out = "nonconforming" if RULES[self.tally.rule].in_order else "without_lead"
        counts = {
            "open_not_lost": sum(segment.open for segment in self.segments),
            left_out: sum(segment.nonconforming for segment in self.segments),
            "undated": sum(segment.undated for segment in self.segments),
        }
        return tuple(Message.of(f"funnel.note.{name}", count=count) for name, count in counts.items() if count)

    def rows(self) -> list[Row]:
        """Return a row for each segment and stage, and after them one for the segment from end to end, without a stage."""
        return [row for segment in self.segments for row in self._rows_of(segment)]

    def _rows_of(self, segment: FunnelSegment) -> Iterator[Row]:
        labels = dict(zip(self.tally.by, segment.labels, strict=True))
        for each in segment.stages:
            yield {
                **labels,
                "stage": each.stage.key,
                **{name: getattr(each, name) for name in _COUNTS},
                **_columns("conversion_rate", each.conversion_rate),
                **_columns("win_rate", _NOTHING),
                "spillage": each.spillage.value,
                "stagnation": each.stagnation.value,
                "median_days": each.median_days.value,
                "ended_visits": each.median_days.n,
                "nonconforming": None,
                "undated": None,
            }
        yield {
            **labels,
            "stage": None,
            "entered": segment.deals,
            "moved_on": segment.won,
            "lost": segment.lost,
            "cancelled": segment.cancelled,
            "open": segment.open,
            "died": segment.lost + segment.cancelled,
            **_columns("conversion_rate", segment.end_to_end_rate),
            **_columns("win_rate", segment.win_rate),
            "spillage": None,
            "stagnation": None,
            "median_days": None,
            "ended_visits": None,
            "nonconforming": segment.nonconforming,
            "undated": segment.undated,
        }

    def __str__(self) -> str:
        """Return the rows as an aligned table, rates with their intervals in one column, and the notes below."""
        rows = [{name: value for name, value in _shortened(row).items() if name not in _LEFT_OUT} for row in self.rows()]
        return "\n".join([text_table(rows), *(note.text() for note in self.notes)])


_COUNTS: Final = ("entered", "moved_on", "lost", "cancelled", "open", "died")
_RATES: Final = ("conversion_rate", "win_rate")
_LEFT_OUT: Final = frozenset(
    {"died", "ended_visits", "nonconforming", "undated", *(f"{name}_{end}" for name in _RATES for end in ("low", "high"))}
)
"""Columns that the rows have and a printed report has not: it has the intervals beside the rates, and the rest as notes."""


def _columns(name: str, estimate: Estimate) -> Row:
    return {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}


def _shortened(row: Row) -> dict[str, Scalar]:
    """Write rates and their intervals as percentages."""
    rates: dict[str, Scalar] = {name: _percent(row[name], row[f"{name}_low"], row[f"{name}_high"]) for name in _RATES}
    shares: dict[str, Scalar] = {name: _percent(row[name]) for name in ("spillage", "stagnation")}
    return {**row, **rates, **shares}


def _percent(value: Scalar, low: Scalar = None, high: Scalar = None) -> str:
    if not isinstance(value, float):
        return ""
    return f"{value:.1%}" if low is None else f"{value:.1%} [{low:.1%}, {high:.1%}]"


def analyze(tally: FunnelTally, *, level: float = 0.95) -> FunnelReport:
    """Make rates of a tally, each with its interval and the number that it rests on.

    Parameters
    ----------
    tally
        Deals counted by :func:`count` or :func:`count_columns`.
    level
        The share of such intervals that hold the truth, within (0, 1).

    Returns
    -------
    FunnelReport
        By segment and stage; a rate over nothing is undefined, and says why.

    Raises
    ------
    InvalidValueError
        If something is no tally, or the level lies outside (0, 1).

    Notes
    -----
    Intervals of rates are Wilson's. Under ``cohort`` and ``strict`` the conversion rates of the stages multiply to the rate
    from end to end.

    References
    ----------
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", *Journal of the American
    Statistical Association* 22 (1927) 209-212.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import STANDARD_PROCESSES, Change, Opportunity, funnel
    >>> def deal(id, *stages):
    ...     return Opportunity(id=id, history=[Change(date(2026, 9, day), stage=stage) for day, stage in enumerate(stages, 1)])
    >>> deals = [deal("o-1", "lead", "closed"), deal("o-2", "lead", "opportunity", "lost"), deal("o-3", "lead", "lost")]
    >>> report = analyze(funnel.count(deals, STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30)))
    >>> print(report.segments[0].win_rate)
    0.333333 [0.0614919, 0.79234], n = 3
    """
    require(tally, FunnelTally, path=("tally",))
    require(level, float, path=("level",))
    if not 0 < level < 1:
        raise InvalidValueError("between", path=("level",), low=0, high=1, value=level)
    won, lost, deals = tally.outcomes[:, WON], tally.outcomes[:, LOST], tally.deals
    end_to_end = _shares(won, deals, level, "no_deals")
    win_rates = _shares(won, won + lost, level, "none_decided")
    stages = _stages(tally, level)
    segments = tuple(
        FunnelSegment(
            labels=labels,
            deals=int(deals[segment]),
            won=int(won[segment]),
            lost=int(lost[segment]),
            cancelled=int(tally.outcomes[segment, CANCELLED]),
            open=int(tally.outcomes[segment, OPEN]),
            nonconforming=int(tally.nonconforming[segment]),
            undated=int(tally.undated[segment]),
            end_to_end_rate=end_to_end[segment],
            win_rate=win_rates[segment],
            stages=tuple(stages[segment * len(tally.stages) : (segment + 1) * len(tally.stages)]),
        )
        for segment, labels in enumerate(tally.segments)
    )
    return FunnelReport(tally=tally, level=level, segments=segments)


def _stages(tally: FunnelTally, level: float) -> list[FunnelStage]:
    """Return all stages of the first segment, then those of the second, and so on."""
    counts = {name: getattr(tally, name).ravel() for name in _COUNTS}
    entered = counts["entered"]
    conversion = _shares(counts["moved_on"], entered, level, "none_entered")
    spillage = _shares(counts["lost"] + counts["cancelled"], entered, level, "none_entered")
    stagnation = _shares(_stale(tally).ravel(), entered, level, "none_entered")
    without_limit = Estimate.undefined(Message("funnel.reason.no_limit"))
    return [
        FunnelStage(
            stage=stage,
            **{name: int(column[place]) for name, column in counts.items()},
            conversion_rate=conversion[place],
            spillage=spillage[place],
            stagnation=without_limit if stage.max_days is None else stagnation[place],
            median_days=_median_days(tally, *divmod(place, len(tally.stages)), level),
        )
        for place, stage in enumerate(tally.stages * len(tally.segments))
    ]


def _shares(part: Integers, whole: Integers, level: float, reason: str) -> list[Estimate]:
    """Estimate shares; those of nothing are undefined, for a reason."""
    undefined = Estimate.undefined(Message(f"funnel.reason.{reason}"))
    interval = wilson(part, whole, level=level)
    columns = (part, whole, interval.low, interval.high)
    return [
        Estimate(value=k / n, low=low, high=high, n=n, level=level) if n else undefined
        for k, n, low, high in zip(*(column.tolist() for column in columns), strict=True)
    ]


def _stale(tally: FunnelTally) -> Integers:
    """Count the deals that stand in a stage for more days than it allows."""
    stale = np.zeros_like(tally.entered)
    limits = np.array([np.iinfo(np.int64).max if stage.max_days is None else stage.max_days for stage in tally.stages])
    segment, stage, is_open, days = tally.cells.T
    found = np.flatnonzero((is_open == 1) & (days > limits[stage]))
    np.add.at(stale, (segment[found], stage[found]), tally.visits[found])
    return stale


def _median_days(tally: FunnelTally, segment: int, stage: int, level: float) -> Estimate:
    """Estimate how long visits take from those that have ended; the reason tells of those that have not."""
    days, visits = tally.days_spent(segment, stage)
    if not visits.size:
        return Estimate.undefined(Message("funnel.reason.no_visit_ended"), unit="days")
    still_open = int(tally.days_spent(segment, stage, is_open=True)[1].sum())
    median, interval = median_of_counts(days, visits, level=level)
    return Estimate(
        value=median,
        low=interval.low,
        high=interval.high,
        n=int(visits.sum()),
        level=level,
        unit="days",
        reason=Message.of("funnel.reason.open_visits", count=still_open) if still_open else None,
    )

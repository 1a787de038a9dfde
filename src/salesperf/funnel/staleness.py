"""Open deals that have gone stale: to censor them as if they were like the others may flatter the chances to win."""

import attrs
import numpy as np

from salesperf.funnel.chances import FEWEST_DEALS, Standing, curve_table
from salesperf.funnel.following import CAUSES
from salesperf.funnel.outcome_tally import OutcomeTally, standing
from salesperf.funnel.tally import Labels, check_within
from salesperf.kernels.numeric import INT64_MAX
from salesperf.kernels.survival import aalen_johansen
from salesperf.model.codes import Integers
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.result import Result, Row
from salesperf.model.stage import Stage
from salesperf.model.validators import check_whole, require

__all__ = ["StaleReport", "StaleStage", "stale"]

_WON, _LOST = CAUSES["won"], CAUSES["lost"]


@attrs.frozen(kw_only=True)
class StaleStage:
    """The open deals of one stage that have stood there for longer than usual.

    Attributes
    ----------
    labels : tuple of str or None
        The segment.
    stage : Stage
        The stage.
    limit_days : int or None
        Days beyond which a deal is stale: those that the stage allows, or else those within which a share of the deals that
        have been decided had left it; ``None`` where none has.
    open : int
        Deals that stand in the stage.
    count : int
        How many of them are stale.
    time_share : Estimate
        Which share of all days watched since deals entered the stage is theirs.
    win_chance : Estimate
        The chance to be won of a deal that enters the stage, as far as any was followed, with stale deals censored like others.
    win_chance_if_lost : Estimate
        The same if all stale deals had been lost by the last day: no assumption about them makes it less.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import STANDARD_PROCESSES, funnel
    >>> nothing = funnel.OutcomeTally.empty(STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30))
    >>> funnel.stale(nothing).stages[0].note is None
    True
    """

    labels: Labels
    stage: Stage
    limit_days: int | None
    open: int
    count: int
    time_share: Estimate
    win_chance: Estimate
    win_chance_if_lost: Estimate

    @property
    def note(self) -> Message | None:
        """What a reader of the chances has to know; ``None`` where no deal is stale."""
        if not self.count:
            return None
        stage = Message(self.stage.label)
        facts = {
            "stage": Message.of("funnel.bottleneck.segment", labels=self.labels, stage=stage) if self.labels else stage,
            "count": self.count,
            "open": self.open,
            "days": self.limit_days,
            "share": self.time_share.value,
        }
        if self.win_chance.value is None or self.win_chance_if_lost.value is None:
            return Message.of("funnel.note.stale", **facts)
        chances = {"chance": self.win_chance.value, "if_lost": self.win_chance_if_lost.value}
        return Message.of("funnel.note.stale_chance", **facts, **chances)


@attrs.frozen(kw_only=True)
class StaleReport(Result):
    """Whether stale open deals may mislead: made by :func:`stale`.

    Attributes
    ----------
    by : tuple of str
        What the segments are made of.
    stages : tuple of StaleStage
        By segment and stage.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import STANDARD_PROCESSES, funnel
    >>> funnel.stale(funnel.OutcomeTally.empty(STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30))).notes
    ()
    """

    by: tuple[str, ...]
    stages: tuple[StaleStage, ...]

    @property
    def notes(self) -> tuple[Message, ...]:
        """A warning for each stage in which open deals are stale."""
        return tuple(each.note for each in self.stages if each.note is not None)

    def rows(self) -> list[Row]:
        """Return a row for each segment and stage."""
        return [
            {
                **dict(zip(self.by, each.labels, strict=True)),
                "stage": each.stage.key,
                "limit_days": each.limit_days,
                "open": each.open,
                "count": each.count,
                "time_share": each.time_share.value,
                "win_chance": each.win_chance.value,
                "win_chance_if_lost": each.win_chance_if_lost.value,
            }
            for each in self.stages
        ]


def stale(tally: OutcomeTally, *, share: float = 0.9, level: float = 0.95, minimum: int = FEWEST_DEALS) -> StaleReport:
    """Look for open deals that have stood in a stage for longer than usual, and tell what they could change.

    Parameters
    ----------
    tally
        Deals counted by :func:`outcomes`.
    share
        Where a stage has no limit of days: the share of decided deals whose days in the stage set it, within (0, 1).
    level
        That of the intervals, within (0, 1).
    minimum
        Deals below which no chance is told.

    Returns
    -------
    StaleReport
        By segment and stage.

    Raises
    ------
    InvalidValueError
        If an argument is malformed.

    Notes
    -----
    Censoring takes an open deal as no likelier to end one way or the other than those of its age that were followed further.
    A deal that nobody works on and nobody closes is not such a deal: it is as good as lost. How much that could matter is
    bounded by counting all stale deals as lost.

    References
    ----------
    J. P. Klein and M. L. Moeschberger, *Survival Analysis*, 2nd edition, 2003, 3.2, on informative censoring and bounds.

    Examples
    --------
    >>> from datetime import date, timedelta
    >>> from salesperf import STANDARD_PROCESSES, Change, Opportunity, funnel
    >>> def deal(number):
    ...     history = [Change(date(2026, 1, 1), stage="lead")]
    ...     if number < 30:
    ...         end = "closed" if number % 3 else "lost"
    ...         history.append(Change(date(2026, 1, 1) + timedelta(number), stage=end))
    ...     return Opportunity(id=f"o-{number}", history=history)
    >>> counted = funnel.outcomes(map(deal, range(40)), STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30))
    >>> lead = stale(counted).stages[0]
    >>> lead.count, lead.open, lead.limit_days
    (10, 10, 26)
    """
    require(tally, OutcomeTally, path=("tally",))
    check_within(share, "share")
    check_whole(minimum, ("minimum",), 1, INT64_MAX)
    return StaleReport(
        by=tally.by,
        stages=tuple(
            _stale_stage(labels, stage, standing(tally, segment, place), share, level, minimum)
            for segment, labels in enumerate(tally.segments)
            for place, stage in enumerate(tally.stages)
        ),
    )


def _stale_stage(labels: Labels, stage: Stage, known: Standing, share: float, level: float, minimum: int) -> StaleStage:
    limit = _limit(stage, known, share)
    is_there = known.is_left == 0
    is_stale = is_there & (known.stay > limit) if limit is not None else np.zeros_like(is_there)
    watched = np.maximum(known.days - known.entry, 0)
    total = int(watched.sum())
    as_lost = np.where(is_stale, _LOST, known.cause)
    return StaleStage(
        labels=labels,
        stage=stage,
        limit_days=limit,
        open=int(is_there.sum()),
        count=int(is_stale.sum()),
        time_share=Estimate(value=int(watched[is_stale].sum()) / total, n=known.days.size, level=level)
        if total
        else Estimate.undefined(Message("funnel.reason.none_entered")),
        win_chance=_win_chance(known, known.cause, level, minimum),
        win_chance_if_lost=_win_chance(known, as_lost, level, minimum),
    )


def _limit(stage: Stage, known: Standing, share: float) -> int | None:
    """Return the days beyond which a deal is stale."""
    if stage.max_days is not None:
        return stage.max_days
    decided = np.sort(known.stay[known.cause > 0])
    return int(decided[int(np.ceil(share * decided.size)) - 1]) if decided.size else None


def _win_chance(known: Standing, cause: Integers, level: float, minimum: int) -> Estimate:
    """Tell the chance of a deal that enters the stage to be won, as far as any was followed."""
    n = known.days.size
    if n < minimum:
        return Estimate.undefined(Message.of("funnel.reason.too_few", n=n, minimum=minimum), n=n)
    table = curve_table(known.days, cause, known.entry, cause_count=len(CAUSES))
    curve = aalen_johansen(table, _WON, level=level)
    return Estimate(value=float(curve.incidence[-1]), low=float(curve.low[-1]), high=float(curve.high[-1]), n=n, level=level)

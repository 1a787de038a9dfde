"""Rates by which a target is worked back through a funnel: of a report, of a tally, or stated."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

import attrs

from salesperf.errors import InvalidValueError, SalesperfError, UnknownNameError
from salesperf.funnel import FunnelReport, FunnelSegment, FunnelStage, FunnelTally, analyze
from salesperf.kernels.proportion import wilson
from salesperf.model.estimate import Estimate
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.validators import as_tuple, check_number, is_identifier

__all__ = ["Funnel", "Rate", "StageRate", "faults_of_rate", "faults_of_rates", "read_rates", "stage_rate"]

Rate: TypeAlias = int | Decimal | Fraction | Estimate
"""A share that moves on, stated exactly, or estimated with its interval."""
Funnel: TypeAlias = FunnelReport | FunnelTally | Mapping[str, Rate]

_CHAINED = ("cohort", "strict")
"""The counting rules by which whoever moves on from a stage enters the next, so that rates multiply."""
_MOST_DENOMINATOR = 10**6
"""Shares of so many can be told apart by their floats with room to spare."""


@attrs.frozen(kw_only=True)
class StageRate:
    """The share of those in a stage that move on.

    Attributes
    ----------
    stage : str or None
        The key of the stage; ``None`` for leads.
    label : Message
        What a reader sees of it.
    exact : Fraction or None
        The share; ``None`` where nobody knows it.
    estimate : Estimate
        The same with its interval, if it was estimated.
    open : int
        How many stand in the stage, and so have no part in the share.
    """

    stage: str | None
    label: Message
    exact: Fraction | None
    estimate: Estimate
    open: int = 0

    @property
    def ends(self) -> tuple[float, float] | None:
        """The interval of the share, which has no width where it is stated; ``None`` where there is none."""
        if self.exact is not None and self.estimate.n == 0 and self.estimate.low is None:
            return float(self.exact), float(self.exact)
        if self.estimate.low is None or self.estimate.high is None:
            return None
        return max(self.estimate.low, 0.0), min(self.estimate.high, 1.0)


def read_rates(funnel: Funnel, segment: Sequence[str | None] | None) -> tuple[StageRate, ...]:
    """Return the rate of each stage, the first stage first.

    Raises
    ------
    InvalidValueError
        If the funnel is of another kind, was counted by a rule whose rates do not multiply, has several segments of which
        none is named, or a stated rate is malformed.
    UnknownNameError
        If it has no such segment.
    """
    if isinstance(funnel, FunnelTally):
        funnel = analyze(funnel)
    if isinstance(funnel, FunnelReport):
        chosen = _segment(funnel, segment)
        if funnel.tally.rule not in _CHAINED:
            raise InvalidValueError("choice", path=("funnel", "rule"), choices=_CHAINED, value=funnel.tally.rule)
        return tuple(_counted(stage, funnel.level) for stage in chosen.stages)
    # A FrozenMap is sorted by its keys, and the order of the stages would be lost.
    if not isinstance(funnel, Mapping) or (isinstance(funnel, FrozenMap) and len(funnel) > 1):
        raise InvalidValueError("wrong_type", path=("funnel",), expected=(FunnelReport, FunnelTally, dict), value=funnel)
    if segment is not None:
        raise UnknownNameError("unknown_segment", path=("segment",), choices=(), value=segment)
    if not funnel:
        raise InvalidValueError("too_few", path=("funnel",), low=1, value=0)
    return tuple(stage_rate(stage, Message(stage), rate) for stage, rate in funnel.items())


def _segment(report: FunnelReport, segment: Sequence[str | None] | None) -> FunnelSegment:
    if segment is None:
        if len(report.segments) != 1:
            raise InvalidValueError("segment_unnamed", path=("segment",), value=len(report.segments))
        return report.segments[0]
    labels = as_tuple(segment)
    found = next((each for each in report.segments if each.labels == labels), None)
    if found is None:
        choices = tuple("/".join(label or "" for label in each.labels) for each in report.segments)
        raise UnknownNameError("unknown_segment", path=("segment",), choices=choices, value=segment)
    return found


def _counted(stage: FunnelStage, level: float) -> StageRate:
    """Take the share of those that have left a stage: who still stands in it is neither lost nor through."""
    left, label = stage.entered - stage.open, Message(stage.stage.label)
    if not left:
        nothing = Estimate.undefined(Message.of("feasibility.reason.none_left", stage=label))
        return StageRate(stage=stage.stage.key, label=label, exact=None, estimate=nothing, open=stage.open)
    interval = wilson(stage.moved_on, left, level=level)
    estimate = Estimate(value=stage.moved_on / left, low=interval.low, high=interval.high, n=left, level=level)
    exact = Fraction(stage.moved_on, left)
    return StageRate(stage=stage.stage.key, label=label, exact=exact, estimate=estimate, open=stage.open)


def stage_rate(stage: str | None, label: Message, rate: Rate) -> StageRate:
    """Take a rate that was stated; the float of an estimate as the fraction of small numbers that it is nearest to."""
    if not isinstance(rate, Estimate):
        return StageRate(stage=stage, label=label, exact=Fraction(rate), estimate=Estimate(value=float(rate), n=0))
    exact = None if rate.value is None else Fraction(rate.value).limit_denominator(_MOST_DENOMINATOR)
    return StageRate(stage=stage, label=label, exact=exact, estimate=rate)


def faults_of_rate(rate: object, *path: str | int) -> Iterator[SalesperfError]:
    """Tell what is wrong with a rate that was stated."""
    value = rate.value if isinstance(rate, Estimate) else rate
    if isinstance(rate, float):
        yield InvalidValueError("rate_float", path=path, value=rate)
    elif isinstance(rate, Estimate) and value is None:
        return
    else:
        try:
            check_number(value, path)
        except SalesperfError as error:
            yield error
        else:
            if isinstance(value, int | float | Decimal | Fraction) and not 0 <= value <= 1:
                yield InvalidValueError("out_of_range", path=path, low=0, high=1, value=value)


def faults_of_rates(funnel: object) -> Iterator[SalesperfError]:
    """Tell what is wrong with stated rates and the names of their stages; of a report or a tally, nothing."""
    if isinstance(funnel, Mapping):
        for position, (stage, rate) in enumerate(funnel.items()):
            if not is_identifier(stage):
                yield InvalidValueError("wrong_type", path=("funnel", position), expected=str, value=stage)
            else:
                yield from faults_of_rate(rate, "funnel", stage)

"""Which entries are behind a number on a target."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeAlias

from salesperf.model.target import Actual, Target

__all__ = ["entries_behind", "is_within"]

Runs: TypeAlias = Iterable[tuple[int, int]]
"""From which day to before which, as ordinals."""


def entries_behind(target: Target, runs: Mapping[str, Runs], last: date, actuals: Iterable[Actual]) -> tuple[Actual, ...]:
    """Choose the entries that count for a target; of a stock the last of each owner and scope that stands to the end.

    Parameters
    ----------
    target
        Tells metric and scope.
    runs
        Of each owner, the days on which what is recorded counts.
    last
        The last day looked at.
    actuals
        Those to choose from, in any order.
    """
    metrics = {metric.key: metric for metric in target.metric.recorded}
    held = [
        actual
        for actual in actuals
        if actual.metric.key in metrics
        and actual.scope.contains(target.scope)
        and is_within(actual.on, runs.get(actual.owner, ()))
    ]
    latest: dict[object, date] = {}
    for actual in held:
        latest[_standing(actual)] = max(latest.get(_standing(actual), actual.on), actual.on)
    return tuple(
        actual
        for actual in held
        if metrics[actual.metric.key].accumulation != "stock"
        or (actual.on == latest[_standing(actual)] and is_within(last, runs[actual.owner]))
    )


def is_within(day: date, runs: Runs) -> bool:
    """Tell whether a day lies on one of some runs of days."""
    return any(start <= day.toordinal() < end for start, end in runs)


def _standing(actual: Actual) -> object:
    """Return what a value of a stock takes the place of."""
    return actual.owner, actual.metric.key, actual.scope

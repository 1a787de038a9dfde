"""Spreading: how what is owed lies over its days, laid together from the days of the targets that it is made of."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias, cast

from salesperf.attainment.choosing import shortest_tiles
from salesperf.attainment.owed import Owed, OwedPart
from salesperf.model.calendar import Calendar
from salesperf.model.period import Period
from salesperf.model.profile import Schedule
from salesperf.model.target import Target

if TYPE_CHECKING:
    from salesperf.model.amount import Amount

__all__ = ["Piece", "lay", "pieces_of", "pieces_of_part"]

Piece: TypeAlias = tuple[Period, Fraction | int]
"""Days, and how much is planned for them, in the smallest unit."""


def pieces_of_part(part: OwedPart, targets: Sequence[Target]) -> Iterator[Piece]:
    """Spread a part over its days: a whole target as the shortest of some targets that hold its days say."""
    tiles = () if part.is_prorated else shortest_tiles(targets, part.period)
    minors = [cast("Amount", tile.amount).minor for tile in tiles]
    whole = sum(minors)
    if not whole:
        yield part.period, part.amount.minor
        return
    # What shorter targets sum to may differ from what was agreed for the whole.
    agreed = part.amount.minor
    for tile, minor in zip(tiles, minors, strict=True):
        yield tile.period, minor if whole == agreed else Fraction(minor * agreed, whole)


def pieces_of(owed: Owed) -> list[Piece]:
    """Return how a flow that is owed is spread over its days."""
    amount = cast("Amount", owed.target.amount).minor
    weights = ((owed.target.period, amount),) if owed.schedule is None else owed.schedule.parts
    whole = sum((Fraction(weight) for _, weight in weights), Fraction(0))
    # The share of one who changed team is divided by workdays, and spread as the whole is.
    return [(days, Fraction(weight) * (amount / whole if whole else 0)) for days, weight in weights]


def lay(pieces: Sequence[Piece], period: Period, calendar: Calendar) -> Schedule | None:
    """Lay pieces over each other: the weight of each run of days between any two of their ends.

    It is ``None`` where they say no more than that it is even, or no plan at all: nothing, or less than nothing on some days.
    """
    weights: dict[Period, Fraction | int] = {}
    for days, weight in pieces:
        weights[days] = weights.get(days, 0) + weight
    if set(weights) == {period} or not any(weights.values()) or min(weights.values()) < 0:
        return None
    edges = sorted({period.start, period.end, *(edge for days in weights for edge in (days.start, days.end))})
    if [(days.start, days.end) for days in weights] == list(pairwise(edges)):
        return Schedule(parts=tuple(weights.items()))
    per_workday, per_day = (dict.fromkeys(edges, Fraction(0)) for _ in range(2))
    for days, weight in weights.items():
        workdays = calendar.workdays(days)
        changes, rate = (per_workday, Fraction(weight, workdays)) if workdays else (per_day, Fraction(weight, days.days))
        changes[days.start] += rate
        changes[days.end] -= rate
    runs = []
    by_workday, by_day = Fraction(0), Fraction(0)
    for run in (Period(*pair) for pair in pairwise(edges)):
        by_workday, by_day = by_workday + per_workday[run.start], by_day + per_day[run.start]
        runs.append((run, by_workday * calendar.workdays(run) + by_day * run.days))
    return Schedule(parts=tuple(runs))

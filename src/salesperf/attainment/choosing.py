"""Choosing: which of an owner's targets say what is owed for some days, and how the shorter ones spread the longer."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from salesperf.model.period import Period
from salesperf.model.target import Target

__all__ = ["choose", "shortest_tiles"]


class _Choice(NamedTuple):
    """Targets that do not overlap, and how good they are together."""

    days: int
    preference: int
    targets: tuple[Target, ...]


def choose(targets: Sequence[Target], period: Period) -> list[tuple[Target, Period]]:
    """Choose targets of one owner for a period, each with the days of it that count; none of these overlap.

    Parameters
    ----------
    targets
        In any order, each for other days.
    period
        The days asked for.

    Notes
    -----
    A target that lies within the period was agreed for just these days, so it is taken whole: of several sets that do not
    overlap the one that holds the most days, and of those the one with the fewest targets. What they leave is taken from
    others, each day from the shortest that holds it.

    Examples
    --------
    >>> from salesperf import COUNT, STANDARD_METRICS, Amount
    >>> labels = ("2026", "2026-Q3", "2026-07", "2026-11")
    >>> visits, days = STANDARD_METRICS["visits"], [Period.parse(label) for label in labels]
    >>> targets = [Target(owner=None, metric=visits, amount=Amount.of(9, COUNT), period=each) for each in days]
    >>> for target, counted in choose(targets, Period.half(2026, 2)):
    ...     print(target.period, counted)
    2026-Q3 2026-Q3
    2026 2026-10
    2026-11 2026-11
    2026 2026-12
    """
    whole = [(target, target.period) for target in _within(targets, period, fewest=True)]
    rest = period.without([days for _, days in whole])
    pieces = [*whole, *(piece for days in rest for piece in _fill(targets, days))]
    return sorted(pieces, key=lambda piece: piece[1])


def shortest_tiles(targets: Sequence[Target], period: Period) -> tuple[Target, ...]:
    """Return the most targets that hold each day of a period once; none where they cannot hold them all."""
    tiles = _within(targets, period, fewest=False)
    return tiles if sum(target.period.days for target in tiles) == period.days else ()


def _within(targets: Sequence[Target], period: Period, *, fewest: bool) -> tuple[Target, ...]:
    """Choose targets within a period that do not overlap and hold the most days; of those sets the smallest, or the largest."""
    within = [target for target in targets if period.covers(target.period)]
    within.sort(key=lambda target: (target.period.end, target.period.start))
    ends = [target.period.end for target in within]
    # The best choice among the first of them, for every number of the first: weighted interval scheduling.
    best = [_Choice(0, 0, ())]
    for target in within:
        before = best[bisect_right(ends, target.period.start)]
        preference = before.preference - 1 if fewest else before.preference + 1
        with_it = _Choice(before.days + target.period.days, preference, (*before.targets, target))
        best.append(max(best[-1], with_it, key=lambda choice: choice[:2]))
    return best[-1].targets


def _fill(targets: Sequence[Target], days: Period) -> Iterator[tuple[Target, Period]]:
    """Take each of some days from the shortest target that holds it, in as few pieces as there are."""
    edges = {edge for target in targets for edge in (target.period.start, target.period.end) if edge in days}
    runs = [Period(*pair) for pair in pairwise(sorted({*edges, days.start, days.end}))]
    for shortest, group in groupby(runs, key=lambda run: _shortest(targets, run)):
        held = list(group)
        if shortest is not None:
            yield shortest, Period(held[0].start, held[-1].end)


def _shortest(targets: Sequence[Target], run: Period) -> Target | None:
    holding = (target for target in targets if target.period.covers(run))
    return min(holding, key=lambda target: target.period.days, default=None)

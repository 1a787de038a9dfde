"""The ledger: sums of a tally over owners and days, by searching in cumulative sums instead of scanning."""

from collections.abc import Sequence
from datetime import date

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.attainment.counting import ActualTally
from salesperf.model.amount import Unit
from salesperf.model.frozen import FrozenMap
from salesperf.model.metric import Metric
from salesperf.model.people import Org
from salesperf.model.period import Period

__all__ = ["Ledger", "Span"]

Integers = NDArray[np.int64]
Scope = FrozenMap[str, str]


Span = tuple[int, int, int]
"""Days of one recorded owner that are asked for: its code, the first day, and the first day after, as ordinals."""


@attrs.frozen(kw_only=True)
class _Page:
    """The cells of one metric, unit and scope, sorted by owner and day, with running sums."""

    key: Integers
    day: Integers
    minor: Integers
    running_minor: Integers
    running_entries: Integers

    @classmethod
    def of(cls, cells: ActualTally, chosen: Integers, stride: int) -> "_Page":
        key = cells.owner[chosen] * stride + cells.day[chosen]
        order = np.argsort(key, kind="stable")
        chosen = chosen[order]
        return cls(
            key=key[order],
            day=cells.day[chosen],
            minor=cells.minor[chosen],
            running_minor=_running(cells.minor[chosen]),
            running_entries=_running(cells.entries[chosen]),
        )


def _running(column: Integers) -> Integers:
    """Return sums of the first 0, 1, 2, ... items; they may wrap, and their differences are right all the same."""
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(column)))


class Ledger:
    """Answers "how much, by whom, within which days" for many questions about one tally.

    Parameters
    ----------
    tally
        The actuals, counted.
    org
        Who is under whom and when; ``None`` where an owner means only itself, and the company everybody.
    """

    def __init__(self, tally: ActualTally, org: Org | None) -> None:
        self.tally = tally
        self.org = org
        self._owner_code = {owner: code for code, owner in enumerate(tally.owners)}
        self._pages: dict[tuple[str, Unit, Scope, bool], _Page] = {}
        self._stints: dict[str | None, tuple[tuple[int, int, int], ...]] = {}
        # One more than any ordinal, so that owner and day fit in one sortable number.
        self._stride = date.max.toordinal() + 2

    def units(self, metric: Metric, scope: Scope) -> tuple[Unit, ...]:
        """Return the units in which a metric was recorded within a scope."""
        chosen = self._choose(metric.key, scope)
        return tuple(self.tally.units[code] for code in np.unique(self.tally.unit[chosen]).tolist())

    def spans(self, owner: str | None, period: Period) -> list[Span]:
        """Return the days of each recorded owner that count toward an owner within a period."""
        start, end = period.start.toordinal(), period.end.toordinal()
        if owner not in self._stints:
            self._stints[owner] = tuple(self._find_stints(owner))
        return [
            (code, max(start, first), min(end, last))
            for code, first, last in self._stints[owner]
            if first < end and start < last
        ]

    def _find_stints(self, owner: str | None) -> list[tuple[int, int, int]]:
        always = (0, self._stride)
        if owner is None:
            return [(code, *always) for code in self._owner_code.values()]
        own = [(self._owner_code[owner], *always)] if owner in self._owner_code else []
        if self.org is None or owner in self.org.rep_by_id:
            return own
        teams = self.org.teams_under(owner)
        by_teams = [(self._owner_code[team], *always) for team in teams if team in self._owner_code]
        by_reps = [
            (self._owner_code[stint.rep], stint.start.toordinal(), stint.end.toordinal())
            for stint in self.org.stints_under(owner)
            if stint.rep in self._owner_code
        ]
        return by_teams + by_reps

    def _choose(self, metric: str, scope: Scope) -> Integers:
        """Return the cells of a metric whose scope contains the scope asked for."""
        if metric not in self.tally.metrics:
            return np.zeros(0, dtype=np.int64)
        code = self.tally.metrics.index(metric)
        first, last = np.searchsorted(self.tally.metric, (code, code + 1))
        if not scope:
            return np.arange(first, last)
        holds = np.array([known.contains(scope) for known in self.tally.scopes])
        return np.asarray(np.flatnonzero(holds[self.tally.scope[first:last]]) + first, dtype=np.int64)

    def _page(self, metric: str, unit: Unit, scope: Scope, *, exact: bool = False) -> _Page:
        """Return the cells whose scope contains the scope asked for, or is that very one."""
        key = (metric, unit, scope, exact)
        if key not in self._pages:
            chosen = self._choose(metric, scope)
            keep = self.tally.unit[chosen] == _code(self.tally.units, unit)
            if exact:
                keep &= self.tally.scope[chosen] == _code(self.tally.scopes, scope)
            self._pages[key] = _Page.of(self.tally, chosen[keep], self._stride)
        return self._pages[key]

    def _edges(self, page: _Page, spans: Sequence[Span]) -> tuple[Integers, Integers]:
        asked = np.array(spans, dtype=np.int64).reshape(-1, 3)
        base = asked[:, 0] * self._stride
        return np.searchsorted(page.key, base + asked[:, 1]), np.searchsorted(page.key, base + asked[:, 2])

    def sums(self, metric: Metric, unit: Unit, scope: Scope, spans: Sequence[Span]) -> tuple[Integers, Integers]:
        """Return for each span the sum in the smallest unit, and the number of entries."""
        page = self._page(metric.key, unit, scope)
        first, last = self._edges(page, spans)
        return (
            page.running_minor[last] - page.running_minor[first],
            page.running_entries[last] - page.running_entries[first],
        )

    def sums_each(
        self,
        metric: Metric,
        unit: Unit,
        scope: Scope,
        asked: Sequence[Sequence[Span]],
    ) -> tuple[Integers, Integers]:
        """Return for each group of spans the sum in the smallest unit, and the number of entries."""
        sizes = np.array([len(spans) for spans in asked], dtype=np.int64)
        minor, entries = self.sums(metric, unit, scope, [span for spans in asked for span in spans])
        ends = np.cumsum(sizes)
        running_minor, running_entries = _running(minor), _running(entries)
        return (
            running_minor[ends] - running_minor[ends - sizes],
            running_entries[ends] - running_entries[ends - sizes],
        )

    def by_day(self, metric: Metric, unit: Unit, scope: Scope, spans: Sequence[Span]) -> tuple[Integers, Integers]:
        """Return the days with actuals within the spans together, as ordinals, and the sum of each day."""
        page = self._page(metric.key, unit, scope)
        edges = zip(*self._edges(page, spans), strict=True)
        chosen = np.concatenate([np.zeros(0, dtype=np.int64), *(np.arange(first, last) for first, last in edges)])
        order = np.argsort(page.day[chosen], kind="stable")
        days, minor = page.day[chosen][order], page.minor[chosen][order]
        starts = np.flatnonzero(np.diff(days, prepend=-1))
        return days[starts], np.add.reduceat(minor, starts) if starts.size else minor

    def last_values(self, metric: Metric, unit: Unit, scope: Scope, spans: Sequence[Span], end: int) -> tuple[int, int]:
        """Return what stood of a stock at the end: the last value of each owner and scope, summed, and how many there are.

        Only spans that reach the end count: who has left the team by then takes the stock along.
        """
        total, found = 0, 0
        for known in self.tally.scopes:
            if not known.contains(scope):
                continue
            page = self._page(metric.key, unit, known, exact=True)
            for owner, _, last in spans:
                place = int(np.searchsorted(page.key, owner * self._stride + end)) - 1
                if last == end and place >= 0 and page.key[place] >= owner * self._stride:
                    total += int(page.minor[place])
                    found += 1
        return total, found


def _code(labels: tuple[object, ...], label: object) -> int:
    return labels.index(label) if label in labels else -1

"""The ledger: sums of a tally over owners and days, by searching in cumulative sums instead of scanning."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain, compress
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.attainment.counting import ActualTally, Codes
from salesperf.attainment.owed import Gap
from salesperf.model.amount import Unit
from salesperf.model.frozen import FrozenMap
from salesperf.model.metric import Metric
from salesperf.model.people import Org
from salesperf.model.period import Period

__all__ = ["Ledger", "Spans"]

Integers = NDArray[np.int64]
Scope = FrozenMap[str, str]

_ALWAYS: Final = (0, date.max.toordinal() + 1)
"""The first day of all, and the first day after all, as ordinals."""


@attrs.frozen(eq=False)
class Spans:
    """Days of recorded owners that are asked for, for each of some questions.

    Attributes
    ----------
    question : array of int64, shape (spans,)
        Which question each span belongs to; increasing.
    owner : array of int64, shape (spans,)
        The owner's position in the tally.
    start, end : array of int64, shape (spans,)
        The first day, and the first day after, as ordinals; an empty span ends where it starts, or before.
    questions : int
        How many questions there are.
    """

    question: Integers
    owner: Integers
    start: Integers
    end: Integers
    questions: int

    def total(self, column: Integers) -> Integers:
        """Sum a number of each span over the spans of each question; sums may wrap, and are right if they fit."""
        if column.size == self.questions == np.count_nonzero(np.diff(self.question, prepend=-1)):
            return column
        running = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(column)))
        edges = np.searchsorted(self.question, np.arange(self.questions + 1))
        return np.asarray(running[edges[1:]] - running[edges[:-1]], dtype=np.int64)

    def only(self, chosen: NDArray[np.bool_]) -> "Spans":
        """Return the spans of the chosen questions; the others ask for no day."""
        if chosen.all():
            return self
        return attrs.evolve(self, end=np.where(chosen[self.question], self.end, self.start))


class Ledger:
    """Answers "how much, by whom, within which days" for many questions about one tally at once.

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
        self._owners = {owner: code for code, owner in enumerate(tally.owners)}
        self._stints: dict[str | None, Integers] = {}

    def _stints_of(self, owner: str | None) -> Integers:
        """Return the recorded owners that count toward an owner, with the days for which they do: shape (stints, 3)."""
        if owner not in self._stints:
            self._stints[owner] = np.array(list(self._find_stints(owner)), dtype=np.int64).reshape(-1, 3)
        return self._stints[owner]

    def _find_stints(self, owner: str | None) -> Iterable[tuple[int, int, int]]:
        if owner is None:
            return [(code, *_ALWAYS) for code in self._owners.values()]
        if self.org is None or owner in self.org.rep_by_id:
            return [(self._owners[owner], *_ALWAYS)] if owner in self._owners else []
        by_teams = [(self._owners[team], *_ALWAYS) for team in self.org.teams_under(owner) if team in self._owners]
        by_reps = [
            (self._owners[stint.rep], stint.start.toordinal(), stint.end.toordinal())
            for stint in self.org.stints_under(owner)
            if stint.rep in self._owners
        ]
        return by_teams + by_reps

    def spans(self, owners: Codes[Any], starts: Integers, ends: Integers, gaps: Sequence[Sequence[Gap]] = ()) -> Spans:
        """Return the days asked for by many questions.

        Parameters
        ----------
        owners
            Shape (questions,): a rep, a team, or ``None`` for the company.
        starts, ends
            Shape (questions,), the first day of each, and the first day after, as ordinals.
        gaps
            What each leaves out; empty where none leaves out anything.
        """
        tables = [self._stints_of(owner) for owner in owners.labels]
        asked = owners.codes
        sizes = np.array([len(table) for table in tables], dtype=np.int64)
        owner, start, end = np.concatenate([np.zeros((0, 3), dtype=np.int64), *tables]).T.copy()
        # The stints of a question stand one behind the other, from the first of its owner on.
        counts = sizes[asked]
        question = np.repeat(np.arange(asked.size), counts)
        chosen = np.arange(question.size) + np.repeat((np.cumsum(sizes) - sizes)[asked] - (np.cumsum(counts) - counts), counts)
        spans = Spans(
            question=question,
            owner=owner[chosen],
            start=np.maximum(start[chosen], starts[question]),
            end=np.minimum(end[chosen], ends[question]),
            questions=asked.size,
        )
        return self._less(spans, gaps) if any(gaps) else spans

    def _less(self, spans: Spans, gaps: Sequence[Sequence[Gap]]) -> Spans:
        """Take days out of spans: few questions have any to take out, so each span is cut by itself."""
        holes: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for question, left_out in enumerate(gaps):
            for owner, period in left_out:
                for code, start, end in self._stints_of(owner).tolist():
                    first, after = max(start, period.start.toordinal()), min(end, period.end.toordinal())
                    if first < after:
                        holes.setdefault((question, code), []).append((first, after))
        columns = (spans.question, spans.owner, spans.start, spans.end)
        rows = [
            (question, code, *run)
            for question, code, start, end in zip(*(column.tolist() for column in columns), strict=True)
            for run in _runs_between(start, end, sorted(holes.get((question, code), ())))
        ]
        cut = np.array(rows, dtype=np.int64).reshape(-1, len(columns))
        return Spans(question=cut[:, 0], owner=cut[:, 1], start=cut[:, 2], end=cut[:, 3], questions=spans.questions)

    def spans_of(self, owner: str | None, *periods: Period, gaps: Sequence[Gap] = ()) -> Spans:
        """Return the days of one owner within one or more periods, a question each, less what all leave out."""
        starts = np.array([period.start.toordinal() for period in periods], dtype=np.int64)
        ends = np.array([period.end.toordinal() for period in periods], dtype=np.int64)
        return self.spans(Codes(np.zeros(len(periods), dtype=np.int64), (owner,)), starts, ends, [gaps] * len(periods))

    def days_counted(self, owner: str | None, period: Period, gaps: Sequence[Gap]) -> tuple[Period, ...]:
        """Return the days of a period on which something that is done counts: all but those that everybody leaves out."""
        if not gaps:
            return (period,)
        left_out: dict[str | None, list[Period]] = {}
        for gap in gaps:
            for seller, days in self._served(gap.owner, gap.period):
                left_out.setdefault(seller, []).append(days)
        served = self._served(owner, period)
        nobody = period.without(run for seller, days in served for run in days.without(left_out.get(seller, ())))
        return period.without(common for days in nobody for gap in gaps if (common := days.overlap(gap.period)))

    def _served(self, owner: str | None, period: Period) -> Iterator[tuple[str | None, Period]]:
        """Find who may do something toward an owner, and when: a rep, each rep under a team, or a team that has no rep."""
        if self.org is None or owner in self.org.rep_by_id:
            yield owner, period
            return
        for team in self.org.teams_under(owner):
            if not self.org.stints_under(team):
                yield team, period
        everybody = chain.from_iterable(map(self.org.stints, self.org.rep_by_id))
        for stint in everybody if owner is None else self.org.stints_under(owner):
            days = stint.within(period)
            if days is not None:
                yield stint.rep, days

    def units(self, metric: Metric, scope: Scope) -> tuple[Unit, ...]:
        """Return the units in which a metric was recorded within a scope."""
        tally = self.tally
        if metric.key not in tally.metrics:
            return ()
        row = tally.metrics.index(metric.key) * len(tally.units)
        block = len(tally.owners) * tally.days
        first = np.array(
            [
                [(row + unit) * len(tally.scopes) + known for known in self.scopes_within(scope)]
                for unit in range(len(tally.units))
            ],
            dtype=np.int64,
        )
        _, entries = tally.between(first * block, (first + 1) * block)
        return tuple(compress(tally.units, np.any(entries > 0, axis=1)))

    def scopes_within(self, scope: Scope) -> list[int]:
        """Return the positions of the recorded scopes that contain a scope."""
        return [place for place, known in enumerate(self.tally.scopes) if known.contains(scope)]

    def days_by_owner(self, spans: Spans) -> Mapping[str, list[tuple[int, int]]]:
        """Return the runs of days of each recorded owner, as the ordinals of the first day and of the day after."""
        runs: dict[str, list[tuple[int, int]]] = {}
        for owner, *run in zip(spans.owner.tolist(), spans.start.tolist(), spans.end.tolist(), strict=True):
            runs.setdefault(self.tally.owners[owner], []).append((run[0], run[1]))
        return runs

    def _keys(self, row: Integers, spans: Spans) -> tuple[Integers, Integers, Integers]:
        """Return, of each span, the key of its owner's first day, its first key, and the key after its last.

        A row is a combination of metric, unit and scope, for each question; a negative one is not in the tally, and its spans
        are empty.
        """
        asked = row[spans.question]
        start = np.clip(spans.start - self.tally.first_day, 0, self.tally.days)
        end = np.maximum(np.clip(spans.end - self.tally.first_day, 0, self.tally.days), start)
        end = np.where(asked < 0, start, end)
        base = (np.maximum(asked, 0) * len(self.tally.owners) + spans.owner) * self.tally.days
        return base, base + start, base + end

    def _cells(self, row: Integers, spans: Spans) -> tuple[Integers, Integers, Integers]:
        """Return, of each span, where its owner's first cell stands, its first, and the one after its last."""
        base, first, last = (np.searchsorted(self.tally.key, keys) for keys in self._keys(row, spans))
        return base, first, last

    def _rows(self, metric: Integers, unit: Integers, scope: int) -> Integers:
        row = (metric * len(self.tally.units) + unit) * len(self.tally.scopes) + scope
        return np.where((metric < 0) | (unit < 0), -1, row)

    def _rows_of(self, metric: Metric, unit: Unit, scope: int, spans: Spans) -> Integers:
        places = np.full(spans.questions, position(self.tally.metrics, metric.key))
        return self._rows(places, np.full(spans.questions, position(self.tally.units, unit)), scope)

    def sums_at(self, metric: Integers, unit: Integers, scope: Scope, spans: Spans) -> tuple[Integers, Integers]:
        """Return for each question the sum in the smallest unit, and the number of entries.

        Parameters
        ----------
        metric, unit
            Shape (questions,), positions in the tally; negative for one that it does not have.
        scope
            What all questions are narrowed to.
        spans
            The days asked for.
        """
        minor = np.zeros(spans.questions, dtype=np.int64)
        entries = np.zeros(spans.questions, dtype=np.int64)
        for known in self.scopes_within(scope):
            _, first, last = self._keys(self._rows(metric, unit, known), spans)
            found = self.tally.between(first, last)
            minor += spans.total(found[0])
            entries += spans.total(found[1])
        return minor, entries

    def sums(self, metric: Metric, unit: Unit, scope: Scope, spans: Spans) -> tuple[Integers, Integers]:
        """Return for each question about one metric the sum in the smallest unit, and the number of entries."""
        metric_place = np.full(spans.questions, position(self.tally.metrics, metric.key))
        return self.sums_at(metric_place, np.full(spans.questions, position(self.tally.units, unit)), scope, spans)

    def first_day(self, metric: Metric) -> date | None:
        """Return the first day on which a metric was recorded, by anybody; ``None`` where it never was."""
        block = len(self.tally.units) * len(self.tally.scopes) * len(self.tally.owners) * self.tally.days
        place = position(self.tally.metrics, metric.key)
        first, last = np.searchsorted(self.tally.key, (place * block, (place + 1) * block))
        if place < 0 or first == last:
            return None
        return date.fromordinal(int((self.tally.key[first:last] % self.tally.days).min()) + self.tally.first_day)

    def entries(self, metric: Metric, scope: Scope, spans: Spans) -> Integers:
        """Return for each question the number of entries, in whatever unit."""
        counts = np.zeros(spans.questions, dtype=np.int64)
        for unit in self.units(metric, scope):
            counts += self.sums(metric, unit, scope, spans)[1]
        return counts

    def by_day(self, metric: Metric, unit: Unit, scope: Scope, spans: Spans) -> tuple[Integers, Integers]:
        """Return the days with actuals within all spans together, as ordinals, and the sum of each day."""
        cells = [np.zeros(0, dtype=np.int64)]
        for known in self.scopes_within(scope):
            _, first, last = self._cells(self._rows_of(metric, unit, known, spans), spans)
            cells += [np.arange(*pair, dtype=np.int64) for pair in zip(first.tolist(), last.tolist(), strict=True)]
        chosen = np.concatenate(cells)
        distinct, place = np.unique(self.tally.key[chosen] % max(self.tally.days, 1), return_inverse=True)
        sums = np.zeros(distinct.size, dtype=np.int64)
        np.add.at(sums, place, self.tally.minor[chosen])
        return distinct + self.tally.first_day, sums

    def last_values(self, metric: Metric, unit: Unit, scope: Scope, spans: Spans, end: int) -> tuple[int, int]:
        """Return what stood of a stock at the end: the last value of each owner and scope, summed, and how many there are.

        Only spans that reach the end count: who has left the team by then takes the stock along.
        """
        total, found = 0, 0
        for known in self.scopes_within(scope):
            rows = self._rows_of(metric, unit, known, spans)
            first, _, last = self._cells(rows, spans)
            reaches = (spans.start < end) & (spans.end == end)
            standing = last[reaches & (last > first) & (rows[spans.question] >= 0)] - 1
            total += int(self.tally.minor[standing].sum())
            found += int(standing.size)
        return total, found


def _runs_between(start: int, end: int, holes: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the runs of days of a span that lie in no hole."""
    for first, after in holes:
        if start < min(first, end):
            yield start, min(first, end)
        start = max(start, after)
    if start < end:
        yield start, end


def position(labels: tuple[object, ...], label: object) -> int:
    """Return where a label stands; -1 where it does not."""
    return labels.index(label) if label in labels else -1

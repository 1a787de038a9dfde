"""The numbers on whether the targets of a review ask of everybody alike, down to each target and what it is held against."""

import math
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, partial

import attrs

from salesperf.allocation import FairnessAudit, FairnessLine, FairnessMeasure
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Product, Quotient, Sum
from salesperf.model.message import Message
from salesperf.model.metric import Metric
from salesperf.model.period import Period
from salesperf.model.target import Actual
from salesperf.review.explained.elsewhere import computed, shown
from salesperf.review.explained.entries import Entries, entry_named, in_order
from salesperf.review.explained.growing import Numbered, counted, grown, leaf, more_of, named, rep_named, summed
from salesperf.review.listed import listed_names
from salesperf.review.plan_fairness import PlanFairness

__all__ = ["numbers_of_fairness"]


def numbers_of_fairness(plan: PlanFairness, period: Period, entries: Entries | None) -> Numbered:
    """Yield the numbers of the audit of targets: by each yardstick the index of each owner, and how far apart they lie.

    Parameters
    ----------
    plan
        The audit, or why there is none.
    period
        Of which days the targets are.
    entries
        ``None`` where none are at hand.
    """
    audit, metric = plan.audit, plan.metric
    if audit is None or metric is None:
        return
    for measure in audit.measures:
        done = None if entries is None else partial(_done, entries, metric, period)
        yield from _measured(_Yardstick(measure, audit, done), f"team/fairness/{measure.yardstick}")
    yield "team/fairness/tolerance", lambda: leaf(named("tolerance"), audit.tolerance)
    yield "team/fairness/left_out", lambda: _counted(named("not_compared"), plan.left_out)
    yield from more_of("team/fairness/left_out", listed_names(plan.left_out).rest, rep_named)


def _counted(label: Message, owners: Iterable[str | None]) -> Breakdown:
    return counted(label, (named("rep", rep=owner) for owner in owners))


def _measured(yardstick: "_Yardstick", address: str) -> Numbered:
    yield f"{address}/compared", lambda: _counted(named("compared"), (line.owner for line in yardstick.lines))
    yield f"{address}/spread", yardstick.spread
    yield f"{address}/gini", yardstick.gini
    yield f"{address}/beyond", lambda: _counted(named("beyond"), yardstick.measure.beyond)
    for line in yardstick.lines:
        yield f"{address}/index/{line.owner}", partial(yardstick.index, line)


def _done(entries: Entries, metric: Metric, period: Period, owner: str | None) -> list[Actual]:
    return in_order(entries.within(period.same_days_last_year(), owner, metric))


@attrs.frozen(eq=False)
class _Yardstick:
    """A yardstick with those of whom it tells."""

    measure: FairnessMeasure
    audit: FairnessAudit
    done: Callable[[str | None], list[Actual]] | None
    """Tells what somebody did in the same days of the year before."""

    @cached_property
    def lines(self) -> Sequence[FairnessLine]:
        """Those who have anything by it."""
        return [line for line in self.audit.lines if line.yardstick == self.measure.yardstick and line.index is not None]

    @property
    def named(self) -> Message:
        return Message(f"diagnosis.yardstick.{self.measure.yardstick}")

    def _value(self, line: FairnessLine) -> Breakdown:
        """Return how much somebody has by it."""
        label, unit = named(f"by_{line.yardstick}", owner=line.owner), line.target.unit
        if line.yardstick == "history":
            return leaf(label, Amount(minor=int(line.value * unit.scale), unit=unit))
        return leaf(label, float(line.value))

    def _own(self, line: FairnessLine) -> Breakdown:
        """Return how much somebody has by it; what was done, down to the entries."""
        value, unit = self._value(line), line.target.unit
        if self.done is None or line.yardstick != "history":
            return value
        found = [(entry_named(entry), entry.amount) for entry in self.done(line.owner) if entry.amount.unit == unit]
        return shown(value.label, value.value, summed(value.label, Amount.total([amount for _, amount in found], unit), found))

    def index(self, line: FairnessLine) -> Breakdown:
        """Return what is asked of one for each unit of it, over what is asked of all together: the same of each.

        Of all together each has a leaf alone: otherwise each of some thousand indexes would hold the entries of everybody.
        """
        own = grown(named("asked_of", owner=line.owner), line.ratio, Quotient(), (_target(line), self._own(line)))
        return grown(named("index_of", owner=line.owner), line.index, Quotient(), (own, self._asked_of_all))

    @cached_property
    def _asked_of_all(self) -> Breakdown:
        target = Amount.total((line.target for line in self.lines), self.lines[0].target.unit)
        label = named("yardstick_together", yardstick=self.named)
        value = computed(label, Sum(), map(self._value, self.lines))
        asked = grown(named("targets_together"), target, Sum(), map(_target, self.lines))
        return computed(named("asked_of_all"), Quotient(), (asked, value))

    def spread(self) -> Breakdown:
        """Return the highest index over the lowest."""
        label = named("index_spread", yardstick=self.named)
        if self.measure.spread is None:
            return leaf(label, None)
        return grown(label, self.measure.spread, Quotient(), (self.index(pick(self.lines, key=_known)) for pick in (max, min)))

    def gini(self) -> Breakdown:
        """Return the indexes, each times how many lie below it less how many above, over their sum times how many they are."""
        label, gini = named("gini", yardstick=self.named), self.measure.gini
        if gini is None:
            return leaf(label, None)
        count, total = len(self.lines), math.fsum(map(_known, self.lines))
        ascending = sorted(self.lines, key=_known)
        ranks = [2 * place - count + 1 for place in range(count)]
        apart = math.fsum(rank * _known(line) for rank, line in zip(ranks, ascending, strict=True))
        products = map(_times, ascending, ranks)
        indexes = grown(named("indexes_together"), total, Sum(), map(_bare, ascending))
        whole = grown(named("indexes_times"), count * total, Product(), (leaf(named("compared"), count), indexes))
        return grown(label, gini, Quotient(), (grown(named("indexes_apart"), apart, Sum(), products), whole))


def _target(line: FairnessLine) -> Breakdown:
    return leaf(named("target_of", owner=line.owner), line.target)


def _known(line: FairnessLine) -> float:
    return line.index or 0.0


def _bare(line: FairnessLine) -> Breakdown:
    return leaf(named("index_of", owner=line.owner), line.index)


def _times(line: FairnessLine, below_less_above: int) -> Breakdown:
    parts = (leaf(named("below_less_above"), below_less_above), _bare(line))
    return grown(named("index_of", owner=line.owner), below_less_above * _known(line), Product(), parts)

"""The numbers on whether the targets of a review ask of everybody alike, down to each target and what it is held against."""

import math
from collections.abc import Iterable, Sequence
from functools import cache, partial

from salesperf.allocation import FairnessAudit, FairnessLine, FairnessMeasure
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Product, Quotient, Sum
from salesperf.model.message import Message
from salesperf.review.explained.growing import Numbered, Tree, counted, grown, leaf, more_of, named, rep_named
from salesperf.review.listed import listed_names
from salesperf.review.plan_fairness import PlanFairness

__all__ = ["numbers_of_fairness"]


def numbers_of_fairness(plan: PlanFairness) -> Numbered:
    """Yield the numbers of the audit of targets: by each yardstick the index of each owner, and how far apart they lie.

    Parameters
    ----------
    plan
        The audit, or why there is none.
    """
    audit = plan.audit
    if audit is None:
        return
    for measure in audit.measures:
        yield from _measured(measure, audit, f"team/fairness/{measure.yardstick}")
    yield "team/fairness/tolerance", lambda: leaf(named("tolerance"), audit.tolerance)
    yield "team/fairness/left_out", lambda: _counted(named("not_compared"), plan.left_out)
    yield from more_of("team/fairness/left_out", listed_names(plan.left_out).rest, rep_named)


def _counted(label: Message, owners: Iterable[str | None]) -> Breakdown:
    return counted(label, (named("rep", rep=owner) for owner in owners))


def _measured(measure: FairnessMeasure, audit: FairnessAudit, address: str) -> Numbered:
    lines = [line for line in audit.lines if line.yardstick == measure.yardstick and line.index is not None]
    whole = cache(partial(_asked_of_all, lines))
    yield f"{address}/compared", lambda: _counted(named("compared"), (line.owner for line in lines))
    yield f"{address}/spread", partial(_spread, measure, lines, whole)
    yield f"{address}/gini", partial(_gini, measure, lines)
    yield f"{address}/beyond", lambda: _counted(named("beyond"), measure.beyond)
    for line in lines:
        yield f"{address}/index/{line.owner}", partial(_index, line, whole)


def _by(line: FairnessLine | FairnessMeasure) -> Message:
    return Message(f"diagnosis.yardstick.{line.yardstick}")


def _target(line: FairnessLine) -> Breakdown:
    return leaf(named("target_of", owner=line.owner), line.target)


def _value(line: FairnessLine) -> Breakdown:
    return leaf(named(f"by_{line.yardstick}", owner=line.owner), float(line.value))


def _index(line: FairnessLine, whole: Tree) -> Breakdown:
    """Return what is asked of one for each unit of the yardstick, over what is asked of all together: the same of each."""
    own = grown(named("asked_of", owner=line.owner), line.ratio, Quotient(), (_target(line), _value(line)))
    return grown(named("index_of", owner=line.owner), line.index, Quotient(), (own, whole()))


def _asked_of_all(lines: Sequence[FairnessLine]) -> Breakdown:
    target = Amount.total((line.target for line in lines), lines[0].target.unit)
    value = math.fsum(line.value for line in lines)
    parts = (
        grown(named("targets_together"), target, Sum(), map(_target, lines)),
        grown(named("yardstick_together", yardstick=_by(lines[0])), value, Sum(), map(_value, lines)),
    )
    return grown(named("asked_of_all"), float(target.decimal) / value, Quotient(), parts)


def _spread(measure: FairnessMeasure, lines: Sequence[FairnessLine], whole: Tree) -> Breakdown:
    label = named("index_spread", yardstick=_by(measure))
    if measure.spread is None:
        return leaf(label, None)
    return grown(label, measure.spread, Quotient(), (_index(pick(lines, key=_known), whole) for pick in (max, min)))


def _gini(measure: FairnessMeasure, lines: Sequence[FairnessLine]) -> Breakdown:
    """Return the indexes, each times how many lie below it less how many above it, over their sum times how many they are."""
    label = named("gini", yardstick=_by(measure))
    if measure.gini is None:
        return leaf(label, None)
    count, total = len(lines), math.fsum(map(_known, lines))
    ascending = sorted(lines, key=_known)
    ranks = [2 * place - count + 1 for place in range(count)]
    apart = math.fsum(rank * _known(line) for rank, line in zip(ranks, ascending, strict=True))
    products = map(_times, ascending, ranks)
    indexes = grown(named("indexes_together"), total, Sum(), map(_bare, ascending))
    whole = grown(named("indexes_times"), count * total, Product(), (leaf(named("compared"), count), indexes))
    return grown(label, measure.gini, Quotient(), (grown(named("indexes_apart"), apart, Sum(), products), whole))


def _known(line: FairnessLine) -> float:
    return line.index or 0.0


def _bare(line: FairnessLine) -> Breakdown:
    return leaf(named("index_of", owner=line.owner), line.index)


def _times(line: FairnessLine, below_less_above: int) -> Breakdown:
    parts = (leaf(named("below_less_above"), below_less_above), _bare(line))
    return grown(named("index_of", owner=line.owner), below_less_above * _known(line), Product(), parts)

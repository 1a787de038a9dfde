"""The one way in which facts become a score: for a block of rows, of which the facts of one are the shortest."""

import math
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError
from salesperf.kernels.numeric import Column
from salesperf.kernels.scratch import Scratch
from salesperf.model.scale import Curve
from salesperf.scorecard.answers import Sheet
from salesperf.scorecard.criteria import CardTerms, Criterion, Gate, Mode

__all__ = ["CriterionMarks", "Marks", "mark", "score_rows"]

_BLOCK: Final = 32_768
"""Rows worked on at a time, so that scratch stays in the cache."""


@attrs.frozen(eq=False)
class CriterionMarks:
    """The points of a criterion or a gate for some rows."""

    points: Column
    """``nan`` where it is left out."""
    is_complete: bool
    """Whether none is."""
    is_known: bool | NDArray[np.bool_]
    """Where the fact was known, or the nested card had a score."""
    marks: "Marks | None" = None
    """Those of a nested card."""


@attrs.frozen(eq=False)
class Marks:
    """The score of some rows, with what it is made of."""

    score: Column
    """``nan`` where nothing is known."""
    before_gates: Column
    criteria: tuple[CriterionMarks, ...]
    gates: tuple[CriterionMarks, ...]


Parts: TypeAlias = Iterable[tuple[Criterion, CriterionMarks]]


def score_rows(card: CardTerms, sheet: Sheet) -> Column:
    """Score every row.

    Raises
    ------
    InvalidInputError
        With every fact that cannot be scored.
    """
    scores = np.empty(sheet.count)
    scratch = Scratch(min(sheet.count, _BLOCK))
    # Most columns are complete, and to look whether one is takes as long as a step of its look-up. Where there are only curves,
    # whatever is not makes the score nan, so that a look at the score tells.
    taken = attrs.evolve(sheet, is_taken_as_known=True) if _has_only_curves(card) else None
    for start in range(0, sheet.count, _BLOCK):
        rows = slice(start, min(start + _BLOCK, sheet.count))
        if taken is not None:
            scores[rows] = _score_taken(card, taken, rows, scratch)
            if math.isfinite(np.add.reduce(scores[rows])):
                continue
            taken = None  # what is missing here is missing in the next block too, mostly
        scores[rows] = _score(card, sheet, rows, scratch)
    sheet.faults.tell()
    return scores


def _has_only_curves(card: CardTerms) -> bool:
    return not card.gates and all(isinstance(criterion.scale, Curve) for criterion in card.criteria)


def _score_taken(card: CardTerms, taken: Sheet, rows: slice, scratch: Scratch) -> Column:
    with np.errstate(invalid="ignore", over="ignore"):  # nothing times infinity: nan, which is what is looked for
        return _score(card, taken, rows, scratch)


def _score(card: CardTerms, sheet: Sheet, rows: slice, scratch: Scratch) -> Column:
    """Score some rows, and let go of the points of each criterion, which are in the scratch, as soon as they are counted."""
    parts = ((criterion, _mark(criterion, sheet, rows, scratch)) for criterion in card.criteria)
    score = _COMBINED[card.mode](parts, scratch.of_segment[: rows.stop - rows.start])
    return _behind(card, score, (_mark(gate, sheet, rows, scratch) for gate in card.gates))


def mark(card: CardTerms, sheet: Sheet, rows: slice) -> Marks:
    """Score some rows, and keep all that the scores are made of; the faults found stay with the sheet."""
    criteria = tuple(_mark(criterion, sheet, rows) for criterion in card.criteria)
    before_gates = _COMBINED[card.mode](zip(card.criteria, criteria, strict=True), np.empty(rows.stop - rows.start))
    gates = tuple(_mark(gate, sheet, rows) for gate in card.gates)
    return Marks(_behind(card, before_gates, gates), before_gates, criteria, gates)


def _behind(card: CardTerms, score: Column, gates: Iterable[CriterionMarks]) -> Column:
    """Cap the score behind each gate that is closed."""
    for gate, marks in zip(card.gates, gates, strict=True):
        cap = card.low if gate.cap is None else float(gate.cap)
        # A gate that is left out has no points, nan, which is not less: it is open.
        score = np.where(marks.points < float(gate.least), np.minimum(score, cap), score)
    return score


def _mark(asked: Criterion | Gate, sheet: Sheet, rows: slice, scratch: Scratch | None = None) -> CriterionMarks:
    nested = None
    if isinstance(asked.scale, CardTerms):
        nested = mark(asked.scale, sheet, rows)
        points, is_complete = nested.score, not np.isnan(nested.score).any()
    else:
        points, is_complete = sheet.points(asked, rows, scratch)
    if is_complete:
        return CriterionMarks(points, is_complete, is_known=True, marks=nested)
    is_known = ~np.isnan(points)
    if asked.missing == "refuse":
        for position in np.flatnonzero(~is_known).tolist():
            sheet.faults.add(InvalidValueError("fact_missing", path=sheet.place(asked.key, rows.start + position)))
    elif asked.missing == "points":
        points, is_complete = np.where(is_known, points, float(asked.missing_points)), True
    return CriterionMarks(points, is_complete, is_known, nested)


# Each mode goes through the criteria in their order, with the same operations for one row as for many: hence the same bits.
# Where all criteria are left out there is no score: nothing known is neither 0 nor 1. Each is given room for one column, which
# may be that in which the points of the next criterion are looked up.


def _weighted_mean(parts: Parts, weighted: Column) -> Column:
    total = np.zeros(weighted.size)
    whole: float | Column = 0.0
    for criterion, marks in parts:
        weight = float(criterion.weight)
        np.multiply(marks.points, weight, out=weighted)
        if marks.is_complete:
            whole = whole + weight
        else:
            is_there = ~np.isnan(marks.points)
            weighted[~is_there] = 0.0
            whole = whole + weight * is_there
        total += weighted
    with np.errstate(invalid="ignore"):  # of nothing: nan
        return np.divide(total, whole, out=total)


def _sum(parts: Parts, weighted: Column) -> Column:
    total = np.zeros(weighted.size)
    is_there: bool | NDArray[np.bool_] = False
    for criterion, marks in parts:
        np.multiply(marks.points, float(criterion.weight), out=weighted)
        total += weighted if marks.is_complete else np.where(np.isnan(weighted), 0.0, weighted)
        is_there = is_there | (True if marks.is_complete else ~np.isnan(weighted))
    return np.where(is_there, total, np.nan)


def _product(parts: Parts, weighted: Column) -> Column:
    total = np.ones(weighted.size)
    is_there: bool | NDArray[np.bool_] = False
    for _, marks in parts:
        total *= marks.points if marks.is_complete else np.where(np.isnan(marks.points), 1.0, marks.points)
        is_there = is_there | (True if marks.is_complete else ~np.isnan(marks.points))
    return np.where(is_there, total, np.nan)


_COMBINED: Final[Mapping[Mode, Callable[[Parts, Column], Column]]] = MappingProxyType(
    {"weighted_mean": _weighted_mean, "sum": _sum, "product": _product}
)

"""The one way in which facts become a score: for a block of rows, of which the facts of one are the shortest."""

import math
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidInputError, InvalidValueError
from salesperf.kernels.blocks import Work, in_blocks
from salesperf.kernels.numeric import Column
from salesperf.kernels.scratch import Scratch
from salesperf.model.scale import Curve
from salesperf.scorecard.answers import Faults, Sheet
from salesperf.scorecard.criteria import CardTerms, Criterion, Gate, Mode

__all__ = ["CriterionMarks", "Marks", "mark", "score_rows"]

_BLOCK: Final = 32_768
"""Rows worked on at a time, so that scratch stays in the cache."""
_SHARED_BLOCK: Final = 65_536
"""Rows that each of several threads works on at a time: more, so that they seldom wait for each other."""


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


Parts: TypeAlias = Iterable[tuple[Criterion, Column, bool]]
"""Criteria, the points of each times its weight, ``nan`` where it is left out, and whether it never is."""


def score_rows(card: CardTerms, sheet: Sheet, workers: int = 1) -> Column:
    """Score every row, in blocks that threads share.

    Raises
    ------
    InvalidInputError
        With every fact that cannot be scored, in the same order however many threads there are.
    """
    scores, size = np.empty(sheet.count), _BLOCK if workers == 1 else _SHARED_BLOCK
    faults: dict[int, Faults] = {}

    def begin() -> Work:
        scratch = Scratch(min(sheet.count, size))
        # Most columns are complete, and to look whether one is takes as long as a step of its look-up. Where there are only
        # curves, whatever is not makes the score nan, so that a look at the score tells.
        is_taken = _has_only_curves(card)

        def work(block: slice) -> None:
            nonlocal is_taken
            rows = slice(block.start, min(block.stop, sheet.count))
            asked = sheet.without_faults
            faults[rows.start] = asked.faults
            if is_taken:
                with np.errstate(invalid="ignore", over="ignore"):  # nothing times infinity: nan, which is what is looked for
                    _score(card, asked.taken_as_known, rows, scores[rows], scratch)
                if math.isfinite(np.add.reduce(scores[rows])):
                    return
                is_taken = False  # what is missing here is missing in the next block too, mostly
            _score(card, asked, rows, scores[rows], scratch)

        return work

    with suppress(InvalidInputError):  # so many faults in one block that it ended: those of earlier ones are told before them
        in_blocks(sheet.count, size, begin, workers=workers)
    if workers > 1 and any(found.are_any for found in faults.values()):
        return score_rows(card, sheet)  # which tells them in the order of its own blocks
    for _, found in sorted(faults.items()):
        sheet.faults.add_all(found)
    sheet.faults.tell()
    return scores


def _has_only_curves(card: CardTerms) -> bool:
    return not card.gates and all(isinstance(criterion.scale, Curve) for criterion in card.criteria)


def _score(card: CardTerms, sheet: Sheet, rows: slice, scores: Column, scratch: Scratch) -> None:
    """Score some rows, and let go of the points of each criterion, which are in the scratch, as soon as they are counted."""
    _combine(card, ((criterion, *_weigh(criterion, sheet, rows, scratch)) for criterion in card.criteria), scores)
    if card.gates:
        scores[:] = _behind(card, scores, (_mark(gate, sheet, rows, scratch) for gate in card.gates))


def mark(card: CardTerms, sheet: Sheet, rows: slice) -> Marks:
    """Score some rows, and keep all that the scores are made of; the faults found stay with the sheet."""
    criteria = tuple(_mark(criterion, sheet, rows) for criterion in card.criteria)
    again = sheet.without_faults
    parts = ((each, *_weigh(each, again, rows, marks=marks)) for each, marks in zip(card.criteria, criteria, strict=True))
    before_gates = np.empty(rows.stop - rows.start)
    _combine(card, parts, before_gates)
    gates = tuple(_mark(gate, sheet, rows) for gate in card.gates)
    return Marks(_behind(card, before_gates, gates), before_gates, criteria, gates)


def _combine(card: CardTerms, parts: Parts, scores: Column) -> None:
    """Write the scores before gates, without the last digits, which tell of the order of operations and of nothing else.

    Rounding is monotone: whoever does better still gets no less.
    """
    _COMBINED[card.mode](parts, scores)
    if card.decimals is not None:
        np.clip(np.round(scores, card.decimals, out=scores), card.low, card.high, out=scores)


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
    points, is_complete = _stand_in(asked, points, is_known, sheet, rows)
    return CriterionMarks(points, is_complete, is_known, nested)


def _weigh(
    criterion: Criterion, sheet: Sheet, rows: slice, scratch: Scratch | None = None, marks: CriterionMarks | None = None
) -> tuple[Column, bool]:
    """Return the points of a criterion times its weight, ``nan`` where it is left out, and whether it never is.

    A curve is looked up along a line whose values are weighted already: a pass less for each criterion.
    """
    if not isinstance(criterion.scale, Curve):
        marks = _mark(criterion, sheet, rows, scratch) if marks is None else marks
        return marks.points * float(criterion.weight), marks.is_complete
    weighted, is_complete = sheet.weighted(criterion, rows, scratch)
    if is_complete:
        return weighted, True
    return _stand_in(criterion, weighted, ~np.isnan(weighted), sheet, rows, float(criterion.weight))


def _stand_in(
    asked: Criterion | Gate, points: Column, is_known: NDArray[np.bool_], sheet: Sheet, rows: slice, weight: float = 1.0
) -> tuple[Column, bool]:
    """Return points with what stands for those that are not known, and whether none is left out."""
    if asked.missing == "points":
        return np.where(is_known, points, float(asked.missing_points) * weight), True
    if asked.missing == "refuse":
        for position in np.flatnonzero(~is_known).tolist():
            sheet.faults.add(InvalidValueError("fact_missing", path=sheet.place(asked.key, rows.start + position)))
    return points, False


# Each mode goes through the criteria in their order, with the same operations for one row as for many: hence the same bits.
# Where all criteria are left out there is no score: nothing known is neither 0 nor 1. The scores are written to the room given.


def _weighted_mean(parts: Parts, total: Column) -> None:
    total.fill(0.0)
    whole: float | Column = 0.0
    for criterion, weighted, is_complete in parts:
        weight = float(criterion.weight)
        if is_complete:
            whole = whole + weight
        else:
            is_there = ~np.isnan(weighted)
            weighted[~is_there] = 0.0
            whole = whole + weight * is_there
        np.add(total, weighted, out=total)
    with np.errstate(invalid="ignore"):  # of nothing: nan
        np.divide(total, whole, out=total)


def _sum(parts: Parts, total: Column) -> None:
    _gather(parts, total, np.add, 0.0)


def _product(parts: Parts, total: Column) -> None:
    _gather(parts, total, np.multiply, 1.0)  # all criteria weigh 1


def _gather(parts: Parts, total: Column, ufunc: np.ufunc, neutral: float) -> None:
    total.fill(neutral)
    is_there: bool | NDArray[np.bool_] = False
    for _, weighted, is_complete in parts:
        known = True if is_complete else ~np.isnan(weighted)
        ufunc(total, weighted if is_complete else np.where(known, weighted, neutral), out=total)
        is_there = is_there | known
    total[~np.asarray(is_there)] = np.nan


_COMBINED: Final[Mapping[Mode, Callable[[Parts, Column], None]]] = MappingProxyType(
    {"weighted_mean": _weighted_mean, "sum": _sum, "product": _product}
)

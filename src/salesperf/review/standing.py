"""The best and the weakest of several by pace, and whether chance alone would tell them apart."""

import math
from collections.abc import Iterable, Sequence
from typing import Final

from salesperf.attainment import Attainment
from salesperf.kernels.special import student_t_quantile
from salesperf.model.estimate import Estimate
from salesperf.model.metric import Band
from salesperf.review.sections import Member, Standing

__all__ = ["standing_of"]

_LEAST_ENTRIES: Final = 3
"""Whoever has fewer entries is not ranked: one large sale is no pace."""

_UNLIKE: Final = frozenset({"house", "joined", "left", "moved", "ramping", "absent", "partial"})
"""Notes on whoever is not ranked with the others, since the plan of the others is not theirs."""


def standing_of(members: Iterable[Member]) -> Standing | None:
    """Rank those whose plan is alike by their pace; ``None`` for fewer than two."""
    alike: list[Attainment] = []
    few, unlike = [], []
    for member in members:
        if _UNLIKE.intersection(member.notes):
            unlike.append(member.owner)
        elif member.attainment.entries < _LEAST_ENTRIES:
            few.append(member.owner)
        elif _goodness(member.attainment) is not None:
            alike.append(member.attainment)
    ranked = sorted(alike, key=lambda each: (-(_goodness(each) or 0.0), each.target.owner or ""))
    if len(ranked) < 2:  # noqa: PLR2004 - a comparison takes two
        return None
    return Standing(
        best=ranked[0],
        weakest=ranked[-1],
        is_clear=_is_clear(ranked),
        ranked=tuple(each.target.owner for each in ranked),
        few_entries=tuple(dict.fromkeys(few)),
        unlike=tuple(dict.fromkeys(unlike)),
    )


def _goodness(attained: Attainment) -> float | None:
    """Return the pace so that higher is better; within a band nobody is better than another."""
    pace, direction = attained.pace.value, attained.target.metric.direction
    if pace is None or isinstance(direction, Band):
        return None
    return pace if direction == "higher" else -pace


def _is_clear(ranked: Sequence[Attainment]) -> bool | None:
    """Tell whether the first is better than the last beyond chance, among all pairs of which they could have been one.

    Notes
    -----
    The difference of the two paces over the root of their summed squared errors, against Student's t at
    1 - 0.1 / (2 x pairs): a Bonferroni correction for having picked the extremes.
    """
    best, weakest = ranked[0].pace, ranked[-1].pace
    errors = [_error(each) for each in (best, weakest)]
    if best.value is None or weakest.value is None or None in errors:
        return None
    pairs = len(ranked) * (len(ranked) - 1) / 2
    quantile = student_t_quantile(1 - (1 - best.level) / (2 * pairs), min(best.n, weakest.n) - 1)
    return abs(best.value - weakest.value) > quantile * math.hypot(*(error for error in errors if error is not None))


def _error(pace: Estimate) -> float | None:
    """Return the standard error behind the upper end of an interval; the lower may be cut off at 0."""
    if pace.value is None or pace.high is None:
        return None
    return (pace.high - pace.value) / student_t_quantile(0.5 + pace.level / 2, pace.n - 1)

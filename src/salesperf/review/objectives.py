"""The objectives of a review: how far each has come, on how much of its tree that rests, and of what nobody speaks."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from functools import cached_property
from typing import Final

import attrs

from salesperf.model.frozen import FrozenMap
from salesperf.model.objective import Objective
from salesperf.model.period import Period
from salesperf.model.records import Records
from salesperf.okr import STATUSES, KeyResultScore, ObjectiveScore, assess
from salesperf.review.places import Places

__all__ = ["SILENT_DAYS", "ObjectiveLine", "ObjectiveSection", "objective_section"]

SILENT_DAYS: Final = 30
"""After so many days without a check-in nobody knows how far something is: a month of a quarter is gone."""


@attrs.frozen(kw_only=True)
class ObjectiveLine:
    """An objective or a key result of a review: where it stands, and how old what is known of it is.

    Attributes
    ----------
    score : ObjectiveScore or KeyResultScore
        What the check-ins come to.
    level : int
        How many objectives stand above it, among those of the section.
    owner : str or None
        Whose: of a key result without one, whoever has the objective; ``None`` for the company.
    is_leaf : bool
        Whether it stands for itself: a key result, an objective with nothing below it or whose given score counts, and that is
        below no other such objective.
    last_check_in : date or None
        Of it, or of anything below.
    silent_days : int or None
        The days since then, or since its period began where nothing was ever said, up to the end of its period at most;
        ``None`` before it has begun.

    Examples
    --------
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> review = build(read_sample(), owner="r-12", period=Period.quarter(2026, 3), as_of=date(2026, 9, 16))
    >>> [(line.score.noun.id, line.level, line.silent_days) for line in review.objectives.lines]
    [('o-1-2-3-1', 0, 54), ('k-1-2-3-1-1', 1, 54), ('k-1-2-3-1-2', 1, 77)]
    """

    score: ObjectiveScore | KeyResultScore
    level: int
    owner: str | None
    is_leaf: bool
    last_check_in: date | None
    silent_days: int | None

    @property
    def is_silent(self) -> bool:
        """Whether nobody has said anything of it for 30 days, and it is not reached."""
        is_open = self.score.value is None or self.score.value < 1
        return self.is_leaf and is_open and self.silent_days is not None and self.silent_days >= SILENT_DAYS


@attrs.frozen(kw_only=True)
class ObjectiveSection:
    """The objectives under the owner, at the end of the last day of the period so far.

    An objective is the owner's if the owner has it, somebody below has it, or one of them has one of its key results; whoever
    has changed team counts for that of the last day. It stands here with all below it, whoever has that, and is not told
    again there. A check-in counts for the day that it bears: a score that is given after the period is no part of its review.

    Attributes
    ----------
    period : Period
        The days of the period so far.
    scores : tuple of ObjectiveScore
        The objectives whose periods overlap with the review's, and above which none does that is the owner's; sorted by id, as
        are the parts of each.
    lines : tuple of ObjectiveLine
        These, and below each what overlaps with the period of the review.

    Examples
    --------
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> section = build(read_sample(), owner=None, period=Period.quarter(2026, 3), as_of=date(2026, 9, 16)).objectives
    >>> [(score.objective.id, round(score.value, 2), score.status) for score in section.scores]
    [('o-1', 0.66, 'on_track'), ('o-2', 0.89, 'on_track')]
    """

    period: Period
    scores: tuple[ObjectiveScore, ...]
    lines: tuple[ObjectiveLine, ...]

    @cached_property
    def statuses(self) -> FrozenMap[str, int]:
        """How many of the objectives have each status."""
        counts: Counter[str] = Counter(line.score.status for line in self.lines if isinstance(line.score, ObjectiveScore))
        labels: tuple[str, ...] = STATUSES
        return FrozenMap({label: counts[label] for label in labels})

    @cached_property
    def silent(self) -> tuple[ObjectiveLine, ...]:
        """What nobody has said anything of for 30 days."""
        return tuple(line for line in self.lines if line.is_silent)


def objective_section(records: Records, *, owner: str | None, period: Period, passed: Period) -> ObjectiveSection | None:
    """Look at the objectives under an owner.

    Parameters
    ----------
    records
        What was known at the end of the last of the days.
    owner
        A rep, a team, or ``None`` for the company.
    period
        The period of the review.
    passed
        The days of it so far.

    Returns
    -------
    ObjectiveSection or None
        ``None`` where the owner has no objectives in the period.

    Examples
    --------
    >>> from salesperf.io.folder import read_sample
    >>> may = Period.month(2026, 5)
    >>> objective_section(read_sample(), owner=None, period=may, passed=may) is None
    True
    """
    places = Places(records.org)

    def counts(objective: Objective) -> bool:
        owners = [objective.owner, *(part.owner for part in objective.key_results)]
        is_own = owner is None or any(owner in places.above(each, passed.last) for each in owners)
        return is_own and objective.period.overlap(period) is not None

    found = [each for root in records.objectives for each in _topmost(root, counts)]
    if not found:
        return None
    ordered = (_in_order(each) for each in sorted(found, key=lambda each: each.id))
    scores = tuple(assess(each, as_of=passed.last, calendar=records.calendar) for each in ordered)
    lines = (line for score in scores for line in _lines(score, period, passed.last))
    return ObjectiveSection(period=passed, scores=scores, lines=tuple(lines))


def _topmost(objective: Objective, counts: Callable[[Objective], bool]) -> Iterator[Objective]:
    if counts(objective):
        yield objective
        return
    for child in objective.children:
        yield from _topmost(child, counts)


def _in_order(objective: Objective) -> Objective:
    """Sort the parts of a tree by id, so that no other order matters."""
    return attrs.evolve(
        objective,
        key_results=sorted(objective.key_results, key=lambda part: part.id),
        children=sorted(map(_in_order, objective.children), key=lambda child: child.id),
    )


def _lines(
    score: ObjectiveScore, period: Period, on: date, level: int = 0, *, is_told: bool = False
) -> Iterator[ObjectiveLine]:
    """Yield the lines of a tree; ``is_told`` below an objective whose given score counts for all of it."""
    objective = score.objective
    if objective.period.overlap(period) is None:
        return
    is_stated = score.basis == "stated"
    is_leaf = not is_told and (is_stated or not score.parts)
    yield _line(score, objective.owner, objective.period, on, level, is_leaf=is_leaf)
    below = is_told or is_stated
    for part in score.parts:
        if isinstance(part, ObjectiveScore):
            yield from _lines(part, period, on, level + 1, is_told=below)
        elif (days := part.key_result.period or objective.period).overlap(period) is not None:
            yield _line(part, part.key_result.owner or objective.owner, days, on, level + 1, is_leaf=not below)


def _line(
    score: ObjectiveScore | KeyResultScore, owner: str | None, period: Period, on: date, level: int, *, is_leaf: bool
) -> ObjectiveLine:
    last = score.noun.last_check_in
    silent = (min(on, period.last) - (period.start if last is None else last)).days
    return ObjectiveLine(
        score=score,
        level=level,
        owner=owner,
        is_leaf=is_leaf,
        last_check_in=last,
        silent_days=max(silent, 0) if score.has_begun else None,
    )

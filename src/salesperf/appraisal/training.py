"""Training: what somebody needs most, and what it was good for."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Final

import attrs
import numpy as np

from salesperf.appraisal.appraising import Appraisal
from salesperf.errors import InvalidInputError, InvalidValueError, SalesperfError
from salesperf.kernels.special import student_t_quantile, two_sided_quantile
from salesperf.messages import Catalogs
from salesperf.model.estimate import Estimate
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.result import Result, Row
from salesperf.model.scale import MOST_POINTS
from salesperf.model.validators import as_frozen_map, as_tuple, check_number, check_whole, is_identifier, repeated, require

__all__ = ["TrainingEffect", "TrainingNeed", "training_effect", "training_needs"]

_MOST: Final = 1000
_DIGITS: Final = 9
_FEWEST: Final = 2
"""People of whom anything can be told about how far they differ."""


@attrs.frozen(kw_only=True)
class TrainingNeed:
    """What somebody, or several, would gain most by learning.

    Attributes
    ----------
    criterion
        The key of the criterion.
    label
        What a reader sees of it.
    reps
        Who is below the mark, sorted by id.
    gain
        The points that their scores would gain on average, were they at the mark.
    course
        What would help, as stated; ``None`` where nothing is.

    Examples
    --------
    >>> need = TrainingNeed(criterion="coaching", label=Message("coaching"), reps=("chen",), gain=2.5, course="coaching 101")
    >>> need.text()
    'coaching: chen, 2.50 points to gain on average; coaching 101.'
    """

    criterion: str
    label: Message
    reps: tuple[str, ...]
    gain: float
    course: str | None

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write it as a sentence."""
        wording = "need" if self.course is None else "need_course"
        message = Message.of(
            f"appraisal.text.{wording}", criterion=self.label, reps=self.reps, gain=self.gain, course=self.course
        )
        return message.text(lang, catalogs)


def training_needs(
    appraisals: Iterable[Appraisal],
    *,
    mark: float = 60,
    courses: Mapping[str, str] | None = None,
    most: int = 3,
) -> tuple[TrainingNeed, ...]:
    """Find the criteria on which people fall below a mark, those first that would lift their scores most.

    Parameters
    ----------
    appraisals
        Of one person or of many, in any order, each person once.
    mark
        Points below which there is a need, on each criterion that has points of its own.
    courses
        Key of a criterion to what would help.
    most
        How many needs at most.

    Returns
    -------
    tuple of TrainingNeed
        By what all scores together would gain, the most first, then by key. What is not known is no need.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, or somebody is appraised twice.

    Notes
    -----
    The gain of one person is influence x (mark - points): see :meth:`Score.leaves`.

    Examples
    --------
    >>> from salesperf.appraisal import STANDARD_SCHEMES, appraise
    >>> told = appraise("chen", {"attainment": 1.0, "coaching": 2, "fairness": 3}, STANDARD_SCHEMES["manager"])
    >>> [(need.criterion, round(need.gain, 2)) for need in training_needs([told])]
    [('coaching', 6.73), ('fairness', 1.92)]
    """
    told = as_tuple(appraisals)
    require(told, tuple, path=("appraisals",))
    for position, each in enumerate(told):
        require(each, Appraisal, path=("appraisals", position))
    for position, again in repeated(each.rep for each in told):
        raise InvalidValueError("not_unique", path=("appraisals", position, "rep"), value=again)
    check_number(mark, ("mark",))
    least = float(mark)
    check_whole(most, ("most",), 1, _MOST)
    helped: FrozenMap[str, str] = FrozenMap() if courses is None else as_frozen_map(courses)
    require(helped, FrozenMap, path=("courses",))
    for key, course in helped.items():
        if not is_identifier(course):
            raise InvalidValueError("empty", path=("courses", key), value=course)
    gains: dict[str, dict[str, float]] = defaultdict(dict)
    labels: dict[str, Message] = {}
    for one in told:
        for leaf in one.score.leaves():
            key, points = leaf.part.criterion.key, leaf.part.points
            if leaf.part.treatment == "known" and points is not None and round(points, _DIGITS) < least:
                labels[key] = leaf.part.criterion.label
                gains[key][one.rep] = gains[key].get(one.rep, 0.0) + leaf.influence * (least - points)
    order = sorted(gains, key=lambda key: (-math.fsum(gains[key].values()), key))
    return tuple(
        TrainingNeed(
            criterion=key,
            label=labels[key],
            reps=tuple(sorted(gains[key])),
            gain=math.fsum(gains[key].values()) / len(gains[key]),
            course=helped.get(key),
        )
        for key in order[:most]
    )


@attrs.frozen(kw_only=True)
class TrainingEffect(Result):
    """What a training was good for: made by :func:`training_effect`.

    Attributes
    ----------
    before, after
        Id to the result of the assessment, of those who took both.
    only_before, only_after
        Who took one of them only: they tell nothing of a change.
    change
        The mean change, in the points of the assessment.

    Examples
    --------
    >>> told = training_effect({"ada": 60, "bo": 70, "chen": 55}, {"ada": 75, "bo": 76, "dan": 90})
    >>> print(told.change)
    10.5 points [-46.6779, 67.6779], n = 2
    >>> told.only_before, told.only_after
    (('chen',), ('dan',))
    """

    before: FrozenMap[str, float]
    after: FrozenMap[str, float]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    level: float

    @cached_property
    def change(self) -> Estimate:
        """The mean change with its interval; it tells what happened after the training, not because of it."""
        changes = np.array([self.after[rep] - self.before[rep] for rep in self.before])
        count = changes.size
        if count < _FEWEST:
            return Estimate.undefined(Message.of("appraisal.reason.too_few_pairs", count=count), n=count, unit="points")
        mean = float(changes.mean())
        error = float(changes.std(ddof=1)) / math.sqrt(count)
        reach = float(student_t_quantile((1 + self.level) / 2, count - 1)) * error
        return Estimate(value=mean, low=mean - reach, high=mean + reach, n=count, level=self.level, unit="points")

    @property
    def messages(self) -> tuple[Message, ...]:
        """What is known of the effect."""
        change = self.change
        said = [
            Message.of("appraisal.text.no_change", reason=change.reason)
            if change.value is None
            else Message.of("appraisal.text.change", **{name: getattr(change, name) for name in ("value", "low", "high", "n")}),
        ]
        missed = (*self.only_before, *self.only_after)
        if missed:
            said.append(Message.of("appraisal.text.one_assessment", reps=missed))
        return tuple(said)

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the mean change, and who took only one of the assessments, a line each."""
        return "\n".join(message.text(lang, catalogs) for message in self.messages)

    def rows(self) -> list[Row]:
        """Return a row for each person who took both, and for each who took one."""
        reps = sorted({*self.before, *self.only_before, *self.only_after})
        return [{"rep": rep, "before": self.before.get(rep), "after": self.after.get(rep)} for rep in reps]


def training_effect(before: Mapping[str, float], after: Mapping[str, float], *, level: float = 0.95) -> TrainingEffect:
    """Compare assessments of a skill before and after a training.

    Parameters
    ----------
    before, after
        Id to the result of the assessment, in the same points.
    level
        The share of such intervals that hold the true mean change, within (0, 1).

    Returns
    -------
    TrainingEffect
        Over those who took both; who took only one is named.

    Raises
    ------
    InvalidInputError
        With every result that is no finite number, or lies beyond ±1,000,000,000.
    InvalidValueError
        If an argument is of another kind.

    Notes
    -----
    Mean and Student's t interval of the differences within each person. Without a group that was not trained nothing tells
    what the training did from what happened meanwhile; those who did worst before tend to do better after by chance alone.

    References
    ----------
    Student, "The probable error of a mean", *Biometrika* 6 (1908) 1-25; its table of the hours of sleep gained by ten
    patients is the worked example of the tests.

    Examples
    --------
    >>> training_effect({"ada": 60}, {"ada": 75}).change.reason.text()
    '1 took both assessments, and it takes 2'
    """
    given = {"before": before, "after": after}
    faults: list[SalesperfError] = []
    for name, results in given.items():
        require(results, Mapping, path=(name,))
        faults += [fault for rep, result in results.items() if (fault := _fault(name, rep, result)) is not None]
    if faults:
        raise InvalidInputError(faults)
    two_sided_quantile(level)
    both = sorted(before.keys() & after.keys())
    return TrainingEffect(
        before=FrozenMap({rep: float(before[rep]) for rep in both}),
        after=FrozenMap({rep: float(after[rep]) for rep in both}),
        only_before=tuple(sorted(before.keys() - after.keys())),
        only_after=tuple(sorted(after.keys() - before.keys())),
        level=float(level),
    )


def _fault(name: str, rep: object, result: float) -> SalesperfError | None:
    if not is_identifier(rep):
        return InvalidValueError("empty", path=(name,), value=rep)
    path = (name, str(rep))
    try:
        check_number(result, path)
    except InvalidValueError as error:
        return error
    if abs(result) > MOST_POINTS:
        return InvalidValueError("out_of_range", path=path, low=-MOST_POINTS, high=MOST_POINTS, value=result)
    return None

"""The question what others say of somebody, answered as far as it may be told."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import attrs

from salesperf.errors import InvalidInputError, InvalidValueError, SalesperfError
from salesperf.feedback.counting import Answers, Ballot, Repeats, Scale, counted
from salesperf.feedback.releasing import Released, may_be_released
from salesperf.feedback.report import FeedbackReport, GroupFeedback, GroupStatus, SubjectFeedback
from salesperf.feedback.weighing import Weights
from salesperf.kernels.special import two_sided_quantile
from salesperf.model.frozen import FrozenMap
from salesperf.model.rating import RELATIONS, Rating, Relation
from salesperf.model.scale import Points
from salesperf.model.validators import as_tuple, check_choice, check_number, check_whole, require

__all__ = ["EXEMPT", "summarize"]

EXEMPT: Final[tuple[Relation, ...]] = ("manager", "self")
"""Who speaks for himself: everybody knows who it is, and he is told that his ratings are shown."""

_MOST_MINIMUM: Final = 1000
_LEAST_WEIGHT, _MOST_WEIGHT = 1e-9, 1e9


def summarize(
    ratings: Iterable[Rating],
    *,
    weights: Mapping[Relation, Points],
    minimum: int = 3,
    previous: Iterable[FeedbackReport] = (),
    scale: Scale | None = None,
    repeats: Repeats = "refuse",
    level: float = 0.95,
) -> FeedbackReport:
    """Summarize what is said of each subject by relation and item, without telling who said it.

    Parameters
    ----------
    ratings
        In any order, of any number of subjects.
    weights
        Relation to weight, 0 or more, with one above 0: integers, decimals, fractions, floats. They count over their sum, and
        over the sum of those that are shown where some are not. Every relation that rates has one.
    minimum
        How few raters make a group that is shown, except manager and self, which are always shown.
    previous
        Reports that were released before, in any order. One that was made with earlier ones counts for them too.
    scale
        The least and the most points; ``None`` where it is not stated, and then nothing is beyond it.
    repeats
        What becomes of a second rating by one rater, one of :data:`REPEATS`.
    level
        The share of the intervals that hold the truth, within (0, 1).

    Returns
    -------
    FeedbackReport

    Raises
    ------
    InvalidValueError
        If an argument is malformed, or a relation that rates has no weight.
    InvalidInputError
        With every rating that is beyond the scale, is given twice against the rule, or is by a rater of two relations.

    Notes
    -----
    Every number of a report follows from the means that it shows, so no total tells of a group that is not shown. A mean is
    shown only where each set of ratings that have always been shown together, counting those of earlier releases, has
    ``minimum`` members or more: then whatever is added and subtracted, a combination that tells anything tells of that many
    raters at once. Groups that are not shown alone are shown as one where this allows. A mean of the same ratings as before
    that has changed is not shown: somebody has changed his rating without another day.

    References
    ----------
    L. H. Cox, "Suppression methodology and statistical disclosure control", *Journal of the American Statistical Association*
    75 (1980) 377-385.

    Examples
    --------
    >>> said = [Rating(subject="ada", rater="r-1", relation="manager", item="calm", points=4)]
    >>> said += [Rating(subject="ada", rater=f"p{n}", relation="peer", item="calm", points=n) for n in (2, 3, 5)]
    >>> said += [Rating(subject="ada", rater=f"s{n}", relation="report", item="calm", points=1) for n in (1, 2)]
    >>> report = summarize(said, weights={"manager": 1, "peer": 1, "report": 2}, scale=(1, 5))
    >>> print(report.text())
    ada: 3.67.
    calm: 3.67 (Manager 4.00 (n = 1), Peers 3.33 (n = 3)).
    Not shown, since fewer than 3 rate: Direct reports (calm).
    Weights are renormalized over the groups that are shown. Shown on some items alone, or on none: Direct reports.
    """
    answers, left_out = counted(ratings, repeats=repeats, scale=scale)
    check_whole(minimum, ("minimum",), 1, _MOST_MINIMUM)
    two_sided_quantile(level)
    stated = _checked_weights(weights, answers)
    earlier = _earlier(previous)
    subjects: list[SubjectFeedback] = []
    released: list[Released] = []
    for subject, by_item in answers.items():
        groups: list[GroupFeedback] = []
        for item, by_relation in by_item.items():
            desk = _Desk(subject=subject, item=item, minimum=minimum, released=earlier.get((subject, item), []))
            groups += desk.groups(by_relation)
            released += desk.released
        subjects.append(
            SubjectFeedback(subject=subject, groups=tuple(groups), weights=stated, minimum=minimum, scale=scale, level=level)
        )
    known = frozenset(each for several in earlier.values() for each in several)
    return FeedbackReport(subjects=tuple(subjects), left_out=left_out, released=known.union(released))


def _checked_weights(weights: Mapping[Relation, Points], answers: Answers) -> Weights:
    """Refuse weights that are no weights, and none where one is needed."""
    require(weights, Mapping, path=("weights",))
    faults: list[SalesperfError] = []
    for relation, weight in weights.items():
        try:
            _check_weight(relation, weight)
        except InvalidValueError as fault:
            faults.append(fault)
    rating = {relation for by_item in answers.values() for by_relation in by_item.values() for relation in by_relation}
    faults += [
        InvalidValueError("relation_weight_missing", path=("weights",), value=relation)
        for relation in RELATIONS
        if relation in rating and relation not in weights
    ]
    if not faults and not any(weights.values()):
        faults.append(InvalidValueError("weights_all_zero", path=("weights",)))
    if faults:
        raise faults[0] if len(faults) == 1 else InvalidInputError(faults)
    return FrozenMap(weights)


def _check_weight(relation: Relation, weight: Points) -> None:
    check_choice(relation, RELATIONS, ("weights",))
    check_number(weight, ("weights", relation))
    if weight < 0 or (weight and not _LEAST_WEIGHT <= weight <= _MOST_WEIGHT):
        raise InvalidValueError("out_of_range", path=("weights", relation), low=0, high=_MOST_WEIGHT, value=weight)


def _earlier(previous: Iterable[FeedbackReport]) -> Mapping[tuple[str, str], list[Released]]:
    """Return what was released before, each once, by subject and item."""
    reports = as_tuple(previous)
    require(reports, tuple, path=("previous",))
    for position, report in enumerate(reports):
        require(report, FeedbackReport, path=("previous", position))
    earlier: dict[tuple[str, str], list[Released]] = defaultdict(list)
    released = frozenset[Released]().union(*(report._released for report in reports))  # noqa: SLF001 - one of us
    for each in sorted(released, key=lambda each: (each.subject, each.item, _order(each))):
        earlier[each.subject, each.item].append(each)
    return earlier


def _order(released: Released) -> tuple[object, ...]:
    """Put releases into an order of their own, so that the order of the reports never matters."""
    return (released.total, len(released.voices), sorted(map(str, released.voices)))


@attrs.frozen(kw_only=True)
class _Desk:
    """Where it is decided what may be shown of one subject and item."""

    subject: str
    item: str
    minimum: int
    released: list[Released]

    def groups(self, by_relation: Mapping[Relation, Sequence[Ballot]]) -> Iterator[GroupFeedback]:
        """Yield what each group says: those that are shown alone or not at all, then those that are shown together."""
        hidden: list[Relation] = []
        statuses: dict[Relation, GroupStatus] = {}
        for relation in RELATIONS:
            if relation in by_relation:
                statuses[relation] = self._status(by_relation[relation], is_exempt=relation in EXEMPT)
                if statuses[relation] != "shown" and relation not in EXEMPT:
                    hidden.append(relation)
        pool = [ballot for relation in hidden for ballot in by_relation[relation]]
        is_pooled = len(hidden) > 1 and self._status(pool, is_exempt=False) == "shown"
        if is_pooled:
            statuses |= dict.fromkeys(hidden, "pooled")
        for relation, status in statuses.items():
            yield self._group((relation,), status, by_relation[relation])
        if is_pooled:
            yield self._group(tuple(hidden), "shown", pool)

    def _status(self, ballots: Sequence[Ballot], *, is_exempt: bool) -> GroupStatus:
        """Decide, and keep in mind what is shown."""
        voices = frozenset(ballot.voice for ballot in ballots)
        if len(voices) < self.minimum and not is_exempt:
            return "too_few"
        total = math.fsum(ballot.points for ballot in ballots)
        if not may_be_released(voices, total, self.released, self.minimum, is_exempt=is_exempt):
            return "withheld"
        self.released.append(Released(subject=self.subject, item=self.item, voices=voices, total=total, is_exempt=is_exempt))
        return "shown"

    def _group(self, relations: tuple[Relation, ...], status: GroupStatus, ballots: Sequence[Ballot]) -> GroupFeedback:
        is_shown = status == "shown"
        return GroupFeedback(
            item=self.item,
            relations=relations,
            status=status,
            mean=math.fsum(ballot.points for ballot in ballots) / len(ballots) if is_shown else None,
            n=len(ballots) if is_shown else None,
            comments=tuple(sorted(ballot.comment for ballot in ballots if ballot.comment)) if is_shown else (),
        )

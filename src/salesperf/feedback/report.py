"""Feedback as it may be read: what each group says of each item, the score, and how somebody sees himself beside others."""

from collections.abc import Iterator
from functools import cached_property
from typing import Final, Literal, TypeAlias

import attrs

from salesperf.errors import UnknownNameError
from salesperf.feedback.counting import Scale
from salesperf.feedback.releasing import Released
from salesperf.feedback.weighing import Shown, Weights, gap_of, score_of
from salesperf.messages import Catalogs, render
from salesperf.model.breakdown import Breakdown
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.rating import Relation
from salesperf.model.result import Result, Row
from salesperf.scorecard import Score

__all__ = ["GROUP_STATUSES", "FeedbackReport", "GroupFeedback", "GroupStatus", "SubjectFeedback"]

GroupStatus: TypeAlias = Literal["shown", "pooled", "too_few", "withheld"]
GROUP_STATUSES: Final[tuple[GroupStatus, ...]] = ("shown", "pooled", "too_few", "withheld")
"""Whether what a group says is shown; shown together with other groups alone; not shown, since too few of them rate; or not
shown, since beside earlier releases it would tell what too few of them say."""


@attrs.frozen(kw_only=True)
class GroupFeedback:
    """What a group of raters says of an item.

    Attributes
    ----------
    item
        The key of the item.
    relations
        What the raters are to the subject; several where groups are pooled, none of which is shown alone.
    status
        One of :data:`GROUP_STATUSES`.
    mean
        The mean of their points; ``None`` where it is not shown.
    n
        How many raters it rests on; ``None`` where it is not shown.
    comments
        What they said, in alphabetical order, so that it does not tell who did; none where the mean is not shown.

    Examples
    --------
    >>> from salesperf import Rating
    >>> from salesperf.feedback import summarize
    >>> said = [Rating(subject="ada", rater=f"p{n}", relation="peer", item="calm", points=n) for n in (3, 4)]
    >>> summarize(said, weights={"peer": 1}).of("ada").groups[0].status
    'too_few'
    """

    item: str
    relations: tuple[Relation, ...]
    status: GroupStatus
    mean: float | None
    n: int | None
    comments: tuple[str, ...] = attrs.field(repr=False, metadata={"personal": True})

    @property
    def name(self) -> Message:
        """What a reader calls it."""
        names = tuple(Message(f"feedback.relation.{relation}") for relation in self.relations)
        return names[0] if len(names) == 1 else Message.of("feedback.together", groups=names)


@attrs.frozen(kw_only=True)
class SubjectFeedback(Result):
    """Feedback on one subject: part of a :class:`FeedbackReport`.

    Attributes
    ----------
    subject
        The id of whoever is rated.
    groups
        What each group says of each item, by item and relation; groups that are pooled come after those shown alone.
    weights
        The weight of each relation, as stated.
    minimum
        How many raters a group must have to be shown.
    scale
        The least and the most points; ``None`` where they were not stated.
    level
        The share of the intervals that hold the truth.
    score
        The mean of the items' scores, each the weighted mean of the groups that are shown, under the stated weights over
        their sum; ``None`` where no group is shown that counts.
    breakdown
        How the score follows.
    gap
        How far the subject stands above what others say of him, over all items on which both are shown.

    Examples
    --------
    >>> from salesperf import Rating
    >>> from salesperf.feedback import summarize
    >>> said = [Rating(subject="ada", rater="r-1", relation="manager", item="calm", points=4)]
    >>> said += [Rating(subject="ada", rater=f"p{n}", relation="peer", item="calm", points=n) for n in (2, 3, 4, 5)]
    >>> ada = summarize(said, weights={"manager": 3, "peer": 1}).of("ada")
    >>> ada.score.value, ada.breakdown.holds()
    (3.875, True)
    """

    subject: str
    groups: tuple[GroupFeedback, ...]
    weights: Weights
    minimum: int
    scale: Scale | None
    level: float

    @property
    def items(self) -> tuple[str, ...]:
        """The items that were rated, in alphabetical order."""
        return tuple(dict.fromkeys(group.item for group in self.groups))

    @cached_property
    def score(self) -> Score | None:
        """The weighted mean of what is shown."""
        return score_of(self._shown(), self.weights, self.scale)

    @property
    def breakdown(self) -> Breakdown:
        """How the score follows from what is shown."""
        return Breakdown(label=Message("scorecard.score"), value=None) if self.score is None else self.score.breakdown

    def item_score(self, item: str) -> Score | None:
        """Return the score of an item; ``None`` where no group is shown that counts.

        Raises
        ------
        UnknownNameError
            If nobody rated it.

        Examples
        --------
        >>> from salesperf import Rating
        >>> from salesperf.feedback import summarize
        >>> said = Rating(subject="ada", rater="r-1", relation="manager", item="calm", points=4)
        >>> summarize([said], weights={"manager": 1}).of("ada").item_score("calm").value
        4.0
        """
        score = score_of(self._shown_of(item), self.weights, self.scale)
        return None if score is None else score.criteria[0].score

    @property
    def gap(self) -> Estimate:
        """How far the subject sees himself above what others say."""
        return gap_of(self._shown(), self.weights, self.scale, self.level)

    def item_gap(self, item: str) -> Estimate:
        """Return how far the subject sees himself above what others say of him on one item.

        Raises
        ------
        UnknownNameError
            If nobody rated it.

        Examples
        --------
        >>> from salesperf import Rating
        >>> from salesperf.feedback import summarize
        >>> said = [Rating(subject="ada", rater="ada", relation="self", item="calm", points=5)]
        >>> said += [Rating(subject="ada", rater="r-1", relation="manager", item="calm", points=3)]
        >>> print(summarize(said, weights={"self": 0, "manager": 1}, scale=(1, 5)).of("ada").item_gap("calm"))
        2 [0, 4], n = 1
        """
        return gap_of(self._shown_of(item), self.weights, self.scale, self.level)

    def _shown(self) -> list[Shown]:
        return [
            Shown(group.item, group.relations, group.mean, group.n)
            for group in self.groups
            if group.mean is not None and group.n is not None
        ]

    def _shown_of(self, item: str) -> list[Shown]:
        if item not in self.items:
            raise UnknownNameError("choice", path=("item",), choices=self.items, value=item)
        return [each for each in self._shown() if each.item == item]

    @property
    def notes(self) -> tuple[Message, ...]:
        """What to bear in mind: what is not shown and why, and that weights stand for less than they were stated for."""
        return tuple(self._notes())

    def _notes(self) -> Iterator[Message]:
        for status in ("pooled", "too_few", "withheld"):
            hidden = [group for group in self.groups if group.status == status]
            names: dict[tuple[str, ...], list[Message]] = {}
            for name in dict.fromkeys(group.name for group in hidden):
                names.setdefault(tuple(group.item for group in hidden if group.name == name), []).append(name)
            for items, alike in names.items():
                yield Message.of(f"feedback.note.{status}", groups=tuple(alike), items=items, minimum=self.minimum)
        missing = tuple(Message(f"feedback.relation.{relation}") for relation in self._without_part())
        if missing and self.score is not None:
            yield Message.of("feedback.note.renormalized", groups=missing)

    def _without_part(self) -> Iterator[Relation]:
        """Yield the relations with a weight that counts in no score of some item, since nothing is shown of them."""
        for relation, weight in self.weights.items():
            with_it = {shown.item for shown in self._shown() if relation in shown.relations}
            if weight and with_it < set(self.items):
                yield relation

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the score, each item, the gap, what is not shown, and the comments, a line each."""
        return "\n".join(message.text(lang, catalogs) for message in self._sentences())

    def _sentences(self) -> Iterator[Message]:
        if self.score is None:
            yield Message.of("feedback.no_score", subject=self.subject)
        else:
            yield Message.of("feedback.score", subject=self.subject, score=self.score.value)
        for item in self.items:
            shown = [group for group in self.groups if group.item == item and group.mean is not None]
            said = tuple(Message.of("feedback.group", group=group.name, mean=group.mean, n=group.n) for group in shown)
            if said:
                score = self.item_score(item)
                key = "feedback.item" if score is not None else "feedback.item_unscored"
                yield Message.of(key, item=Message(item), score=None if score is None else score.value, groups=said)
        yield from self._sentences_of_gap()
        yield from self.notes
        for group in self.groups:
            for comment in group.comments:
                yield Message.of("feedback.comment", item=Message(group.item), group=group.name, comment=comment)

    def _sentences_of_gap(self) -> Iterator[Message]:
        gap = self.gap
        if gap.value is not None:
            direction = "higher" if gap.value > 0 else "lower" if gap.value < 0 else "same"
            yield Message.of(f"feedback.gap.{direction}", gap=abs(gap.value))
            if gap.low is not None:
                yield Message.of("feedback.gap.range", low=gap.low, high=gap.high, level=gap.level)

    def rows(self) -> list[Row]:
        """Return a row for each group and item; then one for the score of each item; then one for that of all."""
        rows = [
            self._row(group.item, "+".join(group.relations), group.status, group.mean, group.n, None) for group in self.groups
        ]
        for item in self.items:
            score = self.item_score(item)
            rows.append(self._row(item, "score", None, None if score is None else score.value, None, self.item_gap(item)))
        total = None if self.score is None else self.score.value
        return [*rows, self._row(None, "score", None, total, None, self.gap)]

    def _row(
        self, item: str | None, group: str, status: str | None, mean: float | None, n: int | None, gap: Estimate | None
    ) -> Row:
        return {
            "subject": self.subject,
            "item": item,
            "group": group,
            "status": status,
            "mean": mean,
            "n": n,
            "gap": None if gap is None else gap.value,
            "gap_low": None if gap is None else gap.low,
            "gap_high": None if gap is None else gap.high,
        }


@attrs.frozen(kw_only=True)
class FeedbackReport(Result):
    """Feedback on subjects as it may be released: made by :func:`summarize`.

    Attributes
    ----------
    subjects
        Feedback on each, by id.
    left_out
        Ratings that count nowhere, since the same rater contradicts himself.

    Notes
    -----
    Readers are handed what :meth:`rows`, :meth:`text` and the fields tell. The object itself also keeps, for the next release,
    *who* rated whom and when, and what each group's points sum to, so that a later report can be held against it; no rating of
    anybody. Keep it, and any pickle of it, where the ratings are kept.

    Examples
    --------
    >>> from salesperf import Rating
    >>> from salesperf.feedback import summarize
    >>> def said(*points):
    ...     return [
    ...         Rating(subject="ada", rater=f"p{n}", relation="peer", item="calm", points=each) for n, each in enumerate(points)
    ...     ]
    >>> first = summarize(said(3, 4, 5), weights={"peer": 1})
    >>> second = summarize(said(3, 4, 5, 1), weights={"peer": 1}, previous=[first])
    >>> [report.of("ada").groups[0].status for report in (first, second)]
    ['shown', 'withheld']
    >>> print(second.text())
    ada: no score, since nothing may be shown that counts.
    Not shown, since beside earlier releases it would tell what fewer than 3 of them say: Peers (calm).
    """

    subjects: tuple[SubjectFeedback, ...]
    left_out: int
    _released: frozenset[Released] = attrs.field(repr=False)

    def of(self, subject: str) -> SubjectFeedback:
        """Return the feedback on one subject.

        Raises
        ------
        UnknownNameError
            If nobody rated him.

        Examples
        --------
        >>> from salesperf.feedback import summarize
        >>> summarize([], weights={"peer": 1}).of("ada")
        Traceback (most recent call last):
            ...
        salesperf.errors.UnknownNameError: subject: expected somebody who was rated, got 'ada'
        """
        for feedback in self.subjects:
            if feedback.subject == subject:
                return feedback
        raise UnknownNameError("unknown_subject", path=("subject",), value=subject)

    @property
    def notes(self) -> tuple[Message, ...]:
        """What to bear in mind of all of it."""
        return (Message.of("feedback.note.left_out", count=self.left_out),) if self.left_out else ()

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write what is said of each subject, with a blank line between, and what to bear in mind."""
        said = [feedback.text(lang, catalogs) for feedback in self.subjects]
        return "\n\n".join([*said, *(render(note.key, note.arguments, lang=lang, catalogs=catalogs) for note in self.notes)])

    def rows(self) -> list[Row]:
        """Return the rows of each subject."""
        return [row for feedback in self.subjects for row in feedback.rows()]

"""Leniency: some raters give more to everybody; what is left of a subject's ratings once that is taken off."""

from collections.abc import Iterable, Iterator

import attrs
import numpy as np

from salesperf.errors import UnknownNameError
from salesperf.feedback.counting import Repeats, counted
from salesperf.kernels.two_way import fit_two_way
from salesperf.messages import Catalogs
from salesperf.model.estimate import Estimate
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.rating import Rating
from salesperf.model.result import Result, Row

__all__ = ["Leniency", "SubjectLevel", "leniency"]


@attrs.frozen(kw_only=True)
class SubjectLevel:
    """How a subject stands on an item once the leniency of the raters is taken off.

    Attributes
    ----------
    subject, item
        Who, and on what.
    mean
        The plain mean of the ratings.
    level
        What it would be if all raters were alike.
    n
        How many raters.
    component
        Levels compare within one component alone.

    Examples
    --------
    >>> said = [Rating(subject="ada", rater="r-1", relation="manager", item="calm", points=4)]
    >>> leniency(said).levels[0].level
    4.0
    """

    subject: str
    item: str
    mean: float
    level: float
    n: int
    component: int


@attrs.frozen(kw_only=True)
class Leniency(Result):
    """Levels of subjects and the leniency of raters: made by :func:`leniency`; for whoever holds the ratings anyway.

    Attributes
    ----------
    levels
        By subject and item.
    effects
        Rater to how much more he gives than the raters of his component do on the whole; personal.
    components
        How many sets there are that no rater links.

    Examples
    --------
    >>> said = [Rating(subject="ada", rater=r, relation="peer", item="calm", points=p) for r, p in (("r1", 3), ("r2", 5))]
    >>> said += [Rating(subject="bo", rater="r2", relation="peer", item="calm", points=4)]
    >>> found = leniency(said)
    >>> round(found.difference("ada", "bo", item="calm").value, 12)
    1.0
    >>> print(found.text())
    ada, calm: 4.33, a plain mean of 4.00 (n = 2).
    bo, calm: 3.33, a plain mean of 4.00 (n = 1).
    """

    levels: tuple[SubjectLevel, ...]
    effects: FrozenMap[str, float] = attrs.field(repr=False, metadata={"personal": True})
    components: int

    def difference(self, one: str, other: str, *, item: str) -> Estimate:
        """Return by how much one subject stands above another on an item.

        Returns
        -------
        Estimate
            Without an interval; undefined where no rater links the two, directly or through others.

        Raises
        ------
        UnknownNameError
            If a subject is not rated on the item.

        Examples
        --------
        >>> said = [Rating(subject=s, rater=f"by-{s}", relation="peer", item="calm", points=4) for s in ("ada", "bo")]
        >>> leniency(said).difference("ada", "bo", item="calm").reason.text()
        'no rater links the two'
        """
        by_key = {(each.subject, each.item): each for each in self.levels}
        for name, subject in (("one", one), ("other", other)):
            if (subject, item) not in by_key:
                raise UnknownNameError("unknown_subject", path=(name,), value=subject)
        left, right = by_key[one, item], by_key[other, item]
        if left.component != right.component:
            return Estimate.undefined(Message("feedback.reason.not_linked"), n=left.n + right.n)
        return Estimate(value=left.level - right.level, n=left.n + right.n, reason=Message("feedback.reason.no_interval"))

    @property
    def notes(self) -> tuple[Message, ...]:
        """What to bear in mind: levels that do not compare."""
        return (Message.of("feedback.note.components", count=self.components),) if self.components > 1 else ()

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the level of each subject, and what to bear in mind, a line each."""
        return "\n".join(message.text(lang, catalogs) for message in self._sentences())

    def _sentences(self) -> Iterator[Message]:
        for each in self.levels:
            yield Message.of(
                "feedback.level", subject=each.subject, item=Message(each.item), level=each.level, mean=each.mean, n=each.n
            )
        yield from self.notes

    def rows(self) -> list[Row]:
        """Return a row for each subject and item."""
        return [attrs.asdict(each) for each in self.levels]


def leniency(ratings: Iterable[Rating], *, repeats: Repeats = "refuse") -> Leniency:
    """Take off how lenient each rater is: fit points = level of the subject on the item + leniency of the rater.

    Parameters
    ----------
    ratings
        In any order.
    repeats
        What becomes of a second rating by one rater, one of :data:`REPEATS`.

    Returns
    -------
    Leniency

    Raises
    ------
    InvalidValueError
        If an argument is malformed.
    InvalidInputError
        With every rating that is given twice against the rule, or is by a rater of two relations.

    Notes
    -----
    Least squares, by :func:`salesperf.kernels.two_way.fit_two_way`, which takes columns of millions. A subject and an item
    compare with others only as far as raters link them: each such component is fitted by itself, its leniencies summing to 0
    over its ratings, so that the mean of all ratings stays. Adding a constant to all ratings of one rater changes no difference
    between levels of a component. It asks that a rater be as lenient on every item and to everybody.

    A level depends on every rating of the component, those of groups that :func:`summarize` does not show among them. So it is
    no part of a report, and for whoever holds the ratings anyway.

    References
    ----------
    J. M. Linacre, *Many-facet Rasch measurement*, 1989, for the question; the fit is the classical additive one.

    Examples
    --------
    >>> said = [Rating(subject="ada", rater=r, relation="peer", item="calm", points=p) for r, p in (("r1", 3), ("r2", 5))]
    >>> said += [Rating(subject="bo", rater="r2", relation="peer", item="calm", points=4)]
    >>> [round(each.level, 6) for each in leniency(said).levels]
    [4.333333, 3.333333]
    """
    answers, _ = counted(ratings, repeats=repeats)
    found = [
        ((subject, item), ballot.voice[0], ballot.points)
        for subject, by_item in answers.items()
        for item, by_relation in by_item.items()
        for ballots in by_relation.values()
        for ballot in ballots
    ]
    if not found:
        return Leniency(levels=(), effects=FrozenMap(), components=0)
    places: dict[tuple[str, str], int] = {}
    numbers: dict[str, int] = {}
    rows = np.array([places.setdefault(key, len(places)) for key, _, _ in found])
    columns = np.array([numbers.setdefault(rater, len(numbers)) for _, rater, _ in found])
    points = np.array([given for *_, given in found])
    fit = fit_two_way(rows, columns, points)
    counts = np.bincount(rows)
    means = np.bincount(rows, points) / counts
    levels = tuple(
        SubjectLevel(
            subject=subject,
            item=item,
            mean=float(means[place]),
            level=float(fit.levels[place]),
            n=int(counts[place]),
            component=int(fit.row_components[place]),
        )
        for (subject, item), place in places.items()
    )
    effects = FrozenMap(dict(zip(numbers, fit.effects.tolist(), strict=True)))
    return Leniency(levels=levels, effects=effects, components=int(fit.row_components.max()) + 1)

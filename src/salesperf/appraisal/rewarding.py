"""What follows from an appraisal: rewards and penalties as rules, each with the day by which it is due."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

import attrs

from salesperf.errors import InvalidValueError
from salesperf.messages import Catalogs
from salesperf.model.message import Message
from salesperf.model.scale import Points, points
from salesperf.model.validators import as_python, as_tuple, each, identifier, one_of, optional, whole
from salesperf.scorecard import CriterionScore, Score

__all__ = ["REWARD_KINDS", "Reward", "RewardKind", "RewardRule", "due_rewards", "parts_of"]

RewardKind: TypeAlias = Literal["reward", "penalty"]
REWARD_KINDS: Final[tuple[RewardKind, ...]] = ("reward", "penalty")
"""What follows may be for good, or for ill."""

_MOST_DAYS: Final = 3660
_DIGITS: Final = 9


def _as_bands(value: Iterable[str]) -> tuple[str, ...]:
    return as_tuple(value)


def _as_points(value: Points | None) -> Points | None:
    return as_python(value)


@attrs.frozen(kw_only=True)
class RewardRule:
    """What follows from an appraisal, and when: money, or what is no money (promotion, recognition, training, equity).

    Parameters
    ----------
    key
        What it goes by.
    kind
        ``"reward"`` or ``"penalty"``.
    bands
        It follows where the band is one of these; empty for any band.
    criterion
        The key of a criterion on whose points it depends as well; ``None`` for none.
    least, most
        The points that the criterion must have, both included; ``None`` for no limit.
    due_days
        Calendar days after the decision by which it is due (及时兑现), 0 or more.
    title
        What a reader sees: a message key or plain text.

    Raises
    ------
    InvalidValueError
        If a value is malformed, it has no condition, limits are stated without a criterion, or the least is above the most.

    Examples
    --------
    >>> rule = RewardRule(key="trip", kind="reward", bands=["A"], criterion="attainment", least=80, due_days=30)
    >>> rule.bands, rule.label.text()
    (('A',), 'trip')
    """

    key: str = attrs.field(validator=identifier)
    kind: RewardKind = attrs.field(validator=one_of(*REWARD_KINDS))
    bands: tuple[str, ...] = attrs.field(default=(), converter=_as_bands, validator=each(identifier))
    criterion: str | None = attrs.field(default=None, validator=optional(identifier))
    least: Points | None = attrs.field(default=None, converter=_as_points, validator=optional(points))
    most: Points | None = attrs.field(default=None, converter=_as_points, validator=optional(points))
    due_days: int = attrs.field(validator=whole(0, _MOST_DAYS))
    title: str | None = attrs.field(default=None, validator=optional(identifier))

    def __attrs_post_init__(self) -> None:
        """Check the conditions against each other."""
        path = ("RewardRule", self.key)
        limits = (self.least, self.most)
        if self.criterion is None and limits != (None, None):
            raise InvalidValueError("limit_without_criterion", path=path)
        if not self.bands and limits == (None, None):
            raise InvalidValueError("reward_without_condition", path=path)
        if self.least is not None and self.most is not None and self.least > self.most:
            raise InvalidValueError("interval_reversed", path=path, low=self.least, high=self.most)

    @property
    def label(self) -> Message:
        """What a reader sees."""
        return Message(self.key if self.title is None else self.title)


@attrs.frozen(kw_only=True)
class Reward:
    """What follows for somebody, and why.

    Attributes
    ----------
    rule
        The rule.
    reason
        Why, for a reader.
    due
        The day by which it is due; ``None`` where it is not stated when it was decided.

    Examples
    --------
    >>> from salesperf.appraisal import STANDARD_SCHEMES, appraise
    >>> parts = {"attainment": 1.3, "okr": 0.9}
    >>> (reward,) = appraise("ada", parts, STANDARD_SCHEMES["rep"], decided=date(2026, 10, 9)).rewards
    >>> reward.due, reward.text()
    (datetime.date(2026, 10, 23), 'Reward: Recognition, since the band is A; due by 2026-10-23.')
    """

    rule: RewardRule
    reason: Message
    due: date | None

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write it as a sentence that says whether it is for good or ill."""
        named = {"title": self.rule.label, "reason": self.reason}
        if self.due is None:
            return Message.of(f"appraisal.text.{self.rule.kind}", **named).text(lang, catalogs)
        return Message.of(f"appraisal.text.{self.rule.kind}_due", **named, due=self.due).text(lang, catalogs)


def due_rewards(rules: Iterable[RewardRule], score: Score, band: str | None, decided: date | None) -> tuple[Reward, ...]:
    """Return what follows from a score and its band."""
    parts = dict(parts_of(score))
    found = []
    for rule in rules:
        reason = _reason(rule, parts, band)
        if reason is not None:
            found.append(Reward(rule=rule, reason=reason, due=None if decided is None else _after(decided, rule.due_days)))
    return tuple(found)


def parts_of(score: Score) -> Iterator[tuple[str, CriterionScore]]:
    """Yield the criteria of a score, of every level."""
    for part in score.criteria:
        yield part.criterion.key, part
        if part.score is not None:
            yield from parts_of(part.score)


def _after(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise InvalidValueError("date_too_late", path=("decided",), value=day) from None


def _reason(rule: RewardRule, parts: Mapping[str, CriterionScore], band: str | None) -> Message | None:
    """Say why something follows; nothing where it does not."""
    if rule.bands and band not in rule.bands:
        return None
    if rule.criterion is None:
        return Message.of("appraisal.reason.band", band=band)
    part = parts.get(rule.criterion)
    if part is None or part.points is None:
        return None
    points = round(part.points, _DIGITS)  # as for bands, so that what reads as 80 is 80
    if (rule.least is not None and points < rule.least) or (rule.most is not None and points > rule.most):
        return None
    return Message.of("appraisal.reason.points", criterion=part.criterion.label, points=part.points)

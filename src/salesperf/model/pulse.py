"""Pulse surveys: how people say that they are, counted so that nobody is named."""

from collections.abc import Iterable
from datetime import date
from typing import Final

import attrs

from salesperf.errors import InvalidValueError
from salesperf.kernels.proportion import wilson
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.validators import as_tuple, day, each, identifier, optional, whole

__all__ = ["PulseSurvey"]

_FEWEST_MARKS: Final = 2
_MOST: Final = 10**9


def _as_counts(value: Iterable[int]) -> tuple[int, ...]:
    return as_tuple(value)


@attrs.frozen(kw_only=True)
class PulseSurvey:
    """A pulse survey: how many gave which mark to how things are.

    Parameters
    ----------
    on
        The day on which it closed.
    owner
        The id of the team that was asked; ``None`` for the company.
    counts
        How many gave each mark, from the lowest to the highest; two marks or more.
    invited
        How many were asked; ``None`` where that is not known.

    Raises
    ------
    InvalidValueError
        If a value is malformed, there are fewer than two marks, or more answered than were asked.

    Examples
    --------
    >>> survey = PulseSurvey(on=date(2026, 9, 20), owner="east", counts=[3, 4, 5, 6, 2], invited=25)
    >>> survey.answers, round(survey.low_share.value, 2), survey.response_rate
    (20, 0.35, 0.8)
    """

    on: date = attrs.field(validator=day)
    owner: str | None = attrs.field(default=None, validator=optional(identifier))
    counts: tuple[int, ...] = attrs.field(converter=_as_counts, validator=each(whole(0, _MOST)))
    invited: int | None = attrs.field(default=None, validator=optional(whole(0, _MOST)))

    def __attrs_post_init__(self) -> None:
        """Check the number of marks, and of answers."""
        if len(self.counts) < _FEWEST_MARKS:
            raise InvalidValueError("too_few", path=("PulseSurvey", "counts"), low=_FEWEST_MARKS, value=len(self.counts))
        if self.invited is not None and self.answers > self.invited:
            path = ("PulseSurvey", "invited")
            raise InvalidValueError("out_of_range", path=path, low=self.answers, high=_MOST, value=self.invited)

    @property
    def answers(self) -> int:
        """How many answered."""
        return sum(self.counts)

    @property
    def response_rate(self) -> float | None:
        """Answered over asked, a fraction."""
        return self.answers / self.invited if self.invited else None

    @property
    def low_answers(self) -> int:
        """How many gave a mark below the middle."""
        return sum(self.counts[: len(self.counts) // 2])

    @property
    def low_share(self) -> Estimate:
        """The share of answers below the middle of the marks, with Wilson's interval."""
        if not self.answers:
            return Estimate.undefined(Message("diagnosis.reason.nobody_answered"))
        interval = wilson(self.low_answers, self.answers)
        return Estimate(value=self.low_answers / self.answers, low=interval.low, high=interval.high, n=self.answers)

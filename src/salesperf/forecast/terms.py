"""The terms of a forecast: of what, as of when, and by which rules chances are found."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal, TypeAlias

import attrs

from salesperf.errors import InvalidInputError, InvalidValueError, SalesperfError, UnknownNameError
from salesperf.forecast.deals import MEASURES, Measure
from salesperf.funnel import OutcomeTally
from salesperf.funnel.chances import FEWEST_DEALS
from salesperf.model.frozen import FrozenMap
from salesperf.model.period import Period
from salesperf.model.process import SalesProcess
from salesperf.model.validators import (
    as_frozen_map,
    check_choice,
    check_date,
    check_whole,
    of_type,
    require,
)

__all__ = [
    "FALLBACKS",
    "LEARNT_BY",
    "Fallback",
    "ForecastTerms",
    "LearntBy",
    "Probability",
    "check_correlation",
    "check_level",
    "check_probability",
    "check_rules",
    "refuse",
]

LearntBy: TypeAlias = Literal["stage_and_age", "stage"]
LEARNT_BY: Final[tuple[LearntBy, ...]] = ("stage_and_age", "stage")
"""From whom the chance of a deal is learnt: from those that stood in its stage as long, or from all that entered it."""

Fallback: TypeAlias = Literal["leave_out", "longest", "stage", "stated"]
FALLBACKS: Final[tuple[Fallback, ...]] = ("leave_out", "longest", "stage", "stated")
"""What becomes of a deal where too few earlier ones stood as it does: it does not count; those are taken that stood in its
stage for the longest time at which there are enough; all that entered its stage; or the probability that its stage states. A
note tells of how many deals, whichever it is."""

_MOST_STRATA: Final = 10_000
_MOST_DEALS: Final = 10**9

Probability: TypeAlias = Decimal | float


def _as_probabilities(value: Mapping[str, Probability] | None) -> FrozenMap[str, Probability] | None:
    return None if value is None else as_frozen_map(value)


@attrs.frozen(kw_only=True)
class ForecastTerms:
    """Of what a forecast is, as of when, and by which rules chances are found: a part of a :class:`Forecast`.

    Parameters
    ----------
    process
        The sales process of the deals.
    as_of
        The day at whose end one looks.
    period
        The period in which deals are to be won.
    measure
        What is forecast, one of :data:`MEASURES`.
    history
        How earlier deals ended, from :func:`salesperf.funnel.outcomes`, from which chances are learnt; ``None`` to take those
        that are stated.
    learnt_by
        One of :data:`LEARNT_BY`.
    minimum
        How many earlier deals there must be at least to learn a chance from, 1 or more.
    fallback
        What becomes of a deal where there are fewer, one of :data:`FALLBACKS`; see :func:`project`.
    probabilities
        Chances by the key of the stage, within [0, 1], to be taken instead of those that the process states.
    correlation
        Of the deals with each other, within [0, 1).
    level
        Of the intervals of what is learnt, within (0, 1).
    strata
        Into how many parts the common factor is divided, 1 or more: the more, the narrower the numerical bounds.
    win_rate_factor, cycle_factor
        For a what-if: how many times what they are the chances are supposed to be, and what they took the deals to take.

    Raises
    ------
    InvalidValueError
        If a value is malformed; the path of a probability names its stage. If the history is of another process, of a later
        day, or of several segments.
    UnknownNameError
        If the process has no such open stage.
    InvalidInputError
        If there are several such faults of probabilities: it holds them all.

    Examples
    --------
    >>> from salesperf import STANDARD_PROCESSES
    >>> process, third = STANDARD_PROCESSES["basic"], Period.quarter(2026, 3)
    >>> ForecastTerms(process=process, as_of=date(2026, 8, 31), period=third).days_left
    (1, 30)
    """

    process: SalesProcess
    as_of: date
    period: Period
    measure: Measure = "amount"
    history: OutcomeTally | None = attrs.field(default=None, repr=False)
    learnt_by: LearntBy = "stage_and_age"
    minimum: int = FEWEST_DEALS
    fallback: Fallback = "leave_out"
    probabilities: FrozenMap[str, Probability] | None = attrs.field(default=None, converter=_as_probabilities)
    correlation: float = 0.0
    level: float = 0.95
    strata: int = 64
    win_rate_factor: Fraction = attrs.field(default=Fraction(1), validator=of_type(Fraction))
    cycle_factor: Fraction = attrs.field(default=Fraction(1), validator=of_type(Fraction))

    def __attrs_post_init__(self) -> None:
        """Check every term, as an argument of the question."""
        require(self.process, SalesProcess, path=("process",))
        check_date(self.as_of, ("as_of",))
        require(self.period, Period, path=("period",))
        require(self.history, OutcomeTally, type(None), path=("history",))
        require(self.probabilities, FrozenMap, type(None), path=("probabilities",))
        check_rules(self.measure, self.learnt_by, self.fallback, self.minimum, self.correlation)
        check_whole(self.strata, ("strata",), 1, _MOST_STRATA)
        check_level(self.level, ("level",))
        if self.history is not None:
            self._check_history(self.history)
        refuse(self._faults_of_probabilities())

    def _check_history(self, history: OutcomeTally) -> None:
        if history.process != self.process:
            path = ("history", "process")
            raise InvalidValueError("process_mismatch", path=path, expected=self.process.key, value=history.process.key)
        if history.as_of > self.as_of:
            raise InvalidValueError("history_later", path=("history", "as_of"), as_of=self.as_of, value=history.as_of)
        if history.by:
            raise InvalidValueError("history_segmented", path=("history", "by"), value=history.by)

    def _faults_of_probabilities(self) -> Iterator[SalesperfError]:
        keys = tuple(known.key for known in self.process.open_stages)
        for stage, probability in (self.probabilities or {}).items():
            path = ("probabilities", stage)
            if stage not in keys:
                yield UnknownNameError("unknown_stage", path=path, choices=keys, value=stage)
            elif not isinstance(probability, int | float | Decimal) or isinstance(probability, bool):
                yield InvalidValueError("wrong_type", path=path, expected=(Decimal, float), value=probability)
            elif (isinstance(probability, Decimal) and not probability.is_finite()) or not 0 <= probability <= 1:
                yield InvalidValueError("out_of_range", path=path, low=0, high=1, value=probability)

    @property
    def days_left(self) -> tuple[int, int]:
        """First and last day of the period still to come, counted from ``as_of``; the last is below 1 where it is over."""
        return max((self.period.start - self.as_of).days, 1), (self.period.last - self.as_of).days

    @property
    def days_asked(self) -> tuple[int, int]:
        """First and last of the days of which the history is asked.

        Where deals take ``cycle_factor`` times as long as they took, so many days of theirs are as many fewer of the history's.
        """
        first, last = self.days_left
        begin = 1 + round((first - 1) / self.cycle_factor)
        return begin, max(round(last / self.cycle_factor), begin)

    @property
    def is_over(self) -> bool:
        """Whether the period has ended, so that nothing more can be won in it."""
        return self.days_left[1] < 1

    def stated(self, stage: str) -> Probability | None:
        """Return the probability that is stated for a stage; ``None`` where nobody said."""
        if self.probabilities is not None and stage in self.probabilities:
            return self.probabilities[stage]
        return self.process.stage_by_key[stage].probability


def check_rules(measure: object, learnt_by: object, fallback: object, minimum: object, correlation: object) -> None:
    """Refuse rules that a forecast does not know, whatever it is about."""
    check_choice(measure, MEASURES, ("measure",))
    check_choice(learnt_by, LEARNT_BY, ("learnt_by",))
    check_choice(fallback, FALLBACKS, ("fallback",))
    check_whole(minimum, ("minimum",), 1, _MOST_DEALS)
    check_correlation(correlation, ("correlation",))


def refuse(faults: Iterable[SalesperfError]) -> None:
    """Raise one fault as it is, and several together."""
    found = list(faults)
    if len(found) == 1:
        raise found[0]
    if found:
        raise InvalidInputError(found)


def check_correlation(value: object, path: tuple[str | int, ...]) -> None:
    """Refuse what is no number from 0 to below 1."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise InvalidValueError("wrong_type", path=path, expected=float, value=value)
    if not 0 <= value < 1:
        raise InvalidValueError("correlation", path=path, value=value)


def check_probability(value: object, path: tuple[str | int, ...]) -> None:
    """Refuse what is no number from 0 to 1."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise InvalidValueError("wrong_type", path=path, expected=float, value=value)
    if not 0 <= value <= 1:
        raise InvalidValueError("out_of_range", path=path, low=0, high=1, value=value)


def check_level(value: object, path: tuple[str | int, ...]) -> None:
    """Refuse what is no number between 0 and 1."""
    if not isinstance(value, float):
        raise InvalidValueError("wrong_type", path=path, expected=float, value=value)
    if not 0 < value < 1:
        raise InvalidValueError("between", path=path, low=0, high=1, value=value)

"""Key results: by what an objective is measured, and the dated check-ins that say how far each has come."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

import attrs

from salesperf.errors import InvalidValueError, UnitMismatchError, UnknownNameError
from salesperf.model.amount import Amount
from salesperf.model.metric import Band, Direction, Metric
from salesperf.model.period import Period
from salesperf.model.validators import (
    as_decimal,
    as_tuple,
    check_date,
    check_decimal,
    day,
    decimal,
    each,
    identifier,
    is_tuple_of,
    of_type,
    one_of,
    optional,
    place,
    repeated,
    text,
)

__all__ = [
    "KEY_RESULT_KINDS",
    "CheckIn",
    "KeyResult",
    "KeyResultKind",
    "Milestone",
    "above_zero",
    "check_history",
    "check_known",
    "last_confidence",
    "number_of",
]

KeyResultKind: TypeAlias = Literal["metric", "band", "milestones", "yes_no", "scored"]
KEY_RESULT_KINDS: Final[tuple[KeyResultKind, ...]] = ("metric", "band", "milestones", "yes_no", "scored")
"""How a key result is measured: by a number on its way from a start to a target; by a number that should stay within a band;
by milestones reached; by yes or no; or by a score that somebody gives, as other tools store it."""

_LIMIT: Final = 10**18
_LEAST_WEIGHT, _MOST_WEIGHT = Decimal("1e-9"), 10**9
_MOST_SCORE: Final = 20
"""Somebody does report 1,500 % of a target. Nobody who says 70 means 7,000 %."""
_LEAST_TOLERANCE: Final = 1e-9
"""Of the larger end of a band: what is less, a float does not tell from nothing."""


def above_zero(instance: object, attribute: "attrs.Attribute[Any]", value: Decimal) -> None:
    """Expect a Decimal above 0 with which a mean can be weighed."""
    path = place(instance, attribute)
    check_decimal(value, path, -_LIMIT, _LIMIT)
    if value <= 0:
        raise InvalidValueError("not_positive", path=path, value=value)
    if not _LEAST_WEIGHT <= value <= _MOST_WEIGHT:
        raise InvalidValueError("out_of_range", path=path, low=_LEAST_WEIGHT, high=_MOST_WEIGHT, value=value)


def _as_measured(value: Amount | Decimal | int | None) -> Amount | Decimal | None:
    return Decimal(value) if type(value) is int else value  # type: ignore[return-value] # a bool goes on, to be refused


def _as_optional_decimal(value: Decimal | int | None) -> Decimal | None:
    return None if value is None else as_decimal(value)


def _measured(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    if value is not None and type(value) is not Amount:
        check_decimal(value, place(instance, attribute), -_LIMIT, _LIMIT)


def _score(instance: object, attribute: "attrs.Attribute[Any]", value: Decimal) -> None:
    path = place(instance, attribute)
    if type(value) is Decimal and value.is_finite() and value > _MOST_SCORE:
        raise InvalidValueError("score_not_fraction", path=path, high=_MOST_SCORE, value=value)
    check_decimal(value, path, 0, _MOST_SCORE)


def _as_reached(value: Iterable[str] | None) -> tuple[str, ...] | None:
    """Take keys sorted, since their order means nothing; whatever else comes is handed on for the validator to refuse."""
    if value is None:
        return None
    keys = as_tuple(value)
    return tuple(sorted(keys)) if is_tuple_of(keys, str) else keys


@attrs.frozen
class CheckIn:
    """What was said on a day about a key result or an objective: how far it is, and how sure its owner is.

    Parameters
    ----------
    on
        The day.
    value
        Where the number of a metric or a band stands: an Amount or a Decimal, of the kind that the target is.
    reached
        All milestones that are reached by then, by key; what a later check-in does not name is no longer reached.
    is_done
        The answer to a yes or no.
    score
        A score that was given: a fraction, 1 for all that was aimed at; more where more was done, up to 20.
    confidence
        How sure the owner is that the target will be reached, from 0 to 1.
    note
        What else was said.

    Raises
    ------
    InvalidValueError
        If a value is malformed, or nothing is said.

    Examples
    --------
    >>> CheckIn(date(2026, 8, 14), value=60, confidence=Decimal("0.7")).value
    Decimal('60')
    """

    on: date = attrs.field(validator=day)
    value: Amount | Decimal | None = attrs.field(default=None, converter=_as_measured, validator=_measured, kw_only=True)
    reached: tuple[str, ...] | None = attrs.field(
        default=None, converter=_as_reached, validator=optional(each(identifier)), kw_only=True
    )
    is_done: bool | None = attrs.field(default=None, validator=optional(of_type(bool)), kw_only=True)
    score: Decimal | None = attrs.field(default=None, converter=_as_optional_decimal, validator=optional(_score), kw_only=True)
    confidence: Decimal | None = attrs.field(
        default=None, converter=_as_optional_decimal, validator=optional(decimal(0, 1)), kw_only=True
    )
    note: str = attrs.field(default="", validator=text, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse a check-in that says nothing."""
        if not self.answers and self.confidence is None and not self.note:
            raise InvalidValueError("check_in_empty", path=("CheckIn",))

    @property
    def answers(self) -> tuple[str, ...]:
        """The names of the fields that say how far it is: at most one, in a check-in of a key result."""
        return tuple(name for name in _ANSWERS if getattr(self, name) is not None)


@attrs.frozen
class Milestone:
    """A step of a key result that is reached or not.

    Parameters
    ----------
    key
        What check-ins name it by.
    title
        What a reader sees; the key where it is empty.
    weight
        How much it counts beside the others, above 0.

    Raises
    ------
    InvalidValueError
        If a value is malformed, or the weight is not above 0.

    Examples
    --------
    >>> Milestone("pilot", "Pilot with three customers", 2).weight
    Decimal('2')
    """

    key: str = attrs.field(validator=identifier)
    title: str = attrs.field(default="", validator=text)
    weight: Decimal = attrs.field(default=Decimal(1), converter=as_decimal, validator=above_zero)

    @property
    def label(self) -> str:
        """What a reader sees."""
        return self.title.strip() or self.key


@attrs.frozen
class _Terms:
    """What a key result of a kind has, and what its check-ins say."""

    needs: tuple[str, ...] = ()
    may_have: tuple[str, ...] = ()
    answer: str = "score"


_TERMS: Final[Mapping[KeyResultKind, _Terms]] = MappingProxyType(
    {
        "metric": _Terms(needs=("start", "target"), may_have=("metric",), answer="value"),
        "band": _Terms(needs=("band",), may_have=("tolerance", "metric"), answer="value"),
        "milestones": _Terms(needs=("milestones",), answer="reached"),
        "yes_no": _Terms(answer="is_done"),
        "scored": _Terms(answer="score"),
    }
)
_ANSWERS: Final = tuple(dict.fromkeys(terms.answer for terms in _TERMS.values()))
_OWN: Final = ("start", "target", "band", "tolerance", "metric", "milestones")
"""Fields that not every kind has."""


def _as_milestones(value: Iterable[Milestone]) -> tuple[Milestone, ...]:
    return as_tuple(value)


def _as_check_ins(value: Iterable[CheckIn]) -> tuple[CheckIn, ...]:
    return as_tuple(value)


@attrs.frozen(kw_only=True)
class KeyResult:
    """By what it is seen that an objective is reached.

    Parameters
    ----------
    id
        Unique in the tree of objectives.
    title
        What a reader sees; the id where it is empty.
    kind
        One of :data:`KEY_RESULT_KINDS`.
    start, target
        Of a metric: where the number stood and where it should come, two Amounts in one unit or two Decimals. A target below
        the start means that less is better.
    band
        Where a number should stay, both ends within.
    tolerance
        How far outside the band nothing is left of the score, which falls in a straight line; ``None`` if there is none at
        once.
    milestones
        The steps, at least one; each key once.
    metric
        What the number is, where it is a metric of the company.
    is_committed
        Whether all of it was promised: then it passes at 1.0; one that is aspirational passes at 0.7.
    weight
        How much it counts beside the other key results of its objective, above 0.
    owner
        The id of a rep or a team; ``None`` for that of the objective.
    period
        The days that it has; ``None`` for those of the objective.
    check_ins
        By day; within a day their order is the sequence.

    Raises
    ------
    InvalidValueError
        If a value is malformed, the kind lacks a field or has one of another kind, start and target are the same, the weight
        is not above 0, or check-ins run backwards or do not answer what the kind asks.
    UnitMismatchError
        If amounts are in several units.
    UnknownNameError
        If a check-in names a milestone that there is not.

    Notes
    -----
    The check-ins are the state, as the history of a deal: :meth:`as_of` cannot know the future.

    References
    ----------
    Doerr, J. (2018), Measure What Matters, Portfolio. Google, Guide: Set goals with OKRs, re:Work.

    Examples
    --------
    >>> days = KeyResult(
    ...     id="cycle",
    ...     title="Days from proposal to contract",
    ...     start=60,
    ...     target=45,
    ...     check_ins=[CheckIn(date(2026, 8, 1), value=54), CheckIn(date(2026, 9, 1), value=48)],
    ... )
    >>> days.direction, days.current.value, days.as_of(date(2026, 8, 31)).current.value
    ('lower', Decimal('48'), Decimal('54'))
    """

    id: str = attrs.field(validator=identifier)
    title: str = attrs.field(default="", validator=text)
    kind: KeyResultKind = attrs.field(default="metric", validator=one_of(*KEY_RESULT_KINDS))
    start: Amount | Decimal | None = attrs.field(default=None, converter=_as_measured, validator=_measured)
    target: Amount | Decimal | None = attrs.field(default=None, converter=_as_measured, validator=_measured)
    band: Band | None = attrs.field(default=None, validator=optional(of_type(Band)))
    tolerance: Decimal | None = attrs.field(
        default=None, converter=_as_optional_decimal, validator=optional(decimal(0, _LIMIT))
    )
    milestones: tuple[Milestone, ...] = attrs.field(default=(), converter=_as_milestones, validator=each(of_type(Milestone)))
    metric: Metric | None = attrs.field(default=None, validator=optional(of_type(Metric)))
    is_committed: bool = attrs.field(default=False, validator=of_type(bool))
    weight: Decimal = attrs.field(default=Decimal(1), converter=as_decimal, validator=above_zero)
    owner: str | None = attrs.field(default=None, validator=optional(identifier))
    period: Period | None = attrs.field(default=None, validator=optional(of_type(Period)))
    check_ins: tuple[CheckIn, ...] = attrs.field(default=(), converter=_as_check_ins, validator=each(of_type(CheckIn)))

    def __attrs_post_init__(self) -> None:
        """Check what the kind asks for, and that the check-ins answer it in order."""
        self._check_fields()
        if self.kind == "metric":
            self._check_way()
        if self.kind == "band":
            self._check_tolerance()
        for position, again in repeated(milestone.key for milestone in self.milestones):
            raise InvalidValueError("not_unique", path=self._path("milestones", position, "key"), value=again)
        check_history(self.check_ins, self._path("check_ins"))
        for position, check_in in enumerate(self.check_ins):
            self._check_answer(check_in, self._path("check_ins", position))

    def _path(self, *steps: str | int) -> tuple[str | int, ...]:
        return ("KeyResult", self.id, *steps)

    def _check_fields(self) -> None:
        """Refuse a field that the kind lacks, or has no use for."""
        terms = _TERMS[self.kind]
        for name in _OWN:
            is_there = getattr(self, name) not in (None, ())
            if is_there and name not in (*terms.needs, *terms.may_have):
                raise InvalidValueError("key_result_field", path=self._path(name), field=name, kind=self.kind)
            if not is_there and name in terms.needs:
                raise InvalidValueError("key_result_lacks", path=self._path(name), field=name, kind=self.kind)

    def _check_way(self) -> None:
        """Refuse a way that leads nowhere, or between values that nobody can compare."""
        self._check_measure(self.start, "start")
        self._check_measure(self.target, "target")
        if float(number_of(self.start)) == float(number_of(self.target)):
            raise InvalidValueError("key_result_flat", path=self._path("target"), value=self.target)

    def _check_measure(self, value: Amount | Decimal | None, *steps: str | int) -> None:
        """Refuse a value of another kind or unit than the target, or of another dimension than the metric."""
        path, pattern = self._path(*steps), self.target
        if type(value) is not type(pattern):
            raise InvalidValueError("wrong_type", path=path, expected=type(pattern), value=value)
        if isinstance(value, Amount) and isinstance(pattern, Amount) and value.unit != pattern.unit:
            raise UnitMismatchError("unit_mismatch", path=path, left=str(pattern.unit), right=str(value.unit))
        dimension = value.unit.dimension if isinstance(value, Amount) else "ratio"
        if self.metric is not None and dimension != self.metric.dimension:
            shown = str(value.unit) if isinstance(value, Amount) else Decimal
            raise InvalidValueError(
                "unit_dimension", path=path, expected=self.metric.dimension, metric=self.metric.key, value=shown
            )

    def _check_tolerance(self) -> None:
        """Refuse a tolerance of nothing, and one that is nothing beside the ends of the band."""
        if self.tolerance is None or self.band is None:
            return
        least = max(abs(float(self.band.low)), abs(float(self.band.high)), 1.0) * _LEAST_TOLERANCE
        if self.tolerance < least:
            path = self._path("tolerance")
            raise InvalidValueError("out_of_range", path=path, low=least, high=_LIMIT, value=self.tolerance)

    def _check_answer(self, check_in: CheckIn, path: tuple[str | int, ...]) -> None:
        """Refuse a check-in that answers something else."""
        expected = _TERMS[self.kind].answer
        for name in check_in.answers:
            if name != expected:
                raise InvalidValueError("check_in_kind", path=(*path, name), expected=expected, kind=self.kind, value=name)
        if check_in.value is not None:
            steps = (*path[2:], "value")
            if self.kind == "metric":
                self._check_measure(check_in.value, *steps)
            elif isinstance(check_in.value, Amount):
                raise InvalidValueError("wrong_type", path=(*path, "value"), expected=Decimal, value=check_in.value)
        keys = tuple(milestone.key for milestone in self.milestones)
        for place_of, key in enumerate(check_in.reached or ()):
            if key not in keys:
                where = (*path, "reached", place_of)
                raise UnknownNameError("unknown_milestone", path=where, choices=keys, value=key)

    @property
    def label(self) -> str:
        """What a reader sees."""
        return self.title.strip() or self.id

    @property
    def direction(self) -> Direction | None:
        """Of a number, which way is better: ``"higher"``, ``"lower"``, or its band; of anything else ``None``."""
        if self.kind != "metric":
            return self.band
        return "higher" if number_of(self.start) < number_of(self.target) else "lower"

    @property
    def current(self) -> CheckIn | None:
        """The last check-in that says how far it is; ``None`` where none does."""
        return next((check_in for check_in in reversed(self.check_ins) if check_in.answers), None)

    @property
    def confidence(self) -> Decimal | None:
        """What was said last of how sure the owner is."""
        return last_confidence(self.check_ins)

    @property
    def last_check_in(self) -> date | None:
        """The day of the last check-in."""
        return self.check_ins[-1].on if self.check_ins else None

    def as_of(self, day: date) -> "KeyResult":
        """Forget what was said later than a day.

        Examples
        --------
        >>> asked = KeyResult(id="k", kind="yes_no", check_ins=[CheckIn(date(2026, 9, 2), is_done=True)])
        >>> asked.as_of(date(2026, 9, 1)).current is None
        True
        """
        known = check_known(self.check_ins, day)
        return self if len(known) == len(self.check_ins) else attrs.evolve(self, check_ins=known)


def number_of(value: Amount | Decimal | None) -> Fraction:
    """Return what a measured value is as a number, exactly."""
    return Fraction(value.decimal if isinstance(value, Amount) else value or 0)


def last_confidence(check_ins: tuple[CheckIn, ...]) -> Decimal | None:
    """Return what was said last of how sure the owner is."""
    said = (check_in.confidence for check_in in reversed(check_ins))
    return next((confidence for confidence in said if confidence is not None), None)


def check_known(check_ins: tuple[CheckIn, ...], day: date) -> tuple[CheckIn, ...]:
    """Return the check-ins up to the end of a day."""
    check_date(day, ("day",))
    return tuple(check_in for check_in in check_ins if check_in.on <= day)


def check_history(check_ins: tuple[CheckIn, ...], path: tuple[str | int, ...]) -> None:
    """Refuse check-ins that run backwards."""
    for position, check_in in enumerate(check_ins):
        if position and check_in.on < check_ins[position - 1].on:
            previous = check_ins[position - 1].on
            raise InvalidValueError("history_order", path=(*path, position, "on"), previous=previous, value=check_in.on)

"""Improvement actions: who does what by when, which number is to change, and what became of that number afterwards."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Context, Decimal
from typing import Any, Final

import attrs

from salesperf.errors import InvalidValueError, SalesperfError, UnitMismatchError
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Difference, Quotient
from salesperf.model.key_result import number_of
from salesperf.model.message import Message
from salesperf.model.progress import (
    Followed,
    StatusChange,
    as_history,
    began_on,
    faults_of_history,
    refuse,
    until,
)
from salesperf.model.validators import (
    as_decimal,
    as_sorted_tuple,
    check_date,
    check_decimal,
    day,
    each,
    identifier,
    of_type,
    optional,
    place,
    text,
)

__all__ = ["Action", "Measurement"]

_LIMIT: Final = 10**18
_EXACT: Final = Context(prec=400)
"""More digits than a difference of two measured numbers has, whatever the context of the caller."""


def _as_measured(value: Amount | Decimal | int | None) -> Amount | Decimal | None:
    return as_decimal(value) if type(value) is int else value  # type: ignore[return-value] # a bool goes on, to be refused


def _measured(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    if type(value) is not Amount:
        check_decimal(value, place(instance, attribute), -_LIMIT, _LIMIT)


@attrs.frozen
class Measurement:
    """Where a number stood on a day.

    Parameters
    ----------
    on
        The day at whose end it was measured.
    value
        The number: an Amount or a Decimal.

    Raises
    ------
    InvalidValueError
        If a value is malformed.

    Examples
    --------
    >>> Measurement(date(2026, 12, 31), Decimal("0.24")).value
    Decimal('0.24')
    """

    on: date = attrs.field(validator=day)
    value: Amount | Decimal = attrs.field(converter=_as_measured, validator=_measured)


def _as_measurements(value: Iterable[Measurement]) -> tuple[Measurement, ...]:
    return as_sorted_tuple(value, Measurement, lambda each: each.on)


@attrs.frozen(kw_only=True)
class Action(Followed):
    """An improvement action: what is to be done, by whom, until when, and by which number its effect is told.

    Parameters
    ----------
    id
        Unique among actions.
    title
        What is to be done.
    goal
        What for.
    owner
        The id of the rep or team who does it; an action that nobody owns is refused.
    created
        The day on which it was agreed, with its baseline and goal value.
    due
        The day by which it is to be done, on or after that.
    measure
        Which number is to change: a message key or plain text; ``None`` where no number tells its effect.
    baseline, goal_value
        Where the number stood, and where it should come: two Amounts in one unit or two Decimals, stated before. A goal below
        the baseline means that less is better.
    finding
        The rule of the finding that it answers.
    history
        What was said of it, by day; within a day the order is the sequence. Before the first it is planned.
    measurements
        Where the number stood, in any order, each day once.

    Raises
    ------
    InvalidValueError
        If a value is malformed, nobody owns it, it is due before it was created, changes run backwards or come before it was
        created, a measure comes without baseline and goal value, the two are the same, or a day has two measurements.
    UnitMismatchError
        If amounts are in several units.
    InvalidInputError
        With every such fault, where there are several.

    Notes
    -----
    The effect is the last measurement less the baseline. A measurement counts if it was taken on a later day than the first on
    which the action was in progress or done: what the number did before is no effect of it. That the number changed after the
    action does not say that it changed because of it.

    Examples
    --------
    >>> action = Action(
    ...     id="a-1",
    ...     title="Two managers join every second meeting",
    ...     owner="ada",
    ...     created=date(2026, 10, 8),
    ...     due=date(2026, 12, 31),
    ...     measure="metric.win_rate",
    ...     baseline=Decimal("0.20"),
    ...     goal_value=Decimal("0.30"),
    ...     history=[StatusChange(date(2026, 10, 15), "in_progress")],
    ...     measurements=[
    ...         Measurement(date(2026, 10, 15), Decimal("0.29")),
    ...         Measurement(date(2026, 12, 31), Decimal("0.24")),
    ...     ],
    ... )
    >>> action.status, action.effect, action.achieved_share, action.is_goal_met
    ('in_progress', Decimal('0.04'), 0.4, False)
    >>> action.as_of(date(2026, 11, 30)).effect is None, action.days_late(date(2027, 1, 5))
    (True, 5)
    """

    id: str = attrs.field(validator=identifier)
    title: str = attrs.field(validator=identifier)
    goal: str = attrs.field(default="", validator=text)
    owner: str | None = attrs.field(default=None, validator=optional(identifier))
    created: date = attrs.field(validator=day)
    due: date = attrs.field(validator=day)
    measure: str | None = attrs.field(default=None, validator=optional(identifier))
    baseline: Amount | Decimal | None = attrs.field(default=None, converter=_as_measured, validator=optional(_measured))
    goal_value: Amount | Decimal | None = attrs.field(default=None, converter=_as_measured, validator=optional(_measured))
    finding: str | None = attrs.field(default=None, validator=optional(identifier))
    history: tuple[StatusChange, ...] = attrs.field(default=(), converter=as_history, validator=each(of_type(StatusChange)))
    measurements: tuple[Measurement, ...] = attrs.field(
        default=(), converter=_as_measurements, validator=each(of_type(Measurement))
    )

    def __attrs_post_init__(self) -> None:
        """Check the fields against each other, and tell all that is wrong."""
        refuse(self._faults())

    def _path(self, *steps: str | int) -> tuple[str | int, ...]:
        return ("Action", self.id, *steps)

    def _faults(self) -> Iterator[SalesperfError]:
        if self.owner is None:
            yield InvalidValueError("owner_missing", path=self._path("owner"))
        if self.due < self.created:
            yield InvalidValueError("due_before_created", path=self._path("due"), created=self.created, value=self.due)
        yield from faults_of_history(self.history, self.created, self._path("history"))
        stated = [name for name in ("measure", "baseline", "goal_value") if getattr(self, name) is not None]
        if stated and len(stated) < len(("measure", "baseline", "goal_value")):
            yield InvalidValueError("goal_half_stated", path=self._path(), value=", ".join(stated))
            return
        yield from self._faults_of_values()
        days = [each.on for each in self.measurements]
        for on in sorted({on for on in days if days.count(on) > 1}):
            yield InvalidValueError("not_unique", path=self._path("measurements", "on"), value=on)

    def _faults_of_values(self) -> Iterator[SalesperfError]:
        """Find values of another kind or unit than the baseline, and a goal that is no change."""
        if self.measurements and self.measure is None:
            yield InvalidValueError("goal_half_stated", path=self._path(), value="measurements")
            return
        values = {"goal_value": self.goal_value} if self.goal_value is not None else {}
        paths = [(self._path(name), value) for name, value in values.items()]
        paths += [(self._path("measurements", place), each.value) for place, each in enumerate(self.measurements)]
        for path, value in paths:
            if type(value) is not type(self.baseline):
                yield InvalidValueError("wrong_type", path=path, expected=type(self.baseline), value=value)
            elif isinstance(value, Amount) and isinstance(self.baseline, Amount) and value.unit != self.baseline.unit:
                yield UnitMismatchError("unit_mismatch", path=path, left=str(self.baseline.unit), right=str(value.unit))
        if self.goal_value is not None and self.goal_value == self.baseline:
            yield InvalidValueError("goal_no_change", path=self._path("goal_value"), value=self.goal_value)

    # How it gets on

    @property
    def began(self) -> date | None:
        """The first day on which anything was done; ``None`` where nothing was."""
        return began_on(self.history)

    def as_of(self, day: date) -> "Action | None":
        """Forget what became known later than a day; ``None`` if it was created later.

        Notes
        -----
        ``action.as_of(a).as_of(b) == action.as_of(min(a, b))``. Owner, due day and goal have no history: one that was changed
        later is known too early.

        Examples
        --------
        >>> action = Action(id="a-1", title="call", owner="ada", created=date(2026, 9, 2), due=date(2026, 9, 9))
        >>> action.as_of(date(2026, 9, 1)) is None
        True
        """
        check_date(day, ("day",))
        if self.created > day:
            return None
        measured = [each for each in self.measurements if each.on <= day]
        return attrs.evolve(self, history=until(self.history, day), measurements=measured)

    # What it did

    @property
    def counted(self) -> tuple[Measurement, ...]:
        """The measurements that may tell its effect: those of later days than the first on which anything was done."""
        began = self.began
        return () if began is None else tuple(each for each in self.measurements if each.on > began)

    @property
    def effect(self) -> Amount | Decimal | None:
        """By how much the number has changed since: the last measurement that counts less the baseline."""
        if not self.counted or self.baseline is None:
            return None
        value = self.counted[-1].value
        if isinstance(value, Amount) and isinstance(self.baseline, Amount):
            return value - self.baseline
        return _EXACT.subtract(value, self.baseline)  # type: ignore[arg-type] # checked to be of one kind

    @property
    def achieved_share(self) -> float | None:
        """Effect over what was aimed at, goal value less baseline: 1 where the goal is met, below 0 where it got worse."""
        return self.breakdown.value if isinstance(self.breakdown.value, float) else None

    @property
    def is_goal_met(self) -> bool | None:
        """Whether the last measurement that counts is at the goal or beyond; ``None`` where none counts."""
        return None if self.effect is None else number_of(self.effect) / self._aim >= 1

    @property
    def _aim(self) -> Any:  # noqa: ANN401 - a Fraction
        return number_of(self.goal_value) - number_of(self.baseline)

    @property
    def reason(self) -> Message | None:
        """Why its effect cannot be told; ``None`` where it can."""
        if self.measure is None:
            return Message("action.reason.no_measure")
        if self.began is None:
            return Message("action.reason.not_begun")
        return None if self.counted else Message.of("action.reason.not_measured", began=self.began)

    @property
    def breakdown(self) -> Breakdown:
        """The share achieved, as the effect over what was aimed at."""
        label = Message("action.achieved_share")
        if self.effect is None:
            return Breakdown(label=label, value=None)
        stood = Breakdown(label=Message("action.baseline"), value=self.baseline)
        parts = (
            _difference("action.effect", Breakdown(label=Message("action.measured"), value=self.counted[-1].value), stood),
            _difference("action.aim", Breakdown(label=Message("action.goal_value"), value=self.goal_value), stood),
        )
        quotient = Breakdown(label=label, value=None, rule=Quotient(), parts=parts)
        return attrs.evolve(quotient, value=float(quotient.rule(quotient)))  # type: ignore[arg-type] # neither is undefined


def _difference(key: str, value: Breakdown, less: Breakdown) -> Breakdown:
    node = Breakdown(label=Message(key), value=None, rule=Difference(), parts=(value, less))
    return attrs.evolve(node, value=node.rule(node))

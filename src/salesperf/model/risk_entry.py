"""Risks: what may happen, how likely and how grave that was thought to be when, and what is done about it."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final, Literal, TypeAlias

import attrs

from salesperf.errors import InvalidValueError, SalesperfError
from salesperf.model.action import Action
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown
from salesperf.model.citation import Citation
from salesperf.model.progress import refuse
from salesperf.model.validators import (
    as_sorted_tuple,
    as_tuple,
    check_date,
    day,
    each,
    identifier,
    of_type,
    one_of,
    optional,
    repeated,
    text,
    whole,
)

__all__ = ["RESPONSE_KINDS", "RISK_KINDS", "ResponseKind", "Risk", "RiskAssessment", "RiskKind"]

RiskKind: TypeAlias = Literal["pipeline", "people", "plan", "customer", "market", "other"]
RISK_KINDS: Final[tuple[RiskKind, ...]] = ("pipeline", "people", "plan", "customer", "market", "other")
"""What a risk is about."""

ResponseKind: TypeAlias = Literal["avoid", "reduce", "transfer", "accept"]
RESPONSE_KINDS: Final[tuple[ResponseKind, ...]] = ("avoid", "reduce", "transfer", "accept")
"""What is done about a risk: see to it that it cannot happen; make it less likely or less grave; let another bear it; bear
it."""

_MOST: Final = 5


@attrs.frozen(kw_only=True)
class RiskAssessment:
    """How likely and how grave a risk was thought to be on a day.

    Parameters
    ----------
    on
        The day.
    likelihood
        From 1, hardly ever, to 5, almost certain.
    impact
        From 1, hardly noticed, to 5, the target is lost.
    note
        Why.
    likelihood_breakdown, impact_breakdown
        The trees that each follows from, where it was read off numbers; ``None`` for a judgement.

    Raises
    ------
    InvalidValueError
        If a value is malformed, or a tree comes to another.

    Examples
    --------
    >>> RiskAssessment(on=date(2026, 9, 1), likelihood=4, impact=3).likelihood
    4
    """

    on: date = attrs.field(validator=day)
    likelihood: int = attrs.field(validator=whole(1, _MOST))
    impact: int = attrs.field(validator=whole(1, _MOST))
    note: str = attrs.field(default="", validator=text)
    likelihood_breakdown: Breakdown | None = attrs.field(default=None, validator=optional(of_type(Breakdown)))
    impact_breakdown: Breakdown | None = attrs.field(default=None, validator=optional(of_type(Breakdown)))

    def __attrs_post_init__(self) -> None:
        """Check the trees against what they explain."""
        told = {"likelihood": self.likelihood_breakdown, "impact": self.impact_breakdown}
        for name, tree in told.items():
            if tree is not None and tree.value != getattr(self, name):
                path = ("RiskAssessment", f"{name}_breakdown")
                raise InvalidValueError("breakdown_value", path=path, expected=getattr(self, name), value=tree.value)


def _as_assessments(value: Iterable[RiskAssessment]) -> tuple[RiskAssessment, ...]:
    return as_tuple(value)


def _as_responses(value: Iterable[Action]) -> tuple[Action, ...]:
    return as_sorted_tuple(value, Action, lambda action: action.id)


def _as_citations(value: Iterable[Citation]) -> tuple[Citation, ...]:
    return as_tuple(value)


@attrs.frozen(kw_only=True)
class Risk:
    """An entry of a risk register.

    Parameters
    ----------
    id
        Unique in its register.
    title
        What may happen: a message key or plain text.
    kind
        One of :data:`RISK_KINDS`.
    owner
        The id of the rep or team who watches it; ``None`` for the company.
    assessments
        By day; the last one holds. At least one.
    response
        One of :data:`RESPONSE_KINDS`; ``None`` where nothing is decided.
    responses
        What is done about it: actions, each id once.
    closed
        The day from which it is no risk any more, on or after the first assessment; ``None`` for still one.
    at_stake
        How much money would be lost, where that can be told.
    citations
        The numbers that it rests on.

    Raises
    ------
    InvalidValueError
        If a value is malformed, there is no assessment, they run backwards, it was closed before the first,
        or two responses share an id.
    InvalidInputError
        With every such fault, where there are several.

    Examples
    --------
    >>> risk = Risk(
    ...     id="r-1",
    ...     title="The largest customer changes its purchasing",
    ...     kind="customer",
    ...     owner="ada",
    ...     response="reduce",
    ...     assessments=[
    ...         RiskAssessment(on=date(2026, 6, 1), likelihood=2, impact=5),
    ...         RiskAssessment(on=date(2026, 9, 1), likelihood=4, impact=5),
    ...     ],
    ... )
    >>> risk.likelihood, risk.as_of(date(2026, 8, 31)).likelihood
    (4, 2)
    """

    id: str = attrs.field(validator=identifier)
    title: str = attrs.field(validator=identifier)
    kind: RiskKind = attrs.field(default="other", validator=one_of(*RISK_KINDS))
    owner: str | None = attrs.field(default=None, validator=optional(identifier))
    assessments: tuple[RiskAssessment, ...] = attrs.field(converter=_as_assessments, validator=each(of_type(RiskAssessment)))
    response: ResponseKind | None = attrs.field(default=None, validator=optional(one_of(*RESPONSE_KINDS)))
    responses: tuple[Action, ...] = attrs.field(default=(), converter=_as_responses, validator=each(of_type(Action)))
    closed: date | None = attrs.field(default=None, validator=optional(day))
    at_stake: Amount | None = attrs.field(default=None, validator=optional(of_type(Amount)))
    citations: tuple[Citation, ...] = attrs.field(default=(), converter=_as_citations, validator=each(of_type(Citation)))

    def __attrs_post_init__(self) -> None:
        """Check the fields against each other, and tell all that is wrong."""
        refuse(self._faults())

    def _path(self, *steps: str | int) -> tuple[str | int, ...]:
        return ("Risk", self.id, *steps)

    def _faults(self) -> Iterator[SalesperfError]:
        if not self.assessments:
            yield InvalidValueError("history_empty", path=self._path("assessments"))
        for position, (earlier, later) in enumerate(zip(self.assessments, self.assessments[1:], strict=False), 1):
            if later.on < earlier.on:
                path = self._path("assessments", position, "on")
                yield InvalidValueError("history_order", path=path, previous=earlier.on, value=later.on)
        if self.closed is not None and self.assessments and self.closed < self.assessments[0].on:
            previous = self.assessments[0].on
            yield InvalidValueError("history_order", path=self._path("closed"), previous=previous, value=self.closed)
        for _, again in repeated(action.id for action in self.responses):
            yield InvalidValueError("not_unique", path=self._path("responses", "id"), value=again)

    @property
    def likelihood(self) -> int:
        """How likely it is thought to be, 1 to 5."""
        return self.assessments[-1].likelihood

    @property
    def impact(self) -> int:
        """How grave it is thought to be, 1 to 5."""
        return self.assessments[-1].impact

    @property
    def created(self) -> date:
        """The day of the first assessment."""
        return self.assessments[0].on

    def overdue_responses(self, as_of: date) -> tuple[Action, ...]:
        """Return the responses that at the end of a day were due and neither done nor dropped."""
        known = [action for each in self.responses if (action := each.as_of(as_of)) is not None]
        return tuple(action for action in known if action.is_open and action.days_late(as_of))

    def as_of(self, day: date) -> "Risk | None":
        """Forget what became known later than a day; ``None`` if it was first assessed later.

        Notes
        -----
        What was decided to do, what is at stake and the numbers cited have no history: they are known too early.
        """
        check_date(day, ("day",))
        known = [each for each in self.assessments if each.on <= day]
        if not known:
            return None
        responses = [action for each in self.responses if (action := each.as_of(day)) is not None]
        closed = self.closed if self.closed is not None and self.closed <= day else None
        return attrs.evolve(self, assessments=known, responses=responses, closed=closed)

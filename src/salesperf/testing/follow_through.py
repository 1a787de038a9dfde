"""Strategies for what follows from a review: actions, tasks and their plans, cases, risks, pulse surveys, citations."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from salesperf import (
    CASE_OUTCOMES,
    PROGRESS_STATUSES,
    RESPONSE_KINDS,
    RISK_KINDS,
    Action,
    Amount,
    Breakdown,
    Case,
    Citation,
    Measurement,
    PulseSurvey,
    Risk,
    RiskAssessment,
    StatusChange,
    Task,
    TaskPlan,
)
from salesperf.testing.dates import days
from salesperf.testing.values import amounts, built_once, ids, messages, or_none, texts

__all__ = [
    "actions",
    "cases",
    "citations",
    "measurements",
    "pulse_surveys",
    "risk_assessments",
    "risks",
    "status_changes",
    "task_plans",
    "tasks",
]

_DECIMALS: Final = st.decimals(-50, 500, places=2)
_WORDS: Final = st.sampled_from(("price", "Acme", "low_conversion", "渠道"))
_TITLES: Final = st.sampled_from(("call them", "visit", "回访"))
_MARKS: Final = st.integers(1, 5)
_MOST_DAYS: Final = 60
_MOST: Final = 3


def _later(day: date) -> SearchStrategy[date]:
    return st.integers(0, _MOST_DAYS).map(lambda number: day + timedelta(days=number))


@built_once
def status_changes() -> SearchStrategy[StatusChange]:
    """Draw what was said on a day of how something gets on.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(status_changes(), lambda change: not change.note).status
    'planned'
    """
    return st.builds(StatusChange, on=days(), status=st.sampled_from(PROGRESS_STATUSES), note=texts())


@st.composite
def _histories(draw: DrawFn, created: date) -> list[StatusChange]:
    on = sorted(draw(st.lists(_later(created), max_size=_MOST)))
    return [StatusChange(day, draw(st.sampled_from(PROGRESS_STATUSES)), note=draw(texts())) for day in on]


@built_once
def measurements() -> SearchStrategy[Measurement]:
    """Draw measurements of a Decimal.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(measurements(), lambda measured: measured.value > 1).value
    Decimal('1.01')
    """
    return st.builds(Measurement, on=days(), value=_DECIMALS)


@st.composite
def _measured(draw: DrawFn, created: date) -> dict[str, Any]:
    """Draw a measure with its baseline, goal and measurements, of Decimals or of amounts in one unit."""
    values: SearchStrategy[Any] = _DECIMALS
    if draw(st.booleans()):
        unit = draw(amounts()).unit
        values = st.integers(-999, 999).map(lambda minor: Amount(minor=minor, unit=unit))
    baseline, goal = draw(st.lists(values, min_size=2, max_size=2, unique=True))
    on = draw(st.lists(_later(created), max_size=_MOST, unique=True))
    taken = [Measurement(day, draw(values)) for day in on]
    return {"measure": draw(ids("number")), "baseline": baseline, "goal_value": goal, "measurements": taken}


@st.composite
def actions(
    draw: DrawFn,
    *,
    id: SearchStrategy[str] | None = None,  # noqa: A002 - the name of the field
    owner: SearchStrategy[str] | None = None,
) -> Action:
    """Draw actions, most of them with a measure.

    Parameters
    ----------
    id, owner
        Strategies for the two; ``None`` for any id.

    Examples
    --------
    >>> from hypothesis import given, settings
    >>> @settings(max_examples=10, deadline=None)
    ... @given(actions())
    ... def test_an_effect_comes_after_a_beginning(action):
    ...     assert action.effect is None or action.counted[-1].on > action.began
    >>> test_an_effect_comes_after_a_beginning()
    """
    created = draw(days())
    told = draw(_measured(created)) if draw(st.booleans()) else {}
    return Action(
        id=draw(ids("a") if id is None else id),
        title=draw(_TITLES),
        goal=draw(texts()),
        owner=draw(ids() if owner is None else owner),
        created=created,
        due=draw(_later(created)),
        finding=draw(or_none(ids("rule"))),
        history=draw(_histories(created)),
        **told,
    )


@st.composite
def tasks(
    draw: DrawFn,
    *,
    id: SearchStrategy[str] | None = None,  # noqa: A002 - the name of the field
    owner: SearchStrategy[str] | None = None,
    depends_on: SearchStrategy[Sequence[str]] | None = None,
) -> Task:
    """Draw tasks, milestones among them.

    Parameters
    ----------
    id, owner
        Strategies for the two; ``None`` for any id.
    depends_on
        Strategy for the others on which they depend; ``None`` for none.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(tasks(), lambda task: task.is_milestone).start is None
    True
    """
    created = draw(days())
    start = draw(st.none() | _later(created))
    quantity = st.integers(0, 99).map(Decimal) | amounts().filter(lambda amount: amount.minor >= 0)
    return Task(
        id=draw(ids("t") if id is None else id),
        title=draw(texts()),
        owner=draw(ids() if owner is None else owner),
        created=created,
        start=start,
        due=draw(_later(start or created)),
        is_milestone=start is None and draw(st.booleans()),
        depends_on=draw(st.just(()) if depends_on is None else depends_on),
        resources=draw(st.dictionaries(_WORDS, quantity, max_size=2)),
        history=draw(_histories(created)),
    )


@st.composite
def task_plans(
    draw: DrawFn,
    *,
    id: SearchStrategy[str] | None = None,  # noqa: A002 - the name of the field
    owner: SearchStrategy[str] | None = None,
) -> TaskPlan:
    """Draw plans of up to four tasks that depend on each other without a cycle.

    Parameters
    ----------
    id
        Strategy for the id; ``None`` for any.
    owner
        Strategy for the owner of a task; ``None`` for any id.

    Examples
    --------
    >>> from hypothesis import given, settings
    >>> @settings(max_examples=10, deadline=None)
    ... @given(task_plans())
    ... def test_every_task_has_its_place(plan):
    ...     assert len(plan.in_order) == len(plan.tasks)
    >>> test_every_task_has_its_place()
    """
    drawn: list[Task] = []
    for number in range(1, draw(st.integers(0, _MOST + 1)) + 1):
        earlier = st.lists(st.sampled_from([task.id for task in drawn]), unique=True) if drawn else None
        drawn.append(draw(tasks(id=st.just(f"t{number}"), owner=owner, depends_on=earlier)))
    return TaskPlan(id=draw(ids("plan") if id is None else id), title=draw(texts()), tasks=drawn)


@built_once
def cases(
    *,
    id: SearchStrategy[str] | None = None,  # noqa: A002 - the name of the field
    opportunity: SearchStrategy[str | None] | None = None,
    customer: SearchStrategy[str | None] | None = None,
    owner: SearchStrategy[str | None] | None = None,
) -> SearchStrategy[Case]:
    """Draw cases.

    Parameters
    ----------
    id, opportunity, customer, owner
        Strategies for the four; ``None`` for any id, and of the last three for none.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(cases(), lambda case: case.outcome == "lost").tags
    ()
    """
    return st.builds(
        Case,
        id=ids("c") if id is None else id,
        title=texts(),
        outcome=st.sampled_from(CASE_OUTCOMES),
        on=days(),
        opportunity=or_none(ids("o")) if opportunity is None else opportunity,
        customer=or_none(ids("k")) if customer is None else customer,
        owner=or_none(ids()) if owner is None else owner,
        note=texts(),
        lessons=st.lists(_TITLES, max_size=2),
        tags=st.lists(_WORDS, max_size=_MOST),
    )


@st.composite
def citations(draw: DrawFn) -> Citation:
    """Draw citations.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(citations(), lambda cited: cited.low is not None).low
    0.0
    """
    low, value, high = sorted(draw(st.lists(st.floats(0, 1), min_size=3, max_size=3)))
    has_interval = draw(st.booleans())
    return Citation(
        label=draw(messages()),
        value=value if has_interval else draw(st.none() | _DECIMALS | amounts() | st.integers(0, 99)),
        low=low if has_interval else None,
        high=high if has_interval else None,
        level=draw(st.none() | st.floats(0.5, 0.99)) if has_interval else None,
        n=draw(st.none() | st.integers(0, 99)),
        against=draw(st.none() | st.floats(0, 1)),
        is_share=has_interval and draw(st.booleans()),
        source=draw(messages()),
        reason=None if has_interval else draw(st.none() | messages()),
    )


@built_once
def risk_assessments() -> SearchStrategy[RiskAssessment]:
    """Draw how likely and how grave a risk was thought to be.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(risk_assessments(), lambda thought: thought.impact > 3).likelihood
    1
    """
    return _risk_assessments()


@st.composite
def _risk_assessments(draw: DrawFn) -> RiskAssessment:
    likelihood, impact = draw(_MARKS), draw(_MARKS)
    trees = {
        f"{name}_breakdown": draw(st.none() | st.builds(Breakdown, label=messages(), value=st.just(mark)))
        for name, mark in (("likelihood", likelihood), ("impact", impact))
    }
    return RiskAssessment(on=draw(days()), likelihood=likelihood, impact=impact, note=draw(texts()), **trees)


@st.composite
def risks(
    draw: DrawFn,
    *,
    id: SearchStrategy[str] | None = None,  # noqa: A002 - the name of the field
    owner: SearchStrategy[str | None] | None = None,
    responses: SearchStrategy[Sequence[Action]] | None = None,
) -> Risk:
    """Draw risks with their assessments, responses and citations.

    Parameters
    ----------
    id, owner
        Strategies for the two; ``None`` for any id, and for no owner.
    responses
        Strategy for what is done about them; ``None`` for any action, or none.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(risks(), lambda risk: risk.likelihood > 2).likelihood
    3
    """
    thought = sorted(draw(st.lists(risk_assessments(), min_size=1, max_size=_MOST)), key=lambda one: one.on)
    acted = draw(st.lists(actions(), max_size=1) if responses is None else responses)
    return Risk(
        id=draw(ids("risk") if id is None else id),
        title=draw(_TITLES),
        kind=draw(st.sampled_from(RISK_KINDS)),
        owner=draw(or_none(ids()) if owner is None else owner),
        assessments=thought,
        response=draw(st.none() | st.sampled_from(RESPONSE_KINDS)),
        responses=acted,
        closed=draw(st.none() | _later(thought[0].on)),
        at_stake=draw(st.none() | amounts()),
        citations=draw(st.lists(citations(), max_size=1)),
    )


@built_once
def pulse_surveys(*, owner: SearchStrategy[str | None] | None = None) -> SearchStrategy[PulseSurvey]:
    """Draw pulse surveys, of two to five marks.

    Parameters
    ----------
    owner
        Strategy for the team; ``None`` for any id, and for the company.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(pulse_surveys(), lambda survey: survey.answers > 0).counts
    (0, 1)
    """
    counts = st.lists(st.integers(0, 20), min_size=2, max_size=5)
    team = or_none(ids("t")) if owner is None else owner
    return st.builds(PulseSurvey, on=days(), owner=team, counts=counts, invited=st.none() | st.just(100))


@st.composite
def followed_up(
    draw: DrawFn,
    owner: SearchStrategy[str],
    *,
    team: SearchStrategy[str | None],
    opportunity: SearchStrategy[str | None],
    customer: SearchStrategy[str | None],
) -> dict[str, Any]:
    """Draw the fields of records that hold what follows from reviews: most of them empty, none with an id twice."""
    agreed = [draw(actions(id=st.just(f"a{number + 1}"), owner=owner)) for number in range(draw(st.integers(0, 2)))]
    answer = actions(id=st.just("a9"), owner=owner)
    risk = risks(id=st.just("risk1"), owner=st.none() | owner, responses=st.lists(answer, max_size=1))
    told = cases(id=st.just("c1"), opportunity=opportunity, customer=customer, owner=st.none() | owner)
    asked = pulse_surveys(owner=team)
    return {
        "actions": agreed,
        "plans": draw(st.lists(task_plans(id=st.just("plan1"), owner=owner), max_size=1)),
        "cases": draw(st.lists(told, max_size=1)),
        "risks": draw(st.lists(risk, max_size=1)),
        "pulses": draw(st.lists(asked, max_size=2, unique_by=lambda survey: (survey.owner, survey.on))),
    }

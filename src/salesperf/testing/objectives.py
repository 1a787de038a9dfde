"""Strategies for objectives: check-ins, milestones, key results of every kind, trees of objectives."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from salesperf import KEY_RESULT_KINDS, CheckIn, KeyResult, Milestone, Objective, Period
from salesperf.testing.dates import days, periods
from salesperf.testing.values import bands, built_once, ids, or_none, texts

__all__ = ["check_ins", "key_results", "milestones", "objectives"]

_KEYS: Final = ("draft", "pilot", "上线")
_DECIMALS: Final = st.integers(-50, 500) | st.decimals(-50, 500, places=2)
_UNIT: Final = st.integers(0, 1) | st.decimals(0, 1, places=2)
_WEIGHTS: Final = st.integers(1, 9) | st.decimals("0.1", 9, places=1)
_MOST_PARTS: Final = 3


@built_once
def check_ins() -> SearchStrategy[CheckIn]:
    """Draw check-ins that give a score, a confidence or a note, as those of an objective do.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(check_ins(), lambda check_in: check_in.score is not None and not check_in.note).score
    Decimal('0')
    """
    said = _said(st.fixed_dictionaries({"score": st.none() | _UNIT | st.integers(1, 15)}))
    return st.builds(lambda on, what: CheckIn(on, **what), days(), said)


def _said(answer: SearchStrategy[dict[str, Any]]) -> SearchStrategy[dict[str, Any]]:
    """Draw all that is said beside the day: an answer, a confidence, a note, and at least one of them."""
    others = st.fixed_dictionaries({"confidence": st.none() | _UNIT, "note": texts()})
    said = st.builds(lambda first, second: {**first, **second}, answer, others)
    return said.map(lambda what: what if any(value not in (None, "") for value in what.values()) else {"note": "-"})


@built_once
def milestones() -> SearchStrategy[Milestone]:
    """Draw milestones.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(milestones(), lambda milestone: milestone.weight > 1)
    Milestone(key='draft', title='', weight=Decimal('2'))
    """
    return st.builds(Milestone, key=st.sampled_from(_KEYS), title=texts(), weight=_WEIGHTS)


@st.composite
def _metrics(draw: DrawFn) -> tuple[dict[str, Any], SearchStrategy[Any]]:
    start, target = draw(st.lists(_DECIMALS, min_size=2, max_size=2, unique_by=Decimal))
    return {"start": start, "target": target}, st.fixed_dictionaries({"value": _DECIMALS})


@st.composite
def _bands(draw: DrawFn) -> tuple[dict[str, Any], SearchStrategy[Any]]:
    band = draw(bands())
    least = max(abs(band.low), abs(band.high), Decimal(1))
    tolerance = draw(st.none() | st.sampled_from((least, 2 * least)))
    near = st.sampled_from((band.low, band.high, band.high + least / 2))
    return {"band": band, "tolerance": tolerance}, st.fixed_dictionaries({"value": near | _DECIMALS})


@st.composite
def _steps(draw: DrawFn) -> tuple[dict[str, Any], SearchStrategy[Any]]:
    steps = draw(st.lists(milestones(), min_size=1, max_size=_MOST_PARTS, unique_by=lambda step: step.key))
    reached = st.lists(st.sampled_from([step.key for step in steps]), unique=True)
    return {"milestones": steps}, st.fixed_dictionaries({"reached": reached})


def _without_fields(answer: str, values: SearchStrategy[Any]) -> SearchStrategy[tuple[dict[str, Any], SearchStrategy[Any]]]:
    return st.just(({}, st.fixed_dictionaries({answer: values})))


_KINDS: Final[Mapping[str, SearchStrategy[tuple[dict[str, Any], SearchStrategy[Any]]]]] = MappingProxyType(
    {
        "metric": _metrics(),
        "band": _bands(),
        "milestones": _steps(),
        "yes_no": _without_fields("is_done", st.booleans()),
        "scored": _without_fields("score", _UNIT | st.integers(1, 15)),
    }
)
"""Kind to the fields of a key result, and to what its check-ins answer."""


@built_once
@st.composite
def key_results(draw: DrawFn, *, id: SearchStrategy[str] | None = None) -> KeyResult:  # noqa: A002 - the name of the field
    """Draw key results of every kind, with up to three check-ins.

    Parameters
    ----------
    id
        Strategy for the id; ``None`` for :func:`salesperf.testing.ids`.

    Examples
    --------
    >>> from hypothesis import find
    >>> drawn = find(key_results(), lambda drawn: drawn.kind == "yes_no" and drawn.current is not None)
    >>> drawn.check_ins[0].is_done
    False
    """
    kind = draw(st.sampled_from(KEY_RESULT_KINDS))
    fields, answers = draw(_KINDS[kind])
    return KeyResult(
        id=draw(ids("k") if id is None else id),
        title=draw(texts()),
        kind=kind,
        **fields,
        is_committed=draw(st.booleans()),
        weight=draw(_WEIGHTS),
        owner=draw(or_none(ids())),
        period=draw(or_none(periods())),
        check_ins=[CheckIn(on, **draw(_said(answers))) for on in draw(_days())],
    )


@built_once
def _days() -> SearchStrategy[list[date]]:
    return st.lists(days(), max_size=3).map(sorted)


@st.composite
def objectives(draw: DrawFn, *, levels: int = 2, owner: SearchStrategy[str | None] | None = None) -> Objective:
    """Draw trees of objectives: with key results, with children, with neither, and with scores that somebody gave.

    Parameters
    ----------
    levels
        How many objectives stand above one another at most.
    owner
        Strategy for the owners of objectives and of key results; ``None`` for any id, and for none.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(objectives(), lambda objective: len(objective.children) > 1).levels
    2
    """
    numbers = iter(range(1, 1000))
    return _objective(draw, numbers, draw(periods()), levels, or_none(ids()) if owner is None else owner)


def _objective(
    draw: DrawFn,
    numbers: Any,  # noqa: ANN401 - an endless iterator
    period: Period,
    levels: int,
    owner: SearchStrategy[str | None],
) -> Objective:
    number = next(numbers)
    count = draw(st.integers(0, _MOST_PARTS))
    is_above = levels > 1 and draw(st.booleans())
    # A strategy for each id would be looked through each time it is drawn from.
    drawn = [] if is_above else [draw(key_results()) for _ in range(count)]
    return Objective(
        id=f"o{number}",
        title=draw(texts()),
        period=period,
        key_results=[attrs.evolve(each, id=f"k{next(numbers)}", owner=draw(owner)) for each in drawn],
        children=[_objective(draw, numbers, period, levels - 1, owner) for _ in range(count)] if is_above else [],
        owner=draw(owner),
        weight=draw(_WEIGHTS),
        is_committed=draw(st.booleans()),
        check_ins=sorted(draw(st.lists(check_ins(), max_size=2)), key=lambda check_in: check_in.on),
    )
